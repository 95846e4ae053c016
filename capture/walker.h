/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_WALKER_H
#define IPM_CAPTURE_WALKER_H

/* The walker in the target, as seen from here: installed once, then asked. */

#include "target.h"

struct walker {
	struct target *target;
	struct ipm_buf handle;	/* its objectId; empty: not installed */
	struct ipm_buf process; /* the process object's objectId; empty: none */
	bool pristine;		/* it got hold of Node's own builtins */
};

struct walker_options {
	uint64_t max_string;
	uint64_t max_elements;
	uint64_t max_bytes;
	uint64_t room;		       /* characters of text in one record */
	struct ipm_str closed_scripts; /* ids, a comma behind each: their closures stay out */
	struct ipm_str helpers;	       /* see ipm_capture_helpers; empty: none */
};

IPM_MUST_USE enum ipm_errc walker_install(struct walker *w, const struct walker_options *opts,
					  struct ipm_error *err);
/* Gives the target its memory back, if it still listens. */
void walker_remove(struct walker *w);

/* One of the walker's methods whose answer is text; appended, decoded, to `ret`. */
IPM_MUST_USE enum ipm_errc walker_ask(struct walker *w, struct ipm_buf *ret, struct ipm_error *err,
				      const char *declaration);
/* The same in two steps, for arguments in between. */
void walker_begin(struct walker *w, const char *declaration);
IPM_MUST_USE enum ipm_errc walker_end(struct walker *w, struct ipm_buf *ret, struct ipm_error *err);
/* The records of the next objects: at most `count` of them, about `chars` characters. */
IPM_MUST_USE enum ipm_errc walker_step(struct walker *w, uint64_t count, uint64_t chars,
				       struct ipm_buf *ret, struct ipm_error *err);

#endif
