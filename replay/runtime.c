/* SPDX-License-Identifier: MIT */
/* The Runtime domain: the one context, its objects, its last words. */
#include <stdio.h>
#include <string.h>

#include "elements.h"
#include "session.h"

enum { SERVER_ERROR = -32000, INVALID_PARAMS = -32602 };

static enum ipm_errc send_context(struct call *c, struct ipm_error *err)
{
	const struct ipm_meta *meta = ipm_reader_meta(c->r->reader);
	struct ipm_buf text;

	event_begin(c, &text, "Runtime.executionContextCreated");
	ipm_buf_cstr(&text, "{\"context\":{\"id\":1,\"origin\":\"\",\"name\":\"");
	if (meta->context_name.len) {
		ipm_json_put_escaped(&text, meta->context_name);
	} else {
		ipm_json_put_escaped(&text, meta->exec_path);
		ipm_buf_printf(&text, "[%llu]", (unsigned long long)meta->pid);
	}
	ipm_buf_printf(&text, "\",\"uniqueId\":\"%s\",\"auxData\":{\"isDefault\":true}}}",
		       c->r->unique_id);
	return event_send(c, c->out, &text, err);
}

/* V8 leaves the URL of a paused frame empty: its script knows. */
static struct ipm_str url_of(struct call *c, const struct ipm_frame *frame)
{
	const struct ipm_script *script;
	struct ipm_error err;

	if (frame->url.len ||
	    ipm_reader_script(c->r->reader, frame->location.script_id, &script, &err))
		return frame->url;
	return script->url;
}

static void put_stack_trace(struct call *c, struct ipm_buf *out)
{
	const struct ipm_pause *pause = c->r->pause;
	size_t i;

	ipm_buf_cstr(out, "{\"callFrames\":[");
	for (i = 0; i < pause->frame_count && i < 200; i++) {
		const struct ipm_frame *frame = &pause->frames[i];

		ipm_buf_cstr(out, i ? ",{\"functionName\":" : "{\"functionName\":");
		ipm_json_put_string(out, frame->function_name);
		ipm_buf_printf(out, ",\"scriptId\":\"%llu\",\"url\":",
			       (unsigned long long)frame->location.script_id);
		ipm_json_put_string(out, url_of(c, frame));
		ipm_buf_printf(out, ",\"lineNumber\":%lld,\"columnNumber\":%lld}",
			       (long long)frame->location.line, (long long)frame->location.column);
	}
	ipm_buf_cstr(out, "]}");
}

/* The uncaught error, as the Console would have shown it had the process lived to tell. */
static enum ipm_errc send_exception(struct call *c, struct ipm_error *err)
{
	const struct ipm_pause *pause = c->r->pause;
	const struct ipm_frame *top;
	struct ipm_buf text;
	enum ipm_errc code;

	if (!pause || !pause->has_data)
		return IPM_OK;
	top = pause->frame_count ? &pause->frames[0] : NULL;
	event_begin(c, &text, "Runtime.exceptionThrown");
	ipm_buf_printf(
		&text,
		"{\"timestamp\":%llu.%03llu,\"exceptionDetails\":{\"exceptionId\":%llu,"
		"\"text\":\"%s\",\"lineNumber\":%lld,\"columnNumber\":%lld",
		(unsigned long long)(pause->time_ns / 1000000),
		(unsigned long long)(pause->time_ns / 1000 % 1000),
		(unsigned long long)++c->r->exceptions,
		pause->reason.len == strlen("promiseRejection") &&
				!memcmp(pause->reason.data, "promiseRejection", pause->reason.len)
			? "Uncaught (in promise)"
			: "Uncaught",
		(long long)(top ? top->location.line : 0),
		(long long)(top ? top->location.column : 0));
	if (top) {
		ipm_buf_printf(&text, ",\"scriptId\":\"%llu\"",
			       (unsigned long long)top->location.script_id);
		ipm_buf_cstr(&text, ",\"url\":");
		ipm_json_put_string(&text, url_of(c, top));
		ipm_buf_cstr(&text, ",\"stackTrace\":");
		put_stack_trace(c, &text);
	}
	ipm_buf_cstr(&text, ",\"exception\":");
	code = ipm_cdp_remote_object(&c->r->cdp, &pause->data, IPM_CDP_PREVIEW, &text, err);
	if (code) {
		ipm_buf_deinit(&text);
		return code == IPM_ERR_NO_MEMORY ? code : IPM_OK;
	}
	ipm_buf_cstr(&text, ",\"executionContextId\":1}}");
	return event_send(c, c->out, &text, err);
}

