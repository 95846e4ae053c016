/* SPDX-License-Identifier: MIT */
#include "block_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <zstd.h>

#include "bytes.h"
#include "clock.h"
#include "pack.h"

enum {
	DIRECTORY_MAX = 4096,
	GROUP_HEADER_MAX = 19, /* map of one, two 64-bit numbers */
	PREAMBLE_MAX = 24,
	DEFAULT_LEVEL = 3,
	/* 64 KiB would save 2 % and cost 70 % more time per lookup (tests/bench). */
	DEFAULT_BLOCK = 32768,
	/*
	 * zstd's tables as it chooses them for blocks, for longer records too: then they take their memory
	 * early, and a tenth of what a megabyte would take.
	 */
	WINDOW_LOG = 17,
	HASH_LOG = 16,
	CHAIN_LOG = 15,
	/* Above, zstd 1.5.4 can corrupt data silently. */
	LEVEL_MAX = 12,
	PAGE_ROW = 8 + 16 * (IPM_KINDS - 1),
	/* What finish() may still need: summary, INDEX and ROOT without entries, footer. */
	CLOSING_BYTES = 4096,
};

static const char *const kind_names[IPM_KINDS] = {
	[IPM_BLOCK_META] = "meta",	 [IPM_BLOCK_STRINGS] = "strings",
	[IPM_BLOCK_SHAPES] = "shapes",	 [IPM_BLOCK_OBJECTS] = "objects",
	[IPM_BLOCK_SLICES] = "slices",	 [IPM_BLOCK_SCRIPTS] = "scripts",
	[IPM_BLOCK_PAUSES] = "pauses",	 [IPM_BLOCK_NOTES] = "notes",
	[IPM_BLOCK_SUMMARY] = "summary",
};

/* Makes a failure stick; `code` is what bw->failure says. */
static enum ipm_errc fail(struct ipm_block_writer *bw, enum ipm_errc code, struct ipm_error *err)
{
	bw->failed = code;
	if (err)
		*err = bw->failure;
	return code;
}

static enum ipm_errc put(struct ipm_block_writer *bw, struct iovec *iov, int count,
			 struct ipm_error *err)
{
	uint64_t len = 0;
	enum ipm_errc rc;
	int i;

	if (bw->failed)
		return fail(bw, bw->failed, err);
	for (i = 0; i < count; i++)
		len += iov[i].iov_len;
	rc = bw->sink.write(bw->sink.self, iov, count, &bw->failure);
	if (rc) {
		/* Without a half-written block the file is a clean cut one. */
		if (bw->sink.truncate) {
			struct ipm_error ignored;
			enum ipm_errc truncated =
				bw->sink.truncate(bw->sink.self, bw->bytes, &ignored);

			(void)truncated;
		}
		return fail(bw, rc, err);
	}
	bw->bytes += len;
	return IPM_OK;
}

static enum ipm_errc put_frame(struct ipm_block_writer *bw, uint32_t bytes, struct ipm_error *err)
{
	struct iovec iov = {.iov_base = bw->frame, .iov_len = bytes};

	return put(bw, &iov, 1, err);
}

static void put_preamble(struct ipm_buf *out, enum ipm_block_kind kind)
{
	ipm_pack_map(out, 1);
	ipm_pack_str(out, (struct ipm_str){"block", 5});
	ipm_pack_str(out, (struct ipm_str){kind_names[kind], strlen(kind_names[kind])});
}

static void put_group(struct ipm_buf *out, uint64_t id, uint64_t counter)
{
	ipm_pack_map(out, 1);
	ipm_pack_uint(out, id);
	if (counter)
		ipm_pack_uint(out, counter);
	else
		ipm_pack_nil(out);
}

