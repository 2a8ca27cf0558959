/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_capacity: what nodes offer, what pods ask of them, and where one pod would fit. */
#include "toolsets/kubernetes/tools.h"

#include <string.h>

#include "toolsets/kubernetes/columns.h"
#include "toolsets/kubernetes/fit.h"
#include "toolsets/kubernetes/podstatus.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/selector.h"
#include "toolsets/lib/table.h"
#include "toolsets/lib/target.h"

#define LIMIT_DEFAULT 40
#define EXTENDED_MAX 4u

struct capacity {
	const struct view *v;
	struct node_room *rooms;
	size_t count;
	struct node_room total;
	const char *extended[EXTENDED_MAX]; /* besides cpu, memory and pods */
	size_t extended_count;
	enum seen pods_seen;
};

static void note_extended(struct capacity *c, const struct amounts *a)
{
	static const char *const plain[] = {"cpu", "memory", "pods", "ephemeral-storage"};

	for (size_t i = 0; i < a->count; i++) {
		bool known = quantity_zero(a->value[i]);

		for (size_t k = 0; !known && k < 4; k++)
			known = strcmp(plain[k], a->name[i]) == 0;
		for (size_t k = 0; !known && k < c->extended_count; k++)
			known = strcmp(c->extended[k], a->name[i]) == 0;
		if (!known && c->extended_count < EXTENDED_MAX)
			c->extended[c->extended_count++] = a->name[i];
	}
}

static struct node_room *room_of(struct capacity *c, const char *node)
{
	for (size_t i = 0; *node && i < c->count; i++)
		if (strcmp(fld_name(c->rooms[i].node), node) == 0)
			return &c->rooms[i];
	return NULL;
}

/* Pods that ended hold nothing. skip: the pod that is asked about, which must not be counted against itself. */
static void add_pods(struct capacity *c, const json_t *skip)
{
	const struct kind_info *k = c->v->h->kind(c->v->w, "pods", NULL, 0);
	json_t *pods, *pod;
	size_t i;

	c->pods_seen = SEEN_NOT_SERVED;
	if (!k)
		return;
	/* a sum over the suspicious ones alone would be a lie */
	if (c->v->h->selected(c->v->w, "pods", NULL, NULL)) {
		c->pods_seen = SEEN_CUT;
		return;
	}
	pods = target_list_all(c->v->h, c->v->w, k, &c->pods_seen);
	json_array_foreach (pods, i, pod) {
		struct node_room *r = room_of(c, fld_str(pod, "spec.nodeName"));
		const char *phase = fld_str(pod, "status.phase");
		struct amounts a;

		if (!r || pod == skip || strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0)
			continue;
		kubernetes_pod_amounts(json_object_get(pod, "spec"), "requests", &a);
		kubernetes_amounts_sum(&r->requests, &a);
		kubernetes_pod_amounts(json_object_get(pod, "spec"), "limits", &a);
		kubernetes_amounts_sum(&r->limits, &a);
		r->pods++;
	}
}

static void add_nodes(struct capacity *c, json_t *nodes, const struct selector *only)
{
	json_t *node;
	size_t i;

	c->rooms = alloc_zero(json_array_size(nodes), sizeof(*c->rooms));
	json_array_foreach (nodes, i, node) {
		if (!selector_match(only, node))
			continue;
		c->rooms[c->count].node = node;
		kubernetes_amounts_read(&c->rooms[c->count].allocatable, fld_at(node, "status.allocatable"));
		note_extended(c, &c->rooms[c->count].allocatable);
		c->count++;
	}
}

/* "3.5/4 88%" */
static void used_cell(struct table *t, const struct node_room *r, const char *name)
{
	struct quantity used = kubernetes_amount(&r->requests, name), all = kubernetes_amount(&r->allocatable, name);
	char a[QUANTITY_SIZE], b[QUANTITY_SIZE];

	if (quantity_zero(all) && quantity_zero(used))
		tbl_cell(t, "");
	else
		tbl_cellf(t, "%s/%s %d%%", quantity_text(used, name, a), quantity_text(all, name, b),
			  quantity_percent(used, all));
}

