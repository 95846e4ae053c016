/* SPDX-License-Identifier: MIT */
#ifndef IPM_FRAMES_H
#define IPM_FRAMES_H

/* Walks a file frame by frame without an index, past damage and up to where it was cut. */

#include "file.h"
#include "layout.h"

enum ipm_region {
	IPM_REGION_END,
	IPM_REGION_HEADER,
	IPM_REGION_BLOCK, /* header and place only: the content is not looked at */
	IPM_REGION_INDEX,
	IPM_REGION_ROOT,
	IPM_REGION_FOOTER,
	IPM_REGION_OTHER,  /* a skippable frame of somebody else's */
	IPM_REGION_DAMAGE, /* bytes that are none of the above */
	IPM_REGION_CUT,	   /* the beginning of a frame whose end the file does not have */
};

struct ipm_frame_walk {
	struct ipm_file *file;
	uint64_t at;
	uint64_t spent; /* bytes looked at while searching; starts at 0 */
};

struct ipm_frame_event {
	enum ipm_region type;
	uint64_t offset, bytes;
	struct ipm_block_header block; /* without directory */
	const char *why;	       /* of DAMAGE */
};

IPM_MUST_USE enum ipm_errc ipm_frame_walk_next(struct ipm_frame_walk *walk,
					       struct ipm_frame_event *ret, struct ipm_error *err);

/*
 * The last whole block or index before `end`, looking backwards. IPM_ERR_NOT_FOUND: there is
 * none. *ret_index is the offset of the last INDEX up to there, 0: none.
 */
IPM_MUST_USE enum ipm_errc ipm_frames_last_index(struct ipm_file *file, uint64_t end,
						 uint64_t *ret_index, struct ipm_error *err);

#endif