enum ipm_errc ipm_block_writer_init(struct ipm_block_writer *bw, struct ipm_sink sink,
				    const struct ipm_writer_options *opts,
				    const struct ipm_file_info *origin, struct ipm_error *err)
{
	static const struct ipm_writer_options defaults;
	struct ipm_header header = {.major = IPM_FORMAT_MAJOR, .minor = IPM_FORMAT_MINOR};
	size_t kind, warmed;
	void *zeros;
	int level;

	if (!opts)
		opts = &defaults;
	level = opts->level ? opts->level : DEFAULT_LEVEL;
	memset(bw, 0, sizeof(*bw));
	bw->sink = sink;
	bw->max_bytes = opts->max_bytes;
	bw->raw_max = opts->block_raw_bytes ? opts->block_raw_bytes : DEFAULT_BLOCK;
	if (bw->raw_max < 512 || bw->raw_max > IPM_BLOCK_RAW_LIMIT)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "block size of %u: 512 to 65535",
				bw->raw_max);
	if (level < 1 || level > LEVEL_MAX)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "compression level %d: 1 to %d",
				level, LEVEL_MAX);
	bw->packed_capacity = ZSTD_compressBound(IPM_WRITER_RECORD_MAX + IPM_RECORD_HEADROOM);
	bw->frame_capacity = IPM_ROOT_HEADER_BYTES + 8 * IPM_KINDS + 4 + IPM_BLOCK_HEADER_BYTES +
			     2 * DIRECTORY_MAX + 16 * (IPM_PAGE_BLOCKS + IPM_KINDS + 2);
	bw->packed = malloc(bw->packed_capacity);
	bw->frame = malloc(bw->frame_capacity);
	bw->pages = malloc((size_t)IPM_ROOT_PAGES_MAX * PAGE_ROW);
	bw->zstd = ZSTD_createCCtx();
	if (!bw->packed || !bw->frame || !bw->pages || !bw->zstd)
		goto no_memory;
	for (kind = 1; kind < IPM_KINDS; kind++) {
		struct ipm_filling *f = &bw->filling[kind];
		/* Texts and bytes pack better in larger blocks and are read in longer pieces. */
		uint32_t raw_max = kind == IPM_BLOCK_SLICES && !opts->block_raw_bytes
					   ? IPM_BLOCK_RAW_LIMIT
					   : bw->raw_max;
		uint8_t *raw = malloc(raw_max);

		if (!raw)
			goto no_memory;
		if (raw_max > header.block_raw_max)
			header.block_raw_max = raw_max;
		f->raw = ipm_buf_over(raw, raw_max);
		f->directory = malloc(DIRECTORY_MAX * sizeof(*f->directory));
		if (!f->directory)
			goto no_memory;
	}
	if (ZSTD_isError(ZSTD_CCtx_setParameter(bw->zstd, ZSTD_c_compressionLevel, level)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(bw->zstd, ZSTD_c_windowLog, WINDOW_LOG)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(bw->zstd, ZSTD_c_hashLog, HASH_LOG)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(bw->zstd, ZSTD_c_chainLog, CHAIN_LOG)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(bw->zstd, ZSTD_c_checksumFlag, 1)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(bw->zstd, ZSTD_c_contentSizeFlag, 1)))
		goto no_memory;
	/* zstd allocates at its first compression; more than a window of input takes no more. */
	zeros = calloc(1, (size_t)1 << WINDOW_LOG);
	if (!zeros)
		goto no_memory;
	warmed = ZSTD_compress2(bw->zstd, bw->packed, bw->packed_capacity, zeros,
				(size_t)1 << WINDOW_LOG);
	free(zeros);
	if (ZSTD_isError(warmed))
		goto no_memory;
	header.created_ns = ipm_realtime_ns();
	/* Without randomness the id is the time: it only has to differ between crashes. */
	if (getrandom(header.uuid, sizeof(header.uuid), GRND_NONBLOCK) != sizeof(header.uuid)) {
		ipm_put_le64(header.uuid, header.created_ns);
		ipm_put_le64(header.uuid + 8, ipm_monotonic_ns());
	}
	header.uuid[6] = (uint8_t)((header.uuid[6] & 0x0F) | 0x40);
	header.uuid[8] = (uint8_t)((header.uuid[8] & 0x3F) | 0x80);
	if (origin && origin->major) {
		header.created_ns = origin->created_ns;
		memcpy(header.uuid, origin->uuid, sizeof(header.uuid));
	}
	ipm_layout_put_header(bw->frame, &header);
	return put_frame(bw, IPM_HEADER_BYTES, err);
no_memory:
	return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a writer");
}

void ipm_block_writer_deinit(struct ipm_block_writer *bw)
{
	size_t kind;

	for (kind = 1; kind < IPM_KINDS; kind++) {
		free(bw->filling[kind].raw.data);
		free(bw->filling[kind].directory);
	}
	ZSTD_freeCCtx(bw->zstd);
	free(bw->packed);
	free(bw->frame);
	free(bw->pages);
}

static void widen(struct ipm_id_range *range, uint64_t first, uint64_t end)
{
	if (range->first == range->end) {
		*range = (struct ipm_id_range){first, end};
		return;
	}
	if (first < range->first)
		range->first = first;
	if (end > range->end)
		range->end = end;
}

