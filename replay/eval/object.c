/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_internal.h"
#include "eval_native.h"

/* Properties: own ones, inherited ones, and those that builtin prototypes are known to have. */

static bool same_key(const struct ipm_property *p, const struct ev_key *key, struct ipm_str name)
{
	if (key->kind != EV_KEY_SYMBOL)
		return !p->symbol_id && ev_view_equal(p->name, name);
	if (!p->symbol_id)
		return false;
	if (key->symbol.type == EV_HEAP)
		return key->symbol.id == p->symbol_id;
	return name.len > 14 && !memcmp(name.data, "Symbol(Symbol.", 14) &&
	       ev_view_equal(p->name, name);
}

static bool accessor_part(uint64_t id, struct ev_val *ret)
{
	*ret = EV_UNDEF;
	if (id) {
		ret->type = EV_HEAP;
		ret->id = id;
	}
	return true;
}

static bool take_property(struct ev *e, const struct ipm_property *p, struct ev_found *ret)
{
	ret->found = true;
	ret->flags = p->flags;
	if (p->value.type != IPM_VALUE_ACCESSOR)
		return ev_import(e, &p->value, &ret->value);
	ret->accessor = true;
	return accessor_part(p->value.accessor.get, &ret->get) &&
	       accessor_part(p->value.accessor.set, &ret->set);
}

static bool find_property(struct ev *e, const struct ipm_object *o, const struct ev_key *key,
			  struct ipm_str name, struct ev_found *ret)
{
	const struct ipm_slice *slice;
	uint64_t i, count;
	size_t k;

	for (k = 0; k < o->property_count; k++)
		if (same_key(&o->properties[k], key, name))
			return take_property(e, &o->properties[k], ret);
	if (!o->more_properties.count || !o->more_properties.per_slice)
		return true;
	count = (o->more_properties.count - 1) / o->more_properties.per_slice + 1;
	for (i = 0; i < count; i++) {
		slice = ev_slice(e, o->more_properties.first + i, NULL);
		if (!slice || !ev_steps(e, slice->property_count / 16 + 1))
			return false;
		for (k = 0; k < slice->property_count; k++)
			if (same_key(&slice->properties[k], key, name))
				return take_property(e, &slice->properties[k], ret);
	}
	return true;
}

static void found_value(struct ev_found *ret, struct ev_val v, uint8_t flags)
{
	ret->found = true;
	ret->value = v;
	ret->flags = flags;
}

/* `length` and indexes of a string. */
static bool own_of_string(struct ev *e, struct ev_str *s, struct ev_key *key, struct ev_found *ret)
{
	struct ev_str *unit;

	if (key->kind == EV_KEY_INDEX && key->index < s->units) {
		unit = ev_str_slice(e, s, key->index, (size_t)key->index + 1);
		if (!unit)
			return false;
		found_value(ret, ev_string(unit), IPM_PROPERTY_ENUMERABLE);
	} else if (key->kind == EV_KEY_STRING && ev_view_is(key->name, "length")) {
		found_value(ret, ev_num((double)s->units), 0);
	}
	return true;
}

static bool own_element(struct ev *e, struct ev_val object, const struct ipm_object *o,
			struct ev_key *key, struct ev_found *ret)
{
	uint8_t flags = IPM_PROPERTY_DEFAULT;
	struct ev_val v;

	if (key->index >= o->length)
		return true;
	if (!ev_element(e, object, key->index, &v))
		return false;
	if (v.type != EV_HOLE)
		found_value(ret, v, flags);
	return true;
}

static bool own_of_captured(struct ev *e, struct ev_val object, const struct ipm_object *o,
			    struct ev_key *key, struct ev_found *ret)
{
	struct ipm_str name = ev_key_name(key);
	bool is_length = key->kind == EV_KEY_STRING && ev_view_is(name, "length");
	struct ev_val v;

