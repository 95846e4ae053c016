/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "io.h"
#include "ipm_repair.h"
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
	const char *slash = strrchr(out_path, '/');
	char dir[4096] = ".";
	size_t len = slash ? (size_t)(slash - out_path) : 0;

	if (len >= sizeof(dir))
		return cli_fail("%s: name too long", out_path);
	if (slash) {
		memcpy(dir, out_path, len);
		dir[len ? len : 1] = 0;
		if (!len)
			dir[0] = '/';
	}
	if (ipm_new_file_create(dir, &out, &err))
		return cli_fail("%s", err.message);
	if (ipm_recover(path, ipm_fd_sink(out.fd), cli_put_finding, stdout, &result, &err)) {
		ipm_new_file_discard(&out);
		cli_fail_file(path, &err);
		return IPM_EXIT_UNREADABLE;
	}
	if (ipm_new_file_publish(&out, out_path, 1, &err)) {
		ipm_new_file_discard(&out);
		return cli_fail("%s", err.message);
	}
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
