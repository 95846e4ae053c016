/* SPDX-License-Identifier: MIT */
#ifndef IPM_JOB_H
#define IPM_JOB_H

/*
 * Work too long for the event loop. Threads make messages; each stops when enough of its own
 * wait, until the loop has sent some. All functions are the loop's, but for job_put.
 */

#include <libwebsockets.h>
#include <pthread.h>

#include "ipm_replay.h"

struct job_pool {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct lws_context *context; /* woken when a job has something; NULL: going down */
	struct job *queue, *queue_end;
	unsigned threads;
};

struct job;

struct job_work {
	/* In a thread, once. Its error is what job_failed() says. */
	enum ipm_errc (*run)(void *self, struct job *job, struct ipm_error *err);
	/* Frees `self`; in whatever thread is the last to need it. */
	void (*release)(void *self);
	void *self;
};

void job_pool_init(struct job_pool *pool);
/* No job may be left: each was ended or abandoned. Waits for those that still run. */
void job_pool_deinit(struct job_pool *pool);

/* NULL, and nothing is released, when there is no memory or no thread. */
struct job *job_start(struct job_pool *pool, const struct job_work *work);
/* The next message, which is then the caller's; NULL: none now. */
struct ipm_message *job_take(struct job *job);
/* It has run and everything was taken. */
bool job_done(struct job *job);
/* Of a job that is done: what went wrong, or NULL. */
const char *job_failed(struct job *job);
/* Frees a job that is done. What it worked on is the caller's again. */
void job_end(struct job *job);
/* Nobody wants it any more. Its work is released now or when the thread has noticed. */
void job_abandon(struct job *job);

/* In the job's thread: hands messages over. Fails when nobody wants them. */
IPM_MUST_USE enum ipm_errc job_put(struct job *job, struct ipm_outbox *messages,
				   struct ipm_error *err);

#endif
