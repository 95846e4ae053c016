/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "eval_ast.h"
#include "eval_heap.h"
#include "wtf8.h"

/* The evaluator's outside: from a request to a result, and the heap that keeps results. */

enum { BATCH_CHUNK = 4096, DEFAULT_TIMEOUT_MS = 500, SLACK_BYTES = 1 << 20 };
#define DEFAULT_KEPT_BYTES (UINT64_C(64) << 20)
#define DEFAULT_MAX_BYTES  (UINT64_C(128) << 20)
#define DEFAULT_MAX_STEPS  UINT64_C(100000000)

void *ev_batch_alloc(struct ev_batch *batch, size_t size)
{
	struct ev_batch_chunk *chunk = batch->chunks;
	size_t want;
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + 15) & ~(size_t)15;
	if (!chunk || chunk->size - chunk->used < size) {
		want = size > BATCH_CHUNK ? size : BATCH_CHUNK;
		if (want > batch->max_bytes || batch->bytes > batch->max_bytes - want)
			return NULL;
		chunk = calloc(1, sizeof(*chunk) + 8 + want);
		if (!chunk)
			return NULL;
		chunk->size = want;
		chunk->next = batch->chunks;
		batch->chunks = chunk;
		batch->bytes += want;
	}
	p = (uint8_t *)chunk + sizeof(*chunk) + 8 + chunk->used;
	chunk->used += size;
	return p;
}

void ev_batch_free(struct ev_batch *batch)
{
	struct ev_batch_chunk *chunk, *next;

	if (!batch)
		return;
	for (chunk = batch->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(batch);
}

static struct ev_batch *find_batch(struct ipm_evaluator *ev, uint64_t id)
{
	struct ev_batch *b;

	for (b = ev->oldest; b; b = b->next)
		if (id >= b->first_id && id - b->first_id < b->count)
			return b;
	return NULL;
}

static enum ipm_errc heap_object(struct ipm_heap *heap, uint64_t id, const struct ipm_object **ret,
				 struct ipm_error *err)
{
	struct ipm_evaluator *ev = (struct ipm_evaluator *)heap;
	struct ev_batch *b;

	if (id < IPM_FIRST_SYNTHETIC_ID)
		return ev->file.object(&ev->file, id, ret, err);
	b = find_batch(ev, id);
	if (!b)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "no object %llu", (unsigned long long)id);
	*ret = &b->objects[id - b->first_id];
	return IPM_OK;
}

static void heap_release(struct ipm_heap *heap, const struct ipm_object *object)
{
	struct ipm_evaluator *ev = (struct ipm_evaluator *)heap;

	if (object && object->id < IPM_FIRST_SYNTHETIC_ID)
		ev->file.release(&ev->file, object);
}

enum ipm_errc ipm_evaluator_create(struct ipm_reader *reader,
				   const struct ipm_evaluator_options *opts,
				   struct ipm_evaluator **ret, struct ipm_error *err)
{
	struct ipm_evaluator *ev = calloc(1, sizeof(*ev));

	if (!ev)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	ev->reader = reader;
	ev->file = ipm_file_heap(reader);
	ev->heap.object = heap_object;
	ev->heap.release = heap_release;
	ev->heap.reader = reader;
	ev->max_kept_bytes =
		opts && opts->max_kept_bytes ? opts->max_kept_bytes : DEFAULT_KEPT_BYTES;
	ev->next_id = IPM_FIRST_SYNTHETIC_ID;
	ev_natives_index(ev->natives);
	*ret = ev;
	return IPM_OK;
}

static void drop_batches(struct ipm_evaluator *ev,
			 bool (*matches)(const struct ev_batch *b, const void *arg),
			 const void *arg)
{
	struct ev_batch **link = &ev->oldest, *b;

	ev->newest = NULL;
	while ((b = *link)) {
		if (matches(b, arg)) {
			*link = b->next;
			ev->kept_bytes -= b->bytes;
			ev_batch_free(b);
		} else {
			ev->newest = b;
			link = &b->next;
		}
	}
}

static bool every_batch(const struct ev_batch *b, const void *arg)
{
	(void)b;
	(void)arg;
	return true;
}

