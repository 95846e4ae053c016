/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "crash_summary.h"
#include "ipm_convert.h"
#include "memory_file.h"
#include "remote_object.h"
#include "sequence.h"

/* What lies in slices is read as if it lay in the record. */

#define ELEMENTS   1000
#define PER_SLICE  64
#define PROPERTIES 150
#define BYTES	   3001

static struct ipm_buf file;
static struct ipm_reader *reader;
static struct ipm_heap heap;
static struct ipm_error err;
static struct ipm_writer *writer;

static void ok(enum ipm_errc rc)
{
	ck_assert_msg(rc == IPM_OK, "%s", err.message);
}

static struct ipm_value integer(int64_t n)
{
	return (struct ipm_value){.type = IPM_VALUE_INTEGER, .integer = n};
}

static void begin(void)
{
	struct ipm_meta meta = {.tool = IPM_STR("test"), .node_version = IPM_STR("v20.0.0")};

	file = IPM_BUF_INIT;
	ok(ipm_writer_create(memory_sink(&file), NULL, &writer, &err));
	ok(ipm_writer_meta(writer, &meta, &err));
}

static void finish(void)
{
	struct ipm_summary summary = {0};

	ok(ipm_writer_finish(writer, &summary, &err));
	ipm_writer_destroy(writer);
	ok(open_bytes(ipm_buf_bytes(&file), NULL, &reader, &err));
	heap = ipm_file_heap(reader);
}

static void end(void)
{
	ipm_reader_close(reader);
	ipm_buf_deinit(&file);
}

static const struct ipm_object *object(uint64_t id)
{
	const struct ipm_object *ret;

	ok(heap.object(&heap, id, &ret, &err));
	return ret;
}

/* Elements 0 … 999, each three times its index; those that are multiples of 10 are holes. */
static size_t make_elements(struct ipm_value *values, uint64_t from, uint64_t count)
{
	uint64_t i;

	for (i = 0; i < count; i++) {
		values[i] = integer((int64_t)(3 * (from + i)));
		if ((from + i) % 10 == 0)
			values[i] = (struct ipm_value){.type = IPM_VALUE_HOLES, .holes = 1};
	}
	return (size_t)count;
}

static void write_elements(enum ipm_kind kind)
{
	struct ipm_value values[PER_SLICE];
	struct ipm_object array = {.id = 1, .kind = kind, .length = ELEMENTS};
	struct ipm_slice slice = {0};
	uint64_t i, count;

	array.elements = values;
	array.element_count = make_elements(values, 0, 40);
	array.more_elements = ipm_writer_reserve_slices(writer, ELEMENTS - 40, PER_SLICE);
	ok(ipm_writer_object(writer, &array, &err));
	for (i = 40; i < ELEMENTS; i += PER_SLICE) {
		count = ELEMENTS - i < PER_SLICE ? ELEMENTS - i : PER_SLICE;
		slice.id = array.more_elements.first + (i - 40) / PER_SLICE;
		slice.values = values;
		slice.value_count = make_elements(values, i, count);
		ok(ipm_writer_slice(writer, &slice, &err));
	}
}

START_TEST(elements)
{
	static const uint64_t starts[] = {0,   1,   5,	 39,  40,  41,	 103,
					  104, 105, 500, 998, 999, 1000, 5000};
	const struct ipm_value *value;
	const struct ipm_object *array;
	struct ipm_element_iter it;
	uint64_t index, expected;
	size_t s;

	begin();
	write_elements(IPM_KIND_ARRAY);
	finish();
	array = object(1);
	for (s = 0; s < sizeof(starts) / sizeof(starts[0]); s++) {
		expected = starts[s];
		ipm_element_iter_init(&it, &heap, array, starts[s]);
		for (;;) {
			ok(ipm_element_iter_next(&it, &index, &value, &err));
			if (!value)
				break;
			if (expected % 10 == 0)
				expected++;
			ck_assert_uint_eq(index, expected);
			ck_assert_int_eq(value->integer, (int64_t)(3 * index));
			expected++;
		}
		ck_assert_uint_ge(expected, starts[s] < ELEMENTS ? ELEMENTS : starts[s]);
		ipm_element_iter_deinit(&it);
	}
	ipm_object_release(reader, array);
	end();
}
END_TEST

