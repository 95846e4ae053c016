/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "clock.h"
#include "eval_internal.h"

/* The arena of one evaluation, and its limits. */

enum { CHUNK_BYTES = 64 * 1024, LARGE_BYTES = 4096, ALIGNMENT = 16 };

struct ev_chunk {
	struct ev_chunk *prev, *next;
	size_t size;
	size_t padding; /* keeps what follows aligned */
};

static bool stop(struct ev *e, enum ipm_eval_stop why)
{
	if (!e->stop && !e->errc) {
		e->stop = why;
		e->throwing = false;
	}
	return false;
}

static struct ev_chunk *new_chunk(struct ev *e, size_t size)
{
	struct ev_chunk *chunk;

	if (size > e->max_bytes || e->bytes > e->max_bytes - size) {
		stop(e, IPM_EVAL_STOPPED_BYTES);
		return NULL;
	}
	chunk = calloc(1, sizeof(*chunk) + size);
	if (!chunk) {
		ipm_fail(e->err, IPM_ERR_NO_MEMORY, "out of memory while evaluating");
		ev_fail(e, IPM_ERR_NO_MEMORY);
		return NULL;
	}
	e->bytes += size;
	chunk->size = size;
	chunk->next = e->chunks;
	if (e->chunks)
		e->chunks->prev = chunk;
	e->chunks = chunk;
	return chunk;
}

static bool round_up(struct ev *e, size_t *size)
{
	if (*size > SIZE_MAX / 2)
		return stop(e, IPM_EVAL_STOPPED_BYTES);
	*size = (*size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	return true;
}

void *ev_alloc(struct ev *e, size_t size)
{
	struct ev_chunk *chunk;
	void *p;

	if (!round_up(e, &size))
		return NULL;
	if (size >= LARGE_BYTES) {
		chunk = new_chunk(e, size);
		return chunk ? chunk + 1 : NULL;
	}
	if (size > e->arena_left) {
		chunk = new_chunk(e, CHUNK_BYTES);
		if (!chunk)
			return NULL;
		e->arena_at = (uint8_t *)(chunk + 1);
		e->arena_left = CHUNK_BYTES;
	}
	p = e->arena_at;
	e->arena_at += size;
	e->arena_left -= size;
	return p;
}

void *ev_grow(struct ev *e, void *old, size_t old_size, size_t new_size)
{
	struct ev_chunk *chunk, *grown;
	void *p;

	if (!round_up(e, &old_size) || !round_up(e, &new_size))
		return NULL;
	if (new_size <= old_size)
		return old;
	if (!old || old_size < LARGE_BYTES) {
		p = ev_alloc(e, new_size);
		if (p && old)
			memcpy(p, old, old_size);
		return p;
	}
	if (new_size - old_size > e->max_bytes || e->bytes > e->max_bytes - (new_size - old_size)) {
		stop(e, IPM_EVAL_STOPPED_BYTES);
		return NULL;
	}
	chunk = (struct ev_chunk *)old - 1;
	grown = realloc(chunk, sizeof(*chunk) + new_size);
	if (!grown) {
		ipm_fail(e->err, IPM_ERR_NO_MEMORY, "out of memory while evaluating");
		ev_fail(e, IPM_ERR_NO_MEMORY);
		return NULL;
	}
	e->bytes += new_size - old_size;
	grown->size = new_size;
	if (grown->prev)
		grown->prev->next = grown;
	else
		e->chunks = grown;
	if (grown->next)
		grown->next->prev = grown;
	memset((uint8_t *)(grown + 1) + old_size, 0, new_size - old_size);
	return grown + 1;
}

void *ev_more(struct ev *e, void *array, size_t count, size_t *capacity, size_t size)
{
	size_t want = *capacity ? *capacity * 2 : 4;
	size_t bytes;
	void *p;

	if (count < *capacity)
		return array;
	if (!ipm_mul_size(want, size, &bytes)) {
		stop(e, IPM_EVAL_STOPPED_BYTES);
		return NULL;
	}
	p = ev_grow(e, array, *capacity * size, bytes);
	if (p)
		*capacity = want;
	return p;
}

void ev_free_all(struct ev *e)
{
	struct ev_chunk *chunk = e->chunks, *next;

	for (; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	e->chunks = NULL;
	e->arena_left = 0;
}

bool ev_steps(struct ev *e, uint64_t count)
{
	uint64_t before = e->steps;

	e->steps += count;
	if (e->steps > e->max_steps)
		return stop(e, IPM_EVAL_STOPPED_STEPS);
	if ((before ^ e->steps) >> 10 && ipm_monotonic_ns() > e->deadline_ns)
		return stop(e, IPM_EVAL_STOPPED_TIME);
	return true;
}

bool ev_enter(struct ev *e)
{
	const char *here = __builtin_frame_address(0);
	ptrdiff_t used = here < e->stack_base ? e->stack_base - here : here - e->stack_base;

	if (e->depth >= EV_MAX_DEPTH || used > EV_MAX_STACK)
		return ev_throw(e, "RangeError", "Maximum call stack size exceeded");
	e->depth++;
	return true;
}

bool ev_fail(struct ev *e, enum ipm_errc code)
{
	if (!e->errc)
		e->errc = code;
	e->throwing = false;
	return false;
}
