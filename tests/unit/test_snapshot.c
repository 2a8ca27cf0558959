/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"
#include "tests/unit/snapshot_folder.h"

#define POD(ns, name, rest)                                                                                            \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"namespace\":\"" ns "\",\"name\":\"" name "\"" rest "}}"

static void test_documents(void)
{
	struct origin *o;
	struct origin_reply r;
	json_t *j;
	char *problems;

	scratch_new();
	scratch_put(
		"objects.yaml",
		"apiVersion: v1\nkind: Pod\nmetadata: {namespace: shop, name: b}\n---\n---\napiVersion: v1\nkind: Pod\n"
		"metadata: {namespace: shop, name: a}\n---\nhello: world\n");
	scratch_put(
		"deep/er/list.yml",
		"kind: List\napiVersion: v1\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n"
		"  metadata: {namespace: shop, name: web}\n- apiVersion: v1\n  kind: Node\n  metadata: {name: n1}\n");
	scratch_put(
		"pods.json",
		"{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[{\"metadata\":{\"name\":\"c\","
		"\"namespace\":\"other\"}}]}");
	scratch_put("stream.json", POD("shop", "s1", "") "\n" POD("shop", "s2", "") "\n");
	scratch_put("table.json",
		    "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\"name\":\"x\"},\"rows\":[]}");
	scratch_put("manifest.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nowhere}\n");
	o = scratch_open();
	ok(o, "a folder with every form of document opens");
	if (!o)
		return;
	is_str(scratch_names(o, "/api/v1/pods"), "other/c shop/a shop/b shop/s1 shop/s2", "all pods, sorted");
	is_str(scratch_names(o, "/api/v1/namespaces/shop/pods"), "shop/a shop/b shop/s1 shop/s2",
	       "pods of a namespace");
	is_str(scratch_names(o, "/apis/apps/v1/deployments"), "shop/web", "item of a List");
	is_str(scratch_names(o, "/api/v1/nodes"), "n1", "cluster-scoped item of a List");
	is_str(scratch_names(o, "/api/v1/configmaps"), "default/nowhere",
	       "a manifest without a namespace is in default");
	j = scratch_json(o, "/api/v1/namespaces/other/pods/c", &r);
	is_str(json_str_at(j, "kind"), "Pod", "an item of a PodList has its kind");
	is_str(json_str_at(j, "apiVersion"), "v1", "and its version");
	json_decref(j);
	j = scratch_json(o, "/api/v1/pods", &r);
	is_str(json_str_at(j, "kind"), "PodList", "a list's kind");
	is_str(json_str_at(j, "metadata.resourceVersion"), "0", "a list's version");
	json_decref(j);
	problems = scratch_problems(o);
	is_str(problems, "", "nothing to complain about");
	free(problems);
	origin_free(o);
}

static void test_broken(void)
{
	struct origin *o;
	struct origin_reply r;
	char *problems;
	json_t *j;

	scratch_new();
	scratch_put("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {namespace: shop, name: a}\n");
	scratch_put("b.yaml",
		    "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: shop, name: kept}\n---\napiVersion: v1\n"
		    "kind: ConfigMap\nmetadata: {namespace: [\n");
	scratch_put("c.json", POD("shop", "c", "") "\n{\"kind\": \"Secret\",\n \"oops\n");
	scratch_put("bomb.yaml", "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c "
				 "[*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
				 "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
				 "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n"
				 "h: [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]\n");
	o = scratch_open();
	ok(o, "broken files are no reason to stop");
	if (!o)
		return;
	problems = scratch_problems(o);
	like(problems, "b.yaml:", "the broken YAML is named with a line");
	like(problems, "c.json:", "the broken JSON is named with a line");
	like(problems, "bomb.yaml", "the alias bomb is named");
	free(problems);
	is_str(scratch_names(o, "/api/v1/pods"), "shop/a shop/c", "what stood before the break counts");
	is_str(scratch_names(o, "/api/v1/configmaps"), "cut: shop/kept", "a kind that broke off is not complete");
	j = scratch_json(o, "/api/v1/namespaces/shop/configmaps/gone", &r);
	ok(!j && r.state == READ_NOT_CAPTURED, "a ConfigMap that may stand behind the break is not known to be absent");
	like(r.why, "b.yaml:", "and the reason names the file");
	j = scratch_json(o, "/api/v1/namespaces/shop/pods/gone", &r);
	ok(!j && r.state == READ_NOT_FOUND, "an absent pod is not found: no broken file holds pods");
	is_int(r.status, 404, "with status 404");
	origin_free(o);
}

