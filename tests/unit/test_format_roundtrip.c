/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <math.h>
#include <string.h>

#include "../support/memory_file.h"
#include "wtf8.h"

/* What the writer takes, the reader gives back: every kind of value, object and record. */

static struct ipm_buf file;
static struct ipm_writer *w;
static struct ipm_reader *r;
static struct ipm_error err;

static const struct ipm_summary complete = {.status = IPM_STATUS_COMPLETE};
static const struct ipm_value undefined = {.type = IPM_VALUE_UNDEFINED};
static const struct ipm_value null_value = {.type = IPM_VALUE_NULL};

#define ck_ok(call) ck_assert_msg((call) == IPM_OK, "%s: %s", #call, err.message)

static void setup(void)
{
	const struct ipm_meta meta = {.tool = IPM_STR("test")};

	file = IPM_BUF_INIT;
	r = NULL;
	ck_ok(ipm_writer_create(memory_sink(&file), NULL, &w, &err));
	ck_ok(ipm_writer_meta(w, &meta, &err));
}

static void teardown(void)
{
	ipm_reader_close(r);
	ipm_writer_destroy(w);
	ipm_buf_deinit(&file);
}

static void finish_and_open(void)
{
	ck_ok(ipm_writer_finish(w, &complete, &err));
	ck_ok(open_bytes(ipm_buf_bytes(&file), NULL, &r, &err));
	ck_assert_int_eq(ipm_reader_info(r)->integrity, IPM_WHOLE);
}

static struct ipm_value str(const char *s)
{
	return (struct ipm_value){.type = IPM_VALUE_STRING,
				  .string = {.str = {s, strlen(s)}, .length = strlen(s)}};
}

static struct ipm_value integer(int64_t i)
{
	return (struct ipm_value){.type = IPM_VALUE_INTEGER, .integer = i};
}

static struct ipm_value number(double d)
{
	return (struct ipm_value){.type = IPM_VALUE_NUMBER, .number = d};
}

static struct ipm_value ref(uint64_t id)
{
	return (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = id};
}

static void ck_str(struct ipm_str a, struct ipm_str b)
{
	ck_assert_uint_eq(a.len, b.len);
	ck_assert(!a.len || !memcmp(a.data, b.data, a.len));
}

static void ck_text(const struct ipm_text *a, const struct ipm_text *b)
{
	ck_str(a->str, b->str);
	ck_assert_uint_eq(a->length, b->length);
	ck_assert_uint_eq(a->slices.first, b->slices.first);
	ck_assert_uint_eq(a->slices.count, b->slices.count);
	ck_assert_uint_eq(a->script_id, b->script_id);
	ck_assert_uint_eq(a->start, b->start);
}

static void ck_value(const struct ipm_value *a, const struct ipm_value *b)
{
	ck_assert_int_eq(a->type, b->type);
	switch (a->type) {
	case IPM_VALUE_BOOLEAN:
		ck_assert_int_eq(a->boolean, b->boolean);
		break;
	case IPM_VALUE_INTEGER:
		ck_assert_int_eq(a->integer, b->integer);
		break;
	case IPM_VALUE_NUMBER:
		if (isnan(a->number))
			ck_assert(isnan(b->number));
		else
			ck_assert(!memcmp(&a->number, &b->number, sizeof(double)));
		break;
	case IPM_VALUE_STRING:
	case IPM_VALUE_BIGINT:
		ck_text(&a->string, &b->string);
		break;
	case IPM_VALUE_OBJECT:
		ck_assert_uint_eq(a->object_id, b->object_id);
		break;
	case IPM_VALUE_ACCESSOR:
		ck_assert_uint_eq(a->accessor.get, b->accessor.get);
		ck_assert_uint_eq(a->accessor.set, b->accessor.set);
		break;
	case IPM_VALUE_HOLES:
		ck_assert_uint_eq(a->holes, b->holes);
		break;
	case IPM_VALUE_OMITTED:
		ck_assert_int_eq(a->omitted.reason, b->omitted.reason);
		ck_assert_uint_eq(a->omitted.size, b->omitted.size);
		ck_str(a->omitted.type_name, b->omitted.type_name);
		break;
	case IPM_VALUE_UNDEFINED:
	case IPM_VALUE_NULL:
		break;
	}
}

