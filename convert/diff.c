/* SPDX-License-Identifier: MIT */
#include "diff.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crash_summary.h"
#include "diff_internal.h"

#define MAX_FRAMES    500
#define DEFAULT_DEPTH 3

void diff_lines(struct diff *d, struct ipm_str a, struct ipm_str b)
{
	struct ipm_buf *out = &d->out->buffer;

	d->count++;
	d->in_frame++;
	if (d->header.len) {
		ipm_buf_cstr(out, "  ");
		ipm_buf_str(out, ipm_buf_as_str(&d->header));
		ipm_buf_byte(out, '\n');
		ipm_buf_reset(&d->header);
	}
	if (d->opts->limit && d->in_frame > d->opts->limit)
		return;
	if (a.len) {
		ipm_buf_cstr(out, "-   ");
		ipm_buf_str(out, a);
		ipm_buf_byte(out, '\n');
	}
	if (b.len) {
		ipm_buf_cstr(out, "+   ");
		ipm_buf_str(out, b);
		ipm_buf_byte(out, '\n');
	}
	ipm_output_breathe(d->out);
}

static void put_fact(struct ipm_buf *out, char sign, const char *name, struct ipm_str value)
{
	ipm_buf_printf(out, "%c %-10s ", sign, name);
	ipm_put_escaped_text(out, value, 500);
	ipm_buf_byte(out, '\n');
}

static void diff_fact(struct diff *d, const char *name, struct ipm_str a, struct ipm_str b)
{
	if (a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len)))
		return;
	d->count++;
	put_fact(&d->out->buffer, '-', name, a);
	put_fact(&d->out->buffer, '+', name, b);
}

static struct ipm_str str_of(const char *text)
{
	return (struct ipm_str){text, strlen(text)};
}

static void join(struct ipm_buf *out, const struct ipm_meta *meta)
{
	size_t i;

	for (i = 0; i < meta->argc; i++) {
		if (i)
			ipm_buf_byte(out, ' ');
		ipm_buf_str(out, meta->argv[i]);
	}
}

static enum ipm_errc diff_process(struct diff *d)
{
	const struct ipm_meta *x = ipm_reader_meta(d->a.reader), *y = ipm_reader_meta(d->b.reader);
	struct ipm_buf left = IPM_BUF_INIT, right = IPM_BUF_INIT;
	struct ipm_crash_summary a, b;
	enum ipm_errc rc;

	rc = ipm_crash_summary_read(d->a.reader, &a, d->err);
	if (rc)
		return rc;
	rc = ipm_crash_summary_read(d->b.reader, &b, d->err);
	if (rc) {
		ipm_crash_summary_deinit(&a);
		return rc;
	}
	diff_fact(d, "error", a.error, b.error);
	diff_fact(d, "signature", str_of(a.signature), str_of(b.signature));
	diff_fact(d, "reason", a.reason, b.reason);
	diff_fact(d, "thread", a.thread, b.thread);
	diff_fact(d, "program", a.program, b.program);
	join(&left, x);
	join(&right, y);
	diff_fact(d, "command", ipm_buf_as_str(&left), ipm_buf_as_str(&right));
	diff_fact(d, "directory", x->cwd, y->cwd);
	diff_fact(d, "host", x->hostname, y->hostname);
	diff_fact(d, "node", x->node_version, y->node_version);
	diff_fact(d, "v8", x->v8_version, y->v8_version);
	diff_fact(d, "arch", x->arch, y->arch);
	diff_fact(d, "platform", x->platform, y->platform);
	ipm_buf_deinit(&left);
	ipm_buf_deinit(&right);
	ipm_crash_summary_deinit(&a);
	ipm_crash_summary_deinit(&b);
	return IPM_OK;
}

static struct ipm_str frame_url(struct diff_side *side, const struct ipm_frame *frame)
{
	return ipm_place_url(side->reader, frame->url, &frame->location);
}

static struct ipm_str base_name(struct ipm_str url)
{
	size_t i = url.len;

	while (i && url.data[i - 1] != '/')
		i--;
	return (struct ipm_str){url.data + i, url.len - i};
}

