/* SPDX-License-Identifier: MIT */
#include "record_writer.h"

#include <math.h>

#include "date_text.h"
#include "pack.h"

/*
 * An object's record is [shape, value of each of the shape's keys…, detail?, extras?]. The
 * detail is what its kind adds; empty lists are written as nil everywhere, because an empty
 * array means a new object and a reader counts those without knowing where they stand.
 */

/* [kind, class, prototype, key…]; `shared`: it goes to the table of shapes. */
static void put_shape(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_object *o,
		      bool shared)
{
	size_t i;

	ipm_pack_array(out, 3 + o->property_count);
	ipm_pack_uint(out, (uint64_t)o->kind);
	ipm_put_name(w, out, o->class_name, true);
	ipm_put_plain_value(w, out, &o->proto);
	for (i = 0; i < o->property_count; i++)
		ipm_put_key(w, out, &o->properties[i], shared);
}

/* A shape's number where it is known or the table has room; else the shape itself. */
static void put_shape_or_number(struct ipm_writer *w, struct ipm_buf *out,
				const struct ipm_object *o)
{
	struct ipm_bytes bytes;
	struct ipm_error err;
	uint32_t number;
	uint64_t hash;

	if (o->property_count > IPM_SHAPE_KEYS_MAX) {
		put_shape(w, out, o, false);
		return;
	}
	if (ipm_shape_cache_get(&w->recent_shapes, o, &number)) {
		ipm_pack_uint(out, number);
		return;
	}
	ipm_buf_reset(&w->shape);
	put_shape(w, &w->shape, o, true);
	bytes = ipm_buf_bytes(&w->shape);
	if (!ipm_buf_ok(&w->shape) || bytes.len > 32768) {
		put_shape(w, out, o, false);
		return;
	}
	hash = ipm_intern_hash(bytes);
	number = ipm_intern_find(&w->shapes, bytes, hash);
	if (number == IPM_INTERN_NONE) {
		enum ipm_errc rc;

		number = w->shapes.count;
		if (!ipm_intern_add(&w->shapes, bytes, hash)) {
			ipm_buf_append(out, bytes.data, bytes.len);
			return;
		}
		rc = ipm_block_writer_add(&w->blocks, IPM_BLOCK_SHAPES, number, bytes, 0, 0, &err);
		ipm_writer_note_failure(w, rc, &err);
	}
	if (!w->rc)
		ipm_shape_cache_put(&w->recent_shapes, number);
	ipm_pack_uint(out, number);
}

static void put_values(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_value *values,
		       size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		ipm_put_value(w, out, &values[i]);
}

/* What a reader takes for the length when none is written. */
static uint64_t implied_length(const struct ipm_object *o)
{
	uint64_t length = 0;
	size_t i;

	for (i = 0; i < o->element_count; i++)
		length += o->elements[i].type == IPM_VALUE_HOLES ? o->elements[i].holes : 1;
	return o->kind == IPM_KIND_MAP || o->kind == IPM_KIND_WEAKMAP ? length / 2 : length;
}

/* [element…], or {length: [element…] or nil} */
static void put_elements(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_object *o)
{
	if (implied_length(o) != o->length) {
		ipm_pack_map(out, 1);
		ipm_pack_uint(out, o->length);
	}
	if (!o->element_count) {
		ipm_pack_nil(out);
		return;
	}
	ipm_pack_array(out, o->element_count);
	put_values(w, out, o->elements, o->element_count);
}

static void put_location(struct ipm_buf *out, const struct ipm_location *location)
{
	ipm_pack_uint(out, location->script_id);
	ipm_pack_int(out, location->line);
	ipm_pack_int(out, location->column);
}

static void put_scopes(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_object *o)
{
	size_t i;

	for (i = 0; i < o->scope_count; i++)
		ipm_put_ref(w, out, o->scopes[i]);
}

static bool has_text(const struct ipm_text *t)
{
	return t->str.len || t->length || t->slices.count || t->script_id;
}

