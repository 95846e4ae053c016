/* SPDX-License-Identifier: MIT */
#include "heap.h"

static enum ipm_errc file_object(struct ipm_heap *heap, uint64_t id, const struct ipm_object **ret,
				 struct ipm_error *err)
{
	enum ipm_errc rc = ipm_reader_object(heap->reader, id, ret, err);

	switch (rc) {
	case IPM_ERR_CHECKSUM:
	case IPM_ERR_BAD_DATA:
	case IPM_ERR_TRUNCATED:
		return IPM_ERR_NOT_FOUND;
	default:
		return rc;
	}
}

static void file_release(struct ipm_heap *heap, const struct ipm_object *object)
{
	ipm_object_release(heap->reader, object);
}

struct ipm_heap ipm_file_heap(struct ipm_reader *reader)
{
	return (struct ipm_heap){file_object, file_release, reader};
}
