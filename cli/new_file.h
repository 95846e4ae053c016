/* SPDX-License-Identifier: MIT */
#ifndef IPM_CLI_NEW_FILE_H
#define IPM_CLI_NEW_FILE_H

#include "io.h"

/*
 * ipm_new_file_create beside `path`, for commands with -o: an unfinished file does not stay
 * behind when somebody presses Ctrl-C. One at a time; publish it with ipm_new_file_publish.
 */
IPM_MUST_USE enum ipm_errc cli_new_file(const char *path, struct ipm_new_file *ret,
					struct ipm_error *err);
/* Discards what was not published. */
void cli_end_file(struct ipm_new_file *file);

#endif
