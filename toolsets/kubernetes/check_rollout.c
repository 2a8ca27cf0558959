/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads that are short of pods (a symptom), and those scaled to nothing though somebody asks for them. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/serving.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/kubernetes/dependency.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define PROGRESS_MS                                                                                                    \
	(2 * 60 * 1000LL) /* a rollout younger than this is in progress, unless its own deadline says more */

struct run {
	struct view v;
	struct diagnoses set;
};

static const char *const workloads[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void counts(const json_t *o, int64_t *want, int64_t *have)
{
	if (is(fld_kind(o), "DaemonSet")) {
		*want = fld_int(o, "status.desiredNumberScheduled", 0);
		*have = fld_int(o, "status.numberReady", 0);
	} else {
		*want = fld_int(o, "spec.replicas", 1);
		*have = is(fld_kind(o), "Deployment") ? fld_int(o, "status.availableReplicas", 0)
						      : fld_int(o, "status.readyReplicas", 0);
	}
}

/* Has it just been changed? The newest condition, else its age, tells. */
static bool in_progress(const struct view *v, const json_t *o)
{
	const json_t *progressing = fld_condition(o, "Progressing");
	int64_t at;

	if (is(fld_str(progressing, "reason"), "ProgressDeadlineExceeded"))
		return false;
	if (when_parse(fld_str(progressing, "lastUpdateTime"), &at) && v->now_ms - at < PROGRESS_MS)
		return true;
	return patient_age_ms(v, o) >= 0 && patient_age_ms(v, o) < PROGRESS_MS;
}

/* All that it lacks are pods that have only just been made: it grows, pod by pod or with the cluster. */
static bool grows(struct run *r, const json_t *o)
{
	json_t *pods = r->v.h->pods_of(r->v.w, o), *pod;
	bool young = false;
	size_t i;

	if (is(fld_kind(o), "Deployment"))
		return false;
	json_array_foreach (pods, i, pod) {
		if (pod_ready(pod))
			continue;
		if (patient_age_ms(&r->v, pod) < 0 || patient_age_ms(&r->v, pod) > PROGRESS_MS)
			return false;
		young = true;
	}
	return young;
}

static void short_of(struct run *r, json_t *o)
{
	int64_t want, have;
	struct diagnosis *d;
	json_t *conditions = fld_at(o, "status.conditions"), *c;
	char arg[400];
	size_t i;

	counts(o, &want, &have);
	if (have >= want || in_progress(&r->v, o) || grows(r, o) || *fld_str(o, "metadata.deletionTimestamp") ||
	    !fld_at(o, "status"))
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, have ? SEVERITY_WARNING : SEVERITY_CRITICAL, 0.4);
	diag_symptom(d);
	diag_cause(d, "%s %s has %d of %d pods ready", fld_kind(o), fld_name(o), (int)have, (int)want);
	diag_cite(d, o, NULL, is(fld_kind(o), "DaemonSet") ? "/status/desiredNumberScheduled" : "/spec/replicas");
	json_array_foreach (conditions, i, c) {
		bool bad = is(fld_str(c, "type"), "ReplicaFailure") ? is(fld_str(c, "status"), "True")
								    : is(fld_str(c, "status"), "False");

		if (bad && *fld_str(c, "message"))
			diag_cite(d, o, NULL, "/status/conditions/%zu/message", i);
		if (bad && is(fld_str(c, "reason"), "ProgressDeadlineExceeded"))
			diag_cause_more(d, "; its rollout has exceeded its deadline");
	}
	if (fld_true(o, "spec.paused"))
		diag_cause_more(d, "; its rollout is paused");
	diag_fix(d, "Look at its pods: kubectl describe %s", workload_arg_of(o, arg));
}

static void run_short(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *o;
	size_t i;

	for (size_t k = 0; k < 3; k++) {
		json_t *list = h->list(w, workloads[k], NULL, &seen);

		json_array_foreach (list, i, o)
			short_of(&r, o);
	}
	diag_send(&r.set);
}

/* Services that would reach a workload, were it not scaled to zero. */
static json_t *service_of(struct run *r, const json_t *o)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "services", fld_ns(o), &seen), *s;
	size_t i;

	json_array_foreach (list, i, s) {
		struct serving sv;

		if (!fld_count(s, "spec.selector") ||
		    !r->v.h->labels_match(fld_at(s, "spec.selector"), workload_labels(o), true))
			continue;
		serving_of(&r->v, s, &sv);
		if (!sv.ready)
			return s;
	}
	return NULL;
}

/* Does a failing program complain of this very Service? */
struct complaint {
	struct run *r;
	const json_t *service;
	struct diagnosis *d;
	bool found;
};

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct complaint *c = ctx;
	struct address a;
	size_t at = 0;
	enum seen seen;

	for (int n = 0; !c->found && n < 60 && address_next(t->line, t->len, &at, &a); n++) {
		if (address_service(&c->r->v, a.host, fld_ns(t->pod), &seen) != c->service)
			continue;
		c->found = true;
		trouble_cite(c->d, t);
		diag_shows(c->d, t->pod);
	}
}

