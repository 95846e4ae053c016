/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "crash_summary.h"
#include "text_report.h"

/*
 * The report for people: what was thrown and why, then every frame of the program's own with its
 * source and its variables.
 */

#define MAX_CAUSES 10

void report_style(struct report *r, const char *codes)
{
	if (r->job.opts->colour)
		ipm_buf_printf(r->buf, "\033[%sm", codes);
}

void report_plain(struct report *r)
{
	if (r->job.opts->colour)
		ipm_buf_cstr(r->buf, "\033[0m");
}

void report_styled(struct report *r, const char *codes, struct ipm_str text)
{
	report_style(r, codes);
	ipm_put_safe(r->buf, text, false);
	report_plain(r);
}

/* Text among Markdown's own characters, none of which it may play. */
void report_markdown(struct report *r, struct ipm_str text)
{
	struct ipm_buf safe = IPM_BUF_INIT;
	size_t i;

	ipm_put_safe(&safe, text, false);
	for (i = 0; i < safe.len; i++) {
		if (strchr("\\`*_{}[]<>()#+-.!|~&", safe.data[i]) && safe.data[i])
			ipm_buf_byte(r->buf, '\\');
		ipm_buf_byte(r->buf, safe.data[i]);
	}
	r->buf->failed |= safe.failed;
	ipm_buf_deinit(&safe);
}

/* A heading with the first line, then all lines as an indented block, which nothing can end. */
static void put_markdown_stack(struct report *r, struct ipm_str text, size_t first)
{
	const char *end;
	size_t n;

	ipm_buf_cstr(r->buf, r->buf->len || r->job.out->bytes ? "\n## " : "# ");
	report_markdown(r, (struct ipm_str){text.data, first});
	ipm_buf_cstr(r->buf, "\n\n");
	while (text.len) {
		end = memchr(text.data, '\n', text.len);
		n = end ? (size_t)(end - text.data) : text.len;
		ipm_buf_cstr(r->buf, "    ");
		ipm_put_safe(r->buf, (struct ipm_str){text.data, n}, false);
		ipm_buf_byte(r->buf, '\n');
		n += end != NULL;
		text.data += n;
		text.len -= n;
	}
}

/* Lines of ours, each of which starts with something that cannot end the block. */
void report_begin_block(struct report *r)
{
	if (r->markdown)
		ipm_buf_cstr(r->buf, "\n~~~~~~\n");
}

void report_end_block(struct report *r)
{
	if (r->markdown)
		ipm_buf_cstr(r->buf, "~~~~~~\n");
}

/* Text of several lines, the first of them in colour. */
static void put_stack(struct report *r, struct ipm_str text)
{
	const char *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
	size_t first = end ? (size_t)(end - text.data) : text.len;

	if (r->markdown) {
		put_markdown_stack(r, text, first);
		return;
	}

	report_styled(r, STYLE_ERROR, (struct ipm_str){text.data, first});
	ipm_put_safe(r->buf, (struct ipm_str){text.data + first, text.len - first}, true);
	ipm_buf_byte(r->buf, '\n');
}

/* The object behind an own property of that name, or 0. */
static uint64_t own_object(struct report *r, const struct ipm_object *object, const char *name)
{
	struct ipm_property_iter it;
	const struct ipm_property *p;
	uint64_t id = 0;

	ipm_property_iter_init(&it, &r->job.heap, object);
	while (!id && ipm_property_iter_next(&it, &p, NULL) == IPM_OK && p)
		if (!p->symbol_id && p->name.len == strlen(name) &&
		    !memcmp(p->name.data, name, p->name.len) && p->value.type == IPM_VALUE_OBJECT)
			id = p->value.object_id;
	ipm_property_iter_deinit(&it);
	return id;
}

/* What Node prints for a thing that only looks like an error: its own `stack`, if that is text. */
static enum ipm_errc put_own_stack(struct report *r, const struct ipm_object *object,
				   struct ipm_buf *out, bool *ret_done)
{
	size_t i;

	*ret_done = false;
	for (i = 0; i < object->property_count; i++) {
		const struct ipm_property *p = &object->properties[i];

		if (p->value.type != IPM_VALUE_STRING || p->symbol_id || p->name.len != 5 ||
		    memcmp(p->name.data, "stack", 5) != 0)
			continue;
		*ret_done = true;
		return ipm_text_append(&r->job.heap, &p->value.string, 0, UINT64_MAX, out,
				       r->job.err);
	}
	return IPM_OK;
}

