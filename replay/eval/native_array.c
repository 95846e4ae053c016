/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_each.h"

/* Array and the methods of arrays that take no function. */

bool ev_each_start(struct ev *e, struct ev_val object, struct ev_each *ret)
{
	enum ipm_kind kind = IPM_KIND_OBJECT;

	memset(ret, 0, sizeof(*ret));
	ret->object = object;
	if (ev_is_nullish(object))
		return ev_throw(e, "TypeError",
				"Array.prototype method called on null or undefined");
	if (!ev_length(e, object, &ret->length) || !ev_kind(e, object, &kind))
		return false;
	ret->walking = kind == IPM_KIND_ARRAY || kind == IPM_KIND_TYPEDARRAY;
	return !ret->walking || ev_walk_start(e, object, &ret->walk);
}

bool ev_each_next(struct ev *e, struct ev_each *it, struct ev_val *ret, bool *more)
{
	*more = it->index < it->length;
	if (!*more)
		return true;
	it->index++;
	if (!it->walking)
		return ev_element(e, it->object, it->index - 1, ret);
	if (!ev_walk_next(e, &it->walk, ret, more))
		return false;
	if (!*more) { /* the array became shorter meanwhile */
		*more = true;
		ret->type = EV_HOLE;
	}
	return true;
}

void ev_each_end(struct ev *e, struct ev_each *it)
{
	if (it->walking)
		ev_walk_end(e, &it->walk);
}

static bool is_array(struct ev *e, struct ev_val v, bool *ret)
{
	enum ipm_kind kind;

	*ret = false;
	if (v.type != EV_HEAP && v.type != EV_TEMP)
		return true;
	if (!ev_kind(e, v, &kind))
		return false;
	*ret = kind == IPM_KIND_ARRAY;
	return true;
}

/* The array that a changing method changes: only one of the expression's own. */
static bool own_array(struct ev *e, struct ev_args *a, const char *name, struct ev_obj **ret)
{
	*ret = NULL;
	if (a->this_value.type == EV_TEMP && a->this_value.obj->kind == IPM_KIND_ARRAY &&
	    !a->this_value.obj->frozen) {
		*ret = a->this_value.obj;
		return true;
	}
	return ev_throw_side_effect(e,
				    "%s would change an array of the dead process; copy it with "
				    "[...array] first",
				    name);
}

static bool copy_of(struct ev *e, struct ev_val array, bool holes, struct ev_obj **ret)
{
	struct ev_obj *out = ev_new_array(e);
	struct ev_each it;
	struct ev_val v;
	bool more, ok;

	if (!out || !ev_each_start(e, array, &it))
		return false;
	while ((ok = ev_each_next(e, &it, &v, &more)) && more) {
		if (v.type == EV_HOLE && !holes)
			v = EV_UNDEF;
		ok = ev_push(e, out, v);
		if (!ok)
			break;
	}
	ev_each_end(e, &it);
	*ret = out;
	return ok;
}

static bool array_is_array(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	bool yes;

	if (!is_array(e, ev_arg(a, 0), &yes))
		return false;
	return ev_return(ev_bool(yes), ret);
}

static bool array_constructor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o = ev_new_array(e);
	double n;
	size_t i;

	if (!o)
		return false;
	if (a->count == 1 && a->v[0].type == EV_NUMBER) {
		n = a->v[0].number;
		if (!(n >= 0 && n <= 1 << 24) || n != trunc(n))
			return ev_throw(e, "RangeError", "Invalid array length");
		for (i = 0; i < (size_t)n; i++)
			if (!ev_step(e) || !ev_push(e, o, (struct ev_val){.type = EV_HOLE}))
				return false;
		return ev_return_obj(o, ret);
	}
	for (i = 0; i < a->count; i++)
		if (!ev_push(e, o, a->v[i]))
			return false;
	return ev_return_obj(o, ret);
}

static bool array_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o = ev_new_array(e);
	size_t i;

	for (i = 0; o && i < a->count; i++)
		if (!ev_push(e, o, a->v[i]))
			return false;
	return ev_return_obj(o, ret);
}

struct from {
	struct ev_obj *out;
	struct ev_val map;
};

static bool take_mapped(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	struct from *f = self;
	struct ev_val args[2] = {v, ev_num((double)f->out->element_count)};

	(void)stop;
	if (f->map.type != EV_UNDEFINED && !ev_call(e, f->map, EV_UNDEF, args, 2, &v))
		return false;
	return ev_push(e, f->out, v);
}

