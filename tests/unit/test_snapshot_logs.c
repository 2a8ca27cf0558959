/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>

#include "tests/tap.h"
#include "tests/unit/snapshot_folder.h"

static const char pods[] =
	"apiVersion: v1\nkind: PodList\nitems:\n"
	"- {metadata: {namespace: shop, name: web, annotations: {kubectl.kubernetes.io/default-container: main}}, "
	"spec: {containers: [{name: side}, {name: main}]}, status: {containerStatuses: [{name: main, restartCount: 3}, "
	"{name: side, restartCount: 0}]}}\n"
	"- {metadata: {namespace: shop, name: db}, spec: {containers: [{name: db}]}}\n"
	"- {metadata: {namespace: shop, name: gathered}, spec: {containers: [{name: app}]}}\n"
	"- {metadata: {namespace: shop, name: bundled}, spec: {containers: [{name: app}, {name: x-previous}]}}\n"
	"- {metadata: {namespace: shop, name: dumped}, spec: {initContainers: [{name: init}], containers: [{name: "
	"one}, {name: two}]}}\n"
	"- {metadata: {namespace: shop, name: silent}, spec: {containers: [{name: app}]}}\n";

static const char times[] =
	"2026-03-01T10:00:00.5Z first\n2026-03-01T10:01:00Z second\n\tat deeper\n2026-03-01T10:02:00Z third\n"
	"2026-03-01T10:03:00Z fourth\n";

static struct origin *o;

static void is_log(const char *query, const char *want, const char *name)
{
	struct origin_reply r;
	char *path = mem_printf("/api/v1/namespaces/shop/pods/%s", query);
	char *text = scratch_get(o, path, NULL, &r);
	char *got = r.state == READ_OK ? mem_str(text)
				       : mem_printf("%s%s%s", read_state_name(r.state), text[0] ? ": " : "", text);

	is_str(got, want, name);
	if (r.state == READ_OK)
		is_int(r.bytes, strlen(text), "and its bytes are counted");
	else
		ok(r.why[0], "and the reason is told: %s", r.why);
	free(got);
	free(text);
	free(path);
}

static void fill(void)
{
	scratch_new();
	scratch_put("snapshot.yaml", "capturedAt: 2026-03-01T10:04:00Z\n");
	scratch_put("pods.yaml", pods);
	scratch_put("any/depth/logs/shop/web/main.log", times);
	scratch_put("any/depth/logs/shop/web/main.previous.log", "before\n");
	scratch_put("logs/shop/web/side.log", "side\n");
	scratch_put("logs/shop/db/db.log", "no newline at the end");
	scratch_put("mg/quay-io/namespaces/shop/pods/gathered/app/app/logs/current.log", "now\n");
	scratch_put("mg/quay-io/namespaces/shop/pods/gathered/app/app/logs/previous.log", "then\n");
	scratch_put("b/cluster-resources/pods/logs/shop/bundled/app.log", "b now\n");
	scratch_put("b/cluster-resources/pods/logs/shop/bundled/app-previous.log", "b then\n");
	scratch_put("b/cluster-resources/pods/logs/shop/bundled/x-previous.log", "a container called so\n");
	scratch_put("b/cluster-resources/pods/logs/shop/silent/app-logs-errors.log",
		    "container app is waiting to start\n");
	scratch_put("dump/shop/dumped/logs.txt",
		    "==== START logs for container init of pod shop/dumped ====\n==== END logs for container init of "
		    "pod shop/dumped ====\n"
		    "==== START logs for container one of pod shop/dumped ====\nfirst\n==== START logs for container "
		    "fake of pod a/b ====\n"
		    "last without newline==== END logs for container one of pod shop/dumped ====\n"
		    "==== START logs for container two of pod shop/dumped ====\nRequest log error: container two is "
		    "waiting\n"
		    "==== END logs for container two of pod shop/dumped ====\n");
	scratch_put("logs/shop/unknown/c.log", "a log of a pod that is not there\n");
}

