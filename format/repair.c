/* SPDX-License-Identifier: MIT */
#include "ipm_repair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block_writer.h"
#include "bytes.h"
#include "reader.h"

/*
 * One walk serves both: each block is decoded, each record is decoded too, and recovering copies
 * the blocks that hold.
 */

/* Pages are compared entry by entry; a writer's have 1,024. */
enum { ENTRIES_MAX = 16384 };

struct repair {
	struct ipm_reader *r;
	struct ipm_block_writer *out; /* NULL: only verify */
	ipm_finding_fn report;
	void *self;
	struct ipm_verify_result result;
	uint64_t next_id[IPM_KINDS]; /* ids must ascend */
	uint64_t lost_ids[IPM_KINDS];
	uint64_t index_offset;	      /* of the last INDEX met */
	struct ipm_index_entry *page; /* the blocks since then */
	size_t page_count, page_capacity;
	bool saw_footer, saw_summary, cut;
	bool gap; /* damage since the last INDEX: the page cannot be compared */
	struct ipm_arena arena;
};

static void find(struct repair *x, uint64_t offset, uint64_t bytes, const char *what)
{
	struct ipm_finding finding = {.offset = offset, .bytes = bytes, .what = what};

	x->result.findings++;
	if (x->report)
		x->report(x->self, &finding);
}

static bool decode_record(struct ipm_decoder *d, enum ipm_block_kind kind)
{
	union {
		struct ipm_object object;
		struct ipm_slice slice;
		struct ipm_shape shape;
		struct ipm_meta meta;
		struct ipm_summary summary;
		struct ipm_pause pause;
		struct ipm_script script;
		struct ipm_note note;
		struct ipm_str str;
	} any;

	memset(&any, 0, sizeof(any));
	switch (kind) {
	case IPM_BLOCK_META:
		return ipm_decode_meta(d, &any.meta);
	case IPM_BLOCK_STRINGS:
		return ipm_decode_str(d, &any.str);
	case IPM_BLOCK_SHAPES:
		return ipm_decode_shape(d, &any.shape);
	case IPM_BLOCK_OBJECTS:
		return ipm_decode_object(d, &any.object);
	case IPM_BLOCK_SLICES:
		return ipm_decode_slice(d, &any.slice);
	case IPM_BLOCK_SCRIPTS:
		return ipm_decode_script(d, &any.script);
	case IPM_BLOCK_PAUSES:
		return ipm_decode_pause(d, &any.pause);
	case IPM_BLOCK_NOTES:
		return ipm_decode_note(d, &any.note);
	case IPM_BLOCK_SUMMARY:
		return ipm_decode_summary(d, &any.summary);
	default:
		return true;
	}
}

/* Every record of a block that unpacked well. False: the block does not hold what it says. */
static bool check_records(struct repair *x, struct ipm_block *block, uint64_t bytes)
{
	struct ipm_place place;
	struct ipm_error why;
	uint64_t unusable = 0, records = 0;
	char text[400];
	enum ipm_errc rc = ipm_block_seek(block, block->first_id, &place, &why);
	bool more = !rc;

	if (rc) {
		find(x, block->offset, bytes, why.message);
		return false;
	}
	while (more) {
		struct ipm_decoder d = ipm_decoder_at(x->r, &x->arena, block, &place, &why);

		records++;
		if (!decode_record(&d, (enum ipm_block_kind)block->kind)) {
			if (!unusable++) {
				snprintf(text, sizeof(text), "record %llu: %s",
					 (unsigned long long)place.id, why.message);
				find(x, block->offset, bytes, text);
			}
		}
		ipm_arena_reset(&x->arena, 64 << 10);
		more = ipm_block_next(block, &place);
	}
	if (records != block->records) {
		find(x, block->offset, bytes, "a block holds fewer records than it says");
		return false;
	}
	x->result.records += records;
	x->result.unusable += unusable;
	return true;
}

static enum ipm_errc remember(struct repair *x, const struct ipm_block_header *h,
			      struct ipm_error *err)
{
	if (x->page_count == x->page_capacity) {
		size_t capacity = x->page_capacity ? x->page_capacity * 2 : 64;
		void *grown = realloc(x->page, capacity * sizeof(*x->page));

		if (!grown)
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for %zu blocks",
					capacity);
		x->page = grown;
		x->page_capacity = capacity;
	}
	x->page[x->page_count++] = (struct ipm_index_entry){
		.first_id = h->first_id, .offset = h->offset, .kind = h->kind};
	return IPM_OK;
}

