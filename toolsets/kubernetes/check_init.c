/* SPDX-License-Identifier: Apache-2.0 */
/* Init containers that run on and on: what they wait for does not come. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/dependency.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

struct run {
	struct view v;
	struct diagnoses set;
};

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	struct diagnosis *d = diag_new(&r->set);
	char words[260], age[AGE_SIZE], place[128];
	const char *since = fld_str(t->status, "state.running.startedAt");
	json_t *arg;
	size_t i;

	workload_about(d, &t->workload);
	diag_rate(d, SEVERITY_CRITICAL, t->number ? 0.65 : 0.55);
	diag_cause(d, "Init container %s of %s %s has been running for %s and does not end, so the pod does not start",
		   t->name, t->workload.kind, t->workload.name, age_since(since, r->v.now_ms, age));
	if (t->number)
		diag_cause_more(d, ": its log says \"%s\"", trouble_words(t, words));
	trouble_cite(d, t);
	workload_container(&t->workload, t->name, place);
	json_array_foreach (fld_at(t->container, "command"), i, arg) {
		dependency_blame_text(&r->v, d, t->pod, json_string_value(arg) ? json_string_value(arg) : "",
				      json_string_length(arg));
		if (*place && json_string_length(arg) > 12)
			diag_cite(d, t->workload.spec_object, NULL, "%s/command/%zu", place, i);
	}
	json_array_foreach (fld_at(t->container, "args"), i, arg)
		dependency_blame_text(&r->v, d, t->pod, json_string_value(arg) ? json_string_value(arg) : "",
				      json_string_length(arg));
	dependency_blame(&r->v, d, t);
	diag_cite(d, t->pod, NULL, "/status/initContainerStatuses/0/state/running/startedAt");
	diag_fix(d, "See what it waits for: kubectl logs %s -n %s -c %s", fld_name(t->pod), fld_ns(t->pod), t->name);
	diag_docs(d, "https://kubernetes.io/docs/tasks/debug/debug-application/debug-init-containers/");
	diag_shows(d, t->pod);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_INIT, on_trouble, &r);
	diag_send(&r.set);
}

const struct check kubernetes_init_check = {
	.size = sizeof(struct check),
	.name = "init-container-waiting",
	.help = "Init containers that do not come to their end, with what they wait for",
	.run = run,
	.reads = "pods pods/log services namespaces events",
};
