/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/lease.h"

#include <string.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define LATE_MS (3 * 60 * 1000LL)
#define FUTURE_MS (60 * 1000LL) /* a node whose clock is ahead proves nothing */

static int64_t lease_time(const json_t *lease)
{
	int64_t at;

	return when_parse(fld_str(lease, "spec.renewTime"), &at) ? at : 0;
}

static void newest_of(const struct view *v, const char *ns, json_t **fresh)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "leases.coordination.k8s.io", ns, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		if (lease_time(o) > lease_time(*fresh) && lease_time(o) < v->now_ms + FUTURE_MS)
			*fresh = o;
}

bool lease_stale(const struct view *v, const char *component, struct stale_lease *out)
{
	enum seen seen;

	*out = (struct stale_lease){
		.lease = v->h->find(v->w, "leases.coordination.k8s.io", "kube-system", component, &seen)};
	if (!lease_time(out->lease) || !*fld_str(out->lease, "spec.holderIdentity"))
		return false;
	newest_of(v, "kube-node-lease", &out->fresh);
	newest_of(v, "kube-system", &out->fresh);
	out->late_ms = lease_time(out->fresh) - lease_time(out->lease);
	return out->fresh && out->late_ms > LATE_MS;
}
