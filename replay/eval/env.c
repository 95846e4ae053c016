/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "eval_internal.h"
#include "eval_native.h"

/*
 * Names: first the expression's own variables, then the scopes of the frame, innermost first,
 * then the builtins, then what the global object held.
 */

struct ev_binding {
	struct ipm_str name;
	struct ev_val value;
	bool ready; /* false: temporal dead zone */
	bool constant;
};

struct ev_env {
	struct ev_env *parent;
	struct ev_binding *bindings;
	size_t count, capacity;
	struct ev_val this_value;
	bool has_this;
	bool is_function; /* where `var` goes */
	bool captured;
};

struct ev_env *ev_env_new(struct ev *e, struct ev_env *parent)
{
	struct ev_env *env = e->free_envs;

	if (env) {
		e->free_envs = env->parent;
		env->count = 0;
		env->has_this = env->is_function = false;
		env->captured = false;
	} else {
		env = ev_alloc(e, sizeof(*env));
		if (!env)
			return NULL;
	}
	env->parent = parent;
	return env;
}

void ev_env_free(struct ev *e, struct ev_env *env)
{
	if (env->captured)
		return;
	env->parent = e->free_envs;
	e->free_envs = env;
}

void ev_env_capture(struct ev_env *env)
{
	for (; env && !env->captured; env = env->parent)
		env->captured = true;
}

void ev_env_set_this(struct ev_env *env, struct ev_val v)
{
	env->has_this = true;
	env->this_value = v;
}

struct ev_env *ev_env_function(struct ev_env *env)
{
	while (env->parent && !env->is_function)
		env = env->parent;
	return env;
}

void ev_env_mark_function(struct ev_env *env)
{
	env->is_function = true;
}

static struct ev_binding *find(struct ev_env *env, struct ipm_str name)
{
	size_t i;

	for (i = 0; i < env->count; i++)
		if (env->bindings[i].name.data == name.data
			    ? env->bindings[i].name.len == name.len
			    : ev_view_equal(env->bindings[i].name, name))
			return &env->bindings[i];
	return NULL;
}

bool ev_declare(struct ev *e, struct ev_env *env, struct ipm_str name, struct ev_val v, bool ready,
		bool constant)
{
	struct ev_binding *b = find(env, name);
	void *grown;

	if (!b) {
		grown = ev_more(e, env->bindings, env->count, &env->capacity, sizeof(*b));
		if (!grown)
			return false;
		env->bindings = grown;
		b = &env->bindings[env->count++];
		b->name = name;
	}
	b->value = v;
	b->ready = ready;
	b->constant = constant;
	return true;
}

static bool too_early(struct ev *e, struct ipm_str name)
{
	return ev_throw(e, "ReferenceError", "Cannot access '%s' before initialization",
			ev_excerpt(e, name));
}

static bool not_defined(struct ev *e, struct ipm_str name)
{
	if (e->frame && !e->frame->scope_count && e->frame->locals_missing != IPM_REASON_NONE)
		return ev_throw(e, "EvalError",
				"'%s' is unknown: this frame's variables were not captured (%s)",
				ev_excerpt(e, name), ipm_reason_name(e->frame->locals_missing));
	return ev_throw(e, "ReferenceError", "%s is not defined", ev_excerpt(e, name));
}

/* Is there a variable of that name in a scope of the dead process? */
static bool in_scope(struct ev *e, const struct ipm_scope_ref *scope, struct ipm_str name,
		     struct ev_found *ret)
{
	const struct ipm_object *o;
	struct ev_key key = ev_key_of(name);
	struct ev_val object;

	memset(ret, 0, sizeof(*ret));
	if (scope->object.type != IPM_VALUE_OBJECT)
		return true;
	object = (struct ev_val){.type = EV_HEAP, .id = scope->object.object_id};
	if (!ev_hold_if_there(e, object.id, &o))
		return false;
	if (!o)
		return true;
	ev_drop(e, o);
	key.kind = EV_KEY_STRING;
	return ev_own(e, object, &key, ret);
}

