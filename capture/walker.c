/* SPDX-License-Identifier: MIT */
#include "walker.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WALKER_GROUP "inspmort"

extern const unsigned char ipm_walker_js[];
extern const size_t ipm_walker_js_len;
extern const unsigned char ipm_walker_plain_js[];
extern const size_t ipm_walker_plain_js_len;
extern const unsigned char ipm_walker_process_js[];
extern const size_t ipm_walker_process_js_len;
extern const unsigned char ipm_walker_builtin_js[];
extern const size_t ipm_walker_builtin_js_len;

/*
 * `scopes` is the closure of one of Node's own functions, in which its untouched builtins lie.
 * The last scope is the global one, which is the program's.
 */
static const char install_head[] =
	"function(options,scopes,process,helpers){"
	"let primordials=null,binding=null;"
	"for(let i=0;scopes&&i+1<scopes.length;i++){const o=scopes[i].object;"
	"if(o.primordials)primordials=o.primordials;"
	"if(o.internalBinding)binding=o.internalBinding}"
	"if(!primordials||!binding)primordials=binding=null;"
	"const "
	"d=primordials&&process?primordials.ReflectGetOwnPropertyDescriptor(process,'env'):null;"
	"return(";
static const char install_plain[] =
	")(primordials,binding,options,globalThis,d?d.value:undefined,helpers,";
static const char install_tail[] = ")}";

/* Evaluates without letting the program's code run; false when that is not possible. */
static bool evaluate(struct target *t, const char *expression, struct ipm_buf *ret_object_id)
{
	struct ipm_json_ref result;
	struct ipm_error err;

	ipm_buf_reset(&t->params);
	ipm_buf_printf(&t->params,
		       "{\"expression\":\"%s\",\"objectGroup\":\"" WALKER_GROUP
		       "\",\"silent\":true,\"throwOnSideEffect\":true}",
		       expression);
	if (target_call(t, "Runtime.evaluate", &result, &err))
		return false;
	if (ipm_json_type(ipm_json_get(result, "exceptionDetails")) == IPM_JSON_OBJECT)
		return false;
	return target_object_id(ipm_json_get(result, "result"), ret_object_id);
}

/* The objectId of a function's [[Scopes]]. */
static bool closure_of(struct target *t, struct ipm_str function, struct ipm_buf *ret)
{
	struct ipm_json_ref result, each;
	struct ipm_error err;
	size_t i, n;

	ipm_buf_reset(&t->params);
	ipm_buf_cstr(&t->params, "{\"ownProperties\":true,\"objectId\":");
	ipm_json_put_string(&t->params, function);
	ipm_buf_byte(&t->params, '}');
	if (target_call(t, "Runtime.getProperties", &result, &err))
		return false;
	result = ipm_json_get(result, "internalProperties");
	n = ipm_json_size(result);
	each = ipm_json_first(result);
	for (i = 0; i < n; i++, each = ipm_json_next(each))
		if (ipm_json_equals(ipm_json_get(each, "name"), "[[Scopes]]"))
			return target_object_id(ipm_json_get(each, "value"), ret);
	return false;
}

static enum ipm_errc install(struct walker *w, const struct walker_options *opts,
			     struct ipm_str anchor, struct ipm_str scopes, struct ipm_str process,
			     struct ipm_error *err)
{
	struct target *t = w->target;
	struct ipm_buf declaration = IPM_BUF_INIT;
	struct ipm_json_ref ref;
	enum ipm_errc rc;

	ipm_buf_cstr(&declaration, install_head);
	ipm_buf_append(&declaration, ipm_walker_js, ipm_walker_js_len);
	ipm_buf_cstr(&declaration, install_plain);
	ipm_buf_append(&declaration, ipm_walker_plain_js, ipm_walker_plain_js_len);
	ipm_buf_byte(&declaration, ',');
	ipm_buf_append(&declaration, ipm_walker_process_js, ipm_walker_process_js_len);
	ipm_buf_byte(&declaration, ',');
	ipm_buf_append(&declaration, ipm_walker_builtin_js, ipm_walker_builtin_js_len);
	ipm_buf_cstr(&declaration, install_tail);
	rc = ipm_buf_status(&declaration, err);
	if (rc)
		goto out;
	target_function_begin(t, anchor, (const char *)declaration.data, declaration.len);
	ipm_buf_printf(&t->params,
		       "{\"value\":{\"maxString\":%" PRIu64 ",\"maxElements\":%" PRIu64
		       ",\"maxBytes\":%" PRIu64 ",\"room\":%" PRIu64 ",\"closedScripts\":\"",
		       opts->max_string, opts->max_elements, opts->max_bytes, opts->room);
	ipm_buf_str(&t->params, opts->closed_scripts);
	ipm_buf_cstr(&t->params, "\"}}");
	target_argument_object(t, scopes);
	target_argument_object(t, process);
	target_argument_object(t, opts->helpers);
	rc = target_function_end(t, false, &ref, err);
	if (rc)
		goto out;
	if (!target_object_id(ref, &w->handle))
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "the walker could not be installed");
out:
	ipm_buf_deinit(&declaration);
	return rc;
}

