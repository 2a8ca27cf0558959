/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

#include "tests/unit/fake_origin.h"

#include "agent/facts/facts.h"

/* Discovery is denied in these tests, so that the standard kinds answer. */
#define DENIED(p)                                                                                                      \
	{                                                                                                              \
		.path = p, .state = READ_DENIED, .status = 403, .why = "403 Forbidden: no"                             \
	}
#define NO_DISCOVERY DENIED("/api"), DENIED("/apis")
#define OK(p, b)                                                                                                       \
	{                                                                                                              \
		.path = p, .state = READ_OK, .body = b                                                                 \
	}
#define LIST(items) "{\"kind\":\"List\",\"items\":[" items "]}"
#define TYPED(kind, v, items) "{\"kind\":\"" kind "List\",\"apiVersion\":\"" v "\",\"items\":[" items "]}"
#define META(ns, name, uid, more)                                                                                      \
	"\"metadata\":{\"namespace\":\"" ns "\",\"name\":\"" name "\",\"uid\":\"" uid "\"" more "}"
#define OWNED(v, kind, name, uid)                                                                                      \
	",\"ownerReferences\":[{\"apiVersion\":\"" v "\",\"kind\":\"" kind "\",\"name\":\"" name "\",\"uid\":\"" uid   \
	"\",\"controller\":true}]"
#define POD(ns, name, uid, more) "{" META(ns, name, uid, more) "}"

static struct facts *facts_over(const char *kind, const struct fake_answer *answers, const char *ns, struct fake **fake,
				struct source **source)
{
	struct facts_scope scope = {.ns = ns};

	*fake = fake_new(kind, answers);
	*source = fake_source(*fake);
	return facts_new(*source, &scope);
}

static const char *names(json_t *list)
{
	static char out[512];
	json_t *o;
	size_t i, n = 0;

	out[0] = '\0';
	json_array_foreach (list, i, o)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s/%s ", json_str_or(o, "metadata.namespace", ""),
				      json_str_or(o, "metadata.name", "?"));
	return out;
}

static void test_lists(void)
{
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		OK("/api/v1/pods?limit=500", TYPED("Pod", "v1",
						   POD("b", "one", "u3", ",\"managedFields\":[{}]") "," POD(
							   "a", "two", "u2", "") "," POD("a", "one", "u1", ""))),
		OK("/api/v1/nodes?limit=200", TYPED("Node", "v1", "")),
		OK("/apis/apps/v1/deployments?limit=500",
		   "{\"items\":[{\"metadata\":{\"namespace\":\"a\",\"name\":\"d\"}}]}"),
		{.path = "/api/v1/services?limit=500", .state = READ_TIMEOUT, .why = "no answer"},
		{0},
	};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);
	enum read_state state;
	json_t *pods = facts_list(facts, "pods", NULL, &state), *again, *one;

	ok(state == READ_OK, "read");
	is_str(names(pods), "a/one a/two b/one ", "in order");
	one = json_array_get(pods, 2);
	is_str(json_key_str(one, "kind"), "Pod", "kind is set");
	is_str(json_key_str(one, "apiVersion"), "v1", "apiVersion too");
	ok(!json_at(one, "metadata.managedFields"), "managedFields are left out");
	again = facts_list(facts, "Pod", NULL, &state);
	ok(again == pods, "the same array again, by another name");
	f->requests = 0;
	again = facts_list(facts, "pods", "a", &state);
	is_str(names(again), "a/one a/two ", "of one namespace");
	again = facts_list(facts, "po", "none", &state);
	ok(state == READ_OK && json_array_size(again) == 0, "of a namespace without pods");
	ok(facts_find(facts, "pods", "a", "two", &state) == json_array_get(pods, 1), "found in the list");
	ok(!facts_find(facts, "pods", "a", "three", &state) && state == READ_NOT_FOUND, "absent for sure");
	ok(facts_by_uid(facts, "u3") == one && !facts_by_uid(facts, "u9"), "by uid");
	is_int(f->requests, 0, "without a request");
	facts_list(facts, "deployments.apps", NULL, &state);
	one = facts_find_kind(facts, "apps/v1", "Deployment", "a", "d", &state);
	ok(one && strcmp(json_key_str(one, "apiVersion"), "apps/v1") == 0, "a list that does not say its version");
	again = facts_list(facts, "services", NULL, &state);
	ok(state == READ_TIMEOUT && json_array_size(again) == 0, "a list that failed is empty");
	ok(fake_blind(s, "services in all namespaces", "no answer"), "and a blind spot");
	again = facts_list(facts, "widgets", NULL, &state);
	ok(state == READ_NOT_SERVED && json_array_size(again) == 0, "an unknown kind");
	again = facts_list(facts, "gateways.gateway.networking.k8s.io", NULL, &state);
	ok(state == READ_NOT_SERVED && !fake_blind(s, "gateways.gateway.networking.k8s.io in all namespaces", NULL),
	   "what is not served is no blind spot");
	facts_list(facts, "nodes", "a", &state);
	ok(state == READ_OK, "kinds of the cluster have no namespace");
	is_int(facts_objects(facts), 4, "objects are counted once");
	facts_free(facts);
	source_free(s);
}

