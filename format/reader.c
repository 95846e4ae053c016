/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

enum {
	CACHE_BYTES = 16 << 20,
	FREE_SLOTS_MAX = 64,
	SLOT_KEEP_BYTES = 64 << 10,
};

/* The file's first bytes: is it ours, and can we read it? */
static enum ipm_errc check_header(struct ipm_reader *r, struct ipm_error *err)
{
	struct ipm_header h = {0};
	struct ipm_bytes view;
	uint32_t bytes, magic;
	enum ipm_errc rc = ipm_file_view(&r->file, 0, IPM_HEADER_BYTES, &view, err);

	if (rc)
		return rc;
	if (view.len < 16 || memcmp(view.data + 8, "INSPMORT", 8) != 0)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, 0, "%s",
				   view.len ? "not a crash file" : "not a crash file: empty");
	bytes = ipm_layout_frame_bytes(view.data, view.len, &magic);
	if (bytes > view.len) {
		rc = ipm_file_view(&r->file, 0, bytes, &view, err);
		if (rc)
			return rc;
	}
	rc = ipm_layout_get_header(view, &h, err);
	if (rc == IPM_ERR_TRUNCATED && r->file.bytes <= IPM_HEADER_BYTES)
		return ipm_fail_at(err, rc, 0, "cut before its first block");
	if (rc) {
		/* The blocks say for themselves whether they are whole. */
		r->info.integrity = IPM_DAMAGED;
		return IPM_OK;
	}
	if (h.major != IPM_FORMAT_MAJOR)
		return ipm_fail_at(err, IPM_ERR_UNSUPPORTED, 0,
				   "format version %u.%u; this program reads %u", h.major, h.minor,
				   IPM_FORMAT_MAJOR);
	if (h.feat_incompat)
		return ipm_fail_at(err, IPM_ERR_UNSUPPORTED, 0,
				   "needs features this program does not have (0x%x)",
				   h.feat_incompat);
	r->info.major = h.major;
	r->info.minor = h.minor;
	r->info.created_ns = h.created_ns;
	memcpy(r->info.uuid, h.uuid, sizeof(h.uuid));
	return IPM_OK;
}

/* The one record of META or SUMMARY. A missing or damaged one leaves `ret` empty. */
static void read_single(struct ipm_reader *r, enum ipm_block_kind kind)
{
	struct ipm_error ignored;
	struct ipm_block *block;
	struct ipm_place place;
	struct ipm_summary summary = {0};
	struct ipm_decoder d;

	/* The summary is written last: without one the capture did not come to its end. */
	if (kind == IPM_BLOCK_SUMMARY)
		r->summary.status = IPM_STATUS_ERROR;
	if (ipm_reader_find(r, kind, 0, &block, &place, &ignored))
		return;
	if (ipm_reader_hold(r, block, &ignored))
		return;
	d = ipm_decoder_at(r, &r->arena, block, &place, &ignored);
	if (kind == IPM_BLOCK_META) {
		if (!ipm_decode_meta(&d, &r->meta))
			memset(&r->meta, 0, sizeof(r->meta));
	} else if (ipm_decode_summary(&d, &summary)) {
		r->summary = summary;
	}
}

static enum ipm_errc open_index(struct ipm_reader *r, struct ipm_error *err)
{
	struct ipm_footer footer;
	struct ipm_bytes view;
	struct ipm_error why;
	uint64_t at = r->file.bytes < IPM_FOOTER_BYTES ? 0 : r->file.bytes - IPM_FOOTER_BYTES;
	bool has_footer;
	enum ipm_errc rc = ipm_file_view(&r->file, at, IPM_FOOTER_BYTES, &view, err);

	if (rc)
		return rc;
	has_footer = !ipm_layout_get_footer(view, r->file.bytes, &footer, &why);
	return ipm_block_index_open(&r->index, &r->file, has_footer ? &footer : NULL, err);
}

