/* SPDX-License-Identifier: MIT */
#include "edges.h"

bool ipm_is_damage(enum ipm_errc rc)
{
	return rc == IPM_ERR_NOT_FOUND || rc == IPM_ERR_CHECKSUM || rc == IPM_ERR_BAD_DATA ||
	       rc == IPM_ERR_TRUNCATED;
}

const char *ipm_edge_internal_name(enum ipm_kind kind, enum ipm_edge_kind edge)
{
	bool first = edge == IPM_EDGE_FIRST;

	switch (kind) {
	case IPM_KIND_PROMISE:
		return "[[PromiseResult]]";
	case IPM_KIND_PROXY:
		return first ? "[[Target]]" : "[[Handler]]";
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_DATAVIEW:
		return "buffer";
	case IPM_KIND_GENERATOR:
		return first ? "[[GeneratorFunction]]" : "[[GeneratorReceiver]]";
	case IPM_KIND_WEAKREF:
		return "[[WeakRefTarget]]";
	case IPM_KIND_PRIMITIVE:
		return "[[PrimitiveValue]]";
	default:
		return first ? "[[First]]" : "[[Second]]";
	}
}

static enum ipm_errc visit_list(const struct ipm_property *list, size_t count,
				enum ipm_edge_kind kind, struct ipm_edge_visitor *visitor,
				struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; i < count && !rc && !visitor->stop; i++) {
		struct ipm_edge edge = {kind, i, &list[i], &list[i].value};

		rc = visitor->edge(visitor, &edge, err);
	}
	return rc;
}

static enum ipm_errc visit_property(const struct ipm_property *p, uint64_t index,
				    struct ipm_edge_visitor *visitor, struct ipm_error *err)
{
	struct ipm_edge edge = {IPM_EDGE_PROPERTY, index, p, &p->value};
	struct ipm_value symbol;
	enum ipm_errc rc;

	rc = visitor->edge(visitor, &edge, err);
	if (rc || visitor->stop || !p->symbol_id)
		return rc;
	symbol = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = p->symbol_id};
	edge.kind = IPM_EDGE_SYMBOL;
	edge.value = &symbol;
	return visitor->edge(visitor, &edge, err);
}

static enum ipm_errc visit_properties(struct ipm_heap *heap, const struct ipm_object *object,
				      uint64_t n, struct ipm_edge_visitor *visitor,
				      struct ipm_error *err)
{
	struct ipm_property_iter it;
	const struct ipm_property *p;
	enum ipm_errc rc = IPM_OK;

	for (; n < object->property_count && !rc && !visitor->stop; n++)
		rc = visit_property(&object->properties[n], n, visitor, err);
	if (rc || visitor->stop || !object->more_properties.count)
		return rc;
	ipm_property_iter_init(&it, heap, object);
	it.at = it.count;
	while (!rc && !visitor->stop) {
		rc = ipm_property_iter_next(&it, &p, err);
		if (ipm_is_damage(rc)) { /* what comes before it counts */
			rc = IPM_OK;
			break;
		}
		if (rc || !p)
			break;
		rc = visit_property(p, n++, visitor, err);
	}
	ipm_property_iter_deinit(&it);
	return rc;
}

static enum ipm_errc visit_elements(struct ipm_heap *heap, const struct ipm_object *object,
				    struct ipm_edge_visitor *visitor, struct ipm_error *err)
{
	struct ipm_edge edge = {.kind = IPM_EDGE_ELEMENT};
	struct ipm_element_iter it;
	enum ipm_errc rc = IPM_OK;

	if (!object->element_count && !object->more_elements.count)
		return IPM_OK;
	ipm_element_iter_init(&it, heap, object, 0);
	while (!rc && !visitor->stop) {
		rc = ipm_element_iter_next(&it, &edge.index, &edge.value, err);
		if (ipm_is_damage(rc)) {
			rc = IPM_OK;
			break;
		}
		if (rc || !edge.value)
			break;
		rc = visitor->edge(visitor, &edge, err);
	}
	ipm_element_iter_deinit(&it);
	return rc;
}

static enum ipm_errc visit_value(const struct ipm_value *value, enum ipm_edge_kind kind,
				 uint64_t index, struct ipm_edge_visitor *visitor,
				 struct ipm_error *err)
{
	struct ipm_edge edge = {kind, index, NULL, value};

	if (visitor->stop)
		return IPM_OK;
	return visitor->edge(visitor, &edge, err);
}

static bool has_first(enum ipm_kind kind)
{
	switch (kind) {
	case IPM_KIND_PROMISE:
	case IPM_KIND_PROXY:
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_DATAVIEW:
	case IPM_KIND_GENERATOR:
	case IPM_KIND_WEAKREF:
	case IPM_KIND_PRIMITIVE:
		return true;
	default:
		return false;
	}
}

