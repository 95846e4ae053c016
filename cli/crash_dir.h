/* SPDX-License-Identifier: MIT */
#ifndef IPM_CRASH_DIR_H
#define IPM_CRASH_DIR_H

/* The crash files of a directory, each looked into, newest first. */

#include "crash_summary.h"

struct crash_file {
	char *path;
	uint64_t bytes;
	uint64_t time_ns; /* of the crash; of the file where that is not known */
	uint64_t inode;
	bool regular;	      /* not a symbolic link */
	bool opened;	      /* it is a crash file */
	bool readable;	      /* `summary` is filled */
	struct ipm_error err; /* why not, if not opened or not readable */
	struct ipm_crash_summary summary;
};

/* Zeroed at first. */
struct crash_dir {
	struct crash_file *files;
	size_t count, capacity;
};

/* Where crash files are looked for when nobody says: $INSPMORT_DIR, or the working directory. */
const char *crash_dir_default(void);
/* A file, or every *.inspmort in a directory itself. */
IPM_MUST_USE enum ipm_errc crash_dir_add(struct crash_dir *d, const char *path,
					 struct ipm_error *err);
/* Newest first; what cannot be read comes last. */
void crash_dir_sort(struct crash_dir *d);
void crash_dir_deinit(struct crash_dir *d);

/* "75 KB", "1.2 GB". */
void put_size(struct ipm_buf *out, uint64_t bytes);

#endif
