/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <string.h>

#include "clock.h"

#define MAX_TOKENS ((size_t)4 << 20)

void target_deinit(struct target *t)
{
	ipm_buf_deinit(&t->params);
	ipm_buf_deinit(&t->reply);
	ipm_json_deinit(&t->json);
}

static enum ipm_errc refused(struct target *t, const char *method, struct ipm_json_ref text,
			     struct ipm_error *err)
{
	struct ipm_buf words = IPM_BUF_INIT;
	enum ipm_errc rc;
	size_t i;

	(void)t;
	ipm_json_string(text, &words);
	for (i = 0; i < words.len; i++)
		if (words.data[i] < 0x20)
			words.data[i] = ' ';
	rc = ipm_fail(err, IPM_ERR_NOT_FOUND, "%s: %.*s", method,
		      (int)(words.len < 160 ? words.len : 160),
		      words.data ? (const char *)words.data : "");
	ipm_buf_deinit(&words);
	return rc;
}

/* Until when a request that is sent now may take. */
static enum ipm_errc request_deadline(const struct target *t, const char *method, uint64_t *ret,
				      struct ipm_error *err)
{
	uint64_t now = ipm_monotonic_ns();

	if (t->gone)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "the target is gone");
	if (now >= t->deadline_ns)
		return ipm_fail(err, IPM_ERR_TIMEOUT, "no time left for %s", method);
	*ret = t->deadline_ns - now > t->timeout_ns ? now + t->timeout_ns : t->deadline_ns;
	return IPM_OK;
}

enum ipm_errc target_call(struct target *t, const char *method, struct ipm_json_ref *ret,
			  struct ipm_error *err)
{
	struct ipm_json_ref root, error;
	uint64_t deadline = 0;
	enum ipm_errc rc;

	rc = ipm_buf_status(&t->params, err);
	if (!rc)
		rc = request_deadline(t, method, &deadline, err);
	if (rc) {
		ipm_buf_reset(&t->params);
		return rc;
	}
	rc = t->channel->ops->call(t->channel, method, ipm_buf_as_str(&t->params), deadline,
				   &t->reply, err);
	ipm_buf_reset(&t->params);
	if (rc) {
		/* After a timeout the target is busy with us for ever: do not ask again. */
		t->gone = true;
		return ipm_error_context(err, rc, "%s", method);
	}
	rc = ipm_json_parse(&t->json, ipm_buf_as_str(&t->reply), MAX_TOKENS, err);
	if (rc == IPM_ERR_NO_MEMORY)
		return rc;
	if (rc)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "%s: the answer is no usable JSON", method);
	root = ipm_json_root(&t->json);
	error = ipm_json_get(root, "error");
	if (ipm_json_type(error) == IPM_JSON_OBJECT)
		return refused(t, method, ipm_json_get(error, "message"), err);
	*ret = ipm_json_get(root, "result");
	if (ipm_json_type(*ret) != IPM_JSON_OBJECT)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "%s: answer without a result", method);
	return IPM_OK;
}

void target_function_begin(struct target *t, struct ipm_str object_id, const char *declaration,
			   size_t declaration_len)
{
	ipm_buf_reset(&t->params);
	ipm_buf_printf(&t->params,
		       "{\"silent\":true,\"objectGroup\":\"%s\",\"objectId\":", t->group);
	ipm_json_put_string(&t->params, object_id);
	ipm_buf_cstr(&t->params, ",\"functionDeclaration\":");
	ipm_json_put_string(&t->params, (struct ipm_str){declaration, declaration_len});
	ipm_buf_cstr(&t->params, ",\"arguments\":[");
}

static void next_argument(struct target *t)
{
	if (t->params.len && t->params.data[t->params.len - 1] != '[')
		ipm_buf_byte(&t->params, ',');
}

void target_argument_str(struct target *t, struct ipm_str text)
{
	next_argument(t);
	ipm_buf_cstr(&t->params, "{\"value\":");
	ipm_json_put_string(&t->params, text);
	ipm_buf_byte(&t->params, '}');
}

void target_argument_object(struct target *t, struct ipm_str object_id)
{
	next_argument(t);
	if (!object_id.len) {
		ipm_buf_cstr(&t->params, "{}");
		return;
	}
	ipm_buf_cstr(&t->params, "{\"objectId\":");
	ipm_json_put_string(&t->params, object_id);
	ipm_buf_byte(&t->params, '}');
}

enum ipm_errc target_function_end(struct target *t, bool by_value, struct ipm_json_ref *ret,
				  struct ipm_error *err)
{
	struct ipm_json_ref result, details, thrown;
	enum ipm_errc rc;

	ipm_buf_cstr(&t->params, by_value ? "],\"returnByValue\":true}" : "]}");
	rc = target_call(t, "Runtime.callFunctionOn", &result, err);
	if (rc)
		return rc;
	details = ipm_json_get(result, "exceptionDetails");
	if (ipm_json_type(details) == IPM_JSON_OBJECT) {
		thrown = ipm_json_get(ipm_json_get(details, "exception"), "description");
		if (ipm_json_type(thrown) != IPM_JSON_STRING)
			thrown = ipm_json_get(details, "text");
		return refused(t, "Runtime.callFunctionOn", thrown, err);
	}
	*ret = ipm_json_get(result, "result");
	return IPM_OK;
}

enum ipm_errc target_step(struct target *t, uint64_t count, uint64_t chars, struct ipm_buf *ret,
			  struct ipm_error *err)
{
	uint64_t deadline = 0;
	enum ipm_errc rc;

	if (!t->channel->ops->step)
		return IPM_ERR_UNSUPPORTED;
	rc = request_deadline(t, "step", &deadline, err);
	return rc ? rc : t->channel->ops->step(t->channel, count, chars, deadline, ret, err);
}

void target_release_handles(struct target *t)
{
	struct ipm_json_ref ignored;
	struct ipm_error err;

	ipm_buf_reset(&t->params);
	ipm_buf_printf(&t->params, "{\"objectGroup\":\"%s\"}", t->group);
	if (target_call(t, "Runtime.releaseObjectGroup", &ignored, &err))
		return;
}

bool target_object_id(struct ipm_json_ref remote, struct ipm_buf *ret)
{
	ipm_buf_reset(ret);
	return ipm_json_string(ipm_json_get(remote, "objectId"), ret) && ret->len;
}
