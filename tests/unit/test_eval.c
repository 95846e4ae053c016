/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "eval.h"
#include "memory_file.h"

/*
 * The evaluator on a small file made by hand: what only a dead process has (holes in what was
 * captured, dead zones, redacted values), and what results become.
 */

static struct ipm_reader *reader;
static struct ipm_evaluator *ev;
static struct ipm_error err;

static struct ipm_value integer(int64_t n)
{
	return (struct ipm_value){.type = IPM_VALUE_INTEGER, .integer = n};
}

static struct ipm_value ref(uint64_t id)
{
	return (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = id};
}

static struct ipm_value text(const char *s)
{
	return (struct ipm_value){
		.type = IPM_VALUE_STRING,
		.string = {.str = {s, strlen(s)}, .length = strlen(s)},
	};
}

static struct ipm_value missing(enum ipm_reason reason, const char *type)
{
	return (struct ipm_value){
		.type = IPM_VALUE_OMITTED,
		.omitted = {.reason = reason, .type_name = {type, strlen(type)}},
	};
}

static struct ipm_property property(const char *name, struct ipm_value value)
{
	return (struct ipm_property){
		.name = {name, strlen(name)},
		.flags = IPM_PROPERTY_DEFAULT,
		.value = value,
	};
}

enum { SCOPE = 1, USER, PARTIAL, SLICED, GETTER, WITH_GETTER, GLOBAL, COUNT, NOT_CAPTURED = 40 };

static void write_objects(struct ipm_writer *w)
{
	struct ipm_value cut = text("abcdef");
	struct ipm_property scope[] = {
		property("x", integer(1)),
		property("dead", missing(IPM_REASON_UNINITIALIZED, "")),
		property("gone", missing(IPM_REASON_OBJECTS, "function")),
		property("optimized", missing(IPM_REASON_OPTIMIZED_OUT, "")),
		property("password", missing(IPM_REASON_REDACTED, "string")),
		property("user", ref(USER)),
		property("partial", ref(PARTIAL)),
		property("sliced", ref(SLICED)),
		property("lazy", ref(WITH_GETTER)),
		property("lost", ref(NOT_CAPTURED)),
		property("cut", cut),
		property("Math", integer(5)),
	};
	struct ipm_property user[] = {property("name", text("ada"))};
	struct ipm_value few[] = {integer(1), integer(2), integer(3)};
	struct ipm_value more[] = {integer(3),
				   {.type = IPM_VALUE_HOLES, .holes = 2},
				   integer(6),
				   integer(7),
				   integer(8)};
	struct ipm_property with_getter[] = {property("value", integer(0))};
	struct ipm_property global[] = {property("process", missing(IPM_REASON_DENIED, "object")),
					property("fromGlobal", integer(9))};
	struct ipm_object o;
	struct ipm_slice slice;
	uint64_t first;

	scope[10].value.string.length = 100;
	with_getter[0].value =
		(struct ipm_value){.type = IPM_VALUE_ACCESSOR, .accessor = {.get = GETTER}};
#define WRITE() ck_assert_int_eq(ipm_writer_object(w, &o, &err), IPM_OK)
	o = (struct ipm_object){.id = SCOPE,
				.kind = IPM_KIND_SCOPE,
				.properties = scope,
				.property_count = sizeof(scope) / sizeof(*scope)};
	o.proto.type = IPM_VALUE_NULL;
	WRITE();
	o = (struct ipm_object){.id = USER,
				.class_name = IPM_STR("User"),
				.properties = user,
				.property_count = 1,
				.proto = ref(NOT_CAPTURED + 1)};
	WRITE();
	o = (struct ipm_object){.id = PARTIAL,
				.kind = IPM_KIND_ARRAY,
				.class_name = IPM_STR("Array"),
				.length = 10,
				.elements = few,
				.element_count = 3,
				.omitted_reason = IPM_REASON_LENGTH,
				.omitted_elements = 7,
				.proto = ref(NOT_CAPTURED + 2)};
	WRITE();
	o = (struct ipm_object){.id = SLICED,
				.kind = IPM_KIND_ARRAY,
				.class_name = IPM_STR("Array"),
				.length = 9,
				.elements = few,
				.element_count = 3,
				.proto = ref(NOT_CAPTURED + 2)};
	o.more_elements = ipm_writer_reserve_slices(w, 6, 3);
	first = o.more_elements.first;
	WRITE();
	slice = (struct ipm_slice){.id = first, .values = more, .value_count = 2};
	ck_assert_int_eq(ipm_writer_slice(w, &slice, &err), IPM_OK);
	slice = (struct ipm_slice){.id = first + 1, .values = more + 2, .value_count = 3};
	ck_assert_int_eq(ipm_writer_slice(w, &slice, &err), IPM_OK);
	o = (struct ipm_object){.id = GETTER,
				.kind = IPM_KIND_FUNCTION,
				.class_name = IPM_STR("Function"),
				.text = {.str = IPM_STR("get value() { return 1; }"), .length = 25},
				.proto = ref(NOT_CAPTURED + 3)};
	WRITE();
	o = (struct ipm_object){.id = WITH_GETTER,
				.class_name = IPM_STR("Object"),
				.properties = with_getter,
				.property_count = 1,
				.proto = ref(NOT_CAPTURED + 4)};
	WRITE();
	o = (struct ipm_object){.id = GLOBAL,
				.class_name = IPM_STR("global"),
				.properties = global,
				.property_count = 2,
				.proto = ref(NOT_CAPTURED + 4)};
	WRITE();
#undef WRITE
}

