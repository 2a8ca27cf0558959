/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/neighbors.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/kubernetes/columns.h"
#include "toolsets/kubernetes/service.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/brief.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/jsonpath.h"

/* The list of a kind in a namespace; NULL when the API does not serve it. A read that fails is told in v->unread. */
static json_t *list(const struct view *v, const char *resource, const char *ns)
{
	const struct kind_info *k = v->h->kind(v->w, resource, NULL, 0);
	enum seen seen;
	json_t *all;

	if (!k)
		return NULL;
	all = v->h->list(v->w, k->resource, ns, &seen);
	if (v->unread && json_array_size(all) == 0 && seen != SEEN_OK && seen != SEEN_EMPTY &&
	    !strstr(rep_text(v->unread), k->plural))
		rep_add(v->unread, "%s%s (%s)", v->unread->len ? ", " : "", k->plural,
			seen == SEEN_DENIED	    ? "denied"
			: seen == SEEN_NOT_CAPTURED ? "not captured"
						    : "the read failed");
	return all;
}

static void ingress_line(json_t *ingress, const char *service, struct reply *out, size_t *n)
{
	json_t *rule, *path;
	size_t i, k;

	json_array_foreach (fld_at(ingress, "spec.rules"), i, rule)
		json_array_foreach (fld_at(rule, "http.paths"), k, path) {
			if (strcmp(fld_str(path, "backend.service.name"), service) != 0)
				continue;
			drop_text char *port = jsonpath_value_text(fld_at(path, "backend.service.port"));

			rep_add(out, "%sIngress/%s %s%s -> %s %s", (*n)++ ? "; " : "routes: ", fld_name(ingress),
				*fld_str(rule, "host") ? fld_str(rule, "host") : "*", fld_str(path, "path"), service,
				port);
		}
	if (strcmp(fld_str(ingress, "spec.defaultBackend.service.name"), service) == 0)
		rep_add(out, "%sIngress/%s default -> %s", (*n)++ ? "; " : "routes: ", fld_name(ingress), service);
}

void kubernetes_neighbors_routes(const struct view *v, const char *ns, const char *service, struct reply *out)
{
	json_t *o, *rule, *backend;
	size_t i, k, b, n = 0;

	json_array_foreach (list(v, "ingresses.networking.k8s.io", ns), i, o)
		ingress_line(o, service, out, &n);
	json_array_foreach (list(v, "httproutes.gateway.networking.k8s.io", ns), i, o)
		json_array_foreach (fld_at(o, "spec.rules"), k, rule)
			json_array_foreach (json_object_get(rule, "backendRefs"), b, backend)
				if (strcmp(fld_str(backend, "name"), service) == 0)
					rep_add(out, "%sHTTPRoute/%s -> %s:%" PRId64,
						n++ ? "; " : "routes: ", fld_name(o), service,
						fld_int(backend, "port", 0));
	rep_put(out, n ? "\n" : "");
}

static void services(const struct view *v, const char *ns, json_t *labels, struct reply *out)
{
	json_t *all = list(v, "services", ns), *o;
	size_t i, n = 0;

	json_array_foreach (all, i, o) {
		json_t *selector = fld_at(o, "spec.selector");

		if (!json_object_size(selector) || !v->h->labels_match(selector, labels, true))
			continue;
		rep_put(out, n++ ? ", " : "services that select it: ");
		kubernetes_service_line(v, o, out);
	}
	if (n == 0 && json_array_size(all))
		rep_add(out, "services that select it: none of %zu", json_array_size(all));
	rep_put(out, json_array_size(all) ? "\n" : "");
	json_array_foreach (all, i, o)
		if (json_object_size(fld_at(o, "spec.selector")) &&
		    v->h->labels_match(fld_at(o, "spec.selector"), labels, true))
			kubernetes_neighbors_routes(v, ns, fld_name(o), out);
}