/* `process` is a getter of the global object's: the file's own record of it serves better. */
static bool make_process(struct ev *e, struct ev_val *ret)
{
	const struct ipm_meta *meta = ipm_reader_meta(e->reader);
	struct ev_obj *o = ev_new(e, IPM_KIND_OBJECT, "process"), *argv, *versions;
	const struct {
		const char *name;
		struct ipm_str text;
	} texts[] = {
		{"version", meta->node_version},
		{"arch", meta->arch},
		{"platform", meta->platform},
		{"execPath", meta->exec_path},
	};
	struct ipm_str number = meta->node_version;
	struct ev_str *s;
	size_t i;

	argv = ev_new_array(e);
	versions = ev_new(e, IPM_KIND_OBJECT, "Object");
	if (!o || !argv || !versions)
		return false;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		s = ev_str_borrow(e, texts[i].text);
		if (!s || !ev_define_c(e, o, texts[i].name, ev_string(s), IPM_PROPERTY_DEFAULT))
			return false;
	}
	for (i = 0; i < meta->argc; i++) {
		s = ev_str_borrow(e, meta->argv[i]);
		if (!s || !ev_push(e, argv, ev_string(s)))
			return false;
	}
	if (number.len && number.data[0] == 'v') {
		number.data++;
		number.len--;
	}
	s = ev_str_borrow(e, number);
	if (!s || !ev_define_c(e, versions, "node", ev_string(s), IPM_PROPERTY_DEFAULT))
		return false;
	s = ev_str_borrow(e, meta->v8_version);
	if (!s || !ev_define_c(e, versions, "v8", ev_string(s), IPM_PROPERTY_DEFAULT))
		return false;
	*ret = ev_temp(o);
	return ev_define_c(e, o, "pid", ev_num((double)meta->pid), IPM_PROPERTY_DEFAULT) &&
	       ev_define_c(e, o, "argv", ev_temp(argv), IPM_PROPERTY_DEFAULT) &&
	       ev_define_c(e, o, "versions", ev_temp(versions), IPM_PROPERTY_DEFAULT);
}

static const struct ipm_scope_ref *scopes_of(struct ev *e, size_t *ret_count)
{
	const struct ipm_frame *f = e->frame;
	size_t i;

	*ret_count = 0;
	if (f) {
		*ret_count = f->scope_count;
		return f->scopes;
	}
	/* Global: what any frame can tell about it. */
	for (i = 0; e->pause && i < e->pause->frame_count; i++)
		if (e->pause->frames[i].scope_count) {
			*ret_count = e->pause->frames[i].scope_count;
			return e->pause->frames[i].scopes;
		}
	return NULL;
}

static bool is_global_scope(enum ipm_scope_type type)
{
	return type == IPM_SCOPE_GLOBAL || type == IPM_SCOPE_SCRIPT;
}

static bool uninitialized(struct ev_val v)
{
	return v.type == EV_OMITTED && v.omitted->omitted.reason == IPM_REASON_UNINITIALIZED;
}

bool ev_global_object(struct ev *e, struct ev_val *ret, bool *found)
{
	size_t count, i;
	const struct ipm_scope_ref *scopes = scopes_of(e, &count);

	*found = false;
	for (i = 0; i < count; i++)
		if (scopes[i].type == IPM_SCOPE_GLOBAL &&
		    scopes[i].object.type == IPM_VALUE_OBJECT) {
			*found = true;
			return ev_import(e, &scopes[i].object, ret);
		}
	return true;
}

static bool resolve_builtin(struct ev *e, struct ipm_str name, struct ev_val *ret, bool *found)
{
	const struct ev_native *native = ev_native_find_c(e, "", name);

	*found = true;
	if (native)
		return ev_native_value(e, native, ret);
	if (ev_view_is(name, "undefined")) {
		*ret = EV_UNDEF;
		return true;
	}
	if (ev_view_is(name, "globalThis") || ev_view_is(name, "global")) {
		struct ev_obj *o;

		if (!ev_global_object(e, ret, found) || *found)
			return !e->throwing && !e->stop && !e->errc;
		*found = true;
		o = ev_new(e, IPM_KIND_OBJECT, "Object");
		return ev_return_obj(o, ret);
	}
	*found = false;
	return true;
}

/* The values of the global object's own builtins are not in files; its name for them is enough. */
bool ev_global_member(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_val *ret,
		      bool *found)
{
	struct ev_val global;

	*found = false;
	if (object.type != EV_HEAP || key->kind != EV_KEY_STRING)
		return true;
	if (!ev_global_object(e, &global, found))
		return false;
	if (!*found || global.type != EV_HEAP || global.id != object.id) {
		*found = false;
		return true;
	}
	if (!resolve_builtin(e, key->name, ret, found) || *found)
		return !e->throwing && !e->stop && !e->errc;
	if (!ev_view_is(key->name, "process"))
		return true;
	*found = true;
	return make_process(e, ret);
}

