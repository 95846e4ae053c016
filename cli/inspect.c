/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "inspect.h"
#include "json.h"
#include "plain.h"
#include "sequence.h"
#include "wtf8.h"

enum { MAX_DEPTH = 40, MAX_TOP_STRING = 1 << 20 };

struct inspector {
	struct ipm_cdp *cdp;
	struct ipm_heap *heap;
	const struct inspect_options *opts;
	struct ipm_error *err;
	uint64_t above[MAX_DEPTH]; /* the objects around, to find cycles */
};

/* The members of one object, each already text. */
struct members {
	struct ipm_buf *items;
	size_t count, capacity;
	bool failed;
};

static struct ipm_buf *add(struct members *m)
{
	static struct ipm_buf nowhere;
	struct ipm_buf *grown;

	if (m->count == m->capacity) {
		size_t want = m->capacity ? m->capacity * 2 : 16;

		grown = realloc(m->items, want * sizeof(*grown));
		if (!grown) {
			m->failed = true;
			nowhere = ipm_buf_over(NULL, 0);
			return &nowhere;
		}
		m->items = grown;
		m->capacity = want;
	}
	m->items[m->count] = IPM_BUF_INIT;
	return &m->items[m->count++];
}

static enum ipm_errc put_value(struct inspector *in, const struct ipm_value *value, unsigned depth,
			       unsigned indent, struct ipm_buf *out);

static void put_spaces(struct ipm_buf *out, unsigned count)
{
	while (count--)
		ipm_buf_byte(out, ' ');
}

/* "{ a: 1 }" on one line where it fits, else one member a line. Frees the members. */
static enum ipm_errc put_members(struct inspector *in, struct members *m, const char *braces,
				 unsigned indent, struct ipm_buf *out)
{
	size_t total = 0, i;
	bool wide = false, failed = m->failed;

	for (i = 0; i < m->count; i++) {
		failed = failed || !ipm_buf_ok(&m->items[i]);
		total += m->items[i].len + 2;
		wide = wide || (m->items[i].len && memchr(m->items[i].data, '\n', m->items[i].len));
	}
	wide = wide || total + indent + 4 > in->opts->columns;
	ipm_buf_byte(out, (uint8_t)braces[0]);
	for (i = 0; i < m->count; i++) {
		if (wide) {
			ipm_buf_cstr(out, i ? ",\n" : "\n");
			put_spaces(out, indent + 2);
		} else {
			ipm_buf_cstr(out, i ? ", " : " ");
		}
		ipm_buf_str(out, ipm_buf_as_str(&m->items[i]));
		ipm_buf_deinit(&m->items[i]);
	}
	if (m->count && wide) {
		ipm_buf_byte(out, '\n');
		put_spaces(out, indent);
	} else if (m->count) {
		ipm_buf_byte(out, ' ');
	}
	ipm_buf_byte(out, (uint8_t)braces[1]);
	free(m->items);
	if (failed)
		return ipm_fail(in->err, IPM_ERR_NO_MEMORY, "out of memory");
	return IPM_OK;
}

static void drop_members(struct members *m)
{
	while (m->count)
		ipm_buf_deinit(&m->items[--m->count]);
	free(m->items);
}

static enum ipm_errc put_text(struct inspector *in, const struct ipm_text *text, uint64_t max,
			      bool quoted, struct ipm_buf *out)
{
	struct ipm_buf raw = IPM_BUF_INIT;
	enum ipm_errc rc = ipm_text_append(in->heap, text, 0, max, &raw, in->err);

	if (!rc && quoted) {
		ipm_put_quoted_text(out, ipm_buf_as_str(&raw), 0);
		if (ipm_text_available(text) > max || text->length > ipm_text_available(text))
			ipm_buf_printf(out, "… (%" PRIu64 " characters%s)", text->length,
				       text->length > ipm_text_available(text) ? ", cut" : "");
	} else if (!rc) {
		ipm_put_escaped_text(out, ipm_buf_as_str(&raw), 0);
	}
	ipm_buf_deinit(&raw);
	return rc;
}

