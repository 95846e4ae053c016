/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "eval_ast.h"

/* Expressions to trees: precedence climbing, with a cap on nesting. */

bool ev_syntax(struct ev_parser *p, uint32_t pos, const char *format, ...)
{
	char message[200];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	p->e->at = pos;
	return ev_throw(p->e, "SyntaxError", "%s", message);
}

struct ev_node *ev_node_new(struct ev_parser *p, enum ev_node_type type)
{
	struct ev_node *n = ev_alloc(p->e, sizeof(*n));

	if (n) {
		n->type = type;
		n->pos = p->lexer.token.pos;
		n->end = p->lexer.token.end;
	}
	return n;
}

static void raise_height(unsigned *height, const struct ev_node *child)
{
	if (child && child->height > *height)
		*height = child->height;
}

struct ev_node *ev_node_done(struct ev_parser *p, struct ev_node *n)
{
	const struct ev_node *item;
	unsigned height = 0;

	if (!n)
		return NULL;
	raise_height(&height, n->a);
	raise_height(&height, n->b);
	raise_height(&height, n->c);
	raise_height(&height, n->d);
	for (item = n->list; item; item = item->next)
		raise_height(&height, item);
	n->height = height + 1;
	if (n->height > EV_MAX_HEIGHT) {
		ev_syntax(p, n->pos, "the expression is nested too deeply");
		return NULL;
	}
	return n;
}

bool ev_parse_enter(struct ev_parser *p)
{
	if (p->depth >= EV_MAX_NESTING)
		return ev_syntax(p, p->lexer.token.pos, "the expression is nested too deeply");
	p->depth++;
	return true;
}

bool ev_parse_is(struct ev_parser *p, int op)
{
	return p->lexer.token.type == EV_T_PUNCTUATOR && p->lexer.token.op == op;
}

bool ev_parse_is_word(struct ev_parser *p, const char *word)
{
	return p->lexer.token.type == EV_T_NAME && !p->lexer.token.escaped &&
	       ev_view_is(p->lexer.token.text, word);
}

bool ev_parse_accept(struct ev_parser *p, int op, bool *ret)
{
	*ret = ev_parse_is(p, op);
	return !*ret || ev_lex(&p->lexer);
}

bool ev_parse_expect(struct ev_parser *p, int op)
{
	if (!ev_parse_is(p, op))
		return ev_lex_unexpected(&p->lexer);
	return ev_lex(&p->lexer);
}

static const char *const reserved[] = {
	"break",    "case",   "catch",	"class",  "const",	"continue", "debugger", "default",
	"delete",   "do",     "else",	"export", "extends",	"false",    "finally",	"for",
	"function", "if",     "import", "in",	  "instanceof", "new",	    "null",	"return",
	"super",    "switch", "this",	"throw",  "true",	"try",	    "typeof",	"var",
	"void",	    "while",  "with",	"enum",
};

bool ev_parse_is_reserved(struct ipm_str name)
{
	size_t i;

	for (i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (ev_view_is(name, reserved[i]))
			return true;
	return false;
}

static bool parse_arguments(struct ev_parser *p, struct ev_node **ret)
{
	bool no_in = p->no_in, ok;

	p->no_in = false;
	ok = ev_lex(&p->lexer) && ev_parse_list(p, ')', false, ret, NULL);
	p->no_in = no_in;
	return ok;
}

/* One of .x ?.x [x] (x) `x` after `n`; *ret_none when there is none. */
static struct ev_node *parse_suffix(struct ev_parser *p, struct ev_node *n, bool calls,
				    bool *ret_none, bool *ret_optional)
{
	struct ev_token *t = &p->lexer.token;
	struct ev_node *out;
	unsigned flags = 0;
	bool dot = false;

	*ret_none = false;
	if (ev_parse_is(p, EV_OP2('?', '.')) && calls) {
		*ret_optional = true;
		flags = EV_F_OPTIONAL;
		if (!ev_lex(&p->lexer))
			return NULL;
		dot = !ev_parse_is(p, '[') && !ev_parse_is(p, '(');
	} else if (ev_parse_is(p, '.')) {
		dot = true;
		if (!ev_lex(&p->lexer))
			return NULL;
	}
	if (dot) {
		if (t->type != EV_T_NAME && t->type != EV_T_PRIVATE) {
			ev_lex_unexpected(&p->lexer);
			return NULL;
		}
		out = ev_node_new(p, t->type == EV_T_NAME ? EV_N_MEMBER : EV_N_PRIVATE);
		if (!out)
			return NULL;
		out->name = t->text;
		out->a = n;
		if (!ev_lex(&p->lexer))
			return NULL;
	} else if (ev_parse_is(p, '[')) {
		bool no_in = p->no_in;

		out = ev_node_new(p, EV_N_INDEX);
		p->no_in = false;
		if (!out || !ev_lex(&p->lexer))
			return NULL;
		out->a = n;
		out->b = ev_parse_expression(p);
		p->no_in = no_in;
		if (!out->b || !ev_parse_expect(p, ']'))
			return NULL;
	} else if (ev_parse_is(p, '(') && calls) {
		out = ev_node_new(p, EV_N_CALL);
		if (!out)
			return NULL;
		out->a = n;
		out->pos = n->pos;
		if (n->type == EV_N_MEMBER || n->type == EV_N_PRIVATE || n->type == EV_N_INDEX)
			out->pos = n->pos;
		if (!parse_arguments(p, &out->list))
			return NULL;
	} else if (t->type == EV_T_TEMPLATE) {
		out = ev_node_new(p, EV_N_TAGGED);
		if (!out)
			return NULL;
		out->a = n;
		out->b = ev_parse_template(p);
		if (!out->b)
			return NULL;
	} else {
		*ret_none = true;
		return n;
	}
	out->flags |= flags;
	return ev_node_done(p, out);
}

static struct ev_node *parse_new(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_NEW);
	bool none = false, optional = false;

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	if (ev_parse_is(p, '.')) {
		ev_syntax(p, p->lexer.token.pos, "new.target expression is not allowed here");
		return NULL;
	}
	if (ev_parse_is_word(p, "new")) {
		if (!ev_parse_enter(p))
			return NULL;
		n->a = parse_new(p);
		p->depth--;
	} else {
		n->a = ev_parse_primary(p);
	}
	while (n->a && !none)
		n->a = parse_suffix(p, n->a, false, &none, &optional);
	if (!n->a)
		return NULL;
	if (ev_parse_is(p, '(') && !parse_arguments(p, &n->list))
		return NULL;
	return ev_node_done(p, n);
}

