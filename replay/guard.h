/* SPDX-License-Identifier: MIT */
#ifndef IPM_GUARD_H
#define IPM_GUARD_H

/*
 * Who may talk to us. A page of another site can make the user's browser connect to loopback;
 * what it cannot do is choose the Host and Origin that the browser sends.
 */

#include <stdbool.h>

#include "ipm_base.h"

/*
 * Is a Host header one that no DNS name can stand behind: an IP address or localhost, with an
 * optional port? Empty, as from a client without the header, is fine.
 */
bool guard_host(struct ipm_str host);

/* Is an Origin header that of our own pages, of a local DevTools, or absent? */
bool guard_origin(struct ipm_str origin, struct ipm_str host);

/* Equal, in a time that does not tell where they differ. */
bool guard_same_secret(struct ipm_str a, struct ipm_str b);

/* Is this address one that only this machine can reach? */
bool guard_is_loopback(const char *host);

/* Random version 4 UUID text. False when the system has no randomness to give. */
bool guard_random_id(char ret[37]);

#endif
