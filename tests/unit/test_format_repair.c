/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "../support/memory_file.h"
#include "wtf8.h"

#include "../support/dump.h"
#include "../support/sample.h"
#include "ipm_repair.h"
#include "layout.h"

/* verify finds every broken bit; recover saves every complete block, wherever the file ends. */

static struct ipm_buf file;
static int fd;
static char fd_path[64];
static uint64_t block_ends[256];
static size_t block_count;

static void put_file(struct ipm_bytes bytes)
{
	struct ipm_error err;

	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(ipm_write_all(fd, bytes.data, bytes.len, &err), IPM_OK);
}

static void list_blocks(void)
{
	size_t at = 0;

	block_count = 0;
	while (at < file.len) {
		struct ipm_bytes rest = {file.data + at, file.len - at};
		struct ipm_block_header h;
		uint32_t magic;

		if (!ipm_layout_get_block(rest, at, &h, NULL)) {
			at += h.frame_bytes + h.packed_bytes;
			block_ends[block_count++] = at;
			ck_assert_uint_lt(block_count, 256);
		} else {
			at += ipm_layout_frame_bytes(rest.data, rest.len, &magic);
		}
	}
}

static void setup(void)
{
	file = IPM_BUF_INIT;
	make_sample(&file, 60, 700);
	list_blocks();
	ck_assert_uint_gt(block_count, 10);
	fd = memfd_create("sample", MFD_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	snprintf(fd_path, sizeof(fd_path), "/proc/self/fd/%d", fd);
	put_file(ipm_buf_bytes(&file));
}

static void teardown(void)
{
	close(fd);
	ipm_buf_deinit(&file);
}

static struct ipm_verify_result verify(void)
{
	struct ipm_verify_result result;
	struct ipm_error err;

	ck_assert_msg(!ipm_verify(fd_path, NULL, NULL, &result, &err), "%s", err.message);
	return result;
}

static void print(void *self, const struct ipm_finding *f)
{
	(void)self;
	fprintf(stderr, "at %llu (%llu): %s\n", (unsigned long long)f->offset,
		(unsigned long long)f->bytes, f->what);
}

/* Recovers the file as it stands into `out` and says what verify says of that. */
static struct ipm_verify_result recover(struct ipm_buf *out, enum ipm_errc *ret_rc)
{
	struct ipm_verify_result lost, result = {.verdict = IPM_VERDICT_UNREADABLE};
	const char *path;
	struct ipm_error err;

	*ret_rc = ipm_recover(fd_path, memory_sink(out), NULL, NULL, &lost, &err);
	if (*ret_rc)
		return result;
	path = temp_file(ipm_buf_bytes(out));
	ck_assert_msg(!ipm_verify(path, NULL, NULL, &result, &err), "%s", err.message);
	if (result.verdict != IPM_VERDICT_WHOLE && !lost.unusable)
		ck_assert_int_eq(ipm_verify(path, print, NULL, &result, &err), IPM_OK);
	unlink(path);
	return result;
}

START_TEST(whole)
{
	struct ipm_verify_result v = verify(), again;
	struct ipm_buf out = IPM_BUF_INIT, before = IPM_BUF_INIT, after = IPM_BUF_INIT;
	struct ipm_reader *r;
	struct ipm_error err;
	enum ipm_errc rc;

	ck_assert_int_eq(v.verdict, IPM_VERDICT_WHOLE);
	ck_assert_uint_eq(v.findings, 0);
	ck_assert_uint_eq(v.objects, 60);
	ck_assert_uint_eq(v.lost_objects, 0);
	ck_assert_uint_eq(v.blocks, block_count);
	again = recover(&out, &rc);
	ck_assert_int_eq(rc, IPM_OK);
	ck_assert_int_eq(again.verdict, IPM_VERDICT_WHOLE);
	ck_assert_uint_eq(again.records, v.records);
	ck_assert_int_eq(ipm_reader_open(fd_path, NULL, &r, &err), IPM_OK);
	dump_file(r, &before);
	ipm_reader_close(r);
	ck_assert(!memcmp(out.data + 32, file.data + 32, 24)); /* time and uuid */
	ck_assert_int_eq(open_bytes(ipm_buf_bytes(&out), NULL, &r, &err), IPM_OK);
	dump_file(r, &after);
	ipm_reader_close(r);
	ck_assert_uint_eq(before.len, after.len);
	ck_assert(!memcmp(before.data, after.data, before.len));
	ipm_buf_deinit(&out);
	ipm_buf_deinit(&before);
	ipm_buf_deinit(&after);
}
END_TEST

START_TEST(every_prefix)
{
	size_t len, complete = 0;

	for (len = 0; len < file.len; len++) {
		struct ipm_buf out = IPM_BUF_INIT;
		struct ipm_verify_result v;
		enum ipm_errc rc;

		put_file((struct ipm_bytes){file.data, len});
		while (complete < block_count && block_ends[complete] <= len)
			complete++;
		v = verify();
		ck_assert_uint_eq(v.blocks, complete);
		ck_assert_int_eq(v.verdict, complete ? IPM_VERDICT_CUT : IPM_VERDICT_UNREADABLE);
		if (len % 5 && len != file.len - 1)
			continue;
		v = recover(&out, &rc);
		ck_assert_int_eq(rc, complete ? IPM_OK : IPM_ERR_BAD_DATA);
		ck_assert_uint_eq(v.blocks, complete);
		if (complete)
			ck_assert_int_eq(v.verdict, IPM_VERDICT_WHOLE);
		ipm_buf_deinit(&out);
	}
}
END_TEST

START_TEST(every_byte)
{
	size_t at, silent = 0;

	for (at = 0; at < file.len; at++) {
		struct ipm_verify_result v;
		uint8_t byte = (uint8_t)(file.data[at] ^ 0x10);

		ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)at), 1);
		if (at >= 16 && at < 28) {
			/* A version or a feature that needs another program. */
		} else {
			v = verify();
			ck_assert_int_ne(v.verdict, IPM_VERDICT_UNREADABLE);
			ck_assert_uint_ge(v.blocks + 1, block_count);
			silent += v.verdict == IPM_VERDICT_WHOLE;
		}
		if (at % 16 == 0) {
			struct ipm_buf out = IPM_BUF_INIT;
			enum ipm_errc rc;

			v = recover(&out, &rc);
			ck_assert_int_eq(rc, IPM_OK);
			ck_assert_uint_ge(v.blocks + 1, block_count);
			ck_assert(v.verdict == IPM_VERDICT_WHOLE || v.unusable);
			ipm_buf_deinit(&out);
		}
		ck_assert_int_eq(pwrite(fd, &file.data[at], 1, (off_t)at), 1);
	}
	ck_assert_uint_lt(silent, file.len / 200);
}
END_TEST

