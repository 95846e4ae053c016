/* SPDX-License-Identifier: MIT */
#ifndef IPM_COMPLETIONS_H
#define IPM_COMPLETIONS_H

#include "session.h"

/* The reply with all names of an object and its prototypes that begin with `prefix`. */
IPM_MUST_USE enum ipm_errc answer_completions(struct call *c, const struct ipm_object *object,
					      struct ipm_str prefix, struct ipm_error *err);

#endif
