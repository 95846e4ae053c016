/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "wtf8.h"

static struct ipm_json json;
static struct ipm_buf buf;

static void setup(void)
{
	json = (struct ipm_json){0};
	buf = IPM_BUF_INIT;
}

static void teardown(void)
{
	ipm_json_deinit(&json);
	ipm_buf_deinit(&buf);
}

static struct ipm_str str(const char *text)
{
	return (struct ipm_str){text, strlen(text)};
}

static struct ipm_json_ref parse(const char *text)
{
	struct ipm_error err = {0};

	ck_assert_msg(ipm_json_parse(&json, str(text), 0, &err) == IPM_OK, "%s: %s", text,
		      err.message);
	return ipm_json_root(&json);
}

static void expect_text(const char *want)
{
	ck_assert(ipm_buf_ok(&buf));
	ipm_buf_byte(&buf, 0);
	ck_assert_str_eq((const char *)buf.data, want);
	ipm_buf_reset(&buf);
}

static void expect_string(struct ipm_json_ref ref, const char *want)
{
	ck_assert(ipm_json_string(ref, &buf));
	expect_text(want);
}

START_TEST(reads_values)
{
	struct ipm_json_ref root = parse(" {\"a\": [1, -2.5e3, \"x\", {}, []], \"b\" : true, "
					 "\"c\":null, \"a\":2, \"\\u0064\":{\"e\":\"f\"}} ");
	struct ipm_json_ref a = ipm_json_get(root, "a"), at;

	ck_assert_int_eq(ipm_json_type(root), IPM_JSON_OBJECT);
	ck_assert_uint_eq(ipm_json_size(root), 5);
	ck_assert_int_eq(ipm_json_type(a), IPM_JSON_ARRAY);
	ck_assert_uint_eq(ipm_json_size(a), 5);
	at = ipm_json_first(a);
	ck_assert_int_eq(ipm_json_int(at, 0), 1);
	at = ipm_json_next(at);
	ck_assert_double_eq(ipm_json_double(at, 0), -2500);
	ck_assert_int_eq(ipm_json_int(at, 7), -2500);
	at = ipm_json_next(at);
	expect_string(at, "x");
	at = ipm_json_next(at);
	ck_assert_int_eq(ipm_json_type(at), IPM_JSON_OBJECT);
	at = ipm_json_next(at);
	ck_assert_int_eq(ipm_json_type(at), IPM_JSON_ARRAY);
	ck_assert_int_eq(ipm_json_type(ipm_json_first(at)), IPM_JSON_NONE);
	at = ipm_json_next(at);
	ck_assert_int_eq(ipm_json_type(at), IPM_JSON_NONE);
	ck_assert_int_eq(ipm_json_type(ipm_json_next(at)), IPM_JSON_NONE);
	ck_assert(ipm_json_bool(ipm_json_get(root, "b"), false));
	ck_assert_int_eq(ipm_json_type(ipm_json_get(root, "c")), IPM_JSON_NULL);
	expect_string(ipm_json_get(ipm_json_get(root, "d"), "e"), "f");
	ck_assert_int_eq(ipm_json_type(ipm_json_get(ipm_json_get(root, "zz"), "e")), IPM_JSON_NONE);
	ck_assert_int_eq(ipm_json_int(ipm_json_get(root, "b"), -9), -9);
	ck_assert_int_eq((int)ipm_json_raw(ipm_json_get(root, "d")).len, 9);
}
END_TEST

START_TEST(walks_members)
{
	struct ipm_json_ref root = parse("{\"a\":{\"x\":[1,{\"y\":2}]},\"b\":\"v\",\"c\":3}");
	struct ipm_json_ref name = ipm_json_first(root);

	expect_string(name, "a");
	ck_assert_int_eq(ipm_json_type(ipm_json_value(name)), IPM_JSON_OBJECT);
	name = ipm_json_next(name);
	expect_string(name, "b");
	expect_string(ipm_json_value(name), "v");
	name = ipm_json_next(name);
	expect_string(name, "c");
	ck_assert_int_eq(ipm_json_int(ipm_json_value(name), 0), 3);
	ck_assert_int_eq(ipm_json_type(ipm_json_next(name)), IPM_JSON_NONE);
}
END_TEST

