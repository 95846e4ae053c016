/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "sequence.h"

static const struct {
	const char *name;
	unsigned size;
} types[] = {
	[IPM_ELEMENT_INT8] = {"Int8Array", 1},
	[IPM_ELEMENT_UINT8] = {"Uint8Array", 1},
	[IPM_ELEMENT_UINT8_CLAMPED] = {"Uint8ClampedArray", 1},
	[IPM_ELEMENT_INT16] = {"Int16Array", 2},
	[IPM_ELEMENT_UINT16] = {"Uint16Array", 2},
	[IPM_ELEMENT_INT32] = {"Int32Array", 4},
	[IPM_ELEMENT_UINT32] = {"Uint32Array", 4},
	[IPM_ELEMENT_FLOAT16] = {"Float16Array", 2},
	[IPM_ELEMENT_FLOAT32] = {"Float32Array", 4},
	[IPM_ELEMENT_FLOAT64] = {"Float64Array", 8},
	[IPM_ELEMENT_BIGINT64] = {"BigInt64Array", 8},
	[IPM_ELEMENT_BIGUINT64] = {"BigUint64Array", 8},
};

#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

unsigned ipm_element_size(enum ipm_element_type type)
{
	return (size_t)type < TYPE_COUNT ? types[type].size : 1;
}

const char *ipm_element_type_name(enum ipm_element_type type)
{
	return (size_t)type < TYPE_COUNT ? types[type].name : "Uint8Array";
}

enum ipm_errc ipm_typed_view_init(struct ipm_typed_view *view, struct ipm_heap *heap,
				  uint64_t buffer_id, enum ipm_element_type type, uint64_t offset,
				  uint64_t length, struct ipm_error *err)
{
	uint64_t there;
	enum ipm_errc rc;

	*view = (struct ipm_typed_view){.heap = heap, .type = type, .offset = offset};
	if (!buffer_id)
		return IPM_OK;
	rc = heap->object(heap, buffer_id, &view->buffer, err);
	if (rc == IPM_ERR_NOT_FOUND) {
		view->buffer = NULL;
		return IPM_OK;
	}
	if (rc)
		return rc;
	there = view->buffer->byte_slices.count ? view->buffer->byte_slices.count
						: view->buffer->bytes.len;
	there = offset < there ? (there - offset) / ipm_element_size(type) : 0;
	view->length = length < there ? length : there;
	return IPM_OK;
}

enum ipm_errc ipm_typed_view_of(struct ipm_typed_view *view, struct ipm_heap *heap,
				const struct ipm_object *typed_array, struct ipm_error *err)
{
	uint64_t buffer =
		typed_array->first.type == IPM_VALUE_OBJECT ? typed_array->first.object_id : 0;

	return ipm_typed_view_init(view, heap, buffer, typed_array->element_type,
				   typed_array->byte_offset, typed_array->length, err);
}

/* Copies `len` bytes (at most 8) at `at` of the buffer; what is lost reads as zero. */
static enum ipm_errc copy_bytes(struct ipm_typed_view *view, uint64_t at, uint8_t *ret, size_t len,
				struct ipm_error *err)
{
	const struct ipm_slices *slices = &view->buffer->byte_slices;
	uint64_t number, within;
	enum ipm_errc rc;
	size_t i;

	memset(ret, 0, len);
	if (!slices->count) {
		if (at <= view->buffer->bytes.len && len <= view->buffer->bytes.len - at)
			memcpy(ret, view->buffer->bytes.data + at, len);
		return IPM_OK;
	}
	for (i = 0; i < len && slices->per_slice; i++) {
		number = (at + i) / slices->per_slice;
		within = (at + i) % slices->per_slice;
		if (!view->slice || view->slice_number != number) {
			if (view->slice)
				ipm_slice_release(view->heap->reader, view->slice);
			view->slice = NULL;
			if (!view->heap->reader)
				return IPM_OK;
			rc = ipm_reader_slice(view->heap->reader, slices->first + number,
					      &view->slice, err);
			if (rc == IPM_ERR_NOT_FOUND) {
				view->slice = NULL;
				return IPM_OK;
			}
			if (rc)
				return rc;
			view->slice_number = number;
		}
		if (within < view->slice->bytes.len)
			ret[i] = view->slice->bytes.data[within];
	}
	return IPM_OK;
}

