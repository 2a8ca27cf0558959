/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of a service mesh (Istio) that lead nowhere: hosts without a Service, subsets that no pod is in. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/address.h"
#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"

#define ROUTES "virtualservices.networking.istio.io"
#define RULES "destinationrules.networking.istio.io"
#define ENTRIES "serviceentries.networking.istio.io"
#define YOUNG_MS (60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
	json_t *rules;
};

/* One destination of a route, and where it stands. */
struct destination {
	json_t *route, *service;
	const char *host, *subset;
	char pointer[160];
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static json_t *quiet(struct run *r, const char *resource)
{
	enum seen seen = SEEN_NOT_SERVED;

	if (!r->v.h->kind(r->v.w, resource, NULL, 0))
		return NULL;
	r->v.h->lists_ahead(r->v.w, &resource, 1, &seen);
	return seen == SEEN_OK ? r->v.h->list(r->v.w, resource, NULL, &seen) : NULL;
}

/* A name of the cluster: short, or name.namespace.svc...; others may be outside of it. */
static bool inside(const char *host)
{
	return *host && !strchr(host, '*') && (!strchr(host, '.') || strstr(host, ".svc"));
}

/* Names that a ServiceEntry makes. */
static bool entered(struct run *r, const char *host)
{
	json_t *o, *h;
	size_t i, k;

	json_array_foreach (quiet(r, ENTRIES), i, o)
		json_array_foreach (fld_at(o, "spec.hosts"), k, h)
			if (json_is_string(h) && is(json_string_value(h), host))
				return true;
	return false;
}

static void no_service(struct run *r, const struct destination *t)
{
	char name[254], ns[64];
	const char *dot = strchr(t->host, '.');
	struct diagnosis *d = diag_new(&r->set);

	snprintf(name, sizeof(name), "%.*s", (int)(dot ? dot - t->host : (long)strlen(t->host)), t->host);
	snprintf(ns, sizeof(ns), "%.*s", dot ? (int)strcspn(dot + 1, ".") : 63, dot ? dot + 1 : fld_ns(t->route));
	diag_about(d, t->route);
	diag_rate(d, SEVERITY_WARNING, 0.9);
	diag_cause(d, "VirtualService %s sends requests to the host %s, but there is no Service %s in namespace %s",
		   fld_name(t->route), t->host, name, ns);
	diag_cite(d, t->route, NULL, "%s/host", t->pointer);
	diag_cite_absence(d, "services", ns, name);
	diag_fix(d, "Name a Service that exists: kubectl edit virtualservice %s -n %s", fld_name(t->route),
		 fld_ns(t->route));
}

/* The subset of the rule for this Service; rule: the first that is for it. */
static json_t *subset_of(struct run *r, const struct destination *t, json_t **rule, size_t *at)
{
	enum seen seen;
	json_t *o, *s;
	size_t i, k;

	*rule = NULL;
	json_array_foreach (r->rules, i, o) {
		if (address_service(&r->v, fld_str(o, "spec.host"), fld_ns(o), &seen) != t->service)
			continue;
		*rule = o;
		json_array_foreach (fld_at(o, "spec.subsets"), k, s)
			if (is(fld_str(s, "name"), t->subset)) {
				*at = k;
				return s;
			}
	}
	return NULL;
}

static void no_subset(struct run *r, const struct destination *t, json_t *rule)
{
	struct diagnosis *d = diag_new(&r->set);

	diag_about(d, t->route);
	diag_rate(d, SEVERITY_WARNING, 0.9);
	diag_cause(d, "VirtualService %s sends requests to the subset %s of %s, which no DestinationRule defines",
		   fld_name(t->route), t->subset, t->host);
	if (rule)
		diag_cause_more(d, "; %s has %s", fld_name(rule),
				fld_count(rule, "spec.subsets") ? fld_str(rule, "spec.subsets.0.name") : "no subset");
	diag_cite(d, t->route, NULL, "%s/subset", t->pointer);
	diag_cite(d, rule, NULL, "/spec/subsets/0/name");
	diag_cite_absence(d, RULES, fld_ns(t->route), t->subset);
	diag_shows(d, t->service);
	diag_fix(d, "Define it in a DestinationRule for %s, or name one that exists: kubectl edit virtualservice %s -n %s",
		 t->host, fld_name(t->route), fld_ns(t->route));
}

/* Pods that are not at hand, because they are well and there are too many. */
static bool elsewhere(struct run *r, const struct destination *t, const json_t *subset)
{
	json_t *both = json_copy(fld_at(t->service, "spec.selector")), *pods;

	json_object_update(both, fld_at(subset, "labels"));
	pods = r->v.h->select_pods(r->v.w, fld_ns(t->service), both);
	json_decref(both);
	return json_array_size(pods) > 0;
}

static void empty_subset(struct run *r, const struct destination *t, json_t *rule, const json_t *subset, size_t at)
{
	json_t *pods = r->v.h->select_pods(r->v.w, fld_ns(t->service), fld_at(t->service, "spec.selector")), *pod, *value;
	const char *key = "", *k;
	struct diagnosis *d;
	bool fresh;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (r->v.h->labels_match(fld_at(subset, "labels"), fld_at(pod, "metadata.labels"), true))
			return;
	if (!json_array_size(pods) || !fld_count(subset, "labels") || elsewhere(r, t, subset))
		return; /* then the Service is what is empty */
	json_object_foreach (fld_at(subset, "labels"), k, value)
		key = *key ? key : k;
	value = json_object_get(fld_at(subset, "labels"), key);
	d = diag_get(&r->set, &fresh, "empty/%s/%s/%s", fld_ns(rule), fld_name(rule), t->subset);
	diag_shows(d, t->route);
	if (!fresh)
		return;
	diag_about(d, rule);
	diag_rate(d, SEVERITY_WARNING, 0.9);
	diag_cause(d,
		   "DestinationRule %s: no pod of Service %s is in the subset %s (%s=%s), to which VirtualService %s sends "
		   "requests",
		   fld_name(rule), fld_name(t->service), t->subset, key, json_string_value(value), fld_name(t->route));
	diag_cite(d, rule, NULL, "/spec/subsets/%zu/name", at);
	if (!strpbrk(key, "/~"))
		diag_cite(d, rule, NULL, "/spec/subsets/%zu/labels/%s", at, key);
	diag_cite(d, t->route, NULL, "%s/subset", t->pointer);
	diag_cite(d, json_array_get(pods, 0), NULL, "/metadata/labels");
	diag_fix(d, "Use labels that pods have: kubectl get pods -n %s --show-labels; kubectl edit destinationrule %s -n %s",
		 fld_ns(t->service), fld_name(rule), fld_ns(rule));
}

static void destination(struct run *r, json_t *route, const json_t *target, const char *pointer)
{
	struct destination t = {.route = route,
				.host = fld_str(target, "host"),
				.subset = fld_str(target, "subset")};
	json_t *rule, *subset;
	enum seen seen;
	size_t at = 0;

	snprintf(t.pointer, sizeof(t.pointer), "%s", pointer);
	if (!inside(t.host))
		return;
	t.service = address_service(&r->v, t.host, fld_ns(route), &seen);
	if (!t.service) {
		if (seen == SEEN_NOT_FOUND && !entered(r, t.host))
			no_service(r, &t);
		return;
	}
	if (!*t.subset || !r->rules)
		return;
	subset = subset_of(r, &t, &rule, &at);
	if (subset)
		empty_subset(r, &t, rule, subset, at);
	else
		no_subset(r, &t, rule);
}

static void route(struct run *r, json_t *o)
{
	static const char *const kinds[] = {"http", "tcp", "tls"};
	char pointer[160];
	json_t *list, *one, *to;
	size_t i, n;

	if (patient_age_ms(&r->v, o) < YOUNG_MS)
		return;
	for (size_t k = 0; k < 3; k++) {
		list = json_object_get(fld_at(o, "spec"), kinds[k]);
		json_array_foreach (list, i, one)
			json_array_foreach (fld_at(one, "route"), n, to) {
				/* what gets no share of the requests may be there for later */
				if (fld_at(to, "weight") && fld_int(to, "weight", 1) == 0)
					continue;
				snprintf(pointer, sizeof(pointer), "/spec/%s/%zu/route/%zu/destination", kinds[k], i, n);
				destination(r, o, fld_at(to, "destination"), pointer);
			}
	}
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	json_t *routes = quiet(&r, ROUTES), *o;
	size_t i;

	if (json_array_size(routes))
		r.rules = quiet(&r, RULES);
	json_array_foreach (routes, i, o)
		route(&r, o);
	diag_send(&r.set);
}

const struct check kubernetes_mesh_route_check = {
	.size = sizeof(struct check),
	.name = "mesh-route",
	.help = "Routes of a service mesh to hosts without a Service or subsets without a pod",
	.run = run,
	.reads = "virtualservices.networking.istio.io destinationrules.networking.istio.io services pods "
		 "serviceentries.networking.istio.io",
};
