/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the control plane that no longer renew their lease, while the nodes renew theirs. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/lease.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/diagnosis.h"
#include "toolsets/lib/field.h"

static void judge(struct view *v, struct diagnoses *set, const char *component, const char *does)
{
	struct stale_lease s;
	struct diagnosis *d;
	char age[AGE_SIZE];
	json_t *pods, *pod;
	enum seen seen;
	size_t i;

	if (!lease_stale(v, component, &s))
		return;
	d = diag_new(set);
	diag_about(d, s.lease);
	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	diag_cause(d, "%s has not renewed its lease for %s (%s does, a moment ago): it does not run, so %s", component,
		   age_text(s.late_ms, age), fld_name(s.fresh), does);
	diag_cite(d, s.lease, NULL, "/spec/renewTime");
	diag_cite(d, s.lease, NULL, "/spec/holderIdentity");
	diag_cite(d, s.fresh, NULL, "/spec/renewTime");
	pods = v->h->list(v->w, "pods", "kube-system", &seen);
	json_array_foreach (pods, i, pod)
		if (strncmp(fld_name(pod), component, strlen(component)) == 0)
			diag_blames(d, "v1", "Pod", "kube-system", fld_name(pod));
	diag_fix(d, "Look at its pod: kubectl get pods -n kube-system -l component=%s", component);
	diag_fix(d,
		 "Without a pod, on the control plane: look at /etc/kubernetes/manifests/%s.yaml and journalctl -u "
		 "kubelet",
		 component);
}

/* Leases are asked for only where something waits for one of the two. */
static bool suspicious(const struct view *v)
{
	static const char *const kinds[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};
	enum seen seen;
	json_t *list = v->h->list(v->w, "pods", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		if (strcmp(fld_str(o, "status.phase"), "Pending") == 0 && !*fld_str(o, "spec.nodeName"))
			return true;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		list = v->h->list(v->w, kinds[k], NULL, &seen);
		json_array_foreach (list, i, o)
			if (fld_int(o, "metadata.generation", 0) > fld_int(o, "status.observedGeneration", 0))
				return true;
	}
	return false;
}

static void run(const struct host *h, struct work *w)
{
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);

	if (!suspicious(&v))
		return;
	judge(&v, &set, "kube-scheduler", "new pods stay Pending");
	judge(&v, &set, "kube-controller-manager", "no pods are made, replaced or cleaned up");
	diag_send(&set);
}

const struct check kubernetes_lease_check = {
	.size = sizeof(struct check),
	.name = "component-lease",
	.help = "kube-scheduler and kube-controller-manager whose leases are not renewed",
	.run = run,
	.reads = "pods deployments.apps statefulsets.apps daemonsets.apps leases.coordination.k8s.io",
};
