/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what, computed from roles and bindings. Aggregated roles are joined from the roles that they select. */
#ifndef TOOLSETS_KUBERNETES_RBAC_H
#define TOOLSETS_KUBERNETES_RBAC_H

#include "toolsets/kubernetes/view.h"

struct rbac {
	const struct view *v;
	json_t *roles, *cluster_roles, *bindings, *cluster_bindings; /* borrowed lists */
	enum seen worst;					     /* of the four reads */
	const char *unread; /* plural of a kind that could not be read, or NULL */
};

/* A thing to do. Empty group with resource: core. */
struct rbac_action {
	const char *verb;
	const char *group, *resource; /* "apps", "deployments"; with a subresource "pods/log" */
	const char *url;	      /* instead: "/metrics" */
	const char *name;	      /* one object, or "" */
	const char *ns;		      /* "" for cluster-wide */
};

/* One grant: a rule that a binding gives to its subjects. */
struct rbac_grant {
	json_t *binding, *role, *rule, *subject;
	const char *ns; /* where it holds; "" everywhere */
};

/* False when nothing at all could be read (answer not sent). */
bool kubernetes_rbac_read(struct rbac *r, const struct view *v);
bool kubernetes_rbac_allows(json_t *rule, const struct rbac_action *a);
/* Calls fn for every (binding, rule, subject); fn returns false to stop. Missing roles are given with role and rule
 * NULL. */
void kubernetes_rbac_each(const struct rbac *r, bool (*fn)(void *ctx, const struct rbac_grant *g), void *ctx);

/* A subject as people write it: "jane", "user:jane", "group:devs", "sa:ns/name", "system:serviceaccount:ns:name",
 * "serviceaccount/name". */
struct rbac_subject {
	char kind[16]; /* User, Group, ServiceAccount */
	char ns[64], name[254];
};
void kubernetes_rbac_subject(const char *text, const char *ns, struct rbac_subject *out);
/* Is the binding's subject this one, or a group it is in? */
bool kubernetes_rbac_is(const struct rbac_subject *s, json_t *subject);

#endif
