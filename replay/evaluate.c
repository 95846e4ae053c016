/* SPDX-License-Identifier: MIT */
/* Evaluation: the evaluator's answers in the protocol's words. */
#include <string.h>

#include "clock.h"
#include "evaluate.h"

enum { SERVER_ERROR = -32000, CONTEXT_ID = 1, MAX_REMEMBERED = 1 << 20 };

bool request_has(struct ipm_str text, const char *part)
{
	return text.len && memmem(text.data, text.len, part, strlen(part)) != NULL;
}

static bool right_context(struct call *c, const char *name)
{
	struct ipm_json_ref id = ipm_json_get(c->params, name);

	if (ipm_json_type(id) == IPM_JSON_NONE || ipm_json_int(id, 0) == CONTEXT_ID)
		return true;
	call_error(c, SERVER_ERROR, "Cannot find context with specified id");
	return false;
}

static enum ipm_errc put_by_value(struct call *c, const struct ipm_value *value,
				  struct ipm_error *err)
{
	size_t start = c->result.len;
	bool unserializable = false;
	enum ipm_errc code;

	ipm_buf_cstr(&c->result, "{\"type\":\"object\",\"value\":");
	code = ipm_eval_value_to_json(c->r->evaluator, value, &c->result, &unserializable, err);
	if (!code && !unserializable)
		ipm_buf_byte(&c->result, '}');
	if (!code && unserializable) {
		c->result.len = start;
		return ipm_cdp_remote_object(&c->r->cdp, value, 0, &c->result, err);
	}
	return code;
}

static enum ipm_errc put_value(struct call *c, const struct ipm_value *value, unsigned flags,
			       struct ipm_error *err)
{
	bool by_value = ipm_json_bool(ipm_json_get(c->params, "returnByValue"), false);

	if (by_value && value->type == IPM_VALUE_OBJECT)
		return put_by_value(c, value, err);
	return ipm_cdp_remote_object(&c->r->cdp, value, flags, &c->result, err);
}

static enum ipm_errc put_exception_details(struct call *c, const struct ipm_eval_result *result,
					   struct ipm_error *err)
{
	enum ipm_errc code;

	ipm_buf_printf(&c->result,
		       "\"exceptionDetails\":{\"exceptionId\":%llu,\"text\":\"Uncaught\","
		       "\"lineNumber\":%lld,\"columnNumber\":%lld,\"exception\":",
		       (unsigned long long)++c->r->exceptions, (long long)result->line,
		       (long long)result->column);
	code = ipm_cdp_remote_object(&c->r->cdp, &result->value, 0, &c->result, err);
	ipm_buf_byte(&c->result, '}');
	return code;
}

enum ipm_errc answer_evaluation(struct call *c, const struct ipm_eval_result *result,
				struct ipm_error *err)
{
	bool preview = ipm_json_bool(ipm_json_get(c->params, "generatePreview"), false);
	enum ipm_errc code;

	if (result->stopped == IPM_EVAL_STOPPED_TIME && out_of_patience(c))
		return IPM_OK;
	ipm_buf_cstr(&c->result, "{\"result\":");
	if (result->thrown)
		code = ipm_cdp_remote_object(&c->r->cdp, &result->value, 0, &c->result, err);
	else
		code = put_value(c, &result->value, preview ? IPM_CDP_PREVIEW : 0, err);
	if (!code && result->thrown) {
		ipm_buf_byte(&c->result, ',');
		code = put_exception_details(c, result, err);
	}
	if (code == IPM_ERR_LIMIT && ipm_buf_ok(&c->result))
		return call_error(c, SERVER_ERROR, "%s", err->message);
	if (code)
		return call_failed(c, code, err);
	ipm_buf_byte(&c->result, '}');
	return IPM_OK;
}

