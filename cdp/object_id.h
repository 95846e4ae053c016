/* SPDX-License-Identifier: MIT */
#ifndef IPM_OBJECT_ID_H
#define IPM_OBJECT_ID_H

/*
 * Object ids as clients see them: "<prefix>42" for an object of the file, and a suffix for things
 * that V8 makes up while it answers: "<prefix>42:scopes" for the list behind [[Scopes]],
 * "<prefix>42:entries" and "<prefix>42:entry:3" for the entries of a Map, "<prefix>42:int8" for a
 * view of an ArrayBuffer.
 */

#include "remote_object.h"

enum ipm_id_part {
	IPM_ID_OBJECT,
	IPM_ID_SCOPES,
	IPM_ID_ENTRIES,
	IPM_ID_ENTRY,	/* with a number */
	IPM_ID_METHODS, /* private methods */
	IPM_ID_METHOD,	/* with a number */
	IPM_ID_INT8,
	IPM_ID_UINT8,
	IPM_ID_INT16,
	IPM_ID_INT32,
	IPM_ID_PART_COUNT
};

struct ipm_object_id {
	uint64_t id;
	enum ipm_id_part part;
	uint64_t number;
};

/* False when the text is no id of this prefix. */
bool ipm_parse_object_id(const char *prefix, struct ipm_str text, struct ipm_object_id *ret);
/* Appends the id without quotes; its characters need no escaping. */
void ipm_put_object_id(struct ipm_buf *out, const char *prefix, struct ipm_object_id id);

#endif
