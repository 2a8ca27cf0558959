/* SPDX-License-Identifier: Apache-2.0 */
/* Whose changes are looked at: one object, or all that matter. */
#include "agent/facts/changes.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/changes_private.h"
#include "agent/facts/facts_private.h"

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(*list, word))
			return true;
	return false;
}

static bool has_controller(const json_t *o)
{
	json_t *ref;
	size_t i;

	json_array_foreach (json_at(o, "metadata.ownerReferences"), i, ref)
		if (json_bool_at(ref, "controller", false))
			return true;
	return false;
}

/* What every namespace or cluster gets by itself, and what controllers make: its maker's change is the change. */
static bool is_made(const json_t *o, const char *kind)
{
	const char *name = json_str_or(o, "metadata.name", "");

	if (has_controller(o) || str_starts(name, "system:"))
		return true;
	if (str_eq(kind, "ConfigMap"))
		return str_eq(name, "kube-root-ca.crt") || str_eq(name, "openshift-service-ca.crt");
	if (str_eq(kind, "ServiceAccount"))
		return str_eq(name, "default");
	return str_eq(json_str_at(o, "type"), "kubernetes.io/service-account-token");
}

void changes_of(struct changes *c, json_t *object)
{
	static const char *const numerous[] = {"Event", "EndpointSlice", "Endpoints", "Lease", "ReplicaSet",
					       "ControllerRevision", NULL};
	static const char *const eventful[] = {"Pod", "Deployment", "Node", "HorizontalPodAutoscaler", NULL};
	const char *kind = json_str_or(object, "kind", "");
	auto_free char *key = mem_printf("%s/%s/%s/%s", json_str_or(object, "apiVersion", ""), kind,
					 json_str_or(object, "metadata.namespace", ""),
					 json_str_or(object, "metadata.name", ""));

	if (!object || is_one_of(kind, numerous) || map_has(c->done, key))
		return;
	map_set(c->done, key, c);
	if (is_one_of(kind, eventful))
		changes_of_events(c, object);
	if (is_made(object, kind))
		return;
	if (str_eq(kind, "Secret")) {
		changes_of_secret(c, object);
		return;
	}
	changes_of_writers(c, object);
	changes_of_workload(c, object);
	changes_of_release(c, object);
	if (str_eq(kind, "Node"))
		changes_of_node(c, object);
}

static void gather(struct changes *c, json_t *items)
{
	json_t *o;
	size_t i;

	json_array_foreach (items, i, o)
		changes_of(c, o);
}

/* What was read beside the standard kinds: objects of operators. */
static void gather_read(struct changes *c, const char *ns)
{
	struct facts *f = c->facts;
	json_t *lists = json_array(), *items;
	size_t i;

	pthread_mutex_lock(&f->lock);
	for (i = 0; i < map_len(f->lists); i++) {
		void *value;
		struct list *l;

		map_at(f->lists, i, &value);
		l = value;
		if (l->ready && (!ns || !l->kind->namespaced || str_eq(l->ns, ns)))
			json_array_append(lists, l->items);
	}
	pthread_mutex_unlock(&f->lock);
	json_array_foreach (lists, i, items)
		gather(c, items);
	json_decref(lists);
}

/* What people and their tools edit, and what decides over others' objects. */
static const char *const resources[] = {
	"deployments.apps",
	"statefulsets.apps",
	"daemonsets.apps",
	"cronjobs.batch",
	"jobs.batch",
	"configmaps",
	"secrets",
	"services",
	"ingresses.networking.k8s.io",
	"networkpolicies.networking.k8s.io",
	"horizontalpodautoscalers.autoscaling",
	"poddisruptionbudgets.policy",
	"resourcequotas",
	"limitranges",
	"serviceaccounts",
	"roles.rbac.authorization.k8s.io",
	"rolebindings.rbac.authorization.k8s.io",
	"persistentvolumeclaims",
	"namespaces",
	"nodes",
	"persistentvolumes",
	"storageclasses.storage.k8s.io",
	"priorityclasses.scheduling.k8s.io",
	"ingressclasses.networking.k8s.io",
	"clusterroles.rbac.authorization.k8s.io",
	"clusterrolebindings.rbac.authorization.k8s.io",
	"validatingwebhookconfigurations.admissionregistration.k8s.io",
	"mutatingwebhookconfigurations.admissionregistration.k8s.io",
};

const char *const *changes_resources(size_t *n)
{
	*n = ARRAY_LEN(resources);
	return resources;
}

void changes_gather(struct changes *c, const char *ns)
{
	for (size_t i = 0; i < ARRAY_LEN(resources); i++)
		gather(c, changes_list(c, resources[i], ns));
	gather_read(c, ns);
}
