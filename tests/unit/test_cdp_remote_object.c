/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "remote_object.h"

/*
 * What is expected here was answered by Node 20's inspector for the same objects, ids apart.
 */

static const struct ipm_object *objects;
static size_t object_count;
static struct ipm_heap heap;
static struct ipm_cdp cdp;
static struct ipm_buf buf;
static struct ipm_error err;

static enum ipm_errc find(struct ipm_heap *self, uint64_t id, const struct ipm_object **ret,
			  struct ipm_error *e)
{
	size_t i;

	(void)self;
	for (i = 0; i < object_count; i++) {
		if (objects[i].id == id) {
			*ret = &objects[i];
			return IPM_OK;
		}
	}
	return ipm_fail(e, IPM_ERR_NOT_FOUND, "none");
}

static void release(struct ipm_heap *self, const struct ipm_object *object)
{
	(void)self;
	(void)object;
}

static void setup(void)
{
	heap = (struct ipm_heap){find, release, NULL};
	cdp = (struct ipm_cdp){.heap = &heap, .object_id_prefix = "1.1."};
	buf = IPM_BUF_INIT;
	object_count = 0;
}

static void teardown(void)
{
	ipm_buf_deinit(&buf);
}

static void use(const struct ipm_object *list, size_t count)
{
	objects = list;
	object_count = count;
}

#define USE(list) use(list, sizeof(list) / sizeof((list)[0]))

static void expect(const char *want)
{
	ck_assert(ipm_buf_ok(&buf));
	ipm_buf_byte(&buf, 0);
	ck_assert_str_eq((const char *)buf.data, want);
	ipm_buf_reset(&buf);
}

static struct ipm_str str(const char *text)
{
	return (struct ipm_str){text, strlen(text)};
}

static struct ipm_text text(const char *chars)
{
	return (struct ipm_text){.str = str(chars), .length = strlen(chars)};
}

static struct ipm_value integer(int64_t n)
{
	return (struct ipm_value){.type = IPM_VALUE_INTEGER, .integer = n};
}

static struct ipm_value number(double n)
{
	return (struct ipm_value){.type = IPM_VALUE_NUMBER, .number = n};
}

static struct ipm_value string(const char *chars)
{
	return (struct ipm_value){.type = IPM_VALUE_STRING, .string = text(chars)};
}

static struct ipm_value object(uint64_t id)
{
	return (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = id};
}

static struct ipm_property property(const char *name, struct ipm_value value)
{
	return (struct ipm_property){
		.name = str(name), .flags = IPM_PROPERTY_DEFAULT, .value = value};
}

static void remote(struct ipm_value value, unsigned flags, const char *want)
{
	ck_assert_int_eq(ipm_cdp_remote_object(&cdp, &value, flags, &buf, &err), IPM_OK);
	expect(want);
}

static void properties(const char *id, struct ipm_cdp_properties_query query, const char *want)
{
	ck_assert_msg(ipm_cdp_get_properties_by_id(&cdp, str(id), &query, &buf, &err) == IPM_OK,
		      "%s", err.message);
	expect(want);
}

static const struct ipm_cdp_properties_query own = {.own_properties = true};
static const struct ipm_cdp_properties_query own_preview = {.own_properties = true,
							    .generate_preview = true};
static const struct ipm_cdp_properties_query accessors = {.accessor_properties_only = true};
static const struct ipm_cdp_properties_query all = {0};

