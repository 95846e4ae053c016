/* SPDX-License-Identifier: MIT */
#ifndef IPM_RECORD_WRITER_H
#define IPM_RECORD_WRITER_H

/* The upper half of the writer: the model's structs become MessagePack records. */

#include "block_writer.h"
#include "intern.h"
#include "shape_cache.h"

enum {
	IPM_TEXT_INLINE_MAX = 4096,  /* bytes; longer text goes to slices */
	IPM_TEXT_SLICE_UNITS = 8192, /* UTF-16 units per slice of text */
	IPM_BYTES_SLICE = 32768,     /* bytes per slice of binary data */
	IPM_TEXT_PREFIX = 256,	     /* bytes that stay in the record, at most */
	IPM_NAME_MAX = 16384,	     /* bytes of a property's name, url or the like */
	IPM_INTERN_LEN_MAX = 255,
	IPM_SHAPE_KEYS_MAX = 128, /* objects with more properties bring their own shape */
	IPM_STRINGS_MAX = 1 << 16,
	IPM_STRINGS_BYTES = 3 << 19,
	IPM_SHAPES_MAX = 1 << 15,
	IPM_SHAPES_BYTES = 1 << 20,
	IPM_SEEN = 1 << 14,
};

struct ipm_writer {
	struct ipm_block_writer blocks;
	struct ipm_intern strings, shapes;
	struct ipm_shape_cache recent_shapes;
	uint32_t *seen; /* hashes of strings met once */
	uint8_t *memory[3];
	struct ipm_buf record; /* the record under construction */
	struct ipm_buf piece;  /* slices and definitions made meanwhile */
	struct ipm_buf shape;
	uint64_t counter;    /* the next new object's id, as a reader counts it along */
	uint64_t own_id;     /* of the object under construction, or the last one */
	uint64_t last_ahead; /* the last mention of an object above own_id */
	uint64_t next_id[IPM_KINDS];
	enum ipm_errc rc; /* of the record under construction */
	struct ipm_error error;
	bool finished;
};

enum ipm_value_tag {
	IPM_TAG_INTERNED = 0,
	IPM_TAG_BIGINT = 1,
	IPM_TAG_ACCESSOR = 2,
	IPM_TAG_HOLES = 3,
	IPM_TAG_OMITTED = 4,
	IPM_TAG_CUT = 5,
	IPM_TAG_SLICED = 6,
	IPM_TAG_SCRIPT_TEXT = 7,
	IPM_TAG_DECIMAL = 8,
};

/* Keys of the map that ends an object's record. */
enum ipm_extra {
	IPM_EXTRA_DESCRIPTION = 0,
	IPM_EXTRA_SUBTYPE = 1,
	IPM_EXTRA_PRIVATES = 2,
	IPM_EXTRA_INTERNALS = 3,
	IPM_EXTRA_MORE_PROPERTIES = 4,
	IPM_EXTRA_MORE_ELEMENTS = 5,
	IPM_EXTRA_OMITTED = 6,
};

/* Kinds of slices that are arrays; the others are str or bin. */
enum ipm_slice_tag {
	IPM_SLICE_VALUES = 0,
	IPM_SLICE_PROPERTIES = 1,
};

/* Failures go to w->rc and w->error; later calls then do nothing of use. */
void ipm_put_value(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_value *v);
/* The same in a record that does not count new objects. */
void ipm_put_plain_value(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_value *v);
void ipm_put_ref(struct ipm_writer *w, struct ipm_buf *out, uint64_t id);
void ipm_put_text(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_text *t);
/*
 * A number where the string table has it, else the string itself. `shared`: new to the table, it
 * goes there at once, and not only when it comes a second time.
 */
void ipm_put_name(struct ipm_writer *w, struct ipm_buf *out, struct ipm_str name, bool shared);
/* name, or [name, flags], or [name, flags, symbol's id]. */
void ipm_put_key(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_property *p,
		 bool shared);
/* A string that is never interned nor sliced, cut at IPM_NAME_MAX. */
void ipm_put_plain(struct ipm_buf *out, struct ipm_str str);
void ipm_put_object(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_object *o);
void ipm_put_slice(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_slice *s);
void ipm_put_meta(struct ipm_buf *out, const struct ipm_meta *m);
void ipm_put_script(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_script *s);
void ipm_put_pause(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_pause *p);
void ipm_put_note(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_note *n);
void ipm_put_summary(struct ipm_buf *out, const struct ipm_summary *s);

/* Long text and bytes to slices at once. */
struct ipm_slices ipm_put_text_slices(struct ipm_writer *w, struct ipm_str str, uint64_t units);
struct ipm_slices ipm_put_byte_slices(struct ipm_writer *w, struct ipm_bytes bytes);
/* The longest beginning of at most `max` bytes that ends at a character. */
struct ipm_str ipm_text_beginning(struct ipm_str str, size_t max);

/* Keeps the first failure of the record under construction. */
void ipm_writer_note_failure(struct ipm_writer *w, enum ipm_errc rc, const struct ipm_error *err);

#endif
