/* SPDX-License-Identifier: Apache-2.0 */
/* Pods and what makes them. */
#include "toolsets/kubernetes/columns.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/kubernetes/podstatus.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define AGE_COLUMN                                                                                                     \
	{                                                                                                              \
		"AGE", "age:metadata.creationTimestamp", NULL                                                          \
	}
#define END_COLUMN                                                                                                     \
	{                                                                                                              \
		NULL, NULL, NULL                                                                                       \
	}

static void pod_ready(const struct view *v, json_t *o, struct reply *out)
{
	struct pod_status s;

	(void)v;
	kubernetes_pod_status(o, &s);
	rep_add(out, "%d/%d", s.ready, s.total);
}

static void pod_word(const struct view *v, json_t *o, struct reply *out)
{
	struct pod_status s;

	(void)v;
	kubernetes_pod_status(o, &s);
	rep_put(out, s.word);
}

static void pod_restarts(const struct view *v, json_t *o, struct reply *out)
{
	struct pod_status s;
	char age[AGE_SIZE];

	kubernetes_pod_status(o, &s);
	rep_add(out, "%" PRId64, s.restarts);
	if (s.restarts && s.last_restart)
		rep_add(out, " (%s ago)", age_since(s.last_restart, v->now_ms, age));
}

static void images(const struct view *v, json_t *o, struct reply *out)
{
	json_t *list = fld_at(kubernetes_pod_spec(o), "containers"), *c;
	size_t i;

	(void)v;
	json_array_foreach (list, i, c)
		rep_add(out, "%s%s", i ? "," : "", fld_str(c, "image"));
}

static void ready_of_wanted(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	rep_add(out, "%" PRId64 "/%" PRId64, fld_int(o, "status.readyReplicas", 0), fld_int(o, "spec.replicas", 1));
}

static void updated(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	rep_add(out, "%" PRId64, fld_int(o, "status.updatedReplicas", 0));
}

static void available(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	rep_add(out, "%" PRId64, fld_int(o, "status.availableReplicas", 0));
}

static void set_ready(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	rep_add(out, "%" PRId64 "/%" PRId64, fld_int(o, "status.numberReady", 0),
		fld_int(o, "status.desiredNumberScheduled", 0));
}

static void node_selector(const struct view *v, json_t *o, struct reply *out)
{
	json_t *value;
	const char *key;
	size_t n = 0;

	(void)v;
	json_object_foreach (fld_at(o, "spec.template.spec.nodeSelector"), key, value)
		rep_add(out, "%s%s=%s", n++ ? "," : "", key, json_is_string(value) ? json_string_value(value) : "");
}

static void owner(const struct view *v, json_t *o, struct reply *out)
{
	json_t *ref = json_array_get(fld_at(o, "metadata.ownerReferences"), 0);

	(void)v;
	if (ref)
		rep_add(out, "%s/%s", fld_str(ref, "kind"), fld_str(ref, "name"));
}

static bool true_condition(json_t *o, const char *type)
{
	return strcmp(fld_str(fld_condition(o, type), "status"), "True") == 0;
}

static void job_status(const struct view *v, json_t *o, struct reply *out)
{
	static const char *const ends[] = {"Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"};

	(void)v;
	if (*fld_str(o, "metadata.deletionTimestamp")) {
		rep_put(out, "Terminating");
		return;
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (true_condition(o, ends[i])) {
			rep_put(out, ends[i]);
			if (i == 1)
				rep_add(out, " (%s)", fld_str(fld_condition(o, "Failed"), "reason"));
			return;
		}
	rep_put(out, "Running");
}

static void job_completions(const struct view *v, json_t *o, struct reply *out)
{
	int64_t wanted = fld_int(o, "spec.completions", 1);

	(void)v;
	rep_add(out, "%" PRId64 "/%" PRId64, fld_int(o, "status.succeeded", 0), wanted);
}

static void job_duration(const struct view *v, json_t *o, struct reply *out)
{
	int64_t start, end = v->now_ms;
	char age[AGE_SIZE];

	if (!when_parse(fld_str(o, "status.startTime"), &start))
		return;
	when_parse(fld_str(o, "status.completionTime"), &end);
	rep_put(out, age_text(end - start, age));
}

static const struct column pods[] = {
	{"READY", NULL, pod_ready},	  {"STATUS", NULL, pod_word},
	{"RESTARTS", NULL, pod_restarts}, AGE_COLUMN,
	{"NODE", "spec.nodeName", NULL},  END_COLUMN,
};
static const struct column deployments[] = {
	{"READY", NULL, ready_of_wanted}, {"UP-TO-DATE", NULL, updated},
	{"AVAILABLE", NULL, available},	  AGE_COLUMN,
	{"IMAGES", NULL, images},	  END_COLUMN,
};
static const struct column replicasets[] = {
	{"READY", NULL, ready_of_wanted},
	{"CURRENT", "status.replicas", NULL},
	AGE_COLUMN,
	{"OWNER", NULL, owner},
	{"IMAGES", NULL, images},
	END_COLUMN,
};
static const struct column statefulsets[] = {
	{"READY", NULL, ready_of_wanted},
	{"UP-TO-DATE", NULL, updated},
	AGE_COLUMN,
	{"IMAGES", NULL, images},
	END_COLUMN,
};
static const struct column daemonsets[] = {
	{"READY", NULL, set_ready},
	{"UP-TO-DATE", "status.updatedNumberScheduled", NULL},
	{"AVAILABLE", "status.numberAvailable", NULL},
	{"NODE-SELECTOR", NULL, node_selector},
	AGE_COLUMN,
	{"IMAGES", NULL, images},
	END_COLUMN,
};
static const struct column jobs[] = {
	{"STATUS", NULL, job_status},
	{"COMPLETIONS", NULL, job_completions},
	{"ACTIVE", "status.active", NULL},
	{"FAILED", "status.failed", NULL},
	{"DURATION", NULL, job_duration},
	AGE_COLUMN,
	{"OWNER", NULL, owner},
	END_COLUMN,
};
static const struct column cronjobs[] = {
	{"SCHEDULE", "spec.schedule", NULL},
	{"SUSPEND", "spec.suspend", NULL},
	{"ACTIVE", "count:status.active", NULL},
	{"LAST-SCHEDULE", "age:status.lastScheduleTime", NULL},
	{"LAST-SUCCESS", "age:status.lastSuccessfulTime", NULL},
	AGE_COLUMN,
	{"IMAGES", NULL, images},
	END_COLUMN,
};

const struct column_set kubernetes_columns_workload[] = {
	{"pods", pods},
	{"deployments.apps", deployments},
	{"replicasets.apps", replicasets},
	{"statefulsets.apps", statefulsets},
	{"daemonsets.apps", daemonsets},
	{"replicationcontrollers", replicasets},
	{"jobs.batch", jobs},
	{"cronjobs.batch", cronjobs},
	{NULL, NULL},
};
