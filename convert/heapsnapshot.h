/* SPDX-License-Identifier: MIT */
#ifndef IPM_HEAPSNAPSHOT_H
#define IPM_HEAPSNAPSHOT_H

/*
 * V8's .heapsnapshot (v8/src/profiler/heap-snapshot-generator.cc), as DevTools' Memory panel reads it:
 * all nodes, then all edges in the order of their nodes, strings last.
 *
 * The file is read several times instead of being kept in memory: once to count and to gather
 * names, then once per section. Every pass meets the same values in the same order, so a value's
 * number follows from counting. Names that the table has no room for, and long strings, get
 * numbers the same way; a last round over the passes writes them out.
 *
 * Nodes: root, GC roots, a remark, shared nodes for undefined, null, true, false and for each
 * reason why something is missing, the frames, the objects by id, then strings and numbers.
 */

#include "edges.h"
#include "output.h"
#include "string_table.h"

enum ipm_snapshot_pass {
	IPM_PASS_COUNT,	  /* names into the table, sizes of the sections */
	IPM_PASS_NUMBERS, /* numbers into the file */
	IPM_PASS_STRINGS, /* strings without a place in the table into the file */
};

/* As in snapshot.meta below. */
enum ipm_node_type {
	IPM_NODE_HIDDEN = 0,
	IPM_NODE_STRING = 2,
	IPM_NODE_OBJECT = 3,
	IPM_NODE_CLOSURE = 5,
	IPM_NODE_REGEXP = 6,
	IPM_NODE_NUMBER = 7,
	IPM_NODE_NATIVE = 8,
	IPM_NODE_SYNTHETIC = 9,
	IPM_NODE_SYMBOL = 12,
	IPM_NODE_BIGINT = 13,
};

enum { IPM_NODE_FIELDS = 7 };

struct ipm_snapshot {
	struct ipm_edge_visitor visitor;
	struct ipm_reader *reader;
	const struct ipm_convert_options *opts;
	struct ipm_output *out;
	struct ipm_heap heap;
	struct ipm_cdp *cdp;
	struct ipm_strings strings;
	struct ipm_buf text;
	enum ipm_snapshot_pass pass;
	uint64_t spilled; /* strings outside the table so far */
	uint64_t objects, frames;
	uint64_t values, value_count; /* so far, in all: nodes of strings and numbers */
	uint64_t edges, edge_count;
	uint64_t next_id; /* of the objects' section */
	bool comma;
	const struct ipm_object *at;
	enum ipm_errc failed;
	struct ipm_error *err;
};

/* Numbers and strings of a section, by what the pass is about. */
void ipm_snapshot_number(struct ipm_snapshot *s, uint64_t number);
void ipm_snapshot_string(struct ipm_snapshot *s, struct ipm_str str);
void ipm_snapshot_cstring(struct ipm_snapshot *s, const char *str);
/* One node; the name is a string of its own. */
void ipm_snapshot_node(struct ipm_snapshot *s, enum ipm_node_type type, struct ipm_str name,
		       uint64_t node, uint64_t size, uint64_t edges);

/* heapsnapshot_nodes.c */
void ipm_snapshot_fixed_nodes(struct ipm_snapshot *s);
bool ipm_snapshot_object_node(struct ipm_snapshot *s, const struct ipm_object *object);
void ipm_snapshot_missing_nodes(struct ipm_snapshot *s, uint64_t before_id);
bool ipm_snapshot_value_nodes(struct ipm_snapshot *s, const struct ipm_object *object);
bool ipm_snapshot_location(struct ipm_snapshot *s, const struct ipm_object *object);
uint64_t ipm_snapshot_node_of_object(const struct ipm_snapshot *s, uint64_t id);
uint64_t ipm_snapshot_first_shared(void); /* up to the first frame */
uint64_t ipm_snapshot_first_frame(void);
uint64_t ipm_snapshot_oddball(const struct ipm_value *value);
uint64_t ipm_snapshot_reason_node(enum ipm_reason reason);
bool ipm_snapshot_is_value_node(const struct ipm_value *value);

/* heapsnapshot_edges.c */
void ipm_snapshot_fixed_edges(struct ipm_snapshot *s);
bool ipm_snapshot_object_edges(struct ipm_snapshot *s, const struct ipm_object *object);

#endif
