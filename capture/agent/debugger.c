/* SPDX-License-Identifier: MIT */
/*
 * V8's debugger, on while the program runs: what the hooks cannot see, at its price. In the
 * start-up of an ES module program only its pauses on all exceptions have the frame of a
 * module's top level; and where V8 does not tell of throws, or the user wants whole stacks of
 * rejections, it stays on.
 */
#include <inttypes.h>
#include <string.h>

#include "agent.h"
#include "clock.h"

/* A program that awaits something at its top level for longer than this has started. */
#define STARTUP_MS 10000

/* The reason stands behind the call frames, and no key in these has that name. */
static bool reason_is(struct ipm_str message, const char *reason)
{
	size_t at = message_find(message, "reason", 0), len = strlen(reason);

	return at != SIZE_MAX && message.len - at > len + 2 &&
	       !memcmp(message.data + at + 1, reason, len) && message.data[at + 1 + len] == '"';
}

/* A number for the error: its description with the stack; the same error thrown on has the same. */
static uint64_t error_hash(struct ipm_str message)
{
	size_t at = message_find(message, "reason", 0), end;
	uint64_t hash = 14695981039346656037u;

	at = at == SIZE_MAX ? at : message_find(message, "data", at);
	at = at == SIZE_MAX ? at : message_find(message, "description", at);
	end = at == SIZE_MAX ? at : message_value_end(message, at);
	if (end == SIZE_MAX)
		return 0;
	for (; at < end; at++)
		hash = (hash ^ (uint8_t)message.data[at]) * 1099511628211u;
	return hash | 1;
}

static void hold_exception(struct agent *a, struct ipm_str message)
{
	uint64_t start_ns = budget_cpu_ns(), error = error_hash(message);
	struct guard guard;

	/* What was held first is the most telling: the rest of the way up has fewer frames. */
	if (a->thrown.taken && error && error == a->thrown_error)
		return;
	if (!budget_hold(&a->debugger_budget) || !guard_enter(&guard, a))
		return;
	a->thrown_error = error;
	if (hold_take(&a->thrown, &a->session, message, HOLD_ALL_FRAMES, false, NULL))
		hold_release(&a->thrown, &a->session);
	guard_leave(&guard);
	budget_spend(&a->debugger_budget, start_ns);
	settle_later(a);
}

static void paused(void *self, struct ipm_str message)
{
	struct agent *a = self;

	if (!a->busy && (reason_is(message, "exception") || reason_is(message, "promiseRejection")))
		hold_exception(a, message);
	else if (a->debugger == DEBUGGER_STARTUP && a->entry_breakpoint[0] &&
		 memmem(message.data, message.len, a->entry_breakpoint,
			strlen(a->entry_breakpoint)))
		a->startup_over = true; /* unless the last statement throws: see settle.c */
	if (a->startup_over)
		settle_later(a);
	if (session_post(&a->session, "Debugger.resume", IPM_STR(""), NULL))
		debugger_stop(a);
}

/* The entry module's last statement tells that start-up is over: a breakpoint at its very end. */
static void on_script(void *self, struct ipm_str message)
{
	struct agent *a = self;
	struct ipm_buf reply = IPM_BUF_INIT, params = IPM_BUF_INIT;
	size_t url = message_find(message, "url", 0), line = message_find(message, "endLine", 0);
	size_t column = message_find(message, "endColumn", 0);
	struct ipm_str entry = ipm_buf_as_str(&a->entry);

	if (a->entry_breakpoint[0] || url == SIZE_MAX || line == SIZE_MAX || column == SIZE_MAX ||
	    message.len - url < entry.len + 2 ||
	    memcmp(message.data + url + 1, entry.data, entry.len) != 0 ||
	    message.data[url + 1 + entry.len] != '"')
		return;
	ipm_buf_cstr(&params, "{\"url\":\"");
	ipm_buf_str(&params, entry);
	ipm_buf_printf(&params, "\",\"lineNumber\":%.*s,\"columnNumber\":%.*s}",
		       (int)(message_value_end(message, line) - line), message.data + line,
		       (int)(message_value_end(message, column) - column), message.data + column);
	if (ipm_buf_ok(&params) &&
	    !a->session.channel.ops->call(&a->session.channel, "Debugger.setBreakpointByUrl",
					  ipm_buf_as_str(&params), UINT64_MAX, &reply, NULL)) {
		struct ipm_str text = ipm_buf_as_str(&reply);
		size_t id = message_find(text, "breakpointId", 0), end;

		end = id == SIZE_MAX ? id : message_value_end(text, id);
		/* As it stands in the pause: a JSON string with its quotes. */
		if (end != SIZE_MAX && end - id < sizeof(a->entry_breakpoint)) {
			memcpy(a->entry_breakpoint, text.data + id, end - id);
			a->entry_breakpoint[end - id] = 0;
		}
	}
	ipm_buf_deinit(&params);
	ipm_buf_deinit(&reply);
}

static void on_event(void *self, struct ipm_str message)
{
	static const char start[] = "{\"method\":\"Debugger.scriptParsed\"";

	if (message.len >= sizeof(start) && !memcmp(message.data, start, sizeof(start) - 1))
		on_script(self, message);
}

bool debugger_start(struct agent *a, enum debugger debugger)
{
	struct session *s = &a->session;
	struct ipm_str state = debugger == DEBUGGER_ALWAYS ? IPM_STR("{\"state\":\"uncaught\"}")
							   : IPM_STR("{\"state\":\"all\"}");

	if (agent_session(a, NULL))
		return false;
	a->debugger = debugger;
	a->entry_breakpoint[0] = 0;
	a->debugger_ns = a->debugger_ns ? a->debugger_ns : ipm_monotonic_ns();
	s->on_paused = paused;
	s->on_paused_self = a;
	if (debugger == DEBUGGER_STARTUP) {
		s->channel.on_event = on_event;
		s->channel.on_event_self = a;
	}
	if (session_post(s, "Debugger.enable", IPM_STR(""), NULL) ||
	    session_post(s, "Debugger.setPauseOnExceptions", state, NULL)) {
		debugger_stop(a);
		return false;
	}
	return true;
}

bool debugger_is_due(const struct agent *a, uint64_t *ret_ms)
{
	uint64_t age_ms = (ipm_monotonic_ns() - a->debugger_ns) / 1000000;

	if (a->debugger != DEBUGGER_STARTUP)
		return false;
	if (a->startup_over || age_ms >= STARTUP_MS)
		return true;
	*ret_ms = STARTUP_MS - age_ms;
	return false;
}

void debugger_stop(struct agent *a)
{
	struct session *s = &a->session;

	if (a->debugger == DEBUGGER_OFF)
		return;
	a->debugger = DEBUGGER_OFF;
	s->on_paused = NULL;
	s->channel.on_event = NULL;
	/* A session that does not even take this one is gone, and its domains with it. */
	if (session_is_open(s) && session_post(s, "Debugger.disable", IPM_STR(""), NULL))
		session_close(s);
}