START_TEST(entries)
{
	const struct ipm_value *key, *value;
	struct ipm_value pairs[PER_SLICE];
	struct ipm_object map = {.id = 1, .kind = IPM_KIND_MAP, .length = 100};
	struct ipm_slice slice = {0};
	struct ipm_entry_iter it;
	const struct ipm_object *read;
	uint64_t start;
	int64_t i, k;

	begin();
	map.more_elements = ipm_writer_reserve_slices(writer, 200, PER_SLICE);
	ok(ipm_writer_object(writer, &map, &err));
	for (i = 0; i < 200; i += PER_SLICE) {
		slice.id = map.more_elements.first + (uint64_t)(i / PER_SLICE);
		slice.values = pairs;
		slice.value_count = 0;
		for (k = i; k < 200 && k < i + PER_SLICE; k++)
			pairs[slice.value_count++] = integer(k % 2 ? -k : k);
		ok(ipm_writer_slice(writer, &slice, &err));
	}
	finish();
	read = object(1);
	ck_assert_uint_eq(ipm_entry_count(read), 100);
	for (start = 0; start <= 101; start++) {
		ipm_entry_iter_init(&it, &heap, read, start);
		for (i = (int64_t)start;; i++) {
			ok(ipm_entry_iter_next(&it, &key, &value, &err));
			if (!value)
				break;
			ck_assert_int_eq(key->integer, 2 * i);
			ck_assert_int_eq(value->integer, -(2 * i + 1));
		}
		ck_assert_int_eq(i, start < 100 ? 100 : (int64_t)start);
		ipm_entry_iter_deinit(&it);
	}
	ipm_object_release(reader, read);
	end();
}
END_TEST

START_TEST(properties)
{
	struct ipm_property list[PER_SLICE];
	char names[PER_SLICE][16];
	struct ipm_object plain = {.id = 1};
	struct ipm_slice slice = {0};
	const struct ipm_property *p;
	struct ipm_property_iter it;
	const struct ipm_object *read;
	int i, k;

	begin();
	plain.more_properties = ipm_writer_reserve_slices(writer, PROPERTIES, PER_SLICE);
	ok(ipm_writer_object(writer, &plain, &err));
	for (i = 0; i < PROPERTIES; i += PER_SLICE) {
		slice.id = plain.more_properties.first + (uint64_t)(i / PER_SLICE);
		slice.properties = list;
		slice.property_count = 0;
		for (k = i; k < PROPERTIES && k < i + PER_SLICE; k++) {
			char *name = names[slice.property_count];

			snprintf(name, 16, "p%d", k);
			list[slice.property_count++] =
				(struct ipm_property){.name = {name, strlen(name)},
						      .flags = IPM_PROPERTY_DEFAULT,
						      .value = integer(k)};
		}
		ok(ipm_writer_slice(writer, &slice, &err));
	}
	finish();
	read = object(1);
	ipm_property_iter_init(&it, &heap, read);
	for (i = 0;; i++) {
		char name[16];

		ok(ipm_property_iter_next(&it, &p, &err));
		if (!p)
			break;
		snprintf(name, sizeof(name), "p%d", i);
		ck_assert_uint_eq(p->name.len, strlen(name));
		ck_assert_int_eq(memcmp(p->name.data, name, p->name.len), 0);
		ck_assert_int_eq(p->value.integer, i);
	}
	ck_assert_int_eq(i, PROPERTIES);
	ipm_property_iter_deinit(&it);
	ipm_object_release(reader, read);
	end();
}
END_TEST

