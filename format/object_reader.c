/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <string.h>

#include "date_text.h"
#include "record_writer.h"

/* The records of objects and slices; object_writer.c says how they are laid out. */

static bool bad(struct ipm_decoder *d)
{
	return ipm_decode_fail(d, IPM_ERR_BAD_DATA, "a record that makes no sense");
}

static bool decode_values(struct ipm_decoder *d, uint32_t count, const struct ipm_value **ret,
			  size_t *ret_count)
{
	struct ipm_value *values = ipm_decode_array(d, count, sizeof(*values));
	uint32_t i;

	if (!values)
		return false;
	for (i = 0; i < count; i++)
		if (!ipm_decode_value(d, &values[i]))
			return false;
	*ret = values;
	*ret_count = count;
	return true;
}

static bool decode_properties(struct ipm_decoder *d, uint32_t count,
			      const struct ipm_property **ret, size_t *ret_count)
{
	struct ipm_property *properties = ipm_decode_array(d, count, sizeof(*properties));
	uint32_t i;

	if (!properties)
		return false;
	for (i = 0; i < count; i++)
		if (!ipm_decode_key(d, &properties[i]) ||
		    !ipm_decode_value(d, &properties[i].value))
			return false;
	*ret = properties;
	*ret_count = count;
	return true;
}

/* As the next item: [key, value, …] */
static bool decode_property_list(struct ipm_decoder *d, const struct ipm_property **ret,
				 size_t *ret_count)
{
	uint32_t count;

	if (!ipm_cursor_array(&d->c, &count) || count % 2 || !count)
		return bad(d);
	return decode_properties(d, count / 2, ret, ret_count);
}

static bool decode_slices(struct ipm_decoder *d, struct ipm_slices *ret)
{
	struct ipm_slices s;
	uint64_t per_slice;

	if (!ipm_decode_uint(d, &s.first) || !ipm_decode_uint(d, &s.count) ||
	    !ipm_decode_uint(d, &per_slice))
		return false;
	if (!per_slice || per_slice > UINT32_MAX)
		return bad(d);
	s.per_slice = (uint32_t)per_slice;
	*ret = s;
	return true;
}

static bool decode_location(struct ipm_decoder *d, struct ipm_location *ret)
{
	if (!ipm_decode_uint(d, &ret->script_id))
		return false;
	return (ipm_cursor_int(&d->c, &ret->line) && ipm_cursor_int(&d->c, &ret->column)) || bad(d);
}

static bool decode_scopes(struct ipm_decoder *d, uint32_t count, struct ipm_object *o)
{
	uint64_t *scopes = ipm_decode_array(d, count, sizeof(*scopes));
	struct ipm_value v;
	uint32_t i;

	if (!scopes)
		return false;
	for (i = 0; i < count; i++) {
		if (!ipm_decode_value(d, &v))
			return false;
		if (v.type != IPM_VALUE_OBJECT)
			return bad(d);
		scopes[i] = v.object_id;
	}
	o->scopes = scopes;
	o->scope_count = count;
	return true;
}

static bool is_pairs(enum ipm_kind kind)
{
	return kind == IPM_KIND_MAP || kind == IPM_KIND_WEAKMAP;
}

/* [element…], or {length: [element…] or nil} */
static bool decode_elements(struct ipm_decoder *d, struct ipm_object *o)
{
	struct ipm_item item;
	bool implied = true;
	uint64_t length = 0;
	size_t i;

	if (!ipm_cursor_next(&d->c, &item))
		return bad(d);
	if (item.type == IPM_ITEM_MAP) {
		if (item.count != 1 || !ipm_decode_uint(d, &o->length) ||
		    !ipm_cursor_next(&d->c, &item))
			return bad(d);
		if (item.type == IPM_ITEM_NIL)
			return true;
		implied = false;
	}
	if (item.type != IPM_ITEM_ARRAY || !item.count)
		return bad(d);
	if (!decode_values(d, item.count, &o->elements, &o->element_count))
		return false;
	if (!implied)
		return true;
	for (i = 0; i < o->element_count; i++) {
		uint64_t n = o->elements[i].type == IPM_VALUE_HOLES ? o->elements[i].holes : 1;

		if (n > UINT64_MAX - length)
			return bad(d);
		length += n;
	}
	o->length = is_pairs(o->kind) ? length / 2 : length;
	return true;
}