static void ck_properties(const struct ipm_property *a, size_t an, const struct ipm_property *b,
			  size_t bn)
{
	size_t i;

	ck_assert_uint_eq(an, bn);
	for (i = 0; i < an; i++) {
		ck_str(a[i].name, b[i].name);
		ck_assert_uint_eq(a[i].symbol_id, b[i].symbol_id);
		ck_assert_uint_eq(a[i].flags, b[i].flags);
		ck_value(&a[i].value, &b[i].value);
	}
}

static void ck_object(const struct ipm_object *a, const struct ipm_object *b)
{
	size_t i;

	ck_assert_uint_eq(a->id, b->id);
	ck_assert_int_eq(a->kind, b->kind);
	ck_str(a->class_name, b->class_name);
	ck_str(a->description, b->description);
	ck_str(a->subtype, b->subtype);
	ck_value(&a->proto, &b->proto);
	ck_properties(a->properties, a->property_count, b->properties, b->property_count);
	ck_properties(a->privates, a->private_count, b->privates, b->private_count);
	ck_properties(a->internals, a->internal_count, b->internals, b->internal_count);
	ck_assert_uint_eq(a->length, b->length);
	ck_assert_uint_eq(a->element_count, b->element_count);
	for (i = 0; i < a->element_count; i++)
		ck_value(&a->elements[i], &b->elements[i]);
	ck_assert_uint_eq(a->more_elements.first, b->more_elements.first);
	ck_assert_uint_eq(a->more_elements.count, b->more_elements.count);
	ck_assert_uint_eq(a->more_properties.count, b->more_properties.count);
	ck_text(&a->text, &b->text);
	ck_assert(!memcmp(&a->location, &b->location, sizeof(a->location)));
	ck_assert_uint_eq(a->scope_count, b->scope_count);
	for (i = 0; i < a->scope_count; i++)
		ck_assert_uint_eq(a->scopes[i], b->scopes[i]);
	ck_value(&a->first, &b->first);
	ck_value(&a->second, &b->second);
	ck_assert(!memcmp(&a->number, &b->number, sizeof(double)) ||
		  (isnan(a->number) && isnan(b->number)));
	ck_assert_uint_eq(a->state, b->state);
	ck_assert_int_eq(a->scope_type, b->scope_type);
	ck_assert_int_eq(a->element_type, b->element_type);
	ck_assert_uint_eq(a->byte_offset, b->byte_offset);
	ck_assert_uint_eq(a->bytes.len, b->bytes.len);
	ck_assert(!a->bytes.len || !memcmp(a->bytes.data, b->bytes.data, a->bytes.len));
	ck_assert_int_eq(a->omitted_reason, b->omitted_reason);
	ck_assert_uint_eq(a->omitted_properties, b->omitted_properties);
	ck_assert_uint_eq(a->omitted_elements, b->omitted_elements);
}

static void expect_object(const struct ipm_object *expected)
{
	const struct ipm_object *o;

	ck_ok(ipm_reader_object(r, expected->id, &o, &err));
	ck_object(expected, o);
	ipm_object_release(r, o);
}

