/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cdp_internal.h"

/*
 * Properties in the order of V8's PropertyIterator: array indexes and enumerable strings, then all
 * others; then the same of each prototype, without what was seen before.
 */

#define MAX_PROTOTYPES 1000

/* Keys met so far: names and symbols, hashed, their bytes copied. */
struct seen {
	struct ipm_buf bytes;
	struct seen_key {
		uint64_t hash;
		uint64_t symbol_id;
		size_t offset;
		size_t len;
	} * slots;
	size_t capacity; /* a power of two, or 0 */
	size_t count;
};

struct walk {
	struct ipm_cdp *cdp;
	const struct ipm_object *receiver;
	unsigned flags;
	struct ipm_visitor *visitor;
	struct seen seen;
	struct ipm_buf scratch; /* text of a value that no record holds as such */
	bool stop;
};

static void seen_deinit(struct seen *seen)
{
	ipm_buf_deinit(&seen->bytes);
	free(seen->slots);
}

static uint64_t hash_key(const struct ipm_property *p)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ p->symbol_id;
	size_t i;

	for (i = 0; !p->symbol_id && i < p->name.len; i++)
		hash = (hash ^ (uint8_t)p->name.data[i]) * UINT64_C(1099511628211);
	return (hash ^ hash >> 29) | 1; /* 0 marks a free slot */
}

static struct seen_key *find_slot(struct seen *seen, const struct ipm_property *p, uint64_t hash)
{
	size_t at = (size_t)hash & (seen->capacity - 1);

	for (;; at = (at + 1) & (seen->capacity - 1)) {
		struct seen_key *k = &seen->slots[at];

		if (!k->hash)
			return k;
		if (k->hash != hash || k->symbol_id != p->symbol_id)
			continue;
		if (p->symbol_id ||
		    (k->len == p->name.len &&
		     (!k->len || !memcmp(seen->bytes.data + k->offset, p->name.data, k->len))))
			return k;
	}
}

static bool grow(struct seen *seen)
{
	struct seen_key *old = seen->slots;
	size_t capacity = seen->capacity, i, at;

	seen->capacity = capacity ? capacity * 2 : 64;
	seen->slots = calloc(seen->capacity, sizeof(*seen->slots));
	if (!seen->slots) {
		seen->slots = old;
		seen->capacity = capacity;
		return false;
	}
	for (i = 0; i < capacity; i++) {
		if (!old[i].hash)
			continue;
		at = (size_t)old[i].hash & (seen->capacity - 1);
		while (seen->slots[at].hash)
			at = (at + 1) & (seen->capacity - 1);
		seen->slots[at] = old[i];
	}
	free(old);
	return true;
}

/* Adds a key; *ret_new tells whether it was not there. */
static enum ipm_errc note_key(struct seen *seen, const struct ipm_property *p, bool *ret_new,
			      struct ipm_error *err)
{
	uint64_t hash = hash_key(p);
	struct seen_key *k;

	if (seen->count >= seen->capacity / 4 * 3 && !grow(seen))
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	k = find_slot(seen, p, hash);
	*ret_new = !k->hash;
	if (k->hash)
		return IPM_OK;
	*k = (struct seen_key){hash, p->symbol_id, seen->bytes.len, p->name.len};
	if (!p->symbol_id)
		ipm_buf_str(&seen->bytes, p->name);
	seen->count++;
	return ipm_buf_status(&seen->bytes, err);
}

/* "0" to "4294967295" without leading zeros: the last is no index of an array, but one to V8's inspector. */
static bool is_index(struct ipm_str name)
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
	return value <= UINT32_MAX;
}

static enum ipm_errc hand_out(struct walk *w, const struct ipm_property *p, unsigned facts,
			      struct ipm_error *err)
{
	if ((facts & IPM_FACT_INDEX) && (w->flags & IPM_VISIT_NO_INDEXED))
		return IPM_OK;
	if ((facts & IPM_FACT_INHERITED) && (w->flags & IPM_VISIT_NATIVE_ONLY) &&
	    !(facts & IPM_FACT_NATIVE))
		return IPM_OK;
	return w->visitor->property(w->visitor, p, facts, &w->stop, err);
}

static enum ipm_errc hand_out_element(struct walk *w, uint64_t index, const struct ipm_value *value,
				      unsigned facts, struct ipm_error *err)
{
	struct ipm_property p = {.flags = IPM_PROPERTY_DEFAULT, .value = *value};
	char name[24];
	struct ipm_buf digits = ipm_buf_over(name, sizeof(name));

	ipm_put_uint(&digits, index);
	p.name = ipm_buf_as_str(&digits);
	return hand_out(w, &p, facts | IPM_FACT_INDEX, err);
}

