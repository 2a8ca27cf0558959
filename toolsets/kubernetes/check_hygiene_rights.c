/* SPDX-License-Identifier: Apache-2.0 */
/* More than is needed: privileged containers, rights of default accounts, roles with wildcards, tags that move. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/pile.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/workload.h"

#define REPORT_PODS_MAX 2000u /* larger clusters have more reports than it pays to read */

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Where what belongs to the cluster itself lives. */
static bool system_ns(const char *ns)
{
	return strncmp(ns, "kube-", 5) == 0 || strncmp(ns, "openshift-", 10) == 0 || strstr(ns, "-system");
}

static bool any_container(const json_t *o, bool (*test)(const json_t *c))
{
	static const char *const lists[] = {"containers", "initContainers"};
	const char *pointer;
	json_t *spec = workload_template(o, &pointer), *c;
	size_t i;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach (json_object_get(spec, lists[k]), i, c)
			if (test(c))
				return true;
	return false;
}

static bool privileged(const json_t *c)
{
	return fld_true(c, "securityContext.privileged");
}

static bool moving_tag(const json_t *c)
{
	const char *image = fld_str(c, "image"), *slash = strrchr(image, '/'), *name = slash ? slash + 1 : image;
	const char *tag = strchr(name, ':');

	return *image && !strchr(name, '@') && (!tag || is(tag, ":latest"));
}

static void workloads(const struct view *v, struct diagnoses *set, bool (*test)(const json_t *c), const char *what,
		      const char *fix)
{
	static const char *const makers[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps", "cronjobs.batch"};
	json_t *o;
	size_t i;

	for (size_t k = 0; k < 4; k++) {
		struct pile p = {.set = set, .what = what, .fix = fix};

		json_array_foreach (pile_list(v, makers[k]), i, o)
			if (!system_ns(fld_ns(o)) && any_container(o, test))
				pile_add(&p, o, "/metadata/name");
		pile_end(&p);
	}
}

static bool has_star(const json_t *list)
{
	json_t *s;
	size_t i;

	json_array_foreach (list, i, s)
		if (json_is_string(s) && is(json_string_value(s), "*"))
			return true;
	return false;
}

/* Any verb on any resource: what "resources: *" of one group or "verbs: *" of one resource are not. */
static bool all_of_all(const json_t *role)
{
	json_t *rule;
	size_t i;

	json_array_foreach (fld_at(role, "rules"), i, rule)
		if (has_star(fld_at(rule, "verbs")) && has_star(fld_at(rule, "resources")))
			return true;
	return false;
}

static bool names_default(const json_t *binding)
{
	json_t *s;
	size_t i;

	json_array_foreach (fld_at(binding, "subjects"), i, s)
		if (is(fld_str(s, "kind"), "ServiceAccount") && is(fld_str(s, "name"), "default"))
			return true;
	return false;
}

static void run_rights(const struct host *h, struct work *w)
{
	static const char *const bindings[] = {"rolebindings.rbac.authorization.k8s.io",
					       "clusterrolebindings.rbac.authorization.k8s.io"};
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);
	struct pile roles = {.set = &set,
			     .what = "Roles that allow every verb on every resource",
			     .fix = "Name the verbs and resources that are needed"};
	json_t *o;
	size_t i;

	workloads(&v, &set, privileged, "workloads with privileged containers",
		  "Take privileged: true away, or name the capabilities that are needed");
	workloads(&v, &set, moving_tag, "workloads with images whose tag may move (latest or none)",
		  "Name a version or a digest");
	json_array_foreach (pile_list(&v, "roles.rbac.authorization.k8s.io"), i, o)
		if (!system_ns(fld_ns(o)) && all_of_all(o))
			pile_add(&roles, o, "/metadata/name");
	pile_end(&roles);
	for (size_t k = 0; k < 2; k++) {
		struct pile p = {.set = &set,
				 .what = "bindings that give rights to the default ServiceAccount, and so to every pod that "
					 "names none",
				 .fix = "Give the rights to an account of its own"};

		json_array_foreach (pile_list(&v, bindings[k]), i, o)
			if (!system_ns(fld_ns(o)) && names_default(o))
				pile_add(&p, o, "/metadata/name");
		pile_end(&p);
	}
	diag_send(&set);
}

/* --- what policy engines report (Kyverno and others: wgpolicyk8s.io) --- */

static void reports(const struct view *v, struct diagnoses *set, const char *resource)
{
	struct pile p = {.set = set,
			 .what = "policy reports with failed results",
			 .fix = "See which rules fail: kubectl get policyreport -A"};
	json_t *o;
	size_t i;

	json_array_foreach (pile_list(v, resource), i, o)
		if (fld_int(o, "summary.fail", 0) > 0)
			pile_add(&p, o, "/summary/fail");
	pile_end(&p);
}

static void run_reports(const struct host *h, struct work *w)
{
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);

	if (json_array_size(pile_list(&v, "pods")) < REPORT_PODS_MAX) {
		reports(&v, &set, "policyreports.wgpolicyk8s.io");
		reports(&v, &set, "clusterpolicyreports.wgpolicyk8s.io");
	}
	diag_send(&set);
}

const struct check kubernetes_rights_check = {
	.size = sizeof(struct check),
	.name = "hygiene-rights",
	.help = "Advice: privileged containers, rights of default accounts, roles for everything, tags that move",
	.run = run_rights,
	.reads = "deployments.apps statefulsets.apps daemonsets.apps cronjobs.batch roles.rbac.authorization.k8s.io "
		 "rolebindings.rbac.authorization.k8s.io clusterrolebindings.rbac.authorization.k8s.io",
};

const struct check kubernetes_reports_check = {
	.size = sizeof(struct check),
	.name = "hygiene-policy",
	.help = "Advice: failed results in the reports of policy engines",
	.run = run_reports,
	.reads = "policyreports.wgpolicyk8s.io clusterpolicyreports.wgpolicyk8s.io pods",
};
