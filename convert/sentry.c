/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "crash_summary.h"
#include "json.h"
#include "text.h"

/*
 * One event as Sentry's store and envelope endpoints take it (develop.sentry.dev, event payloads):
 * exception.values with the thrown error last, frames from the oldest to the newest, variables
 * and lines of source in each. The source context is what Sentry's own Node SDK sends: five lines.
 */

#define CONTEXT_LINES	5
#define MAX_CAUSES	10
#define VARIABLE_COLUMN 300
#define MAX_VARIABLES	200
/* Sentry takes events up to 1 MB and keeps 50 frames of a stack. */
#define MAX_FRAMES	50
#define VARIABLES_BYTES 600000

struct event {
	struct ipm_text_job job;
	struct ipm_buf *buf;
	size_t spent; /* bytes of frames so far */
};

static void put_string(struct event *e, const char *name, struct ipm_str value)
{
	if (!value.len)
		return;
	ipm_json_put_name(e->buf, name);
	ipm_json_put_string(e->buf, value);
}

static void put_cstr(struct event *e, const char *name, const char *value)
{
	put_string(e, name, (struct ipm_str){value, strlen(value)});
}

struct context {
	struct ipm_buf before, it, after;
	size_t before_count, after_count;
};

static void take_line(void *self, const struct ipm_source_line *line)
{
	struct context *c = self;
	struct ipm_buf *to = line->is_it ? &c->it : c->it.len ? &c->after : &c->before;
	size_t *count = to == &c->after ? &c->after_count : &c->before_count;

	if (to != &c->it && (*count)++)
		ipm_buf_byte(to, ',');
	ipm_json_put_string(to, line->text);
}

static enum ipm_errc put_context(struct event *e, const struct ipm_location *location)
{
	struct context c = {0};
	enum ipm_errc rc = ipm_each_source_line(&e->job, location, CONTEXT_LINES, take_line, &c);

	if (!rc && c.it.len) {
		ipm_buf_cstr(e->buf, ",\"pre_context\":[");
		ipm_buf_str(e->buf, ipm_buf_as_str(&c.before));
		ipm_buf_cstr(e->buf, "],\"context_line\":");
		ipm_buf_str(e->buf, ipm_buf_as_str(&c.it));
		ipm_buf_cstr(e->buf, ",\"post_context\":[");
		ipm_buf_str(e->buf, ipm_buf_as_str(&c.after));
		ipm_buf_byte(e->buf, ']');
	}
	e->buf->failed |= c.before.failed || c.it.failed || c.after.failed;
	ipm_buf_deinit(&c.before);
	ipm_buf_deinit(&c.it);
	ipm_buf_deinit(&c.after);
	return rc;
}

/* JSON's own values as they are, everything else as `show` prints it. */
static enum ipm_errc put_value(struct event *e, const struct ipm_value *value)
{
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_OK;

	switch (value->type) {
	case IPM_VALUE_NULL:
		ipm_buf_cstr(e->buf, "null");
		return IPM_OK;
	case IPM_VALUE_BOOLEAN:
		ipm_buf_cstr(e->buf, value->boolean ? "true" : "false");
		return IPM_OK;
	case IPM_VALUE_INTEGER:
		ipm_buf_printf(e->buf, "%" PRId64, value->integer);
		return IPM_OK;
	case IPM_VALUE_STRING:
		ipm_buf_byte(e->buf, '"');
		rc = ipm_text_append_escaped(&e->job.heap, &value->string, 0, 1024, e->buf,
					     e->job.err);
		ipm_buf_cstr(e->buf, value->string.length > 1024 ? "\xE2\x80\xA6\"" : "\"");
		return rc;
	default:
		rc = ipm_put_brief(&e->job, value, VARIABLE_COLUMN, &text);
		ipm_json_put_string(e->buf, ipm_buf_as_str(&text));
		e->buf->failed |= text.failed;
		ipm_buf_deinit(&text);
		return rc;
	}
}