START_TEST(primitives)
{
	struct ipm_value value = {.type = IPM_VALUE_UNDEFINED};

	remote(value, 0, "{\"type\":\"undefined\"}");
	value.type = IPM_VALUE_NULL;
	remote(value, 0, "{\"type\":\"object\",\"subtype\":\"null\",\"value\":null}");
	value = (struct ipm_value){.type = IPM_VALUE_BOOLEAN, .boolean = true};
	remote(value, 0, "{\"type\":\"boolean\",\"value\":true}");
	remote(integer(-5), 0, "{\"type\":\"number\",\"value\":-5,\"description\":\"-5\"}");
	remote(number(0.5), 0, "{\"type\":\"number\",\"value\":0.5,\"description\":\"0.5\"}");
	remote(number(-0.0), 0,
	       "{\"type\":\"number\",\"unserializableValue\":\"-0\",\"description\":\"-0\"}");
	remote(number(NAN), 0,
	       "{\"type\":\"number\",\"unserializableValue\":\"NaN\",\"description\":\"NaN\"}");
	remote(number(-INFINITY), 0,
	       "{\"type\":\"number\",\"unserializableValue\":\"-Infinity\","
	       "\"description\":\"-Infinity\"}");
	value = (struct ipm_value){.type = IPM_VALUE_BIGINT, .string = text("-12")};
	remote(value, 0,
	       "{\"type\":\"bigint\",\"unserializableValue\":\"-12n\",\"description\":\"-12n\"}");
	remote(string("a\"b"), 0, "{\"type\":\"string\",\"value\":\"a\\\"b\"}");
	value = string("abc");
	value.string.length = 10;
	remote(value, 0, "{\"type\":\"string\",\"value\":\"abc\\u2026 <7 more not captured>\"}");
}
END_TEST

START_TEST(holes_say_why)
{
	struct ipm_value value = {.type = IPM_VALUE_OMITTED};

	value.omitted.reason = IPM_REASON_REDACTED;
	value.omitted.type_name = str("string");
	value.omitted.size = 24;
	remote(value, 0,
	       "{\"type\":\"object\",\"className\":\"NotCaptured\","
	       "\"description\":\"<redacted string, length 24>\"}");
	value = (struct ipm_value){.type = IPM_VALUE_OMITTED};
	value.omitted.reason = IPM_REASON_TIME;
	remote(value, 0,
	       "{\"type\":\"object\",\"className\":\"NotCaptured\","
	       "\"description\":\"<not captured: time budget reached>\"}");
	remote(object(7), 0,
	       "{\"type\":\"object\",\"className\":\"Object\","
	       "\"description\":\"<not captured: not in the file>\",\"objectId\":\"1.1.7\"}");
	properties("1.1.7", own,
		   "{\"result\":[],\"internalProperties\":[{\"name\":\"[[NotCaptured]]\",\"value\":"
		   "{\"type\":\"string\",\"value\":\"not in the file\"}}]}");
	properties("1.1.7", accessors, "{\"result\":[]}");
	cdp.no_missing_ids = true;
	remote(object(7), 0,
	       "{\"type\":\"object\",\"className\":\"Object\","
	       "\"description\":\"<not captured: not in the file>\"}");
}
END_TEST

START_TEST(plain_object)
{
	struct ipm_property list[] = {
		property("a", integer(1)),
		property("b", string("x")),
		property("late", (struct ipm_value){.type = IPM_VALUE_OMITTED}),
		property("acc", (struct ipm_value){.type = IPM_VALUE_ACCESSOR}),
		property("Symbol(k)", integer(2)),
	};
	struct ipm_object all_objects[] = {
		{.id = 1,
		 .class_name = str("Object"),
		 .properties = list,
		 .property_count = 5,
		 .proto = object(4)},
		{.id = 2,
		 .kind = IPM_KIND_FUNCTION,
		 .class_name = str("Function"),
		 .text = text("get acc(){return 1}"),
		 .location = {9, 0, 0}},
		{.id = 3, .kind = IPM_KIND_SYMBOL, .text = text("Symbol(k)")},
		{.id = 4, .class_name = str("Object")},
	};

	list[2].value.omitted.reason = IPM_REASON_UNINITIALIZED;
	list[3].value.accessor.get = 2;
	list[4].symbol_id = 3;
	USE(all_objects);
	remote(object(1), IPM_CDP_PREVIEW,
	       "{\"type\":\"object\",\"className\":\"Object\",\"description\":\"Object\","
	       "\"objectId\":\"1.1.1\",\"preview\":{\"type\":\"object\",\"description\":\"Object\","
	       "\"overflow\":false,\"properties\":[{\"name\":\"a\",\"type\":\"number\","
	       "\"value\":\"1\"},{\"name\":\"b\",\"type\":\"string\",\"value\":\"x\"},"
	       "{\"name\":\"acc\",\"type\":\"accessor\"},{\"name\":\"Symbol(k)\","
	       "\"type\":\"number\",\"value\":\"2\"}]}}");
	properties(
		"1.1.1", own,
		"{\"result\":[{\"name\":\"a\",\"value\":{\"type\":\"number\",\"value\":1,"
		"\"description\":\"1\"},\"writable\":true,\"configurable\":true,\"enumerable\":"
		"true,"
		"\"isOwn\":true},{\"name\":\"b\",\"value\":{\"type\":\"string\",\"value\":\"x\"},"
		"\"writable\":true,\"configurable\":true,\"enumerable\":true,\"isOwn\":true},"
		"{\"name\":\"late\",\"configurable\":true,\"enumerable\":true,\"isOwn\":true},"
		"{\"name\":\"acc\",\"get\":{\"type\":\"function\",\"className\":\"Function\","
		"\"description\":\"get acc(){return 1}\",\"objectId\":\"1.1.2\"},\"set\":"
		"{\"type\":\"undefined\"},\"configurable\":true,\"enumerable\":true,\"isOwn\":true}"
		","
		"{\"name\":\"Symbol(k)\",\"value\":{\"type\":\"number\",\"value\":2,"
		"\"description\":\"2\"},\"writable\":true,\"configurable\":true,\"enumerable\":"
		"true,"
		"\"isOwn\":true,\"symbol\":{\"type\":\"symbol\",\"description\":\"Symbol(k)\","
		"\"objectId\":\"1.1.3\"}}],\"internalProperties\":[{\"name\":\"[[Prototype]]\","
		"\"value\":{\"type\":\"object\",\"className\":\"Object\",\"description\":"
		"\"Object\","
		"\"objectId\":\"1.1.4\"}}]}");
}
END_TEST

