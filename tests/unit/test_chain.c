/* SPDX-License-Identifier: Apache-2.0 */
/* The cause chain over a small cluster: findings are given, the links are what is tested. */
#include "tests/tap.h"

#include "agent/base/mem.h"
#include "agent/triage/chain.h"
#include "tests/scratch.h"

static const char objects[] =
	"apiVersion: v1\nkind: List\nitems:\n"
	"- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: s, uid: d1}}\n"
	"- {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, namespace: s, uid: r1, ownerReferences: "
	"[{kind: Deployment, apiVersion: apps/v1, name: web, uid: d1, controller: true}]}}\n"
	"- {apiVersion: v1, kind: Pod, metadata: {name: web-1-a, namespace: s, uid: p1, labels: {app: web}, "
	"ownerReferences: "
	"[{kind: ReplicaSet, apiVersion: apps/v1, name: web-1, uid: r1, controller: true}]}, spec: {nodeName: n1, "
	"volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]}}\n"
	"- {apiVersion: v1, kind: Pod, metadata: {name: db-0, namespace: s, uid: p2, labels: {app: db}}, spec: "
	"{nodeName: n1}}\n"
	"- {apiVersion: v1, kind: Service, metadata: {name: web, namespace: s}, spec: {selector: {app: web}}}\n"
	"- {apiVersion: v1, kind: Service, metadata: {name: db, namespace: s}, spec: {selector: {app: db}}}\n"
	"- {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: front, namespace: s}, spec: {rules: "
	"[{http: {paths: "
	"[{backend: {service: {name: web}}}]}}]}}\n"
	"- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: s}, spec: "
	"{storageClassName: fast}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: n1}}\n";

static struct triage t;

static struct work_ref ref(const char *kind, const char *name)
{
	return (struct work_ref){
		.kind = mem_str(kind), .ns = strcmp(kind, "Node") ? mem_str("s") : NULL, .name = mem_str(name)};
}

static void begin(struct world *w)
{
	t = (struct triage){.world = w, .findings = mem_zero(8 * sizeof(struct triage_finding))};
}

/* affects, blames: "Kind/name" or NULL. */
static int add(const char *kind, const char *name, double score, bool symptom, const char *affects, const char *blames)
{
	struct triage_finding *f = &t.findings[t.count++];
	char part[64], *slash;

	f->id = (int)t.count;
	f->f = (struct work_finding){.check = "x",
				     .severity = SEVERITY_CRITICAL,
				     .score = score,
				     .symptom = symptom,
				     .cluster = &t.world->clusters[0],
				     .cause = mem_str(name),
				     .object = ref(kind, name)};
	for (int i = 0; i < 2; i++) {
		const char *text = i ? blames : affects;

		if (!text)
			continue;
		snprintf(part, sizeof(part), "%s", text);
		slash = strchr(part, '/');
		*slash = '\0';
		*(i ? &f->f.blames : &f->f.affects) = mem_zero(sizeof(struct work_ref));
		*(i ? f->f.blames : f->f.affects) = ref(part, slash + 1);
		*(i ? &f->f.blames_count : &f->f.affects_count) = 1;
	}
	return f->id;
}

static void end(void)
{
	for (size_t i = 0; i < t.count; i++) {
		work_finding_fini(&t.findings[i].f);
		free(t.findings[i].symptoms);
	}
	free(t.findings);
	free(t.root_causes);
}

static int cause(int id)
{
	return t.findings[id - 1].caused_by;
}

static void test_symptoms(struct world *w)
{
	int image, short_of, no_endpoints, route;

	begin(w);
	image = add("Deployment", "web", 0.95, false, "Pod/web-1-a", NULL);
	short_of = add("Deployment", "web", 0.5, true, NULL, NULL);
	no_endpoints = add("Service", "web", 0.5, true, NULL, NULL);
	route = add("Ingress", "front", 0.5, true, NULL, NULL);
	chain_link(&t);
	is_int(cause(short_of), image, "a Deployment short of replicas is explained by its image");
	is_int(cause(no_endpoints), image, "a Service without endpoints is explained by what its pods show");
	is_int(cause(route), image, "so is the Ingress before it");
	is_int(t.root_causes[0], image, "one root cause");
	is_int(t.root_causes[1], 0, "and no other");
	is_int(t.findings[image - 1].symptoms[2], route, "which lists all it explains");
	end();
}

