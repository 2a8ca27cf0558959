/* SPDX-License-Identifier: Apache-2.0 */
/* Ingresses and routes whose backend, class or certificate does not exist. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/provider.h"
#include "toolsets/kubernetes/route_parent.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

struct run {
	struct view v;
	struct diagnoses set;
};

/* A Service that a route names, and where. */
struct backend {
	json_t *route;
	const char *ns, *name, *port_name;
	int port;
	char pointer[160]; /* of the name */
	char port_pointer[180];
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool has_port(const json_t *service, const struct backend *b)
{
	json_t *p;
	size_t i;

	if (!b->port && !*b->port_name)
		return true;
	json_array_foreach (fld_at(service, "spec.ports"), i, p)
		if (b->port ? fld_int(p, "port", 0) == b->port : is(fld_str(p, "name"), b->port_name))
			return true;
	return false;
}

static void no_service(struct run *r, const struct backend *b)
{
	struct nearest near = {.wanted = b->name};
	struct diagnosis *d = diag_new(&r->set);
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "services", b->ns, &seen), *s;
	size_t i;

	json_array_foreach (list, i, s)
		nearest_add(&near, fld_name(s));
	diag_about(d, b->route);
	diag_rate(d, SEVERITY_CRITICAL, 0.94);
	diag_cause(d, "%s %s sends requests to Service %s, which does not exist in namespace %s", fld_kind(b->route),
		   fld_name(b->route), b->name, b->ns);
	if (near.count)
		diag_cause_more(d, "; nearest: %s", near.name[0]);
	diag_cite(d, b->route, NULL, "%s", b->pointer);
	diag_cite_absence(d, "services", b->ns, b->name);
	diag_fix(d, "Name a Service that exists%s%s: kubectl edit %s %s -n %s", near.count ? ", for instance " : "",
		 near.count ? near.name[0] : "", fld_kind(b->route), fld_name(b->route), fld_ns(b->route));
}

static void no_port(struct run *r, const struct backend *b, json_t *service)
{
	struct diagnosis *d = diag_new(&r->set);
	char wanted[64];

	if (b->port)
		snprintf(wanted, sizeof(wanted), "%d", b->port);
	else
		snprintf(wanted, sizeof(wanted), "\"%.50s\"", b->port_name);
	diag_about(d, b->route);
	diag_rate(d, SEVERITY_CRITICAL, 0.94);
	diag_cause(d, "%s %s sends requests to port %s of Service %s, which has port %d%s", fld_kind(b->route),
		   fld_name(b->route), wanted, b->name, (int)fld_int(service, "spec.ports.0.port", 0),
		   fld_count(service, "spec.ports") > 1 ? " and others" : " only");
	diag_cite(d, b->route, NULL, "%s", b->port_pointer);
	diag_cite(d, service, NULL, "/spec/ports/0/port");
	diag_cite(d, service, NULL, "/spec/ports/0/name");
	diag_shows(d, b->route);
	diag_fix(d, "Use a port of the Service: kubectl edit %s %s -n %s", fld_kind(b->route), fld_name(b->route),
		 fld_ns(b->route));
}

static void backend(struct run *r, const struct backend *b)
{
	enum seen seen;
	json_t *service;

	if (!*b->name)
		return;
	service = r->v.h->find(r->v.w, "services", b->ns, b->name, &seen);
	if (!service && seen == SEEN_NOT_FOUND)
		no_service(r, b);
	else if (service && !has_port(service, b))
		no_port(r, b, service);
}

static void ingress_backend(struct run *r, json_t *o, const json_t *service, const char *pointer)
{
	struct backend b = {.route = o,
			    .ns = fld_ns(o),
			    .name = fld_str(service, "name"),
			    .port_name = fld_str(service, "port.name"),
			    .port = (int)fld_int(service, "port.number", 0)};

	snprintf(b.pointer, sizeof(b.pointer), "%s/name", pointer);
	snprintf(b.port_pointer, sizeof(b.port_pointer), "%s/port/%s", pointer, b.port ? "number" : "name");
	backend(r, &b);
}

static void no_class(struct run *r, json_t *o)
{
	const char *name = fld_str(o, "spec.ingressClassName");
	struct nearest near = {.wanted = name};
	enum seen seen;
	json_t *class = *name ? r->v.h->find(r->v.w, "ingressclasses.networking.k8s.io", NULL, name, &seen) : NULL,
	       *list, *c;
	struct diagnosis *d;
	size_t i;

	if (!*name || class || seen != SEEN_NOT_FOUND)
		return;
	d = diag_new(&r->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d, "Ingress %s asks for the IngressClass %s, which does not exist, so no controller serves it",
		   fld_name(o), name);
	list = r->v.h->list(r->v.w, "ingressclasses.networking.k8s.io", NULL, &seen);
	json_array_foreach (list, i, c) {
		nearest_add(&near, fld_name(c));
		if (i < 3)
			diag_cause_more(d, "%s%s", i ? ", " : "; there is ", fld_name(c));
	}
	diag_cite(d, o, NULL, "/spec/ingressClassName");
	diag_cite_absence(d, "ingressclasses.networking.k8s.io", NULL, name);
	diag_fix(d, "Name a class that exists: kubectl get ingressclass; kubectl edit ingress %s -n %s", fld_name(o),
		 fld_ns(o));
}

