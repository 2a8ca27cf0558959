/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite wrapper: files and their rights, whose a file is, migrations, statements, failures that say what to do. */
#include "agent/store/db.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "tests/scratch.h"
#include "tests/tap.h"

#define APPLICATION 0x4470696e

static const char *const one_step[] = {"CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT"};
static const struct db_schema first = {APPLICATION, one_step, 1};

static int mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int)(st.st_mode & 0777) : -1;
}

static int64_t get(struct db *d, const char *sql)
{
	struct db_stmt *q = db_prepare(d, sql, NULL);
	int64_t v = db_step(q, NULL) == 1 ? db_int(q, 0) : -1;

	db_release(q);
	return v;
}

static void rights(void)
{
	struct err e = {0};
	mode_t before = umask(0);
	struct db *d = db_open(scratch("new/deep/x.db"), &first, &e);
	struct db_stmt *q;

	ok(d, "opens in a folder that is not there: %s", e.msg);
	umask(before);
	is_int(mode_of(scratch("new")), 0700, "the folders are private");
	is_int(mode_of(scratch("new/deep")), 0700, "both of them");
	is_int(mode_of(scratch("new/deep/x.db")), 0600, "the file is private, whatever the umask");
	q = db_prepare(d, "INSERT INTO t (b) VALUES (?)", &e);
	db_bind_text(q, "x");
	is_int(db_run(q, &e), 0, "writes");
	is_int(mode_of(scratch("new/deep/x.db-wal")), 0600, "so is the log");
	is_int(mode_of(scratch("new/deep/x.db-shm")), 0600, "and the shared memory");
	db_close(d);
	chmod(scratch("new/deep/x.db"), 0644);
	d = db_open(scratch("new/deep/x.db"), &first, &e);
	is_int(mode_of(scratch("new/deep/x.db")), 0600, "looser rights of an old file are taken away");
	is_int(get(d, "SELECT count(*) FROM t"), 1, "what was written is there");
	db_close(d);
	umask(0777);
	d = db_open(scratch("tight.db"), &first, &e);
	umask(before);
	ok(d, "an odd umask does not matter: %s", e.msg);
	db_close(d);
}

static void settings(void)
{
	struct db *d = db_open(scratch("s.db"), &first, NULL);
	struct db_stmt *q = db_prepare(d, "PRAGMA journal_mode", NULL);

	ok(db_step(q, NULL) == 1, "asks");
	is_str(db_text(q, 0), "wal", "write-ahead log");
	db_release(q);
	is_int(get(d, "PRAGMA synchronous"), 1, "synchronous NORMAL");
	is_int(get(d, "PRAGMA busy_timeout"), 5000, "busy timeout");
	is_int(get(d, "PRAGMA foreign_keys"), 1, "foreign keys");
	is_int(get(d, "PRAGMA auto_vacuum"), 2, "space can be given back");
	is_int(get(d, "PRAGMA user_version"), 1, "version");
	is_int(get(d, "PRAGMA application_id"), APPLICATION, "whose it is");
	is_str(db_path(d), scratch("s.db"), "path");
	db_close(d);
}

static void migrations(void)
{
	static const char *const steps[] = {
	    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT",
	    "ALTER TABLE t ADD COLUMN c TEXT; UPDATE t SET c = upper(b)",
	    "CREATE TABLE u (x TEXT) STRICT; INSERT INTO u SELECT c FROM t",
	};
	static const char *const broken[] = {steps[0], "CREATE TABLE v (x TEXT) STRICT", "CREATE TABLE t (a INTEGER)"};
	const struct db_schema third = {APPLICATION, steps, 3}, bad = {APPLICATION, broken, 3};
	struct err e = {0};
	struct db *d = db_open(scratch("m.db"), &first, &e);

	ok(d && db_exec(d, "INSERT INTO t (b) VALUES ('one')", &e) == 0, "an old schema with a row");
	db_close(d);
	ok(!db_open(scratch("m.db"), &bad, &e), "a step that fails is told");
	like(e.msg, "bringing the schema from 2 to 3", "which one");
	d = db_open(scratch("m.db"), &first, &e);
	ok(d, "and nothing of it stays: the old program still opens the file");
	is_int(get(d, "SELECT count(*) FROM sqlite_schema WHERE name = 'v'"), 0,
	       "the step before it was undone as well");
	db_close(d);
	d = db_open(scratch("m.db"), &third, &e);
	ok(d, "two steps at once");
	is_int(get(d, "PRAGMA user_version"), 3, "the version counts them");
	is_int(get(d, "SELECT count(*) FROM u WHERE x = 'ONE'"), 1, "old rows came along");
	db_close(d);
	ok(!db_open(scratch("m.db"), &first, &e), "an older program refuses a newer file");
	is_int(e.code, ERR_STATE, "as a state");
	like(e.msg, "newer dupin (schema 3, this one knows 1)", "both versions");
	like(e.msg, "--db PATH or DUPIN_DB", "what to do");
}

