/* SPDX-License-Identifier: MIT */
#ifndef IPM_DISCOVER_H
#define IPM_DISCOVER_H

/* Finding the inspector that a word of the user's means. */

#include <stdbool.h>

#include "ipm_base.h"

struct inspector_place {
	char host[257];
	int port;
	char path[257];	  /* without the first '/' */
	uint64_t pid;	  /* 0: not known */
	bool opened;	  /* the inspector was closed before */
	bool other_files; /* what the program calls a file is another file here */
	char targets
		[2048]; /* after IPM_ERR_NOT_FOUND: what there is to choose from, on lines of ours */
};

/*
 * `target`: PID (its inspector is opened with SIGUSR1 if need be; for one in a container this process
 * moves to the container's network), HOST:PORT, or ws://…. `choice`: which of several targets behind a
 * port, by id or a part of its title or URL; NULL: the only one. IPM_ERR_INVALID_ARGUMENT: none of
 * these.
 */
IPM_MUST_USE enum ipm_errc discover(const char *target, const char *choice,
				    struct inspector_place *ret, struct ipm_error *err);

/* Is anybody else connected there, besides us? Only for what was found by its PID. */
bool discover_is_shared(const struct inspector_place *place);

#endif
