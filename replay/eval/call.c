/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_ast.h"
#include "eval_native.h"

/* Calls, the binding of parameters, and changes to what the expression itself made. */

struct rest {
	struct ev_obj *values;
	size_t wanted; /* how many an array pattern takes; SIZE_MAX with a rest element */
};

static bool take(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	struct rest *rest = self;

	if (!ev_push(e, rest->values, v))
		return false;
	*stop = rest->values->element_count >= rest->wanted;
	return true;
}

static bool bind_array(struct ev *e, const struct ev_node *pattern, struct ev_val v,
		       struct ev_env *env, int mode)
{
	struct rest rest = {ev_new_array(e), 0};
	const struct ev_node *item;
	struct ev_obj *tail;
	struct ev_val one;
	size_t i = 0;

	if (!rest.values)
		return false;
	for (item = pattern->list; item; item = item->next) {
		if (item->type == EV_N_SPREAD)
			rest.wanted = SIZE_MAX;
		else if (rest.wanted != SIZE_MAX)
			rest.wanted++;
	}
	if (rest.wanted && !ev_iterate(e, v, take, &rest))
		return false;
	for (item = pattern->list; item; item = item->next, i++) {
		if (item->type == EV_N_SPREAD) {
			tail = ev_new_array(e);
			for (; tail && i < rest.values->element_count; i++)
				if (!ev_push(e, tail, rest.values->elements[i]))
					return false;
			return tail && ev_bind(e, item->a, ev_temp(tail), env, mode);
		}
		if (item->type == EV_N_HOLE)
			continue;
		one = i < rest.values->element_count ? rest.values->elements[i] : EV_UNDEF;
		if (!ev_bind(e, item, one, env, mode))
			return false;
	}
	return true;
}

struct others {
	struct ev_obj *object;
	struct ev_obj *taken; /* a Set of names */
};

static bool copy_other(struct ev *e, void *self, struct ev_key *key,
		       const struct ev_found *property)
{
	struct others *others = self;
	struct ev_val name;
	size_t place;

	if (!ev_key_value(e, key, &name) || !ev_find_entry(e, others->taken, name, &place))
		return false;
	if (place != SIZE_MAX)
		return true;
	if (property->accessor)
		return ev_throw_side_effect(e, "the getter '%s' cannot be run: the process is dead",
					    ev_excerpt(e, ev_key_name(key)));
	return ev_define(e, others->object, key, property->value, IPM_PROPERTY_DEFAULT);
}

static bool bind_object(struct ev *e, const struct ev_node *pattern, struct ev_val v,
			struct ev_env *env, int mode)
{
	struct others others = {NULL, NULL};
	const struct ev_node *item;
	struct ev_val one, name;
	struct ev_key key;

	if (ev_is_nullish(v) && pattern->list && pattern->list->type == EV_N_PROPERTY &&
	    !pattern->list->a)
		return ev_throw(e, "TypeError",
				"Cannot destructure property '%s' of '%s' as it is %s.",
				ev_excerpt(e, pattern->list->name),
				v.type == EV_NULL ? "object null" : "undefined",
				v.type == EV_NULL ? "null" : "undefined");
	if (ev_is_nullish(v))
		return ev_throw(e, "TypeError", "Cannot destructure '%s' as it is %s.",
				v.type == EV_NULL ? "object null" : "undefined",
				v.type == EV_NULL ? "null" : "undefined");
	for (item = pattern->list; item; item = item->next) {
		if (item->type == EV_N_SPREAD) {
			others.object = ev_new(e, IPM_KIND_OBJECT, "Object");
			if (!others.taken)
				others.taken = ev_new(e, IPM_KIND_SET, "Set");
			return others.object && others.taken &&
			       ev_own_keys(e, v, EV_KEYS_STRINGS | EV_KEYS_SYMBOLS, copy_other,
					   &others) &&
			       ev_bind(e, item->a, ev_temp(others.object), env, mode);
		}
		key = ev_key_of(item->name);
		if (item->a && (!ev_run(e, item->a, env, &one) || !ev_to_key(e, one, &key)))
			return false;
		if (!others.taken)
			others.taken = ev_new(e, IPM_KIND_SET, "Set");
		if (!others.taken || !ev_key_value(e, &key, &name) ||
		    !ev_put_entry(e, others.taken, name, EV_UNDEF))
			return false;
		e->at = item->pos;
		if (!ev_get(e, v, &key, &one) || !ev_bind(e, item->b, one, env, mode))
			return false;
	}
	return true;
}