static bool decode_enum(struct ipm_decoder *d, uint32_t *ret)
{
	uint64_t v;

	if (!ipm_decode_uint(d, &v))
		return false;
	*ret = v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
	return true;
}

static bool decode_buffer(struct ipm_decoder *d, uint32_t count, struct ipm_object *o)
{
	struct ipm_item item;

	if (!ipm_decode_uint(d, &o->length))
		return false;
	if (!ipm_cursor_next(&d->c, &item))
		return bad(d);
	if (item.type == IPM_ITEM_BIN)
		o->bytes = item.bytes;
	else if (item.type == IPM_ITEM_NIL && count >= 5)
		return decode_slices(d, &o->byte_slices);
	else
		return bad(d);
	return true;
}

/* The text of a date of which only the zone is stored. */
static bool complete_date(struct ipm_decoder *d, struct ipm_object *o)
{
	struct ipm_str zone = o->text.str;
	char prefix[IPM_DATE_PREFIX], *text;

	if (!ipm_date_prefix(o->number, zone, prefix))
		return bad(d);
	text = ipm_arena_array(d->arena, 1, sizeof(prefix) + zone.len);
	if (!text)
		return ipm_decode_fail(d, IPM_ERR_NO_MEMORY, "no memory for a record");
	memcpy(text, prefix, sizeof(prefix));
	memcpy(text + sizeof(prefix), zone.data, zone.len);
	o->text.str = (struct ipm_str){text, sizeof(prefix) + zone.len};
	o->text.length += sizeof(prefix);
	return true;
}

static bool decode_date(struct ipm_decoder *d, uint32_t count, struct ipm_object *o)
{
	struct ipm_value v;
	uint64_t zone_only = 0;

	if (!ipm_decode_value(d, &v) || !ipm_decode_text(d, &o->text))
		return false;
	if (v.type == IPM_VALUE_INTEGER)
		o->number = (double)v.integer;
	else if (v.type == IPM_VALUE_NUMBER)
		o->number = v.number;
	else
		return bad(d);
	if (count > 2 && !ipm_decode_uint(d, &zone_only))
		return false;
	return zone_only != 1 || complete_date(d, o);
}

