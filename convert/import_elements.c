/* SPDX-License-Identifier: MIT */
#include "import_elements.h"

#include <string.h>

#include "sequence.h"

#define BYTES_INLINE	32768
#define BYTES_PER_SLICE 32768
#define SPARSE		16 /* more holes than that a value, and slices make no sense */

void import_source_init(struct import_source *s, struct ipm_str items, bool entries)
{
	*s = (struct import_source){.items = items, .entries = entries};
	s->cursor = (struct json_cursor){items.data, items.data + items.len};
	if (!json_enter(&s->cursor, '['))
		s->cursor.at = s->cursor.end;
}

/* The next descriptor that is named by an index; *ret_index UINT64_MAX at the end. */
static enum ipm_errc next_indexed(struct import *im, struct import_source *s, uint64_t *ret_index)
{
	struct ipm_str item, name;
	enum ipm_errc rc;

	*ret_index = UINT64_MAX;
	while (s->cursor.at < s->cursor.end && json_next_element(&s->cursor, &item) == JSON_ITEM) {
		uint64_t index;

		if (!json_find_member(item, "name", &name) || name.len < 2)
			continue;
		if (!import_index((struct ipm_str){name.data + 1, name.len - 2}, &index))
			continue;
		import_drop(im, item.data);
		rc = import_parse(im, &im->item, item);
		if (rc)
			return rc;
		*ret_index = index;
		return IPM_OK;
	}
	return IPM_OK;
}

/* "key" and "value" of one entry, out of its own listing. */
static enum ipm_errc import_entry(struct import *im, struct import_source *s,
				  struct ipm_json_ref remote, struct ipm_value ret[2])
{
	struct ipm_json entry = {0};
	struct ipm_json_ref d;
	struct ipm_str listing;
	enum ipm_errc rc = IPM_OK;
	unsigned n = s->pairs ? 2 : 1, i;

	for (i = 0; i < n; i++)
		ret[i] = (struct ipm_value){.type = IPM_VALUE_OMITTED,
					    .omitted = {.reason = IPM_REASON_DEPTH}};
	if (!import_virtual(im, remote, &listing))
		return IPM_OK;
	rc = import_parse(im, &entry, listing);
	d = ipm_json_first(ipm_json_get(ipm_json_root(&entry), "result"));
	for (; ipm_json_type(d) == IPM_JSON_OBJECT && !rc; d = ipm_json_next(d)) {
		struct ipm_json_ref name = ipm_json_get(d, "name"), v = ipm_json_get(d, "value");

		if (s->pairs && ipm_json_equals(name, "key"))
			rc = import_value(im, v, &ret[0]);
		else if (ipm_json_equals(name, "value"))
			rc = import_value(im, v, &ret[n - 1]);
	}
	ipm_json_deinit(&entry);
	return rc;
}

enum ipm_errc import_source_next(struct import *im, struct import_source *s,
				 struct ipm_value ret[2], uint64_t *ret_index, unsigned *ret_count)
{
	struct ipm_json_ref value;
	uint64_t index;
	enum ipm_errc rc = next_indexed(im, s, &index);

	*ret_count = 0;
	if (rc || index == UINT64_MAX)
		return rc;
	value = ipm_json_get(ipm_json_root(&im->item), "value");
	*ret_count = s->pairs ? 2 : 1;
	*ret_index = index * *ret_count;
	return s->entries ? import_entry(im, s, value, ret) : import_value(im, value, &ret[0]);
}

bool import_has_keys(struct import *im, struct ipm_str items)
{
	struct import_source s;
	struct ipm_str listing;
	uint64_t index;

	import_source_init(&s, items, true);
	if (next_indexed(im, &s, &index) || index == UINT64_MAX ||
	    !import_virtual(im, ipm_json_get(ipm_json_root(&im->item), "value"), &listing))
		return false;
	if (import_parse(im, &im->item, listing))
		return false;
	return ipm_json_equals(
		ipm_json_get(ipm_json_first(ipm_json_get(ipm_json_root(&im->item), "result")),
			     "name"),
		"key");
}

enum ipm_errc import_source_count(struct import *im, struct ipm_str items, uint64_t *ret_indexed,
				  uint64_t *ret_named, uint64_t *ret_end)
{
	struct json_cursor c = json_over(items);
	struct ipm_str item, name, own;
	uint64_t index;
	enum json_step step = JSON_END;

	*ret_indexed = *ret_named = *ret_end = 0;
	if (json_enter(&c, '['))
		while ((step = json_next_element(&c, &item)) == JSON_ITEM) {
			if (!json_find_member(item, "name", &name) || name.len < 2)
				return import_bad(im, item.data, "a property without a name");
			if (import_index((struct ipm_str){name.data + 1, name.len - 2}, &index)) {
				++*ret_indexed;
				*ret_end = index >= *ret_end ? index + 1 : *ret_end;
			} else if (!json_find_member(item, "isOwn", &own) || own.len != 5) {
				++*ret_named; /* not "false" */
			}
		}
	return step == JSON_BAD ? import_bad(im, items.data, "a list that does not end") : IPM_OK;
}

