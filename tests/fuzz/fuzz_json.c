/* SPDX-License-Identifier: MIT */
/* The JSON reader: what it accepts it must be able to walk, decode, write and read again. */
#include <stdlib.h>
#include <string.h>

#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes what was parsed, by walking it; no recursion, as everywhere. */
static void write_again(const struct ipm_json *json, struct ipm_buf *out)
{
	struct ipm_json_ref stack[600], at = ipm_json_root(json);
	struct ipm_buf text = IPM_BUF_INIT;
	size_t depth = 0;
	bool named = false;

	for (;;) {
		enum ipm_json_type type;
		struct ipm_json_ref value = at;

		if (named) {
			ipm_buf_reset(&text);
			(void)ipm_json_string(at, &text);
			ipm_json_put_string(out, ipm_buf_as_str(&text));
			ipm_buf_byte(out, ':');
			value = ipm_json_value(at);
		}
		type = ipm_json_type(value);
		if (type == IPM_JSON_OBJECT || type == IPM_JSON_ARRAY) {
			ipm_buf_byte(out, type == IPM_JSON_OBJECT ? '{' : '[');
			stack[depth++] = at;
			at = ipm_json_first(value);
			named = type == IPM_JSON_OBJECT;
		} else if (type == IPM_JSON_STRING) {
			ipm_buf_reset(&text);
			(void)ipm_json_string(value, &text);
			ipm_json_put_string(out, ipm_buf_as_str(&text));
			at = ipm_json_next(at);
		} else {
			(void)ipm_json_int(value, 0);
			(void)ipm_json_double(value, 0);
			ipm_buf_str(out, ipm_json_raw(value));
			at = ipm_json_next(at);
		}
		while (ipm_json_type(at) == IPM_JSON_NONE) {
			struct ipm_json_ref outer;

			if (!depth)
				goto out;
			ipm_buf_byte(out, named ? '}' : ']');
			at = stack[--depth];
			outer = depth ? stack[depth - 1] : at;
			if (depth && ipm_json_type(ipm_json_value(outer)) != IPM_JSON_NONE)
				outer = ipm_json_value(outer);
			named = depth && ipm_json_type(outer) == IPM_JSON_OBJECT;
			at = depth ? ipm_json_next(at) : (struct ipm_json_ref){json, SIZE_MAX};
			if (!depth)
				goto out;
			if (ipm_json_type(at) != IPM_JSON_NONE)
				ipm_buf_byte(out, ',');
		}
		if (out->len && out->data[out->len - 1] != '{' && out->data[out->len - 1] != '[' &&
		    out->data[out->len - 1] != ',')
			ipm_buf_byte(out, ',');
	}
out:
	ipm_buf_deinit(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipm_buf first = IPM_BUF_INIT, second = IPM_BUF_INIT;
	struct ipm_json json = {0};
	struct ipm_error err;

	if (ipm_json_parse(&json, (struct ipm_str){(const char *)data, size}, 0, &err) == IPM_OK) {
		write_again(&json, &first);
		if (ipm_json_parse(&json, ipm_buf_as_str(&first), 0, &err) != IPM_OK)
			abort();
		write_again(&json, &second);
		if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
			abort();
	}
	ipm_json_deinit(&json);
	ipm_buf_deinit(&first);
	ipm_buf_deinit(&second);
	return 0;
}
