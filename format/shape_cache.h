/* SPDX-License-Identifier: MIT */
#ifndef IPM_SHAPE_CACHE_H
#define IPM_SHAPE_CACHE_H

/*
 * The numbers of shapes met lately, by what the caller says of an object: without it each name of
 * each object would be looked up in the table of strings, only to find the shape of the last one.
 */

#include "buf.h"
#include "ipm_model.h"

enum {
	IPM_SHAPE_CACHE_SLOTS = 512,
	IPM_SHAPE_CACHE_BYTES = 1000, /* of one shape; longer ones are not kept */
};

struct ipm_shape_slot {
	uint32_t number;
	uint32_t len; /* 0: empty */
	uint8_t bytes[IPM_SHAPE_CACHE_BYTES];
};

struct ipm_shape_cache {
	struct ipm_shape_slot *slots;
	struct ipm_shape_slot *slot; /* of the shape asked for last */
	uint8_t bytes[IPM_SHAPE_CACHE_BYTES];
	uint32_t len; /* 0: a shape that is not kept */
};

IPM_MUST_USE enum ipm_errc ipm_shape_cache_init(struct ipm_shape_cache *cache,
						struct ipm_error *err);
void ipm_shape_cache_deinit(struct ipm_shape_cache *cache);
/* False: not known; ipm_shape_cache_put then tells the number of the same object's shape. */
bool ipm_shape_cache_get(struct ipm_shape_cache *cache, const struct ipm_object *o,
			 uint32_t *ret_number);
void ipm_shape_cache_put(struct ipm_shape_cache *cache, uint32_t number);

#endif
