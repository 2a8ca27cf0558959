/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/schedule_words.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/refusal.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"
#include "toolsets/lib/reply.h"

#define NODES_SHOWN 5

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool schedule_meant(const struct fit *f)
{
	return !(f->blocks & (FIT_SELECTOR | FIT_PERMANENT | FIT_VOLUME));
}

/* "node-a, node-b": the nodes that a block keeps away. */
static size_t names(const struct verdict *v, unsigned bit, struct reply *out)
{
	size_t n = 0;

	for (size_t i = 0; i < v->count; i++) {
		if (!schedule_meant(&v->fits[i]) || !(v->fits[i].blocks & bit))
			continue;
		if (n < NODES_SHOWN)
			rep_add(out, "%s%s", n ? ", " : "", fld_name(v->fits[i].node));
		n++;
	}
	if (n > NODES_SHOWN)
		rep_add(out, " and %zu more", n - NODES_SHOWN);
	return n;
}

static void say_cordon(struct diagnosis *d, const struct pending *p)
{
	struct reply list = REP_INIT;
	size_t n = names(&p->verdict, FIT_CORDONED, &list);
	json_t *node = p->verdict.best ? p->verdict.best->node : NULL;

	diag_rate(d, SEVERITY_CRITICAL, p->verdict.single ? 0.93 : 0.7);
	if (node)
		diag_about(d, node);
	diag_cause(d, "%s %s cordoned (unschedulable), and no other node can take %s", rep_text(&list),
		   n > 1 ? "are" : "is", p->pods);
	diag_cite(d, node, NULL, "/spec/unschedulable");
	if (node)
		diag_fix(d, "Let pods on it again, if the maintenance is over: kubectl uncordon %s", fld_name(node));
	rep_free(&list);
}

static void say_not_ready(struct diagnosis *d, const struct pending *p)
{
	struct reply list = REP_INIT;

	names(&p->verdict, FIT_NOT_READY, &list);
	diag_rate(d, SEVERITY_CRITICAL, 0.5);
	diag_symptom(d);
	diag_cause(d, "The nodes that could take %s are not ready: %s", p->pods, rep_text(&list));
	for (size_t i = 0; i < p->verdict.count; i++)
		if (schedule_meant(&p->verdict.fits[i]) && (p->verdict.fits[i].blocks & FIT_NOT_READY))
			diag_blames(d, "v1", "Node", NULL, fld_name(p->verdict.fits[i].node));
	diag_fix(d, "Bring the node back: kubectl describe node %s",
		 p->verdict.best ? fld_name(p->verdict.best->node) : "");
	rep_free(&list);
}

/* Runs something on the node that does not tolerate the taint either? Then the taint came later than the pods. */
static json_t *older_pod(const struct schedule_run *r, const json_t *node, const json_t *taint)
{
	json_t *list = fleet_pods(&r->fleet, fld_name(node)), *pod, *ref;
	size_t i, k;

	json_array_foreach (list, i, pod) {
		bool bound = false;

		json_array_foreach (fld_at(pod, "metadata.ownerReferences"), k, ref)
			bound = bound || is(fld_str(ref, "kind"), "DaemonSet") || is(fld_str(ref, "kind"), "Node");
		if (!bound && !fit_tolerates(fld_at(pod, "spec.tolerations"), taint))
			return pod;
	}
	return NULL;
}