/* Is it the same function? Its place may have moved with a release. */
static bool same_frame(struct diff *d, const struct ipm_frame *a, const struct ipm_frame *b)
{
	struct ipm_str x = base_name(frame_url(&d->a, a)), y = base_name(frame_url(&d->b, b));

	return a->function_name.len == b->function_name.len && x.len == y.len &&
	       (!x.len || !memcmp(x.data, y.data, x.len)) &&
	       (!a->function_name.len ||
		!memcmp(a->function_name.data, b->function_name.data, a->function_name.len));
}

/* "place (/srv/cart.js:3:12)" */
static void put_place(struct diff_side *side, const struct ipm_frame *frame, struct ipm_buf *out)
{
	struct ipm_buf place = IPM_BUF_INIT;

	ipm_put_escaped_text(
		out, frame->function_name.len ? frame->function_name : IPM_STR("<anonymous>"), 200);
	ipm_put_place(&place, frame_url(side, frame), &frame->location);
	ipm_buf_cstr(out, " (");
	ipm_put_escaped_text(out, ipm_buf_as_str(&place), 1000);
	ipm_buf_byte(out, ')');
	out->failed |= place.failed;
	ipm_buf_deinit(&place);
}

static void put_lone_frame(struct diff *d, char sign, struct diff_side *side,
			   const struct ipm_frame *frame, size_t number)
{
	d->count++;
	ipm_buf_printf(&d->out->buffer, "%c frame %zu ", sign, number);
	put_place(side, frame, &d->out->buffer);
	ipm_buf_byte(&d->out->buffer, '\n');
}

/* The scope of `frame` that corresponds to number `index` of the other: the same type, counted. */
static const struct ipm_scope_ref *find_scope(const struct ipm_frame *frame,
					      const struct ipm_frame *other, size_t index)
{
	size_t i, nth = 0;

	for (i = 0; i < index; i++)
		nth += other->scopes[i].type == other->scopes[index].type;
	for (i = 0; i < frame->scope_count; i++)
		if (frame->scopes[i].type == other->scopes[index].type && !nth--)
			return &frame->scopes[i];
	return NULL;
}

/* Closures and module scopes come again in every frame: the innermost one has told of them. */
static bool told(struct diff *d, const struct ipm_scope_ref *a, const struct ipm_scope_ref *b)
{
	size_t i;

	for (i = 0; i < d->scope_count; i++)
		if (d->scopes[i].a == a->object.object_id && d->scopes[i].b == b->object.object_id)
			return true;
	if (d->scope_count < sizeof(d->scopes) / sizeof(d->scopes[0])) {
		d->scopes[d->scope_count].a = a->object.object_id;
		d->scopes[d->scope_count++].b = b->object.object_id;
	}
	return false;
}

static enum ipm_errc diff_frame(struct diff *d, const struct ipm_frame *a, size_t a_number,
				const struct ipm_frame *b, size_t b_number)
{
	unsigned depth = d->opts->depth ? d->opts->depth : DEFAULT_DEPTH;
	struct ipm_buf left = IPM_BUF_INIT, right = IPM_BUF_INIT;
	const struct ipm_scope_ref *other;
	enum ipm_errc rc = IPM_OK;
	size_t i;

	d->in_frame = d->work = d->seen_count = 0;
	free(d->seen);
	d->seen = NULL;
	d->seen_capacity = 0;
	put_place(&d->a, a, &left);
	put_place(&d->b, b, &right);
	ipm_buf_reset(&d->header);
	if (left.len == right.len && !memcmp(left.data, right.data, left.len)) {
		ipm_buf_printf(&d->header, a_number == b_number ? "frame %zu " : "frame %zu, %zu ",
			       a_number, b_number);
		ipm_buf_str(&d->header, ipm_buf_as_str(&left));
	} else {
		put_lone_frame(d, '-', &d->a, a, a_number);
		d->count--;
		put_lone_frame(d, '+', &d->b, b, b_number);
	}
	ipm_buf_deinit(&left);
	ipm_buf_deinit(&right);
	if (!d->opts->full && ipm_is_internal_url(frame_url(&d->a, a)))
		return IPM_OK;
	for (i = 0; i < a->scope_count && !rc; i++) {
		other = find_scope(b, a, i);
		ipm_buf_reset(&d->path);
		if (a->scopes[i].type == IPM_SCOPE_GLOBAL || !other ||
		    a->scopes[i].object.type != IPM_VALUE_OBJECT ||
		    other->object.type != IPM_VALUE_OBJECT || told(d, &a->scopes[i], other))
			continue;
		rc = diff_objects(d, a->scopes[i].object.object_id, other->object.object_id,
				  depth + 1);
	}
	ipm_buf_reset(&d->path);
	ipm_buf_cstr(&d->path, "this");
	if (!rc)
		rc = diff_values(d, &a->this_value, &b->this_value, depth);
	if (d->opts->limit && d->in_frame > d->opts->limit)
		ipm_buf_printf(&d->out->buffer, "    and %" PRIu64 " more\n",
			       d->in_frame - d->opts->limit);
	ipm_output_breathe(d->out);
	return rc;
}

