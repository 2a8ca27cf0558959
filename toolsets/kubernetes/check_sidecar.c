/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that do not end because a helper container goes on after the work is done. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define DONE_MS (10 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

/* One container ended well some time ago, another still runs. */
static bool find_pair(const struct view *v, const json_t *pod, size_t *done, size_t *running, int64_t *since)
{
	json_t *list = fld_at(pod, "status.containerStatuses"), *s;
	bool have_done = false, have_running = false;
	int64_t at;
	size_t i;

	*since = 0;
	json_array_foreach (list, i, s) {
		const json_t *ended = fld_at(s, "state.terminated");

		if (fld_at(s, "state.running")) {
			*running = i;
			have_running = true;
		} else if (ended && fld_int(ended, "exitCode", 1) == 0 &&
			   when_parse(fld_str(ended, "finishedAt"), &at)) {
			*done = i;
			*since = v->now_ms - at;
			have_done = true;
		}
	}
	return have_done && have_running && *since > DONE_MS;
}

static void judge(struct run *r, json_t *pod)
{
	json_t *list = fld_at(pod, "status.containerStatuses");
	struct diagnosis *d;
	struct workload wl;
	char age[AGE_SIZE], arg[400];
	size_t done = 0, running = 0;
	int64_t since;
	bool fresh;

	if (!find_pair(&r->v, pod, &done, &running, &since))
		return;
	workload_of(r->v.h, r->v.w, pod, &wl);
	d = diag_get(&r->set, &fresh, "%s/%s/%s", wl.kind, wl.ns, wl.name);
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_rate(d, SEVERITY_WARNING, 0.85);
	diag_cause(d, "%s %s does not end: its container %s was done %s ago, but %s goes on beside it", wl.kind,
		   wl.name, fld_str(json_array_get(list, done), "name"), age_text(since, age),
		   fld_str(json_array_get(list, running), "name"));
	diag_cite(d, pod, NULL, "/status/containerStatuses/%zu/state/terminated/finishedAt", done);
	diag_cite(d, pod, NULL, "/status/containerStatuses/%zu/state/terminated/reason", done);
	diag_cite(d, pod, NULL, "/status/containerStatuses/%zu/state/running/startedAt", running);
	diag_fix(d,
		 "Make %s an init container with restartPolicy: Always (a sidecar, which ends with the work): kubectl "
		 "edit %s",
		 fld_str(json_array_get(list, running), "name"), workload_arg(&wl, arg));
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod) {
		const char *policy = fld_str(pod, "spec.restartPolicy");

		if ((strcmp(policy, "Never") == 0 || strcmp(policy, "OnFailure") == 0) &&
		    strcmp(fld_str(pod, "status.phase"), "Running") == 0 &&
		    !*fld_str(pod, "metadata.deletionTimestamp"))
			judge(&r, pod);
	}
	diag_send(&r.set);
}

const struct check kubernetes_sidecar_check = {
	.size = sizeof(struct check),
	.name = "job-sidecar",
	.help = "Jobs that do not end because a helper container goes on after the work is done",
	.run = run,
	.reads = "jobs.batch pods",
};