/* A stack trace keeps its lines. */
static enum ipm_errc put_lines(struct inspector *in, const struct ipm_text *text, unsigned indent,
			       struct ipm_buf *out)
{
	struct ipm_buf raw = IPM_BUF_INIT;
	enum ipm_errc rc = ipm_text_append(in->heap, text, 0, MAX_TOP_STRING, &raw, in->err);
	struct ipm_str rest = ipm_buf_as_str(&raw);
	const char *end;

	while (!rc && rest.len) {
		size_t n;

		end = memchr(rest.data, '\n', rest.len);
		n = end ? (size_t)(end - rest.data) : rest.len;
		ipm_put_escaped_text(out, (struct ipm_str){rest.data, n}, 0);
		if (!end)
			break;
		ipm_buf_byte(out, '\n');
		put_spaces(out, indent);
		rest.data += n + 1;
		rest.len -= n + 1;
	}
	ipm_buf_deinit(&raw);
	return rc;
}

static void put_key(const struct ipm_property *p, struct ipm_buf *out)
{
	if (p->symbol_id) {
		ipm_buf_byte(out, '[');
		ipm_put_escaped_text(out, p->name, 0);
		ipm_buf_byte(out, ']');
	} else if (ipm_is_identifier(p->name) || (p->name.len && p->name.data[0] == '#')) {
		ipm_put_escaped_text(out, p->name, 0);
	} else {
		ipm_put_quoted_text(out, p->name, 0);
	}
	ipm_buf_cstr(out, ": ");
}

static enum ipm_errc add_property(struct inspector *in, const struct ipm_property *p,
				  unsigned depth, unsigned indent, struct members *m)
{
	struct ipm_buf *item = add(m);

	put_key(p, item);
	return put_value(in, &p->value, depth + 1, indent + 2, item);
}

static enum ipm_errc add_properties(struct inspector *in, const struct ipm_object *o,
				    unsigned depth, unsigned indent, struct members *m)
{
	struct ipm_property_iter it;
	const struct ipm_property *p;
	enum ipm_errc rc;
	size_t i;

	ipm_property_iter_init(&it, in->heap, o);
	while (!(rc = ipm_property_iter_next(&it, &p, in->err)) && p) {
		if (!(p->flags & IPM_PROPERTY_ENUMERABLE) && o->kind != IPM_KIND_SCOPE)
			continue;
		rc = add_property(in, p, depth, indent, m);
		if (rc)
			break;
	}
	ipm_property_iter_deinit(&it);
	for (i = 0; !rc && i < o->private_count; i++)
		if (o->privates[i].value.type != IPM_VALUE_ACCESSOR)
			rc = add_property(in, &o->privates[i], depth, indent, m);
	if (!rc && o->omitted_properties)
		ipm_buf_printf(add(m), "<%" PRIu64 " more not captured: %s>", o->omitted_properties,
			       ipm_reason_name(o->omitted_reason));
	return rc;
}

static void add_more(struct members *m, uint64_t count, const char *what)
{
	if (count)
		ipm_buf_printf(add(m), "… %" PRIu64 " more %s%s", count, what,
			       count == 1 ? "" : "s");
}

static void add_holes(struct members *m, uint64_t count)
{
	ipm_buf_printf(add(m), "<%" PRIu64 " empty item%s>", count, count == 1 ? "" : "s");
}

static enum ipm_errc add_elements(struct inspector *in, const struct ipm_object *o, unsigned depth,
				  unsigned indent, struct members *m)
{
	const struct ipm_value *v;
	struct ipm_element_iter it;
	uint64_t index = 0, next = 0, shown = 0;
	enum ipm_errc rc;

	ipm_element_iter_init(&it, in->heap, o, 0);
	while (!(rc = ipm_element_iter_next(&it, &index, &v, in->err)) && v &&
	       shown < in->opts->items) {
		if (index > next)
			add_holes(m, index - next);
		rc = put_value(in, v, depth + 1, indent + 2, add(m));
		if (rc)
			break;
		next = index + 1;
		shown++;
	}
	ipm_element_iter_deinit(&it);
	if (rc)
		return rc;
	if (o->omitted_elements)
		ipm_buf_printf(add(m), "<%" PRIu64 " more not captured: %s>", o->length - next,
			       ipm_reason_name(o->omitted_reason));
	else if (v)
		add_more(m, o->length - next, "item");
	else if (o->length > next)
		add_holes(m, o->length - next);
	return IPM_OK;
}

