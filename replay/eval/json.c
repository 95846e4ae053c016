/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "eval_native.h"
#include "json.h"
#include "wtf8.h"

/* JSON.stringify, JSON.parse, and values of Runtime.RemoteObject. */

struct around {
	struct ev_val value;
	struct ipm_str name; /* where its own container has it */
};

struct writer {
	struct ipm_buf out;
	struct ev_str *gap;
	struct ev_val replacer; /* a function of the expression's, or UNDEFINED */
	struct ev_obj *allowed; /* a Set of names, or NULL */
	struct around *stack;	/* the containers around, to find cycles */
	size_t depth, capacity;
	struct ev_key *key; /* of the value being written */
};

static bool write_value(struct ev *e, struct writer *w, struct ev_val holder, struct ev_key *key,
			struct ev_val v, bool *ret_written);

static void newline(struct writer *w)
{
	size_t i;

	if (!w->gap)
		return;
	ipm_buf_byte(&w->out, '\n');
	for (i = 0; i < w->depth; i++)
		ipm_buf_str(&w->out, ev_str_view(w->gap));
}

/* As JSON.stringify: control characters and lone surrogates escaped, other text as it is. */
static void put_string(struct ipm_buf *out, struct ipm_str s)
{
	ipm_json_put_string(out, s);
}

static bool put_step(struct ev *e, struct ipm_buf *buf, const char *lead, struct ipm_str name)
{
	struct ev_key key = ev_key_of(name);

	ipm_buf_printf(buf, "\n    %s %s '%s'", lead,
		       key.kind == EV_KEY_INDEX ? "index" : "property", ev_excerpt(e, name));
	if (key.kind == EV_KEY_INDEX) { /* without quotes */
		buf->len -= name.len + 2;
		ipm_buf_str(buf, name);
	}
	return true;
}

static void put_class(struct ev *e, struct ipm_buf *buf, struct ev_val v)
{
	struct ipm_str name;

	if (ev_class_name(e, v, &name))
		ipm_buf_printf(buf, "object with constructor '%s'", ev_excerpt(e, name));
}

/* The way round, as V8 draws it. */
static bool circular(struct ev *e, struct writer *w, size_t from, struct ipm_str last)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ev_str *message;
	struct ev_obj *error;
	size_t i;

	ipm_buf_cstr(&buf, "Converting circular structure to JSON\n    --> starting at ");
	put_class(e, &buf, w->stack[from].value);
	for (i = from + 1; i < w->depth; i++) {
		if (i > from + 1 && i + 1 < w->depth) {
			if (i == from + 2)
				ipm_buf_cstr(&buf, "\n    |     ...");
			continue;
		}
		put_step(e, &buf, "|    ", w->stack[i].name);
		ipm_buf_cstr(&buf, " -> ");
		put_class(e, &buf, w->stack[i].value);
	}
	put_step(e, &buf, "---", last);
	ipm_buf_cstr(&buf, " closes the circle");
	message = ev_str_from_buf(e, &buf);
	error = message ? ev_new_error(e, "TypeError", message) : NULL;
	return error ? ev_throw_value(e, ev_temp(error)) : false;
}

static bool enter(struct ev *e, struct writer *w, struct ev_val v)
{
	struct ev_str *name;
	struct ev_val name_value;
	bool same;
	void *grown;
	size_t i;

	if (!ev_key_value(e, w->key, &name_value))
		return false;
	name = w->key->kind == EV_KEY_SYMBOL ? ev_str_c(e, "") : name_value.str;
	if (!name)
		return false;
	for (i = 0; i < w->depth; i++) {
		if (!ev_strict_equal(e, w->stack[i].value, v, &same))
			return false;
		if (same)
			return circular(e, w, i, ev_str_view(name));
	}
	grown = ev_more(e, w->stack, w->depth, &w->capacity, sizeof(*w->stack));
	if (!grown)
		return false;
	w->stack = grown;
	w->stack[w->depth].name = ev_str_view(name);
	w->stack[w->depth++].value = v;
	return true;
}

struct members {
	struct writer *w;
	struct ev_val object;
	bool first;
};

static bool write_member(struct ev *e, void *self, struct ev_key *key,
			 const struct ev_found *property)
{
	struct members *m = self;
	size_t before = m->w->out.len, place;
	struct ev_val v = property->value, name;
	bool written;

	if (m->w->allowed) {
		if (!ev_key_value(e, key, &name) || !ev_find_entry(e, m->w->allowed, name, &place))
			return false;
		if (place == SIZE_MAX)
			return true;
	}
	if (property->accessor && !ev_get(e, m->object, key, &v))
		return false;
	if (!m->first)
		ipm_buf_byte(&m->w->out, ',');
	newline(m->w);
	put_string(&m->w->out, ev_key_name(key));
	ipm_buf_cstr(&m->w->out, m->w->gap ? ": " : ":");
	if (!write_value(e, m->w, m->object, key, v, &written))
		return false;
	if (written)
		m->first = false;
	else
		m->w->out.len = before;
	return true;
}