static void say_taint(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	const struct fit *best = p->verdict.best;
	json_t *taint = best ? json_array_get(fld_at(best->node, "spec.taints"), best->taint) : NULL;
	struct reply list = REP_INIT;
	char words[300], arg[400];
	json_t *older;
	size_t n;

	n = names(&p->verdict, FIT_TAINT, &list);
	diag_rate(d, SEVERITY_CRITICAL, p->verdict.single ? 0.92 : 0.7);
	if (!taint) {
		diag_cause(d, "%s %s does not tolerate the taints of the nodes: %.300s", p->wl.kind, p->wl.name,
			   p->text);
		rep_free(&list);
		return;
	}
	snprintf(words, sizeof(words), "%.120s%s%.80s:%.30s", fld_str(taint, "key"),
		 *fld_str(taint, "value") ? "=" : "", fld_str(taint, "value"), fld_str(taint, "effect"));
	diag_cite(d, best->node, NULL, "/spec/taints/%zu/key", best->taint);
	diag_cite(d, best->node, NULL, "/spec/taints/%zu/value", best->taint);
	diag_cite(d, p->wl.spec_object, NULL, "%s/tolerations/0/key", p->wl.pointer);
	older = older_pod(r, best->node, taint);
	if (older) {
		diag_about(d, best->node);
		diag_cause(
			d,
			"%zu node%s (%s) carr%s the taint %s, which keeps away %s %s and others that ran there before",
			n, n == 1 ? "" : "s", rep_text(&list), n == 1 ? "ies" : "y", words, p->wl.kind, p->wl.name);
		diag_cite(d, older, NULL, "/spec/nodeName");
		diag_fix(d, "Remove the taint if it is not meant: kubectl taint nodes %s %s-", fld_name(best->node),
			 words);
		diag_fix(d, "Or tolerate it: kubectl edit %s", workload_arg(&p->wl, arg));
	} else {
		diag_cause(d, "%s %s does not tolerate the taint %s of the nodes that could take its pods (%s)",
			   p->wl.kind, p->wl.name, words, rep_text(&list));
		diag_fix(d, "Add a toleration for %s, if its pods belong there: kubectl edit %s", words,
			 workload_arg(&p->wl, arg));
		diag_fix(d, "Or remove the taint: kubectl taint nodes %s %s-", fld_name(best->node), words);
	}
	rep_free(&list);
}

/* Values of a label over the nodes: "hdd (2 nodes), nvme (1)". */
static size_t values_of(const struct schedule_run *r, const char *key, struct reply *out)
{
	json_t *counts = json_object_get(r->fleet.labels, key), *n;
	const char *value;
	size_t shown = 0;

	json_object_foreach (counts, value, n) {
		if (shown == NODES_SHOWN)
			break;
		rep_add(out, "%s%s (%d node%s)", shown ? ", " : "", value, (int)json_integer_value(n),
			json_integer_value(n) == 1 ? "" : "s");
		shown++;
	}
	return json_object_size(counts);
}

/* One demand that no node meets: what the nodes have instead. */
static void explain_key(const struct schedule_run *r, struct diagnosis *d, const char *key, const char *wanted)
{
	struct nearest near = {.wanted = key};
	struct reply have = REP_INIT;
	json_t *node, *value;
	const char *k;
	char escaped[300];
	size_t i;

	diag_cause_more(d, "%s%s%s", key, *wanted ? "=" : "", wanted);
	if (values_of(r, key, &have)) {
		diag_cause_more(d, ", but the nodes have %s=%s", key, rep_text(&have));
	} else {
		json_object_foreach (r->fleet.labels, k, value)
			nearest_add(&near, k);
		diag_cause_more(d, ", a label that no node has%s%s", near.count ? "; nearest: " : "",
				near.count ? near.name[0] : "");
	}
	for (i = 0; i < 4 && (node = json_array_get(r->fleet.nodes, i)); i++)
		if (json_object_get(fld_at(node, "metadata.labels"), key))
			diag_cite(d, node, NULL, "/metadata/labels/%s", settings_key(key, escaped));
	rep_free(&have);
}

static bool any_node_has(const struct schedule_run *r, const char *key, const char *value)
{
	return fleet_labelled(&r->fleet, key, value) > 0;
}