/* Details that are arrays: how many items a kind knows, and those. */
static bool decode_array_detail(struct ipm_decoder *d, uint32_t count, struct ipm_object *o,
				uint32_t *ret_used)
{
	static const uint8_t need[IPM_KIND_COUNT] = {
		[IPM_KIND_FUNCTION] = 4, [IPM_KIND_DATE] = 2,	    [IPM_KIND_PROMISE] = 2,
		[IPM_KIND_PROXY] = 2,	 [IPM_KIND_TYPEDARRAY] = 4, [IPM_KIND_ARRAYBUFFER] = 2,
		[IPM_KIND_DATAVIEW] = 3, [IPM_KIND_GENERATOR] = 6,  [IPM_KIND_ITERATOR] = 1,
		[IPM_KIND_SCOPE] = 2,
	};
	uint32_t n;

	if (count < need[o->kind])
		return bad(d);
	*ret_used = need[o->kind];
	switch (o->kind) {
	case IPM_KIND_FUNCTION:
		*ret_used = count;
		return ipm_decode_text(d, &o->text) && decode_location(d, &o->location) &&
		       decode_scopes(d, count - 4, o);
	case IPM_KIND_DATE:
		*ret_used = count > 2 ? 3 : 2;
		return decode_date(d, count, o);
	case IPM_KIND_PROMISE:
		return decode_enum(d, &o->state) && ipm_decode_value(d, &o->first);
	case IPM_KIND_PROXY:
		return ipm_decode_value(d, &o->first) && ipm_decode_value(d, &o->second);
	case IPM_KIND_TYPEDARRAY:
		if (!decode_enum(d, &n))
			return false;
		o->element_type = (enum ipm_element_type)n;
		return ipm_decode_uint(d, &o->length) && ipm_decode_uint(d, &o->byte_offset) &&
		       ipm_decode_value(d, &o->first);
	case IPM_KIND_ARRAYBUFFER:
		*ret_used = count >= 5 ? 5 : 2;
		return decode_buffer(d, count, o);
	case IPM_KIND_DATAVIEW:
		return ipm_decode_uint(d, &o->length) && ipm_decode_uint(d, &o->byte_offset) &&
		       ipm_decode_value(d, &o->first);
	case IPM_KIND_GENERATOR:
		*ret_used = count;
		return decode_enum(d, &o->state) && ipm_decode_value(d, &o->first) &&
		       ipm_decode_value(d, &o->second) && decode_location(d, &o->location) &&
		       decode_scopes(d, count - 6, o);
	case IPM_KIND_ITERATOR:
		*ret_used = count;
		return decode_enum(d, &o->state) &&
		       decode_values(d, count - 1, &o->elements, &o->element_count);
	case IPM_KIND_SCOPE:
		if (!decode_enum(d, &n))
			return false;
		o->scope_type = n < IPM_SCOPE_COUNT ? (enum ipm_scope_type)n : IPM_SCOPE_CLOSURE;
		return ipm_decode_text(d, &o->text);
	default:
		return bad(d);
	}
}

static bool decode_detail(struct ipm_decoder *d, struct ipm_object *o)
{
	struct ipm_cursor saved = d->c;
	struct ipm_item item;
	uint32_t used = 0;

	if (!ipm_cursor_next(&d->c, &item))
		return bad(d);
	if (item.type == IPM_ITEM_NIL && o->kind != IPM_KIND_PRIMITIVE &&
	    o->kind != IPM_KIND_WEAKREF)
		return true;
	d->c = saved;
	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_WEAKMAP:
	case IPM_KIND_WEAKSET:
		return decode_elements(d, o);
	case IPM_KIND_ERROR:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		return ipm_decode_text(d, &o->text);
	case IPM_KIND_WEAKREF:
	case IPM_KIND_PRIMITIVE:
		return ipm_decode_value(d, &o->first);
	case IPM_KIND_OBJECT:
	case IPM_KIND_MODULE:
	case IPM_KIND_WASM_MEMORY:
	case IPM_KIND_WASM_VALUE:
	case IPM_KIND_NODE:
	case IPM_KIND_OTHER:
		/* Of a later minor version. */
		return ipm_decode_skip(d);
	default:
		break;
	}
	d->c.at = saved.at;
	if (!ipm_cursor_next(&d->c, &item) || item.type != IPM_ITEM_ARRAY || !item.count)
		return bad(d);
	if (!decode_array_detail(d, item.count, o, &used))
		return false;
	for (; used < item.count; used++)
		if (!ipm_decode_skip(d))
			return false;
	return true;
}

static bool decode_omitted(struct ipm_decoder *d, struct ipm_object *o)
{
	uint32_t count, reason;

	if (!ipm_cursor_array(&d->c, &count) || count != 3)
		return bad(d);
	if (!decode_enum(d, &reason) || !ipm_decode_uint(d, &o->omitted_properties) ||
	    !ipm_decode_uint(d, &o->omitted_elements))
		return false;
	o->omitted_reason =
		reason < IPM_REASON_COUNT ? (enum ipm_reason)reason : IPM_REASON_UNSUPPORTED;
	return true;
}

static bool decode_slices_item(struct ipm_decoder *d, struct ipm_slices *ret)
{
	uint32_t count;

	if (!ipm_cursor_array(&d->c, &count) || count != 3)
		return bad(d);
	return decode_slices(d, ret);
}

