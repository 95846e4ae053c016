/* SPDX-License-Identifier: MIT */
/*
 * Between a program's standard error and ours. A line of Node's inspector is taken out; whatever
 * cannot become such a line any more goes on at once, byte for byte.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "run.h"

#define HELD_MAX 512
/* A beginning that nothing follows is the program's prompt rather than Node's line. */
#define HOLD_MS	  50
#define FINISH_MS 500

enum line { LISTENING, HELP, ATTACHED, WAITING, ENDING, LINE_COUNT };

struct pattern {
	const char *text;
	bool whole;  /* else the line goes on */
	int at_most; /* times that Node writes it */
};

static const struct pattern patterns[LINE_COUNT] = {
	[LISTENING] = {"Debugger listening on ws://", false, 1},
	[HELP] = {"For help, see: https://nodejs.org/", false, 2},
	[ATTACHED] = {"Debugger attached.\n", true, 1},
	[WAITING] = {"Waiting for the debugger to disconnect...\n", true, 1},
	[ENDING] = {"Debugger ending on ws://", false, 1},
};

struct filter {
	int out_fd;
	int url_fd;
	int used[LINE_COUNT]; /* so many times */
	bool at_line_start;
	bool swallowing; /* to the end of the line */
	enum line line;
	char held[HELD_MAX];
	size_t held_len;
	bool broken; /* nobody listens any more */
};

static void pass(struct filter *f, const char *data, size_t len)
{
	if (len && ipm_write_all(f->out_fd, data, len, NULL))
		f->broken = true;
}

static void release(struct filter *f)
{
	pass(f, f->held, f->held_len);
	f->held_len = 0;
	f->at_line_start = false;
}

/* "Debugger listening on ws://127.0.0.1:1234/uuid": the address to whoever waits for it. */
static void announce(struct filter *f)
{
	const char *url = memmem(f->held, f->held_len, "ws://", 5);

	if (url && f->url_fd >= 0 &&
	    !ipm_write_all(f->url_fd, url, f->held_len - (size_t)(url - f->held), NULL)) {
		close(f->url_fd);
		f->url_fd = -1;
	}
}

/* Can what is held still become a line of Node's? */
static bool possible(struct filter *f)
{
	size_t i, n;

	for (i = 0; i < LINE_COUNT; i++) {
		n = strlen(patterns[i].text);
		if (f->used[i] >= patterns[i].at_most ||
		    memcmp(f->held, patterns[i].text, f->held_len < n ? f->held_len : n))
			continue;
		if (f->held_len >= n) {
			f->line = (enum line)i;
			f->used[i]++;
			if (patterns[i].whole)
				f->held_len = 0;
			else
				f->swallowing = true;
		}
		return true;
	}
	return false;
}

static void take(struct filter *f, char c)
{
	if (f->swallowing) {
		if (c != '\n') {
			if (f->held_len < HELD_MAX)
				f->held[f->held_len++] = c;
			return;
		}
		if (f->line == LISTENING)
			announce(f);
		f->swallowing = false;
		f->held_len = 0;
		return;
	}
	f->held[f->held_len++] = c;
	if (!possible(f)) {
		release(f);
		f->at_line_start = c == '\n';
	}
}

static void feed(struct filter *f, const char *data, size_t len)
{
	const char *newline;
	size_t n;

	while (len && !f->broken) {
		if (f->at_line_start || f->held_len) {
			take(f, *data++);
			len--;
			continue;
		}
		newline = memchr(data, '\n', len);
		n = newline ? (size_t)(newline - data) + 1 : len;
		pass(f, data, n);
		f->at_line_start = newline != NULL;
		data += n;
		len -= n;
	}
}

static void filter_run(int in_fd, int url_fd)
{
	struct filter f = {.out_fd = STDERR_FILENO, .url_fd = url_fd, .at_line_start = true};
	struct pollfd p = {.fd = in_fd, .events = POLLIN};
	char data[65536];
	ssize_t n;

	while (!f.broken) {
		if (f.held_len && !f.swallowing && poll(&p, 1, HOLD_MS) == 0) {
			release(&f);
			continue;
		}
		n = read(in_fd, data, sizeof(data));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		feed(&f, data, (size_t)n);
	}
	release(&f);
}

enum ipm_errc stderr_filter_start(struct stderr_filter *ret, int *ret_write_fd,
				  struct ipm_error *err)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	int program[2], url[2];
	pid_t pid;
	size_t i;

	if (pipe2(program, O_CLOEXEC))
		return ipm_fail_os(err, errno, "pipe");
	if (pipe2(url, O_CLOEXEC)) {
		close(program[0]);
		close(program[1]);
		return ipm_fail_os(err, errno, "pipe");
	}
	pid = fork();
	if (pid < 0) {
		close(program[0]);
		close(program[1]);
		close(url[0]);
		close(url[1]);
		return ipm_fail_os(err, errno, "fork");
	}
	if (!pid) {
		for (i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
			signal(ignored[i], SIG_IGN);
		close(program[1]);
		close(url[0]);
		/* What reads our output must not wait for this process. */
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		filter_run(program[0], url[1]);
		_exit(0);
	}
	close(program[0]);
	close(url[1]);
	*ret = (struct stderr_filter){.pid = pid, .url_fd = url[0]};
	*ret_write_fd = program[1];
	return IPM_OK;
}

void stderr_filter_finish(struct stderr_filter *filter)
{
	struct timespec tick = {.tv_nsec = 5000000};
	int i;

	if (filter->url_fd >= 0)
		close(filter->url_fd);
	for (i = 0; i < FINISH_MS / 5; i++) {
		if (waitpid(filter->pid, NULL, WNOHANG) != 0)
			return;
		nanosleep(&tick, NULL);
	}
}
