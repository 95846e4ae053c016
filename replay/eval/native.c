/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "eval_native.h"

/* The builtins by name, and what stands for them in a file. */

static const struct ev_native *const tables[] = {
	ev_natives_global,   ev_natives_object, ev_natives_array,	 ev_natives_array_callback,
	ev_natives_string,   ev_natives_number, ev_natives_math,	 ev_natives_collection,
	ev_natives_date,     ev_natives_regexp, ev_natives_typed,	 ev_natives_function,
	ev_natives_iterator, ev_natives_buffer, ev_natives_command_line,
};

static uint32_t hash_names(struct ipm_str area, struct ipm_str name)
{
	return ev_hash(area.data, area.len) * 31 ^ ev_hash(name.data, name.len);
}

static struct ipm_str cstr(const char *s)
{
	return (struct ipm_str){s, strlen(s)};
}

void ev_natives_index(const struct ev_native **buckets)
{
	const struct ev_native *n;
	uint32_t b;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (n = tables[i]; n->name; n++) {
			b = hash_names(cstr(n->area), cstr(n->name)) % EV_NATIVE_BUCKETS;
			while (buckets[b])
				b = (b + 1) % EV_NATIVE_BUCKETS;
			buckets[b] = n;
		}
}

struct ipm_str ev_native_area(const struct ev_native *n, char *buf, size_t capacity)
{
	if (!*n->area)
		return cstr(n->name);
	snprintf(buf, capacity, "%s.%s", n->area, n->name);
	return cstr(buf);
}

const struct ev_native *ev_native_find_c(struct ev *e, const char *area, struct ipm_str name)
{
	return ev_native_find(e, cstr(area), name);
}

bool ev_native_value(struct ev *e, const struct ev_native *n, struct ev_val *ret)
{
	struct ev_obj *symbol;
	char text[64];

	switch (n->kind) {
	case EV_NATIVE_NUMBER:
		*ret = ev_num(n->number);
		return true;
	case EV_NATIVE_SYMBOL:
		symbol = ev_new(e, IPM_KIND_SYMBOL, "Symbol");
		if (!symbol)
			return false;
		snprintf(text, sizeof(text), "Symbol(Symbol.%s)", n->name);
		symbol->text = ev_str_new(e, cstr(text));
		return symbol->text && ev_return_obj(symbol, ret);
	default:
		*ret = ev_native_val(n);
		return true;
	}
}

const char *ev_area_of(struct ev *e, struct ev_val v)
{
	enum ipm_kind kind;

	switch (v.type) {
	case EV_STRING:
		return "String.prototype";
	case EV_NUMBER:
		return "Number.prototype";
	case EV_BOOLEAN:
		return "Boolean.prototype";
	case EV_BIGINT:
		return "BigInt.prototype";
	case EV_HEAP:
	case EV_TEMP:
	case EV_NATIVE:
		break;
	default:
		return "";
	}
	if (!ev_kind(e, v, &kind))
		return NULL;
	switch (kind) {
	case IPM_KIND_ARRAY:
		return "Array.prototype";
	case IPM_KIND_FUNCTION:
		return "Function.prototype";
	case IPM_KIND_ERROR:
		return "Error.prototype";
	case IPM_KIND_MAP:
		return "Map.prototype";
	case IPM_KIND_SET:
		return "Set.prototype";
	case IPM_KIND_WEAKMAP:
		return "WeakMap.prototype";
	case IPM_KIND_WEAKSET:
		return "WeakSet.prototype";
	case IPM_KIND_WEAKREF:
		return "WeakRef.prototype";
	case IPM_KIND_DATE:
		return "Date.prototype";
	case IPM_KIND_REGEXP:
		return "RegExp.prototype";
	case IPM_KIND_PROMISE:
		return "Promise.prototype";
	case IPM_KIND_TYPEDARRAY:
		return "TypedArray.prototype";
	case IPM_KIND_ARRAYBUFFER:
		return "ArrayBuffer.prototype";
	case IPM_KIND_DATAVIEW:
		return "DataView.prototype";
	case IPM_KIND_ITERATOR:
		return "Iterator.prototype";
	case IPM_KIND_SYMBOL:
		return "Symbol.prototype";
	case IPM_KIND_GENERATOR:
		return "Generator.prototype";
	case IPM_KIND_PRIMITIVE: {
		const struct ipm_object *o;
		struct ev_val first = EV_UNDEF;
		bool ok = true;

		if (v.type == EV_TEMP)
			return ev_area_of(e, v.obj->first);
		o = ev_hold(e, v.id);
		if (!o)
			return NULL;
		if (o->first.type != IPM_VALUE_OBJECT)
			ok = ev_import(e, &o->first, &first);
		ev_drop(e, o);
		return ok ? ev_area_of(e, first) : NULL;
	}
	default:
		return "";
	}
}

