/* SPDX-License-Identifier: MIT */
/*
 * process.abort() is a call from JavaScript like any other, so there can be a file before it; of
 * abort() in native code and fatal signals there is none, for no JavaScript engine can be asked
 * anything from a signal handler.
 */
#include "agent.h"

static void capture(struct agent *a)
{
	struct crash crash = {.reason = "other"};
	struct ipm_buf path = IPM_BUF_INIT;
	struct ipm_error err = {0};
	struct hold hold = {0};
	struct guard guard;

	if (!a->armed || !(a->settings.on & ON_UNCAUGHT) || !guard_enter(&guard, a))
		return;
	crash.hold = &hold;
	if (napi_create_string_utf8(a->env, "process.abort()", NAPI_AUTO_LENGTH, &crash.error) !=
	    napi_ok)
		crash.error = NULL;
	if (agent_hold(a, &hold, guard.deep, &err))
		say(false, "no crash file: %s", err.message);
	else
		(void)agent_write_crash(a, &crash, false, &path);
	hold_release(&hold, &a->session);
	guard_leave(&guard);
	ipm_buf_deinit(&path);
}

static napi_value js_abort(napi_env env, napi_callback_info info)
{
	napi_value self, original, result = NULL;
	struct agent *a;

	if (napi_get_cb_info(env, info, NULL, NULL, &self, (void **)&a) != napi_ok)
		return NULL;
	capture(a);
	if (napi_get_reference_value(env, a->abort, &original) == napi_ok)
		(void)napi_call_function(env, self, original, 0, NULL, &result);
	return result;
}

napi_value js_before_abort(napi_env env, napi_callback_info info)
{
	napi_value original, function;
	struct agent *a;
	size_t argc = 1;

	if (napi_get_cb_info(env, info, &argc, &original, NULL, (void **)&a) != napi_ok ||
	    argc < 1 || napi_create_reference(env, original, 1, &a->abort) != napi_ok)
		return NULL;
	if (napi_create_function(env, "abort", NAPI_AUTO_LENGTH, js_abort, a, &function) != napi_ok)
		return original;
	return function;
}
