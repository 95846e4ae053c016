/* SPDX-License-Identifier: MIT */
#include "extras.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "paused.h"

#define MAX_PRIVATES 256
#define MAX_SCOPES   64
#define PER_QUESTION 256 /* arguments of one request */
#define PICK_AT_ONCE 500

/* A thing whose id the walker is still to give. */
struct open_value {
	struct ipm_str object_id;
	struct ipm_value *slot;	 /* where its value goes, or */
	uint64_t *id;		 /* where its id goes, or */
	struct extra *scopes_of; /* whose list of scopes it is */
	bool secret;		 /* stands under a name that says so */
	struct open_value *next;
};

struct fetch {
	struct walker *walker;
	struct walker_text *text;
	struct pool *pool;
	struct open_value *values, **last_value;
	struct open_value *lists, **last_list;
	struct ipm_buf answer;
	const struct extras_options *opts;
};

static void add_open(struct fetch *f, struct open_value what)
{
	struct open_value *o;

	if (!what.object_id.len)
		return;
	o = pool_alloc(f->pool, 1, sizeof(*o));
	if (!o)
		return;
	*o = what;
	if (what.scopes_of) {
		*f->last_list = o;
		f->last_list = &o->next;
	} else {
		*f->last_value = o;
		f->last_value = &o->next;
	}
}

static void read_value(struct fetch *f, struct ipm_json_ref remote, bool secret,
		       struct ipm_value *slot)
{
	struct ipm_str object_id;

	remote_value(remote, f->pool, slot, &object_id);
	walker_text_redact(f->text, secret, slot);
	add_open(f, (struct open_value){.object_id = object_id, .slot = slot, .secret = secret});
}

/* "#password", too. */
static bool is_secret(struct fetch *f, struct ipm_str name)
{
	if (name.len && name.data[0] == '#') {
		name.data++;
		name.len--;
	}
	return f->text->redaction->on && redact_name(name);
}

static struct ipm_str handle_of(struct fetch *f, struct ipm_json_ref remote)
{
	return json_pool_str(f->pool, ipm_json_get(remote, "objectId"));
}

static void read_accessor(struct fetch *f, struct ipm_json_ref property, struct ipm_value *slot)
{
	*slot = (struct ipm_value){.type = IPM_VALUE_ACCESSOR};
	add_open(f, (struct open_value){.object_id = handle_of(f, ipm_json_get(property, "get")),
					.id = &slot->accessor.get});
	add_open(f, (struct open_value){.object_id = handle_of(f, ipm_json_get(property, "set")),
					.id = &slot->accessor.set});
}

static void read_privates(struct fetch *f, struct ipm_json_ref list, struct extra *extra)
{
	size_t count = ipm_json_size(list), i;
	struct ipm_json_ref each = ipm_json_first(list);

	if (ipm_json_type(list) != IPM_JSON_ARRAY || !count)
		return;
	if (count > MAX_PRIVATES)
		count = MAX_PRIVATES;
	extra->privates = pool_alloc(f->pool, count, sizeof(*extra->privates));
	if (!extra->privates)
		return;
	for (i = 0; i < count; i++, each = ipm_json_next(each)) {
		struct ipm_property *p = &extra->privates[i];

		p->name = json_pool_str(f->pool, ipm_json_get(each, "name"));
		p->flags = IPM_PROPERTY_DEFAULT;
		if (ipm_json_type(ipm_json_get(each, "value")) == IPM_JSON_OBJECT)
			read_value(f, ipm_json_get(each, "value"), is_secret(f, p->name),
				   &p->value);
		else
			read_accessor(f, each, &p->value);
	}
	extra->private_count = count;
}

