/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "import_elements.h"
#include "remote_object.h"
#include "sequence.h"

/*
 * One object out of what the file says about it: its mention (type, class, description) and the
 * listing of its properties, the result of Runtime.getProperties.
 */

struct builder {
	struct import *im;
	struct ipm_object object;
	struct ipm_str result, internals, privates; /* extents in the file */
	struct ipm_str view, time;		    /* only in our own JSON */
	struct ipm_str entries;			    /* items of the list behind [[Entries]] */
	struct ipm_str bytes;			    /* of the one behind [[Uint8Array]] */
	struct import_list further;		    /* internal properties without a field */
	struct import_list methods;		    /* properties of privates */
	uint64_t skip_below;			    /* indexes that are elements */
	bool known;				    /* the mention said what kind it is */
};

static bool is(struct ipm_str str, const char *text)
{
	return strlen(text) == str.len && !memcmp(str.data, text, str.len);
}

/* "Array(3)", "Buffer(12)": what is between the last parentheses. */
static uint64_t described_length(struct ipm_str description)
{
	uint64_t length = 0;
	size_t i, open = description.len;

	if (!description.len || description.data[description.len - 1] != ')')
		return 0;
	while (open && description.data[open - 1] != '(')
		open--;
	for (i = open; i + 1 < description.len; i++) {
		if (description.data[i] < '0' || description.data[i] > '9' ||
		    length > UINT64_MAX / 100)
			return 0;
		length = length * 10 + (uint64_t)(description.data[i] - '0');
	}
	return length;
}

/* "Closure (name)", the other way round. */
static void parse_scope(struct ipm_str text, struct ipm_object *o)
{
	static const char *const names[IPM_SCOPE_COUNT] = {
		"Global", "Local",  "With", "Closure", "Catch",
		"Block",  "Script", "Eval", "Module",  "Wasm Expression Stack",
	};
	struct ipm_str type = text;
	const char *space = NULL;
	size_t i;

	for (i = 0; i + 1 < text.len && !space; i++)
		if (text.data[i] == ' ' && text.data[i + 1] == '(')
			space = text.data + i;
	if (space && text.data[text.len - 1] == ')') {
		type.len = (size_t)(space - text.data);
		o->text.str = (struct ipm_str){space + 2, text.len - type.len - 3};
		o->text.length = ipm_text_available(
			&(struct ipm_text){.str = o->text.str, .length = UINT64_MAX});
	}
	o->scope_type = IPM_SCOPE_CLOSURE;
	for (i = 0; i < IPM_SCOPE_COUNT; i++)
		if (is(type, names[i]))
			o->scope_type = (enum ipm_scope_type)i;
}

static bool is_frame_scope(struct builder *b, uint32_t handle)
{
	struct import *im = b->im;
	size_t low = 0, high = im->scope_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (im->scopes[middle].handle < handle)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == im->scope_count || im->scopes[low].handle != handle)
		return false;
	b->object.kind = IPM_KIND_SCOPE;
	b->object.scope_type = im->scopes[low].type;
	b->object.text.str = im->scopes[low].name;
	b->object.text.length = ipm_text_available(
		&(struct ipm_text){.str = b->object.text.str, .length = UINT64_MAX});
	return true;
}

static enum ipm_errc read_mention(struct builder *b, uint32_t handle)
{
	struct ipm_object *o = &b->object;
	struct ipm_json_ref m, description;
	struct ipm_str extent, text;
	enum ipm_errc rc;

