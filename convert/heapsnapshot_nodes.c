/* SPDX-License-Identifier: MIT */
#include "heapsnapshot.h"

#include <inttypes.h>
#include <string.h>

#include "crash_summary.h"
#include "json.h"
#include "remote_object.h"

#define NAME_UNITS 1024 /* V8's own limit for strings in snapshots */
#define REMARK	   "(made by inspmort from a crash file: sizes are estimates)"

/* Numbers of the fixed nodes. */
enum {
	NODE_ROOT,
	NODE_GC_ROOTS,
	NODE_REMARK,
	NODE_UNDEFINED,
	NODE_NULL,
	NODE_TRUE,
	NODE_FALSE,
	NODE_REASONS,
	NODE_FRAMES = NODE_REASONS + IPM_REASON_COUNT
};

uint64_t ipm_snapshot_node_of_object(const struct ipm_snapshot *s, uint64_t id)
{
	return NODE_FRAMES + s->frames + id - 1;
}

uint64_t ipm_snapshot_first_shared(void)
{
	return NODE_UNDEFINED;
}

uint64_t ipm_snapshot_first_frame(void)
{
	return NODE_FRAMES;
}

uint64_t ipm_snapshot_reason_node(enum ipm_reason reason)
{
	return NODE_REASONS + ((size_t)reason < IPM_REASON_COUNT ? (uint64_t)reason : 0);
}

uint64_t ipm_snapshot_oddball(const struct ipm_value *value)
{
	switch (value->type) {
	case IPM_VALUE_NULL:
		return NODE_NULL;
	case IPM_VALUE_BOOLEAN:
		return value->boolean ? NODE_TRUE : NODE_FALSE;
	case IPM_VALUE_OMITTED:
		return ipm_snapshot_reason_node(value->omitted.reason);
	default:
		return NODE_UNDEFINED;
	}
}

bool ipm_snapshot_is_value_node(const struct ipm_value *value)
{
	switch (value->type) {
	case IPM_VALUE_INTEGER:
	case IPM_VALUE_NUMBER:
	case IPM_VALUE_STRING:
	case IPM_VALUE_BIGINT:
		return true;
	default:
		return false;
	}
}

static struct ipm_str str_of(const char *text)
{
	return (struct ipm_str){text, strlen(text)};
}

static void put_frame_nodes(struct ipm_snapshot *s)
{
	const struct ipm_pause *pause;
	uint64_t i, pauses = ipm_reader_info(s->reader)->pauses, node = NODE_FRAMES;
	size_t f;

	for (i = 0; i < pauses; i++) {
		if (ipm_reader_pause(s->reader, i, &pause, NULL) != IPM_OK)
			continue;
		for (f = 0; f < pause->frame_count; f++) {
			const struct ipm_frame *frame = &pause->frames[f];

			ipm_buf_reset(&s->text);
			ipm_buf_printf(&s->text, "frame %zu ", f);
			ipm_buf_str(&s->text, frame->function_name.len ? frame->function_name
								       : IPM_STR("<anonymous>"));
			ipm_buf_cstr(&s->text, " (");
			ipm_put_place(&s->text,
				      ipm_place_url(s->reader, frame->url, &frame->location),
				      &frame->location);
			ipm_buf_byte(&s->text, ')');
			ipm_snapshot_node(s, IPM_NODE_NATIVE, ipm_buf_as_str(&s->text), node++, 0,
					  frame->scope_count + 1);
		}
	}
}

