/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <string.h>

#include "pack.h"
#include "record_writer.h"
#include "wtf8.h"

/* Values, texts, keys and shapes out of records. */

struct ipm_decoder ipm_decoder_at(struct ipm_reader *r, struct ipm_arena *arena,
				  const struct ipm_block *block, const struct ipm_place *place,
				  struct ipm_error *err)
{
	struct ipm_decoder d = {
		.r = r,
		.arena = arena,
		.c = place->cursor,
		.counter = place->counter,
		.offset = block->offset,
		.err = err,
	};

	if (block->kind == IPM_BLOCK_OBJECTS && d.counter <= place->id)
		d.counter = place->id + 1;
	return d;
}

bool ipm_decode_fail(struct ipm_decoder *d, enum ipm_errc rc, const char *what)
{
	if (!d->rc)
		d->rc = ipm_fail_at(d->err, rc, d->offset, "block at byte %llu: %s",
				    (unsigned long long)d->offset, what);
	return false;
}

static bool bad(struct ipm_decoder *d)
{
	return ipm_decode_fail(d, IPM_ERR_BAD_DATA, "a record that makes no sense");
}

void *ipm_decode_array(struct ipm_decoder *d, size_t count, size_t size)
{
	void *p;

	if (count > IPM_LIST_MAX) {
		ipm_decode_fail(d, IPM_ERR_LIMIT, "a list that is too long");
		return NULL;
	}
	p = ipm_arena_array(d->arena, count, size);
	if (!p)
		ipm_decode_fail(d, IPM_ERR_NO_MEMORY, "no memory for a record");
	return p;
}

bool ipm_decode_skip(struct ipm_decoder *d)
{
	return ipm_cursor_skip_counting(&d->c, &d->counter) || bad(d);
}

bool ipm_decode_uint(struct ipm_decoder *d, uint64_t *ret)
{
	return ipm_cursor_uint(&d->c, ret) || bad(d);
}

static bool skip_items(struct ipm_decoder *d, uint64_t count)
{
	while (count--)
		if (!ipm_decode_skip(d))
			return false;
	return true;
}

static struct ipm_text whole_text(struct ipm_bytes bytes)
{
	struct ipm_str str = {(const char *)bytes.data, bytes.len};

	return (struct ipm_text){.str = str, .length = ipm_wtf8_units(str)};
}

static bool is_string(const struct ipm_item *item)
{
	return item->type == IPM_ITEM_STR ||
	       (item->type == IPM_ITEM_EXT && item->ext_type == IPM_EXT_WTF8);
}

/* A str or ext 1 as the next item. */
static bool inline_str(struct ipm_decoder *d, struct ipm_str *ret)
{
	struct ipm_item item;

	if (!ipm_cursor_next(&d->c, &item) || !is_string(&item))
		return bad(d);
	*ret = (struct ipm_str){(const char *)item.bytes.data, item.bytes.len};
	return true;
}

/* The rest of an array of `count` whose tag says it is a string. */
static bool tagged_text(struct ipm_decoder *d, uint64_t tag, uint32_t count, struct ipm_text *ret)
{
	struct ipm_text t = {0};
	const struct ipm_text *shared;
	uint64_t number, per_slice;
	uint32_t used;

	switch (tag) {
	case IPM_TAG_INTERNED:
		used = 2;
		if (!ipm_decode_uint(d, &number) || !ipm_defs_string(d, number, &shared))
			return false;
		t = *shared;
		break;
	case IPM_TAG_CUT:
		used = 3;
		if (count < used)
			return bad(d);
		if (!inline_str(d, &t.str) || !ipm_decode_uint(d, &t.length))
			return false;
		break;
	case IPM_TAG_SLICED:
		used = 6;
		if (count < used)
			return bad(d);
		if (!inline_str(d, &t.str) || !ipm_decode_uint(d, &t.length) ||
		    !ipm_decode_uint(d, &t.slices.first) || !ipm_decode_uint(d, &t.slices.count) ||
		    !ipm_decode_uint(d, &per_slice))
			return false;
		if (!per_slice || per_slice > UINT32_MAX || !t.slices.count)
			return bad(d);
		t.slices.per_slice = (uint32_t)per_slice;
		break;
	case IPM_TAG_SCRIPT_TEXT:
		used = 4;
		if (count < used)
			return bad(d);
		if (!ipm_decode_uint(d, &t.script_id) || !ipm_decode_uint(d, &t.start) ||
		    !ipm_decode_uint(d, &t.length))
			return false;
		break;
	default:
		return bad(d);
	}
	*ret = t;
	return skip_items(d, count - used);
}

bool ipm_decode_text(struct ipm_decoder *d, struct ipm_text *ret)
{
	struct ipm_item item;
	uint64_t tag;

	if (!ipm_cursor_next(&d->c, &item))
		return bad(d);
	if (is_string(&item)) {
		*ret = whole_text(item.bytes);
		return true;
	}
	if (item.type == IPM_ITEM_NIL) {
		*ret = (struct ipm_text){0};
		return true;
	}
	if (item.type != IPM_ITEM_ARRAY || item.count < 2 || !ipm_cursor_uint(&d->c, &tag))
		return bad(d);
	return tagged_text(d, tag, item.count, ret);
}

