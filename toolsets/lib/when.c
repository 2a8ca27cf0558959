/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool digits(const char **s, int n, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*out = *out * 10 + (**s - '0');
	}
	return true;
}

static bool zone(const char *s, int *minutes)
{
	int h, m, sign = *s == '-' ? -1 : 1;

	*minutes = 0;
	if ((*s == 'Z' || *s == 'z') && !s[1])
		return true;
	if (*s != '+' && *s != '-')
		return false;
	s++;
	if (!digits(&s, 2, &h) || *s++ != ':' || !digits(&s, 2, &m) || *s)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

static bool date(const char **s, struct tm *tm)
{
	int year, month;

	if (!digits(s, 4, &year) || *(*s)++ != '-' || !digits(s, 2, &month) || *(*s)++ != '-' ||
	    !digits(s, 2, &tm->tm_mday))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	return month >= 1 && month <= 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31;
}

static bool clock_time(const char **s, struct tm *tm, int *ms)
{
	int scale = 100;

	if (!digits(s, 2, &tm->tm_hour) || *(*s)++ != ':' || !digits(s, 2, &tm->tm_min) || *(*s)++ != ':' ||
	    !digits(s, 2, &tm->tm_sec))
		return false;
	if (**s == '.')
		for ((*s)++; **s >= '0' && **s <= '9'; (*s)++, scale /= 10)
			*ms += (**s - '0') * scale;
	return tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60;
}

bool when_parse(const char *s, int64_t *ms)
{
	struct tm tm = {0};
	int fraction = 0, minutes;

	if (!s || !date(&s, &tm) || (*s != 'T' && *s != 't' && *s != ' '))
		return false;
	s++;
	if (!clock_time(&s, &tm, &fraction) || !zone(s, &minutes))
		return false;
	*ms = ((int64_t)timegm(&tm) - (int64_t)minutes * 60) * 1000 + fraction;
	return true;
}

static int64_t unit_ms(const char **s)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {"w", 604800000}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t n = strlen(units[i].name);

		if (strncmp(*s, units[i].name, n) == 0) {
			*s += n;
			return units[i].ms;
		}
	}
	return 0;
}

bool when_parse_span(const char *s, int64_t *ms)
{
	int64_t sum = 0;

	if (!s || !*s)
		return false;
	while (*s) {
		int64_t n = 0, unit;
		const char *from = s;

		for (; *s >= '0' && *s <= '9' && n < 100000000; s++)
			n = n * 10 + (*s - '0');
		unit = s == from ? 0 : unit_ms(&s);
		if (!unit)
			return false;
		sum += n * unit;
	}
	*ms = sum;
	return true;
}

bool when_parse_since(const char *text, int64_t now_ms, int64_t *ms)
{
	int64_t span;

	if (when_parse(text, ms))
		return true;
	if (!when_parse_span(text, &span))
		return false;
	*ms = now_ms - span;
	return true;
}

const char *when_text(int64_t ms, char out[static 24])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (ms == 0 || !gmtime_r(&t, &tm) || strftime(out, 24, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		memcpy(out, "-", 2);
	return out;
}