START_TEST(arrays)
{
	struct ipm_value elements[] = {
		integer(1), {.type = IPM_VALUE_HOLES, .holes = 2}, string("z")};
	struct ipm_property more = property("foo", integer(3));
	struct ipm_object list[] = {
		{.id = 1,
		 .kind = IPM_KIND_ARRAY,
		 .length = 4,
		 .elements = elements,
		 .element_count = 3,
		 .properties = &more,
		 .property_count = 1},
	};
	struct ipm_cdp_properties_query named = {.own_properties = true,
						 .non_indexed_properties_only = true};

	USE(list);
	remote(object(1), IPM_CDP_PREVIEW,
	       "{\"type\":\"object\",\"subtype\":\"array\",\"className\":\"Array\","
	       "\"description\":\"Array(4)\",\"objectId\":\"1.1.1\",\"preview\":{\"type\":"
	       "\"object\","
	       "\"subtype\":\"array\",\"description\":\"Array(4)\",\"overflow\":false,"
	       "\"properties\":[{\"name\":\"0\",\"type\":\"number\",\"value\":\"1\"},{\"name\":"
	       "\"3\","
	       "\"type\":\"string\",\"value\":\"z\"},{\"name\":\"foo\",\"type\":\"number\","
	       "\"value\":\"3\"}]}}");
	properties("1.1.1", named,
		   "{\"result\":[{\"name\":\"foo\",\"value\":{\"type\":\"number\",\"value\":3,"
		   "\"description\":\"3\"},\"writable\":true,\"configurable\":true,"
		   "\"enumerable\":true,\"isOwn\":true},{\"name\":\"length\",\"value\":{"
		   "\"type\":\"number\",\"value\":4,\"description\":\"4\"},\"writable\":true,"
		   "\"configurable\":false,\"enumerable\":false,\"isOwn\":true}]}");
}
END_TEST