START_TEST(every_value)
{
	const struct ipm_text digits = {.str = IPM_STR("-123456789012345678901234567890"),
					.length = 31};
	struct ipm_value values[] = {
		undefined,
		null_value,
		{.type = IPM_VALUE_BOOLEAN, .boolean = true},
		{.type = IPM_VALUE_BOOLEAN, .boolean = false},
		integer(0),
		integer(-1),
		integer(-33),
		integer(127),
		integer(128),
		integer(65536),
		integer(9007199254740991),
		integer(-9007199254740991),
		number(-0.0),
		number(NAN),
		number(INFINITY),
		number(-INFINITY),
		number(0.5),
		number(0.1),
		number(5e-324),
		number(1.7976931348623157e308),
		str(""),
		str("hello"),
		str("hello world, twice"),
		str("hello world, twice"),
		str("hello world, twice"),
		str("caf\xC3\xA9"),
		{.type = IPM_VALUE_STRING,
		 .string = {.str = IPM_STR("a\xED\xA0\x80z"), .length = 3}},
		{.type = IPM_VALUE_STRING,
		 .string = {.str = IPM_STR("\xF0\x9F\x98\x80"), .length = 2}},
		{.type = IPM_VALUE_STRING, .string = {.str = IPM_STR("nul\0nul"), .length = 7}},
		{.type = IPM_VALUE_STRING, .string = {.str = IPM_STR("cut here"), .length = 99999}},
		{.type = IPM_VALUE_STRING, .string = {.script_id = 7, .start = 100, .length = 20}},
		{.type = IPM_VALUE_BIGINT, .string = digits},
		ref(1),
		ref(2),
		ref(3),
		ref(9),
		ref(4),
		ref(10),
		ref(UINT64_C(1) << 40),
		{.type = IPM_VALUE_ACCESSOR, .accessor = {.get = 5}},
		{.type = IPM_VALUE_ACCESSOR, .accessor = {.set = UINT64_C(1) << 41}},
		{.type = IPM_VALUE_HOLES, .holes = 4000000000u},
		{.type = IPM_VALUE_OMITTED, .omitted = {.reason = IPM_REASON_DENIED}},
		{.type = IPM_VALUE_OMITTED, .omitted = {.reason = IPM_REASON_REDACTED, .size = 12}},
		{.type = IPM_VALUE_OMITTED,
		 .omitted = {.reason = IPM_REASON_GONE, .type_name = IPM_STR("string")}},
	};
	size_t n = sizeof(values) / sizeof(values[0]), i;
	struct ipm_property *properties = calloc(n, sizeof(*properties));
	char(*names)[16] = calloc(n, sizeof(*names));
	struct ipm_object o = {.id = 1,
			       .class_name = IPM_STR("Object"),
			       .proto = null_value,
			       .properties = properties,
			       .property_count = n};
	struct ipm_object array = {.id = 2,
				   .kind = IPM_KIND_ARRAY,
				   .class_name = IPM_STR("Array"),
				   .proto = ref(3),
				   .elements = values,
				   .element_count = n,
				   .length = n + 4000000000u - 1};

	for (i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "key %zu", i);
		properties[i].name = (struct ipm_str){names[i], strlen(names[i])};
		properties[i].flags = (uint8_t)(i % 8);
		properties[i].symbol_id = i % 5 == 4 ? i : 0;
		properties[i].value = values[i];
	}
	ck_ok(ipm_writer_object(w, &o, &err));
	ck_ok(ipm_writer_object(w, &array, &err));
	finish_and_open();
	expect_object(&o);
	expect_object(&array);
	free(properties);
	free(names);
}
END_TEST

/* Bit by bit, also next to where decimals end: whole, at 2^31, with seven digits, at zero. */
START_TEST(every_number)
{
	static const double near[] = {
		0,	     1,		 0.1,		0.000001, 0.0000001,
		214748364.7, 2147483647, 2147483647.1,	1e15,	  4503599627370495.5,
		12.34,	     99.99,	 0.30000000001, 1 / 3.0,  123456.789012};
	enum { COUNT = 4000 };
	static double numbers[COUNT];
	static struct ipm_value values[COUNT];
	struct ipm_object array = {.id = 1,
				   .kind = IPM_KIND_ARRAY,
				   .class_name = IPM_STR("Array"),
				   .elements = values,
				   .element_count = COUNT,
				   .length = COUNT};
	const struct ipm_object *got;
	uint64_t state = 1;
	size_t i;

	for (i = 0; i < COUNT; i++) {
		double each = near[i / 6 % (sizeof(near) / sizeof(*near))];

		state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		if (i >= 600)
			each = (double)(state >> 40) / (i % 2 ? 100 : 1000);
		else if (i % 6 / 2 == 1)
			each = nextafter(each, INFINITY);
		else if (i % 6 / 2 == 2)
			each = nextafter(each, -INFINITY);
		numbers[i] = i % 2 ? each : -each;
		values[i] = number(numbers[i]);
	}
	ck_ok(ipm_writer_object(w, &array, &err));
	finish_and_open();
	ck_ok(ipm_reader_object(r, 1, &got, &err));
	ck_assert_uint_eq(got->element_count, COUNT);
	for (i = 0; i < COUNT; i++) {
		ck_assert_int_eq(got->elements[i].type, IPM_VALUE_NUMBER);
		ck_assert_msg(!memcmp(&got->elements[i].number, &numbers[i], sizeof(double)),
			      "%.17g", numbers[i]);
	}
	ipm_object_release(r, got);
}
END_TEST

