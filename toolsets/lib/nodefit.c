/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/nodefit.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/target.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool in_values(const json_t *expression, const char *value)
{
	json_t *v;
	size_t i;

	json_array_foreach (fld_at(expression, "values"), i, v)
		if (json_is_string(v) && is(json_string_value(v), value))
			return true;
	return false;
}

static bool expression_holds(const json_t *e, const char *have)
{
	const char *op = fld_str(e, "operator"), *first = json_string_value(json_array_get(fld_at(e, "values"), 0));

	if (is(op, "In"))
		return have && in_values(e, have);
	if (is(op, "NotIn"))
		return !have || !in_values(e, have);
	if (is(op, "Exists"))
		return have != NULL;
	if (is(op, "DoesNotExist"))
		return have == NULL;
	if (have && first && is(op, "Gt"))
		return strtoll(have, NULL, 10) > strtoll(first, NULL, 10);
	if (have && first && is(op, "Lt"))
		return strtoll(have, NULL, 10) < strtoll(first, NULL, 10);
	return false;
}

bool fit_term(const json_t *term, const json_t *node)
{
	json_t *labels = fld_at(node, "metadata.labels"), *e;
	size_t i;

	if (!fld_count(term, "matchExpressions") && !fld_count(term, "matchFields"))
		return false; /* an empty term matches nothing */
	json_array_foreach (fld_at(term, "matchExpressions"), i, e)
		if (!expression_holds(e, json_string_value(json_object_get(labels, fld_str(e, "key")))))
			return false;
	json_array_foreach (fld_at(term, "matchFields"), i, e)
		if (!expression_holds(e, fld_name(node)))
			return false;
	return true;
}

bool fit_terms(const json_t *selector, const json_t *node)
{
	json_t *term;
	size_t i;

	json_array_foreach (fld_at(selector, "nodeSelectorTerms"), i, term)
		if (fit_term(term, node))
			return true;
	return false;
}

