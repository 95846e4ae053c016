/* SPDX-License-Identifier: MIT */
#ifndef IPM_BLOCK_INDEX_H
#define IPM_BLOCK_INDEX_H

/*
 * Which block holds which id. A whole file's ROOT names its INDEX pages; a cut one's are found
 * through the chain that every block's header continues, and the blocks after the last page by
 * walking. A file whose index does not hold is walked from the start: the blocks win.
 */

#include "arena.h"
#include "file.h"
#include "frames.h"
#include "ipm_reader.h"
#include "layout.h"

struct ipm_index_page {
	uint64_t offset;
	struct ipm_id_range ranges[IPM_KINDS];
	uint8_t *frame; /* a checked copy, once it was needed */
	struct ipm_index_header header;
};

struct ipm_block_index {
	struct ipm_file *file;
	struct ipm_index_page *pages;
	uint32_t page_count, last_page;
	struct ipm_index_entry *loose; /* blocks that no page has, by kind and first id */
	size_t loose_count, loose_capacity;
	uint64_t ends[IPM_KINDS]; /* one more than the highest id of the kind */
	uint64_t blocks;
	enum ipm_integrity integrity;
	bool walked; /* all blocks are loose */
};

/* `footer` NULL: there is none. A file without a single block is IPM_OK. */
IPM_MUST_USE enum ipm_errc ipm_block_index_open(struct ipm_block_index *index,
						struct ipm_file *file,
						const struct ipm_footer *footer,
						struct ipm_error *err);
void ipm_block_index_deinit(struct ipm_block_index *index);

/*
 * The block of that kind with the highest first id that is not above `id`; whether it holds
 * `id` its header says. IPM_ERR_NOT_FOUND: none.
 */
IPM_MUST_USE enum ipm_errc ipm_block_index_find(struct ipm_block_index *index,
						enum ipm_block_kind kind, uint64_t id,
						struct ipm_index_entry *ret, struct ipm_error *err);
/* The block of that kind with the lowest first id above `id`. IPM_ERR_NOT_FOUND: none. */
IPM_MUST_USE enum ipm_errc ipm_block_index_above(struct ipm_block_index *index,
						 enum ipm_block_kind kind, uint64_t id,
						 struct ipm_index_entry *ret,
						 struct ipm_error *err);
/* Forgets all pages and walks the file. */
IPM_MUST_USE enum ipm_errc ipm_block_index_walk(struct ipm_block_index *index,
						struct ipm_error *err);

#endif
