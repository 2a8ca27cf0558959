/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/triage/triage.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/triage/ahead.h"
#include "agent/triage/chain.h"
#include "agent/triage/recent.h"
#include "agent/triage/suppress.h"

/* What a run gathers before it is ordered. */
struct gathering {
	struct work_finding *items;
	size_t count, cap;
};

static bool listed(char *const *list, const char *name)
{
	for (; list && *list; list++)
		if (str_eq(*list, name))
			return true;
	return false;
}

static int check_names(const struct registry *r, char *const *list, const char *flag, struct err *e)
{
	for (; list && *list; list++) {
		const char *near;

		if (registry_check(r, *list, NULL))
			continue;
		near = registry_nearest_check(r, *list);
		if (near)
			return err_set(e, ERR_ARG, "%s: there is no check \"%s\"; did you mean \"%s\"?", flag, *list,
				       near);
		return err_set(
			e, ERR_ARG,
			"%s: there is no check \"%s\"; `dupin toolset list` and `dupin toolset show NAME` list them",
			flag, *list);
	}
	return 0;
}

static void take(struct gathering *g, struct work *w)
{
	for (size_t i = 0; i < w->finding_count; i++) {
		MEM_GROW(g->items, g->count, g->cap);
		g->items[g->count++] = w->findings[i];
	}
	w->finding_count = 0;
}

static void run_cluster(struct triage *t, struct registry *r, const struct triage_options *o, struct cluster *c,
			struct gathering *g)
{
	struct cancel *cancel = o->cancel ? o->cancel : t->world->cancel;
	size_t left_out = 0;

	for (size_t i = 0; i < registry_count(r); i++) {
		const struct registry_entry *entry = registry_at(r, i);

		for (const struct check *const *p = entry->toolset->checks; entry->enabled && p && *p; p++) {
			struct work w;

			if ((o->only && *o->only && !listed(o->only, (*p)->name)) || listed(o->skip, (*p)->name))
				continue;
			if (cancel_fired(cancel)) {
				left_out++;
				continue;
			}
			work_init(&w, t->world, c, cancel);
			w.check = (*p)->name;
			(*p)->run(&work_host, &w);
			take(g, &w);
			work_fini(&w);
			t->checks_run++;
		}
	}
	if (left_out) {
		auto_free char *what = mem_printf("%zu checks", left_out);

		source_blind(c->source, READ_TIMEOUT, what, "stopped before they ran");
	}
}

static int compare_refs(const struct work_ref *a, const struct work_ref *b)
{
	int d = strcmp(str_or(a->ns, ""), str_or(b->ns, ""));

	if (!d)
		d = strcmp(str_or(a->kind, ""), str_or(b->kind, ""));
	return d ? d : strcmp(str_or(a->name, ""), str_or(b->name, ""));
}

static int by_order(const void *pa, const void *pb)
{
	const struct work_finding *a = pa, *b = pb;
	int d;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	d = strcmp(a->cluster->name, b->cluster->name);
	if (!d)
		d = compare_refs(&a->object, &b->object);
	if (!d)
		d = strcmp(a->check, b->check);
	return d ? d : strcmp(a->cause, b->cause);
}

static bool has_ref(const struct work_ref *refs, size_t n, const struct work_ref *r)
{
	for (size_t i = 0; i < n; i++)
		if (compare_refs(&refs[i], r) == 0)
			return true;
	return false;
}

/* The same cause on the same object, found twice: one finding that shows in all places. */
static void merge(struct work_finding *into, struct work_finding *from)
{
	for (size_t i = 0; i < from->affects_count; i++) {
		if (has_ref(into->affects, into->affects_count, &from->affects[i]))
			continue;
		into->affects = mem_resize_array(into->affects, into->affects_count + 1, sizeof(*into->affects));
		into->affects[into->affects_count++] = from->affects[i];
		from->affects[i] = (struct work_ref){0};
	}
	for (size_t i = 0; i < ARRAY_LEN(from->evidence) && from->evidence[i]; i++) {
		size_t n = 0;

		while (n < ARRAY_LEN(into->evidence) && into->evidence[n] && into->evidence[n] != from->evidence[i])
			n++;
		if (n < ARRAY_LEN(into->evidence))
			into->evidence[n] = from->evidence[i];
	}
	work_finding_fini(from);
}

