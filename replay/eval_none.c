/* SPDX-License-Identifier: MIT */
/* Evaluates nothing: every expression is an exception that says so. */
#include <stdlib.h>
#include <string.h>

#include "eval.h"

struct ipm_evaluator {
	struct ipm_heap heap;
};

enum ipm_errc ipm_evaluator_create(struct ipm_reader *reader,
				   const struct ipm_evaluator_options *opts,
				   struct ipm_evaluator **ret, struct ipm_error *err)
{
	struct ipm_evaluator *ev = calloc(1, sizeof(*ev));

	(void)opts;
	if (!ev)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	ev->heap = ipm_file_heap(reader);
	*ret = ev;
	return IPM_OK;
}

void ipm_evaluator_destroy(struct ipm_evaluator *ev)
{
	free(ev);
}

struct ipm_heap *ipm_evaluator_heap(struct ipm_evaluator *ev)
{
	return &ev->heap;
}

enum ipm_errc ipm_eval(struct ipm_evaluator *ev, const struct ipm_eval_request *req,
		       struct ipm_eval_result *ret, struct ipm_error *err)
{
	static const char text[] = "EvalError: the process is dead";

	(void)ev;
	(void)req;
	(void)err;
	*ret = (struct ipm_eval_result){.thrown = true, .message = IPM_STR(text)};
	ret->value.type = IPM_VALUE_STRING;
	ret->value.string = (struct ipm_text){.str = IPM_STR(text), .length = sizeof(text) - 1};
	return IPM_OK;
}

enum ipm_errc ipm_eval_compile(struct ipm_evaluator *ev, struct ipm_str expression,
			       struct ipm_str object_group, struct ipm_eval_result *ret,
			       struct ipm_error *err)
{
	(void)ev;
	(void)expression;
	(void)object_group;
	(void)err;
	*ret = (struct ipm_eval_result){0};
	return IPM_OK;
}

enum ipm_errc ipm_eval_value_to_json(struct ipm_evaluator *ev, const struct ipm_value *value,
				     struct ipm_buf *out, bool *ret_unserializable,
				     struct ipm_error *err)
{
	(void)ev;
	(void)value;
	(void)out;
	(void)err;
	*ret_unserializable = true;
	return IPM_OK;
}

void ipm_evaluator_release_group(struct ipm_evaluator *ev, struct ipm_str object_group)
{
	(void)ev;
	(void)object_group;
}

void ipm_evaluator_release_object(struct ipm_evaluator *ev, uint64_t object_id)
{
	(void)ev;
	(void)object_id;
}

enum ipm_errc ipm_eval_scope_names(struct ipm_evaluator *ev, uint64_t pause, int64_t frame,
				   bool (*visit)(void *self, struct ipm_str name), void *self,
				   struct ipm_error *err)
{
	(void)ev;
	(void)pause;
	(void)frame;
	(void)visit;
	(void)self;
	(void)err;
	return IPM_OK;
}
