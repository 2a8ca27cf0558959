/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>

#include "agent/io/proc.h"
#include "tests/tap.h"
#include "tests/unit/snapshot_folder.h"

#define POD                                                                                                            \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"namespace\":\"a\",\"name\":\"p\"},\"spec\":{"         \
	"\"containers\":[{\"name\":\"c\"}]}}"

/* One member with a header written by hand: tar programs refuse to write what attackers would. */
static void member(struct buf *tar, const char *name, char type, const char *link, const char *body)
{
	char h[513] = {0};
	unsigned sum = 8 * ' ';

	snprintf(h, 100, "%s", name);
	snprintf(h + 100, 9, "0000644");
	snprintf(h + 108, 9, "0000000");
	snprintf(h + 116, 9, "0000000");
	snprintf(h + 124, 13, "%011zo", strlen(body));
	snprintf(h + 136, 13, "%011o", 0);
	h[156] = type;
	snprintf(h + 157, 100, "%s", link);
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? 0 : (unsigned char)h[i];
	snprintf(h + 148, 9, "%06o", sum);
	h[155] = ' ';
	buf_add(tar, h, 512);
	buf_str(tar, body);
	while (tar->len % 512)
		buf_char(tar, '\0');
}

static void finish(struct buf *tar)
{
	for (size_t i = 0; i < 1024; i++)
		buf_char(tar, '\0');
}

static struct origin *open_archive(const char *rel, struct err *e)
{
	char *path = scratch_path(rel);
	struct origin *o = origin_snapshot(path, NULL, e);

	free(path);
	return o;
}

static void test_refused(void)
{
	struct buf tar = BUF_INIT(1 << 20);
	struct err e = {0};
	struct origin *o;
	struct origin_reply r;
	char *problems, *text;

	scratch_new();
	member(&tar, "top/", '5', "", "");
	member(&tar, "./top/snapshot.yaml", '0', "", "name: packed\ncapturedAt: 2026-03-01T12:00:00Z\n");
	member(&tar, "top//pods.json", '0', "", POD);
	member(&tar, "top/logs/a/p/c.log", '0', "", "hello\n");
	member(&tar, "top/../../evil.yaml", '0', "",
	       "apiVersion: v1\nkind: Pod\nmetadata: {name: evil, namespace: a}\n");
	member(&tar, "/etc/evil.yaml", '0', "", "apiVersion: v1\nkind: Pod\nmetadata: {name: evil2, namespace: a}\n");
	member(&tar, "top/link.yaml", '2', "/etc/passwd", "");
	member(&tar, "top/hard.yaml", '1', "top/pods.json", "");
	member(&tar, "top/null.yaml", '3', "", "");
	member(&tar, "top/fifo.yaml", '6', "", "");
	finish(&tar);
	scratch_bytes("x.tar", tar.data, tar.len);
	o = open_archive("x.tar", &e);
	if (!ok(o, "an archive with bad members opens: %s", e.msg))
		return;
	problems = scratch_problems(o);
	like(problems, "top/../../evil.yaml: not read: its name leads outside", "..");
	like(problems, "/etc/evil.yaml: not read: its name is absolute", "an absolute name");
	like(problems, "top/link.yaml: not read: it is a symbolic link", "a symbolic link");
	like(problems, "top/hard.yaml: not read: it is a hard link", "a hard link");
	like(problems, "top/null.yaml: not read: it is a device", "a device");
	like(problems, "top/fifo.yaml: not read: it is a device, pipe", "a pipe");
	free(problems);
	is_str(scratch_names(o, "/api/v1/pods"), "a/p", "only the good member counts");
	is_str(o->name, "packed", "snapshot.yaml below the archive's one folder");
	text = scratch_get(o, "/api/v1/namespaces/a/pods/p/log", NULL, &r);
	is_str(text, "hello\n", "a log from memory");
	free(text);
	origin_free(o);
	buf_fini(&tar);
}

