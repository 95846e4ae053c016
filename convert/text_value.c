/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "text.h"
#include "wtf8.h"

#define STRING_UNITS 200
#define NESTED_UNITS 50
#define ERROR_UNITS  120
#define OPENED_DEPTH 2 /* arrays and plain objects inside a value */

static bool is_dangerous(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	       (c >= 0xD800 && c < 0xE000) || (c >= 0xE0000 && c < 0xE1000);
}

void ipm_put_safe(struct ipm_buf *out, struct ipm_str text, bool newlines)
{
	uint32_t c;

	while (ipm_wtf8_next(&text, &c)) {
		if (!is_dangerous(c) || (newlines && (c == '\n' || c == '\t')))
			ipm_wtf8_put(out, c);
		else if (c == '\n')
			ipm_buf_cstr(out, "\\n");
		else if (c == '\t')
			ipm_buf_cstr(out, "\\t");
		else if (c == '\r')
			ipm_buf_cstr(out, "\\r");
		else if (c < 0x100)
			ipm_buf_printf(out, "\\x%02x", c);
		else
			ipm_buf_printf(out, c < 0x10000 ? "\\u%04x" : "\\u{%x}", c);
	}
}

enum ipm_errc ipm_put_quoted(struct ipm_text_job *job, const struct ipm_text *text, uint64_t max,
			     struct ipm_buf *out)
{
	struct ipm_buf raw = IPM_BUF_INIT;
	enum ipm_errc rc = ipm_text_append(&job->heap, text, 0, max, &raw, job->err);
	const char *quote = "'";

	if (!rc)
		rc = ipm_buf_status(&raw, job->err);
	if (raw.len && memchr(raw.data, '\'', raw.len))
		quote = memchr(raw.data, '"', raw.len) ? "`" : "\"";
	ipm_buf_cstr(out, quote);
	ipm_put_safe(out, ipm_buf_as_str(&raw), false);
	if (text->length > max || ipm_text_available(text) < text->length)
		ipm_buf_cstr(out, "\xE2\x80\xA6");
	ipm_buf_cstr(out, quote);
	if (text->length > max)
		ipm_buf_printf(out, " (%" PRIu64 " characters)", text->length);
	ipm_buf_deinit(&raw);
	return rc;
}

/* A list in the making: items until the width is used up, then an ellipsis. */
struct list {
	struct ipm_text_job *job;
	struct ipm_buf *out;
	size_t start;
	unsigned width;
	unsigned depth; /* of lists around this one */
	bool some;
	bool full;
};

static enum ipm_errc put_contents(struct list *l, const struct ipm_object *object);

static bool begin_item(struct list *l)
{
	if (l->full)
		return false;
	if (l->out->len - l->start > l->width) {
		ipm_buf_cstr(l->out, ", \xE2\x80\xA6");
		l->full = true;
		return false;
	}
	if (l->some)
		ipm_buf_cstr(l->out, ", ");
	l->some = true;
	return true;
}

static void put_class(struct ipm_buf *out, const struct ipm_object *object)
{
	if (object->class_name.len)
		ipm_put_safe(out, object->class_name, false);
	else
		ipm_buf_cstr(out, "Object");
}

static bool name_equals(const struct ipm_property *p, const char *name)
{
	return !p->symbol_id && p->name.len == strlen(name) &&
	       !memcmp(p->name.data, name, p->name.len);
}

static enum ipm_errc put_function(struct ipm_text_job *job, const struct ipm_object *function,
				  struct ipm_buf *out)
{
	struct ipm_buf head = IPM_BUF_INIT;
	enum ipm_errc rc;
	size_t i;
	bool is_class;

	rc = ipm_text_append(&job->heap, &function->text, 0, 6, &head, job->err);
	is_class = head.len >= 6 && !memcmp(head.data, "class ", 6);
	ipm_buf_deinit(&head);
	ipm_buf_cstr(out, is_class ? "[class" : "[Function");
	for (i = 0; i < function->property_count; i++) {
		const struct ipm_property *p = &function->properties[i];

		if (name_equals(p, "name") && p->value.type == IPM_VALUE_STRING &&
		    p->value.string.str.len) {
			ipm_buf_byte(out, ' ');
			ipm_put_safe(out, p->value.string.str, false);
			break;
		}
	}
	ipm_buf_byte(out, ']');
	return rc;
}

