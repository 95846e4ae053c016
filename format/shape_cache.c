/* SPDX-License-Identifier: MIT */
#include "shape_cache.h"

#include <stdlib.h>
#include <string.h>

#include "intern.h"

enum ipm_errc ipm_shape_cache_init(struct ipm_shape_cache *cache, struct ipm_error *err)
{
	cache->slots = calloc(IPM_SHAPE_CACHE_SLOTS, sizeof(*cache->slots));
	return cache->slots ? IPM_OK
			    : ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a cache of shapes");
}

void ipm_shape_cache_deinit(struct ipm_shape_cache *cache)
{
	free(cache->slots);
	cache->slots = NULL;
}

/* A name and what goes with it, so that two lists are equal if and only if their bytes are. */
static uint8_t *put_name(uint8_t *at, const uint8_t *end, struct ipm_str name, uint8_t flags,
			 uint64_t symbol_id)
{
	uint16_t len = (uint16_t)name.len;

	if (name.len > (size_t)(end - at) || (size_t)(end - at) - name.len < 11)
		return NULL;
	memcpy(at, &len, sizeof(len));
	at[2] = flags;
	at += 3;
	if (symbol_id) {
		at[-1] |= 0x80;
		memcpy(at, &symbol_id, sizeof(symbol_id));
		at += sizeof(symbol_id);
	}
	if (name.len)
		memcpy(at, name.data, name.len);
	return at + name.len;
}

/* Everything that goes into a shape. False: too long, or a prototype that is seldom. */
static bool describe(struct ipm_shape_cache *cache, const struct ipm_object *o)
{
	const uint8_t *end = cache->bytes + sizeof(cache->bytes);
	uint64_t proto = o->proto.type == IPM_VALUE_OBJECT ? o->proto.object_id : 0;
	uint8_t *at = cache->bytes;
	size_t i;

	cache->len = 0;
	if (!proto && o->proto.type != IPM_VALUE_NULL)
		return false;
	*at++ = (uint8_t)o->kind;
	memcpy(at, &proto, sizeof(proto));
	at = put_name(at + sizeof(proto), end, o->class_name, 0, 0);
	for (i = 0; at && i < o->property_count; i++)
		at = put_name(at, end, o->properties[i].name, o->properties[i].flags & 0x7F,
			      o->properties[i].symbol_id);
	if (!at)
		return false;
	cache->len = (uint32_t)(at - cache->bytes);
	return true;
}

bool ipm_shape_cache_get(struct ipm_shape_cache *cache, const struct ipm_object *o,
			 uint32_t *ret_number)
{
	struct ipm_bytes bytes = {cache->bytes, 0};
	struct ipm_shape_slot *slot;
	int i;

	if (!describe(cache, o))
		return false;
	bytes.len = cache->len;
	/* One of two places; what is put goes to an empty one, if there is one. */
	slot = &cache->slots[ipm_intern_hash(bytes) % IPM_SHAPE_CACHE_SLOTS];
	cache->slot = slot;
	for (i = 0; i < 2; i++) {
		if (slot->len == cache->len && !memcmp(slot->bytes, cache->bytes, cache->len)) {
			*ret_number = slot->number;
			return true;
		}
		if (!slot->len)
			cache->slot = slot;
		slot = &cache->slots[(size_t)(slot - cache->slots) ^ 1];
	}
	return false;
}

void ipm_shape_cache_put(struct ipm_shape_cache *cache, uint32_t number)
{
	if (!cache->len)
		return;
	cache->slot->number = number;
	cache->slot->len = cache->len;
	memcpy(cache->slot->bytes, cache->bytes, cache->len);
}
