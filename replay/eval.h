/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVAL_H
#define IPM_EVAL_H

/*
 * Evaluates JavaScript on a process that no longer exists. Expressions read the captured state
 * (the frame's scopes, `this`, properties, elements, the prototype chain) and may make new
 * objects; they never change what was captured and never run what was captured: a getter or a
 * function of the dead process is a JavaScript exception that says so. Functions written in the
 * expression itself and the side-effect-free builtins do run, within limits.
 *
 * One thread at a time.
 */

#include <stdbool.h>

#include "buf.h"
#include "heap.h"

struct ipm_evaluator;

struct ipm_evaluator_options {
	/* Of all objects that expressions made and nobody released; 0: 64 MiB. Beyond it: RangeError. */
	uint64_t max_kept_bytes;
};

/* The reader outlives the evaluator. `opts` may be NULL. */
IPM_MUST_USE enum ipm_errc ipm_evaluator_create(struct ipm_reader *reader,
						const struct ipm_evaluator_options *opts,
						struct ipm_evaluator **ret, struct ipm_error *err);
/* Also frees every object that expressions made. NULL is fine. */
void ipm_evaluator_destroy(struct ipm_evaluator *ev);

/*
 * The file's objects and those of expressions (ids from IPM_FIRST_SYNTHETIC_ID on) in one heap.
 * Lives as long as the evaluator.
 */
struct ipm_heap *ipm_evaluator_heap(struct ipm_evaluator *ev);

/* Why an evaluation ended early. Its exception is then not catchable by the expression. */
enum ipm_eval_stop {
	IPM_EVAL_FINISHED = 0,
	IPM_EVAL_STOPPED_TIME,
	IPM_EVAL_STOPPED_STEPS,
	IPM_EVAL_STOPPED_BYTES,
};

struct ipm_eval_request {
	struct ipm_str expression; /* WTF-8; at most 1 MiB */
	uint64_t pause;		   /* index of the pause */
	int64_t frame; /* index of the frame in the pause; -1: global (Runtime.evaluate) */
	bool throw_on_side_effect; /* CDP's throwOnSideEffect: V8's words for what is refused */

	/*
	 * As Runtime.callFunctionOn: the expression is a function declaration, arrow or method; it
	 * is called with `this_value` (NULL: undefined) and the arguments.
	 */
	bool call;
	const struct ipm_value *this_value;
	const struct ipm_value *arguments;
	size_t argument_count;

	/* CDP's includeCommandLineAPI: keys(x), copy(x), $_ … are there, too. */
	bool command_line;
	const struct ipm_value *last_value; /* what $_ is; NULL: undefined */

	struct ipm_str object_group; /* for the objects that become the result */

	uint32_t timeout_ms; /* 0: 500 */
	uint64_t max_steps;  /* 0: 100 million */
	uint64_t max_bytes;  /* of temporary memory; 0: 128 MiB */
};

/* What a function of the command line wants of whoever shows the result. */
enum ipm_eval_ask {
	IPM_EVAL_ASK_NOTHING = 0,
	IPM_EVAL_ASK_INSPECT,
	IPM_EVAL_ASK_COPY,
	IPM_EVAL_ASK_QUERY, /* all objects that have it as a prototype */
	IPM_EVAL_ASK_DIR,
	IPM_EVAL_ASK_DIRXML,
	IPM_EVAL_ASK_TABLE,
};

struct ipm_eval_result {
	/*
	 * The value, or the value thrown. May be OMITTED: it existed and is not in the file.
	 * Text in it lives until the next call of ipm_eval on this evaluator; objects until their
	 * group is released.
	 */
	struct ipm_value value;
	bool thrown;
	struct ipm_str
		message; /* thrown: "TypeError: x is not a function", one line; as long as text */
	int64_t line;	 /* thrown: where in the expression, from 0 */
	int64_t column;
	enum ipm_eval_stop stopped;
	enum ipm_eval_ask ask;	/* of the last that was called */
	struct ipm_value asked; /* what it is about; lives as `value` does */
};

/*
 * Evaluates. JavaScript errors, syntax errors included, are IPM_OK with `thrown` set (value is an
 * object of kind ERROR for errors of the engine's), and so are objects that a damaged file cannot
 * give. Fails only with IPM_ERR_NO_MEMORY or IPM_ERR_NOT_FOUND (no such pause or frame).
 */
IPM_MUST_USE enum ipm_errc ipm_eval(struct ipm_evaluator *ev, const struct ipm_eval_request *req,
				    struct ipm_eval_result *ret, struct ipm_error *err);

/*
 * As Runtime.compileScript: only parses. Fine: ret->thrown is false. Else value is a SyntaxError
 * in V8's words ("Unexpected end of input" is what makes DevTools wait for another line).
 */
IPM_MUST_USE enum ipm_errc ipm_eval_compile(struct ipm_evaluator *ev, struct ipm_str expression,
					    struct ipm_str object_group,
					    struct ipm_eval_result *ret, struct ipm_error *err);

/*
 * Appends a value as JSON, for returnByValue: own enumerable properties, undefined members left
 * out, as V8's toProtocolValue. *ret_unserializable is set (and nothing appended) for undefined,
 * NaN, infinities, -0, BigInts, symbols and functions at the top, which CDP spells in other ways.
 * IPM_ERR_LIMIT "Object reference chain is too long": deeper than V8 allows, or a cycle.
 */
IPM_MUST_USE enum ipm_errc ipm_eval_value_to_json(struct ipm_evaluator *ev,
						  const struct ipm_value *value,
						  struct ipm_buf *out, bool *ret_unserializable,
						  struct ipm_error *err);

/* Runtime.releaseObjectGroup and releaseObject for objects of expressions; others are ignored. */
void ipm_evaluator_release_group(struct ipm_evaluator *ev, struct ipm_str object_group);
void ipm_evaluator_release_object(struct ipm_evaluator *ev, uint64_t object_id);

/*
 * Calls `visit` for every name visible in a frame (-1: global let, const and class), innermost
 * scope first; a name that is shadowed comes once. false stops.
 */
IPM_MUST_USE enum ipm_errc ipm_eval_scope_names(struct ipm_evaluator *ev, uint64_t pause,
						int64_t frame,
						bool (*visit)(void *self, struct ipm_str name),
						void *self, struct ipm_error *err);

#endif
