/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <string.h>

/*
 * The records that are maps: meta, scripts, pauses, notes, summary. Unknown keys are skipped; a
 * known key with a value of another type is a damaged record.
 */

static bool bad(struct ipm_decoder *d)
{
	return ipm_decode_fail(d, IPM_ERR_BAD_DATA, "a record that makes no sense");
}

/* The map at the cursor, pair by pair: `each` decodes the value of `name` or returns false. */
typedef bool (*pair_fn)(struct ipm_decoder *d, struct ipm_str name, void *self);

static bool each_pair(struct ipm_decoder *d, pair_fn each, void *self)
{
	uint32_t pairs;
	struct ipm_str name;

	if (!ipm_cursor_map(&d->c, &pairs))
		return bad(d);
	while (pairs--) {
		if (!ipm_decode_str(d, &name) || !each(d, name, self))
			return false;
	}
	return true;
}

static bool is(struct ipm_str name, const char *literal)
{
	return name.len == strlen(literal) && !memcmp(name.data, literal, name.len);
}

static bool decode_int(struct ipm_decoder *d, int64_t *ret)
{
	return ipm_cursor_int(&d->c, ret) || bad(d);
}

static bool decode_bool(struct ipm_decoder *d, bool *ret)
{
	struct ipm_item item;

	if (!ipm_cursor_next(&d->c, &item) || item.type != IPM_ITEM_BOOL)
		return bad(d);
	*ret = item.boolean;
	return true;
}

static bool decode_reason(struct ipm_decoder *d, enum ipm_reason *ret)
{
	uint64_t v;

	if (!ipm_decode_uint(d, &v))
		return false;
	*ret = v < IPM_REASON_COUNT ? (enum ipm_reason)v : IPM_REASON_UNSUPPORTED;
	return true;
}

static bool decode_location(struct ipm_decoder *d, struct ipm_location *ret)
{
	uint32_t count;

	if (!ipm_cursor_array(&d->c, &count) || count != 3)
		return bad(d);
	return ipm_decode_uint(d, &ret->script_id) && decode_int(d, &ret->line) &&
	       decode_int(d, &ret->column);
}

/* An array's length and zeroed memory for it. */
static void *decode_list(struct ipm_decoder *d, size_t size, size_t *ret_count)
{
	uint32_t count;

	if (!ipm_cursor_array(&d->c, &count)) {
		bad(d);
		return NULL;
	}
	*ret_count = count;
	return ipm_decode_array(d, count, size);
}

static bool meta_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_meta *m = self;
	const struct {
		const char *name;
		struct ipm_str *field;
	} fields[] = {
		{"tool", &m->tool},
		{"channel", &m->channel},
		{"runtime", &m->runtime},
		{"nodeVersion", &m->node_version},
		{"v8Version", &m->v8_version},
		{"arch", &m->arch},
		{"platform", &m->platform},
		{"program", &m->program},
		{"cwd", &m->cwd},
		{"execPath", &m->exec_path},
		{"contextName", &m->context_name},
		{"hostname", &m->hostname},
	};
	struct ipm_str *argv;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (is(name, fields[i].name))
			return ipm_decode_str(d, fields[i].field);
	if (is(name, "pid"))
		return ipm_decode_uint(d, &m->pid);
	if (is(name, "time"))
		return ipm_decode_uint(d, &m->time_ns);
	if (!is(name, "argv"))
		return ipm_decode_skip(d);
	argv = decode_list(d, sizeof(*argv), &m->argc);
	if (!argv)
		return false;
	for (i = 0; i < m->argc; i++)
		if (!ipm_decode_str(d, &argv[i]))
			return false;
	m->argv = argv;
	return true;
}

bool ipm_decode_meta(struct ipm_decoder *d, struct ipm_meta *ret)
{
	return each_pair(d, meta_pair, ret);
}

static bool omitted_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_summary *s = self;
	int reason;

	for (reason = 1; reason < IPM_REASON_COUNT; reason++)
		if (is(name, ipm_reason_name((enum ipm_reason)reason)))
			return ipm_decode_uint(d, &s->omitted[reason]);
	return ipm_decode_skip(d);
}

static bool summary_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_summary *s = self;
	uint64_t v;

	if (is(name, "status")) {
		if (!ipm_decode_uint(d, &v))
			return false;
		s->status = v <= IPM_STATUS_ERROR ? (enum ipm_file_status)v : IPM_STATUS_ERROR;
		return true;
	}
	if (is(name, "stoppedBy"))
		return decode_reason(d, &s->stopped_by);
	if (is(name, "redacted"))
		return ipm_decode_uint(d, &s->redacted);
	if (is(name, "captureTime"))
		return ipm_decode_uint(d, &s->capture_ns);
	if (is(name, "omitted"))
		return each_pair(d, omitted_pair, s);
	return ipm_decode_skip(d);
}

bool ipm_decode_summary(struct ipm_decoder *d, struct ipm_summary *ret)
{
	return each_pair(d, summary_pair, ret);
}

static bool scope_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_scope_ref *s = self;
	uint64_t type;

	if (is(name, "type")) {
		if (!ipm_decode_uint(d, &type))
			return false;
		s->type = type < IPM_SCOPE_COUNT ? (enum ipm_scope_type)type : IPM_SCOPE_CLOSURE;
		return true;
	}
	if (is(name, "name"))
		return ipm_decode_str(d, &s->name);
	if (is(name, "object"))
		return ipm_decode_value(d, &s->object);
	if (is(name, "start"))
		return decode_location(d, &s->start);
	if (is(name, "end"))
		return decode_location(d, &s->end);
	return ipm_decode_skip(d);
}

