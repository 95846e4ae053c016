/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_FIND_SOURCE_MAP_H
#define IPM_CAPTURE_FIND_SOURCE_MAP_H

/* Finding the source map that a script names: within its URL, or in a file beside the script. */

#include <stdbool.h>

#include "buf.h"
#include "ipm_base.h"

/*
 * Appends the map's JSON to `ret`. False: there is none, it is too large, or it is not to be
 * had without the network. Files are read only if `local_files`, and only if their name ends
 * in ".map".
 */
bool source_map_find(struct ipm_str map_url, struct ipm_str script_url, bool local_files,
		     struct ipm_buf *ret);

#endif
