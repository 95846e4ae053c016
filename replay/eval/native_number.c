/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval_native.h"

/* Number, BigInt, Boolean, Symbol and their methods. */

/* The primitive that a method is called on, boxed or not. */
static bool primitive(struct ev *e, struct ev_val v, enum ev_type type, const char *method,
		      struct ev_val *ret)
{
	const struct ipm_object *o;
	bool ok;

	*ret = v;
	if (v.type == EV_TEMP && v.obj->kind == IPM_KIND_PRIMITIVE)
		*ret = v.obj->first;
	if (v.type == EV_HEAP) {
		o = ev_hold(e, v.id);
		if (!o)
			return false;
		ok = o->kind != IPM_KIND_PRIMITIVE || ev_import(e, &o->first, ret);
		ev_drop(e, o);
		if (!ok)
			return false;
	}
	return ret->type == type ||
	       ev_throw(e, "TypeError", "%s requires that 'this' be a primitive", method);
}

static bool number_constructor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v = ev_num(0);
	struct ev_obj *o;

	if (a->count && !ev_to_numeric(e, a->v[0], &v))
		return false;
	if (v.type == EV_BIGINT)
		v = ev_num(ev_big_double(v.big));
	if (!a->construct)
		return ev_return(v, ret);
	o = ev_new(e, IPM_KIND_PRIMITIVE, "Number");
	if (o)
		o->first = v;
	return ev_return_obj(o, ret);
}

static bool is_integer(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v = ev_arg(a, 0);

	(void)e;
	return ev_return(
		ev_bool(v.type == EV_NUMBER && isfinite(v.number) && v.number == trunc(v.number)),
		ret);
}

static bool is_safe_integer(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v = ev_arg(a, 0);

	(void)e;
	return ev_return(ev_bool(v.type == EV_NUMBER && v.number == trunc(v.number) &&
				 fabs(v.number) <= 9007199254740991.0),
			 ret);
}

static bool is_finite(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v = ev_arg(a, 0);

	(void)e;
	return ev_return(ev_bool(v.type == EV_NUMBER && isfinite(v.number)), ret);
}

static bool is_nan(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v = ev_arg(a, 0);

	(void)e;
	return ev_return(ev_bool(v.type == EV_NUMBER && isnan(v.number)), ret);
}

/* The radix or digits argument; `fallback` for undefined. */
static bool count_arg(struct ev *e, struct ev_args *a, double fallback, double min, double max,
		      const char *message, double *ret)
{
	*ret = fallback;
	if (ev_arg(a, 0).type != EV_UNDEFINED && !ev_to_integer(e, a->v[0], ret))
		return false;
	if (*ret < min || *ret > max)
		return ev_throw(e, "RangeError", "%s", message);
	return true;
}

static bool number_to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v;
	double radix;

	if (!primitive(e, a->this_value, EV_NUMBER, "Number.prototype.toString", &v) ||
	    !count_arg(e, a, 10, 2, 36, "toString() radix argument must be between 2 and 36",
		       &radix))
		return false;
	return ev_return_str(ev_number_radix(e, v.number, (int)radix), ret);
}

/* A positive number's decimal digits, all of them: printf knows them exactly. */
struct decimal {
	char digits[800]; /* without a point; the first is not 0 unless all are */
	int count;
	int exponent; /* of the first digit */
};

static void exact_decimal(double n, struct decimal *ret)
{
	char text[840];

	snprintf(text, sizeof(text), "%.780e", fabs(n));
	ret->digits[0] = text[0];
	memcpy(ret->digits + 1, text + 2, 780);
	ret->count = 781;
	if (sscanf(text + 783, "%d", &ret->exponent) != 1)
		ret->exponent = 0;
}