/* Names in one frame's `vars`; an inner variable hides outer ones. */
struct names {
	struct ipm_buf text;
	size_t ends[MAX_VARIABLES];
	size_t count;
};

/* False when it is there already, or when there are enough. */
static bool add_name(struct names *names, struct ipm_str name)
{
	size_t i, start = 0;

	for (i = 0; i < names->count; i++) {
		if (names->ends[i] - start == name.len &&
		    (!name.len || !memcmp(names->text.data + start, name.data, name.len)))
			return false;
		start = names->ends[i];
	}
	if (names->count == MAX_VARIABLES)
		return false;
	ipm_buf_str(&names->text, name);
	if (!ipm_buf_ok(&names->text))
		return false;
	names->ends[names->count++] = names->text.len;
	return true;
}

static enum ipm_errc put_scope(struct event *e, const struct ipm_object *scope, struct names *names)
{
	struct ipm_property_iter it;
	const struct ipm_property *p;
	enum ipm_errc rc;

	ipm_property_iter_init(&it, &e->job.heap, scope);
	while (!(rc = ipm_property_iter_next(&it, &p, e->job.err)) && p) {
		if (!add_name(names, p->name))
			continue;
		if (names->count > 1)
			ipm_buf_byte(e->buf, ',');
		ipm_json_put_string(e->buf, p->name);
		ipm_buf_byte(e->buf, ':');
		rc = put_value(e, &p->value);
		if (rc)
			break;
	}
	ipm_property_iter_deinit(&it);
	return rc;
}

/* Local and block variables; closures would repeat whole modules in every frame. */
static enum ipm_errc put_variables(struct event *e, const struct ipm_frame *frame)
{
	const struct ipm_object *object;
	enum ipm_errc rc = IPM_OK;
	struct names names = {.count = 0};
	size_t i;

	ipm_buf_cstr(e->buf, ",\"vars\":{");
	for (i = 0; !rc && i < frame->scope_count; i++) {
		const struct ipm_scope_ref *scope = &frame->scopes[i];

		if (scope->type != IPM_SCOPE_LOCAL && scope->type != IPM_SCOPE_BLOCK &&
		    scope->type != IPM_SCOPE_CATCH)
			continue;
		if (scope->object.type != IPM_VALUE_OBJECT ||
		    e->job.heap.object(&e->job.heap, scope->object.object_id, &object, NULL) !=
			    IPM_OK)
			continue;
		rc = put_scope(e, object, &names);
		e->job.heap.release(&e->job.heap, object);
	}
	if (!rc && frame->this_value.type == IPM_VALUE_OBJECT) {
		ipm_buf_cstr(e->buf, names.count ? ",\"this\":" : "\"this\":");
		rc = put_value(e, &frame->this_value);
	}
	ipm_buf_byte(e->buf, '}');
	ipm_buf_deinit(&names.text);
	return rc;
}

static bool contains(struct ipm_str text, const char *part)
{
	return text.len && memmem(text.data, text.len, part, strlen(part)) != NULL;
}

/* A place without line and column. */
static void put_file(struct event *e, const char *name, struct ipm_str url)
{
	static const struct ipm_location start = {0, 0, -1};
	struct ipm_buf place = IPM_BUF_INIT;

	ipm_put_place(&place, url, &start);
	if (place.len > 2)
		place.len -= 2; /* ":1" */
	put_string(e, name, ipm_buf_as_str(&place));
	e->buf->failed |= place.failed;
	ipm_buf_deinit(&place);
}

static enum ipm_errc put_frame(struct event *e, const struct ipm_frame *frame)
{
	struct ipm_str url = ipm_place_url(e->job.reader, frame->url, &frame->location);
	bool own = !ipm_is_internal_url(url) && !contains(url, "/node_modules/");
	struct ipm_original written = {url, frame->location.line, frame->location.column, 0};
	struct ipm_source_map *map;
	enum ipm_errc rc;