void evaluation_limits(struct call *c, struct ipm_eval_request *request)
{
	double timeout = ipm_json_double(ipm_json_get(c->params, "timeout"), 0);

	request->pause = c->r->pause_index;
	request->throw_on_side_effect =
		ipm_json_bool(ipm_json_get(c->params, "throwOnSideEffect"), false);
	if (timeout >= 1 && timeout < 500)
		request->timeout_ms = (uint32_t)timeout;
	if (c->r->quick && (!request->timeout_ms || request->timeout_ms > QUICK_MS))
		request->timeout_ms = QUICK_MS;
}

bool is_console(struct ipm_str group)
{
	return group.len == strlen("console") && !memcmp(group.data, "console", group.len);
}

/* For $_. A long text is not worth another copy. */
static void remember(struct ipm_replay *r, const struct ipm_value *value)
{
	bool text = value->type == IPM_VALUE_STRING || value->type == IPM_VALUE_BIGINT;

	r->last = *value;
	if (!text || !value->string.str.len)
		return;
	ipm_buf_reset(&r->last_text);
	ipm_buf_str(&r->last_text, value->string.str);
	r->last.string.str = ipm_buf_as_str(&r->last_text);
	if (!ipm_buf_ok(&r->last_text) || value->string.str.len > MAX_REMEMBERED)
		r->last = (struct ipm_value){.type = IPM_VALUE_UNDEFINED};
}

/* copy(x), dir(x) and their like tell the front end, before they answer. */
static enum ipm_errc send_asked(struct call *c, const struct ipm_eval_result *result,
				struct ipm_error *err)
{
	static const char *const hints[] = {
		[IPM_EVAL_ASK_INSPECT] = "",
		[IPM_EVAL_ASK_COPY] = "\"copyToClipboard\":true",
		[IPM_EVAL_ASK_QUERY] = "\"queryObjects\":true",
	};
	static const char *const types[] = {
		[IPM_EVAL_ASK_DIR] = "dir",
		[IPM_EVAL_ASK_DIRXML] = "dirxml",
		[IPM_EVAL_ASK_TABLE] = "table",
	};
	bool console = result->ask >= IPM_EVAL_ASK_DIR;
	struct ipm_buf text;
	enum ipm_errc code;

	if (!result->ask || !c->r->runtime_enabled)
		return IPM_OK;
	event_begin(c, &text, console ? "Runtime.consoleAPICalled" : "Runtime.inspectRequested");
	if (console)
		ipm_buf_printf(&text, "{\"type\":\"%s\",\"args\":[", types[result->ask]);
	else
		ipm_buf_cstr(&text, "{\"object\":");
	code = ipm_cdp_remote_object(&c->r->cdp, &result->asked,
				     result->ask == IPM_EVAL_ASK_TABLE ? IPM_CDP_TABLE
				     : console			       ? IPM_CDP_PREVIEW
								       : 0,
				     &text, err);
	if (code) {
		ipm_buf_deinit(&text);
		return code == IPM_ERR_NO_MEMORY ? code : IPM_OK;
	}
	if (console)
		ipm_buf_printf(&text, "],\"executionContextId\":%d,\"timestamp\":%.3f}", CONTEXT_ID,
			       (double)(ipm_realtime_ns() / 1000) / 1000);
	else
		ipm_buf_printf(&text, ",\"hints\":{%s},\"executionContextId\":%d}",
			       hints[result->ask], CONTEXT_ID);
	return event_send(c, c->out, &text, err);
}

static enum ipm_errc evaluate(struct call *c, int64_t frame, struct ipm_error *err)
{
	struct ipm_buf expression = IPM_BUF_INIT, group = IPM_BUF_INIT;
	struct ipm_eval_request request = {.frame = frame};
	struct ipm_eval_result result;
	enum ipm_errc code;

