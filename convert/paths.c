/* SPDX-License-Identifier: MIT */
#include "paths.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "plain.h"

/* Where a way begins. */
struct root {
	uint64_t object_id;
	uint32_t pause;
	int32_t frame; /* -1: the exception */
	char what;     /* 's' scope, 't' this, 'r' return value, 'g' global object, 'e' exception */
};

/*
 * How an object was reached. `edge`: 2 bits strength, 4 bits kind, the rest its index. A root has
 * parent 0 and its number as index.
 */
struct step {
	uint32_t parent;
	uint32_t edge;
};

/* A frame's variables say more than what the exception holds, and both more than the engine. */
enum { NOT_REACHED = 0, WEAK = 1, THROWN = 2, STRONG = 3 };

#define INDEX_BITS 26
#define INDEX_MAX  ((UINT32_C(1) << INDEX_BITS) - 1)
#define LONGEST	   256 /* steps shown; what lies before becomes "…" */

struct ipm_paths {
	struct ipm_heap *heap;
	struct step *steps; /* by object id */
	size_t bytes;
	uint64_t objects;
	struct root *roots;
	uint32_t root_count, root_capacity;
	uint64_t visiting; /* the object whose edges come in */
	bool missed;	   /* an edge led back to an object whose own edges had gone by */
};

static uint32_t strength(const struct step *step)
{
	return step->edge >> 30;
}

static struct step make_step(uint32_t how, uint64_t parent, unsigned kind, uint64_t index)
{
	return (struct step){(uint32_t)parent,
			     how << 30 | (uint32_t)kind << INDEX_BITS |
				     (uint32_t)(index < INDEX_MAX ? index : INDEX_MAX)};
}

static enum ipm_errc add_root(struct ipm_paths *p, const struct ipm_value *value, uint32_t pause,
			      int32_t frame, char what, struct ipm_error *err)
{
	uint32_t how = what == 'g' ? WEAK : what == 'e' ? THROWN : STRONG;
	struct root *roots;

	if (value->type != IPM_VALUE_OBJECT || !value->object_id || value->object_id > p->objects ||
	    strength(&p->steps[value->object_id]) >= how || p->root_count >= INDEX_MAX)
		return IPM_OK;
	if (p->root_count == p->root_capacity) {
		uint32_t capacity = p->root_capacity ? p->root_capacity * 2 : 64;

		roots = realloc(p->roots, capacity * sizeof(*roots));
		if (!roots)
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
		p->roots = roots;
		p->root_capacity = capacity;
	}
	p->steps[value->object_id] = make_step(how, 0, IPM_EDGE_PROPERTY, p->root_count);
	p->roots[p->root_count++] = (struct root){value->object_id, pause, frame, what};
	return IPM_OK;
}

static enum ipm_errc add_frame(struct ipm_paths *p, const struct ipm_frame *frame, uint32_t pause,
			       int32_t number, struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < frame->scope_count; i++) {
		bool global = frame->scopes[i].type == IPM_SCOPE_GLOBAL;

		rc = add_root(p, &frame->scopes[i].object, pause, number, global ? 'g' : 's', err);
	}
	return rc;
}

static enum ipm_errc add_pause(struct ipm_paths *p, const struct ipm_pause *pause, uint32_t number,
			       struct ipm_error *err)
{
	enum ipm_errc rc = IPM_OK;
	size_t i;

	for (i = 0; !rc && i < pause->frame_count && i < INT32_MAX; i++)
		rc = add_frame(p, &pause->frames[i], number, (int32_t)i, err);
	/* Variables first: `order` says more than `this` of some frame. */
	for (i = 0; !rc && i < pause->frame_count && i < INT32_MAX; i++) {
		rc = add_root(p, &pause->frames[i].this_value, number, (int32_t)i, 't', err);
		if (!rc && pause->frames[i].has_return_value)
			rc = add_root(p, &pause->frames[i].return_value, number, (int32_t)i, 'r',
				      err);
	}
	if (!rc && pause->has_data)
		rc = add_root(p, &pause->data, number, -1, 'e', err);
	return rc;
}

enum ipm_errc ipm_paths_create(struct ipm_heap *heap, struct ipm_paths **ret, struct ipm_error *err)
{
	const struct ipm_file_info *info = ipm_reader_info(heap->reader);
	struct ipm_paths *p;
	const struct ipm_pause *pause;
	enum ipm_errc rc = IPM_OK;
	void *steps;
	uint64_t i;

