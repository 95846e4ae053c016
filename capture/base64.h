/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_BASE64_H
#define IPM_CAPTURE_BASE64_H

#include <stdbool.h>

#include "ipm_base.h"

/* Into `ret`, which has room for text.len bytes. False: it is no base64 (RFC 4648, 4). */
bool base64_decode(struct ipm_str text, uint8_t *ret, size_t *ret_len);

#endif
