/* SPDX-License-Identifier: MIT */
#ifndef IPM_HEAP_H
#define IPM_HEAP_H

/*
 * Where objects come from: a crash file, or a crash file plus what an expression made. CDP text
 * is written from a heap, so that both look alike.
 */

#include "ipm_reader.h"

/* Ids from here on are not in any file: an evaluator hands them out. */
#define IPM_FIRST_SYNTHETIC_ID (UINT64_C(1) << 48)

struct ipm_heap {
	/* As ipm_reader_object and ipm_object_release. */
	enum ipm_errc (*object)(struct ipm_heap *heap, uint64_t id, const struct ipm_object **ret,
				struct ipm_error *err);
	void (*release)(struct ipm_heap *heap, const struct ipm_object *object);
	struct ipm_reader *reader; /* for slices, scripts and long texts */
};

/*
 * A heap that is just the file. The reader outlives it. An object in a damaged block is
 * IPM_ERR_NOT_FOUND here: what is left of the file is still worth showing.
 */
struct ipm_heap ipm_file_heap(struct ipm_reader *reader);

#endif
