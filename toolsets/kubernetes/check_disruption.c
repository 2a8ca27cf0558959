/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PodDisruptionBudgets that keep a node from being emptied now. That a budget allows no disruption is no fault by
 * itself: somebody has to have tried (an eviction was refused, or a cordoned node holds nothing else any more).
 */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/workload.h"

#define TRIED_MS (60 * 60 * 1000LL)
#define RESOURCE "poddisruptionbudgets.policy"

struct run {
	struct view v;
	struct diagnoses set;
	json_t *budgets;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool covers(const struct run *r, const json_t *budget, const json_t *pod)
{
	return is(fld_ns(budget), fld_ns(pod)) && fld_at(budget, "spec.selector") &&
	       r->v.h->labels_match(fld_at(budget, "spec.selector"), fld_at(pod, "metadata.labels"), false);
}

/* It allows none, and its controller has looked at it. */
static bool closed(const json_t *budget)
{
	return fld_at(budget, "status.disruptionsAllowed") && fld_int(budget, "status.disruptionsAllowed", 1) == 0 &&
	       fld_int(budget, "status.expectedPods", 0) > 0;
}

static json_t *budget_of(const struct run *r, const json_t *pod, json_t **second)
{
	json_t *b, *found = NULL;
	size_t i;

	*second = NULL;
	json_array_foreach (r->budgets, i, b) {
		if (!covers(r, b, pod))
			continue;
		if (found)
			*second = b;
		else
			found = b;
	}
	return found;
}

/* "minAvailable 2", "maxUnavailable 0", and where it stands. */
static const char *demand(const json_t *budget, char out[static 80], const char **pointer)
{
	const char *key = fld_at(budget, "spec.minAvailable") ? "minAvailable" : "maxUnavailable";
	json_t *value = json_object_get(fld_at(budget, "spec"), key);

	*pointer = is(key, "minAvailable") ? "/spec/minAvailable" : "/spec/maxUnavailable";
	if (json_is_string(value))
		snprintf(out, 80, "%s %.40s", key, json_string_value(value));
	else
		snprintf(out, 80, "%s %d", key, (int)json_integer_value(value));
	return out;
}

static void unwell(struct run *r, struct diagnosis *d, const json_t *budget)
{
	json_t *pods = r->v.h->select_pods(r->v.w, fld_ns(budget), fld_at(budget, "spec.selector")), *pod;
	size_t i;

	diag_symptom(d);
	diag_cause_more(d, "; only %d of the %d pods that it wants are healthy",
			(int)fld_int(budget, "status.currentHealthy", 0), (int)fld_int(budget, "status.desiredHealthy", 0));
	json_array_foreach (pods, i, pod)
		if (!pod_ready(pod)) {
			diag_blames(d, "v1", "Pod", fld_ns(pod), fld_name(pod));
			diag_shows(d, pod);
		}
}

static void blocked(struct run *r, json_t *budget, json_t *pod, const json_t *event, const json_t *node)
{
	char words[80];
	const char *pointer;
	struct diagnosis *d;
	bool fresh;

	d = diag_get(&r->set, &fresh, "%s/%s", fld_ns(budget), fld_name(budget));
	if (!fresh)
		return;
	diag_about(d, budget);
	diag_rate(d, SEVERITY_WARNING, event ? 0.9 : 0.78);
	diag_cause(d, "PodDisruptionBudget %s (%s of %d pods) allows no pod to be evicted", fld_name(budget),
		   demand(budget, words, &pointer), (int)fld_int(budget, "status.expectedPods", 0));
	if (node)
		diag_cause_more(d, ", so node %s cannot be emptied: pod %s is left on it", fld_name(node), fld_name(pod));
	else if (is(fld_str(event, "involvedObject.kind"), "Node"))
		diag_cause_more(d, ", so node %s cannot be emptied", fld_str(event, "involvedObject.name"));
	if (fld_int(budget, "status.currentHealthy", 0) < fld_int(budget, "status.desiredHealthy", 0))
		unwell(r, d, budget);
	diag_cite(d, event, NULL, "%s", event ? event_pointer(event) : "");
	diag_cite(d, budget, NULL, "%s", pointer);
	diag_cite(d, budget, NULL, "/status/disruptionsAllowed");
	diag_cite(d, budget, NULL, "/status/expectedPods");
	diag_cite(d, node, NULL, "/spec/unschedulable");
	diag_fix(d, "Let it spare a pod (maxUnavailable: 1, or more replicas than minAvailable): kubectl edit pdb %s -n %s",
		 fld_name(budget), fld_ns(budget));
	diag_docs(d, "https://kubernetes.io/docs/tasks/run-application/configure-pdb/");
}

static void twice(struct run *r, json_t *budget, json_t *second, const json_t *pod, const json_t *event)
{
	struct diagnosis *d;
	bool fresh;

	d = diag_get(&r->set, &fresh, "two/%s/%s", fld_ns(budget), fld_name(budget));
	if (!fresh)
		return;
	diag_about(d, second);
	diag_rate(d, SEVERITY_WARNING, 0.9);
	diag_cause(d, "Pod %s is under two PodDisruptionBudgets, %s and %s: such a pod can never be evicted", fld_name(pod),
		   fld_name(budget), fld_name(second));
	diag_cite(d, event, NULL, "%s", event_pointer(event));
	diag_cite(d, budget, NULL, "/metadata/name");
	diag_cite(d, second, NULL, "/metadata/name");
	diag_fix(d, "Keep one of them: kubectl delete pdb %s -n %s", fld_name(second), fld_ns(second));
}

static bool word_in(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = strstr(text, name); n && at; at = strstr(at + 1, name))
		if ((at == text || strchr(" \"'/`([", at[-1])) && (!at[n] || strchr(" \"'/`)],.:;", at[n])))
			return true;
	return false;
}

