/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators that the Operator Lifecycle Manager cannot install: catalogues that do not answer, subscriptions without a
 * solution, plans that failed or wait for approval, more than one OperatorGroup. An upgrade that waits is no fault.
 */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"
#include "toolsets/lib/workload.h"

#define V0 ".operators.coreos.com"
#define V1 ".olm.operatorframework.io"
#define GRACE_MS (10 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* The list, when the kind is served and was read. */
static json_t *quiet(struct run *r, const char *resource)
{
	enum seen seen = SEEN_NOT_SERVED;

	if (!r->v.h->kind(r->v.w, resource, NULL, 0))
		return NULL;
	r->v.h->lists_ahead(r->v.w, &resource, 1, &seen);
	return seen == SEEN_OK || seen == SEEN_CUT ? r->v.h->list(r->v.w, resource, NULL, &seen) : NULL;
}

static bool lasting(const struct run *r, const char *since)
{
	int64_t at;

	return !when_parse(since, &at) || r->v.now_ms - at > GRACE_MS;
}

/* --- operators that are installed --- */

static void version(struct run *r, json_t *o)
{
	const char *phase = fld_str(o, "status.phase"), *reason = fld_str(o, "status.reason");
	json_t *need, *deployment;
	struct diagnosis *d;
	size_t i;

	if (!*phase || is(phase, "Succeeded") || is(phase, "Replacing") || is(phase, "Deleting") || is(reason, "Copied") ||
	    (!is(phase, "Failed") && !lasting(r, fld_str(o, "status.lastTransitionTime"))))
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, is(phase, "Failed") ? 0.84 : 0.75);
	diag_cause(d, "The operator %s is not installed: ClusterServiceVersion is %s (%s): %.250s", fld_name(o), phase,
		   reason, fld_str(o, "status.message"));
	json_array_foreach (fld_at(o, "status.requirementStatus"), i, need) {
		if (is(fld_str(need, "status"), "Present"))
			continue;
		diag_cause_more(d, "; %s %s is %s", fld_str(need, "kind"), fld_str(need, "name"), fld_str(need, "status"));
		diag_cite(d, o, NULL, "/status/requirementStatus/%zu/message", i);
		break;
	}
	json_array_foreach (fld_at(o, "spec.install.spec.deployments"), i, deployment) {
		enum seen seen;
		json_t *made = r->v.h->find(r->v.w, "deployments.apps", fld_ns(o), fld_str(deployment, "name"), &seen);

		if (!made || fld_int(made, "status.readyReplicas", 0) >= fld_int(made, "spec.replicas", 1))
			continue;
		diag_symptom(d);
		diag_blames(d, "apps/v1", "Deployment", fld_ns(o), fld_name(made));
		diag_shows(d, made);
	}
	if (strstr(reason, "OperatorGroup"))
		diag_symptom(d);
	diag_cite(d, o, NULL, "/status/message");
	diag_cite(d, o, NULL, "/status/phase");
	diag_cite(d, o, NULL, "/status/reason");
	diag_fix(d, "See what it lacks: kubectl describe csv %s -n %s", fld_name(o), fld_ns(o));
}

static void shows_in_namespace(struct run *r, struct diagnosis *d, const char *ns)
{
	static const char *const kinds[] = {"clusterserviceversions" V0, "subscriptions" V0};
	json_t *o;
	size_t i;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach (quiet(r, kinds[k]), i, o)
			if (is(fld_ns(o), ns))
				diag_shows(d, o);
}

static void group(struct run *r, json_t *o, json_t *all)
{
	json_t *other, *second = NULL;
	struct diagnosis *d;
	size_t i, n = 0;
	bool fresh;

	json_array_foreach (all, i, other)
		if (is(fld_ns(other), fld_ns(o))) {
			n++;
			second = other != o && !second ? other : second;
		}
	if (n < 2)
		return;
	d = diag_get(&r->set, &fresh, "groups/%s", fld_ns(o));
	if (!fresh)
		return;
	diag_about(d, second);
	diag_rate(d, SEVERITY_WARNING, 0.93);
	diag_cause(d, "Namespace %s has %zu OperatorGroups (%s, %s): with more than one no operator is installed there",
		   fld_ns(o), n, fld_name(o), fld_name(second));
	diag_cite(d, o, NULL, "/metadata/name");
	diag_cite(d, second, NULL, "/metadata/name");
	shows_in_namespace(r, d, fld_ns(o));
	diag_fix(d, "Keep one: kubectl delete operatorgroup %s -n %s", fld_name(second), fld_ns(o));
	diag_docs(d, "https://olm.operatorframework.io/docs/concepts/crds/operatorgroup/");
}

