/* SPDX-License-Identifier: MIT */
/* What stands around the frames: the process, the scripts, the notes. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "import_internal.h"

uint64_t import_time(struct ipm_str text)
{
	struct tm tm = {0};
	char copy[32];
	unsigned ms = 0;
	time_t seconds;

	if (!text.len || text.len >= sizeof(copy))
		return 0;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	if (sscanf(copy, "%4d-%2d-%2dT%2d:%2d:%2d.%3uZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms) < 6)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	seconds = timegm(&tm);
	if (seconds < 0)
		return 0;
	return (uint64_t)seconds * 1000000000 + (uint64_t)ms * 1000000;
}

enum ipm_errc import_summary(struct import *im, struct ipm_json *json)
{
	return im->summary.len ? import_parse(im, json, im->summary) : IPM_OK;
}

static uint64_t parse_number(struct ipm_str text)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < text.len && i < 18 && text.data[i] >= '0' && text.data[i] <= '9'; i++)
		number = number * 10 + (uint64_t)(text.data[i] - '0');
	return number;
}

/* The script: what stands behind the options of node, some of which take a value. */
static struct ipm_str program_of(const struct ipm_str *argv, size_t argc)
{
	static const char *const with_value[] = {
		"-r", "--require",   "--import", "--loader", "--experimental-loader",
		"-C", "--conditions"};
	size_t i, k;

	for (i = 1; i < argc; i++) {
		if (!argv[i].len || argv[i].data[0] != '-')
			return argv[i];
		for (k = 0; k < sizeof(with_value) / sizeof(with_value[0]); k++)
			if (strlen(with_value[k]) == argv[i].len &&
			    !memcmp(with_value[k], argv[i].data, argv[i].len))
				break;
		i += k < sizeof(with_value) / sizeof(with_value[0]);
	}
	return (struct ipm_str){"", 0};
}

static void set_argv(struct import *im, struct ipm_json_ref argv, struct ipm_meta *meta)
{
	struct ipm_json_ref arg;
	struct ipm_str *list = import_alloc(&im->pool, ipm_json_size(argv) + 1, sizeof(*list));

	if (!list || ipm_json_type(argv) != IPM_JSON_ARRAY)
		return;
	meta->argc = 0;
	for (arg = ipm_json_first(argv); ipm_json_type(arg) == IPM_JSON_STRING;
	     arg = ipm_json_next(arg))
		list[meta->argc++] = import_str(im, arg);
	meta->argv = list;
}

static void meta_of_header(struct import *im, struct ipm_json_ref header, struct ipm_meta *meta)
{
	uint64_t stamp;
	int64_t pid = ipm_json_int(ipm_json_get(header, "processId"), 0);

	meta->node_version = import_str(im, ipm_json_get(header, "nodejsVersion"));
	meta->v8_version =
		import_str(im, ipm_json_get(ipm_json_get(header, "componentVersions"), "v8"));
	meta->arch = import_str(im, ipm_json_get(header, "arch"));
	meta->platform = import_str(im, ipm_json_get(header, "platform"));
	meta->cwd = import_str(im, ipm_json_get(header, "cwd"));
	meta->hostname = import_str(im, ipm_json_get(header, "host"));
	meta->pid = pid > 0 ? (uint64_t)pid : 0;
	stamp = parse_number(import_str(im, ipm_json_get(header, "dumpEventTimeStamp")));
	if (stamp < UINT64_MAX / 1000000)
		meta->time_ns = stamp * 1000000;
	set_argv(im, ipm_json_get(header, "commandLine"), meta);
	meta->program = program_of(meta->argv, meta->argc);
	if (meta->argc)
		meta->exec_path = meta->argv[0];
}

static void set_if(struct import *im, struct ipm_json_ref summary, const char *name,
		   struct ipm_str *ret)
{
	struct ipm_str text = import_str(im, ipm_json_get(summary, name));

	if (text.len)
		*ret = text;
}

static void meta_of_summary(struct import *im, struct ipm_json_ref summary, struct ipm_meta *meta)
{
	int64_t pid = ipm_json_int(ipm_json_get(summary, "pid"), 0);
	uint64_t time_ns = import_time(import_str(im, ipm_json_get(summary, "time")));

	set_if(im, summary, "node", &meta->node_version);
	set_if(im, summary, "v8", &meta->v8_version);
	set_if(im, summary, "platform", &meta->platform);
	set_if(im, summary, "arch", &meta->arch);
	set_if(im, summary, "host", &meta->hostname);
	set_if(im, summary, "cwd", &meta->cwd);
	set_if(im, summary, "execPath", &meta->exec_path);
	set_if(im, summary, "program", &meta->program);
	set_if(im, summary, "context", &meta->context_name);
	set_if(im, summary, "tool", &meta->tool);
	set_if(im, summary, "channel", &meta->channel);
	set_argv(im, ipm_json_get(summary, "argv"), meta);
	if (pid > 0)
		meta->pid = (uint64_t)pid;
	if (time_ns)
		meta->time_ns = time_ns;
}

static void totals_of_summary(struct import *im, struct ipm_json_ref summary)
{
	struct ipm_json_ref omitted = ipm_json_get(summary, "omitted");
	int64_t number = ipm_json_int(ipm_json_get(summary, "redacted"), 0);
	int reason;

	im->totals.redacted = number > 0 ? (uint64_t)number : 0;
	number = ipm_json_int(ipm_json_get(summary, "captureMs"), 0);
	im->totals.capture_ns = number > 0 ? (uint64_t)number * 1000000 : 0;
	for (reason = 1; reason < IPM_REASON_COUNT; reason++) {
		const char *name = ipm_reason_name((enum ipm_reason)reason);

		number = ipm_json_int(ipm_json_get(omitted, name), 0);
		im->totals.omitted[reason] = number > 0 ? (uint64_t)number : 0;
		if (ipm_json_equals(ipm_json_get(summary, "stoppedBy"), name)) {
			im->totals.stopped_by = (enum ipm_reason)reason;
			im->totals.status = IPM_STATUS_BUDGET;
		}
	}
}

