/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_case.h"
#include "eval_native.h"
#include "wtf8.h"

/* String and its methods. Positions are in UTF-16 units. */

/* The receiver as a string, whole and indexable. */
static struct ev_str *receiver(struct ev *e, struct ev_args *a, const char *method)
{
	const uint16_t *units;
	struct ev_str *s;

	if (ev_is_nullish(a->this_value)) {
		ev_throw(e, "TypeError", "String.prototype.%s called on null or undefined", method);
		return NULL;
	}
	s = ev_to_string(e, a->this_value);
	return s && ev_str_whole(e, s) && ev_str_units(e, s, &units) ? s : NULL;
}

/* As receiver, where a string that was cut will do as far as it goes. */
static struct ev_str *partial_receiver(struct ev *e, struct ev_args *a)
{
	const uint16_t *units;
	struct ev_str *s = ev_to_string(e, a->this_value);

	return s && ev_str_units(e, s, &units) ? s : NULL;
}

static struct ev_str *string_arg(struct ev *e, struct ev_args *a, size_t i)
{
	const uint16_t *units;
	struct ev_str *s = ev_to_string(e, ev_arg(a, i));

	return s && ev_str_whole(e, s) && ev_str_units(e, s, &units) ? s : NULL;
}

/* An argument clamped to 0 … length, NaN and undefined as `fallback`. */
static bool clamped(struct ev *e, struct ev_args *a, size_t i, size_t length, size_t fallback,
		    size_t *ret)
{
	double n;

	*ret = fallback;
	if (ev_arg(a, i).type == EV_UNDEFINED)
		return true;
	if (!ev_to_integer(e, a->v[i], &n))
		return false;
	*ret = n <= 0 ? 0 : n >= (double)length ? length : (size_t)n;
	return true;
}

static bool refuse_regexp(struct ev *e, struct ev_args *a, const char *method)
{
	bool yes;

	if (!ev_is_regexp(e, ev_arg(a, 0), &yes))
		return false;
	return !yes ||
	       ev_throw(e, "TypeError",
			"First argument to String.prototype.%s must not be a regular expression",
			method);
}

static bool slice(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a);
	uint64_t from, to;

	if (!s || !ev_arg_index(e, a, 0, s->units, 0, &from) ||
	    !ev_arg_index(e, a, 1, s->units, s->units, &to))
		return false;
	return ev_return_str(ev_str_slice(e, s, (size_t)from, (size_t)to), ret);
}

static bool substring(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a);
	size_t from, to, swap;

	if (!s || !clamped(e, a, 0, (size_t)s->units, 0, &from) ||
	    !clamped(e, a, 1, (size_t)s->units, (size_t)s->units, &to))
		return false;
	if (from > to) {
		swap = from;
		from = to;
		to = swap;
	}
	return ev_return_str(ev_str_slice(e, s, from, to), ret);
}

static bool substr(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a);
	uint64_t from;
	size_t count;

	if (!s || !ev_arg_index(e, a, 0, s->units, 0, &from) ||
	    !clamped(e, a, 1, (size_t)(s->units - from), (size_t)(s->units - from), &count))
		return false;
	return ev_return_str(ev_str_slice(e, s, (size_t)from, (size_t)from + count), ret);
}

/* A position argument of charAt and its like; false in *inside when there is nothing. */
static bool position(struct ev *e, struct ev_args *a, struct ev_str *s, bool from_end, size_t *ret,
		     bool *inside)
{
	double n;

	if (!ev_to_integer(e, ev_arg(a, 0), &n))
		return false;
	if (n < 0 && from_end)
		n += (double)s->units;
	*inside = n >= 0 && n < (double)s->units;
	if (!*inside)
		return true;
	*ret = (size_t)n;
	return *ret < s->held || ev_str_whole(e, s);
}

static bool char_at(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a);
	size_t i = 0;
	bool inside;

	if (!s || !position(e, a, s, false, &i, &inside))
		return false;
	return ev_return_str(inside ? ev_str_slice(e, s, i, i + 1) : ev_str_c(e, ""), ret);
}

static bool at(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a);
	size_t i = 0;
	bool inside;

	if (!s || !position(e, a, s, true, &i, &inside))
		return false;
	*ret = EV_UNDEF;
	return !inside || ev_return_str(ev_str_slice(e, s, i, i + 1), ret);
}

static bool char_code_at(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a);
	size_t i = 0;
	bool inside;

	if (!s || !position(e, a, s, false, &i, &inside))
		return false;
	return ev_return(ev_num(inside ? ev_str_unit(s, i) : (double)NAN), ret);
}

