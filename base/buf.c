/* SPDX-License-Identifier: MIT */
#include "buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

void ipm_buf_deinit(struct ipm_buf *buf)
{
	if (!buf->fixed)
		free(buf->data);
	*buf = IPM_BUF_INIT;
}

struct ipm_buf ipm_buf_over(void *data, size_t capacity)
{
	return (struct ipm_buf){.data = data, .capacity = capacity, .fixed = true};
}

void ipm_buf_reset(struct ipm_buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

bool ipm_buf_reserve(struct ipm_buf *buf, size_t more)
{
	size_t want, capacity = buf->capacity;
	uint8_t *data;

	if (buf->failed)
		return false;
	if (more <= buf->capacity - buf->len)
		return true;
	if (!ipm_add_size(buf->len, more, &want) || buf->fixed || (buf->max && want > buf->max))
		goto fail;
	if (capacity < 64)
		capacity = 64;
	while (capacity < want)
		capacity = capacity > SIZE_MAX / 2 ? want : capacity * 2;
	if (buf->max && capacity > buf->max)
		capacity = buf->max;
	data = realloc(buf->data, capacity);
	if (!data)
		goto fail;
	buf->data = data;
	buf->capacity = capacity;
	return true;
fail:
	buf->failed = true;
	return false;
}

void ipm_buf_cstr(struct ipm_buf *buf, const char *cstr)
{
	ipm_buf_append(buf, cstr, strlen(cstr));
}

void ipm_buf_printf(struct ipm_buf *buf, const char *format, ...)
{
	va_list args;
	int need;

	va_start(args, format);
	need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	/* One byte more for the NUL that vsnprintf insists on and nobody keeps. */
	if (need < 0 || !ipm_buf_reserve(buf, (size_t)need + 1)) {
		buf->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf((char *)buf->data + buf->len, (size_t)need + 1, format, args);
	va_end(args);
	buf->len += (size_t)need;
}

enum ipm_errc ipm_buf_status(const struct ipm_buf *buf, struct ipm_error *err)
{
	if (!buf->failed)
		return IPM_OK;
	if (buf->fixed || buf->max)
		return ipm_fail(err, IPM_ERR_LIMIT, "more than %zu bytes",
				buf->fixed ? buf->capacity : buf->max);
	return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
}
