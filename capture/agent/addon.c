/* SPDX-License-Identifier: MIT */
/* What register.js sees of the agent. */
#include <stdlib.h>

#include "agent.h"
#include "clock.h"

static napi_value path_value(napi_env env, const struct ipm_buf *path)
{
	napi_value value;

	if (napi_create_string_utf8(env, (const char *)path->data, NAPI_AUTO_LENGTH, &value) !=
	    napi_ok)
		return NULL;
	return value;
}

/* The path of the file; NULL: none. */
static napi_value die(struct agent *a, napi_value error)
{
	struct crash crash = {.reason = a->confirmed_reason,
			      .hold = &a->confirmed,
			      .error = error,
			      .with_pending = true};
	struct ipm_buf path = IPM_BUF_INIT;
	napi_value value = NULL;
	struct guard guard;
	bool wrote;

	if (a->published || !guard_enter(&guard, a))
		return NULL;
	wrote = agent_write_crash(a, &crash, true, &path);
	guard_leave(&guard);
	if (wrote)
		value = path_value(a->env, &path);
	ipm_buf_deinit(&path);
	return value;
}

/* captureNow(): the path of a file of this moment; throws why there is none. */
static napi_value js_capture_now(napi_env env, napi_callback_info info)
{
	struct ipm_error err = {.message = "the agent is busy"};
	struct crash crash = {.reason = "other"};
	struct ipm_buf path = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_ERR_PROTOCOL;
	struct hold hold = {0};
	struct ipm_new_file file;
	napi_value value = NULL;
	struct guard guard;
	struct agent *a;

	if (napi_get_cb_info(env, info, NULL, NULL, NULL, (void **)&a) != napi_ok)
		return NULL;
	if (!a->armed)
		(void)ipm_fail(&err, IPM_ERR_PROTOCOL, "the agent is not armed");
	if (a->armed && guard_enter(&guard, a)) {
		crash.hold = &hold;
		rc = agent_hold(a, &hold, guard.deep, &err);
		if (!rc)
			rc = crash_write(a, &crash, &file, &err);
		if (!rc)
			rc = crash_publish(a, &file, &path, &err);
		hold_release(&hold, &a->session);
		guard_leave(&guard);
	}
	if (rc)
		napi_throw_error(env, NULL, err.message);
	else
		value = path_value(env, &path);
	ipm_buf_deinit(&path);
	return value;
}

static struct hold take(struct hold *from)
{
	struct hold taken = *from;

	*from = (struct hold){0};
	return taken;
}

static struct hold claim_throw(struct agent *a)
{
	if (a->candidate_is_old)
		hold_release(&a->candidate, &a->session);
	return take(a->candidate.taken ? &a->candidate : &a->thrown);
}

/* The debugger has seen more of the stack than what is left when a promise is rejected. */
static struct hold claim_rejection(struct agent *a, napi_value error)
{
	struct hold claimed = rejection_claim(a, error);

	if (!a->thrown.taken)
		return claimed;
	hold_release(&claimed, &a->session);
	return take(&a->thrown);
}

/*
 * uncaught(error, fromPromise, handled): Node is about to die of it, or to call a handler.
 * The path of the crash file when there is one already.
 */
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
	confirm(a, from_promise ? "promiseRejection" : "exception",
		from_promise ? claim_rejection(a, argv[0]) : claim_throw(a), argv[0]);
	a->in_handler = handled;
	if (handled)
		settle_later(a);
	return handled ? NULL : die(a, argv[0]);
}

/*
 * exiting(code, rejectionsAreHandled): a listener for uncaught errors or unhandled rejections
 * may have decided to end the process.
 */
static napi_value js_exiting(napi_env env, napi_callback_info info)
{
	napi_value argv[2], error, path = NULL;
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
		path = die(a, error);
	forget_confirmed(a);
	deferred_discard(a); /* Node's own exit with code 7 does not come this way */
	return path;
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

/*
 * The throw hook is always there: what Node reports has to be matched with something. Where it
 * does not work the debugger takes its place.
 */
static bool hook(struct agent *a, bool *ret_debugger)
{
	bool throws = hook_throws(a);

	if (a->settings.on & ON_REJECTION && throws && !hook_rejections(a))
		throws = false;
	if (a->settings.on & ON_OOM && a->isolate && !hook_heap_limit(a))
		throws = false;
	*ret_debugger = !throws;
	return throws || a->isolate;
}

/* arm({connect, pause, program, …}): "yes"; "debugger" when it has to be on all the time; "no". */
static napi_value js_arm(napi_env env, napi_callback_info info)
{
	napi_value argv[1], value, result;
	bool debugger = false;
	struct agent *a;
	size_t argc = 1;

	if (napi_get_cb_info(env, info, &argc, argv, NULL, (void **)&a) != napi_ok || argc < 1)
		return NULL;
	a->connect = function_member(env, argv[0], "connect");
	a->pause = function_member(env, argv[0], "pause");
	a->inspector_url = function_member(env, argv[0], "inspectorUrl");
	if (napi_get_named_property(env, argv[0], "programAborts", &value) == napi_ok)
		napi_get_value_bool(env, value, &a->program_aborts);
	js_string_member(env, argv[0], "nodeVersion", &a->node_version);
	js_string_member(env, argv[0], "v8Version", &a->v8_version);
	js_string_member(env, argv[0], "arch", &a->arch);
	js_string_member(env, argv[0], "program", &a->program);
	js_string_member(env, argv[0], "thread", &a->thread);
	js_string_member(env, argv[0], "suffix", &a->suffix);
	a->is_worker = a->suffix.len > 0;
	ipm_buf_byte(&a->suffix, 0);
	settings_read(&a->settings);
	budget_start(&a->throw_budget);
	budget_start(&a->rejection_budget);
	a->memory_file.fd = a->deferred[0].fd = a->deferred[1].fd = -1;
	budget_start(&a->debugger_budget);
	a->armed = a->connect && a->pause && hook(a, &debugger);
	if (a->armed && (debugger || a->settings.on & ON_DEBUGGER))
		a->armed = debugger_start(a, DEBUGGER_ALWAYS);
	napi_create_string_utf8(env,
				!a->armed  ? "no"
				: debugger ? "debugger"
					   : "yes",
				NAPI_AUTO_LENGTH, &result);
	return result;
}

/*
 * watchStartup(url): the program's entry is an ES module; `url` has no characters that JSON
 * escapes.
 */
static napi_value js_watch_startup(napi_env env, napi_callback_info info)
{
	struct agent *a;
	napi_value url;
	size_t argc = 1;

	if (napi_get_cb_info(env, info, &argc, &url, NULL, (void **)&a) != napi_ok || argc < 1 ||
	    !a->armed || a->debugger != DEBUGGER_OFF || !(a->settings.on & ON_STARTUP) ||
	    !js_string(env, url, &a->entry))
		return NULL;
	if (debugger_start(a, DEBUGGER_STARTUP))
		settle_later(a);
	return NULL;
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
	hold_release(&a->thrown, &a->session);
	rejections_settle(a);
	ipm_buf_deinit(&a->entry);
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
	js_define(env, exports, "watchStartup", js_watch_startup, a);
	js_define(env, exports, "uncaught", js_uncaught, a);
	js_define(env, exports, "exiting", js_exiting, a);
	js_define(env, exports, "captureNow", js_capture_now, a);
	js_define(env, exports, "beforeAbort", js_before_abort, a);
	js_define(env, exports, "adopt", session_adopt, &a->session);
	if (v8_can_locate(v8_symbols()))
		js_define(env, exports, "locate", locate, a);
	return exports;
}
