/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "json.h"
#include "text_report.h"

/*
 * The last words of the program, where the capture saw its console: the note "console" holds one
 * JSON value a line, the params of a Runtime.consoleAPICalled event or a plain string.
 */

#define NOTE_MAX  ((size_t)4 << 20)
#define LAST_ONES 10

static bool append_piece(void *self, struct ipm_str piece)
{
	ipm_buf_str(self, piece);
	return ipm_buf_ok(self);
}

/* The start of the last lines. */
static struct ipm_str tail(struct ipm_str text, size_t lines)
{
	size_t at;

	while (text.len && text.data[text.len - 1] == '\n')
		text.len--;
	for (at = text.len; at; at--) {
		if (text.data[at - 1] == '\n' && !--lines)
			break;
	}
	return (struct ipm_str){text.data + at, text.len - at};
}

static void put_argument(struct report *r, struct ipm_json_ref argument)
{
	struct ipm_json_ref value = ipm_json_get(argument, "value");
	struct ipm_buf text = IPM_BUF_INIT;

	if (!ipm_json_string(value, &text) &&
	    !ipm_json_string(ipm_json_get(argument, "unserializableValue"), &text) &&
	    !ipm_json_string(ipm_json_get(argument, "description"), &text)) {
		if (ipm_json_type(value) != IPM_JSON_NONE)
			ipm_buf_str(&text, ipm_json_raw(value));
		else
			(void)ipm_json_string(ipm_json_get(argument, "type"), &text);
	}
	ipm_put_safe(r->buf, ipm_buf_as_str(&text), false);
	r->buf->failed |= text.failed;
	ipm_buf_deinit(&text);
}

static void put_line(struct report *r, struct ipm_json_ref root)
{
	struct ipm_json_ref argument, type = ipm_json_get(root, "type");
	struct ipm_buf text = IPM_BUF_INIT;
	bool some = false;

	ipm_buf_cstr(r->buf, "   ");
	if (ipm_json_type(root) == IPM_JSON_STRING) {
		(void)ipm_json_string(root, &text);
		ipm_put_safe(r->buf, ipm_buf_as_str(&text), false);
	} else if (ipm_json_type(type) == IPM_JSON_STRING && !ipm_json_equals(type, "log")) {
		(void)ipm_json_string(type, &text);
		report_styled(r, STYLE_EMPHASIS, ipm_buf_as_str(&text));
		some = true;
	}
	for (argument = ipm_json_first(ipm_json_get(root, "args"));
	     ipm_json_type(argument) != IPM_JSON_NONE; argument = ipm_json_next(argument)) {
		if (some)
			ipm_buf_byte(r->buf, ' ');
		some = true;
		put_argument(r, argument);
	}
	ipm_buf_byte(r->buf, '\n');
	r->buf->failed |= text.failed;
	ipm_buf_deinit(&text);
}

void report_console(struct report *r)
{
	struct ipm_buf text = {.max = NOTE_MAX};
	const struct ipm_note *note;
	struct ipm_json json = {0};
	struct ipm_str rest, line;
	const char *end;

	/* What was read of a note that is too long or damaged is still worth showing. */
	if (ipm_reader_note(r->job.reader, IPM_STR("console"), &note, NULL) != IPM_OK ||
	    (ipm_reader_text(r->job.reader, &note->text, 0, UINT64_MAX, append_piece, &text,
			     NULL) != IPM_OK &&
	     !text.len))
		goto out;
	rest = tail(ipm_buf_as_str(&text), LAST_ONES);
	if (rest.len) {
		ipm_buf_cstr(r->buf, "\nLast on the console:\n");
		report_begin_block(r);
	}
	while (rest.len) {
		end = memchr(rest.data, '\n', rest.len);
		line = (struct ipm_str){rest.data, end ? (size_t)(end - rest.data) : rest.len};
		if (ipm_json_parse(&json, line, 0, NULL) == IPM_OK)
			put_line(r, ipm_json_root(&json));
		rest.data += line.len + (end != NULL);
		rest.len -= line.len + (end != NULL);
		if (!rest.len)
			report_end_block(r);
	}
out:
	ipm_json_deinit(&json);
	ipm_buf_deinit(&text);
}
