/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "args.h"
#include "commands.h"
#include "crash_summary.h"
#include "json.h"
#include "safe_text.h"

static const char help[] =
	"inspmort list                     the crashes in this directory, newest first\n"
	"inspmort list /var/crashes        those somewhere else\n"
	"inspmort list --json | jq '.[].error'\n"
	"\n"
	"Usage: inspmort list [--json] [DIR|FILE]…\n"
	"\n"
	"Without DIR: the one in $INSPMORT_DIR, else the working directory.\n";

struct entry {
	char *path;
	bool readable;
	struct ipm_error err;
	struct ipm_crash_summary summary;
};

struct list {
	struct entry *entries;
	size_t count;
	size_t capacity;
};

static void free_list(struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->entries[i].readable)
			ipm_crash_summary_deinit(&list->entries[i].summary);
		free(list->entries[i].path);
	}
	free(list->entries);
}

static enum ipm_errc add_file(struct list *list, const char *path, struct ipm_error *err)
{
	struct ipm_reader *reader;
	struct entry *e;
	size_t capacity;

	if (list->count == list->capacity) {
		capacity = list->capacity ? list->capacity * 2 : 64;
		e = realloc(list->entries, capacity * sizeof(*e));
		if (!e)
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
		list->entries = e;
		list->capacity = capacity;
	}
	e = &list->entries[list->count];
	*e = (struct entry){.path = strdup(path)};
	if (!e->path)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	list->count++;
	if (ipm_reader_open(path, NULL, &reader, &e->err) != IPM_OK)
		return IPM_OK;
	e->readable = ipm_crash_summary_read(reader, &e->summary, &e->err) == IPM_OK;
	ipm_reader_close(reader);
	return IPM_OK;
}

static bool is_crash_name(const char *name)
{
	static const char suffix[] = ".inspmort";
	size_t n = strlen(name), s = sizeof(suffix) - 1;

	return name[0] != '.' && n > s && !strcmp(name + n - s, suffix);
}

static enum ipm_errc add_directory(struct list *list, const char *path, struct ipm_error *err)
{
	struct dirent *entry;
	enum ipm_errc rc = IPM_OK;
	DIR *dir = opendir(path);
	char file[4096];
	int n;

	if (!dir)
		return ipm_fail_os(err, errno, "cannot read it");
	while (!rc && (entry = readdir(dir))) {
		if (!is_crash_name(entry->d_name))
			continue;
		n = snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (n > 0 && (size_t)n < sizeof(file))
			rc = add_file(list, file + (strncmp(file, "./", 2) ? 0 : 2), err);
	}
	closedir(dir);
	return rc;
}

static enum ipm_errc add(struct list *list, const char *path, struct ipm_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return ipm_fail_os(err, errno, "cannot open it");
	return S_ISDIR(st.st_mode) ? add_directory(list, path, err) : add_file(list, path, err);
}

/* Newest first; what cannot be read comes last. */
static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->readable != b->readable)
		return a->readable ? -1 : 1;
	if (a->readable && a->summary.time_ns != b->summary.time_ns)
		return a->summary.time_ns > b->summary.time_ns ? -1 : 1;
	return strcmp(a->path, b->path);
}

static void put_size(struct ipm_buf *out, uint64_t bytes)
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1000;
		unit++;
	}
	ipm_buf_printf(out, size < 10 && unit ? "%6.1f %-2s" : "%6.0f %-2s", size, units[unit]);
}

static struct ipm_str base_name(struct ipm_str path)
{
	size_t i = path.len;

	while (i && path.data[i - 1] != '/')
		i--;
	return (struct ipm_str){path.data + i, path.len - i};
}

static struct ipm_str path_of(const struct entry *e)
{
	return (struct ipm_str){e->path, strlen(e->path)};
}

static void put_facts(struct ipm_buf *out, const struct entry *e)
{
	const struct ipm_crash_summary *s = &e->summary;
	struct ipm_buf program = IPM_BUF_INIT;

	ipm_put_safe(&program, base_name(s->program), false);
	ipm_buf_byte(&program, 0);
	ipm_buf_printf(out, "%-24s %7" PRIu64 " %-16s %-8s", s->time, s->pid, s->signature,
		       s->status);
	put_size(out, s->bytes);
	ipm_buf_printf(out, " %-14s ", ipm_buf_ok(&program) ? (const char *)program.data : "");
	out->failed |= program.failed;
	ipm_buf_deinit(&program);
}

static void put_error(struct ipm_buf *out, const struct entry *e)
{
	ipm_put_safe(out, e->summary.error, false);
	if (e->summary.top_frame.len) {
		ipm_buf_cstr(out, "  in ");
		ipm_put_safe(out, e->summary.top_frame, false);
	}
}

/* One line a crash; two where the terminal is too narrow for that. */
static void put_row(struct ipm_buf *out, const struct entry *e, unsigned columns)
{
	size_t start = out->len;

	if (!e->readable) {
		ipm_buf_printf(out, "%-24s %7s %-16s unreadable         ", "-", "-", "-");
		ipm_put_safe(out, path_of(e), false);
		ipm_buf_printf(out, ": %s\n", e->err.message);
		return;
	}
	put_facts(out, e);
	put_error(out, e);
	ipm_buf_cstr(out, "  ");
	ipm_put_safe(out, path_of(e), false);
	if (columns && ipm_buf_ok(out) && out->len - start > columns) {
		out->len = start;
		put_facts(out, e);
		ipm_put_safe(out, path_of(e), false);
		ipm_buf_cstr(out, "\n    ");
		put_error(out, e);
	}
	ipm_buf_byte(out, '\n');
}

static void put_table(struct ipm_buf *out, const struct list *list)
{
	unsigned columns = cli_columns();
	size_t i;

	ipm_buf_printf(out, "%-24s %7s %-16s %-8s%9s %-14s %s\n", "TIME", "PID", "SIGNATURE",
		       "STATUS", "SIZE  ", "PROGRAM", "ERROR, FRAME, FILE");
	for (i = 0; i < list->count; i++)
		put_row(out, &list->entries[i], columns);
}

static void put_json(struct ipm_buf *out, const struct list *list)
{
	size_t i;

	ipm_buf_byte(out, '[');
	for (i = 0; i < list->count; i++) {
		const struct entry *e = &list->entries[i];

		ipm_buf_cstr(out, i ? ",\n{" : "{");
		ipm_json_put_name(out, "file");
		ipm_json_put_string(out, path_of(e));
		if (e->readable) {
			size_t at = out->len;

			ipm_crash_summary_json(&e->summary, out);
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
	struct list list = {0};
	struct ipm_error err;
	const char *place = getenv("INSPMORT_DIR");
	int i, count, code = cli_parse(argc, argv, options, help, &count);

	if (code >= 0)
		return code;
	if (!place || !*place)
		place = ".";
	for (i = 0; i < (count ? count : 1); i++) {
		if (count)
			place = argv[1 + i];
		if (add(&list, place, &err) != IPM_OK) {
			code = cli_fail_file(place, &err);
			goto out;
		}
	}
	if (list.count)
		qsort(list.entries, list.count, sizeof(*list.entries), compare);
	if (json)
		put_json(&out, &list);
	else if (list.count)
		put_table(&out, &list);
	code = IPM_EXIT_OK;
	if (cli_print(&out, &err) != IPM_OK)
		code = cli_fail("stdout: %s", err.message);
	else if (!list.count)
		code = json ? IPM_EXIT_FAILED : cli_fail("no crash files in %s", place);
out:
	ipm_buf_deinit(&out);
	free_list(&list);
	return code;
}
