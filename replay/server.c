/* SPDX-License-Identifier: MIT */
/* The listening socket, the event loop, and what happens in the background. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard.h"

enum {
	MAX_CONNECTIONS = 1000,
	SPARE_DESCRIPTORS = 64, /* for crash files, pages and libwebsockets itself */
	BACKGROUND_NS = 5000000,
	FIRST_TARGET_NS = 50000000,
	BACKGROUND_EVERY_US = 2000,
	ACCEPT_PAUSE_US = 200000,
};

struct ipm_server *server_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

bool begin_job(struct lws *wsi, struct connection *conn, const struct job_work *work)
{
	struct ipm_server *server = server_of(wsi);

	conn->job = job_start(&server->jobs, work);
	if (!conn->job)
		return false;
	conn->wsi = wsi;
	conn->next_working = server->working;
	server->working = conn;
	return true;
}

void leave_job(struct lws *wsi, struct connection *conn, bool abandon)
{
	struct connection **at = &server_of(wsi)->working;

	if (!conn->job)
		return;
	while (*at != conn)
		at = &(*at)->next_working;
	*at = conn->next_working;
	if (abandon)
		job_abandon(conn->job);
	else
		job_end(conn->job);
	conn->job = NULL;
}

static void accept_clients(struct ipm_server *server);

static void accept_later(lws_sorted_usec_list_t *sul)
{
	struct ipm_server *server = lws_container_of(sul, struct ipm_server, accept_again);

	accept_clients(server);
}

/* Clients beyond the limit wait in the kernel's queue. */
static void accept_clients(struct ipm_server *server)
{
	while (server->connections < server->max_connections) {
		int on = 1,
		    fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (fd < 0)
			break;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		/* On failure libwebsockets has closed the socket. */
		if (!lws_adopt_socket_vhost(server->vhost, fd))
			break;
	}
	lws_sul_schedule(server->context, 0, &server->accept_again, accept_later, ACCEPT_PAUSE_US);
}

static int listener_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
			     void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		accept_clients(server_of(wsi));
	return 0;
}

static int client_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			   size_t len)
{
	struct connection *conn = user;

	switch (reason) {
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_ESTABLISHED:
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_CLOSED:
		return ws_callback(wsi, reason, conn, in, len);
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		for (conn = server_of(wsi)->working; conn; conn = conn->next_working)
			lws_callback_on_writable(conn->wsi);
		return 0;
	case LWS_CALLBACK_WSI_CREATE:
		server_of(wsi)->connections++;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		server_of(wsi)->connections--;
		return 0;
	default:
		return http_callback(wsi, reason, conn, in, len);
	}
}

/* The first protocol is that of clients who name none, as all of ours do. */
static const struct lws_protocols protocols[] = {
	{.name = "inspector",
	 .callback = client_callback,
	 .per_session_data_size = sizeof(struct connection),
	 .rx_buffer_size = 16384},
	{.name = "listener", .callback = listener_callback},
	{.name = NULL},
};

/* Browsers answer pings, Node's own debugger drops the connection on one: none are sent. */
static const lws_retry_bo_t no_pings = {
	.secs_since_valid_ping = UINT16_MAX,
	.secs_since_valid_hangup = UINT16_MAX,
};

static void in_background(lws_sorted_usec_list_t *sul)
{
	struct ipm_server *server = lws_container_of(sul, struct ipm_server, background);

	if (!crash_set_summarise(&server->crashes, BACKGROUND_NS))
		lws_sul_schedule(server->context, 0, &server->background, in_background,
				 BACKGROUND_EVERY_US);
}

static enum ipm_errc bind_to(struct ipm_server *server, const struct ipm_server_options *opts,
			     struct ipm_error *err)
{
	const char *host = !strcmp(opts->host, "localhost") ? "127.0.0.1" : opts->host;
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(opts->port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(opts->port)};
	bool is_v6 = inet_pton(AF_INET6, host, &v6.sin6_addr) == 1;
	struct sockaddr_storage bound;
	socklen_t size = sizeof(bound);
	int on = 1, fd;

	if (!is_v6 && inet_pton(AF_INET, host, &v4.sin_addr) != 1)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "not an IP address: %s", host);
	fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ipm_fail_os(err, errno, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if ((is_v6 ? bind(fd, (const struct sockaddr *)&v6, sizeof(v6))
		   : bind(fd, (const struct sockaddr *)&v4, sizeof(v4))) ||
	    listen(fd, 512) || getsockname(fd, (struct sockaddr *)&bound, &size)) {
		int saved = errno;

		close(fd);
		return ipm_fail_os(err, saved, "%s port %u", host, opts->port);
	}
	/* A sockaddr_storage is aligned for all of them. */
	server->port = ntohs(is_v6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
				   : ((struct sockaddr_in *)&bound)->sin_port);
	server->listener = fd;
	snprintf(server->host, sizeof(server->host), is_v6 ? "[%s]:%u" : "%s:%u", host,
		 server->port);
	snprintf(server->url, sizeof(server->url), "http://%s/%s%s", server->host,
		 server->token[0] ? "?token=" : "", server->token);
	return IPM_OK;
}

