/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "cdp_internal.h"

/*
 * The properties of what exists only in the protocol: the list of a closure's scopes, the entries
 * of a Map, views of an ArrayBuffer, private methods.
 */

struct list {
	struct ipm_cdp *cdp;
	const struct ipm_object *object;
	const struct ipm_cdp_properties_query *query;
	struct ipm_buf *out;
	struct ipm_buf remote; /* the RemoteObject in the making */
	bool comma;
};

static void put_named(struct list *l, const char *name, unsigned flags)
{
	ipm_buf_cstr(l->out, l->comma ? ",{\"name\":" : "{\"name\":");
	l->comma = true;
	ipm_json_put_string(l->out, ipm_str_of(name));
	ipm_buf_cstr(l->out, ",\"value\":");
	ipm_buf_str(l->out, ipm_buf_as_str(&l->remote));
	l->out->failed |= l->remote.failed;
	ipm_buf_reset(&l->remote);
	ipm_buf_cstr(l->out,
		     flags & IPM_PROPERTY_WRITABLE ? ",\"writable\":true" : ",\"writable\":false");
	ipm_buf_cstr(l->out, flags & IPM_PROPERTY_CONFIGURABLE ? ",\"configurable\":true"
							       : ",\"configurable\":false");
	ipm_buf_cstr(l->out, flags & IPM_PROPERTY_ENUMERABLE
				     ? ",\"enumerable\":true,\"isOwn\":true}"
				     : ",\"enumerable\":false,\"isOwn\":true}");
	if (l->cdp->between)
		l->cdp->between(l->cdp->between_self, l->out);
}

static void put_indexed(struct list *l, uint64_t index)
{
	char name[24];

	snprintf(name, sizeof(name), "%" PRIu64, index);
	put_named(l, name, IPM_PROPERTY_DEFAULT);
}

static void put_length(struct list *l, uint64_t length)
{
	ipm_buf_printf(&l->remote,
		       "{\"type\":\"number\",\"value\":%" PRIu64 ",\"description\":\"%" PRIu64
		       "\"}",
		       length, length);
	put_named(l, "length", IPM_PROPERTY_WRITABLE);
}

static bool wants_indexes(const struct list *l)
{
	return !l->query->non_indexed_properties_only && !l->query->accessor_properties_only;
}

/* "preview" of something that has just a few values: key and value, name and value. */
static void begin_small_preview(struct list *l, const char *subtype, struct ipm_str description)
{
	l->remote.len--; /* inside the RemoteObject's closing brace */
	ipm_buf_printf(&l->remote, ",\"preview\":{\"type\":\"object\",\"subtype\":\"%s\"", subtype);
	ipm_buf_cstr(&l->remote, ",\"description\":");
	ipm_json_put_string(&l->remote, description);
	ipm_buf_cstr(&l->remote, ",\"overflow\":false,\"properties\":[");
}

static void end_small_preview(struct list *l)
{
	ipm_buf_cstr(&l->remote, "]}}");
}

/* A scope's variables make the preview; V8 says "internal#scope" there, too. */
static enum ipm_errc put_scope_preview(struct list *l, const struct ipm_object *scope,
				       struct ipm_str description, struct ipm_error *err)
{
	struct ipm_object shown = *scope;

	if (!ipm_buf_ok(&l->remote))
		return IPM_OK;
	shown.kind = IPM_KIND_OTHER;
	shown.subtype = IPM_STR("internal#scope");
	shown.description = description;
	l->remote.len--;
	ipm_buf_cstr(&l->remote, ",\"preview\":");
	return ipm_put_preview(l->cdp, &shown, false, &l->remote, err);
}

static enum ipm_errc put_scope(struct list *l, size_t index, struct ipm_error *err)
{
	struct ipm_object_id id = {.id = l->object->scopes[index]};
	const struct ipm_object *scope = NULL;
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_errc rc;

	rc = l->cdp->heap->object(l->cdp->heap, id.id, &scope, err);
	if (rc && rc != IPM_ERR_NOT_FOUND)
		return rc;
	if (rc && l->cdp->no_missing_ids)
		id.id = 0;
	rc = IPM_OK;
	if (!scope)
		rc = ipm_describe_id(l->cdp, l->object->scopes[index], &text, err);
	else if (scope->kind == IPM_KIND_SCOPE && !scope->description.len)
		ipm_describe_scope(scope->scope_type, scope->text.str, &text);
	else if (scope->kind == IPM_KIND_SCOPE)
		ipm_buf_str(&text, scope->description);
	else
		ipm_buf_cstr(&text, "Global");
	ipm_put_remote(l->cdp, "object", IPM_STR("internal#scope"), IPM_STR("Object"),
		       ipm_buf_as_str(&text), id, &l->remote);
	if (!rc && l->query->generate_preview && scope) {
		rc = put_scope_preview(l, scope, ipm_buf_as_str(&text), err);
		ipm_buf_byte(&l->remote, '}');
	}
	put_indexed(l, index);
	if (scope)
		l->cdp->heap->release(l->cdp->heap, scope);
	l->out->failed |= text.failed;
	ipm_buf_deinit(&text);
	return rc;
}

