/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include "wtf8.h"

/* Long texts piece by piece: slices, ranges of scripts, and pairs that a border splits. */

struct emitter {
	bool (*write)(void *self, struct ipm_str piece);
	void *self;
	bool stopped;
	char lead[3]; /* a lead surrogate that ended the last piece */
	bool has_lead;
};

static bool is_surrogate(const char *p, size_t len, uint8_t second)
{
	return len >= 3 && (uint8_t)p[0] == 0xED && ((uint8_t)p[1] & 0xF0) == second;
}

static void emit_raw(struct emitter *e, struct ipm_str piece)
{
	if (piece.len && !e->stopped && !e->write(e->self, piece))
		e->stopped = true;
}

/* Joins a lead at the end of one piece with a trail at the start of the next. */
static void emit(struct emitter *e, struct ipm_str piece)
{
	uint8_t pair[4];
	uint32_t lead, trail, c;

	if (!piece.len)
		return;
	if (e->has_lead) {
		e->has_lead = false;
		if (is_surrogate(piece.data, piece.len, 0xB0)) {
			lead = ((uint32_t)e->lead[1] & 0x0F) << 6 | ((uint32_t)e->lead[2] & 0x3F);
			trail = ((uint32_t)piece.data[1] & 0x0F) << 6 |
				((uint32_t)piece.data[2] & 0x3F);
			c = 0x10000 + (lead << 10) + trail;
			pair[0] = (uint8_t)(0xF0 | c >> 18);
			pair[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
			pair[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
			pair[3] = (uint8_t)(0x80 | (c & 0x3F));
			emit_raw(e, (struct ipm_str){(const char *)pair, 4});
			piece.data += 3;
			piece.len -= 3;
		} else {
			emit_raw(e, (struct ipm_str){e->lead, 3});
		}
	}
	if (piece.len >= 3 && is_surrogate(piece.data + piece.len - 3, 3, 0xA0)) {
		piece.len -= 3;
		e->lead[0] = piece.data[piece.len];
		e->lead[1] = piece.data[piece.len + 1];
		e->lead[2] = piece.data[piece.len + 2];
		e->has_lead = true;
	}
	emit_raw(e, piece);
}

/* Units `start` to `end` of one piece that is in memory. */
static enum ipm_errc emit_units(struct emitter *e, struct ipm_str str, uint64_t start, uint64_t end,
				struct ipm_error *err)
{
	struct ipm_buf part = IPM_BUF_INIT;
	bool split_start, split_end = false;
	size_t from, to;
	enum ipm_errc rc;

	if (!str.len)
		return IPM_OK;
	from = ipm_wtf8_offset(str, start, &split_start);
	to = end == UINT64_MAX ? str.len : ipm_wtf8_offset(str, end, &split_end);
	if (!split_start && !split_end) {
		emit(e, (struct ipm_str){str.data + from, to - from});
		return IPM_OK;
	}
	/* Half a pair at an end: JavaScript would give the lone half. */
	ipm_wtf8_slice(&part, str, start, end);
	rc = ipm_buf_status(&part, err);
	if (!rc)
		emit(e, ipm_buf_as_str(&part));
	ipm_buf_deinit(&part);
	return rc;
}

static enum ipm_errc emit_slices(struct ipm_reader *r, struct emitter *e,
				 const struct ipm_slices *s, uint64_t start, uint64_t end,
				 struct ipm_error *err)
{
	uint64_t i, first;

	if (end > s->count)
		end = s->count;
	if (start >= end)
		return IPM_OK;
	first = start / s->per_slice;
	for (i = first; i * s->per_slice < end && !e->stopped; i++) {
		uint64_t begin = i * s->per_slice;
		uint64_t low = start > begin ? start - begin : 0;
		uint64_t high = end - begin >= s->per_slice ? UINT64_MAX : end - begin;
		const struct ipm_slice *slice;
		enum ipm_errc rc;

		if (i > UINT64_MAX - s->first)
			return ipm_fail(err, IPM_ERR_BAD_DATA, "a slice that cannot be");
		rc = ipm_reader_slice(r, s->first + i, &slice, err);
		if (rc)
			return rc;
		rc = emit_units(e, slice->str, low, high, err);
		ipm_slice_release(r, slice);
		if (rc)
			return rc;
		/* Near the end of the number range the next beginning would wrap. */
		if (begin > UINT64_MAX - s->per_slice)
			break;
	}
	return IPM_OK;
}

enum ipm_errc ipm_reader_text(struct ipm_reader *r, const struct ipm_text *text, uint64_t start,
			      uint64_t end, bool (*write)(void *self, struct ipm_str piece),
			      void *self, struct ipm_error *err)
{
	struct emitter e = {.write = write, .self = self};
	const struct ipm_script *script;
	enum ipm_errc rc;

	if (end > text->length)
		end = text->length;
	if (start >= end)
		return IPM_OK;
	if (text->script_id) {
		rc = ipm_reader_script(r, text->script_id, &script, err);
		if (rc)
			return rc;
		if (!script->has_source || script->source.script_id)
			return ipm_fail(err, IPM_ERR_NOT_FOUND, "script %llu has no source",
					(unsigned long long)text->script_id);
		if (text->start > UINT64_MAX - end)
			return ipm_fail(err, IPM_ERR_BAD_DATA, "a range that cannot be");
		start += text->start;
		end += text->start;
		text = &script->source;
		if (end > text->length)
			end = text->length;
		if (start >= end)
			return IPM_OK;
	}
	if (text->slices.count && text->slices.per_slice)
		rc = emit_slices(r, &e, &text->slices, start, end, err);
	else
		rc = emit_units(&e, text->str, start, end, err);
	if (!rc && e.has_lead)
		emit_raw(&e, (struct ipm_str){e.lead, 3});
	return rc;
}
