/* SPDX-License-Identifier: MIT */
/*
 * When the event loop turns, Node has decided about every error of the turn before: what is
 * still held then was handled. A timer of libuv's sees the turn without any JavaScript, so that
 * neither async_hooks nor fake timers notice, and it does not keep the process alive.
 */
#include <stdlib.h>
#include <uv.h>

#include "agent.h"
#include "clock.h"

/* A handler of uncaught errors may end the process, after having told somebody. */
#define HANDLER_MS 10000

void forget_confirmed(struct agent *a)
{
	hold_release(&a->confirmed, &a->session);
	if (a->confirmed_error)
		napi_delete_reference(a->env, a->confirmed_error);
	a->confirmed_error = NULL;
}

/* References need an object to refer to: an error that is none travels in an array. */
void confirm(struct agent *a, const char *reason, struct hold hold, napi_value error)
{
	napi_value box;

	forget_confirmed(a);
	a->confirmed = hold;
	a->confirmed_reason = reason;
	a->confirmed_ns = ipm_monotonic_ns();
	if (napi_create_array_with_length(a->env, 1, &box) != napi_ok ||
	    napi_set_element(a->env, box, 0, error) != napi_ok ||
	    napi_create_reference(a->env, box, 1, &a->confirmed_error) != napi_ok)
		a->confirmed_error = NULL;
}

napi_value confirmed_error(struct agent *a)
{
	napi_value box, error;

	if (!a->confirmed_error ||
	    ipm_monotonic_ns() - a->confirmed_ns > HANDLER_MS * UINT64_C(1000000) ||
	    napi_get_reference_value(a->env, a->confirmed_error, &box) != napi_ok ||
	    napi_get_element(a->env, box, 0, &error) != napi_ok)
		return NULL;
	return error;
}

static void settle(uv_timer_t *timer)
{
	struct agent *a = timer->data;
	uint64_t next_ms = UINT64_MAX;
	struct guard guard;

	if (!guard_enter(&guard, a)) {
		settle_later(a);
		return;
	}
	a->in_handler = false;
	deferred_discard(a);
	if (a->candidate.taken) {
		site_was_handled(&a->sites, a->candidate_site);
		hold_release(&a->candidate, &a->session);
	}
	hold_release(&a->thrown, &a->session);
	(void)rejection_confirm(a);
	rejections_settle(a);
	if (debugger_is_due(a, &next_ms))
		debugger_stop(a);
	if (a->confirmed_error) {
		uint64_t age_ms = (ipm_monotonic_ns() - a->confirmed_ns) / 1000000;

		if (age_ms >= HANDLER_MS)
			forget_confirmed(a);
		else if (next_ms > HANDLER_MS - age_ms)
			next_ms = HANDLER_MS - age_ms;
	}
	if (next_ms != UINT64_MAX && !uv_timer_start(timer, settle, next_ms, 0))
		uv_unref((uv_handle_t *)timer);
	guard_leave(&guard);
}

void settle_later(struct agent *a)
{
	uv_loop_t *loop;

	if (!a->timer) {
		if (napi_get_uv_event_loop(a->env, &loop) != napi_ok)
			return;
		a->timer = malloc(sizeof(*a->timer));
		if (!a->timer)
			return;
		if (uv_timer_init(loop, a->timer)) {
			free(a->timer);
			a->timer = NULL;
			return;
		}
		a->timer->data = a;
		uv_unref((uv_handle_t *)a->timer);
	}
	if (!uv_is_active((uv_handle_t *)a->timer) || uv_timer_get_due_in(a->timer) > 0)
		uv_timer_start(a->timer, settle, 0, 0);
}

static void free_timer(uv_handle_t *handle)
{
	free(handle);
}

void settle_stop(struct agent *a)
{
	if (a->timer)
		uv_close((uv_handle_t *)a->timer, free_timer);
	a->timer = NULL;
}
