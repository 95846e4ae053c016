/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "crash_summary.h"
#include "wtf8.h"

/*
 * The report for people: what was thrown and why, then every frame of the program's own with its
 * source and its variables.
 */

#define CONTEXT_LINES  2
#define MAX_CAUSES     10
#define MAX_VARIABLES  40
#define MAX_SHOWN      256
#define NAME_COLUMNS   24
#define STYLE_ERROR    "1;31"
#define STYLE_HEADING  "1"
#define STYLE_NAME     "36"
#define STYLE_DIM      "2"
#define STYLE_EMPHASIS "33"

struct report {
	struct ipm_text_job job;
	struct ipm_buf *buf;
	/* Scopes printed already, with the frame that did: closures come back in every frame. */
	uint64_t shown_scopes[MAX_SHOWN];
	size_t shown_frames[MAX_SHOWN];
	size_t shown_count;
	bool markdown;
};

static void style(struct report *r, const char *codes)
{
	if (r->job.opts->colour)
		ipm_buf_printf(r->buf, "\033[%sm", codes);
}

static void plain(struct report *r)
{
	if (r->job.opts->colour)
		ipm_buf_cstr(r->buf, "\033[0m");
}

static void styled(struct report *r, const char *codes, struct ipm_str text)
{
	style(r, codes);
	ipm_put_safe(r->buf, text, false);
	plain(r);
}

/* Text among Markdown's own characters, none of which it may play. */
static void put_markdown(struct report *r, struct ipm_str text)
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
	put_markdown(r, (struct ipm_str){text.data, first});
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
static void begin_block(struct report *r)
{
	if (r->markdown)
		ipm_buf_cstr(r->buf, "\n~~~~~~\n");
}

static void end_block(struct report *r)
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

	styled(r, STYLE_ERROR, (struct ipm_str){text.data, first});
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
	begin_block(r);
	style(r, STYLE_DIM);
	ipm_buf_cstr(r->buf, time);
	put_word(r, "  ", meta->program);
	if (meta->pid)
		ipm_buf_printf(r->buf, "  pid %" PRIu64, meta->pid);
	put_word(r, "  node ", meta->node_version);
	if (pause->thread.len &&
	    !(pause->thread.len == 4 && !memcmp(pause->thread.data, "main", 4)))
		put_word(r, "  ", pause->thread);
	put_word(r, "  reason: ", pause->reason);
	plain(r);
	ipm_buf_byte(r->buf, '\n');
	end_block(r);
}

static void put_source_line(void *self, const struct ipm_source_line *line)
{
	struct report *r = self;
	unsigned i;

	if (!line->is_it)
		style(r, STYLE_DIM);
	ipm_buf_printf(r->buf, " %s%6" PRId64 " | ", line->is_it ? ">" : " ", line->number + 1);
	if (line->cut_columns && line->text.len)
		ipm_buf_cstr(r->buf, "\xE2\x80\xA6");
	ipm_put_safe(r->buf, line->text, true);
	if (!line->is_it)
		plain(r);
	ipm_buf_byte(r->buf, '\n');
	if (!line->has_caret)
		return;
	ipm_buf_cstr(r->buf, "         | ");
	for (i = 0; i < line->caret && i < 500; i++)
		ipm_buf_byte(r->buf, line->text.data[i] == '\t' ? '\t' : ' ');
	if (line->cut_columns)
		ipm_buf_byte(r->buf, ' ');
	styled(r, STYLE_ERROR, IPM_STR("^"));
	ipm_buf_byte(r->buf, '\n');
}

