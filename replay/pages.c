/* SPDX-License-Identifier: MIT */
/* The pages of our own: the list of crashes, and one page for each. */
#include "pages.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server.h"
#include "wtf8.h"

/* The first page a user sees waits this long for the summaries; then it updates itself. */
enum { PAGE_BUDGET_NS = 200000000, MAX_REPORT_BYTES = 8 << 20, PIECE_BYTES = 256 << 10 };

static const char policy[] =
	"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/* Text of the dead process as HTML text or attribute: markup and control characters lose their power. */
static void put_html(struct ipm_buf *out, struct ipm_str str)
{
	uint32_t c;

	while (ipm_wtf8_next(&str, &c)) {
		if (c == '<')
			ipm_buf_cstr(out, "&lt;");
		else if (c == '>')
			ipm_buf_cstr(out, "&gt;");
		else if (c == '&')
			ipm_buf_cstr(out, "&amp;");
		else if (c == '"')
			ipm_buf_cstr(out, "&quot;");
		else if (c == '\'')
			ipm_buf_cstr(out, "&#39;");
		else if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) ||
			 (c >= 0xd800 && c <= 0xdfff) || (c >= 0x202a && c <= 0x202e) ||
			 (c >= 0x2066 && c <= 0x2069))
			ipm_buf_cstr(out, "\xef\xbf\xbd");
		else
			ipm_wtf8_put(out, c);
	}
}

static void put_html_cstr(struct ipm_buf *out, const char *text)
{
	put_html(out, (struct ipm_str){text, strlen(text)});
}

static void put_cell(struct ipm_buf *out, const char *class, struct ipm_str text)
{
	ipm_buf_printf(out, "<span class=\"%s\">", class);
	put_html(out, text);
	ipm_buf_cstr(out, "</span>");
}

