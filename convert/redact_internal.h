/* SPDX-License-Identifier: MIT */
#ifndef IPM_REDACT_INTERNAL_H
#define IPM_REDACT_INTERNAL_H

#include "import_pool.h"
#include "redact.h"
#include "redact_file.h"
#include "sequence.h"

struct redact_job {
	const struct ipm_redact_options *opts;
	struct ipm_reader *reader;
	struct ipm_heap heap;
	struct ipm_writer *writer;
	struct redaction rules;
	struct import_pool pool; /* of the record at hand */
	struct ipm_buf text;
	uint64_t next_id;
	uint64_t lost;
	enum ipm_errc failed;
	struct ipm_error *err;
};

/* Do values under this name go? */
bool redact_is_secret_name(const struct redact_job *job, struct ipm_str name);
/* Is everything in this object secret? */
bool redact_is_secret_object(const struct redact_job *job, const struct ipm_object *object);
/* Which element of a list is secret because of the one before it: values behind header names. */
bool redact_is_header_name(const struct redact_job *job, const struct ipm_value *value);

/* redact_copy.c: writes the object, its slices first. */
IPM_MUST_USE enum ipm_errc redact_copy_object(struct redact_job *job,
					      const struct ipm_object *object);
/* Puts a copy of a long text's slices into the new file. */
IPM_MUST_USE enum ipm_errc redact_copy_text(struct redact_job *job, struct ipm_text *text);
/* Takes a secret out, or copies what is long. */
IPM_MUST_USE enum ipm_errc redact_copy_value(struct redact_job *job, bool secret_place,
					     struct ipm_value *value);

#endif
