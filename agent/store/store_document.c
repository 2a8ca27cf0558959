/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole investigations: the final document as it was given, or, for one that has not ended, one put together from what
 * was recorded until now; and the dump of everything.
 */
#include "agent/store/store_private.h"

#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

/* --- put together --- */

/* Root causes: what nothing else explains and what is no mere remark, the widest first, as triage ranks. */
static bool is_root(const json_t *finding)
{
	return !json_is_string(json_object_get(finding, "caused_by")) &&
	       !str_eq(json_str_at(finding, "severity"), "info");
}

static int compare_roots(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	size_t wide_x = json_array_size(json_object_get(x, "symptoms")),
	       wide_y = json_array_size(json_object_get(y, "symptoms"));
	bool bad_x = str_eq(json_str_at(x, "severity"), "critical"),
	     bad_y = str_eq(json_str_at(y, "severity"), "critical");
	double score_x = json_number_value(json_object_get(x, "score")),
	       score_y = json_number_value(json_object_get(y, "score"));

	if (wide_x != wide_y)
		return wide_x > wide_y ? -1 : 1;
	if (bad_x != bad_y)
		return bad_x ? -1 : 1;
	if (score_x != score_y)
		return score_x > score_y ? -1 : 1;
	return strcmp(json_str_or(x, "id", ""), json_str_or(y, "id", ""));
}

/* What a check cites was read by the check itself. */
static json_t *cite(const json_t *finding, const json_t *evidence)
{
	json_t *citations = json_array();
	const json_t *id, *item;
	size_t i, k;

	json_array_foreach(json_object_get(finding, "evidence"), i, id) {
		json_array_foreach(evidence, k, item) {
			if (!str_eq(json_str_at(item, "id"), json_string_value(id)))
				continue;
			json_array_append_new(citations, json_pack("{s:O, s:s, s:b}", "evidence", id, "quote",
								   json_str_or(item, "quote", ""), "verified", 1));
			break;
		}
	}
	return citations;
}

static json_t *make_cause(const json_t *finding, const json_t *evidence)
{
	double score = json_number_value(json_object_get(finding, "score"));
	json_t *object = json_object_get(finding, "object");

	return json_pack("{s:s, s:o, s:s, s:o}", "cause", json_str_or(finding, "cause", ""), "object",
			 object ? json_incref(object) : json_null(), "confidence",
			 score >= 0.8	? "high"
			 : score >= 0.5 ? "medium"
					: "low",
			 "citations", cite(finding, evidence));
}

static json_t *make_causes(const json_t *findings, const json_t *evidence)
{
	json_t *causes = json_array();
	size_t count = 0, i;
	json_t *finding;
	auto_free json_t **roots = mem_alloc((json_array_size(findings) + 1) * sizeof(json_t *));

	json_array_foreach(findings, i, finding) {
		if (is_root(finding))
			roots[count++] = finding;
	}
	qsort(roots, count, sizeof(roots[0]), compare_roots);
	for (i = 0; i < count; i++)
		json_array_append_new(causes, make_cause(roots[i], evidence));
	return causes;
}

/* A probe for something that is not there ("not_served") and an object that is gone are answers, not gaps. */
static bool is_gap(const char *state)
{
	static const char *const answers[] = {"ok", "not_found", "not_served", "empty"};

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		if (str_eq(state, answers[i]))
			return false;
	}
	return true;
}

static void add_blind(json_t *spots, const char *cluster, const char *what, const char *why)
{
	json_t *spot = json_pack("{s:s, s:s}", "what", what, "why", why), *other;
	size_t i;

	if (cluster)
		json_object_set_new(spot, "cluster", json_string(cluster));
	json_array_foreach(spots, i, other) {
		if (json_equal(other, spot)) {
			json_decref(spot);
			return;
		}
	}
	json_array_append_new(spots, spot);
}

/* What is left of an investigation without a document of its own. */
struct rest {
	const char *status;
	bool running, ended; /* neither: its process is gone */
};

static json_t *make_blind_spots(const json_t *reads, const struct rest *rest)
{
	json_t *spots = json_array(), *read;
	size_t i;

	json_array_foreach(reads, i, read) {
		const char *state = json_str_or(read, "state", "ok");

		if (is_gap(state)) {
			auto_free char *what = mem_printf("GET %s", json_str_or(read, "path", ""));

			add_blind(spots, json_str_at(read, "cluster"), what, str_or(json_str_at(read, "why"), state));
		}
	}
	add_blind(spots, NULL, "the rest of this investigation",
		  rest->running ? "it is still running"
		  : rest->ended ? "it ended without an answer"
				: "the program ended before the investigation did");
	return spots;
}

static json_t *make_answer(const json_t *causes, size_t calls, const struct rest *rest)
{
	auto_buf struct buf b = BUF_INIT(1 << 20);
	const json_t *cause;
	size_t i;

	if (rest->running)
		buf_printf(&b, "This investigation is still running; tool calls so far: %zu.", calls);
	else
		buf_printf(&b,
			   "This investigation %s without an answer; tool calls until then: %zu. What follows is what had "
			   "been recorded.",
			   rest->ended ? "ended" : "was interrupted", calls);
	if (json_array_size(causes))
		buf_str(&b, "\n\nThe checks had found:\n");
	json_array_foreach(causes, i, cause)
		buf_printf(&b, "\n%zu. %s", i + 1, json_str_or(cause, "cause", ""));
	return json_text(buf_cstr(&b), b.len);
}

struct parts {
	json_t *findings, *evidence, *calls, *reads, *usage;
};

