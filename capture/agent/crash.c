/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"
#include "headroom.h"
#include "io.h"
#include "unwound.h"

struct writing {
	struct agent *agent;
	const struct crash *crash;
	struct ipm_capture *capture;
	struct ipm_buf pause; /* as V8 would have told it */
	struct hold *pending[REJECTIONS_MAX];
	unsigned pending_count;
	struct script_names scripts;
	struct ipm_new_file file;
	struct ipm_capture_result result;
	enum ipm_errc rc;
	struct ipm_error *err;
};

/* The answer about a variable of the function we paused in. */
static enum ipm_errc ask_own_frame(struct session *s, struct ipm_str paused, const char *expression,
				   struct ipm_buf *reply, struct ipm_error *err)
{
	struct ipm_buf params = IPM_BUF_INIT;
	size_t at = message_find(paused, "callFrameId", 0), end;
	enum ipm_errc rc;

	if (at == SIZE_MAX || (end = message_value_end(paused, at)) == SIZE_MAX)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "Debugger.paused without call frames");
	ipm_buf_printf(&params,
		       "{\"expression\":\"%s\",\"silent\":true,\"callFrameId\":", expression);
	ipm_buf_append(&params, paused.data + at, end - at);
	ipm_buf_byte(&params, '}');
	rc = ipm_buf_status(&params, err);
	if (!rc)
		rc = s->channel.ops->call(&s->channel, "Debugger.evaluateOnCallFrame",
					  ipm_buf_as_str(&params), UINT64_MAX, reply, err);
	ipm_buf_deinit(&params);
	return rc;
}

/* The RemoteObject of a thing thrown: the argument of the function we paused in, or a pending one. */
static enum ipm_errc append_error(struct session *s, struct ipm_str paused, const char *expression,
				  struct ipm_buf *out, struct ipm_error *err)
{
	struct ipm_buf reply = IPM_BUF_INIT;
	enum ipm_errc rc = ask_own_frame(s, paused, expression, &reply, err);
	struct ipm_str text;
	size_t at, end;

	if (rc)
		goto out;
	text = ipm_buf_as_str(&reply);
	at = message_find(text, "result", 0);
	at = at == SIZE_MAX ? at : message_find(text, "result", at);
	end = at == SIZE_MAX ? at : message_value_end(text, at);
	if (end == SIZE_MAX || end - at < 2 || text.data[end - 1] != '}') {
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "the error cannot be read");
		goto out;
	}
	ipm_buf_append(out, text.data + at, end - at);
out:
	ipm_buf_deinit(&reply);
	return rc;
}

/* Without them the engine asks the protocol for everything, which takes longer. */
static void hand_over_helpers(struct writing *w, struct ipm_str paused)
{
	struct ipm_buf reply = IPM_BUF_INIT;
	struct ipm_error err;
	size_t at, end;

	if (!ask_own_frame(&w->agent->session, paused, "pause.helpers", &reply, &err)) {
		struct ipm_str text = ipm_buf_as_str(&reply);

		at = message_find(text, "objectId", 0);
		end = at == SIZE_MAX ? at : message_value_end(text, at);
		if (end != SIZE_MAX && end - at > 2)
			ipm_capture_helpers(w->capture,
					    (struct ipm_str){text.data + at + 1, end - at - 2});
	}
	ipm_buf_deinit(&reply);
}

/* We paused in register.js, which is none of the program's. */
static void tell_own_script(struct writing *w, struct ipm_str paused)
{
	size_t at = message_find(paused, "scriptId", 0);

	if (at != SIZE_MAX && at < paused.len && paused.data[at] == '"')
		ipm_capture_own_script(w->capture, strtoull(paused.data + at + 1, NULL, 10));
}

static struct ipm_str known(const struct ipm_buf *buf)
{
	return ipm_buf_as_str(buf);
}

/* Of what was thrown: an expression in the frame we paused in (NULL: nothing was). */
struct thrown {
	const char *expression, *reason;
	struct hold *hold;
};