	if (!import_mention(b->im, handle, &extent)) {
		o->class_name = IPM_STR("Object");
		return IPM_OK;
	}
	rc = import_parse(b->im, &b->im->mention, extent);
	if (rc)
		return rc;
	b->known = true;
	m = ipm_json_root(&b->im->mention);
	o->kind = import_kind(m);
	o->class_name = import_str(b->im, ipm_json_get(m, "className"));
	description = ipm_json_get(m, "description");
	if (o->kind == IPM_KIND_OBJECT && is_frame_scope(b, handle))
		return IPM_OK;
	text = import_str(b->im, description);
	switch (o->kind) {
	case IPM_KIND_FUNCTION:
	case IPM_KIND_ERROR:
	case IPM_KIND_DATE:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		o->text = import_text(b->im, description);
		break;
	case IPM_KIND_SCOPE:
		if (is(text, "Global")) {
			o->kind = IPM_KIND_OBJECT;
			o->class_name = IPM_STR("global");
		} else {
			parse_scope(text, o);
		}
		break;
	case IPM_KIND_OTHER:
		o->subtype = import_str(b->im, ipm_json_get(m, "subtype"));
		o->description = text;
		break;
	default:
		o->length = described_length(text);
		o->description = text;
		break;
	}
	if (o->kind == IPM_KIND_DATE)
		o->number = (double)__builtin_nan("");
	return IPM_OK;
}

static bool find_listing(struct builder *b, uint32_t handle)
{
	struct ipm_str listing, name, value;
	struct json_cursor c;

	if (!import_listing(b->im, handle, &listing))
		return false;
	c = (struct json_cursor){listing.data, listing.data + listing.len};
	if (!json_enter(&c, '{'))
		return false;
	while (json_next_member(&c, &name, &value) == JSON_ITEM) {
		if (is(name, "result"))
			b->result = value;
		else if (is(name, "internalProperties"))
			b->internals = value;
		else if (is(name, "privateProperties"))
			b->privates = value;
		else if (is(name, "view"))
			b->view = value;
		else if (is(name, "time"))
			b->time = value;
	}
	return true;
}

static void suppose(struct builder *b, enum ipm_kind kind)
{
	if (!b->known && b->object.kind == IPM_KIND_OBJECT)
		b->object.kind = kind;
}

/* The items of a list that exists only for the protocol. */
static struct ipm_str virtual_items(struct builder *b, struct ipm_json_ref remote)
{
	struct ipm_str listing, items = {"[]", 2};

	if (import_virtual(b->im, remote, &listing) && json_find_member(listing, "result", &items))
		return items;
	return (struct ipm_str){"[]", 2};
}

static enum ipm_errc read_scopes(struct builder *b, struct ipm_str items)
{
	struct json_cursor c = json_over(items);
	struct import_list list = {0};
	struct ipm_object named;
	struct ipm_json_ref remote;
	struct ipm_str item;
	uint32_t number;
	uint64_t *added;
	enum ipm_errc rc = IPM_OK;

	if (!json_enter(&c, '['))
		return IPM_OK;
	while (!rc && json_next_element(&c, &item) == JSON_ITEM) {
		rc = import_parse(b->im, &b->im->item, item);
		if (rc)
			break;
		remote = ipm_json_get(ipm_json_root(&b->im->item), "value");
		named = (struct ipm_object){0};
		parse_scope(import_str(b->im, ipm_json_get(remote, "description")), &named);
		rc = import_scope_number(b->im, remote, named.scope_type,
					 b->object.location.script_id, &number);
		if (rc || !number)
			continue;
		added = import_list_add(&b->im->pool, &list, sizeof(*added));
		if (!added)
			return ipm_fail(b->im->err, IPM_ERR_NO_MEMORY, "out of memory");
		*added = number;
	}
	b->object.scopes = list.items;
	b->object.scope_count = list.count;
	return rc;
}

static enum ipm_errc read_methods(struct builder *b, struct ipm_str items)
{
	struct json_cursor c = json_over(items);
	struct ipm_json_ref d;
	struct ipm_property *p;
	struct ipm_str item, listing;
	enum ipm_errc rc = IPM_OK;

