/* SPDX-License-Identifier: MIT */
/*
 * Is somebody debugging this process? A pause of ours would then also be theirs, and Node would
 * wait until they resume. Node does not tell of its clients, so: does the inspector listen, and
 * does its port have a connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

/* The port in "ws://127.0.0.1:9229/<uuid>"; 0: none. */
static unsigned listening_port(struct agent *a)
{
	napi_value function, receiver, url;
	struct ipm_buf text = IPM_BUF_INIT;
	const char *colon;
	unsigned port = 0;

	if (!a->inspector_url ||
	    napi_get_reference_value(a->env, a->inspector_url, &function) != napi_ok ||
	    napi_get_undefined(a->env, &receiver) != napi_ok)
		return 0;
	if (napi_call_function(a->env, receiver, function, 0, NULL, &url) != napi_ok) {
		js_clear_exception(a->env);
		return 0;
	}
	if (js_string(a->env, url, &text) && text.len > 5) {
		ipm_buf_byte(&text, 0);
		/* Behind the host, which may be an IPv6 address in brackets. */
		colon = ipm_buf_ok(&text) ? strchr((const char *)text.data + 5, '/') : NULL;
		while (colon && *colon != ':' && colon > (const char *)text.data)
			colon--;
		if (colon && *colon == ':')
			port = (unsigned)strtoul(colon + 1, NULL, 10);
	}
	ipm_buf_deinit(&text);
	return port;
}

static bool has_connection(const char *table, unsigned port)
{
	enum { ESTABLISHED = 1 };
	FILE *file = fopen(table, "re");
	char line[512];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		unsigned local, state;

		if (sscanf(line, "%*s %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &local, &state) == 2)
			found = local == port && state == ESTABLISHED;
	}
	if (file)
		fclose(file);
	return found;
}

bool debugger_is_attached(struct agent *a)
{
	unsigned port = listening_port(a);

	return port && (has_connection("/proc/self/net/tcp", port) ||
			has_connection("/proc/self/net/tcp6", port));
}
