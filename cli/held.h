/* SPDX-License-Identifier: MIT */
#ifndef IPM_HELD_H
#define IPM_HELD_H

/* Captures of which it is not known yet whether the program dies of them. */

#include <stdbool.h>

#include "buf.h"
#include "io.h"

#define MAX_HELD 4

struct held {
	struct ipm_new_file file;
	struct ipm_buf what; /* the exception as the protocol words it */
	uint64_t at_ns;
	bool fatal; /* Node says so */
	bool oom;
	bool cut; /* the target died meanwhile */
};

/* The oldest first. Zeroed: empty. */
struct held_list {
	struct held at[MAX_HELD];
	size_t count;
};

/* A place for one more; the oldest that is not known to be fatal goes. */
struct held *held_add(struct held_list *list);
void held_drop_last(struct held_list *list);
void held_clear(struct held_list *list);

/* The program dies of this exception. The list is not empty. */
void held_mark_fatal(struct held_list *list, struct ipm_str what);

/*
 * Which capture tells of a death with this wait status (-1: not known). `only_known`: the program
 * lives on, as far as we know. NULL: none does.
 */
struct held *held_of_death(struct held_list *list, int wait_status, bool only_known);

/* Gives the file its name, with `suffix` before the random part, and says so. False: said why not. */
bool held_publish(struct held *h, uint64_t pid, const char *suffix);

#endif
