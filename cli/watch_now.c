/* SPDX-License-Identifier: MIT */
/* The state of a thread that lives on. */
#include <string.h>

#include "clock.h"
#include "commands.h"
#include "ipm_websocket.h"
#include "ipm_worker_channel.h"
#include "json.h"
#include "watch_thread.h"

#define BUSY_NS UINT64_C(10000000) /* running code pauses within this, mostly */

/* An idle program has no frames: what it waits for leads to its state. */
static void idle_state(struct watch_thread *t)
{
	static const char handles[] = "{\"expression\":\"process._getActiveHandles()\","
				      "\"silent\":true,\"objectGroup\":\"inspmort\"}";
	struct ipm_json json = {0};
	struct ipm_json_ref result;
	struct ipm_error err;

	ipm_buf_reset(&t->current);
	ipm_buf_cstr(&t->current,
		     "{\"method\":\"Debugger.paused\",\"params\":{\"reason\":\"other\","
		     "\"callFrames\":[]");
	if (watch_thread_call(t, "Runtime.evaluate", handles) &&
	    !ipm_json_parse(&json, ipm_buf_as_str(&t->reply), 0, &err)) {
		result = ipm_json_get(ipm_json_get(ipm_json_root(&json), "result"), "result");
		if (ipm_json_type(ipm_json_get(result, "objectId")) == IPM_JSON_STRING) {
			ipm_buf_cstr(&t->current, ",\"data\":");
			ipm_buf_str(&t->current, ipm_json_raw(result));
		}
	}
	ipm_buf_cstr(&t->current, "}}");
	ipm_json_deinit(&json);
}

static bool wait_for_pause(struct watch_thread *t, uint64_t ns)
{
	uint64_t deadline = ipm_monotonic_ns() + ns;
	bool connected = true;

	while (!t->paused.len && !t->gone && connected && ipm_monotonic_ns() < deadline) {
		t->common->wake = false;
		connected = ipm_websocket_wait(t->common->root, &t->common->wake, deadline);
	}
	return t->paused.len > 0;
}

/* Makes an idle thread run something to be paused in; a busy one finds its pause first. */
static void run_something(struct watch_thread *t)
{
	struct ipm_str params =
		IPM_STR("{\"expression\":\"debugger\\n//# sourceURL=" WATCH_OWN_PLACE "\"}");

	if (t->session[0])
		ipm_worker_channel_post(t->channel, "Runtime.evaluate", params,
					ipm_monotonic_ns() + WATCH_CALL_NS);
	else
		ipm_websocket_post(t->channel, "Runtime.evaluate", params);
}

/* Paused before the first statement of what we made it run: with nothing below, nothing ran. */
static bool is_idle(struct watch_thread *t)
{
	struct ipm_json json = {0};
	struct ipm_json_ref frames;
	struct ipm_error err;
	bool idle = false;

	if (!ipm_json_parse(&json, ipm_buf_as_str(&t->current), 0, &err)) {
		frames = ipm_json_get(ipm_json_get(ipm_json_root(&json), "params"), "callFrames");
		idle = t->own_script &&
		       watch_thread_script(ipm_json_first(frames)) == t->own_script;
	}
	ipm_json_deinit(&json);
	return idle;
}

/* A worker that ended meanwhile is no failure. */
static bool refuse(const struct watch_thread *t, const char *what)
{
	if (t->gone)
		return true;
	if (t->session[0])
		cli_fail("%s %s", t->name, what);
	else
		cli_fail("the program's inspector %s", what);
	return false;
}

bool watch_thread_now(struct watch_thread *t)
{
	struct ipm_json nothing = {0};
	struct held *h;
	bool theirs;

	if (!watch_thread_call(t, "Runtime.enable", "{}") ||
	    !watch_thread_call(t, "Debugger.enable", "{}"))
		return refuse(t, "does not answer");
	/* Another debugger may have paused it already, and wants it to stay so. */
	theirs = t->paused.len > 0;
	watch_thread_hold(t);
	if (!theirs && (!watch_thread_call(t, "Debugger.pause", "{}") ||
			(!wait_for_pause(t, BUSY_NS) && (run_something(t), true) &&
			 !wait_for_pause(t, WATCH_CALL_NS)))) {
		watch_thread_release(t);
		return refuse(t, "does not pause");
	}
	ipm_buf_reset(&t->current);
	ipm_buf_str(&t->current, ipm_buf_as_str(&t->paused));
	if (is_idle(t))
		idle_state(t);
	h = watch_thread_capture(t, ipm_json_root(&nothing));
	if (h)
		h->fatal = true;
	if (!theirs)
		watch_thread_call(t, "Debugger.resume", "{}");
	watch_thread_call(t, "Debugger.disable", "{}");
	watch_thread_release(t);
	return h != NULL;
}
