/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <dirent.h>
#include <string.h>

#include "../support/memory_file.h"
#include "wtf8.h"

#include "../support/dump.h"
#include "../support/vectors.h"

/*
 * spec/vectors: each NAME.inspmort gives its NAME.json. They are kept for ever: what this version
 * wrote, every later one reads.
 */

static void read_vector(const char *name, struct ipm_buf *out)
{
	char path[512];
	struct ipm_reader *r;
	struct ipm_error err;

	snprintf(path, sizeof(path), IPM_SOURCE_DIR "/spec/vectors/%s.inspmort", name);
	if (ipm_reader_open(path, NULL, &r, &err)) {
		ipm_buf_cstr(out, "{\"refused\": true}\n");
		return;
	}
	dump_file(r, out);
	ipm_reader_close(r);
}

START_TEST(every_vector)
{
	DIR *dir = opendir(IPM_SOURCE_DIR "/spec/vectors");
	struct dirent *entry;
	unsigned count = 0;

	if (getenv("INSPMORT_WRITE_VECTORS"))
		save_vectors();
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		struct ipm_buf got = IPM_BUF_INIT, want = IPM_BUF_INIT;
		char name[256], path[512];
		char *dot = strrchr(entry->d_name, '.');
		struct ipm_error err;

		if (!dot || strcmp(dot, ".inspmort") != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(dot - entry->d_name), entry->d_name);
		snprintf(path, sizeof(path), IPM_SOURCE_DIR "/spec/vectors/%s.json", name);
		read_vector(name, &got);
		if (getenv("INSPMORT_WRITE_VECTORS")) {
			FILE *f = fopen(path, "w");

			ck_assert_ptr_nonnull(f);
			fwrite(got.data, 1, got.len, f);
			fclose(f);
		}
		ck_assert_msg(!ipm_read_file(path, 1 << 24, &want, &err), "%s", err.message);
		ck_assert_msg(got.len == want.len && !memcmp(got.data, want.data, got.len),
			      "%s: got %.*s", name, (int)(got.len > 2000 ? 2000 : got.len),
			      (const char *)got.data);
		ipm_buf_deinit(&got);
		ipm_buf_deinit(&want);
		count++;
	}
	closedir(dir);
	ck_assert_uint_ge(count, 20);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("golden/format_vectors");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, every_vector);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
