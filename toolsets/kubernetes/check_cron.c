/* SPDX-License-Identifier: Apache-2.0 */
/* CronJobs that start nothing, as a rule because a run that should long be over is still there. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/cron_events.h"
#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"

#define HOUR_MS (60 * 60 * 1000LL) /* a time zone may put the clock back */
#define DAY_MS (24 * 60 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

/* The controller's word, within a day, that it left out a run for this reason. */
static json_t *left_out(struct run *r, const json_t *cron)
{
	enum seen seen;
	json_t *list = r->v.h->events_of(r->v.w, "CronJob", fld_ns(cron), fld_name(cron), &seen);

	for (size_t i = json_array_size(list); i-- > 0;) {
		json_t *e = json_array_get(list, i);
		int64_t at = r->v.h->event_time(e);

		if (strcmp(fld_str(e, "reason"), "JobAlreadyActive") == 0 && (!at || r->v.now_ms - at < DAY_MS))
			return e;
	}
	return NULL;
}

/* Does this schedule fire on every day? Then one run at least was left out while another went on for longer than that. */
static bool daily(const char *schedule)
{
	const char *const words[] = {"@hourly", "@daily", "@midnight"};
	size_t n = strlen(schedule);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(schedule, words[i]) == 0)
			return true;
	return n > 6 && strcmp(schedule + n - 6, " * * *") == 0;
}

/* What the run says last, and whom it waits for. */
static void add_log(struct run *r, struct diagnosis *d, json_t *job, const struct workload *wl)
{
	json_t *pod = json_array_get(r->v.h->pods_of(r->v.w, job), 0);
	struct trouble t = {.why = TROUBLE_UNREADY,
			    .pod = pod,
			    .name = fld_str(pod, "spec.containers.0.name"),
			    .workload = *wl,
			    .line = "",
			    .word = ""};
	struct log_request q = {.ns = fld_ns(job),
				.pod = fld_name(pod),
				.container = t.name,
				.tail_lines = 400,
				.limit_bytes = 512u << 10};
	char words[260];

	if (!pod)
		return;
	diag_shows(d, pod);
	r->v.h->log(r->v.w, &q, &t.log);
	if (t.log.state == SEEN_OK)
		t.number = lines_last(t.log.text, t.log.len, &t.line, &t.len);
	if (t.number) {
		diag_cause_more(d, "; the last line of its log is \"%s\"", trouble_words(&t, words));
		trouble_cite(d, &t);
		dependency_blame(&r->v, d, &t);
	}
	diag_fix(d, "See what it does: kubectl logs %s -n %s", fld_name(pod), fld_ns(job));
}

static void judge(struct run *r, json_t *cron)
{
	const char *name = fld_str(cron, "status.active.0.name");
	enum seen seen;
	json_t *job, *event;
	struct diagnosis *d;
	struct workload wl;
	char age[AGE_SIZE];

	if (strcmp(fld_str(cron, "spec.concurrencyPolicy"), "Forbid") != 0 || !*name || fld_true(cron, "spec.suspend"))
		return;
	event = left_out(r, cron);
	job = r->v.h->find(r->v.w, "jobs.batch", fld_ns(cron), name, &seen);
	if (!job || (!event && !(daily(fld_str(cron, "spec.schedule")) && patient_age_ms(&r->v, job) > DAY_MS + HOUR_MS)))
		return;
	workload_is(cron, &wl);
	d = diag_new(&r->set);
	diag_about(d, cron);
	diag_rate(d, SEVERITY_WARNING, 0.85);
	diag_cause(d,
		   "CronJob %s starts no new runs, because its run %s has not ended for %s and runs may not overlap "
		   "(concurrencyPolicy Forbid)",
		   fld_name(cron), name, age_text(patient_age_ms(&r->v, job), age));
	if (event)
		diag_cite(d, event, NULL, "%s", event_pointer(event));
	else
		diag_cite(d, cron, NULL, "/spec/schedule");
	diag_cite(d, cron, NULL, "/spec/concurrencyPolicy");
	diag_cite(d, job, NULL, "/status/startTime");
	diag_shows(d, job);
	diag_docs(d, "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy");
	add_log(r, d, job, &wl);
	diag_fix(d, "Stop the run that hangs, then the next one starts on time: kubectl delete job %s -n %s", name,
		 fld_ns(cron));
	diag_fix(d, "Set activeDeadlineSeconds on its jobs, so that this cannot last: kubectl edit cronjob %s -n %s",
		 fld_name(cron), fld_ns(cron));
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "cronjobs.batch", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o) {
		judge(&r, o);
		cron_events_judge(&r.v, &r.set, o);
	}
	diag_send(&r.set);
}

const struct check kubernetes_cron_check = {
	.size = sizeof(struct check),
	.name = "cronjob-held-up",
	.help = "CronJobs that start nothing: an old run does not end, or their Jobs are refused",
	.run = run,
	.reads = "cronjobs.batch jobs.batch pods pods/log events services namespaces",
};
