/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "cdp_internal.h"

/* [[Internal]] and #private properties, in the order and with the names of V8. */

struct internals {
	struct ipm_cdp *cdp;
	const struct ipm_object *object;
	struct ipm_buf *out;
	bool comma;
};

void ipm_put_location(struct ipm_buf *out, const struct ipm_location *location)
{
	ipm_buf_cstr(out, "{\"scriptId\":\"");
	ipm_put_uint(out, location->script_id);
	ipm_buf_cstr(out, "\",\"lineNumber\":");
	ipm_put_int(out, location->line);
	ipm_buf_cstr(out, ",\"columnNumber\":");
	ipm_put_int(out, location->column < 0 ? 0 : location->column);
	ipm_buf_byte(out, '}');
}

static void put_name(struct internals *in, const char *name)
{
	ipm_buf_cstr(in->out,
		     in->comma ? ",{\"name\":\"" : ",\"internalProperties\":[{\"name\":\"");
	ipm_buf_cstr(in->out, name);
	ipm_buf_cstr(in->out, "\",\"value\":");
	in->comma = true;
}

static enum ipm_errc put_value(struct internals *in, const char *name,
			       const struct ipm_value *value, struct ipm_error *err)
{
	enum ipm_errc rc;

	put_name(in, name);
	rc = ipm_cdp_remote_object(in->cdp, value, 0, in->out, err);
	ipm_buf_byte(in->out, '}');
	return rc;
}

static void put_string(struct internals *in, const char *name, const char *text)
{
	put_name(in, name);
	ipm_buf_printf(in->out, "{\"type\":\"string\",\"value\":\"%s\"}}", text);
}

static void put_bool(struct internals *in, const char *name, bool value)
{
	put_name(in, name);
	ipm_buf_printf(in->out, "{\"type\":\"boolean\",\"value\":%s}}", value ? "true" : "false");
}

static void put_place(struct internals *in, const char *name)
{
	if (!in->object->location.script_id)
		return;
	put_name(in, name);
	ipm_buf_cstr(in->out, "{\"type\":\"object\",\"subtype\":\"internal#location\",\"value\":");
	ipm_put_location(in->out, &in->object->location);
	ipm_buf_cstr(in->out, ",\"description\":\"Object\"}}");
}

/* A list that exists only for the protocol, with the suffix `part` to its id. */
static void put_list(struct internals *in, const char *name, const char *subtype,
		     const char *class_name, const char *description, uint64_t count,
		     const char *end, enum ipm_id_part part)
{
	char text[64];
	struct ipm_buf buf = ipm_buf_over(text, sizeof(text));

	ipm_buf_printf(&buf, "%s%" PRIu64 "%s", description, count, end);
	put_name(in, name);
	ipm_put_remote(in->cdp, "object", ipm_str_of(subtype), ipm_str_of(class_name),
		       ipm_buf_as_str(&buf),
		       (struct ipm_object_id){.id = in->object->id, .part = part}, in->out);
	ipm_buf_byte(in->out, '}');
}

static void put_scopes(struct internals *in)
{
	put_list(in, "[[Scopes]]", "internal#scopeList", "Array", "Scopes[",
		 in->object->scope_count, "]", IPM_ID_SCOPES);
}

static bool is_generator_function(const struct ipm_object *object)
{
	return ipm_str_equal(object->class_name, "GeneratorFunction") ||
	       ipm_str_equal(object->class_name, "AsyncGeneratorFunction");
}

/* What stands before [[Prototype]]. */
static void put_first(struct internals *in)
{
	if (in->object->kind == IPM_KIND_FUNCTION) {
		put_place(in, "[[FunctionLocation]]");
		if (is_generator_function(in->object))
			put_bool(in, "[[IsGenerator]]", true);
	} else if (in->object->kind == IPM_KIND_GENERATOR) {
		put_place(in, "[[GeneratorLocation]]");
	}
}

