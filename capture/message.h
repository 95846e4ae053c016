/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_MESSAGE_H
#define IPM_CAPTURE_MESSAGE_H

/* Messages of the protocol, as far as a channel has to know them. */

#include "buf.h"
#include "ipm_base.h"

/* Which request it answers. 0: an event, or nothing of ours. Works on the beginning of a message, too. */
uint64_t message_id(struct ipm_str message);

/* Appends a request. `params` is a JSON object or empty. */
void message_put_request(struct ipm_buf *out, uint64_t id, const char *method,
			 struct ipm_str params);

#endif
