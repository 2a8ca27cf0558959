/* SPDX-License-Identifier: Apache-2.0 */
/* HorizontalPodAutoscalers that cannot scale. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/workload.h"

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* The container of the target that does not say what it requests; NULL: all do. */
static const char *without_request(const json_t *target, const char *resource)
{
	json_t *c;
	size_t i;

	json_array_foreach (fld_at(target, "spec.template.spec.containers"), i, c)
		if (!json_object_get(fld_at(c, "resources.requests"), resource) &&
		    !json_object_get(fld_at(c, "resources.limits"), resource))
			return fld_str(c, "name");
	return NULL;
}

static void no_target(struct run *r, json_t *hpa)
{
	struct diagnosis *d = diag_new(&r->set);

	diag_about(d, hpa);
	diag_rate(d, SEVERITY_WARNING, 0.92);
	diag_cause(d, "HorizontalPodAutoscaler %s scales %s %s, which does not exist in namespace %s", fld_name(hpa),
		   fld_str(hpa, "spec.scaleTargetRef.kind"), fld_str(hpa, "spec.scaleTargetRef.name"), fld_ns(hpa));
	diag_cite(d, hpa, NULL, "/spec/scaleTargetRef/name");
	diag_cite(d, hpa, NULL, "/status/conditions/0/message");
	diag_fix(d, "Name a workload that exists: kubectl edit hpa %s -n %s", fld_name(hpa), fld_ns(hpa));
}

static void inactive(struct run *r, json_t *hpa, json_t *target, const json_t *condition, size_t i)
{
	struct diagnosis *d = diag_new(&r->set);
	const char *reason = fld_str(condition, "reason"), *text = fld_str(condition, "message");
	const char *resource = strstr(text, "memory") ? "memory" : "cpu",
		   *container = target ? without_request(target, resource) : NULL;
	char arg[400];

	diag_about(d, hpa);
	diag_rate(d, SEVERITY_WARNING, 0.8);
	diag_cite(d, hpa, NULL, "/status/conditions/%zu/message", i);
	diag_cite(d, hpa, NULL, "/status/conditions/%zu/reason", i);
	if (strstr(text, "missing request") ||
	    (container && is(reason, "FailedGetResourceMetric") && !strstr(text, "unable to fetch"))) {
		diag_rate(d, SEVERITY_WARNING, 0.92);
		if (target)
			diag_about(d, target);
		diag_cause(d,
			   "HorizontalPodAutoscaler %s cannot scale %s %s: its container %s does not say how much %s "
			   "it requests, so no "
			   "percentage can be computed",
			   fld_name(hpa), fld_str(hpa, "spec.scaleTargetRef.kind"),
			   fld_str(hpa, "spec.scaleTargetRef.name"), container ? container : "?", resource);
		diag_shows(d, hpa);
		if (target)
			diag_fix(d, "Set the request: kubectl set resources %s --requests=%s=%s",
				 workload_arg_of(target, arg), resource, is(resource, "cpu") ? "100m" : "128Mi");
		return;
	}
	if (strstr(text, "unable to fetch metrics") || strstr(text, "could not find the requested resource") ||
	    strstr(text, "metrics.k8s.io")) {
		diag_cause(d,
			   "HorizontalPodAutoscaler %s gets no metrics: the metrics API does not answer (is "
			   "metrics-server running?)",
			   fld_name(hpa));
		diag_blames(d, "apiregistration.k8s.io/v1", "APIService", NULL, "v1beta1.metrics.k8s.io");
		diag_blames(d, "apps/v1", "Deployment", "kube-system", "metrics-server");
		diag_blames(d, "v1", "Service", "kube-system", "metrics-server");
		diag_fix(d, "Check it: kubectl get apiservice v1beta1.metrics.k8s.io; kubectl get pods -n kube-system "
			    "-l k8s-app=metrics-server");
		return;
	}
	diag_cause(d, "HorizontalPodAutoscaler %s cannot scale (%s): %.250s", fld_name(hpa), reason, text);
	diag_fix(d, "See its conditions: kubectl describe hpa %s -n %s", fld_name(hpa), fld_ns(hpa));
}

