/* SPDX-License-Identifier: MIT */
#include "elements.h"

#include "sequence.h"

static enum ipm_errc
visit_typed(struct ipm_heap *heap, const struct ipm_object *array, uint64_t from, uint64_t to,
	    bool (*visit)(void *self, uint64_t index, const struct ipm_value *value), void *self,
	    struct ipm_error *err)
{
	struct ipm_typed_view view;
	enum ipm_errc code = ipm_typed_view_of(&view, heap, array, err);
	uint64_t i;

	if (code)
		return code == IPM_ERR_NOT_FOUND ? IPM_OK : code;
	for (i = from; i <= to && i < view.length; i++) {
		struct ipm_value value;
		char digits[24];

		code = ipm_typed_view_get(&view, i, digits, &value, err);
		if (code || !visit(self, i, &value))
			break;
	}
	ipm_typed_view_deinit(&view);
	return code;
}

enum ipm_errc
visit_elements(struct ipm_heap *heap, const struct ipm_object *object, uint64_t from, uint64_t to,
	       bool (*visit)(void *self, uint64_t index, const struct ipm_value *value), void *self,
	       struct ipm_error *err)
{
	struct ipm_element_iter it;
	enum ipm_errc code;

	if (object->kind == IPM_KIND_TYPEDARRAY)
		return visit_typed(heap, object, from, to, visit, self, err);
	ipm_element_iter_init(&it, heap, object, from);
	for (;;) {
		const struct ipm_value *value;
		uint64_t index;

		code = ipm_element_iter_next(&it, &index, &value, err);
		if (code || !value || index > to || !visit(self, index, value))
			break;
	}
	ipm_element_iter_deinit(&it);
	return code;
}