START_TEST(every_kind)
{
	static const uint64_t scopes[] = {30, 31, 2};
	static const uint8_t bytes[] = {0, 1, 2, 255};
	struct ipm_value pair[] = {str("key"), ref(40), integer(1), undefined};
	struct ipm_property hidden[] = {
		{.name = IPM_STR("#secret"), .flags = 7, .value = integer(42)}};
	const struct ipm_text text = {.str = IPM_STR("some text"), .length = 9};
	struct ipm_object objects[] = {
		{.kind = IPM_KIND_ARRAY},
		{.kind = IPM_KIND_ARRAY, .length = 4, .elements = pair, .element_count = 4},
		{.kind = IPM_KIND_ARRAY, .length = 9, .elements = pair, .element_count = 4},
		{.kind = IPM_KIND_ARRAY, .length = 100000},
		{.kind = IPM_KIND_ARGUMENTS, .length = 1, .elements = pair + 1, .element_count = 1},
		{.kind = IPM_KIND_FUNCTION,
		 .text = text,
		 .location = {.script_id = 3, .line = 4, .column = -1},
		 .scopes = scopes,
		 .scope_count = 3},
		{.kind = IPM_KIND_FUNCTION},
		{.kind = IPM_KIND_ERROR, .text = text},
		{.kind = IPM_KIND_MAP, .length = 2, .elements = pair, .element_count = 4},
		{.kind = IPM_KIND_MAP, .length = 7, .elements = pair, .element_count = 4},
		{.kind = IPM_KIND_SET, .length = 4, .elements = pair, .element_count = 4},
		{.kind = IPM_KIND_WEAKMAP, .length = 1, .elements = pair, .element_count = 2},
		{.kind = IPM_KIND_WEAKSET},
		{.kind = IPM_KIND_DATE, .number = 1700000000000.0, .text = text},
		{.kind = IPM_KIND_DATE, .number = NAN},
		{.kind = IPM_KIND_DATE, .number = -0.0},
		{.kind = IPM_KIND_DATE,
		 .number = 1600030067200.0,
		 .text = {.str = IPM_STR("Sun Sep 13 2020 20:47:47 GMT+0000 (Coordinated Universal "
					 "Time)"),
			  .length = 62}},
		{.kind = IPM_KIND_DATE,
		 .number = 951782399999.0,
		 .text = {.str = IPM_STR("Tue Feb 29 2000 05:29:59 GMT+0530 (India Standard Time)"),
			  .length = 55}},
		{.kind = IPM_KIND_DATE,
		 .number = -1.0,
		 .text = {.str = IPM_STR(
				  "Wed Dec 31 1969 18:59:59 GMT-0500 (Eastern Standard Time)"),
			  .length = 57}},
		{.kind = IPM_KIND_DATE,
		 .number = -62198755200000.0,
		 .text = {.str = IPM_STR("Fri Jan 01 -001 00:00:00 GMT+0000 (Coordinated Universal "
					 "Time)"),
			  .length = 62}},
		{.kind = IPM_KIND_DATE,
		 .number = 0.0,
		 .text = {.str = IPM_STR("Fri Jan 02 1970 00:00:00 GMT+0000 (a lie)"),
			  .length = 41}},
		{.kind = IPM_KIND_REGEXP, .text = text},
		{.kind = IPM_KIND_PROMISE, .state = IPM_PROMISE_REJECTED, .first = ref(50)},
		{.kind = IPM_KIND_PROXY, .first = ref(51), .second = ref(52)},
		{.kind = IPM_KIND_PROXY, .first = null_value, .second = null_value},
		{.kind = IPM_KIND_TYPEDARRAY,
		 .element_type = IPM_ELEMENT_FLOAT64,
		 .length = 12,
		 .byte_offset = 8,
		 .first = ref(53)},
		{.kind = IPM_KIND_ARRAYBUFFER, .length = 4, .bytes = {bytes, 4}},
		{.kind = IPM_KIND_ARRAYBUFFER},
		{.kind = IPM_KIND_DATAVIEW, .length = 4, .byte_offset = 2, .first = ref(54)},
		{.kind = IPM_KIND_GENERATOR,
		 .state = IPM_GENERATOR_RUNNING,
		 .first = ref(55),
		 .second = undefined,
		 .location = {.script_id = 9, .line = 1, .column = 2},
		 .scopes = scopes,
		 .scope_count = 1},
		{.kind = IPM_KIND_ITERATOR, .state = 1, .elements = pair, .element_count = 2},
		{.kind = IPM_KIND_WEAKREF, .first = ref(56)},
		{.kind = IPM_KIND_WEAKREF, .description = IPM_STR("gone")},
		{.kind = IPM_KIND_SYMBOL, .text = text},
		{.kind = IPM_KIND_PRIMITIVE, .first = str("boxed string")},
		{.kind = IPM_KIND_PRIMITIVE, .first = number(-0.0)},
		{.kind = IPM_KIND_SCOPE, .scope_type = IPM_SCOPE_CATCH, .text = text},
		{.kind = IPM_KIND_MODULE},
		{.kind = IPM_KIND_WASM_MEMORY},
		{.kind = IPM_KIND_OTHER, .subtype = IPM_STR("trustedtype")},
		{.description = IPM_STR("strange"),
		 .privates = hidden,
		 .private_count = 1,
		 .internals = hidden,
		 .internal_count = 1,
		 .properties = hidden,
		 .property_count = 1,
		 .omitted_reason = IPM_REASON_LENGTH,
		 .omitted_properties = 5,
		 .omitted_elements = 6},
	};
	size_t n = sizeof(objects) / sizeof(objects[0]), i, round;

	/* Twice: the second time every shape and string is known. */
	for (round = 0; round < 2; round++)
		for (i = 0; i < n; i++) {
			objects[i].id = round * n + i + 1;
			objects[i].class_name = (struct ipm_str)IPM_STR("Thing");
			objects[i].proto = round ? ref(1) : null_value;
			ck_ok(ipm_writer_object(w, &objects[i], &err));
		}
	finish_and_open();
	for (i = 0; i < n; i++)
		expect_object(&objects[i]);
	ck_assert_uint_eq(ipm_reader_info(r)->objects, 2 * n);
}
END_TEST

