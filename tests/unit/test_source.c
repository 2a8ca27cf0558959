/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

#include "tests/unit/fake_origin.h"

struct got {
	char text[4096];
	size_t len, stop_at, pieces;
};

static int take(void *ctx, const char *data, size_t len)
{
	struct got *g = ctx;

	if (g->len + len < sizeof(g->text)) {
		memcpy(g->text + g->len, data, len);
		g->len += len;
		g->text[g->len] = '\0';
	}
	g->pieces++;
	return g->stop_at && g->len >= g->stop_at;
}

static enum read_state get(struct source *s, const char *path, struct got *g, struct origin_reply *r)
{
	struct source_request q = {.path = path};
	struct err e = {0};

	*g = (struct got){0};
	if (source_get(s, &q, take, g, r, &e) < 0)
		return READ_FAILED;
	return r->state;
}

static void test_refusals(void)
{
	static const char *const bad[] = {
		"",
		"api/v1/pods",
		"http://x/api",
		"/api/v1/../secrets",
		"/api/v1/%2e%2e/x",
		"/api//v1",
		"/api/v1/pods\n",
		"/api/v1/pods x",
		"/api/v1/%2fpods",
		"/api/v1/pods%00",
		"/api/v1/pods%",
		"/api/v1/pods%4",
		"/api/v1/p\xc3\xa9",
		"/api/v1/pods#x",
		"/api/v1/pods?watch=true",
		"/api/v1/pods?limit=1&watch=1",
		"/api/v1/watch/pods",
		"/api/v1/namespaces/a/pods/p/exec?command=id",
		"/api/v1/namespaces/a/pods/p/attach",
		"/api/v1/namespaces/a/pods/p/portforward",
		"/api/v1/nodes/n/proxy/run/a/p/c",
		"/api/v1/nodes/n/proxy/exec/a/p/c",
		"/api/./v1",
		"/api/v1/a\\b",
	};
	struct fake *f = fake_new("live", NULL);
	struct source *s = fake_source(f);
	struct origin_reply r;
	struct got g;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct source_request q = {.path = bad[i]};
		struct err e = {0};
		int rc = source_get(s, &q, take, &g, &r, &e);

		ok(rc == -1 && e.code == ERR_ARG && e.msg[0], "refused: %zu %s", i, e.msg);
	}
	{
		struct source_request q = {.path = "/api/v1/pods", .accept = "application/vnd.kubernetes.protobuf"};
		struct err e = {0};
		int rc = source_get(s, &q, take, &g, &r, &e);

		ok(rc == -1 && e.code == ERR_ARG, "objects in another coding are refused");
	}
	is_int(f->requests, 0, "nothing reached the origin");
	is_int(source_blind_count(s), 0, "a wrong path is no blind spot");
	source_free(s);
}

