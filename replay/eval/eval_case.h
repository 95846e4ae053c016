/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVAL_CASE_H
#define IPM_EVAL_CASE_H

/*
 * Upper and lower case of single code points: ASCII, Latin, Greek and Cyrillic. The rest of
 * Unicode stays as it is, which is good enough to look for things in a crash.
 */

#include <stdint.h>

uint32_t ev_to_upper(uint32_t cp);
uint32_t ev_to_lower(uint32_t cp);

#endif
