/* SPDX-License-Identifier: MIT */
#include "block_cache.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "bytes.h"

enum {
	BUCKETS = 1024,
	FIRST_LOOK = 16384, /* most blocks are shorter: one read gets header and content */
	SPOTS_AFTER = 8,    /* lookups */
	SPOTS_MAX = 65536,  /* records: of those that our writer makes there are fewer */
};

enum ipm_errc ipm_block_cache_init(struct ipm_block_cache *cache, uint64_t max_bytes,
				   uint64_t max_record_bytes, struct ipm_error *err)
{
	memset(cache, 0, sizeof(*cache));
	cache->buckets = calloc(BUCKETS, sizeof(struct ipm_block *));
	cache->zstd = ZSTD_createDCtx();
	cache->max_bytes = max_bytes;
	cache->max_record_bytes = max_record_bytes;
	if (cache->buckets && cache->zstd)
		return IPM_OK;
	ipm_block_cache_deinit(cache);
	return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a cache of blocks");
}

static struct ipm_block **bucket_of(struct ipm_block_cache *cache, uint64_t offset)
{
	return &cache->buckets[(offset * 0x9E3779B97F4A7C15u) >> 54];
}

static void unlink_idle(struct ipm_block_cache *cache, struct ipm_block *block)
{
	if (block->newer)
		block->newer->older = block->older;
	else
		cache->newest = block->older;
	if (block->older)
		block->older->newer = block->newer;
	else
		cache->oldest = block->newer;
	block->newer = block->older = NULL;
	cache->bytes -= block->bytes;
}

static void drop(struct ipm_block_cache *cache, struct ipm_block *block)
{
	struct ipm_block **link = bucket_of(cache, block->offset);

	unlink_idle(cache, block);
	while (*link != block)
		link = &(*link)->next_in_bucket;
	*link = block->next_in_bucket;
	free(block->spots);
	free(block);
}

void ipm_block_cache_deinit(struct ipm_block_cache *cache)
{
	while (cache->oldest)
		drop(cache, cache->oldest);
	free(cache->buckets);
	ZSTD_freeDCtx(cache->zstd);
	memset(cache, 0, sizeof(*cache));
}

/* zstd's own header must agree with ours: content size and checksum there, no dictionary. */
static bool zstd_frame_agrees(struct ipm_bytes packed, const struct ipm_block_header *h)
{
	return packed.len == h->packed_bytes && packed.len >= 9 &&
	       ipm_get_le32(packed.data) == IPM_MAGIC_ZSTD && (packed.data[4] & 0x07) == 0x04 &&
	       ZSTD_getFrameContentSize(packed.data, packed.len) == h->raw_bytes &&
	       ZSTD_findFrameCompressedSize(packed.data, packed.len) == packed.len;
}

static enum ipm_errc decode(struct ipm_block_cache *cache, struct ipm_file *file, uint64_t offset,
			    struct ipm_block **ret, struct ipm_error *err)
{
	struct ipm_block_header h;
	struct ipm_block *block;
	struct ipm_bytes view, packed;
	uint32_t frame_bytes, magic;
	enum ipm_errc rc;
	size_t n, i, at;

