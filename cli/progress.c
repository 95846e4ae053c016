/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"

#define EVERY_NS UINT64_C(100000000)

static bool shown;

static void show(void *self, uint64_t done, uint64_t total)
{
	static uint64_t last;
	uint64_t now = ipm_monotonic_ns();

	(void)self;
	if (last && now - last < EVERY_NS)
		return;
	last = now;
	shown = true;
	fprintf(stderr, "\rinspmort: %u %%\033[K",
		(unsigned)(total ? (double)done * 100 / (double)total : 0));
}

progress_fn *progress_on_terminal(void)
{
	return isatty(STDERR_FILENO) ? show : NULL;
}

void progress_clear(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}