static bool of_group(const struct ev_batch *b, const void *arg)
{
	return ev_view_equal(b->group, *(const struct ipm_str *)arg);
}

static bool of_root(const struct ev_batch *b, const void *arg)
{
	return b->first_id == *(const uint64_t *)arg;
}

void ipm_evaluator_destroy(struct ipm_evaluator *ev)
{
	if (!ev)
		return;
	drop_batches(ev, every_batch, NULL);
	ev_batch_free(ev->result);
	free(ev);
}

struct ipm_heap *ipm_evaluator_heap(struct ipm_evaluator *ev)
{
	return &ev->heap;
}

void ipm_evaluator_release_group(struct ipm_evaluator *ev, struct ipm_str object_group)
{
	drop_batches(ev, of_group, &object_group);
}

void ipm_evaluator_release_object(struct ipm_evaluator *ev, uint64_t object_id)
{
	/* What else the expression made goes with its result. */
	if (object_id >= IPM_FIRST_SYNTHETIC_ID)
		drop_batches(ev, of_root, &object_id);
}

static struct ev_batch *new_batch(struct ipm_evaluator *ev)
{
	struct ev_batch *b = calloc(1, sizeof(*b));

	if (b) {
		b->first_id = ev->next_id;
		b->max_bytes = ev->max_kept_bytes;
	}
	return b;
}

/* Takes the batch into the heap; what is oldest makes room. */
static void settle(struct ipm_evaluator *ev, struct ev_batch *batch, struct ipm_str group)
{
	struct ev_batch *b;
	char *copy;

	if (!batch->count) {
		ev->result = batch;
		return;
	}
	copy = ev_batch_alloc(batch, group.len + 1);
	if (copy && group.len) {
		memcpy(copy, group.data, group.len);
		batch->group = (struct ipm_str){copy, group.len};
	}
	while (ev->oldest && ev->kept_bytes > ev->max_kept_bytes - batch->bytes) {
		b = ev->oldest;
		ev->oldest = b->next;
		if (!ev->oldest)
			ev->newest = NULL;
		ev->kept_bytes -= b->bytes;
		ev_batch_free(b);
	}
	if (ev->newest)
		ev->newest->next = batch;
	else
		ev->oldest = batch;
	ev->newest = batch;
	ev->kept_bytes += batch->bytes;
	ev->next_id += batch->count;
}

static enum ipm_errc begin(struct ipm_evaluator *ev, const struct ipm_eval_request *req,
			   struct ev **ret, struct ipm_error *err)
{
	struct ev *e = calloc(1, sizeof(*e));
	enum ipm_errc rc;

	*ret = NULL;
	if (!e)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	e->owner = ev;
	e->stack_base = __builtin_frame_address(0);
	e->heap = &ev->heap;
	e->reader = ev->reader;
	e->req = req;
	e->err = err;
	e->source = req->expression;
	e->max_bytes = req->max_bytes ? req->max_bytes : DEFAULT_MAX_BYTES;
	e->max_steps = req->max_steps ? req->max_steps : DEFAULT_MAX_STEPS;
	e->deadline_ns =
		ipm_monotonic_ns() +
		(uint64_t)(req->timeout_ms ? req->timeout_ms : DEFAULT_TIMEOUT_MS) * 1000000;
	if (req->frame >= 0 || ipm_reader_info(ev->reader)->pauses) {
		rc = ipm_reader_pause(ev->reader, req->pause, &e->pause, err);
		if (rc) {
			free(e);
			return rc;
		}
	}
	if (req->frame >= 0) {
		if ((uint64_t)req->frame >= e->pause->frame_count) {
			free(e);
			return ipm_fail(err, IPM_ERR_NOT_FOUND, "no frame %lld",
					(long long)req->frame);
		}
		e->frame = &e->pause->frames[req->frame];
	}
	*ret = e;
	return IPM_OK;
}

static void end(struct ev *e)
{
	ev_drop_all(e);
	ev_free_all(e);
	free(e);
}

