/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "bytes.h"
#include "clock.h"
#include "io.h"
#include "wtf8.h"

START_TEST(crc32c_matches_the_published_check_value)
{
	/* The check value of CRC-32C (iSCSI, RFC 3720 B.4 family) for "123456789". */
	ck_assert_uint_eq(ipm_crc32c(0, "123456789", 9), 0xe3069283u);
	ck_assert_uint_eq(ipm_crc32c(ipm_crc32c(0, "12345", 5), "6789", 4), 0xe3069283u);
	ck_assert_uint_eq(ipm_crc32c(0, "", 0), 0);
}
END_TEST

START_TEST(sizes_never_wrap)
{
	size_t ret = 7;

	ck_assert(!ipm_add_size(SIZE_MAX, 1, &ret));
	ck_assert(!ipm_mul_size(SIZE_MAX / 2, 3, &ret));
	ck_assert_uint_eq(ret, 7);
	ck_assert(ipm_add_size(SIZE_MAX - 1, 1, &ret) && ret == SIZE_MAX);
	ck_assert(ipm_mul_size(0, SIZE_MAX, &ret) && ret == 0);
}
END_TEST

START_TEST(little_endian_round_trip)
{
	uint8_t bytes[9] = {0};

	ipm_put_le64(bytes + 1, UINT64_C(0x8877665544332211)); /* odd address on purpose */
	ck_assert_uint_eq(bytes[1], 0x11);
	ck_assert_uint_eq(bytes[8], 0x88);
	ck_assert(ipm_get_le64(bytes + 1) == UINT64_C(0x8877665544332211));
	ck_assert_uint_eq(ipm_get_le16(bytes + 1), 0x2211);
}
END_TEST

START_TEST(a_buffer_grows_and_keeps_its_limit)
{
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ipm_error err;
	int i;

	for (i = 0; i < 1000; i++)
		ipm_buf_printf(&buf, "%03d ", i);
	ck_assert_uint_eq(buf.len, 4000);
	ck_assert_int_eq(ipm_buf_status(&buf, &err), IPM_OK);
	ck_assert(!memcmp(buf.data + 3996, "999 ", 4));
	ipm_buf_deinit(&buf);

	buf.max = 100;
	for (i = 0; i < 30; i++)
		ipm_buf_cstr(&buf, "12345");
	ck_assert_uint_eq(buf.len, 100);
	ck_assert(!ipm_buf_ok(&buf));
	ck_assert_int_eq(ipm_buf_status(&buf, &err), IPM_ERR_LIMIT);
	ipm_buf_deinit(&buf);
}
END_TEST

START_TEST(a_fixed_buffer_never_allocates)
{
	uint8_t memory[4];
	struct ipm_buf buf = ipm_buf_over(memory, sizeof(memory));
	struct ipm_error err;

	ipm_buf_append(&buf, "abcd", 4);
	ck_assert(ipm_buf_ok(&buf));
	ipm_buf_byte(&buf, 'e');
	ck_assert_int_eq(ipm_buf_status(&buf, &err), IPM_ERR_LIMIT);
	ck_assert_ptr_eq(buf.data, memory);
	ipm_buf_deinit(&buf);
}
END_TEST

START_TEST(errors_carry_context_and_never_overflow)
{
	struct ipm_error err;
	char longer[400];

	ck_assert_int_eq(ipm_fail_at(&err, IPM_ERR_CHECKSUM, 77, "frame %d", 3), IPM_ERR_CHECKSUM);
	ck_assert_uint_eq(err.file_offset, 77);
	ipm_error_context(&err, err.code, "block %d", 9);
	ck_assert_str_eq(err.message, "block 9: frame 3");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	ipm_error_context(&err, err.code, "%s", longer);
	ck_assert_uint_eq(strlen(err.message), sizeof(err.message) - 1);
	ck_assert_int_eq(ipm_fail(NULL, IPM_ERR_LIMIT, "nobody listens"), IPM_ERR_LIMIT);
	ck_assert_str_eq(ipm_errc_name((enum ipm_errc)99), "unknown error");
}
END_TEST

START_TEST(time_is_printed_as_utc)
{
	char text[32];

	ipm_format_time(UINT64_C(1700000000123456789), text, sizeof(text));
	ck_assert_str_eq(text, "2023-11-14T22:13:20.123Z");
	ipm_format_time(UINT64_MAX, text, sizeof(text));
	ck_assert_uint_eq(strlen(text), 24);
	ck_assert(ipm_monotonic_ns() <= ipm_monotonic_ns());
}
END_TEST

