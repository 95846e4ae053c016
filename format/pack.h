/* SPDX-License-Identifier: MIT */
#ifndef IPM_PACK_H
#define IPM_PACK_H

/* MessagePack into a buffer: msgpack-c's inline packer, told about our strings and numbers. */

#include "buf.h"
#include "ipm_base.h"

/* Application extension types of MessagePack (spec/inspmort.md, "Values"). */
enum {
	IPM_EXT_WTF8 = 1, /* a string with lone surrogates */
	IPM_EXT_JUMP = 2, /* a reference that leaves ids out: big-endian id of 1, 2, 4 or 8 bytes */
};

void ipm_pack_nil(struct ipm_buf *out);
void ipm_pack_bool(struct ipm_buf *out, bool v);
void ipm_pack_uint(struct ipm_buf *out, uint64_t v);
void ipm_pack_int(struct ipm_buf *out, int64_t v);
/* float32 where that is exact, one NaN for all. */
void ipm_pack_double(struct ipm_buf *out, double v);
void ipm_pack_array(struct ipm_buf *out, size_t count);
void ipm_pack_map(struct ipm_buf *out, size_t count);
/*
 * str for UTF-8, ext 1 for WTF-8 with surrogates. Bytes that are neither become U+FFFD, one by
 * one.
 */
void ipm_pack_str(struct ipm_buf *out, struct ipm_str str);
void ipm_pack_bin(struct ipm_buf *out, struct ipm_bytes bytes);
void ipm_pack_jump(struct ipm_buf *out, uint64_t id);

enum ipm_text_form {
	IPM_TEXT_UTF8,
	IPM_TEXT_WTF8,	  /* with lone surrogates */
	IPM_TEXT_INVALID, /* neither */
};

/* What `str` is, and its length in UTF-16 code units. */
enum ipm_text_form ipm_text_scan(struct ipm_str str, uint64_t *ret_units);

#endif
