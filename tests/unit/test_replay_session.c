/* SPDX-License-Identifier: MIT */
/* A session, request by request, with files that real programs seldom leave. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipm_replay.h"
#include "memory_file.h"

static struct ipm_buf bytes, said;
static struct ipm_reader *reader;
static struct ipm_replay *replay;
static size_t max_reply = 4096;

static struct ipm_writer *begin(void)
{
	const struct ipm_meta meta = {.node_version = IPM_STR("v20.0.0"),
				      .arch = IPM_STR("x64"),
				      .exec_path = IPM_STR("/usr/bin/node"),
				      .pid = 42};
	struct ipm_writer *w;
	struct ipm_error err;

	ck_assert_int_eq(ipm_writer_create(memory_sink(&bytes), NULL, &w, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_meta(w, &meta, &err), IPM_OK);
	return w;
}

static void put_pause(struct ipm_writer *w, const char *function)
{
	struct ipm_scope_ref scope = {.type = IPM_SCOPE_LOCAL,
				      .object = {.type = IPM_VALUE_OBJECT, .object_id = 1}};
	struct ipm_frame frame = {.function_name = {function, strlen(function)},
				  .location = {7, 3, 9},
				  .scopes = &scope,
				  .scope_count = 1};
	struct ipm_pause pause = {.reason = IPM_STR("exception"),
				  .data = {.type = IPM_VALUE_STRING,
					   .string = {.str = IPM_STR("thrown"), .length = 6}},
				  .has_data = true,
				  .frames = &frame,
				  .frame_count = 1};
	struct ipm_error err;

	ck_assert_int_eq(ipm_writer_pause(w, &pause, &err), IPM_OK);
}

static void put_script(struct ipm_writer *w)
{
	struct ipm_script script = {.id = 7,
				    .url = IPM_STR("file:///srv/app.js"),
				    .source_map_url = IPM_STR("app.js.map"),
				    .has_source = true,
				    .has_source_map = true,
				    .end_line = 2};
	struct ipm_error err;

	ck_assert_int_eq(ipm_writer_text(w, (struct ipm_str)IPM_STR("one\ntwo\r\nthree one"),
					 &script.source, &err),
			 IPM_OK);
	ck_assert_int_eq(ipm_writer_text(w, (struct ipm_str)IPM_STR("{\"version\":3}"),
					 &script.source_map, &err),
			 IPM_OK);
	ck_assert_int_eq(ipm_writer_script(w, &script, &err), IPM_OK);
}

static void put_note(struct ipm_writer *w, struct ipm_str text)
{
	struct ipm_note note = {.name = IPM_STR("console")};
	struct ipm_error err;

	ck_assert_int_eq(ipm_writer_text(w, text, &note.text, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_note(w, &note, &err), IPM_OK);
}

static void finish(struct ipm_writer *w, uint64_t pause)
{
	struct ipm_replay_options opts = {.pause = pause, .isolate = "1"};
	struct ipm_summary summary = {0};
	struct ipm_error err;

	ck_assert_int_eq(ipm_writer_finish(w, &summary, &err), IPM_OK);
	ipm_writer_destroy(w);
	ck_assert_int_eq(open_bytes(ipm_buf_bytes(&bytes), NULL, &reader, &err), IPM_OK);
	opts.reader = reader;
	opts.max_reply_bytes = max_reply;
	opts.piece_bytes = 100;
	ck_assert_int_eq(ipm_replay_create(&opts, &replay, &err), IPM_OK);
}

static void end(void)
{
	ipm_replay_destroy(replay);
	ipm_reader_close(reader);
	replay = NULL;
	reader = NULL;
	ipm_buf_deinit(&bytes);
	ipm_buf_deinit(&said);
}

/* Everything that is said to a request, one message by line. */
static const char *ask(const char *request)
{
	struct ipm_outbox out = {0};
	struct ipm_message *message;
	struct ipm_error err;

	ck_assert_int_eq(
		ipm_replay_handle(replay, (struct ipm_str){request, strlen(request)}, &out, &err),
		IPM_OK);
	ipm_buf_reset(&said);
	while ((message = ipm_outbox_take(&out))) {
		ipm_buf_str(&said, ipm_message_text(message));
		ipm_buf_byte(&said, '\n');
		ipm_message_free(message);
	}
	ck_assert_uint_eq(out.bytes, 0);
	ck_assert_uint_eq(out.count, 0);
	ipm_buf_byte(&said, 0);
	return (const char *)said.data;
}