static bool code_point_at(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a);
	uint32_t cp, low;
	size_t i = 0;
	bool inside;

	if (!s || !position(e, a, s, false, &i, &inside))
		return false;
	*ret = EV_UNDEF;
	if (!inside)
		return true;
	cp = ev_str_unit(s, i);
	if (cp >= 0xD800 && cp < 0xDC00 && i + 1 < s->held) {
		low = ev_str_unit(s, i + 1);
		if (low >= 0xDC00 && low < 0xE000)
			cp = 0x10000 + ((cp & 0x3FF) << 10) + (low & 0x3FF);
	}
	return ev_return(ev_num(cp), ret);
}

static bool includes(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a), *what;
	size_t from;

	if (!s || !refuse_regexp(e, a, "includes"))
		return false;
	what = string_arg(e, a, 0);
	if (!what || !clamped(e, a, 1, (size_t)s->units, 0, &from) || !ev_steps(e, s->len / 256))
		return false;
	if (ev_str_find(s, what, from) != SIZE_MAX)
		return ev_return(ev_bool(true), ret);
	return ev_str_whole(e, s) && ev_return(ev_bool(false), ret);
}

static bool index_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a), *what = s ? string_arg(e, a, 0) : NULL;
	size_t from, at_unit;

	if (!what || !clamped(e, a, 1, (size_t)s->units, 0, &from) || !ev_steps(e, s->len / 256))
		return false;
	at_unit = ev_str_find(s, what, from);
	if (at_unit == SIZE_MAX)
		return ev_str_whole(e, s) && ev_return(ev_num(-1), ret);
	return ev_return(ev_num((double)at_unit), ret);
}

static bool matches_at(const struct ev_str *s, const struct ev_str *what, size_t at_unit)
{
	size_t i;

	if (at_unit > s->held || what->held > s->held - at_unit)
		return false;
	for (i = 0; i < what->held; i++)
		if (ev_str_unit(s, at_unit + i) != ev_str_unit(what, i))
			return false;
	return true;
}

static bool last_index_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "lastIndexOf"), *what = s ? string_arg(e, a, 0) : NULL;
	size_t from;
	double n;

	if (!what || !ev_to_number(e, ev_arg(a, 1), &n) || !ev_steps(e, s->len / 64))
		return false;
	from = isnan(n) || n >= (double)s->held ? (size_t)s->held : n <= 0 ? 0 : (size_t)n;
	for (;; from--) {
		if (matches_at(s, what, from))
			return ev_return(ev_num((double)from), ret);
		if (!from)
			return ev_return(ev_num(-1), ret);
	}
}

static bool starts_with(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = partial_receiver(e, a), *what;
	size_t from;

	if (!s || !refuse_regexp(e, a, "startsWith"))
		return false;
	what = string_arg(e, a, 0);
	if (!what || !clamped(e, a, 1, (size_t)s->units, 0, &from))
		return false;
	if (from + what->held > s->held && from + what->held <= s->units && !ev_str_whole(e, s))
		return false;
	return ev_return(ev_bool(matches_at(s, what, from)), ret);
}

static bool ends_with(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "endsWith"), *what;
	size_t end;

	if (!s || !refuse_regexp(e, a, "endsWith"))
		return false;
	what = string_arg(e, a, 0);
	if (!what || !clamped(e, a, 1, (size_t)s->held, (size_t)s->held, &end))
		return false;
	return ev_return(
		ev_bool(what->held <= end && matches_at(s, what, end - (size_t)what->held)), ret);
}

static bool split(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "split"), *by, *part;
	struct ev_obj *out;
	uint32_t limit = UINT32_MAX;
	size_t from = 0, hit;
	bool regexp;
	double n;

	if (!s || !ev_is_regexp(e, ev_arg(a, 0), &regexp))
		return false;
	if (ev_arg(a, 1).type != EV_UNDEFINED) {
		if (!ev_to_number(e, a->v[1], &n))
			return false;
		limit = (uint32_t)ev_int32(n);
	}
	if (regexp)
		return ev_regexp_split(e, s, a->v[0], limit, ret);
	out = ev_new_array(e);
	if (!out)
		return false;
	if (!limit)
		return ev_return_obj(out, ret);
	if (ev_arg(a, 0).type == EV_UNDEFINED)
		return ev_push(e, out, ev_string(s)) && ev_return_obj(out, ret);
	by = string_arg(e, a, 0);
	if (!by)
		return false;
	if (!by->held) {
		for (from = 0; from < s->held && out->element_count < limit; from++) {
			part = ev_str_slice(e, s, from, from + 1);
			if (!part || !ev_step(e) || !ev_push(e, out, ev_string(part)))
				return false;
		}
		return ev_return_obj(out, ret);
	}
	while (out->element_count < limit) {
		hit = ev_str_find(s, by, from);
		part = ev_str_slice(e, s, from, hit == SIZE_MAX ? (size_t)s->held : hit);
		if (!part || !ev_step(e) || !ev_push(e, out, ev_string(part)))
			return false;
		if (hit == SIZE_MAX)
			break;
		from = hit + (size_t)by->held;
	}
	return ev_return_obj(out, ret);
}

