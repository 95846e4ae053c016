/* SPDX-License-Identifier: MIT */
#include "redact_file.h"

#include <string.h>
#include <strings.h>

#include "edges.h"
#include "redact_internal.h"
#include "redact_json.h"

#define MAX_LEARNING 16
#define NOTE_MAX     ((size_t)64 << 20)

/* One of the user's own names: as a whole, whatever the case. */
static bool is_listed(const char *list, struct ipm_str name)
{
	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (n == name.len && n && !strncasecmp(list, name.data, n))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

bool redact_is_secret_name(const struct redact_job *job, struct ipm_str name)
{
	return redact_name(name) || is_listed(job->opts->names, name);
}

bool redact_is_secret_object(const struct redact_job *job, const struct ipm_object *o)
{
	if (!redaction_marked(&job->rules, o->id))
		return false;
	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_PROMISE:
	case IPM_KIND_PRIMITIVE:
		return true;
	case IPM_KIND_OBJECT: /* a class of its own has more than secrets in it */
		return o->class_name.len == 6 && !memcmp(o->class_name.data, "Object", 6);
	default:
		return false;
	}
}

bool redact_is_header_name(const struct redact_job *job, const struct ipm_value *v)
{
	return v->type == IPM_VALUE_STRING && v->string.str.len < 32 &&
	       redact_is_secret_name(job, v->string.str);
}

/* First everything is looked at: an object is secret wherever else it hangs, and so is a text. */
struct learner {
	struct ipm_edge_visitor visitor;
	struct redact_job *job;
	const struct ipm_object *at;
	bool secret;
	bool header; /* the element before was the name of a secret */
};

static enum ipm_errc learn_edge(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
				struct ipm_error *err)
{
	struct learner *l = (struct learner *)self;
	const struct ipm_value *v = edge->value;
	bool secret = l->secret;

	(void)err;
	switch (edge->kind) {
	case IPM_EDGE_PROPERTY:
	case IPM_EDGE_PRIVATE:
		secret |= redact_is_secret_name(l->job, edge->property->name);
		break;
	case IPM_EDGE_ELEMENT:
		secret |= l->header && edge->index % 2 == 1;
		l->header = edge->index % 2 == 0 && redact_is_header_name(l->job, v);
		break;
	case IPM_EDGE_FIRST:
		/* A secret Buffer is secret where its bytes are. */
		secret |= redaction_marked(&l->job->rules, l->at->id) &&
			  (l->at->kind == IPM_KIND_TYPEDARRAY || l->at->kind == IPM_KIND_DATAVIEW);
		break;
	case IPM_EDGE_SECOND:
		break;
	default:
		return IPM_OK;
	}
	if (secret && v->type == IPM_VALUE_OBJECT)
		redaction_mark(&l->job->rules, v->object_id);
	else if (secret && v->type == IPM_VALUE_STRING && !v->string.slices.count &&
		 !(edge->kind == IPM_EDGE_ELEMENT && l->header))
		redaction_learn(&l->job->rules, v->string.str);
	return IPM_OK;
}

static bool learn_object(void *self, const struct ipm_object *object)
{
	struct learner *l = self;

	l->at = object;
	l->secret = redact_is_secret_object(l->job, object);
	l->header = false;
	l->job->failed = ipm_visit_edges(&l->job->heap, object, &l->visitor, l->job->err);
	return !l->job->failed;
}

static enum ipm_errc learn(struct redact_job *job)
{
	struct learner l = {.visitor = {learn_edge, false}, .job = job};
	size_t before;
	uint64_t damaged;
	int round = 0;
	enum ipm_errc rc;

	do {
		before = job->rules.marked.count;
		rc = ipm_reader_scan(job->reader, 1, learn_object, &l, &damaged, job->err);
		if (!rc)
			rc = job->failed;
	} while (!rc && job->rules.marked.count != before && ++round < MAX_LEARNING);
	return rc;
}

static struct ipm_str clean_argument(struct redact_job *job, struct ipm_str arg,
				     struct ipm_str before)
{
	const char *equals = arg.len ? memchr(arg.data, '=', arg.len) : NULL;
	struct ipm_str name = before;
	bool secret = redact_text(arg);

