/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVALUATE_H
#define IPM_EVALUATE_H

/* Between the two ways to have something computed: an expression, and callFunctionOn. */

#include "session.h"

/* The reply {"result": …, "exceptionDetails": …}, by value if the request says so. */
IPM_MUST_USE enum ipm_errc answer_evaluation(struct call *c, const struct ipm_eval_result *result,
					     struct ipm_error *err);
/* Pause, time limit and side effects as the request asks for. */
void evaluation_limits(struct call *c, struct ipm_eval_request *request);
bool request_has(struct ipm_str text, const char *part);

#endif
