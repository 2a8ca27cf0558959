/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "tests/tap.h"
#include "tests/tree.h"

static char root[] = "/tmp/dupin-test-walk.XXXXXX";

static void make(const char *name, const char *text)
{
	auto_free char *path = file_join(root, name);
	auto_free char *dir = mem_strn(path, (size_t)(strrchr(path, '/') - path));
	struct err e = {0};

	if (file_mkdirs(dir, &e) != 0 || file_write(path, text, strlen(text), 0600, &e) != 0)
		printf("# %s\n", e.msg);
}

static void make_link(const char *target, const char *name)
{
	auto_free char *path = file_join(root, name);

	if (symlink(target, path) != 0)
		perror("symlink");
}

static int see(void *ctx, const struct file_seen *f)
{
	struct buf *b = ctx;

	if (f->why)
		buf_printf(b, "%s!%s\n", f->rel, f->why);
	else
		buf_printf(b, "%s=%llu\n", f->rel, (unsigned long long)f->size);
	return str_eq(f->rel, "stop") ? 6 : 0;
}

static void walking(void)
{
	auto_buf struct buf b = BUF_INIT(100000);
	struct err e = {0};
	auto_free char *fifo = file_join(root, "d/fifo"), *top_file = file_join(root, "z");
	int rc;

	make("b/2", "xx");
	make("b/10", "x");
	make("a", "");
	make("B", "xyz");
	make("d/sub/f", "1");
	make("z", "1");
	make_link("../z", "b/link");
	make_link("/etc/passwd", "b/out");
	make_link("nowhere", "b/void");
	make_link("..", "d/up");
	make_link("../b", "d/to-b");
	if (mkfifo(fifo, 0600) != 0)
		perror("mkfifo");
	rc = file_walk(root, 100, see, &b, &e);
	is_int(rc, 0, "to the end");
	is_str(buf_cstr(&b),
	       "B=3\na=0\nb/10=1\nb/2=2\nb/link=1\nb/out!symbolic link that leads outside of the folder\n"
	       "b/void!symbolic link to nothing\nd/fifo!not a regular file\nd/sub/f=1\n"
	       "d/to-b/10=1\nd/to-b/2=2\nd/to-b/link=1\nd/to-b/out!symbolic link that leads outside of the folder\n"
	       "d/to-b/void!symbolic link to nothing\nd/up!symbolic link to a folder that holds it\nz=1\n",
	       "sorted by bytes, links inside followed, all else reported");
	buf_clear(&b);
	rc = file_walk(root, 3, see, &b, &e);
	is_str(buf_cstr(&b), "B=3\na=0\nb/10=1\nb/2!more than 3 files: this and what follows was not read\n",
	       "cut once");
	is_int(rc, 0, "which is no error");
	buf_clear(&b);
	make("stop", "");
	rc = file_walk(root, 100, see, &b, &e);
	is_int(rc, 6, "stopped");
	ok(!strstr(buf_cstr(&b), "z=1"), "at once");
	rc = file_walk(top_file, 10, see, &b, &e);
	ok(rc == -1 && strstr(e.msg, "it is a file"), "a file is no folder");
	rc = file_walk("/no/such/folder", 10, see, &b, &e);
	ok(rc == -1 && e.code == ERR_NOT_FOUND, "not there");
}

static int count(void *ctx, const struct file_seen *f)
{
	size_t *n = ctx;

	(*n)++;
	(void)f;
	return 0;
}

/* Links that multiply: 2^30 ways through thirty folders, and not one file. */
static void endless(void)
{
	struct err e = {0};
	size_t n = 0;
	int rc;

	for (int i = 0; i < 30; i++) {
		char dir[32], link[48], next[32];
		auto_free char *path = NULL;

		snprintf(dir, sizeof(dir), "m/%d", i);
		path = file_join(root, dir);
		if (file_mkdirs(path, &e) != 0)
			printf("# %s\n", e.msg);
		snprintf(next, sizeof(next), "../%d", i + 1);
		snprintf(link, sizeof(link), "m/%d/a", i);
		make_link(next, link);
		link[strlen(link) - 1] = 'b';
		make_link(next, link);
	}
	rc = file_walk(root, 1000, count, &n, &e);
	ok(rc == 0 && n < 10000, "ended after %zu reports", n);
}

static void deep(void)
{
	auto_buf struct buf b = BUF_INIT(100000), name = BUF_INIT(1000);
	struct err e = {0};
	auto_free char *top = file_join(root, "deep");
	int rc;

	buf_str(&name, "deep");
	for (int i = 0; i < 40; i++)
		buf_str(&name, "/n");
	buf_str(&name, "/f");
	make(name.data, "x");
	rc = file_walk(top, 100, see, &b, &e);
	ok(rc == 0 && strstr(buf_cstr(&b), "/n!nested deeper than 32 folders\n"), "depth is bounded and said");
}

static void unreadable(void)
{
	auto_buf struct buf b = BUF_INIT(100000);
	struct err e = {0};
	auto_free char *top = file_join(root, "lock"), *dir = file_join(root, "lock/closed");
	int rc = file_mkdirs(dir, &e);

	if (rc != 0 || geteuid() == 0) {
		tap_skip("root reads everything");
		return;
	}
	chmod(dir, 0);
	rc = file_walk(top, 100, see, &b, &e);
	is_int(rc, 0, "a folder that may not be read is no error");
	is_str(buf_cstr(&b), "closed!Permission denied\n", "but is reported");
	chmod(dir, 0700);
}

int main(void)
{
	if (!mkdtemp(root))
		return 1;
	walking();
	endless();
	deep();
	unreadable();
	tree_remove(root);
	return done();
}
