/* SPDX-License-Identifier: MIT */
#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "io.h"

#define TICK_MS	    1000
#define STOPPED_MAX 3 /* ticks in a row: a stopped debugger may hold the program up at any time */
#define FAREWELL_MS 2000
#define QUIET_MS    200
#define NS_PER_MS   UINT64_C(1000000)

struct watchdog_news {
	_Atomic uint64_t deadline_ns; /* UINT64_MAX: none */
	_Atomic uint64_t workers;
	_Atomic bool over;
};

enum { LIFE_FD, CONNECTION_FD };

/* "4711 (inspmort) T …" */
static bool is_stopped(pid_t pid)
{
	char path[64], text[512];
	const char *name_end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	name_end = strrchr(text, ')');
	return name_end && name_end[1] == ' ' && name_end[2] == 'T';
}

/* A client's frame has a mask; nothing says that it must not be zero. */
static bool put_frame(uint8_t opcode, const char *text, size_t len)
{
	uint8_t frame[256] = {(uint8_t)(0x80 | opcode)};
	size_t head = len < 126 ? 6 : 8;

	if (len > sizeof(frame) - head)
		return false;
	frame[1] = (uint8_t)(0x80 | (len < 126 ? len : 126));
	if (len >= 126) {
		frame[2] = (uint8_t)(len >> 8);
		frame[3] = (uint8_t)len;
	}
	if (len)
		memcpy(frame + head, text, len);
	return !ipm_write_all(CONNECTION_FD, frame, head + len, NULL);
}

/* Reads what comes until the other side has closed, or says nothing for a while. */
static void drain(int quiet_ms)
{
	uint64_t end = ipm_monotonic_ns() + FAREWELL_MS * NS_PER_MS;
	struct pollfd p = {.fd = CONNECTION_FD, .events = POLLIN};
	char bytes[16384];
	ssize_t n;
	int ready;

	while (ipm_monotonic_ns() < end) {
		ready = poll(&p, 1, quiet_ms);
		if (ready == 0 || (ready < 0 && errno != EINTR))
			return;
		n = recv(CONNECTION_FD, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
			return;
	}
}

static void release(uint64_t workers)
{
	char text[160];
	uint64_t i;
	int n;

	for (i = 1; i <= workers; i++) {
		n = snprintf(text, sizeof(text),
			     "{\"id\":%" PRIu64 ",\"method\":\"NodeWorker.detach\","
			     "\"params\":{\"sessionId\":\"%" PRIu64 "\"}}",
			     (UINT64_C(1) << 30) + i, i);
		if (!put_frame(1, text, (size_t)n))
			return;
	}
	/* A paused Node may crash when it is left with answers on their way (nodejs/node#64209). */
	drain(QUIET_MS);
	/* And what it has not read when we close first is lost. */
	if (put_frame(8, NULL, 0))
		drain(FAREWELL_MS);
}

/* Two descriptors are open here: one that ends with the owner, and the connection. */
static void guard(pid_t owner, struct watchdog_news *news)
{
	struct pollfd p = {.fd = LIFE_FD, .events = POLLIN};
	int stopped = 0, n;

	while ((n = poll(&p, 1, TICK_MS)) <= 0) {
		if (n < 0 && errno != EINTR)
			break;
		stopped = is_stopped(owner) ? stopped + 1 : 0;
		if (getppid() == owner &&
		    (stopped >= STOPPED_MAX || ipm_monotonic_ns() >= news->deadline_ns))
			kill(owner, SIGKILL);
	}
	if (!news->over)
		release(news->workers);
	_exit(0);
}

struct watchdog watchdog_start(int connection, bool apart)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	struct watchdog w = {.fd = -1};
	pid_t owner = getpid();
	int fds[2], life, socket;
	size_t i;
	void *news;

	news = mmap(NULL, sizeof(*w.news), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		    0);
	if (connection < 0 || news == MAP_FAILED)
		return w;
	w.news = news;
	w.news->deadline_ns = UINT64_MAX;
	if (pipe2(fds, O_CLOEXEC))
		return w;
	w.pid = fork();
	if (w.pid == 0) {
		for (i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
			signal(ignored[i], SIG_IGN);
		if (apart)
			signal(SIGTSTP, SIG_IGN);
		/* Away from 0 and 1 first, in case they are among these. */
		life = fcntl(fds[0], F_DUPFD, 3);
		socket = fcntl(connection, F_DUPFD, 3);
		if (life < 0 || socket < 0 || dup2(life, LIFE_FD) < 0 ||
		    dup2(socket, CONNECTION_FD) < 0)
			_exit(0);
		close_range(2, ~0U, 0);
		guard(owner, w.news);
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

void watchdog_expect(struct watchdog *w, uint64_t after_ms)
{
	if (!w->news)
		return;
	w->news->deadline_ns = after_ms < UINT64_MAX / NS_PER_MS / 2
				       ? ipm_monotonic_ns() + after_ms * NS_PER_MS
				       : UINT64_MAX;
}

void watchdog_count_worker(struct watchdog *w)
{
	if (w->news)
		w->news->workers++;
}

void watchdog_stop(struct watchdog *w, bool released)
{
	if (w->pid) {
		w->news->over = released;
		close(w->fd);
		while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (w->news)
		munmap(w->news, sizeof(*w->news));
	*w = (struct watchdog){.fd = -1};
}
