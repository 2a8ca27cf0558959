/* SPDX-License-Identifier: Apache-2.0 */
/* Claims, volumes and classes against each other. */
#ifndef TOOLSETS_KUBERNETES_VOLUMES_H
#define TOOLSETS_KUBERNETES_VOLUMES_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"

bool volumes_uses(const json_t *pod, const char *claim);
json_t *volumes_default_class(json_t *classes);
bool volumes_by_hand(const json_t *class); /* no provisioner makes them */
/* Is there a PersistentVolume of this class (a class needs no object)? */
bool volumes_of_class(const struct view *v, const char *class);

struct volume_misfit {
	char text[400]; /* why none fits */
	json_t *volume; /* the one that comes nearest, NULL: there is none */
	bool released;	/* it would fit, but belongs to a claim that is gone */
};

void volumes_misfit(json_t *volumes, const json_t *claim, const char *class, struct volume_misfit *out);
/* Blames the workloads that look like this provisioner. */
void volumes_blame_provisioner(const struct view *v, struct diagnosis *d, const char *provisioner);

#endif
