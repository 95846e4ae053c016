/* SPDX-License-Identifier: MIT */
#ifndef IPM_CLOCK_H
#define IPM_CLOCK_H

/* Two clocks: budgets use the monotonic one, so that a clock that jumps harms nothing. */

#include <stdint.h>

uint64_t ipm_monotonic_ns(void);
uint64_t ipm_realtime_ns(void); /* since 1970-01-01 UTC */

/*
 * "2026-11-23T04:27:01.123Z" into `ret` (at least 25 bytes). Times outside the years 0 to
 * 9999 come out as the nearest that fits.
 */
void ipm_format_time(uint64_t realtime_ns, char *ret, unsigned capacity);

#endif