static void setup(void)
{
	const struct ipm_meta meta = {.node_version = IPM_STR("v20.1.0"), .pid = 77};
	struct ipm_scope_ref scopes[] = {{.type = IPM_SCOPE_LOCAL, .object = ref(SCOPE)},
					 {.type = IPM_SCOPE_GLOBAL, .object = ref(GLOBAL)}};
	struct ipm_frame frames[] = {
		{.function_name = IPM_STR("top"),
		 .url = IPM_STR("file:///a.js"),
		 .location = {3, 10, 4},
		 .scopes = scopes,
		 .scope_count = 2,
		 .this_value = ref(USER)},
		{.function_name = IPM_STR("bare"), .locals_missing = IPM_REASON_TIME},
	};
	struct ipm_pause pause = {
		.reason = IPM_STR("exception"), .frames = frames, .frame_count = 2};
	struct ipm_summary summary = {.status = IPM_STATUS_BUDGET,
				      .stopped_by = IPM_REASON_OBJECTS};
	struct ipm_buf bytes = IPM_BUF_INIT;
	struct ipm_writer *w;

	ck_assert_int_eq(ipm_writer_create(memory_sink(&bytes), NULL, &w, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_meta(w, &meta, &err), IPM_OK);
	write_objects(w);
	ck_assert_int_eq(ipm_writer_pause(w, &pause, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_finish(w, &summary, &err), IPM_OK);
	ipm_writer_destroy(w);
	ck_assert_int_eq(open_bytes(ipm_buf_bytes(&bytes), NULL, &reader, &err), IPM_OK);
	ipm_buf_deinit(&bytes);
	ck_assert_int_eq(ipm_evaluator_create(reader, NULL, &ev, &err), IPM_OK);
}

static void teardown(void)
{
	ipm_evaluator_destroy(ev);
	ipm_reader_close(reader);
}

static struct ipm_eval_result eval_at(int64_t frame, const char *expression)
{
	struct ipm_eval_request req = {.expression = {expression, strlen(expression)},
				       .frame = frame,
				       .object_group = IPM_STR("test")};
	struct ipm_eval_result result;

	ck_assert_msg(ipm_eval(ev, &req, &result, &err) == IPM_OK, "%s: %s", expression,
		      err.message);
	return result;
}

static struct ipm_eval_result eval(const char *expression)
{
	return eval_at(0, expression);
}

static void expect_text(const char *expression, const char *expected)
{
	struct ipm_eval_result r = eval(expression);

	ck_assert_msg(!r.thrown, "%s: %.*s", expression, (int)r.message.len, r.message.data);
	ck_assert_int_eq(r.value.type, IPM_VALUE_STRING);
	ck_assert_msg(r.value.string.str.len == strlen(expected) &&
			      !memcmp(r.value.string.str.data, expected, strlen(expected)),
		      "%s: %.*s", expression, (int)r.value.string.str.len, r.value.string.str.data);
}

static void expect_integer(const char *expression, int64_t expected)
{
	struct ipm_eval_result r = eval(expression);

	ck_assert_msg(!r.thrown, "%s: %.*s", expression, (int)r.message.len, r.message.data);
	ck_assert_int_eq(r.value.type, IPM_VALUE_INTEGER);
	ck_assert_int_eq(r.value.integer, expected);
}

static void expect_thrown_at(int64_t frame, const char *expression, const char *expected)
{
	struct ipm_eval_result r = eval_at(frame, expression);

	ck_assert_msg(r.thrown, "%s did not throw", expression);
	ck_assert_msg(r.message.len == strlen(expected) &&
			      !memcmp(r.message.data, expected, r.message.len),
		      "%s: %.*s", expression, (int)r.message.len, r.message.data);
}

static void expect_thrown(const char *expression, const char *expected)
{
	expect_thrown_at(0, expression, expected);
}

START_TEST(names)
{
	expect_integer("x", 1);
	expect_integer("this.name.length", 3);
	expect_integer("fromGlobal", 9);
	expect_integer("Math", 5); /* a variable of the program's shadows the builtin */
	expect_thrown("nosuch", "ReferenceError: nosuch is not defined");
	expect_thrown("dead", "ReferenceError: Cannot access 'dead' before initialization");
	expect_text("typeof nosuch", "undefined");
	expect_integer("process.pid", 77);
	expect_text("process.version + process.versions.node", "v20.1.020.1.0");
	expect_thrown_at(-1, "x", "ReferenceError: x is not defined");
	ck_assert_int_eq(eval_at(-1, "fromGlobal").value.integer, 9);
	expect_thrown_at(1, "x",
			 "EvalError: 'x' is unknown: this frame's variables were not "
			 "captured (time)");
}
END_TEST

START_TEST(what_is_not_there)
{
	struct ipm_eval_result r = eval("gone");

	/* Looking at it is fine and shows why; using it is an exception that says why. */
	ck_assert(!r.thrown);
	ck_assert_int_eq(r.value.type, IPM_VALUE_OMITTED);
	ck_assert_int_eq(r.value.omitted.reason, IPM_REASON_OBJECTS);
	expect_text("typeof gone", "function");
	expect_thrown("gone()", "EvalError: this value is not in the crash file (objects)");
	expect_thrown("gone.x", "EvalError: this value is not in the crash file (objects)");
	expect_thrown("gone + 1", "EvalError: this value is not in the crash file (objects)");
	expect_thrown("gone ? 1 : 2", "EvalError: this value is not in the crash file (objects)");
	expect_thrown("gone === 1", "EvalError: this value is not in the crash file (objects)");
	expect_thrown("[...gone]", "EvalError: this value is not in the crash file (objects)");
	expect_thrown("optimized * 2", "EvalError: this variable was optimized out");
	expect_thrown("password.length",
		      "EvalError: this value was redacted when the crash was captured");
	expect_thrown("`${password}`",
		      "EvalError: this value was redacted when the crash was captured");
	r = eval("[gone, password]");
	ck_assert_int_eq(r.value.type, IPM_VALUE_OBJECT);
	r = eval("lost");
	ck_assert_int_eq(r.value.type, IPM_VALUE_OBJECT);
	ck_assert_uint_eq(r.value.object_id, NOT_CAPTURED);
	expect_thrown("lost.x", "EvalError: this object is not in the crash file (objects)");
	expect_text("lost === lost ? 'same' : 'other'", "same");
	expect_thrown("lazy.value",
		      "EvalError: the getter 'value' cannot be run: the process is dead");
	expect_text("'value' in lazy ? 'in' : 'out'", "in");
	expect_integer("Object.keys(lazy).length", 1);
	expect_text("user.name", "ada");
	expect_text("user.toString()", "[object Object]");
	expect_thrown(
		"user.email",
		"EvalError: whether User has 'email' is unknown: its prototype was not captured");
}
END_TEST

START_TEST(arrays_in_pieces)
{
	expect_text("sliced.join()", "1,2,3,3,,,6,7,8");
	expect_integer("sliced[8]", 8);
	expect_integer("sliced.indexOf(7)", 7);
	expect_text("4 in sliced ? 'yes' : 'no'", "no");
	expect_integer("sliced.filter(n => n > 2).length", 5);
	expect_integer("[...sliced].length", 9);
	expect_integer("partial.length", 10);
	expect_integer("partial[2]", 3);
	expect_integer("partial.slice(0, 3).length", 3);
	expect_integer("partial.find(n => n === 2)", 2);
	expect_thrown("partial.map(n => n)", "EvalError: only the first 3 of 10 elements were "
					     "captured (length): use slice(0, 3)");
	expect_thrown("partial[5]", "EvalError: only the first 3 of 10 elements were captured "
				    "(length): use slice(0, 3)");
	expect_integer("cut.length", 100);
	expect_text("cut.slice(0, 6)", "abcdef");
	expect_thrown("cut.slice(0, 7)",
		      "EvalError: only the first 6 of this string's 100 characters were captured");
	expect_text("cut === 'abcdef' ? 'same' : 'other'", "other");
	/* Handed on as it is, the string keeps what is known about it. */
	ck_assert_uint_eq(eval("cut").value.string.length, 100);
	ck_assert_uint_eq(eval("({cut}).cut").value.string.length, 100);
}
END_TEST

START_TEST(results_live_in_the_heap)
{
	struct ipm_heap *heap = ipm_evaluator_heap(ev);
	struct ipm_eval_result r =
		eval("({ list: [1, , gone, user], f: x => x, m: new Map([[1, 2]]) })");
	const struct ipm_object *o, *inner;
	uint64_t id = r.value.object_id;

	ck_assert_int_eq(r.value.type, IPM_VALUE_OBJECT);
	ck_assert(id >= IPM_FIRST_SYNTHETIC_ID);
	ck_assert_int_eq(heap->object(heap, id, &o, &err), IPM_OK);
	ck_assert_uint_eq(o->id, id);
	ck_assert_uint_eq(o->property_count, 3);
	ck_assert_int_eq(heap->object(heap, o->properties[0].value.object_id, &inner, &err),
			 IPM_OK);
	ck_assert_int_eq(inner->kind, IPM_KIND_ARRAY);
	ck_assert_uint_eq(inner->length, 4);
	ck_assert_int_eq(inner->elements[1].type, IPM_VALUE_HOLES);
	ck_assert_int_eq(inner->elements[2].type, IPM_VALUE_OMITTED);
	ck_assert_uint_eq(inner->elements[3].object_id, USER);
	ck_assert_int_eq(heap->object(heap, o->properties[1].value.object_id, &inner, &err),
			 IPM_OK);
	ck_assert_int_eq(inner->kind, IPM_KIND_FUNCTION);
	ck_assert_uint_eq(inner->text.length, strlen("x => x"));
	ck_assert_int_eq(heap->object(heap, o->properties[2].value.object_id, &inner, &err),
			 IPM_OK);
	ck_assert_int_eq(inner->kind, IPM_KIND_MAP);
	ck_assert_uint_eq(inner->length, 1);
	ck_assert_uint_eq(inner->element_count, 2);
	heap->release(heap, inner);
	heap->release(heap, o);
	/* Another result does not disturb it; its group's end does. */
	ck_assert_int_eq(eval("1").value.type, IPM_VALUE_INTEGER);
	ck_assert_int_eq(heap->object(heap, id, &o, &err), IPM_OK);
	heap->release(heap, o);
	ipm_evaluator_release_group(ev, (struct ipm_str)IPM_STR("other"));
	ck_assert_int_eq(heap->object(heap, id, &o, &err), IPM_OK);
	heap->release(heap, o);
	ipm_evaluator_release_group(ev, (struct ipm_str)IPM_STR("test"));
	ck_assert_int_eq(heap->object(heap, id, &o, &err), IPM_ERR_NOT_FOUND);
	r = eval("[1]");
	ck_assert(r.value.object_id > id);
	ipm_evaluator_release_object(ev, r.value.object_id);
	ck_assert_int_eq(heap->object(heap, r.value.object_id, &o, &err), IPM_ERR_NOT_FOUND);
	ck_assert_int_eq(heap->object(heap, USER, &o, &err), IPM_OK);
	heap->release(heap, o);
}
END_TEST

/* An object that an expression made is an object for the next, as `this` and as argument. */
START_TEST(calls)
{
	const char *function = "function (a, b) { return [this.k + a, b.name, arguments.length]; }";
	struct ipm_heap *heap = ipm_evaluator_heap(ev);
	struct ipm_value this_value = eval("({ k: 40 })").value;
	struct ipm_value args[] = {integer(2), ref(USER)};
	struct ipm_eval_request req = {.expression = {function, strlen(function)},
				       .frame = -1,
				       .call = true,
				       .this_value = &this_value,
				       .arguments = args,
				       .argument_count = 2};
	const struct ipm_object *o;
	struct ipm_eval_result r;

	ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_OK);
	ck_assert(!r.thrown);
	ck_assert_int_eq(heap->object(heap, r.value.object_id, &o, &err), IPM_OK);
	ck_assert_int_eq(o->elements[0].integer, 42);
	ck_assert_uint_eq(o->elements[1].string.length, 3);
	ck_assert_int_eq(o->elements[2].integer, 2);
	heap->release(heap, o);
	req.expression = (struct ipm_str)IPM_STR("5");
	ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_OK);
	ck_assert(r.thrown);
}
END_TEST

