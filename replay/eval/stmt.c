/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_ast.h"
#include "eval_native.h"

/* Runs statements: the bodies of functions written in the expression, and whole programs. */

static bool run_statement(struct ev *e, const struct ev_node *n, struct ev_env *env,
			  struct ev_val *ret, enum ev_completion *how);

/* Names of a block exist from its beginning: functions at once, let and const unready. */
static bool declare_names(struct ev *e, const struct ev_node *list, struct ev_env *env)
{
	const struct ev_node *n, *item;
	struct ev_val v;

	for (n = list; n; n = n->next) {
		if (n->type == EV_N_DECLARE_FUNCTION) {
			if (!ev_make_closure(e, n->a, env, &v) ||
			    !ev_declare(e, env, n->a->name, v, true, false))
				return false;
		} else if (n->type == EV_N_DECLARE && n->op != EV_VAR) {
			for (item = n->list; item; item = item->next)
				if (item->a->type == EV_N_NAME &&
				    !ev_declare(e, env, item->a->name, EV_UNDEF, false, false))
					return false;
		}
	}
	return true;
}

static bool run_list(struct ev *e, const struct ev_node *list, struct ev_env *env,
		     struct ev_val *ret, enum ev_completion *how)
{
	for (; list; list = list->next) {
		if (!run_statement(e, list, env, ret, how))
			return false;
		if (*how != EV_NORMAL)
			break;
	}
	return true;
}

bool ev_run_body(struct ev *e, const struct ev_node *block, struct ev_env *env, struct ev_val *ret,
		 enum ev_completion *how)
{
	return declare_names(e, block->list, env) && run_list(e, block->list, env, ret, how);
}

static bool run_block(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret,
		      enum ev_completion *how)
{
	struct ev_env *inner = ev_env_new(e, env);
	bool ok = inner && ev_run_body(e, n, inner, ret, how);

	if (inner)
		ev_env_free(e, inner);
	return ok;
}

static bool run_declare(struct ev *e, const struct ev_node *n, struct ev_env *env)
{
	const struct ev_node *item;
	struct ev_val v;

	for (item = n->list; item; item = item->next) {
		v = EV_UNDEF;
		if (item->b) {
			if (!ev_run(e, item->b, env, &v))
				return false;
		} else if (n->op == EV_VAR) {
			struct ev_val old;

			/* `var x` again leaves what is there */
			if (item->a->type == EV_N_NAME &&
			    ev_resolve(e, env, item->a->name, true, &old))
				v = old;
			if (e->stop || e->errc)
				return false;
			e->throwing = false;
		}
		if (!ev_bind(e, item->a, v, env, n->op))
			return false;
	}
	return true;
}

/* The label that the loop which begins now has, if any. */
static struct ipm_str take_label(struct ev *e)
{
	struct ipm_str label = e->label;

	e->label = (struct ipm_str){NULL, 0};
	return label;
}

/* After a loop's body: should the loop end? */
static bool loop_ends(struct ev *e, struct ipm_str label, enum ev_completion *how)
{
	if (*how == EV_BREAK && !e->target.len) {
		*how = EV_NORMAL;
		return true;
	}
	if (*how == EV_CONTINUE && (!e->target.len || ev_view_equal(e->target, label))) {
		e->target.len = 0;
		*how = EV_NORMAL;
	}
	return *how != EV_NORMAL;
}

static bool condition(struct ev *e, const struct ev_node *n, struct ev_env *env, bool *ret)
{
	struct ev_val v;

	*ret = true;
	return !n || (ev_run(e, n, env, &v) && ev_truthy(e, v, ret));
}

/* Each round has its own variables, so that closures of one round do not see the next. */
static bool next_round(struct ev *e, const struct ev_node *declare, struct ev_env *parent,
		       struct ev_env **env)
{
	const struct ev_node *item;
	struct ev_env *fresh;
	struct ev_val v;

	if (!declare || declare->type != EV_N_DECLARE || declare->op != EV_LET)
		return true;
	fresh = ev_env_new(e, parent);
	if (!fresh)
		return false;
	for (item = declare->list; item; item = item->next)
		if (item->a->type == EV_N_NAME &&
		    (!ev_resolve(e, *env, item->a->name, false, &v) ||
		     !ev_declare(e, fresh, item->a->name, v, true, false)))
			return false;
	ev_env_free(e, *env);
	*env = fresh;
	return true;
}

