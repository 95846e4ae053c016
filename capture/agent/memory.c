/* SPDX-License-Identifier: MIT */
/*
 * Running out of heap. V8 asks near the limit, inside a garbage collection, where no JavaScript
 * can run; so it gets some more, and an interrupt captures at the next place where the program
 * can be interrupted. The limit then goes back, and if V8 gives up the file is published.
 */
#include <stdlib.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"

enum {
	MEGABYTE = 1024 * 1024,
	RAISE_BYTES = 32 * MEGABYTE,
	RAISE_MOST_BYTES = 160 * MEGABYTE, /* while capturing; then V8's word is final */
	MAX_OBJECTS = 100000,
};

#define WORKER_ENDS_NS UINT64_C(10000000000)

static _Thread_local struct agent *of_this_thread;

/* The main thread's agent while it has a file: a worker's cleans up when its environment ends. */
static struct agent *unpublished;
static pid_t unpublished_pid;

/* The process ended without running out of memory after all. */
static void discard_at_exit(int status, void *unused)
{
	(void)status;
	(void)unused;
	if (unpublished && unpublished_pid == getpid())
		ipm_new_file_discard(&unpublished->memory_file);
}

static void capture_now(struct agent *a)
{
	struct ipm_capture_limits limits = a->settings.limits;
	struct crash crash = {.reason = "OOM"};
	struct hold hold = {0};
	struct guard guard;
	struct ipm_error err;

	if (!guard_enter(&guard, a))
		return;
	if (!a->settings.limits.max_objects)
		a->settings.limits.max_objects = MAX_OBJECTS;
	crash.hold = &hold;
	/* Without frames there are still the meta data, and what the heap looked like. */
	if (agent_hold(a, &hold, guard.deep, &err))
		hold_release(&hold, &a->session);
	if (crash_write(a, &crash, &a->memory_file, &err))
		say(true, "no crash file: %s", err.message);
	if (!a->is_worker && !unpublished_pid && !on_exit(discard_at_exit, NULL)) {
		unpublished_pid = getpid();
		unpublished = a;
	}
	hold_release(&hold, &a->session);
	a->settings.limits = limits;
	guard_leave(&guard);
}

static size_t near_limit(void *self, size_t current, size_t initial);

static void interrupt(struct v8_isolate *isolate, void *self)
{
	struct agent *a = self;

	if (a->memory != MEMORY_LOW)
		return;
	a->memory = MEMORY_CAPTURED;
	capture_now(a);
	a->memory_ns = ipm_monotonic_ns();
	v8_symbols()->remove_near_heap_limit(isolate, near_limit, a->heap_limit);
}

static size_t near_limit(void *self, size_t current, size_t initial)
{
	struct agent *a = self;

	(void)initial;
	if (a->memory == MEMORY_FINE) {
		a->memory = MEMORY_LOW;
		a->heap_limit = current;
		v8_symbols()->request_interrupt(a->isolate, interrupt, a);
	} else if (a->heap_limit_raised >= RAISE_MOST_BYTES ||
		   (!a->busy && a->heap_limit_raised >= 2 * RAISE_BYTES)) {
		return current; /* the interrupt starves, or the capture cannot be paid */
	}
	a->heap_limit_raised += RAISE_BYTES;
	return current + RAISE_BYTES;
}

static void on_oom(const char *location, const void *details)
{
	struct agent *a = of_this_thread;
	struct ipm_buf path = IPM_BUF_INIT;

	if (a && a->memory_file.fd >= 0)
		crash_publish_and_say(a, &a->memory_file, false, &path);
	ipm_buf_deinit(&path);
	v8_symbols()->node_on_oom(location, details);
}

bool hook_heap_limit(struct agent *a)
{
	const struct v8_symbols *v8 = v8_symbols();

	if (!v8_can_hook_heap_limit(v8))
		return false;
	of_this_thread = a;
	v8->add_near_heap_limit(a->isolate, near_limit, a);
	v8->set_oom_handler(a->isolate, on_oom);
	a->heap_limit_hooked = true;
	return true;
}

void unhook_heap_limit(struct agent *a)
{
	struct ipm_buf path = IPM_BUF_INIT;

	if (of_this_thread == a)
		of_this_thread = NULL;
	if (unpublished == a)
		unpublished = NULL;
	/*
	 * Node ends a worker that runs out of memory from a callback of its own. Nobody tells us
	 * so, but a worker that ends so soon after has hardly recovered.
	 */
	if (a->is_worker && a->memory_file.fd >= 0 &&
	    ipm_monotonic_ns() - a->memory_ns < WORKER_ENDS_NS) {
		crash_publish_and_say(a, &a->memory_file, false, &path);
		ipm_buf_deinit(&path);
	}
	if (a->heap_limit_hooked && (a->memory == MEMORY_FINE || a->memory == MEMORY_LOW))
		v8_symbols()->remove_near_heap_limit(a->isolate, near_limit, 0);
	ipm_new_file_discard(&a->memory_file);
}
