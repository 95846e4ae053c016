/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_heap.h"
#include "eval_native.h"

/*
 * What a result reaches outlives the evaluation: its objects are copied, all at once, into a
 * batch of records that look like those of a file.
 */

struct keeper {
	struct ev *e;
	struct ev_batch *batch;
	struct ev_obj **queue; /* objects in order of discovery */
	size_t count, capacity;
	const struct ev_native **natives; /* builtins that became objects, the same way */
	size_t native_count, native_capacity;
	uint64_t *native_ids;
	size_t native_id_capacity;
};

static bool out_of_room(struct ev *e)
{
	if (e->stop || e->errc)
		return false;
	return ev_throw(e, "RangeError", "the result is too large to keep");
}

static void *take(struct keeper *k, size_t size)
{
	void *p = ev_batch_alloc(k->batch, size);

	if (!p)
		out_of_room(k->e);
	return p;
}

static bool copy_str(struct keeper *k, struct ipm_str s, struct ipm_str *ret)
{
	char *copy = take(k, s.len + 1);

	if (!copy)
		return false;
	if (s.len)
		memcpy(copy, s.data, s.len);
	copy[s.len] = 0;
	*ret = (struct ipm_str){copy, s.len};
	return true;
}

static bool keep_text(struct keeper *k, const struct ev_str *s, struct ipm_text *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (s->text) { /* as the file has it: long texts stay there */
		*ret = *s->text;
		return copy_str(k, s->text->str, &ret->str);
	}
	ret->length = s->units;
	return copy_str(k, ev_str_view(s), &ret->str);
}

static uint64_t id_of_obj(struct keeper *k, struct ev_obj *o)
{
	void *grown;

	if (o->kept_id)
		return o->kept_id;
	grown = ev_more(k->e, k->queue, k->count, &k->capacity, sizeof(*k->queue));
	if (!grown)
		return 0;
	k->queue = grown;
	k->queue[k->count++] = o;
	o->kept_id = k->batch->first_id + k->count - 1;
	return o->kept_id;
}

/* A builtin: the file's own function where it has it, else a function like it. */
static uint64_t id_of_native(struct keeper *k, const struct ev_native *n)
{
	struct ev_obj *o;
	char text[96];
	void *grown;
	uint64_t id;
	size_t i;

	if (!ev_captured_builtin(k->e, n, &id))
		return 0;
	if (id)
		return id;
	for (i = 0; i < k->native_count; i++)
		if (k->natives[i] == n)
			return k->native_ids[i];
	grown = ev_more(k->e, k->natives, k->native_count, &k->native_capacity,
			sizeof(*k->natives));
	if (!grown)
		return 0;
	k->natives = grown;
	grown = ev_more(k->e, k->native_ids, k->native_count, &k->native_id_capacity,
			sizeof(*k->native_ids));
	if (!grown)
		return 0;
	k->native_ids = grown;
	o = ev_new(k->e, n->kind == EV_NATIVE_NAMESPACE ? IPM_KIND_OBJECT : IPM_KIND_FUNCTION,
		   n->kind == EV_NATIVE_NAMESPACE ? "Object" : "Function");
	if (!o)
		return 0;
	if (o->kind == IPM_KIND_FUNCTION) {
		struct ev_str *name = ev_str_c(k->e, n->name);

		ev_builtin_source(n, text, sizeof(text));
		o->text = ev_str_new(k->e, (struct ipm_str){text, strlen(text)});
		if (!name || !o->text ||
		    !ev_define_c(k->e, o, "length", ev_num(n->length), IPM_PROPERTY_CONFIGURABLE) ||
		    !ev_define_c(k->e, o, "name", ev_string(name), IPM_PROPERTY_CONFIGURABLE))
			return 0;
	}
	id = id_of_obj(k, o);
	k->natives[k->native_count] = n;
	k->native_ids[k->native_count++] = id;
	return id;
}