static void test_scope(void)
{
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		OK("/api/v1/namespaces/a/pods?limit=500", TYPED("Pod", "v1", POD("a", "one", "u1", ""))),
		OK("/api/v1/nodes?limit=200", LIST("{\"metadata\":{\"name\":\"n1\"}}")),
		DENIED("/api/v1/namespaces/b/pods?limit=500"),
		{0}};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, "a", &f, &s);
	enum read_state state;

	is_str(facts_scope_ns(facts), "a", "scope");
	is_str(names(facts_list(facts, "pods", NULL, &state)), "a/one ", "only the scope is read");
	is_str(names(facts_list(facts, "nodes", NULL, &state)), "/n1 ", "and the cluster");
	facts_list(facts, "pods", "b", &state);
	ok(state == READ_DENIED && fake_blind(s, "pods in namespace b", "403"), "another namespace when it is named");
	is_int(facts_now_ms(facts), 1767225600000, "now is the origin's");
	facts_free(facts);
	source_free(s);
}

static void test_namespace_by_namespace(void)
{
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		DENIED("/api/v1/pods?limit=500"),
		DENIED("/api/v1/services?limit=500"),
		OK("/api/v1/namespaces?limit=500", TYPED("Namespace", "v1",
							 "{\"metadata\":{\"name\":\"c\"}},{\"metadata\":{\"name\":"
							 "\"a\"}},{\"metadata\":{\"name\":\"b\"}}")),
		OK("/api/v1/namespaces/a/pods?limit=500", LIST(POD("a", "one", "u1", ""))),
		DENIED("/api/v1/namespaces/b/pods?limit=500"),
		OK("/api/v1/namespaces/c/pods?limit=500", LIST(POD("c", "one", "u2", ""))),
		OK("/api/v1/namespaces/b/pods/x",
		   "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"," META("b", "x", "u3", "") "}"),
		DENIED("/api/v1/namespaces/*"),
		{0}};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);
	enum read_state state;
	json_t *pods = facts_list(facts, "pods", NULL, &state);

	ok(state == READ_OK, "denied for all: each namespace that may be read");
	is_str(names(pods), "a/one c/one ", "together in order");
	ok(fake_blind(s, "pods in namespace b", "403"), "the others are blind spots");
	ok(!fake_blind(s, "pods in all namespaces", NULL), "not all");
	f->requests = 0;
	ok(facts_find(facts, "pods", "a", "one", &state) && !facts_find(facts, "pods", "a", "two", &state) &&
		   state == READ_NOT_FOUND && f->requests == 0,
	   "a namespace that was read knows what it has");
	ok(facts_find(facts, "pods", "b", "x", &state) != NULL, "one that was not is asked");
	pods = facts_list(facts, "services", NULL, &state);
	ok(state == READ_DENIED && json_array_size(pods) == 0, "denied everywhere");
	ok(fake_blind(s, "services in all namespaces", "403") && !fake_blind(s, "services in namespace a", NULL),
	   "is one blind spot");
	facts_free(facts);
	source_free(s);
}

static void test_unknown_namespaces(void)
{
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		DENIED("/api/v1/pods?limit=500"),
		DENIED("/api/v1/namespaces?limit=500"),
		OK("/api/v1/namespaces/default/pods?limit=500", LIST(POD("default", "one", "u1", ""))),
		{0}};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);
	enum read_state state;

	is_str(names(facts_list(facts, "pods", NULL, &state)), "default/one ",
	       "namespaces are denied too: the default one");
	ok(state == READ_OK && fake_blind(s, "pods in namespaces other than default", "403") &&
		   fake_blind(s, "namespaces", "403"),
	   "with what else there may be");
	facts_free(facts);
	source_free(s);
}