	if (!json_enter(&c, '['))
		return IPM_OK;
	while (!rc && json_next_element(&c, &item) == JSON_ITEM) {
		rc = import_parse(b->im, &b->im->item, item);
		if (rc || !import_virtual(b->im, ipm_json_get(ipm_json_root(&b->im->item), "value"),
					  &listing))
			continue;
		rc = import_parse(b->im, &b->im->item, listing);
		p = rc ? NULL : import_list_add(&b->im->pool, &b->methods, sizeof(*p));
		if (!p)
			return rc ? rc : ipm_fail(b->im->err, IPM_ERR_NO_MEMORY, "out of memory");
		d = ipm_json_first(ipm_json_get(ipm_json_root(&b->im->item), "result"));
		for (; ipm_json_type(d) == IPM_JSON_OBJECT && !rc; d = ipm_json_next(d)) {
			if (ipm_json_equals(ipm_json_get(d, "name"), "name"))
				p->name = import_str(
					b->im, ipm_json_get(ipm_json_get(d, "value"), "value"));
			else if (ipm_json_equals(ipm_json_get(d, "name"), "value"))
				rc = import_value(b->im, ipm_json_get(d, "value"), &p->value);
		}
	}
	return rc;
}

/* "object budget reached; 3 properties more; 5 elements more" */
static void read_omissions(struct builder *b, struct ipm_str text)
{
	size_t i;

	b->object.omitted_reason = import_reason(&text);
	for (i = 0; i + 2 < text.len; i++) {
		uint64_t n = 0;

		if (text.data[i] != ';')
			continue;
		for (i += 2; i < text.len && text.data[i] >= '0' && text.data[i] <= '9'; i++)
			n = n * 10 + (uint64_t)(text.data[i] - '0');
		if (text.len - i > 2 && text.data[i + 1] == 'p')
			b->object.omitted_properties = n;
		else
			b->object.omitted_elements = n;
	}
}

static uint32_t state_of(struct ipm_json_ref remote, const char *second, const char *third)
{
	struct ipm_json_ref value = ipm_json_get(remote, "value");

	return ipm_json_equals(value, second) ? 1 : ipm_json_equals(value, third) ? 2 : 0;
}

static enum ipm_errc read_further(struct builder *b, struct ipm_str name,
				  struct ipm_json_ref remote)
{
	struct ipm_property *p = import_list_add(&b->im->pool, &b->further, sizeof(*p));

	if (!p)
		return ipm_fail(b->im->err, IPM_ERR_NO_MEMORY, "out of memory");
	p->name = name;
	p->flags = IPM_PROPERTY_DEFAULT;
	return import_value(b->im, remote, &p->value);
}

/* One internal property into the field that it has in the model. */
static enum ipm_errc read_internal(struct builder *b, struct ipm_str name,
				   struct ipm_json_ref remote)
{
	struct ipm_object *o = &b->object;
	struct ipm_str unused;

