/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/dra/demand.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"

/* A claim that was made for this pod, when the pod's status does not name it. */
static const char *made_for(const struct host *h, struct work *w, const json_t *pod, const char *entry)
{
	enum seen seen;
	json_t *list = h->list(w, "resourceclaims.resource.k8s.io", fld_ns(pod), &seen), *claim, *ref;
	size_t i, k;

	json_array_foreach (list, i, claim)
		json_array_foreach (fld_at(claim, "metadata.ownerReferences"), k, ref) {
			const char *mark = json_string_value(json_object_get(fld_at(claim, "metadata.annotations"),
									     "resource.kubernetes.io/pod-claim-name"));

			if (strcmp(fld_str(ref, "uid"), fld_str(pod, "metadata.uid")) == 0 &&
			    (!mark || strcmp(mark, entry) == 0))
				return fld_name(claim);
		}
	return "";
}

static void read_one(const struct host *h, struct work *w, json_t *pod, json_t *entry, struct demand *d)
{
	const char *by_name = fld_str(entry, "resourceClaimName"),
		   *by_template = fld_str(entry, "resourceClaimTemplateName");
	const json_t *status;

	d->entry = fld_str(entry, "name");
	d->template_name = by_template;
	d->claim_name = by_name;
	if (!*by_name) {
		status = fld_item(fld_at(pod, "status.resourceClaimStatuses"), "name", d->entry);
		d->claim_name = fld_str(status, "resourceClaimName");
		if (!*d->claim_name && *by_template)
			d->claim_name = made_for(h, w, pod, d->entry);
	}
	d->claim_seen = d->template_seen = SEEN_NOT_FOUND;
	if (*d->claim_name)
		d->claim = h->find(w, "resourceclaims.resource.k8s.io", fld_ns(pod), d->claim_name, &d->claim_seen);
	if (*by_template)
		d->template = h->find(w, "resourceclaimtemplates.resource.k8s.io", fld_ns(pod), by_template,
				      &d->template_seen);
	d->edit = d->template ? d->template : d->claim;
	d->base = d->template ? "/spec/spec/devices" : "/spec/devices";
	d->requests = fld_at(d->edit, d->template ? "spec.spec.devices.requests" : "spec.devices.requests");
	/* what the scheduler looks at is the claim; a template may have been replaced since */
	if (d->claim && d->template &&
	    !json_equal(fld_at(d->claim, "spec.devices"), fld_at(d->template, "spec.spec.devices"))) {
		d->edit = d->claim;
		d->base = "/spec/devices";
		d->requests = fld_at(d->claim, "spec.devices.requests");
	}
}

void demands_each(const struct host *h, struct work *w, json_t *pod, void (*fn)(void *ctx, const struct demand *d),
		  void *ctx)
{
	json_t *entries = fld_at(pod, "spec.resourceClaims"), *entry;
	size_t i;

	json_array_foreach (entries, i, entry) {
		struct demand d = {.pod = pod, .index = i};

		read_one(h, w, pod, entry, &d);
		fn(ctx, &d);
	}
}

static void ask_one(struct ask *a, const json_t *body)
{
	a->body = body;
	a->count = strcmp(fld_str(body, "allocationMode"), "All") == 0 ? 0 : (long long)fld_int(body, "count", 1);
}

size_t ask_read(const json_t *request, size_t index, struct ask out[static ASKS_MAX])
{
	json_t *list = fld_at(request, "firstAvailable"), *one;
	const json_t *exactly = fld_at(request, "exactly");
	size_t i, n = 0;

	json_array_foreach (list, i, one) {
		if (n >= ASKS_MAX)
			break;
		out[n] = (struct ask){.request = fld_str(request, "name"), .alternative = true};
		snprintf(out[n].pointer, sizeof(out[n].pointer), "/requests/%zu/firstAvailable/%zu", index, i);
		ask_one(&out[n++], one);
	}
	if (n)
		return n;
	out[0] = (struct ask){.request = fld_str(request, "name")};
	snprintf(out[0].pointer, sizeof(out[0].pointer), "/requests/%zu%s", index, exactly ? "/exactly" : "");
	ask_one(&out[0], exactly ? exactly : request);
	return 1;
}

bool demand_pending(const json_t *pod)
{
	return strcmp(fld_str(pod, "status.phase"), "Pending") == 0 && !*fld_str(pod, "metadata.deletionTimestamp") &&
	       fld_count(pod, "spec.resourceClaims") > 0;
}
