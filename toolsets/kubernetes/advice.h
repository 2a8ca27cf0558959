/* SPDX-License-Identifier: Apache-2.0 */
/* What to do about a program whose log tells why it does not work. */
#ifndef TOOLSETS_KUBERNETES_ADVICE_H
#define TOOLSETS_KUBERNETES_ADVICE_H

#include "toolsets/kubernetes/trouble.h"

/* The first step, by the kind of its decisive line; false: the kind tells nothing. */
bool advice_of_line(const struct view *v, struct diagnosis *d, const struct trouble *t);
/* Where the workload is corrected: "kubectl edit deployment/web -n shop", or the file of a static pod. */
const char *advice_edit(const struct workload *wl, char out[static 500]);

#endif
