/* SPDX-License-Identifier: Apache-2.0 */
/* One object for reading: essentials of its spec, what is not right, container states, owners, events. */
#ifndef TOOLSETS_KUBERNETES_DESCRIBE_H
#define TOOLSETS_KUBERNETES_DESCRIBE_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/target.h"

void kubernetes_describe(const struct view *v, const struct target *t, struct reply *out);

/* The part between head and conditions for the kinds that have their own; false: this kind has none. */
bool kubernetes_describe_kind(const struct view *v, json_t *o, struct reply *out);
/* How many pods are in which state, and up to max of those that are not well. */
void kubernetes_pods_summary(const struct view *v, json_t *pods, size_t max, struct reply *out);

#endif
