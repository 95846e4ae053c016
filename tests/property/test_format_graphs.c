/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <inttypes.h>
#include <msgpack/unpack.h>
#include <string.h>
#include <zstd.h>

#include "../support/memory_file.h"
#include "wtf8.h"

#include "../support/dump.h"
#include "../support/graph.h"
#include "ipm_repair.h"

/*
 * Random graphs: what goes in comes out, in every size of block; msgpack-c reads the plain stream;
 * and the same bytes with random damage never give another object. INSPMORT_SEED repeats a run.
 */

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

struct scan {
	const struct ipm_buf *dumps;
	const size_t *ends;
	uint64_t seen;
};

static bool ck_scanned(void *self, const struct ipm_object *o)
{
	struct scan *s = self;

	ck_assert_uint_eq(o->id, ++s->seen);
	ck_same(o->id, o, s->dumps, s->ends);
	return true;
}

START_TEST(graphs)
{
	static const uint32_t blocks[] = {512, 1000, 4096, 32768, 65535};
	static size_t ends[4001];
	struct ipm_buf file = IPM_BUF_INIT, dumps = IPM_BUF_INIT;
	const char *seed = getenv("INSPMORT_SEED");
	struct scan scan = {&dumps, ends, 0};
	uint64_t objects, damaged, i;
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
	/* One after the other, each found where the one before it ended. */
	ck_assert_int_eq(ipm_reader_scan(r, 1, ck_scanned, &scan, &damaged, &err), IPM_OK);
	ck_assert_uint_eq(scan.seen, objects);
	ck_assert_uint_eq(damaged, 0);
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
