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
	uint64_t viewed;    /* bytes of the map, since its pages were given back */
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

#endif