static bool append_piece(void *self, struct ipm_str piece)
{
	ipm_buf_str(self, piece);
	return true;
}

/* 20,001 units, with a pair across every border of slices. */
static void long_text(struct ipm_buf *out)
{
	size_t i;

	ipm_buf_cstr(out, "x");
	for (i = 0; i < 10000; i++)
		ipm_buf_cstr(out, "\xF0\x9F\x98\x80");
}

START_TEST(long_texts)
{
	struct ipm_buf text = IPM_BUF_INIT, got = IPM_BUF_INIT, want = IPM_BUF_INIT;
	struct ipm_script script = {.id = 5, .url = IPM_STR("file:///a.js"), .has_source = true};
	struct ipm_object o = {.id = 1, .class_name = IPM_STR("Object"), .proto = null_value};
	struct ipm_property property = {.name = IPM_STR("p"), .flags = 7};
	struct ipm_text range = {.script_id = 5, .start = 8190, .length = 10};
	const struct ipm_script *s;
	const struct ipm_object *back;

	long_text(&text);
	property.value.type = IPM_VALUE_STRING;
	property.value.string = (struct ipm_text){.str = ipm_buf_as_str(&text), .length = 20001};
	o.properties = &property;
	o.property_count = 1;
	ck_ok(ipm_writer_text(w, ipm_buf_as_str(&text), &script.source, &err));
	ck_assert_uint_eq(script.source.length, 20001);
	ck_assert_uint_eq(script.source.slices.count, 20001);
	ck_ok(ipm_writer_script(w, &script, &err));
	ck_ok(ipm_writer_object(w, &o, &err));
	finish_and_open();

	ck_ok(ipm_reader_script(r, 5, &s, &err));
	ck_str(s->url, script.url);
	ck_ok(ipm_reader_text(r, &s->source, 0, UINT64_MAX, append_piece, &got, &err));
	ck_str(ipm_buf_as_str(&got), ipm_buf_as_str(&text));
	ck_ok(ipm_reader_object(r, 1, &back, &err));
	ipm_buf_reset(&got);
	ck_ok(ipm_reader_text(r, &back->properties[0].value.string, 0, UINT64_MAX, append_piece,
			      &got, &err));
	ck_str(ipm_buf_as_str(&got), ipm_buf_as_str(&text));
	ipm_object_release(r, back);
	ipm_buf_reset(&got);
	ck_ok(ipm_reader_text(r, &range, 0, UINT64_MAX, append_piece, &got, &err));
	ipm_wtf8_slice(&want, ipm_buf_as_str(&text), 8190, 8200);
	ck_str(ipm_buf_as_str(&got), ipm_buf_as_str(&want));
	ipm_buf_deinit(&text);
	ipm_buf_deinit(&got);
	ipm_buf_deinit(&want);
}
END_TEST

