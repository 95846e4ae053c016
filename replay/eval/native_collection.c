/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_native.h"

/* Map, Set and their weak sisters, which a dead process lets us look into. */

static bool is_map(enum ipm_kind kind)
{
	return kind == IPM_KIND_MAP || kind == IPM_KIND_WEAKMAP;
}

static bool receiver(struct ev *e, struct ev_args *a, const char *method, enum ipm_kind *ret)
{
	if (!ev_kind(e, a->this_value, ret))
		return false;
	if (is_map(*ret) || *ret == IPM_KIND_SET || *ret == IPM_KIND_WEAKSET)
		return true;
	return ev_throw(e, "TypeError", "Method %s called on incompatible receiver", method);
}

/* The value of a key (of sets: the key itself); *found. */
static bool find(struct ev *e, struct ev_val collection, enum ipm_kind kind, struct ev_val key,
		 struct ev_val *ret, bool *found)
{
	struct ev_walk walk;
	struct ev_val k, v;
	bool more, ok;
	size_t place;

	*found = false;
	if (collection.type == EV_TEMP) {
		if (!ev_find_entry(e, collection.obj, key, &place))
			return false;
		*found = place != SIZE_MAX;
		if (*found)
			*ret = collection.obj->elements[place + is_map(kind)];
		return true;
	}
	if (!ev_walk_start(e, collection, &walk))
		return false;
	while ((ok = ev_walk_next(e, &walk, &k, &more)) && more) {
		v = k;
		if (is_map(kind) && !(ok = ev_walk_next(e, &walk, &v, &more)))
			break;
		if (k.type == EV_OMITTED)
			continue;
		ok = ev_same_value(e, k, key, true, found);
		if (!ok || *found)
			break;
	}
	if (*found)
		*ret = v;
	ev_walk_end(e, &walk);
	return ok;
}

static bool get(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	enum ipm_kind kind;
	bool found;

	*ret = EV_UNDEF;
	return receiver(e, a, "Map.prototype.get", &kind) &&
	       find(e, a->this_value, kind, ev_arg(a, 0), ret, &found);
}

static bool has(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	enum ipm_kind kind;
	struct ev_val v;
	bool found;

	if (!receiver(e, a, "has", &kind) ||
	    !find(e, a->this_value, kind, ev_arg(a, 0), &v, &found))
		return false;
	return ev_return(ev_bool(found), ret);
}

static bool size(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o;
	enum ipm_kind kind;

	if (!receiver(e, a, "get size", &kind))
		return false;
	if (a->this_value.type == EV_TEMP)
		return ev_return(ev_num((double)a->this_value.obj->live_entries), ret);
	o = ev_hold(e, a->this_value.id);
	if (!o)
		return false;
	*ret = ev_num((double)o->length);
	ev_drop(e, o);
	return true;
}

static bool list(struct ev *e, struct ev_args *a, bool keys, bool values, struct ev_val *ret)
{
	struct ev_obj *out, *pair;
	struct ev_walk walk;
	enum ipm_kind kind;
	struct ev_val k, v;
	bool more, ok;

	if (!receiver(e, a, "entries", &kind))
		return false;
	out = ev_new(e, IPM_KIND_ITERATOR, is_map(kind) ? "Map Iterator" : "Set Iterator");
	if (!out || !ev_walk_start(e, a->this_value, &walk))
		return false;
	while ((ok = ev_walk_next(e, &walk, &k, &more)) && more) {
		v = k;
		if (is_map(kind) && !(ok = ev_walk_next(e, &walk, &v, &more)))
			break;
		if (keys && values) {
			pair = ev_pair(e, k, v);
			ok = pair && ev_push(e, out, ev_temp(pair));
		} else {
			ok = ev_push(e, out, keys ? k : v);
		}
		if (!ok)
			break;
	}
	ev_walk_end(e, &walk);
	return ok && ev_return_obj(out, ret);
}

static bool entries(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return list(e, a, true, true, ret);
}

static bool keys(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return list(e, a, true, false, ret);
}

static bool values(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return list(e, a, false, true, ret);
}

