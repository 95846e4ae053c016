/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_case.h"
#include "eval_regex.h"
#include "wtf8.h"

/* Patterns to trees, trees to programs. */

enum { MAX_NESTING = 100, MAX_CODE = 50000, MAX_REPEAT = 1000, FOREVER = 0x7FFFFFFF };

enum node_type {
	EMPTY,
	CHAR,
	ANY,
	CLASS,
	START,
	END,
	EDGE,
	NO_EDGE,
	GROUP,
	BACK,
	LOOK,
	SEQ,
	ALT,
	REPEAT
};

struct node {
	enum node_type type;
	uint32_t cp;	     /* CHAR; GROUP and BACK: number (GROUP 0: not captured) */
	struct ipm_str name; /* BACK by name */
	struct ev_re_class *class;
	struct node *a;	   /* first child */
	struct node *next; /* sibling */
	uint32_t min, max;
	bool lazy, negative, behind;
	uint32_t first_group, last_group; /* groups inside, for RESET */
};

struct compiler {
	struct ev *e;
	struct ev_regex *re;
	const uint16_t *p;
	size_t at, end;
	unsigned depth;
	uint32_t groups; /* so far */
	bool named;	 /* the pattern has named groups: \k is theirs */
};

static bool bad(struct compiler *c, const char *why)
{
	return ev_throw(c->e, "SyntaxError", "Invalid regular expression: /%s/%s: %s",
			ev_excerpt(c->e, c->re->source), ev_excerpt(c->e, c->re->flags), why);
}

static struct node *new_node(struct compiler *c, enum node_type type)
{
	struct node *n = ev_alloc(c->e, sizeof(*n));

	if (n)
		n->type = type;
	return n;
}

static int peek(const struct compiler *c, size_t ahead)
{
	return c->end - c->at > ahead ? c->p[c->at + ahead] : -1;
}

static uint32_t take_code_point(struct compiler *c)
{
	uint32_t cp = c->p[c->at++];

	if (c->re->unicode && cp >= 0xD800 && cp < 0xDC00 && c->at < c->end &&
	    c->p[c->at] >= 0xDC00 && c->p[c->at] < 0xE000)
		cp = 0x10000 + ((cp & 0x3FF) << 10) + (c->p[c->at++] & 0x3FF);
	return cp;
}

static bool add_range(struct compiler *c, struct ev_re_class *class, uint32_t from, uint32_t to)
{
	void *grown = ev_more(c->e, class->ranges, class->count, &class->capacity,
			      sizeof(*class->ranges));

	if (!grown)
		return false;
	class->ranges = grown;
	class->ranges[class->count].from = from;
	class->ranges[class->count++].to = to;
	return true;
}

static const struct ev_re_range digits[] = {{'0', '9'}};
static const struct ev_re_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct ev_re_range spaces[] = {
	{9, 13},	  {32, 32},	    {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
	{0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF},
};
/* Approximations of Unicode's properties: right for what programs hold, not for all of Unicode. */
static const struct ev_re_range letters[] = {
	{'A', 'Z'},	  {'a', 'z'},	    {0xAA, 0xAA},	{0xB5, 0xB5},	  {0xBA, 0xBA},
	{0xC0, 0xD6},	  {0xD8, 0xF6},	    {0xF8, 0x2C1},	{0x370, 0x373},	  {0x376, 0x377},
	{0x37B, 0x37D},	  {0x386, 0x386},   {0x388, 0x481},	{0x48A, 0x559},	  {0x561, 0x587},
	{0x5D0, 0x5EA},	  {0x620, 0x64A},   {0x671, 0x6D3},	{0x904, 0x939},	  {0xE01, 0xE30},
	{0x10A0, 0x10FF}, {0x1E00, 0x1FBC}, {0x3041, 0x3096},	{0x30A1, 0x30FA}, {0x3400, 0x4DBF},
	{0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0x20000, 0x2FFFF},
};
static const struct ev_re_range upper_letters[] = {
	{'A', 'Z'}, {0xC0, 0xD6}, {0xD8, 0xDE}, {0x391, 0x3A9}, {0x400, 0x42F}};
static const struct ev_re_range lower_letters[] = {
	{'a', 'z'}, {0xDF, 0xF6}, {0xF8, 0xFF}, {0x3B1, 0x3C9}, {0x430, 0x45F}};
static const struct ev_re_range punctuation[] = {
	{'!', '#'},	  {'%', '*'},	    {',', '/'},	      {':', ';'},      {'?', '@'},
	{'[', ']'},	  {'_', '_'},	    {'{', '{'},	      {'}', '}'},      {0xA1, 0xA1},
	{0xA7, 0xA7},	  {0xAB, 0xAB},	    {0xB6, 0xB7},     {0xBB, 0xBB},    {0xBF, 0xBF},
	{0x2010, 0x2027}, {0x2030, 0x205E}, {0x3001, 0x3003}, {0x3008, 0x3011}};
static const struct ev_re_range emoji[] = {{0x2600, 0x27BF}, {0x1F300, 0x1FAFF}};
static const struct ev_re_range ascii[] = {{0, 0x7F}};

#define SET(a) (a), sizeof(a) / sizeof(*(a))

static bool add_set(struct compiler *c, struct ev_re_class *class, const struct ev_re_range *set,
		    size_t count, bool negative)
{
	uint32_t from = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!negative) {
			if (!add_range(c, class, set[i].from, set[i].to))
				return false;
			continue;
		}
		if (set[i].from > from && !add_range(c, class, from, set[i].from - 1))
			return false;
		from = set[i].to + 1;
	}
	return !negative || add_range(c, class, from, 0x10FFFF);
}