START_TEST(pause_and_notes)
{
	static const struct ipm_str argv[] = {IPM_STR("node"), IPM_STR("app.js")};
	struct ipm_scope_ref scope = {.type = IPM_SCOPE_CLOSURE,
				      .name = IPM_STR("f"),
				      .object = ref(3),
				      .start = {1, 2, 3},
				      .end = {1, 4, 5}};
	struct ipm_frame frames[2] = {
		{.function_name = IPM_STR("f"),
		 .url = IPM_STR("file:///a.js"),
		 .location = {1, 10, 20},
		 .this_value = ref(2),
		 .scopes = &scope,
		 .scope_count = 1,
		 .can_be_restarted = true},
		{.function_name = IPM_STR(""),
		 .this_value = undefined,
		 .has_return_value = true,
		 .return_value = integer(4),
		 .locals_missing = IPM_REASON_TIME},
	};
	struct ipm_call_site site = {.function_name = IPM_STR("g"), .location = {2, 0, 0}};
	struct ipm_async_stack stack = {
		.description = IPM_STR("await"), .call_sites = &site, .call_site_count = 1};
	struct ipm_pause pause = {.reason = IPM_STR("exception"),
				  .uncaught = true,
				  .time_ns = 123456789,
				  .thread = IPM_STR("main"),
				  .data = ref(1),
				  .has_data = true,
				  .frames = frames,
				  .frame_count = 2,
				  .omitted_frames = 3,
				  .async_stacks = &stack,
				  .async_stack_count = 1};
	struct ipm_note note = {.name = IPM_STR("report"),
				.text = {.str = IPM_STR("{}"), .length = 2}};
	const struct ipm_pause *p;
	const struct ipm_note *n;

	(void)argv;
	ck_ok(ipm_writer_pause(w, &pause, &err));
	ck_ok(ipm_writer_note(w, &note, &err));
	finish_and_open();
	ck_ok(ipm_reader_pause(r, 0, &p, &err));
	ck_str(p->reason, pause.reason);
	ck_assert(p->uncaught && p->has_data);
	ck_value(&p->data, &pause.data);
	ck_assert_uint_eq(p->time_ns, 123456789);
	ck_assert_uint_eq(p->frame_count, 2);
	ck_assert_uint_eq(p->omitted_frames, 3);
	ck_str(p->frames[0].function_name, frames[0].function_name);
	ck_assert_int_eq(p->frames[0].location.column, 20);
	ck_assert_uint_eq(p->frames[0].scope_count, 1);
	ck_value(&p->frames[0].scopes[0].object, &scope.object);
	ck_assert_int_eq(p->frames[0].scopes[0].end.column, 5);
	ck_assert_int_eq(p->frames[1].locals_missing, IPM_REASON_TIME);
	ck_assert_int_eq(p->frames[1].return_value.integer, 4);
	ck_str(p->async_stacks[0].call_sites[0].function_name, site.function_name);
	ck_ok(ipm_reader_note(r, note.name, &n, &err));
	ck_str(n->text.str, note.text.str);
	ck_assert_int_eq(ipm_reader_note(r, (struct ipm_str)IPM_STR("none"), &n, &err),
			 IPM_ERR_NOT_FOUND);
	ck_assert_int_eq(ipm_reader_pause(r, 1, &p, &err), IPM_ERR_NOT_FOUND);
	ck_str(ipm_reader_meta(r)->tool, (struct ipm_str)IPM_STR("test"));
}
END_TEST