	rc = ipm_file_view(file, offset, FIRST_LOOK, &view, err);
	if (rc)
		return rc;
	frame_bytes = ipm_layout_frame_bytes(view.data, view.len, &magic);
	if (frame_bytes > view.len) {
		rc = ipm_file_view(file, offset, frame_bytes, &view, err);
		if (rc)
			return rc;
	}
	rc = ipm_layout_get_block(view, offset, &h, err);
	if (rc)
		return rc;
	if (h.raw_bytes > IPM_RECORD_BYTES_MAX)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, offset, "a block of %u bytes",
				   h.raw_bytes);
	if (h.raw_bytes > cache->max_record_bytes)
		return ipm_fail_at(err, IPM_ERR_LIMIT, offset, "a block of %u bytes", h.raw_bytes);
	/* The directory ends 2 bytes behind each group's, aligned for uint16_t. */
	at = sizeof(*block) + h.raw_bytes + (h.raw_bytes & 1);
	block = malloc(at + 2u * h.groups);
	if (!block)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a block of %u bytes",
				h.raw_bytes);
	memset(block, 0, sizeof(*block));
	block->offset = offset;
	block->first_id = h.first_id;
	block->records = h.records;
	block->raw_bytes = h.raw_bytes;
	block->bytes = h.raw_bytes;
	block->groups = h.groups;
	block->kind = h.kind;
	block->directory = (uint16_t *)(void *)((uint8_t *)block + at);
	for (i = 0; i < h.groups; i++) {
		block->directory[i] = ipm_get_le16(h.directory + 2 * i);
		if (block->directory[i] >= h.raw_bytes ||
		    (i && block->directory[i] <= block->directory[i - 1])) {
			rc = ipm_fail_at(err, IPM_ERR_BAD_DATA, offset,
					 "a block's directory makes no sense");
			goto fail;
		}
	}
	if (h.frame_bytes + (uint64_t)h.packed_bytes > view.len) {
		rc = ipm_file_view(file, offset + h.frame_bytes, h.packed_bytes, &packed, err);
		if (rc)
			goto fail;
	} else {
		packed = (struct ipm_bytes){view.data + h.frame_bytes, h.packed_bytes};
	}
	if (packed.len < h.packed_bytes) {
		rc = ipm_fail_at(err, IPM_ERR_TRUNCATED, offset, "the file ends inside a block");
		goto fail;
	}
	n = zstd_frame_agrees(packed, &h)
		    ? ZSTD_decompressDCtx(cache->zstd, block->raw, h.raw_bytes, packed.data,
					  packed.len)
		    : 0;
	if (n != h.raw_bytes) {
		rc = ipm_fail_at(err, IPM_ERR_CHECKSUM, offset, "a block's content is damaged");
		goto fail;
	}
	*ret = block;
	return IPM_OK;
fail:
	free(block);
	return rc;
}

enum ipm_errc ipm_block_load(struct ipm_block_cache *cache, struct ipm_file *file, uint64_t offset,
			     struct ipm_block **ret, struct ipm_error *err)
{
	struct ipm_block **bucket = bucket_of(cache, offset), *block;
	enum ipm_errc rc;

	for (block = *bucket; block; block = block->next_in_bucket)
		if (block->offset == offset) {
			if (!block->refs++)
				unlink_idle(cache, block);
			*ret = block;
			return IPM_OK;
		}
	rc = decode(cache, file, offset, &block, err);
	if (rc)
		return rc;
	block->refs = 1;
	block->next_in_bucket = *bucket;
	*bucket = block;
	*ret = block;
	return IPM_OK;
}

void ipm_block_release(struct ipm_block_cache *cache, struct ipm_block *block)
{
	if (!block || --block->refs)
		return;
	block->older = cache->newest;
	if (cache->newest)
		cache->newest->newer = block;
	else
		cache->oldest = block;
	cache->newest = block;
	cache->bytes += block->bytes;
	while (cache->bytes > cache->max_bytes && cache->oldest != cache->newest)
		drop(cache, cache->oldest);
}

/* {first id: counter or nil} */
static bool group_header(const struct ipm_block *block, uint16_t group, struct ipm_place *ret)
{
	struct ipm_cursor c = {block->raw + block->directory[group], block->raw + block->raw_bytes};
	struct ipm_item item;
	uint32_t pairs;
	uint64_t id;

	if (!ipm_cursor_map(&c, &pairs) || pairs != 1 || !ipm_cursor_uint(&c, &id) ||
	    !ipm_cursor_next(&c, &item))
		return false;
	if (item.type == IPM_ITEM_INT && item.integer >= 0)
		ret->counter = (uint64_t)item.integer;
	else if (item.type == IPM_ITEM_UINT)
		ret->counter = item.natural;
	else if (item.type == IPM_ITEM_NIL)
		ret->counter = 0;
	else
		return false;
	/* A record begins before the next group does and lies in the block's range. */
	if (id < block->first_id || id - block->first_id >= block->records || c.at == c.end)
		return false;
	ret->id = id;
	ret->cursor = c;
	ret->group = group;
	ret->left = (uint32_t)(block->records - (id - block->first_id));
	ret->passed = false;
	return true;
}

