/* SPDX-License-Identifier: MIT */
#include "scripts.h"

#include <stdlib.h>
#include <string.h>

#include "paused.h"

#define MAX_SCRIPTS 20000

void scripts_deinit(struct scripts *s)
{
	pool_deinit(&s->pool);
	free(s->at);
	*s = (struct scripts){0};
}

static void fill(struct scripts *s, struct ipm_json_ref params, struct ipm_script *script)
{
	script->url = json_pool_str(&s->pool, ipm_json_get(params, "url"));
	script->hash = json_pool_str(&s->pool, ipm_json_get(params, "hash"));
	script->source_map_url = json_pool_str(&s->pool, ipm_json_get(params, "sourceMapURL"));
	script->embedder_name = json_pool_str(&s->pool, ipm_json_get(params, "embedderName"));
	script->language = json_pool_str(&s->pool, ipm_json_get(params, "scriptLanguage"));
	script->start_line = ipm_json_int(ipm_json_get(params, "startLine"), 0);
	script->start_column = ipm_json_int(ipm_json_get(params, "startColumn"), 0);
	script->end_line = ipm_json_int(ipm_json_get(params, "endLine"), 0);
	script->end_column = ipm_json_int(ipm_json_get(params, "endColumn"), 0);
	script->execution_context_id = ipm_json_int(ipm_json_get(params, "executionContextId"), 0);
	script->length = (uint64_t)ipm_json_int(ipm_json_get(params, "length"), 0);
	script->is_module = ipm_json_bool(ipm_json_get(params, "isModule"), false);
	script->has_source_url = ipm_json_bool(ipm_json_get(params, "hasSourceURL"), false);
	script->is_live_edit = ipm_json_bool(ipm_json_get(params, "isLiveEdit"), false);
	script->source_missing = IPM_REASON_BYTES;
}

void scripts_add(struct scripts *s, struct ipm_json_ref params)
{
	struct ipm_location where = json_location(params);
	struct script_entry *grown;
	size_t capacity;

	if (!where.script_id || s->count >= MAX_SCRIPTS || scripts_find(s, where.script_id))
		return;
	if (s->count == s->capacity) {
		capacity = s->capacity ? s->capacity * 2 : 256;
		grown = realloc(s->at, capacity * sizeof(*grown));
		if (!grown)
			return;
		s->at = grown;
		s->capacity = capacity;
	}
	s->at[s->count] = (struct script_entry){.script.id = where.script_id};
	fill(s, params, &s->at[s->count].script);
	if (!pool_ok(&s->pool)) {
		s->pool.failed = false;
		return;
	}
	s->count++;
	if (where.script_id > s->max_id)
		s->max_id = where.script_id;
}

struct script_entry *scripts_find(struct scripts *s, uint64_t id)
{
	size_t low = 0, high = s->count, i;

	/* V8 numbers upwards; should it not have, look at them all. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->at[middle].script.id == id)
			return &s->at[middle];
		if (s->at[middle].script.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (id > s->max_id)
		return NULL;
	for (i = 0; i < s->count; i++)
		if (s->at[i].script.id == id)
			return &s->at[i];
	return NULL;
}

bool script_is_internal(const struct ipm_script *script)
{
	static const char *const schemes[] = {"node:", "ext:", "electron/js2c"};
	size_t i, n;

	for (i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		n = strlen(schemes[i]);
		if (script->url.len > n && !memcmp(script->url.data, schemes[i], n))
			return true;
	}
	return false;
}

bool script_is_library(const struct ipm_script *script)
{
	static const char folder[] = "/node_modules/";

	return script_is_internal(script) ||
	       (script->url.len &&
		memmem(script->url.data, script->url.len, folder, sizeof(folder) - 1));
}
