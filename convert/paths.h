/* SPDX-License-Identifier: MIT */
#ifndef IPM_PATHS_H
#define IPM_PATHS_H

/*
 * How one gets from a frame to an object: for every object the edge it was first reached by,
 * 8 bytes each. Ids are in order of discovery, so one scan in that order finds nearly all; more
 * scans find the rest (objects that only later ones mention). Edges that people would write down
 * (properties, elements) win over the engine's ([[Prototype]], [[Scopes]], what functions hold).
 */

#include "edges.h"

struct ipm_paths;

/* Roots are the exception and every frame's scopes and `this`, of all pauses. */
IPM_MUST_USE enum ipm_errc ipm_paths_create(struct ipm_heap *heap, struct ipm_paths **ret,
					    struct ipm_error *err);
void ipm_paths_destroy(struct ipm_paths *paths); /* NULL is fine */

/* Takes note of an edge of `from`; call it for all edges of an object, object after object. */
void ipm_paths_note(struct ipm_paths *paths, const struct ipm_object *from,
		    const struct ipm_edge *edge);
bool ipm_paths_reached(const struct ipm_paths *paths, uint64_t id);
/* Were edges noted that another scan could follow? Starts the next scan. */
bool ipm_paths_again(struct ipm_paths *paths);

/* Appends "frame 2 › order › items[3]"; "#17" and onwards for what no frame leads to. */
IPM_MUST_USE enum ipm_errc ipm_paths_text(struct ipm_paths *paths, uint64_t id, struct ipm_buf *out,
					  struct ipm_error *err);
/* Appends the step that an edge of `from` is: " › sku", "[3]". */
IPM_MUST_USE enum ipm_errc ipm_put_step(struct ipm_heap *heap, const struct ipm_object *from,
					const struct ipm_edge *edge, struct ipm_buf *out,
					struct ipm_error *err);

#endif
