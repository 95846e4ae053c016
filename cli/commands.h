/* SPDX-License-Identifier: MIT */
#ifndef IPM_COMMANDS_H
#define IPM_COMMANDS_H

/*
 * One function per command, in cmd_<verb>.c. argv[0] is the verb; the result is the exit code
 * (enum ipm_exit). A new command: a row in main.c's table, a prototype here, a file.
 */

#include "ipm_base.h"
#include "suggest.h"

enum ipm_exit {
	IPM_EXIT_OK = 0,
	IPM_EXIT_FAILED = 1, /* or no match */
	IPM_EXIT_USAGE = 2,
	IPM_EXIT_DAMAGED = 3,	 /* verify, recover: partly readable */
	IPM_EXIT_UNREADABLE = 4, /* verify, recover: nothing readable */
};

int cmd_run(int argc, char **argv);
int cmd_attach(int argc, char **argv);
int cmd_register_path(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_print(int argc, char **argv);
int cmd_search(int argc, char **argv);
int cmd_convert(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_redact(int argc, char **argv);
int cmd_prune(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_recover(int argc, char **argv);

/* One line on stderr, "inspmort: " first. Returns IPM_EXIT_FAILED. */
int cli_fail(const char *format, ...) IPM_PRINTF(1, 2);
/* As cli_fail, with a hint at --help. Returns IPM_EXIT_USAGE. */
int cli_usage(const char *verb, const char *format, ...) IPM_PRINTF(2, 3);
/* The usage error of an option that is not in a table of names (without dashes). */
int cli_no_option(const char *verb, const char *typed, suggest_word_fn *name_at, const void *table);
/* "inspmort: PATH: message" for a failure of the library. Returns IPM_EXIT_FAILED. */
int cli_fail_file(const char *path, const struct ipm_error *err);

#endif
