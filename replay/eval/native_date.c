/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "eval_native.h"

/*
 * Dates. What is local is local to the dead process: the offset stands in the captured date's own
 * description ("… GMT+0200 (…)"). Dates of the expression are in UTC.
 */

static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Minutes east of Greenwich, from a description; 0 without. */
static int offset_of(struct ipm_str text)
{
	const char *p = text.len ? memmem(text.data, text.len, "GMT", 3) : NULL;
	int hours, minutes;

	if (!p || text.len - (size_t)(p - text.data) < 8 || (p[3] != '+' && p[3] != '-'))
		return 0;
	hours = (p[4] - '0') * 10 + p[5] - '0';
	minutes = (p[6] - '0') * 10 + p[7] - '0';
	return (p[3] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

static bool date_of(struct ev *e, struct ev_args *a, double *ret, int *ret_offset)
{
	const struct ipm_object *o;
	enum ipm_kind kind;

	*ret = NAN;
	*ret_offset = 0;
	if (!ev_kind(e, a->this_value, &kind))
		return false;
	if (kind != IPM_KIND_DATE)
		return ev_throw(e, "TypeError", "this is not a Date object.");
	if (a->this_value.type == EV_TEMP) {
		*ret = a->this_value.obj->number;
		return true;
	}
	o = ev_hold(e, a->this_value.id);
	if (!o)
		return false;
	*ret = o->number;
	*ret_offset = offset_of(o->text.str);
	ev_drop(e, o);
	return true;
}

struct fields {
	int64_t year;
	int month, day, weekday, hour, minute, second, ms;
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Days since 1970 of a date of the proleptic Gregorian calendar; months beyond 0 … 11 carry. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy;

	y += floor_div(m, 12);
	m = m - floor_div(m, 12) * 12 + 1;
	y -= m <= 2;
	era = floor_div(y, 400);
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static struct fields split_time(double t)
{
	int64_t ms = (int64_t)t, day = floor_div(ms, 86400000), rest = ms - day * 86400000;
	int64_t z = day + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	struct fields f;

	f.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	f.month = (int)(mp < 10 ? mp + 2 : mp - 10);
	f.year = yoe + era * 400 + (f.month <= 1);
	f.weekday = (int)(((day % 7) + 11) % 7);
	f.hour = (int)(rest / 3600000);
	f.minute = (int)(rest / 60000 % 60);
	f.second = (int)(rest / 1000 % 60);
	f.ms = (int)(rest % 1000);
	return f;
}

static double make_time(double y, double m, double d, double h, double min, double s, double ms)
{
	double t;

	if (!isfinite(y + m + d + h + min + s + ms) || fabs(y) > 300000 || fabs(m) > 4e6)
		return NAN;
	t = ((double)days_from_civil((int64_t)y, (int64_t)m, 1) + trunc(d) - 1) * 86400000 +
	    trunc(h) * 3600000 + trunc(min) * 60000 + trunc(s) * 1000 + trunc(ms);
	return fabs(t) > 8.64e15 ? (double)NAN : t;
}

/* "2026-01-15", "2026-01-15T09:30:00.000Z", "…+02:00" and the form of toString; NaN: neither. */
static double parse_date(const char *text)
{
	int y, mo = 1, d = 1, h = 0, mi = 0, s = 0, n = 0, zh = 0, zm = 0, i, used;
	char month[4] = "", sign = 0;
	double ms = 0;

	if (sscanf(text, "%d-%2d-%2d%n", &y, &mo, &d, &n) >= 3 ||
	    (mo = d = 1, sscanf(text, "%d-%2d%n", &y, &mo, &n) == 2) ||
	    (mo = 1, sscanf(text, "%4d%n", &y, &n) == 1 && !text[n])) {
		text += n;
		if (*text == 'T' || *text == ' ') {
			if (sscanf(text + 1, "%2d:%2d%n", &h, &mi, &n) != 2)
				return NAN;
			text += n + 1;
			if (*text == ':' && sscanf(text, ":%2d%n", &s, &n) == 1)
				text += n;
			if (*text == '.' && sscanf(text, "%lf%n", &ms, &used) == 1)
				text += used;
		}
		if (*text == 'Z')
			text++;
		else if ((*text == '+' || *text == '-') &&
			 sscanf(text + 1, "%2d:%2d%n", &zh, &zm, &n) == 2) {
			sign = *text;
			text += n + 1;
		}
		if (*text)
			return NAN;
		return make_time(y, mo - 1, d, h, mi, s, trunc(ms * 1000)) -
		       (sign == '-' ? -1 : 1) * (zh * 60 + zm) * 60000.0;
	}
	if (sscanf(text, "%*3s %3s %d %d %2d:%2d:%2d GMT%c%2d%2d", month, &d, &y, &h, &mi, &s,
		   &sign, &zh, &zm) < 6 &&
	    sscanf(text, "%*3s, %d %3s %d %2d:%2d:%2d", &d, month, &y, &h, &mi, &s) < 6)
		return NAN;
	for (i = 0; i < 12; i++)
		if (!strcmp(month, months[i]))
			return make_time(y, i, d, h, mi, s, 0) -
			       (sign == '-' ? -1 : 1) * (zh * 60 + zm) * 60000.0;
	return NAN;
}

static void put_iso(char *ret, size_t capacity, double t)
{
	struct fields f = split_time(t);

	if (f.year >= 0 && f.year <= 9999)
		snprintf(ret, capacity, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)f.year,
			 f.month + 1, f.day, f.hour, f.minute, f.second, f.ms);
	else
		snprintf(ret, capacity, "%c%06d-%02d-%02dT%02d:%02d:%02d.%03dZ",
			 f.year < 0 ? '-' : '+', (int)(f.year < 0 ? -f.year : f.year), f.month + 1,
			 f.day, f.hour, f.minute, f.second, f.ms);
}

static bool text_of(struct ev *e, const char *text, struct ev_val *ret)
{
	return ev_return_str(ev_str_new(e, (struct ipm_str){text, strlen(text)}), ret);
}

static void put_string(char *ret, size_t capacity, double t, int offset)
{
	struct fields f = split_time(t + offset * 60000.0);
	int size = offset < 0 ? -offset : offset;

	snprintf(ret, capacity, "%s %s %02d %04d %02d:%02d:%02d GMT%c%02d%02d%s", days[f.weekday],
		 months[f.month], f.day, (int)f.year, f.hour, f.minute, f.second,
		 offset < 0 ? '-' : '+', size / 60, size % 60,
		 offset ? "" : " (Coordinated Universal Time)");
}

static bool date_constructor(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_obj *o = ev_new(e, IPM_KIND_DATE, "Date");
	double parts[7] = {0, 0, 1, 0, 0, 0, 0};
	char text[80];
	struct ev_val v;
	struct ev_str *s;
	size_t i;

	if (!o)
		return false;
	if (!a->count) {
		o->number = (double)(ipm_reader_meta(e->reader)->time_ns / 1000000);
	} else if (a->count == 1) {
		enum ipm_kind kind = IPM_KIND_PRIMITIVE;

		if (ev_is_object(a->v[0]) && !ev_kind(e, a->v[0], &kind))
			return false;
		if (kind == IPM_KIND_DATE) {
			struct ev_args inner = {a->v[0], NULL, 0, false};
			int offset;

			if (!date_of(e, &inner, &o->number, &offset))
				return false;
		} else {
			if (!ev_to_primitive(e, a->v[0], 'd', &v))
				return false;
			if (v.type == EV_STRING) {
				s = ev_str_whole(e, v.str)
					    ? ev_str_concat(e, v.str, ev_str_c(e, ""))
					    : NULL;
				if (!s)
					return false;
				snprintf(text, sizeof(text), "%.*s",
					 (int)(s->len < 79 ? s->len : 79), s->data);
				o->number = parse_date(text);
			} else if (!ev_to_number(e, v, &o->number)) {
				return false;
			} else {
				o->number = fabs(o->number) > 8.64e15 ? (double)NAN
								      : trunc(o->number) + 0.0;
			}
		}
	} else {
		for (i = 0; i < a->count && i < 7; i++)
			if (!ev_to_number(e, a->v[i], &parts[i]))
				return false;
		if (parts[0] >= 0 && parts[0] <= 99)
			parts[0] += 1900;
		o->number = make_time(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5],
				      parts[6]);
	}
	if (isnan(o->number))
		snprintf(text, sizeof(text), "Invalid Date");
	else
		put_string(text, sizeof(text), o->number, 0);
	o->text = ev_str_new(e, (struct ipm_str){text, strlen(text)});
	if (!o->text)
		return false;
	return a->construct ? ev_return_obj(o, ret) : ev_return_str(o->text, ret);
}

/* Now is when the process died. */
static bool now(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	(void)a;
	return ev_return(ev_num((double)(ipm_reader_meta(e->reader)->time_ns / 1000000)), ret);
}

static bool utc(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double parts[7] = {NAN, 0, 1, 0, 0, 0, 0};
	size_t i;

	for (i = 0; i < a->count && i < 7; i++)
		if (!ev_to_number(e, a->v[i], &parts[i]))
			return false;
	if (parts[0] >= 0 && parts[0] <= 99)
		parts[0] += 1900;
	return ev_return(ev_num(make_time(parts[0], parts[1], parts[2], parts[3], parts[4],
					  parts[5], parts[6])),
			 ret);
}

static bool parse(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct ev_str *s = ev_to_string(e, ev_arg(a, 0));
	char text[80];

	if (!s || !ev_str_whole(e, s))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(s->len < 79 ? s->len : 79), s->data);
	return ev_return(ev_num(parse_date(text)), ret);
}

