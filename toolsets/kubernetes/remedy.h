/* SPDX-License-Identifier: Apache-2.0 */
/* Who has to be edited when an address leads nowhere: not always the one who uses it. */
#ifndef TOOLSETS_KUBERNETES_REMEDY_H
#define TOOLSETS_KUBERNETES_REMEDY_H

#include "toolsets/kubernetes/dependency.h"

/*
 * The ResourceQuota that lets no further Service into the namespace (no event tells of it: whoever created the Service
 * was refused); NULL: none. key: "services", or "count/services".
 */
json_t *remedy_quota(const struct view *v, const char *ns, const char **key);
/*
 * Is it the Service whose port is wrong? Its pods have the wanted port, and nobody is configured to use the port that
 * the Service has.
 */
bool remedy_is_service(const struct view *v, const struct dangling_address *a);
/* Is there a workload that a Service of this name would serve? Else the name is wrong, not the Service missing. */
bool remedy_has_workload(const struct view *v, const char *ns, const char *name);

#endif
