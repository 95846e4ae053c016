/* SPDX-License-Identifier: MIT */
/* Records of the walker's text: objects and the pieces of long ones. */
#include <math.h>
#include <string.h>

#include "base64.h"
#include "walker_text.h"
#include "walker_text_internal.h"

#define MAX_INLINE ((size_t)4096)

void walker_text_redact(struct walker_text *w, bool secret_place, struct ipm_value *v)
{
	if (!w->redaction->on)
		return;
	switch (v->type) {
	case IPM_VALUE_STRING:
		if (secret_place && v->string.slices.count)
			; /* known by its beginning only */
		else if (secret_place && v->string.length)
			redaction_learn(w->redaction, v->string.str);
		else if (!redact_text(v->string.str) &&
			 !redaction_knows(w->redaction, v->string.str))
			return;
		if (v->string.slices.count)
			long_texts_drop(w->longs, &v->string);
		if (v->string.length)
			walker_text_omit(w, IPM_REASON_REDACTED, v->string.length,
					 IPM_STR("string"), v);
		return;
	case IPM_VALUE_INTEGER:
	case IPM_VALUE_NUMBER:
		if (secret_place)
			walker_text_omit(w, IPM_REASON_REDACTED, 0, IPM_STR("number"), v);
		return;
	case IPM_VALUE_BIGINT:
		if (secret_place)
			walker_text_omit(w, IPM_REASON_REDACTED, 0, IPM_STR("bigint"), v);
		return;
	case IPM_VALUE_OBJECT:
		if (secret_place)
			redaction_mark(w->redaction, v->object_id);
		return;
	default:
		return;
	}
}

static enum ipm_errc take_property(struct walker_text *w, bool secret_place,
				   struct ipm_property *ret, struct ipm_error *err)
{
	struct known_name name;
	uint64_t flags = IPM_PROPERTY_DEFAULT;
	enum ipm_errc rc;

	rc = walker_text_name(w, &name, err);
	if (rc)
		return rc;
	if (walker_text_take(w, '#'))
		rc = walker_text_number(w, '=', &flags, err);
	else
		rc = walker_text_expect(w, '=', err);
	if (rc)
		return rc;
	*ret = (struct ipm_property){.name = name.text,
				     .symbol_id = name.symbol_id,
				     .flags = (uint8_t)(flags & IPM_PROPERTY_DEFAULT)};
	rc = walker_text_value(w, &ret->value, err);
	if (!rc)
		walker_text_redact(w, secret_place || name.secret, &ret->value);
	return rc;
}

/* Up to the '.'. */
static enum ipm_errc take_properties(struct walker_text *w, bool secret_place,
				     const struct ipm_property **ret, size_t *ret_count,
				     struct ipm_error *err)
{
	size_t capacity = 16, count = 0;
	struct ipm_property *list = pool_alloc(w->pool, capacity, sizeof(*list)), *grown;
	enum ipm_errc rc;

	while (list && !walker_text_take(w, '.')) {
		if (count == capacity) {
			capacity *= 2;
			if (count >= MAX_INLINE)
				return walker_text_bad(w, "too many properties", err);
			grown = pool_alloc(w->pool, capacity, sizeof(*list));
			if (!grown)
				break;
			memcpy(grown, list, count * sizeof(*list));
			list = grown;
		}
		rc = take_property(w, secret_place, &list[count], err);
		if (rc)
			return rc;
		count++;
	}
	if (!pool_ok(w->pool))
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	*ret = list;
	*ret_count = count;
	return IPM_OK;
}

/* Names of headers, after which their values come in lists such as rawHeaders. */
static bool is_header_name(const struct ipm_value *v)
{
	return v->type == IPM_VALUE_STRING && v->string.str.len < 32 && redact_name(v->string.str);
}

/* Up to the ']'. `pairs`: keys and values take turns, as in Maps. */
static enum ipm_errc take_elements(struct walker_text *w, bool secret_place, bool pairs,
				   struct walker_record *rec, struct ipm_error *err)
{
	size_t capacity = 16, count = 0;
	struct ipm_value *list = pool_alloc(w->pool, capacity, sizeof(*list)), *grown;
	enum ipm_errc rc;

