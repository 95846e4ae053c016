/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <string.h>

#include "agent.h"

/* V8's callbacks carry no data of ours; each JavaScript thread has its own agent. */
static _Thread_local struct agent *of_this_thread;

static void hold_throw(struct agent *a, uint64_t site)
{
	uint64_t start_ns = budget_cpu_ns();
	struct guard guard;

	if (!guard_enter(&guard, a))
		return;
	a->candidate_site = site;
	if (agent_hold(a, &a->candidate, guard.deep, NULL))
		hold_release(&a->candidate, &a->session);
	a->candidate_is_old = false;
	if (a->candidate.taken && a->in_handler)
		defer_until_exit_7(a, &a->candidate);
	guard_leave(&guard);
	budget_spend(&a->throw_budget, start_ns);
	settle_later(a);
}

static void consider_throw(struct agent *a)
{
	const struct v8_symbols *v8 = v8_symbols();
	napi_handle_scope scope;
	uint64_t site;

	if (a->busy)
		return;
	a->candidate_is_old = true; /* whether this throw gets a look or not */
	if (!budget_look(&a->throw_budget))
		return;
	if (v8->has_pending_exception && v8->has_pending_exception(a->isolate))
		return;
	if (napi_open_handle_scope(a->env, &scope) != napi_ok)
		return;
	/*
	 * An error from queueMicrotask() arrives when its stack is gone, with an exception pending
	 * that running JavaScript would lose.
	 */
	site = where_are_we(a);
	budget_looked(&a->throw_budget);
	if (site && !site_is_harmless(&a->sites, site) && budget_hold(&a->throw_budget))
		hold_throw(a, site);
	napi_close_handle_scope(a->env, scope);
}

/* Nothing of Node's or ours runs any more after this. */
static void write_before_abort(struct agent *a)
{
	struct crash crash = {.reason = "exception", .hold = &a->candidate};
	struct ipm_buf path = IPM_BUF_INIT;
	struct guard guard;

	if (!guard_enter(&guard, a))
		return;
	agent_write_crash(a, &crash, false, &path);
	guard_leave(&guard);
	ipm_buf_deinit(&path);
}

/*
 * V8 asks here, with the stack of the throw intact, whether it should abort because nobody
 * will catch the exception (v8::Isolate::SetAbortOnUncaughtExceptionCallback).
 */
static bool on_throw(struct v8_isolate *isolate)
{
	const struct v8_symbols *v8 = v8_symbols();
	struct agent *a = of_this_thread;
	bool aborts;

	if (!a || a->isolate != isolate)
		return false;
	if (a->self_testing) {
		a->self_test_passed = true;
		return false;
	}
	if (a->busy) /* the inspector's own attempts, such as reading `arguments` */
		return false;
	aborts = a->program_aborts && v8->node_should_abort && v8->node_should_abort(isolate);
	if (a->armed)
		consider_throw(a);
	if (aborts && a->candidate.taken && !a->candidate_is_old)
		write_before_abort(a);
	return aborts;
}

static void throw_and_catch(napi_env env)
{
	napi_value script, ignored;

	if (napi_create_string_utf8(env, "throw 0", NAPI_AUTO_LENGTH, &script) == napi_ok)
		(void)napi_run_script(env, script, &ignored);
	js_clear_exception(env);
}

bool hook_throws(struct agent *a)
{
	static const char on[] = "--abort-on-uncaught-exception";
	static const char off[] = "--no-abort-on-uncaught-exception";
	static atomic_bool latched;
	const struct v8_symbols *v8 = v8_symbols();

	if (!v8_can_hook_throws(v8))
		return false;
	a->isolate = v8->isolate_current();
	of_this_thread = a;
	v8->set_throw_callback(a->isolate, on_throw);
	/*
	 * V8 reads the flag once, at the first throw of the process, and remembers. Left on, it
	 * would invalidate Node's code cache and turn unhandled rejections into aborts.
	 */
	a->self_testing = true;
	if (!a->program_aborts && !atomic_exchange(&latched, true)) {
		v8->set_flags(on, strlen(on));
		throw_and_catch(a->env);
		v8->set_flags(off, strlen(off));
	}
	a->self_test_passed = false;
	throw_and_catch(a->env);
	a->self_testing = false;
	return a->self_test_passed;
}

/* Called a million times a second in some programs: kept at hand. */
static void (*node_on_reject)(struct v8_promise_reject);

static void on_reject(struct v8_promise_reject rejection)
{
	enum { REJECTED_WITHOUT_HANDLER = 0 };

	if ((int)rejection.event == REJECTED_WITHOUT_HANDLER) {
		struct agent *a = of_this_thread;

		if (a && a->armed)
			rejection_begins(a, v8_handle(rejection.promise),
					 v8_handle(rejection.value));
	}
	node_on_reject(rejection);
}

bool hook_rejections(struct agent *a)
{
	const struct v8_symbols *v8 = v8_symbols();

	if (!v8_can_hook_rejections(v8))
		return false;
	node_on_reject = v8->node_on_reject;
	v8->set_reject_callback(a->isolate, on_reject);
	return true;
}

void unhook(struct agent *a)
{
	if (of_this_thread == a)
		of_this_thread = NULL;
}
