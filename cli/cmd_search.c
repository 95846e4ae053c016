/* SPDX-License-Identifier: MIT */
/* inspmort search: where in the dead process a name or value is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "eval.h"
#include "json.h"
#include "open_crash.h"
#include "plain.h"
#include "progress.h"
#include "search.h"

static const char help[] =
	"inspmort search - where in the dead process a name or value is\n"
	"\n"
	"  inspmort search FILE sku                   every variable or property of that name, "
	"and\n"
	"                                             every string with it inside\n"
	"  inspmort search FILE 'A-17'                frame 2 › order › items[3] › sku = \"A-17\"\n"
	"  inspmort search --regex FILE '^/tmp/.*js$'\n"
	"  inspmort search --class FILE Order         all objects made by class Order\n"
	"  inspmort search --references FILE 17       who points at object #17\n"
	"  inspmort search --references FILE order    and at that variable's object\n"
	"\n"
	"Usage: inspmort search [OPTIONS] FILE PATTERN\n"
	"\n"
	"Options:\n"
	"  --names            look at names only\n"
	"  --values           look at values only\n"
	"  --class            PATTERN is the name of a class\n"
	"  --references       PATTERN is the number of an object, as search shows it, or an\n"
	"                     expression that gives one\n"
	"  -f, --frame N      the frame of that expression (0)\n"
	"  -E, --regex        PATTERN is a regular expression (POSIX extended)\n"
	"  -i, --ignore-case  A and a are the same (ASCII)\n"
	"  --limit N          stop after N matches (1000); 0: never\n"
	"  --json             one JSON object per line: path, value, object, holder\n"
	"\n"
	"Text in values matches anywhere, numbers match as a whole. What can be reached in "
	"several\n"
	"ways is shown once: through a frame's variables before the exception, and that before "
	"the\n"
	"engine's own objects; --references names everybody who holds it. Strings that lie in no\n"
	"frame's reach are shown under the number of their object. Exit code 1: nothing "
	"found.\n" OPEN_CRASH_HELP;

struct printer {
	bool json;
	struct ipm_buf line;
};

static void put_json(struct ipm_buf *line, const struct ipm_search_hit *hit)
{
	ipm_buf_cstr(line, "{\"path\":");
	ipm_json_put_string(line, hit->path);
	ipm_buf_cstr(line, ",\"value\":");
	ipm_json_put_string(line, hit->value);
	if (hit->object_id)
		ipm_buf_printf(line, ",\"object\":%" PRIu64, hit->object_id);
	if (hit->holder)
		ipm_buf_printf(line, ",\"holder\":%" PRIu64, hit->holder);
	ipm_buf_cstr(line, "}\n");
}

static bool print_hit(void *self, const struct ipm_search_hit *hit)
{
	struct printer *p = self;

	ipm_buf_reset(&p->line);
	if (p->json) {
		put_json(&p->line, hit);
	} else {
		ipm_buf_str(&p->line, hit->path);
		ipm_buf_cstr(&p->line, " = ");
		ipm_buf_str(&p->line, hit->value);
		ipm_buf_byte(&p->line, '\n');
	}
	progress_clear();
	return ipm_buf_ok(&p->line) && fwrite(p->line.data, 1, p->line.len, stdout) == p->line.len;
}

/* "17" or "#17". */
static bool parse_id(const char *text, uint64_t *ret)
{
	return cli_number(*text == '#' ? text + 1 : text, UINT64_MAX, ret);
}

