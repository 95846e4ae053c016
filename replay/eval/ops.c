/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_ast.h"
#include "eval_native.h"
#include "wtf8.h"

/* Conversions and operators. */

bool ev_truthy(struct ev *e, struct ev_val v, bool *ret)
{
	switch (v.type) {
	case EV_UNDEFINED:
	case EV_NULL:
	case EV_HOLE:
		*ret = false;
		return true;
	case EV_BOOLEAN:
		*ret = v.boolean;
		return true;
	case EV_NUMBER:
		*ret = v.number != 0 && !isnan(v.number);
		return true;
	case EV_STRING:
		*ret = v.str->units > 0;
		return true;
	case EV_BIGINT:
		*ret = v.big->count > 0;
		return true;
	case EV_OMITTED:
		return ev_throw_omitted(e, v.omitted);
	default:
		*ret = true;
		return true;
	}
}

const char *ev_typeof(struct ev *e, struct ev_val v)
{
	static const char *const known[] = {"undefined", "object", "boolean", "number",
					    "string",	 "bigint", "symbol",  "function"};
	enum ipm_kind kind;
	size_t i;

	switch (v.type) {
	case EV_UNDEFINED:
	case EV_HOLE:
		return "undefined";
	case EV_NULL:
		return "object";
	case EV_BOOLEAN:
		return "boolean";
	case EV_NUMBER:
		return "number";
	case EV_STRING:
		return "string";
	case EV_BIGINT:
		return "bigint";
	case EV_OMITTED:
		for (i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (ev_view_is(v.omitted->omitted.type_name, known[i]))
				return known[i];
		break;
	default:
		break;
	}
	if (!ev_kind(e, v, &kind))
		return NULL;
	return kind == IPM_KIND_FUNCTION ? "function"
	       : kind == IPM_KIND_SYMBOL ? "symbol"
					 : "object";
}

/* A user's own Symbol.toPrimitive would have to run. */
static bool refuse_to_primitive(struct ev *e, struct ev_val v)
{
	struct ev_key key = ev_key_of(IPM_STR("Symbol(Symbol.toPrimitive)"));
	const struct ev_native *native;
	struct ev_found found;

	key.kind = EV_KEY_SYMBOL;
	key.symbol.type = EV_NATIVE;
	if (!ev_lookup(e, v, &key, &found))
		return false;
	if (!found.found || found.value.type != EV_HEAP)
		return true;
	if (!ev_native_of_captured(e, found.value, v, &native))
		return false;
	if (native)
		return true;
	if (!ev_native_name(e, found.value, &key.name))
		return false;
	return key.name.len ? true
			    : ev_throw_side_effect(e, "[Symbol.toPrimitive] cannot be run: the "
						      "process is dead");
}

bool ev_to_primitive(struct ev *e, struct ev_val v, char hint, struct ev_val *ret)
{
	static const char *const methods[] = {"valueOf", "toString"};
	struct ev_val method, result;
	enum ipm_kind kind;
	bool callable;
	int i;

	if (v.type == EV_OMITTED)
		return ev_throw_omitted(e, v.omitted);
	if (v.type == EV_HOLE)
		v = EV_UNDEF;
	*ret = v;
	if (!ev_is_object(v))
		return true;
	if (!ev_kind(e, v, &kind))
		return false;
	if (kind == IPM_KIND_SYMBOL)
		return true;
	if (!ev_enter(e))
		return false;
	if (kind == IPM_KIND_DATE && hint != 'n')
		hint = 's';
	if (v.type == EV_HEAP && !refuse_to_primitive(e, v))
		return false;
	for (i = 0; i < 2; i++) {
		if (!ev_get_c(e, v, methods[hint == 's' ? 1 - i : i], &method) ||
		    !ev_is_callable(e, method, &callable))
			return false;
		if (!callable)
			continue;
		if (!ev_call(e, method, v, NULL, 0, &result))
			return false;
		if (ev_is_object(result)) {
			if (!ev_is_symbol(e, result, &callable))
				return false;
			if (!callable)
				continue;
		}
		*ret = result;
		ev_leave(e);
		return true;
	}
	return ev_throw(e, "TypeError", "Cannot convert object to primitive value");
}

bool ev_to_numeric(struct ev *e, struct ev_val v, struct ev_val *ret)
{
	bool symbol;

	if (!ev_to_primitive(e, v, 'n', &v))
		return false;
	*ret = v;
	switch (v.type) {
	case EV_NUMBER:
	case EV_BIGINT:
		return true;
	case EV_UNDEFINED:
		*ret = ev_num(NAN);
		return true;
	case EV_NULL:
		*ret = ev_num(0);
		return true;
	case EV_BOOLEAN:
		*ret = ev_num(v.boolean);
		return true;
	case EV_STRING:
		if (!ev_str_whole(e, v.str))
			return false;
		*ret = ev_num(ev_parse_number(v.str->data, v.str->len));
		return true;
	default:
		if (!ev_is_symbol(e, v, &symbol))
			return false;
		return ev_throw(e, "TypeError", "Cannot convert a Symbol value to a number");
	}
}

bool ev_to_number(struct ev *e, struct ev_val v, double *ret)
{
	if (v.type == EV_NUMBER) {
		*ret = v.number;
		return true;
	}
	if (!ev_to_numeric(e, v, &v))
		return false;
	if (v.type == EV_BIGINT)
		return ev_throw(e, "TypeError", "Cannot convert a BigInt value to a number");
	*ret = v.number;
	return true;
}

bool ev_to_integer(struct ev *e, struct ev_val v, double *ret)
{
	if (!ev_to_number(e, v, ret))
		return false;
	*ret = ev_integer(*ret);
	return true;
}

struct ev_str *ev_to_string(struct ev *e, struct ev_val v)
{
	if (!ev_to_primitive(e, v, 's', &v))
		return NULL;
	switch (v.type) {
	case EV_STRING:
		return v.str;
	case EV_UNDEFINED:
		return ev_str_c(e, "undefined");
	case EV_NULL:
		return ev_str_c(e, "null");
	case EV_BOOLEAN:
		return ev_str_c(e, v.boolean ? "true" : "false");
	case EV_NUMBER:
		return ev_number_string(e, v.number);
	case EV_BIGINT:
		return ev_big_string(e, v.big, 10);
	default:
		ev_throw(e, "TypeError", "Cannot convert a Symbol value to a string");
		return NULL;
	}
}

static bool equal_strings(struct ev *e, struct ev_str *a, struct ev_str *b, bool *ret)
{
	size_t shorter;

	if (a->units != b->units) {
		*ret = false;
		return true;
	}
	if (!ev_str_load(e, a) || !ev_str_load(e, b))
		return false;
	if (!ev_str_is_cut(a) && !ev_str_is_cut(b)) {
		*ret = ev_view_equal(ev_str_view(a), ev_str_view(b));
		return ev_steps(e, a->len / 256);
	}
	shorter = a->len < b->len ? a->len : b->len;
	if (shorter > 8 && memcmp(a->data, b->data, shorter - 8)) {
		*ret = false;
		return true;
	}
	return ev_str_whole(e, a) && ev_str_whole(e, b);
}

/* Is this captured object the builtin of that name? */
static bool equals_native(struct ev *e, struct ev_val captured, const struct ev_native *n,
			  bool *ret)
{
	struct ev_found found;
	struct ipm_str name;
	struct ev_key key;

	*ret = false;
	if (n->kind == EV_NATIVE_NAMESPACE) {
		if (strcmp(n->name, "prototype"))
			return true;
		key = ev_key_of(IPM_STR("constructor"));
		if (!ev_own(e, captured, &key, &found))
			return false;
		if (!found.found || found.value.type != EV_HEAP)
			return true;
		if (!ev_native_name(e, found.value, &name))
			return false;
		*ret = ev_view_is(name, n->area);
		return true;
	}
	if (!ev_native_name(e, captured, &name))
		return false;
	*ret = name.len && ev_view_is(name, n->name);
	return true;
}

bool ev_strict_equal(struct ev *e, struct ev_val a, struct ev_val b, bool *ret)
{
	if (a.type == EV_OMITTED)
		return ev_throw_omitted(e, a.omitted);
	if (b.type == EV_OMITTED)
		return ev_throw_omitted(e, b.omitted);
	if (a.type == EV_HOLE)
		a = EV_UNDEF;
	if (b.type == EV_HOLE)
		b = EV_UNDEF;
	if (a.type == EV_HEAP && b.type == EV_NATIVE)
		return equals_native(e, a, b.native, ret);
	if (a.type == EV_NATIVE && b.type == EV_HEAP)
		return equals_native(e, b, a.native, ret);
	*ret = false;
	if (a.type != b.type)
		return true;
	switch (a.type) {
	case EV_BOOLEAN:
		*ret = a.boolean == b.boolean;
		return true;
	case EV_NUMBER:
		*ret = a.number == b.number;
		return true;
	case EV_STRING:
		return equal_strings(e, a.str, b.str, ret);
	case EV_BIGINT:
		*ret = ev_big_compare(a.big, b.big) == 0;
		return true;
	case EV_HEAP:
		*ret = a.id == b.id;
		return true;
	case EV_TEMP:
		*ret = a.obj == b.obj;
		return true;
	case EV_NATIVE:
		*ret = a.native == b.native;
		return true;
	default:
		*ret = true;
		return true;
	}
}

bool ev_same_value(struct ev *e, struct ev_val a, struct ev_val b, bool zero, bool *ret)
{
	if (a.type == EV_NUMBER && b.type == EV_NUMBER) {
		if (isnan(a.number) || isnan(b.number))
			*ret = isnan(a.number) && isnan(b.number);
		else
			*ret = a.number == b.number &&
			       (zero || signbit(a.number) == signbit(b.number));
		return true;
	}
	return ev_strict_equal(e, a, b, ret);
}

/* A BigInt against a number: -1, 0, 1, or 2 when the number is NaN. */
static bool compare_mixed(struct ev *e, const struct ev_big *a, double b, int *ret)
{
	const struct ev_big *whole;
	double floor_b = floor(b);

	if (isnan(b)) {
		*ret = 2;
	} else if (isinf(b)) {
		*ret = b > 0 ? -1 : 1;
	} else {
		whole = ev_big_from_double(e, floor_b);
		if (!whole)
			return false;
		*ret = ev_big_compare(a, whole);
		if (!*ret && floor_b < b)
			*ret = -1;
	}
	return true;
}

static bool string_to_big(struct ev *e, struct ev_str *s, const struct ev_big **ret, bool *bad)
{
	struct ipm_str view;
	uint32_t cp;

	if (!ev_str_whole(e, s))
		return false;
	view = ev_str_view(s);
	while (view.len && ev_is_space((uint8_t)view.data[view.len - 1]))
		view.len--;
	for (;;) {
		struct ipm_str rest = view;

		if (!ipm_wtf8_next(&rest, &cp) || !ev_is_space(cp))
			break;
		view = rest;
	}
	*ret = ev_big_parse(e, view.data, view.len, 0, bad);
	return *ret != NULL;
}

bool ev_loose_equal(struct ev *e, struct ev_val a, struct ev_val b, bool *ret)
{
	const struct ev_big *big;
	bool bad;
	int c;

	if (a.type == EV_OMITTED || b.type == EV_OMITTED)
		return ev_strict_equal(e, a, b, ret);
	if (a.type == EV_HOLE)
		a = EV_UNDEF;
	if (b.type == EV_HOLE)
		b = EV_UNDEF;
	if (a.type == b.type || (ev_is_object(a) && ev_is_object(b)))
		return ev_strict_equal(e, a, b, ret);
	if (ev_is_nullish(a) || ev_is_nullish(b)) {
		*ret = ev_is_nullish(a) && ev_is_nullish(b);
		return true;
	}
	if (a.type == EV_BOOLEAN)
		return ev_loose_equal(e, ev_num(a.boolean), b, ret);
	if (b.type == EV_BOOLEAN)
		return ev_loose_equal(e, a, ev_num(b.boolean), ret);
	if (ev_is_object(a) || ev_is_object(b)) {
		bool symbol_a, symbol_b;

		if (!ev_to_primitive(e, a, 'd', &a) || !ev_to_primitive(e, b, 'd', &b) ||
		    !ev_is_symbol(e, a, &symbol_a) || !ev_is_symbol(e, b, &symbol_b))
			return false;
		*ret = false;
		return symbol_a || symbol_b ? true : ev_loose_equal(e, a, b, ret);
	}
	*ret = false;
	if (a.type == EV_BIGINT && b.type == EV_NUMBER) {
		if (!compare_mixed(e, a.big, b.number, &c))
			return false;
		*ret = c == 0;
		return true;
	}
	if (b.type == EV_BIGINT)
		return ev_loose_equal(e, b, a, ret);
	if (a.type == EV_BIGINT) { /* and a string */
		if (!string_to_big(e, b.str, &big, &bad))
			return false;
		*ret = !bad && !ev_big_compare(a.big, big);
		return true;
	}
	if (a.type == EV_STRING && !ev_str_whole(e, a.str))
		return false;
	if (b.type == EV_STRING && !ev_str_whole(e, b.str))
		return false;
	*ret = (a.type == EV_STRING ? ev_parse_number(a.str->data, a.str->len) : a.number) ==
	       (b.type == EV_STRING ? ev_parse_number(b.str->data, b.str->len) : b.number);
	return true;
}

/* By UTF-16 units. */
static bool compare_strings(struct ev *e, struct ev_str *a, struct ev_str *b, int *ret)
{
	const uint16_t *units;
	size_t i, n;

	if (!ev_str_whole(e, a) || !ev_str_whole(e, b) || !ev_str_units(e, a, &units) ||
	    !ev_str_units(e, b, &units))
		return false;
	n = (size_t)(a->held < b->held ? a->held : b->held);
	if (!ev_steps(e, n / 64))
		return false;
	for (i = 0; i < n; i++)
		if (ev_str_unit(a, i) != ev_str_unit(b, i)) {
			*ret = ev_str_unit(a, i) < ev_str_unit(b, i) ? -1 : 1;
			return true;
		}
	*ret = a->held < b->held ? -1 : a->held > b->held;
	return true;
}

bool ev_less(struct ev *e, struct ev_val a, struct ev_val b, bool left_first, int *ret)
{
	const struct ev_big *big;
	bool bad;
	int c;

	if (left_first) {
		if (!ev_to_primitive(e, a, 'n', &a) || !ev_to_primitive(e, b, 'n', &b))
			return false;
	} else if (!ev_to_primitive(e, b, 'n', &b) || !ev_to_primitive(e, a, 'n', &a)) {
		return false;
	}
	if (a.type == EV_STRING && b.type == EV_STRING) {
		if (!compare_strings(e, a.str, b.str, &c))
			return false;
		*ret = c < 0;
		return true;
	}
	if ((a.type == EV_BIGINT && b.type == EV_STRING) ||
	    (a.type == EV_STRING && b.type == EV_BIGINT)) {
		if (!string_to_big(e, a.type == EV_STRING ? a.str : b.str, &big, &bad))
			return false;
		c = a.type == EV_STRING ? ev_big_compare(big, b.big) : ev_big_compare(a.big, big);
		*ret = bad ? -1 : c < 0;
		return true;
	}
	if (!ev_to_numeric(e, a, &a) || !ev_to_numeric(e, b, &b))
		return false;
	if (a.type == EV_BIGINT && b.type == EV_BIGINT) {
		*ret = ev_big_compare(a.big, b.big) < 0;
	} else if (a.type == EV_BIGINT) {
		if (!compare_mixed(e, a.big, b.number, &c))
			return false;
		*ret = c == 2 ? -1 : c < 0;
	} else if (b.type == EV_BIGINT) {
		if (!compare_mixed(e, b.big, a.number, &c))
			return false;
		*ret = c == 2 ? -1 : c > 0;
	} else if (isnan(a.number) || isnan(b.number)) {
		*ret = -1;
	} else {
		*ret = a.number < b.number;
	}
	return true;
}

static double number_arithmetic(int op, double a, double b)
{
	switch (op) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	case '/':
		return a / b;
	case '%':
		return fmod(a, b);
	case EV_OP2('*', '*'):
		if (isnan(b) || (fabs(a) == 1 && isinf(b)))
			return NAN;
		return pow(a, b);
	case '&':
		return ev_int32(a) & ev_int32(b);
	case '|':
		return ev_int32(a) | ev_int32(b);
	case '^':
		return ev_int32(a) ^ ev_int32(b);
	case EV_OP2('<', '<'):
		return (int32_t)((uint32_t)ev_int32(a) << (ev_int32(b) & 31));
	case EV_OP2('>', '>'):
		return ev_int32(a) >> (ev_int32(b) & 31);
	case EV_OP3('>', '>', '>'):
		return (uint32_t)ev_int32(a) >> (ev_int32(b) & 31);
	}
	return NAN;
}

