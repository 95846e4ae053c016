/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_native.h"
#include "wtf8.h"

/* Functions of the global object, the errors, JSON, URIs. */

static bool parse_int(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = ev_to_string(e, ev_arg(a, 0));
	double radix_arg, n = 0;
	bool negative = false, any = false;
	int radix, digit;
	size_t i = 0;
	char c;

	if (!s || !ev_str_whole(e, s) || !ev_to_number(e, ev_arg(a, 1), &radix_arg))
		return false;
	radix = ev_int32(radix_arg);
	while (i < s->len && ev_is_space((uint8_t)s->data[i]))
		i++;
	if (i < s->len && (s->data[i] == '-' || s->data[i] == '+'))
		negative = s->data[i++] == '-';
	if ((!radix || radix == 16) && s->len - i >= 2 && s->data[i] == '0' &&
	    (s->data[i + 1] | 32) == 'x') {
		i += 2;
		radix = 16;
	}
	if (!radix)
		radix = 10;
	if (radix < 2 || radix > 36)
		return ev_return(ev_num(NAN), ret);
	for (; i < s->len; i++) {
		c = s->data[i];
		digit = c >= '0' && c <= '9'		     ? c - '0'
			: (c | 32) >= 'a' && (c | 32) <= 'z' ? (c | 32) - 'a' + 10
							     : 99;
		if (digit >= radix)
			break;
		n = n * radix + digit;
		any = true;
	}
	if (any && radix == 10 && n > 9007199254740991.0) { /* rounded once, not digit by digit */
		size_t end = i;

		while (i && s->data[i - 1] >= '0' && s->data[i - 1] <= '9')
			i--;
		n = ev_parse_number(s->data + i, end - i);
	}
	return ev_return(ev_num(!any ? (double)NAN : negative ? -n : n), ret);
}

static bool parse_float(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = ev_to_string(e, ev_arg(a, 0));

	return s && ev_str_whole(e, s) && ev_return(ev_num(ev_parse_float(s->data, s->len)), ret);
}

static bool is_nan(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double n;

	return ev_to_number(e, ev_arg(a, 0), &n) && ev_return(ev_bool(isnan(n)), ret);
}

static bool is_finite(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double n;

	return ev_to_number(e, ev_arg(a, 0), &n) && ev_return(ev_bool(isfinite(n)), ret);
}

static bool encode(struct ev *e, struct ev_args *a, const char *kept, struct ev_val *ret)
{
	struct ev_str *s = ev_to_string(e, ev_arg(a, 0));
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ipm_str rest;
	uint32_t cp;
	size_t i;

	if (!s || !ev_str_whole(e, s) || !ev_steps(e, s->len / 8))
		return false;
	rest = ev_str_view(s);
	while (ipm_wtf8_next(&rest, &cp))
		if (cp >= 0xD800 && cp <= 0xDFFF)
			return ev_throw(e, "URIError", "URI malformed");
	for (i = 0; i < s->len; i++) {
		uint8_t c = (uint8_t)s->data[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c && strchr(kept, c)))
			ipm_buf_byte(&buf, c);
		else
			ipm_buf_printf(&buf, "%%%02X", c);
	}
	return ev_return_str(ev_str_from_buf(e, &buf), ret);
}

static bool encode_uri(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return encode(e, a, "-_.!~*'();/?:@&=+$,#", ret);
}

static bool encode_uri_component(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return encode(e, a, "-_.!~*'()", ret);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'		    ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
						    : -1;
}

