/* SPDX-License-Identifier: Apache-2.0 */
/* Services of type LoadBalancer whose load balancer cannot be made, in the words of who tried. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"

#define WAIT_MS (3 * 60 * 1000LL)

static void judge(const struct view *v, struct diagnoses *set, json_t *o)
{
	json_t *e;
	struct diagnosis *d;

	if (strcmp(fld_str(o, "spec.type"), "LoadBalancer") != 0 || fld_count(o, "status.loadBalancer.ingress") ||
	    *fld_str(o, "metadata.deletionTimestamp") || patient_age_ms(v, o) < WAIT_MS)
		return;
	/* where nobody makes load balancers the address stays empty, and that is known */
	e = patient_event(v, o, "SyncLoadBalancerFailed", NULL);
	if (!e)
		e = patient_event(v, o, "AllocationFailed", NULL);
	if (!e)
		return;
	d = diag_new(set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_CRITICAL, 0.88);
	diag_cause(d, "No load balancer can be made for Service %s: %.280s", fld_name(o), event_message(e));
	diag_cite(d, e, NULL, "%s", event_pointer(e));
	diag_cite(d, o, NULL, "/spec/type");
	diag_cite(d, o, NULL, "/spec/loadBalancerIP");
	diag_fix(d, "Correct what the provider names: kubectl describe service %s -n %s", fld_name(o), fld_ns(o));
}

static void run(const struct host *h, struct work *w)
{
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);
	enum seen seen;
	json_t *list = h->list(w, "services", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		judge(&v, &set, o);
	diag_send(&set);
}

const struct check kubernetes_balancer_check = {
	.size = sizeof(struct check),
	.name = "load-balancer",
	.help = "Services whose load balancer cannot be made",
	.run = run,
	.reads = "services events",
};
