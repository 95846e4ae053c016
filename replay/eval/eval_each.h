/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVAL_EACH_H
#define IPM_EVAL_EACH_H

/* Every index of an array or array-like, holes included. */

#include "eval_native.h"

struct ev_each {
	struct ev_val object;
	struct ev_walk walk;
	bool walking;
	uint64_t length;
	uint64_t index; /* of what comes next */
};

bool ev_each_start(struct ev *e, struct ev_val object, struct ev_each *ret);
/* *more is false at the end; *ret is EV_HOLE where there is nothing. */
bool ev_each_next(struct ev *e, struct ev_each *it, struct ev_val *ret, bool *more);
void ev_each_end(struct ev *e, struct ev_each *it);
/* Appends the elements of an array and of arrays in it, to `depth`. */
bool ev_flatten(struct ev *e, struct ev_obj *out, struct ev_val array, double depth);

#endif