static enum ipm_errc visit_elements(struct walk *w, const struct ipm_object *object, unsigned facts,
				    struct ipm_error *err)
{
	struct ipm_element_iter it;
	const struct ipm_value *value;
	uint64_t index;
	enum ipm_errc rc;

	ipm_element_iter_init(&it, w->cdp->heap, object, 0);
	while (!(rc = ipm_element_iter_next(&it, &index, &value, err)) && value && !w->stop) {
		rc = hand_out_element(w, index, value, facts, err);
		if (rc)
			break;
	}
	ipm_element_iter_deinit(&it);
	return rc;
}

static enum ipm_errc visit_typed(struct walk *w, const struct ipm_object *object, unsigned facts,
				 struct ipm_error *err)
{
	struct ipm_typed_view view;
	struct ipm_value value;
	char digits[24];
	uint64_t i;
	enum ipm_errc rc;

	rc = ipm_typed_view_of(&view, w->cdp->heap, object, err);
	for (i = 0; !rc && i < view.length && !w->stop; i++) {
		rc = ipm_typed_view_get(&view, i, digits, &value, err);
		if (!rc)
			rc = hand_out_element(w, i, &value, facts, err);
	}
	ipm_typed_view_deinit(&view);
	return rc;
}

/* The engine's own `length` of an array is not always in the record: it follows from it. */
static enum ipm_errc visit_length(struct walk *w, const struct ipm_object *object, unsigned facts,
				  struct ipm_error *err)
{
	struct ipm_property p = {.name = IPM_STR("length"), .flags = IPM_PROPERTY_WRITABLE};
	bool is_new = true;
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; i < object->property_count; i++)
		if (!object->properties[i].symbol_id &&
		    ipm_str_equal(object->properties[i].name, "length"))
			return IPM_OK;
	p.value.type = IPM_VALUE_INTEGER;
	p.value.integer = (int64_t)object->length;
	if (w->flags & IPM_VISIT_INHERITED)
		rc = note_key(&w->seen, &p, &is_new, err);
	if (!rc && is_new)
		rc = hand_out(w, &p, facts, err);
	return rc;
}

static bool set_integer(struct ipm_value *ret, uint64_t integer)
{
	*ret = (struct ipm_value){.type = IPM_VALUE_INTEGER, .integer = (int64_t)integer};
	return true;
}

static bool set_boolean(struct ipm_value *ret, bool boolean)
{
	*ret = (struct ipm_value){.type = IPM_VALUE_BOOLEAN, .boolean = boolean};
	return true;
}

static bool set_text(struct ipm_value *ret, struct ipm_str str)
{
	*ret = (struct ipm_value){.type = IPM_VALUE_STRING};
	ret->string.str = str;
	ret->string.length =
		ipm_text_available(&(struct ipm_text){.str = str, .length = UINT64_MAX});
	return true;
}

static bool regexp_value(const struct ipm_object *regexp, struct ipm_str name,
			 struct ipm_value *ret)
{
	static const struct {
		const char *name;
		char letter;
	} flags[] = {
		{"dotAll", 's'},    {"global", 'g'}, {"hasIndices", 'd'}, {"ignoreCase", 'i'},
		{"multiline", 'm'}, {"sticky", 'y'}, {"unicode", 'u'},	  {"unicodeSets", 'v'},
	};
	struct ipm_str text = regexp->text.str, letters;
	size_t i, slash = text.len;

	while (slash && text.data[slash - 1] != '/')
		slash--;
	if (slash < 2 || text.data[0] != '/')
		return false;
	letters = (struct ipm_str){text.data + slash, text.len - slash};
	if (ipm_str_equal(name, "flags"))
		return set_text(ret, letters);
	if (ipm_str_equal(name, "source"))
		return set_text(ret, (struct ipm_str){text.data + 1, slash - 2});
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (ipm_str_equal(name, flags[i].name))
			return set_boolean(ret, letters.len && memchr(letters.data, flags[i].letter,
								      letters.len));
	return false;
}

