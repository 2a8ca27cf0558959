/* SPDX-License-Identifier: Apache-2.0 */
/* Services and what leads to them. */
#include "toolsets/kubernetes/columns.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/jsonpath.h"

#define AGE_COLUMN                                                                                                     \
	{                                                                                                              \
		"AGE", "age:metadata.creationTimestamp", NULL                                                          \
	}
#define END_COLUMN                                                                                                     \
	{                                                                                                              \
		NULL, NULL, NULL                                                                                       \
	}
#define ITEMS_SHOWN 4u /* of lists in a cell; the rest is counted */

static void labels(json_t *map, struct reply *out)
{
	json_t *value;
	const char *key;
	size_t n = 0;

	json_object_foreach (map, key, value)
		rep_add(out, "%s%s=%s", n++ ? "," : "", key, json_is_string(value) ? json_string_value(value) : "");
}

static void selector(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	labels(fld_at(o, "spec.selector"), out);
}

static void external(const struct view *v, json_t *o, struct reply *out)
{
	json_t *list = fld_at(o, "status.loadBalancer.ingress"), *item;
	size_t i;

	(void)v;
	if (*fld_str(o, "spec.externalName"))
		rep_put(out, fld_str(o, "spec.externalName"));
	json_array_foreach (list, i, item)
		rep_add(out, "%s%s", out->len ? "," : "",
			*fld_str(item, "ip") ? fld_str(item, "ip") : fld_str(item, "hostname"));
	json_array_foreach (fld_at(o, "spec.externalIPs"), i, item)
		rep_add(out, "%s%s", out->len ? "," : "", json_is_string(item) ? json_string_value(item) : "");
	if (!out->len && strcmp(fld_str(o, "spec.type"), "LoadBalancer") == 0)
		rep_put(out, "<pending>");
}

/* 80:30080->8080/TCP; the target only where it differs. */
static void ports(const struct view *v, json_t *o, struct reply *out)
{
	json_t *p;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "spec.ports"), i, p) {
		drop_text char *target = jsonpath_value_text(json_object_get(p, "targetPort"));
		int64_t port = fld_int(p, "port", 0);

		drop_text char *number = alloc_printf("%" PRId64, port);
		rep_add(out, "%s%s", i ? "," : "", number);
		if (fld_int(p, "nodePort", 0))
			rep_add(out, ":%" PRId64, fld_int(p, "nodePort", 0));
		if (*target && strcmp(target, number) != 0)
			rep_add(out, "->%s", target);
		rep_add(out, "/%s", *fld_str(p, "protocol") ? fld_str(p, "protocol") : "TCP");
	}
}

static void slice_ports(const struct view *v, json_t *o, struct reply *out)
{
	json_t *p;
	size_t i;

	(void)v;
	json_array_foreach (json_object_get(o, "ports"), i, p)
		rep_add(out, "%s%" PRId64, i ? "," : "", fld_int(p, "port", 0));
}

static void slice_endpoints(const struct view *v, json_t *o, struct reply *out)
{
	json_t *e;
	size_t i, ready = 0, n = json_array_size(json_object_get(o, "endpoints"));

	(void)v;
	json_array_foreach (json_object_get(o, "endpoints"), i, e) {
		json_t *word = fld_at(e, "conditions.ready");

		ready += !word || !json_is_false(word);
	}
	rep_add(out, "%zu/%zu ready", ready, n);
}

static void slice_addresses(const struct view *v, json_t *o, struct reply *out)
{
	json_t *e;
	size_t i;

	(void)v;
	json_array_foreach (json_object_get(o, "endpoints"), i, e) {
		if (i == ITEMS_SHOWN) {
			rep_add(out, " +%zu", json_array_size(json_object_get(o, "endpoints")) - i);
			break;
		}
		rep_add(out, "%s%s", i ? "," : "", fld_str(e, "addresses.0"));
	}
}

