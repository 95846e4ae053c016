/* SPDX-License-Identifier: MIT */
#ifndef IPM_CRASH_SUMMARY_H
#define IPM_CRASH_SUMMARY_H

/*
 * One crash in a few lines: what `info` and `list` print, and what the server's index page
 * shows. Cheap: reads the meta data, the first pause and the exception, never the graph.
 */

#include "buf.h"
#include "ipm_reader.h"

struct ipm_crash_summary {
	const char *status; /* "whole", "cut", "damaged" */
	uint64_t bytes;
	uint64_t objects;
	uint64_t frames; /* of the first pause */
	uint64_t scripts;
	uint64_t pauses;
	uint64_t pid;
	uint64_t time_ns;      /* real time of the first pause, or of the capture */
	char time[32];	       /* the same, "2026-11-23T04:27:01.123Z" */
	char signature[17];    /* 16 hex digits: error class and normalised top frames */
	struct ipm_str reason; /* CDP's pause reason; empty without a pause */
	struct ipm_str error;  /* first line of the exception's description */
	struct ipm_str node;   /* "v20.20.2" */
	struct ipm_str program;
	struct ipm_str top_frame; /* "price (/srv/app/cart.js:10:15)" */
	struct ipm_str thread;
	enum ipm_reason stopped_by; /* the limit that ended the capture, or NONE */
	uint64_t omitted[IPM_REASON_COUNT];
	uint64_t redacted;
	uint64_t capture_ns;
	struct ipm_buf text; /* where the strings above live */
};

/* Works on cut and damaged files as far as they can be read. Strings live until _deinit. */
IPM_MUST_USE enum ipm_errc ipm_crash_summary_read(struct ipm_reader *reader,
						  struct ipm_crash_summary *ret,
						  struct ipm_error *err);
void ipm_crash_summary_deinit(struct ipm_crash_summary *summary);

/*
 * The object of `info --json`, without a newline at the end. With `meta`, which may be NULL, also
 * what there is of versions, command line and host.
 */
void ipm_crash_summary_json(const struct ipm_crash_summary *summary, const struct ipm_meta *meta,
			    struct ipm_buf *out);

/*
 * One pause of several in a line, to tell it from the others:
 * "RangeError: job 2 failed, in background (/srv/app.js:2:75), worker 3".
 */
IPM_MUST_USE enum ipm_errc ipm_pause_line(struct ipm_reader *reader, uint64_t index,
					  struct ipm_buf *out, struct ipm_error *err);

/*
 * The place of a frame as Node writes it: "/srv/app/cart.js:10:15" for a file: URL, the URL
 * itself otherwise, "<anonymous>" without one; line and column count from 1.
 */
void ipm_put_place(struct ipm_buf *out, struct ipm_str url, const struct ipm_location *location);

/* V8 leaves a frame's own url empty; its script has it. Lives as long as the reader. */
struct ipm_str ipm_place_url(struct ipm_reader *reader, struct ipm_str url,
			     const struct ipm_location *location);

/* What to say instead of an error where nothing was thrown: memory ran out, or somebody looked. */
struct ipm_str ipm_pause_title(const struct ipm_pause *pause);

/* Is this a frame of Node's own code? */
bool ipm_is_internal_url(struct ipm_str url);

#endif
