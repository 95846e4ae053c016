/* SPDX-License-Identifier: MIT */
#ifndef IPM_REDACT_FILE_H
#define IPM_REDACT_FILE_H

/* Copies a crash file without its secrets, by the same rules as at capture (cdp/redact.h). */

#include "ipm_reader.h"
#include "ipm_writer.h"

struct ipm_redact_options {
	const char *names; /* more names whose values go, with commas between; may be NULL */
	/* Called now and then with objects done and in all; may be NULL. */
	void (*progress)(void *self, uint64_t done, uint64_t total);
	void *progress_self;
};

struct ipm_redact_result {
	uint64_t redacted; /* values taken out now */
	uint64_t before;   /* that were redacted already */
	uint64_t lost;	   /* objects and pieces that could not be read: the source is damaged */
};

/*
 * Ids stay what they are. Source code is copied as it is. `opts` may be NULL; `sink` gets a whole
 * file or, on failure, a cut one.
 */
IPM_MUST_USE enum ipm_errc ipm_redact_file(struct ipm_reader *reader,
					   const struct ipm_redact_options *opts,
					   struct ipm_sink sink, struct ipm_redact_result *ret,
					   struct ipm_error *err);

#endif
