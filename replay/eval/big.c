/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_ast.h"

/* BigInts: sign and magnitude, 32 bits a digit, least significant first. */

enum { MAX_DIGITS = 1 << 15 }; /* 2^20 bits, as V8 */

static struct ev_big *new_big(struct ev *e, size_t count)
{
	struct ev_big *b;

	if (count > MAX_DIGITS) {
		ev_throw(e, "RangeError", "Maximum BigInt size exceeded");
		return NULL;
	}
	b = ev_alloc(e, sizeof(*b) + count * sizeof(uint32_t));
	if (b)
		b->count = count;
	return b;
}

static struct ev_big *trim(struct ev_big *b)
{
	while (b->count && !b->digits[b->count - 1])
		b->count--;
	if (!b->count)
		b->negative = false;
	return b;
}

const struct ev_big *ev_big_from_uint64(struct ev *e, uint64_t n)
{
	struct ev_big *b = new_big(e, 2);

	if (!b)
		return NULL;
	b->digits[0] = (uint32_t)n;
	b->digits[1] = (uint32_t)(n >> 32);
	return trim(b);
}

const struct ev_big *ev_big_from_int64(struct ev *e, int64_t n)
{
	struct ev_big *b = new_big(e, 2);
	uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	if (!b)
		return NULL;
	b->negative = n < 0;
	b->digits[0] = (uint32_t)u;
	b->digits[1] = (uint32_t)(u >> 32);
	return trim(b);
}

const struct ev_big *ev_big_from_double(struct ev *e, double n)
{
	int exponent;
	double m = frexp(fabs(n), &exponent); /* m in [0.5, 1) */
	uint64_t bits = (uint64_t)ldexp(m, 53);
	int shift = exponent - 53, i;
	struct ev_big *b;

	if (shift <= 0)
		return ev_big_from_int64(e, (int64_t)n);
	b = new_big(e, (size_t)exponent / 32 + 2);
	if (!b)
		return NULL;
	for (i = 0; i < 53; i++)
		if (bits >> i & 1)
			b->digits[(i + shift) / 32] |= 1u << ((i + shift) % 32);
	b->negative = n < 0;
	return trim(b);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'z')
		return (c | 32) - 'a' + 10;
	return 99;
}

const struct ev_big *ev_big_parse(struct ev *e, const char *data, size_t len, unsigned base,
				  bool *bad)
{
	bool negative = false;
	struct ev_big *b;
	size_t i = 0, j, used = 0;
	uint64_t carry;

	*bad = false;
	if (!base) {
		base = 10;
		if (len > 2 && data[0] == '0' && strchr("xXoObB", data[1])) {
			base = (data[1] | 32) == 'x' ? 16 : (data[1] | 32) == 'o' ? 8 : 2;
			i = 2;
		} else if (len > 1 && (data[0] == '-' || data[0] == '+')) {
			negative = data[0] == '-';
			i = 1;
		}
	}
	if (len / 4 > MAX_DIGITS * 2) {
		ev_throw(e, "RangeError", "Maximum BigInt size exceeded");
		return NULL;
	}
	b = new_big(e, len / 6 + 1);
	if (!b)
		return NULL;
	for (; i < len; i++) {
		if (data[i] == '_')
			continue;
		carry = (uint64_t)digit_of(data[i]);
		if (carry >= base) {
			*bad = true;
			return b;
		}
		for (j = 0; j < used; j++) {
			carry += (uint64_t)b->digits[j] * base;
			b->digits[j] = (uint32_t)carry;
			carry >>= 32;
		}
		if (carry)
			b->digits[used++] = (uint32_t)carry;
		if (!ev_steps(e, used / 16))
			return NULL;
	}
	b->count = used;
	b->negative = negative && used;
	return b;
}

struct ev_str *ev_big_string(struct ev *e, const struct ev_big *a, unsigned base)
{
	struct ev_big *rest = new_big(e, a->count);
	size_t capacity = a->count * 32 + 2, i;
	uint64_t carry;
	char *text, *p;

