/* SPDX-License-Identifier: MIT */
#ifndef IPM_GRAPH_H
#define IPM_GRAPH_H

/* Random objects of every kind, as a walk would find them; the same `state` gives the same. */

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ipm_model.h"
#include "wtf8.h"

static uint64_t state;

static inline uint64_t rnd(uint64_t below)
{
	uint64_t z = (state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return below ? (z ^ z >> 31) % below : 0;
}

/* Memory for one object's strings and arrays. */
static uint8_t pool[1 << 22];
static size_t pool_used;

static inline void *take(size_t size)
{
	void *p = pool + pool_used;

	pool_used += (size + 15) & ~(size_t)15;
	ck_assert_uint_le(pool_used, sizeof(pool));
	memset(p, 0, size);
	return p;
}

static inline struct ipm_str random_str(void)
{
	static const char *const pieces[] = {
		"a", "property", "\xC3\xA9",   "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\xA0\x80",
		"_", "0",	 "some words "};
	static const uint64_t lengths[] = {1, 2, 4, 8, 20, 60};
	uint64_t n = rnd(lengths[rnd(6)]), i;
	char *s = take(16 * n + 1);
	size_t len = 0;

	/* A few that come again and again. */
	if (rnd(3) == 0) {
		len = (size_t)snprintf(s = take(24), 24, "common %u", (unsigned)rnd(20));
		return (struct ipm_str){s, len};
	}
	for (i = 0; i < n; i++) {
		/* No lone trail after a lone lead: that would be a pair in disguise. */
		const char *piece = pieces[rnd(9)];

		memcpy(s + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return (struct ipm_str){s, len};
}

static inline struct ipm_text random_text(void)
{
	struct ipm_text t = {.str = random_str()};

	t.length = ipm_wtf8_units(t.str);
	if (rnd(10) == 0)
		t.length += 1 + rnd(1000000);
	if (rnd(20) == 0)
		t = (struct ipm_text){
			.script_id = 1 + rnd(100), .start = rnd(1000), .length = rnd(500)};
	return t;
}

static uint64_t walk_next; /* as a walk would discover */

static inline uint64_t random_id(uint64_t own)
{
	switch (rnd(4)) {
	case 0:
		return 1 + rnd(own + 50);
	case 1:
		return own;
	default:
		return walk_next++;
	}
}

static inline struct ipm_value random_value(uint64_t own, bool element)
{
	static const double numbers[] = {-0.0, 0.5, 0.1, 1e300, -1e-300, 3.4e38, 16777217.5};
	struct ipm_value v = {.type = (enum ipm_value_type)rnd(element ? 11 : 10)};

	switch (v.type) {
	case IPM_VALUE_BOOLEAN:
		v.boolean = rnd(2);
		break;
	case IPM_VALUE_INTEGER:
		v.integer = (int64_t)(rnd(UINT64_C(1) << rnd(54)));
		if (rnd(2))
			v.integer = -v.integer;
		break;
	case IPM_VALUE_NUMBER:
		v.number = rnd(8) ? numbers[rnd(7)] : rnd(2) ? (double)NAN : -(double)INFINITY;
		if (rnd(2)) /* a price; some are integers, which a writer may be given as well */
			v.number = ((double)rnd(4000000000u) - 2e9) / (rnd(2) ? 100 : 1e7);
		break;
	case IPM_VALUE_STRING:
		v.string = random_text();
		break;
	case IPM_VALUE_BIGINT:
		v.string.str = (struct ipm_str)IPM_STR("12345678901234567890");
		v.string.length = 20;
		break;
	case IPM_VALUE_OBJECT:
		v.object_id = random_id(own);
		break;
	case IPM_VALUE_ACCESSOR:
		v.accessor.get = rnd(2) ? random_id(own) : 0;
		v.accessor.set = rnd(2) ? random_id(own) : 0;
		break;
	case IPM_VALUE_HOLES:
		v.holes = 1 + rnd(1000);
		break;
	case IPM_VALUE_OMITTED:
		v.omitted.reason = (enum ipm_reason)(1 + rnd(IPM_REASON_COUNT - 1));
		v.omitted.size = rnd(2) * rnd(100000);
		v.omitted.type_name =
			rnd(2) ? (struct ipm_str)IPM_STR("string") : (struct ipm_str){0};
		break;
	case IPM_VALUE_UNDEFINED:
	case IPM_VALUE_NULL:
		break;
	}
	/* In place 9 of the enumeration are holes, which only elements have. */
	if (!element && v.type == IPM_VALUE_HOLES)
		v = (struct ipm_value){.type = IPM_VALUE_NULL};
	return v;
}

static inline struct ipm_property *random_properties(uint64_t own, size_t count)
{
	struct ipm_property *p = take(count * sizeof(*p));
	size_t i;

	for (i = 0; i < count; i++) {
		p[i].name = random_str();
		p[i].flags = rnd(3) ? 7 : (uint8_t)rnd(8);
		p[i].symbol_id = rnd(10) ? 0 : 1 + rnd(own);
		p[i].value = random_value(own, false);
	}
	return p;
}

static inline struct ipm_value *random_elements(uint64_t own, size_t count)
{
	struct ipm_value *v = take(count * sizeof(*v));
	size_t i;

	for (i = 0; i < count; i++)
		v[i] = random_value(own, true);
	return v;
}

static inline size_t random_count(void)
{
	static const uint64_t scales[] = {1, 3, 5, 10, 40, 200};

	return (size_t)rnd(scales[rnd(6)]);
}

static inline void random_scopes(struct ipm_object *o)
{
	uint64_t *scopes;
	size_t i;

	o->scope_count = (size_t)rnd(4);
	scopes = take(o->scope_count * sizeof(*scopes));
	for (i = 0; i < o->scope_count; i++)
		scopes[i] = random_id(o->id);
	o->scopes = scopes;
	o->location = (struct ipm_location){rnd(50), (int64_t)rnd(1000), (int64_t)rnd(80) - 1};
}

/* Fields that the kind names, so that nothing is dropped. */
static inline void random_detail(struct ipm_object *o)
{
	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_WEAKMAP:
	case IPM_KIND_WEAKSET:
		o->element_count = random_count();
		o->elements = random_elements(o->id, o->element_count);
		o->length = rnd(2) ? o->element_count : rnd(100000);
		break;
	case IPM_KIND_FUNCTION:
		o->text = random_text();
		random_scopes(o);
		break;
	case IPM_KIND_ERROR:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		o->text = random_text();
		break;
	case IPM_KIND_DATE:
		o->number = rnd(2) ? 1.7e12 + (double)rnd(1000000) : (double)NAN;
		o->text = random_text();
		break;
	case IPM_KIND_PROXY:
	case IPM_KIND_GENERATOR:
		o->first = random_value(o->id, false);
		o->second = random_value(o->id, false);
		if (o->kind == IPM_KIND_GENERATOR) {
			o->state = (uint32_t)rnd(3);
			random_scopes(o);
		}
		break;
	case IPM_KIND_PROMISE:
		o->state = (uint32_t)rnd(3);
		o->first = random_value(o->id, false);
		break;
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_DATAVIEW:
		o->length = rnd(1000);
		o->byte_offset = rnd(64);
		o->first = random_value(o->id, false);
		if (o->kind == IPM_KIND_TYPEDARRAY)
			o->element_type = (enum ipm_element_type)rnd(12);
		break;
	case IPM_KIND_ARRAYBUFFER:
		o->length = rnd(300);
		o->bytes = (struct ipm_bytes){take((size_t)o->length), (size_t)o->length};
		break;
	case IPM_KIND_ITERATOR:
		o->state = (uint32_t)rnd(2);
		o->element_count = random_count();
		o->elements = random_elements(o->id, o->element_count);
		break;
	case IPM_KIND_WEAKREF:
	case IPM_KIND_PRIMITIVE:
		o->first = random_value(o->id, false);
		break;
	case IPM_KIND_SCOPE:
		o->scope_type = (enum ipm_scope_type)rnd(IPM_SCOPE_COUNT);
		o->text = random_text();
		break;
	default:
		break;
	}
}

static inline struct ipm_object random_object(uint64_t id)
{
	struct ipm_object o = {.id = id, .class_name = IPM_STR("Object")};

	pool_used = 0;
	if (walk_next <= id)
		walk_next = id + 1;
	o.kind = rnd(2) ? IPM_KIND_OBJECT : (enum ipm_kind)rnd(IPM_KIND_COUNT);
	if (rnd(3) == 0)
		o.class_name = random_str();
	o.proto = rnd(4) ? (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = 1 + rnd(3)}
			 : (struct ipm_value){.type = IPM_VALUE_NULL};
	o.property_count = random_count();
	o.properties = random_properties(id, o.property_count);
	random_detail(&o);
	if (rnd(10) == 0)
		o.description = random_str();
	if (rnd(10) == 0) {
		o.private_count = random_count();
		o.privates = random_properties(id, o.private_count);
	}
	if (rnd(10) == 0) {
		o.internal_count = random_count();
		o.internals = random_properties(id, o.internal_count);
	}
	if (rnd(20) == 0) {
		o.omitted_reason = (enum ipm_reason)(1 + rnd(IPM_REASON_COUNT - 1));
		o.omitted_properties = rnd(100);
		o.omitted_elements = rnd(100);
	}
	if (o.kind == IPM_KIND_OTHER)
		o.subtype = random_str();
	return o;
}

#endif