#define REQUEST(method, params) "{\"id\":1,\"method\":\"" method "\",\"params\":" params "}"
#define HAS(text, part)		ck_assert_msg(strstr(text, part) != NULL, "%s", text)
#define LACKS(text, part)	ck_assert_msg(strstr(text, part) == NULL, "%s", text)

START_TEST(a_captured_source_map_goes_along)
{
	struct ipm_writer *w = begin();
	const char *text;

	put_script(w);
	put_pause(w, "crash");
	finish(w, 0);
	text = ask(REQUEST("Debugger.enable", "{}"));
	/* {"version":3} */
	HAS(text,
	    "\"sourceMapURL\":\"data:application/json;charset=utf-8;base64,eyJ2ZXJzaW9uIjozfQ==\"");
	HAS(text, "\"Debugger.paused\"");
	HAS(text, "{\"id\":1,\"result\":{\"debuggerId\":");
	ck_assert_str_eq(ask(REQUEST("Debugger.getScriptSource", "{\"scriptId\":\"7\"}")),
			 "{\"id\":1,\"result\":{\"scriptSource\":\"one\\ntwo\\r\\nthree one\"}}\n");
	ck_assert_str_eq(
		ask(REQUEST("Debugger.searchInContent", "{\"scriptId\":\"7\",\"query\":\"ONE\"}")),
		"{\"id\":1,\"result\":{\"result\":[{\"lineNumber\":0,\"lineContent\":\"one\"},"
		"{\"lineNumber\":2,\"lineContent\":\"three one\"}]}}\n");
	ck_assert_str_eq(
		ask(REQUEST("Debugger.searchInContent",
			    "{\"scriptId\":\"7\",\"query\":\"^t(w|h)o?$\",\"isRegex\":true}")),
		"{\"id\":1,\"result\":{\"result\":[{\"lineNumber\":1,\"lineContent\":\"two\"}]}}"
		"\n");
	ck_assert_str_eq(ask(REQUEST("Debugger.searchInContent",
				     "{\"scriptId\":\"7\",\"query\":\"(\",\"isRegex\":true}")),
			 "{\"id\":1,\"result\":{\"result\":[]}}\n");
	end();
}
END_TEST

START_TEST(the_last_words_are_shown_and_nonsense_among_them_is_not)
{
	struct ipm_writer *w = begin();
	const char *text;

	put_note(w,
		 (struct ipm_str)IPM_STR(
			 "{\"type\":\"warning\",\"args\":[{\"type\":\"string\",\"value\":\"a\"}],"
			 "\"executionContextId\":1,\"timestamp\":1}\n"
			 "not JSON\n\n[1]\n{\"type\":1}\n\"plain\""));
	put_pause(w, "crash");
	finish(w, 0);
	text = ask(REQUEST("Runtime.enable", "{}"));
	HAS(text, "{\"method\":\"Runtime.consoleAPICalled\",\"params\":{\"type\":\"warning\"");
	HAS(text, "\"args\":[{\"type\":\"string\",\"value\":\"plain\"}]");
	HAS(text, "\"name\":\"/usr/bin/node[42]\"");
	LACKS(text, "not JSON");
	HAS(text, "\"Runtime.exceptionThrown\"");
	HAS(text, "\"value\":\"thrown\"");
	ck_assert_str_eq(ask(REQUEST("Runtime.enable", "{}")), "{\"id\":1,\"result\":{}}\n");
	end();
}
END_TEST

START_TEST(a_file_without_a_pause_is_not_paused)
{
	struct ipm_writer *w = begin();

	put_script(w);
	finish(w, 0);
	LACKS(ask(REQUEST("Debugger.enable", "{}")), "Debugger.paused");
	HAS(ask(REQUEST("Debugger.resume", "{}")), "Can only perform operation while paused.");
	HAS(ask(REQUEST("Debugger.evaluateOnCallFrame",
			"{\"callFrameId\":\"1.1.0\",\"expression\":\"1\"}")),
	    "Can only perform operation while paused.");
	HAS(ask(REQUEST("Runtime.evaluate", "{\"expression\":\"1 + 1\"}")),
	    "{\"result\":{\"type\":\"number\",\"value\":2,\"description\":\"2\"}}");
	end();
}
END_TEST

