/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "agent_path.h"
#include "commands.h"

static const char help[] = "Prints the path of the script that arms the in-process agent.\n\n"
			   "  node --require \"$(inspmort register-path)\" app.js\n"
			   "  NODE_OPTIONS=\"--require $(inspmort register-path)\" npm start\n\n"
			   "usage: inspmort register-path\n";

int cmd_register_path(int argc, char **argv)
{
	char path[IPM_AGENT_PATH_BYTES];
	struct ipm_error err;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return IPM_EXIT_OK;
	}
	if (argc > 1)
		return cli_usage("register-path", "unexpected argument: %s", argv[1]);
	if (agent_register_path(path, &err))
		return cli_fail("%s", err.message);
	puts(path);
	return fflush(stdout) ? cli_fail("cannot write the path") : IPM_EXIT_OK;
}
