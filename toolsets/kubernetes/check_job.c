/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that failed and were not made good by a later run. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define FRESH_MS (24 * 60 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static size_t failed_index(const json_t *job)
{
	json_t *list = fld_at(job, "status.conditions"), *c;
	size_t i;

	json_array_foreach (list, i, c)
		if (is(fld_str(c, "type"), "Failed") && is(fld_str(c, "status"), "True"))
			return i + 1;
	return 0;
}

static bool succeeded(const json_t *job)
{
	return is(fld_str(fld_condition(job, "Complete"), "status"), "True") || fld_int(job, "status.succeeded", 0) > 0;
}

/* Up to the random or counted end of a name: "import-28512340" and "import-retry" share "import". */
static size_t stem(const char *name)
{
	const char *dash = strrchr(name, '-');

	return dash && dash > name ? (size_t)(dash - name) : strlen(name);
}

/* A later Job of the same CronJob, or of the same stem, that went well. */
static bool made_good(struct run *r, json_t *job)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "jobs.batch", fld_ns(job), &seen), *owner = r->v.h->owner(r->v.w, job), *o;
	const char *created = fld_str(job, "metadata.creationTimestamp");
	size_t i, n = stem(fld_name(job));

	json_array_foreach (list, i, o) {
		if (o == job || !succeeded(o) || strcmp(fld_str(o, "metadata.creationTimestamp"), created) < 0)
			continue;
		if (owner ? r->v.h->owner(r->v.w, o) == owner : strncmp(fld_name(o), fld_name(job), n) == 0)
			return true;
	}
	return false;
}

/* A later Job of the same CronJob that failed too speaks for both. */
static bool outdone(struct run *r, json_t *job)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "jobs.batch", fld_ns(job), &seen), *owner = r->v.h->owner(r->v.w, job), *o;
	const char *created = fld_str(job, "metadata.creationTimestamp");
	size_t i;

	json_array_foreach (list, i, o)
		if (owner && o != job && failed_index(o) && r->v.h->owner(r->v.w, o) == owner &&
		    strcmp(fld_str(o, "metadata.creationTimestamp"), created) > 0)
			return true;
	return false;
}

/* The pod that failed last, the container in it, and where that one's end stands in the pod. */
static json_t *failed_pod(struct run *r, json_t *job, json_t **status, char ended_at[static 96])
{
	static const char *const lists[] = {"initContainerStatuses", "containerStatuses"};
	json_t *pods = r->v.h->pods_of(r->v.w, job), *pod, *s, *found = NULL;
	size_t i, n;

	json_array_foreach (pods, i, pod)
		for (size_t k = 0; k < 2; k++)
			json_array_foreach (fld_at(fld_at(pod, "status"), lists[k]), n, s) {
				const json_t *ended = fld_at(s, "state.terminated");

				if (!ended || fld_int(ended, "exitCode", 0) == 0)
					continue;
				found = pod;
				*status = s;
				snprintf(ended_at, 96, "/status/%s/%zu/state/terminated", lists[k], n);
			}
	return found;
}

/* Of a program that never ran, or that left its last words with the kubelet. */
static void add_message(struct diagnosis *d, const json_t *pod, const json_t *status, const char *ended_at)
{
	const char *text = fld_str(status, "state.terminated.message");
	char words[260];

	if (!*text)
		return;
	diag_cause_more(d, ": \"%s\"", lines_words(text, strlen(text), words));
	diag_cite(d, pod, NULL, "%s/message", ended_at);
}

static bool add_log(struct run *r, struct diagnosis *d, json_t *pod, json_t *status, const struct workload *wl)
{
	struct trouble t = {.why = TROUBLE_CRASH,
			    .pod = pod,
			    .status = status,
			    .name = fld_str(status, "name"),
			    .workload = *wl,
			    .line = "",
			    .word = ""};
	struct log_request q = {.ns = fld_ns(pod),
				.pod = fld_name(pod),
				.container = t.name,
				.tail_lines = 400,
				.limit_bytes = 512u << 10};
	char words[260];

	r->v.h->log(r->v.w, &q, &t.log);
	if (t.log.state == SEEN_OK && t.log.len) {
		t.number = r->v.h->decisive_line(t.log.text, t.log.len, &t.line, &t.len, &t.word);
		if (!t.number)
			t.number = lines_last(t.log.text, t.log.len, &t.line, &t.len);
	}
	if (!t.number)
		return false;
	diag_cause_more(d, ": its log says \"%s\"", trouble_words(&t, words));
	trouble_cite(d, &t);
	dependency_blame(&r->v, d, &t);
	return true;
}

