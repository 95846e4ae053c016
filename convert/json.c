/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "crash_summary.h"
#include "formats.h"
#include "json.h"
#include "output.h"
#include "remote_cache.h"
#include "remote_object.h"
#include "sequence.h"

/*
 * One object with everything: Paused (params of Debugger.paused), RemoteObjects (object id to the
 * result of Runtime.getProperties), Scripts (script id to params and source), Report. Every object
 * id that is mentioned is a key of RemoteObjects.
 */

#define REPORT_MAX ((size_t)64 << 20)

struct job {
	struct ipm_reader *reader;
	const struct ipm_convert_options *opts;
	struct ipm_output *out;
	struct ipm_heap heap;
	struct ipm_cdp cdp;
	bool comma;
	enum ipm_errc failed;
	struct ipm_error *err;
};

static const struct ipm_cdp_properties_query own = {.own_properties = true};

static void breathe(void *self, struct ipm_buf *buf)
{
	(void)buf;
	ipm_output_breathe(self);
}

static void put_separator(struct job *job)
{
	ipm_buf_cstr(&job->out->buffer, job->comma ? ",\n" : "\n");
	job->comma = true;
}

static void put_key(struct job *job, uint64_t id, const char *suffix)
{
	put_separator(job);
	ipm_buf_byte(&job->out->buffer, '"');
	ipm_buf_cstr(&job->out->buffer, job->cdp.object_id_prefix);
	ipm_put_uint(&job->out->buffer, id);
	ipm_buf_cstr(&job->out->buffer, suffix);
	ipm_buf_cstr(&job->out->buffer, "\":");
}

/* One of the things that only the protocol knows: ":scopes", ":entry:3". */
static enum ipm_errc put_part(struct job *job, uint64_t id, const char *suffix)
{
	char text[64];
	struct ipm_buf name = ipm_buf_over(text, sizeof(text));
	enum ipm_errc rc;

	ipm_buf_printf(&name, "%s%" PRIu64 "%s", job->cdp.object_id_prefix, id, suffix);
	put_key(job, id, suffix);
	rc = ipm_cdp_get_properties_by_id(&job->cdp, ipm_buf_as_str(&name), &own, &job->out->buffer,
					  job->err);
	ipm_output_breathe(job->out);
	return rc;
}

static enum ipm_errc put_numbered(struct job *job, uint64_t id, const char *suffix, uint64_t count)
{
	char text[40];
	enum ipm_errc rc = IPM_OK;
	uint64_t i;

	for (i = 0; !rc && i < count && ipm_output_ok(job->out); i++) {
		struct ipm_buf name = ipm_buf_over(text, sizeof(text));

		ipm_buf_printf(&name, "%s%" PRIu64, suffix, i);
		ipm_buf_byte(&name, 0);
		rc = put_part(job, id, text);
	}
	return rc;
}

static enum ipm_errc put_side(struct job *job, const char *name, const struct ipm_value *value)
{
	struct ipm_buf *buf = &job->out->buffer;
	enum ipm_errc rc;

	ipm_buf_printf(buf, "{\"name\":\"%s\",\"value\":", name);
	rc = ipm_cdp_remote_object(&job->cdp, value, 0, buf, job->err);
	ipm_buf_cstr(buf, ",\"writable\":true,\"configurable\":true,\"enumerable\":true,"
			  "\"isOwn\":true}");
	return rc;
}

/* All entries in one pass; asking for each by its id would look for it from the start. */
static enum ipm_errc put_entries(struct job *job, const struct ipm_object *object)
{
	struct ipm_entry_iter it;
	const struct ipm_value *key, *value;
	char suffix[40];
	uint64_t number = 0;
	enum ipm_errc rc;

	ipm_entry_iter_init(&it, &job->heap, object, 0);
	while (!(rc = ipm_entry_iter_next(&it, &key, &value, job->err)) && value &&
	       ipm_output_ok(job->out)) {
		snprintf(suffix, sizeof(suffix), ":entry:%" PRIu64, number++);
		put_key(job, object->id, suffix);
		ipm_buf_cstr(&job->out->buffer, "{\"result\":[");
		if (key) {
			rc = put_side(job, "key", key);
			ipm_buf_byte(&job->out->buffer, ',');
		}
		if (!rc)
			rc = put_side(job, "value", value);
		ipm_buf_cstr(&job->out->buffer, "]}");
		ipm_output_breathe(job->out);
		if (rc)
			break;
	}
	ipm_entry_iter_deinit(&it);
	return rc;
}

