/* SPDX-License-Identifier: MIT */
/*
 * The last words: the note "console" holds one JSON value per line, the params of a
 * Runtime.consoleAPICalled event or a plain string.
 */
#include <string.h>

#include "session.h"

enum { MAX_NOTE = 4 << 20 };

static bool append_piece(void *self, struct ipm_str piece)
{
	struct ipm_buf *out = self;

	ipm_buf_str(out, piece);
	return ipm_buf_ok(out);
}

static enum ipm_errc send_line(struct call *c, struct ipm_json *json, struct ipm_str line,
			       struct ipm_error *err)
{
	struct ipm_json_ref root;
	struct ipm_buf text;
	struct ipm_error why;

	if (ipm_json_parse(json, line, 0, &why))
		return IPM_OK;
	root = ipm_json_root(json);
	if (ipm_json_type(root) == IPM_JSON_OBJECT &&
	    ipm_json_type(ipm_json_get(root, "args")) == IPM_JSON_ARRAY &&
	    ipm_json_type(ipm_json_get(root, "type")) == IPM_JSON_STRING) {
		event_begin(c, &text, "Runtime.consoleAPICalled");
		ipm_buf_str(&text, line);
	} else if (ipm_json_type(root) == IPM_JSON_STRING) {
		event_begin(c, &text, "Runtime.consoleAPICalled");
		ipm_buf_cstr(&text, "{\"type\":\"log\",\"args\":[{\"type\":\"string\",\"value\":");
		ipm_buf_str(&text, line);
		ipm_buf_printf(
			&text, "}],\"executionContextId\":1,\"timestamp\":%llu}",
			(unsigned long long)(ipm_reader_meta(c->r->reader)->time_ns / 1000000));
	} else {
		return IPM_OK;
	}
	return event_send(c, c->out, &text, err);
}

enum ipm_errc runtime_send_console(struct call *c, struct ipm_error *err)
{
	struct ipm_buf text = {.max = MAX_NOTE};
	const struct ipm_note *note;
	struct ipm_json json = {0};
	struct ipm_error why;
	enum ipm_errc code = IPM_OK;
	size_t at = 0;

	if (ipm_reader_note(c->r->reader, IPM_STR("console"), &note, &why))
		return IPM_OK;
	/* What was read of a note that is too long or damaged is still worth showing. */
	if (ipm_reader_text(c->r->reader, &note->text, 0, UINT64_MAX, append_piece, &text, &why))
		why.code = IPM_OK;
	while (at < text.len && !code) {
		const uint8_t *start = text.data + at, *end = memchr(start, '\n', text.len - at);
		size_t len = end ? (size_t)(end - start) : text.len - at;

		if (len)
			code = send_line(c, &json, (struct ipm_str){(const char *)start, len}, err);
		at += len + 1;
	}
	ipm_json_deinit(&json);
	ipm_buf_deinit(&text);
	return code;
}
