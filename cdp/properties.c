/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "cdp_internal.h"

/* Runtime.getProperties, answered from the record as V8 answers it from the heap. */

struct lister {
	struct ipm_visitor visitor;
	struct ipm_cdp *cdp;
	struct ipm_buf *out;
	const struct ipm_cdp_properties_query *query;
	bool comma;
};

static void put_flag(struct ipm_buf *out, struct ipm_str name, bool value)
{
	ipm_buf_str(out, name);
	ipm_buf_str(out, value ? IPM_STR("true") : IPM_STR("false"));
}

static enum ipm_errc put_function(struct ipm_cdp *cdp, const char *name, uint64_t id,
				  struct ipm_buf *out, struct ipm_error *err)
{
	struct ipm_value value = {.type = IPM_VALUE_UNDEFINED};

	if (id) {
		value.type = IPM_VALUE_OBJECT;
		value.object_id = id;
	}
	ipm_buf_printf(out, ",\"%s\":", name);
	return ipm_cdp_remote_object(cdp, &value, 0, out, err);
}

/* V8 leaves the value out of what it cannot read, which DevTools shows as unavailable. */
static bool has_value(const struct ipm_value *value)
{
	return value->type != IPM_VALUE_OMITTED ||
	       (value->omitted.reason != IPM_REASON_UNINITIALIZED &&
		value->omitted.reason != IPM_REASON_OPTIMIZED_OUT);
}

static enum ipm_errc list_property(struct ipm_visitor *visitor, const struct ipm_property *property,
				   unsigned facts, bool *ret_stop, struct ipm_error *err)
{
	struct lister *l = (struct lister *)visitor;
	const struct ipm_value *value = &property->value;
	bool accessor = value->type == IPM_VALUE_ACCESSOR;
	struct ipm_value symbol = {.type = IPM_VALUE_OBJECT};
	enum ipm_errc rc = IPM_OK;

	(void)ret_stop;
	if (l->query->accessor_properties_only && !accessor && !(facts & IPM_FACT_NATIVE))
		return IPM_OK;
	ipm_buf_str(l->out, l->comma ? IPM_STR(",{\"name\":") : IPM_STR("{\"name\":"));
	l->comma = true;
	ipm_json_put_string(l->out, property->name);
	if (accessor) {
		rc = put_function(l->cdp, "get", value->accessor.get, l->out, err);
		if (!rc)
			rc = put_function(l->cdp, "set", value->accessor.set, l->out, err);
	} else if (has_value(value)) {
		ipm_buf_str(l->out, IPM_STR(",\"value\":"));
		rc = ipm_cdp_remote_object(l->cdp, value,
					   l->query->generate_preview ? IPM_CDP_PREVIEW : 0, l->out,
					   err);
		put_flag(l->out, IPM_STR(",\"writable\":"),
			 (property->flags & IPM_PROPERTY_WRITABLE) && !(facts & IPM_FACT_NATIVE));
	}
	if (rc)
		return rc;
	put_flag(l->out, IPM_STR(",\"configurable\":"),
		 property->flags & IPM_PROPERTY_CONFIGURABLE);
	put_flag(l->out, IPM_STR(",\"enumerable\":"), property->flags & IPM_PROPERTY_ENUMERABLE);
	put_flag(l->out, IPM_STR(",\"isOwn\":"), !(facts & IPM_FACT_INHERITED));
	if (property->symbol_id) {
		symbol.object_id = property->symbol_id;
		ipm_buf_cstr(l->out, ",\"symbol\":");
		rc = ipm_cdp_remote_object(l->cdp, &symbol, 0, l->out, err);
	}
	ipm_buf_byte(l->out, '}');
	if (l->cdp->between)
		l->cdp->between(l->cdp->between_self, l->out);
	return rc ? rc : ipm_buf_status(l->out, err);
}

static enum ipm_errc put_properties(struct ipm_cdp *cdp, const struct ipm_object *object,
				    const struct ipm_cdp_properties_query *query,
				    struct ipm_buf *out, struct ipm_error *err)
{
	struct lister l = {.visitor = {list_property}, .cdp = cdp, .out = out, .query = query};
	unsigned flags = 0;
	enum ipm_errc rc;

	if (!query->own_properties)
		flags |= IPM_VISIT_INHERITED;
	if (query->non_indexed_properties_only)
		flags |= IPM_VISIT_NO_INDEXED;
	if (query->accessor_properties_only)
		flags |= IPM_VISIT_ACCESSORS;
	ipm_buf_cstr(out, "{\"result\":[");
	rc = ipm_visit_properties(cdp, object, flags, &l.visitor, err);
	ipm_buf_byte(out, ']');
	if (!rc && !query->accessor_properties_only)
		rc = ipm_put_internal_properties(cdp, object, out, err);
	ipm_buf_byte(out, '}');
	return rc ? rc : ipm_buf_status(out, err);
}

/* The same answer as for an empty object, but for the reason. */
static enum ipm_errc put_not_captured(struct ipm_cdp *cdp, uint64_t id,
				      const struct ipm_cdp_properties_query *query,
				      struct ipm_buf *out, struct ipm_error *err)
{
	ipm_buf_cstr(out, "{\"result\":[]");
	if (!query->accessor_properties_only)
		ipm_buf_printf(out,
			       ",\"internalProperties\":[{\"name\":\"[[NotCaptured]]\",\"value\":"
			       "{\"type\":\"string\",\"value\":\"%s\"}}]",
			       ipm_reason_text(ipm_why_missing(cdp, id)));
	ipm_buf_byte(out, '}');
	return ipm_buf_status(out, err);
}

enum ipm_errc ipm_cdp_object_properties(struct ipm_cdp *cdp, const struct ipm_object *object,
					const struct ipm_cdp_properties_query *query,
					struct ipm_buf *out, struct ipm_error *err)
{
	const struct ipm_object *real;
	enum ipm_errc rc;

	/* A global or with scope stands for a real object: that one's properties are meant. */
	if (object->kind != IPM_KIND_SCOPE || object->first.type != IPM_VALUE_OBJECT ||
	    cdp->heap->object(cdp->heap, object->first.object_id, &real, NULL) != IPM_OK)
		return put_properties(cdp, object, query, out, err);
	rc = put_properties(cdp, real, query, out, err);
	cdp->heap->release(cdp->heap, real);
	return rc;
}

enum ipm_errc ipm_cdp_get_properties(struct ipm_cdp *cdp, uint64_t object_id,
				     const struct ipm_cdp_properties_query *query,
				     struct ipm_buf *out, struct ipm_error *err)
{
	const struct ipm_object *object;
	enum ipm_errc rc;

	rc = cdp->heap->object(cdp->heap, object_id, &object, err);
	if (rc == IPM_ERR_NOT_FOUND)
		return put_not_captured(cdp, object_id, query, out, err);
	if (rc)
		return rc;
	rc = ipm_cdp_object_properties(cdp, object, query, out, err);
	cdp->heap->release(cdp->heap, object);
	return rc;
}

enum ipm_errc ipm_cdp_get_properties_by_id(struct ipm_cdp *cdp, struct ipm_str object_id,
					   const struct ipm_cdp_properties_query *query,
					   struct ipm_buf *out, struct ipm_error *err)
{
	struct ipm_object_id id;

	if (!ipm_parse_object_id(cdp->object_id_prefix, object_id, &id))
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "Invalid remote object id");
	if (id.part == IPM_ID_OBJECT)
		return ipm_cdp_get_properties(cdp, id.id, query, out, err);
	return ipm_put_synthetic_properties(cdp, id, query, out, err);
}
