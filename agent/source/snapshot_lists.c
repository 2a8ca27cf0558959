/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_lists.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

void snap_lists_add(struct snap_lists *l, const struct snap_list *list, const char *rel)
{
	struct snap_list_seen *seen;

	MEM_GROW(l->all, l->count, l->cap);
	seen = &l->all[l->count++];
	*seen = (struct snap_list_seen){*list, mem_str(rel), mem_str(list->ns)};
	seen->list.ns = seen->ns;
}

void snap_lists_fini(struct snap_lists *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->all[i].rel);
		free(l->all[i].ns);
	}
	free(l->all);
	memset(l, 0, sizeof(*l));
}

/* kubectl cluster-info dump writes this file beside the others into each namespace's folder, and nobody else does. */
static bool is_dump_folder(const char *rel, const struct snap_files *f)
{
	static const char *const ends[] = {"json", "yaml"};
	const char *slash = strrchr(rel, '/');

	for (size_t i = 0; slash && i < ARRAY_LEN(ends); i++) {
		char *beside auto_free =
			mem_printf("%.*s/replication-controllers.%s", (int)(slash - rel), rel, ends[i]);

		if (snap_files_find(f, beside))
			return true;
	}
	return false;
}

const char *snap_place_ns(const struct snap_place *p, const char *rel, const struct snap_store *s,
			  const struct snap_files *f)
{
	if (p->layout)
		return p->ns;
	if (p->guess[0] && (map_has(s->spaces, p->guess) || is_dump_folder(rel, f)))
		return p->guess;
	return "";
}

/* Does the path name the namespace: "shop-pods.json", "dump-shop/pods.json"? */
static bool path_names(const char *rel, const char *ns)
{
	size_t n = strlen(ns);

	for (const char *p = rel; n && (p = strstr(p, ns)); p++) {
		bool starts = p == rel || strchr("/-_.", p[-1]), ends = !p[n] || strchr("/-_.", p[n]);

		if (starts && ends)
			return true;
	}
	return false;
}

struct resolve {
	struct snap_store *s;
	const struct snap_files *f;
	struct map *single; /* "group/kind" -> the one namespace of lists over one; "" when there are several */
};

/* A list with no namespace in its place: is it one over all namespaces? */
static bool is_whole(const struct resolve *r, const struct snap_list_seen *seen, const struct snap_kind *k, bool named)
{
	const struct snap_list *list = &seen->list;
	const char *other;

	if (list->many)
		return true;
	if (!list->typed && !named)
		return false;
	if (!list->ns)
		return true;
	/* Lists of the same kind that hold one namespace each were asked for namespace by namespace. */
	other = map_get(r->single, k->plural);
	return !path_names(seen->rel, list->ns) && str_eq(other, list->ns);
}

static struct snap_kind *kind_of(const struct resolve *r, const struct snap_list_seen *seen, const struct snap_place *p)
{
	return seen->list.kind ? seen->list.kind : snap_store_word(r->s, p->word);
}

static void note_single(struct resolve *r, const struct snap_list_seen *seen)
{
	struct snap_place p;
	struct snap_kind *k;
	const char *was;

	if (!seen->list.ns || seen->list.many)
		return;
	snap_place_of(seen->rel, &p);
	k = kind_of(r, seen, &p);
	if (!k || snap_place_ns(&p, seen->rel, r->s, r->f)[0])
		return;
	was = map_get(r->single, k->plural);
	map_set(r->single, k->plural, was && !str_eq(was, seen->ns) ? (void *)(uintptr_t) "" : seen->ns);
}

static void resolve(const struct resolve *r, const struct snap_list_seen *seen)
{
	struct snap_place p;
	struct snap_kind *k;
	const char *ns;

	snap_place_of(seen->rel, &p);
	k = kind_of(r, seen, &p);
	if (!k)
		return;
	ns = snap_place_ns(&p, seen->rel, r->s, r->f);
	if (!k->namespaced && (k->sure || !ns[0])) {
		k->whole = true;
	} else if (seen->list.many) {
		k->whole = true;
	} else if (ns[0]) {
		if (!k->sure)
			k->namespaced = true;
		snap_kind_saw(k, ns);
		map_set(r->s->spaces, ns, NULL);
	} else if (is_whole(r, seen, k, snap_store_word(r->s, p.word) == k)) {
		k->whole = true;
	}
}

void snap_lists_resolve(const struct snap_lists *l, struct snap_store *s, const struct snap_files *f)
{
	struct resolve r = {s, f, map_new(NULL)};

	for (size_t i = 0; i < l->count; i++)
		note_single(&r, &l->all[i]);
	for (size_t i = 0; i < l->count; i++)
		resolve(&r, &l->all[i]);
	map_free(r.single);
}
