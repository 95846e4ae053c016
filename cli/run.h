/* SPDX-License-Identifier: MIT */
#ifndef IPM_RUN_H
#define IPM_RUN_H

/* `inspmort run`: what its parts share. */

#include <getopt.h>
#include <stdbool.h>
#include <sys/types.h>

#include "ipm_base.h"
#include "ipm_capture.h"

/* Runs node under an inspector and watches it from outside. argv[0] is node. */
int run_websocket(char **argv);

/* A child whose signals are ours: what is sent to us alone goes on to it. */
void child_forward_signals(pid_t child);
/* Waits for its end. The wait status. */
int child_wait(pid_t child);
/* Ends as it ended: the same exit code, or by the same signal. Does not return. */
void child_pass_on(int status) __attribute__((noreturn));

/*
 * A process between the program's standard error and ours, which passes everything on but the
 * lines that Node's inspector writes, and tells the inspector's address.
 */
struct stderr_filter {
	pid_t pid;
	int url_fd; /* the address arrives here, followed by end of file */
};

/* *ret_write_fd is what the program gets as its standard error. */
IPM_MUST_USE enum ipm_errc stderr_filter_start(struct stderr_filter *ret, int *ret_write_fd,
					       struct ipm_error *err);
/* Waits until it has passed on everything, unless a grandchild still holds the other end. */
void stderr_filter_finish(struct stderr_filter *filter);

/* For the option tables of getopt_long, and what to do with such an option (optarg is its value). */
enum {
	RUN_OPT_DIR = 256,
	RUN_OPT_OBJECTS,
	RUN_OPT_BYTES,
	RUN_OPT_TIME,
	RUN_OPT_STRING,
	RUN_OPT_FULL,
	RUN_OPT_NO_REDACT,
	RUN_OPT_ON,
	RUN_OPT_MAX_FILES,
	RUN_OPT_QUIET
};
#define RUN_LIMIT_OPTIONS                                                                          \
	{"dir", required_argument, NULL, RUN_OPT_DIR},                                             \
		{"max-objects", required_argument, NULL, RUN_OPT_OBJECTS},                         \
		{"max-bytes", required_argument, NULL, RUN_OPT_BYTES},                             \
		{"max-time-ms", required_argument, NULL, RUN_OPT_TIME},                            \
		{"max-string", required_argument, NULL, RUN_OPT_STRING},                           \
		{"full", no_argument, NULL, RUN_OPT_FULL},                                         \
		{"no-redact", no_argument, NULL, RUN_OPT_NO_REDACT},                               \
		{"on", required_argument, NULL, RUN_OPT_ON},                                       \
		{"max-files", required_argument, NULL, RUN_OPT_MAX_FILES},                         \
	{                                                                                          \
		"quiet", no_argument, NULL, RUN_OPT_QUIET                                          \
	}

/* The usage error of what getopt_long answers with '?' or ':'. */
int run_bad_option(int answer, const char *verb, const char *typed, const struct option *options);
/* An enum ipm_exit; unknown options are a usage error of `verb`. */
int run_take_option(int option, const char *verb);

/* Limits and redaction from the environment, ready to capture. False: said why. */
bool run_capture_options(struct ipm_capture_options *ret);
/* "inspmort: wrote PATH" unless INSPMORT_QUIET is set. */
void run_say_wrote(const char *path);

#endif