static void test_states(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/pods", .state = READ_DENIED, .status = 403, .why = "403 Forbidden: no pods for you"},
		{.path = "/api/v1/namespaces/a/pods/p", .state = READ_NOT_FOUND, .status = 404, .why = "404 Not Found"},
		{.path = "/apis/resource.k8s.io/v1/namespaces/ml/resourceclaims",
		 .state = READ_NOT_SERVED,
		 .status = 404,
		 .why = "404"},
		{.path = "/api/v1/namespaces/shop/pods/web-1/log",
		 .state = READ_DENIED,
		 .status = 403,
		 .why = "403 Forbidden"},
		{.path = "/api/v1/namespaces/shop/pods/web-2/log?container=app&previous=true",
		 .state = READ_OK,
		 .body = ""},
		{.path = "/api/v1/nodes", .state = READ_TIMEOUT, .why = "no answer"},
		{.path = "/apis/example.com/v1/widgets", .state = READ_DENIED, .status = 403, .why = "403 Forbidden"},
		{.path = "/metrics", .state = READ_DENIED, .status = 403, .why = "403 Forbidden"},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct source_request guess = {.path = "/apis/example.com/v1/namespaces/x/widgets", .optional = true};
	struct origin_reply r;
	struct blind_spot b;
	struct got g;
	json_t *j;

	is_int(get(s, "/api/v1/pods", &g, &r), READ_DENIED, "denied");
	is_str(r.why, "403 Forbidden: no pods for you", "with the reason");
	ok(fake_blind(s, "pods in all namespaces", "403 Forbidden"), "a list is a blind spot");
	get(s, "/api/v1/pods", &g, &r);
	is_int(source_blind_count(s), 1, "once");
	is_int(get(s, "/api/v1/namespaces/a/pods/p", &g, &r), READ_NOT_FOUND, "not found");
	is_int(source_blind_count(s), 1, "an absent object is an answer");
	is_int(get(s, "/apis/resource.k8s.io/v1/namespaces/ml/resourceclaims", &g, &r), READ_NOT_SERVED, "not served");
	ok(fake_blind(s, "resourceclaims.resource.k8s.io in namespace ml", NULL), "named with its group");
	get(s, "/api/v1/namespaces/shop/pods/web-1/log", &g, &r);
	ok(fake_blind(s, "pods/log web-1 in namespace shop", "403"), "a log");
	is_int(get(s, "/api/v1/namespaces/shop/pods/web-2/log?container=app&previous=true", &g, &r), READ_EMPTY,
	       "an empty log");
	ok(fake_blind(s, "pods/log web-2 in namespace shop (container app, previous run)", "empty"), "is a blind spot");
	is_int(get(s, "/api/v1/nodes", &g, &r), READ_TIMEOUT, "timeout");
	ok(fake_blind(s, "nodes", "no answer"), "kinds of the cluster have no namespace");
	get(s, "/apis/example.com/v1/widgets", &g, &r);
	ok(fake_blind(s, "widgets.example.com of the whole cluster", NULL), "of an unknown kind");
	get(s, "/metrics", &g, &r);
	ok(fake_blind(s, "/metrics", NULL), "no API path");
	is_int(source_blind_count(s), 7, "all of them");
	j = source_json(s, &guess, &r);
	ok(!j && r.state == READ_NOT_SERVED, "a guess fails");
	is_int(source_blind_count(s), 7, "and is no blind spot");
	guess.optional = false;
	guess.what = "the widgets";
	j = source_json(s, &guess, &r);
	ok(!j && fake_blind(s, "the widgets", NULL), "named by the caller, although the failure came from the cache");
	ok(source_blind_at(s, 0, &b) && b.state == READ_DENIED && !source_blind_at(s, 99, &b), "by index");
	source_free(s);
}

static void test_passing_failure(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/nodes", .state = READ_TIMEOUT, .why = "no answer"},
		{.path = "/api/v1/nodes", .state = READ_OK, .body = "{\"items\":[]}"},
		{0},
	};
	struct source *s = fake_source(fake_new("live", answers));
	struct source_request q = {.path = "/api/v1/nodes"};
	struct origin_reply r;
	json_t *j = source_json(s, &q, &r);

	ok(!j && source_blind_count(s) == 1, "a timeout is a blind spot");
	j = source_json(s, &q, &r);
	ok(j && source_blind_count(s) == 0, "is not cached, and gone once the path was read");
	json_decref(j);
	source_free(s);
}