START_TEST(preview_limits)
{
	struct ipm_value elements[150];
	struct ipm_property seven[7];
	struct ipm_object list[2] = {
		{.id = 1,
		 .kind = IPM_KIND_ARRAY,
		 .length = 150,
		 .elements = elements,
		 .element_count = 150},
		{.id = 2, .class_name = str("Object"), .properties = seven, .property_count = 7},
	};
	char long_text[151];
	size_t i, count = 0;
	const char *p;

	for (i = 0; i < 150; i++)
		elements[i] = integer((int64_t)i);
	memset(long_text, 'x', 150);
	long_text[150] = 0;
	for (i = 0; i < 7; i++)
		seven[i] = property("p", string(long_text));
	USE(list);
	struct ipm_value value = object(1);

	ck_assert_int_eq(ipm_cdp_remote_object(&cdp, &value, IPM_CDP_PREVIEW, &buf, &err), IPM_OK);
	ipm_buf_byte(&buf, 0);
	for (p = (const char *)buf.data; (p = strstr(p, "\"name\"")); p++)
		count++;
	ck_assert_uint_eq(count, 100);
	ck_assert(strstr((const char *)buf.data, "\"overflow\":true") != NULL);
	ipm_buf_reset(&buf);
	value = object(2);
	ck_assert_int_eq(ipm_cdp_remote_object(&cdp, &value, IPM_CDP_PREVIEW, &buf, &err), IPM_OK);
	ipm_buf_byte(&buf, 0);
	for (count = 0, p = (const char *)buf.data; (p = strstr(p, "\"name\"")); p++)
		count++;
	ck_assert_uint_eq(count, 5);
	p = strstr((const char *)buf.data, "\xE2\x80\xA6");
	ck_assert(p != NULL);
	ck_assert(!strncmp(p - 51, "\"xxx", 4) && !strncmp(p + 3 + 46, "xxx\"", 4));
}
END_TEST

START_TEST(maps)
{
	struct ipm_value elements[] = {string("a"), integer(1), object(2), object(2)};
	struct ipm_object list[] = {
		{.id = 1,
		 .kind = IPM_KIND_MAP,
		 .length = 2,
		 .elements = elements,
		 .element_count = 4,
		 .proto = {.type = IPM_VALUE_NULL}},
		{.id = 2, .class_name = str("Object")},
	};

	USE(list);
	remote(object(1), IPM_CDP_PREVIEW,
	       "{\"type\":\"object\",\"subtype\":\"map\",\"className\":\"Map\","
	       "\"description\":\"Map(2)\",\"objectId\":\"1.1.1\",\"preview\":{\"type\":\"object\","
	       "\"subtype\":\"map\",\"description\":\"Map(2)\",\"overflow\":false,\"properties\":[]"
	       ","
	       "\"entries\":[{\"key\":{\"type\":\"string\",\"description\":\"a\","
	       "\"overflow\":false,\"properties\":[]},\"value\":{\"type\":\"number\","
	       "\"description\":\"1\",\"overflow\":false,\"properties\":[]}},{\"key\":{"
	       "\"type\":\"object\",\"description\":\"Object\",\"overflow\":false,"
	       "\"properties\":[]},\"value\":{\"type\":\"object\",\"description\":\"Object\","
	       "\"overflow\":false,\"properties\":[]}}]}}");
	properties("1.1.1", own,
		   "{\"result\":[],\"internalProperties\":[{\"name\":\"[[Entries]]\",\"value\":{"
		   "\"type\":\"object\",\"subtype\":\"array\",\"className\":\"Array\","
		   "\"description\":\"Array(2)\",\"objectId\":\"1.1.1:entries\"}}]}");
	properties("1.1.1:entry:0", own,
		   "{\"result\":[{\"name\":\"key\",\"value\":{\"type\":\"string\",\"value\":\"a\"},"
		   "\"writable\":true,\"configurable\":true,\"enumerable\":true,\"isOwn\":true},"
		   "{\"name\":\"value\",\"value\":{\"type\":\"number\",\"value\":1,"
		   "\"description\":\"1\"},\"writable\":true,\"configurable\":true,"
		   "\"enumerable\":true,\"isOwn\":true}]}");
	properties("1.1.1:entry:2", own, "{\"result\":[]}");
	properties(
		"1.1.1:entries", own_preview,
		"{\"result\":[{\"name\":\"0\",\"value\":{\"type\":\"object\","
		"\"subtype\":\"internal#entry\",\"className\":\"Object\","
		"\"description\":\"{\\\"a\\\" => 1}\",\"objectId\":\"1.1.1:entry:0\",\"preview\":{"
		"\"type\":\"object\",\"subtype\":\"internal#entry\","
		"\"description\":\"{\\\"a\\\" => 1}\",\"overflow\":false,\"properties\":[{"
		"\"name\":\"key\",\"type\":\"string\",\"value\":\"a\"},{\"name\":\"value\","
		"\"type\":\"number\",\"value\":\"1\"}]}},\"writable\":true,\"configurable\":true,"
		"\"enumerable\":true,\"isOwn\":true},{\"name\":\"1\",\"value\":{\"type\":"
		"\"object\","
		"\"subtype\":\"internal#entry\",\"className\":\"Object\","
		"\"description\":\"{Object => "
		"Object}\",\"objectId\":\"1.1.1:entry:1\",\"preview\":{"
		"\"type\":\"object\",\"subtype\":\"internal#entry\","
		"\"description\":\"{Object => Object}\",\"overflow\":false,\"properties\":[{"
		"\"name\":\"key\",\"type\":\"object\",\"value\":\"Object\"},{\"name\":\"value\","
		"\"type\":\"object\",\"value\":\"Object\"}]}},\"writable\":true,"
		"\"configurable\":true,\"enumerable\":true,\"isOwn\":true},{\"name\":\"length\","
		"\"value\":{\"type\":\"number\",\"value\":2,\"description\":\"2\"},"
		"\"writable\":true,\"configurable\":false,\"enumerable\":false,\"isOwn\":true}]}");
}
END_TEST