static enum ipm_errc copy_block(struct repair *x, const struct ipm_frame_event *event,
				struct ipm_error *err)
{
	struct ipm_bytes view;
	struct ipm_block_header h;
	enum ipm_errc rc =
		ipm_file_view(&x->r->file, event->offset, (size_t)event->bytes, &view, err);

	if (!rc)
		rc = ipm_layout_get_block(view, event->offset, &h, err);
	if (rc)
		return rc;
	return ipm_block_writer_copy(x->out, &h, view.data + h.frame_bytes, err);
}

static enum ipm_errc check_block(struct repair *x, const struct ipm_frame_event *event,
				 struct ipm_error *err)
{
	const struct ipm_block_header *h = &event->block;
	struct ipm_block *block;
	struct ipm_error why;
	bool good, known = h->kind && h->kind < IPM_KINDS;
	enum ipm_errc rc;

	rc = remember(x, h, err);
	if (rc)
		return rc;
	if (h->index_offset != x->index_offset && !x->gap)
		find(x, event->offset, event->bytes, "a block names the wrong index before it");
	x->index_offset = h->index_offset;
	ipm_file_passed(&x->r->file, event->bytes);
	rc = ipm_block_load(&x->r->cache, &x->r->file, event->offset, &block, &why);
	if (rc == IPM_ERR_NO_MEMORY || rc == IPM_ERR_OS) {
		if (err)
			*err = why;
		return rc;
	}
	good = !rc;
	if (rc)
		find(x, event->offset, event->bytes, why.message);
	/* Slices may come in any order; what was reserved and never written is no loss. */
	if (good && known && h->kind != IPM_BLOCK_SLICES && h->first_id < x->next_id[h->kind]) {
		find(x, event->offset, event->bytes, "a block repeats ids; the first ones count");
		good = false;
	}
	if (good && known)
		good = check_records(x, block, event->bytes);
	if (!rc)
		ipm_block_release(&x->r->cache, block);
	if (!good) {
		x->result.damaged_blocks++;
		x->result.damaged_bytes += event->bytes;
		return IPM_OK;
	}
	x->result.blocks++;
	if (known) {
		if (h->first_id > x->next_id[h->kind])
			x->lost_ids[h->kind] += h->first_id - x->next_id[h->kind];
		if (h->first_id + h->records > x->next_id[h->kind])
			x->next_id[h->kind] = h->first_id + h->records;
		if (h->kind == IPM_BLOCK_OBJECTS)
			x->result.objects += h->records;
		if (h->kind == IPM_BLOCK_SUMMARY)
			x->saw_summary = true;
	}
	return x->out ? copy_block(x, event, err) : IPM_OK;
}

/* Does the page list exactly the blocks since the last one? */
static enum ipm_errc check_index(struct repair *x, const struct ipm_frame_event *event,
				 struct ipm_error *err)
{
	struct ipm_index_header h;
	struct ipm_bytes view;
	bool agrees;
	size_t i, j;
	enum ipm_errc rc =
		ipm_file_view(&x->r->file, event->offset, (size_t)event->bytes, &view, err);

	if (!rc)
		rc = ipm_layout_get_index(view, event->offset, &h, err);
	if (rc)
		return rc;
	agrees = h.entries == x->page_count && h.previous == x->index_offset &&
		 h.entries <= ENTRIES_MAX;
	for (i = 0; agrees && i < h.entries; i++) {
		struct ipm_index_entry e = ipm_layout_entry(h.table, i), before;

		if (i) {
			before = ipm_layout_entry(h.table, i - 1);
			agrees = before.kind < e.kind ||
				 (before.kind == e.kind && before.first_id < e.first_id);
		}
		for (j = 0; j < x->page_count && x->page[j].offset != e.offset; j++)
			;
		agrees = agrees && j < x->page_count && x->page[j].kind == e.kind &&
			 x->page[j].first_id == e.first_id;
	}
	if (!agrees && !x->gap)
		find(x, event->offset, event->bytes,
		     "an index does not match the blocks before it");
	x->index_offset = event->offset;
	x->page_count = 0;
	x->gap = false;
	return IPM_OK;
}

static enum ipm_errc check_root(struct repair *x, const struct ipm_frame_event *event,
				struct ipm_error *err)
{
	struct ipm_root_header h;
	struct ipm_bytes view;
	size_t kind;
	enum ipm_errc rc =
		ipm_file_view(&x->r->file, event->offset, (size_t)event->bytes, &view, err);

