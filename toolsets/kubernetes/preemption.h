/* SPDX-License-Identifier: Apache-2.0 */
/* Who pushed out the predecessor of a pod that now waits for a node. */
#ifndef TOOLSETS_KUBERNETES_PREEMPTION_H
#define TOOLSETS_KUBERNETES_PREEMPTION_H

#include "toolsets/kubernetes/view.h"

struct preemption {
	json_t *event;	   /* "Preempted by pod UID on node NODE" */
	json_t *preemptor; /* the pod that is meant */
};

/* False: no late event tells of it, the preemptor is not known, or it has not a higher priority than pod. */
bool preemption_of(const struct view *v, const json_t *pod, struct preemption *out);

#endif