static void test_many_denied(void)
{
	enum { COUNT = 60 };
	static char body[COUNT * 64];
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		DENIED("/api/v1/pods?limit=500"),
		OK("/api/v1/namespaces?limit=500", body),
		OK("/api/v1/namespaces/n10/pods?limit=500", LIST(POD("n10", "one", "u1", ""))),
		DENIED("/api/v1/namespaces/*"),
		{0}};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);
	enum read_state state;
	size_t n = (size_t)snprintf(body, sizeof(body), "{\"items\":[");

	for (int i = 0; i < COUNT; i++)
		n += (size_t)snprintf(body + n, sizeof(body) - n, "%s{\"metadata\":{\"name\":\"n%d\"}}", i ? "," : "",
				      i);
	snprintf(body + n, sizeof(body) - n, "]}");
	is_str(names(facts_list(facts, "pods", NULL, &state)), "n10/one ", "one of sixty may be read");
	ok(fake_blind(s, "pods in 59 of 60 namespaces (n0, n1, n11, n12, n13, ...)", "403"),
	   "the others are told in one");
	facts_free(facts);
	source_free(s);
}

static void test_single_gets(void)
{
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		OK("/api/v1/namespaces/a/configmaps/c",
		   "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"," META("a", "c", "u1", "") "}"),
		{.path = "/api/v1/namespaces/a/configmaps/gone", .state = READ_NOT_FOUND, .status = 404, .why = "404"},
		DENIED("/api/v1/namespaces/b/configmaps/c"),
		OK("/api/v1/namespaces/default/configmaps/d",
		   "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"," META("default", "d", "u2", "") "}"),
		OK("/api/v1/namespaces/many/pods?limit=500",
		   LIST(POD("many", "p8", "m8", "") "," POD("many", "p9", "m9", ""))),
		{.path = "/api/v1/namespaces/many/pods/*", .state = READ_NOT_FOUND, .status = 404, .why = "404"},
		{0},
	};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);
	enum read_state state;
	json_t *one = facts_find(facts, "cm", "a", "c", &state), *missing;
	char name[16];
	int found = 0;

	ok(one && facts_find(facts, "configmaps", "a", "c", &state) == one, "one object by its own GET, once");
	missing = facts_find(facts, "configmaps", "a", "gone", &state);
	ok(!missing && state == READ_NOT_FOUND && !fake_blind(s, "configmaps gone in namespace a", NULL), "absent");
	missing = facts_find(facts, "configmaps", "b", "c", &state);
	ok(!missing && state == READ_DENIED && fake_blind(s, "configmaps c in namespace b", "403"),
	   "denied is not absent");
	ok(facts_find(facts, "configmaps", NULL, "d", &state) != NULL, "without a namespace: the default one");
	ok(!facts_find(facts, "widgets", "a", "w", &state) && state == READ_NOT_SERVED, "an unknown kind");
	ok(!facts_find(facts, "pods", "a", "", &state) && state == READ_NOT_FOUND, "no name");
	ok(!facts_find_kind(facts, "example.com/v1", "Pod", "a", "c", &state) && state == READ_NOT_SERVED,
	   "a kind of another group");
	ok(!facts_find_kind(facts, "v1", "Deployment", "a", "c", &state) && state == READ_NOT_SERVED, "not of core");
	f->requests = 0;
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		found += facts_find(facts, "pods", "many", name, &state) != NULL;
	}
	ok(found == 2 && f->requests == 9, "after a few GETs the list is read: %d requests", f->requests);
	facts_free(facts);
	source_free(s);
}