/* Object i refers to 2i and 2i+1, as a walk in order of discovery would find them. */
static void write_tree(uint64_t n)
{
	uint64_t i;

	for (i = 1; i <= n; i++) {
		char name[32];
		struct ipm_property p[3] = {
			{.name = IPM_STR("left"), .flags = 7, .value = ref(2 * i)},
			{.name = IPM_STR("right"), .flags = 7, .value = ref(2 * i + 1)},
			{.name = IPM_STR("name"), .flags = 5},
		};
		struct ipm_object o = {.id = i,
				       .class_name = IPM_STR("Node"),
				       .proto = ref(1),
				       .properties = p,
				       .property_count = 3};

		snprintf(name, sizeof(name), "node %llu", (unsigned long long)i);
		p[2].value = str(name);
		ck_ok(ipm_writer_object(w, &o, &err));
	}
}

static void expect_node(const struct ipm_object *o)
{
	char name[32];
	struct ipm_value want = undefined;

	snprintf(name, sizeof(name), "node %llu", (unsigned long long)o->id);
	want = str(name);
	ck_assert_uint_eq(o->property_count, 3);
	ck_assert_uint_eq(o->properties[0].value.object_id, 2 * o->id);
	ck_assert_uint_eq(o->properties[1].value.object_id, 2 * o->id + 1);
	ck_value(&o->properties[2].value, &want);
}

static bool visit_node(void *self, const struct ipm_object *o)
{
	uint64_t *next = self;

	ck_assert_uint_eq(o->id, *next);
	expect_node(o);
	++*next;
	return true;
}

START_TEST(many_objects)
{
	const uint64_t n = 50000;
	const struct ipm_object *o;
	uint64_t i, next = 1, damaged;

	write_tree(n);
	finish_and_open();
	ck_assert_uint_eq(ipm_reader_info(r)->objects, n);
	for (i = 1; i <= n; i += 37) {
		ck_ok(ipm_reader_object(r, i, &o, &err));
		expect_node(o);
		ipm_object_release(r, o);
	}
	ck_assert_int_eq(ipm_reader_object(r, n + 1, &o, &err), IPM_ERR_NOT_FOUND);
	ck_assert_int_eq(ipm_reader_object(r, 0, &o, &err), IPM_ERR_NOT_FOUND);
	ck_ok(ipm_reader_scan(r, 1, visit_node, &next, &damaged, &err));
	ck_assert_uint_eq(next, n + 1);
	ck_assert_uint_eq(damaged, 0);
}
END_TEST

START_TEST(cut_file)
{
	uint64_t next = 1, damaged;

	write_tree(20000);
	ck_ok(ipm_writer_flush(w, &err));
	ck_ok(open_bytes(ipm_buf_bytes(&file), NULL, &r, &err));
	ck_assert_int_eq(ipm_reader_info(r)->integrity, IPM_CUT);
	ck_assert_uint_eq(ipm_reader_info(r)->objects, 20000);
	ck_ok(ipm_reader_scan(r, 1, visit_node, &next, &damaged, &err));
	ck_assert_uint_eq(next, 20001);
}
END_TEST

