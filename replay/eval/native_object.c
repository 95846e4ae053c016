/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_native.h"

/* Object, Reflect, and what every object has. */

struct collect {
	struct ev_obj *out;
	struct ev_val object;
	bool keys, values;
};

static bool to_object(struct ev *e, struct ev_val v)
{
	if (v.type == EV_OMITTED)
		return ev_throw_omitted(e, v.omitted);
	return ev_is_nullish(v)
		       ? ev_throw(e, "TypeError", "Cannot convert undefined or null to object")
		       : true;
}

static bool collect_own(struct ev *e, void *self, struct ev_key *key,
			const struct ev_found *property)
{
	struct collect *c = self;
	struct ev_val name, v = property->value;
	struct ev_obj *pair;

	if (c->keys && !ev_key_value(e, key, &name))
		return false;
	if (!c->values)
		return ev_push(e, c->out, name);
	if (property->accessor && !ev_get(e, c->object, key, &v))
		return false;
	if (!c->keys)
		return ev_push(e, c->out, v);
	pair = ev_pair(e, name, v);
	return pair && ev_push(e, c->out, ev_temp(pair));
}

static bool own_list(struct ev *e, struct ev_val object, bool keys, bool values, unsigned which,
		     struct ev_val *ret)
{
	struct collect c = {ev_new_array(e), object, keys, values};

	return c.out && to_object(e, object) && ev_own_keys(e, object, which, collect_own, &c) &&
	       ev_return_obj(c.out, ret);
}

static bool object_keys(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return own_list(e, ev_arg(a, 0), true, false, EV_KEYS_STRINGS, ret);
}

static bool object_values(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return own_list(e, ev_arg(a, 0), false, true, EV_KEYS_STRINGS, ret);
}

static bool object_entries(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return own_list(e, ev_arg(a, 0), true, true, EV_KEYS_STRINGS, ret);
}

static bool own_property_names(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return own_list(e, ev_arg(a, 0), true, false, EV_KEYS_STRINGS | EV_KEYS_HIDDEN, ret);
}

static bool own_property_symbols(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return own_list(e, ev_arg(a, 0), true, false, EV_KEYS_SYMBOLS | EV_KEYS_HIDDEN, ret);
}

static bool own_keys(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	if (!ev_is_object(ev_arg(a, 0)))
		return ev_throw(e, "TypeError", "Reflect.ownKeys called on non-object");
	return own_list(e, ev_arg(a, 0), true, false,
			EV_KEYS_STRINGS | EV_KEYS_SYMBOLS | EV_KEYS_HIDDEN, ret);
}

bool ev_prototype_of(struct ev *e, struct ev_val v, struct ev_val *ret)
{
	const struct ev_native *n;
	char area[64];
	const char *name;

	if (!ev_proto(e, v, ret))
		return false;
	if (ret->type != EV_UNDEFINED)
		return true;
	/* A builtin prototype: "Array.prototype" is `prototype` of Array. */
	name = ev_area_of(e, v);
	if (!name)
		return false;
	if (v.type == EV_TEMP && v.obj->kind == IPM_KIND_ERROR) {
		strcpy(area, v.obj->class_name);
	} else {
		strncpy(area, *name ? name : "Object.prototype", sizeof(area) - 1);
		area[sizeof(area) - 1] = 0;
		area[strcspn(area, ".")] = 0;
	}
	n = ev_native_find_c(e, area, IPM_STR("prototype"));
	*ret = n ? ev_native_val(n) : ev_null();
	return true;
}

static bool get_prototype_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return to_object(e, ev_arg(a, 0)) && ev_prototype_of(e, a->v[0], ret);
}

bool ev_throw_no_entry(struct ev *e, struct ev_val v)
{
	struct ev_str *s = ev_to_string(e, v);

	return s && ev_throw(e, "TypeError", "Iterator value %s is not an entry object",
			     ev_excerpt(e, ev_str_view(s)));
}

