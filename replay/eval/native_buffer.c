/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_native.h"
#include "wtf8.h"

/*
 * Node's Buffer. Its methods are functions of Node's own, which cannot run any more; what they
 * say of bytes is known, and bytes are what crashes of servers are full of.
 */

enum encoding { UTF8, HEX, BASE64, BASE64URL, LATIN1, ASCII, UTF16 };

static bool encoding_arg(struct ev *e, struct ev_val v, enum encoding *ret)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} names[] = {
		{"utf8", UTF8},	    {"utf-8", UTF8},	      {"hex", HEX},
		{"base64", BASE64}, {"latin1", LATIN1},	      {"binary", LATIN1},
		{"ascii", ASCII},   {"base64url", BASE64URL}, {"ucs2", UTF16},
		{"ucs-2", UTF16},   {"utf16le", UTF16},	      {"utf-16le", UTF16},
	};
	struct ev_str *s;
	size_t i;

	*ret = UTF8;
	if (ev_is_nullish(v))
		return true;
	s = ev_to_string(e, v);
	if (!s || !ev_str_whole(e, s))
		return false;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i].name) == s->len &&
		    !strncasecmp(names[i].name, s->data, s->len)) {
			*ret = names[i].encoding;
			return true;
		}
	return ev_throw(e, "TypeError", "Unknown encoding: %s", ev_excerpt(e, ev_str_view(s)));
}

/* Bytes `from` to `to` of a Buffer or Uint8Array. */
static bool bytes_of(struct ev *e, struct ev_val v, uint64_t from, uint64_t to, struct ipm_buf *out)
{
	struct ev_val byte;

	out->max = (size_t)e->max_bytes;
	for (; from < to; from++) {
		if (!ev_element(e, v, from, &byte))
			return false;
		if (byte.type != EV_NUMBER)
			return ev_throw(e, "TypeError", "argument must be a buffer");
		ipm_buf_byte(out, (uint8_t)byte.number);
	}
	return true;
}

static void put_base64(struct ipm_buf *out, const uint8_t *p, size_t n, bool url)
{
	const char *digits =
		url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		    : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t group;
	size_t i, left, k;

	for (i = 0; i < n; i += 3) {
		left = n - i < 3 ? n - i : 3;
		group = (uint32_t)p[i] << 16;
		if (left > 1)
			group |= (uint32_t)p[i + 1] << 8;
		if (left > 2)
			group |= p[i + 2];
		for (k = 0; k < 4; k++) {
			if (k <= left)
				ipm_buf_byte(out, (uint8_t)digits[group >> (18 - 6 * k) & 63]);
			else if (!url)
				ipm_buf_byte(out, '=');
		}
	}
}

static void decode(struct ipm_buf *out, const uint8_t *p, size_t n, enum encoding encoding)
{
	struct ipm_str rest = {(const char *)p, n};
	uint32_t cp;
	size_t i;

	switch (encoding) {
	case HEX:
		for (i = 0; i < n; i++)
			ipm_buf_printf(out, "%02x", p[i]);
		break;
	case BASE64:
	case BASE64URL:
		put_base64(out, p, n, encoding == BASE64URL);
		break;
	case LATIN1:
	case ASCII:
		for (i = 0; i < n; i++)
			ipm_wtf8_put(out, encoding == ASCII ? p[i] & 0x7F : p[i]);
		break;
	case UTF16:
		for (i = 0; i + 1 < n; i += 2)
			ipm_wtf8_put(out, (uint32_t)(p[i] | p[i + 1] << 8));
		break;
	case UTF8:
		while (ipm_wtf8_next(&rest, &cp))
			ipm_wtf8_put(out,
				     cp >= 0xD800 && cp < 0xE000 ? IPM_REPLACEMENT_CHARACTER : cp);
		break;
	}
}

static bool to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_buf bytes = IPM_BUF_INIT, text = IPM_BUF_INIT;
	struct ev_val range[2] = {ev_arg(a, 1), ev_arg(a, 2)};
	struct ev_args limits = {EV_UNDEF, range, 2, false};
	enum encoding encoding;
	uint64_t length, from, to;
	bool ok;

	if (!encoding_arg(e, ev_arg(a, 0), &encoding) || !ev_length(e, a->this_value, &length) ||
	    !ev_arg_index(e, &limits, 0, length, 0, &from) ||
	    !ev_arg_index(e, &limits, 1, length, length, &to))
		return false;
	ok = bytes_of(e, a->this_value, from, to, &bytes);
	if (ok)
		decode(&text, bytes.data, bytes.len, encoding);
	ok = ok && !bytes.failed;
	ipm_buf_deinit(&bytes);
	if (!ok) {
		ipm_buf_deinit(&text);
		return e->throwing || e->stop || e->errc
			       ? false
			       : ev_throw(e, "RangeError", "Invalid string length");
	}
	return ev_return_str(ev_str_from_buf(e, &text), ret);
}