bool ipm_decode_str(struct ipm_decoder *d, struct ipm_str *ret)
{
	struct ipm_text t;

	if (!ipm_decode_text(d, &t))
		return false;
	*ret = t.str;
	return true;
}

/* One side of an accessor: an object, or undefined. */
static bool accessor_side(struct ipm_decoder *d, uint64_t *ret)
{
	struct ipm_item item;

	if (!ipm_cursor_next(&d->c, &item))
		return bad(d);
	*ret = 0;
	if (item.type == IPM_ITEM_MAP && !item.count)
		return true;
	if (item.type == IPM_ITEM_ARRAY && !item.count) {
		*ret = d->counter++;
		return true;
	}
	if (item.type == IPM_ITEM_ARRAY && item.count == 1)
		return ipm_decode_uint(d, ret);
	*ret = ipm_item_jump(&item);
	if (!*ret || *ret == UINT64_MAX)
		return bad(d);
	d->counter = *ret + 1;
	return true;
}

static bool omitted(struct ipm_decoder *d, uint32_t count, struct ipm_value *v)
{
	uint64_t reason;

	v->type = IPM_VALUE_OMITTED;
	if (!ipm_decode_uint(d, &reason))
		return false;
	v->omitted.reason =
		reason < IPM_REASON_COUNT ? (enum ipm_reason)reason : IPM_REASON_UNSUPPORTED;
	v->omitted.size = 0;
	v->omitted.type_name = (struct ipm_str){0};
	if (count > 2 && !ipm_decode_uint(d, &v->omitted.size))
		return false;
	if (count > 3 && !inline_str(d, &v->omitted.type_name))
		return false;
	return count <= 4 || skip_items(d, count - 4);
}

