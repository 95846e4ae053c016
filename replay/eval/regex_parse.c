/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_regex_tree.h"

/* Patterns of regular expressions to trees. */

bool ev_re_bad(struct ev_re_compiler *c, const char *why)
{
	return ev_throw(c->e, "SyntaxError", "Invalid regular expression: /%s/%s: %s",
			ev_excerpt(c->e, c->re->source), ev_excerpt(c->e, c->re->flags), why);
}

static struct ev_re_tree *new_node(struct ev_re_compiler *c, enum ev_re_node_type type)
{
	struct ev_re_tree *n = ev_alloc(c->e, sizeof(*n));

	if (n)
		n->type = type;
	return n;
}

static int peek(const struct ev_re_compiler *c, size_t ahead)
{
	return c->end - c->at > ahead ? c->p[c->at + ahead] : -1;
}

static uint32_t take_code_point(struct ev_re_compiler *c)
{
	uint32_t cp = c->p[c->at++];

	if (c->re->unicode && cp >= 0xD800 && cp < 0xDC00 && c->at < c->end &&
	    c->p[c->at] >= 0xDC00 && c->p[c->at] < 0xE000)
		cp = 0x10000 + ((cp & 0x3FF) << 10) + (c->p[c->at++] & 0x3FF);
	return cp;
}

static bool add_range(struct ev_re_compiler *c, struct ev_re_class *class, uint32_t from,
		      uint32_t to)
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

static bool add_set(struct ev_re_compiler *c, struct ev_re_class *class,
		    const struct ev_re_range *set, size_t count, bool negative)
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
static bool class_escape(struct ev_re_compiler *c, struct ev_re_class *class, bool *done)
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
		return ev_re_bad(c, "Invalid property name");
	for (c->at++; peek(c, 0) != '}'; c->at++) {
		if (peek(c, 0) < 0 || peek(c, 0) > 127 || n >= sizeof(name) - 1)
			return ev_re_bad(c, "Invalid property name");
		name[n++] = (char)peek(c, 0);
	}
	c->at++;
	name[n] = 0;
	for (i = 0; i < sizeof(properties) / sizeof(*properties); i++)
		if (!strcmp(name, properties[i].name))
			return add_set(c, class, properties[i].set, properties[i].count,
				       letter == 'P');
	return ev_re_bad(c, "Invalid property name (only the common ones are known here)");
}

static int hex(int c)
{
	return c >= '0' && c <= '9'			       ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' && c < 128 ? (c | 32) - 'a' + 10
							       : -1;
}

static bool fixed_hex(struct ev_re_compiler *c, int count, uint32_t *ret)
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
static bool char_escape(struct ev_re_compiler *c, bool in_class, uint32_t *ret)
{
	static const char from[] = "tnvfr", to[] = "\t\n\v\f\r";
	uint32_t cp, low;
	const char *p;
	size_t back;

	if (c->at >= c->end)
		return ev_re_bad(c, "\\ at end of pattern");
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
				return ev_re_bad(c, "Invalid Unicode escape");
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

static struct ev_re_tree *parse_class(struct ev_re_compiler *c)
{
	struct ev_re_tree *n = new_node(c, EV_RE_T_CLASS);
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
			ev_re_bad(c, "Unterminated character class");
			return NULL;
		}
		if (peek(c, 0) == ']') {
			c->at++;
			return n;
		}
		if (!ev_step(c->e))
			return NULL;
		set = false;
		if (c->re->sets && (peek(c, 0) == '[' || (peek(c, 0) == '-' && peek(c, 1) == '-') ||
				    (peek(c, 0) == '&' && peek(c, 1) == '&'))) {
			ev_re_bad(c, "Sets within classes are not known here");
			return NULL;
		}
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
			ev_re_bad(c, "Range out of order in character class");
			return NULL;
		}
		if (!add_range(c, n->class, from, to))
			return NULL;
	}
}

static bool group_name(struct ev_re_compiler *c, struct ipm_str *ret)
{
	size_t start = c->at;
	struct ev_str *s;

	while (peek(c, 0) >= 0 && peek(c, 0) != '>')
		c->at++;
	if (peek(c, 0) != '>' || c->at == start)
		return ev_re_bad(c, "Invalid capture group name");
	s = ev_str_utf16(c->e, c->p + start, c->at - start);
	c->at++;
	if (!s)
		return false;
	*ret = ev_str_view(s);
	return true;
}

static bool add_name(struct ev_re_compiler *c, struct ipm_str name, uint32_t group)
{
	struct ev_regex *re = c->re;
	void *grown;
	size_t i;

	for (i = 0; i < re->name_count; i++)
		if (ev_view_equal(re->names[i].name, name))
			return ev_re_bad(c, "Duplicate capture group name");
	grown = ev_more(c->e, re->names, re->name_count, &re->name_capacity, sizeof(*re->names));
	if (!grown)
		return false;
	re->names = grown;
	re->names[re->name_count].name = name;
	re->names[re->name_count++].group = group;
	return true;
}

