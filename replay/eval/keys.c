/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval_internal.h"
#include "eval_native.h"

/* Property keys, and the own keys of everything in the language's order. */

static bool array_index(struct ipm_str s, uint32_t *ret)
{
	uint64_t n = 0;
	size_t i;

	if (!s.len || s.len > 10 || (s.data[0] == '0' && s.len > 1))
		return false;
	for (i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s.data[i] - '0');
	}
	if (n >= UINT32_MAX)
		return false;
	*ret = (uint32_t)n;
	return true;
}

struct ev_key ev_key_of(struct ipm_str name)
{
	struct ev_key key = {.kind = EV_KEY_STRING, .name = name};

	if (array_index(name, &key.index))
		key.kind = EV_KEY_INDEX;
	return key;
}

struct ev_key ev_key_index(uint32_t index)
{
	return (struct ev_key){.kind = EV_KEY_INDEX, .index = index};
}

struct ipm_str ev_key_name(struct ev_key *key)
{
	if (key->name.data)
		return key->name;
	snprintf(key->digits, sizeof(key->digits), "%" PRIu32, key->index);
	return (struct ipm_str){key->digits, strlen(key->digits)};
}

bool ev_key_value(struct ev *e, const struct ev_key *key, struct ev_val *ret)
{
	struct ev_key copy = *key;

	if (key->kind == EV_KEY_SYMBOL) {
		*ret = key->symbol;
		return true;
	}
	ret->type = EV_STRING;
	ret->str = ev_str_new(e, ev_key_name(&copy));
	return ret->str != NULL;
}

bool ev_to_key(struct ev *e, struct ev_val v, struct ev_key *ret)
{
	const struct ipm_object *o;
	struct ev_str *s;
	bool symbol;

	memset(ret, 0, sizeof(*ret));
	if (v.type == EV_NUMBER && v.number >= 0 && v.number < UINT32_MAX &&
	    v.number == (double)(uint32_t)v.number) {
		*ret = ev_key_index((uint32_t)v.number);
		return true;
	}
	if (!ev_to_primitive(e, v, 's', &v) || !ev_is_symbol(e, v, &symbol))
		return false;
	if (symbol) {
		ret->kind = EV_KEY_SYMBOL;
		ret->symbol = v;
		if (v.type == EV_TEMP) {
			ret->name = ev_str_view(v.obj->text);
			return true;
		}
		o = ev_hold(e, v.id);
		if (!o)
			return false;
		s = ev_str_new(e, o->text.str);
		ev_drop(e, o);
		if (!s)
			return false;
		ret->name = ev_str_view(s);
		return true;
	}
	s = ev_to_string(e, v);
	if (!s || !ev_str_whole(e, s))
		return false;
	*ret = ev_key_of(ev_str_view(s));
	return true;
}

struct visit {
	bool (*visit)(struct ev *e, void *self, struct ev_key *key,
		      const struct ev_found *property);
	void *self;
	unsigned which;
};

static bool visit_index(struct ev *e, uint64_t index, struct ev_val v, const struct visit *it)
{
	struct ev_found found = {.found = true, .flags = IPM_PROPERTY_DEFAULT, .value = v};
	struct ev_key key;

	if (v.type == EV_HOLE)
		return true;
	if (index >= UINT32_MAX)
		return ev_throw(e, "RangeError", "Invalid array length");
	key = ev_key_index((uint32_t)index);
	return it->visit(e, it->self, &key, &found);
}

static bool visit_elements(struct ev *e, struct ev_val object, const struct visit *it)
{
	struct ev_walk walk;
	struct ev_val v;
	bool ok, more;

	if (!(it->which & EV_KEYS_STRINGS))
		return true;
	if (!ev_walk_start(e, object, &walk))
		return false;
	for (;;) {
		ok = ev_walk_next(e, &walk, &v, &more);
		if (!ok || !more)
			break;
		ok = visit_index(e, walk.index - 1, v, it);
		if (!ok)
			break;
	}
	ev_walk_end(e, &walk);
	return ok;
}

static bool visit_string(struct ev *e, struct ev_str *s, const struct visit *it)
{
	struct ev_found found = {.found = true, .value = ev_num((double)s->units)};
	struct ev_key key;
	struct ev_str *one;
	size_t i;

	if (!ev_str_whole(e, s))
		return false;
	for (i = 0; i < s->held; i++) {
		one = ev_str_slice(e, s, i, i + 1);
		if (!one || !ev_step(e) || !visit_index(e, i, ev_string(one), it))
			return false;
	}
	if (!(it->which & EV_KEYS_HIDDEN))
		return true;
	key = ev_key_of(IPM_STR("length"));
	return it->visit(e, it->self, &key, &found);
}

