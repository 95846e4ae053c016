/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_internal.h"

/* Objects that the expression makes: arrays, object literals, Maps, errors, closures. */

enum { INDEX_FROM = 12 }; /* fewer slots than this are searched one by one */

struct ev_obj *ev_new(struct ev *e, enum ipm_kind kind, const char *class_name)
{
	struct ev_obj *o = ev_alloc(e, sizeof(*o));

	if (o) {
		o->kind = kind;
		o->class_name = class_name;
	}
	return o;
}

struct ev_obj *ev_new_array(struct ev *e)
{
	return ev_new(e, IPM_KIND_ARRAY, "Array");
}

bool ev_push(struct ev *e, struct ev_obj *array, struct ev_val v)
{
	void *grown = ev_more(e, array->elements, array->element_count, &array->element_capacity,
			      sizeof(*array->elements));

	if (!grown)
		return false;
	array->elements = grown;
	array->elements[array->element_count++] = v;
	return true;
}

struct ev_obj *ev_pair(struct ev *e, struct ev_val a, struct ev_val b)
{
	struct ev_obj *o = ev_new_array(e);

	return o && ev_push(e, o, a) && ev_push(e, o, b) ? o : NULL;
}

static bool same_symbol(struct ev_val a, struct ev_val b, struct ipm_str a_name,
			struct ipm_str b_name)
{
	static const char well_known[] = "Symbol(Symbol.";

	if (a.type == EV_HEAP && b.type == EV_HEAP)
		return a.id == b.id;
	if (a.type == EV_TEMP && b.type == EV_TEMP && a.obj == b.obj)
		return true;
	return a_name.len > sizeof(well_known) &&
	       !memcmp(a_name.data, well_known, sizeof(well_known) - 1) &&
	       ev_view_equal(a_name, b_name);
}

static bool slot_matches(const struct ev_slot *slot, const struct ev_key *key, struct ipm_str name)
{
	if (key->kind == EV_KEY_SYMBOL)
		return slot->symbol.type != EV_UNDEFINED &&
		       same_symbol(slot->symbol, key->symbol, slot->name, name);
	return slot->symbol.type == EV_UNDEFINED && ev_view_equal(slot->name, name);
}

struct ev_slot *ev_find_slot(struct ev_obj *o, struct ev_key *key)
{
	struct ipm_str name = ev_key_name(key);
	size_t i, bucket;

	if (!o->slot_index) {
		for (i = 0; i < o->slot_count; i++)
			if (slot_matches(&o->slots[i], key, name))
				return &o->slots[i];
		return NULL;
	}
	bucket = ev_hash(name.data, name.len) & (o->slot_buckets - 1);
	while (o->slot_index[bucket]) {
		i = o->slot_index[bucket] - 1;
		if (slot_matches(&o->slots[i], key, name))
			return &o->slots[i];
		bucket = (bucket + 1) & (o->slot_buckets - 1);
	}
	return NULL;
}

static bool index_slots(struct ev *e, struct ev_obj *o)
{
	size_t buckets = 32, i, b;

	while (buckets < o->slot_capacity * 2)
		buckets *= 2;
	o->slot_index = ev_alloc(e, buckets * sizeof(*o->slot_index));
	if (!o->slot_index)
		return false;
	o->slot_buckets = buckets;
	for (i = 0; i < o->slot_count; i++) {
		b = ev_hash(o->slots[i].name.data, o->slots[i].name.len) & (buckets - 1);
		while (o->slot_index[b])
			b = (b + 1) & (buckets - 1);
		o->slot_index[b] = (uint32_t)i + 1;
	}
	return true;
}

static struct ev_slot *add_slot(struct ev *e, struct ev_obj *o, struct ev_key *key)
{
	struct ipm_str name = ev_key_name(key);
	size_t capacity = o->slot_capacity, b;
	struct ev_slot *slot;
	void *grown;
	char *copy;

