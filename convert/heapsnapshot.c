/* SPDX-License-Identifier: MIT */
#include "heapsnapshot.h"

#include <inttypes.h>
#include <string.h>

#include "formats.h"
#include "json.h"
#include "remote_object.h"

#define TABLE_STRINGS	 ((uint32_t)1 << 18)
#define TABLE_BYTES	 ((size_t)8 << 20)
#define TABLE_STRING_MAX 64
#define PASSES		 6 /* for the progress shown */

static const char meta[] =
	"\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_count\","
	"\"trace_node_id\",\"detachedness\"],\"node_types\":[[\"hidden\",\"array\",\"string\","
	"\"object\",\"code\",\"closure\",\"regexp\",\"number\",\"native\",\"synthetic\","
	"\"concatenated string\",\"sliced string\",\"symbol\",\"bigint\",\"object shape\"],"
	"\"string\",\"number\",\"number\",\"number\",\"number\",\"number\"],\"edge_fields\":["
	"\"type\",\"name_or_index\",\"to_node\"],\"edge_types\":[[\"context\",\"element\","
	"\"property\",\"internal\",\"hidden\",\"shortcut\",\"weak\"],\"string_or_number\","
	"\"node\"],\"trace_function_info_fields\":[\"function_id\",\"name\",\"script_name\","
	"\"script_id\",\"line\",\"column\"],\"trace_node_fields\":[\"id\",\"function_info_index\","
	"\"count\",\"size\",\"children\"],\"sample_fields\":[\"timestamp_us\","
	"\"last_assigned_id\"],\"location_fields\":[\"object_index\",\"script_id\",\"line\","
	"\"column\"]}";

void ipm_snapshot_number(struct ipm_snapshot *s, uint64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);

	if (s->pass != IPM_PASS_NUMBERS)
		return;
	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	if (s->comma)
		digits[--at] = ',';
	s->comma = true;
	ipm_buf_append(&s->out->buffer, digits + at, sizeof(digits) - at);
}

static void put_string(struct ipm_snapshot *s, struct ipm_str str)
{
	if (s->comma)
		ipm_buf_cstr(&s->out->buffer, ",\n");
	s->comma = true;
	ipm_json_put_string(&s->out->buffer, str);
	ipm_output_breathe(s->out);
}

void ipm_snapshot_string(struct ipm_snapshot *s, struct ipm_str str)
{
	uint32_t number = IPM_STRING_NONE;

	if (str.len <= TABLE_STRING_MAX)
		number = s->pass == IPM_PASS_COUNT ? ipm_strings_add(&s->strings, str)
						   : ipm_strings_find(&s->strings, str);
	if (number != IPM_STRING_NONE) {
		ipm_snapshot_number(s, number);
		return;
	}
	if (s->pass == IPM_PASS_STRINGS)
		put_string(s, str);
	else
		ipm_snapshot_number(s, s->strings.count + s->spilled);
	s->spilled++;
}

void ipm_snapshot_cstring(struct ipm_snapshot *s, const char *str)
{
	ipm_snapshot_string(s, (struct ipm_str){str, strlen(str)});
}

void ipm_snapshot_node(struct ipm_snapshot *s, enum ipm_node_type type, struct ipm_str name,
		       uint64_t node, uint64_t size, uint64_t edges)
{
	ipm_snapshot_number(s, (uint64_t)type);
	ipm_snapshot_string(s, name);
	ipm_snapshot_number(s, 2 * node + 1);
	ipm_snapshot_number(s, size);
	ipm_snapshot_number(s, edges);
	ipm_snapshot_number(s, 0);
	ipm_snapshot_number(s, 0);
	if (s->pass == IPM_PASS_NUMBERS)
		ipm_buf_byte(&s->out->buffer, '\n');
	ipm_output_breathe(s->out);
}

struct scan {
	struct ipm_snapshot *snapshot;
	bool (*visit)(struct ipm_snapshot *s, const struct ipm_object *object);
	unsigned number; /* which pass, for the progress */
};

static bool visit(void *self, const struct ipm_object *object)
{
	struct scan *scan = self;
	struct ipm_snapshot *s = scan->snapshot;

	if (s->opts->progress && object->id % 65536 == 0)
		s->opts->progress(s->opts->progress_self,
				  (scan->number * s->objects + object->id) / PASSES, s->objects);
	s->at = object;
	return scan->visit(s, object) && !s->failed && ipm_output_ok(s->out);
}