START_TEST(closures)
{
	uint64_t scopes[] = {2, 3};
	struct ipm_property variable = property("x", integer(1));
	struct ipm_object list[] = {
		{.id = 1,
		 .kind = IPM_KIND_FUNCTION,
		 .class_name = str("GeneratorFunction"),
		 .text = text("function* f(){}"),
		 .location = {119, 4, 35},
		 .scopes = scopes,
		 .scope_count = 2},
		{.id = 2,
		 .kind = IPM_KIND_SCOPE,
		 .scope_type = IPM_SCOPE_CLOSURE,
		 .class_name = str("Object"),
		 .text = text("outer"),
		 .properties = &variable,
		 .property_count = 1},
		{.id = 3, .class_name = str("global")},
	};

	USE(list);
	properties("1.1.1", own,
		   "{\"result\":[],\"internalProperties\":[{\"name\":\"[[FunctionLocation]]\","
		   "\"value\":{\"type\":\"object\",\"subtype\":\"internal#location\",\"value\":{"
		   "\"scriptId\":\"119\",\"lineNumber\":4,\"columnNumber\":35},"
		   "\"description\":\"Object\"}},{\"name\":\"[[IsGenerator]]\",\"value\":{"
		   "\"type\":\"boolean\",\"value\":true}},{\"name\":\"[[Scopes]]\",\"value\":{"
		   "\"type\":\"object\",\"subtype\":\"internal#scopeList\",\"className\":\"Array\","
		   "\"description\":\"Scopes[2]\",\"objectId\":\"1.1.1:scopes\"}}]}");
	properties("1.1.1:scopes", own_preview,
		   "{\"result\":[{\"name\":\"0\",\"value\":{\"type\":\"object\","
		   "\"subtype\":\"internal#scope\",\"className\":\"Object\","
		   "\"description\":\"Closure (outer)\",\"objectId\":\"1.1.2\",\"preview\":{"
		   "\"type\":\"object\",\"subtype\":\"internal#scope\","
		   "\"description\":\"Closure (outer)\",\"overflow\":false,\"properties\":[{"
		   "\"name\":\"x\",\"type\":\"number\",\"value\":\"1\"}]}},\"writable\":true,"
		   "\"configurable\":true,\"enumerable\":true,\"isOwn\":true},{\"name\":\"1\","
		   "\"value\":{\"type\":\"object\",\"subtype\":\"internal#scope\","
		   "\"className\":\"Object\",\"description\":\"Global\",\"objectId\":\"1.1.3\","
		   "\"preview\":{\"type\":\"object\",\"subtype\":\"internal#scope\","
		   "\"description\":\"Global\",\"overflow\":false,\"properties\":[]}},"
		   "\"writable\":true,\"configurable\":true,\"enumerable\":true,\"isOwn\":true}]}");
	/* In a frame a scope is a plain object. */
	remote(object(2), 0,
	       "{\"type\":\"object\",\"className\":\"Object\",\"description\":\"Object\","
	       "\"objectId\":\"1.1.2\"}");
}
END_TEST

