/* SPDX-License-Identifier: Apache-2.0 */
/* What the security context of a pod has to do with the line in which its program gives up. */
#ifndef TOOLSETS_KUBERNETES_CONFINED_H
#define TOOLSETS_KUBERNETES_CONFINED_H

#include "toolsets/kubernetes/trouble.h"

/* Adds to the cause what keeps the program from a file, and how to mend it. False: the line is about no such thing. */
bool confined_explain(struct diagnosis *d, const struct trouble *t);

#endif