/* What the agent has kept since before the program ran. */
static bool from_helpers(struct target *t, struct ipm_str helpers, struct ipm_buf *ret_process,
			 struct ipm_buf *ret_binding)
{
	struct ipm_json_ref result, each, name;
	struct ipm_error err;
	size_t i, n;

	if (!helpers.len)
		return false;
	ipm_buf_cstr(&t->params, "{\"ownProperties\":true,\"objectId\":");
	ipm_json_put_string(&t->params, helpers);
	ipm_buf_byte(&t->params, '}');
	if (target_call(t, "Runtime.getProperties", &result, &err))
		return false;
	result = ipm_json_get(result, "result");
	n = ipm_json_size(result);
	each = ipm_json_first(result);
	for (i = 0; i < n; i++, each = ipm_json_next(each)) {
		name = ipm_json_get(each, "name");
		if (ipm_json_equals(name, "process"))
			target_object_id(ipm_json_get(each, "value"), ret_process);
		else if (ipm_json_equals(name, "binding"))
			target_object_id(ipm_json_get(each, "value"), ret_binding);
	}
	return ret_process->len && ret_binding->len;
}

enum ipm_errc walker_install(struct walker *w, const struct walker_options *opts,
			     struct ipm_error *err)
{
	struct target *t = w->target;
	struct ipm_buf binding = IPM_BUF_INIT, scopes = IPM_BUF_INIT, global = IPM_BUF_INIT;
	const char *group = t->group;
	struct ipm_str anchor = {0};
	enum ipm_errc rc;

	t->group = WALKER_GROUP;
	if (from_helpers(t, opts->helpers, &w->process, &binding) ||
	    (evaluate(t, "process", &w->process) && evaluate(t, "process.binding", &binding)))
		w->pristine = closure_of(t, ipm_buf_as_str(&binding), &scopes);
	/* Any object of the program's context will do to say where the walker runs. */
	if (w->process.len)
		anchor = ipm_buf_as_str(&w->process);
	else if (evaluate(t, "globalThis", &global))
		anchor = ipm_buf_as_str(&global);
	if (!anchor.len)
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "the target does not evaluate");
	else
		rc = install(w, opts, anchor, ipm_buf_as_str(&scopes), ipm_buf_as_str(&w->process),
			     err);
	t->group = group;
	ipm_buf_deinit(&binding);
	ipm_buf_deinit(&scopes);
	ipm_buf_deinit(&global);
	return rc;
}

void walker_remove(struct walker *w)
{
	struct target *t = w->target;
	const char *group = t->group;

	if (w->handle.len && !t->gone) {
		t->group = WALKER_GROUP;
		target_release_handles(t);
		t->group = group;
	}
	ipm_buf_deinit(&w->handle);
	ipm_buf_deinit(&w->process);
}

void walker_begin(struct walker *w, const char *declaration)
{
	target_function_begin(w->target, ipm_buf_as_str(&w->handle), declaration,
			      strlen(declaration));
}

enum ipm_errc walker_end(struct walker *w, struct ipm_buf *ret, struct ipm_error *err)
{
	struct ipm_json_ref ref;
	enum ipm_errc rc;

	rc = target_function_end(w->target, true, &ref, err);
	if (rc)
		return rc;
	if (!ipm_json_string(ipm_json_get(ref, "value"), ret))
		return ipm_fail(err, IPM_ERR_PROTOCOL, "the walker's answer is no text");
	return ipm_buf_status(ret, err);
}

enum ipm_errc walker_ask(struct walker *w, struct ipm_buf *ret, struct ipm_error *err,
			 const char *declaration)
{
	walker_begin(w, declaration);
	return walker_end(w, ret, err);
}

enum ipm_errc walker_step(struct walker *w, uint64_t count, uint64_t chars, struct ipm_buf *ret,
			  struct ipm_error *err)
{
	enum ipm_errc rc = target_step(w->target, count, chars, ret, err);
	char question[96];

	if (rc != IPM_ERR_UNSUPPORTED)
		return rc;
	snprintf(question, sizeof(question),
		 "function(){return this.step(%" PRIu64 ",%" PRIu64 ")}", count, chars);
	return walker_ask(w, ret, err, question);
}
