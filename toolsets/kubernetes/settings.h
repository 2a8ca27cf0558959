/* SPDX-License-Identifier: Apache-2.0 */
/* What a container is configured with: environment, arguments, and the ConfigMaps it takes values or files from. */
#ifndef TOOLSETS_KUBERNETES_SETTINGS_H
#define TOOLSETS_KUBERNETES_SETTINGS_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/workload.h"

struct setting {
	const char *name; /* of the variable, the file or "" for arguments */
	const char *value;
	json_t *object;	     /* where it is written: the workload, the pod or a ConfigMap */
	const char *pointer; /* the place in it */
};

/* fn returns true to stop; the last answer is given back. Names and pointers live for the call only. */
bool settings_each(const struct view *v, const struct workload *wl, const char *container,
		   bool (*fn)(void *ctx, const struct setting *s), void *ctx);
/* A key as a part of a JSON pointer. */
const char *settings_key(const char *key, char out[static 300]);

#endif
