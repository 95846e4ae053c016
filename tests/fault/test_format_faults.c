/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "../support/memory_file.h"
#include "wtf8.h"

#include "../support/dump.h"
#include "../support/sample.h"
#include "ipm_repair.h"

/*
 * The n-th allocation, the n-th write fails, for every n until nothing fails any more: an error
 * each time, no leak, and on disk no more than complete blocks.
 */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static uint64_t allocations, fail_at;

#ifdef SANITIZED
static const bool counting = false;
#else
static const bool counting = true;

/* glibc's own entrances; a sanitizer has others, and no need of these tests. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool refuse(void)
{
	allocations++;
	if (fail_at && allocations == fail_at) {
		errno = ENOMEM;
		return true;
	}
	return false;
}

void *malloc(size_t size)
{
	return refuse() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return refuse() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return refuse() ? NULL : __libc_realloc(old, size);
}
#endif

static const struct ipm_summary complete = {.status = IPM_STATUS_COMPLETE};

struct bad_sink {
	struct ipm_buf buf;
	uint64_t writes, fail_at;
	bool half; /* the failing write leaves half of it */
};

static enum ipm_errc bad_write(void *self, const struct iovec *iov, int count,
			       struct ipm_error *err)
{
	struct bad_sink *s = self;

	if (++s->writes == s->fail_at) {
		if (s->half && count)
			ipm_buf_append(&s->buf, iov[0].iov_base, iov[0].iov_len / 2);
		return ipm_fail_os(err, ENOSPC, "write");
	}
	return memory_write(&s->buf, iov, count, err);
}

static enum ipm_errc cut(void *self, uint64_t bytes, struct ipm_error *err)
{
	struct bad_sink *s = self;

	(void)err;
	s->buf.len = (size_t)bytes;
	return IPM_OK;
}

static enum ipm_errc write_object(struct ipm_writer *w, uint64_t i, struct ipm_error *err)
{
	char label[64];
	struct ipm_property p[2] = {{.name = IPM_STR("next"), .flags = 7},
				    {.name = IPM_STR("label"), .flags = 7}};
	struct ipm_object o = {
		.id = i, .class_name = IPM_STR("Item"), .properties = p, .property_count = 2};

	snprintf(label, sizeof(label), "%016llx",
		 (unsigned long long)(i * UINT64_C(0x9E3779B97F4A7C15)));
	p[0].value = (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = i + 1};
	p[1].value.type = IPM_VALUE_STRING;
	p[1].value.string.str = (struct ipm_str){label, strlen(label)};
	return ipm_writer_object(w, &o, err);
}

/* The first failure ends it. */
static enum ipm_errc write_objects(struct ipm_writer *w, uint64_t n, struct ipm_error *err)
{
	const struct ipm_meta meta = {.tool = IPM_STR("faults")};
	enum ipm_errc rc = ipm_writer_meta(w, &meta, err);
	uint64_t i;

	for (i = 1; i <= n && !rc; i++)
		rc = write_object(w, i, err);
	return rc;
}

static enum ipm_errc write_some(struct ipm_writer *w, struct ipm_error *err)
{
	enum ipm_errc rc = write_objects(w, 400, err);

	return rc ? rc : ipm_writer_finish(w, &complete, err);
}

START_TEST(every_write)
{
	const struct ipm_writer_options opts = {.block_raw_bytes = 1024};
	uint64_t n;
	int half;

	for (half = 0; half < 2; half++)
		for (n = 1;; n++) {
			struct bad_sink s = {.fail_at = n, .half = half};
			struct ipm_sink sink = {.write = bad_write, .truncate = cut, .self = &s};
			struct ipm_verify_result v;
			struct ipm_writer *w;
			struct ipm_error err = {0}, ignored;
			const char *path;
			enum ipm_errc rc;

			rc = ipm_writer_create(sink, &opts, &w, &err);
			if (!rc) {
				rc = write_some(w, &err);
				if (rc) {
					/* Sticky. */
					ck_assert_int_eq(ipm_writer_flush(w, &err), IPM_ERR_OS);
					ck_assert_int_eq(ipm_writer_finish(w, &complete, &err),
							 IPM_ERR_OS);
				}
				ipm_writer_destroy(w);
			}
			ck_assert_int_eq(rc, n <= s.writes && rc ? IPM_ERR_OS : IPM_OK);
			path = temp_file(ipm_buf_bytes(&s.buf));
			ck_assert_int_eq(ipm_verify(path, NULL, NULL, &v, &ignored), IPM_OK);
			unlink(path);
			ipm_buf_deinit(&s.buf);
			if (!rc) {
				ck_assert_int_eq(v.verdict, IPM_VERDICT_WHOLE);
				ck_assert_uint_gt(n, 15);
				break;
			}
			ck_assert_int_eq(err.os_errno, ENOSPC);
			/* Whatever was there before the failure is in order. */
			ck_assert_uint_eq(v.damaged_bytes, 0);
			ck_assert_int_ne(v.verdict, IPM_VERDICT_DAMAGED);
		}
}
END_TEST

