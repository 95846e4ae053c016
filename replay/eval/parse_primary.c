/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_ast.h"

/* What operators work on: literals, names, functions, things in brackets; and patterns. */

/* Appends to a list through its tail. */
static void append(struct ev_node ***tail, struct ev_node *n)
{
	**tail = n;
	*tail = &n->next;
}

/* Elements up to `close`, which is taken. `holes`: [a,,b]. */
bool ev_parse_list(struct ev_parser *p, int close, bool holes, struct ev_node **ret,
		   bool *ret_comma)
{
	struct ev_node **tail = ret, *n;

	*ret = NULL;
	if (ret_comma)
		*ret_comma = false;
	while (!ev_parse_is(p, close)) {
		if (holes && ev_parse_is(p, ',')) {
			n = ev_node_new(p, EV_N_HOLE);
		} else if (ev_parse_is(p, EV_OP3('.', '.', '.'))) {
			n = ev_node_new(p, EV_N_SPREAD);
			if (!n || !ev_lex(&p->lexer))
				return false;
			n->a = ev_parse_assignment(p);
			n = n->a ? ev_node_done(p, n) : NULL;
		} else {
			n = ev_parse_assignment(p);
		}
		if (!n)
			return false;
		append(&tail, n);
		if (ev_parse_is(p, close))
			break;
		if (!ev_parse_is(p, ',')) {
			if (close == ')' && !holes && !ret_comma)
				return p->lexer.token.type == EV_T_END
					       ? ev_lex_unexpected(&p->lexer)
					       : ev_syntax(p, p->lexer.token.pos,
							   "missing ) after argument list");
			return ev_lex_unexpected(&p->lexer);
		}
		if (!ev_lex(&p->lexer))
			return false;
		if (ev_parse_is(p, close) && ret_comma)
			*ret_comma = true;
	}
	return ev_lex(&p->lexer);
}

struct ev_node *ev_parse_template(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_TEMPLATE), *part;
	struct ev_node **tail;
	bool last = false;

	if (!n)
		return NULL;
	tail = &n->list;
	for (;;) {
		uint32_t from = p->lexer.at, to;

		part = ev_node_new(p, EV_N_STRING);
		if (!part || !ev_lex_template(&p->lexer, &part->name, &last))
			return NULL;
		to = p->lexer.at - (last ? 1 : 2); /* ` or ${ */
		part->text2 = (struct ipm_str){p->lexer.source.data + from, to - from};
		append(&tail, part);
		if (last)
			break;
		if (!ev_lex(&p->lexer))
			return NULL;
		part = ev_parse_expression(p);
		if (!part)
			return NULL;
		append(&tail, part);
		if (!ev_parse_is(p, '}')) {
			ev_lex_unexpected(&p->lexer);
			return NULL;
		}
	}
	if (!ev_lex(&p->lexer))
		return NULL;
	return ev_node_done(p, n);
}

/* The name of a property: identifier, string, number, or [computed]. */
static bool parse_property_name(struct ev_parser *p, struct ev_node *n)
{
	struct ev_token *t = &p->lexer.token;
	struct ev_str *s;

	switch (t->type) {
	case EV_T_NAME:
	case EV_T_STRING:
		n->name = t->text;
		break;
	case EV_T_BIGINT:
		n->name = t->text;
		break;
	case EV_T_NUMBER:
		s = ev_number_string(p->e, t->number);
		if (!s)
			return false;
		n->name = ev_str_view(s);
		break;
	case EV_T_PUNCTUATOR:
		if (t->op != '[')
			return ev_lex_unexpected(&p->lexer);
		if (!ev_lex(&p->lexer))
			return false;
		n->a = ev_parse_assignment(p);
		return n->a && ev_parse_expect(p, ']');
	default:
		return ev_lex_unexpected(&p->lexer);
	}
	return ev_lex(&p->lexer);
}

static bool ends_property_name(struct ev_parser *p)
{
	return ev_parse_is(p, ',') || ev_parse_is(p, '}') || ev_parse_is(p, ':') ||
	       ev_parse_is(p, '(') || ev_parse_is(p, '=');
}

static struct ev_node *parse_method(struct ev_parser *p, struct ev_node *property, unsigned flags)
{
	struct ev_node *fn = ev_node_new(p, EV_N_FUNCTION);

