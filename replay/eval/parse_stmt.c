/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_ast.h"

/* Functions and the statements inside them; whole programs. */

static bool take_word(struct ev_parser *p, const char *word, bool *ret)
{
	*ret = ev_parse_is_word(p, word);
	return !*ret || ev_lex(&p->lexer);
}

struct ev_node *ev_parse_binding(struct ev_parser *p)
{
	struct ev_node *n;

	if (ev_parse_is(p, '[') || ev_parse_is(p, '{')) {
		/* An assignment expression would also eat "= default" and what follows. */
		unsigned depth = p->depth;

		n = ev_parse_assignment(p);
		p->depth = depth;
		if (!n)
			return NULL;
		return ev_parse_to_pattern(p, n) ? n : NULL;
	}
	n = ev_node_new(p, EV_N_NAME);
	if (!n)
		return NULL;
	if (p->lexer.token.type != EV_T_NAME || ev_parse_is_reserved(p->lexer.token.text)) {
		ev_lex_unexpected(&p->lexer);
		return NULL;
	}
	n->name = p->lexer.token.text;
	if (!ev_lex(&p->lexer))
		return NULL;
	return ev_node_done(p, n);
}

/* A binding with an optional initial value: always EV_N_ASSIGN, `b` NULL without. */
static struct ev_node *parse_declarator(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_ASSIGN), *target;
	bool has_value;

	if (!n)
		return NULL;
	target = ev_parse_binding(p);
	if (!target)
		return NULL;
	if (target->type == EV_N_ASSIGN) /* [a] = value came as one */
		return target;
	n->a = target;
	if (!ev_parse_accept(p, '=', &has_value))
		return NULL;
	if (has_value) {
		n->b = ev_parse_assignment(p);
		if (!n->b)
			return NULL;
	}
	return ev_node_done(p, n);
}

struct ev_node *ev_parse_function_rest(struct ev_parser *p, struct ev_node *fn)
{
	struct ev_node **tail = &fn->list, *n;
	bool no_in = p->no_in, in_generator = p->in_generator;
	const struct ev_label *labels = p->labels;

	p->labels = NULL;
	p->no_in = false;
	p->in_generator = fn->flags & EV_F_GENERATOR;
	if (!ev_parse_enter(p) || !ev_parse_expect(p, '('))
		return NULL;
	while (!ev_parse_is(p, ')')) {
		if (ev_parse_is(p, EV_OP3('.', '.', '.'))) {
			n = ev_node_new(p, EV_N_SPREAD);
			if (!n || !ev_lex(&p->lexer))
				return NULL;
			n->a = ev_parse_binding(p);
			n = n->a ? ev_node_done(p, n) : NULL;
		} else {
			n = parse_declarator(p);
			if (n && !n->b)
				n = n->a;
		}
		if (!n)
			return NULL;
		*tail = n;
		tail = &n->next;
		if (!ev_parse_is(p, ')') && !ev_parse_expect(p, ','))
			return NULL;
	}
	if (!ev_lex(&p->lexer))
		return NULL;
	fn->b = ev_parse_block(p);
	if (!fn->b)
		return NULL;
	fn->end = fn->b->end;
	p->depth--;
	p->no_in = no_in;
	p->in_generator = in_generator;
	p->labels = labels;
	return ev_node_done(p, fn);
}

/* At the word "function". */
struct ev_node *ev_parse_function_word(struct ev_parser *p)
{
	struct ev_node *fn = ev_node_new(p, EV_N_FUNCTION);
	bool star;

	if (!fn || !ev_lex(&p->lexer) || !ev_parse_accept(p, '*', &star))
		return NULL;
	if (star)
		fn->flags |= EV_F_GENERATOR;
	if (p->lexer.token.type == EV_T_NAME && !ev_parse_is_reserved(p->lexer.token.text)) {
		fn->name = p->lexer.token.text;
		if (!ev_lex(&p->lexer))
			return NULL;
	}
	return ev_parse_function_rest(p, fn);
}

struct ev_node *ev_parse_block(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_BLOCK), *statement;
	struct ev_node **tail;

	if (!n || !ev_parse_enter(p) || !ev_parse_expect(p, '{'))
		return NULL;
	tail = &n->list;
	while (!ev_parse_is(p, '}')) {
		statement = ev_parse_statement(p);
		if (!statement)
			return NULL;
		*tail = statement;
		tail = &statement->next;
	}
	n->end = p->lexer.token.end;
	p->depth--;
	if (!ev_lex(&p->lexer))
		return NULL;
	return ev_node_done(p, n);
}

