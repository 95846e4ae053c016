/* SPDX-License-Identifier: MIT */
#include "budget.h"

#include <time.h>

#include "clock.h"

enum {
	SAVED_NS = 200000,   /* time for looking that a quiet while saves up: some hundred looks */
	LOOK_MAX_NS = 20000, /* what took longer, others took: a look is some microseconds */
	LOOK_SHARE = 128,    /* looks may take one part in so many of the time */
	SKIPPED = 64,	     /* when it is spent, so many errors do not even ask the clock */
	MAX_SKIP_NS = 8000000, /* two ticks of the coarse clock */
	HOLD_START_MS = 100,   /* for holds, before the process has earned anything */
	HOLD_SHARE = 200,      /* holds that came to nothing, one part in so many of its life */
	HANDLED_ENOUGH = 2,    /* a site whose errors were handled so often is left alone */
};

static uint64_t coarse_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void budget_start(struct budget *b)
{
	*b = (struct budget){.start_ns = ipm_monotonic_ns(), .credit_ns = SAVED_NS};
	b->counted_ns = b->start_ns;
}

bool budget_look(struct budget *b)
{
	uint64_t now_ns, earned_ns;

	/*
	 * The coarse clock costs a quarter of the fine one; it ends the skipping of a flood that
	 * is over.
	 */
	if (b->skip && coarse_ns() - b->skip_since_ns < MAX_SKIP_NS) {
		b->skip--;
		return false;
	}
	now_ns = ipm_monotonic_ns();
	earned_ns = (now_ns - b->counted_ns) / LOOK_SHARE;
	b->counted_ns = now_ns;
	if (earned_ns > SAVED_NS)
		earned_ns = SAVED_NS;
	b->credit_ns += (int64_t)earned_ns;
	if (b->credit_ns > SAVED_NS)
		b->credit_ns = SAVED_NS;
	if (b->credit_ns <= 0) {
		b->skip = SKIPPED;
		b->skip_since_ns = coarse_ns();
		return false;
	}
	b->look_ns = now_ns;
	return true;
}

void budget_looked(struct budget *b)
{
	uint64_t took_ns = ipm_monotonic_ns() - b->look_ns;

	b->credit_ns -= (int64_t)(took_ns < LOOK_MAX_NS ? took_ns : LOOK_MAX_NS);
}

bool budget_hold(const struct budget *b)
{
	uint64_t age_ns = ipm_monotonic_ns() - b->start_ns;

	return b->spent_ns <= (uint64_t)HOLD_START_MS * 1000000 + age_ns / HOLD_SHARE;
}

uint64_t budget_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void budget_spend(struct budget *b, uint64_t since_cpu_ns)
{
	b->spent_ns += budget_cpu_ns() - since_cpu_ns;
}

static struct site *find(struct sites *sites, uint64_t key)
{
	return &sites->table[(key ^ key >> 17) % SITES_MAX];
}

bool site_is_harmless(struct sites *sites, uint64_t key)
{
	const struct site *site = find(sites, key);

	return site->key == key && site->handled >= HANDLED_ENOUGH;
}

void site_was_handled(struct sites *sites, uint64_t key)
{
	struct site *site = find(sites, key);

	if (site->key != key)
		*site = (struct site){.key = key};
	if (site->handled < HANDLED_ENOUGH)
		site->handled++;
}
