/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that wait for somebody else's word: scheduling gates that nobody lifts, readiness gates that nobody answers. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define WAIT_MS (5 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

/* A queue holds pods back on purpose: that is no fault of the gate. */
static bool is_queue(const char *gate)
{
	return strncmp(gate, "kueue.x-k8s.io/", 15) == 0 || strstr(gate, "/admission") != NULL;
}

static void gated(struct run *r, json_t *pod)
{
	const char *gate = fld_str(pod, "spec.schedulingGates.0.name");
	struct diagnosis *d;
	struct workload wl;
	char age[AGE_SIZE], arg[400];
	bool fresh;

	workload_of(r->v.h, r->v.w, pod, &wl);
	d = diag_get(&r->set, &fresh, "%s/%s/%s", wl.kind, wl.ns, wl.name);
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.85);
	diag_cause(
		d,
		"The scheduling gate %s holds back the pods of %s %s for %s: whoever should lift it does not, so the "
		"scheduler does not look at them",
		gate, wl.kind, wl.name, age_text(patient_age_ms(&r->v, pod), age));
	diag_cite(d, pod, NULL, "/spec/schedulingGates/0/name");
	diag_cite(d, pod, NULL, "/status/conditions/0/message");
	diag_cite(d, wl.spec_object, NULL, "%s/schedulingGates/0/name", wl.pointer);
	diag_fix(d, "Bring back the controller that lifts %s, or remove the gate: kubectl edit %s", gate,
		 workload_arg(&wl, arg));
	diag_docs(d, "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/");
}

static void run_scheduling(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (fld_count(pod, "spec.schedulingGates") && !*fld_str(pod, "metadata.deletionTimestamp") &&
		    !is_queue(fld_str(pod, "spec.schedulingGates.0.name")) && patient_age_ms(&r.v, pod) > WAIT_MS)
			gated(&r, pod);
	diag_send(&r.set);
}

/* The gate whose condition is not True; its containers are all well. */
static const char *unanswered(const struct view *v, const json_t *pod, size_t *gate_at, size_t *ready_at)
{
	json_t *list = fld_at(pod, "status.conditions"), *c, *g;
	size_t i, k;
	int64_t at;

	if (strcmp(fld_str(fld_condition(pod, "ContainersReady"), "status"), "True") != 0)
		return NULL;
	json_array_foreach (list, i, c) {
		if (strcmp(fld_str(c, "type"), "Ready") != 0 || strcmp(fld_str(c, "status"), "False") != 0 ||
		    (when_parse(fld_str(c, "lastTransitionTime"), &at) && v->now_ms - at < WAIT_MS))
			continue;
		*ready_at = i;
		json_array_foreach (fld_at(pod, "spec.readinessGates"), k, g) {
			*gate_at = k;
			if (strcmp(fld_str(fld_condition(pod, fld_str(g, "conditionType")), "status"), "True") != 0)
				return fld_str(g, "conditionType");
		}
	}
	return NULL;
}

static void unready(struct run *r, json_t *pod, const char *gate, size_t gate_at, size_t ready_at)
{
	const json_t *answer = fld_condition(pod, gate);
	struct diagnosis *d;
	struct workload wl;
	char arg[400];
	bool fresh;

	workload_of(r->v.h, r->v.w, pod, &wl);
	d = diag_get(&r->set, &fresh, "%s/%s/%s/%s", wl.kind, wl.ns, wl.name, gate);
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.82);
	diag_cause(d, "The containers of %s %s are ready, but its readiness gate %s ", wl.kind, wl.name, gate);
	if (answer)
		diag_cause_more(d, "is %s%s%.200s", fld_str(answer, "status"), *fld_str(answer, "message") ? ": " : "",
				fld_str(answer, "message"));
	else
		diag_cause_more(d, "has no answer: the controller that should set this condition does not");
	diag_cite(d, pod, NULL, "/spec/readinessGates/%zu/conditionType", gate_at);
	diag_cite(d, pod, NULL, "/status/conditions/%zu/message", ready_at);
	diag_fix(d, "Look at the controller that sets the condition %s (a load balancer's, as a rule)", gate);
	diag_fix(d, "Or remove the gate: kubectl edit %s", workload_arg(&wl, arg));
	diag_docs(d, "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate");
}

static void run_readiness(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	size_t i, gate_at = 0, ready_at = 0;

	json_array_foreach (pods, i, pod) {
		const char *gate = !fld_count(pod, "spec.readinessGates") || *fld_str(pod, "metadata.deletionTimestamp")
					   ? NULL
					   : unanswered(&r.v, pod, &gate_at, &ready_at);

		if (gate)
			unready(&r, pod, gate, gate_at, ready_at);
	}
	diag_send(&r.set);
}

const struct check kubernetes_gate_check = {
	.size = sizeof(struct check),
	.name = "scheduling-gate",
	.help = "Pods that a scheduling gate holds back and nobody lets go",
	.run = run_scheduling,
	.reads = "pods",
};

const struct check kubernetes_readiness_gate_check = {
	.size = sizeof(struct check),
	.name = "readiness-gate",
	.help = "Pods whose containers are ready but whose readiness gates are not",
	.run = run_readiness,
	.reads = "pods",
};