/* --- what is wanted, and where it comes from --- */

static bool no_catalog(struct run *r, json_t *o)
{
	const char *name = fld_str(o, "spec.source"), *ns = fld_str(o, "spec.sourceNamespace");
	struct diagnosis *d;
	enum seen seen;

	if (!*name || r->v.h->find(r->v.w, "catalogsources" V0, ns, name, &seen) || seen != SEEN_NOT_FOUND)
		return false;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.94);
	diag_cause(d, "Subscription %s takes its operator from the CatalogSource %s, which does not exist in namespace %s",
		   fld_name(o), name, ns);
	diag_cite(d, o, NULL, "/spec/source");
	diag_cite_absence(d, "catalogsources" V0, ns, name);
	diag_fix(d, "Name one that exists: kubectl get catalogsource -A; kubectl edit subscription.operators %s -n %s",
		 fld_name(o), fld_ns(o));
	return true;
}

static void unresolved(struct run *r, json_t *o, const json_t *c, size_t i)
{
	struct diagnosis *d = diag_new(&r->set);
	bool unhealthy = is(fld_str(c, "type"), "CatalogSourcesUnhealthy");

	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, unhealthy ? 0.7 : 0.85);
	diag_cause(d, "Subscription %s of package %s cannot be installed (%s): %.300s", fld_name(o), fld_str(o, "spec.name"),
		   *fld_str(c, "reason") ? fld_str(c, "reason") : fld_str(c, "type"), fld_str(c, "message"));
	diag_cite(d, o, NULL, "/status/conditions/%zu/message", i);
	diag_cite(d, o, NULL, "/status/conditions/%zu/reason", i);
	diag_cite(d, o, NULL, "/spec/channel");
	diag_blames(d, "operators.coreos.com/v1alpha1", "CatalogSource", fld_str(o, "spec.sourceNamespace"),
		    fld_str(o, "spec.source"));
	diag_fix(d, "Correct package, channel or version: kubectl edit subscription.operators %s -n %s", fld_name(o),
		 fld_ns(o));
}

static void awaits_approval(struct run *r, json_t *o, size_t i)
{
	const char *plan = fld_str(o, "status.installPlanRef.name");
	struct diagnosis *d = diag_new(&r->set);

	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.85);
	diag_cause(d, "Subscription %s has never been installed: its InstallPlan %s waits for somebody to approve it",
		   fld_name(o), plan);
	diag_cite(d, o, NULL, "/status/conditions/%zu/reason", i);
	diag_cite(d, o, NULL, "/spec/installPlanApproval");
	diag_fix(d, "Approve it: kubectl patch installplan %s -n %s --type merge -p '{\"spec\":{\"approved\":true}}'", plan,
		 fld_ns(o));
}

static void subscription(struct run *r, json_t *o)
{
	json_t *list = fld_at(o, "status.conditions"), *c;
	size_t i;

	if (patient_age_ms(&r->v, o) < GRACE_MS / 5 || no_catalog(r, o))
		return;
	json_array_foreach (list, i, c) {
		const char *type = fld_str(c, "type");

		if (!is(fld_str(c, "status"), "True"))
			continue;
		if (is(type, "ResolutionFailed") || is(type, "BundleUnpackFailed") || is(type, "CatalogSourcesUnhealthy")) {
			unresolved(r, o, c, i);
			return;
		}
		if (is(type, "InstallPlanPending") && is(fld_str(c, "reason"), "RequiresApproval") &&
		    !*fld_str(o, "status.installedCSV") && lasting(r, fld_str(c, "lastTransitionTime"))) {
			awaits_approval(r, o, i);
			return;
		}
	}
}

/* Only the plan that a subscription stands by now: older ones are history. */
static json_t *planned_by(struct run *r, const json_t *plan)
{
	json_t *o;
	size_t i;

	json_array_foreach (quiet(r, "subscriptions" V0), i, o)
		if (is(fld_ns(o), fld_ns(plan)) && is(fld_str(o, "status.installPlanRef.name"), fld_name(plan)))
			return o;
	return NULL;
}

static void plan(struct run *r, json_t *o)
{
	json_t *by = is(fld_str(o, "status.phase"), "Failed") ? planned_by(r, o) : NULL, *c;
	struct diagnosis *d;
	size_t i;

	if (!by)
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.84);
	diag_cause(d, "InstallPlan %s of Subscription %s failed", fld_name(o), fld_name(by));
	json_array_foreach (fld_at(o, "status.conditions"), i, c)
		if (is(fld_str(c, "status"), "False")) {
			diag_cause_more(d, " (%s): %.300s", fld_str(c, "reason"), fld_str(c, "message"));
			diag_cite(d, o, NULL, "/status/conditions/%zu/message", i);
			diag_cite(d, o, NULL, "/status/conditions/%zu/reason", i);
			break;
		}
	diag_cite(d, o, NULL, "/status/phase");
	diag_shows(d, by);
	diag_fix(d, "Remove what is in its way, then let it be made anew: kubectl delete installplan %s -n %s",
		 fld_name(o), fld_ns(o));
}

