/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregated APIs that do not answer: autoscalers, kubectl top and the deletion of namespaces hang on them. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"

static void judge(struct diagnoses *set, json_t *o)
{
	json_t *list = fld_at(o, "status.conditions"), *c;
	struct diagnosis *d;
	size_t i;

	json_array_foreach (list, i, c) {
		if (strcmp(fld_str(c, "type"), "Available") != 0 || strcmp(fld_str(c, "status"), "False") != 0)
			continue;
		d = diag_new(set);
		diag_about(d, o);
		diag_rate(d, SEVERITY_WARNING, 0.82);
		diag_cause(d, "The aggregated API %s does not answer (%s): %.250s", fld_name(o), fld_str(c, "reason"),
			   fld_str(c, "message"));
		diag_cite(d, o, NULL, "/status/conditions/%zu/message", i);
		diag_cite(d, o, NULL, "/status/conditions/%zu/reason", i);
		diag_cite(d, o, NULL, "/spec/service/name");
		diag_blames(d, "v1", "Service", fld_str(o, "spec.service.namespace"), fld_str(o, "spec.service.name"));
		diag_fix(d, "Repair what stands behind Service %s: kubectl get service,endpoints,pods -n %s",
			 fld_str(o, "spec.service.name"), fld_str(o, "spec.service.namespace"));
		diag_fix(d, "Or, if it is gone for good: kubectl delete apiservice %s", fld_name(o));
	}
}

/* Asked for only where something hangs on them: an autoscaler without metrics, a namespace that does not go. */
static bool missed(const struct host *h, struct work *w)
{
	enum seen seen;
	json_t *list = h->list(w, "horizontalpodautoscalers.autoscaling", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		if (strcmp(fld_str(fld_condition(o, "ScalingActive"), "status"), "False") == 0)
			return true;
	list = h->list(w, "namespaces", NULL, &seen);
	json_array_foreach (list, i, o)
		if (strcmp(fld_str(fld_condition(o, "NamespaceDeletionDiscoveryFailure"), "status"), "True") == 0)
			return true;
	return false;
}

static void run(const struct host *h, struct work *w)
{
	struct diagnoses set = DIAG_INIT(h, w);
	enum seen seen;
	json_t *list, *o;
	size_t i;

	if (!missed(h, w) || !h->kind(w, "apiservices.apiregistration.k8s.io", NULL, 0))
		return;
	list = h->list(w, "apiservices.apiregistration.k8s.io", NULL, &seen);
	json_array_foreach (list, i, o)
		judge(&set, o);
	diag_send(&set);
}

const struct check kubernetes_aggregated_check = {
	.size = sizeof(struct check),
	.name = "aggregated-api",
	.help = "Aggregated APIs that do not answer",
	.run = run,
	.reads = "apiservices.apiregistration.k8s.io horizontalpodautoscalers.autoscaling namespaces",
};