static bool proto_getter(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return ev_prototype_of(e, a->this_value, ret);
}

static bool read_flag(struct ev *e, struct ev_val descriptor, const char *name, uint8_t flag,
		      uint8_t *flags)
{
	struct ev_key key = ev_key_of((struct ipm_str){name, strlen(name)});
	struct ev_found found;
	bool yes;

	if (!ev_lookup(e, descriptor, &key, &found) || !found.found)
		return !e->throwing && !e->stop && !e->errc;
	if (!ev_truthy(e, found.value, &yes))
		return false;
	*flags = (uint8_t)(yes ? *flags | flag : *flags & ~flag);
	return true;
}

static bool define_one(struct ev *e, struct ev_obj *o, struct ev_key *key, struct ev_val descriptor)
{
	struct ev_slot *slot = ev_find_slot(o, key);
	uint8_t flags = slot ? slot->flags : 0;
	struct ev_val value, getter, setter;
	bool callable, has_setter;

	if (!ev_is_object(descriptor))
		return ev_throw(e, "TypeError", "Property description must be an object");
	if (!read_flag(e, descriptor, "enumerable", IPM_PROPERTY_ENUMERABLE, &flags) ||
	    !read_flag(e, descriptor, "configurable", IPM_PROPERTY_CONFIGURABLE, &flags) ||
	    !read_flag(e, descriptor, "writable", IPM_PROPERTY_WRITABLE, &flags) ||
	    !ev_get_c(e, descriptor, "get", &getter) || !ev_is_callable(e, getter, &callable) ||
	    !ev_get_c(e, descriptor, "set", &setter) || !ev_is_callable(e, setter, &has_setter) ||
	    !ev_get_c(e, descriptor, "value", &value))
		return false;
	if (callable && !ev_define_getter(e, o, key, getter))
		return false;
	if (has_setter && !ev_define_setter(e, o, key, setter))
		return false;
	if (!callable && !has_setter && !ev_define(e, o, key, value, flags))
		return false;
	slot = ev_find_slot(o, key);
	if (slot)
		slot->flags = flags;
	return true;
}

static bool definable(struct ev *e, struct ev_args *a, struct ev_obj **ret)
{
	*ret = NULL;
	if (!ev_is_object(ev_arg(a, 0)))
		return ev_throw(e, "TypeError", "Object.defineProperty called on non-object");
	if (a->v[0].type != EV_TEMP)
		return ev_throw_side_effect(e,
					    "Object.defineProperty would change an object of the "
					    "dead process");
	*ret = a->v[0].obj;
	return true;
}

static bool define_property(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o;
	struct ev_key key;

	return definable(e, a, &o) && ev_to_key(e, ev_arg(a, 1), &key) &&
	       define_one(e, o, &key, ev_arg(a, 2)) && ev_return(a->v[0], ret);
}

static bool define_own(struct ev *e, void *self, struct ev_key *key,
		       const struct ev_found *property)
{
	return define_one(e, self, key, property->value);
}

static bool define_properties(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o;

	return definable(e, a, &o) && to_object(e, ev_arg(a, 1)) &&
	       ev_own_keys(e, a->v[1], EV_KEYS_STRINGS | EV_KEYS_SYMBOLS, define_own, o) &&
	       ev_return(a->v[0], ret);
}

/* Of the expression's own objects only. */
static bool set_prototype_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val proto = ev_arg(a, 1);
	struct ev_obj *o;

	if (!definable(e, a, &o))
		return false;
	if (proto.type != EV_NULL && !ev_is_object(proto))
		return ev_throw(e, "TypeError", "Object prototype may only be an Object or null");
	o->proto = proto;
	return ev_return(a->v[0], ret);
}

