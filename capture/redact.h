/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_REDACT_H
#define IPM_CAPTURE_REDACT_H

/*
 * Keeps secrets out of crash files, at the source: by the names that values stand under, and by
 * what values look like. Best effort, on by default, counted.
 */

#include <stdbool.h>

#include "ipm_base.h"

struct redaction {
	bool on;
	uint64_t count;	   /* values replaced so far */
	uint64_t *marked;  /* hash set of ids of arrays and objects that hold secrets */
	size_t mark_count; /* in use */
	size_t mark_capacity;
};

void redaction_deinit(struct redaction *r);

/* Do values under this name have to go? "Api-Key", "x_access_token", "connect.sid", … */
bool redact_name(struct ipm_str name);
/* Does this text look like a secret, or contain one? */
bool redact_text(struct ipm_str text);

/* Everything in the object with this id is secret. Out of memory: forgotten. */
void redaction_mark(struct redaction *r, uint64_t id);
bool redaction_marked(const struct redaction *r, uint64_t id);

#endif
