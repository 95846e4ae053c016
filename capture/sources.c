/* SPDX-License-Identifier: MIT */
/* The scripts: those of the frames with their sources before the walk, the others after it. */
#include <inttypes.h>
#include <string.h>

#include "bytes.h"
#include "clock.h"
#include "engine.h"
#include "find_source_map.h"
#include "wtf8.h"

/*
 * Sources must not crowd out the objects: at most this part of the file budget goes to scripts
 * of frames, and to the others. Counted before compression, so that much less is used.
 */
#define FRAME_SOURCES_PART 2
#define OTHER_SOURCES_PART 4
#define MAX_REFETCHED	   ((uint64_t)16 << 20)

void sources_init(struct run *run)
{
	struct scripts *scripts = &run->capture->scripts;
	size_t i;

	/* An earlier capture, of an error that was handled after all, may have written them. */
	for (i = 0; i < scripts->count; i++) {
		scripts->at[i].written = false;
		scripts->at[i].script.has_source = false;
		scripts->at[i].script.source_missing = IPM_REASON_BYTES;
	}
	run->frame_sources_left = run->capture->limits.max_bytes / FRAME_SOURCES_PART;
	run->other_sources_left = run->capture->limits.max_bytes / OTHER_SOURCES_PART;
	run->refetch_left = MAX_REFETCHED;
}

/* Into `ret`. False: there is none, and *reason says why. */
static bool fetch_source(struct run *run, uint64_t id, struct ipm_buf *ret, enum ipm_reason *reason)
{
	struct target *t = &run->target;
	struct ipm_json_ref result;
	struct ipm_error err;

	ipm_buf_reset(ret);
	ipm_buf_reset(&t->params);
	ipm_buf_printf(&t->params, "{\"scriptId\":\"%" PRIu64 "\"}", id);
	if (target_call(t, "Debugger.getScriptSource", &result, &err)) {
		*reason = t->gone ? IPM_REASON_GONE : IPM_REASON_FAILED;
		return false;
	}
	if (ipm_json_type(ipm_json_get(result, "bytecode")) == IPM_JSON_STRING) {
		*reason = IPM_REASON_UNSUPPORTED;
		return false;
	}
	*reason = IPM_REASON_FAILED;
	return ipm_json_string(ipm_json_get(result, "scriptSource"), ret) && ipm_buf_ok(ret);
}

static enum ipm_errc write_script(struct run *run, struct script_entry *entry, bool with_source,
				  struct ipm_error *err)
{
	struct ipm_buf source = IPM_BUF_INIT, map = IPM_BUF_INIT;
	struct ipm_script *script = &entry->script;
	enum ipm_errc rc = IPM_OK;

	if (with_source && fetch_source(run, script->id, &source, &script->source_missing)) {
		rc = ipm_writer_text(run->writer, ipm_buf_as_str(&source), &script->source, err);
		if (!script->length)
			script->length = script->source.length;
		script->has_source = !rc;
		script->source_missing = IPM_REASON_NONE;
	}
	if (!rc && script->has_source &&
	    source_map_find(script->source_map_url, script->url, !run->capture->opts.no_local_files,
			    &map)) {
		rc = ipm_writer_text(run->writer, ipm_buf_as_str(&map), &script->source_map, err);
		script->has_source_map = !rc;
	}
	if (!rc)
		rc = ipm_writer_script(run->writer, script, err);
	if (!rc && script->has_source)
		source_cache_put(&run->sources, script->id, &source);
	ipm_buf_deinit(&source);
	ipm_buf_deinit(&map);
	if (rc)
		return rc;
	script->source = script->source_map = (struct ipm_text){0};
	script->has_source_map = false;
	entry->written = true;
	run->result.scripts++;
	return IPM_OK;
}

static enum ipm_errc write_by_id(struct run *run, uint64_t id, struct ipm_error *err)
{
	struct script_entry *entry = scripts_find(&run->capture->scripts, id);
	bool with_source;

	if (!entry || entry->written)
		return IPM_OK;
	with_source = entry->script.length <= run->frame_sources_left;
	if (with_source)
		run->frame_sources_left -= entry->script.length;
	else
		entry->script.source_missing = IPM_REASON_BYTES;
	return write_script(run, entry, with_source, err);
}

