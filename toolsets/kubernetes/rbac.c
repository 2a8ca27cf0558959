/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/rbac.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/lib/field.h"

static json_t *read_kind(struct rbac *r, const char *resource, const char *words)
{
	enum seen seen = SEEN_OK;
	json_t *list = r->v->h->list(r->v->w, resource, NULL, &seen);

	if (seen != SEEN_OK && seen != SEEN_EMPTY) {
		r->worst = seen;
		r->unread = words;
	}
	return list;
}

bool kubernetes_rbac_read(struct rbac *r, const struct view *v)
{
	*r = (struct rbac){.v = v, .worst = SEEN_OK};
	r->cluster_roles = read_kind(r, "clusterroles.rbac.authorization.k8s.io", "clusterroles");
	r->cluster_bindings = read_kind(r, "clusterrolebindings.rbac.authorization.k8s.io", "clusterrolebindings");
	r->roles = read_kind(r, "roles.rbac.authorization.k8s.io", "roles");
	r->bindings = read_kind(r, "rolebindings.rbac.authorization.k8s.io", "rolebindings");
	return json_array_size(r->bindings) + json_array_size(r->cluster_bindings) > 0;
}

static bool in(json_t *list, const char *word)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *s = json_string_value(item);

		if (s && (strcmp(s, "*") == 0 || strcmp(s, word) == 0))
			return true;
	}
	return false;
}

/* "pods/log" is also given by "*" with the same end; a plain "*" covers subresources too. */
static bool resource_in(json_t *list, const char *resource)
{
	const char *slash = strchr(resource, '/');
	char any[300];

	if (in(list, resource))
		return true;
	snprintf(any, sizeof(any), "*%.298s", slash ? slash : "");
	return slash && in(list, any);
}

static bool url_in(json_t *list, const char *url)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *s = json_string_value(item);
		size_t n = s ? strlen(s) : 0;

		if (n && (strcmp(s, url) == 0 || (s[n - 1] == '*' && strncmp(s, url, n - 1) == 0)))
			return true;
	}
	return false;
}

bool kubernetes_rbac_allows(json_t *rule, const struct rbac_action *a)
{
	json_t *names = json_object_get(rule, "resourceNames"), *name;
	size_t i;

	if (!in(json_object_get(rule, "verbs"), a->verb))
		return false;
	if (a->url)
		return url_in(json_object_get(rule, "nonResourceURLs"), a->url);
	if (!in(json_object_get(rule, "apiGroups"), a->group) ||
	    !resource_in(json_object_get(rule, "resources"), a->resource))
		return false;
	if (json_array_size(names) == 0 || !*a->name)
		return true; /* limited to names: the caller shows them */
	json_array_foreach (names, i, name)
		if (json_is_string(name) && strcmp(json_string_value(name), a->name) == 0)
			return true;
	return false;
}

struct each {
	const struct rbac *r;
	bool (*fn)(void *ctx, const struct rbac_grant *g);
	void *ctx;
	bool stop;
};

static void rules_of(struct each *e, struct rbac_grant *g, json_t *role)
{
	json_t *subjects = json_object_get(g->binding, "subjects"), *rule, *subject;
	size_t i, k;

	json_array_foreach (json_object_get(role, "rules"), i, rule)
		json_array_foreach (subjects, k, subject) {
			g->rule = rule;
			g->subject = subject;
			if (e->stop || !e->fn(e->ctx, g)) {
				e->stop = true;
				return;
			}
		}
}

/* The roles an aggregating one selects. On a live server the controller has written their rules into it already. */
static void aggregated(struct each *e, struct rbac_grant *g)
{
	json_t *selectors = fld_at(g->role, "aggregationRule.clusterRoleSelectors"), *selector, *other;
	size_t i, k;

	if (json_array_size(json_object_get(g->role, "rules")))
		return;
	json_array_foreach (e->r->cluster_roles, k, other)
		json_array_foreach (selectors, i, selector)
			if (other != g->role &&
			    e->r->v->h->labels_match(selector, fld_at(other, "metadata.labels"), false)) {
				rules_of(e, g, other);
				break;
			}
}

