/* SPDX-License-Identifier: MIT */
#ifndef IPM_CURSOR_H
#define IPM_CURSOR_H

/*
 * MessagePack out of bytes that nobody vouches for. Every count is checked against the bytes that
 * are left, nothing recurses, and the cursor moves only when an item is whole.
 */

#include <stdbool.h>

#include "ipm_base.h"

struct ipm_cursor {
	const uint8_t *at, *end;
};

enum ipm_item_type {
	IPM_ITEM_NIL,
	IPM_ITEM_BOOL,
	IPM_ITEM_INT,  /* fits int64_t */
	IPM_ITEM_UINT, /* above INT64_MAX */
	IPM_ITEM_FLOAT,
	IPM_ITEM_STR,
	IPM_ITEM_BIN,
	IPM_ITEM_EXT,
	IPM_ITEM_ARRAY, /* `count` items follow */
	IPM_ITEM_MAP,	/* `count` pairs follow */
};

struct ipm_item {
	enum ipm_item_type type;
	int8_t ext_type;
	union {
		bool boolean;
		int64_t integer;
		uint64_t natural;
		double number;
		struct ipm_bytes bytes; /* of STR, BIN, EXT */
		uint32_t count;
	};
};

/* False: the bytes end too early, or 0xc1; the cursor stays. */
bool ipm_cursor_next(struct ipm_cursor *c, struct ipm_item *ret);
/* One item with all that is in it. False as above; the cursor is then anywhere. */
bool ipm_cursor_skip(struct ipm_cursor *c);
/*
 * The same, counting mentions of new objects on the way: an empty array is one, ext 2 sets the
 * count (spec/inspmort.md, "References").
 */
bool ipm_cursor_skip_counting(struct ipm_cursor *c, uint64_t *counter);

/* The id in an ext 2; 0 when it is malformed. */
uint64_t ipm_item_jump(const struct ipm_item *item);

/* For items where the type is known; false when it is another. */
bool ipm_cursor_long_uint(struct ipm_cursor *c, uint64_t *ret);
static inline bool ipm_cursor_uint(struct ipm_cursor *c, uint64_t *ret)
{
	if (c->at == c->end || *c->at >= 0x80)
		return ipm_cursor_long_uint(c, ret);
	*ret = *c->at++;
	return true;
}
bool ipm_cursor_int(struct ipm_cursor *c, int64_t *ret);
bool ipm_cursor_array(struct ipm_cursor *c, uint32_t *ret);
bool ipm_cursor_map(struct ipm_cursor *c, uint32_t *ret);

#endif
