/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "args.h"
#include "commands.h"
#include "ipm_repair.h"
#include "verdict.h"

static const char help[] =
	"inspmort verify - is every byte of a crash file as it was written?\n"
	"\n"
	"  inspmort verify crash.inspmort\n"
	"  inspmort verify crash.inspmort && echo good\n"
	"\n"
	"Usage: inspmort verify FILE\n"
	"\n"
	"Reads everything and names each damaged place. Exit code 0: whole; 3: damaged or cut, "
	"but\n"
	"partly readable ('inspmort recover' saves that part); 4: not readable.\n";

int cmd_verify(int argc, char **argv)
{
	static const struct cli_option options[] = {{.name = NULL}};
	struct ipm_verify_result result;
	struct ipm_error err;
	int code = cli_parse_one(argc, argv, options, help, "a crash file");

	if (code >= 0)
		return code;
	if (ipm_verify(argv[1], cli_put_finding, stdout, &result, &err)) {
		cli_fail_file(argv[1], &err);
		return IPM_EXIT_UNREADABLE;
	}
	cli_put_verdict(stdout, argv[1], &result);
	if (cli_flush())
		return IPM_EXIT_FAILED;
	return cli_verdict_exit(argv[1], &result);
}