/* What the walker could not see without Node's internals. */
static bool read_hidden(struct fetch *f, struct ipm_json_ref name, struct ipm_json_ref value,
			struct extra *extra)
{
	if (ipm_json_equals(name, "[[Target]]")) {
		extra->is_proxy = true;
		read_value(f, value, false, &extra->first);
	} else if (ipm_json_equals(name, "[[Handler]]")) {
		read_value(f, value, false, &extra->second);
	} else if (ipm_json_equals(name, "[[PromiseState]]")) {
		value = ipm_json_get(value, "value");
		extra->is_promise = true;
		extra->state = ipm_json_equals(value, "fulfilled")  ? IPM_PROMISE_FULFILLED
			       : ipm_json_equals(value, "rejected") ? IPM_PROMISE_REJECTED
								    : IPM_PROMISE_PENDING;
	} else if (ipm_json_equals(name, "[[PromiseResult]]")) {
		read_value(f, value, false, &extra->first);
	} else {
		return ipm_json_equals(name, "[[IsRevoked]]");
	}
	return true;
}

/* What fields of the record already say. */
static bool is_known_elsewhere(struct ipm_json_ref name)
{
	return ipm_json_equals(name, "[[Prototype]]") || ipm_json_equals(name, "[[Entries]]") ||
	       ipm_json_equals(name, "[[PromiseState]]") ||
	       ipm_json_equals(name, "[[PromiseResult]]") ||
	       ipm_json_equals(name, "[[PrimitiveValue]]") ||
	       ipm_json_equals(name, "[[WeakRefTarget]]");
}

static uint32_t generator_state(struct ipm_json_ref value)
{
	if (ipm_json_equals(value, "running"))
		return IPM_GENERATOR_RUNNING;
	return ipm_json_equals(value, "closed") ? IPM_GENERATOR_CLOSED : IPM_GENERATOR_SUSPENDED;
}

static void read_internal(struct fetch *f, struct ipm_json_ref property, struct extra *extra)
{
	struct ipm_json_ref name = ipm_json_get(property, "name");
	struct ipm_json_ref value = ipm_json_get(property, "value");
	struct ipm_property *p;

	if (!f->walker->pristine && read_hidden(f, name, value, extra))
		return;
	if (is_known_elsewhere(name) && !(extra->is_wasm && ipm_json_equals(name, "[[Entries]]")))
		return;
	if (ipm_json_equals(name, "[[FunctionLocation]]") ||
	    ipm_json_equals(name, "[[GeneratorLocation]]")) {
		extra->location = json_location(ipm_json_get(value, "value"));
	} else if (ipm_json_equals(name, "[[Scopes]]")) {
		if (!extra->library)
			add_open(f, (struct open_value){.object_id = handle_of(f, value),
							.scopes_of = extra});
	} else if (ipm_json_equals(name, "[[GeneratorState]]")) {
		extra->is_generator = true;
		extra->state = generator_state(ipm_json_get(value, "value"));
	} else if (ipm_json_equals(name, "[[GeneratorFunction]]")) {
		read_value(f, value, false, &extra->first);
	} else if (ipm_json_equals(name, "[[GeneratorReceiver]]")) {
		read_value(f, value, false, &extra->second);
	} else {
		p = &extra->internals[extra->internal_count++];
		p->name = json_pool_str(f->pool, name);
		p->flags = IPM_PROPERTY_DEFAULT;
		read_value(f, value, false, &p->value);
	}
}

static void read_internals(struct fetch *f, struct ipm_json_ref list, struct extra *extra)
{
	size_t count = ipm_json_size(list), i;
	struct ipm_json_ref each = ipm_json_first(list);

	if (ipm_json_type(list) != IPM_JSON_ARRAY || !count)
		return;
	if (count > MAX_PRIVATES)
		count = MAX_PRIVATES;
	extra->internals = pool_alloc(f->pool, count, sizeof(*extra->internals));
	for (i = 0; extra->internals && i < count; i++, each = ipm_json_next(each))
		read_internal(f, each, extra);
}

/*
 * Functions of Node and of installed packages close over all of these: following them would fill
 * the file with what the user never wrote.
 */
static bool is_library(struct fetch *f, struct ipm_json_ref list)
{
	struct ipm_json_ref each = ipm_json_first(list), value;
	size_t count = ipm_json_size(list), i;
	struct script_entry *entry;

	for (i = 0; i < count; i++, each = ipm_json_next(each)) {
		if (!ipm_json_equals(ipm_json_get(each, "name"), "[[FunctionLocation]]"))
			continue;
		value = ipm_json_get(ipm_json_get(each, "value"), "value");
		entry = scripts_find(f->opts->scripts, json_location(value).script_id);
		return entry && script_is_library(&entry->script);
	}
	return false;
}

