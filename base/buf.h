/* SPDX-License-Identifier: MIT */
#ifndef IPM_BUF_H
#define IPM_BUF_H

/*
 * A growing byte buffer with sticky failure: append as often as you like, ask once at the
 * end. After a failed growth every append is a no-op and ipm_buf_ok() says false.
 * One thread at a time. A zeroed struct is an empty, usable buffer.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ipm_base.h"

struct ipm_buf {
	uint8_t *data;
	size_t len;
	size_t capacity;
	size_t max;  /* 0: no limit of its own */
	bool failed; /* out of memory, or past `max` */
	bool fixed;  /* `data` is the caller's and never grows */
};

#define IPM_BUF_INIT ((struct ipm_buf){0})

/* Frees the memory unless it is fixed, and leaves an empty, usable buffer. */
void ipm_buf_deinit(struct ipm_buf *buf);

/* A buffer over memory of the caller's, which outlives it. Appending past `capacity` fails. */
struct ipm_buf ipm_buf_over(void *data, size_t capacity);

static inline bool ipm_buf_ok(const struct ipm_buf *buf)
{
	return !buf->failed;
}

/* Empties the buffer, keeps its memory and clears the failure. */
void ipm_buf_reset(struct ipm_buf *buf);

/* Makes room for `more` bytes beyond len. False, and failed, when there is none. */
bool ipm_buf_reserve(struct ipm_buf *buf, size_t more);

/* Here, because the writers and converters live in these two. */
static inline void ipm_buf_append(struct ipm_buf *buf, const void *data, size_t len)
{
	if (!len || ((buf->failed || len > buf->capacity - buf->len) && !ipm_buf_reserve(buf, len)))
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

static inline void ipm_buf_byte(struct ipm_buf *buf, uint8_t byte)
{
	if ((buf->failed || buf->len == buf->capacity) && !ipm_buf_reserve(buf, 1))
		return;
	buf->data[buf->len++] = byte;
}

static inline void ipm_buf_str(struct ipm_buf *buf, struct ipm_str str)
{
	ipm_buf_append(buf, str.data, str.len);
}

void ipm_buf_cstr(struct ipm_buf *buf, const char *cstr);
void ipm_buf_printf(struct ipm_buf *buf, const char *format, ...) IPM_PRINTF(2, 3);

/* IPM_OK, or IPM_ERR_NO_MEMORY / IPM_ERR_LIMIT with a message. */
IPM_MUST_USE enum ipm_errc ipm_buf_status(const struct ipm_buf *buf, struct ipm_error *err);

/* A view of what is there; lives until the next change of `buf`. */
static inline struct ipm_bytes ipm_buf_bytes(const struct ipm_buf *buf)
{
	return (struct ipm_bytes){buf->data, buf->len};
}

static inline struct ipm_str ipm_buf_as_str(const struct ipm_buf *buf)
{
	return (struct ipm_str){(const char *)buf->data, buf->len};
}

#endif
