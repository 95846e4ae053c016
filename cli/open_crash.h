/* SPDX-License-Identifier: MIT */
#ifndef IPM_OPEN_CRASH_H
#define IPM_OPEN_CRASH_H

/* What a user may write where a command takes FILE. */

#include "buf.h"
#include "ipm_reader.h"

#define OPEN_CRASH_HELP                                                                            \
	"FILE may also be a directory: its newest crash; a process id: that process's newest\n"    \
	"crash in $INSPMORT_DIR, or here; '-': standard input.\n"

/*
 * Opens it, or says on stderr why not. Returns -1 to go on, else the exit code. `ret_path`, which
 * may be NULL, gets the path of the crash file; none for standard input.
 */
int open_crash(const char *what, struct ipm_reader **ret, struct ipm_buf *ret_path);

#endif