/* What Node puts around every CommonJS module; never what one is looking for. */
static bool is_wrapper_name(struct ipm_str name)
{
	static const char *const names[] = {"exports", "require", "module", "__filename",
					    "__dirname"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (name.len == strlen(names[i]) && !memcmp(name.data, names[i], name.len))
			return true;
	return false;
}

static enum ipm_errc put_variable(struct report *r, const char *indent, struct ipm_str name,
				  const struct ipm_value *value)
{
	struct ipm_buf line = IPM_BUF_INIT;
	unsigned used = 8 + (unsigned)(name.len < NAME_COLUMNS ? name.len : NAME_COLUMNS);
	enum ipm_errc rc;

	ipm_buf_cstr(r->buf, indent);
	styled(r, STYLE_NAME, name);
	ipm_buf_cstr(r->buf, " = ");
	rc = ipm_put_brief(&r->job, value, r->job.columns > used ? r->job.columns - used : 20,
			   &line);
	if (!rc)
		rc = ipm_buf_status(&line, r->job.err);
	if (!rc)
		ipm_buf_str(r->buf, ipm_buf_as_str(&line));
	ipm_buf_byte(r->buf, '\n');
	ipm_buf_deinit(&line);
	ipm_output_breathe(r->job.out);
	return rc;
}

/* False when that scope stands in an earlier frame; *ret_frame says which. */
static bool note_scope(struct report *r, uint64_t id, size_t frame, size_t *ret_frame)
{
	size_t i;

	for (i = 0; i < r->shown_count; i++) {
		if (r->shown_scopes[i] == id) {
			*ret_frame = r->shown_frames[i];
			return false;
		}
	}
	if (r->shown_count < MAX_SHOWN) {
		r->shown_scopes[r->shown_count] = id;
		r->shown_frames[r->shown_count++] = frame;
	}
	return true;
}

static void put_scope_heading(struct report *r, const struct ipm_scope_ref *scope)
{
	ipm_buf_cstr(r->buf, "   ");
	style(r, STYLE_DIM);
	ipm_buf_cstr(r->buf, ipm_scope_type_name(scope->type));
	if (scope->name.len && scope->type != IPM_SCOPE_LOCAL) {
		ipm_buf_cstr(r->buf, " of ");
		ipm_put_safe(r->buf, scope->name, false);
	}
	plain(r);
}

static enum ipm_errc put_variables(struct report *r, const struct ipm_scope_ref *scope,
				   const struct ipm_object *object)
{
	struct ipm_property_iter it;
	const struct ipm_property *p;
	size_t n = 0, hidden = 0;
	enum ipm_errc rc;

	ipm_property_iter_init(&it, &r->job.heap, object);
	while (!(rc = ipm_property_iter_next(&it, &p, r->job.err)) && p) {
		if (!r->job.opts->full && is_wrapper_name(p->name))
			continue;
		if (n == MAX_VARIABLES && !r->job.opts->full) {
			hidden++;
			continue;
		}
		if (!n++) {
			put_scope_heading(r, scope);
			ipm_buf_byte(r->buf, '\n');
		}
		rc = put_variable(r, "     ", p->name, &p->value);
		if (rc)
			break;
	}
	ipm_property_iter_deinit(&it);
	if (hidden)
		ipm_buf_printf(r->buf, "     \xE2\x80\xA6 %zu more (--full shows them)\n", hidden);
	return rc;
}

static enum ipm_errc put_scope(struct report *r, const struct ipm_scope_ref *scope, size_t frame)
{
	const struct ipm_object *object;
	size_t earlier;
	enum ipm_errc rc;

	if (scope->type == IPM_SCOPE_GLOBAL)
		return IPM_OK;
	if (scope->object.type != IPM_VALUE_OBJECT ||
	    r->job.heap.object(&r->job.heap, scope->object.object_id, &object, NULL) != IPM_OK) {
		put_scope_heading(r, scope);
		ipm_buf_cstr(r->buf, ": ");
		rc = ipm_put_brief(&r->job, &scope->object, r->job.columns, r->buf);
		ipm_buf_byte(r->buf, '\n');
		return rc;
	}
	if (!note_scope(r, object->id, frame, &earlier) && earlier != frame) {
		if (object->property_count) {
			put_scope_heading(r, scope);
			ipm_buf_printf(r->buf, ": as in #%zu\n", earlier);
		}
		rc = IPM_OK;
	} else {
		rc = put_variables(r, scope, object);
	}
	r->job.heap.release(&r->job.heap, object);
	return rc;
}

static struct ipm_str frame_url(struct report *r, const struct ipm_frame *frame)
{
	return ipm_place_url(r->job.reader, frame->url, &frame->location);
}

static void put_markdown_heading(struct report *r, const struct ipm_frame *frame, size_t index)
{
	struct ipm_buf place = IPM_BUF_INIT;

	ipm_buf_printf(r->buf, "### \\#%zu ", index);
	put_markdown(r, frame->function_name.len ? frame->function_name : IPM_STR("<anonymous>"));
	ipm_buf_cstr(r->buf, " (");
	ipm_put_place(&place, frame_url(r, frame), &frame->location);
	put_markdown(r, ipm_buf_as_str(&place));
	ipm_buf_cstr(r->buf, ")\n");
	r->buf->failed |= place.failed;
	ipm_buf_deinit(&place);
}

static void put_frame_heading(struct report *r, const struct ipm_frame *frame, size_t index)
{
	struct ipm_buf place = IPM_BUF_INIT;

	ipm_buf_byte(r->buf, '\n');
	if (r->markdown) {
		put_markdown_heading(r, frame, index);
		return;
	}
	style(r, STYLE_HEADING);
	ipm_buf_printf(r->buf, "#%zu ", index);
	if (frame->function_name.len)
		ipm_put_safe(r->buf, frame->function_name, false);
	else
		ipm_buf_cstr(r->buf, "<anonymous>");
	plain(r);
	ipm_put_place(&place, frame_url(r, frame), &frame->location);
	ipm_buf_cstr(r->buf, " (");
	ipm_put_safe(r->buf, ipm_buf_as_str(&place), false);
	ipm_buf_cstr(r->buf, ")\n");
	r->buf->failed |= place.failed;
	ipm_buf_deinit(&place);
}

/* `this` says something in a method, not in a plain function or a module. */
static bool tells_something(struct report *r, const struct ipm_frame *frame)
{
	const struct ipm_value *value = &frame->this_value;
	const struct ipm_object *object;
	bool tells;

	if (r->job.opts->full)
		return true;
	if (value->type != IPM_VALUE_OBJECT)
		return false;
	if (r->job.heap.object(&r->job.heap, value->object_id, &object, NULL) != IPM_OK)
		return false;
	tells = !(object->class_name.len == 6 && (!memcmp(object->class_name.data, "global", 6) ||
						  !memcmp(object->class_name.data, "Object", 6)));
	if (!tells && object->property_count && object->class_name.data[0] == 'O')
		tells = true;
	r->job.heap.release(&r->job.heap, object);
	return tells;
}

static enum ipm_errc put_frame(struct report *r, const struct ipm_frame *frame, size_t index)
{
	enum ipm_errc rc;
	size_t i;

	put_frame_heading(r, frame, index);
	begin_block(r);
	rc = ipm_each_source_line(&r->job, &frame->location, CONTEXT_LINES, put_source_line, r);
	if (!rc && tells_something(r, frame))
		rc = put_variable(r, "   ", IPM_STR("this"), &frame->this_value);
	if (!rc && frame->has_return_value)
		rc = put_variable(r, "   ", IPM_STR("(return value)"), &frame->return_value);
	for (i = 0; !rc && i < frame->scope_count; i++)
		rc = put_scope(r, &frame->scopes[i], index);
	if (!rc && !frame->scope_count)
		ipm_buf_printf(r->buf, "   variables not captured: %s\n",
			       ipm_reason_name(frame->locals_missing));
	end_block(r);
	ipm_output_breathe(r->job.out);
	return rc;
}

/* Frames left out of the report, for one reason at a time. */
struct skipped {
	size_t count;
	bool repeated; /* the same call again and again, else: frames of Node's own */
};

static void put_skipped(struct report *r, struct skipped *s)
{
	if (s->count) {
		style(r, STYLE_DIM);
		ipm_buf_printf(r->buf, "\n   \xE2\x80\xA6 %zu %s%s %s (--full shows %s)\n",
			       s->count, s->repeated ? "more call" : "frame",
			       s->count == 1 ? "" : "s",
			       s->repeated ? "of the same" : "of Node itself",
			       s->count == 1 ? "it" : "them");
		plain(r);
	}
	s->count = 0;
}

static void skip(struct report *r, struct skipped *s, bool repeated)
{
	if (s->repeated != repeated)
		put_skipped(r, s);
	s->repeated = repeated;
	s->count++;
}

static bool same_call(const struct ipm_frame *a, const struct ipm_frame *b)
{
	return a->location.script_id == b->location.script_id &&
	       a->location.line == b->location.line && a->location.column == b->location.column;
}

/* In a recursion that ran away: the third call from the same place, and all that follow. */
static bool is_repeated(const struct ipm_pause *pause, size_t i)
{
	return i >= 2 && same_call(&pause->frames[i], &pause->frames[i - 1]) &&
	       same_call(&pause->frames[i], &pause->frames[i - 2]);
}

static enum ipm_errc put_frames(struct report *r, const struct ipm_pause *pause)
{
	const struct ipm_convert_options *opts = r->job.opts;
	bool brief = opts->frame < 0 && !opts->full;
	struct skipped skipped = {0};
	size_t i, own = 0;
	enum ipm_errc rc = IPM_OK;

	for (i = 0; i < pause->frame_count; i++)
		own += !ipm_is_internal_url(frame_url(r, &pause->frames[i]));
	for (i = 0; !rc && i < pause->frame_count; i++) {
		if (opts->frame >= 0 && (uint64_t)opts->frame != i)
			continue;
		/* A stack of Node's frames alone is shown as it is. */
		if (brief && own && ipm_is_internal_url(frame_url(r, &pause->frames[i]))) {
			skip(r, &skipped, false);
		} else if (brief && is_repeated(pause, i)) {
			skip(r, &skipped, true);
		} else {
			put_skipped(r, &skipped);
			rc = put_frame(r, &pause->frames[i], i);
		}
	}
	put_skipped(r, &skipped);
	if (opts->frame < 0 && pause->omitted_frames)
		ipm_buf_printf(r->buf, "\n   %" PRIu64 " frames more were not captured\n",
			       pause->omitted_frames);
	return rc;
}

static void put_async(struct report *r, const struct ipm_pause *pause)
{
	size_t i, k;

	for (i = 0; i < pause->async_stack_count; i++) {
		const struct ipm_async_stack *stack = &pause->async_stacks[i];
		struct ipm_buf place = IPM_BUF_INIT;

		ipm_buf_byte(r->buf, '\n');
		style(r, STYLE_EMPHASIS);
		ipm_buf_cstr(r->buf, "after ");
		ipm_put_safe(r->buf, stack->description.len ? stack->description : IPM_STR("async"),
			     false);
		plain(r);
		ipm_buf_byte(r->buf, '\n');
		for (k = 0; k < stack->call_site_count; k++) {
			const struct ipm_call_site *site = &stack->call_sites[k];
			struct ipm_str url =
				ipm_place_url(r->job.reader, site->url, &site->location);

			if (!r->job.opts->full && ipm_is_internal_url(url))
				continue;
			ipm_buf_reset(&place);
			ipm_put_place(&place, url, &site->location);
			ipm_buf_cstr(r->buf, "   at ");
			ipm_put_safe(r->buf,
				     site->function_name.len ? site->function_name
							     : IPM_STR("<anonymous>"),
				     false);
			ipm_buf_cstr(r->buf, " (");
			ipm_put_safe(r->buf, ipm_buf_as_str(&place), false);
			ipm_buf_cstr(r->buf, ")\n");
		}
		r->buf->failed |= place.failed;
		ipm_buf_deinit(&place);
	}
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
		}
		put_facts(r, pause);
	}
	if (!rc)
		rc = put_frames(r, pause);
	if (!rc && r->job.opts->frame < 0)
		put_async(r, pause);
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
		[IPM_REASON_DENIED] = "reading would run code",
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