/* The pause as V8 would have told it, had its debugger been on at the throw. */
static enum ipm_errc compose_pause(struct writing *w, struct ipm_str paused,
				   const struct thrown *thrown, struct ipm_buf *out)
{
	struct session *s = &w->agent->session;
	struct hold *hold = thrown->hold;
	struct ipm_buf error = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_OK;

	ipm_buf_cstr(out, "{\"method\":\"Debugger.paused\",\"params\":{\"callFrames\":[");
	if (thrown->expression) {
		rc = append_error(s, paused, thrown->expression, &error, w->err);
		if (!rc)
			unwound_frames(hold, &w->scripts, ipm_buf_as_str(&error), out);
	}
	if (!rc && hold->taken)
		rc = hold_frames(hold, s, out, w->err);
	ipm_buf_printf(out, "],\"reason\":\"%s\"", thrown->reason);
	if (error.len) {
		ipm_buf_cstr(out, ",\"data\":");
		ipm_buf_append(out, error.data, error.len - 1);
		ipm_buf_cstr(out, ",\"uncaught\":true}");
	}
	ipm_buf_deinit(&error);
	ipm_buf_printf(out,
		       ",\"inspmort\":{\"timeNs\":%" PRIu64 ",\"omittedFrames\":%u,\"thread\":\"",
		       hold->taken ? hold->time_ns : ipm_realtime_ns(), hold->omitted_frames);
	ipm_buf_str(out, known(&w->agent->thread)); /* needs no escapes */
	ipm_buf_cstr(out, "\"}");
	ipm_buf_cstr(out, ",\"hitBreakpoints\":[]}}");
	return rc ? rc : ipm_buf_status(out, w->err);
}

/* Rejections of the same turn; the crash is worth a file also without them. */
static void add_pending(struct writing *w, struct ipm_str paused)
{
	struct ipm_buf pause = IPM_BUF_INIT;
	struct ipm_error err, *outer = w->err;
	char expression[32];
	unsigned i;

	w->err = &err;
	for (i = 0; i < w->pending_count; i++) {
		struct thrown thrown = {expression, "promiseRejection", w->pending[i]};

		snprintf(expression, sizeof(expression), "pause.pending[%u]", i);
		ipm_buf_reset(&pause);
		if (!compose_pause(w, paused, &thrown, &pause))
			ipm_capture_also(w->capture, ipm_buf_as_str(&pause));
	}
	w->err = outer;
	ipm_buf_deinit(&pause);
}

/* Where the function that we pause in finds them. */
static void list_pending(struct writing *w)
{
	struct agent *a = w->agent;
	napi_value pause, reasons;

	if (w->crash->with_pending && a->rejection_count &&
	    napi_get_reference_value(a->env, a->pause, &pause) == napi_ok &&
	    napi_create_array(a->env, &reasons) == napi_ok &&
	    napi_set_named_property(a->env, pause, "pending", reasons) == napi_ok)
		w->pending_count = rejections_pending(a, reasons, w->pending);
}

/* The walk is not to find them there. */
static void unlist_pending(struct writing *w)
{
	struct agent *a = w->agent;
	napi_value pause, name;

	if (w->pending_count && napi_get_reference_value(a->env, a->pause, &pause) == napi_ok &&
	    napi_create_string_latin1(a->env, "pending", NAPI_AUTO_LENGTH, &name) == napi_ok)
		napi_delete_property(a->env, pause, name, NULL);
}

static void on_event(void *self, struct ipm_str message)
{
	static const char script_parsed[] = "{\"method\":\"Debugger.scriptParsed\"";
	struct writing *w = self;

	if (message.len > sizeof(script_parsed) &&
	    !memcmp(message.data, script_parsed, sizeof(script_parsed) - 1))
		script_names_add(&w->scripts, message);
	ipm_capture_event(w->capture, message);
}

static void on_paused(void *self, struct ipm_str message)
{
	struct writing *w = self;
	struct session *s = &w->agent->session;
	struct thrown thrown = {w->crash->error ? "error" : NULL, w->crash->reason, w->crash->hold};

	s->on_paused = NULL;
	hand_over_helpers(w, message);
	tell_own_script(w, message);
	w->rc = compose_pause(w, message, &thrown, &w->pause);
	if (!w->rc)
		add_pending(w, message);
	if (session_post(s, "Debugger.resume", IPM_STR(""), NULL) && !w->rc)
		w->rc = IPM_ERR_PROTOCOL;
}

/*
 * The walk need not be in the pause: the frames are held already. V8 installs no optimised code
 * while it is paused; an express application took 780 ms there, 660 ms here.
 */
static void on_resumed(void *self)
{
	struct writing *w = self;

	unlist_pending(w);
	if (!w->rc)
		w->rc = ipm_capture_run(w->capture, &w->agent->session.channel,
					ipm_buf_as_str(&w->pause), ipm_fd_sink(w->file.fd),
					&w->result, w->err);
}

static struct ipm_str known_text(const char *text)
{
	return (struct ipm_str){text, strlen(text)};
}

