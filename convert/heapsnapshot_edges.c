/* SPDX-License-Identifier: MIT */
#include "heapsnapshot.h"

#include <inttypes.h>
#include <stdio.h>

/* As in snapshot.meta. */
enum edge_type {
	EDGE_CONTEXT = 0,
	EDGE_ELEMENT = 1, /* named by a number; all others by a string */
	EDGE_PROPERTY = 2,
	EDGE_INTERNAL = 3,
	EDGE_WEAK = 6,
};

static void end_edge(struct ipm_snapshot *s, uint64_t to_node)
{
	ipm_snapshot_number(s, to_node * IPM_NODE_FIELDS);
	if (s->pass == IPM_PASS_NUMBERS)
		ipm_buf_byte(&s->out->buffer, '\n');
	s->edges++;
	ipm_output_breathe(s->out);
}

static void put_named(struct ipm_snapshot *s, enum edge_type type, struct ipm_str name,
		      uint64_t to_node)
{
	ipm_snapshot_number(s, (uint64_t)type);
	ipm_snapshot_string(s, name);
	end_edge(s, to_node);
}

static void put_indexed(struct ipm_snapshot *s, uint64_t index, uint64_t to_node)
{
	ipm_snapshot_number(s, EDGE_ELEMENT);
	ipm_snapshot_number(s, index);
	end_edge(s, to_node);
}

static uint64_t object_node(const struct ipm_snapshot *s, uint64_t id)
{
	if (!id || id > s->objects)
		return ipm_snapshot_reason_node(IPM_REASON_NONE);
	return ipm_snapshot_node_of_object(s, id);
}

/* Takes the next value node for a string or a number: the order is that of the nodes. */
static uint64_t value_node(struct ipm_snapshot *s, const struct ipm_value *value)
{
	if (value->type == IPM_VALUE_OBJECT)
		return object_node(s, value->object_id);
	if (ipm_snapshot_is_value_node(value))
		return ipm_snapshot_node_of_object(s, s->objects) + 1 + s->values++;
	return ipm_snapshot_oddball(value);
}

static void put_frame_edges(struct ipm_snapshot *s, const struct ipm_frame *frame)
{
	const struct ipm_value *self = &frame->this_value;
	size_t i;

	for (i = 0; i < frame->scope_count; i++) {
		const struct ipm_scope_ref *scope = &frame->scopes[i];
		const char *type = ipm_scope_type_name(scope->type);
		char text[300];
		int n = snprintf(text, sizeof(text), scope->name.len ? "%s (%.*s)" : "%s", type,
				 (int)(scope->name.len < 200 ? scope->name.len : 200),
				 scope->name.data);

		put_named(s, EDGE_PROPERTY, (struct ipm_str){text, (size_t)n},
			  scope->object.type == IPM_VALUE_OBJECT
				  ? object_node(s, scope->object.object_id)
				  : ipm_snapshot_oddball(&scope->object));
	}
	/* A primitive `this` has no node of its own. */
	put_named(s, EDGE_PROPERTY, IPM_STR("this"),
		  self->type == IPM_VALUE_OBJECT ? object_node(s, self->object_id)
						 : ipm_snapshot_oddball(self));
}

/* The root holds what people ask for: what was thrown, and the frames. */
void ipm_snapshot_fixed_edges(struct ipm_snapshot *s)
{
	const struct ipm_pause *pause;
	uint64_t i, pauses = ipm_reader_info(s->reader)->pauses, index = 1,
		    frame = ipm_snapshot_first_frame();
	size_t f;

	put_indexed(s, index++, 1);
	put_indexed(s, index++, 2);
	for (i = 0; i < pauses; i++) {
		if (ipm_reader_pause(s->reader, i, &pause, NULL) != IPM_OK)
			continue;
		if (pause->has_data)
			put_named(s, EDGE_PROPERTY, IPM_STR("exception"),
				  pause->data.type == IPM_VALUE_OBJECT
					  ? object_node(s, pause->data.object_id)
					  : ipm_snapshot_oddball(&pause->data));
		for (f = 0; f < pause->frame_count; f++)
			put_indexed(s, index++, frame++);
	}
	/* DevTools warns of nodes that nothing holds. */
	for (i = ipm_snapshot_first_shared(); i < ipm_snapshot_first_frame(); i++)
		put_indexed(s, i, i);
	for (i = 0; i < pauses; i++) {
		if (ipm_reader_pause(s->reader, i, &pause, NULL) != IPM_OK)
			continue;
		for (f = 0; f < pause->frame_count; f++)
			put_frame_edges(s, &pause->frames[f]);
	}
}

