/* SPDX-License-Identifier: MIT */
#include "match.h"

#include <string.h>

#define PATTERN_MAX 65536

static uint8_t fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static enum ipm_errc compile(struct ipm_match *m, struct ipm_str pattern, struct ipm_error *err)
{
	char reason[128];
	int failure;

	ipm_buf_str(&m->copy, pattern);
	ipm_buf_byte(&m->copy, 0);
	if (!ipm_buf_ok(&m->copy))
		return ipm_buf_status(&m->copy, err);
	failure = regcomp(&m->regex, (const char *)m->copy.data,
			  REG_EXTENDED | (m->ignore_case ? REG_ICASE : 0));
	if (failure) {
		regerror(failure, &m->regex, reason, sizeof(reason));
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "not a regular expression: %s",
				reason);
	}
	m->is_regex = true;
	return IPM_OK;
}

enum ipm_errc ipm_match_init(struct ipm_match *m, struct ipm_str pattern, bool regex,
			     bool ignore_case, struct ipm_error *err)
{
	enum ipm_errc rc;
	size_t i;

	*m = (struct ipm_match){.ignore_case = ignore_case};
	if (!pattern.len)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "the pattern is empty");
	if (pattern.len > PATTERN_MAX)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "the pattern is too long");
	if (regex) {
		if (memchr(pattern.data, 0, pattern.len))
			return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "NUL in the pattern");
		rc = compile(m, pattern, err);
		if (rc)
			ipm_match_deinit(m);
		return rc;
	}
	for (i = 0; i < pattern.len; i++) {
		uint8_t c = (uint8_t)pattern.data[i];

		ipm_buf_byte(&m->folded, ignore_case ? fold(c) : c);
	}
	m->text = ipm_buf_as_str(&m->folded);
	rc = ipm_buf_status(&m->folded, err);
	if (rc)
		ipm_match_deinit(m);
	return rc;
}

void ipm_match_deinit(struct ipm_match *m)
{
	if (m->is_regex)
		regfree(&m->regex);
	m->is_regex = false;
	ipm_buf_deinit(&m->copy);
	ipm_buf_deinit(&m->folded);
}

/* Short texts are the rule: memmem's preparations would cost more than they save. */
static size_t find(struct ipm_str text, struct ipm_str part)
{
	const char *at = text.data, *end;
	char last = part.data[part.len - 1];

	if (text.len < part.len)
		return SIZE_MAX;
	if (text.len > 64) {
		at = memmem(text.data, text.len, part.data, part.len);
		return at ? (size_t)(at - text.data) : SIZE_MAX;
	}
	/* The last byte, too: words that begin alike are common. */
	for (end = text.data + (text.len - part.len); at <= end; at++)
		if (*at == part.data[0] && at[part.len - 1] == last &&
		    !memcmp(at, part.data, part.len))
			return (size_t)(at - text.data);
	return SIZE_MAX;
}

static size_t find_folded(struct ipm_str text, struct ipm_str part)
{
	size_t i, j;

	if (text.len < part.len)
		return SIZE_MAX;
	for (i = 0; i <= text.len - part.len; i++) {
		for (j = 0; j < part.len; j++)
			if (fold((uint8_t)text.data[i + j]) != (uint8_t)part.data[j])
				break;
		if (j == part.len)
			return i;
	}
	return SIZE_MAX;
}

/* regexec stops at NUL: each piece between NULs is a text of its own. */
static size_t find_regex(struct ipm_match *m, struct ipm_str text)
{
	const char *start, *at, *end;
	regmatch_t match;

	ipm_buf_reset(&m->copy);
	ipm_buf_str(&m->copy, text);
	ipm_buf_byte(&m->copy, 0);
	if (!ipm_buf_ok(&m->copy))
		return SIZE_MAX;
	at = start = (const char *)m->copy.data;
	for (end = at + text.len; at <= end; at += strlen(at) + 1)
		if (!regexec(&m->regex, at, 1, &match, 0))
			return (size_t)(at - start) + (size_t)match.rm_so;
	return SIZE_MAX;
}

size_t ipm_match_find(struct ipm_match *m, struct ipm_str text)
{
	if (m->is_regex)
		return find_regex(m, text);
	return m->ignore_case ? find_folded(text, m->text) : find(text, m->text);
}

bool ipm_match_text(struct ipm_match *m, struct ipm_str text)
{
	return ipm_match_find(m, text) != SIZE_MAX;
}

bool ipm_match_word(struct ipm_match *m, struct ipm_str word)
{
	return (m->is_regex || word.len == m->text.len) && ipm_match_text(m, word);
}
