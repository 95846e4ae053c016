/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_SOURCE_CACHE_H
#define IPM_CAPTURE_SOURCE_CACHE_H

/*
 * The sources used last, to prove that the text of a function is a piece of its script: the file
 * then needs the script alone. A zeroed struct is an empty, usable cache.
 */

#include "buf.h"

#define SOURCE_CACHE_COUNT 256
#define SOURCE_CACHE_BYTES ((size_t)4 << 20)

struct cached_source {
	uint64_t script_id;
	struct ipm_buf text;
	uint32_t *lines; /* where each begins, in bytes */
	size_t line_count;
	uint32_t *marks; /* UTF-16 units before each KiB; NULL: it is ASCII */
	uint64_t used;
};

struct source_cache {
	struct cached_source at[SOURCE_CACHE_COUNT];
	size_t count, bytes;
	uint64_t uses;
};

void source_cache_deinit(struct source_cache *cache);
/*
 * Keeps the source of a script, valid WTF-8, and takes its memory over; `text` is empty afterwards.
 * What is too large for the cache, or for memory, is not kept.
 */
void source_cache_put(struct source_cache *cache, uint64_t script_id, struct ipm_buf *text);
/* NULL: not kept. Lives until the next put. */
const struct cached_source *source_cache_get(struct source_cache *cache, uint64_t script_id);

/*
 * Where `text` lies in the source, in UTF-16 units: around line and column, counted from 0. V8
 * says where the parameters of a function begin; its text begins a little before. False: not there.
 */
bool source_find(const struct cached_source *source, struct ipm_str text, int64_t line,
		 int64_t column, uint64_t *ret_start);

#endif
