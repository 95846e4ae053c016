/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "commands.h"
#include "ipm_websocket.h"
#include "ipm_worker_channel.h"
#include "json.h"
#include "watch_thread.h"

#define MAX_FULL_MESSAGE ((size_t)512 << 20)
#define MAX_WORKERS	 1024 /* watched at once; the others run unwatched */

struct watch {
	struct watch_common common;
	struct watch_options opts;
	struct ipm_channel *channel;
	struct watch_thread *main;
	struct watch_thread *workers[MAX_WORKERS];
	size_t worker_count;
	int status;		   /* how the program said it would end; -1: not known */
	volatile bool interrupted; /* by the user */
};

static bool starts(struct ipm_str message, const char *head)
{
	size_t n = strlen(head);

	return message.len > n && !memcmp(message.data, head, n);
}

static struct watch_thread *worker_of(struct watch *w, struct ipm_json_ref session)
{
	size_t i;

	for (i = 0; i < w->worker_count; i++)
		if (ipm_json_equals(session, w->workers[i]->session))
			return w->workers[i];
	return NULL;
}

static bool short_string(struct ipm_json_ref ref, struct ipm_buf *ret)
{
	ipm_buf_reset(ret);
	return ipm_json_string(ref, ret) && ipm_buf_ok(ret) && ret->len && ret->len < 20;
}

/* "[worker 3] name" holds the thread's id; "workerId" is NodeWorker's own count. */
static void thread_id(struct ipm_json_ref info, struct ipm_buf *ret)
{
	struct ipm_str title = ipm_json_raw(ipm_json_get(info, "title"));
	static const char head[] = "\"[worker ";
	size_t at = sizeof(head) - 1, from = at;

	ipm_buf_reset(ret);
	if (title.len > at && !memcmp(title.data, head, at)) {
		while (at < title.len && title.data[at] >= '0' && title.data[at] <= '9')
			at++;
		ipm_buf_append(ret, title.data + from, at - from);
	}
	if (!ret->len || ret->len > 10)
		short_string(ipm_json_get(info, "workerId"), ret);
}

/* Within the callback of a message nothing can be asked: it is armed later. */
static void add_worker(struct watch *w, struct ipm_json_ref params)
{
	struct ipm_json_ref info = ipm_json_get(params, "workerInfo");
	struct ipm_buf session = IPM_BUF_INIT, id = IPM_BUF_INIT;
	struct ipm_channel *channel = NULL;
	struct watch_thread *t;
	struct ipm_error err;

	watchdog_count_worker(&w->common.dog);
	thread_id(info, &id);
	if (w->worker_count < MAX_WORKERS && ipm_buf_ok(&id) &&
	    short_string(ipm_json_get(params, "sessionId"), &session) &&
	    !ipm_worker_channel_open(w->channel, ipm_buf_as_str(&session), &channel, &err)) {
		if (watch_thread_create(&w->common, channel, ipm_buf_as_str(&session),
					ipm_buf_as_str(&id), &t, &err))
			channel->ops->destroy(channel);
		else
			w->workers[w->worker_count++] = t;
		w->common.wake = true;
	}
	ipm_buf_deinit(&session);
	ipm_buf_deinit(&id);
}

static void on_worker_event(struct watch *w, struct ipm_str message)
{
	struct ipm_buf inner = IPM_BUF_INIT;
	struct ipm_json json = {0};
	struct ipm_json_ref params;
	struct watch_thread *t;
	struct ipm_error err;

	if (ipm_json_parse(&json, message, 0, &err))
		return;
	params = ipm_json_get(ipm_json_root(&json), "params");
	t = worker_of(w, ipm_json_get(params, "sessionId"));
	if (starts(message, "{\"method\":\"NodeWorker.attachedToWorker\"")) {
		if (!t)
			add_worker(w, params);
	} else if (t && starts(message, "{\"method\":\"NodeWorker.detachedFromWorker\"")) {
		ipm_worker_channel_gone(t->channel);
		t->gone = w->common.wake = true;
	} else if (t && ipm_json_string(ipm_json_get(params, "message"), &inner) &&
		   ipm_buf_ok(&inner)) {
		ipm_worker_channel_receive(t->channel, ipm_buf_as_str(&inner));
	}
	ipm_buf_deinit(&inner);
	ipm_json_deinit(&json);
}

static void on_event(void *self, struct ipm_str message)
{
	struct watch *w = self;

	if (starts(message, "{\"method\":\"NodeWorker."))
		on_worker_event(w, message);
	else
		watch_thread_event(w->main, message);
}

