/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "cdp_internal.h"

/*
 * Previews with V8's own limits (src/inspector/value-mirror.cc): five names, a hundred indexes, five
 * entries; a preview inside an entry shows no entries of its own.
 */

#define NAME_LIMIT  5
#define INDEX_LIMIT 100
#define ENTRY_LIMIT 5
#define TABLE_LIMIT 1000
#define MAX_PROXIES 100

struct preview {
	struct ipm_visitor visitor;
	struct ipm_cdp *cdp;
	struct ipm_buf *out;
	int *name_limit; /* shared by an object and its entries, as in V8 */
	int *index_limit;
	uint64_t skip_indexes;
	bool skip_length;
	bool overflow;
	bool comma;
	bool table; /* properties that are objects get a preview of their own */
};

enum purpose { FOR_ITSELF, FOR_ENTRY, FOR_TABLE };

static enum ipm_errc put_object_preview(struct ipm_cdp *cdp, const struct ipm_object *object,
					enum purpose purpose, int *name_limit, int *index_limit,
					struct ipm_buf *out, struct ipm_error *err);

static const char *value_type(const struct ipm_value *value)
{
	switch (value->type) {
	case IPM_VALUE_BOOLEAN:
		return "boolean";
	case IPM_VALUE_INTEGER:
	case IPM_VALUE_NUMBER:
		return "number";
	case IPM_VALUE_STRING:
		return "string";
	case IPM_VALUE_BIGINT:
		return "bigint";
	case IPM_VALUE_NULL:
	case IPM_VALUE_OBJECT:
	case IPM_VALUE_OMITTED:
		return "object";
	case IPM_VALUE_UNDEFINED:
	case IPM_VALUE_ACCESSOR:
	case IPM_VALUE_HOLES:
	default:
		return "undefined";
	}
}

/* A long string: only the ends are read. */
static enum ipm_errc put_abbreviated_text(struct ipm_cdp *cdp, const struct ipm_text *text,
					  struct ipm_buf *out, struct ipm_error *err)
{
	const uint64_t half = IPM_ABBREVIATED_UNITS / 2;
	uint64_t there = ipm_text_available(text);
	enum ipm_errc rc;

	ipm_buf_byte(out, '"');
	if (there <= IPM_ABBREVIATED_UNITS) {
		rc = ipm_text_append_escaped(cdp->heap, text, 0, UINT64_MAX, out, err);
	} else {
		rc = ipm_text_append_escaped(cdp->heap, text, 0, half, out, err);
		ipm_buf_cstr(out, "\xE2\x80\xA6");
		if (!rc)
			rc = ipm_text_append_escaped(cdp->heap, text, there - (half - 1), there,
						     out, err);
	}
	ipm_buf_byte(out, '"');
	return rc;
}

static enum ipm_errc put_object_property(struct ipm_cdp *cdp, uint64_t id, struct ipm_buf *out,
					 struct ipm_error *err)
{
	const struct ipm_object *object = NULL;
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_str subtype = {0};
	const char *type = "object";
	enum ipm_errc rc;

	rc = cdp->heap->object(cdp->heap, id, &object, err);
	if (rc && rc != IPM_ERR_NOT_FOUND)
		return rc;
	if (!rc) {
		type = ipm_object_type(object);
		subtype = ipm_object_subtype(object);
		rc = type[0] == 'f' ? IPM_OK : ipm_describe_object(cdp, object, &text, err);
	} else {
		rc = ipm_describe_id(cdp, id, &text, err);
	}
	ipm_buf_printf(out, "\"%s\",\"value\":", type);
	ipm_put_abbreviated(out, ipm_buf_as_str(&text),
			    ipm_str_equal(subtype, "regexp") ? IPM_CUT_MIDDLE : IPM_CUT_END);
	if (subtype.len) {
		ipm_buf_cstr(out, ",\"subtype\":");
		ipm_json_put_string(out, subtype);
	}
	if (object)
		cdp->heap->release(cdp->heap, object);
	if (!rc)
		rc = ipm_buf_status(&text, err);
	ipm_buf_deinit(&text);
	return rc;
}

enum ipm_errc ipm_put_property_preview(struct ipm_cdp *cdp, struct ipm_str name,
				       const struct ipm_value *value, struct ipm_buf *out,
				       struct ipm_error *err)
{
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_OK;

