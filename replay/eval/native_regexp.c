/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_regex.h"

/* RegExp, and the methods of strings that take one. */

static struct ev_regex *compiled(struct ev *e, struct ipm_str pattern, struct ipm_str flags)
{
	const size_t count = sizeof(e->regexes) / sizeof(*e->regexes);
	struct ev_regex *re = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		re = e->regexes[i];
		if (re && ev_view_equal(re->source, pattern) && ev_view_equal(re->flags, flags))
			return re;
	}
	re = ev_regex_compile(e, pattern, flags);
	if (re)
		e->regexes[e->next_regex++ % count] = re;
	return re;
}

bool ev_new_regexp(struct ev *e, struct ipm_str pattern, struct ipm_str flags, struct ev_val *ret)
{
	struct ev_regex *re = compiled(e, pattern, flags);
	struct ev_obj *o = ev_new(e, IPM_KIND_REGEXP, "RegExp");
	struct ipm_buf buf = IPM_BUF_INIT;

	if (!re || !o)
		return false;
	ipm_buf_byte(&buf, '/');
	ipm_buf_str(&buf, pattern.len ? pattern : IPM_STR("(?:)"));
	ipm_buf_byte(&buf, '/');
	ipm_buf_str(&buf, flags);
	o->text = ev_str_from_buf(e, &buf);
	o->regex = re;
	return o->text && ev_define_c(e, o, "lastIndex", ev_num(0), IPM_PROPERTY_WRITABLE) &&
	       ev_return_obj(o, ret);
}

bool ev_is_regexp(struct ev *e, struct ev_val v, bool *ret)
{
	enum ipm_kind kind;

	*ret = false;
	if (v.type != EV_TEMP && v.type != EV_HEAP)
		return true;
	if (!ev_kind(e, v, &kind))
		return false;
	*ret = kind == IPM_KIND_REGEXP;
	return true;
}

bool ev_regex_of(struct ev *e, struct ev_val v, struct ev_regex **ret, struct ipm_str *ret_flags)
{
	const struct ipm_object *o;
	struct ev_str *text;
	size_t slash;
	bool yes;

	if (!ev_is_regexp(e, v, &yes))
		return false;
	if (!yes)
		return ev_throw(e, "TypeError", "the receiver is not a RegExp");
	if (v.type == EV_TEMP) {
		*ret = v.obj->regex;
	} else {
		o = ev_hold(e, v.id);
		if (!o)
			return false;
		text = ev_str_text(e, &o->text);
		ev_drop(e, o);
		if (!text || !ev_str_whole(e, text))
			return false;
		for (slash = text->len; slash > 1 && text->data[slash - 1] != '/'; slash--)
			;
		if (slash < 2)
			return ev_throw(e, "SyntaxError", "Invalid regular expression");
		*ret = compiled(e, (struct ipm_str){text->data + 1, slash - 2},
				(struct ipm_str){text->data + slash, text->len - slash});
		if (!*ret)
			return false;
	}
	*ret_flags = (*ret)->flags;
	return true;
}

/* The flags of a literal are the parser's to complain about, those of the constructor are not. */
static bool check_flags(struct ev *e, struct ipm_str flags)
{
	size_t i;

	for (i = 0; i < flags.len; i++)
		if (!memchr("dgimsuvy", flags.data[i], 8) ||
		    memchr(flags.data + i + 1, flags.data[i], flags.len - i - 1))
			return ev_throw(e, "SyntaxError",
					"Invalid flags supplied to RegExp constructor '%s'",
					ev_excerpt(e, flags));
	return true;
}

struct ev_val ev_regex_group(struct ev *e, struct ev_str *s, const size_t *m, uint32_t group,
			     bool *ok)
{
	struct ev_str *part;

	*ok = true;
	if (m[group * 2] == EV_RE_UNSET || m[group * 2 + 1] == EV_RE_UNSET)
		return EV_UNDEF;
	part = ev_str_slice(e, s, m[group * 2], m[group * 2 + 1]);
	*ok = part != NULL;
	return part ? ev_string(part) : EV_UNDEF;
}