static bool for_each(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val k, v, args[3], ignored;
	struct ev_walk walk;
	enum ipm_kind kind;
	bool more, ok, callable;

	if (!receiver(e, a, "forEach", &kind) || !ev_is_callable(e, ev_arg(a, 0), &callable))
		return false;
	if (!callable)
		return ev_throw(e, "TypeError", "the callback is not a function");
	if (!ev_walk_start(e, a->this_value, &walk))
		return false;
	while ((ok = ev_walk_next(e, &walk, &k, &more)) && more) {
		v = k;
		if (is_map(kind) && !(ok = ev_walk_next(e, &walk, &v, &more)))
			break;
		args[0] = v;
		args[1] = k;
		args[2] = a->this_value;
		ok = ev_call(e, a->v[0], ev_arg(a, 1), args, 3, &ignored);
		if (!ok)
			break;
	}
	ev_walk_end(e, &walk);
	*ret = EV_UNDEF;
	return ok;
}

static bool own(struct ev *e, struct ev_args *a, const char *method, struct ev_obj **ret)
{
	*ret = NULL;
	if (a->this_value.type != EV_TEMP)
		return ev_throw_side_effect(e, "%s would change a collection of the dead process",
					    method);
	*ret = a->this_value.obj;
	return true;
}

static bool set(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	enum ipm_kind kind;
	struct ev_obj *o;

	return receiver(e, a, "Map.prototype.set", &kind) && own(e, a, "set", &o) &&
	       ev_put_entry(e, o, ev_arg(a, 0), ev_arg(a, 1)) && ev_return(a->this_value, ret);
}

static bool delete_entry(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	enum ipm_kind kind;
	struct ev_obj *o;
	bool deleted;

	if (!receiver(e, a, "delete", &kind) || !own(e, a, "delete", &o) ||
	    !ev_delete_entry(e, o, ev_arg(a, 0), &deleted))
		return false;
	return ev_return(ev_bool(deleted), ret);
}

static bool clear(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	enum ipm_kind kind;
	struct ev_obj *o;

	if (!receiver(e, a, "clear", &kind) || !own(e, a, "clear", &o))
		return false;
	o->element_count = o->live_entries = 0;
	o->entry_index = NULL;
	o->entry_buckets = 0;
	return ev_return(EV_UNDEF, ret);
}

static bool put_pair(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	struct ev_key zero = ev_key_index(0), one = ev_key_index(1);
	struct ev_val key, value;

	(void)stop;
	if (!ev_is_object(v))
		return ev_throw_no_entry(e, v);
	return ev_get(e, v, &zero, &key) && ev_get(e, v, &one, &value) &&
	       ev_put_entry(e, self, key, value);
}

static bool put_value(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	(void)stop;
	return ev_put_entry(e, self, v, EV_UNDEF);
}

static bool construct(struct ev *e, struct ev_args *a, enum ipm_kind kind, const char *name,
		      struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, kind, name);

	if (!o)
		return false;
	if (!a->construct)
		return ev_throw(e, "TypeError", "Constructor %s requires 'new'", name);
	if (!ev_is_nullish(ev_arg(a, 0)) &&
	    !ev_iterate(e, a->v[0], kind == IPM_KIND_MAP ? put_pair : put_value, o))
		return false;
	return ev_return_obj(o, ret);
}

static bool map_constructor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return construct(e, a, IPM_KIND_MAP, "Map", ret);
}

static bool set_constructor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return construct(e, a, IPM_KIND_SET, "Set", ret);
}

/* What two sets have in common, or not. */
enum set_how { UNION, INTERSECTION, DIFFERENCE, SYMMETRIC };

struct combine {
	struct ev_obj *out;
	struct ev_val other;
	enum ipm_kind other_kind;
	enum set_how how;
};

static bool combine_one(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	struct combine *c = self;
	struct ev_val ignored;
	bool found = false;

	(void)stop;
	if (c->how != UNION && !find(e, c->other, c->other_kind, v, &ignored, &found))
		return false;
	if (c->how != UNION && found != (c->how == INTERSECTION))
		return true;
	return ev_put_entry(e, c->out, v, EV_UNDEF);
}