static bool trim_sides(struct ev *e, struct ev_args *a, bool start, bool end, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "trim");
	size_t from = 0, to;

	if (!s)
		return false;
	to = (size_t)s->held;
	while (start && from < to && ev_is_space(ev_str_unit(s, from)))
		from++;
	while (end && to > from && ev_is_space(ev_str_unit(s, to - 1)))
		to--;
	return ev_return_str(ev_str_slice(e, s, from, to), ret);
}

static bool trim(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return trim_sides(e, a, true, true, ret);
}

static bool trim_start(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return trim_sides(e, a, true, false, ret);
}

static bool trim_end(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return trim_sides(e, a, false, true, ret);
}

static bool change_case(struct ev *e, struct ev_args *a, bool upper, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, upper ? "toUpperCase" : "toLowerCase");
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ipm_str rest;
	uint32_t cp;

	if (!s || !ev_steps(e, s->len / 32))
		return false;
	rest = ev_str_view(s);
	ipm_buf_reserve(&buf, rest.len);
	while (ipm_wtf8_next(&rest, &cp)) {
		if (upper && cp == 0xDF) {
			ipm_buf_cstr(&buf, "SS");
			continue;
		}
		ipm_wtf8_put(&buf, upper ? ev_to_upper(cp) : ev_to_lower(cp));
	}
	return ev_return_str(ev_str_from_buf(e, &buf), ret);
}

static bool to_upper_case(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return change_case(e, a, true, ret);
}

static bool to_lower_case(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return change_case(e, a, false, ret);
}

static struct ev_str *repeated(struct ev *e, struct ev_str *s, double times)
{
	struct ipm_buf buf = IPM_BUF_INIT;

	if (times < 0 || times * (double)s->units > EV_MAX_STRING) {
		ev_throw(e, "RangeError",
			 times < 0 ? "Invalid count value" : "Invalid string length");
		return NULL;
	}
	if (!ev_steps(e, (uint64_t)(times * (double)s->len / 64)) || !s->len)
		return s->len ? NULL : s;
	buf.max = (size_t)e->max_bytes;
	for (; times >= 1; times--)
		ev_append(&buf, ev_str_view(s));
	if (buf.failed) {
		ipm_buf_deinit(&buf);
		ev_throw(e, "RangeError", "Invalid string length");
		return NULL;
	}
	return ev_str_from_buf(e, &buf);
}

static bool repeat(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "repeat");
	double n;

	if (!s || !ev_to_integer(e, ev_arg(a, 0), &n))
		return false;
	if (n < 0 || isinf(n)) {
		struct ev_str *text = ev_to_string(e, ev_arg(a, 0));

		return text && ev_throw(e, "RangeError", "Invalid count value: %s",
					ev_excerpt(e, ev_str_view(text)));
	}
	return ev_return_str(repeated(e, s, n), ret);
}

static bool pad(struct ev *e, struct ev_args *a, bool start, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "padStart"), *filler;
	double n;

	if (!s || !ev_to_integer(e, ev_arg(a, 0), &n))
		return false;
	filler = ev_arg(a, 1).type == EV_UNDEFINED ? ev_str_c(e, " ") : string_arg(e, a, 1);
	if (!filler)
		return false;
	n -= (double)s->held;
	if (n <= 0 || !filler->held)
		return ev_return_str(s, ret);
	if (n > EV_MAX_STRING)
		return ev_throw(e, "RangeError", "Invalid string length");
	filler = repeated(e, filler, ceil(n / (double)filler->held));
	filler = filler ? ev_str_slice(e, filler, 0, (size_t)n) : NULL;
	if (!filler)
		return false;
	return ev_return_str(start ? ev_str_concat(e, filler, s) : ev_str_concat(e, s, filler),
			     ret);
}