	grown = ev_more(e, o->slots, o->slot_count, &o->slot_capacity, sizeof(*o->slots));
	if (!grown)
		return NULL;
	o->slots = grown;
	if (name.data == key->digits) { /* the key is somebody's local variable */
		copy = ev_alloc(e, name.len + 1);
		if (!copy)
			return NULL;
		memcpy(copy, name.data, name.len);
		name.data = copy;
	}
	slot = &o->slots[o->slot_count];
	memset(slot, 0, sizeof(*slot));
	slot->name = name;
	if (key->kind == EV_KEY_SYMBOL)
		slot->symbol = key->symbol;
	o->slot_count++;
	if (o->slot_count >= INDEX_FROM && (!o->slot_index || capacity != o->slot_capacity))
		return index_slots(e, o) ? slot : NULL;
	if (o->slot_index) {
		b = ev_hash(name.data, name.len) & (o->slot_buckets - 1);
		while (o->slot_index[b])
			b = (b + 1) & (o->slot_buckets - 1);
		o->slot_index[b] = (uint32_t)o->slot_count;
	}
	return slot;
}

bool ev_define(struct ev *e, struct ev_obj *o, struct ev_key *key, struct ev_val v, uint8_t flags)
{
	struct ev_slot *slot;

	if (key->kind == EV_KEY_INDEX && o->kind == IPM_KIND_ARRAY) {
		if (key->index > o->element_count + (1u << 20))
			return ev_throw(e, "RangeError", "Invalid array length");
		while (o->element_count <= key->index)
			if (!ev_push(e, o, (struct ev_val){.type = EV_HOLE}))
				return false;
		o->elements[key->index] = v;
		return true;
	}
	slot = ev_find_slot(o, key);
	if (!slot) {
		slot = add_slot(e, o, key);
		if (!slot)
			return false;
		slot->flags = flags;
	}
	slot->accessor = false;
	slot->value = v;
	return true;
}

bool ev_define_c(struct ev *e, struct ev_obj *o, const char *name, struct ev_val v, uint8_t flags)
{
	struct ev_key key = ev_key_of((struct ipm_str){name, strlen(name)});

	return ev_define(e, o, &key, v, flags);
}

static struct ev_slot *accessor_slot(struct ev *e, struct ev_obj *o, struct ev_key *key)
{
	struct ev_slot *slot = ev_find_slot(o, key);

	if (slot && slot->accessor)
		return slot;
	if (!ev_define(e, o, key, EV_UNDEF, IPM_PROPERTY_ENUMERABLE | IPM_PROPERTY_CONFIGURABLE))
		return NULL;
	slot = ev_find_slot(o, key);
	if (slot)
		slot->accessor = true;
	return slot;
}

bool ev_define_getter(struct ev *e, struct ev_obj *o, struct ev_key *key, struct ev_val getter)
{
	struct ev_slot *slot = accessor_slot(e, o, key);

	if (slot)
		slot->get = getter;
	return slot || !(e->throwing || e->stop || e->errc);
}

bool ev_define_setter(struct ev *e, struct ev_obj *o, struct ev_key *key, struct ev_val setter)
{
	struct ev_slot *slot = accessor_slot(e, o, key);

	if (slot)
		slot->set = setter;
	return slot || !(e->throwing || e->stop || e->errc);
}

bool ev_delete_slot(struct ev *e, struct ev_obj *o, struct ev_key *key)
{
	struct ev_slot *slot;
	size_t i;

	if (key->kind == EV_KEY_INDEX && o->kind == IPM_KIND_ARRAY) {
		if (key->index < o->element_count)
			o->elements[key->index].type = EV_HOLE;
		return true;
	}
	slot = ev_find_slot(o, key);
	if (!slot)
		return true;
	i = (size_t)(slot - o->slots);
	memmove(slot, slot + 1, (o->slot_count - i - 1) * sizeof(*slot));
	o->slot_count--;
	return o->slot_index ? index_slots(e, o) : true;
}

