/* SPDX-License-Identifier: Apache-2.0 */
/* The pods that make the network of a node (kube-proxy, network plug-in), where they are unwell. */
#ifndef TOOLSETS_KUBERNETES_NODE_NETWORK_H
#define TOOLSETS_KUBERNETES_NODE_NETWORK_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"

/* Blames those on the node of this pod that are not ready: connections from there may fail because of them. */
void node_network_blame(const struct view *v, struct diagnosis *d, const json_t *pod);

#endif
