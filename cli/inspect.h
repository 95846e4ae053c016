/* SPDX-License-Identifier: MIT */
#ifndef IPM_INSPECT_H
#define IPM_INSPECT_H

/* Values for people, much as Node's util.inspect shows them. */

#include "remote_object.h"

struct inspect_options {
	unsigned depth;	  /* nested objects below this are only named */
	unsigned columns; /* where lines end, if they can */
	unsigned items;	  /* of arrays, Maps and Sets; then "… 17 more" */
	unsigned string;  /* units of strings inside objects */
};

/* Appends `value`; controls come out escaped. */
IPM_MUST_USE enum ipm_errc inspect(struct ipm_cdp *cdp, const struct ipm_value *value,
				   const struct inspect_options *opts, struct ipm_buf *out,
				   struct ipm_error *err);

#endif
