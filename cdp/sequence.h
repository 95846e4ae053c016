/* SPDX-License-Identifier: MIT */
#ifndef IPM_SEQUENCE_H
#define IPM_SEQUENCE_H

/*
 * The properties, elements, bytes and text of an object, one after the other, wherever they lie:
 * in its record or in slices behind it. An iterator holds at most one slice; give it back with
 * _deinit, also after an error.
 */

#include "buf.h"
#include "heap.h"

struct ipm_element_iter {
	struct ipm_heap *heap;
	const struct ipm_object *object;
	const struct ipm_slice *slice;
	uint64_t next_slice;
	const struct ipm_value *values;
	size_t count;
	size_t at;
	uint64_t index;
	uint64_t start;
};

/* From index `start` on. `object` outlives the iterator. */
void ipm_element_iter_init(struct ipm_element_iter *it, struct ipm_heap *heap,
			   const struct ipm_object *object, uint64_t start);
/*
 * The next element that exists (holes are passed over), with its index; *ret is NULL at the end.
 * Lives until the next call. Map entries are two elements, key and value.
 */
IPM_MUST_USE enum ipm_errc ipm_element_iter_next(struct ipm_element_iter *it, uint64_t *ret_index,
						 const struct ipm_value **ret,
						 struct ipm_error *err);
void ipm_element_iter_deinit(struct ipm_element_iter *it);

/* The entries of a Map, Set or iterator, from entry `start` on. */
struct ipm_entry_iter {
	struct ipm_element_iter keys; /* one holds a single element at a time, so two go abreast */
	struct ipm_element_iter values;
	bool has_keys;
	bool begun;
};

void ipm_entry_iter_init(struct ipm_entry_iter *it, struct ipm_heap *heap,
			 const struct ipm_object *object, uint64_t start);
/* *ret_value is NULL at the end, *ret_key also for a Set. */
IPM_MUST_USE enum ipm_errc ipm_entry_iter_next(struct ipm_entry_iter *it,
					       const struct ipm_value **ret_key,
					       const struct ipm_value **ret_value,
					       struct ipm_error *err);
void ipm_entry_iter_deinit(struct ipm_entry_iter *it);

/* Has this kind of object entries, and are they pairs of key and value? */
bool ipm_has_entries(const struct ipm_object *object);
bool ipm_has_keys(const struct ipm_object *object);
/* Entries in the file. */
uint64_t ipm_entry_count(const struct ipm_object *object);

struct ipm_property_iter {
	struct ipm_heap *heap;
	const struct ipm_object *object;
	const struct ipm_slice *slice;
	uint64_t next_slice;
	const struct ipm_property *properties;
	size_t count;
	size_t at;
};

void ipm_property_iter_init(struct ipm_property_iter *it, struct ipm_heap *heap,
			    const struct ipm_object *object);
/* *ret is NULL at the end. Lives until the next call. */
IPM_MUST_USE enum ipm_errc ipm_property_iter_next(struct ipm_property_iter *it,
						  const struct ipm_property **ret,
						  struct ipm_error *err);
void ipm_property_iter_deinit(struct ipm_property_iter *it);

/*
 * Elements of a typed array, read from its ArrayBuffer. `step` is the element's size in bytes.
 * _deinit releases what _init took.
 */
struct ipm_typed_view {
	struct ipm_heap *heap;
	const struct ipm_object *buffer; /* held; NULL when it was not captured */
	enum ipm_element_type type;
	uint64_t offset; /* of element 0 in the buffer's bytes */
	uint64_t length; /* elements that were captured */
	const struct ipm_slice *slice;
	uint64_t slice_number;
};

/* Bytes of one element; 1 for unknown types. */
unsigned ipm_element_size(enum ipm_element_type type);
/* "Int8Array", …; "Uint8Array" for unknown types. */
const char *ipm_element_type_name(enum ipm_element_type type);

/* A view over `length` elements of an ArrayBuffer at `offset`; what is missing shortens it. */
IPM_MUST_USE enum ipm_errc ipm_typed_view_init(struct ipm_typed_view *view, struct ipm_heap *heap,
					       uint64_t buffer_id, enum ipm_element_type type,
					       uint64_t offset, uint64_t length,
					       struct ipm_error *err);
/* The view that a typed array is. */
IPM_MUST_USE enum ipm_errc ipm_typed_view_of(struct ipm_typed_view *view, struct ipm_heap *heap,
					     const struct ipm_object *typed_array,
					     struct ipm_error *err);
/* Element `index` as a number, or a BigInt whose digits are in `digits` (at least 24 bytes). */
IPM_MUST_USE enum ipm_errc ipm_typed_view_get(struct ipm_typed_view *view, uint64_t index,
					      char *digits, struct ipm_value *ret,
					      struct ipm_error *err);
void ipm_typed_view_deinit(struct ipm_typed_view *view);

/* UTF-16 units of a text that are in the file; less than text->length when it was cut. */
uint64_t ipm_text_available(const struct ipm_text *text);
/* Appends units `start` to `end` of a text, as far as they are there. */
IPM_MUST_USE enum ipm_errc ipm_text_append(struct ipm_heap *heap, const struct ipm_text *text,
					   uint64_t start, uint64_t end, struct ipm_buf *out,
					   struct ipm_error *err);
/* The same as the inside of a JSON string. */
IPM_MUST_USE enum ipm_errc ipm_text_append_escaped(struct ipm_heap *heap,
						   const struct ipm_text *text, uint64_t start,
						   uint64_t end, struct ipm_buf *out,
						   struct ipm_error *err);

#endif