static enum ipm_errc ask_one(struct fetch *f, struct ipm_str object_id, struct extra *extra,
			     struct ipm_error *err)
{
	struct target *t = f->walker->target;
	struct ipm_json_ref result;
	enum ipm_errc rc;

	ipm_buf_reset(&t->params);
	ipm_buf_cstr(&t->params,
		     "{\"ownProperties\":true,\"nonIndexedPropertiesOnly\":true,\"objectId\":");
	ipm_json_put_string(&t->params, object_id);
	ipm_buf_byte(&t->params, '}');
	rc = target_call(t, "Runtime.getProperties", &result, err);
	if (rc == IPM_ERR_NOT_FOUND)
		return IPM_OK;
	if (rc)
		return rc;
	extra->known = true;
	extra->library = !f->opts->follow_libraries &&
			 is_library(f, ipm_json_get(result, "internalProperties"));
	read_internals(f, ipm_json_get(result, "internalProperties"), extra);
	read_privates(f, ipm_json_get(result, "privateProperties"), extra);
	return pool_ok(f->pool) ? IPM_OK : ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
}

/* Handles of the objects with these ids; NULL where there is none. */
static enum ipm_errc pick(struct fetch *f, const struct extra *list, size_t count,
			  struct ipm_str *ret, struct ipm_error *err)
{
	struct target *t = f->walker->target;
	struct ipm_buf ids = IPM_BUF_INIT, array = IPM_BUF_INIT;
	struct ipm_json_ref result, each;
	enum ipm_errc rc;
	size_t i, n, at;

	for (i = 0; i < count; i++)
		ipm_buf_printf(&ids, "%" PRIu64 ",", list[i].id);
	rc = ipm_buf_status(&ids, err);
	if (rc)
		goto out;
	walker_begin(f->walker, "function(t){return this.pick(t)}");
	target_argument_str(t, ipm_buf_as_str(&ids));
	rc = target_function_end(t, false, &result, err);
	if (rc)
		goto out;
	if (!target_object_id(result, &array)) {
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "the walker picked nothing");
		goto out;
	}
	ipm_buf_reset(&t->params);
	ipm_buf_cstr(&t->params, "{\"ownProperties\":true,\"objectId\":");
	ipm_json_put_string(&t->params, ipm_buf_as_str(&array));
	ipm_buf_byte(&t->params, '}');
	rc = target_call(t, "Runtime.getProperties", &result, err);
	if (rc)
		goto out;
	result = ipm_json_get(result, "result");
	n = ipm_json_size(result);
	each = ipm_json_first(result);
	for (i = 0; i < n; i++, each = ipm_json_next(each)) {
		struct ipm_str name = ipm_json_raw(ipm_json_get(each, "name"));

		if (name.len < 3 || name.data[1] < '0' || name.data[1] > '9')
			continue;
		at = (size_t)strtoul(name.data + 1, NULL, 10);
		if (at < count)
			ret[at] = json_pool_str(
				f->pool, ipm_json_get(ipm_json_get(each, "value"), "objectId"));
	}
	if (!pool_ok(f->pool))
		rc = ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
out:
	ipm_buf_deinit(&ids);
	ipm_buf_deinit(&array);
	return rc;
}

/* Ids for the values found, many in one request. */
static enum ipm_errc resolve_values(struct fetch *f, struct ipm_error *err)
{
	struct open_value *from = f->values, *o;
	enum ipm_errc rc;
	size_t n;

	while (from) {
		walker_begin(f->walker, "function(){return this.roots(arguments)}");
		for (o = from, n = 0; o && n < PER_QUESTION; o = o->next, n++) {
			target_argument_str(f->walker->target, IPM_STR("v"));
			target_argument_object(f->walker->target, o->object_id);
		}
		ipm_buf_reset(&f->answer);
		rc = walker_end(f->walker, &f->answer, err);
		if (!rc)
			rc = walker_text_open(f->text, ipm_buf_as_str(&f->answer), err);
		for (; !rc && from != o; from = from->next) {
			struct ipm_value v;

			rc = walker_text_value(f->text, &v, err);
			if (rc || v.type != IPM_VALUE_OBJECT)
				continue;
			if (from->id)
				*from->id = v.object_id;
			else
				*from->slot = v;
			if (from->secret)
				walker_text_redact(f->text, true, &v);
		}
		if (rc)
			return rc;
	}
	return IPM_OK;
}

