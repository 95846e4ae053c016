/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_each.h"

/* Methods of arrays that call a function, which must be one of the expression's or a builtin. */

static bool callback_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s;
	bool callable;

	*ret = ev_arg(a, 0);
	if (!ev_is_callable(e, *ret, &callable))
		return false;
	if (callable)
		return true;
	if (ev_is_object(*ret))
		return ev_throw(e, "TypeError", "#<Object> is not a function");
	s = ev_to_string(e, *ret);
	return s && ev_throw(e, "TypeError", "%s is not a function", ev_excerpt(e, ev_str_view(s)));
}

/* What to do with each element and the callback's answer. */
enum each_how { FOR_EACH, MAP, FILTER, FIND, FIND_INDEX, SOME, EVERY, FLAT_MAP };

static bool run_each(struct ev *e, struct ev_args *a, enum each_how how, struct ev_val *ret)
{
	struct ev_val callback, v, answer, args[3];
	struct ev_obj *out = NULL;
	struct ev_each it;
	bool more, ok, yes = how == EVERY, spread;
	enum ipm_kind kind;

	if (how == MAP || how == FILTER || how == FLAT_MAP) {
		out = ev_new_array(e);
		if (!out)
			return false;
	}
	if (!ev_each_start(e, a->this_value, &it))
		return false;
	ok = callback_of(e, a, &callback);
	while (ok && (ok = ev_each_next(e, &it, &v, &more)) && more) {
		if (v.type == EV_HOLE) {
			if (how == MAP)
				ok = ev_push(e, out, v);
			if (how != FIND && how != FIND_INDEX)
				continue;
			v = EV_UNDEF;
		}
		args[0] = v;
		args[1] = ev_num((double)(it.index - 1));
		args[2] = a->this_value;
		ok = ev_call(e, callback, ev_arg(a, 1), args, 3, &answer);
		if (!ok)
			break;
		if (how == MAP) {
			ok = ev_push(e, out, answer);
		} else if (how == FLAT_MAP) {
			spread = false;
			if (ev_is_object(answer)) {
				ok = ev_kind(e, answer, &kind);
				spread = ok && kind == IPM_KIND_ARRAY;
			}
			if (ok)
				ok = spread ? ev_flatten(e, out, answer, 0)
					    : ev_push(e, out, answer);
		} else if (how != FOR_EACH) {
			ok = ev_truthy(e, answer, &yes);
			if (ok && yes && how == FILTER)
				ok = ev_push(e, out, v);
			if (!ok || (how != FILTER && yes == (how != EVERY)))
				break;
		}
	}
	ev_each_end(e, &it);
	if (!ok)
		return false;
	switch (how) {
	case FOR_EACH:
		*ret = EV_UNDEF;
		break;
	case FIND:
		*ret = yes ? v : EV_UNDEF;
		break;
	case FIND_INDEX:
		*ret = ev_num(yes ? (double)(it.index - 1) : -1);
		break;
	case SOME:
		*ret = ev_bool(yes);
		break;
	case EVERY:
		*ret = ev_bool(yes);
		break;
	default:
		return ev_return_obj(out, ret);
	}
	return true;
}

static bool for_each(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return run_each(e, a, FOR_EACH, ret);
}

static bool map(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return run_each(e, a, MAP, ret);
}

static bool filter(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return run_each(e, a, FILTER, ret);
}

static bool find(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return run_each(e, a, FIND, ret);
}

static bool find_index(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return run_each(e, a, FIND_INDEX, ret);
}

static bool some(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return run_each(e, a, SOME, ret);
}

static bool every(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return run_each(e, a, EVERY, ret);
}

static bool flat_map(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return run_each(e, a, FLAT_MAP, ret);
}

static bool find_from_end(struct ev *e, struct ev_args *a, bool index, struct ev_val *ret)
{
	struct ev_val callback, v, answer, args[3];
	uint64_t i;
	bool yes;

	if (!ev_length(e, a->this_value, &i) || !callback_of(e, a, &callback))
		return false;
	while (i--) {
		if (!ev_element(e, a->this_value, i, &v))
			return false;
		if (v.type == EV_HOLE)
			v = EV_UNDEF;
		args[0] = v;
		args[1] = ev_num((double)i);
		args[2] = a->this_value;
		if (!ev_call(e, callback, ev_arg(a, 1), args, 3, &answer) ||
		    !ev_truthy(e, answer, &yes))
			return false;
		if (yes)
			return ev_return(index ? ev_num((double)i) : v, ret);
	}
	return ev_return(index ? ev_num(-1) : EV_UNDEF, ret);
}

