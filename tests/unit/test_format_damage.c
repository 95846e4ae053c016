/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "../support/memory_file.h"
#include "wtf8.h"

#include "../support/dump.h"
#include "../support/sample.h"
#include "bytes.h"
#include "layout.h"

/*
 * Every prefix and every single-bit flip of a small file: no crash, and nothing that differs from
 * the original is handed out as if it were fine.
 */

#ifndef __has_feature
#define __has_feature(what) 0
#endif

/* Every bit, but under a sanitizer, where each takes ten times as long, one byte in eleven. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                               \
	__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { STEP = 11 };
#else
enum { STEP = 1 };
#endif

static struct ipm_buf file;
static int fd;
static char fd_path[64];

struct record {
	char section[16];
	uint64_t id;
	size_t at, len; /* in `texts` */
};

static struct record records[512];
static size_t record_count;
static struct ipm_buf texts;

static void keep(void *self, const char *section, uint64_t id, enum ipm_errc rc,
		 const struct ipm_buf *json)
{
	struct record *r = &records[record_count++];

	(void)self;
	ck_assert_int_eq(rc, IPM_OK);
	ck_assert_uint_lt(record_count, sizeof(records) / sizeof(records[0]));
	snprintf(r->section, sizeof(r->section), "%s", section);
	r->id = id;
	r->at = texts.len;
	r->len = json->len;
	ipm_buf_str(&texts, ipm_buf_as_str(json));
}

struct outcome {
	size_t same, empty, failed;
	uint64_t where;
};

/* A record is as it was, or an error, or (meta and summary) empty. */
static void compare(void *self, const char *section, uint64_t id, enum ipm_errc rc,
		    const struct ipm_buf *json)
{
	struct outcome *o = self;
	size_t i;

	if (rc) {
		o->failed++;
		return;
	}
	for (i = 0; i < record_count; i++)
		if (records[i].id == id && !strcmp(records[i].section, section)) {
			if (json->len == records[i].len &&
			    !memcmp(json->data, texts.data + records[i].at, json->len)) {
				o->same++;
				return;
			}
			break;
		}
	/* {} for no meta, {"status":2,"omitted":{}} for no summary: not known to have ended well. */
	if (json->len == 2 || (!strcmp(section, "summary") && json->len == 25)) {
		o->empty++;
		return;
	}
	ck_abort_msg("byte %llu: %s %llu is now %.*s", (unsigned long long)o->where, section,
		     (unsigned long long)id, (int)json->len, (const char *)json->data);
}

static void put_file(struct ipm_bytes bytes)
{
	struct ipm_error err;

	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(ipm_write_all(fd, bytes.data, bytes.len, &err), IPM_OK);
}

/* A golden file of spec/vectors, or the sample of today's writer. */
static void setup_file(const char *vector)
{
	char path[512];
	struct ipm_reader *r;
	struct ipm_error err;

	file = texts = IPM_BUF_INIT;
	record_count = 0;
	snprintf(path, sizeof(path), IPM_SOURCE_DIR "/spec/vectors/%s.inspmort", vector);
	if (*vector)
		ck_assert_msg(!ipm_read_file(path, 1 << 20, &file, &err), "%s", err.message);
	else
		make_sample(&file, 60, 700);
	fd = memfd_create("sample", MFD_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	snprintf(fd_path, sizeof(fd_path), "/proc/self/fd/%d", fd);
	put_file(ipm_buf_bytes(&file));
	ck_assert_int_eq(ipm_reader_open(fd_path, NULL, &r, &err), IPM_OK);
	ck_assert_int_eq(ipm_reader_info(r)->integrity, IPM_WHOLE);
	dump_records(r, keep, NULL);
	ipm_reader_close(r);
}

static void setup(void)
{
	setup_file("");
}

static void teardown(void)
{
	close(fd);
	ipm_buf_deinit(&file);
	ipm_buf_deinit(&texts);
}

START_TEST(every_prefix)
{
	size_t len, best = 0, opened = 0;

	for (len = 0; len < file.len; len += len + STEP < file.len ? STEP : 1) {
		struct outcome o = {.where = len};
		struct ipm_reader *r;
		struct ipm_error err;
		enum ipm_errc rc;

		put_file((struct ipm_bytes){file.data, len});
		rc = ipm_reader_open(fd_path, NULL, &r, &err);
		if (rc) {
			ck_assert_msg(rc == IPM_ERR_BAD_DATA || rc == IPM_ERR_TRUNCATED,
				      "prefix %zu: %s", len, err.message);
			ck_assert_uint_eq(opened, 0); /* a longer prefix never reads less */
			continue;
		}
		opened++;
		ck_assert_msg(ipm_reader_info(r)->integrity == IPM_CUT, "prefix %zu is %d", len,
			      ipm_reader_info(r)->integrity);
		dump_records(r, compare, &o);
		ck_assert_msg(o.failed == 0, "prefix %zu: %zu records fail", len, o.failed);
		ck_assert_msg(o.same >= best, "prefix %zu reads less than before", len);
		best = o.same;
		ipm_reader_close(r);
	}
	/* Without ROOT and footer everything is there. */
	ck_assert_uint_eq(best, record_count);
}
END_TEST

static void flip_every_bit(void)
{
	size_t at, undetected = 0;
	int bit;

	for (at = 0; at < file.len; at += STEP)
		for (bit = 0; bit < 8; bit++) {
			struct outcome o = {.where = at};
			struct ipm_reader *r;
			struct ipm_error err;
			uint8_t byte = (uint8_t)(file.data[at] ^ 1 << bit);

			ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)at), 1);
			if (ipm_reader_open(fd_path, NULL, &r, &err)) {
				ck_assert_msg(at < 16 || (at >= 16 && at < 28),
					      "byte %zu bit %d: %s", at, bit, err.message);
			} else {
				dump_records(r, compare, &o);
				if (ipm_reader_info(r)->integrity == IPM_WHOLE &&
				    o.same != record_count)
					ck_abort_msg("byte %zu bit %d: lost in silence", at, bit);
				if (ipm_reader_info(r)->integrity == IPM_WHOLE)
					undetected++;
				/* What one flip can take with it: a block, and what it defines. */
				if (at >= 64)
					ck_assert_msg(o.same + o.empty + o.failed <= record_count,
						      "byte %zu: more than there was", at);
				ipm_reader_close(r);
			}
			ck_assert_int_eq(pwrite(fd, &file.data[at], 1, (off_t)at), 1);
		}
	/* Only bits that change nothing may go unnoticed: reserved ones in zstd's frames. */
	ck_assert_uint_lt(undetected, file.len * 8 / 200);
}