static void test_layouts(void)
{
	is_log("web/log?container=main", times, "our layout");
	is_log("web/log", times, "the annotated container by default");
	is_log("web/log?container=side", "side\n", "another container");
	is_log("web/log?container=main&previous=true", "before\n", "the previous run");
	is_log("web/log?container=side&previous=true", "not_found",
	       "a container that never restarted has no previous run");
	is_log("db/log", "no newline at the end", "the only container");
	is_log("db/log?previous=true", "not_captured", "restarts unknown: not captured");
	is_log("db/log?container=zz", "not_found", "no such container");
	is_log("gathered/log", "now\n", "must-gather");
	is_log("gathered/log?previous=true&container=app", "then\n", "must-gather, previous");
	is_log("bundled/log?container=app", "b now\n", "support bundle");
	is_log("bundled/log?container=app&previous=1", "b then\n", "support bundle, previous");
	is_log("bundled/log?container=x-previous", "a container called so\n",
	       "a container whose name looks like a previous log");
	is_log("silent/log", "failed", "a bundle's note instead of a log");
	is_log("dumped/log?container=one",
	       "first\n==== START logs for container fake of pod a/b ====\nlast without newline", "a dump's section");
	is_log("dumped/log?container=init", "empty", "an empty section");
	is_log("dumped/log?container=two", "failed", "a dump's note instead of a log");
	is_log("unknown/log", "a log of a pod that is not there\n", "a log without its pod");
	is_log("gone/log", "not_found", "no such pod");
}

static void test_options(void)
{
	is_log("web/log?tailLines=1", "2026-03-01T10:03:00Z fourth\n", "one line");
	is_log("web/log?tailLines=3", "\tat deeper\n2026-03-01T10:02:00Z third\n2026-03-01T10:03:00Z fourth\n",
	       "three lines");
	is_log("web/log?tailLines=99", times, "more lines than there are");
	is_log("web/log?tailLines=0", "", "no line at all");
	is_log("db/log?tailLines=1", "no newline at the end", "a last line without newline");
	is_log("web/log?sinceTime=2026-03-01T10:01:00Z",
	       "2026-03-01T10:01:00Z second\n\tat deeper\n2026-03-01T10:02:00Z third\n2026-03-01T10:03:00Z fourth\n",
	       "since a time");
	is_log("web/log?sinceTime=2026-03-01T10:01:30Z&timestamps=true",
	       "2026-03-01T10:02:00Z third\n2026-03-01T10:03:00Z fourth\n",
	       "a line without time goes with the one before");
	is_log("web/log?sinceSeconds=90", "2026-03-01T10:03:00Z fourth\n", "since seconds before the snapshot's now");
	is_log("web/log?tailLines=3&sinceTime=2026-03-01T10:02:30Z", "2026-03-01T10:03:00Z fourth\n",
	       "tail, then since");
	is_log("web/log?sinceTime=2026-03-01T11:00:00Z", "", "nothing since");
	is_log("db/log?sinceTime=2026-03-01T11:00:00Z", "no newline at the end", "no times at all: everything");
	is_log("web/log?limitBytes=10", "2026-03-01", "limit");
	is_log("web/log?limitBytes=10&tailLines=1", "2026-03-01", "limit of the tail");
	is_log("web/log?tailLines=x", "failed", "not a number");
	is_log("web/log?sinceTime=yesterday", "failed", "not a time");
}

static int stop_after(void *ctx, const char *data, size_t len)
{
	size_t *left = ctx;

	(void)data;
	*left -= len < *left ? len : *left;
	return *left == 0;
}

static void test_caps(void)
{
	struct origin_request q = {.path = "/api/v1/namespaces/shop/pods/web/log", .max_bytes = 12};
	struct origin_reply r = {0};
	struct buf b = BUF_INIT(100);
	size_t left = 1;
	struct err e = {0};

	is_int(o->ops->get(o, &q, scratch_sink, &b, &r, &e), 0, "a capped read");
	ok(r.state == READ_CUT && r.bytes == 12 && b.len == 12, "is cut at the cap");
	buf_fini(&b);
	q.max_bytes = 0;
	is_int(o->ops->get(o, &q, stop_after, &left, &r, &e), 0, "a reader that stops");
	ok(r.state == READ_CUT, "cuts too");
	ok(!o->ops->get_json(o, &q, &r) && r.state == READ_FAILED, "a log is no JSON");
}

