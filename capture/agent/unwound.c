/* SPDX-License-Identifier: MIT */
/*
 * V8 writes a stack as lines "    at f (url:1:2)". All of it is looked at as it stands in the
 * message, a JSON string: a line ends with the two characters \n, and other escapes are copied.
 */
#include "unwound.h"

#include <string.h>

struct site {
	struct ipm_str function;
	struct ipm_str url;
	long line, column;     /* from 0 */
	struct ipm_str script; /* id with its quotes; empty: unknown */
	bool async;	       /* not a frame but what awaits those above */
};

void script_names_add(struct script_names *names, struct ipm_str script_parsed)
{
	size_t id = message_find(script_parsed, "scriptId", 0), url, id_end, url_end;

	url = id == SIZE_MAX ? id : message_find(script_parsed, "url", id);
	if (url == SIZE_MAX)
		return;
	id_end = message_value_end(script_parsed, id);
	url_end = message_value_end(script_parsed, url);
	if (id_end == SIZE_MAX || url_end == SIZE_MAX || url_end - url < 3)
		return;
	ipm_buf_append(&names->lines, script_parsed.data + id, id_end - id);
	ipm_buf_byte(&names->lines, ' ');
	ipm_buf_append(&names->lines, script_parsed.data + url + 1, url_end - url - 2);
	ipm_buf_byte(&names->lines, '\n');
}

void script_names_deinit(struct script_names *names)
{
	ipm_buf_deinit(&names->lines);
}

static bool ends_with(struct ipm_str text, struct ipm_str end)
{
	return text.len >= end.len && !memcmp(text.data + text.len - end.len, end.data, end.len);
}

/* CommonJS modules are paths in a stack and file: URLs in the protocol. */
static struct ipm_str script_of(const struct script_names *names, struct ipm_str url)
{
	const char *at = (const char *)names->lines.data, *end = at + names->lines.len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *space = memchr(at, ' ', (size_t)(end - at));
		struct ipm_str known;

		if (!newline || !space || space > newline)
			break;
		known = (struct ipm_str){space + 1, (size_t)(newline - space - 1)};
		if (ends_with(known, url) &&
		    (known.len == url.len ||
		     (known.len == url.len + 7 && !memcmp(known.data, "file://", 7))))
			return (struct ipm_str){at, (size_t)(space - at)};
		at = newline + 1;
	}
	return (struct ipm_str){0};
}

/* A decimal number at the end of `text`, after a colon; both are cut off. */
static bool cut_number(struct ipm_str *text, long *ret)
{
	size_t at = text->len;
	long number = 0;

	while (at && text->data[at - 1] >= '0' && text->data[at - 1] <= '9')
		at--;
	if (at == text->len || !at || text->data[at - 1] != ':' || text->len - at > 9)
		return false;
	for (size_t i = at; i < text->len; i++)
		number = number * 10 + (text->data[i] - '0');
	text->len = at - 1;
	*ret = number - 1;
	return number > 0;
}

/* "Stock.priceOf [as price]" is priceOf in the protocol, "new Order" is Order. */
static struct ipm_str bare_name(struct ipm_str name)
{
	const char *as = memmem(name.data, name.len, " [as ", 5), *dot;

	if (as)
		name.len = (size_t)(as - name.data);
	if (name.len > 4 && !memcmp(name.data, "new ", 4))
		name = (struct ipm_str){name.data + 4, name.len - 4};
	dot = memrchr(name.data, '.', name.len);
	if (dot)
		name = (struct ipm_str){dot + 1, name.len - (size_t)(dot + 1 - name.data)};
	if (ends_with(name, IPM_STR("<anonymous>")))
		name.len = 0;
	return name;
}

/* What stands after "at " in a line. */
static bool parse_site(struct ipm_str line, struct site *ret)
{
	const char *paren = line.len && line.data[line.len - 1] == ')'
				    ? memmem(line.data, line.len, " (", 2)
				    : NULL;

	*ret = (struct site){.url = line};
	if (paren) {
		ret->function = bare_name((struct ipm_str){line.data, (size_t)(paren - line.data)});
		ret->url = (struct ipm_str){paren + 2, line.len - (size_t)(paren - line.data) - 3};
	}
	return cut_number(&ret->url, &ret->column) && cut_number(&ret->url, &ret->line) &&
	       ret->url.len && !memchr(ret->url.data, ' ', ret->url.len);
}

