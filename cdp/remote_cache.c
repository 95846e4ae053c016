/* SPDX-License-Identifier: MIT */
#include "remote_cache.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS	  2048u
#define TEXT_SIZE 496

struct slot {
	uint64_t id; /* 0: empty */
	uint16_t len;
	char text[TEXT_SIZE];
};

struct ipm_remote_cache {
	struct slot slots[SLOTS];
};

struct ipm_remote_cache *ipm_remote_cache_create(void)
{
	return calloc(1, sizeof(struct ipm_remote_cache));
}

void ipm_remote_cache_destroy(struct ipm_remote_cache *cache)
{
	free(cache);
}

static size_t place(uint64_t id)
{
	return (size_t)(id * UINT64_C(0x9E3779B97F4A7C15) >> 32) % SLOTS;
}

bool ipm_remote_cache_get(const struct ipm_remote_cache *cache, uint64_t id, struct ipm_str *ret)
{
	const struct slot *slot = &cache->slots[place(id)];

	if (slot->id != id)
		return false;
	*ret = (struct ipm_str){slot->text, slot->len};
	return true;
}

void ipm_remote_cache_put(struct ipm_remote_cache *cache, uint64_t id, struct ipm_str text)
{
	struct slot *slot = &cache->slots[place(id)];

	if (text.len > TEXT_SIZE)
		return;
	slot->id = id;
	slot->len = (uint16_t)text.len;
	memcpy(slot->text, text.data, text.len);
}
