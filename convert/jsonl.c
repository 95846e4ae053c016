/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crash_summary.h"
#include "formats.h"
#include "json.h"
#include "output.h"
#include "sequence.h"

/*
 * One JSON object a line, each with a "type": "crash" (what `info --json` says), "frame",
 * "script", "object".
 *
 * Values: numbers, strings, booleans and null are themselves. What JSON cannot say is an object with
 * one telling member: {"ref": id}, {"undefined": true}, {"number": "NaN"}, {"bigint": "12"},
 * {"string": "beginning", "length": 99999} for a cut string, {"get": id, "set": id},
 * {"holes": 3}, {"omitted": "time"}. The elements of a Map are key, value, key, value.
 */

/*
 * What objects of one shape have in common, as text: ,"kind":…,"class":… then "proto" with its comma,
 * then every key as ,"key": in one piece each.
 */
struct shape_text {
	uint32_t head, proto; /* where these end */
	uint32_t key_count;
	uint32_t ends[]; /* of the keys; the text follows */
};

enum { SHAPES = 1 << 15, SHAPE_TEXT_MAX = 8 << 20 };

struct job {
	struct ipm_reader *reader;
	const struct ipm_convert_options *opts;
	struct ipm_output *out;
	struct ipm_buf *buf;
	struct ipm_heap heap;
	struct shape_text **shapes; /* by number; NULL: not met, or nothing to share */
	size_t shape_bytes;
	enum ipm_errc failed;
	struct ipm_error *err;
};

static void put_string(struct job *job, const char *name, struct ipm_str value)
{
	if (!value.len)
		return;
	ipm_json_put_name(job->buf, name);
	ipm_json_put_string(job->buf, value);
}

static void put_number(struct job *job, const char *name, int64_t value)
{
	ipm_json_put_name(job->buf, name);
	ipm_put_int(job->buf, value);
}

static enum ipm_errc put_text(struct job *job, const struct ipm_text *text)
{
	enum ipm_errc rc;

	if (!text->script_id && !text->slices.count) {
		ipm_json_put_string(job->buf, text->str);
		return IPM_OK;
	}
	ipm_buf_byte(job->buf, '"');
	rc = ipm_text_append_escaped(&job->heap, text, 0, UINT64_MAX, job->buf, job->err);
	ipm_buf_byte(job->buf, '"');
	return rc;
}

static enum ipm_errc put_string_value(struct job *job, const struct ipm_text *text)
{
	bool cut = ipm_text_available(text) < text->length;
	enum ipm_errc rc;

	if (cut)
		ipm_buf_cstr(job->buf, "{\"string\":");
	rc = put_text(job, text);
	if (cut)
		ipm_buf_printf(job->buf, ",\"length\":%" PRIu64 "}", text->length);
	return rc;
}

static void put_double(struct job *job, double number)
{
	if (isfinite(number) && number != 0) {
		ipm_put_js_number(job->buf, number);
		return;
	}
	ipm_buf_cstr(job->buf, number == 0 ? "{\"number\":\"-" : "{\"number\":\"");
	ipm_put_js_number(job->buf, number);
	ipm_buf_cstr(job->buf, "\"}");
}

static void put_omitted(struct job *job, const struct ipm_value *value)
{
	ipm_buf_printf(job->buf, "{\"omitted\":\"%s\"", ipm_reason_name(value->omitted.reason));
	if (value->omitted.size)
		ipm_buf_printf(job->buf, ",\"size\":%" PRIu64, value->omitted.size);
	put_string(job, "typeof", value->omitted.type_name);
	ipm_buf_byte(job->buf, '}');
}

static enum ipm_errc put_value(struct job *job, const struct ipm_value *value)
{
	enum ipm_errc rc;

