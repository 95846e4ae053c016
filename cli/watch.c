/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "held.h"
#include "io.h"
#include "ipm_websocket.h"
#include "json.h"
#include "run.h"
#include "watchdog.h"

#define FREE_CAPTURES 5			   /* before they are rationed */
#define RATION_NS     UINT64_C(1000000000) /* then one in so much time */
#define PROGRESS_NS   UINT64_C(200000000)
#define BUSY_NS	      UINT64_C(300000000) /* running code pauses within this */
#define WATCHDOG_MS   3000		  /* beyond the budget */
#define RESUME_NS     UINT64_C(5000000000)

struct watch {
	struct ipm_channel *channel;
	struct ipm_capture *capture;
	uint64_t pid;
	uint64_t max_time_ms;
	struct ipm_buf paused;	/* the event that waits to be handled */
	struct ipm_buf current; /* the one being handled; the next may arrive meanwhile */
	struct ipm_buf unseen;	/* the end of the program, for which V8 did not pause */
	bool stop;		/* leave the waiting: something has to be done */
	uint64_t progress_ns;	/* when it was last shown */
	bool progress_shown;
	bool failed;	  /* and said so */
	bool has_context; /* there is something to debug */
	bool interrupted; /* by the user */
	bool ending;	  /* the program waits for us to go */
	struct held_list held;
	size_t captures;
	uint64_t last_capture_ns;
	struct ipm_buf reply;
};

static bool is_event(struct ipm_str message, const char *name)
{
	struct ipm_buf head = IPM_BUF_INIT;
	bool same;

	ipm_buf_printf(&head, "{\"method\":\"%s\"", name);
	same = ipm_buf_ok(&head) && message.len >= head.len &&
	       !memcmp(message.data, head.data, head.len);
	ipm_buf_deinit(&head);
	return same;
}

/* What identifies an exception in events: its description, or its value. */
static void exception_text(struct ipm_json_ref remote, struct ipm_buf *ret)
{
	struct ipm_json_ref text = ipm_json_get(remote, "description");

	if (ipm_json_type(text) != IPM_JSON_STRING)
		text = ipm_json_get(remote, "value");
	ipm_buf_reset(ret);
	ipm_buf_str(ret, ipm_json_raw(text));
}

/* Node is certain now that this exception is the end. */
static void on_fatal(struct watch *w, struct ipm_str message)
{
	struct ipm_json json = {0};
	struct ipm_buf what = IPM_BUF_INIT;
	struct ipm_json_ref details;
	struct ipm_error err;

	if (!w->held.count) {
		ipm_buf_reset(&w->unseen);
		ipm_buf_str(&w->unseen, message);
		return;
	}
	if (!ipm_json_parse(&json, message, 0, &err)) {
		details = ipm_json_get(ipm_json_get(ipm_json_root(&json), "params"),
				       "exceptionDetails");
		exception_text(ipm_json_get(details, "exception"), &what);
	}
	held_mark_fatal(&w->held, ipm_buf_as_str(&what));
	ipm_buf_deinit(&what);
	ipm_json_deinit(&json);
}

static void on_event(void *self, struct ipm_str message)
{
	struct watch *w = self;

	if (is_event(message, "Debugger.paused")) {
		ipm_buf_reset(&w->paused);
		ipm_buf_str(&w->paused, message);
		w->stop = true;
	} else if (is_event(message, "Runtime.exceptionThrown")) {
		on_fatal(w, message);
	} else if (is_event(message, "NodeRuntime.waitingForDisconnect") ||
		   is_event(message, "Runtime.executionContextDestroyed")) {
		w->stop = w->ending = true;
	} else {
		w->has_context |= is_event(message, "Runtime.executionContextCreated");
		ipm_capture_event(w->capture, message);
	}
}

static bool call(struct watch *w, const char *method, const char *params)
{
	struct ipm_error err;

	return !w->channel->ops->call(w->channel, method, (struct ipm_str){params, strlen(params)},
				      ipm_monotonic_ns() + RESUME_NS, &w->reply, &err);
}

static uint64_t watchdog_ms(const struct watch *w)
{
	uint64_t ms = w->max_time_ms ? w->max_time_ms : 2000;

	return ms > INT32_MAX ? UINT64_MAX : ms + ms / 10 + WATCHDOG_MS;
}

/* On a terminal only, and only for captures that take long enough to be noticed. */
static void show_progress(void *self, const struct ipm_capture_progress *p)
{
	struct watch *w = self;
	uint64_t now = ipm_monotonic_ns();

	if (now - w->progress_ns < PROGRESS_NS)
		return;
	w->progress_ns = now;
	w->progress_shown = true;
	fprintf(stderr, "\r\033[Kinspmort: %" PRIu64 " objects, %.1f MB, %" PRIu64 " to go",
		p->objects, (double)p->bytes / 1e6, p->queued);
	if (p->left_ms != UINT64_MAX)
		fprintf(stderr, ", %.1f s left", (double)p->left_ms / 1e3);
}

