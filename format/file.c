/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mapping.h"

enum { PASSED_MAX = 4 << 20 };

enum ipm_errc ipm_file_open(const char *path, bool no_mmap, struct ipm_file *ret,
			    struct ipm_error *err)
{
	struct ipm_file file = {.fd = -1};
	struct stat st;
	enum ipm_errc rc;

	/* O_NONBLOCK: opening a FIFO must not wait for a writer before fstat can refuse it. */
	file.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file.fd < 0)
		return ipm_fail_os(err, errno, "cannot open");
	if (fstat(file.fd, &st) < 0) {
		rc = ipm_fail_os(err, errno, "cannot stat");
		goto fail;
	}
	if (S_ISDIR(st.st_mode)) {
		rc = ipm_fail_os(err, EISDIR, "not a crash file");
		goto fail;
	}
	if (!S_ISREG(st.st_mode)) {
		rc = ipm_fail(err, IPM_ERR_BAD_DATA, "not a crash file: not a regular file");
		goto fail;
	}
	file.bytes = (uint64_t)st.st_size;
	if (!no_mmap && file.bytes && file.bytes <= SIZE_MAX / 2)
		file.map = ipm_mapping_create(file.fd, (size_t)file.bytes);
	*ret = file;
	return IPM_OK;
fail:
	close(file.fd);
	return rc;
}

void ipm_file_close(struct ipm_file *file)
{
	if (file->map)
		ipm_mapping_destroy(file->map, (size_t)file->bytes);
	file->map = NULL;
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	ipm_buf_deinit(&file->scratch);
}

/*
 * Starts reading what is about to be touched, in one piece instead of page by page. Not for
 * what is in memory already: the call costs more than such a look.
 */
static void will_need(struct ipm_file *file, uint64_t offset, size_t len)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
	uintptr_t start = (uintptr_t)(file->map + offset) & ~page;
	unsigned char resident = 1;

	if (len < 4096 || (!mincore((void *)start, 1, &resident) && (resident & 1)))
		return;
	madvise((void *)start, len + ((uintptr_t)(file->map + offset) & page), MADV_WILLNEED);
}

void ipm_file_passed(struct ipm_file *file, uint64_t len)
{
	file->passed += len;
	if (!file->map || file->passed < PASSED_MAX)
		return;
	file->passed = 0;
	madvise((void *)(uintptr_t)file->map, (size_t)file->bytes, MADV_DONTNEED);
}

enum ipm_errc ipm_file_view(struct ipm_file *file, uint64_t offset, size_t len,
			    struct ipm_bytes *ret, struct ipm_error *err)
{
	size_t done = 0;

	if (offset >= file->bytes) {
		*ret = (struct ipm_bytes){0};
		return IPM_OK;
	}
	if (len > file->bytes - offset)
		len = (size_t)(file->bytes - offset);
	if (file->map) {
		will_need(file, offset, len);
		*ret = (struct ipm_bytes){file->map + offset, len};
		return IPM_OK;
	}
	ipm_buf_reset(&file->scratch);
	if (!ipm_buf_reserve(&file->scratch, len))
		return ipm_buf_status(&file->scratch, err);
	while (done < len) {
		ssize_t n = pread(file->fd, file->scratch.data + done, len - done,
				  (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ipm_fail_os(err, errno, "read at byte %llu",
					   (unsigned long long)(offset + done));
		if (n == 0) {
			memset(file->scratch.data + done, 0, len - done);
			break;
		}
		done += (size_t)n;
	}
	*ret = (struct ipm_bytes){file->scratch.data, len};
	return IPM_OK;
}
