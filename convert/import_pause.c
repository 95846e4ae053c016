/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "import_internal.h"

/* Pauses and their frames. */

static int compare_scopes(const void *left, const void *right)
{
	const struct import_scope *a = left, *b = right;

	if (a->handle != b->handle)
		return a->handle < b->handle ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

enum ipm_errc import_frame_scopes(struct import *im)
{
	struct json_cursor c = json_over(im->paused);
	struct ipm_json json = {0};
	struct ipm_json_ref frame, scope;
	struct ipm_str item;
	enum ipm_errc rc = IPM_OK;

	if (!im->paused.len || !json_enter(&c, '['))
		return IPM_OK;
	while (!rc && json_next_element(&c, &item) == JSON_ITEM) {
		rc = import_parse(im, &json, item);
		frame = ipm_json_first(ipm_json_get(ipm_json_root(&json), "callFrames"));
		for (; !rc && ipm_json_type(frame) == IPM_JSON_OBJECT;
		     frame = ipm_json_next(frame)) {
			scope = ipm_json_first(ipm_json_get(frame, "scopeChain"));
			for (; !rc && ipm_json_type(scope) == IPM_JSON_OBJECT;
			     scope = ipm_json_next(scope)) {
				struct ipm_str id = ipm_json_raw(
					ipm_json_get(ipm_json_get(scope, "object"), "objectId"));
				struct ipm_str type = ipm_json_raw(ipm_json_get(scope, "type")),
					       name = ipm_json_raw(ipm_json_get(scope, "name"));
				struct import_scope *s;
				enum ipm_scope_type known;

				if (id.len < 2 || type.len < 2)
					continue;
				known = import_scope_type(
					(struct ipm_str){type.data + 1, type.len - 2});
				if (known == IPM_SCOPE_GLOBAL || known == IPM_SCOPE_WITH)
					continue; /* the real object */
				if (im->scope_count == im->scope_capacity) {
					size_t capacity =
						im->scope_capacity ? im->scope_capacity * 2 : 64;

					s = realloc(im->scopes, capacity * sizeof(*s));
					if (!s) {
						rc = ipm_fail(im->err, IPM_ERR_NO_MEMORY,
							      "out of memory");
						break;
					}
					im->scopes = s;
					im->scope_capacity = capacity;
				}
				s = &im->scopes[im->scope_count++];
				*s = (struct import_scope){.type = known,
							   .order = (uint32_t)im->scope_count};
				s->handle = import_ids_find(
					&im->ids, (struct ipm_str){id.data + 1, id.len - 2});
				if (name.len > 2 && !memchr(name.data, '\\', name.len))
					s->name = (struct ipm_str){name.data + 1, name.len - 2};
			}
		}
	}
	ipm_json_deinit(&json);
	if (im->scope_count)
		qsort(im->scopes, im->scope_count, sizeof(*im->scopes), compare_scopes);
	return rc;
}

static enum ipm_errc import_scope_ref(struct import *im, struct ipm_json_ref scope,
				      uint64_t script_id, struct ipm_scope_ref *ret)
{
	struct ipm_json_ref object = ipm_json_get(scope, "object");
	struct ipm_str type = import_str(im, ipm_json_get(scope, "type"));
	uint32_t number;
	enum ipm_errc rc;

	*ret = (struct ipm_scope_ref){.type = import_scope_type(type)};
	ret->name = import_str(im, ipm_json_get(scope, "name"));
	ret->start = import_location(ipm_json_get(scope, "startLocation"));
	ret->end = import_location(ipm_json_get(scope, "endLocation"));
	rc = import_scope_number(im, object, ret->type, script_id, &number);
	if (rc)
		return rc;
	if (!number)
		return import_value(im, object, &ret->object);
	ret->object = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = number};
	return IPM_OK;
}

static enum ipm_errc import_frame(struct import *im, struct ipm_json_ref frame,
				  struct ipm_frame *ret)
{
	struct ipm_json_ref chain = ipm_json_get(frame, "scopeChain"), scope,
			    value = ipm_json_get(frame, "returnValue");
	struct ipm_scope_ref *scopes;
	enum ipm_errc rc;

