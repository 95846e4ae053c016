/* SPDX-License-Identifier: MIT */
#include "import_scan.h"

#include <string.h>

#define MAX_DEPTH 1024

static void skip_space(struct json_cursor *c)
{
	while (c->at < c->end &&
	       (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t'))
		c->at++;
}

/* From the opening quote past the closing one. */
static bool skip_string(struct json_cursor *c, struct ipm_str *ret)
{
	const char *start = c->at + 1, *at = start, *quote, *back;

	for (;;) {
		quote = at < c->end ? memchr(at, '"', (size_t)(c->end - at)) : NULL;
		if (!quote)
			return false;
		for (back = quote; back > start && back[-1] == '\\'; back--)
			;
		if ((quote - back) % 2 == 0)
			break;
		at = quote + 1;
	}
	*ret = (struct ipm_str){start, (size_t)(quote - start)};
	c->at = quote + 1;
	return true;
}

bool json_enter(struct json_cursor *c, char bracket)
{
	skip_space(c);
	if (c->at >= c->end || *c->at != bracket)
		return false;
	c->at++;
	return true;
}

bool json_skip_value(struct json_cursor *c, struct ipm_str *ret)
{
	const char *start;
	struct ipm_str string;
	size_t depth = 0;

	skip_space(c);
	start = c->at;
	while (c->at < c->end) {
		char ch = *c->at;

		if (ch == '"') {
			if (!skip_string(c, &string))
				return false;
		} else if (ch == '{' || ch == '[') {
			depth++;
			c->at++;
		} else if (ch == '}' || ch == ']') {
			if (!depth)
				break; /* behind a number or a word */
			depth--;
			c->at++;
		} else if (!depth &&
			   (ch == ',' || ch == ' ' || ch == '\n' || ch == '\r' || ch == '\t')) {
			break;
		} else {
			c->at++;
			if (!depth)
				continue; /* letters and digits of one word */
		}
		if (!depth)
			break;
	}
	*ret = (struct ipm_str){start, (size_t)(c->at - start)};
	return !depth && ret->len;
}

/* What stands before the next item: a comma, or the end. */
static enum json_step next_item(struct json_cursor *c, char closing)
{
	skip_space(c);
	if (c->at < c->end && *c->at == ',') {
		c->at++;
		skip_space(c);
	}
	if (c->at >= c->end)
		return JSON_BAD;
	if (*c->at != closing)
		return JSON_ITEM;
	c->at++;
	return JSON_END;
}

enum json_step json_next_name(struct json_cursor *c, struct ipm_str *ret_name)
{
	enum json_step step = next_item(c, '}');

	if (step != JSON_ITEM)
		return step;
	if (*c->at != '"' || !skip_string(c, ret_name) || !json_enter(c, ':'))
		return JSON_BAD;
	return JSON_ITEM;
}

enum json_step json_next_member(struct json_cursor *c, struct ipm_str *ret_name,
				struct ipm_str *ret_value)
{
	enum json_step step = json_next_name(c, ret_name);

	if (step == JSON_ITEM && !json_skip_value(c, ret_value))
		return JSON_BAD;
	return step;
}

enum json_step json_next_element(struct json_cursor *c, struct ipm_str *ret_value)
{
	enum json_step step = next_item(c, ']');

	if (step == JSON_ITEM && !json_skip_value(c, ret_value))
		return JSON_BAD;
	return step;
}

bool json_find_member(struct ipm_str object, const char *name, struct ipm_str *ret)
{
	struct json_cursor c = json_over(object);
	struct ipm_str key, value;

	if (!json_enter(&c, '{'))
		return false;
	while (json_next_member(&c, &key, &value) == JSON_ITEM) {
		if (key.len == strlen(name) && !memcmp(key.data, name, key.len)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

static bool is(struct ipm_str str, const char *text, size_t len)
{
	return str.len == len && !memcmp(str.data, text, len);
}

/* A member's name at the cursor's `string`: is its value of interest? */
static bool take_member(struct json_cursor *c, struct ipm_str name, struct ipm_str *ret)
{
	if (!is(name, "objectId", 8) && !is(name, "subtype", 7))
		return false;
	if (!json_enter(c, ':')) /* a value that happens to be called so */
		return false;
	skip_space(c);
	return c->at < c->end && *c->at == '"' && skip_string(c, ret);
}

bool json_walk_mentions(struct json_cursor *c,
			bool (*mention)(void *self, const char *object, struct ipm_str id,
					bool is_scope),
			void *self, struct ipm_str *ret)
{
	struct {
		const char *start;
		bool is_scope;
	} open[MAX_DEPTH];
	struct ipm_str string, value;
	const char *start;
	size_t depth = 0;

	skip_space(c);
	start = c->at;
	if (c->at < c->end && *c->at != '{' && *c->at != '[')
		return json_skip_value(c, ret);
	while (c->at < c->end) {
		switch (*c->at) {
		case '{':
		case '[':
			if (depth == MAX_DEPTH)
				return false;
			open[depth].start = c->at++;
			open[depth++].is_scope = false;
			break;
		case '}':
		case ']':
			c->at++;
			if (--depth)
				break;
			*ret = (struct ipm_str){start, (size_t)(c->at - start)};
			return true;
		case '"':
			if (!skip_string(c, &string))
				return false;
			if (string.len != 8 && string.len != 7)
				break;
			if (!take_member(c, string, &value))
				break;
			if (string.len == 7)
				open[depth - 1].is_scope = is(value, "internal#scope", 14);
			else if (!mention(self, open[depth - 1].start, value,
					  open[depth - 1].is_scope))
				return false;
			break;
		default:
			c->at++;
			break;
		}
	}
	return false;
}