static bool has_detail(const struct ipm_object *o)
{
	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_WEAKMAP:
	case IPM_KIND_WEAKSET:
		return o->element_count || o->length;
	case IPM_KIND_FUNCTION:
		return has_text(&o->text) || o->location.script_id || o->location.line ||
		       o->location.column || o->scope_count;
	case IPM_KIND_ERROR:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		return has_text(&o->text);
	case IPM_KIND_WEAKREF:
	case IPM_KIND_PRIMITIVE:
		return o->first.type != IPM_VALUE_UNDEFINED;
	case IPM_KIND_DATE:
	case IPM_KIND_PROMISE:
	case IPM_KIND_PROXY:
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_ARRAYBUFFER:
	case IPM_KIND_DATAVIEW:
	case IPM_KIND_GENERATOR:
	case IPM_KIND_ITERATOR:
	case IPM_KIND_SCOPE:
		return true;
	default:
		return false;
	}
}

static void put_buffer(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_object *o)
{
	struct ipm_slices slices = o->byte_slices;

	if (!slices.count && o->bytes.len > IPM_BYTES_SLICE)
		slices = ipm_put_byte_slices(w, o->bytes);
	ipm_pack_array(out, slices.count ? 5 : 2);
	ipm_pack_uint(out, o->length);
	if (!slices.count) {
		ipm_pack_bin(out, o->bytes);
		return;
	}
	ipm_pack_nil(out);
	ipm_pack_uint(out, slices.first);
	ipm_pack_uint(out, slices.count);
	ipm_pack_uint(out, slices.per_slice);
}

/* [number, text], or [number, zone, 1] where the rest of the text follows from the number. */
static void put_date(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_object *o)
{
	struct ipm_value number = {.type = IPM_VALUE_NUMBER, .number = o->number};
	struct ipm_text zone = {0};

	if (fabs(o->number) <= 8.64e15 && floor(o->number) >= o->number && !signbit(o->number))
		number = (struct ipm_value){.type = IPM_VALUE_INTEGER,
					    .integer = (int64_t)o->number};
	if (o->text.length <= o->text.str.len && !o->text.script_id)
		zone.str = ipm_date_zone(o->number, o->text.str);
	ipm_pack_array(out, zone.str.len ? 3 : 2);
	ipm_put_value(w, out, &number);
	ipm_put_text(w, out, zone.str.len ? &zone : &o->text);
	if (zone.str.len)
		ipm_pack_uint(out, 1);
}

static void put_detail(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_object *o)
{
	switch (o->kind) {
	case IPM_KIND_FUNCTION:
		ipm_pack_array(out, 4 + o->scope_count);
		ipm_put_text(w, out, &o->text);
		put_location(out, &o->location);
		put_scopes(w, out, o);
		break;
	case IPM_KIND_ERROR:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		ipm_put_text(w, out, &o->text);
		break;
	case IPM_KIND_WEAKREF:
	case IPM_KIND_PRIMITIVE:
		ipm_put_value(w, out, &o->first);
		break;
	case IPM_KIND_DATE:
		put_date(w, out, o);
		break;
	case IPM_KIND_PROMISE:
		ipm_pack_array(out, 2);
		ipm_pack_uint(out, o->state);
		ipm_put_value(w, out, &o->first);
		break;
	case IPM_KIND_PROXY:
		ipm_pack_array(out, 2);
		ipm_put_value(w, out, &o->first);
		ipm_put_value(w, out, &o->second);
		break;
	case IPM_KIND_TYPEDARRAY:
		ipm_pack_array(out, 4);
		ipm_pack_uint(out, (uint64_t)o->element_type);
		ipm_pack_uint(out, o->length);
		ipm_pack_uint(out, o->byte_offset);
		ipm_put_value(w, out, &o->first);
		break;
	case IPM_KIND_ARRAYBUFFER:
		put_buffer(w, out, o);
		break;
	case IPM_KIND_DATAVIEW:
		ipm_pack_array(out, 3);
		ipm_pack_uint(out, o->length);
		ipm_pack_uint(out, o->byte_offset);
		ipm_put_value(w, out, &o->first);
		break;
	case IPM_KIND_GENERATOR:
		ipm_pack_array(out, 6 + o->scope_count);
		ipm_pack_uint(out, o->state);
		ipm_put_value(w, out, &o->first);
		ipm_put_value(w, out, &o->second);
		put_location(out, &o->location);
		put_scopes(w, out, o);
		break;
	case IPM_KIND_ITERATOR:
		ipm_pack_array(out, 1 + o->element_count);
		ipm_pack_uint(out, o->state);
		put_values(w, out, o->elements, o->element_count);
		break;
	case IPM_KIND_SCOPE:
		ipm_pack_array(out, 2);
		ipm_pack_uint(out, (uint64_t)o->scope_type);
		ipm_put_text(w, out, &o->text);
		break;
	default:
		put_elements(w, out, o);
		break;
	}
}

