/* SPDX-License-Identifier: MIT */
#include "js.h"

void js_clear_exception(napi_env env)
{
	bool pending = false;
	napi_value ignored;

	if (napi_is_exception_pending(env, &pending) == napi_ok && pending)
		napi_get_and_clear_last_exception(env, &ignored);
}

bool js_call(napi_env env, napi_ref ref, napi_value argument)
{
	napi_value function, receiver;

	if (napi_get_reference_value(env, ref, &function) != napi_ok ||
	    napi_get_undefined(env, &receiver) != napi_ok)
		return false;
	if (!argument)
		argument = receiver;
	if (napi_call_function(env, receiver, function, 1, &argument, NULL) == napi_ok)
		return true;
	js_clear_exception(env);
	return false;
}

bool js_define(napi_env env, napi_value object, const char *name, napi_callback callback,
	       void *self)
{
	napi_value function;

	return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, self, &function) ==
		       napi_ok &&
	       napi_set_named_property(env, object, name, function) == napi_ok;
}

bool js_string(napi_env env, napi_value value, struct ipm_buf *out)
{
	size_t len;

	if (napi_get_value_string_utf8(env, value, NULL, 0, &len) != napi_ok ||
	    !ipm_buf_reserve(out, len + 1) ||
	    napi_get_value_string_utf8(env, value, (char *)out->data + out->len, len + 1, &len) !=
		    napi_ok)
		return false;
	out->len += len;
	return true;
}

bool js_string_member(napi_env env, napi_value object, const char *name, struct ipm_buf *out)
{
	napi_value value;

	return napi_get_named_property(env, object, name, &value) == napi_ok &&
	       js_string(env, value, out);
}
