/* SPDX-License-Identifier: Apache-2.0 */
/* Services whose selector is too wide: pods of another workload, which do not serve the port, get a share of the
 * requests. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/serving.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Do the ports of the Service meet the pod: 1 all of them, 0 none, -1 some or unknown. */
static int meets(const json_t *service, const json_t *pod)
{
	json_t *ports = fld_at(service, "spec.ports"), *p;
	size_t i, good = 0, bad = 0;

	json_array_foreach (ports, i, p) {
		enum port_fit fit = serving_port(p, pod);

		good += fit == PORT_FITS;
		bad += fit == PORT_NUMBER || fit == PORT_NAME;
	}
	return good && !bad ? 1 : bad && !good ? 0 : -1;
}

/* Has a workload a Service of its own, called like it, other than this one? */
static bool has_own(struct run *r, const json_t *service, const struct workload *wl, const json_t *pod)
{
	enum seen seen;
	json_t *own = r->v.h->find(r->v.w, "services", wl->ns, wl->name, &seen);

	return own && own != service && r->v.h->labels_match(fld_at(own, "spec.selector"),
							       fld_at(pod, "metadata.labels"), true);
}

/*
 * Of a Service that is called like one workload: a pod of another one that has a Service of its own. Variants (web and
 * web-canary) are meant.
 */
static json_t *stranger(struct run *r, const json_t *service, json_t *pods, json_t **right)
{
	json_t *pod, *found = NULL;
	size_t i, n = strlen(fld_name(service));

	*right = NULL;
	json_array_foreach (pods, i, pod) {
		struct workload wl;

		if (!pod_ready(pod) || *fld_str(pod, "metadata.deletionTimestamp"))
			continue;
		workload_of(r->v.h, r->v.w, pod, &wl);
		if (is(wl.name, fld_name(service)))
			*right = pod;
		else if (!found && strncmp(wl.name, fld_name(service), n) != 0 && has_own(r, service, &wl, pod))
			found = pod;
	}
	return *right ? found : NULL;
}

static void judge(void *ctx, json_t *service)
{
	struct run *r = ctx;
	json_t *pods = r->v.h->select_pods(r->v.w, fld_ns(service), fld_at(service, "spec.selector")), *pod,
	       *wrong = NULL, *right = NULL;
	struct workload a, b;
	struct diagnosis *d;
	char have[200];
	const char *key;
	json_t *value;
	size_t i;

	if (is(fld_str(service, "spec.clusterIP"), "None"))
		return;
	json_array_foreach (pods, i, pod) {
		int fit = pod_ready(pod) && !*fld_str(pod, "metadata.deletionTimestamp") ? meets(service, pod) : -1;

		if (fit == 1 && !right)
			right = pod;
		if (fit == 0 && !wrong)
			wrong = pod;
	}
	if (!wrong || !right)
		wrong = stranger(r, service, pods, &right);
	if (!wrong || !right)
		return;
	workload_of(r->v.h, r->v.w, wrong, &a);
	workload_of(r->v.h, r->v.w, right, &b);
	if (is(a.name, b.name) && is(a.kind, b.kind))
		return; /* a rollout to another port */
	d = diag_new(&r->set);
	diag_about(d, service);
	diag_rate(d, SEVERITY_WARNING, 0.88);
	diag_cause(d,
		   "The selector of Service %s is too wide: beside the pods of %s %s it selects those of %s %s, which "
		   "do not serve what it stands for "
		   "(they have %s), so that a part of the requests fails",
		   fld_name(service), b.kind, b.name, a.kind, a.name, serving_ports_text(wrong, have));
	json_object_foreach (fld_at(service, "spec.selector"), key, value) {
		char escaped[300];

		diag_cause_more(d, "; it asks for %.100s=%.100s", key,
				json_is_string(value) ? json_string_value(value) : "");

		diag_cite(d, service, NULL, "/spec/selector/%s", serving_key(key, escaped));
		diag_cite(d, wrong, NULL, "/metadata/labels/%s", escaped);
	}
	diag_cite(d, service, NULL, "/spec/ports/0/targetPort");
	diag_cite(d, wrong, NULL, "/spec/containers/0/ports/0/containerPort");
	diag_shows(d, service);
	diag_fix(d, "Add a label to the selector that only the pods of %s have: kubectl edit service %s -n %s", b.name,
		 fld_name(service), fld_ns(service));
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	serving_each(&r.v, judge, &r);
	diag_send(&r.set);
}

const struct check kubernetes_mixed_check = {
	.size = sizeof(struct check),
	.name = "service-selector-wide",
	.help = "Services that also select pods of another workload, which do not serve their port",
	.run = run,
	.reads = "services pods",
};