static int by_kind_and_id(const void *a, const void *b)
{
	const struct ipm_index_entry *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->first_id != y->first_id)
		return x->first_id < y->first_id ? -1 : 1;
	return x->offset < y->offset ? -1 : 1;
}

/* In place and without memory of its own, which qsort may take. The input is nearly sorted. */
static void sort_entries(struct ipm_index_entry *entries, uint32_t count)
{
	uint32_t gap, i, j;

	for (gap = count / 2; gap; gap = gap > 2 ? gap * 5 / 11 : gap / 2)
		for (i = gap; i < count; i++) {
			struct ipm_index_entry e = entries[i];

			for (j = i; j >= gap && by_kind_and_id(&e, &entries[j - gap]) < 0; j -= gap)
				entries[j] = entries[j - gap];
			entries[j] = e;
		}
}

static enum ipm_errc put_index(struct ipm_block_writer *bw, struct ipm_error *err)
{
	uint8_t *p = bw->frame + IPM_INDEX_HEADER_BYTES, *row;
	uint32_t bytes = IPM_INDEX_HEADER_BYTES + 16 * (IPM_KINDS - 1) + 16 * bw->entry_count + 4;
	uint64_t offset = bw->bytes;
	enum ipm_errc rc;
	uint32_t i;

	if (!bw->entry_count)
		return IPM_OK;
	if (bw->page_count == IPM_ROOT_PAGES_MAX)
		return fail(
			bw,
			ipm_fail(&bw->failure, IPM_ERR_LIMIT, "more blocks than an index holds"),
			err);
	sort_entries(bw->entries, bw->entry_count);
	ipm_put_le32(bw->frame + 12, bw->entry_count);
	ipm_put_le64(bw->frame + 16, offset);
	ipm_put_le64(bw->frame + 24, bw->index_offset);
	bw->frame[31] = IPM_KINDS - 1;
	row = bw->pages + (size_t)bw->page_count * PAGE_ROW;
	ipm_put_le64(row, offset);
	for (i = 1; i < IPM_KINDS; i++, p += 16) {
		ipm_put_le64(p, bw->in_page[i].first);
		ipm_put_le64(p + 8, bw->in_page[i].end);
		memcpy(row + 8 + 16 * (i - 1), p, 16);
	}
	for (i = 0; i < bw->entry_count; i++, p += 16) {
		ipm_put_le64(p, bw->entries[i].first_id);
		ipm_put_le64(p + 8, (uint64_t)bw->entries[i].kind << 56 | bw->entries[i].offset);
	}
	ipm_layout_seal(bw->frame, bytes, IPM_MAGIC_INDEX, "IDX1");
	rc = put_frame(bw, bytes, err);
	if (rc)
		return rc;
	bw->index_offset = offset;
	bw->page_count++;
	bw->entry_count = 0;
	memset(bw->in_page, 0, sizeof(bw->in_page));
	return IPM_OK;
}

/* Header and content in one write. Sets the header's place in the file. */
static enum ipm_errc put_packed(struct ipm_block_writer *bw, struct ipm_block_header *h,
				const uint16_t *directory, const uint8_t *packed,
				struct ipm_error *err)
{
	struct iovec iov[2];
	uint64_t end = h->first_id + h->records;
	enum ipm_errc rc;

	h->offset = bw->bytes;
	h->index_offset = bw->index_offset;
	iov[0].iov_base = bw->frame;
	iov[0].iov_len = ipm_layout_put_block(bw->frame, h, directory);
	iov[1].iov_base = (void *)(uintptr_t)packed;
	iov[1].iov_len = h->packed_bytes;
	rc = put(bw, iov, 2, err);
	if (rc)
		return rc;
	bw->blocks++;
	bw->raw_bytes += h->raw_bytes;
	bw->entries[bw->entry_count++] = (struct ipm_index_entry){
		.first_id = h->first_id, .offset = h->offset, .kind = h->kind};
	if (h->kind && h->kind < IPM_KINDS) {
		widen(&bw->in_page[h->kind], h->first_id, end);
		widen(&bw->written[h->kind], h->first_id, end);
	}
	return bw->entry_count == IPM_PAGE_BLOCKS ? put_index(bw, err) : IPM_OK;
}

