/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_case.h"
#include "eval_regex_tree.h"

/* Trees of regular expressions to programs. */

static struct ev_re_code *emit(struct ev_re_compiler *c, enum ev_re_op op, bool backward)
{
	struct ev_regex *re = c->re;
	struct ev_re_code *code;
	void *grown;

	if (re->length >= EV_RE_MAX_CODE) {
		ev_re_bad(c, "Regular expression too large");
		return NULL;
	}
	grown = ev_more(c->e, re->code, re->length, &re->capacity, sizeof(*re->code));
	if (!grown || !ev_step(c->e))
		return NULL;
	re->code = grown;
	code = &re->code[re->length++];
	memset(code, 0, sizeof(*code));
	code->op = op;
	code->backward = backward;
	return code;
}

static bool generate(struct ev_re_compiler *c, const struct ev_re_tree *n, bool backward);

static bool generate_sequence(struct ev_re_compiler *c, const struct ev_re_tree *n, bool backward)
{
	const struct ev_re_tree *item, *list[2] = {n->a, NULL};
	const struct ev_re_tree **all;
	size_t count = 0, i;

	if (!backward) {
		for (item = list[0]; item; item = item->next)
			if (!generate(c, item, false))
				return false;
		return true;
	}
	for (item = n->a; item; item = item->next)
		count++;
	all = ev_alloc(c->e, (count + 1) * sizeof(*all));
	if (!all)
		return false;
	for (item = n->a, i = 0; item; item = item->next)
		all[i++] = item;
	while (i--)
		if (!generate(c, all[i], true))
			return false;
	return true;
}

static bool generate_alternatives(struct ev_re_compiler *c, const struct ev_re_tree *n,
				  bool backward)
{
	size_t jumps[2] = {SIZE_MAX, 0}, split, jump, next;
	const struct ev_re_tree *item;

	/* The jumps to the end are chained through `a` until the end is known. */
	for (item = n->a; item->next; item = item->next) {
		split = c->re->length;
		if (!emit(c, EV_RE_SPLIT, false) || !generate(c, item, backward))
			return false;
		jump = c->re->length;
		if (!emit(c, EV_RE_JUMP, false))
			return false;
		c->re->code[jump].a = (uint32_t)jumps[0];
		jumps[0] = jump;
		c->re->code[split].a = (uint32_t)split + 1;
		c->re->code[split].b = (uint32_t)jump + 1;
	}
	if (!generate(c, item, backward))
		return false;
	for (jump = jumps[0]; jump != SIZE_MAX; jump = next) {
		next = c->re->code[jump].a == UINT32_MAX ? SIZE_MAX : c->re->code[jump].a;
		c->re->code[jump].a = (uint32_t)c->re->length;
	}
	return true;
}

static bool generate_round(struct ev_re_compiler *c, const struct ev_re_tree *n, uint32_t slot,
			   bool optional, bool backward)
{
	struct ev_re_code *code;

	if (optional) {
		code = emit(c, EV_RE_SAVE, false);
		if (!code)
			return false;
		code->a = slot;
	}
	if (n->last_group > n->first_group) {
		code = emit(c, EV_RE_RESET, false);
		if (!code)
			return false;
		code->a = (n->first_group + 1) * 2;
		code->b = (n->last_group + 1) * 2;
	}
	if (!generate(c, n->a, backward))
		return false;
	if (optional) {
		code = emit(c, EV_RE_CHECK, false);
		if (!code)
			return false;
		code->a = slot;
	}
	return true;
}

static void set_split(struct ev_re_compiler *c, size_t at, size_t body, size_t after, bool lazy)
{
	c->re->code[at].a = (uint32_t)(lazy ? after : body);
	c->re->code[at].b = (uint32_t)(lazy ? body : after);
}

static bool generate_repeat(struct ev_re_compiler *c, const struct ev_re_tree *n, bool backward)
{
	size_t split, *splits;
	uint32_t i, optional, slot = c->re->slots++;
	struct ev_re_code *code;

	if (n->min > EV_RE_MAX_REPEAT || (n->max != EV_RE_FOREVER && n->max > EV_RE_MAX_REPEAT))
		return ev_re_bad(c, "Regular expression too large");
	for (i = 0; i < n->min; i++)
		if (!generate_round(c, n, slot, false, backward))
			return false;
	if (n->max == EV_RE_FOREVER) {
		split = c->re->length;
		if (!emit(c, EV_RE_SPLIT, false) || !generate_round(c, n, slot, true, backward))
			return false;
		code = emit(c, EV_RE_JUMP, false);
		if (!code)
			return false;
		code->a = (uint32_t)split;
		set_split(c, split, split + 1, c->re->length, n->lazy);
		return true;
	}
	optional = n->max - n->min;
	splits = ev_alloc(c->e, (optional + 1) * sizeof(*splits));
	if (!splits)
		return false;
	for (i = 0; i < optional; i++) {
		splits[i] = c->re->length;
		if (!emit(c, EV_RE_SPLIT, false) || !generate_round(c, n, slot, true, backward))
			return false;
	}
	for (i = 0; i < optional; i++)
		set_split(c, splits[i], splits[i] + 1, c->re->length, n->lazy);
	return true;
}

static bool generate_look(struct ev_re_compiler *c, const struct ev_re_tree *n)
{
	size_t look = c->re->length;

	if (!emit(c, EV_RE_LOOK, false) || !generate(c, n->a, n->behind) ||
	    !emit(c, EV_RE_MATCH, false))
		return false;
	c->re->code[look].a = (uint32_t)c->re->length;
	c->re->code[look].b = n->negative;
	return true;
}