static void put_accessor(struct ipm_snapshot *s, const struct ipm_edge *edge)
{
	const struct ipm_value *v = edge->value;

	if (v->accessor.get) {
		ipm_buf_reset(&s->text);
		ipm_buf_cstr(&s->text, "get ");
		if (edge->property)
			ipm_buf_str(&s->text, edge->property->name);
		put_named(s, EDGE_PROPERTY, ipm_buf_as_str(&s->text),
			  object_node(s, v->accessor.get));
	}
	if (v->accessor.set) {
		ipm_buf_reset(&s->text);
		ipm_buf_cstr(&s->text, "set ");
		if (edge->property)
			ipm_buf_str(&s->text, edge->property->name);
		put_named(s, EDGE_PROPERTY, ipm_buf_as_str(&s->text),
			  object_node(s, v->accessor.set));
	}
}

static bool is_weak(const struct ipm_object *from, const struct ipm_edge *edge)
{
	switch (from->kind) {
	case IPM_KIND_WEAKMAP:
	case IPM_KIND_WEAKSET:
		return edge->kind == IPM_EDGE_ELEMENT;
	case IPM_KIND_WEAKREF:
		return edge->kind == IPM_EDGE_FIRST;
	default:
		return false;
	}
}

static enum ipm_errc put_edge(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
			      struct ipm_error *err)
{
	struct ipm_snapshot *s = (struct ipm_snapshot *)self;
	enum edge_type type = EDGE_INTERNAL;
	struct ipm_str name = IPM_STR("__proto__");
	char text[64];
	uint64_t to;

	(void)err;
	if (edge->value->type == IPM_VALUE_ACCESSOR) {
		put_accessor(s, edge);
		return IPM_OK;
	}
	to = value_node(s, edge->value);
	switch (edge->kind) {
	case IPM_EDGE_ELEMENT:
		if (!is_weak(s->at, edge)) {
			put_indexed(s, edge->index, to);
			return IPM_OK;
		}
		name = (struct ipm_str){
			text, (size_t)snprintf(text, sizeof(text), "%" PRIu64, edge->index)};
		break;
	case IPM_EDGE_PROPERTY:
		type = s->at->kind == IPM_KIND_SCOPE ? EDGE_CONTEXT : EDGE_PROPERTY;
		name = edge->property->name;
		break;
	case IPM_EDGE_PRIVATE:
		type = EDGE_PROPERTY;
		name = edge->property->name;
		break;
	case IPM_EDGE_INTERNAL:
	case IPM_EDGE_SYMBOL:
		name = edge->property->name;
		break;
	case IPM_EDGE_FIRST:
	case IPM_EDGE_SECOND: {
		const char *internal = ipm_edge_internal_name(s->at->kind, edge->kind);

		name = (struct ipm_str){text, (size_t)snprintf(text, sizeof(text), "%s", internal)};
		break;
	}
	case IPM_EDGE_SCOPE:
		name = (struct ipm_str){text,
					(size_t)snprintf(text, sizeof(text),
							 "[[Scopes]][%" PRIu64 "]", edge->index)};
		break;
	case IPM_EDGE_PROTO:
		type = EDGE_PROPERTY;
		break;
	case IPM_EDGE_KIND_COUNT:
	default:
		break;
	}
	put_named(s, is_weak(s->at, edge) ? EDGE_WEAK : type, name, to);
	return IPM_OK;
}

bool ipm_snapshot_object_edges(struct ipm_snapshot *s, const struct ipm_object *object)
{
	s->visitor.edge = put_edge;
	s->failed = ipm_visit_edges(&s->heap, object, &s->visitor, s->err);
	return true;
}
