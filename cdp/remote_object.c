/* SPDX-License-Identifier: MIT */
#include "remote_object.h"

#include <inttypes.h>
#include <math.h>

#include "cdp_internal.h"
#include "remote_cache.h"

void ipm_put_remote(struct ipm_cdp *cdp, const char *type, struct ipm_str subtype,
		    struct ipm_str class_name, struct ipm_str description, struct ipm_object_id id,
		    struct ipm_buf *out)
{
	ipm_buf_cstr(out, "{\"type\":\"");
	ipm_buf_cstr(out, type);
	ipm_buf_byte(out, '"');
	if (subtype.len) {
		ipm_buf_cstr(out, ",\"subtype\":");
		ipm_json_put_string(out, subtype);
	}
	if (class_name.len) {
		ipm_buf_cstr(out, ",\"className\":");
		ipm_json_put_string(out, class_name);
	}
	ipm_buf_cstr(out, ",\"description\":");
	ipm_json_put_string(out, description);
	if (id.id) {
		ipm_buf_cstr(out, ",\"objectId\":\"");
		ipm_put_object_id(out, cdp->object_id_prefix, id);
		ipm_buf_byte(out, '"');
	}
	ipm_buf_byte(out, '}');
}

static void put_omitted(struct ipm_cdp *cdp, const struct ipm_value *value, struct ipm_buf *out)
{
	struct ipm_buf text = IPM_BUF_INIT;

	ipm_describe_omitted(value, &text);
	ipm_put_remote(cdp, "object", (struct ipm_str){0}, IPM_STR("NotCaptured"),
		       ipm_buf_as_str(&text), (struct ipm_object_id){0}, out);
	out->failed |= text.failed;
	ipm_buf_deinit(&text);
}

/* Mentioned in the file and not in it: an id all the same, which then tells why. */
static void put_missing(struct ipm_cdp *cdp, uint64_t id, struct ipm_buf *out)
{
	struct ipm_value omitted = {.type = IPM_VALUE_OMITTED};
	struct ipm_buf text = IPM_BUF_INIT;

	omitted.omitted.reason = ipm_why_missing(cdp, id);
	ipm_describe_omitted(&omitted, &text);
	ipm_put_remote(cdp, "object", (struct ipm_str){0}, IPM_STR("Object"), ipm_buf_as_str(&text),
		       (struct ipm_object_id){.id = cdp->no_missing_ids ? 0 : id}, out);
	out->failed |= text.failed;
	ipm_buf_deinit(&text);
}

static enum ipm_errc put_object(struct ipm_cdp *cdp, const struct ipm_object *object,
				unsigned flags, struct ipm_buf *out, struct ipm_error *err)
{
	const char *type = ipm_object_type(object);
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_str class_name = ipm_class_name(object);
	enum ipm_errc rc;

	if (object->kind == IPM_KIND_SYMBOL)
		class_name.len = 0;
	rc = ipm_describe_object(cdp, object, &text, err);
	if (!rc)
		rc = ipm_buf_status(&text, err);
	if (rc)
		goto out;
	ipm_put_remote(cdp, type, ipm_object_subtype(object), class_name, ipm_buf_as_str(&text),
		       (struct ipm_object_id){.id = object->id}, out);
	if (flags && type[0] == 'o' && ipm_buf_ok(out)) {
		out->len--; /* the preview goes inside */
		ipm_buf_cstr(out, ",\"preview\":");
		rc = ipm_put_preview(cdp, object, flags & IPM_CDP_TABLE, out, err);
		ipm_buf_byte(out, '}');
	}
out:
	ipm_buf_deinit(&text);
	return rc;
}

static enum ipm_errc put_object_value(struct ipm_cdp *cdp, uint64_t id, unsigned flags,
				      struct ipm_buf *out, struct ipm_error *err)
{
	const struct ipm_object *object;
	size_t start = out->len;
	struct ipm_str known;
	enum ipm_errc rc;

	if (cdp->cache && !flags && ipm_remote_cache_get(cdp->cache, id, &known)) {
		ipm_buf_str(out, known);
		return IPM_OK;
	}
	rc = cdp->heap->object(cdp->heap, id, &object, err);
	if (rc == IPM_ERR_NOT_FOUND) {
		put_missing(cdp, id, out);
		return IPM_OK;
	}
	if (rc)
		return rc;
	rc = put_object(cdp, object, flags, out, err);
	cdp->heap->release(cdp->heap, object);
	if (!rc && cdp->cache && !flags && ipm_buf_ok(out))
		ipm_remote_cache_put(
			cdp->cache, id,
			(struct ipm_str){(const char *)out->data + start, out->len - start});
	return rc;
}

