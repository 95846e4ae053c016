/* SPDX-License-Identifier: MIT */
#ifndef IPM_WATCHDOG_H
#define IPM_WATCHDOG_H

/*
 * A process that bounds how long a program stays paused: if the capture is not over in time, be it
 * that we hang or were stopped, it kills us, which closes the connection and lets the program go.
 */

#include <stdint.h>
#include <sys/types.h>

struct watchdog {
	pid_t pid; /* 0: none */
	int fd;	   /* closing it calls the dog off */
};

/* Without one (out of processes) the capture goes on unguarded. */
struct watchdog watchdog_start(uint64_t after_ms);
void watchdog_stop(struct watchdog *w);

#endif
