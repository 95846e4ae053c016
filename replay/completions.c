/* SPDX-License-Identifier: MIT */
/*
 * What VS Code offers after a dot. It sends a function that walks the prototypes and returns
 * {result: [{label, sortText, type, detail}], isArray}; the file knows the same without running it.
 */
#include "completions.h"

#include <string.h>

#include "sequence.h"

enum { MAX_LEVELS = 64, MAX_LABELS = 5000 };

struct completions {
	struct call *c;
	struct ipm_str prefix;
	size_t level;
	size_t count;
};

static bool all_digits(struct ipm_str name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (name.data[i] < '0' || name.data[i] > '9')
			return false;
	return true;
}

static const struct ipm_object *object_of(struct call *c, const struct ipm_value *value)
{
	const struct ipm_object *object;
	struct ipm_error err;

	if (value->type != IPM_VALUE_OBJECT ||
	    c->r->heap->object(c->r->heap, value->object_id, &object, &err))
		return NULL;
	return object;
}

static bool starts_with(struct ipm_str str, const char *start)
{
	size_t len = strlen(start);

	return str.len >= len && !memcmp(str.data, start, len);
}

/* The kind of thing, and a word about it. */
static void put_kind(struct completions *list, const struct ipm_value *value)
{
	struct ipm_buf *out = &list->c->result;
	const struct ipm_object *object = object_of(list->c, value);

	if (object && object->kind == IPM_KIND_FUNCTION)
		ipm_buf_printf(out, "\"%s\"",
			       starts_with(object->text.str, "class") ? "class" : "method");
	else
		ipm_buf_cstr(out, "\"property\"");
	if (object && object->kind != IPM_KIND_FUNCTION && object->kind != IPM_KIND_SYMBOL) {
		ipm_buf_cstr(out, ",\"detail\":");
		ipm_json_put_string(out, object->class_name);
	} else if (value->type == IPM_VALUE_STRING) {
		ipm_buf_cstr(out, ",\"detail\":\"string\"");
	} else if (value->type == IPM_VALUE_INTEGER) {
		ipm_buf_printf(out, ",\"detail\":\"%lld\"", (long long)value->integer);
	} else if (value->type == IPM_VALUE_BOOLEAN) {
		ipm_buf_printf(out, ",\"detail\":\"%s\"", value->boolean ? "true" : "false");
	}
	if (object)
		list->c->r->heap->release(list->c->r->heap, object);
}

static void put_label(struct completions *list, const struct ipm_property *property)
{
	static const char order[MAX_LEVELS + 2] =
		"~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~";
	struct ipm_buf *out = &list->c->result;
	struct ipm_str name = property->name;
	size_t bars = 0;

	/* Names with underscores come last, as they do live. */
	while (bars < name.len && name.data[bars] == '_')
		bars++;
	ipm_buf_cstr(out, list->count++ ? ",{\"label\":" : "{\"label\":");
	ipm_json_put_string(out, name);
	ipm_buf_printf(out, ",\"sortText\":\"%.*s%.*s", (int)list->level + 2, order,
		       bars > 8 ? 8 : (int)bars, "{{{{{{{{");
	ipm_json_put_escaped(out, (struct ipm_str){name.data + bars, name.len - bars});
	ipm_buf_cstr(out, "\",\"type\":");
	put_kind(list, &property->value);
	ipm_buf_byte(out, '}');
}

static enum ipm_errc put_level(struct completions *list, const struct ipm_object *object,
			       struct ipm_error *err)
{
	const struct ipm_property *property;
	struct ipm_property_iter it;
	enum ipm_errc code;

	ipm_property_iter_init(&it, list->c->r->heap, object);
	while (!(code = ipm_property_iter_next(&it, &property, err)) && property &&
	       list->count < MAX_LABELS && ipm_buf_ok(&list->c->result)) {
		if (property->symbol_id || all_digits(property->name) ||
		    property->name.len < list->prefix.len ||
		    (list->prefix.len &&
		     memcmp(property->name.data, list->prefix.data, list->prefix.len)))
			continue;
		put_label(list, property);
	}
	ipm_property_iter_deinit(&it);
	return code;
}

enum ipm_errc answer_completions(struct call *c, const struct ipm_object *object,
				 struct ipm_str prefix, struct ipm_error *err)
{
	struct completions list = {.c = c, .prefix = prefix};
	const struct ipm_object *at = object, *next;
	enum ipm_errc code = IPM_OK;

	ipm_buf_cstr(&c->result, "{\"result\":{\"type\":\"object\",\"value\":{\"result\":[");
	while (at && !code && list.level < MAX_LEVELS) {
		code = put_level(&list, at, err);
		next = code ? NULL : object_of(c, &at->proto);
		if (at != object)
			c->r->heap->release(c->r->heap, at);
		at = next;
		list.level++;
	}
	if (at && at != object)
		c->r->heap->release(c->r->heap, at);
	ipm_buf_printf(&c->result, "],\"isArray\":%s}}}",
		       object->kind == IPM_KIND_ARRAY ? "true" : "false");
	return code ? call_failed(c, code, err) : IPM_OK;
}