static void test_owners(void)
{
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		OK("/api/v1/namespaces/a/pods?limit=500",
		   LIST(POD("a", "web-1", "p1", OWNED("apps/v1", "ReplicaSet", "web-x", "r1")) "," POD(
			   "a", "web-2", "p2",
			   OWNED("apps/v1", "ReplicaSet", "web-x",
				 "r1")) "," POD("a", "job-1", "p3",
						OWNED("batch/v1", "Job", "job",
						      "j1")) "," POD("a", "old-1", "p4",
								     OWNED("apps/v1", "ReplicaSet", "old",
									   "r-old")) "," POD("a", "bare", "p5",
											     "") "," POD("a", "lws-0",
													 "p6",
													 OWNED("apps/"
													       "v1",
													       "Statefu"
													       "lSet",
													       "lws",
													       "s1")))),
		OK("/apis/apps/v1/namespaces/a/replicasets?limit=500",
		   TYPED("ReplicaSet", "apps/v1",
			 POD("a", "web-x", "r1", OWNED("apps/v1", "Deployment", "web", "d1")))),
		OK("/apis/apps/v1/namespaces/a/replicasets/web-x",
		   "{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\"," META(
			   "a", "web-x", "r1", OWNED("apps/v1", "Deployment", "web", "d1")) "}"),
		OK("/apis/apps/v1/namespaces/a/replicasets/old",
		   "{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\"," META("a", "old", "r-new", "") "}"),
		OK("/apis/apps/v1/namespaces/a/deployments/web",
		   "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\"," META("a", "web", "d1", "") "}"),
		OK("/apis/batch/v1/namespaces/a/jobs?limit=500",
		   TYPED("Job", "batch/v1", POD("a", "job", "j1", OWNED("batch/v1", "CronJob", "cron", "c1")))),
		OK("/apis/batch/v1/namespaces/a/jobs/job",
		   "{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\"," META(
			   "a", "job", "j1", OWNED("batch/v1", "CronJob", "cron", "c1")) "}"),
		OK("/apis/apps/v1/namespaces/a/statefulsets?limit=500",
		   TYPED("StatefulSet", "apps/v1",
			 POD("a", "lws", "s1", OWNED("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "big", "l1")))),
		{0},
	};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);
	enum read_state state;
	json_t *pods = facts_list(facts, "pods", "a", &state), *web = facts_find(facts, "pods", "a", "web-1", &state);
	json_t *owner = facts_owner(facts, web), *top = facts_top_owner(facts, web),
	       *bare = facts_find(facts, "pods", "a", "bare", &state);
	json_t *cron = json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", "CronJob", "metadata", "name", "cron", "namespace",
				 "a", "uid", "c1");
	json_t *big = json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", "LeaderWorkerSet", "metadata", "name", "big",
				"namespace", "a", "uid", "l1");
	json_t *list;

	is_int(json_array_size(pods), 6, "pods");
	is_str(json_str_at(owner, "metadata.name"), "web-x", "one step up");
	is_str(json_str_at(top, "metadata.name"), "web", "to the top");
	is_str(json_key_str(top, "kind"), "Deployment", "which is the Deployment");
	ok(!facts_owner(facts, bare) && facts_top_owner(facts, bare) == bare, "a pod without owner is its own top");
	ok(!facts_owner(facts, facts_find(facts, "pods", "a", "old-1", &state)),
	   "an owner of the same name made anew is another one");
	list = facts_children(facts, owner, "pods");
	is_str(names(list), "a/web-1 a/web-2 ", "children of a ReplicaSet");
	json_decref(list);
	list = facts_pods_of(facts, top);
	is_str(names(list), "a/web-1 a/web-2 ", "pods of a Deployment");
	json_decref(list);
	list = facts_pods_of(facts, cron);
	is_str(names(list), "a/job-1 ", "pods of a CronJob, through its Job");
	json_decref(list);
	list = facts_pods_of(facts, big);
	is_str(names(list), "a/lws-0 ", "pods of an operator's kind, through its StatefulSet");
	json_decref(list);
	list = facts_pods_of(facts, bare);
	is_int(json_array_size(list), 1, "a pod is its own");
	json_decref(list);
	list = facts_children(facts, bare, "pods");
	is_int(json_array_size(list), 0, "and has no children");
	json_decref(list);
	json_decref(cron);
	json_decref(big);
	facts_free(facts);
	source_free(s);
}

static bool match(const char *selector, const char *labels, bool plain)
{
	json_t *a = selector ? json_parse(selector, strlen(selector), "selector", NULL) : NULL;
	json_t *b = json_parse(labels, strlen(labels), "labels", NULL);
	bool yes = facts_labels_match(a, b, plain);

	json_decref(a);
	json_decref(b);
	return yes;
}

