/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_case.h"
#include "eval_regex.h"

/* Runs a compiled regular expression. */

enum entry_kind { CHOICE, RESTORE };

struct entry {
	enum entry_kind kind;
	uint32_t pc_or_slot;
	size_t position; /* RESTORE: the slot's old value */
};

struct matcher {
	struct ev *e;
	const struct ev_regex *re;
	const struct ev_str *s;
	size_t length;
	size_t *slots;
	struct entry *stack;
	size_t depth, capacity;
};

static bool push(struct matcher *m, enum entry_kind kind, uint32_t pc_or_slot, size_t position)
{
	void *grown = ev_more(m->e, m->stack, m->depth, &m->capacity, sizeof(*m->stack));

	if (!grown)
		return false;
	m->stack = grown;
	m->stack[m->depth].kind = kind;
	m->stack[m->depth].pc_or_slot = pc_or_slot;
	m->stack[m->depth++].position = position;
	return true;
}

static bool set_slot(struct matcher *m, uint32_t slot, size_t value)
{
	if (!push(m, RESTORE, slot, m->slots[slot]))
		return false;
	m->slots[slot] = value;
	return true;
}

/* Takes back to the last choice above `base`; false in *found when there is none. */
static void backtrack(struct matcher *m, size_t base, uint32_t *pc, size_t *at, bool *found)
{
	struct entry *top;

	*found = false;
	while (m->depth > base) {
		top = &m->stack[--m->depth];
		if (top->kind == CHOICE) {
			*pc = top->pc_or_slot;
			*at = top->position;
			*found = true;
			return;
		}
		m->slots[top->pc_or_slot] = top->position;
	}
}

/* The code point at `at` in the direction of reading; moves on. False at the end. */
static bool read(const struct matcher *m, size_t *at, bool backward, uint32_t *ret)
{
	uint32_t cp, other;

	if (backward ? *at == 0 : *at >= m->length)
		return false;
	if (backward) {
		cp = ev_str_unit(m->s, --*at);
		if (m->re->unicode && cp >= 0xDC00 && cp < 0xE000 && *at) {
			other = ev_str_unit(m->s, *at - 1);
			if (other >= 0xD800 && other < 0xDC00) {
				--*at;
				cp = 0x10000 + ((other & 0x3FF) << 10) + (cp & 0x3FF);
			}
		}
	} else {
		cp = ev_str_unit(m->s, (*at)++);
		if (m->re->unicode && cp >= 0xD800 && cp < 0xDC00 && *at < m->length) {
			other = ev_str_unit(m->s, *at);
			if (other >= 0xDC00 && other < 0xE000) {
				++*at;
				cp = 0x10000 + ((cp & 0x3FF) << 10) + (other & 0x3FF);
			}
		}
	}
	*ret = cp;
	return true;
}

static bool is_line_end(uint32_t cp)
{
	return cp == '\n' || cp == '\r' || cp == 0x2028 || cp == 0x2029;
}

