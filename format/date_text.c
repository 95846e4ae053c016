/* SPDX-License-Identifier: MIT */
#include "date_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool digits(const char *p, int count, int64_t *ret)
{
	int64_t v = 0;

	for (; count--; p++) {
		if (*p < '0' || *p > '9')
			return false;
		v = v * 10 + (*p - '0');
	}
	*ret = v;
	return true;
}

/* Year, month from 1 and day of a count of days since 1970-01-01, in the Gregorian calendar. */
static void civil(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	/* Years begin in March, so that the leap day is their last. */
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t of_era = shifted - era * 146097;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march = (5 * of_year + 2) / 153;

	*day = (unsigned)(of_year - (153 * march + 2) / 5 + 1);
	*month = (unsigned)(march < 10 ? march + 3 : march - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

bool ipm_date_prefix(double number, struct ipm_str zone, char ret[IPM_DATE_PREFIX])
{
	static const char days_of_week[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t hours, minutes, seconds, days, of_day, year;
	unsigned month, day;
	char text[IPM_DATE_PREFIX + 16];

	if (!(fabs(number) <= 8.64e15) || zone.len < 8 || memcmp(zone.data, "GMT", 3) != 0 ||
	    (zone.data[3] != '+' && zone.data[3] != '-') || !digits(zone.data + 4, 2, &hours) ||
	    !digits(zone.data + 6, 2, &minutes))
		return false;
	seconds = (int64_t)floor(number / 1000);
	seconds += (zone.data[3] == '-' ? -60 : 60) * (hours * 60 + minutes);
	days = seconds / 86400;
	of_day = seconds % 86400;
	if (of_day < 0) {
		of_day += 86400;
		days--;
	}
	civil(days, &year, &month, &day);
	if (year < 1000 || year > 9999)
		return false;
	snprintf(text, sizeof(text), "%.3s %.3s %02u %04d %02d:%02d:%02d ",
		 days_of_week + 3 * ((days % 7 + 7) % 7), months + 3 * (month - 1), day, (int)year,
		 (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60));
	memcpy(ret, text, IPM_DATE_PREFIX);
	return true;
}

struct ipm_str ipm_date_zone(double number, struct ipm_str text)
{
	struct ipm_str zone = {0}, none = {0};
	char prefix[IPM_DATE_PREFIX];

	if (text.len <= IPM_DATE_PREFIX)
		return none;
	zone.data = text.data + IPM_DATE_PREFIX;
	zone.len = text.len - IPM_DATE_PREFIX;
	if (!ipm_date_prefix(number, zone, prefix) ||
	    memcmp(prefix, text.data, IPM_DATE_PREFIX) != 0)
		return none;
	return zone;
}
