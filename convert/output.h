/* SPDX-License-Identifier: MIT */
#ifndef IPM_OUTPUT_H
#define IPM_OUTPUT_H

/*
 * How converters write: into out->buffer as they like, with a breath between pieces, which hands on
 * what has gathered. So memory stays at one piece.
 */

#include "buf.h"
#include "ipm_convert.h"

/* Failure is sticky: after the first one nothing is written any more. */
struct ipm_output {
	struct ipm_convert_sink sink;
	struct ipm_buf buffer; /* written out when it has grown */
	enum ipm_errc failed;
	struct ipm_error error; /* of the first failure */
	uint64_t bytes;		/* written so far */
};

bool ipm_output_ok(const struct ipm_output *out);
/* Writes the buffer out if it has grown enough. */
void ipm_output_breathe(struct ipm_output *out);
/* Writes out the rest, frees the buffer and tells how it all went. */
enum ipm_errc ipm_output_finish(struct ipm_output *out, struct ipm_error *err);

#endif
