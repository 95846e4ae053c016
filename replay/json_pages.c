/* SPDX-License-Identifier: MIT */
/* The discovery endpoints, in Node's exact form: its clients compare more than they should. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "server.h"

/* For the list, as many crashes are read as fit into this; others show their file's name. */
enum { LIST_BUDGET_NS = 100000000 };

static void put_pair(struct ipm_buf *out, const char *name, struct ipm_str value, bool last)
{
	ipm_buf_printf(out, "  \"%s\": ", name);
	ipm_json_put_string(out, value);
	ipm_buf_cstr(out, last ? "\n" : ",\n");
}

static struct ipm_str view(const struct ipm_buf *buf)
{
	return ipm_buf_as_str(buf);
}

static void put_title(struct ipm_buf *out, const struct crash *crash, uint64_t pause)
{
	const struct ipm_crash_summary *summary = &crash->summary;

	if (!crash->summarised || crash->why[0]) {
		ipm_buf_cstr(out, crash->name);
		return;
	}
	ipm_buf_str(out, summary->program);
	ipm_buf_printf(out, "[%llu]", (unsigned long long)summary->pid);
	if (summary->pauses > 1) {
		ipm_buf_printf(out, " %llu of %llu: ", (unsigned long long)pause + 1,
			       (unsigned long long)summary->pauses);
		ipm_buf_str(out, crash_pause(crash, pause));
		return;
	}
	if (summary->thread.len && memcmp(summary->thread.data, "main", summary->thread.len)) {
		ipm_buf_byte(out, ' ');
		ipm_buf_str(out, summary->thread);
	}
	if (summary->error.len) {
		ipm_buf_cstr(out, " died: ");
		ipm_buf_str(out, summary->error);
	}
}

static void put_url(struct ipm_buf *out, const struct crash *crash)
{
	struct ipm_str program = crash->summary.program;
	size_t i;

	ipm_buf_cstr(out, "file://");
	for (i = 0; i < program.len; i++) {
		unsigned char c = (unsigned char)program.data[i];

		if (c <= ' ' || c >= 0x7f || strchr("%?#\"<>", c))
			ipm_buf_printf(out, "%%%02X", c);
		else
			ipm_buf_byte(out, c);
	}
}

static void put_target(struct ipm_buf *out, const char *host, const struct crash *crash,
		       uint64_t pause)
{
	struct ipm_buf text = IPM_BUF_INIT;
	char id[CRASH_ID_LENGTH + 24];

	snprintf(id, sizeof(id), pause ? "%s-%llu" : "%s", crash->id, (unsigned long long)pause);
	ipm_buf_cstr(out, "{\n");
	put_pair(out, "description", IPM_STR("node.js instance"), false);
	ipm_buf_printf(&text, "devtools://devtools/bundled/js_app.html?v8only=true&ws=%s/%s", host,
		       id);
	put_pair(out, "devtoolsFrontendUrl", view(&text), false);
	ipm_buf_reset(&text);
	ipm_buf_printf(&text, "devtools://devtools/bundled/inspector.html?v8only=true&ws=%s/%s",
		       host, id);
	put_pair(out, "devtoolsFrontendUrlCompat", view(&text), false);
	ipm_buf_reset(&text);
	ipm_buf_printf(&text, "http://%s/favicon.svg", host);
	put_pair(out, "faviconUrl", view(&text), false);
	put_pair(out, "id", (struct ipm_str){id, strlen(id)}, false);
	ipm_buf_reset(&text);
	put_title(&text, crash, pause);
	put_pair(out, "title", view(&text), false);
	put_pair(out, "type", IPM_STR("node"), false);
	ipm_buf_reset(&text);
	put_url(&text, crash);
	put_pair(out, "url", view(&text), false);
	ipm_buf_reset(&text);
	ipm_buf_printf(&text, "ws://%s/%s", host, id);
	put_pair(out, "webSocketDebuggerUrl", view(&text), true);
	ipm_buf_cstr(out, "} ");
	ipm_buf_deinit(&text);
}

static void put_list(struct ipm_server *server, const char *host, struct ipm_buf *out)
{
	struct ipm_error err;
	bool first = true;
	size_t i;

	/* What cannot be refreshed is shown as it was. */
	if (crash_set_refresh(&server->crashes, &err))
		err.code = IPM_OK;
	crash_set_summarise(&server->crashes, LIST_BUDGET_NS);
	crash_set_sort(&server->crashes);
	ipm_buf_cstr(out, "[ ");
	for (i = 0; i < server->crashes.count; i++) {
		const struct crash *crash = server->crashes.list[i];
		uint64_t pauses = crash->summarised && !crash->why[0] ? crash->summary.pauses : 1;
		uint64_t pause;

		if (crash->why[0])
			continue;
		for (pause = 0; pause < (pauses ? pauses : 1) && pause < MAX_PAUSES; pause++) {
			if (!first)
				ipm_buf_cstr(out, ", ");
			first = false;
			put_target(out, host, crash, pause);
		}
	}
	ipm_buf_cstr(out, "]\n\n");
}

static void put_version(struct ipm_server *server, struct ipm_buf *out)
{
	struct ipm_buf text = IPM_BUF_INIT;

	ipm_buf_cstr(&text, "node.js/");
	if (server->crashes.count) {
		crash_summarise(&server->crashes, server->crashes.list[0]);
		ipm_buf_str(&text, server->crashes.list[0]->summary.node);
	}
	ipm_buf_cstr(out, "{\n");
	put_pair(out, "Browser", view(&text), false);
	put_pair(out, "Protocol-Version", IPM_STR("1.1"), true);
	ipm_buf_cstr(out, "} ");
	ipm_buf_deinit(&text);
}

/* As Node does: case and one slash at the end do not matter. */
static bool same_path(const char *path, const char *wanted)
{
	size_t i;

	for (i = 0; wanted[i]; i++)
		if (tolower((unsigned char)path[i]) != wanted[i])
			return false;
	return !path[i] || (path[i] == '/' && !path[i + 1]);
}

bool answer_json(const struct request *request, struct response *response)
{
	const char *path = request->path;
	struct ipm_error err;

	response->type = "application/json; charset=UTF-8";
	if (same_path(path, "/json") || same_path(path, "/json/list"))
		put_list(request->server, request->host, &response->body);
	else if (same_path(path, "/json/version"))
		put_version(request->server, &response->body);
	else if (same_path(path, "/json/protocol"))
		return !ipm_replay_protocol(&response->body, &err);
	else
		return false;
	return true;
}