static enum ipm_errc put_thrown_text(struct report *r, const struct ipm_value *thrown,
				     struct ipm_buf *out)
{
	const struct ipm_object *object;
	bool done = false;
	enum ipm_errc rc = IPM_OK;

	if (thrown->type == IPM_VALUE_OBJECT &&
	    r->job.heap.object(&r->job.heap, thrown->object_id, &object, NULL) == IPM_OK) {
		if (object->kind == IPM_KIND_ERROR) {
			rc = ipm_cdp_description(&r->job.cdp, thrown, out, r->job.err);
			done = true;
		} else {
			rc = put_own_stack(r, object, out, &done);
		}
		r->job.heap.release(&r->job.heap, object);
	}
	if (rc || done)
		return rc;
	ipm_buf_cstr(out, "Thrown: ");
	return ipm_put_brief(&r->job, thrown, r->job.columns, out);
}

static enum ipm_errc put_thrown(struct report *r, const struct ipm_value *thrown,
				const char *prefix)
{
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_errc rc;

	ipm_buf_cstr(&text, prefix);
	rc = put_thrown_text(r, thrown, &text);
	if (!rc)
		rc = ipm_buf_status(&text, r->job.err);
	if (!rc)
		put_stack(r, ipm_buf_as_str(&text));
	ipm_buf_deinit(&text);
	return rc;
}

/* The errors that an AggregateError stands for. */
static enum ipm_errc put_aggregated(struct report *r, const struct ipm_value *thrown)
{
	const struct ipm_object *object, *list;
	const struct ipm_value *value;
	struct ipm_element_iter it;
	uint64_t id = 0, index;
	char prefix[40];
	enum ipm_errc rc = IPM_OK;

	if (thrown->type == IPM_VALUE_OBJECT &&
	    r->job.heap.object(&r->job.heap, thrown->object_id, &object, NULL) == IPM_OK) {
		if (object->kind == IPM_KIND_ERROR)
			id = own_object(r, object, "errors");
		r->job.heap.release(&r->job.heap, object);
	}
	if (!id || r->job.heap.object(&r->job.heap, id, &list, NULL) != IPM_OK)
		return IPM_OK;
	ipm_element_iter_init(&it, &r->job.heap, list, 0);
	while (!rc && !(rc = ipm_element_iter_next(&it, &index, &value, r->job.err)) && value &&
	       index < MAX_CAUSES) {
		snprintf(prefix, sizeof(prefix), "errors[%" PRIu64 "]: ", index);
		rc = put_thrown(r, value, prefix);
	}
	ipm_element_iter_deinit(&it);
	r->job.heap.release(&r->job.heap, list);
	return rc;
}

/* error.cause, its cause, and so on. */
static enum ipm_errc put_causes(struct report *r, const struct ipm_value *thrown)
{
	struct ipm_value at = *thrown;
	const struct ipm_object *object;
	enum ipm_errc rc = IPM_OK;
	int i;

	for (i = 0; !rc && i < MAX_CAUSES && at.type == IPM_VALUE_OBJECT; i++) {
		if (r->job.heap.object(&r->job.heap, at.object_id, &object, NULL) != IPM_OK)
			break;
		at.object_id = own_object(r, object, "cause");
		r->job.heap.release(&r->job.heap, object);
		if (!at.object_id || at.object_id == thrown->object_id)
			break;
		rc = put_thrown(r, &at, "Caused by: ");
	}
	return rc;
}

static void put_word(struct report *r, const char *before, struct ipm_str text)
{
	if (!text.len)
		return;
	ipm_buf_cstr(r->buf, before);
	ipm_put_safe(r->buf, text, false);
}

static void put_facts(struct report *r, const struct ipm_pause *pause)
{
	const struct ipm_meta *meta = ipm_reader_meta(r->job.reader);
	char time[32];

	ipm_format_time(pause->time_ns ? pause->time_ns : meta->time_ns, time, sizeof(time));
	ipm_buf_byte(r->buf, '\n');
	report_begin_block(r);
	report_style(r, STYLE_DIM);
	ipm_buf_cstr(r->buf, time);
	put_word(r, "  ", meta->program);
	if (meta->pid)
		ipm_buf_printf(r->buf, "  pid %" PRIu64, meta->pid);
	put_word(r, "  node ", meta->node_version);
	if (pause->thread.len &&
	    !(pause->thread.len == 4 && !memcmp(pause->thread.data, "main", 4)))
		put_word(r, "  ", pause->thread);
	put_word(r, "  reason: ", pause->reason);
	report_plain(r);
	ipm_buf_byte(r->buf, '\n');
	report_end_block(r);
}

