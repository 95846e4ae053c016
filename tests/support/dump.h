/* SPDX-License-Identifier: MIT */
#ifndef IPM_DUMP_H
#define IPM_DUMP_H

/*
 * A crash file as JSON, record by record, exactly as stored: what the conformance vectors in
 * spec/vectors hold, and what tests compare. Section 10 of spec/inspmort.md describes this JSON.
 */

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "buf.h"
#include "ipm_reader.h"
#include "json.h"

static inline void dump_name(struct ipm_buf *out, const char *name, bool *first)
{
	if (!*first)
		ipm_buf_byte(out, ',');
	*first = false;
	ipm_buf_printf(out, "\"%s\":", name);
}

static inline void dump_uint(struct ipm_buf *out, const char *name, uint64_t v, bool *first)
{
	if (!v)
		return;
	dump_name(out, name, first);
	ipm_buf_printf(out, "%" PRIu64, v);
}

static inline void dump_int(struct ipm_buf *out, const char *name, int64_t v, bool *first)
{
	if (!v)
		return;
	dump_name(out, name, first);
	ipm_buf_printf(out, "%" PRId64, v);
}

static inline void dump_true(struct ipm_buf *out, const char *name, bool v, bool *first)
{
	if (!v)
		return;
	dump_name(out, name, first);
	ipm_buf_cstr(out, "true");
}

static inline void dump_str(struct ipm_buf *out, const char *name, struct ipm_str v, bool *first)
{
	if (!v.len)
		return;
	dump_name(out, name, first);
	ipm_json_put_string(out, v);
}

static inline void dump_slices(struct ipm_buf *out, const char *name, const struct ipm_slices *s,
			       bool *first)
{
	if (!s->count)
		return;
	dump_name(out, name, first);
	ipm_buf_printf(out, "[%" PRIu64 ",%" PRIu64 ",%" PRIu32 "]", s->first, s->count,
		       s->per_slice);
}

static inline void dump_text(struct ipm_buf *out, const struct ipm_text *t)
{
	bool first = true;

	if (t->script_id) {
		ipm_buf_printf(out,
			       "{\"script\":%" PRIu64 ",\"start\":%" PRIu64 ",\"length\":%" PRIu64
			       "}",
			       t->script_id, t->start, t->length);
		return;
	}
	if (!t->slices.count && t->length == ipm_wtf8_units(t->str)) {
		ipm_json_put_string(out, t->str);
		return;
	}
	ipm_buf_byte(out, '{');
	dump_name(out, "beginning", &first);
	ipm_json_put_string(out, t->str);
	dump_name(out, "length", &first);
	ipm_buf_printf(out, "%" PRIu64, t->length);
	dump_slices(out, "slices", &t->slices, &first);
	ipm_buf_byte(out, '}');
}

static inline void dump_double(struct ipm_buf *out, double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	if (isnan(d))
		bits = UINT64_C(0x7ff8000000000000);
	ipm_buf_printf(out, "{\"double\":\"%016" PRIx64 "\"}", bits);
}

static inline void dump_value(struct ipm_buf *out, const struct ipm_value *v)
{
	bool first = true;

	switch (v->type) {
	case IPM_VALUE_UNDEFINED:
		ipm_buf_cstr(out, "{\"undefined\":true}");
		break;
	case IPM_VALUE_NULL:
		ipm_buf_cstr(out, "null");
		break;
	case IPM_VALUE_BOOLEAN:
		ipm_buf_cstr(out, v->boolean ? "true" : "false");
		break;
	case IPM_VALUE_INTEGER:
		ipm_buf_printf(out, "%" PRId64, v->integer);
		break;
	case IPM_VALUE_NUMBER:
		dump_double(out, v->number);
		break;
	case IPM_VALUE_STRING:
		dump_text(out, &v->string);
		break;
	case IPM_VALUE_BIGINT:
		ipm_buf_cstr(out, "{\"bigint\":");
		dump_text(out, &v->string);
		ipm_buf_byte(out, '}');
		break;
	case IPM_VALUE_OBJECT:
		ipm_buf_printf(out, "{\"object\":%" PRIu64 "}", v->object_id);
		break;
	case IPM_VALUE_ACCESSOR:
		ipm_buf_printf(out, "{\"get\":%" PRIu64 ",\"set\":%" PRIu64 "}", v->accessor.get,
			       v->accessor.set);
		break;
	case IPM_VALUE_HOLES:
		ipm_buf_printf(out, "{\"holes\":%" PRIu64 "}", v->holes);
		break;
	case IPM_VALUE_OMITTED:
		ipm_buf_byte(out, '{');
		dump_name(out, "omitted", &first);
		ipm_buf_printf(out, "\"%s\"", ipm_reason_name(v->omitted.reason));
		dump_uint(out, "size", v->omitted.size, &first);
		dump_str(out, "type", v->omitted.type_name, &first);
		ipm_buf_byte(out, '}');
		break;
	}
}