	switch (o->kind) {
	case IPM_KIND_PROXY:
		return ev_throw_side_effect(e, "a Proxy of a dead process cannot be asked: its "
					       "traps cannot be run");
	case IPM_KIND_ARRAY:
		if (is_length) {
			found_value(ret, ev_num((double)o->length), IPM_PROPERTY_WRITABLE);
			return true;
		}
		if (key->kind == EV_KEY_INDEX)
			return own_element(e, object, o, key, ret);
		break;
	case IPM_KIND_ARGUMENTS:
	case IPM_KIND_TYPEDARRAY:
		if (key->kind == EV_KEY_INDEX)
			return own_element(e, object, o, key, ret);
		break;
	case IPM_KIND_PRIMITIVE:
		if (o->first.type == IPM_VALUE_STRING) {
			if (!ev_import(e, &o->first, &v) || !own_of_string(e, v.str, key, ret))
				return false;
			if (ret->found)
				return true;
		}
		break;
	default:
		break;
	}
	if (!find_property(e, o, key, name, ret))
		return false;
	if (ret->found || key->kind != EV_KEY_STRING)
		return true;
	if (o->kind == IPM_KIND_ARGUMENTS && is_length)
		found_value(ret, ev_num((double)o->length),
			    IPM_PROPERTY_WRITABLE | IPM_PROPERTY_CONFIGURABLE);
	if (o->kind == IPM_KIND_ERROR && ev_view_is(name, "stack") && o->text.length) {
		struct ev_str *s = ev_str_text(e, &o->text);

		if (!s)
			return false;
		found_value(ret, ev_string(s), IPM_PROPERTY_WRITABLE | IPM_PROPERTY_CONFIGURABLE);
	}
	return true;
}

static bool own_of_temp(struct ev *e, struct ev_obj *o, struct ev_key *key, struct ev_found *ret)
{
	struct ev_slot *slot;

	if (o->kind == IPM_KIND_ARRAY || o->kind == IPM_KIND_TYPEDARRAY) {
		if (key->kind == EV_KEY_INDEX) {
			if (key->index < o->element_count &&
			    o->elements[key->index].type != EV_HOLE)
				found_value(ret, o->elements[key->index], IPM_PROPERTY_DEFAULT);
			return true;
		}
		if (o->kind == IPM_KIND_ARRAY && key->kind == EV_KEY_STRING &&
		    ev_view_is(key->name, "length")) {
			found_value(ret, ev_num((double)o->element_count), IPM_PROPERTY_WRITABLE);
			return true;
		}
	}
	if (o->kind == IPM_KIND_PRIMITIVE && o->first.type == EV_STRING) {
		if (!own_of_string(e, o->first.str, key, ret))
			return false;
		if (ret->found)
			return true;
	}
	slot = ev_find_slot(o, key);
	if (!slot)
		return true;
	found_value(ret, slot->value, slot->flags);
	ret->accessor = slot->accessor;
	ret->get = slot->get;
	ret->set = slot->set;
	return true;
}

static bool own_of_native(struct ev *e, const struct ev_native *n, struct ev_key *key,
			  struct ev_found *ret)
{
	const struct ev_native *member;
	char buf[64];
	struct ev_str *s;

	if (key->kind != EV_KEY_STRING)
		return true;
	member = ev_native_find(e, ev_native_area(n, buf, sizeof(buf)), key->name);
	if (member) {
		if (member->kind == EV_NATIVE_GETTER) {
			ret->found = ret->accessor = true;
			ret->get = ev_native_val(member);
			return true;
		}
		found_value(ret, EV_UNDEF, IPM_PROPERTY_WRITABLE | IPM_PROPERTY_CONFIGURABLE);
		return ev_native_value(e, member, &ret->value);
	}
	if (n->kind == EV_NATIVE_NAMESPACE) {
		if (ev_view_is(key->name, "constructor") && !strcmp(n->name, "prototype")) {
			member =
				ev_native_find_c(e, "", (struct ipm_str){n->area, strlen(n->area)});
			if (member)
				found_value(ret, ev_native_val(member), 0);
		}
		return true;
	}
	if (ev_view_is(key->name, "name")) {
		s = ev_str_c(e, n->name);
		if (!s)
			return false;
		found_value(ret, ev_string(s), IPM_PROPERTY_CONFIGURABLE);
	} else if (ev_view_is(key->name, "length")) {
		found_value(ret, ev_num(n->length), IPM_PROPERTY_CONFIGURABLE);
	}
	return true;
}