static bool combine(struct ev *e, struct ev_args *a, enum set_how how, struct ev_val *ret)
{
	struct combine c = {ev_new(e, IPM_KIND_SET, "Set"), ev_arg(a, 0), IPM_KIND_SET, how};
	enum ipm_kind kind;

	if (!c.out || !receiver(e, a, "Set.prototype.union", &kind) ||
	    !ev_kind(e, c.other, &c.other_kind))
		return false;
	if (c.other_kind != IPM_KIND_SET && c.other_kind != IPM_KIND_MAP)
		return ev_throw(e, "TypeError", "The argument is not a Set");
	if (!ev_iterate(e, a->this_value, combine_one, &c))
		return false;
	if (how == UNION || how == SYMMETRIC) {
		c.other = a->this_value;
		c.other_kind = kind;
		if (!ev_iterate(e, a->v[0], combine_one, &c))
			return false;
	}
	return ev_return_obj(c.out, ret);
}

static bool set_union(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return combine(e, a, UNION, ret);
}

static bool set_intersection(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return combine(e, a, INTERSECTION, ret);
}

static bool set_difference(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return combine(e, a, DIFFERENCE, ret);
}

static bool set_symmetric(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return combine(e, a, SYMMETRIC, ret);
}

static bool deref(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o;
	bool ok;

	if (a->this_value.type != EV_HEAP)
		return ev_throw(e, "TypeError", "the receiver is not a WeakRef");
	o = ev_hold(e, a->this_value.id);
	if (!o)
		return false;
	ok = ev_import(e, &o->first, ret);
	ev_drop(e, o);
	return ok;
}

const struct ev_native ev_natives_collection[] = {
	{"", "Map", map_constructor, EV_NATIVE_CONSTRUCTOR, 0, 0},
	{"Map", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Map.prototype", "get", get, 0, 1, 0},
	{"Map.prototype", "has", has, 0, 1, 0},
	{"Map.prototype", "set", set, 0, 2, 0},
	{"Map.prototype", "delete", delete_entry, 0, 1, 0},
	{"Map.prototype", "clear", clear, 0, 0, 0},
	{"Map.prototype", "size", size, EV_NATIVE_GETTER, 0, 0},
	{"Map.prototype", "entries", entries, 0, 0, 0},
	{"Map.prototype", "keys", keys, 0, 0, 0},
	{"Map.prototype", "values", values, 0, 0, 0},
	{"Map.prototype", "forEach", for_each, 0, 1, 0},
	{"", "Set", set_constructor, EV_NATIVE_CONSTRUCTOR, 0, 0},
	{"Set", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Set.prototype", "has", has, 0, 1, 0},
	{"Set.prototype", "add", set, 0, 1, 0},
	{"Set.prototype", "delete", delete_entry, 0, 1, 0},
	{"Set.prototype", "clear", clear, 0, 0, 0},
	{"Set.prototype", "size", size, EV_NATIVE_GETTER, 0, 0},
	{"Set.prototype", "entries", entries, 0, 0, 0},
	{"Set.prototype", "keys", values, 0, 0, 0},
	{"Set.prototype", "values", values, 0, 0, 0},
	{"Set.prototype", "forEach", for_each, 0, 1, 0},
	{"Set.prototype", "union", set_union, 0, 1, 0},
	{"Set.prototype", "intersection", set_intersection, 0, 1, 0},
	{"Set.prototype", "difference", set_difference, 0, 1, 0},
	{"Set.prototype", "symmetricDifference", set_symmetric, 0, 1, 0},
	{"", "WeakMap", NULL, EV_NATIVE_REFUSED, 0, 0},
	{"WeakMap.prototype", "get", get, 0, 1, 0},
	{"WeakMap.prototype", "has", has, 0, 1, 0},
	{"", "WeakSet", NULL, EV_NATIVE_REFUSED, 0, 0},
	{"WeakSet.prototype", "has", has, 0, 1, 0},
	{"", "WeakRef", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"WeakRef.prototype", "deref", deref, 0, 0, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