static void fill_info(struct ipm_reader *r)
{
	const uint64_t *ends = r->index.ends;

	if (r->info.integrity == IPM_WHOLE)
		r->info.integrity = r->index.integrity;
	read_single(r, IPM_BLOCK_META);
	read_single(r, IPM_BLOCK_SUMMARY);
	r->info.bytes = r->file.bytes;
	r->info.objects = ends[IPM_BLOCK_OBJECTS] ? ends[IPM_BLOCK_OBJECTS] - 1 : 0;
	r->info.slices = ends[IPM_BLOCK_SLICES] ? ends[IPM_BLOCK_SLICES] - 1 : 0;
	r->info.scripts = ends[IPM_BLOCK_SCRIPTS];
	r->info.pauses = ends[IPM_BLOCK_PAUSES];
	r->info.blocks = r->index.blocks;
}

static enum ipm_errc create(const char *path, const struct ipm_reader_options *opts,
			    struct ipm_reader **ret, struct ipm_error *err)
{
	static const struct ipm_reader_options defaults;
	struct ipm_reader *r = calloc(1, sizeof(*r));
	enum ipm_errc rc;

	if (!r)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a reader");
	if (!opts)
		opts = &defaults;
	r->file.fd = -1;
	rc = ipm_file_open(path, opts->no_mmap, &r->file, err);
	if (!rc)
		rc = ipm_block_cache_init(
			&r->cache, opts->cache_bytes ? opts->cache_bytes : CACHE_BYTES,
			opts->max_record_bytes ? opts->max_record_bytes : IPM_RECORD_BYTES_MAX,
			err);
	if (rc) {
		ipm_reader_close(r);
		return rc;
	}
	*ret = r;
	return IPM_OK;
}

enum ipm_errc ipm_reader_open(const char *path, const struct ipm_reader_options *opts,
			      struct ipm_reader **ret, struct ipm_error *err)
{
	struct ipm_reader *r = NULL;
	enum ipm_errc rc = create(path, opts, &r, err);

	if (rc)
		return rc;
	rc = check_header(r, err);
	if (!rc)
		rc = open_index(r, err);
	if (!rc && !r->index.blocks)
		rc = ipm_fail_at(err, IPM_ERR_TRUNCATED, r->file.bytes,
				 "cut before the end of its first block");
	if (rc) {
		ipm_reader_close(r);
		return rc;
	}
	fill_info(r);
	*ret = r;
	return IPM_OK;
}

enum ipm_errc ipm_reader_open_walked(const char *path, struct ipm_reader **ret,
				     struct ipm_error *err)
{
	struct ipm_reader *r = NULL;
	enum ipm_errc rc = create(path, NULL, &r, err);

	if (rc)
		return rc;
	rc = check_header(r, err);
	if (rc == IPM_ERR_BAD_DATA || rc == IPM_ERR_TRUNCATED) {
		r->info.integrity = IPM_DAMAGED;
		rc = IPM_OK;
	}
	r->index.file = &r->file;
	if (!rc)
		rc = ipm_block_index_walk(&r->index, err);
	if (rc) {
		ipm_reader_close(r);
		return rc;
	}
	fill_info(r);
	*ret = r;
	return IPM_OK;
}

static void free_slot(struct ipm_slot *slot)
{
	ipm_arena_deinit(&slot->arena);
	free(slot);
}

void ipm_reader_close(struct ipm_reader *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; i < r->held_count; i++)
		ipm_block_release(&r->cache, r->held[i]);
	free(r->held);
	while (r->free_slots) {
		struct ipm_slot *slot = r->free_slots;

		r->free_slots = slot->next;
		free_slot(slot);
	}
	free(r->strings.blocks);
	free(r->shapes.blocks);
	free(r->scripts);
	free(r->scripts_by_id);
	free(r->notes);
	ipm_arena_deinit(&r->arena);
	ipm_block_index_deinit(&r->index);
	if (r->cache.buckets)
		ipm_block_cache_deinit(&r->cache);
	ipm_file_close(&r->file);
	free(r);
}

