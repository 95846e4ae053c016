/* SPDX-License-Identifier: MIT */
#include "walker_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "walker_text_internal.h"

#define MAX_NAMES ((size_t)1 << 20)
/* Number.MAX_SAFE_INTEGER */
#define MAX_INTEGER 9007199254740991.0

void names_deinit(struct names *names)
{
	pool_deinit(&names->pool);
	free(names->at);
	*names = (struct names){0};
}

enum ipm_errc walker_text_bad(const struct walker_text *w, const char *what, struct ipm_error *err)
{
	return ipm_fail(err, IPM_ERR_PROTOCOL, "the walker's answer: %s, %zu bytes before its end",
			what, (size_t)(w->end - w->at));
}

bool walker_text_more(const struct walker_text *w)
{
	return w->at < w->end;
}

bool walker_text_take(struct walker_text *w, char c)
{
	if (w->at == w->end || *w->at != c)
		return false;
	w->at++;
	return true;
}

enum ipm_errc walker_text_expect(struct walker_text *w, char c, struct ipm_error *err)
{
	char what[] = "' ' expected";

	what[1] = c;
	return walker_text_take(w, c) ? IPM_OK : walker_text_bad(w, what, err);
}

enum ipm_errc walker_text_number(struct walker_text *w, char stop, uint64_t *ret,
				 struct ipm_error *err)
{
	const char *at = w->at;
	uint64_t n = 0;

	for (; at < w->end && *at >= '0' && *at <= '9'; at++) {
		if (n > (UINT64_MAX - 9) / 10)
			return walker_text_bad(w, "number too large", err);
		n = n * 10 + (uint64_t)(*at - '0');
	}
	if (at == w->at || at == w->end || *at != stop)
		return walker_text_bad(w, "number expected", err);
	w->at = at + 1;
	*ret = n;
	return IPM_OK;
}

/* Past `units` UTF-16 units; mostly they are ASCII. */
static bool skip_units(struct walker_text *w, uint64_t units)
{
	const uint64_t tops = UINT64_C(0x8080808080808080);
	uint64_t word;

	while (units >= sizeof(word) && (size_t)(w->end - w->at) >= sizeof(word)) {
		memcpy(&word, w->at, sizeof(word));
		if (word & tops)
			break;
		w->at += sizeof(word);
		units -= sizeof(word);
	}
	while (units) {
		unsigned char c;
		size_t n;

		if (w->at == w->end)
			return false;
		c = (unsigned char)*w->at;
		n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
		if ((size_t)(w->end - w->at) < n || (n == 4 && units < 2))
			return false;
		units -= n == 4 ? 2 : 1;
		w->at += n;
	}
	return true;
}

/* `units` long, borrowed from the answer. */
static enum ipm_errc take_units(struct walker_text *w, uint64_t units, struct ipm_str *ret,
				struct ipm_error *err)
{
	const char *start = w->at;

	if (!skip_units(w, units))
		return walker_text_bad(w, "text too short", err);
	*ret = (struct ipm_str){start, (size_t)(w->at - start)};
	return IPM_OK;
}

enum ipm_errc walker_text_units(struct walker_text *w, struct ipm_str *ret, uint64_t *ret_units,
				struct ipm_error *err)
{
	enum ipm_errc rc = walker_text_number(w, ':', ret_units, err);

	return rc ? rc : take_units(w, *ret_units, ret, err);
}

static enum ipm_errc take_definition(struct walker_text *w, struct known_name *ret,
				     struct ipm_error *err)
{
	uint64_t units;
	enum ipm_errc rc;

	*ret = (struct known_name){0};
	if (walker_text_take(w, 'y')) {
		rc = walker_text_number(w, ';', &ret->symbol_id, err);
		if (rc)
			return rc;
	}
	rc = walker_text_units(w, &ret->text, &units, err);
	if (rc)
		return rc;
	ret->secret = w->redaction->on && redact_name(ret->text);
	return IPM_OK;
}

static enum ipm_errc add_name(struct names *names, const struct known_name *name,
			      struct ipm_error *err)
{
	struct known_name *grown;
	size_t capacity;

