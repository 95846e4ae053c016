/* SPDX-License-Identifier: MIT */
#ifndef IPM_READER_INTERNAL_H
#define IPM_READER_INTERNAL_H

/* What the files of the reader share. */

#include "arena.h"
#include "block_cache.h"
#include "block_index.h"
#include "ipm_reader.h"

struct ipm_shape {
	enum ipm_kind kind;
	struct ipm_str class_name;
	struct ipm_value proto;
	struct ipm_property *keys; /* with undefined values */
	uint32_t key_count;
};

/* A block of strings or shapes, held as long as the reader. */
struct ipm_def_block {
	uint64_t first_id;
	uint32_t count;
	struct ipm_text *strings;  /* of STRINGS */
	const uint8_t **records;   /* of SHAPES: where each begins */
	struct ipm_shape **shapes; /* of SHAPES, those that were needed */
	const uint8_t *end;
};

struct ipm_defs {
	struct ipm_def_block *blocks; /* by first id */
	size_t count, capacity;
	size_t last; /* the one used last; the next use is mostly of the same */
};

/* An object or slice that was handed out. */
struct ipm_slot {
	union {
		struct ipm_object object;
		struct ipm_slice slice;
	};
	struct ipm_arena arena;
	struct ipm_block *block;
	struct ipm_slot *next; /* of the free ones */
};

struct ipm_script_entry {
	uint64_t index;
	const struct ipm_script *script;
};

struct ipm_reader {
	struct ipm_file file;
	struct ipm_block_index index;
	struct ipm_block_cache cache;
	struct ipm_defs strings, shapes;
	uint64_t def_bytes;
	struct ipm_arena arena; /* what lives as long as the reader */
	struct ipm_block **held;
	size_t held_count, held_capacity;
	struct ipm_slot *free_slots;
	unsigned free_count;
	struct ipm_file_info info;
	struct ipm_meta meta;
	struct ipm_summary summary;
	struct ipm_pause_entry *pauses;
	struct ipm_script_entry *scripts; /* by place */
	const struct ipm_script **scripts_by_id;
	size_t script_count;
	bool scripts_loaded;
	struct ipm_note *notes;
	size_t note_count;
	bool notes_loaded;
};

/* Decodes one record. Functions return false after setting rc and *err. */
struct ipm_decoder {
	struct ipm_reader *r;
	struct ipm_arena *arena; /* for arrays; strings stay in the block */
	struct ipm_cursor c;
	uint64_t counter; /* the id of the next new object */
	uint64_t offset;  /* of the block, for messages */
	struct ipm_error *err;
	enum ipm_errc rc;
};

/*
 * Opens without looking at index or footer, also where the header is broken: every whole block
 * counts. A file without one is IPM_OK here.
 */
IPM_MUST_USE enum ipm_errc ipm_reader_open_walked(const char *path, struct ipm_reader **ret,
						  struct ipm_error *err);
/* A record: its block, held for the caller, and its place in it. */
IPM_MUST_USE enum ipm_errc ipm_reader_find(struct ipm_reader *r, enum ipm_block_kind kind,
					   uint64_t id, struct ipm_block **ret_block,
					   struct ipm_place *ret, struct ipm_error *err);
/* Takes note of what a record that cannot be decoded says of the file. Returns `rc`. */
enum ipm_errc ipm_reader_broken(struct ipm_reader *r, enum ipm_errc rc);
/* Keeps a block until the reader closes; the caller's hold passes on, also on failure. */
IPM_MUST_USE enum ipm_errc ipm_reader_hold(struct ipm_reader *r, struct ipm_block *block,
					   struct ipm_error *err);
/* Every record of a kind from `id` on, blocks held by the callback's answer only. */
typedef bool (*ipm_record_visit)(void *self, struct ipm_block *block, struct ipm_place *place);
IPM_MUST_USE enum ipm_errc ipm_reader_each(struct ipm_reader *r, enum ipm_block_kind kind,
					   uint64_t id, ipm_record_visit visit, void *self,
					   uint64_t *ret_damaged, struct ipm_error *err);

struct ipm_decoder ipm_decoder_at(struct ipm_reader *r, struct ipm_arena *arena,
				  const struct ipm_block *block, const struct ipm_place *place,
				  struct ipm_error *err);
bool ipm_decode_fail(struct ipm_decoder *d, enum ipm_errc rc, const char *what);
void *ipm_decode_array(struct ipm_decoder *d, size_t count, size_t size);
bool ipm_decode_skip(struct ipm_decoder *d);
bool ipm_decode_value(struct ipm_decoder *d, struct ipm_value *ret);
bool ipm_decode_text(struct ipm_decoder *d, struct ipm_text *ret);
/* A text's beginning, for fields that are a plain ipm_str. */
bool ipm_decode_str(struct ipm_decoder *d, struct ipm_str *ret);
bool ipm_decode_uint(struct ipm_decoder *d, uint64_t *ret);
bool ipm_decode_key(struct ipm_decoder *d, struct ipm_property *ret);
bool ipm_decode_shape(struct ipm_decoder *d, struct ipm_shape *ret);
bool ipm_decode_object(struct ipm_decoder *d, struct ipm_object *ret);
/* After a record: tells `place` where it ended, so that nobody walks through it again. */
static inline void ipm_decoder_leave(const struct ipm_decoder *d, struct ipm_place *place)
{
	place->cursor = d->c;
	place->counter = d->counter;
	place->passed = true;
}
bool ipm_decode_slice(struct ipm_decoder *d, struct ipm_slice *ret);
bool ipm_decode_meta(struct ipm_decoder *d, struct ipm_meta *ret);
bool ipm_decode_summary(struct ipm_decoder *d, struct ipm_summary *ret);
bool ipm_decode_pause(struct ipm_decoder *d, struct ipm_pause *ret);
bool ipm_decode_script(struct ipm_decoder *d, struct ipm_script *ret);
bool ipm_decode_note(struct ipm_decoder *d, struct ipm_note *ret);

/* Strings and shapes by number; they live as long as the reader. */
bool ipm_defs_string(struct ipm_decoder *d, uint64_t number, const struct ipm_text **ret);
bool ipm_defs_shape(struct ipm_decoder *d, uint64_t number, const struct ipm_shape **ret);

#endif
