/* SPDX-License-Identifier: Apache-2.0 */
/* Finding again what was recorded: list, ids, documents, dumps, recorded reads, deleting. */
#include "agent/store/store_private.h"

#include <sys/stat.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "tests/scratch.h"
#include "tests/tap.h"

static int64_t count(struct store *s, const char *sql)
{
	struct db_stmt *q;
	int64_t n = -1;

	db_lock(s->db);
	q = db_prepare(s->db, sql, NULL);
	if (db_step(q, NULL) == 1)
		n = db_int(q, 0);
	db_release(q);
	db_unlock(s->db);
	return n;
}

static void run_sql(struct store *s, const char *sql)
{
	struct err e = {0};

	db_lock(s->db);
	if (db_exec(s->db, sql, &e))
		printf("# %s\n", e.msg);
	db_unlock(s->db);
}

static void begin(struct store *s, const char *text, char id[static STORE_ID])
{
	auto_json json_t *clusters = json_pack("[{s:s}]", "name", "kind");
	struct store_begin b = {
	    .question = text, .mode = "model", .model = "gpt", .version = "1", .clusters = clusters, .now_ms = 7};
	struct err e = {0};

	if (store_begin(s, &b, id, &e)) {
		printf("Bail out! %s\n", e.msg);
		exit(1);
	}
}

static void finding(struct store *s, const char *id, const char *name, const char *severity, const char *caused_by,
		    int symptoms)
{
	auto_free char *cause = mem_printf("%s is the cause.", name);
	auto_json json_t *f = json_pack("{s:s, s:s, s:f, s:s, s:s?, s:[], s:[]}", "id", name, "severity", severity,
					"score", 0.6, "cause", cause, "caused_by", caused_by, "symptoms", "evidence");

	while (symptoms-- > 0)
		json_array_append_new(json_object_get(f, "symptoms"), json_string("F9"));
	if (store_finding(s, id, f, NULL))
		abort();
}

static void lists(struct store *s)
{
	struct err e = {0};
	char id[6][STORE_ID];
	auto_json json_t *doc = json_pack("{s:s, s:n, s:[{s:s}], s:s}", "mode", "offline", "model", "root_causes",
					  "cause", "The node is full.", "answer", "See the node.");
	auto_json json_t *rest = NULL, *all = NULL, *some = NULL, *answered = NULL, *running = NULL, *cancelled = NULL,
			 *before = NULL;
	struct store_filter f = {0};

	for (int i = 0; i < 6; i++) {
		char text[32];

		snprintf(text, sizeof(text), "question %d", i);
		begin(s, text, id[i]);
	}
	finding(s, id[0], "F1", "warning", NULL, 0);
	finding(s, id[1], "F1", "info", NULL, 0);
	finding(s, id[1], "F2", "critical", "F1", 0);
	is_int(store_end(s, id[0], "answered", doc, &e), 0, "one is answered");
	is_int(store_end(s, id[4], "cancelled", NULL, &e), 0, "one was cancelled without a document");
	run_sql(s, "UPDATE investigations SET owner = 'gone' WHERE question = 'question 3'");
	rest = store_document(s, id[4], &e);
	is_str(json_str_at(rest, "status"), "cancelled", "which gets one from the record");
	like(json_str_at(rest, "answer"), "ended without an answer", "that says so");
	all = store_list(s, NULL, &e);
	is_int(json_array_size(all), 6, "all are listed");
	is_str(json_str_at(all, "0.id"), id[5], "newest first");
	is_str(json_str_at(all, "0.title"), "question 5", "without a cause the question is the title");
	ok(json_is_null(json_at(all, "0.severity")) && json_is_null(json_at(all, "0.duration_ms")),
	   "nothing known is null");
	is_str(json_str_at(all, "0.clusters.0.name"), "kind", "clusters");
	is_str(json_str_at(all, "5.title"), "The node is full.", "the first cause is the title");
	is_str(json_str_at(all, "5.mode"), "offline", "how it was answered in the end");
	is_str(json_str_at(all, "5.model"), "gpt", "the model that was asked first");
	is_str(json_str_at(all, "5.severity"), "warning", "severity");
	is_str(json_str_at(all, "4.severity"), "info", "not that of a symptom");
	ok(json_int_at(all, "5.duration_ms", -1) >= 0, "duration");
	is_str(json_str_at(all, "2.status"), "cancelled", "one whose process is gone");
	f = (struct store_filter){.limit = 2};
	some = store_list(s, &f, &e);
	ok(json_array_size(some) == 2 && str_eq(json_str_at(some, "1.id"), id[4]), "a limit");
	f = (struct store_filter){.before = id[2], .limit = 1};
	before = store_list(s, &f, &e);
	ok(json_array_size(before) == 1 && str_eq(json_str_at(before, "0.id"), id[1]), "the next page");
	f = (struct store_filter){.status = "answered"};
	answered = store_list(s, &f, &e);
	ok(json_array_size(answered) == 1 && str_eq(json_str_at(answered, "0.id"), id[0]), "answered ones");
	f = (struct store_filter){.status = "running"};
	running = store_list(s, &f, &e);
	is_int(json_array_size(running), 3, "running ones: without the dead one");
	f = (struct store_filter){.status = "cancelled"};
	cancelled = store_list(s, &f, &e);
	is_int(json_array_size(cancelled), 2, "cancelled ones: with the dead one");
}