static void test_labels(void)
{
	static const struct {
		const char *selector, *labels;
		bool plain, yes;
	} cases[] = {
		{"{\"matchLabels\":{\"a\":\"1\"}}", "{\"a\":\"1\",\"b\":\"2\"}", false, true},
		{"{\"matchLabels\":{\"a\":\"1\",\"b\":\"x\"}}", "{\"a\":\"1\",\"b\":\"2\"}", false, false},
		{"{}", "{}", false, true},
		{NULL, "{\"a\":\"1\"}", false, true},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"1\",\"2\"]}]}",
		 "{\"a\":\"2\"}", false, true},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"1\",\"2\"]}]}",
		 "{\"a\":\"3\"}", false, false},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"1\"]}]}", "{}", false, false},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"NotIn\",\"values\":[\"1\"]}]}", "{\"a\":\"1\"}",
		 false, false},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"NotIn\",\"values\":[\"1\"]}]}", "{}", false,
		 true},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Exists\"}]}", "{\"a\":\"\"}", false, true},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Exists\"}]}", "{}", false, false},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"DoesNotExist\"}]}", "{}", false, true},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"DoesNotExist\"}]}", "{\"a\":\"1\"}", false,
		 false},
		{"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Near\"}]}", "{\"a\":\"1\"}", false, false},
		{"{\"matchLabels\":{\"a\":\"1\"},\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"Exists\"}]}",
		 "{\"a\":\"1\"}", false, false},
		{"{\"a\":\"1\"}", "{\"a\":\"1\"}", true, true},
		{"{\"a\":\"1\"}", "{\"a\":\"2\"}", true, false},
		{"{}", "{\"a\":\"1\"}", true, false},
		{NULL, "{\"a\":\"1\"}", true, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ok(match(cases[i].selector, cases[i].labels, cases[i].plain) == cases[i].yes, "%s on %s",
		   cases[i].selector ? cases[i].selector : "(none)", cases[i].labels);
}

static void test_select_pods(void)
{
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		OK("/api/v1/namespaces/a/pods?limit=500",
		   LIST(POD("a", "one", "u1", ",\"labels\":{\"app\":\"web\"}") "," POD(
			   "a", "two", "u2", ",\"labels\":{\"app\":\"db\"}"))),
		{0},
	};
	static const struct {
		const char *selector, *want;
	} cases[] = {
		{"{\"app\":\"web\"}", "a/one "},
		{"{\"matchLabels\":{\"app\":\"db\"}}", "a/two "},
		{"{\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"Exists\"}]}", "a/one a/two "},
		{"{}", "a/one a/two "},
		{"{\"app\":\"none\"}", ""},
	};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);
	json_t *list;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *selector = json_parse(cases[i].selector, strlen(cases[i].selector), "selector", NULL);

		list = facts_select_pods(facts, "a", selector);
		is_str(names(list), cases[i].want, cases[i].selector);
		json_decref(list);
		json_decref(selector);
	}
	list = facts_select_pods(facts, "a", NULL);
	is_int(json_array_size(list), 0, "a Service without selector selects nothing");
	json_decref(list);
	facts_free(facts);
	source_free(s);
}

#define EVENT(name, kind, object, uid, more)                                                                           \
	"{\"metadata\":{\"namespace\":\"a\",\"name\":\"" name "\",\"uid\":\"e-" name                                   \
	"\"},\"involvedObject\":{\"kind\":\"" kind "\",\"namespace\":\"a\",\"name\":\"" object "\",\"uid\":\"" uid     \
	"\"}," more "}"