static void not_ours(void)
{
	static const char *const steps[] = {"CREATE TABLE bookmarks (x TEXT) STRICT"};
	const struct db_schema other = {0, steps, 1};
	struct err e = {0};
	struct db *d = db_open(scratch("other.db"), &other, &e);
	auto_free char *before = NULL, *after = NULL;
	size_t n = 0, m = 0;

	db_close(d);
	before = file_read(scratch("other.db"), 1 << 20, &n, NULL);
	ok(!db_open(scratch("other.db"), &first, &e), "another program's database is refused");
	like(e.msg, "another program", "says so");
	after = file_read(scratch("other.db"), 1 << 20, &m, NULL);
	ok(before && after && n == m && memcmp(before, after, n) == 0, "and not touched");
	ok(file_write(scratch("empty.db"), "", 0, 0600, NULL) == 0, "an empty file");
	d = db_open(scratch("empty.db"), &first, &e);
	ok(d, "is taken (user_version 0): %s", e.msg);
	db_close(d);
	ok(file_write(scratch("notes.txt"),
		      "shopping list, long enough to be looked at ................................."
		      "....................................",
		      110, 0600, NULL) == 0,
	   "a text file");
	ok(!db_open(scratch("notes.txt"), &first, &e), "is refused");
	like(e.msg, "file is not a database", "why");
	like(e.msg, "--db PATH or DUPIN_DB", "what to do");
	ok(!db_open(scratch(""), &first, &e), "a folder is refused");
	like(e.msg, "is a folder", "why");
	ok(!db_open("", &first, &e), "an empty name is refused");
	ok(!db_open("/dev/null/x.db", &first, &e), "a file for a folder is refused");
	like(e.msg, "Not a directory", "why");
	like(e.msg, "DUPIN_DB", "what to do");
}

static void damaged(void)
{
	struct err e = {0};
	struct db *d = db_open(scratch("d.db"), &first, &e);
	struct db_stmt *q;
	int rc = 0;
	auto_free char *bytes = NULL;
	size_t n = 0;

	for (int i = 0; i < 2000; i++) {
		q = db_prepare(d, "INSERT INTO t (b) VALUES ('some text to fill pages with')", &e);
		rc |= db_run(q, &e);
	}
	is_int(rc, 0, "fills a file");
	db_close(d);
	bytes = file_read(scratch("d.db"), 1 << 20, &n, NULL);
	ok(bytes && n > 40000, "it has %zu bytes", n);
	memset(bytes + 8192, 0x5a, n - 8192);
	rc = file_write(scratch("d.db"), bytes, n, 0600, NULL);
	d = db_open(scratch("d.db"), &first, &e);
	q = d ? db_prepare(d, "SELECT count(b) FROM t", &e) : NULL;
	rc = db_step(q, &e);
	db_release(q);
	is_int(rc, -1, "a damaged file is noticed");
	like(e.msg, "is damaged", "why");
	like(e.msg, ".recover", "what to do");
	db_close(d);
}

static void read_only(void)
{
	struct err e = {0};
	struct db *d;

	if (geteuid() == 0 && seteuid(65534) != 0) {
		tap_skip("cannot give up root");
		return;
	}
	if (geteuid() == 65534) {
		ok(!db_open(scratch("nobody.db"), &first, &e), "a folder that may not be written is refused");
	} else {
		chmod(scratch(""), 0500);
		ok(!db_open(scratch("nobody.db"), &first, &e), "a folder that may not be written is refused");
		chmod(scratch(""), 0700);
	}
	is_int(e.code, ERR_DENIED, "as denied");
	like(e.msg, "Permission denied", "why");
	like(e.msg, "--db PATH or DUPIN_DB", "what to do");
	if (geteuid() == 65534 && seteuid(0) != 0)
		abort();
	d = db_open(scratch("ro/x.db"), &first, &e);
	db_close(d);
	chmod(scratch(""), 0755);
	chmod(scratch("ro"), 0755);
	chmod(scratch("ro/x.db"), 0444);
	if (geteuid() == 0 && seteuid(65534) != 0)
		abort();
	if (geteuid() == 65534) {
		e = (struct err){0};
		ok(!db_open(scratch("ro/x.db"), &first, &e), "a file that may not be written is refused");
		like(e.msg, "cannot write to", "why");
		like(e.msg, "read-only", "says what is wrong");
		if (seteuid(0) != 0)
			abort();
	}
	chmod(scratch(""), 0700);
}