enum ipm_errc import_meta(struct import *im)
{
	struct ipm_meta meta = {.tool = IPM_STR("inspmort " IPM_VERSION),
				.channel = IPM_STR("import"),
				.runtime = IPM_STR("node")};
	struct ipm_json header = {0}, summary = {0};
	struct ipm_str extent;
	enum ipm_errc rc = IPM_OK;

	if (im->report.len && json_find_member(im->report, "header", &extent))
		rc = import_parse(im, &header, extent);
	if (!rc)
		meta_of_header(im, ipm_json_root(&header), &meta);
	if (!rc)
		rc = import_summary(im, &summary);
	if (!rc) {
		meta_of_summary(im, ipm_json_root(&summary), &meta);
		totals_of_summary(im, ipm_json_root(&summary));
		if (im->pool.failed)
			rc = ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	}
	if (!rc)
		rc = ipm_writer_meta(im->writer, &meta, im->err);
	ipm_json_deinit(&header);
	ipm_json_deinit(&summary);
	return rc;
}

static enum ipm_errc import_script(struct import *im, struct ipm_str id, struct ipm_str extent)
{
	struct ipm_script script = {0};
	struct ipm_json json = {0};
	struct ipm_json_ref p;
	struct ipm_str params = {"{}", 2}, source = {0};
	enum ipm_errc rc;

	import_pool_reset(&im->pool);
	(void)json_find_member(extent, "params", &params);
	rc = import_parse(im, &json, params);
	if (rc) {
		ipm_json_deinit(&json);
		return rc;
	}
	p = ipm_json_root(&json);
	script.id = parse_number(id);
	script.url = import_str(im, ipm_json_get(p, "url"));
	script.hash = import_str(im, ipm_json_get(p, "hash"));
	script.source_map_url = import_str(im, ipm_json_get(p, "sourceMapURL"));
	script.embedder_name = import_str(im, ipm_json_get(p, "embedderName"));
	script.language = import_str(im, ipm_json_get(p, "scriptLanguage"));
	script.start_line = ipm_json_int(ipm_json_get(p, "startLine"), 0);
	script.start_column = ipm_json_int(ipm_json_get(p, "startColumn"), 0);
	script.end_line = ipm_json_int(ipm_json_get(p, "endLine"), 0);
	script.end_column = ipm_json_int(ipm_json_get(p, "endColumn"), 0);
	script.execution_context_id = ipm_json_int(ipm_json_get(p, "executionContextId"), 0);
	script.length = (uint64_t)ipm_json_int(ipm_json_get(p, "length"), 0);
	script.is_module = ipm_json_bool(ipm_json_get(p, "isModule"), false);
	script.has_source_url = ipm_json_bool(ipm_json_get(p, "hasSourceURL"), false);
	script.is_live_edit = ipm_json_bool(ipm_json_get(p, "isLiveEdit"), false);
	if (json_find_member(extent, "source", &source) && source.len > 2) {
		rc = import_parse(im, &im->item, source);
		script.source = import_text(im, ipm_json_root(&im->item));
		script.has_source = true;
	}
	/* The predecessor keeps the reply as it came: {"scriptSource": "…"}. */
	if (!rc && ipm_json_type(ipm_json_root(&im->item)) == IPM_JSON_OBJECT && script.has_source)
		script.source =
			import_text(im, ipm_json_get(ipm_json_root(&im->item), "scriptSource"));
	if (!rc && im->pool.failed)
		rc = ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	if (!rc && script.has_source)
		rc = ipm_writer_text(im->writer, script.source.str, &script.source, im->err);
	if (!rc)
		rc = ipm_writer_script(im->writer, &script, im->err);
	im->result.scripts++;
	ipm_json_deinit(&json);
	return rc;
}

enum ipm_errc import_scripts(struct import *im)
{
	struct json_cursor c = json_over(im->scripts);
	struct ipm_str id, extent;
	enum ipm_errc rc = IPM_OK;

	if (!im->scripts.len || !json_enter(&c, '{'))
		return IPM_OK;
	while (!rc && json_next_member(&c, &id, &extent) == JSON_ITEM) {
		import_drop(im, id.data);
		rc = import_script(im, id, extent);
	}
	return rc;
}

static enum ipm_errc import_note(struct import *im, const char *name, struct ipm_str text)
{
	struct ipm_note note = {.name = {name, strlen(name)}};
	enum ipm_errc rc = ipm_writer_text(im->writer, text, &note.text, im->err);

	return rc ? rc : ipm_writer_note(im->writer, &note, im->err);
}

/* The report goes in as it is. */
enum ipm_errc import_notes(struct import *im)
{
	enum ipm_errc rc = IPM_OK;

	if (im->report.len >= 2 && im->report.data[0] == '{')
		rc = import_note(im, "report", im->report);
	if (rc || !im->console.len)
		return rc;
	import_pool_reset(&im->pool);
	rc = import_parse(im, &im->item, im->console);
	if (!rc && ipm_json_type(ipm_json_root(&im->item)) == IPM_JSON_STRING)
		rc = import_note(im, "console", import_str(im, ipm_json_root(&im->item)));
	return rc;
}
