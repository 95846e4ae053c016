/* SPDX-License-Identifier: MIT */
#include "ipm_websocket.h"

#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "message.h"

#define MAX_MESSAGE ((size_t)64 << 20)
#define RX_BYTES    262144
#define MAX_HOST    256

struct websocket {
	struct ipm_channel channel;
	struct lws_context *context;
	struct lws *wsi;
	lws_sorted_usec_list_t timer;
	struct ipm_buf incoming; /* the message that is arriving */
	struct ipm_buf outgoing; /* LWS_PRE bytes of room, then the request */
	size_t max_message;
	bool skipping; /* the rest of a message that is too long */
	bool established, closed, timed_out;
	char why[128];
	uint64_t next_id;
	uint64_t awaited_id;   /* 0: no request is under way */
	struct ipm_buf *reply; /* where its answer goes */
	bool answered;
	bool too_long; /* the answer was, and is not in *reply */
};

/* Node turns away who pings it, so that nothing may do that of its own accord. */
static const lws_retry_bo_t no_ping = {.secs_since_valid_ping = 0, .secs_since_valid_hangup = 0};

static void on_message(struct websocket *ws, struct ipm_str message)
{
	uint64_t id = message_id(message);

	if (!id) {
		if (ws->channel.on_event)
			ws->channel.on_event(ws->channel.on_event_self, message);
		return;
	}
	/* Late answers to requests that were given up, and answers to nothing. */
	if (id != ws->awaited_id || ws->answered)
		return;
	ipm_buf_str(ws->reply, message);
	ws->answered = true;
}

/* Its beginning tells what it would have been. */
static void on_too_long(struct websocket *ws, struct ipm_str head)
{
	if (ws->answered || !ws->awaited_id || message_id(head) != ws->awaited_id)
		return;
	ws->answered = ws->too_long = true;
}

static int on_receive(struct websocket *ws, struct lws *wsi, const void *in, size_t len)
{
	size_t rest = lws_remaining_packet_payload(wsi), room = ws->max_message - ws->incoming.len;

	if (!ws->skipping && (len > room || rest > room - len)) {
		/* Not worth its memory; what comes after it may be. */
		on_too_long(ws, ws->incoming.len ? ipm_buf_as_str(&ws->incoming)
						 : (struct ipm_str){in, len});
		ipm_buf_deinit(&ws->incoming);
		ws->skipping = true;
	}
	if (ws->skipping) {
		ws->skipping = rest || !lws_is_final_fragment(wsi);
		return 0;
	}
	ipm_buf_append(&ws->incoming, in, len);
	if (!ipm_buf_ok(&ws->incoming))
		return -1;
	if (rest || !lws_is_final_fragment(wsi))
		return 0;
	on_message(ws, ipm_buf_as_str(&ws->incoming));
	ipm_buf_reset(&ws->incoming);
	return 0;
}