static bool array_from(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct from f = {ev_new_array(e), ev_arg(a, 1)};
	struct ev_val source = ev_arg(a, 0), v;
	bool stop = false, iterable, callable;
	uint64_t i, length;

	if (!f.out)
		return false;
	if (ev_is_nullish(source))
		return ev_throw(e, "TypeError", "%s is not iterable",
				source.type == EV_NULL ? "object null" : "undefined");
	if (f.map.type != EV_UNDEFINED && !ev_is_callable(e, f.map, &callable))
		return false;
	if (f.map.type != EV_UNDEFINED && !callable) {
		struct ev_str *s = ev_to_string(e, f.map);

		return s && ev_throw(e, "TypeError", "%s is not a function",
				     ev_excerpt(e, ev_str_view(s)));
	}
	if (!ev_is_iterable(e, source, &iterable))
		return false;
	if (iterable) {
		if (!ev_iterate(e, source, take_mapped, &f))
			return false;
		return ev_return_obj(f.out, ret);
	}
	if (!ev_is_object(source))
		return ev_return_obj(f.out, ret);
	if (!ev_length(e, source, &length))
		return false;
	for (i = 0; i < length; i++) {
		if (!ev_element(e, source, i, &v))
			return false;
		if (v.type == EV_HOLE)
			v = EV_UNDEF;
		if (!take_mapped(e, &f, v, &stop))
			return false;
	}
	return ev_return_obj(f.out, ret);
}

static bool slice(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *out = ev_new_array(e);
	uint64_t length, from, to;
	struct ev_val v;

	if (!out || !ev_length(e, a->this_value, &length) ||
	    !ev_arg_index(e, a, 0, length, 0, &from) || !ev_arg_index(e, a, 1, length, length, &to))
		return false;
	for (; from < to; from++)
		if (!ev_element(e, a->this_value, from, &v) || !ev_push(e, out, v))
			return false;
	return ev_return_obj(out, ret);
}

static bool at(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	uint64_t length;
	double n;

	if (!ev_length(e, a->this_value, &length) || !ev_to_integer(e, ev_arg(a, 0), &n))
		return false;
	if (n < 0)
		n += (double)length;
	*ret = EV_UNDEF;
	if (n < 0 || n >= (double)length)
		return true;
	if (!ev_element(e, a->this_value, (uint64_t)n, ret))
		return false;
	if (ret->type == EV_HOLE)
		*ret = EV_UNDEF;
	return true;
}

static bool search(struct ev *e, struct ev_args *a, bool includes, struct ev_val *ret)
{
	struct ev_val v, what = ev_arg(a, 0);
	struct ev_each it;
	bool more, ok, same = false;
	uint64_t from;

	if (!ev_each_start(e, a->this_value, &it))
		return false;
	ok = ev_arg_index(e, a, 1, it.length, 0, &from);
	while (ok && (ok = ev_each_next(e, &it, &v, &more)) && more) {
		if (it.index <= from)
			continue;
		if (v.type == EV_HOLE) {
			if (!includes)
				continue;
			v = EV_UNDEF;
		}
		/* What was not captured is not what is looked for, unless it is alone the answer. */
		if (v.type == EV_OMITTED)
			continue;
		ok = includes ? ev_same_value(e, v, what, true, &same)
			      : ev_strict_equal(e, v, what, &same);
		if (!ok || same)
			break;
	}
	ev_each_end(e, &it);
	*ret = includes ? ev_bool(same) : ev_num(same ? (double)(it.index - 1) : -1);
	return ok;
}

static bool includes(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return search(e, a, true, ret);
}

static bool index_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return search(e, a, false, ret);
}

static bool last_index_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	uint64_t length, i;
	struct ev_val v;
	bool same;
	double n;

	if (!ev_length(e, a->this_value, &length))
		return false;
	i = length;
	if (a->count > 1) {
		if (!ev_to_integer(e, a->v[1], &n))
			return false;
		if (n < 0)
			n += (double)length;
		if (n < 0)
			i = 0;
		else if (n + 1 < (double)length)
			i = (uint64_t)n + 1;
	}
	while (i--) {
		if (!ev_element(e, a->this_value, i, &v))
			return false;
		if (v.type == EV_HOLE)
			continue;
		if (!ev_strict_equal(e, v, ev_arg(a, 0), &same))
			return false;
		if (same)
			return ev_return(ev_num((double)i), ret);
	}
	return ev_return(ev_num(-1), ret);
}

