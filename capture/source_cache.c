/* SPDX-License-Identifier: MIT */
#include "source_cache.h"

#include <stdlib.h>
#include <string.h>

#define MARK 1024
/* "async function* name", "static get name", or all of a class before its constructor. */
#define MAX_BEFORE 65536

static void drop(struct source_cache *cache, size_t i)
{
	struct cached_source *s = &cache->at[i];

	cache->bytes -= s->text.len;
	ipm_buf_deinit(&s->text);
	free(s->lines);
	free(s->marks);
	*s = cache->at[--cache->count];
}

void source_cache_deinit(struct source_cache *cache)
{
	while (cache->count)
		drop(cache, cache->count - 1);
}

/* In UTF-16; additive, so that any bytes may be counted, whole characters or not. */
static uint64_t units_in(const uint8_t *p, size_t len)
{
	uint64_t units = 0;
	size_t i;

	for (i = 0; i < len; i++)
		units += (unsigned)((p[i] & 0xC0) != 0x80) + (unsigned)(p[i] >= 0xF0);
	return units;
}

static bool mark_units(struct cached_source *s)
{
	size_t n = s->text.len / MARK + 1, i;
	uint64_t units = 0;

	for (i = 0; i < s->text.len && s->text.data[i] < 0x80; i++)
		;
	if (i == s->text.len)
		return true;
	s->marks = malloc(n * sizeof(*s->marks));
	if (!s->marks)
		return false;
	for (i = 0; i < n; i++) {
		size_t at = i * MARK, len = s->text.len - at;

		s->marks[i] = (uint32_t)units;
		units += units_in(s->text.data + at, len < MARK ? len : MARK);
	}
	return true;
}

static bool list_lines(struct cached_source *s)
{
	const uint8_t *at = s->text.data, *end = at + s->text.len;
	size_t n = 1;

	for (; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		n++;
	s->lines = malloc(n * sizeof(*s->lines));
	if (!s->lines)
		return false;
	s->lines[s->line_count++] = 0;
	for (at = s->text.data; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		s->lines[s->line_count++] = (uint32_t)(at + 1 - s->text.data);
	return true;
}

static void drop_oldest(struct source_cache *cache)
{
	size_t oldest = 0, i;

	for (i = 1; i < cache->count; i++)
		if (cache->at[i].used < cache->at[oldest].used)
			oldest = i;
	drop(cache, oldest);
}

void source_cache_put(struct source_cache *cache, uint64_t script_id, struct ipm_buf *text)
{
	struct cached_source s = {.script_id = script_id, .text = *text, .used = ++cache->uses};

	*text = IPM_BUF_INIT;
	if (!s.text.len || s.text.len > SOURCE_CACHE_BYTES || !list_lines(&s) || !mark_units(&s)) {
		ipm_buf_deinit(&s.text);
		free(s.lines);
		return;
	}
	while (cache->count && (cache->count == SOURCE_CACHE_COUNT ||
				cache->bytes > SOURCE_CACHE_BYTES - s.text.len))
		drop_oldest(cache);
	cache->bytes += s.text.len;
	cache->at[cache->count++] = s;
}

const struct cached_source *source_cache_get(struct source_cache *cache, uint64_t script_id)
{
	size_t i;

	for (i = 0; i < cache->count; i++) {
		if (cache->at[i].script_id == script_id) {
			cache->at[i].used = ++cache->uses;
			return &cache->at[i];
		}
	}
	return NULL;
}

static uint64_t units_before(const struct cached_source *s, size_t byte)
{
	size_t mark = byte / MARK;

	return s->marks ? s->marks[mark] + units_in(s->text.data + mark * MARK, byte % MARK) : byte;
}

/* The byte at which that unit begins, or the end. */
static size_t byte_of(const struct cached_source *s, uint64_t unit)
{
	size_t low = 0, high = s->text.len / MARK, middle;
	uint64_t units;

	if (!s->marks)
		return unit < s->text.len ? (size_t)unit : s->text.len;
	while (low < high) {
		middle = low + (high - low + 1) / 2;
		if (s->marks[middle] <= unit)
			low = middle;
		else
			high = middle - 1;
	}
	units = s->marks[low];
	for (low *= MARK; low < s->text.len; low++) {
		units += units_in(s->text.data + low, 1);
		if (units > unit)
			break;
	}
	return low;
}

bool source_find(const struct cached_source *source, struct ipm_str text, int64_t line,
		 int64_t column, uint64_t *ret_start)
{
	const uint8_t *data = source->text.data, *first, *at;
	size_t place;

	if (!text.len || line < 0 || column < 0 || (uint64_t)line >= source->line_count)
		return false;
	place = byte_of(source, units_before(source, source->lines[line]) + (uint64_t)column);
	if (place >= source->text.len)
		return false;
	first = data + (place > MAX_BEFORE ? place - MAX_BEFORE : 0);
	for (at = data + place + 1; (at = memrchr(first, text.data[0], (size_t)(at - first)));) {
		if (source->text.len - (size_t)(at - data) >= text.len &&
		    !memcmp(at, text.data, text.len)) {
			*ret_start = units_before(source, (size_t)(at - data));
			return true;
		}
	}
	return false;
}