/* Equal values (SameValueZero) have equal hashes. */
static bool hash_value(struct ev *e, struct ev_val v, uint32_t *ret)
{
	double n;

	switch (v.type) {
	case EV_NUMBER:
		n = v.number == 0 ? 0 : v.number;
		if (isnan(n))
			*ret = 7;
		else
			*ret = ev_hash(&n, sizeof(n));
		return true;
	case EV_STRING:
		if (!ev_str_whole(e, v.str))
			return false;
		*ret = ev_hash(v.str->data, v.str->len);
		return true;
	case EV_HEAP:
		*ret = ev_hash(&v.id, sizeof(v.id));
		return true;
	case EV_TEMP:
		*ret = ev_hash(&v.obj, sizeof(v.obj));
		return true;
	case EV_BOOLEAN:
		*ret = v.boolean;
		return true;
	default:
		*ret = (uint32_t)v.type * 31;
		return true;
	}
}

bool ev_find_entry(struct ev *e, struct ev_obj *o, struct ev_val key, size_t *ret)
{
	size_t width = o->kind == IPM_KIND_MAP || o->kind == IPM_KIND_WEAKMAP ? 2 : 1, b, i;
	uint32_t h;
	bool same;

	*ret = SIZE_MAX;
	if (!o->entry_index)
		return true;
	if (!hash_value(e, key, &h))
		return false;
	for (b = h & (o->entry_buckets - 1); o->entry_index[b];
	     b = (b + 1) & (o->entry_buckets - 1)) {
		i = (size_t)(o->entry_index[b] - 1) * width;
		if (o->elements[i].type == EV_HOLE)
			continue;
		if (!ev_same_value(e, o->elements[i], key, true, &same))
			return false;
		if (same) {
			*ret = i;
			return true;
		}
	}
	return true;
}

static bool index_entries(struct ev *e, struct ev_obj *o, size_t width)
{
	size_t buckets = 16, i, b;
	uint32_t h;

	while (buckets < o->element_count / width * 4)
		buckets *= 2;
	o->entry_index = ev_alloc(e, buckets * sizeof(*o->entry_index));
	if (!o->entry_index)
		return false;
	o->entry_buckets = buckets;
	for (i = 0; i < o->element_count; i += width) {
		if (o->elements[i].type == EV_HOLE)
			continue;
		if (!hash_value(e, o->elements[i], &h))
			return false;
		for (b = h & (buckets - 1); o->entry_index[b];)
			b = (b + 1) & (buckets - 1);
		o->entry_index[b] = (uint32_t)(i / width) + 1;
	}
	return true;
}

bool ev_put_entry(struct ev *e, struct ev_obj *o, struct ev_val key, struct ev_val value)
{
	size_t width = o->kind == IPM_KIND_MAP || o->kind == IPM_KIND_WEAKMAP ? 2 : 1, i, b;
	uint32_t h;

	if (key.type == EV_NUMBER && key.number == 0)
		key.number = 0; /* no -0 */
	if (!ev_find_entry(e, o, key, &i))
		return false;
	if (i != SIZE_MAX) {
		if (width == 2)
			o->elements[i + 1] = value;
		return true;
	}
	if (!ev_push(e, o, key) || (width == 2 && !ev_push(e, o, value)))
		return false;
	o->live_entries++;
	if (!o->entry_index || o->element_count / width * 2 > o->entry_buckets)
		return index_entries(e, o, width);
	if (!hash_value(e, key, &h))
		return false;
	for (b = h & (o->entry_buckets - 1); o->entry_index[b];)
		b = (b + 1) & (o->entry_buckets - 1);
	o->entry_index[b] = (uint32_t)(o->element_count / width - 1) + 1;
	return true;
}

bool ev_delete_entry(struct ev *e, struct ev_obj *o, struct ev_val key, bool *ret)
{
	size_t i;

	if (!ev_find_entry(e, o, key, &i))
		return false;
	*ret = i != SIZE_MAX;
	if (*ret) {
		o->elements[i].type = EV_HOLE;
		o->live_entries--;
	}
	return true;
}