static void say_affinity_terms(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	static const char path[] =
		"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
	static const char pointer[] =
		"affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
	json_t *terms = fld_at(p->pod, path), *term, *e, *v;
	size_t i, k, n;

	json_array_foreach (terms, i, term)
		json_array_foreach (fld_at(term, "matchExpressions"), k, e) {
			struct reply values = REP_INIT;

			json_array_foreach (fld_at(e, "values"), n, v)
				rep_add(&values, "%s%s", n ? "|" : "",
					json_string_value(v) ? json_string_value(v) : "");
			diag_cause_more(d, "%s%s ", i || k ? "; " : "",
					is(fld_str(e, "operator"), "In") ? "" : fld_str(e, "operator"));
			explain_key(r, d, fld_str(e, "key"), rep_text(&values));
			diag_cite(d, p->wl.spec_object, NULL, "%s/%s/%zu/matchExpressions/%zu/values/0", p->wl.pointer,
				  pointer, i, k);
			rep_free(&values);
		}
}

static void say_selector(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	json_t *selector = fld_at(p->pod, "spec.nodeSelector"), *value;
	char escaped[300], arg[400];
	const char *key;
	size_t n = 0;

	diag_rate(d, SEVERITY_CRITICAL, p->verdict.fits ? 0.95 : 0.7);
	diag_cause(d, "No node has what %s %s selects its nodes by: ", p->wl.kind, p->wl.name);
	json_object_foreach (selector, key, value) {
		const char *want = json_string_value(value) ? json_string_value(value) : "";

		if (any_node_has(r, key, want))
			continue;
		diag_cite(d, p->wl.spec_object, NULL, "%s/nodeSelector/%s", p->wl.pointer, settings_key(key, escaped));
		if (n++)
			diag_cause_more(d, "; ");
		explain_key(r, d, key, want);
	}
	if (!n && json_object_size(selector)) {
		diag_cause_more(d, "no single node has all the labels of its nodeSelector");
		n++;
	}
	if (!n)
		say_affinity_terms(r, d, p);
	diag_fix(d, "Select nodes by labels that exist: kubectl edit %s", workload_arg(&p->wl, arg));
	diag_fix(d, "Or label a node that is meant: kubectl get nodes --show-labels");
}

static void say_pods(struct diagnosis *d, const struct pending *p)
{
	diag_rate(d, SEVERITY_CRITICAL, 0.88);
	diag_cause(d, "The nodes for %s %s hold as many pods as they may (maximum of the kubelet)", p->wl.kind,
		   p->wl.name);
	diag_cite(d, p->verdict.best ? p->verdict.best->node : NULL, NULL, "/status/allocatable/pods");
	diag_fix(d, "Remove pods that are not needed, or add a node: kubectl get pods -A -o wide");
}

static void say_ports(struct diagnosis *d, const struct pending *p)
{
	const struct fit *best = p->verdict.best;
	char arg[400];

	diag_rate(d, SEVERITY_CRITICAL, 0.92);
	diag_cause(d, "%s %s wants host port %d, which is taken on every node it may run on", p->wl.kind, p->wl.name,
		   best ? best->port : 0);
	if (best && best->port_holder) {
		diag_cause_more(d, " (on %s by pod %s/%s)", fld_name(best->node), fld_ns(best->port_holder),
				fld_name(best->port_holder));
		diag_cite(d, best->port_holder, NULL, "/spec/containers/0/ports/0/hostPort");
	}
	diag_cite(d, p->pod, NULL, "/spec/containers/0/ports/0/hostPort");
	diag_fix(d, "Use a Service instead of the host port, another port, or fewer replicas: kubectl edit %s",
		 workload_arg(&p->wl, arg));
}

