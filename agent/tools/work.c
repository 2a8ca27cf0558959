/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/work.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/text/mask.h"

static void decref(void *j)
{
	json_decref(j);
}

void work_init(struct work *w, struct world *world, struct cluster *cluster, struct cancel *cancel)
{
	*w = (struct work){.world = world, .cluster = cluster, .cancel = cancel, .text = BUF_INIT(WORK_TEXT_MAX)};
	w->arena = arena_new(0);
}

static void ref_fini(struct work_ref *r)
{
	free(r->api_version);
	free(r->kind);
	free(r->ns);
	free(r->name);
}

void work_finding_fini(struct work_finding *f)
{
	ref_fini(&f->object);
	free(f->cause);
	free(f->docs);
	for (size_t i = 0; i < ARRAY_LEN(f->fix); i++)
		free(f->fix[i]);
	for (size_t i = 0; i < f->affects_count; i++)
		ref_fini(&f->affects[i]);
	for (size_t i = 0; i < f->blames_count; i++)
		ref_fini(&f->blames[i]);
	free(f->affects);
	free(f->blames);
}

void work_touches_fini(struct work_touch *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(t[i].resource);
		free(t[i].ns);
		free(t[i].name);
		free(t[i].path);
	}
	free(t);
}

void work_fini(struct work *w)
{
	for (size_t i = 0; i < w->finding_count; i++)
		work_finding_fini(&w->findings[i]);
	free(w->findings);
	work_touches_fini(w->touches, w->touch_count);
	buf_fini(&w->text);
	arena_free(w->arena);
	*w = (struct work){0};
}

void work_touch(struct work *w, const char *resource, const char *ns, const char *name, const char *path)
{
	if (w->check) /* checks cite for themselves; only a tool's quotes are looked for afterwards */
		return;
	for (size_t i = 0; i < w->touch_count; i++) {
		const struct work_touch *t = &w->touches[i];

		if (str_eq(t->resource, resource) && str_eq(t->ns, ns) && str_eq(t->name, name) &&
		    str_eq(t->path, path))
			return;
	}
	MEM_GROW(w->touches, w->touch_count, w->touch_cap);
	w->touches[w->touch_count++] = (struct work_touch){
		.resource = mem_str(resource), .ns = mem_str(ns), .name = mem_str(name), .path = mem_str(path)};
}

json_t *work_keep(struct work *w, json_t *owned)
{
	if (owned)
		arena_own(w->arena, decref, owned);
	return owned;
}

char *work_keep_text(struct work *w, char *owned)
{
	if (owned)
		arena_own(w->arena, free, owned);
	return owned;
}

static char *key_of(const json_t *object, const char *key)
{
	return mem_str(json_str_at(object, key));
}

static struct work_ref ref_copy(const struct object_ref *r)
{
	if (r->object)
		return (struct work_ref){key_of(r->object, "apiVersion"), key_of(r->object, "kind"),
					 key_of(r->object, "metadata.namespace"), key_of(r->object, "metadata.name")};
	return (struct work_ref){mem_str(r->api_version), mem_str(r->kind), str_empty(r->ns) ? NULL : mem_str(r->ns),
				 mem_str(r->name)};
}

static struct work_ref *refs_copy(const struct object_ref *refs, size_t n)
{
	struct work_ref *out;

	if (!n)
		return NULL;
	out = mem_zero(n * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = ref_copy(&refs[i]);
	return out;
}

/* Checks put texts of the cluster into sentences: runs of blanks and control characters become one blank. */
static char *sentence(const char *s)
{
	char *out = mem_str(str_or(s, "")), *to = out;

	for (const char *p = out; *p; p++) {
		bool blank = (unsigned char)*p <= ' ' || *p == 0x7f;

		if (!blank)
			*to++ = *p;
		else if (to != out && to[-1] != ' ')
			*to++ = ' ';
	}
	while (to != out && to[-1] == ' ')
		to--;
	*to = '\0';
	return out;
}

/* A cause may tell what a log says, and logs hold what they should not. */
static char *masked(const char *s)
{
	size_t n = strlen(s);
	struct buf b = BUF_INIT(n * 4 + 64);

	mask_text(&b, s, n);
	return buf_steal(&b);
}

/* A plug-in built against an older struct finding is shorter: only what it has is read. */
void work_finding(struct work *w, const struct finding *given)
{
	struct finding f = {0};
	struct work_finding out = {0};
	auto_free char *cause = NULL;
	int given_ids = evidence_count(w->world->evidence);

	memcpy(&f, given, given->size < sizeof(f) ? given->size : sizeof(f));
	out.check = w->check;
	out.cluster = w->cluster;
	out.severity = (unsigned)f.severity > SEVERITY_CRITICAL ? SEVERITY_CRITICAL : f.severity;
	out.score = !(f.score >= 0) ? 0 : f.score > 1 ? 1 : f.score; /* no number is no score either */
	out.symptom = f.symptom;
	out.object = ref_copy(&f.object);
	cause = masked(str_or(f.cause, ""));
	out.cause = sentence(cause);
	out.docs = mem_str(f.docs);
	for (size_t i = 0, n = 0; i < ARRAY_LEN(f.fix) && f.fix[i]; i++)
		if (*f.fix[i])
			out.fix[n++] = masked(f.fix[i]);
	for (size_t i = 0, n = 0; i < ARRAY_LEN(f.evidence); i++)
		if (f.evidence[i] >= 1 && f.evidence[i] <= given_ids) /* a citation of nothing gives 0 */
			out.evidence[n++] = f.evidence[i];
	out.affects = refs_copy(f.affects, f.affects_count);
	out.affects_count = f.affects_count;
	out.blames = refs_copy(f.blames, f.blames_count);
	out.blames_count = f.blames_count;
	MEM_GROW(w->findings, w->finding_count, w->finding_cap);
	w->findings[w->finding_count++] = out;
}