static void limit_cell(struct table *t, const struct node_room *r, const char *name)
{
	struct quantity q = kubernetes_amount(&r->limits, name);
	char a[QUANTITY_SIZE];

	tbl_cell(t, quantity_zero(q) ? "" : quantity_text(q, name, a));
}

static void row(struct capacity *c, struct table *t, const struct node_room *r)
{
	struct reply words = {.max = 200};

	tbl_row(t);
	tbl_cell(t, r->node ? fld_name(r->node) : "TOTAL");
	if (r->node)
		kubernetes_status_words(c->v, r->node, &words);
	tbl_cell(t, rep_text(&words));
	used_cell(t, r, "cpu");
	limit_cell(t, r, "cpu");
	used_cell(t, r, "memory");
	limit_cell(t, r, "memory");
	used_cell(t, r, "pods");
	for (size_t i = 0; i < c->extended_count; i++)
		used_cell(t, r, c->extended[i]);
	rep_clear(&words);
	for (size_t i = 0; r->node && i < fld_count(r->node, "spec.taints"); i++) {
		json_t *taint = json_array_get(fld_at(r->node, "spec.taints"), i);

		rep_add(&words, "%s%s%s%s:%s", i ? "," : "", fld_str(taint, "key"), *fld_str(taint, "value") ? "=" : "",
			fld_str(taint, "value"), fld_str(taint, "effect"));
	}
	tbl_cell(t, rep_text(&words));
	rep_free(&words);
}

static void table(struct capacity *c, size_t limit, struct reply *out)
{
	const char *heads[8 + EXTENDED_MAX] = {
		"NODE", "STATUS", "CPU req/alloc", "CPU limits", "MEMORY req/alloc", "MEMORY limits", "PODS"};
	size_t n = 7;
	struct table *t;

	for (size_t i = 0; i < c->extended_count; i++)
		heads[n++] = c->extended[i];
	heads[n++] = "TAINTS";
	t = tbl_new(heads, n, 100);
	for (size_t i = 0; i < c->count; i++) {
		kubernetes_amounts_sum(&c->total.allocatable, &c->rooms[i].allocatable);
		kubernetes_amounts_sum(&c->total.requests, &c->rooms[i].requests);
		kubernetes_amounts_sum(&c->total.limits, &c->rooms[i].limits);
	}
	if (c->count > 1)
		row(c, t, &c->total);
	for (size_t i = 0; i < c->count && i < limit; i++)
		row(c, t, &c->rooms[i]);
	tbl_print(t, limit + 1, out);
	if (c->count > limit)
		rep_add(out, "… %zu more nodes: raise limit or give a selector.\n", c->count - limit);
	tbl_free(t);
}

static void want_line(const struct amounts *want, struct reply *out)
{
	char a[QUANTITY_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < want->count; i++)
		if (strcmp(want->name[i], "pods") != 0)
			rep_add(out, "%s%s %s", n++ ? ", " : "", want->name[i],
				quantity_text(want->value[i], want->name[i], a));
	if (!n)
		rep_put(out, "nothing");
}

static void fits(struct capacity *c, const struct target *pod, json_t *spec, size_t limit, struct reply *out)
{
	static const char *const heads[] = {"NODE", "FITS", "WHY NOT"};
	struct table *t = tbl_new(heads, 3, 300);
	struct reply why = {.max = 1000};
	struct amounts want;
	size_t good = 0;

	kubernetes_pod_amounts(spec, "requests", &want);
	for (size_t i = 0; i < c->count; i++) {
		bool fit;

		rep_clear(&why);
		fit = kubernetes_fit(&c->rooms[i], spec, &want, &why);
		good += fit;
		tbl_row(t);
		tbl_cell(t, fld_name(c->rooms[i].node));
		tbl_cell(t, fit ? "yes" : "no");
		tbl_cell(t, rep_text(&why));
	}
	tbl_sort(t, 1, true);
	rep_add(out, "%s %s/%s requests ", pod->kind->kind, pod->ns, pod->name);
	want_line(&want, out);
	rep_add(out, "; it fits on %zu of %zu nodes by selector, affinity, taints and room:\n", good, c->count);
	tbl_print(t, limit, out);
	rep_put(out,
		"Not judged here: affinity to other pods, spread, host ports, volumes, DRA devices, preemption.\n");
	rep_free(&why);
	tbl_free(t);
}

