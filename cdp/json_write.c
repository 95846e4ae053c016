/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "json.h"
#include "wtf8.h"

static bool needs_care(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
}

/*
 * Does one of eight bytes need care? One below 0x20 borrows into its top bit; one that equals the
 * quote or the backslash becomes 0 and borrows as well.
 */
static bool care_in_word(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\';

	return ((x | (x - ones * 0x20) | (quote - ones) | (slash - ones)) & ones << 7) != 0;
}

/* How many bytes from the start go out as they are. */
static size_t plain_run(struct ipm_str str)
{
	size_t i = 0;
	uint32_t ends[2];
	uint64_t x;

	for (; str.len - i >= sizeof(x); i += sizeof(x)) {
		memcpy(&x, str.data + i, sizeof(x));
		if (care_in_word(x))
			break;
	}
	/* The rest at once: the last word once more, or two halves that overlap. */
	if (str.len - i < sizeof(x) && str.len >= sizeof(x)) {
		memcpy(&x, str.data + str.len - sizeof(x), sizeof(x));
		if (!care_in_word(x))
			return str.len;
	} else if (str.len < sizeof(x) && str.len >= sizeof(ends[0])) {
		memcpy(&ends[0], str.data, sizeof(ends[0]));
		memcpy(&ends[1], str.data + str.len - sizeof(ends[1]), sizeof(ends[1]));
		if (!care_in_word((uint64_t)ends[1] << 32 | ends[0]))
			return str.len;
	}
	while (i < str.len && !needs_care((unsigned char)str.data[i]))
		i++;
	return i;
}

static void put_ascii_escape(struct ipm_buf *out, unsigned char c)
{
	switch (c) {
	case '"':
		ipm_buf_append(out, "\\\"", 2);
		break;
	case '\\':
		ipm_buf_append(out, "\\\\", 2);
		break;
	case '\n':
		ipm_buf_append(out, "\\n", 2);
		break;
	case '\r':
		ipm_buf_append(out, "\\r", 2);
		break;
	case '\t':
		ipm_buf_append(out, "\\t", 2);
		break;
	default:
		ipm_buf_printf(out, "\\u%04x", c);
		break;
	}
}

void ipm_json_put_escaped(struct ipm_buf *out, struct ipm_str str)
{
	const char *plain;
	uint32_t c;
	size_t n;

	while (str.len) {
		n = plain_run(str);
		ipm_buf_append(out, str.data, n);
		str.data += n;
		str.len -= n;
		if (!str.len)
			break;
		plain = str.data;
		(void)ipm_wtf8_next(&str, &c);
		if (c < 0x80)
			put_ascii_escape(out, (unsigned char)c);
		else if (c >= 0xD800 && c < 0xE000)
			ipm_buf_printf(out, "\\u%04x", c);
		else if (str.data - plain == 1) /* a byte that is no text */
			ipm_buf_cstr(out, "\\ufffd");
		else
			ipm_buf_append(out, plain, (size_t)(str.data - plain));
	}
}

void ipm_json_put_string(struct ipm_buf *out, struct ipm_str str)
{
	ipm_buf_byte(out, '"');
	ipm_json_put_escaped(out, str);
	ipm_buf_byte(out, '"');
}

void ipm_json_put_name(struct ipm_buf *out, const char *name)
{
	if (out->len && out->data[out->len - 1] != '{')
		ipm_buf_byte(out, ',');
	ipm_buf_byte(out, '"');
	ipm_buf_cstr(out, name);
	ipm_buf_append(out, "\":", 2);
}

void ipm_json_put_double(struct ipm_buf *out, double number)
{
	if (!isfinite(number))
		ipm_buf_cstr(out, "null");
	else
		ipm_put_js_number(out, number);
}