	ipm_buf_cstr(out, "{\"name\":");
	ipm_json_put_string(out, name);
	ipm_buf_cstr(out, ",\"type\":");
	if (value->type == IPM_VALUE_OBJECT) {
		rc = put_object_property(cdp, value->object_id, out, err);
	} else if (value->type == IPM_VALUE_ACCESSOR) {
		ipm_buf_cstr(out, "\"accessor\"");
	} else {
		ipm_buf_printf(out, "\"%s\",\"value\":", value_type(value));
		if (value->type == IPM_VALUE_STRING) {
			rc = put_abbreviated_text(cdp, &value->string, out, err);
		} else {
			rc = ipm_cdp_description(cdp, value, &text, err);
			ipm_put_abbreviated(out, ipm_buf_as_str(&text), IPM_CUT_MIDDLE);
		}
		if (value->type == IPM_VALUE_NULL)
			ipm_buf_cstr(out, ",\"subtype\":\"null\"");
	}
	ipm_buf_byte(out, '}');
	out->failed |= text.failed;
	ipm_buf_deinit(&text);
	return rc;
}

/* The preview of a row goes inside that of its property. */
static enum ipm_errc put_row(struct preview *p, const struct ipm_value *value,
			     struct ipm_error *err)
{
	int name_limit = TABLE_LIMIT, index_limit = TABLE_LIMIT;
	const struct ipm_object *object;
	enum ipm_errc rc = p->cdp->heap->object(p->cdp->heap, value->object_id, &object, err);

	if (rc)
		return rc == IPM_ERR_NOT_FOUND ? IPM_OK : rc;
	if (ipm_object_type(object)[0] == 'o' && ipm_buf_ok(p->out)) {
		p->out->len--;
		ipm_buf_cstr(p->out, ",\"valuePreview\":");
		rc = put_object_preview(p->cdp, object, FOR_ITSELF, &name_limit, &index_limit,
					p->out, err);
		ipm_buf_byte(p->out, '}');
	}
	p->cdp->heap->release(p->cdp->heap, object);
	return rc;
}

static enum ipm_errc put_named(struct preview *p, struct ipm_str name,
			       const struct ipm_value *value, struct ipm_error *err)
{
	enum ipm_errc rc;

	if (p->comma)
		ipm_buf_byte(p->out, ',');
	p->comma = true;
	rc = ipm_put_property_preview(p->cdp, name, value, p->out, err);
	return rc || !p->table || value->type != IPM_VALUE_OBJECT ? rc : put_row(p, value, err);
}

/* Counts against a limit; false, and overflow, when it is used up. */
static bool admit(struct preview *p, int *limit)
{
	if (!*limit) {
		p->overflow = true;
		return false;
	}
	--*limit;
	return true;
}

static bool has_no_value(const struct ipm_value *value)
{
	return value->type == IPM_VALUE_OMITTED &&
	       (value->omitted.reason == IPM_REASON_UNINITIALIZED ||
		value->omitted.reason == IPM_REASON_OPTIMIZED_OUT);
}

static enum ipm_errc preview_property(struct ipm_visitor *visitor,
				      const struct ipm_property *property, unsigned facts,
				      bool *ret_stop, struct ipm_error *err)
{
	struct preview *p = (struct preview *)visitor;

	if (has_no_value(&property->value) ||
	    (property->value.type == IPM_VALUE_ACCESSOR && !property->value.accessor.get))
		return IPM_OK;
	/* Since V8 12 the constructor is no part of a preview. */
	if (!property->symbol_id && ipm_str_equal(property->name, "constructor") &&
	    ipm_node_major(p->cdp) >= 22)
		return IPM_OK;
	if (p->skip_length && !property->symbol_id && ipm_str_equal(property->name, "length"))
		return IPM_OK;
	if ((facts & IPM_FACT_INDEX) && p->skip_indexes) {
		p->skip_indexes--;
		return IPM_OK;
	}
	if (!admit(p, facts & IPM_FACT_INDEX ? p->index_limit : p->name_limit)) {
		*ret_stop = true;
		return IPM_OK;
	}
	return put_named(p, property->name, &property->value, err);
}

static enum ipm_errc put_internal(struct preview *p, const char *name,
				  const struct ipm_value *value, struct ipm_error *err)
{
	return admit(p, p->name_limit) ? put_named(p, ipm_str_of(name), value, err) : IPM_OK;
}

static struct ipm_value text_value(const char *text)
{
	struct ipm_value value = {.type = IPM_VALUE_STRING};

	value.string.str = ipm_str_of(text);
	value.string.length = value.string.str.len;
	return value;
}

/* The few internal properties that V8 shows in a preview. */
static enum ipm_errc put_internals(struct preview *p, const struct ipm_object *object,
				   struct ipm_error *err)
{
	static const char *const promise[] = {"pending", "fulfilled", "rejected"};
	static const char *const generator[] = {"suspended", "running", "closed"};
	struct ipm_value value;
	enum ipm_errc rc;

