/* SPDX-License-Identifier: Apache-2.0 */
/* Leases by which parts of the cluster tell that they are alive. */
#ifndef TOOLSETS_KUBERNETES_LEASE_H
#define TOOLSETS_KUBERNETES_LEASE_H

#include "toolsets/kubernetes/view.h"

struct stale_lease {
	json_t *lease; /* of kube-system */
	json_t *fresh; /* another one that was renewed since */
	int64_t late_ms;
};

/* Has the component stopped to renew its lease? Times are compared with each other, since a snapshot has no clock. */
bool lease_stale(const struct view *v, const char *component, struct stale_lease *out);

#endif