static void test_retries(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/pods", .state = READ_FAILED, .status = 500, .why = "500"},
		{.path = "/api/v1/pods", .state = READ_FAILED, .why = "connection refused"},
		{.path = "/api/v1/pods", .state = READ_OK, .body = "{}"},
		{.path = "/api/v1/nodes", .state = READ_FAILED, .status = 503, .why = "503"},
		{.path = "/api/v1/services", .state = READ_FAILED, .status = 429, .retry_after_ms = 10, .why = "429"},
		{.path = "/api/v1/services", .state = READ_FAILED, .status = 429, .retry_after_ms = 10, .why = "429"},
		{.path = "/api/v1/services", .state = READ_FAILED, .status = 429, .retry_after_ms = 10, .why = "429"},
		{.path = "/api/v1/services", .state = READ_OK, .body = "{}"},
		{.path = "/api/v1/namespaces/a/pods/p/log", .state = READ_OK, .body = "one\ntwo\n", .break_after = 4},
		{.path = "/api/v1/namespaces/a/pods/q/log", .state = READ_FAILED, .status = 502, .why = "502"},
		{.path = "/api/v1/namespaces/a/pods/q/log", .state = READ_OK, .body = "line\n"},
		{.path = "/api/v1/endpoints", .state = READ_OK, .body = "{\"items\":[]}", .break_after = 5},
		{.path = "/api/v1/endpoints", .state = READ_OK, .body = "{\"items\":[]}"},
		{.path = "/api/v1/events", .state = READ_FAILED, .status = 429, .retry_after_ms = 60000, .why = "429"},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct origin_reply r;
	struct got g;
	struct source_request soon = {.path = "/api/v1/events", .deadline = clock_deadline(2000)};
	int64_t before;

	is_int(get(s, "/api/v1/pods", &g, &r), READ_OK, "500, then no connection, then fine");
	is_int(f->requests, 3, "three attempts");
	is_str(g.text, "{}", "the body of the last one alone");
	f->requests = 0;
	is_int(get(s, "/api/v1/nodes", &g, &r), READ_FAILED, "503 stays");
	is_int(f->requests, 3, "after three attempts");
	f->requests = 0;
	is_int(get(s, "/api/v1/services", &g, &r), READ_OK, "429 three times, then fine");
	is_int(f->requests, 4, "as often as it was asked to come back");
	f->requests = 0;
	is_int(get(s, "/api/v1/namespaces/a/pods/p/log", &g, &r), READ_CUT, "a log that breaks off");
	is_str(g.text, "one\n", "keeps what came");
	is_int(f->requests, 1, "and is not read again under the reader");
	ok(fake_blind(s, "pods/log p in namespace a", "broke off"), "but is a blind spot");
	is_int(get(s, "/api/v1/namespaces/a/pods/q/log", &g, &r), READ_OK,
	       "a log that failed before its first byte is");
	is_str(g.text, "line\n", "read again");
	is_int(get(s, "/api/v1/endpoints", &g, &r), READ_OK, "a list that breaks off is read again");
	is_str(g.text, "{\"items\":[]}", "whole");
	f->requests = 0;
	before = clock_mono_ms();
	ok(!source_json(s, &soon, &r) && r.status == 429, "a wait beyond the deadline is not begun");
	ok(f->requests == 1 && clock_mono_ms() - before < 1500, "at once");
	source_free(s);
}

static void test_snapshot_is_asked_once(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/pods", .state = READ_FAILED, .why = "cannot be read"},
		{.path = "/api/v1/nodes", .state = READ_OK, .body = "{\"kind\":\"NodeList\",\"items\":[]}"},
		{0},
	};
	struct fake *f = fake_new("snapshot", answers);
	struct source *s = fake_source(f);
	struct source_request q = {.path = "/api/v1/nodes"};
	struct origin_reply r;
	struct got g;
	json_t *j, *again;

	is_int(get(s, "/api/v1/pods", &g, &r), READ_FAILED, "a file that cannot be read");
	is_int(f->requests, 1, "does not get better by asking again");
	j = source_json(s, &q, &r);
	ok(j && f->decoded == 1, "decoded by the origin");
	again = source_json(s, &q, &r);
	ok(again == j && f->decoded == 1, "the same document from the cache");
	is_int(get(s, "/api/v1/nodes", &g, &r), READ_OK, "as text");
	is_str(g.text, "{\"kind\":\"NodeList\",\"items\":[]}", "from the same answer");
	is_int(f->requests, 2, "without asking");
	is_int(source_allowed(s, "list", "", "pods", NULL), -1, "nobody knows what a snapshot allowed");
	json_decref(j);
	json_decref(again);
	source_free(s);
}

static void test_silent_server(void)
{
	static const struct fake_answer answers[] = {{.path = "/*", .state = READ_FAILED, .why = "connection refused"},
						     {0}};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct origin_reply r;
	struct got g;

	get(s, "/api/v1/pods", &g, &r);
	is_int(f->requests, 3, "the first read of a dead server tries three times");
	get(s, "/api/v1/nodes", &g, &r);
	is_int(f->requests, 4, "the next ones once");
	source_free(s);
}

