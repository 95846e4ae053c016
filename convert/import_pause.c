/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "import_internal.h"

/* Everything that is no object: pauses, scripts, the report, what is known of the process. */

static int compare_scopes(const void *left, const void *right)
{
	const struct import_scope *a = left, *b = right;

	if (a->handle != b->handle)
		return a->handle < b->handle ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

enum ipm_errc import_frame_scopes(struct import *im)
{
	struct json_cursor c = {im->paused.data, im->paused.data + im->paused.len};
	struct ipm_json json = {0};
	struct ipm_json_ref frame, scope;
	struct ipm_str item;
	enum ipm_errc rc = IPM_OK;

	if (!im->paused.len || !json_enter(&c, '['))
		return IPM_OK;
	while (!rc && json_next_element(&c, &item) == JSON_ITEM) {
		rc = import_parse(im, &json, item);
		frame = ipm_json_first(ipm_json_get(ipm_json_root(&json), "callFrames"));
		for (; !rc && ipm_json_type(frame) == IPM_JSON_OBJECT;
		     frame = ipm_json_next(frame)) {
			scope = ipm_json_first(ipm_json_get(frame, "scopeChain"));
			for (; !rc && ipm_json_type(scope) == IPM_JSON_OBJECT;
			     scope = ipm_json_next(scope)) {
				struct ipm_str id = ipm_json_raw(
					ipm_json_get(ipm_json_get(scope, "object"), "objectId"));
				struct ipm_str type = ipm_json_raw(ipm_json_get(scope, "type")),
					       name = ipm_json_raw(ipm_json_get(scope, "name"));
				struct import_scope *s;
				enum ipm_scope_type known;

				if (id.len < 2 || type.len < 2)
					continue;
				known = import_scope_type(
					(struct ipm_str){type.data + 1, type.len - 2});
				if (known == IPM_SCOPE_GLOBAL || known == IPM_SCOPE_WITH)
					continue; /* the real object */
				if (im->scope_count == im->scope_capacity) {
					size_t capacity =
						im->scope_capacity ? im->scope_capacity * 2 : 64;

					s = realloc(im->scopes, capacity * sizeof(*s));
					if (!s) {
						rc = ipm_fail(im->err, IPM_ERR_NO_MEMORY,
							      "out of memory");
						break;
					}
					im->scopes = s;
					im->scope_capacity = capacity;
				}
				s = &im->scopes[im->scope_count++];
				*s = (struct import_scope){.type = known,
							   .order = (uint32_t)im->scope_count};
				s->handle = import_ids_find(
					&im->ids, (struct ipm_str){id.data + 1, id.len - 2});
				if (name.len > 2 && !memchr(name.data, '\\', name.len))
					s->name = (struct ipm_str){name.data + 1, name.len - 2};
			}
		}
	}
	ipm_json_deinit(&json);
	if (im->scope_count)
		qsort(im->scopes, im->scope_count, sizeof(*im->scopes), compare_scopes);
	return rc;
}

static enum ipm_errc import_scope_ref(struct import *im, struct ipm_json_ref scope,
				      uint64_t script_id, struct ipm_scope_ref *ret)
{
	struct ipm_json_ref object = ipm_json_get(scope, "object");
	struct ipm_str type = import_str(im, ipm_json_get(scope, "type"));
	uint32_t number;
	enum ipm_errc rc;

	*ret = (struct ipm_scope_ref){.type = import_scope_type(type)};
	ret->name = import_str(im, ipm_json_get(scope, "name"));
	ret->start = import_location(ipm_json_get(scope, "startLocation"));
	ret->end = import_location(ipm_json_get(scope, "endLocation"));
	rc = import_scope_number(im, object, ret->type, script_id, &number);
	if (rc)
		return rc;
	if (!number)
		return import_value(im, object, &ret->object);
	ret->object = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = number};
	return IPM_OK;
}

