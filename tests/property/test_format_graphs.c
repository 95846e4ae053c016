/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <msgpack/unpack.h>
#include <string.h>
#include <zstd.h>

#include "../support/memory_file.h"
#include "wtf8.h"

#include "../support/dump.h"
#include "ipm_repair.h"

/*
 * Random graphs: what goes in comes out, in every size of block; msgpack-c reads the plain stream;
 * and the same bytes with random damage never give another object. INSPMORT_SEED repeats a run.
 */

static uint64_t state;

static uint64_t rnd(uint64_t below)
{
	uint64_t z = (state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return below ? (z ^ z >> 31) % below : 0;
}

/* Memory for one object's strings and arrays. */
static uint8_t pool[1 << 22];
static size_t pool_used;

static void *take(size_t size)
{
	void *p = pool + pool_used;

	pool_used += (size + 15) & ~(size_t)15;
	ck_assert_uint_le(pool_used, sizeof(pool));
	memset(p, 0, size);
	return p;
}

static struct ipm_str random_str(void)
{
	static const char *const pieces[] = {
		"a", "property", "\xC3\xA9",   "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\xA0\x80",
		"_", "0",	 "some words "};
	static const uint64_t lengths[] = {1, 2, 4, 8, 20, 60};
	uint64_t n = rnd(lengths[rnd(6)]), i;
	char *s = take(16 * n + 1);
	size_t len = 0;

	/* A few that come again and again. */
	if (rnd(3) == 0) {
		len = (size_t)snprintf(s = take(24), 24, "common %u", (unsigned)rnd(20));
		return (struct ipm_str){s, len};
	}
	for (i = 0; i < n; i++) {
		/* No lone trail after a lone lead: that would be a pair in disguise. */
		const char *piece = pieces[rnd(9)];

		memcpy(s + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return (struct ipm_str){s, len};
}

static struct ipm_text random_text(void)
{
	struct ipm_text t = {.str = random_str()};

	t.length = ipm_wtf8_units(t.str);
	if (rnd(10) == 0)
		t.length += 1 + rnd(1000000);
	if (rnd(20) == 0)
		t = (struct ipm_text){
			.script_id = 1 + rnd(100), .start = rnd(1000), .length = rnd(500)};
	return t;
}

static uint64_t walk_next; /* as a walk would discover */

static uint64_t random_id(uint64_t own)
{
	switch (rnd(4)) {
	case 0:
		return 1 + rnd(own + 50);
	case 1:
		return own;
	default:
		return walk_next++;
	}
}

static struct ipm_value random_value(uint64_t own, bool element)
{
	static const double numbers[] = {-0.0, 0.5, 0.1, 1e300, -1e-300, 3.4e38, 16777217.5};
	struct ipm_value v = {.type = (enum ipm_value_type)rnd(element ? 11 : 10)};

	switch (v.type) {
	case IPM_VALUE_BOOLEAN:
		v.boolean = rnd(2);
		break;
	case IPM_VALUE_INTEGER:
		v.integer = (int64_t)(rnd(UINT64_C(1) << rnd(54)));
		if (rnd(2))
			v.integer = -v.integer;
		break;
	case IPM_VALUE_NUMBER:
		v.number = rnd(8) ? numbers[rnd(7)] : rnd(2) ? (double)NAN : -(double)INFINITY;
		if (rnd(2)) /* a price; some are integers, which a writer may be given as well */
			v.number = ((double)rnd(4000000000u) - 2e9) / (rnd(2) ? 100 : 1e7);
		break;
	case IPM_VALUE_STRING:
		v.string = random_text();
		break;
	case IPM_VALUE_BIGINT:
		v.string.str = (struct ipm_str)IPM_STR("12345678901234567890");
		v.string.length = 20;
		break;
	case IPM_VALUE_OBJECT:
		v.object_id = random_id(own);
		break;
	case IPM_VALUE_ACCESSOR:
		v.accessor.get = rnd(2) ? random_id(own) : 0;
		v.accessor.set = rnd(2) ? random_id(own) : 0;
		break;
	case IPM_VALUE_HOLES:
		v.holes = 1 + rnd(1000);
		break;
	case IPM_VALUE_OMITTED:
		v.omitted.reason = (enum ipm_reason)(1 + rnd(IPM_REASON_COUNT - 1));
		v.omitted.size = rnd(2) * rnd(100000);
		v.omitted.type_name =
			rnd(2) ? (struct ipm_str)IPM_STR("string") : (struct ipm_str){0};
		break;
	case IPM_VALUE_UNDEFINED:
	case IPM_VALUE_NULL:
		break;
	}
	/* In place 9 of the enumeration are holes, which only elements have. */
	if (!element && v.type == IPM_VALUE_HOLES)
		v = (struct ipm_value){.type = IPM_VALUE_NULL};
	return v;
}

static struct ipm_property *random_properties(uint64_t own, size_t count)
{
	struct ipm_property *p = take(count * sizeof(*p));
	size_t i;

	for (i = 0; i < count; i++) {
		p[i].name = random_str();
		p[i].flags = rnd(3) ? 7 : (uint8_t)rnd(8);
		p[i].symbol_id = rnd(10) ? 0 : 1 + rnd(own);
		p[i].value = random_value(own, false);
	}
	return p;
}

static struct ipm_value *random_elements(uint64_t own, size_t count)
{
	struct ipm_value *v = take(count * sizeof(*v));
	size_t i;

	for (i = 0; i < count; i++)
		v[i] = random_value(own, true);
	return v;
}

static size_t random_count(void)
{
	static const uint64_t scales[] = {1, 3, 5, 10, 40, 200};

	return (size_t)rnd(scales[rnd(6)]);
}

static void random_scopes(struct ipm_object *o)
{
	uint64_t *scopes;
	size_t i;

	o->scope_count = (size_t)rnd(4);
	scopes = take(o->scope_count * sizeof(*scopes));
	for (i = 0; i < o->scope_count; i++)
		scopes[i] = random_id(o->id);
	o->scopes = scopes;
	o->location = (struct ipm_location){rnd(50), (int64_t)rnd(1000), (int64_t)rnd(80) - 1};
}

/* Fields that the kind names, so that nothing is dropped. */
static void random_detail(struct ipm_object *o)
{
	switch (o->kind) {
	case IPM_KIND_ARRAY:
	case IPM_KIND_ARGUMENTS:
	case IPM_KIND_MAP:
	case IPM_KIND_SET:
	case IPM_KIND_WEAKMAP:
	case IPM_KIND_WEAKSET:
		o->element_count = random_count();
		o->elements = random_elements(o->id, o->element_count);
		o->length = rnd(2) ? o->element_count : rnd(100000);
		break;
	case IPM_KIND_FUNCTION:
		o->text = random_text();
		random_scopes(o);
		break;
	case IPM_KIND_ERROR:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		o->text = random_text();
		break;
	case IPM_KIND_DATE:
		o->number = rnd(2) ? 1.7e12 + (double)rnd(1000000) : (double)NAN;
		o->text = random_text();
		break;
	case IPM_KIND_PROXY:
	case IPM_KIND_GENERATOR:
		o->first = random_value(o->id, false);
		o->second = random_value(o->id, false);
		if (o->kind == IPM_KIND_GENERATOR) {
			o->state = (uint32_t)rnd(3);
			random_scopes(o);
		}
		break;
	case IPM_KIND_PROMISE:
		o->state = (uint32_t)rnd(3);
		o->first = random_value(o->id, false);
		break;
	case IPM_KIND_TYPEDARRAY:
	case IPM_KIND_DATAVIEW:
		o->length = rnd(1000);
		o->byte_offset = rnd(64);
		o->first = random_value(o->id, false);
		if (o->kind == IPM_KIND_TYPEDARRAY)
			o->element_type = (enum ipm_element_type)rnd(12);
		break;
	case IPM_KIND_ARRAYBUFFER:
		o->length = rnd(300);
		o->bytes = (struct ipm_bytes){take((size_t)o->length), (size_t)o->length};
		break;
	case IPM_KIND_ITERATOR:
		o->state = (uint32_t)rnd(2);
		o->element_count = random_count();
		o->elements = random_elements(o->id, o->element_count);
		break;
	case IPM_KIND_WEAKREF:
	case IPM_KIND_PRIMITIVE:
		o->first = random_value(o->id, false);
		break;
	case IPM_KIND_SCOPE:
		o->scope_type = (enum ipm_scope_type)rnd(IPM_SCOPE_COUNT);
		o->text = random_text();
		break;
	default:
		break;
	}
}

static struct ipm_object random_object(uint64_t id)
{
	struct ipm_object o = {.id = id, .class_name = IPM_STR("Object")};

	pool_used = 0;
	if (walk_next <= id)
		walk_next = id + 1;
	o.kind = rnd(2) ? IPM_KIND_OBJECT : (enum ipm_kind)rnd(IPM_KIND_COUNT);
	if (rnd(3) == 0)
		o.class_name = random_str();
	o.proto = rnd(4) ? (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = 1 + rnd(3)}
			 : (struct ipm_value){.type = IPM_VALUE_NULL};
	o.property_count = random_count();
	o.properties = random_properties(id, o.property_count);
	random_detail(&o);
	if (rnd(10) == 0)
		o.description = random_str();
	if (rnd(10) == 0) {
		o.private_count = random_count();
		o.privates = random_properties(id, o.private_count);
	}
	if (rnd(10) == 0) {
		o.internal_count = random_count();
		o.internals = random_properties(id, o.internal_count);
	}
	if (rnd(20) == 0) {
		o.omitted_reason = (enum ipm_reason)(1 + rnd(IPM_REASON_COUNT - 1));
		o.omitted_properties = rnd(100);
		o.omitted_elements = rnd(100);
	}
	if (o.kind == IPM_KIND_OTHER)
		o.subtype = random_str();
	return o;
}

/* One graph written; each object's dump is kept in `dumps`, its end in `ends`. */
static void write_graph(struct ipm_buf *file, uint64_t objects, uint32_t block,
			struct ipm_buf *dumps, size_t *ends)
{
	const struct ipm_writer_options opts = {.block_raw_bytes = block, .level = 1 + (int)rnd(6)};
	const struct ipm_meta meta = {.tool = IPM_STR("property")};
	const struct ipm_summary summary = {.status = IPM_STATUS_COMPLETE};
	struct ipm_writer *w;
	struct ipm_error err;
	uint64_t id;

	walk_next = 1;
	ck_assert_int_eq(ipm_writer_create(memory_sink(file), &opts, &w, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_meta(w, &meta, &err), IPM_OK);
	for (id = 1; id <= objects; id++) {
		struct ipm_object o = random_object(id);

		ck_assert_msg(!ipm_writer_object(w, &o, &err), "%s", err.message);
		dump_object(dumps, &o);
		ends[id] = dumps->len;
		if (rnd(100) == 0) {
			struct ipm_slices s = ipm_writer_reserve_slices(w, 10, 4);
			struct ipm_slice slice = {.values = random_elements(id, 3),
						  .value_count = 3};

			for (slice.id = s.first; slice.id < s.first + 3; slice.id++)
				ck_assert_int_eq(ipm_writer_slice(w, &slice, &err), IPM_OK);
		}
		if (rnd(500) == 0)
			ck_assert_int_eq(ipm_writer_flush(w, &err), IPM_OK);
	}
	ck_assert_int_eq(ipm_writer_finish(w, &summary, &err), IPM_OK);
	ipm_writer_destroy(w);
}

static void ck_same(uint64_t id, const struct ipm_object *o, const struct ipm_buf *dumps,
		    const size_t *ends)
{
	struct ipm_buf got = IPM_BUF_INIT;
	size_t start = ends[id - 1], len = ends[id] - start;

	dump_object(&got, o);
	ck_assert_msg(got.len == len && !memcmp(got.data, dumps->data + start, len),
		      "object %" PRIu64 "\nwas %.*s\nis  %.*s", id, (int)len, dumps->data + start,
		      (int)got.len, got.data);
	ipm_buf_deinit(&got);
}

/* The stream as `zstd -dc` gives it, read by msgpack-c. */
static void ck_plain_stream(const struct ipm_buf *file, uint64_t blocks)
{
	ZSTD_DStream *zstd = ZSTD_createDStream();
	struct ipm_buf plain = IPM_BUF_INIT;
	static uint8_t piece[1 << 17];
	ZSTD_inBuffer in = {file->data, file->len, 0};
	msgpack_unpacked item;
	uint64_t seen = 0;
	size_t at = 0;

	while (in.pos < in.size) {
		ZSTD_outBuffer out = {piece, sizeof(piece), 0};
		size_t n = ZSTD_decompressStream(zstd, &out, &in);

		ck_assert(!ZSTD_isError(n));
		ipm_buf_append(&plain, piece, out.pos);
	}
	msgpack_unpacked_init(&item);
	while (at < plain.len) {
		msgpack_unpack_return n =
			msgpack_unpack_next(&item, (const char *)plain.data, plain.len, &at);

		ck_assert_int_eq(n, MSGPACK_UNPACK_SUCCESS);
		if (item.data.type == MSGPACK_OBJECT_MAP && item.data.via.map.size == 1) {
			const msgpack_object *key = &item.data.via.map.ptr[0].key;

			seen += key->type == MSGPACK_OBJECT_STR && key->via.str.size == 5 &&
				!memcmp(key->via.str.ptr, "block", 5);
		}
	}
	msgpack_unpacked_destroy(&item);
	ck_assert_uint_eq(seen, blocks);
	ZSTD_freeDStream(zstd);
	ipm_buf_deinit(&plain);
}

static void damage_and_read(const struct ipm_buf *file, const struct ipm_buf *dumps,
			    const size_t *ends, uint64_t objects)
{
	struct ipm_buf broken = IPM_BUF_INIT;
	struct ipm_reader *r;
	struct ipm_error err;
	uint64_t i, n = 1 + rnd(3);

	ipm_buf_append(&broken, file->data, file->len);
	for (i = 0; i < n; i++) {
		uint64_t at = 64 + rnd(broken.len - 64), len = 1 + rnd(100);

		for (; len-- && at < broken.len; at++)
			broken.data[at] = (uint8_t)rnd(256);
	}
	if (rnd(2))
		broken.len -= rnd(broken.len - 64);
	if (!open_bytes(ipm_buf_bytes(&broken), NULL, &r, &err)) {
		for (i = 1; i <= objects; i++) {
			const struct ipm_object *o;

			if (ipm_reader_object(r, i, &o, &err))
				continue;
			ck_same(i, o, dumps, ends);
			ipm_object_release(r, o);
		}
		ck_assert_int_ne(ipm_reader_info(r)->integrity, IPM_WHOLE);
		ipm_reader_close(r);
	}
	ipm_buf_deinit(&broken);
}

START_TEST(graphs)
{
	static const uint32_t blocks[] = {512, 1000, 4096, 32768, 65535};
	static size_t ends[4001];
	struct ipm_buf file = IPM_BUF_INIT, dumps = IPM_BUF_INIT;
	const char *seed = getenv("INSPMORT_SEED");
	uint64_t objects = 1 + rnd(1500), i;
	struct ipm_verify_result v;
	struct ipm_reader *r;
	struct ipm_error err;
	const char *path;

	state = (seed ? strtoull(seed, NULL, 10) : 20240501) + (uint64_t)_i * 1000003;
	printf("graphs: seed %" PRIu64 "\n", state);
	objects = 1 + rnd(_i ? 1200 : 4000);
	write_graph(&file, objects, blocks[_i % 5], &dumps, ends);
	path = temp_file(ipm_buf_bytes(&file));
	ck_assert_int_eq(ipm_verify(path, NULL, NULL, &v, &err), IPM_OK);
	ck_assert_int_eq(v.verdict, IPM_VERDICT_WHOLE);
	ck_assert_uint_eq(v.objects, objects);
	ck_assert_int_eq(ipm_reader_open(path, NULL, &r, &err), IPM_OK);
	unlink(path);
	ck_plain_stream(&file, ipm_reader_info(r)->blocks);
	for (i = 1; i <= objects; i++) {
		uint64_t id = rnd(2) ? i : 1 + rnd(objects);
		const struct ipm_object *o;

		ck_assert_msg(!ipm_reader_object(r, id, &o, &err), "%s", err.message);
		ck_same(id, o, &dumps, ends);
		ipm_object_release(r, o);
	}
	ipm_reader_close(r);
	for (i = 0; i < 10; i++)
		damage_and_read(&file, &dumps, ends, objects);
	ipm_buf_deinit(&file);
	ipm_buf_deinit(&dumps);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("property/format_graphs");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 250);
	tcase_add_loop_test(t, graphs, 0, 10);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
