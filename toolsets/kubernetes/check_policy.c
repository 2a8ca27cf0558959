/* SPDX-License-Identifier: Apache-2.0 */
/* NetworkPolicies between a program whose connections time out and the Service it wants to reach. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/cilium.h"
#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool selects(const struct view *v, const json_t *policy, const json_t *pod)
{
	return is(fld_ns(policy), fld_ns(pod)) &&
	       v->h->labels_match(fld_at(policy, "spec.podSelector"), fld_at(pod, "metadata.labels"), false);
}

/* Does the policy rule this direction at all? */
static bool governs(const json_t *policy, const char *type)
{
	json_t *types = fld_at(policy, "spec.policyTypes"), *t;
	size_t i;

	if (!types)
		return is(type, "Ingress") || fld_at(policy, "spec.egress");
	json_array_foreach (types, i, t)
		if (is(json_string_value(t) ? json_string_value(t) : "", type))
			return true;
	return false;
}

/* 1: the peer is let through, 0: not, -1: addresses decide, which pods do not show. */
static int peer(const struct view *v, const json_t *policy, const json_t *p, const json_t *pod)
{
	json_t *pods = fld_at(p, "podSelector"), *spaces = fld_at(p, "namespaceSelector"), *ns;
	enum seen seen;

	if (fld_at(p, "ipBlock"))
		return -1;
	if (!spaces && !is(fld_ns(policy), fld_ns(pod)))
		return 0;
	if (spaces) {
		ns = v->h->find(v->w, "namespaces", NULL, fld_ns(pod), &seen);
		if (!ns)
			return -1;
		if (!v->h->labels_match(spaces, fld_at(ns, "metadata.labels"), false))
			return 0;
	}
	return !pods || v->h->labels_match(pods, fld_at(pod, "metadata.labels"), false);
}

static bool port_allowed(const json_t *rule, int port)
{
	json_t *p;
	size_t i;

	if (!port || !fld_count(rule, "ports"))
		return true;
	json_array_foreach (fld_at(rule, "ports"), i, p) {
		int64_t first = fld_int(p, "port", 0), last = fld_int(p, "endPort", first);

		if (!fld_at(p, "port") || json_is_string(fld_at(p, "port")) || (port >= first && port <= last))
			return true;
	}
	return false;
}

/* Does one policy let `other` through in this direction? -1: cannot be told. */
static int allows(const struct view *v, const json_t *policy, bool ingress, const json_t *other, int port)
{
	json_t *rules = fld_at(policy, ingress ? "spec.ingress" : "spec.egress"), *rule, *p;
	const char *side = ingress ? "from" : "to";
	int best = 0;
	size_t i, k;

	json_array_foreach (rules, i, rule) {
		if (!port_allowed(rule, port))
			continue;
		if (!fld_count(rule, side))
			return 1;
		json_array_foreach (fld_at(rule, side), k, p) {
			int one = peer(v, policy, p, other);

			if (one == 1)
				return 1;
			best = one < best ? one : best;
		}
	}
	return best;
}

/* The policy that keeps them apart: some rule the direction, none allows it. NULL: they are not kept apart, or it
 * cannot be told. */
static json_t *barrier(const struct view *v, const json_t *pod, const json_t *other, bool ingress, int port)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "networkpolicies.networking.k8s.io", fld_ns(pod), &seen), *policy,
	       *found = NULL;
	size_t i;

	json_array_foreach (list, i, policy) {
		int one;

		if (!selects(v, policy, pod) || !governs(policy, ingress ? "Ingress" : "Egress"))
			continue;
		one = allows(v, policy, ingress, other, port);
		if (one)
			return NULL;
		if (!found)
			found = policy;
	}
	return found;
}

/* The port of the pods behind a Service's port. */
static int target_port(const json_t *service, int port, const json_t *pod)
{
	json_t *ports = fld_at(service, "spec.ports"), *p, *c;
	size_t i, k;

	json_array_foreach (ports, i, p) {
		const json_t *target = fld_at(p, "targetPort");

		if (port && fld_int(p, "port", 0) != port)
			continue;
		if (json_is_integer(target))
			return (int)json_integer_value(target);
		if (!target)
			return (int)fld_int(p, "port", 0);
		json_array_foreach (fld_at(pod, "spec.containers"), k, c) {
			const json_t *named = fld_item(fld_at(c, "ports"), "name", json_string_value(target));

			if (named)
				return (int)fld_int(named, "containerPort", 0);
		}
	}
	return 0;
}

