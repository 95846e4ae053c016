/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "import_internal.h"
#include "remote_object.h"
#include "sequence.h"
#include "wtf8.h"

/* RemoteObjects and property descriptors back into records. */

#define SAFE_INTEGER 9007199254740991.0

struct ipm_str import_str(struct import *im, struct ipm_json_ref ref)
{
	char *copy;

	ipm_buf_reset(&im->scratch);
	if (!ipm_json_string(ref, &im->scratch) || !im->scratch.len)
		return (struct ipm_str){"", 0};
	copy = import_alloc(&im->pool, im->scratch.len, 1);
	if (!copy || !ipm_buf_ok(&im->scratch)) {
		im->pool.failed = true;
		return (struct ipm_str){"", 0};
	}
	memcpy(copy, im->scratch.data, im->scratch.len);
	return (struct ipm_str){copy, im->scratch.len};
}

static bool ends_with(struct ipm_str str, const char *end)
{
	size_t n = strlen(end);

	return str.len >= n && !memcmp(str.data + str.len - n, end, n);
}

/* "… <123 more not captured>" at the end tells of a string that was cut. */
static void undo_cut(struct ipm_text *text)
{
	static const char mark[] = "\xE2\x80\xA6 <", end[] = " more not captured>";
	struct ipm_str str = text->str;
	size_t at, digits = 0, scale = 1;
	uint64_t more = 0;

	if (!ends_with(str, end))
		return;
	for (at = str.len - strlen(end);
	     at && str.data[at - 1] >= '0' && str.data[at - 1] <= '9' && digits < 18; at--) {
		more += (uint64_t)(str.data[at - 1] - '0') * scale;
		scale *= 10;
		digits++;
	}
	str.len = at;
	if (!digits || !ends_with(str, mark))
		return;
	text->str.len = at - strlen(mark);
	text->length = ipm_wtf8_units(text->str) + more;
}

struct ipm_text import_text(struct import *im, struct ipm_json_ref ref)
{
	struct ipm_text text = {.str = import_str(im, ref)};

	text.length = ipm_wtf8_units(text.str);
	return text;
}

static void set_number(struct ipm_value *ret, double number)
{
	*ret = (struct ipm_value){.type = IPM_VALUE_NUMBER, .number = number};
	if (fabs(number) <= SAFE_INTEGER && number == trunc(number) &&
	    !(number == 0 && signbit(number))) {
		ret->type = IPM_VALUE_INTEGER;
		ret->integer = (int64_t)number;
	}
}

static void import_js_number(struct ipm_json_ref remote, struct ipm_value *ret)
{
	struct ipm_json_ref special = ipm_json_get(remote, "unserializableValue");

	if (ipm_json_equals(special, "-0"))
		set_number(ret, -0.0);
	else if (ipm_json_equals(special, "Infinity"))
		set_number(ret, (double)INFINITY);
	else if (ipm_json_equals(special, "-Infinity"))
		set_number(ret, -(double)INFINITY);
	else if (ipm_json_type(special) == IPM_JSON_STRING)
		set_number(ret, (double)NAN);
	else
		set_number(ret, ipm_json_double(ipm_json_get(remote, "value"), 0));
}

static bool take(struct ipm_str *str, const char *word)
{
	size_t n = strlen(word);

	if (str->len < n || memcmp(str->data, word, n) != 0)
		return false;
	str->data += n;
	str->len -= n;
	return true;
}

/* ", length 12>" or ">" */
static void take_length(struct ipm_str rest, struct ipm_value *ret)
{
	size_t i;

	if (!take(&rest, ", length "))
		return;
	for (i = 0; i < rest.len && rest.data[i] >= '0' && rest.data[i] <= '9' && i < 18; i++)
		ret->omitted.size = ret->omitted.size * 10 + (uint64_t)(rest.data[i] - '0');
}

/* Past the words of a reason; NONE when there are none. */
enum ipm_reason import_reason(struct ipm_str *text)
{
	int reason;

	for (reason = 1; reason < IPM_REASON_COUNT; reason++)
		if (take(text, ipm_reason_text((enum ipm_reason)reason)))
			return (enum ipm_reason)reason;
	return IPM_REASON_NONE;
}

/* What ipm_cdp_description() says of values that are not there, read back. */
static bool import_omitted(struct ipm_str text, struct ipm_value *ret)
{
	struct ipm_str rest = text;
	size_t i;

	*ret = (struct ipm_value){.type = IPM_VALUE_OMITTED};
	if (take(&rest, "<not captured: ")) {
		ret->omitted.reason = import_reason(&rest);
		take_length(rest, ret);
		return true;
	}
	if (!take(&rest, "<"))
		return false;
	ret->omitted.reason = import_reason(&rest);
	if (ret->omitted.reason == IPM_REASON_REDACTED && take(&rest, " ")) {
		for (i = 0; i < rest.len && rest.data[i] != ',' && rest.data[i] != '>'; i++)
			;
		ret->omitted.type_name = (struct ipm_str){rest.data, i};
		rest.data += i;
		rest.len -= i;
	}
	take_length(rest, ret);
	return ret->omitted.reason != IPM_REASON_NONE;
}

