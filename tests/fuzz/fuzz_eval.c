/* SPDX-License-Identifier: MIT */
/* Expressions, evaluated in the frame of a small crash file within tight limits. */
#include <check.h>
#include <stdlib.h>

/* The sample's checks, where no Check runs. */
#undef ck_assert_int_eq
#undef ck_assert_int_ge
#undef ck_assert
#define ck_assert(what)	       ((what) ? (void)0 : abort())
#define ck_assert_int_eq(a, b) ck_assert((a) == (b))
#define ck_assert_int_ge(a, b) ck_assert((a) >= (b))

#include "eval.h"
#include "json.h"
#include "remote_object.h"
#include "sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ipm_reader *shared_reader(void)
{
	static struct ipm_reader *reader;
	static struct ipm_buf bytes;
	struct ipm_error err;

	if (!reader) {
		make_sample(&bytes, 60, 0);
		if (open_bytes(ipm_buf_bytes(&bytes), NULL, &reader, &err))
			abort();
	}
	return reader;
}

/* Whatever comes out can be shown, and is JSON when it says so. */
static void check_result(struct ipm_evaluator *ev, const struct ipm_value *value)
{
	struct ipm_cdp cdp = {.heap = ipm_evaluator_heap(ev), .object_id_prefix = "1."};
	struct ipm_buf out = IPM_BUF_INIT;
	struct ipm_json json = {0};
	bool unserializable;
	struct ipm_error err;

	if (ipm_cdp_remote_object(&cdp, value, IPM_CDP_PREVIEW, &out, &err) ||
	    ipm_json_parse(&json, ipm_buf_as_str(&out), 0, &err))
		abort();
	ipm_buf_reset(&out);
	if (!ipm_eval_value_to_json(ev, value, &out, &unserializable, &err) && !unserializable &&
	    ipm_json_parse(&json, ipm_buf_as_str(&out), 0, &err))
		abort();
	ipm_json_deinit(&json);
	ipm_buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipm_eval_request req = {
		.expression = {(const char *)data, size},
		.timeout_ms = 200,
		.max_steps = 100000,
		.max_bytes = 4 << 20,
	};
	struct ipm_evaluator_options opts = {.max_kept_bytes = 4 << 20};
	struct ipm_eval_result result;
	struct ipm_evaluator *ev;
	struct ipm_error err;

	if (size > 65536)
		return 0;
	if (ipm_evaluator_create(shared_reader(), &opts, &ev, &err))
		abort();
	if (ipm_eval(ev, &req, &result, &err))
		abort();
	check_result(ev, &result.value);
	if (ipm_eval_compile(ev, req.expression, (struct ipm_str){NULL, 0}, &result, &err))
		abort();
	ipm_evaluator_destroy(ev);
	return 0;
}
