/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/watch.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/tools/blind.h"

/* A finding that was seen, under its fingerprint. */
struct entry {
	json_t *finding, *evidence;
	json_t *unseen;       /* blind spots of the round in which it was last seen: {"CLUSTER\x1fWHAT": true} */
	char *cluster, *shape;
	bool root, from_start;
	bool told;            /* that it could not be seen was said of this finding alone */
	int64_t since_ms;
	size_t round;         /* in which it was last seen */
};

struct watch_memory {
	struct map *entries;
	json_t *names;        /* {"CLUSTER": true} of the first round */
	json_t *broken;       /* {"CLUSTER": why} of the last round */
	size_t round;
};

/* What one round is looked at with. */
struct round {
	struct watch_memory *m;
	const struct export_setup *s;
	json_t *unseen, *events;
	char at[CLOCK_TEXT];
	int64_t now_ms;
};

static void entry_free(void *p)
{
	struct entry *e = p;

	json_decref(e->finding);
	json_decref(e->evidence);
	json_decref(e->unseen);
	free(e->cluster);
	free(e->shape);
	free(e);
}

struct watch_memory *watch_memory_new(void)
{
	struct watch_memory *m = MEM_NEW(struct watch_memory);

	m->entries = map_new(entry_free);
	m->names = json_object();
	m->broken = json_object();
	return m;
}

void watch_memory_free(struct watch_memory *m)
{
	if (!m)
		return;
	map_free(m->entries);
	json_decref(m->names);
	json_decref(m->broken);
	free(m);
}

/* A cause without what counts up by itself: words that hold a digit (restarts, times, ids) are all the same. */
static char *shape_of(const struct work_finding *f, bool root)
{
	auto_buf struct buf b = BUF_INIT(65536);

	buf_printf(&b, "%d %d ", (int)f->severity, (int)root);
	for (const char *s = f->cause; *s;) {
		size_t n = strcspn(s, " \n"), digits = 0;

		for (size_t i = 0; i < n; i++)
			digits += isdigit((unsigned char)s[i]) != 0;
		if (digits)
			buf_char(&b, '#');
		else
			buf_add(&b, s, n);
		buf_char(&b, ' ');
		s += n + (s[n] != '\0');
	}
	return buf_steal(&b);
}

static json_t *evidence_of(const json_t *document, const json_t *finding)
{
	json_t *list = json_array(), *all = json_object_get(document, "evidence"), *id;
	size_t i;

	json_array_foreach (json_object_get(finding, "evidence"), i, id) {
		json_t *e = json_array_get(all, (size_t)strtoul(json_string_value(id) + 1, NULL, 10) - 1);

		if (e)
			json_array_append(list, e);
	}
	return list;
}

static json_t *event_of(const struct round *r, const char *what, const struct entry *e)
{
	json_t *o = json_pack("{s:s,s:s,s:O,s:b,s:O}", "at", r->at, "event", what, "finding", e->finding, "root_cause",
			      (int)e->root, "evidence", e->evidence);
	char since[CLOCK_TEXT];

	clock_format(e->since_ms, since);
	json_object_set_new(o, "since", json_string(since));
	return o;
}

static void tell(struct round *r, json_t *event)
{
	if (r->m->round > 1) /* the first round is told as a whole */
		json_array_append_new(r->events, event);
	else
		json_decref(event);
}

static void tell_cluster(struct round *r, const char *what, const char *cluster, const char *why)
{
	json_t *o = json_pack("{s:s,s:s,s:o}", "at", r->at, "event", what, "cluster", json_text0(cluster));

	if (why)
		json_object_set_new(o, "why", json_text0(why));
	tell(r, o);
}

/*
 * Why nothing is known of a cluster in this round; NULL: something is. One whose kubeconfig cannot be read has lost its
 * name too: it is not there, and what is there in its place says why.
 */
static const char *broken_why(const struct round *r, const char *name)
{
	const struct world *w = r->s->triage->world;
	const char *other = "it is not in the kubeconfig any more";

	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->clusters[i].name, name))
			return w->clusters[i].broken;
	for (size_t i = 0; i < w->count; i++)
		if (w->clusters[i].broken && !json_object_get(r->m->names, w->clusters[i].name))
			other = w->clusters[i].broken;
	return other;
}

/* Clusters that went away or came back. */
static void take_clusters(struct round *r)
{
	const struct world *w = r->s->triage->world;
	json_t *broken = json_object(), *yes;
	const char *name;

	for (size_t i = 0; i < w->count && r->m->round == 1; i++)
		json_object_set_new(r->m->names, w->clusters[i].name, json_true());
	json_object_foreach (r->m->names, name, yes) {
		const char *why = broken_why(r, name);
		bool before = json_object_get(r->m->broken, name) != NULL;

		if (why)
			json_object_set_new(broken, name, json_text0(why));
		if (why && !before)
			tell_cluster(r, "unreadable", name, why);
		else if (!why && before)
			tell_cluster(r, "readable", name, NULL);
	}
	json_decref(r->m->broken);
	r->m->broken = broken;
}

static void fill(struct round *r, struct entry *e, const struct triage_finding *f, json_t *finding, char *shape)
{
	json_decref(e->finding);
	json_decref(e->evidence);
	json_decref(e->unseen);
	free(e->shape);
	e->finding = finding;
	e->evidence = evidence_of(r->s->document, finding);
	e->unseen = json_incref(r->unseen);
	e->shape = shape;
	e->root = !f->caused_by;
	e->round = r->m->round;
}

