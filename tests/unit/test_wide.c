/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of tables from text, how a row is judged, and which pods a scan picks. */
#include "agent/facts/wide.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "tests/tap.h"

#define COLUMNS                                                                                                        \
	"\"columnDefinitions\":[{\"name\":\"Name\",\"type\":\"string\"},{\"name\":\"Ready\"},{\"name\":\"Status\"},"  \
	"{\"name\":\"Restarts\"},{\"name\":\"Age\"},{\"name\":\"IP\"},{\"name\":\"Node\"}]"

static const char table[] =
	"{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\"1\",\"continue\":\"a/b=\","
	"\"remainingItemCount\":7}," COLUMNS ",\"rows\":[{\"cells\":[\"web-6d4cf56db6-x2x4z\",\"1/1\",\"Running\",\"0\","
	"\"5d\",\"10.0.0.1\",\"n1\"],\"object\":null},{\"cells\":[\"we\\u0062-1\",\"0/1\",\"Crash\\\"Loop\",3,\"5d\","
	"\"\",\"n\\\\2\"],\"object\":{\"kind\":\"x\",\"rows\":[]}}]}";

struct seen {
	size_t count;
	struct table_row rows[4];
};

static void keep(void *ctx, const struct table_row *row)
{
	struct seen *s = ctx;

	if (s->count < 4)
		s->rows[s->count] = *row;
	s->count++;
}

static int scan(const char *text, size_t n, struct seen *s, struct table_page *page)
{
	/* exactly as long as it is, so that a byte too many is seen by the sanitizer */
	char *copy = mem_copy(text, n ? n : 1);
	int rc;

	*s = (struct seen){0};
	rc = table_rows(copy, n, page, keep, s);
	free(copy);
	return rc;
}

static void test_rows(void)
{
	struct seen s;
	struct table_page page;
	bool good = true;

	ok(scan(table, sizeof(table) - 1, &s, &page) == 0 && s.count == 2 && page.rows == 2, "two rows");
	is_str(page.next, "a/b=", "the next page's token");
	is_str(s.rows[0].name, "web-6d4cf56db6-x2x4z", "name");
	is_str(s.rows[0].restarts, "0", "restarts as a text");
	is_str(s.rows[0].node, "n1", "node");
	is_str(s.rows[1].name, "web-1", "an escape");
	is_str(s.rows[1].status, "Crash\"Loop", "an escaped quote");
	is_str(s.rows[1].restarts, "3", "restarts as a number");
	is_str(s.rows[1].node, "n\\2", "an escaped backslash");
	free(page.next);
	for (size_t n = 0; n < sizeof(table) - 1; n++) {
		good = good && scan(table, n, &s, &page) < 0;
		free(page.next);
	}
	ok(good, "cut off anywhere it is broken");
	for (size_t n = 0; n < sizeof(table) - 1; n++) {
		char text[sizeof(table)];

		memcpy(text, table, sizeof(table));
		text[n] = text[n] == '"' ? ']' : '"';
		scan(text, sizeof(table) - 1, &s, &page);
		free(page.next);
	}
	ok(true, "and no byte that is another one leads beyond its end");
}

static void test_other_answers(void)
{
	static const char *const none[] = {"", "[]", "null", "7", "\"Table\"", "{\"kind\":\"PodList\",\"items\":[]}",
					   "{\"kind\":\"Table\",\"rows\":[{\"cells\":[]}]}",
					   "{\"kind\":\"Table\"," COLUMNS ",\"rows\":[{\"cells\":[\"\"]}]}",
					   "{\"kind\":\"Table\",\"columnDefinitions\":[{\"name\":\"Name\"}],\"rows\":[{"
					   "\"cells\":[\"a\"]}]}"};
	static const char empty[] = "{\"rows\":null," COLUMNS ",\"kind\":\"Table\"}";
	struct seen s;
	struct table_page page;
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		good = good && scan(none[i], strlen(none[i]), &s, &page) < 0 && !page.next;
	ok(good, "what is no table of pods is none");
	ok(scan(empty, sizeof(empty) - 1, &s, &page) == 0 && s.count == 0 && !page.next,
	   "a table without rows, in another order");
}

static enum wide_rank judged(const char *ready, const char *status, const char *restarts)
{
	struct table_row row = {.name = "x"};

	snprintf(row.ready, sizeof(row.ready), "%s", ready);
	snprintf(row.status, sizeof(row.status), "%s", status);
	snprintf(row.restarts, sizeof(row.restarts), "%s", restarts);
	return wide_judge(&row);
}

static void test_judge(void)
{
	is_int(judged("1/1", "Running", "0"), WIDE_FINE, "running");
	is_int(judged("0/1", "Completed", "0"), WIDE_FINISHED, "finished");
	is_int(judged("0/1", "CrashLoopBackOff", "7 (3m ago)"), WIDE_BAD, "crash loop");
	is_int(judged("1/1", "Terminating", "0"), WIDE_BAD, "terminating");
	is_int(judged("0/1", "Init:0/2", "0"), WIDE_BAD, "initialising");
	is_int(judged("1/2", "Running", "0"), WIDE_NOT_READY, "not ready");
	is_int(judged("9/10", "Running", "0"), WIDE_NOT_READY, "numbers, not texts");
	is_int(judged("x", "Running", "0"), WIDE_NOT_READY, "nobody knows");
	is_int(judged("2/2", "Running", "3 (5m20s ago)"), WIDE_RESTARTED, "restarted just now");
	is_int(judged("2/2", "Running", "3 (23h ago)"), WIDE_RESTARTED, "today");
	is_int(judged("2/2", "Running", "3 (2d4h ago)"), WIDE_FINE, "days ago");
	is_int(judged("2/2", "Running", "3 (2y30d ago)"), WIDE_FINE, "years ago");
	is_int(judged("2/2", "Running", "3"), WIDE_RESTARTED, "an older server does not say when");
}

