/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One SQLite connection with its lock, a cache of prepared statements and migrations by user_version. Private to
 * agent/store/. Only db_*.c see sqlite3 types. The caller holds db_lock around everything but db_open, db_close and
 * db_path.
 *
 * Every error says what to do about it (free the disk, move the file, --db PATH, DUPIN_DB).
 */
#ifndef AGENT_STORE_DB_H
#define AGENT_STORE_DB_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct db_stmt;

struct db_schema {
	int32_t application;      /* application_id: a file of another program is refused, never altered */
	const char *const *steps; /* steps[i] brings user_version i to i + 1 */
	int count;
};

#define DB_BUSY_MS 5000 /* how long a write waits for another process */

/*
 * Creates the folder (0700) and the file (0600; its -wal and -shm get the same mode), takes looser rights away, brings
 * the schema up to date. ERR_STATE: written by a newer program, or by another one. Two processes may open a new file at
 * once.
 */
struct db *db_open(const char *path, const struct db_schema *schema, struct err *e);
void db_close(struct db *d); /* NULL allowed */
const char *db_path(const struct db *d);
void db_lock(struct db *d);
void db_unlock(struct db *d);

/* A writing transaction takes the file's write lock at once, so that it can not fail half-way for want of it. */
int db_begin(struct db *d, bool write, struct err *e) MUST_CHECK;
int db_commit(struct db *d, struct err *e) MUST_CHECK; /* when it fails, it is rolled back */
void db_rollback(struct db *d);
/* SQL without parameters, several statements allowed; rows are thrown away. */
int db_exec(struct db *d, const char *sql, struct err *e) MUST_CHECK;

/*
 * A statement from the cache, parameters unbound. NULL on failure; everything below takes NULL (binding does nothing,
 * steps give -1 and leave e), so that one check at the end is enough. Release it (db_run does) before the same SQL is
 * prepared again.
 */
struct db_stmt *db_prepare(struct db *d, const char *sql, struct err *e);
/* Binds the next parameter. Texts and bytes are borrowed until the release. NULL binds null. */
void db_bind_text(struct db_stmt *q, const char *s);
void db_bind_textn(struct db_stmt *q, const char *s, size_t n);
void db_bind_bytes(struct db_stmt *q, const void *p, size_t n);
void db_bind_int(struct db_stmt *q, int64_t v);
void db_bind_real(struct db_stmt *q, double v);
void db_bind_null(struct db_stmt *q);
void db_bind_json(struct db_stmt *q, const json_t *j); /* as compact text; NULL binds "null" */

/* 1 a row, 0 no more, -1 failed. */
int db_step(struct db_stmt *q, struct err *e) MUST_CHECK;
/* All steps, rows thrown away, released. */
int db_run(struct db_stmt *q, struct err *e) MUST_CHECK;
void db_release(struct db_stmt *q);
/* Rows changed by the latest statement. */
int64_t db_changes(const struct db *d);

/* Columns of the current row, from 0. Texts and bytes live until the next step or release. */
bool db_null(struct db_stmt *q, int col);
int64_t db_int(struct db_stmt *q, int col);
double db_real(struct db_stmt *q, int col);
const char *db_text(struct db_stmt *q, int col); /* NULL for null */
const void *db_bytes(struct db_stmt *q, int col, size_t *len);
/* New references, null for null: a string made safe for JSON, a time as RFC 3339, a number, JSON text decoded. */
json_t *db_json_text(struct db_stmt *q, int col);
json_t *db_json_time(struct db_stmt *q, int col);
json_t *db_json_int(struct db_stmt *q, int col);
json_t *db_json(struct db_stmt *q, int col);

#endif
