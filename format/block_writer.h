/* SPDX-License-Identifier: MIT */
#ifndef IPM_BLOCK_WRITER_H
#define IPM_BLOCK_WRITER_H

/*
 * The lower half of the writer: records become groups, groups become compressed blocks, blocks
 * are indexed. Knows nothing of what a record says.
 */

#include "buf.h"
#include "ipm_reader.h"
#include "ipm_writer.h"
#include "layout.h"

/* A kind's block while it fills. */
struct ipm_filling {
	struct ipm_buf raw; /* over memory of block_raw_max bytes */
	uint16_t *directory;
	uint16_t groups;
	uint32_t in_group; /* records in the last group */
	uint32_t records;
	uint64_t first_id;
	uint64_t counter; /* what a reader has counted to at the end of the last group */
};

struct ipm_block_writer {
	struct ipm_sink sink;
	uint64_t bytes; /* handed to the sink */
	uint64_t raw_bytes;
	uint64_t blocks;
	uint64_t max_bytes;
	uint32_t raw_max;
	uint8_t uuid[16];
	enum ipm_errc failed; /* sticky */
	struct ipm_error failure;
	struct ZSTD_CCtx_s *zstd;
	uint8_t *packed; /* what a block compresses to */
	size_t packed_capacity;
	uint8_t *frame; /* a skippable frame under construction */
	size_t frame_capacity;
	struct ipm_filling filling[IPM_KINDS];
	struct ipm_id_range written[IPM_KINDS]; /* ids in all blocks so far */
	struct ipm_id_range in_page[IPM_KINDS]; /* in the blocks of the coming INDEX */
	struct ipm_index_entry entries[IPM_PAGE_BLOCKS];
	uint32_t entry_count;
	uint64_t index_offset; /* of the last INDEX */
	uint8_t *pages;	       /* the ROOT's table as it will be written */
	uint32_t page_count;
};

enum {
	/* Room that a record leaves in front for what a block of its own begins with. */
	IPM_RECORD_HEADROOM = 64,
	/* 16,384 pages of 1,024 blocks of at most 64 KiB: about a terabyte of records. */
	IPM_ROOT_PAGES_MAX = 16384,
	/* The longest record a writer makes. */
	IPM_WRITER_RECORD_MAX = 3 << 20,
};

/* `origin` NULL: a new file; else one with that file's uuid and time. */
IPM_MUST_USE enum ipm_errc ipm_block_writer_init(struct ipm_block_writer *bw, struct ipm_sink sink,
						 const struct ipm_writer_options *opts,
						 const struct ipm_file_info *origin,
						 struct ipm_error *err);
void ipm_block_writer_deinit(struct ipm_block_writer *bw);

/* Another raw size is IPM_ERR_LIMIT when `more` bytes might pass the file's limit. Not sticky. */
IPM_MUST_USE enum ipm_errc ipm_block_writer_room(const struct ipm_block_writer *bw, size_t more,
						 struct ipm_error *err);

/*
 * Adds a record. `record` lies IPM_RECORD_HEADROOM bytes into writable memory. `before` and
 * `after` are the counter of new objects around it (0, 0 for kinds that do not count).
 */
IPM_MUST_USE enum ipm_errc ipm_block_writer_add(struct ipm_block_writer *bw,
						enum ipm_block_kind kind, uint64_t id,
						struct ipm_bytes record, uint64_t before,
						uint64_t after, struct ipm_error *err);
IPM_MUST_USE enum ipm_errc ipm_block_writer_flush(struct ipm_block_writer *bw,
						  struct ipm_error *err);
/* A block of another file as it is, under its own ids. `packed` is its zstd frame. */
IPM_MUST_USE enum ipm_errc ipm_block_writer_copy(struct ipm_block_writer *bw,
						 const struct ipm_block_header *source,
						 const uint8_t *packed, struct ipm_error *err);
/* INDEX, ROOT and footer. */
IPM_MUST_USE enum ipm_errc ipm_block_writer_finish(struct ipm_block_writer *bw,
						   const struct ipm_summary *summary,
						   struct ipm_error *err);

#endif