static bool write_object(struct ev *e, struct writer *w, struct ev_val v)
{
	struct members m = {w, v, true};

	ipm_buf_byte(&w->out, '{');
	if (!enter(e, w, v) || !ev_own_keys(e, v, EV_KEYS_STRINGS, write_member, &m))
		return false;
	w->depth--;
	if (!m.first)
		newline(w);
	ipm_buf_byte(&w->out, '}');
	return true;
}

static bool write_array(struct ev *e, struct writer *w, struct ev_val v)
{
	struct ev_walk walk;
	struct ev_val item;
	struct ev_key key;
	bool more = false, ok, written, first = true;

	ipm_buf_byte(&w->out, '[');
	if (!enter(e, w, v) || !ev_walk_start(e, v, &walk))
		return false;
	for (;;) {
		ok = ev_walk_next(e, &walk, &item, &more);
		if (!ok || !more)
			break;
		if (item.type == EV_HOLE)
			item = EV_UNDEF;
		if (!first)
			ipm_buf_byte(&w->out, ',');
		first = false;
		newline(w);
		key = ev_key_index((uint32_t)(walk.index - 1));
		ok = write_value(e, w, v, &key, item, &written);
		if (!ok)
			break;
		if (!written)
			ipm_buf_cstr(&w->out, "null");
	}
	ev_walk_end(e, &walk);
	if (!ok)
		return false;
	w->depth--;
	if (!first)
		newline(w);
	ipm_buf_byte(&w->out, ']');
	return true;
}

/* A boxed primitive's primitive. */
static bool unbox(struct ev *e, struct ev_val v, struct ev_val *ret)
{
	const struct ipm_object *o;
	bool ok;

	if (v.type == EV_TEMP) {
		*ret = v.obj->first;
		return true;
	}
	o = ev_hold(e, v.id);
	if (!o)
		return false;
	ok = ev_import(e, &o->first, ret);
	ev_drop(e, o);
	return ok;
}

static bool apply_to_json(struct ev *e, struct ev_key *key, struct ev_val *v)
{
	struct ev_val method, name;
	bool callable;

	if (!ev_get_c(e, *v, "toJSON", &method) || !ev_is_callable(e, method, &callable))
		return false;
	if (!callable)
		return true;
	return ev_key_value(e, key, &name) && ev_call(e, method, *v, &name, 1, v);
}

static bool write_leaf(struct ev *e, struct writer *w, struct ev_val v, bool *ret_written)
{
	*ret_written = true;
	switch (v.type) {
	case EV_NULL:
		ipm_buf_cstr(&w->out, "null");
		return true;
	case EV_BOOLEAN:
		ipm_buf_cstr(&w->out, v.boolean ? "true" : "false");
		return true;
	case EV_NUMBER:
		if (isfinite(v.number))
			ipm_put_js_number(&w->out, v.number);
		else
			ipm_buf_cstr(&w->out, "null");
		return true;
	case EV_STRING:
		if (!ev_str_whole(e, v.str) || !ev_steps(e, v.str->len / 64))
			return false;
		put_string(&w->out, ev_str_view(v.str));
		return true;
	case EV_BIGINT:
		return ev_throw(e, "TypeError", "Do not know how to serialize a BigInt");
	case EV_OMITTED:
		return ev_throw_omitted(e, v.omitted);
	default:
		*ret_written = false;
		return true;
	}
}

static bool write_value(struct ev *e, struct writer *w, struct ev_val holder, struct ev_key *key,
			struct ev_val v, bool *ret_written)
{
	struct ev_val args[2];
	enum ipm_kind kind;
	bool ok;

	if (!ev_step(e) || !ev_enter(e))
		return false;
	w->out.max = (size_t)e->max_bytes;
	if (w->out.failed)
		return ev_throw(e, "RangeError", "Invalid string length");
	if ((ev_is_object(v) || v.type == EV_BIGINT) && !apply_to_json(e, key, &v))
		return false;
	if (w->replacer.type != EV_UNDEFINED) {
		args[1] = v;
		if (!ev_key_value(e, key, &args[0]) ||
		    !ev_call(e, w->replacer, holder, args, 2, &v))
			return false;
	}
	if (ev_is_object(v)) {
		if (!ev_kind(e, v, &kind))
			return false;
		if (kind == IPM_KIND_PRIMITIVE && !unbox(e, v, &v))
			return false;
	}
	*ret_written = true;
	w->key = key;
	if (!ev_is_object(v)) {
		ok = write_leaf(e, w, v, ret_written);
	} else if (kind == IPM_KIND_FUNCTION || kind == IPM_KIND_SYMBOL) {
		*ret_written = false;
		ok = true;
	} else {
		ok = kind == IPM_KIND_ARRAY ? write_array(e, w, v) : write_object(e, w, v);
	}
	ev_leave(e);
	return ok;
}