START_TEST(bytes)
{
	static const unsigned offsets[] = {0, 1, 7, 1021, 1024};
	struct ipm_object buffer = {.id = 1, .kind = IPM_KIND_ARRAYBUFFER, .length = BYTES};
	uint8_t raw[BYTES], *at = raw;
	struct ipm_slice slice = {0};
	struct ipm_typed_view view;
	struct ipm_value value;
	char digits[24];
	uint64_t i;
	size_t o;

	for (i = 0; i < BYTES; i++)
		raw[i] = (uint8_t)(i * 7);
	begin();
	buffer.byte_slices = ipm_writer_reserve_slices(writer, BYTES, 1000);
	ok(ipm_writer_object(writer, &buffer, &err));
	for (i = 0; i < BYTES; i += 1000) {
		slice.id = buffer.byte_slices.first + i / 1000;
		slice.bytes = (struct ipm_bytes){at + i, BYTES - i < 1000 ? BYTES - i : 1000};
		ok(ipm_writer_slice(writer, &slice, &err));
	}
	finish();
	for (o = 0; o < sizeof(offsets) / sizeof(offsets[0]); o++) {
		ok(ipm_typed_view_init(&view, &heap, 1, IPM_ELEMENT_UINT32, offsets[o], 10000,
				       &err));
		ck_assert_uint_eq(view.length, (BYTES - offsets[o]) / 4);
		for (i = 0; i < view.length; i++) {
			const uint8_t *b = raw + offsets[o] + i * 4;

			ok(ipm_typed_view_get(&view, i, digits, &value, &err));
			ck_assert_int_eq(value.integer,
					 (int64_t)(b[0] | (uint32_t)b[1] << 8 |
						   (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24));
		}
		ck_assert_int_eq(ipm_typed_view_get(&view, i, digits, &value, &err),
				 IPM_ERR_NOT_FOUND);
		ipm_typed_view_deinit(&view);
	}
	ok(ipm_typed_view_init(&view, &heap, 99, IPM_ELEMENT_INT8, 0, 10, &err));
	ck_assert_uint_eq(view.length, 0);
	ipm_typed_view_deinit(&view);
	end();
}
END_TEST

/* The half floats of IEEE 754, at their edges. */
START_TEST(half_floats)
{
	static const uint8_t raw[] = {0x00, 0x3C, 0x00, 0xC0, 0xFF, 0x7B, 0x01,
				      0x00, 0x00, 0x7C, 0x00, 0x80, 0x01, 0x7C};
	struct ipm_object buffer = {
		.id = 1, .kind = IPM_KIND_ARRAYBUFFER, .length = 14, .bytes = {raw, sizeof(raw)}};
	struct ipm_typed_view view;
	struct ipm_value v[7];
	char digits[24];
	uint64_t i;

	begin();
	ok(ipm_writer_object(writer, &buffer, &err));
	finish();
	ok(ipm_typed_view_init(&view, &heap, 1, IPM_ELEMENT_FLOAT16, 0, 7, &err));
	for (i = 0; i < 7; i++)
		ok(ipm_typed_view_get(&view, i, digits, &v[i], &err));
	ck_assert_int_eq(v[0].integer, 1);
	ck_assert_int_eq(v[1].integer, -2);
	ck_assert_int_eq(v[2].integer, 65504);
	ck_assert_double_eq(v[3].number, ldexp(1, -24));
	ck_assert(isinf(v[4].number));
	ck_assert(v[5].type == IPM_VALUE_NUMBER && signbit(v[5].number));
	ck_assert(isnan(v[6].number));
	ipm_typed_view_deinit(&view);
	end();
}
END_TEST

static void check_remote_string(const struct ipm_text *text, const char *start,
				const char *end_text, size_t len)
{
	struct ipm_cdp cdp = {.heap = &heap, .object_id_prefix = ""};
	struct ipm_value value = {.type = IPM_VALUE_STRING, .string = *text};
	struct ipm_buf out = IPM_BUF_INIT;

	ok(ipm_cdp_remote_object(&cdp, &value, 0, &out, &err));
	ck_assert_uint_eq(out.len, len);
	ck_assert_int_eq(memcmp(out.data, start, strlen(start)), 0);
	ck_assert_int_eq(memcmp(out.data + out.len - strlen(end_text), end_text, strlen(end_text)),
			 0);
	ipm_buf_deinit(&out);
}

START_TEST(long_strings)
{
	static char text[200000];
	struct ipm_object holder = {.id = 1};
	struct ipm_property p = {.name = IPM_STR("s"), .flags = IPM_PROPERTY_DEFAULT};
	const struct ipm_object *read;
	struct ipm_buf part = IPM_BUF_INIT;

	memset(text, 'x', sizeof(text));
	memcpy(text, "begin", 5);
	memcpy(text + sizeof(text) - 4, "\xF0\x9F\x98\x80", 4);
	begin();
	p.value.type = IPM_VALUE_STRING;
	ok(ipm_writer_text(writer, (struct ipm_str){text, sizeof(text)}, &p.value.string, &err));
	holder.properties = &p;
	holder.property_count = 1;
	ok(ipm_writer_object(writer, &holder, &err));
	finish();
	read = object(1);
	ck_assert_uint_gt(read->properties[0].value.string.slices.count, 0);
	check_remote_string(&read->properties[0].value.string,
			    "{\"type\":\"string\",\"value\":\"begin", "\xF0\x9F\x98\x80\"}",
			    sizeof(text) + strlen("{\"type\":\"string\",\"value\":\"\"}"));
	ok(ipm_text_append(&heap, &read->properties[0].value.string, 0, 5, &part, &err));
	ck_assert_uint_eq(part.len, 5);
	ck_assert_int_eq(memcmp(part.data, "begin", 5), 0);
	ipm_buf_deinit(&part);
	ipm_object_release(reader, read);
	end();
}
END_TEST

/* Every converter says so when it cannot write, wherever that happens. */
struct faulty {
	uint64_t left;
};

static enum ipm_errc faulty_write(void *self, const void *data, size_t len, struct ipm_error *e)
{
	struct faulty *faulty = self;

	(void)data;
	if (len > faulty->left)
		return ipm_fail(e, IPM_ERR_OS, "no space left");
	faulty->left -= len;
	return IPM_OK;
}

START_TEST(full_disks)
{
	const struct ipm_convert_format *f;
	struct faulty faulty;
	uint64_t room;

	begin();
	write_elements(IPM_KIND_ARRAY);
	finish();
	for (f = ipm_convert_formats; f->name; f++) {
		struct ipm_convert_sink sink = {faulty_write, &faulty};

		if (!strcmp(f->name, "report"))
			continue; /* there is none in this file */
		faulty.left = UINT64_MAX;
		ok(ipm_convert(reader, f, NULL, sink, &err));
		room = UINT64_MAX - faulty.left;
		ck_assert_uint_gt(room, 0);
		faulty.left = room - 1;
		ck_assert_int_eq(ipm_convert(reader, f, NULL, sink, &err), IPM_ERR_OS);
		ck_assert_str_eq(err.message, "no space left");
		faulty.left = 0;
		ck_assert_int_eq(ipm_convert(reader, f, NULL, sink, &err), IPM_ERR_OS);
	}
	end();
}
END_TEST

START_TEST(places)
{
	static const struct {
		const char *url;
		int64_t line, column;
		const char *place;
	} cases[] = {
		{"file:///srv/a%20b.js", 0, 0, "/srv/a b.js:1:1"},
		{"file:///srv/100%.js", 9, -1, "/srv/100%.js:10"},
		{"node:fs", 1, 2, "node:fs:2:3"},
		{"", 4, 5, "<anonymous>:5:6"},
		{"https://x/y%20.js", 0, 0, "https://x/y%20.js:1:1"},
	};
	struct ipm_buf out = IPM_BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ipm_location at = {1, cases[i].line, cases[i].column};

		ipm_buf_reset(&out);
		ipm_put_place(&out, (struct ipm_str){cases[i].url, strlen(cases[i].url)}, &at);
		ipm_buf_byte(&out, 0);
		ck_assert_str_eq((const char *)out.data, cases[i].place);
	}
	ipm_buf_deinit(&out);
	ck_assert(ipm_is_internal_url(IPM_STR("node:internal/x")));
	ck_assert(!ipm_is_internal_url(IPM_STR("file:///node:x.js")));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sequences");
	TCase *tc = tcase_create("slices");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, elements);
	tcase_add_test(tc, entries);
	tcase_add_test(tc, properties);
	tcase_add_test(tc, bytes);
	tcase_add_test(tc, half_floats);
	tcase_add_test(tc, long_strings);
	tcase_add_test(tc, full_disks);
	tcase_add_test(tc, places);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
