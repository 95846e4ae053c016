/* SPDX-License-Identifier: MIT */
#ifndef IPM_READER_H
#define IPM_READER_H

/*
 * Reads a container: whole, cut or damaged. Trusts nothing in it. One thread at a time per
 * reader; several readers may share a file.
 *
 * What a call hands out stays valid until it is released, whatever else is read meanwhile.
 */

#include "ipm_model.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ipm_reader;

struct ipm_reader_options {
	bool no_mmap;		   /* read with pread instead */
	uint64_t cache_bytes;	   /* decoded blocks kept; 0: the default */
	uint64_t max_record_bytes; /* a record larger than this is IPM_ERR_LIMIT; 0: the default */
};

enum ipm_integrity {
	IPM_WHOLE,   /* footer present and consistent */
	IPM_CUT,     /* no footer: the writer was stopped; every complete block is readable */
	IPM_DAMAGED, /* something inside does not match its checksum or the index */
};

struct ipm_file_info {
	enum ipm_integrity integrity;
	uint64_t bytes;
	uint64_t objects; /* ids 1 … objects */
	uint64_t slices;
	uint64_t scripts;
	uint64_t pauses;
	uint64_t blocks;
	uint16_t major, minor;
	uint64_t created_ns;
	uint8_t uuid[16];
};

/*
 * Opens a crash file in a time that does not depend on its size. IPM_ERR_BAD_DATA: not a crash
 * file; IPM_ERR_UNSUPPORTED: a newer major version; IPM_ERR_OS: os_errno. err->message does not
 * name the path: the caller does.
 */
IPM_API IPM_MUST_USE enum ipm_errc ipm_reader_open(const char *path,
						   const struct ipm_reader_options *opts,
						   struct ipm_reader **ret, struct ipm_error *err);
/* Everything handed out must have been released. NULL is fine. */
IPM_API void ipm_reader_close(struct ipm_reader *r);

IPM_API const struct ipm_file_info *ipm_reader_info(const struct ipm_reader *r);
/*
 * Live as long as the reader. Never NULL; fields are empty when the record is missing, but for the
 * status of a file without a summary, which is IPM_STATUS_ERROR.
 */
IPM_API const struct ipm_meta *ipm_reader_meta(const struct ipm_reader *r);
IPM_API const struct ipm_summary *ipm_reader_summary(const struct ipm_reader *r);

/*
 * Pauses 0 … info.pauses - 1, in the order written. Live as long as the reader.
 * IPM_ERR_NOT_FOUND: no such pause.
 */
IPM_API IPM_MUST_USE enum ipm_errc ipm_reader_pause(struct ipm_reader *r, uint64_t index,
						    const struct ipm_pause **ret,
						    struct ipm_error *err);
/* Scripts by place (0 … info.scripts - 1) or by V8's id. Live as long as the reader. */
IPM_API IPM_MUST_USE enum ipm_errc ipm_reader_script_at(struct ipm_reader *r, uint64_t index,
							const struct ipm_script **ret,
							struct ipm_error *err);
IPM_API IPM_MUST_USE enum ipm_errc ipm_reader_script(struct ipm_reader *r, uint64_t script_id,
						     const struct ipm_script **ret,
						     struct ipm_error *err);
/* The first note of that name. Lives as long as the reader. IPM_ERR_NOT_FOUND: none. */
IPM_API IPM_MUST_USE enum ipm_errc ipm_reader_note(struct ipm_reader *r, struct ipm_str name,
						   const struct ipm_note **ret,
						   struct ipm_error *err);

/*
 * The object with that id. IPM_ERR_NOT_FOUND: mentioned but not captured, or no such id.
 * Release it with ipm_object_release; until then everything it points to stays.
 */
IPM_API IPM_MUST_USE enum ipm_errc ipm_reader_object(struct ipm_reader *r, uint64_t id,
						     const struct ipm_object **ret,
						     struct ipm_error *err);
IPM_API void ipm_object_release(struct ipm_reader *r,
				const struct ipm_object *object); /* NULL is fine */

IPM_API IPM_MUST_USE enum ipm_errc ipm_reader_slice(struct ipm_reader *r, uint64_t id,
						    const struct ipm_slice **ret,
						    struct ipm_error *err);
IPM_API void ipm_slice_release(struct ipm_reader *r,
			       const struct ipm_slice *slice); /* NULL is fine */

/*
 * Copies up to `max` bytes of a stored text, from UTF-16 unit `start` to unit `end` at most, into
 * `write` calls, in pieces cut at character boundaries. Resolves slices and script ranges.
 * What was cut at a limit simply ends earlier. `write` returns false to stop.
 */
IPM_API IPM_MUST_USE enum ipm_errc
ipm_reader_text(struct ipm_reader *r, const struct ipm_text *text, uint64_t start, uint64_t end,
		bool (*write)(void *self, struct ipm_str piece), void *self, struct ipm_error *err);

/*
 * Calls `visit` for every object that can be read, in order of id, each decoded once and only
 * valid during the call; false stops. Damaged blocks are skipped; their number is *ret_damaged.
 */
IPM_API IPM_MUST_USE enum ipm_errc
ipm_reader_scan(struct ipm_reader *r, uint64_t first_id,
		bool (*visit)(void *self, const struct ipm_object *object), void *self,
		uint64_t *ret_damaged, struct ipm_error *err);

#ifdef __cplusplus
}
#endif

#endif