START_TEST(privates)
{
	struct ipm_property list_of[] = {property("#g", (struct ipm_value){0}),
					 property("#a", integer(1)), property("#m", object(2))};
	struct ipm_object list[] = {
		{.id = 1, .class_name = str("P"), .privates = list_of, .private_count = 3},
		{.id = 2, .kind = IPM_KIND_FUNCTION, .text = text("#m(){}")},
	};

	list_of[0].value.type = IPM_VALUE_ACCESSOR;
	list_of[0].value.accessor.get = 2;
	list_of[2].flags = 0;
	USE(list);
	properties(
		"1.1.1", own,
		"{\"result\":[],\"internalProperties\":[{\"name\":\"[[PrivateMethods]]\","
		"\"value\":{\"type\":\"object\",\"subtype\":\"internal#privateMethodList\","
		"\"className\":\"Array\",\"description\":\"PrivateMethods[1]\","
		"\"objectId\":\"1.1.1:methods\"}}],\"privateProperties\":[{\"name\":\"#g\","
		"\"get\":{\"type\":\"function\",\"className\":\"Function\","
		"\"description\":\"#m(){}\",\"objectId\":\"1.1.2\"}},{\"name\":\"#a\",\"value\":{"
		"\"type\":\"number\",\"value\":1,\"description\":\"1\"}}]}");
	properties("1.1.1:method:0", own,
		   "{\"result\":[{\"name\":\"name\",\"value\":{\"type\":\"string\","
		   "\"value\":\"#m\"},\"writable\":true,\"configurable\":true,\"enumerable\":true,"
		   "\"isOwn\":true},{\"name\":\"value\",\"value\":{\"type\":\"function\","
		   "\"className\":\"Function\",\"description\":\"#m(){}\",\"objectId\":\"1.1.2\"},"
		   "\"writable\":true,\"configurable\":true,\"enumerable\":true,\"isOwn\":true}]}");
}
END_TEST

START_TEST(proxies)
{
	struct ipm_object list[] = {
		{.id = 1,
		 .kind = IPM_KIND_PROXY,
		 .class_name = str("Object"),
		 .first = object(2),
		 .second = object(4)},
		{.id = 2, .kind = IPM_KIND_PROXY, .first = object(3), .second = object(4)},
		{.id = 3, .kind = IPM_KIND_ARRAY},
		{.id = 4, .class_name = str("Object")},
		{.id = 5, .kind = IPM_KIND_PROXY, .first = object(5)},
		{.id = 6,
		 .kind = IPM_KIND_PROXY,
		 .first = {.type = IPM_VALUE_NULL},
		 .second = {.type = IPM_VALUE_NULL}},
	};

	USE(list);
	remote(object(1), 0,
	       "{\"type\":\"object\",\"subtype\":\"proxy\",\"className\":\"Object\","
	       "\"description\":\"Proxy(Array)\",\"objectId\":\"1.1.1\"}");
	/* A loop of proxies cannot exist in V8; in a hostile file it can. */
	remote(object(5), IPM_CDP_PREVIEW,
	       "{\"type\":\"object\",\"subtype\":\"proxy\",\"className\":\"Object\","
	       "\"description\":\"Proxy\",\"objectId\":\"1.1.5\",\"preview\":{\"type\":\"object\","
	       "\"subtype\":\"proxy\",\"description\":\"Proxy\",\"overflow\":false,"
	       "\"properties\":[]}}");
	properties("1.1.6", all,
		   "{\"result\":[],\"internalProperties\":[{\"name\":\"[[Handler]]\",\"value\":{"
		   "\"type\":\"object\",\"subtype\":\"null\",\"value\":null}},{"
		   "\"name\":\"[[Target]]\",\"value\":{\"type\":\"object\",\"subtype\":\"null\","
		   "\"value\":null}},{\"name\":\"[[IsRevoked]]\",\"value\":{\"type\":\"boolean\","
		   "\"value\":true}}]}");
}
END_TEST

