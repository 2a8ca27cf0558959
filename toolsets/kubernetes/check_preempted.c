/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that had to give way to pods of a higher priority, and found no other place. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/preemption.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
};

static void judge(struct run *r, json_t *pod)
{
	struct preemption p;
	struct diagnosis *d;
	struct workload winner, loser;
	char arg[400];
	bool fresh;

	if (!preemption_of(&r->v, pod, &p))
		return;
	workload_of(r->v.h, r->v.w, p.preemptor, &winner);
	workload_of(r->v.h, r->v.w, pod, &loser);
	d = diag_get(&r->set, &fresh, "%s/%s/%s", winner.kind, winner.ns, winner.name);
	diag_shows(d, pod);
	diag_shows_words(d, loser.api_version, loser.kind, loser.ns, loser.name);
	if (!fresh)
		return;
	workload_about(d, &winner);
	diag_rate(d, SEVERITY_CRITICAL, 0.88);
	diag_cause(d,
		   "Pods of %s %s/%s (priority %lld%s%s) have pushed out those of %s %s (priority %lld), which now fit "
		   "on no "
		   "node",
		   winner.kind, winner.ns, winner.name, (long long)fld_int(p.preemptor, "spec.priority", 0),
		   *fld_str(p.preemptor, "spec.priorityClassName") ? ", class " : "",
		   fld_str(p.preemptor, "spec.priorityClassName"), loser.kind, loser.name,
		   (long long)fld_int(pod, "spec.priority", 0));
	diag_cite(d, p.event, NULL, "%s", event_pointer(p.event));
	diag_cite(d, p.preemptor, NULL, "/metadata/uid");
	diag_cite(d, p.preemptor, NULL, "/spec/priorityClassName");
	diag_cite(d, p.preemptor, NULL, "/spec/priority");
	diag_cite(d, pod, NULL, "/spec/priority");
	diag_fix(d, "Give it fewer replicas, smaller requests or a lower priorityClassName: kubectl edit %s",
		 workload_arg(&winner, arg));
	diag_fix(d, "Or give %s a priority of its own, or the cluster another node: kubectl edit %s", loser.name,
		 workload_arg(&loser, arg));
	diag_docs(d, "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/");
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (strcmp(fld_str(pod, "status.phase"), "Pending") == 0 && !*fld_str(pod, "spec.nodeName") &&
		    !*fld_str(pod, "metadata.deletionTimestamp"))
			judge(&r, pod);
	diag_send(&r.set);
}

const struct check kubernetes_preempted_check = {
	.size = sizeof(struct check),
	.name = "pod-preempted",
	.help = "Pending pods whose predecessors had to give way to pods of a higher priority",
	.run = run,
	.reads = "pods events",
};
