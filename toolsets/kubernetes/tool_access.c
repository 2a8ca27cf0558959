/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_access: who may do something, or what somebody may do. */
#include "toolsets/kubernetes/tools.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/rbac.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/table.h"
#include "toolsets/lib/target.h"

#define ROWS_MAX 60u

struct ask {
	struct rbac rbac;
	struct rbac_action action;
	struct rbac_subject who;
	bool has_action, has_who;
	struct table *table;
	struct reply dangling; /* bindings without a role, a few of them by name */
	char resource[300];
};

static void words(json_t *list, struct reply *out)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		rep_add(out, "%s%s", i ? "," : "",
			json_is_string(item) ? (*json_string_value(item) ? json_string_value(item) : "core") : "?");
}

static void subject_words(json_t *s, struct reply *out)
{
	rep_add(out, "%s %s%s%s", fld_str(s, "kind"), fld_str(s, "namespace"), *fld_str(s, "namespace") ? "/" : "",
		fld_str(s, "name"));
}

static bool in_scope(const struct ask *a, const struct rbac_grant *g)
{
	/* A binding in a namespace gives nothing elsewhere and nothing that is cluster-wide. */
	return !*g->ns || !*a->action.ns || strcmp(g->ns, a->action.ns) == 0;
}

static void add_row(struct ask *a, const struct rbac_grant *g)
{
	struct reply cell = {.max = 400};
	struct table *t = a->table;

	tbl_row(t);
	subject_words(g->subject, &cell);
	tbl_cell(t, rep_text(&cell));
	rep_clear(&cell);
	words(json_object_get(g->rule, "verbs"), &cell);
	tbl_cell(t, rep_text(&cell));
	rep_clear(&cell);
	words(json_object_get(g->rule, "resources"), &cell);
	words(json_object_get(g->rule, "nonResourceURLs"), &cell);
	if (cell.len && fld_count(g->rule, "apiGroups")) {
		rep_put(&cell, " in ");
		words(json_object_get(g->rule, "apiGroups"), &cell);
	}
	if (fld_count(g->rule, "resourceNames")) {
		rep_put(&cell, " ONLY named ");
		words(json_object_get(g->rule, "resourceNames"), &cell);
	}
	tbl_cell(t, rep_text(&cell));
	tbl_cell(t, *g->ns ? g->ns : "everywhere");
	tbl_cellf(t, "%s %s -> %s %s", fld_kind(g->binding), fld_name(g->binding), fld_str(g->binding, "roleRef.kind"),
		  fld_str(g->binding, "roleRef.name"));
	rep_free(&cell);
}

static bool visit(void *ctx, const struct rbac_grant *g)
{
	struct ask *a = ctx;

	if ((a->has_who && !kubernetes_rbac_is(&a->who, g->subject)) || !in_scope(a, g))
		return true;
	if (!g->role) {
		rep_add(&a->dangling, "%s%s %s -> %s %s", a->dangling.len ? ", " : "", fld_kind(g->binding),
			fld_name(g->binding), fld_str(g->binding, "roleRef.kind"), fld_str(g->binding, "roleRef.name"));
		return true;
	}
	if (!a->has_action || kubernetes_rbac_allows(g->rule, &a->action))
		add_row(a, g);
	return true;
}

/* The resource as rules name it: plural and group; subresources keep their end. False: answered. */
static bool read_action(const struct view *v, const json_t *args, struct ask *a)
{
	const char *resource = fld_str(args, "resource"), *verb = fld_str(args, "verb"), *slash;
	const struct kind_info *k;
	char kind[200];

	a->action = (struct rbac_action){
		.verb = *verb ? verb : "get", .name = fld_str(args, "name"), .ns = fld_str(args, "namespace")};
	a->has_action = *resource != '\0';
	if (!a->has_action)
		return true;
	if (*resource == '/') {
		a->action.url = resource;
		return true;
	}
	slash = strchr(resource, '/');
	snprintf(kind, sizeof(kind), "%.*s", slash ? (int)(slash - resource) : 199, resource);
	k = target_kind(v->h, v->w, kind);
	if (!k)
		return false;
	snprintf(a->resource, sizeof(a->resource), "%s%s", k->plural, slash ? slash : "");
	a->action.group = k->group;
	a->action.resource = a->resource;
	return true;
}