static double half_to_double(uint16_t bits)
{
	int exponent = bits >> 10 & 31;
	double fraction = bits & 1023, value;

	if (exponent == 31)
		value = fraction != 0 ? (double)NAN : (double)INFINITY;
	else if (exponent)
		value = ldexp(1024 + fraction, exponent - 25);
	else
		value = ldexp(fraction, -24);
	return bits & 0x8000 ? -value : value;
}

static void set_number(struct ipm_value *ret, double number)
{
	*ret = (struct ipm_value){.type = IPM_VALUE_NUMBER, .number = number};
	if (fabs(number) <= 9007199254740991.0 && number == trunc(number) &&
	    !(number == 0 && signbit(number))) {
		ret->type = IPM_VALUE_INTEGER;
		ret->integer = (int64_t)number;
	}
}

static void set_integer(struct ipm_value *ret, int64_t integer)
{
	*ret = (struct ipm_value){.type = IPM_VALUE_INTEGER, .integer = integer};
}

static void set_bigint(struct ipm_value *ret, char *digits, int length)
{
	*ret = (struct ipm_value){.type = IPM_VALUE_BIGINT};
	ret->string.str = (struct ipm_str){digits, (size_t)length};
	ret->string.length = (uint64_t)length;
}

enum ipm_errc ipm_typed_view_get(struct ipm_typed_view *view, uint64_t index, char *digits,
				 struct ipm_value *ret, struct ipm_error *err)
{
	unsigned size = ipm_element_size(view->type);
	uint8_t raw[8];
	uint64_t bits;
	enum ipm_errc rc;
	double number;
	float single;
	uint32_t word;

	if (index >= view->length)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "no element %" PRIu64, index);
	rc = copy_bytes(view, view->offset + index * size, raw, sizeof(raw) < size ? 8 : size, err);
	if (rc)
		return rc;
	switch (view->type) {
	case IPM_ELEMENT_INT8:
		set_integer(ret, (int8_t)raw[0]);
		break;
	case IPM_ELEMENT_INT16:
		set_integer(ret, (int16_t)ipm_get_le16(raw));
		break;
	case IPM_ELEMENT_UINT16:
		set_integer(ret, ipm_get_le16(raw));
		break;
	case IPM_ELEMENT_INT32:
		set_integer(ret, (int32_t)ipm_get_le32(raw));
		break;
	case IPM_ELEMENT_UINT32:
		set_integer(ret, ipm_get_le32(raw));
		break;
	case IPM_ELEMENT_FLOAT16:
		set_number(ret, half_to_double(ipm_get_le16(raw)));
		break;
	case IPM_ELEMENT_FLOAT32:
		word = ipm_get_le32(raw);
		memcpy(&single, &word, sizeof(single));
		set_number(ret, (double)single);
		break;
	case IPM_ELEMENT_FLOAT64:
		bits = ipm_get_le64(raw);
		memcpy(&number, &bits, sizeof(number));
		set_number(ret, number);
		break;
	case IPM_ELEMENT_BIGINT64:
		set_bigint(ret, digits,
			   snprintf(digits, 24, "%" PRId64, (int64_t)ipm_get_le64(raw)));
		break;
	case IPM_ELEMENT_BIGUINT64:
		set_bigint(ret, digits, snprintf(digits, 24, "%" PRIu64, ipm_get_le64(raw)));
		break;
	case IPM_ELEMENT_UINT8:
	case IPM_ELEMENT_UINT8_CLAMPED:
	default:
		set_integer(ret, raw[0]);
		break;
	}
	return IPM_OK;
}

void ipm_typed_view_deinit(struct ipm_typed_view *view)
{
	if (view->slice)
		ipm_slice_release(view->heap->reader, view->slice);
	if (view->buffer)
		view->heap->release(view->heap, view->buffer);
	*view = (struct ipm_typed_view){0};
}