/* Names are resolved by everything that runs, whatever it is configured with. */
static bool is_name_server(const json_t *service)
{
	json_t *p;
	size_t i;

	json_array_foreach (fld_at(service, "spec.ports"), i, p)
		if (fld_int(p, "port", 0) == 53 && strcmp(fld_ns(service), "kube-system") == 0)
			return true;
	return false;
}

/* An autoscaler may bring it to nothing and back: by KEDA, or by minReplicas 0. */
static bool on_purpose(struct run *r, const json_t *o)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "horizontalpodautoscalers.autoscaling", fld_ns(o), &seen), *hpa;
	size_t i;

	json_array_foreach (list, i, hpa)
		if (is(fld_str(hpa, "spec.scaleTargetRef.name"), fld_name(o)) &&
		    (is(fld_str(hpa, "metadata.ownerReferences.0.kind"), "ScaledObject") ||
		     strncmp(fld_name(hpa), "keda-hpa-", 9) == 0 || fld_int(hpa, "spec.minReplicas", 1) == 0))
			return true;
	return false;
}

/* Those whose settings name the Service: are they ready, and do their logs, which can be read, say nothing of it? */
static bool nobody_complains(struct run *r, const json_t *service)
{
	enum seen seen;
	json_t *pods = r->v.h->list(r->v.w, "pods", NULL, &seen), *pod, *env;
	struct log_text log = {0};
	const char *ip = fld_str(service, "spec.clusterIP"), *line;
	bool asked = false;
	size_t i, k, len;

	json_array_foreach (pods, i, pod)
		json_array_foreach (fld_at(pod, "spec.containers.0.env"), k, env) {
			struct log_request q = {.ns = fld_ns(pod),
						.pod = fld_name(pod),
						.container = fld_str(pod, "spec.containers.0.name"),
						.tail_lines = 200,
						.limit_bytes = 256u << 10,
						.may_be_empty = true};

			if (!strstr(fld_str(env, "value"), fld_name(service)))
				continue;
			r->v.h->log(r->v.w, &q, &log);
			if (!pod_ready(pod) || log.state != SEEN_OK || strstr(log.text, fld_name(service)) ||
			    (strchr(ip, '.') && strstr(log.text, ip)) ||
			    lines_sparse(log.text, log.len, &line, &len)) /* few programs say who was missed */
				return false;
			asked = true;
		}
	return asked;
}

static void zero(struct run *r, json_t *o)
{
	json_t *service = service_of(r, o), *e;
	struct complaint c = {.r = r, .service = service};
	struct diagnosis *d;
	char arg[400];
	bool wanted;

	if (!service)
		return;
	d = c.d = diag_new(&r->set);
	diag_cite(d, o, NULL, "/spec/replicas");
	diag_cite(d, service, NULL, "/metadata/name");
	wanted = serving_wanted(&r->v, service, d);
	troubles_each(&r->v, TROUBLE_ANY, on_trouble, &c);
	if (is_name_server(service))
		c.found = true;
	e = patient_event(&r->v, o, "ScalingReplicaSet", " to 0");
	if (e)
		diag_cite(d, e, NULL, "%s", event_pointer(e));
	if ((!wanted && !c.found && !e) || on_purpose(r, o))
		return; /* switched off, and nobody misses it */
	if (!c.found && !e && !diag_places(d) && nobody_complains(r, service)) {
		diag_about(d, o);
		diag_past(d);
		diag_cause(d, "%s %s is scaled to zero; what is configured to use Service %s runs and does not miss it",
			   fld_kind(o), fld_name(o), fld_name(service));
		return;
	}
	diag_about(d, o);
	/* what is only configured may never be called */
	diag_rate(d, c.found || diag_places(d) ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		  c.found  ? 0.95
		  : wanted ? 0.86
			   : 0.8);
	diag_cause(d, "%s %s is scaled to zero, so nothing stands behind Service %s%s", fld_kind(o), fld_name(o),
		   fld_name(service), wanted || c.found ? ", which is in use" : "; that was done just now");
	diag_shows(d, service);
	diag_fix(d, "Scale it up again: kubectl scale %s --replicas=1", workload_arg_of(o, arg));
}

static void run_zero(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *o;
	size_t i;

	for (size_t k = 0; k < 2; k++) {
		json_t *list = h->list(w, workloads[k], NULL, &seen);

		json_array_foreach (list, i, o)
			if (fld_at(o, "spec.replicas") && fld_int(o, "spec.replicas", 1) == 0)
				zero(&r, o);
	}
	diag_send(&r.set);
}

const struct check kubernetes_short_check = {
	.size = sizeof(struct check),
	.name = "workload-short",
	.help = "Deployments, StatefulSets and DaemonSets with fewer ready pods than they should have (a symptom)",
	.run = run_short,
	.reads = "deployments.apps statefulsets.apps daemonsets.apps pods",
};

const struct check kubernetes_zero_check = {
	.size = sizeof(struct check),
	.name = "scaled-to-zero",
	.help = "Workloads scaled to zero whose Service is in use",
	.run = run_zero,
	.reads = "deployments.apps statefulsets.apps daemonsets.apps services "
		 "endpointslices.discovery.k8s.io endpoints ingresses.networking.k8s.io "
		 "horizontalpodautoscalers.autoscaling namespaces configmaps nodes pods pods/log events",
};