bool ev_native_name(struct ev *e, struct ev_val function, struct ipm_str *ret)
{
	static const char tail[] = "() { [native code] }";
	const struct ipm_object *o;
	struct ipm_str text;
	struct ev_str *name;
	size_t skip = 9; /* "function " */

	*ret = (struct ipm_str){"", 0};
	if (function.type != EV_HEAP)
		return true;
	if (!ev_hold_if_there(e, function.id, &o))
		return false;
	if (!o)
		return true;
	text = o->text.str;
	if (o->kind != IPM_KIND_FUNCTION || text.len < skip + sizeof(tail) - 1 ||
	    memcmp(text.data, "function ", skip) ||
	    memcmp(text.data + text.len - (sizeof(tail) - 1), tail, sizeof(tail) - 1)) {
		ev_drop(e, o);
		return true;
	}
	text.data += skip;
	text.len -= skip + sizeof(tail) - 1;
	if (text.len > 4 && (!memcmp(text.data, "get ", 4) || !memcmp(text.data, "set ", 4))) {
		text.data += 4;
		text.len -= 4;
	}
	name = ev_str_new(e, text);
	ev_drop(e, o);
	if (!name)
		return false;
	*ret = ev_str_view(name);
	return true;
}

bool ev_native_of_captured(struct ev *e, struct ev_val function, struct ev_val this_value,
			   const struct ev_native **ret)
{
	struct ipm_str name, owner;
	const char *area;

	*ret = NULL;
	if (!ev_native_name(e, function, &name) || !name.len)
		return !e->throwing && !e->stop && !e->errc;
	if (ev_is_nullish(this_value)) {
		*ret = ev_native_find_c(e, "", name);
		return true;
	}
	/* Object.keys: the receiver is itself a captured builtin. */
	if (!ev_native_name(e, this_value, &owner))
		return false;
	if (owner.len)
		*ret = ev_native_find(e, owner, name);
	if (*ret)
		return true;
	area = ev_area_of(e, this_value);
	if (!area)
		return false;
	if (*area)
		*ret = ev_native_find_c(e, area, name);
	if (!*ret)
		*ret = ev_native_find_c(e, "Object.prototype", name);
	if (!*ret)
		*ret = ev_native_find_c(e, "", name);
	return true;
}

bool ev_buffer_method(struct ev *e, struct ev_val function, struct ev_val this_value,
		      const struct ev_native **ret)
{
	const struct ipm_script *script;
	const struct ipm_object *o;
	struct ipm_error ignored;
	struct ipm_str name = {"", 0};
	struct ev_val own_name;
	bool is_nodes = false;

	*ret = NULL;
	if (function.type != EV_HEAP || !ev_is_object(this_value))
		return true;
	if (!ev_class_name(e, this_value, &name))
		return false;
	if (!ev_view_is(name, "Buffer"))
		return true;
	o = ev_hold(e, function.id);
	if (!o)
		return false;
	if (o->location.script_id &&
	    !ipm_reader_script(e->reader, o->location.script_id, &script, &ignored))
		is_nodes = script->url.len > 5 && !memcmp(script->url.data, "node:", 5);
	ev_drop(e, o);
	if (!is_nodes)
		return true;
	if (!ev_get_c(e, function, "name", &own_name))
		return false;
	if (own_name.type == EV_STRING && ev_str_whole(e, own_name.str))
		*ret = ev_native_find_c(e, "Buffer.prototype", ev_str_view(own_name.str));
	return !e->throwing;
}

bool ev_arg_index(struct ev *e, const struct ev_args *args, size_t i, uint64_t length,
		  uint64_t fallback, uint64_t *ret)
{
	double n;

	*ret = fallback;
	if (ev_arg(args, i).type == EV_UNDEFINED)
		return true;
	if (!ev_to_integer(e, args->v[i], &n))
		return false;
	if (n < 0)
		n += (double)length;
	*ret = n < 0 ? 0 : n > (double)length ? length : (uint64_t)n;
	return true;
}

