/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "js.h"
#include "wtf8.h"

enum { PEEK = 64 };

/* V8 writes its messages in ASCII (everything else as \u escapes), so Latin-1 loses nothing. */
static bool append_message(napi_env env, napi_value text, struct ipm_buf *out)
{
	size_t len, written;

	if (napi_get_value_string_latin1(env, text, NULL, 0, &len) != napi_ok ||
	    !ipm_buf_reserve(out, len + 1) ||
	    napi_get_value_string_latin1(env, text, (char *)out->data + out->len, len + 1,
					 &written) != napi_ok)
		return false;
	out->len += written;
	return true;
}

static napi_value on_message(napi_env env, napi_callback_info info)
{
	static const char reply_start[] = "{\"id\":";
	static const char paused_start[] = "{\"method\":\"Debugger.paused\"";
	struct session *s;
	napi_value text;
	size_t argc = 1, n;
	char start[PEEK];

	if (napi_get_cb_info(env, info, &argc, &text, NULL, (void **)&s) != napi_ok || argc < 1 ||
	    napi_get_value_string_latin1(env, text, start, sizeof(start), &n) != napi_ok)
		return NULL;
	if (!strncmp(start, reply_start, sizeof(reply_start) - 1)) {
		s->answered_id = strtoull(start + sizeof(reply_start) - 1, NULL, 10);
		if (s->reply && !append_message(env, text, s->reply))
			s->reply->failed = true;
		return NULL;
	}
	if (!strncmp(start, paused_start, sizeof(paused_start) - 1)) {
		struct ipm_buf message = IPM_BUF_INIT;

		if (s->on_paused && append_message(env, text, &message))
			s->on_paused(s->on_paused_self, ipm_buf_as_str(&message));
		ipm_buf_deinit(&message);
		return NULL;
	}
	if (s->channel.on_event) {
		ipm_buf_reset(&s->event);
		if (append_message(env, text, &s->event))
			s->channel.on_event(s->channel.on_event_self, ipm_buf_as_str(&s->event));
	}
	return NULL;
}

static enum ipm_errc dispatch(struct session *s, struct ipm_error *err)
{
	napi_value connection, function, text;

	if (napi_get_reference_value(s->env, s->connection, &connection) != napi_ok ||
	    napi_get_reference_value(s->env, s->dispatch, &function) != napi_ok ||
	    napi_create_string_utf8(s->env, (const char *)s->request.data, s->request.len, &text) !=
		    napi_ok)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "the inspector session is gone");
	if (napi_call_function(s->env, connection, function, 1, &text, NULL) != napi_ok) {
		js_clear_exception(s->env);
		return ipm_fail(err, IPM_ERR_PROTOCOL, "the inspector session refused a request");
	}
	return IPM_OK;
}

static enum ipm_errc session_call(struct ipm_channel *ch, const char *method, struct ipm_str params,
				  uint64_t deadline_ns, struct ipm_buf *reply,
				  struct ipm_error *err)
{
	struct session *s = (struct session *)ch;
	napi_handle_scope scope;
	enum ipm_errc rc;
	uint64_t id = ++s->last_id;

	if (!s->connection)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "%s: the inspector session is closed",
				method);
	if (ipm_monotonic_ns() >= deadline_ns)
		return ipm_fail(err, IPM_ERR_TIMEOUT, "%s: out of time", method);
	ipm_buf_reset(&s->request);
	ipm_buf_printf(&s->request, "{\"id\":%" PRIu64 ",\"method\":\"%s\"", id, method);
	if (params.len) {
		ipm_buf_cstr(&s->request, ",\"params\":");
		ipm_buf_str(&s->request, params);
	}
	ipm_buf_byte(&s->request, '}');
	rc = ipm_buf_status(&s->request, err);
	if (rc)
		return rc;
	if (reply)
		ipm_buf_reset(reply);
	if (napi_open_handle_scope(s->env, &scope) != napi_ok)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "%s: no handles", method);
	s->reply = reply;
	rc = dispatch(s, err);
	s->reply = NULL;
	napi_close_handle_scope(s->env, scope);
	if (rc)
		return ipm_error_context(err, rc, "%s", method);
	if (s->answered_id != id)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "%s: no answer", method);
	return reply ? ipm_buf_status(reply, err) : IPM_OK;
}

