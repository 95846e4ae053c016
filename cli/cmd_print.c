/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "eval.h"
#include "inspect.h"
#include "open_crash.h"
#include "plain.h"

static const char help[] =
	"inspmort print - what a JavaScript expression gives in the dead process\n"
	"\n"
	"  inspmort print crash.inspmort order.items                 a variable where it crashed\n"
	"  inspmort print --frame 3 crash.inspmort 'req.headers'     in another frame of the "
	"stack\n"
	"  inspmort print . 'users.filter(u => !u.email).length'     of the newest crash here\n"
	"  inspmort print --json crash.inspmort '[...cache.keys()]' | jq .\n"
	"\n"
	"Usage: inspmort print [--frame N] [--json] [--depth N] FILE EXPRESSION\n"
	"\n"
	"Options:\n"
	"  -f, --frame N   the frame whose variables count, 0 being the innermost ('inspmort "
	"show'\n"
	"                  numbers them); without it the innermost one that is not Node's own\n"
	"  --pause N       of a file with several pauses, which one (from 0)\n"
	"  -d, --depth N   how deep nested objects are shown (2)\n"
	"  --json          as JSON, as JSON.stringify would give it\n"
	"  --timeout MS    how long the expression may take (5000)\n"
	"\n"
	"Variables, properties and elements, operators, and builtin methods without side effects.\n"
	"Functions of the program and getters cannot run any more; arrow functions in the "
	"expression\n"
	"can. Exit code 1: the expression throws.\n" OPEN_CRASH_HELP;

struct print {
	const char *path, *expression;
	struct ipm_eval_request request;
	struct inspect_options inspect;
	bool json;
};

/* The innermost frame of the program's own. */
static int64_t own_frame(struct ipm_reader *r, const struct ipm_pause *pause)
{
	const struct ipm_script *script;
	struct ipm_error ignored;
	size_t i;

	for (i = 0; i < pause->frame_count; i++) {
		struct ipm_str url = pause->frames[i].url;

		if (!url.len &&
		    !ipm_reader_script(r, pause->frames[i].location.script_id, &script, &ignored))
			url = script->url;
		if (url.len < 5 || memcmp(url.data, "node:", 5))
			return (int64_t)i;
	}
	return pause->frame_count ? 0 : -1;
}

static bool is_unknown_name(const struct ipm_eval_result *result)
{
	static const char reference[] = "ReferenceError:";

	return result->thrown && result->message.len >= sizeof(reference) &&
	       !memcmp(result->message.data, reference, sizeof(reference) - 1);
}

/* The innermost frame that knows the names in the expression, for who asked in another; or -1. */
static int64_t frame_that_knows(struct ipm_evaluator *ev, const struct print *p, size_t frame_count)
{
	enum { MAX_TRIED = 200 };
	struct ipm_eval_request request = p->request;
	struct ipm_eval_result result;
	struct ipm_error ignored;
	size_t i;

	request.timeout_ms = 100;
	for (i = 0; i < frame_count && i < MAX_TRIED; i++) {
		request.frame = (int64_t)i;
		if (!ipm_eval(ev, &request, &result, &ignored) && !is_unknown_name(&result))
			return (int64_t)i;
	}
	return -1;
}

static int complain(struct ipm_evaluator *ev, const struct print *p,
		    const struct ipm_eval_result *result, size_t frame_count)
{
	struct ipm_buf text = IPM_BUF_INIT;
	int64_t frame = -1;

	ipm_put_escaped_text(&text, result->message, 500);
	if (is_unknown_name(result))
		frame = frame_that_knows(ev, p, frame_count);
	ipm_buf_byte(&text, 0);
	if (!ipm_buf_ok(&text))
		cli_fail("out of memory");
	else if (frame >= 0)
		cli_fail("%s in frame %" PRId64 " (it is in another: --frame %" PRId64 ")",
			 (const char *)text.data, p->request.frame, frame);
	else
		cli_fail("%s", (const char *)text.data);
	ipm_buf_deinit(&text);
	return IPM_EXIT_FAILED;
}

static enum ipm_errc put_json(struct ipm_evaluator *ev, const struct ipm_eval_result *result,
			      struct ipm_buf *out, struct ipm_error *err)
{
	bool unserializable;
	enum ipm_errc rc = ipm_eval_value_to_json(ev, &result->value, out, &unserializable, err);