const struct ipm_file_info *ipm_reader_info(const struct ipm_reader *r)
{
	return &r->info;
}

const struct ipm_meta *ipm_reader_meta(const struct ipm_reader *r)
{
	return &r->meta;
}

const struct ipm_summary *ipm_reader_summary(const struct ipm_reader *r)
{
	return &r->summary;
}

/* Finds the record by the index as it stands. */
static enum ipm_errc find_once(struct ipm_reader *r, enum ipm_block_kind kind, uint64_t id,
			       struct ipm_block **ret_block, struct ipm_place *ret,
			       struct ipm_error *err)
{
	struct ipm_index_entry entry;
	struct ipm_block *block;
	enum ipm_errc rc = ipm_block_index_find(&r->index, kind, id, &entry, err);

	if (rc)
		return rc;
	rc = ipm_block_load(&r->cache, &r->file, entry.offset, &block, err);
	if (rc)
		return rc;
	if (block->kind != kind || block->first_id != entry.first_id)
		rc = ipm_fail_at(err, IPM_ERR_BAD_DATA, entry.offset,
				 "the index names another block");
	else
		rc = ipm_block_lookup(block, id, ret, err);
	if (rc) {
		ipm_block_release(&r->cache, block);
		return rc;
	}
	*ret_block = block;
	return IPM_OK;
}

static bool is_damage(enum ipm_errc rc)
{
	return rc == IPM_ERR_BAD_DATA || rc == IPM_ERR_CHECKSUM || rc == IPM_ERR_TRUNCATED;
}

enum ipm_errc ipm_reader_find(struct ipm_reader *r, enum ipm_block_kind kind, uint64_t id,
			      struct ipm_block **ret_block, struct ipm_place *ret,
			      struct ipm_error *err)
{
	enum ipm_errc rc;

	if (id < r->index.ends[kind]) {
		rc = find_once(r, kind, id, ret_block, ret, err);
		if (is_damage(rc))
			r->info.integrity = IPM_DAMAGED;
		/* The index may be what is wrong: the blocks themselves win. */
		if (is_damage(rc) && !r->index.walked) {
			rc = ipm_block_index_walk(&r->index, err);
			if (!rc)
				rc = find_once(r, kind, id, ret_block, ret, err);
		}
		if (rc != IPM_ERR_NOT_FOUND)
			return rc;
	}
	return ipm_fail(err, IPM_ERR_NOT_FOUND, "not in the file");
}

enum ipm_errc ipm_reader_hold(struct ipm_reader *r, struct ipm_block *block, struct ipm_error *err)
{
	if (r->held_count == r->held_capacity) {
		size_t capacity = r->held_capacity ? r->held_capacity * 2 : 16;
		void *grown = realloc(r->held, capacity * sizeof(*r->held));

		if (!grown) {
			ipm_block_release(&r->cache, block);
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for %zu blocks",
					capacity);
		}
		r->held = grown;
		r->held_capacity = capacity;
	}
	r->held[r->held_count++] = block;
	return IPM_OK;
}

enum ipm_errc ipm_reader_broken(struct ipm_reader *r, enum ipm_errc rc)
{
	if (is_damage(rc))
		r->info.integrity = IPM_DAMAGED;
	return rc;
}

static struct ipm_slot *take_slot(struct ipm_reader *r, struct ipm_error *err)
{
	struct ipm_slot *slot = r->free_slots;

	if (slot) {
		r->free_slots = slot->next;
		r->free_count--;
		return slot;
	}
	slot = calloc(1, sizeof(*slot));
	if (!slot)
		ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for an object");
	return slot;
}

static void give_back(struct ipm_reader *r, struct ipm_slot *slot)
{
	ipm_block_release(&r->cache, slot->block);
	slot->block = NULL;
	if (r->free_count == FREE_SLOTS_MAX) {
		free_slot(slot);
		return;
	}
	ipm_arena_reset(&slot->arena, SLOT_KEEP_BYTES);
	slot->next = r->free_slots;
	r->free_slots = slot;
	r->free_count++;
}