static bool join_with(struct ev *e, struct ev_val array, struct ipm_str separator,
		      struct ev_val *ret)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_each it;
	struct ev_str *s;
	struct ev_val v;
	bool more, ok;

	if (!ev_enter(e) || !ev_each_start(e, array, &it))
		return false;
	buf.max = (size_t)e->max_bytes;
	while ((ok = ev_each_next(e, &it, &v, &more)) && more) {
		if (it.index > 1)
			ev_append(&buf, separator);
		if (v.type == EV_HOLE || ev_is_nullish(v))
			continue;
		s = ev_to_string(e, v);
		ok = s && ev_str_whole(e, s);
		if (!ok)
			break;
		ev_append(&buf, ev_str_view(s));
		if (buf.failed) {
			ok = ev_throw(e, "RangeError", "Invalid string length");
			break;
		}
	}
	ev_each_end(e, &it);
	ev_leave(e);
	if (!ok) {
		ipm_buf_deinit(&buf);
		return false;
	}
	return ev_return_str(ev_str_from_buf(e, &buf), ret);
}

static bool join(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *separator;

	if (ev_arg(a, 0).type == EV_UNDEFINED)
		return join_with(e, a->this_value, IPM_STR(","), ret);
	separator = ev_to_string(e, a->v[0]);
	return separator && ev_str_whole(e, separator) &&
	       join_with(e, a->this_value, ev_str_view(separator), ret);
}

static bool to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return join_with(e, a->this_value, IPM_STR(","), ret);
}

static bool to_locale_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *texts = ev_new_array(e);
	struct ev_val v, method;
	uint64_t i, length;

	if (!texts || !ev_length(e, a->this_value, &length))
		return false;
	for (i = 0; i < length; i++) {
		if (!ev_step(e) || !ev_element(e, a->this_value, i, &v))
			return false;
		if (v.type == EV_HOLE || ev_is_nullish(v))
			v = ev_string(ev_str_c(e, ""));
		else if (!ev_get_c(e, v, "toLocaleString", &method) ||
			 !ev_call(e, method, v, a->v, a->count, &v))
			return false;
		if (!ev_push(e, texts, v))
			return false;
	}
	return join_with(e, ev_temp(texts), IPM_STR(","), ret);
}

static bool append_all(struct ev *e, struct ev_obj *out, struct ev_val array)
{
	struct ev_each it;
	struct ev_val v;
	bool more, ok;

	if (!ev_each_start(e, array, &it))
		return false;
	while ((ok = ev_each_next(e, &it, &v, &more)) && more) {
		ok = ev_push(e, out, v);
		if (!ok)
			break;
	}
	ev_each_end(e, &it);
	return ok;
}

static bool concat(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *out = ev_new_array(e);
	bool spread;
	size_t i;

	if (!out || !append_all(e, out, a->this_value))
		return false;
	for (i = 0; i < a->count; i++) {
		if (!is_array(e, a->v[i], &spread))
			return false;
		if (spread ? !append_all(e, out, a->v[i]) : !ev_push(e, out, a->v[i]))
			return false;
	}
	return ev_return_obj(out, ret);
}

bool ev_flatten(struct ev *e, struct ev_obj *out, struct ev_val array, double depth)
{
	struct ev_each it;
	struct ev_val v;
	bool more, ok, nested;

	if (!ev_enter(e) || !ev_each_start(e, array, &it))
		return false;
	while ((ok = ev_each_next(e, &it, &v, &more)) && more) {
		if (v.type == EV_HOLE)
			continue;
		ok = is_array(e, v, &nested);
		if (ok)
			ok = nested && depth >= 1 ? ev_flatten(e, out, v, depth - 1)
						  : ev_push(e, out, v);
		if (!ok)
			break;
	}
	ev_each_end(e, &it);
	ev_leave(e);
	return ok;
}

static bool flat(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *out = ev_new_array(e);
	double depth = 1;

	if (ev_arg(a, 0).type != EV_UNDEFINED && !ev_to_integer(e, a->v[0], &depth))
		return false;
	return out && ev_flatten(e, out, a->this_value, depth) && ev_return_obj(out, ret);
}

