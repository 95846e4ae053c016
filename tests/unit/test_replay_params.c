/* SPDX-License-Identifier: MIT */
/* Wrong parameters get V8's own words; the expected ones were taken from a live Node 20. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "params.h"

static const char get_properties[] = "objectId:Runtime.RemoteObjectId ownProperties?:boolean";
static const char evaluate[] = "expression:string contextId?:integer timeout?:number";
static const char set_breakpoint[] = "location:Debugger.Location condition?:string";
static const char set_variable[] = "scopeNumber:integer variableName:string "
				   "newValue:Runtime.CallArgument callFrameId:Debugger.CallFrameId";
static const char patterns[] = "patterns:[string] skipAnonymous?:boolean";
static const char call_function[] = "functionDeclaration:string arguments?:[Runtime.CallArgument]";
static const char ranges[] = "scriptId:Runtime.ScriptId positions:[Debugger.ScriptPosition]";

static const struct {
	const char *spec, *params, *wanted; /* wanted NULL: fine */
} cases[] = {
	{get_properties, "{\"objectId\":\"1.1.1\"}", NULL},
	{get_properties, "{\"objectId\":\"1.1.1\",\"ownProperties\":true,\"more\":[{}]}", NULL},
	{get_properties, "{}", "params.objectId - BINDINGS: mandatory field missing at position 8"},
	{get_properties, "{\"bogus\":1}",
	 "params.objectId - BINDINGS: mandatory field missing at position 15"},
	{get_properties, "{\"objectId\":null}",
	 "params.objectId - BINDINGS: string value expected at position 17"},
	{get_properties, "{\"objectId\":\"5559330028311566217.1.1\",\"ownProperties\":\"yes\"}",
	 "params.ownProperties - BINDINGS: bool value expected at position 55"},
	{get_properties, "5", "params - CBOR: map start expected at position 0"},
	{get_properties, "null", "params - CBOR: map start expected at position 0"},
	{evaluate, "{\"expression\":\"1\",\"timeout\":\"x\"}",
	 "params.timeout - BINDINGS: double value expected at position 29"},
	{evaluate,
	 "{\"expression\":\"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
	 "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
	 "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\",\"timeout\":\"x\"}",
	 "params.timeout - BINDINGS: double value expected at position 89"},
	{evaluate, "{\"expression\":\"gr\u00fc\u00dfe\",\"timeout\":\"x\"}",
	 "params.timeout - BINDINGS: double value expected at position 38"},
	{evaluate, "{\"zzz\":[1,2,{\"a\":[]}],\"expression\":5}",
	 "params.expression - BINDINGS: string value expected at position 54"},
	{evaluate, "{\"zzz\":1.5,\"expression\":5}",
	 "params.expression - BINDINGS: string value expected at position 32"},
	{evaluate, "{\"zzz\":-70000,\"expression\":5}",
	 "params.expression - BINDINGS: string value expected at position 28"},
	{evaluate, "{\"expression\":\"1\",\"contextId\":\"1\"}",
	 "params.contextId - BINDINGS: int32 value expected at position 31"},
	{"maxDepth:integer", "{\"maxDepth\":1.5}",
	 "params.maxDepth - BINDINGS: int32 value expected at position 17"},
	{"maxDepth:integer", "{\"maxDepth\":99999999999}",
	 "params.maxDepth - BINDINGS: int32 value expected at position 17"},
	{set_breakpoint, "{\"location\":{\"scriptId\":\"1\"}}",
	 "params.location.lineNumber - BINDINGS: mandatory field missing at position 36"},
	{set_breakpoint, "{\"location\":5}",
	 "params.location - CBOR: map start expected at position 17"},
	{set_breakpoint, "{\"location\":{\"scriptId\":5,\"lineNumber\":1}}",
	 "params.location.scriptId - BINDINGS: string value expected at position 34"},
	{set_variable, "{}",
	 "params.callFrameId - BINDINGS: mandatory field missing at position 8"},
	{set_variable, "{\"callFrameId\":\"1\"}",
	 "params.newValue - BINDINGS: mandatory field missing at position 22"},
	{patterns, "{\"patterns\":5}",
	 "params.patterns - CBOR: array start expected at position 17"},
	{patterns, "{\"patterns\":[\"a\",5]}",
	 "params.patterns - BINDINGS: string value expected at position 27"},
	{call_function, "{\"functionDeclaration\":\"x\",\"arguments\":[{\"objectId\":5}]}",
	 "params.arguments.objectId - BINDINGS: string value expected at position 65"},
	{call_function, "{\"functionDeclaration\":\"x\",\"arguments\":[{\"value\":{\"a\":1}},7]}",
	 "params.arguments - CBOR: map start expected at position 75"},
	{ranges, "{\"scriptId\":\"1\",\"positions\":[{}]}",
	 "params.positions.columnNumber - BINDINGS: mandatory field missing at position 45"},
	{"maxScriptsCacheSize?:number", "5", NULL},
	{NULL, "5", NULL},
};

START_TEST(words_are_those_of_v8)
{
	const char *prefix = "Failed to deserialize ";
	struct ipm_json json = {0};
	struct ipm_error err;
	char data[256] = "";
	bool fine;

	ck_assert_int_eq(
		ipm_json_parse(&json, (struct ipm_str){cases[_i].params, strlen(cases[_i].params)},
			       0, &err),
		IPM_OK);
	fine = check_params(cases[_i].spec, ipm_json_root(&json), data, sizeof(data));
	ck_assert_msg(fine == !cases[_i].wanted, "%s: %s", cases[_i].params, data);
	if (!fine) {
		ck_assert_str_eq(data + strlen(prefix), cases[_i].wanted);
		ck_assert_int_eq(strncmp(data, prefix, strlen(prefix)), 0);
	}
	ipm_json_deinit(&json);
}
END_TEST

START_TEST(deep_nesting_is_no_harm)
{
	enum { DEPTH = 500 };
	char text[2 * DEPTH + 64];
	struct ipm_json json = {0};
	struct ipm_error err;
	char data[256] = "";
	size_t at = 0, i;

	at += (size_t)sprintf(text, "{\"x\":");
	for (i = 0; i < DEPTH; i++)
		text[at++] = '[';
	for (i = 0; i < DEPTH; i++)
		text[at++] = ']';
	text[at++] = '}';
	ck_assert_int_eq(ipm_json_parse(&json, (struct ipm_str){text, at}, 0, &err), IPM_OK);
	ck_assert(!check_params(get_properties, ipm_json_root(&json), data, sizeof(data)));
	/* 8 before, 2 for the name, 9 for every array. */
	ck_assert_str_eq(strrchr(data, ' '), " 4510");
	ipm_json_deinit(&json);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("params");
	TCase *tests = tcase_create("params");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tests, words_are_those_of_v8, 0,
			    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, deep_nesting_is_no_harm);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