	if (!rc && unserializable)
		ipm_buf_cstr(out, "null");
	return rc;
}

static int print_value(struct ipm_evaluator *ev, const struct print *p, size_t frame_count)
{
	struct ipm_cdp cdp = {.heap = ipm_evaluator_heap(ev), .object_id_prefix = ""};
	struct ipm_buf out = IPM_BUF_INIT;
	struct ipm_eval_result result;
	struct ipm_error err;
	enum ipm_errc rc;

	rc = ipm_eval(ev, &p->request, &result, &err);
	if (rc)
		return cli_fail_file(p->path, &err);
	if (result.thrown)
		return complain(ev, p, &result, frame_count);
	rc = p->json ? put_json(ev, &result, &out, &err)
		     : inspect(&cdp, &result.value, &p->inspect, &out, &err);
	ipm_buf_byte(&out, '\n');
	if (!rc)
		rc = cli_print(&out, &err);
	ipm_buf_deinit(&out);
	return rc ? cli_fail_file(p->path, &err) : IPM_EXIT_OK;
}

static int print_from(struct ipm_reader *reader, struct print *p, bool has_frame)
{
	const struct ipm_pause *pause;
	struct ipm_evaluator *ev;
	struct ipm_error err;
	size_t frame_count = 0;
	int code;

	if (ipm_reader_info(reader)->pauses || p->request.pause) {
		if (ipm_reader_pause(reader, p->request.pause, &pause, &err))
			return cli_fail_file(p->path, &err);
		frame_count = pause->frame_count;
		if (!has_frame)
			p->request.frame = own_frame(reader, pause);
		else if ((uint64_t)p->request.frame >= pause->frame_count)
			return cli_fail("%s: no frame %" PRId64 ": there are %zu", p->path,
					p->request.frame, pause->frame_count);
	}
	if (ipm_evaluator_create(reader, NULL, &ev, &err))
		return cli_fail_file(p->path, &err);
	code = print_value(ev, p, frame_count);
	ipm_evaluator_destroy(ev);
	return code;
}

int cmd_print(int argc, char **argv)
{
	const char *frame = NULL, *pause = NULL, *depth = NULL, *timeout = NULL;
	struct print p = {.inspect = {.depth = 2, .items = 100, .string = 1000}};
	const struct cli_option options[] = {
		{"frame", 'f', NULL, &frame},	{"pause", 0, NULL, &pause},
		{"depth", 'd', NULL, &depth},	{"json", 0, &p.json, NULL},
		{"timeout", 0, NULL, &timeout}, {0}};
	uint64_t number;
	struct ipm_reader *reader;
	int count, code = cli_parse(argc, argv, options, help, &count);

	if (code >= 0)
		return code;
	if (count < 2)
		return cli_usage(argv[0], count ? "which expression?" : "which file?");
	if (count > 2)
		return cli_usage(argv[0], "too many arguments: put the expression into quotes");
	p.path = argv[1];
	p.request.expression = (struct ipm_str){argv[2], strlen(argv[2])};
	p.request.frame = -1;
	p.request.timeout_ms = 5000;
	p.inspect.columns = cli_columns() ? cli_columns() : 80;
	if (frame) {
		if (!cli_number(frame, INT64_MAX, &number))
			return cli_usage(argv[0], "--frame is not a number: %s", frame);
		p.request.frame = (int64_t)number;
	}
	if (pause && !cli_number(pause, INT64_MAX, &p.request.pause))
		return cli_usage(argv[0], "--pause is not a number: %s", pause);
	if (depth) {
		if (!cli_number(depth, 30, &number))
			return cli_usage(argv[0], "--depth is not a number up to 30: %s", depth);
		p.inspect.depth = (unsigned)number;
	}
	if (timeout) {
		if (!cli_number(timeout, 3600000, &number) || !number)
			return cli_usage(argv[0], "--timeout is not a number of milliseconds: %s",
					 timeout);
		p.request.timeout_ms = (uint32_t)number;
	}
	code = open_crash(p.path, &reader, NULL);
	if (code >= 0)
		return code;
	code = print_from(reader, &p, frame != NULL);
	ipm_reader_close(reader);
	return code;
}