static bool decode_extras(struct ipm_decoder *d, struct ipm_object *o)
{
	uint32_t pairs;
	uint64_t key;

	if (!ipm_cursor_map(&d->c, &pairs))
		return bad(d);
	while (pairs--) {
		bool ok;

		if (!ipm_decode_uint(d, &key))
			return false;
		switch (key) {
		case IPM_EXTRA_DESCRIPTION:
			ok = ipm_decode_str(d, &o->description);
			break;
		case IPM_EXTRA_SUBTYPE:
			ok = ipm_decode_str(d, &o->subtype);
			break;
		case IPM_EXTRA_PRIVATES:
			ok = decode_property_list(d, &o->privates, &o->private_count);
			break;
		case IPM_EXTRA_INTERNALS:
			ok = decode_property_list(d, &o->internals, &o->internal_count);
			break;
		case IPM_EXTRA_MORE_PROPERTIES:
			ok = decode_slices_item(d, &o->more_properties);
			break;
		case IPM_EXTRA_MORE_ELEMENTS:
			ok = decode_slices_item(d, &o->more_elements);
			break;
		case IPM_EXTRA_OMITTED:
			ok = decode_omitted(d, o);
			break;
		default:
			ok = ipm_decode_skip(d);
			break;
		}
		if (!ok)
			return false;
	}
	return true;
}

/* The shape: a number, or one of the object's own. */
static bool decode_own_shape(struct ipm_decoder *d, struct ipm_object *o,
			     const struct ipm_shape **ret)
{
	struct ipm_shape *own;
	uint64_t number;

	if (ipm_cursor_uint(&d->c, &number)) {
		o->shape = number + 1;
		return ipm_defs_shape(d, number, ret);
	}
	own = ipm_decode_array(d, 1, sizeof(*own));
	if (!own || !ipm_decode_shape(d, own))
		return false;
	*ret = own;
	return true;
}

bool ipm_decode_object(struct ipm_decoder *d, struct ipm_object *o)
{
	const struct ipm_shape *shape;
	struct ipm_property *properties;
	uint32_t count, i;

	if (!ipm_cursor_array(&d->c, &count) || !count)
		return bad(d);
	if (!decode_own_shape(d, o, &shape))
		return false;
	count--;
	if (shape->key_count > count)
		return bad(d);
	o->kind = shape->kind;
	o->class_name = shape->class_name;
	o->proto = shape->proto;
	properties = ipm_decode_array(d, shape->key_count, sizeof(*properties));
	if (!properties)
		return false;
	for (i = 0; i < shape->key_count; i++) {
		properties[i].name = shape->keys[i].name;
		properties[i].symbol_id = shape->keys[i].symbol_id;
		properties[i].flags = shape->keys[i].flags;
		if (!ipm_decode_value(d, &properties[i].value))
			return false;
	}
	o->properties = properties;
	o->property_count = shape->key_count;
	count -= shape->key_count;
	if (count && !decode_detail(d, o))
		return false;
	if (count > 1 && !decode_extras(d, o))
		return false;
	for (i = 2; i < count; i++)
		if (!ipm_decode_skip(d))
			return false;
	return true;
}

bool ipm_decode_slice(struct ipm_decoder *d, struct ipm_slice *s)
{
	struct ipm_cursor saved = d->c;
	struct ipm_item item;
	struct ipm_text text;
	uint64_t tag;

	if (!ipm_cursor_next(&d->c, &item))
		return bad(d);
	if (item.type == IPM_ITEM_BIN) {
		s->bytes = item.bytes;
		return true;
	}
	if (item.type != IPM_ITEM_ARRAY) {
		d->c = saved;
		if (!ipm_decode_text(d, &text))
			return false;
		s->str = text.str;
		return true;
	}
	if (!item.count || !ipm_decode_uint(d, &tag))
		return bad(d);
	if (tag == IPM_SLICE_VALUES)
		return decode_values(d, item.count - 1, &s->values, &s->value_count);
	if (tag == IPM_SLICE_PROPERTIES && item.count % 2)
		return decode_properties(d, (item.count - 1) / 2, &s->properties,
					 &s->property_count);
	return bad(d);
}
