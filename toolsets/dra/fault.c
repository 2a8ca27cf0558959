/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/dra/fault.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nodefit.h"
#include "toolsets/lib/when.h"

#define WAIT_MS (30 * 1000LL) /* making claims and scheduling take this long when all is well */
#define EVENT_MS (60 * 60 * 1000LL)

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

const char *fault_event_text(const json_t *event, const char **pointer)
{
	bool core = *fld_str(event, "message");

	if (pointer)
		*pointer = core ? "/message" : "/note";
	return fld_str(event, core ? "message" : "note");
}

json_t *fault_event(const struct host *h, struct work *w, const json_t *object, const char *reason, const char *part)
{
	enum seen seen;
	json_t *list = h->events_of(w, fld_kind(object), fld_ns(object), fld_name(object), &seen);

	for (size_t i = json_array_size(list); i-- > 0;) {
		json_t *e = json_array_get(list, i);
		int64_t at = h->event_time(e);

		if (is(fld_str(e, "reason"), reason) && (!part || strstr(fault_event_text(e, NULL), part)) &&
		    (!at || h->now_ms(w) - at <= EVENT_MS))
			return e;
	}
	return NULL;
}

static void find_said(struct faults *all, struct fault *f)
{
	json_t *list = fld_at(f->demand.pod, "status.conditions"), *c;
	const char *pointer;
	size_t i;

	f->said = "";
	json_array_foreach (list, i, c) {
		if (!is(fld_str(c, "type"), "PodScheduled") || !is(fld_str(c, "status"), "False"))
			continue;
		f->said = fld_str(c, "message");
		f->said_in = f->demand.pod;
		snprintf(f->said_at, sizeof(f->said_at), "/status/conditions/%zu/message", i);
	}
	if (*f->said)
		return;
	c = fault_event(all->h, all->w, f->demand.pod, "FailedScheduling", NULL);
	if (!c)
		return;
	f->said = fault_event_text(c, &pointer);
	f->said_in = c;
	snprintf(f->said_at, sizeof(f->said_at), "%s", pointer);
}

void fault_cite_said(struct diagnosis *d, const struct fault *f)
{
	if (*f->said)
		diag_cite(d, f->said_in, NULL, "%s", f->said_at);
}

static bool class_missing(struct faults *all, struct fault *f)
{
	json_t *request;
	size_t i;

	json_array_foreach (f->demand.requests, i, request) {
		struct ask asks[ASKS_MAX];
		size_t n = ask_read(request, i, asks);

		for (size_t k = 0; k < n; k++) {
			const char *class = fld_str(asks[k].body, "deviceClassName");
			enum seen seen = SEEN_OK;
			json_t *o = *class ? all->h->find(all->w, "deviceclasses.resource.k8s.io", NULL, class, &seen)
					   : NULL;
			char said[300];

			snprintf(said, sizeof(said), "device class %s does not exist", class);
			if (o || !*class || (seen != SEEN_NOT_FOUND && !strstr(f->said, said)))
				continue;
			f->ask = asks[k];
			return true;
		}
	}
	return false;
}

static enum fault_kind of_references(struct faults *all, struct fault *f)
{
	const struct demand *d = &f->demand;

	if (*d->template_name && !d->template && !d->claim)
		return d->template_seen == SEEN_NOT_FOUND ||
				       fault_event(all->h, all->w, d->pod, "FailedResourceClaimCreation", "not found")
			       ? FAULT_TEMPLATE
			       : FAULT_NONE;
	if (*d->claim_name && !d->claim)
		return d->claim_seen == SEEN_NOT_FOUND ? FAULT_CLAIM : FAULT_NONE;
	if (!d->claim)
		return all->stock.claims_seen == SEEN_OK ||
				       fault_event(all->h, all->w, d->pod, "FailedResourceClaimCreation", NULL)
			       ? FAULT_CREATION
			       : FAULT_NONE;
	return FAULT_NONE;
}

/* Nodes that the pod's own wishes allow. */
static json_t *nodes_for(struct faults *all, const json_t *pod)
{
	json_t *out = json_array(), *node;
	size_t i;

	json_array_foreach (all->nodes, i, node)
		if (fit_selector(pod, node))
			json_array_append(out, node);
	return out;
}

static enum fault_kind of_trial(struct faults *all, struct fault *f)
{
	static const enum fault_kind kinds[] = {
		[STEP_PUBLISHED] = FAULT_DRIVER,  [STEP_POOL] = FAULT_POOL,	[STEP_CLASS] = FAULT_SELECTOR,
		[STEP_SELECTOR] = FAULT_SELECTOR, [STEP_TAINT] = FAULT_TAINT,	[STEP_FREE] = FAULT_HELD,
		[STEP_CAPACITY] = FAULT_FIT,	  [STEP_CONSTRAINT] = FAULT_FIT};
	json_t *nodes;