	text = ev_alloc(e, capacity + 1);
	if (!rest || !text)
		return NULL;
	memcpy(rest->digits, a->digits, a->count * sizeof(uint32_t));
	p = text + capacity;
	do {
		carry = 0;
		for (i = rest->count; i--;) {
			carry = carry << 32 | rest->digits[i];
			rest->digits[i] = (uint32_t)(carry / base);
			carry %= base;
		}
		*--p = "0123456789abcdefghijklmnopqrstuvwxyz"[carry];
		trim(rest);
		if (!ev_steps(e, rest->count / 8))
			return NULL;
	} while (rest->count);
	if (a->negative)
		*--p = '-';
	return ev_str_borrow(e, (struct ipm_str){p, (size_t)(text + capacity - p)});
}

static int compare_magnitude(const struct ev_big *a, const struct ev_big *b)
{
	size_t i;

	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (i = a->count; i--;)
		if (a->digits[i] != b->digits[i])
			return a->digits[i] < b->digits[i] ? -1 : 1;
	return 0;
}

int ev_big_compare(const struct ev_big *a, const struct ev_big *b)
{
	int c;

	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	c = compare_magnitude(a, b);
	return a->negative ? -c : c;
}

double ev_big_double(const struct ev_big *a)
{
	/* Sixty-four leading bits, the last made sticky, and one rounding. */
	uint64_t top = 0;
	bool sticky = false;
	int bits;
	size_t i, low;
	double n;

	if (!a->count)
		return 0;
	if (a->count > 40)
		return a->negative ? -INFINITY : INFINITY;
	bits = __builtin_clz(a->digits[a->count - 1]);
	low = a->count > 3 ? a->count - 3 : 0;
	if (a->count == 1) {
		top = (uint64_t)a->digits[0];
		return a->negative ? -(double)top : (double)top;
	}
	top = (uint64_t)a->digits[a->count - 1] << 32 | a->digits[a->count - 2];
	if (bits) {
		top <<= bits;
		if (a->count > 2) {
			top |= a->digits[a->count - 3] >> (32 - bits);
			sticky = a->digits[a->count - 3] << bits;
		}
	} else if (a->count > 2) {
		sticky = a->digits[a->count - 3];
	}
	for (i = 0; i < low; i++)
		sticky = sticky || a->digits[i];
	if (sticky)
		top |= 1;
	n = ldexp((double)top, (int)(a->count - 2) * 32 - bits);
	return a->negative ? -n : n;
}

static struct ev_big *add_magnitude(struct ev *e, const struct ev_big *a, const struct ev_big *b)
{
	size_t n = (a->count > b->count ? a->count : b->count) + 1, i;
	struct ev_big *out = new_big(e, n);
	uint64_t carry = 0;

	if (!out)
		return NULL;
	for (i = 0; i < n; i++) {
		carry += (i < a->count ? a->digits[i] : 0);
		carry += (i < b->count ? b->digits[i] : 0);
		out->digits[i] = (uint32_t)carry;
		carry >>= 32;
	}
	return trim(out);
}

/* |a| - |b| with |a| >= |b| */
static struct ev_big *subtract_magnitude(struct ev *e, const struct ev_big *a,
					 const struct ev_big *b)
{
	struct ev_big *out = new_big(e, a->count);
	uint64_t borrow = 0, d;
	size_t i;

	if (!out)
		return NULL;
	for (i = 0; i < a->count; i++) {
		d = (uint64_t)a->digits[i] - borrow - (i < b->count ? b->digits[i] : 0);
		out->digits[i] = (uint32_t)d;
		borrow = d >> 63;
	}
	return trim(out);
}

