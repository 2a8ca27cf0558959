/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that are deleted but do not go, pods that the scheduler has not looked at, pods that were evicted. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/finalizer.h"
#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"
#include "toolsets/lib/workload.h"

#define SCHEDULER_MS (60 * 1000LL)
#define EVICTED_MS (30 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void cite_finalizers(struct diagnosis *d, const json_t *o)
{
	diag_cite(d, o, NULL, "/metadata/deletionTimestamp");
	diag_cite(d, o, NULL, "/metadata/finalizers/0");
	diag_cite(d, o, NULL, "/metadata/finalizers/1");
}

static void namespace(struct run *r, json_t *o)
{
	json_t *list = fld_at(o, "status.conditions"), *c;
	struct diagnosis *d;
	char age[AGE_SIZE];
	size_t i;

	if (!finalizer_overdue(&r->v, o))
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.85);
	diag_cause(d, "Namespace %s has been terminating for %s", fld_name(o), age_text(finalizer_overdue(&r->v, o), age));
	json_array_foreach (list, i, c) {
		const char *type = fld_str(c, "type");

		if (!is(fld_str(c, "status"), "True"))
			continue;
		diag_cite(d, o, NULL, "/status/conditions/%zu/message", i);
		if (is(type, "NamespaceDeletionDiscoveryFailure")) {
			diag_cause_more(d,
					"; an aggregated API does not answer, so its objects cannot be listed: %.200s",
					fld_str(c, "message"));
			diag_fix(d,
				 "Repair or remove the API that does not answer: kubectl get apiservices | grep False");
		} else if (is(type, "NamespaceFinalizersRemaining") || is(type, "NamespaceContentRemaining")) {
			diag_cause_more(d, "; %.200s", fld_str(c, "message"));
		}
	}
	cite_finalizers(d, o);
	finalizer_blame_in(&r->v, d, fld_name(o));
	diag_fix(d,
		 "Find what is left: kubectl api-resources --verbs=list --namespaced -o name | xargs -n 1 kubectl get "
		 "-n %s "
		 "--ignore-not-found --show-kind",
		 fld_name(o));
}

static void terminating(struct run *r, json_t *o)
{
	struct diagnosis *d;
	char age[AGE_SIZE], arg[400];
	const char *finalizer = fld_str(o, "metadata.finalizers.0");
	enum seen seen;
	json_t *node, *e;

	if (!finalizer_overdue(&r->v, o))
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, *finalizer ? 0.85 : 0.6);
	diag_cause(d, "%s %s should have been gone for %s", fld_kind(o), fld_name(o), age_text(finalizer_overdue(&r->v, o), age));
	cite_finalizers(d, o);
	node = *fld_str(o, "spec.nodeName") ? r->v.h->find(r->v.w, "nodes", NULL, fld_str(o, "spec.nodeName"), &seen)
					    : NULL;
	e = patient_event(&r->v, o, "FailedKillPod", NULL);
	if (*finalizer) {
		finalizer_explain(&r->v, d, o, NULL);
	} else if (node && !is(fld_str(fld_condition(node, "Ready"), "status"), "True")) {
		diag_symptom(d);
		diag_cause_more(d, "; its node %s is not ready, so nobody stops it", fld_name(node));
		diag_blames(d, "v1", "Node", NULL, fld_name(node));
		diag_fix(d,
			 "Bring the node back, or, if the machine is off: kubectl delete pod %s -n %s --grace-period=0 "
			 "--force",
			 fld_name(o), fld_ns(o));
	} else {
		if (e)
			diag_cite(d, e, NULL, "%s", event_pointer(e));
		diag_fix(d, "See why the kubelet cannot stop it: kubectl describe %s", workload_arg_of(o, arg));
	}
	diag_shows(d, o);
}

static void run_terminating(const struct host *h, struct work *w)
{
	static const char *const kinds[] = {"pods", "persistentvolumeclaims", "services", "persistentvolumes",
					    "deployments.apps", "statefulsets.apps", "jobs.batch", NULL};
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "namespaces", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
	namespace(&r, o);
	for (size_t k = 0; kinds[k]; k++) {
		h->lists_ahead(w, &kinds[k], 1, &seen);
		if (k > 2 && seen != SEEN_OK)
			continue; /* these are rarely the ones that do not go */
		list = h->list(w, kinds[k], NULL, &seen);
		json_array_foreach (list, i, o)
			if (!finalizer_in_use(&r.v, o))
				terminating(&r, o);
	}
	finalizer_customs(&r.v, &r.set);
	diag_send(&r.set);
}

/* Nobody has tried to schedule it: no condition, no event, no gate, no claim that is still to be made. */
static bool untouched(struct run *r, json_t *pod)
{
	enum seen seen;

	return is(fld_str(pod, "status.phase"), "Pending") && !*fld_str(pod, "spec.nodeName") &&
	       !fld_condition(pod, "PodScheduled") && !fld_count(pod, "spec.schedulingGates") &&
	       !fld_count(pod, "spec.resourceClaims") && !*fld_str(pod, "metadata.deletionTimestamp") &&
	       patient_age_ms(&r->v, pod) > SCHEDULER_MS &&
	       json_array_size(r->v.h->events_of(r->v.w, "Pod", fld_ns(pod), fld_name(pod), &seen)) == 0;
}

static json_t *scheduler_pod(struct run *r)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "pods", "kube-system", &seen), *pod;
	size_t i;

	json_array_foreach (list, i, pod)
		if (strncmp(fld_name(pod), "kube-scheduler", 14) == 0)
			return pod;
	return NULL;
}

