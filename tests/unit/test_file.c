/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/str.h"
#include "tests/tap.h"
#include "tests/tree.h"

static char root[] = "/tmp/dupin-test-file.XXXXXX";

static char *at(const char *name)
{
	return file_join(root, name);
}

static void reading(void)
{
	char *path = at("f"), *s, *fifo = at("fifo");
	struct err e = {0};
	size_t len = 0;
	int rc = file_write(path, "ab\0c", 4, 0600, &e);

	is_int(rc, 0, "write");
	s = file_read(path, 4, &len, &e);
	ok(s && len == 4 && memcmp(s, "ab\0c", 5) == 0, "read back, at the limit");
	free(s);
	s = file_read(path, 3, &len, &e);
	ok(!s && e.code == ERR_LIMIT, "too large");
	like(e.msg, "larger than 3 B", "says so");
	s = file_read("/dev/null/x", 10, NULL, &e);
	ok(!s && e.code == ERR_NOT_FOUND, "not there");
	s = file_read(root, 10, NULL, &e);
	ok(!s, "a folder is no file");
	like(e.msg, "a folder", "says so");
	rc = mkfifo(fifo, 0600);
	s = file_read(fifo, 10, NULL, &e);
	ok(rc == 0 && !s, "a FIFO is refused and not waited for");
	s = file_read("/proc/self/status", 1 << 20, &len, &e);
	ok(s && len > 0 && strlen(s) == len, "a file without a size");
	free(s);
	unlink(fifo);
	free(fifo);
	free(path);
}

static void pipes(void)
{
	int ends[2], rc = pipe(ends);
	struct err e = {0};
	char text[5000], *s;
	size_t len = 0;

	memset(text, 'x', sizeof(text));
	rc |= write(ends[1], text, sizeof(text)) != sizeof(text);
	rc |= fcntl(ends[0], F_SETFL, O_NONBLOCK);
	close(ends[1]);
	s = file_read_fd(ends[0], "standard input", 10000, &len, &e);
	ok(rc == 0 && s && len == 5000, "a pipe");
	free(s);
	close(ends[0]);
	rc = pipe(ends);
	rc |= write(ends[1], text, sizeof(text)) != sizeof(text);
	close(ends[1]);
	s = file_read_fd(ends[0], "standard input", 4999, &len, &e);
	ok(rc == 0 && !s && e.code == ERR_LIMIT, "a pipe that gives too much");
	close(ends[0]);
}

static void writing(void)
{
	char *path = at("sub/deep/w"), *dir = at("sub/deep");
	struct err e = {0};
	struct stat st = {0};
	char *s;
	int rc = file_write(path, "1", 1, 0600, &e);

	ok(rc == -1 && e.code == ERR_NOT_FOUND, "no folder");
	rc = file_mkdirs(dir, &e);
	ok(rc == 0 && file_is_dir(dir), "folders are made");
	rc = file_mkdirs(dir, &e);
	is_int(rc, 0, "again is fine");
	rc = file_write(path, "first", 5, 0600, &e) | file_write(path, "second", 6, 0640, &e);
	s = file_read(path, 100, NULL, &e);
	ok(rc == 0 && str_eq(s, "second"), "replaced");
	free(s);
	rc = stat(path, &st);
	is_int(rc == 0 ? st.st_mode & 07777 : 0, 0640, "mode");
	rc = stat(dir, &st);
	is_int(rc == 0 ? st.st_mode & 07777 : 0, 0700, "folders are private");
	rc = file_mkdirs(path, &e);
	is_int(rc, -1, "a file is in the way");
	rc = file_mkdirs("", &e);
	is_int(rc, -1, "no name");
	free(path);
	free(dir);
}

static void names(void)
{
	char *s = file_join("a/", "b");

	is_str(s, "a/b", "join");
	free(s);
	s = file_join("a", "/b");
	is_str(s, "/b", "an absolute path wins");
	free(s);
	s = file_join("", "b");
	is_str(s, "b", "join to nothing");
	free(s);
	setenv("HOME", "/srv/x", 1);
	s = file_expand("~/y");
	is_str(s, "/srv/x/y", "home");
	free(s);
	s = file_expand("~other/y");
	is_str(s, "~other/y", "somebody else's home is left alone");
	free(s);
	ok(file_exists("/") && !file_exists("/no/such") && file_is_dir("/") && !file_is_dir("/dev/null"),
	   "exists, is a folder");
}

int main(void)
{
	if (!mkdtemp(root))
		return 1;
	reading();
	pipes();
	writing();
	names();
	tree_remove(root);
	return done();
}
