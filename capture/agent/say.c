/* SPDX-License-Identifier: MIT */
/*
 * The agent's lines come after everything the program and Node have to say, so they wait for
 * exit(3). A process that is killed before loses the line, never the file.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "io.h"

static struct {
	pthread_mutex_t lock;
	pid_t pid;
	char text[8192];
	size_t len;
} waiting = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void print(const char *text, size_t len)
{
	/* Where stderr is gone there is nobody to tell. */
	if (ipm_write_all(STDERR_FILENO, text, len, NULL))
		return;
}

static void print_waiting(int status, void *unused)
{
	(void)status;
	(void)unused;
	pthread_mutex_lock(&waiting.lock);
	if (waiting.pid == getpid())
		print(waiting.text, waiting.len);
	waiting.len = 0;
	pthread_mutex_unlock(&waiting.lock);
}

void say(bool at_exit, const char *format, ...)
{
	char line[4608] = "inspmort: ";
	size_t len = strlen(line);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line + len, sizeof(line) - len - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	len = strlen(line);
	line[len++] = '\n';
	pthread_mutex_lock(&waiting.lock);
	if (at_exit && waiting.pid != getpid()) {
		waiting.pid = getpid();
		waiting.len = 0;
		if (on_exit(print_waiting, NULL))
			at_exit = false;
	}
	if (at_exit && len <= sizeof(waiting.text) - waiting.len) {
		memcpy(waiting.text + waiting.len, line, len);
		waiting.len += len;
	} else {
		print(line, len);
	}
	pthread_mutex_unlock(&waiting.lock);
}
