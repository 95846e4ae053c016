/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_token.h"
#include "wtf8.h"

void ipm_json_deinit(struct ipm_json *json)
{
	free(json->tokens);
	*json = (struct ipm_json){0};
}

static struct ipm_json_ref ref_to(const struct ipm_json *json, size_t index)
{
	return (struct ipm_json_ref){json, index};
}

static const struct ipm_json_token *token_of(struct ipm_json_ref ref)
{
	return ref.json && ref.index < ref.json->token_count ? &ref.json->tokens[ref.index] : NULL;
}

static const struct ipm_json_token *token_typed(struct ipm_json_ref ref, enum ipm_json_type type)
{
	const struct ipm_json_token *t = token_of(ref);

	return t && t->type == type ? t : NULL;
}

struct ipm_json_ref ipm_json_root(const struct ipm_json *json)
{
	return ref_to(json, json->token_count ? 0 : SIZE_MAX);
}

enum ipm_json_type ipm_json_type(struct ipm_json_ref ref)
{
	const struct ipm_json_token *t = token_of(ref);

	return t ? (enum ipm_json_type)t->type : IPM_JSON_NONE;
}

size_t ipm_json_size(struct ipm_json_ref ref)
{
	const struct ipm_json_token *t = token_of(ref);

	return t ? t->size : 0;
}

struct ipm_json_ref ipm_json_first(struct ipm_json_ref container)
{
	return ref_to(container.json, ipm_json_size(container) ? container.index + 1 : SIZE_MAX);
}

static bool is_name(const struct ipm_json_token *t)
{
	return t->type == IPM_JSON_STRING && t->size == 1;
}

struct ipm_json_ref ipm_json_next(struct ipm_json_ref ref)
{
	const struct ipm_json_token *t = token_of(ref);

	if (!t || (t->flags & FLAG_LAST))
		return ref_to(ref.json, SIZE_MAX);
	/* A name's own `next` is its value; a member ends where its value does. */
	return ref_to(ref.json, is_name(t) ? t[1].next : t->next);
}

struct ipm_json_ref ipm_json_value(struct ipm_json_ref name)
{
	const struct ipm_json_token *t = token_of(name);

	return ref_to(name.json, t && is_name(t) ? name.index + 1 : SIZE_MAX);
}

struct ipm_json_ref ipm_json_get(struct ipm_json_ref object, const char *name)
{
	struct ipm_json_ref at = ref_to(object.json, SIZE_MAX);

	if (!token_typed(object, IPM_JSON_OBJECT))
		return at;
	for (at = ipm_json_first(object); token_of(at); at = ipm_json_next(at))
		if (ipm_json_equals(at, name))
			return ipm_json_value(at);
	return at;
}

bool ipm_json_bool(struct ipm_json_ref ref, bool fallback)
{
	const struct ipm_json_token *t = token_typed(ref, IPM_JSON_BOOLEAN);

	return t ? ref.json->text.data[t->start] == 't' : fallback;
}

double ipm_json_double(struct ipm_json_ref ref, double fallback)
{
	const struct ipm_json_token *t = token_typed(ref, IPM_JSON_NUMBER);
	char text[512]; /* more digits than any double can tell apart */
	size_t n;

	if (!t)
		return fallback;
	n = t->end - t->start;
	if (n >= sizeof(text))
		return fallback;
	memcpy(text, ref.json->text.data + t->start, n);
	text[n] = 0;
	return strtod(text, NULL);
}

int64_t ipm_json_int(struct ipm_json_ref ref, int64_t fallback)
{
	const struct ipm_json_token *t = token_typed(ref, IPM_JSON_NUMBER);
	const char *p, *end;
	uint64_t value = 0;
	double number;
	bool negative;

	if (!t)
		return fallback;
	p = ref.json->text.data + t->start;
	end = ref.json->text.data + t->end;
	negative = *p == '-';
	if (negative)
		p++;
	if (end - p <= 18) {
		while (p < end && *p >= '0' && *p <= '9')
			value = value * 10 + (uint64_t)(*p++ - '0');
		if (p == end)
			return negative ? -(int64_t)value : (int64_t)value;
	}
	number = ipm_json_double(ref, NAN);
	if (number >= -9007199254740992.0 && number <= 9007199254740992.0)
		return (int64_t)number;
	return fallback;
}

struct ipm_str ipm_json_raw(struct ipm_json_ref ref)
{
	const struct ipm_json_token *t = token_of(ref);
	size_t quote;

	if (!t)
		return (struct ipm_str){0};
	quote = t->type == IPM_JSON_STRING;
	return (struct ipm_str){ref.json->text.data + t->start - quote,
				t->end - t->start + 2 * quote};
}

/* Decodes the escape at `p`, which starts with a backslash; `len` is to the string's end. */
static size_t escape(const char *p, size_t len, uint32_t *ret)
{
	int32_t trail;

	if (p[1] != 'u') {
		*ret = (uint32_t)simple_escape(p[1]);
		return 2;
	}
	*ret = (uint32_t)hex4(p + 2, len - 2);
	if (*ret >= 0xD800 && *ret < 0xDC00 && len >= 12 && p[6] == '\\' && p[7] == 'u') {
		trail = hex4(p + 8, len - 8);
		if (trail >= 0xDC00 && trail < 0xE000) {
			*ret = 0x10000 + ((*ret - 0xD800) << 10) + ((uint32_t)trail - 0xDC00);
			return 12;
		}
	}
	return 6;
}

bool ipm_json_string(struct ipm_json_ref ref, struct ipm_buf *out)
{
	const struct ipm_json_token *t = token_typed(ref, IPM_JSON_STRING);
	const char *p, *end, *slash;
	uint32_t c;

	if (!t)
		return false;
	p = ref.json->text.data + t->start;
	end = ref.json->text.data + t->end;
	if (!(t->flags & FLAG_ESCAPED)) {
		ipm_buf_append(out, p, (size_t)(end - p));
		return true;
	}
	while (p < end) {
		slash = memchr(p, '\\', (size_t)(end - p));
		if (!slash)
			slash = end;
		ipm_buf_append(out, p, (size_t)(slash - p));
		p = slash;
		if (p < end) {
			p += escape(p, (size_t)(end - p), &c);
			ipm_wtf8_put(out, c);
		}
	}
	return true;
}

bool ipm_json_equals(struct ipm_json_ref ref, const char *literal)
{
	const struct ipm_json_token *t = token_typed(ref, IPM_JSON_STRING);
	struct ipm_buf decoded = IPM_BUF_INIT;
	size_t n = strlen(literal);
	bool same;

	if (!t)
		return false;
	if (!(t->flags & FLAG_ESCAPED))
		return t->end - t->start == n &&
		       memcmp(ref.json->text.data + t->start, literal, n) == 0;
	if (t->end - t->start > 6 * n + 12) /* no escape is longer than six bytes a character */
		return false;
	(void)ipm_json_string(ref, &decoded);
	same = ipm_buf_ok(&decoded) && decoded.len == n && memcmp(decoded.data, literal, n) == 0;
	ipm_buf_deinit(&decoded);
	return same;
}
