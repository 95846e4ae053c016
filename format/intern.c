/* SPDX-License-Identifier: MIT */
#include "intern.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

enum ipm_errc ipm_intern_init(struct ipm_intern *table, uint32_t count_max, uint32_t bytes_max,
			      struct ipm_error *err)
{
	uint32_t slots = 16;

	while (slots < count_max * 2)
		slots *= 2;
	memset(table, 0, sizeof(*table));
	/* calloc: pages that are never touched cost nothing. */
	table->slots = calloc(slots, sizeof(*table->slots));
	table->bytes = malloc(bytes_max);
	if (!table->slots || !table->bytes) {
		ipm_intern_deinit(table);
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a table of %u entries",
				count_max);
	}
	table->mask = slots - 1;
	table->count_max = count_max;
	table->bytes_max = bytes_max;
	return IPM_OK;
}

void ipm_intern_deinit(struct ipm_intern *table)
{
	free(table->slots);
	free(table->bytes);
	memset(table, 0, sizeof(*table));
}

/*
 * Eight bytes per multiplication. Colliding keys cost time, never correctness: the bytes are
 * compared, and the table's size bounds the search.
 */
uint64_t ipm_intern_hash(struct ipm_bytes key)
{
	uint64_t h = 0x9E3779B97F4A7C15u ^ key.len;
	const uint8_t *p = key.data;
	size_t left = key.len;

	for (; left >= 8; left -= 8, p += 8) {
		h = (h ^ ipm_get_le64(p)) * 0xFF51AFD7ED558CCDu;
		h ^= h >> 32;
	}
	if (left) {
		uint64_t tail = 0;

		memcpy(&tail, p, left);
		h = (h ^ tail) * 0xFF51AFD7ED558CCDu;
		h ^= h >> 32;
	}
	h *= 0xC4CEB9FE1A85EC53u;
	return h ^ h >> 29;
}

static bool matches(const struct ipm_intern *table, const struct ipm_intern_slot *slot,
		    struct ipm_bytes key, uint64_t hash)
{
	return slot->hash == (uint32_t)(hash >> 32) && slot->len == key.len &&
	       (!key.len || !memcmp(table->bytes + slot->offset, key.data, key.len));
}

static uint64_t *filter_word(struct ipm_intern *table, uint64_t hash)
{
	return &table->filter[hash >> 38 & (IPM_INTERN_FILTER - 1)];
}

static uint64_t filter_bit(uint64_t hash)
{
	return UINT64_C(1) << (hash >> 32 & 63);
}

uint32_t ipm_intern_find(struct ipm_intern *table, struct ipm_bytes key, uint64_t hash)
{
	struct ipm_intern_slot *recent = &table->recent[hash >> 20 & (IPM_INTERN_RECENT - 1)];
	uint32_t i = (uint32_t)hash & table->mask;

	if (recent->number && matches(table, recent, key, hash))
		return IPM_INTERN_NONE - recent->number;
	if (!(*filter_word(table, hash) & filter_bit(hash)))
		return IPM_INTERN_NONE;
	for (; table->slots[i].number; i = (i + 1) & table->mask)
		if (matches(table, &table->slots[i], key, hash)) {
			*recent = table->slots[i];
			return IPM_INTERN_NONE - table->slots[i].number;
		}
	return IPM_INTERN_NONE;
}

bool ipm_intern_add(struct ipm_intern *table, struct ipm_bytes key, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & table->mask;

	if (table->count == table->count_max || key.len > table->bytes_max - table->bytes_used)
		return false;
	while (table->slots[i].number)
		i = (i + 1) & table->mask;
	if (key.len)
		memcpy(table->bytes + table->bytes_used, key.data, key.len);
	table->slots[i] = (struct ipm_intern_slot){
		.hash = (uint32_t)(hash >> 32),
		.number = IPM_INTERN_NONE - table->count,
		.offset = table->bytes_used,
		.len = (uint32_t)key.len,
	};
	*filter_word(table, hash) |= filter_bit(hash);
	table->bytes_used += (uint32_t)key.len;
	table->count++;
	return true;
}
