/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "crash_dir.h"
#include "json.h"
#include "safe_text.h"

static const char help[] = "inspmort list - the crashes of a directory, newest first\n"
			   "\n"
			   "  inspmort list                     those here\n"
			   "  inspmort list /var/crashes        those somewhere else\n"
			   "  inspmort list --json | jq '.[].error'\n"
			   "\n"
			   "Usage: inspmort list [--json] [DIR|FILE]...\n"
			   "\n"
			   "Options:\n"
			   "  --json   an array of what 'info --json' gives, each with its file\n"
			   "\n"
			   "Without DIR: the one in $INSPMORT_DIR, else the working directory.\n";

static struct ipm_str base_name(struct ipm_str path)
{
	size_t i = path.len;

	while (i && path.data[i - 1] != '/')
		i--;
	return (struct ipm_str){path.data + i, path.len - i};
}

static struct ipm_str path_of(const struct crash_file *e)
{
	return (struct ipm_str){e->path, strlen(e->path)};
}

static void put_program(struct ipm_buf *out, const struct crash_file *e)
{
	ipm_put_safe(out, base_name(e->summary.program), false);
}

static unsigned program_width(const struct crash_dir *d)
{
	struct ipm_buf name = IPM_BUF_INIT;
	size_t i, width = strlen("PROGRAM");

	for (i = 0; i < d->count; i++) {
		ipm_buf_reset(&name);
		if (d->files[i].readable)
			put_program(&name, &d->files[i]);
		if (name.len > width)
			width = name.len;
	}
	ipm_buf_deinit(&name);
	return width < 30 ? (unsigned)width : 30;
}

static void put_facts(struct ipm_buf *out, const struct crash_file *e, unsigned width)
{
	const struct ipm_crash_summary *s = &e->summary;
	struct ipm_buf text = IPM_BUF_INIT;

	put_size(&text, s->bytes);
	ipm_buf_printf(out, "%-24s %7" PRIu64 " %-16s %-7s %6.*s ", s->time, s->pid, s->signature,
		       s->status, (int)text.len, (const char *)text.data);
	ipm_buf_reset(&text);
	put_program(&text, e);
	ipm_buf_printf(out, "%-*.*s", (int)width, (int)text.len,
		       text.len ? (const char *)text.data : "");
	out->failed |= text.failed;
	ipm_buf_deinit(&text);
}

static void put_error(struct ipm_buf *out, const struct crash_file *e)
{
	ipm_put_safe(out, e->summary.error, false);
	if (e->summary.top_frame.len) {
		ipm_buf_cstr(out, "  in ");
		ipm_put_safe(out, e->summary.top_frame, false);
	}
}

/* One line a crash, or with `stacked` three. */
static void put_row(struct ipm_buf *out, const struct crash_file *e, unsigned width, bool stacked)
{
	const char *between = stacked ? "\n    " : "  ";

	if (!e->readable) {
		ipm_buf_printf(out, "%-24s %7s %-16s unreadable%s", "-", "-", "-", between);
		ipm_put_safe(out, path_of(e), false);
		ipm_buf_printf(out, ": %s\n", e->err.message);
		return;
	}
	put_facts(out, e, width);
	ipm_buf_cstr(out, between);
	put_error(out, e);
	ipm_buf_cstr(out, between);
	ipm_put_safe(out, path_of(e), false);
	ipm_buf_byte(out, '\n');
}

static void put_rows(struct ipm_buf *out, const struct crash_dir *d, bool stacked)
{
	unsigned width = program_width(d);
	size_t i;

	ipm_buf_printf(out, "%-24s %7s %-16s %-7s %6s %-*s%s\n", "TIME", "PID", "SIGNATURE",
		       "STATUS", "SIZE", (int)width, "PROGRAM",
		       stacked ? "" : "  ERROR, FRAME, FILE");
	for (i = 0; i < d->count; i++)
		put_row(out, &d->files[i], width, stacked);
}

static bool fits(const struct ipm_buf *text, size_t columns)
{
	const uint8_t *at = text->data, *end = at + text->len, *line_end;

	for (; at < end; at = line_end + 1) {
		line_end = memchr(at, '\n', (size_t)(end - at));
		if (!line_end)
			line_end = end;
		if ((size_t)(line_end - at) > columns)
			return false;
	}
	return true;
}

static void put_table(struct ipm_buf *out, const struct crash_dir *d)
{
	unsigned columns = cli_columns();

	put_rows(out, d, false);
	if (columns && !fits(out, columns)) {
		ipm_buf_reset(out);
		put_rows(out, d, true);
	}
}

static void put_json(struct ipm_buf *out, const struct crash_dir *d)
{
	size_t i;

	ipm_buf_byte(out, '[');
	for (i = 0; i < d->count; i++) {
		const struct crash_file *e = &d->files[i];

		ipm_buf_cstr(out, i ? ",\n{" : "{");
		ipm_json_put_name(out, "file");
		ipm_json_put_string(out, path_of(e));
		if (e->readable) {
			size_t at = out->len;

			ipm_crash_summary_json(&e->summary, NULL, out);
			if (ipm_buf_ok(out))
				out->data[at] = ','; /* one object, not two */
		} else {
			ipm_json_put_name(out, "status");
			ipm_json_put_string(out, IPM_STR("unreadable"));
			ipm_json_put_name(out, "message");
			ipm_json_put_string(
				out, (struct ipm_str){e->err.message, strlen(e->err.message)});
			ipm_buf_byte(out, '}');
		}
	}
	ipm_buf_cstr(out, "]\n");
}

int cmd_list(int argc, char **argv)
{
	bool json = false;
	const struct cli_option options[] = {{"json", 0, &json, NULL}, {0}};
	struct ipm_buf out = IPM_BUF_INIT;
	struct crash_dir list = {0};
	struct ipm_error err;
	const char *place = crash_dir_default();
	int i, count, code = cli_parse(argc, argv, options, help, &count);

	if (code >= 0)
		return code;
	for (i = 0; i < (count ? count : 1); i++) {
		if (count)
			place = argv[1 + i];
		if (crash_dir_add(&list, place, &err) != IPM_OK) {
			code = cli_fail_file(place, &err);
			goto out;
		}
	}
	crash_dir_sort(&list);
	if (json)
		put_json(&out, &list);
	else if (list.count)
		put_table(&out, &list);
	code = IPM_EXIT_OK;
	if (cli_print(&out, &err) != IPM_OK)
		code = cli_fail("cannot write to standard output: %s", err.message);
	else if (!list.count)
		code = json ? IPM_EXIT_FAILED : cli_fail("no crash files in %s", place);
out:
	ipm_buf_deinit(&out);
	crash_dir_deinit(&list);
	return code;
}
