/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recording: each call is one transaction, in the write-ahead log when it returns, so that a kill loses nothing of it.
 */
#include "agent/store/store_private.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/store/ulid.h"

_Static_assert(STORE_ID >= ULID_TEXT, "an id fits");

static int insert_investigation(struct store *s, const struct store_begin *b, const char *id, int64_t now,
				struct err *e)
{
	struct db_stmt *q =
	    db_prepare(s->db,
		       "INSERT INTO investigations (id, question, mode, model, version, clusters, setup, cluster_time,"
		       " created, status, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)",
		       e);

	db_bind_text(q, id);
	db_bind_text(q, str_or(b->question, ""));
	db_bind_text(q, str_or(b->mode, "offline"));
	db_bind_text(q, b->model);
	db_bind_text(q, str_or(b->version, ""));
	db_bind_json(q, b->clusters);
	db_bind_json(q, b->setup);
	db_bind_int(q, b->now_ms);
	db_bind_int(q, now);
	db_bind_text(q, s->owner);
	return db_run(q, e);
}

int store_begin(struct store *s, const struct store_begin *b, char id[static STORE_ID], struct err *e)
{
	char fresh[ULID_TEXT];
	int64_t now = clock_wall_ms(), n = 0;
	struct store_tx t;
	int rc = store_tx_write(&t, s);

	ulid_new(now, fresh);
	if (rc == 0)
		rc = insert_investigation(s, b, fresh, now, &t.why);
	if (rc == 0)
		rc = store_number(s, fresh, &n, &t.why);
	if (rc == 0)
		rc = search_add(s, n, "question", "", b->question, &t.why);
	rc = store_tx_end(&t, rc, e);
	if (rc == 0)
		memcpy(id, fresh, sizeof(fresh));
	return rc;
}

/* Begins a write on an investigation. */
static int begin(struct store_tx *t, struct store *s, const char *id, int64_t *n)
{
	int rc = store_tx_write(t, s);

	return rc == 0 ? store_number(s, id, n, &t->why) : rc;
}

int64_t store_event(struct store *s, const char *id, const char *kind, const json_t *data)
{
	struct store_tx t;
	int64_t n = 0, seq = 0;
	int rc = begin(&t, s, id, &n);

	if (rc == 0) {
		struct db_stmt *q =
		    db_prepare(s->db,
			       "INSERT INTO events (investigation, seq, time, kind, data) SELECT ?1,"
			       " coalesce((SELECT max(seq) FROM events WHERE investigation = ?1), 0) + 1, ?2, ?3, ?4"
			       " RETURNING seq",
			       &t.why);

		db_bind_int(q, n);
		db_bind_int(q, clock_wall_ms());
		db_bind_text(q, kind);
		db_bind_json(q, data);
		rc = db_step(q, &t.why) == 1 ? 0 : -1;
		if (rc == 0)
			seq = db_int(q, 0);
		db_release(q);
	}
	return store_tx_end(&t, rc, NULL) == 0 ? seq : -1;
}

static int insert_message(struct store *s, int64_t n, const json_t *message, struct err *e)
{
	struct db_stmt *q =
	    db_prepare(s->db, "INSERT INTO messages (investigation, time, message) VALUES (?, ?, ?)", e);

	db_bind_int(q, n);
	db_bind_int(q, clock_wall_ms());
	db_bind_json(q, message);
	return db_run(q, e);
}

int store_message(struct store *s, const char *id, const json_t *message, struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	int rc = begin(&t, s, id, &n);

	if (rc == 0)
		rc = insert_message(s, n, message, &t.why);
	return store_tx_end(&t, rc, e);
}

int store_messages(struct store *s, const char *id, const json_t *messages, struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	int rc = begin(&t, s, id, &n);
	const json_t *m;
	size_t i;

	json_array_foreach (messages, i, m)
		rc = rc ? rc : insert_message(s, n, m, &t.why);
	return store_tx_end(&t, rc, e);
}

