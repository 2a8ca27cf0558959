/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that the API server refuses to create: quota, service account, security, limits, webhooks. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/refusal.h"
#include "toolsets/kubernetes/webhook.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

struct run {
	struct view v;
	struct diagnoses set;
	const enum refusal_reason *wanted; /* ends with REFUSAL_OTHER + 1 */
	void (*fill)(struct run *run, struct diagnosis *d, const struct refusal *r);
};

static struct diagnosis *begin(struct run *run, const struct refusal *r, const char *key, bool *fresh)
{
	struct diagnosis *d =
		diag_get(&run->set, fresh, "%s/%s/%d/%s", r->workload.kind, r->workload.ns, (int)r->reason, key);

	refusal_cite(d, r);
	return d;
}

static void on_refusal(void *ctx, const struct refusal *r)
{
	struct run *run = ctx;
	struct diagnosis *d;
	char key[300];
	bool fresh;

	for (const enum refusal_reason *w = run->wanted; *w <= REFUSAL_OTHER; w++) {
		if (*w != r->reason)
			continue;
		snprintf(key, sizeof(key), "%s", r->workload.name);
		if (r->reason == REFUSAL_QUOTA)
			refusal_word(r->text, "exceeded quota: ", ",", key, sizeof(key));
		if (r->reason == REFUSAL_WEBHOOK_FAILED || r->reason == REFUSAL_WEBHOOK_DENIED)
			refusal_word(r->text, "webhook \"", "\"", key, sizeof(key));
		d = begin(run, r, key, &fresh);
		if (fresh)
			run->fill(run, d, r);
	}
}

static void refusals(const struct host *h, struct work *w, const enum refusal_reason *wanted,
		     void (*fill)(struct run *, struct diagnosis *, const struct refusal *))
{
	struct run run = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w), .wanted = wanted, .fill = fill};

	refusals_each(&run.v, on_refusal, &run);
	diag_send(&run.set);
}

#define END (enum refusal_reason)(REFUSAL_OTHER + 1)

static void fill_quota(struct run *run, struct diagnosis *d, const struct refusal *r)
{
	char name[254] = "", requested[160] = "", used[160] = "", limited[160] = "", arg[400], escaped[300], key[120];
	enum seen seen;
	json_t *quota;

	refusal_word(r->text, "exceeded quota: ", ",", name, sizeof(name));
	refusal_word(r->text, "requested: ", " ", requested, sizeof(requested));
	refusal_word(r->text, "used: ", " ", used, sizeof(used));
	refusal_word(r->text, "limited: ", " ", limited, sizeof(limited));
	requested[strcspn(requested, " ")] = '\0';
	for (char *p = requested + strlen(requested); p > requested && p[-1] == ','; p--)
		p[-1] = '\0';
	for (char *p = used + strlen(used); p > used && p[-1] == ','; p--)
		p[-1] = '\0';
	diag_rate(d, SEVERITY_CRITICAL, 0.95);
	diag_about_words(d, "v1", "ResourceQuota", r->workload.ns, name);
	diag_cause(d,
		   "ResourceQuota %s of namespace %s is used up: %s %s cannot create pods (requested %s, used %s, "
		   "limited to %s)",
		   name, r->workload.ns, r->workload.kind, r->workload.name, requested, used, limited);
	quota = run->v.h->find(run->v.w, "resourcequotas", r->workload.ns, name, &seen);
	snprintf(key, sizeof(key), "%.*s", (int)strcspn(requested, "="), requested);
	diag_cite(d, quota, NULL, "/status/hard/%s", webhook_key(key, escaped));
	diag_cite(d, quota, NULL, "/status/used/%s", escaped);
	diag_fix(d, "Raise the quota: kubectl edit resourcequota %s -n %s", name, r->workload.ns);
	diag_fix(d, "Or ask for less: lower the requests or replicas of %s", workload_arg(&r->workload, arg));
	diag_docs(d, "https://kubernetes.io/docs/concepts/policy/resource-quotas/");
}

