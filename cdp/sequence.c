/* SPDX-License-Identifier: MIT */
#include "sequence.h"

#include "json.h"
#include "wtf8.h"

static uint64_t slice_count(const struct ipm_slices *slices)
{
	if (!slices->count || !slices->per_slice)
		return 0;
	return (slices->count - 1) / slices->per_slice + 1;
}

void ipm_element_iter_init(struct ipm_element_iter *it, struct ipm_heap *heap,
			   const struct ipm_object *object, uint64_t start)
{
	*it = (struct ipm_element_iter){.heap = heap,
					.object = object,
					.values = object->elements,
					.count = object->element_count,
					.start = start};
	/* Runs of holes make the place of an index unknown until it is reached. */
	while (it->index < start && it->at < it->count) {
		const struct ipm_value *v = &it->values[it->at];
		uint64_t n = v->type == IPM_VALUE_HOLES ? v->holes : 1;

		if (n > start - it->index)
			break;
		it->index += n;
		it->at++;
	}
	/* Slices are of equal length, so whole ones can be passed over. */
	if (it->at == it->count && it->index < start && object->more_elements.per_slice) {
		uint64_t per = object->more_elements.per_slice;
		uint64_t skip = (start - it->index) / per,
			 all = slice_count(&object->more_elements);

		it->next_slice = skip < all ? skip : all;
		it->index += it->next_slice * per;
	}
}

static enum ipm_errc next_element_slice(struct ipm_element_iter *it, bool *ret_more,
					struct ipm_error *err)
{
	const struct ipm_slices *slices = &it->object->more_elements;
	enum ipm_errc rc;

	ipm_element_iter_deinit(it);
	it->count = it->at = 0;
	*ret_more = it->heap->reader && it->next_slice < slice_count(slices);
	if (!*ret_more)
		return IPM_OK;
	rc = ipm_reader_slice(it->heap->reader, slices->first + it->next_slice++, &it->slice, err);
	if (rc == IPM_ERR_NOT_FOUND) { /* lost to damage or to the end of the file */
		it->slice = NULL;
		it->index += slices->per_slice;
		return IPM_OK;
	}
	if (rc)
		return rc;
	it->values = it->slice->values;
	it->count = it->slice->value_count;
	return IPM_OK;
}

enum ipm_errc ipm_element_iter_next(struct ipm_element_iter *it, uint64_t *ret_index,
				    const struct ipm_value **ret, struct ipm_error *err)
{
	bool more = true;
	enum ipm_errc rc;

	for (;;) {
		while (it->at < it->count) {
			const struct ipm_value *v = &it->values[it->at++];

			if (v->type == IPM_VALUE_HOLES) {
				it->index += v->holes;
				continue;
			}
			if (it->index++ < it->start)
				continue;
			*ret_index = it->index - 1;
			*ret = v;
			return IPM_OK;
		}
		rc = next_element_slice(it, &more, err);
		if (rc)
			return rc;
		if (!more) {
			*ret = NULL;
			return IPM_OK;
		}
	}
}

void ipm_element_iter_deinit(struct ipm_element_iter *it)
{
	if (it->slice)
		ipm_slice_release(it->heap->reader, it->slice);
	it->slice = NULL;
}

bool ipm_has_entries(const struct ipm_object *object)
{
	switch (object->kind) {
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_WEAKMAP:
	case IPM_KIND_WEAKSET:
	case IPM_KIND_ITERATOR:
		return true;
	default:
		return false;
	}
}

bool ipm_has_keys(const struct ipm_object *object)
{
	return object->kind == IPM_KIND_MAP || object->kind == IPM_KIND_WEAKMAP ||
	       (object->kind == IPM_KIND_ITERATOR && object->state == 1);
}

uint64_t ipm_entry_count(const struct ipm_object *object)
{
	uint64_t n = object->element_count;

	if (object->more_elements.count < UINT64_MAX - n)
		n += object->more_elements.count;
	return ipm_has_keys(object) ? n / 2 : n;
}

void ipm_entry_iter_init(struct ipm_entry_iter *it, struct ipm_heap *heap,
			 const struct ipm_object *object, uint64_t start)
{
	uint64_t step;

	*it = (struct ipm_entry_iter){.has_keys = ipm_has_keys(object)};
	step = it->has_keys ? 2 : 1;
	start = start < UINT64_MAX / 2 ? start * step : UINT64_MAX;
	ipm_element_iter_init(&it->keys, heap, object, start);
	ipm_element_iter_init(&it->values, heap, object, start + (it->has_keys ? 1 : 0));
}