	if (info->objects >= UINT32_MAX)
		return ipm_fail(err, IPM_ERR_LIMIT, "more than 4 billion objects");
	p = calloc(1, sizeof(*p));
	if (!p)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	p->heap = heap;
	p->objects = info->objects;
	p->bytes = (size_t)(info->objects + 1) * sizeof(*p->steps);
	/* Pages that are not touched cost nothing, so a count that lies costs nothing either. */
	steps = mmap(NULL, p->bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (steps == MAP_FAILED) {
		free(p);
		return ipm_fail_os(err, errno, "no memory for %" PRIu64 " objects", info->objects);
	}
	p->steps = steps;
	for (i = 0; !rc && i < info->pauses && i < UINT32_MAX; i++)
		if (ipm_reader_pause(heap->reader, i, &pause, NULL) == IPM_OK)
			rc = add_pause(p, pause, (uint32_t)i, err);
	if (rc) {
		ipm_paths_destroy(p);
		return rc;
	}
	*ret = p;
	return IPM_OK;
}

void ipm_paths_destroy(struct ipm_paths *p)
{
	if (!p)
		return;
	munmap(p->steps, p->bytes);
	free(p->roots);
	free(p);
}

bool ipm_paths_reached(const struct ipm_paths *p, uint64_t id)
{
	return id && id <= p->objects && strength(&p->steps[id]) != NOT_REACHED;
}

bool ipm_paths_again(struct ipm_paths *p)
{
	bool again = p->missed;

	p->missed = false;
	return again;
}

/* Would a person write this step down? */
static uint32_t step_strength(const struct ipm_object *from, const struct ipm_edge *edge)
{
	if (from->kind == IPM_KIND_FUNCTION || edge->kind > IPM_EDGE_SECOND ||
	    edge->value->type == IPM_VALUE_ACCESSOR)
		return WEAK;
	return STRONG;
}

static void note(struct ipm_paths *p, const struct ipm_object *from, const struct ipm_edge *edge,
		 uint64_t to)
{
	uint32_t own = strength(&p->steps[from->id]), how;

	if (!to || to > p->objects || strength(&p->steps[to]) == STRONG)
		return;
	how = step_strength(from, edge);
	how = how < own ? how : own;
	if (how <= strength(&p->steps[to]))
		return;
	p->steps[to] = make_step(how, from->id, (unsigned)edge->kind, edge->index);
	if (to < from->id)
		p->missed = true;
}

void ipm_paths_note(struct ipm_paths *p, const struct ipm_object *from, const struct ipm_edge *edge)
{
	uint64_t ids[2];
	int n;

	if (from->id > p->objects || strength(&p->steps[from->id]) == NOT_REACHED)
		return;
	if (edge->value->type == IPM_VALUE_OBJECT) {
		note(p, from, edge, edge->value->object_id);
		return;
	}
	for (n = ipm_value_ids(edge->value, ids); n > 0; n--)
		note(p, from, edge, ids[n - 1]);
}

static enum ipm_errc put_key_value(struct ipm_heap *heap, const struct ipm_object *map,
				   uint64_t index, struct ipm_buf *out, struct ipm_error *err);

static void put_name(struct ipm_buf *out, const char *name)
{
	if (out->len)
		ipm_buf_cstr(out, " \xE2\x80\xBA ");
	ipm_buf_cstr(out, name);
}

static enum ipm_errc put_element_step(struct ipm_heap *heap, const struct ipm_object *from,
				      uint64_t index, struct ipm_buf *out, struct ipm_error *err)
{
	switch (from->kind) {
	case IPM_KIND_MAP:
	case IPM_KIND_WEAKMAP:
		if (index % 2)
			return put_key_value(heap, from, index - 1, out, err);
		put_name(out, "key ");
		ipm_buf_printf(out, "%" PRIu64, index / 2);
		return IPM_OK;
	case IPM_KIND_SET:
	case IPM_KIND_WEAKSET:
	case IPM_KIND_ITERATOR:
		put_name(out, "entry ");
		ipm_buf_printf(out, "%" PRIu64, index);
		return IPM_OK;
	default:
		ipm_buf_printf(out, "[%" PRIu64 "]", index);
		return IPM_OK;
	}
}

enum ipm_errc ipm_put_step(struct ipm_heap *heap, const struct ipm_object *from,
			   const struct ipm_edge *edge, struct ipm_buf *out, struct ipm_error *err)
{
	switch (edge->kind) {
	case IPM_EDGE_PROPERTY:
		if (edge->property->symbol_id) {
			ipm_buf_byte(out, '[');
			ipm_put_escaped_text(out, edge->property->name, 200);
			ipm_buf_byte(out, ']');
			return IPM_OK;
		}
		ipm_put_path_name(out, edge->property->name);
		return IPM_OK;
	case IPM_EDGE_PRIVATE:
		ipm_put_path_name(out, edge->property->name);
		return IPM_OK;
	case IPM_EDGE_INTERNAL:
		put_name(out, "");
		ipm_put_escaped_text(out, edge->property->name, 200);
		return IPM_OK;
	case IPM_EDGE_SYMBOL:
		put_name(out, "key ");
		ipm_put_escaped_text(out, edge->property->name, 200);
		return IPM_OK;
	case IPM_EDGE_ELEMENT:
		return put_element_step(heap, from, edge->index, out, err);
	case IPM_EDGE_FIRST:
	case IPM_EDGE_SECOND:
		put_name(out, ipm_edge_internal_name(from->kind, edge->kind));
		return IPM_OK;
	case IPM_EDGE_PROTO:
		put_name(out, "[[Prototype]]");
		return IPM_OK;
	case IPM_EDGE_SCOPE:
		put_name(out, "[[Scopes]]");
		ipm_buf_printf(out, "[%" PRIu64 "]", edge->index);
		return IPM_OK;
	case IPM_EDGE_KIND_COUNT:
	default:
		return IPM_OK;
	}
}

/* Writes the step once its edge is found. */
struct step_writer {
	struct ipm_edge_visitor visitor;
	struct ipm_heap *heap;
	const struct ipm_object *from;
	enum ipm_edge_kind kind;
	struct ipm_buf *out;
};

static enum ipm_errc write_step(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
				struct ipm_error *err)
{
	struct step_writer *w = (struct step_writer *)self;