static char *make_dir(void)
{
	static char dir[64];

	strcpy(dir, "/tmp/ipm-base-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	return dir;
}

START_TEST(a_new_file_appears_whole_or_not_at_all)
{
	char *dir = make_dir(), path[128];
	struct ipm_new_file file, second;
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ipm_error err;
	struct stat st;

	snprintf(path, sizeof(path), "%s/final", dir);
	ck_assert_int_eq(ipm_new_file_create(dir, &file, &err), IPM_OK);
	ck_assert_int_eq(ipm_new_file_create(dir, &second, &err), IPM_OK);
	ck_assert_int_eq(ipm_write_all(file.fd, "first", 5, &err), IPM_OK);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(ipm_new_file_publish(&file, path, 0, &err), IPM_OK);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);

	/* The name is taken: nothing is replaced, the second file stays where it is. */
	ck_assert_int_eq(ipm_new_file_publish(&second, path, 0, &err), IPM_ERR_OS);
	ck_assert_int_eq(err.os_errno, EEXIST);
	ck_assert_int_eq(access(second.temp_path, F_OK), 0);
	ck_assert_int_eq(ipm_read_file(path, 100, &buf, &err), IPM_OK);
	ck_assert(buf.len == 5 && !memcmp(buf.data, "first", 5));
	ck_assert_int_eq(ipm_new_file_publish(&second, path, 1, &err), IPM_OK);
	ipm_new_file_discard(&second);
	ck_assert_int_eq(access(path, F_OK), 0);

	ck_assert_int_eq(ipm_new_file_create(dir, &file, &err), IPM_OK);
	ipm_new_file_discard(&file);
	ipm_new_file_discard(&file);
	ipm_buf_deinit(&buf);
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0); /* nothing is left behind */
}
END_TEST

START_TEST(reading_refuses_what_is_no_regular_file)
{
	char *dir = make_dir(), path[128];
	struct ipm_buf buf = IPM_BUF_INIT;
	struct ipm_error err;

	snprintf(path, sizeof(path), "%s/fifo", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(ipm_read_file(path, 100, &buf, &err), IPM_ERR_INVALID_ARGUMENT);
	ck_assert_int_eq(ipm_read_file(dir, 100, &buf, &err), IPM_ERR_INVALID_ARGUMENT);
	ck_assert_int_eq(ipm_read_file("/dev/zero", 100, &buf, &err), IPM_ERR_INVALID_ARGUMENT);
	unlink(path);
	ck_assert_int_eq(ipm_read_file(path, 100, &buf, &err), IPM_ERR_OS);
	ck_assert_int_eq(err.os_errno, ENOENT);
	ipm_buf_deinit(&buf);
	rmdir(dir);
}
END_TEST

/* Units of any kind, lone surrogates included, as if put one by one. */
START_TEST(utf16_as_wtf8)
{
	static const uint16_t kinds[] = {'a', 0x7F, 0x80, 0x7FF, 0x800, 0xD83D, 0xDE00, 0xFFFF, 0};
	struct ipm_buf got = IPM_BUF_INIT, wanted = IPM_BUF_INIT;
	uint16_t units[70];
	unsigned seed = 1;
	size_t round, i, n;

	for (round = 0; round < 500; round++) {
		n = (size_t)rand_r(&seed) % 70;
		ipm_buf_reset(&got);
		ipm_buf_reset(&wanted);
		for (i = 0; i < n; i++) {
			units[i] = rand_r(&seed) % 4 ? 'b' : kinds[rand_r(&seed) % 9];
			ipm_wtf8_put(&wanted, units[i]);
		}
		ipm_wtf8_put_utf16(&got, units, n);
		ck_assert_uint_eq(got.len, wanted.len);
		ck_assert(!n || !memcmp(got.data, wanted.data, wanted.len));
		ck_assert_uint_eq(ipm_wtf8_units(ipm_buf_as_str(&got)), n);
	}
	ipm_buf_deinit(&got);
	ipm_buf_deinit(&wanted);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base");
	TCase *tcase = tcase_create("base");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, crc32c_matches_the_published_check_value);
	tcase_add_test(tcase, sizes_never_wrap);
	tcase_add_test(tcase, little_endian_round_trip);
	tcase_add_test(tcase, a_buffer_grows_and_keeps_its_limit);
	tcase_add_test(tcase, a_fixed_buffer_never_allocates);
	tcase_add_test(tcase, errors_carry_context_and_never_overflow);
	tcase_add_test(tcase, time_is_printed_as_utc);
	tcase_add_test(tcase, a_new_file_appears_whole_or_not_at_all);
	tcase_add_test(tcase, reading_refuses_what_is_no_regular_file);
	tcase_add_test(tcase, utf16_as_wtf8);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
