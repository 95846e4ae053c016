/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "import_internal.h"

/*
 * Which ids are one object. Numbers are given at first mention, in the order of the walk. When an id
 * turns out to be an object known by another, what stands under the same names in both is the
 * same as well: a pause does not move.
 */

#define MAX_PAIRS	 100000
#define MAX_SAME_MEMBERS 4096 /* names looked at for one that is out of line */

static bool raw_id(struct ipm_json_ref remote, struct ipm_str *ret)
{
	struct ipm_json_ref id = ipm_json_get(remote, "objectId");

	if (ipm_json_type(id) != IPM_JSON_STRING)
		return false;
	*ret = ipm_json_raw(id);
	ret->data++;
	ret->len -= 2;
	return true;
}

enum ipm_errc import_id_number(struct import *im, struct ipm_json_ref id, uint32_t *ret)
{
	struct ipm_str raw = ipm_json_raw(id);
	uint32_t handle, *number;
	enum ipm_errc rc = IPM_OK;

	*ret = 0;
	if (ipm_json_type(id) != IPM_JSON_STRING)
		return IPM_OK;
	handle = import_ids_find(&im->ids, (struct ipm_str){raw.data + 1, raw.len - 2});
	if (handle == ID_NONE)
		return IPM_OK;
	number = import_ids_number(&im->ids, handle);
	if (!*number)
		rc = import_enqueue(im, handle, QUEUE_OBJECT, number);
	*ret = *number == ID_VIRTUAL ? 0 : *number;
	return rc;
}

/* The value at `offset`; an offset behind the end is none. */
static bool value_at(struct import *im, uint64_t offset, struct ipm_str *ret)
{
	struct json_cursor c;

	if (offset >= im->text.len)
		return false;
	c = (struct json_cursor){im->text.data + offset, im->text.data + im->text.len};
	return json_skip_value(&c, ret);
}

bool import_listing(struct import *im, uint32_t handle, struct ipm_str *ret)
{
	return value_at(im, import_ids_listing(&im->ids, handle), ret);
}

bool import_mention(struct import *im, uint32_t handle, struct ipm_str *ret)
{
	return value_at(im, import_ids_mention(&im->ids, handle), ret);
}

enum ipm_errc import_enqueue(struct import *im, uint32_t handle, uint8_t kind, uint32_t *ret)
{
	uint32_t capacity = im->queue_capacity ? im->queue_capacity * 2 : 4096;
	uint32_t *queue;
	uint8_t *kinds;

	if (im->queued == im->queue_capacity) {
		if (capacity >= UINT32_C(1) << 31)
			return ipm_fail(im->err, IPM_ERR_LIMIT, "more than 1 billion objects");
		queue = realloc(im->queue, capacity * sizeof(*queue));
		if (queue)
			im->queue = queue;
		kinds = realloc(im->queue_kind, capacity);
		if (kinds)
			im->queue_kind = kinds;
		if (!queue || !kinds)
			return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
		im->queue_capacity = capacity;
	}
	im->queue[im->queued] = handle;
	im->queue_kind[im->queued] = kind;
	*ret = ++im->queued;
	return IPM_OK;
}

struct pair {
	uint32_t known, other;
};

struct pairs {
	struct pair *list;
	size_t count, capacity;
};

static bool add_pair(struct pairs *pairs, uint32_t known, uint32_t other)
{
	struct pair *list;
	size_t capacity = pairs->capacity ? pairs->capacity * 2 : 64;

	if (pairs->count >= MAX_PAIRS)
		return true; /* what is not looked at stays two objects */
	if (pairs->count == pairs->capacity) {
		list = realloc(pairs->list, capacity * sizeof(*list));
		if (!list)
			return false;
		pairs->list = list;
		pairs->capacity = capacity;
	}
	pairs->list[pairs->count++] = (struct pair){known, other};
	return true;
}

/* Gives `other` the number of `known`, which gets one now if it has none. */
static enum ipm_errc take_over(struct import *im, struct pairs *pairs, uint32_t known,
			       uint32_t other)
{
	uint32_t *number = import_ids_number(&im->ids, known),
		 *alias = import_ids_number(&im->ids, other);
	enum ipm_errc rc = IPM_OK;

	if (known == other || *alias)
		return IPM_OK;
	if (!*number)
		rc = import_enqueue(im, known, QUEUE_OBJECT, number);
	if (rc || *number == ID_VIRTUAL)
		return rc;
	*alias = *number;
	im->result.merged++;
	/* Whichever of the two was listed tells about both, unless it is written already. */
	if (import_ids_listing(&im->ids, known) == UINT64_MAX &&
	    import_ids_listing(&im->ids, other) != UINT64_MAX && *number > im->written)
		import_ids_set_listing(&im->ids, known, import_ids_listing(&im->ids, other));
	if (!add_pair(pairs, known, other))
		return ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	return IPM_OK;
}

