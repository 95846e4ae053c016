/* SPDX-License-Identifier: MIT */
/*
 * A throw that V8 predicts to be uncaught may be caught after all, by native code. Such captures are for nothing: all
 * of them together may take this much of the process's time.
 */
#include "agent.h"
#include "clock.h"

#define START_NS UINT64_C(100000000) /* before the process has earned anything */
#define SHARE	 200		     /* one part in so many of its life */

bool budget_allows(const struct agent *a)
{
	uint64_t age_ns = ipm_monotonic_ns() - a->armed_ns;

	return a->spent_ns <= START_NS + age_ns / SHARE;
}

void budget_spend(struct agent *a, uint64_t since_ns)
{
	a->spent_ns += ipm_monotonic_ns() - since_ns;
}
