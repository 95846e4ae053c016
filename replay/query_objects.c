/* SPDX-License-Identifier: MIT */
/* Runtime.queryObjects: every object whose prototype chain has the one given. */
#include <stdlib.h>

#include "session.h"

enum {
	SERVER_ERROR = -32000,
	MAX_FOUND = 200000,
	MAX_CHAIN = 100,
	MAX_KNOWN = 1 << 20,
	QUICK_OBJECTS = 100000,
};

/* What is known of a prototype: does its chain have the one that is looked for? */
struct known {
	uint64_t id; /* 0: a free place */
	bool has;
};

struct query {
	struct call *c;
	uint64_t prototype;
	struct known *known; /* hash table */
	size_t places, count;
	struct ipm_value *found;
	size_t found_count, capacity;
	bool failed; /* out of memory */
};

static struct known *place_of(struct known *known, size_t places, uint64_t id)
{
	size_t at = (size_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (places - 1);

	while (known[at].id && known[at].id != id)
		at = (at + 1) & (places - 1);
	return &known[at];
}

static bool grow(struct query *q)
{
	size_t places = q->places ? 2 * q->places : 256, i;
	struct known *grown = calloc(places, sizeof(*grown));

	if (!grown)
		return false;
	for (i = 0; i < q->places; i++)
		if (q->known[i].id)
			*place_of(grown, places, q->known[i].id) = q->known[i];
	free(q->known);
	q->known = grown;
	q->places = places;
	return true;
}

static bool walk_chain(struct query *q, uint64_t id)
{
	struct ipm_heap *heap = q->c->r->heap;
	const struct ipm_object *object;
	struct ipm_error err;
	int steps;

	for (steps = 0; steps < MAX_CHAIN; steps++) {
		if (id == q->prototype)
			return true;
		if (heap->object(heap, id, &object, &err))
			return false;
		id = object->proto.type == IPM_VALUE_OBJECT ? object->proto.object_id : 0;
		heap->release(heap, object);
		if (!id)
			return false;
	}
	return false;
}

static bool has_prototype(struct query *q, uint64_t proto)
{
	struct known *place;
	bool has;

	if (proto == q->prototype)
		return true;
	if (q->count * 2 >= q->places && q->places < MAX_KNOWN && !grow(q)) {
		q->failed = true;
		return false;
	}
	place = place_of(q->known, q->places, proto);
	if (place->id)
		return place->has;
	has = walk_chain(q, proto);
	if (q->count * 2 < q->places) {
		*place = (struct known){proto, has};
		q->count++;
	}
	return has;
}

static bool visit(void *self, const struct ipm_object *object)
{
	struct query *q = self;

	if (object->proto.type != IPM_VALUE_OBJECT || object->kind == IPM_KIND_SYMBOL ||
	    object->kind == IPM_KIND_SCOPE || !has_prototype(q, object->proto.object_id))
		return !q->failed;
	if (q->found_count == q->capacity) {
		size_t capacity = q->capacity ? 2 * q->capacity : 1024;
		struct ipm_value *grown = realloc(q->found, capacity * sizeof(*grown));

		q->failed = !grown;
		if (!grown)
			return false;
		q->found = grown;
		q->capacity = capacity;
	}
	q->found[q->found_count++] =
		(struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = object->id};
	return q->found_count < MAX_FOUND;
}

static enum ipm_errc answer(struct query *q, struct ipm_error *err)
{
	struct call *c = q->c;
	struct ipm_buf group = IPM_BUF_INIT;
	struct ipm_eval_request request = {
		.expression = IPM_STR("(...objects) => objects"),
		.call = true,
		.frame = -1,
		.pause = c->r->pause_index,
		.arguments = q->found,
		.argument_count = q->found_count,
	};
	struct ipm_eval_result result;
	enum ipm_errc code;

	string_param_into(c, "objectGroup", &group);
	request.object_group = ipm_buf_as_str(&group);
	code = ipm_eval(c->r->evaluator, &request, &result, err);
	ipm_buf_deinit(&group);
	if (code)
		return call_failed(c, code, err);
	ipm_buf_cstr(&c->result, "{\"objects\":");
	code = ipm_cdp_remote_object(&c->r->cdp, &result.value, 0, &c->result, err);
	ipm_buf_byte(&c->result, '}');
	return code ? call_failed(c, code, err) : IPM_OK;
}

enum ipm_errc runtime_query_objects(struct call *c, struct ipm_error *err)
{
	struct ipm_str id = string_param(c, "prototypeObjectId");
	struct query q = {.c = c};
	uint64_t damaged;
	enum ipm_errc code;

	if (check_id(c->r, id, &q.prototype) != ID_OK)
		return call_error(c, SERVER_ERROR, "Invalid remote object id");
	if (ipm_reader_info(c->r->reader)->objects > QUICK_OBJECTS && out_of_patience(c))
		return IPM_OK;
	if (!grow(&q))
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for a search");
	code = ipm_reader_scan(c->r->reader, 1, visit, &q, &damaged, err);
	if (!code && q.failed)
		code = ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for a search");
	code = code ? call_failed(c, code, err) : answer(&q, err);
	free(q.known);
	free(q.found);
	return code;
}
