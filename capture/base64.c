/* SPDX-License-Identifier: MIT */
#include "base64.h"

static int digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct ipm_str text, uint8_t *ret, size_t *ret_len)
{
	uint32_t bits = 0;
	size_t i, n = 0;
	int have = 0;

	for (i = 0; i < text.len && text.data[i] != '='; i++) {
		int digit = digit_of(text.data[i]);

		if (digit < 0)
			return false;
		bits = (bits << 6 | (uint32_t)digit) & 0xFFFFFF;
		have += 6;
		if (have >= 8) {
			have -= 8;
			ret[n++] = (uint8_t)(bits >> have);
		}
	}
	*ret_len = n;
	return true;
}