static bool take_entry(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	struct ev_val name, value;
	struct ev_key key, zero = ev_key_index(0), one = ev_key_index(1);

	(void)stop;
	if (!ev_is_object(v))
		return ev_throw_no_entry(e, v);
	return ev_get(e, v, &zero, &name) && ev_get(e, v, &one, &value) &&
	       ev_to_key(e, name, &key) && ev_define(e, self, &key, value, IPM_PROPERTY_DEFAULT);
}

static bool from_entries(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_OBJECT, "Object");

	return o && ev_iterate(e, ev_arg(a, 0), take_entry, o) && ev_return_obj(o, ret);
}

static bool has_own(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_found found;
	struct ev_key key;

	if (!to_object(e, ev_arg(a, 0)) || !ev_to_key(e, ev_arg(a, 1), &key) ||
	    !ev_own(e, a->v[0], &key, &found))
		return false;
	return ev_return(ev_bool(found.found), ret);
}

static bool has_own_property(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v[2] = {a->this_value, ev_arg(a, 0)};
	struct ev_args inner = {EV_UNDEF, v, 2, false};

	return has_own(e, &inner, ret);
}

static bool property_is_enumerable(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_found found;
	struct ev_key key;

	if (!ev_to_key(e, ev_arg(a, 0), &key) || !ev_own(e, a->this_value, &key, &found))
		return false;
	return ev_return(ev_bool(found.found && found.flags & IPM_PROPERTY_ENUMERABLE), ret);
}

static bool copy_own(struct ev *e, void *self, struct ev_key *key, const struct ev_found *property)
{
	struct collect *c = self;
	struct ev_val v = property->value;

	if (property->accessor && !ev_get(e, c->object, key, &v))
		return false;
	return ev_set(e, ev_temp(c->out), key, v);
}

static bool assign(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct collect c = {NULL, EV_UNDEF, false, false};
	size_t i;

	*ret = ev_arg(a, 0);
	if (!to_object(e, *ret))
		return false;
	if (ret->type != EV_TEMP)
		return ev_throw_side_effect(e, "Object.assign would change an object of the dead "
					       "process; start with {}");
	c.out = ret->obj;
	for (i = 1; i < a->count; i++) {
		c.object = a->v[i];
		if (!ev_is_nullish(c.object) &&
		    !ev_own_keys(e, c.object, EV_KEYS_STRINGS | EV_KEYS_SYMBOLS, copy_own, &c))
			return false;
	}
	return true;
}

static bool create(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_OBJECT, "Object");
	struct ev_val proto = ev_arg(a, 0);

	if (!o)
		return false;
	if (proto.type != EV_NULL && !ev_is_object(proto))
		return ev_throw(e, "TypeError",
				"Object prototype may only be an Object or null: %s",
				ev_typeof(e, proto));
	o->proto = proto;
	return ev_return_obj(o, ret);
}

static bool descriptor_object(struct ev *e, const struct ev_found *found, struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_OBJECT, "Object");

	if (!o)
		return false;
	if (found->accessor) {
		if (!ev_define_c(e, o, "get", found->get, IPM_PROPERTY_DEFAULT) ||
		    !ev_define_c(e, o, "set", found->set, IPM_PROPERTY_DEFAULT))
			return false;
	} else if (!ev_define_c(e, o, "value", found->value, IPM_PROPERTY_DEFAULT) ||
		   !ev_define_c(e, o, "writable", ev_bool(found->flags & IPM_PROPERTY_WRITABLE),
				IPM_PROPERTY_DEFAULT)) {
		return false;
	}
	return ev_define_c(e, o, "enumerable", ev_bool(found->flags & IPM_PROPERTY_ENUMERABLE),
			   IPM_PROPERTY_DEFAULT) &&
	       ev_define_c(e, o, "configurable", ev_bool(found->flags & IPM_PROPERTY_CONFIGURABLE),
			   IPM_PROPERTY_DEFAULT) &&
	       ev_return_obj(o, ret);
}