static enum ipm_errc capture(struct writing *w)
{
	struct agent *a = w->agent;
	enum debugger debugger = a->debugger;
	char cwd[PATH_MAX] = "", exec_path[PATH_MAX] = "", host[256] = "";
	ssize_t n = readlink("/proc/self/exe", exec_path, sizeof(exec_path) - 1);
	struct ipm_capture_options opts = {
		.limits = a->settings.limits,
		.redact = a->settings.redact,
		.meta =
			{
				.tool = IPM_STR("inspmort " IPM_VERSION),
				.channel = IPM_STR("agent"),
				.runtime = IPM_STR("node"),
				.node_version = known(&a->node_version),
				.v8_version = known(&a->v8_version),
				.arch = known(&a->arch),
				.platform = IPM_STR("linux"),
				.program = known(&a->program),
				.pid = (uint64_t)getpid(),
				.time_ns = w->crash->hold->taken ? w->crash->hold->time_ns
								 : ipm_realtime_ns(),
			},
	};
	enum ipm_errc rc;

	exec_path[n > 0 ? n : 0] = 0;
	if (!getcwd(cwd, sizeof(cwd)))
		cwd[0] = 0;
	if (gethostname(host, sizeof(host) - 1))
		host[0] = 0;
	opts.meta.cwd = known_text(cwd);
	opts.meta.exec_path = known_text(exec_path);
	opts.meta.hostname = known_text(host);
	rc = headroom_for_capture(&opts.limits, w->err);
	if (!rc)
		rc = agent_session(a, w->err);
	if (!rc)
		rc = ipm_capture_create(&opts, &w->capture, w->err);
	if (rc)
		return rc;
	/* Only a domain that is switched on anew reports all scripts. */
	debugger_stop(a);
	a->session.channel.on_event = on_event;
	a->session.channel.on_event_self = w;
	w->rc = IPM_ERR_PROTOCOL;
	list_pending(w);
	rc = agent_pause(a, w->crash->error, on_paused, on_resumed, w, w->err);
	a->session.channel.on_event = NULL;
	session_release_walker(&a->session);
	if (debugger != DEBUGGER_OFF && !debugger_start(a, debugger) && !rc)
		rc = ipm_fail(w->err, IPM_ERR_PROTOCOL, "the debugger does not come back");
	ipm_capture_destroy(w->capture);
	script_names_deinit(&w->scripts);
	ipm_buf_deinit(&w->pause);
	return rc ? rc : w->rc;
}

enum ipm_errc crash_write(struct agent *a, const struct crash *crash, struct ipm_new_file *ret,
			  struct ipm_error *err)
{
	struct writing w = {.agent = a, .crash = crash, .file.fd = -1, .err = err};
	enum ipm_errc rc = ipm_new_file_create((const char *)a->settings.dir.data, &w.file, err);

	if (rc)
		return rc;
	rc = capture(&w);
	/*
	 * What was written before a failure is worth keeping, and says itself that it is not all;
	 * unless there is no room for it, which publishing would tell too.
	 */
	if (rc && (rc == IPM_ERR_OS || lseek(w.file.fd, 0, SEEK_END) <= 0)) {
		ipm_new_file_discard(&w.file);
		return rc;
	}
	*ret = w.file;
	return IPM_OK;
}

enum ipm_errc crash_publish(struct agent *a, struct ipm_new_file *file, struct ipm_buf *ret_path,
			    struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	int attempt;

	/* The name was free a moment ago; another process may have taken it since. */
	for (attempt = 0; attempt < 8; attempt++) {
		ipm_buf_reset(ret_path);
		rc = ipm_capture_path((const char *)a->settings.dir.data, (uint64_t)getpid(),
				      (const char *)a->suffix.data, ret_path, err);
		ipm_buf_byte(ret_path, 0);
		if (!rc)
			rc = ipm_buf_status(ret_path, err);
		if (!rc)
			rc = ipm_new_file_publish(file, (const char *)ret_path->data, 0, err);
		if (rc != IPM_ERR_OS || err->os_errno != EEXIST)
			break;
	}
	ipm_new_file_discard(file);
	return rc;
}

bool crash_publish_and_say(struct agent *a, struct ipm_new_file *file, bool at_exit,
			   struct ipm_buf *ret_path)
{
	struct ipm_error err = {0};

	if (crash_publish(a, file, ret_path, &err)) {
		say(at_exit, "no crash file: %s", err.message);
		return false;
	}
	a->published = true;
	if (!a->settings.quiet)
		say(at_exit, "wrote %s", (const char *)ret_path->data);
	return true;
}

bool agent_write_crash(struct agent *a, const struct crash *crash, bool at_exit,
		       struct ipm_buf *ret_path)
{
	struct ipm_new_file file;
	struct ipm_error err = {0};

	if (!crash_write(a, crash, &file, &err))
		return crash_publish_and_say(a, &file, at_exit, ret_path);
	say(at_exit, "no crash file: %s", err.message);
	return false;
}
