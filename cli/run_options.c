/* SPDX-License-Identifier: MIT */
/* Options that every capturing command has. They travel in the environment, as the agent needs. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "run.h"

/* The program may change its directory: crash files stay where they were wanted. */
static int set_dir(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;

	if (!realpath(dir, path) || stat(path, &st))
		return cli_fail("%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return cli_fail("%s: %s", dir, strerror(ENOTDIR));
	return setenv("INSPMORT_DIR", path, 1) ? cli_fail("out of memory") : IPM_EXIT_OK;
}

static int set(const char *name, const char *value)
{
	return setenv(name, value, 1) ? cli_fail("out of memory") : IPM_EXIT_OK;
}

static int set_number(const char *verb, const char *name, const char *option, const char *value)
{
	const char *c;

	for (c = value; *c >= '0' && *c <= '9'; c++)
		;
	if (*c || c == value || c - value > 19)
		return cli_usage(verb, "%s wants a number, not '%s'", option, value);
	return set(name, value);
}

static int lift_limits(void)
{
	static const char *const names[] = {"INSPMORT_MAX_OBJECTS", "INSPMORT_MAX_BYTES",
					    "INSPMORT_MAX_TIME_MS", "INSPMORT_MAX_STRING"};
	size_t i;
	int rc = IPM_EXIT_OK;

	for (i = 0; !rc && i < sizeof(names) / sizeof(*names); i++)
		rc = set(names[i], "0");
	return rc;
}

static const char *option_name(const void *table, size_t i)
{
	return ((const struct option *)table)[i].name;
}

int run_bad_option(int answer, const char *verb, const char *typed, const struct option *options)
{
	if (answer == ':')
		return cli_usage(verb, "%s needs a value", typed);
	return cli_no_option(verb, typed, option_name, options);
}

int run_take_option(int option, const char *verb)
{
	switch (option) {
	case RUN_OPT_DIR:
		return set_dir(optarg);
	case RUN_OPT_OBJECTS:
		return set_number(verb, "INSPMORT_MAX_OBJECTS", "--max-objects", optarg);
	case RUN_OPT_BYTES:
		return set_number(verb, "INSPMORT_MAX_BYTES", "--max-bytes", optarg);
	case RUN_OPT_TIME:
		return set_number(verb, "INSPMORT_MAX_TIME_MS", "--max-time-ms", optarg);
	case RUN_OPT_STRING:
		return set_number(verb, "INSPMORT_MAX_STRING", "--max-string", optarg);
	case RUN_OPT_FULL:
		return lift_limits();
	case RUN_OPT_NO_REDACT:
		return set("INSPMORT_REDACT", "0");
	case RUN_OPT_ON:
		return set("INSPMORT_ON", optarg);
	case RUN_OPT_MAX_FILES:
		return set_number(verb, "INSPMORT_MAX_FILES", "--max-files", optarg);
	case RUN_OPT_QUIET:
		return set("INSPMORT_QUIET", "1");
	default:
		return cli_usage(verb, "no such option");
	}
}

bool run_capture_options(struct ipm_capture_options *ret)
{
	const char *redact = getenv("INSPMORT_REDACT");
	struct ipm_error err;

	*ret = (struct ipm_capture_options){0};
	if (ipm_capture_limits_from_env(&ret->limits, &err)) {
		cli_fail("%s", err.message);
		return false;
	}
	ret->redact = !redact || (strcmp(redact, "0") && strcmp(redact, "off"));
	return true;
}

void run_say_wrote(const char *path)
{
	const char *quiet = getenv("INSPMORT_QUIET");

	if (!quiet || !*quiet || !strcmp(quiet, "0"))
		fprintf(stderr, "inspmort: wrote %s\n", path);
}