static enum ipm_errc put_first_line(struct ipm_text_job *job, const struct ipm_object *object,
				    struct ipm_buf *out)
{
	struct ipm_value self = {.type = IPM_VALUE_OBJECT, .object_id = object->id};
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_str line;
	const char *end;
	bool split;
	enum ipm_errc rc = ipm_cdp_description(&job->cdp, &self, &text, job->err);

	if (!rc)
		rc = ipm_buf_status(&text, job->err);
	line = ipm_buf_as_str(&text);
	end = line.len ? memchr(line.data, '\n', line.len) : NULL;
	if (end)
		line.len = (size_t)(end - line.data);
	line.len = ipm_wtf8_offset(line, ERROR_UNITS, &split);
	ipm_put_safe(out, line, false);
	ipm_buf_deinit(&text);
	return rc;
}

/* An object inside an object: its name alone. */
static enum ipm_errc put_object_name(struct ipm_text_job *job, const struct ipm_object *object,
				     struct ipm_buf *out)
{
	enum ipm_errc rc;

	switch (object->kind) {
	case IPM_KIND_FUNCTION:
		return put_function(job, object, out);
	case IPM_KIND_ERROR:
		ipm_buf_byte(out, '[');
		rc = put_first_line(job, object, out);
		ipm_buf_byte(out, ']');
		return rc;
	case IPM_KIND_DATE:
		if (object->number >= 0 && object->number < 253402300800000.0) {
			char time[32];

			ipm_format_time((uint64_t)object->number * 1000000, time, sizeof(time));
			ipm_buf_cstr(out, time);
			return IPM_OK;
		}
		break;
	case IPM_KIND_ARRAY:
		if (!object->length && object->class_name.len == 5) {
			ipm_buf_cstr(out, "[]");
			return IPM_OK;
		}
		break;
	case IPM_KIND_OBJECT:
		if (!object->property_count && !object->description.len) {
			ipm_buf_cstr(out, "{}");
			return IPM_OK;
		}
		break;
	default:
		break;
	}
	return put_first_line(job, object, out);
}

/* Arrays and plain objects are opened one level further: their names tell nothing. */
static bool is_opened(const struct ipm_object *object)
{
	if (object->kind == IPM_KIND_ARRAY)
		return object->length > 0;
	return object->kind == IPM_KIND_OBJECT && object->property_count &&
	       object->class_name.len == 6 && !memcmp(object->class_name.data, "Object", 6);
}

static enum ipm_errc put_inner(struct list *l, const struct ipm_object *object)
{
	size_t used = l->out->len - l->start;
	struct list inner = {
		.job = l->job, .out = l->out, .start = l->out->len, .depth = l->depth + 1};

	/* A little is kept for what follows it. */
	inner.width = used + 10 < l->width ? l->width - (unsigned)used - 10 : 0;
	return put_contents(&inner, object);
}

static enum ipm_errc put_item(struct list *l, const struct ipm_value *value)
{
	struct ipm_text_job *job = l->job;
	struct ipm_buf *out = l->out;
	const struct ipm_object *object;
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_errc rc;

	if (value->type == IPM_VALUE_STRING)
		return ipm_put_quoted(job, &value->string, NESTED_UNITS, out);
	if (value->type == IPM_VALUE_ACCESSOR) {
		ipm_buf_cstr(out, value->accessor.get && value->accessor.set ? "[Getter/Setter]"
				  : value->accessor.get			     ? "[Getter]"
									     : "[Setter]");
		return IPM_OK;
	}
	if (value->type == IPM_VALUE_OBJECT &&
	    job->heap.object(&job->heap, value->object_id, &object, NULL) == IPM_OK) {
		rc = l->depth < OPENED_DEPTH && is_opened(object)
			     ? put_inner(l, object)
			     : put_object_name(job, object, out);
		job->heap.release(&job->heap, object);
		return rc;
	}
	rc = ipm_cdp_description(&job->cdp, value, &text, job->err);
	ipm_put_safe(out, ipm_buf_as_str(&text), false);
	ipm_buf_deinit(&text);
	return rc;
}