	switch (value->type) {
	case IPM_VALUE_NULL:
		ipm_buf_str(job->buf, IPM_STR("null"));
		break;
	case IPM_VALUE_BOOLEAN:
		ipm_buf_cstr(job->buf, value->boolean ? "true" : "false");
		break;
	case IPM_VALUE_INTEGER:
		ipm_put_int(job->buf, value->integer);
		break;
	case IPM_VALUE_NUMBER:
		put_double(job, value->number);
		break;
	case IPM_VALUE_STRING:
		return put_string_value(job, &value->string);
	case IPM_VALUE_BIGINT:
		ipm_buf_cstr(job->buf, "{\"bigint\":");
		rc = put_text(job, &value->string);
		ipm_buf_byte(job->buf, '}');
		return rc;
	case IPM_VALUE_OBJECT:
		ipm_buf_str(job->buf, IPM_STR("{\"ref\":"));
		ipm_put_uint(job->buf, value->object_id);
		ipm_buf_byte(job->buf, '}');
		break;
	case IPM_VALUE_ACCESSOR:
		ipm_buf_printf(job->buf, "{\"get\":%" PRIu64 ",\"set\":%" PRIu64 "}",
			       value->accessor.get, value->accessor.set);
		break;
	case IPM_VALUE_HOLES:
		ipm_buf_printf(job->buf, "{\"holes\":%" PRIu64 "}", value->holes);
		break;
	case IPM_VALUE_OMITTED:
		put_omitted(job, value);
		break;
	case IPM_VALUE_UNDEFINED:
	default:
		ipm_buf_str(job->buf, IPM_STR("{\"undefined\":true}"));
		break;
	}
	return IPM_OK;
}

static enum ipm_errc put_member(struct job *job, const char *name, const struct ipm_value *value)
{
	if (value->type == IPM_VALUE_UNDEFINED)
		return IPM_OK;
	ipm_json_put_name(job->buf, name);
	return put_value(job, value);
}

static void end_line(struct job *job)
{
	ipm_buf_cstr(job->buf, "}\n");
	ipm_output_breathe(job->out);
}

static void put_location(struct job *job, const struct ipm_location *location)
{
	if (!location->script_id)
		return;
	put_number(job, "script", (int64_t)location->script_id);
	put_number(job, "line", location->line);
	put_number(job, "column", location->column);
}

/* Names of properties are data: ipm_json_put_name is for names of ours. */
static enum ipm_errc put_named(struct job *job, const struct ipm_property *p)
{
	if (job->buf->len && job->buf->data[job->buf->len - 1] != '{')
		ipm_buf_byte(job->buf, ',');
	ipm_json_put_string(job->buf, p->name);
	ipm_buf_byte(job->buf, ':');
	return put_value(job, &p->value);
}

static enum ipm_errc put_list(struct job *job, const char *name, const struct ipm_property *list,
			      size_t count)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	if (!count)
		return IPM_OK;
	ipm_json_put_name(job->buf, name);
	ipm_buf_byte(job->buf, '{');
	for (i = 0; !rc && i < count; i++)
		rc = put_named(job, &list[i]);
	ipm_buf_byte(job->buf, '}');
	return rc;
}

/* String keys as an object; symbol keys, whose names need not differ, as a list. */
static enum ipm_errc put_properties(struct job *job, const struct ipm_object *object, bool symbols)
{
	struct ipm_property_iter it;
	const struct ipm_property *p;
	bool some = false;
	enum ipm_errc rc;

	ipm_property_iter_init(&it, &job->heap, object);
	while (!(rc = ipm_property_iter_next(&it, &p, job->err)) && p) {
		if ((p->symbol_id != 0) != symbols)
			continue;
		if (!some) {
			ipm_json_put_name(job->buf, symbols ? "symbols" : "properties");
			ipm_buf_byte(job->buf, symbols ? '[' : '{');
		} else if (symbols) {
			ipm_buf_byte(job->buf, ',');
		}
		some = true;
		if (symbols) {
			ipm_buf_printf(job->buf, "{\"symbol\":%" PRIu64, p->symbol_id);
			put_string(job, "name", p->name);
			rc = put_member(job, "value", &p->value);
			ipm_buf_byte(job->buf, '}');
		} else {
			rc = put_named(job, p);
		}
		if (rc)
			break;
	}
	ipm_property_iter_deinit(&it);
	if (some)
		ipm_buf_byte(job->buf, symbols ? ']' : '}');
	return rc;
}

