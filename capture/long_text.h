/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_LONG_TEXT_H
#define IPM_CAPTURE_LONG_TEXT_H

/*
 * Strings too long for their record: the walker announces them there and sends them in pieces
 * behind it, one after the other, and the file has them in slices. A zeroed struct with a writer
 * is ready for use.
 */

#include "buf.h"
#include "ipm_writer.h"
#include "redact.h"

struct long_text {
	struct ipm_slices slices;
	bool dropped; /* its place in the record holds something else */
};

struct long_texts {
	struct ipm_writer *writer;
	struct long_text *at; /* those announced and not yet there */
	size_t first, count, capacity;
	uint64_t done; /* units of the first one */
	struct ipm_buf held, window, cut;
};

void long_texts_deinit(struct long_texts *l);
/* Makes *text one whose `available` units are going to come. */
IPM_MUST_USE enum ipm_errc long_texts_announce(struct long_texts *l, uint64_t available,
					       struct ipm_text *text, struct ipm_error *err);
/* The pieces of this one are to be forgotten. */
void long_texts_drop(struct long_texts *l, const struct ipm_text *text);
/*
 * The next piece, as many whole slices as it has; the last may be shorter. Slices with secrets are
 * masked and counted in `redaction`. IPM_ERR_PROTOCOL: nothing was announced.
 */
IPM_MUST_USE enum ipm_errc long_texts_piece(struct long_texts *l, struct ipm_str piece,
					    uint64_t units, struct redaction *redaction,
					    struct ipm_error *err);

#endif
