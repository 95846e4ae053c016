/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "clock.h"
#include "commands.h"
#include "discover.h"
#include "ipm_websocket.h"
#include "run.h"
#include "wanted.h"
#include "watch.h"

#define CONNECT_NS UINT64_C(10000000000)

static const char help[] =
	"inspmort attach - keep how a running program dies, or what it is doing now\n"
	"\n"
	"  inspmort attach 4711                 a Node process of this machine, by its PID\n"
	"  inspmort attach --now 4711           take its stacks and objects now; it goes on "
	"unharmed\n"
	"  inspmort attach 127.0.0.1:9229       what was started with --inspect\n"
	"  inspmort attach ws://127.0.0.1:9229/0f2c936f-b1cd-4ac9-aab3-f63b0f33d55e\n"
	"  inspmort attach --on caught=ECONNRESET 4711      errors that the program handles, too\n"
	"\n"
	"Usage: inspmort attach [OPTIONS] PID|HOST:PORT|ws://...\n"
	"\n"
	"Options:\n"
	"  --now           do not wait for a crash; a file for each thread\n"
	"  --on KINDS      what to wait for: uncaught,rejection,oom,all (the default); and\n"
	"                  caught=PATTERN: exceptions whose class or \"Name: message\" contains "
	"the\n"
	"                  pattern (/.../: a POSIX extended regular expression), handled or not\n"
	"  --max-files N   so many of caught exceptions, one a second at most (5; 0: no limit)\n"
	"  --target WHICH  of several targets behind HOST:PORT: an id, part of a title or URL\n"
	"  --dir DIR       where crash files go; else $INSPMORT_DIR, else here\n"
	"  --quiet         do not say where the file is\n"
	"  (limits and --no-redact as for 'inspmort run')\n"
	"\n"
	"A PID gets the signal SIGUSR1, which opens Node's inspector on the loopback interface; "
	"it\n"
	"is closed again in the end. Do not do that to a program that handles SIGUSR1 itself. A\n"
	"process in a container is reached by root. Workers are watched, too, each with a file of\n"
	"its own. While attached the program runs slower: V8's debugger is on. It goes on "
	"whatever\n"
	"becomes of this command; one that is stopped (Ctrl-Z) ends, so as not to hold it up.\n"
	"Exit code 0: a file was written; 1: the program ended without a crash, or cannot be\n"
	"reached.\n";

static struct watch *watched;

static void on_signal(int sig)
{
	(void)sig;
	if (watched)
		watch_interrupt(watched);
}

static int refuse(const struct ipm_error *err, const struct inspector_place *place)
{
	if (err->code == IPM_ERR_INVALID_ARGUMENT)
		return cli_usage("attach", "%s", err->message);
	return cli_fail("%s%s", err->message, place->targets);
}

static int run_attached(const char *target, const char *choice, bool now)
{
	struct watch_options opts = {.armed = "attached; waiting for a crash (Ctrl-C leaves)"};
	struct inspector_place place;
	struct ipm_channel *channel = NULL;
	struct watch *watch = NULL;
	struct wanted wanted;
	struct ipm_error err;
	bool wrote;

	if (!run_capture_options(&opts.capture))
		return IPM_EXIT_USAGE;
	/* Before anything is done to the program. */
	if (wanted_from_env(&wanted, &err))
		return cli_usage("attach", "%s", err.message);
	if (wanted.caught && !wanted.uncaught)
		opts.armed = "attached; waiting for exceptions (Ctrl-C leaves)";
	wanted_deinit(&wanted);
	if (discover(target, choice, &place, &err))
		return refuse(&err, &place);
	if (ipm_websocket_open(place.host, place.port, place.path, ipm_monotonic_ns() + CONNECT_NS,
			       &channel, &err))
		return cli_fail("%s", err.message);
	/* What a foreign program calls its source map may be any file of ours. */
	opts.capture.no_local_files = !place.pid || place.other_files;
	opts.pid = place.pid;
	opts.close_inspector = place.opened && !discover_is_shared(&place);
	if (watch_create(channel, &opts, &watch, &err)) {
		channel->ops->destroy(channel);
		return cli_fail("%s", err.message);
	}
	watched = watch;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (now)
		watch_now(watch);
	else
		watch_run(watch);
	channel->ops->destroy(channel);
	watched = NULL;
	wrote = watch_settle(watch, -1);
	watch_destroy(watch);
	return wrote ? IPM_EXIT_OK : IPM_EXIT_FAILED;
}

int cmd_attach(int argc, char **argv)
{
	static const struct option options[] = {
		{"now", no_argument, NULL, 'n'},
		{"target", required_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		RUN_LIMIT_OPTIONS,
		{NULL, 0, NULL, 0},
	};
	const char *choice = NULL;
	bool now = false;
	int option, rc;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return cli_flush();
		}
		if (option == '?' || option == ':')
			return run_bad_option(option, "attach", argv[optind - 1], options);
		rc = IPM_EXIT_OK;
		if (option == 'n')
			now = true;
		else if (option == 't')
			choice = optarg;
		else
			rc = run_take_option(option, "attach");
		if (rc)
			return rc;
	}
	if (optind + 1 != argc)
		return cli_usage("attach", optind == argc ? "attach to what?"
							  : "attach to one target at a time");
	return run_attached(argv[optind], choice, now);
}
