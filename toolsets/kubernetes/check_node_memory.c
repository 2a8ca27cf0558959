/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that ran out of memory as a whole: the kernel kills whatever is largest there, whatever its limit. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/refusal.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/workload.h"

#define LATE_MS (30 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
	json_t *node; /* that is judged now */
	struct diagnosis *d;
	json_t *event;
	size_t unlimited;
};

/* A container that was killed on this node though it has no memory limit, or one that is larger than the node. */
static void on_patient(void *ctx, const struct patient *p)
{
	struct run *r = ctx;
	struct workload wl;
	bool fresh;

	if (p->ailment != AILMENT_OOM || !p->now || strcmp(fld_str(p->pod, "spec.nodeName"), fld_name(r->node)) != 0 ||
	    *fld_str(p->container, "resources.limits.memory"))
		return;
	r->d = diag_get(&r->set, &fresh, "%s", fld_name(r->node));
	diag_shows(r->d, p->pod);
	workload_of(r->v.h, r->v.w, p->pod, &wl);
	diag_shows_words(r->d, wl.api_version, wl.kind, wl.ns, wl.name);
	if (r->unlimited++ < 3) {
		diag_cite(r->d, p->pod, NULL, "%s/reason", p->ended_pointer);
		diag_cite(r->d, p->pod, NULL, "/spec/nodeName");
	}
}

/* The program that the kernel killed most often, as the kubelet names it. */
static json_t *system_oom(struct run *r, json_t *node)
{
	enum seen seen;
	json_t *list = r->v.h->events_of(r->v.w, "Node", "", fld_name(node), &seen), *e, *found = NULL;
	int64_t at;
	size_t i;

	json_array_foreach (list, i, e) {
		at = r->v.h->event_time(e);
		if (strcmp(fld_str(e, "reason"), "SystemOOM") == 0 && at && r->v.now_ms - at < LATE_MS &&
		    (!found || fld_int(e, "count", 1) >= fld_int(found, "count", 1)))
			found = e;
	}
	return found;
}

static void judge(struct run *r, json_t *node)
{
	char victim[100] = "";

	r->event = system_oom(r, node);
	if (!r->event)
		return;
	r->node = node;
	r->d = NULL;
	r->unlimited = 0;
	patients_each(&r->v, on_patient, r);
	if (!r->d)
		return;
	refusal_word(event_message(r->event), "victim process: ", ",", victim, sizeof(victim));
	diag_about(r->d, node);
	diag_rate(r->d, SEVERITY_CRITICAL, 0.9);
	diag_cause(r->d,
		   "Node %s runs out of memory as a whole (System OOM, %d times; the kernel killed the process %s): "
		   "containers "
		   "without a memory limit take all of it",
		   fld_name(node), (int)fld_int(r->event, "count", 1), *victim ? victim : "?");
	diag_cite(r->d, r->event, NULL, "%s", event_pointer(r->event));
	diag_cite(r->d, node, NULL, "/status/allocatable/memory");
	diag_fix(r->d,
		 "Give the containers on it memory requests and limits, first of all %s: kubectl get pods -A -o wide "
		 "--field-selector spec.nodeName=%s",
		 *victim ? victim : "the largest", fld_name(node));
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *nodes = h->list(w, "nodes", NULL, &seen), *node;
	size_t i;

	json_array_foreach (nodes, i, node)
		judge(&r, node);
	diag_send(&r.set);
}

const struct check kubernetes_node_memory_check = {
	.size = sizeof(struct check),
	.name = "node-out-of-memory",
	.help = "Nodes whose kernel kills containers without a limit because the whole node ran out of memory",
	.run = run,
	.reads = "nodes pods events",
};