static bool iterator_of(struct ev *e, struct ev_val array, bool keys, bool values,
			struct ev_val *ret)
{
	struct ev_obj *out = ev_new(e, IPM_KIND_ITERATOR, "Array Iterator"), *pair;
	struct ev_each it;
	struct ev_val v, key;
	bool more, ok;

	if (!out || !ev_each_start(e, array, &it))
		return false;
	while ((ok = ev_each_next(e, &it, &v, &more)) && more) {
		if (v.type == EV_HOLE)
			v = EV_UNDEF;
		key = ev_num((double)(it.index - 1));
		if (keys && values) {
			pair = ev_pair(e, key, v);
			ok = pair && ev_push(e, out, ev_temp(pair));
		} else {
			ok = ev_push(e, out, keys ? key : v);
		}
		if (!ok)
			break;
	}
	ev_each_end(e, &it);
	return ok && ev_return_obj(out, ret);
}

static bool entries(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return iterator_of(e, a->this_value, true, true, ret);
}

static bool keys(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return iterator_of(e, a->this_value, true, false, ret);
}

static bool values(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return iterator_of(e, a->this_value, false, true, ret);
}

static void reverse_values(struct ev_obj *o)
{
	size_t i, n = o->element_count;
	struct ev_val v;

	for (i = 0; i < n / 2; i++) {
		v = o->elements[i];
		o->elements[i] = o->elements[n - 1 - i];
		o->elements[n - 1 - i] = v;
	}
}

static bool to_reversed(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *copy;

	if (!copy_of(e, a->this_value, false, &copy))
		return false;
	reverse_values(copy);
	return ev_return_obj(copy, ret);
}

static bool with(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *copy;
	double n;

	if (!copy_of(e, a->this_value, false, &copy) || !ev_to_integer(e, ev_arg(a, 0), &n))
		return false;
	if (n < 0)
		n += (double)copy->element_count;
	if (n < 0 || n >= (double)copy->element_count)
		return ev_throw(e, "RangeError", "Invalid index : %.0f", n);
	copy->elements[(size_t)n] = ev_arg(a, 1);
	return ev_return_obj(copy, ret);
}

/* Takes elements out of `o` and puts others in; the ones taken go to `removed`. */
static bool splice_values(struct ev *e, struct ev_obj *o, struct ev_args *a, struct ev_obj *removed)
{
	uint64_t from, n = o->element_count, count;
	struct ev_obj *tail = ev_new_array(e);
	double d;
	size_t i;

	if (!tail || !ev_arg_index(e, a, 0, n, 0, &from))
		return false;
	count = a->count == 0 ? 0 : n - from;
	if (a->count > 1) {
		if (!ev_to_integer(e, a->v[1], &d))
			return false;
		count = d < 0 ? 0 : d > (double)(n - from) ? n - from : (uint64_t)d;
	}
	for (i = (size_t)from; i < n; i++)
		if (!ev_push(e, i < from + count ? removed : tail, o->elements[i]))
			return false;
	o->element_count = (size_t)from;
	for (i = 2; i < a->count; i++)
		if (!ev_push(e, o, a->v[i]))
			return false;
	for (i = 0; i < tail->element_count; i++)
		if (!ev_push(e, o, tail->elements[i]))
			return false;
	return true;
}

static bool to_spliced(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *copy, *removed = ev_new_array(e);

	return removed && copy_of(e, a->this_value, false, &copy) &&
	       splice_values(e, copy, a, removed) && ev_return_obj(copy, ret);
}

static bool splice(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o, *removed = ev_new_array(e);

	return removed && own_array(e, a, "splice", &o) && splice_values(e, o, a, removed) &&
	       ev_return_obj(removed, ret);
}

static bool push(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o;
	size_t i;

	if (!own_array(e, a, "push", &o))
		return false;
	for (i = 0; i < a->count; i++)
		if (!ev_push(e, o, a->v[i]))
			return false;
	return ev_return(ev_num((double)o->element_count), ret);
}

static bool pop(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o;

	if (!own_array(e, a, "pop", &o))
		return false;
	*ret = EV_UNDEF;
	if (o->element_count)
		*ret = o->elements[--o->element_count];
	if (ret->type == EV_HOLE)
		*ret = EV_UNDEF;
	return true;
}