static bool decode(struct ev *e, struct ev_args *a, const char *kept, struct ev_val *ret)
{
	struct ev_str *s = ev_to_string(e, ev_arg(a, 0));
	struct ipm_buf buf = IPM_BUF_INIT;
	size_t i;
	int c;

	if (!s || !ev_str_whole(e, s) || !ev_steps(e, s->len / 8))
		return false;
	for (i = 0; i < s->len; i++) {
		if (s->data[i] != '%') {
			ipm_buf_byte(&buf, (uint8_t)s->data[i]);
			continue;
		}
		if (s->len - i < 3 || hex_digit(s->data[i + 1]) < 0 ||
		    hex_digit(s->data[i + 2]) < 0)
			goto malformed;
		c = hex_digit(s->data[i + 1]) * 16 + hex_digit(s->data[i + 2]);
		if (c && c < 0x80 && strchr(kept, c))
			ipm_buf_append(&buf, s->data + i, 3);
		else
			ipm_buf_byte(&buf, (uint8_t)c);
		i += 2;
	}
	if (!ipm_wtf8_valid(ipm_buf_as_str(&buf)))
		goto malformed;
	return ev_return_str(ev_str_from_buf(e, &buf), ret);
malformed:
	ipm_buf_deinit(&buf);
	return ev_throw(e, "URIError", "URI malformed");
}

static bool decode_uri(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return decode(e, a, ";/?:@&=+$,#", ret);
}

static bool decode_uri_component(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return decode(e, a, "", ret);
}

static bool make_error(struct ev *e, struct ev_args *a, const char *name, struct ev_val *ret)
{
	struct ev_str *message = NULL;
	struct ev_found cause;
	struct ev_key key = ev_key_of(IPM_STR("cause"));
	struct ev_obj *o;

	if (ev_arg(a, 0).type != EV_UNDEFINED) {
		message = ev_to_string(e, a->v[0]);
		if (!message || !ev_str_whole(e, message))
			return false;
	}
	o = ev_new_error(e, name, message);
	if (!o)
		return false;
	if (ev_is_object(ev_arg(a, 1))) {
		if (!ev_lookup(e, a->v[1], &key, &cause))
			return false;
		if (cause.found && !ev_define_c(e, o, "cause", cause.value,
						IPM_PROPERTY_WRITABLE | IPM_PROPERTY_CONFIGURABLE))
			return false;
	}
	return ev_return_obj(o, ret);
}

#define ERROR(name)                                                                                \
	static bool make_##name(struct ev *e, struct ev_args *a, struct ev_val *ret)               \
	{                                                                                          \
		return make_error(e, a, #name, ret);                                               \
	}

ERROR(Error)
ERROR(TypeError)
ERROR(RangeError)
ERROR(SyntaxError)
ERROR(ReferenceError)
ERROR(EvalError)
ERROR(URIError)

static bool error_to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_str *name, *message;
	struct ev_val v;

	if (!ev_is_object(a->this_value))
		return ev_throw(e, "TypeError",
				"Error.prototype.toString requires that 'this' be a "
				"JSReceiver");
	if (!ev_get_c(e, a->this_value, "name", &v))
		return false;
	name = v.type == EV_UNDEFINED ? ev_str_c(e, "Error") : ev_to_string(e, v);
	if (!name || !ev_get_c(e, a->this_value, "message", &v))
		return false;
	message = v.type == EV_UNDEFINED ? ev_str_c(e, "") : ev_to_string(e, v);
	if (!message || !ev_str_whole(e, name) || !ev_str_whole(e, message))
		return false;
	ipm_buf_str(&buf, ev_str_view(name));
	if (name->len && message->len)
		ipm_buf_cstr(&buf, ": ");
	ipm_buf_str(&buf, ev_str_view(message));
	return ev_return_str(ev_str_from_buf(e, &buf), ret);
}

/* Where the prototypes were not captured, the class of an error is its name. */
static bool error_name(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_str name;

	if (a->this_value.type == EV_NATIVE)
		return ev_return_str(ev_str_c(e, a->this_value.native->area), ret);
	if (!ev_class_name(e, a->this_value, &name))
		return false;
	return ev_return_str(ev_str_new(e, name), ret);
}

static bool empty_text(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	(void)a;
	return ev_return_str(ev_str_c(e, ""), ret);
}

static bool stringify(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val space = ev_arg(a, 2);
	struct ev_str *gap = NULL;
	char spaces[] = "          ";
	double n;

	if (space.type == EV_NUMBER) {
		n = ev_integer(space.number);
		n = n < 0 ? 0 : n > 10 ? 10 : n;
		gap = ev_str_new(e, (struct ipm_str){spaces, (size_t)n});
		if (!gap)
			return false;
	} else if (space.type == EV_STRING) {
		gap = space.str;
		if (!ev_str_whole(e, gap))
			return false;
		if (gap->held > 10)
			gap = ev_str_slice(e, gap, 0, 10);
		if (!gap)
			return false;
	}
	return ev_json_stringify(e, ev_arg(a, 0), ev_arg(a, 1), gap, ret);
}