static int digit_of(uint8_t c, bool base64)
{
	if (!base64)
		return c >= '0' && c <= '9'		    ? c - '0'
		       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
							    : -1;
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+' || c == '-' ? 62
	       : c == '/' || c == '_' ? 63
				      : -1;
}

static void encode(struct ev *e, struct ipm_buf *out, struct ev_str *s, enum encoding encoding)
{
	const uint16_t *units;
	uint32_t bits = 0;
	int count = 0, digit;
	size_t i;

	(void)e;
	switch (encoding) {
	case HEX:
		for (i = 0; i + 1 < s->len; i += 2) {
			if (digit_of((uint8_t)s->data[i], false) < 0 ||
			    digit_of((uint8_t)s->data[i + 1], false) < 0)
				break;
			ipm_buf_byte(out, (uint8_t)(digit_of((uint8_t)s->data[i], false) << 4 |
						    digit_of((uint8_t)s->data[i + 1], false)));
		}
		return;
	case BASE64:
	case BASE64URL:
		for (i = 0; i < s->len && s->data[i] != '='; i++) {
			digit = digit_of((uint8_t)s->data[i], true);
			if (digit < 0)
				continue;
			bits = bits << 6 | (uint32_t)digit;
			count += 6;
			if (count >= 8) {
				count -= 8;
				ipm_buf_byte(out, (uint8_t)(bits >> count));
			}
		}
		return;
	case UTF8:
		ipm_buf_str(out, ev_str_view(s));
		return;
	default:
		if (!ev_str_units(e, s, &units))
			return;
		for (i = 0; i < s->held; i++) {
			ipm_buf_byte(out, (uint8_t)ev_str_unit(s, i));
			if (encoding == UTF16)
				ipm_buf_byte(out, (uint8_t)(ev_str_unit(s, i) >> 8));
		}
	}
}

static bool take(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	(void)stop;
	return ev_push_typed(e, self, v);
}

static bool from(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *out = ev_new_typed(e, IPM_ELEMENT_UINT8, "Buffer");
	struct ipm_buf bytes = IPM_BUF_INIT;
	struct ev_val source = ev_arg(a, 0);
	enum encoding encoding;
	bool ok = true;
	size_t i;

	if (!out)
		return false;
	if (source.type != EV_STRING)
		return ev_iterate(e, source, take, out) && ev_return_obj(out, ret);
	if (!encoding_arg(e, ev_arg(a, 1), &encoding) || !ev_str_whole(e, source.str))
		return false;
	encode(e, &bytes, source.str, encoding);
	for (i = 0; ok && i < bytes.len; i++)
		ok = ev_step(e) && ev_push(e, out, ev_num(bytes.data[i]));
	ipm_buf_deinit(&bytes);
	return ok && !e->throwing && ev_return_obj(out, ret);
}

static bool concat_one(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	(void)stop;
	return ev_iterate(e, v, take, self);
}

static bool concat(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *out = ev_new_typed(e, IPM_ELEMENT_UINT8, "Buffer");

	return out && ev_iterate(e, ev_arg(a, 0), concat_one, out) && ev_return_obj(out, ret);
}

static bool is_buffer(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_str name = {"", 0};

	if (ev_is_object(ev_arg(a, 0)) && !ev_class_name(e, a->v[0], &name))
		return false;
	return ev_return(ev_bool(ev_view_is(name, "Buffer")), ret);
}

static bool byte_length(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s;

	if (ev_arg(a, 0).type != EV_STRING)
		return ev_get_c(e, ev_arg(a, 0), "byteLength", ret);
	s = a->v[0].str;
	return ev_str_whole(e, s) && ev_return(ev_num((double)s->len), ret);
}

static bool equals(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	uint64_t length, other, i;
	struct ev_val x, y;

	if (!ev_length(e, a->this_value, &length) || !ev_length(e, ev_arg(a, 0), &other))
		return false;
	*ret = ev_bool(length == other);
	for (i = 0; ret->boolean && i < length; i++) {
		if (!ev_element(e, a->this_value, i, &x) || !ev_element(e, a->v[0], i, &y))
			return false;
		ret->boolean = x.type == EV_NUMBER && y.type == EV_NUMBER && x.number == y.number;
	}
	return true;
}

static bool to_json(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_OBJECT, "Object"), *data = ev_new_array(e);
	struct ev_str *type = ev_str_c(e, "Buffer");
	uint64_t length, i;
	struct ev_val v;

	if (!o || !data || !type || !ev_length(e, a->this_value, &length))
		return false;
	for (i = 0; i < length; i++)
		if (!ev_element(e, a->this_value, i, &v) || !ev_push(e, data, v))
			return false;
	return ev_define_c(e, o, "type", ev_string(type), IPM_PROPERTY_DEFAULT) &&
	       ev_define_c(e, o, "data", ev_temp(data), IPM_PROPERTY_DEFAULT) &&
	       ev_return_obj(o, ret);
}

static bool slice(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ev_native *n = ev_native_find_c(e, "TypedArray.prototype", IPM_STR("slice"));

	return n && n->fn(e, a, ret);
}

