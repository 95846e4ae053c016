/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <string.h>

enum { LONGEST = 31 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * How many letters must be added, removed, changed or swapped: restricted Damerau-Levenshtein, three
 * rows of the usual table. Longer words are not alike.
 */
static unsigned edit_distance(const char *a, const char *b)
{
	unsigned rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	size_t n = strlen(a), m = strlen(b), i, j;

	if (n > LONGEST || m > LONGEST)
		return LONGEST;
	for (j = 0; j <= m; j++)
		last[j] = (unsigned)j;
	for (i = 1; i <= n; i++) {
		now[0] = (unsigned)i;
		for (j = 1; j <= m; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[m];
}

const char *suggest(const char *typed, suggest_word_fn *word_at, const void *table)
{
	/* More than two letters apart is another word, and so is a short one wholly changed. */
	unsigned best = strlen(typed) < 4 ? 2 : 3, distance;
	const char *word, *nearest = NULL;
	size_t i;

	for (i = 0; (word = word_at(table, i)); i++) {
		distance = edit_distance(typed, word);
		if (distance < best) {
			best = distance;
			nearest = word;
		}
	}
	return nearest;
}