bool fit_selector(const json_t *pod, const json_t *node)
{
	const json_t *required =
		fld_at(pod, "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
	json_t *labels = fld_at(node, "metadata.labels"), *selector = fld_at(pod, "spec.nodeSelector"), *want;
	const char *key;

	json_object_foreach (selector, key, want)
		if (!json_equal(want, json_object_get(labels, key)))
			return false;
	return !required || fit_terms(required, node);
}

bool fit_tolerates(const json_t *tolerations, const json_t *taint)
{
	json_t *t;
	size_t i;

	json_array_foreach (tolerations, i, t) {
		const char *key = fld_str(t, "key"), *effect = fld_str(t, "effect"), *op = fld_str(t, "operator");

		if (*effect && !is(effect, fld_str(taint, "effect")))
			continue;
		if (*key && !is(key, fld_str(taint, "key")))
			continue;
		if (is(op, "Exists") || (*key && is(fld_str(t, "value"), fld_str(taint, "value"))))
			return true;
	}
	return false;
}

bool fit_ready(const json_t *node)
{
	const json_t *ready = fld_condition(node, "Ready");

	return !ready || is(fld_str(ready, "status"), "True");
}

static void check_taints(const json_t *pod, const json_t *node, struct fit *out)
{
	static const char *const states[] = {"node.kubernetes.io/", "node.cloudprovider.kubernetes.io/uninitialized"};
	json_t *taints = fld_at(node, "spec.taints"), *taint;
	size_t i;

	json_array_foreach (taints, i, taint) {
		const char *key = fld_str(taint, "key"), *effect = fld_str(taint, "effect");

		if (is(effect, "PreferNoSchedule") || fit_tolerates(fld_at(pod, "spec.tolerations"), taint))
			continue;
		if (is(key, "node.kubernetes.io/unschedulable")) {
			out->blocks |= FIT_CORDONED;
		} else if (is(key, "node-role.kubernetes.io/control-plane") ||
			   is(key, "node-role.kubernetes.io/master")) {
			out->blocks |= FIT_PERMANENT;
		} else if (strncmp(key, states[0], strlen(states[0])) == 0 || is(key, states[1])) {
			out->blocks |= FIT_NOT_READY;
		} else {
			if (!(out->blocks & FIT_TAINT))
				out->taint = i;
			out->blocks |= FIT_TAINT;
		}
	}
}

struct quantity fit_allocatable(const json_t *node, const char *resource)
{
	return quantity_of(json_object_get(fld_at(node, "status.allocatable"), resource));
}

static struct quantity container_request(const json_t *c, const char *resource)
{
	json_t *value = json_object_get(fld_at(c, "resources.requests"), resource);

	/* the API server sets requests from limits; what was never sent to it may lack them */
	return quantity_of(value ? value : json_object_get(fld_at(c, "resources.limits"), resource));
}

struct quantity fit_request(const json_t *pod, const char *resource)
{
	struct quantity sum = {0}, init = {0}, sidecars = {0};
	json_t *c;
	size_t i;

	json_array_foreach (fld_at(pod, "spec.containers"), i, c)
		sum = quantity_sum(sum, container_request(c, resource));
	json_array_foreach (fld_at(pod, "spec.initContainers"), i, c) {
		struct quantity one = container_request(c, resource);

		if (is(fld_str(c, "restartPolicy"), "Always")) {
			sidecars = quantity_sum(sidecars, one);
			one = sidecars;
		} else {
			one = quantity_sum(one, sidecars);
		}
		if (quantity_compare(one, init) > 0)
			init = one;
	}
	sum = quantity_sum(sum, sidecars);
	if (quantity_compare(init, sum) > 0)
		sum = init;
	return quantity_sum(sum, quantity_of(json_object_get(fld_at(pod, "spec.overhead"), resource)));
}

static void add_names(json_t *names, const json_t *list)
{
	static const char *const parts[] = {"resources.requests", "resources.limits"};
	json_t *c, *value, *n;
	const char *key;
	size_t i, k;

	json_array_foreach (list, i, c)
		for (size_t part = 0; part < 2; part++) {
			json_t *map = fld_at(c, parts[part]);

			json_object_foreach (map, key, value) {
				bool known = false;

				json_array_foreach (names, k, n)
					known = known || is(json_string_value(n), key);
				if (!known)
					json_array_append_new(names, json_string(key));
			}
		}
}

json_t *fit_resources(const json_t *pod)
{
	json_t *names = json_array();

	add_names(names, fld_at(pod, "spec.containers"));
	add_names(names, fld_at(pod, "spec.initContainers"));
	return names;
}

struct quantity fit_used(const struct fleet *f, const char *node, const char *resource)
{
	struct quantity sum = {0};
	json_t *list = fleet_pods(f, node), *pod;
	size_t i;

	json_array_foreach (list, i, pod)
		sum = quantity_sum(sum, fit_request(pod, resource));
	return sum;
}

static void check_resources(const struct fleet *f, const json_t *pod, const json_t *node, struct fit *out)
{
	json_t *names = fit_resources(pod), *n;
	struct quantity pods = fit_allocatable(node, "pods"), one = {.nano = 1000000000};
	size_t i;

	json_array_foreach (names, i, n) {
		const char *name = json_string_value(n);
		struct quantity need = fit_request(pod, name), total = fit_allocatable(node, name), left;

		if (quantity_zero(need))
			continue;
		left = f->part ? total : quantity_less(total, fit_used(f, fld_name(node), name));
		if (quantity_compare(left, need) >= 0)
			continue;
		if (!(out->blocks & FIT_RESOURCES)) {
			snprintf(out->resource, sizeof(out->resource), "%.119s", name);
			out->free = left;
			out->total = total;
		}
		out->blocks |= FIT_RESOURCES;
	}
	json_decref(names);
	if (quantity_zero(pods) || f->part)
		return;
	for (i = 0; i < json_array_size(fleet_pods(f, fld_name(node))); i++)
		pods = quantity_less(pods, one);
	if (quantity_compare(pods, one) < 0)
		out->blocks |= FIT_PODS;
}

static bool same_port(const json_t *a, const json_t *b)
{
	const char *x = fld_str(a, "protocol"), *y = fld_str(b, "protocol"), *ip = fld_str(a, "hostIP"),
		   *other = fld_str(b, "hostIP");
	bool any = !*ip || !*other || is(ip, "0.0.0.0") || is(other, "0.0.0.0");

	return fld_int(a, "hostPort", 0) && fld_int(a, "hostPort", 0) == fld_int(b, "hostPort", 0) &&
	       is(*x ? x : "TCP", *y ? y : "TCP") && (any || is(ip, other));
}

static bool holds_port(const json_t *pod, const json_t *port)
{
	json_t *c, *p;
	size_t i, k;

	json_array_foreach (fld_at(pod, "spec.containers"), i, c)
		json_array_foreach (fld_at(c, "ports"), k, p)
			if (same_port(port, p))
				return true;
	return false;
}

static void check_ports(const struct fleet *f, const json_t *pod, const json_t *node, struct fit *out)
{
	json_t *on = fleet_pods(f, fld_name(node)), *c, *port, *other;
	size_t i, k, n;

	json_array_foreach (fld_at(pod, "spec.containers"), i, c)
		json_array_foreach (fld_at(c, "ports"), k, port) {
			if (!fld_int(port, "hostPort", 0))
				continue;
			json_array_foreach (on, n, other)
				if (holds_port(other, port)) {
					out->blocks |= FIT_PORTS;
					out->port_holder = other;
					out->port = (int)fld_int(port, "hostPort", 0);
				}
		}
}

/* Is there a pod that the term selects in the node's domain (all nodes with the same label)? */
static json_t *in_domain(const struct fleet *f, const json_t *pod, const json_t *term, const json_t *node)
{
	const char *key = fld_str(term, "topologyKey");
	const char *domain = json_string_value(json_object_get(fld_at(node, "metadata.labels"), key));
	json_t *other, *on, *candidate, *ns;
	size_t i, k, n;

	if (!domain)
		return NULL;
	json_array_foreach (f->nodes, i, other) {
		const char *its = json_string_value(json_object_get(fld_at(other, "metadata.labels"), key));

		if (!its || !is(its, domain))
			continue;
		on = fleet_pods(f, fld_name(other));
		json_array_foreach (on, k, candidate) {
			bool same = is(fld_ns(candidate), fld_ns(pod));

			if (fld_count(term, "namespaces"))
				same = false;
			json_array_foreach (fld_at(term, "namespaces"), n, ns)
				same = same ||
				       is(json_string_value(ns) ? json_string_value(ns) : "", fld_ns(candidate));
			if ((same || fld_at(term, "namespaceSelector")) && fld_at(term, "labelSelector") &&
			    f->h->labels_match(fld_at(term, "labelSelector"), fld_at(candidate, "metadata.labels"),
					       false))
				return candidate;
		}
	}
	return NULL;
}

static void check_affinity(const struct fleet *f, const json_t *pod, const json_t *node, struct fit *out)
{
	json_t *anti = fld_at(pod, "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution"),
	       *term;
	json_t *with = fld_at(pod, "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution");
	size_t i;

	json_array_foreach (anti, i, term) {
		json_t *other = in_domain(f, pod, term, node);

		if (!other)
			continue;
		out->blocks |= FIT_ANTI;
		out->port_holder = other;
	}
	json_array_foreach (with, i, term) {
		/* the first pod of a group that wants to be with its own kind may go anywhere */
		bool own = f->h->labels_match(fld_at(term, "labelSelector"), fld_at(pod, "metadata.labels"), false);

		if (!in_domain(f, pod, term, node) && !own)
			out->blocks |= FIT_AFFINITY;
	}
}

/* Volumes that exist already and can be reached from some nodes only. */
static void check_volumes(const struct fleet *f, const json_t *pod, const json_t *node, struct fit *out)
{
	json_t *volumes = fld_at(pod, "spec.volumes"), *v, *claim, *volume;
	enum seen seen;
	size_t i;

	json_array_foreach (volumes, i, v) {
		const char *name = fld_str(v, "persistentVolumeClaim.claimName");

		claim = *name ? f->h->find(f->w, "persistentvolumeclaims", fld_ns(pod), name, &seen) : NULL;
		name = fld_str(claim, "spec.volumeName");
		volume = *name ? f->h->find(f->w, "persistentvolumes", NULL, name, &seen) : NULL;
		if (!fld_at(volume, "spec.nodeAffinity.required") ||
		    fit_terms(fld_at(volume, "spec.nodeAffinity.required"), node))
			continue;
		out->blocks |= FIT_VOLUME;
		out->volume = volume;
	}
}

static void check_state(const json_t *pod, json_t *node, struct fit *out)
{
	json_t *cordon;

	if (!fit_ready(node))
		out->blocks |= FIT_NOT_READY;
	if (!fld_true(node, "spec.unschedulable"))
		return;
	cordon = json_pack("{s:s,s:s}", "key", "node.kubernetes.io/unschedulable", "effect", "NoSchedule");
	if (!fit_tolerates(fld_at(pod, "spec.tolerations"), cordon))
		out->blocks |= FIT_CORDONED;
	json_decref(cordon);
}

/* In a large fleet what is no node for the pod is not looked into, and what runs on it is not asked. */
static void fit_apart(const struct fleet *f, const json_t *pod, json_t *node, struct fit *out)
{
	if (!fit_selector(pod, node)) {
		out->blocks |= FIT_SELECTOR;
		check_taints(pod, node, out);
		return;
	}
	check_state(pod, node, out);
	check_taints(pod, node, out);
	check_resources(f, pod, node, out);
	check_volumes(f, pod, node, out);
}

void fit_node(const struct fleet *f, const json_t *pod, json_t *node, struct fit *out)
{
	*out = (struct fit){.node = node};
	if (f->part) {
		fit_apart(f, pod, node, out);
		return;
	}
	check_state(pod, node, out);
	check_taints(pod, node, out);
	if (!fit_selector(pod, node))
		out->blocks |= FIT_SELECTOR;
	check_ports(f, pod, node, out);
	check_resources(f, pod, node, out);
	check_affinity(f, pod, node, out);
	check_volumes(f, pod, node, out);
}