/* The object that an expression gives in a frame. Returns -1 to go on, else the exit code. */
static int evaluate(struct ipm_reader *reader, const char *path, const char *expression,
		    int64_t frame, uint64_t *ret)
{
	struct ipm_eval_request request = {.expression = {expression, strlen(expression)},
					   .frame = frame};
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_eval_result result;
	struct ipm_evaluator *ev;
	struct ipm_error err;
	int code = -1;

	if (ipm_evaluator_create(reader, NULL, &ev, &err))
		return cli_fail_file(path, &err);
	if (ipm_eval(ev, &request, &result, &err)) {
		code = cli_fail_file(path, &err);
	} else if (result.thrown) {
		ipm_put_escaped_text(&text, result.message, 500);
		code = cli_fail("%.*s", (int)text.len, text.data ? (const char *)text.data : "");
	} else if (result.value.type != IPM_VALUE_OBJECT ||
		   result.value.object_id >= IPM_FIRST_SYNTHETIC_ID) {
		code = cli_fail("%s is no object of the process", expression);
	} else {
		*ret = result.value.object_id;
	}
	ipm_buf_deinit(&text);
	ipm_evaluator_destroy(ev);
	return code;
}

static int search(struct ipm_reader *reader, const char *path,
		  const struct ipm_search_options *opts, bool json)
{
	struct printer printer = {.json = json};
	struct ipm_search_result result;
	struct ipm_error err;
	enum ipm_errc rc;

	rc = ipm_search(reader, opts, print_hit, &printer, &result, &err);
	ipm_buf_deinit(&printer.line);
	progress_clear();
	if (rc == IPM_ERR_INVALID_ARGUMENT)
		return cli_usage("search", "%s", err.message);
	if (rc)
		return cli_fail_file(path, &err);
	if (cli_flush())
		return IPM_EXIT_FAILED;
	if (result.more)
		fprintf(stderr, "inspmort: stopped at %" PRIu64 " matches; --limit 0 shows all\n",
			result.hits);
	if (result.damaged)
		fprintf(stderr, "inspmort: %" PRIu64 " damaged blocks were passed over\n",
			result.damaged);
	return result.hits ? IPM_EXIT_OK : IPM_EXIT_FAILED;
}

int cmd_search(int argc, char **argv)
{
	struct ipm_search_options opts = {.what = IPM_SEARCH_TEXT, .limit = 1000};
	bool names = false, values = false, classes = false, references = false, json = false;
	const char *limit = NULL, *frame = NULL, *path;
	uint64_t frame_number = 0;
	const struct cli_option options[] = {
		{"names", 0, &names, NULL},	   {"values", 0, &values, NULL},
		{"class", 0, &classes, NULL},	   {"references", 0, &references, NULL},
		{"regex", 'E', &opts.regex, NULL}, {"ignore-case", 'i', &opts.ignore_case, NULL},
		{"limit", 0, NULL, &limit},	   {"frame", 'f', NULL, &frame},
		{"json", 0, &json, NULL},	   {NULL, 0, NULL, NULL},
	};
	struct ipm_reader *reader;
	int count, code;

	code = cli_parse(argc, argv, options, help, &count);
	if (code >= 0)
		return code;
	if (count != 2)
		return cli_usage("search", "expected FILE and PATTERN");
	if (names + values + classes + references > 1)
		return cli_usage("search", "--names, --values, --class and --references exclude "
					   "each other");
	if (limit && !cli_number(limit, UINT64_MAX, &opts.limit))
		return cli_usage("search", "not a number: %s", limit);
	if (names)
		opts.what = IPM_SEARCH_NAMES;
	else if (values)
		opts.what = IPM_SEARCH_VALUES;
	else if (classes)
		opts.what = IPM_SEARCH_CLASSES;
	else if (references)
		opts.what = IPM_SEARCH_REFERENCES;
	path = argv[1];
	opts.pattern = (struct ipm_str){argv[2], strlen(argv[2])};
	if (frame && !cli_number(frame, INT32_MAX, &frame_number))
		return cli_usage("search", "not a number: %s", frame);
	if (frame && !references)
		return cli_usage("search", "--frame is for --references");
	opts.progress = progress_on_terminal();
	code = open_crash(path, &reader, NULL);
	if (code >= 0)
		return code;
	if (references && !parse_id(argv[2], &opts.id))
		code = evaluate(reader, path, argv[2], (int64_t)frame_number, &opts.id);
	if (code < 0)
		code = search(reader, path, &opts, json);
	ipm_reader_close(reader);
	return code;
}