static bool own_descriptor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_found found;
	struct ev_key key;

	if (!to_object(e, ev_arg(a, 0)) || !ev_to_key(e, ev_arg(a, 1), &key) ||
	    !ev_own(e, a->v[0], &key, &found))
		return false;
	*ret = EV_UNDEF;
	return !found.found || descriptor_object(e, &found, ret);
}

static bool add_descriptor(struct ev *e, void *self, struct ev_key *key,
			   const struct ev_found *property)
{
	struct ev_val descriptor;

	return descriptor_object(e, property, &descriptor) &&
	       ev_define(e, self, key, descriptor, IPM_PROPERTY_DEFAULT);
}

static bool own_descriptors(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_OBJECT, "Object");

	return o && to_object(e, ev_arg(a, 0)) &&
	       ev_own_keys(e, a->v[0], EV_KEYS_STRINGS | EV_KEYS_SYMBOLS | EV_KEYS_HIDDEN,
			   add_descriptor, o) &&
	       ev_return_obj(o, ret);
}

static bool object_is(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	bool same;

	if (!ev_same_value(e, ev_arg(a, 0), ev_arg(a, 1), false, &same))
		return false;
	return ev_return(ev_bool(same), ret);
}

static bool freeze(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	*ret = ev_arg(a, 0);
	if (ret->type == EV_HEAP)
		return ev_throw_side_effect(e, "Object.freeze would change an object of the dead "
					       "process");
	if (ret->type == EV_TEMP)
		ret->obj->frozen = true;
	return true;
}

static bool is_frozen(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v = ev_arg(a, 0);

	if (v.type == EV_TEMP)
		return ev_return(ev_bool(v.obj->frozen), ret);
	if (v.type == EV_HEAP)
		return ev_throw(e, "EvalError",
				"whether an object was frozen is not in the crash file");
	return ev_return(ev_bool(true), ret);
}

static bool object_constructor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val v = ev_arg(a, 0);
	struct ev_obj *o;

	if (ev_is_object(v))
		return ev_return(v, ret);
	o = ev_new(e, ev_is_nullish(v) ? IPM_KIND_OBJECT : IPM_KIND_PRIMITIVE,
		   ev_is_nullish(v)	  ? "Object"
		   : v.type == EV_STRING  ? "String"
		   : v.type == EV_NUMBER  ? "Number"
		   : v.type == EV_BOOLEAN ? "Boolean"
					  : "BigInt");
	if (o)
		o->first = v;
	return ev_return_obj(o, ret);
}

struct group {
	struct ev_val callback;
	struct ev_obj *out;
	bool map;
	uint64_t index;
};

static bool group_one(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	struct group *g = self;
	struct ev_val args[2] = {v, ev_num((double)g->index++)}, name;
	struct ev_slot *slot;
	struct ev_obj *list;
	struct ev_key key;
	size_t place;

	(void)stop;
	if (!ev_call(e, g->callback, EV_UNDEF, args, 2, &name))
		return false;
	if (g->map) {
		if (!ev_find_entry(e, g->out, name, &place))
			return false;
		if (place != SIZE_MAX)
			return ev_push(e, g->out->elements[place + 1].obj, v);
		list = ev_new_array(e);
		return list && ev_push(e, list, v) && ev_put_entry(e, g->out, name, ev_temp(list));
	}
	if (!ev_to_key(e, name, &key))
		return false;
	slot = ev_find_slot(g->out, &key);
	if (slot)
		return ev_push(e, slot->value.obj, v);
	list = ev_new_array(e);
	return list && ev_push(e, list, v) &&
	       ev_define(e, g->out, &key, ev_temp(list), IPM_PROPERTY_DEFAULT);
}

static bool group_by(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct group g = {.callback = ev_arg(a, 1)};

	g.out = ev_new(e, IPM_KIND_OBJECT, "Object");
	if (!g.out)
		return false;
	g.out->proto = ev_null();
	return ev_iterate(e, ev_arg(a, 0), group_one, &g) && ev_return_obj(g.out, ret);
}

