/* SPDX-License-Identifier: MIT */
#include "crash_summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cdp_internal.h"
#include "clock.h"
#include "wtf8.h"

#define ERROR_MAX_UNITS	 400
#define SIGNATURE_FRAMES 5

static bool starts_with(struct ipm_str str, const char *prefix)
{
	size_t n = strlen(prefix);

	return str.len >= n && !memcmp(str.data, prefix, n);
}

bool ipm_is_internal_url(struct ipm_str url)
{
	return starts_with(url, "node:") || starts_with(url, "internal/");
}

struct ipm_str ipm_place_url(struct ipm_reader *reader, struct ipm_str url,
			     const struct ipm_location *location)
{
	const struct ipm_script *script;

	if (url.len || !location->script_id ||
	    ipm_reader_script(reader, location->script_id, &script, NULL) != IPM_OK)
		return url;
	return script->url;
}

void ipm_put_place(struct ipm_buf *out, struct ipm_str url, const struct ipm_location *location)
{
	if (starts_with(url, "file:///"))
		ipm_put_percent_decoded(out, (struct ipm_str){url.data + 7, url.len - 7});
	else if (url.len)
		ipm_buf_str(out, url);
	else
		ipm_buf_cstr(out, "<anonymous>");
	ipm_buf_printf(out, ":%" PRId64, location->line + 1);
	if (location->column >= 0)
		ipm_buf_printf(out, ":%" PRId64, location->column + 1);
}

/* A string in the making: the buffer may still move. */
struct span {
	size_t start;
	size_t len;
};

static struct span copy(struct ipm_buf *buf, struct ipm_str str)
{
	struct span span = {buf->len, str.len};

	ipm_buf_str(buf, str);
	return span;
}

static struct span since(const struct ipm_buf *buf, size_t start)
{
	return (struct span){start, buf->len - start};
}

static struct ipm_str resolve(const struct ipm_buf *buf, struct span span)
{
	if (!span.len)
		return (struct ipm_str){"", 0};
	return (struct ipm_str){(const char *)buf->data + span.start, span.len};
}

static struct ipm_str first_line(struct ipm_str str)
{
	const char *end = str.len ? memchr(str.data, '\n', str.len) : NULL;
	bool split;

	if (end)
		str.len = (size_t)(end - str.data);
	str.len = ipm_wtf8_offset(str, ERROR_MAX_UNITS, &split);
	return str;
}

struct ipm_str ipm_pause_title(const struct ipm_pause *pause)
{
	if (pause->reason.len == 3 && !memcmp(pause->reason.data, "OOM", 3))
		return IPM_STR("JavaScript heap out of memory");
	return IPM_STR("Nothing was thrown: the state of a live process");
}

static enum ipm_errc put_error(struct ipm_cdp *cdp, const struct ipm_pause *pause,
			       struct ipm_buf *out, struct span *ret, struct ipm_error *err)
{
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_OK;

	if (pause->has_data)
		rc = ipm_cdp_description(cdp, &pause->data, &text, err);
	else
		ipm_buf_str(&text, ipm_pause_title(pause));
	if (!rc)
		rc = ipm_buf_status(&text, err);
	if (!rc)
		*ret = copy(out, first_line(ipm_buf_as_str(&text)));
	ipm_buf_deinit(&text);
	return rc;
}

static struct ipm_str frame_url(struct ipm_cdp *cdp, const struct ipm_frame *frame)
{
	return ipm_place_url(cdp->heap->reader, frame->url, &frame->location);
}

static struct span put_frame(struct ipm_cdp *cdp, struct ipm_buf *out,
			     const struct ipm_frame *frame)
{
	size_t start = out->len;

	if (frame->function_name.len)
		ipm_buf_str(out, frame->function_name);
	else
		ipm_buf_cstr(out, "<anonymous>");
	ipm_buf_cstr(out, " (");
	ipm_put_place(out, frame_url(cdp, frame), &frame->location);
	ipm_buf_byte(out, ')');
	return since(out, start);
}

static uint64_t hash(uint64_t h, struct ipm_str str)
{
	size_t i;

	for (i = 0; i < str.len; i++)
		h = (h ^ (uint8_t)str.data[i]) * UINT64_C(1099511628211);
	return (h ^ 0xFF) * UINT64_C(1099511628211); /* no text contains 0xFF: an end mark */
}

/* The file's name alone, so that another release in another folder is still the same crash. */
static struct ipm_str base_name(struct ipm_str url)
{
	size_t i = url.len;

