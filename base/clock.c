/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <stdio.h>
#include <time.h>

#define NS_PER_S 1000000000u

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts = {0};

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t ipm_monotonic_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t ipm_realtime_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

void ipm_format_time(uint64_t realtime_ns, char *ret, unsigned capacity)
{
	const uint64_t last_second = 253402300799u; /* 9999-12-31T23:59:59Z */
	uint64_t second = realtime_ns / NS_PER_S;
	time_t t = (time_t)(second < last_second ? second : last_second);
	struct tm tm = {0};

	gmtime_r(&t, &tm);
	snprintf(ret, capacity, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		 (unsigned)(realtime_ns % NS_PER_S / 1000000u));
}