static bool is_global(struct ipm_json_ref remote)
{
	struct ipm_json_ref description = ipm_json_get(remote, "description");

	if (ipm_json_equals(ipm_json_get(remote, "subtype"), "internal#scope"))
		return ipm_json_equals(description, "Global");
	return ipm_json_equals(ipm_json_get(remote, "className"), "global") &&
	       (ipm_json_equals(description, "global") ||
		ipm_json_equals(description, "Object [global]"));
}

/* Is this a thing that exists only for the protocol: a list of scopes, an entry of a Map? */
static bool is_virtual(struct ipm_json_ref name, struct ipm_json_ref remote)
{
	static const char *const names[] = {
		"[[Scopes]]",	  "[[Entries]]",    "[[PrivateMethods]]", "[[Int8Array]]",
		"[[Uint8Array]]", "[[Int16Array]]", "[[Int32Array]]",
	};
	struct ipm_json_ref subtype = ipm_json_get(remote, "subtype");
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (ipm_json_equals(name, names[i]))
			return true;
	return ipm_json_equals(subtype, "internal#entry") ||
	       ipm_json_equals(subtype, "internal#privateMethod");
}

static enum ipm_errc pair_values(struct import *im, struct pairs *pairs, struct ipm_json_ref name,
				 struct ipm_json_ref a, struct ipm_json_ref b)
{
	struct ipm_str id;
	uint32_t known, other;
	enum ipm_errc rc;

	if (!raw_id(a, &id))
		return IPM_OK;
	known = import_ids_find(&im->ids, id);
	if (!raw_id(b, &id))
		return IPM_OK;
	other = import_ids_find(&im->ids, id);
	if (known == ID_NONE || other == ID_NONE)
		return IPM_OK;
	if (is_virtual(name, a)) {
		if (*import_ids_number(&im->ids, other))
			return IPM_OK;
		*import_ids_number(&im->ids, other) = ID_VIRTUAL;
		return add_pair(pairs, known, other)
			       ? IPM_OK
			       : ipm_fail(im->err, IPM_ERR_NO_MEMORY, "out of memory");
	}
	if (is_global(a) && im->global != ID_NONE) {
		rc = take_over(im, pairs, im->global, known);
		return rc ? rc : take_over(im, pairs, im->global, other);
	}
	return take_over(im, pairs, known, other);
}

static bool same_name(struct ipm_json_ref a, struct ipm_json_ref b)
{
	struct ipm_str x = ipm_json_raw(ipm_json_get(a, "name")),
		       y = ipm_json_raw(ipm_json_get(b, "name"));

	return x.len == y.len && !memcmp(x.data, y.data, x.len);
}

static bool has_symbol(struct ipm_json_ref descriptor)
{
	return ipm_json_type(ipm_json_get(descriptor, "symbol")) != IPM_JSON_NONE;
}

/*
 * Two lists of descriptors of one object. They are nearly always the same, one by one; where a limit
 * made them different, names decide, but not for symbols, which have more than a description.
 */
static enum ipm_errc pair_lists(struct import *im, struct pairs *pairs, struct ipm_json_ref known,
				struct ipm_json_ref other)
{
	static const char *const members[] = {"value", "get", "set", "symbol"};
	struct ipm_json_ref a = ipm_json_first(known), b = ipm_json_first(other);
	enum ipm_errc rc = IPM_OK;
	bool aligned = true;
	size_t i, tried;

	for (; ipm_json_type(b) == IPM_JSON_OBJECT && !rc; b = ipm_json_next(b)) {
		aligned = aligned && ipm_json_type(a) == IPM_JSON_OBJECT && same_name(a, b);
		if (!aligned && has_symbol(b))
			continue;
		for (tried = 0; !aligned && tried < MAX_SAME_MEMBERS; tried++) {
			if (ipm_json_type(a) != IPM_JSON_OBJECT)
				a = ipm_json_first(known);
			if (ipm_json_type(a) != IPM_JSON_OBJECT)
				return IPM_OK;
			if (same_name(a, b))
				break;
			a = ipm_json_next(a);
		}
		if (tried == MAX_SAME_MEMBERS)
			continue;
		for (i = 0; i < sizeof(members) / sizeof(members[0]) && !rc; i++)
			rc = pair_values(im, pairs, ipm_json_get(b, "name"),
					 ipm_json_get(a, members[i]), ipm_json_get(b, members[i]));
		a = ipm_json_next(a);
	}
	return rc;
}