/* The builtin class of a kind of object, for instanceof when the prototypes are not at hand. */
static const char *class_of_kind(enum ipm_kind kind)
{
	static const char *const names[IPM_KIND_COUNT] = {
		[IPM_KIND_ARRAY] = "Array",	  [IPM_KIND_FUNCTION] = "Function",
		[IPM_KIND_ERROR] = "Error",	  [IPM_KIND_MAP] = "Map",
		[IPM_KIND_SET] = "Set",		  [IPM_KIND_WEAKMAP] = "WeakMap",
		[IPM_KIND_WEAKSET] = "WeakSet",	  [IPM_KIND_DATE] = "Date",
		[IPM_KIND_REGEXP] = "RegExp",	  [IPM_KIND_PROMISE] = "Promise",
		[IPM_KIND_WEAKREF] = "WeakRef",	  [IPM_KIND_ARRAYBUFFER] = "ArrayBuffer",
		[IPM_KIND_DATAVIEW] = "DataView",
	};

	return kind < IPM_KIND_COUNT ? names[kind] : NULL;
}

static bool instanceof_builtin(struct ev *e, struct ev_val v, struct ipm_str name, bool *ret)
{
	struct ev_key key = ev_key_of(IPM_STR("constructor"));
	const struct ipm_object *o;
	struct ipm_str class_name, own;
	struct ev_found found;
	const char *builtin;
	enum ipm_kind kind;
	struct ev_val at;
	unsigned hops = 0;

	*ret = false;
	if (!ev_kind(e, v, &kind))
		return false;
	if (kind == IPM_KIND_SYMBOL)
		return true;
	if (!ev_proto(e, v, &at))
		return false;
	if (at.type == EV_NULL)
		return true;
	if (ev_view_is(name, "Object")) {
		*ret = true; /* but for chains that end elsewhere, which nobody makes */
		return true;
	}
	builtin = class_of_kind(kind);
	if (builtin && ev_view_is(name, builtin)) {
		*ret = true;
		return true;
	}
	if (!ev_class_name(e, v, &class_name))
		return false;
	if (ev_view_equal(class_name, name) && (kind != IPM_KIND_OBJECT || v.type == EV_TEMP)) {
		*ret = true;
		return true;
	}
	for (; at.type == EV_HEAP && hops < EV_MAX_CHAIN; hops++) {
		if (!ev_hold_if_there(e, at.id, &o))
			return false;
		if (!o)
			return true;
		ev_drop(e, o);
		if (!ev_own(e, at, &key, &found))
			return false;
		if (found.found && !found.accessor) {
			if (!ev_native_name(e, found.value, &own))
				return false;
			if (own.len && ev_view_equal(own, name)) {
				*ret = true;
				return true;
			}
		}
		if (!ev_proto(e, at, &at))
			return false;
	}
	return true;
}

bool ev_instanceof(struct ev *e, struct ev_val v, struct ev_val constructor, bool *ret)
{
	struct ev_key key = ev_key_of(IPM_STR("prototype"));
	struct ev_found prototype;
	struct ipm_str name;
	struct ev_val at;
	bool callable;
	unsigned hops;

	if (constructor.type == EV_OMITTED)
		return ev_throw_omitted(e, constructor.omitted);
	if (!ev_is_object(constructor))
		return ev_throw(e, "TypeError", "Right-hand side of 'instanceof' is not an object");
	if (!ev_is_callable(e, constructor, &callable))
		return false;
	if (!callable)
		return ev_throw(e, "TypeError", "Right-hand side of 'instanceof' is not callable");
	if (v.type == EV_OMITTED)
		return ev_throw_omitted(e, v.omitted);
	*ret = false;
	if (!ev_is_object(v))
		return true;
	if (constructor.type == EV_NATIVE)
		return instanceof_builtin(e, v, cstr(constructor.native->name), ret);
	if (!ev_native_name(e, constructor, &name))
		return false;
	if (name.len)
		return instanceof_builtin(e, v, name, ret);
	if (!ev_own(e, constructor, &key, &prototype))
		return false;
	if (!prototype.found || !ev_is_object(prototype.value))
		return constructor.type == EV_TEMP
			       ? true
			       : ev_throw(e, "EvalError",
					  "this class's prototype is not in the crash file");
	at = v;
	for (hops = 0; hops < EV_MAX_CHAIN && !*ret; hops++) {
		if (!ev_proto(e, at, &at))
			return false;
		if (at.type == EV_OMITTED)
			return ev_throw_omitted(e, at.omitted);
		if (at.type != EV_HEAP && at.type != EV_TEMP)
			break;
		if (at.type == EV_HEAP) {
			const struct ipm_object *o;

			if (prototype.value.type == EV_HEAP && prototype.value.id == at.id)
				*ret = true;
			if (!ev_hold_if_there(e, at.id, &o))
				return false;
			if (!o)
				break;
			ev_drop(e, o);
		}
	}
	return true;
}
