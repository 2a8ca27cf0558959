/* SPDX-License-Identifier: Apache-2.0 */
/* Opening: the file and its rights, whose it is, connection settings, migrations. */
#include "agent/store/db_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"

static int make_folder(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct err why = {0};

	if (!slash || slash == path)
		return 0;
	auto_free char *folder = mem_strn(path, (size_t)(slash - path));
	if (file_is_dir(folder) || file_mkdirs(folder, &why) == 0)
		return 0;
	return db_fail_file(path, why.sys, e);
}

/*
 * The file is made here with its final mode, so that it is never readable by others, whatever the umask. An existing
 * one is not opened: closing a second descriptor would drop the locks of a connection that this process may have on it.
 */
static int make_file(const char *path, struct err *e)
{
	struct stat st;
	auto_close int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd >= 0)
		return fchmod(fd, 0600) == 0 ? 0 : db_fail_file(path, errno, e);
	if ((errno != EEXIST && errno != EISDIR) || stat(path, &st) < 0)
		return db_fail_file(path, errno, e);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_ARG, "the database %s is %s; name a file with --db PATH or DUPIN_DB", path,
			       S_ISDIR(st.st_mode) ? "a folder" : "not a regular file");
	if ((st.st_mode & 077) && st.st_uid == geteuid())
		(void)!chmod(path, 0600); /* best effort: a read-only file system may well hold a looser one */
	return 0;
}

static int get_int(struct db *d, const char *sql, int64_t *out, struct err *e)
{
	struct db_stmt *q = db_prepare(d, sql, e);
	int rc = db_step(q, e);

	if (rc == 1)
		*out = db_int(q, 0);
	db_release(q);
	return rc == 1 ? 0 : -1;
}

/* Nothing is changed in a file before it is known to be ours, or empty. */
static int check_owner(struct db *d, const struct db_schema *schema, int64_t *version, struct err *e)
{
	int64_t application = 0, objects = 0;

	/* One snapshot: another process may be making the schema right now. */
	if (db_begin(d, false, e))
		return -1;
	if (get_int(d, "PRAGMA user_version", version, e) || get_int(d, "PRAGMA application_id", &application, e) ||
	    get_int(d, "SELECT count(*) FROM sqlite_schema", &objects, e)) {
		db_rollback(d);
		return -1;
	}
	db_rollback(d);
	if (*version == 0 && application == 0 && objects == 0)
		return 0;
	if (application != schema->application)
		return err_set(e, ERR_STATE,
			       "%s is the database of another program (application id %lld); name another with --db "
			       "PATH or DUPIN_DB",
			       d->path, (long long)application);
	if (*version > schema->count)
		return err_set(
		    e, ERR_STATE,
		    "%s was written by a newer dupin (schema %lld, this one knows %d); upgrade dupin or name another "
		    "database with --db PATH or DUPIN_DB",
		    d->path, (long long)*version, schema->count);
	return 0;
}

/*
 * The switch to WAL needs the file for itself and does not call the busy handler, so two processes that open a new file
 * at once collide here. A file system without shared memory stays with a rollback journal, which is as safe.
 */
static int set_wal(struct db *d, struct err *e)
{
	int64_t deadline = clock_deadline(DB_BUSY_MS);
	int rc;

	for (;;) {
		rc = sqlite3_exec(d->sq, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			return 0;
		if ((rc & 0xff) != SQLITE_BUSY || clock_left(deadline) == 0)
			return db_fail(d, rc, e);
		sqlite3_sleep(10);
	}
}

static int migrate(struct db *d, const struct db_schema *schema, struct err *e)
{
	int64_t version = 0;
	char sql[64];

	if (db_begin(d, true, e))
		return -1;
	/* Read again under the write lock: the other process may have been faster, or newer. */
	if (get_int(d, "PRAGMA user_version", &version, e))
		goto fail;
	if (version == 0) {
		snprintf(sql, sizeof(sql), "PRAGMA application_id=%d", (int)schema->application);
		if (db_exec(d, sql, e))
			goto fail;
	}
	for (; version < schema->count; version++) {
		if (db_exec(d, schema->steps[version], e)) {
			err_wrap(e, "bringing the schema from %d to %d", (int)version, (int)version + 1);
			goto fail;
		}
	}
	snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", (int)version);
	if (db_exec(d, sql, e))
		goto fail;
	return db_commit(d, e);
fail:
	db_rollback(d);
	return -1;
}

static int set_up(struct db *d, const struct db_schema *schema, struct err *e)
{
	int64_t version = 0;

	sqlite3_busy_timeout(d->sq, DB_BUSY_MS);
	/* The file may come from anywhere: its schema gets no say beyond tables and indexes. */
	sqlite3_db_config(d->sq, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(d->sq, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (sqlite3_db_readonly(d->sq, "main") == 1)
		return db_fail(d, SQLITE_READONLY, e);
	if (check_owner(d, schema, &version, e))
		return -1;
	/*
	 * Deleting then gives space back to the disk. For new files only: on others it would change nothing and yet
	 * write, and a file on a full disk can still be read.
	 */
	if (version == 0 && db_exec(d, "PRAGMA auto_vacuum=INCREMENTAL", e))
		return -1;
	if (set_wal(d, e) ||
	    db_exec(
		d,
		"PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;"
		"PRAGMA journal_size_limit=16777216",
		e))
		return -1;
	return version < schema->count ? migrate(d, schema, e) : 0;
}

struct db *db_open(const char *path, const struct db_schema *schema, struct err *e)
{
	bool memory = str_eq(path, ":memory:");
	struct db *d;
	int rc;

	if (str_empty(path)) {
		err_set(e, ERR_ARG, "the name of the database is empty; give one with --db PATH or DUPIN_DB");
		return NULL;
	}
	if (!memory && (make_folder(path, e) || make_file(path, e)))
		return NULL;
	d = MEM_NEW(struct db);
	pthread_mutex_init(&d->lock, NULL);
	d->path = mem_str(path);
	d->stmts = map_new(db_stmt_free);
	/* Debian's SQLite takes "file:..." for a URI with options; a file may well be called so. */
	auto_free char *name = str_starts(path, "file:") ? mem_printf("./%s", path) : mem_str(path);
	rc = sqlite3_open_v2(name, &d->sq, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc != SQLITE_OK)
		db_fail(d, rc, e);
	if (rc != SQLITE_OK || set_up(d, schema, e)) {
		db_close(d);
		return NULL;
	}
	return d;
}