static bool get_time(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double t;
	int offset;

	return date_of(e, a, &t, &offset) && ev_return(ev_num(t), ret);
}

static bool to_iso_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	char text[64];
	double t;
	int offset;

	if (!date_of(e, a, &t, &offset))
		return false;
	if (isnan(t))
		return ev_throw(e, "RangeError", "Invalid time value");
	put_iso(text, sizeof(text), t);
	return text_of(e, text, ret);
}

static bool to_json(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double t;
	int offset;

	if (!date_of(e, a, &t, &offset))
		return false;
	return isnan(t) ? ev_return(ev_null(), ret) : to_iso_string(e, a, ret);
}

static bool to_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	const struct ipm_object *o;
	struct ev_str *s = NULL;
	char text[96];
	double t;
	int offset;

	if (!date_of(e, a, &t, &offset))
		return false;
	if (isnan(t))
		return text_of(e, "Invalid Date", ret);
	if (a->this_value.type == EV_HEAP) { /* as V8 said it, with the zone's name */
		o = ev_hold(e, a->this_value.id);
		if (!o)
			return false;
		if (o->text.str.len)
			s = ev_str_text(e, &o->text);
		ev_drop(e, o);
		if (s)
			return ev_return_str(s, ret);
	}
	put_string(text, sizeof(text), t, offset);
	return text_of(e, text, ret);
}

