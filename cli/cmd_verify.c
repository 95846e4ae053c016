/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "args.h"
#include "commands.h"
#include "ipm_repair.h"
#include "verdict.h"

static const char help[] =
	"inspmort verify crash.inspmort                is every byte of it as it was written?\n"
	"inspmort verify crash.inspmort && echo good\n"
	"\n"
	"Reads everything and names each damaged place. Exit code 0: whole; 3: damaged or cut, "
	"but\n"
	"partly readable ('inspmort recover' saves that part); 4: not readable.\n"
	"\n"
	"Usage: inspmort verify FILE\n";

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
	if (ferror(stdout) || fflush(stdout))
		return cli_fail("cannot write to stdout");
	return cli_verdict_exit(argv[1], &result);
}