enum ipm_errc ipm_entry_iter_next(struct ipm_entry_iter *it, const struct ipm_value **ret_key,
				  const struct ipm_value **ret_value, struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	uint64_t index;

	*ret_key = NULL;
	if (!it->has_keys)
		return ipm_element_iter_next(&it->values, &index, ret_value, err);
	if (it->begun) { /* each steps over the other's element */
		rc = ipm_element_iter_next(&it->keys, &index, ret_key, err);
		if (!rc)
			rc = ipm_element_iter_next(&it->values, &index, ret_value, err);
	}
	it->begun = true;
	if (!rc)
		rc = ipm_element_iter_next(&it->keys, &index, ret_key, err);
	if (!rc)
		rc = ipm_element_iter_next(&it->values, &index, ret_value, err);
	if (!rc && !*ret_key)
		*ret_value = NULL;
	return rc;
}

void ipm_entry_iter_deinit(struct ipm_entry_iter *it)
{
	ipm_element_iter_deinit(&it->keys);
	ipm_element_iter_deinit(&it->values);
}

void ipm_property_iter_init(struct ipm_property_iter *it, struct ipm_heap *heap,
			    const struct ipm_object *object)
{
	*it = (struct ipm_property_iter){.heap = heap,
					 .object = object,
					 .properties = object->properties,
					 .count = object->property_count};
}

enum ipm_errc ipm_property_iter_next(struct ipm_property_iter *it, const struct ipm_property **ret,
				     struct ipm_error *err)
{
	const struct ipm_slices *slices = &it->object->more_properties;
	enum ipm_errc rc;

	while (it->at == it->count) {
		ipm_property_iter_deinit(it);
		it->at = it->count = 0;
		if (!it->heap->reader || it->next_slice >= slice_count(slices)) {
			*ret = NULL;
			return IPM_OK;
		}
		rc = ipm_reader_slice(it->heap->reader, slices->first + it->next_slice++,
				      &it->slice, err);
		if (rc == IPM_ERR_NOT_FOUND)
			it->slice = NULL;
		else if (rc)
			return rc;
		if (it->slice) {
			it->properties = it->slice->properties;
			it->count = it->slice->property_count;
		}
	}
	*ret = &it->properties[it->at++];
	return IPM_OK;
}

void ipm_property_iter_deinit(struct ipm_property_iter *it)
{
	if (it->slice)
		ipm_slice_release(it->heap->reader, it->slice);
	it->slice = NULL;
}

uint64_t ipm_text_available(const struct ipm_text *text)
{
	uint64_t units;

	if (text->script_id)
		return text->length;
	if (text->slices.count)
		return text->slices.count < text->length ? text->slices.count : text->length;
	units = ipm_wtf8_units(text->str);
	return units < text->length ? units : text->length;
}

struct text_sink {
	struct ipm_buf *out;
	bool escaped;
};

static bool write_piece(void *self, struct ipm_str piece)
{
	struct text_sink *sink = self;

	if (sink->escaped)
		ipm_json_put_escaped(sink->out, piece);
	else
		ipm_buf_str(sink->out, piece);
	return ipm_buf_ok(sink->out);
}

static enum ipm_errc append(struct ipm_heap *heap, const struct ipm_text *text, uint64_t start,
			    uint64_t end, bool escaped, struct ipm_buf *out, struct ipm_error *err)
{
	struct text_sink sink = {out, escaped};
	struct ipm_buf part = IPM_BUF_INIT;
	enum ipm_errc rc;

	if (text->script_id || text->slices.count) {
		if (!heap->reader)
			return IPM_OK;
		rc = ipm_reader_text(heap->reader, text, start, end, write_piece, &sink, err);
		return rc == IPM_ERR_NOT_FOUND ? IPM_OK : rc;
	}
	if (start == 0 && end >= text->length) {
		(void)write_piece(&sink, text->str);
		return IPM_OK;
	}
	ipm_wtf8_slice(&part, text->str, start, end);
	(void)write_piece(&sink, ipm_buf_as_str(&part));
	rc = ipm_buf_status(&part, err);
	ipm_buf_deinit(&part);
	return rc;
}

enum ipm_errc ipm_text_append(struct ipm_heap *heap, const struct ipm_text *text, uint64_t start,
			      uint64_t end, struct ipm_buf *out, struct ipm_error *err)
{
	return append(heap, text, start, end, false, out, err);
}

enum ipm_errc ipm_text_append_escaped(struct ipm_heap *heap, const struct ipm_text *text,
				      uint64_t start, uint64_t end, struct ipm_buf *out,
				      struct ipm_error *err)
{
	return append(heap, text, start, end, true, out, err);
}
