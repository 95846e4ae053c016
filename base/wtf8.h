/* SPDX-License-Identifier: MIT */
#ifndef IPM_WTF8_H
#define IPM_WTF8_H

/*
 * JavaScript strings as bytes: WTF-8 is UTF-8 in which a lone surrogate is three bytes
 * (https://simonsapin.github.io/wtf-8/). Lengths and positions of JavaScript are in UTF-16
 * code units. Bytes that are no WTF-8 count, one by one, as U+FFFD; nothing here fails on them.
 */

#include <stdbool.h>

#include "buf.h"
#include "ipm_base.h"

#define IPM_REPLACEMENT_CHARACTER 0xFFFDu

/*
 * Takes one code point off the front of *str, surrogates included. A byte that starts no
 * character gives U+FFFD and is skipped. False at the end.
 */
bool ipm_wtf8_next(struct ipm_str *str, uint32_t *ret);

/* Are these bytes WTF-8? */
bool ipm_wtf8_valid(struct ipm_str str);

/* Length in UTF-16 code units. */
uint64_t ipm_wtf8_units(struct ipm_str str);

/*
 * The bytes before UTF-16 unit `unit`: where it starts, or str.len when the text ends before. When
 * `unit` is the second half of a pair, this is where the pair starts and *ret_split is true.
 */
size_t ipm_wtf8_offset(struct ipm_str str, uint64_t unit, bool *ret_split);

/* Appends one code point up to 0x10FFFF. A trail surrogate joins a lead at the buffer's end. */
void ipm_wtf8_put(struct ipm_buf *buf, uint32_t code_point);

/* Appends `count` UTF-16 units, lone surrogates included. */
void ipm_wtf8_put_utf16(struct ipm_buf *buf, const uint16_t *units, size_t count);

/*
 * Appends units `start` to `end` (exclusive), as String.prototype.slice would: a pair cut in
 * the middle leaves a lone surrogate. Past the end there is nothing.
 */
void ipm_wtf8_slice(struct ipm_buf *buf, struct ipm_str str, uint64_t start, uint64_t end);

#endif