static void full(void)
{
	struct err e = {0};
	struct db *d = db_open(scratch("full.db"), &first, &e);
	struct rlimit old, small;
	auto_free char *big = mem_alloc(100000);
	int rc = 0, rows = 0;

	memset(big, 'x', 99999);
	big[99999] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 1000000;
	setrlimit(RLIMIT_FSIZE, &small);
	for (; rc == 0 && rows < 100; rows++) {
		struct db_stmt *q;

		rc = db_begin(d, true, &e);
		q = db_prepare(d, "INSERT INTO t (b) VALUES (?)", &e);
		db_bind_text(q, big);
		if (db_run(q, &e) || db_commit(d, &e))
			rc = -1;
	}
	setrlimit(RLIMIT_FSIZE, &old);
	db_rollback(d);
	ok(rc == -1 && rows > 2, "a file that may not grow fails at row %d", rows);
	is_int(e.code, ERR_IO, "as input and output");
	like(e.msg, "cannot write to", "what");
	like(e.msg, "free some space", "what to do");
	is_int(get(d, "SELECT count(*) FROM t"), rows - 1, "all rows before it are there");
	db_close(d);
	d = db_open(scratch("full.db"), &first, &e);
	is_int(get(d, "SELECT count(*) FROM t"), rows - 1, "also for the next one");
	db_close(d);
}

static void values(void)
{
	struct err e = {0};
	struct db *d = db_open(":memory:", &first, &e);
	auto_json json_t *doc = json_pack("{s:[i,n]}", "a", 7), *back = NULL, *text = NULL, *none = NULL, *time = NULL;
	struct db_stmt *q = db_prepare(d, "SELECT ?, ?, ?, ?, ?, ?, ?, ?", &e);
	const char *bytes;
	size_t n = 9;

	db_bind_text(q, "bad \xff utf8");
	db_bind_text(q, NULL);
	db_bind_textn(q, "cut here", 3);
	db_bind_bytes(q, "a\0b", 3);
	db_bind_bytes(q, "", 0);
	db_bind_int(q, INT64_MIN);
	db_bind_real(q, 0.5);
	db_bind_json(q, doc);
	is_int(db_step(q, &e), 1, "a row");
	text = db_json_text(q, 0);
	is_str(json_string_value(text), "bad \xef\xbf\xbd utf8", "text becomes valid");
	none = db_json_text(q, 1);
	ok(db_null(q, 1) && !db_text(q, 1) && json_is_null(none), "null");
	is_str(db_text(q, 2), "cut", "text of a length");
	bytes = db_bytes(q, 3, &n);
	ok(n == 3 && memcmp(bytes, "a\0b", 3) == 0, "bytes");
	db_bytes(q, 4, &n);
	ok(n == 0 && !db_null(q, 4), "no bytes are not null");
	ok(db_int(q, 5) == INT64_MIN && db_real(q, 6) == 0.5, "numbers");
	back = db_json(q, 7);
	ok(json_equal(back, doc), "documents");
	is_int(db_step(q, &e), 0, "no more");
	db_release(q);
	q = db_prepare(d, "SELECT ?, 1500", &e);
	is_int(db_step(q, &e), 1, "again");
	ok(db_null(q, 0), "an unbound parameter is null");
	time = db_json_time(q, 1);
	is_str(json_string_value(time), "1970-01-01T00:00:01.500Z", "times");
	db_release(q);
	ok(!db_prepare(d, "SELEC 1", &e), "wrong SQL is an error");
	is_int(db_run(NULL, &e), -1, "which the rest of the chain passes on");
	is_int(db_exec(d, "INSERT INTO t VALUES (1, 'x'); INSERT INTO t VALUES (1, 'y')", &e), -1, "a constraint");
	is_int(e.code, ERR_ARG, "is the caller's mistake");
	db_close(d);
	db_close(NULL);
}

static void *open_one(void *path)
{
	struct err e = {0};
	struct db *d = db_open(path, &first, &e);
	int rc = d ? 0 : -1;

	for (int i = 0; rc == 0 && i < 50; i++)
		rc = db_exec(d, "INSERT INTO t (b) VALUES ('x')", &e);
	if (rc)
		printf("# %s\n", e.msg);
	db_close(d);
	return rc ? path : NULL;
}

/* Every round has a new file, which all make and migrate at once. */
static void races(void)
{
	int failed = 0;
	char name[32];

	for (int round = 0; round < 10; round++) {
		pthread_t threads[4];
		struct db *d;
		void *bad;

		snprintf(name, sizeof(name), "race/%d.db", round);
		auto_free char *path = mem_str(scratch(name));
		for (int i = 0; i < 4; i++)
			pthread_create(&threads[i], NULL, open_one, path);
		for (int i = 0; i < 4; i++) {
			pthread_join(threads[i], &bad);
			failed += bad != NULL;
		}
		d = db_open(path, &first, NULL);
		failed += !d || get(d, "SELECT count(*) FROM t") != 200;
		db_close(d);
	}
	is_int(failed, 0, "four at once make a new file and write to it");
}

int main(void)
{
	rights();
	settings();
	migrations();
	not_ours();
	damaged();
	read_only();
	full();
	values();
	races();
	return done();
}
