/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define ROOTS_AT_ONCE	 200
#define CONSOLE_LINE_MAX 16384
/* Elements of one array or Map, bytes of one buffer; more would crowd out everything else. */
#define MAX_ELEMENTS	  UINT64_C(1000000)
#define MAX_ELEMENTS_FULL ((uint64_t)UINT32_MAX)
#define MAX_BUFFER	  UINT64_C(1048576)
#define MAX_BUFFER_FULL	  (UINT64_C(1) << 40)
/* Characters of text in one record: long lists of long strings are cut, or go to slices, after that. */
#define MAX_ROOM     UINT64_C(1048576)
#define NS_PER_MS    UINT64_C(1000000)
#define MIN_GRACE_NS UINT64_C(100000000)

enum ipm_errc ipm_capture_create(const struct ipm_capture_options *opts, struct ipm_capture **ret,
				 struct ipm_error *err)
{
	struct ipm_capture *c = calloc(1, sizeof(*c));

	if (!c)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	c->opts = *opts;
	c->limits = limits_with_defaults(&opts->limits);
	*ret = c;
	return IPM_OK;
}

void ipm_capture_destroy(struct ipm_capture *c)
{
	size_t i;

	if (!c)
		return;
	scripts_deinit(&c->scripts);
	for (i = 0; i < CONSOLE_LINES; i++)
		ipm_buf_deinit(&c->console.lines[i]);
	ipm_buf_deinit(&c->helpers);
	for (i = 0; i < c->also_count; i++)
		ipm_buf_deinit(&c->also[i]);
	pool_deinit(&c->pool);
	free(c);
}

static void remember_line(struct console *console, struct ipm_str params)
{
	struct ipm_buf *line = &console->lines[console->next];

	if (params.len > CONSOLE_LINE_MAX)
		return;
	ipm_buf_reset(line);
	ipm_buf_str(line, params);
	console->next = (console->next + 1) % CONSOLE_LINES;
}

void ipm_capture_event(struct ipm_capture *c, struct ipm_str message)
{
	struct ipm_json json = {0};
	struct ipm_json_ref root, method, params;
	struct ipm_error err;

	/* What our own questions cause is none of the program's. */
	if (c->running)
		return;
	if (ipm_json_parse(&json, message, 0, &err)) {
		ipm_json_deinit(&json);
		return;
	}
	root = ipm_json_root(&json);
	method = ipm_json_get(root, "method");
	params = ipm_json_get(root, "params");
	if (ipm_json_equals(method, "Debugger.scriptParsed"))
		scripts_add(&c->scripts, params);
	else if (ipm_json_equals(method, "Runtime.consoleAPICalled"))
		remember_line(&c->console, ipm_json_raw(params));
	else if (ipm_json_equals(method, "Runtime.executionContextCreated") && !c->context_name.len)
		c->context_name = json_pool_str(
			&c->pool, ipm_json_get(ipm_json_get(params, "context"), "name"));
	ipm_json_deinit(&json);
}

bool ipm_capture_is_internal(struct ipm_capture *c, uint64_t script_id)
{
	const struct script_entry *script = scripts_find(&c->scripts, script_id);

	return script && script_is_internal(&script->script);
}

void ipm_capture_helpers(struct ipm_capture *c, struct ipm_str object_id)
{
	ipm_buf_reset(&c->helpers);
	ipm_buf_str(&c->helpers, object_id);
}

void ipm_capture_own_script(struct ipm_capture *c, uint64_t script_id)
{
	c->opts.own_script_id = script_id;
}

void ipm_capture_also(struct ipm_capture *c, struct ipm_str paused)
{
	if (c->also_count < IPM_CAPTURE_PAUSES)
		ipm_buf_str(&c->also[c->also_count++], paused);
}

bool run_follows_libraries(const struct run *run)
{
	return run->capture->limits.max_objects == UINT64_MAX;
}

bool run_has_time(struct run *run)
{
	if (ipm_monotonic_ns() < run->stop_ns)
		return true;
	run->stopped_by = IPM_REASON_TIME;
	return false;
}

enum ipm_errc run_open_text(struct run *run, struct ipm_buf *answer, struct pool *pool,
			    struct walker_text *ret, struct ipm_error *err)
{
	*ret = (struct walker_text){.names = &run->names,
				    .pool = pool,
				    .redaction = &run->redaction,
				    .omitted = run->omitted};
	return walker_text_open(ret, ipm_buf_as_str(answer), err);
}

static uint64_t saturating_ms(uint64_t ms)
{
	return ms > UINT64_MAX / NS_PER_MS ? UINT64_MAX : ms * NS_PER_MS;
}

