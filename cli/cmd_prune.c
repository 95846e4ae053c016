/* SPDX-License-Identifier: MIT */
/* inspmort prune: keeps a directory of crashes from growing without end. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "commands.h"
#include "crash_summary.h"
#include "plain.h"

static const char help[] =
	"Remove old crashes. Without --force it only says which.\n"
	"\n"
	"  inspmort prune --keep 50 /var/crashes                 all but the newest 50\n"
	"  inspmort prune --older-than 30d --force /var/crashes  a month is enough\n"
	"  inspmort prune --max-use 2G --keep 100 --force DIR    both limits; for a cron job\n"
	"\n"
	"usage: inspmort prune [--max-use SIZE] [--keep N] [--older-than AGE] [--force] DIR\n"
	"\n"
	"  --max-use SIZE    at most so much in all: 500M, 2G (the newest crash stays in any "
	"case)\n"
	"  --keep N          at most so many\n"
	"  --older-than AGE  nothing older: 90m, 12h, 30d, 4w\n"
	"  --force           do it\n"
	"\n"
	"Only regular files that are called *.inspmort and are crash files are touched, in DIR\n"
	"itself, not below. A crash goes when any of the limits says so.\n";

struct crash {
	char *name;
	uint64_t bytes, time_ns;
	ino_t inode;
	const char *why; /* NULL: stays */
};

struct prune {
	const char *dir;
	int fd;
	struct crash *list;
	size_t count, capacity;
	uint64_t max_use, keep, older_ns;
	bool has_max_use, has_keep, has_age, force;
};

/* "2G", "30d": a number and one of `units`, each with its worth. */
static bool parse_amount(const char *text, const char *units, const uint64_t *worth, uint64_t *ret)
{
	size_t n = strspn(text, "0123456789");
	const char *unit = text[n] ? strchr(units, text[n]) : NULL;
	char digits[24];
	uint64_t value;

	if (!n || n >= sizeof(digits) || (text[n] && (!unit || text[n + 1])))
		return false;
	memcpy(digits, text, n);
	digits[n] = '\0';
	if (!cli_number(digits, UINT64_MAX, &value))
		return false;
	if (unit && value > UINT64_MAX / worth[unit - units])
		return false;
	*ret = unit ? value * worth[unit - units] : value;
	return true;
}

static bool parse_size(const char *text, uint64_t *ret)
{
	static const uint64_t worth[] = {UINT64_C(1) << 10, UINT64_C(1) << 20, UINT64_C(1) << 30,
					 UINT64_C(1) << 40};

	return parse_amount(text, "KMGT", worth, ret);
}

static bool parse_age(const char *text, uint64_t *ret)
{
	static const uint64_t second = 1000000000;
	const uint64_t worth[] = {second, 60 * second, 3600 * second, 86400 * second,
				  7 * 86400 * second};
	size_t n = strlen(text);

	/* A bare number would be anybody's guess. */
	return n && strchr("smhdw", text[n - 1]) && parse_amount(text, "smhdw", worth, ret);
}

static bool is_crash_name(const char *name)
{
	static const char suffix[] = ".inspmort";
	size_t n = strlen(name), s = sizeof(suffix) - 1;

	return name[0] != '.' && n > s && !strcmp(name + n - s, suffix);
}

/* The time of the crash; of the file where that cannot be read. False: no crash file. */
static bool crash_time(const char *dir, const char *name, const struct stat *st, uint64_t *ret)
{
	struct ipm_crash_summary summary;
	struct ipm_reader *reader;
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);

	if (n < 0 || (size_t)n >= sizeof(path) ||
	    ipm_reader_open(path, NULL, &reader, NULL) != IPM_OK)
		return false;
	*ret = st->st_mtim.tv_sec < 0
		       ? 0
		       : (uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;
	if (ipm_crash_summary_read(reader, &summary, NULL) == IPM_OK) {
		if (summary.time_ns)
			*ret = summary.time_ns;
		ipm_crash_summary_deinit(&summary);
	}
	ipm_reader_close(reader);
	return true;
}

static enum ipm_errc add(struct prune *p, const char *name, struct ipm_error *err)
{
	struct crash *c;
	struct stat st;
	uint64_t time_ns;
	size_t capacity = p->capacity ? p->capacity * 2 : 64;

	if (fstatat(p->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
	    !crash_time(p->dir, name, &st, &time_ns))
		return IPM_OK;
	if (p->count == p->capacity) {
		c = realloc(p->list, capacity * sizeof(*c));
		if (!c)
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
		p->list = c;
		p->capacity = capacity;
	}
	c = &p->list[p->count];
	*c = (struct crash){.name = strdup(name), .bytes = (uint64_t)st.st_size};
	if (!c->name)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	c->time_ns = time_ns;
	c->inode = st.st_ino;
	p->count++;
	return IPM_OK;
}

static enum ipm_errc gather(struct prune *p, struct ipm_error *err)
{
	struct dirent *entry;
	enum ipm_errc rc = IPM_OK;
	DIR *dir = opendir(p->dir);