static void clear_progress(struct watch *w)
{
	if (w->progress_shown)
		fputs("\r\033[K", stderr);
	w->progress_shown = false;
}

/* Once is enough: the next capture will most likely fail alike. */
static void say_failed(struct watch *w, const char *dir, const struct ipm_error *err)
{
	if (!w->failed)
		cli_fail("no crash file in %s: %s", dir, err->message);
	w->failed = true;
}

static void take_capture(struct watch *w, struct ipm_json_ref params)
{
	struct held *h = held_add(&w->held);
	struct ipm_capture_result result;
	const char *dir = getenv("INSPMORT_DIR");
	struct watchdog dog;
	struct ipm_error err;
	enum ipm_errc rc;

	if (!dir || !*dir)
		dir = ".";
	/* First of all: from here on the target must go on whatever becomes of us. */
	dog = watchdog_start(watchdog_ms(w));
	h->at_ns = ipm_monotonic_ns();
	h->oom = ipm_json_equals(ipm_json_get(params, "reason"), "OOM");
	exception_text(ipm_json_get(params, "data"), &h->what);
	if (ipm_new_file_create(dir, &h->file, &err)) {
		watchdog_stop(&dog);
		say_failed(w, dir, &err);
		held_drop_last(&w->held);
		return;
	}
	w->progress_ns = ipm_monotonic_ns();
	rc = ipm_capture_run(w->capture, w->channel, ipm_buf_as_str(&w->current),
			     ipm_fd_sink(h->file.fd), &result, &err);
	watchdog_stop(&dog);
	clear_progress(w);
	if (rc && rc != IPM_ERR_PROTOCOL && rc != IPM_ERR_TIMEOUT) {
		say_failed(w, dir, &err);
		held_drop_last(&w->held);
		return;
	}
	if (rc) {
		h->cut = true;
		cli_fail("the capture is incomplete: %s", err.message);
	}
	w->captures++;
	w->last_capture_ns = ipm_monotonic_ns();
}

static bool rationed(const struct watch *w)
{
	return w->captures >= FREE_CAPTURES && ipm_monotonic_ns() - w->last_capture_ns < RATION_NS;
}

static void on_paused(struct watch *w)
{
	struct ipm_json json = {0};
	struct ipm_json_ref params, reason;
	struct ipm_error err;

	if (!ipm_json_parse(&json, ipm_buf_as_str(&w->current), 0, &err)) {
		params = ipm_json_get(ipm_json_root(&json), "params");
		reason = ipm_json_get(params, "reason");
		if ((ipm_json_equals(reason, "exception") ||
		     ipm_json_equals(reason, "promiseRejection") ||
		     ipm_json_equals(reason, "OOM")) &&
		    !rationed(w))
			take_capture(w, params);
	}
	ipm_json_deinit(&json);
	/* Who does not answer any more will not tell of its end either: closing lets it go. */
	if (!call(w, "Debugger.resume", "{}"))
		w->ending = true;
}

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
static void capture_unseen(struct watch *w)
{
	struct ipm_json json = {0};
	struct ipm_json_ref params;
	struct ipm_error err;
	size_t before = w->held.count;

	if (ipm_json_parse(&json, ipm_buf_as_str(&w->unseen), 0, &err)) {
		ipm_json_deinit(&json);
		return;
	}
	params = ipm_json_get(ipm_json_root(&json), "params");
	ipm_buf_reset(&w->current);
	paused_from_exception(ipm_json_get(params, "exceptionDetails"), &w->current);
	if (ipm_buf_ok(&w->current))
		take_capture(w, params);
	if (w->held.count > before)
		w->held.at[w->held.count - 1].fatal = true;
	ipm_json_deinit(&json);
}

enum ipm_errc watch_create(struct ipm_channel *channel, const struct ipm_capture_options *opts,
			   uint64_t pid, struct watch **ret, struct ipm_error *err)
{
	struct ipm_capture_options with = *opts;
	struct watch *w = calloc(1, sizeof(*w));
	enum ipm_errc rc;

	if (!w)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	w->channel = channel;
	w->pid = pid;
	w->max_time_ms = opts->limits.max_time_ms;
	with.meta.channel = IPM_STR("websocket");
	with.meta.pid = pid;
	if (isatty(STDERR_FILENO) && !getenv("INSPMORT_QUIET")) {
		with.progress = show_progress;
		with.progress_self = w;
	}
	rc = ipm_capture_create(&with, &w->capture, err);
	if (rc) {
		free(w);
		return rc;
	}
	channel->on_event = on_event;
	channel->on_event_self = w;
	*ret = w;
	return IPM_OK;
}

