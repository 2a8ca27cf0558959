/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/thin.h"

#include "agent/base/clock.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

/* Older than anything that "what changed?" is asked about. */
#define OLD_MS (INT64_C(3) * 24 * 3600 * 1000)

static bool is_old(const char *time, int64_t now)
{
	int64_t at;

	return time && clock_parse(time, &at) && now - at > OLD_MS;
}

static void thin_node(json_t *node, int64_t now)
{
	json_t *c;
	size_t i;

	json_array_foreach (json_at(node, "status.conditions"), i, c) {
		bool ready = str_eq(json_key_str(c, "type"), "Ready");

		if (str_eq(json_key_str(c, "status"), ready ? "True" : "False") &&
		    is_old(json_key_str(c, "lastTransitionTime"), now))
			json_object_del(c, "lastTransitionTime");
	}
}

static bool is_complete(const json_t *job)
{
	json_t *c;
	size_t i;

	json_array_foreach (json_at(job, "status.conditions"), i, c)
		if (str_eq(json_key_str(c, "type"), "Complete") && str_eq(json_key_str(c, "status"), "True"))
			return true;
	return false;
}

static void thin_replica_set(json_t *set)
{
	json_t *spec = json_object_get(set, "spec");

	json_object_del(spec, "template");
	/* one that was replaced has no pods to select */
	if (json_int_at(spec, "replicas", 1) == 0 && json_int_at(set, "status.replicas", 0) == 0) {
		json_object_del(spec, "selector");
		json_object_del(json_object_get(set, "metadata"), "labels");
	}
}

void thin_object(const char *resource, json_t *object, int64_t now)
{
	bool old = is_old(json_str_at(object, "metadata.creationTimestamp"), now);

	if (str_eq(resource, "nodes"))
		thin_node(object, now);
	else if (str_eq(resource, "replicasets.apps") && old && json_at(object, "metadata.ownerReferences.0"))
		thin_replica_set(object);
	else if (str_eq(resource, "jobs.batch") && old && is_complete(object))
		json_object_del(json_object_get(object, "spec"), "template");
}