static enum ipm_errc import_frame(struct import *im, struct ipm_json_ref frame,
				  struct ipm_frame *ret)
{
	struct ipm_json_ref chain = ipm_json_get(frame, "scopeChain"), scope,
			    value = ipm_json_get(frame, "returnValue");
	struct ipm_scope_ref *scopes;
	enum ipm_errc rc;

	ret->function_name = import_str(im, ipm_json_get(frame, "functionName"));
	ret->url = import_str(im, ipm_json_get(frame, "url"));
	ret->location = import_location(ipm_json_get(frame, "location"));
	ret->function_location = import_location(ipm_json_get(frame, "functionLocation"));
	ret->can_be_restarted = ipm_json_bool(ipm_json_get(frame, "canBeRestarted"), false);
	ret->has_return_value = ipm_json_type(value) == IPM_JSON_OBJECT;
	scopes = import_alloc(&im->pool, ipm_json_size(chain) + 1, sizeof(*scopes));
	if (!scopes)
		return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	ret->scopes = scopes;
	rc = import_value(im, ipm_json_get(frame, "this"), &ret->this_value);
	if (!rc && ret->has_return_value)
		rc = import_value(im, value, &ret->return_value);
	for (scope = ipm_json_first(chain); !rc && ipm_json_type(scope) == IPM_JSON_OBJECT;
	     scope = ipm_json_next(scope))
		rc = import_scope_ref(im, scope, ret->location.script_id,
				      &scopes[ret->scope_count++]);
	return rc;
}

static enum ipm_errc import_async_stacks(struct import *im, struct ipm_json_ref stack,
					 struct ipm_pause *pause)
{
	struct import_list stacks = {0};
	struct ipm_async_stack *s;
	struct ipm_call_site *site;
	struct ipm_json_ref f;

	for (; ipm_json_type(stack) == IPM_JSON_OBJECT; stack = ipm_json_get(stack, "parent")) {
		struct import_list sites = {0};

		s = import_list_add(&im->pool, &stacks, sizeof(*s));
		if (!s)
			return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
		s->description = import_str(im, ipm_json_get(stack, "description"));
		f = ipm_json_first(ipm_json_get(stack, "callFrames"));
		for (; ipm_json_type(f) == IPM_JSON_OBJECT; f = ipm_json_next(f)) {
			site = import_list_add(&im->pool, &sites, sizeof(*site));
			if (!site)
				return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
			site->function_name = import_str(im, ipm_json_get(f, "functionName"));
			site->url = import_str(im, ipm_json_get(f, "url"));
			site->location = import_location(f);
		}
		s->call_sites = sites.items;
		s->call_site_count = sites.count;
	}
	pause->async_stacks = stacks.items;
	pause->async_stack_count = stacks.count;
	return IPM_OK;
}

/* "2026-11-23T05:12:28.120Z"; 0: no such thing. */
static uint64_t parse_time(struct ipm_str text)
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

/* "Summary" stands beside the predecessor's keys in our own JSON. */
static enum ipm_errc parse_summary(struct import *im, struct ipm_json *json)
{
	return im->summary.len ? import_parse(im, json, im->summary) : IPM_OK;
}

static enum ipm_errc import_pause(struct import *im, struct ipm_json_ref paused,
				  struct ipm_json_ref summary)
{
	struct ipm_json_ref frames = ipm_json_get(paused, "callFrames"), frame,
			    data = ipm_json_get(paused, "data");
	struct ipm_pause pause = {0};
	struct ipm_frame *list;
	enum ipm_errc rc = IPM_OK;