static bool shift(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o;

	if (!own_array(e, a, "shift", &o))
		return false;
	*ret = EV_UNDEF;
	if (!o->element_count)
		return true;
	*ret = o->elements[0];
	if (ret->type == EV_HOLE)
		*ret = EV_UNDEF;
	o->element_count--;
	memmove(o->elements, o->elements + 1, o->element_count * sizeof(*o->elements));
	return ev_steps(e, o->element_count / 64);
}

static bool unshift(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o;
	size_t i, old;

	if (!own_array(e, a, "unshift", &o))
		return false;
	old = o->element_count;
	for (i = 0; i < a->count; i++)
		if (!ev_push(e, o, EV_UNDEF))
			return false;
	if (a->count)
		memmove(o->elements + a->count, o->elements, old * sizeof(*o->elements));
	for (i = 0; i < a->count; i++)
		o->elements[i] = a->v[i];
	return ev_return(ev_num((double)o->element_count), ret);
}

static bool reverse(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o;

	if (a->this_value.type != EV_TEMP)
		return ev_throw_side_effect(
			e, "reverse would change an array of the dead process: use toReversed()");
	if (!own_array(e, a, "reverse", &o))
		return false;
	reverse_values(o);
	return ev_return(a->this_value, ret);
}

static bool fill(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	uint64_t from, to;
	struct ev_obj *o;

	if (!own_array(e, a, "fill", &o) || !ev_arg_index(e, a, 1, o->element_count, 0, &from) ||
	    !ev_arg_index(e, a, 2, o->element_count, o->element_count, &to))
		return false;
	for (; from < to; from++)
		o->elements[from] = ev_arg(a, 0);
	return ev_return(a->this_value, ret);
}

const struct ev_native ev_natives_array[] = {
	{"", "Array", array_constructor, EV_NATIVE_CONSTRUCTOR, 1, 0},
	{"Array", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Array", "isArray", array_is_array, 0, 1, 0},
	{"Array", "of", array_of, 0, 0, 0},
	{"Array", "from", array_from, 0, 1, 0},
	{"Array.prototype", "slice", slice, 0, 2, 0},
	{"Array.prototype", "at", at, 0, 1, 0},
	{"Array.prototype", "includes", includes, 0, 1, 0},
	{"Array.prototype", "indexOf", index_of, 0, 1, 0},
	{"Array.prototype", "lastIndexOf", last_index_of, 0, 1, 0},
	{"Array.prototype", "join", join, 0, 1, 0},
	{"Array.prototype", "toString", to_string, 0, 0, 0},
	{"Array.prototype", "toLocaleString", to_locale_string, 0, 0, 0},
	{"Array.prototype", "concat", concat, 0, 1, 0},
	{"Array.prototype", "flat", flat, 0, 0, 0},
	{"Array.prototype", "entries", entries, 0, 0, 0},
	{"Array.prototype", "keys", keys, 0, 0, 0},
	{"Array.prototype", "values", values, 0, 0, 0},
	{"Array.prototype", "toReversed", to_reversed, 0, 0, 0},
	{"Array.prototype", "toSpliced", to_spliced, 0, 2, 0},
	{"Array.prototype", "with", with, 0, 2, 0},
	{"Array.prototype", "push", push, 0, 1, 0},
	{"Array.prototype", "pop", pop, 0, 0, 0},
	{"Array.prototype", "shift", shift, 0, 0, 0},
	{"Array.prototype", "unshift", unshift, 0, 1, 0},
	{"Array.prototype", "splice", splice, 0, 2, 0},
	{"Array.prototype", "reverse", reverse, 0, 0, 0},
	{"Array.prototype", "fill", fill, 0, 1, 0},
	{"Array.prototype", "copyWithin", NULL, EV_NATIVE_REFUSED, 2, 0},
	/* Typed arrays share what reads only. */
	{"TypedArray.prototype", "at", at, 0, 1, 0},
	{"TypedArray.prototype", "includes", includes, 0, 1, 0},
	{"TypedArray.prototype", "indexOf", index_of, 0, 1, 0},
	{"TypedArray.prototype", "lastIndexOf", last_index_of, 0, 1, 0},
	{"TypedArray.prototype", "join", join, 0, 1, 0},
	{"TypedArray.prototype", "toString", to_string, 0, 0, 0},
	{"TypedArray.prototype", "entries", entries, 0, 0, 0},
	{"TypedArray.prototype", "keys", keys, 0, 0, 0},
	{"TypedArray.prototype", "values", values, 0, 0, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
