/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_internal.h"
#include "eval_native.h"
#include "wtf8.h"

/* Elements of arrays and their like: by index, one after the other, and as iterables. */

bool ev_length(struct ev *e, struct ev_val object, uint64_t *ret)
{
	const struct ipm_object *o;
	enum ipm_kind kind;
	struct ev_val v;
	double n;

	if (object.type == EV_STRING) {
		*ret = object.str->units;
		return true;
	}
	if (object.type == EV_TEMP &&
	    (object.obj->kind == IPM_KIND_ARRAY || object.obj->kind == IPM_KIND_TYPEDARRAY)) {
		*ret = object.obj->element_count;
		return true;
	}
	if (object.type == EV_HEAP) {
		o = ev_hold(e, object.id);
		if (!o)
			return false;
		kind = o->kind;
		*ret = o->length;
		ev_drop(e, o);
		if (kind == IPM_KIND_ARRAY || kind == IPM_KIND_TYPEDARRAY)
			return true;
	}
	if (!ev_get_c(e, object, "length", &v) || !ev_to_integer(e, v, &n))
		return false;
	*ret = n <= 0 ? 0 : n >= 9007199254740991.0 ? UINT64_C(9007199254740991) : (uint64_t)n;
	return true;
}

/* Value number `index` of a list in which runs of holes count as many. False: past its end. */
static bool at_index(const struct ipm_value *values, size_t count, bool dense, uint64_t index,
		     const struct ipm_value **ret, uint64_t *ret_total)
{
	uint64_t at = 0, width;
	size_t i;

	if (dense) {
		if (index < count) {
			*ret = &values[index];
			return true;
		}
		*ret_total = count;
		return false;
	}
	for (i = 0; i < count; i++) {
		width = values[i].type == IPM_VALUE_HOLES ? values[i].holes : 1;
		if (index < at || index - at < width) {
			*ret = &values[i];
			return true;
		}
		at = width > UINT64_MAX - at ? UINT64_MAX : at + width;
	}
	*ret_total = at;
	return false;
}

static bool not_captured(struct ev *e, const struct ipm_object *o, uint64_t captured)
{
	return ev_throw(
		e, "EvalError",
		"only the first %llu of %llu elements were captured (%s): use slice(0, %llu)",
		(unsigned long long)captured, (unsigned long long)o->length,
		ipm_reason_name(o->omitted_reason), (unsigned long long)captured);
}

static bool stored_element(struct ev *e, const struct ipm_object *o, uint64_t index,
			   struct ev_val *ret)
{
	const struct ipm_slices *more = &o->more_elements;
	const struct ipm_slice *slice;
	const struct ipm_value *v;
	uint64_t total = 0, rest;
	bool dense;

	if (at_index(o->elements, o->element_count, ev_is_dense(e, o), index, &v, &total))
		return ev_import(e, v, ret);
	rest = index - total;
	if (more->count && more->per_slice && rest < more->count) {
		slice = ev_slice(e, more->first + rest / more->per_slice, &dense);
		if (!slice)
			return false;
		if (at_index(slice->values, slice->value_count, dense, rest % more->per_slice, &v,
			     &total))
			return ev_import(e, v, ret);
	}
	if (o->omitted_elements)
		return not_captured(e, o, total + more->count);
	ret->type = EV_HOLE;
	return true;
}

