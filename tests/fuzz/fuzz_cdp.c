/* SPDX-License-Identifier: MIT */
/* Remote objects and converters over records whose every field the fuzzer chooses. */
#include "hostile_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hostile crash;

	crash = (struct hostile){.bytes = data ? data : (const uint8_t *)"", .len = size};
	hostile_build(&crash);
	hostile_ask(&crash);
	crash.bytes = (const uint8_t *)"";
	crash.len = 0;
	hostile_convert(&crash);
	return 0;
}
