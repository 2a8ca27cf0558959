/* SPDX-License-Identifier: Apache-2.0 */
/* What describe says of pods, workloads, services and nodes in particular. */
#include "toolsets/kubernetes/describe.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/kubernetes/columns.h"
#include "toolsets/kubernetes/containers.h"
#include "toolsets/kubernetes/podstatus.h"
#include "toolsets/kubernetes/service.h"
#include "toolsets/lib/brief.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/table.h"

#define PODS_SHOWN 8u

static void value(struct reply *out, const char *word, json_t *v)
{
	if (!v || json_is_null(v) ||
	    ((json_is_object(v) || json_is_array(v)) && json_object_size(v) + json_array_size(v) == 0))
		return;
	rep_add(out, "%s: ", word);
	brief_put(out, v, 400);
	rep_put(out, "\n");
}

struct tally {
	char word[96];
	size_t count;
};

void kubernetes_pods_summary(const struct view *v, json_t *pods, size_t max, struct reply *out)
{
	static const char *const heads[] = {"  POD", "READY", "STATUS", "RESTARTS", "NODE"};
	struct tally tally[16] = {0};
	struct table *t = tbl_new(heads, 5, 80);
	struct pod_status s;
	size_t i, k, kinds = 0, sick = 0;
	json_t *pod;

	(void)v;
	json_array_foreach (pods, i, pod) {
		kubernetes_pod_status(pod, &s);
		for (k = 0; k < kinds && strcmp(tally[k].word, s.word) != 0; k++)
			;
		if (k < 16) {
			memcpy(tally[k].word, s.word, sizeof(s.word));
			tally[k].count++;
			kinds = k == kinds ? kinds + 1 : kinds;
		}
		if (kubernetes_pod_healthy(pod) || sick++ >= max)
			continue;
		tbl_row(t);
		tbl_cellf(t, "  %s", fld_name(pod));
		tbl_cellf(t, "%d/%d", s.ready, s.total);
		tbl_cell(t, s.word);
		tbl_cellf(t, "%" PRId64, s.restarts);
		tbl_cell(t, fld_str(pod, "spec.nodeName"));
	}
	rep_add(out, "%zu", json_array_size(pods));
	for (k = 0; k < kinds; k++)
		rep_add(out, "%s%zu %s", k ? ", " : ": ", tally[k].count, tally[k].word);
	rep_put(out, "\n");
	tbl_print(t, max, out);
	if (sick > max)
		rep_add(out, "  … %zu more that are not well\n", sick - max);
	tbl_free(t);
}

static void pod(const struct view *v, json_t *o, struct reply *out)
{
	json_t *spec = json_object_get(o, "spec");

	rep_add(out, "node: %s, pod IP: %s, QoS: %s, service account: %s, restart policy: %s\n",
		*fld_str(spec, "nodeName") ? fld_str(spec, "nodeName") : "none yet",
		*fld_str(o, "status.podIP") ? fld_str(o, "status.podIP") : "none",
		*fld_str(o, "status.qosClass") ? fld_str(o, "status.qosClass") : "?",
		*fld_str(spec, "serviceAccountName") ? fld_str(spec, "serviceAccountName") : "default",
		*fld_str(spec, "restartPolicy") ? fld_str(spec, "restartPolicy") : "Always");
	if (*fld_str(o, "status.reason") || *fld_str(o, "status.message"))
		rep_add(out, "status: %s %s\n", fld_str(o, "status.reason"), fld_str(o, "status.message"));
	value(out, "nominated node", fld_at(o, "status.nominatedNodeName"));
	value(out, "claims made for it", fld_at(o, "status.resourceClaimStatuses"));
	rep_put(out, "containers:\n");
	kubernetes_containers(v, spec, o, out);
	kubernetes_volumes(spec, out);
	kubernetes_placement(spec, out);
	value(out, "image pull secrets", json_object_get(spec, "imagePullSecrets"));
	value(out, "security", json_object_get(spec, "securityContext"));
}