static bool map_group_by(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct group g = {.callback = ev_arg(a, 1), .map = true};

	g.out = ev_new(e, IPM_KIND_MAP, "Map");
	return g.out && ev_iterate(e, ev_arg(a, 0), group_one, &g) && ev_return_obj(g.out, ret);
}

/* "[object Array]" */
static bool to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_key tag_key = ev_key_of(IPM_STR("Symbol(Symbol.toStringTag)"));
	const char *tag = "Object";
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_found found = {0};
	enum ipm_kind kind;

	switch (a->this_value.type) {
	case EV_UNDEFINED:
		return ev_return_str(ev_str_c(e, "[object Undefined]"), ret);
	case EV_NULL:
		return ev_return_str(ev_str_c(e, "[object Null]"), ret);
	case EV_STRING:
		return ev_return_str(ev_str_c(e, "[object String]"), ret);
	case EV_NUMBER:
		return ev_return_str(ev_str_c(e, "[object Number]"), ret);
	case EV_BOOLEAN:
		return ev_return_str(ev_str_c(e, "[object Boolean]"), ret);
	case EV_BIGINT:
		return ev_return_str(ev_str_c(e, "[object BigInt]"), ret);
	default:
		break;
	}
	if (!ev_kind(e, a->this_value, &kind))
		return false;
	switch (kind) {
	case IPM_KIND_ARRAY:
		tag = "Array";
		break;
	case IPM_KIND_FUNCTION:
		tag = "Function";
		break;
	case IPM_KIND_ERROR:
		tag = "Error";
		break;
	case IPM_KIND_DATE:
		tag = "Date";
		break;
	case IPM_KIND_REGEXP:
		tag = "RegExp";
		break;
	case IPM_KIND_ARGUMENTS:
		tag = "Arguments";
		break;
	case IPM_KIND_MAP:
		tag = "Map";
		break;
	case IPM_KIND_SET:
		tag = "Set";
		break;
	case IPM_KIND_PROMISE:
		tag = "Promise";
		break;
	case IPM_KIND_SYMBOL:
		tag = "Symbol";
		break;
	default:
		break;
	}
	if (a->this_value.type == EV_NATIVE && a->this_value.native->kind == EV_NATIVE_NAMESPACE &&
	    !*a->this_value.native->area)
		tag = a->this_value.native->name;
	tag_key.kind = EV_KEY_SYMBOL;
	tag_key.symbol.type = EV_NATIVE;
	if (kind != IPM_KIND_SYMBOL && !ev_lookup(e, a->this_value, &tag_key, &found))
		return false;
	ipm_buf_cstr(&buf, "[object ");
	if (found.found && !found.accessor && found.value.type == EV_STRING &&
	    ev_str_load(e, found.value.str))
		ipm_buf_str(&buf, ev_str_view(found.value.str));
	else
		ipm_buf_cstr(&buf, tag);
	ipm_buf_byte(&buf, ']');
	return ev_return_str(ev_str_from_buf(e, &buf), ret);
}

/* The user's own toString would have to run. */
static bool to_locale_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val method;

	return ev_get_c(e, a->this_value, "toString", &method) &&
	       ev_call(e, method, a->this_value, NULL, 0, ret);
}

static bool value_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	(void)e;
	return ev_return(a->this_value, ret);
}

static bool is_prototype_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_val at = ev_arg(a, 0);
	unsigned hops;
	bool same;

	*ret = ev_bool(false);
	for (hops = 0; ev_is_object(at) && hops < EV_MAX_CHAIN; hops++) {
		if (!ev_prototype_of(e, at, &at))
			return false;
		if (at.type == EV_NATIVE && hops && a->this_value.type != EV_NATIVE)
			break;
		if (!ev_is_object(at))
			break;
		if (!ev_strict_equal(e, at, a->this_value, &same))
			return false;
		if (same)
			return ev_return(ev_bool(true), ret);
		if (at.type == EV_NATIVE)
			break;
	}
	return true;
}

