/* SPDX-License-Identifier: MIT */
#ifndef IPM_AGENT_UNWOUND_H
#define IPM_AGENT_UNWOUND_H

/*
 * Frames that V8 had unwound before it told of the error, as after an await or at the top level of
 * a module: their variables are gone, but the error's own stack says where they were.
 */

#include "hold.h"

enum { UNWOUND_MAX_SITES = 32 };

/* Scripts by URL: what Debugger.scriptParsed says, one "id url" a line. Zeroed: empty. */
struct script_names {
	struct ipm_buf lines;
};
void script_names_add(struct script_names *names, struct ipm_str script_parsed);
void script_names_deinit(struct script_names *names);

/*
 * Appends CDP CallFrames without scopes for what stands above the held frames in the stack of
 * `error`, the text of a RemoteObject; everything when nothing is held. A comma follows each if
 * `hold` has frames, and stands between them if not.
 */
void unwound_frames(const struct hold *hold, const struct script_names *names, struct ipm_str error,
		    struct ipm_buf *ret);

#endif