static void test_duplicates(void)
{
	struct origin *o;
	struct origin_reply r;
	json_t *j;

	scratch_new();
	scratch_put("a.json", POD("x", "p", ",\"resourceVersion\":\"90\",\"uid\":\"old\""));
	scratch_put("b.json", POD("x", "p", ",\"resourceVersion\":\"100\",\"uid\":\"new\""));
	scratch_put("c.json", POD("x", "p", ",\"uid\":\"none\""));
	scratch_put("d.json", POD("x", "q", ",\"resourceVersion\":\"5\",\"uid\":\"first\""));
	scratch_put("e.json", POD("x", "q", ",\"resourceVersion\":\"5\",\"uid\":\"second\""));
	o = scratch_open();
	if (!ok(o, "duplicates open"))
		return;
	is_str(scratch_names(o, "/api/v1/pods"), "x/p x/q", "each once");
	j = scratch_json(o, "/api/v1/namespaces/x/pods/p", &r);
	is_str(json_str_at(j, "metadata.uid"), "new", "the highest resourceVersion counts, as a number");
	json_decref(j);
	j = scratch_json(o, "/api/v1/namespaces/x/pods/q", &r);
	is_str(json_str_at(j, "metadata.uid"), "second", "of equal ones the later file");
	json_decref(j);
	origin_free(o);
}

static void test_captured(void)
{
	struct origin *o;
	struct origin_reply r;
	json_t *j;

	scratch_new();
	scratch_put("objects.yaml",
		    "apiVersion: v1\nkind: Pod\nmetadata: {namespace: shop, name: a}\n---\napiVersion: v1\nkind: Pod\n"
		    "metadata: {namespace: pay, name: b}\n---\napiVersion: v1\nkind: ConfigMap\n"
		    "metadata: {namespace: pay, name: c}\n");
	scratch_put("resourcequotas.yaml", "apiVersion: v1\nkind: List\nitems: []\n");
	scratch_put("services.json", "{\"kind\":\"ServiceList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[]}");
	scratch_put("shop/secrets.yaml", "apiVersion: v1\nkind: SecretList\nitems: []\n");
	scratch_put("pay-pvcs.json", "{\"kind\":\"PersistentVolumeClaimList\",\"apiVersion\":\"v1\",\"metadata\":{},"
				     "\"items\":[{\"metadata\":"
				     "{\"namespace\":\"pay\",\"name\":\"v\"}}]}");
	o = scratch_open();
	if (!ok(o, "captured rules open"))
		return;
	is_str(scratch_names(o, "/api/v1/namespaces/shop/configmaps"), "not_captured",
	       "no ConfigMap of shop, no list: unknown");
	is_str(scratch_names(o, "/api/v1/configmaps"), "pay/c", "over all namespaces: what there is");
	is_str(scratch_names(o, "/apis/apps/v1/deployments"), "not_captured", "a kind without any trace");
	is_str(scratch_names(o, "/api/v1/namespaces/shop/resourcequotas"), "",
	       "an empty List named after the kind says none");
	is_str(scratch_names(o, "/api/v1/namespaces/shop/services"), "", "an empty typed list says none");
	is_str(scratch_names(o, "/api/v1/services"), "", "in all namespaces");
	is_str(scratch_names(o, "/api/v1/namespaces/shop/secrets"), "",
	       "an empty list in a namespace's folder: none there");
	is_str(scratch_names(o, "/api/v1/namespaces/pay/secrets"), "not_captured",
	       "and nothing known of other namespaces");
	is_str(scratch_names(o, "/api/v1/namespaces/shop/persistentvolumeclaims"), "not_captured",
	       "a list whose file names its namespace");
	j = scratch_json(o, "/api/v1/namespaces/pay/configmaps/gone", &r);
	ok(!j && r.state == READ_NOT_FOUND, "absent in a captured namespace: not found");
	j = scratch_json(o, "/api/v1/namespaces/shop/configmaps/gone", &r);
	ok(!j && r.state == READ_NOT_CAPTURED, "in one that was not: not captured");
	like(r.why, "not in the snapshot", "and says so");
	j = scratch_json(o, "/apis/example.com/v1/widgets", &r);
	ok(!j && r.state == READ_NOT_CAPTURED, "an unknown kind without CRDs: not captured");
	origin_free(o);
}