/* \d \w \s and their opposites, \p{…}; *done is false for other characters. */
static bool class_escape(struct compiler *c, struct ev_re_class *class, bool *done)
{
	static const struct {
		const char *name;
		const struct ev_re_range *set;
		size_t count;
	} properties[] = {
		{"L", SET(letters)},
		{"Letter", SET(letters)},
		{"Alphabetic", SET(letters)},
		{"Alpha", SET(letters)},
		{"Lu", SET(upper_letters)},
		{"Uppercase_Letter", SET(upper_letters)},
		{"Ll", SET(lower_letters)},
		{"Lowercase_Letter", SET(lower_letters)},
		{"Uppercase", SET(upper_letters)},
		{"Lowercase", SET(lower_letters)},
		{"N", SET(digits)},
		{"Nd", SET(digits)},
		{"Number", SET(digits)},
		{"P", SET(punctuation)},
		{"Punctuation", SET(punctuation)},
		{"White_Space", SET(spaces)},
		{"Emoji", SET(emoji)},
		{"Emoji_Presentation", SET(emoji)},
		{"Extended_Pictographic", SET(emoji)},
		{"ASCII", SET(ascii)},
	};
	char name[40];
	size_t n = 0, i;
	int letter = peek(c, 0);

	*done = true;
	if (letter == 'd' || letter == 'D') {
		c->at++;
		return add_set(c, class, SET(digits), letter == 'D');
	}
	if (letter == 'w' || letter == 'W') {
		c->at++;
		return add_set(c, class, SET(words), letter == 'W');
	}
	if (letter == 's' || letter == 'S') {
		c->at++;
		return add_set(c, class, SET(spaces), letter == 'S');
	}
	if ((letter != 'p' && letter != 'P') || !c->re->unicode) {
		*done = false;
		return true;
	}
	c->at++;
	if (peek(c, 0) != '{')
		return bad(c, "Invalid property name");
	for (c->at++; peek(c, 0) != '}'; c->at++) {
		if (peek(c, 0) < 0 || peek(c, 0) > 127 || n >= sizeof(name) - 1)
			return bad(c, "Invalid property name");
		name[n++] = (char)peek(c, 0);
	}
	c->at++;
	name[n] = 0;
	for (i = 0; i < sizeof(properties) / sizeof(*properties); i++)
		if (!strcmp(name, properties[i].name))
			return add_set(c, class, properties[i].set, properties[i].count,
				       letter == 'P');
	return bad(c, "Invalid property name (only the common ones are known here)");
}

static int hex(int c)
{
	return c >= '0' && c <= '9'			       ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' && c < 128 ? (c | 32) - 'a' + 10
							       : -1;
}

static bool fixed_hex(struct compiler *c, int count, uint32_t *ret)
{
	uint32_t cp = 0;
	int i;

	for (i = 0; i < count; i++) {
		if (hex(peek(c, (size_t)i)) < 0)
			return false;
		cp = cp * 16 + (uint32_t)hex(peek(c, (size_t)i));
	}
	c->at += (size_t)count;
	*ret = cp;
	return true;
}