static enum ipm_errc write_report(struct ipm_reader *reader, const struct ipm_convert_options *opts,
				  bool markdown, struct ipm_output *out, struct ipm_error *err)
{
	struct report r = {.job = {.reader = reader, .opts = opts, .out = out, .err = err},
			   .buf = &out->buffer,
			   .markdown = markdown};
	uint64_t i, count = ipm_reader_info(reader)->pauses, done = 0;
	const struct ipm_pause *pause;
	enum ipm_errc rc = IPM_OK;

	r.job.columns = opts->columns ? opts->columns : 100;
	r.job.heap = ipm_file_heap(reader);
	r.job.cdp = (struct ipm_cdp){.heap = &r.job.heap, .object_id_prefix = ""};
	for (i = 0; !rc && i < count; i++) {
		if (ipm_reader_pause(reader, i, &pause, NULL) != IPM_OK)
			continue;
		if (opts->frame >= 0 && (uint64_t)opts->frame >= pause->frame_count && count == 1)
			return ipm_fail(err, IPM_ERR_NOT_FOUND,
					"no frame %" PRId64 ": the stack has %zu", opts->frame,
					pause->frame_count);
		if (done++)
			ipm_buf_cstr(r.buf, "\n----\n\n");
		rc = put_pause(&r, pause);
	}
	if (!done)
		ipm_buf_cstr(r.buf, "No stack in this file.\n");
	if (!rc && opts->frame < 0)
		put_omissions(&r);
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
