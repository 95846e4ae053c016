/* SPDX-License-Identifier: MIT */
/*
 * Runtime.callFunctionOn. Front ends send a handful of functions of their own that merely read
 * large arrays piece by piece; those are recognised by the shape of their arguments and by what
 * survives in a minified text, and are answered from the file. Anything else goes to the
 * evaluator.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "completions.h"
#include "elements.h"
#include "evaluate.h"
#include "wtf8.h"

enum { SERVER_ERROR = -32000, INVALID_PARAMS = -32602, MAX_ARGUMENTS = 64 };

struct arguments {
	size_t count;
	bool numbers; /* all of them are */
	double number[4];
};

static struct arguments look_at_arguments(struct call *c)
{
	struct arguments args = {.numbers = true};
	struct ipm_json_ref list = ipm_json_get(c->params, "arguments"), at;

	for (at = ipm_json_first(list); ipm_json_type(at) != IPM_JSON_NONE;
	     at = ipm_json_next(at)) {
		struct ipm_json_ref value = ipm_json_get(at, "value");

		if (ipm_json_type(value) != IPM_JSON_NUMBER)
			args.numbers = false;
		else if (args.count < 4)
			args.number[args.count] = ipm_json_double(value, 0);
		args.count++;
	}
	return args;
}

static uint64_t index_of(double number)
{
	return number >= 0 && number < 9007199254740992.0 ? (uint64_t)number : 0;
}

/* What a function of a front end is asked to look at. */
struct subject {
	uint64_t id;
	const struct ipm_object *object;
	bool entries; /* not the Map or Set itself, but the list of its entries */
};

struct counter {
	uint64_t present;
};

static bool count_element(void *self, uint64_t index, const struct ipm_value *value)
{
	struct counter *counter = self;

	(void)index;
	(void)value;
	counter->present++;
	return true;
}

struct ranges {
	struct ipm_buf *out;
	uint64_t bucket, in_bucket, first, last;
	bool any;
};

static void put_range(struct ranges *ranges)
{
	ipm_buf_printf(ranges->out, "%s[%llu,%llu,%llu]", ranges->any ? "," : "",
		       (unsigned long long)ranges->first, (unsigned long long)ranges->last,
		       (unsigned long long)ranges->in_bucket);
	ranges->any = true;
	ranges->in_bucket = 0;
}

static bool add_to_range(void *self, uint64_t index, const struct ipm_value *value)
{
	struct ranges *ranges = self;

	(void)value;
	if (!ranges->in_bucket)
		ranges->first = index;
	ranges->last = index;
	if (++ranges->in_bucket == ranges->bucket)
		put_range(ranges);
	return ipm_buf_ok(ranges->out);
}

/* Entries are numbered without holes. */
static enum ipm_errc
visit_subject(struct call *c, const struct subject *subject, uint64_t from, uint64_t to,
	      bool (*visit)(void *self, uint64_t index, const struct ipm_value *value), void *self,
	      struct ipm_error *err)
{
	uint64_t i;

	if (!subject->entries)
		return visit_elements(c->r->heap, subject->object, from, to, visit, self, err);
	for (i = from; i <= to && i < subject->object->length; i++)
		if (!visit(self, i, NULL))
			break;
	return IPM_OK;
}

/* DevTools cuts a long array into ranges of at most `bucket` elements, or a power of it. */
static enum ipm_errc answer_ranges(struct call *c, const struct subject *subject,
				   const struct arguments *args, struct ipm_error *err)
{
	uint64_t from = index_of(args->number[0]), to = index_of(args->number[1]);
	double bucket = args->number[2] >= 2 ? args->number[2] : 100;
	struct counter counter = {0};
	struct ranges ranges = {.out = &c->result};
	enum ipm_errc code = visit_subject(c, subject, from, to, count_element, &counter, err);

	if (code)
		return call_failed(c, code, err);
	ranges.bucket = counter.present;
	if ((double)counter.present > bucket)
		ranges.bucket =
			(uint64_t)pow(bucket, ceil(log((double)counter.present) / log(bucket)) - 1);
	ipm_buf_cstr(&c->result, "{\"result\":{\"type\":\"object\",\"value\":{\"ranges\":[");
	code = visit_subject(c, subject, from, to, add_to_range, &ranges, err);
	if (code)
		return call_failed(c, code, err);
	if (ranges.in_bucket)
		put_range(&ranges);
	ipm_buf_cstr(&c->result, "]}}}");
	return IPM_OK;
}

/* An object that is a part of another: getProperties understands the id. */
static enum ipm_errc answer_part(struct call *c, uint64_t id, const char *part)
{
	ipm_buf_printf(&c->result,
		       "{\"result\":{\"type\":\"object\",\"className\":\"Object\","
		       "\"description\":\"Object\",\"objectId\":\"%s%llu:%s\"}}",
		       c->r->prefix, (unsigned long long)id, part);
	return IPM_OK;
}

