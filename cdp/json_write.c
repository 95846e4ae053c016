/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "wtf8.h"

static bool needs_care(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
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

	while (str.len) {
		plain = str.data;
		while (str.len && !needs_care((unsigned char)*str.data)) {
			str.data++;
			str.len--;
		}
		ipm_buf_append(out, plain, (size_t)(str.data - plain));
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

void ipm_put_uint(struct ipm_buf *out, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	ipm_buf_append(out, digits + at, sizeof(digits) - at);
}

void ipm_put_int(struct ipm_buf *out, int64_t number)
{
	if (number < 0)
		ipm_buf_byte(out, '-');
	ipm_put_uint(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

/* Adds one unit in the last digit of "-d.ddde±x"; false when a carry would leave the front. */
static bool bump_last_digit(char *text)
{
	char *p = strchr(text, 'e');

	while (p && p-- > text) {
		if (*p == '.')
			continue;
		if (*p < '0' || *p > '9')
			return false;
		if (*p != '9') {
			++*p;
			return true;
		}
		*p = '0';
	}
	return false;
}

/*
 * The fewest digits that read back the same, as "d.ddde±x"; `ret` holds 32 bytes. Above a power of
 * two neighbours are twice as far away as below, so that the next decimal up can be the one that
 * reads back when the nearest does not.
 */
static void shortest_digits(double number, char *ret)
{
	/* Below the normal numbers fewer digits can do; elsewhere 15 always read back. */
	int digits = fabs(number) < 2.2250738585072014e-308 ? 1 : 15;

	for (; digits < 17; digits++) {
		snprintf(ret, 32, "%.*e", digits - 1, number);
		if (strtod(ret, NULL) == number)
			return;
		if (bump_last_digit(ret) && strtod(ret, NULL) == number)
			return;
	}
	snprintf(ret, 32, "%.16e", number);
}

/* ECMA-262, Number::toString: `digits` times 10^(point - count). */
static void put_decimal(struct ipm_buf *out, const char *digits, int count, int point)
{
	static const char zeros[] = "00000000000000000000000";
	size_t n = (size_t)count;

	if (count <= point && point <= 21) {
		ipm_buf_append(out, digits, n);
		ipm_buf_append(out, zeros, (size_t)(point - count));
	} else if (0 < point && point <= 21) {
		ipm_buf_append(out, digits, (size_t)point);
		ipm_buf_byte(out, '.');
		ipm_buf_append(out, digits + point, n - (size_t)point);
	} else if (-6 < point && point <= 0) {
		ipm_buf_append(out, "0.", 2);
		ipm_buf_append(out, zeros, (size_t)-point);
		ipm_buf_append(out, digits, n);
	} else {
		ipm_buf_append(out, digits, 1);
		if (count > 1) {
			ipm_buf_byte(out, '.');
			ipm_buf_append(out, digits + 1, n - 1);
		}
		ipm_buf_printf(out, "e%c%d", point > 0 ? '+' : '-', abs(point - 1));
	}
}

void ipm_put_js_number(struct ipm_buf *out, double number)
{
	char text[32], digits[20];
	int count = 0, exponent;
	const char *p;

	if (isnan(number)) {
		ipm_buf_cstr(out, "NaN");
		return;
	}
	if (isinf(number)) {
		ipm_buf_cstr(out, number > 0 ? "Infinity" : "-Infinity");
		return;
	}
	if (fabs(number) <= 9007199254740991.0 && number == (double)(int64_t)number) {
		ipm_put_int(out, (int64_t)number);
		return;
	}
	shortest_digits(number, text);
	for (p = text; *p && *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			digits[count++] = *p;
	exponent = *p ? atoi(p + 1) : 0;
	while (count > 1 && digits[count - 1] == '0')
		count--;
	if (number < 0)
		ipm_buf_byte(out, '-');
	put_decimal(out, digits, count, exponent + 1);
}