static inline void dump_values(struct ipm_buf *out, const char *name,
			       const struct ipm_value *values, size_t count, bool *first)
{
	size_t i;

	if (!count)
		return;
	dump_name(out, name, first);
	for (i = 0; i < count; i++) {
		ipm_buf_byte(out, i ? ',' : '[');
		dump_value(out, &values[i]);
	}
	ipm_buf_byte(out, ']');
}

/* [[name, flags, symbol id, value], …] */
static inline void dump_properties(struct ipm_buf *out, const char *name,
				   const struct ipm_property *p, size_t count, bool *first)
{
	size_t i;

	if (!count)
		return;
	dump_name(out, name, first);
	for (i = 0; i < count; i++) {
		ipm_buf_cstr(out, i ? ",[" : "[[");
		ipm_json_put_string(out, p[i].name);
		ipm_buf_printf(out, ",%u,%" PRIu64 ",", p[i].flags, p[i].symbol_id);
		dump_value(out, &p[i].value);
		ipm_buf_byte(out, ']');
	}
	ipm_buf_byte(out, ']');
}

static inline void dump_location(struct ipm_buf *out, const char *name,
				 const struct ipm_location *l, bool *first)
{
	if (!l->script_id && !l->line && !l->column)
		return;
	dump_name(out, name, first);
	ipm_buf_printf(out, "[%" PRIu64 ",%" PRId64 ",%" PRId64 "]", l->script_id, l->line,
		       l->column);
}

static inline void dump_hex(struct ipm_buf *out, const char *name, struct ipm_bytes bytes,
			    bool *first)
{
	size_t i;

	if (!bytes.len)
		return;
	dump_name(out, name, first);
	ipm_buf_byte(out, '"');
	for (i = 0; i < bytes.len; i++)
		ipm_buf_printf(out, "%02x", bytes.data[i]);
	ipm_buf_byte(out, '"');
}

static inline void dump_full_text(struct ipm_buf *out, const char *name, const struct ipm_text *t,
				  bool *first)
{
	if (!t->str.len && !t->length && !t->slices.count && !t->script_id)
		return;
	dump_name(out, name, first);
	dump_text(out, t);
}

static inline void dump_other_value(struct ipm_buf *out, const char *name,
				    const struct ipm_value *v, bool *first)
{
	if (v->type == IPM_VALUE_UNDEFINED)
		return;
	dump_name(out, name, first);
	dump_value(out, v);
}

static inline void dump_object(struct ipm_buf *out, const struct ipm_object *o)
{
	bool first = true;
	size_t i;

	ipm_buf_byte(out, '{');
	dump_uint(out, "kind", (uint64_t)o->kind, &first);
	dump_str(out, "class", o->class_name, &first);
	dump_str(out, "description", o->description, &first);
	dump_str(out, "subtype", o->subtype, &first);
	dump_other_value(out, "proto", &o->proto, &first);
	dump_properties(out, "properties", o->properties, o->property_count, &first);
	dump_slices(out, "moreProperties", &o->more_properties, &first);
	dump_properties(out, "privates", o->privates, o->private_count, &first);
	dump_properties(out, "internals", o->internals, o->internal_count, &first);
	dump_uint(out, "length", o->length, &first);
	dump_values(out, "elements", o->elements, o->element_count, &first);
	dump_slices(out, "moreElements", &o->more_elements, &first);
	dump_full_text(out, "text", &o->text, &first);
	dump_location(out, "location", &o->location, &first);
	if (o->scope_count) {
		dump_name(out, "scopes", &first);
		for (i = 0; i < o->scope_count; i++)
			ipm_buf_printf(out, "%c%" PRIu64, i ? ',' : '[', o->scopes[i]);
		ipm_buf_byte(out, ']');
	}
	dump_other_value(out, "first", &o->first, &first);
	dump_other_value(out, "second", &o->second, &first);
	if (o->kind == IPM_KIND_DATE) {
		dump_name(out, "number", &first);
		dump_double(out, o->number);
	}
	dump_uint(out, "state", o->state, &first);
	dump_uint(out, "scopeType", (uint64_t)o->scope_type, &first);
	dump_uint(out, "elementType", (uint64_t)o->element_type, &first);
	dump_uint(out, "byteOffset", o->byte_offset, &first);
	dump_hex(out, "bytes", o->bytes, &first);
	dump_slices(out, "byteSlices", &o->byte_slices, &first);
	if (o->omitted_reason != IPM_REASON_NONE) {
		dump_name(out, "omitted", &first);
		ipm_buf_printf(out, "[\"%s\",%" PRIu64 ",%" PRIu64 "]",
			       ipm_reason_name(o->omitted_reason), o->omitted_properties,
			       o->omitted_elements);
	}
	ipm_buf_byte(out, '}');
}