static bool pad_start(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return pad(e, a, true, ret);
}

static bool pad_end(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return pad(e, a, false, ret);
}

static bool concat(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "concat"), *more;
	size_t i;

	for (i = 0; s && i < a->count; i++) {
		more = ev_to_string(e, a->v[i]);
		s = more ? ev_str_concat(e, s, more) : NULL;
	}
	return ev_return_str(s, ret);
}

static bool replace(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "replace");

	return s && ev_regexp_replace(e, s, ev_arg(a, 0), ev_arg(a, 1), false, ret);
}

static bool replace_all(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "replaceAll");

	return s && ev_regexp_replace(e, s, ev_arg(a, 0), ev_arg(a, 1), true, ret);
}

static bool match(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "match");

	return s && ev_regexp_match(e, s, ev_arg(a, 0), ret);
}

static bool match_all(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "matchAll");

	return s && ev_regexp_match_all(e, s, ev_arg(a, 0), ret);
}

static bool search(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "search");

	return s && ev_regexp_search(e, s, ev_arg(a, 0), ret);
}

/* By code units; real collation needs the locale's tables. */
static bool locale_compare(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "localeCompare"), *other = s ? string_arg(e, a, 0) : NULL;
	uint32_t x, y, tie = 0;
	size_t i;

	if (!other)
		return false;
	for (i = 0; i < s->held && i < other->held; i++) {
		x = ev_to_lower(ev_str_unit(s, i));
		y = ev_to_lower(ev_str_unit(other, i));
		if (x != y)
			return ev_return(ev_num(x < y ? -1 : 1), ret);
		if (!tie && ev_str_unit(s, i) != ev_str_unit(other, i))
			tie = ev_str_unit(s, i) > ev_str_unit(other, i) ? 1 : 2;
	}
	if (s->held != other->held)
		return ev_return(ev_num(s->held < other->held ? -1 : 1), ret);
	return ev_return(ev_num(!tie ? 0 : tie == 1 ? -1 : 1), ret); /* lower case first */
}

static bool to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o;
	bool ok;

	if (a->this_value.type == EV_STRING)
		return ev_return(a->this_value, ret);
	if (a->this_value.type == EV_TEMP && a->this_value.obj->first.type == EV_STRING)
		return ev_return(a->this_value.obj->first, ret);
	if (a->this_value.type == EV_HEAP) {
		o = ev_hold(e, a->this_value.id);
		if (!o)
			return false;
		ok = o->kind == IPM_KIND_PRIMITIVE && o->first.type == IPM_VALUE_STRING;
		if (ok)
			ok = ev_import(e, &o->first, ret);
		ev_drop(e, o);
		if (ok || e->throwing || e->errc || e->stop)
			return ok;
	}
	return ev_throw(e, "TypeError",
			"String.prototype.toString requires that 'this' be a String");
}

static bool string_constructor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s;
	struct ev_obj *o;
	struct ev_key key;
	bool symbol;

	if (!a->count) {
		s = ev_str_c(e, "");
	} else {
		if (!ev_is_symbol(e, a->v[0], &symbol))
			return false;
		if (symbol) /* String(symbol) is allowed, unlike "" + symbol */
			s = ev_to_key(e, a->v[0], &key) ? ev_str_new(e, key.name) : NULL;
		else
			s = ev_to_string(e, a->v[0]);
	}
	if (!s || !a->construct)
		return ev_return_str(s, ret);
	o = ev_new(e, IPM_KIND_PRIMITIVE, "String");
	if (o)
		o->first = ev_string(s);
	return ev_return_obj(o, ret);
}

static bool from_char_code(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	uint16_t *units = ev_alloc(e, (a->count + 1) * sizeof(*units));
	double n;
	size_t i;

	for (i = 0; units && i < a->count; i++) {
		if (!ev_to_number(e, a->v[i], &n))
			return false;
		units[i] = (uint16_t)ev_int32(n);
	}
	return units && ev_return_str(ev_str_utf16(e, units, a->count), ret);
}

static bool from_code_point(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	double n;
	size_t i;

	for (i = 0; i < a->count; i++) {
		if (!ev_to_number(e, a->v[i], &n)) {
			ipm_buf_deinit(&buf);
			return false;
		}
		if (!(n >= 0 && n <= 0x10FFFF) || n != floor(n)) {
			ipm_buf_deinit(&buf);
			return ev_throw(e, "RangeError", "Invalid code point %g", n);
		}
		ipm_wtf8_put(&buf, (uint32_t)n);
	}
	return ev_return_str(ev_str_from_buf(e, &buf), ret);
}

