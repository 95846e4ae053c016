/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../support/memory_file.h"
#include "wtf8.h"

#include "../support/dump.h"
#include "../support/graph.h"
#include "ipm_repair.h"
#include "layout.h"

/*
 * Files of some hundred kilobytes with random wounds: bits, stretches, pieces that are missing or
 * too many, cut ends. verify names every place, exactly the blocks that were hit are lost, and
 * recover makes a file of the others in which nothing is other than it was. INSPMORT_SEED repeats a
 * run.
 */

enum { OBJECTS = 1500, WOUNDS = 4 };

static struct ipm_buf file, dumps;
static size_t ends[OBJECTS + 1];

struct span {
	uint64_t start, end;
};

static uint64_t first_seed;
static struct span blocks[2000];
static size_t block_count;

static void write_file(void)
{
	const struct ipm_writer_options opts = {.block_raw_bytes = 2000 + (uint32_t)rnd(6000)};
	const struct ipm_meta meta = {.tool = IPM_STR("wounds")};
	const struct ipm_summary summary = {.status = IPM_STATUS_COMPLETE};
	struct ipm_writer *w;
	struct ipm_error err;
	uint64_t id;

	walk_next = 1;
	ck_assert_int_eq(ipm_writer_create(memory_sink(&file), &opts, &w, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_meta(w, &meta, &err), IPM_OK);
	for (id = 1; id <= OBJECTS; id++) {
		struct ipm_object o = random_object(id);

		ck_assert_msg(!ipm_writer_object(w, &o, &err), "%s", err.message);
		dump_object(&dumps, &o);
		ends[id] = dumps.len;
	}
	ck_assert_int_eq(ipm_writer_finish(w, &summary, &err), IPM_OK);
	ipm_writer_destroy(w);
}

static void list_blocks(void)
{
	size_t at = 0;

	block_count = 0;
	while (at < file.len) {
		struct ipm_bytes rest = {file.data + at, file.len - at};
		struct ipm_block_header h;
		uint32_t magic;
		size_t n = ipm_layout_frame_bytes(rest.data, rest.len, &magic);

		if (!ipm_layout_get_block(rest, at, &h, NULL)) {
			n = h.frame_bytes + h.packed_bytes;
			ck_assert_uint_lt(block_count, 2000);
			blocks[block_count++] = (struct span){at, at + n};
		}
		at += n;
	}
}

struct findings {
	struct span at[4000];
	size_t count;
};

static void note_finding(void *self, const struct ipm_finding *f)
{
	struct findings *all = self;

	ck_assert_uint_lt(all->count, 4000);
	ck_assert(f->what && f->what[0]);
	all->at[all->count++] =
		(struct span){f->offset, f->bytes ? f->offset + f->bytes : UINT64_MAX};
}

static bool touches(struct span a, struct span b)
{
	return a.start < b.end && b.start < a.end;
}

static struct ipm_verify_result verify(const struct ipm_buf *bytes, struct findings *findings)
{
	const char *path = temp_file(ipm_buf_bytes(bytes));
	struct ipm_verify_result v;
	struct ipm_error err;

	findings->count = 0;
	ck_assert_msg(!ipm_verify(path, note_finding, findings, &v, &err), "%s", err.message);
	ck_assert_uint_eq(v.findings, findings->count);
	unlink(path);
	return v;
}

/* What recover makes of it: whole, and every object as it was. Returns how many there are. */
static uint64_t recover(const struct ipm_buf *bytes, const struct ipm_verify_result *before)
{
	static struct findings findings;
	const char *path = temp_file(ipm_buf_bytes(bytes));
	struct ipm_buf out = IPM_BUF_INIT, dump = IPM_BUF_INIT;
	struct ipm_verify_result lost, after;
	struct ipm_reader *r;
	struct ipm_error err;
	uint64_t id, found = 0;

	ck_assert_msg(!ipm_recover(path, memory_sink(&out), NULL, NULL, &lost, &err), "%s",
		      err.message);
	unlink(path);
	ck_assert_uint_eq(lost.blocks, before->blocks);
	after = verify(&out, &findings);
	ck_assert_uint_eq(after.blocks, before->blocks);
	ck_assert_uint_eq(after.damaged_bytes, 0);
	ck_assert(after.verdict == IPM_VERDICT_WHOLE || before->unusable);
	ck_assert_int_eq(open_bytes(ipm_buf_bytes(&out), NULL, &r, &err), IPM_OK);
	for (id = 1; id <= OBJECTS; id++) {
		const struct ipm_object *o;

		if (ipm_reader_object(r, id, &o, &err))
			continue;
		dump.len = 0;
		dump_object(&dump, o);
		ck_assert_uint_eq(dump.len, ends[id] - ends[id - 1]);
		ck_assert(!memcmp(dump.data, dumps.data + ends[id - 1], dump.len));
		ipm_object_release(r, o);
		found++;
	}
	ipm_reader_close(r);
	ipm_buf_deinit(&out);
	ipm_buf_deinit(&dump);
	return found;
}

/* Bits, or a stretch of other bytes, in place. The length stays. */
static struct span wound(struct ipm_buf *bytes)
{
	uint64_t at = 64 + rnd(bytes->len - 64), len = rnd(2) ? 1 : 1 + rnd(3000), i;

	if (len > bytes->len - at)
		len = bytes->len - at;
	if (len == 1)
		bytes->data[at] ^= (uint8_t)(1u << rnd(8));
	else
		for (i = 0; i < len; i++)
			bytes->data[at + i] = (uint8_t)~bytes->data[at + i];
	return (struct span){at, at + len};
}

START_TEST(in_place)
{
	static struct findings findings;
	struct ipm_buf broken = IPM_BUF_INIT;
	struct ipm_verify_result v;
	struct span hit[WOUNDS];
	uint64_t good = 0, n, i, k;
	bool silent = false;

	state = first_seed + 1 + (uint64_t)_i;
	n = 1 + rnd(WOUNDS);
	ipm_buf_append(&broken, file.data, file.len);
	for (i = 0; i < n; i++)
		hit[i] = wound(&broken);
	v = verify(&broken, &findings);
	for (i = 0; i < n; i++) {
		bool named = false;

		for (k = 0; k < findings.count; k++)
			named |= touches(findings.at[k], hit[i]);
		/* One bit that zstd leaves unused changes nothing, and nobody can tell. */
		ck_assert_msg(named || hit[i].end - hit[i].start == 1,
			      "bytes %" PRIu64 " to %" PRIu64 " are not named", hit[i].start,
			      hit[i].end);
		silent |= !named;
	}
	for (k = 0; k < block_count; k++) {
		bool touched = false;

		for (i = 0; i < n; i++)
			touched |= touches(blocks[k], hit[i]);
		good += !touched;
	}
	if (!silent)
		ck_assert_uint_eq(v.blocks, good);
	ck_assert_uint_ge(v.blocks, good);
	ck_assert(v.verdict == IPM_VERDICT_DAMAGED || v.findings || silent);
	recover(&broken, &v);
	ipm_buf_deinit(&broken);
}
END_TEST

/* A stretch is gone, or others lie in between, and what follows is not where it says it is. */
START_TEST(shifted)
{
	static struct findings findings;
	struct ipm_buf broken = IPM_BUF_INIT;
	struct ipm_verify_result v;
	uint64_t at, len, good = 0, i;
	bool gone, named = false;
	size_t k;

	state = first_seed + 1000 + (uint64_t)_i;
	at = 64 + rnd(file.len - 64);
	len = 1 + rnd(5000);
	gone = rnd(2);
	ipm_buf_append(&broken, file.data, at);
	if (gone) {
		if (len > file.len - at)
			len = file.len - at;
		ipm_buf_append(&broken, file.data + at + len, file.len - at - len);
	} else {
		for (i = 0; i < len; i++)
			ipm_buf_byte(&broken, (uint8_t)rnd(256));
		ipm_buf_append(&broken, file.data + at, file.len - at);
	}
	v = verify(&broken, &findings);
	for (k = 0; k < block_count; k++)
		good += blocks[k].end <= at;
	/* A block says where it lies, so that one within another file's bytes is not taken for ours. */
	ck_assert_uint_eq(v.blocks, good);
	for (k = 0; k < findings.count; k++)
		named |= touches(findings.at[k], (struct span){at, at + len});
	ck_assert(named);
	ck_assert(v.verdict == IPM_VERDICT_DAMAGED || v.verdict == IPM_VERDICT_CUT);
	if (good)
		recover(&broken, &v);
	ipm_buf_deinit(&broken);
}
END_TEST

START_TEST(cut)
{
	static struct findings findings;
	struct ipm_buf broken = IPM_BUF_INIT;
	struct ipm_verify_result v;
	uint64_t len, good = 0;
	size_t k;

	state = first_seed + 2000 + (uint64_t)_i;
	len = 64 + rnd(file.len - 64);
	ipm_buf_append(&broken, file.data, len);
	v = verify(&broken, &findings);
	for (k = 0; k < block_count; k++)
		good += blocks[k].end <= len;
	ck_assert_uint_eq(v.blocks, good);
	ck_assert_uint_eq(v.damaged_bytes, 0);
	ck_assert_int_eq(v.verdict, good ? IPM_VERDICT_CUT : IPM_VERDICT_UNREADABLE);
	ck_assert_uint_gt(findings.count, 0);
	if (good)
		ck_assert_uint_eq(recover(&broken, &v), v.objects - v.unusable);
	ipm_buf_deinit(&broken);
}
END_TEST

static void setup(void)
{
	state = first_seed;
	file = dumps = IPM_BUF_INIT;
	write_file();
	list_blocks();
	ck_assert_uint_gt(block_count, 50);
}

static void teardown(void)
{
	ipm_buf_deinit(&file);
	ipm_buf_deinit(&dumps);
}

int main(void)
{
	Suite *s = suite_create("property/format_wounds");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	const char *seed = getenv("INSPMORT_SEED");
	int failed;

	first_seed = seed ? strtoull(seed, NULL, 10) : 20261124;
	printf("wounds: seed %" PRIu64 "\n", first_seed);
	tcase_set_timeout(t, 200);
	tcase_add_unchecked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, in_place, 0, 24);
	tcase_add_loop_test(t, shifted, 0, 10);
	tcase_add_loop_test(t, cut, 0, 10);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