static void question(const struct ask *a, struct reply *out)
{
	if (a->has_who)
		rep_add(out, "%s %s%s%s", a->who.kind, a->who.ns, *a->who.ns ? "/" : "", a->who.name);
	if (a->has_action)
		rep_add(out, "%s%s %s%s%s", a->has_who ? " may " : "may ", a->action.verb,
			a->action.url ? a->action.url : a->resource, *a->action.name ? " " : "", a->action.name);
	if (*a->action.ns)
		rep_add(out, " in namespace %s", a->action.ns);
}

static void answer(const struct view *v, struct ask *a)
{
	struct reply r = REP_INIT;
	size_t n = tbl_rows(a->table), left;

	if (a->has_who && a->has_action) {
		rep_add(&r, "%s: ", n ? "YES" : a->rbac.unread ? "NOT KNOWN" : "NO");
		question(a, &r);
		rep_put(&r, n		     ? ", by:\n"
			    : a->rbac.unread ? ": nothing that was read grants it.\n"
					     : ": no binding grants it (RBAC only adds, so that means denied).\n");
	} else if (a->has_who) {
		question(a, &r);
		rep_add(&r, " has %zu rules:\n", n);
	} else {
		rep_add(&r, "%zu grants: ", n);
		question(a, &r);
		rep_put(&r, n ? ":\n" : ".\n");
	}
	left = tbl_print(a->table, ROWS_MAX, &r);
	if (left)
		rep_add(&r, "… %zu more: give subject, namespace or name.\n", left);
	if (a->dangling.len)
		rep_add(&r, "bindings to a role that is MISSING or was not read: %s%s\n", rep_text(&a->dangling),
			a->dangling.cut ? " …" : "");
	if (!a->has_who || strcmp(a->who.name, "system:masters") == 0)
		rep_put(&r, "Group system:masters may do everything, whatever the roles say.\n");
	if (a->rbac.unread)
		rep_add(&r, "CAUTION: %s could not be read: the answer may lack grants.\n", a->rbac.unread);
	rep_add(&r,
		"(computed from %zu roles, %zu bindings; other authorizers such as Node or webhooks are not seen)\n",
		json_array_size(a->rbac.roles) + json_array_size(a->rbac.cluster_roles),
		json_array_size(a->rbac.bindings) + json_array_size(a->rbac.cluster_bindings));
	rep_send(v->h, v->w, TOOL_OK, &r);
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	static const char *const heads[] = {"SUBJECT", "VERBS", "ON", "WHERE", "BY"};
	struct view v = VIEW_INIT(h, w);
	const char *subject = fld_str(args, "subject");
	struct ask a = {.has_who = *subject != '\0', .dangling = {.max = 400}};
	struct reply r = REP_INIT;

	if (!read_action(&v, args, &a))
		return 0;
	if (!a.has_action && !a.has_who) {
		rep_put(&r, "give verb and resource (who may?), or subject (what may it do?), or both.\n");
		rep_send(h, w, TOOL_ERROR, &r);
		return 0;
	}
	if (a.has_who)
		kubernetes_rbac_subject(subject, fld_str(args, "namespace"), &a.who);
	if (!kubernetes_rbac_read(&a.rbac, &v) && a.rbac.worst != SEEN_OK) {
		const struct kind_info *k = h->kind(w, a.rbac.unread, NULL, 0);

		if (k)
			target_explain(h, w, k, NULL, a.rbac.worst, &r);
		else
			rep_put(&r, "RBAC is not served by this API server.\n");
		rep_send(h, w, target_status(a.rbac.worst), &r);
		return 0;
	}
	a.table = tbl_new(heads, 5, 160);
	kubernetes_rbac_each(&a.rbac, visit, &a);
	answer(&v, &a);
	tbl_free(a.table);
	rep_free(&a.dangling);
	return 0;
}

static const struct param params[] = {
	{.name = "subject", .help = "sa:NS/NAME, user:X, group:X; none: who may?"},
	{.name = "verb", .help = "get, list, create, ...; default get"},
	{.name = "resource", .help = "pods, pods/log, deploy, /metrics; none: all it may"},
	{.name = "name", .help = "of one object"},
	{.name = "namespace"},
	{.name = NULL},
};

const struct tool kubernetes_access_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_access",
	.help = "RBAC: who may do VERB on RESOURCE, or what SUBJECT may do.",
	.params = params,
	.run = run,
};
