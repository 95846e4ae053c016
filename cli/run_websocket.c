/* SPDX-License-Identifier: MIT */
/* `run --via websocket`: node with an inspector that only we know, watched until it dies. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent_path.h"
#include "clock.h"
#include "commands.h"
#include "ipm_websocket.h"
#include "run.h"
#include "wanted.h"
#include "watch.h"

#define CONNECT_NS UINT64_C(10000000000)

static bool is_node(const char *command)
{
	const char *slash = strrchr(command, '/');

	return !strncmp(slash ? slash + 1 : command, "node", 4);
}

/* Runs node with our options first. Does not return. */
static void exec_node(char **argv, char *preload, int stderr_fd)
{
	static char uid[] = "--inspect-publish-uid=stderr", require[] = "--require";
	size_t argc = 0;
	char **with;

	while (argv[argc])
		argc++;
	with = calloc(argc + 4, sizeof(*with));
	if (!with)
		_exit(127);
	with[0] = argv[0];
	with[1] = uid;
	with[2] = require;
	with[3] = preload;
	memcpy(with + 4, argv + 1, (argc - 1) * sizeof(*with));
	dup2(stderr_fd, STDERR_FILENO);
	execvp(with[0], with);
	dprintf(STDERR_FILENO, "inspmort: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Where the inspector listens; false: the program ended without one, or does not tell. */
static bool read_url(int fd, char *ret, size_t capacity)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	size_t len = 0;
	ssize_t n;

	while (len + 1 < capacity) {
		if (poll(&p, 1, (int)(CONNECT_NS / 1000000)) == 0)
			return false;
		n = read(fd, ret + len, capacity - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	ret[len] = '\0';
	return len > 0;
}

static bool connect_to(const char *url, struct ipm_channel **ret, struct ipm_error *err)
{
	char host[257], path[257];
	int port;

	if (!ipm_websocket_parse((struct ipm_str){url, strlen(url)}, host, &port, path)) {
		ipm_fail(err, IPM_ERR_PROTOCOL, "no inspector address: %.100s", url);
		return false;
	}
	return !ipm_websocket_open(host, port, path, ipm_monotonic_ns() + CONNECT_NS, ret, err);
}

int run_websocket(char **argv)
{
	struct watch_options opts = {.own_program = true};
	struct stderr_filter filter;
	struct ipm_channel *channel = NULL;
	struct watch *watch = NULL;
	struct wanted wanted;
	struct ipm_error err;
	int stderr_fd, status;
	char preload[IPM_AGENT_PATH_BYTES];
	char url[512];
	pid_t child;

	if (!run_capture_options(&opts.capture))
		return IPM_EXIT_USAGE;
	if (wanted_from_env(&wanted, &err))
		return cli_usage("run", "%s", err.message);
	wanted_deinit(&wanted);
	if (!is_node(argv[0]))
		return cli_usage("run", "--via websocket runs node itself, not '%s'", argv[0]);
	if (agent_file_path("await-inspector.js", preload, &err))
		return cli_fail("%s", err.message);
	if (stderr_filter_start(&filter, &stderr_fd, &err))
		return cli_fail("%s", err.message);
	child = fork();
	if (child < 0)
		return cli_fail("fork: %s", strerror(errno));
	if (!child)
		exec_node(argv, preload, stderr_fd);
	close(stderr_fd);
	opts.pid = (uint64_t)child;
	child_forward_signals(child);
	if (read_url(filter.url_fd, url, sizeof(url))) {
		if (!connect_to(url, &channel, &err) ||
		    watch_create(channel, &opts, &watch, &err)) {
			/* It would wait for us for ever. */
			cli_fail("%s", err.message);
			kill(child, SIGTERM);
		} else {
			watch_run(watch);
		}
		if (channel)
			channel->ops->destroy(channel);
	}
	status = child_wait(child);
	stderr_filter_finish(&filter);
	if (watch)
		watch_settle(watch, status);
	watch_destroy(watch);
	child_pass_on(status);
}
