/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain. From a finding's own objects a walk goes along what they depend on; a finding met on the way may explain
 * it:
 *  - a symptom is explained by whatever is met, the nearest first, shared failing objects counting as distance 0;
 *  - a finding that proves its own cause (score at or above SURE) only by what it blames itself;
 *  - one that does not, by what it depends on, or by a proven cause that shows in the very same objects;
 *  - a node explains only what fails nowhere but on it;
 *  - a vague warning that nothing explains is put down to what is broken for good in its namespace.
 * Cycles are refused: the better proven one stays the cause.
 */
#include "agent/triage/chain.h"

#include <math.h>
#include <string.h>

#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/triage/relations.h"

#define SURE 0.8
#define VAGUE 0.6   /* below: what a log says, and not of whom */
#define BROKEN 0.75 /* at or above: something does not run */
#define MAX_DISTANCE 6
#define MAX_VISITED 4000

/* Findings by the objects they are about, per cluster. */
struct place {
	int *ids; /* 0 ends */
	size_t count, cap;
};

static void place_free(void *p)
{
	struct place *place = p;

	free(place->ids);
	free(place);
}

static char *key_of(const struct cluster *c, const char *kind, const char *ns, const char *name)
{
	return mem_printf("%s\x1f%s/%s/%s", c->name, str_or(kind, ""), str_or(ns, ""), str_or(name, ""));
}

static void place_add(struct map *m, const struct cluster *c, const struct work_ref *r, int id)
{
	auto_free char *key = key_of(c, r->kind, r->ns, r->name);
	struct place *p = map_get(m, key);

	if (!p) {
		p = MEM_NEW(struct place);
		map_set(m, key, p);
	}
	for (size_t i = 0; i < p->count; i++)
		if (p->ids[i] == id)
			return;
	MEM_GROW(p->ids, p->count, p->cap);
	p->ids[p->count++] = id;
}

static struct map *places_of(const struct triage *t)
{
	struct map *m = map_new(place_free);

	for (size_t i = 0; i < t->count; i++) {
		const struct triage_finding *f = &t->findings[i];

		place_add(m, f->f.cluster, &f->f.object, f->id);
		for (size_t k = 0; k < f->f.affects_count; k++)
			place_add(m, f->f.cluster, &f->f.affects[k], f->id);
	}
	return m;
}

/* One breadth-first walk. The queue holds what was visited, in order. */
struct step {
	char *kind, *ns, *name;
	int distance;
};

struct walk {
	struct cluster *cluster;
	struct map *seen;
	struct step *steps;
	size_t count, cap;
	int distance; /* of the edges that are added now */
};

static void walk_add(void *ctx, const struct relation_ref *to)
{
	struct walk *w = ctx;
	auto_free char *key = key_of(w->cluster, to->kind, to->ns, to->name);

	if (w->count >= MAX_VISITED || map_has(w->seen, key))
		return;
	map_set(w->seen, key, w);
	MEM_GROW(w->steps, w->count, w->cap);
	w->steps[w->count++] = (struct step){mem_str(to->kind), mem_str(to->ns), mem_str(to->name), w->distance};
}

static void walk_ref(struct walk *w, const struct work_ref *r, int distance)
{
	w->distance = distance;
	walk_add(w, &(struct relation_ref){.kind = r->kind, .ns = r->ns, .name = r->name});
}

static void walk_run(struct walk *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct relation_ref from = {w->steps[i].kind, w->steps[i].ns, w->steps[i].name};

		if (w->steps[i].distance >= MAX_DISTANCE)
			continue;
		w->distance = w->steps[i].distance + 1;
		relations_each(w->cluster, &from, walk_add, w);
	}
}

static void walk_fini(struct walk *w)
{
	for (size_t i = 0; i < w->count; i++) {
		free(w->steps[i].kind);
		free(w->steps[i].ns);
		free(w->steps[i].name);
	}
	free(w->steps);
	map_free(w->seen);
}

static bool leads_to(const struct triage *t, int from, int to)
{
	for (int id = from, n = 0; id && n < 100; id = t->findings[id - 1].caused_by, n++)
		if (id == to)
			return true;
	return false;
}