static enum ipm_errc add_typed(struct inspector *in, const struct ipm_object *o, struct members *m)
{
	struct ipm_typed_view view;
	struct ipm_value v;
	char digits[24];
	enum ipm_errc rc;
	uint64_t i;

	rc = ipm_typed_view_of(&view, in->heap, o, in->err);
	if (rc)
		return rc;
	for (i = 0; !rc && i < view.length && i < in->opts->items; i++) {
		rc = ipm_typed_view_get(&view, i, digits, &v, in->err);
		if (!rc)
			rc = put_value(in, &v, 0, 0, add(m));
	}
	if (!rc && view.length > i)
		add_more(m, view.length - i, "item");
	if (!rc && view.length < o->length)
		ipm_buf_printf(add(m), "<%" PRIu64 " not captured>", o->length - view.length);
	ipm_typed_view_deinit(&view);
	return rc;
}

static enum ipm_errc add_entries(struct inspector *in, const struct ipm_object *o, unsigned depth,
				 unsigned indent, struct members *m)
{
	const struct ipm_value *key, *value;
	struct ipm_entry_iter it;
	struct ipm_buf *item;
	uint64_t shown = 0;
	enum ipm_errc rc;

	ipm_entry_iter_init(&it, in->heap, o, 0);
	while (!(rc = ipm_entry_iter_next(&it, &key, &value, in->err)) && value &&
	       shown < in->opts->items) {
		item = add(m);
		if (key) {
			rc = put_value(in, key, depth + 1, indent + 2, item);
			ipm_buf_cstr(item, " => ");
		}
		if (!rc)
			rc = put_value(in, value, depth + 1, indent + 2, item);
		if (rc)
			break;
		shown++;
	}
	ipm_entry_iter_deinit(&it);
	if (!rc && ipm_entry_count(o) > shown)
		add_more(m, ipm_entry_count(o) - shown, "item");
	if (!rc && o->omitted_elements)
		ipm_buf_printf(add(m), "<%" PRIu64 " more not captured: %s>", o->omitted_elements,
			       ipm_reason_name(o->omitted_reason));
	return rc;
}

static struct ipm_str class_of(const struct ipm_object *o)
{
	return o->class_name.len ? o->class_name : IPM_STR("Object");
}

static bool is_named(const struct ipm_object *o, const char *name)
{
	return o->class_name.len == strlen(name) &&
	       !memcmp(o->class_name.data, name, o->class_name.len);
}

/* "[Function: pay]", "[class Order]" */
static enum ipm_errc put_function(struct inspector *in, const struct ipm_object *o,
				  struct ipm_buf *out)
{
	struct ipm_buf head = IPM_BUF_INIT;
	struct ipm_str name = {"", 0};
	enum ipm_errc rc = ipm_text_append(in->heap, &o->text, 0, 6, &head, in->err);
	bool is_class = head.len >= 6 && !memcmp(head.data, "class ", 6);
	size_t i;

	ipm_buf_deinit(&head);
	if (rc == IPM_ERR_NO_MEMORY)
		return rc;
	for (i = 0; i < o->property_count; i++)
		if (o->properties[i].name.len == 4 && !o->properties[i].symbol_id &&
		    !memcmp(o->properties[i].name.data, "name", 4) &&
		    o->properties[i].value.type == IPM_VALUE_STRING)
			name = o->properties[i].value.string.str;
	ipm_buf_byte(out, '[');
	if (is_class)
		ipm_buf_cstr(out, "class");
	else
		ipm_put_escaped_text(out, class_of(o), 100);
	if (name.len) {
		ipm_buf_cstr(out, is_class ? " " : ": ");
		ipm_put_escaped_text(out, name, 200);
	} else {
		ipm_buf_cstr(out, " (anonymous)");
	}
	ipm_buf_byte(out, ']');
	return IPM_OK;
}

