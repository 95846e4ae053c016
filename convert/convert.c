/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "formats.h"
#include "output.h"

const struct ipm_convert_format ipm_convert_formats[] = {
	{"json", ".json", "pauses, objects, scripts and report as one JSON object", ipm_write_json},
	{"jsonl", ".jsonl", "one object a line, for jq and databases", ipm_write_jsonl},
	{"text", ".txt", "the report that 'show' prints", ipm_write_text},
	{"markdown", ".md", "the same, for a ticket", ipm_write_markdown},
	{"sentry", ".sentry.json", "an event as Sentry takes them", ipm_write_sentry},
	{"heapsnapshot", ".heapsnapshot",
	 "opens in the Memory panel of DevTools; sizes are estimates", ipm_write_heapsnapshot},
	{"report", ".report.json", "Node's diagnostic report, as the process wrote it",
	 ipm_write_report},
	{NULL, NULL, NULL, NULL},
};

const struct ipm_convert_format *ipm_convert_find(const char *name)
{
	const struct ipm_convert_format *f;

	for (f = ipm_convert_formats; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

enum ipm_errc ipm_convert(struct ipm_reader *reader, const struct ipm_convert_format *format,
			  const struct ipm_convert_options *opts, struct ipm_convert_sink sink,
			  struct ipm_error *err)
{
	static const struct ipm_convert_options defaults = {.frame = -1};
	struct ipm_output out = {.sink = sink};
	struct ipm_error finish_error;
	enum ipm_errc rc, finish;

	rc = format->write(reader, opts ? opts : &defaults, &out, err);
	finish = ipm_output_finish(&out, &finish_error);
	if (rc || !finish)
		return rc;
	if (err)
		*err = finish_error;
	return finish;
}