	if (is(name, "[[Prototype]]"))
		return import_value(b->im, remote, &o->proto);
	if (is(name, "[[FunctionLocation]]") || is(name, "[[GeneratorLocation]]")) {
		suppose(b, name.data[2] == 'F' ? IPM_KIND_FUNCTION : IPM_KIND_GENERATOR);
		o->location = import_location(ipm_json_get(remote, "value"));
		return IPM_OK;
	}
	if (is(name, "[[Scopes]]"))
		suppose(b, IPM_KIND_FUNCTION);
	if (is(name, "[[Scopes]]"))
		return read_scopes(b, virtual_items(b, remote));
	if (is(name, "[[Entries]]")) {
		b->entries = virtual_items(b, remote);
		return IPM_OK;
	}
	if (is(name, "[[PrivateMethods]]"))
		return read_methods(b, virtual_items(b, remote));
	if (is(name, "[[Uint8Array]]")) {
		suppose(b, IPM_KIND_ARRAYBUFFER);
		b->bytes = virtual_items(b, remote);
		return IPM_OK;
	}
	if (is(name, "[[Int8Array]]") || is(name, "[[Int16Array]]") || is(name, "[[Int32Array]]")) {
		(void)import_virtual(b->im, remote, &unused);
		return IPM_OK;
	}
	if (is(name, "[[ArrayBufferByteLength]]")) {
		int64_t length = ipm_json_int(ipm_json_get(remote, "value"), 0);

		o->length = length > 0 ? (uint64_t)length : 0;
		return IPM_OK;
	}
	if (is(name, "[[PromiseState]]")) {
		suppose(b, IPM_KIND_PROMISE);
		o->state = state_of(remote, "fulfilled", "rejected");
		return IPM_OK;
	}
	if (is(name, "[[GeneratorState]]")) {
		suppose(b, IPM_KIND_GENERATOR);
		o->state = state_of(remote, "running", "closed");
		return IPM_OK;
	}
	if (is(name, "[[PrimitiveValue]]") && o->kind == IPM_KIND_OBJECT)
		o->kind = IPM_KIND_PRIMITIVE;
	if (is(name, "[[WeakRefTarget]]") && o->kind == IPM_KIND_OBJECT)
		o->kind = IPM_KIND_WEAKREF;
	if (is(name, "[[Target]]") || is(name, "[[Handler]]"))
		suppose(b, IPM_KIND_PROXY);
	if (is(name, "[[PromiseResult]]") || is(name, "[[Target]]") ||
	    is(name, "[[GeneratorFunction]]") || is(name, "[[PrimitiveValue]]") ||
	    is(name, "[[WeakRefTarget]]"))
		return import_value(b->im, remote, &o->first);
	if (is(name, "[[Handler]]") || is(name, "[[GeneratorReceiver]]"))
		return import_value(b->im, remote, &o->second);
	if (is(name, "[[IsRevoked]]") || is(name, "[[IsGenerator]]"))
		return IPM_OK; /* follow from the rest */
	if (is(name, "[[NotCaptured]]")) {
		read_omissions(b, import_str(b->im, ipm_json_get(remote, "value")));
		return IPM_OK;
	}
	return read_further(b, name, remote);
}

static enum ipm_errc read_internals(struct builder *b)
{
	struct json_cursor c = json_over(b->internals);
	struct ipm_json json = {0};
	struct ipm_json_ref d;
	struct ipm_str item;
	enum ipm_errc rc = IPM_OK;

	b->object.proto.type = IPM_VALUE_NULL;
	if (!b->internals.len || !json_enter(&c, '['))
		return IPM_OK;
	while (!rc && json_next_element(&c, &item) == JSON_ITEM) {
		rc = import_parse(b->im, &json, item);
		if (rc)
			break;
		d = ipm_json_root(&json);
		rc = read_internal(b, import_str(b->im, ipm_json_get(d, "name")),
				   ipm_json_get(d, "value"));
	}
	ipm_json_deinit(&json);
	/* A function that nothing mentions: without a place it can only be a builtin. */
	if (!b->known && b->object.kind == IPM_KIND_FUNCTION && !b->object.location.script_id) {
		b->object.text.str = IPM_STR("function () { [native code] }");
		b->object.text.length = b->object.text.str.len;
	}
	b->object.internals = b->further.items;
	b->object.internal_count = b->further.count;
	return rc;
}

static enum ipm_errc read_privates(struct builder *b)
{
	struct json_cursor c = json_over(b->privates);
	struct import_list list = {0};
	struct ipm_property *p;
	struct ipm_str item;
	size_t i;
	bool own;
	enum ipm_errc rc = IPM_OK;

	if (b->privates.len && json_enter(&c, '[')) {
		while (!rc && json_next_element(&c, &item) == JSON_ITEM) {
			rc = import_parse(b->im, &b->im->item, item);
			p = rc ? NULL : import_list_add(&b->im->pool, &list, sizeof(*p));
			if (!p)
				return rc ? rc
					  : ipm_fail(b->im->err, IPM_ERR_NO_MEMORY,
						     "out of memory");
			rc = import_property(b->im, ipm_json_root(&b->im->item), p, &own);
		}
	}
	for (i = 0; i < b->methods.count && !rc; i++) {
		p = import_list_add(&b->im->pool, &list, sizeof(*p));
		if (!p)
			return ipm_fail(b->im->err, IPM_ERR_NO_MEMORY, "out of memory");
		*p = ((struct ipm_property *)b->methods.items)[i];
	}
	b->object.privates = list.items;
	b->object.private_count = list.count;
	return rc;
}

