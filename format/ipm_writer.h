/* SPDX-License-Identifier: MIT */
#ifndef IPM_WRITER_H
#define IPM_WRITER_H

/*
 * Streams one crash into a container (spec/inspmort.md). Constant memory whatever the size.
 * A failed write is sticky: every later call returns it again. A wrong argument or a full file
 * (IPM_ERR_INVALID_ARGUMENT, IPM_ERR_LIMIT) leaves that record out and nothing else. One thread at a
 * time; no memory is allocated after create.
 *
 * Order: create, meta, then anything, then finish. Objects come in ascending order of their
 * ids without gaps; slices take the ids that ipm_writer_reserve_slices() gave out.
 */

#include <sys/uio.h>

#include "ipm_model.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ipm_writer;

/* Where the bytes go. `write` takes all of it or fails. */
struct ipm_sink {
	enum ipm_errc (*write)(void *self, const struct iovec *iov, int count,
			       struct ipm_error *err);
	/* Takes back a half-written block after a failed write; may be NULL. */
	enum ipm_errc (*truncate)(void *self, uint64_t bytes, struct ipm_error *err);
	void *self;
};

/* A sink over a file descriptor, which stays the caller's. */
IPM_API struct ipm_sink ipm_fd_sink(int fd);

struct ipm_writer_options {
	uint32_t block_raw_bytes; /* 0: the default */
	int level;		  /* zstd, 1 to 12; 0: the default */
	uint64_t max_bytes;	  /* of the file; 0: no limit. Reached: IPM_ERR_LIMIT from the call
				     that would pass it, and finish() still works */
};

/* Allocates all that the writer will ever need. */
IPM_API IPM_MUST_USE enum ipm_errc ipm_writer_create(struct ipm_sink sink,
						     const struct ipm_writer_options *opts,
						     struct ipm_writer **ret,
						     struct ipm_error *err);
/* Frees it. Writes nothing: without finish() the file is a cut one. NULL is fine. */
IPM_API void ipm_writer_destroy(struct ipm_writer *w);

IPM_API IPM_MUST_USE enum ipm_errc
ipm_writer_meta(struct ipm_writer *w, const struct ipm_meta *meta, struct ipm_error *err);
/*
 * IPM_ERR_INVALID_ARGUMENT when id is not the one after the last object's (the first is 1), or for
 * more than 4,096 properties, elements, privates, internals or scopes in place: those are for slices.
 * Strings of more than 4 KiB and bytes of more than 32 KiB go to slices by themselves. References in
 * the order in which a walk hands out ids cost a byte each.
 */
IPM_API IPM_MUST_USE enum ipm_errc
ipm_writer_object(struct ipm_writer *w, const struct ipm_object *object, struct ipm_error *err);
/*
 * Ids for a sequence of `count` units in slices of `per_slice`; put the result into the object
 * (or text) and write the slices in order, before or after it, each with ipm_writer_slice.
 */
IPM_API struct ipm_slices ipm_writer_reserve_slices(struct ipm_writer *w, uint64_t count,
						    uint32_t per_slice);
IPM_API IPM_MUST_USE enum ipm_errc
ipm_writer_slice(struct ipm_writer *w, const struct ipm_slice *slice, struct ipm_error *err);
/*
 * Writes a long text as slices and describes it in *ret (for struct ipm_text fields of what is
 * written next). Short text is returned inline: *ret then borrows `str`.
 */
IPM_API IPM_MUST_USE enum ipm_errc ipm_writer_text(struct ipm_writer *w, struct ipm_str str,
						   struct ipm_text *ret, struct ipm_error *err);
/* Slices must have been written before (ipm_writer_text for source and source map). */
IPM_API IPM_MUST_USE enum ipm_errc
ipm_writer_script(struct ipm_writer *w, const struct ipm_script *script, struct ipm_error *err);
IPM_API IPM_MUST_USE enum ipm_errc
ipm_writer_pause(struct ipm_writer *w, const struct ipm_pause *pause, struct ipm_error *err);
IPM_API IPM_MUST_USE enum ipm_errc
ipm_writer_note(struct ipm_writer *w, const struct ipm_note *note, struct ipm_error *err);
/* Everything so far reaches the sink as complete blocks; call it where a crash would hurt. */
IPM_API IPM_MUST_USE enum ipm_errc ipm_writer_flush(struct ipm_writer *w, struct ipm_error *err);
/* Summary, index and footer. Nothing may be written afterwards. Also after IPM_ERR_LIMIT. */
IPM_API IPM_MUST_USE enum ipm_errc
ipm_writer_finish(struct ipm_writer *w, const struct ipm_summary *summary, struct ipm_error *err);

IPM_API uint64_t ipm_writer_bytes(const struct ipm_writer *w);	 /* handed to the sink so far */
IPM_API uint64_t ipm_writer_objects(const struct ipm_writer *w); /* written so far */

#ifdef __cplusplus
}
#endif

#endif
