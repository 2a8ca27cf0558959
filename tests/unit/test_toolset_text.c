/* SPDX-License-Identifier: Apache-2.0 */
/* The small helpers that toolsets write their answers with. */
#include "tests/tap.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/brief.h"
#include "toolsets/lib/nearest.h"
#include "toolsets/lib/selector.h"
#include "toolsets/lib/table.h"
#include "toolsets/lib/when.h"

static void age(int64_t ms, const char *want)
{
	char out[AGE_SIZE];

	is_str(age_text(ms, out), want, "age");
}

static void ages(void)
{
	age(0, "0s");
	age(119000, "119s");
	age(120000, "2m");
	age(330000, "5m30s");
	age(10 * 60000, "10m");
	age(179 * 60000, "179m");
	age(180 * 60000, "3h");
	age((5 * 60 + 30) * 60000LL, "5h30m");
	age(47 * 3600000LL, "47h");
	age(76 * 3600000LL, "3d4h");
	age(100 * 86400000LL, "100d");
	age(800 * 86400000LL, "2y70d");
	age(-5000, "<invalid>");
}

static void times(void)
{
	int64_t ms;
	char out[24];

	ok(when_parse("2026-11-02T12:00:00Z", &ms), "RFC 3339");
	is_int(ms, 1793620800000LL, "in milliseconds");
	is_str(when_text(ms, out), "2026-11-02T12:00:00Z", "and back");
	ok(when_parse("2026-11-02T13:00:00.123456+01:00", &ms), "fraction and zone");
	is_int(ms, 1793620800123LL, "both counted");
	ok(!when_parse("2026-11-02", &ms) && !when_parse("", &ms) && !when_parse(NULL, &ms), "no time");
	ok(!when_parse("2026-13-02T12:00:00Z", &ms) && !when_parse("2026-11-02T12:00:00", &ms),
	   "no month 13, no missing zone");
	ok(when_parse_span("1h30m", &ms) && ms == 5400000, "1h30m");
	ok(when_parse_span("2d", &ms) && ms == 172800000, "2d");
	ok(!when_parse_span("m", &ms) && !when_parse_span("5", &ms) && !when_parse_span("5x", &ms), "no spans");
	ok(when_parse_since("15m", 1000000, &ms) && ms == 100000, "before now");
}

static void tables(void)
{
	static const char *const heads[] = {"NAME", "EMPTY", "N", "TEXT"};
	struct table *t = tbl_new(heads, 4, 12);
	struct reply r = REP_INIT;

	for (int i = 10; i >= 9; i--) {
		tbl_row(t);
		tbl_cellf(t, "web-%d", i);
		tbl_cell(t, "");
		tbl_cellf(t, "%d", i);
		tbl_cell(t, i == 9 ? "a line\nand one more" : "häßlich");
	}
	tbl_sort(t, 0, false);
	tbl_print(t, 10, &r);
	is_str(rep_text(&r),
	       "NAME    N   TEXT\n"
	       "web-9   9   a line and o… (+7 chars)\n"
	       "web-10  10  häßlich\n",
	       "aligned, natural order, empty column out, cell clipped");
	rep_clear(&r);
	is_int(tbl_print(t, 1, &r), 1, "rows left out");
	ok(tbl_compare("a2", "a10") < 0 && tbl_compare("b", "a10") > 0 && tbl_compare("07", "7") == 0,
	   "numbers in texts");
	rep_free(&r);
	tbl_free(t);
}

static void replies(void)
{
	struct reply r = {.max = 10};

	rep_put(&r, "12345678");
	rep_put(&r, "ää!");
	is_str(rep_text(&r), "12345678ä", "cut at a character");
	ok(r.cut, "and known");
	rep_put(&r, "x");
	is_str(rep_text(&r), "12345678ä", "nothing after a cut");
	rep_free(&r);
}

static bool matches(const char *text, const char *object, bool fields)
{
	char why[300];
	struct selector *s = fields ? selector_fields(text, why, sizeof(why)) : selector_labels(text, why, sizeof(why));
	json_t *o = json_loads(object, 0, NULL);
	bool good = s && selector_match(s, o);

	selector_free(s);
	json_decref(o);
	return good;
}

static void selectors(void)
{
	static const char o[] =
		"{\"metadata\":{\"labels\":{\"app\":\"web\",\"tier\":\"a\"}},\"status\":{\"phase\":\"Running\"}}";
	char why[300];

	ok(matches("", o, false), "empty matches all");
	ok(matches("app=web", o, false) && matches("app==web,tier=a", o, false) && !matches("app=db", o, false),
	   "equals");
	ok(matches("app!=db", o, false) && !matches("app!=web", o, false) && matches("gone!=x", o, false), "differs");
	ok(matches("app in (db, web)", o, false) && !matches("app in (db)", o, false), "in");
	ok(matches("app notin (db),tier", o, false) && !matches("app notin (web)", o, false), "not in");
	ok(matches("!gone", o, false) && !matches("!app", o, false) && !matches("gone", o, false), "exists");
	ok(matches("status.phase=Running", o, true) && matches(".status.phase!=Failed", o, true), "fields");
	ok(!matches("status.phase=Failed", o, true), "a field that differs");
	ok(!selector_labels("a b", why, sizeof(why)), "no term");
	like(&why[0], "\"a b\" is not understood", "says which");
	ok(!selector_fields("status.phase", why, sizeof(why)), "a field needs a value");
}

static void names(void)
{
	struct nearest n = {.wanted = "wbe"};

	nearest_add(&n, "database");
	nearest_add(&n, "web");
	nearest_add(&n, "web");
	is_int(n.count, 1, "only what is alike, once");
	is_str(n.name[0], "web", "a swapped letter");
	ok(nearest_distance("web-7d9f-x", "web-7d9f-abc12") < nearest_distance("web-7d9f-x", "api-7d9f-abcde"),
	   "same front");
	is_int(nearest_distance("Web", "web"), 0, "case does not count");
}

static void briefs(void)
{
	json_t *v = json_loads("{\"a\":{\"b\":\"c\"},\"n\":[1,{\"x\":\"y\",\"z\":true}]}", 0, NULL);
	struct reply r = REP_INIT;

	brief_put(&r, v, 100);
	is_str(rep_text(&r), "a{b=c}, n=[1, x=y z=true]", "brief");
	json_decref(v);
	rep_free(&r);
}

int main(void)
{
	ages();
	times();
	tables();
	replies();
	selectors();
	names();
	briefs();
	return done();
}
