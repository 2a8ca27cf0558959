/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/clock.h"

#include "tests/tap.h"

static void is_time(const char *s, int64_t want, const char *back)
{
	char out[CLOCK_TEXT];
	int64_t ms = -1;
	bool good = clock_parse(s, &ms);

	ok(good && ms == want, "%s is %lld", s, (long long)ms);
	clock_format(ms, out);
	is_str(out, back, "and back");
}

static void times(void)
{
	static const char *const bad[] = {"",
					  "2026",
					  "2026-05-01",
					  "2026-05-01T10:00:00",
					  "2026-13-01T10:00:00Z",
					  "2026-02-29T10:00:00Z",
					  "2026-05-01T24:00:00Z",
					  "2026-05-01T10:60:00Z",
					  "2026-05-01T10:00:61Z",
					  "2026-05-01T10:00:00.Z",
					  "2026-05-01T10:00:00Zx",
					  "2026-05-01T10:00:00+2:00",
					  "26-05-01T10:00:00Z",
					  "2026-05-32T10:00:00Z",
					  "2026-05-01X10:00:00Z",
					  "2026-05-01T10:00:00+25:00",
					  "1900-02-29T00:00:00Z"};
	int64_t ms = 5;
	int accepted = 0;

	is_time("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z");
	is_time("2026-05-01T10:00:00Z", 1777629600000, "2026-05-01T10:00:00Z");
	is_time("2026-05-01T10:00:00.123Z", 1777629600123, "2026-05-01T10:00:00.123Z");
	is_time("2026-05-01T10:00:00.123456789Z", 1777629600123, "2026-05-01T10:00:00.123Z");
	is_time("2026-05-01T10:00:00.1Z", 1777629600100, "2026-05-01T10:00:00.100Z");
	is_time("2026-05-01T12:30:00+02:30", 1777629600000, "2026-05-01T10:00:00Z");
	is_time("2026-04-30t23:00:00-11:00", 1777629600000, "2026-05-01T10:00:00Z");
	is_time("2024-02-29T00:00:00Z", 1709164800000, "2024-02-29T00:00:00Z");
	is_time("2000-02-29 00:00:00z", 951782400000, "2000-02-29T00:00:00Z");
	is_time("1969-12-31T23:59:59.500Z", -500, "1969-12-31T23:59:59.500Z");
	is_time("2016-12-31T23:59:60Z", 1483228800000, "2017-01-01T00:00:00Z");
	is_time("9999-12-31T23:59:59Z", 253402300799000, "9999-12-31T23:59:59Z");
	is_time("0000-01-01T00:00:00Z", -62167219200000, "0000-01-01T00:00:00Z");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (clock_parse(bad[i], &ms)) {
			printf("# accepted %s\n", bad[i]);
			accepted++;
		}
	ok(accepted == 0 && !clock_parse(NULL, &ms), "what is no time");
	is_int(ms, 5, "and leaves the result alone");
}

static void extremes(void)
{
	char out[CLOCK_TEXT];

	clock_format(INT64_MAX, out);
	is_str(out, "9999-12-31T23:59:59.999Z", "the far future stops at the last year");
	clock_format(INT64_MIN, out);
	is_str(out, "0000-01-01T00:00:00Z", "the far past at the first");
}

static int64_t duration(const char *s)
{
	int64_t ms = -1;
	int rc = clock_parse_duration(s, &ms, NULL);

	return rc == 0 ? ms : -1;
}

static void durations(void)
{
	struct err e = {0};
	int64_t ms;
	int rc = clock_parse_duration("1x", &ms, &e);

	is_int(rc, -1, "an unknown unit");
	like(e.msg, "\"1x\" is not a duration; write it like", "helps");
	ok(duration("500ms") == 500 && duration("30s") == 30000 && duration("15m") == 900000 &&
		   duration("2h") == 7200000,
	   "units");
	ok(duration("1h30m") == 5400000 && duration("2d") == 172800000 && duration("1w") == 604800000, "more units");
	ok(duration("90") == 90000 && duration("1.5") == 1500 && duration("0") == 0 && duration("1.5h") == 5400000,
	   "bare, fractions");
	ok(duration("1m0.5s") == 60500 && duration("1w2d3h4m5s6ms") == 788645006, "many parts");
	ok(duration("") == -1 && duration("s") == -1 && duration("-5s") == -1 && duration("5 s") == -1 &&
		   duration("1h30") == -1 && duration(".") == -1 && duration("1h-1m") == -1 && duration(NULL) == -1,
	   "what is none");
	ok(duration("99999999999999999999w") == -1 && duration("9999999w") == -1, "too long");
}

static void is_age(int64_t seconds, const char *want)
{
	char out[CLOCK_TEXT];

	clock_age(seconds * 1000, out);
	is_str(out, want, "age");
}

static void ages(void)
{
	char out[CLOCK_TEXT];

	is_age(-5, "0s");
	is_age(0, "0s");
	is_age(45, "45s");
	is_age(119, "119s");
	is_age(120, "2m");
	is_age(192, "3m12s");
	is_age(599, "9m59s");
	is_age(605, "10m");
	is_age(179 * 60 + 59, "179m");
	is_age(3 * 3600, "3h");
	is_age(5 * 3600 + 60, "5h1m");
	is_age(8 * 3600 + 60, "8h");
	is_age(47 * 3600, "47h");
	is_age(52 * 3600, "2d4h");
	is_age(48 * 3600, "2d");
	is_age(12 * 86400, "12d");
	is_age(729 * 86400, "729d");
	is_age(730 * 86400, "2y");
	is_age(800 * 86400, "2y70d");
	is_age(9LL * 365 * 86400 + 5 * 86400, "9y");
	clock_age(INT64_MAX, out);
	like(out, "y", "the longest age");
}

static void deadlines(void)
{
	int64_t now = clock_mono_ms(), at = clock_deadline(60000);

	ok(at >= now + 60000 && at < now + 120000, "a deadline lies ahead");
	ok(clock_left(at) > 0 && clock_left(at) <= 60000, "what is left");
	is_int(clock_left(1), 0, "never negative");
	ok(clock_left(0) == INT64_MAX && clock_deadline(0) == 0 && clock_deadline(-1) == 0 &&
		   clock_deadline(INT64_MAX) == 0,
	   "none");
	ok(clock_sooner(0, 5) == 5 && clock_sooner(5, 0) == 5 && clock_sooner(3, 5) == 3 && clock_sooner(0, 0) == 0,
	   "sooner");
	ok(clock_wall_ms() > 1700000000000, "the wall clock is past 2023");
}

int main(void)
{
	times();
	extremes();
	durations();
	ages();
	deadlines();
	return done();
}