START_TEST(side_effects_in_v8s_words)
{
	static const char *const expressions[] = {
		"lazy.value",	    "user.name = 1",  "x = 2",	      "x++",
		"delete user.name", "sliced.push(1)", "sliced.sort()"};
	struct ipm_eval_request req = {.frame = 0, .throw_on_side_effect = true};
	struct ipm_eval_result r;
	size_t i;

	for (i = 0; i < sizeof(expressions) / sizeof(*expressions); i++) {
		req.expression = (struct ipm_str){expressions[i], strlen(expressions[i])};
		ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_OK);
		ck_assert(r.thrown);
		ck_assert_uint_eq(r.message.len,
				  strlen("EvalError: Possible side-effect in debug-evaluate"));
	}
	/* What the expression made itself may change. */
	req.expression = (struct ipm_str)IPM_STR(
		"(() => { const a = [2, 1]; a.sort(); a.k = 1; return a[0]; })()");
	ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_OK);
	ck_assert(!r.thrown);
}
END_TEST

START_TEST(exceptions_are_errors_with_a_stack)
{
	static const char stack[] = "TypeError: Cannot read properties of undefined (reading 'z')\n"
				    "    at eval (eval at top (/a.js:11:5), <anonymous>:2:9)\n"
				    "    at top (/a.js:11:5)\n"
				    "    at bare (";
	struct ipm_heap *heap = ipm_evaluator_heap(ev);
	struct ipm_eval_result r = eval("x +\nuser['name'].y.z");
	const struct ipm_object *o;

	ck_assert(r.thrown);
	ck_assert_int_eq(r.line, 1);
	ck_assert_int_eq(heap->object(heap, r.value.object_id, &o, &err), IPM_OK);
	ck_assert_int_eq(o->kind, IPM_KIND_ERROR);
	ck_assert_uint_eq(o->class_name.len, 9);
	ck_assert_msg(o->text.str.len > 70 && !memcmp(o->text.str.data, stack, 70), "%.*s",
		      (int)o->text.str.len, o->text.str.data);
	ck_assert_uint_eq(o->property_count, 2);
	heap->release(heap, o);
	r = eval("throw 'plain'");
	ck_assert(r.thrown);
	ck_assert_int_eq(r.value.type, IPM_VALUE_STRING);
}
END_TEST

