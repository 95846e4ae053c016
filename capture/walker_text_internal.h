/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_WALKER_TEXT_INTERNAL_H
#define IPM_CAPTURE_WALKER_TEXT_INTERNAL_H

/* What values and records of the walker's text are made of. */

#include "walker_text.h"

/* Says what is wrong, and how far from the end. */
enum ipm_errc walker_text_bad(const struct walker_text *w, const char *what, struct ipm_error *err);
IPM_MUST_USE enum ipm_errc walker_text_expect(struct walker_text *w, char c, struct ipm_error *err);
/* length ":" units, borrowed from the answer. */
IPM_MUST_USE enum ipm_errc walker_text_units(struct walker_text *w, struct ipm_str *ret,
					     uint64_t *ret_units, struct ipm_error *err);
IPM_MUST_USE enum ipm_errc walker_text_name(struct walker_text *w, struct known_name *ret,
					    struct ipm_error *err);
/* Makes *ret a hole, and counts it. */
void walker_text_omit(struct walker_text *w, enum ipm_reason reason, uint64_t size,
		      struct ipm_str type, struct ipm_value *ret);

#endif
