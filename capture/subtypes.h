/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_SUBTYPES_H
#define IPM_CAPTURE_SUBTYPES_H

#include "walker.h"

/*
 * Runtimes without Node's internals (browsers, Deno): tells the walker which of the next `count`
 * objects are proxies, promises, generators, before it looks at them. JavaScript cannot find out
 * without running a proxy's traps.
 */
IPM_MUST_USE enum ipm_errc subtypes_tell(struct walker *w, uint64_t count, struct ipm_error *err);

#endif
