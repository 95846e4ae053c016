/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "edges.h"
#include "redact_internal.h"
#include "wtf8.h"

#define LONGEST_TEXT ((size_t)64 << 20) /* of longer ones, this much is looked at */

static void omit(struct redact_job *job, struct ipm_value *v, const char *type, uint64_t size)
{
	*v = (struct ipm_value){.type = IPM_VALUE_OMITTED};
	v->omitted.reason = IPM_REASON_REDACTED;
	v->omitted.size = size;
	v->omitted.type_name = (struct ipm_str){type, strlen(type)};
	job->rules.count++;
}

/* A text that may lie in slices, for looking at; lives until the next call. */
static struct ipm_str whole(struct redact_job *job, const struct ipm_text *text)
{
	if (text->script_id || !text->slices.count)
		return text->str;
	ipm_buf_reset(&job->text);
	if (ipm_text_append(&job->heap, text, 0, LONGEST_TEXT / 3, &job->text, NULL) != IPM_OK)
		return text->str;
	return ipm_buf_as_str(&job->text);
}

enum ipm_errc redact_copy_text(struct redact_job *job, struct ipm_text *text)
{
	struct ipm_slices old = text->slices;
	const struct ipm_slice *from;
	uint64_t i, count;
	enum ipm_errc rc = IPM_OK;

	if (!old.count || !old.per_slice || text->script_id)
		return IPM_OK;
	text->slices = ipm_writer_reserve_slices(job->writer, old.count, old.per_slice);
	count = (old.count - 1) / old.per_slice + 1;
	for (i = 0; i < count && !rc; i++) {
		struct ipm_slice to = {.id = text->slices.first + i, .str = {"", 0}};

		rc = ipm_reader_slice(job->reader, old.first + i, &from, job->err);
		if (ipm_is_damage(rc)) { /* or cut off: an empty one keeps its place */
			job->lost++;
			rc = ipm_writer_slice(job->writer, &to, job->err);
			continue;
		}
		if (rc)
			break;
		to.str = from->str;
		rc = ipm_writer_slice(job->writer, &to, job->err);
		ipm_slice_release(job->reader, from);
	}
	return rc;
}

enum ipm_errc redact_copy_value(struct redact_job *job, bool secret_place, struct ipm_value *v)
{
	struct ipm_str text;

	switch (v->type) {
	case IPM_VALUE_STRING:
		text = whole(job, &v->string);
		if (v->string.length &&
		    (secret_place || redact_text(text) || redaction_knows(&job->rules, text))) {
			omit(job, v, "string", v->string.length);
			return IPM_OK;
		}
		return redact_copy_text(job, &v->string);
	case IPM_VALUE_INTEGER:
	case IPM_VALUE_NUMBER:
		if (secret_place)
			omit(job, v, "number", 0);
		return IPM_OK;
	case IPM_VALUE_BIGINT:
		if (secret_place)
			omit(job, v, "bigint", 0);
		return IPM_OK;
	default:
		return IPM_OK;
	}
}

static enum ipm_errc no_memory(struct redact_job *job)
{
	return ipm_fail(job->err, IPM_ERR_NO_MEMORY, "out of memory");
}

static enum ipm_errc copy_properties(struct redact_job *job, bool secret,
				     const struct ipm_property *from, size_t count,
				     const struct ipm_property **ret)
{
	struct ipm_property *to = import_alloc(&job->pool, count + 1, sizeof(*to));
	enum ipm_errc rc = IPM_OK;
	size_t i;

	if (!to)
		return no_memory(job);
	for (i = 0; i < count && !rc; i++) {
		to[i] = from[i];
		/* Maps in all but name: { "<token>": session }. */
		if (redact_text(from[i].name)) {
			to[i].name = IPM_STR("[redacted]");
			job->rules.count++;
		}
		rc = redact_copy_value(job, secret || redact_is_secret_name(job, from[i].name),
				       &to[i].value);
	}
	*ret = to;
	return rc;
}

static bool has_pairs(const struct ipm_object *object)
{
	return ipm_has_keys(object);
}

static enum ipm_errc copy_values(struct redact_job *job, bool secret, bool pairs,
				 const struct ipm_value *from, size_t count,
				 const struct ipm_value **ret)
{
	struct ipm_value *to = import_alloc(&job->pool, count + 1, sizeof(*to));
	enum ipm_errc rc = IPM_OK;
	size_t i;

	if (!to)
		return no_memory(job);
	for (i = 0; i < count && !rc; i++) {
		bool named = i % 2 == 1 && redact_is_header_name(job, &from[i - 1]);

		to[i] = from[i];
		/* A name is none of the secrets itself. */
		if (pairs && i % 2 == 0 && !secret && redact_is_header_name(job, &from[i]))
			continue;
		rc = redact_copy_value(job, secret || named, &to[i]);
	}
	*ret = to;
	return rc;
}