/* Which ArrayBuffer a view looks at: our own JSON says so beside the listing. */
static enum ipm_errc find_buffer(struct builder *b, uint32_t handle, bool any)
{
	struct import *im = b->im;
	struct ipm_object *o = &b->object;
	struct ipm_json_ref view;
	char text[32];
	struct ipm_buf type = ipm_buf_over(text, sizeof(text));
	uint32_t buffer;
	enum ipm_errc rc;

	o->element_type = import_element_type(o->class_name);
	if (b->view.len) {
		rc = import_parse(im, &im->item, b->view);
		if (rc)
			return rc;
		view = ipm_json_root(&im->item);
		rc = import_id_number(im, ipm_json_get(view, "buffer"), &buffer);
		if (rc || !buffer)
			return rc;
		o->byte_offset = (uint64_t)ipm_json_int(ipm_json_get(view, "byteOffset"), 0);
		if (ipm_json_string(ipm_json_get(view, "type"), &type) && ipm_buf_ok(&type))
			o->element_type = import_element_type(ipm_buf_as_str(&type));
	} else if (o->kind == IPM_KIND_TYPEDARRAY && any) {
		rc = import_enqueue(im, handle, QUEUE_BUFFER, &buffer);
		if (rc)
			return rc;
	} else {
		return IPM_OK;
	}
	o->first = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = buffer};
	return IPM_OK;
}

/* The heap that knows only the object in the making. */
static enum ipm_errc the_object(struct ipm_heap *heap, uint64_t id, const struct ipm_object **ret,
				struct ipm_error *err);
static void no_release(struct ipm_heap *heap, const struct ipm_object *object)
{
	(void)heap;
	(void)object;
}

struct lone_heap {
	struct ipm_heap heap;
	const struct ipm_object *object;
};

static enum ipm_errc the_object(struct ipm_heap *heap, uint64_t id, const struct ipm_object **ret,
				struct ipm_error *err)
{
	struct lone_heap *lone = (struct lone_heap *)heap;

	if (id != lone->object->id)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "no such object");
	*ret = lone->object;
	return IPM_OK;
}

/* A description that follows from the record is not kept. */
static void drop_description(struct builder *b)
{
	struct ipm_value value = {.type = IPM_VALUE_OBJECT, .object_id = b->object.id};
	struct ipm_str said = b->object.description;
	struct lone_heap lone = {{the_object, no_release, NULL}, &b->object};
	struct ipm_cdp cdp = {.heap = &lone.heap, .object_id_prefix = ""};

	if (!said.len)
		return;
	b->object.description.len = 0;
	ipm_buf_reset(&b->im->scratch);
	if (ipm_cdp_description(&cdp, &value, &b->im->scratch, NULL) != IPM_OK ||
	    b->im->scratch.len != said.len || memcmp(b->im->scratch.data, said.data, said.len) != 0)
		b->object.description = said;
}

static bool has_elements(const struct ipm_object *o)
{
	return o->kind == IPM_KIND_ARRAY || o->kind == IPM_KIND_ARGUMENTS;
}

/* Entries, elements, bytes and named properties, as far as the record takes them. */
static enum ipm_errc read_contents(struct builder *b, uint32_t handle, struct import_source *source)
{
	struct ipm_object *o = &b->object;
	uint64_t indexed = 0, named = 0, end = 0;
	enum ipm_errc rc = IPM_OK;
	size_t i;

	b->skip_below = has_elements(o) || o->kind == IPM_KIND_TYPEDARRAY ? UINT64_MAX : 0;

