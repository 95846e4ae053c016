/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"

static struct ipm_str str(const char *text)
{
	return (struct ipm_str){text, strlen(text)};
}

START_TEST(hosts_that_no_name_stands_behind)
{
	static const char *const fine[] = {"",		"localhost",	  "LOCALHOST:80",
					   "127.0.0.1", "127.0.0.1:9229", "192.168.1.1:80",
					   "[::1]",	"[::1]:9229",	  "[fe80::1]:1"};
	static const char *const wrong[] = {"evil.com",
					    "evil.com:9229",
					    "sub.localhost",
					    "localhost6",
					    "127.0.0.1.evil.com",
					    "0.0.0.0",
					    "0.1.2.3:80",
					    "0x7f.0.0.1",
					    "0177.0.0.1",
					    "127.1",
					    "127.0.0.1.",
					    "127.0.0.1:",
					    "127.0.0.1:x",
					    "127.0.0.1:999999",
					    "[::1",
					    "::1",
					    "[localhost]",
					    "127.0.0.1evil.com",
					    "127.0.0.1:80:80",
					    "[]",
					    "127.0.0.1, 127.0.0.1",
					    "localhost:80@evil.com",
					    " 127.0.0.1"};
	size_t i;

	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		ck_assert_msg(guard_host(str(fine[i])), "%s", fine[i]);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!guard_host(str(wrong[i])), "%s", wrong[i]);
	ck_assert(!guard_host((struct ipm_str){"127.0.0.1\0.evil.com", 19}));
}
END_TEST

START_TEST(origins_of_our_own)
{
	static const char host[] = "127.0.0.1:9229";
	static const char *const fine[] = {"",
					   "http://127.0.0.1:9229",
					   "devtools://devtools",
					   "http://127.0.0.1:9222",
					   "http://localhost:3000",
					   "http://[::1]:80",
					   "HTTP://LOCALHOST"};
	static const char *const wrong[] = {"null",
					    "http://evil.com",
					    "https://127.0.0.1:9229",
					    "http://127.0.0.1.evil.com",
					    "http://localhost.evil.com:80",
					    "devtools://devtools.evil",
					    "file://",
					    "http://evil.com:9229",
					    "http://127.0.0.1:9229.evil.com",
					    "chrome-extension://x",
					    "http://",
					    "http://192.168.1.1"};
	size_t i;

	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		ck_assert_msg(guard_origin(str(fine[i]), str(host)), "%s", fine[i]);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!guard_origin(str(wrong[i]), str(host)), "%s", wrong[i]);
	ck_assert(guard_origin(str("http://192.168.1.1:80"), str("192.168.1.1:80")));
}
END_TEST

START_TEST(loopback)
{
	ck_assert(guard_is_loopback("127.0.0.1") && guard_is_loopback("127.8.8.8") &&
		  guard_is_loopback("::1") && guard_is_loopback("localhost"));
	ck_assert(!guard_is_loopback("0.0.0.0") && !guard_is_loopback("::") &&
		  !guard_is_loopback("192.168.0.1") && !guard_is_loopback("127.0.0.1.evil") &&
		  !guard_is_loopback(""));
}
END_TEST

START_TEST(secrets)
{
	char a[37], b[37];

	ck_assert(guard_random_id(a) && guard_random_id(b));
	ck_assert_uint_eq(strlen(a), 36);
	ck_assert_int_eq(a[14], '4');
	ck_assert_str_ne(a, b);
	ck_assert(guard_same_secret(str(a), str(a)));
	ck_assert(!guard_same_secret(str(a), str(b)));
	ck_assert(!guard_same_secret(str(""), str(a)) && !guard_same_secret(str(a), str("")));
	ck_assert(!guard_same_secret(str("ab"), str("abab")));
	ck_assert(!guard_same_secret(str("abab"), str("ab")));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("guard");
	TCase *tests = tcase_create("guard");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, hosts_that_no_name_stands_behind);
	tcase_add_test(tests, origins_of_our_own);
	tcase_add_test(tests, loopback);
	tcase_add_test(tests, secrets);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