static enum ipm_errc put_date(struct inspector *in, const struct ipm_object *o, struct ipm_buf *out)
{
	char text[32];

	if (isnan(o->number)) {
		ipm_buf_cstr(out, "Invalid Date");
	} else if (o->number >= 0 && o->number < 1.8e13) {
		ipm_format_time((uint64_t)o->number * 1000000, text, sizeof(text));
		ipm_buf_cstr(out, text);
	} else {
		return put_text(in, &o->text, 200, false, out);
	}
	return IPM_OK;
}

/* What stands before the brace: "Order ", "Map(2) ", "Array(3) " only for subclasses. */
static void put_prefix(const struct ipm_object *o, struct ipm_buf *out)
{
	switch (o->kind) {
	case IPM_KIND_ARRAY:
		if (is_named(o, "Array") || !o->class_name.len)
			return;
		break;
	case IPM_KIND_OBJECT:
		if (o->proto.type == IPM_VALUE_NULL) {
			ipm_buf_cstr(out, "[Object: null prototype] ");
			return;
		}
		if (is_named(o, "Object") || !o->class_name.len)
			return;
		break;
	case IPM_KIND_ARGUMENTS:
		ipm_buf_cstr(out, "[Arguments] ");
		return;
	case IPM_KIND_SCOPE:
		ipm_buf_printf(out, "[%s scope] ", ipm_scope_type_name(o->scope_type));
		return;
	default:
		break;
	}
	ipm_put_escaped_text(out, class_of(o), 200);
	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_ARRAYBUFFER:
		ipm_buf_printf(out, "(%" PRIu64 ")", o->length);
		break;
	default:
		break;
	}
	ipm_buf_byte(out, ' ');
}

static enum ipm_errc add_promise(struct inspector *in, const struct ipm_object *o, unsigned depth,
				 unsigned indent, struct members *m)
{
	struct ipm_buf *item = add(m);

	if (o->state == IPM_PROMISE_PENDING) {
		ipm_buf_cstr(item, "<pending>");
		return IPM_OK;
	}
	if (o->state == IPM_PROMISE_REJECTED)
		ipm_buf_cstr(item, "<rejected> ");
	return put_value(in, &o->first, depth + 1, indent + 2, item);
}

static enum ipm_errc add_named(struct inspector *in, const char *name, const struct ipm_value *v,
			       unsigned depth, unsigned indent, struct members *m)
{
	struct ipm_buf *item = add(m);

	ipm_buf_cstr(item, name);
	return put_value(in, v, depth + 1, indent + 2, item);
}

static enum ipm_errc put_container(struct inspector *in, const struct ipm_object *o, unsigned depth,
				   unsigned indent, struct ipm_buf *out)
{
	struct members m = {0};
	const char *braces = "{}";
	enum ipm_errc rc = IPM_OK;

	put_prefix(o, out);
	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
		braces = "[]";
		rc = add_elements(in, o, depth, indent, &m);
		break;
	case IPM_KIND_TYPEDARRAY:
		braces = "[]";
		rc = add_typed(in, o, &m);
		break;
	case IPM_KIND_PROMISE:
		rc = add_promise(in, o, depth, indent, &m);
		break;
	case IPM_KIND_WEAKREF:
		rc = put_value(in, &o->first, depth + 1, indent + 2, add(&m));
		break;
	case IPM_KIND_PRIMITIVE:
		rc = put_value(in, &o->first, depth + 1, indent + 2, add(&m));
		break;
	case IPM_KIND_PROXY:
		rc = add_named(in, "[[Target]]: ", &o->first, depth, indent, &m);
		if (!rc)
			rc = add_named(in, "[[Handler]]: ", &o->second, depth, indent, &m);
		break;
	default:
		if (ipm_has_entries(o))
			rc = add_entries(in, o, depth, indent, &m);
		break;
	}
	if (!rc)
		rc = add_properties(in, o, depth, indent, &m);
	if (rc) {
		drop_members(&m);
		return rc;
	}
	return put_members(in, &m, braces, indent, out);
}

