/* SPDX-License-Identifier: MIT */
#include "formats.h"
#include "output.h"

/* Node's diagnostic report, as the process wrote it. */

static bool put_piece(void *self, struct ipm_str piece)
{
	struct ipm_output *out = self;

	ipm_buf_str(&out->buffer, piece);
	ipm_output_breathe(out);
	return ipm_output_ok(out);
}

enum ipm_errc ipm_write_report(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			       struct ipm_output *out, struct ipm_error *err)
{
	const struct ipm_note *note;
	enum ipm_errc rc;

	(void)opts;
	rc = ipm_reader_note(reader, IPM_STR("report"), &note, err);
	if (rc == IPM_ERR_NOT_FOUND)
		return ipm_fail(err, rc, "no diagnostic report in this file");
	if (!rc)
		rc = ipm_reader_text(reader, &note->text, 0, UINT64_MAX, put_piece, out, err);
	return rc;
}