static void order(struct triage *t, struct gathering *g)
{
	if (g->count)
		qsort(g->items, g->count, sizeof(*g->items), by_order);
	t->findings = mem_zero((g->count + 1) * sizeof(*t->findings));
	for (size_t i = 0; i < g->count; i++) {
		struct triage_finding *last = t->count ? &t->findings[t->count - 1] : NULL;

		if (last && by_order(&last->f, &g->items[i]) == 0) {
			merge(&last->f, &g->items[i]);
			continue;
		}
		t->findings[t->count] = (struct triage_finding){.f = g->items[i], .id = (int)t->count + 1};
		t->count++;
	}
	free(g->items);
}

/* New numbers while they are given. */
struct numbering {
	int *list, count, total;
	bool *seen;
};

/* Ids come from toolsets, plug-ins too: one that was never given is left out. */
static void number(struct numbering *n, int id)
{
	if (id < 1 || id > n->total)
		return;
	if (!n->seen[id])
		n->list[n->count++] = id;
	n->seen[id] = true;
}

/* E1 is what the first finding cites first: the numbers do not depend on which check ran when. What was computed keeps
 * what it was computed from. */
static void renumber_evidence(struct triage *t)
{
	struct evidence *e = t->world->evidence;
	size_t total = (size_t)evidence_count(e);
	int *map = mem_zero((total + 1) * sizeof(int));
	struct numbering n = {.list = mem_zero((total + 1) * sizeof(int)), .seen = mem_zero(total + 1)};

	n.total = (int)total;
	for (size_t i = 0; i < t->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(t->findings[i].f.evidence) && t->findings[i].f.evidence[k]; k++)
			number(&n, t->findings[i].f.evidence[k]);
	for (int i = 0; i < n.count; i++)
		for (const int *in = evidence_inputs(e, n.list[i]); in && *in; in++)
			number(&n, *in);
	evidence_renumber(e, n.list, n.count, map);
	for (size_t i = 0; i < t->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(t->findings[i].f.evidence); k++)
			t->findings[i].f.evidence[k] = map[t->findings[i].f.evidence[k]];
	free(n.list);
	free(n.seen);
	free(map);
}

struct triage *triage_run(struct world *w, struct registry *r, const struct triage_options *o, struct err *e)
{
	struct gathering g = {0};
	int64_t start = clock_mono_ms();
	struct triage *t;

	if (check_names(r, o->only, "--only", e) < 0 || check_names(r, o->skip, "--skip", e) < 0)
		return NULL;
	t = MEM_NEW(struct triage);
	t->world = w;
	for (size_t i = 0; i < w->count; i++) {
		struct ahead *ahead;

		if (w->clusters[i].broken) /* each check would wait for it again */
			continue;
		ahead = ahead_start(&w->clusters[i], o->pool);
		run_cluster(t, r, o, &w->clusters[i], &g);
		ahead_finish(ahead);
	}
	order(t, &g);
	chain_link(t);
	recent_changes(t);
	chain_rank(t);
	suppress_findings(t, o->suppress, clock_wall_ms());
	if (!o->alone || o->alone(o->alone_ctx, true)) {
		renumber_evidence(t);
		if (o->alone)
			o->alone(o->alone_ctx, false);
	}
	t->duration_ms = clock_mono_ms() - start;
	return t;
}

void triage_free(struct triage *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++) {
		work_finding_fini(&t->findings[i].f);
		free(t->findings[i].symptoms);
	}
	for (size_t i = 0; i < t->suppressed_count; i++) {
		work_finding_fini(&t->suppressed[i].f);
		free(t->suppressed[i].why);
		free(t->suppressed[i].reason);
	}
	free(t->suppressed);
	free(t->findings);
	free(t->root_causes);
	free(t);
}

const struct triage_finding *triage_find(const struct triage *t, int id)
{
	return id >= 1 && (size_t)id <= t->count ? &t->findings[id - 1] : NULL;
}

bool triage_reaches(const struct triage *t, const char *severity)
{
	enum severity least = str_eq(severity, "critical")  ? SEVERITY_CRITICAL
			      : str_eq(severity, "warning") ? SEVERITY_WARNING
							    : SEVERITY_INFO;

	for (size_t i = 0; severity && i < t->count; i++)
		if (t->findings[i].f.severity >= least)
			return true;
	return false;
}
