/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "json_token.h"
#include "wtf8.h"

#define NOWHERE		   UINT32_MAX
#define DEFAULT_MAX_TOKENS ((size_t)1 << 20)
#define MAX_DEPTH	   512

struct parser {
	struct ipm_json *json;
	const char *text;
	size_t len;
	size_t at;
	size_t max_tokens;
	uint32_t open; /* innermost open container */
	unsigned depth;
	struct ipm_error *err;
};

static enum ipm_errc bad(struct parser *p, const char *what)
{
	if (p->at >= p->len)
		return ipm_fail(p->err, IPM_ERR_BAD_DATA, "JSON ends too early, at byte %zu",
				p->len);
	return ipm_fail(p->err, IPM_ERR_BAD_DATA, "JSON: %s at byte %zu", what, p->at);
}

static void skip_space(struct parser *p)
{
	while (p->at < p->len && (p->text[p->at] == ' ' || p->text[p->at] == '\n' ||
				  p->text[p->at] == '\r' || p->text[p->at] == '\t'))
		p->at++;
}

/* Adds a token to the open container. */
static enum ipm_errc add(struct parser *p, enum ipm_json_type type, size_t start, uint32_t *ret)
{
	struct ipm_json *json = p->json;
	struct ipm_json_token *tokens;
	size_t capacity, bytes;

	if (json->token_count >= p->max_tokens)
		return ipm_fail(p->err, IPM_ERR_LIMIT, "JSON has more than %zu tokens",
				p->max_tokens);
	if (json->token_count == json->token_capacity) {
		capacity = json->token_capacity ? json->token_capacity * 2 : 256;
		if (!ipm_mul_size(capacity, sizeof(*tokens), &bytes))
			return ipm_fail(p->err, IPM_ERR_NO_MEMORY, "out of memory");
		tokens = realloc(json->tokens, bytes);
		if (!tokens)
			return ipm_fail(p->err, IPM_ERR_NO_MEMORY, "out of memory");
		json->tokens = tokens;
		json->token_capacity = capacity;
	}
	*ret = (uint32_t)json->token_count++;
	json->tokens[*ret] = (struct ipm_json_token){.start = (uint32_t)start,
						     .end = (uint32_t)start,
						     .next = *ret + 1,
						     .type = (uint8_t)type};
	return IPM_OK;
}

/* How many bytes need no look: no quote, no backslash, no control character. */
static size_t plain_run(const char *s, size_t len, bool *ret_ascii)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t word, seen = 0;
	size_t i = 0;

	while (len - i >= sizeof(word)) {
		uint64_t quote, slash, control;

		memcpy(&word, s + i, sizeof(word));
		quote = word ^ ones * '"';
		slash = word ^ ones * '\\';
		control = word & (tops | ones * 0x60); /* zero byte: below 0x20 */
		if (((quote - ones) & ~quote & tops) || ((slash - ones) & ~slash & tops) ||
		    ((control - ones) & ~control & tops))
			break;
		seen |= word;
		i += sizeof(word);
	}
	*ret_ascii = !(seen & tops);
	while (i < len && s[i] != '"' && s[i] != '\\' && (unsigned char)s[i] >= 0x20) {
		if ((unsigned char)s[i] >= 0x80)
			*ret_ascii = false;
		i++;
	}
	return i;
}

/* From behind the opening quote to the closing one, where p->at then is. */
static enum ipm_errc check_string(struct parser *p, uint8_t *ret_flags)
{
	bool ascii;
	size_t run;

