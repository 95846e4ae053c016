/* SPDX-License-Identifier: MIT */
#ifndef IPM_JSON_H
#define IPM_JSON_H

/*
 * JSON text in and out. Reading: one pass into a flat array of tokens, strict (RFC 8259), without
 * recursion, linear in the text whatever it holds; lone surrogates, escaped or not, survive as
 * WTF-8. Strings are checked at once and decoded when asked for. Writing: straight into a buffer.
 */

#include <stdbool.h>

#include "buf.h"
#include "ipm_base.h"

struct ipm_json_token;

/* A parsed document over text that outlives it. Zeroed: empty. Reusable: tokens are kept. */
struct ipm_json {
	struct ipm_str text;
	struct ipm_json_token *tokens;
	size_t token_count;
	size_t token_capacity;
};

/* A place in a document; index SIZE_MAX: nothing there. */
struct ipm_json_ref {
	const struct ipm_json *json;
	size_t index;
};

enum ipm_json_type {
	IPM_JSON_NONE, /* absent */
	IPM_JSON_NULL,
	IPM_JSON_BOOLEAN,
	IPM_JSON_NUMBER,
	IPM_JSON_STRING,
	IPM_JSON_ARRAY,
	IPM_JSON_OBJECT,
};

/*
 * IPM_ERR_BAD_DATA with the offset in the message; IPM_ERR_LIMIT past `max_tokens` (0: 1 Mi), depth
 * 512 or 4 GiB of text. After a failure the document is empty.
 */
IPM_MUST_USE enum ipm_errc ipm_json_parse(struct ipm_json *json, struct ipm_str text,
					  size_t max_tokens, struct ipm_error *err);
void ipm_json_deinit(struct ipm_json *json);

struct ipm_json_ref ipm_json_root(const struct ipm_json *json);
enum ipm_json_type ipm_json_type(struct ipm_json_ref ref);
/* Members by name (the first of that name) and elements by walking; absent gives IPM_JSON_NONE. */
struct ipm_json_ref ipm_json_get(struct ipm_json_ref object, const char *name);
size_t ipm_json_size(struct ipm_json_ref ref); /* members or elements */
struct ipm_json_ref
ipm_json_first(struct ipm_json_ref container); /* first element, or first member's name */
struct ipm_json_ref
ipm_json_next(struct ipm_json_ref ref); /* next sibling element, or next member's name */
struct ipm_json_ref ipm_json_value(struct ipm_json_ref name); /* a member's value */

/* With a fallback when absent or of another type. */
bool ipm_json_bool(struct ipm_json_ref ref, bool fallback);
int64_t ipm_json_int(struct ipm_json_ref ref, int64_t fallback);
double ipm_json_double(struct ipm_json_ref ref, double fallback);
/* The raw text of any value, quotes included for strings. */
struct ipm_str ipm_json_raw(struct ipm_json_ref ref);
/* Compares a string (escapes decoded) with a literal. */
bool ipm_json_equals(struct ipm_json_ref ref, const char *literal);
/* Appends a string's decoded WTF-8. False when it is not a string. */
bool ipm_json_string(struct ipm_json_ref ref, struct ipm_buf *out);

/* Writing. Strings are WTF-8 in; out comes pure ASCII-safe JSON: lone surrogates as \udXXX, other text as UTF-8. */
void ipm_json_put_string(struct ipm_buf *out, struct ipm_str str);
/* The inside of a string, without quotes. */
void ipm_json_put_escaped(struct ipm_buf *out, struct ipm_str str);
/* As JavaScript prints it; NaN and infinities, which JSON lacks, become null. */
void ipm_json_put_double(struct ipm_buf *out, double number);
/* `"name":` with a comma before it unless it is the first in its object; needs no escaping. */
void ipm_json_put_name(struct ipm_buf *out, const char *name);

/* Decimal digits; printf is what costs most where a million objects are written. */
void ipm_put_uint(struct ipm_buf *out, uint64_t number);
void ipm_put_int(struct ipm_buf *out, int64_t number);

/* As JavaScript's String(number): shortest digits that read back the same. */
void ipm_put_js_number(struct ipm_buf *out, double number);

#endif