	if (b->entries.len) {
		bool pairs = import_has_keys(b->im, b->entries);

		suppose(b, pairs ? IPM_KIND_MAP : IPM_KIND_SET);
		if (o->kind == IPM_KIND_MAP || o->kind == IPM_KIND_WEAKMAP)
			pairs = true;
		rc = import_source_count(b->im, b->entries, &indexed, &named, &end);
		import_source_init(source, b->entries, true);
		source->pairs = pairs;
		if (o->kind == IPM_KIND_ITERATOR)
			o->state = pairs;
		else if (indexed > o->length)
			o->length = indexed;
		if (!rc)
			rc = import_elements(b->im, source, indexed * (pairs ? 2 : 1),
					     end * (pairs ? 2 : 1), o, &b->skip_below);
	}
	if (!rc)
		rc = import_source_count(b->im, b->result, &indexed, &named, &end);
	if (!rc && has_elements(o)) {
		o->length = end > o->length ? end : o->length;
		import_source_init(source, b->result, false);
		rc = import_elements(b->im, source, indexed, o->length, o, &b->skip_below);
	}
	if (!rc && (o->kind == IPM_KIND_TYPEDARRAY || o->kind == IPM_KIND_DATAVIEW))
		rc = find_buffer(b, handle, indexed != 0);
	if (!rc && o->kind == IPM_KIND_DATE && b->time.len) {
		rc = import_parse(b->im, &b->im->item, b->time);
		o->number = ipm_json_double(ipm_json_root(&b->im->item), o->number);
	}
	if (!rc && o->kind == IPM_KIND_ARRAYBUFFER && b->bytes.len)
		rc = import_bytes(b->im, b->bytes, IPM_ELEMENT_UINT8, o);
	for (i = 0; i < o->element_count && has_elements(o); i++)
		indexed -= o->elements[i].type != IPM_VALUE_HOLES;
	if (!rc)
		rc = import_named(b->im, b->result, b->skip_below,
				  named + (b->skip_below == UINT64_MAX ? 0 : indexed), o);
	return rc;
}

enum ipm_errc import_object(struct import *im, uint32_t number, uint32_t handle)
{
	struct builder b = {.im = im, .object = {.id = number}};
	struct import_source source = {0};
	enum ipm_errc rc;

	import_pool_reset(&im->pool);
	b.result = (struct ipm_str){"[]", 2};
	rc = read_mention(&b, handle);
	if (rc)
		return rc;
	if (!find_listing(&b, handle)) {
		if (b.object.kind != IPM_KIND_SYMBOL) {
			b.object.omitted_reason = IPM_REASON_DEPTH;
			im->totals.omitted[IPM_REASON_DEPTH]++;
		}
		b.object.proto.type = IPM_VALUE_OMITTED;
		b.object.proto.omitted.reason = IPM_REASON_DEPTH;
	} else {
		rc = read_internals(&b);
	}
	if (!rc)
		rc = read_privates(&b);
	if (!rc)
		rc = read_contents(&b, handle, &source);
	if (!rc && im->pool.failed)
		rc = ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	if (rc)
		return rc;
	drop_description(&b);
	rc = ipm_writer_object(im->writer, &b.object, im->err);
	if (!rc)
		rc = import_element_slices(im, &source, &b.object);
	return rc ? rc : import_named_slices(im, b.result, b.skip_below, &b.object);
}

enum ipm_errc import_buffer(struct import *im, uint32_t number, uint32_t handle)
{
	struct builder b = {.im = im, .object = {.id = number}};
	enum ipm_element_type type;
	enum ipm_errc rc;

	import_pool_reset(&im->pool);
	rc = read_mention(&b, handle);
	if (rc)
		return rc;
	type = import_element_type(b.object.class_name);
	b.object = (struct ipm_object){.id = number,
				       .kind = IPM_KIND_ARRAYBUFFER,
				       .class_name = IPM_STR("ArrayBuffer"),
				       .proto = {.type = IPM_VALUE_OMITTED}};
	if (find_listing(&b, handle))
		rc = import_bytes(im, b.result, type, &b.object);
	return rc ? rc : ipm_writer_object(im->writer, &b.object, im->err);
}
