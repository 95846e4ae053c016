/* SPDX-License-Identifier: MIT */
#ifndef IPM_SUGGEST_H
#define IPM_SUGGEST_H

/* How many letters must be added, removed, changed or swapped to make one word of another. */
unsigned edit_distance(const char *a, const char *b);

#endif