static uint64_t saturating_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void set_deadlines(struct run *run, const struct ipm_capture_limits *limits)
{
	uint64_t whole = saturating_ms(limits->max_time_ms), grace = whole / 10;

	if (grace < MIN_GRACE_NS)
		grace = MIN_GRACE_NS;
	run->started_ns = ipm_monotonic_ns();
	run->stop_ns = saturating_add(run->started_ns, whole);
	/* What is under way at the end gets a little longer. */
	run->target.deadline_ns = saturating_add(run->stop_ns, grace);
	run->target.timeout_ns = saturating_ms(limits->call_timeout_ms);
	run->extras_max_ns = whole == UINT64_MAX ? UINT64_MAX : whole / 4;
}

/* The walker's ids for the objects that the pause names. */
static enum ipm_errc add_roots(struct run *run, struct paused *paused, struct ipm_error *err)
{
	struct root *from = paused->roots, *root;
	struct walker_text text;
	struct ipm_value v;
	enum ipm_errc rc = IPM_OK;
	size_t n;

	while (!rc && from) {
		walker_begin(&run->walker, "function(){return this.roots(arguments)}");
		for (root = from, n = 0; root && n < ROOTS_AT_ONCE; root = root->next, n++) {
			target_argument_str(&run->target, root->what);
			target_argument_object(&run->target, root->object_id);
		}
		ipm_buf_reset(&run->answer);
		rc = walker_end(&run->walker, &run->answer, err);
		if (!rc)
			rc = run_open_text(run, &run->answer, &run->paused_pool, &text, err);
		for (; !rc && from != root; from = from->next) {
			rc = walker_text_value(&text, &v, err);
			if (!rc && v.type == IPM_VALUE_OBJECT)
				*from->slot = v;
		}
	}
	return rc;
}

/*
 * The closures of Node's own frames hold all of Node, hundreds of functions that the user never
 * wrote; their local variables stay.
 */
static void leave_out_runtime(struct run *run, struct paused *paused)
{
	struct root **at = &paused->roots, *root;
	struct script_entry *script;

	if (run_follows_libraries(run))
		return;
	while ((root = *at)) {
		script = root->closure_of ? scripts_find(&run->capture->scripts,
							 root->closure_of->location.script_id)
					  : NULL;
		if (!script || !script_is_internal(&script->script)) {
			at = &root->next;
			continue;
		}
		root->slot->omitted.reason = IPM_REASON_DEPTH;
		run->omitted[IPM_REASON_DEPTH]++;
		*at = root->next;
	}
}

static void list_closed_scripts(const struct run *run, struct ipm_buf *out)
{
	const struct scripts *scripts = &run->capture->scripts;
	size_t i;

	if (run_follows_libraries(run))
		return;
	for (i = 0; i < scripts->count; i++)
		if (script_is_library(&scripts->at[i].script))
			ipm_buf_printf(out, "%" PRIu64 ",", scripts->at[i].script.id);
}

/* Primitives of the pause itself: the thing thrown may be a secret string. */
static enum ipm_errc write_pause(struct run *run, struct ipm_pause *pause, struct ipm_error *err)
{
	struct ipm_value *v = &pause->data;

	if (run->redaction.on && v->type == IPM_VALUE_STRING && redact_text(v->string.str)) {
		*v = (struct ipm_value){.type = IPM_VALUE_OMITTED};
		v->omitted.reason = IPM_REASON_REDACTED;
		v->omitted.size = 0;
		v->omitted.type_name = IPM_STR("string");
		run->redaction.count++;
		run->omitted[IPM_REASON_REDACTED]++;
	}
	return ipm_writer_pause(run->writer, pause, err);
}

/* The one the process dies of, and the others, as far as they can be read. */
static enum ipm_errc parse_pauses(struct run *run, struct ipm_str message, struct paused *ret,
				  size_t *ret_count, struct ipm_error *err)
{
	const struct ipm_capture *c = run->capture;
	struct ipm_error ignored;
	enum ipm_errc rc;
	size_t i;

	rc = paused_parse(message, c->opts.skip_frames, c->opts.own_script_id, &run->paused_pool,
			  ret, err);
	if (rc)
		return rc;
	*ret_count = 1;
	for (i = 0; i < c->also_count; i++)
		if (!paused_parse(ipm_buf_as_str(&c->also[i]), 0, c->opts.own_script_id,
				  &run->paused_pool, &ret[*ret_count], &ignored))
			++*ret_count;
	for (i = 0; c->opts.thread.len && i < *ret_count; i++)
		ret[i].pause.thread = c->opts.thread;
	return IPM_OK;
}

static enum ipm_errc capture(struct run *run, struct ipm_str message, struct ipm_error *err)
{
	const struct ipm_capture *c = run->capture;
	bool full = c->limits.max_bytes == UINT64_MAX && c->limits.max_objects == UINT64_MAX;
	struct walker_options walker_opts = {.max_string = c->limits.max_string,
					     .max_elements =
						     full ? MAX_ELEMENTS_FULL : MAX_ELEMENTS,
					     .max_bytes = full ? MAX_BUFFER_FULL : MAX_BUFFER,
					     .room = MAX_ROOM};
	struct ipm_buf closed = IPM_BUF_INIT;
	struct paused paused[1 + IPM_CAPTURE_PAUSES];
	struct ipm_error walker_err;
	enum ipm_errc rc, walker_rc;
	size_t count, i;