static void test_settings(void)
{
	struct origin *o;
	struct origin_reply r;
	char *problems;
	json_t *j;

	scratch_new();
	scratch_put("incident/snapshot.yaml",
		    "name: prod-eu\ncapturedAt: \"2026-03-01T12:00:00Z\"\nkubernetesVersion: v1.34.1\nprometeus: "
		    "recorded\ncaptured:\n"
		    "- {resource: secrets, status: denied, why: \"secrets is forbidden\"}\n"
		    "- {resource: pods, namespaces: [pay], status: denied, why: \"403 Forbidden: no\"}\n"
		    "- {resource: deployments.apps, status: ok}\n"
		    "- {resource: resourceclaims.resource.k8s.io, namespaces: [\"*\"], status: notServed, why: \"group "
		    "is absent\"}\n"
		    "- {resource: events, status: cut, why: \"first 500\"}\n"
		    "- {resource: widgets.example.com, status: ok}\n"
		    "- {resource: nodes, status: odd}\n");
	scratch_put("incident/pods.json", "[" POD("shop", "a", "") "," POD("pay", "p", "") "]");
	scratch_put("incident/events.json",
		    "{\"kind\":\"EventList\",\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{\"name\":\"e\","
		    "\"namespace\":\"shop\"},\"lastTimestamp\":\"2026-03-02T00:00:00Z\"}]}");
	o = scratch_open();
	if (!ok(o, "snapshot.yaml one folder down"))
		return;
	is_str(o->name, "prod-eu", "name");
	is_int(o->now_ms, 1772366400000, "capturedAt is now");
	problems = scratch_problems(o);
	like(problems, "snapshot.yaml:4", "an unknown key is named with its line");
	like(problems, "did you mean \"prometheus\"", "and the nearest known one");
	like(problems, "none of ok, denied", "a wrong status is named");
	free(problems);
	is_str(scratch_names(o, "/api/v1/secrets"), "denied", "denied everywhere");
	j = scratch_json(o, "/api/v1/namespaces/x/secrets/y", &r);
	ok(!j && r.state == READ_DENIED && r.status == 403, "one of them too");
	is_str(r.why, "403 Forbidden: secrets is forbidden", "with the reason");
	is_str(scratch_names(o, "/api/v1/namespaces/pay/pods"), "denied", "denied in one namespace");
	is_str(scratch_names(o, "/api/v1/namespaces/shop/pods"), "shop/a", "not in another");
	is_str(scratch_names(o, "/api/v1/pods"), "cut: pay/p shop/a", "all namespaces: not all");
	is_str(scratch_names(o, "/apis/apps/v1/namespaces/shop/deployments"), "", "ok without objects: there are none");
	is_str(scratch_names(o, "/apis/resource.k8s.io/v1/resourceclaims"), "not_served", "not served");
	is_str(scratch_names(o, "/apis/resource.k8s.io/v1/deviceclasses"), "not_served",
	       "nor is the rest of its group");
	is_str(scratch_names(o, "/apis/storage.k8s.io/v1/storageclasses"), "not_captured", "another group is served");
	is_str(scratch_names(o, "/api/v1/events"), "cut: shop/e", "cut, with what there is");
	is_str(scratch_names(o, "/apis/example.com/v1/widgets"), "", "a kind only captured[] knows");
	j = scratch_json(o, "/version", &r);
	is_str(json_str_at(j, "gitVersion"), "v1.34.1", "version");
	json_decref(j);
	origin_free(o);

	scratch_put("incident/snapshot.yaml", "name: [\n");
	o = scratch_open();
	ok(o, "broken settings are a problem, not an end");
	problems = o ? scratch_problems(o) : NULL;
	like(problems, "snapshot.yaml", "they are named");
	ok(o && str_starts(o->name, "dupin-test-"), "the folder's name stands in");
	is_int(o ? o->now_ms : 0, 1772409600000, "the newest event's time is now");
	free(problems);
	origin_free(o);
}

