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
			  REG_EXTENDED | REG_NOSUB | (m->ignore_case ? REG_ICASE : 0));
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
static bool contains(struct ipm_str text, struct ipm_str part)
{
	const char *at = text.data, *end;

	if (text.len < part.len)
		return false;
	if (text.len > 64)
		return memmem(text.data, text.len, part.data, part.len) != NULL;
	for (end = text.data + (text.len - part.len); at <= end; at++)
		if (*at == part.data[0] && !memcmp(at, part.data, part.len))
			return true;
	return false;
}

static bool contains_folded(struct ipm_str text, struct ipm_str part)
{
	size_t i, j;

	if (text.len < part.len)
		return false;
	for (i = 0; i <= text.len - part.len; i++) {
		for (j = 0; j < part.len; j++)
			if (fold((uint8_t)text.data[i + j]) != (uint8_t)part.data[j])
				break;
		if (j == part.len)
			return true;
	}
	return false;
}

/* regexec stops at NUL: each piece between NULs is a text of its own. */
static bool matches_regex(struct ipm_match *m, struct ipm_str text)
{
	const char *at, *end;

	ipm_buf_reset(&m->copy);
	ipm_buf_str(&m->copy, text);
	ipm_buf_byte(&m->copy, 0);
	if (!ipm_buf_ok(&m->copy))
		return false;
	at = (const char *)m->copy.data;
	for (end = at + text.len; at <= end; at += strlen(at) + 1)
		if (!regexec(&m->regex, at, 0, NULL, 0))
			return true;
	return false;
}

bool ipm_match_text(struct ipm_match *m, struct ipm_str text)
{
	if (m->is_regex)
		return matches_regex(m, text);
	return m->ignore_case ? contains_folded(text, m->text) : contains(text, m->text);
}

bool ipm_match_word(struct ipm_match *m, struct ipm_str word)
{
	if (m->is_regex)
		return matches_regex(m, word);
	return word.len == m->text.len && ipm_match_text(m, word);
}
