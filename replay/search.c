/* SPDX-License-Identifier: MIT */
/* Debugger.searchInContent: the lines of a script that hold a text. */
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "wtf8.h"

enum {
	SERVER_ERROR = -32000,
	MAX_SOURCE = 64 << 20,
	MAX_QUICK_SOURCE = 1 << 20,
	MAX_MATCHES = 100000,
};

struct search {
	struct ipm_str query;
	bool fold;	     /* ASCII letters only */
	struct ipm_buf *out; /* the matches found so far */
	size_t count;
};

static bool append_piece(void *self, struct ipm_str piece)
{
	struct ipm_buf *out = self;

	ipm_buf_str(out, piece);
	return ipm_buf_ok(out);
}

static char folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool contains(const struct search *search, struct ipm_str line)
{
	size_t i, k;

	for (i = 0; search->query.len <= line.len && i <= line.len - search->query.len; i++) {
		for (k = 0; k < search->query.len; k++)
			if (search->fold ? folded(line.data[i + k]) != folded(search->query.data[k])
					 : line.data[i + k] != search->query.data[k])
				break;
		if (k == search->query.len)
			return true;
	}
	return false;
}

static void put_match(struct search *search, size_t number, struct ipm_str line)
{
	if (search->count >= MAX_MATCHES)
		return;
	ipm_buf_printf(search->out,
		       "%s{\"lineNumber\":%zu,\"lineContent\":", search->count++ ? "," : "",
		       number);
	ipm_json_put_string(search->out, line);
	ipm_buf_byte(search->out, '}');
}

/* Cuts the next line off *rest; false at the end. */
static bool next_line(struct ipm_str *rest, bool *at_end, struct ipm_str *ret)
{
	const char *stop;

	if (*at_end)
		return false;
	stop = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	*ret = (struct ipm_str){rest->data, stop ? (size_t)(stop - rest->data) : rest->len};
	*at_end = !stop;
	if (stop) {
		rest->data = stop + 1;
		rest->len -= ret->len + 1;
	}
	if (ret->len && ret->data[ret->len - 1] == '\r')
		ret->len--;
	return true;
}

static void search_text(struct search *search, struct ipm_str source)
{
	struct ipm_str line;
	bool at_end = false;
	size_t number;

	for (number = 0; next_line(&source, &at_end, &line); number++)
		if (contains(search, line))
			put_match(search, number, line);
}

static struct ipm_value string_value(struct ipm_str str)
{
	struct ipm_value value = {.type = IPM_VALUE_STRING};

	value.string = (struct ipm_text){.str = str, .length = ipm_wtf8_units(str)};
	return value;
}

/* JavaScript's regular expressions are the evaluator's trade; it answers "3,17,40". */
static enum ipm_errc search_regex(struct call *c, struct search *search, struct ipm_str source,
				  struct ipm_error *err)
{
	const struct ipm_value arguments[] = {string_value(source), string_value(search->query),
					      string_value(search->fold
								   ? (struct ipm_str)IPM_STR("i")
								   : (struct ipm_str){NULL, 0})};
	const struct ipm_eval_request request = {
		.expression =
			IPM_STR("(text, query, flags) => ((re) => text.split(/\\r?\\n/)"
				".map((line, i) => re.test(line) ? i : -1)"
				".filter((i) => i >= 0).join(','))(new RegExp(query, flags))"),
		.call = true,
		.frame = -1,
		.pause = c->r->pause_index,
		.arguments = arguments,
		.argument_count = 3,
		.object_group = IPM_STR("search"),
		.timeout_ms = c->r->quick ? QUICK_MS : 2000,
	};
	struct ipm_eval_result result;
	struct ipm_buf numbers = IPM_BUF_INIT;
	struct ipm_str line;
	bool at_end = false;
	size_t number;
	char *at;
	enum ipm_errc code = ipm_eval(c->r->evaluator, &request, &result, err);

	if (code)
		return call_failed(c, code, err);
	ipm_evaluator_release_group(c->r->evaluator, request.object_group);
	if (result.stopped == IPM_EVAL_STOPPED_TIME && out_of_patience(c))
		return IPM_OK;
	/* A pattern that is none, or that takes for ever, matches nothing, as in V8. */
	if (result.thrown || result.value.type != IPM_VALUE_STRING)
		return IPM_OK;
	ipm_buf_str(&numbers, result.value.string.str);
	ipm_buf_byte(&numbers, 0);
	if (!ipm_buf_ok(&numbers)) {
		ipm_buf_deinit(&numbers);
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for matches");
	}
	at = (char *)numbers.data;
	for (number = 0; *at && next_line(&source, &at_end, &line); number++)
		if (number == strtoull(at, NULL, 10)) {
			put_match(search, number, line);
			at += strcspn(at, ",");
			at += *at == ',';
		}
	ipm_buf_deinit(&numbers);
	return IPM_OK;
}

enum ipm_errc debugger_search_in_content(struct call *c, struct ipm_error *err)
{
	bool regex = ipm_json_bool(ipm_json_get(c->params, "isRegex"), false);
	struct ipm_buf source = {.max = MAX_SOURCE}, query = IPM_BUF_INIT;
	struct search search = {
		.fold = !ipm_json_bool(ipm_json_get(c->params, "caseSensitive"), false),
		.out = &c->result,
	};
	const struct ipm_script *script;
	enum ipm_errc code = IPM_OK;

	if (!c->r->debugger_enabled)
		return call_error(c, SERVER_ERROR, "Debugger agent is not enabled");
	script = script_param(c, ipm_json_get(c->params, "scriptId"), SERVER_ERROR);
	if (!script)
		return IPM_OK;
	if (script->has_source && script->source.length > MAX_QUICK_SOURCE && out_of_patience(c))
		return IPM_OK;
	string_param_into(c, "query", &query);
	search.query = ipm_buf_as_str(&query);
	if (script->has_source)
		code = ipm_reader_text(c->r->reader, &script->source, 0, UINT64_MAX, append_piece,
				       &source, err);
	if (!code)
		code = ipm_buf_status(&source, err);
	if (!code)
		code = ipm_buf_status(&query, err);
	ipm_buf_cstr(&c->result, "{\"result\":[");
	if (code)
		code = call_failed(c, code, err);
	else if (regex)
		code = search_regex(c, &search, ipm_buf_as_str(&source), err);
	else
		search_text(&search, ipm_buf_as_str(&source));
	ipm_buf_cstr(&c->result, "]}");
	ipm_buf_deinit(&source);
	ipm_buf_deinit(&query);
	return code;
}