void watch_destroy(struct watch *w)
{
	if (!w)
		return;
	held_clear(&w->held);
	ipm_capture_destroy(w->capture);
	ipm_buf_deinit(&w->paused);
	ipm_buf_deinit(&w->current);
	ipm_buf_deinit(&w->unseen);
	ipm_buf_deinit(&w->reply);
	free(w);
}

static bool start(struct watch *w)
{
	return call(w, "NodeRuntime.notifyWhenWaitingForDisconnect", "{\"enabled\":true}") &&
	       call(w, "Runtime.enable", "{}") && call(w, "Debugger.enable", "{}") &&
	       call(w, "Debugger.setAsyncCallStackDepth", "{\"maxDepth\":32}") &&
	       call(w, "Debugger.setPauseOnExceptions", "{\"state\":\"uncaught\"}") &&
	       call(w, "Runtime.runIfWaitingForDebugger", "{}");
}

bool *watch_stop_flag(struct watch *w)
{
	return &w->stop;
}

void watch_run(struct watch *w, const char *armed)
{
	if (!start(w)) {
		cli_fail("the program's inspector does not answer");
		return;
	}
	/* It waits for its debuggers to leave, and we came too late to be told. */
	if (!w->has_context) {
		cli_fail("the program is at its end already");
		return;
	}
	if (armed && !getenv("INSPMORT_QUIET"))
		fprintf(stderr, "inspmort: %s\n", armed);
	while (!w->ending && !w->interrupted) {
		if (!ipm_websocket_wait(w->channel, &w->stop, UINT64_MAX) && !w->paused.len)
			break;
		w->interrupted = w->stop && !w->ending && !w->paused.len;
		w->stop = w->ending;
		while (w->paused.len) {
			ipm_buf_reset(&w->current);
			ipm_buf_str(&w->current, ipm_buf_as_str(&w->paused));
			ipm_buf_reset(&w->paused);
			on_paused(w);
		}
	}
	if (w->unseen.len && !w->held.count && !w->failed)
		capture_unseen(w);
	w->channel->on_event = NULL;
	w->channel = NULL;
}

/* An idle program has no frames: what it waits for leads to its state. */
static void idle_state(struct watch *w)
{
	static const char handles[] = "{\"expression\":\"process._getActiveHandles()\","
				      "\"silent\":true,\"objectGroup\":\"inspmort\"}";
	struct ipm_json json = {0};
	struct ipm_json_ref result;
	struct ipm_error err;

	ipm_buf_reset(&w->current);
	ipm_buf_cstr(&w->current,
		     "{\"method\":\"Debugger.paused\",\"params\":{\"reason\":\"other\","
		     "\"callFrames\":[]");
	if (call(w, "Runtime.evaluate", handles) &&
	    !ipm_json_parse(&json, ipm_buf_as_str(&w->reply), 0, &err)) {
		result = ipm_json_get(ipm_json_get(ipm_json_root(&json), "result"), "result");
		if (ipm_json_type(ipm_json_get(result, "objectId")) == IPM_JSON_STRING) {
			ipm_buf_cstr(&w->current, ",\"data\":");
			ipm_buf_str(&w->current, ipm_json_raw(result));
		}
	}
	ipm_buf_cstr(&w->current, "}}");
	ipm_json_deinit(&json);
}

void watch_now(struct watch *w)
{
	struct ipm_json json = {0};
	bool idle;

	if (!call(w, "Runtime.enable", "{}") || !call(w, "Debugger.enable", "{}") ||
	    !call(w, "Debugger.pause", "{}")) {
		cli_fail("the program's inspector does not answer");
		return;
	}
	ipm_websocket_wait(w->channel, &w->stop, ipm_monotonic_ns() + BUSY_NS);
	idle = !w->paused.len;
	if (idle) {
		ipm_websocket_post(w->channel, "Runtime.evaluate",
				   IPM_STR("{\"expression\":\"debugger\"}"));
		ipm_websocket_wait(w->channel, &w->stop, ipm_monotonic_ns() + RESUME_NS);
	}
	if (!w->paused.len) {
		cli_fail("the program does not pause");
	} else {
		ipm_buf_reset(&w->current);
		ipm_buf_str(&w->current, ipm_buf_as_str(&w->paused));
		if (idle)
			idle_state(w);
		take_capture(w, ipm_json_root(&json));
		if (w->held.count)
			w->held.at[0].fatal = true;
		call(w, "Debugger.resume", "{}");
	}
	call(w, "Debugger.disable", "{}");
	w->channel->on_event = NULL;
	w->channel = NULL;
}

bool watch_settle(struct watch *w, int wait_status)
{
	struct held *h = held_of_death(&w->held, wait_status, w->interrupted);

	return h && held_publish(h, w->pid);
}
