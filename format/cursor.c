/* SPDX-License-Identifier: MIT */
#include "cursor.h"

#include <string.h>

#include "pack.h"

static uint64_t big_endian(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static double as_float(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof(f));
	return (double)f;
}

static double as_double(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

static void set_uint(struct ipm_item *item, uint64_t v)
{
	if (v > INT64_MAX) {
		item->type = IPM_ITEM_UINT;
		item->natural = v;
	} else {
		item->type = IPM_ITEM_INT;
		item->integer = (int64_t)v;
	}
}

/* The length field of `width` bytes at `p`, then that many bytes; 0 when they are not there. */
static size_t take_bytes(const uint8_t *p, const uint8_t *end, size_t width, size_t extra,
			 struct ipm_bytes *ret)
{
	size_t left = (size_t)(end - p), len;

	if (left < 1 + width + extra)
		return 0;
	len = (size_t)big_endian(p + 1, width);
	if (len > left - 1 - width - extra)
		return 0;
	*ret = (struct ipm_bytes){p + 1 + width + extra, len};
	return 1 + width + extra + len;
}

/* A container of `count` things, each at least `each` bytes long. */
static bool set_count(struct ipm_item *item, enum ipm_item_type type, uint64_t count, size_t each,
		      size_t left)
{
	if (count > left / each)
		return false;
	item->type = type;
	item->count = (uint32_t)count;
	return true;
}

/* 0xc0 to 0xdf. Returns the bytes taken, 0 on failure. */
static size_t next_long(const uint8_t *p, const uint8_t *end, struct ipm_item *item)
{
	static const uint8_t fixed[32] = {
		[0x0a] = 5, [0x0b] = 9,				/* float */
		[0x0c] = 2, [0x0d] = 3, [0x0e] = 5, [0x0f] = 9, /* uint */
		[0x10] = 2, [0x11] = 3, [0x12] = 5, [0x13] = 9, /* int */
		[0x1c] = 3, [0x1d] = 5, [0x1e] = 3, [0x1f] = 5, /* array, map */
	};
	uint8_t tag = p[0];
	size_t left = (size_t)(end - p), n = fixed[tag & 31];
	uint64_t v;

	if (n > left)
		return 0;
	v = n ? big_endian(p + 1, n - 1) : 0;
	switch (tag) {
	case 0xc0:
		item->type = IPM_ITEM_NIL;
		return 1;
	case 0xc2:
	case 0xc3:
		item->type = IPM_ITEM_BOOL;
		item->boolean = tag & 1;
		return 1;
	case 0xc4:
	case 0xc5:
	case 0xc6:
		item->type = IPM_ITEM_BIN;
		return take_bytes(p, end, (size_t)1 << (tag - 0xc4), 0, &item->bytes);
	case 0xc7:
	case 0xc8:
	case 0xc9:
		n = (size_t)1 << (tag - 0xc7);
		item->type = IPM_ITEM_EXT;
		if (left < n + 2)
			return 0;
		item->ext_type = (int8_t)p[1 + n];
		return take_bytes(p, end, n, 1, &item->bytes);
	case 0xca:
		item->type = IPM_ITEM_FLOAT;
		item->number = as_float((uint32_t)v);
		return n;
	case 0xcb:
		item->type = IPM_ITEM_FLOAT;
		item->number = as_double(v);
		return n;
	case 0xcc:
	case 0xcd:
	case 0xce:
	case 0xcf:
		set_uint(item, v);
		return n;
	case 0xd0:
		item->type = IPM_ITEM_INT;
		item->integer = (int8_t)v;
		return n;
	case 0xd1:
		item->type = IPM_ITEM_INT;
		item->integer = (int16_t)v;
		return n;
	case 0xd2:
		item->type = IPM_ITEM_INT;
		item->integer = (int32_t)v;
		return n;
	case 0xd3:
		item->type = IPM_ITEM_INT;
		item->integer = (int64_t)v;
		return n;
	case 0xd4:
	case 0xd5:
	case 0xd6:
	case 0xd7:
	case 0xd8:
		n = (size_t)1 << (tag - 0xd4);
		if (left < n + 2)
			return 0;
		item->type = IPM_ITEM_EXT;
		item->ext_type = (int8_t)p[1];
		item->bytes = (struct ipm_bytes){p + 2, n};
		return n + 2;
	case 0xd9:
	case 0xda:
	case 0xdb:
		item->type = IPM_ITEM_STR;
		return take_bytes(p, end, (size_t)1 << (tag - 0xd9), 0, &item->bytes);
	case 0xdc:
	case 0xdd:
		return set_count(item, IPM_ITEM_ARRAY, v, 1, left - n) ? n : 0;
	case 0xde:
	case 0xdf:
		return set_count(item, IPM_ITEM_MAP, v, 2, left - n) ? n : 0;
	default:
		return 0; /* 0xc1 */
	}
}

bool ipm_cursor_next(struct ipm_cursor *c, struct ipm_item *ret)
{
	const uint8_t *p = c->at;
	size_t left = (size_t)(c->end - p), n = 1;
	uint8_t tag;

	if (!left)
		return false;
	tag = p[0];
	if (tag < 0x80 || tag >= 0xe0) {
		ret->type = IPM_ITEM_INT;
		ret->integer = (int8_t)tag;
	} else if (tag >= 0xc0) {
		n = next_long(p, c->end, ret);
	} else if (tag >= 0xa0) {
		ret->type = IPM_ITEM_STR;
		ret->bytes = (struct ipm_bytes){p + 1, tag & 31};
		n = (size_t)(tag & 31) + 1;
		if (n > left)
			return false;
	} else if (tag >= 0x90) {
		if (!set_count(ret, IPM_ITEM_ARRAY, tag & 15, 1, left - 1))
			return false;
	} else {
		if (!set_count(ret, IPM_ITEM_MAP, tag & 15, 2, left - 1))
			return false;
	}
	c->at += n;
	return n != 0;
}

uint64_t ipm_item_jump(const struct ipm_item *item)
{
	if (item->type != IPM_ITEM_EXT || item->ext_type != IPM_EXT_JUMP || !item->bytes.len ||
	    item->bytes.len > 8)
		return 0;
	return big_endian(item->bytes.data, item->bytes.len);
}

/* Bytes of items that contain nothing and say their length in the first byte; 0: look closer. */
static const uint8_t plain_length[32] = {
	[0x00] = 1, [0x02] = 1, [0x03] = 1,		/* nil, false, true */
	[0x0a] = 5, [0x0b] = 9,				/* float */
	[0x0c] = 2, [0x0d] = 3, [0x0e] = 5, [0x0f] = 9, /* uint */
	[0x10] = 2, [0x11] = 3, [0x12] = 5, [0x13] = 9, /* int */
};

/* What an item that is none of the short ones does to the count. False: nonsense. */
static bool skip_long(struct ipm_cursor *c, uint64_t *left, uint64_t *counter)
{
	struct ipm_item item;
	uint64_t jump;

	if (!ipm_cursor_next(c, &item))
		return false;
	if (item.type == IPM_ITEM_ARRAY) {
		*left += item.count;
		*counter += !item.count;
	} else if (item.type == IPM_ITEM_MAP) {
		*left += 2 * (uint64_t)item.count;
	} else if (item.type == IPM_ITEM_EXT) {
		jump = ipm_item_jump(&item);
		if (jump && jump < UINT64_MAX)
			*counter = jump + 1;
	}
	return true;
}

/* Half of a lookup's time is spent here: what is short and common comes first. */
bool ipm_cursor_skip_counting(struct ipm_cursor *c, uint64_t *counter)
{
	uint64_t left = 1;

	for (; left; left--) {
		size_t room = (size_t)(c->end - c->at), n = 1;
		uint8_t tag;

		if (!room)
			return false;
		tag = *c->at;
		if (tag >= 0xa0 && tag < 0xc0) {
			n = 1u + (tag & 31u);
		} else if (tag >= 0x90 && tag < 0xa0) {
			left += tag & 15u;
			*counter += tag == 0x90;
		} else if (tag >= 0x80 && tag < 0x90) {
			left += 2u * (tag & 15u);
		} else if (tag >= 0xc0 && tag < 0xe0) {
			n = plain_length[tag & 31];
			if (!n) {
				if (!skip_long(c, &left, counter))
					return false;
				continue;
			}
		}
		if (n > room)
			return false;
		c->at += n;
	}
	return true;
}

bool ipm_cursor_skip(struct ipm_cursor *c)
{
	uint64_t ignored = 0;

	return ipm_cursor_skip_counting(c, &ignored);
}

bool ipm_cursor_long_uint(struct ipm_cursor *c, uint64_t *ret)
{
	struct ipm_cursor saved = *c;
	struct ipm_item item;

	if (!ipm_cursor_next(c, &item))
		return false;
	if (item.type == IPM_ITEM_UINT)
		*ret = item.natural;
	else if (item.type == IPM_ITEM_INT && item.integer >= 0)
		*ret = (uint64_t)item.integer;
	else {
		*c = saved;
		return false;
	}
	return true;
}

bool ipm_cursor_int(struct ipm_cursor *c, int64_t *ret)
{
	struct ipm_cursor saved = *c;
	struct ipm_item item;

	if (!ipm_cursor_next(c, &item))
		return false;
	if (item.type != IPM_ITEM_INT) {
		*c = saved;
		return false;
	}
	*ret = item.integer;
	return true;
}

static bool container(struct ipm_cursor *c, enum ipm_item_type type, uint32_t *ret)
{
	struct ipm_cursor saved = *c;
	struct ipm_item item;

	if (!ipm_cursor_next(c, &item))
		return false;
	if (item.type != type) {
		*c = saved;
		return false;
	}
	*ret = item.count;
	return true;
}

bool ipm_cursor_array(struct ipm_cursor *c, uint32_t *ret)
{
	return container(c, IPM_ITEM_ARRAY, ret);
}

bool ipm_cursor_map(struct ipm_cursor *c, uint32_t *ret)
{
	return container(c, IPM_ITEM_MAP, ret);
}