/* [8, digits, n]: n / 10^digits. Both are exact, so that the quotient is what the program had. */
static bool decimal(struct ipm_decoder *d, uint32_t count, struct ipm_value *v)
{
	static const double powers[] = {1,    1e1,  1e2,  1e3,	1e4,  1e5,  1e6,  1e7,
					1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
					1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	struct ipm_item item;
	uint64_t digits;

	if (count < 3 || !ipm_decode_uint(d, &digits) ||
	    digits >= sizeof(powers) / sizeof(*powers) || !ipm_cursor_next(&d->c, &item) ||
	    item.type != IPM_ITEM_INT)
		return bad(d);
	v->type = IPM_VALUE_NUMBER;
	v->number = (double)item.integer / powers[digits];
	return skip_items(d, count - 3);
}

static bool array_value(struct ipm_decoder *d, uint32_t count, struct ipm_value *v)
{
	uint64_t tag;

	if (count == 0) {
		v->type = IPM_VALUE_OBJECT;
		v->object_id = d->counter++;
		return v->object_id || bad(d);
	}
	if (!ipm_decode_uint(d, &tag))
		return false;
	if (count == 1) {
		v->type = IPM_VALUE_OBJECT;
		v->object_id = tag;
		return tag || bad(d);
	}
	switch (tag) {
	case IPM_TAG_BIGINT:
		v->type = IPM_VALUE_BIGINT;
		return ipm_decode_text(d, &v->string) && skip_items(d, count - 2);
	case IPM_TAG_ACCESSOR:
		v->type = IPM_VALUE_ACCESSOR;
		return (count >= 3 || bad(d)) && accessor_side(d, &v->accessor.get) &&
		       accessor_side(d, &v->accessor.set) && skip_items(d, count - 3);
	case IPM_TAG_HOLES:
		v->type = IPM_VALUE_HOLES;
		return ipm_decode_uint(d, &v->holes) && skip_items(d, count - 2);
	case IPM_TAG_OMITTED:
		return omitted(d, count, v);
	case IPM_TAG_DECIMAL:
		return decimal(d, count, v);
	case IPM_TAG_INTERNED:
	case IPM_TAG_CUT:
	case IPM_TAG_SLICED:
	case IPM_TAG_SCRIPT_TEXT:
		v->type = IPM_VALUE_STRING;
		return tagged_text(d, tag, count, &v->string);
	default:
		/* Of a later minor version: there was something, and we cannot show it. */
		v->type = IPM_VALUE_OMITTED;
		v->omitted.reason = IPM_REASON_UNSUPPORTED;
		v->omitted.size = 0;
		v->omitted.type_name = (struct ipm_str){0};
		return skip_items(d, count - 1);
	}
}

/* What is short and common: small integers, short strings, references, interned strings. */
static bool short_value(struct ipm_decoder *d, struct ipm_value *v)
{
	const uint8_t *p = d->c.at;
	size_t room = (size_t)(d->c.end - p);
	const struct ipm_text *shared;

	if (!room)
		return false;
	if (*p < 0x80 || *p >= 0xe0) {
		v->type = IPM_VALUE_INTEGER;
		v->integer = (int8_t)*p;
		d->c.at++;
		return true;
	}
	if (*p == 0xc0 || *p == 0x80) {
		v->type = *p == 0xc0 ? IPM_VALUE_NULL : IPM_VALUE_UNDEFINED;
		d->c.at++;
		return true;
	}
	if (*p >= 0xa0 && *p < 0xc0 && room > (*p & 31u)) {
		v->type = IPM_VALUE_STRING;
		v->string = whole_text((struct ipm_bytes){p + 1, *p & 31u});
		d->c.at += 1 + (*p & 31u);
		return true;
	}
	if (*p == 0x90 && d->counter) {
		v->type = IPM_VALUE_OBJECT;
		v->object_id = d->counter++;
		d->c.at++;
		return true;
	}
	/* [id] in three or five bytes */
	if (*p == 0x91 && room >= 6 && (p[1] == 0xcd || p[1] == 0xce)) {
		v->type = IPM_VALUE_OBJECT;
		v->object_id = (uint64_t)p[2] << 8 | p[3];
		if (p[1] == 0xce)
			v->object_id = v->object_id << 16 | (uint64_t)p[4] << 8 | p[5];
		d->c.at += !v->object_id ? 0 : p[1] == 0xce ? 6 : 4;
		return v->object_id != 0;
	}
	if (*p == 0x92 && room >= 3 && p[1] == IPM_TAG_INTERNED && p[2] < 0x80 &&
	    ipm_defs_string(d, p[2], &shared)) {
		v->type = IPM_VALUE_STRING;
		v->string = *shared;
		d->c.at += 3;
		return true;
	}
	return false;
}

bool ipm_decode_value(struct ipm_decoder *d, struct ipm_value *v)
{
	struct ipm_item item;

	if (short_value(d, v))
		return true;
	if (!ipm_cursor_next(&d->c, &item))
		return bad(d);
	switch (item.type) {
	case IPM_ITEM_NIL:
		v->type = IPM_VALUE_NULL;
		return true;
	case IPM_ITEM_BOOL:
		v->type = IPM_VALUE_BOOLEAN;
		v->boolean = item.boolean;
		return true;
	case IPM_ITEM_INT:
		v->type = IPM_VALUE_INTEGER;
		v->integer = item.integer;
		return true;
	case IPM_ITEM_UINT:
		v->type = IPM_VALUE_NUMBER;
		v->number = (double)item.natural;
		return true;
	case IPM_ITEM_FLOAT:
		v->type = IPM_VALUE_NUMBER;
		v->number = item.number;
		return true;
	case IPM_ITEM_ARRAY:
		return array_value(d, item.count, v);
	case IPM_ITEM_MAP:
		v->type = IPM_VALUE_UNDEFINED;
		return !item.count || bad(d);
	default:
		break;
	}
	if (is_string(&item)) {
		v->type = IPM_VALUE_STRING;
		v->string = whole_text(item.bytes);
		return true;
	}
	v->object_id = ipm_item_jump(&item);
	if (!v->object_id || v->object_id == UINT64_MAX)
		return bad(d);
	v->type = IPM_VALUE_OBJECT;
	d->counter = v->object_id + 1;
	return true;
}

/* A number of the string table, or a string. */
static bool name(struct ipm_decoder *d, struct ipm_str *ret)
{
	const struct ipm_text *shared;
	uint64_t number;

	if (!ipm_cursor_uint(&d->c, &number))
		return inline_str(d, ret);
	if (!ipm_defs_string(d, number, &shared))
		return false;
	*ret = shared->str;
	return true;
}

bool ipm_decode_key(struct ipm_decoder *d, struct ipm_property *ret)
{
	struct ipm_cursor saved = d->c;
	struct ipm_item item;
	uint64_t flags;

	ret->flags = IPM_PROPERTY_DEFAULT;
	ret->symbol_id = 0;
	if (!ipm_cursor_next(&d->c, &item))
		return bad(d);
	if (item.type != IPM_ITEM_ARRAY || item.count < 2) {
		d->c = saved;
		return name(d, &ret->name);
	}
	if (!name(d, &ret->name) || !ipm_decode_uint(d, &flags))
		return false;
	ret->flags = (uint8_t)(flags & IPM_PROPERTY_DEFAULT);
	if (item.count > 2 && !ipm_decode_uint(d, &ret->symbol_id))
		return false;
	return item.count <= 3 || skip_items(d, item.count - 3);
}

bool ipm_decode_shape(struct ipm_decoder *d, struct ipm_shape *ret)
{
	struct ipm_shape s = {0};
	uint32_t count, i;
	uint64_t kind;

	if (!ipm_cursor_array(&d->c, &count) || count < 3)
		return bad(d);
	if (!ipm_decode_uint(d, &kind) || !name(d, &s.class_name) || !ipm_decode_value(d, &s.proto))
		return false;
	s.kind = kind < IPM_KIND_COUNT ? (enum ipm_kind)kind : IPM_KIND_OBJECT;
	s.key_count = count - 3;
	s.keys = ipm_decode_array(d, s.key_count, sizeof(*s.keys));
	if (!s.keys)
		return false;
	for (i = 0; i < s.key_count; i++)
		if (!ipm_decode_key(d, &s.keys[i]))
			return false;
	*ret = s;
	return true;
}