enum ipm_errc watch_create(struct ipm_channel *channel, const struct watch_options *opts,
			   struct watch **ret, struct ipm_error *err)
{
	struct watch *w = calloc(1, sizeof(*w));
	enum ipm_errc rc;

	if (!w)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	w->opts = *opts;
	w->channel = w->common.root = channel;
	w->common.opts = opts->capture;
	w->common.pid = opts->pid;
	w->status = -1;
	rc = wanted_from_env(&w->common.wanted, err);
	if (rc) {
		free(w);
		return rc;
	}
	rc = watch_thread_create(&w->common, channel, (struct ipm_str){0}, (struct ipm_str){0},
				 &w->main, err);
	if (rc) {
		wanted_deinit(&w->common.wanted);
		free(w);
		return rc;
	}
	/* Long strings make long answers. */
	if (opts->capture.limits.max_string == UINT64_MAX)
		ipm_websocket_max_message(channel, MAX_FULL_MESSAGE);
	channel->on_event = on_event;
	channel->on_event_self = w;
	*ret = w;
	return IPM_OK;
}

static void drop_worker(struct watch *w, size_t i)
{
	struct watch_thread *t = w->workers[i];
	struct ipm_channel *channel = t->channel;

	watch_thread_destroy(t);
	channel->ops->destroy(channel);
	w->workers[i] = w->workers[--w->worker_count];
}

void watch_destroy(struct watch *w)
{
	if (!w)
		return;
	watchdog_stop(&w->common.dog, true);
	while (w->worker_count)
		drop_worker(w, w->worker_count - 1);
	watch_thread_destroy(w->main);
	wanted_deinit(&w->common.wanted);
	free(w);
}

void watch_interrupt(struct watch *w)
{
	w->interrupted = w->common.wake = true;
}

/* Node never takes leave of a worker by itself: it would wait for us, or stay paused, for ever. */
static void detach(struct watch *w, const struct watch_thread *t)
{
	char params[64];

	snprintf(params, sizeof(params), "{\"sessionId\":\"%s\"}", t->session);
	if (!w->main->lost && !watch_thread_call(w->main, "NodeWorker.detach", params))
		w->main->lost = true;
}

static void arm_worker(struct watch *w, struct watch_thread *t)
{
	t->armed = true;
	if (!watch_thread_arm(t) || !watch_thread_call(t, "Runtime.runIfWaitingForDebugger", "{}"))
		if (!t->gone)
			detach(w, t);
}

/* Everything that the workers want; when they want to be looked at again. */
static uint64_t serve_workers(struct watch *w)
{
	uint64_t soonest = UINT64_MAX, when;
	size_t i;
	int status;

	for (i = 0; i < w->worker_count; i++) {
		struct watch_thread *t = w->workers[i];

		if (!t->armed && !t->gone)
			arm_worker(w, t);
		when = watch_thread_work(t);
		soonest = when < soonest ? when : soonest;
		if (!t->waiting && !t->gone)
			continue;
		status = t->waiting && !t->gone ? watch_thread_last_words(t) : 0;
		if (!t->gone)
			detach(w, t);
		watch_thread_settle(t, status, false);
		drop_worker(w, i--);
	}
	return soonest;
}

static void release_workers(struct watch *w)
{
	size_t i;

	for (i = w->worker_count; i-- > 0;) {
		if (!w->workers[i]->gone)
			detach(w, w->workers[i]);
		/* Died in the middle of its capture, perhaps. */
		watch_thread_settle(w->workers[i], 0, false);
		drop_worker(w, i);
	}
	if (!w->main->lost && !watch_thread_call(w->main, "NodeWorker.disable", "{}"))
		w->main->lost = true;
}

/* Of a program on another machine, or in a container, it is the PID there. */
static void ask_pid(struct watch *w)
{
	struct ipm_json json = {0};
	struct ipm_json_ref value;
	struct ipm_error err;
	int64_t pid = 0;

	if (w->common.pid ||
	    !watch_thread_call(w->main, "Runtime.evaluate",
			       "{\"expression\":\"process.pid\",\"returnByValue\":true,"
			       "\"silent\":true,\"throwOnSideEffect\":true}"))
		return;
	if (!ipm_json_parse(&json, ipm_buf_as_str(&w->main->reply), 0, &err)) {
		value = ipm_json_get(ipm_json_get(ipm_json_root(&json), "result"), "result");
		pid = ipm_json_int(ipm_json_get(value, "value"), 0);
	}
	if (pid > 0)
		w->common.pid = (uint64_t)pid;
	ipm_json_deinit(&json);
}

