/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "diff_internal.h"
#include "edges.h"
#include "sequence.h"

#define VALUE_UNITS 200
#define TEXT_UNITS  65536  /* compared of a long text */
#define ELEMENTS    1000   /* compared of an array */
#define WORK	    200000 /* values compared in a frame */

/* Was this pair compared already? Notes it. */
static bool seen(struct diff *d, uint64_t a, uint64_t b)
{
	uint64_t key = (a << 32 ^ b) * UINT64_C(0x9E3779B97F4A7C15) | 1, *grown;
	size_t i, capacity, at;

	if (d->seen_count >= d->seen_capacity / 2) {
		capacity = d->seen_capacity ? d->seen_capacity * 2 : 1024;
		grown = calloc(capacity, sizeof(*grown));
		if (!grown)
			return true; /* then we see less */
		for (i = 0; i < d->seen_capacity; i++) {
			if (!d->seen[i])
				continue;
			at = (size_t)(d->seen[i] >> 20) & (capacity - 1);
			while (grown[at])
				at = (at + 1) & (capacity - 1);
			grown[at] = d->seen[i];
		}
		free(d->seen);
		d->seen = grown;
		d->seen_capacity = capacity;
	}
	at = (size_t)(key >> 20) & (d->seen_capacity - 1);
	while (d->seen[at]) {
		if (d->seen[at] == key)
			return true;
		at = (at + 1) & (d->seen_capacity - 1);
	}
	d->seen[at] = key;
	d->seen_count++;
	return false;
}

static enum ipm_errc put_line(struct diff *d, struct diff_side *side, const struct ipm_value *value,
			      struct ipm_buf *out)
{
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_str shown;
	enum ipm_errc rc;

	ipm_buf_str(out, ipm_buf_as_str(&d->path));
	ipm_buf_cstr(out, " = ");
	rc = ipm_put_value_line(&side->cdp, value, VALUE_UNITS, &text, d->err);
	/* Numbers of objects mean nothing in another file. */
	shown = ipm_buf_as_str(&text);
	if (value->type == IPM_VALUE_OBJECT)
		while (shown.len && shown.data[--shown.len] != ' ')
			;
	ipm_buf_str(out, shown);
	out->failed |= text.failed;
	ipm_buf_deinit(&text);
	return rc;
}

static enum ipm_errc differ(struct diff *d, const struct ipm_value *a, const struct ipm_value *b)
{
	struct ipm_buf left = IPM_BUF_INIT, right = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_OK;

	if (a)
		rc = put_line(d, &d->a, a, &left);
	if (!rc && b)
		rc = put_line(d, &d->b, b, &right);
	if (!rc)
		diff_lines(d, ipm_buf_as_str(&left), ipm_buf_as_str(&right));
	ipm_buf_deinit(&left);
	ipm_buf_deinit(&right);
	return rc;
}

static enum ipm_errc same_text(struct diff *d, const struct ipm_text *a, const struct ipm_text *b,
			       bool *ret)
{
	struct ipm_buf left = IPM_BUF_INIT, right = IPM_BUF_INIT;
	enum ipm_errc rc;

	*ret = a->length == b->length;
	if (!*ret)
		return IPM_OK;
	rc = ipm_text_append(&d->a.heap, a, 0, TEXT_UNITS, &left, d->err);
	if (!rc)
		rc = ipm_text_append(&d->b.heap, b, 0, TEXT_UNITS, &right, d->err);
	*ret = left.len == right.len && (!left.len || !memcmp(left.data, right.data, left.len));
	ipm_buf_deinit(&left);
	ipm_buf_deinit(&right);
	return rc;
}

