/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workloads that are short of pods though nobody says why any more: events expire after an hour, and some controllers
 * leave no condition. What their template names and their namespace allows is then looked at directly.
 */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/refusal.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nodefit.h"

#define WAIT_MS (3 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Its controller has seen it, wants one more pod and does not make it. A StatefulSet waits for the pod before. */
static bool wants_pod(const struct view *v, const json_t *o)
{
	int64_t want = fld_int(o, "spec.replicas", 1), have = fld_int(o, "status.replicas", 0);

	if (!fld_int(o, "status.observedGeneration", 0) || *fld_str(o, "metadata.deletionTimestamp") ||
	    patient_age_ms(v, o) < WAIT_MS)
		return false;
	if (is(fld_kind(o), "DaemonSet"))
		return fld_int(o, "status.currentNumberScheduled", 0) < fld_int(o, "status.desiredNumberScheduled", 0);
	if (is(fld_kind(o), "StatefulSet") && !is(fld_str(o, "spec.podManagementPolicy"), "Parallel") &&
	    fld_int(o, "status.readyReplicas", 0) < have)
		return false;
	return have < want;
}

static bool no_account(struct run *r, json_t *o, const struct workload *wl)
{
	const char *name = fld_str(wl->spec, "serviceAccountName");
	struct diagnosis *d;
	char arg[400];
	enum seen seen = SEEN_OK;

	if (!*name || r->v.h->find(r->v.w, "serviceaccounts", wl->ns, name, &seen) || seen != SEEN_NOT_FOUND)
		return false;
	d = diag_new(&r->set);
	workload_about(d, wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d,
		   "%s %s gets no pods, because they are to run as ServiceAccount %s, which does not exist in "
		   "namespace %s",
		   wl->kind, wl->name, name, wl->ns);
	diag_cite(d, wl->spec_object, NULL, "%s/serviceAccountName", wl->pointer);
	diag_cite_absence(d, "serviceaccounts", wl->ns, name);
	diag_fix(d, "Create it: kubectl create serviceaccount %s -n %s", name, wl->ns);
	diag_fix(d, "Or name one that exists: kubectl edit %s", workload_arg(wl, arg));
	diag_shows(d, o);
	return true;
}

static bool no_priority(struct run *r, json_t *o, const struct workload *wl)
{
	const char *name = fld_str(wl->spec, "priorityClassName");
	struct diagnosis *d;
	char arg[400];
	enum seen seen = SEEN_OK;

	if (!*name || strncmp(name, "system-", 7) == 0 ||
	    r->v.h->find(r->v.w, "priorityclasses.scheduling.k8s.io", NULL, name, &seen) || seen != SEEN_NOT_FOUND)
		return false;
	d = diag_new(&r->set);
	workload_about(d, wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d, "%s %s gets no pods, because they are to have the PriorityClass %s, which does not exist",
		   wl->kind, wl->name, name);
	diag_cite(d, wl->spec_object, NULL, "%s/priorityClassName", wl->pointer);
	diag_cite_absence(d, "priorityclasses.scheduling.k8s.io", NULL, name);
	diag_fix(d, "Create the class, or name one that exists (kubectl get priorityclass): kubectl edit %s",
		 workload_arg(wl, arg));
	diag_shows(d, o);
	return true;
}

/* What one more pod takes of a quota's resource. */
static struct quantity pod_takes(const json_t *template, const char *resource)
{
	json_t *pod = json_pack("{s:O}", "spec", template);
	struct quantity q = {0};
	const char *name = resource;

	if (is(resource, "pods") || is(resource, "count/pods"))
		quantity_parse("1", &q);
	else if (strncmp(resource, "limits.", 7) != 0) {
		name = strncmp(resource, "requests.", 9) == 0 ? resource + 9 : resource;
		if (is(name, "cpu") || is(name, "memory") || is(name, "ephemeral-storage") || strchr(name, '/'))
			q = fit_request(pod, name);
	}
	json_decref(pod);
	return q;
}

/* A quota that counts all pods of the namespace, and has no room for the next. */
static bool no_room(struct run *r, json_t *o, const struct workload *wl)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "resourcequotas", wl->ns, &seen), *quota, *hard;
	const char *resource;
	char escaped[300], need[QUANTITY_SIZE], arg[400];
	struct diagnosis *d;
	size_t i;

	json_array_foreach (list, i, quota) {
		if (fld_count(quota, "spec.scopes") || fld_at(quota, "spec.scopeSelector"))
			continue;
		json_object_foreach (fld_at(quota, "status.hard"), resource, hard) {
			const json_t *used = json_object_get(fld_at(quota, "status.used"), resource);
			struct quantity more = pod_takes(wl->spec, resource);

			if (!used || quantity_zero(more) ||
			    quantity_compare(quantity_sum(quantity_of(used), more), quantity_of(hard)) <= 0)
				continue;
			d = diag_new(&r->set);
			diag_about(d, quota);
			diag_rate(d, SEVERITY_CRITICAL, 0.85);
			diag_cause(d,
				   "ResourceQuota %s of namespace %s has no room for the next pod of %s %s (%s: "
				   "limited to %s, "
				   "used %s, one pod takes %s)",
				   fld_name(quota), wl->ns, wl->kind, wl->name, resource, json_string_value(hard),
				   json_string_value(used), quantity_text(more, resource, need));
			settings_key(resource, escaped);
			diag_cite(d, quota, NULL, "/status/hard/%s", escaped);
			diag_cite(d, quota, NULL, "/status/used/%s", escaped);
			diag_cite(d, o, NULL, "/status/replicas");
			diag_cite(d, o, NULL, "/spec/replicas");
			diag_shows(d, o);
			diag_shows_words(d, wl->api_version, wl->kind, wl->ns, wl->name);
			diag_fix(d, "Raise the quota: kubectl edit resourcequota %s -n %s", fld_name(quota), wl->ns);
			diag_fix(d, "Or ask for less: lower the requests or replicas of %s", workload_arg(wl, arg));
			return true;
		}
	}
	return false;
}

static void judge(struct run *r, json_t *o)
{
	struct workload wl;
	enum seen seen;

	if (!wants_pod(&r->v, o) || refusal_said(&r->v, o) ||
	    json_array_size(r->v.h->events_of(r->v.w, fld_kind(o), fld_ns(o), fld_name(o), &seen)))
		return;
	workload_of(r->v.h, r->v.w, o, &wl);
	if (!wl.spec)
		return;
	if (!no_account(r, o, &wl) && !no_priority(r, o, &wl))
		no_room(r, o, &wl);
}

static void run(const struct host *h, struct work *w)
{
	static const char *const creators[] = {"replicasets.apps", "statefulsets.apps", "daemonsets.apps"};
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *o;
	size_t i;

	for (size_t k = 0; k < sizeof(creators) / sizeof(creators[0]); k++) {
		json_t *list = h->list(w, creators[k], NULL, &seen);

		json_array_foreach (list, i, o)
			judge(&r, o);
	}
	diag_send(&r.set);
}

const struct check kubernetes_uncreated_check = {
	.size = sizeof(struct check),
	.name = "pods-not-created",
	.help = "Workloads short of pods about which no event or condition is left: ServiceAccount, PriorityClass and "
		"quota looked at directly",
	.run = run,
	.reads = "replicasets.apps statefulsets.apps daemonsets.apps events serviceaccounts "
		 "priorityclasses.scheduling.k8s.io "
		 "resourcequotas",
};
