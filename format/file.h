/* SPDX-License-Identifier: MIT */
#ifndef IPM_FILE_H
#define IPM_FILE_H

/* The bytes of a file that may shrink, rot or lie while it is read. */

#include <stdbool.h>

#include "buf.h"
#include "ipm_base.h"

struct ipm_file {
	int fd;
	uint64_t bytes;	    /* when it was opened */
	const uint8_t *map; /* NULL: every view is read into `scratch` */
	uint64_t passed;    /* bytes of the map, since its pages were given back */
	struct ipm_buf scratch;
};

IPM_MUST_USE enum ipm_errc ipm_file_open(const char *path, bool no_mmap, struct ipm_file *ret,
					 struct ipm_error *err);
void ipm_file_close(struct ipm_file *file);

/*
 * `len` bytes at `offset`, fewer only where the file ends. The view lives until the next call.
 * A file cut meanwhile reads as zeros behind its end, which no checksum accepts.
 */
IPM_MUST_USE enum ipm_errc ipm_file_view(struct ipm_file *file, uint64_t offset, size_t len,
					 struct ipm_bytes *ret, struct ipm_error *err);

/*
 * Says that `len` bytes were passed on the way through the file: its pages are given back now and
 * then, so that who reads gigabytes is not the process that has them all. They stay in the system's
 * cache as long as nobody else needs the memory.
 */
void ipm_file_passed(struct ipm_file *file, uint64_t len);

#endif
