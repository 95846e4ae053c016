/* SPDX-License-Identifier: MIT */
/* inspmort prune: keeps a directory of crashes from growing without end. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "commands.h"
#include "crash_dir.h"
#include "plain.h"

static const char help[] =
	"inspmort prune - remove old crashes; without --force it only says which\n"
	"\n"
	"  inspmort prune --keep 50 /var/crashes                 all but the newest 50\n"
	"  inspmort prune --older-than 30d --force /var/crashes  a month is enough\n"
	"  inspmort prune --max-use 2G --keep 100 --force DIR    both limits; for a cron job\n"
	"\n"
	"Usage: inspmort prune [--max-use SIZE] [--keep N] [--older-than AGE] [--force] DIR\n"
	"\n"
	"Options:\n"
	"  --max-use SIZE    at most so much in all: 500M, 2G (the newest crash stays in any "
	"case)\n"
	"  --keep N          at most so many\n"
	"  --older-than AGE  nothing older: 90m, 12h, 30d, 4w\n"
	"  --force           do it\n"
	"\n"
	"Only regular files that are called *.inspmort and are crash files are touched, in DIR\n"
	"itself, not below. A crash goes when any of the limits says so.\n";

struct prune {
	const char *dir;
	struct crash_dir crashes;
	size_t count;	  /* of crash files, the first in `crashes` */
	const char **why; /* why each of them goes; NULL: it stays */
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

/* Newest first. */
static int compare(const void *left, const void *right)
{
	const struct crash_file *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns > b->time_ns ? -1 : 1;
	return strcmp(a->path, b->path);
}

/* What can be opened is a crash file, whatever can be read of it. */
static size_t only_crash_files(struct crash_dir *d)
{
	size_t i, n = 0;

	for (i = 0; i < d->count; i++) {
		struct crash_file f = d->files[i];

		if (!f.regular || !f.opened)
			continue;
		d->files[i] = d->files[n];
		d->files[n++] = f;
	}
	qsort(d->files, n, sizeof(*d->files), compare);
	return n;
}

static void judge(struct prune *p)
{
	uint64_t now = ipm_realtime_ns(), kept = 0;
	size_t i, n = 0;

	for (i = 0; i < p->count; i++) {
		const struct crash_file *c = &p->crashes.files[i];
		const char *why = NULL;

		if (p->has_age && c->time_ns < now && now - c->time_ns > p->older_ns)
			why = "too old";
		else if (p->has_keep && n >= p->keep)
			why = "too many";
		else if (p->has_max_use && n && (kept > p->max_use || c->bytes > p->max_use - kept))
			why = "too much";
		p->why[i] = why;
		if (why)
			continue;
		n++;
		kept += c->bytes;
	}
}

/* Removes the very file that was looked at. */
static int remove_one(const struct crash_file *c)
{
	struct stat st;

	if (lstat(c->path, &st) < 0)
		return cli_fail("%s: cannot remove: %s", c->path, strerror(errno));
	if ((uint64_t)st.st_ino != c->inode)
		return cli_fail("%s: cannot remove: it is another file by now", c->path);
	if (unlink(c->path) < 0)
		return cli_fail("%s: cannot remove: %s", c->path, strerror(errno));
	return IPM_EXIT_OK;
}

static void say(const struct prune *p, size_t i)
{
	const struct crash_file *c = &p->crashes.files[i];
	struct ipm_buf line = IPM_BUF_INIT;
	char time[32];

	ipm_format_time(c->time_ns, time, sizeof(time));
	ipm_buf_printf(&line, "%s ", p->force ? "removed" : "would remove");
	ipm_put_escaped_text(&line, (struct ipm_str){c->path, strlen(c->path)}, 0);
	ipm_buf_printf(&line, "  %s  ", time);
	put_size(&line, c->bytes);
	printf("%.*s  %s\n", (int)line.len, (const char *)line.data, p->why[i]);
	ipm_buf_deinit(&line);
}

static int carry_out(const struct prune *p)
{
	struct ipm_buf size = IPM_BUF_INIT;
	int code = IPM_EXIT_OK;
	uint64_t freed = 0;
	size_t i, n = 0;

	for (i = p->count; i-- > 0;) { /* the oldest first */
		if (!p->why[i])
			continue;
		if (p->force && remove_one(&p->crashes.files[i])) {
			code = IPM_EXIT_FAILED;
			continue;
		}
		say(p, i);
		freed += p->crashes.files[i].bytes;
		n++;
	}
	if (cli_flush())
		code = IPM_EXIT_FAILED;
	put_size(&size, freed);
	fprintf(stderr, "inspmort: %zu of %zu crashes, %.*s%s\n", n, p->count, (int)size.len,
		(const char *)size.data, p->force || !n ? "" : "; --force removes them");
	ipm_buf_deinit(&size);
	return code;
}

static int prune(struct prune *p)
{
	struct ipm_error err;
	struct stat st;
	int code;

	if (!stat(p->dir, &st) && !S_ISDIR(st.st_mode))
		return cli_fail("%s: not a directory", p->dir);
	if (crash_dir_add(&p->crashes, p->dir, &err))
		return cli_fail_file(p->dir, &err);
	p->count = only_crash_files(&p->crashes);
	p->why = calloc(p->count + 1, sizeof(*p->why));
	if (!p->why)
		return cli_fail("out of memory");
	judge(p);
	code = carry_out(p);
	free(p->why);
	return code;
}

int cmd_prune(int argc, char **argv)
{
	struct prune p = {0};
	const char *max_use = NULL, *keep = NULL, *age = NULL;
	const struct cli_option options[] = {
		{"max-use", 0, NULL, &max_use}, {"keep", 0, NULL, &keep},
		{"older-than", 0, NULL, &age},	{"force", 0, &p.force, NULL},
		{NULL, 0, NULL, NULL},
	};
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
	code = prune(&p);
	crash_dir_deinit(&p.crashes);
	return code;
}
