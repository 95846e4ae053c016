/* SPDX-License-Identifier: MIT */
#ifndef IPM_STRING_TABLE_H
#define IPM_STRING_TABLE_H

/* Names and their numbers, up to a limit: a string table of bounded memory. */

#include "buf.h"

struct ipm_strings {
	struct ipm_buf bytes;
	struct ipm_string_slot {
		uint64_t hash;
		uint32_t offset;
		uint32_t len;
	} * list;	 /* by number */
	uint32_t *slots; /* number + 1; 0: free */
	uint32_t count, capacity;
	uint32_t max_count;
	size_t max_bytes;
};

#define IPM_STRING_NONE UINT32_MAX

/* `max_count` is at most 2^31. */
void ipm_strings_init(struct ipm_strings *s, uint32_t max_count, size_t max_bytes);
void ipm_strings_deinit(struct ipm_strings *s);
/* IPM_STRING_NONE: not there. */
uint32_t ipm_strings_find(const struct ipm_strings *s, struct ipm_str str);
/* The string's number; new ones are added while there is room. IPM_STRING_NONE: there is not. */
uint32_t ipm_strings_add(struct ipm_strings *s, struct ipm_str str);
struct ipm_str ipm_strings_at(const struct ipm_strings *s, uint32_t number);

#endif