START_TEST(limits)
{
	static const char loop[] = "for (;;);";
	static const char hungry[] = "(() => { let s = 'x'; for (;;) s += s; })()";
	struct ipm_eval_request req = {
		.expression = {loop, strlen(loop)}, .frame = 0, .timeout_ms = 20};
	struct ipm_eval_result r;

	ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_OK);
	ck_assert(r.thrown);
	ck_assert_int_eq(r.stopped, IPM_EVAL_STOPPED_TIME);
	req.timeout_ms = 100000;
	req.max_steps = 1000;
	ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_OK);
	ck_assert_int_eq(r.stopped, IPM_EVAL_STOPPED_STEPS);
	req.max_steps = 0;
	req.max_bytes = 1 << 20;
	req.expression = (struct ipm_str){hungry, strlen(hungry)};
	ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_OK);
	ck_assert(r.thrown);
	ck_assert_int_eq(r.stopped, IPM_EVAL_STOPPED_BYTES);
	/* A limit is not for the expression to catch. */
	req.expression =
		(struct ipm_str)IPM_STR("try { for (;;) new Array(1000).fill(0) } catch (e) { 5 }");
	req.max_steps = 100000;
	ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_OK);
	ck_assert(r.thrown);
}
END_TEST

/* Results nobody releases make room for newer ones. */
START_TEST(kept_memory_is_bounded)
{
	const struct ipm_evaluator_options opts = {.max_kept_bytes = 1 << 20};
	static const char make[] = "new Array(1000).fill('abc')";
	static const char huge[] = "new Array(100000).fill(1)";
	struct ipm_eval_request req = {.expression = {make, strlen(make)}, .frame = -1};
	struct ipm_evaluator *small;
	struct ipm_eval_result r;
	const struct ipm_object *o;
	struct ipm_heap *heap;
	uint64_t first = 0;
	int i;

	ck_assert_int_eq(ipm_evaluator_create(reader, &opts, &small, &err), IPM_OK);
	heap = ipm_evaluator_heap(small);
	for (i = 0; i < 50; i++) {
		ck_assert_int_eq(ipm_eval(small, &req, &r, &err), IPM_OK);
		ck_assert(!r.thrown);
		first = first ? first : r.value.object_id;
		ck_assert_int_eq(heap->object(heap, r.value.object_id, &o, &err), IPM_OK);
	}
	ck_assert_int_eq(heap->object(heap, first, &o, &err), IPM_ERR_NOT_FOUND);
	req.expression = (struct ipm_str){huge, strlen(huge)};
	ck_assert_int_eq(ipm_eval(small, &req, &r, &err), IPM_OK);
	ck_assert(r.thrown);
	ipm_evaluator_destroy(small);
}
END_TEST