int store_call(struct store *s, const char *id, const struct store_call *c, struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	int rc = begin(&t, s, id, &n);

	if (rc == 0) {
		struct db_stmt *q = db_prepare(
		    s->db,
		    "INSERT INTO tool_calls (investigation, call_id, tool, status, arguments, result, started,"
		    " duration_ms, bytes, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    &t.why);

		db_bind_int(q, n);
		db_bind_text(q, str_or(c->call_id, ""));
		db_bind_text(q, str_or(c->tool, ""));
		db_bind_text(q, str_or(c->status, "error"));
		db_bind_json(q, c->arguments);
		db_bind_textn(q, c->result, c->result_len);
		db_bind_int(q, c->started_ms);
		db_bind_int(q, c->duration_ms);
		db_bind_int(q, (int64_t)c->bytes);
		db_bind_json(q, c->evidence);
		rc = db_run(q, &t.why);
	}
	return store_tx_end(&t, rc, e);
}

static int insert_read(struct store *s, int64_t n, const struct store_read *r, struct err *e)
{
	struct db_stmt *q;
	char sha256[65] = "";
	int64_t body = 0;

	if (r->body && store_body_put(s, r->body, r->body_len, &body, sha256, e))
		return -1;
	q = db_prepare(s->db,
		       "INSERT INTO reads (investigation, time, cluster, path, accept, state, status, type, why, "
		       "bytes, sha256, body,"
		       " duration_ms, cached) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		       e);
	db_bind_int(q, n);
	db_bind_int(q, clock_wall_ms());
	db_bind_text(q, r->cluster);
	db_bind_text(q, str_or(r->path, ""));
	db_bind_text(q, r->accept);
	db_bind_text(q, str_or(r->state, "ok"));
	db_bind_int(q, r->status);
	db_bind_text(q, r->type);
	db_bind_text(q, r->why);
	db_bind_int(q, (int64_t)r->bytes);
	db_bind_text(q, r->body ? sha256 : str_empty(r->sha256) ? NULL : r->sha256);
	if (r->body)
		db_bind_int(q, body);
	else
		db_bind_null(q);
	db_bind_int(q, r->duration_ms);
	db_bind_int(q, r->cached);
	return db_run(q, e);
}

int store_read(struct store *s, const char *id, const struct store_read *r, struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	int rc = begin(&t, s, id, &n);

	if (rc == 0)
		rc = insert_read(s, n, r, &t.why);
	return store_tx_end(&t, rc, e);
}

/* A second one of the same id replaces the first at its place in the order. */
static int put_evidence(struct store *s, int64_t n, const json_t *item, struct err *e)
{
	const char *id = json_str_or(item, "id", "");
	struct db_stmt *q = db_prepare(s->db,
				       "INSERT INTO evidence (investigation, id, item) VALUES (?, ?, ?)"
				       " ON CONFLICT (investigation, id) DO UPDATE SET item = excluded.item",
				       e);

	db_bind_int(q, n);
	db_bind_text(q, id);
	db_bind_json(q, item);
	return db_run(q, e) ? -1 : search_add(s, n, "evidence", id, json_str_at(item, "quote"), e);
}

int store_evidence(struct store *s, const char *id, const json_t *evidence, struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	int rc = begin(&t, s, id, &n);

	if (rc == 0)
		rc = put_evidence(s, n, evidence, &t.why);
	return store_tx_end(&t, rc, e);
}

/* A list of items, each put by `put`, all or none. */
static int put_all(struct store *s, const char *id, const json_t *list,
		   int (*put)(struct store *s, int64_t n, const json_t *item, struct err *e), struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	int rc = begin(&t, s, id, &n);
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		rc = rc ? rc : put(s, n, item, &t.why);
	return store_tx_end(&t, rc, e);
}

int store_evidences(struct store *s, const char *id, const json_t *list, struct err *e)
{
	return put_all(s, id, list, put_evidence, e);
}

/* "cause kind namespace/name", which is how people remember an object. The caller's. */
static char *cause_text(const json_t *item)
{
	auto_buf struct buf b = BUF_INIT(65536);
	const char *ns = json_str_or(item, "object.namespace", "");

	buf_printf(&b, "%s %s %s%s%s", json_str_or(item, "cause", ""), json_str_or(item, "object.kind", ""), ns,
		   *ns ? "/" : "", json_str_or(item, "object.name", ""));
	return buf_steal(&b);
}

static int put_finding(struct store *s, int64_t n, const json_t *item, struct err *e)
{
	const char *id = json_str_or(item, "id", "");
	struct db_stmt *q = db_prepare(
	    s->db,
	    "INSERT INTO findings (investigation, id, severity, caused_by, cause, item) VALUES (?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT (investigation, id) DO UPDATE SET severity = excluded.severity,"
	    " caused_by = excluded.caused_by, cause = excluded.cause, item = excluded.item",
	    e);

	db_bind_int(q, n);
	db_bind_text(q, id);
	db_bind_text(q, json_str_at(item, "severity"));
	db_bind_text(q, json_str_at(item, "caused_by"));
	db_bind_text(q, json_str_at(item, "cause"));
	db_bind_json(q, item);
	if (db_run(q, e))
		return -1;
	auto_free char *text = cause_text(item);
	return search_add(s, n, "finding", id, text, e);
}

int store_finding(struct store *s, const char *id, const json_t *finding, struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	int rc = begin(&t, s, id, &n);

	if (rc == 0)
		rc = put_finding(s, n, finding, &t.why);
	return store_tx_end(&t, rc, e);
}

int store_findings(struct store *s, const char *id, const json_t *list, struct err *e)
{
	return put_all(s, id, list, put_finding, e);
}

int store_usage(struct store *s, const char *id, const char *model, const json_t *usage, struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	int rc = begin(&t, s, id, &n);

	if (rc == 0) {
		const json_t *cost = json_object_get(usage, "cost_usd");
		struct db_stmt *q =
		    db_prepare(s->db,
			       "INSERT INTO usage (investigation, time, model, requests, prompt_tokens,"
			       " completion_tokens, cached_tokens, cost_usd) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			       &t.why);

		db_bind_int(q, n);
		db_bind_int(q, clock_wall_ms());
		db_bind_text(q, model);
		db_bind_int(q, json_int_at(usage, "requests", 0));
		db_bind_int(q, json_int_at(usage, "prompt_tokens", 0));
		db_bind_int(q, json_int_at(usage, "completion_tokens", 0));
		db_bind_int(q, json_int_at(usage, "cached_tokens", 0));
		if (json_is_number(cost))
			db_bind_real(q, json_number_value(cost));
		else
			db_bind_null(q);
		rc = db_run(q, &t.why);
	}
	return store_tx_end(&t, rc, e);
}

/* Mode and model are those of the document: a model that failed leaves an offline answer. */
static int finish(struct store *s, int64_t n, const char *status, const json_t *document, struct err *e)
{
	struct db_stmt *q = db_prepare(
	    s->db,
	    "UPDATE investigations SET status = ?, ended = ?, title = ?, document = ?, mode = coalesce(?, mode),"
	    " model = coalesce(?, model) WHERE n = ?",
	    e);

	db_bind_text(q, status);
	db_bind_int(q, clock_wall_ms());
	db_bind_text(q, json_str_at(document, "root_causes.0.cause"));
	db_bind_json(q, document);
	db_bind_text(q, json_str_at(document, "mode"));
	db_bind_text(q, json_str_at(document, "model"));
	db_bind_int(q, n);
	return db_run(q, e);
}

static int index_answer(struct store *s, int64_t n, const json_t *document, struct err *e)
{
	const json_t *cause;
	size_t i;
	char ref[24];

	if (search_add(s, n, "answer", "", json_str_at(document, "answer"), e))
		return -1;
	json_array_foreach(json_object_get(document, "root_causes"), i, cause) {
		auto_free char *text = cause_text(cause);

		snprintf(ref, sizeof(ref), "%zu", i);
		if (search_add(s, n, "cause", ref, text, e))
			return -1;
	}
	return 0;
}

int store_end(struct store *s, const char *id, const char *status, const json_t *document, struct err *e)
{
	static const char *const known[] = {"answered", "partial", "failed", "cancelled"};
	struct store_tx t;
	int64_t n = 0;
	size_t i = 0;
	int rc;

	while (i < ARRAY_LEN(known) && !str_eq(status, known[i]))
		i++;
	if (i == ARRAY_LEN(known))
		return err_set(e, ERR_ARG, "\"%s\" is no status that an investigation can end with",
			       status ? status : "");
	rc = begin(&t, s, id, &n);
	if (rc == 0)
		rc = finish(s, n, status, document, &t.why);
	if (rc == 0)
		rc = index_answer(s, n, document, &t.why);
	return store_tx_end(&t, rc, e);
}