static enum ipm_errc answer_slice(struct call *c, const struct subject *subject, double first,
				  double last)
{
	char part[96];

	snprintf(part, sizeof(part), "%srange:%llu:%llu", subject->entries ? "entries:" : "",
		 (unsigned long long)index_of(first),
		 (unsigned long long)(last < 0 ? UINT64_C(9007199254740991) : index_of(last)));
	return answer_part(c, subject->id, part);
}

/* The second argument is what the user has typed so far. */
static enum ipm_errc answer_names(struct call *c, const struct ipm_object *object,
				  struct ipm_error *err)
{
	struct ipm_json_ref list = ipm_json_get(c->params, "arguments");
	struct ipm_buf prefix = IPM_BUF_INIT;
	enum ipm_errc code;

	ipm_json_string(ipm_json_get(ipm_json_next(ipm_json_first(list)), "value"), &prefix);
	code = answer_completions(c, object, ipm_buf_as_str(&prefix), err);
	ipm_buf_deinit(&prefix);
	return code;
}

/* True when the function was one of the known ones and the reply is made. */
static bool answer_known(struct call *c, struct ipm_str text, const struct subject *subject,
			 enum ipm_errc *ret, struct ipm_error *err)
{
	bool by_value = ipm_json_bool(ipm_json_get(c->params, "returnByValue"), false);
	struct arguments args = look_at_arguments(c);

	if (args.count == 4 && args.numbers && by_value && request_has(text, "ranges"))
		*ret = answer_ranges(c, subject, &args, err);
	else if (args.count == 3 && args.numbers && request_has(text, "Object.create(null)"))
		*ret = answer_slice(c, subject, args.number[0], args.number[1]);
	else if (args.count == 2 && args.numbers &&
		 request_has(text, "getOwnPropertyDescriptor(this"))
		*ret = answer_slice(
			c, subject, args.number[0] < 0 ? 0 : args.number[0],
			args.number[1] < 0 ? -1 : fmax(args.number[0], 0) + args.number[1] - 1);
	else if (!args.count && request_has(text, "getOwnPropertyNames(this)") &&
		 request_has(text, "__proto__"))
		*ret = answer_part(c, subject->id, subject->entries ? "entries:named" : "named");
	else if (by_value && args.count == 3 && request_has(text, "sortText") &&
		 request_has(text, "isArray"))
		*ret = answer_names(c, subject->object, err);
	else if (by_value && request_has(text, "<<default preview>>") &&
		 request_has(text, "customProps")) {
		ipm_buf_cstr(&c->result, "{\"result\":{\"type\":\"object\",\"value\":{\"out\":{},"
					 "\"customProps\":false}}}");
		*ret = IPM_OK;
	} else if (by_value && request_has(text, "<<default preview>>")) {
		ipm_buf_cstr(&c->result, "{\"result\":{\"type\":\"undefined\"}}");
		*ret = IPM_OK;
	} else {
		return false;
	}
	return true;
}

struct bound {
	struct ipm_value values[MAX_ARGUMENTS];
	struct ipm_buf texts[MAX_ARGUMENTS];
	size_t count;
};

static bool unserializable(struct ipm_json_ref ref, struct ipm_value *ret)
{
	static const struct {
		const char *text;
		double number;
	} known[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}, {"-0", -0.0}};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ipm_json_equals(ref, known[i].text)) {
			ret->type = IPM_VALUE_NUMBER;
			ret->number = known[i].number;
			return true;
		}
	return false;
}

/* An object that is given by value. */
static bool parse_argument(struct call *c, struct ipm_str json, struct ipm_value *ret)
{
	const struct ipm_value text = {
		.type = IPM_VALUE_STRING,
		.string = {.str = json, .length = ipm_wtf8_units(json)},
	};
	const struct ipm_eval_request request = {
		.expression = IPM_STR("(text) => JSON.parse(text)"),
		.call = true,
		.frame = -1,
		.pause = c->r->pause_index,
		.arguments = &text,
		.argument_count = 1,
		.object_group = IPM_STR("arguments"),
	};
	struct ipm_eval_result result;
	struct ipm_error err;

	if (ipm_eval(c->r->evaluator, &request, &result, &err) || result.thrown)
		return false;
	*ret = result.value;
	return true;
}

/* A CallArgument as a value. */
static bool bind_argument(struct call *c, struct ipm_json_ref argument, struct ipm_value *ret,
			  struct ipm_buf *text)
{
	struct ipm_json_ref value = ipm_json_get(argument, "value");
	double number;

