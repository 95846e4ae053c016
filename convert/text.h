/* SPDX-License-Identifier: MIT */
#ifndef IPM_TEXT_H
#define IPM_TEXT_H

/* What the report for people is made of; text and markdown share it. */

#include "formats.h"
#include "output.h"
#include "remote_object.h"
#include "safe_text.h"
#include "sequence.h"
#include "source_map.h"

#define IPM_TEXT_MAPS 16

struct ipm_text_job {
	struct ipm_reader *reader;
	const struct ipm_convert_options *opts;
	struct ipm_output *out;
	struct ipm_heap heap;
	struct ipm_cdp cdp;
	unsigned columns;
	struct ipm_error *err;
	/* Source maps of scripts met so far; a NULL map: that script has none. */
	struct ipm_text_map {
		uint64_t script_id;
		struct ipm_source_map *map;
	} maps[IPM_TEXT_MAPS];
	size_t map_count;
};

/* columns 0: 100. */
void ipm_text_job_init(struct ipm_text_job *job, struct ipm_reader *reader,
		       const struct ipm_convert_options *opts, unsigned columns,
		       struct ipm_output *out, struct ipm_error *err);
void ipm_text_job_deinit(struct ipm_text_job *job);

/* Where a place was written, if a source map of its script says so. */
bool ipm_text_original(struct ipm_text_job *job, const struct ipm_location *location,
		       struct ipm_original *ret, struct ipm_source_map **ret_map);

/* As ipm_put_safe, quoted, and at most `max` units long. */
enum ipm_errc ipm_put_quoted(struct ipm_text_job *job, const struct ipm_text *text, uint64_t max,
			     struct ipm_buf *out);

/*
 * A value in about `width` characters: primitives whole if they fit, objects with their own
 * properties one level deep.
 */
enum ipm_errc ipm_put_brief(struct ipm_text_job *job, const struct ipm_value *value, unsigned width,
			    struct ipm_buf *out);

/* One line of source. */
struct ipm_source_line {
	int64_t number; /* from 0 */
	bool is_it;	/* the line asked for */
	struct ipm_str text;
	unsigned cut_columns; /* dropped at the left, to show the place in a long line */
	unsigned caret;	      /* where the place is in `text`, in characters; of is_it only */
	bool has_caret;
};

/*
 * Calls `line` for the line of `location` and `context` lines before and after, as far as the
 * source is in the file: what was written, where a source map carries it, else what was run. Text
 * is unsafe as it stands: it may hold anything.
 */
enum ipm_errc ipm_each_source_line(struct ipm_text_job *job, const struct ipm_location *location,
				   unsigned context,
				   void (*line)(void *self, const struct ipm_source_line *line),
				   void *self);

#endif
