/* SPDX-License-Identifier: MIT */
#ifndef IPM_PLAIN_H
#define IPM_PLAIN_H

/* Values and names in one line that harms no terminal: control characters come out escaped. */

#include "remote_object.h"

/*
 * Appends at most `max_units` of `str` (0: all), with "…" behind what was cut. Controls, bidi
 * overrides, line separators and lone surrogates as in JavaScript source: \n, \x1b, \u202e.
 */
void ipm_put_escaped_text(struct ipm_buf *out, struct ipm_str str, uint64_t max_units);
/* The same between quotes, which are then escaped too. */
void ipm_put_quoted_text(struct ipm_buf *out, struct ipm_str str, uint64_t max_units);

/*
 * Appends a step of a path: ".name" as " › name" (nothing before the first), "[3]" for an index,
 * "["odd name"]" for what is no identifier.
 */
void ipm_put_path_name(struct ipm_buf *out, struct ipm_str name);
bool ipm_is_identifier(struct ipm_str name);

/* A value in a few words: "A-17", 42, Order #17, Array(3) #18, function pay #19, <redacted>. */
IPM_MUST_USE enum ipm_errc ipm_put_value_line(struct ipm_cdp *cdp, const struct ipm_value *value,
					      uint64_t max_units, struct ipm_buf *out,
					      struct ipm_error *err);

#endif