static void test_events(void)
{
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		OK("/api/v1/namespaces/a/events?limit=500",
		   LIST(EVENT("late", "Pod", "web", "p1", "\"lastTimestamp\":\"2026-01-01T00:00:09Z\"") "," EVENT(
			   "early", "Pod", "web", "p1",
			   "\"lastTimestamp\":\"2026-01-01T00:00:01Z\"") "," EVENT("series", "Pod", "web", "",
										   "\"lastTimestamp\":null,"
										   "\"eventTime\":\"2026-01-"
										   "01T00:00:00Z\",\"series\":{"
										   "\"lastObservedTime\":"
										   "\"2026-01-01T00:00:05."
										   "5Z\"}") "," EVENT("former", "Pod",
												      "web", "p0",
												      "\"lastTi"
												      "mestamp"
												      "\":"
												      "\"2026-"
												      "01-"
												      "01T00:"
												      "00:"
												      "03Z\"") "," EVENT("other",
															 "ReplicaSet",
															 "web",
															 "r1",
															 "\"lastTimestamp\":\"2026-01-01T00:00:04Z\""))),
		OK("/api/v1/namespaces/default/events?limit=500",
		   LIST("{\"metadata\":{\"namespace\":\"default\",\"name\":\"n\"},\"involvedObject\":{\"kind\":"
			"\"Node\",\"name\":\"n1\",\"uid\":\"n1\"}}")),
		OK("/api/v1/nodes/n1",
		   "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"n1\",\"uid\":\"real\"}}"),
		OK("/api/v1/namespaces/a/pods/web",
		   "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"," META("a", "web", "p1", "") "}"),
		{0},
	};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);
	enum read_state state;
	json_t *list = facts_events_of(facts, "Pod", "a", "web", &state);

	ok(state == READ_OK, "read");
	is_str(names(list), "a/early a/former a/series a/late ", "newest last, of every pod of this name");
	json_decref(list);
	ok(facts_find(facts, "pods", "a", "web", &state) != NULL, "once the pod is known");
	list = facts_events_of(facts, "Pod", "a", "web", &state);
	is_str(names(list), "a/early a/series a/late ", "only its own");
	is_int(facts_event_time(json_array_get(list, 1)), 1767225605500, "the last time of a series");
	json_decref(list);
	list = facts_events_of(facts, NULL, "a", "web", &state);
	is_int(json_array_size(list), 5, "of any kind");
	json_decref(list);
	facts_find(facts, "nodes", NULL, "n1", &state);
	list = facts_events_of(facts, "Node", NULL, "n1", &state);
	is_str(names(list), "default/n ", "of a node, whose name the kubelet gives as uid");
	is_int(facts_event_time(json_array_get(list, 0)), 0, "without a time");
	json_decref(list);
	list = facts_events_of(facts, "Pod", "a", "none", &state);
	ok(state == READ_OK && json_array_size(list) == 0, "none");
	json_decref(list);
	facts_free(facts);
	source_free(s);
}

#define NEWER(name, uid)                                                                                               \
	"{\"metadata\":{\"namespace\":\"a\",\"name\":\"" name "\",\"uid\":\"" uid                                      \
	"\"},\"regarding\":{\"kind\":\"Pod\",\"namespace\":\"a\","                                                     \
	"\"name\":\"web\"},\"note\":\"n\",\"deprecatedLastTimestamp\":\"2026-01-01T00:00:07Z\"}"

static void test_newer_events(void)
{
	static const struct fake_answer denied[] = {
		NO_DISCOVERY,
		DENIED("/api/v1/namespaces/a/events?limit=500"),
		OK("/apis/events.k8s.io/v1/namespaces/a/events?limit=500", LIST(NEWER("x", "e1"))),
		{0}};
	static const struct fake_answer both[] = {
		{.path = "/api/v1/events?limit=500",
		 .state = READ_OK,
		 .body = LIST(EVENT("x", "Pod", "web", "", "\"lastTimestamp\":\"2026-01-01T00:00:09Z\""))},
		OK("/apis/events.k8s.io/v1/events?limit=500",
		   LIST(NEWER("x", "e-x") "," NEWER("y", "e-y"))),
		{0}};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", denied, NULL, &f, &s);
	enum read_state state;
	json_t *list = facts_events_of(facts, "Pod", "a", "web", &state);

	ok(state == READ_OK && json_array_size(list) == 1, "the newer API answers when the older one does not");
	is_int(facts_event_time(json_array_get(list, 0)), 1767225607000, "with a time of its own");
	ok(!fake_blind(s, "events in namespace a", NULL), "so nothing is missing");
	json_decref(list);
	facts_free(facts);
	source_free(s);
	facts = facts_over("snapshot", both, NULL, &f, &s);
	list = facts_events_of(facts, "Pod", "a", "web", &state);
	is_str(names(list), "a/y a/x ", "a snapshot may hold both: each event once");
	ok(json_object_get(json_array_get(list, 1), "involvedObject") != NULL, "in the older form where there is one");
	json_decref(list);
	facts_free(facts);
	source_free(s);
}

