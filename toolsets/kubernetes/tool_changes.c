/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_changes: who changed what, and when; of an object with what it depends on, of a namespace, or of all. */
#include "toolsets/kubernetes/tools.h"

#include <stddef.h>
#include <string.h>

#include "toolsets/kubernetes/refs.h"
#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/target.h"
#include "toolsets/lib/when.h"

#define LIMIT_DEFAULT 25
#define ABOUT_MAX 96u
#define SINCE_DEFAULT "24h"

/* The objects whose changes are asked for. */
struct about {
	const struct view *v;
	const char *ns;
	struct object_ref refs[ABOUT_MAX];
	size_t count;
};

static void add(struct about *a, json_t *object)
{
	if (!object || a->count == ABOUT_MAX)
		return;
	for (size_t i = 0; i < a->count; i++)
		if (a->refs[i].object == object)
			return;
	a->refs[a->count++].object = object;
}

static void add_all(struct about *a, json_t *list)
{
	json_t *o;
	size_t i;

	json_array_foreach (list, i, o)
		add(a, o);
}

static void add_ref(void *ctx, const struct spec_ref *r)
{
	struct about *a = ctx;
	enum seen seen;

	if (*r->name)
		add(a, a->v->h->find(a->v->w, r->resource, a->ns, r->name, &seen));
}

/* The makers of pods that a Service or a policy selects. */
static void add_selected(struct about *a, const json_t *object)
{
	json_t *selector = fld_at(object, "spec.selector"), *pod;
	size_t i;

	if (strcmp(fld_kind(object), "Service") != 0 || !json_object_size(selector))
		return;
	json_array_foreach (a->v->h->select_pods(a->v->w, a->ns, selector), i, pod)
		add(a, a->v->h->top_owner(a->v->w, pod));
}

/* What decides over a namespace, whoever lives in it. */
static void add_rules(struct about *a)
{
	static const char *const rules[] = {"networkpolicies.networking.k8s.io", "resourcequotas", "limitranges"};
	enum seen seen;

	for (size_t i = 0; *a->ns && i < sizeof(rules) / sizeof(rules[0]); i++)
		if (a->v->h->kind(a->v->w, rules[i], NULL, 0))
			add_all(a, a->v->h->list(a->v->w, rules[i], a->ns, &seen));
}

static void add_around(struct about *a, json_t *object)
{
	const struct host *h = a->v->h;
	json_t *top = h->top_owner(a->v->w, object), *template = fld_at(top, "spec.template.spec");
	const char *node = fld_str(object, "spec.nodeName");
	enum seen seen;

	add(a, object);
	add(a, top);
	kubernetes_spec_refs(template ? template : fld_at(top, "spec"), add_ref, a);
	if (*node)
		add(a, h->find(a->v->w, "nodes", NULL, node, &seen));
	add_selected(a, object);
	add_rules(a);
}

/* How much a change tells: of too many the least telling go first. */
static int rank(const json_t *change)
{
	static const char *const least_first[] = {"event", "created", "node", "scaled", "certificate"};
	const char *type = fld_str(change, "type");
	bool unsure = strcmp(fld_str(change, "sure"), "possible") == 0;

	for (size_t i = 0; i < sizeof(least_first) / sizeof(least_first[0]); i++)
		if (strcmp(least_first[i], type) == 0)
			return (int)i;
	return unsure ? 1 : 9;
}

/* Marks what is left out: the least telling, of them the oldest. Returns how many. */
static size_t leave_out(const json_t *changes, size_t limit, bool *out)
{
	size_t n = json_array_size(changes), drop = n > limit ? n - limit : 0, left = 0;

	for (int level = 0; left < drop && level < 10; level++)
		for (size_t i = n; i-- > 0 && left < drop;)
			if (!out[i] && rank(json_array_get(changes, i)) == level) {
				out[i] = true;
				left++;
			}
	return left;
}

