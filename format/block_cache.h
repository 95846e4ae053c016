/* SPDX-License-Identifier: MIT */
#ifndef IPM_BLOCK_CACHE_H
#define IPM_BLOCK_CACHE_H

/* Decoded blocks, the least recently used given up first. A held block stays. */

#include "cursor.h"
#include "file.h"
#include "layout.h"

/* Where a record begins that was looked up before, or that lies beside such a one. */
struct ipm_spot {
	uint64_t counter;
	uint32_t at; /* in `raw`; 0: not known */
	uint16_t group;
};

struct ipm_block {
	uint64_t offset;
	uint64_t first_id;
	uint32_t records;
	uint32_t raw_bytes;
	uint16_t groups;
	uint8_t kind;
	uint8_t lookups; /* until there are `spots` */
	uint32_t bytes;	 /* of memory: raw_bytes and spots */
	struct ipm_spot *spots;
	uint32_t refs;
	struct ipm_block *newer, *older; /* while nobody holds it */
	struct ipm_block *next_in_bucket;
	uint16_t *directory;
	uint8_t raw[];
};

struct ipm_block_cache {
	struct ipm_block **buckets;
	struct ipm_block *newest, *oldest;
	uint64_t bytes, max_bytes; /* of blocks nobody holds */
	uint64_t max_record_bytes;
	struct ZSTD_DCtx_s *zstd;
};

IPM_MUST_USE enum ipm_errc ipm_block_cache_init(struct ipm_block_cache *cache, uint64_t max_bytes,
						uint64_t max_record_bytes, struct ipm_error *err);
void ipm_block_cache_deinit(struct ipm_block_cache *cache);

/* The block at `offset`, held until ipm_block_release. */
IPM_MUST_USE enum ipm_errc ipm_block_load(struct ipm_block_cache *cache, struct ipm_file *file,
					  uint64_t offset, struct ipm_block **ret,
					  struct ipm_error *err);
void ipm_block_release(struct ipm_block_cache *cache, struct ipm_block *block);

/* A record in a block, found through the directory. */
struct ipm_place {
	struct ipm_cursor cursor; /* at the record, up to the end of the block */
	uint64_t counter;	  /* of new objects, before it */
	uint64_t id;
	uint32_t left; /* records in this block from here on */
	uint16_t group;
	bool passed; /* the cursor and the counter are behind the record already */
};

/* IPM_ERR_NOT_FOUND: no such id in this block. */
IPM_MUST_USE enum ipm_errc ipm_block_seek(const struct ipm_block *block, uint64_t id,
					  struct ipm_place *ret, struct ipm_error *err);
/* The same for a block that is asked again and again: it learns where its records are. */
IPM_MUST_USE enum ipm_errc ipm_block_lookup(struct ipm_block *block, uint64_t id,
					    struct ipm_place *ret, struct ipm_error *err);
/* Past the record at `place` to the next one; false at the end of the block or at nonsense. */
bool ipm_block_next(const struct ipm_block *block, struct ipm_place *place);

#endif