static bool frame_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_frame *f = self;
	struct ipm_scope_ref *scopes;
	size_t i;

	if (is(name, "functionName"))
		return ipm_decode_str(d, &f->function_name);
	if (is(name, "url"))
		return ipm_decode_str(d, &f->url);
	if (is(name, "location"))
		return decode_location(d, &f->location);
	if (is(name, "functionLocation"))
		return decode_location(d, &f->function_location);
	if (is(name, "this"))
		return ipm_decode_value(d, &f->this_value);
	if (is(name, "returnValue")) {
		f->has_return_value = true;
		return ipm_decode_value(d, &f->return_value);
	}
	if (is(name, "canBeRestarted"))
		return decode_bool(d, &f->can_be_restarted);
	if (is(name, "localsMissing"))
		return decode_reason(d, &f->locals_missing);
	if (!is(name, "scopes"))
		return ipm_decode_skip(d);
	scopes = decode_list(d, sizeof(*scopes), &f->scope_count);
	if (!scopes)
		return false;
	for (i = 0; i < f->scope_count; i++)
		if (!each_pair(d, scope_pair, &scopes[i]))
			return false;
	f->scopes = scopes;
	return true;
}

static bool call_site_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_call_site *site = self;

	if (is(name, "functionName"))
		return ipm_decode_str(d, &site->function_name);
	if (is(name, "url"))
		return ipm_decode_str(d, &site->url);
	if (is(name, "location"))
		return decode_location(d, &site->location);
	return ipm_decode_skip(d);
}

static bool async_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_async_stack *stack = self;
	struct ipm_call_site *sites;
	size_t i;

	if (is(name, "description"))
		return ipm_decode_str(d, &stack->description);
	if (!is(name, "callSites"))
		return ipm_decode_skip(d);
	sites = decode_list(d, sizeof(*sites), &stack->call_site_count);
	if (!sites)
		return false;
	for (i = 0; i < stack->call_site_count; i++)
		if (!each_pair(d, call_site_pair, &sites[i]))
			return false;
	stack->call_sites = sites;
	return true;
}

static bool pause_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_pause *p = self;
	struct ipm_async_stack *stacks;
	struct ipm_frame *frames;
	size_t i;

	if (is(name, "reason"))
		return ipm_decode_str(d, &p->reason);
	if (is(name, "uncaught"))
		return decode_bool(d, &p->uncaught);
	if (is(name, "time"))
		return ipm_decode_uint(d, &p->time_ns);
	if (is(name, "thread"))
		return ipm_decode_str(d, &p->thread);
	if (is(name, "data")) {
		p->has_data = true;
		return ipm_decode_value(d, &p->data);
	}
	if (is(name, "omittedFrames"))
		return ipm_decode_uint(d, &p->omitted_frames);
	if (is(name, "frames")) {
		frames = decode_list(d, sizeof(*frames), &p->frame_count);
		if (!frames)
			return false;
		for (i = 0; i < p->frame_count; i++)
			if (!each_pair(d, frame_pair, &frames[i]))
				return false;
		p->frames = frames;
		return true;
	}
	if (is(name, "asyncStacks")) {
		stacks = decode_list(d, sizeof(*stacks), &p->async_stack_count);
		if (!stacks)
			return false;
		for (i = 0; i < p->async_stack_count; i++)
			if (!each_pair(d, async_pair, &stacks[i]))
				return false;
		p->async_stacks = stacks;
		return true;
	}
	return ipm_decode_skip(d);
}

bool ipm_decode_pause(struct ipm_decoder *d, struct ipm_pause *ret)
{
	return each_pair(d, pause_pair, ret);
}

static bool script_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_script *s = self;

	if (is(name, "id"))
		return ipm_decode_uint(d, &s->id);
	if (is(name, "url"))
		return ipm_decode_str(d, &s->url);
	if (is(name, "hash"))
		return ipm_decode_str(d, &s->hash);
	if (is(name, "sourceMapURL"))
		return ipm_decode_str(d, &s->source_map_url);
	if (is(name, "embedderName"))
		return ipm_decode_str(d, &s->embedder_name);
	if (is(name, "language"))
		return ipm_decode_str(d, &s->language);
	if (is(name, "startLine"))
		return decode_int(d, &s->start_line);
	if (is(name, "startColumn"))
		return decode_int(d, &s->start_column);
	if (is(name, "endLine"))
		return decode_int(d, &s->end_line);
	if (is(name, "endColumn"))
		return decode_int(d, &s->end_column);
	if (is(name, "executionContextId"))
		return decode_int(d, &s->execution_context_id);
	if (is(name, "length"))
		return ipm_decode_uint(d, &s->length);
	if (is(name, "isModule"))
		return decode_bool(d, &s->is_module);
	if (is(name, "hasSourceURL"))
		return decode_bool(d, &s->has_source_url);
	if (is(name, "isLiveEdit"))
		return decode_bool(d, &s->is_live_edit);
	if (is(name, "sourceMissing"))
		return decode_reason(d, &s->source_missing);
	if (is(name, "source")) {
		s->has_source = true;
		return ipm_decode_text(d, &s->source);
	}
	if (is(name, "sourceMap")) {
		s->has_source_map = true;
		return ipm_decode_text(d, &s->source_map);
	}
	return ipm_decode_skip(d);
}

bool ipm_decode_script(struct ipm_decoder *d, struct ipm_script *ret)
{
	return each_pair(d, script_pair, ret);
}

static bool note_pair(struct ipm_decoder *d, struct ipm_str name, void *self)
{
	struct ipm_note *n = self;

	if (is(name, "name"))
		return ipm_decode_str(d, &n->name);
	if (is(name, "text"))
		return ipm_decode_text(d, &n->text);
	return ipm_decode_skip(d);
}

bool ipm_decode_note(struct ipm_decoder *d, struct ipm_note *ret)
{
	return each_pair(d, note_pair, ret);
}