static enum ipm_errc put_parts(struct job *job, const struct ipm_object *object)
{
	struct ipm_cdp_parts parts = ipm_cdp_parts_of(object);
	enum ipm_errc rc = IPM_OK;

	if (parts.scopes)
		rc = put_part(job, object->id, ":scopes");
	if (!rc && parts.entries) {
		rc = put_part(job, object->id, ":entries");
		if (!rc)
			rc = put_entries(job, object);
	}
	if (!rc && parts.methods) {
		rc = put_part(job, object->id, ":methods");
		if (!rc)
			rc = put_numbered(job, object->id,
					  ":method:", ipm_cdp_method_count(&job->cdp, object));
	}
	if (!rc && parts.views8) {
		rc = put_part(job, object->id, ":int8");
		if (!rc)
			rc = put_part(job, object->id, ":uint8");
	}
	if (!rc && parts.views16)
		rc = put_part(job, object->id, ":int16");
	if (!rc && parts.views32)
		rc = put_part(job, object->id, ":int32");
	return rc;
}

/* What the protocol does not tell and `import` wants to know stands beside the listing. */
static void put_beside(struct job *job, const struct ipm_object *object)
{
	struct ipm_buf *buf = &job->out->buffer;
	bool view = (object->kind == IPM_KIND_TYPEDARRAY || object->kind == IPM_KIND_DATAVIEW) &&
		    object->first.type == IPM_VALUE_OBJECT;
	bool date = object->kind == IPM_KIND_DATE && !isnan(object->number);

	if ((!view && !date) || !ipm_buf_ok(buf) || !buf->len)
		return;
	buf->len--; /* inside the brace */
	if (view)
		ipm_buf_printf(buf,
			       ",\"view\":{\"buffer\":\"%s%" PRIu64 "\",\"byteOffset\":%" PRIu64
			       ",\"type\":\"%s\"}}",
			       job->cdp.object_id_prefix, object->first.object_id,
			       object->byte_offset, ipm_element_type_name(object->element_type));
	if (date) {
		ipm_buf_cstr(buf, ",\"time\":");
		ipm_json_put_double(buf, object->number);
		ipm_buf_byte(buf, '}');
	}
}

static bool put_object(void *self, const struct ipm_object *object)
{
	struct job *job = self;

	put_key(job, object->id, "");
	job->failed =
		ipm_cdp_object_properties(&job->cdp, object, &own, &job->out->buffer, job->err);
	if (!job->failed) {
		put_beside(job, object);
		job->failed = put_parts(job, object);
	}
	ipm_output_breathe(job->out);
	if (job->opts->progress && object->id % 4096 == 0)
		job->opts->progress(job->opts->progress_self, object->id,
				    ipm_reader_info(job->reader)->objects);
	return !job->failed && ipm_output_ok(job->out);
}

static bool put_piece(void *self, struct ipm_str piece)
{
	struct job *job = self;

	ipm_json_put_escaped(&job->out->buffer, piece);
	ipm_output_breathe(job->out);
	return ipm_output_ok(job->out);
}

static enum ipm_errc put_paused(struct job *job)
{
	const struct ipm_pause *pause;
	uint64_t i, count = ipm_reader_info(job->reader)->pauses;
	enum ipm_errc rc = IPM_OK;

	ipm_buf_cstr(&job->out->buffer, "{\"Paused\":[");
	for (i = 0; !rc && i < count; i++) {
		if (ipm_reader_pause(job->reader, i, &pause, NULL) != IPM_OK)
			continue; /* lost to damage; the others count */
		put_separator(job);
		rc = ipm_cdp_paused(&job->cdp, pause, &job->out->buffer, job->err);
		ipm_output_breathe(job->out);
	}
	ipm_buf_cstr(&job->out->buffer, "],\n\"RemoteObjects\":{");
	job->comma = false;
	return rc;
}

static enum ipm_errc put_scripts(struct job *job)
{
	const struct ipm_script *script;
	uint64_t i, count = ipm_reader_info(job->reader)->scripts;
	struct ipm_buf *buf = &job->out->buffer;
	enum ipm_errc rc = IPM_OK;