START_TEST(size_limit)
{
	const uint64_t limits[] = {20000, 100000, 1000000};
	const struct ipm_writer_options opts = {.max_bytes = limits[_i]};
	const struct ipm_meta meta = {.tool = IPM_STR("test")};
	struct ipm_object o = {.class_name = IPM_STR("Object")};
	struct ipm_property p = {.name = IPM_STR("p"), .flags = 7};
	enum ipm_errc rc = IPM_OK;
	uint64_t state = 1, written;
	char text[200];
	size_t i;

	ipm_writer_destroy(w);
	ipm_buf_reset(&file);
	ck_ok(ipm_writer_create(memory_sink(&file), &opts, &w, &err));
	ck_ok(ipm_writer_meta(w, &meta, &err));
	o.properties = &p;
	o.property_count = 1;
	for (o.id = 1; !rc && o.id < 100000; o.id++) {
		for (i = 0; i < sizeof(text); i++) {
			state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
			text[i] = (char)(' ' + (state >> 40) % 90);
		}
		p.value =
			(struct ipm_value){.type = IPM_VALUE_STRING,
					   .string = {.str = {text, sizeof(text)}, .length = 200}};
		rc = ipm_writer_object(w, &o, &err);
	}
	ck_assert_int_eq(rc, IPM_ERR_LIMIT);
	written = ipm_writer_objects(w);
	ck_assert_int_eq(ipm_writer_object(w, &o, &err), IPM_ERR_INVALID_ARGUMENT);
	finish_and_open();
	ck_assert_uint_le(file.len, limits[_i]);
	ck_assert_uint_eq(ipm_reader_info(r)->objects, written);
	/* Most of the room was used, but for what finish() might have needed. */
	if (_i)
		ck_assert_uint_gt(file.len, limits[_i] / 2);
}
END_TEST

/* More than fits any record in place: nothing is lost, the strings go to slices. */
START_TEST(crowded)
{
	enum { N = 4096, LEN = 3000 };
	char *text = malloc(N + LEN);
	struct ipm_value *values = calloc(N, sizeof(*values));
	struct ipm_property p = {.flags = 7, .value = {.type = IPM_VALUE_NULL}};
	struct ipm_object o = {.id = 1,
			       .kind = IPM_KIND_ARRAY,
			       .class_name = IPM_STR("Array"),
			       .elements = values,
			       .element_count = N,
			       .length = N};
	struct ipm_object named = {
		.id = 2, .class_name = IPM_STR("Object"), .properties = &p, .property_count = 1};
	struct ipm_buf got = IPM_BUF_INIT;
	const struct ipm_object *back;
	size_t i;

	for (i = 0; i < N + LEN; i++)
		text[i] = (char)('a' + i % 23);
	for (i = 0; i < N; i++) {
		values[i].type = IPM_VALUE_STRING;
		values[i].string = (struct ipm_text){.str = {text + i, LEN}, .length = LEN};
	}
	p.name = (struct ipm_str){text, 7000};
	ck_ok(ipm_writer_object(w, &o, &err));
	ck_ok(ipm_writer_object(w, &named, &err));
	o.id = 3;
	o.element_count = N + 1;
	ck_assert_int_eq(ipm_writer_object(w, &o, &err), IPM_ERR_INVALID_ARGUMENT);
	finish_and_open();
	ck_ok(ipm_reader_object(r, 1, &back, &err));
	ck_assert_uint_eq(back->element_count, N);
	for (i = 0; i < N; i += 97) {
		ipm_buf_reset(&got);
		ck_assert_uint_eq(back->elements[i].string.length, LEN);
		ck_ok(ipm_reader_text(r, &back->elements[i].string, 0, UINT64_MAX, append_piece,
				      &got, &err));
		ck_str(ipm_buf_as_str(&got), values[i].string.str);
	}
	ipm_object_release(r, back);
	expect_object(&named);
	ipm_buf_deinit(&got);
	free(values);
	free(text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("format/roundtrip");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, every_value);
	tcase_add_test(t, every_number);
	tcase_add_test(t, every_kind);
	tcase_add_test(t, long_texts);
	tcase_add_test(t, pause_and_notes);
	tcase_add_test(t, many_objects);
	tcase_add_test(t, cut_file);
	tcase_add_loop_test(t, size_limit, 0, 3);
	tcase_add_test(t, crowded);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