static enum ipm_errc put_elements(struct job *job, const struct ipm_object *object)
{
	struct ipm_element_iter it;
	const struct ipm_value *value;
	uint64_t index, expected = 0;
	enum ipm_errc rc;

	if (!object->element_count && !object->more_elements.count)
		return IPM_OK;
	ipm_json_put_name(job->buf, "elements");
	ipm_buf_byte(job->buf, '[');
	ipm_element_iter_init(&it, &job->heap, object, 0);
	while (!(rc = ipm_element_iter_next(&it, &index, &value, job->err)) && value) {
		if (index != expected)
			ipm_buf_printf(job->buf, "%s{\"holes\":%" PRIu64 "}", expected ? "," : "",
				       index - expected);
		if (index)
			ipm_buf_byte(job->buf, ',');
		expected = index + 1;
		rc = put_value(job, value);
		ipm_output_breathe(job->out);
		if (rc)
			break;
	}
	ipm_element_iter_deinit(&it);
	ipm_buf_byte(job->buf, ']');
	return rc;
}

static const char *kind_name(enum ipm_kind kind)
{
	const char *subtype = ipm_kind_subtype(kind);

	switch (kind) {
	case IPM_KIND_FUNCTION:
		return "function";
	case IPM_KIND_SYMBOL:
		return "symbol";
	case IPM_KIND_SCOPE:
		return "scope";
	case IPM_KIND_ARGUMENTS:
		return "arguments";
	case IPM_KIND_WEAKREF:
		return "weakref";
	case IPM_KIND_PRIMITIVE:
		return "primitive";
	case IPM_KIND_MODULE:
		return "module";
	default:
		return subtype ? subtype : "object";
	}
}

static void put_scopes(struct job *job, const struct ipm_object *object)
{
	size_t i;

	if (!object->scope_count)
		return;
	ipm_json_put_name(job->buf, "scopes");
	for (i = 0; i < object->scope_count; i++)
		ipm_buf_printf(job->buf, "%s%" PRIu64, i ? "," : "[", object->scopes[i]);
	ipm_buf_byte(job->buf, ']');
}

static void put_omissions(struct job *job, const struct ipm_object *object)
{
	if (object->omitted_reason == IPM_REASON_NONE)
		return;
	put_string(job, "omitted",
		   (struct ipm_str){ipm_reason_name(object->omitted_reason),
				    strlen(ipm_reason_name(object->omitted_reason))});
	put_number(job, "omittedProperties", (int64_t)object->omitted_properties);
	put_number(job, "omittedElements", (int64_t)object->omitted_elements);
}

static void put_head(struct job *job, const struct ipm_object *object)
{
	ipm_buf_str(job->buf, IPM_STR(",\"kind\":\""));
	ipm_buf_cstr(job->buf, kind_name(object->kind));
	ipm_buf_byte(job->buf, '"');
	put_string(job, "class", object->class_name);
}

/* Writes the text where the buffer ends, to take it from there. */
static struct shape_text *make_shape_text(struct job *job, const struct ipm_object *object)
{
	size_t start = job->buf->len, i, bytes;
	size_t fixed = sizeof(struct shape_text) + object->property_count * sizeof(uint32_t);
	struct shape_text *t = calloc(1, fixed);

	if (!t)
		return NULL;
	t->key_count = (uint32_t)object->property_count;
	put_head(job, object);
	t->head = (uint32_t)(job->buf->len - start);
	if (put_member(job, "proto", &object->proto) != IPM_OK)
		job->buf->failed = true;
	t->proto = (uint32_t)(job->buf->len - start);
	for (i = 0; i < object->property_count; i++) {
		ipm_buf_byte(job->buf, ',');
		ipm_json_put_string(job->buf, object->properties[i].name);
		ipm_buf_byte(job->buf, ':');
		t->ends[i] = (uint32_t)(job->buf->len - start);
	}
	bytes = job->buf->len - start;
	job->buf->len = start;
	if (ipm_buf_ok(job->buf) && bytes <= SHAPE_TEXT_MAX - job->shape_bytes) {
		struct shape_text *whole = realloc(t, fixed + bytes);

		if (whole) {
			memcpy((char *)whole + fixed, job->buf->data + start, bytes);
			job->shape_bytes += bytes;
			return whole;
		}
	}
	free(t);
	return NULL;
}