START_TEST(reads_bare_values)
{
	ck_assert_int_eq(ipm_json_int(parse("42"), 0), 42);
	ck_assert_int_eq(ipm_json_type(parse(" null")), IPM_JSON_NULL);
	ck_assert(ipm_json_bool(parse("true"), false));
	expect_string(parse("\"\""), "");
	ck_assert_int_eq(ipm_json_int(parse("9007199254740993"), 0), 9007199254740993);
	ck_assert_int_eq(ipm_json_int(parse("-123456789012345678"), 0), -123456789012345678);
	ck_assert_int_eq(ipm_json_int(parse("1e400"), 5), 5);
}
END_TEST

START_TEST(decodes_strings)
{
	expect_string(parse("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\""), "a\"\\/\b\f\n\r\tA");
	expect_string(parse("\"\\ud83d\\ude00\""), "\xF0\x9F\x98\x80");
	expect_string(parse("\"\\uD800\""), "\xED\xA0\x80");
	expect_string(parse("\"\\udc00x\\ud800\\u0041\""), "\xED\xB0\x80x\xED\xA0\x80"
							   "A");
	expect_string(parse("\"\xED\xA0\xBD\\ude00\""), "\xF0\x9F\x98\x80");
	ck_assert(ipm_json_string(parse("\"\\u0000\""), &buf));
	ck_assert_uint_eq(buf.len, 1);
	ck_assert_uint_eq(buf.data[0], 0);
	ck_assert(ipm_json_equals(parse("\"\\u0061b\""), "ab"));
	ck_assert(!ipm_json_equals(parse("\"\\u0061b\""), "abc"));
	ck_assert(!ipm_json_equals(parse("\"abc\""), "ab"));
}
END_TEST

static const char *const broken[] = {
	"",
	" ",
	"{",
	"[",
	"}",
	"]",
	"{]",
	"[}",
	"{\"a\"}",
	"{\"a\" 1}",
	"{\"a\":}",
	"{\"a\":1,}",
	"[1,]",
	"[,1]",
	"[1 2]",
	"[1,,2]",
	"{\"a\":1 \"b\":2}",
	"{1:2}",
	"{a:1}",
	"{null:1}",
	"[1]]",
	"[1]x",
	"1 2",
	"01",
	"-",
	"+1",
	"1.",
	".5",
	"1e",
	"1e+",
	"0x1",
	"NaN",
	"tru",
	"truex",
	"nul",
	"'a'",
	"\"",
	"\"a",
	"\"\\\"",
	"\"\\x\"",
	"\"\\u12\"",
	"\"\\u12g4\"",
	"\"\\",
	"\"a\nb\"",
	"\"\x80\"",
	"\"\xC0\x80\"",
	"\"\xF5\x80\x80\x80\"",
	"\"\xE2\x82\"",
	"[\"a\":1]",
	"{,}",
	"{\"a\":1,,}",
	"/**/1",
	"\xEF\xBB\xBF{}",
	"{\"a\":1}{",
	"\f1",
};

START_TEST(refuses_broken_text)
{
	struct ipm_error err = {0};

	ck_assert_msg(ipm_json_parse(&json, str(broken[_i]), 0, &err) == IPM_ERR_BAD_DATA, "%s",
		      broken[_i]);
	ck_assert_int_eq(ipm_json_type(ipm_json_root(&json)), IPM_JSON_NONE);
	ck_assert(strstr(err.message, "byte") != NULL);
}
END_TEST