static bool end_statement(struct ev_parser *p)
{
	bool semicolon;

	if (!ev_parse_accept(p, ';', &semicolon))
		return false;
	if (semicolon || ev_parse_is(p, '}') || p->lexer.token.type == EV_T_END ||
	    p->lexer.token.newline_before)
		return true;
	return ev_lex_unexpected(&p->lexer);
}

/* After var, let or const. */
static struct ev_node *parse_declarations(struct ev_parser *p, enum ev_declare how, bool in_for)
{
	struct ev_node *n = ev_node_new(p, EV_N_DECLARE), *item;
	struct ev_node **tail;
	bool comma = true;

	if (!n)
		return NULL;
	n->op = (int)how;
	tail = &n->list;
	while (comma) {
		item = parse_declarator(p);
		if (!item)
			return NULL;
		if (!item->b && !in_for && (how == EV_CONST || item->a->type != EV_N_NAME)) {
			ev_syntax(p, item->pos, "Missing initializer in %s declaration",
				  how == EV_CONST ? "const" : "destructuring");
			return NULL;
		}
		*tail = item;
		tail = &item->next;
		if (!ev_parse_accept(p, ',', &comma))
			return NULL;
	}
	return ev_node_done(p, n);
}

/* 0 … 2 after taking the word, or -1 when no declaration starts here. */
static int declaration_word(struct ev_parser *p, bool *ok)
{
	struct ev_lexer before = p->lexer;
	int how;

	if (ev_parse_is_word(p, "var"))
		how = EV_VAR;
	else if (ev_parse_is_word(p, "const"))
		how = EV_CONST;
	else if (ev_parse_is_word(p, "let"))
		how = EV_LET;
	else
		return -1;
	*ok = ev_lex(&p->lexer);
	if (*ok && how == EV_LET && p->lexer.token.type != EV_T_NAME && !ev_parse_is(p, '[') &&
	    !ev_parse_is(p, '{')) {
		p->lexer = before; /* a variable of that name */
		return -1;
	}
	return how;
}

static struct ev_node *parse_for(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_FOR);
	bool ok = true;
	int how;

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	if (ev_parse_is_word(p, "await")) {
		ev_syntax(p, p->lexer.token.pos, "await cannot be evaluated on a dead process");
		return NULL;
	}
	if (!ev_parse_expect(p, '('))
		return NULL;
	p->no_in = true;
	how = declaration_word(p, &ok);
	if (!ok)
		return NULL;
	if (how >= 0) {
		n->a = parse_declarations(p, (enum ev_declare)how, true);
		if (!n->a)
			return NULL;
	} else if (!ev_parse_is(p, ';')) {
		n->a = ev_parse_expression(p);
		if (!n->a)
			return NULL;
	}
	p->no_in = false;
	if (n->a && (ev_parse_is_word(p, "of") || ev_parse_is_word(p, "in"))) {
		n->type = ev_parse_is_word(p, "of") ? EV_N_FOR_OF : EV_N_FOR_IN;
		if (how < 0 && !ev_parse_to_pattern(p, n->a))
			return NULL;
		if (!ev_lex(&p->lexer))
			return NULL;
		n->b = ev_parse_expression(p);
		if (!n->b)
			return NULL;
	} else {
		if (!ev_parse_expect(p, ';'))
			return NULL;
		if (!ev_parse_is(p, ';')) {
			n->b = ev_parse_expression(p);
			if (!n->b)
				return NULL;
		}
		if (!ev_parse_expect(p, ';'))
			return NULL;
		if (!ev_parse_is(p, ')')) {
			n->c = ev_parse_expression(p);
			if (!n->c)
				return NULL;
		}
	}
	if (!ev_parse_expect(p, ')'))
		return NULL;
	n->d = ev_parse_statement(p);
	return n->d ? ev_node_done(p, n) : NULL;
}

/* "(" expression ")" */
static struct ev_node *parse_condition(struct ev_parser *p)
{
	struct ev_node *n;

	if (!ev_parse_expect(p, '('))
		return NULL;
	n = ev_parse_expression(p);
	return n && ev_parse_expect(p, ')') ? n : NULL;
}

static struct ev_node *parse_if(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_IF);
	bool has_else;

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	n->a = parse_condition(p);
	n->b = n->a ? ev_parse_statement(p) : NULL;
	if (!n->b || !take_word(p, "else", &has_else))
		return NULL;
	if (has_else) {
		n->c = ev_parse_statement(p);
		if (!n->c)
			return NULL;
	}
	return ev_node_done(p, n);
}

