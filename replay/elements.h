/* SPDX-License-Identifier: MIT */
#ifndef IPM_ELEMENTS_H
#define IPM_ELEMENTS_H

/* The elements of arrays and typed arrays by index, wherever they are stored. */

#include "heap.h"

/*
 * Calls `visit` for every present element with from <= index <= to, in order; holes are left out.
 * The value lives during the call. false stops, which is IPM_OK.
 */
IPM_MUST_USE enum ipm_errc
visit_elements(struct ipm_heap *heap, const struct ipm_object *object, uint64_t from, uint64_t to,
	       bool (*visit)(void *self, uint64_t index, const struct ipm_value *value), void *self,
	       struct ipm_error *err);

#endif