/* After the backslash: one character. */
static bool char_escape(struct compiler *c, bool in_class, uint32_t *ret)
{
	static const char from[] = "tnvfr", to[] = "\t\n\v\f\r";
	uint32_t cp, low;
	const char *p;
	size_t back;

	if (c->at >= c->end)
		return bad(c, "\\ at end of pattern");
	cp = take_code_point(c);
	p = cp < 128 && cp ? strchr(from, (int)cp) : NULL;
	if (p) {
		*ret = (uint32_t)to[p - from];
		return true;
	}
	if (cp == 'b' && in_class) {
		*ret = '\b';
		return true;
	}
	if (cp == '0' && !(peek(c, 0) >= '0' && peek(c, 0) <= '9')) {
		*ret = 0;
		return true;
	}
	if (cp == 'c' && ((peek(c, 0) | 32) >= 'a' && (peek(c, 0) | 32) <= 'z')) {
		*ret = (uint32_t)peek(c, 0) & 31;
		c->at++;
		return true;
	}
	if (cp == 'x' && fixed_hex(c, 2, ret))
		return true;
	if (cp == 'u') {
		if (peek(c, 0) == '{' && c->re->unicode) {
			back = c->at;
			cp = 0;
			for (c->at++; hex(peek(c, 0)) >= 0 && cp <= 0x10FFFF; c->at++)
				cp = cp * 16 + (uint32_t)hex(peek(c, 0));
			if (peek(c, 0) != '}' || c->at == back + 1 || cp > 0x10FFFF)
				return bad(c, "Invalid Unicode escape");
			c->at++;
			*ret = cp;
			return true;
		}
		if (fixed_hex(c, 4, &cp)) {
			if (c->re->unicode && cp >= 0xD800 && cp < 0xDC00 && peek(c, 0) == '\\' &&
			    peek(c, 1) == 'u') {
				back = c->at;
				c->at += 2;
				if (fixed_hex(c, 4, &low) && low >= 0xDC00 && low < 0xE000)
					cp = 0x10000 + ((cp & 0x3FF) << 10) + (low & 0x3FF);
				else
					c->at = back;
			}
			*ret = cp;
			return true;
		}
		cp = 'u';
	}
	*ret = cp;
	return true;
}

static struct node *parse_class(struct compiler *c)
{
	struct node *n = new_node(c, CLASS);
	uint32_t from, to;
	bool set = false, set_end;

	if (!n)
		return NULL;
	n->class = ev_alloc(c->e, sizeof(*n->class));
	if (!n->class)
		return NULL;
	if (peek(c, 0) == '^') {
		n->class->negative = true;
		c->at++;
	}
	for (;;) {
		if (c->at >= c->end) {
			bad(c, "Unterminated character class");
			return NULL;
		}
		if (peek(c, 0) == ']') {
			c->at++;
			return n;
		}
		if (!ev_step(c->e))
			return NULL;
		set = false;
		from = take_code_point(c);
		if (from == '\\') {
			if (!class_escape(c, n->class, &set) ||
			    (!set && !char_escape(c, true, &from)))
				return NULL;
		}
		if (peek(c, 0) != '-' || peek(c, 1) == ']' || peek(c, 1) < 0) {
			if (!set && !add_range(c, n->class, from, from))
				return NULL;
			continue;
		}
		c->at++; /* the dash */
		set_end = false;
		to = take_code_point(c);
		if (to == '\\' && (!class_escape(c, n->class, &set_end) ||
				   (!set_end && !char_escape(c, true, &to))))
			return NULL;
		if (set || set_end) { /* [\w-x]: the dash is itself */
			if (!add_range(c, n->class, '-', '-') ||
			    (!set && !add_range(c, n->class, from, from)) ||
			    (!set_end && !add_range(c, n->class, to, to)))
				return NULL;
			continue;
		}
		if (from > to) {
			bad(c, "Range out of order in character class");
			return NULL;
		}
		if (!add_range(c, n->class, from, to))
			return NULL;
	}
}

static struct node *parse_alternatives(struct compiler *c);

