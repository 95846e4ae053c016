/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "eval_native.h"

/* Objects of the file: a small pinned cache of them, and their values as the expression sees them. */

static bool is_dense(const struct ipm_value *values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (values[i].type == IPM_VALUE_HOLES)
			return false;
	return true;
}

static struct ev_cached_object *cache_slot(struct ev *e, uint64_t id)
{
	struct ev_cached_object *free_slot = NULL, *slot;
	size_t start = (size_t)(id * 0x9E3779B97F4A7C15u >> 40) % EV_CACHE_SLOTS, i;

	for (i = 0; i < EV_CACHE_SLOTS; i++) {
		slot = &e->cache[(start + i) % EV_CACHE_SLOTS];
		if (slot->object && slot->id == id)
			return slot;
		if (!free_slot && !slot->pins)
			free_slot = slot;
		if (i >= 8 && free_slot)
			break;
	}
	return free_slot;
}

/* Damage in one place is no reason to give up on the rest. */
static bool unreadable(struct ev *e, enum ipm_errc rc, uint64_t id)
{
	char message[sizeof(e->err->message)];

	if (rc == IPM_ERR_NO_MEMORY)
		return ev_fail(e, rc);
	snprintf(message, sizeof(message), "%s", e->err ? e->err->message : ipm_errc_name(rc));
	return ev_throw(e, "EvalError", "object %llu of the crash file cannot be read: %s",
			(unsigned long long)id, message);
}

bool ev_hold_if_there(struct ev *e, uint64_t id, const struct ipm_object **ret)
{
	struct ev_cached_object *slot = cache_slot(e, id);
	const struct ipm_object *object;
	enum ipm_errc rc;

	if (!slot)
		return ev_throw(e, "RangeError", "Maximum call stack size exceeded");
	if (!slot->object || slot->id != id) {
		if (!ev_steps(e, 4))
			return false;
		rc = e->heap->object(e->heap, id, &object, e->err);
		if (rc == IPM_ERR_NOT_FOUND) {
			*ret = NULL;
			return true;
		}
		if (rc)
			return unreadable(e, rc, id);
		if (slot->object)
			e->heap->release(e->heap, slot->object);
		slot->object = object;
		slot->id = id;
		slot->dense = is_dense(object->elements, object->element_count);
	}
	slot->pins++;
	*ret = slot->object;
	return true;
}

const struct ipm_object *ev_hold(struct ev *e, uint64_t id)
{
	const struct ipm_object *object;

	if (!ev_hold_if_there(e, id, &object))
		return NULL;
	if (!object)
		ev_throw_not_captured(e, id);
	return object;
}

static struct ev_cached_object *slot_of(struct ev *e, const struct ipm_object *object)
{
	size_t i, start = (size_t)(object->id * 0x9E3779B97F4A7C15u >> 40) % EV_CACHE_SLOTS;

	for (i = 0; i < EV_CACHE_SLOTS; i++)
		if (e->cache[(start + i) % EV_CACHE_SLOTS].object == object)
			return &e->cache[(start + i) % EV_CACHE_SLOTS];
	return NULL;
}

void ev_drop(struct ev *e, const struct ipm_object *object)
{
	struct ev_cached_object *slot = object ? slot_of(e, object) : NULL;

	if (slot)
		slot->pins--;
}

bool ev_is_dense(struct ev *e, const struct ipm_object *object)
{
	struct ev_cached_object *slot = slot_of(e, object);

	return slot && slot->dense;
}

const struct ipm_slice *ev_slice(struct ev *e, uint64_t id, bool *ret_dense)
{
	struct ev_cached_slice *slot = e->slices;
	const struct ipm_slice *slice;
	enum ipm_errc rc;

	for (; slot < e->slices + sizeof(e->slices) / sizeof(*e->slices); slot++)
		if (slot->slice && slot->id == id)
			goto found;
	if (!ev_steps(e, 4))
		return NULL;
	rc = ipm_reader_slice(e->reader, id, &slice, e->err);
	if (rc == IPM_ERR_NOT_FOUND) {
		ev_throw(e, "EvalError", "a part of this value is not in the crash file");
		return NULL;
	}
	if (rc) {
		unreadable(e, rc, id);
		return NULL;
	}
	slot = &e->slices[e->next_slice++ % (sizeof(e->slices) / sizeof(*e->slices))];
	ipm_slice_release(e->reader, slot->slice);
	slot->slice = slice;
	slot->id = id;
	slot->dense = is_dense(slice->values, slice->value_count);
found:
	if (ret_dense)
		*ret_dense = slot->dense;
	return slot->slice;
}