static struct ev_node *parse_postfix(struct ev_parser *p)
{
	struct ev_token *t = &p->lexer.token;
	struct ev_node *n, *out;
	bool none = false, optional = false;
	uint32_t pos = t->pos;

	n = ev_parse_is_word(p, "new") ? parse_new(p) : ev_parse_primary(p);
	/* async (…) => … */
	if (n && n->type == EV_N_NAME && ev_view_is(n->name, "async") && ev_parse_is(p, '(') &&
	    !t->newline_before) {
		struct ev_lexer before = p->lexer;
		struct ev_node *list;

		if (!parse_arguments(p, &list))
			return NULL;
		if (ev_parse_at_arrow(p))
			return ev_parse_arrow(p, pos, list, EV_F_ASYNC);
		p->lexer = before;
	}
	if (n && n->type == EV_N_FUNCTION && n->flags & EV_F_ARROW &&
	    !(n->flags & EV_F_PARENTHESES))
		return n;
	while (n && !none)
		n = parse_suffix(p, n, true, &none, &optional);
	if (n && optional) {
		out = ev_node_new(p, EV_N_CHAIN);
		if (!out)
			return NULL;
		out->pos = n->pos;
		out->a = n;
		n = ev_node_done(p, out);
	}
	if (n && !t->newline_before &&
	    (ev_parse_is(p, EV_OP2('+', '+')) || ev_parse_is(p, EV_OP2('-', '-')))) {
		if (n->type != EV_N_NAME && n->type != EV_N_MEMBER && n->type != EV_N_INDEX &&
		    n->type != EV_N_PRIVATE) {
			ev_syntax(p, n->pos,
				  "Invalid left-hand side expression in postfix operation");
			return NULL;
		}
		out = ev_node_new(p, EV_N_UPDATE);
		if (!out)
			return NULL;
		out->op = t->op;
		out->a = n;
		out->pos = n->pos;
		if (!ev_lex(&p->lexer))
			return NULL;
		n = ev_node_done(p, out);
	}
	return n;
}

static int unary_operator(struct ev_parser *p)
{
	if (ev_parse_is(p, '!') || ev_parse_is(p, '-') || ev_parse_is(p, '+') ||
	    ev_parse_is(p, '~') || ev_parse_is(p, EV_OP2('+', '+')) ||
	    ev_parse_is(p, EV_OP2('-', '-')))
		return p->lexer.token.op;
	if (ev_parse_is_word(p, "typeof"))
		return EV_OP_TYPEOF;
	if (ev_parse_is_word(p, "void"))
		return EV_OP_VOID;
	if (ev_parse_is_word(p, "delete"))
		return EV_OP_DELETE;
	return 0;
}

struct ev_node *ev_parse_unary(struct ev_parser *p)
{
	struct ev_node *n, *out;
	int op = unary_operator(p);
	bool is_update = op == EV_OP2('+', '+') || op == EV_OP2('-', '-');