static bool same_str(struct ipm_str a, struct ipm_str b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

static enum ipm_errc same_primitive(struct diff *d, const struct ipm_value *a,
				    const struct ipm_value *b, bool *ret)
{
	*ret = false;
	if (a->type != b->type)
		return IPM_OK;
	switch (a->type) {
	case IPM_VALUE_BOOLEAN:
		*ret = a->boolean == b->boolean;
		return IPM_OK;
	case IPM_VALUE_INTEGER:
		*ret = a->integer == b->integer;
		return IPM_OK;
	case IPM_VALUE_NUMBER: /* also NaN, which is no equal of itself */
		*ret = !memcmp(&a->number, &b->number, sizeof(a->number)) ||
		       (a->number != a->number && b->number != b->number);
		return IPM_OK;
	case IPM_VALUE_STRING:
	case IPM_VALUE_BIGINT:
		return same_text(d, &a->string, &b->string, ret);
	case IPM_VALUE_OMITTED:
		*ret = a->omitted.reason == b->omitted.reason;
		return IPM_OK;
	default:
		*ret = true;
		return IPM_OK;
	}
}

static bool is(struct ipm_str str, const char *text)
{
	return strlen(text) == str.len && !memcmp(str.data, text, str.len);
}

/* Looks on from *at: both lists are nearly always in the same order. */
static const struct ipm_property *find(const struct ipm_property *list, size_t count, size_t *at,
				       const struct ipm_property *wanted)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct ipm_property *p = &list[(*at + i) % count];

		if (!p->symbol_id == !wanted->symbol_id && same_str(p->name, wanted->name)) {
			*at = (*at + i + 1) % count;
			return p;
		}
	}
	return NULL;
}

static void put_name(struct diff *d, const struct ipm_property *p)
{
	if (!p->symbol_id) {
		ipm_put_path_name(&d->path, p->name);
		return;
	}
	ipm_buf_byte(&d->path, '[');
	ipm_put_escaped_text(&d->path, p->name, VALUE_UNITS);
	ipm_buf_byte(&d->path, ']');
}

static enum ipm_errc diff_properties(struct diff *d, const struct ipm_property *a, size_t a_count,
				     const struct ipm_property *b, size_t b_count, unsigned depth)
{
	size_t i, at = 0, length = d->path.len;
	const struct ipm_property *other;
	enum ipm_errc rc = IPM_OK;

	for (i = 0; i < a_count && !rc; i++) {
		/* The frames tell it better. */
		if (is(ipm_buf_as_str(&d->path), "exception") && is(a[i].name, "stack"))
			continue;
		other = find(b, b_count, &at, &a[i]);
		put_name(d, &a[i]);
		rc = other ? diff_values(d, &a[i].value, &other->value, depth)
			   : differ(d, &a[i].value, NULL);
		d->path.len = length;
	}
	for (i = 0, at = 0; i < b_count && !rc; i++) {
		if (find(a, a_count, &at, &b[i]))
			continue;
		put_name(d, &b[i]);
		rc = differ(d, NULL, &b[i].value);
		d->path.len = length;
	}
	return rc;
}

static void put_index(struct diff *d, const struct ipm_object *of, uint64_t index)
{
	switch (of->kind) {
	case IPM_KIND_MAP:
	case IPM_KIND_WEAKMAP:
		ipm_buf_printf(&d->path, " \xE2\x80\xBA %s %llu", index % 2 ? "value" : "key",
			       (unsigned long long)(index / 2));
		break;
	case IPM_KIND_SET:
	case IPM_KIND_WEAKSET:
	case IPM_KIND_ITERATOR:
		ipm_buf_printf(&d->path, " \xE2\x80\xBA entry %llu", (unsigned long long)index);
		break;
	default:
		ipm_buf_printf(&d->path, "[%llu]", (unsigned long long)index);
		break;
	}
}

