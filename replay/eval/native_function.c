/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_heap.h"

/* Function and Promise: what can be said of them without running any of the dead process's. */

static bool call(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return ev_call(e, a->this_value, ev_arg(a, 0), a->v + (a->count ? 1 : 0),
		       a->count ? a->count - 1 : 0, ret);
}

static bool apply(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *list = ev_new_array(e);
	uint64_t length = 0, i;
	struct ev_val v;

	if (!list)
		return false;
	if (!ev_is_nullish(ev_arg(a, 1)) && !ev_length(e, a->v[1], &length))
		return false;
	for (i = 0; i < length; i++)
		if (!ev_element(e, a->v[1], i, &v) || !ev_push(e, list, v))
			return false;
	return ev_call(e, a->this_value, ev_arg(a, 0), list->elements, list->element_count, ret);
}

static bool to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o;
	struct ev_str *s = NULL;
	char text[96];

	switch (a->this_value.type) {
	case EV_TEMP:
		if (a->this_value.obj->kind == IPM_KIND_FUNCTION)
			return ev_return_str(a->this_value.obj->text, ret);
		break;
	case EV_NATIVE:
		ev_builtin_source(a->this_value.native, text, sizeof(text));
		return ev_return_str(ev_str_new(e, (struct ipm_str){text, strlen(text)}), ret);
	case EV_HEAP:
		o = ev_hold(e, a->this_value.id);
		if (!o)
			return false;
		if (o->kind == IPM_KIND_FUNCTION)
			s = ev_str_text(e, &o->text);
		ev_drop(e, o);
		if (s)
			return ev_return_str(s, ret);
		break;
	default:
		break;
	}
	return ev_throw(e, "TypeError",
			"Function.prototype.toString requires that 'this' be a Function");
}

const struct ev_native ev_natives_function[] = {
	{"", "Function", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"Function", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Function.prototype", "call", call, 0, 1, 0},
	{"Function.prototype", "apply", apply, 0, 2, 0},
	{"Function.prototype", "toString", to_string, 0, 0, 0},
	{"Function.prototype", "bind", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"", "Promise", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"Promise", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Promise", "resolve", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"Promise", "reject", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"Promise", "all", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"Promise.prototype", "then", NULL, EV_NATIVE_REFUSED, 2, 0},
	{"Promise.prototype", "catch", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"Promise.prototype", "finally", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"Generator.prototype", "next", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"Generator.prototype", "return", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"Generator.prototype", "throw", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"", "Proxy", NULL, EV_NATIVE_REFUSED, 2, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
