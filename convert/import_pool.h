/* SPDX-License-Identifier: MIT */
#ifndef IPM_IMPORT_POOL_H
#define IPM_IMPORT_POOL_H

#include <stdbool.h>
#include <stddef.h>

/* Memory of one record, given back at once; addresses stay put. */
struct import_pool {
	struct import_chunk *chunks;
	bool failed;
};

void *import_alloc(struct import_pool *pool, size_t count, size_t size); /* zeroed; NULL: failed */
void import_pool_reset(struct import_pool *pool);
void import_pool_deinit(struct import_pool *pool);

/* A growing array in a pool. */
struct import_list {
	void *items;
	size_t count, capacity;
};
/* A new zeroed item at the end; NULL: no memory. */
void *import_list_add(struct import_pool *pool, struct import_list *list, size_t size);

#endif
