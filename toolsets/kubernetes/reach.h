/* SPDX-License-Identifier: Apache-2.0 */
/* What a program depends on in the end: the Services that it talks to, those that their programs talk to, and so on. */
#ifndef TOOLSETS_KUBERNETES_REACH_H
#define TOOLSETS_KUBERNETES_REACH_H

#include "toolsets/kubernetes/trouble.h"

/*
 * Blames every Service on the way: from those that the line names, else from those that the program is configured with.
 * For programs that run and only report what went wrong further down. True: the line itself names one.
 */
bool reach_blame(const struct view *v, struct diagnosis *d, const struct trouble *t);

#endif
