/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/custom.h"

#include <stdlib.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"

#define LEVELS 6 /* of owners */
#define EDIT_MS (5 * 60 * 1000LL)
#define TRIAL 6u /* lists that are tried before the rest: who may read none of them may not read the others */

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool ends(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && is(text + n - k, end);
}

/* Served by Kubernetes itself, by an aggregated API, or looked at by a check of its own. */
static bool foreign_group(const char *group)
{
	static const char *const not[] = {"apps",
					  "batch",
					  "autoscaling",
					  "policy",
					  "extensions",
					  "admissionregistration.k8s.io",
					  "apiextensions.k8s.io",
					  "apiregistration.k8s.io",
					  "authentication.k8s.io",
					  "authorization.k8s.io",
					  "certificates.k8s.io",
					  "coordination.k8s.io",
					  "discovery.k8s.io",
					  "events.k8s.io",
					  "flowcontrol.apiserver.k8s.io",
					  "internal.apiserver.k8s.io",
					  "networking.k8s.io",
					  "node.k8s.io",
					  "rbac.authorization.k8s.io",
					  "resource.k8s.io",
					  "scheduling.k8s.io",
					  "storage.k8s.io",
					  "storagemigration.k8s.io",
					  "gateway.networking.k8s.io",
					  "packages.operators.coreos.com",
					  "operators.coreos.com",
					  "olm.operatorframework.io",
					  "wgpolicyk8s.io",
					  NULL};

	for (size_t i = 0; not[i]; i++)
		if (is(group, not[i]))
			return false;
	return *group && !ends(group, "metrics.k8s.io");
}

/* One for each pod, node or scan: many, and what they say shows elsewhere. */
static bool bulk(const char *kind)
{
	static const char *const words[] = {"Report", "Endpoint", "Identity", "IPAMBlock", "IPAMHandle", "BlockAffinity",
					    "EndpointSlice", "Metrics", "NodeState", "Revision", "Snapshot", NULL};

	for (size_t i = 0; words[i]; i++)
		if (ends(kind, words[i]))
			return true;
	return false;
}

size_t custom_kinds(const struct view *v, const struct kind_info **out, size_t max)
{
	size_t n = 0, all = v->h->kind_count(v->w);

	for (size_t i = 0; i < all && n < max; i++) {
		const struct kind_info *k = v->h->kind_at(v->w, i);

		if (k && k->listable && foreign_group(k->group) && !bulk(k->kind))
			out[n++] = k;
	}
	return n;
}

static size_t read_ahead(const struct view *v, const struct kind_info **kinds, size_t from, size_t to, size_t keep)
{
	const char *names[CUSTOM_KINDS_MAX] = {0};
	enum seen seen[CUSTOM_KINDS_MAX];

	for (size_t i = from; i < to; i++)
		names[i - from] = kinds[i]->resource;
	v->h->lists_ahead(v->w, names, to - from, seen);
	for (size_t i = from; i < to; i++)
		if (seen[i - from] == SEEN_OK || seen[i - from] == SEEN_CUT)
			kinds[keep++] = kinds[i];
	return keep;
}

size_t custom_ahead(const struct view *v, const struct kind_info **kinds, size_t n)
{
	size_t trial = n < TRIAL ? n : TRIAL, kept = read_ahead(v, kinds, 0, trial, 0);

	return kept || trial == n ? read_ahead(v, kinds, trial, n, kept) : 0;
}

/* Does the kind have a status that a controller writes? Those without one never get one. */
static bool has_status(const struct view *v, const struct kind_info *k)
{
	enum seen seen;
	json_t *crd, *version;
	size_t i;

	v->h->lists_ahead(v->w, &(const char *){"customresourcedefinitions.apiextensions.k8s.io"}, 1, &seen);
	if (seen != SEEN_OK)
		return false;
	crd = v->h->find(v->w, "customresourcedefinitions.apiextensions.k8s.io", NULL, k->resource, &seen);
	json_array_foreach (fld_at(crd, "spec.versions"), i, version)
		if (is(fld_str(version, "name"), k->version))
			return fld_at(version, "subresources.status") != NULL;
	return false;
}

/* Many kinds never get a status: that there is none counts only when the one who writes it is not there. */
static bool neglected(const struct view *v, const struct kind_info *k, const struct keeper *keeper)
{
	if (keeper->state == KEEPER_ABSENT)
		return has_status(v, k);
	return keeper->state == KEEPER_DOWN || keeper->state == KEEPER_ZERO;
}

/* Somebody changed it a moment ago: its controller has had no time yet. */
static bool edited_lately(const struct view *v, json_t *o)
{
	struct object_ref ref = {.object = o};
	json_t *c;
	size_t i;

	json_array_foreach (v->h->changes(v->w, fld_ns(o), &ref, 1, v->now_ms - EDIT_MS), i, c)
		if (!is(fld_str(c, "type"), "event"))
			return true;
	return false;
}

