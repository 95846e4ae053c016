/* SPDX-License-Identifier: MIT */
#include "discover.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "ipm_websocket.h"
#include "json.h"

#define MAX_REPLY    ((size_t)1 << 20)
#define MAX_SOCKETS  64
#define DEFAULT_PORT 9229
#define OPEN_TRIES   100 /* 20 ms apart, until the inspector listens */

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

static enum ipm_errc from_port(const char *host, int port, struct inspector_place *ret,
			       struct ipm_error *err)
{
	struct ipm_buf body = IPM_BUF_INIT, url = IPM_BUF_INIT;
	struct ipm_json json = {0};
	struct ipm_error ignored;
	enum ipm_errc rc;

	rc = fetch_list(host, port, &body, err);
	if (rc)
		goto out;
	if (ipm_json_parse(&json, ipm_buf_as_str(&body), 0, &ignored) ||
	    !ipm_json_string(
		    ipm_json_get(ipm_json_first(ipm_json_root(&json)), "webSocketDebuggerUrl"),
		    &url) ||
	    !put_path(ipm_buf_as_str(&url), ret->path)) {
		rc = ipm_fail(err, IPM_ERR_PROTOCOL,
			      "%.200s:%d offers nothing to attach to (is a debugger attached?)",
			      host, port);
		goto out;
	}
	snprintf(ret->host, sizeof(ret->host), "%s", host);
	ret->port = port;
out:
	ipm_json_deinit(&json);
	ipm_buf_deinit(&body);
	ipm_buf_deinit(&url);
	return rc;
}

/* Inodes of the process's sockets. */
static size_t sockets_of(uint64_t pid, unsigned long *ret)
{
	char path[64], link[64];
	struct dirent *entry;
	size_t count = 0;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/fd", pid);
	dir = opendir(path);
	while (dir && count < MAX_SOCKETS && (entry = readdir(dir))) {
		n = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);
		if (n <= 0)
			continue;
		link[n] = '\0';
		if (sscanf(link, "socket:[%lu]", &ret[count]) == 1)
			count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

/* Ports of this machine on which the process listens. */
static size_t listening_ports(uint64_t pid, int *ret)
{
	unsigned long inodes[MAX_SOCKETS], inode;
	size_t sockets = sockets_of(pid, inodes), count = 0, i;
	char path[64], line[512];
	unsigned port, state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/net/tcp", pid);
	file = fopen(path, "re");
	while (file && count < MAX_SOCKETS && fgets(line, sizeof(line), file)) {
		/* sl local:port remote:port st tx:rx tr:when retrnsmt uid timeout inode; 0A: LISTEN */
		if (sscanf(line, " %*d: %*8x:%4x %*8x:%*4x %2x %*s %*s %*s %*u %*u %lu", &port,
			   &state, &inode) != 3 ||
		    state != 0x0A)
			continue;
		for (i = 0; i < sockets; i++)
			if (inodes[i] == inode)
				break;
		if (i < sockets)
			ret[count++] = (int)port;
	}
	if (file)
		fclose(file);
	return count;
}

/* SIGUSR1 would kill anything else. */
static enum ipm_errc check_node(uint64_t pid, struct ipm_error *err)
{
	char link[64], exe[4096];
	const char *name;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%" PRIu64 "/exe", pid);
	n = readlink(link, exe, sizeof(exe) - 1);
	if (n < 0 && errno == ENOENT)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "no process %" PRIu64, pid);
	if (n < 0)
		return ipm_fail_os(err, errno, "process %" PRIu64, pid);
	exe[n] = '\0';
	name = strrchr(exe, '/');
	name = name ? name + 1 : exe;
	if (strncmp(name, "node", 4))
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT,
				"process %" PRIu64 " is %.100s, not node", pid, name);
	return IPM_OK;
}

/* --inspect, --inspect-brk, --inspect-port=[host:]port on its command line; else the default. */
static int configured_port(uint64_t pid)
{
	char path[64], args[65536];
	const char *arg, *colon;
	size_t len;
	int port = DEFAULT_PORT;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/cmdline", pid);
	file = fopen(path, "re");
	len = file ? fread(args, 1, sizeof(args) - 1, file) : 0;
	if (file)
		fclose(file);
	args[len] = '\0';
	for (arg = args; arg < args + len; arg += strlen(arg) + 1) {
		const char *equals = strchr(arg, '=');

		if (strncmp(arg, "--inspect", 9) || !equals)
			continue;
		colon = strrchr(equals, ':');
		if (atoi((colon ? colon : equals) + 1) > 0)
			port = atoi((colon ? colon : equals) + 1);
	}
	return port;
}

static bool has(const int *ports, size_t count, int port)
{
	while (count-- > 0)
		if (ports[count] == port)
			return true;
	return false;
}

/* The program's own ports are left alone: asking them would be asking the program. */
static enum ipm_errc from_pid(uint64_t pid, struct inspector_place *ret, struct ipm_error *err)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	int before[MAX_SOCKETS], now[MAX_SOCKETS];
	size_t before_count, count, i;
	enum ipm_errc rc = check_node(pid, err);
	struct ipm_error ignored;
	int tries, open = configured_port(pid);

	if (rc)
		return rc;
	ret->pid = pid;
	before_count = listening_ports(pid, before);
	if (has(before, before_count, open) && !from_port("127.0.0.1", open, ret, &ignored))
		return IPM_OK;
	if (kill((pid_t)pid, SIGUSR1))
		return ipm_fail_os(err, errno, "process %" PRIu64, pid);
	for (tries = 0; tries < OPEN_TRIES; tries++) {
		nanosleep(&pause, NULL);
		count = listening_ports(pid, now);
		for (i = 0; i < count; i++)
			if (!has(before, before_count, now[i]) &&
			    !from_port("127.0.0.1", now[i], ret, &ignored))
				return IPM_OK;
	}
	return ipm_fail(err, IPM_ERR_TIMEOUT, "process %" PRIu64 " does not open its inspector",
			pid);
}

/* All digits; 0 if not. */
static uint64_t number(const char *text, size_t len)
{
	uint64_t n = 0;
	size_t i;

	if (!len || len > 10)
		return 0;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		n = n * 10 + (uint64_t)(text[i] - '0');
	}
	return n;
}

enum ipm_errc discover(const char *target, struct inspector_place *ret, struct ipm_error *err)
{
	size_t len = strlen(target);
	const char *colon = strrchr(target, ':');
	char host[257];
	uint64_t n;

	*ret = (struct inspector_place){0};
	if (!strncmp(target, "ws://", 5)) {
		if (ipm_websocket_parse((struct ipm_str){target, len}, ret->host, &ret->port,
					ret->path))
			return IPM_OK;
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "not an address: %.100s", target);
	}
	n = number(target, len);
	if (n)
		return from_pid(n, ret, err);
	n = colon ? number(colon + 1, len - (size_t)(colon + 1 - target)) : 0;
	if (!n || n > 65535 || colon == target || colon - target >= (ptrdiff_t)sizeof(host))
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT,
				"neither PID, HOST:PORT nor ws://: %.100s", target);
	memcpy(host, target, (size_t)(colon - target));
	host[colon - target] = '\0';
	return from_port(host, (int)n, ret, err);
}
