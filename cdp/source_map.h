/* SPDX-License-Identifier: MIT */
#ifndef IPM_SOURCE_MAP_H
#define IPM_SOURCE_MAP_H

/*
 * From a place in compiled code to the place in what somebody wrote: source maps, version 3
 * (ECMA-426), as far as they are in the crash file or in the script's own sourceMappingURL. Nothing
 * is fetched. Mappings are decoded as far as each question needs; nothing is kept of them.
 */

#include "ipm_reader.h"

struct ipm_source_map;

struct ipm_original {
	struct ipm_str url; /* resolved against the script's; lives until the next lookup */
	int64_t line;	    /* from 0, as everywhere */
	int64_t column;
	size_t source; /* for ipm_source_map_content */
};

/*
 * IPM_ERR_NOT_FOUND: the script has none, or not in the file; IPM_ERR_BAD_DATA: it has one that
 * makes no sense.
 */
IPM_MUST_USE enum ipm_errc ipm_source_map_load(struct ipm_reader *reader,
					       const struct ipm_script *script,
					       struct ipm_source_map **ret, struct ipm_error *err);
void ipm_source_map_destroy(struct ipm_source_map *map); /* NULL is fine */

/* False where the map says nothing about that place. */
bool ipm_source_map_lookup(struct ipm_source_map *map, int64_t line, int64_t column,
			   struct ipm_original *ret);

/* The text of a source, if the map carries it; lives until the next call. */
bool ipm_source_map_content(struct ipm_source_map *map, size_t source, struct ipm_str *ret);

#endif