static bool run_for(struct ev *e, const struct ev_node *n, struct ev_env *parent,
		    struct ev_val *ret, enum ev_completion *how)
{
	struct ev_env *env = ev_env_new(e, parent);
	struct ipm_str label = take_label(e);
	struct ev_val v;
	bool go_on;

	if (!env)
		return false;
	if (n->a && n->a->type == EV_N_DECLARE) {
		if (!run_declare(e, n->a, env))
			return false;
	} else if (n->a && !ev_run(e, n->a, env, &v)) {
		return false;
	}
	for (;;) {
		if (!ev_step(e) || !condition(e, n->b, env, &go_on))
			return false;
		if (!go_on)
			break;
		if (!run_statement(e, n->d, env, ret, how))
			return false;
		if (loop_ends(e, label, how))
			break;
		if (!next_round(e, n->a, parent, &env))
			return false;
		if (n->c && !ev_run(e, n->c, env, &v))
			return false;
	}
	ev_env_free(e, env);
	return true;
}

struct loop {
	const struct ev_node *n;
	struct ev_env *env;
	struct ev_val *ret;
	enum ev_completion *how;
	struct ipm_str label;
};

static bool each_round(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	struct loop *loop = self;
	const struct ev_node *target = loop->n->a;
	struct ev_env *env = ev_env_new(e, loop->env);
	bool ok;

	if (!env)
		return false;
	if (target->type == EV_N_DECLARE)
		ok = ev_bind(e, target->list->a, v, env, target->op);
	else
		ok = ev_bind(e, target, v, env, -1);
	ok = ok && run_statement(e, loop->n->d, env, loop->ret, loop->how);
	if (ok)
		*stop = loop_ends(e, loop->label, loop->how);
	ev_env_free(e, env);
	return ok;
}

static bool collect_key(struct ev *e, void *self, struct ev_key *key,
			const struct ev_found *property)
{
	struct ev_val name;

	(void)property;
	return ev_key_value(e, key, &name) && ev_push(e, self, name);
}

static bool run_for_each(struct ev *e, const struct ev_node *n, struct ev_env *env,
			 struct ev_val *ret, enum ev_completion *how)
{
	struct loop loop = {n, env, ret, how, take_label(e)};
	struct ev_obj *keys;
	struct ev_val v;

	if (!ev_run(e, n->b, env, &v))
		return false;
	if (n->type == EV_N_FOR_OF) {
		e->iterated = n->b;
		return ev_iterate(e, v, each_round, &loop);
	}
	keys = ev_new_array(e);
	if (!keys)
		return false;
	if (!ev_is_nullish(v) && !ev_own_keys(e, v, EV_KEYS_STRINGS, collect_key, keys))
		return false;
	return ev_iterate(e, ev_temp(keys), each_round, &loop);
}

static bool run_while(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret,
		      enum ev_completion *how)
{
	struct ipm_str label = take_label(e);
	bool go_on = true;

	for (;;) {
		if (!ev_step(e))
			return false;
		if (n->type == EV_N_WHILE && !condition(e, n->a, env, &go_on))
			return false;
		if (!go_on)
			return true;
		if (!run_statement(e, n->d, env, ret, how))
			return false;
		if (loop_ends(e, label, how))
			return true;
		if (n->type == EV_N_DO_WHILE && !condition(e, n->a, env, &go_on))
			return false;
	}
}

static bool run_try(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret,
		    enum ev_completion *how)
{
	struct ev_obj *generator = e->generator;
	struct ipm_str target;
	unsigned depth = e->depth;
	enum ev_completion after = EV_NORMAL;
	struct ev_val thrown, value;
	struct ev_env *inner;
	bool ok = run_block(e, n->a, env, ret, how);

	if (!ok && e->throwing && n->c) {
		thrown = e->exception;
		e->throwing = false;
		e->depth = depth;
		e->generator = generator;
		*how = EV_NORMAL;
		e->target.len = 0;
		inner = ev_env_new(e, env);
		ok = inner && (!n->b || ev_bind(e, n->b, thrown, inner, EV_LET)) &&
		     run_block(e, n->c, inner, ret, how);
	}
	if (!n->d || (!ok && !e->throwing))
		return ok;
	thrown = e->exception;
	e->throwing = false;
	e->depth = depth;
	e->generator = generator;
	value = EV_UNDEF;
	target = e->target;
	if (!run_block(e, n->d, env, &value, &after))
		return false;
	if (after == EV_NORMAL)
		e->target = target;
	if (after != EV_NORMAL) {
		*how = after;
		*ret = value;
		return true;
	}
	return ok ? true : ev_throw_value(e, thrown);
}

