/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "eval_native.h"

/* Math. */

static bool number_arg(struct ev *e, struct ev_args *a, size_t i, double *ret)
{
	return ev_to_number(e, ev_arg(a, i), ret);
}

/* A function of one number. */
#define UNARY(name, expression)                                                                    \
	static bool math_##name(struct ev *e, struct ev_args *a, struct ev_val *ret)               \
	{                                                                                          \
		double x;                                                                          \
                                                                                                   \
		return number_arg(e, a, 0, &x) && ev_return(ev_num(expression), ret);              \
	}

UNARY(abs, fabs(x))
UNARY(ceil, ceil(x))
UNARY(floor, floor(x))
UNARY(trunc, trunc(x))
/* Halves go up, and -0.5 to 0 becomes -0. */
UNARY(round, fabs(x) < 4503599627370496.0 ? copysign(floor(x) + (x - floor(x) >= 0.5), x) : x)
UNARY(sign, isnan(x) || x == 0 ? x : x < 0 ? -1 : 1)
UNARY(sqrt, sqrt(x))
/* One step of Newton's makes cubes exact. */
UNARY(cbrt, isfinite(x) && x != 0
		    ? cbrt(x) - (cbrt(x) * cbrt(x) * cbrt(x) - x) / (3 * cbrt(x) * cbrt(x))
		    : x)
UNARY(exp, exp(x))
UNARY(expm1, expm1(x))
UNARY(log, log(x))
UNARY(log1p, log1p(x))
UNARY(log2, log2(x))
UNARY(log10, log10(x))
UNARY(sin, sin(x))
UNARY(cos, cos(x))
UNARY(tan, tan(x))
UNARY(asin, asin(x))
UNARY(acos, acos(x))
UNARY(atan, atan(x))
UNARY(sinh, sinh(x))
UNARY(cosh, cosh(x))
UNARY(tanh, tanh(x))
UNARY(asinh, asinh(x))
UNARY(acosh, acosh(x))
UNARY(atanh, atanh(x))
UNARY(fround, (double)(float)x)
UNARY(clz32, ev_int32(x) ? __builtin_clz((unsigned)ev_int32(x)) : 32)

static bool math_atan2(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double y, x;

	return number_arg(e, a, 0, &y) && number_arg(e, a, 1, &x) &&
	       ev_return(ev_num(atan2(y, x)), ret);
}

static bool math_pow(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double x, y;

	if (!number_arg(e, a, 0, &x) || !number_arg(e, a, 1, &y))
		return false;
	if (isnan(y) || (fabs(x) == 1 && isinf(y)))
		return ev_return(ev_num(NAN), ret);
	return ev_return(ev_num(pow(x, y)), ret);
}

static bool math_imul(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double x, y;

	if (!number_arg(e, a, 0, &x) || !number_arg(e, a, 1, &y))
		return false;
	return ev_return(ev_num((int32_t)((uint32_t)ev_int32(x) * (uint32_t)ev_int32(y))), ret);
}

static bool extreme(struct ev *e, struct ev_args *a, bool max, struct ev_val *ret)
{
	double best = max ? (double)-INFINITY : (double)INFINITY, x;
	bool nan = false;
	size_t i;

	for (i = 0; i < a->count; i++) {
		if (!ev_step(e) || !number_arg(e, a, i, &x))
			return false;
		if (isnan(x))
			nan = true;
		else if (max ? x > best || (x == 0 && best == 0 && signbit(best))
			     : x < best || (x == 0 && best == 0 && signbit(x)))
			best = x;
	}
	return ev_return(ev_num(nan ? (double)NAN : best), ret);
}

static bool math_max(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return extreme(e, a, true, ret);
}

static bool math_min(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return extreme(e, a, false, ret);
}

static bool math_hypot(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double sum = 0, x;
	size_t i;

	for (i = 0; i < a->count; i++) {
		if (!number_arg(e, a, i, &x))
			return false;
		sum = hypot(sum, x);
	}
	return ev_return(ev_num(sum), ret);
}

#define CONSTANT(name, value)                                                                      \
	{                                                                                          \
		"Math", name, NULL, EV_NATIVE_NUMBER, 0, value                                     \
	}
#define FUNCTION(name, length)                                                                     \
	{                                                                                          \
		"Math", #name, math_##name, EV_NATIVE_FUNCTION, length, 0                          \
	}

const struct ev_native ev_natives_math[] = {
	{"", "Math", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	CONSTANT("PI", 3.141592653589793),
	CONSTANT("E", 2.718281828459045),
	CONSTANT("LN2", 0.6931471805599453),
	CONSTANT("LN10", 2.302585092994046),
	CONSTANT("LOG2E", 1.4426950408889634),
	CONSTANT("LOG10E", 0.4342944819032518),
	CONSTANT("SQRT2", 1.4142135623730951),
	CONSTANT("SQRT1_2", 0.7071067811865476),
	FUNCTION(abs, 1),
	FUNCTION(ceil, 1),
	FUNCTION(floor, 1),
	FUNCTION(trunc, 1),
	FUNCTION(round, 1),
	FUNCTION(sign, 1),
	FUNCTION(sqrt, 1),
	FUNCTION(cbrt, 1),
	FUNCTION(exp, 1),
	FUNCTION(expm1, 1),
	FUNCTION(log, 1),
	FUNCTION(log1p, 1),
	FUNCTION(log2, 1),
	FUNCTION(log10, 1),
	FUNCTION(sin, 1),
	FUNCTION(cos, 1),
	FUNCTION(tan, 1),
	FUNCTION(asin, 1),
	FUNCTION(acos, 1),
	FUNCTION(atan, 1),
	FUNCTION(sinh, 1),
	FUNCTION(cosh, 1),
	FUNCTION(tanh, 1),
	FUNCTION(asinh, 1),
	FUNCTION(acosh, 1),
	FUNCTION(atanh, 1),
	FUNCTION(fround, 1),
	FUNCTION(clz32, 1),
	FUNCTION(atan2, 2),
	FUNCTION(pow, 2),
	FUNCTION(imul, 2),
	FUNCTION(max, 2),
	FUNCTION(min, 2),
	FUNCTION(hypot, 2),
	/* The same question must have the same answer. */
	{"Math", "random", NULL, EV_NATIVE_REFUSED, 0, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
