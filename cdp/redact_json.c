/* SPDX-License-Identifier: MIT */
#include "redact_json.h"

#include "json.h"

#define MAX_DEPTH 64

/* An open container on the way down. */
struct level {
	struct ipm_json_ref next;
	size_t left;
	bool object;
	bool secret;
};

static bool is_secret(struct redaction *r, bool secret_place, struct ipm_json_ref ref,
		      struct ipm_buf *scratch)
{
	ipm_buf_reset(scratch);
	if (!ipm_json_string(ref, scratch) || !scratch->len)
		return false;
	return secret_place || redact_text(ipm_buf_as_str(scratch)) ||
	       redaction_knows(r, ipm_buf_as_str(scratch));
}

static void put_value(struct redaction *r, bool secret, struct ipm_json_ref ref,
		      struct ipm_buf *scratch, struct ipm_buf *ret)
{
	if (r->on && ipm_json_type(ref) == IPM_JSON_STRING && is_secret(r, secret, ref, scratch)) {
		ipm_buf_cstr(ret, "\"[redacted]\"");
		r->count++;
	} else {
		ipm_buf_str(ret, ipm_json_raw(ref));
	}
}

static void open_level(struct level *level, struct ipm_json_ref ref, bool secret,
		       struct ipm_buf *ret)
{
	level->object = ipm_json_type(ref) == IPM_JSON_OBJECT;
	level->next = ipm_json_first(ref);
	level->left = ipm_json_size(ref);
	level->secret = secret;
	ipm_buf_byte(ret, level->object ? '{' : '[');
}

static bool is_container(struct ipm_json_ref ref)
{
	return ipm_json_type(ref) == IPM_JSON_OBJECT || ipm_json_type(ref) == IPM_JSON_ARRAY;
}

static void copy(struct redaction *r, struct ipm_json_ref root, const char *leave_out,
		 struct ipm_buf *scratch, struct ipm_buf *ret)
{
	struct level levels[MAX_DEPTH];
	size_t depth = 0;

	if (!is_container(root)) {
		put_value(r, false, root, scratch, ret);
		return;
	}
	open_level(&levels[0], root, false, ret);
	for (;;) {
		struct level *level = &levels[depth];
		struct ipm_json_ref value = level->next;
		bool secret = level->secret;
		uint8_t last = ret->len ? ret->data[ret->len - 1] : 0;

		if (!level->left) {
			ipm_buf_byte(ret, level->object ? '}' : ']');
			if (!depth--)
				return;
			continue;
		}
		level->left--;
		level->next = ipm_json_next(level->next);
		if (level->object) {
			struct ipm_json_ref name = value;

			value = ipm_json_value(name);
			if (leave_out && ipm_json_equals(name, leave_out))
				continue;
			if (last != '{' && last != '[')
				ipm_buf_byte(ret, ',');
			ipm_buf_str(ret, ipm_json_raw(name));
			ipm_buf_byte(ret, ':');
			ipm_buf_reset(scratch);
			if (ipm_json_string(name, scratch))
				secret = secret || redact_name(ipm_buf_as_str(scratch));
		} else if (last != '[') {
			ipm_buf_byte(ret, ',');
		}
		if (is_container(value) && depth + 1 < MAX_DEPTH)
			open_level(&levels[++depth], value, secret, ret);
		else
			put_value(r, secret, value, scratch, ret);
	}
}

enum ipm_errc redact_json(struct redaction *r, struct ipm_str text, const char *leave_out,
			  struct ipm_buf *ret, struct ipm_error *err)
{
	struct ipm_json json = {0};
	struct ipm_buf scratch = IPM_BUF_INIT;
	enum ipm_errc rc;

	rc = ipm_json_parse(&json, text, 0, err);
	if (!rc) {
		copy(r, ipm_json_root(&json), leave_out, &scratch, ret);
		rc = ipm_buf_status(ret, err);
	}
	ipm_buf_deinit(&scratch);
	ipm_json_deinit(&json);
	return rc;
}
