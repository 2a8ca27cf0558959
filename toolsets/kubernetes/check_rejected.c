/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods that a node's kubelet does not admit though the scheduler gave them to it: SysctlForbidden, OutOfcpu, NodePorts,
 * UnexpectedAdmissionError. They end at once as Failed, and their controller makes the next one.
 */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define RECENT_MS (60 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Reasons of the kubelet's admission (kubernetes/pkg/kubelet: lifecycle/predicate.go, sysctl/allowlist.go, kubelet.go).
 */
static bool is_rejection(const json_t *pod)
{
	static const char *const reasons[] = {"SysctlForbidden",
					      "OutOfcpu",
					      "OutOfmemory",
					      "OutOfpods",
					      "NodePorts",
					      "NodeAffinity",
					      "UnexpectedAdmissionError",
					      "NodeName",
					      "TopologyAffinityError",
					      "UnsupportedPodSpec",
					      "AppArmor",
					      "PodOSNotSupported",
					      "OutOfephemeral-storage",
					      "SMTAlignmentError",
					      NULL};
	const char *reason = fld_str(pod, "status.reason");

	if (!is(fld_str(pod, "status.phase"), "Failed"))
		return false;
	for (size_t i = 0; reasons[i]; i++)
		if (is(reason, reasons[i]))
			return true;
	return strncmp(fld_str(pod, "status.message"), "Pod was rejected: ", 18) == 0 && *reason &&
	       !is(reason, "Evicted");
}

static bool is_recent(const struct view *v, const json_t *pod)
{
	int64_t at;

	return when_parse(fld_str(pod, "status.startTime"), &at) ? v->now_ms - at < RECENT_MS
								 : patient_age_ms(v, pod) < RECENT_MS;
}

/* Does its controller still miss it? A pod alone is missed by whoever made it. */
static bool is_missed(const struct workload *wl)
{
	int64_t want = fld_int(wl->object, "spec.replicas", 1);

	if (is(wl->kind, "Pod"))
		return true;
	if (is(wl->kind, "DaemonSet"))
		return fld_int(wl->object, "status.numberReady", 0) <
		       fld_int(wl->object, "status.desiredNumberScheduled", 0);
	return (is(wl->kind, "Deployment") || is(wl->kind, "StatefulSet") || is(wl->kind, "ReplicaSet")) &&
	       fld_int(wl->object, "status.readyReplicas", 0) < want;
}

static void judge(struct run *r, json_t *pod)
{
	const char *reason = fld_str(pod, "status.reason"), *words = fld_str(pod, "status.message");
	struct workload wl;
	struct diagnosis *d;
	char arg[400];
	bool fresh;

	workload_of(r->v.h, r->v.w, pod, &wl);
	if (!is_missed(&wl))
		return;
	d = diag_get(&r->set, &fresh, "%s/%s/%s/%s", wl.kind, wl.ns, wl.name, reason);
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	diag_cause(d, "Node %s does not admit the pods of %s %s (%s): %.260s", fld_str(pod, "spec.nodeName"), wl.kind,
		   wl.name, reason, words);
	diag_cite(d, pod, NULL, "/status/message");
	diag_cite(d, pod, NULL, "/status/reason");
	diag_cite(d, wl.spec_object, NULL, "%s/securityContext/sysctls/0/name", wl.pointer);
	diag_fix(d, "%s: kubectl edit %s",
		 is(reason, "SysctlForbidden") ? "Remove the sysctl, or let the kubelet allow it "
						 "(allowedUnsafeSysctls) on nodes that the pods select"
					       : "Change what the pods ask for, or where they may go",
		 workload_arg(&wl, arg));
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (is_rejection(pod) && is_recent(&r.v, pod))
			judge(&r, pod);
	diag_send(&r.set);
}

const struct check kubernetes_rejected_check = {
	.size = sizeof(struct check),
	.name = "pod-rejected",
	.help = "Pods that the kubelet of their node does not admit",
	.run = run,
	.reads = "pods deployments.apps statefulsets.apps daemonsets.apps",
};