	string_param_into(c, "expression", &expression);
	string_param_into(c, "objectGroup", &group);
	request.expression = ipm_buf_as_str(&expression);
	request.object_group = ipm_buf_as_str(&group);
	evaluation_limits(c, &request);
	request.command_line =
		ipm_json_bool(ipm_json_get(c->params, "includeCommandLineAPI"), false);
	request.last_value = &c->r->last;
	code = ipm_eval(c->r->evaluator, &request, &result, err);
	if (code)
		code = call_failed(c, code, err);
	else
		code = answer_evaluation(c, &result, err);
	if (!code && !c->failed && !c->r->gave_up && !result.thrown) {
		code = send_asked(c, &result, err);
		if (is_console(request.object_group))
			remember(c->r, &result.value);
	}
	ipm_buf_deinit(&expression);
	ipm_buf_deinit(&group);
	return code;
}

enum ipm_errc debugger_evaluate_on_call_frame(struct call *c, struct ipm_error *err)
{
	size_t frame;

	if (!c->r->pause)
		return call_error(c, SERVER_ERROR, "Can only perform operation while paused.");
	if (!call_frame_param(c, &frame))
		return IPM_OK;
	return evaluate(c, (int64_t)frame, err);
}

/*
 * VS Code asks who we are every 10 ms until it gets an object: the file's own record knows, even
 * when `process` itself was not captured.
 */
static enum ipm_errc answer_who(struct call *c)
{
	const struct ipm_meta *meta = ipm_reader_meta(c->r->reader);

	ipm_buf_printf(&c->result,
		       "{\"result\":{\"type\":\"object\",\"value\":{\"processId\":%llu,"
		       "\"nodeVersion\":",
		       (unsigned long long)meta->pid);
	ipm_json_put_string(&c->result, meta->node_version);
	ipm_buf_cstr(&c->result, ",\"architecture\":");
	ipm_json_put_string(&c->result, meta->arch);
	ipm_buf_cstr(&c->result, "}}}");
	return IPM_OK;
}

enum ipm_errc runtime_evaluate(struct call *c, struct ipm_error *err)
{
	struct ipm_str expression;

	if (!right_context(c, "contextId"))
		return IPM_OK;
	expression = string_param(c, "expression");
	if (ipm_json_bool(ipm_json_get(c->params, "returnByValue"), false) &&
	    request_has(expression, "processId: process.pid") &&
	    request_has(expression, "nodeVersion: process.version"))
		return answer_who(c);
	return evaluate(c, -1, err);
}

enum ipm_errc runtime_compile_script(struct call *c, struct ipm_error *err)
{
	struct ipm_buf expression = IPM_BUF_INIT;
	struct ipm_eval_result result;
	enum ipm_errc code;

	if (!right_context(c, "executionContextId"))
		return IPM_OK;
	string_param_into(c, "expression", &expression);
	code = ipm_eval_compile(c->r->evaluator, ipm_buf_as_str(&expression), IPM_STR("compile"),
				&result, err);
	if (!code && result.thrown) {
		ipm_buf_byte(&c->result, '{');
		code = put_exception_details(c, &result, err);
		ipm_buf_byte(&c->result, '}');
	}
	ipm_evaluator_release_group(c->r->evaluator, IPM_STR("compile"));
	ipm_buf_deinit(&expression);
	return code ? call_failed(c, code, err) : IPM_OK;
}

static bool put_name(void *self, struct ipm_str name)
{
	struct ipm_buf *out = self;

	if (out->data[out->len - 1] != '[')
		ipm_buf_byte(out, ',');
	ipm_json_put_string(out, name);
	return ipm_buf_ok(out);
}

enum ipm_errc runtime_global_names(struct call *c, struct ipm_error *err)
{
	enum ipm_errc code;

	if (!right_context(c, "executionContextId"))
		return IPM_OK;
	ipm_buf_cstr(&c->result, "{\"names\":[");
	code = ipm_eval_scope_names(c->r->evaluator, c->r->pause_index, -1, put_name, &c->result,
				    err);
	if (code == IPM_ERR_NO_MEMORY)
		return code;
	ipm_buf_cstr(&c->result, "]}");
	return IPM_OK;
}
