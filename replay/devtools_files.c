/* SPDX-License-Identifier: MIT */
/* The prebuilt DevTools frontend, from a folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server.h"

/*
 * The frontend runs from our origin alone. It evaluates strings, and styles itself inline; the
 * addresses of other hosts that its pages name are out of its reach.
 */
static const char policy[] =
	"default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
	"img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
	"connect-src 'self' data:; frame-src 'none'; object-src 'none'; base-uri 'none'; "
	"form-action 'none'; frame-ancestors 'none'";

static const char *type_of(const char *path)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{".html", "text/html; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".mjs", "text/javascript; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".json", "application/json"},
		{".svg", "image/svg+xml"},
		{".png", "image/png"},
		{".avif", "image/avif"},
		{".ico", "image/x-icon"},
		{".wasm", "application/wasm"},
	};
	const char *dot = strrchr(path, '.');
	size_t i;

	for (i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(dot, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}

/* Only plain names below the folder. */
static bool is_plain(const char *path)
{
	const char *p;

	for (p = path; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+@/",
			    *p) ||
		    (p[0] == '.' && p[1] == '.') || (p[0] == '/' && p[1] == '/'))
			return false;
	return *path && *path != '/' && *path != '.';
}

static bool missing(struct response *response, const char *why)
{
	response->status = HTTP_STATUS_NOT_FOUND;
	response->type = "text/plain; charset=utf-8";
	ipm_buf_cstr(&response->body, why);
	return true;
}

bool answer_devtools(const struct request *request, struct response *response)
{
	static const char prefix[] = "/devtools/";
	const char *name = request->path + sizeof(prefix) - 1;
	char path[4096];
	struct stat st;
	int fd;

	if (strncmp(request->path, prefix, sizeof(prefix) - 1))
		return false;
	if (!request->server->devtools_dir)
		return missing(response,
			       "Chrome DevTools is not installed beside inspmort.\n"
			       "Run scripts/setup, or name its folder with --devtools DIR.\n");
	response->policy = policy;
	response->cache = true;
	/* Made for embedders, who may put a script of their own here. */
	if (!strcmp(name, "embedder-static/embedderScript.js")) {
		response->type = "text/javascript; charset=utf-8";
		return true;
	}
	if (!is_plain(name) ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", request->server->devtools_dir, name) >=
		    sizeof(path))
		return missing(response, "No such file\n");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return missing(response, "No such file\n");
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return missing(response, "No such file\n");
	}
	response->type = type_of(name);
	response->fd = fd;
	response->length = (uint64_t)st.st_size;
	return true;
}
