/* SPDX-License-Identifier: MIT */
#ifndef IPM_REPAIR_H
#define IPM_REPAIR_H

/*
 * Checks every byte of a crash file, and saves what can be saved of a broken one. Neither uses
 * the index to find anything: the blocks themselves are walked, past damage.
 */

#include "ipm_model.h"
#include "ipm_writer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Something wrong, and where. `what` lives during the call only. */
struct ipm_finding {
	uint64_t offset;
	uint64_t bytes; /* 0: the place is known, the extent is not */
	const char *what;
};

typedef void (*ipm_finding_fn)(void *self, const struct ipm_finding *finding);

enum ipm_verdict {
	IPM_VERDICT_WHOLE,	/* nothing to complain about */
	IPM_VERDICT_CUT,	/* ends too early; every complete block is good */
	IPM_VERDICT_DAMAGED,	/* something inside is lost */
	IPM_VERDICT_UNREADABLE, /* no good block at all */
};

struct ipm_verify_result {
	enum ipm_verdict verdict;
	uint64_t bytes;
	uint64_t blocks;	 /* good ones */
	uint64_t damaged_blocks; /* whose content cannot be read */
	uint64_t records;	 /* in good blocks */
	uint64_t unusable;	 /* records in good blocks that need something that is lost */
	uint64_t objects;
	uint64_t lost_objects; /* ids below the highest one that no block has */
	uint64_t damaged_bytes;
	uint64_t findings;
};

/*
 * Reads everything. A damaged file is IPM_OK with a verdict; IPM_ERR_OS and IPM_ERR_NO_MEMORY
 * are the only failures, and IPM_ERR_UNSUPPORTED for a newer version.
 */
IPM_API IPM_MUST_USE enum ipm_errc ipm_verify(const char *path, ipm_finding_fn report, void *self,
					      struct ipm_verify_result *ret, struct ipm_error *err);

/*
 * Copies every good block into a new file with an index and a footer of its own; ids stay. A
 * whole file gives a whole file with the same records. `ret` says what the source lost.
 * IPM_ERR_BAD_DATA: nothing to save; the sink then has no more than a header.
 */
IPM_API IPM_MUST_USE enum ipm_errc ipm_recover(const char *path, struct ipm_sink sink,
					       ipm_finding_fn report, void *self,
					       struct ipm_verify_result *ret,
					       struct ipm_error *err);

#ifdef __cplusplus
}
#endif

#endif