	for (;;) {
		run = plain_run(p->text + p->at, p->len - p->at, &ascii);
		if (!ascii && !ipm_wtf8_valid((struct ipm_str){p->text + p->at, run}))
			return bad(p, "invalid UTF-8 in the string");
		p->at += run;
		if (p->at >= p->len)
			return bad(p, "");
		if (p->text[p->at] == '"')
			return IPM_OK;
		if (p->text[p->at] != '\\')
			return bad(p, "control character in a string");
		*ret_flags |= FLAG_ESCAPED;
		if (p->len - p->at < 2) {
			p->at = p->len;
			return bad(p, "");
		}
		if (p->text[p->at + 1] == 'u') {
			if (hex4(p->text + p->at + 2, p->len - p->at - 2) < 0)
				return bad(p, "bad \\u escape");
			p->at += 6;
		} else {
			if (simple_escape(p->text[p->at + 1]) < 0)
				return bad(p, "bad escape");
			p->at += 2;
		}
	}
}

static size_t digits(const struct parser *p, size_t at)
{
	while (at < p->len && p->text[at] >= '0' && p->text[at] <= '9')
		at++;
	return at;
}

/* The end of the number at p->at, or p->at when there is none. */
static size_t number_end(const struct parser *p)
{
	size_t at = p->at, end;

	if (at < p->len && p->text[at] == '-')
		at++;
	end = digits(p, at);
	if (end == at || (p->text[at] == '0' && end - at > 1))
		return p->at;
	at = end;
	if (at < p->len && p->text[at] == '.') {
		end = digits(p, at + 1);
		if (end == at + 1)
			return p->at;
		at = end;
	}
	if (at < p->len && (p->text[at] | 0x20) == 'e') {
		at++;
		if (at < p->len && (p->text[at] == '+' || p->text[at] == '-'))
			at++;
		end = digits(p, at);
		if (end == at)
			return p->at;
		at = end;
	}
	return at;
}

static bool take_word(struct parser *p, const char *word)
{
	size_t n = strlen(word);

	if (p->len - p->at < n || memcmp(p->text + p->at, word, n) != 0)
		return false;
	p->at += n;
	return true;
}

/* Counts a child of a container: an element, or a member's name. */
static void adopt(struct parser *p, uint32_t container, uint32_t child)
{
	p->json->tokens[container].size++;
	p->json->tokens[container].end = child;
}

static enum ipm_errc parse_string(struct parser *p, uint32_t *ret)
{
	struct ipm_json_token *t;
	enum ipm_errc rc;

	rc = add(p, IPM_JSON_STRING, p->at + 1, ret);
	if (rc)
		return rc;
	p->at++;
	t = &p->json->tokens[*ret];
	rc = check_string(p, &t->flags);
	if (rc)
		return rc;
	t->end = (uint32_t)p->at++;
	return IPM_OK;
}

static enum ipm_errc parse_scalar(struct parser *p, uint32_t *ret)
{
	enum ipm_json_type type = IPM_JSON_NUMBER;
	size_t start = p->at;
	enum ipm_errc rc;

	if (take_word(p, "true") || take_word(p, "false"))
		type = IPM_JSON_BOOLEAN;
	else if (take_word(p, "null"))
		type = IPM_JSON_NULL;
	else
		p->at = number_end(p);
	if (p->at == start)
		return bad(p, "no value");
	rc = add(p, type, start, ret);
	if (!rc)
		p->json->tokens[*ret].end = (uint32_t)p->at;
	return rc;
}

static enum ipm_errc open_container(struct parser *p, enum ipm_json_type type, uint32_t *ret)
{
	enum ipm_errc rc;

	if (p->depth == MAX_DEPTH)
		return ipm_fail(p->err, IPM_ERR_LIMIT, "JSON nests deeper than %d at byte %zu",
				MAX_DEPTH, p->at);
	rc = add(p, type, p->at, ret);
	if (rc)
		return rc;
	p->json->tokens[*ret].next = p->open;
	p->open = *ret;
	p->depth++;
	p->at++;
	return IPM_OK;
}

static void close_container(struct parser *p)
{
	struct ipm_json_token *tokens = p->json->tokens, *c = &tokens[p->open];

	if (c->size)
		tokens[c->end].flags |= FLAG_LAST;
	p->open = c->next;
	p->depth--;
	p->at++;
	c->end = (uint32_t)p->at;
	c->next = (uint32_t)p->json->token_count;
}

