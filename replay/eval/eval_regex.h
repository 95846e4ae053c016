/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVAL_REGEX_H
#define IPM_EVAL_REGEX_H

/*
 * JavaScript's regular expressions: compiled to a small program, matched by backtracking with an
 * explicit stack. Every instruction counts as a step, so that no pattern outlives the limits.
 */

#include "eval_native.h"

enum ev_re_op {
	EV_RE_CHAR,
	EV_RE_ANY,
	EV_RE_CLASS,
	EV_RE_START,
	EV_RE_END,
	EV_RE_WORD_EDGE,
	EV_RE_NO_WORD_EDGE,
	EV_RE_SAVE,  /* a: slot */
	EV_RE_RESET, /* a … b: slots */
	EV_RE_CHECK, /* a: slot; an iteration that took nothing fails */
	EV_RE_SPLIT, /* try a, then b */
	EV_RE_JUMP,  /* a */
	EV_RE_BACK,  /* a: group */
	EV_RE_LOOK,  /* a: where to go on; b: negative; the program in between ends in MATCH */
	EV_RE_MATCH,
};

struct ev_re_range {
	uint32_t from, to;
};

struct ev_re_class {
	struct ev_re_range *ranges;
	size_t count, capacity;
	bool negative;
};

struct ev_re_code {
	enum ev_re_op op;
	bool backward; /* inside a lookbehind */
	uint32_t a, b;
	const struct ev_re_class *class;
};

struct ev_re_name {
	struct ipm_str name;
	uint32_t group;
};

struct ev_regex {
	struct ipm_str source, flags;
	bool global, ignore_case, multiline, dot_all, unicode, sticky, indices, sets;
	struct ev_re_code *code;
	size_t length, capacity;
	uint32_t groups; /* the whole match included */
	uint32_t slots;	 /* two per group, then those of loops */
	struct ev_re_name *names;
	size_t name_count, name_capacity;
};

#define EV_RE_UNSET SIZE_MAX

/* Matches at or after unit `from` (only at it when sticky). `ret` holds 2 * groups offsets. */
bool ev_regex_match(struct ev *e, const struct ev_regex *re, struct ev_str *s, size_t from,
		    bool sticky, size_t *ret, bool *matched);
/* Room for a match's offsets. */
size_t *ev_regex_new_match(struct ev *e, const struct ev_regex *re);
/* The next match of a global search; an empty one moves on by a character. */
bool ev_regex_next(struct ev *e, const struct ev_regex *re, struct ev_str *s, size_t *from,
		   size_t *m, bool *matched);
/* A group's text, or UNDEFINED. */
struct ev_val ev_regex_group(struct ev *e, struct ev_str *s, const size_t *m, uint32_t group,
			     bool *ok);
/* The object of named groups, or UNDEFINED where the pattern has none. */
bool ev_regex_named_groups(struct ev *e, const struct ev_regex *re, struct ev_str *s,
			   const size_t *m, struct ev_val *ret);
bool ev_regex_last_index(struct ev *e, struct ev_val v, size_t *ret);
/* As Canonicalize of the specification. */
uint32_t ev_regex_fold(const struct ev_regex *re, uint32_t cp);

#endif
