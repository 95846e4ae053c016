/* SPDX-License-Identifier: MIT */
#ifndef IPM_WATCH_H
#define IPM_WATCH_H

/*
 * Watches a program over its inspector, with all its worker threads: captures at each pause for an
 * exception, holds what it captured, and keeps it only if the thread dies of it.
 */

#include "ipm_capture.h"

struct watch;

struct watch_options {
	struct ipm_capture_options capture;
	uint64_t pid;	  /* for the files' names; 0: not known */
	bool own_program; /* we started it: its workers wait for us, and are stopped along with us */
	bool close_inspector; /* it is open for us alone */
	const char *armed;    /* said once crashes are waited for; may be NULL */
};

/* The channel outlives watch_run() and watch_now(), not more. */
IPM_MUST_USE enum ipm_errc watch_create(struct ipm_channel *channel,
					const struct watch_options *opts, struct watch **ret,
					struct ipm_error *err);
void watch_destroy(struct watch *w); /* NULL is fine */

/* Until the end of the program; lets it start if it waits for a debugger. */
void watch_run(struct watch *w);
/* Pauses thread after thread, takes its state, lets it go on. */
void watch_now(struct watch *w);
/* Ends watch_run(); signal handlers may call it. */
void watch_interrupt(struct watch *w);

/*
 * The program is dead: publishes the capture of its death, removes the others. False: there was no
 * file at all, none of a worker's either. `wait_status` as from waitpid(), -1: not known.
 */
bool watch_settle(struct watch *w, int wait_status);

#endif