bool ev_element(struct ev *e, struct ev_val object, uint64_t index, struct ev_val *ret)
{
	const struct ipm_object *o;
	struct ev_key key;
	bool ok;

	if (!ev_step(e))
		return false;
	if (object.type == EV_TEMP &&
	    (object.obj->kind == IPM_KIND_ARRAY || object.obj->kind == IPM_KIND_TYPEDARRAY)) {
		ret->type = EV_HOLE;
		if (index < object.obj->element_count)
			*ret = object.obj->elements[index];
		return true;
	}
	if (object.type == EV_HEAP) {
		o = ev_hold(e, object.id);
		if (!o)
			return false;
		if (o->kind == IPM_KIND_ARRAY || o->kind == IPM_KIND_ARGUMENTS ||
		    o->kind == IPM_KIND_TYPEDARRAY) {
			ret->type = EV_HOLE;
			ok = true;
			if (index < o->length)
				ok = o->kind == IPM_KIND_TYPEDARRAY
					     ? ev_typed_element(e, o, index, ret)
					     : stored_element(e, o, index, ret);
			ev_drop(e, o);
			return ok;
		}
		ev_drop(e, o);
	}
	if (index < UINT32_MAX) {
		struct ev_found found;

		key = ev_key_index((uint32_t)index);
		if (!ev_lookup(e, object, &key, &found))
			return false;
		if (!found.found) {
			ret->type = EV_HOLE;
			return true;
		}
		return ev_get(e, object, &key, ret);
	}
	ret->type = EV_HOLE;
	return true;
}

bool ev_walk_start(struct ev *e, struct ev_val object, struct ev_walk *ret)
{
	const struct ipm_object *o;

	memset(ret, 0, sizeof(*ret));
	ret->object = object;
	if (object.type == EV_TEMP) {
		ret->end = object.obj->element_count;
		return true;
	}
	if (object.type != EV_HEAP)
		return ev_throw(e, "TypeError", "the value has no elements");
	o = ev_hold(e, object.id);
	if (!o)
		return false;
	ret->held = o;
	ret->end = o->length;
	if (o->kind == IPM_KIND_MAP || o->kind == IPM_KIND_WEAKMAP)
		ret->end = o->length > UINT64_MAX / 2 ? UINT64_MAX : o->length * 2;
	if (o->kind == IPM_KIND_ITERATOR) {
		uint64_t stored = o->element_count + o->more_elements.count;

		if (ret->end < stored)
			ret->end = stored;
	}
	if (o->more_elements.per_slice && o->more_elements.count)
		ret->slices_left = (o->more_elements.count - 1) / o->more_elements.per_slice + 1;
	return true;
}

void ev_walk_end(struct ev *e, struct ev_walk *walk)
{
	ev_drop(e, walk->held);
	walk->held = NULL;
}

static bool next_of_temp(struct ev *e, struct ev_walk *w, struct ev_val *ret, bool *more)
{
	struct ev_obj *o = w->object.obj;
	bool entries = o->kind == IPM_KIND_MAP || o->kind == IPM_KIND_SET;

	/* The callback may have added some: a Map's or Set's walk goes on to them. */
	if (entries)
		w->end = o->element_count;
	while (entries && w->index < w->end && o->elements[w->index].type == EV_HOLE)
		w->index += o->kind == IPM_KIND_MAP ? 2 : 1;
	*more = w->index < w->end;
	if (!*more)
		return true;
	ret->type = EV_HOLE;
	if (w->index < o->element_count)
		*ret = o->elements[w->index];
	w->index++;
	return ev_step(e);
}

bool ev_walk_next(struct ev *e, struct ev_walk *w, struct ev_val *ret, bool *more)
{
	const struct ipm_object *o = w->held;
	const struct ipm_slice *slice;
	const struct ipm_value *values;
	size_t count;

	if (!o)
		return next_of_temp(e, w, ret, more);
	*more = w->index < w->end;
	if (!*more)
		return true;
	if (!ev_step(e))
		return false;
	if (o->kind == IPM_KIND_TYPEDARRAY)
		return ev_typed_element(e, o, w->index++, ret);
	ret->type = EV_HOLE;
	while (!w->holes) {
		values = o->elements;
		count = o->element_count;
		if (w->slice_id) {
			slice = ev_slice(e, w->slice_id, NULL);
			if (!slice)
				return false;
			values = slice->values;
			count = slice->value_count;
		}
		if (w->at < count) {
			if (values[w->at].type != IPM_VALUE_HOLES) {
				w->index++;
				return ev_import(e, &values[w->at++], ret);
			}
			w->holes = values[w->at++].holes;
			continue;
		}
		if (!w->slices_left) {
			if (o->omitted_elements || o->kind == IPM_KIND_MAP ||
			    o->kind == IPM_KIND_SET)
				return not_captured(
					e, o, o->kind == IPM_KIND_MAP ? w->index / 2 : w->index);
			w->holes = w->end - w->index;
			break;
		}
		w->slice_id = w->slice_id ? w->slice_id + 1 : o->more_elements.first;
		w->slices_left--;
		w->at = 0;
	}
	w->holes--;
	w->index++;
	return true;
}