/* A child writes without end and is killed: what was handed to the kernel is in order. */
START_TEST(killed)
{
	static const useconds_t after[] = {500, 5000, 20000, 60000};
	const struct ipm_writer_options opts = {.block_raw_bytes = 4096};
	struct ipm_verify_result v;
	struct ipm_error err;
	char path[64];
	int fd, status;
	pid_t child;

	snprintf(path, sizeof(path), "/tmp/inspmort-test-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		struct ipm_writer *w;
		uint64_t i;

		if (ipm_writer_create(ipm_fd_sink(fd), &opts, &w, &err))
			_exit(1);
		for (i = 1; !write_object(w, i, &err); i++)
			;
		_exit(1);
	}
	/* Any moment is right; a few of them are tried. */
	usleep(after[_i]);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(ipm_verify(path, NULL, NULL, &v, &err), IPM_OK);
	ck_assert_uint_eq(v.damaged_bytes, 0);
	ck_assert_int_ne(v.verdict, IPM_VERDICT_DAMAGED);
	ck_assert_int_ne(v.verdict, IPM_VERDICT_WHOLE);
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(every_allocation_of_the_writer)
{
	uint64_t n;

	for (n = 1;; n++) {
		static uint8_t memory[1 << 20];
		struct ipm_buf out = ipm_buf_over(memory, sizeof(memory));
		struct ipm_writer *w;
		struct ipm_error err;
		enum ipm_errc rc;

		allocations = 0;
		fail_at = n;
		rc = ipm_writer_create(memory_sink(&out), NULL, &w, &err);
		fail_at = 0;
		if (!rc) {
			ck_assert_uint_gt(n, 10);
			ck_assert_int_eq(write_some(w, &err), IPM_OK);
			ipm_writer_destroy(w);
			break;
		}
		ck_assert_int_eq(rc, IPM_ERR_NO_MEMORY);
	}
}
END_TEST

START_TEST(no_allocation_after_the_start)
{
	static uint8_t memory[4 << 20];
	static char text[200000];
	struct ipm_buf out = ipm_buf_over(memory, sizeof(memory));
	struct ipm_property p = {.name = IPM_STR("long"), .flags = 7};
	struct ipm_value many[4096];
	struct ipm_object o = {.class_name = IPM_STR("Array"), .kind = IPM_KIND_ARRAY};
	struct ipm_writer *w;
	struct ipm_error err;
	enum ipm_errc rc;
	uint64_t count;
	size_t i;

	for (i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * 2654435761u % 23);
	for (i = 0; i < 4096; i++) {
		many[i] = (struct ipm_value){.type = IPM_VALUE_STRING};
		many[i].string.str = (struct ipm_str){text + i, 200};
	}
	/* A long text, and a record with a block of its own. */
	p.value.type = IPM_VALUE_STRING;
	p.value.string.str = (struct ipm_str){text, sizeof(text)};
	o.id = 401;
	o.properties = &p;
	o.property_count = 1;
	o.elements = many;
	o.element_count = 4096;
	o.length = 4096;
	ck_assert_int_eq(ipm_writer_create(memory_sink(&out), NULL, &w, &err), IPM_OK);
	allocations = 0;
	/* Check allocates for each assertion: none until the end. */
	rc = write_objects(w, 400, &err);
	if (!rc)
		rc = ipm_writer_object(w, &o, &err);
	for (i = 402; i < 40000 && !rc; i++)
		rc = write_object(w, i, &err);
	if (!rc)
		rc = ipm_writer_finish(w, &complete, &err);
	count = allocations;
	ck_assert_int_eq(rc, IPM_OK);
	ck_assert_uint_eq(count, 0);
	ipm_writer_destroy(w);
}
END_TEST

static bool count_object(void *self, const struct ipm_object *object)
{
	(void)object;
	++*(uint64_t *)self;
	return true;
}

START_TEST(every_allocation_of_the_reader)
{
	struct ipm_buf file = IPM_BUF_INIT, broken;
	char path[64], cut_path[64];
	uint64_t n;
	int round;

	make_sample(&file, 100, 1000);
	snprintf(path, sizeof(path), "%s", temp_file(ipm_buf_bytes(&file)));
	broken = file;
	broken.len -= 80;
	snprintf(cut_path, sizeof(cut_path), "%s", temp_file(ipm_buf_bytes(&broken)));
	for (round = 0; round < 4; round++)
		for (n = 1;; n++) {
			const struct ipm_reader_options opts = {.no_mmap = round & 1,
								.cache_bytes = 3000};
			struct ipm_verify_result v;
			struct ipm_reader *r;
			struct ipm_error err;
			uint64_t seen = 0, damaged;
			enum ipm_errc rc;

			allocations = 0;
			fail_at = n;
			rc = ipm_reader_open(round < 2 ? path : cut_path, &opts, &r, &err);
			if (!rc) {
				const struct ipm_object *o;
				const struct ipm_pause *p;
				const struct ipm_script *s;
				uint64_t i;

				for (i = 1; i <= 100; i++)
					if (!ipm_reader_object(r, i, &o, &err)) {
						ipm_object_release(r, o);
						seen++;
					}
				seen += !ipm_reader_pause(r, 0, &p, &err);
				seen += !ipm_reader_script(r, 7, &s, &err);
				seen += !ipm_reader_scan(r, 1, count_object, &seen, &damaged, &err);
				ipm_reader_close(r);
			} else {
				ck_assert_msg(rc == IPM_ERR_NO_MEMORY || rc == IPM_ERR_OS, "%s",
					      err.message);
			}
			if (allocations < n) {
				fail_at = 0;
				ck_assert_uint_eq(seen, 203);
				break;
			}
			fail_at = n;
			allocations = 0;
			rc = ipm_verify(path, NULL, NULL, &v, &err);
			fail_at = 0;
			if (!rc && allocations >= n)
				ck_assert_int_ne(v.verdict, IPM_VERDICT_UNREADABLE);
		}
	unlink(path);
	unlink(cut_path);
	ipm_buf_deinit(&file);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fault/format");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, every_write);
	tcase_add_loop_test(t, killed, 0, 4);
	if (counting) {
		tcase_add_test(t, every_allocation_of_the_writer);
		tcase_add_test(t, no_allocation_after_the_start);
		tcase_add_test(t, every_allocation_of_the_reader);
	}
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
