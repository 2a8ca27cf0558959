/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as the API server prints them: pods with the columns that kubectl shows, other kinds by name and age. */
#include "agent/source/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

struct pod_line {
	char status[160];
	int64_t ready, total, restarts, restarted_ms; /* restarted_ms: when the last run ended; 0: unknown */
};

static void ended(const json_t *terminated, const char *prefix, char *out, size_t n)
{
	const char *reason = json_key_str(terminated, "reason");
	int64_t signal = json_int_at(terminated, "signal", 0);

	if (!str_empty(reason))
		snprintf(out, n, "%s%s", prefix, reason);
	else if (signal)
		snprintf(out, n, "%sSignal:%lld", prefix, (long long)signal);
	else
		snprintf(out, n, "%sExitCode:%lld", prefix, (long long)json_int_at(terminated, "exitCode", 0));
}

static void count_restarts(struct pod_line *p, const json_t *status)
{
	const char *finished = json_str_at(status, "lastState.terminated.finishedAt");
	int64_t ms;

	p->restarts += json_int_at(status, "restartCount", 0);
	if (finished && clock_parse(finished, &ms) && ms > p->restarted_ms)
		p->restarted_ms = ms;
}

/* An init container that goes on running beside the others. */
static bool is_sidecar(const json_t *pod, const char *name)
{
	json_t *container;
	size_t i;

	json_array_foreach (json_at(pod, "spec.initContainers"), i, container)
		if (str_eq(json_key_str(container, "name"), name))
			return str_eq(json_key_str(container, "restartPolicy"), "Always");
	return false;
}

/* True while the pod is still in its init containers: status and restarts are theirs then. */
static bool init_line(struct pod_line *p, const json_t *pod)
{
	size_t i, total = json_array_size(json_at(pod, "spec.initContainers"));
	struct pod_line sidecars = {0};
	json_t *c;

	json_array_foreach (json_at(pod, "status.initContainerStatuses"), i, c) {
		const json_t *done = json_at(c, "state.terminated");
		const char *waiting = json_str_at(c, "state.waiting.reason");
		bool sidecar = is_sidecar(pod, json_key_str(c, "name"));

		count_restarts(p, c);
		if (sidecar) {
			count_restarts(&sidecars, c);
			sidecars.ready += json_bool_at(c, "ready", false);
		}
		if ((done && json_int_at(done, "exitCode", -1) == 0) || (sidecar && json_bool_at(c, "started", false)))
			continue;
		if (done)
			ended(done, "Init:", p->status, sizeof(p->status));
		else if (!str_empty(waiting) && !str_eq(waiting, "PodInitializing"))
			snprintf(p->status, sizeof(p->status), "Init:%s", waiting);
		else
			snprintf(p->status, sizeof(p->status), "Init:%zu/%zu", i, total);
		return true;
	}
	p->restarts = sidecars.restarts;
	p->restarted_ms = sidecars.restarted_ms;
	p->ready = sidecars.ready;
	return false;
}

static bool condition_true(const json_t *pod, const char *type)
{
	json_t *c;
	size_t i;

	json_array_foreach (json_at(pod, "status.conditions"), i, c)
		if (str_eq(json_key_str(c, "type"), type))
			return str_eq(json_key_str(c, "status"), "True");
	return false;
}

static void container_lines(struct pod_line *p, const json_t *pod)
{
	const json_t *all = json_at(pod, "status.containerStatuses");
	bool running = false;

	for (size_t i = json_array_size(all); i-- > 0;) {
		const json_t *c = json_array_get(all, i), *done = json_at(c, "state.terminated");
		const char *waiting = json_str_at(c, "state.waiting.reason");

		count_restarts(p, c);
		if (!str_empty(waiting)) {
			snprintf(p->status, sizeof(p->status), "%s", waiting);
		} else if (done) {
			ended(done, "", p->status, sizeof(p->status));
		} else if (json_bool_at(c, "ready", false) && json_at(c, "state.running")) {
			running = true;
			p->ready++;
		}
	}
	if (running && str_eq(p->status, "Completed"))
		snprintf(p->status, sizeof(p->status), "%s", condition_true(pod, "Ready") ? "Running" : "NotReady");
}

