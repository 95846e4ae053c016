/* SPDX-License-Identifier: MIT */
#ifndef IPM_IMPORT_SCAN_H
#define IPM_IMPORT_SCAN_H

/*
 * Finds the parts of a JSON text without keeping any of it: where values begin and end. Pieces
 * found are then parsed strictly by cdp/json.h; this only follows quotes and brackets.
 */

#include <stdbool.h>

#include "ipm_base.h"

struct json_cursor {
	const char *at, *end;
};

/* Over a text that may be none at all, to whose pointer nothing may be added. */
static inline struct json_cursor json_over(struct ipm_str text)
{
	return (struct json_cursor){text.data, text.len ? text.data + text.len : text.data};
}

enum json_step {
	JSON_END,  /* the container is closed; the cursor stands behind it */
	JSON_ITEM, /* one more */
	JSON_BAD,
};

/* Steps into an object ('{') or array ('['). False: it is none. */
bool json_enter(struct json_cursor *c, char bracket);
/* The extent of the next value. False: it does not end. */
bool json_skip_value(struct json_cursor *c, struct ipm_str *ret);
/* The next member; `ret_name` is what is between its quotes, escapes and all. */
enum json_step json_next_member(struct json_cursor *c, struct ipm_str *ret_name,
				struct ipm_str *ret_value);
enum json_step json_next_element(struct json_cursor *c, struct ipm_str *ret_value);
/* The next member's name; the cursor stands before its value. */
enum json_step json_next_name(struct json_cursor *c, struct ipm_str *ret_name);
/* The value of a member of the object that begins here. False: there is none. */
bool json_find_member(struct ipm_str object, const char *name, struct ipm_str *ret);

/*
 * The extent of the next value; calls `mention` for every object in it with a member "objectId"
 * that is a string: the object's beginning, the id between its quotes, and whether its subtype is
 * "internal#scope". False: nested too deeply, cut off, or `mention` said so.
 */
bool json_walk_mentions(struct json_cursor *c,
			bool (*mention)(void *self, const char *object, struct ipm_str id,
					bool is_scope),
			void *self, struct ipm_str *ret);

#endif