static enum ipm_errc diff_elements(struct diff *d, const struct ipm_object *a,
				   const struct ipm_object *b, unsigned depth)
{
	struct ipm_element_iter left, right;
	const struct ipm_value *x = NULL, *y = NULL;
	uint64_t i = 0, j = 0;
	size_t length = d->path.len;
	bool more_x = true, more_y = true;
	enum ipm_errc rc = IPM_OK;

	ipm_element_iter_init(&left, &d->a.heap, a, 0);
	ipm_element_iter_init(&right, &d->b.heap, b, 0);
	while (!rc) {
		if (more_x)
			rc = ipm_element_iter_next(&left, &i, &x, d->err);
		if (!rc && more_y)
			rc = ipm_element_iter_next(&right, &j, &y, d->err);
		if (ipm_is_damage(rc)) {
			rc = IPM_OK;
			break;
		}
		if (rc || (!x && !y) || (x && i >= ELEMENTS) || (y && j >= ELEMENTS))
			break;
		more_x = x && (!y || i <= j);
		more_y = y && (!x || j <= i);
		put_index(d, a, more_x ? i : j);
		rc = more_x && more_y ? diff_values(d, x, y, depth)
				      : differ(d, more_x ? x : NULL, more_y ? y : NULL);
		d->path.len = length;
	}
	ipm_element_iter_deinit(&left);
	ipm_element_iter_deinit(&right);
	return rc;
}

/* What an object is at first sight: class and size, or its text. */
static enum ipm_errc same_face(struct diff *d, const struct ipm_object *a,
			       const struct ipm_object *b, bool *ret)
{
	*ret = a->kind == b->kind && same_str(a->class_name, b->class_name) &&
	       same_str(a->description, b->description);
	if (!*ret)
		return IPM_OK;
	switch (a->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_ARRAYBUFFER:
	case IPM_KIND_DATAVIEW:
		*ret = a->length == b->length;
		return IPM_OK;
	case IPM_KIND_DATE:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		return same_text(d, &a->text, &b->text, ret);
	case IPM_KIND_PROMISE:
		*ret = a->state == b->state;
		return IPM_OK;
	case IPM_KIND_PRIMITIVE:
		return same_primitive(d, &a->first, &b->first, ret);
	default:
		return IPM_OK;
	}
}

static enum ipm_errc diff_contents(struct diff *d, const struct ipm_object *a,
				   const struct ipm_object *b, unsigned depth)
{
	enum ipm_errc rc;

	/* A function is its code; what hangs on it is rarely what one looks for. */
	if (a->kind == IPM_KIND_FUNCTION)
		return IPM_OK;
	rc = diff_properties(d, a->properties, a->property_count, b->properties, b->property_count,
			     depth);
	if (!rc)
		rc = diff_properties(d, a->privates, a->private_count, b->privates,
				     b->private_count, depth);
	if (!rc)
		rc = diff_elements(d, a, b, depth);
	return rc;
}

enum ipm_errc diff_objects(struct diff *d, uint64_t a_id, uint64_t b_id, unsigned depth)
{
	struct ipm_value left = {.type = IPM_VALUE_OBJECT, .object_id = a_id},
			 right = {.type = IPM_VALUE_OBJECT, .object_id = b_id};
	const struct ipm_object *a = NULL, *b = NULL;
	bool same = false;
	enum ipm_errc rc;

	if (seen(d, a_id, b_id))
		return IPM_OK;
	rc = d->a.heap.object(&d->a.heap, a_id, &a, d->err);
	if (rc)
		return rc == IPM_ERR_NOT_FOUND ? IPM_OK : rc;
	rc = d->b.heap.object(&d->b.heap, b_id, &b, d->err);
	if (!rc)
		rc = same_face(d, a, b, &same);
	if (!rc && !same && d->path.len)
		rc = differ(d, &left, &right);
	if (!rc && a->kind == b->kind && depth)
		rc = diff_contents(d, a, b, depth - 1);
	if (b)
		d->b.heap.release(&d->b.heap, b);
	d->a.heap.release(&d->a.heap, a);
	return rc == IPM_ERR_NOT_FOUND ? IPM_OK : rc;
}

enum ipm_errc diff_values(struct diff *d, const struct ipm_value *a, const struct ipm_value *b,
			  unsigned depth)
{
	bool same;
	enum ipm_errc rc;

	if (d->work++ >= WORK)
		return IPM_OK;
	if (a->type == IPM_VALUE_OBJECT && b->type == IPM_VALUE_OBJECT)
		return diff_objects(d, a->object_id, b->object_id, depth);
	rc = same_primitive(d, a, b, &same);
	return rc || same ? rc : differ(d, a, b);
}