/* Every chunk border: lines of many lengths, tails of many counts, against a plain count. */
static void test_borders(void)
{
	struct buf log = BUF_INIT(1 << 20);
	size_t lines = 0, bad = 0;
	const size_t counts[] = {1, 2, 3, 100, 1000, 2399, 2400, 2401};

	for (size_t i = 0; i < 2400; i++, lines++) {
		buf_printf(&log, "2026-03-01T10:%02zu:%02zuZ ", i / 60, i % 60);
		buf_repeat(&log, 'x', (i * 37) % 211);
		buf_char(&log, '\n');
	}
	scratch_new();
	scratch_put("pods.yaml", pods);
	scratch_bytes("logs/shop/db/db.log", log.data, log.len);
	o = scratch_open();
	for (size_t i = 0; o && i < ARRAY_LEN(counts); i++) {
		char *path = mem_printf("/api/v1/namespaces/shop/pods/db/log?tailLines=%zu", counts[i]);
		const char *want = log.data + log.len;
		struct origin_reply r;
		char *got = scratch_get(o, path, NULL, &r);

		for (size_t n = 0; n < counts[i] && want > log.data; n++)
			for (want--; want > log.data && want[-1] != '\n';)
				want--;
		bad += strcmp(got, want) != 0;
		free(got);
		free(path);
	}
	is_int(bad, 0, "tails over chunk borders");
	bad = 0;
	for (size_t i = 0; o && i < 2400; i += 97) {
		char *path = mem_printf("/api/v1/namespaces/shop/pods/db/log?sinceTime=2026-03-01T10:%02zu:%02zuZ",
					i / 60, i % 60);
		char *stamp = mem_printf("2026-03-01T10:%02zu:%02zuZ", i / 60, i % 60);
		struct origin_reply r;
		char *got = scratch_get(o, path, NULL, &r);

		bad += strcmp(got, strstr(log.data, stamp)) != 0;
		free(got);
		free(path);
		free(stamp);
	}
	is_int(bad, 0, "since over chunk borders");
	origin_free(o);
	buf_fini(&log);
}

static int count_sink(void *ctx, const char *data, size_t len)
{
	(void)data;
	*(size_t *)ctx += len;
	return 0;
}

/* Three gigabytes of hole with an end: memory stays flat, and the end comes at once. */
static void test_large(void)
{
	struct origin_request q = {.path = "/api/v1/namespaces/shop/pods/db/log?tailLines=2"};
	struct origin_reply r = {0};
	struct rusage before, after;
	struct err e = {0};
	size_t bytes = 0;
	char *path, *text;
	int fd;

	scratch_new();
	scratch_put("pods.yaml", pods);
	scratch_put("logs/shop/db/db.log", "");
	path = scratch_path("logs/shop/db/db.log");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 3ll << 30) || pwrite(fd, "\none\ntwo\n", 9, 3ll << 30) != 9) {
		tap_skip("no room for a sparse file");
	} else {
		o = scratch_open();
		getrusage(RUSAGE_SELF, &before);
		text = o ? scratch_get(o, q.path, NULL, &r) : NULL;
		is_str(text, "one\ntwo\n", "the tail of 3 GiB");
		free(text);
		q.path = "/api/v1/namespaces/shop/pods/db/log?limitBytes=50000000";
		ok(o && o->ops->get(o, &q, count_sink, &bytes, &r, &e) == 0 && bytes == 50000000,
		   "50 MB of it stream through");
		getrusage(RUSAGE_SELF, &after);
		ok(after.ru_maxrss - before.ru_maxrss < 8192, "with flat memory (%ld KiB more)",
		   after.ru_maxrss - before.ru_maxrss);
		origin_free(o);
	}
	if (fd >= 0)
		close(fd);
	free(path);
}

/* Many threads at once, on answers that share their objects and on a file whose parts are looked for once. */
static void *reader(void *ctx)
{
	static const char *const paths[] = {"/api/v1/pods", "/api/v1/namespaces/shop/pods/dumped/log?container=one",
					    "/api/v1/namespaces/shop/pods/web", "/apis"};
	size_t *bad = ctx;

	for (size_t i = 0; i < 100; i++) {
		struct origin_reply r;
		char *text = scratch_get(o, paths[i % 4], NULL, &r);
		json_t *j = i % 4 == 1 ? NULL : scratch_json(o, paths[i % 4], &r);

		*bad += r.state != READ_OK || !text[0];
		json_decref(j);
		free(text);
	}
	return NULL;
}

static void test_threads(void)
{
	pthread_t threads[6];
	size_t bad[6] = {0}, all = 0;

	fill();
	o = scratch_open();
	for (size_t i = 0; o && i < 6; i++)
		if (pthread_create(&threads[i], NULL, reader, &bad[i]))
			exit(1);
	for (size_t i = 0; o && i < 6; i++) {
		pthread_join(threads[i], NULL);
		all += bad[i];
	}
	is_int(all, 0, "six threads read at once");
	origin_free(o);
}

int main(void)
{
	fill();
	o = scratch_open();
	if (ok(o, "logs of four layouts")) {
		test_layouts();
		test_options();
		test_caps();
	}
	origin_free(o);
	test_borders();
	test_large();
	test_threads();
	scratch_end();
	return done();
}