static void test_now(void)
{
	struct origin *o;

	scratch_new();
	scratch_put("a.yaml",
		    "apiVersion: v1\nkind: Pod\nmetadata: {namespace: a, name: b, creationTimestamp: "
		    "\"2026-05-01T00:00:00Z\"}\n"
		    "status: {startTime: \"2026-04-01T00:00:00Z\", x: [{finishedAt: \"2026-04-02T00:00:00Z\"}]}\n---\n"
		    "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {namespace: a, name: c}\n"
		    "status: {notAfter: \"2027-01-01T00:00:00Z\", renewalTime: \"2026-12-01T00:00:00Z\"}\n");
	o = scratch_open();
	is_int(o ? o->now_ms : 0, 1775088000000, "the newest time of a status; not what lies ahead, not metadata");
	origin_free(o);
	scratch_new();
	scratch_put("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: a, name: b, creationTimestamp: "
			      "\"2026-05-01T00:00:00Z\"}\n");
	o = scratch_open();
	is_int(o ? o->now_ms : 0, 1777593600000, "nothing else: creation");
	origin_free(o);
}

static void test_versions(void)
{
	struct origin *o;
	struct origin_reply r;
	json_t *j, *one;
	char *text;

	scratch_new();
	scratch_put("a.yaml",
		    "apiVersion: resource.k8s.io/v1beta1\nkind: ResourceClaim\nmetadata: {namespace: a, name: c}\n---\n"
		    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: "
		    "mice.example.com}\n"
		    "spec: {group: example.com, scope: Cluster, names: {kind: Mouse, plural: mice, shortNames: [mo]}, "
		    "versions: [{name: v1alpha1}, {name: v1beta1}]}\n---\n"
		    "apiVersion: volcano.sh/v1\nkind: PodGroup\nmetadata: {namespace: a, name: pg}\n");
	o = scratch_open();
	if (!ok(o, "versions open"))
		return;
	is_str(scratch_names(o, "/apis/resource.k8s.io/v1beta1/resourceclaims"), "a/c", "served in the version found");
	is_str(scratch_names(o, "/apis/resource.k8s.io/v1/resourceclaims"), "not_served", "and in no other");
	is_str(scratch_names(o, "/apis/resource.k8s.io/v1beta1/deviceclasses"), "not_captured",
	       "its group's other kinds likewise");
	is_str(scratch_names(o, "/apis/volcano.sh/v1/podgroups"), "a/pg", "a kind without CRD by a guessed plural");
	is_str(scratch_names(o, "/apis/example.com/v1beta1/mice"), "not_captured",
	       "a CRD without objects: its best version, not captured");
	is_str(scratch_names(o, "/apis/example.com/v1/rats"), "not_served", "CRDs are known and this is none of them");
	j = scratch_json(o, "/apis/example.com/v1beta1", &r);
	one = json_array_get(json_object_get(j, "resources"), 0);
	is_str(json_str_at(one, "name"), "mice", "resource list: plural from the CRD");
	ok(!json_bool_at(one, "namespaced", true), "resource list: scope");
	is_str(json_string_value(json_array_get(json_object_get(one, "shortNames"), 0)), "mo",
	       "resource list: short name");
	json_decref(j);
	text = scratch_get(o, "/apis",
			   "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json", &r);
	ok(strstr(text, "\"APIGroupDiscoveryList\""), "aggregated discovery");
	ok(strstr(text, "\"resourceclaims\",\"responseKind\":{\"group\":\"resource.k8s.io\",\"version\":\"v1beta1\""),
	   "with the version found");
	ok(strstr(text, "\"persistentvolumes\"") == NULL && strstr(text, "\"deployments\""),
	   "standard kinds of groups, captured or not");
	ok(!strstr(text, "\"gateway.networking.k8s.io\"") && !strstr(text, "\"metrics.k8s.io\""),
	   "but no add-ons that nothing tells of");
	free(text);
	text = scratch_get(o, "/api", NULL, &r);
	ok(strstr(text, "\"versions\":[\"v1\"]"), "plain /api");
	free(text);
	text = scratch_get(o, "/apis", NULL, &r);
	ok(strstr(text, "\"preferredVersion\":{\"groupVersion\":\"resource.k8s.io/v1beta1\""), "plain /apis");
	free(text);
	origin_free(o);
}

