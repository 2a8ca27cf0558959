/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod's containers are and how they are, as text. */
#ifndef TOOLSETS_KUBERNETES_CONTAINERS_H
#define TOOLSETS_KUBERNETES_CONTAINERS_H

#include "toolsets/kubernetes/view.h"

/* "running since 5m", "waiting CrashLoopBackOff: back-off ...", "terminated OOMKilled, exit 137, ran 3m, ended 2m ago".
 */
void kubernetes_container_state(const struct view *v, const json_t *state, struct reply *out);
/* All containers of a pod spec; pod NULL: a template, without states. Each line begins with indent. */
void kubernetes_containers(const struct view *v, json_t *spec, const json_t *pod, struct reply *out);
/* "cfg: configMap app, data: claim web-data, tmp: emptyDir". */
void kubernetes_volumes(json_t *spec, struct reply *out);
/* Node selector, affinity, tolerations, priority, scheduler, DRA claims: only what is set. */
void kubernetes_placement(json_t *spec, struct reply *out);

#endif
