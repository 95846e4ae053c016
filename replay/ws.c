/* SPDX-License-Identifier: MIT */
/* One WebSocket: messages in, messages out, no more of either than a slow reader can take. */
#include "server.h"

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

static int open_session(struct lws *wsi, struct connection *conn)
{
	struct ipm_server *server = server_of(wsi);
	struct ipm_replay_options opts = {.session = ++server->sessions};
	struct crash *crash = requested_crash(wsi, &opts.pause);
	struct ipm_error err;

	conn->websocket = true;
	if (!crash)
		return close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, "no such crash");
	if (crash_open(crash, &err))
		return close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, err.message);
	conn->crash = crash;
	opts.reader = crash->reader;
	if (ipm_replay_create(&opts, &conn->replay, &err))
		return close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, err.message);
	return 0;
}

static void close_session(struct lws *wsi, struct connection *conn)
{
	ipm_replay_destroy(conn->replay);
	conn->replay = NULL;
	if (conn->crash)
		crash_close(&server_of(wsi)->crashes, conn->crash);
	conn->crash = NULL;
	ipm_outbox_deinit(&conn->outbox);
	ipm_buf_deinit(&conn->message);
}

static int handle_message(struct lws *wsi, struct connection *conn)
{
	struct ipm_error err;
	enum ipm_errc code = ipm_replay_handle(conn->replay, ipm_buf_as_str(&conn->message),
					       &conn->outbox, &err);

	if (conn->message.capacity > HIGH_WATER_BYTES)
		ipm_buf_deinit(&conn->message);
	ipm_buf_reset(&conn->message);
	if (code)
		return close_with(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, err.message);
	if (conn->outbox.bytes > HIGH_WATER_BYTES && !conn->paused) {
		conn->paused = true;
		lws_rx_flow_control(wsi, 0);
	}
	lws_callback_on_writable(wsi);
	return 0;
}

static int receive(struct lws *wsi, struct connection *conn, const void *in, size_t len)
{
	if (!conn->replay)
		return -1;
	conn->message.max = MAX_REQUEST_BYTES;
	ipm_buf_append(&conn->message, in, len);
	if (!ipm_buf_ok(&conn->message))
		return close_with(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "message too long");
	if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
		return 0;
	if (lws_frame_is_binary(wsi))
		return close_with(wsi, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "text was expected");
	return handle_message(wsi, conn);
}

/* One frame per message: Node's own debugger does not join fragments. */
static int send_messages(struct lws *wsi, struct connection *conn)
{
	struct ipm_message *message;

	while (!lws_send_pipe_choked(wsi) && (message = ipm_outbox_take(&conn->outbox))) {
		size_t len = ipm_message_text(message).len;
		int sent =
			lws_write(wsi, message->buf.data + IPM_MESSAGE_ROOM, len, LWS_WRITE_TEXT);

		ipm_message_free(message);
		if (sent < 0)
			return -1;
	}
	if (conn->outbox.first)
		lws_callback_on_writable(wsi);
	else if (conn->paused) {
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
