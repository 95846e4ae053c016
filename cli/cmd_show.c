/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "ipm_convert.h"
#include "open_crash.h"

static const char help[] =
	"inspmort show - the error, then every frame with its source and variables\n"
	"\n"
	"  inspmort show crash.inspmort              everything\n"
	"  inspmort show .                           the newest crash here\n"
	"  inspmort show --frame 2 crash.inspmort    one frame alone\n"
	"  inspmort show --full crash.inspmort       Node's own frames and long values, too\n"
	"\n"
	"Usage: inspmort show [--frame N] [--full] [--json] FILE\n"
	"\n"
	"Options:\n"
	"  -f, --frame N   only the frame with this number, 0 being the innermost\n"
	"  --full          leave nothing out\n"
	"  --json          the same facts as 'convert --to json'\n"
	"\n"
	"Colours are for terminals only; NO_COLOR=1 turns them off.\n" OPEN_CRASH_HELP;

int cmd_show(int argc, char **argv)
{
	struct ipm_convert_options opts = {.frame = -1};
	const char *frame = NULL;
	bool json = false;
	const struct cli_option options[] = {{"frame", 'f', NULL, &frame},
					     {"full", 0, &opts.full, NULL},
					     {"json", 0, &json, NULL},
					     {0}};
	struct ipm_reader *reader;
	struct ipm_error err;
	uint64_t number;
	enum ipm_errc rc;
	int code = cli_parse_one(argc, argv, options, help, "FILE");

	if (code >= 0)
		return code;
	if (frame) {
		if (!cli_number(frame, INT64_MAX, &number))
			return cli_usage(argv[0], "--frame is not a number: %s", frame);
		opts.frame = (int64_t)number;
	}
	opts.colour = cli_colour();
	opts.columns = cli_columns();
	code = open_crash(argv[1], &reader, NULL);
	if (code >= 0)
		return code;
	rc = ipm_convert(reader, ipm_convert_find(json ? "json" : "text"), &opts,
			 ipm_convert_fd_sink(STDOUT_FILENO), &err);
	ipm_reader_close(reader);
	return rc ? cli_fail_file(argv[1], &err) : IPM_EXIT_OK;
}