static enum ipm_errc enable(struct call *c, struct ipm_error *err)
{
	enum ipm_errc code;

	if (c->r->runtime_enabled)
		return IPM_OK;
	code = send_context(c, err);
	if (!code)
		code = runtime_send_console(c, err);
	if (!code)
		code = send_exception(c, err);
	if (!code)
		c->r->runtime_enabled = true;
	return code;
}

static enum ipm_errc disable(struct call *c, struct ipm_error *err)
{
	(void)err;
	c->r->runtime_enabled = false;
	return IPM_OK;
}

struct range_writer {
	struct call *c;
	unsigned flags;
	bool any;
	enum ipm_errc code;
	struct ipm_error *err;
};

static bool put_element(void *self, uint64_t index, const struct ipm_value *value)
{
	struct range_writer *w = self;
	struct ipm_buf *out = &w->c->result;

	ipm_buf_printf(out, "%s{\"name\":\"%llu\",\"value\":", w->any ? "," : "",
		       (unsigned long long)index);
	w->any = true;
	w->code = ipm_cdp_remote_object(&w->c->r->cdp, value, w->flags, out, w->err);
	ipm_buf_cstr(out, ",\"writable\":true,\"configurable\":true,\"enumerable\":true,"
			  "\"isOwn\":true}");
	call_breathe(w->c);
	return !w->code && ipm_buf_ok(out);
}

/* The part "range:FROM:TO" of an array, which callFunctionOn gave out as an object. */
static enum ipm_errc get_range(struct call *c, uint64_t id, uint64_t from, uint64_t to,
			       const struct ipm_cdp_properties_query *query, struct ipm_error *err)
{
	struct range_writer w = {.c = c, .err = err};
	const struct ipm_object *object;
	enum ipm_errc code;

	ipm_buf_cstr(&c->result, "{\"result\":[");
	if (query->accessor_properties_only || query->non_indexed_properties_only) {
		ipm_buf_cstr(&c->result, "]}");
		return IPM_OK;
	}
	w.flags = query->generate_preview ? IPM_CDP_PREVIEW : 0;
	code = c->r->heap->object(c->r->heap, id, &object, err);
	if (code)
		return code;
	code = visit_elements(c->r->heap, object, from, to, put_element, &w, err);
	c->r->heap->release(c->r->heap, object);
	ipm_buf_cstr(&c->result, "]}");
	return code ? code : w.code;
}

/* Part of a Map's or Set's list of entries, as the query says. */
static enum ipm_errc get_entries(struct call *c, uint64_t id,
				 const struct ipm_cdp_properties_query *query,
				 struct ipm_error *err)
{
	char text[96];

	snprintf(text, sizeof(text), "%s%llu:entries", c->r->prefix, (unsigned long long)id);
	return ipm_cdp_get_properties_by_id(&c->r->cdp, (struct ipm_str){text, strlen(text)}, query,
					    &c->result, err);
}

/* What follows "<prefix>42:" in an object id that callFunctionOn made; empty for all others. */
const char *part_of_id(struct call *c)
{
	const char *colon;

	ipm_buf_byte(&c->r->text, 0);
	colon = ipm_buf_ok(&c->r->text) ? strchr((const char *)c->r->text.data, ':') : NULL;
	return colon ? colon + 1 : "";
}

/*
 * A long list that cannot be read to its end is half sent already: it ends where it was whole, and
 * says why.
 */
static enum ipm_errc end_list(struct call *c, struct ipm_error *why)
{
	if (!ipm_buf_ok(&c->result))
		return IPM_OK;
	c->result.len = c->whole_until;
	ipm_buf_cstr(&c->result,
		     "],\"internalProperties\":[{\"name\":\"[[NotReadable]]\",\"value\":{"
		     "\"type\":\"string\",\"value\":");
	ipm_json_put_string(&c->result, (struct ipm_str){why->message, strlen(why->message)});
	ipm_buf_cstr(&c->result, "}}]}");
	return IPM_OK;
}