	if (!fn)
		return NULL;
	fn->pos = property->pos;
	fn->flags = flags | EV_F_METHOD;
	fn->name = property->name;
	property->b = ev_parse_function_rest(p, fn);
	property->flags |= flags & (EV_F_GETTER | EV_F_SETTER);
	return property->b ? ev_node_done(p, property) : NULL;
}

static struct ev_node *parse_property(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_PROPERTY), *value;
	struct ev_token first = p->lexer.token;
	unsigned flags = 0;
	bool star;

	if (!n)
		return NULL;
	if (ev_parse_is(p, '*')) {
		flags = EV_F_GENERATOR;
		if (!ev_lex(&p->lexer))
			return NULL;
	} else if (ev_parse_is_word(p, "get") || ev_parse_is_word(p, "set") ||
		   ev_parse_is_word(p, "async")) {
		flags = first.text.data[0] == 'g'   ? EV_F_GETTER
			: first.text.data[0] == 's' ? EV_F_SETTER
						    : EV_F_ASYNC;
		if (!ev_lex(&p->lexer))
			return NULL;
		if (ends_property_name(p)) {
			n->name = first.text;
			goto after_name;
		}
		if (flags == EV_F_ASYNC) {
			if (!ev_parse_accept(p, '*', &star))
				return NULL;
			if (star)
				flags |= EV_F_GENERATOR;
		}
	}
	first = p->lexer.token;
	if (!parse_property_name(p, n))
		return NULL;
	if (flags)
		return parse_method(p, n, flags);
after_name:
	if (ev_parse_is(p, '('))
		return parse_method(p, n, 0);
	if (ev_parse_is(p, ':')) {
		if (!ev_lex(&p->lexer))
			return NULL;
		n->b = ev_parse_assignment(p);
		return n->b ? ev_node_done(p, n) : NULL;
	}
	if (first.type != EV_T_NAME || ev_parse_is_reserved(first.text)) {
		ev_lex_unexpected(&p->lexer);
		return NULL;
	}
	n->flags |= EV_F_SHORTHAND;
	n->b = ev_node_new(p, EV_N_NAME);
	if (!n->b)
		return NULL;
	n->b->name = n->name;
	n->b->pos = first.pos;
	if (ev_parse_is(p, '=')) {
		value = ev_node_new(p, EV_N_ASSIGN);
		if (!value || !ev_lex(&p->lexer))
			return NULL;
		value->a = n->b;
		value->b = ev_parse_assignment(p);
		if (!value->b)
			return NULL;
		n->b = ev_node_done(p, value);
		n->flags |= EV_F_COVER;
		if (!n->b)
			return NULL;
	}
	return ev_node_done(p, n);
}

static struct ev_node *parse_object(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_OBJECT), *item;
	struct ev_node **tail;

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	tail = &n->list;
	while (!ev_parse_is(p, '}')) {
		if (ev_parse_is(p, EV_OP3('.', '.', '.'))) {
			item = ev_node_new(p, EV_N_SPREAD);
			if (!item || !ev_lex(&p->lexer))
				return NULL;
			item->a = ev_parse_assignment(p);
			item = item->a ? ev_node_done(p, item) : NULL;
		} else {
			item = parse_property(p);
		}
		if (!item)
			return NULL;
		if (item->flags & EV_F_COVER)
			n->flags |= EV_F_COVER;
		append(&tail, item);
		if (!ev_parse_is(p, '}') && !ev_parse_expect(p, ','))
			return NULL;
	}
	n->end = p->lexer.token.end;
	if (!ev_lex(&p->lexer))
		return NULL;
	return ev_node_done(p, n);
}

bool ev_parse_to_pattern(struct ev_parser *p, struct ev_node *n)
{
	struct ev_node *item;

	if (n->flags & EV_F_PARENTHESES && n->type != EV_N_MEMBER && n->type != EV_N_INDEX &&
	    n->type != EV_N_NAME)
		return ev_syntax(p, n->pos, "Invalid destructuring assignment target");
	switch (n->type) {
	case EV_N_NAME:
	case EV_N_MEMBER:
	case EV_N_INDEX:
	case EV_N_PRIVATE:
	case EV_N_HOLE:
		return true;
	case EV_N_ASSIGN:
		if (n->op)
			break;
		return ev_parse_to_pattern(p, n->a);
	case EV_N_SPREAD:
		return ev_parse_to_pattern(p, n->a);
	case EV_N_ARRAY:
		for (item = n->list; item; item = item->next)
			if (!ev_parse_to_pattern(p, item))
				return false;
		return true;
	case EV_N_OBJECT:
		n->flags &= ~(unsigned)EV_F_COVER;
		for (item = n->list; item; item = item->next) {
			if (item->type == EV_N_PROPERTY && item->b->type == EV_N_FUNCTION &&
			    item->b->flags & EV_F_METHOD)
				return ev_syntax(p, item->pos,
						 "Invalid destructuring assignment target");
			if (!ev_parse_to_pattern(p,
						 item->type == EV_N_PROPERTY ? item->b : item->a))
				return false;
		}
		return true;
	default:
		break;
	}
	return ev_syntax(p, n->pos, "Invalid destructuring assignment target");
}