static void put_size(struct ipm_buf *out, uint64_t bytes)
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1024 && unit < 4) {
		size /= 1024;
		unit++;
	}
	ipm_buf_printf(out, size < 10 && unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

/* The address that opens this crash in DevTools, served from here. */
static void put_devtools_link(struct ipm_buf *out, const struct request *request,
			      const struct crash *crash, uint64_t pause)
{
	ipm_buf_cstr(out, "/devtools/js_app.html?ws=");
	put_html_cstr(out, request->host);
	ipm_buf_printf(out, "/%s", crash->id);
	if (pause)
		ipm_buf_printf(out, "-%llu", (unsigned long long)pause);
	ipm_buf_cstr(out, "&amp;panel=sources");
}

static void put_unread(struct ipm_buf *out, const struct crash *crash)
{
	ipm_buf_printf(out, "<li class=\"crash unreadable\" id=\"c-%s\"><span class=\"error\">",
		       crash->id);
	put_html_cstr(out, crash->name);
	ipm_buf_cstr(out, "</span><span class=\"facts\"><span class=\"status\">");
	put_html_cstr(out, crash->summarised ? crash->why : "not read yet");
	ipm_buf_cstr(out, "</span></span></li>\n");
}

/* What a crash is called where there was no error to name it. */
static struct ipm_str headline(const struct ipm_crash_summary *s)
{
	if (s->error.len)
		return s->error;
	if (s->reason.len)
		return s->reason;
	if (!strcmp(s->status, "whole"))
		return (struct ipm_str)IPM_STR("No pause in this file");
	return (struct ipm_str)IPM_STR("The error is not in what is left of this file");
}

/* The pauses after the first, each a link of its own. */
static void put_more_pauses(struct ipm_buf *out, const struct request *request,
			    const struct crash *crash)
{
	uint64_t i;

	if (crash->summary.pauses < 2)
		return;
	ipm_buf_cstr(out, "<ul class=\"pauses\" aria-label=\"Also captured\">");
	for (i = 1; i < crash->summary.pauses && i < MAX_PAUSES; i++) {
		ipm_buf_cstr(out, "<li><a href=\"");
		put_devtools_link(out, request, crash, i);
		ipm_buf_cstr(out, "\">");
		put_html(out, crash_pause(crash, i));
		ipm_buf_cstr(out, "</a></li>");
	}
	ipm_buf_cstr(out, "</ul>");
}

static void put_crash(struct ipm_buf *out, const struct request *request, const struct crash *crash)
{
	const struct ipm_crash_summary *s = &crash->summary;

	ipm_buf_printf(out,
		       "<li class=\"crash\" id=\"c-%s\" data-signature=\"%s\"><a class=\"open\" "
		       "href=\"",
		       crash->id, s->signature);
	put_devtools_link(out, request, crash, 0);
	ipm_buf_cstr(out, "\">");
	put_cell(out, "error", headline(s));
	put_cell(out, "frame", s->top_frame);
	ipm_buf_cstr(out, "</a>");
	put_more_pauses(out, request, crash);
	ipm_buf_printf(out, "<span class=\"facts\"><time datetime=\"%s\">%s</time>", s->time,
		       s->time);
	put_cell(out, "program", s->program);
	ipm_buf_printf(out, "<span class=\"pid\">pid %llu</span>", (unsigned long long)s->pid);
	put_cell(out, "node", s->node);
	ipm_buf_cstr(out, "<span class=\"size\">");
	put_size(out, s->bytes);
	ipm_buf_printf(out, "</span><span class=\"status %s\">%s</span>", s->status, s->status);
	ipm_buf_printf(out, "<a class=\"more\" href=\"/crash/%s\">report</a></span></li>\n",
		       crash->id);
}

static void put_crashes(struct ipm_buf *out, const struct request *request)
{
	struct crash_set *set = &request->server->crashes;
	struct ipm_error err;
	size_t i;

	/* What cannot be refreshed is shown as it was. */
	if (crash_set_refresh(set, &err))
		err.code = IPM_OK;
	crash_set_summarise(set, PAGE_BUDGET_NS);
	crash_set_sort(set);
	ipm_buf_printf(out,
		       "<ol id=\"crashes\" data-version=\"%llu\" data-count=\"%zu\" "
		       "data-unread=\"%zu\">\n",
		       (unsigned long long)set->version, set->count, set->count - set->summarised);
	for (i = 0; i < set->count; i++)
		if (set->list[i]->summarised && !set->list[i]->why[0])
			put_crash(out, request, set->list[i]);
		else
			put_unread(out, set->list[i]);
	ipm_buf_cstr(out, "</ol>\n");
	if (!set->count)
		ipm_buf_cstr(out,
			     "<p class=\"none\">No crash here yet. This page shows new ones by "
			     "itself.</p>\n");
}

/* A page with <!--name--> where something is to be put. */
static void put_page(struct ipm_buf *out, const unsigned char *page, size_t len, const char *mark,
		     void (*put)(struct ipm_buf *out, const struct request *request),
		     const struct request *request)
{
	const unsigned char *at = memmem(page, len, mark, strlen(mark));

	if (!at) {
		ipm_buf_append(out, page, len);
		return;
	}
	ipm_buf_append(out, page, (size_t)(at - page));
	put(out, request);
	at += strlen(mark);
	ipm_buf_append(out, at, len - (size_t)(at - page));
}

static bool answer_asset(struct response *response, const char *type, const unsigned char *data,
			 size_t len)
{
	response->type = type;
	ipm_buf_append(&response->body, data, len);
	return true;
}

static bool html(struct response *response)
{
	response->type = "text/html; charset=utf-8";
	response->policy = policy;
	return true;
}

static bool plain(struct response *response, unsigned status, const char *text)
{
	response->status = status;
	response->type = "text/plain; charset=utf-8";
	ipm_buf_cstr(&response->body, text);
	return true;
}

static struct crash *crash_of_path(const struct request *request, const char **ret_rest)
{
	const char *id = request->path + strlen("/crash/"), *end = id + strcspn(id, "/");
	uint64_t pause;

	*ret_rest = end;
	return crash_set_find(&request->server->crashes, (struct ipm_str){id, (size_t)(end - id)},
			      &pause);
}

static void put_targets(struct ipm_buf *out, const struct request *request,
			const struct crash *crash)
{
	ipm_buf_cstr(out, "<p class=\"actions\"><a class=\"open\" href=\"");
	put_devtools_link(out, request, crash, 0);
	ipm_buf_cstr(out, "\">Open in DevTools</a> ");
	ipm_buf_printf(out,
		       "<a href=\"/crash/%s/file\">Download</a> <a href=\"/crash/%s/json\">JSON"
		       "</a></p>\n",
		       crash->id, crash->id);
	put_more_pauses(out, request, crash);
}

static void put_other_tools(struct ipm_buf *out, const struct request *request,
			    const struct crash *crash)
{
	const char *colon = strrchr(request->host, ':');
	int name = colon ? (int)(colon - request->host) : (int)strlen(request->host);

	ipm_buf_cstr(out, "<details><summary>Other tools</summary><dl>\n<dt>Chrome, in its own "
			  "DevTools (paste into the address bar)</dt><dd><code>"
			  "devtools://devtools/bundled/js_app.html?ws=");
	put_html_cstr(out, request->host);
	ipm_buf_printf(out,
		       "/%s</code></dd>\n<dt>node inspect (opens the newest crash served; serve "
		       "one file to choose)</dt><dd><code>node inspect ",
		       crash->id);
	put_html_cstr(out, request->host);
	ipm_buf_cstr(out,
		     "</code></dd>\n<dt>VS Code, launch.json</dt><dd><code>{ &quot;type&quot;: "
		     "&quot;node&quot;, &quot;request&quot;: &quot;attach&quot;, "
		     "&quot;name&quot;: &quot;crash&quot;, &quot;address&quot;: &quot;");
	put_html(out, (struct ipm_str){request->host, (size_t)name});
	ipm_buf_printf(out,
		       "&quot;, &quot;port&quot;: %s, &quot;websocketAddress&quot;: &quot;ws://",
		       colon ? colon + 1 : "80");
	put_html_cstr(out, request->host);
	ipm_buf_printf(out, "/%s&quot; }</code></dd>\n</dl></details>\n", crash->id);
}

static bool append(void *self, const void *data, size_t len)
{
	ipm_buf_append(self, data, len);
	return ipm_buf_ok(self);
}

static enum ipm_errc put_report(const struct request *request, const struct crash *crash,
				struct ipm_buf *out, struct ipm_error *err)
{
	struct ipm_reader *reader;
	enum ipm_errc code = ipm_reader_open(crash->path, NULL, &reader, err);

	if (code)
		return code;
	if (request->server->render)
		code = request->server->render(reader, "text", append, out, err);
	ipm_reader_close(reader);
	return code;
}

static void put_crash_body(struct ipm_buf *out, const struct request *request)
{
	struct ipm_server *server = request->server;
	struct ipm_buf report = {.max = MAX_REPORT_BYTES};
	const char *rest;
	struct crash *crash = crash_of_path(request, &rest);
	struct ipm_error err;
	enum ipm_errc code;

	if (!crash)
		return;
	crash_summarise(&server->crashes, crash);
	ipm_buf_cstr(out, "<h1>");
	put_html(out, crash->why[0] ? (struct ipm_str){crash->name, strlen(crash->name)}
				    : headline(&crash->summary));
	ipm_buf_cstr(out, "</h1>\n");
	if (crash->why[0]) {
		ipm_buf_cstr(out, "<p class=\"none\">This file cannot be read: ");
		put_html_cstr(out, crash->why);
		ipm_buf_cstr(out, "</p>\n");
		return;
	}
	put_targets(out, request, crash);
	code = put_report(request, crash, &report, &err);
	ipm_buf_cstr(out, "<pre class=\"report\">");
	put_html(out, ipm_buf_as_str(&report));
	ipm_buf_cstr(out, "</pre>\n");
	if (code) {
		ipm_buf_cstr(out, "<p class=\"none\">The report ends here: ");
		put_html_cstr(out, err.message);
		ipm_buf_cstr(out, "</p>\n");
	}
	put_other_tools(out, request, crash);
	ipm_buf_deinit(&report);
}

static bool answer_file(struct crash *crash, struct response *response)
{
	struct stat st;
	int fd = open(crash->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return plain(response, HTTP_STATUS_NOT_FOUND, "The file is gone\n");
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return plain(response, HTTP_STATUS_NOT_FOUND, "The file is gone\n");
	}
	response->fd = fd;
	response->length = (uint64_t)st.st_size;
	response->type = "application/octet-stream";
	response->filename = "attachment; filename=\"crash.inspmort\"";
	return true;
}

/* A crash as JSON, whatever its size, made while it is sent. */
struct json_page {
	ipm_render_fn render;
	char *path;
	struct job *job;
	struct ipm_buf piece;
	struct ipm_error *err;
};

static void json_page_free(void *self)
{
	struct json_page *page = self;

	ipm_buf_deinit(&page->piece);
	free(page->path);
	free(page);
}

static bool put_piece(struct json_page *page)
{
	struct ipm_outbox out = {0};
	bool taken = !ipm_outbox_add(&out, &page->piece, false, page->err) &&
		     !job_put(page->job, &out, page->err);

	ipm_outbox_deinit(&out);
	ipm_message_begin(&page->piece, 0);
	return taken;
}

static bool write_piece(void *self, const void *data, size_t len)
{
	struct json_page *page = self;

	ipm_buf_append(&page->piece, data, len);
	return page->piece.len < PIECE_BYTES || put_piece(page);
}

static enum ipm_errc run_json_page(void *self, struct job *job, struct ipm_error *err)
{
	struct json_page *page = self;
	struct ipm_reader *reader;
	enum ipm_errc code = ipm_reader_open(page->path, NULL, &reader, err);

	if (code)
		return code;
	page->job = job;
	page->err = err;
	ipm_message_begin(&page->piece, 0);
	code = page->render(reader, "json", write_piece, page, err);
	ipm_reader_close(reader);
	return code || put_piece(page) ? code : err->code;
}

static bool answer_crash_json(const struct request *request, const struct crash *crash,
			      struct response *response)
{
	struct json_page *page = calloc(1, sizeof(*page));

	if (page)
		page->path = strdup(crash->path);
	if (!page || !page->path || !request->server->render) {
		free(page);
		return plain(response, HTTP_STATUS_INTERNAL_SERVER_ERROR, "Out of memory\n");
	}
	page->render = request->server->render;
	response->type = "application/json; charset=UTF-8";
	response->work = (struct job_work){run_json_page, json_page_free, page};
	return true;
}

static bool answer_crash(const struct request *request, struct response *response)
{
	const char *rest;
	struct crash *crash = crash_of_path(request, &rest);

	if (!crash)
		return plain(response, HTTP_STATUS_NOT_FOUND, "No such crash\n");
	if (!strcmp(rest, "/file"))
		return answer_file(crash, response);
	if (!strcmp(rest, "/json"))
		return answer_crash_json(request, crash, response);
	if (*rest)
		return plain(response, HTTP_STATUS_NOT_FOUND, "Nothing here\n");
	put_page(&response->body, page_crash_html, page_crash_html_len, "<!--crash-->",
		 put_crash_body, request);
	return html(response);
}

/* Has the page that asks ("?version=…") seen everything there is? */
static bool is_current(const struct request *request)
{
	struct crash_set *set = &request->server->crashes;
	struct ipm_error err;
	char version[24];

	if (crash_set_refresh(set, &err))
		return false;
	snprintf(version, sizeof(version), "%llu", (unsigned long long)set->version);
	return !strcmp(request->version, version);
}

bool answer_pages(const struct request *request, struct response *response)
{
	const char *path = request->path;

	if (!strcmp(path, "/")) {
		put_page(&response->body, page_index_html, page_index_html_len, "<!--crashes-->",
			 put_crashes, request);
		return html(response);
	}
	if (!strcmp(path, "/crashes")) {
		if (is_current(request)) {
			response->status = HTTP_STATUS_NO_CONTENT;
			return true;
		}
		put_crashes(&response->body, request);
		return html(response);
	}
	if (!strncmp(path, "/crash/", strlen("/crash/")))
		return answer_crash(request, response);
	if (!strcmp(path, "/style.css"))
		return answer_asset(response, "text/css; charset=utf-8", page_style_css,
				    page_style_css_len);
	if (!strcmp(path, "/page.js"))
		return answer_asset(response, "text/javascript; charset=utf-8", page_page_js,
				    page_page_js_len);
	if (!strcmp(path, "/favicon.svg") || !strcmp(path, "/favicon.ico"))
		return answer_asset(response, "image/svg+xml", page_favicon_svg,
				    page_favicon_svg_len);
	return false;
}