static bool read_nodes(struct capacity *c, const struct selector *only)
{
	const struct kind_info *k = c->v->h->kind(c->v->w, "nodes", NULL, 0);
	struct reply r = REP_INIT;
	enum seen seen = SEEN_NOT_SERVED;
	json_t *nodes = k ? c->v->h->list(c->v->w, k->resource, NULL, &seen) : NULL;

	if (k && json_array_size(nodes)) {
		add_nodes(c, nodes, only);
		if (c->count)
			return true;
		rep_add(&r, "no node matches the selector (read: %zu nodes).\n", json_array_size(nodes));
	} else if (!k || seen == SEEN_OK || seen == SEEN_EMPTY) {
		rep_put(&r, "no nodes (read: 0 nodes).\n");
		seen = SEEN_EMPTY;
	} else {
		target_explain(c->v->h, c->v->w, k, NULL, seen, &r);
	}
	rep_send(c->v->h, c->v->w, seen == SEEN_OK ? TOOL_NO_DATA : target_status(seen), &r);
	return false;
}

static void answer(struct capacity *c, const json_t *args, const struct target *pod, json_t *spec)
{
	size_t limit = (size_t)fld_int(args, "limit", LIMIT_DEFAULT);
	struct reply r = REP_INIT;

	add_pods(c, pod ? pod->object : NULL);
	if (c->pods_seen != SEEN_OK)
		rep_add(&r, "CAUTION: pods of all namespaces could not be read (%s): requests are too low here.\n",
			c->pods_seen == SEEN_DENIED ? "access denied"
			: c->pods_seen == SEEN_CUT  ? "only in part"
						    : "not available");
	if (pod)
		fits(c, pod, spec, limit, &r);
	rep_add(&r, "%zu nodes; requests of running and pending pods against allocatable:\n", c->count);
	table(c, pod ? 15 : limit, &r);
	rep_send(c->v->h, c->v->w, TOOL_OK, &r);
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct view v = VIEW_INIT(h, w);
	struct capacity c = {.v = &v};
	const char *pod = fld_str(args, "pod");
	struct target t = {0};
	struct selector *only;
	json_t *spec = NULL;
	char why[300];

	only = selector_labels(fld_str(args, "selector"), why, sizeof(why));
	if (!only) {
		h->text(w, TOOL_ERROR, why, strlen(why));
		return 0;
	}
	if (*pod && target_find(h, w, pod, NULL, fld_str(args, "namespace"), &t)) {
		spec = kubernetes_pod_spec(t.object);
		if (!spec) {
			static const char text[] = "that object makes no pods: give a pod or a workload.";

			h->text(w, TOOL_ERROR, text, sizeof(text) - 1);
		}
	}
	if ((!*pod || spec) && read_nodes(&c, only))
		answer(&c, args, spec ? &t : NULL, spec);
	free(c.rooms);
	selector_free(only);
	return 0;
}

static const struct param params[] = {
	{.name = "pod", .help = "pod or workload: which node fits it, why not"},
	{.name = "namespace", .help = "of the pod"},
	{.name = "selector", .help = "only nodes with these labels"},
	{.name = "limit", .type = PARAM_INT, .min = 1, .max = 500},
	{.name = NULL},
};

const struct tool kubernetes_capacity_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_capacity",
	.help = "Nodes: allocatable against requests and limits (cpu, memory, GPUs), taints; where a pod fits.",
	.params = params,
	.run = run,
};