static inline void dump_slice(struct ipm_buf *out, const struct ipm_slice *s)
{
	bool first = true;

	ipm_buf_byte(out, '{');
	dump_values(out, "values", s->values, s->value_count, &first);
	dump_properties(out, "properties", s->properties, s->property_count, &first);
	dump_hex(out, "bytes", s->bytes, &first);
	dump_str(out, "text", s->str, &first);
	ipm_buf_byte(out, '}');
}

static inline void dump_meta(struct ipm_buf *out, const struct ipm_meta *m)
{
	bool first = true;
	size_t i;

	ipm_buf_byte(out, '{');
	dump_str(out, "tool", m->tool, &first);
	dump_str(out, "channel", m->channel, &first);
	dump_str(out, "runtime", m->runtime, &first);
	dump_str(out, "nodeVersion", m->node_version, &first);
	dump_str(out, "v8Version", m->v8_version, &first);
	dump_str(out, "arch", m->arch, &first);
	dump_str(out, "platform", m->platform, &first);
	dump_str(out, "program", m->program, &first);
	dump_str(out, "cwd", m->cwd, &first);
	dump_str(out, "execPath", m->exec_path, &first);
	dump_str(out, "contextName", m->context_name, &first);
	dump_str(out, "hostname", m->hostname, &first);
	dump_uint(out, "pid", m->pid, &first);
	dump_uint(out, "time", m->time_ns, &first);
	if (m->argc) {
		dump_name(out, "argv", &first);
		for (i = 0; i < m->argc; i++) {
			ipm_buf_byte(out, i ? ',' : '[');
			ipm_json_put_string(out, m->argv[i]);
		}
		ipm_buf_byte(out, ']');
	}
	ipm_buf_byte(out, '}');
}

static inline void dump_summary(struct ipm_buf *out, const struct ipm_summary *s)
{
	bool first = true, inner = true;
	int reason;

	ipm_buf_byte(out, '{');
	dump_uint(out, "status", (uint64_t)s->status, &first);
	dump_uint(out, "stoppedBy", (uint64_t)s->stopped_by, &first);
	dump_uint(out, "redacted", s->redacted, &first);
	dump_uint(out, "captureTime", s->capture_ns, &first);
	dump_name(out, "omitted", &first);
	ipm_buf_byte(out, '{');
	for (reason = 1; reason < IPM_REASON_COUNT; reason++)
		dump_uint(out, ipm_reason_name((enum ipm_reason)reason), s->omitted[reason],
			  &inner);
	ipm_buf_cstr(out, "}}");
}

