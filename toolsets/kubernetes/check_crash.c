/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that end again and again: the line of the log that tells why, and what it points at. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/advice.h"
#include "toolsets/kubernetes/confined.h"
#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* How sure a line is a cause of its own: what waits for somebody else is a symptom more often than not. */
static double score_of(const struct trouble *t)
{
	static const char *const outside[] = {"refused", "dns", "timeout", NULL};

	if (!t->number)
		return 0.5;
	for (size_t i = 0; outside[i]; i++)
		if (is(t->word, outside[i]))
			return 0.6;
	return *t->word ? 0.75 : 0.62;
}

static void add_cause(struct diagnosis *d, const struct trouble *t)
{
	const struct patient *p = t->patient;
	int64_t code = fld_int(p->ended, "exitCode", 0);
	char words[260];

	diag_cause(d, "Container %s%s of %s %s ends again and again (exit code %d, %d restarts)",
		   p->init ? "(init) " : "", t->name, t->workload.kind, t->workload.name, (int)code, (int)p->restarts);
	if (t->number && code != 0)
		diag_cause_more(d, ": its log says \"%s\"", trouble_words(t, words));
	else if (t->number)
		diag_cause_more(d, ": %s; its last words are \"%s\"", exit_meaning(0), trouble_words(t, words));
	else if (*exit_meaning(code))
		diag_cause_more(d, ": %s", exit_meaning(code));
	if (*fld_str(p->ended, "message") && !t->number)
		diag_cause_more(d, "; it left the message \"%.200s\"", fld_str(p->ended, "message"));
	if (!t->number)
		diag_cause_more(d, t->log.state == SEEN_OK ? "; its log is empty" : "; its log could not be read");
}

/* "/etc/app/app.conf:12: unknown word": the ConfigMap that is mounted where the line finds fault; "". */
static const char *faulted_map(const struct trouble *t)
{
	json_t *mount;
	size_t i;

	json_array_foreach (fld_at(t->container, "volumeMounts"), i, mount) {
		const char *path = fld_str(mount, "mountPath");
		size_t n = strlen(path);
		const json_t *volume = fld_item(fld_at(t->pod, "spec.volumes"), "name", fld_str(mount, "name"));
		const char *at = n > 1 && t->len ? memmem(t->line, t->len, path, n) : NULL,
			   *map = fld_str(volume, "configMap.name");

		if (*map && at && (at + n == t->line + t->len || strchr("/: ]'\")", at[n])))
			return map;
	}
	return "";
}

static void add_fix(const struct view *v, struct diagnosis *d, const struct trouble *t)
{
	char arg[400];
	int64_t code = fld_int(t->patient->ended, "exitCode", 0);
	const char *map = code ? faulted_map(t) : "";

	workload_arg(&t->workload, arg);
	if (*map)
		diag_fix(d, "Correct the file, which comes from ConfigMap %s: kubectl edit configmap %s -n %s", map,
			 map, t->workload.ns);
	else if (memmem(t->line, t->len, "exec format error", 17))
		diag_fix(d, "Use an image for the processor of the node, or select nodes that fit it: kubectl edit %s",
			 arg);
	else if (t->number && advice_of_line(v, d, t))
		;
	else if (code == 0)
		diag_fix(d,
			 "Let the command keep running in the foreground, or make this a Job if it is meant to end: "
			 "kubectl edit %s",
			 arg);
	else
		diag_fix(d, "Correct what makes the program end, then watch: kubectl rollout status %s", arg);
	diag_fix(d, "Read the whole log: kubectl logs %s -n %s -c %s%s", fld_name(t->pod), fld_ns(t->pod), t->name,
		 fld_at(t->status, "lastState.terminated") ? " --previous" : "");
	if (t->workload.object && is(t->workload.kind, "Deployment"))
		diag_fix(d, "If the last change broke it, go back: kubectl rollout undo %s", arg);
}

