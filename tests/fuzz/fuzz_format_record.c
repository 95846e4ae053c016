/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the records of a block, behind checksums that hold: the first byte is the kind, the
 * second the number of records.
 */
#include <stdlib.h>

#undef NDEBUG
#include <assert.h>

#include "fuzz_format.h"

/* The vectors' checks, where no Check runs. */
#include <check.h>
#undef ck_assert
#undef ck_assert_int_eq
#undef ck_assert_uint_eq
#undef ck_assert_ptr_nonnull
#define ck_assert(what)		 assert(what)
#define ck_assert_int_eq(a, b)	 assert((a) == (b))
#define ck_assert_uint_eq(a, b)	 assert((a) == (b))
#define ck_assert_ptr_nonnull(a) assert(a)
#define IPM_SOURCE_DIR		 "."
#include "vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipm_buf file = IPM_BUF_INIT;
	uint8_t kind;

	if (size < 3 || size > 100000)
		return 0;
	kind = (uint8_t)(data[0] % 10);
	raw_header(&file, 1, 0, 0);
	raw_definitions(&file);
	raw_block(&file, kind, kind == IPM_BLOCK_STRINGS || kind == IPM_BLOCK_SHAPES ? 2 : 1,
		  1u + data[1] % 8, data + 2, size - 2, 0);
	raw_block(&file, IPM_BLOCK_OBJECTS, 9, 1, "\x92\x02\x05", 3, 0);
	fuzz_read_file(file.data, file.len);
	ipm_buf_deinit(&file);
	return 0;
}