static inline void dump_frame(struct ipm_buf *out, const struct ipm_frame *f)
{
	bool first = true;
	size_t i;

	ipm_buf_byte(out, '{');
	dump_str(out, "functionName", f->function_name, &first);
	dump_str(out, "url", f->url, &first);
	dump_location(out, "location", &f->location, &first);
	dump_location(out, "functionLocation", &f->function_location, &first);
	dump_name(out, "this", &first);
	dump_value(out, &f->this_value);
	if (f->has_return_value) {
		dump_name(out, "returnValue", &first);
		dump_value(out, &f->return_value);
	}
	dump_true(out, "canBeRestarted", f->can_be_restarted, &first);
	dump_uint(out, "localsMissing", (uint64_t)f->locals_missing, &first);
	if (f->scope_count)
		dump_name(out, "scopes", &first);
	for (i = 0; i < f->scope_count; i++) {
		bool inner = true;

		ipm_buf_cstr(out, i ? ",{" : "[{");
		dump_uint(out, "type", (uint64_t)f->scopes[i].type, &inner);
		dump_str(out, "name", f->scopes[i].name, &inner);
		dump_name(out, "object", &inner);
		dump_value(out, &f->scopes[i].object);
		dump_location(out, "start", &f->scopes[i].start, &inner);
		dump_location(out, "end", &f->scopes[i].end, &inner);
		ipm_buf_byte(out, '}');
	}
	ipm_buf_cstr(out, f->scope_count ? "]}" : "}");
}

static inline void dump_pause(struct ipm_buf *out, const struct ipm_pause *p)
{
	bool first = true;
	size_t i, j;

	ipm_buf_byte(out, '{');
	dump_str(out, "reason", p->reason, &first);
	dump_true(out, "uncaught", p->uncaught, &first);
	dump_uint(out, "time", p->time_ns, &first);
	dump_str(out, "thread", p->thread, &first);
	if (p->has_data) {
		dump_name(out, "data", &first);
		dump_value(out, &p->data);
	}
	dump_name(out, "frames", &first);
	ipm_buf_byte(out, '[');
	for (i = 0; i < p->frame_count; i++) {
		if (i)
			ipm_buf_byte(out, ',');
		dump_frame(out, &p->frames[i]);
	}
	ipm_buf_byte(out, ']');
	dump_uint(out, "omittedFrames", p->omitted_frames, &first);
	if (p->async_stack_count)
		dump_name(out, "asyncStacks", &first);
	for (i = 0; i < p->async_stack_count; i++) {
		const struct ipm_async_stack *a = &p->async_stacks[i];
		bool inner = true;

		ipm_buf_cstr(out, i ? ",{" : "[{");
		dump_str(out, "description", a->description, &inner);
		dump_name(out, "callSites", &inner);
		ipm_buf_byte(out, '[');
		for (j = 0; j < a->call_site_count; j++) {
			bool site = true;

			ipm_buf_cstr(out, j ? ",{" : "{");
			dump_str(out, "functionName", a->call_sites[j].function_name, &site);
			dump_str(out, "url", a->call_sites[j].url, &site);
			dump_location(out, "location", &a->call_sites[j].location, &site);
			ipm_buf_byte(out, '}');
		}
		ipm_buf_cstr(out, "]}");
	}
	ipm_buf_cstr(out, p->async_stack_count ? "]}" : "}");
}

static inline void dump_script(struct ipm_buf *out, const struct ipm_script *s)
{
	bool first = true;

	ipm_buf_byte(out, '{');
	dump_uint(out, "id", s->id, &first);
	dump_str(out, "url", s->url, &first);
	dump_str(out, "hash", s->hash, &first);
	dump_str(out, "sourceMapURL", s->source_map_url, &first);
	dump_str(out, "embedderName", s->embedder_name, &first);
	dump_str(out, "language", s->language, &first);
	dump_int(out, "startLine", s->start_line, &first);
	dump_int(out, "startColumn", s->start_column, &first);
	dump_int(out, "endLine", s->end_line, &first);
	dump_int(out, "endColumn", s->end_column, &first);
	dump_int(out, "executionContextId", s->execution_context_id, &first);
	dump_uint(out, "length", s->length, &first);
	dump_true(out, "isModule", s->is_module, &first);
	dump_true(out, "hasSourceURL", s->has_source_url, &first);
	dump_true(out, "isLiveEdit", s->is_live_edit, &first);
	dump_uint(out, "sourceMissing", (uint64_t)s->source_missing, &first);
	if (s->has_source) {
		dump_name(out, "source", &first);
		dump_text(out, &s->source);
	}
	if (s->has_source_map) {
		dump_name(out, "sourceMap", &first);
		dump_text(out, &s->source_map);
	}
	ipm_buf_byte(out, '}');
}

/* Lines of "name id" and JSON; what cannot be read is "error". Ends with the integrity. */
typedef void (*dump_line_fn)(void *self, const char *section, uint64_t id, enum ipm_errc rc,
			     const struct ipm_buf *json);