static enum ipm_errc start_loop(struct ipm_server *server, struct ipm_error *err)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.gid = -1,
		.uid = -1,
		.user = server,
		.server_string = "inspmort",
		.max_http_header_data = 4096,
		.timeout_secs = 10,
		.keepalive_timeout = 30,
		.retry_and_idle_policy = &no_pings,
		.pt_serv_buf_size = BODY_CHUNK,
	};
	lws_sock_file_fd_type fd = {.filefd = server->listener};

	lws_set_log_level(0, NULL);
	server->context = lws_create_context(&info);
	if (server->context)
		server->vhost = lws_create_vhost(server->context, &info);
	if (!server->vhost || !lws_adopt_descriptor_vhost(server->vhost, LWS_ADOPT_RAW_FILE_DESC,
							  fd, "listener", NULL))
		return ipm_fail(err, IPM_ERR_OS, "libwebsockets does not start");
	server->jobs.context = server->context;
	server->connections = 0; /* the listener is none */
	lws_sul_schedule(server->context, 0, &server->background, in_background, 1);
	return IPM_OK;
}

static unsigned connection_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) ||
	    limit.rlim_cur >= MAX_CONNECTIONS + SPARE_DESCRIPTORS)
		return MAX_CONNECTIONS;
	return limit.rlim_cur > SPARE_DESCRIPTORS + 8 ? (unsigned)limit.rlim_cur - SPARE_DESCRIPTORS
						      : 8;
}

enum ipm_errc ipm_server_create(const struct ipm_server_options *opts, struct ipm_server **ret,
				struct ipm_error *err)
{
	struct ipm_server *server = calloc(1, sizeof(*server));
	enum ipm_errc code;

	if (!server)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for a server");
	server->listener = -1;
	job_pool_init(&server->jobs);
	server->render = opts->render;
	server->max_connections = connection_limit();
	if (!opts->token && !guard_is_loopback(opts->host)) {
		code = ipm_fail(err, IPM_ERR_INVALID_ARGUMENT,
				"%s can be reached from other machines: that needs --token",
				opts->host);
		goto fail;
	}
	if (opts->token && opts->fixed_token) {
		snprintf(server->token, sizeof(server->token), "%s", opts->fixed_token);
	} else if (opts->token && !guard_random_id(server->token)) {
		code = ipm_fail_os(err, errno, "no random token");
		goto fail;
	}
	if (opts->devtools_dir && !(server->devtools_dir = strdup(opts->devtools_dir))) {
		code = ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for a server");
		goto fail;
	}
	code = crash_set_init(&server->crashes, opts->paths, opts->path_count, err);
	if (!code)
		code = bind_to(server, opts, err);
	if (!code)
		code = start_loop(server, err);
	if (code)
		goto fail;
	*ret = server;
	return IPM_OK;
fail:
	ipm_server_destroy(server);
	return code;
}

void ipm_server_destroy(struct ipm_server *server)
{
	if (!server)
		return;
	pthread_mutex_lock(&server->jobs.lock);
	server->jobs.context = NULL;
	pthread_mutex_unlock(&server->jobs.lock);
	if (server->context)
		lws_context_destroy(server->context);
	else if (server->listener >= 0)
		close(server->listener);
	job_pool_deinit(&server->jobs);
	crash_set_deinit(&server->crashes);
	free(server->devtools_dir);
	free(server);
}

const char *ipm_server_url(const struct ipm_server *server)
{
	return server->url;
}

size_t ipm_server_crashes(const struct ipm_server *server)
{
	return server->crashes.count;
}

const char *ipm_server_first_target(struct ipm_server *server)
{
	struct crash_set *set = &server->crashes;
	size_t i;

	crash_set_summarise(set, FIRST_TARGET_NS);
	crash_set_sort(set);
	for (i = 0; i < set->count; i++) {
		if (set->list[i]->why[0])
			continue;
		snprintf(server->first_target, sizeof(server->first_target), "ws://%s/%s",
			 server->host, set->list[i]->id);
		break;
	}
	return server->first_target;
}

struct ipm_str ipm_server_first_pause(const struct ipm_server *server, uint64_t index)
{
	const struct crash_set *set = &server->crashes;
	size_t i;

	for (i = 0; i < set->count && set->list[i]->why[0]; i++)
		;
	return i < set->count ? crash_pause(set->list[i], index) : (struct ipm_str){NULL, 0};
}

enum ipm_errc ipm_server_run(struct ipm_server *server, struct ipm_error *err)
{
	while (!server->stop)
		if (lws_service(server->context, 0) < 0 && !server->stop)
			return ipm_fail(err, IPM_ERR_OS, "the event loop failed");
	return IPM_OK;
}

void ipm_server_stop(struct ipm_server *server)
{
	server->stop = 1;
	lws_cancel_service(server->context);
}
