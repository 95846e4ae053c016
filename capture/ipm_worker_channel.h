/* SPDX-License-Identifier: MIT */
#ifndef IPM_WORKER_CHANNEL_H
#define IPM_WORKER_CHANNEL_H

/*
 * The channel to a worker thread: its messages travel inside those of the main thread's inspector
 * (domain NodeWorker), which knows all workers, also those that workers started.
 */

#include <stdbool.h>

#include "channel.h"

/*
 * `parent` is a WebSocket channel on which NodeWorker is enabled, and outlives the worker's;
 * `session_id` as NodeWorker.attachedToWorker says it. Destroy it with ret->ops->destroy.
 */
IPM_MUST_USE enum ipm_errc ipm_worker_channel_open(struct ipm_channel *parent,
						   struct ipm_str session_id,
						   struct ipm_channel **ret, struct ipm_error *err);

/* Sends a request whose answer nobody waits for. False: it did not get there. */
bool ipm_worker_channel_post(struct ipm_channel *ch, const char *method, struct ipm_str params,
			     uint64_t deadline_ns);

/* For whoever hears NodeWorker.receivedMessageFromWorker: the message in it, decoded. */
void ipm_worker_channel_receive(struct ipm_channel *ch, struct ipm_str message);

/* For whoever hears NodeWorker.detachedFromWorker: nothing will come from there any more. */
void ipm_worker_channel_gone(struct ipm_channel *ch);

#endif
