/* SPDX-License-Identifier: MIT */
#ifndef IPM_TYPED_ELEMENTS_H
#define IPM_TYPED_ELEMENTS_H

#include "heap.h"

/* As visit_elements, for a typed array: its numbers out of its ArrayBuffer's bytes. */
IPM_MUST_USE enum ipm_errc
visit_typed(struct ipm_heap *heap, const struct ipm_object *array, uint64_t from, uint64_t to,
	    bool (*visit)(void *self, uint64_t index, const struct ipm_value *value), void *self,
	    struct ipm_error *err);

#endif