static bool allow(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	struct ev_str *s;

	(void)stop;
	if (v.type != EV_STRING && v.type != EV_NUMBER)
		return true;
	s = ev_to_string(e, v);
	return s && ev_put_entry(e, self, ev_string(s), EV_UNDEF);
}

bool ev_json_stringify(struct ev *e, struct ev_val v, struct ev_val replacer, struct ev_str *gap,
		       struct ev_val *ret)
{
	struct writer w = {.gap = gap && gap->units ? gap : NULL, .replacer = EV_UNDEF};
	struct ev_key key = ev_key_of(IPM_STR(""));
	struct ev_obj *holder = ev_new(e, IPM_KIND_OBJECT, "Object");
	bool callable, written = false;
	enum ipm_kind kind;

	if (!holder || !ev_define(e, holder, &key, v, IPM_PROPERTY_DEFAULT) ||
	    !ev_is_callable(e, replacer, &callable))
		return false;
	if (callable) {
		w.replacer = replacer;
	} else if (ev_is_object(replacer)) {
		if (!ev_kind(e, replacer, &kind))
			return false;
		if (kind == IPM_KIND_ARRAY) {
			w.allowed = ev_new(e, IPM_KIND_SET, "Set");
			if (!w.allowed || !ev_iterate(e, replacer, allow, w.allowed))
				return false;
		}
	}
	if (!write_value(e, &w, ev_temp(holder), &key, v, &written)) {
		ipm_buf_deinit(&w.out);
		return false;
	}
	if (!written) {
		ipm_buf_deinit(&w.out);
		*ret = EV_UNDEF;
		return true;
	}
	if (w.out.failed) {
		ipm_buf_deinit(&w.out);
		return ev_throw(e, "RangeError", "Invalid string length");
	}
	return ev_return_str(ev_str_from_buf(e, &w.out), ret);
}

static bool parse_ref(struct ev *e, struct ipm_json_ref ref, struct ev_val *ret);

static bool json_string(struct ev *e, struct ipm_json_ref ref, struct ev_str **ret)
{
	struct ipm_buf buf = IPM_BUF_INIT;

	ipm_json_string(ref, &buf);
	*ret = ev_str_from_buf(e, &buf);
	return *ret != NULL;
}

static bool parse_container(struct ev *e, struct ipm_json_ref ref, bool is_array,
			    struct ev_val *ret)
{
	struct ev_obj *o = is_array ? ev_new_array(e) : ev_new(e, IPM_KIND_OBJECT, "Object");
	struct ipm_json_ref item;
	struct ev_str *name;
	struct ev_key key;
	struct ev_val v;

	if (!o)
		return false;
	for (item = ipm_json_first(ref); ipm_json_type(item) != IPM_JSON_NONE;
	     item = ipm_json_next(item)) {
		if (is_array) {
			if (!parse_ref(e, item, &v) || !ev_push(e, o, v))
				return false;
			continue;
		}
		if (!json_string(e, item, &name) || !parse_ref(e, ipm_json_value(item), &v))
			return false;
		key = ev_key_of(ev_str_view(name));
		if (!ev_define(e, o, &key, v, IPM_PROPERTY_DEFAULT))
			return false;
	}
	return ev_return_obj(o, ret);
}

static bool parse_ref(struct ev *e, struct ipm_json_ref ref, struct ev_val *ret)
{
	struct ipm_str raw;
	struct ev_str *s;
	bool ok = true;

	if (!ev_step(e) || !ev_enter(e))
		return false;
	switch (ipm_json_type(ref)) {
	case IPM_JSON_BOOLEAN:
		*ret = ev_bool(ipm_json_bool(ref, false));
		break;
	case IPM_JSON_NUMBER:
		raw = ipm_json_raw(ref);
		*ret = ev_num(ev_parse_number(raw.data, raw.len));
		break;
	case IPM_JSON_STRING:
		ok = json_string(e, ref, &s) && ev_return_str(s, ret);
		break;
	case IPM_JSON_ARRAY:
		ok = parse_container(e, ref, true, ret);
		break;
	case IPM_JSON_OBJECT:
		ok = parse_container(e, ref, false, ret);
		break;
	default:
		*ret = ev_null();
		break;
	}
	ev_leave(e);
	return ok;
}

