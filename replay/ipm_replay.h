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
	bool more; /* the text goes on in the next message */
};

/* Messages in the order in which the client is to see them. Zeroed: empty. */
struct ipm_outbox {
	struct ipm_message *first;
	struct ipm_message *last;
	size_t count;
	size_t bytes; /* text only */
	/*
	 * Called after each addition: may take what is there, and wait before it returns. With it,
	 * long texts come in pieces. What it returns other than IPM_OK ends the request, and is what
	 * ipm_replay_handle returns. NULL: messages pile up, each in one piece.
	 */
	enum ipm_errc (*drain)(struct ipm_outbox *box, void *self, struct ipm_error *err);
	void *drain_self;
};

struct ipm_str ipm_message_text(const struct ipm_message *message);
/* The first message, which is now the caller's to free; NULL when there is none. */
struct ipm_message *ipm_outbox_take(struct ipm_outbox *box);
void ipm_message_free(struct ipm_message *message); /* NULL is fine */
void ipm_outbox_deinit(struct ipm_outbox *box);
/* An empty text of at most `max` bytes (0: any), with the room that every message has. */
void ipm_message_begin(struct ipm_buf *buf, size_t max);
/* Appends a text. Takes the buffer, also on failure. `more`: the text goes on. */
IPM_MUST_USE enum ipm_errc ipm_outbox_add(struct ipm_outbox *box, struct ipm_buf *text, bool more,
					  struct ipm_error *err);
/* Appends everything to `to`, with its pieces as they are. */
void ipm_outbox_move(struct ipm_outbox *from, struct ipm_outbox *to);

/* One client's session with one pause of a crash file. */
struct ipm_replay;

struct ipm_replay_options {
	struct ipm_reader *reader; /* outlives the session; sessions on one thread may share it */
	uint64_t pause;		   /* index of the pause that this session shows */
	uint64_t session;	   /* number of the session, part of object ids; 0 is fine */
	const char *isolate;	   /* object ids begin with it; NULL: from the file's random bits */
	size_t max_reply_bytes;	   /* a longer reply becomes an error; 0: 256 MiB */
	/* An outbox that is drained gets longer ones in pieces of about this size; 0: 8 MiB. */
	size_t piece_bytes;
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

/*
 * The same for a caller who has others to serve: what takes longer than some milliseconds or gives
 * more than a megabyte is given up with *ret_slow set, as if it had not been asked.
 */
IPM_MUST_USE enum ipm_errc ipm_replay_try(struct ipm_replay *r, struct ipm_str request,
					  struct ipm_outbox *out, bool *ret_slow,
					  struct ipm_error *err);

/* What /json/protocol says: the domains, commands and events that are served. */
IPM_MUST_USE enum ipm_errc ipm_replay_protocol(struct ipm_buf *out, struct ipm_error *err);

#endif
