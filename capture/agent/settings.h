/* SPDX-License-Identifier: MIT */
#ifndef IPM_AGENT_SETTINGS_H
#define IPM_AGENT_SETTINGS_H

/* What the environment asks of the agent. */

#include <stdbool.h>

#include "buf.h"
#include "ipm_capture.h"

enum {
	ON_UNCAUGHT = 1,
	ON_REJECTION = 2,
	ON_OOM = 4,
	ON_ALL = ON_UNCAUGHT | ON_REJECTION | ON_OOM,
	/*
	 * Variables at the top level of ES modules: the debugger is on until they are evaluated.
	 * It describes errors, and Node then prints another place on stderr; so this has to be
	 * asked for.
	 */
	ON_STARTUP = 8,
	ON_DEBUGGER = 16, /* the debugger is always on: whole stacks of rejections, and its price */
};

struct settings {
	struct ipm_capture_limits limits;
	unsigned on; /* ON_…: which deaths are captured */
	bool redact;
	bool quiet;
	struct ipm_buf dir; /* absolute where it exists; NUL-terminated */
};

/* What cannot be understood is said in one line, and the default taken. */
void settings_read(struct settings *ret);
void settings_deinit(struct settings *s);

#endif