START_TEST(each_pause_is_a_session_of_its_own)
{
	struct ipm_replay_options opts = {.pause = 2};
	struct ipm_writer *w = begin();
	struct ipm_replay *none = NULL;
	struct ipm_error err;

	put_pause(w, "first");
	put_pause(w, "second");
	finish(w, 1);
	HAS(ask(REQUEST("Debugger.enable", "{}")), "\"functionName\":\"second\"");
	LACKS((const char *)said.data, "first");
	opts.reader = reader;
	ck_assert_int_eq(ipm_replay_create(&opts, &none, &err), IPM_ERR_NOT_FOUND);
	ck_assert_ptr_null(none);
	end();
}
END_TEST

START_TEST(what_was_not_captured_says_so)
{
	struct ipm_writer *w = begin();
	const char *text;

	put_pause(w, "crash");
	finish(w, 0);
	text = ask(REQUEST("Runtime.getProperties", "{\"objectId\":\"1.1.1\"}"));
	HAS(text, "\"result\":[]");
	HAS(text, "[[NotCaptured]]");
	HAS(ask(REQUEST("Runtime.getProperties", "{\"objectId\":\"2.1.1\"}")),
	    "Cannot find context with specified id");
	HAS(ask(REQUEST("Runtime.getProperties", "{\"objectId\":\"1.1.x\"}")),
	    "Invalid remote object id");
	HAS(ask(REQUEST("Runtime.getProperties", "{\"objectId\":\"1.1.1:nosuch\"}")),
	    "Invalid remote object id");
	end();
}
END_TEST

START_TEST(a_reply_beyond_the_limit_is_an_error)
{
	struct ipm_writer *w = begin();
	const char *text;

	put_pause(w, "crash");
	finish(w, 0);
	text = ask(REQUEST("Runtime.evaluate",
			   "{\"expression\":\"'x'.repeat(5000)\",\"returnByValue\":true}"));
	HAS(text, "{\"id\":1,\"error\":{\"code\":-32000,\"message\":\"The reply is longer than");
	LACKS(text, "xxx");
	end();
}
END_TEST

/* Joins what comes in pieces; `fail_at` pieces are taken. */
struct taker {
	struct ipm_buf text;
	size_t pieces, fail_at;
	bool more;
};

static enum ipm_errc take(struct ipm_outbox *box, void *self, struct ipm_error *err)
{
	struct taker *taker = self;
	struct ipm_message *message;

	while ((message = ipm_outbox_take(box))) {
		ipm_buf_str(&taker->text, ipm_message_text(message));
		taker->more = message->more;
		if (!message->more)
			ipm_buf_byte(&taker->text, '\n');
		ipm_message_free(message);
		if (++taker->pieces == taker->fail_at)
			return ipm_fail(err, IPM_ERR_TIMEOUT, "gone");
	}
	return IPM_OK;
}

static void put_properties(struct ipm_writer *w)
{
	static char names[60][16];
	struct ipm_property properties[60];
	struct ipm_object object = {.id = 1, .properties = properties, .property_count = 60};
	struct ipm_error err;
	size_t i;

	memset(properties, 0, sizeof(properties));
	for (i = 0; i < 60; i++) {
		snprintf(names[i], sizeof(names[i]), "name%zu", i);
		properties[i].name = (struct ipm_str){names[i], strlen(names[i])};
		properties[i].flags = IPM_PROPERTY_DEFAULT;
		properties[i].value.type = IPM_VALUE_INTEGER;
		properties[i].value.integer = (int64_t)i;
	}
	ck_assert_int_eq(ipm_writer_object(w, &object, &err), IPM_OK);
}

