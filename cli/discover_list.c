/* SPDX-License-Identifier: MIT */
/* What an inspector offers to attach to: GET /json/list, as Node, Deno and browsers have it. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "discover_internal.h"
#include "json.h"
#include "plain.h"

#define MAX_REPLY   ((size_t)1 << 20)
#define MAX_TARGETS 64

static int connect_to(const char *host, int port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list, *a;
	struct timeval patience = {.tv_sec = 5};
	char service[8];
	int fd = -1;

	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(host, service, &hints, &list))
		return -1;
	for (a = list; a; a = a->ai_next) {
		fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		if (!connect(fd, a->ai_addr, a->ai_addrlen))
			break;
		close(fd);
		fd = -1;
	}
	freeaddrinfo(list);
	return fd;
}

/* The body of GET /json/list, which the other side may never end. */
static enum ipm_errc fetch_list(const char *host, int port, struct ipm_buf *ret,
				struct ipm_error *err)
{
	static const char request[] = "GET /json/list HTTP/1.1\r\nHost: localhost\r\n"
				      "Connection: close\r\n\r\n";
	int fd = connect_to(host, port);
	const uint8_t *body;
	char piece[4096];
	ssize_t n;

	if (fd < 0)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "%.200s:%d refuses the connection", host,
				port);
	if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) != sizeof(request) - 1) {
		close(fd);
		return ipm_fail(err, IPM_ERR_PROTOCOL, "%.200s:%d closes the connection", host,
				port);
	}
	ret->max = MAX_REPLY;
	while ((n = recv(fd, piece, sizeof(piece), 0)) > 0 && ipm_buf_ok(ret)) {
		ipm_buf_append(ret, piece, (size_t)n);
		/* Node keeps the connection, whatever it was asked: the list ends with a line. */
		body = ret->len ? memmem(ret->data, ret->len, "\r\n\r\n", 4) : NULL;
		if (body && ret->data[ret->len - 1] == '\n' && body + 4 < ret->data + ret->len &&
		    memmem(body, ret->len - (size_t)(body - ret->data), "]", 1))
			break;
	}
	close(fd);
	body = ret->len ? memmem(ret->data, ret->len, "\r\n\r\n", 4) : NULL;
	if (!body || !ipm_buf_ok(ret))
		return ipm_fail(err, IPM_ERR_PROTOCOL, "%.200s:%d is no inspector", host, port);
	n = (ssize_t)(body + 4 - ret->data);
	memmove(ret->data, ret->data + n, ret->len - (size_t)n);
	ret->len -= (size_t)n;
	return IPM_OK;
}

/* What follows the host in "ws://host/path"; the host is how we called it. */
static bool put_path(struct ipm_str url, char ret[257])
{
	const char *slash;

	if (url.len < 6 || memcmp(url.data, "ws://", 5))
		return false;
	slash = memchr(url.data + 5, '/', url.len - 5);
	if (!slash || url.data + url.len - slash > 256)
		return false;
	snprintf(ret, 257, "%.*s", (int)(url.data + url.len - slash - 1), slash + 1);
	return true;
}

/* Is this the one that the user means? NULL: anything that runs JavaScript of its own. */
static bool is_meant(struct ipm_json_ref entry, const char *choice)
{
	static const char *const names[] = {"title", "url"};
	struct ipm_json_ref type = ipm_json_get(entry, "type");
	struct ipm_buf text = IPM_BUF_INIT;
	bool meant;
	size_t i;

	if (!choice)
		return ipm_json_equals(type, "node") || ipm_json_equals(type, "page") ||
		       ipm_json_equals(type, "deno");
	meant = ipm_json_equals(ipm_json_get(entry, "id"), choice);
	for (i = 0; !meant && i < 2; i++) {
		ipm_buf_reset(&text);
		meant = ipm_json_string(ipm_json_get(entry, names[i]), &text) && text.len &&
			memmem(text.data, text.len, choice, strlen(choice));
	}
	ipm_buf_deinit(&text);
	return meant;
}

/* "\n  ID  type  title": a line of ours for each, so that the user can choose. */
static void put_entry(struct ipm_json_ref entry, struct ipm_buf *out)
{
	static const char *const names[] = {"id", "type", "title", "url"};
	struct ipm_buf text = IPM_BUF_INIT;
	size_t i;

	ipm_buf_cstr(out, "\ninspmort:");
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ipm_buf_reset(&text);
		if (!ipm_json_string(ipm_json_get(entry, names[i]), &text))
			continue;
		ipm_buf_cstr(out, "  ");
		ipm_put_escaped_text(out, ipm_buf_as_str(&text), 100);
	}
	ipm_buf_deinit(&text);
}

static enum ipm_errc choose(struct ipm_json_ref list, const char *at, const char *choice,
			    struct ipm_buf *ret_url, struct ipm_buf *ret_list,
			    struct ipm_error *err)
{
	struct ipm_json_ref entry = ipm_json_first(list);
	size_t count = ipm_json_size(list), offered = 0, meant = 0, i;

	for (i = 0; i < count && offered < MAX_TARGETS; i++, entry = ipm_json_next(entry)) {
		struct ipm_json_ref url = ipm_json_get(entry, "webSocketDebuggerUrl");

		if (ipm_json_type(url) != IPM_JSON_STRING)
			continue;
		offered++;
		put_entry(entry, ret_list);
		if (!is_meant(entry, choice))
			continue;
		meant++;
		ipm_buf_reset(ret_url);
		ipm_json_string(url, ret_url);
	}
	if (meant == 1 && ipm_buf_ok(ret_url))
		return IPM_OK;
	if (!offered)
		return ipm_fail(err, IPM_ERR_PROTOCOL,
				"%.200s offers nothing to attach to (is a debugger attached?)", at);
	if (choice)
		return ipm_fail(
			err, IPM_ERR_NOT_FOUND, "%.100s: %s of its %zu targets %s '%.100s':", at,
			meant ? "several" : "none", offered, meant ? "have" : "has", choice);
	return ipm_fail(err, IPM_ERR_NOT_FOUND,
			"%.200s has %zu targets; say which with --target:", at, offered);
}

enum ipm_errc discover_at_port(const char *host, int port, const char *choice,
			       struct inspector_place *ret, struct ipm_error *err)
{
	struct ipm_buf body = IPM_BUF_INIT, url = IPM_BUF_INIT, list = IPM_BUF_INIT;
	struct ipm_json json = {0};
	struct ipm_error ignored;
	enum ipm_errc rc;
	char at[300];

	snprintf(at, sizeof(at), "%s:%d", host, port);
	rc = fetch_list(host, port, &body, err);
	if (rc)
		goto out;
	if (ipm_json_parse(&json, ipm_buf_as_str(&body), 0, &ignored) ||
	    ipm_json_type(ipm_json_root(&json)) != IPM_JSON_ARRAY) {
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "%.200s is no inspector", at);
		goto out;
	}
	rc = choose(ipm_json_root(&json), at, choice, &url, &list, err);
	if (!rc && !put_path(ipm_buf_as_str(&url), ret->path))
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "%.200s offers no usable address", at);
	if (rc == IPM_ERR_NOT_FOUND && ipm_buf_ok(&list))
		snprintf(ret->targets, sizeof(ret->targets), "%.*s", (int)list.len,
			 (const char *)list.data);
	if (rc)
		goto out;
	snprintf(ret->host, sizeof(ret->host), "%s", host);
	ret->port = port;
out:
	ipm_json_deinit(&json);
	ipm_buf_deinit(&body);
	ipm_buf_deinit(&url);
	ipm_buf_deinit(&list);
	return rc;
}
