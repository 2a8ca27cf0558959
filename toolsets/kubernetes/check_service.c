/* SPDX-License-Identifier: Apache-2.0 */
/* Services whose selector matches no pod, whose ports do not meet their pods, or whose pods are not ready. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/open_port.h"
#include "toolsets/kubernetes/serving.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
	bool blind; /* pods were not read: nothing can be said */
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

struct each {
	struct run *run;
	void (*fn)(struct run *, json_t *service);
};

static void one(void *ctx, json_t *service)
{
	struct each *e = ctx;

	e->fn(e->run, service);
}

static void start(struct run *r, const struct host *h, struct work *w, void (*fn)(struct run *, json_t *service))
{
	struct each e = {r, fn};

	*r = (struct run){.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	serving_each(&r->v, one, &e);
	diag_send(&r->set);
}

/* "app=web" pairs of the selector that no pod of the near workload has. */
static void say_difference(struct diagnosis *d, json_t *service, const json_t *workload)
{
	json_t *selector = fld_at(service, "spec.selector"), *labels = workload_labels(workload), *value;
	const char *key, *pointer;
	char escaped[300];
	size_t n = 0;

	json_object_foreach (selector, key, value) {
		const char *want = json_string_value(value), *have = json_string_value(json_object_get(labels, key));

		if (want && have && is(want, have))
			continue;
		diag_cause_more(d, "%s%s=%s", n++ ? " and " : "", key, want ? want : "");
		if (have)
			diag_cause_more(d, " (there it is %s)", have);
		else
			diag_cause_more(d, " (there it is not set)");
		diag_cite(d, service, NULL, "/spec/selector/%s", serving_key(key, escaped));
		if (have && workload_template(workload, &pointer))
			diag_cite(d, workload, NULL, "%s/%s",
				  is(fld_kind(workload), "Pod") ? "/metadata/labels"
				  : is(fld_kind(workload), "CronJob")
					  ? "/spec/jobTemplate/spec/template/metadata/labels"
					  : "/spec/template/metadata/labels",
				  escaped);
	}
}

static void patch_text(json_t *service, const json_t *workload, struct diagnosis *d)
{
	json_t *selector = fld_at(service, "spec.selector"), *labels = workload_labels(workload), *value;
	const char *key;
	char patch[600];
	size_t n = 0;

	patch[0] = '\0';
	json_object_foreach (selector, key, value) {
		const char *have = json_string_value(json_object_get(labels, key));

		if (n < 500)
			n += (size_t)snprintf(patch + n, sizeof(patch) - n,
					      have ? "%s\"%.100s\":\"%.100s\"" : "%s\"%.100s\":null", n ? "," : "", key,
					      have ? have : "");
	}
	diag_fix(d,
		 "Let the Service select the labels that the pods have: kubectl patch service %s -n %s -p "
		 "'{\"spec\":{\"selector\":{%s}}}'",
		 fld_name(service), fld_ns(service), patch);
}

static void no_selected(struct run *r, json_t *s)
{
	struct serving sv;
	struct diagnosis *d;
	const json_t *near;

	serving_of(&r->v, s, &sv);
	if (sv.selected || sv.scaled_down || sv.makes)
		return;
	near = serving_nearest(&r->v, s);
	if (!near && !serving_wanted(&r->v, s, NULL))
		return;
	d = diag_new(&r->set);
	diag_about(d, s);
	diag_rate(d, SEVERITY_CRITICAL, near ? 0.94 : 0.8);
	if (near) {
		diag_cause(d,
			   "Service %s selects no pod: its selector does not match the labels of %s %s, it asks for ",
			   fld_name(s), fld_kind(near), fld_name(near));
		say_difference(d, s, near);
		patch_text(s, near, d);
	} else {
		diag_cause(d, "Service %s selects no pod and nothing in namespace %s makes pods with its labels",
			   fld_name(s), fld_ns(s));
		diag_cite(d, s, NULL, "/spec/selector");
		diag_fix(d, "Create what it should select, or remove the Service: kubectl get pods -n %s --show-labels",
			 fld_ns(s));
	}
	serving_cite_empty(&r->v, d, s);
	serving_wanted(&r->v, s, d);
	diag_docs(d, "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/");
}

/* What a mismatch of port numbers alone proves: 0 nothing. */
static double closed_score(struct run *r, const json_t *port, json_t *pod, struct open_port *out)
{
	const json_t *target = fld_at(port, "targetPort");

	open_port_of(&r->v, pod, (int)(target ? json_integer_value(target) : fld_int(port, "port", 0)), out);
	if (out->verdict == PORT_MAYBE)
		return open_port_left_over(&r->v, pod) ? 0.88 : 0;
	return out->verdict == PORT_CLOSED ? 0.94 : 0;
}

/* Listening for metrics, health and the like is beside the point. */
static bool listens_beside(const struct open_port *open)
{
	static const char *const words[] = {"etric", "rometheus", "ealth", "dmin", "ebug", "pprof", "robe", "anagement", NULL};

	for (size_t i = 0; words[i]; i++)
		if (memmem(open->line, open->len, words[i], strlen(words[i])))
			return true;
	return false;
}

/* Pods that declare no port at all: only the log of the program tells where it listens. */
static void undeclared(struct run *r, json_t *s, json_t *pod)
{
	const json_t *port = fld_at(s, "spec.ports.0"), *target = fld_at(port, "targetPort");
	int number = (int)(target ? json_integer_value(target) : fld_int(port, "port", 0));
	struct open_port open;
	struct diagnosis *d;

	if (fld_count(s, "spec.ports") != 1 || serving_port(port, pod) != PORT_UNKNOWN || !number)
		return;
	open_port_of(&r->v, pod, number, &open);
	if (open.verdict != PORT_CLOSED || listens_beside(&open))
		return;
	d = diag_new(&r->set);
	diag_about(d, s);
	diag_rate(d, SEVERITY_CRITICAL, 0.86);
	diag_cause(d, "Service %s sends port %d to target port %d, but its pods say that they listen on %d", fld_name(s),
		   (int)fld_int(port, "port", 0), number, open.listening);
	diag_cite(d, s, NULL, target ? "/spec/ports/0/targetPort" : "/spec/ports/0/port");
	diag_cite_line(d, &open.log, open.number, open.line, open.len);
	diag_fix(d, "Set the target port to %d: kubectl edit service %s -n %s", open.listening, fld_name(s), fld_ns(s));
	diag_docs(d, "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/");
}

static void wrong_ports(struct run *r, json_t *s)
{
	json_t *ports = fld_at(s, "spec.ports"), *p;
	struct serving sv;
	struct diagnosis *d;
	size_t i, wrong = 0, named = 0;
	size_t first = 0;
	enum port_fit fit, worst = PORT_FITS;
	char have[200];
	struct open_port open = {0};
	double score = 0.95;

	serving_of(&r->v, s, &sv);
	if (!sv.sample || is(fld_str(s, "spec.clusterIP"), "None"))
		return;
	undeclared(r, s, sv.sample);
	json_array_foreach (ports, i, p) {
		fit = serving_port(p, sv.sample);
		if (fit == PORT_FITS || fit == PORT_UNKNOWN)
			continue;
		if (!wrong++)
			first = i;
		named += fit == PORT_NAME;
		worst = fit > worst ? fit : worst;
	}
	/* ports that a container does not declare may be open: if others of the Service fit, only a name or a protocol
	 * proves it wrong */
	if (!wrong || (wrong < json_array_size(ports) && !named && worst != PORT_PROTOCOL))
		return;
	p = json_array_get(ports, first);
	fit = serving_port(p, sv.sample);
	if (fit == PORT_NUMBER)
		score = closed_score(r, p, sv.sample, &open);
	if (score <= 0)
		return;
	d = diag_new(&r->set);
	diag_about(d, s);
	serving_ports_text(sv.sample, have);
	diag_rate(d, SEVERITY_CRITICAL, score);
	if (fit == PORT_PROTOCOL)
		diag_cause(d,
			   "Service %s sends port %d as %s, but its pods take that port as another protocol (they have "
			   "%s)",
			   fld_name(s), (int)fld_int(p, "port", 0),
			   *fld_str(p, "protocol") ? fld_str(p, "protocol") : "TCP", have);
	else
		diag_cause(d, "Service %s sends port %d to target port %s, but its pods listen on %s", fld_name(s),
			   (int)fld_int(p, "port", 0), serving_target_text(p), have);
	diag_cite(d, s, NULL, "/spec/ports/%zu/targetPort", first);
	if (fit == PORT_PROTOCOL)
		diag_cite(d, s, NULL, "/spec/ports/%zu/protocol", first);
	if (open.verdict == PORT_CLOSED)
		diag_cite_line(d, &open.log, open.number, open.line, open.len);
	diag_cite(d, sv.sample, NULL, "/spec/containers/0/ports/0/containerPort");
	diag_cite(d, sv.sample, NULL, "/spec/containers/0/ports/0/name");
	diag_fix(d, "Set the target port to one that the pods have (%s): kubectl edit service %s -n %s", have,
		 fld_name(s), fld_ns(s));
	diag_docs(d, "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/");
}

static void none_ready(struct run *r, json_t *s)
{
	struct serving sv;
	struct diagnosis *d;

	serving_of(&r->v, s, &sv);
	if (sv.ready || fld_true(s, "spec.publishNotReadyAddresses") || sv.young || (!sv.selected && !sv.makes))
		return;
	d = diag_new(&r->set);
	diag_about(d, s);
	diag_rate(d, SEVERITY_WARNING, 0.4);
	diag_symptom(d);
	if (sv.selected)
		diag_cause(d, "Service %s has no ready endpoint: none of its %zu pods is ready", fld_name(s),
			   sv.selected);
	else
		diag_cause(d, "Service %s has no endpoint: the workload that makes its pods has none", fld_name(s));
	if (sv.sample)
		diag_cite(d, sv.sample, NULL, "/status/phase");
	else
		diag_cite(d, sv.makes, NULL, fld_at(sv.makes, "spec.replicas") ? "/spec/replicas" : "/metadata/name");
	serving_cite_empty(&r->v, d, s);
	diag_fix(d, "Repair its pods: kubectl get pods -n %s", fld_ns(s));
}

static void run_selector(const struct host *h, struct work *w)
{
	struct run r;

	start(&r, h, w, no_selected);
}

static void run_port(const struct host *h, struct work *w)
{
	struct run r;

	start(&r, h, w, wrong_ports);
}

static void run_ready(const struct host *h, struct work *w)
{
	struct run r;

	start(&r, h, w, none_ready);
}

const struct check kubernetes_selector_check = {
	.size = sizeof(struct check),
	.name = "service-selector",
	.help = "Services whose selector matches no pod, with the labels that differ",
	.run = run_selector,
	.reads = "services endpointslices.discovery.k8s.io endpoints pods ingresses.networking.k8s.io events "
		 "deployments.apps statefulsets.apps daemonsets.apps",
};

const struct check kubernetes_port_check = {
	.size = sizeof(struct check),
	.name = "service-port",
	.help = "Services whose target ports are not those of their pods",
	.run = run_port,
	.reads = "services endpointslices.discovery.k8s.io endpoints pods pods/log deployments.apps "
		 "statefulsets.apps daemonsets.apps",
};

const struct check kubernetes_endpoints_check = {
	.size = sizeof(struct check),
	.name = "service-endpoints",
	.help = "Services none of whose pods is ready (a symptom)",
	.run = run_ready,
	.reads = "services endpointslices.discovery.k8s.io endpoints pods events deployments.apps "
		 "statefulsets.apps daemonsets.apps",
};
