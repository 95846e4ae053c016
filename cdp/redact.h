/* SPDX-License-Identifier: MIT */
#ifndef IPM_CDP_REDACT_H
#define IPM_CDP_REDACT_H

/*
 * Keeps secrets out of crash files, at the source: by the names that values stand under, and by
 * what values look like. Best effort, on by default, counted.
 */

#include <stdbool.h>

#include "ipm_base.h"

/* A set of numbers other than 0. */
struct number_set {
	uint64_t *slots;
	size_t count; /* in use */
	size_t capacity;
};

struct redaction {
	bool on;
	uint64_t count;		  /* values replaced so far */
	struct number_set marked; /* ids of arrays and objects that hold secrets */
	struct number_set known;  /* hashes of the strings that were secrets */
};

void redaction_deinit(struct redaction *r);

/* Do values under this name have to go? "Api-Key", "x_access_token", "connect.sid", … */
bool redact_name(struct ipm_str name);
/* Does this text look like a secret, or contain one? */
bool redact_text(struct ipm_str text);

/* Everything in the object with this id is secret. Out of memory: forgotten. */
void redaction_mark(struct redaction *r, uint64_t id);
bool redaction_marked(const struct redaction *r, uint64_t id);

/* The same text is a secret in other places as well: in `arguments`, in lists, in Maps. */
void redaction_learn(struct redaction *r, struct ipm_str text);
bool redaction_knows(const struct redaction *r, struct ipm_str text);

#endif