static void fill(struct diagnosis *d, const struct trouble *t, json_t *policy, json_t *service, bool ingress)
{
	char words[260], arg[400];

	diag_about(d, policy);
	diag_rate(d, t->why == TROUBLE_ERRORS ? SEVERITY_WARNING : SEVERITY_CRITICAL, 0.9);
	if (ingress)
		diag_cause(d, "%s %s does not let %s %s through to the pods of Service %s", fld_kind(policy),
			   fld_name(policy), t->workload.kind, t->workload.name, fld_name(service));
	else
		diag_cause(d, "%s %s does not let %s %s connect out to Service %s", fld_kind(policy), fld_name(policy),
			   t->workload.kind, t->workload.name, fld_name(service));
	diag_cause_more(d, "; its log says \"%s\"", trouble_words(t, words));
	trouble_cite(d, t);
	diag_cite(d, policy, NULL, "/spec/podSelector");
	diag_cite(d, policy, NULL, "/spec/endpointSelector");
	diag_cite(d, policy, NULL, "/spec/policyTypes/0");
	diag_cite(d, policy, NULL, ingress ? "/spec/ingress" : "/spec/egress");
	diag_cite(d, t->pod, NULL, "/metadata/labels");
	diag_shows(d, t->pod);
	diag_shows_words(d, t->workload.api_version, t->workload.kind, t->workload.ns, t->workload.name);
	diag_fix(d, "Add a rule that allows it: kubectl edit %s", workload_arg_of(policy, arg));
	diag_docs(d, "https://kubernetes.io/docs/concepts/services-networking/network-policies/");
}

static bool toward(struct run *r, const struct trouble *t, json_t *service, int port)
{
	json_t *pods = r->v.h->select_pods(r->v.w, fld_ns(service), fld_at(service, "spec.selector"));
	json_t *behind = json_array_get(pods, 0), *policy;
	bool ingress = true, fresh;
	struct diagnosis *d;

	if (!behind || behind == t->pod)
		return false;
	port = target_port(service, port, behind);
	policy = barrier(&r->v, behind, t->pod, true, port);
	if (!policy)
		policy = cilium_barrier(&r->v, behind, t->pod, true, port);
	if (!policy) {
		ingress = false;
		policy = barrier(&r->v, t->pod, behind, false, port);
	}
	if (!policy)
		policy = cilium_barrier(&r->v, t->pod, behind, false, port);
	if (!policy)
		return false;
	d = diag_get(&r->set, &fresh, "%s/%s/%s", fld_ns(policy), fld_name(policy), t->workload.name);
	if (fresh)
		fill(d, t, policy, service, ingress);
	return true;
}

struct wanted {
	struct run *r;
	const struct trouble *t;
};

/* Services in the configuration, when the line does not say whom it wanted to reach. */
static bool from_setting(void *ctx, const struct setting *s)
{
	struct wanted *q = ctx;
	struct address a;
	size_t at = 0, len = strlen(s->value);
	enum seen seen;

	for (int n = 0; n < 40 && address_next(s->value, len, &at, &a); n++) {
		json_t *service = a.port || strchr(a.host, '.') || a.len == len
					  ? address_service(&q->r->v, a.host, fld_ns(q->t->pod), &seen)
					  : NULL;

		if (service && toward(q->r, q->t, service, a.port))
			return true;
	}
	return false;
}

static bool times_out(const struct trouble *t)
{
	static const char *const words[] = {"timeout",
					    "timed out",
					    "deadline exceeded",
					    "unreachable",
					    "could not connect",
					    "failed to connect",
					    "can't connect",
					    "unable to connect",
					    "unabletoconnect", /* StackExchange.Redis */
					    "not possible to connect",
					    "connection refused",
					    "bad address",
					    NULL};
	const char *line;
	size_t len;

	if (is(t->word, "timeout") || is(t->word, "refused") || is(t->word, "dns"))
		return true;
	for (size_t i = 0; words[i] && t->len; i++)
		if (lines_last_with(t->line, t->len, words[i], &line, &len))
			return true;
	return false;
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct wanted q = {.r = ctx, .t = t};
	struct address a;
	size_t at = 0;
	enum seen seen;

	if (!times_out(t))
		return;
	for (int n = 0; n < 60 && address_next(t->line, t->len, &at, &a); n++) {
		json_t *service = address_service(&q.r->v, a.host, fld_ns(t->pod), &seen);

		if (service && toward(q.r, t, service, a.port))
			return;
	}
	settings_each(&q.r->v, &t->workload, t->name, from_setting, &q);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_ANY | TROUBLE_SPARSE, on_trouble, &r);
	diag_send(&r.set);
}

const struct check kubernetes_policy_check = {
	.size = sizeof(struct check),
	.name = "network-policy",
	.help = "NetworkPolicies between a program whose connections fail and the Service it wants to reach",
	.run = run,
	.reads = "pods pods/log events networkpolicies.networking.k8s.io services namespaces nodes "
		 "ciliumnetworkpolicies.cilium.io ciliumclusterwidenetworkpolicies.cilium.io",
};
