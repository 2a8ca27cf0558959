/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/podstatus.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void note_restart(const json_t *status, struct pod_status *out)
{
	const char *at = fld_str(status, "lastState.terminated.finishedAt");

	/* RFC 3339 in UTC sorts as text. */
	if (*at && (!out->last_restart || strcmp(at, out->last_restart) > 0))
		out->last_restart = at;
}

/* How a terminated container is called: its reason, else its signal or exit code. */
static void set_terminated(struct pod_status *out, const char *prefix, const json_t *terminated)
{
	int64_t signal = fld_int(terminated, "signal", 0);

	if (*fld_str(terminated, "reason"))
		snprintf(out->word, sizeof(out->word), "%s%.80s", prefix, fld_str(terminated, "reason"));
	else if (signal)
		snprintf(out->word, sizeof(out->word), "%sSignal:%d", prefix, (int)signal);
	else
		snprintf(out->word, sizeof(out->word), "%sExitCode:%d", prefix,
			 (int)fld_int(terminated, "exitCode", 0));
}

static bool sidecar(json_t *pod, const char *name)
{
	return is(fld_str(fld_item(fld_at(pod, "spec.initContainers"), "name", name), "restartPolicy"), "Always");
}

/* True while the first init container that is not done decides the word. */
static bool init_status(json_t *pod, struct pod_status *out, int64_t *sidecar_restarts)
{
	json_t *list = fld_at(pod, "status.initContainerStatuses"), *status;
	size_t i;

	json_array_foreach (list, i, status) {
		json_t *ended = fld_at(status, "state.terminated");
		const char *waiting = fld_str(status, "state.waiting.reason");
		bool side = sidecar(pod, fld_str(status, "name"));

		out->restarts += fld_int(status, "restartCount", 0);
		note_restart(status, out);
		if (side)
			*sidecar_restarts += fld_int(status, "restartCount", 0);
		if (ended && fld_int(ended, "exitCode", 0) == 0)
			continue;
		if (side && fld_true(status, "started")) {
			out->ready += fld_true(status, "ready");
			continue;
		}
		if (ended)
			set_terminated(out, "Init:", ended);
		else if (*waiting && !is(waiting, "PodInitializing"))
			snprintf(out->word, sizeof(out->word), "Init:%.80s", waiting);
		else
			snprintf(out->word, sizeof(out->word), "Init:%zu/%zu", i,
				 fld_count(pod, "spec.initContainers"));
		return true;
	}
	return false;
}

static void container_status(json_t *pod, struct pod_status *out)
{
	json_t *list = fld_at(pod, "status.containerStatuses");
	bool running = false;

	for (size_t i = json_array_size(list); i-- > 0;) {
		json_t *status = json_array_get(list, i), *ended = fld_at(status, "state.terminated");
		const char *waiting = fld_str(status, "state.waiting.reason");

		out->restarts += fld_int(status, "restartCount", 0);
		note_restart(status, out);
		if (*waiting) {
			snprintf(out->word, sizeof(out->word), "%.90s", waiting);
		} else if (ended) {
			set_terminated(out, "", ended);
		} else if (fld_true(status, "ready") && fld_at(status, "state.running")) {
			running = true;
			out->ready++;
		}
	}
	if (is(out->word, "Completed") && running)
		snprintf(out->word, sizeof(out->word), "%s",
			 is(fld_str(fld_condition(pod, "Ready"), "status"), "True") ? "Running" : "NotReady");
}

void kubernetes_pod_status(json_t *pod, struct pod_status *out)
{
	const char *phase = fld_str(pod, "status.phase"), *reason = fld_str(pod, "status.reason");
	json_t *inits = fld_at(pod, "spec.initContainers"), *item;
	int64_t side = 0;
	bool initializing;
	size_t i;

	*out = (struct pod_status){.total = (int)fld_count(pod, "spec.containers")};
	snprintf(out->word, sizeof(out->word), "%.90s", *reason ? reason : *phase ? phase : "Unknown");
	if (is(fld_str(fld_condition(pod, "PodScheduled"), "reason"), "SchedulingGated"))
		snprintf(out->word, sizeof(out->word), "SchedulingGated");
	json_array_foreach (inits, i, item)
		out->total += is(fld_str(item, "restartPolicy"), "Always");
	initializing = init_status(pod, out, &side);
	if (!initializing || is(fld_str(fld_condition(pod, "Initialized"), "status"), "True")) {
		out->restarts = side;
		container_status(pod, out);
	}
	if (!*fld_str(pod, "metadata.deletionTimestamp"))
		return;
	if (is(reason, "NodeLost"))
		snprintf(out->word, sizeof(out->word), "Unknown");
	else if (!is(phase, "Succeeded") && !is(phase, "Failed"))
		snprintf(out->word, sizeof(out->word), "Terminating");
}

bool kubernetes_pod_healthy(json_t *pod)
{
	struct pod_status s;

	kubernetes_pod_status(pod, &s);
	return is(fld_str(pod, "status.phase"), "Succeeded") || (is(s.word, "Running") && s.ready == s.total);
}

json_t *kubernetes_pod_spec(const json_t *object)
{
	if (is(fld_kind(object), "Pod"))
		return fld_at(object, "spec");
	if (is(fld_kind(object), "CronJob"))
		return fld_at(object, "spec.jobTemplate.spec.template.spec");
	return fld_at(object, "spec.template.spec.containers") ? fld_at(object, "spec.template.spec") : NULL;
}

json_t *kubernetes_pod_labels(const json_t *object)
{
	if (is(fld_kind(object), "Pod"))
		return fld_at(object, "metadata.labels");
	if (is(fld_kind(object), "CronJob"))
		return fld_at(object, "spec.jobTemplate.spec.template.metadata.labels");
	return fld_at(object, "spec.template.metadata.labels");
}
