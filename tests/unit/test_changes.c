/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline over a small cluster: each sort of change, who made it, where it stands. */
#include "agent/facts/changes.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "agent/source/snapshot.h"
#include "tests/scratch.h"
#include "tests/tap.h"

#define OWNER(kind, name, uid)                                                                                         \
	"ownerReferences: [{apiVersion: apps/v1, kind: " kind ", name: " name ", uid: " uid ", controller: true}]"
#define RS(name, rev, time, image)                                                                                     \
	"- {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: " name ", namespace: s, uid: " name                \
	", creationTimestamp: '" time "', annotations: {deployment.kubernetes.io/revision: '" rev                      \
	"'}, " OWNER("Deployment", "web", "d1") "}, spec: {template: {spec: {containers: [{name: a, image: " image      \
						"}]}}}}\n"
#define SET(name, deployment, uid, rev, time, image, more)                                                             \
	"- {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: " name ", namespace: s, uid: " name                \
	", creationTimestamp: '" time "', annotations: {deployment.kubernetes.io/revision: '" rev                      \
	"'}, " OWNER("Deployment", deployment, uid) "}, spec: {template: {" more "spec: {containers: [{name: a, image: " \
						    image "}]}}}}\n"
#define OLD(name, rev, time, image, more) SET(name, "back", "d2", rev, time, image, more)
#define AGAIN(name, rev, time, more) SET(name, "again", "d3", rev, time, "w:1", more)
#define CR(name, rev, time, image)                                                                                     \
	"- {apiVersion: apps/v1, kind: ControllerRevision, revision: " rev ", metadata: {name: " name                  \
	", namespace: s, creationTimestamp: '" time "', " OWNER("StatefulSet", "db", "s1")                             \
		"}, data: {spec: {template: {spec: {containers: [{name: a, image: " image "}]}, $patch: replace}}}}\n"
#define RELEASE(rev, status, labels)                                                                                   \
	"- {apiVersion: v1, kind: Secret, type: helm.sh/release.v1, metadata: {name: sh.helm.release.v1.front.v" rev   \
	", namespace: s, creationTimestamp: '2026-01-01T08:00:00Z', labels: {owner: helm, name: front, version: '" rev \
	"', status: " status labels "}}, data: {release: H4sIAAAA}}\n"
#define POD(name, time, digest)                                                                                        \
	"- {apiVersion: v1, kind: Pod, metadata: {name: " name ", namespace: s, creationTimestamp: '" time             \
	"', " OWNER("StatefulSet", "db", "s1") "}, spec: {containers: [{name: a, image: 'db:1'}]}, status: "             \
					       "{containerStatuses: [{name: a, imageID: 'db@sha256:" digest "'}]}}\n"

