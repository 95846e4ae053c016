/* SPDX-License-Identifier: MIT */
#include "typed_elements.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"

static unsigned element_bytes(enum ipm_element_type type)
{
	switch (type) {
	case IPM_ELEMENT_INT16:
	case IPM_ELEMENT_UINT16:
	case IPM_ELEMENT_FLOAT16:
		return 2;
	case IPM_ELEMENT_INT32:
	case IPM_ELEMENT_UINT32:
	case IPM_ELEMENT_FLOAT32:
		return 4;
	case IPM_ELEMENT_FLOAT64:
	case IPM_ELEMENT_BIGINT64:
	case IPM_ELEMENT_BIGUINT64:
		return 8;
	default:
		return 1;
	}
}

static double half(uint16_t bits)
{
	int exponent = bits >> 10 & 31;
	double fraction = bits & 1023, sign = bits & 0x8000 ? -1 : 1;

	if (exponent == 31)
		return fraction != 0 ? NAN : sign * INFINITY;
	if (!exponent)
		return sign * ldexp(fraction, -24);
	return sign * ldexp(1024 + fraction, exponent - 25);
}

static void set_number(struct ipm_value *ret, double number)
{
	ret->type = IPM_VALUE_NUMBER;
	ret->number = number;
	if (number == trunc(number) && fabs(number) <= 9007199254740991.0 &&
	    !(number == 0 && signbit(number))) {
		ret->type = IPM_VALUE_INTEGER;
		ret->integer = (int64_t)number;
	}
}

static void set_integer(struct ipm_value *ret, int64_t number)
{
	ret->type = IPM_VALUE_INTEGER;
	ret->integer = number;
}

/* `text` is where a BigInt's digits live. */
static void decode(enum ipm_element_type type, const uint8_t *p, struct ipm_value *ret,
		   char text[24])
{
	uint32_t word;
	uint64_t wide;
	float single;
	double number;

	switch (type) {
	case IPM_ELEMENT_INT8:
		set_integer(ret, (int8_t)p[0]);
		return;
	case IPM_ELEMENT_INT16:
		set_integer(ret, (int16_t)ipm_get_le16(p));
		return;
	case IPM_ELEMENT_UINT16:
		set_integer(ret, ipm_get_le16(p));
		return;
	case IPM_ELEMENT_INT32:
		set_integer(ret, (int32_t)ipm_get_le32(p));
		return;
	case IPM_ELEMENT_UINT32:
		set_integer(ret, ipm_get_le32(p));
		return;
	case IPM_ELEMENT_FLOAT16:
		set_number(ret, half(ipm_get_le16(p)));
		return;
	case IPM_ELEMENT_FLOAT32:
		word = ipm_get_le32(p);
		memcpy(&single, &word, sizeof(single));
		set_number(ret, (double)single);
		return;
	case IPM_ELEMENT_FLOAT64:
		wide = ipm_get_le64(p);
		memcpy(&number, &wide, sizeof(number));
		set_number(ret, number);
		return;
	case IPM_ELEMENT_BIGINT64:
	case IPM_ELEMENT_BIGUINT64:
		wide = ipm_get_le64(p);
		if (type == IPM_ELEMENT_BIGINT64)
			snprintf(text, 24, "%" PRId64, (int64_t)wide);
		else
			snprintf(text, 24, "%" PRIu64, wide);
		ret->type = IPM_VALUE_BIGINT;
		ret->string =
			(struct ipm_text){.str = {text, strlen(text)}, .length = strlen(text)};
		return;
	default:
		set_integer(ret, p[0]);
		return;
	}
}

struct window {
	struct ipm_heap *heap;
	const struct ipm_object *buffer;
	const struct ipm_slice *slice; /* the one in hand */
	uint64_t slice_at;
};

/* Copies `len` (at most 8) bytes from `at`. False when they are not in the file. */
static bool read_bytes(struct window *window, uint64_t at, unsigned len, uint8_t *ret,
		       enum ipm_errc *code, struct ipm_error *err)
{
	const struct ipm_slices *slices = &window->buffer->byte_slices;
	struct ipm_bytes whole = window->buffer->bytes;
	uint64_t number, offset;

	if (at < whole.len && len <= whole.len - at) {
		memcpy(ret, whole.data + at, len);
		return true;
	}
	if (!slices->count || !slices->per_slice || at >= slices->count)
		return false;
	number = at / slices->per_slice;
	offset = at % slices->per_slice;
	if (!window->slice || window->slice_at != number) {
		ipm_slice_release(window->heap->reader, window->slice);
		window->slice = NULL;
		*code = ipm_reader_slice(window->heap->reader, slices->first + number,
					 &window->slice, err);
		if (*code) {
			if (*code == IPM_ERR_NOT_FOUND)
				*code = IPM_OK;
			return false;
		}
		window->slice_at = number;
	}
	if (offset > window->slice->bytes.len || len > window->slice->bytes.len - offset)
		return false;
	memcpy(ret, window->slice->bytes.data + offset, len);
	return true;
}

enum ipm_errc visit_typed(struct ipm_heap *heap, const struct ipm_object *array, uint64_t from,
			  uint64_t to,
			  bool (*visit)(void *self, uint64_t index, const struct ipm_value *value),
			  void *self, struct ipm_error *err)
{
	unsigned size = element_bytes(array->element_type);
	struct window window = {.heap = heap};
	enum ipm_errc code;
	uint64_t i;

	if (array->first.type != IPM_VALUE_OBJECT)
		return IPM_OK;
	code = heap->object(heap, array->first.object_id, &window.buffer, err);
	if (code)
		return code == IPM_ERR_NOT_FOUND ? IPM_OK : code;
	for (i = from; i <= to && i < array->length && i < UINT64_MAX / 16; i++) {
		struct ipm_value value = {0};
		uint8_t bytes[8];
		char text[24];

		if (array->byte_offset > UINT64_MAX / 2 ||
		    !read_bytes(&window, array->byte_offset + i * size, size, bytes, &code, err))
			break;
		decode(array->element_type, bytes, &value, text);
		if (!visit(self, i, &value))
			break;
	}
	ipm_slice_release(heap->reader, window.slice);
	heap->release(heap, window.buffer);
	return code;
}