START_TEST(prototype_chain)
{
	struct ipm_property mine[] = {property("x", integer(1))};
	struct ipm_property proto[] = {property("x", integer(2)), property("y", integer(3)),
				       property("size", (struct ipm_value){0})};
	struct ipm_object list[] = {
		{.id = 1,
		 .kind = IPM_KIND_SET,
		 .length = 9,
		 .properties = mine,
		 .property_count = 1,
		 .proto = object(2)},
		{.id = 2,
		 .class_name = str("Set"),
		 .properties = proto,
		 .property_count = 3,
		 .proto = object(1)}, /* a loop: again only in a hostile file */
		{.id = 3, .kind = IPM_KIND_FUNCTION, .text = text("function get size() {}")},
	};

	proto[2].value.type = IPM_VALUE_ACCESSOR;
	proto[2].value.accessor.get = 3;
	proto[2].flags = IPM_PROPERTY_CONFIGURABLE;
	USE(list);
	properties("1.1.1", accessors,
		   "{\"result\":[{\"name\":\"size\",\"value\":{\"type\":\"number\",\"value\":9,"
		   "\"description\":\"9\"},\"writable\":false,\"configurable\":true,"
		   "\"enumerable\":false,\"isOwn\":false}]}");
	ck_assert_int_eq(ipm_cdp_get_properties(&cdp, 1, &all, &buf, &err), IPM_OK);
	ipm_buf_byte(&buf, 0);
	ck_assert(strstr((char *)buf.data, "{\"name\":\"y\"") != NULL);
	ck_assert(strstr((char *)buf.data, "\"value\":2") == NULL);
}
END_TEST

START_TEST(typed_arrays)
{
	static const uint8_t raw[] = {1, 0xFF, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F};
	struct ipm_object list[] = {
		{.id = 1,
		 .kind = IPM_KIND_TYPEDARRAY,
		 .class_name = str("Buffer"),
		 .length = 2,
		 .byte_offset = 1,
		 .element_type = IPM_ELEMENT_INT8,
		 .first = object(2)},
		{.id = 2, .kind = IPM_KIND_ARRAYBUFFER, .length = 12, .bytes = {raw, sizeof(raw)}},
		{.id = 3,
		 .kind = IPM_KIND_TYPEDARRAY,
		 .length = 5,
		 .byte_offset = 4,
		 .element_type = IPM_ELEMENT_FLOAT64,
		 .first = object(2)},
		{.id = 4,
		 .kind = IPM_KIND_TYPEDARRAY,
		 .length = 1,
		 .byte_offset = 0,
		 .element_type = IPM_ELEMENT_BIGUINT64,
		 .first = object(2)},
	};

	USE(list);
	properties("1.1.1", own,
		   "{\"result\":[{\"name\":\"0\",\"value\":{\"type\":\"number\",\"value\":-1,"
		   "\"description\":\"-1\"},\"writable\":true,\"configurable\":true,"
		   "\"enumerable\":true,\"isOwn\":true},{\"name\":\"1\",\"value\":{"
		   "\"type\":\"number\",\"value\":0,\"description\":\"0\"},\"writable\":true,"
		   "\"configurable\":true,\"enumerable\":true,\"isOwn\":true}]}");
	/* Elements beyond the bytes that are there do not exist. */
	properties("1.1.3", own,
		   "{\"result\":[{\"name\":\"0\",\"value\":{\"type\":\"number\",\"value\":1,"
		   "\"description\":\"1\"},\"writable\":true,\"configurable\":true,"
		   "\"enumerable\":true,\"isOwn\":true}]}");
	ck_assert_int_eq(ipm_cdp_get_properties(&cdp, 4, &own, &buf, &err), IPM_OK);
	ipm_buf_byte(&buf, 0);
	ck_assert(strstr((char *)buf.data, "\"2147548929n\"") != NULL);
	ipm_buf_reset(&buf);
	ck_assert_int_eq(ipm_cdp_get_properties_by_id(&cdp, str("1.1.2:int32"), &own, &buf, &err),
			 IPM_OK);
	ipm_buf_byte(&buf, 0);
	ck_assert(strstr((char *)buf.data, "{\"name\":\"2\",\"value\":{\"type\":\"number\","
					   "\"value\":1072693248") != NULL);
}
END_TEST