static bool is_hidden(struct ipm_bytes bytes)
{
	size_t i;

	for (i = 0; i < bytes.len && bytes.data[i] == '*'; i++)
		;
	return i == bytes.len;
}

static void hide_bytes(struct redact_job *job, bool secret, struct ipm_bytes *bytes)
{
	uint8_t *copy;

	if (is_hidden(*bytes) ||
	    (!secret && !redact_text((struct ipm_str){(const char *)bytes->data, bytes->len})))
		return;
	copy = import_alloc(&job->pool, bytes->len, 1);
	if (!copy)
		return; /* noticed by the caller: the pool failed */
	memset(copy, '*', bytes->len);
	bytes->data = copy;
	job->rules.count++;
}

/* Every slice of a sequence, cleaned, under new ids. */
static enum ipm_errc copy_slices(struct redact_job *job, bool secret, bool pairs,
				 struct ipm_slices *slices)
{
	static const struct ipm_value nothing = {.type = IPM_VALUE_OMITTED};
	struct ipm_slices old = *slices;
	const struct ipm_slice *from;
	uint64_t i, count;
	enum ipm_errc rc = IPM_OK;

	if (!old.count || !old.per_slice)
		return IPM_OK;
	*slices = ipm_writer_reserve_slices(job->writer, old.count, old.per_slice);
	count = (old.count - 1) / old.per_slice + 1;
	for (i = 0; i < count && !rc; i++) {
		struct ipm_slice to = {.id = slices->first + i};

		rc = ipm_reader_slice(job->reader, old.first + i, &from, job->err);
		if (ipm_is_damage(rc)) {
			job->lost++;
			to.values = &nothing;
			to.value_count = 1;
			rc = ipm_writer_slice(job->writer, &to, job->err);
			continue;
		}
		if (rc)
			break;
		to = *from;
		to.id = slices->first + i;
		if (from->values)
			rc = copy_values(job, secret, pairs, from->values, from->value_count,
					 &to.values);
		else if (from->properties)
			rc = copy_properties(job, secret, from->properties, from->property_count,
					     &to.properties);
		else
			hide_bytes(job, secret, &to.bytes);
		if (!rc)
			rc = ipm_writer_slice(job->writer, &to, job->err);
		ipm_slice_release(job->reader, from);
	}
	return rc;
}

static enum ipm_errc copy_object_text(struct redact_job *job, struct ipm_object *o)
{
	/* A function's source is code, not data. */
	if (o->kind != IPM_KIND_FUNCTION && o->text.length && redact_text(whole(job, &o->text))) {
		o->text = (struct ipm_text){.str = IPM_STR("[redacted]"), .length = 10};
		job->rules.count++;
		return IPM_OK;
	}
	return redact_copy_text(job, &o->text);
}

enum ipm_errc redact_copy_object(struct redact_job *job, const struct ipm_object *object)
{
	struct ipm_object o = *object;
	bool secret = redact_is_secret_object(job, object);
	bool bytes = redaction_marked(&job->rules, object->id);
	enum ipm_errc rc;

	import_pool_reset(&job->pool);
	rc = copy_properties(job, secret, object->properties, object->property_count,
			     &o.properties);
	if (!rc)
		rc = copy_slices(job, secret, false, &o.more_properties);
	if (!rc)
		rc = copy_properties(job, secret, object->privates, object->private_count,
				     &o.privates);
	if (!rc)
		rc = copy_properties(job, false, object->internals, object->internal_count,
				     &o.internals);
	if (!rc)
		rc = copy_values(job, secret, has_pairs(object), object->elements,
				 object->element_count, &o.elements);
	if (!rc)
		rc = copy_slices(job, secret, has_pairs(object), &o.more_elements);
	if (!rc)
		rc = redact_copy_value(job, secret, &o.first);
	if (!rc)
		rc = redact_copy_value(job, secret, &o.second);
	if (!rc)
		rc = copy_object_text(job, &o);
	if (!rc)
		rc = copy_slices(job, bytes, false, &o.byte_slices);
	hide_bytes(job, bytes, &o.bytes);
	if (redact_text(o.description)) {
		o.description = IPM_STR("[redacted]");
		job->rules.count++;
	}
	if (!rc && job->pool.failed)
		rc = no_memory(job);
	return rc ? rc : ipm_writer_object(job->writer, &o, job->err);
}
