/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "ipm_repair.h"
#include "output.h"
#include "verdict.h"

static const char help[] =
	"inspmort recover - save what can be read of a broken crash file\n"
	"\n"
	"  inspmort recover -o good.inspmort broken.inspmort\n"
	"\n"
	"Usage: inspmort recover -o OUT FILE\n"
	"\n"
	"Options:\n"
	"  -o, --output OUT   write there; it appears only when it is complete. '-' is stdout\n"
	"\n"
	"Says what was lost. Exit code 0: the source was whole; 3: something is missing; 4: "
	"nothing\n"
	"could be saved, and no file was written.\n";

static int recover(const char *path, const char *out_path)
{
	FILE *report = strcmp(out_path, "-") ? stdout : stderr;
	struct ipm_verify_result result;
	struct cli_output out;
	struct ipm_error err;

	if (cli_output_begin(out_path, true, &out, &err))
		return cli_fail_file(out_path, &err);
	if (ipm_recover(path, ipm_fd_sink(out.fd), cli_put_finding, report, &result, &err)) {
		cli_output_discard(&out);
		cli_fail_file(path, &err);
		return IPM_EXIT_UNREADABLE;
	}
	if (cli_output_end(&out, IPM_OK, &err))
		return cli_fail_file(out_path, &err);
	cli_put_verdict(report, path, &result);
	if (cli_flush())
		return IPM_EXIT_FAILED;
	return cli_verdict_exit(path, &result);
}

int cmd_recover(int argc, char **argv)
{
	const char *out = NULL;
	const struct cli_option options[] = {{.name = "output", .letter = 'o', .value = &out},
					     {.name = NULL}};
	int code = cli_parse_one(argc, argv, options, help, "a crash file");

	if (code >= 0)
		return code;
	if (!out)
		return cli_usage("recover", "say where to: -o OUT");
	return recover(argv[1], out);
}
