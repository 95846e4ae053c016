/* SPDX-License-Identifier: MIT */
/* The Debugger domain of a process that stays paused for ever. */
#include <string.h>

#include "session.h"

enum {
	SERVER_ERROR = -32000,
	MAX_SOURCE_MAP = 32 << 20,
	MAX_QUICK_TEXT = 256 << 10,
};

static bool append_piece(void *self, struct ipm_str piece)
{
	struct ipm_buf *out = self;

	ipm_buf_str(out, piece);
	return ipm_buf_ok(out);
}

static void put_base64(struct ipm_buf *out, struct ipm_bytes bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t group = (uint32_t)bytes.data[i] << 16;

		if (left > 1)
			group |= (uint32_t)bytes.data[i + 1] << 8;
		if (left > 2)
			group |= bytes.data[i + 2];
		ipm_buf_byte(out, (uint8_t)digits[group >> 18 & 63]);
		ipm_buf_byte(out, (uint8_t)digits[group >> 12 & 63]);
		ipm_buf_byte(out, left > 1 ? (uint8_t)digits[group >> 6 & 63] : '=');
		ipm_buf_byte(out, left > 2 ? (uint8_t)digits[group & 63] : '=');
	}
}

/*
 * A map that is in the file goes along as a data: URL: the place it came from may be on another
 * machine, and no page may read it there. `url` is where the text lives.
 */
static struct ipm_script with_source_map(struct call *c, const struct ipm_script *script,
					 struct ipm_buf *url)
{
	struct ipm_script copy = *script;
	struct ipm_buf map = {.max = MAX_SOURCE_MAP};
	struct ipm_error err;

	url->max = 2 * MAX_SOURCE_MAP;
	if (script->has_source_map && script->source_map.length > MAX_QUICK_TEXT &&
	    out_of_patience(c))
		return copy;
	if (script->has_source_map && !ipm_reader_text(c->r->reader, &script->source_map, 0,
						       UINT64_MAX, append_piece, &map, &err)) {
		ipm_buf_cstr(url, "data:application/json;charset=utf-8;base64,");
		put_base64(url, ipm_buf_bytes(&map));
		if (ipm_buf_ok(&map) && ipm_buf_ok(url))
			copy.source_map_url = ipm_buf_as_str(url);
	}
	ipm_buf_deinit(&map);
	return copy;
}

static enum ipm_errc send_scripts(struct call *c, struct ipm_error *err)
{
	uint64_t count = ipm_reader_info(c->r->reader)->scripts, i;

	for (i = 0; i < count && !c->r->gave_up; i++) {
		const struct ipm_script *script;
		struct ipm_buf text, url = IPM_BUF_INIT;
		struct ipm_script shown;
		enum ipm_errc code;

		/* One that cannot be read is no reason to withhold the others. */
		if (ipm_reader_script_at(c->r->reader, i, &script, err))
			continue;
		event_begin(c, &text, "Debugger.scriptParsed");
		shown = with_source_map(c, script, &url);
		code = ipm_cdp_script_parsed(&c->r->cdp, &shown, &text, err);
		ipm_buf_deinit(&url);
		if (code == IPM_ERR_NO_MEMORY) {
			ipm_buf_deinit(&text);
			return code;
		}
		if (code) {
			ipm_buf_deinit(&text);
			continue;
		}
		code = event_send(c, c->out, &text, err);
		if (code)
			return code;
	}
	return IPM_OK;
}

static enum ipm_errc send_paused(struct call *c, struct ipm_outbox *box, struct ipm_error *err)
{
	struct ipm_buf text;
	enum ipm_errc code;

	if (!c->r->pause)
		return IPM_OK;
	event_begin(c, &text, "Debugger.paused");
	code = ipm_cdp_paused(&c->r->cdp, c->r->pause, &text, err);
	if (code) {
		ipm_buf_deinit(&text);
		return code == IPM_ERR_NO_MEMORY ? code : IPM_OK;
	}
	return event_send(c, box, &text, err);
}

static enum ipm_errc enable(struct call *c, struct ipm_error *err)
{
	if (!c->r->debugger_enabled) {
		enum ipm_errc code = send_scripts(c, err);

		if (!code)
			code = send_paused(c, c->out, err);
		if (code)
			return code;
		c->r->debugger_enabled = true;
	}
	ipm_buf_printf(&c->result, "{\"debuggerId\":\"%s\"}", c->r->unique_id);
	return IPM_OK;
}

