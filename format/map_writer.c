/* SPDX-License-Identifier: MIT */
#include "record_writer.h"

#include "bytes.h"
#include "pack.h"

/*
 * The records that are maps with names as keys: meta, scripts, pauses, notes, summary. What is
 * empty or zero is left out. The number of pairs is patched in at the end.
 */

enum { FRAMES_BYTES_MAX = 2 << 20 };

struct map {
	struct ipm_buf *out;
	size_t at; /* of the map 16 header */
	uint16_t pairs;
};

static struct map open_map(struct ipm_buf *out)
{
	struct map m = {.out = out, .at = out->len};

	ipm_buf_append(out, "\xde\0\0", 3);
	return m;
}

static void key(struct map *m, const char *name)
{
	ipm_pack_str(m->out, (struct ipm_str){name, __builtin_strlen(name)});
	m->pairs++;
}

static void close_map(struct map *m)
{
	if (!ipm_buf_ok(m->out))
		return;
	m->out->data[m->at + 1] = (uint8_t)(m->pairs >> 8);
	m->out->data[m->at + 2] = (uint8_t)m->pairs;
}

/* An array whose length is known at the end. */
static size_t open_array(struct ipm_buf *out)
{
	size_t at = out->len;

	ipm_buf_append(out, "\xdd\0\0\0\0", 5);
	return at;
}

static void close_array(struct ipm_buf *out, size_t at, size_t count)
{
	unsigned i;

	for (i = 0; i < 4 && ipm_buf_ok(out); i++)
		out->data[at + 1 + i] = (uint8_t)(count >> 8 * (3 - i));
}

static void put_str(struct map *m, const char *name, struct ipm_str str)
{
	if (str.len) {
		key(m, name);
		ipm_put_plain(m->out, str);
	}
}

static void put_uint(struct map *m, const char *name, uint64_t v)
{
	if (v) {
		key(m, name);
		ipm_pack_uint(m->out, v);
	}
}

static void put_int(struct map *m, const char *name, int64_t v)
{
	if (v) {
		key(m, name);
		ipm_pack_int(m->out, v);
	}
}

static void put_true(struct map *m, const char *name, bool v)
{
	if (v) {
		key(m, name);
		ipm_pack_bool(m->out, true);
	}
}

static void put_location(struct map *m, const char *name, const struct ipm_location *l)
{
	if (!l->script_id && !l->line && !l->column)
		return;
	key(m, name);
	ipm_pack_array(m->out, 3);
	ipm_pack_uint(m->out, l->script_id);
	ipm_pack_int(m->out, l->line);
	ipm_pack_int(m->out, l->column);
}

void ipm_put_meta(struct ipm_buf *out, const struct ipm_meta *m)
{
	struct map map = open_map(out);
	size_t i, at;

	put_str(&map, "tool", m->tool);
	put_str(&map, "channel", m->channel);
	put_str(&map, "runtime", m->runtime);
	put_str(&map, "nodeVersion", m->node_version);
	put_str(&map, "v8Version", m->v8_version);
	put_str(&map, "arch", m->arch);
	put_str(&map, "platform", m->platform);
	put_str(&map, "program", m->program);
	put_str(&map, "cwd", m->cwd);
	put_str(&map, "execPath", m->exec_path);
	put_str(&map, "contextName", m->context_name);
	put_str(&map, "hostname", m->hostname);
	put_uint(&map, "pid", m->pid);
	put_uint(&map, "time", m->time_ns);
	if (m->argc) {
		key(&map, "argv");
		at = open_array(out);
		for (i = 0; i < m->argc && out->len < FRAMES_BYTES_MAX; i++)
			ipm_put_plain(out, m->argv[i]);
		close_array(out, at, i);
	}
	close_map(&map);
}

void ipm_put_script(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_script *s)
{
	struct map map = open_map(out);

	put_uint(&map, "id", s->id);
	put_str(&map, "url", s->url);
	put_str(&map, "hash", s->hash);
	put_str(&map, "sourceMapURL", s->source_map_url);
	put_str(&map, "embedderName", s->embedder_name);
	put_str(&map, "language", s->language);
	put_int(&map, "startLine", s->start_line);
	put_int(&map, "startColumn", s->start_column);
	put_int(&map, "endLine", s->end_line);
	put_int(&map, "endColumn", s->end_column);
	put_int(&map, "executionContextId", s->execution_context_id);
	put_uint(&map, "length", s->length);
	put_true(&map, "isModule", s->is_module);
	put_true(&map, "hasSourceURL", s->has_source_url);
	put_true(&map, "isLiveEdit", s->is_live_edit);
	put_uint(&map, "sourceMissing", (uint64_t)s->source_missing);
	if (s->has_source) {
		key(&map, "source");
		ipm_put_text(w, out, &s->source);
	}
	if (s->has_source_map) {
		key(&map, "sourceMap");
		ipm_put_text(w, out, &s->source_map);
	}
	close_map(&map);
}

