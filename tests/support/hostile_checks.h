/* SPDX-License-Identifier: MIT */
#ifndef IPM_HOSTILE_CHECKS_H
#define IPM_HOSTILE_CHECKS_H

/*
 * Asks everything that can be asked of a hostile crash. Aborts when an answer is no JSON; the
 * sanitizers see the rest.
 */

#include <stdio.h>
#include <stdlib.h>

#include "crash_summary.h"
#include "hostile.h"
#include "ipm_convert.h"
#include "ipm_writer.h"
#include "json.h"
#include "memory_file.h"
#include "remote_object.h"
#include "wtf8.h"

static inline void hostile_must(bool ok, const char *what, struct ipm_buf *text)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %.*s\n", what, (int)(text->len < 4000 ? text->len : 4000),
		text->data ? (const char *)text->data : "");
	abort();
}

static inline void hostile_json(struct ipm_buf *text, const char *what)
{
	struct ipm_json json = {0};
	struct ipm_error err;
	enum ipm_errc rc = ipm_json_parse(&json, ipm_buf_as_str(text), 0, &err);

	ipm_json_deinit(&json);
	hostile_must(rc == IPM_OK, what, text);
	ipm_buf_reset(text);
}

/* What a terminal gets: characters that show, newlines, tabs. */
static inline void hostile_text_is_safe(struct ipm_buf *text, const char *what)
{
	struct ipm_str rest = ipm_buf_as_str(text);
	uint32_t c;

	while (ipm_wtf8_next(&rest, &c))
		hostile_must(c == '\n' || c == '\t' ||
				     (c >= 0x20 && c != 0x7F && (c < 0x80 || c > 0x9F) &&
				      (c < 0xD800 || c > 0xDFFF) && (c < 0x202A || c > 0x202E)),
			     what, text);
	ipm_buf_reset(text);
}

struct hostile_heap {
	struct ipm_heap heap; /* first: the heap's functions get it */
	struct hostile *crash;
};

static inline enum ipm_errc hostile_find(struct ipm_heap *heap, uint64_t id,
					 const struct ipm_object **ret, struct ipm_error *err)
{
	struct hostile_heap *self = (struct hostile_heap *)heap;

	if (!id || id > HOSTILE_OBJECTS)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "none");
	*ret = &self->crash->objects[id - 1];
	return IPM_OK;
}

static inline void hostile_release(struct ipm_heap *heap, const struct ipm_object *object)
{
	(void)heap;
	(void)object;
}

/* The protocol's side, with no file between. */
static inline void hostile_ask(struct hostile *crash)
{
	static const char *const parts[] = {"",		":scopes",   ":entries", ":entry:0",
					    ":methods", ":method:0", ":int8",	 ":uint8",
					    ":int16",	":int32"};
	struct hostile_heap heap = {{hostile_find, hostile_release, NULL}, crash};
	struct ipm_cdp cdp = {.heap = &heap.heap, .object_id_prefix = "1.1."};
	struct ipm_buf out = {.max = 64 << 20};
	struct ipm_error err;
	char id[40];
	size_t i, k;
	unsigned flags;

	for (i = 1; i <= HOSTILE_OBJECTS + 1; i++) {
		for (k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
			for (flags = 0; flags < 16; flags++) {
				struct ipm_cdp_properties_query query = {
					.own_properties = flags & 1,
					.accessor_properties_only = flags & 2,
					.generate_preview = flags & 4,
					.non_indexed_properties_only = flags & 8};

				snprintf(id, sizeof(id), "1.1.%zu%s", i, parts[k]);
				hostile_must(ipm_cdp_get_properties_by_id(
						     &cdp, (struct ipm_str){id, strlen(id)}, &query,
						     &out, &err) == IPM_OK,
					     "getProperties", &out);
				hostile_json(&out, id);
			}
		}
	}
	hostile_must(ipm_cdp_paused(&cdp, &crash->pause, &out, &err) == IPM_OK, "paused", &out);
	hostile_json(&out, "paused");
	ipm_buf_deinit(&out);
}