static void resolves(void)
{
	struct err e = {0};
	struct store *s = store_open(":memory:", &e);
	char id[7][STORE_ID], out[STORE_ID], typed[STORE_ID];

	is_int(store_resolve(s, "last", out, &e), -1, "no last one yet");
	like(e.msg, "no investigation is recorded in :memory: yet", "says so");
	for (int i = 0; i < 7; i++)
		begin(s, i == 6 ? "why is the training job of the vision team pending?" : "why?", id[i]);
	is_int(store_resolve(s, "last", out, &e), 0, "the last one");
	is_str(out, id[6], "is the newest");
	is_int(store_resolve(s, id[2], out, &e), 0, "a whole id");
	is_str(out, id[2], "is itself");
	snprintf(typed, sizeof(typed), "%s", id[3]);
	is_int(store_resolve(s, str_lower(typed), out, &e), 0, "in lower case");
	is_str(out, id[3], "too");
	is_int(store_resolve(s, "01", out, &e), -1, "two characters");
	is_int(e.code, ERR_ARG, "are too few");
	snprintf(typed, 6, "%s", id[0]);
	is_int(store_resolve(s, typed, out, &e), -1, "a beginning that all share");
	is_int(e.code, ERR_ARG, "is not enough");
	like(e.msg, id[6], "candidates are named");
	like(e.msg, "(why is the training job of the vision te...)", "with their questions, cut");
	like(e.msg, ", ...", "and more than five are not");
	ok(!strstr(e.msg, id[0]), "the oldest is left out");
	run_sql(s, "UPDATE investigations SET id = '01ARZ3NDEKTSV4RRFFQ69G5FAV' WHERE n = 1");
	is_int(store_resolve(s, "01arz", out, &e), 0, "a beginning that only one has");
	is_str(out, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "is that one");
	is_int(store_resolve(s, "01ARZX", out, &e), -1, "one that none has");
	is_int(e.code, ERR_NOT_FOUND, "is not found");
	like(e.msg, "\"01ARZX\"", "as it was typed");
	is_int(store_resolve(s, "no-such-id", out, &e), -1, "what can be no id");
	is_int(e.code, ERR_NOT_FOUND, "is not found");
	is_int(store_resolve(s, "' OR 1=1 --", out, &e), -1, "nor is mischief");
	is_int(store_resolve(s, NULL, out, &e), -1, "nor nothing");
	store_close(s);
}

static void documents(struct store *s)
{
	struct err e = {0};
	char id[STORE_ID];
	auto_json json_t *doc = json_pack("{s:s, s:[{s:s}]}", "answer", "So.", "root_causes", "cause", "It."),
			 *back = NULL, *put = NULL;
	auto_json json_t *no_cost = json_pack("{s:i, s:i}", "requests", 1, "prompt_tokens", 5);
	auto_json json_t *cost = json_pack("{s:i, s:i, s:f}", "requests", 1, "prompt_tokens", 7, "cost_usd", 0.5),
			 *third = NULL;

	begin(s, "document?", id);
	finding(s, id, "F1", "warning", NULL, 0);
	finding(s, id, "F2", "critical", NULL, 1);
	finding(s, id, "F3", "critical", "F2", 0);
	finding(s, id, "F4", "info", NULL, 0);
	finding(s, id, "F5", "warning", NULL, 4);
	put = store_document(s, id, &e);
	is_str(json_str_at(put, "status"), "running", "while it runs");
	is_int(json_array_size(json_at(put, "root_causes")), 3, "symptoms and remarks are no root causes");
	is_str(json_str_at(put, "root_causes.0.cause"), "F5 is the cause.", "what explains most is first");
	is_str(json_str_at(put, "root_causes.1.cause"), "F2 is the cause.", "then what explains less");
	is_str(json_str_at(put, "root_causes.0.confidence"), "medium", "a middling score");
	ok(json_is_array(json_at(put, "unverified")), "unverified");
	ok(json_is_null(json_at(put, "usage.cost_usd")), "no request, no price");
	is_int(store_usage(s, id, "gpt", cost, &e), 0, "a request with a price");
	is_int(store_usage(s, id, "other", no_cost, &e), 0, "one without");
	third = store_document(s, id, &e);
	is_int(json_int_at(third, "usage.prompt_tokens", 0), 12, "tokens add up");
	ok(json_is_null(json_at(third, "usage.cost_usd")), "a sum with a hole is no sum");
	is_int(store_end(s, id, "partial", doc, &e), 0, "ends");
	back = store_document(s, id, &e);
	ok(json_equal(back, doc), "the document is what was given");
	ok(!store_document(s, "01ARZ3NDEKTSV4RRFFQ69G5FAV", &e), "none for an unknown id");
	is_int(e.code, ERR_NOT_FOUND, "not found");
}

