/* SPDX-License-Identifier: MIT */
#include "crash_set.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "guard.h"

enum { MAX_CRASHES = 200000 };

/* One path of the command line; its crashes are sorted by name. */
struct crash_source {
	char *path;
	bool is_dir;
	struct timespec mtime; /* of the directory, when it was read */
	bool fresh;	       /* it may have changed again within the clock's grain */
	struct crash **crashes;
	size_t count;
};

static void crash_free(struct crash *crash)
{
	if (!crash)
		return;
	ipm_crash_summary_deinit(&crash->summary);
	ipm_buf_deinit(&crash->pauses);
	free(crash->path);
	free(crash);
}

/* "crash.2026-11-23T04-27-01.123Z.…" to nanoseconds; 0 when it is not of that form. */
static uint64_t time_of_name(const char *name)
{
	struct tm tm = {0};
	unsigned ms;
	time_t seconds;

	if (sscanf(name, "crash.%4d-%2d-%2dT%2d-%2d-%2d.%3uZ.", &tm.tm_year, &tm.tm_mon,
		   &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms) != 7)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	seconds = timegm(&tm);
	return seconds > 0 ? (uint64_t)seconds * 1000000000 + ms * UINT64_C(1000000) : 0;
}

static struct crash *crash_new(const char *dir, const char *name, const struct stat *st)
{
	struct crash *crash = calloc(1, sizeof(*crash));
	size_t size = (dir ? strlen(dir) + 1 : 0) + strlen(name) + 1;
	const char *slash;

	if (!crash)
		return NULL;
	crash->path = malloc(size);
	if (!crash->path || !guard_random_id(crash->id)) {
		crash_free(crash);
		return NULL;
	}
	snprintf(crash->path, size, "%s%s%s", dir ? dir : "", dir ? "/" : "", name);
	slash = strrchr(crash->path, '/');
	crash->name = slash ? slash + 1 : crash->path;
	crash->time_ns = time_of_name(crash->name);
	if (!crash->time_ns)
		crash->time_ns =
			(uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;
	crash->bytes = (uint64_t)st->st_size;
	return crash;
}

static void read_pauses(struct crash *crash, struct ipm_reader *reader)
{
	uint64_t i;

	for (i = 0; crash->summary.pauses > 1 && i < crash->summary.pauses && i < MAX_PAUSES; i++) {
		size_t start = crash->pauses.len;
		struct ipm_error err;

		if (ipm_pause_line(reader, i, &crash->pauses, &err)) {
			crash->pauses.len = start;
			ipm_buf_cstr(&crash->pauses, "not readable");
		}
		ipm_buf_byte(&crash->pauses, '\n');
	}
}

struct ipm_str crash_pause(const struct crash *crash, uint64_t index)
{
	struct ipm_str rest = ipm_buf_as_str(&crash->pauses);
	const char *end = NULL;

	do {
		if (end) {
			rest.len -= (size_t)(end + 1 - rest.data);
			rest.data = end + 1;
		}
		end = rest.len ? memchr(rest.data, '\n', rest.len) : NULL;
	} while (end && index--);
	return (struct ipm_str){rest.data, end ? (size_t)(end - rest.data) : 0};
}

static enum ipm_errc read_summary(struct crash *crash, struct ipm_error *err)
{
	struct ipm_reader *reader;
	enum ipm_errc code = ipm_reader_open(crash->path, NULL, &reader, err);

