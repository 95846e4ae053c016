/* SPDX-License-Identifier: MIT */
#ifndef IPM_DISCOVER_INTERNAL_H
#define IPM_DISCOVER_INTERNAL_H

#include "discover.h"

/* discover_list.c: one of the targets behind a port; `choice` as for discover(). */
IPM_MUST_USE enum ipm_errc discover_at_port(const char *host, int port, const char *choice,
					    struct inspector_place *ret, struct ipm_error *err);
/* discover_pid.c */
IPM_MUST_USE enum ipm_errc discover_at_pid(uint64_t pid, struct inspector_place *ret,
					   struct ipm_error *err);

#endif