static const char objects[] =
	"apiVersion: v1\nkind: List\nitems:\n"
	"- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: s, uid: d1, creationTimestamp: "
	"'2026-01-01T00:00:00Z', annotations: {meta.helm.sh/release-name: front, meta.helm.sh/release-namespace: s}, "
	"managedFields: [{manager: helm, operation: Update, time: '2026-01-01T00:00:01Z', fieldsV1: {}}, "
	"{manager: kube-controller-manager, operation: Update, time: '2026-01-01T09:00:01Z', subresource: status}, "
	"{manager: kubectl-set, operation: Update, time: '2026-01-01T09:00:00Z', fieldsV1: {'f:spec': {}}}, "
	"{manager: kubectl, operation: Update, time: '2026-01-01T09:30:00Z', subresource: scale}]}, spec: {replicas: 7}}\n"
	RS("web-1", "1", "2026-01-01T00:00:02Z", "w:1") RS("web-2", "2", "2026-01-01T09:00:01Z", "w:2")
	"- {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: s, uid: s1, creationTimestamp: "
	"'2026-01-01T00:00:00Z'}}\n"
	CR("db-a", "1", "2026-01-01T00:00:00Z", "db:0") CR("db-b", "2", "2026-01-01T07:00:00Z", "db:1")
	POD("db-0", "2026-01-01T07:00:00Z", "aaaaaaaaaaaaaaaa") POD("db-1", "2026-01-01T07:30:00Z", "bbbbbbbbbbbbbbbb")
	RELEASE("1", "superseded", "") RELEASE("2", "failed", ", modifiedAt: '1767258000'")
	"- {apiVersion: v1, kind: Secret, type: helm.sh/release.v1, metadata: {name: other, namespace: s, labels: {owner: "
	"helm, name: front, version: '3'}}}\n"
	"- {apiVersion: apps/v1, kind: Deployment, metadata: {name: back, namespace: s, uid: d2, creationTimestamp: "
	"'2026-01-01T00:00:00Z', managedFields: [{manager: kubectl-rollout, operation: Update, time: "
	"'2026-01-01T09:20:00Z'}]}}\n" OLD("back-1", "3", "2026-01-01T01:00:00Z", "w:1", "")
	OLD("back-2", "2", "2026-01-01T02:00:00Z", "w:2", "")
	"- {apiVersion: apps/v1, kind: Deployment, metadata: {name: again, namespace: s, uid: d3, creationTimestamp: "
	"'2026-01-01T00:00:00Z'}}\n" AGAIN("again-1", "1", "2026-01-01T01:00:00Z", "")
	AGAIN("again-2", "2", "2026-01-01T03:00:00Z",
	      "metadata: {annotations: {kubectl.kubernetes.io/restartedAt: '2026-01-01T02:59:59Z'}}, ")
	"- {apiVersion: v1, kind: ConfigMap, metadata: {name: conf, namespace: s, creationTimestamp: "
	"'2026-01-01T00:00:00Z', managedFields: [{manager: kubectl-edit, operation: Update, time: "
	"'2026-01-01T09:10:00Z', fieldsV1: {'f:data': {.: {}, 'f:app.yaml': {}, 'f:b': {}}, 'f:metadata': {'f:labels': {}}}}]}, "
	"data: {app.yaml: x}}\n"
	"- {apiVersion: v1, kind: ConfigMap, metadata: {name: kube-root-ca.crt, namespace: s, creationTimestamp: "
	"'2026-01-01T09:00:00Z'}}\n"
	"- {apiVersion: v1, kind: ConfigMap, metadata: {name: autoscaler-status, namespace: s, creationTimestamp: "
	"'2026-01-01T00:00:00Z', managedFields: [{manager: autoscaler, time: '2026-01-01T09:59:00Z'}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: n1, creationTimestamp: '2025-01-01T00:00:00Z'}, spec: {taints: "
	"[{key: node.kubernetes.io/unschedulable, effect: NoSchedule, timeAdded: '2026-01-01T06:00:00Z'}]}, status: "
	"{conditions: [{type: Ready, status: 'False', reason: KubeletNotReady, lastTransitionTime: "
	"'2026-01-01T06:10:00Z'}]}}\n"
	"- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: s, creationTimestamp: "
	"'2026-01-01T09:40:00Z', deletionTimestamp: '2026-01-01T09:50:00Z', managedFields: [{manager: argocd-controller, "
	"time: '2026-01-01T09:40:00Z'}]}}\n";

static struct facts *facts;

/* "TITLE by WHO at TIME" of the one whose title holds the word; "" when there is none. */
static const char *told(struct changes *c, const char *word)
{
	static char out[512];
	char time[CLOCK_TEXT];

	out[0] = '\0';
	for (size_t i = 0; i < c->count; i++) {
		auto_free char *title = change_title(&c->items[i]);

		if (!strstr(title, word))
			continue;
		clock_format(c->items[i].at, time);
		snprintf(out, sizeof(out), "%s by %s at %.8s", title, c->items[i].who, time + 11);
	}
	return out;
}

