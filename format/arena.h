/* SPDX-License-Identifier: MIT */
#ifndef IPM_ARENA_H
#define IPM_ARENA_H

/* Memory that is given back all at once. A zeroed struct is an empty, usable arena. */

#include <stddef.h>

struct ipm_arena_chunk;

struct ipm_arena {
	struct ipm_arena_chunk *chunks; /* newest first */
	size_t total;			/* bytes in all chunks */
};

/* Zeroed and aligned for anything; NULL when there is no memory. `size` 0 gives a valid pointer. */
void *ipm_arena_alloc(struct ipm_arena *arena, size_t size);
/* The same for an array; NULL also when count × size does not fit. */
void *ipm_arena_array(struct ipm_arena *arena, size_t count, size_t size);
/* Forgets all that was allocated, keeps one chunk of up to `keep` bytes for the next time. */
void ipm_arena_reset(struct ipm_arena *arena, size_t keep);
void ipm_arena_deinit(struct ipm_arena *arena);

#endif
