/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "crash_summary.h"
#include "text_report.h"

/* The stack of the report. */

#define CONTEXT_LINES 2
#define MAX_VARIABLES 40
#define NAME_COLUMNS  24

static void put_source_line(void *self, const struct ipm_source_line *line)
{
	struct report *r = self;
	unsigned i;

	if (!line->is_it)
		report_style(r, STYLE_DIM);
	ipm_buf_printf(r->buf, " %s%6" PRId64 " | ", line->is_it ? ">" : " ", line->number + 1);
	if (line->cut_columns && line->text.len)
		ipm_buf_cstr(r->buf, "\xE2\x80\xA6");
	ipm_put_safe(r->buf, line->text, true);
	if (!line->is_it)
		report_plain(r);
	ipm_buf_byte(r->buf, '\n');
	if (!line->has_caret)
		return;
	ipm_buf_cstr(r->buf, "         | ");
	for (i = 0; i < line->caret && i < 500; i++)
		ipm_buf_byte(r->buf, line->text.data[i] == '\t' ? '\t' : ' ');
	if (line->cut_columns)
		ipm_buf_byte(r->buf, ' ');
	report_styled(r, STYLE_ERROR, IPM_STR("^"));
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

enum ipm_errc report_variable(struct report *r, const char *indent, struct ipm_str name,
			      const struct ipm_value *value)
{
	struct ipm_buf line = IPM_BUF_INIT;
	unsigned used = 8 + (unsigned)(name.len < NAME_COLUMNS ? name.len : NAME_COLUMNS);
	enum ipm_errc rc;

	ipm_buf_cstr(r->buf, indent);
	report_styled(r, STYLE_NAME, name);
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
	if (r->shown_count < REPORT_MAX_SCOPES) {
		r->shown_scopes[r->shown_count] = id;
		r->shown_frames[r->shown_count++] = frame;
	}
	return true;
}

static void put_scope_heading(struct report *r, const struct ipm_scope_ref *scope)
{
	ipm_buf_cstr(r->buf, "   ");
	report_style(r, STYLE_DIM);
	ipm_buf_cstr(r->buf, ipm_scope_type_name(scope->type));
	if (scope->name.len && scope->type != IPM_SCOPE_LOCAL) {
		ipm_buf_cstr(r->buf, " of ");
		ipm_put_safe(r->buf, scope->name, false);
	}
	report_plain(r);
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
		rc = report_variable(r, "     ", p->name, &p->value);
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

/* Where the frame is, as a person would look for it; what was run comes second. */
static void put_places(struct report *r, const struct ipm_frame *frame, struct ipm_buf *place,
		       struct ipm_buf *compiled)
{
	struct ipm_str url = frame_url(r, frame);
	struct ipm_original written;
	struct ipm_source_map *map;

	if (ipm_text_original(&r->job, &frame->location, &written, &map)) {
		struct ipm_location at = {0, written.line, written.column};

		ipm_put_place(place, written.url, &at);
		ipm_put_place(compiled, url, &frame->location);
	} else {
		ipm_put_place(place, url, &frame->location);
	}
}

static void put_frame_heading(struct report *r, const struct ipm_frame *frame, size_t index)
{
	struct ipm_str name =
		frame->function_name.len ? frame->function_name : IPM_STR("<anonymous>");
	struct ipm_buf place = IPM_BUF_INIT, compiled = IPM_BUF_INIT;

	put_places(r, frame, &place, &compiled);
	if (r->markdown) {
		ipm_buf_printf(r->buf, "\n### \\#%zu ", index);
		report_markdown(r, name);
		ipm_buf_cstr(r->buf, " (");
		report_markdown(r, ipm_buf_as_str(&place));
	} else {
		ipm_buf_byte(r->buf, '\n');
		report_style(r, STYLE_HEADING);
		ipm_buf_printf(r->buf, "#%zu ", index);
		ipm_put_safe(r->buf, name, false);
		report_plain(r);
		ipm_buf_cstr(r->buf, " (");
		ipm_put_safe(r->buf, ipm_buf_as_str(&place), false);
	}
	ipm_buf_cstr(r->buf, ")\n");
	report_begin_block(r);
	if (compiled.len) {
		report_style(r, STYLE_DIM);
		ipm_buf_cstr(r->buf, "   compiled: ");
		ipm_put_safe(r->buf, ipm_buf_as_str(&compiled), false);
		report_plain(r);
		ipm_buf_byte(r->buf, '\n');
	}
	r->buf->failed |= place.failed || compiled.failed;
	ipm_buf_deinit(&place);
	ipm_buf_deinit(&compiled);
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
	rc = ipm_each_source_line(&r->job, &frame->location, CONTEXT_LINES, put_source_line, r);
	if (!rc && tells_something(r, frame))
		rc = report_variable(r, "   ", IPM_STR("this"), &frame->this_value);
	if (!rc && frame->has_return_value)
		rc = report_variable(r, "   ", IPM_STR("(return value)"), &frame->return_value);
	for (i = 0; !rc && i < frame->scope_count; i++)
		rc = put_scope(r, &frame->scopes[i], index);
	if (!rc && !frame->scope_count)
		ipm_buf_printf(r->buf, "   variables not captured: %s\n",
			       ipm_reason_text(frame->locals_missing));
	report_end_block(r);
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
		report_style(r, STYLE_DIM);
		ipm_buf_printf(r->buf, "\n   \xE2\x80\xA6 %zu %s%s %s (--full shows %s)\n",
			       s->count, s->repeated ? "more call" : "frame",
			       s->count == 1 ? "" : "s",
			       s->repeated ? "of the same" : "of Node itself",
			       s->count == 1 ? "it" : "them");
		report_plain(r);
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

enum ipm_errc report_frames(struct report *r, const struct ipm_pause *pause)
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

void report_async(struct report *r, const struct ipm_pause *pause)
{
	size_t i, k;

	for (i = 0; i < pause->async_stack_count; i++) {
		const struct ipm_async_stack *stack = &pause->async_stacks[i];
		struct ipm_buf place = IPM_BUF_INIT;

		ipm_buf_byte(r->buf, '\n');
		report_style(r, STYLE_EMPHASIS);
		ipm_buf_cstr(r->buf, "after ");
		ipm_put_safe(r->buf, stack->description.len ? stack->description : IPM_STR("async"),
			     false);
		report_plain(r);
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
