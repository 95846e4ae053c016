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
#include "args.h"
#include "commands.h"
#include "run.h"
#include "wanted.h"

static const char help[] =
	"inspmort run - run a program; if it dies, keep how\n"
	"\n"
	"  inspmort run -- node app.js\n"
	"  inspmort run --dir /var/crash -- node --enable-source-maps app.js --port 80\n"
	"  inspmort run -- npm start\n"
	"  inspmort run --via websocket -- node app.js\n"
	"\n"
	"Usage: inspmort run [OPTIONS] [--] COMMAND [ARGUMENT]...\n"
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
	"  --on KINDS              which deaths to keep: uncaught,rejection,oom,all; from outside\n"
	"                          caught=PATTERN as well, see 'inspmort attach --help'\n"
	"  --max-files N           of caught exceptions (5)\n"
	"  --quiet                 do not say where the file is\n"
	"\n"
	"The exit code is the program's; it dies of a signal if the program did. 127: the command\n"
	"cannot be run. With --via websocket the program runs slower, and its standard error is a\n"
	"pipe, from which the lines of Node's inspector are taken out.\n"
	"Every option has an environment variable: INSPMORT_MAX_OBJECTS, ...\n";

enum { OPT_VIA = 'v', OPT_HELP = 'h' };

static const struct option options[] = {
	{"via", required_argument, NULL, OPT_VIA},
	{"help", no_argument, NULL, OPT_HELP},
	RUN_LIMIT_OPTIONS,
	{NULL, 0, NULL, 0},
};

static bool disabled(void)
{
	const char *value = getenv("INSPMORT_DISABLE");

	return value && *value && strcmp(value, "0");
}

static bool wants_caught(void)
{
	struct wanted wanted;
	struct ipm_error err;
	bool caught = !wanted_from_env(&wanted, &err) && wanted.caught;

	if (caught)
		wanted_deinit(&wanted);
	return caught;
}

/* From here on the program is alone: its exit code and signals are its own. */
static int run_alone(char **argv)
{
	execvp(argv[0], argv);
	cli_fail("%s: %s", argv[0], strerror(errno));
	return 127;
}

static int run_agent(char **argv)
{
	struct ipm_buf node_options = IPM_BUF_INIT;
	struct ipm_error err;
	int rc;

	if (agent_node_options(getenv("NODE_OPTIONS"), &node_options, &err))
		return cli_fail("%s", err.message);
	rc = setenv("NODE_OPTIONS", (const char *)node_options.data, 1) ? cli_fail("out of memory")
									: IPM_EXIT_OK;
	ipm_buf_deinit(&node_options);
	if (rc)
		return rc;
	return run_alone(argv);
}

int cmd_run(int argc, char **argv)
{
	const char *via = "agent";
	int option, rc;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:h", options, NULL)) != -1) {
		if (option == OPT_HELP) {
			fputs(help, stdout);
			return cli_flush();
		}
		if (option == '?' || option == ':')
			return run_bad_option(option, "run", argv[optind - 1], options);
		rc = IPM_EXIT_OK;
		if (option == OPT_VIA)
			via = optarg;
		else
			rc = run_take_option(option, "run");
		if (rc)
			return rc;
	}
	if (optind == argc)
		return cli_usage("run", "run what?");
	if (!strcmp(via, "agent") && wants_caught())
		return cli_usage("run", "--on caught wants --via websocket");
	if (!strcmp(via, "agent"))
		return run_agent(argv + optind);
	if (!strcmp(via, "websocket") && disabled())
		return run_alone(argv + optind);
	if (!strcmp(via, "websocket"))
		return run_websocket(argv + optind);
	return cli_usage("run", "--via wants agent or websocket, not '%s'", via);
}
