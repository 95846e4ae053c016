/* SPDX-License-Identifier: MIT */
/* HTTP: the guards, the routes, and a body's way out. */
#include "server.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard.h"

/* A header that is longer than `ret` is as bad as a wrong one. */
static bool header(struct lws *wsi, enum lws_token_indexes token, char *ret, int capacity)
{
	int len = lws_hdr_total_length(wsi, token);

	ret[0] = '\0';
	if (!len)
		return true;
	return len < capacity && lws_hdr_copy(wsi, ret, capacity, token) == len &&
	       strlen(ret) == (size_t)len;
}

static struct ipm_str str(const char *text)
{
	return (struct ipm_str){text, strlen(text)};
}

int check_guards(struct lws *wsi, char host[MAX_HEADER_TEXT])
{
	struct ipm_server *server = server_of(wsi);
	char origin[MAX_HEADER_TEXT];

	if (!header(wsi, WSI_TOKEN_HOST, host, MAX_HEADER_TEXT) ||
	    !header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof(origin)))
		return HTTP_STATUS_BAD_REQUEST;
	/* With a token, a name that leads here from elsewhere is fine. */
	if (!guard_host(str(host)) && !server->token[0])
		return HTTP_STATUS_BAD_REQUEST;
	return guard_origin(str(origin), str(host)) ? 0 : HTTP_STATUS_FORBIDDEN;
}

static bool has_token(struct lws *wsi, struct ipm_server *server, bool *ret_in_url)
{
	char value[96];
	size_t size = sizeof(value) - 1;
	const char *in_url = lws_get_urlarg_by_name(wsi, "token=", value, sizeof(value));

	*ret_in_url = in_url && guard_same_secret(str(in_url), str(server->token));
	if (*ret_in_url)
		return true;
	if (lws_http_cookie_get(wsi, "inspmort", value, &size) || size >= sizeof(value))
		return false;
	value[size] = '\0';
	return guard_same_secret(str(value), str(server->token));
}

static void say(struct response *response, unsigned status, const char *text)
{
	response->status = status;
	response->type = "text/plain; charset=utf-8";
	ipm_buf_reset(&response->body);
	ipm_buf_cstr(&response->body, text);
}

static void route(struct lws *wsi, const char *path, struct response *response)
{
	struct ipm_server *server = server_of(wsi);
	char host[MAX_HEADER_TEXT];
	struct request request = {.server = server, .path = path, .host = host};
	int status = check_guards(wsi, host);
	bool in_url = false;
	char argument[40];
	const char *version;

	response->status = HTTP_STATUS_OK;
	response->fd = -1;
	if (status) {
		say(response, (unsigned)status, "Not from here: wrong Host or Origin\n");
		return;
	}
	if (!host[0])
		request.host = server->host;
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI)) {
		say(response, HTTP_STATUS_METHOD_NOT_ALLOWED, "Only GET\n");
		response->close = true;
		return;
	}
	if (server->token[0] && !has_token(wsi, server, &in_url)) {
		say(response, HTTP_STATUS_FORBIDDEN,
		    "This server needs the address with ?token= that it printed\n");
		return;
	}
	response->set_cookie = in_url;
	if (in_url && !strcmp(path, "/")) {
		/* The secret leaves the address bar. */
		say(response, HTTP_STATUS_SEE_OTHER, "");
		response->location = "/";
		return;
	}
	version = lws_get_urlarg_by_name(wsi, "version=", argument, sizeof(argument));
	snprintf(request.version, sizeof(request.version), "%s", version ? version : "");
	if (!answer_pages(&request, response) && !answer_json(&request, response) &&
	    !answer_devtools(&request, response))
		say(response, HTTP_STATUS_NOT_FOUND, "Nothing here\n");
	if (!ipm_buf_ok(&response->body)) {
		ipm_buf_deinit(&response->body);
		say(response, HTTP_STATUS_INTERNAL_SERVER_ERROR, "Too large for a page\n");
	}
}

