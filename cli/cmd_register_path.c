/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "agent_path.h"
#include "args.h"
#include "commands.h"

static const char help[] =
	"inspmort register-path - prints the path for node --require\n"
	"\n"
	"  node --require \"$(inspmort register-path)\" app.js\n"
	"  NODE_OPTIONS=\"--require $(inspmort register-path)\" npm start\n"
	"\n"
	"Usage: inspmort register-path\n"
	"\n"
	"It is the script that arms the in-process agent, as 'inspmort run' does.\n";

int cmd_register_path(int argc, char **argv)
{
	char path[IPM_AGENT_PATH_BYTES];
	struct ipm_error err;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return cli_flush();
	}
	if (argc > 1)
		return cli_usage("register-path", "unexpected argument: %s", argv[1]);
	if (agent_register_path(path, &err))
		return cli_fail("%s", err.message);
	puts(path);
	return cli_flush();
}
