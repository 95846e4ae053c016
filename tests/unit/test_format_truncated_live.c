/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "../support/memory_file.h"
#include "wtf8.h"

#include "../support/sample.h"

/* A file that is cut while it is open: errors, never a signal; and strangers' SIGBUS stays theirs. */

static struct ipm_buf file;
static char path[64];

static void setup(void)
{
	file = IPM_BUF_INIT;
	make_sample(&file, 3000, 1000);
	snprintf(path, sizeof(path), "%s", temp_file(ipm_buf_bytes(&file)));
}

static void teardown(void)
{
	unlink(path);
	ipm_buf_deinit(&file);
}

static void cut_and_read(bool no_mmap)
{
	const struct ipm_reader_options opts = {.no_mmap = no_mmap, .cache_bytes = 1};
	const struct ipm_object *o;
	struct ipm_reader *r;
	struct ipm_error err;
	uint64_t id, good = 0, bad = 0;

	ck_assert_int_eq(ipm_reader_open(path, &opts, &r, &err), IPM_OK);
	ck_assert_int_eq(ipm_reader_info(r)->integrity, IPM_WHOLE);
	ck_assert_int_eq(truncate(path, (off_t)file.len / 3), 0);
	for (id = 1; id <= 3000; id++) {
		if (ipm_reader_object(r, id, &o, &err)) {
			bad++;
		} else {
			ck_assert_uint_eq(o->id, id);
			good++;
			ipm_object_release(r, o);
		}
	}
	ck_assert_uint_gt(bad, 100);
	ck_assert_uint_gt(good, 100);
	ck_assert_int_eq(ipm_reader_info(r)->integrity, IPM_DAMAGED);
	ipm_reader_close(r);
}

START_TEST(mapped)
{
	cut_and_read(false);
}
END_TEST

START_TEST(by_pread)
{
	cut_and_read(true);
}
END_TEST

static volatile sig_atomic_t theirs;
static void *hole;

static void their_handler(int signal_number)
{
	(void)signal_number;
	theirs++;
	mmap(hole, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

START_TEST(the_handler_before_us)
{
	struct sigaction mine = {.sa_handler = their_handler}, now;
	struct ipm_reader *r;
	struct ipm_error err;
	int fd = memfd_create("hole", MFD_CLOEXEC);

	ck_assert_int_eq(sigaction(SIGBUS, &mine, NULL), 0);
	ck_assert_int_eq(ipm_reader_open(path, NULL, &r, &err), IPM_OK);
	hole = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	ck_assert_ptr_ne(hole, MAP_FAILED);
	ck_assert_int_eq(*(volatile char *)hole, 0);
	ck_assert_int_eq(theirs, 1);
	ipm_reader_close(r);
	ck_assert_int_eq(sigaction(SIGBUS, NULL, &now), 0);
	ck_assert(now.sa_handler == their_handler);
	munmap(hole, 4096);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("format/truncated_live");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, mapped);
	tcase_add_test(t, by_pread);
	tcase_add_test(t, the_handler_before_us);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
