/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_ast.h"
#include "wtf8.h"

/* Source text to tokens. */

static bool fail(struct ev_lexer *l, uint32_t pos, const char *message)
{
	l->e->at = pos;
	return ev_throw(l->e, "SyntaxError", "%s", message);
}

bool ev_lex_unexpected(struct ev_lexer *l)
{
	const struct ev_token *t = &l->token;
	struct ipm_str text = {l->source.data + t->pos, t->end - t->pos};

	l->e->at = t->pos;
	switch (t->type) {
	case EV_T_END:
		return fail(l, t->pos, "Unexpected end of input");
	case EV_T_NUMBER:
	case EV_T_BIGINT:
		return fail(l, t->pos, "Unexpected number");
	case EV_T_STRING:
		return fail(l, t->pos, "Unexpected string");
	case EV_T_TEMPLATE:
		return fail(l, t->pos, "Unexpected template string");
	case EV_T_NAME:
		if (!ev_parse_is_reserved(t->text))
			return ev_throw(l->e, "SyntaxError", "Unexpected identifier '%s'",
					ev_excerpt(l->e, t->text));
		break;
	case EV_T_PRIVATE:
		return ev_throw(l->e, "SyntaxError", "Unexpected identifier '%s'",
				ev_excerpt(l->e, text));
	case EV_T_PUNCTUATOR:
		break;
	}
	return ev_throw(l->e, "SyntaxError", "Unexpected token '%s'", ev_excerpt(l->e, text));
}

static int peek(const struct ev_lexer *l, uint32_t ahead)
{
	return l->source.len - l->at > ahead ? (unsigned char)l->source.data[l->at + ahead] : -1;
}

static uint32_t code_point(const struct ev_lexer *l, uint32_t *ret_len)
{
	struct ipm_str rest = {l->source.data + l->at, l->source.len - l->at};
	uint32_t cp = 0;

	if (!ipm_wtf8_next(&rest, &cp)) {
		*ret_len = 0;
		return 0;
	}
	*ret_len = (uint32_t)(l->source.len - l->at - rest.len);
	return cp;
}

static bool is_line_end(uint32_t cp)
{
	return cp == '\n' || cp == '\r' || cp == 0x2028 || cp == 0x2029;
}

static bool skip_line(struct ev_lexer *l)
{
	uint32_t len;

	while (l->at < l->source.len && !is_line_end(code_point(l, &len)))
		l->at += len;
	return true;
}

static bool skip_space(struct ev_lexer *l)
{
	uint32_t len, cp, start;

	while (l->at < l->source.len) {
		cp = code_point(l, &len);
		if (is_line_end(cp)) {
			l->token.newline_before = true;
			l->at += len;
		} else if (ev_is_space(cp)) {
			l->at += len;
		} else if (cp == '/' && peek(l, 1) == '/') {
			skip_line(l);
		} else if (cp == '#' && peek(l, 1) == '!' && !l->at) {
			skip_line(l);
		} else if (cp == '/' && peek(l, 1) == '*') {
			start = l->at;
			l->at += 2;
			while (l->at < l->source.len && !(peek(l, 0) == '*' && peek(l, 1) == '/')) {
				if (is_line_end(code_point(l, &len)))
					l->token.newline_before = true;
				l->at += len;
			}
			if (l->at >= l->source.len)
				return fail(l, start, "Invalid or unexpected token");
			l->at += 2;
		} else {
			break;
		}
	}
	return true;
}

static bool is_name_start(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '$' || c == '_' ||
	       c >= 0x80;
}

static bool is_name_part(int c)
{
	return is_name_start(c) || (c >= '0' && c <= '9');
}

static int digit_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

/* After "\u": XXXX or {X…}. */
static bool unicode_escape(struct ev_lexer *l, uint32_t *ret)
{
	uint32_t cp = 0;
	int i;

	if (peek(l, 0) == '{') {
		l->at++;
		if (peek(l, 0) == '}')
			return fail(l, l->at, "Invalid Unicode escape sequence");
		for (; peek(l, 0) != '}'; l->at++) {
			if (digit_value(peek(l, 0)) > 15)
				return fail(l, l->at, "Invalid Unicode escape sequence");
			cp = cp * 16 + (uint32_t)digit_value(peek(l, 0));
			if (cp > 0x10FFFF)
				return fail(l, l->at, "Undefined Unicode code-point");
		}
		l->at++;
	} else {
		for (i = 0; i < 4; i++, l->at++) {
			if (digit_value(peek(l, 0)) > 15)
				return fail(l, l->at, "Invalid Unicode escape sequence");
			cp = cp * 16 + (uint32_t)digit_value(peek(l, 0));
		}
	}
	*ret = cp;
	return true;
}

