/* SPDX-License-Identifier: MIT */
#include "elements.h"

#include "typed_elements.h"

struct walk {
	uint64_t from, to, index;
	bool (*visit)(void *self, uint64_t index, const struct ipm_value *value);
	void *self;
	bool stopped;
};

static void visit_values(struct walk *walk, const struct ipm_value *values, size_t count)
{
	size_t i;

	for (i = 0; i < count && !walk->stopped && walk->index <= walk->to; i++) {
		if (values[i].type == IPM_VALUE_HOLES) {
			if (values[i].holes > UINT64_MAX - walk->index)
				walk->stopped = true;
			else
				walk->index += values[i].holes;
			continue;
		}
		if (walk->index >= walk->from)
			walk->stopped = !walk->visit(walk->self, walk->index, &values[i]);
		walk->index++;
	}
}

static enum ipm_errc visit_slices(struct ipm_heap *heap, const struct ipm_slices *slices,
				  struct walk *walk, struct ipm_error *err)
{
	uint64_t per_slice = slices->per_slice ? slices->per_slice : 1;
	uint64_t number = slices->count / per_slice + !!(slices->count % per_slice), k;
	uint64_t base = walk->index;

	for (k = 0; k < number && !walk->stopped && walk->index <= walk->to; k++) {
		const struct ipm_slice *slice;
		enum ipm_errc code;

		/* Slices before the range need not be read. */
		if (base + (k + 1) * per_slice <= walk->from)
			continue;
		walk->index = base + k * per_slice;
		code = ipm_reader_slice(heap->reader, slices->first + k, &slice, err);
		if (code == IPM_ERR_NOT_FOUND)
			break;
		if (code)
			return code;
		visit_values(walk, slice->values, slice->value_count);
		ipm_slice_release(heap->reader, slice);
	}
	return IPM_OK;
}

enum ipm_errc
visit_elements(struct ipm_heap *heap, const struct ipm_object *object, uint64_t from, uint64_t to,
	       bool (*visit)(void *self, uint64_t index, const struct ipm_value *value), void *self,
	       struct ipm_error *err)
{
	struct walk walk = {.from = from, .to = to, .visit = visit, .self = self};

	if (object->kind == IPM_KIND_TYPEDARRAY)
		return visit_typed(heap, object, from, to, visit, self, err);
	visit_values(&walk, object->elements, object->element_count);
	if (walk.stopped || !object->more_elements.count)
		return IPM_OK;
	return visit_slices(heap, &object->more_elements, &walk, err);
}