static struct ev_node *parse_try(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_TRY);
	bool is_catch, is_finally, has_parameter;

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	n->a = ev_parse_block(p);
	if (!n->a || !take_word(p, "catch", &is_catch))
		return NULL;
	if (is_catch) {
		if (!ev_parse_accept(p, '(', &has_parameter))
			return NULL;
		if (has_parameter) {
			n->b = ev_parse_binding(p);
			if (!n->b || !ev_parse_expect(p, ')'))
				return NULL;
		}
		n->c = ev_parse_block(p);
		if (!n->c)
			return NULL;
	}
	if (!take_word(p, "finally", &is_finally))
		return NULL;
	if (is_finally) {
		n->d = ev_parse_block(p);
		if (!n->d)
			return NULL;
	} else if (!is_catch) {
		ev_syntax(p, p->lexer.token.pos, "Missing catch or finally after try");
		return NULL;
	}
	return ev_node_done(p, n);
}

static struct ev_node *parse_switch(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_SWITCH), *item, *statement;
	struct ev_node **tail, **inner;
	bool is_case;

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	n->a = parse_condition(p);
	if (!n->a || !ev_parse_expect(p, '{'))
		return NULL;
	tail = &n->list;
	while (!ev_parse_is(p, '}')) {
		item = ev_node_new(p, EV_N_CASE);
		if (!item || !take_word(p, "case", &is_case))
			return NULL;
		if (is_case) {
			item->a = ev_parse_expression(p);
			if (!item->a)
				return NULL;
		} else if (ev_parse_is_word(p, "default")) {
			if (!ev_lex(&p->lexer))
				return NULL;
		} else {
			ev_lex_unexpected(&p->lexer);
			return NULL;
		}
		if (!ev_parse_expect(p, ':'))
			return NULL;
		inner = &item->list;
		while (!ev_parse_is(p, '}') && !ev_parse_is_word(p, "case") &&
		       !ev_parse_is_word(p, "default")) {
			statement = ev_parse_statement(p);
			if (!statement)
				return NULL;
			*inner = statement;
			inner = &statement->next;
		}
		if (!ev_node_done(p, item))
			return NULL;
		*tail = item;
		tail = &item->next;
	}
	if (!ev_lex(&p->lexer))
		return NULL;
	return ev_node_done(p, n);
}

static struct ev_node *parse_while(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_WHILE);

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	n->a = parse_condition(p);
	n->d = n->a ? ev_parse_statement(p) : NULL;
	return n->d ? ev_node_done(p, n) : NULL;
}

static struct ev_node *parse_do(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_DO_WHILE);
	bool is_while;

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	n->d = ev_parse_statement(p);
	if (!n->d || !take_word(p, "while", &is_while))
		return NULL;
	if (!is_while) {
		ev_lex_unexpected(&p->lexer);
		return NULL;
	}
	n->a = parse_condition(p);
	if (!n->a || !ev_parse_accept(p, ';', &is_while))
		return NULL;
	return ev_node_done(p, n);
}

static struct ev_node *parse_jump(struct ev_parser *p, enum ev_node_type type)
{
	struct ev_node *n = ev_node_new(p, type);
	struct ev_token *t = &p->lexer.token;

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	if (type == EV_N_BREAK || type == EV_N_CONTINUE) {
		if (t->type == EV_T_NAME && !t->newline_before) {
			const struct ev_label *label = p->labels;

			while (label && !ev_view_equal(label->name, t->text))
				label = label->parent;
			if (!label) {
				ev_syntax(p, t->pos, "Undefined label '%.*s'",
					  (int)(t->text.len < 60 ? t->text.len : 60), t->text.data);
				return NULL;
			}
			n->name = t->text;
			if (!ev_lex(&p->lexer))
				return NULL;
		}
	} else if (type == EV_N_THROW || (!t->newline_before && !ev_parse_is(p, ';') &&
					  !ev_parse_is(p, '}') && t->type != EV_T_END)) {
		if (type == EV_N_THROW && t->newline_before) {
			ev_syntax(p, t->pos, "Illegal newline after throw");
			return NULL;
		}
		n->a = ev_parse_expression(p);
		if (!n->a)
			return NULL;
	}
	if (!end_statement(p))
		return NULL;
	return ev_node_done(p, n);
}

/* name: statement. *ret_none: it was none. */
static struct ev_node *parse_labelled(struct ev_parser *p, bool *ret_none)
{
	struct ev_label label = {p->lexer.token.text, p->labels};
	struct ev_lexer before = p->lexer;
	struct ev_node *n;

