/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "cdp_internal.h"
#include "wtf8.h"

bool ipm_str_equal(struct ipm_str str, const char *text)
{
	return strlen(text) == str.len && memcmp(str.data, text, str.len) == 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

void ipm_put_percent_decoded(struct ipm_buf *out, struct ipm_str text)
{
	size_t i;
	int high, low;

	for (i = 0; i < text.len; i++) {
		high = text.data[i] == '%' && text.len - i > 2 ? hex_digit(text.data[i + 1]) : -1;
		low = high >= 0 ? hex_digit(text.data[i + 2]) : -1;
		if (low >= 0) {
			ipm_buf_byte(out, (uint8_t)(high << 4 | low));
			i += 2;
		} else {
			ipm_buf_byte(out, (uint8_t)text.data[i]);
		}
	}
}

struct ipm_str ipm_class_name(const struct ipm_object *object)
{
	static const char *const usual[IPM_KIND_COUNT] = {
		[IPM_KIND_ARRAY] = "Array",	  [IPM_KIND_FUNCTION] = "Function",
		[IPM_KIND_ERROR] = "Error",	  [IPM_KIND_MAP] = "Map",
		[IPM_KIND_SET] = "Set",		  [IPM_KIND_WEAKMAP] = "WeakMap",
		[IPM_KIND_WEAKSET] = "WeakSet",	  [IPM_KIND_DATE] = "Date",
		[IPM_KIND_REGEXP] = "RegExp",	  [IPM_KIND_PROMISE] = "Promise",
		[IPM_KIND_DATAVIEW] = "DataView", [IPM_KIND_ARRAYBUFFER] = "ArrayBuffer",
		[IPM_KIND_WEAKREF] = "WeakRef",	  [IPM_KIND_MODULE] = "Module",
	};
	const char *name = NULL;

	/* V8's own word; the constructor that the object inherits is Object. */
	if (object->kind == IPM_KIND_ARGUMENTS)
		return IPM_STR("Arguments");
	if (object->class_name.len)
		return object->class_name;
	if (object->kind == IPM_KIND_TYPEDARRAY)
		name = ipm_element_type_name(object->element_type);
	else if ((size_t)object->kind < IPM_KIND_COUNT)
		name = usual[object->kind];
	return ipm_str_of(name ? name : "Object");
}

const char *ipm_object_type(const struct ipm_object *object)
{
	if (object->kind == IPM_KIND_FUNCTION)
		return "function";
	return object->kind == IPM_KIND_SYMBOL ? "symbol" : "object";
}

struct ipm_str ipm_object_subtype(const struct ipm_object *object)
{
	const char *subtype = ipm_kind_subtype(object->kind);

	if (object->kind == IPM_KIND_OTHER)
		return object->subtype;
	/* Only [[Scopes]] shows a scope as such; a frame's scopes are plain objects. */
	if (!subtype || object->kind == IPM_KIND_SCOPE)
		return (struct ipm_str){0};
	return ipm_str_of(subtype);
}

const char *ipm_reason_text(enum ipm_reason reason)
{
	static const char *const texts[IPM_REASON_COUNT] = {
		[IPM_REASON_NONE] = "not in the file",
		[IPM_REASON_DEPTH] = "depth limit reached",
		[IPM_REASON_OBJECTS] = "object budget reached",
		[IPM_REASON_BYTES] = "file size budget reached",
		[IPM_REASON_TIME] = "time budget reached",
		[IPM_REASON_STRING] = "string limit reached",
		[IPM_REASON_DENIED] = "reading it might run code",
		[IPM_REASON_REDACTED] = "redacted",
		[IPM_REASON_GONE] = "already released by the engine",
		[IPM_REASON_OPTIMIZED_OUT] = "optimized out",
		[IPM_REASON_UNINITIALIZED] = "not initialized yet",
		[IPM_REASON_FAILED] = "the process answered with an error",
		[IPM_REASON_UNSUPPORTED] = "this runtime does not show it",
		[IPM_REASON_LENGTH] = "too many of them",
	};

	return (size_t)reason < IPM_REASON_COUNT ? texts[reason] : "unknown reason";
}

void ipm_describe_omitted(const struct ipm_value *value, struct ipm_buf *out)
{
	enum ipm_reason reason = value->omitted.reason;

	if (reason == IPM_REASON_REDACTED) {
		ipm_buf_cstr(out, "<redacted");
		if (value->omitted.type_name.len) {
			ipm_buf_byte(out, ' ');
			ipm_buf_str(out, value->omitted.type_name);
		}
	} else if (reason == IPM_REASON_UNINITIALIZED || reason == IPM_REASON_OPTIMIZED_OUT) {
		ipm_buf_printf(out, "<%s", ipm_reason_text(reason)); /* as it was in the process */
	} else {
		ipm_buf_printf(out, "<not captured: %s", ipm_reason_text(reason));
	}
	if (value->omitted.size)
		ipm_buf_printf(out, ", length %" PRIu64, value->omitted.size);
	ipm_buf_byte(out, '>');
}

enum ipm_reason ipm_why_missing(struct ipm_cdp *cdp, uint64_t id)
{
	const struct ipm_summary *summary;

	if (id >= IPM_FIRST_SYNTHETIC_ID || !cdp->heap->reader)
		return IPM_REASON_NONE;
	summary = ipm_reader_summary(cdp->heap->reader);
	return summary->stopped_by;
}

void ipm_describe_scope(enum ipm_scope_type type, struct ipm_str name, struct ipm_buf *out)
{
	static const char *const names[IPM_SCOPE_COUNT] = {
		[IPM_SCOPE_GLOBAL] = "Global", [IPM_SCOPE_LOCAL] = "Local",
		[IPM_SCOPE_WITH] = "With",     [IPM_SCOPE_CLOSURE] = "Closure",
		[IPM_SCOPE_CATCH] = "Catch",   [IPM_SCOPE_BLOCK] = "Block",
		[IPM_SCOPE_SCRIPT] = "Script", [IPM_SCOPE_EVAL] = "Eval",
		[IPM_SCOPE_MODULE] = "Module", [IPM_SCOPE_WASM] = "Wasm Expression Stack",
	};

	ipm_buf_cstr(out, (size_t)type < IPM_SCOPE_COUNT ? names[type] : "Closure");
	if (name.len) {
		ipm_buf_cstr(out, " (");
		ipm_buf_str(out, name);
		ipm_buf_byte(out, ')');
	}
}

/* V8 names the class at the end of a chain of proxies. */
static enum ipm_errc describe_proxy(struct ipm_cdp *cdp, const struct ipm_object *proxy,
				    struct ipm_buf *out, struct ipm_error *err)
{
	const struct ipm_object *target = NULL;
	struct ipm_value at = proxy->first;
	enum ipm_errc rc = IPM_OK;
	int hops;

	ipm_buf_cstr(out, "Proxy");
	for (hops = 0; at.type == IPM_VALUE_OBJECT && hops < 100; hops++) {
		rc = cdp->heap->object(cdp->heap, at.object_id, &target, err);
		if (rc)
			return rc == IPM_ERR_NOT_FOUND ? IPM_OK : rc;
		if (target->kind != IPM_KIND_PROXY) {
			ipm_buf_byte(out, '(');
			ipm_buf_str(out, ipm_class_name(target));
			ipm_buf_byte(out, ')');
			cdp->heap->release(cdp->heap, target);
			return IPM_OK;
		}
		at = target->first; /* an object id or null: nothing borrowed */
		cdp->heap->release(cdp->heap, target);
	}
	return IPM_OK;
}

/* As V8 does for an error without a stack: "TypeError: message". */
static enum ipm_errc describe_error(struct ipm_cdp *cdp, const struct ipm_object *error,
				    struct ipm_buf *out, struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	ipm_buf_str(out, ipm_class_name(error));
	for (i = 0; i < error->property_count; i++) {
		const struct ipm_property *p = &error->properties[i];

		if (p->value.type != IPM_VALUE_STRING || !ipm_str_equal(p->name, "message"))
			continue;
		if (p->value.string.length)
			ipm_buf_cstr(out, ": ");
		rc = ipm_text_append(cdp->heap, &p->value.string, 0, UINT64_MAX, out, err);
		break;
	}
	return rc;
}

static void put_counted(const struct ipm_object *object, struct ipm_buf *out)
{
	ipm_buf_str(out, ipm_class_name(object));
	ipm_buf_printf(out, "(%" PRIu64 ")", object->length);
}

enum ipm_errc ipm_describe_object(struct ipm_cdp *cdp, const struct ipm_object *object,
				  struct ipm_buf *out, struct ipm_error *err)
{
	if (object->description.len) {
		ipm_buf_str(out, object->description);
		return IPM_OK;
	}
	switch (object->kind) {
	case IPM_KIND_FUNCTION:
	case IPM_KIND_ERROR:
	case IPM_KIND_DATE:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		if (object->text.length)
			return ipm_text_append(cdp->heap, &object->text, 0, UINT64_MAX, out, err);
		if (object->kind == IPM_KIND_ERROR)
			return describe_error(cdp, object, out, err);
		break;
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_ARRAYBUFFER:
	case IPM_KIND_DATAVIEW:
		put_counted(object, out);
		return IPM_OK;
	case IPM_KIND_PROXY:
		return describe_proxy(cdp, object, out, err);
	default:
		break;
	}
	ipm_buf_str(out, ipm_class_name(object));
	return IPM_OK;
}

enum ipm_errc ipm_describe_id(struct ipm_cdp *cdp, uint64_t id, struct ipm_buf *out,
			      struct ipm_error *err)
{
	const struct ipm_object *object;
	enum ipm_errc rc;

	rc = cdp->heap->object(cdp->heap, id, &object, err);
	if (rc == IPM_ERR_NOT_FOUND) {
		struct ipm_value omitted = {.type = IPM_VALUE_OMITTED};

		omitted.omitted.reason = ipm_why_missing(cdp, id);
		ipm_describe_omitted(&omitted, out);
		return IPM_OK;
	}
	if (rc)
		return rc;
	rc = ipm_describe_object(cdp, object, out, err);
	cdp->heap->release(cdp->heap, object);
	return rc;
}

enum ipm_errc ipm_cdp_description(struct ipm_cdp *cdp, const struct ipm_value *value,
				  struct ipm_buf *out, struct ipm_error *err)
{
	switch (value->type) {
	case IPM_VALUE_NULL:
		ipm_buf_cstr(out, "null");
		break;
	case IPM_VALUE_BOOLEAN:
		ipm_buf_cstr(out, value->boolean ? "true" : "false");
		break;
	case IPM_VALUE_INTEGER:
		ipm_buf_printf(out, "%" PRId64, value->integer);
		break;
	case IPM_VALUE_NUMBER:
		if (value->number == 0)
			ipm_buf_byte(out, '-'); /* plain zeros are integers */
		ipm_put_js_number(out, value->number);
		break;
	case IPM_VALUE_STRING:
		return ipm_text_append(cdp->heap, &value->string, 0, UINT64_MAX, out, err);
	case IPM_VALUE_BIGINT: {
		enum ipm_errc rc =
			ipm_text_append(cdp->heap, &value->string, 0, UINT64_MAX, out, err);

		ipm_buf_byte(out, 'n');
		return rc;
	}
	case IPM_VALUE_OBJECT:
		return ipm_describe_id(cdp, value->object_id, out, err);
	case IPM_VALUE_OMITTED:
		ipm_describe_omitted(value, out);
		break;
	case IPM_VALUE_UNDEFINED:
	case IPM_VALUE_ACCESSOR:
	case IPM_VALUE_HOLES:
	default:
		ipm_buf_cstr(out, "undefined");
		break;
	}
	return IPM_OK;
}

void ipm_put_abbreviated(struct ipm_buf *out, struct ipm_str text, enum ipm_abbreviate how)
{
	static const struct ipm_str ellipsis = {"\xE2\x80\xA6", 3};
	uint64_t units = ipm_wtf8_units(text);
	struct ipm_buf cut = IPM_BUF_INIT;
	uint64_t left = IPM_ABBREVIATED_UNITS / 2;

	if (units <= IPM_ABBREVIATED_UNITS) {
		ipm_json_put_string(out, text);
		return;
	}
	if (how == IPM_CUT_END)
		left = IPM_ABBREVIATED_UNITS - 1;
	ipm_wtf8_slice(&cut, text, 0, left);
	ipm_buf_str(&cut, ellipsis);
	ipm_wtf8_slice(&cut, text, units - (IPM_ABBREVIATED_UNITS - left - 1), units);
	ipm_json_put_string(out, ipm_buf_as_str(&cut));
	out->failed |= cut.failed;
	ipm_buf_deinit(&cut);
}

static enum ipm_errc put_entry_side(struct ipm_cdp *cdp, const struct ipm_value *value,
				    struct ipm_buf *out, struct ipm_error *err)
{
	bool quoted = value->type == IPM_VALUE_STRING;
	enum ipm_errc rc;

	if (quoted)
		ipm_buf_byte(out, '"');
	rc = ipm_cdp_description(cdp, value, out, err);
	if (quoted)
		ipm_buf_byte(out, '"');
	return rc;
}

enum ipm_errc ipm_describe_entry(struct ipm_cdp *cdp, const struct ipm_value *key,
				 const struct ipm_value *value, struct ipm_buf *out,
				 struct ipm_error *err)
{
	enum ipm_errc rc;

	if (!key)
		return put_entry_side(cdp, value, out, err);
	ipm_buf_byte(out, '{');
	rc = put_entry_side(cdp, key, out, err);
	if (rc)
		return rc;
	ipm_buf_cstr(out, " => ");
	rc = put_entry_side(cdp, value, out, err);
	ipm_buf_byte(out, '}');
	return rc;
}
