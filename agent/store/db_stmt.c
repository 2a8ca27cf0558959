/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: prepared once per SQL text, bound in order, read by column. */
#include "agent/store/db_private.h"

#include <assert.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

struct db_stmt {
	struct db *db;
	sqlite3_stmt *st;
	int next; /* parameter to bind next, from 1 */
	int rc;	  /* first failure of a binding */
	bool busy;
};

void db_stmt_free(void *stmt)
{
	struct db_stmt *q = stmt;

	sqlite3_finalize(q->st);
	free(q);
}

struct db_stmt *db_prepare(struct db *d, const char *sql, struct err *e)
{
	struct db_stmt *q = map_get(d->stmts, sql);
	sqlite3_stmt *st = NULL;

	if (!q) {
		int rc = sqlite3_prepare_v3(d->sq, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);

		if (rc != SQLITE_OK) {
			db_fail(d, rc, e);
			return NULL;
		}
		q = MEM_NEW(struct db_stmt);
		q->db = d;
		q->st = st;
		map_set(d->stmts, sql, q);
	}
	assert(!q->busy);
	q->busy = true;
	q->next = 1;
	q->rc = SQLITE_OK;
	return q;
}

static void bound(struct db_stmt *q, int rc)
{
	if (rc != SQLITE_OK && q->rc == SQLITE_OK)
		q->rc = rc;
}

void db_bind_textn(struct db_stmt *q, const char *s, size_t n)
{
	if (!q)
		return;
	if (!s)
		bound(q, sqlite3_bind_null(q->st, q->next++));
	else
		bound(q, sqlite3_bind_text64(q->st, q->next++, s, n, SQLITE_STATIC, SQLITE_UTF8));
}

void db_bind_text(struct db_stmt *q, const char *s)
{
	db_bind_textn(q, s, s ? strlen(s) : 0);
}

void db_bind_bytes(struct db_stmt *q, const void *p, size_t n)
{
	if (!q)
		return;
	/* A NULL pointer would bind null, also for an empty body. */
	if (n == 0)
		bound(q, sqlite3_bind_zeroblob(q->st, q->next++, 0));
	else
		bound(q, sqlite3_bind_blob64(q->st, q->next++, p, n, SQLITE_STATIC));
}

void db_bind_int(struct db_stmt *q, int64_t v)
{
	if (q)
		bound(q, sqlite3_bind_int64(q->st, q->next++, v));
}

void db_bind_real(struct db_stmt *q, double v)
{
	if (q)
		bound(q, sqlite3_bind_double(q->st, q->next++, v));
}

void db_bind_null(struct db_stmt *q)
{
	if (q)
		bound(q, sqlite3_bind_null(q->st, q->next++));
}

void db_bind_json(struct db_stmt *q, const json_t *j)
{
	char *text;

	if (!q)
		return;
	text = j ? json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY) : mem_str("null");
	if (!text)
		text = mem_str("null");
	bound(q, sqlite3_bind_text64(q->st, q->next++, text, strlen(text), free, SQLITE_UTF8));
}

int db_step(struct db_stmt *q, struct err *e)
{
	int rc;

	if (!q)
		return -1;
	rc = q->rc == SQLITE_OK ? sqlite3_step(q->st) : q->rc;
	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : db_fail(q->db, rc, e);
}

int db_run(struct db_stmt *q, struct err *e)
{
	int rc;

	while ((rc = db_step(q, e)) == 1)
		;
	db_release(q);
	return rc;
}

void db_release(struct db_stmt *q)
{
	if (!q)
		return;
	sqlite3_reset(q->st);
	sqlite3_clear_bindings(q->st);
	q->busy = false;
}

bool db_null(struct db_stmt *q, int col)
{
	return sqlite3_column_type(q->st, col) == SQLITE_NULL;
}

int64_t db_int(struct db_stmt *q, int col)
{
	return sqlite3_column_int64(q->st, col);
}

double db_real(struct db_stmt *q, int col)
{
	return sqlite3_column_double(q->st, col);
}

const char *db_text(struct db_stmt *q, int col)
{
	return (const char *)sqlite3_column_text(q->st, col);
}

const void *db_bytes(struct db_stmt *q, int col, size_t *len)
{
	const void *p = sqlite3_column_blob(q->st, col);

	*len = (size_t)sqlite3_column_bytes(q->st, col);
	return p;
}

json_t *db_json_text(struct db_stmt *q, int col)
{
	const char *s = db_text(q, col);

	return s ? json_text(s, (size_t)sqlite3_column_bytes(q->st, col)) : json_null();
}

json_t *db_json_time(struct db_stmt *q, int col)
{
	char text[CLOCK_TEXT];

	if (db_null(q, col))
		return json_null();
	clock_format(db_int(q, col), text);
	return json_string(text);
}

json_t *db_json_int(struct db_stmt *q, int col)
{
	return db_null(q, col) ? json_null() : json_integer(db_int(q, col));
}

json_t *db_json(struct db_stmt *q, int col)
{
	const char *s = db_text(q, col);
	json_t *j = NULL;

	if (s)
		j = json_loadb(s, (size_t)sqlite3_column_bytes(q->st, col), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	return j ? j : json_null();
}