static size_t parse_stack(struct ipm_str text, struct site *sites)
{
	static const char start[] = "\\n    at ", async[] = "async ";
	const char *at = text.data, *end = text.data + text.len;
	size_t count = 0;

	while (count < UNWOUND_MAX_SITES &&
	       (at = memmem(at, (size_t)(end - at), start, sizeof(start) - 1)) != NULL) {
		const char *line_end;
		struct ipm_str line;
		bool is_async;

		at += sizeof(start) - 1;
		line_end = memmem(at, (size_t)(end - at), "\\n", 2);
		line = (struct ipm_str){at, (size_t)((line_end ? line_end : end) - at)};
		is_async = line.len > sizeof(async) && !memcmp(line.data, async, sizeof(async) - 1);
		if (is_async)
			line = (struct ipm_str){line.data + sizeof(async) - 1,
						line.len - (sizeof(async) - 1)};
		if (parse_site(line, &sites[count]))
			sites[count++].async = is_async;
	}
	return count;
}

/* How many of the sites stand above the first held frame. */
static bool is_internal(const struct script_names *names, struct ipm_str script)
{
	const char *at = (const char *)names->lines.data, *end = at + names->lines.len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t left = newline ? (size_t)(newline - at) : 0;

		if (left > script.len + 6 && !memcmp(at, script.data, script.len))
			return !memcmp(at + script.len, " node:", 6);
		at += left + 1;
	}
	return false;
}

static size_t synchronous(const struct site *sites, size_t count)
{
	size_t i;

	for (i = 0; i < count && !sites[i].async; i++)
		;
	return i;
}

static size_t above(const struct hold *hold, const struct script_names *names,
		    const struct site *sites, size_t count)
{
	struct ipm_str frames = ipm_buf_as_str(&hold->frames), script;
	size_t at, end, i;
	long line = 0;

	if (!hold->taken || !hold->frame_count)
		return synchronous(sites, count);
	at = message_find(frames, "location", 0);
	at = at == SIZE_MAX ? at : message_find(frames, "scriptId", at);
	end = at == SIZE_MAX ? at : message_value_end(frames, at);
	if (end == SIZE_MAX)
		return 0;
	script = (struct ipm_str){frames.data + at, end - at};
	at = message_find(frames, "lineNumber", end);
	for (;
	     at != SIZE_MAX && at < frames.len && frames.data[at] >= '0' && frames.data[at] <= '9';
	     at++)
		line = line * 10 + (frames.data[at] - '0');
	for (i = 0; i < count; i++)
		if (sites[i].script.len == script.len && sites[i].line == line &&
		    !memcmp(sites[i].script.data, script.data, script.len))
			return i;
	/*
	 * Node throws on, from a place of its own, what a listener threw: the listener is what
	 * matters.
	 */
	return is_internal(names, script) ? synchronous(sites, count) : 0;
}

void unwound_frames(const struct hold *hold, const struct script_names *names, struct ipm_str error,
		    struct ipm_buf *ret)
{
	struct site sites[UNWOUND_MAX_SITES];
	size_t at = message_find(error, "description", 0), end, count, i;
	bool followed = hold->taken && hold->frame_count;

	end = at == SIZE_MAX ? at : message_value_end(error, at);
	if (end == SIZE_MAX || end - at < 2)
		return;
	count = parse_stack((struct ipm_str){error.data + at + 1, end - at - 2}, sites);
	for (i = 0; i < count; i++)
		sites[i].script = script_of(names, sites[i].url);
	count = above(hold, names, sites, count);
	for (i = 0; i < count; i++) {
		const struct site *s = &sites[i];

		ipm_buf_printf(ret, "{\"callFrameId\":\"unwound.%zu\",\"functionName\":\"", i);
		ipm_buf_str(ret, s->function);
		ipm_buf_cstr(ret, "\",\"url\":\"");
		ipm_buf_str(ret, s->url);
		ipm_buf_cstr(ret, "\",\"location\":{\"scriptId\":");
		ipm_buf_str(ret, s->script.len ? s->script : IPM_STR("\"0\""));
		ipm_buf_printf(ret, ",\"lineNumber\":%ld,\"columnNumber\":%ld},", s->line,
			       s->column);
		ipm_buf_cstr(ret, "\"scopeChain\":[],\"this\":{\"type\":\"undefined\"}}");
		if (followed || i + 1 < count)
			ipm_buf_byte(ret, ',');
	}
}
