/* SPDX-License-Identifier: MIT */
/* From a request's text to the method that answers it, and its reply's way back. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

/* JSON-RPC's numbers, as V8 uses them. */
enum {
	PARSE_ERROR = -32700,
	INVALID_REQUEST = -32600,
	METHOD_NOT_FOUND = -32601,
	INVALID_PARAMS = -32602,
	SERVER_ERROR = -32000,
};

enum {
	DEFAULT_MAX_REPLY = 256 << 20,
	QUICK_REPLY = 1 << 20,
	/* Node's own debugger does not join fragments: only what it will hardly ask for has any. */
	FIRST_PIECE = 8 << 20,
	NEXT_PIECE = 256 << 10,
};

enum ipm_errc call_error(struct call *c, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->error_message, sizeof(c->error_message), format, args);
	va_end(args);
	c->error_code = code;
	c->failed = true;
	return IPM_OK;
}

enum ipm_errc call_failed(struct call *c, enum ipm_errc code, struct ipm_error *err)
{
	if (code == IPM_ERR_NO_MEMORY)
		return code;
	/* Too long a reply: send_reply() says so. */
	if (!ipm_buf_ok(&c->result) || c->r->gave_up)
		return IPM_OK;
	return call_error(c, SERVER_ERROR, "The crash file cannot answer this: %s", err->message);
}

void event_begin(struct call *c, struct ipm_buf *text, const char *method)
{
	ipm_message_begin(text, c->r->reply_limit);
	ipm_buf_printf(text, "{\"method\":\"%s\",\"params\":", method);
}

enum ipm_errc event_send(struct call *c, struct ipm_outbox *box, struct ipm_buf *text,
			 struct ipm_error *err)
{
	enum ipm_errc code;

	ipm_buf_byte(text, '}');
	code = ipm_outbox_add(box, text, false, err);
	if (box->bytes > QUICK_REPLY)
		out_of_patience(c);
	return code;
}

bool out_of_patience(struct call *c)
{
	c->r->gave_up = c->r->gave_up || c->r->quick;
	return c->r->gave_up;
}

void call_breathe(struct call *c)
{
	struct ipm_buf piece;

	c->whole_until = c->result.len;
	if (!c->out->drain || !ipm_buf_ok(&c->result) ||
	    c->result.len <
		    (c->flushed && c->r->piece_bytes > NEXT_PIECE ? NEXT_PIECE : c->r->piece_bytes))
		return;
	piece = c->result;
	ipm_message_begin(&c->result, c->r->reply_limit);
	c->whole_until = c->result.len;
	c->flushed = true;
	c->flush_code = ipm_outbox_add(c->out, &piece, true, &c->flush_error);
	/* Nobody wants the rest: appending to it fails from now on. */
	if (c->flush_code)
		c->result.failed = true;
}

static void between_properties(void *self, struct ipm_buf *out)
{
	struct call *c = self;

	if (out == &c->result)
		call_breathe(c);
}

void string_param_into(struct call *c, const char *name, struct ipm_buf *out)
{
	ipm_json_string(ipm_json_get(c->params, name), out);
}

struct ipm_str string_param(struct call *c, const char *name)
{
	ipm_buf_reset(&c->r->text);
	string_param_into(c, name, &c->r->text);
	return ipm_buf_as_str(&c->r->text);
}

