/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads whose controller has not looked at their last change. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/workload.h"

#define WAIT_MS (2 * 60 * 1000LL)

static const char *const kinds[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};

struct run {
	struct view v;
	struct diagnoses set;
	size_t observed; /* workloads that were looked at: manifests without any status prove nothing */
};

static bool behind(const json_t *o)
{
	return fld_int(o, "metadata.generation", 0) > fld_int(o, "status.observedGeneration", 0);
}

static json_t *manager_pod(struct run *r)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "pods", "kube-system", &seen), *pod;
	size_t i;

	json_array_foreach (list, i, pod)
		if (strncmp(fld_name(pod), "kube-controller-manager", 23) == 0)
			return pod;
	return NULL;
}

/* A database that takes no more writes stops every controller, well as they are: its own log, or the API server's, says
 * so. */
static void store_full(struct run *r, struct diagnosis *d)
{
	static const char words[] = "database space exceeded";
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "pods", "kube-system", &seen), *pod;
	struct log_text log;
	const char *line;
	size_t i, len, number;

	json_array_foreach (list, i, pod) {
		struct log_request q = {.ns = "kube-system",
					.pod = fld_name(pod),
					.container = fld_str(pod, "spec.containers.0.name"),
					.tail_lines = 400,
					.limit_bytes = 512u << 10,
					.may_be_empty = true};

		if (strncmp(fld_name(pod), "etcd", 4) != 0 && strncmp(fld_name(pod), "kube-apiserver", 14) != 0)
			continue;
		r->v.h->log(r->v.w, &q, &log);
		number = log.state == SEEN_OK ? lines_last_with(log.text, log.len, words, &line, &len) : 0;
		if (!number)
			continue;
		diag_cause_more(d, "; %s says that the space of etcd is used up (%s), so nothing can be written",
				fld_name(pod), words);
		diag_cite_line(d, &log, number, line, len);
		diag_rate(d, SEVERITY_CRITICAL, 0.93);
		if (strncmp(fld_name(pod), "etcd", 4) != 0)
			return;
		diag_about(d, pod);
		diag_fix(d, "Compact and defragment etcd, then lift the alarm: etcdctl compact; etcdctl defrag; "
			    "etcdctl alarm disarm");
		return;
	}
}

static void judge(struct run *r, json_t *o)
{
	struct diagnosis *d;
	json_t *manager;
	bool fresh;

	if (!behind(o) || patient_age_ms(&r->v, o) < WAIT_MS || *fld_str(o, "metadata.deletionTimestamp") ||
	    fld_true(o, "spec.paused"))
		return;
	d = diag_get(&r->set, &fresh, "controller");
	diag_shows(d, o);
	if (!fresh)
		return;
	manager = manager_pod(r);
	diag_about(d, manager ? manager : o);
	diag_rate(d, SEVERITY_CRITICAL, manager && !pod_ready(manager) ? 0.93 : 0.8);
	diag_cause(d,
		   "The controllers do not work (kube-controller-manager): %s %s is in generation %d, but only "
		   "generation %d has been "
		   "looked at",
		   fld_kind(o), fld_name(o), (int)fld_int(o, "metadata.generation", 0),
		   (int)fld_int(o, "status.observedGeneration", 0));
	if (manager && !pod_ready(manager)) {
		diag_cause_more(d, "; pod %s is not ready", fld_name(manager));
		diag_blames(d, "v1", "Pod", fld_ns(manager), fld_name(manager));
		diag_cite(d, manager, NULL, "/status/containerStatuses/0/state/waiting/reason");
	}
	store_full(r, d);
	diag_blames(d, "coordination.k8s.io/v1", "Lease", "kube-system", "kube-controller-manager");
	diag_cite(d, o, NULL, "/metadata/generation");
	diag_cite(d, o, NULL, "/status/observedGeneration");
	diag_cite(d, o, NULL, "/metadata/creationTimestamp");
	diag_fix(d, "Look at it: kubectl get pods -n kube-system -l component=kube-controller-manager");
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list, *o;
	size_t i;

	for (size_t k = 0; k < 3; k++) {
		list = h->list(w, kinds[k], NULL, &seen);
		json_array_foreach (list, i, o)
			r.observed += fld_int(o, "status.observedGeneration", 0) > 0;
	}
	for (size_t k = 0; k < 3 && r.observed; k++) {
		list = h->list(w, kinds[k], NULL, &seen);
		json_array_foreach (list, i, o)
			judge(&r, o);
	}
	diag_send(&r.set);
}

const struct check kubernetes_controller_check = {
	.size = sizeof(struct check),
	.name = "controller-silent",
	.help = "Workloads whose last change no controller has looked at",
	.run = run,
	.reads = "deployments.apps statefulsets.apps daemonsets.apps pods pods/log",
};
