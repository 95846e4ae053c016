/* SPDX-License-Identifier: MIT */
/* One WebSocket: messages in, messages out, no more of either than a slow reader can take. */
#include "server.h"

#include <stdlib.h>
#include <string.h>

static int refuse(struct lws *wsi, unsigned status)
{
	lws_return_http_status(wsi, status, "WebSockets request was expected");
	return -1;
}

static struct crash *requested_crash(struct lws *wsi, uint64_t *ret_pause)
{
	struct crash_set *set = &server_of(wsi)->crashes;
	char path[CRASH_ID_LENGTH + 16];
	int len = lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI);
	struct crash *crash;

	if (len < 1 || path[0] != '/')
		return NULL;
	crash = crash_set_find(set, (struct ipm_str){path + 1, (size_t)len - 1}, ret_pause);
	if (!crash || !*ret_pause)
		return crash;
	crash_summarise(set, crash);
	return *ret_pause < crash->summary.pauses ? crash : NULL;
}

static int check_handshake(struct lws *wsi)
{
	char host[MAX_HEADER_TEXT];
	int status = check_guards(wsi, host);
	uint64_t pause;

	if (status)
		return refuse(wsi, (unsigned)status);
	return requested_crash(wsi, &pause) ? 0 : refuse(wsi, HTTP_STATUS_BAD_REQUEST);
}

static int close_with(struct lws *wsi, enum lws_close_status status, const char *why)
{
	char text[123];
	size_t len = strlen(why);

	if (len > sizeof(text))
		len = sizeof(text);
	memcpy(text, why, len);
	lws_close_reason(wsi, status, (unsigned char *)text, len);
	return -1;
}

/* Everything of one client's that a job may work on while the loop goes on. */
struct session {
	struct ipm_reader *reader;
	struct ipm_replay *replay;
	struct ipm_buf message; /* a request that is still arriving, or being worked on */
};

static void session_free(void *self)
{
	struct session *session = self;

	ipm_replay_destroy(session->replay);
	ipm_reader_close(session->reader);
	ipm_buf_deinit(&session->message);
	free(session);
}

static int open_session(struct lws *wsi, struct connection *conn)
{
	struct ipm_server *server = server_of(wsi);
	struct ipm_replay_options opts = {.session = ++server->sessions};
	struct crash *crash = requested_crash(wsi, &opts.pause);
	struct session *session = calloc(1, sizeof(*session));
	struct ipm_error err;

	conn->websocket = true;
	if (!crash || !session) {
		free(session);
		return close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, "no such crash");
	}
	session->message.max = MAX_REQUEST_BYTES;
	if (ipm_reader_open(crash->path, NULL, &session->reader, &err)) {
		session_free(session);
		return close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, err.message);
	}
	opts.reader = session->reader;
	if (ipm_replay_create(&opts, &session->replay, &err)) {
		session_free(session);
		return close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, err.message);
	}
	conn->session = session;
	return 0;
}

static void close_session(struct lws *wsi, struct connection *conn)
{
	if (conn->job)
		leave_job(wsi, conn, true);
	else if (conn->session)
		session_free(conn->session);
	conn->session = NULL;
	ipm_outbox_deinit(&conn->outbox);
}

static enum ipm_errc drain(struct ipm_outbox *box, void *self, struct ipm_error *err)
{
	return job_put(self, box, err);
}

static enum ipm_errc run_request(void *self, struct job *job, struct ipm_error *err)
{
	struct session *session = self;
	struct ipm_outbox out = {.drain = drain, .drain_self = job};
	enum ipm_errc code =
		ipm_replay_handle(session->replay, ipm_buf_as_str(&session->message), &out, err);

	ipm_outbox_deinit(&out);
	return code;
}

static void pause_reading(struct lws *wsi, struct connection *conn)
{
	conn->paused = true;
	lws_rx_flow_control(wsi, 0);
}

static void forget_message(struct session *session)
{
	if (session->message.capacity > HIGH_WATER_BYTES)
		ipm_buf_deinit(&session->message);
	ipm_buf_reset(&session->message);
	session->message.max = MAX_REQUEST_BYTES;
}

static int handle_message(struct lws *wsi, struct connection *conn)
{
	struct session *session = conn->session;
	const struct job_work work = {run_request, session_free, session};
	struct ipm_error err;
	bool slow;
	enum ipm_errc code = ipm_replay_try(session->replay, ipm_buf_as_str(&session->message),
					    &conn->outbox, &slow, &err);

	if (code)
		return close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, err.message);
	if (slow) {
		pause_reading(wsi, conn);
		return begin_job(wsi, conn, &work)
			       ? 0
			       : close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION,
					    "out of memory for a request");
	}
	forget_message(session);
	if (conn->outbox.bytes > HIGH_WATER_BYTES && !conn->paused)
		pause_reading(wsi, conn);
	lws_callback_on_writable(wsi);
	return 0;
}

static int receive(struct lws *wsi, struct connection *conn, const void *in, size_t len)
{
	struct session *session = conn->session;

	/* Reading is paused while there is a job. */
	if (!session || conn->job)
		return -1;
	ipm_buf_append(&session->message, in, len);
	if (!ipm_buf_ok(&session->message))
		return close_with(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "message too long");
	if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
		return 0;
	if (lws_frame_is_binary(wsi))
		return close_with(wsi, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "text was expected");
	return handle_message(wsi, conn);
}

/* What was answered at once goes before what the job makes. */
static struct ipm_message *next_message(struct connection *conn)
{
	struct ipm_message *message = ipm_outbox_take(&conn->outbox);

	return message || !conn->job ? message : job_take(conn->job);
}

static int send_messages(struct lws *wsi, struct connection *conn)
{
	struct ipm_message *message;

	while (!lws_send_pipe_choked(wsi) && (message = next_message(conn))) {
		size_t len = ipm_message_text(message).len;
		int how = (conn->within ? LWS_WRITE_CONTINUATION : LWS_WRITE_TEXT) |
			  (message->more ? LWS_WRITE_NO_FIN : 0);
		int sent = lws_write(wsi, message->buf.data + IPM_MESSAGE_ROOM, len,
				     (enum lws_write_protocol)how);

		conn->within = message->more;
		ipm_message_free(message);
		if (sent < 0)
			return -1;
	}
	if (conn->job && job_done(conn->job)) {
		const char *why = job_failed(conn->job);

		if (why)
			return close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, why);
		leave_job(wsi, conn, false);
		forget_message(conn->session);
	}
	if (conn->outbox.first || conn->job) {
		/* What a job still makes is announced. */
		if (conn->outbox.first || lws_send_pipe_choked(wsi))
			lws_callback_on_writable(wsi);
	} else if (conn->paused) {
		conn->paused = false;
		lws_rx_flow_control(wsi, 1);
	}
	return 0;
}

int ws_callback(struct lws *wsi, enum lws_callback_reasons reason, struct connection *conn,
		void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return check_handshake(wsi);
	case LWS_CALLBACK_ESTABLISHED:
		return open_session(wsi, conn);
	case LWS_CALLBACK_RECEIVE:
		return receive(wsi, conn, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return send_messages(wsi, conn);
	case LWS_CALLBACK_CLOSED:
		close_session(wsi, conn);
		return 0;
	default:
		return 0;
	}
}