static bool digits(struct ipm_str *str, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < str->len && str->data[i] >= '0' && str->data[i] <= '9'; i++) {
		unsigned digit = (unsigned)(str->data[i] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (!i)
		return false;
	str->data += i;
	str->len -= i;
	*ret = value;
	return true;
}

static bool skip_char(struct ipm_str *str, char c)
{
	if (!str->len || str->data[0] != c)
		return false;
	str->data++;
	str->len--;
	return true;
}

enum id_kind check_id(const struct ipm_replay *r, struct ipm_str id, uint64_t *ret_number)
{
	size_t length = strlen(r->prefix);
	uint64_t ignored;

	if (id.len > length && !memcmp(id.data, r->prefix, length)) {
		id.data += length;
		id.len -= length;
		if (!digits(&id, ret_number) || (id.len && id.data[0] != ':'))
			return ID_INVALID;
		return ID_OK;
	}
	skip_char(&id, '-');
	if (digits(&id, &ignored) && skip_char(&id, '.') && digits(&id, &ignored) &&
	    skip_char(&id, '.') && digits(&id, &ignored) && !id.len)
		return ID_OTHER_CONTEXT;
	return ID_INVALID;
}

bool object_id_param(struct call *c, uint64_t *ret)
{
	switch (check_id(c->r, string_param(c, "objectId"), ret)) {
	case ID_OK:
		return true;
	case ID_OTHER_CONTEXT:
		call_error(c, SERVER_ERROR, "Cannot find context with specified id");
		return false;
	default:
		call_error(c, SERVER_ERROR, "Invalid remote object id");
		return false;
	}
}

bool call_frame_param(struct call *c, size_t *ret)
{
	uint64_t number = 0;

	switch (check_id(c->r, string_param(c, "callFrameId"), &number)) {
	case ID_OK:
		if (c->r->pause && number < c->r->pause->frame_count) {
			*ret = (size_t)number;
			return true;
		}
		call_error(c, SERVER_ERROR, "Could not find call frame with given id");
		return false;
	case ID_OTHER_CONTEXT:
		call_error(c, SERVER_ERROR, "Cannot find context with specified id");
		return false;
	default:
		call_error(c, SERVER_ERROR, "Invalid call frame id");
		return false;
	}
}

static const struct domain *find_domain(struct ipm_str name)
{
	const struct domain *const *domain;

	for (domain = all_domains; *domain; domain++)
		if (strlen((*domain)->name) == name.len &&
		    !memcmp((*domain)->name, name.data, name.len))
			return *domain;
	return NULL;
}

static const struct method *find_method(struct ipm_str full)
{
	const char *dot = full.len ? memchr(full.data, '.', full.len) : NULL;
	const struct domain *domain;
	const struct method *method;
	struct ipm_str name;

	if (!dot)
		return NULL;
	domain = find_domain((struct ipm_str){full.data, (size_t)(dot - full.data)});
	if (!domain)
		return NULL;
	name = (struct ipm_str){dot + 1, full.len - (size_t)(dot + 1 - full.data)};
	for (method = domain->methods; method->name; method++)
		if (strlen(method->name) == name.len && !memcmp(method->name, name.data, name.len))
			return method;
	return NULL;
}

/* The reply's text, from what the method left in the call. */
static enum ipm_errc send_reply(struct call *c, bool has_id, struct ipm_error *err)
{
	bool too_long = !c->failed && !ipm_buf_ok(&c->result);

	if (c->flush_code) {
		*err = c->flush_error;
		return c->flush_code;
	}
	if (too_long)
		call_error(c, SERVER_ERROR, "The reply is longer than %zu bytes",
			   c->r->reply_limit);
	if (c->failed && c->flushed)
		return ipm_fail(err, IPM_ERR_LIMIT, "%s", c->error_message);
	if (c->failed) {
		struct ipm_buf *b = &c->result;

		ipm_buf_deinit(b);
		ipm_message_begin(b, 0);
		ipm_buf_byte(b, '{');
		if (has_id)
			ipm_buf_printf(b, "\"id\":%lld,", (long long)c->id);
		ipm_buf_printf(b, "\"error\":{\"code\":%d,\"message\":", c->error_code);
		ipm_json_put_string(b,
				    (struct ipm_str){c->error_message, strlen(c->error_message)});
		if (c->error_data[0]) {
			ipm_buf_cstr(b, ",\"data\":");
			ipm_json_put_string(b,
					    (struct ipm_str){c->error_data, strlen(c->error_data)});
		}
		ipm_buf_cstr(b, "}}");
	} else {
		if (!c->flushed && c->result.len == c->result_start)
			ipm_buf_cstr(&c->result, "{}");
		ipm_buf_byte(&c->result, '}');
	}
	return ipm_outbox_add(c->out, &c->result, false, err);
}

static enum ipm_errc run_method(struct call *c, struct ipm_str name, struct ipm_error *err)
{
	const struct method *method = find_method(name);

	if (!method)
		return call_error(c, METHOD_NOT_FOUND, "'%.*s' wasn't found",
				  (int)(name.len > 200 ? 200 : name.len), name.data);
	if (!check_params(method->params, c->params, c->error_data, sizeof(c->error_data)))
		return call_error(c, INVALID_PARAMS, "Invalid parameters");
	return method->run ? method->run(c, err) : IPM_OK;
}

static enum ipm_errc handle_parsed(struct call *c, struct ipm_error *err)
{
	struct ipm_json_ref root = ipm_json_root(&c->r->request);
	struct ipm_json_ref id = ipm_json_get(root, "id");
	double number = ipm_json_double(id, 0.5);
	struct ipm_buf name = IPM_BUF_INIT;
	enum ipm_errc code;

	if (number != trunc(number) || number < INT32_MIN || number > INT32_MAX) {
		call_error(c, INVALID_REQUEST, "Message must have integer 'id' property");
		return send_reply(c, false, err);
	}
	c->id = (int64_t)number;
	c->params = ipm_json_get(root, "params");
	ipm_message_begin(&c->result, c->r->reply_limit);
	ipm_buf_printf(&c->result, "{\"id\":%lld,\"result\":", (long long)c->id);
	c->result_start = c->result.len;
	if (!ipm_json_string(ipm_json_get(root, "method"), &name)) {
		call_error(c, INVALID_REQUEST, "Message must have string 'method' property");
		code = IPM_OK;
	} else {
		code = ipm_buf_status(&name, err);
		if (!code)
			code = run_method(c, ipm_buf_as_str(&name), err);
	}
	ipm_buf_deinit(&name);
	if (code == IPM_ERR_LIMIT || !ipm_buf_ok(&c->result))
		out_of_patience(c);
	if (!code && !c->r->gave_up)
		code = send_reply(c, true, err);
	if (!code)
		ipm_outbox_move(&c->after, c->out);
	if (!code && c->out->drain)
		code = c->out->drain(c->out, c->out->drain_self, err);
	ipm_outbox_deinit(&c->after);
	ipm_buf_deinit(&c->result);
	return code;
}

static enum ipm_errc handle(struct ipm_replay *r, struct ipm_str request, struct ipm_outbox *out,
			    struct ipm_error *err)
{
	struct call c = {.r = r, .out = out};
	struct ipm_error why = {0};
	enum ipm_errc code = ipm_json_parse(&r->request, request, MAX_REQUEST_TOKENS, &why);

	if (code == IPM_ERR_NO_MEMORY) {
		if (err)
			*err = why;
		return code;
	}
	if (code == IPM_ERR_LIMIT) {
		call_error(&c, PARSE_ERROR, "Message is too complex: %s", why.message);
		return send_reply(&c, false, err);
	}
	if (code || ipm_json_type(ipm_json_root(&r->request)) != IPM_JSON_OBJECT) {
		call_error(&c, PARSE_ERROR, "Message must be a valid JSON");
		return send_reply(&c, false, err);
	}
	r->cdp.between = between_properties;
	r->cdp.between_self = &c;
	code = handle_parsed(&c, err);
	r->cdp.between = NULL;
	return code;
}

enum ipm_errc ipm_replay_handle(struct ipm_replay *r, struct ipm_str request,
				struct ipm_outbox *out, struct ipm_error *err)
{
	r->quick = r->gave_up = false;
	r->reply_limit = r->max_reply_bytes;
	return handle(r, request, out, err);
}

enum ipm_errc ipm_replay_try(struct ipm_replay *r, struct ipm_str request, struct ipm_outbox *out,
			     bool *ret_slow, struct ipm_error *err)
{
	const bool debugger = r->debugger_enabled, runtime = r->runtime_enabled;
	const uint64_t exceptions = r->exceptions;
	struct ipm_outbox made = {0};
	enum ipm_errc code;

	r->quick = true;
	r->gave_up = false;
	r->reply_limit = r->max_reply_bytes < QUICK_REPLY ? r->max_reply_bytes : QUICK_REPLY;
	code = handle(r, request, &made, err);
	*ret_slow = r->gave_up;
	if (r->gave_up) {
		r->debugger_enabled = debugger;
		r->runtime_enabled = runtime;
		r->exceptions = exceptions;
		code = IPM_OK;
	} else if (!code)
		ipm_outbox_move(&made, out);
	ipm_outbox_deinit(&made);
	return code;
}

/* V8's ids begin with 64 random bits per process; ours come from the file's own random bits. */
static void name_session(struct ipm_replay *r, uint64_t session, const char *isolate)
{
	const struct ipm_file_info *info = ipm_reader_info(r->reader);
	uint64_t high = 0, low = 0;
	size_t i;

	for (i = 0; i < 8; i++) {
		high = high << 8 | info->uuid[i];
		low = low << 8 | info->uuid[8 + i];
	}
	high = (high ^ session * UINT64_C(0x9e3779b97f4a7c15)) & INT64_MAX;
	low &= INT64_MAX;
	if (isolate)
		snprintf(r->prefix, sizeof(r->prefix), "%s.1.", isolate);
	else
		snprintf(r->prefix, sizeof(r->prefix), "%llu.1.", (unsigned long long)high);
	snprintf(r->isolate, sizeof(r->isolate), "%llx", (unsigned long long)(low | 1));
	snprintf(r->unique_id, sizeof(r->unique_id), "%llu.%llu", (unsigned long long)high,
		 (unsigned long long)low);
	r->cdp.object_id_prefix = r->prefix;
}

enum ipm_errc ipm_replay_create(const struct ipm_replay_options *opts, struct ipm_replay **ret,
				struct ipm_error *err)
{
	struct ipm_replay *r = calloc(1, sizeof(*r));
	enum ipm_errc code;

	if (!r)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for a session");
	r->reader = opts->reader;
	r->pause_index = opts->pause;
	r->max_reply_bytes = opts->max_reply_bytes ? opts->max_reply_bytes : DEFAULT_MAX_REPLY;
	r->piece_bytes = opts->piece_bytes ? opts->piece_bytes : FIRST_PIECE;
	if (opts->pause || ipm_reader_info(r->reader)->pauses) {
		code = ipm_reader_pause(r->reader, opts->pause, &r->pause, err);
		if (code)
			goto fail;
	}
	code = ipm_evaluator_create(r->reader, NULL, &r->evaluator, err);
	if (code)
		goto fail;
	r->heap = ipm_evaluator_heap(r->evaluator);
	r->cdp.heap = r->heap;
	name_session(r, opts->session, opts->isolate);
	*ret = r;
	return IPM_OK;
fail:
	ipm_replay_destroy(r);
	return code;
}

void ipm_replay_destroy(struct ipm_replay *r)
{
	if (!r)
		return;
	ipm_evaluator_destroy(r->evaluator);
	ipm_json_deinit(&r->request);
	ipm_buf_deinit(&r->text);
	ipm_buf_deinit(&r->last_text);
	free(r);
}
