/* SPDX-License-Identifier: MIT */
#include "string_table.h"

#include <stdlib.h>
#include <string.h>

void ipm_strings_init(struct ipm_strings *s, uint32_t max_count, size_t max_bytes)
{
	*s = (struct ipm_strings){
		.max_count = max_count,
		.max_bytes = max_bytes < UINT32_MAX ? max_bytes : UINT32_MAX,
	};
}

void ipm_strings_deinit(struct ipm_strings *s)
{
	ipm_buf_deinit(&s->bytes);
	free(s->list);
	free(s->slots);
	*s = (struct ipm_strings){0};
}

static uint64_t hash_of(struct ipm_str str)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < str.len; i++)
		hash = (hash ^ (uint8_t)str.data[i]) * UINT64_C(1099511628211);
	return hash ^ hash >> 32;
}

/* There are twice as many slots as strings. */
static uint32_t *slot_of(const struct ipm_strings *s, struct ipm_str str, uint64_t hash)
{
	size_t mask = (size_t)s->capacity * 2 - 1, at = (size_t)hash & mask;

	for (;; at = (at + 1) & mask) {
		const struct ipm_string_slot *k;

		if (!s->slots[at])
			return &s->slots[at];
		k = &s->list[s->slots[at] - 1];
		if (k->hash == hash && k->len == str.len &&
		    (!str.len || !memcmp(s->bytes.data + k->offset, str.data, str.len)))
			return &s->slots[at];
	}
}

uint32_t ipm_strings_find(const struct ipm_strings *s, struct ipm_str str)
{
	return s->capacity ? *slot_of(s, str, hash_of(str)) - 1 : IPM_STRING_NONE;
}

static bool grow(struct ipm_strings *s)
{
	uint32_t capacity = s->capacity ? s->capacity * 2 : 1024, i;
	struct ipm_string_slot *list;
	uint32_t *slots = calloc((size_t)capacity * 2, sizeof(*slots));
	size_t mask = (size_t)capacity * 2 - 1, at;

	if (!slots)
		return false;
	list = realloc(s->list, capacity * sizeof(*list));
	if (!list) {
		free(slots);
		return false;
	}
	free(s->slots);
	s->list = list;
	s->slots = slots;
	s->capacity = capacity;
	for (i = 0; i < s->count; i++) {
		at = (size_t)list[i].hash & mask;
		while (slots[at])
			at = (at + 1) & mask;
		slots[at] = i + 1;
	}
	return true;
}

uint32_t ipm_strings_add(struct ipm_strings *s, struct ipm_str str)
{
	uint64_t hash = hash_of(str);
	uint32_t *slot;

	if (s->capacity) {
		slot = slot_of(s, str, hash);
		if (*slot)
			return *slot - 1;
	}
	if (s->count >= s->max_count || s->bytes.len > s->max_bytes ||
	    str.len > s->max_bytes - s->bytes.len)
		return IPM_STRING_NONE;
	if (s->count == s->capacity && !grow(s))
		return IPM_STRING_NONE;
	slot = slot_of(s, str, hash);
	s->list[s->count] =
		(struct ipm_string_slot){hash, (uint32_t)s->bytes.len, (uint32_t)str.len};
	ipm_buf_str(&s->bytes, str);
	if (!ipm_buf_ok(&s->bytes)) {
		s->bytes.failed = false;
		return IPM_STRING_NONE;
	}
	*slot = ++s->count;
	return s->count - 1;
}

struct ipm_str ipm_strings_at(const struct ipm_strings *s, uint32_t number)
{
	const struct ipm_string_slot *k = &s->list[number];

	return (struct ipm_str){(const char *)s->bytes.data + k->offset, k->len};
}
