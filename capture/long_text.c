/* SPDX-License-Identifier: MIT */
#include "long_text.h"

#include <stdlib.h>
#include <string.h>

#include "wtf8.h"

#define PER_SLICE 8192

void long_texts_deinit(struct long_texts *l)
{
	free(l->at);
	ipm_buf_deinit(&l->held);
	ipm_buf_deinit(&l->window);
	ipm_buf_deinit(&l->cut);
	*l = (struct long_texts){0};
}

enum ipm_errc long_texts_announce(struct long_texts *l, uint64_t available, struct ipm_text *text,
				  struct ipm_error *err)
{
	struct long_text *grown;
	size_t capacity;

	if (l->first == l->count)
		l->first = l->count = 0;
	if (l->count == l->capacity) {
		capacity = l->capacity ? l->capacity * 2 : 64;
		grown = realloc(l->at, capacity * sizeof(*grown));
		if (!grown)
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
		l->at = grown;
		l->capacity = capacity;
	}
	text->slices = ipm_writer_reserve_slices(l->writer, available, PER_SLICE);
	l->at[l->count++] = (struct long_text){.slices = text->slices};
	return IPM_OK;
}

void long_texts_drop(struct long_texts *l, const struct ipm_text *text)
{
	size_t i;

	for (i = l->count; i > l->first; i--) {
		if (l->at[i - 1].slices.first == text->slices.first) {
			l->at[i - 1].dropped = true;
			return;
		}
	}
}

static enum ipm_errc write_slice(struct long_texts *l, uint64_t index, struct ipm_str str,
				 struct ipm_error *err)
{
	const struct ipm_slice slice = {.id = l->at[l->first].slices.first + index, .str = str};

	return ipm_writer_slice(l->writer, &slice, err);
}

static void mask(struct ipm_buf *buf)
{
	uint64_t units = ipm_wtf8_units(ipm_buf_as_str(buf));

	/* There are at least as many bytes as units. */
	buf->len = (size_t)units;
	if (buf->len)
		memset(buf->data, '*', buf->len);
}

/* Held back until the next one is known: a secret may lie on the border. */
static enum ipm_errc add_slice(struct long_texts *l, uint64_t index, struct ipm_str str,
			       struct redaction *redaction, struct ipm_error *err)
{
	bool secret, before;
	enum ipm_errc rc;

	if (!redaction->on)
		return write_slice(l, index, str, err);
	secret = redact_text(str);
	ipm_buf_reset(&l->window);
	ipm_buf_str(&l->window, ipm_buf_as_str(&l->held));
	ipm_buf_str(&l->window, str);
	before = index && !secret && redact_text(ipm_buf_as_str(&l->window));
	if (before) {
		mask(&l->held);
		redaction->count++;
	}
	rc = index ? write_slice(l, index - 1, ipm_buf_as_str(&l->held), err) : IPM_OK;
	ipm_buf_reset(&l->held);
	ipm_buf_str(&l->held, str);
	if (secret || before) {
		mask(&l->held);
		redaction->count++;
	}
	return rc ? rc : ipm_buf_status(&l->held, err);
}

static enum ipm_errc take(struct long_texts *l, struct ipm_str piece, uint64_t units,
			  struct redaction *redaction, struct ipm_error *err)
{
	uint64_t index = l->done / PER_SLICE;
	struct ipm_buf rest = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_OK;

	for (; units && !rc; index++) {
		uint64_t n = units < PER_SLICE ? units : PER_SLICE;
		struct ipm_str slice = piece;
		bool split;

		slice.len = ipm_wtf8_offset(piece, n, &split);
		if (split) { /* each has its half of the pair */
			struct ipm_buf from = rest;

			ipm_buf_reset(&l->cut);
			ipm_wtf8_slice(&l->cut, piece, 0, n);
			rest = IPM_BUF_INIT;
			ipm_wtf8_slice(&rest, piece, n, units);
			ipm_buf_deinit(&from);
			slice = ipm_buf_as_str(&l->cut);
			piece = ipm_buf_as_str(&rest);
			rc = ipm_buf_status(&l->cut, err);
			if (!rc)
				rc = ipm_buf_status(&rest, err);
		} else {
			piece.data += slice.len;
			piece.len -= slice.len;
		}
		units -= n;
		if (!rc)
			rc = add_slice(l, index, slice, redaction, err);
	}
	ipm_buf_deinit(&rest);
	return rc;
}

enum ipm_errc long_texts_piece(struct long_texts *l, struct ipm_str piece, uint64_t units,
			       struct redaction *redaction, struct ipm_error *err)
{
	const struct long_text *text = &l->at[l->first];
	enum ipm_errc rc = IPM_OK;
	bool last;

	if (l->first == l->count || l->done % PER_SLICE || units > text->slices.count - l->done)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "the walker's answer: a piece of no string");
	last = l->done + units == text->slices.count;
	if (!text->dropped) {
		rc = take(l, piece, units, redaction, err);
		if (!rc && last && redaction->on)
			rc = write_slice(l, (text->slices.count - 1) / PER_SLICE,
					 ipm_buf_as_str(&l->held), err);
	}
	l->done += units;
	if (last) {
		l->first++;
		l->done = 0;
	}
	return rc;
}
