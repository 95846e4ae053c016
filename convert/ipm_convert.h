/* SPDX-License-Identifier: MIT */
#ifndef IPM_CONVERT_H
#define IPM_CONVERT_H

/*
 * A crash file in other people's formats. Each format is a row in a table and a file of its own;
 * all of them stream: memory does not grow with the file.
 */

#include <stdbool.h>

#include "ipm_reader.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the text goes, piece by piece. `write` takes all of it or fails. */
struct ipm_convert_sink {
	enum ipm_errc (*write)(void *self, const void *data, size_t len, struct ipm_error *err);
	void *self;
};

/* A sink over a file descriptor, which stays the caller's. */
IPM_API struct ipm_convert_sink ipm_convert_fd_sink(int fd);

struct ipm_convert_options {
	bool full;	  /* text: frames of Node's own code and long values, too */
	int64_t frame;	  /* text: only this frame; negative: all */
	bool colour;	  /* text: ANSI colours */
	unsigned columns; /* text: width of the terminal; 0: 100 */
	/* Called now and then with objects done and in all; may be NULL. */
	void (*progress)(void *self, uint64_t done, uint64_t total);
	void *progress_self;
};

struct ipm_output;

struct ipm_convert_format {
	const char *name;      /* "json" */
	const char *extension; /* ".json" */
	const char *summary;
	/* Internal: use ipm_convert(). */
	enum ipm_errc (*write)(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			       struct ipm_output *out, struct ipm_error *err);
};

/* All of them, ended by a row without a name. The first is the default. */
IPM_API extern const struct ipm_convert_format ipm_convert_formats[];

/* NULL when there is none of that name. */
IPM_API const struct ipm_convert_format *ipm_convert_find(const char *name);

/*
 * Converts. `opts` may be NULL. Fails with the sink's error, or when the file lacks what the
 * format is about; what was written until then is no document.
 */
IPM_API IPM_MUST_USE enum ipm_errc ipm_convert(struct ipm_reader *reader,
					       const struct ipm_convert_format *format,
					       const struct ipm_convert_options *opts,
					       struct ipm_convert_sink sink, struct ipm_error *err);

#ifdef __cplusplus
}
#endif

#endif