static bool add_holes(struct import *im, struct import_list *list, uint64_t holes)
{
	struct ipm_value *v;

	if (!holes)
		return true;
	v = import_list_add(&im->pool, list, sizeof(*v));
	if (v)
		*v = (struct ipm_value){.type = IPM_VALUE_HOLES, .holes = holes};
	return v != NULL;
}

static enum ipm_errc no_memory(struct import *im)
{
	return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
}

enum ipm_errc import_elements(struct import *im, struct import_source *source, uint64_t count,
			      uint64_t length, struct ipm_object *object, uint64_t *ret_left)
{
	struct import_list list = {0};
	uint64_t at = 0, index;
	struct ipm_value values[2], *v;
	unsigned n, i;
	/* Where nearly all is holes, slices would be, too: the rest becomes named properties. */
	bool sliced = length / SPARSE <= count;
	enum ipm_errc rc;

	while (!(rc = import_source_next(im, source, values, &index, &n)) && n) {
		if (index < at) /* out of order, or twice: the first one counts */
			continue;
		if (list.count + 3 > IMPORT_INLINE) {
			if (sliced)
				object->more_elements = ipm_writer_reserve_slices(
					im->writer, length - at, IMPORT_PER_SLICE);
			else
				*ret_left = at;
			break;
		}
		if (!add_holes(im, &list, index - at))
			return no_memory(im);
		for (i = 0; i < n; i++) {
			v = import_list_add(&im->pool, &list, sizeof(*v));
			if (!v)
				return no_memory(im);
			*v = values[i];
		}
		at = index + n;
	}
	object->elements = list.items;
	object->element_count = list.count;
	return rc;
}

/* Writes one slice and makes room for the next. */
static enum ipm_errc end_slice(struct import *im, uint64_t id, struct import_list *list)
{
	struct ipm_slice slice = {.id = id, .values = list->items, .value_count = list->count};
	enum ipm_errc rc = ipm_writer_slice(im->writer, &slice, im->err);

	*list = (struct import_list){0};
	import_pool_reset(&im->pool);
	return rc;
}

/* The record is written: nothing in the pool is needed any more. */
enum ipm_errc import_element_slices(struct import *im, struct import_source *source,
				    const struct ipm_object *object)
{
	const struct ipm_slices slices = object->more_elements;
	uint64_t start = 0, at, end, id = slices.first, index = 0, i;
	struct import_list list = {0};
	struct ipm_value values[2], *v;
	bool pending = false, pairs;
	unsigned n = 0, k;
	enum ipm_errc rc = IPM_OK;

	if (!slices.count)
		return IPM_OK;
	for (i = 0; i < object->element_count; i++)
		start +=
			object->elements[i].type == IPM_VALUE_HOLES ? object->elements[i].holes : 1;
	at = start;
	end = start + slices.count;
	import_pool_reset(&im->pool);
	pairs = source->pairs;
	import_source_init(source, source->items, source->entries);
	source->pairs = pairs;
	while (at < end && !rc) {
		uint64_t border = at - (at - start) % slices.per_slice + slices.per_slice;

		border = border < end ? border : end;
		if (!pending) {
			rc = import_source_next(im, source, values, &index, &n);
			if (rc)
				return rc;
			if (n && index < at)
				continue; /* in the record already */
			pending = true;
		}
		if (!n || index >= border) {
			if (!add_holes(im, &list, border - at))
				return no_memory(im);
			at = border;
			/* The value's text lies in the pool: take it again after the reset. */
			if (n && index >= border) {
				struct ipm_slice slice = {.id = id++,
							  .values = list.items,
							  .value_count = list.count};

				rc = ipm_writer_slice(im->writer, &slice, im->err);
				list = (struct import_list){0};
			} else {
				rc = end_slice(im, id++, &list);
			}
			continue;
		}
		if (!add_holes(im, &list, index - at))
			return no_memory(im);
		for (k = 0; k < n; k++) {
			v = import_list_add(&im->pool, &list, sizeof(*v));
			if (!v)
				return no_memory(im);
			*v = values[k];
		}
		at = index + n;
		pending = false;
		if (at == border)
			rc = end_slice(im, id++, &list);
	}
	return rc;
}

/* The next named descriptor as a property; *ret_more false at the end. */
static enum ipm_errc next_named(struct import *im, struct json_cursor *c, uint64_t skip_below,
				struct ipm_property *ret, bool *ret_more)
{
	struct ipm_str item, name;
	uint64_t index;
	bool own;
	enum ipm_errc rc;

