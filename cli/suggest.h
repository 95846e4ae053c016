/* SPDX-License-Identifier: MIT */
#ifndef IPM_SUGGEST_H
#define IPM_SUGGEST_H

#include <stddef.h>

/* The i-th word of a table; NULL ends it. */
typedef const char *suggest_word_fn(const void *table, size_t i);

/* The word of the table that somebody meant who typed `typed`; NULL: none is like it. */
const char *suggest(const char *typed, suggest_word_fn *word_at, const void *table);

#endif