static enum ipm_errc put_scopes(struct list *l, struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && wants_indexes(l) && i < l->object->scope_count; i++)
		rc = put_scope(l, i, err);
	return rc;
}

static enum ipm_errc put_entry_preview(struct list *l, const struct ipm_value *key,
				       const struct ipm_value *value, struct ipm_str description,
				       struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;

	if (!ipm_buf_ok(&l->remote))
		return IPM_OK;
	begin_small_preview(l, "internal#entry", description);
	if (key) {
		rc = ipm_put_property_preview(l->cdp, IPM_STR("key"), key, &l->remote, err);
		ipm_buf_byte(&l->remote, ',');
	}
	if (!rc)
		rc = ipm_put_property_preview(l->cdp, IPM_STR("value"), value, &l->remote, err);
	end_small_preview(l);
	return rc;
}

static enum ipm_errc put_entry_in_list(struct list *l, uint64_t number, const struct ipm_value *key,
				       const struct ipm_value *value, struct ipm_error *err)
{
	struct ipm_object_id id = {l->object->id, IPM_ID_ENTRY, number};
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_errc rc;

	rc = ipm_describe_entry(l->cdp, key, value, &text, err);
	ipm_put_remote(l->cdp, "object", IPM_STR("internal#entry"), IPM_STR("Object"),
		       ipm_buf_as_str(&text), id, &l->remote);
	if (!rc && l->query->generate_preview)
		rc = put_entry_preview(l, key, value, ipm_buf_as_str(&text), err);
	put_indexed(l, number);
	l->out->failed |= text.failed;
	ipm_buf_deinit(&text);
	return rc;
}

/* The two properties of one entry. */
static enum ipm_errc put_entry_parts(struct list *l, const struct ipm_value *key,
				     const struct ipm_value *value, struct ipm_error *err)
{
	unsigned flags = l->query->generate_preview ? IPM_CDP_PREVIEW : 0;
	enum ipm_errc rc = IPM_OK;

	if (l->query->accessor_properties_only)
		return IPM_OK;
	if (key) {
		rc = ipm_cdp_remote_object(l->cdp, key, flags, &l->remote, err);
		put_named(l, "key", IPM_PROPERTY_DEFAULT);
	}
	if (!rc) {
		rc = ipm_cdp_remote_object(l->cdp, value, flags, &l->remote, err);
		put_named(l, "value", IPM_PROPERTY_DEFAULT);
	}
	return rc;
}

/* All entries, or the one with that number. */
static enum ipm_errc put_entries(struct list *l, bool one, uint64_t number, struct ipm_error *err)
{
	const struct ipm_value *key, *value;
	struct ipm_entry_iter it;
	uint64_t end = l->query->end_entry;
	uint64_t at = one ? number : l->query->first_entry;
	enum ipm_errc rc = IPM_OK;

	if (!ipm_has_entries(l->object) || (one && at >= ipm_entry_count(l->object)))
		return IPM_OK;
	ipm_entry_iter_init(&it, l->cdp->heap, l->object, at);
	while (!rc && (one || (wants_indexes(l) && (!end || at < end)))) {
		rc = ipm_entry_iter_next(&it, &key, &value, err);
		if (rc || !value)
			break;
		if (one) {
			rc = put_entry_parts(l, key, value, err);
			break;
		}
		rc = put_entry_in_list(l, at++, key, value, err);
	}
	ipm_entry_iter_deinit(&it);
	if (!rc && !one && !end && !l->query->accessor_properties_only)
		put_length(l, ipm_entry_count(l->object));
	return rc;
}

static struct ipm_value text_value(struct ipm_str str)
{
	struct ipm_value value = {.type = IPM_VALUE_STRING};

	value.string.str = str;
	value.string.length = UINT64_MAX;
	value.string.length = ipm_text_available(&value.string);
	return value;
}

static enum ipm_errc put_method_in_list(struct list *l, uint64_t number, struct ipm_str name_text,
					const struct ipm_value *function, struct ipm_error *err)
{
	struct ipm_object_id id = {l->object->id, IPM_ID_METHOD, number};
	struct ipm_value name = text_value(name_text);
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_errc rc;

	rc = ipm_cdp_description(l->cdp, function, &text, err);
	ipm_put_remote(l->cdp, "object", IPM_STR("internal#privateMethod"), IPM_STR("Object"),
		       ipm_buf_as_str(&text), id, &l->remote);
	if (!rc && l->query->generate_preview && ipm_buf_ok(&l->remote)) {
		begin_small_preview(l, "internal#privateMethod", ipm_buf_as_str(&text));
		rc = ipm_put_property_preview(l->cdp, IPM_STR("name"), &name, &l->remote, err);
		ipm_buf_byte(&l->remote, ',');
		if (!rc)
			rc = ipm_put_property_preview(l->cdp, IPM_STR("value"), function,
						      &l->remote, err);
		end_small_preview(l);
	}
	put_indexed(l, number);
	l->out->failed |= text.failed;
	ipm_buf_deinit(&text);
	return rc;
}