	*ret_none = p->lexer.token.type != EV_T_NAME || ev_parse_is_reserved(label.name);
	if (*ret_none)
		return NULL;
	n = ev_node_new(p, EV_N_LABEL);
	if (!n || !ev_lex(&p->lexer))
		return NULL;
	if (!ev_parse_is(p, ':')) {
		p->lexer = before;
		*ret_none = true;
		return NULL;
	}
	if (!ev_lex(&p->lexer))
		return NULL;
	n->name = label.name;
	p->labels = &label;
	n->a = ev_parse_statement(p);
	p->labels = label.parent;
	return n->a ? ev_node_done(p, n) : NULL;
}

static struct ev_node *parse_statement(struct ev_parser *p)
{
	struct ev_node *n;
	bool none;
	bool ok = true;
	int how;

	if (ev_parse_is(p, '{'))
		return ev_parse_block(p);
	if (ev_parse_is(p, ';') || ev_parse_is_word(p, "debugger")) {
		n = ev_node_new(p, EV_N_EMPTY);
		if (!n || !ev_lex(&p->lexer))
			return NULL;
		return ev_node_done(p, n);
	}
	how = declaration_word(p, &ok);
	if (!ok)
		return NULL;
	if (how >= 0) {
		n = parse_declarations(p, (enum ev_declare)how, false);
		return n && end_statement(p) ? n : NULL;
	}
	if (ev_parse_is_word(p, "function")) {
		n = ev_node_new(p, EV_N_DECLARE_FUNCTION);
		if (!n)
			return NULL;
		n->a = ev_parse_function_word(p);
		if (!n->a)
			return NULL;
		if (!n->a->name.len) {
			ev_syntax(p, n->pos, "Function statements require a function name");
			return NULL;
		}
		return ev_node_done(p, n);
	}
	if (ev_parse_is_word(p, "if"))
		return parse_if(p);
	if (ev_parse_is_word(p, "for"))
		return parse_for(p);
	if (ev_parse_is_word(p, "while"))
		return parse_while(p);
	if (ev_parse_is_word(p, "do"))
		return parse_do(p);
	if (ev_parse_is_word(p, "return"))
		return parse_jump(p, EV_N_RETURN);
	if (ev_parse_is_word(p, "throw"))
		return parse_jump(p, EV_N_THROW);
	if (ev_parse_is_word(p, "break"))
		return parse_jump(p, EV_N_BREAK);
	if (ev_parse_is_word(p, "continue"))
		return parse_jump(p, EV_N_CONTINUE);
	if (ev_parse_is_word(p, "try"))
		return parse_try(p);
	if (ev_parse_is_word(p, "switch"))
		return parse_switch(p);
	n = parse_labelled(p, &none);
	if (!none)
		return n;
	n = ev_node_new(p, EV_N_EXPRESSION);
	if (!n)
		return NULL;
	n->a = ev_parse_expression(p);
	if (!n->a || !end_statement(p))
		return NULL;
	return ev_node_done(p, n);
}

struct ev_node *ev_parse_statement(struct ev_parser *p)
{
	struct ev_node *n;

	if (!ev_parse_enter(p))
		return NULL;
	n = parse_statement(p);
	p->depth--;
	return n;
}

static bool start(struct ev_parser *p, struct ev *e, struct ipm_str source)
{
	memset(p, 0, sizeof(*p));
	p->e = e;
	p->lexer.e = e;
	p->lexer.source = source;
	if (source.len > EV_MAX_SOURCE)
		return ev_throw(e, "SyntaxError", "the expression is longer than 1 MiB");
	return ev_lex(&p->lexer);
}

struct ev_node *ev_parse_program(struct ev *e, struct ipm_str source)
{
	struct ev_node *n, *statement;
	struct ev_node **tail;
	struct ev_parser p;

	if (!start(&p, e, source))
		return NULL;
	n = ev_node_new(&p, EV_N_BLOCK);
	if (!n)
		return NULL;
	tail = &n->list;
	while (p.lexer.token.type != EV_T_END) {
		if (ev_parse_is_word(&p, "return")) {
			ev_syntax(&p, p.lexer.token.pos, "Illegal return statement");
			return NULL;
		}
		statement = ev_parse_statement(&p);
		if (!statement)
			return NULL;
		*tail = statement;
		tail = &statement->next;
	}
	return ev_node_done(&p, n);
}

struct ev_node *ev_parse_function(struct ev *e, struct ipm_str source)
{
	struct ev_parser p;
	struct ev_node *n;
	bool semicolon;

	if (!start(&p, e, source))
		return NULL;
	n = ev_parse_assignment(&p);
	if (!n || !ev_parse_accept(&p, ';', &semicolon))
		return NULL;
	if (p.lexer.token.type != EV_T_END) {
		ev_lex_unexpected(&p.lexer);
		return NULL;
	}
	return n;
}
