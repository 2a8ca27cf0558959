/* SPDX-License-Identifier: Apache-2.0 */
/* Finding investigations again: list, ids, events, recorded reads, deleting. Whole ones: store_document.c. */
#include "agent/store/store_private.h"

#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/store/ulid.h"

/* --- list --- */

/* An answer that names no cause (a healthy cluster) goes by its question, one that never came by what was found. */
#define LIST_TITLE                                                                                                     \
	"coalesce(i.title, CASE WHEN coalesce(i.document, 'null') = 'null' THEN"                                       \
	" (SELECT cause FROM findings WHERE investigation = i.n AND caused_by IS NULL AND severity <> 'info'"          \
	" ORDER BY severity = 'critical' DESC, n LIMIT 1) END, i.question)"
#define LIST_SEVERITY                                                                                                  \
	"(SELECT severity FROM findings WHERE investigation = i.n AND caused_by IS NULL"                               \
	" ORDER BY severity = 'critical' DESC, severity = 'warning' DESC LIMIT 1)"
#define LIST                                                                                                           \
	"SELECT i.id, i.question, i.status, i.mode, i.model, i.created, i.ended, i.clusters, i.owner, "                \
	STORE_LAST_TIME ", " LIST_TITLE ", " LIST_SEVERITY " FROM investigations i"

static json_t *list_row(struct db_stmt *q, const char *status)
{
	json_t *duration = db_null(q, 6) ? json_null() : json_integer(db_int(q, 6) - db_int(q, 5));

	return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", db_json_text(q, 0), "question",
			 db_json_text(q, 1), "status", status, "mode", db_json_text(q, 3), "model", db_json_text(q, 4),
			 "created", db_json_time(q, 5), "duration_ms", duration, "title", db_json_text(q, 10),
			 "severity", db_json_text(q, 11), "clusters", db_json(q, 7));
}

/* Whether a "running" one still runs is not for SQL to know: those are looked at here. */
static int list_rows(struct store *s, const struct store_filter *f, json_t *out, struct err *e)
{
	size_t limit = f && f->limit ? f->limit : 50;
	struct db_stmt *q =
	    db_prepare(s->db,
		       LIST " WHERE (?1 IS NULL OR i.status = ?1 OR i.status = 'running') AND (?2 IS NULL OR i.id < ?2)"
			    " ORDER BY i.id DESC",
		       e);
	int rc;

	db_bind_text(q, f ? f->status : NULL);
	db_bind_text(q, f ? f->before : NULL);
	while ((rc = db_step(q, e)) == 1) {
		const char *status = store_status(db_text(q, 2), db_text(q, 8), db_int(q, 9));

		if (f && f->status && !str_eq(f->status, status))
			continue;
		json_array_append_new(out, list_row(q, status));
		if (json_array_size(out) >= limit) {
			rc = 0;
			break;
		}
	}
	db_release(q);
	return rc;
}

json_t *store_list(struct store *s, const struct store_filter *f, struct err *e)
{
	auto_json json_t *out = json_array();
	struct store_tx t;
	int rc = store_tx_read(&t, s);

	if (rc == 0)
		rc = list_rows(s, f, out, &t.why);
	return store_tx_end(&t, rc, e) == 0 ? json_incref(out) : NULL;
}

/* --- ids --- */

#define CANDIDATES 5
#define QUESTION_BYTES 40

static void name_candidate(struct buf *names, const char *id, const char *question)
{
	size_t len = strlen(question);
	size_t n = utf8_cut(question, len, QUESTION_BYTES);

	buf_printf(names, "%s%s (", names->len ? ", " : "", id);
	utf8_printable(names, question, n);
	buf_str(names, n < len ? "...)" : ")");
}

static int resolve_last(struct store *s, char id[static STORE_ID], struct err *e)
{
	struct db_stmt *q = db_prepare(s->db, "SELECT id FROM investigations ORDER BY id DESC LIMIT 1", e);
	int rc = db_step(q, e);

	if (rc == 1)
		snprintf(id, STORE_ID, "%s", db_text(q, 0));
	db_release(q);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "no investigation is recorded in %s yet; dupin ask makes the first",
			       db_path(s->db));
	return rc == 1 ? 0 : -1;
}

static int resolve_prefix(struct store *s, const char *typed, const char *prefix, char id[static STORE_ID],
			  struct err *e)
{
	/* '~' sorts after every character of an id. */
	struct db_stmt *q =
	    db_prepare(s->db,
		       "SELECT id, question FROM investigations WHERE id >= ?1 AND id < ?1 || '~' ORDER BY id DESC"
		       " LIMIT ?2",
		       e);
	auto_buf struct buf names = BUF_INIT(4096);
	char first[STORE_ID] = "";
	int count = 0, rc;

	db_bind_text(q, prefix);
	db_bind_int(q, CANDIDATES + 1);
	while ((rc = db_step(q, e)) == 1) {
		if (count++ == 0)
			snprintf(first, sizeof(first), "%s", db_text(q, 0));
		if (count <= CANDIDATES)
			name_candidate(&names, db_text(q, 0), str_or(db_text(q, 1), ""));
	}
	db_release(q);
	if (rc)
		return -1;
	if (count == 0)
		return err_set(e, ERR_NOT_FOUND,
			       "no investigation begins with \"%s\" in %s; dupin history list shows them", typed,
			       db_path(s->db));
	if (count > 1)
		return err_set(e, ERR_ARG, "\"%s\" is the beginning of several investigations, type more of: %s%s",
			       typed, buf_cstr(&names), count > CANDIDATES ? ", ..." : "");
	memcpy(id, first, STORE_ID);
	return 0;
}

