/* SPDX-License-Identifier: MIT */
#include "params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "wtf8.h"

/*
 * V8 parses requests into CBOR and names positions in that. An envelope around every map and
 * array takes 7 bytes (0xd8 0x18 0x5a and a 32-bit length), their start and stop one each.
 */
enum { CBOR_ENVELOPE = 7, CBOR_START = 1, CBOR_STOP = 1, MAX_DEPTH = 512 };

const struct param_type param_types[] = {
	{"Runtime.RemoteObjectId", NULL},
	{"Runtime.ScriptId", NULL},
	{"Debugger.CallFrameId", NULL},
	{"Debugger.BreakpointId", NULL},
	{"Runtime.CallArgument",
	 "value?:any unserializableValue?:string objectId?:Runtime.RemoteObjectId"},
	{"Debugger.Location", "scriptId:Runtime.ScriptId lineNumber:integer columnNumber?:integer"},
	{"Debugger.BreakLocation",
	 "scriptId:Runtime.ScriptId lineNumber:integer columnNumber?:integer type?:string"},
	{"Debugger.ScriptPosition", "lineNumber:integer columnNumber:integer"},
	{"Debugger.LocationRange",
	 "scriptId:Runtime.ScriptId start:Debugger.ScriptPosition end:Debugger.ScriptPosition"},
	{"Debugger.SearchMatch", "lineNumber:number lineContent:string"},
	{"Runtime.StackTraceId", "id:string debuggerId?:string"},
	{NULL, NULL},
};

bool next_param(const char **spec, struct param_spec *ret)
{
	const char *p = *spec, *end, *colon;
	struct param_spec found = {0};

	if (!p)
		return false;
	while (*p == ' ')
		p++;
	if (!*p)
		return false;
	end = p + strcspn(p, " ");
	colon = memchr(p, ':', (size_t)(end - p));
	if (!colon)
		return false;
	found.name = (struct ipm_str){p, (size_t)(colon - p)};
	found.type = (struct ipm_str){colon + 1, (size_t)(end - colon - 1)};
	if (found.name.len && found.name.data[found.name.len - 1] == '?') {
		found.optional = true;
		found.name.len--;
	}
	if (found.type.len > 2 && found.type.data[0] == '[') {
		found.array = true;
		found.type.data++;
		found.type.len -= 2;
	}
	*spec = end;
	*ret = found;
	return true;
}

static bool is(struct ipm_str str, const char *word)
{
	return str.len == strlen(word) && !memcmp(str.data, word, str.len);
}

static const struct param_type *find_type(struct ipm_str name)
{
	const struct param_type *type;

	for (type = param_types; type->name; type++)
		if (is(name, type->name))
			return type;
	return NULL;
}

static uint64_t cbor_head(uint64_t value)
{
	return value < 24	     ? 1
	       : value <= UINT8_MAX  ? 2
	       : value <= UINT16_MAX ? 3
	       : value <= UINT32_MAX ? 5
				     : 9;
}

/* What is not ASCII goes as UTF-16. */
static uint64_t cbor_string(struct ipm_str str)
{
	uint64_t units = ipm_wtf8_units(str);

	if (units == str.len)
		return cbor_head(str.len) + str.len;
	return cbor_head(2 * units) + 2 * units;
}

static bool is_int32(double number)
{
	return number == trunc(number) && number >= INT32_MIN && number <= INT32_MAX;
}

/* The size of a value that holds no other, or of the beginning and end of one that does. */
static uint64_t cbor_shallow(struct ipm_json_ref ref)
{
	struct ipm_buf text = IPM_BUF_INIT;
	uint64_t size = 1;
	double number;

	switch (ipm_json_type(ref)) {
	case IPM_JSON_STRING:
		ipm_json_string(ref, &text);
		size = cbor_string(ipm_buf_as_str(&text));
		ipm_buf_deinit(&text);
		break;
	case IPM_JSON_NUMBER:
		number = ipm_json_double(ref, 0);
		if (is_int32(number))
			size = cbor_head((uint64_t)(number < 0 ? -1 - number : number));
		else
			size = 9;
		break;
	case IPM_JSON_ARRAY:
	case IPM_JSON_OBJECT:
		size = CBOR_ENVELOPE + CBOR_START + CBOR_STOP;
		break;
	default:
		break;
	}
	return size;
}

/* Everything below `ref`, on a stack of our own: requests may nest deeply. */
static uint64_t cbor_size(struct ipm_json_ref ref)
{
	struct {
		struct ipm_json_ref child;
		bool members;
	} stack[MAX_DEPTH];
	uint64_t total = cbor_shallow(ref);
	size_t depth = 0;

	stack[depth].child = ipm_json_first(ref);
	stack[depth++].members = ipm_json_type(ref) == IPM_JSON_OBJECT;
	while (depth) {
		struct ipm_json_ref at = stack[depth - 1].child, value = at;

		if (ipm_json_type(at) == IPM_JSON_NONE) {
			depth--;
			continue;
		}
		stack[depth - 1].child = ipm_json_next(at);
		if (stack[depth - 1].members) {
			total += cbor_shallow(at);
			value = ipm_json_value(at);
		}
		total += cbor_shallow(value);
		if (depth < MAX_DEPTH && ipm_json_size(value)) {
			stack[depth].child = ipm_json_first(value);
			stack[depth++].members = ipm_json_type(value) == IPM_JSON_OBJECT;
		}
	}
	return total;
}

struct check {
	char path[160];
	char *data;
	size_t capacity;
};

