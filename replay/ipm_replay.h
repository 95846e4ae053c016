/* SPDX-License-Identifier: MIT */
#ifndef IPM_REPLAY_H
#define IPM_REPLAY_H

/*
 * Answers the Chrome DevTools Protocol as the paused process would. Pure: request text in,
 * messages out; no sockets, no files of its own, no clock but the evaluator's.
 */

#include "buf.h"
#include "ipm_reader.h"

/* Free bytes before the text of every message, where a transport may write its framing. */
enum { IPM_MESSAGE_ROOM = 32 };

/* One JSON text for the client. `buf` begins with IPM_MESSAGE_ROOM bytes of no meaning. */
struct ipm_message {
	struct ipm_message *next;
	struct ipm_buf buf;
};

/* Messages in the order in which the client is to see them. Zeroed: empty. */
struct ipm_outbox {
	struct ipm_message *first;
	struct ipm_message *last;
	size_t count;
	size_t bytes; /* text only */
};

struct ipm_str ipm_message_text(const struct ipm_message *message);
/* The first message, which is now the caller's to free; NULL when there is none. */
struct ipm_message *ipm_outbox_take(struct ipm_outbox *box);
void ipm_message_free(struct ipm_message *message); /* NULL is fine */
void ipm_outbox_deinit(struct ipm_outbox *box);

/* One client's session with one pause of a crash file. */
struct ipm_replay;

struct ipm_replay_options {
	struct ipm_reader *reader; /* outlives the session; sessions on one thread may share it */
	uint64_t pause;		   /* index of the pause that this session shows */
	uint64_t session;	   /* number of the session, part of object ids; 0 is fine */
	const char *isolate;	   /* object ids begin with it; NULL: from the file's random bits */
	size_t max_reply_bytes;	   /* a longer reply becomes an error; 0: 256 MiB */
};

/* IPM_ERR_NOT_FOUND: no such pause. A file without any pause is fine with `pause` 0. */
IPM_MUST_USE enum ipm_errc ipm_replay_create(const struct ipm_replay_options *opts,
					     struct ipm_replay **ret, struct ipm_error *err);
void ipm_replay_destroy(struct ipm_replay *r); /* NULL is fine */

/*
 * Handles one message of the client and appends what is to be sent. Whatever the client says is
 * IPM_OK: the outbox tells it what was wrong. Fails only for want of memory.
 */
IPM_MUST_USE enum ipm_errc ipm_replay_handle(struct ipm_replay *r, struct ipm_str request,
					     struct ipm_outbox *out, struct ipm_error *err);

/* What /json/protocol says: the domains, commands and events that are served. */
IPM_MUST_USE enum ipm_errc ipm_replay_protocol(struct ipm_buf *out, struct ipm_error *err);

#endif