static struct ev_big *add(struct ev *e, const struct ev_big *a, const struct ev_big *b,
			  bool negate_b)
{
	bool b_negative = b->negative != negate_b;
	struct ev_big *out;

	if (a->negative == b_negative) {
		out = add_magnitude(e, a, b);
		if (out)
			out->negative = a->negative && out->count;
	} else if (compare_magnitude(a, b) >= 0) {
		out = subtract_magnitude(e, a, b);
		if (out)
			out->negative = a->negative && out->count;
	} else {
		out = subtract_magnitude(e, b, a);
		if (out)
			out->negative = b_negative && out->count;
	}
	return out;
}

static struct ev_big *multiply(struct ev *e, const struct ev_big *a, const struct ev_big *b)
{
	struct ev_big *out;
	uint64_t carry;
	size_t i, j;

	if (!ev_steps(e, a->count * b->count / 8))
		return NULL;
	out = new_big(e, a->count + b->count);
	if (!out)
		return NULL;
	for (i = 0; i < a->count; i++) {
		carry = 0;
		for (j = 0; j < b->count; j++) {
			carry += (uint64_t)a->digits[i] * b->digits[j] + out->digits[i + j];
			out->digits[i + j] = (uint32_t)carry;
			carry >>= 32;
		}
		out->digits[i + b->count] = (uint32_t)carry;
	}
	trim(out);
	out->negative = a->negative != b->negative && out->count;
	return out;
}

/* Bit by bit: slow and short; steps bound it. */
static bool divide(struct ev *e, const struct ev_big *a, const struct ev_big *b,
		   struct ev_big **ret_quotient, struct ev_big **ret_rest)
{
	struct ev_big *q = new_big(e, a->count), *r = new_big(e, b->count + 1);
	size_t i, j;
	uint64_t borrow, d;
	int bit;

	if (!q || !r)
		return false;
	r->count = 0;
	for (i = a->count; i--;) {
		if (!ev_steps(e, b->count * 8 + 1))
			return false;
		for (bit = 31; bit >= 0; bit--) {
			uint32_t in = a->digits[i] >> bit & 1;

			for (j = 0; j < b->count + 1; j++) {
				uint32_t out = r->digits[j] >> 31;

				r->digits[j] = r->digits[j] << 1 | in;
				in = out;
			}
			r->count = b->count + 1;
			trim(r);
			if (compare_magnitude(r, b) < 0)
				continue;
			q->digits[i] |= 1u << bit;
			for (j = 0, borrow = 0; j < r->count; j++) {
				d = (uint64_t)r->digits[j] - borrow -
				    (j < b->count ? b->digits[j] : 0);
				r->digits[j] = (uint32_t)d;
				borrow = d >> 63;
			}
			trim(r);
		}
	}
	trim(q);
	q->negative = a->negative != b->negative && q->count;
	r->negative = a->negative && r->count;
	*ret_quotient = q;
	*ret_rest = r;
	return true;
}

static const struct ev_big *power(struct ev *e, const struct ev_big *base, const struct ev_big *n)
{
	const struct ev_big *out = ev_big_from_int64(e, 1);
	uint32_t exponent;

	if (n->negative) {
		ev_throw(e, "RangeError", "Exponent must be non-negative");
		return NULL;
	}
	if (n->count > 1 && (base->count > 1 || (base->count && base->digits[0] > 1))) {
		ev_throw(e, "RangeError", "Maximum BigInt size exceeded");
		return NULL;
	}
	exponent = n->count ? n->digits[0] : 0;
	if (base->count <= 1 && (!base->count || base->digits[0] == 1)) /* 0, 1, -1 */
		return !exponent && !n->count		? out
		       : !(exponent & 1) && base->count ? ev_big_from_int64(e, 1)
							: base;
	while (out && exponent) {
		if (exponent & 1)
			out = multiply(e, out, base);
		exponent >>= 1;
		if (out && exponent) {
			base = multiply(e, base, base);
			if (!base)
				return NULL;
		}
	}
	return out;
}

static uint32_t twos_digit(const struct ev_big *a, size_t i, uint32_t *carry)
{
	uint32_t d = i < a->count ? a->digits[i] : 0;

	if (!a->negative)
		return d;
	d = ~d + *carry;
	*carry = *carry && !d;
	return d;
}