	if (equals && arg.data[0] == '-')
		name = (struct ipm_str){arg.data, (size_t)(equals - arg.data)};
	while (name.len && name.data[0] == '-') {
		name.data++;
		name.len--;
	}
	if (!secret && (equals ? arg.data[0] == '-' : before.len > 1 && before.data[0] == '-'))
		secret = redact_is_secret_name(job, name);
	if (!secret)
		return arg;
	redaction_learn(&job->rules, arg); /* process.argv has it as well */
	job->rules.count++;
	return IPM_STR("[redacted]");
}

static enum ipm_errc copy_meta(struct redact_job *job)
{
	struct ipm_meta meta = *ipm_reader_meta(job->reader);
	struct ipm_str *argv = import_alloc(&job->pool, meta.argc + 1, sizeof(*argv));
	size_t i;

	if (!argv)
		return ipm_fail(job->err, IPM_ERR_NO_MEMORY, "out of memory");
	for (i = 0; i < meta.argc; i++)
		argv[i] = clean_argument(job, meta.argv[i],
					 i ? meta.argv[i - 1] : (struct ipm_str){"", 0});
	meta.argv = argv;
	return ipm_writer_meta(job->writer, &meta, job->err);
}

static enum ipm_errc copy_pauses(struct redact_job *job)
{
	uint64_t i, count = ipm_reader_info(job->reader)->pauses;
	const struct ipm_pause *from;
	struct ipm_frame *frames;
	struct ipm_pause pause;
	enum ipm_errc rc = IPM_OK;
	size_t f;

	for (i = 0; i < count && !rc; i++) {
		if (ipm_reader_pause(job->reader, i, &from, NULL) != IPM_OK)
			continue;
		pause = *from;
		import_pool_reset(&job->pool);
		frames = import_alloc(&job->pool, pause.frame_count + 1, sizeof(*frames));
		if (!frames)
			return ipm_fail(job->err, IPM_ERR_NO_MEMORY, "out of memory");
		if (pause.has_data)
			rc = redact_copy_value(job, false, &pause.data);
		for (f = 0; f < pause.frame_count && !rc; f++) {
			frames[f] = from->frames[f];
			rc = redact_copy_value(job, false, &frames[f].this_value);
			if (!rc && frames[f].has_return_value)
				rc = redact_copy_value(job, false, &frames[f].return_value);
		}
		pause.frames = frames;
		if (!rc)
			rc = ipm_writer_pause(job->writer, &pause, job->err);
	}
	return rc;
}

static enum ipm_errc copy_scripts(struct redact_job *job)
{
	uint64_t i, count = ipm_reader_info(job->reader)->scripts;
	const struct ipm_script *from;
	struct ipm_script script;
	enum ipm_errc rc = IPM_OK;

	for (i = 0; i < count && !rc; i++) {
		if (ipm_reader_script_at(job->reader, i, &from, NULL) != IPM_OK)
			continue;
		script = *from;
		rc = redact_copy_text(job, &script.source);
		if (!rc)
			rc = redact_copy_text(job, &script.source_map);
		if (!rc)
			rc = ipm_writer_script(job->writer, &script, job->err);
	}
	return rc;
}

static bool gather(void *self, struct ipm_str piece)
{
	ipm_buf_str(self, piece);
	return ipm_buf_ok(self);
}

/* JSON, or one JSON document a line; what is neither is left out rather than kept. */
static void clean_note(struct redact_job *job, struct ipm_str text, bool lines, struct ipm_buf *out)
{
	const char *end;
	struct ipm_str line;

	for (; text.len;
	     text.data += line.len + (end != NULL), text.len -= line.len + (end != NULL)) {
		end = lines ? memchr(text.data, '\n', text.len) : NULL;
		line = (struct ipm_str){text.data, end ? (size_t)(end - text.data) : text.len};
		if (line.len && !redact_json(&job->rules, line, NULL, out, NULL) && lines)
			ipm_buf_byte(out, '\n');
	}
}

static enum ipm_errc copy_note(struct redact_job *job, struct ipm_str name, bool lines)
{
	struct ipm_buf text = {.max = NOTE_MAX}, clean = IPM_BUF_INIT;
	const struct ipm_note *from;
	struct ipm_note note = {.name = name};
	enum ipm_errc rc;

