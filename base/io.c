/* SPDX-License-Identifier: MIT */
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

enum ipm_errc ipm_writev_all(int fd, const struct iovec *iov, int count, struct ipm_error *err)
{
	struct iovec left[8];
	int at = 0;

	if (count < 0 || count > 8)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "writev of %d pieces", count);
	memcpy(left, iov, (size_t)count * sizeof(*iov));
	while (at < count) {
		ssize_t n;

		if (!left[at].iov_len) {
			at++;
			continue;
		}
		n = writev(fd, left + at, count - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ipm_fail_os(err, errno, "write");
		if (n == 0)
			return ipm_fail_os(err, EIO, "write accepted nothing");
		while (at < count && (size_t)n >= left[at].iov_len) {
			n -= (ssize_t)left[at].iov_len;
			at++;
		}
		if (at < count) {
			left[at].iov_base = (char *)left[at].iov_base + n;
			left[at].iov_len -= (size_t)n;
		}
	}
	return IPM_OK;
}

enum ipm_errc ipm_write_all(int fd, const void *data, size_t len, struct ipm_error *err)
{
	struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};

	return ipm_writev_all(fd, &iov, 1, err);
}

enum ipm_errc ipm_read_file(const char *path, size_t max, struct ipm_buf *ret,
			    struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	struct stat st;
	size_t total = 0;
	/* O_NONBLOCK: opening a FIFO must not wait for a writer before fstat can refuse it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return ipm_fail_os(err, errno, "%s", path);
	if (fstat(fd, &st) < 0) {
		rc = ipm_fail_os(err, errno, "%s", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		rc = ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "%s: not a regular file", path);
		goto out;
	}
	for (;;) {
		ssize_t n;

		if (!ipm_buf_reserve(ret, 65536)) {
			rc = ipm_buf_status(ret, err);
			goto out;
		}
		n = read(fd, ret->data + ret->len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = ipm_fail_os(err, errno, "%s", path);
			goto out;
		}
		if (n == 0)
			break;
		if ((size_t)n > max - total) {
			rc = ipm_fail(err, IPM_ERR_LIMIT, "%s: more than %zu bytes", path, max);
			goto out;
		}
		ret->len += (size_t)n;
		total += (size_t)n;
	}
out:
	close(fd);
	return rc;
}

static int sync_parent(const char *path)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 1;
	int fd, rc, saved;

	if (len >= sizeof(dir))
		return ENAMETOOLONG;
	memcpy(dir, slash ? path : ".", len);
	if (!len)
		dir[len++] = '/';
	dir[len] = 0;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	rc = fsync(fd);
	saved = errno;
	close(fd);
	/* Some file systems refuse to sync a directory; the data itself is safe by then. */
	return rc < 0 && saved != EINVAL && saved != EROFS ? saved : 0;
}

enum ipm_errc ipm_new_file_create(const char *dir, struct ipm_new_file *ret, struct ipm_error *err)
{
	struct ipm_new_file file = {.fd = -1};
	unsigned attempt;

	for (attempt = 0; attempt < 100; attempt++) {
		uint64_t salt = ipm_realtime_ns() * 6364136223846793005u + attempt;
		int n = snprintf(file.temp_path, sizeof(file.temp_path),
				 "%s/.inspmort-%ld-%08x.partial", dir, (long)getpid(),
				 (unsigned)(salt >> 24));

		if (n < 0 || (size_t)n >= sizeof(file.temp_path))
			return ipm_fail_os(err, ENAMETOOLONG, "%s", dir);
		file.fd = open(file.temp_path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			       0600);
		if (file.fd >= 0) {
			*ret = file;
			return IPM_OK;
		}
		if (errno != EEXIST && errno != EINTR)
			break;
	}
	return ipm_fail_os(err, errno, "cannot create a file in %s", dir);
}

static int rename_without_replacing(const char *from, const char *to)
{
#ifdef RENAME_NOREPLACE
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
#endif
	/* Where the file system has no such rename, a link gives the same promise. */
	if (link(from, to))
		return errno;
	unlink(from);
	return 0;
}

enum ipm_errc ipm_new_file_publish(struct ipm_new_file *file, const char *path, int replace,
				   struct ipm_error *err)
{
	int failure;

	if (file->fd < 0)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "%s: no file to publish", path);
	while (fsync(file->fd) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == EINVAL || errno == EROFS) /* a file system without fsync */
			break;
		return ipm_fail_os(err, errno, "%s: fsync", path);
	}
	if (replace)
		failure = rename(file->temp_path, path) ? errno : 0;
	else
		failure = rename_without_replacing(file->temp_path, path);
	if (failure)
		return ipm_fail_os(err, failure, "%s", path);
	file->temp_path[0] = 0;
	failure = sync_parent(path);
	if (close(file->fd) && !failure)
		failure = errno;
	file->fd = -1;
	if (failure)
		return ipm_fail_os(err, failure, "%s: sync of its directory", path);
	return IPM_OK;
}

void ipm_new_file_discard(struct ipm_new_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	if (file->temp_path[0])
		unlink(file->temp_path);
	file->temp_path[0] = 0;
}