/* Is g's repair object the one at this step (then it is a cause there), or does it only show there? */
static bool is_object(const struct triage_finding *g, const struct step *s)
{
	return str_eq(g->f.object.kind, s->kind) && str_eq(str_or(g->f.object.ns, ""), str_or(s->ns, "")) &&
	       str_eq(g->f.object.name, s->name);
}

static bool has_place(const struct triage_finding *f, const struct work_ref *r)
{
	for (size_t i = 0; i < f->f.affects_count; i++)
		if (str_eq(f->f.affects[i].kind, r->kind) &&
		    str_eq(str_or(f->f.affects[i].ns, ""), str_or(r->ns, "")) && str_eq(f->f.affects[i].name, r->name))
			return true;
	return false;
}

/* A workload that fails on three nodes does not fail because one of them is unwell. */
static bool covers(const struct triage_finding *g, const struct triage_finding *f)
{
	if (!str_eq(g->f.object.kind, "Node"))
		return true;
	for (size_t i = 0; i < f->f.affects_count; i++)
		if (str_eq(f->f.affects[i].kind, "Pod") && !has_place(g, &f->f.affects[i]))
			return false;
	return true;
}

static bool may_explain(const struct triage_finding *g, const struct triage_finding *f, const struct step *s,
			bool blamed)
{
	if (g->id == f->id || !g->now || g->f.severity < f->f.severity - 1)
		return false;
	if (f->f.symptom)
		return !g->f.symptom || s->distance > 0;
	if (g->f.symptom && !blamed) /* a symptom further down explains only what points at it */
		return false;
	if (!blamed && (f->f.score >= SURE || !covers(g, f)))
		return false;
	if (s->distance == 0)
		return g->f.score >= SURE;
	/* Two causes that show in the same pod are two faults; only the way to what must be repaired counts. */
	return blamed || is_object(g, s);
}

/* Is a finding about something in a namespace, or does it show there? */
static bool touches(const struct triage_finding *g, const char *ns)
{
	bool found = str_eq(str_or(g->f.object.ns, ""), ns);

	for (size_t i = 0; !found && i < g->f.affects_count; i++)
		found = str_eq(str_or(g->f.affects[i].ns, ""), ns);
	return found && !str_empty(ns);
}

/* A better explanation: nearer, proven rather than a symptom, surer. */
static bool better(const struct triage_finding *g, int gd, const struct triage_finding *best, int bd)
{
	if (!best)
		return true;
	if (g->f.symptom != best->f.symptom)
		return !g->f.symptom;
	if (gd != bd)
		return gd < bd;
	return g->f.score > best->f.score;
}

static void search(struct triage *t, struct map *places, struct triage_finding *f, struct walk *w, bool blamed,
		   const struct triage_finding **best, int *best_distance)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct step *s = &w->steps[i];
		auto_free char *key = key_of(w->cluster, s->kind, s->ns, s->name);
		const struct place *p = map_get(places, key);

		for (size_t k = 0; p && k < p->count; k++) {
			const struct triage_finding *g = &t->findings[p->ids[k] - 1];

			if (!may_explain(g, f, s, blamed) || leads_to(t, g->id, f->id))
				continue;
			if (better(g, s->distance, *best, *best_distance)) {
				*best = g;
				*best_distance = s->distance;
			}
		}
	}
}

static void explain(struct triage *t, struct map *places, struct triage_finding *f)
{
	const struct triage_finding *best = NULL;
	int distance = MAX_DISTANCE + 1;
	struct walk w = {.cluster = f->f.cluster, .seen = map_new(NULL)};

	/* what the check itself points at comes first: it knows more than the structure does */
	for (size_t i = 0; i < f->f.blames_count; i++)
		walk_ref(&w, &f->f.blames[i], 1);
	walk_run(&w);
	search(t, places, f, &w, true, &best, &distance);
	walk_fini(&w);
	if (!best) {
		w = (struct walk){.cluster = f->f.cluster, .seen = map_new(NULL)};
		walk_ref(&w, &f->f.object, 0);
		for (size_t i = 0; i < f->f.affects_count; i++)
			walk_ref(&w, &f->f.affects[i], 0);
		walk_run(&w);
		search(t, places, f, &w, false, &best, &distance);
		walk_fini(&w);
	}
	if (best)
		f->caused_by = best->id;
}

