/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_POOL_H
#define IPM_CAPTURE_POOL_H

/*
 * Memory that is given back all at once. Addresses stay put until then. Failure is sticky:
 * pool_ok() says false and pool_alloc() returns NULL. A zeroed struct is an empty, usable pool.
 */

#include <stdbool.h>

#include "ipm_base.h"

struct pool_chunk;

struct pool {
	struct pool_chunk *chunks; /* the one in use first */
	bool failed;
};

/* Zeroed memory, aligned for anything. */
void *pool_alloc(struct pool *pool, size_t count, size_t size);
/* A copy; empty on failure. */
struct ipm_str pool_str(struct pool *pool, struct ipm_str str);
/* Gives everything back but one chunk, and clears the failure. */
void pool_reset(struct pool *pool);
void pool_deinit(struct pool *pool);

static inline bool pool_ok(const struct pool *pool)
{
	return !pool->failed;
}

#endif