static int on_writable(struct websocket *ws, struct lws *wsi)
{
	size_t len;
	int n;

	if (ws->outgoing.len <= LWS_PRE)
		return 0;
	len = ws->outgoing.len - LWS_PRE;
	n = lws_write(wsi, ws->outgoing.data + LWS_PRE, len, LWS_WRITE_TEXT);
	ws->outgoing.len = 0;
	return n < 0 || (size_t)n < len ? -1 : 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		    size_t len)
{
	struct websocket *ws = lws_context_user(lws_get_context(wsi));

	(void)user;
	switch (reason) {
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		snprintf(ws->why, sizeof(ws->why), "%.*s", (int)(in ? len : 0),
			 in ? (const char *)in : "");
		ws->closed = true;
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		ws->established = true;
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return on_receive(ws, wsi, in, len);
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return on_writable(ws, wsi);
	case LWS_CALLBACK_CLIENT_CLOSED:
		ws->closed = true;
		break;
	default:
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{.name = "cdp", .callback = callback, .rx_buffer_size = RX_BYTES},
	{.name = NULL},
};

static void on_timer(lws_sorted_usec_list_t *timer)
{
	struct websocket *ws = lws_container_of(timer, struct websocket, timer);

	ws->timed_out = true;
	/* libwebsockets calls timers before it sleeps, and would sleep on. */
	lws_cancel_service(ws->context);
}

/*
 * Node sends two small messages for one request, and the end of a long one only when its beginning
 * is acknowledged: without this each of them waits 40 ms. The kernel forgets it at every turn.
 */
static void acknowledge_now(struct websocket *ws)
{
	int fd = ws->wsi && ws->established && !ws->closed ? lws_get_socket_fd(ws->wsi) : -1;
	int one = 1;

	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
}

/* Serves the connection until *stop, its end, or the deadline. */
static void serve(struct websocket *ws, const bool *stop, uint64_t deadline_ns)
{
	uint64_t now = ipm_monotonic_ns();

	ws->timed_out = now >= deadline_ns;
	if (deadline_ns != UINT64_MAX && !ws->timed_out)
		lws_sul_schedule(ws->context, 0, &ws->timer, on_timer,
				 (lws_usec_t)((deadline_ns - now) / 1000 + 1));
	while (!*stop && !ws->closed && !ws->timed_out) {
		if (lws_service(ws->context, 0) < 0)
			break;
		acknowledge_now(ws);
	}
	lws_sul_schedule(ws->context, 0, &ws->timer, NULL, LWS_SET_TIMER_USEC_CANCEL);
}

static enum ipm_errc gone(struct ipm_error *err)
{
	return ipm_fail(err, IPM_ERR_PROTOCOL, "the target closed the connection");
}

static enum ipm_errc queue(struct websocket *ws, const char *method, struct ipm_str params,
			   struct ipm_error *err)
{
	const unsigned char room[LWS_PRE] = {0};

	ipm_buf_reset(&ws->outgoing);
	ipm_buf_append(&ws->outgoing, room, sizeof(room));
	message_put_request(&ws->outgoing, ++ws->next_id, method, params);
	if (ipm_buf_ok(&ws->outgoing))
		lws_callback_on_writable(ws->wsi);
	return ipm_buf_status(&ws->outgoing, err);
}

static enum ipm_errc websocket_call(struct ipm_channel *ch, const char *method,
				    struct ipm_str params, uint64_t deadline_ns,
				    struct ipm_buf *reply, struct ipm_error *err)
{
	struct websocket *ws = (struct websocket *)ch;
	enum ipm_errc rc;

	ipm_buf_reset(reply);
	if (ws->closed)
		return gone(err);
	rc = queue(ws, method, params, err);
	if (rc)
		return rc;
	ws->awaited_id = ws->next_id;
	ws->reply = reply;
	ws->answered = ws->too_long = false;
	serve(ws, &ws->answered, deadline_ns);
	ws->awaited_id = 0;
	ws->reply = NULL;
	if (!ws->answered && ws->closed)
		return gone(err);
	if (!ws->answered)
		return ipm_fail(err, IPM_ERR_TIMEOUT, "no answer in time");
	if (ws->too_long)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "an answer larger than %zu MB",
				ws->max_message >> 20);
	return ipm_buf_status(reply, err);
}

void ipm_websocket_post(struct ipm_channel *ch, const char *method, struct ipm_str params)
{
	struct websocket *ws = (struct websocket *)ch;
	struct ipm_error ignored;

	if (!ws->closed && queue(ws, method, params, &ignored))
		return;
}

static void websocket_destroy(struct ipm_channel *ch)
{
	struct websocket *ws = (struct websocket *)ch;

	ws->channel.on_event = NULL;
	lws_context_destroy(ws->context);
	ipm_buf_deinit(&ws->incoming);
	ipm_buf_deinit(&ws->outgoing);
	free(ws);
}

static const struct ipm_channel_ops websocket_ops = {
	.call = websocket_call,
	.destroy = websocket_destroy,
};