static bool run_switch(struct ev *e, const struct ev_node *n, struct ev_env *env,
		       struct ev_val *ret, enum ev_completion *how)
{
	const struct ev_node *item, *start = NULL, *fallback = NULL;
	struct ev_env *inner = ev_env_new(e, env);
	struct ev_val v, label;
	bool same = false;

	if (!inner || !ev_run(e, n->a, env, &v))
		return false;
	for (item = n->list; item && !start; item = item->next) {
		if (!item->a) {
			fallback = item;
			continue;
		}
		if (!ev_run(e, item->a, inner, &label) || !ev_strict_equal(e, v, label, &same))
			return false;
		if (same)
			start = item;
	}
	for (item = start ? start : fallback; item && *how == EV_NORMAL; item = item->next)
		if (!run_list(e, item->list, inner, ret, how))
			return false;
	if (*how == EV_BREAK && !e->target.len)
		*how = EV_NORMAL;
	ev_env_free(e, inner);
	return true;
}

static bool is_loop(const struct ev_node *n)
{
	return n->type == EV_N_FOR || n->type == EV_N_FOR_OF || n->type == EV_N_FOR_IN ||
	       n->type == EV_N_WHILE || n->type == EV_N_DO_WHILE;
}

static bool run_labelled(struct ev *e, const struct ev_node *n, struct ev_env *env,
			 struct ev_val *ret, enum ev_completion *how)
{
	if (is_loop(n->a))
		e->label = n->name;
	if (!run_statement(e, n->a, env, ret, how))
		return false;
	if (*how == EV_BREAK && ev_view_equal(e->target, n->name)) {
		e->target.len = 0;
		*how = EV_NORMAL;
	}
	return true;
}

static bool run_one(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret,
		    enum ev_completion *how)
{
	struct ev_val v = EV_UNDEF;
	bool yes;

	switch (n->type) {
	case EV_N_EXPRESSION:
		return ev_run(e, n->a, env, ret);
	case EV_N_BLOCK:
		return run_block(e, n, env, ret, how);
	case EV_N_DECLARE:
		return run_declare(e, n, env);
	case EV_N_DECLARE_FUNCTION:
	case EV_N_EMPTY:
		return true;
	case EV_N_IF:
		if (!condition(e, n->a, env, &yes))
			return false;
		if (yes)
			return run_statement(e, n->b, env, ret, how);
		return !n->c || run_statement(e, n->c, env, ret, how);
	case EV_N_FOR:
		return run_for(e, n, env, ret, how);
	case EV_N_FOR_OF:
	case EV_N_FOR_IN:
		return run_for_each(e, n, env, ret, how);
	case EV_N_WHILE:
	case EV_N_DO_WHILE:
		return run_while(e, n, env, ret, how);
	case EV_N_RETURN:
		if (n->a && !ev_run(e, n->a, env, &v))
			return false;
		*ret = v;
		*how = EV_RETURN;
		return true;
	case EV_N_THROW:
		return ev_run(e, n->a, env, &v) && ev_throw_value(e, v);
	case EV_N_TRY:
		return run_try(e, n, env, ret, how);
	case EV_N_SWITCH:
		return run_switch(e, n, env, ret, how);
	case EV_N_LABEL:
		return run_labelled(e, n, env, ret, how);
	case EV_N_BREAK:
		e->target = n->name;
		*how = EV_BREAK;
		return true;
	case EV_N_CONTINUE:
		e->target = n->name;
		*how = EV_CONTINUE;
		return true;
	default:
		return ev_run(e, n, env, ret);
	}
}

static bool run_statement(struct ev *e, const struct ev_node *n, struct ev_env *env,
			  struct ev_val *ret, enum ev_completion *how)
{
	bool ok;

	e->at = n->pos;
	if (!ev_step(e) || !ev_enter(e))
		return false;
	ok = run_one(e, n, env, ret, how);
	ev_leave(e);
	return ok;
}

bool ev_run_program(struct ev *e, const struct ev_node *program, struct ev_env *env,
		    struct ev_val *ret)
{
	enum ev_completion how = EV_NORMAL;

	*ret = EV_UNDEF;
	ev_env_mark_function(env);
	return ev_run_body(e, program, env, ret, &how);
}
