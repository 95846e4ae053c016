/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_ast.h"
#include "eval_native.h"

/* Runs expressions. */

static bool run(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret);

static bool member_key(struct ev *e, const struct ev_node *n, struct ev_val object,
		       struct ev_env *env, struct ev_key *ret)
{
	struct ev_val key;

	if (n->type == EV_N_MEMBER) {
		*ret = ev_key_of(n->name);
		return true;
	}
	if (!run(e, n->b, env, &key))
		return false;
	if (ev_is_nullish(object)) {
		struct ev_str *s = ev_to_string(e, key);

		e->at = n->pos;
		return s ? ev_throw(e, "TypeError", "Cannot read properties of %s (reading '%s')",
				    object.type == EV_NULL ? "null" : "undefined",
				    ev_excerpt(e, ev_str_view(s)))
			 : false;
	}
	return ev_to_key(e, key, ret);
}

static bool get_private(struct ev *e, struct ev_val object, struct ipm_str name, struct ev_val *ret)
{
	struct ev_found found;

	if (ev_is_nullish(object))
		return ev_throw(e, "TypeError", "Cannot read properties of %s (reading '#%s')",
				object.type == EV_NULL ? "null" : "undefined", ev_excerpt(e, name));
	if (!ev_get_private(e, object, name, &found))
		return false;
	if (!found.found)
		return ev_throw(e, "SyntaxError",
				"Private field '#%s' must be declared in an enclosing class",
				ev_excerpt(e, name));
	if (found.accessor)
		return ev_throw_side_effect(e,
					    "the getter '#%s' cannot be run: the process is dead",
					    ev_excerpt(e, name));
	*ret = found.value;
	return true;
}

/* A member access whose object is known; *shorted when a ?. ends the chain. */
static bool get_member(struct ev *e, const struct ev_node *n, struct ev_val object,
		       struct ev_env *env, struct ev_val *ret)
{
	struct ev_key key;

	e->at = n->pos;
	if (n->type == EV_N_PRIVATE)
		return get_private(e, object, n->name, ret);
	if (n->type == EV_N_MEMBER && object.type == EV_TEMP &&
	    object.obj->kind == IPM_KIND_ARRAY && ev_view_is(n->name, "length")) {
		*ret = ev_num((double)object.obj->element_count);
		return true;
	}
	if (!member_key(e, n, object, env, &key))
		return false;
	e->at = n->pos;
	if (key.kind == EV_KEY_INDEX && ev_is_object(object)) {
		if (!ev_element(e, object, key.index, ret))
			return false;
		if (ret->type == EV_HOLE)
			return ev_get(e, object, &key, ret);
		return true;
	}
	return ev_get(e, object, &key, ret);
}

/* Runs a link of a chain; *shorted: an optional link met undefined or null. */
static bool run_link(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret,
		     struct ev_val *ret_this, bool *shorted);

static bool collect_value(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	(void)stop;
	return ev_push(e, self, v);
}

static bool iterate(struct ev *e, const struct ev_node *source, struct ev_val v, struct ev_obj *out)
{
	e->iterated = source;
	return ev_iterate(e, v, collect_value, out);
}

static bool run_arguments(struct ev *e, const struct ev_node *list, struct ev_env *env,
			  struct ev_obj *args)
{
	struct ev_val v;

	for (; list; list = list->next) {
		if (list->type == EV_N_SPREAD) {
			if (!run(e, list->a, env, &v) || !iterate(e, list->a, v, args))
				return false;
		} else if (!run(e, list, env, &v) || !ev_push(e, args, v)) {
			return false;
		}
	}
	return true;
}

