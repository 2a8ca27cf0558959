/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of a service mesh (Istio) between a program whose requests are refused and what it wants to reach: a policy that
 * does not let it in, mutual TLS that it cannot speak because it has no proxy.
 */
#include "toolsets/kubernetes/checks.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"

#define POLICIES "authorizationpolicies.security.istio.io"
#define PEERS "peerauthentications.security.istio.io"
#define ROOT "istio-system" /* policies there hold for the whole mesh */

struct run {
	struct view v;
	struct diagnoses set;
	json_t *policies, *peers;
};

/* Who asks whom, and what the log says of it. */
struct call {
	struct run *r;
	const struct trouble *t;
	json_t *service, *behind; /* behind: a pod of the Service */
	const char *line;
	size_t len, number;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool holds(const struct run *r, const json_t *rule, const json_t *pod)
{
	const json_t *selector = fld_at(rule, "spec.selector.matchLabels");

	if (!is(fld_ns(rule), fld_ns(pod)) && !is(fld_ns(rule), ROOT))
		return false;
	return !selector || r->v.h->labels_match(selector, fld_at(pod, "metadata.labels"), true);
}

/* Has the pod a proxy of the mesh, beside it or on its node? */
static bool in_mesh(const struct run *r, const json_t *pod)
{
	static const char *const lists[] = {"spec.containers", "spec.initContainers"};
	enum seen seen;
	json_t *ns, *c, *mode;
	size_t i;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach (fld_at(pod, lists[k]), i, c)
			if (is(fld_str(c, "name"), "istio-proxy"))
				return true;
	mode = json_object_get(fld_at(pod, "metadata.labels"), "istio.io/dataplane-mode");
	ns = r->v.h->find(r->v.w, "namespaces", NULL, fld_ns(pod), &seen);
	if (!mode)
		mode = json_object_get(fld_at(ns, "metadata.labels"), "istio.io/dataplane-mode");
	return mode && json_is_string(mode) && is(json_string_value(mode), "ambient");
}

/* --- authorization --- */

static bool any_matches(const json_t *patterns, const char *text)
{
	json_t *p;
	size_t i;

	json_array_foreach (patterns, i, p)
		if (json_is_string(p) && fnmatch(json_string_value(p), text, 0) == 0)
			return true;
	return false;
}

/* Does one source of a rule mean the caller? Addresses and request principals cannot be told: yes. */
static bool source_means(const json_t *source, const struct call *c)
{
	const char *ns = fld_ns(c->t->pod), *account = fld_str(c->t->pod, "spec.serviceAccountName");
	char principal[400];

	snprintf(principal, sizeof(principal), "cluster.local/ns/%s/sa/%s", ns, *account ? account : "default");
	if (fld_at(source, "namespaces") && !any_matches(fld_at(source, "namespaces"), ns))
		return false;
	if (fld_at(source, "principals") && !any_matches(fld_at(source, "principals"), principal))
		return false;
	return !any_matches(fld_at(source, "notNamespaces"), ns) &&
	       !any_matches(fld_at(source, "notPrincipals"), principal);
}

static bool rule_means(const json_t *rule, const struct call *c)
{
	json_t *from = fld_at(rule, "from"), *f;
	size_t i;

	json_array_foreach (from, i, f)
		if (source_means(fld_at(f, "source"), c))
			return true;
	return !json_array_size(from);
}

static bool means(const json_t *policy, const struct call *c)
{
	json_t *rule;
	size_t i;

	json_array_foreach (fld_at(policy, "spec.rules"), i, rule)
		if (rule_means(rule, c))
			return true;
	return false;
}

/* The policy that keeps the caller out: one that denies it, or, when some allow and none means it, the first of those. */
static json_t *keeps_out(const struct call *c, bool *denies)
{
	json_t *p, *first = NULL;
	bool let_in = false;
	size_t i;

	*denies = false;
	json_array_foreach (c->r->policies, i, p) {
		const char *action = fld_str(p, "spec.action");

		if (!holds(c->r, p, c->behind))
			continue;
		if (is(action, "DENY") && means(p, c)) {
			*denies = true;
			return p;
		}
		if (*action && !is(action, "ALLOW"))
			continue;
		let_in = let_in || means(p, c);
		first = first ? first : p;
	}
	return let_in ? NULL : first;
}

static void fill(const struct call *c, struct diagnosis *d, json_t *rule)
{
	char words[260];

	diag_about(d, rule);
	diag_rate(d, c->t->why == TROUBLE_ERRORS ? SEVERITY_WARNING : SEVERITY_CRITICAL, 0.9);
	diag_cause_more(d, "; its log says \"%s\"", lines_words(c->line, c->len, words));
	if (c->number)
		diag_cite_line(d, &c->t->log, c->number, c->line, c->len);
	diag_cite(d, rule, NULL, "/metadata/name");
	diag_cite(d, c->t->pod, NULL, "/spec/serviceAccountName");
	diag_shows(d, c->t->pod);
	diag_shows_words(d, c->t->workload.api_version, c->t->workload.kind, c->t->workload.ns, c->t->workload.name);
}

static bool authorization(const struct call *c)
{
	bool denies, fresh;
	json_t *policy = keeps_out(c, &denies);
	const char *account = fld_str(c->t->pod, "spec.serviceAccountName");
	struct diagnosis *d;

	if (!policy)
		return false;
	d = diag_get(&c->r->set, &fresh, "auth/%s/%s/%s", fld_ns(policy), fld_name(policy), c->t->workload.name);
	if (!fresh)
		return true;
	diag_cause(d, "AuthorizationPolicy %s %s %s %s (ServiceAccount %s of namespace %s) at Service %s", fld_name(policy),
		   denies ? "refuses" : "does not allow", c->t->workload.kind, c->t->workload.name,
		   *account ? account : "default", fld_ns(c->t->pod), fld_name(c->service));
	fill(c, d, policy);
	diag_cite(d, policy, NULL, "/spec/action");
	diag_cite(d, policy, NULL, "/spec/rules/0/from/0/source/principals/0");
	diag_cite(d, policy, NULL, "/spec/rules/0/from/0/source/namespaces/0");
	diag_fix(d, "Let it in: add cluster.local/ns/%s/sa/%s to the sources: kubectl edit authorizationpolicy %s -n %s",
		 fld_ns(c->t->pod), *account ? account : "default", fld_name(policy), fld_ns(policy));
	diag_docs(d, "https://istio.io/latest/docs/reference/config/security/authorization-policy/");
	return true;
}

/* --- mutual TLS --- */

/* The one that counts: of the workload before that of the namespace before that of the mesh. */
static json_t *peer_rule(const struct call *c)
{
	json_t *p, *best = NULL;
	int rank = 0;
	size_t i;

	json_array_foreach (c->r->peers, i, p) {
		int one;

		if (!holds(c->r, p, c->behind))
			continue;
		one = fld_at(p, "spec.selector") ? 3 : is(fld_ns(p), fld_ns(c->behind)) ? 2 : 1;
		if (one > rank && *fld_str(p, "spec.mtls.mode") && !is(fld_str(p, "spec.mtls.mode"), "UNSET")) {
			rank = one;
			best = p;
		}
	}
	return best;
}

static bool mutual_tls(const struct call *c)
{
	json_t *rule = peer_rule(c);
	struct diagnosis *d;
	char arg[400];
	bool fresh;

	if (!rule || !is(fld_str(rule, "spec.mtls.mode"), "STRICT") || in_mesh(c->r, c->t->pod) ||
	    !in_mesh(c->r, c->behind))
		return false;
	d = diag_get(&c->r->set, &fresh, "tls/%s/%s/%s", fld_ns(rule), fld_name(rule), c->t->workload.name);
	if (!fresh)
		return true;
	diag_cause(d,
		   "PeerAuthentication %s demands mutual TLS (STRICT) of Service %s, but %s %s has no proxy of the mesh and "
		   "speaks plain text",
		   fld_name(rule), fld_name(c->service), c->t->workload.kind, c->t->workload.name);
	fill(c, d, rule);
	diag_cite(d, rule, NULL, "/spec/mtls/mode");
	diag_fix(d, "Take the caller into the mesh: kubectl label namespace %s istio-injection=enabled; kubectl rollout "
		    "restart %s",
		 fld_ns(c->t->pod), workload_arg(&c->t->workload, arg));
	diag_fix(d, "Or allow plain text: mode PERMISSIVE: kubectl edit peerauthentication %s -n %s", fld_name(rule),
		 fld_ns(rule));
	diag_docs(d, "https://istio.io/latest/docs/reference/config/security/peer_authentication/");
	return true;
}

/* --- whom the log speaks of --- */

static bool toward(struct call *c, json_t *service)
{
	json_t *pods = c->r->v.h->select_pods(c->r->v.w, fld_ns(service), fld_at(service, "spec.selector"));

	c->service = service;
	c->behind = json_array_get(pods, 0);
	if (!c->behind || c->behind == c->t->pod)
		return false;
	return authorization(c) || mutual_tls(c);
}

static bool from_setting(void *ctx, const struct setting *s)
{
	struct call *c = ctx;
	struct address a;
	size_t at = 0, len = strlen(s->value);
	enum seen seen;

	for (int n = 0; n < 40 && address_next(s->value, len, &at, &a); n++) {
		json_t *service = a.port || strchr(a.host, '.') || a.len == len
					  ? address_service(&c->r->v, a.host, fld_ns(c->t->pod), &seen)
					  : NULL;

		if (service && toward(c, service))
			return true;
	}
	return false;
}

/* The last line that a proxy's refusal leaves in the log of who asked. */
static bool refused(struct call *c)
{
	static const char *const words[] = {"RBAC: access denied",     "upstream connect error", "connection reset by peer",
					    "connection closed before", "reset by peer",	 "Empty reply from server",
					    "unexpected EOF",	       ": EOF",			 NULL};

	for (size_t i = 0; words[i] && c->t->log.len; i++) {
		c->number = lines_last_with(c->t->log.text, c->t->log.len, words[i], &c->line, &c->len);
		if (c->number)
			return true;
	}
	return false;
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct call c = {.r = ctx, .t = t};
	struct address a;
	size_t at = 0;
	enum seen seen;

	if (!refused(&c))
		return;
	for (int n = 0; n < 60 && address_next(c.line, c.len, &at, &a); n++) {
		json_t *service = address_service(&c.r->v, a.host, fld_ns(t->pod), &seen);

		if (service && toward(&c, service))
			return;
	}
	settings_each(&c.r->v, &t->workload, t->name, from_setting, &c);
}

static json_t *quiet(struct run *r, const char *resource)
{
	enum seen seen = SEEN_NOT_SERVED;

	if (!r->v.h->kind(r->v.w, resource, NULL, 0))
		return NULL;
	r->v.h->lists_ahead(r->v.w, &resource, 1, &seen);
	return seen == SEEN_OK ? r->v.h->list(r->v.w, resource, NULL, &seen) : NULL;
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	r.policies = quiet(&r, POLICIES);
	r.peers = quiet(&r, PEERS);
	if (json_array_size(r.policies) + json_array_size(r.peers))
		troubles_each(&r.v, TROUBLE_ANY, on_trouble, &r);
	diag_send(&r.set);
}

const struct check kubernetes_mesh_check = {
	.size = sizeof(struct check),
	.name = "mesh-policy",
	.help = "Rules of a service mesh between a program whose requests are refused and what it wants to reach",
	.run = run,
	.reads = "authorizationpolicies.security.istio.io peerauthentications.security.istio.io pods pods/log services "
		 "namespaces configmaps",
};