/* To `count` digits; halves go up, where printf would go to even. `count` may be 0 or less. */
static void round_decimal(struct decimal *d, int count)
{
	bool up = count >= 0 && d->digits[count] >= '5';
	int i;

	if (count < 0)
		count = 0;
	d->count = count;
	for (i = count - 1; up && i >= 0; i--) {
		up = d->digits[i] == '9';
		d->digits[i] = up ? '0' : (char)(d->digits[i] + 1);
	}
	if (!up)
		return;
	memmove(d->digits + 1, d->digits, (size_t)count);
	d->digits[0] = '1';
	d->exponent++;
	if (!count)
		d->count = 1;
}

/* "123.45" from digits, with `places` behind the point. */
static void put_places(char *out, const struct decimal *d, int places)
{
	int i, at;

	if (d->exponent < 0)
		*out++ = '0';
	for (i = 0; i <= d->exponent; i++)
		*out++ = i < d->count ? d->digits[i] : '0';
	if (places)
		*out++ = '.';
	for (i = 0; i < places; i++) {
		at = d->exponent + 1 + i;
		*out++ = at >= 0 && at < d->count ? d->digits[at] : '0';
	}
	*out = 0;
}

static void put_exponential(char *out, const struct decimal *d)
{
	*out++ = d->digits[0];
	if (d->count > 1) {
		*out++ = '.';
		memcpy(out, d->digits + 1, (size_t)d->count - 1);
		out += d->count - 1;
	}
	sprintf(out, "e%c%d", d->exponent < 0 ? '-' : '+', abs(d->exponent));
}

static bool to_fixed(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	char text[256] = "-";
	struct decimal d;
	struct ev_val v;
	double places;

	if (!primitive(e, a->this_value, EV_NUMBER, "Number.prototype.toFixed", &v) ||
	    !count_arg(e, a, 0, 0, 100, "toFixed() digits argument must be between 0 and 100",
		       &places))
		return false;
	if (!isfinite(v.number) || fabs(v.number) >= 1e21)
		return ev_return_str(ev_number_string(e, v.number), ret);
	exact_decimal(v.number, &d);
	round_decimal(&d, d.exponent + 1 + (int)places);
	put_places(text + (v.number < 0), &d, (int)places);
	return ev_return_str(ev_str_new(e, (struct ipm_str){text, strlen(text)}), ret);
}

static bool to_exponential(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	char text[160] = "-";
	struct decimal d;
	struct ev_val v;
	double places;

	if (!primitive(e, a->this_value, EV_NUMBER, "Number.prototype.toExponential", &v) ||
	    !count_arg(e, a, 0, 0, 100, "toExponential() argument must be between 0 and 100",
		       &places))
		return false;
	if (!isfinite(v.number))
		return ev_return_str(ev_number_string(e, v.number), ret);
	exact_decimal(v.number, &d);
	if (ev_arg(a, 0).type == EV_UNDEFINED) { /* as many as it takes */
		char shortest[32];
		int i;

		for (i = 0; i < 17; i++) {
			snprintf(shortest, sizeof(shortest), "%.*e", i, fabs(v.number));
			if (strtod(shortest, NULL) == fabs(v.number))
				break;
		}
		places = i;
	}
	round_decimal(&d, (int)places + 1);
	put_exponential(text + (v.number < 0), &d);
	return ev_return_str(ev_str_new(e, (struct ipm_str){text, strlen(text)}), ret);
}

static bool to_precision(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	char text[256] = "-";
	struct decimal d;
	struct ev_val v;
	double p;

	if (!primitive(e, a->this_value, EV_NUMBER, "Number.prototype.toPrecision", &v))
		return false;
	if (ev_arg(a, 0).type == EV_UNDEFINED || !isfinite(v.number))
		return ev_return_str(ev_number_string(e, v.number), ret);
	if (!count_arg(e, a, 1, 1, 100, "toPrecision() argument must be between 1 and 100", &p))
		return false;
	exact_decimal(v.number, &d);
	round_decimal(&d, (int)p);
	if (d.exponent < -6 || d.exponent >= (int)p)
		put_exponential(text + (v.number < 0), &d);
	else
		put_places(text + (v.number < 0), &d, (int)p - 1 - d.exponent);
	return ev_return_str(ev_str_new(e, (struct ipm_str){text, strlen(text)}), ret);
}

