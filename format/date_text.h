/* SPDX-License-Identifier: MIT */
#ifndef IPM_DATE_TEXT_H
#define IPM_DATE_TEXT_H

/*
 * What JavaScript shows of a Date, "Sun Sep 13 2020 20:47:47 GMT+0000 (Coordinated Universal
 * Time)", follows from its number but for the zone: a crash with many dates need not repeat it.
 */

#include <stdbool.h>

#include "ipm_base.h"

enum { IPM_DATE_PREFIX = 25 }; /* bytes before "GMT" */

/*
 * The part before the zone, from the number and the offset in `zone` ("GMT+0530 (…)"). False
 * when there is no such part: not a number, a year outside 1000 to 9999, a zone that is none.
 */
bool ipm_date_prefix(double number, struct ipm_str zone, char ret[IPM_DATE_PREFIX]);

/* The zone of `text`, when the rest of it follows from the number; else an empty string. */
struct ipm_str ipm_date_zone(double number, struct ipm_str text);

#endif
