/* SPDX-License-Identifier: MIT */
#ifndef IPM_HOSTILE_H
#define IPM_HOSTILE_H

/*
 * Crashes that no program could die of: every field of every record at random, as a damaged or
 * hostile file may have them. What makes the choices is either a seed or a fuzzer's input.
 */

#include <string.h>

#include "ipm_model.h"

#define HOSTILE_OBJECTS	   24
#define HOSTILE_PROPERTIES 4
#define HOSTILE_ELEMENTS   6

struct hostile {
	const uint8_t *bytes; /* choices; NULL: `seed` makes them */
	size_t len;
	uint64_t seed;

	struct ipm_object objects[HOSTILE_OBJECTS];
	struct ipm_property properties[HOSTILE_OBJECTS][HOSTILE_PROPERTIES * 3];
	struct ipm_value elements[HOSTILE_OBJECTS][HOSTILE_ELEMENTS];
	uint64_t scopes[HOSTILE_OBJECTS][3];
	struct ipm_frame frames[3];
	struct ipm_scope_ref frame_scopes[3][3];
	struct ipm_call_site sites[2];
	struct ipm_async_stack async[2];
	struct ipm_pause pause;
	struct ipm_script scripts[2];
};

static inline uint32_t hostile_choice(struct hostile *h, uint32_t n)
{
	if (h->bytes) {
		if (!h->len)
			return 0;
		h->len--;
		return *h->bytes++ % n;
	}
	h->seed ^= h->seed << 13;
	h->seed ^= h->seed >> 7;
	h->seed ^= h->seed << 17;
	return (uint32_t)(h->seed >> 20) % n;
}

static inline uint64_t hostile_number(struct hostile *h)
{
	static const uint64_t odd[] = {
		0,	 1,	2,	    3,	       7,	   100,
		255,	 65536, UINT32_MAX, INT64_MAX, UINT64_MAX, UINT64_MAX / 2,
		1 << 20, 42,	10000000,
	};

	return odd[hostile_choice(h, sizeof(odd) / sizeof(odd[0]))];
}

static inline struct ipm_str hostile_str(struct hostile *h)
{
	static const struct ipm_str odd[] = {
		{"", 0},
		{"a", 1},
		{"length", 6},
		{"name", 4},
		{"message", 7},
		{"cause", 5},
		{"size", 4},
		{"description", 11},
		{"0", 1},
		{"4294967294", 10},
		{"4294967295", 10},
		{"constructor", 11},
		{"Symbol(x)", 9},
		{"Symbol()", 8},
		{"[[Scopes]]", 10},
		{"[[PrivateMethods]]", 18},
		{"[[IsGenerator]]", 15},
		{"/a/gi", 5},
		{"/", 1},
		{"//", 2},
		{"\xED\xA0\x80", 3},
		{"\xFF\xFE\x80", 3},
		{"\xF0\x9F\x98\x80\"\\\n\r\x1b[31m\0z", 16},
		{"function f() { [native code] }", 30},
		{"class A {}", 10},
		{"Error: x\n    at f (a.js:1:1)", 28},
		{"file:///a%20b%zz.js", 19},
		{"node:internal/x", 15},
		{"GeneratorFunction", 17},
		{"~~~~~~\n```\n# x", 14},
		{"123456789012345678901234567890123456789012345678901234567890"
		 "1234567890123456789012345678901234567890123456789012345678901234567890",
		 130},
	};

	return odd[hostile_choice(h, sizeof(odd) / sizeof(odd[0]))];
}

static inline uint64_t hostile_id(struct hostile *h)
{
	/* Some that exist, some that do not. */
	return hostile_choice(h, 16) ? 1 + hostile_choice(h, HOSTILE_OBJECTS + 4)
				     : 1 + hostile_number(h) % (UINT64_C(1) << 47);
}

static inline struct ipm_text hostile_text(struct hostile *h)
{
	struct ipm_text text = {.str = hostile_str(h)};

	text.length = hostile_choice(h, 4) ? text.str.len : hostile_number(h);
	if (!hostile_choice(h, 12)) {
		text.script_id = hostile_choice(h, 3);
		text.start = hostile_number(h);
	}
	return text;
}

