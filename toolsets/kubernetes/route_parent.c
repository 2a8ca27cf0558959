/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/route_parent.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/brief.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

#define GROUP ".gateway.networking.k8s.io"

struct parent {
	const struct view *v;
	struct diagnoses *set;
	json_t *route, *gateway;
	const json_t *ref;
	size_t at; /* in spec.parentRefs */
	const char *ns;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* The condition that the parent's controller wrote for this route; NULL. */
static json_t *said(const struct parent *p, const char *type)
{
	json_t *list = fld_at(p->route, "status.parents"), *one, *c;
	size_t i, k;

	json_array_foreach (list, i, one) {
		if (!is(fld_str(one, "parentRef.name"), fld_str(p->ref, "name")) ||
		    (*fld_str(p->ref, "sectionName") &&
		     !is(fld_str(one, "parentRef.sectionName"), fld_str(p->ref, "sectionName"))))
			continue;
		json_array_foreach (fld_at(one, "conditions"), k, c)
			if (is(fld_str(c, "type"), type))
				return c;
	}
	return NULL;
}

static struct diagnosis *begin(const struct parent *p, const char *field)
{
	struct diagnosis *d = diag_new(p->set);
	const json_t *c = said(p, "Accepted");

	diag_about(d, p->route);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cite(d, p->route, NULL, "/spec/parentRefs/%zu/%s", p->at, field);
	if (c && is(fld_str(c, "status"), "False")) {
		diag_cite(d, p->route, NULL, "/status/parents/0/conditions/0/message");
		diag_cite(d, p->route, NULL, "/status/parents/0/conditions/0/reason");
	}
	return d;
}

/* " (NotAllowedByListeners)": the controller's own word. */
static void add_reason(const struct parent *p, struct diagnosis *d)
{
	const json_t *c = said(p, "Accepted");

	if (c && is(fld_str(c, "status"), "False"))
		diag_cause_more(d, " (%s)", fld_str(c, "reason"));
	diag_fix(d, "Correct it: kubectl edit %s %s -n %s", fld_kind(p->route), fld_name(p->route), fld_ns(p->route));
	diag_docs(d, "https://gateway-api.sigs.k8s.io/api-types/httproute/#attaching-to-gateways");
}

static void no_gateway(const struct parent *p)
{
	const char *name = fld_str(p->ref, "name");
	struct nearest near = {.wanted = name};
	struct diagnosis *d = begin(p, "name");
	enum seen seen;
	json_t *o;
	size_t i;

	json_array_foreach (p->v->h->list(p->v->w, "gateways" GROUP, p->ns, &seen), i, o)
		nearest_add(&near, fld_name(o));
	diag_cause(d, "%s %s hangs on the Gateway %s, which does not exist in namespace %s", fld_kind(p->route),
		   fld_name(p->route), name, p->ns);
	if (near.count)
		diag_cause_more(d, "; nearest: %s", near.name[0]);
	diag_cite_absence(d, "gateways" GROUP, p->ns, name);
	add_reason(p, d);
}

static bool host_under(const char *pattern, const char *host)
{
	size_t n = strlen(pattern), k = strlen(host);

	return strncmp(pattern, "*.", 2) == 0 && k > n - 1 && strcasecmp(host + k - (n - 1), pattern + 1) == 0;
}

static bool hosts_meet(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0 || host_under(a, b) || host_under(b, a);
}

static bool host_fits(const json_t *route, const json_t *listener)
{
	const char *own = fld_str(listener, "hostname");
	json_t *hosts = fld_at(route, "spec.hostnames"), *h;
	size_t i;

	if (!*own || !json_array_size(hosts))
		return true;
	json_array_foreach (hosts, i, h)
		if (json_is_string(h) && hosts_meet(own, json_string_value(h)))
			return true;
	return false;
}

/* Does the listener let in routes of the route's namespace? Unknown counts as yes. */
static bool lets_in(const struct parent *p, const json_t *listener)
{
	const char *from = fld_str(listener, "allowedRoutes.namespaces.from");
	enum seen seen;
	json_t *ns;

	if (!*from || is(from, "Same"))
		return is(fld_ns(p->route), p->ns);
	if (!is(from, "Selector"))
		return !is(from, "None");
	ns = p->v->h->find(p->v->w, "namespaces", NULL, fld_ns(p->route), &seen);
	return !ns || p->v->h->labels_match(fld_at(listener, "allowedRoutes.namespaces.selector"),
					    fld_at(ns, "metadata.labels"), false);
}

static bool section_fits(const struct parent *p, const json_t *listener)
{
	const char *section = fld_str(p->ref, "sectionName");
	int64_t port = fld_int(p->ref, "port", 0);

	return (!*section || is(section, fld_str(listener, "name"))) && (!port || port == fld_int(listener, "port", 0));
}

static void no_section(const struct parent *p)
{
	const char *section = fld_str(p->ref, "sectionName");
	struct diagnosis *d = begin(p, *section ? "sectionName" : "port");
	json_t *listener;
	size_t i;

	if (*section)
		diag_cause(d, "%s %s hangs on the listener %s of Gateway %s, which has no listener of that name",
			   fld_kind(p->route), fld_name(p->route), section, fld_name(p->gateway));
	else
		diag_cause(d, "%s %s hangs on port %d of Gateway %s, where no listener listens", fld_kind(p->route),
			   fld_name(p->route), (int)fld_int(p->ref, "port", 0), fld_name(p->gateway));
	json_array_foreach (fld_at(p->gateway, "spec.listeners"), i, listener) {
		if (i >= 4)
			break;
		diag_cause_more(d, "%s%s (port %d)", i ? ", " : "; there is ", fld_str(listener, "name"),
				(int)fld_int(listener, "port", 0));
		diag_cite(d, p->gateway, NULL, "/spec/listeners/%zu/name", i);
	}
	add_reason(p, d);
}

static void not_let_in(const struct parent *p, size_t at, const json_t *listener)
{
	const char *from = fld_str(listener, "allowedRoutes.namespaces.from");
	struct diagnosis *d = begin(p, "name");
	struct reply labels = {.max = 200};

	brief_put(&labels, fld_at(listener, "allowedRoutes.namespaces.selector"), 180);
	diag_cause(d, "%s %s of namespace %s is not let in by Gateway %s/%s: its listener %s takes routes %s%s",
		   fld_kind(p->route), fld_name(p->route), fld_ns(p->route), p->ns, fld_name(p->gateway),
		   fld_str(listener, "name"),
		   is(from, "Selector") ? "only of namespaces labelled "
		   : is(from, "None")	? "of no namespace"
					: "of its own namespace only",
		   is(from, "Selector") ? rep_text(&labels) : "");
	rep_free(&labels);
	diag_cite(d, p->gateway, NULL, "/spec/listeners/%zu/allowedRoutes/namespaces/from", at);
	diag_blames(d, "gateway.networking.k8s.io/v1", "Gateway", p->ns, fld_name(p->gateway));
	diag_fix(d, "Let it in (allowedRoutes of the listener): kubectl edit gateway %s -n %s", fld_name(p->gateway),
		 p->ns);
	if (is(from, "Selector"))
		diag_fix(d, "Or give the namespace the labels that the listener asks for: kubectl label namespace %s ...",
			 fld_ns(p->route));
	add_reason(p, d);
}

static void no_host(const struct parent *p, size_t at, const json_t *listener)
{
	struct diagnosis *d = begin(p, "name");

	diag_cause(d, "%s %s is for the host %s, but listener %s of Gateway %s serves only %s", fld_kind(p->route),
		   fld_name(p->route), fld_str(p->route, "spec.hostnames.0"), fld_str(listener, "name"),
		   fld_name(p->gateway), fld_str(listener, "hostname"));
	diag_cite(d, p->route, NULL, "/spec/hostnames/0");
	diag_cite(d, p->gateway, NULL, "/spec/listeners/%zu/hostname", at);
	add_reason(p, d);
}

static void listeners(const struct parent *p)
{
	json_t *list = fld_at(p->gateway, "spec.listeners"), *l, *closed = NULL, *other_host = NULL;
	size_t i, fits = 0, closed_at = 0, host_at = 0;

	json_array_foreach (list, i, l) {
		if (!section_fits(p, l))
			continue;
		fits++;
		if (!lets_in(p, l)) {
			closed = l;
			closed_at = i;
		} else if (!host_fits(p->route, l)) {
			other_host = l;
			host_at = i;
		} else {
			return;
		}
	}
	if (!json_array_size(list))
		return;
	if (!fits)
		no_section(p);
	else if (other_host)
		no_host(p, host_at, other_host);
	else if (closed)
		not_let_in(p, closed_at, closed);
}

int route_granted(const struct view *v, const json_t *from, const char *to_kind, const char *to_ns, const char *to_name)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "referencegrants" GROUP, to_ns, &seen), *grant, *f, *t;
	size_t i, k, n;

	if (seen != SEEN_OK)
		return seen == SEEN_NOT_SERVED ? 0 : -1;
	json_array_foreach (list, i, grant)
		json_array_foreach (fld_at(grant, "spec.from"), k, f) {
			if (!is(fld_str(f, "kind"), fld_kind(from)) || !is(fld_str(f, "namespace"), fld_ns(from)))
				continue;
			json_array_foreach (fld_at(grant, "spec.to"), n, t)
				if (is(fld_str(t, "kind"), to_kind) &&
				    (!*fld_str(t, "name") || is(fld_str(t, "name"), to_name)))
					return 1;
		}
	return 0;
}

