/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

/* Pauses, scripts and notes: few, read when first asked for, and kept as long as the reader. */

struct ipm_pause_entry {
	struct ipm_pause pause;
	uint64_t index;
	struct ipm_pause_entry *next;
};

enum ipm_errc ipm_reader_pause(struct ipm_reader *r, uint64_t index, const struct ipm_pause **ret,
			       struct ipm_error *err)
{
	struct ipm_pause_entry *entry;
	struct ipm_block *block;
	struct ipm_place place;
	struct ipm_decoder d;
	enum ipm_errc rc;

	for (entry = r->pauses; entry; entry = entry->next)
		if (entry->index == index) {
			*ret = &entry->pause;
			return IPM_OK;
		}
	rc = ipm_reader_find(r, IPM_BLOCK_PAUSES, index, &block, &place, err);
	if (!rc)
		rc = ipm_reader_hold(r, block, err);
	if (rc)
		return ipm_error_context(err, rc, "pause %llu", (unsigned long long)index);
	entry = ipm_arena_alloc(&r->arena, sizeof(*entry));
	if (!entry)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a pause");
	d = ipm_decoder_at(r, &r->arena, block, &place, err);
	if (!ipm_decode_pause(&d, &entry->pause))
		return ipm_error_context(err, ipm_reader_broken(r, d.rc), "pause %llu",
					 (unsigned long long)index);
	entry->index = index;
	entry->next = r->pauses;
	r->pauses = entry;
	*ret = &entry->pause;
	return IPM_OK;
}

/* For loading all records of a small kind at once. */
struct load_all {
	struct ipm_reader *r;
	struct ipm_block *last;
	size_t capacity;
	enum ipm_errc rc;
	struct ipm_error *err;
};

/* One hold per block, whatever the number of records in it. */
static bool hold_block(struct load_all *load, struct ipm_block *block)
{
	if (load->last == block)
		return true;
	load->last = block;
	block->refs++;
	load->rc = ipm_reader_hold(load->r, block, load->err);
	return !load->rc;
}

static bool grow(struct load_all *load, void *array, size_t count, size_t size)
{
	void **p = array, *grown;

	if (count < load->capacity)
		return true;
	load->capacity = load->capacity ? load->capacity * 2 : 64;
	grown = realloc(*p, load->capacity * size);
	if (!grown) {
		load->rc = ipm_fail(load->err, IPM_ERR_NO_MEMORY, "no memory for records");
		return false;
	}
	*p = grown;
	return true;
}

static bool load_script(void *self, struct ipm_block *block, struct ipm_place *place)
{
	struct load_all *load = self;
	struct ipm_reader *r = load->r;
	struct ipm_script *script;
	struct ipm_error ignored;
	struct ipm_decoder d;

	if (!hold_block(load, block) ||
	    !grow(load, &r->scripts, r->script_count, sizeof(*r->scripts)))
		return false;
	script = ipm_arena_alloc(&r->arena, sizeof(*script));
	if (!script) {
		load->rc = ipm_fail(load->err, IPM_ERR_NO_MEMORY, "no memory for scripts");
		return false;
	}
	d = ipm_decoder_at(r, &r->arena, block, place, &ignored);
	if (!ipm_decode_script(&d, script))
		ipm_reader_broken(r, d.rc);
	else
		r->scripts[r->script_count++] =
			(struct ipm_script_entry){.index = place->id, .script = script};
	return true;
}

static int by_script_id(const void *a, const void *b)
{
	const struct ipm_script *const *x = a, *const *y = b;

	return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

static enum ipm_errc load_scripts(struct ipm_reader *r, struct ipm_error *err)
{
	struct load_all load = {.r = r, .err = err};
	enum ipm_errc rc;
	size_t i;

	if (r->scripts_loaded)
		return IPM_OK;
	r->script_count = 0;
	rc = ipm_reader_each(r, IPM_BLOCK_SCRIPTS, 0, load_script, &load, NULL, err);
	if (!rc)
		rc = load.rc;
	if (rc)
		return rc;
	free(r->scripts_by_id);
	r->scripts_by_id = calloc(r->script_count + 1, sizeof(*r->scripts_by_id));
	if (!r->scripts_by_id)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for scripts");
	for (i = 0; i < r->script_count; i++)
		r->scripts_by_id[i] = r->scripts[i].script;
	if (r->script_count)
		qsort(r->scripts_by_id, r->script_count, sizeof(*r->scripts_by_id), by_script_id);
	r->scripts_loaded = true;
	return IPM_OK;
}

enum ipm_errc ipm_reader_script_at(struct ipm_reader *r, uint64_t index,
				   const struct ipm_script **ret, struct ipm_error *err)
{
	size_t low = 0, high;
	enum ipm_errc rc = load_scripts(r, err);

	if (rc)
		return rc;
	for (high = r->script_count; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (r->scripts[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == r->script_count || r->scripts[low].index != index)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "script at %llu: not in the file",
				(unsigned long long)index);
	*ret = r->scripts[low].script;
	return IPM_OK;
}

enum ipm_errc ipm_reader_script(struct ipm_reader *r, uint64_t script_id,
				const struct ipm_script **ret, struct ipm_error *err)
{
	size_t low = 0, high;
	enum ipm_errc rc = load_scripts(r, err);

	if (rc)
		return rc;
	for (high = r->script_count; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (r->scripts_by_id[middle]->id < script_id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == r->script_count || r->scripts_by_id[low]->id != script_id)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "script %llu: not in the file",
				(unsigned long long)script_id);
	*ret = r->scripts_by_id[low];
	return IPM_OK;
}

static bool load_note(void *self, struct ipm_block *block, struct ipm_place *place)
{
	struct load_all *load = self;
	struct ipm_reader *r = load->r;
	struct ipm_note note = {0};
	struct ipm_error ignored;
	struct ipm_decoder d;

	if (!hold_block(load, block) || !grow(load, &r->notes, r->note_count, sizeof(*r->notes)))
		return false;
	d = ipm_decoder_at(r, &r->arena, block, place, &ignored);
	if (!ipm_decode_note(&d, &note))
		ipm_reader_broken(r, d.rc);
	else
		r->notes[r->note_count++] = note;
	return true;
}

enum ipm_errc ipm_reader_note(struct ipm_reader *r, struct ipm_str name,
			      const struct ipm_note **ret, struct ipm_error *err)
{
	struct load_all load = {.r = r, .err = err};
	enum ipm_errc rc;
	size_t i;

	if (!r->notes_loaded) {
		r->note_count = 0;
		rc = ipm_reader_each(r, IPM_BLOCK_NOTES, 0, load_note, &load, NULL, err);
		if (!rc)
			rc = load.rc;
		if (rc)
			return rc;
		r->notes_loaded = true;
	}
	for (i = 0; i < r->note_count; i++)
		if (r->notes[i].name.len == name.len &&
		    !memcmp(r->notes[i].name.data, name.data, name.len)) {
			*ret = &r->notes[i];
			return IPM_OK;
		}
	return ipm_fail(err, IPM_ERR_NOT_FOUND, "note %.*s: not in the file",
			(int)(name.len > 64 ? 64 : name.len), name.data);
}
