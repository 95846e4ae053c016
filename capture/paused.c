/* SPDX-License-Identifier: MIT */
#include "paused.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "wtf8.h"

#define MAX_FRAMES	 256
#define MAX_SCOPES	 64
#define MAX_ASYNC_STACKS 32
#define MAX_CALL_SITES	 64

struct ipm_str json_pool_str(struct pool *pool, struct ipm_json_ref ref)
{
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_str ret = {0};

	if (ipm_json_string(ref, &text)) {
		if (ipm_buf_ok(&text))
			ret = pool_str(pool, ipm_buf_as_str(&text));
		else
			pool->failed = true;
	}
	ipm_buf_deinit(&text);
	return ret;
}

/* Script ids are strings of digits in the protocol. */
static uint64_t json_id(struct ipm_json_ref ref)
{
	struct ipm_str raw = ipm_json_raw(ref);
	uint64_t n = 0;
	size_t i;

	if (ipm_json_type(ref) != IPM_JSON_STRING)
		return 0;
	for (i = 0; i < raw.len; i++) {
		if (raw.data[i] == '"')
			continue;
		if (raw.data[i] < '0' || raw.data[i] > '9' || n > UINT64_MAX / 16)
			return 0;
		n = n * 10 + (uint64_t)(raw.data[i] - '0');
	}
	return n;
}

struct ipm_location json_location(struct ipm_json_ref ref)
{
	if (ipm_json_type(ref) != IPM_JSON_OBJECT)
		return (struct ipm_location){.column = -1};
	return (struct ipm_location){
		.script_id = json_id(ipm_json_get(ref, "scriptId")),
		.line = ipm_json_int(ipm_json_get(ref, "lineNumber"), 0),
		.column = ipm_json_int(ipm_json_get(ref, "columnNumber"), -1),
	};
}

static void put_number(double number, struct ipm_value *ret)
{
	if (number >= -9007199254740991.0 && number <= 9007199254740991.0 &&
	    number == (double)(int64_t)number && !(number == 0 && signbit(number)))
		*ret = (struct ipm_value){.type = IPM_VALUE_INTEGER, .integer = (int64_t)number};
	else
		*ret = (struct ipm_value){.type = IPM_VALUE_NUMBER, .number = number};
}

static void put_unserializable(struct ipm_str text, struct ipm_value *ret)
{
	if (text.len && text.data[text.len - 1] == 'n') {
		*ret = (struct ipm_value){.type = IPM_VALUE_BIGINT};
		ret->string.str = (struct ipm_str){text.data, text.len - 1};
		ret->string.length = text.len - 1;
	} else if (text.len && text.data[0] == 'N') {
		put_number((double)NAN, ret);
	} else if (text.len > 1 && text.data[1] == '0') {
		put_number(-0.0, ret);
	} else {
		put_number(text.len && text.data[0] == '-' ? (double)-INFINITY : (double)INFINITY,
			   ret);
	}
}

void remote_value(struct ipm_json_ref remote, struct pool *pool, struct ipm_value *ret,
		  struct ipm_str *ret_object_id)
{
	struct ipm_json_ref type = ipm_json_get(remote, "type");
	struct ipm_json_ref value = ipm_json_get(remote, "value");
	struct ipm_json_ref special = ipm_json_get(remote, "unserializableValue");

	*ret = (struct ipm_value){.type = IPM_VALUE_UNDEFINED};
	if (ret_object_id)
		*ret_object_id = json_pool_str(pool, ipm_json_get(remote, "objectId"));
	if (ipm_json_type(ipm_json_get(remote, "objectId")) == IPM_JSON_STRING) {
		ret->type = IPM_VALUE_OMITTED;
		ret->omitted.reason = IPM_REASON_GONE;
		ret->omitted.size = 0;
		ret->omitted.type_name = json_pool_str(pool, type);
	} else if (ipm_json_type(special) == IPM_JSON_STRING) {
		put_unserializable(json_pool_str(pool, special), ret);
	} else if (ipm_json_equals(type, "string")) {
		ret->type = IPM_VALUE_STRING;
		ret->string = (struct ipm_text){.str = json_pool_str(pool, value)};
		ret->string.length = ipm_wtf8_units(ret->string.str);
	} else if (ipm_json_equals(type, "number")) {
		put_number(ipm_json_double(value, 0), ret);
	} else if (ipm_json_equals(type, "boolean")) {
		ret->type = IPM_VALUE_BOOLEAN;
		ret->boolean = ipm_json_bool(value, false);
	} else if (ipm_json_equals(ipm_json_get(remote, "subtype"), "null")) {
		ret->type = IPM_VALUE_NULL;
	} else if (!ipm_json_equals(type, "undefined")) {
		ret->type = IPM_VALUE_OMITTED;
		/* The agent says why it did not keep an object ("inspmortReason"). */
		ret->omitted.reason = (enum ipm_reason)ipm_json_int(
			ipm_json_get(remote, "inspmortReason"), IPM_REASON_UNSUPPORTED);
		ret->omitted.size = 0;
		ret->omitted.type_name = json_pool_str(pool, type);
	}
}

