/* SPDX-License-Identifier: Apache-2.0 */
/* Gateways that serve nothing: their class, the certificates of their listeners, and what their controller says. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/keeper.h"
#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/provider.h"
#include "toolsets/kubernetes/route_parent.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

#define GROUP ".gateway.networking.k8s.io"
#define GRACE_MS (5 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Routes that hang on it fail with it. */
static void show_routes(struct run *r, struct diagnosis *d, const json_t *gateway)
{
	static const char *const kinds[] = {"httproutes" GROUP, "grpcroutes" GROUP};
	enum seen seen;
	json_t *o, *ref;
	size_t i, n;

	for (size_t k = 0; k < 2; k++) {
		r->v.h->lists_ahead(r->v.w, &kinds[k], 1, &seen);
		if (seen != SEEN_OK)
			continue;
		json_array_foreach (r->v.h->list(r->v.w, kinds[k], NULL, &seen), i, o)
			json_array_foreach (fld_at(o, "spec.parentRefs"), n, ref) {
				const char *ns = fld_str(ref, "namespace");

				if (is(fld_str(ref, "name"), fld_name(gateway)) &&
				    is(*ns ? ns : fld_ns(o), fld_ns(gateway)))
					diag_shows(d, o);
			}
	}
}

static void no_class(struct run *r, json_t *o)
{
	const char *name = fld_str(o, "spec.gatewayClassName");
	struct nearest near = {.wanted = name};
	struct diagnosis *d = diag_new(&r->set);
	enum seen seen;
	json_t *c;
	size_t i;

	json_array_foreach (r->v.h->list(r->v.w, "gatewayclasses" GROUP, NULL, &seen), i, c)
		nearest_add(&near, fld_name(c));
	diag_about(d, o);
	diag_rate(d, SEVERITY_CRITICAL, 0.94);
	diag_cause(d, "Gateway %s asks for the GatewayClass %s, which does not exist, so no controller serves it",
		   fld_name(o), name);
	if (near.count)
		diag_cause_more(d, "; nearest: %s", near.name[0]);
	diag_cite(d, o, NULL, "/spec/gatewayClassName");
	diag_cite_absence(d, "gatewayclasses" GROUP, NULL, name);
	diag_fix(d, "Name a class that exists: kubectl get gatewayclass; kubectl edit gateway %s -n %s", fld_name(o),
		 fld_ns(o));
	show_routes(r, d, o);
}

/* The class stands, but the controller that it names has not taken it. */
static bool class_refused(struct run *r, json_t *o, json_t *class)
{
	json_t *c = fld_condition(class, "Accepted");
	struct keeper keeper;
	struct diagnosis *d;
	char words[500];
	bool fresh;

	if (is(fld_str(c, "status"), "True") || patient_age_ms(&r->v, class) < GRACE_MS)
		return false;
	d = diag_get(&r->set, &fresh, "class/%s", fld_name(class));
	diag_shows(d, o);
	show_routes(r, d, o);
	if (!fresh)
		return true;
	keeper_of_domain(&r->v, fld_str(class, "spec.controllerName"), &keeper);
	diag_about(d, class);
	diag_rate(d, SEVERITY_CRITICAL, 0.88);
	if (is(fld_str(c, "status"), "False"))
		diag_cause(d, "GatewayClass %s is not accepted by its controller (%s): %.250s", fld_name(class),
			   fld_str(c, "reason"), fld_str(c, "message"));
	else
		diag_cause(d, "No controller has taken the GatewayClass %s: %s does not run here", fld_name(class),
			   fld_str(class, "spec.controllerName"));
	if (keeper.state == KEEPER_ZERO || keeper.state == KEEPER_DOWN) {
		diag_about(d, keeper.workload);
		diag_cause_more(d, "; %s", keeper_words(&keeper, words));
		diag_blames(d, "apps/v1", fld_kind(keeper.workload), fld_ns(keeper.workload), fld_name(keeper.workload));
	}
	diag_cite(d, class, NULL, "/spec/controllerName");
	diag_cite(d, class, NULL, "/status/conditions/0/message");
	diag_cite(d, class, NULL, "/status/conditions/0/status");
	diag_fix(d, "Install or repair the controller %s: kubectl describe gatewayclass %s",
		 fld_str(class, "spec.controllerName"), fld_name(class));
	return true;
}