static struct ev_big *bitwise(struct ev *e, int op, const struct ev_big *a, const struct ev_big *b)
{
	size_t n = (a->count > b->count ? a->count : b->count) + 1, i;
	struct ev_big *out = new_big(e, n);
	uint32_t carry_a = 1, carry_b = 1, x, y;

	if (!out)
		return NULL;
	for (i = 0; i < n; i++) {
		x = twos_digit(a, i, &carry_a);
		y = twos_digit(b, i, &carry_b);
		out->digits[i] = op == '&' ? x & y : op == '|' ? x | y : x ^ y;
	}
	if (out->digits[n - 1] >> 31) {
		out->negative = true;
		carry_a = 1;
		for (i = 0; i < n; i++) {
			out->digits[i] = ~out->digits[i] + carry_a;
			carry_a = carry_a && !out->digits[i];
		}
	}
	return trim(out);
}

static const struct ev_big *shift(struct ev *e, const struct ev_big *a, const struct ev_big *by,
				  bool left)
{
	struct ev_big *out;
	size_t words, i;
	unsigned bits;
	bool lost = false;
	uint64_t d;

	if (by->negative)
		left = !left;
	if (!by->count || !a->count)
		return a;
	if (by->count > 1 || by->digits[0] > MAX_DIGITS * 32) {
		if (!left)
			return ev_big_from_int64(e, a->negative ? -1 : 0);
		ev_throw(e, "RangeError", "Maximum BigInt size exceeded");
		return NULL;
	}
	words = by->digits[0] / 32;
	bits = by->digits[0] % 32;
	if (left) {
		out = new_big(e, a->count + words + 1);
		if (!out)
			return NULL;
		for (i = 0; i < a->count; i++) {
			d = (uint64_t)a->digits[i] << bits;
			out->digits[i + words] |= (uint32_t)d;
			out->digits[i + words + 1] = (uint32_t)(d >> 32);
		}
	} else {
		out = new_big(e, a->count > words ? a->count - words + 1 : 1);
		if (!out)
			return NULL;
		for (i = 0; i < words && i < a->count; i++)
			lost = lost || a->digits[i];
		if (words < a->count)
			lost = lost || (bits && a->digits[words] << (32 - bits));
		for (i = words; i < a->count; i++) {
			d = a->digits[i];
			if (i + 1 < a->count)
				d |= (uint64_t)a->digits[i + 1] << 32;
			out->digits[i - words] = (uint32_t)(d >> bits);
		}
	}
	trim(out);
	out->negative = a->negative && out->count;
	if (a->negative && lost)
		return add(e, out, ev_big_from_int64(e, 1), true);
	return out;
}

const struct ev_big *ev_big_negate(struct ev *e, const struct ev_big *a)
{
	struct ev_big *out = new_big(e, a->count);

	if (!out)
		return NULL;
	memcpy(out->digits, a->digits, a->count * sizeof(uint32_t));
	out->negative = !a->negative && a->count;
	return out;
}

const struct ev_big *ev_big_arith(struct ev *e, int op, const struct ev_big *a,
				  const struct ev_big *b)
{
	struct ev_big *q, *r;

	switch (op) {
	case '+':
		return add(e, a, b, false);
	case '-':
		return add(e, a, b, true);
	case '*':
		return multiply(e, a, b);
	case '/':
	case '%':
		if (!b->count) {
			ev_throw(e, "RangeError", "Division by zero");
			return NULL;
		}
		if (!divide(e, a, b, &q, &r))
			return NULL;
		return op == '/' ? q : r;
	case EV_OP2('*', '*'):
		return power(e, a, b);
	case '&':
	case '|':
	case '^':
		return bitwise(e, op, a, b);
	case EV_OP2('<', '<'):
		return shift(e, a, b, true);
	case EV_OP2('>', '>'):
		return shift(e, a, b, false);
	}
	ev_throw(e, "TypeError", "BigInts have no unsigned right shift, use >> instead");
	return NULL;
}
