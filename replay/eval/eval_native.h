/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVAL_NATIVE_H
#define IPM_EVAL_NATIVE_H

/*
 * The builtins: tables of names and C functions, one file per area. A builtin is found by the
 * area it lives in ("Array.prototype", "Math", "" for globals) and its name.
 */

#include "eval_internal.h"

struct ev_args {
	struct ev_val this_value;
	struct ev_val *v;
	size_t count;
	bool construct;
};

typedef bool (*ev_native_fn)(struct ev *e, struct ev_args *args, struct ev_val *ret);

enum {
	EV_NATIVE_FUNCTION = 0,
	EV_NATIVE_GETTER = 1,
	EV_NATIVE_CONSTRUCTOR = 2, /* may be called with `new`; has a prototype */
	EV_NATIVE_NAMESPACE = 3,   /* Math, JSON, the prototypes: not callable */
	EV_NATIVE_NUMBER = 4,	   /* a constant */
	EV_NATIVE_SYMBOL = 5,	   /* a well-known symbol */
	EV_NATIVE_REFUSED = 6,	   /* would change what is dead, or wait */
};

struct ev_native {
	const char *area;
	const char *name;
	ev_native_fn fn;
	uint8_t kind;
	uint8_t length;
	double number;
};

extern const struct ev_native ev_natives_global[], ev_natives_object[], ev_natives_array[],
	ev_natives_array_callback[], ev_natives_string[], ev_natives_number[], ev_natives_math[],
	ev_natives_collection[], ev_natives_date[], ev_natives_regexp[], ev_natives_typed[],
	ev_natives_function[], ev_natives_iterator[], ev_natives_buffer[],
	ev_natives_command_line[];

/* For the evaluator: fills a hash table once. */
enum { EV_NATIVE_BUCKETS = 2048 };
void ev_natives_index(const struct ev_native **buckets);
/* NULL: none. */
const struct ev_native *ev_native_find(struct ev *e, struct ipm_str area, struct ipm_str name);
const struct ev_native *ev_native_find_c(struct ev *e, const char *area, struct ipm_str name);
/* The area of what a namespace or constructor holds: "Array", "Array.prototype". */
struct ipm_str ev_native_area(const struct ev_native *n, char *buf, size_t capacity);
/* The area of the methods that a value has by its kind; NULL: unwinding; "": none known. */
const char *ev_area_of(struct ev *e, struct ev_val v);
bool ev_throw_no_entry(struct ev *e, struct ev_val v);
/* Object.getPrototypeOf. */
bool ev_prototype_of(struct ev *e, struct ev_val v, struct ev_val *ret);
/* A captured function whose source says "[native code]": its builtin, or NULL. */
bool ev_native_of_captured(struct ev *e, struct ev_val function, struct ev_val this_value,
			   const struct ev_native **ret);
/* The same for Node's own functions that read a Buffer. */
bool ev_buffer_method(struct ev *e, struct ev_val function, struct ev_val this_value,
		      const struct ev_native **ret);
/* The name of a captured function with "[native code]"; empty for others. Copied. */
bool ev_native_name(struct ev *e, struct ev_val function, struct ipm_str *ret);
/* What a lookup of a builtin gives: functions, constants, symbols. */
bool ev_native_value(struct ev *e, const struct ev_native *n, struct ev_val *ret);
static inline struct ev_val ev_native_val(const struct ev_native *n)
{
	return (struct ev_val){.type = EV_NATIVE, .native = n};
}

static inline struct ev_val ev_arg(const struct ev_args *args, size_t i)
{
	return i < args->count ? args->v[i] : EV_UNDEF;
}
static inline bool ev_return(struct ev_val v, struct ev_val *ret)
{
	*ret = v;
	return true;
}
static inline bool ev_return_str(struct ev_str *s, struct ev_val *ret)
{
	if (!s)
		return false;
	*ret = ev_string(s);
	return true;
}
static inline bool ev_return_obj(struct ev_obj *o, struct ev_val *ret)
{
	if (!o)
		return false;
	*ret = ev_temp(o);
	return true;
}
/* An index argument as slice takes it: negative counts from the end, clamped to 0 … length. */
bool ev_arg_index(struct ev *e, const struct ev_args *args, size_t i, uint64_t length,
		  uint64_t fallback, uint64_t *ret);

/* A name of the command line's. *found false: none. */
bool ev_command_line(struct ev *e, struct ipm_str name, struct ev_val *ret, bool *found);
/* toLocaleString and its like: throws when the arguments ask for more than plain en-US. */
bool ev_plain_locale(struct ev *e, const struct ev_args *args);

/* eval_regex.c */
struct ev_regex *ev_regex_compile(struct ev *e, struct ipm_str pattern, struct ipm_str flags);
bool ev_new_regexp(struct ev *e, struct ipm_str pattern, struct ipm_str flags, struct ev_val *ret);
/* The compiled expression of a RegExp value, captured or new; throws when it is none. */
bool ev_regex_of(struct ev *e, struct ev_val v, struct ev_regex **ret, struct ipm_str *ret_flags);
/* Replaces through a regular expression or a string; for String.prototype. */
bool ev_regexp_replace(struct ev *e, struct ev_str *s, struct ev_val what, struct ev_val with,
		       bool all, struct ev_val *ret);
bool ev_regexp_match(struct ev *e, struct ev_str *s, struct ev_val what, struct ev_val *ret);
bool ev_regexp_match_all(struct ev *e, struct ev_str *s, struct ev_val what, struct ev_val *ret);
bool ev_regexp_search(struct ev *e, struct ev_str *s, struct ev_val what, struct ev_val *ret);
bool ev_regexp_split(struct ev *e, struct ev_str *s, struct ev_val by, uint32_t limit,
		     struct ev_val *ret);
bool ev_is_regexp(struct ev *e, struct ev_val v, bool *ret);

#endif
