/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes, namespaces, events, quotas, policies, roles, webhooks. */
#include "toolsets/kubernetes/columns.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/lib/age.h"
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

static void node_status(const struct view *v, json_t *o, struct reply *out)
{
	json_t *ready = fld_condition(o, "Ready"), *c;
	size_t i;

	(void)v;
	rep_put(out, !ready ? "Unknown" : strcmp(fld_str(ready, "status"), "True") == 0 ? "Ready" : "NotReady");
	json_array_foreach (fld_at(o, "status.conditions"), i, c)
		if (c != ready && strcmp(fld_str(c, "status"), "True") == 0 && strstr(fld_str(c, "type"), "Pressure"))
			rep_add(out, ",%s", fld_str(c, "type"));
	if (fld_true(o, "spec.unschedulable"))
		rep_put(out, ",SchedulingDisabled");
}

static void roles(const struct view *v, json_t *o, struct reply *out)
{
	static const char prefix[] = "node-role.kubernetes.io/";
	json_t *value;
	const char *key;

	(void)v;
	json_object_foreach (fld_at(o, "metadata.labels"), key, value)
		if (strncmp(key, prefix, sizeof(prefix) - 1) == 0)
			rep_add(out, "%s%s", out->len ? "," : "", key + sizeof(prefix) - 1);
}

static void taints(const struct view *v, json_t *o, struct reply *out)
{
	json_t *t;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "spec.taints"), i, t)
		rep_add(out, "%s%s%s%s:%s", i ? "," : "", fld_str(t, "key"), *fld_str(t, "value") ? "=" : "",
			fld_str(t, "value"), fld_str(t, "effect"));
}

static void event_last(const struct view *v, json_t *o, struct reply *out)
{
	char age[AGE_SIZE];
	int64_t at = v->h->event_time(o);

	rep_put(out, at ? age_text(v->now_ms - at, age) : "");
}

static void event_object(const struct view *v, json_t *o, struct reply *out)
{
	json_t *about = json_object_get(o, "involvedObject") ? json_object_get(o, "involvedObject")
							     : json_object_get(o, "regarding");

	(void)v;
	rep_add(out, "%s/%s", fld_str(about, "kind"), fld_str(about, "name"));
}

static void event_message(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	rep_put(out, *fld_str(o, "message") ? fld_str(o, "message") : fld_str(o, "note"));
}

static void event_count(const struct view *v, json_t *o, struct reply *out)
{
	int64_t n = fld_int(o, "series.count", fld_int(o, "count", fld_int(o, "deprecatedCount", 1)));

	(void)v;
	rep_add(out, "%" PRId64, n ? n : 1);
}

static void quota_use(const struct view *v, json_t *o, struct reply *out)
{
	json_t *hard = fld_at(o, "status.hard") ? fld_at(o, "status.hard") : fld_at(o, "spec.hard"), *value;
	const char *key;
	size_t n = 0;

	(void)v;
	json_object_foreach (hard, key, value) {
		drop_text char *most = jsonpath_value_text(value);
		drop_text char *used = jsonpath_value_text(json_object_get(fld_at(o, "status.used"), key));

		rep_add(out, "%s%s: %s/%s", n++ ? ", " : "", key, *used ? used : "?", most);
	}
}

static void limits(const struct view *v, json_t *o, struct reply *out)
{
	static const char *const parts[] = {"min", "max", "default", "defaultRequest"};
	json_t *item;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "spec.limits"), i, item) {
		rep_add(out, "%s%s", i ? "; " : "", fld_str(item, "type"));
		for (size_t p = 0; p < 4; p++)
			if (fld_count(item, parts[p])) {
				drop_text char *text = jsonpath_value_text(json_object_get(item, parts[p]));

				rep_add(out, " %s=%s", parts[p], text);
			}
	}
}

static void hpa_target(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	rep_add(out, "%s/%s", fld_str(o, "spec.scaleTargetRef.kind"), fld_str(o, "spec.scaleTargetRef.name"));
}

/* cpu: 85%/60%; what is not known is a question mark, as it is what stops scaling. */
static void hpa_metrics(const struct view *v, json_t *o, struct reply *out)
{
	json_t *m;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "spec.metrics"), i, m) {
		const char *type = fld_str(m, "type");
		json_t *want = fld_at(m, "resource.target.averageUtilization");
		json_t *have = fld_at(json_array_get(fld_at(o, "status.currentMetrics"), i),
				      "resource.current.averageUtilization");

		rep_add(out, "%s%s: ", i ? ", " : "",
			strcmp(type, "Resource") == 0 ? fld_str(m, "resource.name") : type);
		if (json_is_integer(have))
			rep_add(out, "%lld%%", (long long)json_integer_value(have));
		else
			rep_put(out, "?");
		if (json_is_integer(want))
			rep_add(out, "/%lld%%", (long long)json_integer_value(want));
	}
}

static void role_ref(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	rep_add(out, "%s/%s", fld_str(o, "roleRef.kind"), fld_str(o, "roleRef.name"));
}

