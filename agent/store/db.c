/* SPDX-License-Identifier: Apache-2.0 */
/* The connection: lock, transactions, end. */
#include "agent/store/db_private.h"

#include "agent/base/mem.h"

void db_close(struct db *d)
{
	if (!d)
		return;
	map_free(d->stmts);
	sqlite3_close(d->sq);
	pthread_mutex_destroy(&d->lock);
	free(d->path);
	free(d);
}

const char *db_path(const struct db *d)
{
	return d->path;
}

void db_lock(struct db *d)
{
	pthread_mutex_lock(&d->lock);
}

void db_unlock(struct db *d)
{
	pthread_mutex_unlock(&d->lock);
}

int db_begin(struct db *d, bool write, struct err *e)
{
	return db_run(db_prepare(d, write ? "BEGIN IMMEDIATE" : "BEGIN", e), e);
}

int db_commit(struct db *d, struct err *e)
{
	int rc = db_run(db_prepare(d, "COMMIT", e), e);

	if (rc)
		db_rollback(d);
	return rc;
}

void db_rollback(struct db *d)
{
	/* After a full disk SQLite has rolled back by itself. */
	if (!sqlite3_get_autocommit(d->sq))
		sqlite3_exec(d->sq, "ROLLBACK", NULL, NULL, NULL);
}

int db_exec(struct db *d, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(d->sq, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_fail(d, rc, e);
}

int64_t db_changes(const struct db *d)
{
	return sqlite3_changes64(d->sq);
}