static void put_properties(struct ipm_writer *w, struct ipm_buf *out,
			   const struct ipm_property *properties, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		ipm_put_key(w, out, &properties[i], false);
		ipm_put_value(w, out, &properties[i].value);
	}
}

static void put_slices(struct ipm_buf *out, const struct ipm_slices *slices)
{
	ipm_pack_array(out, 3);
	ipm_pack_uint(out, slices->first);
	ipm_pack_uint(out, slices->count);
	ipm_pack_uint(out, slices->per_slice);
}

static size_t count_extras(const struct ipm_object *o)
{
	return (size_t)(o->description.len != 0) + (o->subtype.len != 0) + (o->private_count != 0) +
	       (o->internal_count != 0) + (o->more_properties.count != 0) +
	       (o->more_elements.count != 0) + (o->omitted_reason != IPM_REASON_NONE);
}

static void put_extras(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_object *o)
{
	struct ipm_text description = {.str = o->description};

	ipm_pack_map(out, count_extras(o));
	if (o->description.len) {
		ipm_pack_uint(out, IPM_EXTRA_DESCRIPTION);
		ipm_put_text(w, out, &description);
	}
	if (o->subtype.len) {
		ipm_pack_uint(out, IPM_EXTRA_SUBTYPE);
		ipm_put_plain(out, o->subtype);
	}
	if (o->private_count) {
		ipm_pack_uint(out, IPM_EXTRA_PRIVATES);
		ipm_pack_array(out, 2 * o->private_count);
		put_properties(w, out, o->privates, o->private_count);
	}
	if (o->internal_count) {
		ipm_pack_uint(out, IPM_EXTRA_INTERNALS);
		ipm_pack_array(out, 2 * o->internal_count);
		put_properties(w, out, o->internals, o->internal_count);
	}
	if (o->more_properties.count) {
		ipm_pack_uint(out, IPM_EXTRA_MORE_PROPERTIES);
		put_slices(out, &o->more_properties);
	}
	if (o->more_elements.count) {
		ipm_pack_uint(out, IPM_EXTRA_MORE_ELEMENTS);
		put_slices(out, &o->more_elements);
	}
	if (o->omitted_reason != IPM_REASON_NONE) {
		ipm_pack_uint(out, IPM_EXTRA_OMITTED);
		ipm_pack_array(out, 3);
		ipm_pack_uint(out, (uint64_t)o->omitted_reason);
		ipm_pack_uint(out, o->omitted_properties);
		ipm_pack_uint(out, o->omitted_elements);
	}
}

void ipm_put_object(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_object *o)
{
	bool extras = count_extras(o) != 0;
	bool detail = extras || has_detail(o);
	size_t i;

	ipm_pack_array(out, 1 + o->property_count + detail + extras);
	put_shape_or_number(w, out, o);
	for (i = 0; i < o->property_count; i++)
		ipm_put_value(w, out, &o->properties[i].value);
	/* Where nil is a value of its own, no detail is the value undefined. */
	if (detail && !has_detail(o) && o->kind != IPM_KIND_WEAKREF &&
	    o->kind != IPM_KIND_PRIMITIVE)
		ipm_pack_nil(out);
	else if (detail)
		put_detail(w, out, o);
	if (extras)
		put_extras(w, out, o);
}

void ipm_put_slice(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_slice *s)
{
	if (s->values) {
		ipm_pack_array(out, 1 + s->value_count);
		ipm_pack_uint(out, IPM_SLICE_VALUES);
		put_values(w, out, s->values, s->value_count);
	} else if (s->properties) {
		ipm_pack_array(out, 1 + 2 * s->property_count);
		ipm_pack_uint(out, IPM_SLICE_PROPERTIES);
		put_properties(w, out, s->properties, s->property_count);
	} else if (s->bytes.data) {
		ipm_pack_bin(out, s->bytes);
	} else {
		ipm_pack_str(out, s->str);
	}
}
