/* SPDX-License-Identifier: MIT */
#ifndef IPM_CHANNEL_H
#define IPM_CHANNEL_H

/*
 * How the engine talks to a V8 inspector, wherever that is: over a WebSocket, or inside the
 * process over an inspector session. One thread at a time.
 */

#include "buf.h"
#include "ipm_base.h"

struct ipm_channel;

struct ipm_channel_ops {
	/*
	 * Calls a method and waits for its answer. `params` is a JSON object or empty. *reply,
	 * reset first, gets the text of the reply message: {"id":…,"result":…} or
	 * {"id":…,"error":…}. Events that arrive meanwhile go to `on_event`.
	 * IPM_ERR_TIMEOUT: no answer by `deadline_ns` (monotonic). IPM_ERR_PROTOCOL: gone or broken.
	 */
	enum ipm_errc (*call)(struct ipm_channel *ch, const char *method, struct ipm_str params,
			      uint64_t deadline_ns, struct ipm_buf *reply, struct ipm_error *err);
	/*
	 * Optional, for a channel inside the target that was given the walker (see
	 * ipm_capture_helpers): the string that the walker's step(count, chars) returns, as WTF-8,
	 * without the way through the protocol's JSON. Appended to `ret`. IPM_ERR_UNSUPPORTED: not
	 * given the walker.
	 */
	enum ipm_errc (*step)(struct ipm_channel *ch, uint64_t count, uint64_t chars,
			      uint64_t deadline_ns, struct ipm_buf *ret, struct ipm_error *err);
	void (*destroy)(struct ipm_channel *ch);
};

struct ipm_channel {
	const struct ipm_channel_ops *ops;
	/* Set by whoever listens; called with the text of each event message. May be NULL. */
	void (*on_event)(void *self, struct ipm_str message);
	void *on_event_self;
};

#endif
