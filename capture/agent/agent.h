/* SPDX-License-Identifier: MIT */
#ifndef IPM_AGENT_H
#define IPM_AGENT_H

/*
 * The agent of one JavaScript thread. V8's hooks tell it of errors nobody seems to catch; it
 * holds their stacks, and writes a crash file when Node says that the process dies of one.
 */

#include "budget.h"
#include "hold.h"
#include "io.h"
#include "ipm_capture.h"
#include "js.h"
#include "session.h"
#include "settings.h"
#include "v8_symbols.h"

struct uv_timer_s;

/* A promise rejected without a handler; most get one a moment later. */
struct rejection {
	napi_ref box; /* an array: the promise, the reason */
	uint64_t site;
	struct hold hold;
};

enum { REJECTIONS_MAX = 8 };

/* Whether V8's debugger is on while the program runs, see debugger.c. */
enum debugger {
	DEBUGGER_OFF,
	DEBUGGER_STARTUP, /* until the entry module has been evaluated */
	DEBUGGER_ALWAYS,
};

struct agent {
	napi_env env;
	struct v8_isolate *isolate;
	napi_ref connect;	/* JavaScript: callback → inspector connection */
	napi_ref pause;		/* JavaScript: function (error) { debugger; } */
	napi_ref abort;		/* process.abort() as Node has it */
	napi_ref inspector_url; /* JavaScript: where Node's inspector listens, or undefined */
	struct session session;

	bool armed;
	bool heap_limit_hooked;
	bool self_testing;
	bool self_test_passed;
	bool program_aborts; /* the user gave --abort-on-uncaught-exception: Node decides */
	bool busy;	     /* inside the agent: hooks do nothing */

	struct hold candidate; /* the latest throw that nobody seemed to catch */
	uint64_t candidate_site;
	bool candidate_is_old;			     /* there was another throw since */
	struct rejection rejections[REJECTIONS_MAX]; /* oldest first */
	unsigned rejection_count;

	struct hold confirmed;	  /* what a handler of uncaught errors is looking at */
	napi_ref confirmed_error; /* an array: the error */
	uint64_t confirmed_ns;
	const char *confirmed_reason;

	enum debugger debugger;
	struct hold thrown;   /* the debugger's latest pause on an exception */
	struct ipm_buf entry; /* URL of the entry module, as it stands in JSON */
	char entry_breakpoint[256];
	uint64_t thrown_error;
	uint64_t debugger_ns; /* when it was first switched on */
	bool startup_over;

	struct budget throw_budget, rejection_budget, debugger_budget;
	struct sites sites;
	struct uv_timer_s *timer; /* see settle.c */

	bool in_handler; /* an uncaughtException handler is running */
	struct ipm_new_file deferred[2];
	unsigned deferred_count;

	struct ipm_new_file memory_file;
	uint64_t memory_ns; /* when it was written */
	size_t heap_limit;  /* as it was before we raised it; 0: not raised */
	size_t heap_limit_raised;
	enum { MEMORY_FINE, MEMORY_LOW, MEMORY_CAPTURED, MEMORY_GIVEN_UP } memory;

	struct settings settings;
	bool published;
	bool is_worker;
	struct ipm_buf suffix; /* of the file's name */
	struct ipm_buf node_version, v8_version, arch, program;
	struct ipm_buf thread; /* "main", "worker 3" */
};

/* hooks.c */
/* Installs the throw hook in the current thread and proves that it works. */
IPM_MUST_USE bool hook_throws(struct agent *a);
/* Installs the hook for rejections. */
IPM_MUST_USE bool hook_rejections(struct agent *a);
void unhook(struct agent *a);

/* guard.c: what surrounds every piece of JavaScript that the agent runs. */
struct guard {
	struct agent *agent;
	napi_handle_scope handles;
	struct v8_scope allow_js;
	struct v8_scope no_microtasks;
	uintptr_t old_limit; /* 0: the stack limit is as it was */
	bool deep;	     /* there was hardly any stack left */
};
/* False: not now, nothing to leave. */
bool guard_enter(struct guard *g, struct agent *a);
void guard_leave(struct guard *g);

/* locate.c: for the walker; see ipm_capture_helpers. */
napi_value locate(napi_env env, napi_callback_info info);

/* abort.c */
/* beforeAbort(abort): the function that takes its place. */
napi_value js_before_abort(napi_env env, napi_callback_info info);