static void put_views(struct internals *in)
{
	struct ipm_cdp_parts parts = ipm_cdp_parts_of(in->object);
	uint64_t bytes = in->object->length;

	put_list(in, "[[Int8Array]]", "typedarray", "Int8Array", "Int8Array(", bytes, ")",
		 IPM_ID_INT8);
	put_list(in, "[[Uint8Array]]", "typedarray", "Uint8Array", "Uint8Array(", bytes, ")",
		 IPM_ID_UINT8);
	if (parts.views16)
		put_list(in, "[[Int16Array]]", "typedarray", "Int16Array", "Int16Array(", bytes / 2,
			 ")", IPM_ID_INT16);
	if (parts.views32)
		put_list(in, "[[Int32Array]]", "typedarray", "Int32Array", "Int32Array(", bytes / 4,
			 ")", IPM_ID_INT32);
}

static enum ipm_errc put_promise(struct internals *in, struct ipm_error *err)
{
	static const char *const states[] = {"pending", "fulfilled", "rejected"};

	put_string(in, "[[PromiseState]]",
		   in->object->state < 3 ? states[in->object->state] : "pending");
	return put_value(in, "[[PromiseResult]]", &in->object->first, err);
}

static enum ipm_errc put_generator(struct internals *in, struct ipm_error *err)
{
	static const char *const states[] = {"suspended", "running", "closed"};
	enum ipm_errc rc;

	put_string(in, "[[GeneratorState]]",
		   in->object->state < 3 ? states[in->object->state] : "suspended");
	rc = put_value(in, "[[GeneratorFunction]]", &in->object->first, err);
	return rc ? rc : put_value(in, "[[GeneratorReceiver]]", &in->object->second, err);
}

static enum ipm_errc put_proxy(struct internals *in, struct ipm_error *err)
{
	enum ipm_errc rc = put_value(in, "[[Handler]]", &in->object->second, err);

	if (!rc)
		rc = put_value(in, "[[Target]]", &in->object->first, err);
	put_bool(in, "[[IsRevoked]]",
		 in->object->first.type == IPM_VALUE_NULL &&
			 in->object->second.type == IPM_VALUE_NULL);
	return rc;
}

static enum ipm_errc put_kind(struct internals *in, struct ipm_error *err)
{
	switch (in->object->kind) {
	case IPM_KIND_PROMISE:
		return put_promise(in, err);
	case IPM_KIND_GENERATOR:
		return put_generator(in, err);
	case IPM_KIND_PROXY:
		return put_proxy(in, err);
	case IPM_KIND_WEAKREF:
		return put_value(in, "[[WeakRefTarget]]", &in->object->first, err);
	case IPM_KIND_PRIMITIVE:
		return put_value(in, "[[PrimitiveValue]]", &in->object->first, err);
	case IPM_KIND_ARRAYBUFFER: {
		struct ipm_value length = {.type = IPM_VALUE_INTEGER,
					   .integer = (int64_t)in->object->length};

		put_views(in);
		return put_value(in, "[[ArrayBufferByteLength]]", &length, err);
	}
	default:
		return IPM_OK;
	}
}

static enum ipm_errc put_further(struct internals *in, struct ipm_error *err)
{
	const struct ipm_object *object = in->object;
	char name[128];
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < object->internal_count; i++) {
		struct ipm_buf buf = ipm_buf_over(name, sizeof(name));

		if (ipm_str_equal(object->internals[i].name, "[[IsGenerator]]") ||
		    ipm_str_equal(object->internals[i].name, "[[PrivateMethods]]"))
			continue; /* have their own place and form */
		ipm_json_put_escaped(&buf, object->internals[i].name);
		ipm_buf_byte(&buf, 0);
		if (ipm_buf_ok(&buf))
			rc = put_value(in, name, &object->internals[i].value, err);
	}
	return rc;
}

static bool is_builtin(const struct ipm_object *object)
{
	static const char ending[] = "{ [native code] }";
	struct ipm_str text = object->text.str;
	size_t len = sizeof(ending) - 1;

	return text.len >= len && !memcmp(text.data + text.len - len, ending, len) &&
	       !object->internal_count;
}

struct ipm_cdp_parts ipm_cdp_parts_of(const struct ipm_object *object)
{
	struct ipm_cdp_parts parts = {0};