	rec->covered = 0;
	while (list && !walker_text_take(w, ']')) {
		struct ipm_value *v;
		bool secret = secret_place;

		if (count == capacity) {
			capacity *= 2;
			if (count >= MAX_INLINE)
				return walker_text_bad(w, "too many elements", err);
			grown = pool_alloc(w->pool, capacity, sizeof(*list));
			if (!grown)
				break;
			memcpy(grown, list, count * sizeof(*list));
			list = grown;
		}
		v = &list[count];
		rc = walker_text_value(w, v, err);
		if (rc)
			return rc;
		if (w->redaction->on && count % 2 == 1 && is_header_name(v - 1))
			secret = true;
		if (w->redaction->on &&
		    !(pairs && count % 2 == 0 && !secret_place && is_header_name(v)))
			walker_text_redact(w, secret, v);
		rec->covered += v->type == IPM_VALUE_HOLES ? v->holes : 1;
		count++;
	}
	if (!pool_ok(w->pool))
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	rec->values = list;
	rec->value_count = count;
	return IPM_OK;
}

/* "<length>;<in all>;" elements: a sequence as walker.js writes it. */
static enum ipm_errc take_sequence(struct walker_text *w, bool secret_place, bool pairs,
				   struct walker_record *rec, uint64_t *ret_length,
				   struct ipm_error *err)
{
	enum ipm_errc rc = walker_text_number(w, ';', ret_length, err);

	if (!rc)
		rc = walker_text_number(w, ';', &rec->all_elements, err);
	if (!rc)
		rc = take_elements(w, secret_place, pairs, rec, err);
	if (rc)
		return rc;
	rec->object.elements = rec->values;
	rec->object.element_count = rec->value_count;
	return IPM_OK;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Base64, or "x" and hexadecimal digits. */
static enum ipm_errc take_bytes(struct walker_text *w, struct ipm_bytes *ret, struct ipm_error *err)
{
	struct ipm_str text;
	uint64_t units;
	uint8_t *out;
	size_t i, n = 0;
	enum ipm_errc rc;

	rc = walker_text_units(w, &text, &units, err);
	if (rc)
		return rc;
	out = pool_alloc(w->pool, text.len + 1, 1);
	if (!out)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	if (text.len && text.data[0] == 'x') {
		for (i = 1; i + 1 < text.len; i += 2) {
			int high = hex_digit(text.data[i]), low = hex_digit(text.data[i + 1]);

			if (high < 0 || low < 0)
				return walker_text_bad(w, "bytes expected", err);
			out[n++] = (uint8_t)(high << 4 | low);
		}
	} else if (!base64_decode(text, out, &n)) {
		return walker_text_bad(w, "bytes expected", err);
	}
	/* A request with its headers, as it came from the network. */
	if (w->redaction->on && redact_text((struct ipm_str){(const char *)out, n})) {
		memset(out, '*', n);
		w->redaction->count++;
		w->omitted[IPM_REASON_REDACTED]++;
	}
	*ret = (struct ipm_bytes){out, n};
	return IPM_OK;
}

/* A string value that becomes the text of an object. `undefined` gives none. */
static enum ipm_errc take_object_text(struct walker_text *w, bool whole, struct ipm_object *o,
				      struct ipm_error *err)
{
	struct ipm_value v;
	enum ipm_errc rc = walker_text_value(w, &v, err);

	if (rc)
		return rc;
	if (v.type == IPM_VALUE_STRING)
		o->text = v.string;
	else if (v.type == IPM_VALUE_OMITTED)
		o->omitted_reason = v.omitted.reason;
	if (!whole && w->redaction->on && redact_text(o->text.str)) {
		if (o->text.slices.count)
			long_texts_drop(w->longs, &o->text);
		o->text = (struct ipm_text){.str = IPM_STR("[redacted]"), .length = 10};
		w->redaction->count++;
		w->omitted[IPM_REASON_REDACTED]++;
	}
	return IPM_OK;
}

/* ";", or "script,line,column;" where the agent could tell. */
static enum ipm_errc take_place(struct walker_text *w, struct ipm_location *ret,
				struct ipm_error *err)
{
	uint64_t line, column;
	enum ipm_errc rc;

