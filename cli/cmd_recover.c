/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "ipm_repair.h"
#include "new_file.h"
#include "verdict.h"

static const char help[] =
	"inspmort recover -o good.inspmort broken.inspmort   save every block that can be read\n"
	"\n"
	"Says what was lost. Exit code 0: the source was whole; 3: something is missing; 4: "
	"nothing\n"
	"could be saved, and no file was written.\n"
	"\n"
	"Usage: inspmort recover -o OUT FILE\n";

static int recover(const char *path, const char *out_path)
{
	struct ipm_new_file out = {.fd = -1};
	struct ipm_verify_result result;
	struct ipm_error err;

	if (cli_new_file(out_path, &out, &err))
		return cli_fail_file(out_path, &err);
	if (ipm_recover(path, ipm_fd_sink(out.fd), cli_put_finding, stdout, &result, &err)) {
		cli_end_file(&out);
		cli_fail_file(path, &err);
		return IPM_EXIT_UNREADABLE;
	}
	if (ipm_new_file_publish(&out, out_path, 1, &err)) {
		cli_end_file(&out);
		return cli_fail_file(out_path, &err);
	}
	cli_end_file(&out);
	cli_put_verdict(stdout, path, &result);
	if (ferror(stdout) || fflush(stdout))
		return cli_fail("cannot write to stdout");
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
