/* SPDX-License-Identifier: MIT */
#ifndef IPM_SAFE_TEXT_H
#define IPM_SAFE_TEXT_H

#include <stdbool.h>

#include "buf.h"
#include "ipm_base.h"

/*
 * Appends text of the dead process so that it cannot do anything to a terminal or to the layout:
 * control and bidirectional characters and lone surrogates come out as escapes. `newlines`: \n and \t
 * pass.
 */
void ipm_put_safe(struct ipm_buf *out, struct ipm_str text, bool newlines);

#endif