	*ret_more = false;
	while (c->at < c->end && json_next_element(c, &item) == JSON_ITEM) {
		if (!json_find_member(item, "name", &name) || name.len < 2)
			continue;
		if (skip_below &&
		    import_index((struct ipm_str){name.data + 1, name.len - 2}, &index) &&
		    index < skip_below)
			continue;
		import_drop(im, item.data);
		rc = import_parse(im, &im->item, item);
		if (!rc)
			rc = import_property(im, ipm_json_root(&im->item), ret, &own);
		if (rc)
			return rc;
		if (own) {
			*ret_more = true;
			return IPM_OK;
		}
	}
	return IPM_OK;
}

/* An array's own `length` follows from the record. */
static bool is_array_length(const struct ipm_object *object, const struct ipm_property *p)
{
	return object->kind == IPM_KIND_ARRAY && p->name.len == 6 &&
	       !memcmp(p->name.data, "length", 6) && p->flags == IPM_PROPERTY_WRITABLE &&
	       p->value.type == IPM_VALUE_INTEGER && p->value.integer == (int64_t)object->length;
}

enum ipm_errc import_named(struct import *im, struct ipm_str items, uint64_t skip_below,
			   uint64_t count, struct ipm_object *object)
{
	struct json_cursor c = json_over(items);
	struct import_list list = {0};
	struct ipm_property p, *added;
	uint64_t taken = 0;
	bool more;
	enum ipm_errc rc;

	if (!json_enter(&c, '['))
		return IPM_OK;
	while (!(rc = next_named(im, &c, skip_below, &p, &more)) && more) {
		taken++;
		if (is_array_length(object, &p))
			continue;
		added = import_list_add(&im->pool, &list, sizeof(*added));
		if (!added)
			return no_memory(im);
		*added = p;
		if (list.count == IMPORT_INLINE && count > taken) {
			object->more_properties = ipm_writer_reserve_slices(
				im->writer, count - taken, IMPORT_PER_SLICE);
			break;
		}
	}
	object->properties = list.items;
	object->property_count = list.count;
	return rc;
}

enum ipm_errc import_named_slices(struct import *im, struct ipm_str items, uint64_t skip_below,
				  const struct ipm_object *object)
{
	struct json_cursor c = json_over(items);
	const struct ipm_slices slices = object->more_properties;
	size_t skip = object->property_count;
	uint64_t id = slices.first, left = slices.count;
	struct import_list list = {0};
	struct ipm_property p, *added;
	bool more;
	enum ipm_errc rc = IPM_OK;

	if (!slices.count || !json_enter(&c, '['))
		return IPM_OK;
	import_pool_reset(&im->pool);
	while (left && !rc && !(rc = next_named(im, &c, skip_below, &p, &more))) {
		if (more && is_array_length(object, &p))
			continue;
		if (more && skip) {
			skip--;
			continue;
		}
		if (!more) /* fewer than counted */
			p = (struct ipm_property){.name = {"", 0},
						  .value = {.type = IPM_VALUE_OMITTED}};
		added = import_list_add(&im->pool, &list, sizeof(*added));
		if (!added)
			return no_memory(im);
		*added = p;
		left--;
		if (list.count == slices.per_slice || !left) {
			struct ipm_slice slice = {
				.id = id++, .properties = list.items, .property_count = list.count};

			rc = ipm_writer_slice(im->writer, &slice, im->err);
			list = (struct import_list){0};
			import_pool_reset(&im->pool);
		}
	}
	return rc;
}

enum ipm_errc import_bytes(struct import *im, struct ipm_str items, enum ipm_element_type type,
			   struct ipm_object *object)
{
	unsigned size = ipm_element_size(type);
	uint64_t indexed, named, end, index, left, id = 0;
	struct import_source s;
	struct ipm_slice slice = {0};
	uint8_t *bytes, element[8];
	size_t fill = 0, capacity;
	enum ipm_errc rc;

	rc = import_source_count(im, items, &indexed, &named, &end);
	if (rc)
		return rc;
	left = indexed * size;
	object->length = left > object->length ? left : object->length;
	capacity = left <= BYTES_INLINE ? (size_t)left : BYTES_PER_SLICE;
	bytes = import_alloc(&im->pool, capacity + 8, 1);
	if (!bytes)
		return no_memory(im);
	if (left > BYTES_INLINE) {
		object->byte_slices = ipm_writer_reserve_slices(im->writer, left, BYTES_PER_SLICE);
		id = object->byte_slices.first;
	}
	import_source_init(&s, items, false);
	while (!rc && !(rc = next_indexed(im, &s, &index)) && index != UINT64_MAX && left) {
		(void)import_element(type, ipm_json_get(ipm_json_root(&im->item), "value"),
				     element);
		memcpy(bytes + fill, element, size);
		fill += size;
		left -= size;
		if (object->byte_slices.count && (fill >= BYTES_PER_SLICE || !left)) {
			slice.id = id++;
			slice.bytes = (struct ipm_bytes){bytes, fill};
			rc = ipm_writer_slice(im->writer, &slice, im->err);
			fill = 0;
		}
	}
	if (!object->byte_slices.count)
		object->bytes = (struct ipm_bytes){bytes, fill};
	return rc;
}