static void ungranted(const struct parent *p, const json_t *ref, size_t rule, size_t at)
{
	const char *ns = fld_str(ref, "namespace"), *name = fld_str(ref, "name");
	const json_t *c = said(p, "ResolvedRefs");
	struct diagnosis *d;
	bool fresh;

	if (!*ns || is(ns, fld_ns(p->route)) || (c && !is(fld_str(c, "status"), "False")) ||
	    route_granted(p->v, p->route, "Service", ns, name) != 0)
		return;
	d = diag_get(p->set, &fresh, "grant/%s/%s/%s/%s", fld_ns(p->route), fld_name(p->route), ns, name);
	if (!fresh)
		return;
	diag_about(d, p->route);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d, "%s %s sends requests to Service %s in namespace %s, but no ReferenceGrant there allows it to%s%s%s",
		   fld_kind(p->route), fld_name(p->route), name, ns, c ? " (" : "", c ? fld_str(c, "reason") : "",
		   c ? ")" : "");
	diag_cite(d, p->route, NULL, "/spec/rules/%zu/backendRefs/%zu/namespace", rule, at);
	diag_cite(d, p->route, NULL, "/spec/rules/%zu/backendRefs/%zu/name", rule, at);
	diag_cite_absence(d, "referencegrants" GROUP, ns, fld_name(p->route));
	diag_fix(d, "Create a ReferenceGrant in namespace %s: from %s of namespace %s, to Service %s", ns,
		 fld_kind(p->route), fld_ns(p->route), name);
	diag_docs(d, "https://gateway-api.sigs.k8s.io/api-types/referencegrant/");
}