static json_t *role_of(const struct rbac *r, json_t *binding)
{
	const char *kind = fld_str(binding, "roleRef.kind"), *name = fld_str(binding, "roleRef.name");
	bool wide = strcmp(kind, "ClusterRole") == 0;
	json_t *list = wide ? r->cluster_roles : r->roles, *role;
	size_t i;

	json_array_foreach (list, i, role)
		if (strcmp(fld_name(role), name) == 0 && (wide || strcmp(fld_ns(role), fld_ns(binding)) == 0))
			return role;
	return NULL;
}

static void each_binding(struct each *e, json_t *list)
{
	json_t *binding, *subject;
	size_t i, k;

	json_array_foreach (list, i, binding) {
		struct rbac_grant g = {.binding = binding, .ns = fld_ns(binding)};

		if (e->stop)
			return;
		g.role = role_of(e->r, binding);
		if (g.role) {
			rules_of(e, &g, g.role);
			aggregated(e, &g);
			continue;
		}
		json_array_foreach (json_object_get(binding, "subjects"), k, subject) {
			g.subject = subject;
			if (!e->fn(e->ctx, &g)) {
				e->stop = true;
				return;
			}
		}
	}
}

void kubernetes_rbac_each(const struct rbac *r, bool (*fn)(void *ctx, const struct rbac_grant *g), void *ctx)
{
	struct each e = {r, fn, ctx, false};

	each_binding(&e, r->cluster_bindings);
	each_binding(&e, r->bindings);
}

static bool prefix(const char **text, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(*text, word, n) != 0)
		return false;
	*text += n;
	return true;
}

void kubernetes_rbac_subject(const char *text, const char *ns, struct rbac_subject *out)
{
	const char *sign;

	*out = (struct rbac_subject){.kind = "User"};
	if (prefix(&text, "system:serviceaccount:") || prefix(&text, "serviceaccount:") ||
	    prefix(&text, "serviceaccount/") || prefix(&text, "sa:") || prefix(&text, "sa/")) {
		snprintf(out->kind, sizeof(out->kind), "ServiceAccount");
		sign = strpbrk(text, ":/");
		snprintf(out->ns, sizeof(out->ns), "%.*s", sign ? (int)(sign - text) : 63, sign ? text : ns);
		text = sign ? sign + 1 : text;
	} else if (prefix(&text, "group:") || prefix(&text, "group/")) {
		snprintf(out->kind, sizeof(out->kind), "Group");
	} else if (prefix(&text, "user:") || prefix(&text, "user/")) {
		;
	} else if (strcmp(text, "system:masters") == 0 || strncmp(text, "system:serviceaccounts", 22) == 0 ||
		   strcmp(text, "system:authenticated") == 0 || strcmp(text, "system:unauthenticated") == 0 ||
		   strcmp(text, "system:nodes") == 0) {
		snprintf(out->kind, sizeof(out->kind), "Group");
	} else if (*ns && !strchr(text, ':') && !strchr(text, '@')) {
		snprintf(out->kind, sizeof(out->kind), "ServiceAccount");
		snprintf(out->ns, sizeof(out->ns), "%.63s", ns);
	}
	snprintf(out->name, sizeof(out->name), "%.253s", text);
}

bool kubernetes_rbac_is(const struct rbac_subject *s, json_t *subject)
{
	const char *kind = fld_str(subject, "kind"), *name = fld_str(subject, "name");
	char group[96], user[340];

	if (strcmp(kind, s->kind) == 0 && strcmp(name, s->name) == 0 &&
	    (strcmp(kind, "ServiceAccount") != 0 || strcmp(fld_str(subject, "namespace"), s->ns) == 0))
		return true;
	if (strcmp(s->kind, "ServiceAccount") == 0) {
		snprintf(user, sizeof(user), "system:serviceaccount:%s:%s", s->ns, s->name);
		snprintf(group, sizeof(group), "system:serviceaccounts:%s", s->ns);
		if (strcmp(kind, "User") == 0 && strcmp(name, user) == 0)
			return true;
		if (strcmp(kind, "Group") == 0 &&
		    (strcmp(name, group) == 0 || strcmp(name, "system:serviceaccounts") == 0))
			return true;
	}
	return strcmp(kind, "Group") == 0 && strcmp(name, "system:authenticated") == 0;
}