static bool run_call(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret,
		     bool *shorted)
{
	struct ev_val callee, this_value = EV_UNDEF;
	struct ev_obj args = {.kind = IPM_KIND_ARRAY, .class_name = "Array"};
	bool callable;

	if (!run_link(e, n->a, env, &callee, &this_value, shorted))
		return false;
	if (*shorted)
		return true;
	if (n->flags & EV_F_OPTIONAL && ev_is_nullish(callee)) {
		*shorted = true;
		return true;
	}
	if (!run_arguments(e, n->list, env, &args))
		return false;
	e->at = n->a->type == EV_N_MEMBER ? n->a->end - (uint32_t)n->a->name.len : n->pos;
	if (callee.type == EV_OMITTED)
		return ev_throw_omitted(e, callee.omitted);
	if (!ev_is_callable(e, callee, &callable))
		return false;
	if (!callable)
		return ev_throw(e, "TypeError", "%s is not a function", ev_source_of(e, n->a));
	return ev_call(e, callee, this_value, args.elements, args.element_count, ret);
}

static bool run_link(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret,
		     struct ev_val *ret_this, bool *shorted)
{
	struct ev_val object, ignored;
	bool ok;

	if (n->type != EV_N_MEMBER && n->type != EV_N_INDEX && n->type != EV_N_PRIVATE &&
	    n->type != EV_N_CALL)
		return run(e, n, env, ret);
	if (!ev_step(e) || !ev_enter(e))
		return false;
	if (n->type == EV_N_CALL) {
		ok = run_call(e, n, env, ret, shorted);
	} else {
		ok = run_link(e, n->a, env, &object, &ignored, shorted);
		if (ok && !*shorted) {
			if (n->flags & EV_F_OPTIONAL && ev_is_nullish(object)) {
				*shorted = true;
			} else {
				*ret_this = object;
				ok = get_member(e, n, object, env, ret);
			}
		}
	}
	ev_leave(e);
	return ok;
}

static bool run_array(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret)
{
	struct ev_obj *array = ev_new_array(e);
	const struct ev_node *item;
	struct ev_val v;

	if (!array)
		return false;
	for (item = n->list; item; item = item->next) {
		if (item->type == EV_N_HOLE)
			v = (struct ev_val){.type = EV_HOLE};
		else if (item->type == EV_N_SPREAD) {
			if (!run(e, item->a, env, &v) || !iterate(e, item->a, v, array))
				return false;
			continue;
		} else if (!run(e, item, env, &v)) {
			return false;
		}
		if (!ev_push(e, array, v))
			return false;
	}
	*ret = ev_temp(array);
	return true;
}

static bool copy_property(struct ev *e, void *self, struct ev_key *key,
			  const struct ev_found *property)
{
	if (property->accessor) {
		if (property->get.type == EV_UNDEFINED)
			return ev_define(e, self, key, EV_UNDEF, IPM_PROPERTY_DEFAULT);
		return ev_throw_side_effect(e, "the getter '%s' cannot be run: the process is dead",
					    ev_excerpt(e, ev_key_name(key)));
	}
	return ev_define(e, self, key, property->value, IPM_PROPERTY_DEFAULT);
}

static bool run_property(struct ev *e, const struct ev_node *item, struct ev_env *env,
			 struct ev_obj *o)
{
	struct ev_key key = ev_key_of(item->name);
	struct ev_val v;

	if (item->a && (!run(e, item->a, env, &v) || !ev_to_key(e, v, &key)))
		return false;
	if (!run(e, item->b, env, &v))
		return false;
	if (item->flags & EV_F_GETTER)
		return ev_define_getter(e, o, &key, v);
	if (item->flags & EV_F_SETTER)
		return ev_define_setter(e, o, &key, v);
	if (!item->a && ev_view_is(item->name, "__proto__") && !(item->flags & EV_F_SHORTHAND) &&
	    item->b->type != EV_N_FUNCTION) {
		if (v.type == EV_NULL || ev_is_object(v))
			o->proto = v;
		return true;
	}
	return ev_define(e, o, &key, v, IPM_PROPERTY_DEFAULT);
}