/* Do pods of the target suffer already? Then the limit is not one that somebody wanted. */
static bool suffers(struct run *r, const json_t *target)
{
	json_t *pods = r->v.h->pods_of(r->v.w, target), *pod;
	size_t i;

	if (fld_int(target, "status.availableReplicas", 0) < fld_int(target, "spec.replicas", 1))
		return true;
	json_array_foreach (pods, i, pod)
		if (patient_event(&r->v, pod, "Unhealthy", NULL))
			return true;
	return false;
}

/* More is asked for than maxReplicas allows, and each pod does far more than it should. */
static void at_limit(struct run *r, json_t *hpa, json_t *target, size_t i)
{
	int64_t wanted = fld_int(fld_at(hpa, "spec.metrics.0.resource.target"), "averageUtilization", 0),
		now = fld_int(fld_at(hpa, "status.currentMetrics.0.resource.current"), "averageUtilization", 0);
	struct diagnosis *d;

	if (!wanted || now * 2 < wanted * 3 ||
	    fld_int(hpa, "status.currentReplicas", 0) < fld_int(hpa, "spec.maxReplicas", 0))
		return;
	d = diag_new(&r->set);
	diag_about(d, hpa);
	diag_rate(d, SEVERITY_INFO, 0);
	if (target && suffers(r, target))
		diag_rate(d, SEVERITY_WARNING, 0.85);
	diag_cause(d,
		   "HorizontalPodAutoscaler %s may not go beyond maxReplicas %d, though the pods of %s %s use %d%% of "
		   "what they "
		   "request (target %d%%)",
		   fld_name(hpa), (int)fld_int(hpa, "spec.maxReplicas", 0), fld_str(hpa, "spec.scaleTargetRef.kind"),
		   fld_str(hpa, "spec.scaleTargetRef.name"), (int)now, (int)wanted);
	diag_cite(d, hpa, NULL, "/spec/maxReplicas");
	diag_cite(d, hpa, NULL, "/status/conditions/%zu/message", i);
	diag_cite(d, hpa, NULL, "/status/currentMetrics/0/resource/current/averageUtilization");
	if (target)
		diag_shows(d, target);
	diag_fix(d,
		 "Allow more, if the nodes have room: kubectl patch hpa %s -n %s -p '{\"spec\":{\"maxReplicas\":%d}}'",
		 fld_name(hpa), fld_ns(hpa), (int)fld_int(hpa, "spec.maxReplicas", 1) * 2);
}

static void judge(struct run *r, json_t *hpa)
{
	enum seen seen = SEEN_OK;
	json_t *target = r->v.h->find_kind(r->v.w, fld_str(hpa, "spec.scaleTargetRef.apiVersion"),
					   fld_str(hpa, "spec.scaleTargetRef.kind"), fld_ns(hpa),
					   fld_str(hpa, "spec.scaleTargetRef.name"), &seen);
	json_t *list = fld_at(hpa, "status.conditions"), *c;
	size_t i;

	if (!target && seen == SEEN_NOT_FOUND) {
		no_target(r, hpa);
		return;
	}
	if (patient_age_ms(&r->v, hpa) < 120000 ||
	    (target && fld_at(target, "spec.replicas") && fld_int(target, "spec.replicas", 1) == 0))
		return;
	json_array_foreach (list, i, c) {
		const char *type = fld_str(c, "type");

		if (is(type, "ScalingLimited") && is(fld_str(c, "reason"), "TooManyReplicas"))
			at_limit(r, hpa, target, i);
		if (!is(fld_str(c, "status"), "False") || is(fld_str(c, "reason"), "ScalingDisabled"))
			continue;
		if (is(type, "ScalingActive") || is(type, "AbleToScale")) {
			inactive(r, hpa, target, c, i);
			return;
		}
	}
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "horizontalpodautoscalers.autoscaling", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		judge(&r, o);
	diag_send(&r.set);
}

const struct check kubernetes_scaler_check = {
	.size = sizeof(struct check),
	.name = "autoscaler-inactive",
	.help = "HorizontalPodAutoscalers without target or metrics, or at their limit while pods suffer",
	.run = run,
	.reads = "horizontalpodautoscalers.autoscaling deployments.apps statefulsets.apps pods events",
};