	if (walker_text_take(w, ';'))
		return IPM_OK;
	rc = walker_text_number(w, ',', &ret->script_id, err);
	if (!rc)
		rc = walker_text_number(w, ',', &line, err);
	if (!rc)
		rc = walker_text_number(w, ';', &column, err);
	if (rc)
		return rc;
	ret->line = (int64_t)(line & INT32_MAX);
	ret->column = (int64_t)(column & INT32_MAX);
	return IPM_OK;
}

/* What lies between the prototype and the properties. */
static enum ipm_errc take_detail(struct walker_text *w, bool secret, struct walker_record *rec,
				 struct ipm_error *err)
{
	struct ipm_object *o = &rec->object;
	struct ipm_value v;
	uint64_t n = 0, length;
	enum ipm_errc rc;

	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
		return take_sequence(w, secret, false, rec, &o->length, err);
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_WEAKMAP:
	case IPM_KIND_WEAKSET:
		rc = walker_text_number(w, ';', &o->length, err);
		return rc ? rc
			  : take_sequence(w, secret,
					  o->kind == IPM_KIND_MAP || o->kind == IPM_KIND_WEAKMAP,
					  rec, &length, err);
	case IPM_KIND_ITERATOR:
		rc = walker_text_number(w, ';', &n, err);
		o->state = n == 1;
		return rc ? rc : take_sequence(w, secret, n == 1, rec, &length, err);
	case IPM_KIND_FUNCTION:
		rc = take_object_text(w, true, o, err);
		return rc ? rc : take_place(w, &o->location, err);
	case IPM_KIND_WASM_MEMORY:
		rc = walker_text_value(w, &v, err);
		if (!rc && v.type == IPM_VALUE_STRING)
			o->description = v.string.str;
		return rc;
	case IPM_KIND_ERROR:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		return take_object_text(w, false, o, err);
	case IPM_KIND_DATE:
		rc = walker_text_value(w, &v, err);
		if (rc)
			return rc;
		o->number = v.type == IPM_VALUE_INTEGER	 ? (double)v.integer
			    : v.type == IPM_VALUE_NUMBER ? v.number
							 : (double)NAN;
		return take_object_text(w, false, o, err);
	case IPM_KIND_PROMISE:
		rc = walker_text_number(w, ';', &n, err);
		o->state = n <= IPM_PROMISE_REJECTED ? (uint32_t)n : 0;
		if (!rc)
			rc = walker_text_value(w, &o->first, err);
		if (!rc)
			walker_text_redact(w, secret, &o->first);
		return rc;
	case IPM_KIND_PROXY:
		rc = walker_text_value(w, &o->first, err);
		return rc ? rc : walker_text_value(w, &o->second, err);
	case IPM_KIND_TYPEDARRAY:
		rc = walker_text_number(w, ';', &o->length, err);
		if (!rc)
			rc = walker_text_number(w, ';', &o->byte_offset, err);
		if (!rc)
			rc = walker_text_number(w, ';', &n, err);
		if (rc)
			return rc;
		if (n > IPM_ELEMENT_BIGUINT64)
			return walker_text_bad(w, "unknown element type", err);
		o->element_type = (enum ipm_element_type)n;
		return walker_text_value(w, &o->first, err);
	case IPM_KIND_DATAVIEW:
		rc = walker_text_number(w, ';', &o->length, err);
		if (!rc)
			rc = walker_text_number(w, ';', &o->byte_offset, err);
		return rc ? rc : walker_text_value(w, &o->first, err);
	case IPM_KIND_ARRAYBUFFER:
		rc = walker_text_number(w, ';', &o->length, err);
		if (!rc)
			rc = walker_text_number(w, ';', &rec->all_elements, err);
		if (!rc)
			rc = take_bytes(w, &o->bytes, err);
		rec->covered = o->bytes.len;
		return rc;
	case IPM_KIND_WEAKREF:
	case IPM_KIND_PRIMITIVE:
		rc = walker_text_value(w, &o->first, err);
		if (!rc)
			walker_text_redact(w, secret, &o->first);
		return rc;
	case IPM_KIND_SCOPE:
		rc = walker_text_number(w, ';', &n, err);
		if (rc)
			return rc;
		if (n >= IPM_SCOPE_COUNT)
			return walker_text_bad(w, "unknown scope type", err);
		o->scope_type = (enum ipm_scope_type)n;
		return take_object_text(w, true, o, err);
	default:
		return IPM_OK;
	}
}