static void slice_service(const struct view *v, json_t *o, struct reply *out)
{
	const char *name =
		json_string_value(json_object_get(fld_at(o, "metadata.labels"), "kubernetes.io/service-name"));

	(void)v;
	rep_put(out, name ? name : "");
}

static void endpoints(const struct view *v, json_t *o, struct reply *out)
{
	size_t i, ready = 0, not_ready = 0;
	json_t *subset;

	(void)v;
	json_array_foreach (json_object_get(o, "subsets"), i, subset) {
		ready += fld_count(subset, "addresses");
		not_ready += fld_count(subset, "notReadyAddresses");
	}
	rep_add(out, "%zu/%zu ready", ready, ready + not_ready);
}

static void hosts(const struct view *v, json_t *o, struct reply *out)
{
	json_t *rule;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "spec.rules"), i, rule)
		rep_add(out, "%s%s", i ? "," : "", *fld_str(rule, "host") ? fld_str(rule, "host") : "*");
}

static void backends(const struct view *v, json_t *o, struct reply *out)
{
	json_t *rule, *path;
	size_t i, k;

	(void)v;
	if (*fld_str(o, "spec.defaultBackend.service.name"))
		rep_add(out, "default->%s", fld_str(o, "spec.defaultBackend.service.name"));
	json_array_foreach (fld_at(o, "spec.rules"), i, rule) {
		json_array_foreach (fld_at(rule, "http.paths"), k, path) {
			drop_text char *number = jsonpath_value_text(fld_at(path, "backend.service.port.number"));

			rep_add(out, "%s%s->%s:%s%s", out->len ? "," : "", fld_str(path, "path"),
				fld_str(path, "backend.service.name"), number,
				fld_str(path, "backend.service.port.name"));
		}
	}
}

static void pod_selector(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	labels(fld_at(o, "spec.podSelector.matchLabels"), out);
	if (json_array_size(fld_at(o, "spec.podSelector.matchExpressions")))
		rep_add(out, "%s%zu expressions", out->len ? " and " : "",
			json_array_size(fld_at(o, "spec.podSelector.matchExpressions")));
	if (!out->len)
		rep_put(out, "all pods");
}

static void policy_types(const struct view *v, json_t *o, struct reply *out)
{
	json_t *type;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "spec.policyTypes"), i, type) {
		const char *word = json_is_string(type) ? json_string_value(type) : "";
		size_t rules = fld_count(o, strcmp(word, "Egress") == 0 ? "spec.egress" : "spec.ingress");

		rep_add(out, "%s%s (%zu rules)", i ? ", " : "", word, rules);
	}
}

static const struct column services[] = {
	{"TYPE", "spec.type", NULL},
	{"CLUSTER-IP", "spec.clusterIP", NULL},
	{"EXTERNAL", NULL, external},
	{"PORTS", NULL, ports},
	AGE_COLUMN,
	{"SELECTOR", NULL, selector},
	END_COLUMN,
};
static const struct column slices[] = {
	{"SERVICE", NULL, slice_service},
	{"PORTS", NULL, slice_ports},
	{"ENDPOINTS", NULL, slice_endpoints},
	{"ADDRESSES", NULL, slice_addresses},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column endpoint_columns[] = {{"ENDPOINTS", NULL, endpoints}, AGE_COLUMN, END_COLUMN};
static const struct column ingresses[] = {
	{"CLASS", "spec.ingressClassName", NULL},
	{"HOSTS", NULL, hosts},
	{"ADDRESS", NULL, external},
	{"BACKENDS", NULL, backends},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column policies[] = {
	{"POD-SELECTOR", NULL, pod_selector},
	{"TYPES", NULL, policy_types},
	AGE_COLUMN,
	END_COLUMN,
};

const struct column_set kubernetes_columns_network[] = {
	{"services", services},
	{"endpointslices.discovery.k8s.io", slices},
	{"endpoints", endpoint_columns},
	{"ingresses.networking.k8s.io", ingresses},
	{"networkpolicies.networking.k8s.io", policies},
	{NULL, NULL},
};