/*
 * Last resort: a program that only reports errors, and does not say whose, beside something that has broken down for
 * good in its namespace. It is hardly a fault of its own.
 */
static void presume(struct triage *t, struct triage_finding *f)
{
	const struct triage_finding *best = NULL;

	if (!f->now || f->caused_by || f->f.symptom || f->f.score >= VAGUE || f->f.severity != SEVERITY_WARNING)
		return;
	for (size_t i = 0; i < t->count; i++) {
		const struct triage_finding *g = &t->findings[i];

		if (!g->now || g->caused_by || g->f.symptom || g->f.score < BROKEN ||
		    (g->f.severity <= SEVERITY_WARNING && g->f.score < SURE) || g->f.cluster != f->f.cluster ||
		    !(touches(g, f->f.object.ns) || touches(g, "kube-system")))
			continue;
		if (!best || g->f.score > best->f.score)
			best = g;
	}
	if (best)
		f->caused_by = best->id;
}

static void count_object(struct map *m, const struct cluster *c, const struct work_ref *r)
{
	auto_free char *key = key_of(c, r->kind, r->ns, r->name);

	map_set(m, key, m);
}

static void collect(struct triage *t, struct triage_finding *root)
{
	struct map *objects = map_new(NULL);
	size_t n = 0;

	root->symptoms = mem_zero((t->count + 1) * sizeof(int));
	for (size_t i = 0; i < t->count; i++) {
		const struct triage_finding *f = &t->findings[i];

		if (!leads_to(t, f->id, root->id))
			continue;
		if (f->id != root->id)
			root->symptoms[n++] = f->id;
		count_object(objects, f->f.cluster, &f->f.object);
		for (size_t k = 0; f->now && k < f->f.affects_count; k++)
			count_object(objects, f->f.cluster, &f->f.affects[k]);
	}
	root->explains = map_len(objects);
	map_free(objects);
}

static double weight(const struct triage_finding *f)
{
	/* what was changed just before it began comes before an equal that was not */
	double w = f->f.score * (1.0 + log2(1.0 + (double)f->explains) / 4) * (1.0 + f->recent / 5);

	return f->f.symptom ? w / 2 : w;
}

static int by_weight(const void *a, const void *b, void *ctx)
{
	const struct triage *t = ctx;
	const struct triage_finding *x = &t->findings[*(const int *)a - 1];
	const struct triage_finding *y = &t->findings[*(const int *)b - 1];

	if (x->f.symptom != y->f.symptom)
		return x->f.symptom ? 1 : -1;
	if (x->f.severity != y->f.severity)
		return x->f.severity > y->f.severity ? -1 : 1;
	if (weight(x) != weight(y))
		return weight(x) > weight(y) ? -1 : 1;
	return x->id - y->id;
}

void chain_rank(struct triage *t)
{
	size_t n = 0;

	while (t->root_causes[n])
		n++;
	qsort_r(t->root_causes, n, sizeof(int), by_weight, t);
}

void chain_link(struct triage *t)
{
	struct map *places = places_of(t);
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++)
		t->findings[i].now = t->findings[i].f.score > 0 && t->findings[i].f.severity > SEVERITY_INFO;
	/* proven causes first, so that a symptom never becomes the cause of what proves it */
	for (int symptom = 0; symptom < 2; symptom++)
		for (size_t i = 0; i < t->count; i++)
			if (t->findings[i].now && t->findings[i].f.symptom == (symptom == 1))
				explain(t, places, &t->findings[i]);
	for (size_t i = 0; i < t->count; i++)
		presume(t, &t->findings[i]);
	t->root_causes = mem_zero((t->count + 1) * sizeof(int));
	for (size_t i = 0; i < t->count; i++) {
		collect(t, &t->findings[i]);
		if (t->findings[i].now && !t->findings[i].caused_by)
			t->root_causes[n++] = t->findings[i].id;
	}
	chain_rank(t);
	map_free(places);
}