	if (!rc)
		rc = ipm_layout_get_root(view, event->offset, &h, err);
	if (rc)
		return rc;
	if ((h.pages ? ipm_get_le64(h.table + (h.pages - 1) * (8u + 16u * h.kinds)) : 0) !=
	    x->index_offset)
		find(x, event->offset, event->bytes, "the root does not match the indexes");
	for (kind = 1; kind < IPM_KINDS && kind <= h.kinds; kind++)
		if (ipm_get_le64(h.totals + 8 * (kind - 1)) != x->next_id[kind] &&
		    !x->result.damaged_blocks && !x->result.damaged_bytes)
			find(x, event->offset, event->bytes, "the root counts other records");
	return IPM_OK;
}

static enum ipm_errc walk(struct repair *x, struct ipm_error *err)
{
	struct ipm_frame_walk walk = {.file = &x->r->file};
	struct ipm_frame_event event;
	enum ipm_errc rc;

	for (;;) {
		rc = ipm_frame_walk_next(&walk, &event, err);
		if (rc || event.type == IPM_REGION_END)
			return rc;
		switch (event.type) {
		case IPM_REGION_HEADER:
			if (event.offset)
				find(x, event.offset, event.bytes, "a second header");
			break;
		case IPM_REGION_BLOCK:
			rc = check_block(x, &event, err);
			break;
		case IPM_REGION_INDEX:
			rc = check_index(x, &event, err);
			break;
		case IPM_REGION_ROOT:
			rc = check_root(x, &event, err);
			break;
		case IPM_REGION_FOOTER:
			x->saw_footer = true;
			break;
		case IPM_REGION_DAMAGE:
			x->result.damaged_bytes += event.bytes;
			x->gap = true;
			find(x, event.offset, event.bytes, event.why);
			break;
		case IPM_REGION_CUT:
			x->cut = true;
			find(x, event.offset, event.bytes, "the file ends inside a frame");
			break;
		case IPM_REGION_OTHER:
		case IPM_REGION_END:
			break;
		}
		if (rc)
			return rc;
	}
}

static void judge(struct repair *x)
{
	struct ipm_verify_result *v = &x->result;

	v->bytes = x->r->file.bytes;
	/* Ids begin at 1. */
	v->lost_objects = x->lost_ids[IPM_BLOCK_OBJECTS];
	if (v->objects && v->lost_objects)
		v->lost_objects--;
	if (!v->blocks)
		v->verdict = IPM_VERDICT_UNREADABLE;
	else if (!v->findings && x->saw_footer)
		v->verdict = IPM_VERDICT_WHOLE;
	else if (!v->damaged_bytes && !v->unusable && !x->saw_footer &&
		 v->findings == (x->cut ? 1 : 0))
		v->verdict = IPM_VERDICT_CUT;
	else
		v->verdict = IPM_VERDICT_DAMAGED;
	if (v->verdict == IPM_VERDICT_CUT && !x->cut)
		find(x, v->bytes, 0, "the file ends without a footer");
}

static void deinit(struct repair *x)
{
	free(x->page);
	ipm_arena_deinit(&x->arena);
	ipm_reader_close(x->r);
}

enum ipm_errc ipm_verify(const char *path, ipm_finding_fn report, void *self,
			 struct ipm_verify_result *ret, struct ipm_error *err)
{
	struct repair x = {.report = report, .self = self};
	enum ipm_errc rc = ipm_reader_open_walked(path, &x.r, err);

	if (rc)
		return rc;
	rc = walk(&x, err);
	if (!rc) {
		judge(&x);
		*ret = x.result;
	}
	deinit(&x);
	return rc;
}

enum ipm_errc ipm_recover(const char *path, struct ipm_sink sink, ipm_finding_fn report, void *self,
			  struct ipm_verify_result *ret, struct ipm_error *err)
{
	struct repair x = {.report = report, .self = self};
	struct ipm_block_writer *out = calloc(1, sizeof(*out));
	struct ipm_summary summary = {.status = IPM_STATUS_ERROR};
	enum ipm_errc rc;

	if (!out)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a writer");
	rc = ipm_reader_open_walked(path, &x.r, err);
	if (rc) {
		free(out);
		return rc;
	}
	rc = ipm_block_writer_init(out, sink, NULL, ipm_reader_info(x.r), err);
	if (!rc) {
		x.out = out;
		rc = walk(&x, err);
	}
	if (!rc) {
		judge(&x);
		if (!x.result.blocks)
			rc = ipm_fail(err, IPM_ERR_BAD_DATA, "nothing in it can be read");
	}
	if (!rc) {
		if (x.saw_summary)
			summary = *ipm_reader_summary(x.r);
		rc = ipm_block_writer_finish(out, &summary, err);
	}
	if (!rc)
		*ret = x.result;
	ipm_block_writer_deinit(out);
	free(out);
	deinit(&x);
	return rc;
}