static enum ipm_errc import_reference(struct import *im, struct ipm_json_ref remote,
				      struct ipm_value *ret)
{
	uint32_t number;
	enum ipm_errc rc = import_number(im, remote, &number);

	if (rc)
		return rc;
	if (number) {
		*ret = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = number};
		return IPM_OK;
	}
	if (!import_omitted(import_str(im, ipm_json_get(remote, "description")), ret))
		ret->omitted.reason = IPM_REASON_GONE; /* V8 gave it no id */
	return IPM_OK;
}

static void import_bigint(struct import *im, struct ipm_json_ref remote, struct ipm_value *ret)
{
	struct ipm_text digits = import_text(im, ipm_json_get(remote, "unserializableValue"));

	if (digits.str.len && digits.str.data[digits.str.len - 1] == 'n') {
		digits.str.len--;
		digits.length--;
	}
	*ret = (struct ipm_value){.type = IPM_VALUE_BIGINT, .string = digits};
}

enum ipm_errc import_value(struct import *im, struct ipm_json_ref remote, struct ipm_value *ret)
{
	struct ipm_json_ref type = ipm_json_get(remote, "type");

	*ret = (struct ipm_value){.type = IPM_VALUE_UNDEFINED};
	if (ipm_json_equals(type, "number")) {
		import_js_number(remote, ret);
	} else if (ipm_json_equals(type, "string")) {
		ret->type = IPM_VALUE_STRING;
		ret->string = import_text(im, ipm_json_get(remote, "value"));
		undo_cut(&ret->string);
	} else if (ipm_json_equals(type, "boolean")) {
		ret->type = IPM_VALUE_BOOLEAN;
		ret->boolean = ipm_json_bool(ipm_json_get(remote, "value"), false);
	} else if (ipm_json_equals(type, "bigint")) {
		import_bigint(im, remote, ret);
	} else if (ipm_json_equals(ipm_json_get(remote, "subtype"), "null")) {
		ret->type = IPM_VALUE_NULL;
	} else if (ipm_json_type(type) == IPM_JSON_STRING && !ipm_json_equals(type, "undefined")) {
		return import_reference(im, remote, ret);
	}
	return IPM_OK;
}

struct ipm_location import_location(struct ipm_json_ref ref)
{
	struct ipm_location location = {.column = -1};
	struct ipm_json_ref id = ipm_json_get(ref, "scriptId");
	char digits[24];
	struct ipm_buf buf = ipm_buf_over(digits, sizeof(digits) - 1);

	if (ipm_json_string(id, &buf) && ipm_buf_ok(&buf)) {
		digits[buf.len] = '\0';
		location.script_id = strtoull(digits, NULL, 10);
	}
	location.line = ipm_json_int(ipm_json_get(ref, "lineNumber"), 0);
	location.column = ipm_json_int(ipm_json_get(ref, "columnNumber"), -1);
	return location;
}

static enum ipm_errc import_function_id(struct import *im, struct ipm_json_ref remote,
					uint64_t *ret)
{
	uint32_t number;
	enum ipm_errc rc = import_number(im, remote, &number);

	*ret = rc ? 0 : number;
	return rc;
}

enum ipm_errc import_property(struct import *im, struct ipm_json_ref descriptor,
			      struct ipm_property *ret, bool *ret_own)
{
	struct ipm_json_ref value = ipm_json_get(descriptor, "value"),
			    get = ipm_json_get(descriptor, "get"),
			    set = ipm_json_get(descriptor, "set"),
			    symbol = ipm_json_get(descriptor, "symbol");
	uint64_t symbol_id = 0;
	enum ipm_errc rc = IPM_OK;

	*ret = (struct ipm_property){0};
	*ret_own = ipm_json_bool(ipm_json_get(descriptor, "isOwn"), true);
	if (!*ret_own)
		return IPM_OK;
	ret->name = import_str(im, ipm_json_get(descriptor, "name"));
	if (ipm_json_bool(ipm_json_get(descriptor, "enumerable"), true))
		ret->flags |= IPM_PROPERTY_ENUMERABLE;
	if (ipm_json_bool(ipm_json_get(descriptor, "configurable"), true))
		ret->flags |= IPM_PROPERTY_CONFIGURABLE;
	if (ipm_json_type(value) == IPM_JSON_OBJECT) {
		if (ipm_json_bool(ipm_json_get(descriptor, "writable"), true))
			ret->flags |= IPM_PROPERTY_WRITABLE;
		rc = import_value(im, value, &ret->value);
	} else if (ipm_json_type(get) == IPM_JSON_OBJECT || ipm_json_type(set) == IPM_JSON_OBJECT) {
		ret->value.type = IPM_VALUE_ACCESSOR;
		rc = import_function_id(im, get, &ret->value.accessor.get);
		if (!rc)
			rc = import_function_id(im, set, &ret->value.accessor.set);
	} else {
		ret->flags |= IPM_PROPERTY_WRITABLE;
		ret->value.type = IPM_VALUE_OMITTED;
		ret->value.omitted.reason = IPM_REASON_UNINITIALIZED;
	}
	if (!rc && ipm_json_type(symbol) == IPM_JSON_OBJECT)
		rc = import_function_id(im, symbol, &symbol_id);
	ret->symbol_id = symbol_id;
	return rc;
}