	while (i && url.data[i - 1] != '/')
		i--;
	url.data = url.len ? url.data + i : url.data;
	url.len -= i;
	return url;
}

/* Class of what was thrown; for primitives their type. */
static uint64_t hash_thrown(struct ipm_cdp *cdp, const struct ipm_value *value, uint64_t h)
{
	const struct ipm_object *object;

	if (value->type != IPM_VALUE_OBJECT)
		return hash(h,
			    ipm_str_of(value->type == IPM_VALUE_STRING ? "string" : "primitive"));
	if (cdp->heap->object(cdp->heap, value->object_id, &object, NULL) != IPM_OK)
		return h;
	h = hash(h, ipm_class_name(object));
	cdp->heap->release(cdp->heap, object);
	return h;
}

static void put_signature(struct ipm_cdp *cdp, const struct ipm_pause *pause, char *ret,
			  size_t capacity)
{
	uint64_t h = UINT64_C(14695981039346656037);
	unsigned used = 0;
	int own_only;
	size_t i;

	if (pause->has_data)
		h = hash_thrown(cdp, &pause->data, h);
	/* Frames of the program's own; of Node's only when there are no others. */
	for (own_only = 1; own_only >= 0 && !used; own_only--) {
		for (i = 0; i < pause->frame_count && used < SIGNATURE_FRAMES; i++) {
			const struct ipm_frame *f = &pause->frames[i];

			if (own_only && ipm_is_internal_url(frame_url(cdp, f)))
				continue;
			h = hash(h, f->function_name);
			h = hash(h, base_name(frame_url(cdp, f)));
			used++;
		}
	}
	snprintf(ret, capacity, "%016" PRIx64, h);
}

static const struct ipm_frame *top_frame(struct ipm_cdp *cdp, const struct ipm_pause *pause)
{
	size_t i;

	for (i = 0; i < pause->frame_count; i++)
		if (!ipm_is_internal_url(frame_url(cdp, &pause->frames[i])))
			return &pause->frames[i];
	return pause->frame_count ? &pause->frames[0] : NULL;
}

static const char *status_name(enum ipm_integrity integrity)
{
	switch (integrity) {
	case IPM_WHOLE:
		return "whole";
	case IPM_CUT:
		return "cut";
	case IPM_DAMAGED:
	default:
		return "damaged";
	}
}

static void set_numbers(struct ipm_reader *reader, struct ipm_crash_summary *s)
{
	const struct ipm_file_info *info = ipm_reader_info(reader);
	const struct ipm_summary *summary = ipm_reader_summary(reader);
	const struct ipm_meta *meta = ipm_reader_meta(reader);

	s->status = status_name(info->integrity);
	s->bytes = info->bytes;
	s->objects = info->objects;
	s->scripts = info->scripts;
	s->pauses = info->pauses;
	s->pid = meta->pid;
	s->time_ns = meta->time_ns ? meta->time_ns : info->created_ns;
	s->stopped_by = summary->stopped_by;
	memcpy(s->omitted, summary->omitted, sizeof(s->omitted));
	s->redacted = summary->redacted;
	s->capture_ns = summary->capture_ns;
}

enum ipm_errc ipm_crash_summary_read(struct ipm_reader *reader, struct ipm_crash_summary *ret,
				     struct ipm_error *err)
{
	struct ipm_heap heap = ipm_file_heap(reader);
	struct ipm_cdp cdp = {.heap = &heap, .object_id_prefix = ""};
	const struct ipm_meta *meta = ipm_reader_meta(reader);
	struct ipm_crash_summary s = {0};
	struct span reason = {0}, error = {0}, top = {0}, thread = {0}, node, program;
	const struct ipm_frame *frame;
	const struct ipm_pause *pause;
	enum ipm_errc rc = IPM_OK;

	set_numbers(reader, &s);
	node = copy(&s.text, meta->node_version);
	program = copy(&s.text, meta->program);
	if (s.pauses && ipm_reader_pause(reader, 0, &pause, NULL) == IPM_OK) {
		s.frames = pause->frame_count + pause->omitted_frames;
		if (pause->time_ns)
			s.time_ns = pause->time_ns;
		reason = copy(&s.text, pause->reason);
		thread = copy(&s.text, pause->thread);
		rc = put_error(&cdp, pause, &s.text, &error, err);
		frame = top_frame(&cdp, pause);
		if (frame)
			top = put_frame(&cdp, &s.text, frame);
		put_signature(&cdp, pause, s.signature, sizeof(s.signature));
	}
	if (!rc)
		rc = ipm_buf_status(&s.text, err);
	if (rc) {
		ipm_buf_deinit(&s.text);
		return rc;
	}
	ipm_format_time(s.time_ns, s.time, sizeof(s.time));
	s.node = resolve(&s.text, node);
	s.program = resolve(&s.text, program);
	s.reason = resolve(&s.text, reason);
	s.thread = resolve(&s.text, thread);
	s.error = resolve(&s.text, error);
	s.top_frame = resolve(&s.text, top);
	*ret = s;
	return IPM_OK;
}

