/* SPDX-License-Identifier: MIT */
#include "record_writer.h"

#include <math.h>
#include <string.h>

#include "pack.h"
#include "wtf8.h"

/* Past this much of one record, strings stay short so that every record fits. */
enum { RECORD_SOFT_MAX = 1 << 20, CROWDED_INLINE_MAX = 64 };

void ipm_writer_note_failure(struct ipm_writer *w, enum ipm_errc rc, const struct ipm_error *err)
{
	if (!w->rc && rc) {
		w->rc = rc;
		w->error = *err;
	}
}

struct ipm_str ipm_text_beginning(struct ipm_str str, size_t max)
{
	if (str.len <= max)
		return str;
	while (max && ((uint8_t)str.data[max] & 0xC0) == 0x80)
		max--;
	return (struct ipm_str){str.data, max};
}

void ipm_put_plain(struct ipm_buf *out, struct ipm_str str)
{
	struct ipm_text cut = {.str = ipm_text_beginning(str, IPM_NAME_MAX)};

	if (cut.str.len == str.len) {
		ipm_pack_str(out, str);
		return;
	}
	ipm_pack_array(out, 3);
	ipm_pack_uint(out, IPM_TAG_CUT);
	ipm_pack_str(out, cut.str);
	ipm_pack_uint(out, ipm_wtf8_units(str));
}

static void add_slice(struct ipm_writer *w)
{
	uint64_t id = w->next_id[IPM_BLOCK_SLICES]++;
	struct ipm_error err;
	enum ipm_errc rc = ipm_buf_status(&w->piece, &err);

	if (!rc)
		rc = ipm_block_writer_room(&w->blocks, w->piece.len, &err);
	if (!rc)
		rc = ipm_block_writer_add(&w->blocks, IPM_BLOCK_SLICES, id,
					  ipm_buf_bytes(&w->piece), 0, 0, &err);
	ipm_writer_note_failure(w, rc, &err);
}

static void put_surrogate(struct ipm_buf *out, uint32_t c)
{
	ipm_buf_byte(out, (uint8_t)(0xE0 | c >> 12));
	ipm_buf_byte(out, (uint8_t)(0x80 | (c >> 6 & 0x3F)));
	ipm_buf_byte(out, (uint8_t)(0x80 | (c & 0x3F)));
}

struct ipm_slices ipm_put_text_slices(struct ipm_writer *w, struct ipm_str str, uint64_t units)
{
	struct ipm_slices slices = {
		.first = w->next_id[IPM_BLOCK_SLICES],
		.count = units,
		.per_slice = IPM_TEXT_SLICE_UNITS,
	};
	uint8_t ends[IPM_TEXT_SLICE_UNITS * 3 + 8];
	uint32_t trail = 0;

	while ((str.len || trail) && !w->rc) {
		struct ipm_buf text = ipm_buf_over(ends, sizeof(ends));
		uint64_t want = IPM_TEXT_SLICE_UNITS;
		uint32_t pair = 0;
		bool split;
		size_t n;

		if (trail) {
			put_surrogate(&text, trail);
			trail = 0;
			want--;
		}
		n = ipm_wtf8_offset(str, want, &split);
		ipm_buf_append(&text, str.data, n);
		str.data += n;
		str.len -= n;
		/* A pair across the border: each slice gets its half. */
		if (split && ipm_wtf8_next(&str, &pair)) {
			put_surrogate(&text, 0xD800 + ((pair - 0x10000) >> 10));
			trail = 0xDC00 + ((pair - 0x10000) & 0x3FF);
		}
		ipm_buf_reset(&w->piece);
		ipm_pack_str(&w->piece, ipm_buf_as_str(&text));
		add_slice(w);
	}
	return slices;
}

struct ipm_slices ipm_put_byte_slices(struct ipm_writer *w, struct ipm_bytes bytes)
{
	struct ipm_slices slices = {
		.first = w->next_id[IPM_BLOCK_SLICES],
		.count = bytes.len,
		.per_slice = IPM_BYTES_SLICE,
	};

	while (bytes.len && !w->rc) {
		size_t n = bytes.len < IPM_BYTES_SLICE ? bytes.len : IPM_BYTES_SLICE;

		ipm_buf_reset(&w->piece);
		ipm_pack_bin(&w->piece, (struct ipm_bytes){bytes.data, n});
		add_slice(w);
		bytes.data += n;
		bytes.len -= n;
	}
	return slices;
}

static void put_sliced(struct ipm_buf *out, struct ipm_str prefix, uint64_t length,
		       const struct ipm_slices *slices)
{
	ipm_pack_array(out, 6);
	ipm_pack_uint(out, IPM_TAG_SLICED);
	ipm_pack_str(out, prefix);
	ipm_pack_uint(out, length);
	ipm_pack_uint(out, slices->first);
	ipm_pack_uint(out, slices->count);
	ipm_pack_uint(out, slices->per_slice);
}

