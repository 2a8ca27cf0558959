/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of Cilium (CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy) between two pods. */
#ifndef TOOLSETS_KUBERNETES_CILIUM_H
#define TOOLSETS_KUBERNETES_CILIUM_H

#include "toolsets/kubernetes/view.h"

/*
 * The policy that keeps `other` from `pod` (ingress), or `pod` from `other` (egress): one denies it, or some rule the
 * direction and none allows it. NULL: they are not kept apart, or it cannot be told.
 */
json_t *cilium_barrier(const struct view *v, const json_t *pod, const json_t *other, bool ingress, int port);

#endif
