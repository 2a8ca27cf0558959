/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/triage/relations.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

struct edges {
	struct cluster *c;
	const char *ns;
	void (*fn)(void *ctx, const struct relation_ref *to);
	void *ctx;
};

char *relation_key(const char *kind, const char *ns, const char *name)
{
	return mem_printf("%s/%s/%s", str_or(kind, ""), str_or(ns, ""), str_or(name, ""));
}

static void edge(const struct edges *e, const char *kind, const char *ns, const char *name)
{
	if (!str_empty(name))
		e->fn(e->ctx, &(struct relation_ref){.kind = kind, .ns = ns, .name = name});
}

static void edges_of_list(const struct edges *e, const char *kind, json_t *objects)
{
	json_t *o;
	size_t i;

	json_array_foreach (objects, i, o) {
		edge(e, kind, e->ns, json_str_at(o, "metadata.name"));
	}
	json_decref(objects);
}

static void volume_edges(const struct edges *e, const json_t *volume)
{
	const json_t *part;
	size_t i;

	edge(e, "PersistentVolumeClaim", e->ns, json_str_at(volume, "persistentVolumeClaim.claimName"));
	edge(e, "ConfigMap", e->ns, json_str_at(volume, "configMap.name"));
	edge(e, "Secret", e->ns, json_str_at(volume, "secret.secretName"));
	json_array_foreach (json_at(volume, "projected.sources"), i, part) {
		edge(e, "ConfigMap", e->ns, json_str_at(part, "configMap.name"));
		edge(e, "Secret", e->ns, json_str_at(part, "secret.name"));
	}
}

static void container_edges(const struct edges *e, const json_t *containers)
{
	const json_t *c, *env;
	size_t i, k;

	json_array_foreach (containers, i, c) {
		json_array_foreach (json_at(c, "env"), k, env) {
			edge(e, "ConfigMap", e->ns, json_str_at(env, "valueFrom.configMapKeyRef.name"));
			edge(e, "Secret", e->ns, json_str_at(env, "valueFrom.secretKeyRef.name"));
		}
		json_array_foreach (json_at(c, "envFrom"), k, env) {
			edge(e, "ConfigMap", e->ns, json_str_at(env, "configMapRef.name"));
			edge(e, "Secret", e->ns, json_str_at(env, "secretRef.name"));
		}
	}
}

static void claim_edges(const struct edges *e, const json_t *pod)
{
	const json_t *c;
	size_t i;

	json_array_foreach (json_at(pod, "spec.resourceClaims"), i, c) {
		edge(e, "ResourceClaim", e->ns, json_str_at(c, "resourceClaimName"));
		edge(e, "ResourceClaimTemplate", e->ns, json_str_at(c, "resourceClaimTemplateName"));
	}
	json_array_foreach (json_at(pod, "status.resourceClaimStatuses"), i, c) {
		edge(e, "ResourceClaim", e->ns, json_str_at(c, "resourceClaimName"));
	}
}

static void pod_edges(const struct edges *e, const json_t *pod)
{
	const json_t *part;
	size_t i;

	edge(e, "Node", NULL, json_str_at(pod, "spec.nodeName"));
	edge(e, "ServiceAccount", e->ns, json_str_at(pod, "spec.serviceAccountName"));
	edge(e, "PriorityClass", NULL, json_str_at(pod, "spec.priorityClassName"));
	json_array_foreach (json_at(pod, "spec.imagePullSecrets"), i, part) {
		edge(e, "Secret", e->ns, json_str_at(part, "name"));
	}
	json_array_foreach (json_at(pod, "spec.volumes"), i, part) {
		volume_edges(e, part);
	}
	container_edges(e, json_at(pod, "spec.containers"));
	container_edges(e, json_at(pod, "spec.initContainers"));
	claim_edges(e, pod);
}

static void workload_edges(const struct edges *e, const json_t *o, const char *kind)
{
	if (str_eq(kind, "CronJob")) {
		edges_of_list(e, "Job", facts_children(e->c->facts, o, "jobs.batch"));
		return;
	}
	if (str_eq(kind, "Deployment"))
		edges_of_list(e, "ReplicaSet", facts_children(e->c->facts, o, "replicasets.apps"));
	edges_of_list(e, "Pod", facts_pods_of(e->c->facts, o));
	if (str_eq(kind, "StatefulSet"))
		edge(e, "Service", e->ns, json_str_at(o, "spec.serviceName"));
}

/* Workloads whose pods a Service would select: they are behind it even while they have none. */
static void makers_edges(const struct edges *e, const json_t *selector)
{
	static const char *const makers[][2] = {{"deployments.apps", "Deployment"},
						{"statefulsets.apps", "StatefulSet"},
						{"daemonsets.apps", "DaemonSet"}};
	enum read_state state;
	json_t *list, *o;
	size_t i;

	for (size_t k = 0; k < ARRAY_LEN(makers); k++) {
		list = facts_list(e->c->facts, makers[k][0], e->ns, &state);
		json_array_foreach (list, i, o) {
			if (facts_labels_match(selector, json_at(o, "spec.template.metadata.labels"), true))
				edge(e, makers[k][1], e->ns, json_str_at(o, "metadata.name"));
		}
	}
}