static bool call_with_arguments(struct ev *e, struct ev_env *env, struct ev_val *ret)
{
	const struct ipm_eval_request *req = e->req;
	struct ev_val function, this_value = EV_UNDEF;
	struct ev_val *args;
	struct ev_node *n;
	bool callable;
	size_t i;

	n = ev_parse_function(e, req->expression);
	if (!n || !ev_run(e, n, env, &function) || !ev_is_callable(e, function, &callable))
		return false;
	if (!callable)
		return ev_throw(e, "TypeError", "Given expression does not evaluate to a function");
	args = ev_alloc(e, (req->argument_count + 1) * sizeof(*args));
	if (!args)
		return false;
	for (i = 0; i < req->argument_count; i++)
		if (!ev_import(e, &req->arguments[i], &args[i]))
			return false;
	if (req->this_value && !ev_import(e, req->this_value, &this_value))
		return false;
	return ev_call(e, function, this_value, args, req->argument_count, ret);
}

/* An object literal at the start is what people mean, not a block. */
static bool looks_like_object(struct ipm_str s)
{
	size_t i = 0;

	while (i < s.len && ev_is_space((uint8_t)s.data[i]))
		i++;
	return i < s.len && s.data[i] == '{';
}

static bool run_request(struct ev *e, struct ev_val *ret)
{
	struct ev_env *env = ev_env_new(e, NULL);
	struct ev_node *program = NULL;

	if (!env)
		return false;
	if (e->req->call)
		return call_with_arguments(e, env, ret);
	if (looks_like_object(e->source)) {
		program = ev_parse_function(e, e->source);
		if (program)
			return ev_run(e, program, env, ret);
		if (!e->throwing)
			return false;
		e->throwing = false;
	}
	program = ev_parse_program(e, e->source);
	return program && ev_run_program(e, program, env, ret);
}

/* A limit becomes an exception too, made with a little more of what ran out. */
static void stop_to_exception(struct ev *e)
{
	enum ipm_eval_stop stop = e->stop;

	e->stop = IPM_EVAL_FINISHED;
	e->throwing = false;
	e->max_bytes = e->bytes + SLACK_BYTES;
	e->max_steps = UINT64_MAX;
	e->deadline_ns = ipm_monotonic_ns() + UINT64_C(1000000000);
	e->depth = 0;
	if (stop == IPM_EVAL_STOPPED_TIME)
		ev_throw(e, "EvalError", "the expression took longer than %u ms",
			 e->req->timeout_ms ? e->req->timeout_ms : DEFAULT_TIMEOUT_MS);
	else if (stop == IPM_EVAL_STOPPED_STEPS)
		ev_throw(e, "EvalError", "the expression took too many steps");
	else
		ev_throw(e, "RangeError", "the expression needed too much memory");
}

static struct ipm_str first_line(struct ipm_str s)
{
	const char *end_of_line = s.len ? memchr(s.data, '\n', s.len) : NULL;

	return (struct ipm_str){s.data, end_of_line ? (size_t)(end_of_line - s.data) : s.len};
}

static struct ipm_str exception_message(struct ev *e, struct ev_val v)
{
	struct ev_str *s = NULL;

	if (v.type == EV_TEMP && v.obj->kind == IPM_KIND_ERROR && v.obj->text)
		s = v.obj->text;
	else if (!ev_is_object(v) && v.type != EV_OMITTED)
		s = ev_to_string(e, v);
	if (!s || !ev_str_load(e, s))
		return IPM_STR("an object was thrown");
	return first_line(ev_str_view(s));
}

static void place_of(struct ev *e, struct ipm_eval_result *ret)
{
	const char *start = e->source.data, *p;
	size_t at = e->exception_at < e->source.len ? e->exception_at : e->source.len;

	ret->line = 0;
	for (p = start; p < e->source.data + at; p++)
		if (*p == '\n') {
			ret->line++;
			start = p + 1;
		}
	ret->column = (int64_t)ipm_wtf8_units(
		(struct ipm_str){start, (size_t)(e->source.data + at - start)});
}

/* The outcome, kept; a result that cannot be kept becomes an exception that can. */
static enum ipm_errc finish(struct ev *e, bool ok, struct ev_val v, struct ipm_eval_result *ret)
{
	struct ipm_evaluator *ev = e->owner;
	struct ipm_str message;
	struct ev_batch *batch;
	int attempt;
	char *copy;