static void parts_fini(struct parts *p)
{
	json_decref(p->findings);
	json_decref(p->evidence);
	json_decref(p->calls);
	json_decref(p->reads);
	json_decref(p->usage);
}

/* q stands on the investigation's row. */
static json_t *put_together(struct store *s, struct db_stmt *q, int64_t n, const struct rest *rest, struct err *e)
{
	struct parts p = {store_rows_findings(s, n, e), store_rows_evidence(s, n, e), store_rows_calls(s, n, false, e),
			  store_rows_reads(s, n, false, e), store_rows_usage_sum(s, n, e)};
	int64_t until = rest->running ? clock_wall_ms() : db_int(q, rest->ended ? 13 : 8);
	json_t *document = NULL;

	if (p.findings && p.evidence && p.calls && p.reads && p.usage) {
		json_t *causes = make_causes(p.findings, p.evidence);

		document = json_pack(
		    "{s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:[], s:o, s:O, s:O, s:O, s:I}", "schema",
		    "dupin.investigation/v1", "id", db_json_text(q, 1), "question", db_json_text(q, 2), "mode",
		    db_json_text(q, 3), "model", db_json_text(q, 4), "status", rest->status, "answer",
		    make_answer(causes, json_array_size(p.calls), rest), "root_causes", causes, "unverified",
		    "blind_spots", make_blind_spots(p.reads, rest), "tool_calls", p.calls, "evidence",
		    p.evidence, "usage", p.usage, "duration_ms", (json_int_t)(until - db_int(q, 5)));
	}
	parts_fini(&p);
	return document;
}

/* The row with everything of it; released by the caller. NULL: failed, or there is none. */
static struct db_stmt *select_row(struct store *s, int64_t n, struct err *e)
{
	struct db_stmt *q = db_prepare(
	    s->db,
	    "SELECT i.status, i.id, i.question, i.mode, i.model, i.created, i.document, i.owner, " STORE_LAST_TIME
	    ", i.version, i.clusters, i.setup, i.cluster_time, i.ended, i.title FROM investigations i"
	    " WHERE i.n = ?",
	    e);

	db_bind_int(q, n);
	if (db_step(q, e) == 1)
		return q;
	db_release(q);
	return NULL;
}

static json_t *get_document(struct store *s, struct db_stmt *q, int64_t n, struct err *e)
{
	struct rest rest = {.status = store_status(db_text(q, 0), db_text(q, 7), db_int(q, 8))};
	json_t *document = db_json(q, 6);

	if (json_is_object(document))
		return document;
	json_decref(document);
	rest.running = str_eq(rest.status, "running");
	rest.ended = !db_null(q, 13);
	return put_together(s, q, n, &rest, e);
}

json_t *store_document(struct store *s, const char *id, struct err *e)
{
	struct store_tx t;
	struct db_stmt *q;
	json_t *document = NULL;
	int64_t n = 0;
	int rc = store_tx_read(&t, s);

	if (rc == 0)
		rc = store_number(s, id, &n, &t.why);
	if (rc == 0) {
		q = select_row(s, n, &t.why);
		if (q)
			document = get_document(s, q, n, &t.why);
		db_release(q);
		rc = document ? 0 : -1;
	}
	store_tx_end(&t, rc, e);
	return document;
}

/* --- everything --- */

static json_t *dump_row(struct store *s, struct db_stmt *q, int64_t n, struct err *e)
{
	const char *status = store_status(db_text(q, 0), db_text(q, 7), db_int(q, 8));
	json_t *document = get_document(s, q, n, e);

	if (!document)
		return NULL;
	return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", db_json_text(q, 1),
			 "question", db_json_text(q, 2), "status", status, "mode", db_json_text(q, 3), "model",
			 db_json_text(q, 4), "version", db_json_text(q, 9), "created", db_json_time(q, 5), "ended",
			 db_json_time(q, 13), "now", db_json_time(q, 12), "title", db_json_text(q, 14), "clusters",
			 db_json(q, 10), "setup", db_json(q, 11), "document", document);
}

/* false when value is NULL. */
static bool put(json_t *dump, const char *key, json_t *value)
{
	return value && json_object_set_new(dump, key, value) == 0;
}

static int fill_dump(struct store *s, int64_t n, bool bodies, json_t *dump, struct err *e)
{
	struct db_stmt *q = select_row(s, n, e);
	bool good = q && put(dump, "investigation", dump_row(s, q, n, e));

	db_release(q);
	return good && put(dump, "messages", store_rows_messages(s, n, e)) &&
		       put(dump, "tool_calls", store_rows_calls(s, n, true, e)) &&
		       put(dump, "evidence", store_rows_evidence(s, n, e)) &&
		       put(dump, "findings", store_rows_findings(s, n, e)) &&
		       put(dump, "reads", store_rows_reads(s, n, bodies, e)) &&
		       put(dump, "events", store_rows_events(s, n, 0, -1, e)) &&
		       put(dump, "usage", store_rows_usage(s, n, e))
		   ? 0
		   : -1;
}

json_t *store_dump(struct store *s, const char *id, bool with_bodies, struct err *e)
{
	auto_json json_t *dump = json_object();
	struct store_tx t;
	int64_t n = 0;
	int rc = store_tx_read(&t, s);

	if (rc == 0)
		rc = store_number(s, id, &n, &t.why);
	if (rc == 0)
		rc = fill_dump(s, n, with_bodies, dump, &t.why);
	return store_tx_end(&t, rc, e) == 0 ? json_incref(dump) : NULL;
}