/* Pairs frames by the longest common subsequence, from the end of both tables. */
static enum ipm_errc diff_frames(struct diff *d, const struct ipm_pause *a,
				 const struct ipm_pause *b)
{
	size_t n = a->frame_count < MAX_FRAMES ? a->frame_count : MAX_FRAMES,
	       m = b->frame_count < MAX_FRAMES ? b->frame_count : MAX_FRAMES, i, j;
	uint16_t *common = calloc((n + 1) * (m + 1), sizeof(*common));
	enum ipm_errc rc = IPM_OK;

	if (!common)
		return ipm_fail(d->err, IPM_ERR_NO_MEMORY, "out of memory");
	for (i = n; i-- > 0;) {
		for (j = m; j-- > 0;) {
			uint16_t skip_a = common[(i + 1) * (m + 1) + j],
				 skip_b = common[i * (m + 1) + j + 1];
			uint16_t best = skip_a > skip_b ? skip_a : skip_b;

			if (same_frame(d, &a->frames[i], &b->frames[j]))
				best = (uint16_t)(common[(i + 1) * (m + 1) + j + 1] + 1);
			common[i * (m + 1) + j] = best;
		}
	}
	for (i = j = 0; !rc && (i < n || j < m);) {
		if (i < n && j < m && same_frame(d, &a->frames[i], &b->frames[j])) {
			rc = diff_frame(d, &a->frames[i], i, &b->frames[j], j);
			i++;
			j++;
		} else if (i < n && (j == m || common[(i + 1) * (m + 1) + j] >=
						       common[i * (m + 1) + j + 1])) {
			put_lone_frame(d, '-', &d->a, &a->frames[i], i);
			i++;
		} else {
			put_lone_frame(d, '+', &d->b, &b->frames[j], j);
			j++;
		}
	}
	free(common);
	return rc;
}

static enum ipm_errc diff_thrown(struct diff *d, const struct ipm_pause *a,
				 const struct ipm_pause *b)
{
	if (!a->has_data || !b->has_data)
		return IPM_OK;
	d->in_frame = d->work = 0;
	ipm_buf_reset(&d->header);
	ipm_buf_cstr(&d->header, "exception");
	ipm_buf_reset(&d->path);
	ipm_buf_cstr(&d->path, "exception");
	return diff_values(d, &a->data, &b->data, 2);
}

static void side_init(struct diff_side *side, struct ipm_reader *reader)
{
	side->reader = reader;
	side->heap = ipm_file_heap(reader);
	side->cdp = (struct ipm_cdp){.heap = &side->heap, .object_id_prefix = ""};
}

enum ipm_errc ipm_diff(struct ipm_reader *first, struct ipm_reader *second,
		       const struct ipm_diff_options *opts, struct ipm_convert_sink sink,
		       uint64_t *ret, struct ipm_error *err)
{
	struct ipm_output out = {.sink = sink};
	struct diff d = {.opts = opts, .out = &out, .err = err};
	const struct ipm_pause *a, *b;
	struct ipm_error finish_error;
	enum ipm_errc rc, finish;

	side_init(&d.a, first);
	side_init(&d.b, second);
	rc = diff_process(&d);
	if (!rc && ipm_reader_pause(first, 0, &a, NULL) == IPM_OK &&
	    ipm_reader_pause(second, 0, &b, NULL) == IPM_OK) {
		rc = diff_thrown(&d, a, b);
		if (!rc)
			rc = diff_frames(&d, a, b);
	}
	if (!rc)
		rc = ipm_buf_status(&d.path, err);
	finish = ipm_output_finish(&out, &finish_error);
	if (!rc && finish) {
		rc = finish;
		if (err)
			*err = finish_error;
	}
	free(d.seen);
	ipm_buf_deinit(&d.header);
	ipm_buf_deinit(&d.path);
	if (!rc)
		*ret = d.count;
	return rc;
}