bool ev_bind(struct ev *e, const struct ev_node *pattern, struct ev_val v, struct ev_env *env,
	     int mode)
{
	struct ev_val object, key_value;
	struct ev_key key;
	bool ok;

	if (v.type == EV_HOLE)
		v = EV_UNDEF;
	if (!ev_enter(e))
		return false;
	switch (pattern->type) {
	case EV_N_NAME:
		if (mode < 0)
			ok = ev_assign_name(e, env, pattern->name, v);
		else
			ok = ev_declare(e, mode == EV_VAR ? ev_env_function(env) : env,
					pattern->name, v, true, mode == EV_CONST);
		break;
	case EV_N_ASSIGN:
		if (v.type == EV_UNDEFINED && !ev_run(e, pattern->b, env, &v))
			return false;
		ok = ev_bind(e, pattern->a, v, env, mode);
		break;
	case EV_N_ARRAY:
		ok = bind_array(e, pattern, v, env, mode);
		break;
	case EV_N_OBJECT:
		ok = bind_object(e, pattern, v, env, mode);
		break;
	case EV_N_MEMBER:
		key = ev_key_of(pattern->name);
		ok = ev_run(e, pattern->a, env, &object) && ev_set(e, object, &key, v);
		break;
	case EV_N_INDEX:
		ok = ev_run(e, pattern->a, env, &object) &&
		     ev_run(e, pattern->b, env, &key_value) && ev_to_key(e, key_value, &key) &&
		     ev_set(e, object, &key, v);
		break;
	default:
		ok = ev_throw(e, "SyntaxError", "Invalid destructuring assignment target");
		break;
	}
	ev_leave(e);
	return ok;
}

bool ev_make_closure(struct ev *e, const struct ev_node *function, struct ev_env *env,
		     struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_FUNCTION, "Function");
	struct ev_closure *closure = ev_alloc(e, sizeof(*closure));
	const struct ev_node *param;
	struct ev_str *name;
	unsigned length = 0;

	if (!o || !closure)
		return false;
	/* A function that has a name knows itself by it. */
	if (function->name.len && !(function->flags & EV_F_METHOD)) {
		env = ev_env_new(e, env);
		if (!env || !ev_declare(e, env, function->name, ev_temp(o), true, false))
			return false;
	}
	ev_env_capture(env);
	closure->function = function;
	closure->env = env;
	o->closure = closure;
	o->text = ev_str_borrow(
		e, (struct ipm_str){e->source.data + function->pos, function->end - function->pos});
	for (param = function->list;
	     param && param->type != EV_N_ASSIGN && param->type != EV_N_SPREAD; param = param->next)
		length++;
	name = ev_str_borrow(e, function->name);
	*ret = ev_temp(o);
	return o->text && name &&
	       ev_define_c(e, o, "length", ev_num(length), IPM_PROPERTY_CONFIGURABLE) &&
	       ev_define_c(e, o, "name", ev_string(name), IPM_PROPERTY_CONFIGURABLE);
}

static bool make_arguments(struct ev *e, struct ev_env *env, struct ev_val *args, size_t count)
{
	struct ev_obj *array = ev_new_array(e);
	size_t i;

	for (i = 0; array && i < count; i++)
		if (!ev_push(e, array, args[i]))
			return false;
	return array && ev_declare(e, env, IPM_STR("arguments"), ev_temp(array), true, false);
}

static bool bind_parameters(struct ev *e, const struct ev_node *fn, struct ev_env *env,
			    struct ev_val *args, size_t count)
{
	const struct ev_node *param;
	struct ev_obj *rest;
	size_t i = 0;