static bool run_object(struct ev *e, const struct ev_node *n, struct ev_env *env,
		       struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_OBJECT, "Object");
	const struct ev_node *item;
	struct ev_val v;

	if (!o)
		return false;
	if (n->flags & EV_F_COVER)
		return ev_throw(e, "SyntaxError", "Invalid shorthand property initializer");
	for (item = n->list; item; item = item->next) {
		if (item->type != EV_N_SPREAD) {
			if (!run_property(e, item, env, o))
				return false;
			continue;
		}
		if (!run(e, item->a, env, &v))
			return false;
		if (!ev_is_nullish(v) &&
		    !ev_own_keys(e, v, EV_KEYS_STRINGS | EV_KEYS_SYMBOLS, copy_property, o))
			return false;
	}
	*ret = ev_temp(o);
	return true;
}

static bool run_template(struct ev *e, const struct ev_node *n, struct ev_env *env,
			 struct ev_val *ret)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	const struct ev_node *part;
	struct ev_str *s;
	struct ev_val v;

	for (part = n->list; part; part = part->next) {
		if (part->type == EV_N_STRING && !part->value.str) {
			ev_append(&buf, part->name);
			continue;
		}
		s = run(e, part, env, &v) ? ev_to_string(e, v) : NULL;
		if (!s || !ev_str_whole(e, s) || !ev_steps(e, s->len / 64)) {
			ipm_buf_deinit(&buf);
			return false;
		}
		buf.max = (size_t)e->max_bytes;
		ev_append(&buf, ev_str_view(s));
		if (buf.failed) {
			ipm_buf_deinit(&buf);
			return ev_throw(e, "RangeError", "Invalid string length");
		}
	}
	return ev_return_str(ev_str_from_buf(e, &buf), ret);
}

/* tag`…`: the pieces as written and as meant, then the values. */
static bool run_tagged(struct ev *e, const struct ev_node *n, struct ev_env *env,
		       struct ev_val *ret, bool *shorted)
{
	struct ev_obj args = {.kind = IPM_KIND_ARRAY, .class_name = "Array"};
	struct ev_obj *strings = ev_new_array(e), *raw = ev_new_array(e);
	struct ev_val callee, this_value = EV_UNDEF, v;
	const struct ev_node *part;
	struct ev_str *s, *r;
	bool callable;

	if (!strings || !raw || !run_link(e, n->a, env, &callee, &this_value, shorted))
		return false;
	if (*shorted)
		return true;
	if (!ev_push(e, &args, ev_temp(strings)))
		return false;
	for (part = n->b->list; part; part = part->next) {
		if (part->type == EV_N_STRING && !part->value.str) {
			s = ev_str_borrow(e, part->name);
			r = ev_str_borrow(e, part->text2);
			if (!s || !r || !ev_push(e, strings, ev_string(s)) ||
			    !ev_push(e, raw, ev_string(r)))
				return false;
		} else if (!run(e, part, env, &v) || !ev_push(e, &args, v)) {
			return false;
		}
	}
	strings->frozen = raw->frozen = true;
	if (!ev_define_c(e, strings, "raw", ev_temp(raw), 0))
		return false;
	e->at = n->pos;
	if (callee.type == EV_OMITTED)
		return ev_throw_omitted(e, callee.omitted);
	if (!ev_is_callable(e, callee, &callable))
		return false;
	if (!callable)
		return ev_throw(e, "TypeError", "%s is not a function", ev_source_of(e, n->a));
	return ev_call(e, callee, this_value, args.elements, args.element_count, ret);
}

