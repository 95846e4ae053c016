/* SPDX-License-Identifier: MIT */
/* The scripts: those of the frames with their sources before the walk, the others after it. */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "engine.h"
#include "find_source_map.h"

/*
 * Sources must not crowd out the objects: at most this part of the file budget goes to scripts
 * of frames, and to the others. Counted before compression, so that much less is used.
 */
#define FRAME_SOURCES_PART 2
#define OTHER_SOURCES_PART 4

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

static enum ipm_errc write_by_id(struct run *run, uint64_t id, uint64_t *budget,
				 struct ipm_error *err)
{
	struct script_entry *entry = scripts_find(&run->capture->scripts, id);
	bool with_source;

	if (!entry || entry->written)
		return IPM_OK;
	with_source = entry->script.length <= *budget;
	if (with_source)
		*budget -= entry->script.length;
	else
		entry->script.source_missing = IPM_REASON_BYTES;
	return write_script(run, entry, with_source, err);
}

enum ipm_errc run_write_frame_scripts(struct run *run, const struct ipm_pause *pause,
				      struct ipm_error *err)
{
	uint64_t budget = run->capture->limits.max_bytes / FRAME_SOURCES_PART;
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < pause->frame_count; i++) {
		rc = write_by_id(run, pause->frames[i].location.script_id, &budget, err);
		if (!rc)
			rc = write_by_id(run, pause->frames[i].function_location.script_id, &budget,
					 err);
	}
	return rc;
}

static bool is_internal(const struct ipm_script *script)
{
	return !script->url.len || script_is_internal(script);
}

enum ipm_errc run_write_other_scripts(struct run *run, struct ipm_error *err)
{
	struct scripts *scripts = &run->capture->scripts;
	uint64_t budget = run->capture->limits.max_bytes / OTHER_SOURCES_PART;
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < scripts->count; i++) {
		struct script_entry *entry = &scripts->at[i];
		bool with_source;

		if (entry->written ||
		    (entry->script.id && entry->script.id == run->capture->opts.own_script_id))
			continue;
		with_source = !is_internal(&entry->script) && !run->target.gone &&
			      entry->script.length <= budget && ipm_monotonic_ns() < run->stop_ns;
		if (with_source)
			budget -= entry->script.length;
		else
			entry->script.source_missing =
				is_internal(&entry->script) ? IPM_REASON_BYTES : IPM_REASON_TIME;
		rc = write_script(run, entry, with_source, err);
	}
	return rc;
}