static bool skip_record(const struct ipm_block *block, struct ipm_place *p)
{
	if (block->kind != IPM_BLOCK_OBJECTS && block->kind != IPM_BLOCK_SLICES)
		return ipm_cursor_skip(&p->cursor);
	if (block->kind == IPM_BLOCK_OBJECTS && p->counter <= p->id)
		p->counter = p->id + 1;
	return ipm_cursor_skip_counting(&p->cursor, &p->counter);
}

bool ipm_block_next(const struct ipm_block *block, struct ipm_place *p)
{
	uint64_t id = p->id;
	size_t at;

	if (p->left <= 1 || (!p->passed && !skip_record(block, p)))
		return false;
	p->passed = false;
	at = (size_t)(p->cursor.at - block->raw);
	if (p->group + 1 < block->groups && at >= block->directory[p->group + 1])
		return at == block->directory[p->group + 1] &&
		       group_header(block, (uint16_t)(p->group + 1), p) && p->id == id + 1;
	p->id++;
	p->left--;
	return true;
}

enum ipm_errc ipm_block_seek(const struct ipm_block *block, uint64_t id, struct ipm_place *ret,
			     struct ipm_error *err)
{
	uint16_t low = 0, high = block->groups;
	struct ipm_place place, probe;

	if (id < block->first_id || id - block->first_id >= block->records)
		return ipm_fail_at(err, IPM_ERR_NOT_FOUND, block->offset, "not in this block");
	/* The last group whose first id is not above the one wanted. */
	if (!group_header(block, 0, &place))
		goto bad;
	while (high - low > 1) {
		uint16_t middle = (uint16_t)((low + high) / 2);

		if (!group_header(block, middle, &probe))
			goto bad;
		if (probe.id <= id) {
			low = middle;
			place = probe;
		} else {
			high = middle;
		}
	}
	if (place.id > id)
		goto bad;
	while (place.id < id)
		if (!ipm_block_next(block, &place))
			goto bad;
	*ret = place;
	return IPM_OK;
bad:
	return ipm_fail_at(err, IPM_ERR_BAD_DATA, block->offset,
			   "a block's directory does not match its records");
}

static void note_spot(struct ipm_block *block, const struct ipm_place *p)
{
	block->spots[p->id - block->first_id] = (struct ipm_spot){
		.counter = p->counter,
		.at = (uint32_t)(p->cursor.at - block->raw),
		.group = p->group,
	};
}

/* All records of one group, but none that the directory says are another's. */
static void note_group(struct ipm_block *block, uint16_t group)
{
	struct ipm_place p, next;
	uint64_t end = UINT64_MAX;

	if (group + 1 < block->groups) {
		if (!group_header(block, (uint16_t)(group + 1), &next))
			return;
		end = next.id;
	}
	if (!group_header(block, group, &p))
		return;
	do
		note_spot(block, &p);
	while (ipm_block_next(block, &p) && p.group == group && p.id < end);
}

enum ipm_errc ipm_block_lookup(struct ipm_block *block, uint64_t id, struct ipm_place *ret,
			       struct ipm_error *err)
{
	const struct ipm_spot *spot;
	enum ipm_errc rc;

	if (block->spots && id >= block->first_id && id - block->first_id < block->records) {
		spot = &block->spots[id - block->first_id];
		if (spot->at) {
			*ret = (struct ipm_place){
				.cursor = {block->raw + spot->at, block->raw + block->raw_bytes},
				.counter = spot->counter,
				.id = id,
				.left = (uint32_t)(block->records - (id - block->first_id)),
				.group = spot->group,
			};
			return IPM_OK;
		}
	}
	rc = ipm_block_seek(block, id, ret, err);
	if (rc || block->records > SPOTS_MAX || block->lookups++ < SPOTS_AFTER)
		return rc;
	block->lookups = SPOTS_AFTER;
	if (!block->spots) {
		/* Without memory it stays as slow as it was. */
		block->spots = calloc(block->records, sizeof(*block->spots));
		if (!block->spots)
			return rc;
		block->bytes += (uint32_t)(block->records * sizeof(*block->spots));
	}
	note_group(block, ret->group);
	return IPM_OK;
}