static bool add(struct lws *wsi, const char *name, const char *value, unsigned char **p,
		unsigned char *end)
{
	return !value || !lws_add_http_header_by_name(wsi, (const unsigned char *)name,
						      (const unsigned char *)value,
						      (int)strlen(value), p, end);
}

static bool send_headers(struct lws *wsi, struct response *response)
{
	struct ipm_server *server = server_of(wsi);
	unsigned char buf[LWS_PRE + 2048], *start = buf + LWS_PRE, *p = start,
					   *end = buf + sizeof(buf) - 1;
	uint64_t length = response->fd >= 0 ? response->length : response->body.len;
	char cookie[160] = "";

	if (response->set_cookie)
		snprintf(cookie, sizeof(cookie), "inspmort=%s; HttpOnly; SameSite=Strict; Path=/",
			 server->token);
	return !lws_add_http_header_status(wsi, response->status, &p, end) &&
	       add(wsi, "content-type:", response->type, &p, end) &&
	       add(wsi, "cache-control:", response->cache ? "max-age=3600" : "no-cache", &p, end) &&
	       add(wsi, "x-content-type-options:", "nosniff", &p, end) &&
	       add(wsi, "referrer-policy:", "no-referrer", &p, end) &&
	       add(wsi, "cross-origin-opener-policy:", "same-origin", &p, end) &&
	       add(wsi, "cross-origin-resource-policy:", "same-origin", &p, end) &&
	       add(wsi, "content-security-policy:",
		   response->policy ? response->policy
				    : "default-src 'none'; "
				      "frame-ancestors 'none'",
		   &p, end) &&
	       add(wsi, "location:", response->location, &p, end) &&
	       add(wsi, "content-disposition:", response->filename, &p, end) &&
	       add(wsi, "set-cookie:", cookie[0] ? cookie : NULL, &p, end) &&
	       add(wsi, "connection:", response->close ? "close" : NULL, &p, end) &&
	       add(wsi, "transfer-encoding:", response->chunked ? "chunked" : NULL, &p, end) &&
	       (response->work.run || !lws_add_http_header_content_length(wsi, length, &p, end)) &&
	       !lws_finalize_write_http_header(wsi, start, &p, end);
}

static void drop_response(struct lws *wsi, struct connection *conn)
{
	leave_job(wsi, conn, true);
	ipm_buf_deinit(&conn->response.body);
	if (conn->responding && conn->response.fd >= 0)
		close(conn->response.fd);
	conn->response = (struct response){.fd = -1};
	conn->responding = false;
}

static int respond(struct lws *wsi, struct connection *conn, const char *path)
{
	struct response *response = &conn->response;
	char version[16];

	drop_response(wsi, conn);
	conn->responding = true;
	route(wsi, path, response);
	if (response->work.run) {
		/* Until it has begun, it may still turn out that it cannot be made. */
		response->chunked = header(wsi, WSI_TOKEN_HTTP, version, sizeof(version)) &&
				    !strcmp(version, "HTTP/1.1");
		response->close = !response->chunked;
		lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
		if (begin_job(wsi, conn, &response->work))
			return 0;
		response->work.release(response->work.self);
		return -1;
	}
	if (!send_headers(wsi, &conn->response))
		return -1;
	lws_callback_on_writable(wsi);
	return 0;
}

