/* SPDX-License-Identifier: MIT */
/* What register.js sees of the agent. */
#include <stdlib.h>

#include "agent.h"
#include "clock.h"

static void die(struct agent *a, napi_value error)
{
	struct crash crash = {.reason = a->confirmed_reason, .hold = &a->confirmed, .error = error};
	struct guard guard;

	if (a->published || !guard_enter(&guard, a))
		return;
	agent_write_crash(a, &crash);
	guard_leave(&guard);
}

/* uncaught(error, fromPromise, handled): Node is about to die of it, or to call a handler. */
static napi_value js_uncaught(napi_env env, napi_callback_info info)
{
	napi_value argv[3];
	struct agent *a;
	size_t argc = 3;
	bool from_promise, handled;

	if (napi_get_cb_info(env, info, &argc, argv, NULL, (void **)&a) != napi_ok || argc < 3 ||
	    !a->armed || napi_get_value_bool(env, argv[1], &from_promise) != napi_ok ||
	    napi_get_value_bool(env, argv[2], &handled) != napi_ok)
		return NULL;
	if (!(a->settings.on & (from_promise ? ON_REJECTION : ON_UNCAUGHT)))
		return NULL;
	if (from_promise) {
		confirm(a, "promiseRejection", rejection_claim(a, argv[0]), argv[0]);
	} else {
		confirm(a, "exception", a->candidate, argv[0]);
		a->candidate = (struct hold){0};
	}
	a->in_handler = handled;
	if (handled)
		settle_later(a);
	else
		die(a, argv[0]);
	return NULL;
}

/*
 * exiting(code, rejectionsAreHandled): a listener for uncaught errors or unhandled rejections
 * may have decided to end the process.
 */
static napi_value js_exiting(napi_env env, napi_callback_info info)
{
	napi_value argv[2], error;
	struct agent *a;
	size_t argc = 2;
	int32_t code;
	bool listened;

	if (napi_get_cb_info(env, info, &argc, argv, NULL, (void **)&a) != napi_ok || argc < 2 ||
	    !a->armed || napi_get_value_int32(env, argv[0], &code) != napi_ok ||
	    napi_get_value_bool(env, argv[1], &listened) != napi_ok)
		return NULL;
	if (!a->confirmed_error && listened)
		(void)rejection_confirm(a);
	error = code ? confirmed_error(a) : NULL;
	if (error)
		die(a, error);
	forget_confirmed(a);
	return NULL;
}

static napi_ref function_member(napi_env env, napi_value object, const char *name)
{
	napi_value function;
	napi_valuetype type;
	napi_ref ref;

	if (napi_get_named_property(env, object, name, &function) != napi_ok ||
	    napi_typeof(env, function, &type) != napi_ok || type != napi_function ||
	    napi_create_reference(env, function, 1, &ref) != napi_ok)
		return NULL;
	return ref;
}

/* The throw hook is always there: what Node reports has to be matched with something. */
static bool hook(struct agent *a)
{
	if (!hook_throws(a))
		return false;
	if (a->settings.on & ON_REJECTION && !hook_rejections(a))
		return false;
	return !(a->settings.on & ON_OOM) || hook_heap_limit(a);
}

/* arm({connect, pause, program, …}): true when the throw hook is live. */
static napi_value js_arm(napi_env env, napi_callback_info info)
{
	napi_value argv[1], value, result;
	struct agent *a;
	size_t argc = 1;

	if (napi_get_cb_info(env, info, &argc, argv, NULL, (void **)&a) != napi_ok || argc < 1)
		return NULL;
	a->connect = function_member(env, argv[0], "connect");
	a->pause = function_member(env, argv[0], "pause");
	if (napi_get_named_property(env, argv[0], "programAborts", &value) == napi_ok)
		napi_get_value_bool(env, value, &a->program_aborts);
	js_string_member(env, argv[0], "nodeVersion", &a->node_version);
	js_string_member(env, argv[0], "v8Version", &a->v8_version);
	js_string_member(env, argv[0], "arch", &a->arch);
	js_string_member(env, argv[0], "program", &a->program);
	js_string_member(env, argv[0], "thread", &a->thread);
	js_string_member(env, argv[0], "suffix", &a->suffix);
	ipm_buf_byte(&a->suffix, 0);
	settings_read(&a->settings);
	budget_start(&a->throw_budget);
	budget_start(&a->rejection_budget);
	a->memory_file.fd = a->deferred[0].fd = a->deferred[1].fd = -1;
	a->armed = a->connect && a->pause && hook(a);
	napi_get_boolean(env, a->armed, &result);
	return result;
}

static void destroy(void *self)
{
	struct agent *a = self;

	if (a->armed)
		unhook_heap_limit(a);
	a->armed = false;
	unhook(a);
	deferred_discard(a);
	settle_stop(a);
	session_close(&a->session); /* from here on releasing a hold only frees its memory */
	forget_confirmed(a);
	hold_release(&a->candidate, &a->session);
	rejections_settle(a);
	settings_deinit(&a->settings);
	ipm_buf_deinit(&a->suffix);
	ipm_buf_deinit(&a->node_version);
	ipm_buf_deinit(&a->v8_version);
	ipm_buf_deinit(&a->arch);
	ipm_buf_deinit(&a->program);
	ipm_buf_deinit(&a->thread);
	free(a);
}

NAPI_MODULE_INIT()
{
	struct agent *a = calloc(1, sizeof(*a));

	if (!a)
		return exports;
	a->env = env;
	if (napi_add_env_cleanup_hook(env, destroy, a) != napi_ok) {
		free(a);
		return exports;
	}
	js_define(env, exports, "arm", js_arm, a);
	js_define(env, exports, "uncaught", js_uncaught, a);
	js_define(env, exports, "exiting", js_exiting, a);
	if (v8_can_locate(v8_symbols()))
		js_define(env, exports, "locate", locate, a);
	return exports;
}
