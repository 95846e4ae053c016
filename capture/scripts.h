/* SPDX-License-Identifier: MIT */
#ifndef IPM_CAPTURE_SCRIPTS_H
#define IPM_CAPTURE_SCRIPTS_H

/* The scripts that the target has told about, in the order it did. */

#include "ipm_model.h"
#include "json.h"
#include "pool.h"

struct script_entry {
	struct ipm_script script; /* without its source */
	bool written;
	bool wanted; /* a frame or a function lies in it */
};

struct scripts {
	struct pool pool;
	struct script_entry *at; /* by ascending id, nearly always */
	size_t count, capacity;
	uint64_t max_id;
};

void scripts_deinit(struct scripts *s);
/* From the params of Debugger.scriptParsed. Out of memory: the script is not known. */
void scripts_add(struct scripts *s, struct ipm_json_ref params);
/* NULL: not known. */
struct script_entry *scripts_find(struct scripts *s, uint64_t id);
/* Is it the runtime's own, "node:fs"? */
bool script_is_internal(const struct ipm_script *script);
/* Is it that, or of an installed package? */
bool script_is_library(const struct ipm_script *script);

#endif