/* The number of a string in the file, or IPM_INTERN_NONE; `always`: also at first sight. */
static uint32_t intern_string(struct ipm_writer *w, struct ipm_str str, bool always)
{
	struct ipm_bytes key = {(const uint8_t *)str.data, str.len};
	struct ipm_error err;
	enum ipm_errc rc;
	uint64_t hash;
	uint32_t number;

	if (str.len > IPM_INTERN_LEN_MAX)
		return IPM_INTERN_NONE;
	hash = ipm_intern_hash(key);
	number = ipm_intern_find(&w->strings, key, hash);
	if (number != IPM_INTERN_NONE)
		return number;
	if (!always && w->seen[hash % IPM_SEEN] != (uint32_t)(hash >> 32)) {
		w->seen[hash % IPM_SEEN] = (uint32_t)(hash >> 32);
		return IPM_INTERN_NONE;
	}
	number = w->strings.count;
	if (!ipm_intern_add(&w->strings, key, hash))
		return IPM_INTERN_NONE;
	ipm_buf_reset(&w->piece);
	ipm_pack_str(&w->piece, str);
	rc = ipm_block_writer_add(&w->blocks, IPM_BLOCK_STRINGS, number, ipm_buf_bytes(&w->piece),
				  0, 0, &err);
	ipm_writer_note_failure(w, rc, &err);
	return number;
}

/* A number, or the string; too long a one ends in "…". */
void ipm_put_name(struct ipm_writer *w, struct ipm_buf *out, struct ipm_str name, bool shared)
{
	uint32_t number = intern_string(w, name, shared);
	size_t max = out->len > RECORD_SOFT_MAX ? CROWDED_INLINE_MAX : IPM_NAME_MAX;
	char cut[IPM_NAME_MAX + 3];
	struct ipm_str beginning;

	if (number != IPM_INTERN_NONE) {
		ipm_pack_uint(out, number);
	} else if (name.len <= max) {
		ipm_pack_str(out, name);
	} else {
		beginning = ipm_text_beginning(name, max);
		memcpy(cut, beginning.data, beginning.len);
		memcpy(cut + beginning.len, "\xE2\x80\xA6", 3);
		ipm_pack_str(out, (struct ipm_str){cut, beginning.len + 3});
	}
}

static size_t inline_max(const struct ipm_buf *out)
{
	return out->len > RECORD_SOFT_MAX ? CROWDED_INLINE_MAX : IPM_TEXT_INLINE_MAX;
}

static void put_string(struct ipm_writer *w, struct ipm_buf *out, struct ipm_str str)
{
	size_t max = inline_max(out);
	uint32_t number;

	if (str.len > max) {
		uint64_t units = ipm_wtf8_units(str);
		struct ipm_slices slices = ipm_put_text_slices(w, str, units);

		put_sliced(out,
			   ipm_text_beginning(str, max < IPM_TEXT_PREFIX ? max : IPM_TEXT_PREFIX),
			   units, &slices);
		return;
	}
	/* Shorter ones cost less inline. */
	number = str.len < 5 ? IPM_INTERN_NONE : intern_string(w, str, false);
	if (number != IPM_INTERN_NONE) {
		ipm_pack_array(out, 2);
		ipm_pack_uint(out, IPM_TAG_INTERNED);
		ipm_pack_uint(out, number);
	} else {
		ipm_pack_str(out, str);
	}
}

/* The beginning of a text whose end was lost at a limit. */
static void put_cut(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_text *t)
{
	size_t max = inline_max(out);
	struct ipm_slices slices;

	if (t->str.len > max) {
		slices = ipm_put_text_slices(w, t->str, ipm_wtf8_units(t->str));
		put_sliced(
			out,
			ipm_text_beginning(t->str, max < IPM_TEXT_PREFIX ? max : IPM_TEXT_PREFIX),
			t->length, &slices);
		return;
	}
	ipm_pack_array(out, 3);
	ipm_pack_uint(out, IPM_TAG_CUT);
	ipm_pack_str(out, t->str);
	ipm_pack_uint(out, t->length);
}

void ipm_put_text(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_text *t)
{
	if (t->script_id) {
		ipm_pack_array(out, 4);
		ipm_pack_uint(out, IPM_TAG_SCRIPT_TEXT);
		ipm_pack_uint(out, t->script_id);
		ipm_pack_uint(out, t->start);
		ipm_pack_uint(out, t->length);
	} else if (t->slices.count) {
		put_sliced(out, ipm_text_beginning(t->str, IPM_TEXT_PREFIX), t->length, &t->slices);
	} else if (t->length > t->str.len || t->length > ipm_wtf8_units(t->str)) {
		put_cut(w, out, t);
	} else {
		put_string(w, out, t->str);
	}
}

/*
 * A mention of an object, in a record that counts. Walks mention most objects for the first time
 * in the order of their ids, with excursions: the count follows only when two in a row ask for it.
 */
