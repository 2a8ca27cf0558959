/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/provider.h"

#include <string.h>

#include "toolsets/kubernetes/custom.h"
#include "toolsets/lib/field.h"

/* Where kinds say what they make: cert-manager, External Secrets, Vault's operator, Crossplane, Sealed Secrets. */
static bool makes(const json_t *o, const char *name, bool secret)
{
	static const char *const places[] = {"spec.target.name", "spec.destination.name", "spec.template.metadata.name",
					     "spec.secretName",	 "spec.writeConnectionSecretToRef.name", NULL};

	for (size_t i = 0; places[i]; i++) {
		const char *said = fld_str(o, places[i]);

		if ((secret || i < 3) && strcmp(said, name) == 0)
			return true;
		if (i < 3 && *said)
			return false; /* it makes another one */
	}
	return strstr(fld_kind(o), secret ? "Secret" : "ConfigMap") && strcmp(fld_name(o), name) == 0;
}

json_t *provider_of(const struct view *v, const char *ns, const char *name, bool secret)
{
	const struct kind_info *kinds[CUSTOM_KINDS_MAX];
	size_t n = custom_ahead(v, kinds, custom_kinds(v, kinds, CUSTOM_KINDS_MAX)), i;
	enum seen seen;
	json_t *o;

	for (size_t k = 0; k < n; k++) {
		if (!kinds[k]->namespaced)
			continue;
		json_array_foreach (v->h->list(v->w, kinds[k]->resource, NULL, &seen), i, o)
			if (strcmp(fld_ns(o), ns) == 0 && makes(o, name, secret))
				return o;
	}
	return NULL;
}

void provider_blame(const struct view *v, struct diagnosis *d, const char *ns, const char *name, bool secret)
{
	json_t *o = provider_of(v, ns, name, secret);

	if (o)
		diag_blames(d, fld_str(o, "apiVersion"), fld_kind(o), ns, fld_name(o));
}
