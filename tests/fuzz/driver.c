/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over files and directories of them: the corpus as an ordinary test. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	struct ipm_buf bytes = IPM_BUF_INIT;
	struct ipm_error err;

	if (ipm_read_file(path, 64 << 20, &bytes, &err)) {
		fprintf(stderr, "%s: %s\n", path, err.message);
		return -1;
	}
	LLVMFuzzerTestOneInput(bytes.data, bytes.len);
	ipm_buf_deinit(&bytes);
	return 1;
}

static int run_directory(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir)) && count >= 0) {
		char name[4096];
		struct stat st;

		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (!stat(name, &st) && S_ISREG(st.st_mode))
			count += run_file(name);
	}
	if (dir)
		closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	int total = 0, i;

	for (i = 1; i < argc; i++) {
		struct stat st;
		int count = 0;

		if (!stat(argv[i], &st))
			count = S_ISDIR(st.st_mode) ? run_directory(argv[i]) : run_file(argv[i]);
		if (count <= 0) {
			fprintf(stderr, "%s: nothing to run\n", argv[i]);
			return EXIT_FAILURE;
		}
		total += count;
	}
	printf("%d inputs\n", total);
	return EXIT_SUCCESS;
}