static void test_cache(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/pods", .accept = "Table", .state = READ_OK, .body = "{\"kind\":\"Table\"}"},
		{.path = "/api/v1/pods", .state = READ_OK, .body = "{\"kind\":\"PodList\",\"items\":[]}"},
		{.path = "/api/v1/nodes", .state = READ_DENIED, .status = 403, .why = "403"},
		{.path = "/api/v1/events", .canceled = true},
		{.path = "/api/v1/events", .state = READ_OK, .body = "{}"},
		{.path = "/apis/apps/v1/deployments", .state = READ_OK, .body = "not json"},
		{.path = "/api/v1/namespaces/a/pods/p/log", .state = READ_OK, .body = "one\n"},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct source_request q = {.path = "/api/v1/pods"};
	struct source_stats stats;
	struct origin_reply r;
	struct got g;
	json_t *a, *b;

	a = source_json(s, &q, &r);
	b = source_json(s, &q, &r);
	ok(a && a == b && f->requests == 1, "decoded once for the question");
	json_decref(b);
	q.accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
	b = source_json(s, &q, &r);
	is_str(json_key_str(b, "kind"), "Table", "another Accept is another question");
	json_decref(b);
	q = (struct source_request){.path = "/api/v1/pods", .fresh = true};
	b = source_json(s, &q, &r);
	ok(b && b != a && f->requests == 3, "fresh asks again");
	json_decref(a);
	q.fresh = false;
	a = source_json(s, &q, &r);
	ok(a == b && f->requests == 3, "and its answer is the one that is kept");
	json_decref(a);
	json_decref(b);
	get(s, "/api/v1/nodes", &g, &r);
	get(s, "/api/v1/nodes", &g, &r);
	ok(f->requests == 4 && r.state == READ_DENIED && r.status == 403, "failures are kept as well");
	q.path = "/api/v1/events";
	ok(!source_json(s, &q, &r) && strstr(r.why, "interrupted"), "an interrupted read");
	ok(fake_blind(s, "events in all namespaces", "interrupted"), "is a blind spot");
	a = source_json(s, &q, &r);
	ok(a && !fake_blind(s, "events in all namespaces", NULL), "but not kept");
	json_decref(a);
	q.path = "/apis/apps/v1/deployments";
	ok(!source_json(s, &q, &r) && r.state == READ_FAILED && strstr(r.why, "no JSON"),
	   "an answer that is no JSON: %s", r.why);
	get(s, "/api/v1/namespaces/a/pods/p/log", &g, &r);
	f->requests = 0;
	is_int(get(s, "/api/v1/namespaces/a/pods/p/log", &g, &r), READ_OK, "a log again");
	ok(f->requests == 0 && strcmp(g.text, "one\n") == 0, "comes from the cache");
	source_stats(s, &stats);
	ok(stats.requests == 8 && stats.cached == 4 && stats.bytes > 40, "counted: %d requests, %d cached, %d bytes",
	   (int)stats.requests, (int)stats.cached, (int)stats.bytes);
	source_free(s);
}

static void test_small_cache(void)
{
	static const struct fake_answer answers[] = {{.path = "/*", .state = READ_OK, .body = "{\"items\":[]}"}, {0}};
	struct fake *f = fake_new("live", answers);
	struct source_options o = {.origin = &f->base, .cache_bytes = 3000};
	struct source *s = source_new(&o);
	struct origin_reply r;
	struct got g;
	char path[64];

	for (int i = 0; i < 50; i++) {
		snprintf(path, sizeof(path), "/api/v1/namespaces/n%d/pods", i);
		get(s, path, &g, &r);
	}
	is_int(f->requests, 50, "fifty questions");
	get(s, path, &g, &r);
	is_int(f->requests, 50, "the last one is still there");
	get(s, "/api/v1/namespaces/n0/pods", &g, &r);
	is_int(f->requests, 51, "the first one made room");
	source_free(s);
}