static enum ipm_errc disable(struct call *c, struct ipm_error *err)
{
	(void)err;
	c->r->debugger_enabled = false;
	return IPM_OK;
}

static bool enabled(struct call *c)
{
	if (!c->r->debugger_enabled)
		call_error(c, SERVER_ERROR, "Debugger agent is not enabled");
	return c->r->debugger_enabled;
}

static bool paused(struct call *c)
{
	if (!c->r->debugger_enabled || !c->r->pause) {
		call_error(c, SERVER_ERROR, "Can only perform operation while paused.");
		return false;
	}
	return true;
}

/*
 * A dead process cannot go on. An error, or silence, would leave clients without their stack:
 * they are told that it went on and stopped at once in the same place.
 */
enum ipm_errc debugger_pause_again(struct call *c, struct ipm_error *err)
{
	struct ipm_buf text;
	enum ipm_errc code;

	if (!paused(c))
		return IPM_OK;
	event_begin(c, &text, "Debugger.resumed");
	ipm_buf_cstr(&text, "{}");
	code = event_send(c, &c->after, &text, err);
	return code ? code : send_paused(c, &c->after, err);
}

static enum ipm_errc restart_frame(struct call *c, struct ipm_error *err)
{
	size_t frame;

	if (!paused(c) || !call_frame_param(c, &frame))
		return IPM_OK;
	if (ipm_json_type(ipm_json_get(c->params, "mode")) == IPM_JSON_NONE)
		return call_error(c, SERVER_ERROR, "Restarting frame without 'mode' not supported");
	ipm_buf_cstr(&c->result, "{\"callFrames\":[]}");
	return debugger_pause_again(c, err);
}

static enum ipm_errc refuse_change(struct call *c, struct ipm_error *err)
{
	(void)err;
	if (!paused(c))
		return IPM_OK;
	return call_error(c, SERVER_ERROR, "The process is dead: nothing in it can be changed");
}

const struct ipm_script *script_param(struct call *c, struct ipm_json_ref id, int error_code)
{
	const struct ipm_script *script;
	struct ipm_error err;
	uint64_t number = 0;
	struct ipm_str text;
	size_t i;

	ipm_buf_reset(&c->r->text);
	ipm_json_string(id, &c->r->text);
	text = ipm_buf_as_str(&c->r->text);
	for (i = 0; i < text.len && i < 18 && text.data[i] >= '0' && text.data[i] <= '9'; i++)
		number = number * 10 + (uint64_t)(text.data[i] - '0');
	if (i == text.len && i && !ipm_reader_script(c->r->reader, number, &script, &err))
		return script;
	call_error(c, error_code, "No script for id: %.*s", (int)(text.len > 100 ? 100 : text.len),
		   text.len ? text.data : "");
	return NULL;
}

static bool put_escaped_piece(void *self, struct ipm_str piece)
{
	struct call *c = self;

	ipm_json_put_escaped(&c->result, piece);
	call_breathe(c);
	return ipm_buf_ok(&c->result);
}

static enum ipm_errc get_script_source(struct call *c, struct ipm_error *err)
{
	const struct ipm_script *script;
	enum ipm_errc code;

	if (!enabled(c))
		return IPM_OK;
	script = script_param(c, ipm_json_get(c->params, "scriptId"), SERVER_ERROR);
	if (!script)
		return IPM_OK;
	ipm_buf_cstr(&c->result, "{\"scriptSource\":\"");
	if (!script->has_source) {
		ipm_buf_cstr(&c->result, "// The source of ");
		ipm_json_put_escaped(&c->result, script->url);
		ipm_buf_printf(&c->result, " is not in the crash file (%s).\\n",
			       script->language.len ? "not JavaScript"
						    : ipm_reason_name(script->source_missing));
	} else {
		code = ipm_reader_text(c->r->reader, &script->source, 0, UINT64_MAX,
				       put_escaped_piece, c, err);
		if (code && !c->flushed)
			return call_failed(c, code, err);
		if (code)
			ipm_buf_printf(&c->result, "\\n// The rest cannot be read.\\n");
	}
	ipm_buf_cstr(&c->result, "\"}");
	return IPM_OK;
}