static bool is_symbol(struct call *c, uint64_t id)
{
	const struct ipm_object *object;
	struct ipm_error err;
	bool symbol;

	if (c->r->heap->object(c->r->heap, id, &object, &err))
		return false;
	symbol = object->kind == IPM_KIND_SYMBOL;
	c->r->heap->release(c->r->heap, object);
	return symbol;
}

static enum ipm_errc get_properties(struct call *c, struct ipm_error *err)
{
	unsigned long long from, to;
	const char *part;
	struct ipm_cdp_properties_query query = {
		.own_properties = ipm_json_bool(ipm_json_get(c->params, "ownProperties"), false),
		.accessor_properties_only =
			ipm_json_bool(ipm_json_get(c->params, "accessorPropertiesOnly"), false),
		.generate_preview =
			ipm_json_bool(ipm_json_get(c->params, "generatePreview"), false),
		.non_indexed_properties_only =
			ipm_json_bool(ipm_json_get(c->params, "nonIndexedPropertiesOnly"), false),
	};
	enum ipm_errc code;
	uint64_t id;

	if (!object_id_param(c, &id))
		return IPM_OK;
	if (is_symbol(c, id))
		return call_error(c, SERVER_ERROR, "Value with given id is not an object");
	part = part_of_id(c);
	if (sscanf(part, "range:%llu:%llu", &from, &to) == 2) {
		code = get_range(c, id, from, to, &query, err);
	} else if (sscanf(part, "entries:range:%llu:%llu", &from, &to) == 2) {
		query.first_entry = from;
		query.end_entry = to < UINT64_MAX ? to + 1 : to;
		code = get_entries(c, id, &query, err);
	} else if (!strcmp(part, "named")) {
		query.non_indexed_properties_only = true;
		code = ipm_cdp_get_properties(&c->r->cdp, id, &query, &c->result, err);
	} else if (!strcmp(part, "entries:named")) {
		query.non_indexed_properties_only = true;
		code = get_entries(c, id, &query, err);
	} else {
		struct ipm_str text = ipm_buf_as_str(&c->r->text);

		text.len--; /* the NUL of part_of_id */
		code = ipm_cdp_get_properties_by_id(&c->r->cdp, text, &query, &c->result, err);
	}
	if (code && code != IPM_ERR_NO_MEMORY && c->flushed)
		return end_list(c, err);
	if (code == IPM_ERR_INVALID_ARGUMENT)
		return call_error(c, SERVER_ERROR, "Invalid remote object id");
	if (code == IPM_ERR_NOT_FOUND)
		return call_error(c, SERVER_ERROR, "Could not find object with given id");
	return code ? call_failed(c, code, err) : IPM_OK;
}

static enum ipm_errc get_isolate_id(struct call *c, struct ipm_error *err)
{
	(void)err;
	ipm_buf_printf(&c->result, "{\"id\":\"%s\"}", c->r->isolate);
	return IPM_OK;
}

static enum ipm_errc get_heap_usage(struct call *c, struct ipm_error *err)
{
	(void)err;
	ipm_buf_cstr(&c->result, "{\"usedSize\":0,\"totalSize\":0}");
	return IPM_OK;
}

/* Objects of the file stay; those of expressions may go. */
static enum ipm_errc release_object(struct call *c, struct ipm_error *err)
{
	uint64_t id;

	(void)err;
	/* A part of an object may go without the whole. */
	if (object_id_param(c, &id) && !part_of_id(c)[0])
		ipm_evaluator_release_object(c->r->evaluator, id);
	return IPM_OK;
}

static enum ipm_errc release_object_group(struct call *c, struct ipm_error *err)
{
	struct ipm_str group = string_param(c, "objectGroup");

	(void)err;
	if (is_console(group))
		c->r->last = (struct ipm_value){.type = IPM_VALUE_UNDEFINED};
	ipm_evaluator_release_group(c->r->evaluator, group);
	return IPM_OK;
}

static enum ipm_errc cannot_run(struct call *c, struct ipm_error *err)
{
	(void)err;
	return call_error(c, SERVER_ERROR, "The process is dead: nothing in it can run");
}

static enum ipm_errc await_promise(struct call *c, struct ipm_error *err)
{
	struct ipm_str id = string_param(c, "promiseObjectId");
	uint64_t ignored;

	(void)err;
	if (check_id(c->r, id, &ignored) == ID_INVALID)
		return call_error(c, SERVER_ERROR, "Invalid remote object id");
	return call_error(c, SERVER_ERROR, "The process is dead: the promise will not settle");
}

