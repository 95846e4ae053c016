/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

/* Numbers as JavaScript prints them. */

void ipm_put_uint(struct ipm_buf *out, uint64_t number)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930"
				    "31323334353637383940414243444546474849505152535455565758596061"
				    "62636465666768697071727374757677787980818283848586878889909192"
				    "93949596979899";
	char digits[20];
	size_t at = sizeof(digits);

	for (; number >= 100; number /= 100)
		memcpy(digits + (at -= 2), pairs + 2 * (number % 100), 2);
	if (number >= 10)
		memcpy(digits + (at -= 2), pairs + 2 * number, 2);
	else
		digits[--at] = (char)('0' + number);
	ipm_buf_append(out, digits + at, sizeof(digits) - at);
}

void ipm_put_int(struct ipm_buf *out, int64_t number)
{
	if (number < 0)
		ipm_buf_byte(out, '-');
	ipm_put_uint(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

/* A decimal: `count` digits, the point after the first `point` of them (or so far before, beyond). */
struct decimal {
	char digits[20];
	int count, point;
};

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 u128;

/*
 * The fewest digits for fractions of ordinary size, where everything fits 128 bits and is exact.
 * number = m × 2^-s. All that lies between the middles to its neighbours reads back as it; these
 * and itself, times 4 × 10^k, are integers over 2^(s + 2). In that interval the multiple of the
 * highest power of ten is the shortest, and of several the nearest is right (ECMA-262,
 * Number::toString). False: not of ordinary size.
 */
static bool exact_digits(double number, struct decimal *ret)
{
	uint64_t bits, m, low, high, value, q, r, power = 1;
	u128 ten = 1, scaled, fraction, bound, mask;
	int exponent, binary, k, i, tens = 0;
	bool even, up;

	memcpy(&bits, &number, sizeof(bits));
	exponent = (int)(bits >> 52 & 0x7FF) - 1075;
	binary = exponent + 52;
	if (exponent >= 0 || binary < -16)
		return false;
	m = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
	even = !(m & 1);
	/* log10(2) = 0.30103 - 4e-9: the digits before the point, or one less. Then 17 or 18 in all. */
	k = 16 - (int)floor(binary * 0.30103);
	for (i = 0; i < k; i++)
		ten *= 10;
	exponent = 2 - exponent;
	mask = ((u128)1 << exponent) - 1;
	/* Below a power of two the neighbour is twice as near. */
	bound = (4 * m - (m == UINT64_C(1) << 52 ? 1 : 2)) * ten;
	low = (uint64_t)(bound >> exponent) + ((bound & mask) || !even);
	bound = (4 * m + 2) * ten;
	high = (uint64_t)(bound >> exponent) - (!(bound & mask) && !even);
	scaled = 4 * m * ten;
	value = (uint64_t)(scaled >> exponent);
	fraction = scaled & mask;
	while ((low + 9) / 10 <= high / 10) {
		low = (low + 9) / 10;
		high /= 10;
		power *= 10;
		tens++;
	}
	q = value / power;
	r = value % power;
	/* Halfway: the even one. */
	if (power == 1)
		up = fraction > mask >> 1 && ((q & 1) || fraction > (mask >> 1) + 1);
	else
		up = r > power / 2 || (r == power / 2 && (fraction || (q & 1)));
	q += up;
	q = q < low ? low : q > high ? high : q;
	for (i = sizeof(ret->digits); q; q /= 10)
		ret->digits[--i] = (char)('0' + q % 10);
	ret->count = (int)sizeof(ret->digits) - i;
	memmove(ret->digits, ret->digits + i, (size_t)ret->count);
	ret->point = ret->count + tens - k;
	return true;
}
#else
static bool exact_digits(double number, struct decimal *ret)
{
	(void)number;
	(void)ret;
	return false;
}
#endif

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

static void take_digits(double number, struct decimal *ret)
{
	char text[32];
	const char *p;

	shortest_digits(number, text);
	ret->count = 0;
	for (p = text; *p && *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			ret->digits[ret->count++] = *p;
	ret->point = *p ? atoi(p + 1) + 1 : 1;
	while (ret->count > 1 && ret->digits[ret->count - 1] == '0')
		ret->count--;
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
	struct decimal decimal;

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
	if (!exact_digits(fabs(number), &decimal))
		take_digits(fabs(number), &decimal);
	if (number < 0)
		ipm_buf_byte(out, '-');
	put_decimal(out, decimal.digits, decimal.count, decimal.point);
}
