/* SPDX-License-Identifier: MIT */
#ifndef IPM_DIFF_INTERNAL_H
#define IPM_DIFF_INTERNAL_H

#include "diff.h"
#include "output.h"
#include "plain.h"

struct diff_side {
	struct ipm_reader *reader;
	struct ipm_heap heap;
	struct ipm_cdp cdp;
};

struct diff {
	struct diff_side a, b;
	const struct ipm_diff_options *opts;
	struct ipm_output *out;
	uint64_t count;	       /* differences in all */
	uint64_t in_frame;     /* in this frame */
	struct ipm_buf header; /* of the frame; written with its first difference */
	struct ipm_buf path;
	uint64_t *seen; /* pairs of objects compared in this frame */
	size_t seen_count, seen_capacity;
	struct {
		uint64_t a, b;
	} scopes[256]; /* pairs compared in frames further in, which share them */
	size_t scope_count;
	uint64_t work; /* pairs compared in this frame */
	struct ipm_error *err;
};

/* One line of either side; `a` or `b` may be empty: then only the other is written. */
void diff_lines(struct diff *d, struct ipm_str a, struct ipm_str b);
/* Compares two values under d->path. */
IPM_MUST_USE enum ipm_errc diff_values(struct diff *d, const struct ipm_value *a,
				       const struct ipm_value *b, unsigned depth);
/* Variables of two scopes, or properties of two objects, by name. */
IPM_MUST_USE enum ipm_errc diff_objects(struct diff *d, uint64_t a, uint64_t b, unsigned depth);

#endif
