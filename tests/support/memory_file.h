/* SPDX-License-Identifier: MIT */
#ifndef IPM_MEMORY_FILE_H
#define IPM_MEMORY_FILE_H

/* A sink into memory, and bytes into a temporary file for a reader to open. */

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "io.h"
#include "ipm_reader.h"
#include "ipm_writer.h"

static inline enum ipm_errc memory_write(void *self, const struct iovec *iov, int count,
					 struct ipm_error *err)
{
	struct ipm_buf *buf = self;
	int i;

	for (i = 0; i < count; i++)
		ipm_buf_append(buf, iov[i].iov_base, iov[i].iov_len);
	return ipm_buf_status(buf, err);
}

static inline struct ipm_sink memory_sink(struct ipm_buf *buf)
{
	return (struct ipm_sink){.write = memory_write, .self = buf};
}

/* The path lives until the next call. The file is the caller's to unlink. */
static inline const char *temp_file(struct ipm_bytes bytes)
{
	static char path[64];
	struct ipm_error err;
	int fd;

	snprintf(path, sizeof(path), "/tmp/inspmort-test-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ipm_write_all(fd, bytes.data, bytes.len, &err), IPM_OK);
	close(fd);
	return path;
}

static inline enum ipm_errc open_bytes(struct ipm_bytes bytes,
				       const struct ipm_reader_options *opts,
				       struct ipm_reader **ret, struct ipm_error *err)
{
	const char *path = temp_file(bytes);
	enum ipm_errc rc = ipm_reader_open(path, opts, ret, err);

	unlink(path);
	return rc;
}

#endif