static void say_affinity(struct diagnosis *d, const struct pending *p, bool anti)
{
	static const char required[] = "requiredDuringSchedulingIgnoredDuringExecution/0";
	const struct fit *best = p->verdict.best;
	const json_t *term =
		fld_at(fld_at(p->pod, anti ? "spec.affinity.podAntiAffinity" : "spec.affinity.podAffinity"),
		       "requiredDuringSchedulingIgnoredDuringExecution.0");
	char arg[400];
	int64_t replicas = fld_int(p->wl.object, "spec.replicas", 0);

	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	if (anti)
		diag_cause(d, "The pod anti-affinity of %s %s allows one pod for each %s, and every place is taken",
			   p->wl.kind, p->wl.name,
			   *fld_str(term, "topologyKey") ? fld_str(term, "topologyKey") : "node");
	else
		diag_cause(d, "The pod affinity of %s %s asks for a pod that runs nowhere it may go", p->wl.kind,
			   p->wl.name);
	if (anti && replicas)
		diag_cause_more(d, " (%d replicas, %zu nodes that may take one)", (int)replicas, p->verdict.candidates);
	if (anti && best && best->port_holder)
		diag_cite(d, best->port_holder, NULL, "/spec/nodeName");
	diag_cite(d, p->wl.spec_object, NULL, "%s/affinity/%s/%s/topologyKey", p->wl.pointer,
		  anti ? "podAntiAffinity" : "podAffinity", required);
	diag_cite(d, p->wl.object, NULL, "/spec/replicas");
	diag_fix(d,
		 "Prefer instead of require (preferredDuringScheduling...), or change replicas or the selector: "
		 "kubectl edit %s",
		 workload_arg(&p->wl, arg));
}

/* Without a label to spread over on any node, or without a place that keeps the skew. */
static bool say_spread(struct diagnosis *d, const struct pending *p)
{
	const json_t *list = fld_at(p->pod, "spec.topologySpreadConstraints"), *c;
	char arg[400];
	size_t i;

	if (!schedule_message_has(&p->message, SCHED_SPREAD))
		return false;
	json_array_foreach (list, i, c) {
		const char *key = fld_str(c, "topologyKey");

		if (is(fld_str(c, "whenUnsatisfiable"), "ScheduleAnyway"))
			continue;
		diag_rate(d, SEVERITY_CRITICAL, 0.88);
		diag_cause(d, "The topologySpreadConstraints of %s %s (topologyKey %s, maxSkew %d, DoNotSchedule) leave no "
			      "node for its pods",
			   p->wl.kind, p->wl.name, key, (int)fld_int(c, "maxSkew", 1));
		if (strstr(p->text, "missing required label"))
			diag_cause_more(d, ": the nodes do not have the label %s", key);
		diag_cite(d, p->pod, NULL, "/spec/topologySpreadConstraints/%zu/topologyKey", i);
		diag_cite(d, p->pod, NULL, "/spec/topologySpreadConstraints/%zu/whenUnsatisfiable", i);
		diag_fix(d, "Label the nodes with %s, raise maxSkew, or set whenUnsatisfiable: ScheduleAnyway: kubectl edit "
			    "%s",
			 key, workload_arg(&p->wl, arg));
		return true;
	}
	return false;
}

static void say_rest(struct diagnosis *d, const struct pending *p)
{
	bool other =
		schedule_message_has(&p->message, SCHED_VOLUME) || schedule_message_has(&p->message, SCHED_DEVICES);

	diag_rate(d, SEVERITY_CRITICAL, 0.5);
	if (other)
		diag_symptom(d);
	diag_cause(d, "No node takes %s: %.300s", p->pods, p->text);
	diag_fix(d, "See all reasons: kubectl describe pod %s -n %s", fld_name(p->pod), fld_ns(p->pod));
}

void schedule_say(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	switch (p->verdict.block) {
	case FIT_NOT_READY:
		say_not_ready(d, p);
		break;
	case FIT_CORDONED:
		say_cordon(d, p);
		break;
	case FIT_TAINT:
		say_taint(r, d, p);
		break;
	case FIT_SELECTOR:
		say_selector(r, d, p);
		break;
	case FIT_RESOURCES:
		schedule_say_resources(r, d, p);
		break;
	case FIT_PODS:
		say_pods(d, p);
		break;
	case FIT_PORTS:
		say_ports(d, p);
		break;
	case FIT_VOLUME:
		schedule_say_volume(r, d, p);
		break;
	case FIT_ANTI:
	case FIT_AFFINITY:
		say_affinity(d, p, p->verdict.block == FIT_ANTI);
		break;
	default:
		if (!say_spread(d, p))
			say_rest(d, p);
		break;
	}
}