static void judge(struct run *r, json_t *job)
{
	size_t index = failed_index(job);
	json_t *status = NULL, *pod, *condition = json_array_get(fld_at(job, "status.conditions"), index - 1);
	struct diagnosis *d;
	struct workload wl;
	char ended_at[96] = "";
	bool past, started;
	int64_t at;

	if (!index || *fld_str(job, "metadata.deletionTimestamp"))
		return;
	workload_of(r->v.h, r->v.w, job, &wl);
	past = (when_parse(fld_str(condition, "lastTransitionTime"), &at) && r->v.now_ms - at > FRESH_MS) ||
	       made_good(r, job) || outdone(r, job);
	d = diag_new(&r->set);
	workload_about(d, &wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.72);
	diag_cause(d, "Job %s failed (%s)", fld_name(job), fld_str(condition, "reason"));
	diag_shows(d, job);
	diag_cite(d, job, NULL, "/status/conditions/%zu/message", index - 1);
	diag_cite(d, job, NULL, "/status/conditions/%zu/reason", index - 1);
	if (past) {
		diag_past(d);
		diag_cause_more(d, "%s",
				made_good(r, job) ? "; a later run went well"
				: outdone(r, job) ? "; so did a later run"
						  : "; that is long ago");
		return;
	}
	pod = failed_pod(r, job, &status, ended_at);
	if (is(fld_str(status, "state.terminated.reason"), "OOMKilled")) {
		diag_rate(d, SEVERITY_CRITICAL, 0.9);
		diag_cause_more(d, ": its container %s was killed for its memory (OOMKilled)", fld_str(status, "name"));
	} else if (pod) {
		diag_cause_more(d, ", its container %s ended with exit code %d", fld_str(status, "name"),
				(int)fld_int(status, "state.terminated.exitCode", 0));
		started = !is(fld_str(status, "state.terminated.reason"), "StartError");
		if (!started || !add_log(r, d, pod, status, &wl))
			add_message(d, pod, status, ended_at);
	} else if (is(fld_str(condition, "reason"), "DeadlineExceeded")) {
		diag_cause_more(d, ": it did not end within %d s", (int)fld_int(job, "spec.activeDeadlineSeconds", 0));
		diag_cite(d, job, NULL, "/spec/activeDeadlineSeconds");
	}
	if (pod) {
		diag_shows(d, pod);
		diag_cite(d, pod, NULL, "%s/exitCode", ended_at);
		diag_cite(d, pod, NULL, "%s/reason", ended_at);
		diag_fix(d, "Read its log: kubectl logs %s -n %s -c %s", fld_name(pod), fld_ns(pod),
			 fld_str(status, "name"));
	}
	diag_cite(d, job, NULL, "/spec/backoffLimit");
	if (is(wl.kind, "CronJob"))
		diag_fix(d, "Correct it and run it again: kubectl create job %.40s-again --from=cronjob/%s -n %s",
			 wl.name, wl.name, wl.ns);
	else
		diag_fix(d, "Correct it and run it again: kubectl delete job %s -n %s, then create it anew",
			 fld_name(job), fld_ns(job));
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "jobs.batch", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		judge(&r, o);
	diag_send(&r.set);
}

const struct check kubernetes_job_check = {
	.size = sizeof(struct check),
	.name = "job-failed",
	.help = "Jobs that failed within a day and were not made good by a later run, with the line of the log that "
		"tells why",
	.run = run,
	.reads = "jobs.batch cronjobs.batch pods pods/log services events",
};
