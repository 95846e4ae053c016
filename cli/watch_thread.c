/* SPDX-License-Identifier: MIT */
#include "watch_thread.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "ipm_websocket.h"
#include "ipm_worker_channel.h"
#include "json.h"
#include "run.h"

#define FREE_CAPTURES 5			   /* before they are rationed */
#define SECOND_NS     UINT64_C(1000000000) /* then one in so much time */
#define MAX_PAUSES    25		   /* in a second, for exceptions that are handled */
#define MAX_LOOKED_AT 100		   /* of these, if it is them that are wanted */
#define HOLD_NS	      UINT64_C(500000000)
#define PROGRESS_NS   UINT64_C(200000000)
#define WATCHDOG_MS   3000		   /* beyond the budget */
#define RESUME_NS     UINT64_C(2000000000) /* less than that */

static bool is_event(struct ipm_str message, const char *name)
{
	static const char head[] = "{\"method\":\"";
	size_t n = strlen(name), at = sizeof(head) - 1;

	return message.len > at + n && !memcmp(message.data, head, at) &&
	       !memcmp(message.data + at, name, n) && message.data[at + n] == '"';
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
static void on_fatal(struct watch_thread *t, struct ipm_str message)
{
	struct ipm_json json = {0};
	struct ipm_buf what = IPM_BUF_INIT;
	struct ipm_json_ref details;
	struct ipm_error err;

	if (!t->held.count) {
		ipm_buf_reset(&t->unseen);
		ipm_buf_str(&t->unseen, message);
		return;
	}
	if (!ipm_json_parse(&json, message, 0, &err)) {
		details = ipm_json_get(ipm_json_get(ipm_json_root(&json), "params"),
				       "exceptionDetails");
		exception_text(ipm_json_get(details, "exception"), &what);
	}
	held_mark_fatal(&t->held, ipm_buf_as_str(&what));
	ipm_buf_deinit(&what);
	ipm_json_deinit(&json);
}

/* Contexts of the program's own making (vm) come and go; the first is the one that matters. */
static void on_context(struct watch_thread *t, struct ipm_str message, bool created)
{
	struct ipm_json json = {0};
	struct ipm_json_ref params;
	struct ipm_error err;
	int64_t id;

	if (!ipm_json_parse(&json, message, 0, &err)) {
		params = ipm_json_get(ipm_json_root(&json), "params");
		if (created)
			id = ipm_json_int(ipm_json_get(ipm_json_get(params, "context"), "id"), 0);
		else
			id = ipm_json_int(ipm_json_get(params, "executionContextId"), 0);
		if (created && !t->context)
			t->context = id;
		if (!created && id == t->context && !t->session[0])
			t->waiting = t->common->wake = true;
	}
	ipm_json_deinit(&json);
}

static void on_script(struct watch_thread *t, struct ipm_str message)
{
	static const char url[] = "\"url\":\"" WATCH_OWN_PLACE "\"";
	static const char id[] = "\"scriptId\":\"";
	const char *at = memmem(message.data, message.len, id, sizeof(id) - 1);

	if (at && memmem(message.data, message.len, url, sizeof(url) - 1))
		t->own_script = strtoull(at + sizeof(id) - 1, NULL, 10);
}

void watch_thread_event(struct watch_thread *t, struct ipm_str message)
{
	if (is_event(message, "Debugger.paused")) {
		ipm_buf_reset(&t->paused);
		ipm_buf_str(&t->paused, message);
		t->common->wake = true;
		return;
	}
	if (is_event(message, "Runtime.exceptionThrown"))
		on_fatal(t, message);
	else if (is_event(message, "NodeRuntime.waitingForDisconnect"))
		t->waiting = t->common->wake = true;
	else if (is_event(message, "Runtime.executionContextDestroyed"))
		on_context(t, message, false);
	else if (is_event(message, "Runtime.executionContextCreated"))
		on_context(t, message, true);
	else if (is_event(message, "Debugger.scriptParsed"))
		on_script(t, message);
	ipm_capture_event(t->capture, message);
}

static void on_event(void *self, struct ipm_str message)
{
	watch_thread_event(self, message);
}

static bool call(struct watch_thread *t, const char *method, const char *params, uint64_t ns)
{
	struct ipm_error err;

	return !t->channel->ops->call(t->channel, method, (struct ipm_str){params, strlen(params)},
				      ipm_monotonic_ns() + ns, &t->reply, &err);
}

bool watch_thread_call(struct watch_thread *t, const char *method, const char *params)
{
	return call(t, method, params, WATCH_CALL_NS);
}

/* On a terminal only, and only for captures that take long enough to be noticed. */
static void show_progress(void *self, const struct ipm_capture_progress *p)
{
	struct watch_thread *t = self;
	uint64_t now = ipm_monotonic_ns();

	if (now - t->progress_ns < PROGRESS_NS)
		return;
	t->progress_ns = now;
	t->progress_shown = true;
	fprintf(stderr, "\r\033[Kinspmort: %" PRIu64 " objects, %.1f MB, %" PRIu64 " to go",
		p->objects, (double)p->bytes / 1e6, p->queued);
	if (p->left_ms != UINT64_MAX)
		fprintf(stderr, ", %.1f s left", (double)p->left_ms / 1e3);
}

static void clear_progress(struct watch_thread *t)
{
	if (t->progress_shown)
		fputs("\r\033[K", stderr);
	t->progress_shown = false;
}

void watch_thread_hold(struct watch_thread *t)
{
	uint64_t ms = t->common->opts.limits.max_time_ms;

	if (!ms)
		ms = 2000;
	watchdog_expect(&t->common->dog, ms > INT32_MAX ? UINT64_MAX : ms + ms / 10 + WATCHDOG_MS);
}

void watch_thread_release(struct watch_thread *t)
{
	watchdog_expect(&t->common->dog, UINT64_MAX);
}

/* Once is enough: the next capture will most likely fail alike. */
static void say_failed(struct watch_thread *t, const char *dir, const struct ipm_error *err)
{
	if (!t->common->failed)
		cli_fail("no crash file in %s: %s", dir, err->message);
	t->common->failed = true;
}

struct held *watch_thread_capture(struct watch_thread *t, struct ipm_json_ref params)
{
	struct held *h = held_add(&t->held);
	struct ipm_capture_result result;
	const char *dir = getenv("INSPMORT_DIR");
	struct ipm_error err;
	enum ipm_errc rc;

	if (!dir || !*dir)
		dir = ".";
	h->at_ns = t->progress_ns = ipm_monotonic_ns();
	h->oom = ipm_json_equals(ipm_json_get(params, "reason"), "OOM");
	exception_text(ipm_json_get(params, "data"), &h->what);
	rc = ipm_new_file_create(dir, &h->file, &err);
	if (!rc)
		rc = ipm_capture_run(t->capture, t->channel,
				     ipm_buf_as_str(t->recalled.len ? &t->recalled : &t->current),
				     ipm_fd_sink(h->file.fd), &result, &err);
	ipm_buf_reset(&t->recalled);
	clear_progress(t);
	if (rc && rc != IPM_ERR_PROTOCOL && rc != IPM_ERR_TIMEOUT) {
		say_failed(t, dir, &err);
		held_drop_last(&t->held);
		return NULL;
	}
	if (rc) {
		h->cut = true;
		cli_fail("the capture is incomplete: %s", err.message);
	}
	t->captures++;
	t->last_capture_ns = ipm_monotonic_ns();
	return h;
}

static bool rationed(const struct watch_thread *t, size_t free_captures)
{
	return t->captures >= free_captures && ipm_monotonic_ns() - t->last_capture_ns < SECOND_NS;
}

/* Exceptions in a hot loop would hold up the program: for the rest of the second they are let pass. */
static void rest(struct watch_thread *t, uint64_t until_ns)
{
	t->resting_until_ns = until_ns;
	watch_thread_call(t, "Debugger.setPauseOnExceptions",
			  wanted_state(&t->common->wanted, until_ns != 0));
}

static void count_pause(struct watch_thread *t)
{
	uint64_t now = ipm_monotonic_ns();

	if (now - t->second_ns >= SECOND_NS) {
		t->second_ns = now;
		t->pauses = 0;
	}
	if (++t->pauses >= (t->common->wanted.caught ? MAX_LOOKED_AT : MAX_PAUSES) &&
	    !t->resting_until_ns)
		rest(t, t->second_ns + SECOND_NS);
}

/* A caught exception: the program lives on, so that there is nothing to wait for. */
static void take_caught(struct watch_thread *t, struct ipm_json_ref params)
{
	struct watch_common *c = t->common;
	struct held *h;

	if (!wanted_matches(&c->wanted, ipm_json_get(params, "data")) || rationed(t, 1))
		return;
	h = watch_thread_capture(t, params);
	if (!h)
		return;
	c->wrote |= held_publish(h, c->pid, t->suffix);
	held_drop_last(&t->held);
	if (++c->caught >= c->wanted.max_files)
		c->wanted.caught = false;
	c->wake = true;
}

uint64_t watch_thread_script(struct ipm_json_ref frame)
{
	struct ipm_str id = ipm_json_raw(ipm_json_get(ipm_json_get(frame, "location"), "scriptId"));

	return id.len > 2 ? strtoull(id.data + 1, NULL, 10) : 0;
}

static bool same_function(struct ipm_json_ref a, struct ipm_json_ref b)
{
	struct ipm_str x = ipm_json_raw(ipm_json_get(a, "functionLocation"));
	struct ipm_str y = ipm_json_raw(ipm_json_get(b, "functionLocation"));

	return x.len && x.len == y.len && !memcmp(x.data, y.data, x.len);
}

/* Node's own code has thrown it again, or the function where it is now had called what threw. */
static bool is_rethrow(struct watch_thread *t, struct ipm_json_ref now, struct ipm_json_ref then)
{
	struct ipm_json_ref frames = ipm_json_get(now, "callFrames"), top = ipm_json_first(frames);
	size_t count, i;

	/* Mere call sites, made from an error's stack, have no function's place. */
	if (ipm_json_type(ipm_json_get(top, "functionLocation")) == IPM_JSON_NONE ||
	    ipm_capture_is_internal(t->capture, watch_thread_script(top)))
		return true;
	frames = ipm_json_get(then, "callFrames");
	count = ipm_json_size(frames);
	frames = ipm_json_first(frames);
	for (i = 0; i < count; i++, frames = ipm_json_next(frames))
		if (same_function(frames, top))
			return true;
	return false;
}

void watch_thread_recall(struct watch_thread *t, struct ipm_json_ref exception)
{
	uint64_t deadline = ipm_monotonic_ns() + RESUME_NS, before = UINT64_MAX;
	struct ipm_buf then = IPM_BUF_INIT, newer;
	struct ipm_json now_json = {0}, then_json = {0};
	struct ipm_error err;

	ipm_buf_reset(&t->recalled);
	while (ipm_json_type(exception) == IPM_JSON_OBJECT &&
	       ipm_holds_find(&t->holds, t->channel, ipm_json_raw(exception), &before, deadline,
			      &then) &&
	       !ipm_json_parse(&then_json, ipm_buf_as_str(&then), 0, &err) &&
	       !ipm_json_parse(&now_json,
			       ipm_buf_as_str(t->recalled.len ? &t->recalled : &t->current), 0,
			       &err) &&
	       is_rethrow(t, ipm_json_get(ipm_json_root(&now_json), "params"),
			  ipm_json_get(ipm_json_root(&then_json), "params"))) {
		/* And that may have been one again. */
		newer = t->recalled;
		t->recalled = then;
		then = newer;
	}
	ipm_json_deinit(&now_json);
	ipm_json_deinit(&then_json);
	ipm_buf_deinit(&then);
}

static void on_paused(struct watch_thread *t)
{
	const struct wanted *wanted = &t->common->wanted;
	struct ipm_json json = {0};
	struct ipm_json_ref params, reason, data;
	struct ipm_error err;
	bool exception, rejection, oom, death;

	/* First of all: from here on the program must go on whatever becomes of us. */
	watch_thread_hold(t);
	if (ipm_json_parse(&json, ipm_buf_as_str(&t->current), 0, &err))
		goto resume;
	params = ipm_json_get(ipm_json_root(&json), "params");
	reason = ipm_json_get(params, "reason");
	data = ipm_json_get(params, "data");
	/* A breakpoint of another debugger's: that one's to resume. */
	if (ipm_json_equals(reason, "other") || ipm_json_equals(reason, "debugCommand"))
		goto out;
	exception = ipm_json_equals(reason, "exception");
	rejection = ipm_json_equals(reason, "promiseRejection");
	oom = ipm_json_equals(reason, "OOM");
	death = (oom && wanted->oom) ||
		(ipm_json_bool(ipm_json_get(data, "uncaught"), true) &&
		 ((exception && wanted->uncaught) || (rejection && wanted->rejection)));
	if (death && !rationed(t, FREE_CAPTURES)) {
		watch_thread_recall(t, data);
		watch_thread_capture(t, params);
	} else if (!death && (exception || rejection)) {
		count_pause(t);
		if (wanted->caught)
			take_caught(t, params);
		if (wanted->uncaught || wanted->rejection)
			ipm_holds_add(&t->holds, t->channel, ipm_buf_as_str(&t->current),
				      ipm_monotonic_ns() + HOLD_NS);
	}
resume:
	/* Who does not answer any more will not tell of its end either: closing lets it go. */
	if (!call(t, "Debugger.resume", "{}", RESUME_NS))
		t->lost = t->common->wake = true;
out:
	ipm_json_deinit(&json);
	watch_thread_release(t);
}

uint64_t watch_thread_work(struct watch_thread *t)
{
	while (t->paused.len) {
		ipm_buf_reset(&t->current);
		ipm_buf_str(&t->current, ipm_buf_as_str(&t->paused));
		ipm_buf_reset(&t->paused);
		on_paused(t);
	}
	if (t->resting_until_ns && ipm_monotonic_ns() >= t->resting_until_ns)
		rest(t, 0);
	return t->resting_until_ns ? t->resting_until_ns : UINT64_MAX;
}

enum ipm_errc watch_thread_create(struct watch_common *common, struct ipm_channel *channel,
				  struct ipm_str session, struct ipm_str worker_id,
				  struct watch_thread **ret, struct ipm_error *err)
{
	struct ipm_capture_options opts = common->opts;
	struct watch_thread *t = calloc(1, sizeof(*t));
	enum ipm_errc rc;

	if (!t)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	t->common = common;
	t->channel = channel;
	snprintf(t->session, sizeof(t->session), "%.*s", (int)session.len, session.data);
	if (session.len) {
		snprintf(t->name, sizeof(t->name), "worker %.*s", (int)worker_id.len,
			 worker_id.data);
		snprintf(t->suffix, sizeof(t->suffix), "worker-%.*s-", (int)worker_id.len,
			 worker_id.data);
		opts.thread = (struct ipm_str){t->name, strlen(t->name)};
	}
	opts.meta.channel = IPM_STR("websocket");
	opts.meta.pid = common->pid;
	if (isatty(STDERR_FILENO) && !getenv("INSPMORT_QUIET")) {
		opts.progress = show_progress;
		opts.progress_self = t;
	}
	rc = ipm_capture_create(&opts, &t->capture, err);
	if (rc) {
		free(t);
		return rc;
	}
	channel->on_event = on_event;
	channel->on_event_self = t;
	*ret = t;
	return IPM_OK;
}

void watch_thread_destroy(struct watch_thread *t)
{
	if (!t)
		return;
	held_clear(&t->held);
	ipm_holds_deinit(&t->holds);
	ipm_capture_destroy(t->capture);
	ipm_buf_deinit(&t->paused);
	ipm_buf_deinit(&t->current);
	ipm_buf_deinit(&t->unseen);
	ipm_buf_deinit(&t->recalled);
	ipm_buf_deinit(&t->reply);
	free(t);
}

bool watch_thread_arm(struct watch_thread *t)
{
	/* `debugger` statements are for the debugger that the program's author uses. */
	return watch_thread_call(t, "NodeRuntime.notifyWhenWaitingForDisconnect",
				 "{\"enabled\":true}") &&
	       watch_thread_call(t, "Runtime.enable", "{}") &&
	       watch_thread_call(t, "Debugger.enable", "{}") &&
	       watch_thread_call(t, "Debugger.setBreakpointsActive", "{\"active\":false}") &&
	       watch_thread_call(t, "Debugger.setAsyncCallStackDepth", "{\"maxDepth\":32}") &&
	       watch_thread_call(t, "Debugger.setPauseOnExceptions",
				 wanted_state(&t->common->wanted, false));
}