static inline struct ipm_value hostile_value(struct hostile *h)
{
	static const double numbers[] = {-0.0, 0.1, 1e300, -1e-300, 5e-324, 9007199254740993.0};
	struct ipm_value v = {
		.type = (enum ipm_value_type)hostile_choice(h, IPM_VALUE_OMITTED + 1)};

	switch (v.type) {
	case IPM_VALUE_BOOLEAN:
		v.boolean = hostile_choice(h, 2);
		break;
	case IPM_VALUE_INTEGER:
		v.integer = (int64_t)(hostile_number(h) & ((UINT64_C(1) << 53) - 1));
		break;
	case IPM_VALUE_NUMBER:
		v.number = numbers[hostile_choice(h, 6)];
		break;
	case IPM_VALUE_STRING:
		v.string = hostile_text(h);
		break;
	case IPM_VALUE_BIGINT:
		v.string = (struct ipm_text){.str = IPM_STR("-123"), .length = 4};
		break;
	case IPM_VALUE_ACCESSOR:
		v.accessor.get = hostile_choice(h, 2) ? hostile_id(h) : 0;
		v.accessor.set = hostile_choice(h, 2) ? hostile_id(h) : 0;
		break;
	case IPM_VALUE_HOLES:
		v.holes = 1 + hostile_choice(h, 9);
		break;
	case IPM_VALUE_OMITTED:
		v.omitted.reason = (enum ipm_reason)(1 + hostile_choice(h, IPM_REASON_COUNT + 2));
		v.omitted.size = hostile_number(h);
		v.omitted.type_name = hostile_str(h);
		break;
	case IPM_VALUE_OBJECT:
	default:
		v.type = IPM_VALUE_OBJECT;
		v.object_id = hostile_id(h);
		break;
	}
	return v;
}

static inline struct ipm_location hostile_location(struct hostile *h)
{
	return (struct ipm_location){hostile_choice(h, 4), (int64_t)(hostile_number(h) >> 12),
				     (int64_t)hostile_choice(h, 200) - 1};
}

static inline void hostile_object(struct hostile *h, size_t n)
{
	struct ipm_object *o = &h->objects[n];
	size_t i;

	*o = (struct ipm_object){.id = n + 1};
	o->kind = (enum ipm_kind)hostile_choice(h, IPM_KIND_COUNT + 2);
	o->class_name = hostile_str(h);
	if (!hostile_choice(h, 4))
		o->description = hostile_str(h);
	if (o->kind == IPM_KIND_OTHER)
		o->subtype = hostile_str(h);
	o->proto = hostile_value(h);
	if (o->proto.type != IPM_VALUE_OBJECT && o->proto.type != IPM_VALUE_OMITTED)
		o->proto = (struct ipm_value){.type = IPM_VALUE_NULL};
	for (i = 0; i < HOSTILE_PROPERTIES * 3; i++) {
		struct ipm_property *p = &h->properties[n][i];

		*p = (struct ipm_property){.name = hostile_str(h),
					   .flags = (uint8_t)hostile_choice(h, 8),
					   .value = hostile_value(h)};
		if (p->value.type == IPM_VALUE_HOLES)
			p->value = (struct ipm_value){.type = IPM_VALUE_UNDEFINED};
		if (!hostile_choice(h, 5) && i < HOSTILE_PROPERTIES)
			p->symbol_id = hostile_id(h);
	}
	o->properties = h->properties[n];
	o->property_count = hostile_choice(h, HOSTILE_PROPERTIES + 1);
	o->privates = h->properties[n] + HOSTILE_PROPERTIES;
	o->private_count = hostile_choice(h, 3) ? 0 : hostile_choice(h, HOSTILE_PROPERTIES + 1);
	o->internals = h->properties[n] + 2 * HOSTILE_PROPERTIES;
	o->internal_count = hostile_choice(h, 3) ? 0 : hostile_choice(h, HOSTILE_PROPERTIES + 1);
	o->length = hostile_number(h);
	for (i = 0; i < HOSTILE_ELEMENTS; i++)
		h->elements[n][i] = hostile_value(h);
	o->elements = h->elements[n];
	o->element_count = hostile_choice(h, HOSTILE_ELEMENTS + 1);
	o->text = hostile_text(h);
	o->location = hostile_location(h);
	for (i = 0; i < 3; i++)
		h->scopes[n][i] = hostile_id(h);
	o->scopes = h->scopes[n];
	o->scope_count = hostile_choice(h, 4);
	o->first = hostile_value(h);
	o->second = hostile_value(h);
	o->number = (double)hostile_number(h);
	o->state = hostile_choice(h, 5);
	o->scope_type = (enum ipm_scope_type)hostile_choice(h, IPM_SCOPE_COUNT + 1);
	o->element_type = (enum ipm_element_type)hostile_choice(h, 14);
	o->byte_offset = hostile_number(h);
	o->bytes = (struct ipm_bytes){(const uint8_t *)"\0\1\2\3\4\5\6\7\xFF", 9};
	o->omitted_reason = (enum ipm_reason)hostile_choice(h, IPM_REASON_COUNT);
	o->omitted_properties = hostile_number(h);
	o->omitted_elements = hostile_number(h);
}

