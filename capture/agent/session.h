/* SPDX-License-Identifier: MIT */
#ifndef IPM_AGENT_SESSION_H
#define IPM_AGENT_SESSION_H

/*
 * The engine's channel inside the process: an inspector connection of Node's own thread. A
 * request is text into its dispatch(), and whatever it has to say arrives, before dispatch()
 * returns, as text in a callback; no JavaScript object is made of either.
 */

#include <node_api.h>
#include <stdbool.h>

#include "channel.h"

struct session {
	struct ipm_channel channel; /* on_event gets every event while it is set */
	/* Called with the text of Debugger.paused, while V8 is paused. */
	void (*on_paused)(void *self, struct ipm_str message);
	void *on_paused_self;

	napi_env env;
	napi_ref connection;
	napi_ref dispatch;
	napi_ref walker; /* NULL: none */
	uint64_t last_id;
	uint64_t answered_id;
	struct ipm_buf request;
	struct ipm_buf event;
	struct ipm_buf *reply; /* of the call under way */
	uint16_t *units;       /* a string of the walker's */
	size_t units_capacity;
};

/*
 * `connect` is a JavaScript function: given a callback for messages it returns an object with
 * dispatch(text). Connecting costs nothing while no domain is enabled.
 */
IPM_MUST_USE enum ipm_errc session_open(struct session *s, napi_env env, napi_value connect,
					struct ipm_error *err);
static inline bool session_is_open(const struct session *s)
{
	return s->connection != NULL;
}
void session_close(struct session *s); /* also of one that never opened */

/* adopt(walker), a JavaScript function with the session as its data; see ipm_capture_helpers. */
napi_value session_adopt(napi_env env, napi_callback_info info);
void session_release_walker(struct session *s); /* fine when there is none */

/* A call whose reply nobody reads. */
IPM_MUST_USE enum ipm_errc session_post(struct session *s, const char *method,
					struct ipm_str params, struct ipm_error *err);

#endif