/* A RemoteObject into `slot`; an object becomes a root. */
static void add_value(struct paused *p, struct ipm_json_ref remote, struct ipm_str what,
		      const struct ipm_frame *closure_of, struct pool *pool, struct ipm_value *slot)
{
	struct ipm_str object_id;
	struct root *root;

	remote_value(remote, pool, slot, &object_id);
	if (!object_id.len)
		return;
	root = pool_alloc(pool, 1, sizeof(*root));
	if (!root)
		return;
	*root = (struct root){
		.object_id = object_id, .what = what, .slot = slot, .closure_of = closure_of};
	*p->last_root = root;
	p->last_root = &root->next;
	p->root_count++;
}

static enum ipm_scope_type scope_type(struct ipm_json_ref type)
{
	int i;

	for (i = 0; i < IPM_SCOPE_COUNT; i++)
		if (ipm_json_equals(type, ipm_scope_type_name((enum ipm_scope_type)i)))
			return (enum ipm_scope_type)i;
	return IPM_SCOPE_CLOSURE;
}

static void add_scopes(struct paused *p, struct ipm_json_ref chain, struct pool *pool,
		       struct ipm_frame *frame)
{
	size_t count = ipm_json_size(chain), i = 0;
	struct ipm_scope_ref *scopes;
	struct ipm_json_ref scope;

	if (count > MAX_SCOPES)
		count = MAX_SCOPES;
	scopes = pool_alloc(pool, count, sizeof(*scopes));
	if (!scopes)
		return;
	for (scope = ipm_json_first(chain); i < count; scope = ipm_json_next(scope), i++) {
		struct ipm_scope_ref *s = &scopes[i];
		struct ipm_buf what = IPM_BUF_INIT;

		s->type = scope_type(ipm_json_get(scope, "type"));
		s->name = json_pool_str(pool, ipm_json_get(scope, "name"));
		s->start = json_location(ipm_json_get(scope, "startLocation"));
		s->end = json_location(ipm_json_get(scope, "endLocation"));
		ipm_buf_printf(&what, "%d ", (int)s->type);
		ipm_buf_str(&what, s->name);
		if (!ipm_buf_ok(&what))
			pool->failed = true;
		else
			add_value(p, ipm_json_get(scope, "object"),
				  pool_str(pool, ipm_buf_as_str(&what)),
				  s->type == IPM_SCOPE_CLOSURE ? frame : NULL, pool, &s->object);
		ipm_buf_deinit(&what);
	}
	frame->scopes = scopes;
	frame->scope_count = count;
}

static void add_frame(struct paused *p, struct ipm_json_ref json, struct pool *pool,
		      struct ipm_frame *frame)
{
	struct ipm_json_ref returned = ipm_json_get(json, "returnValue");

	frame->function_name = json_pool_str(pool, ipm_json_get(json, "functionName"));
	frame->url = json_pool_str(pool, ipm_json_get(json, "url"));
	frame->location = json_location(ipm_json_get(json, "location"));
	frame->function_location = json_location(ipm_json_get(json, "functionLocation"));
	frame->can_be_restarted = ipm_json_bool(ipm_json_get(json, "canBeRestarted"), false);
	add_value(p, ipm_json_get(json, "this"), IPM_STR("v"), NULL, pool, &frame->this_value);
	add_scopes(p, ipm_json_get(json, "scopeChain"), pool, frame);
	if (!frame->scope_count)
		frame->locals_missing = IPM_REASON_GONE;
	frame->has_return_value = ipm_json_type(returned) == IPM_JSON_OBJECT;
	if (frame->has_return_value)
		add_value(p, returned, IPM_STR("v"), NULL, pool, &frame->return_value);
}