static void policies(const struct view *v, const char *ns, json_t *labels, struct reply *out)
{
	json_t *all = list(v, "networkpolicies.networking.k8s.io", ns), *o, *type;
	size_t i, k, n = 0;

	json_array_foreach (all, i, o) {
		json_t *selector = fld_at(o, "spec.podSelector");

		if (!v->h->labels_match(selector, labels, false))
			continue;
		rep_add(out, "%s%s (", n++ ? ", " : "network policies on it: ", fld_name(o));
		json_array_foreach (fld_at(o, "spec.policyTypes"), k, type) {
			const char *word = json_is_string(type) ? json_string_value(type) : "?";
			size_t rules = fld_count(o, strcmp(word, "Egress") == 0 ? "spec.egress" : "spec.ingress");

			rep_add(out, "%s%s: %zu rules%s", k ? ", " : "", word, rules, rules ? "" : " = all denied");
		}
		rep_put(out, ")");
	}
	rep_put(out, n ? "\n" : "");
}

static void budgets(const struct view *v, const char *ns, json_t *labels, struct reply *out)
{
	json_t *o;
	size_t i, n = 0;

	json_array_foreach (list(v, "poddisruptionbudgets.policy", ns), i, o) {
		if (!v->h->labels_match(fld_at(o, "spec.selector"), labels, false))
			continue;
		rep_add(out, "%s%s (", n++ ? ", " : "disruption budgets: ", fld_name(o));
		brief_put(out,
			  fld_at(o, "spec.minAvailable") ? fld_at(o, "spec.minAvailable")
							 : fld_at(o, "spec.maxUnavailable"),
			  20);
		rep_add(out, " %s, %" PRId64 " disruptions allowed now)",
			fld_at(o, "spec.minAvailable") ? "must be available" : "may be unavailable",
			fld_int(o, "status.disruptionsAllowed", 0));
	}
	rep_put(out, n ? "\n" : "");
}

static void scalers(const struct view *v, const char *ns, json_t *object, struct reply *out)
{
	json_t *top = v->h->top_owner(v->w, object), *o;
	size_t i, n = 0;

	json_array_foreach (list(v, "horizontalpodautoscalers.autoscaling", ns), i, o) {
		if (strcmp(fld_str(o, "spec.scaleTargetRef.kind"), fld_kind(top)) != 0 ||
		    strcmp(fld_str(o, "spec.scaleTargetRef.name"), fld_name(top)) != 0)
			continue;
		rep_add(out, "%s%s (%" PRId64 "-%" PRId64 " replicas, now %" PRId64 ", wants %" PRId64 ")",
			n++ ? ", " : "autoscaler: ", fld_name(o), fld_int(o, "spec.minReplicas", 1),
			fld_int(o, "spec.maxReplicas", 0), fld_int(o, "status.currentReplicas", 0),
			fld_int(o, "status.desiredReplicas", 0));
	}
	rep_put(out, n ? "\n" : "");
}

void kubernetes_neighbors_select(const struct view *v, json_t *object, json_t *labels, struct reply *out)
{
	const char *ns = fld_ns(object);

	services(v, ns, labels, out);
	policies(v, ns, labels, out);
	budgets(v, ns, labels, out);
	scalers(v, ns, object, out);
}

static void each_status(const struct view *v, const char *resource, const char *word, const char *ns, struct reply *out)
{
	const struct kind_info *k = v->h->kind(v->w, resource, NULL, 0);
	struct columns *c = k ? kubernetes_columns_default(v, k) : NULL;
	json_t *o;
	size_t i;

	json_array_foreach (list(v, resource, ns), i, o) {
		rep_add(out, "%s %s: ", word, fld_name(o));
		kubernetes_columns_cell(c, 0, v, o, out);
		rep_put(out, "\n");
	}
	kubernetes_columns_free(c);
}

void kubernetes_neighbors_limits(const struct view *v, const char *ns, struct reply *out)
{
	each_status(v, "resourcequotas", "quota", ns, out);
	each_status(v, "limitranges", "limit range", ns, out);
}