napi_value session_adopt(napi_env env, napi_callback_info info)
{
	struct session *s;
	napi_value walker;
	size_t argc = 1;

	if (napi_get_cb_info(env, info, &argc, &walker, NULL, (void **)&s) != napi_ok || argc < 1)
		return NULL;
	session_release_walker(s);
	if (napi_create_reference(env, walker, 1, &s->walker) != napi_ok)
		s->walker = NULL; /* then it is asked over the protocol */
	return NULL;
}

void session_release_walker(struct session *s)
{
	if (s->walker)
		napi_delete_reference(s->env, s->walker);
	s->walker = NULL;
	free(s->units);
	s->units = NULL;
	s->units_capacity = 0;
}

/* As WTF-8: V8's own conversion loses lone surrogates. */
static bool append_string(struct session *s, napi_value text, struct ipm_buf *out)
{
	uint16_t *grown;
	size_t len;

	if (napi_get_value_string_utf16(s->env, text, NULL, 0, &len) != napi_ok)
		return false;
	if (len >= s->units_capacity) {
		grown = realloc(s->units, (len + 1) * sizeof(*grown));
		if (!grown)
			return false;
		s->units = grown;
		s->units_capacity = len + 1;
	}
	if (napi_get_value_string_utf16(s->env, text, (char16_t *)s->units, len + 1, &len) !=
	    napi_ok)
		return false;
	ipm_wtf8_put_utf16(out, s->units, len);
	return ipm_buf_ok(out);
}

static bool walker_step(struct session *s, uint64_t count, uint64_t chars, struct ipm_buf *ret)
{
	napi_value walker, step, argv[2], text;

	return napi_get_reference_value(s->env, s->walker, &walker) == napi_ok &&
	       napi_get_named_property(s->env, walker, "step", &step) == napi_ok &&
	       napi_create_double(s->env, (double)count, &argv[0]) == napi_ok &&
	       napi_create_double(s->env, (double)chars, &argv[1]) == napi_ok &&
	       napi_call_function(s->env, walker, step, 2, argv, &text) == napi_ok &&
	       append_string(s, text, ret);
}

static enum ipm_errc session_step(struct ipm_channel *ch, uint64_t count, uint64_t chars,
				  uint64_t deadline_ns, struct ipm_buf *ret, struct ipm_error *err)
{
	struct session *s = (struct session *)ch;
	napi_handle_scope scope;
	enum ipm_errc rc = IPM_OK;

	if (!s->walker)
		return IPM_ERR_UNSUPPORTED;
	if (ipm_monotonic_ns() >= deadline_ns)
		return ipm_fail(err, IPM_ERR_TIMEOUT, "step: out of time");
	if (napi_open_handle_scope(s->env, &scope) != napi_ok)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "step: no handles");
	if (!walker_step(s, count, chars, ret)) {
		js_clear_exception(s->env);
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "the walker does not answer");
	}
	napi_close_handle_scope(s->env, scope);
	return rc;
}

static void session_destroy(struct ipm_channel *ch)
{
	session_close((struct session *)ch);
}

static const struct ipm_channel_ops session_ops = {
	.call = session_call,
	.step = session_step,
	.destroy = session_destroy,
};

enum ipm_errc session_open(struct session *s, napi_env env, napi_value connect,
			   struct ipm_error *err)
{
	napi_value receiver, callback, connection, function;

	*s = (struct session){.channel.ops = &session_ops, .env = env};
	if (napi_get_undefined(env, &receiver) != napi_ok ||
	    napi_create_function(env, "inspmort", NAPI_AUTO_LENGTH, on_message, s, &callback) !=
		    napi_ok ||
	    napi_call_function(env, receiver, connect, 1, &callback, &connection) != napi_ok ||
	    napi_get_named_property(env, connection, "dispatch", &function) != napi_ok ||
	    napi_create_reference(env, function, 1, &s->dispatch) != napi_ok ||
	    napi_create_reference(env, connection, 1, &s->connection) != napi_ok) {
		js_clear_exception(env);
		session_close(s);
		return ipm_fail(err, IPM_ERR_PROTOCOL, "cannot connect to the inspector");
	}
	return IPM_OK;
}

void session_close(struct session *s)
{
	session_release_walker(s);
	if (s->dispatch)
		napi_delete_reference(s->env, s->dispatch);
	if (s->connection)
		napi_delete_reference(s->env, s->connection);
	ipm_buf_deinit(&s->request);
	ipm_buf_deinit(&s->event);
	s->dispatch = NULL;
	s->connection = NULL;
}

enum ipm_errc session_post(struct session *s, const char *method, struct ipm_str params,
			   struct ipm_error *err)
{
	return session_call(&s->channel, method, params, UINT64_MAX, NULL, err);
}
