/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_neighborhood: everything an object hangs on, and what hangs on it. */
#include "toolsets/kubernetes/tools.h"

#include <string.h>

#include "toolsets/kubernetes/columns.h"
#include "toolsets/kubernetes/describe.h"
#include "toolsets/kubernetes/neighbors.h"
#include "toolsets/kubernetes/podstatus.h"
#include "toolsets/kubernetes/service.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/target.h"

#define OWNERS_MAX 8u
#define CHILDREN_MAX 12u

static void one(const struct view *v, json_t *o, struct reply *out)
{
	struct reply words = {.max = 200};

	rep_add(out, "%s/%s", fld_kind(o), fld_name(o));
	kubernetes_status_words(v, o, &words);
	if (words.len)
		rep_add(out, " (%s)", rep_text(&words));
	rep_free(&words);
}

static void owners(const struct view *v, json_t *o, struct reply *out)
{
	json_t *up, *ref;
	size_t n, i;

	for (n = 0; n < OWNERS_MAX && (up = v->h->owner(v->w, o)); n++) {
		rep_put(out, n ? " <- " : "owners: ");
		one(v, up, out);
		o = up;
	}
	/* Owners that are no controller, or are gone. */
	json_array_foreach (fld_at(o, "metadata.ownerReferences"), i, ref)
		rep_add(out, "%s%s/%s (%s)", n++ ? " <- " : "owners: ", fld_str(ref, "kind"), fld_str(ref, "name"),
			fld_true(ref, "controller") ? "MISSING or not readable" : "not the controller");
	rep_put(out, n ? "\n" : "");
}

static void children(const struct view *v, json_t *o, struct reply *out)
{
	static const char *const kinds[] = {"deployments.apps",
					    "statefulsets.apps",
					    "daemonsets.apps",
					    "replicasets.apps",
					    "jobs.batch",
					    "pods",
					    "services",
					    "persistentvolumeclaims",
					    "resourceclaims.resource.k8s.io"};
	const char *kind = fld_kind(o);
	size_t i, n = 0;

	if (!strcmp(kind, "Namespace") || !strcmp(kind, "Node") || !strcmp(kind, "ConfigMap") ||
	    !strcmp(kind, "Secret"))
		return;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]) && n < CHILDREN_MAX; k++) {
		json_t *list, *child;

		if (!v->h->kind(v->w, kinds[k], NULL, 0))
			continue;
		list = v->h->children(v->w, o, kinds[k]);
		json_array_foreach (list, i, child) {
			/* Old ReplicaSets without replicas are history. */
			if (strcmp(fld_kind(child), "ReplicaSet") == 0 && fld_int(child, "spec.replicas", 1) == 0)
				continue;
			if (n++ == CHILDREN_MAX) {
				rep_add(out, ", … %zu more %s", json_array_size(list) - i, kinds[k]);
				break;
			}
			rep_put(out, n > 1 ? ", " : "children: ");
			one(v, child, out);
		}
	}
	rep_put(out, n ? "\n" : "");
}

static void of_pods(const struct view *v, json_t *o, json_t *spec, struct reply *out)
{
	if (*fld_str(spec, "nodeName")) {
		rep_put(out, "node: ");
		kubernetes_mention(v, "nodes", NULL, fld_str(spec, "nodeName"), out);
		rep_put(out, "\n");
	} else if (strcmp(fld_kind(o), "Pod") == 0) {
		rep_put(out, "node: none yet\n");
	} else {
		rep_put(out, "pods: ");
		kubernetes_pods_summary(v, v->h->pods_of(v->w, o), 6, out);
	}
	kubernetes_neighbors_refs(v, spec, fld_ns(o), out);
	kubernetes_neighbors_select(v, o, kubernetes_pod_labels(o), out);
	kubernetes_neighbors_limits(v, fld_ns(o), out);
}

static void of_service(const struct view *v, json_t *o, struct reply *out)
{
	kubernetes_service(v, o, out);
	kubernetes_neighbors_routes(v, fld_ns(o), fld_name(o), out);
}

static void of_claim(const struct view *v, json_t *o, struct reply *out)
{
	if (*fld_str(o, "spec.storageClassName")) {
		rep_put(out, "storage class: ");
		kubernetes_mention(v, "storageclasses.storage.k8s.io", NULL, fld_str(o, "spec.storageClassName"), out);
		rep_put(out, "\n");
	}
	if (*fld_str(o, "spec.volumeName")) {
		rep_put(out, "volume: ");
		kubernetes_mention(v, "persistentvolumes", NULL, fld_str(o, "spec.volumeName"), out);
		rep_put(out, "\n");
	}
	kubernetes_neighbors_users(v, "persistentvolumeclaims", fld_ns(o), fld_name(o), out);
	kubernetes_neighbors_limits(v, fld_ns(o), out);
}

static void request_class(const struct view *v, const json_t *request, struct reply *out, size_t *n)
{
	const json_t *at = json_object_get(request, "exactly") ? json_object_get(request, "exactly") : request;

	if (!*fld_str(at, "deviceClassName"))
		return;
	rep_put(out, (*n)++ ? ", " : "device classes: ");
	kubernetes_mention(v, "deviceclasses.resource.k8s.io", NULL, fld_str(at, "deviceClassName"), out);
}