static void no_secret(struct run *r, json_t *o)
{
	json_t *tls = fld_at(o, "spec.tls"), *t;
	enum seen seen;
	size_t i;

	json_array_foreach (tls, i, t) {
		const char *name = fld_str(t, "secretName");
		struct diagnosis *d;

		if (!*name || r->v.h->find(r->v.w, "secrets", fld_ns(o), name, &seen) || seen != SEEN_NOT_FOUND)
			continue;
		d = diag_new(&r->set);
		diag_about(d, o);
		diag_rate(d, SEVERITY_WARNING, 0.9);
		diag_cause(d, "Ingress %s takes its certificate from Secret %s, which does not exist in namespace %s",
			   fld_name(o), name, fld_ns(o));
		diag_cite(d, o, NULL, "/spec/tls/%zu/secretName", i);
		diag_cite_absence(d, "secrets", fld_ns(o), name);
		provider_blame(&r->v, d, fld_ns(o), name, true);
		diag_fix(d, "Create it: kubectl create secret tls %s -n %s --cert=tls.crt --key=tls.key", name,
			 fld_ns(o));
		diag_fix(d,
			 "With cert-manager see why it is not issued: kubectl get certificate,certificaterequest -n %s",
			 fld_ns(o));
	}
}

static void ingress(struct run *r, json_t *o)
{
	json_t *rule, *path;
	char pointer[120];
	size_t i, k;

	if (fld_at(o, "spec.defaultBackend.service"))
		ingress_backend(r, o, fld_at(o, "spec.defaultBackend.service"), "/spec/defaultBackend/service");
	json_array_foreach (fld_at(o, "spec.rules"), i, rule)
		json_array_foreach (fld_at(rule, "http.paths"), k, path) {
			snprintf(pointer, sizeof(pointer), "/spec/rules/%zu/http/paths/%zu/backend/service", i, k);
			ingress_backend(r, o, fld_at(path, "backend.service"), pointer);
		}
	no_class(r, o);
	no_secret(r, o);
}

static void route(struct run *r, json_t *o)
{
	json_t *rule, *ref;
	size_t i, k;

	json_array_foreach (fld_at(o, "spec.rules"), i, rule)
		json_array_foreach (fld_at(rule, "backendRefs"), k, ref) {
			const char *ns = fld_str(ref, "namespace"), *kind = fld_str(ref, "kind");
			struct backend b = {.route = o,
					    .ns = *ns ? ns : fld_ns(o),
					    .name = fld_str(ref, "name"),
					    .port_name = "",
					    .port = (int)fld_int(ref, "port", 0)};

			snprintf(b.pointer, sizeof(b.pointer), "/spec/rules/%zu/backendRefs/%zu/name", i, k);
			snprintf(b.port_pointer, sizeof(b.port_pointer), "/spec/rules/%zu/backendRefs/%zu/port", i, k);
			if (!*kind || is(kind, "Service"))
				backend(r, &b);
		}
}

/* What the controller itself says: not accepted, references not resolved. */
static void route_refused(struct run *r, json_t *o, size_t before)
{
	json_t *parents = fld_at(o, "status.parents"), *parent, *c;
	struct diagnosis *d;
	size_t i, k;

	if (r->set.count != before)
		return; /* the reason was found */
	json_array_foreach (parents, i, parent)
		json_array_foreach (fld_at(parent, "conditions"), k, c) {
			if (!is(fld_str(c, "status"), "False") ||
			    !(is(fld_str(c, "type"), "Accepted") || is(fld_str(c, "type"), "ResolvedRefs")))
				continue;
			d = diag_new(&r->set);
			diag_about(d, o);
			diag_rate(d, SEVERITY_CRITICAL, 0.85);
			diag_cause(d, "%s %s is not served by Gateway %s (%s): %.250s", fld_kind(o), fld_name(o),
				   fld_str(parent, "parentRef.name"), fld_str(c, "reason"), fld_str(c, "message"));
			diag_cite(d, o, NULL, "/status/parents/%zu/conditions/%zu/message", i, k);
			diag_cite(d, o, NULL, "/status/parents/%zu/conditions/%zu/reason", i, k);
			diag_blames(d, "gateway.networking.k8s.io/v1", "Gateway",
				    *fld_str(parent, "parentRef.namespace") ? fld_str(parent, "parentRef.namespace")
									    : fld_ns(o),
				    fld_str(parent, "parentRef.name"));
			diag_fix(d, "Correct what the controller names: kubectl edit %s %s -n %s", fld_kind(o),
				 fld_name(o), fld_ns(o));
			return;
		}
}

static void run(const struct host *h, struct work *w)
{
	static const char *const routes[] = {"httproutes.gateway.networking.k8s.io",
					     "grpcroutes.gateway.networking.k8s.io"};
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "ingresses.networking.k8s.io", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		ingress(&r, o);
	for (size_t k = 0; k < 2; k++) {
		if (!h->kind(w, routes[k], NULL, 0))
			continue;
		list = h->list(w, routes[k], NULL, &seen);
		json_array_foreach (list, i, o) {
			size_t before = r.set.count;

			route(&r, o);
			route_parents(&r.v, &r.set, o);
			route_refused(&r, o, before);
		}
	}
	diag_send(&r.set);
}

const struct check kubernetes_ingress_check = {
	.size = sizeof(struct check),
	.name = "ingress-backend",
	.help = "Ingresses and routes whose Service, port, class or certificate does not exist",
	.run = run,
	.reads = "ingresses.networking.k8s.io ingressclasses.networking.k8s.io "
		 "httproutes.gateway.networking.k8s.io grpcroutes.gateway.networking.k8s.io services secrets "
		 "gateways.gateway.networking.k8s.io referencegrants.gateway.networking.k8s.io namespaces custom-resources",
};