static void unscheduled(struct run *r, json_t *pod)
{
	const char *name = fld_str(pod, "spec.schedulerName");
	bool own = *name && !is(name, "default-scheduler");
	json_t *scheduler = own ? NULL : scheduler_pod(r);
	struct diagnosis *d;
	struct workload wl;
	char arg[400];
	bool fresh;

	d = diag_get(&r->set, &fresh, "scheduler/%s", name);
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_of(r->v.h, r->v.w, pod, &wl);
	diag_rate(d, SEVERITY_CRITICAL, own ? 0.9 : 0.85);
	if (own) {
		workload_about(d, &wl);
		diag_cause(d,
			   "%s %s asks for the scheduler \"%s\", which does not schedule anything: it does not run or "
			   "does not exist",
			   wl.kind, wl.name, name);
		diag_cite(d, pod, NULL, "/spec/schedulerName");
		diag_fix(d, "Install that scheduler, or remove schedulerName: kubectl edit %s", workload_arg(&wl, arg));
	} else {
		if (scheduler)
			diag_about(d, scheduler);
		else
			diag_about(d, pod);
		diag_cause(d, "The scheduler does not work: pods are Pending and nobody has tried to place them (no "
			      "condition, no event)");
		if (scheduler && !pod_ready(scheduler)) {
			diag_rate(d, SEVERITY_CRITICAL, 0.93);
			diag_cause_more(d, "; pod %s is not ready", fld_name(scheduler));
			diag_blames(d, "v1", "Pod", fld_ns(scheduler), fld_name(scheduler));
		}
		diag_blames(d, "coordination.k8s.io/v1", "Lease", "kube-system", "kube-scheduler");
		diag_cite(d, scheduler, NULL, "/status/containerStatuses/0/state/waiting/reason");
		diag_cite(d, scheduler, NULL, "/status/phase");
		diag_fix(d,
			 "Look at it: kubectl get pods -n kube-system -l component=kube-scheduler; kubectl logs -n "
			 "kube-system %s",
			 scheduler ? fld_name(scheduler) : "kube-scheduler-NODE");
	}
	diag_cite(d, pod, NULL, "/status/phase");
	diag_cite(d, pod, NULL, "/metadata/creationTimestamp");
}

static void run_scheduler(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (list, i, pod)
		if (untouched(&r, pod))
			unscheduled(&r, pod);
	diag_send(&r.set);
}

static void evicted(struct run *r, json_t *pod)
{
	const char *text = fld_str(pod, "status.message");
	struct diagnosis *d;
	struct workload wl;
	char arg[400];
	bool fresh, own = strstr(text, "exceeds the") || strstr(text, "limit of"), now;
	int64_t at = 0, want = 0, have = 0;

	workload_of(r->v.h, r->v.w, pod, &wl);
	if (!when_parse(fld_str(fld_condition(pod, "DisruptionTarget"), "lastTransitionTime"), &at))
		when_parse(fld_str(pod, "status.startTime"), &at);
	want = fld_int(wl.object, "spec.replicas", 1);
	have = fld_int(wl.object, "status.readyReplicas", fld_int(wl.object, "status.numberReady", 0));
	now = at && r->v.now_ms - at < EVICTED_MS && have < want;
	d = diag_get(&r->set, &fresh, "%d/%s/%s/%s", now, wl.kind, wl.ns, wl.name);
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_cause(d, "Pods of %s %s are evicted from their node: %.250s", wl.kind, wl.name, text);
	diag_cite(d, pod, NULL, "/status/message");
	diag_cite(d, pod, NULL, "/status/reason");
	if (!now) {
		diag_past(d);
		diag_cause_more(d, " (it has recovered since)");
		return;
	}
	diag_rate(d, SEVERITY_CRITICAL, own ? 0.9 : 0.7);
	if (!own)
		diag_blames(d, "v1", "Node", NULL, fld_str(pod, "spec.nodeName"));
	diag_fix(d,
		 own ? "Raise the limit on local storage, or write less to the container's disk: kubectl edit %s"
		     : "Set requests to what it really uses, so that it lands where there is room: kubectl edit %s",
		 workload_arg(&wl, arg));
}

static void run_evicted(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (list, i, pod)
		if (is(fld_str(pod, "status.phase"), "Failed") && is(fld_str(pod, "status.reason"), "Evicted"))
			evicted(&r, pod);
	diag_send(&r.set);
}

const struct check kubernetes_terminating_check = {
	.size = sizeof(struct check),
	.name = "stuck-terminating",
	.help = "Namespaces, pods, claims, custom resources that are deleted but do not go, and who should let them",
	.run = run_terminating,
	.reads = "namespaces pods nodes persistentvolumeclaims persistentvolumes services events deployments.apps "
		 "statefulsets.apps daemonsets.apps jobs.batch clusterroles.rbac.authorization.k8s.io "
		 "clusterrolebindings.rbac.authorization.k8s.io roles.rbac.authorization.k8s.io "
		 "rolebindings.rbac.authorization.k8s.io custom-resources",
};

const struct check kubernetes_scheduler_check = {
	.size = sizeof(struct check),
	.name = "scheduler-silent",
	.help = "Pending pods that no scheduler has looked at",
	.run = run_scheduler,
	.reads = "pods events",
};

const struct check kubernetes_evicted_check = {
	.size = sizeof(struct check),
	.name = "pod-evicted",
	.help = "Pods that their node evicted, lately and without recovery",
	.run = run_evicted,
	.reads = "pods nodes events",
};