bool ev_regex_named_groups(struct ev *e, const struct ev_regex *re, struct ev_str *s,
			   const size_t *m, struct ev_val *ret)
{
	struct ev_obj *o;
	struct ev_key key;
	struct ev_val v;
	size_t i;
	bool ok;

	*ret = EV_UNDEF;
	if (!re->name_count)
		return true;
	o = ev_new(e, IPM_KIND_OBJECT, "Object");
	if (!o)
		return false;
	o->proto = ev_null();
	for (i = 0; i < re->name_count; i++) {
		v = ev_regex_group(e, s, m, re->names[i].group, &ok);
		key = ev_key_of(re->names[i].name);
		if (!ok || !ev_define(e, o, &key, v, IPM_PROPERTY_DEFAULT))
			return false;
	}
	return ev_return_obj(o, ret);
}

static bool define_indices(struct ev *e, const struct ev_regex *re, const size_t *m,
			   struct ev_obj *match)
{
	struct ev_obj *array = ev_new_array(e), *names = NULL, *pair;
	struct ev_key key;
	struct ev_val v;
	size_t i, n;

	if (!array)
		return false;
	for (i = 0; i < re->groups; i++) {
		v = EV_UNDEF;
		if (m[i * 2] != EV_RE_UNSET && m[i * 2 + 1] != EV_RE_UNSET) {
			pair = ev_pair(e, ev_num((double)m[i * 2]), ev_num((double)m[i * 2 + 1]));
			if (!pair)
				return false;
			v = ev_temp(pair);
		}
		if (!ev_push(e, array, v))
			return false;
	}
	for (n = 0; n < re->name_count; n++) {
		if (!names)
			names = ev_new(e, IPM_KIND_OBJECT, "Object");
		if (!names)
			return false;
		names->proto = ev_null();
		key = ev_key_of(re->names[n].name);
		if (!ev_define(e, names, &key, array->elements[re->names[n].group],
			       IPM_PROPERTY_DEFAULT))
			return false;
	}
	return ev_define_c(e, array, "groups", names ? ev_temp(names) : EV_UNDEF,
			   IPM_PROPERTY_DEFAULT) &&
	       ev_define_c(e, match, "indices", ev_temp(array), IPM_PROPERTY_DEFAULT);
}

/* The array that exec gives. */
static bool match_array(struct ev *e, const struct ev_regex *re, struct ev_str *s, const size_t *m,
			struct ev_val *ret)
{
	struct ev_obj *array = ev_new_array(e);
	struct ev_val groups, v;
	uint32_t i;
	bool ok;

	if (!array)
		return false;
	for (i = 0; i < re->groups; i++) {
		v = ev_regex_group(e, s, m, i, &ok);
		if (!ok || !ev_push(e, array, v))
			return false;
	}
	return ev_regex_named_groups(e, re, s, m, &groups) &&
	       ev_define_c(e, array, "index", ev_num((double)m[0]), IPM_PROPERTY_DEFAULT) &&
	       ev_define_c(e, array, "input", ev_string(s), IPM_PROPERTY_DEFAULT) &&
	       ev_define_c(e, array, "groups", groups, IPM_PROPERTY_DEFAULT) &&
	       (!re->indices || define_indices(e, re, m, array)) && ev_return_obj(array, ret);
}

size_t *ev_regex_new_match(struct ev *e, const struct ev_regex *re)
{
	return ev_alloc(e, re->groups * 2 * sizeof(size_t));
}

bool ev_regex_last_index(struct ev *e, struct ev_val v, size_t *ret)
{
	struct ev_val value;
	double n;

	if (!ev_get_c(e, v, "lastIndex", &value) || !ev_to_integer(e, value, &n))
		return false;
	*ret = n <= 0 ? 0 : n > EV_MAX_STRING ? EV_MAX_STRING : (size_t)n;
	return true;
}