static enum ipm_errc read_scope_ids(struct fetch *f, struct extra *extra, struct ipm_error *err)
{
	uint64_t ids[MAX_SCOPES], id;
	size_t count = 0;
	enum ipm_errc rc;

	while (!walker_text_take(f->text, ';')) {
		rc = walker_text_number(f->text, ',', &id, err);
		if (rc)
			return rc;
		if (count < MAX_SCOPES)
			ids[count++] = id;
	}
	extra->scopes = pool_alloc(f->pool, count, sizeof(*extra->scopes));
	if (!extra->scopes)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	memcpy(extra->scopes, ids, count * sizeof(*ids));
	extra->scope_count = count;
	return IPM_OK;
}

static enum ipm_errc resolve_lists(struct fetch *f, struct ipm_error *err)
{
	struct open_value *from = f->lists, *o;
	enum ipm_errc rc;
	size_t n;

	while (from) {
		walker_begin(f->walker, "function(){return this.scopeLists(arguments)}");
		for (o = from, n = 0; o && n < PER_QUESTION; o = o->next, n++)
			target_argument_object(f->walker->target, o->object_id);
		ipm_buf_reset(&f->answer);
		rc = walker_end(f->walker, &f->answer, err);
		if (!rc)
			rc = walker_text_open(f->text, ipm_buf_as_str(&f->answer), err);
		for (; !rc && from != o; from = from->next)
			rc = read_scope_ids(f, from->scopes_of, err);
		if (rc)
			return rc;
	}
	return IPM_OK;
}

static enum ipm_errc fetch_some(struct fetch *f, struct extra *list, size_t count,
				struct ipm_error *err)
{
	struct ipm_str *handles = pool_alloc(f->pool, count, sizeof(*handles));
	enum ipm_errc rc;
	size_t i;

	if (!handles)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	f->values = f->lists = NULL;
	f->last_value = &f->values;
	f->last_list = &f->lists;
	rc = pick(f, list, count, handles, err);
	for (i = 0; !rc && i < count && ipm_monotonic_ns() < f->opts->until_ns; i++)
		if (handles[i].len)
			rc = ask_one(f, handles[i], &list[i], err);
	if (!rc)
		rc = resolve_values(f, err);
	if (!rc)
		rc = resolve_lists(f, err);
	return rc;
}

enum ipm_errc extras_fetch(struct walker *w, struct walker_text *text, struct pool *pool,
			   struct extra *list, size_t count, const struct extras_options *opts,
			   struct ipm_error *err)
{
	struct fetch f = {.walker = w, .text = text, .pool = pool, .opts = opts};
	enum ipm_errc rc = IPM_OK;
	size_t at = 0, n;

	while (!rc && at < count && ipm_monotonic_ns() < opts->until_ns) {
		n = count - at < PICK_AT_ONCE ? count - at : PICK_AT_ONCE;
		rc = fetch_some(&f, list + at, n, err);
		at += n;
		if (!w->target->gone)
			target_release_handles(w->target);
	}
	ipm_buf_deinit(&f.answer);
	return rc;
}

void extra_apply(const struct extra *extra, struct ipm_object *object)
{
	if (extra->library && object->omitted_reason == IPM_REASON_NONE)
		object->omitted_reason = IPM_REASON_DEPTH;
	if (extra->location.script_id)
		object->location = extra->location;
	object->scopes = extra->scopes;
	object->scope_count = extra->scope_count;
	object->internals = extra->internals;
	object->internal_count = extra->internal_count;
	object->privates = extra->privates;
	object->private_count = extra->private_count;
	if (extra->is_proxy || extra->is_promise) {
		object->first = extra->first;
		object->second = extra->second;
		object->state = extra->state;
	}
	if (extra->is_generator) {
		object->state = extra->state;
		object->first = extra->first;
		object->second = extra->second;
	}
}
