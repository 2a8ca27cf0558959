/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes whose clock is off: their heartbeats, which carry the node's own time, are far from now though the node is
 * Ready, which the control plane judges by its own clock.
 */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define AHEAD_MS (2 * 60 * 1000LL)
#define BEHIND_MS (20 * 60 * 1000LL) /* kubelets write their status every five minutes when nothing changes */
#define NORMAL_MS (12 * 60 * 1000LL)

/* When the node wrote its Ready condition last, by its own clock; 0: unknown. */
static int64_t heartbeat(const json_t *node, size_t *index)
{
	json_t *list = fld_at(node, "status.conditions"), *c;
	int64_t at;
	size_t i;

	json_array_foreach (list, i, c) {
		if (strcmp(fld_str(c, "type"), "Ready") != 0 || strcmp(fld_str(c, "status"), "True") != 0)
			continue;
		*index = i;
		return when_parse(fld_str(c, "lastHeartbeatTime"), &at) ? at : 0;
	}
	return 0;
}

static bool is_off(const struct view *v, int64_t at)
{
	return at && (at - v->now_ms > AHEAD_MS || v->now_ms - at > BEHIND_MS);
}

/* One whose clock goes with now: without it, now itself may be wrong. */
static json_t *witness(const struct view *v, json_t *nodes, size_t *index)
{
	json_t *node;
	size_t i;
	int64_t at;

	json_array_foreach (nodes, i, node) {
		at = heartbeat(node, index);
		if (at && at - v->now_ms < AHEAD_MS && v->now_ms - at < NORMAL_MS)
			return node;
	}
	return NULL;
}

static void say(struct diagnosis *d, const struct view *v, json_t *node, size_t index, json_t *other,
		size_t other_index)
{
	int64_t at = heartbeat(node, &index), off = at - v->now_ms;
	char age[AGE_SIZE];

	diag_about(d, node);
	diag_rate(d, SEVERITY_CRITICAL, 0.88);
	diag_cause(d,
		   "The clock of node %s is about %s %s: it is Ready, yet its heartbeat bears the time %s; TLS "
		   "certificates and "
		   "tokens seem expired or not yet valid there",
		   fld_name(node), age_text(off < 0 ? -off : off, age), off < 0 ? "behind" : "ahead",
		   fld_str(json_array_get(fld_at(node, "status.conditions"), index), "lastHeartbeatTime"));
	diag_cite(d, node, NULL, "/status/conditions/%zu/lastHeartbeatTime", index);
	diag_cite(d, node, NULL, "/status/conditions/%zu/reason", index);
	diag_cite(d, other, NULL, "/status/conditions/%zu/lastHeartbeatTime", other_index);
	diag_fix(d,
		 "On node %s: chronyc tracking (or timedatectl status), then start the time service that does not run",
		 fld_name(node));
}

/* Too many at once: then it is the snapshot that is old, not the clocks. */
static size_t count_off(const struct view *v, json_t *nodes)
{
	json_t *node;
	size_t i, index, n = 0;

	json_array_foreach (nodes, i, node)
		n += is_off(v, heartbeat(node, &index));
	return n;
}

static void run(const struct host *h, struct work *w)
{
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);
	enum seen seen;
	json_t *nodes = h->list(w, "nodes", NULL, &seen), *node, *other;
	size_t i, index = 0, other_index = 0, off = count_off(&v, nodes);

	other = witness(&v, nodes, &other_index);
	if (!other || off * 3 > json_array_size(nodes))
		return;
	json_array_foreach (nodes, i, node)
		if (is_off(&v, heartbeat(node, &index)) && patient_age_ms(&v, node) > BEHIND_MS)
			say(diag_new(&set), &v, node, index, other, other_index);
	diag_send(&set);
}

const struct check kubernetes_clock_check = {
	.size = sizeof(struct check),
	.name = "node-clock",
	.help = "Nodes whose heartbeats bear another time than everybody else's",
	.run = run,
	.reads = "nodes",
};
