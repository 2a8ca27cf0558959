/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/diagnosis.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"

#define KEY_MAX 640
#define FIX_MAX 6u
#define EVIDENCE_MAX 12u

/* An object by words that belong to the diagnosis. */
struct place {
	char *api_version, *kind, *ns, *name;
};

struct places {
	struct place *items;
	size_t count, cap, seen; /* seen: also those beyond the maximum */
};

struct diagnosis {
	const struct host *h;
	struct work *w;
	char key[KEY_MAX];
	struct place object;
	enum severity severity;
	double score;
	bool symptom;
	char *cause, *docs;
	char *fix[FIX_MAX];
	size_t fix_count;
	int evidence[EVIDENCE_MAX];
	size_t evidence_count;
	struct places shows, blames;
};

static void place_fini(struct place *p)
{
	free(p->api_version);
	free(p->kind);
	free(p->ns);
	free(p->name);
	*p = (struct place){0};
}

static void places_fini(struct places *p)
{
	for (size_t i = 0; i < p->count; i++)
		place_fini(&p->items[i]);
	free(p->items);
	*p = (struct places){0};
}

static const char *text(const char *s)
{
	return s ? s : "";
}

static bool is_place(const struct place *p, const char *kind, const char *ns, const char *name)
{
	return strcmp(text(p->kind), text(kind)) == 0 && strcmp(text(p->ns), text(ns)) == 0 &&
	       strcmp(text(p->name), text(name)) == 0;
}

static struct place place_of(const char *api_version, const char *kind, const char *ns, const char *name)
{
	return (struct place){alloc_str(api_version), alloc_str(kind), ns && *ns ? alloc_str(ns) : NULL,
			      alloc_str(name)};
}

static void places_add(struct places *p, const char *api_version, const char *kind, const char *ns, const char *name)
{
	if (!name || !*name || !kind || !*kind)
		return;
	for (size_t i = 0; i < p->count; i++)
		if (is_place(&p->items[i], kind, ns, name))
			return;
	p->seen++;
	if (p->count >= DIAG_PLACES_MAX)
		return;
	ALLOC_GROW(p->items, p->count, p->cap);
	p->items[p->count++] = place_of(api_version, kind, ns, name);
}

struct diagnosis *diag_new(struct diagnoses *set)
{
	struct diagnosis *d = alloc_zero(1, sizeof(*d));

	d->h = set->h;
	d->w = set->w;
	d->severity = SEVERITY_CRITICAL;
	d->score = 0.5;
	ALLOC_GROW(set->items, set->count, set->cap);
	set->items[set->count++] = d;
	return d;
}

struct diagnosis *diag_get(struct diagnoses *set, bool *fresh, const char *key, ...)
{
	char name[KEY_MAX];
	struct diagnosis *d;
	va_list ap;

	va_start(ap, key);
	vsnprintf(name, sizeof(name), key, ap);
	va_end(ap);
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->items[i]->key, name) != 0)
			continue;
		*fresh = false;
		return set->items[i];
	}
	d = diag_new(set);
	memcpy(d->key, name, sizeof(name));
	*fresh = true;
	return d;
}

static struct object_ref *refs_of(const struct places *p)
{
	struct object_ref *refs = alloc_zero(p->count, sizeof(*refs));

	for (size_t i = 0; i < p->count; i++)
		refs[i] = (struct object_ref){.api_version = p->items[i].api_version,
					      .kind = p->items[i].kind,
					      .ns = p->items[i].ns,
					      .name = p->items[i].name};
	return refs;
}

static void send(struct diagnosis *d)
{
	struct object_ref *shows = refs_of(&d->shows), *blames = refs_of(&d->blames);
	struct finding f = {.size = sizeof(f),
			    .severity = d->severity,
			    .score = d->score,
			    .cause = d->cause,
			    .docs = d->docs,
			    .affects = shows,
			    .affects_count = d->shows.count,
			    .blames = blames,
			    .blames_count = d->blames.count,
			    .symptom = d->symptom};

	f.object = (struct object_ref){.api_version = d->object.api_version,
				       .kind = d->object.kind,
				       .ns = d->object.ns,
				       .name = d->object.name};
	for (size_t i = 0; i < d->fix_count; i++)
		f.fix[i] = d->fix[i];
	memcpy(f.evidence, d->evidence, sizeof(f.evidence));
	d->h->finding(d->w, &f);
	free(shows);
	free(blames);
}

void diag_send(struct diagnoses *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct diagnosis *d = set->items[i];

		if (d->cause && d->object.name)
			send(d);
		place_fini(&d->object);
		places_fini(&d->shows);
		places_fini(&d->blames);
		free(d->cause);
		free(d->docs);
		for (size_t k = 0; k < d->fix_count; k++)
			free(d->fix[k]);
		free(d);
	}
	free(set->items);
	set->items = NULL;
	set->count = set->cap = 0;
}