static void put_scope(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_scope_ref *s)
{
	struct map map = open_map(out);

	put_uint(&map, "type", (uint64_t)s->type);
	put_str(&map, "name", s->name);
	key(&map, "object");
	ipm_put_plain_value(w, out, &s->object);
	put_location(&map, "start", &s->start);
	put_location(&map, "end", &s->end);
	close_map(&map);
}

static void put_frame(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_frame *f)
{
	struct map map = open_map(out);
	size_t i, at;

	put_str(&map, "functionName", f->function_name);
	put_str(&map, "url", f->url);
	put_location(&map, "location", &f->location);
	put_location(&map, "functionLocation", &f->function_location);
	key(&map, "this");
	ipm_put_plain_value(w, out, &f->this_value);
	if (f->has_return_value) {
		key(&map, "returnValue");
		ipm_put_plain_value(w, out, &f->return_value);
	}
	put_true(&map, "canBeRestarted", f->can_be_restarted);
	put_uint(&map, "localsMissing", (uint64_t)f->locals_missing);
	if (f->scope_count) {
		key(&map, "scopes");
		at = open_array(out);
		for (i = 0; i < f->scope_count && i < IPM_INLINE_ITEMS_MAX; i++)
			put_scope(w, out, &f->scopes[i]);
		close_array(out, at, i);
	}
	close_map(&map);
}

static void put_call_site(struct ipm_buf *out, const struct ipm_call_site *site)
{
	struct map map = open_map(out);

	put_str(&map, "functionName", site->function_name);
	put_str(&map, "url", site->url);
	put_location(&map, "location", &site->location);
	close_map(&map);
}

static void put_async(struct ipm_buf *out, const struct ipm_async_stack *stack, size_t max_bytes)
{
	struct map map = open_map(out);
	size_t i, at;

	put_str(&map, "description", stack->description);
	if (stack->call_site_count) {
		key(&map, "callSites");
		at = open_array(out);
		for (i = 0; i < stack->call_site_count && out->len < max_bytes; i++)
			put_call_site(out, &stack->call_sites[i]);
		close_array(out, at, i);
	}
	close_map(&map);
}

void ipm_put_pause(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_pause *p)
{
	struct map map = open_map(out);
	size_t i, at, frames_max = out->len + FRAMES_BYTES_MAX;

	put_str(&map, "reason", p->reason);
	put_true(&map, "uncaught", p->uncaught);
	put_uint(&map, "time", p->time_ns);
	put_str(&map, "thread", p->thread);
	if (p->has_data) {
		key(&map, "data");
		ipm_put_plain_value(w, out, &p->data);
	}
	/* A stack overflow has thousands of frames: the deepest ones give way. */
	key(&map, "frames");
	at = open_array(out);
	for (i = 0; i < p->frame_count && i < IPM_LIST_MAX && out->len < frames_max; i++)
		put_frame(w, out, &p->frames[i]);
	close_array(out, at, i);
	put_uint(&map, "omittedFrames", p->omitted_frames + (p->frame_count - i));
	if (p->async_stack_count) {
		key(&map, "asyncStacks");
		at = open_array(out);
		frames_max += FRAMES_BYTES_MAX / 8;
		for (i = 0; i < p->async_stack_count && out->len < frames_max; i++)
			put_async(out, &p->async_stacks[i], frames_max);
		close_array(out, at, i);
	}
	close_map(&map);
}

void ipm_put_note(struct ipm_writer *w, struct ipm_buf *out, const struct ipm_note *n)
{
	struct map map = open_map(out);

	put_str(&map, "name", n->name);
	key(&map, "text");
	ipm_put_text(w, out, &n->text);
	close_map(&map);
}

void ipm_put_summary(struct ipm_buf *out, const struct ipm_summary *s)
{
	struct map map = open_map(out), omitted;
	int reason;

	put_uint(&map, "status", (uint64_t)s->status);
	put_uint(&map, "stoppedBy", (uint64_t)s->stopped_by);
	put_uint(&map, "redacted", s->redacted);
	put_uint(&map, "captureTime", s->capture_ns);
	key(&map, "omitted");
	omitted = open_map(out);
	for (reason = 1; reason < IPM_REASON_COUNT; reason++)
		put_uint(&omitted, ipm_reason_name((enum ipm_reason)reason), s->omitted[reason]);
	close_map(&omitted);
	close_map(&map);
}