static bool start(struct websocket *ws, const char *host, int port, const char *path)
{
	struct lws_context_creation_info info = {0};
	struct lws_client_connect_info to = {0};
	char slash_path[MAX_HOST + 2];

	lws_set_log_level(0, NULL);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	info.retry_and_idle_policy = &no_ping;
	info.user = ws;
	info.fd_limit_per_thread = 16;
	info.pt_serv_buf_size = RX_BYTES; /* answers of the walker are long */
	info.gid = -1;
	info.uid = -1;
	ws->context = lws_create_context(&info);
	if (!ws->context)
		return false;
	snprintf(slash_path, sizeof(slash_path), "/%s", path);
	to.context = ws->context;
	to.address = host;
	to.port = port;
	to.path = slash_path;
	to.host = "localhost"; /* Node answers to that and to numbers only */
	to.local_protocol_name = "cdp";
	to.retry_and_idle_policy = &no_ping;
	to.pwsi = &ws->wsi;
	return lws_client_connect_via_info(&to) != NULL || ws->closed;
}

enum ipm_errc ipm_websocket_open(const char *host, int port, const char *path, uint64_t deadline_ns,
				 struct ipm_channel **ret, struct ipm_error *err)
{
	struct websocket *ws = calloc(1, sizeof(*ws));
	enum ipm_errc rc;

	if (!ws)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	ws->channel.ops = &websocket_ops;
	ws->max_message = MAX_MESSAGE;
	if (!start(ws, host, port, path)) {
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "cannot connect to %s:%d", host, port);
		goto fail;
	}
	serve(ws, &ws->established, deadline_ns);
	if (ws->established) {
		*ret = &ws->channel;
		return IPM_OK;
	}
	rc = ws->closed ? ipm_fail(err, IPM_ERR_PROTOCOL, "%s:%d refuses the connection%s%s", host,
				   port, *ws->why ? ": " : "", ws->why)
			: ipm_fail(err, IPM_ERR_TIMEOUT, "%s:%d does not answer", host, port);
fail:
	if (ws->context)
		lws_context_destroy(ws->context);
	ipm_buf_deinit(&ws->incoming);
	ipm_buf_deinit(&ws->outgoing);
	free(ws);
	return rc;
}

bool ipm_websocket_wait(struct ipm_channel *ch, const bool *stop, uint64_t deadline_ns)
{
	struct websocket *ws = (struct websocket *)ch;

	serve(ws, stop, deadline_ns);
	return !ws->closed;
}

void ipm_websocket_max_message(struct ipm_channel *ch, size_t bytes)
{
	((struct websocket *)ch)->max_message = bytes;
}

int ipm_websocket_fd(struct ipm_channel *ch)
{
	struct websocket *ws = (struct websocket *)ch;

	return ws->wsi && !ws->closed ? lws_get_socket_fd(ws->wsi) : -1;
}

bool ipm_websocket_parse(struct ipm_str url, char *host, int *port, char *path)
{
	static const char scheme[] = "ws://";
	const char *at = url.data, *end = url.data + url.len, *colon, *slash;
	char digits[8] = "";
	long number;

	if (url.len < sizeof(scheme) || memcmp(at, scheme, sizeof(scheme) - 1))
		return false;
	at += sizeof(scheme) - 1;
	slash = memchr(at, '/', (size_t)(end - at));
	if (!slash)
		slash = end;
	colon = memrchr(at, ':', (size_t)(slash - at));
	if (!colon || colon == at || colon - at >= MAX_HOST || slash - colon > 6 ||
	    end - slash > MAX_HOST)
		return false;
	memcpy(digits, colon + 1, (size_t)(slash - colon - 1));
	number = strtol(digits, NULL, 10);
	if (number < 1 || number > 65535)
		return false;
	/* An address of version 6 is in brackets. */
	if (*at == '[' && colon[-1] == ']' && colon - at > 2) {
		memcpy(host, at + 1, (size_t)(colon - at - 2));
		host[colon - at - 2] = '\0';
	} else {
		memcpy(host, at, (size_t)(colon - at));
		host[colon - at] = '\0';
	}
	*port = (int)number;
	if (slash < end)
		slash++;
	memcpy(path, slash, (size_t)(end - slash));
	path[end - slash] = '\0';
	return true;
}
