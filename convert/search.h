/* SPDX-License-Identifier: MIT */
#ifndef IPM_SEARCH_H
#define IPM_SEARCH_H

/* Finds names and values in a crash file, or who points at an object, and how to get there. */

#include <stdbool.h>

#include "ipm_reader.h"

enum ipm_search_what {
	IPM_SEARCH_TEXT, /* names of variables and properties, and values */
	IPM_SEARCH_NAMES,
	IPM_SEARCH_VALUES,
	IPM_SEARCH_CLASSES,    /* objects whose class is called so */
	IPM_SEARCH_REFERENCES, /* who points at the object `id` */
};

struct ipm_search_options {
	enum ipm_search_what what;
	struct ipm_str pattern;
	bool regex; /* POSIX extended */
	bool ignore_case;
	uint64_t id;
	uint64_t limit; /* hits; 0: no limit */
	/* Called now and then with objects done and in all; may be NULL. */
	void (*progress)(void *self, uint64_t done, uint64_t total);
	void *progress_self;
};

struct ipm_search_hit {
	struct ipm_str path;  /* "frame 2 › order › items[3] › sku" */
	struct ipm_str value; /* in a few words, one line */
	uint64_t object_id;   /* that the value is; 0 for primitives */
	uint64_t holder;      /* the object that it was found in; 0: none */
};

struct ipm_search_result {
	uint64_t hits;
	uint64_t objects; /* looked at */
	uint64_t damaged; /* blocks that could not be read */
	bool more;	  /* there may be more hits: the limit was reached */
};

/*
 * Calls `hit` for each, in order of discovery, when all are known; false from it ends the search. Memory:
 * 8 bytes per object and 24 per hit. IPM_ERR_INVALID_ARGUMENT: the pattern makes no sense.
 */
IPM_MUST_USE enum ipm_errc ipm_search(struct ipm_reader *reader,
				      const struct ipm_search_options *opts,
				      bool (*hit)(void *self, const struct ipm_search_hit *hit),
				      void *self, struct ipm_search_result *ret,
				      struct ipm_error *err);

#endif
