/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_ENGINE_H
#define IPM_CAPTURE_ENGINE_H

/* What the parts of one capture share. */

#include "extras.h"
#include "ipm_capture.h"
#include "paused.h"
#include "redact.h"
#include "scripts.h"
#include "source_cache.h"
#include "walker_text.h"

#define CONSOLE_LINES 100

/* The last console calls: params of Runtime.consoleAPICalled, the oldest at `next`. */
struct console {
	struct ipm_buf lines[CONSOLE_LINES];
	size_t next;
};

struct ipm_capture {
	struct ipm_capture_options opts;
	struct ipm_capture_limits limits;
	struct scripts scripts;
	struct console console;
	struct ipm_str context_name;
	struct ipm_buf helpers; /* see ipm_capture_helpers */
	struct ipm_buf also[IPM_CAPTURE_PAUSES];
	size_t also_count;
	struct pool pool;
	bool running; /* events are of our own making */
};

#define SAME_TEXTS 256

/* Where a function of a text was; the next of that text may come without its place. */
struct same_text {
	uint32_t checksum;
	struct ipm_location location;
};

/* One run of it. */
struct run {
	struct ipm_capture *capture;
	struct target target;
	struct walker walker;
	struct ipm_writer *writer;
	struct names names;
	struct redaction redaction;
	struct pool paused_pool; /* the pause and all that it names */
	struct pool batch_pool;
	struct pool record_pool;
	struct ipm_buf answer;
	struct source_cache sources;
	struct same_text same_texts[SAME_TEXTS];
	struct long_texts longs;
	uint64_t frame_sources_left; /* bytes that scripts of frames may take */
	uint64_t other_sources_left; /* the same for all others */
	uint64_t refetch_left;	     /* bytes of sources that may be asked for again */
	uint64_t omitted[IPM_REASON_COUNT];
	uint64_t started_ns;
	uint64_t stop_ns;	/* no new work after this */
	uint64_t extras_ns;	/* spent on questions to the protocol */
	uint64_t extras_max_ns; /* may be spent on them */
	enum ipm_reason stopped_by;
	struct ipm_capture_result result;
};

struct ipm_capture_limits limits_with_defaults(const struct ipm_capture_limits *given);

/* A cursor over an answer of the walker's, pointing into `pool`. */
IPM_MUST_USE enum ipm_errc run_open_text(struct run *run, struct ipm_buf *answer, struct pool *pool,
					 struct walker_text *ret, struct ipm_error *err);
/* Does --full ask for the closures of Node and of packages, too? */
bool run_follows_libraries(const struct run *run);
/* Is there time left? If not, says so in run->stopped_by. */
bool run_has_time(struct run *run);

/* meta.c: asks the process about itself and writes the first record. */
IPM_MUST_USE enum ipm_errc run_write_meta(struct run *run, struct ipm_error *err);
/* sources.c */
void sources_init(struct run *run);
IPM_MUST_USE enum ipm_errc run_write_frame_scripts(struct run *run, const struct ipm_pause *pause,
						   struct ipm_error *err);
IPM_MUST_USE enum ipm_errc run_write_other_scripts(struct run *run, struct ipm_error *err);
/*
 * The text of a function becomes a piece of its script, where it is one; the script is written first.
 * Where it is not, it is cut as any string.
 */
IPM_MUST_USE enum ipm_errc run_place_text(struct run *run, struct ipm_object *function,
					  struct ipm_error *err);
/* walk.c: every object that the budgets allow. */
IPM_MUST_USE enum ipm_errc run_walk(struct run *run, struct ipm_error *err);
/* notes.c */
IPM_MUST_USE enum ipm_errc run_write_notes(struct run *run, struct ipm_error *err);

#endif
