/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/patient.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define RECENT_MS (15 * 60 * 1000LL) /* a container that stays up longer has recovered */
#define STEADY_MS (5 * 60 * 1000LL)  /* and one that stays up this long, and so many times as long as its last run */
#define STEADY_RUNS 3
#define STOP_S 40 /* what a program may take to stop, and the kubelet to look */
#define EVENT_MS (60 * 60 * 1000LL)
#define LOG_LINES 400
#define LOG_BYTES (512u << 10)

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool in(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (is(*list, word))
			return true;
	return false;
}

static enum ailment by_waiting(const char *reason)
{
	static const char *const image[] = {
		"ErrImagePull",	     "ImagePullBackOff",    "ErrImageNeverPull",	 "InvalidImageName",
		"ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed", NULL};
	static const char *const config[] = {"CreateContainerConfigError", NULL};
	static const char *const start[] = {"CreateContainerError", "RunContainerError",  "PreCreateHookError",
					    "PreStartHookError",    "PostStartHookError", NULL};

	if (in(image, reason))
		return AILMENT_IMAGE;
	if (in(config, reason))
		return AILMENT_CONFIG;
	return in(start, reason) ? AILMENT_START : AILMENT_NONE;
}

const char *event_pointer(const json_t *event)
{
	return *fld_str(event, "message") ? "/message" : "/note";
}

const char *event_message(const json_t *event)
{
	return *fld_str(event, "message") ? fld_str(event, "message") : fld_str(event, "note");
}

json_t *patient_event(const struct view *v, json_t *pod, const char *reason, const char *part)
{
	enum seen seen;
	json_t *events = v->h->events_of(v->w, fld_kind(pod), fld_ns(pod), fld_name(pod), &seen);

	for (size_t i = json_array_size(events); i-- > 0;) {
		json_t *e = json_array_get(events, i);
		int64_t at = v->h->event_time(e);

		if ((reason && !is(fld_str(e, "reason"), reason)) || (part && !strstr(event_message(e), part)))
			continue;
		if (!at || v->now_ms - at <= EVENT_MS)
			return e;
	}
	return NULL;
}

int64_t patient_age_ms(const struct view *v, const json_t *object)
{
	int64_t at;

	return when_parse(fld_str(object, "metadata.creationTimestamp"), &at) ? v->now_ms - at : -1;
}

bool pod_ready(const json_t *pod)
{
	const json_t *ready = fld_condition(pod, "Ready");
	json_t *list = fld_at(pod, "status.containerStatuses"), *s;
	size_t i;

	if (ready)
		return is(fld_str(ready, "status"), "True");
	json_array_foreach (list, i, s)
		if (!fld_true(s, "ready"))
			return false;
	return json_array_size(list) > 0;
}

const char *exit_meaning(int64_t code)
{
	switch (code) {
	case 0:
		return "it ended without an error, but it is expected to keep running";
	case 125:
		return "the container tool itself failed";
	case 126:
		return "the command was found but cannot be executed";
	case 127:
		return "the command was not found";
	case 128:
		return "the runtime could not start the process";
	case 132:
		return "illegal instruction: the image may be built for another processor";
	case 134:
		return "the process aborted itself (SIGABRT)";
	case 135:
		return "bus error (SIGBUS)";
	case 136:
		return "arithmetic error (SIGFPE)";
	case 137:
		return "killed with SIGKILL";
	case 139:
		return "memory access error (SIGSEGV)";
	case 143:
		return "ended by SIGTERM";
	default:
		return "";
	}
}

/* Without events: ended by SIGTERM just when the liveness probe has lost its patience. */
static bool out_of_patience(const struct view *v, const struct patient *p)
{
	const json_t *probe = json_object_get(p->container, "livenessProbe");
	int64_t patience = fld_int(probe, "initialDelaySeconds", 0) +
			   (fld_int(probe, "periodSeconds", 10) ? fld_int(probe, "periodSeconds", 10) : 10) *
				   fld_int(probe, "failureThreshold", 3);
	int64_t from, to;
	enum seen seen;

	if (!probe || fld_int(p->ended, "exitCode", 0) != 143 ||
	    json_array_size(v->h->events_of(v->w, "Pod", fld_ns(p->pod), fld_name(p->pod), &seen)) ||
	    !when_parse(fld_str(p->ended, "startedAt"), &from) || !when_parse(fld_str(p->ended, "finishedAt"), &to))
		return false;
	return to - from <= (patience + STOP_S) * 1000 && to - from >= patience * 500;
}

/* Was it the kubelet, because of a probe? The event of the kill tells; its time is that of the newest kill. */
static bool killed_by_probe(const struct view *v, const struct patient *p)
{
	char part[300];
	json_t *e;

	if (!json_object_get(p->container, "livenessProbe") && !json_object_get(p->container, "startupProbe"))
		return false;
	snprintf(part, sizeof(part), "Container %.253s failed ", p->name);
	e = patient_event(v, p->pod, "Killing", part);
	return e && strstr(event_message(e), " probe, will be restarted");
}

static enum ailment by_end(const struct view *v, const struct patient *p)
{
	const char *reason = fld_str(p->ended, "reason");
	int64_t code = fld_int(p->ended, "exitCode", 0);

	if (is(reason, "OOMKilled"))
		return AILMENT_OOM;
	if (is(reason, "StartError") || is(reason, "ContainerCannotRun") || code == 128)
		return AILMENT_START;
	return killed_by_probe(v, p) || out_of_patience(v, p) ? AILMENT_PROBE : AILMENT_CRASH;
}