/* A snapshot tells what it lacks by kind and namespace, not for each object that somebody looks for. */
static void test_snapshot(void)
{
	static const struct fake_answer answers[] = {
		OK("/api/v1/pods?limit=500", LIST(POD("a", "one", "u1", ""))),
		{.path = "/api/v1/namespaces/b/pods?limit=500", .state = READ_NOT_CAPTURED, .why = "not captured"},
		OK("/api/v1/namespaces/c/pods?limit=500", LIST("")),
		{.path = "/apis/apps/v1/*", .state = READ_NOT_CAPTURED, .why = "not captured"},
		{0}};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("snapshot", answers, NULL, &f, &s);
	enum read_state state;

	ok(facts_find(facts, "pods", "a", "one", &state) != NULL, "an object");
	ok(!facts_find(facts, "pods", "a", "two", &state) && state == READ_NOT_FOUND,
	   "absent where its neighbours are");
	ok(!facts_find(facts, "pods", "b", "x", &state) && state == READ_NOT_CAPTURED,
	   "nothing known of this namespace");
	ok(!facts_find(facts, "pods", "c", "x", &state) && state == READ_NOT_FOUND, "an empty list is known");
	is_int(source_blind_count(s), 1, "one blind spot");
	ok(fake_blind(s, "pods in namespace b", "not captured"), "for the namespace");
	for (int i = 0; i < 5; i++)
		facts_find(facts, "deployments.apps", i % 2 ? "a" : "b", "x", &state);
	ok(state == READ_NOT_CAPTURED && fake_blind(s, "deployments.apps in all namespaces", NULL),
	   "a kind that is missing");
	is_int(source_blind_count(s), 2, "is missing once");
	facts_free(facts);
	source_free(s);
}

static void test_paths(void)
{
	static const struct fake_answer answers[] = {NO_DISCOVERY, {0}};
	static const struct {
		const char *object, *path;
	} cases[] = {
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\"," META("a", "web", "", "") "}",
		 "/api/v1/namespaces/a/pods/web"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\"}}", "/api/v1/nodes/n1"},
		{"{\"apiVersion\":\"resource.k8s.io/v1beta1\",\"kind\":\"ResourceClaim\"," META("ml", "c", "", "") "}",
		 "/apis/resource.k8s.io/v1beta1/namespaces/ml/resourceclaims/c"},
		{"{\"apiVersion\":\"example.com/v1\",\"kind\":\"Proxy\"," META("a", "x", "", "") "}",
		 "/apis/example.com/v1/namespaces/a/proxies/x"},
	};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *o = json_parse(cases[i].object, strlen(cases[i].object), "object", NULL);
		char *path = facts_path(facts, o);

		is_str(path, cases[i].path, cases[i].path);
		free(path);
		json_decref(o);
	}
	facts_free(facts);
	source_free(s);
}

struct reader {
	struct facts *facts;
	json_t *list, *part, *found;
};

static void *read_list(void *arg)
{
	struct reader *r = arg;
	enum read_state state;
	json_t *children;

	r->list = facts_list(r->facts, "pods", NULL, &state);
	r->part = facts_list(r->facts, "pods", "a", &state);
	r->found = facts_find(r->facts, "pods", "a", "one", &state);
	children = facts_children(r->facts, r->found, "pods");
	json_decref(children);
	return NULL;
}

static void test_threads(void)
{
	enum { THREADS = 8 };
	static const struct fake_answer answers[] = {
		NO_DISCOVERY,
		OK("/api/v1/pods?limit=500", LIST(POD("a", "one", "u1", "") "," POD("b", "two", "u2", ""))),
		{0}};
	struct fake *f;
	struct source *s;
	struct facts *facts = facts_over("live", answers, NULL, &f, &s);
	struct reader readers[THREADS];
	pthread_t threads[THREADS];
	int same = 0;

	for (int i = 0; i < THREADS; i++) {
		readers[i] = (struct reader){.facts = facts};
		pthread_create(&threads[i], NULL, read_list, &readers[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++)
		same += readers[i].list == readers[0].list && readers[i].part == readers[0].part && readers[i].found &&
			readers[i].found == readers[0].found;
	is_int(same, THREADS, "eight threads have the same objects");
	is_int(f->requests, 3, "of one list");
	facts_free(facts);
	source_free(s);
}

int main(void)
{
	test_lists();
	test_scope();
	test_namespace_by_namespace();
	test_unknown_namespaces();
	test_many_denied();
	test_single_gets();
	test_owners();
	test_labels();
	test_select_pods();
	test_events();
	test_newer_events();
	test_snapshot();
	test_paths();
	test_threads();
	return done();
}
