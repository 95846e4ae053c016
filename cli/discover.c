/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "discover_internal.h"
#include "ipm_websocket.h"

/* All digits; 0 if not. */
static uint64_t number(const char *text, size_t len)
{
	uint64_t n = 0;
	size_t i;

	if (!len || len > 10)
		return 0;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		n = n * 10 + (uint64_t)(text[i] - '0');
	}
	return n;
}

enum ipm_errc discover(const char *target, const char *choice, struct inspector_place *ret,
		       struct ipm_error *err)
{
	size_t len = strlen(target);
	const char *colon = strrchr(target, ':');
	char host[257];
	uint64_t n;

	*ret = (struct inspector_place){0};
	if (!strncmp(target, "ws://", 5)) {
		if (ipm_websocket_parse((struct ipm_str){target, len}, ret->host, &ret->port,
					ret->path))
			return IPM_OK;
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "not an address: %.100s", target);
	}
	n = number(target, len);
	if (n)
		return discover_at_pid(n, ret, err);
	n = colon ? number(colon + 1, len - (size_t)(colon + 1 - target)) : 0;
	if (!n || n > 65535 || colon == target || colon - target >= (ptrdiff_t)sizeof(host))
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT,
				"neither PID, HOST:PORT nor ws://: %.100s", target);
	memcpy(host, target, (size_t)(colon - target));
	host[colon - target] = '\0';
	return discover_at_port(host, (int)n, choice, ret, err);
}
