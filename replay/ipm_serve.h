/* SPDX-License-Identifier: MIT */
#ifndef IPM_SERVE_H
#define IPM_SERVE_H

/*
 * Serves crash files over HTTP and WebSocket: an index page, Chrome DevTools, and one inspector
 * target per pause, as a Node started with --inspect has one. One thread, and others for what takes
 * longer than a moment.
 */

#include <stdbool.h>

#include "buf.h"
#include "ipm_reader.h"

struct ipm_server;

/*
 * Writes a crash in one of the converters' formats ("text", "json") to `write`, which says false
 * when it wants no more; that is then a failure. Called in several threads at once, with different
 * readers.
 */
typedef enum ipm_errc (*ipm_render_fn)(struct ipm_reader *reader, const char *format,
				       bool (*write)(void *self, const void *data, size_t len),
				       void *self, struct ipm_error *err);

struct ipm_server_options {
	const char *host;	  /* an IPv4 or IPv6 address, or "localhost" */
	uint16_t port;		  /* 0: any free one */
	const char *devtools_dir; /* the prebuilt frontend; NULL: not served */
	bool token;		  /* pages need a secret; without it only loopback is allowed */
	const char *fixed_token;  /* the secret; NULL: a random one */
	const char *const *paths; /* crash files and directories of them */
	size_t path_count;

	ipm_render_fn render; /* for the pages; may be NULL */
};

/*
 * Binds and reads the directories; files given by name must be crash files. When it returns, the
 * address can be connected to.
 */
IPM_MUST_USE enum ipm_errc ipm_server_create(const struct ipm_server_options *opts,
					     struct ipm_server **ret, struct ipm_error *err);
void ipm_server_destroy(struct ipm_server *server); /* NULL is fine */

/* "http://127.0.0.1:9229/", with the token if there is one. Lives as long as the server. */
const char *ipm_server_url(const struct ipm_server *server);
/* The WebSocket address of the newest crash, "ws://127.0.0.1:9229/<id>"; empty: no crash. */
const char *ipm_server_first_target(struct ipm_server *server);
/*
 * Further pauses of the newest crash (1 …): its address is the first target's and "-<index>".
 * What tells it from the others; empty: there is none. Lives until the server runs.
 */
struct ipm_str ipm_server_first_pause(const struct ipm_server *server, uint64_t index);
size_t ipm_server_crashes(const struct ipm_server *server);

/* Serves until ipm_server_stop. */
IPM_MUST_USE enum ipm_errc ipm_server_run(struct ipm_server *server, struct ipm_error *err);
/* From a signal handler, too. */
void ipm_server_stop(struct ipm_server *server);

#endif
