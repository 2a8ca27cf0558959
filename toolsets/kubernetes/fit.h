/* SPDX-License-Identifier: Apache-2.0 */
/* Would a pod fit on a node? What the scheduler's plain filters look at: selectors, node affinity, taints, room. */
#ifndef TOOLSETS_KUBERNETES_FIT_H
#define TOOLSETS_KUBERNETES_FIT_H

#include "toolsets/kubernetes/amounts.h"
#include "toolsets/kubernetes/view.h"

struct node_room {
	json_t *node;
	struct amounts allocatable, requests, limits;
	size_t pods;
};

/* True: it fits. False: why has each reason, separated by "; ". want: of kubernetes_pod_amounts(spec, "requests"). */
bool kubernetes_fit(const struct node_room *room, json_t *spec, const struct amounts *want, struct reply *why);

#endif
