/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/service.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/kubernetes/describe.h"
#include "toolsets/kubernetes/podstatus.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/brief.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/jsonpath.h"

struct service_endpoints kubernetes_service_endpoints(const struct view *v, json_t *service)
{
	struct service_endpoints out = {0};
	json_t *slices = v->h->list(v->w, "endpointslices.discovery.k8s.io", fld_ns(service), &out.seen), *slice, *e;
	size_t i, k;

	json_array_foreach (slices, i, slice) {
		const char *of = json_string_value(
			json_object_get(fld_at(slice, "metadata.labels"), "kubernetes.io/service-name"));

		if (!of || strcmp(of, fld_name(service)) != 0)
			continue;
		out.slices++;
		json_array_foreach (json_object_get(slice, "endpoints"), k, e) {
			out.total++;
			out.ready += !json_is_false(fld_at(e, "conditions.ready"));
		}
	}
	return out;
}

static void endpoints(const struct view *v, json_t *service, struct reply *out)
{
	struct service_endpoints e = kubernetes_service_endpoints(v, service);

	if (e.seen == SEEN_OK && e.slices)
		rep_add(out, "endpoints %zu/%zu ready", e.ready, e.total);
	else if (e.seen == SEEN_OK)
		rep_put(out, "no endpoint slices");
	else
		rep_put(out, "endpoints not readable");
}

/* Is a container port of this name or number there? Returns the name or number it asks for when not. */
static bool port_served(json_t *pods, json_t *target, int64_t port)
{
	json_t *pod, *c, *p;
	size_t i, k, n;
	bool declared = false;

	if (json_is_integer(target))
		port = (int64_t)json_integer_value(target);
	json_array_foreach (pods, i, pod)
		json_array_foreach (fld_at(pod, "spec.containers"), k, c)
			json_array_foreach (json_object_get(c, "ports"), n, p) {
				declared = true;
				if (json_is_string(target) ? strcmp(fld_str(p, "name"), json_string_value(target)) == 0
							   : fld_int(p, "containerPort", 0) == port)
					return true;
			}
	/* Containers need not declare ports: without any declared nothing is known. */
	return !declared && !json_is_string(target);
}

static void ports(json_t *service, json_t *pods, struct reply *out)
{
	json_t *p;
	size_t i;

	json_array_foreach (fld_at(service, "spec.ports"), i, p) {
		json_t *target = json_object_get(p, "targetPort");
		drop_text char *text = jsonpath_value_text(target);

		rep_add(out, "%s%s%s%" PRId64 "->%s/%s", i ? ", " : "ports: ", fld_str(p, "name"),
			*fld_str(p, "name") ? " " : "", fld_int(p, "port", 0), *text ? text : "same",
			*fld_str(p, "protocol") ? fld_str(p, "protocol") : "TCP");
		if (json_array_size(pods) && !port_served(pods, target, fld_int(p, "port", 0)))
			rep_put(out, " (NO container of the selected pods declares that target port)");
	}
	rep_put(out, i ? "\n" : "");
}

void kubernetes_service(const struct view *v, json_t *o, struct reply *out)
{
	json_t *selector = fld_at(o, "spec.selector"), *pods = NULL;

	if (json_object_size(selector))
		pods = v->h->select_pods(v->w, fld_ns(o), selector);
	rep_add(out, "type: %s, cluster IP: %s%s%s\n", fld_str(o, "spec.type"), fld_str(o, "spec.clusterIP"),
		*fld_str(o, "spec.externalName") ? ", external name: " : "", fld_str(o, "spec.externalName"));
	ports(o, pods, out);
	endpoints(v, o, out);
	rep_put(out, "\nselector: ");
	if (json_object_size(selector))
		brief_put(out, selector, 300);
	else
		rep_put(out, "none (endpoints are kept by somebody else)");
	rep_put(out, "\n");
	if (!pods)
		return;
	rep_put(out, "pods it selects: ");
	kubernetes_pods_summary(v, pods, 8, out);
}

void kubernetes_service_line(const struct view *v, json_t *o, struct reply *out)
{
	json_t *p;
	size_t i;

	rep_add(out, "%s (%s", fld_name(o), *fld_str(o, "spec.type") ? fld_str(o, "spec.type") : "ClusterIP");
	json_array_foreach (fld_at(o, "spec.ports"), i, p) {
		drop_text char *target = jsonpath_value_text(json_object_get(p, "targetPort"));

		rep_add(out, "%s%" PRId64 "->%s", i ? "," : ", ", fld_int(p, "port", 0), *target ? target : "same");
	}
	rep_put(out, "; ");
	endpoints(v, o, out);
	rep_put(out, ")");
}