void diag_about_words(struct diagnosis *d, const char *api_version, const char *kind, const char *ns, const char *name)
{
	place_fini(&d->object);
	d->object = place_of(api_version, kind, ns, name);
}

void diag_about(struct diagnosis *d, json_t *object)
{
	diag_about_words(d, fld_str(object, "apiVersion"), fld_kind(object), fld_ns(object), fld_name(object));
}

void diag_rate(struct diagnosis *d, enum severity severity, double score)
{
	d->severity = severity;
	d->score = score;
}

void diag_past(struct diagnosis *d)
{
	diag_rate(d, SEVERITY_INFO, 0);
}

void diag_symptom(struct diagnosis *d)
{
	d->symptom = true;
}

void diag_docs(struct diagnosis *d, const char *url)
{
	free(d->docs);
	d->docs = alloc_str(url);
}

static char *format(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
static char *format(const char *fmt, va_list ap)
{
	va_list copy;
	char *out;
	int n;

	va_copy(copy, ap);
	n = vsnprintf(NULL, 0, fmt, copy);
	va_end(copy);
	out = alloc_resize(NULL, n < 0 ? 1 : (size_t)n + 1, 1);
	out[0] = '\0';
	if (n > 0)
		vsnprintf(out, (size_t)n + 1, fmt, ap);
	return out;
}

void diag_cause(struct diagnosis *d, const char *fmt, ...)
{
	va_list ap;

	free(d->cause);
	va_start(ap, fmt);
	d->cause = format(fmt, ap);
	va_end(ap);
}

void diag_cause_more(struct diagnosis *d, const char *fmt, ...)
{
	char *before = d->cause, *more;
	va_list ap;

	va_start(ap, fmt);
	more = format(fmt, ap);
	va_end(ap);
	d->cause = alloc_printf("%s%s", text(before), more);
	free(before);
	free(more);
}

void diag_fix(struct diagnosis *d, const char *fmt, ...)
{
	va_list ap;

	if (d->fix_count >= FIX_MAX)
		return;
	va_start(ap, fmt);
	d->fix[d->fix_count++] = format(fmt, ap);
	va_end(ap);
}

void diag_evidence(struct diagnosis *d, int id)
{
	if (id <= 0 || d->evidence_count >= EVIDENCE_MAX)
		return;
	for (size_t i = 0; i < d->evidence_count; i++)
		if (d->evidence[i] == id)
			return;
	d->evidence[d->evidence_count++] = id;
}

int diag_cite(struct diagnosis *d, const json_t *object, const char *quote, const char *pointer, ...)
{
	char at[512];
	va_list ap;
	int id;

	if (!object || d->evidence_count >= EVIDENCE_MAX)
		return 0;
	va_start(ap, pointer);
	vsnprintf(at, sizeof(at), pointer, ap);
	va_end(ap);
	id = d->h->cite(d->w, object, at, quote);
	diag_evidence(d, id);
	return id;
}

void diag_cite_derived(struct diagnosis *d, const json_t *object, const char *pointer, const int *inputs,
		       const char *fmt, ...)
{
	drop_text char *path = d->h->path(d->w, object), *source = alloc_printf("GET %s", text(path)), *words;
	va_list ap;

	va_start(ap, fmt);
	words = format(fmt, ap);
	va_end(ap);
	diag_evidence(d, d->h->cite_derived(d->w, source, pointer, words, inputs));
}

void diag_cite_line(struct diagnosis *d, const struct log_text *log, size_t n, const char *line, size_t len)
{
	drop_text char *quote = alloc_strn(line, len);

	diag_evidence(d, d->h->cite_line(d->w, log->source, n, quote));
}

void diag_cite_absence(struct diagnosis *d, const char *resource, const char *ns, const char *name)
{
	diag_evidence(d, d->h->cite_absence(d->w, resource, ns && *ns ? ns : NULL, name));
}

void diag_shows_words(struct diagnosis *d, const char *api_version, const char *kind, const char *ns, const char *name)
{
	places_add(&d->shows, api_version, kind, ns, name);
}

void diag_shows(struct diagnosis *d, json_t *object)
{
	diag_shows_words(d, fld_str(object, "apiVersion"), fld_kind(object), fld_ns(object), fld_name(object));
}

void diag_blames(struct diagnosis *d, const char *api_version, const char *kind, const char *ns, const char *name)
{
	places_add(&d->blames, api_version, kind, ns, name);
}

size_t diag_places(const struct diagnosis *d)
{
	return d->shows.seen;
}

bool diag_filled(const struct diagnosis *d)
{
	return d->cause != NULL;
}