/* A needle is a byte, text, or another Buffer. */
static bool index_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_buf bytes = IPM_BUF_INIT, needle = IPM_BUF_INIT;
	struct ev_val what = ev_arg(a, 0);
	uint64_t length, other, start;
	enum encoding encoding;
	const uint8_t *hit = NULL;
	bool ok;

	if (!ev_length(e, a->this_value, &length) || !ev_arg_index(e, a, 1, length, 0, &start) ||
	    !encoding_arg(e, ev_arg(a, 2), &encoding))
		return false;
	if (what.type == EV_STRING) {
		if (!ev_str_whole(e, what.str))
			return false;
		encode(e, &needle, what.str, encoding);
		ok = !e->throwing;
	} else if (what.type == EV_NUMBER) {
		ipm_buf_byte(&needle, (uint8_t)ev_int32(what.number));
		ok = true;
	} else {
		ok = ev_length(e, what, &other) && bytes_of(e, what, 0, other, &needle);
	}
	ok = ok && bytes_of(e, a->this_value, start, length, &bytes);
	if (ok && bytes.len && needle.len)
		hit = memmem(bytes.data, bytes.len, needle.data, needle.len);
	*ret = ev_num(hit ? (double)(hit - bytes.data) + (double)start : -1);
	ipm_buf_deinit(&bytes);
	ipm_buf_deinit(&needle);
	return ok;
}

static bool includes(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	if (!index_of(e, a, ret))
		return false;
	return ev_return(ev_bool(ret->number >= 0), ret);
}

/* readUInt32BE and its many sisters. */
static bool read_number(struct ev *e, struct ev_args *a, unsigned size, bool is_signed, bool big,
			struct ev_val *ret)
{
	uint64_t length, n = 0;
	struct ev_val byte;
	double offset = 0;
	unsigned i;

	if (!ev_length(e, a->this_value, &length) ||
	    (a->count && !ev_to_integer(e, a->v[0], &offset)))
		return false;
	if (offset < 0 || offset + size > (double)length)
		return ev_throw(e, "RangeError", "The value of \"offset\" is out of range.");
	for (i = 0; i < size; i++) {
		if (!ev_element(e, a->this_value, (uint64_t)offset + (big ? i : size - 1 - i),
				&byte))
			return false;
		n = n << 8 | (uint8_t)byte.number;
	}
	if (is_signed && n >> (size * 8 - 1))
		return ev_return(ev_num((double)n - (double)(UINT64_C(1) << (size * 8))), ret);
	return ev_return(ev_num((double)n), ret);
}

#define READ(name, size, is_signed, big)                                                           \
	static bool name(struct ev *e, struct ev_args *a, struct ev_val *ret)                      \
	{                                                                                          \
		return read_number(e, a, size, is_signed, big, ret);                               \
	}

READ(read_uint8, 1, false, false)
READ(read_int8, 1, true, false)
READ(read_uint16_le, 2, false, false)
READ(read_uint16_be, 2, false, true)
READ(read_int16_le, 2, true, false)
READ(read_int16_be, 2, true, true)
READ(read_uint32_le, 4, false, false)
READ(read_uint32_be, 4, false, true)
READ(read_int32_le, 4, true, false)
READ(read_int32_be, 4, true, true)

#define METHOD(name, fn, length)                                                                   \
	{                                                                                          \
		"Buffer.prototype", name, fn, EV_NATIVE_FUNCTION, length, 0                        \
	}

const struct ev_native ev_natives_buffer[] = {
	{"", "Buffer", NULL, EV_NATIVE_REFUSED, 2, 0},
	{"Buffer", "from", from, 0, 1, 0},
	{"Buffer", "concat", concat, 0, 2, 0},
	{"Buffer", "isBuffer", is_buffer, 0, 1, 0},
	{"Buffer", "byteLength", byte_length, 0, 1, 0},
	METHOD("toString", to_string, 3),
	METHOD("toJSON", to_json, 0),
	METHOD("equals", equals, 1),
	METHOD("slice", slice, 2),
	METHOD("subarray", slice, 2),
	METHOD("indexOf", index_of, 3),
	METHOD("includes", includes, 3),
	METHOD("readUInt8", read_uint8, 1),
	METHOD("readUint8", read_uint8, 1),
	METHOD("readInt8", read_int8, 1),
	METHOD("readUInt16LE", read_uint16_le, 1),
	METHOD("readUint16LE", read_uint16_le, 1),
	METHOD("readUInt16BE", read_uint16_be, 1),
	METHOD("readUint16BE", read_uint16_be, 1),
	METHOD("readInt16LE", read_int16_le, 1),
	METHOD("readInt16BE", read_int16_be, 1),
	METHOD("readUInt32LE", read_uint32_le, 1),
	METHOD("readUint32LE", read_uint32_le, 1),
	METHOD("readUInt32BE", read_uint32_be, 1),
	METHOD("readUint32BE", read_uint32_be, 1),
	METHOD("readInt32LE", read_int32_le, 1),
	METHOD("readInt32BE", read_int32_be, 1),
	{NULL, NULL, NULL, 0, 0, 0},
};
