/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler names the first filter that refused each node; the cause is the one filter without which a node would
 * take the pod. A node's own state (not Ready, cordoned) comes before the pod's wishes, wishes that no node meets
 * before capacity; where nodes meet the wishes only these count, since the others were never meant.
 */
#include "toolsets/kubernetes/schedule_verdict.h"

#include <stdlib.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define LONG_MS (12 * 3600 * 1000LL)

static const unsigned by_state[] = {FIT_NOT_READY, FIT_CORDONED};
static const unsigned by_wish[] = {FIT_TAINT, FIT_ANTI, FIT_PORTS, FIT_AFFINITY, FIT_RESOURCES, FIT_PODS};

static bool is_candidate(const struct fit *f, bool control_plane)
{
	return control_plane || !(f->blocks & FIT_PERMANENT);
}

/* Cordoned long before the pod was made: whoever did it did not have this pod in mind. */
static bool long_cordoned(const json_t *node, const json_t *pod)
{
	const json_t *taint = fld_item(fld_at(node, "spec.taints"), "key", "node.kubernetes.io/unschedulable");
	int64_t since, born;

	return when_parse(fld_str(taint, "timeAdded"), &since) &&
	       when_parse(fld_str(pod, "metadata.creationTimestamp"), &born) && born - since > LONG_MS;
}

/* Nodes that only `bit` keeps away; the first of them. */
static size_t singles(const struct verdict *v, bool control_plane, unsigned bit, struct fit **first)
{
	size_t n = 0;

	for (size_t i = 0; i < v->count; i++) {
		struct fit *f = &v->fits[i];

		if (!is_candidate(f, control_plane) || (f->blocks & ~(unsigned)FIT_PERMANENT) != bit)
			continue;
		if (!n++)
			*first = f;
	}
	return n;
}

static bool all_long_cordoned(const struct verdict *v, const json_t *pod)
{
	for (size_t i = 0; i < v->count; i++)
		if ((v->fits[i].blocks & ~(unsigned)FIT_PERMANENT) == FIT_CORDONED &&
		    !long_cordoned(v->fits[i].node, pod))
			return false;
	return true;
}

static void choose(struct verdict *v, const json_t *pod, bool control_plane)
{
	struct fit *first = NULL;
	size_t best = 0;
	bool stale = all_long_cordoned(v, pod);

	for (size_t i = 0; i < sizeof(by_state) / sizeof(by_state[0]); i++) {
		size_t n = singles(v, control_plane, by_state[i], &first);

		if (!n)
			continue;
		v->block = by_state[i];
		v->best = first;
		v->single = n;
		if (by_state[i] == FIT_CORDONED && stale)
			break; /* unless the pod's own wishes tell more */
		return;
	}
	for (size_t i = 0; i < sizeof(by_wish) / sizeof(by_wish[0]); i++) {
		size_t n = singles(v, control_plane, by_wish[i], &first);

		if (n <= best)
			continue;
		best = v->single = n;
		v->block = by_wish[i];
		v->best = first;
	}
}

/* Every node has several reasons: the one that most have. */
static void choose_common(struct verdict *v, bool control_plane)
{
	size_t best = 0;

	for (size_t i = 0; i < sizeof(by_wish) / sizeof(by_wish[0]) + 2; i++) {
		unsigned bit = i < 2 ? by_state[i] : by_wish[i - 2];
		struct fit *first = NULL;
		size_t n = 0;

		for (size_t k = 0; k < v->count; k++) {
			if (!is_candidate(&v->fits[k], control_plane) || !(v->fits[k].blocks & bit) ||
			    (v->fits[k].blocks & (FIT_SELECTOR | FIT_VOLUME)))
				continue;
			if (!n++)
				first = &v->fits[k];
		}
		if (n > best) {
			best = n;
			v->block = bit;
			v->best = first;
		}
	}
}

static unsigned block_of(enum schedule_reason reason)
{
	switch (reason) {
	case SCHED_TAINT:
		return FIT_TAINT;
	case SCHED_AFFINITY:
	case SCHED_NODE_NAME:
		return FIT_SELECTOR;
	case SCHED_CORDONED:
		return FIT_CORDONED;
	case SCHED_RESOURCE:
		return FIT_RESOURCES;
	case SCHED_PODS:
		return FIT_PODS;
	case SCHED_PORTS:
		return FIT_PORTS;
	case SCHED_POD_AFFINITY:
		return FIT_AFFINITY;
	case SCHED_ANTI_AFFINITY:
		return FIT_ANTI;
	case SCHED_VOLUME_NODE:
		return FIT_VOLUME;
	case SCHED_SPREAD:
	case SCHED_VOLUME:
	case SCHED_CLAIM_MISSING:
	case SCHED_DEVICES:
	case SCHED_OTHER:
		break;
	}
	return 0;
}