bool ev_own(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_found *ret)
{
	const struct ipm_object *o;
	bool ok;

	memset(ret, 0, sizeof(*ret));
	switch (object.type) {
	case EV_STRING:
		return own_of_string(e, object.str, key, ret);
	case EV_HEAP:
		o = ev_hold(e, object.id);
		if (!o)
			return false;
		ok = own_of_captured(e, object, o, key, ret);
		ev_drop(e, o);
		return ok;
	case EV_TEMP:
		return own_of_temp(e, object.obj, key, ret);
	case EV_NATIVE:
		return own_of_native(e, object.native, key, ret);
	case EV_OMITTED:
		return ev_throw_omitted(e, object.omitted);
	default:
		return true;
	}
}

/* Properties that builtin prototypes have and the file need not hold. */
static bool native_property(struct ev *e, struct ev_val object, struct ev_key *key,
			    struct ev_found *ret)
{
	const struct ev_native *n = NULL;
	const char *area;

	if (key->kind == EV_KEY_INDEX)
		return true;
	area = ev_area_of(e, object);
	if (!area)
		return false;
	if (object.type == EV_TEMP && !strcmp(object.obj->class_name, "Buffer"))
		n = ev_native_find_c(e, "Buffer.prototype", key->name);
	if (!n && *area)
		n = ev_native_find_c(e, area, key->name);
	if (!n && key->kind == EV_KEY_STRING && ev_view_is(key->name, "constructor")) {
		if (object.type == EV_TEMP &&
		    (object.obj->kind == IPM_KIND_ERROR || object.obj->kind == IPM_KIND_TYPEDARRAY))
			area = object.obj->class_name;
		else if (!*area)
			area = "Object";
		/* "Map.prototype" to "Map" */
		n = ev_native_find_c(e, "", (struct ipm_str){area, strcspn(area, ".")});
	}
	if (!n)
		n = ev_native_find_c(e, "Object.prototype", key->name);
	if (!n)
		return true;
	ret->found = true;
	ret->flags = IPM_PROPERTY_WRITABLE | IPM_PROPERTY_CONFIGURABLE;
	if (n->kind == EV_NATIVE_GETTER) {
		ret->accessor = true;
		ret->get = ev_native_val(n);
		return true;
	}
	return ev_native_value(e, n, &ret->value);
}

/* The chain ended in the middle of nowhere, at an object of the user's that is not there. */
static bool lost_prototype(struct ev *e, struct ev_val object, struct ev_key *key)
{
	struct ipm_str class_name, name = ev_key_name(key);
	const char *area = ev_area_of(e, object);

	if (key->kind == EV_KEY_SYMBOL) /* few classes have any */
		return true;
	if (!area || !ev_class_name(e, object, &class_name))
		return false;
	if (*area && class_name.len == strcspn(area, ".") &&
	    !memcmp(class_name.data, area, class_name.len))
		return true; /* a builtin class: native_property knows all of it */
	if (class_name.len > 5 &&
	    ev_view_is((struct ipm_str){class_name.data + class_name.len - 5, 5}, "Error"))
		return true;
	return ev_throw(e, "EvalError",
			"whether %s has '%s' is unknown: its prototype was not captured",
			ev_excerpt(e, class_name), ev_excerpt(e, name));
}