/* Killed by the kubelet, because the hook that runs beside it failed. */
static void add_post_start(const struct view *v, struct diagnosis *d, const struct patient *p, const struct trouble *t)
{
	json_t *e = patient_event(v, p->pod, "FailedPostStartHook", NULL);
	char place[128], arg[400];

	if (!e || !fld_at(p->container, "lifecycle.postStart"))
		return;
	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	diag_cause_more(d, "; its postStart hook fails, so the kubelet kills it each time");
	diag_cite(d, e, NULL, "%s", event_pointer(e));
	workload_container(&t->workload, t->name, place);
	diag_cite(d, t->workload.spec_object, NULL, "%s/lifecycle/postStart/exec/command/0", place);
	diag_cite(d, t->workload.spec_object, NULL, "%s/lifecycle/postStart/httpGet/path", place);
	diag_fix(d, "Correct or remove the postStart hook of container %s: kubectl edit %s", p->name,
		 workload_arg(&t->workload, arg));
}

/* A certificate that is not valid yet: the clock of the node may be wrong. */
static void blame_clock(struct diagnosis *d, const struct trouble *t)
{
	if (t->len && (memmem(t->line, t->len, "not yet valid", 13) || memmem(t->line, t->len, "is before", 9)))
		diag_blames(d, "v1", "Node", NULL, fld_str(t->pod, "spec.nodeName"));
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	const struct patient *p = t->patient;
	bool fresh;
	struct diagnosis *d = diag_get(&r->set, &fresh, "now/%s/%s/%s/%s", t->workload.kind, t->workload.ns,
				       t->workload.name, t->name);

	workload_about(d, &t->workload);
	diag_rate(d, SEVERITY_CRITICAL, score_of(t));
	add_cause(d, t);
	trouble_cite(d, t);
	diag_cite(d, p->pod, NULL, "%s/exitCode", p->ended_pointer);
	diag_cite(d, p->pod, NULL, "%s/state/waiting/message", p->pointer);
	diag_cite(d, p->pod, NULL, "%s/restartCount", p->pointer);
	diag_cite(d, p->pod, NULL, "%s/message", p->ended_pointer);
	if (fld_int(p->ended, "exitCode", 0))
		confined_explain(d, t);
	add_post_start(&r->v, d, p, t);
	blame_clock(d, t);
	add_fix(&r->v, d, t);
	diag_docs(d, "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/");
	dependency_blame(&r->v, d, t);
	diag_shows(d, t->pod);
}

/* The other replicas that fail alike belong to the same finding. */
static void on_patient(void *ctx, const struct patient *p)
{
	struct run *r = ctx;
	struct diagnosis *d;
	struct workload wl;
	bool fresh;

	if (p->ailment != AILMENT_CRASH)
		return;
	workload_of(r->v.h, r->v.w, p->pod, &wl);
	if (p->now) {
		d = diag_get(&r->set, &fresh, "now/%s/%s/%s/%s", wl.kind, wl.ns, wl.name, p->name);
		diag_shows(d, p->pod);
		return;
	}
	d = diag_get(&r->set, &fresh, "past/%s/%s/%s/%s", wl.kind, wl.ns, wl.name, p->name);
	diag_shows(d, p->pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_past(d);
	diag_cause(d, "Container %s of %s %s ended earlier (exit code %d) and has recovered since", p->name, wl.kind,
		   wl.name, (int)fld_int(p->ended, "exitCode", 0));
	diag_cite(d, p->pod, NULL, "%s/finishedAt", p->ended_pointer);
	diag_cite(d, p->pod, NULL, "%s/exitCode", p->ended_pointer);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_CRASH, on_trouble, &r);
	patients_each(&r.v, on_patient, &r);
	diag_send(&r.set);
}

const struct check kubernetes_crash_check = {
	.size = sizeof(struct check),
	.name = "container-crash-loop",
	.help = "Containers that end again and again, with the line of the log that tells why",
	.run = run,
	.reads = "pods pods/log events services namespaces nodes persistentvolumeclaims configmaps",
};
