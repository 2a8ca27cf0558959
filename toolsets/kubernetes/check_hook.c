/* SPDX-License-Identifier: Apache-2.0 */
/* Admission webhooks that nobody can answer, before the first request shows it: their Service does not exist. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/pile.h"
#include "toolsets/lib/field.h"

#define YOUNG_MS (2 * 60 * 1000LL)

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void hook(const struct view *v, struct diagnoses *set, json_t *o, const json_t *one, size_t at)
{
	const char *name = fld_str(one, "clientConfig.service.name"), *ns = fld_str(one, "clientConfig.service.namespace");
	struct diagnosis *d;
	enum seen seen;
	bool fresh;

	/* one that may be left out lets everything pass */
	if (!*name || is(fld_str(one, "failurePolicy"), "Ignore") || v->h->find(v->w, "services", ns, name, &seen) ||
	    seen != SEEN_NOT_FOUND)
		return;
	d = diag_get(set, &fresh, "%s/%s/%s/%s", fld_kind(o), fld_name(o), ns, name);
	if (!fresh)
		return;
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.88);
	diag_cause(d,
		   "The admission webhook %s of %s asks Service %s in namespace %s, which does not exist: every request for %s "
		   "that it is to judge is refused (failurePolicy Fail)",
		   fld_str(one, "name"), fld_name(o), name, ns,
		   *fld_str(one, "rules.0.resources.0") ? fld_str(one, "rules.0.resources.0") : "anything");
	diag_cite(d, o, NULL, "/webhooks/%zu/clientConfig/service/name", at);
	diag_cite(d, o, NULL, "/webhooks/%zu/failurePolicy", at);
	diag_cite_absence(d, "services", ns, name);
	/* where it has been met already, that says more */
	diag_blames(d, fld_str(o, "apiVersion"), fld_kind(o), NULL, fld_name(o));
	diag_fix(d, "Install again what it belongs to, or, if that is gone for good: kubectl delete %s %s", fld_kind(o),
		 fld_name(o));
	diag_docs(d, "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/");
}

static void run(const struct host *h, struct work *w)
{
	static const char *const kinds[] = {"validatingwebhookconfigurations.admissionregistration.k8s.io",
					    "mutatingwebhookconfigurations.admissionregistration.k8s.io"};
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);
	json_t *o, *one;
	size_t i, n;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach (pile_list(&v, kinds[k]), i, o) {
			if (patient_age_ms(&v, o) < YOUNG_MS)
				continue;
			json_array_foreach (fld_at(o, "webhooks"), n, one)
				hook(&v, &set, o, one, n);
		}
	diag_send(&set);
}

const struct check kubernetes_hook_check = {
	.size = sizeof(struct check),
	.name = "webhook-service",
	.help = "Admission webhooks that must be asked and whose Service does not exist",
	.run = run,
	.reads = "validatingwebhookconfigurations.admissionregistration.k8s.io "
		 "mutatingwebhookconfigurations.admissionregistration.k8s.io services",
};
