/* SPDX-License-Identifier: MIT */
#ifndef IPM_IMPORT_ELEMENTS_H
#define IPM_IMPORT_ELEMENTS_H

/* Elements, entries and bytes of large objects: gone through twice instead of being kept. */

#include "import_internal.h"

#define IMPORT_INLINE	 4096
#define IMPORT_PER_SLICE 1024

/* Descriptors in the text: of an array, or of the list behind [[Entries]]. */
struct import_source {
	struct ipm_str items; /* "[…]" */
	struct json_cursor cursor;
	bool entries;
	bool pairs; /* entries have keys */
};

void import_source_init(struct import_source *s, struct ipm_str items, bool entries);
/*
 * The next element: one value, or key and value of an entry. *ret_count 0: the end. *ret_index counts
 * values, so that an entry of a Map moves it by two.
 */
IPM_MUST_USE enum ipm_errc import_source_next(struct import *im, struct import_source *s,
					      struct ipm_value ret[2], uint64_t *ret_index,
					      unsigned *ret_count);
/* Looks through all names: how many are indexes, how many are not, and the end of the indexes. */
IPM_MUST_USE enum ipm_errc import_source_count(struct import *im, struct ipm_str items,
					       uint64_t *ret_indexed, uint64_t *ret_named,
					       uint64_t *ret_end);
/* Do the entries have keys? Looks at the first. */
bool import_has_keys(struct import *im, struct ipm_str items);

/*
 * Elements of `source` into the object: the first ones in the record, the rest in slices that are
 * reserved here and written by import_element_slices after the record. In very sparse arrays
 * indexes from *ret_left on are left for import_named; else it is untouched.
 */
IPM_MUST_USE enum ipm_errc import_elements(struct import *im, struct import_source *source,
					   uint64_t count, uint64_t length,
					   struct ipm_object *object, uint64_t *ret_left);
IPM_MUST_USE enum ipm_errc import_element_slices(struct import *im, struct import_source *source,
						 const struct ipm_object *object);
/* Named properties the same way; indexes below `skip_below` are no names. */
IPM_MUST_USE enum ipm_errc import_named(struct import *im, struct ipm_str items,
					uint64_t skip_below, uint64_t count,
					struct ipm_object *object);
IPM_MUST_USE enum ipm_errc import_named_slices(struct import *im, struct ipm_str items,
					       uint64_t skip_below,
					       const struct ipm_object *object);

/* A typed array's elements as the bytes of an ArrayBuffer; long ones are written at once. */
IPM_MUST_USE enum ipm_errc import_bytes(struct import *im, struct ipm_str items,
					enum ipm_element_type type, struct ipm_object *object);

#endif