static bool group_name(struct compiler *c, struct ipm_str *ret)
{
	size_t start = c->at;
	struct ev_str *s;

	while (peek(c, 0) >= 0 && peek(c, 0) != '>')
		c->at++;
	if (peek(c, 0) != '>' || c->at == start)
		return bad(c, "Invalid capture group name");
	s = ev_str_utf16(c->e, c->p + start, c->at - start);
	c->at++;
	if (!s)
		return false;
	*ret = ev_str_view(s);
	return true;
}

static bool add_name(struct compiler *c, struct ipm_str name, uint32_t group)
{
	struct ev_regex *re = c->re;
	void *grown;
	size_t i;

	for (i = 0; i < re->name_count; i++)
		if (ev_view_equal(re->names[i].name, name))
			return bad(c, "Duplicate capture group name");
	grown = ev_more(c->e, re->names, re->name_count, &re->name_capacity, sizeof(*re->names));
	if (!grown)
		return false;
	re->names = grown;
	re->names[re->name_count].name = name;
	re->names[re->name_count++].group = group;
	return true;
}

/* After '('. */
static struct node *parse_group(struct compiler *c)
{
	struct node *n = new_node(c, GROUP);
	struct ipm_str name = {NULL, 0};
	bool captures = true;

	if (!n)
		return NULL;
	n->first_group = c->groups;
	if (peek(c, 0) == '?') {
		c->at++;
		captures = false;
		if (peek(c, 0) == ':') {
			c->at++;
		} else if (peek(c, 0) == '=' || peek(c, 0) == '!') {
			n->type = LOOK;
			n->negative = peek(c, 0) == '!';
			c->at++;
		} else if (peek(c, 0) == '<' && (peek(c, 1) == '=' || peek(c, 1) == '!')) {
			n->type = LOOK;
			n->behind = true;
			n->negative = peek(c, 1) == '!';
			c->at += 2;
		} else if (peek(c, 0) == '<') {
			c->at++;
			if (!group_name(c, &name))
				return NULL;
			captures = true;
		} else {
			bad(c, "Invalid group");
			return NULL;
		}
	}
	if (captures) {
		n->cp = ++c->groups;
		if (name.data && !add_name(c, name, n->cp))
			return NULL;
	}
	n->a = parse_alternatives(c);
	if (!n->a)
		return NULL;
	if (peek(c, 0) != ')') {
		bad(c, "Unterminated group");
		return NULL;
	}
	c->at++;
	n->last_group = c->groups;
	return n;
}

static uint32_t count_groups(const struct compiler *c)
{
	bool class = false;
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < c->end; i++) {
		if (c->p[i] == '\\')
			i++;
		else if (c->p[i] == '[')
			class = true;
		else if (c->p[i] == ']')
			class = false;
		else if (c->p[i] == '(' && !class &&
			 (i + 1 >= c->end || c->p[i + 1] != '?' ||
			  (i + 3 < c->end && c->p[i + 2] == '<' && c->p[i + 3] != '=' &&
			   c->p[i + 3] != '!')))
			n++;
	}
	return n;
}

static struct node *parse_escape(struct compiler *c)
{
	struct node *n = new_node(c, CHAR);
	uint32_t number = 0;
	size_t start = c->at;
	bool set;

	if (!n)
		return NULL;
	if (peek(c, 0) == 'b' || peek(c, 0) == 'B') {
		n->type = peek(c, 0) == 'b' ? EDGE : NO_EDGE;
		c->at++;
		return n;
	}
	if (peek(c, 0) == 'k' && peek(c, 1) == '<' && c->named) {
		c->at += 2;
		n->type = BACK;
		return group_name(c, &n->name) ? n : NULL;
	}
	if (peek(c, 0) >= '1' && peek(c, 0) <= '9') {
		while (peek(c, 0) >= '0' && peek(c, 0) <= '9' && number < 10000)
			number = number * 10 + (uint32_t)(c->p[c->at++] - '0');
		if (number <= count_groups(c)) {
			n->type = BACK;
			n->cp = number;
			return n;
		}
		if (c->re->unicode) {
			bad(c, "Invalid escape");
			return NULL;
		}
		c->at = start; /* as the web has it: the digit itself */
	}
	n->class = ev_alloc(c->e, sizeof(*n->class));
	if (!n->class || !class_escape(c, n->class, &set))
		return NULL;
	if (set) {
		n->type = CLASS;
		return n;
	}
	return char_escape(c, false, &n->cp) ? n : NULL;
}

