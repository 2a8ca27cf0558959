/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around an object, room by room. Each function appends lines, or nothing when there is nothing. */
#ifndef TOOLSETS_KUBERNETES_NEIGHBORS_H
#define TOOLSETS_KUBERNETES_NEIGHBORS_H

#include "toolsets/kubernetes/view.h"

/* "web-config", "web-config MISSING", "web-config (may not be read)"; with its status when it has one. True: it is
 * there. */
bool kubernetes_mention(const struct view *v, const char *resource, const char *ns, const char *name,
			struct reply *out);

/* What pods of this spec refer to: service account, config maps, secrets, claims; which are missing. */
void kubernetes_neighbors_refs(const struct view *v, json_t *spec, const char *ns, struct reply *out);
/* Services, ingresses, network policies, disruption budgets and autoscalers that concern pods with these labels. */
void kubernetes_neighbors_select(const struct view *v, json_t *object, json_t *labels, struct reply *out);
/* Ingresses and routes that lead to a service. */
void kubernetes_neighbors_routes(const struct view *v, const char *ns, const char *service, struct reply *out);
/* Quotas and limit ranges of a namespace. */
void kubernetes_neighbors_limits(const struct view *v, const char *ns, struct reply *out);
/* Pods (by their top owner) whose spec refers to this object. */
void kubernetes_neighbors_users(const struct view *v, const char *resource, const char *ns, const char *name,
				struct reply *out);

#endif