static void test_stopping(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/namespaces/a/pods/p/log", .state = READ_OK, .body = "one\ntwo\nthree\n"},
		{.path = "/api/v1/namespaces/a/pods/q/log", .state = READ_OK, .body = "0123456789"},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct source_request q = {.path = "/api/v1/namespaces/a/pods/p/log"};
	struct got g = {.stop_at = 4};
	struct origin_reply r;
	struct err e = {0};
	size_t len = 0;
	char *text;
	int rc;

	f->piece = 4;
	rc = source_get(s, &q, take, &g, &r, &e);
	ok(rc == 0 && r.state == READ_CUT && g.pieces == 1, "the reader stops");
	is_int(source_blind_count(s), 0, "which is its own choice");
	text = source_text(s, &q, &len, &r);
	is_str(text, "one\ntwo\nthree\n", "what it left is not kept as the whole");
	is_int(len, 14, "with its length");
	free(text);
	q = (struct source_request){.path = "/api/v1/namespaces/a/pods/q/log", .max_bytes = 6};
	text = source_text(s, &q, &len, &r);
	ok(text && r.state == READ_CUT && len == 6 && strncmp(text, "012345", 6) == 0, "cut at the limit: \"%s\" %zu",
	   text, len);
	ok(fake_blind(s, "pods/log q in namespace a", "cut"), "is a blind spot");
	free(text);
	q.max_bytes = 0;
	text = source_text(s, &q, &len, &r);
	is_str(text, "0123456789", "and does not last");
	free(text);
	source_free(s);
}

/* The source's cap is for what is kept in memory; a log that passes in pieces may be as long as its reader says. */
static void test_long_log(void)
{
	static const struct fake_answer answers[] = {{.path = "/*", .state = READ_OK, .body = "0123456789"}, {0}};
	struct fake *f = fake_new("live", answers);
	struct source_options o = {.origin = &f->base, .max_bytes = 4};
	struct source *s = source_new(&o);
	struct source_request q = {.path = "/api/v1/namespaces/a/pods/p/log", .max_bytes = UINT64_MAX};
	struct origin_reply r;
	struct err e = {0};
	struct got g = {0};

	ok(source_get(s, &q, take, &g, &r, &e) == 0 && r.state == READ_OK && r.bytes == 10, "a log comes whole");
	q = (struct source_request){.path = "/api/v1/namespaces/a/pods/q/log"};
	ok(source_get(s, &q, take, &g, &r, &e) == 0 && r.state == READ_CUT && r.bytes == 4, "unless nobody says so");
	q = (struct source_request){.path = "/healthz", .max_bytes = UINT64_MAX};
	ok(source_get(s, &q, take, &g, &r, &e) == 0 && r.state == READ_CUT, "other answers do not");
	source_free(s);
}

static void test_managed_fields(void)
{
	static const char body[] =
		"{\"metadata\":{\"managedFields\":[{\"manager\":\"x\",\"fieldsV1\":{\"f:data\":{}}}],\"name\":\"p\"}}";
	static const struct fake_answer answers[] = {{.path = "/*", .state = READ_OK, .body = body}, {0}};
	struct source *s = fake_source(fake_new("live", answers));
	struct source_request q = {.path = "/api/v1/namespaces/a/pods/p"};
	struct origin_reply r;
	size_t len;
	json_t *j = source_json(s, &q, &r);
	char *text = source_text(s, &q, &len, &r);

	is_str(json_str_at(j, "metadata.name"), "p", "an object is decoded");
	ok(!json_at(j, "metadata.managedFields"), "without what nobody asks for");
	is_str(text, body, "its text is what came");
	json_decref(j);
	q = (struct source_request){.path = "/api/v1/namespaces/a/configmaps/p"};
	j = source_json(s, &q, &r);
	is_str(json_str_at(j, "metadata.managedFields.0.manager"), "x", "of a ConfigMap who wrote it is kept");
	ok(!json_at(j, "metadata.managedFields.0.fieldsV1"), "but not what");
	json_decref(j);
	q.whole = true;
	j = source_json(s, &q, &r);
	ok(json_at(j, "metadata.managedFields.0.fieldsV1.f:data") != NULL, "unless somebody asks for all of it");
	json_decref(j);
	free(text);
	source_free(s);
}