	pause.reason = import_str(im, ipm_json_get(paused, "reason"));
	pause.thread = import_str(im, ipm_json_get(summary, "thread"));
	if (!pause.thread.len)
		pause.thread = IPM_STR("main");
	pause.time_ns = parse_time(import_str(im, ipm_json_get(summary, "time")));
	pause.has_data = ipm_json_type(data) == IPM_JSON_OBJECT;
	pause.uncaught = ipm_json_bool(ipm_json_get(data, "uncaught"), false);
	list = import_alloc(&im->pool, ipm_json_size(frames) + 1, sizeof(*list));
	if (!list)
		return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	if (pause.has_data)
		rc = import_value(im, data, &pause.data);
	for (frame = ipm_json_first(frames); !rc && ipm_json_type(frame) == IPM_JSON_OBJECT;
	     frame = ipm_json_next(frame))
		rc = import_frame(im, frame, &list[pause.frame_count++]);
	pause.frames = list;
	if (!rc)
		rc = import_async_stacks(im, ipm_json_get(paused, "asyncStackTrace"), &pause);
	if (!rc && im->pool.failed)
		rc = ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	if (!rc)
		rc = ipm_writer_pause(im->writer, &pause, im->err);
	im->result.pauses++;
	return rc;
}

enum ipm_errc import_pauses(struct import *im)
{
	struct json_cursor c = {im->paused.data, im->paused.data + im->paused.len};
	struct ipm_json json = {0}, summary = {0};
	struct ipm_str item;
	enum ipm_errc rc = parse_summary(im, &summary);

	if (im->paused.len && !rc && json_enter(&c, '['))
		while (!rc && json_next_element(&c, &item) == JSON_ITEM) {
			import_pool_reset(&im->pool);
			rc = import_parse(im, &json, item);
			if (!rc)
				rc = import_pause(im, ipm_json_root(&json),
						  ipm_json_root(&summary));
		}
	ipm_json_deinit(&json);
	ipm_json_deinit(&summary);
	return rc;
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

static void meta_of_header(struct import *im, struct ipm_json_ref header, struct ipm_meta *meta)
{
	struct ipm_json_ref argv = ipm_json_get(header, "commandLine"), arg;
	struct ipm_str *list;
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
	list = import_alloc(&im->pool, ipm_json_size(argv) + 1, sizeof(*list));
	if (!list)
		return;
	for (arg = ipm_json_first(argv); ipm_json_type(arg) == IPM_JSON_STRING;
	     arg = ipm_json_next(arg))
		list[meta->argc++] = import_str(im, arg);
	meta->argv = list;
	meta->program = program_of(list, meta->argc);
	if (meta->argc)
		meta->exec_path = list[0];
}

static enum ipm_errc summary_into(struct import *im, struct ipm_json_ref summary,
				  struct ipm_meta *meta)
{
	struct ipm_json_ref omitted = ipm_json_get(summary, "omitted");
	struct ipm_str text = import_str(im, ipm_json_get(summary, "node"));
	int64_t number = ipm_json_int(ipm_json_get(summary, "pid"), 0);
	uint64_t time_ns = parse_time(import_str(im, ipm_json_get(summary, "time")));
	int reason;

	if (text.len)
		meta->node_version = text;
	text = import_str(im, ipm_json_get(summary, "program"));
	if (text.len)
		meta->program = text;
	if (number > 0)
		meta->pid = (uint64_t)number;
	if (time_ns)
		meta->time_ns = time_ns;
	number = ipm_json_int(ipm_json_get(summary, "redacted"), 0);
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
	return IPM_OK;
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
		rc = parse_summary(im, &summary);
	if (!rc)
		rc = summary_into(im, ipm_json_root(&summary), &meta);
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
	struct json_cursor c = {im->scripts.data, im->scripts.data + im->scripts.len};
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

/* The report goes in as it is. */
enum ipm_errc import_report(struct import *im)
{
	struct ipm_note note = {.name = IPM_STR("report")};
	enum ipm_errc rc;

	if (im->report.len < 2 || im->report.data[0] != '{')
		return IPM_OK;
	rc = ipm_writer_text(im->writer, im->report, &note.text, im->err);
	return rc ? rc : ipm_writer_note(im->writer, &note, im->err);
}
