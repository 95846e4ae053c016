/* SPDX-License-Identifier: MIT */
#ifndef IPM_SYNTHETIC_H
#define IPM_SYNTHETIC_H

/*
 * Objects like those of a service: 8.3 properties on average from 64 shapes, in the order a
 * walk finds them; a quarter of the values are references, half of those to something new.
 * The same seed gives the same table, whatever its size.
 */

#include <stdio.h>
#include <string.h>

#include "ipm_model.h"

enum { SYNTHETIC_SHAPES = 64, SYNTHETIC_KEYS_MAX = 24 };

struct synthetic {
	uint64_t state, count, next_new;
	unsigned keys[SYNTHETIC_SHAPES];
	char names[SYNTHETIC_SHAPES][SYNTHETIC_KEYS_MAX][24];
	char classes[SYNTHETIC_SHAPES][16];
	char text[SYNTHETIC_KEYS_MAX][48];
	struct ipm_property properties[SYNTHETIC_KEYS_MAX];
};

static inline uint64_t synthetic_random(struct synthetic *s)
{
	uint64_t z = (s->state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static inline void synthetic_init(struct synthetic *s, uint64_t count)
{
	static const char *const words[] = {"id",    "name",  "user",  "time",	"state", "next",
					    "owner", "count", "flags", "index", "value", "parent"};
	unsigned i, k;

	memset(s, 0, sizeof(*s));
	s->state = 42;
	s->count = count;
	s->next_new = 2;
	for (i = 0; i < SYNTHETIC_SHAPES; i++) {
		/* 2 to 14 keys, 8.3 on average over the shapes as they are chosen. */
		s->keys[i] = 2 + i * 5 % 13;
		snprintf(s->classes[i], sizeof(s->classes[i]), "Class%u", i / 2);
		for (k = 0; k < SYNTHETIC_KEYS_MAX; k++)
			snprintf(s->names[i][k], sizeof(s->names[i][k]), "%s%u",
				 words[(i + k) % 12], (i * 7 + k) % 90);
	}
}

/* Object `id`, valid until the next call. Ids ascend from 1. */
static inline void synthetic_next(struct synthetic *s, uint64_t id, struct ipm_object *ret)
{
	unsigned shape = (unsigned)(synthetic_random(s) % SYNTHETIC_SHAPES), k;

	memset(ret, 0, sizeof(*ret));
	ret->id = id;
	ret->class_name = (struct ipm_str){s->classes[shape], strlen(s->classes[shape])};
	ret->proto = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = 1 + shape / 2};
	ret->properties = s->properties;
	ret->property_count = s->keys[shape];
	if (s->next_new <= id)
		s->next_new = id + 1;
	for (k = 0; k < s->keys[shape]; k++) {
		struct ipm_property *p = &s->properties[k];
		uint64_t r = synthetic_random(s);

		memset(p, 0, sizeof(*p));
		p->name = (struct ipm_str){s->names[shape][k], strlen(s->names[shape][k])};
		p->flags = IPM_PROPERTY_DEFAULT;
		switch (r % 16) {
		case 0:
		case 1:
			/* Each object finds one other on average, or the walk would end or explode. */
			p->value.type = IPM_VALUE_OBJECT;
			p->value.object_id = s->next_new <= s->count ? s->next_new++ : id;
			break;
		case 2:
		case 3:
			p->value.type = IPM_VALUE_OBJECT;
			p->value.object_id = 1 + (r >> 8) % (id < 5000 ? id : 5000) +
					     (id < 5000 ? 0 : id - 5000);
			break;
		case 4:
		case 5:
		case 6:
			p->value.type = IPM_VALUE_STRING;
			snprintf(s->text[k], sizeof(s->text[k]), "item-%llu of %s",
				 (unsigned long long)(r >> 8) % 100000, s->classes[shape]);
			p->value.string.str = (struct ipm_str){s->text[k], strlen(s->text[k])};
			p->value.string.length = strlen(s->text[k]);
			break;
		case 7:
		case 8:
			p->value.type = IPM_VALUE_STRING;
			snprintf(s->text[k], sizeof(s->text[k]), "status %llu",
				 (unsigned long long)(r >> 8) % 12);
			p->value.string.str = (struct ipm_str){s->text[k], strlen(s->text[k])};
			p->value.string.length = strlen(s->text[k]);
			break;
		case 9:
			p->value.type = IPM_VALUE_NUMBER;
			p->value.number = (double)(r >> 11) / 9007199254740992.0;
			break;
		case 10:
		case 11:
			p->value.type = IPM_VALUE_INTEGER;
			p->value.integer = (int64_t)((r >> 8) % 1000000);
			break;
		case 12:
			p->value.type = IPM_VALUE_BOOLEAN;
			p->value.boolean = r >> 63;
			break;
		case 13:
			p->value.type = IPM_VALUE_NULL;
			break;
		case 14:
			p->value.type = IPM_VALUE_UNDEFINED;
			break;
		default:
			p->value.type = IPM_VALUE_INTEGER;
			p->value.integer = (int64_t)(id / 3);
			break;
		}
	}
}

#endif