static const struct shape_text *shape_text(struct job *job, const struct ipm_object *object)
{
	size_t i;

	if (!object->shape || object->shape >= SHAPES)
		return NULL;
	if (!job->shapes[object->shape]) {
		for (i = 0; i < object->property_count; i++)
			if (object->properties[i].symbol_id)
				return NULL;
		job->shapes[object->shape] = make_shape_text(job, object);
	}
	return job->shapes[object->shape];
}

static void put_shared(struct job *job, const struct shape_text *t, uint32_t start, uint32_t end)
{
	ipm_buf_append(job->buf, (const char *)&t->ends[t->key_count] + start, end - start);
}

/* The properties of an object without symbols and slices. */
static enum ipm_errc put_plain_properties(struct job *job, const struct ipm_object *object,
					  const struct shape_text *t)
{
	enum ipm_errc rc = IPM_OK;
	uint32_t i;

	if (!t->key_count)
		return IPM_OK;
	ipm_json_put_name(job->buf, "properties");
	ipm_buf_byte(job->buf, '{');
	for (i = 0; !rc && i < t->key_count; i++) {
		put_shared(job, t, i ? t->ends[i - 1] : t->proto + 1, t->ends[i]);
		rc = put_value(job, &object->properties[i].value);
	}
	ipm_buf_byte(job->buf, '}');
	return rc;
}

static enum ipm_errc put_object(struct job *job, const struct ipm_object *object)
{
	const struct shape_text *shared = shape_text(job, object);
	enum ipm_errc rc = IPM_OK;

	ipm_buf_str(job->buf, IPM_STR("{\"type\":\"object\",\"id\":"));
	ipm_put_uint(job->buf, object->id);
	if (shared)
		put_shared(job, shared, 0, shared->head);
	else
		put_head(job, object);
	put_string(job, "description", object->description);
	if (object->kind == IPM_KIND_SCOPE)
		put_string(job, "scope",
			   (struct ipm_str){ipm_scope_type_name(object->scope_type),
					    strlen(ipm_scope_type_name(object->scope_type))});
	if (object->length)
		put_number(job, "length", (int64_t)object->length);
	if (object->state)
		put_number(job, "state", (int64_t)object->state);
	if (object->text.length) {
		ipm_json_put_name(job->buf, "text");
		rc = put_string_value(job, &object->text);
		if (rc)
			return rc;
	}
	put_location(job, &object->location);
	if (shared)
		put_shared(job, shared, shared->head, shared->proto);
	else
		rc = put_member(job, "proto", &object->proto);
	if (!rc)
		rc = put_member(job, "first", &object->first);
	if (!rc)
		rc = put_member(job, "second", &object->second);
	put_scopes(job, object);
	if (shared && !object->more_properties.count) {
		if (!rc)
			rc = put_plain_properties(job, object, shared);
	} else {
		if (!rc)
			rc = put_properties(job, object, false);
		if (!rc)
			rc = put_properties(job, object, true);
	}
	if (!rc)
		rc = put_list(job, "privates", object->privates, object->private_count);
	if (!rc)
		rc = put_list(job, "internals", object->internals, object->internal_count);
	if (!rc)
		rc = put_elements(job, object);
	put_omissions(job, object);
	end_line(job);
	return rc;
}

static bool visit_object(void *self, const struct ipm_object *object)
{
	struct job *job = self;

	job->failed = put_object(job, object);
	if (job->opts->progress && object->id % 4096 == 0)
		job->opts->progress(job->opts->progress_self, object->id,
				    ipm_reader_info(job->reader)->objects);
	return !job->failed && ipm_output_ok(job->out);
}