int store_resolve(struct store *s, const char *id_part, char id[static STORE_ID], struct err *e)
{
	char prefix[ULID_TEXT];
	bool last = str_eq_nocase(id_part, "last");
	struct store_tx t;
	int rc;

	if (!last && (!id_part || strlen(id_part) < 4))
		return err_set(
		    e, ERR_ARG,
		    "\"%s\" is too short for the beginning of an id; type at least 4 characters, or \"last\"",
		    id_part ? id_part : "");
	if (!last && !ulid_prefix(id_part, prefix))
		return err_set(e, ERR_NOT_FOUND,
			       "\"%.60s\" is no id of an investigation; dupin history list shows them", id_part);
	rc = store_tx_read(&t, s);
	if (rc == 0)
		rc = last ? resolve_last(s, id, &t.why) : resolve_prefix(s, id_part, prefix, id, &t.why);
	return store_tx_end(&t, rc, e);
}

/* --- events and reads --- */

json_t *store_events(struct store *s, const char *id, int64_t after, size_t limit, struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	json_t *events = NULL;
	int rc = store_tx_read(&t, s);

	if (rc == 0)
		rc = store_number(s, id, &n, &t.why);
	if (rc == 0) {
		events = store_rows_events(s, n, after, (int64_t)limit, &t.why);
		rc = events ? 0 : -1;
	}
	store_tx_end(&t, rc, e);
	return events;
}

/* The read that reached the source comes before those that its cache answered, the newest of them first. */
static json_t *find_read(struct store *s, const char *id, const char *cluster, const char *path, const char *accept,
			 int64_t *body, struct err *e)
{
	struct db_stmt *q = db_prepare(s->db,
				       "SELECT r.state, r.status, r.type, r.why, r.bytes, r.body FROM reads r"
				       " JOIN investigations i ON i.n = r.investigation WHERE i.id = ?1 AND r.path = ?2"
				       " AND (?3 IS NULL OR r.cluster = ?3)"
				       " AND coalesce(r.accept, 'application/json') = coalesce(?4, 'application/json')"
				       " ORDER BY r.cached, r.n DESC LIMIT 1",
				       e);
	json_t *read = NULL;

	db_bind_text(q, id);
	db_bind_text(q, path);
	db_bind_text(q, cluster);
	db_bind_text(q, accept);
	if (db_step(q, e) == 1) {
		read = json_pack("{s:o, s:o, s:o, s:o, s:o}", "state", db_json_text(q, 0), "status", db_json_int(q, 1),
				 "type", db_json_text(q, 2), "why", db_json_text(q, 3), "bytes", db_json_int(q, 4));
		*body = db_null(q, 5) ? -1 : db_int(q, 5);
	}
	db_release(q);
	return read;
}

json_t *store_find_read(struct store *s, const char *id, const char *cluster, const char *path, const char *accept,
			char **body, size_t *len)
{
	struct store_tx t;
	json_t *read = NULL;
	char *data = NULL;
	size_t size = 0;
	int64_t row = -1;
	int rc = store_tx_read(&t, s);

	if (rc == 0)
		read = find_read(s, id, cluster, path, accept, &row, &t.why);
	if (read && row >= 0)
		data = store_body_get(s, row, &size, &t.why);
	store_tx_end(&t, rc, NULL);
	if (!read)
		return NULL;
	if (body)
		*body = data;
	else
		free(data);
	if (len)
		*len = size;
	return read;
}

/* --- delete --- */

/* One that runs would go on writing into nothing. */
static int check_ended(struct store *s, const char *id, int64_t *n, struct err *e)
{
	struct db_stmt *q =
	    db_prepare(s->db, "SELECT i.status, i.owner, " STORE_LAST_TIME " FROM investigations i WHERE i.n = ?", e);
	int rc;

	if (store_number(s, id, n, e)) {
		db_release(q);
		return -1;
	}
	db_bind_int(q, *n);
	rc = db_step(q, e);
	if (rc == 1 && str_eq(store_status(db_text(q, 0), db_text(q, 1), db_int(q, 2)), "running"))
		rc = err_set(e, ERR_STATE,
			     "investigation %s is still running in process %d; end that first (Ctrl-C), then delete it",
			     id, (int)owner_pid(db_text(q, 1)));
	db_release(q);
	return rc == 1 ? 0 : -1;
}

int store_delete(struct store *s, const char *id, struct err *e)
{
	struct store_tx t;
	int64_t n = 0;
	int rc = store_tx_write(&t, s);

	if (rc == 0)
		rc = check_ended(s, id, &n, &t.why);
	if (rc == 0)
		rc = search_drop(s, n, &t.why);
	if (rc == 0)
		rc = store_body_drop(s, n, &t.why);
	if (rc == 0) {
		struct db_stmt *q = db_prepare(s->db, "DELETE FROM investigations WHERE n = ?", &t.why);

		db_bind_int(q, n);
		rc = db_run(q, &t.why);
	}
	rc = store_tx_end(&t, rc, e);
	if (rc == 0) {
		/*
		 * Gives the space back, and takes the deleted text out of the log file too. No harm when somebody is in
		 * the way.
		 */
		db_lock(s->db);
		(void)!db_exec(s->db, "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)", NULL);
		db_unlock(s->db);
	}
	return rc;
}