struct reading {
	const struct view *v;
	struct customs *all;
	const struct kind_info *kind;
	struct keeper keeper;
	bool asked, neglected; /* about the keeper of this kind */
};

static void take(struct reading *r, json_t *o, const struct verdict *verdict)
{
	struct customs *all = r->all;
	bool absent = verdict->kind == VERDICT_SILENT || verdict->kind == VERDICT_STALE;

	if (all->count >= CUSTOM_MAX)
		return;
	if (absent && !r->asked) {
		keeper_of(r->v, r->kind->resource, &r->keeper);
		r->neglected = neglected(r->v, r->kind, &r->keeper);
		r->asked = true;
	}
	if (verdict->kind == VERDICT_SILENT && !r->neglected)
		return;
	if (verdict->kind == VERDICT_STALE && edited_lately(r->v, o))
		return;
	ALLOC_GROW(all->items, all->count, all->cap);
	all->items[all->count++] =
		(struct custom){.object = o, .kind = r->kind, .verdict = *verdict, .keeper = r->keeper};
}

static bool refers_to_owner(const json_t *o, const json_t *owner)
{
	json_t *refs = fld_at(o, "metadata.ownerReferences"), *ref;
	const char *uid = fld_str(owner, "metadata.uid");
	size_t i;

	json_array_foreach (refs, i, ref) {
		if (*uid && *fld_str(ref, "uid") ? is(fld_str(ref, "uid"), uid)
						 : is(fld_str(ref, "kind"), fld_kind(owner)) &&
							   is(fld_str(ref, "name"), fld_name(owner)))
			return true;
	}
	return false;
}

/* Directly, or over others that are well. */
static bool owned_by(const struct view *v, json_t *o, const json_t *owner)
{
	for (int i = 0; o && i < LEVELS; i++) {
		if (refers_to_owner(o, owner))
			return true;
		o = v->h->owner(v->w, o);
	}
	return false;
}

struct question {
	const json_t *from, *to;
	bool found;
};

static bool on_ref(void *ctx, const struct custom_ref *r)
{
	struct question *q = ctx;

	q->found = custom_ref_is(r, q->from, q->to);
	return !q->found;
}

/* Its message speaks of the other one: 'Waiting for CertificateRequest "x" to complete'. */
static bool says(const struct custom *c, const json_t *other)
{
	const char *text = c->verdict.message, *name = fld_name(other);

	return strlen(name) >= 3 && strstr(text, name) && strcasestr(text, fld_kind(other));
}

static bool hangs_on(const struct view *v, const struct custom *c, const struct custom *other)
{
	struct question q = {c->object, other->object, false};

	if (owned_by(v, other->object, c->object))
		return true;
	/* a message names its own object too, and those it belongs to */
	if (owned_by(v, c->object, other->object))
		return false;
	if (says(c, other->object) && !says(other, c->object))
		return true;
	custom_refs(fld_at(c->object, "spec"), "/spec", on_ref, &q);
	if (!q.found)
		custom_refs(fld_at(c->object, "status"), "/status", on_ref, &q);
	return q.found;
}

bool customs_leads(const struct customs *all, size_t from, size_t to)
{
	unsigned char seen[CUSTOM_MAX] = {0};
	size_t queue[CUSTOM_MAX], n = 0;

	queue[n++] = from;
	seen[from] = 1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < all->count; k++) {
			if (!all->items[queue[i]].because || !all->items[queue[i]].because[k] || seen[k])
				continue;
			if (k == to)
				return true;
			seen[k] = 1;
			queue[n++] = k;
		}
	return false;
}

static void link(const struct view *v, struct customs *all)
{
	for (size_t i = 0; i < all->count; i++)
		all->items[i].because = alloc_zero(all->count, 1);
	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < all->count; k++) {
			if (i == k || !hangs_on(v, &all->items[i], &all->items[k]) || customs_leads(all, k, i))
				continue;
			all->items[i].because[k] = 1;
			all->items[i].explained = true;
		}
}

void customs_read(const struct view *v, struct customs *all)
{
	const struct kind_info *kinds[CUSTOM_KINDS_MAX];
	size_t n = custom_ahead(v, kinds, custom_kinds(v, kinds, CUSTOM_KINDS_MAX)), i;
	enum seen seen;
	json_t *list, *o;

	*all = (struct customs){0};
	for (size_t k = 0; k < n; k++) {
		struct reading r = {.v = v, .all = all, .kind = kinds[k]};

		list = v->h->list(v->w, kinds[k]->resource, NULL, &seen);
		json_array_foreach (list, i, o) {
			struct verdict verdict;

			if (i >= CUSTOM_OBJECTS_MAX)
				break;
			verdict_of(v, o, &verdict);
			if (verdict.kind != VERDICT_FINE)
				take(&r, o, &verdict);
		}
	}
	link(v, all);
}

void customs_free(struct customs *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->items[i].because);
	free(all->items);
	*all = (struct customs){0};
}