START_TEST(a_hole_in_the_middle)
{
	uint8_t zeros[1500] = {0};
	struct ipm_buf out = IPM_BUF_INIT;
	struct ipm_verify_result v;
	enum ipm_errc rc;
	struct ipm_reader *r;
	struct ipm_error err;
	const struct ipm_object *o;

	ipm_buf_reset(&file);
	make_sample(&file, 300, 700);
	put_file(ipm_buf_bytes(&file));
	ck_assert_int_eq(pwrite(fd, zeros, sizeof(zeros), (off_t)file.len / 2), (int)sizeof(zeros));
	v = verify();
	ck_assert_int_eq(v.verdict, IPM_VERDICT_DAMAGED);
	ck_assert_uint_gt(v.findings, 0);
	ck_assert_uint_gt(v.lost_objects, 0);
	ck_assert_uint_ge(v.damaged_bytes, sizeof(zeros));
	v = recover(&out, &rc);
	ck_assert_int_eq(rc, IPM_OK);
	ck_assert_int_eq(open_bytes(ipm_buf_bytes(&out), NULL, &r, &err), IPM_OK);
	ck_assert_int_eq(ipm_reader_object(r, 1, &o, &err), IPM_OK);
	ipm_object_release(r, o);
	ck_assert_int_eq(ipm_reader_object(r, 300, &o, &err), IPM_OK);
	ipm_object_release(r, o);
	ipm_reader_close(r);
	ipm_buf_deinit(&out);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("format/repair");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 280);
	tcase_add_test(t, whole);
	tcase_add_test(t, every_prefix);
	tcase_add_test(t, every_byte);
	tcase_add_test(t, a_hole_in_the_middle);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
