/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#include "wtf8.h"

/* Strings and shapes: whole blocks of them are kept from the first use on. */

enum { DEF_BYTES_MAX = 256 << 20 };

/* Mostly it is in the block that was used last. */
static inline struct ipm_def_block *recent(const struct ipm_defs *defs, uint64_t number)
{
	struct ipm_def_block *last;

	if (!defs->count)
		return NULL;
	last = &defs->blocks[defs->last];
	return number >= last->first_id && number - last->first_id < last->count ? last : NULL;
}

static struct ipm_def_block *find(struct ipm_defs *defs, uint64_t number)
{
	size_t low = 0, high = defs->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (defs->blocks[middle].first_id <= number)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || number - defs->blocks[low - 1].first_id >= defs->blocks[low - 1].count)
		return NULL;
	defs->last = low - 1;
	return &defs->blocks[low - 1];
}

/* Where each record of the block begins. */
static bool take_records(struct ipm_decoder *d, struct ipm_block *block, struct ipm_place *place,
			 struct ipm_def_block *def)
{
	uint32_t i;

	def->records = ipm_arena_array(&d->r->arena, block->records, sizeof(*def->records));
	def->shapes = ipm_arena_array(&d->r->arena, block->records, sizeof(*def->shapes));
	if (!def->records || !def->shapes)
		return ipm_decode_fail(d, IPM_ERR_NO_MEMORY, "no memory for shapes");
	for (i = 0; i < block->records; i++) {
		if (i && !ipm_block_next(block, place))
			return ipm_decode_fail(d, IPM_ERR_BAD_DATA, "fewer shapes than promised");
		def->records[i] = place->cursor.at;
	}
	return true;
}

static bool take_strings(struct ipm_decoder *d, struct ipm_block *block, struct ipm_place *place,
			 struct ipm_def_block *def)
{
	uint32_t i;

	def->strings = ipm_arena_array(&d->r->arena, block->records, sizeof(*def->strings));
	if (!def->strings)
		return ipm_decode_fail(d, IPM_ERR_NO_MEMORY, "no memory for strings");
	for (i = 0; i < block->records; i++) {
		struct ipm_item item;
		struct ipm_cursor c;

		if (i && !ipm_block_next(block, place))
			return ipm_decode_fail(d, IPM_ERR_BAD_DATA, "fewer strings than promised");
		c = place->cursor;
		if (!ipm_cursor_next(&c, &item) ||
		    (item.type != IPM_ITEM_STR && item.type != IPM_ITEM_EXT))
			return ipm_decode_fail(d, IPM_ERR_BAD_DATA, "a string that is none");
		def->strings[i].str =
			(struct ipm_str){(const char *)item.bytes.data, item.bytes.len};
		def->strings[i].length = ipm_wtf8_units(def->strings[i].str);
	}
	return true;
}

static struct ipm_def_block *insert(struct ipm_defs *defs, const struct ipm_def_block *def)
{
	size_t at = defs->count;

	if (defs->count == defs->capacity) {
		size_t capacity = defs->capacity ? defs->capacity * 2 : 16;
		void *grown = realloc(defs->blocks, capacity * sizeof(*defs->blocks));

		if (!grown)
			return NULL;
		defs->blocks = grown;
		defs->capacity = capacity;
	}
	while (at && defs->blocks[at - 1].first_id > def->first_id)
		at--;
	memmove(&defs->blocks[at + 1], &defs->blocks[at],
		(defs->count - at) * sizeof(*defs->blocks));
	defs->blocks[at] = *def;
	defs->count++;
	return &defs->blocks[at];
}

static struct ipm_def_block *load(struct ipm_decoder *d, enum ipm_block_kind kind, uint64_t number)
{
	struct ipm_defs *defs = kind == IPM_BLOCK_STRINGS ? &d->r->strings : &d->r->shapes;
	struct ipm_def_block *found = find(defs, number), def = {0};
	struct ipm_block *block;
	struct ipm_place place;
	bool ok;

	if (found)
		return found;
	d->rc = ipm_reader_find(d->r, kind, number, &block, &place, d->err);
	if (d->rc == IPM_ERR_NOT_FOUND)
		d->rc = ipm_fail_at(d->err, IPM_ERR_BAD_DATA, d->offset,
				    "block at byte %llu: a string or shape that is not in the file",
				    (unsigned long long)d->offset);
	if (d->rc)
		return NULL;
	if (d->r->def_bytes > DEF_BYTES_MAX - block->raw_bytes) {
		ipm_block_release(&d->r->cache, block);
		ipm_decode_fail(d, IPM_ERR_LIMIT, "too many strings and shapes");
		return NULL;
	}
	d->rc = ipm_reader_hold(d->r, block, d->err);
	if (d->rc)
		return NULL;
	d->r->def_bytes += block->raw_bytes;
	def.first_id = block->first_id;
	def.count = block->records;
	def.end = block->raw + block->raw_bytes;
	d->rc = ipm_block_seek(block, block->first_id, &place, d->err);
	if (d->rc)
		return NULL;
	ok = kind == IPM_BLOCK_STRINGS ? take_strings(d, block, &place, &def)
				       : take_records(d, block, &place, &def);
	if (!ok)
		return NULL;
	found = insert(defs, &def);
	if (!found)
		ipm_decode_fail(d, IPM_ERR_NO_MEMORY, "no memory for strings and shapes");
	return found;
}

bool ipm_defs_string(struct ipm_decoder *d, uint64_t number, const struct ipm_text **ret)
{
	struct ipm_def_block *def = recent(&d->r->strings, number);

	if (!def)
		def = load(d, IPM_BLOCK_STRINGS, number);
	if (!def)
		return false;
	*ret = &def->strings[number - def->first_id];
	return true;
}

bool ipm_defs_shape(struct ipm_decoder *d, uint64_t number, const struct ipm_shape **ret)
{
	struct ipm_def_block *def = recent(&d->r->shapes, number);
	struct ipm_shape *shape;
	struct ipm_decoder inner;
	size_t i;

	if (!def)
		def = load(d, IPM_BLOCK_SHAPES, number);
	if (!def)
		return false;
	i = (size_t)(number - def->first_id);
	if (!def->shapes[i]) {
		shape = ipm_arena_alloc(&d->r->arena, sizeof(*shape));
		if (!shape)
			return ipm_decode_fail(d, IPM_ERR_NO_MEMORY, "no memory for a shape");
		inner = *d;
		inner.arena = &d->r->arena;
		inner.c = (struct ipm_cursor){def->records[i], def->end};
		if (!ipm_decode_shape(&inner, shape)) {
			d->rc = inner.rc;
			return false;
		}
		def->shapes[i] = shape;
	}
	*ret = def->shapes[i];
	return true;
}