enum ipm_scope_type import_scope_type(struct ipm_str name)
{
	int type;

	for (type = 0; type < IPM_SCOPE_COUNT; type++) {
		const char *known = ipm_scope_type_name((enum ipm_scope_type)type);

		if (strlen(known) == name.len && !memcmp(known, name.data, name.len))
			return (enum ipm_scope_type)type;
	}
	return IPM_SCOPE_CLOSURE;
}

enum ipm_kind import_kind(struct ipm_json_ref mention)
{
	struct ipm_json_ref subtype = ipm_json_get(mention, "subtype"),
			    type = ipm_json_get(mention, "type"),
			    class_name = ipm_json_get(mention, "className");
	int kind;

	if (ipm_json_equals(type, "function"))
		return IPM_KIND_FUNCTION;
	if (ipm_json_equals(type, "symbol"))
		return IPM_KIND_SYMBOL;
	if (ipm_json_type(subtype) == IPM_JSON_STRING) {
		if (ipm_json_equals(subtype, "array") && ipm_json_equals(class_name, "Arguments"))
			return IPM_KIND_ARGUMENTS;
		for (kind = 0; kind < IPM_KIND_COUNT; kind++) {
			const char *known = ipm_kind_subtype((enum ipm_kind)kind);

			if (known && ipm_json_equals(subtype, known))
				return (enum ipm_kind)kind;
		}
		return IPM_KIND_OTHER;
	}
	return ipm_json_equals(class_name, "Module") ? IPM_KIND_MODULE : IPM_KIND_OBJECT;
}

enum ipm_element_type import_element_type(struct ipm_str class_name)
{
	int type;

	for (type = 0; type <= IPM_ELEMENT_BIGUINT64; type++) {
		const char *name = ipm_element_type_name((enum ipm_element_type)type);

		if (strlen(name) == class_name.len &&
		    !memcmp(name, class_name.data, class_name.len))
			return (enum ipm_element_type)type;
	}
	return IPM_ELEMENT_UINT8; /* Buffer and other subclasses: the usual one */
}

static uint16_t to_half(double number)
{
	uint16_t sign = signbit(number) ? 0x8000 : 0;
	double size = fabs(number), fraction;
	int exponent;

	if (isnan(number))
		return 0x7E00;
	if (size >= 65520)
		return (uint16_t)(sign | 0x7C00);
	if (size < 6.103515625e-05)
		return (uint16_t)(sign | (uint16_t)lrint(size * 16777216));
	fraction = frexp(size, &exponent); /* 0.5 … 1 */
	return (uint16_t)(sign |
			  (uint16_t)(((exponent + 14) << 10) + lrint(fraction * 2048) - 1024));
}

unsigned import_element(enum ipm_element_type type, struct ipm_json_ref remote, uint8_t ret[8])
{
	struct ipm_value value;
	double number;
	float single;
	uint64_t bits;
	uint32_t word;
	char digits[32] = "";
	struct ipm_buf buf = ipm_buf_over(digits, sizeof(digits) - 1);

	memset(ret, 0, 8);
	if (type == IPM_ELEMENT_BIGINT64 || type == IPM_ELEMENT_BIGUINT64) {
		(void)ipm_json_string(ipm_json_get(remote, "unserializableValue"), &buf);
		bits = digits[0] == '-' ? (uint64_t)strtoll(digits, NULL, 10)
					: strtoull(digits, NULL, 10);
		ipm_put_le64(ret, bits);
		return 8;
	}
	import_js_number(remote, &value);
	number = value.type == IPM_VALUE_INTEGER ? (double)value.integer : value.number;
	switch (type) {
	case IPM_ELEMENT_FLOAT64:
		memcpy(&bits, &number, sizeof(bits));
		ipm_put_le64(ret, bits);
		return 8;
	case IPM_ELEMENT_FLOAT32:
		single = (float)number;
		memcpy(&word, &single, sizeof(word));
		ipm_put_le32(ret, word);
		return 4;
	case IPM_ELEMENT_FLOAT16:
		ipm_put_le16(ret, to_half(number));
		return 2;
	default:
		if (value.type == IPM_VALUE_INTEGER)
			ipm_put_le64(ret, (uint64_t)value.integer);
		return ipm_element_size(type);
	}
}

bool import_index(struct ipm_str name, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i;

	if (!name.len || name.len > 10 || (name.data[0] == '0' && name.len > 1))
		return false;
	for (i = 0; i < name.len; i++) {
		if (name.data[i] < '0' || name.data[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(name.data[i] - '0');
	}
	*ret = value;
	return value < UINT32_MAX;
}