static bool revive(struct ev *e, struct ev_val holder, struct ev_key *key, struct ev_val function,
		   struct ev_val *ret);

struct reviving {
	struct ev_val holder, function;
};

static bool revive_member(struct ev *e, void *self, struct ev_key *key,
			  const struct ev_found *property)
{
	struct reviving *r = self;
	struct ev_val v;

	(void)property;
	if (!revive(e, r->holder, key, r->function, &v))
		return false;
	/* Removing during the walk would confuse it; undefined looks the same in nearly all uses. */
	return ev_set(e, r->holder, key, v);
}

static bool revive(struct ev *e, struct ev_val holder, struct ev_key *key, struct ev_val function,
		   struct ev_val *ret)
{
	struct reviving inner = {.function = function};
	struct ev_val args[2];
	bool ok;

	if (!ev_enter(e) || !ev_get(e, holder, key, &args[1]))
		return false;
	inner.holder = args[1];
	if (args[1].type == EV_TEMP &&
	    !ev_own_keys(e, args[1], EV_KEYS_STRINGS, revive_member, &inner))
		return false;
	ok = ev_key_value(e, key, &args[0]) && ev_call(e, function, holder, args, 2, ret);
	ev_leave(e);
	return ok;
}

static bool parse(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *text = ev_to_string(e, ev_arg(a, 0));
	struct ev_key key = ev_key_of(IPM_STR(""));
	struct ev_obj *holder;
	bool callable;

	if (!text || !ev_json_parse(e, text, ret) || !ev_is_callable(e, ev_arg(a, 1), &callable))
		return false;
	if (!callable)
		return true;
	holder = ev_new(e, IPM_KIND_OBJECT, "Object");
	return holder && ev_define(e, holder, &key, *ret, IPM_PROPERTY_DEFAULT) &&
	       revive(e, ev_temp(holder), &key, a->v[1], ret);
}

#define ERROR_ROWS(name)                                                                           \
	{"", #name, make_##name, EV_NATIVE_CONSTRUCTOR, 1, 0},                                     \
		{#name, "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},                             \
	{                                                                                          \
#name ".prototype", "toString", error_to_string, 0, 0, 0                           \
	}

const struct ev_native ev_natives_global[] = {
	{"", "NaN", NULL, EV_NATIVE_NUMBER, 0, NAN},
	{"", "Infinity", NULL, EV_NATIVE_NUMBER, 0, INFINITY},
	{"", "parseInt", parse_int, 0, 2, 0},
	{"", "parseFloat", parse_float, 0, 1, 0},
	{"Number", "parseInt", parse_int, 0, 2, 0},
	{"Number", "parseFloat", parse_float, 0, 1, 0},
	{"", "isNaN", is_nan, 0, 1, 0},
	{"", "isFinite", is_finite, 0, 1, 0},
	{"", "encodeURI", encode_uri, 0, 1, 0},
	{"", "encodeURIComponent", encode_uri_component, 0, 1, 0},
	{"", "decodeURI", decode_uri, 0, 1, 0},
	{"", "decodeURIComponent", decode_uri_component, 0, 1, 0},
	ERROR_ROWS(Error),
	{"Error.prototype", "name", error_name, EV_NATIVE_GETTER, 0, 0},
	{"Error.prototype", "message", empty_text, EV_NATIVE_GETTER, 0, 0},
	ERROR_ROWS(TypeError),
	ERROR_ROWS(RangeError),
	ERROR_ROWS(SyntaxError),
	ERROR_ROWS(ReferenceError),
	ERROR_ROWS(EvalError),
	ERROR_ROWS(URIError),
	{"", "JSON", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"JSON", "stringify", stringify, 0, 3, 0},
	{"JSON", "parse", parse, 0, 2, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