bool ev_json_parse(struct ev *e, struct ev_str *text, struct ev_val *ret)
{
	struct ipm_json json = {0};
	struct ipm_error err;
	enum ipm_errc rc;
	bool ok;

	if (!ev_str_whole(e, text) || !ev_steps(e, text->len / 16))
		return false;
	if (text->len > 16u << 20)
		return ev_throw(e, "RangeError", "the text is too long to be parsed here");
	rc = ipm_json_parse(&json, ev_str_view(text), 0, &err);
	if (rc) {
		ipm_json_deinit(&json);
		if (!text->len)
			return ev_throw(e, "SyntaxError", "Unexpected end of JSON input");
		return ev_throw(e, "SyntaxError", "\"%s\" is not valid JSON",
				ev_excerpt(e, ev_str_view(text)));
	}
	ok = parse_ref(e, ipm_json_root(&json), ret);
	ipm_json_deinit(&json);
	return ok;
}

/* Values of the protocol: no toJSON, no getters, undefined members left out. */
enum { MAX_VALUE_DEPTH = 1000 }; /* V8's */

struct by_value {
	struct ipm_buf *out;
	unsigned depth;
	bool first;
};

static bool put_by_value(struct ev *e, struct ev_val v, struct by_value *b);

static bool put_member(struct ev *e, void *self, struct ev_key *key,
		       const struct ev_found *property)
{
	struct by_value *b = self;

	if (property->accessor || property->value.type == EV_UNDEFINED)
		return true;
	if (!b->first)
		ipm_buf_byte(b->out, ',');
	b->first = false;
	put_string(b->out, ev_key_name(key));
	ipm_buf_byte(b->out, ':');
	return put_by_value(e, property->value, b);
}

static bool put_item(struct ev *e, void *self, struct ev_val v, bool *stop)
{
	struct by_value *b = self;

	(void)stop;
	if (!b->first)
		ipm_buf_byte(b->out, ',');
	b->first = false;
	return put_by_value(e, v, b);
}

static bool put_container(struct ev *e, struct ev_val v, struct by_value *b)
{
	struct by_value inner = {b->out, b->depth + 1, true};
	enum ipm_kind kind;
	bool ok;

	if (!ev_kind(e, v, &kind))
		return false;
	if (kind == IPM_KIND_SYMBOL)
		return ev_throw(e, "TypeError", "Object couldn't be returned by value");
	ipm_buf_byte(b->out, kind == IPM_KIND_ARRAY ? '[' : '{');
	ok = kind == IPM_KIND_ARRAY ? ev_iterate(e, v, put_item, &inner)
				    : ev_own_keys(e, v, EV_KEYS_STRINGS, put_member, &inner);
	ipm_buf_byte(b->out, kind == IPM_KIND_ARRAY ? ']' : '}');
	return ok;
}

static bool put_by_value(struct ev *e, struct ev_val v, struct by_value *b)
{
	struct writer w = {.out = *b->out};
	bool written, ok;

	if (!ev_step(e))
		return false;
	if (b->depth >= MAX_VALUE_DEPTH || b->out->len > e->max_bytes || !ev_enter(e)) {
		e->throwing = false;
		e->stop = IPM_EVAL_STOPPED_BYTES;
		return false;
	}
	if (ev_is_object(v)) {
		ok = put_container(e, v, b);
	} else if (v.type == EV_UNDEFINED || v.type == EV_OMITTED || v.type == EV_HOLE) {
		ipm_buf_cstr(b->out, "null");
		ok = true;
	} else if (v.type == EV_BIGINT) {
		ok = ev_throw(e, "TypeError", "Object couldn't be returned by value");
	} else {
		ok = write_leaf(e, &w, v, &written);
		*b->out = w.out;
	}
	ev_leave(e);
	return ok;
}

bool ev_json_by_value(struct ev *e, struct ev_val v, struct ipm_buf *out, bool *ret_unserializable)
{
	struct by_value b = {out, 0, true};
	enum ipm_kind kind = IPM_KIND_OBJECT;

	if (ev_is_object(v) && !ev_kind(e, v, &kind))
		return false;
	if (v.type == EV_UNDEFINED || v.type == EV_BIGINT || v.type == EV_OMITTED ||
	    kind == IPM_KIND_SYMBOL ||
	    (v.type == EV_NUMBER &&
	     (!isfinite(v.number) || (v.number == 0 && signbit(v.number))))) {
		*ret_unserializable = true;
		return true;
	}
	return put_by_value(e, v, &b);
}
