/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that no node takes. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/preemption.h"
#include "toolsets/kubernetes/schedule_words.h"
#include "toolsets/lib/field.h"

#define WAIT_MS (20 * 1000LL)		/* the scheduler tries again at once when something changes */
#define YOUNG_NODE_MS (2 * 60 * 1000LL) /* a node that joins is not ready at first */

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* The scheduler's words: the pod's condition, else its last event. */
static bool find_words(const struct view *v, struct pending *p)
{
	json_t *list = fld_at(p->pod, "status.conditions"), *c;
	size_t i;

	json_array_foreach (list, i, c) {
		if (!is(fld_str(c, "type"), "PodScheduled") || !is(fld_str(c, "status"), "False") ||
		    is(fld_str(c, "reason"), "SchedulingGated"))
			continue;
		p->text = fld_str(c, "message");
		p->object = p->pod;
		snprintf(p->pointer, sizeof(p->pointer), "/status/conditions/%zu/message", i);
	}
	if (p->text && *p->text)
		return true;
	c = patient_event(v, p->pod, "FailedScheduling", NULL);
	if (!c)
		return false;
	p->text = event_message(c);
	p->object = c;
	snprintf(p->pointer, sizeof(p->pointer), "%s", event_pointer(c));
	return true;
}

static bool waits(const struct view *v, const json_t *pod)
{
	return is(fld_str(pod, "status.phase"), "Pending") && !*fld_str(pod, "spec.nodeName") &&
	       !*fld_str(pod, "metadata.deletionTimestamp") && !fld_count(pod, "spec.schedulingGates") &&
	       patient_age_ms(v, pod) > WAIT_MS;
}

/* Volumes and claims are judged where they stand; here only what they leave. */
static bool elsewhere(const struct schedule_message *m)
{
	return schedule_message_has(m, SCHED_VOLUME) || schedule_message_has(m, SCHED_DEVICES);
}

/* Waits for a node that is just coming up. */
static bool node_comes_up(const struct view *v, const struct verdict *verdict)
{
	int64_t age = verdict->best ? patient_age_ms(v, verdict->best->node) : -1;

	return verdict->block == FIT_NOT_READY && age >= 0 && age < YOUNG_NODE_MS;
}

static void name_pods(struct pending *p)
{
	bool alone = is(p->wl.kind, "Pod");

	snprintf(p->pods, sizeof(p->pods), "%s%s %s", alone ? "" : "the pods of ", p->wl.kind, p->wl.name);
	snprintf(p->each, sizeof(p->each), "%s%s %s", alone ? "" : "each pod of ", p->wl.kind, p->wl.name);
	snprintf(p->start, sizeof(p->start), "%s%s %s", alone ? "" : "Each pod of ", p->wl.kind, p->wl.name);
}

/* Who took the room: that one's finding says more. */
static void blame_preemptor(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	struct preemption by;
	struct workload wl;

	if (!preemption_of(&r->v, p->pod, &by))
		return;
	workload_of(r->v.h, r->v.w, by.preemptor, &wl);
	diag_blames(d, wl.api_version, wl.kind, wl.ns, wl.name);
}

/* Bound by its template to a node that is not there: the scheduler is not asked, and no kubelet sees it. */
static void judge_bound(struct schedule_run *r, json_t *pod)
{
	const char *node = fld_str(pod, "spec.nodeName");
	struct diagnosis *d;
	struct workload wl;
	enum seen seen = SEEN_OK;
	bool fresh;

	if (!is(fld_str(pod, "status.phase"), "Pending") || !*node || *fld_str(pod, "metadata.deletionTimestamp") ||
	    fld_condition(pod, "PodScheduled") || patient_age_ms(&r->v, pod) < WAIT_MS ||
	    r->v.h->find(r->v.w, "nodes", NULL, node, &seen) || seen != SEEN_NOT_FOUND)
		return;
	workload_of(r->v.h, r->v.w, pod, &wl);
	d = diag_get(&r->set, &fresh, "%s/%s/%s", wl.kind, wl.ns, wl.name);
	diag_shows(d, pod);
	if (fresh)
		schedule_say_node(r, d, pod, &wl);
}

static void judge(struct schedule_run *r, struct pending *p)
{
	struct diagnosis *d;
	bool fresh;

	workload_of(r->v.h, r->v.w, p->pod, &p->wl);
	name_pods(p);
	d = diag_get(&r->set, &fresh, "%s/%s/%s", p->wl.kind, p->wl.ns, p->wl.name);
	diag_shows(d, p->pod);
	if (!fresh)
		return;
	schedule_message_parse(p->text, &p->message);
	workload_about(d, &p->wl);
	diag_cite(d, p->object, NULL, "%s", p->pointer);
	diag_docs(d, "https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/");
	if (schedule_message_has(&p->message, SCHED_CLAIM_MISSING)) {
		schedule_say_claim(r, d, p);
		return;
	}
	verdict_reach(&r->fleet, p->pod, &p->message, &p->verdict);
	if (*p->message.single && elsewhere(&p->message))
		p->verdict.block = 0;
	if (schedule_is_spread(p)) {
		schedule_say_spread(r, d, p);
	} else if (!node_comes_up(&r->v, &p->verdict)) {
		schedule_say(r, d, p);
		blame_preemptor(r, d, p);
		if (elsewhere(&p->message) && p->verdict.block)
			diag_rate(d, SEVERITY_CRITICAL, 0.7);
	}
	verdict_free(&p->verdict);
}

static void run(const struct host *h, struct work *w)
{
	struct schedule_run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	bool opened = false;
	size_t i;

	json_array_foreach (pods, i, pod) {
		struct pending p = {.pod = pod};

		if (!waits(&r.v, pod) || !find_words(&r.v, &p)) {
			judge_bound(&r, pod);
			continue;
		}
		if (!opened)
			fleet_open(&r.fleet, h, w);
		opened = true;
		judge(&r, &p);
	}
	if (opened)
		fleet_close(&r.fleet);
	diag_send(&r.set);
}

const struct check kubernetes_schedule_check = {
	.size = sizeof(struct check),
	.name = "pod-unschedulable",
	.help = "Pods that no node takes: the one thing that keeps them away, with the scheduler's words and each "
		"node's numbers",
	.run = run,
	.reads = "pods events nodes namespaces persistentvolumeclaims persistentvolumes daemonsets.apps",
};
