/* SPDX-License-Identifier: MIT */
#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Only one descriptor may stay open here: the connection must end with its owner. */
static void guard(pid_t owner, int fd, uint64_t after_ms)
{
	struct pollfd p = {.fd = 0, .events = POLLIN};
	int timeout = after_ms > INT_MAX ? -1 : (int)after_ms;
	int n;

	if (dup2(fd, 0) < 0)
		_exit(0);
	close_range(1, ~0U, 0);
	while ((n = poll(&p, 1, timeout)) < 0 && errno == EINTR)
		;
	if (n == 0 && getppid() == owner)
		kill(owner, SIGKILL);
	_exit(0);
}

struct watchdog watchdog_start(uint64_t after_ms)
{
	struct watchdog w = {.fd = -1};
	pid_t owner = getpid();
	int fds[2];

	if (after_ms == UINT64_MAX || pipe2(fds, O_CLOEXEC))
		return w;
	w.pid = fork();
	if (w.pid == 0) {
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		guard(owner, fds[0], after_ms);
	}
	close(fds[0]);
	if (w.pid < 0) {
		close(fds[1]);
		w.pid = 0;
		return w;
	}
	w.fd = fds[1];
	return w;
}

void watchdog_stop(struct watchdog *w)
{
	if (!w->pid)
		return;
	close(w->fd);
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
}
