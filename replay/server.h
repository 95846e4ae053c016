/* SPDX-License-Identifier: MIT */
#ifndef IPM_SERVER_H
#define IPM_SERVER_H

/* What the files of the network side share. */

#include <libwebsockets.h>
#include <signal.h>

#include "crash_set.h"
#include "ipm_replay.h"
#include "ipm_serve.h"
#include "job.h"

enum {
	MAX_PATH_TEXT = 1024,
	MAX_HEADER_TEXT = 256,
	MAX_REQUEST_BYTES = 16 << 20, /* one WebSocket message */
	HIGH_WATER_BYTES = 4 << 20,   /* more than this waiting: read no further requests */
	BODY_CHUNK = 32 << 10,
	BODY_PATIENCE_S = 120,
};

struct ipm_server {
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct crash_set crashes;
	int listener;
	unsigned connections;
	unsigned max_connections;
	uint64_t sessions; /* numbers given to WebSocket sessions so far */
	char *devtools_dir;
	char token[64]; /* empty: none */
	char url[192];
	char first_target[192];
	char host[64];
	uint16_t port;
	ipm_render_fn render;
	struct job_pool jobs;
	struct connection *working; /* those with a job */
	volatile sig_atomic_t stop;
	lws_sorted_usec_list_t background;
	lws_sorted_usec_list_t accept_again;
	uint8_t chunk[LWS_PRE + BODY_CHUNK];
};

/* What a page answers; filled by pages.c and devtools_files.c, sent by http.c. */
struct response {
	unsigned status;
	const char *type;     /* of the content */
	const char *policy;   /* Content-Security-Policy */
	const char *location; /* of a redirect */
	const char *filename; /* to save it under */
	bool set_cookie;
	bool cache; /* the same until the server ends */
	bool close; /* the rest of what this client sent is not read */
	struct ipm_buf body;
	int fd;		 /* instead of a body, when >= 0 */
	uint64_t length; /* of the file */
	uint64_t sent;
	struct job_work work; /* instead of a body, when it has `run`: makes it, piece by piece */
	bool chunked;	      /* in HTTP's way of saying where it ends */
	bool begun;	      /* the headers are out */
};

/* A request that has passed the guards. */
struct request {
	struct ipm_server *server;
	const char *path;
	const char *host; /* as the client names us */
	char version[24]; /* the parameter of that name, or empty */
};

/* One client, whatever it speaks. libwebsockets zeroes it. */
struct connection {
	bool websocket;
	bool counted;
	struct response response; /* HTTP */
	bool responding;
	struct session *session; /* WebSocket */
	struct ipm_outbox outbox;
	bool paused; /* nothing is read until the outbox has emptied and the job is done */
	bool within; /* a message that came in pieces is not at its end */
	struct job *job;
	struct lws *wsi; /* while there is a job */
	struct connection *next_working;
};

int http_callback(struct lws *wsi, enum lws_callback_reasons reason, struct connection *conn,
		  void *in, size_t len);
int ws_callback(struct lws *wsi, enum lws_callback_reasons reason, struct connection *conn,
		void *in, size_t len);
/* Both handshakes. 0, or an HTTP status that refuses. */
int check_guards(struct lws *wsi, char host[MAX_HEADER_TEXT]);

struct ipm_server *server_of(struct lws *wsi);
/*
 * Gives a connection without a job one; its writeable callback comes when there is something to
 * take. False: it cannot be done.
 */
bool begin_job(struct lws *wsi, struct connection *conn, const struct job_work *work);
/* The connection's job is done, or (`abandon`) not wanted any more. */
void leave_job(struct lws *wsi, struct connection *conn, bool abandon);

/* Pages. False: no such page. */
bool answer_pages(const struct request *request, struct response *response);
bool answer_json(const struct request *request, struct response *response);
bool answer_devtools(const struct request *request, struct response *response);

#endif