struct ev_node *ev_parse_arrow(struct ev_parser *p, uint32_t pos, struct ev_node *params,
			       unsigned flags)
{
	struct ev_node *fn = ev_node_new(p, EV_N_FUNCTION), *param;
	const struct ev_label *labels = p->labels;

	if (!fn)
		return NULL;
	fn->pos = pos;
	fn->flags = EV_F_ARROW | flags;
	fn->list = params;
	for (param = params; param; param = param->next) {
		if (param->type == EV_N_MEMBER || param->type == EV_N_INDEX ||
		    param->type == EV_N_HOLE) {
			ev_syntax(p, param->pos, "Invalid destructuring assignment target");
			return NULL;
		}
		if (!ev_parse_to_pattern(p, param))
			return NULL;
	}
	if (!ev_lex(&p->lexer)) /* => */
		return NULL;
	p->labels = NULL;
	fn->b = ev_parse_is(p, '{') ? ev_parse_block(p) : ev_parse_assignment(p);
	p->labels = labels;
	if (!fn->b)
		return NULL;
	fn->end = fn->b->end;
	return ev_node_done(p, fn);
}

bool ev_parse_at_arrow(struct ev_parser *p)
{
	return ev_parse_is(p, EV_OP2('=', '>')) && !p->lexer.token.newline_before;
}

/* '(': parentheses, or the parameters of an arrow function. */
static struct ev_node *parse_parentheses(struct ev_parser *p, unsigned flags)
{
	struct ev_node *list, *n, *sequence;
	uint32_t pos = p->lexer.token.pos;
	bool comma, no_in = p->no_in;
	const struct ev_node *item;

	p->no_in = false;
	if (!ev_lex(&p->lexer) || !ev_parse_list(p, ')', false, &list, &comma))
		return NULL;
	p->no_in = no_in;
	if (ev_parse_at_arrow(p))
		return ev_parse_arrow(p, pos, list, flags);
	if (!list || comma || flags) {
		ev_lex_unexpected(&p->lexer);
		return NULL;
	}
	n = NULL;
	while (list) {
		struct ev_node *next = list->next;

		item = list;
		list->next = NULL;
		if (item->type == EV_N_SPREAD) {
			ev_syntax(p, item->pos, "Unexpected token '...'");
			return NULL;
		}
		if (!n) {
			n = list;
		} else {
			sequence = ev_node_new(p, EV_N_SEQUENCE);
			if (!sequence)
				return NULL;
			sequence->a = n;
			sequence->b = list;
			n = ev_node_done(p, sequence);
			if (!n)
				return NULL;
		}
		list = next;
	}
	n->flags |= EV_F_PARENTHESES;
	return n;
}

static struct ev_node *literal(struct ev_parser *p, struct ev_val v)
{
	struct ev_node *n = ev_node_new(p, EV_N_LITERAL);

	if (!n || !ev_lex(&p->lexer))
		return NULL;
	n->value = v;
	return ev_node_done(p, n);
}

static struct ev_node *parse_name(struct ev_parser *p)
{
	struct ev_node *n = ev_node_new(p, EV_N_NAME);
	struct ev_token *t = &p->lexer.token;
	bool async;