/* Every prefix of a document is broken; none reads past its end (ASan watches a copy). */
START_TEST(refuses_every_prefix)
{
	static const char text[] =
		"{\"a\":[1,-2.5e+3,\"\\ud83d\\ude00 \xC3\xA9\",{},[]],\"b\":true,\"c\":null}";
	struct ipm_error err;
	size_t n;

	for (n = 0; n < sizeof(text) - 1; n++) {
		char *copy = malloc(n ? n : 1);

		memcpy(copy, text, n);
		ck_assert_int_ne(ipm_json_parse(&json, (struct ipm_str){copy, n}, 0, &err), IPM_OK);
		free(copy);
	}
	(void)parse(text);
}
END_TEST

START_TEST(nul_is_not_an_end)
{
	struct ipm_error err;

	ck_assert_int_eq(ipm_json_parse(&json, (struct ipm_str){"{}\0x", 4}, 0, &err),
			 IPM_ERR_BAD_DATA);
	ck_assert_int_eq(ipm_json_parse(&json, (struct ipm_str){"\"a\0b\"", 5}, 0, &err),
			 IPM_ERR_BAD_DATA);
}
END_TEST

START_TEST(has_limits)
{
	struct ipm_error err;
	size_t i;

	for (i = 0; i < 512; i++)
		ipm_buf_byte(&buf, '[');
	for (i = 0; i < 512; i++)
		ipm_buf_byte(&buf, ']');
	ck_assert_int_eq(ipm_json_parse(&json, ipm_buf_as_str(&buf), 0, &err), IPM_OK);
	ipm_buf_reset(&buf);
	for (i = 0; i < 1000000; i++)
		ipm_buf_byte(&buf, '[');
	ck_assert_int_eq(ipm_json_parse(&json, ipm_buf_as_str(&buf), 0, &err), IPM_ERR_LIMIT);
	ck_assert_int_eq(ipm_json_parse(&json, str("[1,2,3]"), 3, &err), IPM_ERR_LIMIT);
	ck_assert_int_eq(ipm_json_parse(&json, str("[1,2,3]"), 4, &err), IPM_OK);
}
END_TEST

START_TEST(writes_strings)
{
	ipm_json_put_string(&buf, str("a\"\\\n\r\t\x01\x7F \xC3\xA9 \xF0\x9F\x98\x80"));
	expect_text("\"a\\\"\\\\\\n\\r\\t\\u0001\x7F \xC3\xA9 \xF0\x9F\x98\x80\"");
	ipm_json_put_string(&buf, str("\xED\xA0\x80\xED\xBF\xBF\xFF\xC3"));
	expect_text("\"\\ud800\\udfff\\ufffd\\ufffd\"");
	ipm_json_put_string(&buf, (struct ipm_str){"\0", 1});
	expect_text("\"\\u0000\"");
	ipm_buf_byte(&buf, '{');
	ipm_json_put_name(&buf, "a");
	ipm_buf_byte(&buf, '1');
	ipm_json_put_name(&buf, "b");
	expect_text("{\"a\":1,\"b\":");
}
END_TEST

/* Random units, escaped at random by hand, come back the same. */
START_TEST(strings_come_back)
{
	unsigned seed = 1;
	struct ipm_buf text = IPM_BUF_INIT, back = IPM_BUF_INIT;
	struct ipm_error err;
	int round, i;

	for (round = 0; round < 300; round++) {
		ipm_buf_reset(&buf);
		ipm_buf_reset(&text);
		ipm_buf_reset(&back);
		for (i = 0; i < 40; i++) {
			static const uint32_t tops[] = {0x80, 0x800, 0x10000, 0x110000};
			uint32_t c = (uint32_t)rand_r(&seed) % tops[rand_r(&seed) % 4];

			if (rand_r(&seed) % 4 == 0)
				c = 0xD800 + c % 0x800;
			ipm_wtf8_put(&buf, c);
		}
		ipm_json_put_string(&text, ipm_buf_as_str(&buf));
		ck_assert_int_eq(ipm_json_parse(&json, ipm_buf_as_str(&text), 0, &err), IPM_OK);
		ck_assert(ipm_json_string(ipm_json_root(&json), &back));
		ck_assert_uint_eq(back.len, buf.len);
		ck_assert_int_eq(memcmp(back.data, buf.data, buf.len), 0);
	}
	ipm_buf_deinit(&text);
	ipm_buf_deinit(&back);
}
END_TEST