static bool run_unary(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret)
{
	const char *type;
	struct ev_str *s;
	bool yes;

	if (n->op == EV_OP_TYPEOF && n->a->type == EV_N_NAME) {
		if (!ev_resolve(e, env, n->a->name, true, ret))
			return false;
	} else if (!run(e, n->a, env, ret)) {
		return false;
	}
	switch (n->op) {
	case EV_OP_TYPEOF:
		type = ev_typeof(e, *ret);
		s = type ? ev_str_c(e, type) : NULL;
		return ev_return_str(s, ret);
	case EV_OP_VOID:
		*ret = EV_UNDEF;
		return true;
	case '!':
		if (!ev_truthy(e, *ret, &yes))
			return false;
		*ret = ev_bool(!yes);
		return true;
	default:
		break;
	}
	if (!ev_to_numeric(e, *ret, ret))
		return false;
	if (ret->type == EV_BIGINT) {
		const struct ev_big *big = ret->big;

		if (n->op == '+')
			return ev_throw(e, "TypeError",
					"Cannot convert a BigInt value to a number");
		big = ev_big_negate(e, big);
		if (big && n->op == '~')
			big = ev_big_arith(e, '-', big, ev_big_from_int64(e, 1));
		ret->big = big;
		return big != NULL;
	}
	if (n->op == '-')
		ret->number = -ret->number;
	else if (n->op == '~')
		ret->number = ~ev_int32(ret->number);
	return true;
}

/* The place an assignment goes to. */
struct reference {
	const struct ev_node *node;
	struct ev_val object;
	struct ev_key key;
};

static bool resolve_target(struct ev *e, const struct ev_node *n, struct ev_env *env,
			   struct reference *ret)
{
	ret->node = n;
	if (n->type == EV_N_NAME)
		return true;
	if (n->type == EV_N_PRIVATE)
		return ev_throw_side_effect(e, "'#%s' cannot be assigned: the process is dead",
					    ev_excerpt(e, n->name));
	if (!run(e, n->a, env, &ret->object))
		return false;
	if (ev_is_nullish(ret->object) && n->type == EV_N_MEMBER)
		return ev_throw(e, "TypeError", "Cannot set properties of %s (setting '%s')",
				ret->object.type == EV_NULL ? "null" : "undefined",
				ev_excerpt(e, n->name));
	return member_key(e, n, ret->object, env, &ret->key);
}

static bool read_target(struct ev *e, struct reference *r, struct ev_env *env, struct ev_val *ret)
{
	if (r->node->type == EV_N_NAME)
		return ev_resolve(e, env, r->node->name, false, ret);
	return ev_get(e, r->object, &r->key, ret);
}

static bool write_target(struct ev *e, struct reference *r, struct ev_env *env, struct ev_val v)
{
	if (r->node->type == EV_N_NAME)
		return ev_assign_name(e, env, r->node->name, v);
	return ev_set(e, r->object, &r->key, v);
}

static bool run_assign(struct ev *e, const struct ev_node *n, struct ev_env *env,
		       struct ev_val *ret)
{
	struct reference target;
	struct ev_val old;
	bool yes;

	if (n->a->type == EV_N_ARRAY || n->a->type == EV_N_OBJECT)
		return run(e, n->b, env, ret) && ev_bind(e, n->a, *ret, env, -1);
	if (!resolve_target(e, n->a, env, &target))
		return false;
	if (!n->op)
		return run(e, n->b, env, ret) && write_target(e, &target, env, *ret);
	if (!read_target(e, &target, env, &old))
		return false;
	if (n->op == EV_OP2('&', '&') || n->op == EV_OP2('|', '|') || n->op == EV_OP2('?', '?')) {
		if (n->op == EV_OP2('?', '?'))
			yes = ev_is_nullish(old);
		else if (!ev_truthy(e, old, &yes))
			return false;
		else if (n->op == EV_OP2('|', '|'))
			yes = !yes;
		*ret = old;
		if (!yes)
			return true;
		return run(e, n->b, env, ret) && write_target(e, &target, env, *ret);
	}
	return run(e, n->b, env, ret) && ev_binary(e, n->op, old, *ret, ret) &&
	       write_target(e, &target, env, *ret);
}

static bool run_update(struct ev *e, const struct ev_node *n, struct ev_env *env,
		       struct ev_val *ret)
{
	struct reference target;
	struct ev_val old, one = ev_num(1), now;

