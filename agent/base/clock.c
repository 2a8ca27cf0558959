/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define DURATION_MAX (1000 * 366 * DAY)

static int64_t now_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_mono_ms(void)
{
	return now_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
	return now_ms(CLOCK_REALTIME);
}

int64_t clock_deadline(int64_t ms)
{
	int64_t at;

	if (ms <= 0)
		return 0;
	return __builtin_add_overflow(clock_mono_ms(), ms, &at) ? 0 : at;
}

int64_t clock_left(int64_t deadline)
{
	int64_t left;

	if (deadline == 0)
		return INT64_MAX;
	left = deadline - clock_mono_ms();
	return left > 0 ? left : 0;
}

int64_t clock_sooner(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a ? a : b;
	return a < b ? a : b;
}

/* Exactly n digits at *s, which moves on; -1 when they are not there. */
static int digits(const char **s, int n)
{
	int v = 0;

	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (**s - '0');
	}
	return v;
}

static bool take(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool parse_date(const char **s, struct tm *tm)
{
	static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = digits(s, 4), month, day;
	bool leap;

	if (year < 0 || !take(s, '-'))
		return false;
	month = digits(s, 2);
	if (month < 1 || month > 12 || !take(s, '-'))
		return false;
	day = digits(s, 2);
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (day < 1 || day > month_days[month - 1] || (month == 2 && day == 29 && !leap))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return true;
}

static bool parse_time(const char **s, struct tm *tm, int *ms)
{
	*ms = 0;
	tm->tm_hour = digits(s, 2);
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || !take(s, ':'))
		return false;
	tm->tm_min = digits(s, 2);
	if (tm->tm_min < 0 || tm->tm_min > 59 || !take(s, ':'))
		return false;
	tm->tm_sec = digits(s, 2);
	if (tm->tm_sec < 0 || tm->tm_sec > 60) /* 60: a leap second, which timegm carries over */
		return false;
	if (take(s, '.')) {
		int n = 0;

		for (; **s >= '0' && **s <= '9'; (*s)++, n++)
			if (n < 3)
				*ms = *ms * 10 + (**s - '0');
		if (n == 0)
			return false;
		for (; n < 3; n++)
			*ms *= 10;
	}
	return true;
}

/* "Z" or "+02:00"; *minutes east of UTC. */
static bool parse_offset(const char **s, int *minutes)
{
	int sign, h, m;

	*minutes = 0;
	if (take(s, 'Z') || take(s, 'z'))
		return true;
	if (**s != '+' && **s != '-')
		return false;
	sign = **s == '-' ? -1 : 1;
	(*s)++;
	h = digits(s, 2);
	if (h < 0 || h > 23 || !take(s, ':'))
		return false;
	m = digits(s, 2);
	if (m < 0 || m > 59)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

bool clock_parse(const char *s, int64_t *wall_ms)
{
	struct tm tm = {0};
	int ms, minutes;

	if (!s || !parse_date(&s, &tm) || !(take(&s, 'T') || take(&s, 't') || take(&s, ' ')))
		return false;
	if (!parse_time(&s, &tm, &ms) || !parse_offset(&s, &minutes) || *s)
		return false;
	*wall_ms = (int64_t)timegm(&tm) * 1000 + ms - (int64_t)minutes * MINUTE;
	return true;
}

void clock_format(int64_t wall_ms, char out[static CLOCK_TEXT])
{
	/* The years 0 to 9999 are what RFC 3339 can write. */
	const int64_t first = INT64_C(-62167219200000), last = INT64_C(253402300799999);
	int64_t t = wall_ms < first ? first : wall_ms > last ? last : wall_ms;
	int ms = (int)(((t % 1000) + 1000) % 1000);
	time_t seconds = (time_t)((t - ms) / 1000);
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = (size_t)snprintf(out, CLOCK_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u", (unsigned)(tm.tm_year + 1900) % 10000,
			     (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
			     (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
	if (ms)
		snprintf(out + n, CLOCK_TEXT - n, ".%03uZ", (unsigned)ms % 1000);
	else
		snprintf(out + n, CLOCK_TEXT - n, "Z");
}

/* The unit at *s, which moves on; 0 when there is none that is known. */
static int64_t take_unit(const char **s)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", SECOND}, {"m", MINUTE}, {"h", HOUR}, {"d", DAY}, {"w", WEEK}};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t n = strlen(units[i].name);

		if (strncmp(*s, units[i].name, n) != 0)
			continue;
		*s += n;
		return units[i].ms;
	}
	return 0;
}

static int bad_duration(const char *s, struct err *e)
{
	return err_set(e, ERR_ARG, "\"%s\" is not a duration; write it like 500ms, 30s, 15m, 1h30m or 2d", s ? s : "");
}

int clock_parse_duration(const char *s, int64_t *ms, struct err *e)
{
	const char *p = s;
	double sum = 0;

	if (!s || !*s)
		return bad_duration(s, e);
	while (*p) {
		double v = 0, scale = 1;
		const char *from = p;
		int64_t unit;

		for (; *p >= '0' && *p <= '9' && v < 1e18; p++)
			v = v * 10 + (*p - '0');
		if (p > from && *p == '.')
			for (p++; *p >= '0' && *p <= '9'; p++)
				v += (*p - '0') * (scale /= 10);
		if (p == from)
			return bad_duration(s, e);
		if (!*p && from == s)
			unit = SECOND;
		else
			unit = take_unit(&p);
		if (unit == 0)
			return bad_duration(s, e);
		sum += v * (double)unit;
	}
	if (sum > (double)DURATION_MAX)
		return err_set(e, ERR_ARG, "the duration \"%s\" is longer than a thousand years", s);
	*ms = (int64_t)(sum + 0.5);
	return 0;
}

/* "3m12s", or "3m" when the smaller part is 0. */
static void two_parts(char *out, int64_t big, char big_unit, int64_t small, char small_unit)
{
	if (small)
		snprintf(out, CLOCK_TEXT, "%lld%c%lld%c", (long long)big, big_unit, (long long)small, small_unit);
	else
		snprintf(out, CLOCK_TEXT, "%lld%c", (long long)big, big_unit);
}

void clock_age(int64_t ms, char out[static CLOCK_TEXT])
{
	int64_t s = ms < 0 ? 0 : ms / SECOND;
	int64_t m = s / 60, h = m / 60, d = h / 24;

	/* The same steps as kubectl, so that ages can be compared with what people see there. */
	if (s < 120)
		two_parts(out, s, 's', 0, 0);
	else if (m < 10)
		two_parts(out, m, 'm', s % 60, 's');
	else if (m < 180)
		two_parts(out, m, 'm', 0, 0);
	else if (h < 8)
		two_parts(out, h, 'h', m % 60, 'm');
	else if (h < 48)
		two_parts(out, h, 'h', 0, 0);
	else if (d < 8)
		two_parts(out, d, 'd', h % 24, 'h');
	else if (d < 730)
		two_parts(out, d, 'd', 0, 0);
	else if (d < 365 * 8)
		two_parts(out, d / 365, 'y', d % 365, 'd');
	else
		two_parts(out, d / 365, 'y', 0, 0);
}
