/* SPDX-License-Identifier: MIT */
#ifndef IPM_BYTES_H
#define IPM_BYTES_H

/* Little-endian access without casts, and size arithmetic that cannot wrap. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipm_base.h"

static inline uint16_t ipm_get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | (unsigned)p[1] << 8);
}

static inline uint32_t ipm_get_le32(const uint8_t *p)
{
	return (uint32_t)ipm_get_le16(p) | (uint32_t)ipm_get_le16(p + 2) << 16;
}

static inline uint64_t ipm_get_le64(const uint8_t *p)
{
	return (uint64_t)ipm_get_le32(p) | (uint64_t)ipm_get_le32(p + 4) << 32;
}

static inline void ipm_put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void ipm_put_le32(uint8_t *p, uint32_t v)
{
	ipm_put_le16(p, (uint16_t)v);
	ipm_put_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void ipm_put_le64(uint8_t *p, uint64_t v)
{
	ipm_put_le32(p, (uint32_t)v);
	ipm_put_le32(p + 4, (uint32_t)(v >> 32));
}

/* False when the result does not fit; *ret is then untouched. */
static inline bool ipm_add_size(size_t a, size_t b, size_t *ret)
{
	if (b > SIZE_MAX - a)
		return false;
	*ret = a + b;
	return true;
}

static inline bool ipm_mul_size(size_t a, size_t b, size_t *ret)
{
	if (a && b > SIZE_MAX / a)
		return false;
	*ret = a * b;
	return true;
}

/* CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), `crc` 0 for the first piece. */
uint32_t ipm_crc32c(uint32_t crc, const void *data, size_t len);

#endif