	switch (object->kind) {
	case IPM_KIND_PRIMITIVE:
		return put_internal(p, "[[PrimitiveValue]]", &object->first, err);
	case IPM_KIND_PROMISE:
		value = text_value(object->state < 3 ? promise[object->state] : "pending");
		rc = put_internal(p, "[[PromiseState]]", &value, err);
		return rc ? rc : put_internal(p, "[[PromiseResult]]", &object->first, err);
	case IPM_KIND_GENERATOR:
		value = text_value(object->state < 3 ? generator[object->state] : "suspended");
		return put_internal(p, "[[GeneratorState]]", &value, err);
	case IPM_KIND_WEAKREF:
		return put_internal(p, "[[WeakRefTarget]]", &object->first, err);
	default:
		return IPM_OK;
	}
}

static enum ipm_errc put_privates(struct preview *p, const struct ipm_object *object,
				  struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < object->private_count; i++) {
		if (ipm_is_private_method(&object->privates[i]))
			continue;
		if (!admit(p, p->name_limit))
			break;
		rc = put_named(p, object->privates[i].name, &object->privates[i].value, err);
	}
	return rc;
}

/* False in *ret_shown for what V8 has no entry preview of: symbols. */
static enum ipm_errc put_entry_side(struct preview *p, const struct ipm_value *value,
				    bool *ret_shown, struct ipm_error *err)
{
	struct ipm_buf text = IPM_BUF_INIT;
	const struct ipm_object *object = NULL;
	const char *type = value_type(value);
	enum ipm_errc rc = IPM_OK;

	*ret_shown = true;
	if (value->type == IPM_VALUE_OBJECT) {
		rc = p->cdp->heap->object(p->cdp->heap, value->object_id, &object, err);
		if (rc == IPM_ERR_NOT_FOUND) {
			object = NULL;
			rc = IPM_OK;
		}
		if (rc)
			return rc;
	}
	if (object && object->kind == IPM_KIND_SYMBOL) {
		*ret_shown = false;
	} else if (object && object->kind != IPM_KIND_FUNCTION) {
		rc = put_object_preview(p->cdp, object, FOR_ENTRY, p->name_limit, p->index_limit,
					p->out, err);
	} else {
		if (object)
			type = "function";
		ipm_buf_printf(p->out, "{\"type\":\"%s\"", type);
		if (value->type == IPM_VALUE_NULL)
			ipm_buf_cstr(p->out, ",\"subtype\":\"null\"");
		ipm_buf_cstr(p->out, ",\"description\":");
		rc = ipm_cdp_description(p->cdp, value, &text, err);
		ipm_json_put_string(p->out, ipm_buf_as_str(&text));
		ipm_buf_cstr(p->out, ",\"overflow\":false,\"properties\":[]}");
	}
	if (object)
		p->cdp->heap->release(p->cdp->heap, object);
	p->out->failed |= text.failed;
	ipm_buf_deinit(&text);
	return rc;
}

/* One entry; takes back what it wrote when a side cannot be shown. Value first, as V8 counts. */
static enum ipm_errc put_entry(struct preview *p, const struct ipm_value *key,
			       const struct ipm_value *value, bool *comma, struct ipm_error *err)
{
	struct ipm_buf *out = p->out, key_text = IPM_BUF_INIT, value_text = IPM_BUF_INIT;
	bool shown = true;
	enum ipm_errc rc;

	p->out = &value_text;
	rc = put_entry_side(p, value, &shown, err);
	if (!rc && shown && key) {
		p->out = &key_text;
		rc = put_entry_side(p, key, &shown, err);
	}
	p->out = out;
	if (!rc && shown) {
		ipm_buf_cstr(out, *comma ? ",{" : "{");
		*comma = true;
		if (key) {
			ipm_buf_cstr(out, "\"key\":");
			ipm_buf_str(out, ipm_buf_as_str(&key_text));
			ipm_buf_byte(out, ',');
		}
		ipm_buf_cstr(out, "\"value\":");
		ipm_buf_str(out, ipm_buf_as_str(&value_text));
		ipm_buf_byte(out, '}');
	}
	out->failed |= key_text.failed || value_text.failed;
	ipm_buf_deinit(&key_text);
	ipm_buf_deinit(&value_text);
	return rc;
}

static enum ipm_errc put_entries(struct preview *p, const struct ipm_object *object,
				 struct ipm_error *err)
{
	struct ipm_entry_iter it;
	const struct ipm_value *key, *value;
	bool comma = false;
	unsigned n;
	enum ipm_errc rc = IPM_OK;

	ipm_entry_iter_init(&it, p->cdp->heap, object, 0);
	for (n = 0; !rc && n < ENTRY_LIMIT; n++) {
		rc = ipm_entry_iter_next(&it, &key, &value, err);
		if (rc || !value)
			break;
		rc = put_entry(p, key, value, &comma, err);
	}
	ipm_entry_iter_deinit(&it);
	return rc;
}