	for (param = fn->list; param; param = param->next, i++) {
		if (param->type == EV_N_SPREAD) {
			rest = ev_new_array(e);
			for (; rest && i < count; i++)
				if (!ev_push(e, rest, args[i]))
					return false;
			return rest && ev_bind(e, param->a, ev_temp(rest), env, EV_PARAMETER);
		}
		if (!ev_bind(e, param, i < count ? args[i] : EV_UNDEF, env, EV_PARAMETER))
			return false;
	}
	return true;
}

static bool call_closure(struct ev *e, const struct ev_closure *closure, struct ev_val this_value,
			 struct ev_val *args, size_t count, struct ev_val *ret)
{
	const struct ev_node *fn = closure->function;
	struct ev_obj *generator = e->generator;
	enum ev_completion how = EV_NORMAL;
	struct ev_env *env;
	bool ok;

	if (fn->flags & EV_F_ASYNC)
		return ev_throw_side_effect(e,
					    "async functions cannot be run: the process is dead");
	env = ev_env_new(e, closure->env);
	if (!env)
		return false;
	ev_env_mark_function(env);
	if (!(fn->flags & EV_F_ARROW)) {
		ev_env_set_this(env, this_value);
		if (!make_arguments(e, env, args, count))
			return false;
	}
	e->generator = NULL;
	if (fn->flags & EV_F_GENERATOR) {
		e->generator = ev_new(e, IPM_KIND_ITERATOR, "Generator");
		if (!e->generator)
			return false;
	}
	ok = bind_parameters(e, fn, env, args, count);
	if (ok && fn->b->type == EV_N_BLOCK) {
		ok = ev_run_body(e, fn->b, env, ret, &how);
		if (how != EV_RETURN)
			*ret = EV_UNDEF;
	} else if (ok) {
		ok = ev_run(e, fn->b, env, ret);
	}
	ev_env_free(e, env);
	if (ok && e->generator)
		*ret = ev_temp(e->generator);
	e->generator = generator;
	return ok;
}

static bool call_native(struct ev *e, const struct ev_native *n, struct ev_val this_value,
			struct ev_val *v, size_t count, bool construct, struct ev_val *ret)
{
	struct ev_args args = {this_value, v, count, construct};

	*ret = EV_UNDEF;
	if (n->kind == EV_NATIVE_REFUSED)
		return ev_throw_side_effect(e, "%s cannot be run: the process is dead", n->name);
	if (!n->fn)
		return ev_throw(e, "TypeError", "%s is not a function", n->name);
	return n->fn(e, &args, ret);
}

static bool call_captured(struct ev *e, struct ev_val callee, struct ev_val this_value,
			  struct ev_val *args, size_t count, bool construct, struct ev_val *ret)
{
	const struct ev_native *native;
	struct ev_str *text;
	struct ev_val name;

	if (!ev_native_of_captured(e, callee, construct ? EV_UNDEF : this_value, &native))
		return false;
	if (native && (!construct || native->kind == EV_NATIVE_CONSTRUCTOR))
		return call_native(e, native, this_value, args, count, construct, ret);
	if (!construct) {
		if (!ev_buffer_method(e, callee, this_value, &native))
			return false;
		if (native)
			return call_native(e, native, this_value, args, count, false, ret);
	}
	if (!ev_get_c(e, callee, "name", &name))
		return false;
	text = name.type == EV_STRING ? name.str : NULL;
	if (!text || !text->units)
		return ev_throw_side_effect(e, "the process is dead: its functions cannot be run");
	return ev_throw_side_effect(e, "%s%s cannot be run: the process is dead",
				    construct ? "new " : "", ev_excerpt(e, ev_str_view(text)));
}