	if (!n)
		return NULL;
	if (!t->escaped) {
		if (ev_view_is(t->text, "true"))
			return literal(p, ev_bool(true));
		if (ev_view_is(t->text, "false"))
			return literal(p, ev_bool(false));
		if (ev_view_is(t->text, "null"))
			return literal(p, ev_null());
		if (ev_view_is(t->text, "this")) {
			n->type = EV_N_THIS;
			return ev_lex(&p->lexer) ? ev_node_done(p, n) : NULL;
		}
		if (ev_view_is(t->text, "function"))
			return ev_parse_function_word(p);
		if (ev_view_is(t->text, "class") || ev_view_is(t->text, "super") ||
		    ev_view_is(t->text, "import")) {
			ev_syntax(p, t->pos, "'%.*s' cannot be evaluated on a dead process",
				  (int)t->text.len, t->text.data);
			return NULL;
		}
	}
	if (ev_parse_is_reserved(t->text)) {
		ev_lex_unexpected(&p->lexer);
		return NULL;
	}
	async = ev_parse_is_word(p, "async");
	n->name = t->text;
	if (!ev_lex(&p->lexer))
		return NULL;
	if (async && !t->newline_before) {
		if (ev_parse_is_word(p, "function")) {
			n = ev_parse_function_word(p);
			if (n)
				n->flags |= EV_F_ASYNC;
			return n;
		}
		if (t->type == EV_T_NAME && !ev_parse_is_reserved(t->text)) {
			struct ev_node *param = ev_node_new(p, EV_N_NAME);

			if (!param)
				return NULL;
			param->name = t->text;
			if (!ev_lex(&p->lexer))
				return NULL;
			if (!ev_parse_at_arrow(p)) {
				ev_lex_unexpected(&p->lexer);
				return NULL;
			}
			return ev_parse_arrow(p, n->pos, param, EV_F_ASYNC);
		}
	}
	if (ev_parse_at_arrow(p)) {
		n->height = 1;
		return ev_parse_arrow(p, n->pos, n, 0);
	}
	return ev_node_done(p, n);
}

struct ev_node *ev_parse_primary(struct ev_parser *p)
{
	struct ev_token *t = &p->lexer.token;
	struct ev_node *n;
	bool bad;

	switch (t->type) {
	case EV_T_NUMBER:
		n = ev_node_new(p, EV_N_NUMBER);
		if (!n)
			return NULL;
		n->value = ev_num(t->number);
		break;
	case EV_T_BIGINT:
		n = ev_node_new(p, EV_N_BIGINT);
		if (!n)
			return NULL;
		n->value.type = EV_BIGINT;
		n->value.big = ev_big_parse(p->e, t->text.data, t->text.len, 0, &bad);
		if (!n->value.big)
			return NULL;
		break;
	case EV_T_STRING:
		n = ev_node_new(p, EV_N_STRING);
		if (!n)
			return NULL;
		n->name = t->text;
		n->value.type = EV_STRING;
		n->value.str = ev_str_borrow(p->e, t->text);
		if (!n->value.str)
			return NULL;
		break;
	case EV_T_TEMPLATE:
		return ev_parse_template(p);
	case EV_T_NAME:
		return parse_name(p);
	case EV_T_PRIVATE: /* #name in object */
		n = ev_node_new(p, EV_N_PRIVATE_IN);
		if (!n)
			return NULL;
		n->name = t->text;
		if (!ev_lex(&p->lexer))
			return NULL;
		if (!ev_parse_is_word(p, "in")) {
			ev_lex_unexpected(&p->lexer);
			return NULL;
		}
		if (!ev_lex(&p->lexer))
			return NULL;
		n->a = ev_parse_unary(p);
		return n->a ? ev_node_done(p, n) : NULL;
	case EV_T_PUNCTUATOR:
		if (t->op == '(')
			return parse_parentheses(p, 0);
		if (t->op == '{')
			return parse_object(p);
		if (t->op == '[') {
			bool no_in = p->no_in;

			n = ev_node_new(p, EV_N_ARRAY);
			p->no_in = false;
			if (!n || !ev_lex(&p->lexer) ||
			    !ev_parse_list(p, ']', true, &n->list, NULL))
				return NULL;
			p->no_in = no_in;
			return ev_node_done(p, n);
		}
		if (t->op == '/' || t->op == EV_OP2('/', '=')) {
			n = ev_node_new(p, EV_N_REGEX);
			if (!n || !ev_lex_regex(&p->lexer, &n->name, &n->text2))
				return NULL;
			break;
		}
		ev_lex_unexpected(&p->lexer);
		return NULL;
	default:
		ev_lex_unexpected(&p->lexer);
		return NULL;
	}
	if (!ev_lex(&p->lexer))
		return NULL;
	return ev_node_done(p, n);
}