	if (!op && ev_parse_is_word(p, "await")) {
		struct ev_lexer before = p->lexer;

		/* A name outside of modules; here always the operator unless nothing follows. */
		n = ev_node_new(p, EV_N_AWAIT);
		if (!n || !ev_lex(&p->lexer))
			return NULL;
		if (p->lexer.token.type == EV_T_END ||
		    (p->lexer.token.type == EV_T_PUNCTUATOR && p->lexer.token.op != '(' &&
		     p->lexer.token.op != '[' && p->lexer.token.op != '{')) {
			p->lexer = before;
			return parse_postfix(p);
		}
		if (!ev_parse_enter(p))
			return NULL;
		n->a = ev_parse_unary(p);
		p->depth--;
		return n->a ? ev_node_done(p, n) : NULL;
	}
	if (!op)
		return parse_postfix(p);
	out = ev_node_new(p, is_update ? EV_N_UPDATE : EV_N_UNARY);
	if (!out || !ev_lex(&p->lexer) || !ev_parse_enter(p))
		return NULL;
	n = ev_parse_unary(p);
	p->depth--;
	if (!n)
		return NULL;
	out->op = op;
	out->a = n;
	out->flags = EV_F_PREFIX;
	if (is_update && n->type != EV_N_NAME && n->type != EV_N_MEMBER && n->type != EV_N_INDEX &&
	    n->type != EV_N_PRIVATE) {
		ev_syntax(p, n->pos, "Invalid left-hand side expression in prefix operation");
		return NULL;
	}
	if (!is_update && ev_parse_is(p, EV_OP2('*', '*'))) {
		ev_syntax(p, p->lexer.token.pos,
			  "Unary operator used immediately before exponentiation expression. "
			  "Parenthesis must be used to disambiguate operator precedence");
		return NULL;
	}
	return ev_node_done(p, out);
}

/* 0: no binary operator here. */
static int binary_precedence(struct ev_parser *p, int *ret_op)
{
	static const struct {
		int op;
		int precedence;
	} operators[] = {
		{EV_OP2('?', '?'), 1},
		{EV_OP2('|', '|'), 2},
		{EV_OP2('&', '&'), 3},
		{'|', 4},
		{'^', 5},
		{'&', 6},
		{EV_OP2('=', '='), 7},
		{EV_OP2('!', '='), 7},
		{EV_OP3('=', '=', '='), 7},
		{EV_OP3('!', '=', '='), 7},
		{'<', 8},
		{'>', 8},
		{EV_OP2('<', '='), 8},
		{EV_OP2('>', '='), 8},
		{EV_OP2('<', '<'), 9},
		{EV_OP2('>', '>'), 9},
		{EV_OP3('>', '>', '>'), 9},
		{'+', 10},
		{'-', 10},
		{'*', 11},
		{'/', 11},
		{'%', 11},
		{EV_OP2('*', '*'), 12},
	};
	size_t i;

	if (ev_parse_is_word(p, "instanceof")) {
		*ret_op = EV_OP_INSTANCEOF;
		return 8;
	}
	if (ev_parse_is_word(p, "in") && !p->no_in) {
		*ret_op = EV_OP_IN;
		return 8;
	}
	if (p->lexer.token.type != EV_T_PUNCTUATOR)
		return 0;
	for (i = 0; i < sizeof(operators) / sizeof(*operators); i++)
		if (operators[i].op == p->lexer.token.op) {
			*ret_op = operators[i].op;
			return operators[i].precedence;
		}
	return 0;
}

/* a ?? b || c needs parentheses. */
static bool mixes(struct ev_parser *p, int op, const struct ev_node *side)
{
	bool coalesce = op == EV_OP2('?', '?');

	if (side->type != EV_N_LOGICAL || side->flags & EV_F_PARENTHESES)
		return false;
	if (coalesce == (side->op == EV_OP2('?', '?')))
		return false;
	ev_lex_unexpected(&p->lexer);
	return true;
}

static struct ev_node *parse_binary(struct ev_parser *p, int minimum)
{
	struct ev_node *left, *n;
	int precedence, op = 0;

	if (!ev_parse_enter(p))
		return NULL;
	left = ev_parse_unary(p);
	while (left && (precedence = binary_precedence(p, &op)) >= minimum && precedence > 0) {
		if (left->type == EV_N_FUNCTION && left->flags & EV_F_ARROW &&
		    !(left->flags & EV_F_PARENTHESES)) {
			ev_lex_unexpected(&p->lexer);
			return NULL;
		}
		n = ev_node_new(p, precedence <= 3 ? EV_N_LOGICAL : EV_N_BINARY);
		if (!n)
			return NULL;
		n->pos = left->pos;
		n->op = op;
		n->a = left;
		if (precedence <= 3 && mixes(p, op, left))
			return NULL;
		if (!ev_lex(&p->lexer))
			return NULL;
		/* ** is right-associative */
		n->b = parse_binary(p, precedence == 12 ? 12 : precedence + 1);
		if (!n->b || (precedence <= 3 && mixes(p, op, n->b)))
			return NULL;
		left = ev_node_done(p, n);
	}
	p->depth--;
	return left;
}