static bool start(struct watch *w)
{
	w->common.dog = watchdog_start(ipm_websocket_fd(w->channel), !w->opts.own_program);
	return watch_thread_arm(w->main) &&
	       watch_thread_call(w->main, "NodeWorker.enable",
				 w->opts.own_program ? "{\"waitForDebuggerOnStart\":true}"
						     : "{\"waitForDebuggerOnStart\":false}") &&
	       watch_thread_call(w->main, "Runtime.runIfWaitingForDebugger", "{}");
}

/* No more than caught exceptions was asked for, and there are enough files of these. */
static bool satisfied(const struct watch *w)
{
	const struct wanted *wanted = &w->common.wanted;

	return !wanted->caught && !wanted->uncaught && !wanted->rejection && !wanted->oom;
}

static void watch_until_end(struct watch *w)
{
	struct watch_thread *t = w->main;
	uint64_t when = 0, workers_when;
	bool connected = true;

	while (!t->waiting && !t->lost && connected && !w->interrupted && !satisfied(w)) {
		if (when)
			connected = ipm_websocket_wait(w->channel, &w->common.wake, when);
		w->common.wake = false;
		when = watch_thread_work(t);
		workers_when = serve_workers(w);
		if (workers_when < when)
			when = workers_when;
	}
}

/* process._debugEnd(), if it is still Node's own. Whatever it answers gets lost with the connection. */
static void close_inspector(struct watch *w)
{
	struct ipm_json json = {0};
	struct ipm_json_ref function;
	struct ipm_buf params = IPM_BUF_INIT, text = IPM_BUF_INIT;
	struct ipm_error err;

	if (watch_thread_call(w->main, "Runtime.evaluate",
			      "{\"expression\":\"process._debugEnd\",\"silent\":true,"
			      "\"throwOnSideEffect\":true}") &&
	    !ipm_json_parse(&json, ipm_buf_as_str(&w->main->reply), 0, &err)) {
		function = ipm_json_get(ipm_json_get(ipm_json_root(&json), "result"), "result");
		if (ipm_json_string(ipm_json_get(function, "description"), &text) &&
		    memmem(text.data, text.len, "{ [native code] }", 17)) {
			ipm_buf_cstr(&params, "{\"functionDeclaration\":\"function(){this()}\","
					      "\"silent\":true,\"objectId\":");
			ipm_buf_str(&params, ipm_json_raw(ipm_json_get(function, "objectId")));
			ipm_buf_byte(&params, '}');
			ipm_buf_byte(&params, '\0');
			if (ipm_buf_ok(&params))
				watch_thread_call(w->main, "Runtime.callFunctionOn",
						  (const char *)params.data);
		}
	}
	ipm_json_deinit(&json);
	ipm_buf_deinit(&params);
	ipm_buf_deinit(&text);
}

static void leave(struct watch *w)
{
	release_workers(w);
	if (!w->main->waiting && !w->main->lost)
		watch_thread_call(w->main, "Debugger.disable", "{}");
	if (w->opts.close_inspector && !w->main->waiting && !w->main->lost)
		close_inspector(w);
	watchdog_stop(&w->common.dog, !w->main->lost);
	w->channel->on_event = NULL;
	w->channel = NULL;
}

void watch_run(struct watch *w)
{
	if (!start(w)) {
		cli_fail("the program's inspector does not answer");
	} else if (!w->main->context) {
		/* It waits for its debuggers to leave, and we came too late to be told. */
		cli_fail("the program is at its end already");
	} else {
		ask_pid(w);
		serve_workers(w);
		if (w->opts.armed && !getenv("INSPMORT_QUIET"))
			fprintf(stderr, "inspmort: %s\n", w->opts.armed);
		watch_until_end(w);
		if (w->main->waiting)
			w->status = watch_thread_last_words(w->main);
	}
	leave(w);
}

void watch_now(struct watch *w)
{
	size_t i;

	w->common.dog = watchdog_start(ipm_websocket_fd(w->channel), true);
	watch_thread_call(w->main, "NodeWorker.enable", "{\"waitForDebuggerOnStart\":false}");
	ask_pid(w);
	if (watch_thread_now(w->main))
		for (i = 0; i < w->worker_count; i++)
			if (!w->workers[i]->gone)
				watch_thread_now(w->workers[i]);
	leave(w);
}

bool watch_settle(struct watch *w, int wait_status)
{
	if (wait_status == -1)
		wait_status = w->status;
	watch_thread_settle(w->main, wait_status, w->interrupted);
	return w->common.wrote;
}