static const struct {
	double number;
	const char *text;
} numbers[] = {
	{0, "0"},
	{-1, "-1"},
	{0.1, "0.1"},
	{1.0 / 3, "0.3333333333333333"},
	{2.0 / 3, "0.6666666666666666"},
	{123456789012345680000.0, "123456789012345680000"},
	{1e21, "1e+21"},
	{1.5e300, "1.5e+300"},
	{1e-6, "0.000001"},
	{1.25e-7, "1.25e-7"},
	{5e-324, "5e-324"},
	{DBL_MAX, "1.7976931348623157e+308"},
	{DBL_MIN, "2.2250738585072014e-308"},
	{-123.456, "-123.456"},
	{9007199254740993.0, "9007199254740992"},
	{4.35, "4.35"},
	{0.30000000000000004, "0.30000000000000004"},
	{5.684341886080802e-14, "5.684341886080802e-14"},
	{2251799813685246.25, "2251799813685246.2"}, /* halfway: even */
	{140737488355328.125, "140737488355328.12"},
	{0.000030517578125, "0.000030517578125"},
	{0.5, "0.5"},
	{4503599627370495.5, "4503599627370495.5"},
	{0.1 + 0.7, "0.7999999999999999"},
};

START_TEST(writes_numbers_as_javascript)
{
	ipm_put_js_number(&buf, numbers[_i].number);
	expect_text(numbers[_i].text);
}
END_TEST

START_TEST(special_numbers)
{
	ipm_put_js_number(&buf, NAN);
	expect_text("NaN");
	ipm_put_js_number(&buf, -INFINITY);
	expect_text("-Infinity");
	ipm_put_js_number(&buf, -0.0);
	expect_text("0");
	ipm_json_put_double(&buf, NAN);
	expect_text("null");
}
END_TEST

START_TEST(counts_and_slices_units)
{
	struct ipm_str s = str("a\xC3\xA9\xF0\x9F\x98\x80z\xED\xA0\x80");

	ck_assert_uint_eq(ipm_wtf8_units(s), 6);
	ck_assert_uint_eq(ipm_wtf8_units(str("\xFF\xFE")), 2);
	ipm_wtf8_slice(&buf, s, 0, 100);
	ck_assert_uint_eq(buf.len, s.len);
	ipm_buf_reset(&buf);
	ipm_wtf8_slice(&buf, s, 1, 3);
	expect_text("\xC3\xA9\xED\xA0\xBD");
	ipm_wtf8_slice(&buf, s, 3, 5);
	expect_text("\xED\xB8\x80z");
	ipm_wtf8_slice(&buf, s, 2, 4);
	expect_text("\xF0\x9F\x98\x80");
	ipm_wtf8_slice(&buf, s, 4, 4);
	expect_text("");
	ipm_wtf8_slice(&buf, s, 9, 12);
	expect_text("");
	ipm_wtf8_slice(&buf, s, 2, 3);
	ipm_wtf8_slice(&buf, s, 3, 4);
	expect_text("\xF0\x9F\x98\x80");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("json");
	TCase *tc = tcase_create("json");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, reads_values);
	tcase_add_test(tc, walks_members);
	tcase_add_test(tc, reads_bare_values);
	tcase_add_test(tc, decodes_strings);
	tcase_add_loop_test(tc, refuses_broken_text, 0, sizeof(broken) / sizeof(broken[0]));
	tcase_add_test(tc, refuses_every_prefix);
	tcase_add_test(tc, nul_is_not_an_end);
	tcase_add_test(tc, has_limits);
	tcase_add_test(tc, writes_strings);
	tcase_add_test(tc, strings_come_back);
	tcase_add_loop_test(tc, writes_numbers_as_javascript, 0,
			    sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(tc, special_numbers);
	tcase_add_test(tc, counts_and_slices_units);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