static bool lex_name(struct ev_lexer *l, struct ipm_str *ret)
{
	uint32_t start = l->at, len, cp;
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_str *s;
	bool escaped = false;

	while (is_name_part(peek(l, 0)) || peek(l, 0) == '\\') {
		if (peek(l, 0) == '\\') {
			if (!escaped)
				ipm_buf_append(&buf, l->source.data + start, l->at - start);
			escaped = true;
			if (peek(l, 1) != 'u') {
				ipm_buf_deinit(&buf);
				return fail(l, l->at, "Invalid or unexpected token");
			}
			l->at += 2;
			if (!unicode_escape(l, &cp)) {
				ipm_buf_deinit(&buf);
				return false;
			}
			ipm_wtf8_put(&buf, cp);
			continue;
		}
		cp = code_point(l, &len);
		if (cp >= 0x80 && (ev_is_space(cp) || is_line_end(cp)))
			break;
		if (escaped)
			ipm_wtf8_put(&buf, cp);
		l->at += len;
	}
	if (!escaped) {
		*ret = (struct ipm_str){l->source.data + start, l->at - start};
		return true;
	}
	l->token.escaped = true;
	s = ev_str_from_buf(l->e, &buf);
	if (s)
		*ret = ev_str_view(s);
	return s != NULL;
}

static bool lex_number(struct ev_lexer *l)
{
	struct ev_token *t = &l->token;
	char digits[512];
	size_t n = 0;
	uint32_t start = l->at;
	int radix = 10, c;
	bool dot = false, exponent = false;

	if (peek(l, 0) == '0') {
		c = peek(l, 1) | 32;
		radix = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 10;
	}
	if (radix != 10)
		l->at += 2;
	for (; (c = peek(l, 0)) >= 0; l->at++) {
		if (c == '_' && n && digit_value(peek(l, 1)) < radix)
			continue;
		if (radix == 10 && c == '.' && !dot && !exponent)
			dot = true;
		else if (radix == 10 && (c | 32) == 'e' && !exponent && n &&
			 (digit_value(peek(l, 1)) < 10 ||
			  ((peek(l, 1) == '+' || peek(l, 1) == '-') &&
			   digit_value(peek(l, 2)) < 10)))
			exponent = true;
		else if (radix == 10 && (c == '+' || c == '-') && exponent &&
			 (digits[n - 1] | 32) == 'e')
			;
		else if (digit_value(c) >= radix)
			break;
		if (n >= sizeof(digits))
			return fail(l, start, "Invalid or unexpected token");
		digits[n++] = (char)c;
	}
	if (!n)
		return fail(l, start, "Invalid or unexpected token");
	t->type = EV_T_NUMBER;
	if (peek(l, 0) == 'n' && !dot && !exponent) {
		l->at++;
		t->type = EV_T_BIGINT;
		t->text = (struct ipm_str){l->source.data + start, l->at - start - 1};
	} else if (radix != 10) {
		size_t i;

		t->number = 0;
		for (i = 0; i < n; i++)
			t->number = t->number * radix + digit_value(digits[i]);
	} else {
		t->number = ev_parse_number(digits, n);
	}
	if (is_name_start(peek(l, 0)) || digit_value(peek(l, 0)) < 10)
		return fail(l, l->at, "Invalid or unexpected token");
	return true;
}

/* One escape after the backslash, into `buf`. */
static bool lex_escape(struct ev_lexer *l, struct ipm_buf *buf)
{
	uint32_t len, cp = code_point(l, &len);
	int i;

	if (l->at >= l->source.len)
		return fail(l, l->at, "Invalid or unexpected token");
	l->at += len;
	switch (cp) {
	case 'n':
		cp = '\n';
		break;
	case 't':
		cp = '\t';
		break;
	case 'r':
		cp = '\r';
		break;
	case 'b':
		cp = '\b';
		break;
	case 'f':
		cp = '\f';
		break;
	case 'v':
		cp = '\v';
		break;
	case '0':
		if (peek(l, 0) >= '0' && peek(l, 0) <= '9')
			return fail(l, l->at,
				    "Octal escape sequences are not allowed in strict mode.");
		cp = 0;
		break;
	case 'x':
		cp = 0;
		for (i = 0; i < 2; i++, l->at++) {
			if (digit_value(peek(l, 0)) > 15)
				return fail(l, l->at, "Invalid hexadecimal escape sequence");
			cp = cp * 16 + (uint32_t)digit_value(peek(l, 0));
		}
		break;
	case 'u':
		if (!unicode_escape(l, &cp))
			return false;
		break;
	case '\r':
		if (peek(l, 0) == '\n')
			l->at++;
		return true;
	case '\n':
	case 0x2028:
	case 0x2029:
		return true;
	}
	ipm_wtf8_put(buf, cp);
	return true;
}

static bool lex_string(struct ev_lexer *l)
{
	struct ev_token *t = &l->token;
	struct ipm_buf buf = IPM_BUF_INIT;
	uint32_t start = l->at, len, cp;
	int quote = peek(l, 0);
	struct ev_str *s;

	l->at++;
	for (;;) {
		if (l->at >= l->source.len || peek(l, 0) == '\n' || peek(l, 0) == '\r') {
			ipm_buf_deinit(&buf);
			return fail(l, start, "Invalid or unexpected token");
		}
		cp = code_point(l, &len);
		l->at += len;
		if (cp == (uint32_t)quote)
			break;
		if (cp != '\\') {
			ipm_wtf8_put(&buf, cp);
		} else {
			t->escaped = true;
			if (!lex_escape(l, &buf)) {
				ipm_buf_deinit(&buf);
				return false;
			}
		}
	}
	t->type = EV_T_STRING;
	s = ev_str_from_buf(l->e, &buf);
	if (s)
		t->text = ev_str_view(s);
	return s != NULL;
}