static enum ipm_errc put_frame(struct job *job, const struct ipm_frame *frame, uint64_t pause,
			       size_t index)
{
	enum ipm_errc rc;
	size_t i;

	ipm_buf_printf(job->buf, "{\"type\":\"frame\",\"pause\":%" PRIu64 ",\"index\":%zu", pause,
		       index);
	put_string(job, "function", frame->function_name);
	put_string(job, "url", ipm_place_url(job->reader, frame->url, &frame->location));
	put_location(job, &frame->location);
	rc = put_member(job, "this", &frame->this_value);
	ipm_json_put_name(job->buf, "scopes");
	ipm_buf_byte(job->buf, '[');
	for (i = 0; !rc && i < frame->scope_count; i++) {
		ipm_buf_printf(job->buf, "%s{\"type\":\"%s\"", i ? "," : "",
			       ipm_scope_type_name(frame->scopes[i].type));
		put_string(job, "name", frame->scopes[i].name);
		rc = put_member(job, "object", &frame->scopes[i].object);
		ipm_buf_byte(job->buf, '}');
	}
	ipm_buf_byte(job->buf, ']');
	end_line(job);
	return rc;
}

static enum ipm_errc put_pauses(struct job *job)
{
	uint64_t i, count = ipm_reader_info(job->reader)->pauses;
	const struct ipm_pause *pause;
	enum ipm_errc rc = IPM_OK;
	size_t k;

	for (i = 0; !rc && i < count; i++) {
		if (ipm_reader_pause(job->reader, i, &pause, NULL) != IPM_OK)
			continue;
		ipm_buf_printf(job->buf, "{\"type\":\"pause\",\"index\":%" PRIu64, i);
		put_string(job, "reason", pause->reason);
		put_string(job, "thread", pause->thread);
		if (pause->has_data)
			rc = put_member(job, "thrown", &pause->data);
		end_line(job);
		for (k = 0; !rc && k < pause->frame_count; k++)
			rc = put_frame(job, &pause->frames[k], i, k);
	}
	return rc;
}

static enum ipm_errc put_scripts(struct job *job)
{
	uint64_t i, count = ipm_reader_info(job->reader)->scripts;
	const struct ipm_script *script;
	enum ipm_errc rc = IPM_OK;

	for (i = 0; !rc && i < count && ipm_output_ok(job->out); i++) {
		if (ipm_reader_script_at(job->reader, i, &script, NULL) != IPM_OK)
			continue;
		ipm_buf_printf(job->buf, "{\"type\":\"script\",\"id\":%" PRIu64, script->id);
		put_string(job, "url", script->url);
		put_string(job, "hash", script->hash);
		put_number(job, "length", (int64_t)script->length);
		if (script->has_source) {
			ipm_json_put_name(job->buf, "source");
			rc = put_text(job, &script->source);
		}
		end_line(job);
	}
	return rc;
}

static enum ipm_errc put_crash(struct job *job)
{
	struct ipm_crash_summary summary;
	enum ipm_errc rc = ipm_crash_summary_read(job->reader, &summary, job->err);
	size_t at;

	if (rc)
		return rc;
	ipm_buf_cstr(job->buf, "{\"type\":\"crash\"");
	at = job->buf->len;
	ipm_crash_summary_json(&summary, ipm_reader_meta(job->reader), job->buf);
	if (ipm_buf_ok(job->buf))
		job->buf->data[at] = ','; /* one object, not two */
	ipm_buf_byte(job->buf, '\n');
	ipm_crash_summary_deinit(&summary);
	return IPM_OK;
}

enum ipm_errc ipm_write_jsonl(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			      struct ipm_output *out, struct ipm_error *err)
{
	struct job job = {
		.reader = reader, .opts = opts, .out = out, .buf = &out->buffer, .err = err};
	uint64_t damaged;
	enum ipm_errc rc;
	size_t i;

	job.heap = ipm_file_heap(reader);
	job.shapes = calloc(SHAPES, sizeof(struct shape_text *));
	if (!job.shapes)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	rc = put_crash(&job);
	if (!rc)
		rc = put_pauses(&job);
	if (!rc)
		rc = put_scripts(&job);
	if (!rc)
		rc = ipm_reader_scan(reader, 1, visit_object, &job, &damaged, err);
	for (i = 0; i < SHAPES; i++)
		free(job.shapes[i]);
	free(job.shapes);
	return rc ? rc : job.failed;
}
