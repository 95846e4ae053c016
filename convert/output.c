/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <inttypes.h>

#include "io.h"

#define WRITE_OUT_BYTES ((size_t)256 << 10)

static enum ipm_errc write_fd(void *self, const void *data, size_t len, struct ipm_error *err)
{
	return ipm_write_all((int)(intptr_t)self, data, len, err);
}

struct ipm_convert_sink ipm_convert_fd_sink(int fd)
{
	return (struct ipm_convert_sink){write_fd, (void *)(intptr_t)fd};
}

bool ipm_output_ok(const struct ipm_output *out)
{
	return out->failed == IPM_OK;
}

static void write_out(struct ipm_output *out)
{
	if (!out->failed)
		out->failed = ipm_buf_status(&out->buffer, &out->error);
	if (!out->failed && out->buffer.len) {
		out->failed = out->sink.write(out->sink.self, out->buffer.data, out->buffer.len,
					      &out->error);
		out->bytes += out->buffer.len;
	}
	ipm_buf_reset(&out->buffer);
}

void ipm_output_breathe(struct ipm_output *out)
{
	if (out->buffer.len >= WRITE_OUT_BYTES || out->buffer.failed)
		write_out(out);
}

enum ipm_errc ipm_output_finish(struct ipm_output *out, struct ipm_error *err)
{
	write_out(out);
	ipm_buf_deinit(&out->buffer);
	if (out->failed && err)
		*err = out->error;
	return out->failed;
}