static bool collect(void *self, struct ipm_str name)
{
	struct ipm_buf *buf = self;

	ipm_buf_str(buf, name);
	ipm_buf_byte(buf, ' ');
	return true;
}

START_TEST(scope_names)
{
	struct ipm_buf buf = IPM_BUF_INIT;

	ck_assert_int_eq(ipm_eval_scope_names(ev, 0, 0, collect, &buf, &err), IPM_OK);
	ipm_buf_byte(&buf, 0);
	ck_assert_str_eq((const char *)buf.data,
			 "x dead gone optimized password user partial sliced lazy lost cut Math ");
	ipm_buf_deinit(&buf);
	ck_assert_int_eq(ipm_eval_scope_names(ev, 0, 7, collect, &buf, &err), IPM_ERR_NOT_FOUND);
	ck_assert_int_eq(ipm_eval_scope_names(ev, 3, 0, collect, &buf, &err), IPM_ERR_NOT_FOUND);
}
END_TEST

START_TEST(compile)
{
	static const struct {
		const char *source, *message;
	} cases[] = {
		{"x + 1", NULL},
		{"nosuch.y", NULL},
		{"let a = 1; a", NULL},
		{"x +", "SyntaxError: Unexpected end of input"},
		{"[1, 2", "SyntaxError: Unexpected end of input"},
		{"`a", "SyntaxError: Unterminated template literal"},
		{"x => {", "SyntaxError: Unexpected end of input"},
		{")", "SyntaxError: Unexpected token ')'"},
		{"1 2", "SyntaxError: Unexpected number"},
		{"const a", "SyntaxError: Missing initializer in const declaration"},
		{"return 1", "SyntaxError: Illegal return statement"},
	};
	struct ipm_eval_result r;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ipm_str source = {cases[i].source, strlen(cases[i].source)};

		ck_assert_int_eq(
			ipm_eval_compile(ev, source, (struct ipm_str)IPM_STR(""), &r, &err),
			IPM_OK);
		ck_assert_msg(r.thrown == (cases[i].message != NULL), "%s", cases[i].source);
		if (r.thrown)
			ck_assert_msg(
				r.message.len == strlen(cases[i].message) &&
					!memcmp(r.message.data, cases[i].message, r.message.len),
				"%s: %.*s", cases[i].source, (int)r.message.len, r.message.data);
	}
}
END_TEST

