/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod spec refers to by name. */
#ifndef TOOLSETS_KUBERNETES_REFS_H
#define TOOLSETS_KUBERNETES_REFS_H

#include <jansson.h>
#include <stdbool.h>

struct spec_ref {
	const char *resource; /* "configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims", ... */
	const char *name;
	const char *how; /* "env", "all env", "volume", "pull secret", ... */
	const char *key; /* of a config map or secret; "" when whole */
	bool optional;
};

/* Each reference, in the order of the spec; one object may come several times. */
void kubernetes_spec_refs(json_t *spec, void (*fn)(void *ctx, const struct spec_ref *r), void *ctx);

#endif