static int end_response(struct lws *wsi, struct connection *conn)
{
	bool close = conn->response.close;

	drop_response(wsi, conn);
	return close || lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* A piece of what a job makes. `message` is taken. */
static bool send_piece(struct lws *wsi, struct response *response, struct ipm_message *message)
{
	size_t len = ipm_message_text(message).len, head = 0;
	uint8_t *text = message->buf.data + IPM_MESSAGE_ROOM;
	char size[24];
	bool sent;

	if (response->chunked) {
		head = (size_t)snprintf(size, sizeof(size), "%zx\r\n", len);
		ipm_buf_cstr(&message->buf, "\r\n");
		if (!ipm_buf_ok(&message->buf)) {
			ipm_message_free(message);
			return false;
		}
		text = message->buf.data + IPM_MESSAGE_ROOM - head;
		memcpy(text, size, head);
		len += head + 2;
	}
	sent = lws_write(wsi, text, len, LWS_WRITE_HTTP) == (int)len;
	ipm_message_free(message);
	return sent;
}

/* One that broke off is not ended as HTTP would have it: the client sees that there is no more. */
static int send_made(struct lws *wsi, struct connection *conn)
{
	static const char last[] = "0\r\n\r\n";
	struct response *response = &conn->response;
	struct ipm_message *message = job_take(conn->job);

	if (message && ipm_message_text(message).len) {
		if (!response->begun && !send_headers(wsi, response)) {
			ipm_message_free(message);
			return -1;
		}
		response->begun = true;
		if (!send_piece(wsi, response, message))
			return -1;
		lws_callback_on_writable(wsi);
		return 0;
	}
	ipm_message_free(message);
	if (!job_done(conn->job))
		return 0;
	if (job_failed(conn->job)) {
		char why[300];

		if (response->begun)
			return -1;
		snprintf(why, sizeof(why), "%s\n", job_failed(conn->job));
		leave_job(wsi, conn, true);
		response->work = (struct job_work){0};
		response->chunked = false;
		response->filename = NULL;
		say(response, HTTP_STATUS_INTERNAL_SERVER_ERROR, why);
		if (!send_headers(wsi, response))
			return -1;
		lws_callback_on_writable(wsi);
		return 0;
	}
	if (response->chunked) {
		memcpy(server_of(wsi)->chunk + LWS_PRE, last, sizeof(last) - 1);
		if (lws_write(wsi, server_of(wsi)->chunk + LWS_PRE, sizeof(last) - 1,
			      LWS_WRITE_HTTP_FINAL) < 0)
			return -1;
	}
	return end_response(wsi, conn);
}

static int send_body(struct lws *wsi, struct connection *conn)
{
	struct ipm_server *server = server_of(wsi);
	struct response *response = &conn->response;
	uint64_t length = response->fd >= 0 ? response->length : response->body.len;
	size_t room = BODY_CHUNK;
	bool last;

	if (!conn->responding)
		return 0;
	/* A client may take its time, as long as it takes something. */
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, BODY_PATIENCE_S);
	if (conn->job)
		return send_made(wsi, conn);
	if (length - response->sent < room)
		room = (size_t)(length - response->sent);
	last = response->sent + room == length;
	if (response->fd >= 0) {
		ssize_t got =
			pread(response->fd, server->chunk + LWS_PRE, room, (off_t)response->sent);

		/* A file that has shrunk cannot keep its promised length. */
		if (got < 0 || (size_t)got != room)
			return -1;
	} else if (room) {
		memcpy(server->chunk + LWS_PRE, response->body.data + response->sent, room);
	}
	if (lws_write(wsi, server->chunk + LWS_PRE, room,
		      last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) != (int)room)
		return -1;
	response->sent += room;
	if (!last) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	return end_response(wsi, conn);
}

int http_callback(struct lws *wsi, enum lws_callback_reasons reason, struct connection *conn,
		  void *in, size_t len)
{
	char path[MAX_PATH_TEXT];

	switch (reason) {
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		/* Neither HTTP/2 nor anything else that a client might wish to speak. */
		return strcmp(in, "websocket") ? -1 : 0;
	case LWS_CALLBACK_HTTP:
		if (len >= sizeof(path) || strlen(in) != len)
			return -1;
		memcpy(path, in, len + 1);
		return respond(wsi, conn, path);
	case LWS_CALLBACK_HTTP_BODY:
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return 0;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return conn ? send_body(wsi, conn) : 0;
	case LWS_CALLBACK_CLOSED_HTTP:
		if (conn && !conn->websocket)
			drop_response(wsi, conn);
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, conn, in, len);
	}
}
