/* SPDX-License-Identifier: MIT */
#ifndef IPM_IO_H
#define IPM_IO_H

/* Checked system calls: short writes are continued, EINTR is retried, errors are reported. */

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "buf.h"
#include "ipm_base.h"

/* Writes everything or fails. `count` at most 8. */
IPM_MUST_USE enum ipm_errc ipm_writev_all(int fd, const struct iovec *iov, int count,
					  struct ipm_error *err);
IPM_MUST_USE enum ipm_errc ipm_write_all(int fd, const void *data, size_t len,
					 struct ipm_error *err);

/* Appends the whole of a regular file to `ret`; refuses more than `max` bytes (IPM_ERR_LIMIT). */
IPM_MUST_USE enum ipm_errc ipm_read_file(const char *path, size_t max, struct ipm_buf *ret,
					 struct ipm_error *err);

/*
 * A file that appears under its name only when it is whole. Created beside its destination
 * with a temporary name, mode 0600, O_EXCL | O_NOFOLLOW.
 */
struct ipm_new_file {
	int fd;		      /* -1 when there is none */
	char temp_path[4096]; /* empty once published or discarded */
};

/* `dir` must exist. The temporary name starts with a dot and ends in ".partial". */
IPM_MUST_USE enum ipm_errc ipm_new_file_create(const char *dir, struct ipm_new_file *ret,
					       struct ipm_error *err);
/*
 * fsync, rename to `path` without replacing, fsync of the directory, close. When `path` is
 * taken: IPM_ERR_OS with EEXIST and the file stays open under its temporary name.
 * `replace` allows to replace (for `-o OUT`, where the user named the file).
 */
IPM_MUST_USE enum ipm_errc ipm_new_file_publish(struct ipm_new_file *file, const char *path,
						int replace, struct ipm_error *err);
/* Removes what is there. Fine to call at any time, also twice and after publish. */
void ipm_new_file_discard(struct ipm_new_file *file);

#endif