static bool to_utc_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct fields f;
	char text[80];
	double t;
	int offset;

	if (!date_of(e, a, &t, &offset))
		return false;
	if (isnan(t))
		return text_of(e, "Invalid Date", ret);
	f = split_time(t);
	snprintf(text, sizeof(text), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[f.weekday], f.day,
		 months[f.month], (int)f.year, f.hour, f.minute, f.second);
	return text_of(e, text, ret);
}

static bool to_date_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	struct fields f;
	char text[64];
	double t;
	int offset;

	if (!date_of(e, a, &t, &offset))
		return false;
	if (isnan(t))
		return text_of(e, "Invalid Date", ret);
	f = split_time(t + offset * 60000.0);
	snprintf(text, sizeof(text), "%s %s %02d %04d", days[f.weekday], months[f.month], f.day,
		 (int)f.year);
	return text_of(e, text, ret);
}

static bool to_time_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	char text[96];
	double t;
	int offset;

	if (!date_of(e, a, &t, &offset))
		return false;
	if (isnan(t))
		return text_of(e, "Invalid Date", ret);
	put_string(text, sizeof(text), t, offset);
	return text_of(e, strstr(text, " GMT") - strlen("00:00:00"), ret);
}

/* As en-US has them: "1/31/2026, 9:05:00 AM". */
static bool to_locale(struct ev *e, struct ev_args *a, bool date, bool time, struct ev_val *ret)
{
	char text[96] = "";
	struct fields f;
	double t;
	int offset, at = 0;

	if (!ev_plain_locale(e, a) || !date_of(e, a, &t, &offset))
		return false;
	if (isnan(t))
		return text_of(e, "Invalid Date", ret);
	f = split_time(t + offset * 60000.0);
	if (date)
		at = snprintf(text, sizeof(text), "%d/%d/%d%s", f.month + 1, f.day,
			      (int)(f.year > 0 ? f.year : 1 - f.year), time ? ", " : "");
	if (time)
		snprintf(text + at, sizeof(text) - (size_t)at, "%d:%02d:%02d %s",
			 f.hour % 12 ? f.hour % 12 : 12, f.minute, f.second,
			 f.hour < 12 ? "AM" : "PM");
	return text_of(e, text, ret);
}

