/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "eval_regex.h"

/* String.prototype.replace and replaceAll. */

/* $$, $&, $`, $', $1 … $99, $<name> */
static bool expand(struct ev *e, struct ipm_buf *buf, struct ev_str *with, struct ev_str *s,
		   const struct ev_regex *re, const size_t *m)
{
	uint32_t groups = re ? re->groups : 1, group;
	struct ev_str *part;
	struct ipm_str name;
	size_t i, from, to, n, k;
	const char *end, *p = with->data;

	for (i = 0; i < with->len; i++) {
		if (p[i] != '$' || i + 1 >= with->len) {
			ipm_buf_byte(buf, (uint8_t)p[i]);
			continue;
		}
		from = to = 0;
		i++;
		if (p[i] == '$') {
			ipm_buf_byte(buf, '$');
			continue;
		} else if (p[i] == '&') {
			from = m[0];
			to = m[1];
		} else if (p[i] == '`') {
			to = m[0];
		} else if (p[i] == '\'') {
			from = m[1];
			to = (size_t)s->held;
		} else if (p[i] >= '0' && p[i] <= '9') {
			group = (uint32_t)(p[i] - '0');
			n = 1;
			if (i + 1 < with->len && p[i + 1] >= '0' && p[i + 1] <= '9' &&
			    group * 10 + (uint32_t)(p[i + 1] - '0') < groups) {
				group = group * 10 + (uint32_t)(p[i + 1] - '0');
				n = 2;
			}
			if (!group || group >= groups) {
				ipm_buf_byte(buf, '$');
				i--;
				continue;
			}
			i += n - 1;
			from = m[group * 2];
			to = m[group * 2 + 1];
			if (from == EV_RE_UNSET)
				from = to = 0;
		} else if (p[i] == '<' && re && re->name_count &&
			   (end = memchr(p + i, '>', with->len - i))) {
			name = (struct ipm_str){p + i + 1, (size_t)(end - p) - i - 1};
			for (k = 0; k < re->name_count; k++)
				if (ev_view_equal(re->names[k].name, name)) {
					from = m[re->names[k].group * 2];
					to = m[re->names[k].group * 2 + 1];
				}
			if (from == EV_RE_UNSET)
				from = to = 0;
			i = (size_t)(end - p);
		} else {
			ipm_buf_byte(buf, '$');
			i--;
			continue;
		}
		part = ev_str_slice(e, s, from, to);
		if (!part)
			return false;
		ev_append(buf, ev_str_view(part));
	}
	return true;
}

struct replacing {
	struct ev_str *s;
	const struct ev_regex *re; /* NULL: a string is replaced */
	struct ev_val function;	   /* or UNDEFINED, and: */
	struct ev_str *with;
	struct ipm_buf out;
};

static bool replace_one(struct ev *e, struct replacing *r, const size_t *m)
{
	uint32_t groups = r->re ? r->re->groups : 1, i;
	struct ev_obj *args;
	struct ev_val v, named;
	struct ev_str *text;
	bool ok;

	if (r->function.type == EV_UNDEFINED)
		return expand(e, &r->out, r->with, r->s, r->re, m);
	args = ev_new_array(e);
	if (!args)
		return false;
	for (i = 0; i < groups; i++) {
		v = ev_regex_group(e, r->s, m, i, &ok);
		if (!ok || !ev_push(e, args, v))
			return false;
	}
	if (!ev_push(e, args, ev_num((double)m[0])) || !ev_push(e, args, ev_string(r->s)))
		return false;
	if (r->re && r->re->name_count &&
	    (!ev_regex_named_groups(e, r->re, r->s, m, &named) || !ev_push(e, args, named)))
		return false;
	if (!ev_call(e, r->function, EV_UNDEF, args->elements, args->element_count, &v))
		return false;
	text = ev_to_string(e, v);
	if (!text || !ev_str_whole(e, text))
		return false;
	ev_append(&r->out, ev_str_view(text));
	return true;
}

static bool replace_all(struct ev *e, struct replacing *r, struct ev_val value,
			struct ev_str *plain, bool all)
{
	struct ev_str *between;
	size_t from = 0, done = 0, *m;
	size_t pair[2];
	bool matched;

	m = r->re ? ev_regex_new_match(e, r->re) : pair;
	if (!m)
		return false;
	if (r->re && !r->re->global && r->re->sticky && !ev_regex_last_index(e, value, &from))
		return false;
	for (;;) {
		if (r->re) {
			if (!ev_regex_next(e, r->re, r->s, &from, m, &matched))
				return false;
		} else {
			m[0] = ev_str_find(r->s, plain, from);
			matched = m[0] != SIZE_MAX;
			if (matched) {
				m[1] = m[0] + (size_t)plain->held;
				from = m[1] + !plain->held;
			}
		}
		if (!matched)
			break;
		between = ev_str_slice(e, r->s, done, m[0]);
		if (!between || !ev_step(e))
			return false;
		ev_append(&r->out, ev_str_view(between));
		if (!replace_one(e, r, m))
			return false;
		r->out.max = (size_t)e->max_bytes;
		if (r->out.failed)
			return ev_throw(e, "RangeError", "Invalid string length");
		done = m[1];
		if (!all)
			break;
	}
	between = ev_str_slice(e, r->s, done, (size_t)r->s->held);
	if (between)
		ev_append(&r->out, ev_str_view(between));
	return between != NULL;
}

bool ev_regexp_replace(struct ev *e, struct ev_str *s, struct ev_val what, struct ev_val with,
		       bool all, struct ev_val *ret)
{
	struct replacing r = {.s = s, .function = EV_UNDEF};
	struct ev_regex *re = NULL;
	struct ev_str *plain = NULL;
	const uint16_t *units;
	struct ipm_str flags;
	bool regexp, callable;

	if (!ev_is_regexp(e, what, &regexp) || !ev_is_callable(e, with, &callable))
		return false;
	if (regexp) {
		if (!ev_regex_of(e, what, &re, &flags))
			return false;
		if (all && !re->global)
			return ev_throw(e, "TypeError",
					"String.prototype.replaceAll called with a non-global "
					"RegExp argument");
		all = re->global;
	} else {
		plain = ev_to_string(e, what);
		if (!plain || !ev_str_whole(e, plain) || !ev_str_units(e, plain, &units))
			return false;
	}
	r.re = re;
	if (callable) {
		r.function = with;
	} else {
		r.with = ev_to_string(e, with);
		if (!r.with || !ev_str_whole(e, r.with))
			return false;
	}
	if (!replace_all(e, &r, what, plain, all)) {
		ipm_buf_deinit(&r.out);
		return false;
	}
	return ev_return_str(ev_str_from_buf(e, &r.out), ret);
}
