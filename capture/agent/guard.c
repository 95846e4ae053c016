/* SPDX-License-Identifier: MIT */
/* Making it safe to run JavaScript at places where V8 does not expect it. */
#include <pthread.h>
#include <string.h>

#include "agent.h"

enum {
	SPARE_BYTES = 300 * 1024, /* what a capture needs below the program's frames */
	LOW_BYTES = 64 * 1024,	  /* less than this below that: nothing to lend */
	PROBED_WORDS = 128,	  /* the isolate's beginning, where its stack guard lies */
};

/*
 * V8 has no getter for the stack limit. So: set another one, and see what stood where it now
 * stands, at the beginning of the isolate. 0: not found. The limit is afterwards `limit`.
 */
static uintptr_t exchange_limit(const struct v8_symbols *v8, struct v8_isolate *isolate,
				uintptr_t limit, uintptr_t low, uintptr_t high)
{
	uintptr_t before[PROBED_WORDS], after[PROBED_WORDS];
	size_t i;

	memcpy(before, isolate, sizeof(before));
	v8->set_stack_limit(isolate, limit);
	memcpy(after, isolate, sizeof(after));
	for (i = 0; i < PROBED_WORDS; i++)
		if (after[i] == limit && before[i] != limit && before[i] >= low && before[i] < high)
			return before[i];
	return 0;
}

/*
 * V8 keeps to about 1 MB of stack while the thread usually has 8. Near its limit, and after a
 * stack overflow, some of the rest is lent.
 */
static bool lend_stack(struct guard *g, const struct v8_symbols *v8)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0), low, high, wanted, old;
	pthread_attr_t attr;
	size_t size = 0;
	void *start = NULL;

	if (pthread_getattr_np(pthread_self(), &attr))
		return true;
	pthread_attr_getstack(&attr, &start, &size);
	pthread_attr_destroy(&attr);
	low = (uintptr_t)start;
	high = low + size;
	if (here < low || here - low < LOW_BYTES)
		return false;
	/* An odd value, so that no word of the isolate has it by chance. */
	wanted = (here - low > SPARE_BYTES + LOW_BYTES ? here - SPARE_BYTES : low + LOW_BYTES) | 1;
	old = exchange_limit(v8, g->agent->isolate, wanted, low, high);
	if (!old) {
		/* Unknown: what V8 gives itself by default, from where the thread began. */
		old = high - 984 * 1024;
		if (old > here - 8 * 1024)
			old = here - 8 * 1024;
	}
	if (old <= wanted) { /* there is enough */
		v8->set_stack_limit(g->agent->isolate, old);
		return true;
	}
	g->deep = here < old || here - old < LOW_BYTES;
	g->old_limit = old;
	return true;
}

bool guard_enter(struct guard *g, struct agent *a)
{
	const struct v8_symbols *v8 = v8_symbols();

	*g = (struct guard){.agent = a};
	if (a->busy || napi_open_handle_scope(a->env, &g->handles) != napi_ok)
		return false;
	if (!lend_stack(g, v8)) {
		napi_close_handle_scope(a->env, g->handles);
		return false;
	}
	a->busy = true;
	v8->allow_js_enter(&g->allow_js, a->isolate);
	v8->no_microtasks_enter(&g->no_microtasks, a->isolate, NULL);
	return true;
}

void guard_leave(struct guard *g)
{
	const struct v8_symbols *v8 = v8_symbols();

	v8->no_microtasks_leave(&g->no_microtasks);
	v8->allow_js_leave(&g->allow_js);
	if (g->old_limit)
		v8->set_stack_limit(g->agent->isolate, g->old_limit);
	napi_close_handle_scope(g->agent->env, g->handles);
	g->agent->busy = false;
}