	parts.entries = ipm_has_entries(object);
	parts.methods = ipm_has_private_methods(object);
	/* V8 gives every function a list of scopes, unless it is bound; builtins an empty one. */
	parts.scopes = object->scope_count || (object->kind == IPM_KIND_FUNCTION &&
					       (object->location.script_id || is_builtin(object)));
	parts.views8 = object->kind == IPM_KIND_ARRAYBUFFER;
	parts.views16 = parts.views8 && object->length % 2 == 0;
	parts.views32 = parts.views8 && object->length % 4 == 0;
	return parts;
}

/* What a limit kept out of this object, where a debugger shows it. */
static void put_omissions(struct internals *in)
{
	const struct ipm_object *o = in->object;
	char text[160];
	struct ipm_buf buf = ipm_buf_over(text, sizeof(text));

	if (o->omitted_reason == IPM_REASON_NONE && !o->omitted_properties && !o->omitted_elements)
		return;
	ipm_buf_cstr(&buf, ipm_reason_text(o->omitted_reason));
	if (o->omitted_properties)
		ipm_buf_printf(&buf, "; %" PRIu64 " properties more", o->omitted_properties);
	if (o->omitted_elements)
		ipm_buf_printf(&buf, "; %" PRIu64 " elements more", o->omitted_elements);
	ipm_buf_byte(&buf, 0);
	put_string(in, "[[NotCaptured]]", ipm_buf_ok(&buf) ? text : "partly");
}

static enum ipm_errc put_private_properties(struct internals *in, struct ipm_error *err)
{
	const struct ipm_object *object = in->object;
	struct ipm_value function;
	bool comma = false;
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < object->private_count; i++) {
		const struct ipm_property *p = &object->privates[i];

		if (ipm_is_private_method(p))
			continue;
		ipm_buf_cstr(in->out, comma ? ",{\"name\":" : ",\"privateProperties\":[{\"name\":");
		comma = true;
		ipm_json_put_string(in->out, p->name);
		if (p->value.type != IPM_VALUE_ACCESSOR) {
			ipm_buf_cstr(in->out, ",\"value\":");
			rc = ipm_cdp_remote_object(in->cdp, &p->value, 0, in->out, err);
		}
		/* V8 leaves out the half that a private accessor lacks. */
		function = (struct ipm_value){.type = IPM_VALUE_OBJECT};
		if (!rc && p->value.type == IPM_VALUE_ACCESSOR && p->value.accessor.get) {
			function.object_id = p->value.accessor.get;
			ipm_buf_cstr(in->out, ",\"get\":");
			rc = ipm_cdp_remote_object(in->cdp, &function, 0, in->out, err);
		}
		if (!rc && p->value.type == IPM_VALUE_ACCESSOR && p->value.accessor.set) {
			function.object_id = p->value.accessor.set;
			ipm_buf_cstr(in->out, ",\"set\":");
			rc = ipm_cdp_remote_object(in->cdp, &function, 0, in->out, err);
		}
		ipm_buf_byte(in->out, '}');
	}
	if (comma)
		ipm_buf_byte(in->out, ']');
	return rc;
}

enum ipm_errc ipm_put_internal_properties(struct ipm_cdp *cdp, const struct ipm_object *object,
					  struct ipm_buf *out, struct ipm_error *err)
{
	struct internals in = {.cdp = cdp, .object = object, .out = out};
	struct ipm_cdp_parts parts = ipm_cdp_parts_of(object);
	enum ipm_errc rc = IPM_OK;

	put_first(&in);
	if (object->proto.type == IPM_VALUE_OBJECT)
		rc = put_value(&in, "[[Prototype]]", &object->proto, err);
	if (!rc && parts.methods)
		put_list(&in, "[[PrivateMethods]]", "internal#privateMethodList", "Array",
			 "PrivateMethods[", ipm_cdp_method_count(cdp, object), "]", IPM_ID_METHODS);
	if (!rc)
		rc = put_kind(&in, err);
	if (!rc)
		rc = put_further(&in, err);
	if (rc)
		return rc;
	if (parts.entries)
		put_list(&in, "[[Entries]]", "array", "Array", "Array(", ipm_entry_count(object),
			 ")", IPM_ID_ENTRIES);
	if (parts.scopes)
		put_scopes(&in);
	put_omissions(&in);
	if (in.comma)
		ipm_buf_byte(out, ']');
	rc = put_private_properties(&in, err);
	return rc ? rc : ipm_buf_status(out, err);
}
