/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "eval_internal.h"
#include "wtf8.h"

/* JavaScript exceptions of the evaluator's own. */

bool ev_throw_value(struct ev *e, struct ev_val v)
{
	if (e->throwing || e->stop || e->errc)
		return false;
	e->throwing = true;
	e->exception = v;
	e->exception_at = e->at;
	return false;
}

/* Line and column, from 1 as stacks show them; columns in UTF-16 units. */
static void place(struct ev *e, uint32_t offset, unsigned *ret_line, uint64_t *ret_column)
{
	const char *start = e->source.data, *p, *end;

	*ret_line = 1;
	if (offset > e->source.len)
		offset = (uint32_t)e->source.len;
	end = e->source.data + offset;
	for (p = start; p < end; p++)
		if (*p == '\n') {
			++*ret_line;
			start = p + 1;
		}
	*ret_column = ipm_wtf8_units((struct ipm_str){start, (size_t)(end - start)}) + 1;
}

static void put_frame_place(struct ev *e, struct ipm_buf *buf, const struct ipm_frame *f)
{
	const struct ipm_script *script;
	struct ipm_str url = f->url;
	struct ipm_error ignored;

	if (!url.len && !ipm_reader_script(e->reader, f->location.script_id, &script, &ignored))
		url = script->url;
	if (url.len > 7 && !memcmp(url.data, "file://", 7)) {
		url.data += 7;
		url.len -= 7;
	}
	if (!url.len)
		url = IPM_STR("<anonymous>");
	ipm_buf_str(buf, url);
	ipm_buf_printf(buf, ":%" PRId64 ":%" PRId64, f->location.line + 1, f->location.column + 1);
}

/*
 * As V8 shows an error of Debugger.evaluateOnCallFrame: the expression, then the frames below
 * it. Syntax errors and refusals have no frame of the expression.
 */
static void put_stack(struct ev *e, struct ipm_buf *buf, bool with_expression)
{
	const struct ipm_frame *f = e->frame;
	unsigned line, shown = 0;
	uint64_t column;

	if (with_expression) {
		place(e, e->at, &line, &column);
		if (f) {
			ipm_buf_cstr(buf, "\n    at eval (eval at ");
			ipm_buf_str(buf, f->function_name.len ? f->function_name
							      : IPM_STR("<anonymous>"));
			ipm_buf_cstr(buf, " (");
			put_frame_place(e, buf, f);
			ipm_buf_printf(buf, "), <anonymous>:%u:%" PRIu64 ")", line, column);
		} else {
			ipm_buf_printf(buf, "\n    at <anonymous>:%u:%" PRIu64, line, column);
		}
		shown = 1;
	}
	if (!f)
		return;
	for (; f < e->pause->frames + e->pause->frame_count && shown < 10; f++, shown++) {
		ipm_buf_cstr(buf, "\n    at ");
		if (f->function_name.len) {
			ipm_buf_str(buf, f->function_name);
			ipm_buf_cstr(buf, " (");
		}
		put_frame_place(e, buf, f);
		if (f->function_name.len)
			ipm_buf_byte(buf, ')');
	}
}

struct ev_obj *ev_new_error(struct ev *e, const char *class_name, struct ev_str *message)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_obj *o = ev_new(e, IPM_KIND_ERROR, class_name);
	struct ev_str *stack;

	if (!o)
		return NULL;
	ipm_buf_cstr(&buf, class_name);
	if (message && message->len) {
		ipm_buf_cstr(&buf, ": ");
		ipm_buf_str(&buf, ev_str_view(message));
	}
	put_stack(e, &buf, strcmp(class_name, "SyntaxError") && strcmp(class_name, "EvalError"));
	stack = ev_str_from_buf(e, &buf);
	if (!stack)
		return NULL;
	o->text = stack;
	if (!ev_define_c(e, o, "stack", ev_string(stack),
			 IPM_PROPERTY_WRITABLE | IPM_PROPERTY_CONFIGURABLE))
		return NULL;
	if (message && !ev_define_c(e, o, "message", ev_string(message),
				    IPM_PROPERTY_WRITABLE | IPM_PROPERTY_CONFIGURABLE))
		return NULL;
	return o;
}

bool ev_throw(struct ev *e, const char *class_name, const char *format, ...)
{
	char message[512];
	struct ev_str *s;
	struct ev_obj *o;
	va_list args;

	if (e->throwing || e->stop || e->errc)
		return false;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	s = ev_str_new(e, (struct ipm_str){message, strlen(message)});
	o = s ? ev_new_error(e, class_name, s) : NULL;
	return o ? ev_throw_value(e, ev_temp(o)) : false;
}

bool ev_throw_side_effect(struct ev *e, const char *format, ...)
{
	char message[400];
	va_list args;

	if (e->req && e->req->throw_on_side_effect)
		return ev_throw(e, "EvalError", "Possible side-effect in debug-evaluate");
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return ev_throw(e, "EvalError", "%s", message);
}

bool ev_throw_omitted(struct ev *e, const struct ipm_value *omitted)
{
	enum ipm_reason reason = omitted->omitted.reason;

	if (reason == IPM_REASON_REDACTED)
		return ev_throw(e, "EvalError",
				"this value was redacted when the crash was captured");
	if (reason == IPM_REASON_OPTIMIZED_OUT)
		return ev_throw(e, "EvalError", "this variable was optimized out");
	if (reason == IPM_REASON_DENIED)
		return ev_throw(
			e, "EvalError",
			"this value is not in the crash file: reading it would have run code");
	return ev_throw(e, "EvalError", "this value is not in the crash file (%s)",
			ipm_reason_name(reason));
}

bool ev_throw_not_captured(struct ev *e, uint64_t id)
{
	const struct ipm_summary *summary = ipm_reader_summary(e->reader);

	if (id < IPM_FIRST_SYNTHETIC_ID && summary && summary->stopped_by != IPM_REASON_NONE)
		return ev_throw(e, "EvalError", "this object is not in the crash file (%s)",
				ipm_reason_name(summary->stopped_by));
	return ev_throw(e, "EvalError", "this object is not in the crash file");
}

const char *ev_excerpt(struct ev *e, struct ipm_str s)
{
	enum { MAX = 60 };
	char *copy = ev_alloc(e, MAX + 4);
	size_t n = s.len < MAX ? s.len : MAX;
	size_t i;

	if (!copy)
		return "";
	if (n < s.len)
		while (n && ((uint8_t)s.data[n] & 0xC0) == 0x80)
			n--;
	for (i = 0; i < n; i++)
		copy[i] = s.data[i] && s.data[i] != '\n' ? s.data[i] : ' ';
	if (n < s.len)
		memcpy(copy + n, "...", 3);
	return copy;
}