struct flight {
	struct source *s;
	json_t *doc;
	struct got got;
	enum read_state state;
	bool json;
};

static void *fly(void *arg)
{
	struct flight *f = arg;
	struct source_request q = {.path = f->json ? "/api/v1/pods" : "/api/v1/namespaces/a/pods/p/log"};
	struct origin_reply r;
	struct err e = {0};

	if (f->json)
		f->doc = source_json(f->s, &q, &r);
	else if (source_get(f->s, &q, take, &f->got, &r, &e) < 0)
		r.state = READ_FAILED;
	f->state = r.state;
	return NULL;
}

enum { THREADS = 8 };

static void test_single_flight(bool json)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/pods", .state = READ_OK, .body = "{\"kind\":\"PodList\",\"items\":[]}"},
		{.path = "/api/v1/namespaces/a/pods/p/log", .state = READ_OK, .body = "line\n"},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct flight flights[THREADS] = {0};
	pthread_t threads[THREADS];
	struct source_stats stats;
	int same = 0;

	fake_gate(f, true);
	for (int i = 0; i < THREADS; i++) {
		flights[i] = (struct flight){.s = s, .json = json};
		pthread_create(&threads[i], NULL, fly, &flights[i]);
	}
	fake_await(f, 1);
	fake_gate(f, false);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++) {
		same += flights[i].state == READ_OK && (json ? flights[i].doc && flights[i].doc == flights[0].doc
							     : strcmp(flights[i].got.text, "line\n") == 0);
		json_decref(flights[i].doc);
	}
	is_int(same, THREADS, json ? "eight threads share a document" : "eight threads share a log");
	is_int(f->requests, 1, "of one request");
	source_stats(s, &stats);
	ok(stats.requests == 1 && stats.cached == THREADS - 1, "seven were served by it");
	source_free(s);
}

/* The leader is interrupted: the one who waited asks for itself. */
static void test_leader_gives_up(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/pods", .canceled = true},
		{.path = "/api/v1/pods", .state = READ_OK, .body = "{}"},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct flight flights[2] = {{.s = s, .json = true}, {.s = s, .json = true}};
	pthread_t threads[2];
	int good = 0;

	fake_gate(f, true);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, fly, &flights[i]);
	fake_await(f, 1);
	fake_gate(f, false);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		good += flights[i].doc != NULL;
	}
	for (int i = 0; i < 2; i++)
		json_decref(flights[i].doc);
	is_int(good, 1, "one was interrupted, the other has its answer");
	is_int(f->requests, 2, "from a request of its own");
	source_free(s);
}

struct canceler {
	struct fake *fake;
	struct cancel *cancel;
};

static void *cancel_soon(void *arg)
{
	struct canceler *c = arg;

	fake_await(c->fake, 1);
	cancel_fire(c->cancel);
	fake_gate(c->fake, false);
	return NULL;
}

static void test_cancel(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/pods", .state = READ_FAILED, .status = 429, .retry_after_ms = 9000, .why = "429"},
		{0}};
	struct fake *f = fake_new("live", answers);
	struct cancel *cancel = cancel_new(NULL);
	struct source_options o = {.origin = &f->base, .cancel = cancel};
	struct source *s = source_new(&o);
	struct canceler c = {.fake = f, .cancel = cancel};
	struct source_request q = {.path = "/api/v1/pods"};
	struct origin_reply r;
	struct err e = {0};
	struct got g = {0};
	pthread_t t;
	int64_t before = clock_mono_ms();
	int rc;

	fake_gate(f, true);
	pthread_create(&t, NULL, cancel_soon, &c);
	rc = source_get(s, &q, take, &g, &r, &e);
	pthread_join(t, NULL);
	ok(rc == -1 && e.code == ERR_CANCELED, "cancel ends the wait for another attempt");
	ok(clock_mono_ms() - before < 5000, "at once");
	is_int(f->requests, 1, "which is not made");
	source_free(s);
	cancel_free(cancel);
}