	if (ipm_reader_note(job->reader, name, &from, NULL) != IPM_OK)
		return IPM_OK;
	rc = ipm_reader_text(job->reader, &from->text, 0, UINT64_MAX, gather, &text, job->err);
	if (ipm_is_damage(rc)) { /* half a document is none */
		ipm_buf_deinit(&text);
		job->lost++;
		return IPM_OK;
	}
	if (!rc)
		rc = ipm_buf_status(&text, job->err);
	if (!rc)
		clean_note(job, ipm_buf_as_str(&text), lines, &clean);
	if (!rc && clean.len)
		rc = ipm_writer_text(job->writer, ipm_buf_as_str(&clean), &note.text, job->err);
	if (!rc && clean.len)
		rc = ipm_writer_note(job->writer, &note, job->err);
	ipm_buf_deinit(&text);
	ipm_buf_deinit(&clean);
	return rc;
}

/* What the source has lost keeps its number. */
static enum ipm_errc fill_gap(struct redact_job *job, uint64_t before)
{
	enum ipm_errc rc = IPM_OK;

	for (; job->next_id < before && !rc; job->next_id++) {
		struct ipm_object lost = {.id = job->next_id, .omitted_reason = IPM_REASON_FAILED};

		lost.class_name = IPM_STR("Object");
		lost.proto.type = IPM_VALUE_NULL;
		rc = ipm_writer_object(job->writer, &lost, job->err);
		job->lost++;
	}
	return rc;
}

static bool copy_object(void *self, const struct ipm_object *object)
{
	struct redact_job *job = self;

	if (object->id < job->next_id)
		return true;
	job->failed = fill_gap(job, object->id);
	if (!job->failed)
		job->failed = redact_copy_object(job, object);
	job->next_id = object->id + 1;
	if (job->opts->progress && object->id % 65536 == 0)
		job->opts->progress(job->opts->progress_self, object->id,
				    ipm_reader_info(job->reader)->objects);
	return !job->failed;
}

static enum ipm_errc copy_all(struct redact_job *job, struct ipm_redact_result *result)
{
	struct ipm_summary summary = *ipm_reader_summary(job->reader);
	uint64_t damaged;
	enum ipm_errc rc;

	rc = copy_meta(job);
	if (!rc)
		rc = copy_pauses(job);
	if (!rc)
		rc = copy_scripts(job);
	if (!rc)
		rc = copy_note(job, IPM_STR("report"), false);
	if (!rc)
		rc = copy_note(job, IPM_STR("console"), true);
	if (!rc)
		rc = ipm_reader_scan(job->reader, 1, copy_object, job, &damaged, job->err);
	if (!rc)
		rc = job->failed;
	if (rc)
		return rc;
	result->redacted = job->rules.count;
	result->before = summary.redacted;
	result->lost = job->lost;
	summary.redacted += job->rules.count;
	summary.omitted[IPM_REASON_REDACTED] += job->rules.count;
	return ipm_writer_finish(job->writer, &summary, job->err);
}

enum ipm_errc ipm_redact_file(struct ipm_reader *reader, const struct ipm_redact_options *opts,
			      struct ipm_sink sink, struct ipm_redact_result *ret,
			      struct ipm_error *err)
{
	static const struct ipm_redact_options defaults = {.names = NULL};
	struct redact_job job = {.reader = reader, .opts = opts ? opts : &defaults, .next_id = 1};
	struct ipm_redact_result result = {0};
	struct ipm_error unused;
	enum ipm_errc rc;

	job.err = err ? err : &unused;
	job.heap = ipm_file_heap(reader);
	job.rules.on = true;
	rc = ipm_writer_create(sink, NULL, &job.writer, job.err);
	if (!rc)
		rc = learn(&job);
	if (!rc)
		rc = copy_all(&job, &result);
	ipm_writer_destroy(job.writer);
	redaction_deinit(&job.rules);
	import_pool_deinit(&job.pool);
	ipm_buf_deinit(&job.text);
	if (!rc)
		*ret = result;
	return rc;
}
