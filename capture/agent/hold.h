/* SPDX-License-Identifier: MIT */
#ifndef IPM_AGENT_HOLD_H
#define IPM_AGENT_HOLD_H

/*
 * A stack that may turn out to be the one the process dies of: frames as text, and their scopes
 * kept alive in the inspector. Taking one is cheap (a millisecond or two); the walk over the
 * object graph and the file wait until the process really dies, so an error that somebody
 * handles costs no more than this.
 */

#include "session.h"

enum {
	HOLD_MAX_FRAMES = 200,	/* frames kept at all */
	HOLD_MAX_SCOPED = 64,	/* of these, frames that keep their variables */
	HOLD_MAX_OBJECTS = 768, /* scopes and receivers kept */
	/* The engine walks the main context; frames of other ones have no variables. */
	HOLD_MAX_REALMS = 1,
	HOLD_ID_BYTES = 64,
};

/* An object id inside `frames`, to be replaced by a live one. */
struct hold_place {
	size_t at, len;
	unsigned realm, index;
};

/* Objects of one context; the inspector refuses to mix contexts in a call. */
struct hold_realm {
	char prefix[HOLD_ID_BYTES]; /* of its object ids */
	size_t prefix_len;
	unsigned count;
	char holder[HOLD_ID_BYTES]; /* id of the list that keeps them alive; empty: none */
};

struct hold {
	bool taken;
	uint64_t taken_ns;     /* monotonic */
	uint64_t time_ns;      /* real */
	struct ipm_buf frames; /* CDP CallFrames, comma between them */
	unsigned frame_count;
	unsigned omitted_frames;
	bool class_initializer; /* the frame before was one */
	struct hold_place *places;
	size_t place_count;
	struct hold_realm realms[HOLD_MAX_REALMS];
	unsigned realm_count;
	char group[32]; /* CDP object group */
};

enum hold_top {
	HOLD_ALL_FRAMES,  /* V8 paused in the program */
	HOLD_BELOW_AGENT, /* V8 paused in the agent's own function: its frames are left out */
};

/*
 * Takes over a pause: `paused` is the text of Debugger.paused, V8 is still paused. `deaf_top`: the
 * variables of the program's top frame must not be read.
 */
IPM_MUST_USE enum ipm_errc hold_take(struct hold *hold, struct session *session,
				     struct ipm_str paused, enum hold_top top, bool deaf_top,
				     struct ipm_error *err);

/* Appends the frames with object ids that are live in `session` now. */
IPM_MUST_USE enum ipm_errc hold_frames(struct hold *hold, struct session *session,
				       struct ipm_buf *ret, struct ipm_error *err);

/* Lets go of everything. Fine on an empty one. */
void hold_release(struct hold *hold, struct session *session);

/* Text helpers over a message of V8's. */
/* Where the value of the first `"key":` at or after `from` starts; SIZE_MAX: nowhere. */
size_t message_find(struct ipm_str message, const char *key, size_t from);
/* The end of the JSON value that starts at `at`; SIZE_MAX when the text ends before it does. */
size_t message_value_end(struct ipm_str message, size_t at);

#endif