static bool has_second(enum ipm_kind kind)
{
	return kind == IPM_KIND_PROXY || kind == IPM_KIND_GENERATOR;
}

enum ipm_errc ipm_visit_edges_from(struct ipm_heap *heap, const struct ipm_object *object,
				   uint64_t property, struct ipm_edge_visitor *visitor,
				   struct ipm_error *err)
{
	struct ipm_value scope;
	enum ipm_errc rc;
	size_t i;

	visitor->stop = false;
	rc = visit_properties(heap, object, property, visitor, err);
	if (!rc)
		rc = visit_elements(heap, object, visitor, err);
	if (!rc)
		rc = visit_list(object->privates, object->private_count, IPM_EDGE_PRIVATE, visitor,
				err);
	if (!rc && has_first(object->kind))
		rc = visit_value(&object->first, IPM_EDGE_FIRST, 0, visitor, err);
	if (!rc && has_second(object->kind))
		rc = visit_value(&object->second, IPM_EDGE_SECOND, 0, visitor, err);
	if (!rc)
		rc = visit_list(object->internals, object->internal_count, IPM_EDGE_INTERNAL,
				visitor, err);
	if (!rc && object->proto.type == IPM_VALUE_OBJECT)
		rc = visit_value(&object->proto, IPM_EDGE_PROTO, 0, visitor, err);
	for (i = 0; i < object->scope_count && !rc; i++) {
		scope = (struct ipm_value){.type = IPM_VALUE_OBJECT,
					   .object_id = object->scopes[i]};
		rc = visit_value(&scope, IPM_EDGE_SCOPE, i, visitor, err);
	}
	return rc;
}

static enum ipm_errc visit_property_at(struct ipm_heap *heap, const struct ipm_object *object,
				       uint64_t index, struct ipm_edge_visitor *visitor,
				       struct ipm_error *err)
{
	struct ipm_property_iter it;
	const struct ipm_property *p = NULL;
	uint64_t left = index;
	enum ipm_errc rc = IPM_OK;

	ipm_property_iter_init(&it, heap, object);
	if (index < it.count) {
		it.at = (size_t)index;
		left = 0;
	} else if (object->more_properties.per_slice) { /* slices are of equal length */
		left -= it.count;
		it.at = it.count;
		it.next_slice = left / object->more_properties.per_slice;
		left %= object->more_properties.per_slice;
	}
	do
		rc = ipm_property_iter_next(&it, &p, err);
	while (!rc && p && left--);
	if (!rc && p)
		rc = visit_property(p, index, visitor, err);
	ipm_property_iter_deinit(&it);
	return rc;
}

enum ipm_errc ipm_visit_edge_at(struct ipm_heap *heap, const struct ipm_object *object,
				enum ipm_edge_kind kind, uint64_t index,
				struct ipm_edge_visitor *visitor, struct ipm_error *err)
{
	struct ipm_edge edge = {.kind = kind};
	struct ipm_element_iter it;
	struct ipm_value scope;
	enum ipm_errc rc = IPM_OK;

	visitor->stop = false;
	switch (kind) {
	case IPM_EDGE_PROPERTY:
	case IPM_EDGE_SYMBOL:
		return visit_property_at(heap, object, index, visitor, err);
	case IPM_EDGE_ELEMENT:
		ipm_element_iter_init(&it, heap, object, index);
		rc = ipm_element_iter_next(&it, &edge.index, &edge.value, err);
		if (!rc && edge.value && edge.index == index)
			rc = visitor->edge(visitor, &edge, err);
		ipm_element_iter_deinit(&it);
		return rc;
	case IPM_EDGE_PRIVATE:
		if (index < object->private_count) {
			edge = (struct ipm_edge){kind, index, &object->privates[index],
						 &object->privates[index].value};
			rc = visitor->edge(visitor, &edge, err);
		}
		return rc;
	case IPM_EDGE_INTERNAL:
		if (index < object->internal_count) {
			edge = (struct ipm_edge){kind, index, &object->internals[index],
						 &object->internals[index].value};
			rc = visitor->edge(visitor, &edge, err);
		}
		return rc;
	case IPM_EDGE_FIRST:
		return visit_value(&object->first, kind, 0, visitor, err);
	case IPM_EDGE_SECOND:
		return visit_value(&object->second, kind, 0, visitor, err);
	case IPM_EDGE_PROTO:
		return visit_value(&object->proto, kind, 0, visitor, err);
	case IPM_EDGE_SCOPE:
		if (index >= object->scope_count)
			return IPM_OK;
		scope = (struct ipm_value){.type = IPM_VALUE_OBJECT,
					   .object_id = object->scopes[index]};
		return visit_value(&scope, kind, index, visitor, err);
	case IPM_EDGE_KIND_COUNT:
	default:
		return IPM_OK;
	}
}
