/* SPDX-License-Identifier: Apache-2.0 */
/* Everything recorded of one investigation as JSON arrays, within the caller's transaction. */
#include "agent/store/store_private.h"

#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"

/* Takes the released statement's rows through make (a new reference each) into a new array; NULL when a step failed. */
static json_t *collect(struct db_stmt *q, json_t *(*make)(struct db_stmt *q), struct err *e)
{
	json_t *rows = json_array();
	int rc;

	while ((rc = db_step(q, e)) == 1)
		json_array_append_new(rows, make(q));
	db_release(q);
	if (rc == 0)
		return rows;
	json_decref(rows);
	return NULL;
}

static struct db_stmt *select_of(struct store *s, const char *sql, int64_t n, struct err *e)
{
	struct db_stmt *q = db_prepare(s->db, sql, e);

	db_bind_int(q, n);
	return q;
}

static json_t *make_item(struct db_stmt *q)
{
	return db_json(q, 0);
}

static json_t *make_message(struct db_stmt *q)
{
	return json_pack("{s:o, s:o}", "time", db_json_time(q, 0), "message", db_json(q, 1));
}

json_t *store_rows_messages(struct store *s, int64_t n, struct err *e)
{
	return collect(select_of(s, "SELECT time, message FROM messages WHERE investigation = ? ORDER BY n", n, e),
		       make_message, e);
}

static json_t *make_call(struct db_stmt *q)
{
	json_t *evidence = db_json(q, 6);

	if (!json_is_array(evidence)) {
		json_decref(evidence);
		evidence = json_array();
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", db_json_text(q, 0), "tool", db_json_text(q, 1),
			 "arguments", db_json(q, 2), "status", db_json_text(q, 3), "duration_ms", db_json_int(q, 4),
			 "bytes", db_json_int(q, 5), "evidence", evidence);
}

static json_t *make_call_with_result(struct db_stmt *q)
{
	json_t *call = make_call(q);

	json_object_set_new(call, "started", db_json_time(q, 7));
	json_object_set_new(call, "result", db_json_text(q, 8));
	return call;
}

json_t *store_rows_calls(struct store *s, int64_t n, bool results, struct err *e)
{
	return collect(
	    select_of(
		s,
		"SELECT call_id, tool, arguments, status, duration_ms, bytes, evidence, started, result FROM tool_calls"
		" WHERE investigation = ? ORDER BY n",
		n, e),
	    results ? make_call_with_result : make_call, e);
}

json_t *store_rows_evidence(struct store *s, int64_t n, struct err *e)
{
	return collect(select_of(s, "SELECT item FROM evidence WHERE investigation = ? ORDER BY n", n, e), make_item,
		       e);
}

json_t *store_rows_findings(struct store *s, int64_t n, struct err *e)
{
	return collect(select_of(s, "SELECT item FROM findings WHERE investigation = ? ORDER BY n", n, e), make_item,
		       e);
}

static json_t *make_event(struct db_stmt *q)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "seq", db_json_int(q, 0), "time", db_json_time(q, 1), "kind",
			 db_json_text(q, 2), "data", db_json(q, 3));
}

json_t *store_rows_events(struct store *s, int64_t n, int64_t after, int64_t limit, struct err *e)
{
	struct db_stmt *q = select_of(
	    s, "SELECT seq, time, kind, data FROM events WHERE investigation = ? AND seq > ? ORDER BY seq LIMIT ?", n,
	    e);

	db_bind_int(q, after);
	db_bind_int(q, limit);
	return collect(q, make_event, e);
}

