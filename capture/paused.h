/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_PAUSED_H
#define IPM_CAPTURE_PAUSED_H

/* A Debugger.paused event as a record, and the objects it names: the roots of the walk. */

#include "ipm_model.h"
#include "json.h"
#include "pool.h"

/* An object that the event mentions, and where its id belongs once the walker has given one. */
struct root {
	struct ipm_str object_id;
	struct ipm_str what; /* "v", or "<scope type> <name>": walker.js, roots() */
	struct ipm_value *slot;
	const struct ipm_frame *closure_of; /* it is a closure scope of that frame; or NULL */
	struct root *next;
};

struct paused {
	struct ipm_pause pause;
	struct root *roots, **last_root; /* what was thrown, then frame by frame from the top */
	size_t root_count;
};

/* Everything in *ret lies in `pool`. IPM_ERR_PROTOCOL: not such an event. */
IPM_MUST_USE enum ipm_errc paused_parse(struct ipm_str message, unsigned skip_frames,
					uint64_t own_script_id, struct pool *pool,
					struct paused *ret, struct ipm_error *err);

/*
 * The value of a RemoteObject that is no object. One with an objectId is left out as GONE; its
 * id goes to *ret_object_id, if there is room for it.
 */
void remote_value(struct ipm_json_ref remote, struct pool *pool, struct ipm_value *ret,
		  struct ipm_str *ret_object_id);

/* A string member, copied; empty when absent. */
struct ipm_str json_pool_str(struct pool *pool, struct ipm_json_ref ref);
/* A Debugger.Location: { scriptId, lineNumber, columnNumber }. */
struct ipm_location json_location(struct ipm_json_ref ref);

#endif