START_TEST(every_bit_of_golden_files)
{
	static const char *const vectors[] = {"sample", "sample-large-blocks", "references-whole"};

	teardown();
	setup_file(vectors[_i]);
	flip_every_bit();
}
END_TEST

static bool count_objects(void *self, const struct ipm_object *object)
{
	(void)object;
	++*(uint64_t *)self;
	return true;
}

/* An index with good checksums that names the wrong blocks: the blocks win. */
START_TEST(lying_index)
{
	uint64_t at, count = 0, damaged = 0, id;
	const struct ipm_object *o;
	struct ipm_reader *r;
	struct ipm_error err;
	uint32_t bytes, magic, i;

	for (at = 64; at < file.len; at++)
		if (file.len - at > 60 && ipm_get_le32(file.data + at) == IPM_MAGIC_INDEX &&
		    !memcmp(file.data + at + 8, "IDX1", 4))
			break;
	bytes = ipm_layout_frame_bytes(file.data + at, file.len - at, &magic);
	/* Each entry gets the place of the first block. */
	for (i = 32 + 16 * 9; i + 20 <= bytes; i += 16) {
		uint8_t *place = file.data + at + i + 8;

		ipm_put_le64(place, (ipm_get_le64(place) >> 56) << 56 | 64);
	}
	ipm_put_le32(file.data + at + bytes - 4, ipm_crc32c(0, file.data + at, bytes - 4));
	put_file(ipm_buf_bytes(&file));
	ck_assert_int_eq(ipm_reader_open(fd_path, NULL, &r, &err), IPM_OK);
	ck_assert_int_eq(ipm_reader_scan(r, 1, count_objects, &count, &damaged, &err), IPM_OK);
	ck_assert_uint_eq(count, 60);
	ck_assert_uint_eq(damaged, 0);
	ck_assert_int_eq(ipm_reader_info(r)->integrity, IPM_DAMAGED);
	ipm_reader_close(r);
	ck_assert_int_eq(ipm_reader_open(fd_path, NULL, &r, &err), IPM_OK);
	for (id = 60; id; id--) {
		ck_assert_int_eq(ipm_reader_object(r, id, &o, &err), IPM_OK);
		ck_assert_uint_eq(o->id, id);
		ipm_object_release(r, o);
	}
	ipm_reader_close(r);
}
END_TEST

START_TEST(not_a_crash_file)
{
	static const char *const junk[] = {"", "x", "{\"Paused\":[]}", "\x28\xb5\x2f\xfd"};
	struct ipm_reader *r;
	struct ipm_error err;
	size_t i;

	for (i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		put_file((struct ipm_bytes){(const uint8_t *)junk[i], strlen(junk[i])});
		ck_assert_int_eq(ipm_reader_open(fd_path, NULL, &r, &err), IPM_ERR_BAD_DATA);
		ck_assert(strstr(err.message, "not a crash file"));
	}
	ck_assert_int_eq(ipm_reader_open("/", NULL, &r, &err), IPM_ERR_OS);
	ck_assert_int_eq(ipm_reader_open("/nonexistent", NULL, &r, &err), IPM_ERR_OS);
	ck_assert_int_eq(ipm_reader_open("/dev/zero", NULL, &r, &err), IPM_ERR_BAD_DATA);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("format/damage");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 280);
	tcase_add_test(t, every_prefix);
	tcase_add_loop_test(t, every_bit_of_golden_files, 0, 3);
	tcase_add_test(t, lying_index);
	tcase_add_test(t, not_a_crash_file);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
