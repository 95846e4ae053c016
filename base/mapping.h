/* SPDX-License-Identifier: MIT */
#ifndef IPM_MAPPING_H
#define IPM_MAPPING_H

/*
 * A file in memory that may be cut while it is read. Touching a page behind its new end raises
 * SIGBUS; a handler, there while any mapping is, puts a page of zeros in its place. A SIGBUS from
 * anywhere else goes to the handler that was there before.
 */

#include <stddef.h>
#include <stdint.h>

/* NULL when the file cannot be mapped or too many are: read it instead. */
const uint8_t *ipm_mapping_create(int fd, size_t bytes);
void ipm_mapping_destroy(const uint8_t *map, size_t bytes);

#endif
