/* SPDX-License-Identifier: MIT */
#ifndef IPM_AGENT_HEADROOM_H
#define IPM_AGENT_HEADROOM_H

/*
 * How much memory there is before the kernel kills the process: by the limits of its control
 * groups (version 1 and 2), and what the machine has. A capture must not be what brings a dying
 * process over it: its exit code would not be its own.
 */

#include "ipm_base.h"
#include "ipm_capture.h"

/* UINT64_MAX: no limit known. Reads a handful of small files, some 50 microseconds. */
uint64_t headroom_bytes(void);

/* Whether the stack of a throw may be held. */
IPM_MUST_USE enum ipm_errc headroom_for_hold(struct ipm_error *err);
/* Lowers the limits of a capture to what fits, where memory is short. */
IPM_MUST_USE enum ipm_errc headroom_for_capture(struct ipm_capture_limits *limits,
						struct ipm_error *err);

#endif