static enum ipm_errc no_wasm(struct call *c, struct ipm_error *err)
{
	(void)err;
	if (!enabled(c) || !script_param(c, ipm_json_get(c->params, "scriptId"), SERVER_ERROR))
		return IPM_OK;
	return call_error(c, SERVER_ERROR, "Script with id %.*s is not WebAssembly",
			  (int)c->r->text.len, (const char *)c->r->text.data);
}

static enum ipm_errc set_pause_on_exceptions(struct call *c, struct ipm_error *err)
{
	static const char *const states[] = {"none", "caught", "uncaught", "all"};
	struct ipm_json_ref state = ipm_json_get(c->params, "state");
	struct ipm_str text;
	size_t i;

	(void)err;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (ipm_json_equals(state, states[i]))
			return IPM_OK;
	text = string_param(c, "state");
	return call_error(c, SERVER_ERROR, "Unknown pause on exceptions mode: %.*s",
			  (int)(text.len > 100 ? 100 : text.len), text.len ? text.data : "");
}

/* Breakpoints are taken and never hit. */
static enum ipm_errc set_breakpoint_by_url(struct call *c, struct ipm_error *err)
{
	static const char *const ways[] = {"url", "urlRegex", "scriptHash"};
	struct ipm_buf where = IPM_BUF_INIT;
	size_t i;

	(void)err;
	for (i = 0; i < 3; i++)
		if (ipm_json_type(ipm_json_get(c->params, ways[i])) == IPM_JSON_STRING)
			break;
	if (i == 3)
		return call_error(c, SERVER_ERROR,
				  "Either url or urlRegex or scriptHash must be specified.");
	string_param_into(c, ways[i], &where);
	ipm_buf_printf(&c->result, "{\"breakpointId\":\"%zu:%lld:%lld:", i + 1,
		       (long long)ipm_json_int(ipm_json_get(c->params, "lineNumber"), 0),
		       (long long)ipm_json_int(ipm_json_get(c->params, "columnNumber"), 0));
	ipm_json_put_escaped(&c->result, ipm_buf_as_str(&where));
	ipm_buf_cstr(&c->result, "\",\"locations\":[]}");
	ipm_buf_deinit(&where);
	return IPM_OK;
}

static enum ipm_errc set_breakpoint(struct call *c, struct ipm_error *err)
{
	struct ipm_json_ref location = ipm_json_get(c->params, "location");
	const struct ipm_script *script;
	int64_t line = ipm_json_int(ipm_json_get(location, "lineNumber"), 0);
	int64_t column = ipm_json_int(ipm_json_get(location, "columnNumber"), 0);

	(void)err;
	if (!enabled(c))
		return IPM_OK;
	script = script_param(c, ipm_json_get(location, "scriptId"), SERVER_ERROR);
	if (!script || line < 0 || line > script->end_line)
		return call_error(c, SERVER_ERROR, "Could not resolve breakpoint");
	ipm_buf_printf(&c->result,
		       "{\"breakpointId\":\"4:%lld:%lld:%llu\",\"actualLocation\":{\"scriptId\":"
		       "\"%llu\",\"lineNumber\":%lld,\"columnNumber\":%lld}}",
		       (long long)line, (long long)column, (unsigned long long)script->id,
		       (unsigned long long)script->id, (long long)line, (long long)column);
	return IPM_OK;
}

static enum ipm_errc get_possible_breakpoints(struct call *c, struct ipm_error *err)
{
	struct ipm_json_ref start = ipm_json_get(c->params, "start");

	(void)err;
	if (!script_param(c, ipm_json_get(start, "scriptId"), SERVER_ERROR))
		return call_error(c, SERVER_ERROR, "Script not found");
	ipm_buf_cstr(&c->result, "{\"locations\":[]}");
	return IPM_OK;
}

static enum ipm_errc get_stack_trace(struct call *c, struct ipm_error *err)
{
	(void)err;
	return call_error(c, SERVER_ERROR, "Stack trace with given id is not found");
}

static enum ipm_errc set_instrumentation_breakpoint(struct call *c, struct ipm_error *err)
{
	(void)err;
	ipm_buf_cstr(&c->result, "{\"breakpointId\":\"8:");
	ipm_json_put_escaped(&c->result, string_param(c, "instrumentation"));
	ipm_buf_cstr(&c->result, "\"}");
	return IPM_OK;
}

#define FRAME "callFrameId:Debugger.CallFrameId"

