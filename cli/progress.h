/* SPDX-License-Identifier: MIT */
#ifndef IPM_PROGRESS_H
#define IPM_PROGRESS_H

/* How far a long command is: one line on a terminal's stderr, never elsewhere, gone at the end. */

#include <stdint.h>

typedef void progress_fn(void *self, uint64_t done, uint64_t total);

/* To be called now and then; NULL when there is nobody to see it. */
progress_fn *progress_on_terminal(void);
/* Takes the line away: at the end, and before anything else is printed. */
void progress_clear(void);

#endif
