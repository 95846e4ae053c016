/* SPDX-License-Identifier: MIT */
#ifndef IPM_AGENT_JS_H
#define IPM_AGENT_JS_H

/* Small helpers over Node-API. */

#include <node_api.h>
#include <stdbool.h>

#include "buf.h"

/* A failed call must leave nothing behind that the program would see. */
void js_clear_exception(napi_env env);

/* Calls function `ref` with one argument (NULL: undefined); false when it threw. */
bool js_call(napi_env env, napi_ref ref, napi_value argument);

/* Defines `name` on `object` as a native function. */
bool js_define(napi_env env, napi_value object, const char *name, napi_callback callback,
	       void *self);

/* Appends the UTF-8 text of a string value; false when it is none. */
bool js_string(napi_env env, napi_value value, struct ipm_buf *out);

/* A member that is a string; false and nothing appended when it is not. */
bool js_string_member(napi_env env, napi_value object, const char *name, struct ipm_buf *out);

#endif
