/* SPDX-License-Identifier: MIT */
#include "block_index.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

static void drop_pages(struct ipm_block_index *index)
{
	uint32_t i;

	for (i = 0; i < index->page_count; i++)
		free(index->pages[i].frame);
	free(index->pages);
	index->pages = NULL;
	index->page_count = 0;
	index->last_page = 0;
}

void ipm_block_index_deinit(struct ipm_block_index *index)
{
	drop_pages(index);
	free(index->loose);
	index->loose = NULL;
}

static enum ipm_errc add_loose(struct ipm_block_index *index, const struct ipm_block_header *h,
			       struct ipm_error *err)
{
	if (index->loose_count == index->loose_capacity) {
		size_t capacity = index->loose_capacity ? index->loose_capacity * 2 : 256;
		void *grown = realloc(index->loose, capacity * sizeof(*index->loose));

		if (!grown)
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for %zu blocks",
					capacity);
		index->loose = grown;
		index->loose_capacity = capacity;
	}
	index->loose[index->loose_count++] = (struct ipm_index_entry){
		.first_id = h->first_id, .offset = h->offset, .kind = h->kind};
	if (h->first_id + h->records > index->ends[h->kind])
		index->ends[h->kind] = h->first_id + h->records;
	return IPM_OK;
}

static int by_kind_and_id(const void *a, const void *b)
{
	const struct ipm_index_entry *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->first_id != y->first_id)
		return x->first_id < y->first_id ? -1 : 1;
	/* Of two with the same ids the first in the file wins: the search takes the last. */
	return x->offset > y->offset ? -1 : 1;
}

/* Everything from `at` to the end of the file. */
static enum ipm_errc walk_from(struct ipm_block_index *index, uint64_t at, bool *ret_damaged,
			       bool *ret_cut, struct ipm_error *err)
{
	struct ipm_frame_walk walk = {.file = index->file, .at = at};
	struct ipm_frame_event event;
	enum ipm_errc rc;

	for (;;) {
		rc = ipm_frame_walk_next(&walk, &event, err);
		if (rc || event.type == IPM_REGION_END)
			break;
		if (event.type == IPM_REGION_DAMAGE)
			*ret_damaged = true;
		if (event.type == IPM_REGION_CUT)
			*ret_cut = true;
		if (event.type != IPM_REGION_BLOCK)
			continue;
		index->blocks++;
		/* Of a later minor version: not ours to read. */
		if (event.block.kind >= IPM_KINDS || !event.block.kind)
			continue;
		rc = add_loose(index, &event.block, err);
		if (rc)
			break;
	}
	if (index->loose_count)
		qsort(index->loose, index->loose_count, sizeof(*index->loose), by_kind_and_id);
	return rc;
}

enum ipm_errc ipm_block_index_walk(struct ipm_block_index *index, struct ipm_error *err)
{
	bool damaged = false, cut = false;
	enum ipm_errc rc;

	drop_pages(index);
	index->loose_count = 0;
	index->blocks = 0;
	memset(index->ends, 0, sizeof(index->ends));
	index->walked = true;
	rc = walk_from(index, 0, &damaged, &cut, err);
	if (damaged)
		index->integrity = IPM_DAMAGED;
	return rc;
}

static void take_ranges(struct ipm_index_page *page, const uint8_t *ranges, unsigned kinds)
{
	unsigned kind;

	for (kind = 1; kind <= kinds && kind < IPM_KINDS; kind++)
		page->ranges[kind] = ipm_layout_range(ranges, kind);
}

static enum ipm_errc open_root(struct ipm_block_index *index, const struct ipm_footer *footer,
			       struct ipm_error *err)
{
	uint64_t room = index->file->bytes - footer->root_offset;
	struct ipm_root_header root;
	struct ipm_bytes view;
	enum ipm_errc rc;
	size_t i;

	if (room > IPM_FRAME_BYTES_MAX)
		room = IPM_FRAME_BYTES_MAX;
	rc = ipm_file_view(index->file, footer->root_offset, (size_t)room, &view, err);
	if (!rc)
		rc = ipm_layout_get_root(view, footer->root_offset, &root, err);
	if (rc)
		return rc;
	index->pages = calloc(root.pages ? root.pages : 1, sizeof(*index->pages));
	if (!index->pages)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for %u pages", root.pages);
	index->page_count = root.pages;
	for (i = 0; i < root.pages; i++) {
		const uint8_t *row = root.table + i * (8u + 16u * root.kinds);

		index->pages[i].offset = ipm_get_le64(row);
		take_ranges(&index->pages[i], row + 8, root.kinds);
	}
	for (i = 1; i <= root.kinds && i < IPM_KINDS; i++)
		index->ends[i] = ipm_get_le64(root.totals + 8 * (i - 1));
	index->blocks = footer->blocks;
	return IPM_OK;
}