static void certificate(struct run *r, json_t *o, const json_t *listener, const json_t *ref, size_t i, size_t k)
{
	const char *ns = *fld_str(ref, "namespace") ? fld_str(ref, "namespace") : fld_ns(o), *name = fld_str(ref, "name");
	bool elsewhere = !is(ns, fld_ns(o)), granted = !elsewhere || route_granted(&r->v, o, "Secret", ns, name) != 0;
	enum seen seen = SEEN_OK;
	struct diagnosis *d;

	if ((*fld_str(ref, "kind") && !is(fld_str(ref, "kind"), "Secret")) ||
	    ((r->v.h->find(r->v.w, "secrets", ns, name, &seen) || seen != SEEN_NOT_FOUND) && granted))
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cite(d, o, NULL, "/spec/listeners/%zu/tls/certificateRefs/%zu/name", i, k);
	if (seen == SEEN_NOT_FOUND) {
		diag_cause(d, "Listener %s of Gateway %s takes its certificate from Secret %s, which does not exist in "
			      "namespace %s",
			   fld_str(listener, "name"), fld_name(o), name, ns);
		diag_cite_absence(d, "secrets", ns, name);
		provider_blame(&r->v, d, ns, name, true);
		diag_fix(d, "Create it: kubectl create secret tls %s -n %s --cert=tls.crt --key=tls.key", name, ns);
	} else {
		diag_cause(d, "Listener %s of Gateway %s takes its certificate from Secret %s in namespace %s, but no "
			      "ReferenceGrant there allows it to",
			   fld_str(listener, "name"), fld_name(o), name, ns);
		diag_cite_absence(d, "referencegrants" GROUP, ns, fld_name(o));
		diag_fix(d, "Create a ReferenceGrant in namespace %s: from Gateway of namespace %s, to Secret %s", ns,
			 fld_ns(o), name);
	}
	show_routes(r, d, o);
}

static bool bad(const json_t *c)
{
	const char *type = fld_str(c, "type"), *status = fld_str(c, "status");

	if (is(type, "Conflicted") || is(type, "OverlappingTLSConfig"))
		return is(type, "Conflicted") && is(status, "True");
	return is(status, "False") && (is(type, "Accepted") || is(type, "Programmed") || is(type, "ResolvedRefs"));
}

/* What the controller says of it: the listeners know more than the whole. */
static void conditions(struct run *r, json_t *o)
{
	json_t *listener, *c, *worst = NULL;
	char pointer[120] = "";
	struct diagnosis *d;
	size_t i, k;

	json_array_foreach (fld_at(o, "status.conditions"), i, c)
		if (bad(c)) {
			worst = c;
			snprintf(pointer, sizeof(pointer), "/status/conditions/%zu", i);
		}
	json_array_foreach (fld_at(o, "status.listeners"), i, listener)
		json_array_foreach (fld_at(listener, "conditions"), k, c)
			if (bad(c)) {
				worst = c;
				snprintf(pointer, sizeof(pointer), "/status/listeners/%zu/conditions/%zu", i, k);
			}
	if (!worst)
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.82);
	diag_cause(d, "Gateway %s is %s=%s (%s): %.250s", fld_name(o), fld_str(worst, "type"), fld_str(worst, "status"),
		   fld_str(worst, "reason"), fld_str(worst, "message"));
	diag_cite(d, o, NULL, "%s/message", pointer);
	diag_cite(d, o, NULL, "%s/reason", pointer);
	/* its address comes from a Service of the same name that the controller makes */
	if (is(fld_str(worst, "reason"), "AddressNotAssigned") || is(fld_str(worst, "reason"), "NoResources")) {
		json_t *s;
		enum seen seen;

		diag_symptom(d);
		json_array_foreach (r->v.h->list(r->v.w, "services", NULL, &seen), i, s)
			if (is(fld_str(s, "spec.type"), "LoadBalancer") && !fld_count(s, "status.loadBalancer.ingress"))
				diag_blames(d, "v1", "Service", fld_ns(s), fld_name(s));
	}
	diag_fix(d, "Correct what the controller names: kubectl describe gateway %s -n %s", fld_name(o), fld_ns(o));
	show_routes(r, d, o);
}

static void gateway(struct run *r, json_t *o)
{
	const char *name = fld_str(o, "spec.gatewayClassName");
	size_t before = r->set.count, i, k;
	json_t *class, *listener, *ref;
	enum seen seen;

	if (patient_age_ms(&r->v, o) < GRACE_MS / 5 || *fld_str(o, "metadata.deletionTimestamp"))
		return;
	class = r->v.h->find(r->v.w, "gatewayclasses" GROUP, NULL, name, &seen);
	if (!class && seen == SEEN_NOT_FOUND) {
		no_class(r, o);
		return;
	}
	if (class && class_refused(r, o, class))
		return;
	json_array_foreach (fld_at(o, "spec.listeners"), i, listener)
		json_array_foreach (fld_at(listener, "tls.certificateRefs"), k, ref)
			certificate(r, o, listener, ref, i, k);
	if (r->set.count == before)
		conditions(r, o);
}

static void run(const struct host *h, struct work *w)
{
	static const char *const gateways[] = {"gateways" GROUP};
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *o;
	size_t i;

	if (!h->kind(w, gateways[0], NULL, 0))
		return;
	h->lists_ahead(w, gateways, 1, &seen);
	if (seen == SEEN_NOT_CAPTURED || seen == SEEN_NOT_SERVED)
		return;
	json_array_foreach (h->list(w, gateways[0], NULL, &seen), i, o)
		gateway(&r, o);
	diag_send(&r.set);
}

const struct check kubernetes_gateway_check = {
	.size = sizeof(struct check),
	.name = "gateway-listener",
	.help = "Gateways whose class, controller, certificates or listeners are not there",
	.run = run,
	.reads = "gateways.gateway.networking.k8s.io gatewayclasses.gateway.networking.k8s.io "
		 "referencegrants.gateway.networking.k8s.io httproutes.gateway.networking.k8s.io "
		 "grpcroutes.gateway.networking.k8s.io secrets services deployments.apps statefulsets.apps "
		 "daemonsets.apps",
};
