/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_internal.h"
#include "wtf8.h"

/* Strings: WTF-8 in memory, UTF-16 to the expression, and some of it still in the file. */

static struct ev_str *wrap(struct ev *e, const char *data, size_t len)
{
	struct ev_str *s = ev_alloc(e, sizeof(*s));

	if (!s)
		return NULL;
	s->data = data;
	s->len = len;
	s->held = s->units = ipm_wtf8_units((struct ipm_str){data, len});
	if (s->units > EV_MAX_STRING) {
		ev_throw(e, "RangeError", "Invalid string length");
		return NULL;
	}
	return s;
}

struct ev_str *ev_str_borrow(struct ev *e, struct ipm_str s)
{
	return wrap(e, s.data ? s.data : "", s.len);
}

struct ev_str *ev_str_c(struct ev *e, const char *s)
{
	return wrap(e, s, strlen(s));
}

struct ev_str *ev_str_new(struct ev *e, struct ipm_str s)
{
	char *copy = ev_alloc(e, s.len + 1);

	if (!copy)
		return NULL;
	if (s.len)
		memcpy(copy, s.data, s.len);
	return wrap(e, copy, s.len);
}

struct ev_str *ev_str_from_buf(struct ev *e, struct ipm_buf *buf)
{
	struct ev_str *s = NULL;

	if (!ipm_buf_ok(buf)) {
		ipm_fail(e->err, IPM_ERR_NO_MEMORY, "out of memory while evaluating");
		ev_fail(e, IPM_ERR_NO_MEMORY);
	} else {
		s = ev_str_new(e, ipm_buf_as_str(buf));
	}
	ipm_buf_deinit(buf);
	return s;
}

struct ev_str *ev_str_utf16(struct ev *e, const uint16_t *units, size_t count)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	size_t i;

	for (i = 0; i < count; i++)
		ipm_wtf8_put(&buf, units[i]);
	return ev_str_from_buf(e, &buf);
}

static const struct ipm_text *copy_text(struct ev *e, const struct ipm_text *text)
{
	struct ipm_text *copy = ev_alloc(e, sizeof(*copy));
	char *data;

	if (!copy)
		return NULL;
	*copy = *text;
	if (text->str.len) {
		data = ev_alloc(e, text->str.len + 1);
		if (!data)
			return NULL;
		memcpy(data, text->str.data, text->str.len);
		copy->str.data = data;
	}
	return copy;
}

struct ev_str *ev_str_text(struct ev *e, const struct ipm_text *text)
{
	const struct ipm_text *copy;
	struct ev_str *s;

	if (!text->slices.count && !text->script_id) {
		s = ev_str_new(e, text->str);
		if (!s || s->units >= text->length)
			return s;
		copy = copy_text(e, text);
		if (!copy)
			return NULL;
		s->units = text->length;
		s->text = copy;
		return s;
	}
	s = ev_alloc(e, sizeof(*s));
	copy = copy_text(e, text);
	if (!s || !copy)
		return NULL;
	s->data = "";
	s->units = text->length;
	s->lazy = s->text = copy;
	return s;
}

static bool collect(void *self, struct ipm_str piece)
{
	struct ipm_buf *buf = self;

	ev_append(buf, piece);
	return ipm_buf_ok(buf);
}

bool ev_str_load(struct ev *e, struct ev_str *s)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_str *loaded;
	enum ipm_errc rc;

	if (!s->lazy)
		return true;
	buf.max = (size_t)e->max_bytes;
	rc = ipm_reader_text(e->reader, s->lazy, 0, s->units, collect, &buf, e->err);
	if (rc) {
		ipm_buf_deinit(&buf);
		return ev_fail(e, rc);
	}
	if (buf.failed) {
		ipm_buf_deinit(&buf);
		e->stop = IPM_EVAL_STOPPED_BYTES;
		return false;
	}
	loaded = ev_str_from_buf(e, &buf);
	if (!loaded)
		return false;
	s->data = loaded->data;
	s->len = loaded->len;
	s->held = loaded->units;
	if (s->held > s->units)
		s->units = s->held;
	s->lazy = NULL;
	return ev_steps(e, s->len / 64);
}

bool ev_str_is_cut(const struct ev_str *s)
{
	return !s->lazy && s->held < s->units;
}

bool ev_str_whole(struct ev *e, struct ev_str *s)
{
	if (!ev_str_load(e, s))
		return false;
	if (s->held < s->units)
		return ev_throw(
			e, "EvalError",
			"only the first %llu of this string's %llu characters were captured",
			(unsigned long long)s->held, (unsigned long long)s->units);
	return true;
}

