/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVAL_HEAP_H
#define IPM_EVAL_HEAP_H

/* The evaluator's own heap: the objects that results reach, in batches of one evaluation each. */

#include "eval_native.h"

struct ev_batch_chunk {
	struct ev_batch_chunk *next;
	size_t used, size;
};

struct ev_batch {
	struct ev_batch *next; /* newer */
	struct ev_batch_chunk *chunks;
	uint64_t bytes, max_bytes;
	uint64_t first_id;
	struct ipm_object *objects;
	size_t count;
	struct ipm_str group;
};

enum { EV_KNOWN_CLASSES = 27 };

struct ipm_evaluator {
	struct ipm_heap heap; /* first: what its functions get is the evaluator */
	struct ipm_heap file;
	struct ipm_reader *reader;
	struct ev_batch *oldest, *newest;
	struct ev_batch *result; /* text of the last result, when it has no objects */
	uint64_t kept_bytes, max_kept_bytes;
	uint64_t next_id;
	const struct ev_native *natives[EV_NATIVE_BUCKETS];
	bool knows_prototypes;
	uint64_t prototypes[EV_KNOWN_CLASSES]; /* of builtin classes; 0: not in the file */
};

/* NULL: the batch's limit, or no memory. Zeroed. */
void *ev_batch_alloc(struct ev_batch *batch, size_t size);
void ev_batch_free(struct ev_batch *batch);

/* Copies a value and all that it reaches into `batch`. */
bool ev_keep(struct ev *e, struct ev_val v, struct ev_batch *batch, struct ipm_value *ret);

/* The file's own function of a builtin; *ret 0: not in the file. */
bool ev_captured_builtin(struct ev *e, const struct ev_native *n, uint64_t *ret);
/* The file's own prototype of a builtin class; UNDEFINED: not in the file. */
bool ev_captured_prototype(struct ev *e, const char *class_name, struct ev_val *ret);
/* "function map() { [native code] }" */
void ev_builtin_source(const struct ev_native *n, char *ret, size_t capacity);

#endif
