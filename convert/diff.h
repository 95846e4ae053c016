/* SPDX-License-Identifier: MIT */
#ifndef IPM_DIFF_H
#define IPM_DIFF_H

/*
 * What differs between two crashes: the process, the error, the frames, and in frames that both
 * have, the variables and what they hold.
 */

#include "ipm_convert.h"

struct ipm_diff_options {
	unsigned depth; /* references from a variable; 0: 3 */
	uint64_t limit; /* differences shown in a frame; 0: no limit */
	bool full;	/* variables of Node's own frames, too */
};

/*
 * Lines as in a unified diff: "- " for what the first has, "+ " for the second, "  " before the
 * frames that both have. *ret is the number of differences, of which those of time and process id
 * are none.
 */
IPM_MUST_USE enum ipm_errc ipm_diff(struct ipm_reader *first, struct ipm_reader *second,
				    const struct ipm_diff_options *opts,
				    struct ipm_convert_sink sink, uint64_t *ret,
				    struct ipm_error *err);

#endif
