/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include "agent.h"

enum { EXIT_HANDLER_THREW = 7 };

/* The main thread's agent: only there does such a throw end the process. */
static struct agent *exiting;
static pid_t exiting_pid;

static void at_exit(int status, void *unused)
{
	struct agent *a = exiting;
	struct ipm_buf path = IPM_BUF_INIT;
	unsigned i;

	(void)unused;
	if (!a || exiting_pid != getpid())
		return;
	for (i = 0; i < a->deferred_count && status == EXIT_HANDLER_THREW; i++)
		crash_publish_and_say(a, &a->deferred[i], false, &path);
	ipm_buf_deinit(&path);
	deferred_discard(a);
}

static void defer(struct agent *a, const struct crash *crash)
{
	struct ipm_error err;

	if (a->deferred_count < sizeof(a->deferred) / sizeof(*a->deferred) &&
	    crash_write(a, crash, &a->deferred[a->deferred_count], &err) == IPM_OK)
		a->deferred_count++;
}

void defer_until_exit_7(struct agent *a, struct hold *second)
{
	struct crash first = {
		.reason = a->confirmed_reason, .hold = &a->confirmed, .error = confirmed_error(a)};
	struct crash last = {.reason = "exception", .hold = second};

	if (a->deferred_count || !first.error)
		return;
	if (!exiting_pid && on_exit(at_exit, NULL))
		return;
	exiting = a;
	exiting_pid = getpid();
	defer(a, &first);
	defer(a, &last);
}

void deferred_discard(struct agent *a)
{
	unsigned i;

	for (i = 0; i < a->deferred_count; i++)
		ipm_new_file_discard(&a->deferred[i]);
	a->deferred_count = 0;
	if (exiting == a)
		exiting = NULL;
}