	ipm_buf_cstr(buf, "},\n\"Scripts\":{");
	job->comma = false;
	for (i = 0; !rc && i < count && ipm_output_ok(job->out); i++) {
		if (ipm_reader_script_at(job->reader, i, &script, NULL) != IPM_OK)
			continue;
		put_separator(job);
		ipm_buf_printf(buf, "\"%" PRIu64 "\":{\"params\":", script->id);
		rc = ipm_cdp_script_parsed(&job->cdp, script, buf, job->err);
		if (rc)
			break;
		ipm_buf_cstr(buf, ",\"source\":\"");
		if (script->has_source)
			rc = ipm_reader_text(job->reader, &script->source, 0, UINT64_MAX, put_piece,
					     job, job->err);
		ipm_buf_cstr(buf, "\"}");
		ipm_output_breathe(job->out);
	}
	ipm_buf_byte(buf, '}');
	return rc;
}

static bool gather(void *self, struct ipm_str piece)
{
	ipm_buf_str(self, piece);
	return ipm_buf_ok(self);
}

/* JSON lines, which may be cut: a text for the reader of this document to take apart. */
static void put_console(struct job *job)
{
	struct ipm_buf text = {.max = REPORT_MAX};
	const struct ipm_note *note;

	if (ipm_reader_note(job->reader, IPM_STR("console"), &note, NULL) == IPM_OK &&
	    ipm_reader_text(job->reader, &note->text, 0, UINT64_MAX, gather, &text, NULL) ==
		    IPM_OK &&
	    ipm_buf_ok(&text) && text.len) {
		ipm_buf_cstr(&job->out->buffer, ",\n\"Console\":");
		ipm_json_put_string(&job->out->buffer, ipm_buf_as_str(&text));
	}
	ipm_buf_deinit(&text);
}

/* The report is JSON already; a broken one (cut, say) is no reason to write broken JSON. */
static enum ipm_errc put_report(struct job *job)
{
	struct ipm_buf text = {.max = REPORT_MAX};
	const struct ipm_note *note;
	struct ipm_json json = {0};
	bool whole = false;

	if (ipm_reader_note(job->reader, IPM_STR("report"), &note, NULL) == IPM_OK)
		whole = ipm_reader_text(job->reader, &note->text, 0, UINT64_MAX, gather, &text,
					NULL) == IPM_OK &&
			ipm_buf_ok(&text) &&
			ipm_json_parse(&json, ipm_buf_as_str(&text), 0, NULL) == IPM_OK;
	ipm_buf_cstr(&job->out->buffer, ",\n\"Report\":");
	ipm_buf_str(&job->out->buffer, whole ? ipm_buf_as_str(&text) : IPM_STR("null"));
	ipm_json_deinit(&json);
	ipm_buf_deinit(&text);
	return IPM_OK;
}

static enum ipm_errc put_summary(struct job *job)
{
	struct ipm_crash_summary summary;
	enum ipm_errc rc = ipm_crash_summary_read(job->reader, &summary, job->err);

	if (rc)
		return rc;
	ipm_buf_cstr(&job->out->buffer, ",\n\"Summary\":");
	ipm_crash_summary_json(&summary, ipm_reader_meta(job->reader), &job->out->buffer);
	ipm_buf_cstr(&job->out->buffer, "}\n");
	ipm_crash_summary_deinit(&summary);
	return IPM_OK;
}

enum ipm_errc ipm_write_json(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			     struct ipm_output *out, struct ipm_error *err)
{
	struct job job = {.reader = reader, .opts = opts, .out = out, .err = err};
	uint64_t damaged;
	enum ipm_errc rc;

	job.heap = ipm_file_heap(reader);
	job.cdp = (struct ipm_cdp){.heap = &job.heap,
				   .object_id_prefix = "1.1.",
				   .no_missing_ids = true,
				   .between = breathe,
				   .between_self = out,
				   .cache = ipm_remote_cache_create()};
	rc = put_paused(&job);
	if (!rc)
		rc = ipm_reader_scan(reader, 1, put_object, &job, &damaged, err);
	if (!rc)
		rc = job.failed;
	if (!rc)
		rc = put_scripts(&job);
	if (!rc)
		rc = put_report(&job);
	if (!rc)
		put_console(&job);
	ipm_remote_cache_destroy(job.cdp.cache);
	return rc ? rc : put_summary(&job);
}