bool ev_call(struct ev *e, struct ev_val callee, struct ev_val this_value, struct ev_val *args,
	     size_t count, struct ev_val *ret)
{
	bool ok, callable;

	if (!ev_is_callable(e, callee, &callable))
		return false;
	if (!callable)
		return ev_throw(e, "TypeError", "the value is not a function");
	if (!ev_enter(e))
		return false;
	if (callee.type == EV_TEMP && callee.obj->closure)
		ok = call_closure(e, callee.obj->closure, this_value, args, count, ret);
	else if (callee.type == EV_NATIVE)
		ok = call_native(e, callee.native, this_value, args, count, false, ret);
	else
		ok = call_captured(e, callee, this_value, args, count, false, ret);
	ev_leave(e);
	return ok;
}

bool ev_construct(struct ev *e, struct ev_val callee, struct ev_val *args, size_t count,
		  struct ev_val *ret)
{
	struct ev_obj *o;
	bool ok;

	if (!ev_enter(e))
		return false;
	if (callee.type == EV_NATIVE) {
		ok = call_native(e, callee.native, EV_UNDEF, args, count, true, ret);
	} else if (callee.type == EV_HEAP) {
		ok = call_captured(e, callee, EV_UNDEF, args, count, true, ret);
	} else if (callee.obj->closure->function->flags & (EV_F_ARROW | EV_F_METHOD)) {
		ok = ev_throw(e, "TypeError", "the value is not a constructor");
	} else {
		o = ev_new(e, IPM_KIND_OBJECT, "Object");
		ok = o && ev_call(e, callee, ev_temp(o), args, count, ret);
		if (ok && !ev_is_object(*ret))
			*ret = ev_temp(o);
	}
	ev_leave(e);
	return ok;
}

static bool set_array_length(struct ev *e, struct ev_obj *o, struct ev_val v)
{
	double n;

	if (!ev_to_number(e, v, &n))
		return false;
	if (!(n >= 0 && n <= (double)(o->element_count + (1u << 20))) || n != trunc(n))
		return ev_throw(e, "RangeError", "Invalid array length");
	while ((double)o->element_count < n)
		if (!ev_push(e, o, (struct ev_val){.type = EV_HOLE}))
			return false;
	o->element_count = (size_t)n;
	return true;
}

static bool refuse_change(struct ev *e, struct ev_key *key)
{
	return ev_throw_side_effect(e, "'%s' cannot be changed: the process is dead",
				    ev_excerpt(e, ev_key_name(key)));
}

bool ev_set(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_val v)
{
	struct ev_val ignored;
	struct ev_slot *slot;

	if (ev_is_nullish(object))
		return ev_throw(e, "TypeError", "Cannot set properties of %s (setting '%s')",
				object.type == EV_NULL ? "null" : "undefined",
				ev_excerpt(e, ev_key_name(key)));
	if (object.type == EV_OMITTED)
		return ev_throw_omitted(e, object.omitted);
	if (object.type == EV_HEAP || object.type == EV_NATIVE)
		return refuse_change(e, key);
	if (object.type != EV_TEMP)
		return true; /* properties of primitives vanish */
	if (object.obj->frozen)
		return ev_throw(e, "TypeError",
				"Cannot assign to read only property '%s' of object",
				ev_excerpt(e, ev_key_name(key)));
	if (object.obj->kind == IPM_KIND_ARRAY && key->kind == EV_KEY_STRING &&
	    ev_view_is(key->name, "length"))
		return set_array_length(e, object.obj, v);
	if (key->kind == EV_KEY_STRING && ev_view_is(key->name, "__proto__")) {
		if (v.type == EV_NULL || ev_is_object(v))
			object.obj->proto = v;
		return true;
	}
	slot = ev_find_slot(object.obj, key);
	if (slot && slot->accessor)
		return slot->set.type == EV_UNDEFINED ||
		       ev_call(e, slot->set, object, &v, 1, &ignored);
	return ev_define(e, object.obj, key, v, IPM_PROPERTY_DEFAULT);
}

bool ev_delete(struct ev *e, struct ev_val object, struct ev_key *key)
{
	if (object.type == EV_HEAP || object.type == EV_NATIVE)
		return refuse_change(e, key);
	if (object.type != EV_TEMP)
		return true;
	return ev_delete_slot(e, object.obj, key);
}
