/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "eval_heap.h"

/* Builtins as the file knows them: a captured global object holds the real ones. */

const struct ev_native *ev_native_find(struct ev *e, struct ipm_str area, struct ipm_str name)
{
	const struct ev_native *const *buckets = e->owner->natives;
	uint32_t b = (ev_hash(area.data, area.len) * 31 ^ ev_hash(name.data, name.len)) %
		     EV_NATIVE_BUCKETS;

	for (; buckets[b]; b = (b + 1) % EV_NATIVE_BUCKETS)
		if (ev_view_is(name, buckets[b]->name) && ev_view_is(area, buckets[b]->area))
			return buckets[b];
	return NULL;
}

void ev_builtin_source(const struct ev_native *n, char *ret, size_t capacity)
{
	snprintf(ret, capacity, "function %s() { [native code] }", n->name);
}

/* A property of the global object's; UNDEFINED when it is not there. */
static bool global_property(struct ev *e, const char *name, struct ev_val *ret)
{
	const struct ipm_object *o;
	struct ev_key key = ev_key_of((struct ipm_str){name, strlen(name)});
	struct ev_found found;
	struct ev_val global;
	bool there;

	*ret = EV_UNDEF;
	if (!ev_global_object(e, &global, &there))
		return false;
	if (!there || global.type != EV_HEAP)
		return true;
	if (!ev_hold_if_there(e, global.id, &o))
		return false;
	if (!o)
		return true;
	ev_drop(e, o);
	if (!ev_own(e, global, &key, &found))
		return false;
	if (found.found && !found.accessor && found.value.type == EV_HEAP)
		*ret = found.value;
	return true;
}

bool ev_captured_builtin(struct ev *e, const struct ev_native *n, uint64_t *ret)
{
	const struct ipm_object *o;
	struct ev_val v;

	*ret = 0;
	if (*n->area)
		return true;
	if (!global_property(e, n->name, &v))
		return false;
	if (v.type != EV_HEAP)
		return true;
	if (!ev_hold_if_there(e, v.id, &o))
		return false;
	if (o) {
		*ret = v.id;
		ev_drop(e, o);
	}
	return true;
}

bool ev_captured_prototype(struct ev *e, const char *class_name, struct ev_val *ret)
{
	struct ev_key key = ev_key_of(IPM_STR("prototype"));
	const struct ipm_object *o;
	struct ev_found found;
	struct ev_val v;

	*ret = EV_UNDEF;
	if (!global_property(e, class_name, &v))
		return false;
	if (v.type != EV_HEAP)
		return true;
	if (!ev_hold_if_there(e, v.id, &o))
		return false;
	if (!o)
		return true;
	ev_drop(e, o);
	if (!ev_own(e, v, &key, &found))
		return false;
	if (found.found && found.value.type == EV_HEAP)
		*ret = found.value;
	return true;
}
