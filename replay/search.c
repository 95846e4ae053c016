/* SPDX-License-Identifier: MIT */
/* Debugger.searchInContent: the lines of a script that hold a text. */
#include <regex.h>
#include <string.h>

#include "session.h"

enum { SERVER_ERROR = -32000, MAX_SOURCE = 256 << 20, MAX_MATCHES = 100000 };

struct query {
	struct ipm_str text;
	bool fold; /* ASCII letters only */
	bool regex;
	regex_t compiled;
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

static bool contains(const struct query *query, struct ipm_str line)
{
	size_t i, k;

	for (i = 0; query->text.len <= line.len && i <= line.len - query->text.len; i++) {
		for (k = 0; k < query->text.len; k++)
			if (query->fold ? folded(line.data[i + k]) != folded(query->text.data[k])
					: line.data[i + k] != query->text.data[k])
				break;
		if (k == query->text.len)
			return true;
	}
	return false;
}

/* The line has room for a NUL after it. */
static bool matches(struct query *query, char *line, size_t len)
{
	bool found;
	char saved;

	if (!query->regex)
		return contains(query, (struct ipm_str){line, len});
	saved = line[len];
	line[len] = '\0';
	found = !regexec(&query->compiled, line, 0, NULL, 0);
	line[len] = saved;
	return found;
}

static void put_matches(struct call *c, struct query *query, struct ipm_buf *source)
{
	char *at = (char *)source->data, *end = at + source->len - 1; /* a NUL is last */
	size_t line = 0, count = 0;

	ipm_buf_cstr(&c->result, "{\"result\":[");
	while (at <= end && count < MAX_MATCHES) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);

		if (len && at[len - 1] == '\r')
			len--;
		if (matches(query, at, len)) {
			ipm_buf_printf(&c->result,
				       "%s{\"lineNumber\":%zu,\"lineContent\":", count++ ? "," : "",
				       line);
			ipm_json_put_string(&c->result, (struct ipm_str){at, len});
			ipm_buf_byte(&c->result, '}');
		}
		line++;
		if (!stop)
			break;
		at = stop + 1;
	}
	ipm_buf_cstr(&c->result, "]}");
}

enum ipm_errc debugger_search_in_content(struct call *c, struct ipm_error *err)
{
	struct query query = {
		.fold = !ipm_json_bool(ipm_json_get(c->params, "caseSensitive"), false),
		.regex = ipm_json_bool(ipm_json_get(c->params, "isRegex"), false),
	};
	struct ipm_buf source = {.max = MAX_SOURCE}, text = IPM_BUF_INIT;
	const struct ipm_script *script;
	enum ipm_errc code = IPM_OK;

	if (!c->r->debugger_enabled)
		return call_error(c, SERVER_ERROR, "Debugger agent is not enabled");
	script = script_param(c, ipm_json_get(c->params, "scriptId"), SERVER_ERROR);
	if (!script)
		return IPM_OK;
	string_param_into(c, "query", &text);
	ipm_buf_byte(&text, 0);
	if (!ipm_buf_ok(&text))
		goto out;
	query.text = (struct ipm_str){(const char *)text.data, text.len - 1};
	if (query.regex && regcomp(&query.compiled, query.text.data,
				   REG_EXTENDED | REG_NOSUB | (query.fold ? REG_ICASE : 0))) {
		query.regex = false;
		ipm_buf_cstr(&c->result, "{\"result\":[]}");
		goto out;
	}
	if (script->has_source)
		code = ipm_reader_text(c->r->reader, &script->source, 0, UINT64_MAX, append_piece,
				       &source, err);
	ipm_buf_byte(&source, 0);
	if (!code)
		code = ipm_buf_status(&source, err);
	if (code)
		code = call_failed(c, code, err);
	else
		put_matches(c, &query, &source);
	if (query.regex)
		regfree(&query.compiled);
out:
	ipm_buf_deinit(&source);
	ipm_buf_deinit(&text);
	return code;
}