bool ev_plain_locale(struct ev *e, const struct ev_args *args)
{
	struct ev_val locale = ev_arg(args, 0);

	if (ev_arg(args, 1).type == EV_UNDEFINED &&
	    (locale.type == EV_UNDEFINED ||
	     (locale.type == EV_STRING &&
	      (ev_str_equal_c(locale.str, "en-US") || ev_str_equal_c(locale.str, "en")))))
		return true;
	return ev_throw(e, "EvalError", "only en-US without options is known here");
}

/* en-US: groups of three, at most three decimals. */
static bool to_locale_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	char text[400], out[560], *dot;
	size_t whole, i, n = 0;
	struct ev_val v;

	if (!primitive(e, a->this_value, EV_NUMBER, "Number.prototype.toLocaleString", &v) ||
	    !ev_plain_locale(e, a))
		return false;
	if (isnan(v.number))
		return ev_return_str(ev_str_c(e, "NaN"), ret);
	if (isinf(v.number))
		return ev_return_str(ev_str_c(e, v.number < 0 ? "-∞" : "∞"), ret);
	snprintf(text, sizeof(text), "%.3f", fabs(v.number));
	dot = strchr(text, '.');
	whole = (size_t)(dot - text);
	for (i = strlen(text); text[i - 1] == '0'; i--)
		text[i - 1] = 0;
	if (text[whole + 1] == 0)
		text[whole] = 0;
	if (signbit(v.number))
		out[n++] = '-';
	for (i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0)
			out[n++] = ',';
		out[n++] = text[i];
	}
	strcpy(out + n, text + whole);
	return ev_return_str(ev_str_new(e, (struct ipm_str){out, strlen(out)}), ret);
}

static bool number_value_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return primitive(e, a->this_value, EV_NUMBER, "Number.prototype.valueOf", ret);
}

/* The lowest bits of a BigInt, and what they mean with or without a sign. */
static bool wrap(struct ev *e, struct ev_args *a, bool is_signed, struct ev_val *ret)
{
	const struct ev_big *one = ev_big_from_int64(e, 1), *count, *size, *half, *n;
	struct ev_val v = ev_arg(a, 1);
	double bits;

	if (!one || !ev_to_integer(e, ev_arg(a, 0), &bits))
		return false;
	if (!(bits >= 0 && bits <= 9007199254740991.0))
		return ev_throw(e, "RangeError",
				"Invalid value: not (convertible to) a safe integer");
	if (v.type != EV_BIGINT)
		return ev_throw(e, "TypeError", "Cannot convert a value to a BigInt");
	if (bits > 1 << 20)
		return ev_throw(e, "RangeError", "Maximum BigInt size exceeded");
	count = ev_big_from_int64(e, (int64_t)bits);
	size = count ? ev_big_arith(e, '<' | '<' << 8, one, count) : NULL;
	half = size ? ev_big_arith(e, '>' | '>' << 8, size, one) : NULL;
	n = half ? ev_big_arith(e, '%', v.big, size) : NULL;
	if (n && n->negative)
		n = ev_big_arith(e, '+', n, size);
	if (n && is_signed && bits > 0 && ev_big_compare(n, half) >= 0)
		n = ev_big_arith(e, '-', n, size);
	ret->type = EV_BIGINT;
	ret->big = n;
	return n != NULL;
}

static bool as_int(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return wrap(e, a, true, ret);
}

static bool as_uint(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return wrap(e, a, false, ret);
}

