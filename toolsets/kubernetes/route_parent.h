/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a route of the Gateway API hang on something? Its parents, their listeners, whom these let in, host names, and
 * references into other namespaces that nobody granted. What the controller has accepted is not doubted.
 */
#ifndef TOOLSETS_KUBERNETES_ROUTE_PARENT_H
#define TOOLSETS_KUBERNETES_ROUTE_PARENT_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"

void route_parents(const struct view *v, struct diagnoses *set, json_t *route);
/* Is a reference from one namespace into another allowed by a ReferenceGrant? 1, 0, -1: cannot be told. */
int route_granted(const struct view *v, const json_t *from, const char *to_kind, const char *to_ns, const char *to_name);

#endif