	memset(ret, 0, sizeof(*ret));
	for (attempt = 0; attempt < 3; attempt++) {
		if (e->errc)
			return e->errc;
		if (e->stop) {
			ret->stopped = e->stop;
			stop_to_exception(e);
		}
		if (!ok || e->throwing) {
			ok = false;
			e->throwing = false;
			v = e->exception;
		}
		batch = new_batch(ev);
		if (!batch)
			break;
		if (!ok) {
			message = exception_message(e, v);
			e->throwing = false;
			copy = ev_batch_alloc(batch, message.len + 1);
			if (copy && message.len)
				memcpy(copy, message.data, message.len);
			ret->message = (struct ipm_str){copy, copy ? message.len : 0};
			place_of(e, ret);
		}
		if (ev_keep(e, v, batch, &ret->value)) {
			if (ok && e->ask && ev_keep(e, e->asked, batch, &ret->asked))
				ret->ask = e->ask;
			e->throwing = false;
			ret->thrown = !ok;
			ev_drop_all(e); /* it may hold objects of batches that make room now */
			settle(ev, batch, e->req->object_group);
			return IPM_OK;
		}
		ev_batch_free(batch);
	}
	return ipm_fail(e->err, IPM_ERR_NO_MEMORY, "out of memory while evaluating");
}

enum ipm_errc ipm_eval(struct ipm_evaluator *ev, const struct ipm_eval_request *req,
		       struct ipm_eval_result *ret, struct ipm_error *err)
{
	struct ev_val v = EV_UNDEF;
	enum ipm_errc rc;
	struct ev *e = NULL;
	bool ok;

	rc = begin(ev, req, &e, err);
	if (rc)
		return rc;
	ok = run_request(e, &v);
	ev_batch_free(ev->result);
	ev->result = NULL;
	rc = finish(e, ok, v, ret);
	end(e);
	return rc;
}

enum ipm_errc ipm_eval_compile(struct ipm_evaluator *ev, struct ipm_str expression,
			       struct ipm_str object_group, struct ipm_eval_result *ret,
			       struct ipm_error *err)
{
	struct ipm_eval_request req = {
		.expression = expression, .frame = -1, .object_group = object_group};
	enum ipm_errc rc;
	struct ev *e = NULL;
	bool ok;

	rc = begin(ev, &req, &e, err);
	if (rc)
		return rc;
	ok = ev_parse_program(e, expression) != NULL;
	ev_batch_free(ev->result);
	ev->result = NULL;
	rc = finish(e, ok, EV_UNDEF, ret);
	end(e);
	return rc;
}

enum ipm_errc ipm_eval_scope_names(struct ipm_evaluator *ev, uint64_t pause, int64_t frame,
				   bool (*visit)(void *self, struct ipm_str name), void *self,
				   struct ipm_error *err)
{
	struct ipm_eval_request req = {.pause = pause, .frame = frame};
	enum ipm_errc rc;
	struct ev *e = NULL;

	rc = begin(ev, &req, &e, err);
	if (rc)
		return rc;
	if (!ev_visit_scope_names(e, visit, self) && e->errc)
		rc = e->errc;
	end(e);
	return rc;
}

enum ipm_errc ipm_eval_value_to_json(struct ipm_evaluator *ev, const struct ipm_value *value,
				     struct ipm_buf *out, bool *ret_unserializable,
				     struct ipm_error *err)
{
	struct ipm_eval_request req = {.frame = -1};
	size_t before = out->len;
	enum ipm_errc rc;
	struct ev_val v;
	struct ev *e;

	*ret_unserializable = false;
	rc = begin(ev, &req, &e, err);
	if (rc)
		return rc;
	if (!ev_import(e, value, &v) || !ev_json_by_value(e, v, out, ret_unserializable)) {
		out->len = before;
		rc = e->errc ? e->errc
			     : ipm_fail(err, IPM_ERR_LIMIT, "%s",
					e->stop ? "Object reference chain is too long"
						: "Object couldn't be returned by value");
	}
	end(e);
	return rc;
}
