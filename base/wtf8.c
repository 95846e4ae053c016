/* SPDX-License-Identifier: MIT */
#include "wtf8.h"

#include <string.h>

static bool is_tail(uint8_t byte)
{
	return (byte & 0xC0) == 0x80;
}

/* Length of the character at `p`, 0 when there is none. Writes the code point. */
static size_t decode(const uint8_t *p, size_t len, uint32_t *ret)
{
	uint32_t c = p[0];

	if (c < 0x80) {
		*ret = c;
		return 1;
	}
	if (c >= 0xC2 && c < 0xE0 && len >= 2 && is_tail(p[1])) {
		*ret = (c & 0x1F) << 6 | (p[1] & 0x3Fu);
		return 2;
	}
	if ((c & 0xF0) == 0xE0 && len >= 3 && is_tail(p[1]) && is_tail(p[2])) {
		c = (c & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
		*ret = c;
		return c >= 0x800 ? 3 : 0;
	}
	if (c >= 0xF0 && c <= 0xF4 && len >= 4 && is_tail(p[1]) && is_tail(p[2]) && is_tail(p[3])) {
		c = (c & 0x07) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
		*ret = c;
		return c >= 0x10000 && c <= 0x10FFFF ? 4 : 0;
	}
	return 0;
}

bool ipm_wtf8_next(struct ipm_str *str, uint32_t *ret)
{
	size_t n;

	if (!str->len)
		return false;
	n = decode((const uint8_t *)str->data, str->len, ret);
	if (!n) {
		*ret = IPM_REPLACEMENT_CHARACTER;
		n = 1;
	}
	str->data += n;
	str->len -= n;
	return true;
}

/* How many bytes from the start are ASCII; most text is nothing else. */
static size_t ascii_run(const uint8_t *p, size_t len)
{
	const uint64_t tops = UINT64_C(0x8080808080808080);
	size_t i = 0;
	uint64_t word;
	uint32_t ends[2];

	for (; len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, p + i, sizeof(word));
		if (word & tops)
			break;
	}
	/* The rest at once: the last word once more, or two halves that overlap. */
	if (len - i < sizeof(word) && len >= sizeof(word)) {
		memcpy(&word, p + len - sizeof(word), sizeof(word));
		if (!(word & tops))
			return len;
	} else if (len < sizeof(word) && len >= sizeof(ends[0])) {
		memcpy(&ends[0], p, sizeof(ends[0]));
		memcpy(&ends[1], p + len - sizeof(ends[1]), sizeof(ends[1]));
		if (!((ends[0] | ends[1]) & (uint32_t)tops))
			return len;
	}
	while (i < len && p[i] < 0x80)
		i++;
	return i;
}

bool ipm_wtf8_valid(struct ipm_str str)
{
	const uint8_t *p = (const uint8_t *)str.data;
	size_t at = 0, n;
	uint32_t c;

	while ((at += ascii_run(p + at, str.len - at)) < str.len) {
		n = decode(p + at, str.len - at, &c);
		if (!n)
			return false;
		at += n;
	}
	return true;
}

uint64_t ipm_wtf8_units(struct ipm_str str)
{
	const uint8_t *p = (const uint8_t *)str.data;
	uint64_t units = 0;
	size_t at = 0, n;
	uint32_t c;

	while (at < str.len) {
		n = ascii_run(p + at, str.len - at);
		units += n;
		at += n;
		if (at == str.len)
			break;
		n = decode(p + at, str.len - at, &c);
		units += n == 4 ? 2 : 1;
		at += n ? n : 1;
	}
	return units;
}

