/* SPDX-License-Identifier: Apache-2.0 */
/* Amounts by resource name (cpu, memory, nvidia.com/gpu, ...), and what a pod takes of a node as the scheduler counts
 * it. */
#ifndef TOOLSETS_KUBERNETES_AMOUNTS_H
#define TOOLSETS_KUBERNETES_AMOUNTS_H

#include "toolsets/lib/quantity.h"

#define AMOUNTS_MAX 32u /* resources one node or pod can name; more are not counted */

struct amounts {
	const char *name[AMOUNTS_MAX]; /* borrowed from the objects */
	struct quantity value[AMOUNTS_MAX];
	size_t count;
};

struct quantity kubernetes_amount(const struct amounts *a, const char *name);
void kubernetes_amounts_add(struct amounts *to, const char *name, struct quantity q);
void kubernetes_amounts_sum(struct amounts *to, const struct amounts *from);
/* From {"cpu": "1", ...}. */
void kubernetes_amounts_read(struct amounts *to, json_t *map);

/*
 * Of a pod spec, "requests" or "limits": containers and sidecars together, or the largest init container beside the
 * sidecars before it if that is more; pod-level resources win; plus overhead; plus one of "pods".
 */
void kubernetes_pod_amounts(json_t *spec, const char *what, struct amounts *out);

#endif