/* As RegExp.prototype.exec; the lastIndex of a captured one stays what it was. */
static bool exec(struct ev *e, struct ev_val v, struct ev_str *s, const struct ev_regex *re,
		 size_t *m, bool *matched)
{
	bool uses_index = re->global || re->sticky;
	size_t from = 0;

	if (uses_index && !ev_regex_last_index(e, v, &from))
		return false;
	*matched = false;
	if (from <= s->held && !ev_regex_match(e, re, s, from, re->sticky, m, matched))
		return false;
	if (!uses_index || v.type != EV_TEMP)
		return true;
	return ev_define_c(e, v.obj, "lastIndex", ev_num(*matched ? (double)m[1] : 0),
			   IPM_PROPERTY_WRITABLE);
}

static bool receiver(struct ev *e, struct ev_args *a, struct ev_regex **re, struct ev_str **s,
		     size_t **m)
{
	const uint16_t *units;
	struct ipm_str flags = {0};

	if (!ev_regex_of(e, a->this_value, re, &flags))
		return false;
	*s = ev_to_string(e, ev_arg(a, 0));
	*m = *s ? ev_regex_new_match(e, *re) : NULL;
	return *m && ev_str_whole(e, *s) && ev_str_units(e, *s, &units);
}

static bool regexp_exec(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_regex *re = NULL;
	struct ev_str *s;
	bool matched;
	size_t *m;

	if (!receiver(e, a, &re, &s, &m) || !exec(e, a->this_value, s, re, m, &matched))
		return false;
	*ret = ev_null();
	return !matched || match_array(e, re, s, m, ret);
}

static bool regexp_test(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_regex *re = NULL;
	struct ev_str *s;
	bool matched;
	size_t *m;

	if (!receiver(e, a, &re, &s, &m) || !exec(e, a->this_value, s, re, m, &matched))
		return false;
	return ev_return(ev_bool(matched), ret);
}

/* The next match of a global search; an empty one moves on by a character. */
/* The place of the next character: under /u a pair is one. */
static size_t after_unit(const struct ev_regex *re, const struct ev_str *s, size_t at)
{
	if (re->unicode && at + 1 < s->held && ev_str_unit(s, at) >= 0xD800 &&
	    ev_str_unit(s, at) < 0xDC00 && ev_str_unit(s, at + 1) >= 0xDC00 &&
	    ev_str_unit(s, at + 1) < 0xE000)
		return at + 2;
	return at + 1;
}

bool ev_regex_next(struct ev *e, const struct ev_regex *re, struct ev_str *s, size_t *from,
		   size_t *m, bool *matched)
{
	*matched = false;
	if (*from > s->held)
		return true;
	if (!ev_regex_match(e, re, s, *from, re->sticky, m, matched))
		return false;
	if (*matched) {
		*from = m[1] == m[0] ? after_unit(re, s, m[1]) : m[1];
	}
	return true;
}

/* What is given as a pattern: a RegExp, or something that becomes one. */
static bool pattern_of(struct ev *e, struct ev_val what, const char *flags, struct ev_val *value,
		       struct ev_regex **re)
{
	struct ipm_str ignored;
	struct ev_str *s;
	bool yes;

	if (!ev_is_regexp(e, what, &yes))
		return false;
	*value = what;
	if (!yes) {
		s = what.type == EV_UNDEFINED ? ev_str_c(e, "") : ev_to_string(e, what);
		if (!s || !ev_str_whole(e, s) ||
		    !ev_new_regexp(e, ev_str_view(s), (struct ipm_str){flags, strlen(flags)},
				   value))
			return false;
	}
	return ev_regex_of(e, *value, re, &ignored);
}