static void fill_demands(struct run *run, struct diagnosis *d, const struct refusal *r)
{
	char name[254] = "", needs[200] = "", arg[400];
	enum seen seen;

	refusal_word(r->text, "failed quota: ", ":", name, sizeof(name));
	refusal_word(r->text, "must specify ", "\n", needs, sizeof(needs));
	needs[strcspn(needs, " ")] = '\0'; /* "limits.memory for: web" */
	needs[strcspn(needs, ";")] = '\0';
	workload_about(d, &r->workload);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d,
		   "%s %s does not say how much %s its containers need, which ResourceQuota %s of namespace %s demands "
		   "of every pod",
		   r->workload.kind, r->workload.name, needs, name, r->workload.ns);
	diag_cite(d, run->v.h->find(run->v.w, "resourcequotas", r->workload.ns, name, &seen), NULL, "/metadata/name");
	diag_fix(d, "Set %s for every container: kubectl edit %s", needs, workload_arg(&r->workload, arg));
	diag_fix(d, "Or give the namespace defaults with a LimitRange: kubectl get limitrange -n %s", r->workload.ns);
}

static void run_quota(const struct host *h, struct work *w)
{
	static const enum refusal_reason a[] = {REFUSAL_QUOTA, END}, b[] = {REFUSAL_QUOTA_DEMANDS, END};

	refusals(h, w, a, fill_quota);
	refusals(h, w, b, fill_demands);
}

static void fill_account(struct run *run, struct diagnosis *d, const struct refusal *r)
{
	char name[254] = "", arg[400], pointer[100];
	struct nearest near = {.wanted = name};
	enum seen seen;
	json_t *list, *o;
	size_t i;

	if (!refusal_word(r->text, "serviceaccount \"", "\"", name, sizeof(name)))
		refusal_word(r->text, "/", ":", name, sizeof(name));
	workload_about(d, &r->workload);
	diag_rate(d, SEVERITY_CRITICAL, 0.97);
	diag_cause(d, "%s %s runs its pods as ServiceAccount %s, which does not exist in namespace %s",
		   r->workload.kind, r->workload.name, name, r->workload.ns);
	list = run->v.h->list(run->v.w, "serviceaccounts", r->workload.ns, &seen);
	json_array_foreach (list, i, o)
		if (strcmp(fld_name(o), "default") != 0)
			nearest_add(&near, fld_name(o));
	for (i = 0; i < near.count && i < 3; i++)
		diag_cause_more(d, "%s%s", i ? ", " : "; nearest: ", near.name[i]);
	snprintf(pointer, sizeof(pointer), "%s/serviceAccountName", r->workload.pointer);
	diag_cite(d, r->workload.spec_object, NULL, "%s", pointer);
	diag_cite_absence(d, "serviceaccounts", r->workload.ns, name);
	diag_fix(d, "Create it: kubectl create serviceaccount %s -n %s", name, r->workload.ns);
	diag_fix(d, "Or name one that exists: kubectl edit %s", workload_arg(&r->workload, arg));
}

static void run_account(const struct host *h, struct work *w)
{
	static const enum refusal_reason a[] = {REFUSAL_ACCOUNT, END};

	refusals(h, w, a, fill_account);
}

static void fill_security(struct run *run, struct diagnosis *d, const struct refusal *r)
{
	char level[100] = "", what[400] = "", arg[400];
	enum seen seen;
	json_t *ns = run->v.h->find(run->v.w, "namespaces", NULL, r->workload.ns, &seen);

	refusal_word(r->text, "PodSecurity \"", "\"", level, sizeof(level));
	refusal_word(r->text, "PodSecurity ", "\n", what, sizeof(what));
	workload_about(d, &r->workload);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d, "Namespace %s enforces Pod Security \"%s\", which the pod template of %s %s violates%s%.300s",
		   r->workload.ns, level, r->workload.kind, r->workload.name, strchr(what, ' ') ? ":" : "",
		   strchr(what, ' ') ? strchr(what, ' ') : "");
	diag_cite(d, ns, NULL, "/metadata/labels/pod-security.kubernetes.io~1enforce");
	diag_fix(d, "Set the security context that the message asks for: kubectl edit %s",
		 workload_arg(&r->workload, arg));
	diag_fix(d,
		 "Or, if the namespace may be less strict: kubectl label namespace %s "
		 "pod-security.kubernetes.io/enforce=baseline --overwrite",
		 r->workload.ns);
	diag_docs(d, "https://kubernetes.io/docs/concepts/security/pod-security-standards/");
}

static void run_security(const struct host *h, struct work *w)
{
	static const enum refusal_reason a[] = {REFUSAL_SECURITY, END};

	refusals(h, w, a, fill_security);
}