/* Previews look through proxies: no trap runs, the target is simply read. */
static enum ipm_errc innermost_target(struct ipm_cdp *cdp, const struct ipm_object *proxy,
				      const struct ipm_object **ret, struct ipm_error *err)
{
	struct ipm_value at = proxy->first;
	const struct ipm_object *object;
	enum ipm_errc rc;
	int hops;

	*ret = NULL;
	for (hops = 0; at.type == IPM_VALUE_OBJECT && hops < MAX_PROXIES; hops++) {
		rc = cdp->heap->object(cdp->heap, at.object_id, &object, err);
		if (rc)
			return rc == IPM_ERR_NOT_FOUND ? IPM_OK : rc;
		if (object->kind != IPM_KIND_PROXY) {
			*ret = object;
			return IPM_OK;
		}
		at = object->first;
		cdp->heap->release(cdp->heap, object);
	}
	return IPM_OK;
}

static enum ipm_errc put_contents(struct preview *p, const struct ipm_object *object,
				  struct ipm_error *err)
{
	enum ipm_errc rc;

	p->skip_length = object->kind == IPM_KIND_ARRAY || object->kind == IPM_KIND_ARGUMENTS;
	if (object->kind == IPM_KIND_PRIMITIVE && object->first.type == IPM_VALUE_STRING) {
		p->skip_length = true;
		p->skip_indexes = object->first.string.length;
	}
	rc = put_internals(p, object, err);
	if (!rc)
		rc = put_privates(p, object, err);
	if (!rc)
		rc = ipm_visit_properties(p->cdp, object,
					  IPM_VISIT_INHERITED | IPM_VISIT_NATIVE_ONLY, &p->visitor,
					  err);
	return rc;
}

static enum ipm_errc put_object_preview(struct ipm_cdp *cdp, const struct ipm_object *object,
					enum purpose purpose, int *name_limit, int *index_limit,
					struct ipm_buf *out, struct ipm_error *err)
{
	const struct ipm_object *shown = object, *target = NULL;
	struct ipm_buf text = IPM_BUF_INIT, inner = IPM_BUF_INIT;
	struct preview p = {.visitor = {preview_property},
			    .cdp = cdp,
			    .out = &inner,
			    .name_limit = name_limit,
			    .index_limit = index_limit,
			    .table = purpose == FOR_TABLE};
	struct ipm_str subtype = ipm_object_subtype(object);
	bool entries = false;
	enum ipm_errc rc;

	rc = ipm_describe_object(cdp, object, &text, err);
	if (!rc && object->kind == IPM_KIND_PROXY) {
		rc = innermost_target(cdp, object, &target, err);
		shown = target;
	}
	if (!rc && shown)
		rc = put_contents(&p, shown, err);
	if (!rc && shown && ipm_has_entries(shown) && ipm_entry_count(shown)) {
		entries = purpose != FOR_ENTRY;
		if (purpose == FOR_ENTRY || ipm_entry_count(shown) > ENTRY_LIMIT)
			p.overflow = true;
	}
	if (rc)
		goto out;
	ipm_buf_cstr(out, "{\"type\":\"object\"");
	if (subtype.len) {
		ipm_buf_cstr(out, ",\"subtype\":");
		ipm_json_put_string(out, subtype);
	}
	ipm_buf_cstr(out, ",\"description\":");
	ipm_json_put_string(out, ipm_buf_as_str(&text));
	ipm_buf_printf(out, ",\"overflow\":%s,\"properties\":[", p.overflow ? "true" : "false");
	ipm_buf_str(out, ipm_buf_as_str(&inner));
	ipm_buf_byte(out, ']');
	if (entries) {
		p.out = out;
		ipm_buf_cstr(out, ",\"entries\":[");
		rc = put_entries(&p, shown, err);
		ipm_buf_byte(out, ']');
	}
	ipm_buf_byte(out, '}');
	out->failed |= text.failed || inner.failed;
out:
	if (target)
		cdp->heap->release(cdp->heap, target);
	ipm_buf_deinit(&text);
	ipm_buf_deinit(&inner);
	return rc;
}

enum ipm_errc ipm_put_preview(struct ipm_cdp *cdp, const struct ipm_object *object, bool table,
			      struct ipm_buf *out, struct ipm_error *err)
{
	int name_limit = table ? TABLE_LIMIT : NAME_LIMIT;
	int index_limit = table ? TABLE_LIMIT : INDEX_LIMIT;

	return put_object_preview(cdp, object, table ? FOR_TABLE : FOR_ITSELF, &name_limit,
				  &index_limit, out, err);
}
