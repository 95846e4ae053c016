/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "import_pool.h"

#define CHUNK_BYTES ((size_t)256 << 10)

struct import_chunk {
	struct import_chunk *next;
	size_t used, size;
	max_align_t data[];
};

void *import_alloc(struct import_pool *pool, size_t count, size_t size)
{
	struct import_chunk *chunk = pool->chunks;
	size_t bytes, want;
	void *ret;

	if (pool->failed || !ipm_mul_size(count, size, &bytes) || bytes > SIZE_MAX / 2) {
		pool->failed = true;
		return NULL;
	}
	bytes = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!chunk || bytes > chunk->size - chunk->used) {
		want = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
		chunk = malloc(sizeof(*chunk) + want);
		if (!chunk) {
			pool->failed = true;
			return NULL;
		}
		*chunk = (struct import_chunk){.next = pool->chunks, .size = want};
		pool->chunks = chunk;
	}
	ret = (uint8_t *)chunk->data + chunk->used;
	chunk->used += bytes;
	memset(ret, 0, bytes);
	return ret;
}

/* Keeps one chunk of the usual size. */
void import_pool_reset(struct import_pool *pool)
{
	struct import_chunk *chunk, *kept = NULL;

	while ((chunk = pool->chunks)) {
		pool->chunks = chunk->next;
		if (!kept && chunk->size == CHUNK_BYTES)
			kept = chunk;
		else
			free(chunk);
	}
	if (kept) {
		kept->next = NULL;
		kept->used = 0;
	}
	pool->chunks = kept;
	pool->failed = false;
}

void import_pool_deinit(struct import_pool *pool)
{
	import_pool_reset(pool);
	free(pool->chunks);
	pool->chunks = NULL;
}

void *import_list_add(struct import_pool *pool, struct import_list *list, size_t size)
{
	size_t capacity;
	uint8_t *items;

	if (list->count == list->capacity) {
		capacity = list->capacity ? list->capacity * 2 : 16;
		items = import_alloc(pool, capacity, size);
		if (!items)
			return NULL;
		if (list->count)
			memcpy(items, list->items, list->count * size);
		list->items = items;
		list->capacity = capacity;
	}
	return (uint8_t *)list->items + list->count++ * size;
}