static void add_async_stacks(struct ipm_pause *pause, struct ipm_json_ref stack, struct pool *pool)
{
	struct ipm_async_stack *stacks;
	size_t n = 0;

	if (ipm_json_type(stack) != IPM_JSON_OBJECT)
		return;
	stacks = pool_alloc(pool, MAX_ASYNC_STACKS, sizeof(*stacks));
	if (!stacks)
		return;
	for (; ipm_json_type(stack) == IPM_JSON_OBJECT && n < MAX_ASYNC_STACKS;
	     stack = ipm_json_get(stack, "parent"), n++) {
		struct ipm_json_ref frames = ipm_json_get(stack, "callFrames"), frame;
		size_t count = ipm_json_size(frames), i;
		struct ipm_call_site *sites;

		if (count > MAX_CALL_SITES)
			count = MAX_CALL_SITES;
		sites = pool_alloc(pool, count, sizeof(*sites));
		if (!sites)
			return;
		frame = ipm_json_first(frames);
		for (i = 0; i < count; i++, frame = ipm_json_next(frame)) {
			sites[i].function_name =
				json_pool_str(pool, ipm_json_get(frame, "functionName"));
			sites[i].url = json_pool_str(pool, ipm_json_get(frame, "url"));
			sites[i].location = json_location(frame);
		}
		stacks[n].description = json_pool_str(pool, ipm_json_get(stack, "description"));
		stacks[n].call_sites = sites;
		stacks[n].call_site_count = count;
	}
	pause->async_stacks = stacks;
	pause->async_stack_count = n;
}

static bool own_frame(struct ipm_json_ref frame, uint64_t own_script_id)
{
	return own_script_id &&
	       json_location(ipm_json_get(frame, "location")).script_id == own_script_id;
}

static enum ipm_errc parse(struct ipm_json_ref params, unsigned skip_frames, uint64_t own_script_id,
			   struct pool *pool, struct paused *p, struct ipm_error *err)
{
	struct ipm_json_ref frames = ipm_json_get(params, "callFrames"), frame;
	struct ipm_json_ref data = ipm_json_get(params, "data");
	struct ipm_json_ref known = ipm_json_get(params, "inspmort");
	size_t count, i;
	struct ipm_frame *list;

	if (ipm_json_type(frames) != IPM_JSON_ARRAY)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "not a Debugger.paused event");
	p->pause.reason = json_pool_str(pool, ipm_json_get(params, "reason"));
	p->pause.has_data = ipm_json_type(data) == IPM_JSON_OBJECT &&
			    ipm_json_type(ipm_json_get(data, "type")) == IPM_JSON_STRING;
	p->pause.uncaught = ipm_json_bool(ipm_json_get(data, "uncaught"), false);
	p->pause.time_ns = ipm_realtime_ns();
	p->pause.thread = IPM_STR("main");
	/* What V8 does not tell and the agent knows. */
	if (ipm_json_type(known) == IPM_JSON_OBJECT) {
		p->pause.time_ns = (uint64_t)ipm_json_int(ipm_json_get(known, "timeNs"), 0);
		p->pause.thread = json_pool_str(pool, ipm_json_get(known, "thread"));
		p->pause.omitted_frames =
			(uint64_t)ipm_json_int(ipm_json_get(known, "omittedFrames"), 0);
	}
	if (p->pause.has_data)
		add_value(p, data, IPM_STR("v"), NULL, pool, &p->pause.data);
	frame = ipm_json_first(frames);
	count = ipm_json_size(frames);
	while (count && (skip_frames || own_frame(frame, own_script_id))) {
		if (skip_frames)
			skip_frames--;
		frame = ipm_json_next(frame);
		count--;
	}
	if (count > MAX_FRAMES) {
		p->pause.omitted_frames += count - MAX_FRAMES;
		count = MAX_FRAMES;
	}
	list = pool_alloc(pool, count, sizeof(*list));
	for (i = 0; list && i < count; i++, frame = ipm_json_next(frame))
		add_frame(p, frame, pool, &list[i]);
	p->pause.frames = list;
	p->pause.frame_count = list ? count : 0;
	add_async_stacks(&p->pause, ipm_json_get(params, "asyncStackTrace"), pool);
	return pool_ok(pool) ? IPM_OK : ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
}

enum ipm_errc paused_parse(struct ipm_str message, unsigned skip_frames, uint64_t own_script_id,
			   struct pool *pool, struct paused *ret, struct ipm_error *err)
{
	struct ipm_json json = {0};
	enum ipm_errc rc;

	*ret = (struct paused){0};
	ret->last_root = &ret->roots;
	rc = ipm_json_parse(&json, message, 0, err);
	if (!rc)
		rc = parse(ipm_json_get(ipm_json_root(&json), "params"), skip_frames, own_script_id,
			   pool, ret, err);
	ipm_json_deinit(&json);
	return rc ? ipm_error_context(err, rc, "Debugger.paused") : IPM_OK;
}