static bool reflect_get(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_key key;

	return ev_to_key(e, ev_arg(a, 1), &key) && ev_get(e, ev_arg(a, 0), &key, ret);
}

static bool reflect_has(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_found found;
	struct ev_key key;

	if (!ev_to_key(e, ev_arg(a, 1), &key) || !ev_lookup(e, ev_arg(a, 0), &key, &found))
		return false;
	return ev_return(ev_bool(found.found), ret);
}

static bool reflect_apply(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *list = ev_new_array(e);
	uint64_t length, i;
	struct ev_val v;

	if (!list || !ev_length(e, ev_arg(a, 2), &length))
		return false;
	for (i = 0; i < length; i++)
		if (!ev_element(e, a->v[2], i, &v) || !ev_push(e, list, v))
			return false;
	return ev_call(e, ev_arg(a, 0), ev_arg(a, 1), list->elements, list->element_count, ret);
}

const struct ev_native ev_natives_object[] = {
	{"", "Object", object_constructor, EV_NATIVE_CONSTRUCTOR, 1, 0},
	{"Object", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Object", "keys", object_keys, 0, 1, 0},
	{"Object", "values", object_values, 0, 1, 0},
	{"Object", "entries", object_entries, 0, 1, 0},
	{"Object", "getOwnPropertyNames", own_property_names, 0, 1, 0},
	{"Object", "getOwnPropertySymbols", own_property_symbols, 0, 1, 0},
	{"Object", "getOwnPropertyDescriptor", own_descriptor, 0, 2, 0},
	{"Object", "getOwnPropertyDescriptors", own_descriptors, 0, 1, 0},
	{"Object", "getPrototypeOf", get_prototype_of, 0, 1, 0},
	{"Object", "fromEntries", from_entries, 0, 1, 0},
	{"Object", "hasOwn", has_own, 0, 2, 0},
	{"Object", "assign", assign, 0, 2, 0},
	{"Object", "create", create, 0, 2, 0},
	{"Object", "is", object_is, 0, 2, 0},
	{"Object", "freeze", freeze, 0, 1, 0},
	{"Object", "isFrozen", is_frozen, 0, 1, 0},
	{"Object", "groupBy", group_by, 0, 2, 0},
	{"Object", "defineProperty", define_property, 0, 3, 0},
	{"Object", "defineProperties", define_properties, 0, 2, 0},
	{"Object", "setPrototypeOf", set_prototype_of, 0, 2, 0},
	{"Object.prototype", "__proto__", proto_getter, EV_NATIVE_GETTER, 0, 0},
	{"Map", "groupBy", map_group_by, 0, 2, 0},
	{"Object.prototype", "hasOwnProperty", has_own_property, 0, 1, 0},
	{"Object.prototype", "propertyIsEnumerable", property_is_enumerable, 0, 1, 0},
	{"Object.prototype", "isPrototypeOf", is_prototype_of, 0, 1, 0},
	{"Object.prototype", "toString", to_string, 0, 0, 0},
	{"Object.prototype", "toLocaleString", to_locale_string, 0, 0, 0},
	{"Object.prototype", "valueOf", value_of, 0, 0, 0},
	{"", "Reflect", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Reflect", "ownKeys", own_keys, 0, 1, 0},
	{"Reflect", "getPrototypeOf", get_prototype_of, 0, 1, 0},
	{"Reflect", "getOwnPropertyDescriptor", own_descriptor, 0, 2, 0},
	{"Reflect", "get", reflect_get, 0, 2, 0},
	{"Reflect", "has", reflect_has, 0, 2, 0},
	{"Reflect", "apply", reflect_apply, 0, 3, 0},
	{NULL, NULL, NULL, 0, 0, 0},
};
