/* SPDX-License-Identifier: MIT */
#ifndef IPM_ARGS_H
#define IPM_ARGS_H

/*
 * Options as every command takes them: "--name", "--name VALUE", "--name=VALUE", "-o VALUE",
 * anywhere before "--"; the rest are operands.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct cli_option {
	const char *name;   /* without dashes; NULL ends the list */
	char letter;	    /* 0: none */
	bool *flag;	    /* set when given */
	const char **value; /* or: takes a value */
};

/*
 * Moves the operands to the front of argv (from argv[1]) and puts their number into *ret_count.
 * "--help" and "-h" print `help` to stdout. Returns -1 to go on, else the exit code.
 */
int cli_parse(int argc, char **argv, const struct cli_option *options, const char *help,
	      int *ret_count);

/* As cli_parse, and exactly one operand, called `what` in messages. */
int cli_parse_one(int argc, char **argv, const struct cli_option *options, const char *help,
		  const char *what);

/* A whole number from 0 to `max`; false when it is none. */
bool cli_number(const char *text, uint64_t max, uint64_t *ret);

/* The end of what went to stdout by stdio: an exit code, 1 when it did not arrive. */
int cli_flush(void);

/* Writes it all to stdout. */
IPM_MUST_USE enum ipm_errc cli_print(const struct ipm_buf *text, struct ipm_error *err);

/* Is stdout a terminal that takes colours? Honours NO_COLOR and TERM=dumb. */
bool cli_colour(void);
/* Width of the terminal, or 0 when stdout is none. */
unsigned cli_columns(void);

#endif