static enum ipm_errc run(struct ipm_snapshot *s, unsigned number,
			 bool (*each)(struct ipm_snapshot *, const struct ipm_object *))
{
	struct scan scan = {s, each, number};
	uint64_t damaged;
	enum ipm_errc rc;

	rc = ipm_reader_scan(s->reader, 1, visit, &scan, &damaged, s->err);
	return rc ? rc : s->failed;
}

static enum ipm_errc nodes(struct ipm_snapshot *s)
{
	enum ipm_errc rc;

	s->next_id = 1;
	s->values = 0;
	ipm_snapshot_fixed_nodes(s);
	rc = run(s, 1, ipm_snapshot_object_node);
	ipm_snapshot_missing_nodes(s, s->objects + 1);
	return rc ? rc : run(s, 2, ipm_snapshot_value_nodes);
}

static enum ipm_errc edges(struct ipm_snapshot *s)
{
	s->edges = s->values = 0;
	ipm_snapshot_fixed_edges(s);
	return run(s, 3, ipm_snapshot_object_edges);
}

/* The edges name everything that the nodes name too, except classes. */
static enum ipm_errc count(struct ipm_snapshot *s)
{
	enum ipm_errc rc;

	s->pass = IPM_PASS_COUNT;
	rc = nodes(s);
	s->value_count = s->values;
	if (!rc)
		rc = edges(s);
	s->edge_count = s->edges;
	s->spilled = 0;
	return rc;
}

static void begin_section(struct ipm_snapshot *s, const char *before)
{
	ipm_buf_cstr(&s->out->buffer, before);
	s->comma = false;
}

static enum ipm_errc put_strings(struct ipm_snapshot *s)
{
	bool more = s->spilled != 0;
	enum ipm_errc rc = IPM_OK;
	uint32_t i;

	for (i = 0; i < s->strings.count; i++)
		put_string(s, ipm_strings_at(&s->strings, i));
	s->pass = IPM_PASS_STRINGS;
	if (more)
		rc = nodes(s);
	if (more && !rc)
		rc = edges(s);
	return rc;
}

static enum ipm_errc write(struct ipm_snapshot *s)
{
	struct ipm_buf *buf = &s->out->buffer;
	uint64_t node_count;
	enum ipm_errc rc;

	rc = count(s);
	if (rc)
		return rc;
	node_count = ipm_snapshot_node_of_object(s, s->objects) + 1 + s->value_count;
	ipm_buf_printf(buf,
		       "{\"snapshot\":{%s,\"node_count\":%" PRIu64 ",\"edge_count\":%" PRIu64
		       ",\"trace_function_count\":0,\"extra_native_bytes\":0},\n",
		       meta, node_count, s->edge_count);
	s->pass = IPM_PASS_NUMBERS;
	begin_section(s, "\"nodes\":[");
	rc = nodes(s);
	if (rc)
		return rc;
	begin_section(s, "],\n\"edges\":[");
	rc = edges(s);
	if (rc)
		return rc;
	if (s->values != s->value_count || s->edges != s->edge_count)
		return ipm_fail(s->err, IPM_ERR_BAD_DATA, "the file changed while it was read");
	begin_section(s, "],\n\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n"
			 "\"locations\":[");
	rc = run(s, 4, ipm_snapshot_location);
	if (rc)
		return rc;
	begin_section(s, "],\n\"strings\":[");
	rc = put_strings(s);
	ipm_buf_cstr(buf, "]}\n");
	return rc;
}

enum ipm_errc ipm_write_heapsnapshot(struct ipm_reader *reader,
				     const struct ipm_convert_options *opts, struct ipm_output *out,
				     struct ipm_error *err)
{
	struct ipm_snapshot s = {.reader = reader, .opts = opts, .out = out, .err = err};
	struct ipm_cdp cdp = {.heap = &s.heap, .object_id_prefix = ""};
	const struct ipm_pause *pause;
	uint64_t i, pauses = ipm_reader_info(reader)->pauses;
	enum ipm_errc rc;

	s.heap = ipm_file_heap(reader);
	s.cdp = &cdp;
	s.objects = ipm_reader_info(reader)->objects;
	for (i = 0; i < pauses; i++)
		if (ipm_reader_pause(reader, i, &pause, NULL) == IPM_OK)
			s.frames += pause->frame_count;
	ipm_strings_init(&s.strings, TABLE_STRINGS, TABLE_BYTES);
	rc = write(&s);
	if (!rc)
		rc = ipm_buf_status(&s.text, err);
	ipm_strings_deinit(&s.strings);
	ipm_buf_deinit(&s.text);
	return rc;
}