/* Searches need the order, and blocks lie before the index that names them. */
static bool in_order(const struct ipm_index_header *h)
{
	struct ipm_index_entry before = {0}, e;
	uint32_t i;

	for (i = 0; i < h->entries; i++, before = e) {
		e = ipm_layout_entry(h->table, i);
		if (e.offset >= h->offset ||
		    (i && (e.kind < before.kind ||
			   (e.kind == before.kind && e.first_id <= before.first_id))))
			return false;
	}
	return true;
}

/* A checked copy of a page. */
static enum ipm_errc load_page(struct ipm_block_index *index, struct ipm_index_page *page,
			       struct ipm_error *err)
{
	struct ipm_bytes view;
	uint32_t bytes, magic;
	uint8_t *copy;
	enum ipm_errc rc;

	if (page->frame)
		return IPM_OK;
	rc = ipm_file_view(index->file, page->offset, 20480, &view, err);
	if (rc)
		return rc;
	bytes = ipm_layout_frame_bytes(view.data, view.len, &magic);
	if (bytes > view.len) {
		rc = ipm_file_view(index->file, page->offset, bytes, &view, err);
		if (rc)
			return rc;
	}
	rc = ipm_layout_get_index(view, page->offset, &page->header, err);
	if (rc)
		return rc;
	if (!in_order(&page->header))
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, page->offset,
				   "an index that is not in order");
	copy = malloc(page->header.frame_bytes);
	if (!copy)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for an index");
	memcpy(copy, view.data, page->header.frame_bytes);
	page->header.table = copy + (page->header.table - view.data);
	page->header.ranges = copy + (page->header.ranges - view.data);
	page->frame = copy;
	return IPM_OK;
}

/* The chain of pages that ends at `last`. IPM_ERR_BAD_DATA: broken. */
static enum ipm_errc open_chain(struct ipm_block_index *index, uint64_t last, struct ipm_error *err)
{
	uint32_t capacity = 0, i;
	uint64_t at = last;
	enum ipm_errc rc;

	while (at) {
		struct ipm_index_page *page;
		unsigned kind;

		if (index->page_count == capacity) {
			struct ipm_index_page *grown;

			capacity = capacity ? capacity * 2 : 16;
			grown = realloc(index->pages, capacity * sizeof(*grown));
			if (!grown)
				return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for %u pages",
						capacity);
			index->pages = grown;
		}
		page = &index->pages[index->page_count];
		memset(page, 0, sizeof(*page));
		page->offset = at;
		rc = load_page(index, page, err);
		if (rc)
			return rc;
		index->page_count++;
		take_ranges(page, page->header.ranges, page->header.kinds);
		for (kind = 1; kind < IPM_KINDS; kind++)
			if (page->ranges[kind].end > index->ends[kind])
				index->ends[kind] = page->ranges[kind].end;
		index->blocks += page->header.entries;
		/* Parsing has checked that it lies before this one, so this ends. */
		at = page->header.previous;
	}
	for (i = 0; i < index->page_count / 2; i++) {
		struct ipm_index_page swap = index->pages[i];

		index->pages[i] = index->pages[index->page_count - 1 - i];
		index->pages[index->page_count - 1 - i] = swap;
	}
	return IPM_OK;
}

enum ipm_errc ipm_block_index_open(struct ipm_block_index *index, struct ipm_file *file,
				   const struct ipm_footer *footer, struct ipm_error *err)
{
	bool damaged = false, cut = false;
	struct ipm_error why;
	uint64_t last = 0, from = 0;
	enum ipm_errc rc;

	memset(index, 0, sizeof(*index));
	index->file = file;
	index->integrity = IPM_WHOLE;
	if (footer) {
		rc = open_root(index, footer, &why);
		if (!rc)
			return IPM_OK;
		index->integrity = IPM_DAMAGED;
		return ipm_block_index_walk(index, err);
	}
	index->integrity = IPM_CUT;
	rc = ipm_frames_last_index(file, file->bytes, &last, &why);
	if (!rc && last)
		rc = open_chain(index, last, &why);
	if (rc && rc != IPM_ERR_NOT_FOUND) {
		index->integrity = IPM_DAMAGED;
		return ipm_block_index_walk(index, err);
	}
	if (index->page_count)
		from = last + index->pages[index->page_count - 1].header.frame_bytes;
	else
		index->walked = true;
	rc = walk_from(index, from, &damaged, &cut, err);
	if (damaged)
		index->integrity = IPM_DAMAGED;
	return rc;
}

