/* SPDX-License-Identifier: MIT */
#ifndef IPM_LAYOUT_H
#define IPM_LAYOUT_H

/*
 * Where every byte of a container's frames lies (spec/inspmort.md, "Frames"). Little-endian;
 * offsets count from the first byte of the frame, its zstd skippable-frame magic included.
 * Nothing here reads or writes a file.
 */

#include <stdbool.h>

#include "ipm_base.h"

enum {
	IPM_FORMAT_MAJOR = 1,
	IPM_FORMAT_MINOR = 0,
};

/* Types of skippable frames, in the last hex digit of the magic. */
#define IPM_MAGIC_HEADER 0x184D2A50u
#define IPM_MAGIC_BLOCK	 0x184D2A51u
#define IPM_MAGIC_INDEX	 0x184D2A52u
#define IPM_MAGIC_ROOT	 0x184D2A53u
#define IPM_MAGIC_FOOTER 0x184D2A54u
#define IPM_MAGIC_ZSTD	 0xFD2FB528u

/* Kinds of blocks; each has ids of its own. 1 to 127, stored: never renumber. */
enum ipm_block_kind {
	IPM_BLOCK_META = 1,
	IPM_BLOCK_STRINGS = 2,
	IPM_BLOCK_SHAPES = 3,
	IPM_BLOCK_OBJECTS = 4,
	IPM_BLOCK_SLICES = 5,
	IPM_BLOCK_SCRIPTS = 6,
	IPM_BLOCK_PAUSES = 7,
	IPM_BLOCK_NOTES = 8,
	IPM_BLOCK_SUMMARY = 9,
	IPM_KINDS = 10, /* one more than the last */
	IPM_KIND_MAX = 127,
};

enum {
	IPM_HEADER_BYTES = 64,	     /* as written; a later minor may append */
	IPM_BLOCK_HEADER_BYTES = 60, /* without the directory */
	IPM_FOOTER_BYTES = 72,
	IPM_INDEX_HEADER_BYTES = 32, /* before the ranges of kinds */
	IPM_ROOT_HEADER_BYTES = 24,
	IPM_FRAME_BYTES_MAX = 1 << 27,	/* of one skippable frame; a ROOT of 512 GiB has 3 MiB */
	IPM_BLOCK_RAW_LIMIT = 65535,	/* a directory entry is a u16 */
	IPM_RECORD_BYTES_MAX = 1 << 24, /* a record this long has a block of its own */
	IPM_GROUP_RECORDS = 64,
	IPM_GROUP_BYTES = 1280, /* a group ends with the record that reaches this */
	IPM_PAGE_BLOCKS = 1024,
	IPM_LIST_MAX = 65536,	     /* items of one list in a record that a reader accepts */
	IPM_INLINE_ITEMS_MAX = 4096, /* that a writer puts there */
};

struct ipm_header {
	uint16_t major, minor;
	uint32_t feat_incompat, feat_compat;
	uint32_t block_raw_max;
	uint64_t created_ns;
	uint8_t uuid[16];
};

struct ipm_block_header {
	uint8_t kind;
	uint8_t flags;
	uint16_t groups;
	uint32_t packed_bytes; /* of the zstd frame that follows */
	uint32_t raw_bytes;    /* of its content */
	uint32_t records;
	uint64_t first_id;
	uint64_t offset;       /* of this very frame: a block inside a captured file is not ours */
	uint64_t index_offset; /* of the last INDEX before it, 0: none */
	/* Of the directory, `groups` little-endian u16; set by parsing. */
	const uint8_t *directory;
	uint32_t frame_bytes; /* of header and directory */
};

/* Ids of one kind in a stretch of the file: first … end - 1. */
struct ipm_id_range {
	uint64_t first, end;
};

struct ipm_index_entry {
	uint64_t first_id;
	uint64_t offset;
	uint8_t kind;
};

struct ipm_index_header {
	uint64_t offset;
	uint64_t previous; /* offset of the INDEX before, 0: none */
	uint32_t entries;
	uint16_t kinds; /* ranges for kinds 1 … kinds */
	uint32_t frame_bytes;
	const uint8_t *ranges; /* kinds × {u64 first, u64 end} */
	const uint8_t *table;  /* entries × {u64 first_id, u64 kind << 56 | offset}, sorted */
};

struct ipm_root_header {
	uint64_t offset;
	uint32_t pages;
	uint16_t kinds;
	uint32_t frame_bytes;
	const uint8_t *totals; /* kinds × u64: the end of the kind's ids */
	const uint8_t *table;  /* pages × {u64 offset, kinds × {u64 first, u64 end}} */
};

struct ipm_footer {
	uint8_t status;
	uint8_t stopped_by;
	uint64_t root_offset;
	uint64_t file_bytes;
	uint64_t blocks;
	uint64_t objects;
	uint64_t raw_bytes;
};

void ipm_layout_put_header(uint8_t out[IPM_HEADER_BYTES], const struct ipm_header *h);
/* Writes header and directory; h->frame_bytes and h->directory are ignored. */
uint32_t ipm_layout_put_block(uint8_t *out, const struct ipm_block_header *h,
			      const uint16_t *directory);
void ipm_layout_put_footer(uint8_t out[IPM_FOOTER_BYTES], const struct ipm_footer *f);
/* Puts magic, size and tag at the front and the checksum at the end of a frame. */
void ipm_layout_seal(uint8_t *frame, uint32_t bytes, uint32_t magic, const char tag[4]);

/*
 * Parsing: `bytes` begins with the frame and holds all of it, or the result is
 * IPM_ERR_TRUNCATED; `at` is its place in the file. IPM_ERR_BAD_DATA: another kind of frame, or
 * one that makes no sense; IPM_ERR_CHECKSUM.
 */
IPM_MUST_USE enum ipm_errc ipm_layout_get_header(struct ipm_bytes bytes, struct ipm_header *ret,
						 struct ipm_error *err);
IPM_MUST_USE enum ipm_errc ipm_layout_get_block(struct ipm_bytes bytes, uint64_t at,
						struct ipm_block_header *ret,
						struct ipm_error *err);
IPM_MUST_USE enum ipm_errc ipm_layout_get_index(struct ipm_bytes bytes, uint64_t at,
						struct ipm_index_header *ret,
						struct ipm_error *err);
IPM_MUST_USE enum ipm_errc ipm_layout_get_root(struct ipm_bytes bytes, uint64_t at,
					       struct ipm_root_header *ret, struct ipm_error *err);
/* `bytes` are the last bytes of the file, at least IPM_FOOTER_BYTES. */
IPM_MUST_USE enum ipm_errc ipm_layout_get_footer(struct ipm_bytes bytes, uint64_t file_bytes,
						 struct ipm_footer *ret, struct ipm_error *err);

/* Length of the skippable frame that starts here; 0 when none does, or it is absurd. */
uint32_t ipm_layout_frame_bytes(const uint8_t *start, size_t len, uint32_t *ret_magic);

struct ipm_index_entry ipm_layout_entry(const uint8_t *table, size_t i);
struct ipm_id_range ipm_layout_range(const uint8_t *ranges, size_t kind);

#endif