	if (!dir)
		return ipm_fail_os(err, errno, "cannot read it");
	p->fd = dirfd(dir);
	while (!rc && (entry = readdir(dir)))
		if (is_crash_name(entry->d_name))
			rc = add(p, entry->d_name, err);
	p->fd = -1;
	closedir(dir);
	return rc;
}

/* Newest first. */
static int compare(const void *left, const void *right)
{
	const struct crash *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns > b->time_ns ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void judge(struct prune *p)
{
	uint64_t now = ipm_realtime_ns(), kept = 0;
	size_t i, n = 0;

	for (i = 0; i < p->count; i++) {
		struct crash *c = &p->list[i];

		if (p->has_age && c->time_ns < now && now - c->time_ns > p->older_ns)
			c->why = "too old";
		else if (p->has_keep && n >= p->keep)
			c->why = "too many";
		else if (p->has_max_use && n && (kept > p->max_use || c->bytes > p->max_use - kept))
			c->why = "too much";
		if (c->why)
			continue;
		n++;
		kept += c->bytes;
	}
}

static void put_size(uint64_t bytes, char *ret, size_t capacity)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1024;
		unit++;
	}
	snprintf(ret, capacity, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

/* Removes the very file that was looked at. */
static int remove_one(struct prune *p, int dir, const struct crash *c)
{
	struct stat st;

	if (fstatat(dir, c->name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_ino != c->inode ||
	    unlinkat(dir, c->name, 0) < 0)
		return cli_fail("%s/%s: cannot remove: %s", p->dir, c->name,
				errno ? strerror(errno) : "it is another file by now");
	return IPM_EXIT_OK;
}

static int carry_out(struct prune *p)
{
	int dir = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), code = IPM_EXIT_OK;
	uint64_t freed = 0;
	char size[32], time[32];
	struct ipm_buf line = IPM_BUF_INIT;
	size_t i, n = 0;

	if (dir < 0)
		return cli_fail("%s: %s", p->dir, strerror(errno));
	for (i = p->count; i-- > 0;) { /* the oldest first */
		struct crash *c = &p->list[i];

		if (!c->why)
			continue;
		errno = 0;
		if (p->force && remove_one(p, dir, c)) {
			code = IPM_EXIT_FAILED;
			continue;
		}
		put_size(c->bytes, size, sizeof(size));
		ipm_format_time(c->time_ns, time, sizeof(time));
		ipm_buf_reset(&line);
		ipm_buf_printf(&line, "%s %s/", p->force ? "removed" : "would remove", p->dir);
		ipm_put_escaped_text(&line, (struct ipm_str){c->name, strlen(c->name)}, 0);
		printf("%.*s  %s  %s  %s\n", (int)line.len, (const char *)line.data, time, size,
		       c->why);
		freed += c->bytes;
		n++;
	}
	close(dir);
	ipm_buf_deinit(&line);
	put_size(freed, size, sizeof(size));
	fprintf(stderr, "inspmort: %zu of %zu crashes, %s%s\n", n, p->count, size,
		p->force || !n ? "" : "; --force removes them");
	return code;
}

int cmd_prune(int argc, char **argv)
{
	struct prune p = {.fd = -1};
	const char *max_use = NULL, *keep = NULL, *age = NULL;
	const struct cli_option options[] = {
		{"max-use", 0, NULL, &max_use}, {"keep", 0, NULL, &keep},
		{"older-than", 0, NULL, &age},	{"force", 0, &p.force, NULL},
		{NULL, 0, NULL, NULL},
	};
	struct ipm_error err;
	size_t i;
	int code;

	code = cli_parse_one(argc, argv, options, help, "DIR");
	if (code >= 0)
		return code;
	p.dir = argv[1];
	p.has_max_use = max_use != NULL;
	p.has_keep = keep != NULL;
	p.has_age = age != NULL;
	if (!max_use && !keep && !age)
		return cli_usage("prune", "which? --max-use, --keep or --older-than is missing");
	if (max_use && !parse_size(max_use, &p.max_use))
		return cli_usage("prune", "not a size like 500M: %s", max_use);
	if (keep && !cli_number(keep, UINT64_MAX, &p.keep))
		return cli_usage("prune", "not a number: %s", keep);
	if (age && !parse_age(age, &p.older_ns))
		return cli_usage("prune", "not an age like 30d: %s", age);
	if (gather(&p, &err)) {
		code = cli_fail_file(p.dir, &err);
	} else {
		if (p.count)
			qsort(p.list, p.count, sizeof(*p.list), compare);
		judge(&p);
		code = carry_out(&p);
	}
	for (i = 0; i < p.count; i++)
		free(p.list[i].name);
	free(p.list);
	return code;
}