static void test_allowed(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
		 .state = READ_OK,
		 .status = 201,
		 .body = "{\"status\":{\"allowed\":true}}"},
		{.path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
		 .state = READ_OK,
		 .status = 201,
		 .body = "{\"status\":{\"allowed\":false}}"},
		{.path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", .state = READ_DENIED, .status = 403},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	json_t *sent;

	is_int(source_allowed(s, "get", "", "pods/log", "shop"), 1, "allowed");
	sent = json_parse(f->last_body, strlen(f->last_body), "review", NULL);
	is_str(json_str_at(sent, "kind"), "SelfSubjectAccessReview", "the only thing that is sent");
	is_str(json_str_at(sent, "spec.resourceAttributes.resource"), "pods", "resource");
	is_str(json_str_at(sent, "spec.resourceAttributes.subresource"), "log", "subresource");
	is_str(json_str_at(sent, "spec.resourceAttributes.namespace"), "shop", "namespace");
	json_decref(sent);
	is_int(source_allowed(s, "get", "", "pods/log", "shop"), 1, "again");
	is_int(f->requests, 1, "from the cache");
	is_int(source_allowed(s, "list", "", "secrets", NULL), 0, "not allowed");
	is_int(source_allowed(s, "list", "apps", "deployments", NULL), -1, "unknown");
	is_int(source_blind_count(s), 0, "and no blind spot");
	source_free(s);
}

static void add_read(void *ctx, const struct source_read *r)
{
	json_t *list = ctx;

	json_array_append_new(list, json_pack("{s:s, s:s, s:s?, s:i, s:s, s:b, s:i}", "cluster", r->cluster, "path",
					      r->path, "body", r->body, "len", (int)r->body_len, "sha256", r->sha256,
					      "cached", r->cached, "bytes", (int)r->reply->bytes));
}

static void test_record(void)
{
	static char big[(1 << 20) + 200];
	static struct fake_answer answers[] = {
		{.path = "/api/v1/namespaces/a/pods/p/log", .state = READ_OK, .body = "abc"},
		{.path = "/api/v1/pods", .state = READ_OK, .body = "{}"},
		{.path = "/api/v1/namespaces/a/pods/big/log", .state = READ_OK, .body = big},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	json_t *seen = json_array(), *one;
	struct source_options o = {.origin = &f->base, .record = add_read, .record_ctx = seen};
	struct source *s = source_new(&o);
	struct origin_reply r;
	struct got g;

	memset(big, 'x', sizeof(big) - 1);
	get(s, "/api/v1/namespaces/a/pods/p/log", &g, &r);
	get(s, "/api/v1/namespaces/a/pods/p/log", &g, &r);
	get(s, "/api/v1/pods", &g, &r);
	get(s, "/api/v1/namespaces/a/pods/big/log", &g, &r);
	is_int(json_array_size(seen), 4, "every read is recorded");
	one = json_array_get(seen, 0);
	is_str(json_key_str(one, "body"), "abc", "with its body");
	is_str(json_key_str(one, "sha256"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	       "and its digest");
	one = json_array_get(seen, 1);
	ok(json_is_true(json_object_get(one, "cached")), "a cached one says so");
	is_str(json_key_str(one, "sha256"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	       "same digest");
	is_str(json_key_str(json_array_get(seen, 2), "body"), "{}", "of objects too");
	one = json_array_get(seen, 3);
	ok(json_is_null(json_object_get(one, "body")) && strlen(json_key_str(one, "sha256")) == 64,
	   "over 1 MiB the digest alone");
	is_int(json_int_at(one, "bytes", 0), sizeof(big) - 1, "and the size");
	json_decref(seen);
	source_free(s);
}

int main(void)
{
	test_refusals();
	test_states();
	test_passing_failure();
	test_retries();
	test_snapshot_is_asked_once();
	test_silent_server();
	test_cache();
	test_small_cache();
	test_stopping();
	test_long_log();
	test_managed_fields();
	test_single_flight(true);
	test_single_flight(false);
	test_leader_gives_up();
	test_cancel();
	test_allowed();
	test_record();
	return done();
}
