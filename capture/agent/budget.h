/* SPDX-License-Identifier: MIT */
#ifndef IPM_AGENT_BUDGET_H
#define IPM_AGENT_BUDGET_H

/*
 * What errors may cost that turn out to be handled. Three questions, each dearer than the one
 * before, are asked of every error: may we look where it comes from (nanoseconds), is that a
 * place whose errors were handled before (2 microseconds), may we hold its stack (milliseconds).
 */

#include <stdbool.h>
#include <stdint.h>

/* One for throws and one for rejections, so that a flood of these does not hide those. */
struct budget {
	uint64_t start_ns;
	uint64_t counted_ns; /* when credit was last counted */
	uint64_t look_ns;    /* when the look under way began */
	int64_t credit_ns;   /* for looks */
	uint64_t spent_ns;   /* on holds that came to nothing */
	unsigned skip;	     /* errors not to look at, unless time has passed since */
	uint64_t skip_since_ns;
};

enum { SITES_MAX = 1021 };

/* A hash of script and position of the top frames; a newcomer takes the place of an older one. */
struct site {
	uint64_t key;
	unsigned handled;
};

struct sites {
	struct site table[SITES_MAX];
};

void budget_start(struct budget *b);
/* True: look, then call budget_looked(). */
bool budget_look(struct budget *b);
void budget_looked(struct budget *b);
bool budget_hold(const struct budget *b);
/* Holds are paid in CPU time of this thread: a machine that is busy with others makes none dearer. */
uint64_t budget_cpu_ns(void);
void budget_spend(struct budget *b, uint64_t since_cpu_ns);

bool site_is_harmless(struct sites *sites, uint64_t key);
void site_was_handled(struct sites *sites, uint64_t key);

#endif
