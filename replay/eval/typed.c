/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "bytes.h"
#include "eval_internal.h"
#include "eval_native.h"

/* Typed arrays: elements out of the bytes of a captured ArrayBuffer. */

unsigned ev_element_size(enum ipm_element_type type)
{
	static const uint8_t sizes[] = {1, 1, 1, 2, 2, 4, 4, 2, 4, 8, 8, 8};

	return (unsigned)type < sizeof(sizes) ? sizes[type] : 1;
}

static bool missing_bytes(struct ev *e)
{
	return ev_throw(e, "EvalError", "these bytes of the ArrayBuffer are not in the crash file");
}

/* Up to 8 bytes of a buffer; they may lie in two slices. */
static bool buffer_bytes(struct ev *e, const struct ipm_object *buffer, uint64_t at, unsigned count,
			 uint8_t *ret)
{
	const struct ipm_slices *slices = &buffer->byte_slices;
	const struct ipm_slice *slice;
	uint64_t offset;
	unsigned i;

	for (i = 0; i < count; i++, at++) {
		if (at < buffer->bytes.len) {
			ret[i] = buffer->bytes.data[at];
			continue;
		}
		if (!slices->per_slice || at >= slices->count)
			return missing_bytes(e);
		slice = ev_slice(e, slices->first + at / slices->per_slice, NULL);
		if (!slice)
			return false;
		offset = at % slices->per_slice;
		if (offset >= slice->bytes.len)
			return missing_bytes(e);
		ret[i] = slice->bytes.data[offset];
	}
	return true;
}

static double half_float(uint16_t h)
{
	int exponent = h >> 10 & 31, fraction = h & 1023;
	double n = exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
		   : exponent	  ? ldexp(1024 + fraction, exponent - 25)
				  : ldexp(fraction, -24);

	return h & 0x8000 ? -n : n;
}

static bool decode(struct ev *e, enum ipm_element_type type, const uint8_t *p, struct ev_val *ret)
{
	uint32_t u32;
	uint64_t u64;
	float f;
	double d;

	switch (type) {
	case IPM_ELEMENT_INT8:
		*ret = ev_num((int8_t)p[0]);
		return true;
	case IPM_ELEMENT_INT16:
		*ret = ev_num((int16_t)ipm_get_le16(p));
		return true;
	case IPM_ELEMENT_UINT16:
		*ret = ev_num(ipm_get_le16(p));
		return true;
	case IPM_ELEMENT_INT32:
		*ret = ev_num((int32_t)ipm_get_le32(p));
		return true;
	case IPM_ELEMENT_UINT32:
		*ret = ev_num(ipm_get_le32(p));
		return true;
	case IPM_ELEMENT_FLOAT16:
		*ret = ev_num(half_float(ipm_get_le16(p)));
		return true;
	case IPM_ELEMENT_FLOAT32:
		u32 = ipm_get_le32(p);
		memcpy(&f, &u32, sizeof(f));
		*ret = ev_num((double)f);
		return true;
	case IPM_ELEMENT_FLOAT64:
		u64 = ipm_get_le64(p);
		memcpy(&d, &u64, sizeof(d));
		*ret = ev_num(d);
		return true;
	case IPM_ELEMENT_BIGINT64:
	case IPM_ELEMENT_BIGUINT64:
		u64 = ipm_get_le64(p);
		ret->type = EV_BIGINT;
		ret->big = type == IPM_ELEMENT_BIGINT64 ? ev_big_from_int64(e, (int64_t)u64)
							: ev_big_from_uint64(e, u64);
		return ret->big != NULL;
	default:
		*ret = ev_num(p[0]);
		return true;
	}
}

bool ev_typed_element(struct ev *e, const struct ipm_object *object, uint64_t index,
		      struct ev_val *ret)
{
	unsigned size = ev_element_size(object->element_type);
	const struct ipm_object *buffer;
	uint8_t bytes[8] = {0};
	bool ok;

	if (object->first.type != IPM_VALUE_OBJECT ||
	    index > (UINT64_MAX - object->byte_offset) / size)
		return missing_bytes(e);
	if (!ev_hold_if_there(e, object->first.object_id, &buffer))
		return false;
	if (!buffer)
		return missing_bytes(e);
	ok = buffer_bytes(e, buffer, object->byte_offset + index * size, size, bytes) &&
	     decode(e, object->element_type, bytes, ret);
	ev_drop(e, buffer);
	return ok;
}

struct ev_obj *ev_new_typed(struct ev *e, enum ipm_element_type type, const char *class_name)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_TYPEDARRAY, class_name);

	if (o)
		o->element_type = type;
	return o;
}

