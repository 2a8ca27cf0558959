/* SPDX-License-Identifier: Apache-2.0 */
/* dra_claim: from a pod or claim to what it asks for, what exists of that, and where it stands. */
#include "toolsets/dra/tools.h"

#include <string.h>

#include "toolsets/dra/fault.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/reply.h"

struct telling {
	const struct host *h;
	struct work *w;
	struct stock stock;
	json_t *nodes;
	struct reply out;
};

static const char *const step_words[] = {
	[STEP_PUBLISHED] = "published on one node",
	[STEP_POOL] = "in complete pools",
	[STEP_CLASS] = "matched by the class",
	[STEP_SELECTOR] = "matched by the request's selectors",
	[STEP_TAINT] = "tolerated",
	[STEP_FREE] = "free",
	[STEP_CAPACITY] = "with capacity left",
	[STEP_CONSTRAINT] = "within the constraints",
};

static void tell_class(struct telling *t, const char *name)
{
	enum seen seen;
	json_t *class = t->h->find(t->w, "deviceclasses.resource.k8s.io", NULL, name, &seen), *list, *o;
	size_t i;

	if (class) {
		rep_add(&t->out, "    class %s: exists", name);
		if (fld_count(class, "spec.selectors"))
			rep_add(&t->out, ", selects %s", fld_str(class, "spec.selectors.0.cel.expression"));
		rep_put(&t->out, "\n");
		return;
	}
	rep_add(&t->out, "    class %s: %s", name,
		seen == SEEN_NOT_FOUND ? "DOES NOT EXIST; there is " : "not known (could not be read)");
	list = seen == SEEN_NOT_FOUND ? stock_list(t->h, t->w, "deviceclasses.resource.k8s.io", &seen) : NULL;
	json_array_foreach (list, i, o)
		rep_add(&t->out, "%s%s", i ? ", " : "", fld_name(o));
	rep_put(&t->out, "\n");
}

static void tell_asks(struct telling *t, const struct demand *d)
{
	json_t *request, *s;
	size_t i, n;

	json_array_foreach (d->requests, i, request) {
		struct ask asks[ASKS_MAX];
		size_t count = ask_read(request, i, asks);

		for (size_t k = 0; k < count; k++) {
			if (asks[k].count)
				rep_add(&t->out, "  request %s%s: %lld of %s\n", asks[k].request,
					asks[k].alternative ? " (one way)" : "", asks[k].count,
					fld_str(asks[k].body, "deviceClassName"));
			else
				rep_add(&t->out, "  request %s: all of %s\n", asks[k].request,
					fld_str(asks[k].body, "deviceClassName"));
			json_array_foreach (fld_at(asks[k].body, "selectors"), n, s)
				rep_add(&t->out, "    selector: %s\n", fld_str(s, "cel.expression"));
			tell_class(t, fld_str(asks[k].body, "deviceClassName"));
		}
	}
}

static void tell_trial(struct telling *t, const struct demand *d)
{
	struct trial trial;

	if (t->stock.slices_seen != SEEN_OK) {
		rep_put(&t->out, "  devices: ResourceSlices could not be read, so nothing is known of devices\n");
		return;
	}
	trial_run(&t->stock, t->nodes, d, &trial);
	if (trial.unknown) {
		rep_put(&t->out,
			"  devices: not judged (class missing, or a selector that cannot be evaluated here)\n");
	} else if (trial.failed == STEP_FITS) {
		rep_add(&t->out, "  devices: enough are free%s%s\n", trial.node ? " on " : "",
			trial.node ? fld_name(trial.node) : "");
	} else {
		rep_add(&t->out, "  devices: %lld needed;", trial.need);
		for (int i = 0; i <= (int)trial.failed; i++)
			rep_add(&t->out, "%s %zu %s", i ? "," : "", trial.left[i], step_words[i]);
		rep_put(&t->out, " (on the node that has most)\n");
		if (*trial.part)
			rep_add(&t->out, "    none has: %s\n", trial.part);
	}
	trial_free(&trial);
}