static void grants(const struct parent *p)
{
	json_t *rule, *ref;
	size_t i, k;

	json_array_foreach (fld_at(p->route, "spec.rules"), i, rule)
		json_array_foreach (fld_at(rule, "backendRefs"), k, ref)
			if (!*fld_str(ref, "kind") || is(fld_str(ref, "kind"), "Service"))
				ungranted(p, ref, i, k);
}

void route_parents(const struct view *v, struct diagnoses *set, json_t *route)
{
	json_t *refs = fld_at(route, "spec.parentRefs"), *ref;
	enum seen seen;
	size_t i;

	json_array_foreach (refs, i, ref) {
		const char *kind = fld_str(ref, "kind"), *ns = fld_str(ref, "namespace");
		struct parent p = {v, set, route, NULL, ref, i, *ns ? ns : fld_ns(route)};
		const json_t *accepted = said(&p, "Accepted");

		if (*kind && !is(kind, "Gateway"))
			continue;
		if (i == 0)
			grants(&p);
		if (accepted && is(fld_str(accepted, "status"), "True"))
			continue;
		p.gateway = v->h->find(v->w, "gateways" GROUP, p.ns, fld_str(ref, "name"), &seen);
		if (p.gateway)
			listeners(&p);
		else if (seen == SEEN_NOT_FOUND && patient_age_ms(v, route) > 60000)
			no_gateway(&p);
	}
}
