/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, closing, and the one way to write: a transaction that remembers the first failure. */
#include "agent/store/store_private.h"

#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/store/schema.h"

struct store *store_open(const char *path, struct err *e)
{
	struct db *db = db_open(path, &schema_dupin, e);
	struct store *s;

	if (!db)
		return NULL;
	s = MEM_NEW(struct store);
	s->db = db;
	owner_name(getpid(), s->owner);
	return s;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	db_close(s->db);
	free(s);
}

const char *store_path(const struct store *s)
{
	return db_path(s->db);
}

const char *store_broken(struct store *s)
{
	const char *why;

	db_lock(s->db);
	why = s->broken ? s->first.msg : NULL;
	db_unlock(s->db);
	return why;
}

int store_tx_write(struct store_tx *t, struct store *s)
{
	*t = (struct store_tx){.s = s, .write = true};
	db_lock(s->db);
	if (s->broken) {
		t->why = s->first;
		return -1;
	}
	if (db_begin(s->db, true, &t->why))
		return -1;
	t->open = true;
	return 0;
}

int store_tx_read(struct store_tx *t, struct store *s)
{
	*t = (struct store_tx){.s = s};
	db_lock(s->db);
	if (db_begin(s->db, false, &t->why))
		return -1;
	t->open = true;
	return 0;
}

/* Wrong arguments, unknown ids and too large texts are one caller's matter; everything else is the database's. */
static bool breaks(const struct err *why)
{
	return why->code != ERR_ARG && why->code != ERR_NOT_FOUND && why->code != ERR_LIMIT && why->code != ERR_STATE;
}

int store_tx_end(struct store_tx *t, int rc, struct err *e)
{
	struct store *s = t->s;

	if (t->open && rc == 0 && t->write)
		rc = db_commit(s->db, &t->why);
	else if (t->open)
		db_rollback(s->db);
	/* A record with a hole would look whole: after a failed write nothing more is taken. */
	if (rc && t->write && !s->broken && breaks(&t->why)) {
		s->first = t->why;
		s->broken = true;
	}
	db_unlock(s->db);
	if (rc && e)
		*e = t->why;
	return rc;
}

int store_number(struct store *s, const char *id, int64_t *n, struct err *e)
{
	struct db_stmt *q = db_prepare(s->db, "SELECT n FROM investigations WHERE id = ?", e);
	int rc;

	db_bind_text(q, id);
	rc = db_step(q, e);
	if (rc == 1)
		*n = db_int(q, 0);
	db_release(q);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no investigation %s in %s; dupin history list shows them",
			       id, db_path(s->db));
	return rc == 1 ? 0 : -1;
}

const char *store_status(const char *status, const char *owner, int64_t last_ms)
{
	if (str_eq(status, "running") && !owner_alive(owner, last_ms, clock_wall_ms()))
		return "cancelled";
	return status;
}