static void set_ended(struct patient *p, const char *state)
{
	char path[64];

	snprintf(path, sizeof(path), "%s.terminated", state);
	p->ended = fld_at(p->status, path);
	if (!p->ended)
		return;
	snprintf(p->ended_pointer, sizeof(p->ended_pointer), "%s/%s/terminated", p->pointer, state);
	if (!when_parse(fld_str(p->ended, "finishedAt"), &p->ended_ms))
		p->ended_ms = 0;
}

/* Minutes up, and several times as long as the run before: what ended that run did not come back. */
static bool outlived(const struct view *v, const struct patient *p)
{
	int64_t up, began;

	if (!fld_true(p->status, "ready") || !when_parse(fld_str(p->status, "state.running.startedAt"), &up) ||
	    !when_parse(fld_str(p->ended, "startedAt"), &began))
		return false;
	up = v->now_ms - up;
	return up >= STEADY_MS && up / STEADY_RUNS >= p->ended_ms - began;
}

/* Up now: has it failed so often and so lately that it will again? */
static bool flapping(const struct view *v, const struct patient *p)
{
	return !outlived(v, p) && p->ended && p->ended_ms && v->now_ms - p->ended_ms < RECENT_MS &&
	       p->restarts >= (fld_true(p->status, "ready") ? 3 : 2);
}

static void examine(const struct view *v, struct patient *p)
{
	const char *waiting = fld_str(p->status, "state.waiting.reason"),
		   *policy = fld_str(p->pod, "spec.restartPolicy");
	bool sidecar = is(fld_str(p->container, "restartPolicy"), "Always");
	bool always = (is(policy, "Always") || !*policy) && (!p->init || sidecar);

	p->restarts = fld_int(p->status, "restartCount", 0);
	set_ended(p, fld_at(p->status, "state.terminated") ? "state" : "lastState");
	if (*waiting)
		p->ailment = by_waiting(waiting);
	if (p->ailment) {
		p->now = true;
		return;
	}
	if (!p->ended)
		return;
	if (is(waiting, "CrashLoopBackOff"))
		p->now = true;
	else if (fld_at(p->status, "state.terminated"))
		p->now = always || fld_int(p->ended, "exitCode", 0) != 0;
	else
		p->now = flapping(v, p);
	/* a job's container that is done, well or not, is the job's matter */
	if (fld_at(p->status, "state.terminated") && !p->init && (is(policy, "Never") || !p->now))
		return;
	if (p->init && fld_int(p->ended, "exitCode", 0) == 0 && !sidecar)
		return;
	p->ailment = by_end(v, p);
}

/* Of most containers: up since they were started, or not begun. */
static bool uneventful(const json_t *status)
{
	return !fld_at(status, "lastState.terminated") && !fld_at(status, "state.terminated") &&
	       !fld_at(status, "state.waiting.reason");
}

static void pod_list(const struct view *v, json_t *pod, bool init, void (*fn)(void *, const struct patient *),
		     void *ctx)
{
	json_t *statuses = fld_at(pod, init ? "status.initContainerStatuses" : "status.containerStatuses"), *status, *c;
	json_t *containers = fld_at(pod, init ? "spec.initContainers" : "spec.containers");
	size_t i, k;

	json_array_foreach (statuses, i, status) {
		struct patient p = {.pod = pod, .status = status, .name = fld_str(status, "name"), .init = init};

		if (uneventful(status))
			continue;
		snprintf(p.pointer, sizeof(p.pointer), "/status/%s/%zu",
			 init ? "initContainerStatuses" : "containerStatuses", i);
		json_array_foreach (containers, k, c) {
			if (!is(fld_str(c, "name"), p.name))
				continue;
			p.container = c;
			snprintf(p.spec_pointer, sizeof(p.spec_pointer), "/spec/%s/%zu",
				 init ? "initContainers" : "containers", k);
		}
		examine(v, &p);
		if (p.ailment)
			fn(ctx, &p);
	}
}

void patients_each(const struct view *v, void (*fn)(void *ctx, const struct patient *p), void *ctx)
{
	enum seen seen;
	json_t *pods = v->h->list(v->w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod) {
		const char *phase = fld_str(pod, "status.phase");

		if (*fld_str(pod, "metadata.deletionTimestamp") || is(phase, "Succeeded") || is(phase, "Failed"))
			continue;
		pod_list(v, pod, true, fn, ctx);
		pod_list(v, pod, false, fn, ctx);
	}
}

const char *patient_waiting(const struct patient *p, const char **reason)
{
	if (reason)
		*reason = fld_str(p->status, "state.waiting.reason");
	return fld_str(p->status, "state.waiting.message");
}

void patient_log(const struct view *v, const struct patient *p, struct log_text *out)
{
	bool before = fld_at(p->status, "lastState.terminated") && !fld_at(p->status, "state.terminated");
	struct log_request q = {.ns = fld_ns(p->pod),
				.pod = fld_name(p->pod),
				.container = p->name,
				.previous = before,
				.tail_lines = LOG_LINES,
				.limit_bytes = LOG_BYTES};

	v->h->log(v->w, &q, out);
	if (!before || (out->state == SEEN_OK && out->len))
		return;
	/* the last run's log is gone: this run's may end the same way */
	q.previous = false;
	v->h->log(v->w, &q, out);
}