static void test_selectors(void)
{
	struct origin *o;
	struct origin_reply r;
	json_t *j;

	scratch_new();
	scratch_put("a.json", "[" POD("a", "p1", ",\"labels\":{\"app\":\"web\",\"tier\":\"front\"}") "," POD(
				      "a", "p2", ",\"labels\":{\"app\":\"db\"}") "," POD("b", "p3", "") "]");
	scratch_put("e.yaml", "apiVersion: v1\nkind: Event\nmetadata: {namespace: a, name: e1}\ninvolvedObject: {kind: "
			      "Pod, name: p1}\ntype: Warning\n---\n"
			      "apiVersion: events.k8s.io/v1\nkind: Event\nmetadata: {namespace: a, name: "
			      "e2}\nregarding: {kind: Pod, name: p2}\ntype: Normal\n");
	o = scratch_open();
	if (!ok(o, "selectors open"))
		return;
	is_str(scratch_names(o, "/api/v1/pods?labelSelector=app%3Dweb"), "a/p1", "label =");
	is_str(scratch_names(o, "/api/v1/pods?labelSelector=app%3D%3Dweb,tier"), "a/p1", "label == and exists");
	is_str(scratch_names(o, "/api/v1/pods?labelSelector=app!%3Dweb"), "a/p2 b/p3", "label !=");
	is_str(scratch_names(o, "/api/v1/pods?labelSelector=!app"), "b/p3", "label absent");
	is_str(scratch_names(o, "/api/v1/pods?labelSelector=app%20in%20(web,%20db)"), "a/p1 a/p2", "label in");
	is_str(scratch_names(o, "/api/v1/pods?labelSelector=app+notin+(web),!tier"), "a/p2 b/p3", "label notin");
	is_str(scratch_names(o, "/api/v1/pods?fieldSelector=metadata.name%3Dp2"), "a/p2", "field =");
	is_str(scratch_names(o, "/api/v1/pods?fieldSelector=metadata.namespace!%3Da,spec.nodeName%3D"), "b/p3",
	       "fields, one absent");
	is_str(scratch_names(o, "/api/v1/pods?labelSelector=a%20in%20(b"), "failed", "a broken selector");
	is_str(scratch_names(o, "/api/v1/events?fieldSelector=involvedObject.name%3Dp1"), "a/e1", "event by object");
	is_str(scratch_names(o, "/api/v1/events?fieldSelector=involvedObject.name%3Dp2"), "a/e2",
	       "event of the newer form too");
	is_str(scratch_names(o, "/apis/events.k8s.io/v1/events?fieldSelector=type%3DWarning"), "a/e1",
	       "both groups show the same events");
	j = scratch_json(o, "/api/v1/pods?limit=2", &r);
	is_int(json_array_size(json_object_get(j, "items")), 2, "a page");
	is_int(json_int_at(j, "metadata.remainingItemCount", 0), 1, "what remains");
	if (json_str_at(j, "metadata.continue")) {
		char *path = mem_printf("/api/v1/pods?limit=2&continue=%s", json_str_at(j, "metadata.continue"));

		is_str(scratch_names(o, path), "b/p3", "the next page");
		free(path);
	}
	json_decref(j);
	is_str(scratch_names(o, "/api/v1/pods?limit=2&continue=zzz"), "failed", "a continue token of somebody else");
	origin_free(o);
}

static void test_table(void)
{
	const char *accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
	struct origin *o;
	struct origin_reply r;
	char *text;

	scratch_new();
	scratch_put("snapshot.yaml", "capturedAt: 2026-03-01T12:00:00Z\n");
	scratch_put(
		"a.yaml",
		"apiVersion: v1\nkind: Pod\nmetadata: {namespace: a, name: p, creationTimestamp: "
		"\"2026-03-01T11:00:00Z\"}\n"
		"spec: {nodeName: n1, containers: [{name: c}, {name: d}]}\nstatus:\n  phase: Running\n  "
		"containerStatuses:\n"
		"  - {name: c, ready: false, restartCount: 4, state: {waiting: {reason: CrashLoopBackOff}},\n"
		"     lastState: {terminated: {finishedAt: \"2026-03-01T11:58:00Z\"}}}\n"
		"  - {name: d, ready: true, restartCount: 0, state: {running: {}}}\n---\n"
		"apiVersion: v1\nkind: Pod\nmetadata: {namespace: a, name: q}\n"
		"spec: {initContainers: [{name: i}, {name: j}], containers: [{name: c}]}\nstatus:\n  phase: Pending\n"
		"  initContainerStatuses:\n  - {name: i, restartCount: 0, state: {terminated: {exitCode: 0}}}\n"
		"  - {name: j, restartCount: 1, state: {terminated: {exitCode: 3}}}\n");
	o = scratch_open();
	if (!ok(o, "table opens"))
		return;
	text = scratch_get(o, "/api/v1/namespaces/a/pods?includeObject=None", accept, &r);
	like(text, "[\"p\",\"1/2\",\"CrashLoopBackOff\",\"4 (2m ago)\",\"60m\",", "a crash loop's line");
	like(text, "[\"q\",\"0/1\",\"Init:ExitCode:3\",\"1\",", "a failing init container's line");
	like(text, "\"object\":null", "no object asked, none given");
	free(text);
	text = scratch_get(o, "/api/v1/pods", accept, &r);
	like(text, "\"PartialObjectMetadata\"", "metadata by default");
	free(text);
	origin_free(o);
}

