/* SPDX-License-Identifier: MIT */
#include "subtypes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint8_t letter_of(struct ipm_json_ref remote)
{
	struct ipm_json_ref subtype = ipm_json_get(remote, "subtype");

	if (ipm_json_type(subtype) != IPM_JSON_STRING)
		return '-';
	if (ipm_json_equals(subtype, "proxy"))
		return 'x';
	if (ipm_json_equals(subtype, "promise"))
		return 'p';
	return ipm_json_equals(subtype, "generator") ? 'g' : '-';
}

/* A letter for each element of the list. */
static enum ipm_errc read_letters(struct target *t, struct ipm_str list, struct ipm_buf *ret,
				  struct ipm_error *err)
{
	struct ipm_json_ref result, each;
	enum ipm_errc rc;
	size_t n, i;

	ipm_buf_reset(&t->params);
	ipm_buf_cstr(&t->params, "{\"ownProperties\":true,\"objectId\":");
	ipm_json_put_string(&t->params, list);
	ipm_buf_byte(&t->params, '}');
	rc = target_call(t, "Runtime.getProperties", &result, err);
	if (rc)
		return rc;
	result = ipm_json_get(result, "result");
	n = ipm_json_size(result);
	each = ipm_json_first(result);
	for (i = 0; i < n; i++, each = ipm_json_next(each)) {
		struct ipm_str name = ipm_json_raw(ipm_json_get(each, "name"));

		/* Elements come first and in order; then the length. */
		if (name.len > 2 && name.data[1] >= '0' && name.data[1] <= '9')
			ipm_buf_byte(ret, letter_of(ipm_json_get(each, "value")));
	}
	return ipm_buf_status(ret, err);
}

enum ipm_errc subtypes_tell(struct walker *w, uint64_t count, struct ipm_error *err)
{
	struct ipm_buf list = IPM_BUF_INIT, letters = IPM_BUF_INIT, answer = IPM_BUF_INIT;
	struct ipm_buf number = IPM_BUF_INIT;
	struct ipm_json_ref result;
	enum ipm_errc rc;

	ipm_buf_printf(&number, "%" PRIu64, count);
	walker_begin(w, "function(n){return this.unknown(n)}");
	target_argument_str(w->target, ipm_buf_as_str(&number));
	rc = target_function_end(w->target, false, &result, err);
	if (!rc && !target_object_id(result, &list))
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "the walker gave no list");
	if (!rc)
		rc = read_letters(w->target, ipm_buf_as_str(&list), &letters, err);
	if (!rc && letters.len) {
		walker_begin(w, "function(t){return this.classify(t)}");
		target_argument_str(w->target, ipm_buf_as_str(&letters));
		rc = walker_end(w, &answer, err);
	}
	if (!w->target->gone)
		target_release_handles(w->target);
	ipm_buf_deinit(&list);
	ipm_buf_deinit(&letters);
	ipm_buf_deinit(&answer);
	ipm_buf_deinit(&number);
	return rc;
}