static const struct method methods[] = {
	{"continueToLocation", debugger_pause_again,
	 "location:Debugger.Location targetCallFrames?:string", NULL},
	{"disable", disable, NULL, NULL},
	{"enable", enable, "maxScriptsCacheSize?:number", "debuggerId:string"},
	{"evaluateOnCallFrame", debugger_evaluate_on_call_frame,
	 FRAME " expression:string objectGroup?:string includeCommandLineAPI?:boolean"
	       " silent?:boolean returnByValue?:boolean generatePreview?:boolean"
	       " throwOnSideEffect?:boolean timeout?:number",
	 "result:object exceptionDetails?:object"},
	{"getPossibleBreakpoints", get_possible_breakpoints,
	 "start:Debugger.Location end?:Debugger.Location restrictToFunction?:boolean",
	 "locations:[Debugger.BreakLocation]"},
	{"getScriptSource", get_script_source, "scriptId:Runtime.ScriptId",
	 "scriptSource:string bytecode?:string"},
	{"getStackTrace", get_stack_trace, "stackTraceId:Runtime.StackTraceId",
	 "stackTrace:object"},
	{"getWasmBytecode", no_wasm, "scriptId:Runtime.ScriptId", "bytecode:string"},
	{"pause", NULL, NULL, NULL},
	{"removeBreakpoint", NULL, "breakpointId:Debugger.BreakpointId", NULL},
	{"restartFrame", restart_frame, FRAME " mode?:string", "callFrames:[object]"},
	{"resume", debugger_pause_again, "terminateOnResume?:boolean", NULL},
	{"searchInContent", debugger_search_in_content,
	 "scriptId:Runtime.ScriptId query:string caseSensitive?:boolean isRegex?:boolean",
	 "result:[Debugger.SearchMatch]"},
	{"setAsyncCallStackDepth", NULL, "maxDepth:integer", NULL},
	{"setBlackboxExecutionContexts", NULL, "uniqueIds:[string]", NULL},
	{"setBlackboxPatterns", NULL, "patterns:[string] skipAnonymous?:boolean", NULL},
	{"setBlackboxedRanges", NULL,
	 "scriptId:Runtime.ScriptId positions:[Debugger.ScriptPosition]", NULL},
	{"setBreakpoint", set_breakpoint, "location:Debugger.Location condition?:string",
	 "breakpointId:Debugger.BreakpointId actualLocation:Debugger.Location"},
	{"setBreakpointByUrl", set_breakpoint_by_url,
	 "lineNumber:integer url?:string urlRegex?:string scriptHash?:string"
	 " columnNumber?:integer condition?:string",
	 "breakpointId:Debugger.BreakpointId locations:[Debugger.Location]"},
	{"setBreakpointsActive", NULL, "active:boolean", NULL},
	{"setInstrumentationBreakpoint", set_instrumentation_breakpoint, "instrumentation:string",
	 "breakpointId:Debugger.BreakpointId"},
	{"setPauseOnExceptions", set_pause_on_exceptions, "state:string", NULL},
	{"setReturnValue", refuse_change, "newValue:Runtime.CallArgument", NULL},
	{"setScriptSource", refuse_change,
	 "scriptId:Runtime.ScriptId scriptSource:string dryRun?:boolean", NULL},
	{"setSkipAllPauses", NULL, "skip:boolean", NULL},
	{"setVariableValue", refuse_change,
	 "scopeNumber:integer variableName:string newValue:Runtime.CallArgument " FRAME, NULL},
	{"stepInto", debugger_pause_again, "breakOnAsyncCall?:boolean", NULL},
	{"stepOut", debugger_pause_again, NULL, NULL},
	{"stepOver", debugger_pause_again, NULL, NULL},
	{NULL, NULL, NULL, NULL},
};

static const struct event events[] = {
	{"paused", "callFrames:[object] reason:string data?:object hitBreakpoints?:[string]"
		   " asyncStackTrace?:object"},
	{"resumed", NULL},
	{"scriptParsed",
	 "scriptId:Runtime.ScriptId url:string startLine:integer startColumn:integer"
	 " endLine:integer endColumn:integer executionContextId:integer hash:string"
	 " isLiveEdit?:boolean sourceMapURL?:string hasSourceURL?:boolean isModule?:boolean"
	 " length?:integer"},
	{NULL, NULL},
};

const struct domain debugger_domain = {"Debugger", methods, events};