	if (edge->kind != w->kind)
		return IPM_OK;
	self->stop = true;
	return ipm_put_step(w->heap, w->from, edge, w->out, err);
}

static enum ipm_errc write_key(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
			       struct ipm_error *err)
{
	struct step_writer *w = (struct step_writer *)self;
	struct ipm_cdp cdp = {.heap = w->heap, .object_id_prefix = ""};

	self->stop = true;
	return ipm_put_value_line(&cdp, edge->value, 60, w->out, err);
}

static enum ipm_errc put_key_value(struct ipm_heap *heap, const struct ipm_object *map,
				   uint64_t index, struct ipm_buf *out, struct ipm_error *err)
{
	struct step_writer w = {{write_key, false}, heap, map, IPM_EDGE_ELEMENT, out};
	enum ipm_errc rc;

	put_name(out, "get(");
	rc = ipm_visit_edge_at(heap, map, IPM_EDGE_ELEMENT, index, &w.visitor, err);
	ipm_buf_byte(out, ')');
	return rc;
}

static void put_root(const struct root *root, struct ipm_buf *out)
{
	if (root->pause)
		ipm_buf_printf(out, "pause %" PRIu32 " ", root->pause);
	if (root->what == 'e')
		ipm_buf_cstr(out, "exception");
	else if (root->what == 'g')
		ipm_buf_cstr(out, "global");
	else
		ipm_buf_printf(out, "frame %" PRId32, root->frame);
	if (root->what == 't')
		put_name(out, "this");
	else if (root->what == 'r')
		put_name(out, "return value");
}

static enum ipm_errc put_one_step(struct ipm_paths *p, const struct step *step, struct ipm_buf *out,
				  struct ipm_error *err)
{
	struct step_writer w = {.visitor = {write_step, false}, .heap = p->heap, .out = out};
	uint64_t index = step->edge & INDEX_MAX;
	enum ipm_errc rc;

	w.kind = (enum ipm_edge_kind)(step->edge >> INDEX_BITS & 15);
	rc = p->heap->object(p->heap, step->parent, &w.from, err);
	if (rc == IPM_ERR_NOT_FOUND) { /* its block is damaged by now, or was all along */
		ipm_buf_cstr(out, " \xE2\x80\xBA ?");
		return IPM_OK;
	}
	if (rc)
		return rc;
	if (index == INDEX_MAX)
		ipm_buf_cstr(out, "[\xE2\x80\xA6]");
	else
		rc = ipm_visit_edge_at(p->heap, w.from, w.kind, index, &w.visitor, err);
	p->heap->release(p->heap, w.from);
	return rc;
}

enum ipm_errc ipm_paths_text(struct ipm_paths *p, uint64_t id, struct ipm_buf *out,
			     struct ipm_error *err)
{
	uint64_t chain[LONGEST];
	enum ipm_errc rc = IPM_OK;
	size_t n = 0;

	if (!ipm_paths_reached(p, id)) {
		ipm_buf_printf(out, "#%" PRIu64, id);
		return IPM_OK;
	}
	while (n < LONGEST && p->steps[id].parent) {
		chain[n++] = id;
		id = p->steps[id].parent;
	}
	if (p->steps[id].parent)
		ipm_buf_cstr(out, "\xE2\x80\xA6");
	else
		put_root(&p->roots[p->steps[id].edge & INDEX_MAX], out);
	while (n && !rc)
		rc = put_one_step(p, &p->steps[chain[--n]], out, err);
	return rc;
}