void ipm_snapshot_fixed_nodes(struct ipm_snapshot *s)
{
	static const char *const oddballs[] = {"undefined", "null", "true", "false"};
	const struct ipm_pause *pause;
	uint64_t i, pauses = ipm_reader_info(s->reader)->pauses, roots = 2;

	for (i = 0; i < pauses; i++)
		if (ipm_reader_pause(s->reader, i, &pause, NULL) == IPM_OK)
			roots += pause->frame_count + pause->has_data;
	ipm_snapshot_node(s, IPM_NODE_SYNTHETIC, (struct ipm_str){"", 0}, NODE_ROOT, 0, roots);
	ipm_snapshot_node(s, IPM_NODE_SYNTHETIC, IPM_STR("(GC roots)"), NODE_GC_ROOTS, 0,
			  NODE_FRAMES - NODE_UNDEFINED);
	ipm_snapshot_node(s, IPM_NODE_SYNTHETIC, IPM_STR(REMARK), NODE_REMARK, 0, 0);
	for (i = 0; i < 4; i++)
		ipm_snapshot_node(s, IPM_NODE_HIDDEN, str_of(oddballs[i]), NODE_UNDEFINED + i, 0,
				  0);
	for (i = 0; i < IPM_REASON_COUNT; i++) {
		ipm_buf_reset(&s->text);
		ipm_buf_printf(&s->text, "(not captured: %s)",
			       i ? ipm_reason_name((enum ipm_reason)i) : "not in the file");
		ipm_snapshot_node(s, IPM_NODE_SYNTHETIC, ipm_buf_as_str(&s->text), NODE_REASONS + i,
				  0, 0);
	}
	put_frame_nodes(s);
}

/* Counts the edges of one object as ipm_snapshot_object_edges() writes them. */
struct counter {
	struct ipm_edge_visitor visitor;
	uint64_t edges;
};

static enum ipm_errc count_edge(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
				struct ipm_error *err)
{
	struct counter *c = (struct counter *)self;
	uint64_t ids[2];

	(void)err;
	if (edge->value->type == IPM_VALUE_ACCESSOR)
		c->edges += (uint64_t)ipm_value_ids(edge->value, ids);
	else
		c->edges++;
	return IPM_OK;
}

/* What V8 would need, roughly, on a 64-bit machine with compressed pointers off. */
static uint64_t estimate_size(const struct ipm_object *o)
{
	uint64_t size = 24 + 8 * (o->property_count + o->more_properties.count);

	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
		return size + 24 + 8 * (o->element_count + o->more_elements.count);
	case IPM_KIND_MAP:
	case IPM_KIND_WEAKMAP:
		return size + 40 + 28 * o->length;
	case IPM_KIND_SET:
	case IPM_KIND_WEAKSET:
		return size + 40 + 20 * o->length;
	case IPM_KIND_FUNCTION:
		return 64;
	case IPM_KIND_ARRAYBUFFER:
		return size + 72 + o->length;
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_DATAVIEW:
		return size + 80;
	default:
		return size;
	}
}

static enum ipm_node_type node_type(const struct ipm_object *object)
{
	switch (object->kind) {
	case IPM_KIND_FUNCTION:
		return IPM_NODE_CLOSURE;
	case IPM_KIND_REGEXP:
		return IPM_NODE_REGEXP;
	case IPM_KIND_SYMBOL:
		return IPM_NODE_SYMBOL;
	default:
		return IPM_NODE_OBJECT;
	}
}

static struct ipm_str function_name(const struct ipm_object *function)
{
	size_t i;

	for (i = 0; i < function->property_count; i++) {
		const struct ipm_property *p = &function->properties[i];

		if (!p->symbol_id && p->name.len == 4 && !memcmp(p->name.data, "name", 4) &&
		    p->value.type == IPM_VALUE_STRING)
			return p->value.string.str;
	}
	return (struct ipm_str){"", 0};
}

static enum ipm_errc object_name(struct ipm_snapshot *s, const struct ipm_object *object,
				 struct ipm_str *ret)
{
	enum ipm_errc rc = IPM_OK;