	(void)ipm_text_original(&e->job, &frame->location, &written, &map);
	ipm_buf_byte(e->buf, '{');
	put_string(e, "function",
		   frame->function_name.len ? frame->function_name : IPM_STR("<anonymous>"));
	put_file(e, "filename", written.url);
	put_file(e, "abs_path", written.url);
	ipm_buf_printf(e->buf, ",\"lineno\":%" PRId64 ",\"in_app\":%s", written.line + 1,
		       own ? "true" : "false");
	if (written.column >= 0)
		ipm_buf_printf(e->buf, ",\"colno\":%" PRId64, written.column + 1);
	rc = put_context(e, &frame->location);
	if (!rc && own && e->spent < VARIABLES_BYTES)
		rc = put_variables(e, frame);
	ipm_buf_byte(e->buf, '}');
	return rc;
}

/* "TypeError" and "x is undefined" out of the description's first line. */
static enum ipm_errc put_type_and_value(struct event *e, const struct ipm_value *thrown)
{
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_str line, type = IPM_STR("Error");
	const char *end, *colon;
	enum ipm_errc rc = ipm_cdp_description(&e->job.cdp, thrown, &text, e->job.err);

	line = ipm_buf_as_str(&text);
	end = line.len ? memchr(line.data, '\n', line.len) : NULL;
	if (end)
		line.len = (size_t)(end - line.data);
	colon = line.len ? memmem(line.data, line.len, ": ", 2) : NULL;
	if (thrown->type == IPM_VALUE_OBJECT && colon) {
		type = (struct ipm_str){line.data, (size_t)(colon - line.data)};
		line = (struct ipm_str){colon + 2, line.len - type.len - 2};
	} else if (thrown->type == IPM_VALUE_OBJECT && line.len) {
		type = line;
		line.len = 0;
	}
	put_string(e, "type", type);
	put_string(e, "value", line);
	e->buf->failed |= text.failed;
	ipm_buf_deinit(&text);
	return rc;
}

static uint64_t cause_of(struct event *e, uint64_t id)
{
	const struct ipm_object *object;
	uint64_t cause = 0;
	size_t i;

	if (e->job.heap.object(&e->job.heap, id, &object, NULL) != IPM_OK)
		return 0;
	for (i = 0; i < object->property_count; i++) {
		const struct ipm_property *p = &object->properties[i];

		if (p->name.len == 5 && !memcmp(p->name.data, "cause", 5) &&
		    p->value.type == IPM_VALUE_OBJECT)
			cause = p->value.object_id;
	}
	e->job.heap.release(&e->job.heap, object);
	return cause;
}

/* The innermost cause first, as Sentry orders linked errors. */
static enum ipm_errc put_causes(struct event *e, const struct ipm_value *thrown)
{
	uint64_t causes[MAX_CAUSES];
	struct ipm_value value = {.type = IPM_VALUE_OBJECT};
	size_t count = 0;
	enum ipm_errc rc = IPM_OK;
	uint64_t id;

	if (thrown->type != IPM_VALUE_OBJECT)
		return IPM_OK;
	for (id = cause_of(e, thrown->object_id); id && count < MAX_CAUSES; id = cause_of(e, id))
		causes[count++] = id;
	while (!rc && count) {
		value.object_id = causes[--count];
		ipm_buf_byte(e->buf, '{');
		rc = put_type_and_value(e, &value);
		ipm_buf_printf(e->buf,
			       ",\"mechanism\":{\"type\":\"chained\",\"handled\":false,\"source\":"
			       "\"cause\","
			       "\"exception_id\":%zu,\"parent_id\":%zu}},",
			       count + 1, count);
	}
	return rc;
}

/* The oldest first; but what room there is for variables belongs to the newest. */
static enum ipm_errc put_frames(struct event *e, const struct ipm_frame *frames, size_t count)
{
	struct ipm_buf texts[MAX_FRAMES] = {{0}}, *out = e->buf;
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < count; i++) {
		e->buf = &texts[i];
		rc = put_frame(e, &frames[i]);
		e->spent += texts[i].len;
	}
	e->buf = out;
	while (i > 0) {
		ipm_buf_str(out, ipm_buf_as_str(&texts[--i]));
		if (i)
			ipm_buf_byte(out, ',');
		out->failed |= texts[i].failed;
		ipm_buf_deinit(&texts[i]);
	}
	return rc;
}