static bool find_last(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return find_from_end(e, a, false, ret);
}

static bool find_last_index(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return find_from_end(e, a, true, ret);
}

static bool fold(struct ev *e, struct ev_args *a, bool right, struct ev_val *ret)
{
	struct ev_val callback, v, args[4], sum = ev_arg(a, 1);
	bool begun = a->count > 1;
	uint64_t length, i;

	if (!ev_length(e, a->this_value, &length) || !callback_of(e, a, &callback))
		return false;
	for (i = 0; i < length; i++) {
		uint64_t at = right ? length - 1 - i : i;

		if (!ev_element(e, a->this_value, at, &v))
			return false;
		if (v.type == EV_HOLE)
			continue;
		if (!begun) {
			sum = v;
			begun = true;
			continue;
		}
		args[0] = sum;
		args[1] = v;
		args[2] = ev_num((double)at);
		args[3] = a->this_value;
		if (!ev_call(e, callback, EV_UNDEF, args, 4, &sum))
			return false;
	}
	if (!begun)
		return ev_throw(e, "TypeError", "Reduce of empty array with no initial value");
	return ev_return(sum, ret);
}

static bool reduce(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return fold(e, a, false, ret);
}

static bool reduce_right(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return fold(e, a, true, ret);
}

enum { SHORT = 64 };

struct sorting {
	struct ev_val compare; /* UNDEFINED: by their text */
	bool numbers;	       /* of typed arrays: by number */
};

/* Negative: x before y. Neither is undefined. */
static bool order(struct ev *e, const struct sorting *s, struct ev_val x, struct ev_val y,
		  double *ret)
{
	struct ev_val args[2] = {x, y}, answer;
	struct ev_str *a, *b;
	int less, more;

	if (s->compare.type != EV_UNDEFINED) {
		if (!ev_call(e, s->compare, EV_UNDEF, args, 2, &answer) ||
		    !ev_to_number(e, answer, ret))
			return false;
		return true;
	}
	if (!s->numbers) {
		a = ev_to_string(e, x);
		b = a ? ev_to_string(e, y) : NULL;
		if (!b)
			return false;
		x = ev_string(a);
		y = ev_string(b);
	}
	if (!ev_less(e, x, y, true, &less) || !ev_less(e, y, x, true, &more))
		return false;
	*ret = less == 1 ? -1 : more == 1;
	return true;
}

/*
 * Few values: what stands in order already, then one after the other into its place by binary
 * search. That is V8's way, and a comparison that contradicts itself shows which way was taken.
 */
static bool insertion_sort(struct ev *e, const struct sorting *s, struct ev_val *values, size_t n)
{
	size_t run = 2, i, left, right, middle;
	struct ev_val pivot;
	bool descending;
	double sign;

	if (n < 2)
		return true;
	if (!order(e, s, values[1], values[0], &sign))
		return false;
	descending = sign < 0;
	for (; run < n; run++) {
		if (!order(e, s, values[run], values[run - 1], &sign))
			return false;
		if (descending != (sign < 0))
			break;
	}
	for (i = 0; descending && i < run / 2; i++) {
		pivot = values[i];
		values[i] = values[run - 1 - i];
		values[run - 1 - i] = pivot;
	}
	for (; run < n; run++) {
		pivot = values[run];
		for (left = 0, right = run; left < right;) {
			middle = left + (right - left) / 2;
			if (!order(e, s, pivot, values[middle], &sign))
				return false;
			if (sign < 0)
				right = middle;
			else
				left = middle + 1;
		}
		memmove(values + left + 1, values + left, (run - left) * sizeof(*values));
		values[left] = pivot;
	}
	return true;
}

/* Stable, as the language wants it: merge sort, bottom up. */
static bool merge_sort(struct ev *e, const struct sorting *s, struct ev_val *values, size_t n)
{
	struct ev_val *from = values, *to, *swap;
	size_t width, i, left, right, middle, last, k;
	double sign;

	if (n < SHORT)
		return insertion_sort(e, s, values, n);
	to = ev_alloc(e, n * sizeof(*to));
	if (!to)
		return false;
	for (i = 0; i < n; i += SHORT)
		if (!insertion_sort(e, s, values + i, n - i < SHORT ? n - i : SHORT))
			return false;
	for (width = SHORT; width < n; width *= 2) {
		for (i = 0; i < n; i += 2 * width) {
			middle = n - i < width ? n : i + width;
			last = n - i < 2 * width ? n : i + 2 * width;
			left = i;
			right = middle;
			for (k = i; k < last; k++) {
				sign = 0;
				if (left < middle && right < last &&
				    !order(e, s, from[right], from[left], &sign))
					return false;
				to[k] = left >= middle || (right < last && sign < 0) ? from[right++]
										     : from[left++];
			}
		}
		swap = from;
		from = to;
		to = swap;
	}
	if (from != values)
		memcpy(values, from, n * sizeof(*values));
	return true;
}

