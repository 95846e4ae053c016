/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_native.h"

/* Iterators: of the expression they can be advanced, those of the dead process only be read. */

static bool next(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *out = ev_new(e, IPM_KIND_OBJECT, "Object"), *it;
	struct ev_val v = EV_UNDEF;
	bool done = true;

	if (!out)
		return false;
	if (a->this_value.type != EV_TEMP || a->this_value.obj->kind != IPM_KIND_ITERATOR)
		return ev_throw_side_effect(e,
					    "next would advance an iterator of the dead process");
	it = a->this_value.obj;
	if (ev_arg(a, 0).type != EV_UNDEFINED)
		return ev_throw(
			e, "EvalError",
			"generators run to their end at once: nothing can be given to next()");
	if (it->position < it->element_count) {
		v = it->elements[it->position++];
		done = false;
	}
	return ev_define_c(e, out, "value", v, IPM_PROPERTY_DEFAULT) &&
	       ev_define_c(e, out, "done", ev_bool(done), IPM_PROPERTY_DEFAULT) &&
	       ev_return_obj(out, ret);
}

static bool collect(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	(void)stop;
	return ev_push(e, self, v);
}

static bool to_array(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *out = ev_new_array(e);

	return out && ev_iterate(e, a->this_value, collect, out) && ev_return_obj(out, ret);
}

/* map, filter, … through an array of what is left. */
static bool through_array(struct ev *e, struct ev_args *a, const char *method, bool iterator,
			  struct ev_val *ret)
{
	const struct ev_native *n =
		ev_native_find_c(e, "Array.prototype", (struct ipm_str){method, strlen(method)});
	struct ev_args inner = *a;

	if (!n || !to_array(e, a, &inner.this_value) || !n->fn(e, &inner, ret))
		return false;
	if (iterator && ret->type == EV_TEMP) {
		ret->obj->kind = IPM_KIND_ITERATOR;
		ret->obj->class_name = "Iterator Helper";
	}
	return true;
}

static bool map(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_array(e, a, "map", true, ret);
}

static bool filter(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_array(e, a, "filter", true, ret);
}

static bool flat_map(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_array(e, a, "flatMap", true, ret);
}

static bool for_each(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_array(e, a, "forEach", false, ret);
}

static bool find(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_array(e, a, "find", false, ret);
}

static bool some(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_array(e, a, "some", false, ret);
}

static bool every(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_array(e, a, "every", false, ret);
}

static bool reduce(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_array(e, a, "reduce", false, ret);
}

static bool take_or_drop(struct ev *e, struct ev_args *a, bool take, struct ev_val *ret)
{
	struct ev_obj *out = ev_new(e, IPM_KIND_ITERATOR, "Iterator Helper"), *all;
	struct ev_val list;
	size_t i, n;
	double count;

	if (!out || !to_array(e, a, &list) || !ev_to_integer(e, ev_arg(a, 0), &count))
		return false;
	all = list.obj;
	n = count < 0 ? 0 : count > (double)all->element_count ? all->element_count : (size_t)count;
	for (i = take ? 0 : n; i < (take ? n : all->element_count); i++)
		if (!ev_push(e, out, all->elements[i]))
			return false;
	return ev_return_obj(out, ret);
}

static bool take(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return take_or_drop(e, a, true, ret);
}

static bool drop(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return take_or_drop(e, a, false, ret);
}

const struct ev_native ev_natives_iterator[] = {
	{"Iterator.prototype", "next", next, 0, 0, 0},
	{"Iterator.prototype", "toArray", to_array, 0, 0, 0},
	{"Iterator.prototype", "map", map, 0, 1, 0},
	{"Iterator.prototype", "filter", filter, 0, 1, 0},
	{"Iterator.prototype", "flatMap", flat_map, 0, 1, 0},
	{"Iterator.prototype", "forEach", for_each, 0, 1, 0},
	{"Iterator.prototype", "find", find, 0, 1, 0},
	{"Iterator.prototype", "some", some, 0, 1, 0},
	{"Iterator.prototype", "every", every, 0, 1, 0},
	{"Iterator.prototype", "reduce", reduce, 0, 1, 0},
	{"Iterator.prototype", "take", take, 0, 1, 0},
	{"Iterator.prototype", "drop", drop, 0, 1, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