static void test_nothing(void)
{
	struct err e = {0};
	struct origin *o;
	char *path;

	scratch_new();
	o = origin_snapshot(scratch_dir, NULL, &e);
	ok(!o && e.code == ERR_NOT_FOUND, "an empty folder is an error");
	like(e.msg, "no .yaml, .yml or .json", "that says what was looked for");
	origin_free(o);
	scratch_put("values.yaml", "replicas: 3\n");
	o = origin_snapshot(scratch_dir, NULL, &e);
	ok(!o && e.code == ERR_PARSE, "documents without objects are one too");
	like(e.msg, "no Kubernetes object: 1 ", "that counts what was read");
	origin_free(o);
	scratch_put("plain.txt", "hello\n");
	path = scratch_path("plain.txt");
	o = origin_snapshot(path, NULL, &e);
	ok(!o && e.code == ERR_PARSE, "a plain file is no snapshot");
	like(e.msg, "neither a folder nor a tar archive", "and the message says so");
	origin_free(o);
	free(path);
	o = origin_snapshot("/nowhere/at/all", NULL, &e);
	ok(!o && e.code == ERR_NOT_FOUND, "a path that is not there");
	origin_free(o);
	path = scratch_path("fifo");
	ok(mkfifo(path, 0600) == 0 && !origin_snapshot(path, NULL, &e), "a pipe is refused without waiting on it");
	free(path);
}

static void test_refused(void)
{
	struct origin *o;
	struct origin_reply r = {0};
	struct origin_request post = {.path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", .body = "{}"};
	struct err e = {0};
	char *text;

	scratch_new();
	scratch_put("a.json", POD("a", "p", ""));
	scratch_put("files/hubble-events.log", "one\ntwo\n");
	scratch_put("metrics/a/p.prom", "up 1\n");
	o = scratch_open();
	if (!ok(o, "opens"))
		return;
	ok(o->ops->get(o, &post, scratch_sink, &(struct buf){.max = 10}, &r, &e) == 0 && r.state == READ_NOT_SERVED,
	   "no access reviews");
	text = scratch_get(o, "/dupin/files/hubble-events.log", NULL, &r);
	is_str(text, "one\ntwo\n", "other files are read as they are");
	free(text);
	text = scratch_get(o, "/dupin/files/..%2fa.json", NULL, &r);
	ok(r.state == READ_NOT_CAPTURED, "but nothing outside of files/");
	free(text);
	text = scratch_get(o, "/api/v1/namespaces/a/pods/https:p:9400/proxy/metrics", NULL, &r);
	is_str(text, "up 1\n", "metrics of a pod through the proxy path");
	free(text);
	text = scratch_get(o, "/api/v1/namespaces/a/pods/q:9400/proxy/metrics", NULL, &r);
	ok(r.state == READ_NOT_CAPTURED, "of another pod there are none");
	free(text);
	text = scratch_get(o, "/healthz", NULL, &r);
	ok(r.state == READ_NOT_CAPTURED, "a path that no snapshot holds");
	free(text);
	origin_free(o);
}

static void test_unreadable(void)
{
	struct origin *o;
	struct origin_reply r;
	char *path, *problems;

	if (geteuid() == 0) {
		tap_skip("root reads everything");
		return;
	}
	scratch_new();
	scratch_put("a.json", POD("a", "p", ""));
	scratch_put("secrets.yaml", "kind: List\n");
	path = scratch_path("secrets.yaml");
	chmod(path, 0);
	o = scratch_open();
	problems = o ? scratch_problems(o) : NULL;
	like(problems, "secrets.yaml", "a file that may not be read is a problem");
	ok(o && !scratch_json(o, "/api/v1/secrets", &r) && r.state == READ_NOT_CAPTURED, "its kind is not captured");
	free(problems);
	free(path);
	origin_free(o);
}

int main(void)
{
	test_documents();
	test_broken();
	test_duplicates();
	test_captured();
	test_settings();
	test_now();
	test_versions();
	test_selectors();
	test_table();
	test_nothing();
	test_refused();
	test_unreadable();
	scratch_end();
	return done();
}