static bool resolve_dead(struct ev *e, struct ipm_str name, struct ev_val *ret, bool *found)
{
	const struct ipm_scope_ref *scopes;
	struct ev_found property;
	size_t count, i;

	scopes = scopes_of(e, &count);
	for (i = 0; i < count; i++) {
		if (!e->frame && !is_global_scope(scopes[i].type))
			continue;
		if (scopes[i].type == IPM_SCOPE_GLOBAL) {
			if (!resolve_builtin(e, name, ret, found))
				return false;
			if (*found)
				return true;
		}
		if (!in_scope(e, &scopes[i], name, &property))
			return false;
		if (!property.found)
			continue;
		*found = true;
		if (!property.accessor && property.value.type == EV_OMITTED &&
		    scopes[i].type == IPM_SCOPE_GLOBAL && ev_view_is(name, "process"))
			return make_process(e, ret);
		if (!property.accessor) {
			*ret = property.value;
			if (uninitialized(*ret))
				return too_early(e, name);
			return true;
		}
		if (ev_view_is(name, "process"))
			return make_process(e, ret);
		return ev_throw_side_effect(e, "the getter '%s' cannot be run: the process is dead",
					    ev_excerpt(e, name));
	}
	if (!resolve_builtin(e, name, ret, found) || *found)
		return !e->throwing && !e->stop && !e->errc;
	if (ev_view_is(name, "process")) {
		*found = true;
		return make_process(e, ret);
	}
	return true;
}

bool ev_resolve(struct ev *e, struct ev_env *env, struct ipm_str name, bool for_typeof,
		struct ev_val *ret)
{
	struct ev_binding *b;
	bool found = false;

	for (; env; env = env->parent) {
		b = find(env, name);
		if (!b)
			continue;
		if (!b->ready)
			return too_early(e, name);
		*ret = b->value;
		return true;
	}
	if (!resolve_dead(e, name, ret, &found))
		return false;
	if (!found && e->req->command_line && !ev_command_line(e, name, ret, &found))
		return false;
	if (found)
		return true;
	*ret = EV_UNDEF;
	return for_typeof ? true : not_defined(e, name);
}

bool ev_assign_name(struct ev *e, struct ev_env *env, struct ipm_str name, struct ev_val v)
{
	struct ev_binding *b;

	for (; env; env = env->parent) {
		b = find(env, name);
		if (!b)
			continue;
		if (!b->ready)
			return too_early(e, name);
		if (b->constant)
			return ev_throw(e, "TypeError", "Assignment to constant variable.");
		b->value = v;
		return true;
	}
	return ev_throw_side_effect(e, "'%s' cannot be assigned: the process is dead",
				    ev_excerpt(e, name));
}

bool ev_this(struct ev *e, struct ev_env *env, struct ev_val *ret)
{
	bool found;

	for (; env; env = env->parent)
		if (env->has_this) {
			*ret = env->this_value;
			return true;
		}
	if (e->frame)
		return ev_import(e, &e->frame->this_value, ret);
	*ret = EV_UNDEF;
	return resolve_builtin(e, IPM_STR("globalThis"), ret, &found);
}

struct names {
	bool (*visit)(void *self, struct ipm_str name);
	void *self;
	struct ev_obj *seen; /* a Set */
	bool go_on;
};

static bool visit_name(struct ev *e, void *self, struct ev_key *key,
		       const struct ev_found *property)
{
	struct names *names = self;
	struct ev_val name;
	size_t place;

	(void)property;
	if (!names->go_on || key->kind == EV_KEY_SYMBOL)
		return true;
	if (!ev_key_value(e, key, &name) || !ev_find_entry(e, names->seen, name, &place))
		return false;
	if (place != SIZE_MAX)
		return true;
	names->go_on = names->visit(names->self, ev_str_view(name.str));
	return ev_put_entry(e, names->seen, name, EV_UNDEF);
}

bool ev_visit_scope_names(struct ev *e, bool (*visit)(void *self, struct ipm_str name), void *self)
{
	struct names names = {visit, self, ev_new(e, IPM_KIND_SET, "Set"), true};
	const struct ipm_scope_ref *scopes;
	const struct ipm_object *o;
	size_t count, i;

	if (!names.seen)
		return false;
	scopes = scopes_of(e, &count);
	for (i = 0; i < count && names.go_on; i++) {
		struct ev_val object = {.type = EV_HEAP};

		if (scopes[i].object.type != IPM_VALUE_OBJECT ||
		    scopes[i].type == IPM_SCOPE_GLOBAL ||
		    (!e->frame && scopes[i].type != IPM_SCOPE_SCRIPT))
			continue;
		object.id = scopes[i].object.object_id;
		if (!ev_hold_if_there(e, object.id, &o))
			return false;
		if (!o)
			continue;
		ev_drop(e, o);
		if (!ev_own_keys(e, object, EV_KEYS_STRINGS | EV_KEYS_HIDDEN, visit_name, &names) &&
		    !e->throwing)
			return false;
		e->throwing = false; /* names that were not captured are no reason to stop */
	}
	return true;
}