void ev_drop_all(struct ev *e)
{
	size_t i;

	for (i = 0; i < EV_CACHE_SLOTS; i++)
		if (e->cache[i].object)
			e->heap->release(e->heap, e->cache[i].object);
	for (i = 0; i < sizeof(e->slices) / sizeof(*e->slices); i++)
		ipm_slice_release(e->reader, e->slices[i].slice);
	memset(e->cache, 0, sizeof(e->cache));
	memset(e->slices, 0, sizeof(e->slices));
}

static bool import_omitted(struct ev *e, const struct ipm_value *v, struct ev_val *ret)
{
	struct ipm_value *copy = ev_alloc(e, sizeof(*copy));
	struct ev_str *type;

	if (!copy)
		return false;
	*copy = *v;
	if (v->type != IPM_VALUE_OMITTED) {
		memset(copy, 0, sizeof(*copy));
		copy->type = IPM_VALUE_OMITTED;
		copy->omitted.reason = IPM_REASON_UNSUPPORTED;
	} else {
		type = ev_str_new(e, v->omitted.type_name);
		if (!type)
			return false;
		copy->omitted.type_name = ev_str_view(type);
	}
	ret->type = EV_OMITTED;
	ret->omitted = copy;
	return true;
}

bool ev_import(struct ev *e, const struct ipm_value *v, struct ev_val *ret)
{
	bool bad;

	switch (v->type) {
	case IPM_VALUE_UNDEFINED:
		*ret = EV_UNDEF;
		return true;
	case IPM_VALUE_NULL:
		*ret = ev_null();
		return true;
	case IPM_VALUE_BOOLEAN:
		*ret = ev_bool(v->boolean);
		return true;
	case IPM_VALUE_INTEGER:
		*ret = ev_num((double)v->integer);
		return true;
	case IPM_VALUE_NUMBER:
		*ret = ev_num(v->number);
		return true;
	case IPM_VALUE_STRING:
		ret->type = EV_STRING;
		ret->str = ev_str_text(e, &v->string);
		return ret->str != NULL;
	case IPM_VALUE_BIGINT:
		ret->type = EV_BIGINT;
		ret->big = ev_big_parse(e, v->string.str.data, v->string.str.len, 0, &bad);
		return ret->big != NULL;
	case IPM_VALUE_OBJECT:
		ret->type = EV_HEAP;
		ret->id = v->object_id;
		return true;
	case IPM_VALUE_HOLES:
		ret->type = EV_HOLE;
		return true;
	case IPM_VALUE_ACCESSOR:
	case IPM_VALUE_OMITTED:
		break;
	}
	return import_omitted(e, v, ret);
}

bool ev_is_object(struct ev_val v)
{
	return v.type == EV_HEAP || v.type == EV_TEMP || v.type == EV_NATIVE;
}

bool ev_kind(struct ev *e, struct ev_val v, enum ipm_kind *ret)
{
	const struct ipm_object *object;

	switch (v.type) {
	case EV_TEMP:
		*ret = v.obj->kind;
		return true;
	case EV_NATIVE:
		*ret = v.native->kind == EV_NATIVE_NAMESPACE ? IPM_KIND_OBJECT : IPM_KIND_FUNCTION;
		return true;
	case EV_HEAP:
		object = ev_hold(e, v.id);
		if (!object)
			return false;
		*ret = object->kind;
		ev_drop(e, object);
		return true;
	case EV_OMITTED:
		return ev_throw_omitted(e, v.omitted);
	default:
		*ret = IPM_KIND_PRIMITIVE;
		return true;
	}
}

bool ev_is_callable(struct ev *e, struct ev_val v, bool *ret)
{
	enum ipm_kind kind;

	*ret = false;
	if (!ev_is_object(v))
		return true;
	if (!ev_kind(e, v, &kind))
		return false;
	*ret = kind == IPM_KIND_FUNCTION;
	return true;
}

bool ev_is_symbol(struct ev *e, struct ev_val v, bool *ret)
{
	enum ipm_kind kind;

	*ret = false;
	if (v.type != EV_HEAP && v.type != EV_TEMP)
		return true;
	if (!ev_kind(e, v, &kind))
		return false;
	*ret = kind == IPM_KIND_SYMBOL;
	return true;
}

bool ev_class_name(struct ev *e, struct ev_val v, struct ipm_str *ret)
{
	const struct ipm_object *object;
	struct ev_str *copy;

	if (v.type == EV_TEMP) {
		*ret = (struct ipm_str){v.obj->class_name, strlen(v.obj->class_name)};
		return true;
	}
	if (v.type != EV_HEAP) {
		*ret = v.type == EV_NATIVE && v.native->kind == EV_NATIVE_NAMESPACE
			       ? IPM_STR("Object")
			       : IPM_STR("Function");
		return true;
	}
	object = ev_hold(e, v.id);
	if (!object)
		return false;
	copy = ev_str_new(e, object->class_name);
	ev_drop(e, object);
	if (!copy)
		return false;
	*ret = ev_str_view(copy);
	return true;
}
