/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_native.h"

/*
 * What a console knows beyond the language: keys(x), copy(x), $_ and so on. What these would do in
 * the front end is asked of the caller.
 */

static bool through_object(struct ev *e, struct ev_args *a, const char *name, struct ev_val *ret)
{
	const struct ev_native *n =
		ev_native_find_c(e, "Object", (struct ipm_str){name, strlen(name)});
	struct ev_obj *empty;

	/* V8's own gives an empty list for what is no object. */
	if (n && ev_is_object(ev_arg(a, 0)))
		return n->fn(e, a, ret);
	empty = ev_new_array(e);
	return ev_return_obj(empty, ret);
}

static bool keys(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_object(e, a, "keys", ret);
}

static bool values(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_object(e, a, "values", ret);
}

static bool ask(struct ev *e, enum ipm_eval_ask what, struct ev_val about, struct ev_val *ret)
{
	if (e->req->throw_on_side_effect)
		return ev_throw_side_effect(e, "this is for the console");
	*ret = EV_UNDEF;
	e->ask = what;
	e->asked = about;
	return true;
}

static bool copy(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return ask(e, IPM_EVAL_ASK_COPY, ev_arg(a, 0), ret);
}

static bool dir(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return ask(e, IPM_EVAL_ASK_DIR, ev_arg(a, 0), ret);
}

static bool dirxml(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return ask(e, IPM_EVAL_ASK_DIRXML, ev_arg(a, 0), ret);
}

static bool table(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return ask(e, IPM_EVAL_ASK_TABLE, ev_arg(a, 0), ret);
}

/* Gives back what it is asked to show, as V8's does. */
static bool inspect(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	if (!ask(e, IPM_EVAL_ASK_INSPECT, ev_arg(a, 0), ret))
		return false;
	*ret = ev_arg(a, 0);
	return true;
}

static bool query_objects(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val about = ev_arg(a, 0);
	bool callable;

	if (!ev_is_callable(e, about, &callable))
		return false;
	if (callable && !ev_get_c(e, about, "prototype", &about))
		return false;
	return ask(e, IPM_EVAL_ASK_QUERY, about, ret);
}

bool ev_command_line(struct ev *e, struct ipm_str name, struct ev_val *ret, bool *found)
{
	const struct ev_native *n = ev_native_find_c(e, "command line", name);

	*found = true;
	if (n)
		return ev_native_value(e, n, ret);
	*ret = EV_UNDEF;
	if (ev_view_is(name, "$_"))
		return !e->req->last_value || ev_import(e, e->req->last_value, ret);
	/* Nothing is selected in any panel of ours. */
	*found = name.len == 2 && name.data[0] == '$' && name.data[1] >= '0' && name.data[1] <= '4';
	return true;
}

#define ROW(name, fn, length)                                                                      \
	{                                                                                          \
		"command line", name, fn, EV_NATIVE_FUNCTION, length, 0                            \
	}

const struct ev_native ev_natives_command_line[] = {
	ROW("keys", keys, 1),
	ROW("values", values, 1),
	ROW("copy", copy, 1),
	ROW("dir", dir, 1),
	ROW("dirxml", dirxml, 1),
	ROW("table", table, 1),
	ROW("inspect", inspect, 1),
	ROW("queryObjects", query_objects, 1),
	{"command line", "debug", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"command line", "undebug", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"command line", "monitor", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"command line", "unmonitor", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"command line", "profile", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"command line", "profileEnd", NULL, EV_NATIVE_REFUSED, 1, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
