/* SPDX-License-Identifier: Apache-2.0 */
/* The custom resource out of which an operator would make a Secret or ConfigMap that is missing. */
#ifndef TOOLSETS_KUBERNETES_PROVIDER_H
#define TOOLSETS_KUBERNETES_PROVIDER_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"

/* NULL: none says that it makes this one. */
json_t *provider_of(const struct view *v, const char *ns, const char *name, bool secret);
/* Blames it, where there is one. */
void provider_blame(const struct view *v, struct diagnosis *d, const char *ns, const char *name, bool secret);

#endif
