/* SPDX-License-Identifier: MIT */
#include "pack.h"

#include <math.h>
#include <msgpack/pack.h>
#include <string.h>

#include "bytes.h"
#include "wtf8.h"

static int append(void *buf, const char *data, size_t len)
{
	ipm_buf_append(buf, data, len);
	return 0;
}

static msgpack_packer packer(struct ipm_buf *out)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, out, append);
	return pk;
}

void ipm_pack_nil(struct ipm_buf *out)
{
	ipm_buf_byte(out, 0xc0);
}

void ipm_pack_bool(struct ipm_buf *out, bool v)
{
	ipm_buf_byte(out, v ? 0xc3 : 0xc2);
}

void ipm_pack_uint(struct ipm_buf *out, uint64_t v)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_uint64(&pk, v);
}

void ipm_pack_int(struct ipm_buf *out, int64_t v)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_int64(&pk, v);
}

void ipm_pack_double(struct ipm_buf *out, double v)
{
	msgpack_packer pk = packer(out);
	float narrow;

	if (isnan(v)) {
		static const uint8_t nan32[5] = {0xca, 0x7f, 0xc0, 0, 0};

		ipm_buf_append(out, nan32, sizeof(nan32));
		return;
	}
	/* Out of float's range is undefined in C, so look before narrowing. */
	if (isinf(v) || (fabs(v) <= 3.4028234663852886e38)) {
		narrow = (float)v;
		if ((double)narrow >= v && (double)narrow <= v) {
			msgpack_pack_float(&pk, narrow);
			return;
		}
	}
	msgpack_pack_double(&pk, v);
}

void ipm_pack_array(struct ipm_buf *out, size_t count)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_array(&pk, count);
}

void ipm_pack_map(struct ipm_buf *out, size_t count)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_map(&pk, count);
}

void ipm_pack_bin(struct ipm_buf *out, struct ipm_bytes bytes)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_bin_with_body(&pk, bytes.data, bytes.len);
}

void ipm_pack_jump(struct ipm_buf *out, uint64_t id)
{
	uint8_t bytes[10] = {0, IPM_EXT_JUMP};
	unsigned len = id > UINT32_MAX ? 8 : id > UINT16_MAX ? 4 : id > UINT8_MAX ? 2 : 1;
	unsigned i;

	/* fixext 1, 2, 4, 8 are d4, d5, d6, d7. */
	bytes[0] = (uint8_t)(len == 1 ? 0xd4 : len == 2 ? 0xd5 : len == 4 ? 0xd6 : 0xd7);
	for (i = 0; i < len; i++)
		bytes[2 + i] = (uint8_t)(id >> 8 * (len - 1 - i));
	ipm_buf_append(out, bytes, 2 + len);
}

static size_t ascii_prefix(struct ipm_str str)
{
	size_t i = 0;

	for (; str.len - i >= 8; i += 8)
		if (ipm_get_le64((const uint8_t *)str.data + i) & 0x8080808080808080u)
			break;
	while (i < str.len && !((uint8_t)str.data[i] & 0x80))
		i++;
	return i;
}

enum ipm_text_form ipm_text_scan(struct ipm_str str, uint64_t *ret_units)
{
	size_t ascii = ascii_prefix(str);
	struct ipm_str rest = {str.data ? str.data + ascii : NULL, str.len - ascii};
	enum ipm_text_form form = IPM_TEXT_UTF8;
	uint64_t units = ascii;
	uint32_t c;

	if (rest.len && !ipm_wtf8_valid(rest))
		form = IPM_TEXT_INVALID;
	while (ipm_wtf8_next(&rest, &c)) {
		units += c > 0xFFFF ? 2 : 1;
		if (c >= 0xD800 && c <= 0xDFFF && form == IPM_TEXT_UTF8)
			form = IPM_TEXT_WTF8;
	}
	*ret_units = units;
	return form;
}

/* Not ipm_wtf8_put, which joins a trail to a lead: the length was promised before. */
static void put_code_point(struct ipm_buf *out, uint32_t c)
{
	if (c < 0x80) {
		ipm_buf_byte(out, (uint8_t)c);
		return;
	}
	if (c < 0x800) {
		ipm_buf_byte(out, (uint8_t)(0xC0 | c >> 6));
	} else {
		if (c < 0x10000) {
			ipm_buf_byte(out, (uint8_t)(0xE0 | c >> 12));
		} else {
			ipm_buf_byte(out, (uint8_t)(0xF0 | c >> 18));
			ipm_buf_byte(out, (uint8_t)(0x80 | (c >> 12 & 0x3F)));
		}
		ipm_buf_byte(out, (uint8_t)(0x80 | (c >> 6 & 0x3F)));
	}
	ipm_buf_byte(out, (uint8_t)(0x80 | (c & 0x3F)));
}

static void pack_repaired(struct ipm_buf *out, struct ipm_str str)
{
	msgpack_packer pk = packer(out);
	struct ipm_str rest = str;
	bool surrogates = false;
	size_t len = 0;
	uint32_t c;

	while (ipm_wtf8_next(&rest, &c)) {
		len += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		surrogates |= c >= 0xD800 && c <= 0xDFFF;
	}
	if (surrogates)
		msgpack_pack_ext(&pk, len, IPM_EXT_WTF8);
	else
		msgpack_pack_str(&pk, len);
	for (rest = str; ipm_wtf8_next(&rest, &c);)
		put_code_point(out, c);
}

void ipm_pack_str(struct ipm_buf *out, struct ipm_str str)
{
	msgpack_packer pk = packer(out);
	uint64_t units;

	switch (ipm_text_scan(str, &units)) {
	case IPM_TEXT_UTF8:
		msgpack_pack_str(&pk, str.len);
		ipm_buf_append(out, str.data, str.len);
		break;
	case IPM_TEXT_WTF8:
		msgpack_pack_ext(&pk, str.len, IPM_EXT_WTF8);
		ipm_buf_append(out, str.data, str.len);
		break;
	case IPM_TEXT_INVALID:
		pack_repaired(out, str);
		break;
	}
}
