/* SPDX-License-Identifier: MIT */
/*
 * Promises rejected without a handler. V8 calls while the stack is intact; whether somebody
 * handles the rejection is known only when the microtask queue is empty and Node has looked at
 * what is left.
 */
#include "agent.h"

enum { PROMISE, REASON };

static napi_value member(struct agent *a, const struct rejection *r, uint32_t index)
{
	napi_value box, value;

	if (napi_get_reference_value(a->env, r->box, &box) != napi_ok ||
	    napi_get_element(a->env, box, index, &value) != napi_ok)
		return NULL;
	return value;
}

static bool was_handled(struct agent *a, const struct rejection *r)
{
	napi_value promise = member(a, r, PROMISE);

	return promise && v8_symbols()->promise_has_handler(promise);
}

static void drop(struct agent *a, unsigned index)
{
	struct rejection *r = &a->rejections[index];

	site_was_handled(&a->sites, r->site);
	hold_release(&r->hold, &a->session);
	napi_delete_reference(a->env, r->box);
	for (a->rejection_count--; index < a->rejection_count; index++)
		a->rejections[index] = a->rejections[index + 1];
}

/* Room for one more, and no second hold of the same place or reason. */
static bool make_room(struct agent *a, uint64_t site, napi_value reason)
{
	unsigned i = 0;

	while (i < a->rejection_count) {
		const struct rejection *r = &a->rejections[i];
		napi_value known = member(a, r, REASON);
		bool same = false;

		/* The same error on its way up: what was held first is the most telling. */
		if (known && napi_strict_equals(a->env, known, reason, &same) == napi_ok && same)
			return false;
		if (r->site == site && was_handled(a, r))
			drop(a, i);
		else
			i++;
	}
	for (i = 0; a->rejection_count == REJECTIONS_MAX && i < REJECTIONS_MAX; i++)
		if (was_handled(a, &a->rejections[i]))
			drop(a, i);
	return a->rejection_count < REJECTIONS_MAX && !site_is_harmless(&a->sites, site);
}

static void hold(struct agent *a, uint64_t site, napi_value promise, napi_value reason)
{
	struct rejection r = {.site = site};
	struct guard guard;
	napi_value box;

	if (!guard_enter(&guard, a))
		return;
	if (make_room(a, site, reason) && agent_hold(a, &r.hold, guard.deep, NULL) == IPM_OK) {
		if (napi_create_array_with_length(a->env, 2, &box) == napi_ok &&
		    napi_set_element(a->env, box, PROMISE, promise) == napi_ok &&
		    napi_set_element(a->env, box, REASON, reason) == napi_ok &&
		    napi_create_reference(a->env, box, 1, &r.box) == napi_ok)
			a->rejections[a->rejection_count++] = r;
		else
			hold_release(&r.hold, &a->session);
	}
	guard_leave(&guard);
}

void rejection_begins(struct agent *a, napi_value promise, napi_value reason)
{
	napi_handle_scope scope;
	uint64_t start_ns, site;

	if (a->busy || !budget_look(&a->rejection_budget))
		return;
	if (napi_open_handle_scope(a->env, &scope) != napi_ok)
		return;
	site = where_are_we(a);
	budget_looked(&a->rejection_budget);
	if (site && !site_is_harmless(&a->sites, site) && budget_hold(&a->rejection_budget)) {
		start_ns = budget_cpu_ns();
		hold(a, site, promise, reason);
		budget_spend(&a->rejection_budget, start_ns);
		settle_later(a);
	}
	napi_close_handle_scope(a->env, scope);
}

struct hold rejection_claim(struct agent *a, napi_value error)
{
	struct hold claimed = {0};
	unsigned i, found = REJECTIONS_MAX;

	for (i = 0; i < a->rejection_count && found == REJECTIONS_MAX; i++) {
		napi_value reason = member(a, &a->rejections[i], REASON);
		bool same = false;

		if (reason && napi_strict_equals(a->env, reason, error, &same) == napi_ok && same)
			found = i;
	}
	/* Node wraps a reason that is no Error; it goes through the rejections in their order. */
	for (i = 0; i < a->rejection_count && found == REJECTIONS_MAX; i++) {
		napi_value reason = member(a, &a->rejections[i], REASON);
		bool is_error = true;

		if (reason && napi_is_error(a->env, reason, &is_error) == napi_ok && !is_error &&
		    !was_handled(a, &a->rejections[i]))
			found = i;
	}
	if (found < REJECTIONS_MAX) {
		claimed = a->rejections[found].hold;
		a->rejections[found].hold = (struct hold){0};
		drop(a, found);
	}
	return claimed;
}

/*
 * A rejection that stays unhandled while the process goes on: a listener has it, or nobody
 * cares.
 */
bool rejection_confirm(struct agent *a)
{
	unsigned i;

	for (i = 0; i < a->rejection_count; i++) {
		struct rejection *r = &a->rejections[i];
		napi_value reason = member(a, r, REASON);

		if (!reason || was_handled(a, r))
			continue;
		confirm(a, "promiseRejection", r->hold, reason);
		r->hold = (struct hold){0};
		drop(a, i);
		return true;
	}
	return false;
}

unsigned rejections_pending(struct agent *a, napi_value reasons, struct hold **ret_holds)
{
	unsigned i, count = 0;

	for (i = 0; i < a->rejection_count; i++) {
		struct rejection *r = &a->rejections[i];
		napi_value reason = member(a, r, REASON);

		if (reason && !was_handled(a, r) &&
		    napi_set_element(a->env, reasons, count, reason) == napi_ok)
			ret_holds[count++] = &r->hold;
	}
	return count;
}

void rejections_settle(struct agent *a)
{
	while (a->rejection_count)
		drop(a, 0);
}
