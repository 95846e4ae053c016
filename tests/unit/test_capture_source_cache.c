/* SPDX-License-Identifier: MIT */
/* Texts found in their sources, and the bounds of what is kept. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "source_cache.h"
#include "wtf8.h"

static void put(struct source_cache *cache, uint64_t id, const char *text, size_t len)
{
	struct ipm_buf buf = IPM_BUF_INIT;

	ipm_buf_append(&buf, text, len);
	source_cache_put(cache, id, &buf);
	ck_assert_uint_eq(buf.len, 0);
}

static bool find(struct source_cache *cache, const char *text, int64_t line, int64_t column,
		 uint64_t *start)
{
	const struct cached_source *source = source_cache_get(cache, 7);

	ck_assert_ptr_nonnull(source);
	return source_find(source, (struct ipm_str){text, strlen(text)}, line, column, start);
}

START_TEST(finds_a_text_before_its_parameters)
{
	static const char source[] = "let f;\r\nf = async function name(a) { return a }\n"
				     "const g = x => x, h = x => x";
	struct source_cache cache = {0};
	uint64_t start = 0;

	put(&cache, 7, source, strlen(source));
	ck_assert(find(&cache, "async function name(a) { return a }", 1, 23, &start));
	ck_assert_uint_eq(start, 12);
	/* The nearest one, not any that looks the same. */
	ck_assert(find(&cache, "x => x", 2, 10, &start));
	ck_assert_uint_eq(start, 58);
	ck_assert(find(&cache, "x => x", 2, 22, &start));
	ck_assert_uint_eq(start, 70);
	/* Not there, or not around there; and places that are none. */
	ck_assert(!find(&cache, "x => y", 2, 10, &start));
	ck_assert(!find(&cache, "x => x", 1, 5, &start));
	ck_assert(!find(&cache, "x => x and more", 2, 22, &start));
	ck_assert(!find(&cache, "x => x", 3, 0, &start));
	ck_assert(!find(&cache, "x => x", 2, 4000, &start));
	ck_assert(!find(&cache, "x => x", -1, 0, &start));
	ck_assert(!find(&cache, "x => x", 2, -1, &start));
	ck_assert(!find(&cache, "", 2, 10, &start));
	ck_assert_uint_eq(start, 70);
	source_cache_deinit(&cache);
}
END_TEST

/* Every place of a text longer than many marks, characters of one to four bytes in it. */
START_TEST(counts_units)
{
	static const char *const alphabet[] = {"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
					       "\xED\xA0\x80"};
	struct source_cache cache = {0};
	struct ipm_buf text = IPM_BUF_INIT;
	unsigned seed = 1;
	uint64_t start;
	int i;

	for (i = 0; i < 9000; i++) {
		seed = seed * 1103515245 + 12345;
		ipm_buf_cstr(&text, alphabet[(seed >> 16) % 5]);
	}
	for (i = 0; i < 50; i++) {
		size_t at = text.len / 50 * (size_t)i;
		struct ipm_buf source = IPM_BUF_INIT;
		uint64_t before;

		while (((unsigned char)text.data[at] & 0xC0) == 0x80)
			at++;
		ipm_buf_append(&source, text.data, at);
		before = ipm_wtf8_units(ipm_buf_as_str(&source));
		ipm_buf_cstr(&source, "f(){}");
		ipm_buf_append(&source, text.data + at, text.len - at);
		source_cache_put(&cache, 7, &source);
		ck_assert(find(&cache, "f(){}", 0, (int64_t)before + 1, &start));
		ck_assert_uint_eq(start, before);
		source_cache_deinit(&cache);
	}
	ipm_buf_deinit(&text);
}
END_TEST

START_TEST(keeps_what_was_used_last)
{
	static struct source_cache cache;
	size_t large = SOURCE_CACHE_BYTES / 2 - 100;
	char *text = malloc(SOURCE_CACHE_BYTES + 1);
	uint64_t id;

	memset(text, 'x', SOURCE_CACHE_BYTES + 1);
	put(&cache, 1, text, large);
	put(&cache, 2, text, large);
	ck_assert_ptr_nonnull(source_cache_get(&cache, 1));
	put(&cache, 3, text, large);
	ck_assert_ptr_nonnull(source_cache_get(&cache, 1));
	ck_assert_ptr_null(source_cache_get(&cache, 2));
	put(&cache, 4, text, SOURCE_CACHE_BYTES + 1);
	put(&cache, 5, text, 0);
	ck_assert_ptr_null(source_cache_get(&cache, 4));
	ck_assert_ptr_null(source_cache_get(&cache, 5));
	ck_assert_ptr_nonnull(source_cache_get(&cache, 3));
	for (id = 10; id < 10 + 2 * SOURCE_CACHE_COUNT; id++)
		put(&cache, id, text, 10);
	ck_assert_ptr_null(source_cache_get(&cache, 3));
	ck_assert_ptr_nonnull(source_cache_get(&cache, id - SOURCE_CACHE_COUNT));
	ck_assert_uint_eq(cache.bytes, 10 * SOURCE_CACHE_COUNT);
	source_cache_deinit(&cache);
	ck_assert_uint_eq(cache.bytes, 0);
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("source_cache");
	TCase *tc = tcase_create("source_cache");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, finds_a_text_before_its_parameters);
	tcase_add_test(tc, counts_units);
	tcase_add_test(tc, keeps_what_was_used_last);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