size_t ipm_wtf8_offset(struct ipm_str str, uint64_t unit, bool *ret_split)
{
	const uint8_t *p = (const uint8_t *)str.data;
	size_t at = 0, n;
	uint32_t c;

	*ret_split = false;
	while (at < str.len && unit) {
		n = str.len - at;
		if (n > unit)
			n = (size_t)unit;
		n = ascii_run(p + at, n);
		at += n;
		unit -= n;
		if (at == str.len || !unit)
			break;
		n = decode(p + at, str.len - at, &c);
		if (n == 4 && unit == 1) {
			*ret_split = true;
			return at;
		}
		unit -= n == 4 ? 2 : 1;
		at += n ? n : 1;
	}
	return at;
}

static bool is_lead(uint32_t c)
{
	return c >= 0xD800 && c < 0xDC00;
}

static bool is_trail(uint32_t c)
{
	return c >= 0xDC00 && c < 0xE000;
}

void ipm_wtf8_put(struct ipm_buf *buf, uint32_t c)
{
	uint32_t lead;

	if (c < 0x80) {
		ipm_buf_byte(buf, (uint8_t)c);
		return;
	}
	if (is_trail(c) && !buf->failed && buf->len >= 3 &&
	    decode(buf->data + buf->len - 3, 3, &lead) == 3 && is_lead(lead)) {
		buf->len -= 3;
		c = 0x10000 + ((lead - 0xD800) << 10) + (c - 0xDC00);
	}
	if (c < 0x800) {
		ipm_buf_byte(buf, (uint8_t)(0xC0 | c >> 6));
	} else if (c < 0x10000) {
		ipm_buf_byte(buf, (uint8_t)(0xE0 | c >> 12));
		ipm_buf_byte(buf, (uint8_t)(0x80 | (c >> 6 & 0x3F)));
	} else {
		ipm_buf_byte(buf, (uint8_t)(0xF0 | c >> 18));
		ipm_buf_byte(buf, (uint8_t)(0x80 | (c >> 12 & 0x3F)));
		ipm_buf_byte(buf, (uint8_t)(0x80 | (c >> 6 & 0x3F)));
	}
	ipm_buf_byte(buf, (uint8_t)(0x80 | (c & 0x3F)));
}

static uint32_t pair_at(struct ipm_str str, size_t at)
{
	uint32_t c = 0;

	(void)decode((const uint8_t *)str.data + at, str.len - at, &c);
	return c - 0x10000;
}

void ipm_wtf8_slice(struct ipm_buf *buf, struct ipm_str str, uint64_t start, uint64_t end)
{
	bool split_start, split_end;
	size_t from, to;

	if (start >= end)
		return;
	from = ipm_wtf8_offset(str, start, &split_start);
	if (split_start) {
		ipm_wtf8_put(buf, 0xDC00 + (pair_at(str, from) & 0x3FF));
		from += 4;
		start++;
	}
	str.data += from;
	str.len -= from;
	to = ipm_wtf8_offset(str, end - start, &split_end);
	ipm_buf_append(buf, str.data, to);
	if (split_end)
		ipm_wtf8_put(buf, 0xD800 + (pair_at(str, to) >> 10));
}

/* Copies units as long as they are ASCII. */
static size_t put_ascii(struct ipm_buf *buf, const uint16_t *units, size_t count)
{
	uint8_t *out;
	size_t i = 0;

	if (!ipm_buf_reserve(buf, count))
		return count;
	out = buf->data + buf->len;
	for (; count - i >= 8; i += 8) {
		uint16_t all = 0;
		size_t k;

		for (k = 0; k < 8; k++) {
			all |= units[i + k];
			out[i + k] = (uint8_t)units[i + k];
		}
		if (all >= 0x80)
			break;
	}
	for (; i < count && units[i] < 0x80; i++)
		out[i] = (uint8_t)units[i];
	buf->len += i;
	return i;
}

void ipm_wtf8_put_utf16(struct ipm_buf *buf, const uint16_t *units, size_t count)
{
	size_t at = 0;

	for (;;) {
		at += put_ascii(buf, units + at, count - at);
		for (; at < count && units[at] >= 0x80; at++)
			ipm_wtf8_put(buf, units[at]);
		if (at == count)
			return;
	}
}
