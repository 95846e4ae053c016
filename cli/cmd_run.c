/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent_path.h"
#include "commands.h"
#include "run.h"

static const char help[] =
	"inspmort run - run a program; if it dies, keep how\n"
	"\n"
	"  inspmort run -- node app.js\n"
	"  inspmort run --dir /var/crash -- node --enable-source-maps app.js --port 80\n"
	"  inspmort run -- npm start\n"
	"  inspmort run --via websocket -- node app.js\n"
	"\n"
	"Options:\n"
	"  --via agent|websocket   inside the process, at no cost (the default), or from outside\n"
	"  --dir DIR               where crash files go; else $INSPMORT_DIR, else here\n"
	"  --max-objects N         objects in a file (500000; 0: no limit, as for all of these)\n"
	"  --max-bytes N           size of a file (67108864)\n"
	"  --max-time-ms N         how long a crash may be held up (2000)\n"
	"  --max-string N          characters of one string (16384)\n"
	"  --full                  lift all these limits\n"
	"  --no-redact             keep what looks like a secret\n"
	"  --on KINDS              which deaths to keep: uncaught,rejection,oom,all\n"
	"  --quiet                 do not say where the file is\n"
	"\n"
	"The exit code is the program's; it dies of a signal if the program did. 127: the command\n"
	"cannot be run. Every option has an environment variable: INSPMORT_MAX_OBJECTS, …\n";

enum {
	OPT_VIA = 256,
	OPT_DIR,
	OPT_OBJECTS,
	OPT_BYTES,
	OPT_TIME,
	OPT_STRING,
	OPT_FULL,
	OPT_NO_REDACT,
	OPT_ON,
	OPT_QUIET,
	OPT_HELP
};

static const struct option options[] = {
	{"via", required_argument, NULL, OPT_VIA},
	{"dir", required_argument, NULL, OPT_DIR},
	{"max-objects", required_argument, NULL, OPT_OBJECTS},
	{"max-bytes", required_argument, NULL, OPT_BYTES},
	{"max-time-ms", required_argument, NULL, OPT_TIME},
	{"max-string", required_argument, NULL, OPT_STRING},
	{"full", no_argument, NULL, OPT_FULL},
	{"no-redact", no_argument, NULL, OPT_NO_REDACT},
	{"on", required_argument, NULL, OPT_ON},
	{"quiet", no_argument, NULL, OPT_QUIET},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

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

static int set_number(const char *name, const char *option, const char *value)
{
	const char *c;

	for (c = value; *c >= '0' && *c <= '9'; c++)
		;
	if (*c || c == value || c - value > 19)
		return cli_usage("run", "%s wants a number, not '%s'", option, value);
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

static int take_option(int option, const char **via)
{
	switch (option) {
	case OPT_VIA:
		*via = optarg;
		return IPM_EXIT_OK;
	case OPT_DIR:
		return set_dir(optarg);
	case OPT_OBJECTS:
		return set_number("INSPMORT_MAX_OBJECTS", "--max-objects", optarg);
	case OPT_BYTES:
		return set_number("INSPMORT_MAX_BYTES", "--max-bytes", optarg);
	case OPT_TIME:
		return set_number("INSPMORT_MAX_TIME_MS", "--max-time-ms", optarg);
	case OPT_STRING:
		return set_number("INSPMORT_MAX_STRING", "--max-string", optarg);
	case OPT_FULL:
		return lift_limits();
	case OPT_NO_REDACT:
		return set("INSPMORT_REDACT", "0");
	case OPT_ON:
		return set("INSPMORT_ON", optarg);
	case OPT_QUIET:
		return set("INSPMORT_QUIET", "1");
	default:
		return cli_usage("run", "no such option: %s", optarg);
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

static int run_agent(char **argv)
{
	struct ipm_buf node_options = IPM_BUF_INIT;
	struct ipm_error err;
	int rc;

	if (agent_node_options(getenv("NODE_OPTIONS"), &node_options, &err))
		return cli_fail("%s", err.message);
	rc = set("NODE_OPTIONS", (const char *)node_options.data);
	ipm_buf_deinit(&node_options);
	if (rc)
		return rc;
	/* From here on the program is alone: its exit code and signals are its own. */
	execvp(argv[0], argv);
	cli_fail("%s: %s", argv[0], strerror(errno));
	return 127;
}

int cmd_run(int argc, char **argv)
{
	const char *via = "agent";
	int option, rc;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		if (option == OPT_HELP || option == 'h') {
			fputs(help, stdout);
			return IPM_EXIT_OK;
		}
		if (option == '?')
			return cli_usage("run", "no such option, or its value is missing: %s",
					 argv[optind - 1]);
		rc = take_option(option, &via);
		if (rc)
			return rc;
	}
	if (optind == argc)
		return cli_usage("run", "run what?");
	if (!strcmp(via, "agent"))
		return run_agent(argv + optind);
	if (!strcmp(via, "websocket"))
		return run_websocket(argv + optind);
	return cli_usage("run", "--via wants agent or websocket, not '%s'", via);
}
