/* SPDX-License-Identifier: MIT */
#ifndef IPM_CDP_INTERNAL_H
#define IPM_CDP_INTERNAL_H

/* What the files of cdp/ share and nobody else sees. */

#include "json.h"
#include "object_id.h"
#include "remote_object.h"
#include "sequence.h"

/* V8 shortens text in previews to this many units; cut where the interesting part is not. */
enum ipm_abbreviate { IPM_CUT_MIDDLE, IPM_CUT_END };
#define IPM_ABBREVIATED_UNITS 100

static inline struct ipm_str ipm_str_of(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return (struct ipm_str){text, n};
}

bool ipm_str_equal(struct ipm_str str, const char *text);
/* Appends the bytes of an URL's text with each %41 decoded. */
void ipm_put_percent_decoded(struct ipm_buf *out, struct ipm_str text);

/* CDP's class name; the kind's usual one when the file has none. */
struct ipm_str ipm_class_name(const struct ipm_object *object);
/* "function", "symbol" or "object". */
const char *ipm_object_type(const struct ipm_object *object);
/* CDP's subtype, or an empty string. */
struct ipm_str ipm_object_subtype(const struct ipm_object *object);
/* Appends an object's description, WTF-8. */
enum ipm_errc ipm_describe_object(struct ipm_cdp *cdp, const struct ipm_object *object,
				  struct ipm_buf *out, struct ipm_error *err);
/* Why there is no value, for people: "<not captured: time budget reached>". */
void ipm_describe_omitted(const struct ipm_value *value, struct ipm_buf *out);
/* Why an object that is mentioned is not in the file. */
enum ipm_reason ipm_why_missing(struct ipm_cdp *cdp, uint64_t id);
/* A description of a value that is an object of the file, missing ones included. */
enum ipm_errc ipm_describe_id(struct ipm_cdp *cdp, uint64_t id, struct ipm_buf *out,
			      struct ipm_error *err);

/* Appends `text` as JSON string, shortened as V8 does in previews. */
void ipm_put_abbreviated(struct ipm_buf *out, struct ipm_str text, enum ipm_abbreviate how);

/* "{key => value}", as V8 describes an entry. `key` may be NULL. */
enum ipm_errc ipm_describe_entry(struct ipm_cdp *cdp, const struct ipm_value *key,
				 const struct ipm_value *value, struct ipm_buf *out,
				 struct ipm_error *err);

/* V8 lists private methods apart from fields; only fields can be written. */
static inline bool ipm_is_private_method(const struct ipm_property *p)
{
	return p->value.type == IPM_VALUE_OBJECT && !(p->flags & IPM_PROPERTY_WRITABLE);
}

bool ipm_has_private_methods(const struct ipm_object *object);

/*
 * Private method number `number` of an object, whether the record has it among its privates or as
 * V8's list behind [[PrivateMethods]]. False when there is none. *ret_name is appended to.
 */
bool ipm_private_method(struct ipm_cdp *cdp, const struct ipm_object *object, uint64_t number,
			struct ipm_buf *ret_name, struct ipm_value *ret_function);

/* "Closure (name)" */
void ipm_describe_scope(enum ipm_scope_type type, struct ipm_str name, struct ipm_buf *out);

/* The major version of the Node that died, as V8's ways differ by it. 0: unknown. */
unsigned ipm_node_major(const struct ipm_cdp *cdp);

/* What is known about a property beside the record. */
enum {
	IPM_FACT_INDEX = 1,	/* its name is an array index */
	IPM_FACT_INHERITED = 2, /* found on the prototype chain */
	IPM_FACT_NATIVE = 4,	/* a getter of the engine's whose value follows from the record */
};

struct ipm_visitor {
	enum ipm_errc (*property)(struct ipm_visitor *self, const struct ipm_property *property,
				  unsigned facts, bool *ret_stop, struct ipm_error *err);
};

enum {
	IPM_VISIT_INHERITED = 1,   /* walk the prototype chain */
	IPM_VISIT_NATIVE_ONLY = 2, /* of inherited ones only those with IPM_FACT_NATIVE */
	IPM_VISIT_NO_INDEXED = 4,
	IPM_VISIT_ACCESSORS = 8, /* the visitor wants nothing else */
};

/* Every property as V8's PropertyIterator gives them, indexes first. */
enum ipm_errc ipm_visit_properties(struct ipm_cdp *cdp, const struct ipm_object *object,
				   unsigned flags, struct ipm_visitor *visitor,
				   struct ipm_error *err);

/* Appends {"type":"object",…} for a preview of `object`. */
enum ipm_errc ipm_put_preview(struct ipm_cdp *cdp, const struct ipm_object *object, bool table,
			      struct ipm_buf *out, struct ipm_error *err);
/* Appends one property of a preview: {"name":…,"type":…,"value":…}. */
enum ipm_errc ipm_put_property_preview(struct ipm_cdp *cdp, struct ipm_str name,
				       const struct ipm_value *value, struct ipm_buf *out,
				       struct ipm_error *err);

/* Appends "internalProperties" and "privateProperties", each with a comma before it. */
enum ipm_errc ipm_put_internal_properties(struct ipm_cdp *cdp, const struct ipm_object *object,
					  struct ipm_buf *out, struct ipm_error *err);

/* A RemoteObject made of its parts; `subtype` and `class_name` may be empty. */
void ipm_put_remote(struct ipm_cdp *cdp, const char *type, struct ipm_str subtype,
		    struct ipm_str class_name, struct ipm_str description, struct ipm_object_id id,
		    struct ipm_buf *out);
/* Appends {"scriptId":…,"lineNumber":…,"columnNumber":…}. */
void ipm_put_location(struct ipm_buf *out, const struct ipm_location *location);

/* getProperties of the things behind an id with a suffix. */
enum ipm_errc ipm_put_synthetic_properties(struct ipm_cdp *cdp, struct ipm_object_id id,
					   const struct ipm_cdp_properties_query *query,
					   struct ipm_buf *out, struct ipm_error *err);

#endif