static void pod_line(struct pod_line *p, const json_t *pod)
{
	const char *phase = str_or(json_str_at(pod, "status.phase"), "Unknown");
	const char *reason = json_str_at(pod, "status.reason");
	json_t *c;
	size_t i;

	memset(p, 0, sizeof(*p));
	p->total = (int64_t)json_array_size(json_at(pod, "spec.containers"));
	json_array_foreach (json_at(pod, "spec.initContainers"), i, c)
		p->total += str_eq(json_key_str(c, "restartPolicy"), "Always");
	snprintf(p->status, sizeof(p->status), "%s", str_or(reason, phase));
	json_array_foreach (json_at(pod, "status.conditions"), i, c)
		if (str_eq(json_key_str(c, "type"), "PodScheduled") &&
		    str_eq(json_key_str(c, "reason"), "SchedulingGated"))
			snprintf(p->status, sizeof(p->status), "SchedulingGated");
	if (!init_line(p, pod))
		container_lines(p, pod);
	if (!json_str_at(pod, "metadata.deletionTimestamp"))
		return;
	if (str_eq(reason, "NodeLost"))
		snprintf(p->status, sizeof(p->status), "Unknown");
	else if (!str_eq(phase, "Succeeded") && !str_eq(phase, "Failed"))
		snprintf(p->status, sizeof(p->status), "Terminating");
}

static json_t *age_cell(const struct snapshot *s, const json_t *object)
{
	const char *created = json_str_at(object, "metadata.creationTimestamp");
	int64_t ms, now = s->origin.now_ms ? s->origin.now_ms : clock_wall_ms();
	char age[CLOCK_TEXT];

	if (!created || !clock_parse(created, &ms))
		return json_text0("<unknown>");
	clock_age(now - ms, age);
	return json_text0(age);
}

static json_t *pod_cells(const struct snapshot *s, const json_t *pod)
{
	int64_t now = s->origin.now_ms ? s->origin.now_ms : clock_wall_ms();
	json_t *cells = json_array();
	struct pod_line p;
	char age[CLOCK_TEXT];

	pod_line(&p, pod);
	json_array_append_new(cells, json_text0(json_str_at(pod, "metadata.name")));
	json_array_append_new(cells, json_sprintf("%lld/%lld", (long long)p.ready, (long long)p.total));
	json_array_append_new(cells, json_text0(p.status));
	if (p.restarts && p.restarted_ms) {
		clock_age(now - p.restarted_ms, age);
		json_array_append_new(cells, json_sprintf("%lld (%s ago)", (long long)p.restarts, age));
	} else {
		json_array_append_new(cells, json_sprintf("%lld", (long long)p.restarts));
	}
	json_array_append_new(cells, age_cell(s, pod));
	json_array_append_new(cells, json_text0(str_or(json_str_at(pod, "status.podIP"), "<none>")));
	json_array_append_new(cells, json_text0(str_or(json_str_at(pod, "spec.nodeName"), "<none>")));
	return cells;
}

static json_t *columns(bool pods)
{
	static const char *const all[] = {"Name", "Ready", "Status", "Restarts", "Age", "IP", "Node"};
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (!pods && i != 0 && i != 4)
			continue;
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s, s:i}", "name", all[i], "type", "string", "format",
						i == 0 ? "name" : "", "description", "", "priority", i > 4));
	}
	return list;
}

static json_t *row_object(json_t *object, const char *include)
{
	json_t *partial;

	if (str_eq(include, "None"))
		return json_null();
	if (str_eq(include, "Object"))
		return json_incref(object);
	partial = json_object();
	json_object_set_new(partial, "kind", json_text0("PartialObjectMetadata"));
	json_object_set_new(partial, "apiVersion", json_text0("meta.k8s.io/v1"));
	json_object_set(partial, "metadata", json_object_get(object, "metadata"));
	return partial;
}

static void add_row(const struct snapshot *s, json_t *rows, bool pods, json_t *object, const char *include)
{
	json_t *row = json_object(), *cells;

	if (pods) {
		cells = pod_cells(s, object);
	} else {
		cells = json_array();
		json_array_append_new(cells, json_text0(json_str_at(object, "metadata.name")));
		json_array_append_new(cells, age_cell(s, object));
	}
	json_object_set_new(row, "cells", cells);
	json_object_set_new(row, "object", row_object(object, include));
	json_array_append_new(rows, row);
}

json_t *snap_table(const struct snapshot *s, const struct snap_kind *k, json_t *list, const char *accept,
		   const char *include)
{
	bool pods = !k->group[0] && str_eq(k->kind, "Pod");
	json_t *table = json_object(), *rows = json_array(), *items = json_object_get(list, "items"), *object, *meta;
	size_t i;

	if (json_is_array(items)) {
		json_array_foreach (items, i, object)
			add_row(s, rows, pods, object, include);
		meta = json_incref(json_object_get(list, "metadata"));
	} else {
		add_row(s, rows, pods, list, include);
		meta = json_object();
	}
	json_object_set_new(table, "kind", json_text0("Table"));
	json_object_set_new(table, "apiVersion",
			    json_text0(strstr(accept, "v=v1beta1") ? "meta.k8s.io/v1beta1" : "meta.k8s.io/v1"));
	json_object_set_new(table, "metadata", meta);
	json_object_set_new(table, "columnDefinitions", columns(pods));
	json_object_set_new(table, "rows", rows);
	return table;
}