	ipm_buf_reset(&s->text);
	switch (object->kind) {
	case IPM_KIND_FUNCTION:
		*ret = function_name(object);
		return IPM_OK;
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		rc = ipm_text_append(&s->heap, &object->text, 0, NAME_UNITS, &s->text, s->err);
		*ret = ipm_buf_as_str(&s->text);
		return rc;
	case IPM_KIND_SCOPE:
		ipm_buf_printf(&s->text, "scope (%s)", ipm_scope_type_name(object->scope_type));
		*ret = ipm_buf_as_str(&s->text);
		return IPM_OK;
	default:
		*ret = object->class_name.len ? object->class_name : IPM_STR("Object");
		return IPM_OK;
	}
}

void ipm_snapshot_missing_nodes(struct ipm_snapshot *s, uint64_t before_id)
{
	for (; s->next_id < before_id && ipm_output_ok(s->out); s->next_id++)
		ipm_snapshot_node(s, IPM_NODE_SYNTHETIC, IPM_STR("(damaged)"),
				  ipm_snapshot_node_of_object(s, s->next_id), 0, 0);
}

bool ipm_snapshot_object_node(struct ipm_snapshot *s, const struct ipm_object *object)
{
	struct counter counter = {.visitor = {count_edge, false}};
	struct ipm_str name;

	if (object->id < s->next_id || object->id > s->objects)
		return true;
	ipm_snapshot_missing_nodes(s, object->id);
	s->next_id = object->id + 1;
	s->failed = object_name(s, object, &name);
	if (!s->failed)
		s->failed = ipm_visit_edges(&s->heap, object, &counter.visitor, s->err);
	if (!s->failed)
		ipm_snapshot_node(s, node_type(object), name,
				  ipm_snapshot_node_of_object(s, object->id), estimate_size(object),
				  counter.edges);
	return true;
}

static enum ipm_errc put_value_node(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
				    struct ipm_error *err)
{
	struct ipm_snapshot *s = (struct ipm_snapshot *)self;
	const struct ipm_value *value = edge->value;
	uint64_t node, size = 16;
	enum ipm_node_type type = IPM_NODE_NUMBER;
	enum ipm_errc rc = IPM_OK;

	if (!ipm_snapshot_is_value_node(value))
		return IPM_OK;
	node = ipm_snapshot_node_of_object(s, s->objects) + 1 + s->values++;
	ipm_buf_reset(&s->text);
	switch (value->type) {
	case IPM_VALUE_STRING:
		type = IPM_NODE_STRING;
		size = 16 + value->string.length;
		rc = ipm_text_append(&s->heap, &value->string, 0, NAME_UNITS, &s->text, err);
		break;
	case IPM_VALUE_INTEGER:
		size = value->integer == (int32_t)value->integer ? 0 : 16;
		ipm_buf_printf(&s->text, "%" PRId64, value->integer);
		break;
	case IPM_VALUE_BIGINT:
		type = IPM_NODE_BIGINT;
		rc = ipm_cdp_description(s->cdp, value, &s->text, err);
		break;
	default:
		rc = ipm_cdp_description(s->cdp, value, &s->text, err);
		break;
	}
	if (!rc)
		ipm_snapshot_node(s, type, ipm_buf_as_str(&s->text), node, size, 0);
	return rc;
}

bool ipm_snapshot_value_nodes(struct ipm_snapshot *s, const struct ipm_object *object)
{
	s->visitor.edge = put_value_node;
	s->failed = ipm_visit_edges(&s->heap, object, &s->visitor, s->err);
	return true;
}

bool ipm_snapshot_location(struct ipm_snapshot *s, const struct ipm_object *object)
{
	const struct ipm_location *l = &object->location;

	if (object->kind != IPM_KIND_FUNCTION || !l->script_id || l->line < 0)
		return true;
	ipm_snapshot_number(s, ipm_snapshot_node_of_object(s, object->id) * IPM_NODE_FIELDS);
	ipm_snapshot_number(s, l->script_id);
	ipm_snapshot_number(s, (uint64_t)l->line);
	ipm_snapshot_number(s, l->column < 0 ? 0 : (uint64_t)l->column);
	ipm_output_breathe(s->out);
	return true;
}
