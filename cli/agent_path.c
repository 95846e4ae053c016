/* SPDX-License-Identifier: MIT */
#include "agent_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Relative to the folder of the executable. */
static const char *const places[] = {
	"../agent",		      /* build tree */
	"../" IPM_LIBDIR "/inspmort", /* installed */
	"../lib/inspmort",
};

enum ipm_errc agent_file_path(const char *name, char ret[IPM_AGENT_PATH_BYTES],
			      struct ipm_error *err)
{
	char self[IPM_AGENT_PATH_BYTES], path[IPM_AGENT_PATH_BYTES + 128],
		real[IPM_AGENT_PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i, len;
	char *slash;

	if (n < 0)
		return ipm_fail_os(err, errno, "/proc/self/exe");
	self[n] = 0;
	slash = strrchr(self, '/');
	if (slash)
		*slash = 0;
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", self, places[i], name);
		if (!realpath(path, real))
			continue;
		len = strlen(real);
		memcpy(ret, real, len + 1);
		return IPM_OK;
	}
	return ipm_fail(err, IPM_ERR_NOT_FOUND, "the agent (%s) is not installed beside %s", name,
			self);
}

enum ipm_errc agent_register_path(char ret[IPM_AGENT_PATH_BYTES], struct ipm_error *err)
{
	return agent_file_path("register.js", ret, err);
}

enum ipm_errc agent_node_options(const char *old, struct ipm_buf *ret, struct ipm_error *err)
{
	char path[IPM_AGENT_PATH_BYTES];
	enum ipm_errc rc = agent_register_path(path, err);
	const char *p;

	if (rc)
		return rc;
	if (old && *old) {
		ipm_buf_cstr(ret, old);
		ipm_buf_byte(ret, ' ');
	}
	/* Node splits at spaces, honours double quotes, and a backslash inside them. */
	ipm_buf_cstr(ret, "--require \"");
	for (p = path; *p; p++) {
		if (*p == '"' || *p == '\\')
			ipm_buf_byte(ret, '\\');
		ipm_buf_byte(ret, (uint8_t)*p);
	}
	ipm_buf_cstr(ret, "\"");
	ipm_buf_byte(ret, 0);
	return ipm_buf_status(ret, err);
}