static enum ipm_errc get_exception_details(struct call *c, struct ipm_error *err)
{
	struct ipm_str id = string_param(c, "errorObjectId");
	uint64_t ignored;

	(void)err;
	if (check_id(c->r, id, &ignored) == ID_INVALID)
		return call_error(c, SERVER_ERROR, "Invalid remote object id");
	return IPM_OK;
}

static const struct method methods[] = {
	{"addBinding", NULL, "name:string executionContextId?:integer", NULL},
	{"awaitPromise", await_promise,
	 "promiseObjectId:Runtime.RemoteObjectId returnByValue?:boolean generatePreview?:boolean",
	 "result:object exceptionDetails?:object"},
	{"callFunctionOn", runtime_call_function_on,
	 "functionDeclaration:string objectId?:Runtime.RemoteObjectId"
	 " arguments?:[Runtime.CallArgument] silent?:boolean returnByValue?:boolean"
	 " generatePreview?:boolean userGesture?:boolean awaitPromise?:boolean"
	 " executionContextId?:integer objectGroup?:string throwOnSideEffect?:boolean"
	 " uniqueContextId?:string",
	 "result:object exceptionDetails?:object"},
	{"compileScript", runtime_compile_script,
	 "expression:string sourceURL:string persistScript:boolean executionContextId?:integer",
	 "scriptId?:Runtime.ScriptId exceptionDetails?:object"},
	{"disable", disable, NULL, NULL},
	{"discardConsoleEntries", NULL, NULL, NULL},
	{"enable", enable, NULL, NULL},
	{"evaluate", runtime_evaluate,
	 "expression:string objectGroup?:string includeCommandLineAPI?:boolean silent?:boolean"
	 " contextId?:integer returnByValue?:boolean generatePreview?:boolean"
	 " userGesture?:boolean awaitPromise?:boolean throwOnSideEffect?:boolean"
	 " timeout?:number disableBreaks?:boolean replMode?:boolean"
	 " allowUnsafeEvalBlockedByCSP?:boolean uniqueContextId?:string",
	 "result:object exceptionDetails?:object"},
	{"getExceptionDetails", get_exception_details, "errorObjectId:Runtime.RemoteObjectId",
	 "exceptionDetails?:object"},
	{"getHeapUsage", get_heap_usage, NULL, "usedSize:number totalSize:number"},
	{"getIsolateId", get_isolate_id, NULL, "id:string"},
	{"getProperties", get_properties,
	 "objectId:Runtime.RemoteObjectId ownProperties?:boolean accessorPropertiesOnly?:boolean"
	 " generatePreview?:boolean nonIndexedPropertiesOnly?:boolean",
	 "result:[object] internalProperties?:[object] privateProperties?:[object]"
	 " exceptionDetails?:object"},
	{"globalLexicalScopeNames", runtime_global_names, "executionContextId?:integer",
	 "names:[string]"},
	{"queryObjects", runtime_query_objects,
	 "prototypeObjectId:Runtime.RemoteObjectId objectGroup?:string", "objects:object"},
	{"releaseObject", release_object, "objectId:Runtime.RemoteObjectId", NULL},
	{"releaseObjectGroup", release_object_group, "objectGroup:string", NULL},
	{"removeBinding", NULL, "name:string", NULL},
	{"runIfWaitingForDebugger", NULL, NULL, NULL},
	{"runScript", cannot_run, "scriptId:Runtime.ScriptId", "result:object"},
	{"setAsyncCallStackDepth", NULL, "maxDepth:integer", NULL},
	{"setCustomObjectFormatterEnabled", NULL, "enabled:boolean", NULL},
	{"setMaxCallStackSizeToCapture", NULL, "size:integer", NULL},
	{"terminateExecution", NULL, NULL, NULL},
	{NULL, NULL, NULL, NULL},
};

static const struct event events[] = {
	{"consoleAPICalled", "type:string args:[object] executionContextId:integer timestamp:number"
			     " stackTrace?:object"},
	{"exceptionThrown", "timestamp:number exceptionDetails:object"},
	{"executionContextCreated", "context:object"},
	{"inspectRequested", "object:object hints:object executionContextId?:integer"},
	{NULL, NULL},
};

const struct domain runtime_domain = {"Runtime", methods, events};
