/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

static bool all_digits(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return len > 0;
}

/* Cuts ":port" off. False when what follows the colon is no port. */
static bool cut_port(struct ipm_str *host)
{
	size_t i = host->len;

	while (i && host->data[i - 1] != ':' && host->data[i - 1] != ']')
		i--;
	if (!i || host->data[i - 1] == ']')
		return i == 0 || i == host->len;
	if (host->len - i > 5 || !all_digits(host->data + i, host->len - i))
		return false;
	host->len = i - 1;
	return true;
}

bool guard_host(struct ipm_str host)
{
	char text[64];
	uint8_t address[16];

	if (!host.len)
		return true;
	if (!cut_port(&host) || !host.len || host.len >= sizeof(text))
		return false;
	memcpy(text, host.data, host.len);
	text[host.len] = '\0';
	if (strlen(text) != host.len)
		return false;
	if (!strcasecmp(text, "localhost"))
		return true;
	if (text[0] == '[') {
		if (text[host.len - 1] != ']')
			return false;
		text[host.len - 1] = '\0';
		return inet_pton(AF_INET6, text + 1, address) == 1;
	}
	/* 0.0.0.0/8 is looked up by some systems as if it were a name. */
	return inet_pton(AF_INET, text, address) == 1 && address[0] != 0;
}

static bool has_prefix(struct ipm_str str, const char *prefix, struct ipm_str *rest)
{
	size_t len = strlen(prefix);

	if (str.len < len || strncasecmp(str.data, prefix, len))
		return false;
	*rest = (struct ipm_str){str.data + len, str.len - len};
	return true;
}

static bool local_name(struct ipm_str host)
{
	static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
	size_t i;

	if (!cut_port(&host))
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (host.len == strlen(names[i]) && !strncasecmp(host.data, names[i], host.len))
			return true;
	return false;
}

bool guard_origin(struct ipm_str origin, struct ipm_str host)
{
	struct ipm_str rest;

	if (!origin.len)
		return true;
	if (has_prefix(origin, "devtools://devtools", &rest))
		return !rest.len;
	if (!has_prefix(origin, "http://", &rest))
		return false;
	if (rest.len == host.len && !strncasecmp(rest.data, host.data, host.len))
		return true;
	return local_name(rest);
}

bool guard_same_secret(struct ipm_str a, struct ipm_str b)
{
	unsigned char different = a.len != b.len;
	size_t i;

	for (i = 0; i < a.len && b.len; i++)
		different |= (unsigned char)(a.data[i] ^ b.data[i % b.len]);
	return !different;
}

bool guard_is_loopback(const char *host)
{
	uint8_t address[16];

	if (!strcasecmp(host, "localhost"))
		return true;
	if (inet_pton(AF_INET, host, address) == 1)
		return address[0] == 127;
	return inet_pton(AF_INET6, host, address) == 1 &&
	       !memcmp(address, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
}

bool guard_random_id(char ret[37])
{
	uint8_t bytes[16];
	size_t i, at = 0;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return false;
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (i = 0; i < sizeof(bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			ret[at++] = '-';
		snprintf(ret + at, 3, "%02x", bytes[i]);
		at += 2;
	}
	return true;
}