static void subjects(const struct view *v, json_t *o, struct reply *out)
{
	json_t *s;
	size_t i;

	(void)v;
	json_array_foreach (json_object_get(o, "subjects"), i, s)
		rep_add(out, "%s%s:%s%s%s", i ? ", " : "", fld_str(s, "kind"), fld_str(s, "namespace"),
			*fld_str(s, "namespace") ? "/" : "", fld_str(s, "name"));
}

static void webhooks(const struct view *v, json_t *o, struct reply *out)
{
	json_t *hook;
	size_t i;

	(void)v;
	json_array_foreach (json_object_get(o, "webhooks"), i, hook)
		rep_add(out, "%s%s -> %s%s%s%s (%s)", i ? "; " : "", fld_str(hook, "name"),
			fld_str(hook, "clientConfig.service.namespace"),
			*fld_str(hook, "clientConfig.service.name") ? "/" : "",
			fld_str(hook, "clientConfig.service.name"), fld_str(hook, "clientConfig.url"),
			fld_str(hook, "failurePolicy"));
}

static void crd_version(const struct view *v, json_t *o, struct reply *out)
{
	json_t *version;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "spec.versions"), i, version)
		if (fld_true(version, "served"))
			rep_add(out, "%s%s", out->len ? "," : "", fld_str(version, "name"));
}

static void api_status(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	kubernetes_condition_words(o, out);
}

static const struct column nodes[] = {
	{"STATUS", NULL, node_status},
	{"ROLES", NULL, roles},
	AGE_COLUMN,
	{"VERSION", "status.nodeInfo.kubeletVersion", NULL},
	{"TAINTS", NULL, taints},
	END_COLUMN,
};
static const struct column namespaces[] = {{"STATUS", "status.phase", NULL}, AGE_COLUMN, END_COLUMN};
static const struct column events[] = {
	{"LAST", NULL, event_last},
	{"COUNT", NULL, event_count},
	{"TYPE", "type", NULL},
	{"REASON", "reason", NULL},
	{"OBJECT", NULL, event_object},
	{"MESSAGE", NULL, event_message},
	END_COLUMN,
};
static const struct column quotas[] = {{"USED/HARD", NULL, quota_use}, AGE_COLUMN, END_COLUMN};
static const struct column ranges[] = {{"LIMITS", NULL, limits}, AGE_COLUMN, END_COLUMN};
static const struct column hpas[] = {
	{"REFERENCE", NULL, hpa_target},
	{"TARGETS", NULL, hpa_metrics},
	{"MIN", "spec.minReplicas", NULL},
	{"MAX", "spec.maxReplicas", NULL},
	{"REPLICAS", "status.currentReplicas", NULL},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column budgets[] = {
	{"MIN-AVAILABLE", "spec.minAvailable", NULL},
	{"MAX-UNAVAILABLE", "spec.maxUnavailable", NULL},
	{"ALLOWED", "status.disruptionsAllowed", NULL},
	{"HEALTHY", "status.currentHealthy", NULL},
	{"EXPECTED", "status.expectedPods", NULL},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column priorities[] = {
	{"VALUE", "value", NULL},
	{"DEFAULT", "globalDefault", NULL},
	{"PREEMPTION", "preemptionPolicy", NULL},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column bindings[] = {
	{"ROLE", NULL, role_ref}, {"SUBJECTS", NULL, subjects}, AGE_COLUMN, END_COLUMN};
static const struct column rule_sets[] = {{"RULES", "count:rules", NULL}, AGE_COLUMN, END_COLUMN};
static const struct column hooks[] = {{"WEBHOOKS", NULL, webhooks}, AGE_COLUMN, END_COLUMN};
static const struct column leases[] = {
	{"HOLDER", "spec.holderIdentity", NULL},
	{"RENEWED", "age:spec.renewTime", NULL},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column definitions[] = {
	{"KIND", "spec.names.kind", NULL},
	{"SCOPE", "spec.scope", NULL},
	{"VERSIONS", NULL, crd_version},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column api_services[] = {
	{"SERVICE", "spec.service.name", NULL},
	{"STATUS", NULL, api_status},
	AGE_COLUMN,
	END_COLUMN,
};

const struct column_set kubernetes_columns_cluster[] = {
	{"nodes", nodes},
	{"namespaces", namespaces},
	{"events", events},
	{"events.events.k8s.io", events},
	{"resourcequotas", quotas},
	{"limitranges", ranges},
	{"horizontalpodautoscalers.autoscaling", hpas},
	{"poddisruptionbudgets.policy", budgets},
	{"priorityclasses.scheduling.k8s.io", priorities},
	{"rolebindings.rbac.authorization.k8s.io", bindings},
	{"clusterrolebindings.rbac.authorization.k8s.io", bindings},
	{"roles.rbac.authorization.k8s.io", rule_sets},
	{"clusterroles.rbac.authorization.k8s.io", rule_sets},
	{"validatingwebhookconfigurations.admissionregistration.k8s.io", hooks},
	{"mutatingwebhookconfigurations.admissionregistration.k8s.io", hooks},
	{"leases.coordination.k8s.io", leases},
	{"customresourcedefinitions.apiextensions.k8s.io", definitions},
	{"apiservices.apiregistration.k8s.io", api_services},
	{NULL, NULL},
};