static enum ipm_errc put_block(struct ipm_block_writer *bw, enum ipm_block_kind kind,
			       const uint8_t *raw, size_t raw_bytes, const uint16_t *directory,
			       uint16_t groups, uint64_t first_id, uint32_t records,
			       struct ipm_error *err)
{
	struct ipm_block_header h = {
		.kind = (uint8_t)kind,
		.groups = groups,
		.raw_bytes = (uint32_t)raw_bytes,
		.records = records,
		.first_id = first_id,
	};
	size_t packed = ZSTD_compress2(bw->zstd, bw->packed, bw->packed_capacity, raw, raw_bytes);

	if (ZSTD_isError(packed))
		return fail(bw,
			    ipm_fail(&bw->failure, IPM_ERR_NO_MEMORY, "zstd: %s",
				     ZSTD_getErrorName(packed)),
			    err);
	h.packed_bytes = (uint32_t)packed;
	return put_packed(bw, &h, directory, bw->packed, err);
}

enum ipm_errc ipm_block_writer_copy(struct ipm_block_writer *bw,
				    const struct ipm_block_header *source, const uint8_t *packed,
				    struct ipm_error *err)
{
	struct ipm_block_header h = *source;
	uint16_t directory[DIRECTORY_MAX];
	uint16_t i;

	if (h.groups > DIRECTORY_MAX)
		return ipm_fail_at(err, IPM_ERR_LIMIT, h.offset, "a block of %u groups", h.groups);
	for (i = 0; i < h.groups; i++)
		directory[i] = ipm_get_le16(source->directory + 2u * i);
	return put_packed(bw, &h, directory, packed, err);
}

static enum ipm_errc flush_one(struct ipm_block_writer *bw, enum ipm_block_kind kind,
			       struct ipm_error *err)
{
	struct ipm_filling *f = &bw->filling[kind];
	enum ipm_errc rc;

	if (!f->records)
		return IPM_OK;
	rc = put_block(bw, kind, f->raw.data, f->raw.len, f->directory, f->groups, f->first_id,
		       f->records, err);
	ipm_buf_reset(&f->raw);
	f->groups = 0;
	f->in_group = 0;
	f->records = 0;
	return rc;
}

/* What a block uses reaches the file before it: strings, then shapes, then the rest. */
static enum ipm_errc flush_definitions(struct ipm_block_writer *bw, enum ipm_block_kind kind,
				       struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;

	if (kind > IPM_BLOCK_STRINGS)
		rc = flush_one(bw, IPM_BLOCK_STRINGS, err);
	if (!rc && kind > IPM_BLOCK_SHAPES)
		rc = flush_one(bw, IPM_BLOCK_SHAPES, err);
	return rc;
}

static enum ipm_errc flush_kind(struct ipm_block_writer *bw, enum ipm_block_kind kind,
				struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;

	if (bw->filling[kind].records)
		rc = flush_definitions(bw, kind, err);
	return rc ? rc : flush_one(bw, kind, err);
}

/* Too long for any block: preamble and group header go into the headroom before it. */
static enum ipm_errc put_jumbo(struct ipm_block_writer *bw, enum ipm_block_kind kind, uint64_t id,
			       struct ipm_bytes record, uint64_t before, struct ipm_error *err)
{
	uint8_t start[IPM_RECORD_HEADROOM];
	struct ipm_buf out = ipm_buf_over(start, sizeof(start));
	uint8_t *raw;
	uint16_t group;
	enum ipm_errc rc = flush_kind(bw, kind, err);

	if (!rc)
		rc = flush_definitions(bw, kind, err);
	if (rc)
		return rc;
	put_preamble(&out, kind);
	group = (uint16_t)out.len;
	put_group(&out, id, before);
	raw = (uint8_t *)(uintptr_t)record.data - out.len;
	memcpy(raw, start, out.len);
	return put_block(bw, kind, raw, record.len + out.len, &group, 1, id, 1, err);
}

enum ipm_errc ipm_block_writer_room(const struct ipm_block_writer *bw, size_t more,
				    struct ipm_error *err)
{
	uint64_t used = bw->bytes + CLOSING_BYTES + 16 * (uint64_t)bw->entry_count +
			(uint64_t)(bw->page_count + 1) * PAGE_ROW;
	size_t kind;

	if (!bw->max_bytes)
		return IPM_OK;
	/* As if nothing compressed: what is accepted fits for certain. */
	for (kind = 1; kind < IPM_KINDS; kind++)
		if (bw->filling[kind].records)
			used += bw->filling[kind].raw.len + 256 + 2u * bw->filling[kind].groups;
	if (used > bw->max_bytes || more > bw->max_bytes - used)
		return ipm_fail(err, IPM_ERR_LIMIT, "the file would pass %llu bytes",
				(unsigned long long)bw->max_bytes);
	return IPM_OK;
}

