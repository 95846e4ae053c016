/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVAL_REGEX_TREE_H
#define IPM_EVAL_REGEX_TREE_H

/* Between the parser of regular expressions and what makes programs of them. */

#include "eval_regex.h"

enum {
	EV_RE_MAX_NESTING = 100,
	EV_RE_MAX_CODE = 50000,
	EV_RE_MAX_REPEAT = 1000,
	EV_RE_FOREVER = 0x7FFFFFFF
};

enum ev_re_node_type {
	EV_RE_T_EMPTY,
	EV_RE_T_CHAR,
	EV_RE_T_ANY,
	EV_RE_T_CLASS,
	EV_RE_T_START,
	EV_RE_T_END,
	EV_RE_T_EDGE,
	EV_RE_T_NO_EDGE,
	EV_RE_T_GROUP,
	EV_RE_T_BACK,
	EV_RE_T_LOOK,
	EV_RE_T_SEQ,
	EV_RE_T_ALT,
	EV_RE_T_REPEAT
};

struct ev_re_tree {
	enum ev_re_node_type type;
	uint32_t
		cp; /* EV_RE_T_CHAR; EV_RE_T_GROUP and EV_RE_T_BACK: number (EV_RE_T_GROUP 0: not captured) */
	struct ipm_str name; /* EV_RE_T_BACK by name */
	struct ev_re_class *class;
	struct ev_re_tree *a;	 /* first child */
	struct ev_re_tree *next; /* sibling */
	uint32_t min, max;
	bool lazy, negative, behind;
	uint32_t first_group, last_group; /* groups inside, for RESET */
};

struct ev_re_compiler {
	struct ev *e;
	struct ev_regex *re;
	const uint16_t *p;
	size_t at, end;
	unsigned depth;
	uint32_t groups; /* so far */
	bool named;	 /* the pattern has named groups: \k is theirs */
};

/* Throws a SyntaxError about the pattern. Returns false. */
bool ev_re_bad(struct ev_re_compiler *c, const char *why);
/* The whole pattern, or a group of it up to ')'. NULL: thrown. */
struct ev_re_tree *ev_re_parse(struct ev_re_compiler *c);

#endif
