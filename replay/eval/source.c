/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_ast.h"
#include "eval_native.h"

/* Source text in messages ("a.b is not a function"), written as V8 writes it. */

enum { MAX_LINKS = 16, MAX_NESTING = 4 };

static void put_node(struct ev *e, struct ipm_buf *buf, const struct ev_node *n, unsigned depth);

static void put_operator(struct ipm_buf *buf, int op)
{
	switch (op) {
	case EV_OP_TYPEOF:
		ipm_buf_cstr(buf, "typeof ");
		return;
	case EV_OP_VOID:
		ipm_buf_cstr(buf, "void ");
		return;
	case EV_OP_DELETE:
		ipm_buf_cstr(buf, "delete ");
		return;
	case EV_OP_IN:
		ipm_buf_cstr(buf, " in ");
		return;
	case EV_OP_INSTANCEOF:
		ipm_buf_cstr(buf, " instanceof ");
		return;
	default:
		for (; op; op >>= 8)
			ipm_buf_byte(buf, (uint8_t)op);
	}
}

static void put_value(struct ev *e, struct ipm_buf *buf, const struct ev_node *n)
{
	struct ev_str *s;

	if (n->type == EV_N_STRING)
		ipm_buf_byte(buf, '"');
	s = ev_to_string(e, n->value);
	if (s)
		ipm_buf_str(buf, ev_str_view(s));
	if (n->type == EV_N_STRING)
		ipm_buf_byte(buf, '"');
}

static void put_list(struct ev *e, struct ipm_buf *buf, const struct ev_node *n, unsigned depth)
{
	const struct ev_node *item;

	ipm_buf_byte(buf, '[');
	for (item = n->list; item; item = item->next) {
		if (item->type != EV_N_HOLE)
			put_node(e, buf, item, depth + 1);
		if (item->next)
			ipm_buf_byte(buf, ',');
	}
	ipm_buf_byte(buf, ']');
}

static void put_plain(struct ev *e, struct ipm_buf *buf, const struct ev_node *n, unsigned depth)
{
	switch (n->type) {
	case EV_N_NAME:
		ipm_buf_str(buf, n->name);
		return;
	case EV_N_THIS:
		ipm_buf_cstr(buf, "this");
		return;
	case EV_N_NUMBER:
	case EV_N_STRING:
	case EV_N_LITERAL:
		put_value(e, buf, n);
		return;
	case EV_N_ARRAY:
		put_list(e, buf, n, depth);
		return;
	case EV_N_UNARY:
		ipm_buf_byte(buf, '(');
		put_operator(buf, n->op);
		put_node(e, buf, n->a, depth + 1);
		ipm_buf_byte(buf, ')');
		return;
	case EV_N_CHAIN:
		put_node(e, buf, n->a, depth + 1);
		return;
	default:
		ipm_buf_cstr(buf, "(intermediate value)");
	}
}

static void put_link(struct ev *e, struct ipm_buf *buf, const struct ev_node *n, unsigned depth)
{
	const char *optional = n->flags & EV_F_OPTIONAL ? "?." : "";

	switch (n->type) {
	case EV_N_CALL:
		ipm_buf_cstr(buf, optional);
		ipm_buf_cstr(buf, "(...)");
		return;
	case EV_N_INDEX:
		ipm_buf_cstr(buf, optional);
		if (n->b->type == EV_N_STRING) { /* a["b"] is a.b */
			ipm_buf_cstr(buf, *optional ? "" : ".");
			ipm_buf_str(buf, n->b->name);
			return;
		}
		ipm_buf_byte(buf, '[');
		put_node(e, buf, n->b, depth + 1);
		ipm_buf_byte(buf, ']');
		return;
	default:
		ipm_buf_cstr(buf, *optional ? optional : ".");
		if (n->type == EV_N_PRIVATE)
			ipm_buf_byte(buf, '#');
		ipm_buf_str(buf, n->name);
	}
}

static void put_node(struct ev *e, struct ipm_buf *buf, const struct ev_node *n, unsigned depth)
{
	const struct ev_node *links[MAX_LINKS];
	size_t count = 0;

	if (depth > MAX_NESTING) {
		ipm_buf_cstr(buf, "(intermediate value)");
		return;
	}
	while (count < MAX_LINKS && (n->type == EV_N_MEMBER || n->type == EV_N_PRIVATE ||
				     n->type == EV_N_INDEX || n->type == EV_N_CALL)) {
		links[count++] = n;
		n = n->a;
	}
	put_plain(e, buf, n, depth);
	while (count)
		put_link(e, buf, links[--count], depth);
}

const char *ev_source_of(struct ev *e, const struct ev_node *n)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_str *s;

	put_node(e, &buf, n, 0);
	s = ev_str_from_buf(e, &buf);
	return s ? ev_excerpt(e, ev_str_view(s)) : "";
}