static enum ipm_errc put_pause(struct report *r, const struct ipm_pause *pause)
{
	enum ipm_errc rc = IPM_OK;

	if (r->job.opts->frame < 0) {
		if (pause->has_data) {
			rc = put_thrown(r, &pause->data, "");
			if (!rc)
				rc = put_causes(r, &pause->data);
			if (!rc)
				rc = put_aggregated(r, &pause->data);
		} else {
			put_stack(r, ipm_pause_title(pause));
		}
		put_facts(r, pause);
	}
	if (!rc)
		rc = report_frames(r, pause);
	if (!rc && r->job.opts->frame < 0)
		report_async(r, pause);
	return rc;
}

/* What is not there, and why: a report that looks whole must be whole. */
static void put_omissions(struct report *r)
{
	static const char *const whys[IPM_REASON_COUNT] = {
		[IPM_REASON_DEPTH] = "too deep",
		[IPM_REASON_OBJECTS] = "object budget",
		[IPM_REASON_BYTES] = "size budget",
		[IPM_REASON_TIME] = "time budget",
		[IPM_REASON_STRING] = "long strings, cut",
		[IPM_REASON_DENIED] = "built-ins, left alone",
		[IPM_REASON_REDACTED] = "redacted",
		[IPM_REASON_GONE] = "already released",
		[IPM_REASON_OPTIMIZED_OUT] = "optimized out",
		[IPM_REASON_UNINITIALIZED] = "not initialized yet",
		[IPM_REASON_FAILED] = "the process gave an error",
		[IPM_REASON_UNSUPPORTED] = "not shown by this runtime",
		[IPM_REASON_LENGTH] = "too many elements",
	};
	const struct ipm_summary *summary = ipm_reader_summary(r->job.reader);
	const struct ipm_file_info *info = ipm_reader_info(r->job.reader);
	const char *before = "\nNot captured: ";
	int i;

	if (info->integrity != IPM_WHOLE)
		ipm_buf_printf(r->buf, "\nThis file is %s; what could be read is shown.\n",
			       info->integrity == IPM_CUT ? "cut" : "damaged");
	for (i = IPM_REASON_NONE + 1; i < IPM_REASON_COUNT; i++) {
		if (!summary->omitted[i])
			continue;
		ipm_buf_printf(r->buf, "%s%" PRIu64 " (%s)", before, summary->omitted[i], whys[i]);
		before = ", ";
	}
	if (before[0] == ',')
		ipm_buf_byte(r->buf, '\n');
}

static enum ipm_errc put_pauses(struct report *r)
{
	uint64_t i, count = ipm_reader_info(r->job.reader)->pauses, done = 0;
	int64_t frame = r->job.opts->frame;
	const struct ipm_pause *pause;
	enum ipm_errc rc = IPM_OK;

	for (i = 0; !rc && i < count; i++) {
		if (ipm_reader_pause(r->job.reader, i, &pause, NULL) != IPM_OK)
			continue;
		if (frame >= 0 && (uint64_t)frame >= pause->frame_count && count == 1)
			return ipm_fail(r->job.err, IPM_ERR_NOT_FOUND,
					"no frame %" PRId64 ": the stack has %zu", frame,
					pause->frame_count);
		if (done++)
			ipm_buf_cstr(r->buf, "\n----\n\n");
		rc = put_pause(r, pause);
	}
	if (!done)
		ipm_buf_cstr(r->buf, "No stack in this file.\n");
	return rc;
}

static enum ipm_errc write_report(struct ipm_reader *reader, const struct ipm_convert_options *opts,
				  bool markdown, struct ipm_output *out, struct ipm_error *err)
{
	struct report r = {.buf = &out->buffer, .markdown = markdown};
	enum ipm_errc rc;

	ipm_text_job_init(&r.job, reader, opts, opts->columns, out, err);
	rc = put_pauses(&r);
	if (!rc && opts->frame < 0) {
		report_console(&r);
		put_omissions(&r);
	}
	ipm_text_job_deinit(&r.job);
	return rc ? rc : ipm_buf_status(r.buf, err);
}

enum ipm_errc ipm_write_text(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			     struct ipm_output *out, struct ipm_error *err)
{
	return write_report(reader, opts, false, out, err);
}

enum ipm_errc ipm_write_markdown(struct ipm_reader *reader, const struct ipm_convert_options *opts,
				 struct ipm_output *out, struct ipm_error *err)
{
	struct ipm_convert_options own = *opts;

	own.colour = false;
	return write_report(reader, &own, true, out, err);
}