enum ipm_errc run_write_frame_scripts(struct run *run, const struct ipm_pause *pause,
				      struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < pause->frame_count; i++) {
		rc = write_by_id(run, pause->frames[i].location.script_id, err);
		if (!rc)
			rc = write_by_id(run, pause->frames[i].function_location.script_id, err);
	}
	return rc;
}

static bool is_internal(const struct ipm_script *script)
{
	return !script->url.len || script_is_internal(script);
}

/* One that lies in no frame. */
static enum ipm_errc write_other(struct run *run, struct script_entry *entry, struct ipm_error *err)
{
	bool internal = is_internal(&entry->script), with_source;

	with_source = !internal && !run->target.gone &&
		      entry->script.length <= run->other_sources_left &&
		      ipm_monotonic_ns() < run->stop_ns;
	if (with_source)
		run->other_sources_left -= entry->script.length;
	else
		entry->script.source_missing = internal ? IPM_REASON_BYTES : IPM_REASON_TIME;
	return write_script(run, entry, with_source, err);
}

static bool is_own(const struct run *run, const struct script_entry *entry)
{
	return entry->script.id && entry->script.id == run->capture->opts.own_script_id;
}

enum ipm_errc run_write_other_scripts(struct run *run, struct ipm_error *err)
{
	struct scripts *scripts = &run->capture->scripts;
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < scripts->count; i++)
		if (!scripts->at[i].written && !is_own(run, &scripts->at[i]))
			rc = write_other(run, &scripts->at[i], err);
	return rc;
}

static const struct cached_source *source_of(struct run *run, const struct ipm_script *script)
{
	const struct cached_source *source = source_cache_get(&run->sources, script->id);
	struct ipm_buf text = IPM_BUF_INIT;
	enum ipm_reason reason;

	if (source || script->length > SOURCE_CACHE_BYTES || script->length > run->refetch_left)
		return source;
	run->refetch_left -= script->length;
	if (fetch_source(run, script->id, &text, &reason))
		source_cache_put(&run->sources, script->id, &text);
	ipm_buf_deinit(&text);
	return source_cache_get(&run->sources, script->id);
}

/* Is it a piece of the script, which is in the file? */
static bool place(struct run *run, const struct ipm_script *script,
		  const struct ipm_location *location, struct ipm_text *text)
{
	const struct cached_source *source = source_of(run, script);
	int64_t line = location->line - script->start_line;
	int64_t column = location->column - (line ? 0 : script->start_column);

	if (!source || !source_find(source, text->str, line, column, &text->start))
		return false;
	text->str = (struct ipm_str){0};
	text->script_id = script->id;
	return true;
}

/* Where the function is; of one that nobody was asked about, where another of its text is. */
static struct ipm_location place_of(struct run *run, const struct ipm_object *function)
{
	uint32_t checksum = ipm_crc32c(0, function->text.str.data, function->text.str.len);
	struct same_text *same = &run->same_texts[checksum % SAME_TEXTS];

	if (function->location.script_id)
		*same = (struct same_text){checksum, function->location};
	else if (same->checksum == checksum)
		return same->location;
	return function->location;
}

enum ipm_errc run_place_text(struct run *run, struct ipm_object *function, struct ipm_error *err)
{
	struct ipm_text *text = &function->text;
	uint64_t longest = run->capture->limits.max_string, units;
	struct ipm_location location;
	struct script_entry *entry;
	enum ipm_errc rc;
	bool split;

	if (!text->str.len)
		return IPM_OK;
	units = ipm_wtf8_units(text->str);
	location = place_of(run, function);
	entry = scripts_find(&run->capture->scripts, location.script_id);
	if (entry && !is_own(run, entry) && !is_internal(&entry->script)) {
		rc = entry->written ? IPM_OK : write_other(run, entry, err);
		if (rc)
			return rc;
		/* Equality is proven, so the whole of it has to be here. */
		if (entry->script.has_source && text->length == units &&
		    place(run, &entry->script, &location, text))
			return IPM_OK;
	}
	if (units > longest) {
		text->str.len = ipm_wtf8_offset(text->str, longest, &split);
		run->omitted[IPM_REASON_STRING] += text->length == units;
	}
	return IPM_OK;
}