enum ipm_errc ipm_pause_line(struct ipm_reader *reader, uint64_t index, struct ipm_buf *out,
			     struct ipm_error *err)
{
	struct ipm_heap heap = ipm_file_heap(reader);
	struct ipm_cdp cdp = {.heap = &heap, .object_id_prefix = ""};
	const struct ipm_pause *pause;
	const struct ipm_frame *frame;
	struct span error;
	enum ipm_errc rc = ipm_reader_pause(reader, index, &pause, err);

	if (!rc)
		rc = put_error(&cdp, pause, out, &error, err);
	if (rc)
		return rc;
	frame = top_frame(&cdp, pause);
	if (frame) {
		ipm_buf_cstr(out, ", in ");
		put_frame(&cdp, out, frame);
	}
	if (pause->thread.len && !ipm_str_equal(pause->thread, "main")) {
		ipm_buf_cstr(out, ", ");
		ipm_buf_str(out, pause->thread);
	}
	return ipm_buf_status(out, err);
}

void ipm_crash_summary_deinit(struct ipm_crash_summary *summary)
{
	ipm_buf_deinit(&summary->text);
	*summary = (struct ipm_crash_summary){0};
}

static void put_string(struct ipm_buf *out, const char *name, struct ipm_str value)
{
	ipm_json_put_name(out, name);
	ipm_json_put_string(out, value);
}

static void put_number(struct ipm_buf *out, const char *name, uint64_t value)
{
	ipm_json_put_name(out, name);
	ipm_buf_printf(out, "%" PRIu64, value);
}

static void put_if(struct ipm_buf *out, const char *name, struct ipm_str value)
{
	if (value.len)
		put_string(out, name, value);
}

static void put_meta(struct ipm_buf *out, const struct ipm_meta *meta)
{
	size_t i;

	put_if(out, "v8", meta->v8_version);
	put_if(out, "platform", meta->platform);
	put_if(out, "arch", meta->arch);
	put_if(out, "host", meta->hostname);
	put_if(out, "cwd", meta->cwd);
	put_if(out, "execPath", meta->exec_path);
	if (meta->argc) {
		ipm_json_put_name(out, "argv");
		for (i = 0; i < meta->argc; i++) {
			ipm_buf_byte(out, i ? ',' : '[');
			ipm_json_put_string(out, meta->argv[i]);
		}
		ipm_buf_byte(out, ']');
	}
	put_if(out, "context", meta->context_name);
	put_if(out, "tool", meta->tool);
	put_if(out, "channel", meta->channel);
}

void ipm_crash_summary_json(const struct ipm_crash_summary *s, const struct ipm_meta *meta,
			    struct ipm_buf *out)
{
	int reason;

	ipm_buf_byte(out, '{');
	put_string(out, "status", ipm_str_of(s->status));
	put_number(out, "bytes", s->bytes);
	put_number(out, "objects", s->objects);
	put_number(out, "frames", s->frames);
	put_number(out, "scripts", s->scripts);
	put_number(out, "pauses", s->pauses);
	put_string(out, "reason", s->reason);
	put_string(out, "error", s->error);
	put_string(out, "signature", ipm_str_of(s->signature));
	put_string(out, "topFrame", s->top_frame);
	put_string(out, "thread", s->thread);
	put_number(out, "pid", s->pid);
	put_string(out, "time", ipm_str_of(s->time));
	put_string(out, "node", s->node);
	put_string(out, "program", s->program);
	if (meta)
		put_meta(out, meta);
	put_string(out, "stoppedBy", ipm_str_of(ipm_reason_name(s->stopped_by)));
	put_number(out, "captureMs", s->capture_ns / 1000000);
	ipm_json_put_name(out, "omitted");
	ipm_buf_byte(out, '{');
	for (reason = IPM_REASON_NONE + 1; reason < IPM_REASON_COUNT; reason++)
		if (s->omitted[reason])
			put_number(out, ipm_reason_name((enum ipm_reason)reason),
				   s->omitted[reason]);
	ipm_buf_byte(out, '}');
	put_number(out, "redacted", s->redacted);
	ipm_buf_byte(out, '}');
}