static bool bigint_function(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v;
	struct ev_str *s;
	bool bad;

	if (a->construct)
		return ev_throw(e, "TypeError", "BigInt is not a constructor");
	if (!ev_to_primitive(e, ev_arg(a, 0), 'n', &v))
		return false;
	ret->type = EV_BIGINT;
	switch (v.type) {
	case EV_BIGINT:
		*ret = v;
		return true;
	case EV_BOOLEAN:
		ret->big = ev_big_from_int64(e, v.boolean);
		return ret->big != NULL;
	case EV_NUMBER:
		if (!isfinite(v.number) || v.number != trunc(v.number)) {
			s = ev_number_string(e, v.number);
			return s &&
			       ev_throw(e, "RangeError",
					"The number %s cannot be converted to a BigInt because "
					"it is not an integer",
					ev_excerpt(e, ev_str_view(s)));
		}
		ret->big = ev_big_from_double(e, v.number);
		return ret->big != NULL;
	case EV_STRING:
		if (!ev_str_whole(e, v.str))
			return false;
		ret->big = ev_big_parse(e, v.str->data, v.str->len, 0, &bad);
		if (ret->big && bad)
			return ev_throw(e, "SyntaxError", "Cannot convert %s to a BigInt",
					ev_excerpt(e, ev_str_view(v.str)));
		return ret->big != NULL;
	default:
		s = ev_to_string(e, v);
		return s && ev_throw(e, "TypeError", "Cannot convert %s to a BigInt",
				     ev_excerpt(e, ev_str_view(s)));
	}
}

static bool bigint_to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v;
	double radix;

	if (!primitive(e, a->this_value, EV_BIGINT, "BigInt.prototype.toString", &v) ||
	    !count_arg(e, a, 10, 2, 36, "toString() radix argument must be between 2 and 36",
		       &radix))
		return false;
	return ev_return_str(ev_big_string(e, v.big, (unsigned)radix), ret);
}

static bool bigint_value_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return primitive(e, a->this_value, EV_BIGINT, "BigInt.prototype.valueOf", ret);
}

static bool boolean_constructor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o;
	bool yes;

	if (!ev_truthy(e, ev_arg(a, 0), &yes))
		return false;
	if (!a->construct)
		return ev_return(ev_bool(yes), ret);
	o = ev_new(e, IPM_KIND_PRIMITIVE, "Boolean");
	if (o)
		o->first = ev_bool(yes);
	return ev_return_obj(o, ret);
}

static bool boolean_to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v;

	if (!primitive(e, a->this_value, EV_BOOLEAN, "Boolean.prototype.toString", &v))
		return false;
	return ev_return_str(ev_str_c(e, v.boolean ? "true" : "false"), ret);
}

static bool boolean_value_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return primitive(e, a->this_value, EV_BOOLEAN, "Boolean.prototype.valueOf", ret);
}

static bool symbol_function(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_SYMBOL, "Symbol");
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_str *s = NULL;

	if (a->construct)
		return ev_throw(e, "TypeError", "Symbol is not a constructor");
	if (!o)
		return false;
	if (ev_arg(a, 0).type != EV_UNDEFINED) {
		s = ev_to_string(e, a->v[0]);
		if (!s || !ev_str_whole(e, s))
			return false;
	}
	ipm_buf_cstr(&buf, "Symbol(");
	if (s)
		ipm_buf_str(&buf, ev_str_view(s));
	ipm_buf_byte(&buf, ')');
	o->text = ev_str_from_buf(e, &buf);
	return o->text && ev_return_obj(o, ret);
}

static bool symbol_text(struct ev *e, struct ev_val v, struct ev_key *ret)
{
	bool symbol;

	if (!ev_is_symbol(e, v, &symbol))
		return false;
	if (!symbol)
		return ev_throw(e, "TypeError", "the receiver is not a symbol");
	return ev_to_key(e, v, ret);
}

static bool symbol_to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_key key;

	return symbol_text(e, a->this_value, &key) && ev_return_str(ev_str_new(e, key.name), ret);
}

static bool symbol_description(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_key key;

	if (!symbol_text(e, a->this_value, &key))
		return false;
	if (key.name.len <= 8) /* "Symbol()": nearly always one without a description */
		return ev_return(EV_UNDEF, ret);
	key.name.data += 7;
	key.name.len -= 8;
	return ev_return_str(ev_str_new(e, key.name), ret);
}

