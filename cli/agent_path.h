/* SPDX-License-Identifier: MIT */
#ifndef IPM_AGENT_PATH_H
#define IPM_AGENT_PATH_H

/* Where the in-process agent is, and how Node is told to load it. */

#include "buf.h"
#include "ipm_base.h"

#define IPM_AGENT_PATH_BYTES 4096

/*
 * The absolute path of register.js, found from where this program is: beside it in the build
 * tree, in the library folder of the same prefix once installed. IPM_ERR_NOT_FOUND: neither.
 */
IPM_MUST_USE enum ipm_errc agent_register_path(char ret[IPM_AGENT_PATH_BYTES],
					       struct ipm_error *err);

/* The same for another file that lies there. */
IPM_MUST_USE enum ipm_errc agent_file_path(const char *name, char ret[IPM_AGENT_PATH_BYTES],
					   struct ipm_error *err);

/* NODE_OPTIONS with the agent added to what stands in `old` (NULL: nothing), NUL-terminated. */
IPM_MUST_USE enum ipm_errc agent_node_options(const char *old, struct ipm_buf *ret,
					      struct ipm_error *err);

#endif
