/* SPDX-License-Identifier: MIT */
#ifndef IPM_CLI_OUTPUT_H
#define IPM_CLI_OUTPUT_H

/*
 * Where `-o OUT` goes: to stdout for "-"; to a file that appears under its name only when it is
 * complete, also when somebody presses Ctrl-C; straight into what is a pipe or a device.
 * One at a time.
 */

#include <stdbool.h>

#include "io.h"

struct cli_output {
	int fd; /* write here */
	const char *path;
	struct ipm_new_file file;
};

/* `binary`: not to a terminal. Messages do not name the path. */
IPM_MUST_USE enum ipm_errc cli_output_begin(const char *path, bool binary, struct cli_output *ret,
					    struct ipm_error *err);
void cli_output_discard(struct cli_output *out);
/* Publishes it if `rc` says that all went well, else removes it. Returns the first failure. */
IPM_MUST_USE enum ipm_errc cli_output_end(struct cli_output *out, enum ipm_errc rc,
					  struct ipm_error *err);

/* What messages call it. */
const char *cli_output_name(const char *path);

#endif
