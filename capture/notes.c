/* SPDX-License-Identifier: MIT */
/* What stands around a crash: Node's diagnostic report, the last lines of the console. */
#include <string.h>

#include "engine.h"
#include "redact_json.h"

static enum ipm_errc write_note(struct run *run, const char *name, struct ipm_str text,
				struct ipm_error *err)
{
	struct ipm_note note = {.name = {name, strlen(name)}};
	enum ipm_errc rc;

	rc = ipm_writer_text(run->writer, text, &note.text, err);
	return rc ? rc : ipm_writer_note(run->writer, &note, err);
}

/* A report that cannot be had is no failure of the capture. */
static enum ipm_errc write_report(struct run *run, struct ipm_error *err)
{
	struct ipm_buf report = IPM_BUF_INIT, clean = IPM_BUF_INIT;
	struct ipm_error ignored;
	enum ipm_errc rc = IPM_OK;

	if (!run->walker.pristine || !run_has_time(run))
		return IPM_OK;
	if (!walker_ask(&run->walker, &report, &ignored, "function(){return this.report()}") &&
	    !redact_json(&run->redaction, ipm_buf_as_str(&report), "environmentVariables", &clean,
			 &ignored))
		rc = write_note(run, "report", ipm_buf_as_str(&clean), err);
	ipm_buf_deinit(&report);
	ipm_buf_deinit(&clean);
	return rc;
}

static enum ipm_errc write_console(struct run *run, struct ipm_error *err)
{
	struct console *console = &run->capture->console;
	struct ipm_buf lines = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_OK;
	struct ipm_error ignored;
	size_t i;

	for (i = 0; i < CONSOLE_LINES; i++) {
		struct ipm_buf *line = &console->lines[(console->next + i) % CONSOLE_LINES];

		if (line->len && !redact_json(&run->redaction, ipm_buf_as_str(line), "objectId",
					      &lines, &ignored))
			ipm_buf_byte(&lines, '\n');
	}
	if (lines.len && ipm_buf_ok(&lines))
		rc = write_note(run, "console", ipm_buf_as_str(&lines), err);
	ipm_buf_deinit(&lines);
	return rc;
}

enum ipm_errc run_write_notes(struct run *run, struct ipm_error *err)
{
	enum ipm_errc rc = write_report(run, err);

	return rc ? rc : write_console(run, err);
}