static enum ipm_errc put_method_parts(struct list *l, struct ipm_str name_text,
				      const struct ipm_value *function, struct ipm_error *err)
{
	struct ipm_value name = text_value(name_text);
	enum ipm_errc rc;

	if (l->query->accessor_properties_only)
		return IPM_OK;
	rc = ipm_cdp_remote_object(l->cdp, &name, 0, &l->remote, err);
	put_named(l, "name", IPM_PROPERTY_DEFAULT);
	if (rc)
		return rc;
	rc = ipm_cdp_remote_object(l->cdp, function, 0, &l->remote, err);
	put_named(l, "value", IPM_PROPERTY_DEFAULT);
	return rc;
}

static enum ipm_errc put_methods(struct list *l, bool one, uint64_t number, struct ipm_error *err)
{
	struct ipm_buf name = IPM_BUF_INIT;
	struct ipm_value function;
	enum ipm_errc rc = IPM_OK;
	uint64_t at;

	for (at = one ? number : 0; !rc && (one || wants_indexes(l)); at++) {
		ipm_buf_reset(&name);
		if (!ipm_private_method(l->cdp, l->object, at, &name, &function))
			break;
		if (one) {
			rc = put_method_parts(l, ipm_buf_as_str(&name), &function, err);
			break;
		}
		rc = put_method_in_list(l, at, ipm_buf_as_str(&name), &function, err);
	}
	l->out->failed |= name.failed;
	ipm_buf_deinit(&name);
	return rc;
}

static enum ipm_errc put_view(struct list *l, enum ipm_element_type type, struct ipm_error *err)
{
	struct ipm_typed_view view;
	struct ipm_value value;
	char digits[24];
	uint64_t i;
	enum ipm_errc rc;

	if (l->object->kind != IPM_KIND_ARRAYBUFFER || !wants_indexes(l))
		return IPM_OK;
	rc = ipm_typed_view_init(&view, l->cdp->heap, l->object->id, type, 0,
				 l->object->length / ipm_element_size(type), err);
	for (i = 0; !rc && i < view.length; i++) {
		rc = ipm_typed_view_get(&view, i, digits, &value, err);
		if (!rc)
			rc = ipm_cdp_remote_object(l->cdp, &value, 0, &l->remote, err);
		if (!rc)
			put_indexed(l, i);
	}
	ipm_typed_view_deinit(&view);
	return rc;
}

static enum ipm_errc put_part(struct list *l, struct ipm_object_id id, struct ipm_error *err)
{
	switch (id.part) {
	case IPM_ID_SCOPES:
		return put_scopes(l, err);
	case IPM_ID_ENTRIES:
		return put_entries(l, false, 0, err);
	case IPM_ID_ENTRY:
		return put_entries(l, true, id.number, err);
	case IPM_ID_METHODS:
		return put_methods(l, false, 0, err);
	case IPM_ID_METHOD:
		return put_methods(l, true, id.number, err);
	case IPM_ID_INT8:
		return put_view(l, IPM_ELEMENT_INT8, err);
	case IPM_ID_UINT8:
		return put_view(l, IPM_ELEMENT_UINT8, err);
	case IPM_ID_INT16:
		return put_view(l, IPM_ELEMENT_INT16, err);
	case IPM_ID_INT32:
		return put_view(l, IPM_ELEMENT_INT32, err);
	case IPM_ID_OBJECT:
	case IPM_ID_PART_COUNT:
	default:
		return IPM_OK;
	}
}

enum ipm_errc ipm_put_synthetic_properties(struct ipm_cdp *cdp, struct ipm_object_id id,
					   const struct ipm_cdp_properties_query *query,
					   struct ipm_buf *out, struct ipm_error *err)
{
	struct list l = {.cdp = cdp, .query = query, .out = out};
	enum ipm_errc rc;

	rc = cdp->heap->object(cdp->heap, id.id, &l.object, err);
	if (rc == IPM_ERR_NOT_FOUND) {
		ipm_buf_cstr(out, "{\"result\":[]}");
		return ipm_buf_status(out, err);
	}
	if (rc)
		return rc;
	ipm_buf_cstr(out, "{\"result\":[");
	rc = put_part(&l, id, err);
	ipm_buf_cstr(out, "]}");
	cdp->heap->release(cdp->heap, l.object);
	ipm_buf_deinit(&l.remote);
	return rc ? rc : ipm_buf_status(out, err);
}
