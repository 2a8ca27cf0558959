/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/store/db_private.h"

#include <errno.h>
#include <string.h>

#define ELSEWHERE "name another database with --db PATH or DUPIN_DB"

static int fail_full(const char *path, int sys, struct err *e)
{
	err_set(e, ERR_IO,
		"cannot write to %s: %s; free some space or " ELSEWHERE " (what was recorded before is kept)", path,
		sys ? strerror(sys) : "the disk is full");
	if (e)
		e->sys = sys ? sys : ENOSPC;
	return -1;
}

static bool is_full(int sys)
{
	return sys == ENOSPC || sys == EDQUOT || sys == EFBIG;
}

/*
 * SQLite keeps the errno of a failed write with the file, and only sometimes hands it up; the write may have been to
 * the log.
 */
static int last_errno(sqlite3 *sq)
{
	int sys = sqlite3_system_errno(sq);
	sqlite3_file *log = NULL;

	if (sys == 0)
		sqlite3_file_control(sq, "main", SQLITE_FCNTL_LAST_ERRNO, &sys);
	if (sys == 0)
		sqlite3_file_control(sq, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log && log->pMethods)
		log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &sys);
	return sys;
}

int db_fail_file(const char *path, int sys, struct err *e)
{
	enum err_code code = sys == EACCES || sys == EPERM || sys == EROFS ? ERR_DENIED : ERR_IO;

	if (is_full(sys))
		return fail_full(path, sys, e);
	err_set(e, code, "cannot open the database %s: %s; %s" ELSEWHERE, path, sys ? strerror(sys) : "unknown reason",
		code == ERR_DENIED ? "make it and its folder writable or " : "");
	if (e)
		e->sys = sys;
	return -1;
}

int db_fail(struct db *d, int rc, struct err *e)
{
	const char *said = d->sq ? sqlite3_errmsg(d->sq) : sqlite3_errstr(rc);
	int sys = d->sq ? last_errno(d->sq) : 0;

	switch (rc & 0xff) {
	case SQLITE_FULL:
		return fail_full(d->path, is_full(sys) ? sys : 0, e);
	case SQLITE_IOERR:
		if (is_full(sys))
			return fail_full(d->path, sys, e);
		err_set(e, ERR_IO, "cannot read or write %s: %s (%s); check the disk or " ELSEWHERE, d->path, said,
			sys ? strerror(sys) : sqlite3_errstr(rc));
		break;
	case SQLITE_CANTOPEN:
		return db_fail_file(d->path, sys, e);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(e, ERR_DENIED,
			       "cannot write to %s: it or its folder is read-only; make both writable or " ELSEWHERE,
			       d->path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_TIMEOUT,
			       "%s was held by another process for more than %d s; wait for it to end or " ELSEWHERE,
			       d->path, DB_BUSY_MS / 1000);
	case SQLITE_NOTADB:
		return err_set(e, ERR_STATE, "%s is no database (%s); move it away or " ELSEWHERE, d->path, said);
	case SQLITE_CORRUPT:
		return err_set(
		    e, ERR_IO,
		    "%s is damaged (%s); move it away with its -wal and -shm (`sqlite3 FILE .recover` may save what it "
		    "holds) or " ELSEWHERE,
		    d->path, said);
	case SQLITE_CONSTRAINT:
		return err_set(e, ERR_ARG, "this cannot be recorded in %s: %s", d->path, said);
	case SQLITE_TOOBIG:
		return err_set(e, ERR_LIMIT, "a text or body is too large to be recorded in %s", d->path);
	default:
		err_set(e, ERR_IO, "the database %s failed: %s; " ELSEWHERE " if this goes on", d->path, said);
		break;
	}
	if (e)
		e->sys = sys;
	return -1;
}