static void expect_json(const char *expression, const char *json)
{
	struct ipm_eval_result r = eval(expression);
	struct ipm_buf out = IPM_BUF_INIT;
	bool unserializable;

	ck_assert(!r.thrown);
	ck_assert_int_eq(ipm_eval_value_to_json(ev, &r.value, &out, &unserializable, &err), IPM_OK);
	ck_assert_int_eq(unserializable, json == NULL);
	ipm_buf_byte(&out, 0);
	ck_assert_str_eq((const char *)out.data, json ? json : "");
	ipm_buf_deinit(&out);
}

START_TEST(by_value)
{
	struct ipm_buf out = IPM_BUF_INIT;
	struct ipm_eval_result r;
	bool unserializable;

	expect_json("({ a: 1, u: undefined, l: [1, , undefined, NaN], s: '\\u0001' })",
		    "{\"a\":1,\"l\":[1,null,null,null],\"s\":\"\\u0001\"}");
	expect_json("user", "{\"name\":\"ada\"}");
	expect_json("new Map([[1, 2]])", "{}");
	expect_json("'text'", "\"text\"");
	expect_json("null", "null");
	expect_json("undefined", NULL);
	expect_json("-0", NULL);
	expect_json("1n", NULL);
	expect_json("NaN", NULL);
	r = eval("(() => { const o = {}; o.o = o; return o; })()");
	ck_assert_int_eq(ipm_eval_value_to_json(ev, &r.value, &out, &unserializable, &err),
			 IPM_ERR_LIMIT);
	ck_assert_str_eq(err.message, "Object reference chain is too long");
	ck_assert_uint_eq(out.len, 0);
	r = eval("({ n: 1n })");
	ck_assert_int_ne(ipm_eval_value_to_json(ev, &r.value, &out, &unserializable, &err), IPM_OK);
	ipm_buf_deinit(&out);
}
END_TEST

START_TEST(no_such_place)
{
	struct ipm_eval_request req = {.expression = IPM_STR("1"), .frame = 2};
	struct ipm_eval_result r;

	ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_ERR_NOT_FOUND);
	req.frame = 0;
	req.pause = 1;
	ck_assert_int_eq(ipm_eval(ev, &req, &r, &err), IPM_ERR_NOT_FOUND);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("eval");
	TCase *t = tcase_create("eval");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, names);
	tcase_add_test(t, what_is_not_there);
	tcase_add_test(t, arrays_in_pieces);
	tcase_add_test(t, results_live_in_the_heap);
	tcase_add_test(t, calls);
	tcase_add_test(t, side_effects_in_v8s_words);
	tcase_add_test(t, exceptions_are_errors_with_a_stack);
	tcase_add_test(t, limits);
	tcase_add_test(t, kept_memory_is_bounded);
	tcase_add_test(t, scope_names);
	tcase_add_test(t, compile);
	tcase_add_test(t, by_value);
	tcase_add_test(t, no_such_place);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