static int put_read(struct store *s, const char *id, struct store_read r)
{
	struct err e = {0};
	int rc;

	r.cluster = r.cluster ? r.cluster : "a";
	rc = store_read(s, id, &r, &e);
	if (rc)
		printf("# %s\n", e.msg);
	return rc;
}

static void expect_read(struct store *s, const char *id, const char *cluster, const char *path, const char *accept,
			const char *want)
{
	char *body = NULL;
	size_t len = 0;
	auto_json json_t *read = store_find_read(s, id, cluster, path, accept, &body, &len);

	ok(want ? read && body && len == strlen(want) && strcmp(body, want) == 0 : !read, "%s %s as %s: %s",
	   str_or(cluster, "any"), path, str_or(accept, "JSON"), str_or(want, "none"));
	free(body);
}

static void reads(struct store *s)
{
	struct err e = {0};
	char id[STORE_ID];
	char *body = (char[]){"x"};
	size_t len = 9;
	int rc = 0;
	auto_json json_t *large = NULL, *dump = NULL, *bare = NULL;

	begin(s, "reads?", id);
	rc |= put_read(s, id, (struct store_read){.path = "/p", .body = "old", .body_len = 3});
	rc |= put_read(s, id,
		       (struct store_read){.path = "/p", .body = "new", .body_len = 3, .accept = "application/json"});
	rc |= put_read(s, id, (struct store_read){.path = "/p", .body = "again", .body_len = 5, .cached = true});
	rc |= put_read(s, id, (struct store_read){.path = "/p", .body = "table", .body_len = 5, .accept = "as=Table"});
	rc |= put_read(s, id, (struct store_read){.path = "/p", .body = "other", .body_len = 5, .cluster = "b"});
	rc |= put_read(s, id, (struct store_read){.path = "/empty", .body = "", .body_len = 0, .state = "empty"});
	rc |= put_read(s, id, (struct store_read){.path = "/bin", .body = "\xff\0\x01z", .body_len = 4});
	rc |= put_read(
	    s, id,
	    (struct store_read){.path = "/large", .sha256 = "abc", .bytes = 5000000000, .status = 200, .why = "large"});
	is_int(rc, 0, "reads are recorded");
	expect_read(s, id, "a", "/p", NULL, "new");
	expect_read(s, id, "a", "/p", "application/json", "new");
	expect_read(s, id, "a", "/p", "as=Table", "table");
	expect_read(s, id, "b", "/p", NULL, "other");
	expect_read(s, id, "c", "/p", NULL, NULL);
	expect_read(s, id, NULL, "/empty", NULL, "");
	expect_read(s, id, "a", "/q", NULL, NULL);
	expect_read(s, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "a", "/p", NULL, NULL);
	large = store_find_read(s, id, "a", "/large", NULL, &body, &len);
	ok(large && !body && len == 0, "a large one has no body");
	is_int(json_int_at(large, "bytes", 0), 5000000000, "but its size");
	is_str(json_str_at(large, "why"), "large", "and why");
	dump = store_dump(s, id, true, &e);
	is_int(json_array_size(json_at(dump, "reads")), 8, "a dump has all");
	is_str(json_str_at(dump, "reads.0.body"), "old", "with text");
	is_str(json_str_at(dump, "reads.5.body"), "", "also empty");
	is_str(json_str_at(dump, "reads.6.body_base64"), "/wABeg==", "and bytes");
	is_str(json_str_at(dump, "reads.7.sha256"), "abc", "or a sum");
	ok(!json_at(dump, "reads.7.body") && json_bool_at(dump, "reads.2.cached", false), "cached ones are marked");
	bare = store_dump(s, id, false, &e);
	ok(bare && !json_at(bare, "reads.0.body"), "without bodies where none are wanted");
}

