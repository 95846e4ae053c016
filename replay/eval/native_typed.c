/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_native.h"

/* Typed arrays, ArrayBuffers and DataViews of the dead process. */

/* What the getters tell of a view, captured or new. */
struct view {
	uint64_t length, byte_offset;
	unsigned element_size;
	struct ev_val buffer;
};

static bool view_of(struct ev *e, struct ev_args *a, struct view *ret)
{
	const struct ipm_object *o;
	struct ev_obj *buffer;
	bool ok;

	memset(ret, 0, sizeof(*ret));
	if (a->this_value.type == EV_TEMP && a->this_value.obj->kind == IPM_KIND_TYPEDARRAY) {
		ret->length = a->this_value.obj->element_count;
		ret->element_size = ev_element_size(a->this_value.obj->element_type);
		buffer = ev_typed_buffer(e, a->this_value.obj);
		return ev_return_obj(buffer, &ret->buffer);
	}
	if (a->this_value.type == EV_TEMP && a->this_value.obj->kind == IPM_KIND_ARRAYBUFFER) {
		ret->length = a->this_value.obj->bytes.len;
		ret->element_size = 1;
		return true;
	}
	if (a->this_value.type != EV_HEAP)
		return ev_throw(e, "TypeError", "the receiver is not a typed array");
	o = ev_hold(e, a->this_value.id);
	if (!o)
		return false;
	ret->length = o->length;
	ret->byte_offset = o->byte_offset;
	ret->element_size = o->kind == IPM_KIND_TYPEDARRAY ? ev_element_size(o->element_type) : 1;
	ok = ev_import(e, &o->first, &ret->buffer);
	ev_drop(e, o);
	return ok;
}

static bool length(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct view v;

	return view_of(e, a, &v) && ev_return(ev_num((double)v.length), ret);
}

static bool byte_length(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct view v;

	return view_of(e, a, &v) && ev_return(ev_num((double)v.length * v.element_size), ret);
}

static bool byte_offset(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct view v;

	return view_of(e, a, &v) && ev_return(ev_num((double)v.byte_offset), ret);
}

static bool buffer(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct view v;

	return view_of(e, a, &v) && ev_return(v.buffer, ret);
}

static bool bytes_per_element(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct view v;

	return view_of(e, a, &v) && ev_return(ev_num(v.element_size), ret);
}

static bool take(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	(void)stop;
	return ev_push_typed(e, self, v);
}

/* What a method of arrays gives, as a typed array like the receiver. */
static bool through_array(struct ev *e, struct ev_args *a, const char *method, struct ev_val *ret)
{
	const struct ev_native *n =
		ev_native_find_c(e, "Array.prototype", (struct ipm_str){method, strlen(method)});
	struct ev_obj *out =
		ev_is_object(a->this_value) ? ev_new_typed_like(e, a->this_value) : NULL;
	struct ev_val array;

	if (!n || !out)
		return e->throwing || e->stop || e->errc
			       ? false
			       : ev_throw(e, "TypeError", "this is not a typed array.");
	return n->fn(e, a, &array) && ev_iterate(e, array, take, out) && ev_return_obj(out, ret);
}

#define LIKE_ARRAY(name, method)                                                                   \
	static bool name(struct ev *e, struct ev_args *a, struct ev_val *ret)                      \
	{                                                                                          \
		return through_array(e, a, method, ret);                                           \
	}

LIKE_ARRAY(slice, "slice")
LIKE_ARRAY(map, "map")
LIKE_ARRAY(filter, "filter")
LIKE_ARRAY(to_reversed, "toReversed")

static bool by_number(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	if (e->req->throw_on_side_effect)
		return ev_throw_side_effect(e, "sort");
	return through_array(e, a, "toSorted", ret);
}

static bool to_sorted(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return through_array(e, a, "toSorted", ret);
}

static bool make(struct ev *e, struct ev_args *a, enum ipm_element_type type, const char *name,
		 struct ev_val *ret)
{
	struct ev_obj *out = ev_new_typed(e, type, name);
	struct ev_val source = ev_arg(a, 0);
	enum ipm_kind kind;
	double n;

	if (!out)
		return false;
	if (!a->construct)
		return ev_throw(e, "TypeError", "Constructor %s requires 'new'", name);
	if (ev_is_object(source)) {
		if (!ev_kind(e, source, &kind))
			return false;
		if (kind == IPM_KIND_ARRAYBUFFER)
			return ev_throw(e, "EvalError",
					"new views of an ArrayBuffer cannot be made here");
		return ev_iterate(e, source, take, out) && ev_return_obj(out, ret);
	}
	if (!ev_to_integer(e, source, &n))
		return false;
	if (n < 0 || n > 1 << 24)
		return ev_throw(e, "RangeError", "Invalid typed array length: %.0f", n);
	for (; n > 0; n--)
		if (!ev_step(e) || !ev_push(e, out, ev_num(0)))
			return false;
	return ev_return_obj(out, ret);
}