	rc = parse_pauses(run, message, paused, &count, err);
	if (rc)
		return rc;
	run->result.frames = paused[0].pause.frame_count;
	if (walker_opts.max_string > INT32_MAX)
		walker_opts.max_string = INT32_MAX;
	/* Without the walker there are still frames and sources. */
	for (i = 0; i < count; i++)
		leave_out_runtime(run, &paused[i]);
	list_closed_scripts(run, &closed);
	walker_opts.closed_scripts = ipm_buf_as_str(&closed);
	walker_opts.helpers = ipm_buf_as_str(&c->helpers);
	walker_rc = walker_install(&run->walker, &walker_opts, &walker_err);
	ipm_buf_deinit(&closed);
	rc = run_write_meta(run, err);
	for (i = 0; i < count && !rc && !walker_rc; i++)
		walker_rc = add_roots(run, &paused[i], &walker_err);
	for (i = 0; i < count && !rc; i++)
		rc = write_pause(run, &paused[i].pause, err);
	for (i = 0; i < count && !rc; i++)
		rc = run_write_frame_scripts(run, &paused[i].pause, err);
	if (!rc)
		rc = ipm_writer_flush(run->writer, err);
	if (!rc)
		rc = run_write_notes(run, err);
	if (!rc && !walker_rc)
		rc = run_walk(run, err);
	if (!rc)
		rc = run_write_other_scripts(run, err);
	if (rc == IPM_ERR_LIMIT) {
		run->stopped_by = IPM_REASON_BYTES;
		rc = IPM_OK;
	}
	if (!rc && walker_rc) {
		*err = walker_err;
		rc = walker_rc;
	}
	return rc;
}

static void run_deinit(struct run *run)
{
	ipm_writer_destroy(run->writer);
	target_deinit(&run->target);
	names_deinit(&run->names);
	redaction_deinit(&run->redaction);
	pool_deinit(&run->paused_pool);
	pool_deinit(&run->batch_pool);
	pool_deinit(&run->record_pool);
	ipm_buf_deinit(&run->answer);
	source_cache_deinit(&run->sources);
	long_texts_deinit(&run->longs);
	ipm_buf_deinit(&run->walker.handle);
	ipm_buf_deinit(&run->walker.process);
	free(run);
}

/* The summary tells how it ended, also when it ended badly. */
static enum ipm_errc finish(struct run *run, enum ipm_errc rc, struct ipm_error *err)
{
	struct ipm_summary *s = &run->result.summary;
	struct ipm_error finish_err;
	enum ipm_errc finish_rc;

	if (rc && run->stopped_by == IPM_REASON_NONE)
		run->stopped_by = rc == IPM_ERR_TIMEOUT ? IPM_REASON_TIME : IPM_REASON_FAILED;
	s->status =
		rc ? IPM_STATUS_ERROR : (run->stopped_by ? IPM_STATUS_BUDGET : IPM_STATUS_COMPLETE);
	s->stopped_by = run->stopped_by;
	memcpy(s->omitted, run->omitted, sizeof(s->omitted));
	s->redacted = run->redaction.count;
	s->capture_ns = ipm_monotonic_ns() - run->started_ns;
	finish_rc = ipm_writer_finish(run->writer, s, &finish_err);
	run->result.stopped_by = run->stopped_by;
	run->result.objects = ipm_writer_objects(run->writer);
	run->result.bytes = ipm_writer_bytes(run->writer);
	if (!rc && finish_rc)
		*err = finish_err;
	return rc ? rc : finish_rc;
}

enum ipm_errc ipm_capture_run(struct ipm_capture *c, struct ipm_channel *ch, struct ipm_str paused,
			      struct ipm_sink sink, struct ipm_capture_result *ret,
			      struct ipm_error *err)
{
	struct ipm_writer_options writer_opts = {0};
	struct ipm_error local;
	struct run *run;
	enum ipm_errc rc;

	if (!err)
		err = &local;
	run = calloc(1, sizeof(*run));
	if (!run)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	run->capture = c;
	run->target.channel = ch;
	run->target.group = "inspmort-batch";
	run->walker.target = &run->target;
	run->redaction.on = c->opts.redact;
	set_deadlines(run, &c->limits);
	sources_init(run);
	if (c->limits.max_bytes != UINT64_MAX)
		writer_opts.max_bytes = c->limits.max_bytes;
	rc = ipm_writer_create(sink, &writer_opts, &run->writer, err);
	if (rc) {
		run_deinit(run);
		return rc;
	}
	run->longs.writer = run->writer;
	c->running = true;
	rc = capture(run, paused, err);
	walker_remove(&run->walker);
	c->running = false;
	rc = finish(run, rc, err);
	*ret = run->result;
	run_deinit(run);
	return rc;
}