static bool repeat_number(struct compiler *c, uint32_t *ret)
{
	uint32_t n = 0;

	if (!(peek(c, 0) >= '0' && peek(c, 0) <= '9'))
		return false;
	while (peek(c, 0) >= '0' && peek(c, 0) <= '9') {
		if (n < 100000000)
			n = n * 10 + (uint32_t)(peek(c, 0) - '0');
		c->at++;
	}
	*ret = n;
	return true;
}

/* {n}, {n,} or {n,m}; otherwise the brace is itself and nothing is taken. */
static bool braces(struct compiler *c, uint32_t *min, uint32_t *max)
{
	size_t start = c->at;

	c->at++;
	if (repeat_number(c, min)) {
		*max = *min;
		if (peek(c, 0) == ',') {
			c->at++;
			*max = FOREVER;
			if (peek(c, 0) != '}' && !repeat_number(c, max)) {
				c->at = start;
				return false;
			}
		}
		if (peek(c, 0) == '}') {
			c->at++;
			return true;
		}
	}
	c->at = start;
	return false;
}

static struct node *parse_atom(struct compiler *c)
{
	struct node *n;
	int unit = peek(c, 0);

	switch (unit) {
	case '(':
		c->at++;
		return parse_group(c);
	case '[':
		c->at++;
		return parse_class(c);
	case '\\':
		c->at++;
		return parse_escape(c);
	case '.':
	case '^':
	case '$':
		c->at++;
		return new_node(c, unit == '.' ? ANY : unit == '^' ? START : END);
	case '*':
	case '+':
	case '?':
		bad(c, "Nothing to repeat");
		return NULL;
	default:
		break;
	}
	if (unit == '{') {
		uint32_t min, max;

		if (c->re->unicode || braces(c, &min, &max)) {
			bad(c, "Nothing to repeat");
			return NULL;
		}
	}
	n = new_node(c, CHAR);
	if (n)
		n->cp = take_code_point(c);
	return n;
}

static struct node *parse_term(struct compiler *c)
{
	uint32_t min = 1, max = 1, before = c->groups;
	struct node *atom = parse_atom(c), *n;

	if (!atom)
		return NULL;
	if (peek(c, 0) == '*' || peek(c, 0) == '+' || peek(c, 0) == '?') {
		min = peek(c, 0) == '+';
		max = peek(c, 0) == '?' ? 1 : FOREVER;
		c->at++;
	} else if (peek(c, 0) != '{' || !braces(c, &min, &max)) {
		return atom;
	}
	if (min > max) {
		bad(c, "numbers out of order in {} quantifier");
		return NULL;
	}
	if (atom->type == START || atom->type == END || atom->type == EDGE ||
	    atom->type == NO_EDGE || (atom->type == LOOK && (atom->behind || c->re->unicode))) {
		bad(c, "Nothing to repeat");
		return NULL;
	}
	n = new_node(c, REPEAT);
	if (!n)
		return NULL;
	n->a = atom;
	n->min = min;
	n->max = max;
	n->first_group = before;
	n->last_group = c->groups;
	if (peek(c, 0) == '?') {
		n->lazy = true;
		c->at++;
	}
	return n;
}

static struct node *parse_alternatives(struct compiler *c)
{
	struct node *alternatives = NULL, *sequence, *term;
	struct node **tail = &alternatives, **end;

	if (c->depth >= MAX_NESTING) {
		bad(c, "Regular expression too large");
		return NULL;
	}
	c->depth++;
	for (;;) {
		sequence = new_node(c, SEQ);
		if (!sequence)
			return NULL;
		end = &sequence->a;
		while (peek(c, 0) >= 0 && peek(c, 0) != '|' && peek(c, 0) != ')') {
			term = ev_step(c->e) ? parse_term(c) : NULL;
			if (!term)
				return NULL;
			*end = term;
			end = &term->next;
		}
		*tail = sequence;
		tail = &sequence->next;
		if (peek(c, 0) != '|')
			break;
		c->at++;
	}
	c->depth--;
	if (!alternatives->next)
		return alternatives;
	sequence = new_node(c, ALT);
	if (sequence)
		sequence->a = alternatives;
	return sequence;
}