static bool generate_group(struct ev_re_compiler *c, const struct ev_re_tree *n, bool backward)
{
	struct ev_re_code *code;

	if (!n->cp)
		return generate(c, n->a, backward);
	code = emit(c, EV_RE_SAVE, backward);
	if (!code)
		return false;
	code->a = n->cp * 2 + backward;
	if (!generate(c, n->a, backward))
		return false;
	code = emit(c, EV_RE_SAVE, backward);
	if (!code)
		return false;
	code->a = n->cp * 2 + !backward;
	return true;
}

static bool generate(struct ev_re_compiler *c, const struct ev_re_tree *n, bool backward)
{
	static const enum ev_re_op simple[] = {
		[EV_RE_T_CHAR] = EV_RE_CHAR,
		[EV_RE_T_ANY] = EV_RE_ANY,
		[EV_RE_T_CLASS] = EV_RE_CLASS,
		[EV_RE_T_START] = EV_RE_START,
		[EV_RE_T_END] = EV_RE_END,
		[EV_RE_T_EDGE] = EV_RE_WORD_EDGE,
		[EV_RE_T_NO_EDGE] = EV_RE_NO_WORD_EDGE,
		[EV_RE_T_BACK] = EV_RE_BACK,
	};
	struct ev_re_code *code;
	size_t i;

	switch (n->type) {
	case EV_RE_T_EMPTY:
		return true;
	case EV_RE_T_SEQ:
		return generate_sequence(c, n, backward);
	case EV_RE_T_ALT:
		return generate_alternatives(c, n, backward);
	case EV_RE_T_REPEAT:
		return generate_repeat(c, n, backward);
	case EV_RE_T_LOOK:
		return generate_look(c, n);
	case EV_RE_T_GROUP:
		return generate_group(c, n, backward);
	default:
		break;
	}
	code = emit(c, simple[n->type], backward);
	if (!code)
		return false;
	code->a = n->type == EV_RE_T_CHAR ? ev_regex_fold(c->re, n->cp) : n->cp;
	code->class = n->class;
	if (n->type == EV_RE_T_BACK && n->name.data) {
		for (i = 0; i < c->re->name_count; i++)
			if (ev_view_equal(c->re->names[i].name, n->name))
				break;
		if (i == c->re->name_count)
			return ev_re_bad(c, "Invalid named capture referenced");
		code->a = c->re->names[i].group;
	}
	return true;
}

static bool parse_flags(struct ev_re_compiler *c)
{
	struct ev_regex *re = c->re;
	bool *flag;
	size_t i;

	for (i = 0; i < re->flags.len; i++) {
		switch (re->flags.data[i]) {
		case 'g':
			flag = &re->global;
			break;
		case 'i':
			flag = &re->ignore_case;
			break;
		case 'm':
			flag = &re->multiline;
			break;
		case 's':
			flag = &re->dot_all;
			break;
		case 'u':
			flag = &re->unicode;
			break;
		case 'v':
			flag = &re->sets;
			break;
		case 'y':
			flag = &re->sticky;
			break;
		case 'd':
			flag = &re->indices;
			break;
		default:
			flag = NULL;
			break;
		}
		if (!flag || *flag)
			return ev_throw(c->e, "SyntaxError", "Invalid regular expression flags");
		*flag = true;
	}
	if (re->sets && re->unicode)
		return ev_throw(c->e, "SyntaxError", "Invalid regular expression flags");
	re->unicode = re->unicode || re->sets;
	return true;
}

uint32_t ev_regex_fold(const struct ev_regex *re, uint32_t cp)
{
	uint32_t upper;

	if (!re->ignore_case)
		return cp;
	upper = ev_to_upper(cp);
	/* Without /u nothing outside of ASCII folds into it. */
	return !re->unicode && cp >= 128 && upper < 128 ? cp : upper;
}

struct ev_regex *ev_regex_compile(struct ev *e, struct ipm_str pattern, struct ipm_str flags)
{
	struct ev_re_compiler c = {.e = e};
	struct ev_str *source = ev_str_new(e, pattern), *flag_text = ev_str_new(e, flags);
	const uint16_t *units;
	uint16_t *wide;
	struct ev_re_tree *tree;
	size_t i;

	c.re = ev_alloc(e, sizeof(*c.re));
	if (!source || !flag_text || !c.re || !ev_str_units(e, source, &units))
		return NULL;
	c.re->source = ev_str_view(source);
	c.re->flags = ev_str_view(flag_text);
	if (!parse_flags(&c))
		return NULL;
	c.end = (size_t)source->held;
	if (!units) {
		wide = ev_alloc(e, (c.end + 1) * sizeof(*wide));
		if (!wide)
			return NULL;
		for (i = 0; i < c.end; i++)
			wide[i] = (uint8_t)source->data[i];
		units = wide;
	}
	c.p = units;
	c.named = memmem(source->data, source->len, "(?<", 3) != NULL;
	tree = ev_re_parse(&c);
	if (!tree)
		return NULL;
	if (c.at < c.end) {
		ev_re_bad(&c, "Unmatched ')'");
		return NULL;
	}
	c.re->groups = c.groups + 1;
	c.re->slots = c.re->groups * 2;
	if (!generate(&c, tree, false) || !emit(&c, EV_RE_MATCH, false))
		return NULL;
	return c.re;
}
