/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_H
#define IPM_CAPTURE_H

/*
 * The capture engine: a paused V8 behind a channel becomes records in a writer. The same code
 * serves the agent inside the process and the client outside. One thread at a time.
 */

#include "channel.h"
#include "ipm_writer.h"

struct ipm_capture;

/* Zero means the default, UINT64_MAX no limit. The defaults suit a production service. */
struct ipm_capture_limits {
	uint64_t max_objects;	  /* 500,000 */
	uint64_t max_bytes;	  /* of the file; 64 MiB */
	uint64_t max_time_ms;	  /* of the whole pause; 2,000 */
	uint64_t max_string;	  /* UTF-16 units of one string; 16,384 */
	uint64_t max_depth;	  /* references from a root; no limit */
	uint64_t call_timeout_ms; /* of one request; 5,000, or max_time_ms if that is more */
};

/* From INSPMORT_MAX_OBJECTS and friends. IPM_ERR_INVALID_ARGUMENT names the variable. */
IPM_MUST_USE enum ipm_errc ipm_capture_limits_from_env(struct ipm_capture_limits *ret,
						       struct ipm_error *err);

/* How far a capture is. */
struct ipm_capture_progress {
	uint64_t objects; /* written */
	uint64_t queued;  /* known and not yet written */
	uint64_t bytes;	  /* of the file */
	uint64_t left_ms; /* of the time budget; UINT64_MAX: no limit */
};

struct ipm_capture_options {
	struct ipm_capture_limits limits;
	bool redact;		/* secrets stay out */
	bool no_local_files;	/* the target is elsewhere: its source maps are not files of ours */
	unsigned skip_frames;	/* the agent's own frames on top of the stack */
	uint64_t own_script_id; /* frames of this script are the agent's; 0: none */
	struct ipm_str thread;	/* what the paused thread is called; empty: "main" */
	struct ipm_meta meta;	/* what the caller knows; the engine asks the target for the rest */
	/* Called now and then during the capture; may be NULL. */
	void (*progress)(void *self, const struct ipm_capture_progress *progress);
	void *progress_self;
};

struct ipm_capture_result {
	uint64_t objects, frames, scripts, bytes;
	enum ipm_reason stopped_by;
	struct ipm_summary summary;
};

/* `opts` and what it points to outlive the capture. */
IPM_MUST_USE enum ipm_errc ipm_capture_create(const struct ipm_capture_options *opts,
					      struct ipm_capture **ret, struct ipm_error *err);
void ipm_capture_destroy(struct ipm_capture *c); /* NULL is fine */

/* Takes note of an event (scriptParsed, executionContextCreated, consoleAPICalled); ignores others. */
void ipm_capture_event(struct ipm_capture *c, struct ipm_str message);

/* Is the script of that id, which an event has told about, the runtime's own ("node:fs")? */
bool ipm_capture_is_internal(struct ipm_capture *c, uint64_t script_id);

/*
 * Names an object in the target (its CDP objectId) with functions of the caller's, which save
 * questions to the protocol and run nothing of the program's: locate(function), optional, tells
 * where a function is, as "script,line,column", or undefined; adopt(walker) is given the walker, for
 * the channel's step(); `process` and `binding` are Node's process and its untouched process.binding. Optional; valid for the next ipm_capture_run.
 */
void ipm_capture_helpers(struct ipm_capture *c, struct ipm_str object_id);

/*
 * Script in which the caller itself paused: it stays out of the file, and so do its frames, as with
 * own_script_id, for callers that learn it only at the pause.
 */
void ipm_capture_own_script(struct ipm_capture *c, uint64_t script_id);

/*
 * A further pause of the same death, a rejection that nobody had handled by then: for the next
 * ipm_capture_run, which writes it and what it holds behind its own. At most IPM_CAPTURE_PAUSES.
 */
enum { IPM_CAPTURE_PAUSES = 8 };
void ipm_capture_also(struct ipm_capture *c, struct ipm_str paused);

/*
 * Writes a whole crash file into `sink`: `paused` is the text of the Debugger.paused event. The
 * target stays paused; resuming it is the caller's. A spent budget is IPM_OK with
 * ret->stopped_by set. On failure the file holds what came before and says so, if the sink
 * still takes bytes.
 */
IPM_MUST_USE enum ipm_errc ipm_capture_run(struct ipm_capture *c, struct ipm_channel *ch,
					   struct ipm_str paused, struct ipm_sink sink,
					   struct ipm_capture_result *ret, struct ipm_error *err);

/*
 * Where crash files go: "crash.<UTC time>.<pid>.<suffix>.inspmort" in `dir` (NULL: $INSPMORT_DIR,
 * else "."). Fills `ret` with a path that was free a moment ago.
 */
IPM_MUST_USE enum ipm_errc ipm_capture_path(const char *dir, uint64_t pid, const char *suffix,
					    struct ipm_buf *ret, struct ipm_error *err);

#endif