static bool is_word(const struct matcher *m, size_t at)
{
	uint32_t c;

	if (at >= m->length)
		return false;
	c = ev_str_unit(m->s, at);
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

static bool at_edge(const struct matcher *m, size_t at)
{
	return (at > 0 && is_word(m, at - 1)) != is_word(m, at);
}

static bool contains(const struct ev_re_class *class, uint32_t cp)
{
	size_t i;

	for (i = 0; i < class->count; i++)
		if (cp >= class->ranges[i].from && cp <= class->ranges[i].to)
			return true;
	return false;
}

static bool in_class(const struct matcher *m, const struct ev_re_class *class, uint32_t cp)
{
	bool yes = contains(class, cp);

	if (!yes && m->re->ignore_case)
		yes = contains(class, ev_to_lower(cp)) || contains(class, ev_regex_fold(m->re, cp));
	return yes != class->negative;
}

/* The text of a group again, from `at` in the direction of reading. */
static bool again(const struct matcher *m, uint32_t group, bool backward, size_t *at)
{
	size_t from = m->slots[group * 2], to = m->slots[group * 2 + 1], n, i, start;

	if (from == EV_RE_UNSET || to == EV_RE_UNSET)
		return true;
	n = to - from;
	if (backward ? *at < n : m->length - *at < n)
		return false;
	start = backward ? *at - n : *at;
	for (i = 0; i < n; i++)
		if (ev_regex_fold(m->re, ev_str_unit(m->s, from + i)) !=
		    ev_regex_fold(m->re, ev_str_unit(m->s, start + i)))
			return false;
	*at = backward ? start : start + n;
	return true;
}

/* One instruction that only looks and moves. */
static bool step(const struct matcher *m, const struct ev_re_code *code, size_t *at)
{
	uint32_t cp;

	switch (code->op) {
	case EV_RE_CHAR:
		return read(m, at, code->backward, &cp) && ev_regex_fold(m->re, cp) == code->a;
	case EV_RE_ANY:
		return read(m, at, code->backward, &cp) && (m->re->dot_all || !is_line_end(cp));
	case EV_RE_CLASS:
		return read(m, at, code->backward, &cp) && in_class(m, code->class, cp);
	case EV_RE_START:
		return *at == 0 || (m->re->multiline && is_line_end(ev_str_unit(m->s, *at - 1)));
	case EV_RE_END:
		return *at == m->length ||
		       (m->re->multiline && is_line_end(ev_str_unit(m->s, *at)));
	case EV_RE_WORD_EDGE:
		return at_edge(m, *at);
	case EV_RE_NO_WORD_EDGE:
		return !at_edge(m, *at);
	case EV_RE_BACK:
		return again(m, code->a, code->backward, at);
	case EV_RE_CHECK:
		return m->slots[code->a] != *at;
	default:
		return false;
	}
}

static bool run(struct matcher *m, uint32_t pc, size_t at, size_t *ret_end, bool *matched);

/* A lookaround; what it captured stays, its choices do not. */
static bool look(struct matcher *m, uint32_t pc, size_t at, bool negative, bool *ok)
{
	size_t base = m->depth, end, kept, i;
	bool matched, found;
	uint32_t ignored_pc;
	size_t ignored_at;

	if (!ev_enter(m->e) || !run(m, pc, at, &end, &matched))
		return false;
	ev_leave(m->e);
	if (negative) {
		for (;;) {
			backtrack(m, base, &ignored_pc, &ignored_at, &found);
			if (!found)
				break;
		}
	} else {
		for (i = kept = base; i < m->depth; i++)
			if (m->stack[i].kind == RESTORE)
				m->stack[kept++] = m->stack[i];
		m->depth = kept;
	}
	*ok = matched != negative;
	return true;
}

static bool run(struct matcher *m, uint32_t pc, size_t at, size_t *ret_end, bool *matched)
{
	const struct ev_re_code *code;
	size_t base = m->depth;
	uint32_t i;
	bool ok;

	for (;;) {
		if (!ev_step(m->e))
			return false;
		code = &m->re->code[pc];
		ok = true;
		switch (code->op) {
		case EV_RE_MATCH:
			*ret_end = at;
			*matched = true;
			return true;
		case EV_RE_JUMP:
			pc = code->a;
			continue;
		case EV_RE_SPLIT:
			if (!push(m, CHOICE, code->b, at))
				return false;
			pc = code->a;
			continue;
		case EV_RE_SAVE:
			if (!set_slot(m, code->a, at))
				return false;
			break;
		case EV_RE_RESET:
			for (i = code->a; i < code->b; i++)
				if (m->slots[i] != EV_RE_UNSET && !set_slot(m, i, EV_RE_UNSET))
					return false;
			break;
		case EV_RE_LOOK:
			if (!look(m, pc + 1, at, code->b, &ok))
				return false;
			if (ok) {
				pc = code->a;
				continue;
			}
			break;
		default:
			ok = step(m, code, &at);
			break;
		}
		if (ok) {
			pc++;
			continue;
		}
		backtrack(m, base, &pc, &at, &ok);
		if (!ok) {
			*matched = false;
			return true;
		}
	}
}

bool ev_regex_match(struct ev *e, const struct ev_regex *re, struct ev_str *s, size_t from,
		    bool sticky, size_t *ret, bool *matched)
{
	struct matcher m = {.e = e, .re = re, .s = s, .length = (size_t)s->held};
	const uint16_t *units;
	size_t start, i, end;

	*matched = false;
	if (!ev_str_whole(e, s) || !ev_str_units(e, s, &units))
		return false;
	/* One stack serves all matches, unless a callback of one starts another. */
	m.stack = e->regex_stack;
	m.capacity = e->regex_stack_capacity;
	e->regex_stack = NULL;
	e->regex_stack_capacity = 0;
	m.slots = ev_alloc(e, re->slots * sizeof(*m.slots));
	if (!m.slots)
		return false;
	for (start = from; start <= m.length; start++) {
		for (i = 0; i < re->slots; i++)
			m.slots[i] = EV_RE_UNSET;
		m.depth = 0;
		if (!run(&m, 0, start, &end, matched))
			return false;
		if (*matched) {
			m.slots[0] = start;
			m.slots[1] = end;
			memcpy(ret, m.slots, re->groups * 2 * sizeof(*ret));
			break;
		}
		if (sticky)
			break;
		/* A pair counts as one character under /u. */
		if (re->unicode && start + 1 < m.length && ev_str_unit(s, start) >= 0xD800 &&
		    ev_str_unit(s, start) < 0xDC00 && ev_str_unit(s, start + 1) >= 0xDC00 &&
		    ev_str_unit(s, start + 1) < 0xE000)
			start++;
	}
	e->regex_stack = m.stack;
	e->regex_stack_capacity = m.capacity;
	return true;
}