static bool arithmetic(struct ev *e, int op, struct ev_val a, struct ev_val b, struct ev_val *ret)
{
	struct ev_str *left, *right, *joined;

	if (a.type == EV_NUMBER && b.type == EV_NUMBER) {
		*ret = ev_num(number_arithmetic(op, a.number, b.number));
		return true;
	}
	if (op == '+') {
		if (!ev_to_primitive(e, a, 'd', &a) || !ev_to_primitive(e, b, 'd', &b))
			return false;
		if (a.type == EV_STRING || b.type == EV_STRING) {
			left = ev_to_string(e, a);
			right = left ? ev_to_string(e, b) : NULL;
			joined = right ? ev_str_concat(e, left, right) : NULL;
			return ev_return_str(joined, ret);
		}
	}
	if (!ev_to_numeric(e, a, &a) || !ev_to_numeric(e, b, &b))
		return false;
	if (a.type != b.type)
		return ev_throw(e, "TypeError",
				"Cannot mix BigInt and other types, use explicit conversions");
	if (a.type == EV_BIGINT) {
		ret->type = EV_BIGINT;
		ret->big = ev_big_arith(e, op, a.big, b.big);
		return ret->big != NULL;
	}
	*ret = ev_num(number_arithmetic(op, a.number, b.number));
	return true;
}

