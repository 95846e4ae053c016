/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVAL_AST_H
#define IPM_EVAL_AST_H

/* The syntax tree of an expression, in the evaluation's arena. */

#include "eval_internal.h"

enum ev_node_type {
	EV_N_NUMBER,
	EV_N_STRING,
	EV_N_BIGINT,
	EV_N_LITERAL,  /* value: true, false, null */
	EV_N_TEMPLATE, /* list: strings and expressions in turn, strings first and last */
	EV_N_TAGGED,   /* a: tag */
	EV_N_REGEX,    /* name: pattern; text2: flags */
	EV_N_NAME,
	EV_N_THIS,
	EV_N_ARRAY,    /* list */
	EV_N_OBJECT,   /* list of EV_N_PROPERTY and EV_N_SPREAD */
	EV_N_PROPERTY, /* name, or a: computed key; b: value; flags */
	EV_N_FUNCTION, /* list: parameters; b: body (expression or EV_N_BLOCK); name; flags */
	EV_N_CLASS,
	EV_N_MEMBER,	 /* a.name */
	EV_N_INDEX,	 /* a[b] */
	EV_N_PRIVATE,	 /* a.#name */
	EV_N_PRIVATE_IN, /* #name in a */
	EV_N_CALL,	 /* a(list) */
	EV_N_NEW,	 /* new a(list) */
	EV_N_CHAIN,	 /* a: where a short-circuit of ?. ends */
	EV_N_UNARY,
	EV_N_UPDATE,
	EV_N_BINARY,
	EV_N_LOGICAL,
	EV_N_CONDITIONAL, /* a ? b : c */
	EV_N_ASSIGN,	  /* a op= b; op 0: = */
	EV_N_SEQUENCE,	  /* a, b */
	EV_N_SPREAD,	  /* ...a */
	EV_N_HOLE,
	EV_N_AWAIT,
	EV_N_YIELD, /* a; op '*': yield* */
	EV_N_META,  /* import(), import.meta, super, new.target: name says which */

	EV_N_BLOCK,	       /* list */
	EV_N_EXPRESSION,       /* a */
	EV_N_DECLARE,	       /* list of EV_N_ASSIGN without or with b; op: enum ev_declare */
	EV_N_DECLARE_FUNCTION, /* a: the function */
	EV_N_IF,	       /* a, b, c */
	EV_N_FOR,	       /* a; b; c; d */
	EV_N_FOR_OF,	       /* a: EV_N_DECLARE or target, b, d */
	EV_N_FOR_IN,
	EV_N_WHILE,    /* a, d */
	EV_N_DO_WHILE, /* a, d */
	EV_N_RETURN,   /* a */
	EV_N_THROW,    /* a */
	EV_N_TRY,      /* a, b: parameter, c: catch, d: finally */
	EV_N_SWITCH,   /* a; list of EV_N_CASE */
	EV_N_CASE,     /* a (NULL: default); list */
	EV_N_BREAK,    /* name: the label, or empty */
	EV_N_CONTINUE,
	EV_N_EMPTY,
	EV_N_LABEL, /* name: a */
};

enum ev_declare { EV_VAR, EV_LET, EV_CONST, EV_PARAMETER };

enum {
	EV_F_OPTIONAL = 1, /* ?. */
	EV_F_ARROW = 2,
	EV_F_ASYNC = 4,
	EV_F_GENERATOR = 8,
	EV_F_GETTER = 16,
	EV_F_SETTER = 32,
	EV_F_SHORTHAND = 64,
	EV_F_PREFIX = 128,
	EV_F_PARENTHESES = 256, /* stood in parentheses: no pattern, no arrow parameters */
	EV_F_COVER = 512,	/* {a = 1}: only good as a pattern */
	EV_F_METHOD = 1024,
};

/* Operators, by the token's text packed into an int: '+', '**' … */
#define EV_OP1(a)	   (a)
#define EV_OP2(a, b)	   ((a) | (b) << 8)
#define EV_OP3(a, b, c)	   ((a) | (b) << 8 | (c) << 16)
#define EV_OP4(a, b, c, d) ((a) | (b) << 8 | (c) << 16 | (d) << 24)
enum { EV_OP_TYPEOF = 1, EV_OP_VOID, EV_OP_DELETE, EV_OP_IN, EV_OP_INSTANCEOF };

