/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_native.h"

/* Typed arrays, ArrayBuffers and DataViews of the dead process. */

static const struct ipm_object *receiver(struct ev *e, struct ev_args *a)
{
	if (a->this_value.type == EV_HEAP)
		return ev_hold(e, a->this_value.id);
	ev_throw(e, "TypeError", "the receiver is not a typed array");
	return NULL;
}

static bool length(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o = receiver(e, a);

	if (!o)
		return false;
	*ret = ev_num((double)o->length);
	ev_drop(e, o);
	return true;
}

static bool byte_length(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o = receiver(e, a);

	if (!o)
		return false;
	*ret = ev_num((double)o->length *
		      (o->kind == IPM_KIND_TYPEDARRAY ? ev_element_size(o->element_type) : 1));
	ev_drop(e, o);
	return true;
}

static bool byte_offset(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o = receiver(e, a);

	if (!o)
		return false;
	*ret = ev_num((double)o->byte_offset);
	ev_drop(e, o);
	return true;
}

static bool buffer(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o = receiver(e, a);
	bool ok;

	if (!o)
		return false;
	ok = ev_import(e, &o->first, ret);
	ev_drop(e, o);
	return ok;
}

static bool bytes_per_element(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o = receiver(e, a);

	if (!o)
		return false;
	*ret = ev_num(ev_element_size(o->element_type));
	ev_drop(e, o);
	return true;
}

static bool is_view(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	enum ipm_kind kind;

	if (!ev_kind(e, ev_arg(a, 0), &kind))
		return false;
	return ev_return(ev_bool(kind == IPM_KIND_TYPEDARRAY || kind == IPM_KIND_DATAVIEW), ret);
}

#define TYPED(name)                                                                                \
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
	TYPED("Int8Array"),
	TYPED("Uint8Array"),
	TYPED("Uint8ClampedArray"),
	TYPED("Int16Array"),
	TYPED("Uint16Array"),
	TYPED("Int32Array"),
	TYPED("Uint32Array"),
	TYPED("Float16Array"),
	TYPED("Float32Array"),
	TYPED("Float64Array"),
	TYPED("BigInt64Array"),
	TYPED("BigUint64Array"),
	{NULL, NULL, NULL, 0, 0, 0},
};