	if (names->count == names->capacity) {
		capacity = names->capacity ? names->capacity * 2 : 1024;
		grown = realloc(names->at, capacity * sizeof(*grown));
		if (!grown)
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
		names->at = grown;
		names->capacity = capacity;
	}
	names->at[names->count] = *name;
	names->at[names->count].text = pool_str(&names->pool, name->text);
	if (!pool_ok(&names->pool))
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	names->count++;
	return IPM_OK;
}

enum ipm_errc walker_text_open(struct walker_text *w, struct ipm_str text, struct ipm_error *err)
{
	struct known_name name;
	uint64_t count, i;
	enum ipm_errc rc;

	w->at = text.data;
	w->end = text.data + text.len;
	rc = walker_text_number(w, ';', &count, err);
	if (rc)
		return rc;
	if (count > MAX_NAMES - w->names->count)
		return walker_text_bad(w, "too many names", err);
	for (i = 0; i < count; i++) {
		rc = take_definition(w, &name, err);
		if (!rc)
			rc = add_name(w->names, &name, err);
		if (rc)
			return rc;
	}
	return IPM_OK;
}

void walker_text_omit(struct walker_text *w, enum ipm_reason reason, uint64_t size,
		      struct ipm_str type, struct ipm_value *ret)
{
	*ret = (struct ipm_value){.type = IPM_VALUE_OMITTED};
	ret->omitted.reason = reason;
	ret->omitted.size = size;
	ret->omitted.type_name = type;
	w->omitted[reason]++;
	if (reason == IPM_REASON_REDACTED)
		w->redaction->count++;
}

static enum ipm_errc take_js_number(struct walker_text *w, struct ipm_value *ret,
				    struct ipm_error *err)
{
	const char *start = w->at, *stop;
	char digits[40];
	int64_t n = 0;
	size_t len, i;
	bool negative;

	stop = memchr(start, ';', (size_t)(w->end - start));
	if (!stop || stop == start || (size_t)(stop - start) >= sizeof(digits))
		return walker_text_bad(w, "number expected", err);
	len = (size_t)(stop - start);
	w->at = stop + 1;
	negative = *start == '-';
	for (i = negative; i < len && start[i] >= '0' && start[i] <= '9' && i < 16; i++)
		n = n * 10 + (start[i] - '0');
	if (i == len && i > (size_t)negative && !(negative && n == 0) &&
	    n <= (INT64_C(1) << 53) - 1) {
		*ret = (struct ipm_value){.type = IPM_VALUE_INTEGER, .integer = negative ? -n : n};
		return IPM_OK;
	}
	memcpy(digits, start, len);
	digits[len] = '\0';
	*ret = (struct ipm_value){.type = IPM_VALUE_NUMBER};
	if (!strcmp(digits, "NaN"))
		ret->number = (double)NAN;
	else if (!strcmp(digits, "Infinity") || !strcmp(digits, "-Infinity"))
		ret->number = negative ? (double)-INFINITY : (double)INFINITY;
	else
		ret->number = strtod(digits, NULL);
	return IPM_OK;
}

/* Its beginning is here; where the rest goes is known. */
static enum ipm_errc take_long_string(struct walker_text *w, struct ipm_value *ret,
				      struct ipm_error *err)
{
	uint64_t full, available, units;
	struct ipm_str str;
	enum ipm_errc rc;

	rc = walker_text_number(w, ',', &full, err);
	if (!rc)
		rc = walker_text_number(w, ',', &available, err);
	if (!rc)
		rc = walker_text_units(w, &str, &units, err);
	if (rc)
		return rc;
	if (!w->longs || units > available || available > full)
		return walker_text_bad(w, "a long string is out of place", err);
	*ret = (struct ipm_value){.type = IPM_VALUE_STRING};
	ret->string.str = str;
	ret->string.length = full;
	w->omitted[IPM_REASON_STRING] += available < full;
	return long_texts_announce(w->longs, available, &ret->string, err);
}

/* The halves of a double's bits. */
static enum ipm_errc take_double(struct walker_text *w, struct ipm_value *ret,
				 struct ipm_error *err)
{
	uint64_t high, low, bits;
	double number;
	enum ipm_errc rc;

