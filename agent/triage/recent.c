/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/triage/recent.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/changes.h"
#include "agent/triage/onset.h"
#include "agent/triage/relations.h"

/* ROOTS_MAX: causes that are looked at. VISITED_MAX, DISTANCE_MAX: of a walk. TOLD_MAX: changes of one cause. */
enum { ROOTS_MAX = 12, VISITED_MAX = 160, DISTANCE_MAX = 3, TOLD_MAX = 2 };
/* Less is a coincidence. SECOND: so much of the strongest a second one must have. */
#define TOLD_LEAST 0.12
#define SECOND 0.5

/* The objects that matter to one cause, each with how directly (1: what has to be edited). */
struct circle {
	struct cluster *cluster;
	struct changes *changes;
	const struct work_finding *finding;
	struct map *seen; /* relation_key to a double */
	struct place {
		char *kind, *ns, *name;
		int distance;
		double direct;
	} *places;
	size_t count, cap;
	int distance; /* of those that are added now */
	double direct;
};

static void circle_add(void *ctx, const struct relation_ref *to)
{
	struct circle *c = ctx;
	auto_free char *key = relation_key(to->kind, to->ns, to->name);
	double *direct;

	if (c->count >= VISITED_MAX || map_has(c->seen, key))
		return;
	direct = MEM_NEW(double);
	*direct = c->direct;
	map_set(c->seen, key, direct);
	MEM_GROW(c->places, c->count, c->cap);
	c->places[c->count++] =
		(struct place){mem_str(to->kind), mem_str(to->ns), mem_str(to->name), c->distance, c->direct};
}

/* "release/NS/NAME": what belongs to a Helm release is changed by it. */
static void add_release(struct circle *c, const json_t *object, double direct)
{
	const json_t *notes = json_at(object, "metadata.annotations");
	const char *name = json_key_str(notes, "meta.helm.sh/release-name");
	const char *ns = json_key_str(notes, "meta.helm.sh/release-namespace");
	auto_free char *key = name ? relation_key("release", str_or(ns, json_str_at(object, "metadata.namespace")), name)
				   : NULL;
	double *value;

	if (!key || map_has(c->seen, key))
		return;
	value = MEM_NEW(double);
	*value = direct;
	map_set(c->seen, key, value);
}

/* The workload that a pod belongs to is as near as the pod itself. */
static void add_maker(struct circle *c, json_t *object)
{
	json_t *top = facts_top_owner(c->cluster->facts, object);

	if (top != object)
		circle_add(c, &(struct relation_ref){json_str_at(top, "kind"), json_str_at(top, "metadata.namespace"),
						     json_str_at(top, "metadata.name")});
}

static void look(struct circle *c, size_t i)
{
	struct relation_ref from = {c->places[i].kind, c->places[i].ns, c->places[i].name};
	json_t *object = changes_object(c->changes, from.kind, from.ns, from.name);
	double direct = c->places[i].direct;

	if (object) {
		c->distance = c->places[i].distance;
		c->direct = direct;
		add_maker(c, object);
		add_release(c, object, direct);
		changes_of(c->changes, object);
	}
	if (c->places[i].distance >= DISTANCE_MAX)
		return;
	c->distance = c->places[i].distance + 1;
	c->direct = direct * 0.85;
	relations_each(c->cluster, &from, circle_add, c);
}

static void circle_ref(struct circle *c, const struct work_ref *r, double direct)
{
	c->distance = 0;
	c->direct = direct;
	circle_add(c, &(struct relation_ref){r->kind, r->ns, r->name});
}

static void circle_draw(struct circle *c)
{
	circle_ref(c, &c->finding->object, 1.0);
	for (size_t i = 0; i < c->finding->affects_count && i < VISITED_MAX / 4; i++)
		circle_ref(c, &c->finding->affects[i], 0.9);
	for (size_t i = 0; i < c->count; i++)
		look(c, i);
}

static void circle_fini(struct circle *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->places[i].kind);
		free(c->places[i].ns);
		free(c->places[i].name);
	}
	free(c->places);
	map_free(c->seen);
}

double recent_nearness(int64_t at, int64_t onset)
{
	int64_t before = onset - at;

	if (before > RECENT_WINDOW_MS || before < -RECENT_SLACK_MS)
		return 0;
	return before <= 0 ? 1.0 : 1.0 - 0.9 * (double)before / (double)RECENT_WINDOW_MS;
}

static double sort_weight(enum change_sort sort)
{
	switch (sort) {
	case CHANGE_ROLLOUT:
	case CHANGE_DELETED:
	case CHANGE_CERTIFICATE:
	case CHANGE_TAG:
		return 1.0;
	case CHANGE_EDITED:
	case CHANGE_RELEASE:
		return 0.9;
	case CHANGE_SCALED:
	case CHANGE_RESTARTED:
		return 0.7;
	case CHANGE_CREATED:
	case CHANGE_NODE:
		return 0.6;
	case CHANGE_EVENT:
		return 0;
	}
	return 0;
}

static bool is_finding(const struct circle *c, const json_t *object)
{
	const struct work_ref *r = &c->finding->object;

	return str_eq(json_str_at(object, "kind"), r->kind) && str_eq(json_str_at(object, "metadata.name"), r->name) &&
	       str_eq(json_str_or(object, "metadata.namespace", ""), str_or(r->ns, ""));
}

