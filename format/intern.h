/* SPDX-License-Identifier: MIT */
#ifndef IPM_INTERN_H
#define IPM_INTERN_H

/*
 * Byte strings to small numbers, in fixed memory: the writer's tables of strings and shapes.
 * A full table takes nothing more and goes on finding what it has.
 */

#include <stdbool.h>

#include "ipm_base.h"

#define IPM_INTERN_NONE UINT32_MAX

enum { IPM_INTERN_RECENT = 1024, IPM_INTERN_FILTER = 4096 };

struct ipm_intern_slot {
	uint32_t hash;	 /* the upper half of the hash; the lower one chose the place */
	uint32_t number; /* IPM_INTERN_NONE - number, so that zeroed memory is an empty table */
	uint32_t offset, len;
};

struct ipm_intern {
	struct ipm_intern_slot *slots; /* open addressing, a power of two of them */
	/* What was found last, in memory that stays in the processor's first cache. */
	struct ipm_intern_slot recent[IPM_INTERN_RECENT];
	/* A bit that is not set: nothing with such a hash is in the table. */
	uint64_t filter[IPM_INTERN_FILTER];
	uint8_t *bytes;
	uint32_t mask, count, count_max;
	uint32_t bytes_used, bytes_max;
};

IPM_MUST_USE enum ipm_errc ipm_intern_init(struct ipm_intern *table, uint32_t count_max,
					   uint32_t bytes_max, struct ipm_error *err);
void ipm_intern_deinit(struct ipm_intern *table);

uint64_t ipm_intern_hash(struct ipm_bytes key);
/* The number of `key`, or IPM_INTERN_NONE. */
uint32_t ipm_intern_find(struct ipm_intern *table, struct ipm_bytes key, uint64_t hash);
/* Adds what was not found: its number is the count before. False when the table is full. */
bool ipm_intern_add(struct ipm_intern *table, struct ipm_bytes key, uint64_t hash);

#endif
