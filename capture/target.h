/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_TARGET_H
#define IPM_CAPTURE_TARGET_H

/* Asking the paused target: one request at a time, its answer checked and parsed. */

#include "channel.h"
#include "json.h"

struct target {
	struct ipm_channel *channel;
	uint64_t deadline_ns; /* of the whole capture; UINT64_MAX: none */
	uint64_t timeout_ns;  /* of one request; UINT64_MAX: none */
	const char *group;    /* objectGroup of the handles that answers bring */
	bool gone;	      /* the channel broke: nothing more will come */
	struct ipm_buf params;
	struct ipm_buf reply;
	struct ipm_json json; /* of `reply`; lives until the next request */
};

void target_deinit(struct target *t);

/*
 * Calls `method` with t->params (which is emptied afterwards). *ret is the "result" member.
 * IPM_ERR_NOT_FOUND: the target answered with an error, whose text is in the message.
 */
IPM_MUST_USE enum ipm_errc target_call(struct target *t, const char *method,
				       struct ipm_json_ref *ret, struct ipm_error *err);

/* Runtime.callFunctionOn: begin, then an argument after the other, then end. */
void target_function_begin(struct target *t, struct ipm_str object_id, const char *declaration,
			   size_t declaration_len);
void target_argument_str(struct target *t, struct ipm_str text);
void target_argument_object(struct target *t, struct ipm_str object_id);
/* *ret is the RemoteObject returned. An exception in the target is IPM_ERR_NOT_FOUND. */
IPM_MUST_USE enum ipm_errc target_function_end(struct target *t, bool by_value,
					       struct ipm_json_ref *ret, struct ipm_error *err);

/* The channel's step(). IPM_ERR_UNSUPPORTED: it has none. */
IPM_MUST_USE enum ipm_errc target_step(struct target *t, uint64_t count, uint64_t chars,
				       struct ipm_buf *ret, struct ipm_error *err);

/* Frees the handles of t->group in the target. Failure does not matter. */
void target_release_handles(struct target *t);

/* A RemoteObject's objectId, decoded into `ret` (emptied first). False: it has none. */
bool target_object_id(struct ipm_json_ref remote, struct ipm_buf *ret);

#endif
