/* SPDX-License-Identifier: MIT */
#include "crash_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *crash_dir_default(void)
{
	const char *dir = getenv("INSPMORT_DIR");

	return dir && *dir ? dir : ".";
}

static bool is_crash_name(const char *name)
{
	static const char suffix[] = ".inspmort";
	size_t n = strlen(name), s = sizeof(suffix) - 1;

	return name[0] != '.' && n > s && !strcmp(name + n - s, suffix);
}

static uint64_t file_time(const struct stat *st)
{
	if (st->st_mtim.tv_sec < 0)
		return 0;
	return (uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;
}

static void look_into(struct crash_file *f)
{
	struct ipm_reader *reader;
	struct stat st;

	if (!lstat(f->path, &st)) {
		f->bytes = (uint64_t)st.st_size;
		f->time_ns = file_time(&st);
		f->inode = (uint64_t)st.st_ino;
		f->regular = S_ISREG(st.st_mode);
	}
	if (ipm_reader_open(f->path, NULL, &reader, &f->err))
		return;
	f->opened = true;
	f->readable = !ipm_crash_summary_read(reader, &f->summary, &f->err);
	if (f->readable && f->summary.time_ns)
		f->time_ns = f->summary.time_ns;
	ipm_reader_close(reader);
}

static enum ipm_errc add_file(struct crash_dir *d, const char *path, struct ipm_error *err)
{
	size_t capacity = d->capacity ? d->capacity * 2 : 64;
	struct crash_file *f;

	if (d->count == d->capacity) {
		f = realloc(d->files, capacity * sizeof(*f));
		if (!f)
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
		d->files = f;
		d->capacity = capacity;
	}
	f = &d->files[d->count];
	*f = (struct crash_file){.path = strdup(path)};
	if (!f->path)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	d->count++;
	look_into(f);
	return IPM_OK;
}

static enum ipm_errc add_directory(struct crash_dir *d, const char *path, struct ipm_error *err)
{
	const char *slash = path[strlen(path) - 1] == '/' ? "" : "/";
	struct dirent *entry;
	enum ipm_errc rc = IPM_OK;
	DIR *dir = opendir(path);
	char file[4096];
	int n;

	if (!dir)
		return ipm_fail_os(err, errno, "cannot read it");
	while (!rc && (entry = readdir(dir))) {
		if (!is_crash_name(entry->d_name))
			continue;
		n = snprintf(file, sizeof(file), "%s%s%s", path, slash, entry->d_name);
		if (n > 0 && (size_t)n < sizeof(file))
			rc = add_file(d, file + (strncmp(file, "./", 2) ? 0 : 2), err);
	}
	closedir(dir);
	return rc;
}

enum ipm_errc crash_dir_add(struct crash_dir *d, const char *path, struct ipm_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return ipm_fail_os(err, errno, "cannot open");
	return S_ISDIR(st.st_mode) ? add_directory(d, path, err) : add_file(d, path, err);
}

static int compare(const void *left, const void *right)
{
	const struct crash_file *a = left, *b = right;

	if (a->readable != b->readable)
		return a->readable ? -1 : 1;
	if (a->time_ns != b->time_ns)
		return a->time_ns > b->time_ns ? -1 : 1;
	return strcmp(a->path, b->path);
}

void crash_dir_sort(struct crash_dir *d)
{
	if (d->count)
		qsort(d->files, d->count, sizeof(*d->files), compare);
}

void crash_dir_deinit(struct crash_dir *d)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		if (d->files[i].readable)
			ipm_crash_summary_deinit(&d->files[i].summary);
		free(d->files[i].path);
	}
	free(d->files);
}

void put_size(struct ipm_buf *out, uint64_t bytes)
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1000;
		unit++;
	}
	ipm_buf_printf(out, size < 9.95 && unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}
