/* SPDX-License-Identifier: MIT */
#ifndef IPM_CONVERT_H
#define IPM_CONVERT_H

/*
 * A crash file in other people's formats. Each format is a row in a table and a file of its own;
 * all of them stream: memory does not grow with the file.
 */

#include <stdbool.h>

#include "buf.h"
#include "ipm_reader.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the text goes. Failure is sticky: after the first one `put` does nothing. */
struct ipm_output {
	enum ipm_errc (*write)(void *self, const void *data, size_t len, struct ipm_error *err);
	void *self;
	struct ipm_buf buffer; /* written out when it has grown */
	enum ipm_errc failed;
	struct ipm_error error; /* of the first failure */
	uint64_t bytes;		/* written so far */
};

IPM_API struct ipm_output ipm_fd_output(int fd); /* the descriptor stays the caller's */
IPM_API struct ipm_output ipm_buf_output(struct ipm_buf *buf);

struct ipm_convert_options {
	bool full;	  /* text: frames of Node's own code and long values, too */
	int64_t frame;	  /* text: only this frame; negative: all */
	bool colour;	  /* text: ANSI colours */
	unsigned columns; /* text: width of the terminal; 0: 100 */
	/* Called now and then with objects done and in all; may be NULL. */
	void (*progress)(void *self, uint64_t done, uint64_t total);
	void *progress_self;
};

struct ipm_convert_format {
	const char *name;      /* "json" */
	const char *extension; /* ".json" */
	const char *summary;
	/* Appends the whole document. A failed output comes back as its error. */
	enum ipm_errc (*write)(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			       struct ipm_output *out, struct ipm_error *err);
};

/* All of them, ended by a row without a name. The first is the default. */
IPM_API extern const struct ipm_convert_format ipm_convert_formats[];

/* NULL when there is none of that name. */
IPM_API const struct ipm_convert_format *ipm_convert_find(const char *name);

/* Converts and flushes. `opts` may be NULL. */
IPM_API IPM_MUST_USE enum ipm_errc ipm_convert(struct ipm_reader *reader,
					       const struct ipm_convert_format *format,
					       const struct ipm_convert_options *opts,
					       struct ipm_output *out, struct ipm_error *err);

/*
 * Appends text of the dead process so that it cannot do anything to a terminal or to the layout:
 * control and bidirectional characters and lone surrogates come out as escapes. `newlines`: \n and \t
 * pass.
 */
IPM_API void ipm_put_safe(struct ipm_buf *out, struct ipm_str text, bool newlines);

#ifdef __cplusplus
}
#endif

#endif
