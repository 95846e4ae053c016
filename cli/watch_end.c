/* SPDX-License-Identifier: MIT */
/* How a thread ended, and what is kept of it. */
#include <string.h>
#include <sys/wait.h>

#include "json.h"
#include "watch_thread.h"

/* A Debugger.paused event made from what Runtime.exceptionThrown tells: call sites, no scopes. */
static void paused_from_exception(struct ipm_json_ref details, struct ipm_buf *ret)
{
	struct ipm_json_ref exception = ipm_json_get(details, "exception");
	struct ipm_json_ref sites = ipm_json_get(ipm_json_get(details, "stackTrace"), "callFrames");
	struct ipm_json_ref site = ipm_json_first(sites);
	struct ipm_str raw = ipm_json_raw(exception);
	size_t count = ipm_json_size(sites), i;

	ipm_buf_cstr(ret, "{\"method\":\"Debugger.paused\",\"params\":{\"reason\":\"exception\"");
	if (raw.len > 2) {
		ipm_buf_cstr(ret, ",\"data\":{\"uncaught\":true,");
		ipm_buf_str(ret, (struct ipm_str){raw.data + 1, raw.len - 1});
	}
	ipm_buf_cstr(ret, ",\"callFrames\":[");
	for (i = 0; i < count; i++, site = ipm_json_next(site)) {
		ipm_buf_cstr(ret, i ? ",{\"functionName\":" : "{\"functionName\":");
		ipm_buf_str(ret, ipm_json_raw(ipm_json_get(site, "functionName")));
		ipm_buf_cstr(ret, ",\"url\":");
		ipm_buf_str(ret, ipm_json_raw(ipm_json_get(site, "url")));
		ipm_buf_cstr(ret, ",\"scopeChain\":[],\"this\":{\"type\":\"undefined\"},"
				  "\"location\":");
		ipm_buf_str(ret, ipm_json_raw(site));
		ipm_buf_byte(ret, '}');
	}
	ipm_buf_cstr(ret, "]}}");
}

/* Stack overflows, above all: the exception and where it came from are still to be had. */
static void capture_unseen(struct watch_thread *t)
{
	struct ipm_json json = {0};
	struct ipm_json_ref params;
	struct ipm_error err;
	struct held *h;

	if (ipm_json_parse(&json, ipm_buf_as_str(&t->unseen), 0, &err)) {
		ipm_json_deinit(&json);
		return;
	}
	params = ipm_json_get(ipm_json_root(&json), "params");
	ipm_buf_reset(&t->current);
	paused_from_exception(ipm_json_get(params, "exceptionDetails"), &t->current);
	watch_thread_hold(t);
	watch_thread_recall(t, ipm_json_get(ipm_json_get(params, "exceptionDetails"), "exception"));
	h = ipm_buf_ok(&t->current) ? watch_thread_capture(t, params) : NULL;
	watch_thread_release(t);
	if (h)
		h->fatal = true;
	ipm_json_deinit(&json);
}

int watch_thread_last_words(struct watch_thread *t)
{
	static const char ask[] = "{\"expression\":\"process.exitCode\",\"returnByValue\":true,"
				  "\"silent\":true,\"throwOnSideEffect\":true}";
	struct ipm_json json = {0};
	struct ipm_json_ref value;
	struct ipm_error err;
	int64_t code = 0;

	if (t->unseen.len && !t->held.count && !t->common->failed && t->common->wanted.uncaught)
		capture_unseen(t);
	if (!watch_thread_call(t, "Runtime.evaluate", ask) ||
	    ipm_json_parse(&json, ipm_buf_as_str(&t->reply), 0, &err)) {
		ipm_json_deinit(&json);
		return -1;
	}
	/* Who ran to the end of its program cannot be asked: no exit code, then. */
	value = ipm_json_get(ipm_json_get(ipm_json_root(&json), "result"), "result");
	if (ipm_json_equals(ipm_json_get(value, "type"), "number"))
		code = ipm_json_int(ipm_json_get(value, "value"), 0);
	ipm_json_deinit(&json);
	return W_EXITCODE((int)(code & 0xff), 0);
}

void watch_thread_settle(struct watch_thread *t, int wait_status, bool only_known)
{
	struct watch_common *c = t->common;
	struct held *h = held_of_death(&t->held, wait_status, only_known);

	if (h)
		c->wrote |= held_publish(h, c->pid, t->suffix);
	held_clear(&t->held);
}