const struct ev_native ev_natives_number[] = {
	{"", "Number", number_constructor, EV_NATIVE_CONSTRUCTOR, 1, 0},
	{"Number", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Number", "isInteger", is_integer, 0, 1, 0},
	{"Number", "isSafeInteger", is_safe_integer, 0, 1, 0},
	{"Number", "isFinite", is_finite, 0, 1, 0},
	{"Number", "isNaN", is_nan, 0, 1, 0},
	{"Number", "MAX_SAFE_INTEGER", NULL, EV_NATIVE_NUMBER, 0, 9007199254740991.0},
	{"Number", "MIN_SAFE_INTEGER", NULL, EV_NATIVE_NUMBER, 0, -9007199254740991.0},
	{"Number", "MAX_VALUE", NULL, EV_NATIVE_NUMBER, 0, 1.7976931348623157e308},
	{"Number", "MIN_VALUE", NULL, EV_NATIVE_NUMBER, 0, 4.9406564584124654e-324},
	{"Number", "EPSILON", NULL, EV_NATIVE_NUMBER, 0, 2.220446049250313e-16},
	{"Number", "POSITIVE_INFINITY", NULL, EV_NATIVE_NUMBER, 0, INFINITY},
	{"Number", "NEGATIVE_INFINITY", NULL, EV_NATIVE_NUMBER, 0, -INFINITY},
	{"Number", "NaN", NULL, EV_NATIVE_NUMBER, 0, NAN},
	{"Number.prototype", "toString", number_to_string, 0, 1, 0},
	{"Number.prototype", "toLocaleString", to_locale_string, 0, 0, 0},
	{"Number.prototype", "toFixed", to_fixed, 0, 1, 0},
	{"Number.prototype", "toExponential", to_exponential, 0, 1, 0},
	{"Number.prototype", "toPrecision", to_precision, 0, 1, 0},
	{"Number.prototype", "valueOf", number_value_of, 0, 0, 0},
	{"", "BigInt", bigint_function, EV_NATIVE_CONSTRUCTOR, 1, 0},
	{"BigInt", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"BigInt", "asIntN", as_int, 0, 2, 0},
	{"BigInt", "asUintN", as_uint, 0, 2, 0},
	{"BigInt.prototype", "toString", bigint_to_string, 0, 0, 0},
	{"BigInt.prototype", "toLocaleString", bigint_to_string, 0, 0, 0},
	{"BigInt.prototype", "valueOf", bigint_value_of, 0, 0, 0},
	{"", "Boolean", boolean_constructor, EV_NATIVE_CONSTRUCTOR, 1, 0},
	{"Boolean", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Boolean.prototype", "toString", boolean_to_string, 0, 0, 0},
	{"Boolean.prototype", "valueOf", boolean_value_of, 0, 0, 0},
	{"", "Symbol", symbol_function, EV_NATIVE_CONSTRUCTOR, 0, 0},
	{"Symbol", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Symbol", "for", symbol_function, 0, 1, 0},
	{"Symbol", "iterator", NULL, EV_NATIVE_SYMBOL, 0, 0},
	{"Symbol", "asyncIterator", NULL, EV_NATIVE_SYMBOL, 0, 0},
	{"Symbol", "hasInstance", NULL, EV_NATIVE_SYMBOL, 0, 0},
	{"Symbol", "toPrimitive", NULL, EV_NATIVE_SYMBOL, 0, 0},
	{"Symbol", "toStringTag", NULL, EV_NATIVE_SYMBOL, 0, 0},
	{"Symbol", "species", NULL, EV_NATIVE_SYMBOL, 0, 0},
	{"Symbol.prototype", "toString", symbol_to_string, 0, 0, 0},
	{"Symbol.prototype", "description", symbol_description, EV_NATIVE_GETTER, 0, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