enum state {
	VALUE,		/* a value must come */
	VALUE_OR_CLOSE, /* behind '[' */
	NAME,		/* a name must come */
	NAME_OR_CLOSE,	/* behind '{' */
	AFTER,		/* behind a value */
};

static enum ipm_errc parse_name(struct parser *p)
{
	uint32_t name;
	enum ipm_errc rc;

	if (p->at >= p->len || p->text[p->at] != '"')
		return bad(p, "no member name");
	rc = parse_string(p, &name);
	if (rc)
		return rc;
	adopt(p, p->open, name);
	p->json->tokens[name].size = 1;
	skip_space(p);
	if (p->at >= p->len || p->text[p->at] != ':')
		return bad(p, "no colon");
	p->at++;
	return IPM_OK;
}

static enum ipm_errc parse_value(struct parser *p, enum state *state)
{
	uint32_t outer = p->open, value = 0;
	enum ipm_errc rc;

	*state = AFTER;
	switch (p->at < p->len ? p->text[p->at] : 0) {
	case '{':
		rc = open_container(p, IPM_JSON_OBJECT, &value);
		*state = NAME_OR_CLOSE;
		break;
	case '[':
		rc = open_container(p, IPM_JSON_ARRAY, &value);
		*state = VALUE_OR_CLOSE;
		break;
	case '"':
		rc = parse_string(p, &value);
		break;
	default:
		rc = parse_scalar(p, &value);
		break;
	}
	if (!rc && outer != NOWHERE && p->json->tokens[outer].type == IPM_JSON_ARRAY)
		adopt(p, outer, value);
	return rc;
}

static enum ipm_errc parse_after(struct parser *p, enum state *state)
{
	bool array = p->json->tokens[p->open].type == IPM_JSON_ARRAY;
	char c = p->at < p->len ? p->text[p->at] : 0;

	if (c == (array ? ']' : '}')) {
		close_container(p);
		*state = AFTER;
		return IPM_OK;
	}
	if (c != ',' || *state != AFTER)
		return bad(p, "no comma or bracket");
	p->at++;
	*state = array ? VALUE : NAME;
	return IPM_OK;
}

static enum ipm_errc parse_all(struct parser *p)
{
	enum state state = VALUE;
	enum ipm_errc rc = IPM_OK;

	while (!rc) {
		skip_space(p);
		switch (state) {
		case VALUE_OR_CLOSE:
		case NAME_OR_CLOSE:
			if (p->at < p->len &&
			    (p->text[p->at] == (state == NAME_OR_CLOSE ? '}' : ']')))
				rc = parse_after(p, &state);
			else
				state = state == NAME_OR_CLOSE ? NAME : VALUE;
			break;
		case NAME:
			rc = parse_name(p);
			state = VALUE;
			break;
		case VALUE:
			rc = parse_value(p, &state);
			break;
		case AFTER:
			if (p->open == NOWHERE)
				return p->at == p->len ? IPM_OK : bad(p, "text after the value");
			rc = parse_after(p, &state);
			break;
		}
	}
	return rc;
}

enum ipm_errc ipm_json_parse(struct ipm_json *json, struct ipm_str text, size_t max_tokens,
			     struct ipm_error *err)
{
	struct parser p = {.json = json,
			   .text = text.data,
			   .len = text.len,
			   .max_tokens = max_tokens ? max_tokens : DEFAULT_MAX_TOKENS,
			   .open = NOWHERE,
			   .err = err};
	enum ipm_errc rc;

	json->token_count = 0;
	json->text = text;
	if (text.len >= UINT32_MAX)
		return ipm_fail(err, IPM_ERR_LIMIT, "JSON of %zu bytes is too long", text.len);
	if (p.max_tokens > UINT32_MAX / 2)
		p.max_tokens = UINT32_MAX / 2;
	rc = parse_all(&p);
	if (rc)
		json->token_count = 0;
	else
		json->tokens[0].flags |= FLAG_LAST;
	return rc;
}