static void tell_allocation(struct telling *t, const json_t *claim)
{
	json_t *results = fld_at(claim, "status.allocation.devices.results"),
	       *reserved = fld_at(claim, "status.reservedFor"), *r;
	size_t i;

	json_array_foreach (results, i, r)
		rep_add(&t->out, "  has: %s of pool %s (%s, request %s)\n", fld_str(r, "device"), fld_str(r, "pool"),
			fld_str(r, "driver"), fld_str(r, "request"));
	json_array_foreach (reserved, i, r)
		rep_add(&t->out, "  reserved for: %s %s\n", fld_str(r, "resource"), fld_str(r, "name"));
}

static void tell(void *ctx, const struct demand *d)
{
	struct telling *t = ctx;

	if (d->pod)
		rep_add(&t->out, "claim entry %s of pod %s/%s\n", d->entry, fld_ns(d->pod), fld_name(d->pod));
	if (*d->template_name)
		rep_add(&t->out, "  template %s: %s\n", d->template_name,
			d->template			     ? "exists"
			: d->template_seen == SEEN_NOT_FOUND ? "DOES NOT EXIST in this namespace"
							     : "not known (could not be read)");
	if (!*d->claim_name)
		rep_put(&t->out, "  claim: NOT MADE YET\n");
	else
		rep_add(&t->out, "  claim %s: %s\n", d->claim_name,
			!d->claim ? d->claim_seen == SEEN_NOT_FOUND ? "DOES NOT EXIST in this namespace"
								    : "not known (could not be read)"
			: fld_at(d->claim, "metadata.deletionTimestamp") ? "being deleted"
			: fld_at(d->claim, "status.allocation")		 ? "allocated"
									 : "pending (nothing allocated)");
	tell_asks(t, d);
	tell_allocation(t, d->claim);
	if (d->requests && !fld_at(d->claim, "status.allocation"))
		tell_trial(t, d);
}

static void tell_one(struct telling *t, json_t *claim)
{
	struct demand d = {.claim = claim,
			   .claim_seen = SEEN_OK,
			   .edit = claim,
			   .base = "/spec/devices",
			   .entry = "",
			   .template_name = "",
			   .claim_name = fld_name(claim),
			   .requests = fld_at(claim, "spec.devices.requests")};

	rep_add(&t->out, "ResourceClaim %s/%s\n", fld_ns(claim), fld_name(claim));
	tell(t, &d);
}

/* Pods and claims that a name means; all waiting ones when none is given. */
static size_t tell_all(struct telling *t, const char *ns, const char *name)
{
	enum seen seen;
	json_t *pods = t->h->list(t->w, "pods", *ns ? ns : NULL, &seen), *claims, *o;
	size_t i, n = 0;

	json_array_foreach (pods, i, o) {
		if (!fld_count(o, "spec.resourceClaims") ||
		    (*name ? strcmp(fld_name(o), name) != 0 : !demand_pending(o)))
			continue;
		demands_each(t->h, t->w, o, tell, t);
		n++;
	}
	if (n || !*name)
		return n;
	claims = t->h->list(t->w, "resourceclaims.resource.k8s.io", *ns ? ns : NULL, &seen);
	json_array_foreach (claims, i, o)
		if (strcmp(fld_name(o), name) == 0) {
			tell_one(t, o);
			n++;
		}
	return n;
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct telling t = {.h = h, .w = w, .out = REP_INIT};
	enum seen seen;
	size_t n;

	stock_open(&t.stock, h, w);
	t.nodes = h->list(w, "nodes", NULL, &seen);
	n = tell_all(&t, fld_str(args, "namespace"), fld_str(args, "name"));
	if (!n)
		rep_add(&t.out, "%s\n",
			*fld_str(args, "name") ? "no pod with claims and no ResourceClaim of that name; "
						 "kubernetes_find looks in all kinds"
					       : "no pod waits for devices");
	stock_close(&t.stock);
	rep_send(h, w, n ? TOOL_OK : TOOL_NO_DATA, &t.out);
	return 0;
}

static const struct param params[] = {
	{.name = "name", .type = PARAM_STRING, .help = "pod or ResourceClaim; none: all pods that wait for devices"},
	{.name = "namespace", .type = PARAM_STRING, .help = "default: all"},
	{0},
};

const struct tool dra_claim_tool = {
	.size = sizeof(struct tool),
	.name = "dra_claim",
	.help = "Device claims of a pod: template, claim, requests, classes and selectors, what was allocated, and at "
		"which step of allocation "
		"devices run out.",
	.params = params,
	.run = run,
};