	if (strstr(f->said, "CEL runtime error") || strstr(f->said, "CEL compile error"))
		return FAULT_ERROR;
	if (all->stock.slices_seen != SEEN_OK)
		return FAULT_NONE;
	nodes = nodes_for(all, f->demand.pod);
	trial_run(&all->stock, nodes, &f->demand, &f->trial);
	json_decref(nodes);
	if (f->trial.unknown || f->trial.failed >= STEPS)
		return FAULT_NONE;
	f->ask = f->trial.ask;
	return kinds[f->trial.failed];
}

struct one {
	struct faults *all;
	enum fault_kind kind;
	void (*fill)(struct faults *all, struct diagnosis *d, const struct fault *f);
};

static const char *subject(const struct fault *f, char out[static 600])
{
	const struct demand *d = &f->demand;

	if (d->edit)
		snprintf(out, 600, "%s/%s/%s", fld_kind(d->edit), fld_ns(d->edit), fld_name(d->edit));
	else
		snprintf(out, 600, "%s/%s/%s", fld_ns(d->pod), d->template_name, d->claim_name);
	return out;
}

static void on_demand(void *ctx, const struct demand *demand)
{
	struct one *o = ctx;
	struct fault f = {.demand = *demand};
	struct diagnosis *d;
	char key[600];
	bool fresh;

	/* an allocated claim has what it needs; where it is, is another matter */
	if (fld_at(demand->claim, "status.allocation"))
		return;
	find_said(o->all, &f);
	f.kind = of_references(o->all, &f);
	if (!f.kind && demand->requests && class_missing(o->all, &f))
		f.kind = FAULT_CLASS;
	if (!f.kind && demand->claim)
		f.kind = of_trial(o->all, &f);
	if (f.kind == o->kind) {
		d = diag_get(&o->all->set, &fresh, "%s/%s", subject(&f, key), demand->edit ? "" : demand->entry);
		diag_shows(d, demand->pod);
		if (demand->claim)
			diag_shows(d, demand->claim);
		if (fresh)
			o->fill(o->all, d, &f);
	}
	trial_free(&f.trial);
}

static bool waits(const struct faults *all, const json_t *pod)
{
	int64_t at;

	return demand_pending(pod) && !*fld_str(pod, "spec.nodeName") && !fld_count(pod, "spec.schedulingGates") &&
	       (!when_parse(fld_str(pod, "metadata.creationTimestamp"), &at) || all->now_ms - at > WAIT_MS);
}

void faults_run(const struct host *h, struct work *w, enum fault_kind kind,
		void (*fill)(struct faults *all, struct diagnosis *d, const struct fault *f))
{
	struct faults all = {.h = h, .w = w, .now_ms = h->now_ms(w), .set = DIAG_INIT(h, w)};
	struct one one = {&all, kind, fill};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	bool opened = false;
	size_t i;

	json_array_foreach (pods, i, pod) {
		if (!waits(&all, pod))
			continue;
		if (!opened) {
			stock_open(&all.stock, h, w);
			all.nodes = h->list(w, "nodes", NULL, &seen);
		}
		opened = true;
		demands_each(h, w, pod, on_demand, &one);
	}
	diag_send(&all.set);
	if (opened)
		stock_close(&all.stock);
}

json_t *fault_driver_set(const struct host *h, struct work *w, const char *driver)
{
	enum seen seen;
	json_t *list = stock_list(h, w, "daemonsets.apps", &seen), *o, *c, *best = NULL;
	const char *dot = strchr(driver, '.');
	char vendor[64] = "";
	size_t i, k;
	int points = 1;

	if (dot)
		snprintf(vendor, sizeof(vendor), "%.*s", (int)strcspn(dot + 1, "."), dot + 1);
	json_array_foreach (list, i, o) {
		const char *name = fld_name(o);
		int n = (strstr(name, "dra-") || strstr(name, "-dra") || strstr(name, "kubelet-plugin") ? 2 : 0) +
			(*vendor && strstr(name, vendor) ? 1 : 0);

		json_array_foreach (fld_at(o, "spec.template.spec.containers"), k, c) {
			const char *image = fld_str(c, "image");

			n += (strstr(image, "dra-driver") || strstr(image, "/dra") ? 2 : 0) +
			     (*vendor && strstr(image, vendor) ? 1 : 0);
		}
		if (n > points) {
			best = o;
			points = n;
		}
	}
	return best;
}