struct ev_obj *ev_new_typed_like(struct ev *e, struct ev_val other)
{
	const struct ipm_object *o;
	enum ipm_element_type type;
	struct ipm_str name;
	char *copy;

	if (other.type == EV_TEMP)
		return ev_new_typed(e, other.obj->element_type, other.obj->class_name);
	o = ev_hold(e, other.id);
	if (!o)
		return NULL;
	type = o->element_type;
	ev_drop(e, o);
	if (!ev_class_name(e, other, &name))
		return NULL;
	copy = ev_alloc(e, name.len + 1);
	if (!copy)
		return NULL;
	memcpy(copy, name.data, name.len);
	return ev_new_typed(e, type, copy);
}

/* A number as the element type stores it: wrapped, clamped or rounded. */
static double stored_number(enum ipm_element_type type, double n)
{
	switch (type) {
	case IPM_ELEMENT_INT8:
		return (int8_t)ev_int32(n);
	case IPM_ELEMENT_UINT8:
		return (uint8_t)ev_int32(n);
	case IPM_ELEMENT_UINT8_CLAMPED:
		return isnan(n) || n <= 0 ? 0 : n > 255 ? 255 : nearbyint(n);
	case IPM_ELEMENT_INT16:
		return (int16_t)ev_int32(n);
	case IPM_ELEMENT_UINT16:
		return (uint16_t)ev_int32(n);
	case IPM_ELEMENT_INT32:
		return ev_int32(n);
	case IPM_ELEMENT_UINT32:
		return (uint32_t)ev_int32(n);
	case IPM_ELEMENT_FLOAT32:
		return fabs(n) > 3.4028235677973366e38 ? copysign(INFINITY, n) : (double)(float)n;
	default:
		return n;
	}
}

bool ev_push_typed(struct ev *e, struct ev_obj *array, struct ev_val v)
{
	double n;

	if (v.type == EV_HOLE)
		v = EV_UNDEF;
	if (array->element_type == IPM_ELEMENT_BIGINT64 ||
	    array->element_type == IPM_ELEMENT_BIGUINT64) {
		if (v.type != EV_BIGINT)
			return ev_throw(e, "TypeError", "Cannot convert the value to a BigInt");
		return ev_push(e, array, v);
	}
	return ev_to_number(e, v, &n) &&
	       ev_push(e, array, ev_num(stored_number(array->element_type, n)));
}

static void encode(enum ipm_element_type type, struct ev_val v, uint8_t *ret)
{
	uint64_t u64 = 0;
	uint32_t u32;
	double d;
	float f;

	switch (type) {
	case IPM_ELEMENT_FLOAT32:
		f = (float)v.number;
		memcpy(&u32, &f, sizeof(f));
		ipm_put_le32(ret, u32);
		return;
	case IPM_ELEMENT_FLOAT64:
		d = v.number;
		memcpy(&u64, &d, sizeof(d));
		ipm_put_le64(ret, u64);
		return;
	case IPM_ELEMENT_BIGINT64:
	case IPM_ELEMENT_BIGUINT64:
		if (v.big->count > 0)
			u64 = v.big->digits[0];
		if (v.big->count > 1)
			u64 |= (uint64_t)v.big->digits[1] << 32;
		ipm_put_le64(ret, v.big->negative ? 0 - u64 : u64);
		return;
	case IPM_ELEMENT_INT16:
	case IPM_ELEMENT_UINT16:
		ipm_put_le16(ret, (uint16_t)ev_int32(v.number));
		return;
	case IPM_ELEMENT_INT32:
	case IPM_ELEMENT_UINT32:
		ipm_put_le32(ret, (uint32_t)ev_int32(v.number));
		return;
	case IPM_ELEMENT_FLOAT16: /* nothing makes these */
		ipm_put_le16(ret, 0);
		return;
	default:
		ret[0] = (uint8_t)ev_int32(v.number);
	}
}

struct ev_obj *ev_typed_buffer(struct ev *e, struct ev_obj *array)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_ARRAYBUFFER, "ArrayBuffer");
	unsigned size = ev_element_size(array->element_type);
	uint8_t *bytes = ev_alloc(e, array->element_count * size + 1);
	size_t i;

	if (!o || !bytes)
		return NULL;
	for (i = 0; i < array->element_count; i++)
		encode(array->element_type, array->elements[i], bytes + i * size);
	o->bytes = (struct ipm_bytes){bytes, array->element_count * size};
	return o;
}