struct iteration {
	bool (*visit)(struct ev *e, void *self, struct ev_val v, bool *stop);
	void *self;
};

static bool iterate_string(struct ev *e, struct ev_str *s, const struct iteration *it)
{
	struct ipm_str rest, before;
	struct ev_str *one;
	bool stop = false;
	uint32_t cp;

	if (!ev_str_whole(e, s))
		return false;
	rest = ev_str_view(s);
	for (before = rest; !stop && ipm_wtf8_next(&rest, &cp); before = rest) {
		one = ev_str_borrow(e, (struct ipm_str){before.data, before.len - rest.len});
		if (!one || !ev_step(e) || !it->visit(e, it->self, ev_string(one), &stop))
			return false;
	}
	return true;
}

static bool iterate_stored(struct ev *e, struct ev_val object, bool pairs,
			   const struct iteration *it)
{
	struct ev_val v, second;
	bool more, stop = false, ok;
	struct ev_walk walk;
	struct ev_obj *pair;

	if (!ev_walk_start(e, object, &walk))
		return false;
	for (;;) {
		ok = ev_walk_next(e, &walk, &v, &more);
		if (!ok || !more)
			break;
		if (v.type == EV_HOLE)
			v = EV_UNDEF;
		if (pairs) {
			ok = ev_walk_next(e, &walk, &second, &more);
			if (!ok)
				break;
			pair = ev_pair(e, v, second);
			ok = pair != NULL;
			v = ev_temp(pair);
		}
		ok = ok && it->visit(e, it->self, v, &stop);
		if (!ok || stop)
			break;
	}
	ev_walk_end(e, &walk);
	return ok;
}

static bool not_iterable(struct ev *e, struct ev_val v, enum ipm_kind kind,
			 const struct ev_node *source)
{
	struct ev_key key = ev_key_of(IPM_STR("Symbol(Symbol.iterator)"));
	struct ev_found found = {0};
	struct ev_str *s;
	const char *type;

	if (ev_is_object(v) && kind != IPM_KIND_SYMBOL) {
		key.kind = EV_KEY_SYMBOL;
		key.symbol.type = EV_NATIVE;
		if (!ev_lookup(e, v, &key, &found))
			return false;
		if (found.found && found.value.type != EV_UNDEFINED)
			return ev_throw_side_effect(e,
						    "this iterable's [Symbol.iterator] cannot be "
						    "run: the process is dead");
	}
	if (source && !ev_is_nullish(v))
		return ev_throw(e, "TypeError", "%s is not iterable", ev_source_of(e, source));
	if (ev_is_nullish(v))
		return ev_throw(e, "TypeError",
				"%s is not iterable (cannot read property Symbol(Symbol.iterator))",
				v.type == EV_NULL ? "object null" : "undefined");
	type = ev_typeof(e, v);
	if (!type)
		return false;
	if (ev_is_object(v))
		return ev_throw(e, "TypeError", "%s is not iterable", type);
	s = ev_to_string(e, v);
	return s ? ev_throw(e, "TypeError",
			    "%s %s is not iterable (cannot read property Symbol(Symbol.iterator))",
			    type, ev_excerpt(e, ev_str_view(s)))
		 : false;
}

