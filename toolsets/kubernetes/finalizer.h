/* SPDX-License-Identifier: Apache-2.0 */
/* Deleted objects that do not go: who has to remove the finalizer, and whether that one runs. */
#ifndef TOOLSETS_KUBERNETES_FINALIZER_H
#define TOOLSETS_KUBERNETES_FINALIZER_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"

/* How long the object should have been gone, ms; 0: it is in time, or nobody deleted it. */
int64_t finalizer_overdue(const struct view *v, const json_t *object);
/* Waits on purpose: a claim or volume that is still in use. */
bool finalizer_in_use(const struct view *v, const json_t *object);
/*
 * Adds to cause and fixes who should remove metadata.finalizers and what is the matter with it. resource: as in lists,
 * NULL for kinds of Kubernetes itself.
 */
void finalizer_explain(const struct view *v, struct diagnosis *d, json_t *object, const char *resource);
/* Custom resources that are overdue, each a diagnosis of set. ns NULL: all. */
void finalizer_customs(const struct view *v, struct diagnoses *set);
/* Blames those in a namespace: they are why it does not go. */
void finalizer_blame_in(const struct view *v, struct diagnosis *d, const char *ns);

#endif