static bool from(struct ev *e, struct ev_args *a, enum ipm_element_type type, const char *name,
		 const char *method, struct ev_val *ret)
{
	const struct ev_native *n =
		ev_native_find_c(e, "Array", (struct ipm_str){method, strlen(method)});
	struct ev_obj *out = ev_new_typed(e, type, name);
	struct ev_val array;

	return n && out && n->fn(e, a, &array) && ev_iterate(e, array, take, out) &&
	       ev_return_obj(out, ret);
}

#define CONSTRUCTOR(name, type)                                                                    \
	static bool make_##name(struct ev *e, struct ev_args *a, struct ev_val *ret)               \
	{                                                                                          \
		return make(e, a, type, #name, ret);                                               \
	}                                                                                          \
	static bool from_##name(struct ev *e, struct ev_args *a, struct ev_val *ret)               \
	{                                                                                          \
		return from(e, a, type, #name, "from", ret);                                       \
	}                                                                                          \
	static bool of_##name(struct ev *e, struct ev_args *a, struct ev_val *ret)                 \
	{                                                                                          \
		return from(e, a, type, #name, "of", ret);                                         \
	}

CONSTRUCTOR(Int8Array, IPM_ELEMENT_INT8)
CONSTRUCTOR(Uint8Array, IPM_ELEMENT_UINT8)
CONSTRUCTOR(Uint8ClampedArray, IPM_ELEMENT_UINT8_CLAMPED)
CONSTRUCTOR(Int16Array, IPM_ELEMENT_INT16)
CONSTRUCTOR(Uint16Array, IPM_ELEMENT_UINT16)
CONSTRUCTOR(Int32Array, IPM_ELEMENT_INT32)
CONSTRUCTOR(Uint32Array, IPM_ELEMENT_UINT32)
CONSTRUCTOR(Float32Array, IPM_ELEMENT_FLOAT32)
CONSTRUCTOR(Float64Array, IPM_ELEMENT_FLOAT64)

static bool is_view(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	enum ipm_kind kind;

	if (!ev_kind(e, ev_arg(a, 0), &kind))
		return false;
	return ev_return(ev_bool(kind == IPM_KIND_TYPEDARRAY || kind == IPM_KIND_DATAVIEW), ret);
}

#define TYPED(name)                                                                                \
	{"", #name, make_##name, EV_NATIVE_CONSTRUCTOR, 3, 0},                                     \
		{#name, "from", from_##name, 0, 1, 0}, {#name, "of", of_##name, 0, 0, 0},          \
	{                                                                                          \
#name, "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0                                \
	}
#define REFUSED(name)                                                                              \
	{"", name, NULL, EV_NATIVE_REFUSED, 3, 0},                                                 \
	{                                                                                          \
		name, "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0                                 \
	}

const struct ev_native ev_natives_typed[] = {
	{"TypedArray.prototype", "length", length, EV_NATIVE_GETTER, 0, 0},
	{"TypedArray.prototype", "byteLength", byte_length, EV_NATIVE_GETTER, 0, 0},
	{"TypedArray.prototype", "byteOffset", byte_offset, EV_NATIVE_GETTER, 0, 0},
	{"TypedArray.prototype", "buffer", buffer, EV_NATIVE_GETTER, 0, 0},
	{"TypedArray.prototype", "BYTES_PER_ELEMENT", bytes_per_element, EV_NATIVE_GETTER, 0, 0},
	{"TypedArray.prototype", "slice", slice, 0, 2, 0},
	{"TypedArray.prototype", "subarray", slice, 0, 2, 0},
	{"TypedArray.prototype", "map", map, 0, 1, 0},
	{"TypedArray.prototype", "filter", filter, 0, 1, 0},
	{"TypedArray.prototype", "sort", by_number, 0, 1, 0},
	{"TypedArray.prototype", "toSorted", to_sorted, 0, 1, 0},
	{"TypedArray.prototype", "toReversed", to_reversed, 0, 0, 0},
	{"TypedArray.prototype", "set", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"TypedArray.prototype", "fill", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"TypedArray.prototype", "reverse", NULL, EV_NATIVE_REFUSED, 0, 0},
	{"", "ArrayBuffer", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"ArrayBuffer", "isView", is_view, 0, 1, 0},
	{"ArrayBuffer", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"ArrayBuffer.prototype", "byteLength", byte_length, EV_NATIVE_GETTER, 0, 0},
	{"", "DataView", NULL, EV_NATIVE_REFUSED, 1, 0},
	{"DataView", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"DataView.prototype", "byteLength", byte_length, EV_NATIVE_GETTER, 0, 0},
	{"DataView.prototype", "byteOffset", byte_offset, EV_NATIVE_GETTER, 0, 0},
	{"DataView.prototype", "buffer", buffer, EV_NATIVE_GETTER, 0, 0},
	TYPED(Int8Array),
	TYPED(Uint8Array),
	TYPED(Uint8ClampedArray),
	TYPED(Int16Array),
	TYPED(Uint16Array),
	TYPED(Int32Array),
	TYPED(Uint32Array),
	REFUSED("Float16Array"),
	TYPED(Float32Array),
	TYPED(Float64Array),
	REFUSED("BigInt64Array"),
	REFUSED("BigUint64Array"),
	{NULL, NULL, NULL, 0, 0, 0},
};