/* "body" when it is text, else "body_base64", so that nothing of it is lost. */
static void set_body(json_t *read, const char *body, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text, *out;

	if (utf8_valid(body, len) && !memchr(body, '\0', len)) {
		json_object_set_new(read, "body", json_stringn(body, len));
		return;
	}
	text = out = mem_alloc(len / 3 * 4 + 5);
	for (size_t i = 0; i < len; i += 3) {
		unsigned left = len - i < 3 ? (unsigned)(len - i) : 3;
		unsigned v = (unsigned)(unsigned char)body[i] << 16;

		if (left > 1)
			v |= (unsigned)(unsigned char)body[i + 1] << 8;
		if (left > 2)
			v |= (unsigned char)body[i + 2];
		*out++ = digits[v >> 18];
		*out++ = digits[v >> 12 & 63];
		*out++ = left > 1 ? digits[v >> 6 & 63] : '=';
		*out++ = left > 2 ? digits[v & 63] : '=';
	}
	json_object_set_new(read, "body_base64", json_stringn(text, (size_t)(out - text)));
	free(text);
}

static json_t *make_read(struct db_stmt *q)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "time", db_json_time(q, 0),
			 "cluster", db_json_text(q, 1), "path", db_json_text(q, 2), "accept", db_json_text(q, 3),
			 "state", db_json_text(q, 4), "status", db_json_int(q, 5), "type", db_json_text(q, 6), "why",
			 db_json_text(q, 7), "bytes", db_json_int(q, 8), "sha256", db_json_text(q, 9), "duration_ms",
			 db_json_int(q, 10), "cached", (int)db_int(q, 11));
}

static json_t *make_read_with_body(struct db_stmt *q)
{
	json_t *read = make_read(q);
	const char *body;
	size_t len = 0;

	if (!db_null(q, 12)) {
		body = db_bytes(q, 12, &len);
		set_body(read, body ? body : "", len);
	}
	return read;
}

json_t *store_rows_reads(struct store *s, int64_t n, bool bodies, struct err *e)
{
	return collect(
	    select_of(s,
		      "SELECT r.time, r.cluster, r.path, r.accept, r.state, r.status, r.type, r.why, r.bytes, r.sha256,"
		      " r.duration_ms, r.cached, b.data FROM reads r LEFT JOIN bodies b ON b.n = r.body"
		      " WHERE r.investigation = ? ORDER BY r.n",
		      n, e),
	    bodies ? make_read_with_body : make_read, e);
}

static json_t *make_usage(struct db_stmt *q)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "time", db_json_time(q, 0), "model", db_json_text(q, 1),
			 "requests", db_json_int(q, 2), "prompt_tokens", db_json_int(q, 3), "completion_tokens",
			 db_json_int(q, 4), "cached_tokens", db_json_int(q, 5), "cost_usd",
			 db_null(q, 6) ? json_null() : json_real(db_real(q, 6)));
}

json_t *store_rows_usage(struct store *s, int64_t n, struct err *e)
{
	return collect(
	    select_of(
		s,
		"SELECT time, model, requests, prompt_tokens, completion_tokens, cached_tokens, cost_usd FROM usage"
		" WHERE investigation = ? ORDER BY n",
		n, e),
	    make_usage, e);
}

/* A sum that leaves out requests without a known price would be wrong, so it is null then. */
json_t *store_rows_usage_sum(struct store *s, int64_t n, struct err *e)
{
	struct db_stmt *q = select_of(
	    s,
	    "SELECT coalesce(sum(requests), 0), coalesce(sum(prompt_tokens), 0),"
	    " coalesce(sum(completion_tokens), 0), coalesce(sum(cached_tokens), 0),"
	    " CASE WHEN count(*) FILTER (WHERE cost_usd IS NULL AND prompt_tokens + completion_tokens > 0) = 0"
	    " THEN sum(cost_usd) END FROM usage WHERE investigation = ?",
	    n, e);
	json_t *sum = NULL;

	if (db_step(q, e) == 1)
		sum = json_pack("{s:o, s:o, s:o, s:o, s:o}", "requests", db_json_int(q, 0), "prompt_tokens",
				db_json_int(q, 1), "completion_tokens", db_json_int(q, 2), "cached_tokens",
				db_json_int(q, 3), "cost_usd", db_null(q, 4) ? json_null() : json_real(db_real(q, 4)));
	db_release(q);
	return sum;
}
