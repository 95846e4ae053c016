/* SPDX-License-Identifier: MIT */
/*
 * Finding one's way in a message without parsing it. V8 writes compact JSON, and a quote inside a
 * string is always escaped, so `"key":` cannot be part of any string's text.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "hold.h"

size_t message_find(struct ipm_str message, const char *key, size_t from)
{
	char needle[64];
	const char *hit;
	int n = snprintf(needle, sizeof(needle), "\"%s\":", key);

	if (n < 0 || (size_t)n >= sizeof(needle) || from > message.len)
		return SIZE_MAX;
	hit = memmem(message.data + from, message.len - from, needle, (size_t)n);
	return hit ? (size_t)(hit - message.data) + (size_t)n : SIZE_MAX;
}

size_t message_value_end(struct ipm_str message, size_t at)
{
	size_t depth = 0;
	bool in_string = false;

	for (; at < message.len; at++) {
		char c = message.data[at];

		if (in_string) {
			if (c == '\\')
				at++;
			else if (c == '"')
				in_string = false;
			if (!in_string && !depth)
				return at + 1;
			continue;
		}
		switch (c) {
		case '"':
			in_string = true;
			break;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
		case ',':
			if (!depth)
				return at;
			if (c == ',')
				break;
			if (!--depth)
				return at + 1;
			break;
		default:
			break;
		}
	}
	return SIZE_MAX;
}