static bool is_assignment_operator(struct ev_parser *p)
{
	static const int operators[] = {
		'=',
		EV_OP2('+', '='),
		EV_OP2('-', '='),
		EV_OP2('*', '='),
		EV_OP2('/', '='),
		EV_OP2('%', '='),
		EV_OP3('*', '*', '='),
		EV_OP3('<', '<', '='),
		EV_OP3('>', '>', '='),
		EV_OP4('>', '>', '>', '='),
		EV_OP2('&', '='),
		EV_OP2('|', '='),
		EV_OP2('^', '='),
		EV_OP3('&', '&', '='),
		EV_OP3('|', '|', '='),
		EV_OP3('?', '?', '='),
	};
	size_t i;

	for (i = 0; i < sizeof(operators) / sizeof(*operators); i++)
		if (ev_parse_is(p, operators[i]))
			return true;
	return false;
}

/* "+=" to "+", "=" to 0 */
static int without_equals(int op)
{
	if (op > 0xFFFFFF)
		return op & 0xFFFFFF;
	if (op > 0xFFFF)
		return op & 0xFFFF;
	return op > 0xFF ? op & 0xFF : 0;
}

static struct ev_node *parse_assignment_rest(struct ev_parser *p, struct ev_node *left)
{
	struct ev_node *n = ev_node_new(p, EV_N_ASSIGN);

	if (!n)
		return NULL;
	n->pos = left->pos;
	n->op = without_equals(p->lexer.token.op);
	if ((left->type == EV_N_ARRAY || left->type == EV_N_OBJECT) && !n->op) {
		if (!ev_parse_to_pattern(p, left))
			return NULL;
	} else if (left->type != EV_N_NAME && left->type != EV_N_MEMBER &&
		   left->type != EV_N_INDEX && left->type != EV_N_PRIVATE) {
		ev_syntax(p, left->pos, "Invalid left-hand side in assignment");
		return NULL;
	}
	n->a = left;
	if (!ev_lex(&p->lexer))
		return NULL;
	n->b = ev_parse_assignment(p);
	return n->b ? ev_node_done(p, n) : NULL;
}

static struct ev_node *parse_yield(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_YIELD);
	bool star;

	if (!n || !ev_lex(&p->lexer) || !ev_parse_accept(p, '*', &star))
		return NULL;
	n->op = star ? '*' : 0;
	if (star || (!p->lexer.token.newline_before && p->lexer.token.type != EV_T_END &&
		     !ev_parse_is(p, ')') && !ev_parse_is(p, ']') && !ev_parse_is(p, '}') &&
		     !ev_parse_is(p, ',') && !ev_parse_is(p, ';') && !ev_parse_is(p, ':'))) {
		n->a = ev_parse_assignment(p);
		if (!n->a)
			return NULL;
	}
	return ev_node_done(p, n);
}

struct ev_node *ev_parse_assignment(struct ev_parser *p)
{
	struct ev_node *left, *n;
	bool no_in;

	if (!ev_parse_enter(p))
		return NULL;
	if (p->in_generator && ev_parse_is_word(p, "yield")) {
		left = parse_yield(p);
		p->depth--;
		return left;
	}
	left = parse_binary(p, 1);
	if (!left)
		return NULL;
	if (ev_parse_is(p, '?')) {
		n = ev_node_new(p, EV_N_CONDITIONAL);
		if (!n || !ev_lex(&p->lexer))
			return NULL;
		n->pos = left->pos;
		n->a = left;
		no_in = p->no_in;
		p->no_in = false;
		n->b = ev_parse_assignment(p);
		p->no_in = no_in;
		if (!n->b || !ev_parse_expect(p, ':'))
			return NULL;
		n->c = ev_parse_assignment(p);
		left = n->c ? ev_node_done(p, n) : NULL;
	} else if (is_assignment_operator(p)) {
		left = parse_assignment_rest(p, left);
	}
	p->depth--;
	return left;
}

struct ev_node *ev_parse_expression(struct ev_parser *p)
{
	struct ev_node *left = ev_parse_assignment(p), *n;

	while (left && ev_parse_is(p, ',')) {
		n = ev_node_new(p, EV_N_SEQUENCE);
		if (!n || !ev_lex(&p->lexer))
			return NULL;
		n->pos = left->pos;
		n->a = left;
		n->b = ev_parse_assignment(p);
		left = n->b ? ev_node_done(p, n) : NULL;
	}
	return left;
}