static void workload(const struct view *v, json_t *o, json_t *spec, struct reply *out)
{
	static const char *const shown[] = {"selector",		 "strategy",
					    "updateStrategy",	 "paused",
					    "suspend",		 "schedule",
					    "serviceName",	 "minReadySeconds",
					    "backoffLimit",	 "activeDeadlineSeconds",
					    "completions",	 "parallelism",
					    "concurrencyPolicy", "progressDeadlineSeconds"};
	json_t *own = json_object_get(o, "spec"), *number;
	const char *key;

	if (json_object_get(own, "replicas"))
		value(out, "replicas wanted", json_object_get(own, "replicas"));
	json_object_foreach (json_object_get(o, "status"), key, number)
		if (json_is_integer(number) && strcmp(key, "observedGeneration") != 0 &&
		    strcmp(key, "collisionCount") != 0)
			rep_add(out, "status.%s: %" JSON_INTEGER_FORMAT "\n", key, json_integer_value(number));
	if (fld_int(o, "status.observedGeneration", -1) >= 0 &&
	    fld_int(o, "status.observedGeneration", 0) < fld_int(o, "metadata.generation", 0))
		rep_put(out, "the controller has not yet seen the newest spec (observedGeneration is behind)\n");
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		value(out, shown[i], json_object_get(own, shown[i]));
	rep_add(out, "template: service account %s\n",
		*fld_str(spec, "serviceAccountName") ? fld_str(spec, "serviceAccountName") : "default");
	kubernetes_containers(v, spec, NULL, out);
	kubernetes_volumes(spec, out);
	kubernetes_placement(spec, out);
	value(out, "volume claim templates", json_object_get(own, "volumeClaimTemplates"));
	rep_put(out, "pods: ");
	kubernetes_pods_summary(v, v->h->pods_of(v->w, o), PODS_SHOWN, out);
}

static void node(const struct view *v, json_t *o, struct reply *out)
{
	json_t *all, *pod, *mine = json_array();
	enum seen seen;
	size_t i;

	value(out, "taints", fld_at(o, "spec.taints"));
	value(out, "addresses", fld_at(o, "status.addresses"));
	value(out, "capacity", fld_at(o, "status.capacity"));
	value(out, "allocatable", fld_at(o, "status.allocatable"));
	rep_add(out, "system: %s, kernel %s, %s, kubelet %s, %s\n", fld_str(o, "status.nodeInfo.osImage"),
		fld_str(o, "status.nodeInfo.kernelVersion"), fld_str(o, "status.nodeInfo.containerRuntimeVersion"),
		fld_str(o, "status.nodeInfo.kubeletVersion"), fld_str(o, "status.nodeInfo.architecture"));
	all = v->h->list(v->w, "pods", NULL, &seen);
	json_array_foreach (all, i, pod)
		if (strcmp(fld_str(pod, "spec.nodeName"), fld_name(o)) == 0)
			json_array_append(mine, pod);
	if (seen == SEEN_OK || json_array_size(all)) {
		rep_add(out, "pods on it%s: ", v->h->scope_ns(v->w) ? " (of this namespace)" : "");
		kubernetes_pods_summary(v, mine, PODS_SHOWN, out);
	} else {
		rep_put(out, "pods on it: could not be read\n");
	}
	rep_put(out, "requests against room: kubernetes_capacity\n");
	json_decref(mine);
}

bool kubernetes_describe_kind(const struct view *v, json_t *o, struct reply *out)
{
	json_t *spec = kubernetes_pod_spec(o);
	const char *kind = fld_kind(o), *api = fld_str(o, "apiVersion");

	if (strcmp(kind, "Pod") == 0)
		pod(v, o, out);
	else if (spec && (strncmp(api, "apps/", 5) == 0 || strncmp(api, "batch/", 6) == 0 || strcmp(api, "v1") == 0))
		workload(v, o, spec, out);
	else if (strcmp(kind, "Service") == 0 && strcmp(api, "v1") == 0)
		kubernetes_service(v, o, out);
	else if (strcmp(kind, "Node") == 0 && strcmp(api, "v1") == 0)
		node(v, o, out);
	else
		return false;
	return true;
}
