/* SPDX-License-Identifier: MIT */
#ifndef IPM_JSON_TOKEN_H
#define IPM_JSON_TOKEN_H

/* What the JSON parser makes and the accessors read. */

#include "json.h"

enum {
	FLAG_LAST = 1,	  /* the last of its container */
	FLAG_ESCAPED = 2, /* a string with backslashes */
};

/*
 * Tokens lie in the order of the text, a member's value right behind its name, so that the first
 * child of a container and the value of a name are always the next token.
 */
struct ipm_json_token {
	uint32_t start; /* strings: after the quote */
	uint32_t end;	/* strings: at the quote; open containers: last child */
	uint32_t next;	/* token behind this one's subtree; open containers: the outer one */
	uint32_t size;	/* members or elements; names: 1, for their value */
	uint8_t type;
	uint8_t flags;
};

static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* The four digits of a \u escape, or -1. */
static inline int32_t hex4(const char *p, size_t len)
{
	int32_t value = 0;
	int i, digit;

	if (len < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		digit = hex_digit(p[i]);
		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* What a one-letter escape stands for, or -1. */
static inline int simple_escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return -1;
	}
}

#endif
