/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_EXTRAS_H
#define IPM_CAPTURE_EXTRAS_H

/*
 * What no JavaScript can see and the protocol tells: where functions are and what they close
 * over, private members, the insides of bound functions and generators.
 */

#include "ipm_model.h"
#include "pool.h"
#include "scripts.h"
#include "walker.h"
#include "walker_text.h"

struct extra {
	uint64_t id;
	bool known;   /* the target was asked and answered */
	bool library; /* a function of a library's: what it closes over stays out */
	bool is_wasm; /* its [[Entries]] are nowhere else */
	struct ipm_location location;
	uint64_t *scopes;
	size_t scope_count;
	struct ipm_property *internals, *privates;
	size_t internal_count, private_count;
	bool is_generator, is_proxy, is_promise;
	uint32_t state;
	struct ipm_value first, second;
};

struct extras_options {
	uint64_t until_ns;	 /* objects not asked about by then stay unknown */
	struct scripts *scripts; /* to tell the functions of libraries, or */
	bool follow_libraries;	 /* to treat them as any other */
};

/*
 * Asks about so many objects. `list[i].id` are given; the rest is filled in. Things named in the
 * answers get ids from the walker; their names and values are read with `text`, whose names and
 * redaction serve.
 */
IPM_MUST_USE enum ipm_errc extras_fetch(struct walker *w, struct walker_text *text,
					struct pool *pool, struct extra *list, size_t count,
					const struct extras_options *opts, struct ipm_error *err);

/* Puts what is known into the object's record. */
void extra_apply(const struct extra *extra, struct ipm_object *object);

#endif