static bool keep_value(struct keeper *k, struct ev_val v, struct ipm_value *ret)
{
	struct ev_str *digits;

	memset(ret, 0, sizeof(*ret));
	switch (v.type) {
	case EV_UNDEFINED:
		ret->type = IPM_VALUE_UNDEFINED;
		return true;
	case EV_NULL:
		ret->type = IPM_VALUE_NULL;
		return true;
	case EV_BOOLEAN:
		ret->type = IPM_VALUE_BOOLEAN;
		ret->boolean = v.boolean;
		return true;
	case EV_NUMBER:
		if (fabs(v.number) <= 9007199254740991.0 && v.number == trunc(v.number) &&
		    !(v.number == 0 && signbit(v.number))) {
			ret->type = IPM_VALUE_INTEGER;
			ret->integer = (int64_t)v.number;
		} else {
			ret->type = IPM_VALUE_NUMBER;
			ret->number = v.number;
		}
		return true;
	case EV_STRING:
		ret->type = IPM_VALUE_STRING;
		return keep_text(k, v.str, &ret->string);
	case EV_BIGINT:
		ret->type = IPM_VALUE_BIGINT;
		digits = ev_big_string(k->e, v.big, 10);
		return digits && keep_text(k, digits, &ret->string);
	case EV_HEAP:
		ret->type = IPM_VALUE_OBJECT;
		ret->object_id = v.id;
		return true;
	case EV_TEMP:
		ret->type = IPM_VALUE_OBJECT;
		ret->object_id = id_of_obj(k, v.obj);
		return ret->object_id != 0;
	case EV_NATIVE:
		ret->type = IPM_VALUE_OBJECT;
		ret->object_id = id_of_native(k, v.native);
		return ret->object_id != 0;
	case EV_OMITTED:
		*ret = *v.omitted;
		return copy_str(k, v.omitted->omitted.type_name, &ret->omitted.type_name);
	case EV_HOLE:
		ret->type = IPM_VALUE_HOLES;
		ret->holes = 1;
		return true;
	}
	return true;
}

static bool keep_slots(struct keeper *k, struct ev_obj *o, struct ipm_object *ret)
{
	struct ipm_property *p = take(k, (o->slot_count + 1) * sizeof(*p));
	const uint32_t *order = ev_slot_order(k->e, o);
	struct ipm_value symbol, get, set;
	const struct ev_slot *slot;
	size_t i;

	if (!p || !order)
		return false;
	ret->properties = p;
	for (i = 0; i < o->slot_count; i++, p++) {
		slot = &o->slots[order[i]];
		if (!copy_str(k, slot->name, &p->name) || !keep_value(k, slot->symbol, &symbol))
			return false;
		p->flags = slot->flags;
		if (symbol.type == IPM_VALUE_OBJECT)
			p->symbol_id = symbol.object_id;
		if (slot->accessor) {
			if (!keep_value(k, slot->get, &get) || !keep_value(k, slot->set, &set))
				return false;
			p->value.type = IPM_VALUE_ACCESSOR;
			p->value.accessor.get = get.type == IPM_VALUE_OBJECT ? get.object_id : 0;
			p->value.accessor.set = set.type == IPM_VALUE_OBJECT ? set.object_id : 0;
		} else if (!keep_value(k, slot->value, &p->value)) {
			return false;
		}
	}
	ret->property_count = o->slot_count;
	return true;
}