static bool to_locale_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return to_locale(e, a, true, true, ret);
}

static bool to_locale_date_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return to_locale(e, a, true, false, ret);
}

static bool to_locale_time_string(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	return to_locale(e, a, false, true, ret);
}

static bool timezone_offset(struct ev *e, struct ev_args *a, struct ev_val *ret)
{
	double t;
	int offset;

	if (!date_of(e, a, &t, &offset))
		return false;
	return ev_return(ev_num(isnan(t) ? t : offset ? -offset : 0), ret);
}

enum part { YEAR, MONTH, DAY, WEEKDAY, HOUR, MINUTE, SECOND, MS };

static bool get_part(struct ev *e, struct ev_args *a, enum part part, bool local,
		     struct ev_val *ret)
{
	struct fields f;
	double t;
	int offset;

	if (!date_of(e, a, &t, &offset))
		return false;
	if (isnan(t))
		return ev_return(ev_num(NAN), ret);
	f = split_time(t + (local ? offset * 60000.0 : 0));
	switch (part) {
	case YEAR:
		return ev_return(ev_num((double)f.year), ret);
	case MONTH:
		return ev_return(ev_num(f.month), ret);
	case DAY:
		return ev_return(ev_num(f.day), ret);
	case WEEKDAY:
		return ev_return(ev_num(f.weekday), ret);
	case HOUR:
		return ev_return(ev_num(f.hour), ret);
	case MINUTE:
		return ev_return(ev_num(f.minute), ret);
	case SECOND:
		return ev_return(ev_num(f.second), ret);
	case MS:
		break;
	}
	return ev_return(ev_num(f.ms), ret);
}

#define PART(name, part)                                                                           \
	static bool get_##name(struct ev *e, struct ev_args *a, struct ev_val *ret)                \
	{                                                                                          \
		return get_part(e, a, part, true, ret);                                            \
	}                                                                                          \
	static bool get_utc_##name(struct ev *e, struct ev_args *a, struct ev_val *ret)            \
	{                                                                                          \
		return get_part(e, a, part, false, ret);                                           \
	}

PART(year, YEAR)
PART(month, MONTH)
PART(date, DAY)
PART(day, WEEKDAY)
PART(hours, HOUR)
PART(minutes, MINUTE)
PART(seconds, SECOND)
PART(ms, MS)

#define ROW(name, fn)                                                                              \
	{                                                                                          \
		"Date.prototype", name, fn, EV_NATIVE_FUNCTION, 0, 0                               \
	}

const struct ev_native ev_natives_date[] = {
	{"", "Date", date_constructor, EV_NATIVE_CONSTRUCTOR, 7, 0},
	{"Date", "prototype", NULL, EV_NATIVE_NAMESPACE, 0, 0},
	{"Date", "now", now, 0, 0, 0},
	{"Date", "UTC", utc, 0, 7, 0},
	{"Date", "parse", parse, 0, 1, 0},
	ROW("getTime", get_time),
	ROW("valueOf", get_time),
	ROW("toISOString", to_iso_string),
	ROW("toJSON", to_json),
	ROW("toString", to_string),
	ROW("toLocaleString", to_locale_string),
	ROW("toLocaleDateString", to_locale_date_string),
	ROW("toLocaleTimeString", to_locale_time_string),
	ROW("toTimeString", to_time_string),
	ROW("toUTCString", to_utc_string),
	ROW("toGMTString", to_utc_string),
	ROW("toDateString", to_date_string),
	ROW("getTimezoneOffset", timezone_offset),
	ROW("getFullYear", get_year),
	ROW("getMonth", get_month),
	ROW("getDate", get_date),
	ROW("getDay", get_day),
	ROW("getHours", get_hours),
	ROW("getMinutes", get_minutes),
	ROW("getSeconds", get_seconds),
	ROW("getMilliseconds", get_ms),
	ROW("getUTCFullYear", get_utc_year),
	ROW("getUTCMonth", get_utc_month),
	ROW("getUTCDate", get_utc_date),
	ROW("getUTCDay", get_utc_day),
	ROW("getUTCHours", get_utc_hours),
	ROW("getUTCMinutes", get_utc_minutes),
	ROW("getUTCSeconds", get_utc_seconds),
	ROW("getUTCMilliseconds", get_utc_ms),
	{NULL, NULL, NULL, 0, 0, 0},
};