static const char *owner(const char *name)
{
	static char text[80];

	snprintf(text, sizeof(text), "%.*s", (int)wide_owner(name), name);
	return text;
}

static void test_owner(void)
{
	is_str(owner("web-6d4cf56db6-x2x4z"), "web-6d4cf56db6", "ReplicaSet");
	is_str(owner("agent-x2x4z"), "agent", "DaemonSet, Job");
	is_str(owner("db-0"), "db", "StatefulSet");
	is_str(owner("db-12"), "db", "its twelfth");
	is_str(owner("backup-29301234-x2x4z"), "backup-29301234", "CronJob");
	is_str(owner("etcd-control"), "etcd-control", "a static pod");
	is_str(owner("my-apple"), "my-apple", "vowels are nobody's suffix");
	is_str(owner("alone"), "alone", "alone");
	is_str(owner("-x2x4z"), "-x2x4z", "nothing before it");
	is_str(owner(""), "", "nothing");
}

static void add(struct wide_groups *g, const char *ns, const char *name, const char *status, const char *node)
{
	struct table_row row = {.ready = "1/1", .restarts = "0"};

	snprintf(row.name, sizeof(row.name), "%s", name);
	snprintf(row.status, sizeof(row.status), "%s", status);
	snprintf(row.node, sizeof(row.node), "%s", node);
	wide_groups_add(g, ns, &row);
}

static const char *picked(const struct wide_groups *g, bool bad)
{
	static char text[1000];
	struct wide_picks picks = {0};
	size_t n = 0;

	text[0] = '\0';
	if (bad)
		wide_groups_bad(g, &picks);
	else
		wide_groups_others(g, 3, &picks);
	for (size_t i = 0; i < picks.count; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s/%s%s ", picks.items[i].ns, picks.items[i].name,
				      picks.items[i].sibling ? "+" : "");
	wide_picks_fini(&picks);
	return text;
}

static void test_groups(void)
{
	struct wide_hints hints = {.nodes = map_new(NULL), .warned = map_new(NULL)};
	struct wide_groups g;
	struct wide_picks picks = {0};
	char name[40];

	map_set(hints.nodes, "down", NULL);
	map_set(hints.warned, "a\ndb-1", NULL);
	wide_groups_init(&g, &hints);
	add(&g, "a", "web-6d4cf56db6-x2x4z", "Running", "n1");
	add(&g, "a", "web-6d4cf56db6-x2x5z", "Error", "n1");
	add(&g, "a", "web-6d4cf56db6-x2x6z", "Running", "n1");
	add(&g, "a", "web-6d4cf56db7-x2x4z", "Running", "n1");
	add(&g, "b", "web-6d4cf56db6-x2x4z", "Running", "n1");
	add(&g, "a", "db-0", "Running", "n1");
	add(&g, "a", "db-1", "Running", "n1");
	add(&g, "b", "db-1", "Running", "n1");
	add(&g, "b", "once-x2x4z", "Completed", "down");
	add(&g, "b", "agent-x2x4z", "Running", "down");
	is_int((int)g.rows, 10, "rows");
	is_int((int)map_len(g.by_owner), 7, "owners");
	is_str(picked(&g, true), "a/web-6d4cf56db6-x2x5z a/web-6d4cf56db6-x2x4z+ a/db-1 a/db-0+ b/agent-x2x4z ",
	       "what is suspicious and a sibling of it");
	is_str(picked(&g, false), "a/web-6d4cf56db7-x2x4z b/web-6d4cf56db6-x2x4z b/db-1 ",
	       "one of each other owner, of so many as are wanted");
	wide_groups_fini(&g);
	wide_groups_init(&g, NULL);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "many-%d", i);
		add(&g, "a", name, i == 99 ? "Error" : i % 2 ? "Pending" : "Running", "n1");
	}
	wide_groups_bad(&g, &picks);
	is_int((int)picks.count, 21, "of many of one owner some are enough");
	wide_picks_fini(&picks);
	wide_groups_fini(&g);
	map_free(hints.nodes);
	map_free(hints.warned);
}

static void test_row_of_pod(void)
{
	auto_json json_t *pod = json_pack(
		"{s:{s:s}, s:{s:s}, s:{s:s, s:[{s:b, s:i, s:{s:{s:s}}, s:{s:{s:s}}}]}}", "metadata", "name", "web-0", "spec",
		"nodeName", "n1", "status", "phase", "Running", "containerStatuses", "ready", 0, "restartCount", 4, "state",
		"waiting", "reason", "CrashLoopBackOff", "lastState", "terminated", "finishedAt", "2026-01-01T00:00:00Z");
	struct table_row row;

	wide_row_of(pod, INT64_C(1767225660000), &row);
	is_str(row.name, "web-0", "name");
	is_str(row.ready, "0/1", "ready");
	is_str(row.status, "CrashLoopBackOff", "status");
	is_str(row.restarts, "4 (60s ago)", "restarts");
	is_str(row.node, "n1", "node");
	wide_row_of(NULL, 0, &row);
	is_str(row.status, "Unknown", "of nothing");
}

int main(void)
{
	test_rows();
	test_other_answers();
	test_judge();
	test_owner();
	test_groups();
	test_row_of_pod();
	return done();
}