static enum ipm_errc pair_up(struct import *im, struct pairs *pairs, struct pair pair)
{
	struct ipm_json a = {0}, b = {0};
	struct ipm_str known, other;
	enum ipm_errc rc = IPM_OK;

	if (!import_listing(im, pair.known, &known) || !import_listing(im, pair.other, &other) ||
	    known.data == other.data)
		return IPM_OK;
	/* Too large, or broken: then what is in there just stays apart. */
	if (ipm_json_parse(&a, known, 0, NULL) == IPM_OK &&
	    ipm_json_parse(&b, other, 0, NULL) == IPM_OK) {
		rc = pair_lists(im, pairs, ipm_json_get(ipm_json_root(&a), "result"),
				ipm_json_get(ipm_json_root(&b), "result"));
		if (!rc)
			rc = pair_lists(im, pairs,
					ipm_json_get(ipm_json_root(&a), "internalProperties"),
					ipm_json_get(ipm_json_root(&b), "internalProperties"));
	}
	ipm_json_deinit(&a);
	ipm_json_deinit(&b);
	return rc;
}

static enum ipm_errc unify(struct import *im, uint32_t known, uint32_t other)
{
	struct pairs pairs = {0};
	enum ipm_errc rc;
	size_t i;

	rc = take_over(im, &pairs, known, other);
	for (i = 0; i < pairs.count && !rc; i++)
		rc = pair_up(im, &pairs, pairs.list[i]);
	free(pairs.list);
	return rc;
}

/* The one object of its kind: the first id that was listed speaks for all. */
static enum ipm_errc number_single(struct import *im, uint32_t *single, uint32_t handle)
{
	if (*single != ID_NONE)
		return unify(im, *single, handle);
	*single = handle;
	return import_enqueue(im, handle, QUEUE_OBJECT, import_ids_number(&im->ids, handle));
}

static enum ipm_errc number_of(struct import *im, struct ipm_json_ref remote, uint32_t *single,
			       uint32_t *ret)
{
	struct ipm_str id;
	uint32_t handle, *number;
	enum ipm_errc rc = IPM_OK;

	*ret = 0;
	if (!raw_id(remote, &id))
		return IPM_OK;
	handle = import_ids_find(&im->ids, id);
	if (handle == ID_NONE)
		return IPM_OK;
	number = import_ids_number(&im->ids, handle);
	if (!*number && single && !im->own)
		rc = number_single(im, single, handle);
	else if (!*number)
		rc = import_enqueue(im, handle, QUEUE_OBJECT, number);
	*ret = *number == ID_VIRTUAL ? 0 : *number;
	return rc;
}

enum ipm_errc import_number(struct import *im, struct ipm_json_ref remote, uint32_t *ret)
{
	return number_of(im, remote, is_global(remote) ? &im->global : NULL, ret);
}

enum ipm_errc import_scope_number(struct import *im, struct ipm_json_ref remote,
				  enum ipm_scope_type type, uint64_t script_id, uint32_t *ret)
{
	uint32_t *single = NULL;
	size_t i;

	if (type == IPM_SCOPE_GLOBAL)
		single = &im->global;
	else if (type == IPM_SCOPE_SCRIPT)
		single = &im->script_scope;
	else if (type == IPM_SCOPE_MODULE && script_id) {
		for (i = 0; i < im->module_count && im->modules[i].script_id != script_id; i++)
			;
		if (i == im->module_count && i < sizeof(im->modules) / sizeof(im->modules[0]))
			im->modules[im->module_count++] =
				(struct import_module){script_id, ID_NONE};
		if (i < im->module_count)
			single = &im->modules[i].handle;
	}
	return number_of(im, remote, single, ret);
}

bool import_only_protocol(struct import *im, uint32_t handle)
{
	struct ipm_str mention, subtype;

	return import_mention(im, handle, &mention) &&
	       json_find_member(mention, "subtype", &subtype) && subtype.len > 10 &&
	       !memcmp(subtype.data, "\"internal#", 10) &&
	       (subtype.len != 16 || memcmp(subtype.data, "\"internal#scope\"", 16) != 0);
}

bool import_virtual(struct import *im, struct ipm_json_ref remote, struct ipm_str *ret_listing)
{
	struct ipm_str id;
	uint32_t handle;

	if (!raw_id(remote, &id))
		return false;
	handle = import_ids_find(&im->ids, id);
	if (handle == ID_NONE)
		return false;
	*import_ids_number(&im->ids, handle) = ID_VIRTUAL;
	return import_listing(im, handle, ret_listing);
}

void import_identity_deinit(struct import *im)
{
	import_ids_deinit(&im->ids);
	free(im->queue);
	free(im->queue_kind);
	free(im->scopes);
}
