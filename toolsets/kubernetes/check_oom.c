/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that the kernel killed for their memory: still, or once. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/quantity.h"

struct run {
	struct view v;
	struct diagnoses set;
};

static bool differs(const char *a, const char *b)
{
	struct quantity x, y;

	return quantity_parse(a, &x) && quantity_parse(b, &y) && quantity_compare(x, y) != 0;
}

/* Does it get to see new pods of this namespace? */
static bool sees_pods(const struct view *v, const json_t *hook, const json_t *ns_labels)
{
	json_t *rule, *word;
	size_t i, k;

	json_array_foreach (fld_at(hook, "rules"), i, rule)
		json_array_foreach (fld_at(rule, "resources"), k, word) {
			const char *resource = json_string_value(word);

			if (resource && (strcmp(resource, "pods") == 0 || strcmp(resource, "*") == 0 ||
					 strcmp(resource, "*/*") == 0))
				return !ns_labels || !fld_count(hook, "namespaceSelector") ||
				       v->h->labels_match(fld_at(hook, "namespaceSelector"), ns_labels, false);
		}
	return false;
}

/* The one mutating webhook that sees pods of this namespace; several or none: it is not told which. */
static bool webhook_of_pod(const struct view *v, struct diagnosis *d, const json_t *pod, const char *ns)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "mutatingwebhookconfigurations.admissionregistration.k8s.io", NULL, &seen), *o,
	       *hook;
	const json_t *space = v->h->find(v->w, "namespaces", NULL, ns, &seen);
	json_t *found = NULL;
	size_t i, k, at = 0, n = 0;

	json_array_foreach (list, i, o)
		json_array_foreach (fld_at(o, "webhooks"), k, hook) {
			const json_t *objects = fld_at(hook, "objectSelector");

			if (!sees_pods(v, hook, fld_at(space, "metadata.labels")) ||
			    (fld_count(hook, "objectSelector") &&
			     !v->h->labels_match(objects, fld_at(pod, "metadata.labels"), false)))
				continue;
			n++;
			found = o;
			at = k;
		}
	if (n != 1)
		return false;
	diag_about(d, found);
	diag_cause_more(d, "; %s %s is the only one that changes pods of namespace %s", fld_kind(found),
			fld_name(found), ns);
	diag_cite(d, found, NULL, "/webhooks/%zu/name", at);
	diag_fix(d, "Correct what it sets, or take it away: kubectl get mutatingwebhookconfiguration %s -o yaml",
		 fld_name(found));
	return true;
}

/* The pod has another limit than its template: somebody changes pods as they are created. */
static bool rewritten(struct run *r, struct diagnosis *d, const struct patient *p, const struct workload *wl,
		      const char *limit)
{
	char place[128];
	const char *template_limit;
	const json_t *c = fld_item(fld_at(wl->spec, "containers"), "name", p->name);
	enum seen seen;
	json_t *hooks, *hook;
	size_t i;

	if (!wl->object || wl->spec_object == p->pod || p->init)
		return false;
	template_limit = fld_str(c, "resources.limits.memory");
	if (!*template_limit || !differs(template_limit, limit) ||
	    fld_int(wl->object, "metadata.generation", 0) != fld_int(wl->object, "status.observedGeneration", 0))
		return false;
	workload_container(wl, p->name, place);
	diag_cause(
		d,
		"Container %s of %s %s runs with a memory limit of %s though its template says %s: something rewrites "
		"its pods as "
		"they are created (a mutating webhook or autoscaler), and the kernel kills it (OOMKilled, %d restarts)",
		p->name, wl->kind, wl->name, limit, template_limit, (int)p->restarts);
	diag_cite(d, wl->spec_object, NULL, "%s/resources/limits/memory", place);
	if (webhook_of_pod(&r->v, d, p->pod, wl->ns))
		return true;
	hooks = r->v.h->list(r->v.w, "mutatingwebhookconfigurations.admissionregistration.k8s.io", NULL, &seen);
	json_array_foreach (hooks, i, hook) {
		if (i == 0 && json_array_size(hooks) == 1)
			diag_about(d, hook);
		diag_cause_more(d, "%s%s", i ? ", " : "; webhooks: ", fld_name(hook));
		diag_cite(d, hook, NULL, "/webhooks/0/name");
	}
	diag_fix(d, "See which webhook changes limits: kubectl get mutatingwebhookconfigurations -o yaml");
	return true;
}