bool ev_regexp_match(struct ev *e, struct ev_str *s, struct ev_val what, struct ev_val *ret)
{
	struct ev_regex *re = NULL;
	struct ev_obj *all;
	struct ev_str *part;
	struct ev_val value;
	size_t from = 0, *m;
	bool matched;

	if (!pattern_of(e, what, "", &value, &re))
		return false;
	m = ev_regex_new_match(e, re);
	*ret = ev_null();
	if (!m)
		return false;
	if (!re->global) {
		if (!exec(e, value, s, re, m, &matched))
			return false;
		return !matched || match_array(e, re, s, m, ret);
	}
	all = ev_new_array(e);
	if (!all)
		return false;
	for (;;) {
		if (!ev_regex_next(e, re, s, &from, m, &matched))
			return false;
		if (!matched)
			break;
		part = ev_str_slice(e, s, m[0], m[1]);
		if (!part || !ev_push(e, all, ev_string(part)))
			return false;
	}
	return !all->element_count || ev_return_obj(all, ret);
}

bool ev_regexp_match_all(struct ev *e, struct ev_str *s, struct ev_val what, struct ev_val *ret)
{
	struct ev_obj *all = ev_new(e, IPM_KIND_ITERATOR, "RegExp String Iterator");
	struct ev_regex *re = NULL;
	struct ev_val value, one;
	size_t from = 0, *m;
	bool matched;

	if (!all || !pattern_of(e, what, "g", &value, &re))
		return false;
	if (!re->global)
		return ev_throw(
			e, "TypeError",
			"String.prototype.matchAll called with a non-global RegExp argument");
	m = ev_regex_new_match(e, re);
	if (!m)
		return false;
	for (;;) {
		if (!ev_regex_next(e, re, s, &from, m, &matched))
			return false;
		if (!matched)
			return ev_return_obj(all, ret);
		if (!match_array(e, re, s, m, &one) || !ev_push(e, all, one))
			return false;
	}
}

bool ev_regexp_search(struct ev *e, struct ev_str *s, struct ev_val what, struct ev_val *ret)
{
	struct ev_regex *re = NULL;
	struct ev_val value;
	bool matched;
	size_t *m;

	if (!pattern_of(e, what, "", &value, &re))
		return false;
	m = ev_regex_new_match(e, re);
	if (!m || !ev_regex_match(e, re, s, 0, re->sticky, m, &matched))
		return false;
	return ev_return(ev_num(matched ? (double)m[0] : -1), ret);
}

bool ev_regexp_split(struct ev *e, struct ev_str *s, struct ev_val by, uint32_t limit,
		     struct ev_val *ret)
{
	struct ev_obj *out = ev_new_array(e);
	size_t from = 0, search = 0, *m;
	struct ev_regex *re = NULL;
	struct ev_str *part;
	struct ev_val value, group;
	bool matched, ok;
	uint32_t i;

	if (!out || !pattern_of(e, by, "", &value, &re))
		return false;
	m = ev_regex_new_match(e, re);
	if (!m)
		return false;
	if (!limit)
		return ev_return_obj(out, ret);
	if (!s->held) {
		if (!ev_regex_match(e, re, s, 0, true, m, &matched))
			return false;
		return (matched || ev_push(e, out, ev_string(s))) && ev_return_obj(out, ret);
	}
	while (search < s->held) {
		if (!ev_regex_match(e, re, s, search, false, m, &matched))
			return false;
		if (!matched || m[0] >= s->held)
			break;
		if (m[1] == from) { /* nothing before, nothing taken */
			search = after_unit(re, s, m[0]);
			continue;
		}
		part = ev_str_slice(e, s, from, m[0]);
		if (!part || !ev_push(e, out, ev_string(part)))
			return false;
		for (i = 1; i < re->groups && out->element_count < limit; i++) {
			group = ev_regex_group(e, s, m, i, &ok);
			if (!ok || !ev_push(e, out, group))
				return false;
		}
		if (out->element_count >= limit)
			return ev_return_obj(out, ret);
		from = search = m[1];
	}
	part = ev_str_slice(e, s, from, (size_t)s->held);
	return part && ev_push(e, out, ev_string(part)) && ev_return_obj(out, ret);
}

