/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "cdp_internal.h"

/* The params of the two events that carry a crash: Debugger.scriptParsed and Debugger.paused. */

static void put_string_member(struct ipm_buf *out, const char *name, struct ipm_str value)
{
	ipm_json_put_name(out, name);
	ipm_json_put_string(out, value);
}

static void put_location_member(struct ipm_buf *out, const char *name,
				const struct ipm_location *location)
{
	ipm_json_put_name(out, name);
	ipm_put_location(out, location);
}

static enum ipm_errc put_value_member(struct ipm_cdp *cdp, struct ipm_buf *out, const char *name,
				      const struct ipm_value *value, struct ipm_error *err)
{
	ipm_json_put_name(out, name);
	return ipm_cdp_remote_object(cdp, value, 0, out, err);
}

static enum ipm_errc put_scope(struct ipm_cdp *cdp, const struct ipm_scope_ref *scope,
			       struct ipm_buf *out, struct ipm_error *err)
{
	enum ipm_errc rc;

	ipm_buf_printf(out, "{\"type\":\"%s\"", ipm_scope_type_name(scope->type));
	rc = put_value_member(cdp, out, "object", &scope->object, err);
	if (rc)
		return rc;
	if (scope->name.len)
		put_string_member(out, "name", scope->name);
	if (scope->start.script_id)
		put_location_member(out, "startLocation", &scope->start);
	if (scope->end.script_id)
		put_location_member(out, "endLocation", &scope->end);
	ipm_buf_byte(out, '}');
	return IPM_OK;
}

static enum ipm_errc put_frame(struct ipm_cdp *cdp, const struct ipm_frame *frame, size_t index,
			       struct ipm_buf *out, struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	ipm_buf_printf(out, "{\"callFrameId\":\"%s%zu\"", cdp->object_id_prefix, index);
	put_string_member(out, "functionName", frame->function_name);
	if (frame->function_location.script_id)
		put_location_member(out, "functionLocation", &frame->function_location);
	put_location_member(out, "location", &frame->location);
	put_string_member(out, "url", frame->url);
	ipm_buf_cstr(out, ",\"scopeChain\":[");
	for (i = 0; !rc && i < frame->scope_count; i++) {
		if (i)
			ipm_buf_byte(out, ',');
		rc = put_scope(cdp, &frame->scopes[i], out, err);
	}
	ipm_buf_byte(out, ']');
	if (!rc)
		rc = put_value_member(cdp, out, "this", &frame->this_value, err);
	if (!rc && frame->has_return_value)
		rc = put_value_member(cdp, out, "returnValue", &frame->return_value, err);
	ipm_buf_printf(out, ",\"canBeRestarted\":%s}", frame->can_be_restarted ? "true" : "false");
	return rc;
}

/* CDP nests parents; they are closed at the end, so that depth costs nothing. */
static void put_async_stacks(const struct ipm_pause *pause, struct ipm_buf *out)
{
	size_t i, k;

	for (i = 0; i < pause->async_stack_count; i++) {
		const struct ipm_async_stack *stack = &pause->async_stacks[i];

		ipm_json_put_name(out, i ? "parent" : "asyncStackTrace");
		ipm_buf_byte(out, '{');
		put_string_member(out, "description", stack->description);
		ipm_buf_cstr(out, ",\"callFrames\":[");
		for (k = 0; k < stack->call_site_count; k++) {
			const struct ipm_call_site *site = &stack->call_sites[k];

			ipm_buf_cstr(out, k ? ",{" : "{");
			put_string_member(out, "functionName", site->function_name);
			ipm_buf_printf(out, ",\"scriptId\":\"%" PRIu64 "\"",
				       site->location.script_id);
			put_string_member(out, "url", site->url);
			ipm_buf_printf(out,
				       ",\"lineNumber\":%" PRId64 ",\"columnNumber\":%" PRId64 "}",
				       site->location.line, site->location.column);
		}
		ipm_buf_byte(out, ']');
	}
	for (i = 0; i < pause->async_stack_count; i++)
		ipm_buf_byte(out, '}');
}

/* `data` carries one member more than other RemoteObjects: was it uncaught? */
static enum ipm_errc put_data(struct ipm_cdp *cdp, const struct ipm_pause *pause,
			      struct ipm_buf *out, struct ipm_error *err)
{
	enum ipm_errc rc = put_value_member(cdp, out, "data", &pause->data, err);

	if (rc || !ipm_buf_ok(out))
		return rc;
	out->len--;
	ipm_buf_printf(out, ",\"uncaught\":%s}", pause->uncaught ? "true" : "false");
	return IPM_OK;
}

enum ipm_errc ipm_cdp_paused(struct ipm_cdp *cdp, const struct ipm_pause *pause,
			     struct ipm_buf *out, struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	ipm_buf_cstr(out, "{\"callFrames\":[");
	for (i = 0; !rc && i < pause->frame_count; i++) {
		if (i)
			ipm_buf_byte(out, ',');
		rc = put_frame(cdp, &pause->frames[i], i, out, err);
	}
	if (rc)
		return rc;
	ipm_buf_byte(out, ']');
	put_string_member(out, "reason", pause->reason.len ? pause->reason : IPM_STR("other"));
	if (pause->has_data)
		rc = put_data(cdp, pause, out, err);
	ipm_buf_cstr(out, ",\"hitBreakpoints\":[]");
	put_async_stacks(pause, out);
	ipm_buf_byte(out, '}');
	return rc ? rc : ipm_buf_status(out, err);
}

enum ipm_errc ipm_cdp_script_parsed(struct ipm_cdp *cdp, const struct ipm_script *script,
				    struct ipm_buf *out, struct ipm_error *err)
{
	(void)cdp;
	ipm_buf_printf(out, "{\"scriptId\":\"%" PRIu64 "\"", script->id);
	put_string_member(out, "url", script->url);
	ipm_buf_printf(out,
		       ",\"startLine\":%" PRId64 ",\"startColumn\":%" PRId64 ",\"endLine\":%" PRId64
		       ",\"endColumn\":%" PRId64 ",\"executionContextId\":%" PRId64,
		       script->start_line, script->start_column, script->end_line,
		       script->end_column, script->execution_context_id);
	put_string_member(out, "hash", script->hash);
	ipm_buf_printf(out, ",\"isLiveEdit\":%s", script->is_live_edit ? "true" : "false");
	put_string_member(out, "sourceMapURL", script->source_map_url);
	ipm_buf_printf(out, ",\"hasSourceURL\":%s,\"isModule\":%s,\"length\":%" PRIu64,
		       script->has_source_url ? "true" : "false",
		       script->is_module ? "true" : "false", script->length);
	put_string_member(out, "scriptLanguage",
			  script->language.len ? script->language : IPM_STR("JavaScript"));
	if (script->embedder_name.len)
		put_string_member(out, "embedderName", script->embedder_name);
	ipm_buf_byte(out, '}');
	return ipm_buf_status(out, err);
}
