/* SPDX-License-Identifier: MIT */
#ifndef IPM_CDP_REDACT_JSON_H
#define IPM_CDP_REDACT_JSON_H

#include "buf.h"
#include "redact.h"

/*
 * Copies a JSON document without its secrets, which become "[redacted]", and without members
 * named `leave_out` (NULL: none). IPM_ERR_BAD_DATA: it is no JSON.
 */
IPM_MUST_USE enum ipm_errc redact_json(struct redaction *r, struct ipm_str text,
				       const char *leave_out, struct ipm_buf *ret,
				       struct ipm_error *err);

#endif
