/* SPDX-License-Identifier: MIT */
/* A JSON crash of a stranger: imported or refused; what is imported is a whole crash file. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "import.h"
#include "io.h"
#include "ipm_convert.h"
#include "ipm_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum ipm_errc discard(void *self, const void *data, size_t len, struct ipm_error *err)
{
	(void)self;
	(void)data;
	(void)len;
	(void)err;
	return IPM_OK;
}

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_import: %s\n", what);
	abort();
}

static void read_back(const char *path)
{
	struct ipm_convert_sink sink = {discard, NULL};
	struct ipm_reader *reader;
	struct ipm_error err;

	must(!ipm_reader_open(path, NULL, &reader, &err), "what was imported cannot be opened");
	must(ipm_reader_info(reader)->integrity == IPM_WHOLE, "what was imported is not whole");
	must(!ipm_convert(reader, ipm_convert_find("json"), NULL, sink, &err),
	     "what was imported cannot be converted");
	ipm_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int from = memfd_create("json", MFD_CLOEXEC), to = memfd_create("crash", MFD_CLOEXEC);
	struct ipm_import_result result;
	char from_path[40], to_path[40];
	struct ipm_error err;

	must(from >= 0 && to >= 0, "no memory file");
	must(!ipm_write_all(from, data, size, &err), "cannot write");
	snprintf(from_path, sizeof(from_path), "/proc/self/fd/%d", from);
	snprintf(to_path, sizeof(to_path), "/proc/self/fd/%d", to);
	if (!ipm_import(from_path, NULL, ipm_fd_sink(to), &result, &err))
		read_back(to_path);
	close(from);
	close(to);
	return 0;
}
