/* SPDX-License-Identifier: MIT */
#ifndef IPM_WATCHDOG_H
#define IPM_WATCHDOG_H

/*
 * A process that lets the watched program go when we no longer can, be it that we hang in a
 * pause, were stopped, or were killed. Closing the connection is enough for the main thread. Node
 * leaves workers paused, and armed, for ever when their debugger just vanishes: they are
 * released one by one, over our connection, which the process keeps open beyond our end.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct watchdog_news;

struct watchdog {
	pid_t pid;		    /* 0: none */
	int fd;			    /* closing it lets the dog know of our end */
	struct watchdog_news *news; /* shared with it */
};

/*
 * `connection` is the WebSocket's descriptor. `apart`: what stops us from the terminal does not
 * stop the program. Without a dog (out of processes) all goes on unguarded.
 */
struct watchdog watchdog_start(int connection, bool apart);
/* Within so much time the pause must be over, or we are killed. UINT64_MAX: no limit, or no pause. */
void watchdog_expect(struct watchdog *w, uint64_t after_ms);
/* There is one more session of NodeWorker. */
void watchdog_count_worker(struct watchdog *w);
/* The dog goes. Unless all workers are `released`, it sees to that first. */
void watchdog_stop(struct watchdog *w, bool released);

#endif