static void dumps(struct store *s)
{
	struct err e = {0};
	char id[STORE_ID];
	auto_json json_t *message = json_pack("{s:s, s:s}", "role", "user", "content", "hi"),
			 *setup = json_pack("{s:s}", "scope", "all");
	auto_json json_t *events = NULL, *dump = NULL, *more = json_pack("[{s:s}, {s:s}]", "content", "x", "content", "y");
	struct store_begin b = {
	    .question = "bad \xff bytes", .mode = "offline", .version = "1.2", .setup = setup, .now_ms = 1500};
	struct store_call call = {.call_id = "c", .tool = "t", .status = "ok", .result = "r\xfe", .result_len = 2};

	is_int(store_begin(s, &b, id, &e), 0, "begins");
	is_int(store_message(s, id, message, &e), 0, "a message");
	is_int(store_messages(s, id, more, &e), 0, "and two more");
	is_int(store_messages(s, "x", more, &(struct err){0}), -1, "but not of nobody");
	is_int(store_call(s, id, &call, &e), 0, "a call with odd bytes");
	for (int i = 0; i < 5; i++)
		(void)!store_event(s, id, "delta", message);
	events = store_events(s, id, 2, 2, &e);
	is_int(json_array_size(events), 2, "events from one on, at most two");
	is_int(json_int_at(events, "0.seq", 0), 3, "the first of them");
	is_str(json_str_at(events, "0.data.role"), "user", "data");
	ok(str_ends(json_str_or(events, "0.time", ""), "Z"), "time");
	dump = store_dump(s, id, true, &e);
	is_str(json_str_at(dump, "investigation.question"), "bad \xef\xbf\xbd bytes", "the question is valid text");
	is_str(json_str_at(dump, "investigation.version"), "1.2", "version");
	is_str(json_str_at(dump, "investigation.now"), "1970-01-01T00:00:01.500Z", "the cluster's time");
	is_str(json_str_at(dump, "investigation.setup.scope"), "all", "setup");
	is_str(json_str_at(dump, "investigation.document.status"), "running", "the document as far as it goes");
	is_str(json_str_at(dump, "messages.0.message.content"), "hi", "messages");
	is_str(json_str_at(dump, "messages.2.message.content"), "y", "in order");
	is_int(json_array_size(json_at(dump, "messages")), 3, "and no others");
	is_str(json_str_at(dump, "tool_calls.0.result"), "r\xef\xbf\xbd", "results");
	is_int(json_array_size(json_at(dump, "events")), 5, "events");
	ok(json_is_array(json_at(dump, "usage")) && json_is_array(json_at(dump, "findings")), "and the rest");
	ok(!store_dump(s, "x", true, &e), "none for an unknown id");
}

static void deletes(void)
{
	struct err e = {0};
	struct store *s = store_open(scratch("del.db"), &e);
	char a[STORE_ID], b[STORE_ID];
	auto_free char *big = mem_alloc(1000000);
	auto_json json_t *evidence = json_pack("{s:s, s:s}", "id", "E1", "quote", "peculiar words"), *found = NULL;
	struct stat before, after;
	int rc = 0;

	memset(big, 'b', 1000000);
	begin(s, "first?", a);
	begin(s, "second?", b);
	rc |= put_read(s, a, (struct store_read){.path = "/p", .body = "shared", .body_len = 6});
	rc |= put_read(s, b, (struct store_read){.path = "/p", .body = "shared", .body_len = 6});
	rc |= put_read(s, a, (struct store_read){.path = "/q", .body = big, .body_len = 1000000});
	rc |= put_read(s, a, (struct store_read){.path = "/r", .body = big, .body_len = 1000000});
	rc |= store_evidence(s, a, evidence, &e) | store_end(s, a, "answered", NULL, &e);
	is_int(rc, 0, "two investigations with a body in common");
	is_int(count(s, "SELECT count(*) FROM bodies"), 2, "two bodies");
	is_int(store_delete(s, b, &e), -1, "what runs is not deleted");
	run_sql(s, "PRAGMA wal_checkpoint(TRUNCATE)");
	stat(scratch("del.db"), &before);
	is_int(store_delete(s, a, &e), 0, "what ended is");
	stat(scratch("del.db"), &after);
	ok(after.st_size < before.st_size - 900000, "the disk gets its space back");
	is_int(count(s, "SELECT count(*) FROM bodies"), 1, "the body of the other one stays");
	expect_read(s, b, "a", "/p", NULL, "shared");
	is_int(count(s, "SELECT count(*) FROM reads"), 1, "reads are gone");
	is_int(count(s, "SELECT count(*) FROM evidence"), 0, "evidence is gone");
	found = store_search(s, "peculiar", 0, &e);
	is_int(json_array_size(found), 0, "search finds it no more");
	is_int(store_delete(s, a, &e), -1, "it cannot be deleted twice");
	is_int(e.code, ERR_NOT_FOUND, "because it is not there");
	ok(!store_broken(s), "which breaks nothing");
	store_close(s);
}

int main(void)
{
	struct err e = {0};
	struct store *s = store_open(scratch("h.db"), &e);

	ok(s, "opens: %s", e.msg);
	lists(s);
	resolves();
	documents(s);
	reads(s);
	dumps(s);
	deletes();
	store_close(s);
	return done();
}