static void of_device_claim(const struct view *v, json_t *o, struct reply *out)
{
	json_t *devices = fld_at(o, strcmp(fld_kind(o), "ResourceClaim") == 0 ? "spec.devices" : "spec.spec.devices"),
	       *item, *choice;
	size_t i, k, n = 0;

	json_array_foreach (json_object_get(devices, "requests"), i, item) {
		request_class(v, item, out, &n);
		json_array_foreach (json_object_get(item, "firstAvailable"), k, choice)
			request_class(v, choice, out, &n);
	}
	rep_put(out, n ? "\n" : "");
	json_array_foreach (fld_at(o, "status.allocation.devices.results"), i, item)
		rep_add(out, "%s%s %s/%s", i ? ", " : "allocated: ", fld_str(item, "driver"), fld_str(item, "pool"),
			fld_str(item, "device"));
	rep_put(out, i ? "\n" : "allocated: nothing\n");
	json_array_foreach (fld_at(o, "status.reservedFor"), i, item) {
		rep_put(out, i ? ", " : "reserved for: ");
		kubernetes_mention(v, fld_str(item, "resource"), fld_ns(o), fld_str(item, "name"), out);
	}
	rep_put(out, i ? "\n" : "");
	kubernetes_neighbors_users(v,
				   strcmp(fld_kind(o), "ResourceClaim") == 0 ? "resourceclaims.resource.k8s.io"
									     : "resourceclaimtemplates.resource.k8s.io",
				   fld_ns(o), fld_name(o), out);
}

static void of_scaler(const struct view *v, json_t *o, struct reply *out)
{
	rep_add(out, "scales: %s/", fld_str(o, "spec.scaleTargetRef.kind"));
	kubernetes_mention(v, fld_str(o, "spec.scaleTargetRef.kind"), fld_ns(o), fld_str(o, "spec.scaleTargetRef.name"),
			   out);
	rep_put(out, "\n");
}

static void of_ingress(const struct view *v, json_t *o, struct reply *out)
{
	json_t *rule, *path, *tls;
	size_t i, k, n = 0;

	json_array_foreach (fld_at(o, "spec.rules"), i, rule)
		json_array_foreach (fld_at(rule, "http.paths"), k, path) {
			const char *name = fld_str(path, "backend.service.name");
			enum seen seen;
			json_t *service = *name ? v->h->find(v->w, "services", fld_ns(o), name, &seen) : NULL;

			rep_add(out, "%s%s -> ", n++ ? "; " : "backends: ", fld_str(path, "path"));
			if (service)
				kubernetes_service_line(v, service, out);
			else
				kubernetes_mention(v, "services", fld_ns(o), name, out);
		}
	rep_put(out, n ? "\n" : "");
	json_array_foreach (fld_at(o, "spec.tls"), i, tls) {
		rep_put(out, i ? ", " : "TLS secrets: ");
		kubernetes_mention(v, "secrets", fld_ns(o), fld_str(tls, "secretName"), out);
	}
	rep_put(out, i ? "\n" : "");
}

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void around(const struct view *v, const struct target *t, struct reply *out)
{
	json_t *o = t->object, *spec = kubernetes_pod_spec(o);
	const char *kind = t->kind->kind;

	if (spec)
		of_pods(v, o, spec, out);
	else if (is(kind, "Service"))
		of_service(v, o, out);
	else if (is(kind, "PersistentVolumeClaim"))
		of_claim(v, o, out);
	else if (is(kind, "ResourceClaim") || is(kind, "ResourceClaimTemplate"))
		of_device_claim(v, o, out);
	else if (is(kind, "ConfigMap") || is(kind, "Secret") || is(kind, "ServiceAccount"))
		kubernetes_neighbors_users(v, t->kind->resource, t->ns, t->name, out);
	else if (is(kind, "HorizontalPodAutoscaler"))
		of_scaler(v, o, out);
	else if (is(kind, "Ingress"))
		of_ingress(v, o, out);
	else if (is(kind, "Namespace"))
		kubernetes_neighbors_limits(v, t->name, out);
	else if (is(kind, "Node"))
		kubernetes_describe_kind(v, o, out);
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct view v = VIEW_INIT(h, w);
	struct reply r = REP_INIT, unread = {.max = 1000};
	struct target t;

	if (!target_find(h, w, fld_str(args, "name"), fld_str(args, "kind"), fld_str(args, "namespace"), &t))
		return 0;
	v.unread = &unread;
	one(&v, t.object, &r);
	rep_add(&r, "%s%s\n", *t.ns ? " in namespace " : "", t.ns);
	owners(&v, t.object, &r);
	children(&v, t.object, &r);
	around(&v, &t, &r);
	if (unread.len)
		rep_add(&r, "not known, because not read: %s\n", rep_text(&unread));
	rep_free(&unread);
	rep_send(h, w, TOOL_OK, &r);
	return 0;
}

static const struct param params[] = {
	{.name = "name", .required = true, .help = "NAME or KIND/NAME"},
	{.name = "kind"},
	{.name = "namespace"},
	{.name = NULL},
};

const struct tool kubernetes_neighborhood_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_neighborhood",
	.help = "What an object depends on and what depends on it: owners, children, services, routes, claims, config "
		"maps, secrets "
		"(MISSING ones marked), node, quotas, policies, budgets, autoscalers.",
	.params = params,
	.run = run,
};
