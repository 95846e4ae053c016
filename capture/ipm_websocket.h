/* SPDX-License-Identifier: MIT */
#ifndef IPM_WEBSOCKET_H
#define IPM_WEBSOCKET_H

/* The channel to an inspector of another process, as a WebSocket client. One thread at a time. */

#include <stdbool.h>

#include "channel.h"

/*
 * Connects to ws://host:port/path within `deadline_ns` (monotonic). The path is what the
 * inspector announces, without the first '/'. IPM_ERR_PROTOCOL: refused; IPM_ERR_TIMEOUT.
 * Destroy it with ret->ops->destroy.
 */
IPM_MUST_USE enum ipm_errc ipm_websocket_open(const char *host, int port, const char *path,
					      uint64_t deadline_ns, struct ipm_channel **ret,
					      struct ipm_error *err);

/*
 * Receives events until *stop is true, the connection is closed, or `deadline_ns`
 * (UINT64_MAX: none). False: closed.
 */
bool ipm_websocket_wait(struct ipm_channel *ch, const bool *stop, uint64_t deadline_ns);

/* Sends a request whose answer nobody waits for. */
void ipm_websocket_post(struct ipm_channel *ch, const char *method, struct ipm_str params);

/* A longer message is skipped, and the request that it answers fails. The default is 64 MB. */
void ipm_websocket_max_message(struct ipm_channel *ch, size_t bytes);

/* The connection, for whoever has to say a last word when this process no longer can; -1: closed. */
int ipm_websocket_fd(struct ipm_channel *ch);

/* "ws://host:port/path" taken apart. `host` has room for 256 bytes, `path` for 256. */
bool ipm_websocket_parse(struct ipm_str url, char *host, int *port, char *path);

#endif