static enum ipm_errc put_exception(struct event *e, const struct ipm_pause *pause)
{
	size_t frames = pause->frame_count < MAX_FRAMES ? pause->frame_count : MAX_FRAMES;
	bool rejected =
		pause->reason.len == 16 && !memcmp(pause->reason.data, "promiseRejection", 16);
	enum ipm_errc rc = IPM_OK;

	ipm_buf_cstr(e->buf, ",\"exception\":{\"values\":[");
	if (pause->has_data)
		rc = put_causes(e, &pause->data);
	ipm_buf_byte(e->buf, '{');
	if (!rc && pause->has_data)
		rc = put_type_and_value(e, &pause->data);
	if (!pause->has_data)
		put_string(e, "type", pause->reason);
	ipm_json_put_name(e->buf, "mechanism");
	ipm_buf_printf(e->buf,
		       "{\"type\":\"%s\",\"handled\":false,\"exception_id\":0},"
		       "\"stacktrace\":{\"frames\":[",
		       rejected ? "onunhandledrejection" : "onuncaughtexception");
	if (!rc)
		rc = put_frames(e, pause->frames, frames);
	ipm_buf_cstr(e->buf, "]}}]}");
	return rc;
}

static void put_head(struct event *e, const struct ipm_crash_summary *summary)
{
	const struct ipm_file_info *info = ipm_reader_info(e->job.reader);
	const struct ipm_meta *meta = ipm_reader_meta(e->job.reader);
	size_t i;

	ipm_buf_cstr(e->buf, "{\"event_id\":\"");
	for (i = 0; i < sizeof(info->uuid); i++)
		ipm_buf_printf(e->buf, "%02x", info->uuid[i]);
	ipm_buf_byte(e->buf, '"');
	put_cstr(e, "timestamp", summary->time);
	put_cstr(e, "platform", "node");
	put_cstr(e, "level", "fatal");
	put_string(e, "server_name", meta->hostname);
	put_string(e, "transaction", summary->top_frame);
	ipm_buf_cstr(e->buf, ",\"sdk\":{\"name\":\"inspmort\",\"version\":\"" IPM_VERSION "\"}");
	ipm_buf_cstr(e->buf, ",\"contexts\":{\"runtime\":{\"name\":\"node\"");
	put_string(e, "version", meta->node_version);
	ipm_buf_cstr(e->buf, "},\"device\":{\"type\":\"host\"");
	put_string(e, "arch", meta->arch);
	ipm_buf_cstr(e->buf, "},\"os\":{\"type\":\"os\"");
	put_string(e, "name", meta->platform);
	ipm_buf_cstr(e->buf, "}},\"tags\":{\"tool\":\"inspmort\"");
	put_cstr(e, "signature", summary->signature);
	ipm_buf_cstr(e->buf, "},\"extra\":{\"objects\":");
	ipm_buf_printf(e->buf, "%" PRIu64, summary->objects);
	put_string(e, "program", meta->program);
	ipm_json_put_name(e->buf, "pid");
	ipm_buf_printf(e->buf, "%" PRIu64 "}", meta->pid);
}

enum ipm_errc ipm_write_sentry(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			       struct ipm_output *out, struct ipm_error *err)
{
	struct event e = {.buf = &out->buffer};
	struct ipm_crash_summary summary;
	const struct ipm_pause *pause;
	enum ipm_errc rc;

	ipm_text_job_init(&e.job, reader, opts, 200, out, err);
	rc = ipm_crash_summary_read(reader, &summary, err);
	if (rc)
		goto out;
	put_head(&e, &summary);
	if (summary.pauses && ipm_reader_pause(reader, 0, &pause, NULL) == IPM_OK)
		rc = put_exception(&e, pause);
	ipm_buf_cstr(e.buf, "}\n");
	ipm_crash_summary_deinit(&summary);
out:
	ipm_text_job_deinit(&e.job);
	return rc;
}
