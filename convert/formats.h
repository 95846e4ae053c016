/* SPDX-License-Identifier: MIT */
#ifndef IPM_FORMATS_H
#define IPM_FORMATS_H

/* The converters behind the table of ipm_convert_formats. */

#include "ipm_convert.h"

enum ipm_errc ipm_write_json(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			     struct ipm_output *out, struct ipm_error *err);
enum ipm_errc ipm_write_text(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			     struct ipm_output *out, struct ipm_error *err);
enum ipm_errc ipm_write_markdown(struct ipm_reader *reader, const struct ipm_convert_options *opts,
				 struct ipm_output *out, struct ipm_error *err);
enum ipm_errc ipm_write_jsonl(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			      struct ipm_output *out, struct ipm_error *err);
enum ipm_errc ipm_write_sentry(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			       struct ipm_output *out, struct ipm_error *err);
enum ipm_errc ipm_write_heapsnapshot(struct ipm_reader *reader,
				     const struct ipm_convert_options *opts, struct ipm_output *out,
				     struct ipm_error *err);
enum ipm_errc ipm_write_report(struct ipm_reader *reader, const struct ipm_convert_options *opts,
			       struct ipm_output *out, struct ipm_error *err);

#endif