/* Index of the last entry of `kind` with first_id ≤ id, or SIZE_MAX. */
static size_t search_table(const uint8_t *table, size_t count, unsigned kind, uint64_t id)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct ipm_index_entry e = ipm_layout_entry(table, middle);

		if (e.kind < kind || (e.kind == kind && e.first_id <= id))
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || ipm_layout_entry(table, low - 1).kind != kind)
		return SIZE_MAX;
	return low - 1;
}

/* How many loose entries sort before or at (kind, id). */
static size_t search_loose(const struct ipm_block_index *index, unsigned kind, uint64_t id)
{
	size_t low = 0, high = index->loose_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct ipm_index_entry *e = &index->loose[middle];

		if (e->kind < kind || (e->kind == kind && e->first_id <= id))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool in_range(const struct ipm_index_page *page, unsigned kind, uint64_t id)
{
	return id >= page->ranges[kind].first && id < page->ranges[kind].end;
}

enum ipm_errc ipm_block_index_find(struct ipm_block_index *index, enum ipm_block_kind kind,
				   uint64_t id, struct ipm_index_entry *ret, struct ipm_error *err)
{
	struct ipm_index_entry best = {0};
	bool found = false;
	size_t at = search_loose(index, kind, id);
	uint32_t i;

	if (at && index->loose[at - 1].kind == kind) {
		best = index->loose[at - 1];
		found = true;
	}
	/* Ranges of pages may overlap for slices only, and then the nearest block is the one. */
	for (i = 0; i < index->page_count; i++) {
		/* Neighbouring ids are asked for in a row. */
		uint32_t p = (index->last_page + i) % index->page_count;
		struct ipm_index_entry e;
		enum ipm_errc rc;

		if (!in_range(&index->pages[p], kind, id))
			continue;
		rc = load_page(index, &index->pages[p], err);
		if (rc)
			return rc;
		at = search_table(index->pages[p].header.table, index->pages[p].header.entries,
				  kind, id);
		if (at == SIZE_MAX)
			continue;
		e = ipm_layout_entry(index->pages[p].header.table, at);
		if (!found || e.first_id > best.first_id) {
			best = e;
			found = true;
			index->last_page = p;
		}
		if (kind != IPM_BLOCK_SLICES)
			break;
	}
	if (!found)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "no block holds it");
	*ret = best;
	return IPM_OK;
}

enum ipm_errc ipm_block_index_above(struct ipm_block_index *index, enum ipm_block_kind kind,
				    uint64_t id, struct ipm_index_entry *ret, struct ipm_error *err)
{
	struct ipm_index_entry best = {0};
	bool found = false;
	size_t at = search_loose(index, kind, id);
	uint32_t i;

	if (at < index->loose_count && index->loose[at].kind == kind &&
	    index->loose[at].first_id > id) {
		best = index->loose[at];
		found = true;
	}
	for (i = 0; i < index->page_count; i++) {
		struct ipm_index_page *page = &index->pages[i];
		struct ipm_index_entry e;
		enum ipm_errc rc;

		if (page->ranges[kind].first == page->ranges[kind].end ||
		    page->ranges[kind].end <= id ||
		    (found && page->ranges[kind].first >= best.first_id))
			continue;
		rc = load_page(index, page, err);
		if (rc)
			return rc;
		at = search_table(page->header.table, page->header.entries, kind, id);
		/* Kinds ascend in the table: the first of ours follows all lower ones. */
		if (at == SIZE_MAX) {
			at = 0;
			while (at < page->header.entries &&
			       ipm_layout_entry(page->header.table, at).kind < kind)
				at++;
		} else {
			at++;
		}
		if (at >= page->header.entries)
			continue;
		e = ipm_layout_entry(page->header.table, at);
		if (e.kind == kind && e.first_id > id && (!found || e.first_id < best.first_id)) {
			best = e;
			found = true;
		}
	}
	if (!found)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "no block above");
	*ret = best;
	return IPM_OK;
}