static bool in_operator(struct ev *e, struct ev_val key_value, struct ev_val object,
			struct ev_val *ret)
{
	struct ev_found found;
	struct ev_key key;
	struct ev_str *s;

	if (object.type == EV_OMITTED)
		return ev_throw_omitted(e, object.omitted);
	if (!ev_to_key(e, key_value, &key))
		return false;
	if (!ev_is_object(object)) {
		s = ev_to_string(e, object);
		return s ? ev_throw(e, "TypeError",
				    "Cannot use 'in' operator to search for '%s' in %s",
				    ev_excerpt(e, ev_key_name(&key)), ev_excerpt(e, ev_str_view(s)))
			 : false;
	}
	if (!ev_lookup(e, object, &key, &found))
		return false;
	*ret = ev_bool(found.found);
	return true;
}

bool ev_binary(struct ev *e, int op, struct ev_val a, struct ev_val b, struct ev_val *ret)
{
	bool yes = false;
	int less = 0;

	switch (op) {
	case EV_OP3('=', '=', '='):
	case EV_OP3('!', '=', '='):
		if (!ev_strict_equal(e, a, b, &yes))
			return false;
		*ret = ev_bool(yes == (op == EV_OP3('=', '=', '=')));
		return true;
	case EV_OP2('=', '='):
	case EV_OP2('!', '='):
		if (!ev_loose_equal(e, a, b, &yes))
			return false;
		*ret = ev_bool(yes == (op == EV_OP2('=', '=')));
		return true;
	case '<':
		if (!ev_less(e, a, b, true, &less))
			return false;
		*ret = ev_bool(less == 1);
		return true;
	case '>':
		if (!ev_less(e, b, a, false, &less))
			return false;
		*ret = ev_bool(less == 1);
		return true;
	case EV_OP2('<', '='):
		if (!ev_less(e, b, a, false, &less))
			return false;
		*ret = ev_bool(less == 0);
		return true;
	case EV_OP2('>', '='):
		if (!ev_less(e, a, b, true, &less))
			return false;
		*ret = ev_bool(less == 0);
		return true;
	case EV_OP_IN:
		return in_operator(e, a, b, ret);
	case EV_OP_INSTANCEOF:
		if (!ev_instanceof(e, a, b, &yes))
			return false;
		*ret = ev_bool(yes);
		return true;
	default:
		return arithmetic(e, op, a, b, ret);
	}
}