static void test_all(void)
{
	struct changes *c = changes_new(facts, true);

	changes_gather(c, NULL);
	changes_order(c);
	for (size_t i = 1; i < c->count; i++)
		if (c->items[i].at < c->items[i - 1].at)
			ok(false, "out of order");
	is_str(told(c, "image w:1"), "Deployment s/web image w:1 -> 2 by kubectl-set at 09:00:01", "a rollout");
	is_str(told(c, "rolled back"), "Deployment s/back rolled back: image w:2 -> 1 by kubectl-rollout at 09:20:00",
	       "a rollback takes an old ReplicaSet");
	is_str(told(c, "restarted"), "Deployment s/again restarted (restartedAt) by  at 03:00:00", "a restart");
	is_str(told(c, "scaled"), "Deployment s/web scaled to 7 by kubectl at 09:30:00", "a scaling");
	is_str(told(c, "s/web edited"), "", "the edit that made the rollout is told by it");
	is_str(told(c, "s/web created"), "Deployment s/web created by helm at 00:00:00", "a creation");
	is_str(told(c, "image db:0"), "StatefulSet s/db image db:0 -> 1 by  at 07:00:00", "a revision of a StatefulSet");
	is_str(told(c, "tag moved"),
	       "StatefulSet s/db tag moved: db:1 is sha256:bbbbbbbbbbbb on pods since then and sha256:aaaaaaaaaaaa on older "
	       "ones by  at 07:30:00",
	       "a tag");
	is_str(told(c, "front: revision 2"),
	       "Secret s/sh.helm.release.v1.front.v2 Helm release front: revision 2 (upgrade), failed by helm at 09:00:00",
	       "an upgrade");
	is_str(told(c, "front: revision 1"),
	       "Secret s/sh.helm.release.v1.front.v1 Helm release front: revision 1 (install), superseded by helm at 08:00:00",
	       "an install");
	is_str(told(c, "revision 3"), "", "labels alone make no release");
	is_str(told(c, "conf edited"), "ConfigMap s/conf edited by kubectl-edit at 09:10:00", "an edit");
	is_str(told(c, "kube-root"), "", "what every namespace has");
	is_str(told(c, "autoscaler-status edited"), "", "a program's diary");
	is_str(told(c, "cordoned"), "Node n1 cordoned by  at 06:00:00", "a cordon");
	is_str(told(c, "Ready became"), "Node n1 Ready became False: KubeletNotReady by  at 06:10:00", "a node");
	is_str(told(c, "deny created"), "NetworkPolicy s/deny created by argocd-controller at 09:40:00", "a policy");
	is_str(told(c, "deleted"), "NetworkPolicy s/deny is being deleted by  at 09:50:00", "and its end");
	changes_free(c);
}

static struct change *of(struct changes *c, enum change_sort sort)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].sort == sort)
			return &c->items[i];
	return NULL;
}

static void test_places(void)
{
	struct changes *c = changes_new(facts, false);
	enum read_state state;
	struct change *one;

	changes_of(c, facts_find(facts, "deployments.apps", "s", "web", &state));
	changes_of(c, facts_find(facts, "deployments.apps", "s", "web", &state));
	changes_of(c, facts_find(facts, "configmaps", "s", "conf", &state));
	changes_order(c);
	one = of(c, CHANGE_ROLLOUT);
	is_str(one->places[1].pointer, "/spec/template/spec/containers/0/image", "where the image stands");
	is_str(json_string_value(json_pointer(one->places[1].object, one->places[1].pointer)), "w:2", "in the new");
	is_str(json_string_value(json_pointer(one->places[2].object, one->places[2].pointer)), "w:1", "and the old one");
	one = of(c, CHANGE_SCALED);
	is_str(one->places[0].pointer, "/metadata/managedFields/3/time", "at its own place among all writers");
	is_str(json_string_value(json_pointer(one->object, one->places[0].pointer)), "2026-01-01T09:30:00Z", "there");
	ok(of(c, CHANGE_RELEASE) != NULL, "the release that a Deployment belongs to is among its changes");
	one = of(c, CHANGE_EDITED);
	ok(changes_detail(c, one), "the whole object says which keys");
	is_str(one->what, "edited (key app.yaml, key b)", "of a ConfigMap its data");
	changes_free(c);
}

int main(void)
{
	struct err e = {0};
	struct origin *origin;
	struct source *source;

	scratch_write("cluster/objects.yaml", objects, 0600);
	origin = origin_snapshot(scratch("cluster"), NULL, &e);
	ok(origin, "the cluster is there %s", e.msg);
	source = source_new(&(struct source_options){.origin = origin});
	facts = facts_new(source, NULL);
	test_all();
	test_places();
	is_int(source_blind_count(source), 0, "no blind spot is made by looking at changes");
	facts_free(facts);
	source_free(source);
	return done();
}
