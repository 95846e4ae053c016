/* SPDX-License-Identifier: MIT */
#ifndef IPM_TEXT_REPORT_H
#define IPM_TEXT_REPORT_H

/* The report in the making: what text.c (the error) and text_frames.c (the stack) share. */

#include "text.h"

#define STYLE_ERROR    "1;31"
#define STYLE_HEADING  "1"
#define STYLE_NAME     "36"
#define STYLE_DIM      "2"
#define STYLE_EMPHASIS "33"

#define REPORT_MAX_SCOPES 256

struct report {
	struct ipm_text_job job;
	struct ipm_buf *buf;
	/* Scopes printed already, with the frame that did: closures come back in every frame. */
	uint64_t shown_scopes[REPORT_MAX_SCOPES];
	size_t shown_frames[REPORT_MAX_SCOPES];
	size_t shown_count;
	bool markdown;
};

/* Colours on and off; nothing where there are none. */
void report_style(struct report *r, const char *codes);
void report_plain(struct report *r);
void report_styled(struct report *r, const char *codes, struct ipm_str text);
/* Text among Markdown's own characters, none of which it may play. */
void report_markdown(struct report *r, struct ipm_str text);
/* A block of lines of ours; Markdown wants it marked. */
void report_begin_block(struct report *r);
void report_end_block(struct report *r);

/* "name = value", with that much before it. */
enum ipm_errc report_variable(struct report *r, const char *indent, struct ipm_str name,
			      const struct ipm_value *value);

/* The frames of a pause, each with source and variables. */
enum ipm_errc report_frames(struct report *r, const struct ipm_pause *pause);
/* The call sites behind it: await, timers, and so on. */
void report_async(struct report *r, const struct ipm_pause *pause);

/* The last lines that the program wrote to its console, if the capture saw them. */
void report_console(struct report *r);

#endif