START_TEST(object_ids)
{
	static const char *const bad[] = {"",
					  "1.1.",
					  "1.1.x",
					  "1.1.01",
					  "1.1.1:",
					  "1.1.1:foo",
					  "1.1.1:entry",
					  "1.1.1:entry:",
					  "1.1.1:entry:x",
					  "1.1.-1",
					  "2.1.1",
					  "1.1.1:int8:3",
					  "1.1.0",
					  "1.1.99999999999999999999"};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(ipm_cdp_get_properties_by_id(&cdp, str(bad[i]), &own, &buf, &err) ==
				      IPM_ERR_INVALID_ARGUMENT,
			      "%s", bad[i]);
		ck_assert_str_eq(err.message, "Invalid remote object id");
	}
	ck_assert_uint_eq(ipm_cdp_parse_object_id(&cdp, str("1.1.42")), 42);
	ck_assert_uint_eq(ipm_cdp_parse_object_id(&cdp, str("1.1.42:scopes")), 0);
}
END_TEST

START_TEST(paused)
{
	struct ipm_scope_ref scopes[] = {{.type = IPM_SCOPE_LOCAL,
					  .name = str("f"),
					  .object = object(2),
					  .start = {9, 1, 2},
					  .end = {9, 3, 4}}};
	struct ipm_frame frames[] = {{.function_name = str("f"),
				      .url = str("file:///a.js"),
				      .location = {9, 2, 7},
				      .function_location = {9, 1, 2},
				      .this_value = {.type = IPM_VALUE_UNDEFINED},
				      .scopes = scopes,
				      .scope_count = 1,
				      .can_be_restarted = true}};
	struct ipm_call_site site = {str("g"), str("file:///b.js"), {8, 1, 1}};
	struct ipm_async_stack stacks[] = {{str("await"), &site, 1}, {str("setTimeout"), &site, 1}};
	struct ipm_pause pause = {.reason = str("exception"),
				  .uncaught = true,
				  .has_data = true,
				  .data = string("boom"),
				  .frames = frames,
				  .frame_count = 1,
				  .async_stacks = stacks,
				  .async_stack_count = 2};
	struct ipm_object list[] = {{.id = 2, .kind = IPM_KIND_SCOPE, .class_name = str("Object")}};

	USE(list);
	ck_assert_int_eq(ipm_cdp_paused(&cdp, &pause, &buf, &err), IPM_OK);
	expect("{\"callFrames\":[{\"callFrameId\":\"1.1.0\",\"functionName\":\"f\","
	       "\"functionLocation\":{\"scriptId\":\"9\",\"lineNumber\":1,\"columnNumber\":2},"
	       "\"location\":{\"scriptId\":\"9\",\"lineNumber\":2,\"columnNumber\":7},"
	       "\"url\":\"file:///a.js\",\"scopeChain\":[{\"type\":\"local\",\"object\":{"
	       "\"type\":\"object\",\"className\":\"Object\",\"description\":\"Object\","
	       "\"objectId\":\"1.1.2\"},\"name\":\"f\",\"startLocation\":{\"scriptId\":\"9\","
	       "\"lineNumber\":1,\"columnNumber\":2},\"endLocation\":{\"scriptId\":\"9\","
	       "\"lineNumber\":3,\"columnNumber\":4}}],\"this\":{\"type\":\"undefined\"},"
	       "\"canBeRestarted\":true}],\"reason\":\"exception\",\"data\":{\"type\":\"string\","
	       "\"value\":\"boom\",\"uncaught\":true},\"hitBreakpoints\":[],\"asyncStackTrace\":{"
	       "\"description\":\"await\",\"callFrames\":[{\"functionName\":\"g\","
	       "\"scriptId\":\"8\",\"url\":\"file:///b.js\",\"lineNumber\":1,\"columnNumber\":1}],"
	       "\"parent\":{\"description\":\"setTimeout\",\"callFrames\":[{"
	       "\"functionName\":\"g\",\"scriptId\":\"8\",\"url\":\"file:///b.js\","
	       "\"lineNumber\":1,\"columnNumber\":1}]}}}");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cdp");
	TCase *tc = tcase_create("remote objects");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, primitives);
	tcase_add_test(tc, holes_say_why);
	tcase_add_test(tc, plain_object);
	tcase_add_test(tc, arrays);
	tcase_add_test(tc, preview_limits);
	tcase_add_test(tc, maps);
	tcase_add_test(tc, closures);
	tcase_add_test(tc, privates);
	tcase_add_test(tc, proxies);
	tcase_add_test(tc, prototype_chain);
	tcase_add_test(tc, typed_arrays);
	tcase_add_test(tc, object_ids);
	tcase_add_test(tc, paused);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