static bool is_plain_name(struct ipm_str name)
{
	size_t i;

	for (i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '_' && c != '$' && c != '#' &&
		    !(i && c >= '0' && c <= '9'))
			return false;
	}
	return name.len > 0;
}

static enum ipm_errc put_property(struct list *l, const struct ipm_property *p)
{
	if (!begin_item(l))
		return IPM_OK;
	if (p->symbol_id) {
		ipm_buf_byte(l->out, '[');
		ipm_put_safe(l->out, p->name, false);
		ipm_buf_byte(l->out, ']');
	} else if (is_plain_name(p->name)) {
		ipm_buf_str(l->out, p->name);
	} else {
		ipm_buf_byte(l->out, '\'');
		ipm_put_safe(l->out, p->name, false);
		ipm_buf_byte(l->out, '\'');
	}
	ipm_buf_cstr(l->out, ": ");
	return put_item(l, &p->value);
}

static bool is_hidden(const struct ipm_object *object, const struct ipm_property *p)
{
	if (object->kind == IPM_KIND_ARRAY && name_equals(p, "length"))
		return true;
	return object->kind == IPM_KIND_ERROR &&
	       (name_equals(p, "stack") || name_equals(p, "message"));
}

static enum ipm_errc put_properties(struct list *l, const struct ipm_object *object)
{
	struct ipm_property_iter it;
	const struct ipm_property *p;
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < object->private_count && !l->full; i++)
		rc = put_property(l, &object->privates[i]);
	if (rc)
		return rc;
	ipm_property_iter_init(&it, &l->job->heap, object);
	while (!l->full && !(rc = ipm_property_iter_next(&it, &p, l->job->err)) && p) {
		if (is_hidden(object, p))
			continue;
		rc = put_property(l, p);
		if (rc)
			break;
	}
	ipm_property_iter_deinit(&it);
	return rc;
}

static enum ipm_errc put_elements(struct list *l, const struct ipm_object *object)
{
	struct ipm_element_iter it;
	const struct ipm_value *value;
	uint64_t index, expected = 0;
	enum ipm_errc rc = IPM_OK;

	ipm_element_iter_init(&it, &l->job->heap, object, 0);
	while (!l->full && !(rc = ipm_element_iter_next(&it, &index, &value, l->job->err)) &&
	       value) {
		if (index != expected && begin_item(l))
			ipm_buf_printf(l->out, "<%" PRIu64 " empty>", index - expected);
		expected = index + 1;
		if (begin_item(l))
			rc = put_item(l, value);
		if (rc)
			break;
	}
	ipm_element_iter_deinit(&it);
	if (!rc && !l->full && object->length > expected && begin_item(l))
		ipm_buf_printf(l->out,
			       object->omitted_elements ? "<%" PRIu64 " not captured>"
							: "<%" PRIu64 " empty>",
			       object->length - expected);
	return rc;
}

static enum ipm_errc put_typed(struct list *l, const struct ipm_object *object)
{
	struct ipm_typed_view view;
	struct ipm_value value;
	char digits[24];
	uint64_t i;
	enum ipm_errc rc = ipm_typed_view_of(&view, &l->job->heap, object, l->job->err);

	for (i = 0; !rc && i < view.length && begin_item(l); i++) {
		rc = ipm_typed_view_get(&view, i, digits, &value, l->job->err);
		if (!rc)
			rc = put_item(l, &value);
	}
	ipm_typed_view_deinit(&view);
	return rc;
}

static enum ipm_errc put_entries(struct list *l, const struct ipm_object *object)
{
	struct ipm_entry_iter it;
	const struct ipm_value *key, *value;
	enum ipm_errc rc = IPM_OK;

	ipm_entry_iter_init(&it, &l->job->heap, object, 0);
	while (!l->full && !(rc = ipm_entry_iter_next(&it, &key, &value, l->job->err)) && value) {
		if (!begin_item(l))
			break;
		if (key) {
			rc = put_item(l, key);
			ipm_buf_cstr(l->out, " => ");
		}
		if (!rc)
			rc = put_item(l, value);
		if (rc)
			break;
	}
	ipm_entry_iter_deinit(&it);
	return rc;
}

