/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/err.h"

#include <errno.h>

#include "agent/base/utf8.h"
#include "tests/tap.h"

static void sets(void)
{
	struct err e = {.http = 7};
	int rc;

	errno = EBADF;
	rc = err_set(&e, ERR_LIMIT, "%d pods", 3);
	is_int(rc, -1, "set returns -1");
	is_int(errno, EBADF, "errno stays");
	ok(e.code == ERR_LIMIT && e.sys == 0 && e.http == 0, "code is set, the rest cleared");
	is_str(e.msg, "3 pods", "message");
	rc = err_set(NULL, ERR_ARG, "x");
	is_int(rc, -1, "NULL is allowed");
	e.http = 404;
	err_wrap(&e, "loading %s", "x.yaml");
	is_str(e.msg, "loading x.yaml: 3 pods", "wrap prefixes");
	ok(e.code == ERR_LIMIT && e.http == 404, "wrap keeps code and status");
	err_wrap(&e, "again: ");
	is_str(e.msg, "again: loading x.yaml: 3 pods", "a colon in the prefix is not doubled");
	err_set(&e, ERR_IO, "outer: %s", e.msg);
	is_str(e.msg, "outer: again: loading x.yaml: 3 pods", "the message may quote itself");
	err_clear(&e);
	ok(e.code == ERR_NONE && e.msg[0] == '\0', "clear");
}

static void from_errno(void)
{
	struct err e = {0};

	errno = ENOENT;
	err_sys(&e, "cannot open %s", "f");
	ok(e.code == ERR_NOT_FOUND && e.sys == ENOENT, "ENOENT is not_found");
	is_str(e.msg, "cannot open f: No such file or directory", "the reason is appended");
	errno = EACCES;
	err_sys(&e, "x");
	is_int(e.code, ERR_DENIED, "EACCES is denied");
	errno = ENOSPC;
	err_sys(&e, "x");
	ok(e.code == ERR_IO && errno == ENOSPC, "the rest is io, errno stays");
}

static void outside_bytes(void)
{
	struct err e = {0};
	char text[2000];
	size_t n;

	err_set(&e, ERR_PARSE, "bad \xff\xfe byte\nsecond line\x1b[2J\n");
	is_str(e.msg, "bad \xef\xbf\xbd byte second line [2J", "one clean line");
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 3);
	err_set(&e, ERR_PARSE, "a%s", text);
	n = strlen(e.msg);
	ok(n < sizeof(e.msg) && strcmp(e.msg + n - 3, "...") == 0, "cut and marked");
	ok(utf8_valid(e.msg, n), "cut between characters");
}

static void names(void)
{
	for (int c = ERR_NONE; c <= ERR_MODEL; c++)
		ok(strcmp(err_name((enum err_code)c), "unknown") != 0, "code %d is called %s", c,
		   err_name((enum err_code)c));
}

int main(void)
{
	sets();
	from_errno();
	outside_bytes();
	names();
	return done();
}
