/* SPDX-License-Identifier: MIT */
#include "headroom.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

/* Measured at crashes of express applications, Node 20 and 24, with something to spare. */
enum {
	MEGABYTE = 1024 * 1024,
	HOLD_BYTES = 4 * MEGABYTE,
	STACK_BYTES = 6 * MEGABYTE,  /* the stack, the error, and no graph */
	GRAPH_BYTES = 14 * MEGABYTE, /* the variables, and what is next to them */
	GRAPH_OBJECTS = 100,
	OBJECT_BYTES = 2200, /* mostly V8's garbage of the walk */
	PLENTY_BYTES = 1000 * MEGABYTE,
};

/* The number in a file, or behind a word at the start of one of its lines. */
static uint64_t number_in(const char *path, const char *word, uint64_t otherwise)
{
	FILE *file = fopen(path, "re");
	uint64_t number = otherwise;
	size_t len = strlen(word);
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		const char *at = line + len + strspn(line + len, " \t");

		if (strncmp(line, word, len) != 0)
			continue;
		if (*at >= '0' && *at <= '9') /* not "max" */
			number = strtoull(at, NULL, 10);
		break;
	}
	if (file)
		fclose(file);
	return number;
}

struct hierarchy {
	const char *mount;
	const char *limit, *used, *reclaimable;
};

/* What is left in one group: clean file pages that nobody used lately do not count as used. */
static uint64_t left_in(const struct hierarchy *h, const char *group)
{
	char path[PATH_MAX];
	uint64_t limit, used, reclaimable;

	snprintf(path, sizeof(path), "%s%s/%s", h->mount, group, h->limit);
	limit = number_in(path, "", UINT64_MAX);
	if (limit == UINT64_MAX)
		return UINT64_MAX;
	snprintf(path, sizeof(path), "%s%s/%s", h->mount, group, h->used);
	used = number_in(path, "", 0);
	snprintf(path, sizeof(path), "%s%s/memory.stat", h->mount, group);
	reclaimable = number_in(path, h->reclaimable, 0);
	used -= reclaimable < used ? reclaimable : used;
	return limit > used ? limit - used : 0;
}

/* Inside a container the path may be the host's: the mount itself is looked at in any case. */
static uint64_t left_up_from(const struct hierarchy *h, char *group)
{
	uint64_t least = UINT64_MAX;

	for (;;) {
		uint64_t left = left_in(h, group);
		char *slash = strrchr(group, '/');

		if (left < least)
			least = left;
		if (!slash)
			return least;
		*slash = 0;
	}
}

uint64_t headroom_bytes(void)
{
	static const struct hierarchy v1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
					    "memory.usage_in_bytes", "total_inactive_file"};
	static const struct hierarchy v2 = {"/sys/fs/cgroup", "memory.max", "memory.current",
					    "inactive_file"};
	FILE *file = fopen("/proc/self/cgroup", "re");
	uint64_t least = number_in("/proc/meminfo", "MemAvailable:", UINT64_MAX / 1024) * 1024;
	char line[PATH_MAX];

	/* "4:memory:/group" or "0::/group" */
	while (file && fgets(line, sizeof(line), file)) {
		char *controllers = strchr(line, ':'), *group;
		const struct hierarchy *h = NULL;
		uint64_t left;

		group = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!group)
			continue;
		*group++ = 0;
		group[strcspn(group, "\n")] = 0;
		if (!strcmp(controllers, ":"))
			h = &v2;
		else if (!strcmp(controllers, ":memory"))
			h = &v1;
		left = h ? left_up_from(h, group) : UINT64_MAX;
		if (left < least)
			least = left;
	}
	if (file)
		fclose(file);
	return least;
}

static enum ipm_errc too_little(uint64_t left, struct ipm_error *err)
{
	return ipm_fail(err, IPM_ERR_LIMIT, "only %" PRIu64 " MB of memory are left",
			left / MEGABYTE);
}

enum ipm_errc headroom_for_hold(struct ipm_error *err)
{
	uint64_t left = headroom_bytes();

	return left < HOLD_BYTES ? too_little(left, err) : IPM_OK;
}

enum ipm_errc headroom_for_capture(struct ipm_capture_limits *limits, struct ipm_error *err)
{
	uint64_t left = headroom_bytes(), objects = 1;

	if (left < STACK_BYTES)
		return too_little(left, err);
	if (left >= PLENTY_BYTES) /* the default limit fits */
		return IPM_OK;
	if (left >= GRAPH_BYTES)
		objects = GRAPH_OBJECTS + (left - GRAPH_BYTES) / OBJECT_BYTES;
	if (!limits->max_objects || limits->max_objects > objects)
		limits->max_objects = objects;
	return IPM_OK;
}