struct ev_node {
	enum ev_node_type type;
	int op;
	unsigned flags;
	unsigned height;
	uint32_t pos, end; /* offsets in the source, in bytes */
	struct ipm_str name;
	struct ipm_str text2;
	struct ev_val value;
	struct ev_node *a, *b, *c, *d;
	struct ev_node *list, *next;
	/* What the dead process says about this name does not change: looked up once. */
	struct ev_val resolved;
	bool is_resolved;
};

enum ev_token_type {
	EV_T_END,
	EV_T_NAME,
	EV_T_PRIVATE,
	EV_T_NUMBER,
	EV_T_BIGINT,
	EV_T_STRING,
	EV_T_TEMPLATE, /* '`': the parser goes on with ev_lex_template */
	EV_T_PUNCTUATOR,
};

struct ev_token {
	enum ev_token_type type;
	int op; /* of punctuators, packed */
	uint32_t pos, end;
	bool newline_before;
	bool escaped;	     /* a string with escapes, a name with \u */
	struct ipm_str text; /* names; decoded strings; digits of BigInts */
	double number;
};

struct ev_lexer {
	struct ev *e;
	struct ipm_str source;
	uint32_t at;
	struct ev_token token;
};

/* All false: a SyntaxError is on its way. */
bool ev_lex(struct ev_lexer *lexer); /* the next token into lexer->token */
/* At a '/' or '/=' token: rescans it as a regular expression. */
bool ev_lex_regex(struct ev_lexer *lexer, struct ipm_str *ret_pattern, struct ipm_str *ret_flags);
/* After '`' or the '}' of a substitution: text up to the next "${" or '`'. */
bool ev_lex_template(struct ev_lexer *lexer, struct ipm_str *ret, bool *ret_last);
bool ev_lex_unexpected(struct ev_lexer *lexer); /* throws about the current token */

/* The whole source as an EV_N_BLOCK, or as one function expression. NULL: thrown. */
struct ev_node *ev_parse_program(struct ev *e, struct ipm_str source);
struct ev_node *ev_parse_function(struct ev *e, struct ipm_str source);

/* The labels around a statement, innermost first. */
struct ev_label {
	struct ipm_str name;
	const struct ev_label *parent;
};

/* Shared by the files of the parser. */
struct ev_parser {
	struct ev *e;
	struct ev_lexer lexer;
	unsigned depth;
	bool no_in;
	bool in_generator;
	const struct ev_label *labels;
};
struct ev_node *ev_node_new(struct ev_parser *p, enum ev_node_type type);
/* Sets the height from the children; NULL when the tree is too high. */
struct ev_node *ev_node_done(struct ev_parser *p, struct ev_node *n);
bool ev_parse_enter(struct ev_parser *p);
bool ev_parse_accept(struct ev_parser *p, int op, bool *ret); /* false: failure */
bool ev_parse_expect(struct ev_parser *p, int op);
bool ev_parse_is(struct ev_parser *p, int op);
bool ev_parse_is_word(struct ev_parser *p, const char *word);
struct ev_node *ev_parse_expression(struct ev_parser *p);
struct ev_node *ev_parse_unary(struct ev_parser *p);
struct ev_node *ev_parse_primary(struct ev_parser *p);
struct ev_node *ev_parse_template(struct ev_parser *p);
/* Elements up to `close`, which is taken. `holes`: [a,,b]. `ret_comma` may be NULL. */
bool ev_parse_list(struct ev_parser *p, int close, bool holes, struct ev_node **ret,
		   bool *ret_comma);
/* At "=>": the function with these parameters, which were read as expressions. */
struct ev_node *ev_parse_arrow(struct ev_parser *p, uint32_t pos, struct ev_node *params,
			       unsigned flags);
bool ev_parse_at_arrow(struct ev_parser *p);
struct ev_node *ev_parse_assignment(struct ev_parser *p);
struct ev_node *ev_parse_statement(struct ev_parser *p);
struct ev_node *ev_parse_block(struct ev_parser *p); /* { … } */
struct ev_node *ev_parse_function_rest(struct ev_parser *p, struct ev_node *fn);
struct ev_node *ev_parse_function_word(struct ev_parser *p);
struct ev_node *ev_parse_binding(struct ev_parser *p);
bool ev_parse_to_pattern(struct ev_parser *p, struct ev_node *n);
bool ev_parse_is_reserved(struct ipm_str name);
bool ev_syntax(struct ev_parser *p, uint32_t pos, const char *format, ...) IPM_PRINTF(3, 4);

#endif