void ipm_put_ref(struct ipm_writer *w, struct ipm_buf *out, uint64_t id)
{
	bool ahead = id > w->own_id;

	if (id == w->counter) {
		ipm_pack_array(out, 0);
		w->counter++;
	} else if (ahead && id == w->last_ahead + 1) {
		ipm_pack_jump(out, id);
		w->counter = id + 1;
	} else {
		ipm_pack_array(out, 1);
		ipm_pack_uint(out, id);
	}
	if (ahead)
		w->last_ahead = id;
}

/* A mention in a record that does not. */
static void put_plain_ref(struct ipm_writer *w, struct ipm_buf *out, uint64_t id)
{
	(void)w;
	ipm_pack_array(out, 1);
	ipm_pack_uint(out, id);
}

static void put_undefined(struct ipm_buf *out)
{
	ipm_pack_map(out, 0);
}

/* Numbers as people write them, 12.34: half the bytes, and most of these compress to nothing. */
static bool put_decimal(struct ipm_buf *out, double number)
{
	static const double powers[] = {10, 100, 1000, 1e4, 1e5, 1e6};
	double scaled, whole;
	unsigned i;

	for (i = 0; i < sizeof(powers) / sizeof(*powers); i++) {
		scaled = number * powers[i];
		if (!(fabs(scaled) < INT32_MAX))
			return false;
		whole = (double)(int64_t)(scaled + (scaled < 0 ? -0.5 : 0.5));
		if (fabs(whole) < 1 || whole / powers[i] < number || whole / powers[i] > number)
			continue;
		ipm_pack_array(out, 3);
		ipm_pack_uint(out, IPM_TAG_DECIMAL);
		ipm_pack_uint(out, i + 1);
		ipm_pack_int(out, (int64_t)whole);
		return true;
	}
	return false;
}

static void put_value(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_value *v,
		      void (*ref)(struct ipm_writer *w, struct ipm_buf *out, uint64_t id))
{
	struct ipm_error err;
	enum ipm_errc rc;

	switch (v->type) {
	case IPM_VALUE_UNDEFINED:
		put_undefined(out);
		return;
	case IPM_VALUE_NULL:
		ipm_pack_nil(out);
		return;
	case IPM_VALUE_BOOLEAN:
		ipm_pack_bool(out, v->boolean);
		return;
	case IPM_VALUE_INTEGER:
		ipm_pack_int(out, v->integer);
		return;
	case IPM_VALUE_NUMBER:
		if (!put_decimal(out, v->number))
			ipm_pack_double(out, v->number);
		return;
	case IPM_VALUE_STRING:
		ipm_put_text(w, out, &v->string);
		return;
	case IPM_VALUE_BIGINT:
		ipm_pack_array(out, 2);
		ipm_pack_uint(out, IPM_TAG_BIGINT);
		ipm_put_text(w, out, &v->string);
		return;
	case IPM_VALUE_OBJECT:
		ref(w, out, v->object_id);
		return;
	case IPM_VALUE_ACCESSOR:
		ipm_pack_array(out, 3);
		ipm_pack_uint(out, IPM_TAG_ACCESSOR);
		if (v->accessor.get)
			ref(w, out, v->accessor.get);
		else
			put_undefined(out);
		if (v->accessor.set)
			ref(w, out, v->accessor.set);
		else
			put_undefined(out);
		return;
	case IPM_VALUE_HOLES:
		ipm_pack_array(out, 2);
		ipm_pack_uint(out, IPM_TAG_HOLES);
		ipm_pack_uint(out, v->holes);
		return;
	case IPM_VALUE_OMITTED:
		ipm_pack_array(out, v->omitted.type_name.len ? 4 : v->omitted.size ? 3 : 2);
		ipm_pack_uint(out, IPM_TAG_OMITTED);
		ipm_pack_uint(out, (uint64_t)v->omitted.reason);
		if (v->omitted.type_name.len || v->omitted.size)
			ipm_pack_uint(out, v->omitted.size);
		if (v->omitted.type_name.len)
			ipm_put_plain(out, ipm_text_beginning(v->omitted.type_name, 64));
		return;
	}
	rc = ipm_fail(&err, IPM_ERR_INVALID_ARGUMENT, "value of type %d", (int)v->type);
	ipm_writer_note_failure(w, rc, &err);
}

void ipm_put_value(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_value *v)
{
	put_value(w, out, v, ipm_put_ref);
}

void ipm_put_plain_value(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_value *v)
{
	put_value(w, out, v, put_plain_ref);
}

/* name, or [name, flags], or [name, flags, symbol's id]. */
void ipm_put_key(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_property *p,
		 bool shared)
{
	if (p->symbol_id)
		ipm_pack_array(out, 3);
	else if (p->flags != IPM_PROPERTY_DEFAULT)
		ipm_pack_array(out, 2);
	ipm_put_name(w, out, p->name, shared);
	if (p->symbol_id || p->flags != IPM_PROPERTY_DEFAULT)
		ipm_pack_uint(out, p->flags);
	if (p->symbol_id)
		ipm_pack_uint(out, p->symbol_id);
}