static bool regexp_constructor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_str pattern, flags = {"", 0};
	struct ev_regex *re = NULL;
	struct ev_str *s;
	bool regexp;

	if (!ev_is_regexp(e, ev_arg(a, 0), &regexp))
		return false;
	if (regexp) {
		if (!ev_regex_of(e, a->v[0], &re, &flags))
			return false;
		pattern = re->source;
	} else {
		s = ev_arg(a, 0).type == EV_UNDEFINED ? ev_str_c(e, "(?:)")
						      : ev_to_string(e, a->v[0]);
		if (!s || !ev_str_whole(e, s))
			return false;
		pattern = ev_str_view(s);
	}
	if (ev_arg(a, 1).type != EV_UNDEFINED) {
		s = ev_to_string(e, a->v[1]);
		if (!s || !ev_str_whole(e, s))
			return false;
		flags = ev_str_view(s);
	}
	if (!check_flags(e, flags))
		return false;
	return ev_new_regexp(e, pattern, flags, ret);
}

static bool to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ipm_str flags = {0};
	struct ev_regex *re = NULL;

	if (!ev_regex_of(e, a->this_value, &re, &flags))
		return false;
	ipm_buf_byte(&buf, '/');
	ipm_buf_str(&buf, re->source.len ? re->source : IPM_STR("(?:)"));
	ipm_buf_byte(&buf, '/');
	ipm_buf_str(&buf, flags);
	return ev_return_str(ev_str_from_buf(e, &buf), ret);
}

static bool source(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_str flags = {0};
	struct ev_regex *re = NULL;

	return ev_regex_of(e, a->this_value, &re, &flags) &&
	       ev_return_str(ev_str_new(e, re->source.len ? re->source : IPM_STR("(?:)")), ret);
}

static bool flags_of(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ipm_str flags = {0};
	struct ev_regex *re = NULL;

	return ev_regex_of(e, a->this_value, &re, &flags) &&
	       ev_return_str(ev_str_new(e, flags), ret);
}

#define FLAG(name, letter)                                                                         \
	static bool flag_##name(struct ev *e, struct ev_args *a, struct ev_val *ret)               \
	{                                                                                          \
		struct ipm_str flags = {0};                                                        \
		struct ev_regex *re = NULL;                                                        \
                                                                                                   \
		return ev_regex_of(e, a->this_value, &re, &flags) &&                               \
		       ev_return(ev_bool(flags.len && memchr(flags.data, letter, flags.len)),      \
				 ret);                                                             \
	}

FLAG(global, 'g')
FLAG(ignore_case, 'i')
FLAG(multiline, 'm')
FLAG(dot_all, 's')
FLAG(unicode, 'u')
FLAG(sticky, 'y')

#define METHOD(name, fn, length)                                                                   \
	{                                                                                          \
		"RegExp.prototype", name, fn, EV_NATIVE_FUNCTION, length, 0                        \
	}
#define GETTER(name, fn)                                                                           \
	{                                                                                          \
		"RegExp.prototype", name, fn, EV_NATIVE_GETTER, 0, 0                               \
	}

const struct ev_native ev_natives_regexp[] = {
	{"", "RegExp", regexp_constructor, EV_NATIVE_CONSTRUCTOR, 2, 0},
	{"RegExp", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	METHOD("exec", regexp_exec, 1),
	METHOD("test", regexp_test, 1),
	METHOD("toString", to_string, 0),
	GETTER("source", source),
	GETTER("flags", flags_of),
	GETTER("global", flag_global),
	GETTER("ignoreCase", flag_ignore_case),
	GETTER("multiline", flag_multiline),
	GETTER("dotAll", flag_dot_all),
	GETTER("unicode", flag_unicode),
	GETTER("sticky", flag_sticky),
	{NULL, NULL, NULL, 0, 0, 0},
};
