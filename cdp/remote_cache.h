/* SPDX-License-Identifier: MIT */
#ifndef IPM_REMOTE_CACHE_H
#define IPM_REMOTE_CACHE_H

/*
 * RemoteObjects written before, for those who write all objects of a file: most of what objects
 * point at are the same few prototypes, classes and functions. A fixed size; what collides is
 * written anew.
 */

#include <stdbool.h>

#include "ipm_base.h"

struct ipm_remote_cache;

/* NULL when there is no memory: everything works without, only slower. */
struct ipm_remote_cache *ipm_remote_cache_create(void);
void ipm_remote_cache_destroy(struct ipm_remote_cache *cache); /* NULL is fine */
/* The text lives until the next put. */
bool ipm_remote_cache_get(const struct ipm_remote_cache *cache, uint64_t id, struct ipm_str *ret);
void ipm_remote_cache_put(struct ipm_remote_cache *cache, uint64_t id, struct ipm_str text);

#endif