bool ev_lookup(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_found *ret)
{
	const struct ipm_object *o;
	struct ev_val at = object;
	unsigned hops = 0;
	bool symbol;

	memset(ret, 0, sizeof(*ret));
	if (!ev_is_symbol(e, object, &symbol))
		return false;
	if (symbol)
		return native_property(e, object, key, ret);
	for (;;) {
		if (at.type == EV_HEAP && hops) {
			if (!ev_hold_if_there(e, at.id, &o))
				return false;
			if (!o) {
				if (!native_property(e, object, key, ret))
					return false;
				return ret->found ? true : lost_prototype(e, object, key);
			}
			ev_drop(e, o);
		}
		if (!ev_own(e, at, key, ret))
			return false;
		if (ret->found || !ev_is_object(at) || ++hops > EV_MAX_CHAIN)
			break;
		if (!ev_proto(e, at, &at))
			return false;
		if (at.type == EV_NULL) {
			if (hops == 1) /* Object.create(null) */
				return true;
			break;
		}
		if (at.type == EV_OMITTED) {
			if (!native_property(e, object, key, ret))
				return false;
			return ret->found ? true : lost_prototype(e, object, key);
		}
		if (at.type == EV_NATIVE || at.type == EV_UNDEFINED)
			break; /* a builtin prototype: by the kind of the object */
	}
	return ret->found ? true : native_property(e, object, key, ret);
}

bool ev_proto(struct ev *e, struct ev_val object, struct ev_val *ret)
{
	const struct ipm_object *o;
	bool ok;

	*ret = EV_UNDEF;
	if (object.type == EV_TEMP) {
		*ret = object.obj->proto;
		return true;
	}
	if (object.type != EV_HEAP)
		return true;
	o = ev_hold(e, object.id);
	if (!o)
		return false;
	ok = ev_import(e, &o->proto, ret);
	ev_drop(e, o);
	return ok;
}

static bool get_of_nothing(struct ev *e, struct ev_val object, struct ev_key *key)
{
	return ev_throw(e, "TypeError", "Cannot read properties of %s (reading '%s')",
			object.type == EV_NULL ? "null" : "undefined",
			ev_excerpt(e, ev_key_name(key)));
}

bool ev_get(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_val *ret)
{
	const struct ev_native *native;
	struct ev_found found;
	bool known;

	if (!ev_step(e))
		return false;
	if (ev_is_nullish(object))
		return get_of_nothing(e, object, key);
	if (object.type == EV_OMITTED)
		return ev_throw_omitted(e, object.omitted);
	if (!ev_lookup(e, object, key, &found))
		return false;
	*ret = EV_UNDEF;
	if (!found.found || (!found.accessor && found.value.type == EV_OMITTED)) {
		if (!ev_global_member(e, object, key, ret, &known))
			return false;
		if (known || !found.found)
			return true;
	}
	if (!found.accessor) {
		*ret = found.value;
		return true;
	}
	if (found.get.type == EV_UNDEFINED)
		return true;
	if (found.get.type == EV_NATIVE || found.get.type == EV_TEMP)
		return ev_call(e, found.get, object, NULL, 0, ret);
	if (!ev_native_of_captured(e, found.get, object, &native))
		return false;
	if (native)
		return ev_call(e, ev_native_val(native), object, NULL, 0, ret);
	return ev_throw_side_effect(e, "the getter '%s' cannot be run: the process is dead",
				    ev_excerpt(e, ev_key_name(key)));
}

bool ev_get_c(struct ev *e, struct ev_val object, const char *name, struct ev_val *ret)
{
	struct ev_key key = ev_key_of((struct ipm_str){name, strlen(name)});

	return ev_get(e, object, &key, ret);
}

bool ev_get_private(struct ev *e, struct ev_val object, struct ipm_str name, struct ev_found *ret)
{
	const struct ipm_object *o;
	bool ok = true;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	if (object.type == EV_OMITTED)
		return ev_throw_omitted(e, object.omitted);
	if (object.type != EV_HEAP)
		return true;
	o = ev_hold(e, object.id);
	if (!o)
		return false;
	for (i = 0; ok && i < o->private_count && !ret->found; i++) {
		struct ipm_str own = o->privates[i].name;

		if (own.len && own.data[0] == '#') {
			own.data++;
			own.len--;
		}
		if (ev_view_equal(own, name))
			ok = take_property(e, &o->privates[i], ret);
	}
	ev_drop(e, o);
	return ok;
}