static void line(const struct view *v, const json_t *change, struct reply *r)
{
	const char *ns = fld_str(change, "object.namespace"), *who = fld_str(change, "who");
	char age[AGE_SIZE];

	rep_add(r, "%s (%s ago) %s %s%s%s ", fld_str(change, "time"), age_since(fld_str(change, "time"), v->now_ms, age),
		fld_str(change, "object.kind"), ns, *ns ? "/" : "", fld_str(change, "object.name"));
	rep_clip(r, fld_str(change, "what"), strlen(fld_str(change, "what")), 300);
	rep_add(r, "%s%s%s\n", *who ? " by " : "", who,
		strcmp(fld_str(change, "sure"), "possible") == 0 ? " [the last write of a program]" : "");
}

static void answer(const struct view *v, const json_t *changes, const char *what, const char *since, size_t limit)
{
	size_t n = json_array_size(changes), left, i;
	bool *out = alloc_zero(n + 1, sizeof(*out));
	struct reply r = REP_INIT;
	const json_t *change;

	left = leave_out(changes, limit, out);
	if (n == 0)
		rep_add(&r,
			"no changes of %s since %s, in what could be read. Deleted objects leave no trace, and of each "
			"program only its last write is kept.\n",
			what, since);
	else
		rep_add(&r, "%zu changes of %s since %s, newest first:\n", n, what, since);
	if (left)
		rep_add(&r,
			"… %zu that tell less left out (creations, nodes, events): raise limit, or set namespace or object.\n",
			left);
	json_array_foreach (changes, i, change)
		if (!out[i])
			line(v, change, &r);
	free(out);
	rep_send(v->h, v->w, n ? TOOL_OK : TOOL_NO_DATA, &r);
}

static void answer_object(const struct view *v, const json_t *args, int64_t since_ms, const char *since, size_t limit)
{
	struct about *a = alloc_zero(1, sizeof(*a));
	struct reply what = {.max = 600};
	struct target t;

	a->v = v;
	if (target_find(v->h, v->w, fld_str(args, "object"), NULL, fld_str(args, "namespace"), &t)) {
		a->ns = t.ns;
		add_around(a, t.object);
		rep_add(&what, "%s %s%s%s and what it depends on (%zu objects)", t.kind->kind, t.ns, *t.ns ? "/" : "", t.name,
			a->count);
		answer(v, v->h->changes(v->w, NULL, a->refs, a->count, since_ms), rep_text(&what), since, limit);
	}
	rep_free(&what);
	free(a);
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct view v = VIEW_INIT(h, w);
	const char *ns = fld_str(args, "namespace"), *since = fld_str(args, "since");
	size_t limit = (size_t)fld_int(args, "limit", LIMIT_DEFAULT);
	struct reply what = {.max = 600};
	int64_t since_ms;

	since = *since ? since : SINCE_DEFAULT;
	if (h->size <= offsetof(struct host, changes) || !h->changes) {
		struct reply r = REP_INIT;

		rep_put(&r, "this version of Dupin keeps no timeline of changes.\n");
		rep_send(h, w, TOOL_ERROR, &r);
		return 0;
	}
	if (!when_parse_since(since, v.now_ms, &since_ms)) {
		struct reply r = REP_INIT;

		rep_add(&r, "since \"%s\" is not understood: write 30m, 6h, 3d or 2026-01-31T10:00:00Z.\n", since);
		rep_send(h, w, TOOL_ERROR, &r);
		return 0;
	}
	if (*fld_str(args, "object")) {
		answer_object(&v, args, since_ms, since, limit);
		return 0;
	}
	if (!*ns && h->scope_ns(w))
		ns = h->scope_ns(w);
	rep_add(&what, "%s%s", *ns ? "namespace " : "all namespaces", ns);
	answer(&v, h->changes(w, *ns ? ns : NULL, NULL, 0, since_ms), rep_text(&what), since, limit);
	rep_free(&what);
	return 0;
}

static const struct param params[] = {
	{.name = "object", .help = "KIND/NAME: its changes and those of what it depends on; none: all"},
	{.name = "namespace"},
	{.name = "since", .help = "30m, 6h, or a time; default 24h"},
	{.name = "limit", .type = PARAM_INT, .min = 1, .max = 200, .help = "lines, default 25"},
	{.name = NULL},
};

const struct tool kubernetes_changes_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_changes",
	.help = "What was changed, by whom and when: rollouts with the difference, edits, Helm releases, moved tags, nodes.",
	.params = params,
	.run = run,
};
