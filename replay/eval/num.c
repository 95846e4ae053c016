/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval_internal.h"
#include "json.h"
#include "wtf8.h"

/* Numbers and their spellings. */

/* The longest prefix that is a decimal literal of JavaScript's; 0: none. */
static size_t decimal_prefix(const char *s, size_t len)
{
	size_t i = 0, digits = 0, mark;

	if (i < len && (s[i] == '+' || s[i] == '-'))
		i++;
	if (len - i >= 8 && !memcmp(s + i, "Infinity", 8))
		return i + 8;
	for (; i < len && s[i] >= '0' && s[i] <= '9'; i++)
		digits++;
	if (i < len && s[i] == '.') {
		mark = i;
		for (i++; i < len && s[i] >= '0' && s[i] <= '9'; i++)
			digits++;
		if (!digits)
			i = mark;
	}
	if (!digits)
		return 0;
	if (i < len && (s[i] == 'e' || s[i] == 'E')) {
		mark = i++;
		if (i < len && (s[i] == '+' || s[i] == '-'))
			i++;
		if (i >= len || s[i] < '0' || s[i] > '9')
			return mark;
		while (i < len && s[i] >= '0' && s[i] <= '9')
			i++;
	}
	return i;
}

static double to_double(const char *s, size_t len)
{
	char small[64], *copy = small;
	double n;

	if (len >= sizeof(small)) {
		copy = malloc(len + 1);
		if (!copy)
			return NAN;
	}
	memcpy(copy, s, len);
	copy[len] = 0;
	n = strtod(copy, NULL);
	if (copy != small)
		free(copy);
	return n;
}

static struct ipm_str trim(const char *data, size_t len)
{
	struct ipm_str s = {data, len}, rest;
	uint32_t cp;
	size_t end = 0;

	for (;;) {
		rest = s;
		if (!ipm_wtf8_next(&rest, &cp) || !ev_is_space(cp))
			break;
		s = rest;
	}
	rest = s;
	while (ipm_wtf8_next(&rest, &cp))
		if (!ev_is_space(cp))
			end = s.len - rest.len;
	return (struct ipm_str){s.data, end};
}

double ev_parse_number(const char *data, size_t len)
{
	struct ipm_str s = trim(data, len);
	double n = 0;
	int radix, digit;
	size_t i;

	if (!s.len)
		return 0;
	if (s.len > 2 && s.data[0] == '0' && strchr("xXoObB", s.data[1])) {
		radix = (s.data[1] | 32) == 'x' ? 16 : (s.data[1] | 32) == 'o' ? 8 : 2;
		for (i = 2; i < s.len; i++) {
			digit = s.data[i] >= '0' && s.data[i] <= '9' ? s.data[i] - '0'
				: (s.data[i] | 32) >= 'a' && (s.data[i] | 32) <= 'f'
					? (s.data[i] | 32) - 'a' + 10
					: 99;
			if (digit >= radix)
				return NAN;
			n = n * radix + digit;
		}
		return n;
	}
	if (decimal_prefix(s.data, s.len) != s.len)
		return NAN;
	return to_double(s.data, s.len);
}

double ev_parse_float(const char *data, size_t len)
{
	struct ipm_str s = trim(data, len);
	size_t n = decimal_prefix(s.data, s.len);

	return n ? to_double(s.data, n) : (double)NAN;
}

struct ev_str *ev_number_string(struct ev *e, double n)
{
	struct ipm_buf buf = IPM_BUF_INIT;

	ipm_put_js_number(&buf, n);
	return ev_str_from_buf(e, &buf);
}

struct ev_str *ev_number_radix(struct ev *e, double n, int radix)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	char text[2200], *p = text + 1100, *end = text + 1100;
	double whole, fraction, delta;
	bool negative = n < 0;
	int digit;

	if (radix == 10 || !isfinite(n))
		return ev_number_string(e, n);
	n = fabs(n);
	whole = floor(n);
	fraction = n - whole;
	/* Half the distance to the next double: digits beyond it mean nothing. */
	delta = 0.5 * (nextafter(n, INFINITY) - n);
	if (delta < nextafter(0.0, 1.0))
		delta = nextafter(0.0, 1.0);
	if (fraction >= delta) {
		*end++ = '.';
		do {
			fraction *= radix;
			delta *= radix;
			digit = (int)fraction;
			*end++ = digits[digit];
			fraction -= digit;
			if ((fraction > 0.5 || (fraction == 0.5 && (digit & 1))) &&
			    fraction + delta > 1) {
				for (;;) { /* carry */
					end--;
					if (end == p) {
						whole += 1;
						break;
					}
					digit = *end > '9' ? *end - 'a' + 10 : *end - '0';
					if (digit + 1 < radix) {
						*end++ = digits[digit + 1];
						break;
					}
				}
				break;
			}
		} while (fraction >= delta && end < text + sizeof(text) - 2);
	}
	/* Digits beyond what a double holds are zeros, as in V8. */
	for (; whole >= 9007199254740992.0 && p > text + 2; whole /= radix)
		*--p = '0';
	do {
		double rest = fmod(whole, radix);

		*--p = digits[(int)rest];
		whole = (whole - rest) / radix;
	} while (whole > 0 && p > text + 2);
	if (negative)
		*--p = '-';
	return ev_str_new(e, (struct ipm_str){p, (size_t)(end - p)});
}

int32_t ev_int32(double n)
{
	double m;

	if (!isfinite(n))
		return 0;
	m = fmod(trunc(n), 4294967296.0);
	if (m < 0)
		m += 4294967296.0;
	return (int32_t)(uint32_t)m;
}

double ev_integer(double n)
{
	if (isnan(n))
		return 0;
	return trunc(n) + 0.0; /* no -0 */
}