/* The values of an array, holes last as `sort` leaves them. */
static bool sorted_values(struct ev *e, struct ev_args *a, struct ev_obj *out, bool keep_holes)
{
	struct sorting s = {ev_arg(a, 0), false};
	size_t holes = 0, undefined = 0;
	struct ev_each it;
	enum ipm_kind kind;
	struct ev_val v;
	bool more, ok, callable;

	if (!ev_is_callable(e, s.compare, &callable))
		return false;
	if (s.compare.type != EV_UNDEFINED && !callable)
		return ev_throw(e, "TypeError",
				"The comparison function must be either a function or undefined");
	if (!ev_kind(e, a->this_value, &kind) || !ev_each_start(e, a->this_value, &it))
		return false;
	s.numbers = kind == IPM_KIND_TYPEDARRAY;
	while ((ok = ev_each_next(e, &it, &v, &more)) && more) {
		if (v.type == EV_HOLE) {
			holes++;
			continue;
		}
		if (v.type == EV_UNDEFINED) {
			undefined++;
			continue;
		}
		ok = ev_push(e, out, v);
		if (!ok)
			break;
	}
	ev_each_end(e, &it);
	if (!ok || !merge_sort(e, &s, out->elements, out->element_count))
		return false;
	while (undefined--)
		if (!ev_push(e, out, EV_UNDEF))
			return false;
	v = EV_UNDEF;
	if (keep_holes)
		v.type = EV_HOLE;
	while (holes--)
		if (!ev_push(e, out, v))
			return false;
	return true;
}

/* Of an array of the dead process: a sorted copy. With throwOnSideEffect V8 refuses, and so do we. */
static bool sort(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *out = ev_new_array(e), *own = NULL;

	if (a->this_value.type == EV_TEMP && a->this_value.obj->kind == IPM_KIND_ARRAY)
		own = a->this_value.obj;
	else if (e->req->throw_on_side_effect)
		return ev_throw_side_effect(e, "sort");
	if (!out || !sorted_values(e, a, out, true))
		return false;
	if (!own)
		return ev_return_obj(out, ret);
	own->elements = out->elements;
	own->element_count = out->element_count;
	own->element_capacity = out->element_capacity;
	return ev_return(a->this_value, ret);
}

static bool to_sorted(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *out = ev_new_array(e);

	return out && sorted_values(e, a, out, false) && ev_return_obj(out, ret);
}

const struct ev_native ev_natives_array_callback[] = {
	{"Array.prototype", "forEach", for_each, 0, 1, 0},
	{"Array.prototype", "map", map, 0, 1, 0},
	{"Array.prototype", "filter", filter, 0, 1, 0},
	{"Array.prototype", "find", find, 0, 1, 0},
	{"Array.prototype", "findIndex", find_index, 0, 1, 0},
	{"Array.prototype", "findLast", find_last, 0, 1, 0},
	{"Array.prototype", "findLastIndex", find_last_index, 0, 1, 0},
	{"Array.prototype", "some", some, 0, 1, 0},
	{"Array.prototype", "every", every, 0, 1, 0},
	{"Array.prototype", "flatMap", flat_map, 0, 1, 0},
	{"Array.prototype", "reduce", reduce, 0, 1, 0},
	{"Array.prototype", "reduceRight", reduce_right, 0, 1, 0},
	{"Array.prototype", "sort", sort, 0, 1, 0},
	{"Array.prototype", "toSorted", to_sorted, 0, 1, 0},
	{"TypedArray.prototype", "forEach", for_each, 0, 1, 0},
	{"TypedArray.prototype", "find", find, 0, 1, 0},
	{"TypedArray.prototype", "findIndex", find_index, 0, 1, 0},
	{"TypedArray.prototype", "findLast", find_last, 0, 1, 0},
	{"TypedArray.prototype", "findLastIndex", find_last_index, 0, 1, 0},
	{"TypedArray.prototype", "some", some, 0, 1, 0},
	{"TypedArray.prototype", "every", every, 0, 1, 0},
	{"TypedArray.prototype", "reduce", reduce, 0, 1, 0},
	{"TypedArray.prototype", "reduceRight", reduce_right, 0, 1, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
