/* SPDX-License-Identifier: MIT */
#include "import_ids.h"

#include <stdlib.h>
#include <string.h>

#define OFFSET_BITS 40
#define OFFSET_MASK ((UINT64_C(1) << OFFSET_BITS) - 1)
#define SLOT_BITS   26

static uint64_t hash_of(struct ipm_str id)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < id.len; i++)
		hash = (hash ^ (uint8_t)id.data[i]) * UINT64_C(1099511628211);
	hash ^= hash >> 32;
	hash *= UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

/*
 * Bits of the hash: 6 shard, 24 with the mention, 24 with the listing, the lowest decide the slot. A
 * used slot has at least one offset.
 */
static unsigned shard_of(uint64_t hash)
{
	return (unsigned)(hash >> 58);
}

static uint64_t mention_tag(uint64_t hash)
{
	return (hash >> 34 & 0xFFFFFF) << OFFSET_BITS;
}

static uint64_t listing_tag(uint64_t hash)
{
	return (hash >> 10 & 0xFFFFFF) << OFFSET_BITS;
}

static bool is_free(const struct import_shard *s, size_t at)
{
	return !((s->mention[at] | s->listing[at]) & OFFSET_MASK);
}

static bool is_tagged(const struct import_shard *s, size_t at, uint64_t hash)
{
	return (s->mention[at] & ~OFFSET_MASK) == mention_tag(hash) &&
	       (s->listing[at] & ~OFFSET_MASK) == listing_tag(hash);
}

/* The slot's start must follow from what is kept, so that growing can place it again. */
static size_t start_of(uint64_t mention, uint64_t listing, uint32_t capacity)
{
	uint64_t bits = (mention >> OFFSET_BITS) << 24 | listing >> OFFSET_BITS;

	return (size_t)(bits * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (capacity - 1);
}

static size_t slot_of(const struct import_shard *s, uint64_t hash)
{
	size_t at = start_of(mention_tag(hash), listing_tag(hash), s->capacity);

	while (!is_free(s, at) && !is_tagged(s, at, hash))
		at = (at + 1) & (s->capacity - 1);
	return at;
}

void import_ids_deinit(struct import_ids *ids)
{
	size_t i;

	for (i = 0; i < 64; i++) {
		free(ids->shards[i].mention);
		free(ids->shards[i].listing);
		free(ids->shards[i].number);
	}
	memset(ids, 0, sizeof(*ids));
}

static bool grow(struct import_shard *s)
{
	struct import_shard grown = {.count = s->count};
	size_t i, at;

	grown.capacity = s->capacity ? s->capacity * 2 : 256;
	if (grown.capacity > UINT32_C(1) << (SLOT_BITS - 1))
		return false;
	grown.mention = calloc(grown.capacity, sizeof(*grown.mention));
	grown.listing = calloc(grown.capacity, sizeof(*grown.listing));
	grown.number = calloc(grown.capacity, sizeof(*grown.number));
	if (!grown.mention || !grown.listing || !grown.number) {
		free(grown.mention);
		free(grown.listing);
		free(grown.number);
		return false;
	}
	for (i = 0; i < s->capacity; i++) {
		if (is_free(s, i))
			continue;
		at = start_of(s->mention[i] & ~OFFSET_MASK, s->listing[i] & ~OFFSET_MASK,
			      grown.capacity);
		while (!is_free(&grown, at))
			at = (at + 1) & (grown.capacity - 1);
		grown.mention[at] = s->mention[i];
		grown.listing[at] = s->listing[i];
		grown.number[at] = s->number[i];
	}
	free(s->mention);
	free(s->listing);
	free(s->number);
	*s = grown;
	return true;
}

uint32_t import_ids_find(const struct import_ids *ids, struct ipm_str id)
{
	uint64_t hash = hash_of(id);
	const struct import_shard *s = &ids->shards[shard_of(hash)];
	size_t at;

	if (!s->capacity)
		return ID_NONE;
	at = slot_of(s, hash);
	return is_free(s, at) ? ID_NONE : (uint32_t)(shard_of(hash) << SLOT_BITS | at);
}

enum ipm_errc import_ids_add(struct import_ids *ids, struct ipm_str id, uint32_t *ret,
			     struct ipm_error *err)
{
	uint64_t hash = hash_of(id);
	struct import_shard *s = &ids->shards[shard_of(hash)];
	size_t at;

	if (s->count >= s->capacity / 4 * 3 && !grow(s))
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for %llu object ids",
				(unsigned long long)ids->count);
	at = slot_of(s, hash);
	if (is_free(s, at)) {
		s->mention[at] = mention_tag(hash);
		s->listing[at] = listing_tag(hash);
		s->count++;
		ids->count++;
	}
	*ret = (uint32_t)(shard_of(hash) << SLOT_BITS | at);
	return IPM_OK;
}

static size_t slot(uint32_t handle)
{
	return handle & ((UINT32_C(1) << SLOT_BITS) - 1);
}

uint64_t import_ids_mention(const struct import_ids *ids, uint32_t handle)
{
	return (ids->shards[handle >> SLOT_BITS].mention[slot(handle)] & OFFSET_MASK) - 1;
}

uint64_t import_ids_listing(const struct import_ids *ids, uint32_t handle)
{
	return (ids->shards[handle >> SLOT_BITS].listing[slot(handle)] & OFFSET_MASK) - 1;
}

void import_ids_set_mention(struct import_ids *ids, uint32_t handle, uint64_t offset)
{
	uint64_t *at = &ids->shards[handle >> SLOT_BITS].mention[slot(handle)];

	*at = (*at & ~OFFSET_MASK) | ((offset + 1) & OFFSET_MASK);
}

void import_ids_set_listing(struct import_ids *ids, uint32_t handle, uint64_t offset)
{
	uint64_t *at = &ids->shards[handle >> SLOT_BITS].listing[slot(handle)];

	*at = (*at & ~OFFSET_MASK) | ((offset + 1) & OFFSET_MASK);
}

uint32_t *import_ids_number(struct import_ids *ids, uint32_t handle)
{
	return &ids->shards[handle >> SLOT_BITS].number[slot(handle)];
}