static bool visit_property(struct ev *e, const struct ipm_property *p, bool symbols,
			   const struct visit *it)
{
	struct ev_found found = {.found = true, .flags = p->flags};
	struct ev_key key;
	struct ev_str *name;

	if (symbols != (p->symbol_id != 0) ||
	    (!(p->flags & IPM_PROPERTY_ENUMERABLE) && !(it->which & EV_KEYS_HIDDEN)))
		return true;
	if (!ev_step(e))
		return false;
	name = ev_str_new(e, p->name); /* the key may outlive the object's place in the cache */
	if (!name)
		return false;
	key = ev_key_of(ev_str_view(name));
	if (symbols) {
		key.kind = EV_KEY_SYMBOL;
		key.symbol = (struct ev_val){.type = EV_HEAP, .id = p->symbol_id};
	}
	if (p->value.type == IPM_VALUE_ACCESSOR) {
		found.accessor = true;
		if (p->value.accessor.get)
			found.get = (struct ev_val){.type = EV_HEAP, .id = p->value.accessor.get};
		if (p->value.accessor.set)
			found.set = (struct ev_val){.type = EV_HEAP, .id = p->value.accessor.set};
	} else if (!ev_import(e, &p->value, &found.value)) {
		return false;
	}
	return it->visit(e, it->self, &key, &found);
}

static bool visit_properties(struct ev *e, const struct ipm_object *o, bool symbols,
			     const struct visit *it)
{
	const struct ipm_slices *more = &o->more_properties;
	const struct ipm_slice *slice;
	uint64_t i, count;
	size_t k;

	for (k = 0; k < o->property_count; k++)
		if (!visit_property(e, &o->properties[k], symbols, it))
			return false;
	count = more->count && more->per_slice ? (more->count - 1) / more->per_slice + 1 : 0;
	for (i = 0; i < count; i++) {
		slice = ev_slice(e, more->first + i, NULL);
		for (k = 0; slice && k < slice->property_count; k++) {
			if (!visit_property(e, &slice->properties[k], symbols, it))
				return false;
			slice = ev_slice(e, more->first + i,
					 NULL); /* the visit may have evicted it */
		}
		if (!slice)
			return false;
	}
	return true;
}

static bool captured_keys(struct ev *e, struct ev_val object, const struct ipm_object *o,
			  const struct visit *it)
{
	struct ev_found length = {.found = true, .flags = IPM_PROPERTY_WRITABLE};
	struct ev_key key;
	struct ev_val first;

	if (o->kind == IPM_KIND_PROXY)
		return ev_throw_side_effect(e, "a Proxy of a dead process cannot be asked: its "
					       "traps cannot be run");
	if (o->kind == IPM_KIND_ARRAY || o->kind == IPM_KIND_ARGUMENTS ||
	    o->kind == IPM_KIND_TYPEDARRAY) {
		if (!visit_elements(e, object, it))
			return false;
	}
	if (o->kind == IPM_KIND_PRIMITIVE && o->first.type == IPM_VALUE_STRING &&
	    it->which & EV_KEYS_STRINGS) {
		if (!ev_import(e, &o->first, &first) || !visit_string(e, first.str, it))
			return false;
	}
	if (o->kind == IPM_KIND_ARRAY && it->which & EV_KEYS_HIDDEN &&
	    it->which & EV_KEYS_STRINGS) {
		bool there = false;
		size_t i;

		for (i = 0; i < o->property_count; i++)
			there = there || ev_view_is(o->properties[i].name, "length");
		key = ev_key_of(IPM_STR("length"));
		length.value = ev_num((double)o->length);
		if (!there && !it->visit(e, it->self, &key, &length))
			return false;
	}
	if (it->which & EV_KEYS_STRINGS && !visit_properties(e, o, false, it))
		return false;
	if (it->which & EV_KEYS_SYMBOLS && !visit_properties(e, o, true, it))
		return false;
	if (o->omitted_properties)
		return ev_throw(e, "EvalError",
				"%llu of this object's properties were not captured (%s)",
				(unsigned long long)o->omitted_properties,
				ipm_reason_name(o->omitted_reason));
	return true;
}

struct placed {
	uint32_t index;
	uint32_t slot;
};

static int by_index(const void *a, const void *b)
{
	uint32_t x = ((const struct placed *)a)->index, y = ((const struct placed *)b)->index;

	return x < y ? -1 : x > y;
}

