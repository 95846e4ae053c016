/* SPDX-License-Identifier: MIT */
#include "args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "commands.h"
#include "io.h"

static const struct cli_option *find_long(const struct cli_option *options, const char *name,
					  size_t len)
{
	for (; options->name; options++)
		if (strlen(options->name) == len && !memcmp(options->name, name, len))
			return options;
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_option *options, char letter)
{
	for (; options->name; options++)
		if (options->letter == letter)
			return options;
	return NULL;
}

static const char *option_name(const void *table, size_t i)
{
	return ((const struct cli_option *)table)[i].name;
}

/* One option at argv[*at]; moves *at past its value. Returns -1 or an exit code. */
static int take_option(const char *verb, int argc, char **argv, const struct cli_option *options,
		       int *at)
{
	const char *arg = argv[*at], *value = NULL;
	const struct cli_option *o;

	if (arg[1] == '-') {
		const char *equals = strchr(arg, '=');

		o = find_long(options, arg + 2,
			      equals ? (size_t)(equals - arg - 2) : strlen(arg + 2));
		value = equals ? equals + 1 : NULL;
	} else {
		o = find_letter(options, arg[1]);
		value = arg[2] ? arg + 2 : NULL;
	}
	if (!o)
		return cli_no_option(verb, arg, option_name, options);
	if (o->flag) {
		if (value)
			return cli_usage(verb, "--%s takes no value", o->name);
		*o->flag = true;
		return -1;
	}
	if (!value && *at + 1 >= argc)
		return cli_usage(verb, "%s needs a value", arg);
	*o->value = value ? value : argv[++*at];
	return -1;
}

int cli_parse(int argc, char **argv, const struct cli_option *options, const char *help,
	      int *ret_count)
{
	int at, rc, count = 0;

	for (at = 1; at < argc; at++) {
		if (!strcmp(argv[at], "--")) {
			while (++at < argc)
				argv[1 + count++] = argv[at];
			break;
		}
		if (argv[at][0] != '-' || !argv[at][1]) {
			argv[1 + count++] = argv[at];
			continue;
		}
		if (!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h")) {
			fputs(help, stdout);
			return cli_flush();
		}
		rc = take_option(argv[0], argc, argv, options, &at);
		if (rc >= 0)
			return rc;
	}
	*ret_count = count;
	return -1;
}

int cli_parse_one(int argc, char **argv, const struct cli_option *options, const char *help,
		  const char *what)
{
	int count, rc = cli_parse(argc, argv, options, help, &count);

	if (rc >= 0)
		return rc;
	if (!count)
		return cli_usage(argv[0], "%s is missing", what);
	if (count > 1)
		return cli_usage(argv[0], "one argument too many: %s", argv[2]);
	return -1;
}

bool cli_number(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9'; p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (p == text || *p)
		return false;
	*ret = value;
	return true;
}

int cli_flush(void)
{
	return fflush(stdout) || ferror(stdout)
		       ? cli_fail("cannot write to standard output: %s", strerror(errno))
		       : IPM_EXIT_OK;
}

enum ipm_errc cli_print(const struct ipm_buf *text, struct ipm_error *err)
{
	enum ipm_errc rc = ipm_buf_status(text, err);

	return rc ? rc : ipm_write_all(STDOUT_FILENO, text->data, text->len, err);
}

bool cli_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

unsigned cli_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}