static void test_two_faults(struct world *w)
{
	int a, b;

	begin(w);
	a = add("Deployment", "web", 0.95, false, "Pod/web-1-a", NULL);
	b = add("Node", "n1", 0.95, false, NULL, NULL);
	chain_link(&t);
	is_int(cause(a), 0, "a proven cause is not explained by the node it runs on");
	is_int(cause(b), 0, "nor the other way round");
	end();
}

static void test_unsure(struct world *w)
{
	int pod, volume;

	begin(w);
	pod = add("Pod", "web-1-a", 0.5, false, NULL, NULL);
	volume = add("PersistentVolumeClaim", "data", 0.9, false, NULL, NULL);
	chain_link(&t);
	is_int(cause(pod), volume, "an unsure finding is explained by what its object depends on");
	end();
}

static void test_blames(struct world *w)
{
	int web, db;

	begin(w);
	web = add("Deployment", "web", 0.9, false, "Pod/web-1-a", "Service/db");
	db = add("Pod", "db-0", 0.9, false, NULL, NULL);
	chain_link(&t);
	is_int(cause(web), db, "what a finding blames leads to the pod behind the Service");
	is_int(cause(db), 0, "which is the origin");
	end();
}

static void test_cycle(struct world *w)
{
	int a, b;

	begin(w);
	a = add("Deployment", "web", 0.9, false, "Pod/web-1-a", "Service/db");
	b = add("Pod", "db-0", 0.8, false, NULL, "Service/web");
	chain_link(&t);
	ok((cause(a) == b) != (cause(b) == a), "two that blame each other do not both fold");
	ok(t.root_causes[0] && !t.root_causes[1], "one of them is the root");
	end();
}

static void test_history(struct world *w)
{
	int old;

	begin(w);
	old = add("Deployment", "web", 0, false, "Pod/web-1-a", NULL);
	add("Service", "web", 0.5, true, NULL, NULL);
	chain_link(&t);
	is_int(cause(2), 0, "history explains nothing");
	ok(!t.findings[old - 1].now, "it is not of now");
	is_int(t.root_causes[0], 2, "the symptom stands for itself");
	is_int(t.root_causes[1], 0, "history is no root cause");
	end();
}

static void test_recent(struct world *w)
{
	int db, web, warning;

	begin(w);
	db = add("Pod", "db-0", 0.9, false, NULL, NULL);
	web = add("Deployment", "web", 0.9, false, NULL, NULL);
	warning = add("Service", "db", 0.9, false, NULL, NULL);
	t.findings[warning - 1].f.severity = SEVERITY_WARNING;
	chain_link(&t);
	is_int(t.root_causes[0], db, "of equals the first one");
	t.findings[web - 1].recent = 0.5;
	t.findings[warning - 1].recent = 1;
	chain_rank(&t);
	is_int(t.root_causes[0], web, "what was changed just before comes before an equal");
	is_int(t.root_causes[2], warning, "but never over severity");
	t.findings[db - 1].f.score = 1;
	t.findings[web - 1].f.score = 0.8;
	chain_rank(&t);
	is_int(t.root_causes[0], db, "nor over what is much surer");
	end();
}

int main(void)
{
	struct err e = {0};
	struct origin *origin;
	struct world *w = world_new(NULL);

	scratch_write("cluster/objects.yaml", objects, 0600);
	origin = origin_snapshot(scratch("cluster"), NULL, &e);
	ok(origin, "the cluster is there %s", e.msg);
	world_add(w, source_new(&(struct source_options){.origin = origin}), NULL);
	test_symptoms(w);
	test_two_faults(w);
	test_unsure(w);
	test_blames(w);
	test_cycle(w);
	test_history(w);
	test_recent(w);
	world_free(w);
	return done();
}