static void test_large_log(void)
{
	struct buf tar = BUF_INIT(64 << 20), log = BUF_INIT(32 << 20);
	struct err e = {0};
	struct origin *o;
	struct origin_reply r;
	char *text;

	scratch_new();
	for (size_t i = 0; i < 200000; i++)
		buf_printf(&log, "line %zu\n", i);
	member(&tar, "logs/a/p/c.log", '0', "", log.data);
	member(&tar, "logs/a/p/c.previous.log", '0', "", "small\n");
	member(&tar, "pods.json", '0', "", POD);
	finish(&tar);
	scratch_bytes("y.tar", tar.data, tar.len);
	o = open_archive("y.tar", &e);
	if (!ok(o, "an archive with a large log opens: %s", e.msg))
		return;
	is_str(o->name, "y", "named after the file");
	text = scratch_get(o, "/api/v1/namespaces/a/pods/p/log?tailLines=2", NULL, &r);
	is_str(text, "line 199998\nline 199999\n", "its tail, from the temporary file");
	free(text);
	text = scratch_get(o, "/api/v1/namespaces/a/pods/p/log", NULL, &r);
	ok(strcmp(text, log.data) == 0, "the whole of it");
	free(text);
	text = scratch_get(o, "/api/v1/namespaces/a/pods/p/log?previous=true", NULL, &r);
	is_str(text, "small\n", "the one after it");
	free(text);
	origin_free(o);
	buf_fini(&log);
	buf_fini(&tar);
}

/* Every truncation: an error or a snapshot that says it is cut, and never more than was there. */
static void test_truncated(void)
{
	struct buf tar = BUF_INIT(1 << 20);
	size_t opened = 0, refused = 0, silent = 0, complete;

	scratch_new();
	member(&tar, "pods.json", '0', "", POD);
	member(&tar, "nodes.yaml", '0', "", "apiVersion: v1\nkind: Node\nmetadata: {name: n}\n");
	complete = tar.len;
	finish(&tar);
	for (size_t n = 0; n < tar.len; n += n < 1100 ? 7 : 64) {
		struct err e = {0};
		struct origin *o;

		scratch_bytes("t.tar", tar.data, n);
		o = open_archive("t.tar", &e);
		if (o) {
			char *problems = scratch_problems(o);
			struct origin_reply r;
			json_t *j = scratch_json(o, "/api/v1/namespaces/a/pods/gone", &r);

			opened++;
			/* A tar may end without its two empty blocks; before that it is not all there. */
			silent += n < complete && n % 512 != 0 &&
				  (!strstr(problems, "broken or cut off") || r.state != READ_NOT_CAPTURED);
			json_decref(j);
			free(problems);
		} else {
			refused += e.msg[0] != '\0';
		}
		origin_free(o);
	}
	ok(opened > 10, "a cut archive gives what came before the cut (%zu times)", opened);
	ok(refused > 10, "or says why not (%zu times)", refused);
	is_int(silent, 0, "and never passes for a whole one");
	buf_fini(&tar);
}

static void test_gzip(void)
{
	char *dir, *all, *bytes, *problems;
	struct err e = {0};
	struct proc_result out = {0};
	struct origin *o;
	size_t len;

	scratch_new();
	scratch_put("in/pods.json", POD);
	for (int i = 0; i < 200; i++) {
		char *rel = mem_printf("in/zz/%d.yaml", i),
		     *text = mem_printf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%d, "
					"namespace: a}\ndata: {x: \"%d\"}\n",
					i, i * 7919);
		scratch_put(rel, text);
		free(rel);
		free(text);
	}
	dir = scratch_path("in");
	all = scratch_path("s.tgz");
	if (proc_run(&(struct proc_run){.argv = (const char *const[]){"tar", "czf", all, "-C", dir, ".", NULL}}, &out,
		     &e) ||
	    out.status) {
		tap_skip("no tar program");
	} else {
		o = open_archive("s.tgz", &e);
		ok(o && str_eq(scratch_names(o, "/api/v1/pods"), "a/p"), "a .tgz by the tar program: %s", e.msg);
		origin_free(o);
		bytes = file_read(all, 1 << 20, &len, &e);
		scratch_bytes("cut.tar.gz", bytes, len / 2);
		o = open_archive("cut.tar.gz", &e);
		problems = o ? scratch_problems(o) : NULL;
		like(problems ? problems : e.msg, "broken or cut off", "a truncated .tar.gz says so");
		if (o)
			like(scratch_names(o, "/api/v1/configmaps"), "cut", "its lists are marked as cut");
		free(problems);
		origin_free(o);
		free(bytes);
	}
	proc_result_fini(&out);
	scratch_put("noise.tar.gz", "\x1f\x8bgarbage that no gzip ever wrote");
	ok(!open_archive("noise.tar.gz", &e) && e.code == ERR_PARSE, "noise behind a gzip mark: %s", e.msg);
	free(dir);
	free(all);
}

int main(void)
{
	test_refused();
	test_large_log();
	test_truncated();
	test_gzip();
	scratch_end();
	return done();
}