static void catalog(struct run *r, json_t *o)
{
	const char *state = fld_str(o, "status.connectionState.lastObservedState");
	struct diagnosis *d;
	enum seen seen;
	json_t *pod;
	size_t i;

	if (!*state || is(state, "READY") || !lasting(r, fld_str(o, "status.connectionState.lastConnect")))
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.83);
	diag_cause(d, "The catalogue of operators CatalogSource %s does not answer: the connection is %s", fld_name(o),
		   state);
	if (*fld_str(o, "status.message"))
		diag_cause_more(d, ": %.250s", fld_str(o, "status.message"));
	json_array_foreach (r->v.h->list(r->v.w, "pods", fld_ns(o), &seen), i, pod) {
		const char *of = json_string_value(
			json_object_get(fld_at(pod, "metadata.labels"), "olm.catalogSource"));

		if (!of || !is(of, fld_name(o)) || pod_ready(pod))
			continue;
		diag_symptom(d);
		diag_blames(d, "v1", "Pod", fld_ns(pod), fld_name(pod));
		diag_shows(d, pod);
	}
	diag_cite(d, o, NULL, "/status/connectionState/lastObservedState");
	diag_cite(d, o, NULL, "/spec/image");
	diag_fix(d, "Look at the pod that serves it: kubectl get pods -n %s -l olm.catalogSource=%s", fld_ns(o),
		 fld_name(o));
}

/* --- OLM 1 --- */

static void extension(struct run *r, json_t *o)
{
	static const char *const good[] = {"Installed", "Serving", "Healthy"};
	json_t *list = fld_at(o, "status.conditions"), *c, *worst = NULL;
	struct diagnosis *d;
	size_t i, at = 0;

	json_array_foreach (list, i, c) {
		const char *type = fld_str(c, "type"), *reason = fld_str(c, "reason");
		bool stuck = is(type, "Progressing") && (is(reason, "Retrying") || is(reason, "Blocked"));

		for (size_t k = 0; k < 3 && !stuck && !worst; k++)
			stuck = is(type, good[k]) && is(fld_str(c, "status"), "False") &&
				lasting(r, fld_str(c, "lastTransitionTime"));
		/* what stands in the way of progress names the reason; that it is not installed follows */
		if (stuck) {
			worst = c;
			at = i;
		}
	}
	if (!worst || patient_age_ms(&r->v, o) < GRACE_MS)
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.83);
	diag_cause(d, "%s %s is %s=%s (%s): %.300s", fld_kind(o), fld_name(o), fld_str(worst, "type"),
		   fld_str(worst, "status"), fld_str(worst, "reason"), fld_str(worst, "message"));
	diag_cite(d, o, NULL, "/status/conditions/%zu/message", at);
	diag_cite(d, o, NULL, "/status/conditions/%zu/reason", at);
	diag_fix(d, "Correct what it names: kubectl describe %s %s", fld_kind(o), fld_name(o));
}

static void each(struct run *r, const char *resource, void (*fn)(struct run *r, json_t *o))
{
	json_t *o;
	size_t i;

	json_array_foreach (quiet(r, resource), i, o)
		fn(r, o);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	json_t *groups = quiet(&r, "operatorgroups" V0), *o;
	size_t i;

	each(&r, "catalogsources" V0, catalog);
	each(&r, "subscriptions" V0, subscription);
	each(&r, "installplans" V0, plan);
	each(&r, "clusterserviceversions" V0, version);
	json_array_foreach (groups, i, o)
		group(&r, o, groups);
	each(&r, "clustercatalogs" V1, extension);
	each(&r, "clusterextensions" V1, extension);
	diag_send(&r.set);
}

const struct check kubernetes_olm_check = {
	.size = sizeof(struct check),
	.name = "operator-install",
	.help = "Operators that the Operator Lifecycle Manager cannot install or upgrade",
	.run = run,
	.reads = "catalogsources.operators.coreos.com subscriptions.operators.coreos.com "
		 "installplans.operators.coreos.com clusterserviceversions.operators.coreos.com "
		 "operatorgroups.operators.coreos.com clustercatalogs.olm.operatorframework.io "
		 "clusterextensions.olm.operatorframework.io deployments.apps pods",
};
