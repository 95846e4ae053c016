/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a crash file: opened, all of it read, verified. When the first byte is odd, frames
 * get the checksums and places that a forger would give them.
 */
#include <stdlib.h>

#undef NDEBUG
#include <assert.h>

#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void forge(uint8_t *p, size_t size)
{
	size_t at = 0;

	while (size - at >= 28) {
		uint32_t magic, bytes = ipm_layout_frame_bytes(p + at, size - at, &magic);

		if (!bytes || bytes > size - at || bytes < 28) {
			at++;
			continue;
		}
		if (magic == IPM_MAGIC_BLOCK && bytes >= 60)
			ipm_put_le64(p + at + 40, at);
		if (magic == IPM_MAGIC_INDEX || magic == IPM_MAGIC_ROOT) {
			uint8_t kinds = p[at + 23];

			ipm_put_le64(p + at + 16, at);
			if (magic == IPM_MAGIC_ROOT)
				p[at + 23] = kinds;
		}
		if (magic == IPM_MAGIC_FOOTER && bytes == IPM_FOOTER_BYTES) {
			ipm_put_le64(p + at + 24, size);
			ipm_put_le32(p + at + 64, ipm_crc32c(0, p + at, 64));
		} else {
			ipm_put_le32(p + at + bytes - 4, ipm_crc32c(0, p + at, bytes - 4));
		}
		at += bytes;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size < 1)
		return 0;
	copy = malloc(size);
	assert(copy);
	memcpy(copy, data + 1, size - 1);
	if (data[0] & 1)
		forge(copy, size - 1);
	fuzz_read_file(copy, size - 1);
	free(copy);
	return 0;
}