static inline void dump_records(struct ipm_reader *r, dump_line_fn line, void *self)
{
	/* A reader knows notes by name only: these are the ones that exist. */
	static const struct ipm_str notes[] = {IPM_STR("report"), IPM_STR("console")};
	const struct ipm_file_info *info = ipm_reader_info(r);
	struct ipm_buf out = IPM_BUF_INIT;
	struct ipm_error err;
	enum ipm_errc rc;
	uint64_t i;

	dump_meta(&out, ipm_reader_meta(r));
	line(self, "meta", 0, IPM_OK, &out);
	ipm_buf_reset(&out);
	dump_summary(&out, ipm_reader_summary(r));
	line(self, "summary", 0, IPM_OK, &out);
	for (i = 0; i < info->pauses; i++) {
		const struct ipm_pause *p;

		ipm_buf_reset(&out);
		rc = ipm_reader_pause(r, i, &p, &err);
		if (!rc)
			dump_pause(&out, p);
		line(self, "pauses", i, rc, &out);
	}
	for (i = 0; i < info->scripts; i++) {
		const struct ipm_script *s;

		ipm_buf_reset(&out);
		rc = ipm_reader_script_at(r, i, &s, &err);
		if (!rc)
			dump_script(&out, s);
		line(self, "scripts", i, rc, &out);
	}
	for (i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		const struct ipm_note *n;

		ipm_buf_reset(&out);
		rc = ipm_reader_note(r, notes[i], &n, &err);
		if (rc == IPM_ERR_NOT_FOUND)
			continue;
		if (!rc)
			dump_text(&out, &n->text);
		line(self, "notes", i, rc, &out);
	}
	for (i = 1; i <= info->objects; i++) {
		const struct ipm_object *o;

		ipm_buf_reset(&out);
		rc = ipm_reader_object(r, i, &o, &err);
		if (!rc) {
			dump_object(&out, o);
			ipm_object_release(r, o);
		}
		line(self, "objects", i, rc, &out);
	}
	for (i = 1; i <= info->slices; i++) {
		const struct ipm_slice *s;

		ipm_buf_reset(&out);
		rc = ipm_reader_slice(r, i, &s, &err);
		if (!rc) {
			dump_slice(&out, s);
			ipm_slice_release(r, s);
		}
		line(self, "slices", i, rc, &out);
	}
	ipm_buf_deinit(&out);
}

struct dump_state {
	struct ipm_buf *out;
	char section[16];
};

static inline void dump_json_line(void *self, const char *section, uint64_t id, enum ipm_errc rc,
				  const struct ipm_buf *json)
{
	struct dump_state *s = self;
	bool numbered = strcmp(section, "meta") != 0 && strcmp(section, "summary") != 0;

	if (strcmp(section, s->section) != 0) {
		if (*s->section && strcmp(s->section, "meta") != 0 &&
		    strcmp(s->section, "summary") != 0)
			ipm_buf_cstr(s->out, "\n}");
		ipm_buf_printf(s->out, ",\n\"%s\": ", section);
		if (numbered)
			ipm_buf_cstr(s->out, "{\n");
		snprintf(s->section, sizeof(s->section), "%s", section);
	} else {
		ipm_buf_cstr(s->out, ",\n");
	}
	if (numbered)
		ipm_buf_printf(s->out, "\"%" PRIu64 "\": ", id);
	if (rc)
		ipm_buf_printf(s->out, "{\"missing\":%s}",
			       rc == IPM_ERR_NOT_FOUND ? "\"not found\"" : "\"damaged\"");
	else
		ipm_buf_str(s->out, ipm_buf_as_str(json));
}

/* The whole file as one JSON object. */
static inline void dump_file(struct ipm_reader *r, struct ipm_buf *out)
{
	static const char *const words[] = {"whole", "cut", "damaged"};
	struct dump_state s = {.out = out};

	ipm_buf_cstr(out, "{\"format\": 1");
	dump_records(r, dump_json_line, &s);
	if (*s.section && strcmp(s.section, "meta") != 0 && strcmp(s.section, "summary") != 0)
		ipm_buf_cstr(out, "\n}");
	ipm_buf_printf(out, ",\n\"integrity\": \"%s\"}\n", words[ipm_reader_info(r)->integrity]);
}

#endif