static enum ipm_errc put_error(struct inspector *in, const struct ipm_object *o, unsigned depth,
			       unsigned indent, struct ipm_buf *out)
{
	struct members m = {0};
	enum ipm_errc rc = put_lines(in, &o->text, indent, out);

	if (!rc && depth <= in->opts->depth)
		rc = add_properties(in, o, depth, indent, &m);
	if (rc || !m.count) {
		drop_members(&m);
		return rc;
	}
	ipm_buf_byte(out, ' ');
	return put_members(in, &m, "{}", indent, out);
}

static enum ipm_errc put_object(struct inspector *in, uint64_t id, unsigned depth, unsigned indent,
				struct ipm_buf *out)
{
	const struct ipm_object *o;
	struct ipm_value value = {.type = IPM_VALUE_OBJECT, .object_id = id};
	enum ipm_errc rc;
	unsigned i;

	for (i = 0; i < depth && i < MAX_DEPTH; i++)
		if (in->above[i] == id) {
			ipm_buf_cstr(out, "[Circular]");
			return IPM_OK;
		}
	rc = in->heap->object(in->heap, id, &o, in->err);
	if (rc == IPM_ERR_NOT_FOUND)
		return ipm_cdp_description(in->cdp, &value, out, in->err);
	if (rc)
		return rc;
	if (depth < MAX_DEPTH)
		in->above[depth] = id;
	switch (o->kind) {
	case IPM_KIND_FUNCTION:
		rc = put_function(in, o, out);
		break;
	case IPM_KIND_SYMBOL:
	case IPM_KIND_REGEXP:
		rc = put_text(in, &o->text, 1000, false, out);
		break;
	case IPM_KIND_DATE:
		rc = put_date(in, o, out);
		break;
	case IPM_KIND_ERROR:
		rc = put_error(in, o, depth, indent, out);
		break;
	default:
		if (depth > in->opts->depth || depth >= MAX_DEPTH - 1) {
			ipm_buf_byte(out, '[');
			ipm_put_escaped_text(out, class_of(o), 200);
			ipm_buf_byte(out, ']');
		} else {
			rc = put_container(in, o, depth, indent, out);
		}
		break;
	}
	in->heap->release(in->heap, o);
	return rc;
}

static enum ipm_errc put_value(struct inspector *in, const struct ipm_value *value, unsigned depth,
			       unsigned indent, struct ipm_buf *out)
{
	switch (value->type) {
	case IPM_VALUE_STRING:
		return put_text(in, &value->string, depth ? in->opts->string : MAX_TOP_STRING, true,
				out);
	case IPM_VALUE_BIGINT:
		ipm_buf_str(out, value->string.str);
		ipm_buf_byte(out, 'n');
		return IPM_OK;
	case IPM_VALUE_UNDEFINED:
		ipm_buf_cstr(out, "undefined");
		return IPM_OK;
	case IPM_VALUE_NULL:
		ipm_buf_cstr(out, "null");
		return IPM_OK;
	case IPM_VALUE_NUMBER:
		if (value->number == 0 && signbit(value->number))
			ipm_buf_byte(out, '-');
		ipm_put_js_number(out, value->number);
		return IPM_OK;
	case IPM_VALUE_OBJECT:
		return put_object(in, value->object_id, depth, indent, out);
	case IPM_VALUE_ACCESSOR:
		ipm_buf_cstr(out, value->accessor.get && value->accessor.set ? "[Getter/Setter]"
				  : value->accessor.get			     ? "[Getter]"
									     : "[Setter]");
		return IPM_OK;
	default:
		return ipm_cdp_description(in->cdp, value, out, in->err);
	}
}

enum ipm_errc inspect(struct ipm_cdp *cdp, const struct ipm_value *value,
		      const struct inspect_options *opts, struct ipm_buf *out,
		      struct ipm_error *err)
{
	struct inspector in = {.cdp = cdp, .heap = cdp->heap, .opts = opts, .err = err};
	enum ipm_errc rc = put_value(&in, value, 0, 0, out);

	return rc ? rc : ipm_buf_status(out, err);
}
