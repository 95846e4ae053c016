/* SPDX-License-Identifier: MIT */
/* Source maps: where they are found, and which files are never read. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "find_source_map.h"

static char dir[] = "/tmp/inspmort-map-XXXXXX";

static struct ipm_str str(const char *text)
{
	return (struct ipm_str){text, strlen(text)};
}

/* What is found for a script in `dir`; NULL: nothing. */
static const char *find(const char *url, bool local_files)
{
	static char found[256];
	struct ipm_buf map = IPM_BUF_INIT;
	char script[128];
	bool ok;

	snprintf(script, sizeof(script), "file://%s/out/app%%20one.js", dir);
	ok = source_map_find(str(url), str(script), local_files, &map);
	snprintf(found, sizeof(found), "%.*s", (int)map.len, map.data ? (char *)map.data : "");
	ipm_buf_deinit(&map);
	return ok ? found : NULL;
}

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

START_TEST(inline_maps)
{
	ck_assert_str_eq(find("data:application/json;base64,eyJ2IjozfQ==", false), "{\"v\":3}");
	ck_assert_str_eq(find("data:application/json;charset=utf-8;base64,eyJ2IjozfQ", false),
			 "{\"v\":3}");
	ck_assert_str_eq(find("data:application/json,%7B%22v%22:3}", false), "{\"v\":3}");
	ck_assert_ptr_null(find("data:application/json;base64,eyJ2$$", false));
	ck_assert_ptr_null(find("data:nothing", false));
	ck_assert_ptr_null(find("", true));
}
END_TEST

START_TEST(maps_in_files)
{
	char path[128], url[192];

	snprintf(path, sizeof(path), "%s/out", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	put("out/app one.js.map", "beside");
	put("maps.map", "above");
	put("secret.json", "secret");
	ck_assert_str_eq(find("app%20one.js.map", true), "beside");
	ck_assert_str_eq(find("../maps.map", true), "above");
	snprintf(url, sizeof(url), "file://%s/maps.map", dir);
	ck_assert_str_eq(find(url, true), "above");
	ck_assert_ptr_null(find(url, false));
	ck_assert_ptr_null(find("app%20one.js.map", false));
	ck_assert_ptr_null(find("../secret.json", true));
	ck_assert_ptr_null(find("missing.map", true));
	ck_assert_ptr_null(find("http://example.org/app.map", true));
	ck_assert_ptr_null(find("../secret.json%00.map", true));
	ck_assert_ptr_null(find(".map", true));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("capture_source_map");
	TCase *tc = tcase_create("all");
	char command[128];
	SRunner *sr;
	int failed;

	if (!mkdtemp(dir))
		return 1;
	tcase_add_test(tc, inline_maps);
	tcase_add_test(tc, maps_in_files);
	suite_add_tcase(suite, tc);
	sr = srunner_create(suite);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	if (system(command))
		failed++;
	return failed != 0;
}