/* An eviction that was refused within the hour: whose, and by which budget. */
static void on_event(struct run *r, json_t *event)
{
	const char *text = event_message(event);
	int64_t at = r->v.h->event_time(event);
	json_t *pod, *budget, *second;
	enum seen seen;
	size_t i;

	if ((!strcasestr(text, "disruption budget") && !strcasestr(text, "disruptionbudget") && !strcasestr(text, "pdb")) ||
	    (at && r->v.now_ms - at > TRIED_MS))
		return;
	json_array_foreach (r->budgets, i, budget)
		if (closed(budget) && word_in(text, fld_name(budget))) {
			blocked(r, budget, NULL, event, NULL);
			return;
		}
	json_array_foreach (r->v.h->list(r->v.w, "pods", NULL, &seen), i, pod) {
		if (!word_in(text, fld_name(pod)) && !is(fld_str(event, "involvedObject.name"), fld_name(pod)))
			continue;
		budget = budget_of(r, pod, &second);
		if (second)
			twice(r, budget, second, pod, event);
		else if (budget && closed(budget))
			blocked(r, budget, pod, event, NULL);
	}
}

static bool stays(const json_t *pod)
{
	json_t *ref = fld_at(pod, "metadata.ownerReferences.0");
	const char *kind = fld_str(ref, "kind"), *phase = fld_str(pod, "status.phase");

	return is(kind, "DaemonSet") || is(kind, "Node") || is(phase, "Succeeded") || is(phase, "Failed") ||
	       json_object_get(fld_at(pod, "metadata.annotations"), "kubernetes.io/config.mirror");
}

/* A cordoned node from which everything has gone but pods that a budget holds. */
static void on_node(struct run *r, json_t *node)
{
	json_t *pods, *pod, *budget, *second, *held = NULL, *by = NULL;
	enum seen seen;
	size_t i;

	if (!fld_true(node, "spec.unschedulable"))
		return;
	pods = r->v.h->pods_on(r->v.w, fld_name(node), &seen);
	if (seen != SEEN_OK)
		return;
	json_array_foreach (pods, i, pod) {
		if (stays(pod))
			continue;
		budget = budget_of(r, pod, &second);
		if (!budget || !closed(budget))
			return;
		held = pod;
		by = budget;
	}
	if (held)
		blocked(r, by, held, NULL, node);
}

static void run(const struct host *h, struct work *w)
{
	static const char *const resource[] = {RESOURCE};
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *o;
	size_t i;

	h->lists_ahead(w, resource, 1, &seen);
	if (seen != SEEN_OK)
		return;
	r.budgets = h->list(w, RESOURCE, NULL, &seen);
	if (!json_array_size(r.budgets))
		return;
	json_array_foreach (h->list(w, "events", NULL, &seen), i, o)
		on_event(&r, o);
	json_array_foreach (h->list(w, "nodes", NULL, &seen), i, o)
		on_node(&r, o);
	diag_send(&r.set);
}

const struct check kubernetes_disruption_check = {
	.size = sizeof(struct check),
	.name = "eviction-blocked",
	.help = "PodDisruptionBudgets that keep a node from being emptied now",
	.run = run,
	.reads = "poddisruptionbudgets.policy pods events nodes",
};
