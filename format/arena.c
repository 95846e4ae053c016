/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

struct ipm_arena_chunk {
	struct ipm_arena_chunk *next;
	size_t used, capacity;
	max_align_t data[];
};

enum { FIRST_CHUNK = 2048 };

void *ipm_arena_alloc(struct ipm_arena *arena, size_t size)
{
	struct ipm_arena_chunk *chunk = arena->chunks;
	size_t capacity, bytes;
	void *p;

	if (size > SIZE_MAX / 4)
		return NULL;
	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!chunk || size > chunk->capacity - chunk->used) {
		capacity = chunk ? chunk->capacity : FIRST_CHUNK / 2;
		capacity = capacity > 1 << 19 ? 1 << 20 : capacity * 2;
		if (capacity < size)
			capacity = size;
		if (!ipm_add_size(capacity, sizeof(*chunk), &bytes))
			return NULL;
		chunk = malloc(bytes);
		if (!chunk)
			return NULL;
		chunk->next = arena->chunks;
		chunk->used = 0;
		chunk->capacity = capacity;
		arena->chunks = chunk;
		arena->total += capacity;
	}
	p = (char *)chunk->data + chunk->used;
	chunk->used += size;
	memset(p, 0, size);
	return p;
}

void *ipm_arena_array(struct ipm_arena *arena, size_t count, size_t size)
{
	size_t bytes;

	return ipm_mul_size(count, size, &bytes) ? ipm_arena_alloc(arena, bytes) : NULL;
}

static void free_chunks(struct ipm_arena *arena, struct ipm_arena_chunk *kept)
{
	struct ipm_arena_chunk *chunk = arena->chunks, *next;

	for (; chunk; chunk = next) {
		next = chunk->next;
		if (chunk != kept)
			free(chunk);
	}
}

void ipm_arena_reset(struct ipm_arena *arena, size_t keep)
{
	struct ipm_arena_chunk *kept = arena->chunks;

	if (kept && kept->capacity > keep)
		kept = NULL;
	free_chunks(arena, kept);
	arena->chunks = kept;
	arena->total = kept ? kept->capacity : 0;
	if (kept) {
		kept->next = NULL;
		kept->used = 0;
	}
}

void ipm_arena_deinit(struct ipm_arena *arena)
{
	free_chunks(arena, NULL);
	*arena = (struct ipm_arena){0};
}
