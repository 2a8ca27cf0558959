/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/refs.h"

#include <stddef.h>

#include "toolsets/lib/field.h"

struct walk {
	void (*fn)(void *ctx, const struct spec_ref *r);
	void *ctx;
};

static void tell(struct walk *w, const char *resource, const char *how, json_t *at, const char *name_key)
{
	struct spec_ref r = {resource, fld_str(at, name_key), how, fld_str(at, "key"), fld_true(at, "optional")};

	if (*r.name)
		w->fn(w->ctx, &r);
}

static void container(struct walk *w, json_t *c)
{
	json_t *e;
	size_t i;

	json_array_foreach (json_object_get(c, "envFrom"), i, e) {
		tell(w, "configmaps", "all env", json_object_get(e, "configMapRef"), "name");
		tell(w, "secrets", "all env", json_object_get(e, "secretRef"), "name");
	}
	json_array_foreach (json_object_get(c, "env"), i, e) {
		tell(w, "configmaps", "env", fld_at(e, "valueFrom.configMapKeyRef"), "name");
		tell(w, "secrets", "env", fld_at(e, "valueFrom.secretKeyRef"), "name");
	}
}

static void volume(struct walk *w, json_t *v)
{
	json_t *source;
	size_t i;

	tell(w, "configmaps", "volume", json_object_get(v, "configMap"), "name");
	tell(w, "secrets", "volume", json_object_get(v, "secret"), "secretName");
	tell(w, "persistentvolumeclaims", "volume", json_object_get(v, "persistentVolumeClaim"), "claimName");
	tell(w, "secrets", "volume", fld_at(v, "csi.nodePublishSecretRef"), "name");
	json_array_foreach (fld_at(v, "projected.sources"), i, source) {
		tell(w, "configmaps", "volume", json_object_get(source, "configMap"), "name");
		tell(w, "secrets", "volume", json_object_get(source, "secret"), "name");
	}
}

void kubernetes_spec_refs(json_t *spec, void (*fn)(void *ctx, const struct spec_ref *r), void *ctx)
{
	static const char *const parts[] = {"initContainers", "containers", "ephemeralContainers"};
	struct walk w = {fn, ctx};
	json_t *item;
	size_t i;

	tell(&w, "serviceaccounts", "runs as", spec, "serviceAccountName");
	if (!*fld_str(spec, "serviceAccountName"))
		fn(ctx, &(struct spec_ref){"serviceaccounts", "default", "runs as", "", false});
	json_array_foreach (json_object_get(spec, "imagePullSecrets"), i, item)
		tell(&w, "secrets", "pull secret", item, "name");
	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++)
		json_array_foreach (json_object_get(spec, parts[p]), i, item)
			container(&w, item);
	json_array_foreach (json_object_get(spec, "volumes"), i, item)
		volume(&w, item);
	json_array_foreach (json_object_get(spec, "resourceClaims"), i, item) {
		tell(&w, "resourceclaims.resource.k8s.io", "device claim", item, "resourceClaimName");
		tell(&w, "resourceclaimtemplates.resource.k8s.io", "device claim template", item,
		     "resourceClaimTemplateName");
	}
	tell(&w, "priorityclasses.scheduling.k8s.io", "priority", spec, "priorityClassName");
	tell(&w, "runtimeclasses.node.k8s.io", "runtime", spec, "runtimeClassName");
}