static bool view_value(const struct ipm_object *view, struct ipm_str name, struct ipm_value *ret)
{
	bool typed = view->kind == IPM_KIND_TYPEDARRAY;

	if (ipm_str_equal(name, "buffer")) {
		*ret = view->first;
		return true;
	}
	if (ipm_str_equal(name, "byteLength"))
		return set_integer(ret, view->length *
						(typed ? ipm_element_size(view->element_type) : 1));
	if (ipm_str_equal(name, "byteOffset"))
		return set_integer(ret, view->byte_offset);
	if (typed && ipm_str_equal(name, "length"))
		return set_integer(ret, view->length);
	if (typed && ipm_str_equal(name, "Symbol(Symbol.toStringTag)"))
		return set_text(ret, ipm_str_of(ipm_element_type_name(view->element_type)));
	return false;
}

/* Object(Symbol('x')).description */
static bool symbol_description(struct walk *w, struct ipm_value *ret)
{
	struct ipm_buf text = IPM_BUF_INIT;
	bool ok = false;

	if (w->receiver->first.type == IPM_VALUE_OBJECT &&
	    ipm_describe_id(w->cdp, w->receiver->first.object_id, &text, NULL) == IPM_OK &&
	    text.len > 8 && !memcmp(text.data, "Symbol(", 7)) {
		ipm_buf_reset(&w->scratch);
		ipm_buf_append(&w->scratch, text.data + 7, text.len - 8);
		ok = ipm_buf_ok(&w->scratch) && set_text(ret, ipm_buf_as_str(&w->scratch));
	}
	ipm_buf_deinit(&text);
	return ok;
}

/*
 * V8 shows getters of its own as values. Their values follow from the record, so nothing has to
 * run; what is not known here stays an accessor.
 */
static bool native_value(struct walk *w, struct ipm_str name, struct ipm_value *ret)
{
	const struct ipm_object *object = w->receiver;

	switch (object->kind) {
	case IPM_KIND_PRIMITIVE:
		return ipm_str_equal(name, "description") && symbol_description(w, ret);
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
		return ipm_str_equal(name, "size") && set_integer(ret, object->length);
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_DATAVIEW:
		return view_value(object, name, ret);
	case IPM_KIND_ARRAYBUFFER:
		if (ipm_str_equal(name, "byteLength") || ipm_str_equal(name, "maxByteLength"))
			return set_integer(ret, object->length);
		if (ipm_str_equal(name, "resizable") || ipm_str_equal(name, "growable") ||
		    ipm_str_equal(name, "detached"))
			return set_boolean(ret, false);
		return false;
	case IPM_KIND_REGEXP:
		return regexp_value(object, name, ret);
	case IPM_KIND_FUNCTION:
		if (!ipm_str_equal(name, "Symbol(Symbol.species)"))
			return false;
		*ret = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = object->id};
		return true;
	default:
		return false;
	}
}

static bool shows_native_values(const struct ipm_object *object)
{
	switch (object->kind) {
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_DATAVIEW:
	case IPM_KIND_ARRAYBUFFER:
	case IPM_KIND_REGEXP:
	case IPM_KIND_FUNCTION:
		return true;
	case IPM_KIND_PRIMITIVE:
		return object->first.type == IPM_VALUE_OBJECT;
	default:
		return false;
	}
}

static bool is_native_function(struct ipm_cdp *cdp, uint64_t id)
{
	const struct ipm_object *function;
	bool native;

	if (!id || cdp->heap->object(cdp->heap, id, &function, NULL) != IPM_OK)
		return false;
	native = function->kind == IPM_KIND_FUNCTION && !function->location.script_id;
	cdp->heap->release(cdp->heap, function);
	return native;
}

unsigned ipm_node_major(const struct ipm_cdp *cdp)
{
	struct ipm_str version = {0};
	unsigned major = 0;
	size_t i;

	if (cdp->heap->reader)
		version = ipm_reader_meta(cdp->heap->reader)->node_version;
	for (i = 1; i < version.len && i < 4 && version.data[i] >= '0' && version.data[i] <= '9';
	     i++)
		major = major * 10 + (unsigned)(version.data[i] - '0');
	return major;
}

static bool is_falsy(const struct ipm_value *value)
{
	return (value->type == IPM_VALUE_BOOLEAN && !value->boolean) ||
	       (value->type == IPM_VALUE_INTEGER && !value->integer) ||
	       (value->type == IPM_VALUE_STRING && !value->string.length);
}

/* Since V8 12 the stack is a getter of the engine's, shown as a value. */
static bool is_stack(struct walk *w, const struct ipm_object *object, const struct ipm_property *p)
{
	return object->kind == IPM_KIND_ERROR && !p->symbol_id &&
	       p->value.type != IPM_VALUE_ACCESSOR && ipm_str_equal(p->name, "stack") &&
	       ipm_node_major(w->cdp) >= 22;
}