enum ipm_errc ipm_reader_object(struct ipm_reader *r, uint64_t id, const struct ipm_object **ret,
				struct ipm_error *err)
{
	struct ipm_slot *slot;
	struct ipm_block *block;
	struct ipm_place place;
	struct ipm_decoder d;
	enum ipm_errc rc;

	if (!id)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "object 0: ids begin at 1");
	rc = ipm_reader_find(r, IPM_BLOCK_OBJECTS, id, &block, &place, err);
	if (rc)
		return ipm_error_context(err, rc, "object %llu", (unsigned long long)id);
	slot = take_slot(r, err);
	if (!slot) {
		ipm_block_release(&r->cache, block);
		return IPM_ERR_NO_MEMORY;
	}
	slot->block = block;
	memset(&slot->object, 0, sizeof(slot->object));
	slot->object.id = id;
	d = ipm_decoder_at(r, &slot->arena, block, &place, err);
	if (!ipm_decode_object(&d, &slot->object)) {
		give_back(r, slot);
		return ipm_error_context(err, ipm_reader_broken(r, d.rc), "object %llu",
					 (unsigned long long)id);
	}
	*ret = &slot->object;
	return IPM_OK;
}

void ipm_object_release(struct ipm_reader *r, const struct ipm_object *object)
{
	if (object)
		give_back(r, (struct ipm_slot *)(uintptr_t)object);
}

enum ipm_errc ipm_reader_slice(struct ipm_reader *r, uint64_t id, const struct ipm_slice **ret,
			       struct ipm_error *err)
{
	struct ipm_slot *slot;
	struct ipm_block *block;
	struct ipm_place place;
	struct ipm_decoder d;
	enum ipm_errc rc = ipm_reader_find(r, IPM_BLOCK_SLICES, id, &block, &place, err);

	if (rc)
		return ipm_error_context(err, rc, "slice %llu", (unsigned long long)id);
	slot = take_slot(r, err);
	if (!slot) {
		ipm_block_release(&r->cache, block);
		return IPM_ERR_NO_MEMORY;
	}
	slot->block = block;
	memset(&slot->slice, 0, sizeof(slot->slice));
	slot->slice.id = id;
	d = ipm_decoder_at(r, &slot->arena, block, &place, err);
	if (!ipm_decode_slice(&d, &slot->slice)) {
		give_back(r, slot);
		return ipm_error_context(err, ipm_reader_broken(r, d.rc), "slice %llu",
					 (unsigned long long)id);
	}
	*ret = &slot->slice;
	return IPM_OK;
}

void ipm_slice_release(struct ipm_reader *r, const struct ipm_slice *slice)
{
	if (slice)
		give_back(r, (struct ipm_slot *)(uintptr_t)slice);
}

/* Walks, then the block that begins at `first_id`, or the next one. */
static enum ipm_errc walk_and_resume(struct ipm_reader *r, enum ipm_block_kind kind,
				     uint64_t first_id, struct ipm_index_entry *ret,
				     struct ipm_error *err)
{
	enum ipm_errc rc = ipm_block_index_walk(&r->index, err);

	if (rc)
		return rc;
	rc = ipm_block_index_find(&r->index, kind, first_id, ret, err);
	if (rc == IPM_ERR_NOT_FOUND || (!rc && ret->first_id != first_id))
		rc = ipm_block_index_above(&r->index, kind, first_id, ret, err);
	return rc;
}

enum ipm_errc ipm_reader_each(struct ipm_reader *r, enum ipm_block_kind kind, uint64_t id,
			      ipm_record_visit visit, void *self, uint64_t *ret_damaged,
			      struct ipm_error *err)
{
	struct ipm_index_entry entry = {0};
	struct ipm_error why;
	uint64_t damaged = 0;
	bool more = true, wrong;
	enum ipm_errc rc = ipm_block_index_find(&r->index, kind, id, &entry, &why);