bool ev_str_units(struct ev *e, struct ev_str *s, const uint16_t **ret)
{
	struct ipm_str rest;
	uint16_t *units;
	size_t i = 0;
	uint32_t cp;

	if (!ev_str_load(e, s))
		return false;
	*ret = s->utf16;
	if (s->utf16 || s->held == s->len)
		return true;
	if (!ev_steps(e, s->len / 16))
		return false;
	units = ev_alloc(e, (size_t)s->held * sizeof(*units));
	if (!units)
		return false;
	rest = ev_str_view(s);
	while (i < s->held && ipm_wtf8_next(&rest, &cp)) {
		if (cp >= 0x10000) {
			units[i++] = (uint16_t)(0xD7C0 + (cp >> 10));
			if (i == s->held)
				break;
			cp = 0xDC00 | (cp & 0x3FF);
		}
		units[i++] = (uint16_t)cp;
	}
	s->utf16 = units;
	*ret = units;
	return true;
}

uint16_t ev_str_unit(const struct ev_str *s, size_t i)
{
	return s->utf16 ? s->utf16[i] : (uint8_t)s->data[i];
}

struct ev_str *ev_str_slice(struct ev *e, struct ev_str *s, size_t from, size_t to)
{
	const uint16_t *units;
	struct ev_str *part;

	if (!ev_str_units(e, s, &units))
		return NULL;
	if (to > s->held && s->held < s->units) {
		ev_str_whole(e, s);
		return NULL;
	}
	if (to > s->held)
		to = (size_t)s->held;
	if (from >= to)
		return ev_str_c(e, "");
	if (units)
		return ev_str_utf16(e, units + from, to - from);
	part = ev_alloc(e, sizeof(*part));
	if (!part)
		return NULL;
	part->data = s->data + from;
	part->len = to - from;
	part->held = part->units = to - from;
	return part;
}

void ev_append(struct ipm_buf *buf, struct ipm_str s)
{
	/* A trail surrogate, ED B0..BF xx, may meet its lead at the end of what is there. */
	if (s.len >= 3 && (uint8_t)s.data[0] == 0xED && (uint8_t)s.data[1] >= 0xB0 &&
	    buf->len >= 3) {
		ipm_wtf8_put(buf, 0xDC00u | ((uint32_t)s.data[1] & 0xF) << 6 |
					  ((uint32_t)s.data[2] & 0x3F));
		s.data += 3;
		s.len -= 3;
	}
	ipm_buf_str(buf, s);
}

struct ev_str *ev_str_concat(struct ev *e, struct ev_str *a, struct ev_str *b)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_str *s;
	char *data;

	if (!ev_str_load(e, a) || !ev_str_load(e, b))
		return NULL;
	if (!ev_str_is_cut(a) && !ev_str_is_cut(b)) {
		if (!a->len)
			return b;
		if (!b->len)
			return a;
	}
	if (a->held == a->len && !ev_str_is_cut(a)) { /* ASCII on the left: nothing to join */
		data = ev_alloc(e, a->len + b->len + 1);
		s = ev_alloc(e, sizeof(*s));
		if (!data || !s)
			return NULL;
		memcpy(data, a->data, a->len);
		if (b->len)
			memcpy(data + a->len, b->data, b->len);
		s->data = data;
		s->len = a->len + b->len;
		s->held = a->held + b->held;
		s->units = a->units + b->units;
		if (s->units > EV_MAX_STRING) {
			ev_throw(e, "RangeError", "Invalid string length");
			return NULL;
		}
		return ev_steps(e, s->len / 256) ? s : NULL;
	}
	if (!ev_str_whole(e, a) || !ev_steps(e, (a->len + b->len) / 64))
		return NULL;
	ipm_buf_str(&buf, ev_str_view(a));
	ev_append(&buf, ev_str_view(b));
	s = ev_str_from_buf(e, &buf);
	if (s && ev_str_is_cut(b))
		s->units = a->units + b->units;
	return s;
}

size_t ev_str_find(const struct ev_str *s, const struct ev_str *what, size_t from)
{
	const char *hit;
	size_t i, j, n = (size_t)what->held, total = (size_t)s->held;

	if (from > total || n > total - from)
		return SIZE_MAX;
	if (!n)
		return from;
	if (!s->utf16 && !what->utf16) {
		hit = memmem(s->data + from, s->len - from, what->data, what->len);
		return hit ? (size_t)(hit - s->data) : SIZE_MAX;
	}
	for (i = from; i <= total - n; i++) {
		for (j = 0; j < n && ev_str_unit(s, i + j) == ev_str_unit(what, j); j++)
			;
		if (j == n)
			return i;
	}
	return SIZE_MAX;
}

bool ev_str_equal_c(const struct ev_str *s, const char *c)
{
	return ev_view_is(ev_str_view(s), c);
}

bool ev_is_space(uint32_t cp)
{
	return cp == ' ' || (cp >= 9 && cp <= 13) || cp == 0xA0 || cp == 0xFEFF || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F ||
	       cp == 0x205F || cp == 0x3000;
}

uint32_t ev_hash(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h ^ h >> 15;
}