static bool complain(struct check *check, struct ipm_str field, const char *what, uint64_t position)
{
	snprintf(check->data, check->capacity,
		 "Failed to deserialize %s.%.*s - %s at position %llu", check->path, (int)field.len,
		 field.data, what, (unsigned long long)position);
	return false;
}

static const char *mismatch(struct ipm_str type, struct ipm_json_ref value)
{
	enum ipm_json_type got = ipm_json_type(value);
	const struct param_type *named;

	if (is(type, "any"))
		return NULL;
	if (is(type, "string"))
		return got == IPM_JSON_STRING ? NULL : "BINDINGS: string value expected";
	if (is(type, "boolean"))
		return got == IPM_JSON_BOOLEAN ? NULL : "BINDINGS: bool value expected";
	if (is(type, "number"))
		return got == IPM_JSON_NUMBER ? NULL : "BINDINGS: double value expected";
	if (is(type, "integer"))
		return got == IPM_JSON_NUMBER && is_int32(ipm_json_double(value, 0.5))
			       ? NULL
			       : "BINDINGS: int32 value expected";
	if (is(type, "object"))
		return got == IPM_JSON_OBJECT ? NULL : "BINDINGS: dictionary value expected";
	named = find_type(type);
	if (named && !named->fields)
		return got == IPM_JSON_STRING ? NULL : "BINDINGS: string value expected";
	return got == IPM_JSON_OBJECT ? NULL : "CBOR: map start expected";
}

/* `position` is where the map's envelope begins. Recursion is as deep as our own types are. */
static bool check_fields(struct check *check, const char *spec, struct ipm_json_ref map,
			 uint64_t position);

static bool check_value(struct check *check, const struct param_spec *param,
			struct ipm_json_ref value, uint64_t position)
{
	const struct param_type *named = find_type(param->type);
	size_t length = strlen(check->path);
	const char *what = mismatch(param->type, value);
	bool fine;

	if (what)
		return complain(check, param->name, what, position);
	if (!named || !named->fields)
		return true;
	snprintf(check->path + length, sizeof(check->path) - length, ".%.*s", (int)param->name.len,
		 param->name.data);
	fine = check_fields(check, named->fields, value, position);
	check->path[length] = '\0';
	return fine;
}

static bool find_param(const char *spec, struct ipm_json_ref name, struct param_spec *ret)
{
	char wanted[64];

	while (next_param(&spec, ret)) {
		if (ret->name.len >= sizeof(wanted))
			continue;
		memcpy(wanted, ret->name.data, ret->name.len);
		wanted[ret->name.len] = '\0';
		if (ipm_json_equals(name, wanted))
			return true;
	}
	return false;
}

static bool check_elements(struct check *check, const struct param_spec *param,
			   struct ipm_json_ref array, uint64_t position)
{
	struct ipm_json_ref element;

	if (ipm_json_type(array) != IPM_JSON_ARRAY)
		return complain(check, param->name, "CBOR: array start expected", position);
	position += CBOR_ENVELOPE + CBOR_START;
	for (element = ipm_json_first(array); ipm_json_type(element) != IPM_JSON_NONE;
	     element = ipm_json_next(element)) {
		if (!check_value(check, param, element, position))
			return false;
		position += cbor_size(element);
	}
	return true;
}

static bool is_present(struct ipm_json_ref map, struct ipm_str name)
{
	char wanted[64];

	if (name.len >= sizeof(wanted))
		return false;
	memcpy(wanted, name.data, name.len);
	wanted[name.len] = '\0';
	return ipm_json_type(ipm_json_get(map, wanted)) != IPM_JSON_NONE;
}

/* Of several that are missing V8 names the first in the alphabet. */
static bool find_missing(const char *spec, struct ipm_json_ref map, struct param_spec *ret)
{
	struct param_spec param;
	bool found = false;

	while (next_param(&spec, &param)) {
		size_t len = param.name.len;

		if (param.optional || is_present(map, param.name))
			continue;
		if (found && len > ret->name.len)
			len = ret->name.len;
		if (found && memcmp(param.name.data, ret->name.data, len) > 0)
			continue;
		*ret = param;
		found = true;
	}
	return found;
}

static bool check_fields(struct check *check, const char *spec, struct ipm_json_ref map,
			 uint64_t position)
{
	struct ipm_json_ref name, value;
	struct param_spec param;

	position += CBOR_ENVELOPE + CBOR_START;
	for (name = ipm_json_first(map); ipm_json_type(name) != IPM_JSON_NONE;
	     name = ipm_json_next(name)) {
		position += cbor_shallow(name);
		value = ipm_json_value(name);
		if (find_param(spec, name, &param) &&
		    !(param.array ? check_elements(check, &param, value, position)
				  : check_value(check, &param, value, position)))
			return false;
		position += cbor_size(value);
	}
	return !find_missing(spec, map, &param) ||
	       complain(check, param.name, "BINDINGS: mandatory field missing", position);
}

bool check_params(const char *spec, struct ipm_json_ref params, char *data, size_t capacity)
{
	struct check check = {.path = "params", .data = data, .capacity = capacity};

	if (!spec)
		return true;
	if (ipm_json_type(params) != IPM_JSON_OBJECT) {
		struct param_spec param;

		if (!find_missing(spec, params, &param))
			return true;
		snprintf(data, capacity,
			 "Failed to deserialize params - CBOR: map start expected at position 0");
		return false;
	}
	return check_fields(&check, spec, params, 0);
}
