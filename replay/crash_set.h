/* SPDX-License-Identifier: MIT */
#ifndef IPM_CRASH_SET_H
#define IPM_CRASH_SET_H

/*
 * The crash files that are served: those named, and those that lie in the directories named,
 * now and later. Files are opened when somebody looks inside.
 */

#include <time.h>

#include "crash_summary.h"

enum { CRASH_ID_LENGTH = 36, MAX_PAUSES = 100 /* that are shown */ };

struct crash {
	char *path;
	const char *name; /* the part of `path` after the last slash */
	char id[CRASH_ID_LENGTH + 1];
	uint64_t time_ns; /* of the crash; of the file until its summary is read */
	uint64_t bytes;
	bool summarised; /* tried; `summary` is there when !why[0] */
	char why[256];	 /* why it cannot be read */
	struct ipm_crash_summary summary;
	struct ipm_buf pauses; /* a line for each, when there are several */
};

struct crash_set {
	struct crash_source *sources;
	size_t source_count;
	struct crash **list; /* newest first */
	size_t count;
	bool unsorted;	  /* crash_set_sort has something to do */
	uint64_t version; /* changes when the list or a summary does */
	size_t summarised;
};

/* IPM_ERR_OS, or what the reader says of a file that was named and is no crash file. */
IPM_MUST_USE enum ipm_errc crash_set_init(struct crash_set *set, const char *const *paths,
					  size_t path_count, struct ipm_error *err);
void crash_set_deinit(struct crash_set *set);

/* Looks for new and vanished files. Cheap when nothing changed. */
IPM_MUST_USE enum ipm_errc crash_set_refresh(struct crash_set *set, struct ipm_error *err);
/* Reads summaries for at most `budget_ns`. False when there are more to read. */
bool crash_set_summarise(struct crash_set *set, uint64_t budget_ns);
void crash_summarise(struct crash_set *set, struct crash *crash);
/* Newest first again, after summaries were read. */
void crash_set_sort(struct crash_set *set);

/* What tells the pause from the others of its crash; empty when there is but one. */
struct ipm_str crash_pause(const struct crash *crash, uint64_t index);

/* The crash of an id "<uuid>" or "<uuid>-<pause>"; NULL when there is none. */
struct crash *crash_set_find(struct crash_set *set, struct ipm_str id, uint64_t *ret_pause);

#endif