static enum ipm_errc take_piece(struct walker_text *w, struct walker_record *rec,
				struct ipm_error *err)
{
	bool secret = false;
	enum ipm_errc rc = IPM_OK;

	rec->is_piece = true;
	if (w->at == w->end)
		return walker_text_bad(w, "piece expected", err);
	rec->piece_type = *w->at++;
	if (rec->piece_type != 's') {
		rc = walker_text_number(w, ';', &rec->piece_of, err);
		secret = !rc && w->redaction->on && redaction_marked(w->redaction, rec->piece_of);
	}
	if (rc)
		return rc;
	if (rec->piece_type == 'e')
		rc = take_elements(w, secret, false, rec, err);
	else if (rec->piece_type == 'p')
		rc = take_properties(w, secret, &rec->properties, &rec->property_count, err);
	else if (rec->piece_type == 'b')
		rc = take_bytes(w, &rec->bytes, err);
	else if (rec->piece_type == 's')
		rc = walker_text_units(w, &rec->text, &rec->units, err);
	else
		rc = walker_text_bad(w, "unknown piece", err);
	return rc ? rc : walker_text_expect(w, '\n', err);
}

enum ipm_errc walker_text_record(struct walker_text *w, uint64_t id, struct walker_record *ret,
				 struct ipm_error *err)
{
	struct ipm_object *o = &ret->object;
	struct known_name class_name;
	uint64_t kind, flags;
	bool secret = false;
	enum ipm_errc rc;

	*ret = (struct walker_record){0};
	if (walker_text_take(w, '+'))
		return take_piece(w, ret, err);
	rc = walker_text_number(w, ',', &kind, err);
	if (rc)
		return rc;
	if (kind >= IPM_KIND_COUNT)
		return walker_text_bad(w, "unknown kind", err);
	rc = walker_text_name(w, &class_name, err);
	if (!rc)
		rc = walker_text_expect(w, ',', err);
	if (!rc)
		rc = walker_text_number(w, ';', &flags, err);
	if (rc)
		return rc;
	o->id = id;
	o->kind = (enum ipm_kind)kind;
	o->class_name = class_name.text;
	ret->flags = (unsigned)(flags & 7);
	rc = walker_text_value(w, &o->proto, err);
	if (rc)
		return rc;
	if (ret->flags & RECORD_FAILED) {
		o->omitted_reason = IPM_REASON_FAILED;
		w->omitted[IPM_REASON_FAILED]++;
		return walker_text_expect(w, '\n', err);
	}
	if (w->redaction->on && redaction_marked(w->redaction, id))
		secret = o->kind == IPM_KIND_ARRAY || o->kind == IPM_KIND_MAP ||
			 o->kind == IPM_KIND_SET || o->kind == IPM_KIND_PROMISE ||
			 o->kind == IPM_KIND_PRIMITIVE ||
			 (o->kind == IPM_KIND_OBJECT && o->class_name.len == 6 &&
			  !memcmp(o->class_name.data, "Object", 6));
	rc = take_detail(w, secret, ret, err);
	if (rc)
		return rc;
	if (walker_text_take(w, 'p')) {
		rc = walker_text_number(w, ';', &ret->all_properties, err);
		if (!rc)
			rc = take_properties(w, secret, &ret->properties, &ret->property_count,
					     err);
		if (rc)
			return rc;
		o->properties = ret->properties;
		o->property_count = ret->property_count;
	}
	return walker_text_expect(w, '\n', err);
}