static bool iterator_method(struct ev *e, struct ev_val v, struct ev_val *ret)
{
	struct ev_key key = ev_key_of(IPM_STR("Symbol(Symbol.iterator)"));
	struct ev_found found;

	*ret = EV_UNDEF;
	key.kind = EV_KEY_SYMBOL;
	key.symbol.type = EV_NATIVE;
	if (!ev_lookup(e, v, &key, &found))
		return false;
	if (found.found && !found.accessor)
		*ret = found.value;
	return true;
}

bool ev_is_iterable(struct ev *e, struct ev_val v, bool *ret)
{
	struct ev_val method = EV_UNDEF;
	enum ipm_kind kind;

	if (!ev_kind(e, v, &kind))
		return false;
	*ret = v.type == EV_STRING || kind == IPM_KIND_ARRAY || kind == IPM_KIND_MAP ||
	       kind == IPM_KIND_SET || kind == IPM_KIND_TYPEDARRAY || kind == IPM_KIND_ARGUMENTS ||
	       kind == IPM_KIND_ITERATOR;
	if (*ret || !ev_is_object(v) || kind == IPM_KIND_SYMBOL)
		return true;
	if (!iterator_method(e, v, &method))
		return false;
	*ret = method.type != EV_UNDEFINED;
	return true;
}

/* What an object of the expression's own gives through its [Symbol.iterator]. */
static bool iterate_by_method(struct ev *e, struct ev_val object, struct ev_val method,
			      const struct iteration *it)
{
	struct ev_val iterator, next, result, v;
	bool done = false, stop = false;
	enum ipm_kind kind;

	if (!ev_call(e, method, object, NULL, 0, &iterator) || !ev_kind(e, iterator, &kind))
		return false;
	if (kind == IPM_KIND_ITERATOR)
		return ev_iterate(e, iterator, it->visit, it->self);
	if (!ev_get_c(e, iterator, "next", &next))
		return false;
	while (!stop) {
		if (!ev_step(e) || !ev_call(e, next, iterator, NULL, 0, &result))
			return false;
		if (!ev_is_object(result))
			return ev_throw(e, "TypeError", "Iterator result %s is not an object",
					ev_typeof(e, result));
		if (!ev_get_c(e, result, "done", &v) || !ev_truthy(e, v, &done))
			return false;
		if (done)
			return true;
		if (!ev_get_c(e, result, "value", &v) || !it->visit(e, it->self, v, &stop))
			return false;
	}
	return true;
}

bool ev_iterate(struct ev *e, struct ev_val iterable,
		bool (*visit)(struct ev *e, void *self, struct ev_val v, bool *stop), void *self)
{
	const struct iteration it = {visit, self};
	const struct ev_node *source = e->iterated;
	const struct ipm_object *o;
	bool pairs = false, stop = false;
	struct ev_val method;
	struct ev_obj *temp;
	enum ipm_kind kind;

	e->iterated = NULL;
	if (iterable.type == EV_STRING)
		return iterate_string(e, iterable.str, &it);
	if (!ev_kind(e, iterable, &kind))
		return false;
	if (iterable.type == EV_TEMP && kind == IPM_KIND_ITERATOR) {
		temp = iterable.obj;
		while (!stop && temp->position < temp->element_count)
			if (!ev_step(e) || !visit(e, self, temp->elements[temp->position++], &stop))
				return false;
		return true;
	}
	if (iterable.type == EV_HEAP && kind == IPM_KIND_ITERATOR) {
		o = ev_hold(e, iterable.id);
		if (!o)
			return false;
		pairs = o->state == 1;
		ev_drop(e, o);
		return iterate_stored(e, iterable, pairs, &it);
	}
	switch (kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_SET:
		return iterate_stored(e, iterable, false, &it);
	case IPM_KIND_MAP:
		return iterate_stored(e, iterable, true, &it);
	default:
		break;
	}
	if (iterable.type == EV_TEMP && kind != IPM_KIND_SYMBOL) {
		if (!iterator_method(e, iterable, &method))
			return false;
		if (method.type == EV_TEMP)
			return iterate_by_method(e, iterable, method, &it);
	}
	return not_iterable(e, iterable, kind, source);
}