/* Without nodes the scheduler's own count has to do: what it says of most nodes, the control plane's taint aside. */
static void from_message(const struct schedule_message *m, struct verdict *out)
{
	int best = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct schedule_count *c = &m->counts[i];

		if (strstr(c->text, "node-role.kubernetes.io/control-plane") ||
		    strstr(c->text, "node-role.kubernetes.io/master"))
			continue;
		if (c->nodes > best && block_of(c->reason)) {
			best = c->nodes;
			out->block = strstr(c->text, "node.kubernetes.io/") ? FIT_NOT_READY : block_of(c->reason);
		}
	}
}

/*
 * Where pods of a node are not at hand, what they leave is not known: nodes that nothing else keeps from the pod are full,
 * when the scheduler says so. True: it says something of their pods, for which each would have to be looked into.
 */
static bool believe(const struct schedule_message *m, struct verdict *out)
{
	struct verdict said = {0};
	const char *resource = NULL;

	from_message(m, &said);
	if (said.block & (FIT_PORTS | FIT_PODS | FIT_ANTI | FIT_AFFINITY)) {
		verdict_free(out);
		*out = (struct verdict){.block = said.block};
		return true;
	}
	for (size_t i = 0; !resource && i < m->count; i++)
		resource = schedule_message_resource(&m->counts[i]);
	for (size_t i = 0; resource && i < out->count; i++) {
		struct fit *fit = &out->fits[i];

		if (fit->blocks)
			continue;
		fit->blocks = FIT_RESOURCES;
		snprintf(fit->resource, sizeof(fit->resource), "%.119s", resource);
		fit->total = fit_allocatable(fit->node, resource);
	}
	return false;
}

void verdict_reach(const struct fleet *f, const json_t *pod, const struct schedule_message *m, struct verdict *out)
{
	bool control_plane = true;
	size_t meant = 0, near = 0;

	*out = (struct verdict){0};
	if (f->nodes_seen != SEEN_OK || json_array_size(f->nodes) == 0) {
		from_message(m, out);
		return;
	}
	out->count = json_array_size(f->nodes);
	out->fits = alloc_zero(out->count, sizeof(*out->fits));
	for (size_t i = 0; i < out->count; i++) {
		fit_node(f, pod, json_array_get(f->nodes, i), &out->fits[i]);
		if (!(out->fits[i].blocks & FIT_PERMANENT))
			control_plane = false; /* there are others: the control plane is not meant */
	}
	if (f->part && believe(m, out))
		return;
	for (size_t i = 0; i < out->count; i++)
		if (is_candidate(&out->fits[i], control_plane)) {
			out->candidates++;
			meant += !(out->fits[i].blocks & FIT_SELECTOR);
			near += !(out->fits[i].blocks & (FIT_SELECTOR | FIT_VOLUME));
		}
	if (out->candidates && !meant) {
		out->block = FIT_SELECTOR;
		out->best = &out->fits[0];
		out->single = out->candidates;
		return;
	}
	if (meant && !near) {
		out->block = FIT_VOLUME;
		for (size_t i = 0; i < out->count && !out->best; i++)
			if (out->fits[i].volume)
				out->best = &out->fits[i];
		out->single = meant;
		return;
	}
	out->candidates = near;
	choose(out, pod, control_plane);
	if (out->block == FIT_CORDONED && all_long_cordoned(out, pod) && schedule_message_has(m, SCHED_SPREAD)) {
		out->block = 0; /* the scheduler says of the other nodes what the objects do not show */
		return;
	}
	if (!out->block)
		choose_common(out, control_plane);
	if (!out->block && control_plane) {
		out->block = FIT_TAINT;
		out->best = &out->fits[0];
	}
	/* volumes and devices are no matter of nodes */
	if (!out->block && !schedule_message_has(m, SCHED_VOLUME) && !schedule_message_has(m, SCHED_DEVICES))
		from_message(m, out);
}

void verdict_free(struct verdict *v)
{
	free(v->fits);
	v->fits = NULL;
}