/* After '('. */
static struct ev_re_tree *parse_group(struct ev_re_compiler *c)
{
	struct ev_re_tree *n = new_node(c, EV_RE_T_GROUP);
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
			n->type = EV_RE_T_LOOK;
			n->negative = peek(c, 0) == '!';
			c->at++;
		} else if (peek(c, 0) == '<' && (peek(c, 1) == '=' || peek(c, 1) == '!')) {
			n->type = EV_RE_T_LOOK;
			n->behind = true;
			n->negative = peek(c, 1) == '!';
			c->at += 2;
		} else if (peek(c, 0) == '<') {
			c->at++;
			if (!group_name(c, &name))
				return NULL;
			captures = true;
		} else {
			ev_re_bad(c, "Invalid group");
			return NULL;
		}
	}
	if (captures) {
		n->cp = ++c->groups;
		if (name.data && !add_name(c, name, n->cp))
			return NULL;
	}
	n->a = ev_re_parse(c);
	if (!n->a)
		return NULL;
	if (peek(c, 0) != ')') {
		ev_re_bad(c, "Unterminated group");
		return NULL;
	}
	c->at++;
	n->last_group = c->groups;
	return n;
}

static uint32_t count_groups(const struct ev_re_compiler *c)
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

static struct ev_re_tree *parse_escape(struct ev_re_compiler *c)
{
	struct ev_re_tree *n = new_node(c, EV_RE_T_CHAR);
	uint32_t number = 0;
	size_t start = c->at;
	bool set;

	if (!n)
		return NULL;
	if (peek(c, 0) == 'b' || peek(c, 0) == 'B') {
		n->type = peek(c, 0) == 'b' ? EV_RE_T_EDGE : EV_RE_T_NO_EDGE;
		c->at++;
		return n;
	}
	if (peek(c, 0) == 'k' && peek(c, 1) == '<' && c->named) {
		c->at += 2;
		n->type = EV_RE_T_BACK;
		return group_name(c, &n->name) ? n : NULL;
	}
	if (peek(c, 0) >= '1' && peek(c, 0) <= '9') {
		while (peek(c, 0) >= '0' && peek(c, 0) <= '9' && number < 10000)
			number = number * 10 + (uint32_t)(c->p[c->at++] - '0');
		if (number <= count_groups(c)) {
			n->type = EV_RE_T_BACK;
			n->cp = number;
			return n;
		}
		if (c->re->unicode) {
			ev_re_bad(c, "Invalid escape");
			return NULL;
		}
		c->at = start; /* as the web has it: the digit itself */
	}
	n->class = ev_alloc(c->e, sizeof(*n->class));
	if (!n->class || !class_escape(c, n->class, &set))
		return NULL;
	if (set) {
		n->type = EV_RE_T_CLASS;
		return n;
	}
	return char_escape(c, false, &n->cp) ? n : NULL;
}

static bool repeat_number(struct ev_re_compiler *c, uint32_t *ret)
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
static bool braces(struct ev_re_compiler *c, uint32_t *min, uint32_t *max)
{
	size_t start = c->at;

	c->at++;
	if (repeat_number(c, min)) {
		*max = *min;
		if (peek(c, 0) == ',') {
			c->at++;
			*max = EV_RE_FOREVER;
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

static struct ev_re_tree *parse_atom(struct ev_re_compiler *c)
{
	struct ev_re_tree *n;
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
		return new_node(c, unit == '.'	 ? EV_RE_T_ANY
				   : unit == '^' ? EV_RE_T_START
						 : EV_RE_T_END);
	case '*':
	case '+':
	case '?':
		ev_re_bad(c, "Nothing to repeat");
		return NULL;
	default:
		break;
	}
	if (unit == '{') {
		uint32_t min, max;

		if (c->re->unicode || braces(c, &min, &max)) {
			ev_re_bad(c, "Nothing to repeat");
			return NULL;
		}
	}
	n = new_node(c, EV_RE_T_CHAR);
	if (n)
		n->cp = take_code_point(c);
	return n;
}

static struct ev_re_tree *parse_term(struct ev_re_compiler *c)
{
	uint32_t min = 1, max = 1, before = c->groups;
	struct ev_re_tree *atom = parse_atom(c), *n;

	if (!atom)
		return NULL;
	if (peek(c, 0) == '*' || peek(c, 0) == '+' || peek(c, 0) == '?') {
		min = peek(c, 0) == '+';
		max = peek(c, 0) == '?' ? 1 : EV_RE_FOREVER;
		c->at++;
	} else if (peek(c, 0) != '{' || !braces(c, &min, &max)) {
		return atom;
	}
	if (min > max) {
		ev_re_bad(c, "numbers out of order in {} quantifier");
		return NULL;
	}
	if (atom->type == EV_RE_T_START || atom->type == EV_RE_T_END ||
	    atom->type == EV_RE_T_EDGE || atom->type == EV_RE_T_NO_EDGE ||
	    (atom->type == EV_RE_T_LOOK && (atom->behind || c->re->unicode))) {
		ev_re_bad(c, "Nothing to repeat");
		return NULL;
	}
	n = new_node(c, EV_RE_T_REPEAT);
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

struct ev_re_tree *ev_re_parse(struct ev_re_compiler *c)
{
	struct ev_re_tree *alternatives = NULL, *sequence, *term;
	struct ev_re_tree **tail = &alternatives, **end;

	if (c->depth >= EV_RE_MAX_NESTING) {
		ev_re_bad(c, "Regular expression too large");
		return NULL;
	}
	c->depth++;
	for (;;) {
		sequence = new_node(c, EV_RE_T_SEQ);
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
	sequence = new_node(c, EV_RE_T_ALT);
	if (sequence)
		sequence->a = alternatives;
	return sequence;
}