static inline struct ipm_str hostile_map(struct hostile *h)
{
	static const struct ipm_str odd[] = {
		IPM_STR(""),
		IPM_STR("app.js.map"),
		IPM_STR("data:,"),
		IPM_STR("data:application/json;base64,e30="),
		IPM_STR("data:;base64,!!"),
		IPM_STR("data:,{\"mappings\":\"\",\"sources\":{}}"),
		IPM_STR("data:,{\"mappings\":\"AAAA;AACA,CAAC;;;;;AADD\",\"sources\":[\"../../../x/"
			"./y.ts\"],"
			"\"sourcesContent\":[\"a\\nb\\n\\ud800\"],\"sourceRoot\":\"src\"}"),
		IPM_STR("data:,{\"mappings\":\"////////"
			",AAAAAAAAAAAAA,;;gggggggggggB\",\"sources\":[1,null]}"),
		IPM_STR("data:,{\"mappings\":\"AAAA,2B2B2B2B\",\"sources\":[\"webpack://a/b\",\"/"
			"\"],"
			"\"sourcesContent\":[null],\"sourceRoot\":\"https://x\"}"),
	};

	return odd[hostile_choice(h, sizeof(odd) / sizeof(odd[0]))];
}

static inline void hostile_stack(struct hostile *h)
{
	size_t i, k;

	for (i = 0; i < 3; i++) {
		struct ipm_frame *f = &h->frames[i];

		*f = (struct ipm_frame){.function_name = hostile_str(h),
					.url = hostile_str(h),
					.location = hostile_location(h),
					.function_location = hostile_location(h),
					.this_value = hostile_value(h),
					.return_value = hostile_value(h),
					.has_return_value = hostile_choice(h, 2),
					.scopes = h->frame_scopes[i],
					.scope_count = hostile_choice(h, 4)};
		for (k = 0; k < 3; k++)
			h->frame_scopes[i][k] = (struct ipm_scope_ref){
				.type = (enum ipm_scope_type)hostile_choice(h, IPM_SCOPE_COUNT),
				.name = hostile_str(h),
				.object = {.type = IPM_VALUE_OBJECT, .object_id = hostile_id(h)},
				.start = hostile_location(h),
				.end = hostile_location(h)};
	}
	for (i = 0; i < 2; i++) {
		h->sites[i] =
			(struct ipm_call_site){hostile_str(h), hostile_str(h), hostile_location(h)};
		h->async[i] = (struct ipm_async_stack){hostile_str(h), h->sites, 2};
		h->scripts[i] = (struct ipm_script){.id = i + 1,
						    .url = hostile_str(h),
						    .source_map_url = hostile_map(h),
						    .start_line = hostile_choice(h, 4),
						    .has_source = hostile_choice(h, 4) != 0};
		h->scripts[i].source = (struct ipm_text){.str = hostile_str(h)};
		h->scripts[i].source.length = h->scripts[i].source.str.len;
	}
	h->pause = (struct ipm_pause){.reason = hostile_str(h),
				      .thread = hostile_str(h),
				      .has_data = hostile_choice(h, 8) != 0,
				      .data = hostile_value(h),
				      .frames = h->frames,
				      .frame_count = hostile_choice(h, 4),
				      .async_stacks = h->async,
				      .async_stack_count = hostile_choice(h, 3)};
}

static inline void hostile_build(struct hostile *h)
{
	size_t i;

	for (i = 0; i < HOSTILE_OBJECTS; i++)
		hostile_object(h, i);
	hostile_stack(h);
}

#endif