static bool keep_elements(struct keeper *k, struct ev_obj *o, struct ipm_object *ret)
{
	size_t from = o->kind == IPM_KIND_ITERATOR ? o->position : 0, i;
	bool entries = o->kind == IPM_KIND_MAP || o->kind == IPM_KIND_SET;
	size_t width = o->kind == IPM_KIND_MAP ? 2 : 1, j, n = 0;
	struct ipm_value *values;

	values = take(k, (o->element_count - from + 1) * sizeof(*values));
	if (!values)
		return false;
	for (i = from; i < o->element_count; i += width) {
		if (o->elements[i].type == EV_HOLE) {
			if (entries)
				continue; /* deleted */
			if (n && values[n - 1].type == IPM_VALUE_HOLES) {
				values[n - 1].holes++;
				continue;
			}
		}
		for (j = 0; j < width; j++)
			if (!keep_value(k, o->elements[i + j], &values[n++]))
				return false;
	}
	ret->elements = values;
	ret->element_count = n;
	ret->length = entries ? o->live_entries : o->element_count - from;
	return true;
}

static bool keep_typed(struct keeper *k, struct ev_obj *o, struct ipm_object *ret)
{
	struct ev_obj *buffer = ev_typed_buffer(k->e, o);

	ret->length = o->element_count;
	ret->element_type = o->element_type;
	return buffer && keep_value(k, ev_temp(buffer), &ret->first);
}

static bool keep_bytes(struct keeper *k, struct ev_obj *o, struct ipm_object *ret)
{
	uint8_t *copy = take(k, o->bytes.len + 1);

	if (!copy)
		return false;
	memcpy(copy, o->bytes.data, o->bytes.len);
	ret->bytes = (struct ipm_bytes){copy, o->bytes.len};
	ret->length = o->bytes.len;
	return true;
}

static bool keep_prototype(struct keeper *k, struct ev_obj *o, struct ipm_object *ret)
{
	struct ev_val proto = o->proto;

	if (proto.type == EV_UNDEFINED) {
		if (!ev_captured_prototype(k->e, o->class_name, &proto))
			return false;
		if (proto.type == EV_UNDEFINED) {
			ret->proto.type = IPM_VALUE_OMITTED;
			ret->proto.omitted.reason = IPM_REASON_UNSUPPORTED;
			return true;
		}
	}
	return keep_value(k, proto, &ret->proto);
}

static bool keep_object(struct keeper *k, struct ev_obj *o, struct ipm_object *ret)
{
	ret->id = o->kept_id;
	ret->kind = o->kind;
	ret->number = o->number;
	if (o->kind == IPM_KIND_SYMBOL) {
		ret->proto.type = IPM_VALUE_NULL;
		return !o->text || keep_text(k, o->text, &ret->text);
	}
	if (!copy_str(k, (struct ipm_str){o->class_name, strlen(o->class_name)},
		      &ret->class_name) ||
	    !keep_prototype(k, o, ret) || !keep_slots(k, o, ret))
		return false;
	if (o->text && !keep_text(k, o->text, &ret->text))
		return false;
	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_ITERATOR:
		return keep_elements(k, o, ret);
	case IPM_KIND_PRIMITIVE:
		return keep_value(k, o->first, &ret->first);
	case IPM_KIND_TYPEDARRAY:
		return keep_typed(k, o, ret);
	case IPM_KIND_ARRAYBUFFER:
		return keep_bytes(k, o, ret);
	default:
		return true;
	}
}

bool ev_keep(struct ev *e, struct ev_val v, struct ev_batch *batch, struct ipm_value *ret)
{
	struct keeper k = {.e = e, .batch = batch};
	struct ipm_object *objects = NULL;
	size_t done = 0, capacity = 0;
	void *grown;

	if (!keep_value(&k, v, ret))
		return false;
	for (; done < k.count; done++) {
		if (!ev_steps(e, 8))
			return false;
		grown = ev_more(e, objects, done, &capacity, sizeof(*objects));
		if (!grown)
			return false;
		objects = grown;
		if (!keep_object(&k, k.queue[done], &objects[done]))
			return false;
	}
	if (!done)
		return true;
	batch->objects = take(&k, done * sizeof(*objects));
	if (!batch->objects)
		return false;
	memcpy(batch->objects, objects, done * sizeof(*objects));
	batch->count = done;
	return true;
}
