/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that the spread over zones or nodes keeps away, and pods that name a node which does not exist. */
#include "toolsets/kubernetes/schedule_words.h"

#include <string.h>

#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Do the objects leave nothing against a node that the scheduler still refuses for the spread? */
bool schedule_is_spread(const struct pending *p)
{
	if (!schedule_message_has(&p->message, SCHED_SPREAD))
		return false;
	if (!p->verdict.fits)
		return schedule_message_nodes(&p->message, SCHED_SPREAD) * 2 >= p->message.total;
	for (size_t i = 0; i < p->verdict.count; i++)
		if (!p->verdict.fits[i].blocks)
			return true;
	return false;
}

/* How many of the nodes that may take the pod bear the label. */
static size_t labelled(const struct schedule_run *r, const struct pending *p, const char *key, json_t **one)
{
	size_t n = 0, i;
	json_t *node;

	if (p->verdict.fits) {
		for (i = 0; i < p->verdict.count; i++)
			if (!(p->verdict.fits[i].blocks & FIT_PERMANENT) &&
			    json_object_get(fld_at(p->verdict.fits[i].node, "metadata.labels"), key)) {
				n++;
				*one = p->verdict.fits[i].node;
			}
		return n;
	}
	json_array_foreach (r->fleet.nodes, i, node)
		n += json_object_get(fld_at(node, "metadata.labels"), key) != NULL;
	return n;
}

/* Where the constraint's other half would have to go: a node that something else keeps the pod from. */
static void say_other_side(struct diagnosis *d, const struct pending *p, const char *key)
{
	for (size_t i = 0; i < p->verdict.count; i++) {
		const struct fit *f = &p->verdict.fits[i];
		const char *value = json_string_value(json_object_get(fld_at(f->node, "metadata.labels"), key));

		if (!value || !f->blocks || (f->blocks & FIT_PERMANENT))
			continue;
		diag_cause_more(d, "; node %s (%s=%s) ", fld_name(f->node), key, value);
		if (f->blocks & FIT_NOT_READY)
			diag_cause_more(d, "is not ready");
		else if (f->blocks & FIT_CORDONED)
			diag_cause_more(d, "is cordoned");
		else if (f->blocks & FIT_RESOURCES)
			diag_cause_more(d, "has too little %s", f->resource);
		else if (f->blocks & FIT_TAINT)
			diag_cause_more(d, "has a taint");
		else
			diag_cause_more(d, "is not allowed either");
		if (f->blocks & (FIT_NOT_READY | FIT_CORDONED))
			diag_blames(d, "v1", "Node", NULL, fld_name(f->node));
		return;
	}
}

void schedule_say_spread(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	json_t *list = fld_at(p->pod, "spec.topologySpreadConstraints"), *c;
	json_t *node = NULL;
	char arg[400], escaped[300];
	size_t i;

	json_array_foreach (list, i, c) {
		const char *key = fld_str(c, "topologyKey");
		size_t have = labelled(r, p, key, &node);

		if (!is(fld_str(c, "whenUnsatisfiable"), "DoNotSchedule"))
			continue;
		diag_rate(d, SEVERITY_CRITICAL, have ? 0.85 : 0.93);
		diag_cause(d, "The topology spread of %s %s over %s (maxSkew %d) leaves no node for another pod",
			   p->wl.kind, p->wl.name, key, (int)fld_int(c, "maxSkew", 1));
		if (!have)
			diag_cause_more(d, ": no node that may take it has the label %s", key);
		else
			say_other_side(d, p, key);
		diag_cite(d, p->wl.spec_object, NULL, "%s/topologySpreadConstraints/%zu/topologyKey", p->wl.pointer, i);
		diag_cite(d, p->wl.spec_object, NULL, "%s/topologySpreadConstraints/%zu/whenUnsatisfiable",
			  p->wl.pointer, i);
		if (node)
			diag_cite(d, node, NULL, "/metadata/labels/%s", settings_key(key, escaped));
		if (!have)
			diag_fix(d, "Label the nodes with %s, or spread over a label that they have: kubectl edit %s",
				 key, workload_arg(&p->wl, arg));
		else
			diag_fix(d,
				 "Make room in the other %s, or set whenUnsatisfiable: ScheduleAnyway: kubectl edit %s",
				 key, workload_arg(&p->wl, arg));
		return;
	}
	diag_rate(d, SEVERITY_CRITICAL, 0.7);
	diag_cause(d, "The topology spread of %s %s leaves no node for another pod: %.250s", p->wl.kind, p->wl.name,
		   p->text);
	diag_fix(d, "See its constraints: kubectl get %s -o yaml", workload_arg(&p->wl, arg));
}

void schedule_say_node(struct schedule_run *r, struct diagnosis *d, json_t *pod, const struct workload *wl)
{
	const char *name = fld_str(pod, "spec.nodeName");
	struct nearest near = {.wanted = name};
	enum seen seen;
	json_t *nodes = r->v.h->list(r->v.w, "nodes", NULL, &seen), *node;
	char arg[400];
	size_t i;

	json_array_foreach (nodes, i, node)
		nearest_add(&near, fld_name(node));
	workload_about(d, wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d, "%s %s is bound to node %s (spec.nodeName), which does not exist, so no kubelet ever starts it",
		   wl->kind, wl->name, name);
	if (near.count)
		diag_cause_more(d, "; nearest: %s", near.name[0]);
	diag_cite(d, wl->spec_object, NULL, "%s/nodeName", wl->pointer);
	diag_cite(d, pod, NULL, "/spec/nodeName");
	diag_cite_absence(d, "nodes", NULL, name);
	diag_fix(d, "Remove nodeName, or name a node that exists: kubectl edit %s", workload_arg(wl, arg));
}