static struct ev_re_code *emit(struct compiler *c, enum ev_re_op op, bool backward)
{
	struct ev_regex *re = c->re;
	struct ev_re_code *code;
	void *grown;

	if (re->length >= MAX_CODE) {
		bad(c, "Regular expression too large");
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

static bool generate(struct compiler *c, const struct node *n, bool backward);

static bool generate_sequence(struct compiler *c, const struct node *n, bool backward)
{
	const struct node *item, *list[2] = {n->a, NULL};
	const struct node **all;
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

static bool generate_alternatives(struct compiler *c, const struct node *n, bool backward)
{
	size_t jumps[2] = {SIZE_MAX, 0}, split, jump, next;
	const struct node *item;

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

static bool generate_round(struct compiler *c, const struct node *n, uint32_t slot, bool optional,
			   bool backward)
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

static void set_split(struct compiler *c, size_t at, size_t body, size_t after, bool lazy)
{
	c->re->code[at].a = (uint32_t)(lazy ? after : body);
	c->re->code[at].b = (uint32_t)(lazy ? body : after);
}

static bool generate_repeat(struct compiler *c, const struct node *n, bool backward)
{
	size_t split, *splits;
	uint32_t i, optional, slot = c->re->slots++;
	struct ev_re_code *code;

	if (n->min > MAX_REPEAT || (n->max != FOREVER && n->max > MAX_REPEAT))
		return bad(c, "Regular expression too large");
	for (i = 0; i < n->min; i++)
		if (!generate_round(c, n, slot, false, backward))
			return false;
	if (n->max == FOREVER) {
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

static bool generate_look(struct compiler *c, const struct node *n)
{
	size_t look = c->re->length;

	if (!emit(c, EV_RE_LOOK, false) || !generate(c, n->a, n->behind) ||
	    !emit(c, EV_RE_MATCH, false))
		return false;
	c->re->code[look].a = (uint32_t)c->re->length;
	c->re->code[look].b = n->negative;
	return true;
}

static bool generate_group(struct compiler *c, const struct node *n, bool backward)
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

static bool generate(struct compiler *c, const struct node *n, bool backward)
{
	static const enum ev_re_op simple[] = {
		[CHAR] = EV_RE_CHAR,
		[ANY] = EV_RE_ANY,
		[CLASS] = EV_RE_CLASS,
		[START] = EV_RE_START,
		[END] = EV_RE_END,
		[EDGE] = EV_RE_WORD_EDGE,
		[NO_EDGE] = EV_RE_NO_WORD_EDGE,
		[BACK] = EV_RE_BACK,
	};
	struct ev_re_code *code;
	size_t i;

	switch (n->type) {
	case EMPTY:
		return true;
	case SEQ:
		return generate_sequence(c, n, backward);
	case ALT:
		return generate_alternatives(c, n, backward);
	case REPEAT:
		return generate_repeat(c, n, backward);
	case LOOK:
		return generate_look(c, n);
	case GROUP:
		return generate_group(c, n, backward);
	default:
		break;
	}
	code = emit(c, simple[n->type], backward);
	if (!code)
		return false;
	code->a = n->type == CHAR ? ev_regex_fold(c->re, n->cp) : n->cp;
	code->class = n->class;
	if (n->type == BACK && n->name.data) {
		for (i = 0; i < c->re->name_count; i++)
			if (ev_view_equal(c->re->names[i].name, n->name))
				break;
		if (i == c->re->name_count)
			return bad(c, "Invalid named capture referenced");
		code->a = c->re->names[i].group;
	}
	return true;
}

static bool parse_flags(struct compiler *c)
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
		case 'v':
			flag = &re->unicode;
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
	struct compiler c = {.e = e};
	struct ev_str *source = ev_str_new(e, pattern), *flag_text = ev_str_new(e, flags);
	const uint16_t *units;
	uint16_t *wide;
	struct node *tree;
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
	tree = parse_alternatives(&c);
	if (!tree)
		return NULL;
	if (c.at < c.end) {
		bad(&c, "Unmatched ')'");
		return NULL;
	}
	c.re->groups = c.groups + 1;
	c.re->slots = c.re->groups * 2;
	if (!generate(&c, tree, false) || !emit(&c, EV_RE_MATCH, false))
		return NULL;
	return c.re;
}
