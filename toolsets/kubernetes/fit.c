/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/fit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "toolsets/lib/field.h"

static void reason(struct reply *why)
{
	rep_put(why, why->len ? "; " : "");
}

static const char *label(json_t *node, const char *key)
{
	return json_string_value(json_object_get(fld_at(node, "metadata.labels"), key));
}

static void node_selector(json_t *node, json_t *spec, struct reply *why)
{
	json_t *value;
	const char *key;

	json_object_foreach (json_object_get(spec, "nodeSelector"), key, value) {
		const char *have = label(node, key), *want = json_string_value(value);

		if (want && have && strcmp(have, want) == 0)
			continue;
		reason(why);
		rep_add(why, "node selector %s=%s, the node has ", key, want ? want : "");
		if (have)
			rep_add(why, "%s=%s", key, have);
		else
			rep_put(why, "no such label");
	}
}

static bool listed(json_t *values, const char *have)
{
	json_t *v;
	size_t i;

	json_array_foreach (values, i, v)
		if (have && json_is_string(v) && strcmp(json_string_value(v), have) == 0)
			return true;
	return false;
}

static bool expression(json_t *e, const char *have)
{
	const char *op = fld_str(e, "operator");
	const char *first = json_string_value(json_array_get(json_object_get(e, "values"), 0));

	if (strcmp(op, "In") == 0)
		return listed(json_object_get(e, "values"), have);
	if (strcmp(op, "NotIn") == 0)
		return !listed(json_object_get(e, "values"), have);
	if (strcmp(op, "Exists") == 0)
		return have != NULL;
	if (strcmp(op, "DoesNotExist") == 0)
		return have == NULL;
	if (!have || !first)
		return false;
	return strcmp(op, "Gt") == 0 ? strtoll(have, NULL, 10) > strtoll(first, NULL, 10)
				     : strtoll(have, NULL, 10) < strtoll(first, NULL, 10);
}

static bool term(json_t *node, json_t *t)
{
	json_t *e;
	size_t i;

	if (!fld_count(t, "matchExpressions") && !fld_count(t, "matchFields"))
		return false;
	json_array_foreach (json_object_get(t, "matchExpressions"), i, e)
		if (!expression(e, label(node, fld_str(e, "key"))))
			return false;
	json_array_foreach (json_object_get(t, "matchFields"), i, e)
		if (!expression(e, fld_name(node)))
			return false;
	return true;
}

static void affinity(json_t *node, json_t *spec, struct reply *why)
{
	json_t *terms = fld_at(
		       spec, "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"),
	       *t;
	size_t i;

	json_array_foreach (terms, i, t)
		if (term(node, t))
			return;
	if (json_array_size(terms)) {
		reason(why);
		rep_put(why, "required node affinity does not match");
	}
}

static bool tolerates(json_t *spec, const char *key, const char *value, const char *effect)
{
	json_t *t;
	size_t i;

	json_array_foreach (json_object_get(spec, "tolerations"), i, t) {
		const char *k = fld_str(t, "key"), *e = fld_str(t, "effect");
		bool exists = strcmp(fld_str(t, "operator"), "Exists") == 0;

		if ((*e && strcmp(e, effect) != 0) || (*k && strcmp(k, key) != 0) || (!*k && !exists))
			continue;
		if (exists || strcmp(fld_str(t, "value"), value) == 0)
			return true;
	}
	return false;
}

static void taints(json_t *node, json_t *spec, struct reply *why)
{
	json_t *t;
	size_t i;

	json_array_foreach (fld_at(node, "spec.taints"), i, t) {
		const char *key = fld_str(t, "key"), *value = fld_str(t, "value"), *effect = fld_str(t, "effect");

		if (strcmp(effect, "PreferNoSchedule") == 0 || strcmp(key, "node.kubernetes.io/unschedulable") == 0 ||
		    tolerates(spec, key, value, effect))
			continue;
		reason(why);
		rep_add(why, "taint %s%s%s:%s not tolerated", key, *value ? "=" : "", value, effect);
	}
	if (fld_true(node, "spec.unschedulable") &&
	    !tolerates(spec, "node.kubernetes.io/unschedulable", "", "NoSchedule")) {
		reason(why);
		rep_put(why, "unschedulable (cordoned)");
	}
}

static void room(const struct node_room *r, const struct amounts *want, struct reply *why)
{
	char a[QUANTITY_SIZE], b[QUANTITY_SIZE], c[QUANTITY_SIZE];

	for (size_t i = 0; i < want->count; i++) {
		const char *name = want->name[i];
		struct quantity all = kubernetes_amount(&r->allocatable, name);
		struct quantity left = quantity_less(all, kubernetes_amount(&r->requests, name));

		if (quantity_zero(want->value[i]) || quantity_compare(want->value[i], left) <= 0)
			continue;
		reason(why);
		if (strcmp(name, "pods") == 0)
			rep_add(why, "too many pods: %s of %s",
				quantity_text(kubernetes_amount(&r->requests, name), name, a),
				quantity_text(all, name, b));
		else
			rep_add(why, "insufficient %s: wants %s, free %s of %s", name,
				quantity_text(want->value[i], name, a), quantity_text(left, name, b),
				quantity_text(all, name, c));
	}
}

bool kubernetes_fit(const struct node_room *r, json_t *spec, const struct amounts *want, struct reply *why)
{
	size_t before = why->len;

	node_selector(r->node, spec, why);
	affinity(r->node, spec, why);
	taints(r->node, spec, why);
	room(r, want, why);
	return why->len == before;
}