	rc = walker_text_number(w, ',', &high, err);
	if (!rc)
		rc = walker_text_number(w, ';', &low, err);
	if (rc)
		return rc;
	if (high > UINT32_MAX || low > UINT32_MAX)
		return walker_text_bad(w, "number too large", err);
	bits = high << 32 | low;
	memcpy(&number, &bits, sizeof(number));
	if (number >= -MAX_INTEGER && number <= MAX_INTEGER && number == (double)(int64_t)number &&
	    !(number == 0 && signbit(number)))
		*ret = (struct ipm_value){.type = IPM_VALUE_INTEGER, .integer = (int64_t)number};
	else
		*ret = (struct ipm_value){.type = IPM_VALUE_NUMBER,
					  .number = isnan(number) ? (double)NAN : number};
	return IPM_OK;
}

static enum ipm_errc take_string(struct walker_text *w, struct ipm_value *ret,
				 struct ipm_error *err)
{
	uint64_t full = 0, units;
	struct ipm_str str;
	enum ipm_errc rc;
	bool cut = w->at[-1] == 'S';

	if (cut) {
		rc = walker_text_number(w, ',', &full, err);
		if (rc)
			return rc;
	}
	rc = walker_text_units(w, &str, &units, err);
	if (rc)
		return rc;
	*ret = (struct ipm_value){.type = IPM_VALUE_STRING};
	ret->string.str = str;
	ret->string.length = cut && full > units ? full : units;
	if (cut)
		w->omitted[IPM_REASON_STRING]++;
	return IPM_OK;
}

enum ipm_errc walker_text_value(struct walker_text *w, struct ipm_value *ret, struct ipm_error *err)
{
	const char *stop;
	uint64_t n;
	enum ipm_errc rc;

	if (w->at == w->end)
		return walker_text_bad(w, "value expected", err);
	switch (*w->at++) {
	case 'u':
		*ret = (struct ipm_value){.type = IPM_VALUE_UNDEFINED};
		return IPM_OK;
	case 'z':
		*ret = (struct ipm_value){.type = IPM_VALUE_NULL};
		return IPM_OK;
	case 't':
	case 'f':
		*ret = (struct ipm_value){.type = IPM_VALUE_BOOLEAN, .boolean = w->at[-1] == 't'};
		return IPM_OK;
	case 'n':
		return take_js_number(w, ret, err);
	case 'd':
		return take_double(w, ret, err);
	case 'b':
		stop = memchr(w->at, ';', (size_t)(w->end - w->at));
		if (!stop || stop == w->at)
			return walker_text_bad(w, "bigint expected", err);
		*ret = (struct ipm_value){.type = IPM_VALUE_BIGINT};
		ret->string.str = (struct ipm_str){w->at, (size_t)(stop - w->at)};
		ret->string.length = ret->string.str.len;
		w->at = stop + 1;
		return IPM_OK;
	case 's':
	case 'S':
		return take_string(w, ret, err);
	case 'L':
		return take_long_string(w, ret, err);
	case 'o':
		rc = walker_text_number(w, ';', &n, err);
		if (rc)
			return rc;
		if (!n)
			return walker_text_bad(w, "object without id", err);
		*ret = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = n};
		return IPM_OK;
	case 'g':
		*ret = (struct ipm_value){.type = IPM_VALUE_ACCESSOR};
		rc = walker_text_number(w, ',', &ret->accessor.get, err);
		return rc ? rc : walker_text_number(w, ';', &ret->accessor.set, err);
	case 'h':
		*ret = (struct ipm_value){.type = IPM_VALUE_HOLES};
		return walker_text_number(w, ';', &ret->holes, err);
	case '!':
		rc = walker_text_number(w, ';', &n, err);
		if (rc)
			return rc;
		if (n == 0 || n >= IPM_REASON_COUNT)
			return walker_text_bad(w, "unknown reason", err);
		walker_text_omit(w, (enum ipm_reason)n, 0, (struct ipm_str){0}, ret);
		return IPM_OK;
	default:
		w->at--;
		return walker_text_bad(w, "value expected", err);
	}
}

enum ipm_errc walker_text_name(struct walker_text *w, struct known_name *ret, struct ipm_error *err)
{
	const char *at = w->at;
	uint64_t n = 0;

	if (walker_text_take(w, '"'))
		return take_definition(w, ret, err);
	for (; at < w->end && *at >= '0' && *at <= '9' && n < MAX_NAMES; at++)
		n = n * 10 + (uint64_t)(*at - '0');
	if (at == w->at || n >= w->names->count)
		return walker_text_bad(w, "unknown name", err);
	w->at = at;
	*ret = w->names->at[n];
	return IPM_OK;
}