	if (!resolve_target(e, n->a, env, &target) || !read_target(e, &target, env, &old) ||
	    !ev_to_numeric(e, old, &old))
		return false;
	if (old.type == EV_BIGINT) {
		one.type = EV_BIGINT;
		one.big = ev_big_from_int64(e, 1);
		if (!one.big)
			return false;
	}
	if (!ev_binary(e, n->op == EV_OP2('+', '+') ? '+' : '-', old, one, &now) ||
	    !write_target(e, &target, env, now))
		return false;
	*ret = n->flags & EV_F_PREFIX ? now : old;
	return true;
}

static bool run_delete(struct ev *e, const struct ev_node *n, struct ev_env *env,
		       struct ev_val *ret)
{
	struct reference target;

	if (n->a->type != EV_N_MEMBER && n->a->type != EV_N_INDEX)
		return ev_throw_side_effect(e, "nothing can be deleted: the process is dead");
	if (!resolve_target(e, n->a, env, &target) || !ev_delete(e, target.object, &target.key))
		return false;
	*ret = ev_bool(true);
	return true;
}

static bool run_logical(struct ev *e, const struct ev_node *n, struct ev_env *env,
			struct ev_val *ret)
{
	bool yes;

	if (!run(e, n->a, env, ret))
		return false;
	if (n->op == EV_OP2('?', '?'))
		return ev_is_nullish(*ret) ? run(e, n->b, env, ret) : true;
	if (!ev_truthy(e, *ret, &yes))
		return false;
	return yes == (n->op == EV_OP2('&', '&')) ? run(e, n->b, env, ret) : true;
}

static bool run_new(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret)
{
	struct ev_obj args = {.kind = IPM_KIND_ARRAY, .class_name = "Array"};
	struct ev_val callee;
	bool callable;

	if (!run(e, n->a, env, &callee) || !run_arguments(e, n->list, env, &args))
		return false;
	e->at = n->pos;
	if (callee.type == EV_OMITTED)
		return ev_throw_omitted(e, callee.omitted);
	if (!ev_is_callable(e, callee, &callable))
		return false;
	if (!callable)
		return ev_throw(e, "TypeError", "%s is not a constructor", ev_source_of(e, n->a));
	if (callee.type == EV_NATIVE && callee.native->kind == EV_NATIVE_REFUSED)
		return ev_throw_side_effect(e, "new %s cannot be run: the process is dead",
					    callee.native->name);
	if (callee.type == EV_NATIVE && callee.native->kind != EV_NATIVE_CONSTRUCTOR)
		return ev_throw(e, "TypeError", "%s is not a constructor", ev_source_of(e, n->a));
	return ev_construct(e, callee, args.elements, args.element_count, ret);
}

static bool run_private_in(struct ev *e, const struct ev_node *n, struct ev_env *env,
			   struct ev_val *ret)
{
	struct ev_found found;
	struct ev_val object;

	if (!run(e, n->a, env, &object) || !ev_get_private(e, object, n->name, &found))
		return false;
	*ret = ev_bool(found.found);
	return true;
}

/* Generators run to their end at once: nobody can tell who only looks. */
static bool run_yield(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret)
{
	struct ev_val v = EV_UNDEF;

	if (n->a && !run(e, n->a, env, &v))
		return false;
	*ret = EV_UNDEF;
	if (!e->generator)
		return ev_throw(e, "SyntaxError", "yield outside of a generator");
	if (n->op)
		return iterate(e, n->a, v, e->generator);
	return ev_push(e, e->generator, v);
}