bool ev_lex_template(struct ev_lexer *l, struct ipm_str *ret, bool *ret_last)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	uint32_t len, cp;
	struct ev_str *s;

	for (;;) {
		if (l->at >= l->source.len) {
			ipm_buf_deinit(&buf);
			return fail(l, l->at, "Unterminated template literal");
		}
		cp = code_point(l, &len);
		l->at += len;
		if (cp == '`' || (cp == '$' && peek(l, 0) == '{'))
			break;
		if (cp == '\r') { /* as the language has it: line ends in templates are \n */
			if (peek(l, 0) == '\n')
				l->at++;
			cp = '\n';
		}
		if (cp != '\\') {
			ipm_wtf8_put(&buf, cp);
		} else if (!lex_escape(l, &buf)) {
			ipm_buf_deinit(&buf);
			return false;
		}
	}
	*ret_last = cp == '`';
	if (cp == '$')
		l->at++;
	s = ev_str_from_buf(l->e, &buf);
	if (s)
		*ret = ev_str_view(s);
	return s != NULL;
}

bool ev_lex_regex(struct ev_lexer *l, struct ipm_str *ret_pattern, struct ipm_str *ret_flags)
{
	uint32_t start = l->token.pos, len, cp;
	bool class = false;

	l->at = start + 1;
	for (;;) {
		cp = code_point(l, &len);
		if (l->at >= l->source.len || is_line_end(cp))
			return fail(l, start, "Invalid regular expression: missing /");
		l->at += len;
		if (cp == '/' && !class)
			break;
		if (cp == '[')
			class = true;
		else if (cp == ']')
			class = false;
		else if (cp == '\\') {
			cp = code_point(l, &len);
			if (l->at >= l->source.len || is_line_end(cp))
				return fail(l, start, "Invalid regular expression: missing /");
			l->at += len;
		}
	}
	*ret_pattern = (struct ipm_str){l->source.data + start + 1, l->at - start - 2};
	*ret_flags = (struct ipm_str){l->source.data + l->at, 0};
	while (is_name_part(peek(l, 0))) {
		l->at++;
		ret_flags->len++;
	}
	return true;
}

/* Longest first, so that the first match is the right one. */
static const char punctuators[][5] = {
	">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "?\?=", "=>",
	"==",	"!=",  "<=",  ">=",  "&&",  "||",  "??",  "?.",	 "++",	"--",  "+=",   "-=",
	"*=",	"/=",  "%=",  "&=",  "|=",  "^=",  "<<",  ">>",	 "**",	"{",   "}",    "(",
	")",	"[",   "]",   ";",   ",",   "<",   ">",	  "+",	 "-",	"*",   "/",    "%",
	"&",	"|",   "^",   "!",   "~",   "?",   ":",	  "=",	 ".",
};

static bool lex_punctuator(struct ev_lexer *l)
{
	size_t i, n;
	size_t left = l->source.len - l->at;

	for (i = 0; i < sizeof(punctuators) / sizeof(*punctuators); i++) {
		n = strlen(punctuators[i]);
		if (n > left || memcmp(l->source.data + l->at, punctuators[i], n))
			continue;
		/* a?.5:b is a conditional */
		if (n == 2 && !memcmp(punctuators[i], "?.", 2) && digit_value(peek(l, 2)) < 10)
			continue;
		l->token.type = EV_T_PUNCTUATOR;
		l->token.op = 0;
		while (n) {
			n--;
			l->token.op = l->token.op << 8 | punctuators[i][n];
			l->at++;
		}
		return true;
	}
	return fail(l, l->at, "Invalid or unexpected token");
}

bool ev_lex(struct ev_lexer *l)
{
	struct ev_token *t = &l->token;
	bool ok;
	int c;

	memset(t, 0, sizeof(*t));
	if (!ev_step(l->e) || !skip_space(l))
		return false;
	t->pos = l->at;
	c = peek(l, 0);
	if (c < 0) {
		t->type = EV_T_END;
		t->end = l->at;
		return true;
	}
	if (is_name_start(c) || c == '\\') {
		t->type = EV_T_NAME;
		ok = lex_name(l, &t->text);
	} else if (c == '#' && (is_name_start(peek(l, 1)) || peek(l, 1) == '\\')) {
		l->at++;
		t->type = EV_T_PRIVATE;
		ok = lex_name(l, &t->text);
	} else if (digit_value(c) < 10 || (c == '.' && digit_value(peek(l, 1)) < 10)) {
		ok = lex_number(l);
	} else if (c == '"' || c == '\'') {
		ok = lex_string(l);
	} else if (c == '`') {
		l->at++;
		t->type = EV_T_TEMPLATE;
		ok = true;
	} else {
		ok = lex_punctuator(l);
	}
	t->end = l->at;
	return ok;
}
