/* SPDX-License-Identifier: MIT */
#ifndef IPM_MATCH_H
#define IPM_MATCH_H

/* Does text contain a pattern: plain text, or a POSIX extended regular expression. */

#include <regex.h>
#include <stdbool.h>

#include "buf.h"
#include "ipm_base.h"

struct ipm_match {
	struct ipm_str text; /* plain text, folded when case does not matter */
	bool ignore_case;
	bool is_regex;
	regex_t regex;
	struct ipm_buf copy; /* regexec wants its end marked; also the folded pattern */
	struct ipm_buf folded;
};

/* IPM_ERR_INVALID_ARGUMENT: an empty pattern, or no regular expression, with the reason. */
IPM_MUST_USE enum ipm_errc ipm_match_init(struct ipm_match *m, struct ipm_str pattern, bool regex,
					  bool ignore_case, struct ipm_error *err);
void ipm_match_deinit(struct ipm_match *m);

bool ipm_match_text(struct ipm_match *m, struct ipm_str text);
/* Where the first match starts, in bytes; SIZE_MAX: nowhere. */
size_t ipm_match_find(struct ipm_match *m, struct ipm_str text);
/* For what is not text: numbers and the like match as a whole unless a regex says otherwise. */
bool ipm_match_word(struct ipm_match *m, struct ipm_str word);

#endif