/* where.c */
/*
 * A hash of where the top frames are; 0 when no JavaScript is on the stack. Needs a handle
 * scope.
 */
uint64_t where_are_we(struct agent *a);

/* attached.c */
bool debugger_is_attached(struct agent *a);

/* debugger.c */
bool debugger_start(struct agent *a, enum debugger debugger);
void debugger_stop(struct agent *a); /* fine when it is off */
/* Start-up is over; else, while it lasts, *ret_ms is when it will be at the latest. */
bool debugger_is_due(const struct agent *a, uint64_t *ret_ms);

/* capture.c */
/* Opens the inspector session if it is not open yet. Refuses where it would disturb somebody. */
IPM_MUST_USE enum ipm_errc agent_session(struct agent *a, struct ipm_error *err);
/*
 * Pauses V8 in our own function, called with `argument` (NULL: undefined), with the Debugger
 * domain on for as long. `paused` resumes it; `resumed`, if not NULL, is called after that, with
 * the domain still on.
 */
IPM_MUST_USE enum ipm_errc agent_pause(struct agent *a, napi_value argument,
				       void (*paused)(void *self, struct ipm_str message),
				       void (*resumed)(void *self), void *self,
				       struct ipm_error *err);
/* Pauses V8 here and holds the stack above. */
IPM_MUST_USE enum ipm_errc agent_hold(struct agent *a, struct hold *hold, bool deep,
				      struct ipm_error *err);

/* rejections.c */
void rejection_begins(struct agent *a, napi_value promise, napi_value reason);
/* The hold of the rejection that Node reports with `error`; an empty one when there is none. */
struct hold rejection_claim(struct agent *a, napi_value error);
/* The first unhandled one becomes what is confirmed; false when there is none. */
bool rejection_confirm(struct agent *a);
/* Puts the reasons of those still unhandled into the array `reasons`; how many, and their holds. */
unsigned rejections_pending(struct agent *a, napi_value reasons, struct hold **ret_holds);
void rejections_settle(struct agent *a);

/* settle.c */
/* Puts off the question whether what is held was handled until the event loop turns. */
void settle_later(struct agent *a);
void settle_stop(struct agent *a);
/* Node has reported `error`; takes over `hold`. What was confirmed before is forgotten. */
void confirm(struct agent *a, const char *reason, struct hold hold, napi_value error);
void forget_confirmed(struct agent *a);
/* The error, unless its handler has had ten seconds to end the process; NULL: there is none. */
napi_value confirmed_error(struct agent *a);

/* crash.c */
struct crash {
	const char *reason; /* CDP's: exception, promiseRejection, OOM */
	struct hold *hold;  /* may be empty: then the file has no frames */
	napi_value error;   /* NULL: none */
	bool with_pending;  /* rejections that nobody has handled go into the file, too */
};
/* Walks everything into a file that is not published yet. */
IPM_MUST_USE enum ipm_errc crash_write(struct agent *a, const struct crash *crash,
				       struct ipm_new_file *ret, struct ipm_error *err);
/* Gives the file its name; it is closed in any case. Runs no JavaScript. */
IPM_MUST_USE enum ipm_errc crash_publish(struct agent *a, struct ipm_new_file *file,
					 struct ipm_buf *ret_path, struct ipm_error *err);
/* Publishes, and says so, or why not, in one line. */
bool crash_publish_and_say(struct agent *a, struct ipm_new_file *file, bool at_exit,
			   struct ipm_buf *ret_path);
/* Writes, publishes and says so. */
bool agent_write_crash(struct agent *a, const struct crash *crash, bool at_exit,
		       struct ipm_buf *ret_path);

/* deferred.c: written, and published only if the process dies in the way foreseen. */
/*
 * A throw inside a handler of uncaught errors: Node exits with code 7 and calls no JavaScript
 * any more.
 */
void defer_until_exit_7(struct agent *a, struct hold *second);
void deferred_discard(struct agent *a);

/* memory.c */
/* Captures near the heap limit, and publishes when V8 gives up. */
IPM_MUST_USE bool hook_heap_limit(struct agent *a);
void unhook_heap_limit(struct agent *a);

/* say.c */
/* One line on stderr, "inspmort: " first: when the process exits if `at_exit`, else now. */
void say(bool at_exit, const char *format, ...) IPM_PRINTF(2, 3);

#endif
