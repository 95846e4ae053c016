/* SPDX-License-Identifier: MIT */
#include "open_crash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "crash_dir.h"
#include "io.h"

static int open_path(const char *path, struct ipm_reader **ret, struct ipm_buf *ret_path)
{
	struct ipm_error err;

	if (ipm_reader_open(path, NULL, ret, &err))
		return cli_fail_file(path, &err);
	if (ret_path)
		ipm_buf_cstr(ret_path, path);
	return -1;
}

/* The newest crash in `dir`; of process `pid` alone, unless that is 0. */
static int open_newest(const char *dir, uint64_t pid, struct ipm_reader **ret,
		       struct ipm_buf *ret_path)
{
	struct crash_dir crashes = {0};
	struct ipm_error err;
	size_t i;
	int code = -1;

	if (crash_dir_add(&crashes, dir, &err))
		code = cli_fail_file(dir, &err);
	crash_dir_sort(&crashes);
	for (i = 0; i < crashes.count; i++)
		if (crashes.files[i].readable && (!pid || crashes.files[i].summary.pid == pid))
			break;
	if (code < 0 && i < crashes.count)
		code = open_path(crashes.files[i].path, ret, ret_path);
	else if (code < 0 && pid)
		code = cli_fail("%" PRIu64 ": no such file, and no crash of that process in %s",
				pid, dir);
	else if (code < 0)
		code = cli_fail("%s: no crash files in it", dir);
	crash_dir_deinit(&crashes);
	return code;
}

/* A reader needs to go back and forth: what comes through a pipe goes to a nameless file first. */
static enum ipm_errc spool(FILE *file, struct ipm_error *err)
{
	char piece[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ipm_fail_os(err, errno, "cannot read");
		if (ipm_write_all(fileno(file), piece, (size_t)n, err))
			return err->code;
	}
	return IPM_OK;
}

static int open_stdin(struct ipm_reader **ret)
{
	struct ipm_error err;
	FILE *file = tmpfile();
	char path[64];
	enum ipm_errc rc;

	if (!file)
		return cli_fail("standard input: no room for it: %s", strerror(errno));
	rc = spool(file, &err);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	if (!rc)
		rc = ipm_reader_open(path, NULL, ret, &err);
	fclose(file); /* the reader has its own descriptor */
	return rc ? cli_fail_file("standard input", &err) : -1;
}

int open_crash(const char *what, struct ipm_reader **ret, struct ipm_buf *ret_path)
{
	struct stat st;
	uint64_t pid;

	if (!strcmp(what, "-"))
		return open_stdin(ret);
	if (stat(what, &st))
		return cli_number(what, INT32_MAX, &pid) && pid
			       ? open_newest(crash_dir_default(), pid, ret, ret_path)
			       : open_path(what, ret, ret_path);
	if (S_ISDIR(st.st_mode))
		return open_newest(what, 0, ret, ret_path);
	return open_path(what, ret, ret_path);
}
