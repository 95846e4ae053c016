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

/*
 * The values of the global object are not captured (reading some of them loads modules), but
 * nearly every file holds an array, a function, a plain object, and these know their prototypes.
 */
static const struct {
	const char *name;
	enum ipm_kind kind;
} classes[EV_KNOWN_CLASSES] = {
	{"Object", IPM_KIND_OBJECT},
	{"Array", IPM_KIND_ARRAY},
	{"Function", IPM_KIND_FUNCTION},
	{"Error", IPM_KIND_ERROR},
	{"TypeError", IPM_KIND_ERROR},
	{"RangeError", IPM_KIND_ERROR},
	{"SyntaxError", IPM_KIND_ERROR},
	{"ReferenceError", IPM_KIND_ERROR},
	{"EvalError", IPM_KIND_ERROR},
	{"Map", IPM_KIND_MAP},
	{"Set", IPM_KIND_SET},
	{"Date", IPM_KIND_DATE},
	{"RegExp", IPM_KIND_REGEXP},
	{"Promise", IPM_KIND_PROMISE},
	{"String", IPM_KIND_PRIMITIVE},
	{"Number", IPM_KIND_PRIMITIVE},
	{"ArrayBuffer", IPM_KIND_ARRAYBUFFER},
	{"Buffer", IPM_KIND_TYPEDARRAY},
	{"Uint8Array", IPM_KIND_TYPEDARRAY},
	{"Int8Array", IPM_KIND_TYPEDARRAY},
	{"Uint8ClampedArray", IPM_KIND_TYPEDARRAY},
	{"Int16Array", IPM_KIND_TYPEDARRAY},
	{"Uint16Array", IPM_KIND_TYPEDARRAY},
	{"Int32Array", IPM_KIND_TYPEDARRAY},
	{"Uint32Array", IPM_KIND_TYPEDARRAY},
	{"Float32Array", IPM_KIND_TYPEDARRAY},
	{"Float64Array", IPM_KIND_TYPEDARRAY},
};

enum { MAX_SCANNED = 3000 };

static bool learn(struct ev *e)
{
	struct ipm_evaluator *ev = e->owner;
	uint64_t objects = ipm_reader_info(e->reader)->objects, id;
	const struct ipm_object *o;
	size_t i, known = 0;
	enum ipm_errc rc;

	ev->knows_prototypes = true;
	for (id = 1; id <= objects && id <= MAX_SCANNED && known < EV_KNOWN_CLASSES; id++) {
		rc = ipm_reader_object(e->reader, id, &o, e->err);
		if (rc == IPM_ERR_NOT_FOUND)
			continue;
		if (rc) /* a damaged part has nothing to teach */
			break;
		for (i = 0; i < EV_KNOWN_CLASSES; i++)
			if (!ev->prototypes[i] && o->kind == classes[i].kind &&
			    o->proto.type == IPM_VALUE_OBJECT &&
			    ev_view_is(o->class_name, classes[i].name)) {
				ev->prototypes[i] = o->proto.object_id;
				known++;
			}
		ipm_object_release(e->reader, o);
	}
	return true;
}

bool ev_captured_prototype(struct ev *e, const char *class_name, struct ev_val *ret)
{
	const struct ipm_object *o;
	size_t i;

	*ret = EV_UNDEF;
	if (!e->owner->knows_prototypes && !learn(e))
		return false;
	for (i = 0; i < EV_KNOWN_CLASSES; i++)
		if (!strcmp(classes[i].name, class_name))
			break;
	if (i == EV_KNOWN_CLASSES || !e->owner->prototypes[i])
		return true;
	if (!ev_hold_if_there(e, e->owner->prototypes[i], &o))
		return false;
	if (o) {
		ret->type = EV_HEAP;
		ret->id = o->id;
		ev_drop(e, o);
	}
	return true;
}

bool ev_captured_builtin(struct ev *e, const struct ev_native *n, uint64_t *ret)
{
	struct ev_key key = ev_key_of(IPM_STR("constructor"));
	bool is_prototype = !strcmp(n->name, "prototype");
	struct ev_found found;
	struct ev_val proto;
	struct ipm_str name;

	*ret = 0;
	if (*n->area && !is_prototype)
		return true;
	if (!ev_captured_prototype(e, is_prototype ? n->area : n->name, &proto))
		return false;
	if (proto.type != EV_HEAP)
		return true;
	if (is_prototype) {
		*ret = proto.id;
		return true;
	}
	if (!ev_own(e, proto, &key, &found))
		return false;
	if (!found.found || found.accessor || found.value.type != EV_HEAP)
		return true;
	if (!ev_native_name(e, found.value, &name))
		return false;
	if (ev_view_is(name, n->name))
		*ret = found.value.id;
	return true;
}
