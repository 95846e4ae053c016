/* SPDX-License-Identifier: MIT */
#ifndef IPM_SAMPLE_H
#define IPM_SAMPLE_H

/* A small crash file with something of everything, the same bytes' worth of content each time. */

#include <check.h>
#include <math.h>

#include "memory_file.h"

/* Writes everything but the summary. `objects` at least 40. */
static inline void write_sample(struct ipm_writer *w, uint64_t objects)
{
	static const struct ipm_str argv[] = {IPM_STR("node"), IPM_STR("app.js")};
	static const uint8_t bytes[] = {0xde, 0xad, 0xbe, 0xef};
	const struct ipm_meta meta = {.tool = IPM_STR("inspmort sample"),
				      .node_version = IPM_STR("v20.0.0"),
				      .pid = 4711,
				      .time_ns = UINT64_C(1700000000000000000),
				      .argv = argv,
				      .argc = 2};
	struct ipm_scope_ref scope = {
		.object = {.type = IPM_VALUE_OBJECT, .object_id = 2},
		.type = IPM_SCOPE_LOCAL,
		.name = IPM_STR("crash"),
	};
	struct ipm_frame frame = {.function_name = IPM_STR("crash"),
				  .url = IPM_STR("file:///srv/app.js"),
				  .location = {7, 3, 9},
				  .scopes = &scope,
				  .scope_count = 1};
	struct ipm_pause pause = {.reason = IPM_STR("exception"),
				  .uncaught = true,
				  .data = {.type = IPM_VALUE_OBJECT, .object_id = 1},
				  .has_data = true,
				  .frames = &frame,
				  .frame_count = 1};
	struct ipm_script script = {
		.id = 7, .url = IPM_STR("file:///srv/app.js"), .has_source = true};
	struct ipm_note note = {.name = IPM_STR("console"),
				.text = {.str = IPM_STR("listening"), .length = 9}};
	struct ipm_error err;
	struct ipm_slices slices;
	struct ipm_value list[4] = {{.type = IPM_VALUE_INTEGER, .integer = 12345},
				    {.type = IPM_VALUE_NUMBER, .number = -0.0},
				    {.type = IPM_VALUE_HOLES, .holes = 7},
				    {.type = IPM_VALUE_STRING}};
	struct ipm_slice slice = {.values = list, .value_count = 3};
	uint64_t i;

	list[3].string = (struct ipm_text){.str = IPM_STR("\xED\xA0\xBDlone"), .length = 5};
	ck_assert_int_eq(ipm_writer_meta(w, &meta, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_text(w,
					 (struct ipm_str)IPM_STR("function crash() {\n\tthrow new "
								 "Error('caf\xC3\xA9');\n}\n"),
					 &script.source, &err),
			 IPM_OK);
	ck_assert_int_eq(ipm_writer_pause(w, &pause, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_script(w, &script, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_note(w, &note, &err), IPM_OK);
	slices = ipm_writer_reserve_slices(w, 6, 3);
	for (i = 0; i < 2; i++) {
		slice.id = slices.first + i;
		ck_assert_int_eq(ipm_writer_slice(w, &slice, &err), IPM_OK);
	}
	for (i = 1; i <= objects; i++) {
		struct ipm_property p[3] = {
			{.name = IPM_STR("next"),
			 .flags = 7,
			 .value = {.type = IPM_VALUE_OBJECT, .object_id = i + 1}},
			{.name = IPM_STR("label"), .flags = 7},
			{.name = IPM_STR("Symbol(hidden)"),
			 .flags = 3,
			 .symbol_id = 3,
			 .value = {.type = IPM_VALUE_INTEGER, .integer = (int64_t)(i * 1000003)}},
		};
		struct ipm_object o = {.id = i,
				       .class_name = IPM_STR("Item"),
				       .proto = {.type = IPM_VALUE_OBJECT, .object_id = 1},
				       .properties = p,
				       .property_count = i % 3 + 1};
		char label[64];

		/* Not compressible, so that blocks are many. */
		snprintf(label, sizeof(label), "label %016llx",
			 (unsigned long long)(i * UINT64_C(0x9E3779B97F4A7C15)));
		p[1].value.type = IPM_VALUE_STRING;
		p[1].value.string.str = (struct ipm_str){label, strlen(label)};
		if (i % 10 == 4) {
			o.kind = IPM_KIND_ARRAY;
			o.elements = list;
			o.element_count = 4;
			o.length = 16;
			o.more_elements = slices;
		} else if (i % 10 == 5) {
			o.kind = IPM_KIND_ARRAYBUFFER;
			o.length = sizeof(bytes);
			o.bytes = (struct ipm_bytes){bytes, sizeof(bytes)};
		} else if (i % 10 == 6) {
			o.kind = IPM_KIND_FUNCTION;
			o.text = (struct ipm_text){.script_id = 7, .start = 9, .length = 5};
			o.location = (struct ipm_location){7, 0, 9};
		} else if (i % 10 == 7) {
			o.kind = IPM_KIND_DATE;
			o.number = NAN;
		}
		ck_assert_int_eq(ipm_writer_object(w, &o, &err), IPM_OK);
	}
}

/* A whole file, in blocks of `block_bytes` before compression. */
static inline void make_sample(struct ipm_buf *out, uint64_t objects, uint32_t block_bytes)
{
	const struct ipm_writer_options opts = {.block_raw_bytes = block_bytes};
	struct ipm_summary summary = {.status = IPM_STATUS_BUDGET,
				      .stopped_by = IPM_REASON_OBJECTS,
				      .redacted = 2,
				      .capture_ns = 1000};
	struct ipm_writer *w;
	struct ipm_error err;

	summary.omitted[IPM_REASON_OBJECTS] = 17;
	ck_assert_int_eq(ipm_writer_create(memory_sink(out), &opts, &w, &err), IPM_OK);
	write_sample(w, objects);
	ck_assert_int_eq(ipm_writer_finish(w, &summary, &err), IPM_OK);
	ipm_writer_destroy(w);
	ck_assert(ipm_buf_ok(out));
}

#endif
