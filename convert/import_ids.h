/* SPDX-License-Identifier: MIT */
#ifndef IPM_IMPORT_IDS_H
#define IPM_IMPORT_IDS_H

/*
 * What is known about the object ids of a JSON file: 20 bytes each. An id is kept as 64 bits
 * of hash, most of them by its place; its text stays in the file.
 */

#include <stdbool.h>

#include "ipm_base.h"

#define ID_NONE	   UINT32_MAX
#define ID_VIRTUAL UINT32_MAX /* as a number: no object, only a way of telling about one */

struct import_shard {
	uint64_t *mention; /* 40 bits offset + 1, 24 bits of hash */
	uint64_t *listing;
	uint32_t *number; /* 0: none yet */
	uint32_t count, capacity;
};

/* In shards, so that growing needs little more than what is there. */
struct import_ids {
	struct import_shard shards[64];
	uint64_t count;
};

void import_ids_deinit(struct import_ids *ids);
/* A handle that stays good until the next import_ids_add; ID_NONE: not known. */
uint32_t import_ids_find(const struct import_ids *ids, struct ipm_str id);
/* Finds or adds. A new one must get its mention or its listing before anything else happens. */
IPM_MUST_USE enum ipm_errc import_ids_add(struct import_ids *ids, struct ipm_str id, uint32_t *ret,
					  struct ipm_error *err);

/* Where the file first tells of it, and where it lists its properties; UINT64_MAX: nowhere. */
uint64_t import_ids_mention(const struct import_ids *ids, uint32_t handle);
uint64_t import_ids_listing(const struct import_ids *ids, uint32_t handle);
void import_ids_set_mention(struct import_ids *ids, uint32_t handle, uint64_t offset);
void import_ids_set_listing(struct import_ids *ids, uint32_t handle, uint64_t offset);
/* The object's number in the crash file. */
uint32_t *import_ids_number(struct import_ids *ids, uint32_t handle);

#endif
