/* SPDX-License-Identifier: MIT */
#include "plain.h"

#include <inttypes.h>
#include <string.h>

#include "sequence.h"
#include "wtf8.h"

#define FUNCTION_NAME_MAX 200

static bool is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0xD800 && c < 0xE000) || c == 0x061C ||
	       c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

static void put_unsafe(struct ipm_buf *out, uint32_t c)
{
	switch (c) {
	case '\n':
		ipm_buf_cstr(out, "\\n");
		break;
	case '\r':
		ipm_buf_cstr(out, "\\r");
		break;
	case '\t':
		ipm_buf_cstr(out, "\\t");
		break;
	default:
		ipm_buf_printf(out, c < 0x100 ? "\\x%02" PRIx32 : "\\u%04" PRIx32, c);
		break;
	}
}

static void put_text(struct ipm_buf *out, struct ipm_str str, uint64_t max_units, bool quoted)
{
	uint64_t units = 0;
	uint32_t c;

	while (ipm_wtf8_next(&str, &c)) {
		units += c > 0xFFFF ? 2 : 1;
		if (max_units && units > max_units) {
			ipm_buf_cstr(out, "\xE2\x80\xA6");
			return;
		}
		if (is_unsafe(c)) {
			put_unsafe(out, c);
			continue;
		}
		if (quoted && (c == '"' || c == '\\'))
			ipm_buf_byte(out, '\\');
		if (c < 0x80)
			ipm_buf_byte(out, (uint8_t)c);
		else
			ipm_wtf8_put(out, c);
	}
}

void ipm_put_escaped_text(struct ipm_buf *out, struct ipm_str str, uint64_t max_units)
{
	put_text(out, str, max_units, false);
}

void ipm_put_quoted_text(struct ipm_buf *out, struct ipm_str str, uint64_t max_units)
{
	ipm_buf_byte(out, '"');
	put_text(out, str, max_units, true);
	ipm_buf_byte(out, '"');
}

/* Letters beyond ASCII pass: telling them apart takes tables that this is not worth. */
bool ipm_is_identifier(struct ipm_str name)
{
	uint32_t c;
	bool first = true;

	if (name.len && name.data[0] == '#') {
		name.data++;
		name.len--;
	}
	if (!name.len)
		return false;
	for (; ipm_wtf8_next(&name, &c); first = false) {
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
			      c == '$' || (c >= 0xC0 && c != IPM_REPLACEMENT_CHARACTER);

		if (is_unsafe(c) || (!letter && (first || c < '0' || c > '9')))
			return false;
	}
	return true;
}

void ipm_put_path_name(struct ipm_buf *out, struct ipm_str name)
{
	if (ipm_is_identifier(name)) {
		if (out->len)
			ipm_buf_cstr(out, " \xE2\x80\xBA ");
		ipm_put_escaped_text(out, name, FUNCTION_NAME_MAX);
		return;
	}
	ipm_buf_byte(out, '[');
	ipm_put_quoted_text(out, name, FUNCTION_NAME_MAX);
	ipm_buf_byte(out, ']');
}

static struct ipm_str first_line(struct ipm_str str)
{
	const char *end = str.len ? memchr(str.data, '\n', str.len) : NULL;

	if (end)
		str.len = (size_t)(end - str.data);
	return str;
}

/* A function's own `name`, or nothing. */
static void put_function_name(const struct ipm_object *function, struct ipm_buf *out)
{
	size_t i;

	for (i = 0; i < function->property_count; i++) {
		const struct ipm_property *p = &function->properties[i];

		if (p->symbol_id || p->name.len != 4 || memcmp(p->name.data, "name", 4) ||
		    p->value.type != IPM_VALUE_STRING || !p->value.string.str.len)
			continue;
		ipm_buf_byte(out, ' ');
		ipm_put_escaped_text(out, p->value.string.str, FUNCTION_NAME_MAX);
		return;
	}
}

static enum ipm_errc put_object(struct ipm_cdp *cdp, uint64_t id, uint64_t max_units,
				struct ipm_buf *out, struct ipm_error *err)
{
	struct ipm_value value = {.type = IPM_VALUE_OBJECT, .object_id = id};
	struct ipm_buf text = IPM_BUF_INIT;
	const struct ipm_object *object;
	enum ipm_errc rc;

	rc = cdp->heap->object(cdp->heap, id, &object, err);
	if (rc == IPM_ERR_NOT_FOUND) {
		ipm_buf_printf(out, "<not captured> #%" PRIu64, id);
		return IPM_OK;
	}
	if (rc)
		return rc;
	if (object->kind == IPM_KIND_FUNCTION) {
		ipm_buf_cstr(out, "function");
		put_function_name(object, out);
	} else if (object->kind == IPM_KIND_SCOPE) {
		ipm_buf_printf(out, "scope (%s)", ipm_scope_type_name(object->scope_type));
	} else {
		rc = ipm_cdp_description(cdp, &value, &text, err);
		if (!rc)
			ipm_put_escaped_text(out, first_line(ipm_buf_as_str(&text)), max_units);
	}
	if (!rc)
		ipm_buf_printf(out, " #%" PRIu64, id);
	cdp->heap->release(cdp->heap, object);
	ipm_buf_deinit(&text);
	return rc;
}

enum ipm_errc ipm_put_value_line(struct ipm_cdp *cdp, const struct ipm_value *value,
				 uint64_t max_units, struct ipm_buf *out, struct ipm_error *err)
{
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_OK;

	switch (value->type) {
	case IPM_VALUE_OBJECT:
		return put_object(cdp, value->object_id, max_units, out, err);
	case IPM_VALUE_STRING:
		rc = ipm_text_append(cdp->heap, &value->string, 0,
				     max_units ? max_units + 1 : UINT64_MAX, &text, err);
		if (!rc)
			ipm_put_quoted_text(out, ipm_buf_as_str(&text), max_units);
		break;
	case IPM_VALUE_ACCESSOR:
		ipm_buf_cstr(out, value->accessor.set
					  ? value->accessor.get ? "[getter/setter]" : "[setter]"
					  : "[getter]");
		break;
	default:
		rc = ipm_cdp_description(cdp, value, &text, err);
		if (!rc)
			ipm_put_escaped_text(out, ipm_buf_as_str(&text), max_units);
		break;
	}
	out->failed |= text.failed;
	ipm_buf_deinit(&text);
	return rc;
}