	crash->summarised = true;
	if (code)
		return code;
	code = ipm_crash_summary_read(reader, &crash->summary, err);
	if (!code)
		read_pauses(crash, reader);
	ipm_reader_close(reader);
	if (!code && crash->summary.time_ns)
		crash->time_ns = crash->summary.time_ns;
	return code;
}

/* Newest first; the names hold the time, too, and settle the rest. */
static int by_age(const void *a, const void *b)
{
	const struct crash *x = *(const struct crash *const *)a,
			   *y = *(const struct crash *const *)b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? 1 : -1;
	return strcmp(y->name, x->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum ipm_errc rebuild(struct crash_set *set, struct ipm_error *err)
{
	size_t total = 0, i, k;
	struct crash **list;

	for (i = 0; i < set->source_count; i++)
		total += set->sources[i].count;
	list = calloc(total ? total : 1, sizeof(*list));
	if (!list)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for %zu crashes", total);
	total = 0;
	set->summarised = 0;
	for (i = 0; i < set->source_count; i++)
		for (k = 0; k < set->sources[i].count; k++) {
			list[total++] = set->sources[i].crashes[k];
			set->summarised += set->sources[i].crashes[k]->summarised;
		}
	qsort(list, total, sizeof(*list), by_age);
	free(set->list);
	set->list = list;
	set->count = total;
	set->version++;
	return IPM_OK;
}

static bool is_crash_name(const char *name)
{
	static const char ending[] = ".inspmort";
	size_t len = strlen(name);

	return name[0] != '.' && len > sizeof(ending) - 1 &&
	       !strcmp(name + len - (sizeof(ending) - 1), ending);
}

static void free_names(char **names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static enum ipm_errc read_names(const char *path, char ***ret, size_t *ret_count,
				struct ipm_error *err)
{
	DIR *dir = opendir(path);
	char **names = NULL, **grown;
	size_t count = 0, capacity = 0;
	struct dirent *entry;

	if (!dir)
		return ipm_fail_os(err, errno, "%s", path);
	while ((entry = readdir(dir)) && count < MAX_CRASHES) {
		if (!is_crash_name(entry->d_name))
			continue;
		if (count == capacity) {
			capacity = capacity ? 2 * capacity : 64;
			grown = realloc(names, capacity * sizeof(*names));
			if (!grown)
				goto no_memory;
			names = grown;
		}
		names[count] = strdup(entry->d_name);
		if (!names[count])
			goto no_memory;
		count++;
	}
	closedir(dir);
	if (count)
		qsort(names, count, sizeof(*names), by_name);
	*ret = names;
	*ret_count = count;
	return IPM_OK;
no_memory:
	closedir(dir);
	free_names(names, count);
	return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for the names in %s", path);
}

/* Both lists are sorted by name: one walk tells what stays, what is new and what is gone. */
static enum ipm_errc merge_names(struct crash_source *source, char **names, size_t count,
				 bool *ret_changed, struct ipm_error *err)
{
	struct crash **merged = calloc(count ? count : 1, sizeof(*merged));
	size_t old = 0, kept = 0, i;

	if (!merged)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for %zu crashes", count);
	for (i = 0; i < count; i++) {
		char path[4096];
		struct stat st;

		while (old < source->count && strcmp(source->crashes[old]->name, names[i]) < 0) {
			crash_free(source->crashes[old++]);
			*ret_changed = true;
		}
		if (old < source->count && !strcmp(source->crashes[old]->name, names[i])) {
			merged[kept++] = source->crashes[old++];
			continue;
		}
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", source->path, names[i]) >=
			    sizeof(path) ||
		    stat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		merged[kept] = crash_new(source->path, names[i], &st);
		if (merged[kept]) {
			kept++;
			*ret_changed = true;
		}
	}
	while (old < source->count) {
		crash_free(source->crashes[old++]);
		*ret_changed = true;
	}
	free(source->crashes);
	source->crashes = merged;
	source->count = kept;
	return IPM_OK;
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static enum ipm_errc refresh_source(struct crash_source *source, bool *ret_changed,
				    struct ipm_error *err)
{
	uint64_t now = ipm_realtime_ns() / 1000000000;
	char **names = NULL;
	size_t count = 0;
	enum ipm_errc code;
	struct stat st;

	if (!source->is_dir || stat(source->path, &st))
		return IPM_OK;
	if (!source->fresh && same_time(st.st_mtim, source->mtime))
		return IPM_OK;
	code = read_names(source->path, &names, &count, err);
	if (!code)
		code = merge_names(source, names, count, ret_changed, err);
	free_names(names, count);
	if (code)
		return code;
	source->mtime = st.st_mtim;
	source->fresh = (uint64_t)st.st_mtim.tv_sec + 2 > now;
	return IPM_OK;
}

enum ipm_errc crash_set_refresh(struct crash_set *set, struct ipm_error *err)
{
	bool changed = false;
	size_t i;

	for (i = 0; i < set->source_count; i++) {
		enum ipm_errc code = refresh_source(&set->sources[i], &changed, err);

		if (code)
			return code;
	}
	return changed ? rebuild(set, err) : IPM_OK;
}

/* A file that was named must be one; what lies in a directory may be anything. */
static enum ipm_errc add_file(struct crash_source *source, const struct stat *st,
			      struct ipm_error *err)
{
	struct crash *crash = crash_new(NULL, source->path, st);
	enum ipm_errc code;

	source->crashes = calloc(1, sizeof(struct crash *));
	if (!crash || !source->crashes) {
		crash_free(crash);
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for %s", source->path);
	}
	source->crashes[0] = crash;
	source->count = 1;
	code = read_summary(crash, err);
	return code ? ipm_error_context(err, code, "%s", source->path) : IPM_OK;
}

static enum ipm_errc add_source(struct crash_source *source, const char *path,
				struct ipm_error *err)
{
	size_t len = strlen(path);
	struct stat st;

	while (len > 1 && path[len - 1] == '/')
		len--;
	source->path = strndup(path, len);
	if (!source->path)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for %s", path);
	if (stat(source->path, &st))
		return ipm_fail_os(err, errno, "%s", path);
	source->is_dir = S_ISDIR(st.st_mode);
	source->fresh = true;
	if (source->is_dir) {
		bool changed = false;

		return refresh_source(source, &changed, err);
	}
	return add_file(source, &st, err);
}

enum ipm_errc crash_set_init(struct crash_set *set, const char *const *paths, size_t path_count,
			     struct ipm_error *err)
{
	enum ipm_errc code = IPM_OK;
	size_t i;

	*set = (struct crash_set){0};
	set->sources = calloc(path_count, sizeof(*set->sources));
	if (!set->sources)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for %zu paths", path_count);
	for (i = 0; i < path_count && !code; i++) {
		set->source_count++;
		code = add_source(&set->sources[i], paths[i], err);
	}
	if (!code)
		code = rebuild(set, err);
	if (code)
		crash_set_deinit(set);
	return code;
}

void crash_set_deinit(struct crash_set *set)
{
	size_t i, k;

	for (i = 0; i < set->source_count; i++) {
		for (k = 0; k < set->sources[i].count; k++)
			crash_free(set->sources[i].crashes[k]);
		free(set->sources[i].crashes);
		free(set->sources[i].path);
	}
	free(set->sources);
	free(set->list);
	*set = (struct crash_set){0};
}

void crash_summarise(struct crash_set *set, struct crash *crash)
{
	struct ipm_error err;

	if (crash->summarised)
		return;
	set->summarised++;
	set->version++;
	set->unsorted = true;
	if (read_summary(crash, &err))
		snprintf(crash->why, sizeof(crash->why), "%s", err.message);
}

void crash_set_sort(struct crash_set *set)
{
	if (set->unsorted)
		qsort(set->list, set->count, sizeof(struct crash *), by_age);
	set->unsorted = false;
}

bool crash_set_summarise(struct crash_set *set, uint64_t budget_ns)
{
	uint64_t start = ipm_monotonic_ns();
	size_t i;

	for (i = 0; i < set->count && set->summarised < set->count; i++) {
		if (set->list[i]->summarised)
			continue;
		crash_summarise(set, set->list[i]);
		if (ipm_monotonic_ns() - start > budget_ns)
			break;
	}
	return set->summarised >= set->count;
}

struct crash *crash_set_find(struct crash_set *set, struct ipm_str id, uint64_t *ret_pause)
{
	uint64_t pause = 0;
	size_t i;

	if (id.len < CRASH_ID_LENGTH || id.len > CRASH_ID_LENGTH + 8)
		return NULL;
	if (id.len > CRASH_ID_LENGTH) {
		if (id.data[CRASH_ID_LENGTH] != '-' || id.len == CRASH_ID_LENGTH + 1)
			return NULL;
		for (i = CRASH_ID_LENGTH + 1; i < id.len; i++) {
			if (id.data[i] < '0' || id.data[i] > '9')
				return NULL;
			pause = pause * 10 + (uint64_t)(id.data[i] - '0');
		}
	}
	for (i = 0; i < set->count; i++)
		if (!memcmp(set->list[i]->id, id.data, CRASH_ID_LENGTH)) {
			*ret_pause = pause;
			return set->list[i];
		}
	return NULL;
}
