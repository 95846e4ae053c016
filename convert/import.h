/* SPDX-License-Identifier: MIT */
#ifndef IPM_IMPORT_H
#define IPM_IMPORT_H

/*
 * A JSON crash file (inspector-postmortem's, or what `convert --to json` writes) into a container.
 * Streams: memory grows with the number of object ids (about 30 bytes each) and with the
 * longest single string, not with the file.
 *
 * inspector-postmortem knows no identity: V8 gives an object another id at each mention. Ids are
 * taken for one object where that can be proven: equal ids; the global object; the script and
 * module scopes; and what is found under the same name in objects that are the same.
 */

#include "ipm_writer.h"

struct ipm_import_options {
	/* Called now and then with bytes done and in all; may be NULL. */
	void (*progress)(void *self, uint64_t done, uint64_t total);
	void *progress_self;
};

struct ipm_import_result {
	uint64_t ids; /* in the JSON */
	uint64_t objects;
	uint64_t merged; /* ids that turned out to be objects known by another */
	uint64_t pauses;
	uint64_t scripts;
};

/* IPM_ERR_BAD_DATA: not such a file; err->file_offset says where. `opts` may be NULL. */
IPM_MUST_USE enum ipm_errc ipm_import(const char *path, const struct ipm_import_options *opts,
				      struct ipm_sink sink, struct ipm_import_result *ret,
				      struct ipm_error *err);

#endif
