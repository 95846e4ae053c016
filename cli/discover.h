/* SPDX-License-Identifier: MIT */
#ifndef IPM_DISCOVER_H
#define IPM_DISCOVER_H

/* Finding the inspector that a word of the user's means. */

#include "ipm_base.h"

struct inspector_place {
	char host[257];
	int port;
	char path[257]; /* without the first '/' */
	uint64_t pid;	/* 0: not known */
};

/*
 * `target`: PID (its inspector is opened with SIGUSR1 if need be), HOST:PORT, or ws://….
 * IPM_ERR_INVALID_ARGUMENT: none of these.
 */
IPM_MUST_USE enum ipm_errc discover(const char *target, struct inspector_place *ret,
				    struct ipm_error *err);

#endif