static enum ipm_errc put_promise(struct list *l, const struct ipm_object *object)
{
	if (object->state == IPM_PROMISE_PENDING) {
		ipm_buf_cstr(l->out, "<pending>");
		return IPM_OK;
	}
	if (object->state == IPM_PROMISE_REJECTED)
		ipm_buf_cstr(l->out, "<rejected> ");
	return put_item(l, &object->first);
}

/* Between brackets of the right kind, with the name before it. */
static enum ipm_errc put_contents(struct list *l, const struct ipm_object *object)
{
	bool array = object->kind == IPM_KIND_ARRAY || object->kind == IPM_KIND_ARGUMENTS ||
		     object->kind == IPM_KIND_TYPEDARRAY;
	struct ipm_buf *out = l->out;
	size_t inside;
	enum ipm_errc rc;

	if (object->kind == IPM_KIND_ARRAY && object->length <= 6 && object->class_name.len == 5) {
		ipm_buf_byte(out, '[');
	} else if (object->kind == IPM_KIND_OBJECT && object->class_name.len == 6 &&
		   !memcmp(object->class_name.data, "Object", 6)) {
		ipm_buf_byte(out, '{');
	} else {
		rc = put_first_line(l->job, object, out);
		if (rc)
			return rc;
		ipm_buf_cstr(out, array ? " [" : " {");
	}
	inside = out->len;
	if (object->kind == IPM_KIND_TYPEDARRAY)
		rc = put_typed(l, object);
	else if (array)
		rc = put_elements(l, object);
	else if (ipm_has_entries(object))
		rc = put_entries(l, object);
	else if (object->kind == IPM_KIND_PROMISE)
		rc = put_promise(l, object);
	else
		rc = IPM_OK;
	if (!rc && object->kind != IPM_KIND_PROMISE)
		rc = put_properties(l, object);
	if (object->omitted_reason && !array && begin_item(l))
		ipm_buf_printf(out, "<%" PRIu64 " not captured: %s>",
			       object->omitted_properties + object->omitted_elements,
			       ipm_reason_name(object->omitted_reason));
	if (ipm_buf_ok(out) && out->len == inside && !array && out->data[inside - 1] == '{' &&
	    inside >= 2 && out->data[inside - 2] == ' ')
		out->len -= 2; /* "Foo {}" says no more than "Foo" */
	else
		ipm_buf_byte(out, array ? ']' : '}');
	return rc;
}

static enum ipm_errc put_object(struct ipm_text_job *job, const struct ipm_object *object,
				unsigned width, struct ipm_buf *out)
{
	struct list l = {.job = job, .out = out, .start = out->len, .width = width};

	switch (object->kind) {
	case IPM_KIND_FUNCTION:
	case IPM_KIND_SYMBOL:
	case IPM_KIND_DATE:
	case IPM_KIND_REGEXP:
	case IPM_KIND_PROXY:
	case IPM_KIND_ARRAYBUFFER:
		return put_object_name(job, object, out);
	case IPM_KIND_PRIMITIVE:
		ipm_buf_byte(out, '[');
		put_class(out, object);
		ipm_buf_cstr(out, ": ");
		{
			enum ipm_errc rc = put_item(&l, &object->first);

			ipm_buf_byte(out, ']');
			return rc;
		}
	default:
		return put_contents(&l, object);
	}
}

enum ipm_errc ipm_put_brief(struct ipm_text_job *job, const struct ipm_value *value, unsigned width,
			    struct ipm_buf *out)
{
	struct list l = {.job = job, .out = out, .depth = OPENED_DEPTH};
	const struct ipm_object *object;
	uint64_t units = width < STRING_UNITS ? width : STRING_UNITS;
	enum ipm_errc rc;

	if (value->type == IPM_VALUE_STRING)
		return ipm_put_quoted(job, &value->string, job->opts->full ? UINT64_MAX : units,
				      out);
	if (value->type != IPM_VALUE_OBJECT ||
	    job->heap.object(&job->heap, value->object_id, &object, NULL) != IPM_OK)
		return put_item(&l, value);
	rc = put_object(job, object, job->opts->full ? width * 10 : width, out);
	job->heap.release(&job->heap, object);
	return rc;
}
