/* SPDX-License-Identifier: MIT */
/* inspmort redact: a copy of a crash file without its secrets. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "open_crash.h"
#include "output.h"
#include "progress.h"
#include "redact_file.h"

static const char help[] =
	"inspmort redact - a copy without secrets: before it goes to somebody else\n"
	"\n"
	"  inspmort redact -o for-the-ticket.inspmort crash.inspmort\n"
	"  inspmort redact --names customerId,iban -o OUT FILE   these as well\n"
	"\n"
	"Usage: inspmort redact [--names NAME,NAME...] -o OUT FILE\n"
	"\n"
	"Options:\n"
	"  --names LIST       values under these names go, too (the whole name, in any case)\n"
	"  -o, --output OUT   write there; it appears only when it is complete. '-' is stdout\n"
	"\n"
	"Captures leave secrets out from the start; this is for files that were made without, or\n"
	"imported. Values go by their names (password, token, cookie, ...) and by what they look\n"
	"like (keys, JWTs, card numbers, ...). It is best effort, and source code stays as it is:\n"
	"look at the result before you give it away.\n" OPEN_CRASH_HELP;

static enum ipm_errc redact_into(struct ipm_reader *reader, struct ipm_redact_options *opts,
				 const char *out, struct ipm_redact_result *result,
				 struct ipm_error *err)
{
	struct cli_output output;
	enum ipm_errc rc;

	opts->progress = progress_on_terminal();
	rc = cli_output_begin(out, true, &output, err);
	if (rc)
		return rc;
	rc = ipm_redact_file(reader, opts, ipm_fd_sink(output.fd), result, err);
	progress_clear();
	return cli_output_end(&output, rc, err);
}

int cmd_redact(int argc, char **argv)
{
	struct ipm_redact_options opts = {.names = NULL};
	const char *out = NULL;
	const struct cli_option options[] = {
		{"names", 0, NULL, &opts.names},
		{"output", 'o', NULL, &out},
		{NULL, 0, NULL, NULL},
	};
	struct ipm_redact_result result;
	struct ipm_reader *reader;
	struct ipm_error err;
	enum ipm_errc rc;
	int code;

	code = cli_parse_one(argc, argv, options, help, "FILE");
	if (code >= 0)
		return code;
	if (!out)
		return cli_usage("redact", "-o OUT is missing");
	code = open_crash(argv[1], &reader, NULL);
	if (code >= 0)
		return code;
	rc = redact_into(reader, &opts, out, &result, &err);
	ipm_reader_close(reader);
	if (rc)
		return cli_fail_file(argv[1], &err);
	fprintf(stderr,
		"inspmort: wrote %s: %" PRIu64 " values redacted, %" PRIu64 " were already\n",
		cli_output_name(out), result.redacted, result.before);
	if (result.lost)
		fprintf(stderr, "inspmort: %" PRIu64 " parts of the damaged source are lost\n",
			result.lost);
	return IPM_EXIT_OK;
}
