/* SPDX-License-Identifier: MIT */
#include "job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	MAX_THREADS = 32,
	READY_BYTES = 1 << 20, /* more than this waiting: the thread waits, too */
	PATIENCE_S = 30,       /* how long a client may keep others from a thread */
	STACK_BYTES = 8 << 20,
};

struct job {
	struct job_pool *pool;
	struct job *next; /* in the queue */
	struct job_work work;
	struct ipm_outbox ready;
	bool finished;
	bool abandoned;
	enum ipm_errc code;
	struct ipm_error error;
};

static void job_free(struct job *job)
{
	ipm_outbox_deinit(&job->ready);
	free(job);
}

void job_pool_init(struct job_pool *pool)
{
	pthread_condattr_t attr;

	*pool = (struct job_pool){0};
	pthread_mutex_init(&pool->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->changed, &attr);
	pthread_condattr_destroy(&attr);
}

void job_pool_deinit(struct job_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (pool->threads)
		pthread_cond_wait(&pool->changed, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_destroy(&pool->changed);
	pthread_mutex_destroy(&pool->lock);
}

/* The caller holds the lock, without which the context might go. */
static void wake_loop(struct job_pool *pool)
{
	if (pool->context)
		lws_cancel_service(pool->context);
}

/* Called and left with the lock held. */
static void run_job(struct job_pool *pool, struct job *job)
{
	if (!job->abandoned) {
		pthread_mutex_unlock(&pool->lock);
		job->code = job->work.run(job->work.self, job, &job->error);
		pthread_mutex_lock(&pool->lock);
	}
	job->finished = true;
	if (!job->abandoned) {
		wake_loop(pool);
		return;
	}
	pthread_mutex_unlock(&pool->lock);
	job->work.release(job->work.self);
	job_free(job);
	pthread_mutex_lock(&pool->lock);
}

static void *thread_main(void *arg)
{
	struct job_pool *pool = arg;
	struct job *job;

	pthread_mutex_lock(&pool->lock);
	while ((job = pool->queue)) {
		pool->queue = job->next;
		if (!pool->queue)
			pool->queue_end = NULL;
		run_job(pool, job);
	}
	pool->threads--;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static bool add_thread(struct job_pool *pool)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool started;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	started = !pthread_create(&thread, &attr, thread_main, pool);
	pthread_attr_destroy(&attr);
	pool->threads += started;
	return started;
}

struct job *job_start(struct job_pool *pool, const struct job_work *work)
{
	struct job *job = calloc(1, sizeof(*job));
	bool ok = true;

	if (!job)
		return NULL;
	job->pool = pool;
	job->work = *work;
	pthread_mutex_lock(&pool->lock);
	if (pool->threads < MAX_THREADS)
		ok = add_thread(pool) || pool->threads;
	if (ok) {
		if (pool->queue)
			pool->queue_end->next = job;
		else
			pool->queue = job;
		pool->queue_end = job;
		pthread_cond_broadcast(&pool->changed);
	}
	pthread_mutex_unlock(&pool->lock);
	if (ok)
		return job;
	job_free(job);
	return NULL;
}

struct ipm_message *job_take(struct job *job)
{
	struct ipm_message *message;

	pthread_mutex_lock(&job->pool->lock);
	message = ipm_outbox_take(&job->ready);
	if (message && job->ready.bytes <= READY_BYTES)
		pthread_cond_broadcast(&job->pool->changed);
	pthread_mutex_unlock(&job->pool->lock);
	return message;
}

bool job_done(struct job *job)
{
	bool done;

	pthread_mutex_lock(&job->pool->lock);
	done = job->finished && !job->ready.first;
	pthread_mutex_unlock(&job->pool->lock);
	return done;
}

const char *job_failed(struct job *job)
{
	return job->code ? job->error.message : NULL;
}

void job_end(struct job *job)
{
	job_free(job);
}

void job_abandon(struct job *job)
{
	struct job_pool *pool = job->pool;
	bool finished;

	pthread_mutex_lock(&pool->lock);
	finished = job->finished;
	job->abandoned = true;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	if (!finished)
		return;
	job->work.release(job->work.self);
	job_free(job);
}

enum ipm_errc job_put(struct job *job, struct ipm_outbox *messages, struct ipm_error *err)
{
	struct job_pool *pool = job->pool;
	struct timespec until;
	bool given_up = false;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&pool->lock);
	ipm_outbox_move(messages, &job->ready);
	wake_loop(pool);
	while (job->ready.bytes > READY_BYTES && !job->abandoned && !given_up) {
		if (!pool->queue || pool->threads < MAX_THREADS)
			pthread_cond_wait(&pool->changed, &pool->lock);
		else
			given_up = pthread_cond_timedwait(&pool->changed, &pool->lock, &until) ==
				   ETIMEDOUT;
	}
	given_up = given_up || job->abandoned;
	pthread_mutex_unlock(&pool->lock);
	return given_up ? ipm_fail(err, IPM_ERR_TIMEOUT, "the client does not read") : IPM_OK;
}