static inline void hostile_write(struct hostile *crash, struct ipm_buf *bytes)
{
	struct ipm_meta meta = {.tool = hostile_str(crash), .program = hostile_str(crash)};
	struct ipm_summary summary = {0};
	struct ipm_writer *w;
	struct ipm_error err;
	size_t i;
	bool ok;

	ok = ipm_writer_create(memory_sink(bytes), NULL, &w, &err) == IPM_OK &&
	     ipm_writer_meta(w, &meta, &err) == IPM_OK;
	for (i = 0; ok && i < HOSTILE_OBJECTS; i++)
		ok = ipm_writer_object(w, &crash->objects[i], &err) == IPM_OK;
	for (i = 0; ok && i < 2; i++)
		ok = ipm_writer_script(w, &crash->scripts[i], &err) == IPM_OK;
	ok = ok && ipm_writer_pause(w, &crash->pause, &err) == IPM_OK &&
	     ipm_writer_finish(w, &summary, &err) == IPM_OK;
	if (!ok) {
		fprintf(stderr, "writing: %s\n", err.message);
		abort();
	}
	ipm_writer_destroy(w);
}

static inline enum ipm_errc hostile_append(void *self, const void *data, size_t len,
					   struct ipm_error *err)
{
	ipm_buf_append(self, data, len);
	return ipm_buf_status(self, err);
}

/* Not through memory_file.h, whose checks work inside Check only; fuzzers come here, too. */
static inline enum ipm_errc hostile_open(const struct ipm_buf *bytes, struct ipm_reader **ret,
					 struct ipm_error *err)
{
	char path[] = "/tmp/inspmort-test-XXXXXX";
	int fd = mkstemp(path);
	enum ipm_errc rc;

	if (fd < 0)
		return ipm_fail_os(err, errno, "%s", path);
	rc = ipm_write_all(fd, bytes->data, bytes->len, err);
	if (!rc)
		rc = ipm_reader_open(path, NULL, ret, err);
	close(fd);
	unlink(path);
	return rc;
}

/* Every converter over a file of it. */
static inline void hostile_convert(struct hostile *crash)
{
	struct ipm_buf bytes = IPM_BUF_INIT, out = {.max = 64 << 20};
	const struct ipm_convert_format *f;
	struct ipm_crash_summary summary;
	struct ipm_reader *reader;
	struct ipm_error err;
	int full;

	hostile_write(crash, &bytes);
	hostile_must(hostile_open(&bytes, &reader, &err) == IPM_OK, "open", &out);
	for (f = ipm_convert_formats; f->name; f++) {
		for (full = 0; full < 2; full++) {
			struct ipm_convert_options opts = {.frame = -1, .full = full};
			struct ipm_convert_sink to = {hostile_append, &out};
			enum ipm_errc rc = ipm_convert(reader, f, &opts, to, &err);

			if (rc) { /* no diagnostic report, say; a message is a must */
				hostile_must(err.message[0] != 0, f->name, &out);
				ipm_buf_reset(&out);
			} else if (!strcmp(f->name, "json") || !strcmp(f->name, "sentry")) {
				hostile_json(&out, f->name);
			} else if (!strcmp(f->name, "text") || !strcmp(f->name, "markdown")) {
				hostile_text_is_safe(&out, f->name);
			} else {
				ipm_buf_reset(&out);
			}
		}
	}
	if (ipm_crash_summary_read(reader, &summary, &err) == IPM_OK) {
		ipm_crash_summary_json(&summary, ipm_reader_meta(reader), &out);
		hostile_json(&out, "summary");
		ipm_crash_summary_deinit(&summary);
	}
	ipm_reader_close(reader);
	ipm_buf_deinit(&bytes);
	ipm_buf_deinit(&out);
}

#endif
