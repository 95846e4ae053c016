/* SPDX-License-Identifier: MIT */
/* What stands around a crash: Node's diagnostic report, the last lines of the console. */
#include <string.h>

#include "engine.h"

static enum ipm_errc write_note(struct run *run, const char *name, struct ipm_str text,
				struct ipm_error *err)
{
	struct ipm_note note = {.name = {name, strlen(name)}};
	enum ipm_errc rc;

	rc = ipm_writer_text(run->writer, text, &note.text, err);
	return rc ? rc : ipm_writer_note(run->writer, &note, err);
}

enum ipm_errc run_write_notes(struct run *run, struct ipm_error *err)
{
	struct ipm_buf *console = &run->capture->console;

	if (!console->len)
		return IPM_OK;
	return write_note(run, "console", ipm_buf_as_str(console), err);
}