	*ret = (struct ipm_value){.type = IPM_VALUE_UNDEFINED};
	if (ipm_json_string(ipm_json_get(argument, "objectId"), text)) {
		ret->type = IPM_VALUE_OBJECT;
		return check_id(c->r, ipm_buf_as_str(text), &ret->object_id) == ID_OK;
	}
	if (unserializable(ipm_json_get(argument, "unserializableValue"), ret))
		return true;
	switch (ipm_json_type(value)) {
	case IPM_JSON_NULL:
		ret->type = IPM_VALUE_NULL;
		return true;
	case IPM_JSON_BOOLEAN:
		ret->type = IPM_VALUE_BOOLEAN;
		ret->boolean = ipm_json_bool(value, false);
		return true;
	case IPM_JSON_NUMBER:
		number = ipm_json_double(value, 0);
		ret->type = IPM_VALUE_NUMBER;
		ret->number = number;
		if (number == trunc(number) && fabs(number) <= 9007199254740991.0 &&
		    !(number == 0 && signbit(number))) {
			ret->type = IPM_VALUE_INTEGER;
			ret->integer = (int64_t)number;
		}
		return true;
	case IPM_JSON_STRING:
		ipm_json_string(value, text);
		ret->type = IPM_VALUE_STRING;
		ret->string = (struct ipm_text){.str = ipm_buf_as_str(text)};
		ret->string.length = ipm_wtf8_units(ret->string.str);
		return ipm_buf_ok(text);
	case IPM_JSON_NONE:
		return true;
	default:
		return parse_argument(c, ipm_json_raw(value), ret);
	}
}

static enum ipm_errc call_in_evaluator(struct call *c, struct ipm_str text,
				       const struct ipm_value *this_value, struct ipm_error *err)
{
	struct ipm_json_ref at = ipm_json_first(ipm_json_get(c->params, "arguments"));
	struct ipm_buf group = IPM_BUF_INIT;
	struct bound bound = {0};
	struct ipm_eval_request request = {.expression = text, .call = true, .frame = -1};
	struct ipm_eval_result result;
	enum ipm_errc code;
	size_t i;

	for (; ipm_json_type(at) != IPM_JSON_NONE; at = ipm_json_next(at)) {
		if (bound.count == MAX_ARGUMENTS ||
		    !bind_argument(c, at, &bound.values[bound.count], &bound.texts[bound.count])) {
			bound.count += bound.count < MAX_ARGUMENTS;
			code = call_error(
				c, SERVER_ERROR,
				"The process is dead: this argument cannot be given to it");
			goto out;
		}
		bound.count++;
	}
	string_param_into(c, "objectGroup", &group);
	request.object_group = ipm_buf_as_str(&group);
	request.this_value = this_value;
	request.arguments = bound.values;
	request.argument_count = bound.count;
	evaluation_limits(c, &request);
	code = ipm_eval(c->r->evaluator, &request, &result, err);
	code = code ? call_failed(c, code, err) : answer_evaluation(c, &result, err);
out:
	ipm_evaluator_release_group(c->r->evaluator, IPM_STR("arguments"));
	for (i = 0; i < bound.count; i++)
		ipm_buf_deinit(&bound.texts[i]);
	ipm_buf_deinit(&group);
	return code;
}

static bool has(struct call *c, const char *name)
{
	return ipm_json_type(ipm_json_get(c->params, name)) != IPM_JSON_NONE;
}

enum ipm_errc runtime_call_function_on(struct call *c, struct ipm_error *err)
{
	struct ipm_value this_value = {.type = IPM_VALUE_OBJECT};
	struct ipm_buf text = IPM_BUF_INIT;
	struct subject subject = {0};
	enum ipm_errc code = IPM_OK;
	bool on_object = has(c, "objectId");

	if (!on_object && !has(c, "executionContextId") && !has(c, "uniqueContextId"))
		return call_error(c, INVALID_PARAMS,
				  "Either objectId or executionContextId or "
				  "uniqueContextId must be specified");
	if (on_object && !object_id_param(c, &subject.id))
		return IPM_OK;
	subject.entries = on_object && !strcmp(part_of_id(c), "entries");
	if (!on_object && has(c, "executionContextId") &&
	    ipm_json_int(ipm_json_get(c->params, "executionContextId"), 0) != 1)
		return call_error(c, SERVER_ERROR, "Cannot find context with specified id");
	if (on_object && c->r->heap->object(c->r->heap, subject.id, &subject.object, err))
		return call_error(c, SERVER_ERROR, "Could not find object with given id");
	this_value.object_id = subject.id;
	string_param_into(c, "functionDeclaration", &text);
	code = ipm_buf_status(&text, err);
	if (!code && !(on_object && answer_known(c, ipm_buf_as_str(&text), &subject, &code, err)))
		code = call_in_evaluator(c, ipm_buf_as_str(&text), on_object ? &this_value : NULL,
					 err);
	ipm_buf_deinit(&text);
	if (subject.object)
		c->r->heap->release(c->r->heap, subject.object);
	return code;
}