static void put_number(struct ipm_buf *out, double number)
{
	char text[40];
	struct ipm_buf digits = ipm_buf_over(text, sizeof(text));
	bool zero = number == 0; /* only -0 comes here; a plain zero is an integer */

	if (zero)
		ipm_buf_byte(&digits, '-');
	ipm_put_js_number(&digits, number);
	if (isfinite(number) && !zero) {
		ipm_buf_str(out, IPM_STR("{\"type\":\"number\",\"value\":"));
		ipm_buf_str(out, ipm_buf_as_str(&digits));
	} else {
		ipm_buf_str(out, IPM_STR("{\"type\":\"number\",\"unserializableValue\":\""));
		ipm_buf_str(out, ipm_buf_as_str(&digits));
		ipm_buf_byte(out, '"');
	}
	ipm_buf_str(out, IPM_STR(",\"description\":\""));
	ipm_buf_str(out, ipm_buf_as_str(&digits));
	ipm_buf_str(out, IPM_STR("\"}"));
}

/* A string that a limit cut says so at its end: a debugger shows nothing but its text. */
static enum ipm_errc put_text(struct ipm_cdp *cdp, const struct ipm_text *text, struct ipm_buf *out,
			      struct ipm_error *err)
{
	uint64_t there = ipm_text_available(text);
	enum ipm_errc rc;

	ipm_buf_byte(out, '"');
	rc = ipm_text_append_escaped(cdp->heap, text, 0, UINT64_MAX, out, err);
	if (there < text->length)
		ipm_buf_printf(out, "\\u2026 <%" PRIu64 " more not captured>",
			       text->length - there);
	ipm_buf_byte(out, '"');
	return rc;
}

static enum ipm_errc put_bigint(struct ipm_cdp *cdp, const struct ipm_text *digits,
				struct ipm_buf *out, struct ipm_error *err)
{
	enum ipm_errc rc;

	ipm_buf_cstr(out, "{\"type\":\"bigint\",\"unserializableValue\":\"");
	rc = ipm_text_append_escaped(cdp->heap, digits, 0, UINT64_MAX, out, err);
	if (rc)
		return rc;
	ipm_buf_cstr(out, "n\",\"description\":\"");
	rc = ipm_text_append_escaped(cdp->heap, digits, 0, UINT64_MAX, out, err);
	ipm_buf_cstr(out, "n\"}");
	return rc;
}

enum ipm_errc ipm_cdp_remote_object(struct ipm_cdp *cdp, const struct ipm_value *value,
				    unsigned flags, struct ipm_buf *out, struct ipm_error *err)
{
	enum ipm_errc rc;

	switch (value->type) {
	case IPM_VALUE_NULL:
		ipm_buf_cstr(out, "{\"type\":\"object\",\"subtype\":\"null\",\"value\":null}");
		break;
	case IPM_VALUE_BOOLEAN:
		ipm_buf_str(out, value->boolean
					 ? IPM_STR("{\"type\":\"boolean\",\"value\":true}")
					 : IPM_STR("{\"type\":\"boolean\",\"value\":false}"));
		break;
	case IPM_VALUE_INTEGER:
		ipm_buf_str(out, IPM_STR("{\"type\":\"number\",\"value\":"));
		ipm_put_int(out, value->integer);
		ipm_buf_str(out, IPM_STR(",\"description\":\""));
		ipm_put_int(out, value->integer);
		ipm_buf_str(out, IPM_STR("\"}"));
		break;
	case IPM_VALUE_NUMBER:
		put_number(out, value->number);
		break;
	case IPM_VALUE_STRING:
		ipm_buf_cstr(out, "{\"type\":\"string\",\"value\":");
		rc = put_text(cdp, &value->string, out, err);
		ipm_buf_byte(out, '}');
		if (rc)
			return rc;
		break;
	case IPM_VALUE_BIGINT:
		rc = put_bigint(cdp, &value->string, out, err);
		if (rc)
			return rc;
		break;
	case IPM_VALUE_OBJECT:
		rc = put_object_value(cdp, value->object_id, flags, out, err);
		if (rc)
			return rc;
		break;
	case IPM_VALUE_OMITTED:
		put_omitted(cdp, value, out);
		break;
	case IPM_VALUE_UNDEFINED:
	case IPM_VALUE_ACCESSOR:
	case IPM_VALUE_HOLES:
	default:
		ipm_buf_cstr(out, "{\"type\":\"undefined\"}");
		break;
	}
	return ipm_buf_status(out, err);
}
