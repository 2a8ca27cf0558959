/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"

/* So many more of what a selector matches tell whether any is ready. */
enum { SELECT_MAX = 50 };

static bool same(const json_t *a, const json_t *b)
{
	return json_is_string(a) && json_is_string(b) && str_eq(json_string_value(a), json_string_value(b));
}

static bool all_equal(const json_t *want, const json_t *labels)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)want, key, value)
		if (!same(value, json_object_get(labels, key)))
			return false;
	return true;
}

static bool holds(const json_t *values, const json_t *label)
{
	json_t *v;
	size_t i;

	json_array_foreach (values, i, v)
		if (same(v, label))
			return true;
	return false;
}

static bool requirement(const json_t *r, const json_t *labels)
{
	const char *key = json_key_str(r, "key"), *op = json_key_str(r, "operator");
	const json_t *label = key ? json_object_get(labels, key) : NULL, *values = json_object_get(r, "values");

	if (str_eq(op, "In"))
		return label && holds(values, label);
	if (str_eq(op, "NotIn"))
		return !label || !holds(values, label);
	if (str_eq(op, "Exists"))
		return label != NULL;
	/* What is not known selects nothing, as in the API server. */
	return str_eq(op, "DoesNotExist") && !label;
}

bool facts_labels_match(const json_t *selector, const json_t *labels, bool plain)
{
	json_t *r;
	size_t i;

	if (plain)
		return json_object_size(selector) > 0 && all_equal(selector, labels);
	if (!all_equal(json_object_get(selector, "matchLabels"), labels))
		return false;
	json_array_foreach (json_object_get(selector, "matchExpressions"), i, r)
		if (!requirement(r, labels))
			return false;
	return true;
}

/* A bare map, as a Service has? Labels of these two names would have strings as values. */
static bool is_plain(const json_t *selector)
{
	return json_object_size(selector) > 0 && !json_is_object(json_object_get(selector, "matchLabels")) &&
	       !json_is_array(json_object_get(selector, "matchExpressions"));
}

static bool among(const json_t *array, const json_t *object)
{
	const json_t *o;
	size_t i;

	json_array_foreach (array, i, o)
		if (o == object)
			return true;
	return false;
}

static bool is_ready(const json_t *pod)
{
	json_t *c;
	size_t i;

	json_array_foreach (json_at(pod, "status.conditions"), i, c)
		if (str_eq(json_key_str(c, "type"), "Ready"))
			return str_eq(json_key_str(c, "status"), "True");
	return false;
}

/* Those of a selection may all be broken, while others that match are not. */
static void add_more(struct facts *f, const struct list *l, const char *ns, const json_t *selector, json_t *out)
{
	auto_free char *query = facts_label_query(selector, is_plain(selector));
	auto_json json_t *more = query ? facts_more_pods(f, l, ns, query, SELECT_MAX) : NULL;
	json_t *pod;
	size_t i;

	json_array_foreach (more, i, pod)
		if (!among(out, pod))
			json_array_append(out, pod);
}

json_t *facts_select_pods(struct facts *f, const char *ns, const json_t *selector)
{
	const struct kind *k = kinds_find(f->kinds, "pods");
	json_t *out = json_array(), *pod;
	bool ready = false;
	struct list *l;
	size_t i;

	if (!k || !json_is_object(selector))
		return out;
	ns = list_namespace(f, k, ns);
	l = list_of(f, k, ns);
	list_note(f, l);
	json_array_foreach (l->items, i, pod) {
		if (!facts_labels_match(selector, json_at(pod, "metadata.labels"), is_plain(selector)))
			continue;
		ready = ready || is_ready(pod);
		json_array_append(out, pod);
	}
	if (l->selected && !ready)
		add_more(f, l, ns, selector, out);
	return out;
}
