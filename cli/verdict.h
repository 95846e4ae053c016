/* SPDX-License-Identifier: MIT */
#ifndef IPM_CLI_VERDICT_H
#define IPM_CLI_VERDICT_H

/* How verify and recover word what they found. */

#include <stdio.h>

#include "ipm_repair.h"

/* "at byte 4096 (512 bytes): why". `self` is a FILE. The first hundred, then silence. */
void cli_put_finding(void *self, const struct ipm_finding *finding);
/* One line: the verdict and what there is. */
void cli_put_verdict(FILE *out, const char *path, const struct ipm_verify_result *result);
/* The exit code; says on stderr when a file cannot be read at all. */
int cli_verdict_exit(const char *path, const struct ipm_verify_result *result);

#endif
