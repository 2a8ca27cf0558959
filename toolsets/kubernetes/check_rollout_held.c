/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes that do not reach the pods because somebody or something holds the rollout back. Mostly on purpose, so it is
 * told and no cause; but a StatefulSet whose broken pod stands in the way of its own repair needs a hand.
 */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"
#include "toolsets/lib/workload.h"

#define STUCK_MS (5 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void paused(struct run *r, json_t *o)
{
	struct diagnosis *d;
	char arg[400];
	json_t *list = fld_at(o, "status.conditions"), *c;
	int64_t want = fld_int(o, "spec.replicas", 1);
	size_t i;

	if (!fld_true(o, "spec.paused") || fld_int(o, "status.updatedReplicas", 0) >= want)
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_INFO, 0);
	diag_cause(d, "The rollout of Deployment %s is paused: its template has changed, but %d of %d pods follow it",
		   fld_name(o), (int)fld_int(o, "status.updatedReplicas", 0), (int)want);
	diag_cite(d, o, NULL, "/spec/replicas");
	json_array_foreach (list, i, c)
		if (is(fld_str(c, "reason"), "DeploymentPaused"))
			diag_cite(d, o, NULL, "/status/conditions/%zu/message", i);
	/* pods of the old template that fail wait for the new one */
	if (fld_int(o, "status.availableReplicas", 0) < want)
		diag_rate(d, SEVERITY_CRITICAL, 0.7);
	diag_fix(d, "Let it go on: kubectl rollout resume %s", workload_arg_of(o, arg));
}

/* The pod that runs an old revision, is not ready, and has been so for a while. */
static json_t *broken_old(struct run *r, json_t *set, const char *revision)
{
	json_t *pods = r->v.h->pods_of(r->v.w, set), *pod;
	int64_t at;
	size_t i;

	json_array_foreach (pods, i, pod) {
		const char *mine =
			json_string_value(json_object_get(fld_at(pod, "metadata.labels"), "controller-revision-hash"));

		if (mine && !is(mine, revision) && !pod_ready(pod) && !*fld_str(pod, "metadata.deletionTimestamp") &&
		    when_parse(fld_str(fld_condition(pod, "Ready"), "lastTransitionTime"), &at) &&
		    r->v.now_ms - at > STUCK_MS)
			return pod;
	}
	return NULL;
}

static void blocked(struct run *r, json_t *o)
{
	const char *update = fld_str(o, "status.updateRevision"), *policy = fld_str(o, "spec.updateStrategy.type");
	json_t *pod = broken_old(r, o, update);
	int64_t partition = fld_int(o, "spec.updateStrategy.rollingUpdate.partition", 0);
	struct diagnosis *d = diag_new(&r->set);
	char arg[400];

	diag_about(d, o);
	diag_rate(d, SEVERITY_INFO, 0);
	diag_cite(d, o, NULL, "/status/updateRevision");
	diag_cite(d, o, NULL, "/status/currentRevision");
	workload_arg_of(o, arg);
	if (partition > 0) {
		diag_cause(d, "StatefulSet %s rolls its change out from ordinal %d on only (partition)", fld_name(o),
			   (int)partition);
		diag_cite(d, o, NULL, "/spec/updateStrategy/rollingUpdate/partition");
		diag_fix(d,
			 "Let all pods follow: kubectl patch %s -p "
			 "'{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}'",
			 arg);
		return;
	}
	if (is(policy, "OnDelete")) {
		diag_cause(d, "StatefulSet %s changes a pod only when somebody deletes it (OnDelete)", fld_name(o));
		diag_cite(d, o, NULL, "/spec/updateStrategy/type");
	} else {
		diag_cause(d, "StatefulSet %s is being changed from one revision to the next", fld_name(o));
	}
	if (!pod)
		return;
	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	diag_cause(d,
		   "StatefulSet %s has a new template, but its pod %s, which still has the old one and does not become "
		   "ready, "
		   "is in the way: the controller waits for it",
		   fld_name(o), fld_name(pod));
	diag_cite(d, pod, NULL, "/metadata/labels/controller-revision-hash");
	diag_shows(d, pod);
	diag_fix(d, "Delete the pod, then it is made from the new template: kubectl delete pod %s -n %s", fld_name(pod),
		 fld_ns(pod));
	diag_docs(d, "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback");
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "deployments.apps", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		paused(&r, o);
	list = h->list(w, "statefulsets.apps", NULL, &seen);
	json_array_foreach (list, i, o) {
		const char *update = fld_str(o, "status.updateRevision"),
			   *current = fld_str(o, "status.currentRevision");

		if (*update && *current && !is(update, current))
			blocked(&r, o);
	}
	diag_send(&r.set);
}

const struct check kubernetes_rollout_held_check = {
	.size = sizeof(struct check),
	.name = "rollout-held",
	.help = "Rollouts that are paused, partitioned, or blocked by a broken pod of the old revision",
	.run = run,
	.reads = "deployments.apps statefulsets.apps pods",
};