/* What is settled can be had; nothing else will ever be. */
static bool await_value(struct ev *e, struct ev_val v, struct ev_val *ret)
{
	const struct ipm_object *o;
	enum ipm_kind kind;
	uint32_t state;
	bool ok;

	*ret = v;
	if (!ev_is_object(v))
		return v.type != EV_OMITTED || ev_throw_omitted(e, v.omitted);
	if (!ev_kind(e, v, &kind))
		return false;
	if (kind != IPM_KIND_PROMISE || v.type != EV_HEAP) {
		struct ev_val then;

		if (!ev_get_c(e, v, "then", &then))
			return false;
		return then.type == EV_UNDEFINED ||
		       ev_throw_side_effect(e, "this cannot be awaited: the process is dead");
	}
	o = ev_hold(e, v.id);
	if (!o)
		return false;
	state = o->state;
	ok = ev_import(e, &o->first, ret);
	ev_drop(e, o);
	if (!ok)
		return false;
	if (state == IPM_PROMISE_REJECTED)
		return ev_throw_value(e, *ret);
	return state == IPM_PROMISE_FULFILLED ||
	       ev_throw_side_effect(e, "this promise was pending: the process is dead");
}

static bool run_node(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret)
{
	struct ev_val right, ignored = EV_UNDEF;
	bool shorted = false, yes;

	switch (n->type) {
	case EV_N_NUMBER:
	case EV_N_STRING:
	case EV_N_BIGINT:
	case EV_N_LITERAL:
		*ret = n->value;
		return true;
	case EV_N_NAME:
		return ev_resolve(e, env, n->name, false, ret);
	case EV_N_THIS:
		return ev_this(e, env, ret);
	case EV_N_MEMBER:
	case EV_N_INDEX:
	case EV_N_PRIVATE:
	case EV_N_CALL:
		return run_link(e, n, env, ret, &ignored, &shorted);
	case EV_N_CHAIN:
		if (!run_link(e, n->a, env, ret, &ignored, &shorted))
			return false;
		if (shorted)
			*ret = EV_UNDEF;
		return true;
	case EV_N_TEMPLATE:
		return run_template(e, n, env, ret);
	case EV_N_REGEX:
		return ev_new_regexp(e, n->name, n->text2, ret);
	case EV_N_ARRAY:
		return run_array(e, n, env, ret);
	case EV_N_OBJECT:
		return run_object(e, n, env, ret);
	case EV_N_FUNCTION:
		return ev_make_closure(e, n, env, ret);
	case EV_N_UNARY:
		return n->op == EV_OP_DELETE ? run_delete(e, n, env, ret)
					     : run_unary(e, n, env, ret);
	case EV_N_UPDATE:
		return run_update(e, n, env, ret);
	case EV_N_BINARY:
		if (!run(e, n->a, env, ret) || !run(e, n->b, env, &right))
			return false;
		e->at = n->pos;
		return ev_binary(e, n->op, *ret, right, ret);
	case EV_N_LOGICAL:
		return run_logical(e, n, env, ret);
	case EV_N_CONDITIONAL:
		if (!run(e, n->a, env, ret) || !ev_truthy(e, *ret, &yes))
			return false;
		return run(e, yes ? n->b : n->c, env, ret);
	case EV_N_ASSIGN:
		return run_assign(e, n, env, ret);
	case EV_N_SEQUENCE:
		return run(e, n->a, env, ret) && run(e, n->b, env, ret);
	case EV_N_NEW:
		return run_new(e, n, env, ret);
	case EV_N_PRIVATE_IN:
		return run_private_in(e, n, env, ret);
	case EV_N_YIELD:
		return run_yield(e, n, env, ret);
	case EV_N_AWAIT:
		return run(e, n->a, env, &right) && await_value(e, right, ret);
	case EV_N_TAGGED:
		return run_tagged(e, n, env, ret, &shorted);
	default:
		return ev_throw(e, "SyntaxError", "this syntax cannot be evaluated");
	}
}

static bool run(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret)
{
	bool ok;

	e->at = n->pos;
	if (!ev_step(e) || !ev_enter(e))
		return false;
	ok = run_node(e, n, env, ret);
	ev_leave(e);
	return ok;
}

bool ev_run(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret)
{
	return run(e, n, env, ret);
}
