/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#define CHUNK_BYTES ((size_t)64 * 1024)

struct pool_chunk {
	struct pool_chunk *next;
	size_t used;
	size_t capacity;
	alignas(max_align_t) unsigned char data[];
};

static struct pool_chunk *add_chunk(struct pool *pool, size_t bytes)
{
	size_t capacity = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES, total;
	struct pool_chunk *chunk;

	if (!ipm_add_size(sizeof(*chunk), capacity, &total))
		return NULL;
	chunk = malloc(total);
	if (!chunk)
		return NULL;
	chunk->used = 0;
	chunk->capacity = capacity;
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	return chunk;
}

void *pool_alloc(struct pool *pool, size_t count, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct pool_chunk *chunk = pool->chunks;
	size_t bytes;
	void *ret;

	if (!ipm_mul_size(count, size, &bytes) || bytes > SIZE_MAX - align) {
		pool->failed = true;
		return NULL;
	}
	bytes = (bytes + align - 1) / align * align;
	if (!chunk || chunk->capacity - chunk->used < bytes)
		chunk = add_chunk(pool, bytes);
	if (!chunk) {
		pool->failed = true;
		return NULL;
	}
	ret = chunk->data + chunk->used;
	chunk->used += bytes;
	memset(ret, 0, bytes);
	return ret;
}

struct ipm_str pool_str(struct pool *pool, struct ipm_str str)
{
	char *copy;

	if (!str.len)
		return (struct ipm_str){0};
	copy = pool_alloc(pool, str.len, 1);
	if (!copy)
		return (struct ipm_str){0};
	memcpy(copy, str.data, str.len);
	return (struct ipm_str){copy, str.len};
}

void pool_reset(struct pool *pool)
{
	struct pool_chunk *chunk = pool->chunks, *next, *keep = NULL;

	for (; chunk; chunk = next) {
		next = chunk->next;
		if (!keep && chunk->capacity == CHUNK_BYTES)
			keep = chunk;
		else
			free(chunk);
	}
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
	pool->chunks = keep;
	pool->failed = false;
}

void pool_deinit(struct pool *pool)
{
	struct pool_chunk *chunk = pool->chunks, *next;

	for (; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	*pool = (struct pool){0};
}
