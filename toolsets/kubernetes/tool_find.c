/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_find: by part of a name, over kinds. */
#include "toolsets/kubernetes/tools.h"

#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/columns.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"
#include "toolsets/lib/table.h"
#include "toolsets/lib/target.h"

#define LIMIT_DEFAULT 30
#define OTHERS_MAX 40u /* kinds of add-ons that are looked through besides the usual ones: one request each */

static const char *const usual[] = {
	"pods",
	"deployments.apps",
	"statefulsets.apps",
	"daemonsets.apps",
	"jobs.batch",
	"cronjobs.batch",
	"services",
	"ingresses.networking.k8s.io",
	"persistentvolumeclaims",
	"configmaps",
	"secrets",
	"nodes",
	"namespaces",
	"resourceclaims.resource.k8s.io",
	"resourceclaimtemplates.resource.k8s.io",
	"deviceclasses.resource.k8s.io",
	"persistentvolumes",
	"storageclasses.storage.k8s.io",
	"horizontalpodautoscalers.autoscaling",
	"serviceaccounts",
	"networkpolicies.networking.k8s.io",
	"replicasets.apps",
	NULL,
};

struct hit {
	json_t *object;
	const struct kind_info *kind;
	int rank; /* 0 equal, 1 begins with, 2 a part, 3 alike */
	size_t kind_at;
};

struct search {
	const struct view *v;
	const char *word, *ns;
	struct hit *hits;
	size_t count, cap, read, skipped;
	const char *denied[8];
	size_t denied_count;
};

static int rank(const char *word, const char *name)
{
	const char *at = strcasestr(name, word);

	if (strcasecmp(word, name) == 0)
		return 0;
	if (at == name)
		return 1;
	if (at)
		return at[-1] == '-' || at[-1] == '.' ? 2 : 3;
	return strlen(word) > 3 && nearest_distance(word, name) <= 30 ? 4 : -1;
}

static void search_kind(struct search *s, const struct kind_info *k, size_t at)
{
	enum seen seen = SEEN_OK;
	json_t *list = s->v->h->list(s->v->w, k->resource, k->namespaced ? s->ns : NULL, &seen), *o;
	size_t i;

	if (seen != SEEN_OK && seen != SEEN_CUT && seen != SEEN_EMPTY) {
		if (seen == SEEN_DENIED && s->denied_count < 8)
			s->denied[s->denied_count++] = k->plural;
		return;
	}
	s->read += json_array_size(list);
	json_array_foreach (list, i, o) {
		int r = rank(s->word, fld_name(o));

		if (r < 0)
			continue;
		ALLOC_GROW(s->hits, s->count, s->cap);
		s->hits[s->count++] = (struct hit){o, k, r, at};
	}
}

/* Kinds that are no part of Kubernetes itself: their objects are what people build on it. */
static bool addon(const struct kind_info *k)
{
	size_t n = strlen(k->group);

	return k->listable && n && strchr(k->group, '.') &&
	       (n < 7 || strcmp(k->group + n - 7, ".k8s.io") != 0 || strstr(k->group, "x-k8s.io") ||
		strcmp(k->group, "gateway.networking.k8s.io") == 0);
}

static size_t search_all(struct search *s)
{
	struct work *w = s->v->w;
	const struct host *h = s->v->h;
	size_t kinds = 0, others = 0;

	for (size_t i = 0; usual[i] && !h->canceled(w); i++) {
		const struct kind_info *k = h->kind(w, usual[i], NULL, 0);

		if (k) {
			search_kind(s, k, i);
			kinds++;
		}
	}
	for (size_t i = 0; i < h->kind_count(w) && !h->canceled(w); i++) {
		const struct kind_info *k = h->kind_at(w, i);

		if (!k || !addon(k))
			continue;
		if (others++ >= OTHERS_MAX) {
			s->skipped++;
			continue;
		}
		search_kind(s, k, 100 + i);
		kinds++;
	}
	return kinds;
}

static int by_rank(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->kind_at != y->kind_at)
		return x->kind_at < y->kind_at ? -1 : 1;
	return tbl_compare(fld_name(x->object), fld_name(y->object));
}

static void answer(struct search *s, size_t kinds, size_t limit)
{
	static const char *const heads[] = {"KIND", "NAMESPACE", "NAME", "STATUS", "AGE"};
	struct table *t = tbl_new(heads, 5, 90);
	struct reply r = REP_INIT, words = {.max = 300};
	char age[AGE_SIZE];
	size_t n = s->count;

	if (s->count)
		qsort(s->hits, s->count, sizeof(*s->hits), by_rank);
	/* Alike names only matter when nothing carries the word itself. */
	while (n && s->hits[0].rank < 4 && s->hits[n - 1].rank == 4)
		n--;
	for (size_t i = 0; i < n && i < limit; i++) {
		json_t *o = s->hits[i].object;

		rep_clear(&words);
		kubernetes_status_words(s->v, o, &words);
		tbl_row(t);
		tbl_cell(t, s->hits[i].kind->kind);
		tbl_cell(t, fld_ns(o));
		tbl_cell(t, fld_name(o));
		tbl_cell(t, rep_text(&words));
		tbl_cell(t, age_of(o, s->v->now_ms, age));
	}
	rep_add(&r, "%zu objects %s \"%s\"%s%s (read: %zu objects of %zu kinds)%s\n", n,
		n && s->hits[0].rank == 4 ? "with a name like" : "named", s->word, s->ns ? " in namespace " : "",
		s->ns ? s->ns : "", s->read, kinds, n ? ":" : ".");
	tbl_print(t, limit, &r);
	if (n > limit)
		rep_add(&r, "… %zu more: raise limit or give more of the name.\n", n - limit);
	for (size_t i = 0; i < s->denied_count; i++)
		rep_add(&r, "%s%s", i ? ", " : "not looked through, access denied: ", s->denied[i]);
	rep_put(&r, s->denied_count ? "\n" : "");
	if (s->skipped)
		rep_add(&r, "%zu more kinds not looked through: name one with kind.\n", s->skipped);
	rep_free(&words);
	tbl_free(t);
	rep_send(s->v->h, s->v->w, n ? TOOL_OK : s->denied_count ? TOOL_DENIED : TOOL_NO_DATA, &r);
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct view v = VIEW_INIT(h, w);
	struct search s = {.v = &v, .word = fld_str(args, "name")};
	const char *kind = fld_str(args, "kind");
	size_t kinds = 1;

	s.ns = *fld_str(args, "namespace") ? fld_str(args, "namespace") : h->scope_ns(w);
	if (*kind) {
		const struct kind_info *k = target_kind(h, w, kind);

		if (!k)
			return 0;
		search_kind(&s, k, 0);
	} else {
		kinds = search_all(&s);
	}
	answer(&s, kinds, (size_t)fld_int(args, "limit", LIMIT_DEFAULT));
	free(s.hits);
	return 0;
}

static const struct param params[] = {
	{.name = "name", .required = true, .help = "part of a name"},
	{.name = "kind", .help = "default: all that matter, CRs too"},
	{.name = "namespace"},
	{.name = "limit", .type = PARAM_INT, .min = 1, .max = 200},
	{.name = NULL},
};

const struct tool kubernetes_find_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_find",
	.help = "Objects of all kinds by part of a name, with status.",
	.params = params,
	.run = run,
};