START_TEST(a_long_reply_comes_in_pieces_as_fast_as_it_is_taken)
{
	static const char *const requests[] = {
		REQUEST("Runtime.getProperties", "{\"objectId\":\"1.1.1\",\"ownProperties\":true}"),
		REQUEST("Debugger.enable", "{}"),
		REQUEST("Debugger.getScriptSource", "{\"scriptId\":\"7\"}"),
		REQUEST("Debugger.resume", "{}"),
		REQUEST("Runtime.getProperties", "{\"objectId\":\"1.1.99\"}"),
		REQUEST("Runtime.nosuch", "{}"),
	};
	struct taker taker = {0};
	struct ipm_outbox out = {.drain = take, .drain_self = &taker};
	struct ipm_writer *w = begin();
	struct ipm_error err;
	size_t i;

	put_script(w);
	put_properties(w);
	put_pause(w, "crash");
	max_reply = 0;
	finish(w, 0);
	max_reply = 4096;
	for (i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		struct ipm_str request = {requests[i], strlen(requests[i])};

		taker.pieces = 0;
		ipm_buf_reset(&taker.text);
		ck_assert_int_eq(ipm_replay_handle(replay, request, &out, &err), IPM_OK);
		ipm_buf_byte(&taker.text, 0);
		ck_assert(!taker.more);
		if (!i)
			ck_assert_uint_gt(taker.pieces, 20);
		if (i == 1) /* as if it were the first time */
			ask(REQUEST("Debugger.disable", "{}"));
		ck_assert_str_eq((const char *)taker.text.data, ask(requests[i]));
	}
	taker.fail_at = 3;
	taker.pieces = 0;
	ck_assert_int_eq(ipm_replay_handle(replay,
					   (struct ipm_str){requests[0], strlen(requests[0])}, &out,
					   &err),
			 IPM_ERR_TIMEOUT);
	ck_assert_uint_eq(taker.pieces, 3);
	ck_assert_str_eq(err.message, "gone");
	HAS(ask(requests[0]), "name59");
	ipm_buf_deinit(&taker.text);
	ipm_outbox_deinit(&out);
	end();
}
END_TEST

static bool tried(const char *request, struct ipm_outbox *out)
{
	struct ipm_error err;
	bool slow;

	ck_assert_int_eq(ipm_replay_try(replay, (struct ipm_str){request, strlen(request)}, out,
					&slow, &err),
			 IPM_OK);
	if (slow)
		ck_assert_uint_eq(out->count, 0);
	return !slow;
}

START_TEST(what_would_take_long_is_given_up_as_if_it_had_not_been_asked)
{
	struct ipm_script script = {
		.id = 8, .url = IPM_STR("file:///srv/b.js"), .has_source_map = true};
	struct ipm_writer *w = begin();
	char *map = calloc(1, 400000);
	struct ipm_outbox out = {0};
	struct ipm_error err;

	ck_assert_ptr_nonnull(map);
	memset(map, ' ', 400000);
	ck_assert_int_eq(
		ipm_writer_text(w, (struct ipm_str){map, 400000}, &script.source_map, &err),
		IPM_OK);
	ck_assert_int_eq(ipm_writer_script(w, &script, &err), IPM_OK);
	put_pause(w, "crash");
	max_reply = 0;
	finish(w, 0);
	max_reply = 4096;
	ck_assert(!tried(REQUEST("Debugger.enable", "{}"), &out));
	ck_assert(!tried(REQUEST("Debugger.enable", "{}"), &out));
	HAS(ask(REQUEST("Debugger.enable", "{}")), "\"Debugger.scriptParsed\"");
	ck_assert(tried(REQUEST("Debugger.enable", "{}"), &out));
	ck_assert_uint_eq(out.count, 1);
	ipm_outbox_deinit(&out);
	ck_assert(
		!tried(REQUEST("Runtime.evaluate", "{\"expression\":\"for (;;);\",\"timeout\":40}"),
		       &out));
	HAS(ask(REQUEST("Runtime.evaluate", "{\"expression\":\"for (;;);\",\"timeout\":40}")),
	    "took longer than 40 ms");
	ck_assert(
		!tried(REQUEST("Runtime.evaluate", "{\"expression\":\"'x'.repeat(3e6)\"}"), &out));
	ck_assert(tried(REQUEST("Runtime.evaluate", "{\"expression\":\"1 + 1\"}"), &out));
	ipm_outbox_deinit(&out);
	free(map);
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session");
	TCase *tests = tcase_create("session");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, a_captured_source_map_goes_along);
	tcase_add_test(tests, the_last_words_are_shown_and_nonsense_among_them_is_not);
	tcase_add_test(tests, a_file_without_a_pause_is_not_paused);
	tcase_add_test(tests, each_pause_is_a_session_of_its_own);
	tcase_add_test(tests, what_was_not_captured_says_so);
	tcase_add_test(tests, a_reply_beyond_the_limit_is_an_error);
	tcase_add_test(tests, a_long_reply_comes_in_pieces_as_fast_as_it_is_taken);
	tcase_add_test(tests, what_would_take_long_is_given_up_as_if_it_had_not_been_asked);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
