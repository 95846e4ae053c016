/* SPDX-License-Identifier: MIT */
#ifndef IPM_HOLDS_H
#define IPM_HOLDS_H

/*
 * Exceptions as they were thrown: the pause, and its objects kept alive in the target, until it is
 * known whether anybody handles them. V8 does not say that a try block will only rethrow later
 * what it catches, as Node does with what the listeners of an EventTarget throw, the messages of a
 * worker among them, and with modules; by then the frames are gone.
 */

#include "channel.h"

#define IPM_HOLDS 8

struct ipm_hold {
	struct ipm_buf paused; /* the text of the Debugger.paused event */
	struct ipm_buf kept;   /* objectId of the list of its objects; empty: there are none */
	size_t data;	       /* the exception is this one of them; SIZE_MAX: it is no object */
	struct ipm_buf value;  /* in that case: what it is, as the protocol words it */
	uint64_t number;       /* of its objectGroup; 0: unused */
};

/* Zeroed: empty. The oldest gives way. */
struct ipm_holds {
	struct ipm_hold at[IPM_HOLDS];
	uint64_t count; /* ever held */
};

void ipm_holds_deinit(struct ipm_holds *h);

/* While the target is paused there. Failure (it does not answer in time): not held. */
void ipm_holds_add(struct ipm_holds *h, struct ipm_channel *ch, struct ipm_str paused,
		   uint64_t deadline_ns);

/*
 * The latest pause in which this exception (a RemoteObject) was thrown, before number *before
 * (UINT64_MAX: all), which is changed to its own: a Debugger.paused event whose object ids are good,
 * into `ret`. False: there is none.
 */
bool ipm_holds_find(struct ipm_holds *h, struct ipm_channel *ch, struct ipm_str exception,
		    uint64_t *before, uint64_t deadline_ns, struct ipm_buf *ret);

#endif