static void take_finding(struct round *r, const struct triage_finding *f, const char *key)
{
	struct entry *e = map_get(r->m->entries, key);
	char *shape = shape_of(&f->f, !f->caused_by);
	json_t *finding = triage_finding_json(r->s->triage, f);
	json_t *before;
	bool changed, told;

	if (!e) {
		e = MEM_NEW(struct entry);
		e->since_ms = r->now_ms;
		e->from_start = r->m->round == 1;
		e->cluster = mem_str(f->f.cluster->name);
		map_set(r->m->entries, key, e);
		fill(r, e, f, finding, shape);
		tell(r, event_of(r, "new", e));
		return;
	}
	changed = !str_eq(e->shape, shape);
	told = e->told;
	before = json_pack("{s:O,s:O,s:b}", "severity", json_object_get(e->finding, "severity"), "cause",
			   json_object_get(e->finding, "cause"), "root_cause", (int)e->root);
	e->told = false;
	fill(r, e, f, finding, shape);
	if (told)
		tell(r, event_of(r, "readable", e));
	if (changed) {
		json_t *event = event_of(r, "changed", e);

		json_object_set(event, "before", before);
		tell(r, event);
	}
	json_decref(before);
}

static void take_findings(struct round *r)
{
	const struct triage *t = r->s->triage;
	struct map *seen = map_new(NULL);

	for (size_t i = 0; i < t->count; i++) {
		const struct work_finding *f = &t->findings[i].f;
		size_t nth;
		char key[65];

		if (!t->findings[i].now)
			continue;
		export_fingerprint(f, 0, key);
		nth = (size_t)(uintptr_t)map_get(seen, key);
		map_set(seen, key, (void *)(uintptr_t)(nth + 1));
		export_fingerprint(f, nth, key);
		take_finding(r, &t->findings[i], key);
	}
	map_free(seen);
}

/* Is the word a kind that any check reads? Other blind spots ("5 checks", "the whole cluster") concern every check. */
static bool known_word(const struct round *r, const char *word)
{
	const struct check *c;

	for (size_t i = 0; (c = export_check(r->s, i, NULL)); i++)
		if (export_reads(c, word))
			return true;
	return false;
}

/* Something that the check reads and that could be read when the finding was last seen. The caller's reason, or NULL. */
static char *hidden_by(const struct round *r, const struct entry *e, const struct check *c)
{
	const json_t *spots = json_object_get(r->s->document, "blind_spots"), *s;
	size_t i;

	json_array_foreach (spots, i, s) {
		const char *what = json_str_or(s, "what", ""), *why = json_str_or(s, "why", "");
		auto_free char *key = mem_printf("%s\x1f%s", json_str_or(s, "cluster", ""), what);
		auto_free char *word = mem_strn(what, strcspn(what, " "));

		if (!str_eq(json_str_at(s, "cluster"), e->cluster) || json_object_get(e->unseen, key) ||
		    str_starts(why, BLIND_SUPPRESSED))
			continue;
		if (!c || export_reads(c, word) || !known_word(r, word))
			return mem_printf("%s: %s", what, why);
	}
	return NULL;
}

/* true: it is gone for sure, and told. */
static bool take_missing(struct round *r, struct entry *e)
{
	const char *check = json_str_or(e->finding, "check", "");
	const struct check *c = registry_check(r->s->registry, check, NULL);
	auto_free char *why = NULL;
	json_t *event;

	if (json_object_get(r->m->broken, e->cluster)) /* told once for the cluster */
		return false;
	why = hidden_by(r, e, c);
	if (why && !e->told) {
		e->told = true;
		event = event_of(r, "unreadable", e);
		json_object_set_new(event, "why", json_text0(why));
		tell(r, event);
	}
	if (why)
		return false;
	event = event_of(r, "resolved", e);
	json_object_set_new(event, "lasted_ms", json_integer(r->now_ms - e->since_ms));
	if (e->from_start)
		json_object_set_new(event, "lasted_longer", json_true());
	tell(r, event);
	return true;
}

static void take_gone(struct round *r)
{
	struct map *left = map_new(NULL);

	for (size_t i = 0; i < map_len(r->m->entries); i++) {
		void *value;
		const char *key = map_at(r->m->entries, i, &value);
		struct entry *e = value;

		if (e->round != r->m->round && take_missing(r, e))
			map_set(left, key, left);
	}
	for (size_t i = 0; i < map_len(left); i++)
		map_remove(r->m->entries, map_at(left, i, NULL));
	map_free(left);
}

static json_t *spots_seen(const json_t *document)
{
	json_t *o = json_object(), *s;
	size_t i;

	json_array_foreach (json_object_get(document, "blind_spots"), i, s) {
		auto_free char *key = mem_printf("%s\x1f%s", json_str_or(s, "cluster", ""), json_str_or(s, "what", ""));

		json_object_set_new(o, key, json_true());
	}
	return o;
}

json_t *watch_memory_take(struct watch_memory *m, const struct export_setup *s, int64_t now_ms)
{
	struct round r = {.m = m, .s = s, .events = json_array(), .now_ms = now_ms};

	m->round++;
	r.unseen = spots_seen(s->document);
	clock_format(now_ms - now_ms % 1000, r.at);
	take_clusters(&r);
	take_findings(&r);
	take_gone(&r);
	json_decref(r.unseen);
	return r.events;
}