static void fill_limits(struct run *run, struct diagnosis *d, const struct refusal *r)
{
	char what[400] = "", arg[400], path[160];
	enum seen seen;
	json_t *list = run->v.h->list(run->v.w, "limitranges", r->workload.ns, &seen), *o, *item;
	size_t i, k;

	refusal_word(r->text, "is forbidden: ", "\n", what, sizeof(what));
	workload_about(d, &r->workload);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d, "The containers of %s %s are outside of what a LimitRange of namespace %s allows: %s",
		   r->workload.kind, r->workload.name, r->workload.ns, what);
	json_array_foreach (list, i, o)
		json_array_foreach (fld_at(o, "spec.limits"), k, item) {
			const char *resource = strstr(what, "memory") ? "memory" : "cpu";

			snprintf(path, sizeof(path), "/spec/limits/%zu/%s/%s", k,
				 strstr(what, "minimum") ? "min" : "max", resource);
			diag_cite(d, o, NULL, "%s", path);
		}
	diag_fix(d, "Set requests and limits within the range: kubectl edit %s", workload_arg(&r->workload, arg));
	diag_fix(d, "Or widen it: kubectl edit limitrange -n %s", r->workload.ns);
}

static void run_limits(const struct host *h, struct work *w)
{
	static const enum refusal_reason a[] = {REFUSAL_LIMITS, END};

	refusals(h, w, a, fill_limits);
}

static void fill_webhook(struct run *run, struct diagnosis *d, const struct refusal *r)
{
	webhook_fill(&run->v, d, &r->workload, r->text);
}

static void run_webhook(const struct host *h, struct work *w)
{
	static const enum refusal_reason a[] = {REFUSAL_WEBHOOK_FAILED, REFUSAL_WEBHOOK_DENIED, END};

	refusals(h, w, a, fill_webhook);
}

static void fill_other(struct run *run, struct diagnosis *d, const struct refusal *r)
{
	char arg[400], name[254] = "";

	workload_about(d, &r->workload);
	diag_rate(d, SEVERITY_CRITICAL, 0.85);
	if (r->reason == REFUSAL_PRIORITY) {
		refusal_word(r->text, "with name ", " ", name, sizeof(name));
		diag_rate(d, SEVERITY_CRITICAL, 0.95);
		diag_cause(d, "%s %s uses the PriorityClass %s, which does not exist", r->workload.kind,
			   r->workload.name, name);
		diag_cite(d, r->workload.spec_object, NULL, "%s/priorityClassName", r->workload.pointer);
		diag_cite_absence(d, "priorityclasses.scheduling.k8s.io", NULL, name);
	} else {
		diag_cause(d, "The API server refuses the pods of %s %s: %.300s", r->workload.kind, r->workload.name,
			   r->text);
	}
	diag_fix(d, "Correct what it refuses: kubectl edit %s", workload_arg(&r->workload, arg));
	(void)run;
}

static void run_other(const struct host *h, struct work *w)
{
	static const enum refusal_reason a[] = {REFUSAL_PRIORITY, REFUSAL_OTHER, END};

	refusals(h, w, a, fill_other);
}

#define MAKERS "events deployments.apps statefulsets.apps daemonsets.apps jobs.batch replicasets.apps "
#define CHECK(id, check_name, words, fn, more)                                                                         \
	const struct check id = {                                                                                      \
		.size = sizeof(struct check), .name = check_name, .help = words, .run = fn, .reads = MAKERS more}

CHECK(kubernetes_quota_check, "quota-exceeded", "Workloads whose pods a ResourceQuota refuses, with used and limit",
      run_quota, "resourcequotas");
CHECK(kubernetes_account_check, "service-account-missing", "Workloads that run as a ServiceAccount that does not exist",
      run_account, "serviceaccounts");
CHECK(kubernetes_security_check, "pod-security",
      "Workloads whose pods violate the Pod Security level of their namespace", run_security, "namespaces");
CHECK(kubernetes_limits_check, "limit-range", "Workloads whose pods are outside of a LimitRange", run_limits,
      "limitranges");
CHECK(kubernetes_webhook_check, "admission-webhook",
      "Admission webhooks that fail or refuse pods, with what stands behind them", run_webhook,
      "mutatingwebhookconfigurations.admissionregistration.k8s.io "
      "validatingwebhookconfigurations.admissionregistration.k8s.io services");
CHECK(kubernetes_refused_check, "pod-refused", "Workloads whose pods the API server refuses for another reason",
      run_other, "priorityclasses.scheduling.k8s.io");
