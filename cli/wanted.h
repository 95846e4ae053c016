/* SPDX-License-Identifier: MIT */
#ifndef IPM_WANTED_H
#define IPM_WANTED_H

/* --on: which pauses of a watched program are worth a file. */

#include <stdbool.h>

#include "json.h"
#include "match.h"

struct wanted {
	bool uncaught, rejection, oom;
	bool caught;	    /* exceptions that match, whether handled or not */
	bool has_pattern;   /* else all of them match */
	uint64_t max_files; /* of caught ones */
	struct ipm_match match;
};

/*
 * From INSPMORT_ON ("uncaught,rejection,oom", "all", "caught=PATTERN"; the pattern is the rest of
 * it, "/…/" a POSIX extended regular expression) and INSPMORT_MAX_FILES. IPM_ERR_INVALID_ARGUMENT.
 */
IPM_MUST_USE enum ipm_errc wanted_from_env(struct wanted *ret, struct ipm_error *err);
void wanted_deinit(struct wanted *w);

/* The state of Debugger.setPauseOnExceptions. `resting`: caught ones are left alone for now. */
const char *wanted_state(const struct wanted *w, bool resting);

/* Does an exception (a RemoteObject) match, by its class or by "Name: message"? */
bool wanted_matches(struct wanted *w, struct ipm_json_ref exception);

#endif