enum ipm_errc ipm_block_writer_add(struct ipm_block_writer *bw, enum ipm_block_kind kind,
				   uint64_t id, struct ipm_bytes record, uint64_t before,
				   uint64_t after, struct ipm_error *err)
{
	struct ipm_filling *f = &bw->filling[kind];
	size_t need = record.len + GROUP_HEADER_MAX;
	bool new_group;
	enum ipm_errc rc;

	if (bw->failed)
		return fail(bw, bw->failed, err);
	if (need + PREAMBLE_MAX > f->raw.capacity)
		return put_jumbo(bw, kind, id, record, before, err);
	if (f->records && (need > f->raw.capacity - f->raw.len || f->groups == DIRECTORY_MAX ||
			   id != f->first_id + f->records)) {
		rc = flush_kind(bw, kind, err);
		if (rc)
			return rc;
	}
	if (!f->records) {
		f->first_id = id;
		put_preamble(&f->raw, kind);
	}
	new_group = !f->records || f->counter != before || f->in_group == IPM_GROUP_RECORDS ||
		    f->raw.len - f->directory[f->groups - 1] >= IPM_GROUP_BYTES;
	if (new_group) {
		f->directory[f->groups++] = (uint16_t)f->raw.len;
		f->in_group = 0;
		put_group(&f->raw, id, before);
	}
	ipm_buf_append(&f->raw, record.data, record.len);
	f->counter = after;
	f->in_group++;
	f->records++;
	return IPM_OK;
}

enum ipm_errc ipm_block_writer_flush(struct ipm_block_writer *bw, struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	int kind;

	for (kind = 1; kind < IPM_KINDS && !rc; kind++)
		rc = flush_one(bw, (enum ipm_block_kind)kind, err);
	return !rc && bw->failed ? fail(bw, bw->failed, err) : rc;
}

static enum ipm_errc put_root(struct ipm_block_writer *bw, struct ipm_error *err)
{
	uint32_t head = IPM_ROOT_HEADER_BYTES + 8 * (IPM_KINDS - 1);
	uint32_t rows = bw->page_count * PAGE_ROW;
	uint8_t *p = bw->frame, tail[4];
	struct iovec iov[3];
	uint32_t i, crc;

	/* The rows lie elsewhere, so the checksum is made of two pieces. */
	ipm_put_le32(p, IPM_MAGIC_ROOT);
	ipm_put_le32(p + 4, head + rows + 4 - 8);
	memcpy(p + 8, "ROT1", 4);
	ipm_put_le32(p + 12, bw->page_count);
	ipm_put_le64(p + 16, bw->bytes);
	p[23] = IPM_KINDS - 1;
	for (i = 1; i < IPM_KINDS; i++)
		ipm_put_le64(p + IPM_ROOT_HEADER_BYTES + 8 * (i - 1), bw->written[i].end);
	crc = ipm_crc32c(0, p, head);
	ipm_put_le32(tail, ipm_crc32c(crc, bw->pages, rows));
	iov[0] = (struct iovec){.iov_base = p, .iov_len = head};
	iov[1] = (struct iovec){.iov_base = bw->pages, .iov_len = rows};
	iov[2] = (struct iovec){.iov_base = tail, .iov_len = 4};
	return put(bw, iov, 3, err);
}

enum ipm_errc ipm_block_writer_finish(struct ipm_block_writer *bw,
				      const struct ipm_summary *summary, struct ipm_error *err)
{
	struct ipm_footer footer = {
		.status = (uint8_t)summary->status,
		.stopped_by = (uint8_t)summary->stopped_by,
	};
	enum ipm_errc rc = ipm_block_writer_flush(bw, err);

	if (!rc)
		rc = put_index(bw, err);
	if (rc)
		return rc;
	footer.root_offset = bw->bytes;
	rc = put_root(bw, err);
	if (rc)
		return rc;
	footer.file_bytes = bw->bytes + IPM_FOOTER_BYTES;
	footer.blocks = bw->blocks;
	footer.objects =
		bw->written[IPM_BLOCK_OBJECTS].end ? bw->written[IPM_BLOCK_OBJECTS].end - 1 : 0;
	footer.raw_bytes = bw->raw_bytes;
	ipm_layout_put_footer(bw->frame, &footer);
	return put_frame(bw, IPM_FOOTER_BYTES, err);
}
