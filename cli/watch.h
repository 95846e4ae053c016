/* SPDX-License-Identifier: MIT */
#ifndef IPM_WATCH_H
#define IPM_WATCH_H

/*
 * Watches a program over its inspector: captures at each pause for an exception, holds what it
 * captured, and keeps it only if the program dies of it.
 */

#include "ipm_capture.h"

struct watch;

/* The channel outlives watch_run(), not more. `pid`: for the file's name. */
IPM_MUST_USE enum ipm_errc watch_create(struct ipm_channel *channel,
					const struct ipm_capture_options *opts, uint64_t pid,
					struct watch **ret, struct ipm_error *err);
void watch_destroy(struct watch *w); /* NULL is fine */

/* From "waiting for the debugger" to the end of the program. */
void watch_run(struct watch *w);

/* The program is dead: publishes the capture of its death, removes the others. */
void watch_settle(struct watch *w, int wait_status);

#endif
