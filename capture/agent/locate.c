/* SPDX-License-Identifier: MIT */
/* Where a function is, straight from V8: the protocol takes a hundred times as long. */
#include <stdio.h>

#include "agent.h"

/* locate(function): "script,line,column", or undefined for what has no source. */
napi_value locate(napi_env env, napi_callback_info info)
{
	const struct v8_symbols *v8 = v8_symbols();
	napi_value function, ret;
	napi_valuetype type;
	size_t argc = 1;
	char text[64];
	int script, line, column, n;

	if (napi_get_cb_info(env, info, &argc, &function, NULL, NULL) != napi_ok || argc < 1 ||
	    napi_typeof(env, function, &type) != napi_ok || type != napi_function)
		return NULL;
	/* A napi_value is a handle of V8's: the address of the slot that holds the object. */
	script = v8->function_script_id(function);
	line = v8->function_line(function);
	column = v8->function_column(function);
	if (script <= 0 || line < 0 || column < 0)
		return NULL;
	n = snprintf(text, sizeof(text), "%d,%d,%d", script, line, column);
	return napi_create_string_latin1(env, text, (size_t)n, &ret) == napi_ok ? ret : NULL;
}
