/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/logs/streams.h"

#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/target.h"

bool logs_pod_ails(const json_t *pod)
{
	json_t *status;
	size_t i;

	if (strcmp(fld_str(pod, "status.phase"), "Succeeded") == 0)
		return false;
	json_array_foreach (fld_at(pod, "status.containerStatuses"), i, status)
		if (!fld_true(status, "ready"))
			return true;
	return strcmp(fld_str(pod, "status.phase"), "Running") != 0;
}

static bool has_pods(const char *kind)
{
	static const char *const kinds[] = {"Deployment", "ReplicaSet", "StatefulSet",		"DaemonSet",
					    "Job",	  "CronJob",	"ReplicationController"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

json_t *logs_pods(const struct host *h, struct work *w, const char *name, const char *kind, const char *ns)
{
	struct reply r = REP_INIT;
	const struct kind_info *k;
	enum seen seen = SEEN_OK;
	struct target t;
	json_t *pods = NULL;

	if (!target_find(h, w, name, kind, ns, &t))
		return NULL;
	if (strcmp(t.kind->kind, "Pod") == 0) {
		pods = json_array();
		json_array_append(pods, t.object);
		return pods;
	}
	if (has_pods(t.kind->kind))
		pods = h->pods_of(w, t.object);
	else if (strcmp(t.kind->kind, "Service") == 0 && json_object_size(fld_at(t.object, "spec.selector")))
		pods = h->select_pods(w, t.ns, fld_at(t.object, "spec.selector"));
	if (json_array_size(pods))
		return json_incref(pods);
	k = h->kind(w, "pods", NULL, 0);
	if (k)
		h->list(w, "pods", t.ns, &seen);
	if (k && seen != SEEN_OK && seen != SEEN_EMPTY && seen != SEEN_CUT) {
		target_explain(h, w, k, t.ns, seen, &r);
		rep_send(h, w, target_status(seen), &r);
		return NULL;
	}
	rep_add(&r, "%s %s/%s has no pods%s, so there are no logs (kubernetes_get shows why).\n", t.kind->kind, t.ns,
		t.name,
		fld_at(t.object, "spec.replicas") && fld_int(t.object, "spec.replicas", 1) == 0 ? " (it is scaled to 0)"
												: "");
	rep_send(h, w, TOOL_NO_DATA, &r);
	return NULL;
}

static void add(struct log_streams *out, size_t *cap, json_t *pod, json_t *c, bool init)
{
	const char *name = fld_str(c, "name");
	json_t *status =
		fld_item(fld_at(pod, init ? "status.initContainerStatuses" : "status.containerStatuses"), "name", name);
	struct log_stream s = {.pod = pod, .status = status, .container = name, .init = init};

	s.restarts = fld_int(status, "restartCount", 0);
	s.ended_before = s.restarts > 0 || fld_at(status, "lastState.terminated");
	s.started = fld_at(status, "state.running") || fld_at(status, "state.terminated") || s.ended_before ||
		    (!status && strcmp(fld_str(pod, "status.phase"), "Pending") != 0);
	ALLOC_GROW(out->list, out->count, *cap);
	out->list[out->count++] = s;
}

/* An init container that ended well, or waits for its turn, says nothing about now. */
static bool init_matters(json_t *pod, json_t *c)
{
	json_t *status = fld_item(fld_at(pod, "status.initContainerStatuses"), "name", fld_str(c, "name"));

	if (!status)
		return false;
	return strcmp(fld_str(c, "restartPolicy"), "Always") == 0 || fld_int(status, "restartCount", 0) > 0 ||
	       fld_at(status, "state.running") || fld_int(status, "state.terminated.exitCode", 0) != 0;
}

static void pod_streams(json_t *pod, const char *container, struct log_streams *out, size_t *cap)
{
	json_t *c;
	size_t i;

	json_array_foreach (fld_at(pod, "spec.initContainers"), i, c)
		if (*container ? strcmp(container, fld_str(c, "name")) == 0 : init_matters(pod, c))
			add(out, cap, pod, c, true);
	json_array_foreach (fld_at(pod, "spec.containers"), i, c)
		if (!*container || strcmp(container, fld_str(c, "name")) == 0)
			add(out, cap, pod, c, false);
}

void logs_streams(json_t *pods, size_t pods_max, const char *container, struct log_streams *out)
{
	json_t *pod;
	size_t i, cap = 0;

	*out = (struct log_streams){0};
	for (int ailing = 1; ailing >= 0; ailing--)
		json_array_foreach (pods, i, pod) {
			if (logs_pod_ails(pod) != ailing)
				continue;
			if (out->pods == pods_max) {
				out->pods_left_out++;
				continue;
			}
			out->pods++;
			pod_streams(pod, container, out, &cap);
		}
}

void logs_streams_free(struct log_streams *s)
{
	free(s->list);
	s->list = NULL;
	s->count = 0;
}