static enum ipm_errc visit_named(struct walk *w, const struct ipm_object *object, bool first_pass,
				 unsigned facts, struct ipm_error *err)
{
	struct ipm_property_iter it;
	const struct ipm_property *p;
	struct ipm_property shown;
	unsigned more;
	bool is_new = true;
	enum ipm_errc rc;

	ipm_property_iter_init(&it, w->cdp->heap, object);
	while (!(rc = ipm_property_iter_next(&it, &p, err)) && p && !w->stop) {
		if (first_pass != (!p->symbol_id && (p->flags & IPM_PROPERTY_ENUMERABLE)))
			continue;
		if (w->flags & IPM_VISIT_INHERITED)
			rc = note_key(&w->seen, p, &is_new, err);
		if (rc)
			break;
		if (!is_new)
			continue;
		more = facts;
		if (!p->symbol_id && is_index(p->name))
			more |= IPM_FACT_INDEX;
		shown = *p;
		if (p->value.type == IPM_VALUE_ACCESSOR && (facts & IPM_FACT_INHERITED) &&
		    is_native_function(w->cdp, p->value.accessor.get) &&
		    native_value(w, p->name, &shown.value)) {
			/* Asked for accessors, V8 14 passes over those that are false, 0 or empty. */
			if ((w->flags & IPM_VISIT_ACCESSORS) && is_falsy(&shown.value) &&
			    ipm_node_major(w->cdp) >= 26)
				continue;
			more |= IPM_FACT_NATIVE;
		}
		if (is_stack(w, object, p))
			more |= IPM_FACT_NATIVE;
		rc = hand_out(w, &shown, more, err);
		if (rc)
			break;
	}
	ipm_property_iter_deinit(&it);
	return rc;
}

static enum ipm_errc visit_own(struct walk *w, const struct ipm_object *object, unsigned facts,
			       struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;

	if (object->kind == IPM_KIND_ARRAY || object->kind == IPM_KIND_ARGUMENTS)
		rc = visit_elements(w, object, facts, err);
	else if (object->kind == IPM_KIND_TYPEDARRAY)
		rc = visit_typed(w, object, facts, err);
	if (!rc && !w->stop)
		rc = visit_named(w, object, true, facts, err);
	if (!rc && !w->stop && object->kind == IPM_KIND_ARRAY)
		rc = visit_length(w, object, facts, err);
	if (!rc && !w->stop)
		rc = visit_named(w, object, false, facts, err);
	return rc;
}

enum ipm_errc ipm_visit_properties(struct ipm_cdp *cdp, const struct ipm_object *object,
				   unsigned flags, struct ipm_visitor *visitor,
				   struct ipm_error *err)
{
	struct walk w = {.cdp = cdp, .receiver = object, .flags = flags, .visitor = visitor};
	struct ipm_value proto = object->proto;
	const struct ipm_object *at;
	uint64_t mark = object->id; /* meeting it again means that the chain is a loop */
	enum ipm_errc rc;
	int hops;

	if (object->kind == IPM_KIND_PROXY)
		return IPM_OK;
	if ((flags & IPM_VISIT_NATIVE_ONLY) && !shows_native_values(object))
		w.flags = flags &= ~(unsigned)IPM_VISIT_INHERITED;
	rc = visit_own(&w, object, 0, err);
	for (hops = 0;
	     !rc && !w.stop && (flags & IPM_VISIT_INHERITED) && proto.type == IPM_VALUE_OBJECT &&
	     proto.object_id != mark && hops < MAX_PROTOTYPES;
	     hops++) {
		if (!(hops & (hops - 1)))
			mark = proto.object_id;
		rc = cdp->heap->object(cdp->heap, proto.object_id, &at, err);
		if (rc) {
			rc = rc == IPM_ERR_NOT_FOUND ? IPM_OK : rc;
			break;
		}
		if (at->kind == IPM_KIND_PROXY)
			proto.type = IPM_VALUE_NULL; /* asking it would run a trap */
		else
			rc = visit_own(&w, at, IPM_FACT_INHERITED, err);
		if (at->kind != IPM_KIND_PROXY)
			proto = at->proto;
		cdp->heap->release(cdp->heap, at);
	}
	seen_deinit(&w.seen);
	ipm_buf_deinit(&w.scratch);
	return rc;
}
