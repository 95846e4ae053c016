/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <time.h>

#include "hostile_checks.h"

/* CDP and all converters over random nonsense. INSPMORT_SEED=N repeats a run. */

#define ROUNDS 150

static uint64_t first_seed(void)
{
	const char *text = getenv("INSPMORT_SEED");

	return text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL) * 1000;
}

START_TEST(answers_are_json)
{
	static struct hostile crash;
	uint64_t seed = first_seed();
	int round;

	fprintf(stderr, "INSPMORT_SEED=%llu\n", (unsigned long long)seed);
	for (round = 0; round < ROUNDS; round++) {
		crash = (struct hostile){.seed = seed + (uint64_t)round + 1};
		crash.seed *= UINT64_C(0x9E3779B97F4A7C15);
		hostile_build(&crash);
		hostile_ask(&crash);
		hostile_convert(&crash);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hostile crashes");
	TCase *tc = tcase_create("hostile");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, answers_are_json);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
