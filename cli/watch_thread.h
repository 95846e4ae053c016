/* SPDX-License-Identifier: MIT */
#ifndef IPM_WATCH_THREAD_H
#define IPM_WATCH_THREAD_H

/* One thread of a watched program: its pauses, and what was captured in them. */

#include "held.h"
#include "ipm_capture.h"
#include "ipm_holds.h"
#include "wanted.h"
#include "watchdog.h"

#define WATCH_OWN_PLACE "inspmort:now"	     /* the URL of that */
#define WATCH_CALL_NS	UINT64_C(5000000000) /* patience with a question that costs nothing */

/* What the threads of a program share. */
struct watch_common {
	struct ipm_capture_options opts;
	struct watchdog dog;
	struct wanted wanted;
	uint64_t pid;		  /* for the files' names */
	uint64_t caught;	  /* files of caught exceptions */
	bool failed;		  /* and said so */
	bool wrote;		  /* a file, at least */
	bool wake;		  /* somebody has something to do */
	struct ipm_channel *root; /* the connection */
};

struct watch_thread {
	struct watch_common *common;
	struct ipm_channel *channel;
	struct ipm_capture *capture;
	char name[32];		 /* "main", "worker 3" */
	char suffix[32];	 /* of its files' names: "", "worker-3-" */
	char session[24];	 /* of NodeWorker; empty: the main thread */
	struct ipm_buf paused;	 /* the event that waits to be handled */
	struct ipm_buf current;	 /* the one being handled; the next may arrive meanwhile */
	struct ipm_buf unseen;	 /* the end of the program, for which V8 did not pause */
	struct ipm_buf recalled; /* the event that tells more than `current`; empty: none does */
	struct ipm_buf reply;
	struct ipm_holds holds; /* exceptions that may yet turn out to be the end */
	struct held_list held;
	size_t captures;
	uint64_t last_capture_ns;
	uint64_t own_script; /* what watch_thread_now() let it run; 0: nothing yet */
	int64_t context;     /* the one in which the program runs; 0: not known yet */
	uint64_t second_ns;  /* the second in which `pauses` for caught exceptions came */
	unsigned pauses;
	uint64_t resting_until_ns; /* caught exceptions are left alone; 0: not so */
	uint64_t progress_ns;	   /* when it was last shown */
	bool progress_shown;
	bool armed;   /* a worker's: it is being watched */
	bool waiting; /* at its end, for us to go */
	bool gone;    /* the worker has ended */
	bool lost;    /* does not answer any more */
};

/* The channel stays the caller's. `session` empty: the main thread. */
IPM_MUST_USE enum ipm_errc watch_thread_create(struct watch_common *common,
					       struct ipm_channel *channel, struct ipm_str session,
					       struct ipm_str worker_id, struct watch_thread **ret,
					       struct ipm_error *err);
void watch_thread_destroy(struct watch_thread *t); /* NULL is fine */

/* Asks for something that needs no answer but that it was done. False: no answer. */
bool watch_thread_call(struct watch_thread *t, const char *method, const char *params);

/*
 * From t->current, a Debugger.paused event with these params, into a file that is held. NULL: said
 * why not.
 */
struct held *watch_thread_capture(struct watch_thread *t, struct ipm_json_ref params);
/*
 * If the exception was seen when it was thrown, and the event in t->current knows less than that, the
 * next capture takes the earlier event.
 */
void watch_thread_recall(struct watch_thread *t, struct ipm_json_ref exception);
/* The script that a call frame is in; 0: not known. */
uint64_t watch_thread_script(struct ipm_json_ref frame);
/* Around whatever is done in a pause. */
void watch_thread_hold(struct watch_thread *t);
void watch_thread_release(struct watch_thread *t);

/* Pauses and crashes are told from here on. False: it does not answer. */
bool watch_thread_arm(struct watch_thread *t);
/* An event of its own. Only takes note: what has to be done is done by watch_thread_work(). */
void watch_thread_event(struct watch_thread *t, struct ipm_str message);
/* Handles what came. When it wants to be called again: monotonic, UINT64_MAX: never. */
uint64_t watch_thread_work(struct watch_thread *t);
/* watch_now.c: pauses it, takes its state, lets it go on. False: said why not. */
bool watch_thread_now(struct watch_thread *t);

/*
 * watch_end.c: while it waits for us to go, what it dies of, if that was not seen, and how it means
 * to end: a wait status, -1: not known.
 */
int watch_thread_last_words(struct watch_thread *t);
/* It has ended: publishes the capture of its death, removes the others. */
void watch_thread_settle(struct watch_thread *t, int wait_status, bool only_known);

#endif
