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

/*
 * Until the end of the program; lets it start if it waits for a debugger. `armed` (may be NULL) is
 * said once crashes are waited for.
 */
void watch_run(struct watch *w, const char *armed);
/* Pauses the program, takes its state, lets it go on. */
void watch_now(struct watch *w);
/* Setting it to true, from a signal handler for example, ends watch_run(). */
bool *watch_stop_flag(struct watch *w);

/*
 * The program is dead: publishes the capture of its death, removes the others. False: there is
 * none. `wait_status` as from waitpid(), -1: not known.
 */
bool watch_settle(struct watch *w, int wait_status);

#endif