	if (is_damage(rc) && !r->index.walked) {
		rc = ipm_block_index_walk(&r->index, &why);
		if (!rc)
			rc = ipm_block_index_find(&r->index, kind, id, &entry, &why);
	}
	if (rc == IPM_ERR_NOT_FOUND)
		rc = ipm_block_index_above(&r->index, kind, id, &entry, &why);
	while (!rc && more) {
		struct ipm_block *block;
		struct ipm_place place;
		uint64_t from;

		rc = ipm_block_load(&r->cache, &r->file, entry.offset, &block, &why);
		if (rc == IPM_ERR_NO_MEMORY || rc == IPM_ERR_OS)
			break;
		if (!rc)
			ipm_file_passed(&r->file, block->raw_bytes);
		wrong = !rc && (block->kind != kind || block->first_id != entry.first_id);
		if (wrong)
			ipm_block_release(&r->cache, block);
		if (is_damage(rc) || wrong) {
			r->info.integrity = IPM_DAMAGED;
			if (!r->index.walked) {
				/* The blocks win: on from here by what they say themselves. */
				rc = walk_and_resume(r, kind, entry.first_id, &entry, &why);
				continue;
			}
			damaged++;
		} else if (rc) {
			damaged++; /* past a limit */
		} else {
			from = id > block->first_id ? id : block->first_id;
			rc = ipm_block_seek(block, from, &place, &why);
			if (is_damage(rc))
				damaged++;
			if (!rc) {
				do
					more = visit(self, block, &place);
				while (more && ipm_block_next(block, &place));
				if (more && place.left > 1)
					damaged++;
			}
			ipm_block_release(&r->cache, block);
		}
		if (more)
			rc = ipm_block_index_above(&r->index, kind, entry.first_id, &entry, &why);
		if (is_damage(rc) && !r->index.walked) {
			rc = ipm_block_index_walk(&r->index, &why);
			if (!rc)
				rc = ipm_block_index_above(&r->index, kind, entry.first_id, &entry,
							   &why);
		}
	}
	if (ret_damaged)
		*ret_damaged = damaged;
	if (rc && rc != IPM_ERR_NOT_FOUND) {
		if (err)
			*err = why;
		return rc;
	}
	return IPM_OK;
}

struct scan {
	struct ipm_reader *r;
	bool (*visit)(void *self, const struct ipm_object *object);
	void *self;
	struct ipm_arena arena;
	uint64_t damaged;
};

static bool scan_record(void *self, struct ipm_block *block, struct ipm_place *place)
{
	struct scan *s = self;
	struct ipm_object object = {.id = place->id};
	struct ipm_error ignored;
	struct ipm_decoder d = ipm_decoder_at(s->r, &s->arena, block, place, &ignored);
	bool more = true;

	if (ipm_decode_object(&d, &object)) {
		ipm_decoder_leave(&d, place);
		more = s->visit(s->self, &object);
	} else if (ipm_reader_broken(s->r, d.rc)) {
		s->damaged++;
	}
	ipm_arena_reset(&s->arena, SLOT_KEEP_BYTES);
	return more;
}

enum ipm_errc ipm_reader_scan(struct ipm_reader *r, uint64_t first_id,
			      bool (*visit)(void *self, const struct ipm_object *object),
			      void *self, uint64_t *ret_damaged, struct ipm_error *err)
{
	struct scan s = {.r = r, .visit = visit, .self = self};
	uint64_t damaged = 0;
	enum ipm_errc rc = ipm_reader_each(r, IPM_BLOCK_OBJECTS, first_id ? first_id : 1,
					   scan_record, &s, &damaged, err);

	ipm_arena_deinit(&s.arena);
	if (ret_damaged)
		*ret_damaged = damaged + s.damaged;
	return rc;
}