static bool is_well_formed(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = receiver(e, a, "isWellFormed");
	struct ipm_str rest;
	bool yes = true;
	uint32_t cp;

	if (!s)
		return false;
	rest = ev_str_view(s);
	while (yes && ipm_wtf8_next(&rest, &cp))
		yes = cp < 0xD800 || cp > 0xDFFF;
	return ev_return(ev_bool(yes), ret);
}

static bool append_text(struct ev *e, struct ipm_buf *buf, struct ev_val v)
{
	struct ev_str *s = ev_to_string(e, v);

	if (!s || !ev_str_whole(e, s) || !ev_steps(e, s->len / 64 + 1))
		return false;
	ev_append(buf, ev_str_view(s));
	return ipm_buf_ok(buf) || ev_throw(e, "RangeError", "Invalid string length");
}

/* The tag that takes a template as it is written. */
static bool raw(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_buf buf = {.max = (size_t)e->max_bytes};
	struct ev_val strings, v;
	uint64_t i, length;
	bool ok = true;

	if (!ev_get_c(e, ev_arg(a, 0), "raw", &strings) || !ev_length(e, strings, &length))
		return false;
	for (i = 0; i < length && ok; i++) {
		ok = ev_element(e, strings, i, &v) && append_text(e, &buf, v);
		if (ok && i + 1 < length && i + 1 < a->count)
			ok = append_text(e, &buf, a->v[i + 1]);
	}
	if (ok)
		return ev_return_str(ev_str_from_buf(e, &buf), ret);
	ipm_buf_deinit(&buf);
	return false;
}

const struct ev_native ev_natives_string[] = {
	{"", "String", string_constructor, EV_NATIVE_CONSTRUCTOR, 1, 0},
	{"String", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"String", "fromCharCode", from_char_code, 0, 1, 0},
	{"String", "fromCodePoint", from_code_point, 0, 1, 0},
	{"String", "raw", raw, 0, 1, 0},
	{"String.prototype", "slice", slice, 0, 2, 0},
	{"String.prototype", "substring", substring, 0, 2, 0},
	{"String.prototype", "substr", substr, 0, 2, 0},
	{"String.prototype", "charAt", char_at, 0, 1, 0},
	{"String.prototype", "at", at, 0, 1, 0},
	{"String.prototype", "charCodeAt", char_code_at, 0, 1, 0},
	{"String.prototype", "codePointAt", code_point_at, 0, 1, 0},
	{"String.prototype", "includes", includes, 0, 1, 0},
	{"String.prototype", "indexOf", index_of, 0, 1, 0},
	{"String.prototype", "lastIndexOf", last_index_of, 0, 1, 0},
	{"String.prototype", "startsWith", starts_with, 0, 1, 0},
	{"String.prototype", "endsWith", ends_with, 0, 1, 0},
	{"String.prototype", "split", split, 0, 2, 0},
	{"String.prototype", "trim", trim, 0, 0, 0},
	{"String.prototype", "trimStart", trim_start, 0, 0, 0},
	{"String.prototype", "trimEnd", trim_end, 0, 0, 0},
	{"String.prototype", "toUpperCase", to_upper_case, 0, 0, 0},
	{"String.prototype", "toLowerCase", to_lower_case, 0, 0, 0},
	{"String.prototype", "toLocaleUpperCase", to_upper_case, 0, 0, 0},
	{"String.prototype", "toLocaleLowerCase", to_lower_case, 0, 0, 0},
	{"String.prototype", "repeat", repeat, 0, 1, 0},
	{"String.prototype", "padStart", pad_start, 0, 1, 0},
	{"String.prototype", "padEnd", pad_end, 0, 1, 0},
	{"String.prototype", "concat", concat, 0, 1, 0},
	{"String.prototype", "replace", replace, 0, 2, 0},
	{"String.prototype", "replaceAll", replace_all, 0, 2, 0},
	{"String.prototype", "match", match, 0, 1, 0},
	{"String.prototype", "matchAll", match_all, 0, 1, 0},
	{"String.prototype", "search", search, 0, 1, 0},
	{"String.prototype", "localeCompare", locale_compare, 0, 1, 0},
	{"String.prototype", "toString", to_string, 0, 0, 0},
	{"String.prototype", "valueOf", to_string, 0, 0, 0},
	{"String.prototype", "isWellFormed", is_well_formed, 0, 0, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