/* Everything was made at once: that the parts are new says no more than that the whole is. */
static bool is_part_of_new(const struct circle *c, const struct change *change)
{
	const json_t *own = changes_object(c->changes, c->finding->object.kind, c->finding->object.ns,
					   c->finding->object.name);
	const char *text = json_str_at(own, "metadata.creationTimestamp");
	int64_t at;

	return text && clock_parse(text, &at) && change->at - at < 120000 && at - change->at < 120000;
}

static double strength(const struct circle *c, const struct change *change, int64_t onset)
{
	const json_t *o = change->object;
	bool release = change->sort == CHANGE_RELEASE, own = is_finding(c, o);
	auto_free char *key =
		release ? relation_key("release", json_str_at(o, "metadata.namespace"),
				       json_key_str(json_at(o, "metadata.labels"), "name"))
			: relation_key(json_str_at(o, "kind"), json_str_at(o, "metadata.namespace"),
				       json_str_at(o, "metadata.name"));
	const double *direct = map_get(c->seen, key);

	if (!direct || (change->sort == CHANGE_NODE && own))
		return 0;
	if (change->sort == CHANGE_CREATED && !own && is_part_of_new(c, change))
		return 0;
	return *direct * change->sure * sort_weight(change->sort) * recent_nearness(change->at, onset);
}

/* "4 min", "20 s". */
static void span(int64_t ms, char out[static 24])
{
	if (ms < 120000)
		snprintf(out, 24, "%lld s", (long long)(ms / 1000));
	else
		snprintf(out, 24, "%lld min", (long long)(ms / 60000));
}

/* The sentence that is cited. The caller's. */
static char *sentence(const struct change *change, int64_t onset, bool known)
{
	auto_free char *title = change_title(change);
	char when[24], clock[CLOCK_TEXT];
	int64_t before = onset - change->at;

	clock_format(change->at, clock);
	span(before > 0 ? before : 0, when);
	return mem_printf("Changed %s%s: %s (%s%s%.8s)", known && before < 1000 ? "at onset" : when,
			  !known ? " ago" : before < 1000 ? "" : " before onset", title, change->who,
			  *change->who ? ", " : "", clock + 11);
}

static void cite(struct triage *t, struct triage_finding *f, const struct change *change, int64_t onset, bool known)
{
	auto_free char *path = facts_path(f->f.cluster->facts, change->places[0].object);
	auto_free char *source = mem_printf("GET %s", path);
	auto_free char *text = sentence(change, onset, known);
	int inputs[CHANGE_PLACES + 1] = {0};
	size_t room = 0, n = 0;
	struct work w;

	while (room < ARRAY_LEN(f->f.evidence) && f->f.evidence[room])
		room++;
	if (room == ARRAY_LEN(f->f.evidence))
		return;
	work_init(&w, t->world, f->f.cluster, t->world->cancel);
	w.check = f->f.check;
	for (size_t i = 0; i < CHANGE_PLACES && change->places[i].object; i++) {
		int id = work_cite(&w, change->places[i].object, change->places[i].pointer, NULL);

		if (id)
			inputs[n++] = id;
	}
	f->f.evidence[room] = work_cite_derived(&w, source, change->places[0].pointer, text, inputs);
	work_fini(&w);
}

/* The strongest one that was not taken; NULL: none is strong enough. */
static struct change *strongest(const struct circle *c, int64_t onset, const struct change *taken, double *best)
{
	struct change *found = NULL;

	*best = 0;
	for (size_t i = 0; i < c->changes->count; i++) {
		struct change *change = &c->changes->items[i];
		double s = change == taken ? 0 : strength(c, change, onset);

		/* of equals the later one: it is nearer */
		if (s >= TOLD_LEAST && s >= *best) {
			*best = s;
			found = change;
		}
	}
	return found;
}

static void judge(struct triage *t, struct triage_finding *f, const struct circle *c)
{
	int64_t onset = onset_of(f->f.cluster, &f->f), now = facts_now_ms(f->f.cluster->facts);
	bool known = onset > 0;
	struct change *change, *taken = NULL;
	double s, least = 0;

	if (!known)
		onset = now;
	for (int i = 0; i < TOLD_MAX && (change = strongest(c, onset, taken, &s)) && s >= least; i++) {
		if (!taken)
			f->recent = known ? s : s / 2;
		least = s * SECOND;
		changes_detail(c->changes, change);
		cite(t, f, change, onset, known);
		taken = change;
	}
}

/* All causes of one cluster: first what matters to each, then, ordered, what of it came before. */
static void of_cluster(struct triage *t, struct cluster *cluster)
{
	struct changes *changes = changes_new(cluster->facts, false);
	struct circle circles[ROOTS_MAX];
	int ids[ROOTS_MAX];
	size_t n = 0;

	for (const int *r = t->root_causes; *r && n < ROOTS_MAX; r++) {
		const struct triage_finding *f = &t->findings[*r - 1];

		if (f->f.cluster != cluster)
			continue;
		circles[n] = (struct circle){
			.cluster = cluster, .changes = changes, .finding = &f->f, .seen = map_new(free)};
		circle_draw(&circles[n]);
		ids[n++] = *r;
	}
	changes_order(changes);
	for (size_t i = 0; i < n; i++) {
		judge(t, &t->findings[ids[i] - 1], &circles[i]);
		circle_fini(&circles[i]);
	}
	changes_free(changes);
}

void recent_changes(struct triage *t)
{
	for (size_t i = 0; i < t->world->count; i++)
		if (!t->world->clusters[i].broken)
			of_cluster(t, &t->world->clusters[i]);
}