/* Indexes first, by number; then the others as they came. NULL: unwinding. */
const uint32_t *ev_slot_order(struct ev *e, const struct ev_obj *o)
{
	uint32_t *order = ev_alloc(e, (o->slot_count + 1) * sizeof(*order));
	struct placed *indexes = NULL;
	size_t i, count = 0, n;
	uint32_t index;

	if (!order)
		return NULL;
	for (i = 0; i < o->slot_count; i++) {
		if (o->slots[i].symbol.type != EV_UNDEFINED ||
		    !array_index(o->slots[i].name, &index))
			continue;
		if (!indexes)
			indexes = ev_alloc(e, o->slot_count * sizeof(*indexes));
		if (!indexes)
			return NULL;
		indexes[count].slot = (uint32_t)i;
		indexes[count++].index = index;
	}
	if (count)
		qsort(indexes, count, sizeof(*indexes), by_index);
	for (n = 0; n < count; n++)
		order[n] = indexes[n].slot;
	for (i = 0; i < o->slot_count; i++)
		if (!count || o->slots[i].symbol.type != EV_UNDEFINED ||
		    !array_index(o->slots[i].name, &index))
			order[n++] = (uint32_t)i;
	return order;
}

static bool visit_slot(struct ev *e, const struct ev_slot *slot, const struct visit *it)
{
	struct ev_found found = {.found = true, .flags = slot->flags, .value = slot->value};
	struct ev_key key = ev_key_of(slot->name);

	if (!(slot->flags & IPM_PROPERTY_ENUMERABLE) && !(it->which & EV_KEYS_HIDDEN))
		return true;
	if (slot->symbol.type != EV_UNDEFINED) {
		key.kind = EV_KEY_SYMBOL;
		key.symbol = slot->symbol;
	}
	found.accessor = slot->accessor;
	found.get = slot->get;
	found.set = slot->set;
	return ev_step(e) && it->visit(e, it->self, &key, &found);
}

static bool temp_keys(struct ev *e, struct ev_obj *o, const struct visit *it)
{
	struct ev_found length = {.found = true, .flags = IPM_PROPERTY_WRITABLE};
	const uint32_t *order;
	struct ev_key key;
	size_t i, count = o->slot_count;
	int symbols;

	if (it->which & EV_KEYS_STRINGS) {
		bool indexed = o->kind == IPM_KIND_ARRAY || o->kind == IPM_KIND_TYPEDARRAY;

		for (i = 0; indexed && i < o->element_count; i++)
			if (!visit_index(e, i, o->elements[i], it))
				return false;
		if (o->kind == IPM_KIND_PRIMITIVE && o->first.type == EV_STRING &&
		    !visit_string(e, o->first.str, it))
			return false;
		key = ev_key_of(IPM_STR("length"));
		length.value = ev_num((double)o->element_count);
		if (o->kind == IPM_KIND_ARRAY && it->which & EV_KEYS_HIDDEN &&
		    !it->visit(e, it->self, &key, &length))
			return false;
	}
	order = ev_slot_order(e, o);
	if (!order)
		return false;
	for (symbols = 0; symbols < 2; symbols++) {
		if (!(it->which & (symbols ? EV_KEYS_SYMBOLS : EV_KEYS_STRINGS)))
			continue;
		/* The visit may add and remove: what is gone by then is passed over. */
		for (i = 0; i < count; i++) {
			if (order[i] >= o->slot_count ||
			    (o->slots[order[i]].symbol.type != EV_UNDEFINED) != symbols)
				continue;
			if (!visit_slot(e, &o->slots[order[i]], it))
				return false;
		}
	}
	return true;
}

bool ev_own_keys(struct ev *e, struct ev_val object, unsigned which,
		 bool (*visit)(struct ev *e, void *self, struct ev_key *key,
			       const struct ev_found *property),
		 void *self)
{
	const struct visit it = {visit, self, which};
	const struct ipm_object *o;
	bool ok;

	switch (object.type) {
	case EV_STRING:
		return !(which & EV_KEYS_STRINGS) || visit_string(e, object.str, &it);
	case EV_TEMP:
		return temp_keys(e, object.obj, &it);
	case EV_HEAP:
		o = ev_hold(e, object.id);
		if (!o)
			return false;
		ok = captured_keys(e, object, o, &it);
		ev_drop(e, o);
		return ok;
	case EV_OMITTED:
		return ev_throw_omitted(e, object.omitted);
	default:
		return true;
	}
}