/* "256Mi" to "512Mi". */
static const char *twice(const char *quantity, char out[static 48])
{
	char *unit;
	double n = strtod(quantity, &unit);

	snprintf(out, 48, "%.10g%.8s", n * 2, unit);
	return out;
}

static void still(struct run *r, struct diagnosis *d, const struct patient *p, const struct workload *wl)
{
	const char *limit = fld_str(p->container, "resources.limits.memory");
	char place[128], arg[400], double_limit[48];

	diag_rate(d, SEVERITY_CRITICAL, 0.92);
	diag_cite(d, p->pod, NULL, "%s/reason", p->ended_pointer);
	diag_cite(d, p->pod, NULL, "%s/resources/limits/memory", p->spec_pointer);
	diag_cite(d, p->pod, NULL, "%s/restartCount", p->pointer);
	diag_cite(d, p->pod, NULL, "%s/exitCode", p->ended_pointer);
	if (rewritten(r, d, p, wl, limit))
		return;
	if (*limit)
		diag_cause(d,
			   "Container %s of %s %s needs more memory than its limit of %s: the kernel kills it again "
			   "and again "
			   "(OOMKilled, %d restarts)",
			   p->name, wl->kind, wl->name, limit, (int)p->restarts);
	else
		diag_cause(d,
			   "Container %s of %s %s is killed again and again for want of memory (OOMKilled, %d "
			   "restarts); it has no "
			   "limit of its own, so its node ran out",
			   p->name, wl->kind, wl->name, (int)p->restarts);
	if (!*limit)
		diag_blames(d, "v1", "Node", NULL, fld_str(p->pod, "spec.nodeName"));
	workload_container(wl, p->name, place);
	if (*place && wl->spec_object != p->pod)
		diag_cite(d, wl->spec_object, NULL, "%s/resources/limits/memory", place);
	workload_arg(wl, arg);
	if (*limit && (strcmp(wl->kind, "Deployment") == 0 || strcmp(wl->kind, "StatefulSet") == 0 ||
		       strcmp(wl->kind, "DaemonSet") == 0))
		diag_fix(d,
			 "Raise the limit above what the program needs, for instance to twice as much: kubectl set "
			 "resources %s -c %s "
			 "--limits=memory=%s",
			 arg, p->name, twice(limit, double_limit));
	else
		diag_fix(d, "Give the container more memory: kubectl edit %s", arg);
	diag_fix(d, "Or make it use less: look at heap settings, caches and concurrency of %s", p->name);
	diag_docs(d, "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/");
}

static void on_patient(void *ctx, const struct patient *p)
{
	struct run *r = ctx;
	struct diagnosis *d;
	struct workload wl;
	bool fresh;

	if (p->ailment != AILMENT_OOM)
		return;
	workload_of(r->v.h, r->v.w, p->pod, &wl);
	d = diag_get(&r->set, &fresh, "%d/%s/%s/%s/%s", p->now, wl.kind, wl.ns, wl.name, p->name);
	diag_shows(d, p->pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	if (p->now) {
		still(r, d, p, &wl);
		return;
	}
	diag_past(d);
	diag_cause(d, "Container %s of %s %s was OOMKilled earlier and has recovered since", p->name, wl.kind, wl.name);
	diag_cite(d, p->pod, NULL, "%s/reason", p->ended_pointer);
	diag_cite(d, p->pod, NULL, "%s/finishedAt", p->ended_pointer);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	patients_each(&r.v, on_patient, &r);
	diag_send(&r.set);
}

const struct check kubernetes_oom_check = {
	.size = sizeof(struct check),
	.name = "container-oom-killed",
	.help = "Containers that are killed for their memory, with the limit that is too small",
	.run = run,
	.reads = "pods events namespaces mutatingwebhookconfigurations.admissionregistration.k8s.io",
};