static void service_edges(const struct edges *e, const json_t *o)
{
	const json_t *selector = json_at(o, "spec.selector");

	if (!json_object_size(selector))
		return;
	edges_of_list(e, "Pod", facts_select_pods(e->c->facts, e->ns, selector));
	makers_edges(e, selector);
}

static void ingress_edges(const struct edges *e, const json_t *o)
{
	const json_t *rule, *path;
	size_t i, k;

	edge(e, "IngressClass", NULL, json_str_at(o, "spec.ingressClassName"));
	edge(e, "Service", e->ns, json_str_at(o, "spec.defaultBackend.service.name"));
	json_array_foreach (json_at(o, "spec.tls"), i, rule) {
		edge(e, "Secret", e->ns, json_str_at(rule, "secretName"));
	}
	json_array_foreach (json_at(o, "spec.rules"), i, rule) {
		json_array_foreach (json_at(rule, "http.paths"), k, path) {
			edge(e, "Service", e->ns, json_str_at(path, "backend.service.name"));
		}
	}
}

static void route_edges(const struct edges *e, const json_t *o)
{
	const json_t *part, *ref;
	size_t i, k;

	json_array_foreach (json_at(o, "spec.parentRefs"), i, part) {
		edge(e, json_str_or(part, "kind", "Gateway"), json_str_or(part, "namespace", e->ns),
		     json_str_at(part, "name"));
	}
	json_array_foreach (json_at(o, "spec.rules"), i, part) {
		json_array_foreach (json_at(part, "backendRefs"), k, ref) {
			edge(e, json_str_or(ref, "kind", "Service"), json_str_or(ref, "namespace", e->ns),
			     json_str_at(ref, "name"));
		}
	}
}

static void resource_claim_edges(const struct edges *e, const json_t *requests)
{
	const json_t *r, *sub;
	size_t i, k;

	json_array_foreach (requests, i, r) {
		edge(e, "DeviceClass", NULL, json_str_at(r, "deviceClassName"));
		edge(e, "DeviceClass", NULL, json_str_at(r, "exactly.deviceClassName"));
		json_array_foreach (json_at(r, "firstAvailable"), k, sub) {
			edge(e, "DeviceClass", NULL, json_str_at(sub, "deviceClassName"));
		}
	}
}

static void object_edges(const struct edges *e, const json_t *o, const char *kind)
{
	if (str_eq(kind, "Pod"))
		pod_edges(e, o);
	else if (str_eq(kind, "Service"))
		service_edges(e, o);
	else if (str_eq(kind, "Ingress"))
		ingress_edges(e, o);
	else if (str_ends(kind, "Route"))
		route_edges(e, o);
	else if (str_eq(kind, "ResourceClaim"))
		resource_claim_edges(e, json_at(o, "spec.devices.requests"));
	else if (str_eq(kind, "ResourceClaimTemplate"))
		resource_claim_edges(e, json_at(o, "spec.spec.devices.requests"));
	else if (str_eq(kind, "HorizontalPodAutoscaler"))
		edge(e, json_str_or(o, "spec.scaleTargetRef.kind", "Deployment"), e->ns,
		     json_str_at(o, "spec.scaleTargetRef.name"));
	else if (str_eq(kind, "PersistentVolumeClaim")) {
		edge(e, "PersistentVolume", NULL, json_str_at(o, "spec.volumeName"));
		edge(e, "StorageClass", NULL, json_str_at(o, "spec.storageClassName"));
	} else {
		workload_edges(e, o, kind);
	}
}

void relations_each(struct cluster *c, const struct relation_ref *from,
		    void (*fn)(void *ctx, const struct relation_ref *to), void *ctx)
{
	static const char *const kinds[] = {"Pod",
					    "Deployment",
					    "ReplicaSet",
					    "StatefulSet",
					    "DaemonSet",
					    "Job",
					    "CronJob",
					    "ReplicationController",
					    "Service",
					    "Ingress",
					    "HTTPRoute",
					    "GRPCRoute",
					    "TCPRoute",
					    "TLSRoute",
					    "ResourceClaim",
					    "ResourceClaimTemplate",
					    "HorizontalPodAutoscaler",
					    "PersistentVolumeClaim"};
	struct edges e = {.c = c, .ns = from->ns, .fn = fn, .ctx = ctx};
	enum read_state state;
	json_t *o;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!str_eq(kinds[i], from->kind))
			continue;
		o = facts_find_kind(c->facts, NULL, from->kind, from->ns, from->name, &state);
		if (o)
			object_edges(&e, o, from->kind);
		return;
	}
}
