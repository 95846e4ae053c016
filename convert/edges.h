/* SPDX-License-Identifier: MIT */
#ifndef IPM_EDGES_H
#define IPM_EDGES_H

/*
 * What an object holds, one value after the other, wherever it stands in the record: for those
 * who follow references through a whole file.
 */

#include "heap.h"
#include "sequence.h"

enum ipm_edge_kind {
	IPM_EDGE_PROPERTY,
	IPM_EDGE_ELEMENT, /* of arrays, and keys and values of Maps and Sets */
	IPM_EDGE_PRIVATE,
	IPM_EDGE_FIRST, /* what the kind names so: [[PromiseResult]], [[Target]], … */
	IPM_EDGE_SECOND,
	IPM_EDGE_INTERNAL,
	IPM_EDGE_PROTO,
	IPM_EDGE_SCOPE,
	IPM_EDGE_SYMBOL, /* a property's key */
	IPM_EDGE_KIND_COUNT
};

struct ipm_edge {
	enum ipm_edge_kind kind;
	uint64_t index;			     /* among its kind; of an element: its index */
	const struct ipm_property *property; /* PROPERTY, PRIVATE, INTERNAL, SYMBOL; else NULL */
	const struct ipm_value *value;
};

struct ipm_edge_visitor {
	enum ipm_errc (*edge)(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
			      struct ipm_error *err);
	bool stop; /* set it to end the visit */
};

/*
 * Every value of the object, always in the same order; `property` of its first properties have been
 * seen to already. Absent prototypes are left out, and so is what
 * follows a damaged piece of a long list.
 */
IPM_MUST_USE enum ipm_errc ipm_visit_edges_from(struct ipm_heap *heap,
						const struct ipm_object *object, uint64_t property,
						struct ipm_edge_visitor *visitor,
						struct ipm_error *err);
static inline enum ipm_errc ipm_visit_edges(struct ipm_heap *heap, const struct ipm_object *object,
					    struct ipm_edge_visitor *visitor, struct ipm_error *err)
{
	return ipm_visit_edges_from(heap, object, 0, visitor, err);
}
/* Just one of them; `visitor` is not called when there is none. */
IPM_MUST_USE enum ipm_errc ipm_visit_edge_at(struct ipm_heap *heap, const struct ipm_object *object,
					     enum ipm_edge_kind kind, uint64_t index,
					     struct ipm_edge_visitor *visitor,
					     struct ipm_error *err);

/* Does this error say that a part of the file cannot be read, and nothing about the rest? */
bool ipm_is_damage(enum ipm_errc rc);

/* The name of FIRST and SECOND: "[[PromiseResult]]". */
const char *ipm_edge_internal_name(enum ipm_kind kind, enum ipm_edge_kind edge);

/* The ids that a value mentions: none, one, or a getter and a setter. Returns how many. */
static inline int ipm_value_ids(const struct ipm_value *value, uint64_t ret[2])
{
	int n = 0;

	if (value->type == IPM_VALUE_OBJECT) {
		ret[n++] = value->object_id;
	} else if (value->type == IPM_VALUE_ACCESSOR) {
		if (value->accessor.get)
			ret[n++] = value->accessor.get;
		if (value->accessor.set)
			ret[n++] = value->accessor.set;
	}
	return n;
}

#endif