	ret->function_name = import_str(im, ipm_json_get(frame, "functionName"));
	ret->url = import_str(im, ipm_json_get(frame, "url"));
	ret->location = import_location(ipm_json_get(frame, "location"));
	ret->function_location = import_location(ipm_json_get(frame, "functionLocation"));
	ret->can_be_restarted = ipm_json_bool(ipm_json_get(frame, "canBeRestarted"), false);
	ret->has_return_value = ipm_json_type(value) == IPM_JSON_OBJECT;
	scopes = import_alloc(&im->pool, ipm_json_size(chain) + 1, sizeof(*scopes));
	if (!scopes)
		return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	ret->scopes = scopes;
	rc = import_value(im, ipm_json_get(frame, "this"), &ret->this_value);
	if (!rc && ret->has_return_value)
		rc = import_value(im, value, &ret->return_value);
	for (scope = ipm_json_first(chain); !rc && ipm_json_type(scope) == IPM_JSON_OBJECT;
	     scope = ipm_json_next(scope))
		rc = import_scope_ref(im, scope, ret->location.script_id,
				      &scopes[ret->scope_count++]);
	return rc;
}

static enum ipm_errc import_async_stacks(struct import *im, struct ipm_json_ref stack,
					 struct ipm_pause *pause)
{
	struct import_list stacks = {0};
	struct ipm_async_stack *s;
	struct ipm_call_site *site;
	struct ipm_json_ref f;

	for (; ipm_json_type(stack) == IPM_JSON_OBJECT; stack = ipm_json_get(stack, "parent")) {
		struct import_list sites = {0};

		s = import_list_add(&im->pool, &stacks, sizeof(*s));
		if (!s)
			return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
		s->description = import_str(im, ipm_json_get(stack, "description"));
		f = ipm_json_first(ipm_json_get(stack, "callFrames"));
		for (; ipm_json_type(f) == IPM_JSON_OBJECT; f = ipm_json_next(f)) {
			site = import_list_add(&im->pool, &sites, sizeof(*site));
			if (!site)
				return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
			site->function_name = import_str(im, ipm_json_get(f, "functionName"));
			site->url = import_str(im, ipm_json_get(f, "url"));
			site->location = import_location(f);
		}
		s->call_sites = sites.items;
		s->call_site_count = sites.count;
	}
	pause->async_stacks = stacks.items;
	pause->async_stack_count = stacks.count;
	return IPM_OK;
}

static enum ipm_errc import_pause(struct import *im, struct ipm_json_ref paused,
				  struct ipm_json_ref summary)
{
	struct ipm_json_ref frames = ipm_json_get(paused, "callFrames"), frame,
			    data = ipm_json_get(paused, "data");
	struct ipm_pause pause = {0};
	struct ipm_frame *list;
	int64_t total = ipm_json_int(ipm_json_get(summary, "frames"), 0);
	enum ipm_errc rc = IPM_OK;

	pause.reason = import_str(im, ipm_json_get(paused, "reason"));
	pause.thread = import_str(im, ipm_json_get(summary, "thread"));
	if (!pause.thread.len)
		pause.thread = IPM_STR("main");
	pause.time_ns = import_time(import_str(im, ipm_json_get(summary, "time")));
	pause.has_data = ipm_json_type(data) == IPM_JSON_OBJECT;
	pause.uncaught = ipm_json_bool(ipm_json_get(data, "uncaught"), false);
	list = import_alloc(&im->pool, ipm_json_size(frames) + 1, sizeof(*list));
	if (!list)
		return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	if (pause.has_data)
		rc = import_value(im, data, &pause.data);
	for (frame = ipm_json_first(frames); !rc && ipm_json_type(frame) == IPM_JSON_OBJECT;
	     frame = ipm_json_next(frame))
		rc = import_frame(im, frame, &list[pause.frame_count++]);
	pause.frames = list;
	if (!im->result.pauses && total > 0 && (uint64_t)total > pause.frame_count)
		pause.omitted_frames = (uint64_t)total - pause.frame_count;
	if (!rc)
		rc = import_async_stacks(im, ipm_json_get(paused, "asyncStackTrace"), &pause);
	if (!rc && im->pool.failed)
		rc = ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	if (!rc)
		rc = ipm_writer_pause(im->writer, &pause, im->err);
	im->result.pauses++;
	return rc;
}

enum ipm_errc import_pauses(struct import *im)
{
	struct json_cursor c = json_over(im->paused);
	struct ipm_json json = {0}, summary = {0};
	struct ipm_str item;
	enum ipm_errc rc = import_summary(im, &summary);

	if (im->paused.len && !rc && json_enter(&c, '['))
		while (!rc && json_next_element(&c, &item) == JSON_ITEM) {
			import_pool_reset(&im->pool);
			rc = import_parse(im, &json, item);
			if (!rc)
				rc = import_pause(im, ipm_json_root(&json),
						  ipm_json_root(&summary));
		}
	ipm_json_deinit(&json);
	ipm_json_deinit(&summary);
	return rc;
}
