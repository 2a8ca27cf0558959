/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels in selectors may carry their source ("k8s:app", "any:app"), namespaces are the label
 * io.kubernetes.pod.namespace; a policy of a namespace means pods of its own namespace where a selector names none.
 * Addresses mean what is outside of the cluster, never pods.
 */
#include "toolsets/kubernetes/cilium.h"

#include <stdlib.h>
#include <string.h>

#include "toolsets/kubernetes/pile.h"
#include "toolsets/lib/field.h"

#define NAMESPACE "io.kubernetes.pod.namespace"

enum answer { NO, YES, UNKNOWN };

/* One side of the question, for one policy. */
struct query {
	const struct view *v;
	const json_t *policy, *other;
	bool ingress;
	int port;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* "k8s:app" is app; "k8s:io.cilium.k8s.policy.serviceaccount" and the like cannot be seen in labels. */
static const char *plain(const char *key)
{
	return strncmp(key, "k8s:", 4) == 0 || strncmp(key, "any:", 4) == 0 ? key + 4 : key;
}

static enum answer selects(const json_t *policy, const json_t *selector, const json_t *pod)
{
	json_t *labels = fld_at(pod, "metadata.labels"), *value;
	bool spaced = false;
	const char *key;

	if (fld_count(selector, "matchExpressions"))
		return UNKNOWN;
	json_object_foreach (fld_at(selector, "matchLabels"), key, value) {
		const char *want = json_string_value(value), *name = plain(key), *have;

		if (is(name, NAMESPACE)) {
			spaced = true;
			have = fld_ns(pod);
		} else if (strncmp(name, "io.c", 4) == 0 || strncmp(name, "reserved:", 9) == 0) {
			return UNKNOWN;
		} else {
			have = json_string_value(json_object_get(labels, name));
		}
		if (!want || !have || !is(want, have))
			return NO;
	}
	return spaced || !*fld_ns(policy) || is(fld_ns(policy), fld_ns(pod)) ? YES : NO;
}

static bool port_meant(const json_t *rule, int port)
{
	json_t *group, *p;
	size_t i, k;

	if (!port || !fld_count(rule, "toPorts"))
		return true;
	json_array_foreach (fld_at(rule, "toPorts"), i, group)
		json_array_foreach (fld_at(group, "ports"), k, p) {
			const char *text = fld_str(p, "port");
			int first = *text ? (int)strtol(text, NULL, 10) : (int)fld_int(p, "port", 0);

			if (first <= 0 || first == port || (first < port && port <= fld_int(p, "endPort", 0)))
				return true;
		}
	return false;
}

static enum answer entities(const json_t *list)
{
	json_t *e;
	size_t i;

	json_array_foreach (list, i, e)
		if (json_is_string(e) && (is(json_string_value(e), "all") || is(json_string_value(e), "cluster")))
			return YES;
	return NO;
}

/* Does a rule mean the other pod? */
static enum answer rule_means(const struct query *q, const json_t *rule)
{
	json_t *peers = fld_at(rule, q->ingress ? "fromEndpoints" : "toEndpoints"), *peer;
	json_t *named = fld_at(rule, q->ingress ? "fromEntities" : "toEntities");
	bool unknown = fld_at(rule, "toServices") || fld_at(rule, q->ingress ? "fromGroups" : "toGroups");
	size_t i;

	if (!port_meant(rule, q->port))
		return NO;
	json_array_foreach (peers, i, peer) {
		enum answer a = selects(q->policy, peer, q->other);

		if (a == YES)
			return YES;
		unknown = unknown || a == UNKNOWN;
	}
	if (entities(named) == YES)
		return YES;
	/* ports alone mean everybody on these ports; an empty rule means nobody */
	if (!peers && !named && fld_count(rule, "toPorts") && !fld_at(rule, q->ingress ? "fromCIDR" : "toCIDR") &&
	    !fld_at(rule, q->ingress ? "fromCIDRSet" : "toCIDRSet") && !fld_at(rule, "toFQDNs") && !unknown)
		return YES;
	return unknown ? UNKNOWN : NO;
}

static enum answer any_means(const struct query *q, const json_t *rules)
{
	enum answer best = NO;
	json_t *rule;
	size_t i;

	json_array_foreach (rules, i, rule) {
		enum answer a = rule_means(q, rule);

		if (a == YES)
			return YES;
		best = a == UNKNOWN ? UNKNOWN : best;
	}
	return best;
}

struct verdict_of_all {
	json_t *first, *denies;
	bool allowed, unknown;
};

static void one(const struct query *q, json_t *policy, const json_t *spec, const json_t *pod, struct verdict_of_all *out)
{
	const json_t *selector = fld_at(spec, "endpointSelector");
	const json_t *allow = fld_at(spec, q->ingress ? "ingress" : "egress");
	const json_t *deny = fld_at(spec, q->ingress ? "ingressDeny" : "egressDeny");
	enum answer held = selector ? selects(policy, selector, pod) : NO;

	if (held == NO || (!allow && !deny))
		return;
	if (held == UNKNOWN) {
		out->unknown = true;
		return;
	}
	if (deny && any_means(q, deny) == YES && !out->denies)
		out->denies = policy;
	if (!allow)
		return;
	if (!out->first)
		out->first = policy;
	switch (any_means(q, allow)) {
	case YES:
		out->allowed = true;
		break;
	case UNKNOWN:
		out->unknown = true;
		break;
	case NO:
		break;
	}
}

json_t *cilium_barrier(const struct view *v, const json_t *pod, const json_t *other, bool ingress, int port)
{
	static const char *const kinds[] = {"ciliumnetworkpolicies.cilium.io", "ciliumclusterwidenetworkpolicies.cilium.io"};
	struct verdict_of_all all = {0};
	json_t *policy, *spec;
	size_t i, n;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach (pile_list(v, kinds[k]), i, policy) {
			struct query q = {v, policy, other, ingress, port};

			if (k == 0 && !is(fld_ns(policy), fld_ns(pod)))
				continue;
			one(&q, policy, fld_at(policy, "spec"), pod, &all);
			json_array_foreach (fld_at(policy, "specs"), n, spec)
				one(&q, policy, spec, pod, &all);
		}
	if (all.denies)
		return all.denies;
	return all.allowed || all.unknown ? NULL : all.first;
}
